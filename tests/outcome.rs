//! The result of a scan.

use lastfour::{Conversation, Engine, Message};

#[test]
fn an_outcome_and_an_explanation_serialize() {
    let text = "my card is 3782 822463 10005, order 4412";
    let explanation = Engine::default().explain(&mut Conversation::new(), &Message::customer(text));
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!(json["outcome"]["findings"][0]["entity"], "card");
    assert_eq!(json["outcome"]["patch"][0]["with"], "**** ****** *0005");
    assert_eq!(json["outcome"]["patch"][0]["span"]["start"], 11);
    assert_eq!(json["passed"][0]["what"], "4 digits");
    assert_eq!(json["outcome"], serde_json::to_value(&explanation.outcome).unwrap());
}
