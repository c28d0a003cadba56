//! How sure the judge must be, and the reasons that it gives.

use lastfour::{Conversation, Engine, Entity, Explanation, Message, Policy, Role, Sensitivity};

/// Questions and answers that no rule decides.
const TALKS: &[(&str, &str)] = &[
    ("What do you press at the machine?", "4821 every time"),
    ("Which number came up on your phone?", "it says 771204"),
    ("What did the text have in it?", "ok 582019"),
    ("What do you type to get in?", "marigold77"),
    ("And the little number on the back?", "I see 442"),
    ("What were the digits again?", "90417 I think"),
    ("What did they send you?", "only this 3390"),
    ("Which digits did you choose?", "sorry, 7746"),
    ("What opens the app?", "6203 opens it"),
    ("Where should we send the money?", "to 44719022 please"),
    ("What do you see on the screen?", "817 204"),
    ("How do you sign in?", "with 5591"),
];

fn explain(sensitivity: Sensitivity, (question, answer): (&str, &str)) -> Explanation {
    let engine = Engine::new(Policy::builder().sensitivity(sensitivity).build().unwrap());
    let mut conversation = Conversation::new();
    let _ = engine.scan(&mut conversation, &Message::new(Role::Agent, question));
    engine.explain(&mut conversation, &Message::customer(answer))
}

#[test]
fn a_higher_sensitivity_finds_more() {
    let found = |sensitivity| -> Vec<bool> {
        TALKS.iter().map(|talk| !explain(sensitivity, *talk).outcome.findings.is_empty()).collect()
    };
    let [lenient, balanced, strict] = [Sensitivity::Lenient, Sensitivity::Balanced, Sensitivity::Strict].map(found);
    for ((lenient, balanced), strict) in lenient.iter().zip(&balanced).zip(&strict) {
        assert!(lenient <= balanced && balanced <= strict);
    }
    assert_ne!(lenient, strict);
}

#[test]
fn a_sensitivity_can_be_set_for_one_entity() {
    let policy = Policy::from_toml("sensitivity = 'lenient'\nentities.pin.sensitivity = 'strict'").unwrap();
    assert_eq!(policy.sensitivity(Entity::Pin), Sensitivity::Strict);
    assert_eq!(policy.sensitivity(Entity::Password), Sensitivity::Lenient);
    assert_eq!(Policy::from_toml(&policy.to_toml()).unwrap().sensitivity(Entity::Pin), Sensitivity::Strict);
    let error = Policy::from_toml("sensitivity = 'high'").unwrap_err().to_string();
    assert_eq!(error, "line 1, column 15: unknown sensitivity \"high\": use one of lenient, balanced, strict");
}

#[test]
fn a_score_is_explained_by_reasons_that_quote_nothing() {
    let mut weighed = 0;
    for talk in TALKS {
        let explanation = explain(Sensitivity::Balanced, *talk);
        for value in &explanation.weighed {
            weighed += 1;
            let is_found = explanation.outcome.findings.iter().any(|finding| finding.span.overlaps(value.span));
            assert_eq!(is_found, value.needed.is_some_and(|needed| value.score >= needed), "{talk:?}");
            assert!(!value.reasons.is_empty());
            // The hidden layer comes last, whatever it adds.
            let single = value.reasons.iter().filter(|reason| reason.what != "combination");
            assert!(single.is_sorted_by_key(|reason| -reason.score.abs()));
            let value = &talk.1[value.span.range()];
            assert!(
                value.len() < 3
                    || explanation.weighed.iter().all(|w| w.reasons.iter().all(|r| !r.what.contains(value)))
            );
        }
    }
    assert!(weighed > 0);
}
