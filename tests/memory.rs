//! What a conversation remembers, and for how long, also if messages are scanned concurrently.

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

/// Returns the secrets that a message by `role` may be an answer to.
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
                // A question of before may have been answered or replaced in either of the two.
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

#[test]
fn a_question_by_an_unknown_speaker_is_answered_by_the_next_message_of_anybody() {
    let engine = Engine::default();
    for (asks, answers) in [
        (Role::Unknown, Role::Unknown),
        (Role::Unknown, Role::Customer),
        (Role::Agent, Role::Unknown),
        (Role::Bot, Role::Unknown),
    ] {
        let mut talk = Conversation::new();
        let mut say = |role, text: &str| engine.scan(&mut talk, &Message::new(role, text)).redact(text).into_owned();
        let cases = [
            ("What is the CVV on your card?", "482", "***"),
            ("What are the last four of your social?", "4471", "4471"),
            ("We just texted you a code. What does it say?", "957304", "******"),
            ("Last thing: what is the password you sign in with?", "Bluebonnet!77", "********"),
            ("Which order is it?", "4471", "4471"),
        ];
        for (question, answer, masked) in cases {
            assert_eq!(say(asks, question), question);
            assert_eq!(say(answers, answer), masked, "{asks} asks {question}, {answers} answers");
        }
    }
}

#[test]
fn a_question_for_a_secret_or_the_last_digits_of_one_verifies() {
    let engine = Engine::default();
    for (text, verifies) in [
        ("What are the last four of your social?", true),
        ("¿Cuál es el código postal de su tarjeta?", true),
        ("Please read me the code we texted you.", true),
        ("When will my order arrive?", false),
        ("I need help with a payment", false),
    ] {
        for role in [Role::Agent, Role::Unknown] {
            let mut talk = Conversation::new();
            let _ = engine.scan(&mut talk, &Message::new(role, text));
            assert_eq!(talk.verifies(role), verifies, "{text}");
            assert!(!talk.verifies(Role::Customer), "{text}");
        }
    }
}

#[test]
fn an_unknown_speaker_who_offers_a_secret_is_asked_for_it_by_a_yes() {
    let engine = Engine::default();
    let mut talk = Conversation::new();
    let mut say = |text: &str| engine.scan(&mut talk, &Message::new(Role::Unknown, text)).redact(text).into_owned();
    say("do you need the cvv too?");
    say("yes please");
    assert_eq!(say("482"), "***");
}

#[test]
fn a_question_by_an_unknown_speaker_is_no_solicitation() {
    let text = "What is your password?";
    let outcome = Engine::default().scan(&mut Conversation::new(), &Message::new(Role::Unknown, text));
    assert!(outcome.findings.is_empty());
}

/// Returns what becomes of a customer's answer in the `nth` message after the question.
fn answer_in_message(nth: usize, times_ms: Option<u64>) -> String {
    let engine = Engine::default();
    let mut talk = Conversation::new();
    let mut clock = 1_000;
    let mut scan = |text: &str, role: Role| {
        let message = Message::new(role, text);
        let message = times_ms.map_or(message, |_| message.time_ms(clock));
        clock += times_ms.unwrap_or(0);
        engine.scan(&mut talk, &message).redact(text).into_owned()
    };
    scan("What is your PIN?", Role::Agent);
    for _ in 1..nth {
        scan("let me see", Role::Customer);
    }
    scan("4821", Role::Customer)
}

#[test]
fn a_question_counts_for_five_messages_of_the_other_side() {
    for nth in 1..=5 {
        assert_eq!(answer_in_message(nth, None), "****", "message {nth}");
    }
    assert_eq!(answer_in_message(6, None), "4821");
}

#[test]
fn a_question_counts_for_half_an_hour() {
    const MINUTE: u64 = 60_000;
    assert_eq!(answer_in_message(1, Some(29 * MINUTE)), "****");
    assert_eq!(answer_in_message(1, Some(31 * MINUTE)), "4821");
}
