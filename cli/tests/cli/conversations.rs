//! The labelled conversations, scored by `lastfour eval`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::lastfour;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conversations");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder is there").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    assert!(files.len() >= 5);
    files
}

#[test]
fn secrets_are_stopped_and_the_rest_comes_through() {
    let output = lastfour(&["eval"]).arg("--json").args(files()).output().expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let total = |name: &str| report["total"][name].as_f64().unwrap_or(0.0);
    let recall = 1.0 - total("missed") / total("secrets");
    assert!(total("secrets") > 2000.0 && total("clean") > 5000.0, "{report}");
    assert!(recall >= 0.97, "recall {recall}");
    assert!(total("lost") / total("keeps") <= 0.005, "keeps lost: {} of {}", total("lost"), total("keeps"));
    assert!(
        total("changed") / total("clean") <= 0.003,
        "clean turns changed: {} of {}",
        total("changed"),
        total("clean")
    );
}
