//! The house and what is said of it: imports run downward, and the README and the DESIGN say what is there.

mod layers;
mod readme;

use std::fs;
use std::path::{Path, PathBuf};

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

/// All Rust files below a folder, sorted.
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
    files.sort();
    files
}
