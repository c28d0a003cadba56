//! Messages on standard error.

use std::io::{self, IsTerminal, Write};

use crate::args::ColorName;
use crate::failure::CliError;
use crate::input::Sources;
use crate::terminal::{Paint, Style};

/// Prints errors at once; warnings and the summary at the end.
pub(crate) struct Console {
    quiet: bool,
    style: Style,
    warnings: Vec<String>,
    notes: Vec<String>,
}

impl Console {
    pub(crate) fn new(quiet: bool, color: ColorName) -> Self {
        let style = Style::new(color, io::stderr().is_terminal());
        Self { quiet, style, warnings: Vec::new(), notes: Vec::new() }
    }

    /// Prints an error.
    pub(crate) fn error(&self, failure: &CliError) {
        say(&format!("{} {failure}", self.style.paint(Paint::Red, "lastfour:")));
    }

    /// Reports that input is read from the terminal, because otherwise nothing seems to happen.
    pub(crate) fn reads_terminal(&self) {
        if !self.quiet && io::stdin().is_terminal() {
            say(
                "lastfour: reading from the terminal; type or paste a transcript and end it with Ctrl-D, or name files",
            );
        }
    }

    /// Adds a warning about files in directories that are skipped because of their extensions.
    pub(crate) fn left(&mut self, sources: &Sources) {
        if let Some(left) = sources.left_as_text() {
            self.warnings
                .push(format!("{left} left: not the extension of a transcript; a file that is named is always read"));
        }
    }

    pub(crate) fn warn(&mut self, warnings: Vec<String>) {
        self.warnings.extend(warnings);
    }

    /// Adds notes, which unlike warnings are no reason to fail.
    pub(crate) fn note(&mut self, notes: Vec<String>) {
        self.notes.extend(notes);
    }

    /// Prints the notes and the warnings.
    pub(crate) fn warnings(&self) {
        for note in self.notes.iter().filter(|_| !self.quiet) {
            say(&format!("lastfour: note: {note}"));
        }
        for warning in self.warnings.iter().filter(|_| !self.quiet) {
            say(&format!("lastfour: {} {warning}", self.style.paint(Paint::Yellow, "warning:")));
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

/// Prints a line on standard error and ignores errors.
///
/// The line must not contain text from a transcript. File names must come from `wording::path`.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
