//! The result of a scan.

use lastfour::{Action, Conversation, CustomDetector, Engine, Message, Policy};

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

#[test]
fn the_stricter_action_of_overlapping_findings_wins_whichever_comes_first() {
    let text = "it is 3782 822463 10005 thanks";
    for pattern in [r"\bis 3782\b", r"\b10005 thanks\b"] {
        for (other, expected) in [(Action::Flag, Action::Mask), (Action::Block, Action::Block)] {
            let detector = CustomDetector::builder("other", pattern).build().unwrap();
            let entity = detector.entity();
            let policy = Policy::builder().detector(detector).action(entity, other).build().unwrap();
            let outcome = Engine::new(policy).scan(&mut Conversation::new(), &Message::customer(text));
            assert_eq!(outcome.findings.len(), 1, "{pattern}");
            assert_eq!(outcome.action(), expected, "{pattern} with the action {other}");
            assert!(!outcome.redact(text).contains("822463"), "{pattern} with the action {other}");
        }
    }
}
