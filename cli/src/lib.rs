//! The command line of `lastfour`.
//!
//! `args` defines the arguments; `redact`, `scan`, `explain`, `eval` and `listing` are the commands; `proxy` is one too and does not read transcripts; `reading` passes
//! them the messages of transcripts; `input`, `output`, `console` and `progress` handle files and the terminal. Messages
//! are scanned through the library's public interface only.

#![warn(clippy::print_stderr, clippy::print_stdout)]

mod archive;
mod args;
mod charset;
mod console;
mod eval;
mod explain;
mod failure;
mod input;
mod listing;
mod output;
mod progress;
#[cfg(feature = "proxy")]
mod proxy;
mod reading;
mod redact;
mod scan;
mod tally;
#[doc(hidden)]
pub mod transcript;
mod wording;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::{CliError, Result};
use scan::Report;

/// Exit status of `scan` if something was found.
const FOUND: u8 = 1;
/// Exit status after an error; the same as clap's.
const FAILED: u8 = 2;

/// Parses the arguments, runs the command and returns the exit status.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match dispatch(&cli.command) {
        Ok(code) => code,
        // The reader of the output has closed it, as `head` does.
        Err(CliError::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            console::say(&format!("lastfour: {failure}"));
            ExitCode::from(FAILED)
        }
    }
}

fn dispatch(command: &Command) -> Result<ExitCode> {
    let succeeded = match command {
        Command::Redact(args) => redact::run(args)?,
        Command::Scan(args) => {
            return Ok(match scan::run(args)? {
                Report::Nothing => ExitCode::SUCCESS,
                Report::Found => ExitCode::from(FOUND),
                Report::Failed => ExitCode::from(FAILED),
            });
        }
        #[cfg(feature = "proxy")]
        Command::Proxy(args) => proxy::run(args)?,
        Command::Explain(args) => explain::run(args)?,
        Command::Eval(args) => eval::run(args).map(|()| true)?,
        Command::Detectors(args) => listing::detectors(args).map(|()| true)?,
        Command::Policy(args) => listing::policy(args).map(|()| true)?,
        Command::Completions(args) => listing::completions(args).map(|()| true)?,
        Command::Man(args) => listing::man(args).map(|()| true)?,
    };
    Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}
