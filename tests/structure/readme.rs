//! Checks what the documents say about the code.

use std::fmt::Write as _;
use std::fs;

use crate::{between, picture, read, root};
use lastfour::{Conversation, DetectorInfo, Engine, Message, Policy, Role};

/// The picture of the chat in the README.
const PICTURE: &str = "docs/before-after.svg";

/// The number of examples per detector in the table.
const SHOWN: usize = 2;

/// Compares a file, or a part of it, with its expected content. If `LASTFOUR_WRITE_README` is set, writes it instead.
fn check(name: &str, current: &str, expected: &str) {
    if current == expected {
        return;
    }
    if std::env::var_os("LASTFOUR_WRITE_README").is_some() {
        let file = fs::read_to_string(root().join(name)).unwrap_or_default();
        let text = if current.is_empty() { expected.to_owned() } else { file.replacen(current, expected, 1) };
        fs::write(root().join(name), text).unwrap();
        return;
    }
    panic!("{name} is stale; `LASTFOUR_WRITE_README=1 cargo test --test structure` writes it:\n{expected}");
}

fn row(spec: &DetectorInfo) -> String {
    let examples = |texts: &[&str]| {
        let shown: Vec<String> =
            texts.iter().take(SHOWN).map(|text| format!("`{}`", text.replace('|', "\\|"))).collect();
        shown.join("<br>")
    };
    format!("| **{}** | {} | {} |\n", spec.id, examples(spec.hits), examples(spec.misses))
}

#[test]
fn the_table_of_the_readme_is_that_of_the_detectors() {
    let readme = read("README.md");
    let head = "| kind | masked, for example | kept, for example |\n|---|---|---|\n".to_owned();
    let expected = head + &lastfour::detectors().map(row).collect::<String>();
    let (open, close) = ("<!-- detectors -->\n", "<!-- /detectors -->");
    let current = format!("{open}{}{close}", between(&readme, "detectors"));
    check("README.md", &current, &format!("{open}{expected}{close}"));
}

#[test]
fn the_chat_of_the_readme_comes_out_as_it_says() {
    let readme = read("README.md");
    let engine = Engine::default();
    let mut conversation = Conversation::new();
    let mut redacted = String::new();
    let mut changed = 0;
    for line in between(&readme, "before").lines() {
        match line.split_once(": ") {
            Some((speaker, text)) => {
                let role = Role::from_name(speaker).unwrap();
                let outcome = engine.scan(&mut conversation, &Message::new(role, text));
                changed += usize::from(!outcome.patch.is_empty());
                writeln!(redacted, "{speaker}: {}", outcome.redact(text)).unwrap();
            }
            None => writeln!(redacted, "{line}").unwrap(),
        }
    }
    assert_eq!(redacted, between(&readme, "after"));
    assert!(changed > 1, "nothing was masked");
}

#[test]
fn the_picture_of_the_readme_shows_its_chat() {
    let readme = read("README.md");
    assert!(readme.contains(&format!("]({PICTURE})")), "the README does not show the picture");
    let current = fs::read_to_string(root().join(PICTURE)).unwrap_or_default();
    check(PICTURE, &current, &picture::draw(between(&readme, "before"), between(&readme, "after")));
}

#[test]
fn the_readme_is_at_most_200_lines_long() {
    assert!(read("README.md").lines().count() <= 200);
}

#[test]
fn the_policies_in_the_documents_are_valid() {
    let mut policies = 0;
    for name in ["README.md", "docs/policy.md", "docs/detectors.md"] {
        let text = read(name);
        let blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
        for policy in blocks.filter(|block| !block.contains("[dependencies]")) {
            Policy::from_toml(policy).unwrap_or_else(|error| panic!("{name}: {error}\n{policy}"));
            policies += 1;
        }
    }
    assert!(policies > 0, "the policies were not found");
}

#[test]
fn the_recipe_of_a_test_is_a_test() {
    let (recipe, guide) = (read("tests/http/recipe.rs"), read("docs/deployment.md"));
    let code = recipe.split_once("\n\n").expect("a comment comes first").1;
    assert!(guide.contains(&format!("```rust,ignore\n{code}```\n")), "copy tests/http/recipe.rs to docs/deployment.md");
}

#[test]
fn every_key_of_a_policy_is_in_its_chapter() {
    let chapter = read("docs/policy.md");
    let default = Policy::default().to_toml();
    let mut section = String::new();
    let mut keys = 0;
    for line in default.lines().map(|line| line.trim_start_matches("# ")) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.trim_matches('[').to_owned();
        } else if let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.contains(' ')) {
            let name = match section.as_str() {
                "" | "detectors" => key.to_owned(),
                entity if entity.starts_with("entities.") => format!("entities.NAME.{key}"),
                section => format!("{section}.{key}"),
            };
            assert!(chapter.contains(&format!("| `{name}` |")), "the key {name} is missing");
            keys += 1;
        }
    }
    assert!(keys > 15, "the keys were not found");
}

#[test]
fn every_feature_is_in_the_crate_documentation() {
    let documentation = read("src/lib.rs");
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    assert!(features.len() > 3, "the features were not found");
    for feature in features.keys().filter(|name| *name != "default") {
        assert!(documentation.contains(&format!("//! | `{feature}`")), "the feature {feature} is missing");
    }
}

#[test]
fn every_metric_is_in_the_guide() {
    let guide = read("docs/deployment.md");
    let code = read("src/middleware/telemetry.rs");
    let names: Vec<&str> = code.split("\"lastfour_").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() > 8, "the metrics were not found");
    for name in names {
        assert!(guide.contains(&format!("| `lastfour_{name}` |")), "the metric lastfour_{name} is missing");
    }
}

/// The links to files in a document.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#'))
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let mut checked = 0;
    for name in [
        "README.md",
        "DESIGN.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/command-line.md",
        "docs/deployment.md",
        "docs/detectors.md",
        "docs/envoy.md",
        "docs/middleware.md",
        "docs/policy.md",
        "docs/proxy.md",
        "docs/streams.md",
        "docs/websocket.md",
        "examples/README.md",
    ] {
        let folder = root().join(name);
        let text = read(name);
        for link in links(&text) {
            let path = folder.parent().unwrap().join(link.split('#').next().unwrap());
            assert!(path.exists(), "{name}: {link} does not exist");
            checked += 1;
        }
    }
    assert!(checked > 5, "the links were not found");
}
