//! Messages on standard error.

use std::io::{self, Write};

use crate::failure::CliError;
use crate::input::Sources;
use crate::wording::count;

/// Prints errors at once; warnings and the summary at the end.
pub(crate) struct Console {
    quiet: bool,
    warnings: Vec<String>,
}

impl Console {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, warnings: Vec::new() }
    }

    /// Prints an error.
    pub(crate) fn error(&self, failure: &CliError) {
        say(&format!("lastfour: {failure}"));
    }

    /// Adds a warning about files in directories that were not read because of their extension.
    pub(crate) fn skipped(&mut self, sources: &Sources) {
        if sources.skipped > 0 {
            self.warnings.push(format!(
                "{} skipped: not .txt, .log, .jsonl, .ndjson, .json, .csv or .tsv; a file that is named is always read",
                count(sources.skipped as u64, "file")
            ));
        }
    }

    pub(crate) fn warn(&mut self, warnings: Vec<String>) {
        self.warnings.extend(warnings);
    }

    /// Prints the warnings.
    pub(crate) fn warnings(&self) {
        for warning in self.warnings.iter().filter(|_| !self.quiet) {
            say(&format!("lastfour: warning: {warning}"));
        }
    }

    /// Prints the warnings and the summary of the run.
    pub(crate) fn end(&self, summary: &str) {
        self.warnings();
        if !self.quiet {
            say(&format!("lastfour: {summary}"));
        }
    }
}

/// Prints a line on standard error and ignores failures to do so.
///
/// The line must not hold text from a transcript. Arguments and file names are printed as they were typed.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
