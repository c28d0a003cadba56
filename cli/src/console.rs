//! What is said on standard error.

use std::io::{self, Write};

use lastfour::Engine;

use crate::failure::CliError;
use crate::input::Sources;
use crate::tally::count;

/// Says errors at once, and at the end what to be careful about and what was done.
pub(crate) struct Console {
    quiet: bool,
    warnings: Vec<String>,
}

impl Console {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, warnings: Vec::new() }
    }

    /// Something went wrong.
    pub(crate) fn error(&self, failure: &CliError) {
        say(&format!("lastfour: {failure}"));
    }

    /// Files were passed over because of their names.
    pub(crate) fn skipped(&mut self, sources: &Sources) {
        if sources.skipped > 0 {
            self.warnings.push(format!(
                "{} skipped: not .txt, .log, .jsonl, .ndjson, .json, .csv or .tsv; name a file to have it read anyway",
                count(sources.skipped as u64, "file")
            ));
        }
    }

    pub(crate) fn warn(&mut self, warnings: Vec<String>) {
        self.warnings.extend(warnings);
    }

    /// Says what to be careful about.
    pub(crate) fn warnings(&self) {
        for warning in self.warnings.iter().filter(|_| !self.quiet) {
            say(&format!("lastfour: warning: {warning}"));
        }
    }

    /// The run is over.
    pub(crate) fn end(&self, summary: &str) {
        self.warnings();
        if !self.quiet {
            say(&format!("lastfour: {summary}"));
        }
    }
}

/// Says a line on standard error. Where nobody listens there, nothing is lost.
///
/// What was typed on the command line, and the names of files, may hold a secret: it is covered here as anywhere.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", Engine::default().redact(line));
}
