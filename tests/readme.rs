//! What the README and the DESIGN say is held against the code, so that neither goes stale.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lastfour::{Conversation, Engine, Message, Policy, Role, Spec};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// What stands between `<!-- name -->` and `<!-- /name -->`.
fn between<'t>(text: &'t str, name: &str) -> &'t str {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).unwrap_or_else(|| panic!("there is no marker {name}")) + open.len();
    let len = text[start..].find(&close).unwrap_or_else(|| panic!("the marker {name} is not closed"));
    &text[start..start + len]
}

/// Examples of each kind that the table shows of a detector.
const SHOWN: usize = 3;

fn row(spec: &Spec) -> String {
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
        "the table is stale; `LASTFOUR_WRITE_README=1 cargo test --test readme` writes it:\n{expected}"
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
    for feature in features.keys().filter(|name| !matches!(name.as_str(), "default" | "laws")) {
        assert!(readme.contains(&format!("| `{feature}`")), "the feature {feature} is missing");
    }
}

#[test]
fn every_file_of_the_house_stands_in_the_design() {
    let design = read("DESIGN.md");
    let named: BTreeSet<String> = design_files(between(&design, "house"));
    let there: BTreeSet<String> = rust_files(&root().join("src"))
        .iter()
        .map(|file| file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    assert!(there.len() > 50, "the files were not found");
    let missing: Vec<_> = there.difference(&named).collect();
    let gone: Vec<_> = named.difference(&there).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in DESIGN.md: {missing:#?}\nno longer there: {gone:#?}");
}

/// The files that a tree names: a folder ends with `/`, what stands in it is indented by two spaces more.
fn design_files(tree: &str) -> BTreeSet<String> {
    let mut folders: Vec<&str> = Vec::new();
    let mut files = BTreeSet::new();
    for line in tree.lines().filter(|line| !line.starts_with("```") && !line.trim().is_empty()) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let name = line.split_whitespace().next().unwrap();
        folders.truncate(depth);
        assert_eq!(folders.len(), depth, "the tree skips a level at {name}");
        if name.ends_with('/') {
            folders.push(name);
        } else if name.ends_with(".rs") {
            files.insert(folders.concat() + name);
        }
    }
    files
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
