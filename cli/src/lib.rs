//! The command line of `lastfour`.
//!
//! `args` defines the arguments; `redact`, `scan`, `explain`, `eval` and `listing` are the commands that read
//! transcripts or print lists; `proxy` is the server. `reading` passes the messages of transcripts to the other
//! commands; `tally`, `report`, `diff` and `sarif` report the findings; `files` and `threads` distribute the work over
//! the cores; `input`, `output`, `interrupt`, `ledger`, `console`, `terminal` and `progress` handle files and the
//! terminal. Messages are scanned only through the public interface of the library and a few items that its
//! documentation hides.

#![warn(clippy::print_stderr, clippy::print_stdout)]

mod archive;
mod args;
mod charset;
mod console;
mod diff;
mod eval;
mod explain;
mod failure;
mod files;
mod input;
mod interrupt;
mod kind;
mod ledger;
mod listing;
mod output;
mod progress;
#[cfg(feature = "proxy")]
mod proxy;
mod reading;
mod redact;
mod report;
mod sarif;
mod scan;
mod tally;
mod terminal;
mod threads;
#[doc(hidden)]
pub mod transcript;
mod wording;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, ColorName, Command};
use failure::{CliError, Result};
use scan::Report;

/// Exit status of `scan` if something to mask was found.
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
    let color = cli.color;
    match dispatch(&cli.command, color) {
        Ok(code) => code,
        // The reader of the output has closed it, as `head` does.
        Err(CliError::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            console::Console::new(false, color).error(&failure);
            ExitCode::from(FAILED)
        }
    }
}

fn dispatch(command: &Command, color: ColorName) -> Result<ExitCode> {
    let succeeded = match command {
        Command::Redact(args) => redact::run(args, color)?,
        Command::Scan(args) => {
            return Ok(match scan::run(args, color)? {
                Report::Nothing => ExitCode::SUCCESS,
                Report::Found => ExitCode::from(FOUND),
                Report::Failed => ExitCode::from(FAILED),
            });
        }
        #[cfg(feature = "proxy")]
        Command::Proxy(args) => proxy::run(args)?,
        #[cfg(feature = "ext-proc")]
        Command::ExtProc(args) => proxy::run_ext_proc(args)?,
        Command::Explain(args) => explain::run(args, color)?,
        Command::Eval(args) => eval::run(args).map(|()| true)?,
        Command::Detectors(args) => listing::detectors(args).map(|()| true)?,
        Command::Policy(args) => listing::policy(args).map(|()| true)?,
        Command::Completions(args) => listing::completions(args).map(|()| true)?,
        Command::Man(args) => listing::man(args).map(|()| true)?,
    };
    Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}
