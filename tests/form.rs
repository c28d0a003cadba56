//! What the form of a number decides, with its context only where that is stated.

use lastfour::{Conversation, Engine, Message, Role};

fn redacted(text: &str) -> String {
    Engine::default().redact(text).into_owned()
}

/// What becomes of the last message of a conversation. A line that starts with `a: ` is by an agent.
fn last_of(talk: &[&str]) -> String {
    let engine = Engine::default();
    let mut memory = Conversation::new();
    let mut last = String::new();
    for line in talk {
        let (role, text) = line.strip_prefix("a: ").map_or((Role::Customer, *line), |text| (Role::Agent, text));
        last = engine.scan(&mut memory, &Message::new(role, text)).redact(text).into_owned();
    }
    last
}

#[track_caller]
fn passes(texts: &[&str]) {
    for text in texts {
        assert_eq!(redacted(text), *text);
    }
}

#[track_caller]
fn becomes(pairs: &[(&str, &str)]) {
    for (text, out) in pairs {
        assert_eq!(redacted(text), *out, "{text}");
    }
}

#[test]
fn a_word_beside_a_card_number_does_not_excuse_it_unless_it_names_another_number() {
    for word in
        ["check", "email", "item", "model", "flight", "statement", "error", "version", "iphone", "correo", "producto"]
    {
        for text in [format!("{word} 4453331478932885"), format!("please {word} 4453331478932885 for me")] {
            assert_eq!(redacted(&text), text.replace("4453331478932885", "************2885"));
        }
    }
    passes(&[
        "order number 4453331478932885",
        "my order: 4453331478932885",
        "the tracking # is 4453331478932885",
        "invoice no. 4453331478932885 please",
        "4453331478932885 is my claim number",
        "folio 4453331478932885",
        "el número de guía es 4453331478932885",
        "factura 372759233721506",
    ]);
    becomes(&[
        ("i want to order 4453331478932885 mugs", "i want to order ************2885 mugs"),
        ("has the transaction been 4453331478932885", "has the transaction been ************2885"),
        ("my order for two mugs 4453331478932885", "my order for two mugs ************2885"),
    ]);
}

#[test]
fn nothing_excuses_a_card_number_that_is_asked_for_or_has_card_data_beside_it() {
    for answer in ["order number 4453331478932885", "check 4453331478932885", "for my order 4453331478932885"] {
        assert_eq!(
            last_of(&["a: What is your card number?", answer]),
            answer.replace("4453331478932885", "************2885")
        );
    }
    becomes(&[
        ("order 4453331478932885 exp 04/29", "order ************2885 exp 04/29"),
        ("order number 4453331478932885, cvv 448", "order number ************2885, cvv ***"),
        ("use my visa for the order 4453331478932885", "use my visa for the order ************2885"),
    ]);
}

#[test]
fn maestro_numbers_of_known_issuers_are_cards_by_their_form() {
    becomes(&[
        ("6304407085377858 thanks", "************7858 thanks"),
        ("have a 6759-3915-3375-9364 great day", "have a ****-****-****-9364 great day"),
    ]);
}
