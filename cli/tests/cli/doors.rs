//! One conversation through the library and through the command line: both find the same.

use lastfour::{Conversation, Engine, Message, Role};
use serde_json::{Value, json};

use crate::Scratch;

/// The messages that every door of lastfour is tried with.
const SAID: &str = include_str!("../../../tests/data/every-door.jsonl");

/// Returns the findings of the library with the number of their message, and the messages as they may be sent on.
fn library() -> (Vec<(usize, Value)>, String) {
    let engine = Engine::default();
    let mut conversation = Conversation::new();
    let (mut all, mut redacted) = (Vec::new(), String::new());
    for (n, line) in SAID.lines().enumerate() {
        let mut said: Value = serde_json::from_str(line).unwrap();
        let text = said["text"].as_str().unwrap().to_owned();
        let message = Message::new(Role::from_name(said["role"].as_str().unwrap()).unwrap(), &text);
        let outcome = engine.scan(&mut conversation, &message);
        all.extend(outcome.findings.iter().map(|finding| (n, serde_json::to_value(finding).unwrap())));
        said["text"] = outcome.redact(&text).into();
        redacted += &format!("{said}\n");
    }
    assert!(all.len() >= 8, "{all:?}");
    (all, redacted)
}

#[test]
fn the_command_line_finds_what_the_library_finds() {
    let (expected, redacted) = library();
    let transcript: String =
        SAID.lines().map(|line| format!("{}\n", serde_json::from_str::<Value>(line).unwrap())).collect();
    let scratch = Scratch::new();
    let file = scratch.file("said.jsonl", &transcript);
    let run = |arguments: &[&str]| {
        let output = crate::lastfour(arguments).arg(&file).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["redact", "--quiet"]), redacted);
    let lines: Vec<&str> = transcript.split_inclusive('\n').collect();
    let mut all = Vec::new();
    for found in run(&["scan", "--json", "--quiet"]).lines() {
        let mut found: Value = serde_json::from_str(found).unwrap();
        let n = usize::try_from(found["line"].as_u64().unwrap()).unwrap() - 1;
        // The command line counts bytes from the start of the file, the library from the start of the text.
        let said: Value = serde_json::from_str(lines[n]).unwrap();
        let before: usize = lines[..n].iter().map(|line| line.len()).sum();
        let start = before + lines[n].find(said["text"].as_str().unwrap()).unwrap();
        let mut span = found["bytes"].take();
        for end in ["start", "end"] {
            span[end] = (span[end].as_u64().unwrap() - start as u64).into();
        }
        let mut finding = json!({"span": span});
        for field in ["entity", "kind", "evidence", "action"] {
            finding[field] = found[field].take();
        }
        all.push((n, finding));
    }
    assert_eq!(all, expected);
}
