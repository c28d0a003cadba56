//! The layers: an import leads to a lower layer, and never in a circle.

use std::collections::BTreeSet;
use std::fs;

use crate::imports::{ModulePath, Package, circles};
use crate::{root, rust_files};

/// The modules of `src/`, from the lowest layer up. A module may use the layers below its own.
const LAYERS: &[&[&str]] = &[
    &["span", "steps", "entity", "message", "evidence"],
    &["text", "edit", "mask", "overlap", "sensitivity"],
    &["detect", "wire"],
    &["json"],
    &["chat"],
    &["judge"],
    &["policy"],
    &["cover", "report"],
    &["engine"],
    &["known"],
    &["stream", "earlier"],
    &["filter"],
    &["middleware"],
    &["invariants", "training"],
];

fn library() -> Package {
    Package::read(&root().join("src"))
}

fn command_line() -> Package {
    Package::read(&root().join("cli/src"))
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The imports that do not lead to a lower layer.
fn violations(package: &Package) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((from, to), file) in package.edges(&[]) {
        match (layer_of(&from), layer_of(&to)) {
            (Some(here), Some(there)) if there < here => {}
            (Some(here), Some(there)) => {
                wrong.push(format!("{}: {from} (layer {here}) uses {to} (layer {there})", file.join("::")));
            }
            _ => wrong.push(format!("{from} or {to} is in no layer: add it to LAYERS in tests/structure/layers.rs")),
        }
    }
    wrong
}

/// The circles between the children of each module: `detect: split, token`.
fn all_circles(package: &Package) -> BTreeSet<String> {
    let name = |parent: &ModulePath| if parent.is_empty() { "root".to_owned() } else { parent.join("::") };
    let mut found = BTreeSet::new();
    for parent in package.parents() {
        let named = |circle: Vec<String>| format!("{}: {}", name(&parent), circle.join(", "));
        found.extend(circles(&package.edges(&parent)).into_iter().map(named));
    }
    found
}

#[test]
fn imports_run_down_from_layer_to_layer() {
    let package = library();
    assert!(package.edges(&[]).len() > 30, "the modules were not found");
    let wrong = violations(&package);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_imports_form_a_circle() {
    let mut found = all_circles(&library());
    found.extend(all_circles(&command_line()));
    assert!(found.is_empty(), "modules import each other in a circle: {found:#?}");
}

#[test]
fn the_command_line_uses_only_the_public_interface() {
    let files = rust_files(&root().join("cli/src"));
    assert!(!files.is_empty(), "the command line was not found");
    let other_ways_in = regex::Regex::new(r"#\[path|include!|lastfour::invariants").unwrap();
    for file in files {
        assert!(!other_ways_in.is_match(&fs::read_to_string(&file).unwrap()), "{}", file.display());
    }
}

fn package(sources: &[(&str, &str)]) -> Package {
    Package::from_sources(sources.iter().map(|(path, text)| {
        let path = path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        (path, (*text).to_owned())
    }))
}

#[test]
fn an_import_that_runs_up_is_reported() {
    let root = ("", "mod policy; mod report; mod entity; pub use report::{Finding, Outcome as Result};");
    let wrong = |code: &str| violations(&package(&[root, ("policy", code), ("report", ""), ("entity", "")])).len();
    assert_eq!(wrong("use crate::entity::Entity; use crate::policy::Y; // use crate::report::Finding;"), 0);
    assert_eq!(wrong("const TEXT: &str = \"crate::report::X\"; const QUOTE: char = '\"';"), 0);
    assert_eq!(wrong("use crate::report::Finding;"), 1);
    assert_eq!(wrong("use crate::{Finding, entity::Entity as E};"), 1);
    assert_eq!(wrong("use std::{fmt, io::{self}}; fn f<'a>() -> crate::Result {}"), 1);
    assert_eq!(wrong("mod tests { use super::*; use super::super::report::X; }"), 1);
    assert_eq!(wrong("const RAW: &str = r#\"\"\"#; use super::report::X;"), 1);
}

#[test]
fn a_circle_between_files_is_reported() {
    let found = |a: &str, b: &str| {
        let parent = ("m", "mod a; mod b; pub use a::A; use b::helper; fn own() {}");
        Vec::from_iter(all_circles(&package(&[("", "mod m;"), parent, ("m::a", a), ("m::b", b)])))
    };
    assert_eq!(found("use super::b::B;", "use super::own;"), [""; 0]);
    assert_eq!(found("use super::b::B;", "use super::A;"), ["m: a, b"]);
    assert_eq!(found("fn f() { super::helper() }", "use crate::m::{self, a::{A, other}};"), ["m: a, b"]);
}
