//! What the DESIGN says of the house is held against it.

use std::collections::BTreeSet;

use crate::{between, read, root, rust_files};

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
