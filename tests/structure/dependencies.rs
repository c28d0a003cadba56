//! What the packages depend on.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::{read, root};

fn cargo(args: &[&str]) -> String {
    run(Command::new(env!("CARGO")).args(args).args(["--locked", "--offline"]).current_dir(root()))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The crates that `package` is built with on this machine, besides itself.
fn crates(package: &str, features: &[&str]) -> BTreeSet<String> {
    let tree = ["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let listed = cargo(&[&tree[..], features].concat());
    let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    listed.lines().map(name).filter(|name| name != package).collect()
}

#[test]
fn the_readme_states_how_many_crates_the_library_needs() {
    let readme = read("README.md");
    let alone = crates("lastfour", &["--no-default-features"]).len();
    let with_tower = crates("lastfour", &[]).len();
    for stated in [format!("{alone} crates without default features"), format!("{with_tower} with `tower`")] {
        assert!(readme.contains(&stated), "the README does not say {stated:?}");
    }
}

#[test]
fn only_websockets_and_the_proxy_need_an_async_runtime() {
    for (package, features) in
        [("lastfour", &["--features", "compression,metrics,tracing"][..]), ("lastfour-cli", &["--no-default-features"])]
    {
        let crates = crates(package, features);
        assert!(crates.len() > 10, "the dependencies of {package} were not found");
        for runtime in ["tokio", "async-std", "smol", "hyper"] {
            assert!(!crates.contains(runtime), "{package} depends on {runtime}");
        }
    }
}

#[test]
fn no_dependency_needs_a_newer_rust_than_the_declared_one() {
    let rustc = run(Command::new("rustc").arg("-vV"));
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Crates for other platforms may not have been downloaded.
    let metadata = cargo(&["metadata", "--all-features", "--format-version", "1", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let version = |text: &str| -> Vec<u32> { text.split('.').map(|part| part.parse().unwrap()).collect() };
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let declared = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
    let needed: BTreeSet<String> =
        ["lastfour", "lastfour-cli"].iter().flat_map(|package| crates(package, &["--all-features"])).collect();
    let packages = metadata["packages"].as_array().unwrap();
    for package in packages.iter().filter(|package| needed.contains(package["name"].as_str().unwrap())) {
        let Some(theirs) = package["rust_version"].as_str() else { continue };
        assert!(
            version(theirs)[..2] <= version(declared)[..2],
            "{} {} needs Rust {theirs}, and Cargo.toml declares {declared}",
            package["name"],
            package["version"]
        );
    }
}
