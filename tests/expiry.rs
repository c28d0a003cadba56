//! The expiry date of a card: kept by default, masked with its card if the policy says so.

use lastfour::{Conversation, Engine, Entity, Expiry, FindingKind, MaskStyle, Message, Policy};

const TEXTS: [(&str, &str); 4] = [
    ("my card is 3782 822463 10005 exp 12/28, zip 10285", "my card is **** ****** *0005 exp **/**, zip 10285"),
    ("4111 1111 1111 1111 12/28 456", "**** **** **** 1111 **/** ***"),
    ("tarjeta 3782 822463 10005, vence 05/29", "tarjeta **** ****** *0005, vence **/**"),
    ("the one that expires 12/28 please", "the one that expires 12/28 please"),
];

fn redact(engine: &Engine, text: &str) -> String {
    engine.scan(&mut Conversation::new(), &Message::customer(text)).redact(text).into_owned()
}

#[test]
fn an_expiry_is_hidden_only_after_a_card_and_only_where_the_policy_says_so() {
    let keeps = Engine::default();
    let hides = Engine::new(Policy::builder().expiry(Expiry::Mask).build().expect("a valid policy"));
    for (text, hidden) in TEXTS {
        assert_eq!(redact(&hides, text), hidden);
        let kept = redact(&keeps, text);
        assert_eq!(kept.contains("12/28"), text.contains("12/28"), "{kept}");
        assert_eq!(kept.contains("05/29"), text.contains("05/29"), "{kept}");
    }
}

#[test]
fn an_expiry_has_a_mask_of_its_own_and_is_no_second_card() {
    let label = || Policy::builder().style(MaskStyle::Label).expiry(Expiry::Mask);
    let token = || {
        label().style(MaskStyle::Token).token_key(lastfour::TokenKey::new(b"0123456789abcdef").expect("long enough"))
    };
    for (policy, card) in [(label(), "[card ending 0005]"), (token(), "[card:")] {
        let engine = Engine::new(policy.build().expect("a valid policy"));
        let outcome = engine.scan(&mut Conversation::new(), &Message::customer(TEXTS[0].0));
        let hidden = outcome.redact(TEXTS[0].0).into_owned();
        assert!(hidden.contains(card) && hidden.ends_with(" exp [expiry], zip 10285"), "{hidden}");
        let kinds: Vec<_> = outcome.findings.iter().map(|finding| (finding.entity, finding.kind)).collect();
        assert_eq!(kinds, [(Entity::Card, FindingKind::Disclosure), (Entity::Card, FindingKind::Expiry)]);
        assert_eq!(redact(&engine, &hidden), hidden);
    }
}
