//! What is remembered of a talk whose messages were scanned at the same moment.

use lastfour::{Conversation, Engine, Message, Role};
use proptest::prelude::*;

const SAYINGS: [(Role, &str); 14] = [
    (Role::Customer, "hello"),
    (Role::Customer, "3782 8224"),
    (Role::Customer, "63 10005"),
    (Role::Customer, "my cvv is"),
    (Role::Customer, "4821"),
    (Role::Customer, "my card is 3782 822463 10005"),
    (Role::Customer, "what is your PIN? do you need the cvc too?"),
    (Role::Agent, "What is your PIN?"),
    (Role::Agent, "What is your ZIP code?"),
    (Role::Agent, "The last four of your card, please?"),
    (Role::Agent, "And your social security number?"),
    (Role::Agent, "123-45"),
    (Role::Bot, "please read me the code we texted you"),
    (Role::Bot, "Thank you. Anything else?"),
];

fn say(talk: &Conversation, sayings: &[(Role, &str)]) -> Conversation {
    let mut talk = talk.clone();
    for (role, text) in sayings {
        let _ = Engine::default().scan(&mut talk, &Message::new(*role, text));
    }
    talk
}

fn absorbed(loaded: &Conversation, stored: &[(Role, &str)], taught: &[(Role, &str)]) -> Conversation {
    let mut talk = say(loaded, stored);
    talk.merge(loaded, &say(loaded, taught));
    talk
}

fn seen(talk: &Conversation, role: Role, text: &str) -> String {
    Engine::default().scan(&mut talk.clone(), &Message::new(role, text)).redact(text).into_owned()
}

/// The secrets that a message by `role` could be an answer to.
fn awaited(talk: &Conversation, role: Role) -> Vec<String> {
    let harmless = ["last four", "ZIP", "phone", "date", "amount", "order", "device", "address", "user name"];
    let explained = Engine::default().explain(&mut talk.clone(), &Message::new(role, "hello"));
    explained.expected.into_iter().filter(|words| !harmless.iter().any(|name| words.starts_with(name))).collect()
}

fn sayings() -> impl Strategy<Value = Vec<(Role, &'static str)>> {
    proptest::collection::vec(proptest::sample::select(&SAYINGS[..]), 0..6)
}

proptest! {
    #[test]
    fn what_only_one_has_changed_is_as_that_one_has_it(before in sayings(), after in sayings()) {
        let loaded = say(&Conversation::new(), &before);
        let changed = say(&loaded, &after);
        prop_assert_eq!(&absorbed(&loaded, &after, &[]), &changed);
        prop_assert_eq!(&absorbed(&loaded, &[], &after), &changed);
    }

    #[test]
    fn no_secret_is_forgotten_that_was_asked_for_or_announced_meanwhile(
        before in sayings(), stored in sayings(), taught in sayings()
    ) {
        let loaded = say(&Conversation::new(), &before);
        let (one, two) = (say(&loaded, &stored), say(&loaded, &taught));
        let both = absorbed(&loaded, &stored, &taught);
        prop_assert_eq!(both.turns() as usize, before.len() + stored.len() + taught.len());
        for role in [Role::Customer, Role::Agent] {
            let was = awaited(&loaded, role);
            let has = awaited(&both, role);
            for talk in [&one, &two] {
                // What was waited for before may have been answered, or another question put, in either.
                for secret in awaited(talk, role).into_iter().filter(|secret| !was.contains(secret)) {
                    prop_assert!(has.contains(&secret), "{secret}: {has:?}");
                }
            }
        }
    }
}

#[test]
fn a_half_and_a_question_of_the_same_moment_are_both_remembered() {
    let talk = absorbed(&Conversation::new(), &SAYINGS[1..2], &SAYINGS[7..8]);
    assert_eq!(seen(&talk, Role::Customer, "63 10005"), "** *****");
    assert_eq!(seen(&talk, Role::Customer, "4821"), "****");
}

#[test]
fn a_harmless_question_is_no_way_around_a_secret_that_was_asked_for_at_the_same_moment() {
    let [pin, zip] = [SAYINGS[7], SAYINGS[8]];
    for (stored, taught) in [(pin, zip), (zip, pin)] {
        let talk = absorbed(&Conversation::new(), &[stored], &[taught]);
        assert_eq!(seen(&talk, Role::Customer, "48213"), "*****");
    }
    let talk = absorbed(&Conversation::new(), &[SAYINGS[0]], &[zip]);
    assert_eq!(seen(&talk, Role::Customer, "48213"), "48213");
}

#[test]
fn a_question_that_streamed_takes_the_place_of_the_one_before_it() {
    let loaded = say(&Conversation::new(), &[SAYINGS[7]]);
    let talk = absorbed(&loaded, &[SAYINGS[4]], &[SAYINGS[8]]);
    assert_eq!(seen(&talk, Role::Customer, "10285"), "10285");
}
