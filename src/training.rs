//! Writes the features that the weights are learned from, and tries weights that are not compiled in. `train/` calls
//! it.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::entity::Entity;
use crate::judge::record::{self, Labels, class};
use crate::span::Span;
use crate::{Conversation, Engine, Message, Role};

fn labels_as(name: &str) -> Option<Entity> {
    Some(match name {
        "card" => Entity::Card,
        "security_code" => Entity::SecurityCode,
        "ssn" => Entity::SocialSecurity,
        "otp" => Entity::OneTimePasscode,
        "password" => Entity::Password,
        "pin" => Entity::Pin,
        "account" => Entity::Account,
        _ => return None,
    })
}

fn conversations() -> Vec<Json> {
    let path =
        std::env::var("LASTFOUR_CONVERSATIONS").expect("LASTFOUR_CONVERSATIONS names a file of labelled conversations");
    let text = std::fs::read_to_string(path).expect("a readable file");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn write_out(text: &str) {
    let path = std::env::var("LASTFOUR_OUT").expect("LASTFOUR_OUT names the file to write");
    std::fs::write(path, text).expect("a file that can be written");
}

fn secrets_of(turn: &Json) -> Vec<(Span, Entity)> {
    let text = turn["text"].as_str().expect("a text");
    let mut spans = Vec::new();
    for secret in turn["secrets"].as_array().into_iter().flatten() {
        let value = secret["value"].as_str().expect("a value");
        let entity = labels_as(secret["kind"].as_str().expect("a kind")).expect("a known kind");
        spans.extend(text.match_indices(value).map(|(at, _)| (Span::new(at, at + value.len()), entity)));
    }
    spans
}

/// What a message asks for: from its label or, without labels, from what the other side gives next.
fn asks_of(turns: &[Json], at: usize, labelled: bool) -> u8 {
    let bit = |name: &Json| name.as_str().and_then(labels_as).map_or(0, |entity| 1u8 << (class(entity) - 1));
    let asks = if labelled {
        turns[at]["asks"].as_array().into_iter().flatten().fold(0, |all, name| all | bit(name))
    } else {
        let answer = turns[at + 1..].iter().find(|turn| turn["role"] != turns[at]["role"]);
        let secrets = answer.and_then(|turn| turn["secrets"].as_array()).into_iter().flatten();
        secrets.fold(0, |all, secret| all | bit(&secret["kind"]))
    };
    if asks == 0 { 1 << 7 } else { asks }
}

#[test]
#[ignore = "writes the features of LASTFOUR_CONVERSATIONS to LASTFOUR_OUT, for train/"]
fn write_features() {
    let engine = Engine::default();
    record::start();
    for (n, conversation) in conversations().iter().enumerate() {
        let turns = conversation["turns"].as_array().expect("turns");
        let labelled = conversation.get("author").is_some();
        let mut memory = Conversation::new();
        for (at, turn) in turns.iter().enumerate() {
            let role = Role::from_name(turn["role"].as_str().expect("a role")).expect("a known role");
            record::next(Labels {
                secrets: secrets_of(turn),
                asks: asks_of(turns, at, labelled),
                counts: turn.get("either").is_none(),
                place: (n, at),
            });
            let _ = engine.scan(&mut memory, &Message::new(role, turn["text"].as_str().expect("a text")));
        }
    }
    write_out(&record::finish());
}

#[test]
#[ignore = "writes LASTFOUR_CONVERSATIONS as LASTFOUR_WEIGHTS redact them to LASTFOUR_OUT, for train/"]
fn write_redacted() {
    let engine = Engine::default();
    let mut lines = String::new();
    for conversation in conversations() {
        let mut memory = Conversation::new();
        for turn in conversation["turns"].as_array().expect("turns") {
            let role = Role::from_name(turn["role"].as_str().expect("a role")).expect("a known role");
            let text = turn["text"].as_str().expect("a text");
            let outcome = engine.scan(&mut memory, &Message::new(role, text));
            let line = serde_json::json!({
                "conversation": conversation["id"],
                "role": turn["role"],
                "text": outcome.redact(text),
            });
            let _ = writeln!(lines, "{line}");
        }
    }
    write_out(&lines);
}
