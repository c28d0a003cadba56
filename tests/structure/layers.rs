//! The floor plan: imports run strictly downward, and rooms on the same floor are strangers.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use regex::Regex;

use crate::{root, rust_files};

/// The rooms of `src/`, from the ground up. A room is a file or a folder; it may use the floors below it and itself.
const FLOORS: &[&[&str]] = &[
    &["span", "entity", "message", "evidence"],
    &["text", "edit", "mask"],
    &["detect", "wire"],
    &["json"],
    &["chat"],
    &["judge"],
    &["policy"],
    &["cover", "report"],
    &["engine"],
    &["stream"],
    &["filter"],
    &["middleware"],
    &["invariants"],
];

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// What stands wrong with one line of code in `room`, given the room from which each root re-export comes.
fn complaints(room: &str, code: &str, exports: &HashMap<String, String>) -> Vec<String> {
    let Some(here) = floor_of(room) else {
        return vec![format!("{room} is on no floor: give it one in tests/structure/layers.rs")];
    };
    let path = Regex::new(r"(?-u:\b)crate::(?:\{([^}]*)\}|([A-Za-z0-9_]+))").unwrap();
    let mut complaints = Vec::new();
    for found in path.captures_iter(code) {
        let names = found.get(1).or(found.get(2)).map_or("", |names| names.as_str());
        for name in names.split(',').map(|name| name.trim().split("::").next().unwrap_or_default()) {
            let name = name.split(" as ").next().unwrap_or_default();
            if name.is_empty() {
                continue;
            }
            let used = exports.get(name).map_or(name, String::as_str);
            match floor_of(used) {
                _ if used == room => {}
                Some(there) if there < here => {}
                Some(there) => complaints.push(format!("{room} (floor {here}) uses {used} (floor {there})")),
                None => complaints.push(format!("{room} uses {used}, which is on no floor")),
            }
        }
    }
    complaints
}

/// Which room each name that `lib.rs` re-exports comes from.
fn exports(lib: &str) -> HashMap<String, String> {
    let export = Regex::new(r"pub use ([a-z0-9_]+)(?:::[a-z0-9_]+)*::(?:\{([^}]*)\}|([A-Za-z0-9_]+));").unwrap();
    let mut exports = HashMap::new();
    for found in export.captures_iter(lib) {
        let names = found.get(2).or(found.get(3)).map_or("", |names| names.as_str());
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name = name.rsplit(' ').next().unwrap_or(name);
            exports.insert(name.to_owned(), found[1].to_owned());
        }
    }
    exports
}

/// The text without comments and without line breaks, so that an import over several lines is one.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

#[test]
fn imports_run_strictly_downward() {
    let src = root().join("src");
    let exports = exports(&code(&src.join("lib.rs")));
    let mut wrong = Vec::new();
    let mut rooms = 0;
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).unwrap();
        let room = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        if room == "lib" || room == "bin" {
            continue;
        }
        rooms += 1;
        wrong.extend(complaints(&room, &code(&file), &exports).into_iter().map(|c| format!("{}: {c}", file.display())));
    }
    assert!(rooms > 10, "the rooms were not found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_command_line_uses_the_public_interface_alone() {
    let bin = root().join("cli/src");
    let files = rust_files(&bin);
    assert!(!files.is_empty(), "the command line was not found");
    let other_ways_in = Regex::new(r"#\[path|include!|lastfour::invariants").unwrap();
    for file in files {
        assert!(!other_ways_in.is_match(&code(&file)), "{}", file.display());
    }
}

#[test]
fn the_plan_is_kept_by_what_it_is_meant_to_catch() {
    let exports = exports("pub use report::{Finding, Outcome}; pub use edit::Patch; pub use text::x::View;");
    let wrong = |room: &str, code: &str| complaints(room, code, &exports).len();
    assert_eq!(wrong("policy", "use crate::entity::Entity; use crate::detect::custom::X; use crate::policy::Y;"), 0);
    assert_eq!(wrong("policy", "use crate::report::Finding;"), 1);
    assert_eq!(wrong("policy", "use crate::{Finding, Patch, text::View as V};"), 1);
    assert_eq!(wrong("wire", "use crate::detect::Detector;"), 1);
    assert_eq!(wrong("engine", "fn f() -> crate::filter::Filter {}"), 1);
    assert_eq!(wrong("engine", "use crate::Nowhere;"), 1);
    assert_eq!(wrong("cellar", ""), 1);
}
