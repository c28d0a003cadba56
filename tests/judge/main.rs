//! What is a secret in a message or a chat, by its form and by the rules of language.

mod form;
mod language;
mod pieces;
mod questions;
mod slots;

use lastfour::{Conversation, Engine, Message, Role};

/// Returns the redacted text of a customer's first message.
fn redacted(text: &str) -> String {
    Engine::default().redact(text).into_owned()
}

/// Returns the redacted last message of a chat. A line that starts with `a: ` is by an agent.
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

/// Returns the redacted answer to a question by an agent, or to anything else that an agent has said.
fn answer_to(question: &str, answer: &str) -> String {
    last_of(&[&format!("a: {question}"), answer])
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
