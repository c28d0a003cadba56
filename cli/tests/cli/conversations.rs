//! The labeled conversations, scored by `lastfour eval`.

use std::path::Path;
use std::process::Command;

/// The labeled conversations.
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conversations");
/// The expected outcome of each of them that is not perfect.
const OUTCOMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outcomes.jsonl");
/// The environment variable that makes the test write that file.
const WRITE: &str = "LASTFOUR_WRITE_OUTCOMES";

#[test]
fn every_labeled_conversation_has_the_outcome_that_was_reviewed() {
    let output = Command::new(env!("CARGO_BIN_EXE_lastfour")).args(["eval", "--failures", CASES]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(OUTCOMES, &seen).unwrap();
        return;
    }
    let reviewed = std::fs::read_to_string(Path::new(OUTCOMES)).unwrap();
    let only_in = |these: &str, others: &str| {
        let others: Vec<&str> = others.lines().collect();
        these.lines().filter(|line| !others.contains(line)).map(|line| format!("  {line}\n")).collect::<String>()
    };
    assert!(
        seen == reviewed,
        "outcomes changed; `lastfour eval --show 9 tests/conversations` shows the texts. If the change is meant, run \
         this test with {WRITE}=1 and commit {OUTCOMES}.\nnow:\n{}before:\n{}",
        only_in(&seen, &reviewed),
        only_in(&reviewed, &seen)
    );
}
