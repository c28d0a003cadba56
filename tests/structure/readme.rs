//! What the README says is held against the code, so that it does not go stale.

use std::fmt::Write as _;
use std::fs;

use crate::{between, read, root};
use lastfour::{Conversation, DetectorInfo, Engine, Message, Policy, Role};

/// Examples of each kind that the table shows of a detector.
const SHOWN: usize = 3;

fn row(spec: &DetectorInfo) -> String {
    let examples = |texts: &[&str]| {
        let shown: Vec<String> =
            texts.iter().take(SHOWN).map(|text| format!("`{}`", text.replace('|', "\\|"))).collect();
        shown.join("<br>")
    };
    format!("| **{}**: {} | {} | {} |\n", spec.id, spec.title, examples(spec.hits), examples(spec.misses))
}

#[test]
fn the_table_of_the_readme_is_that_of_the_detectors() {
    let readme = read("README.md");
    let table = between(&readme, "detectors");
    let head = "| what | stopped, for example | passes, for example |\n|---|---|---|\n".to_owned();
    let expected = head + &lastfour::detectors().map(row).collect::<String>();
    if table != expected && std::env::var_os("LASTFOUR_WRITE_README").is_some() {
        let marker = "<!-- detectors -->\n";
        fs::write(
            root().join("README.md"),
            readme.replacen(&format!("{marker}{table}"), &format!("{marker}{expected}"), 1),
        )
        .unwrap();
        return;
    }
    assert!(
        table == expected,
        "the table is stale; `LASTFOUR_WRITE_README=1 cargo test --test structure` writes it:\n{expected}"
    );
}

#[test]
fn the_chat_of_the_readme_comes_out_as_it_says() {
    let readme = read("README.md");
    let engine = Engine::default();
    let mut talk = Conversation::new();
    let mut redacted = String::new();
    let mut changed = 0;
    for line in between(&readme, "before").lines() {
        match line.split_once(": ") {
            Some((speaker, text)) => {
                let role = Role::from_name(speaker).unwrap();
                let outcome = engine.scan(&mut talk, &Message::new(role, text));
                changed += usize::from(!outcome.patch.is_empty());
                writeln!(redacted, "{speaker}: {}", outcome.redact(text)).unwrap();
            }
            None => writeln!(redacted, "{line}").unwrap(),
        }
    }
    assert_eq!(redacted, between(&readme, "after"));
    assert!(changed > 1, "nothing was stopped");
}

#[test]
fn the_policies_of_the_readme_are_valid() {
    let readme = read("README.md");
    let blocks = readme.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let policies: Vec<&str> = blocks.filter(|block| !block.contains("[dependencies]")).collect();
    assert!(!policies.is_empty(), "the policies were not found");
    for policy in policies {
        Policy::from_toml(policy).unwrap_or_else(|error| panic!("{error}\n{policy}"));
    }
}

#[test]
fn every_feature_stands_in_the_readme() {
    let readme = read("README.md");
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    assert!(features.len() > 3, "the features were not found");
    for feature in features.keys().filter(|name| !matches!(name.as_str(), "default" | "invariants")) {
        assert!(readme.contains(&format!("| `{feature}`")), "the feature {feature} is missing");
    }
}
