//! The chapter of the guide on the command line says what the program does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{CARD, Scratch, lastfour, run, stdout, text};

fn chapter() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/command-line.md")).unwrap()
}

/// The names in the first column of the tables.
fn names(chapter: &str) -> BTreeSet<&str> {
    let cells = chapter.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect()
}

#[test]
fn every_key_of_a_finding_and_of_a_report_is_in_the_guide() {
    let chapter = chapter();
    let names = names(&chapter);
    let scratch = Scratch::new();
    let pieces = r#"{"conversation_id":"c","role":"customer","text":"3782 822463"}"#.to_owned()
        + "\n"
        + r#"{"conversation_id":"c","role":"customer","text":"10005"}"#
        + "\n"
        + r#"{"conversation_id":"c","role":"agent","text":"What is your PIN?"}"#
        + "\n";
    let file = scratch.file("a.jsonl", pieces);
    let report = scratch.path("report.json");
    let lines = stdout(&lastfour(&["scan", "--json", text(&file)]).output().unwrap());
    assert!(lines.lines().count() > 1, "{lines}");
    let mut keys = BTreeSet::new();
    for line in lines.lines() {
        let Value::Object(line) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
        keys.extend(line.into_iter().map(|(key, _)| key));
    }
    let output = scratch.path("out");
    lastfour(&["redact", "--output", text(&output), "--report", text(&report), text(&file)]).output().unwrap();
    let Value::Object(report) = serde_json::from_slice(&fs::read(report).unwrap()).unwrap() else { panic!() };
    keys.extend(report["files"][0].as_object().unwrap().keys().cloned());
    keys.extend(report.into_iter().map(|(key, _)| key));
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        assert!(names.contains(&*key), "the key {key} is not in the guide");
    }
}

#[test]
fn the_finding_and_the_case_in_the_guide_are_real() {
    let chapter = chapter();
    let mut examples = chapter.split("```json\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let shown: Value = serde_json::from_str(examples.next().unwrap()).unwrap();
    let scratch = Scratch::new();
    let file = scratch.file("chat.txt", "Agent: How can I help?\nCustomer: card 3782 822463 10005\n");
    let line = stdout(&lastfour(&["scan", "--json", text(&file)]).output().unwrap());
    let mut found: Value = serde_json::from_str(&line).unwrap();
    found["file"] = "chat.txt".into();
    assert_eq!(shown, found);

    let case = scratch.file("cases.jsonl", examples.next().unwrap());
    let score = stdout(&run(&["eval", "--json", text(&case)], b""));
    assert!(score.contains("\"secrets\":1") || score.contains("\"secrets\": 1"), "{score}");
}

#[test]
fn every_command_is_in_the_guide() {
    let chapter = chapter();
    let names = names(&chapter);
    let help = stdout(&run(&["help"], CARD.as_bytes()));
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    // A line with more blanks continues a description.
    for command in commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()) {
        if command.is_empty() {
            continue;
        }
        let described = names.contains(command) || chapter.contains(&format!("`lastfour {command}"));
        assert!(described || command == "help", "the command {command} is not in the guide");
    }
}

#[test]
fn the_explanation_in_the_readme_is_what_the_program_says() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let shown = readme.split("$ lastfour explain \"").nth(1).unwrap();
    let (message, rest) = shown.split_once("\"\n").unwrap();
    let expected = rest.split("$ lastfour").next().unwrap();
    assert_eq!(stdout(&run(&["explain", message], b"")), expected);
}
