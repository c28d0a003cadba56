//! The command line through its binary: what it promises, as a user and as a program see it.

mod archives;
mod bytes;
mod commands;
mod conversations;
mod doors;
mod exports;
mod files;
mod formats;
mod guide;
mod jobs;
mod logs;
mod manners;
mod streams;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A card number as it is printed, made up, and what is left of it.
const CARD: &str = "3743 453331 47897";
const MASKED: &str = "**** ****** *7897";

/// The binary with these arguments.
fn lastfour(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastfour"));
    command.args(arguments);
    command
}

/// Runs the binary on `input`.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = lastfour(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_vec();
    // The binary may end before it has read everything.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends");
    output
}

/// What `redact` with these arguments makes of `input`.
fn redacted(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let arguments: Vec<&str> = std::iter::once("redact").chain(arguments.iter().copied()).collect();
    let output = run(&arguments, input);
    assert!(output.status.success(), "{}", stderr(&output));
    output.stdout
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("standard output is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A directory of its own for a test, removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory for the test");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is below the directory")).expect("its directory");
        fs::write(&path, content).expect("a file for the test");
        path
    }

    /// Names of everything below, sorted.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut open = vec![self.0.clone()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).expect("it can be listed") {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    names.push(path.strip_prefix(&self.0).expect("it is below").display().to_string());
                }
            }
        }
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}
