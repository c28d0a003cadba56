//! The command line: the doors of the library, opened to files and pipes.
//!
//! `args` says what can be typed; `redact`, `scan`, `explain`, `eval` and `listing` are the commands; `reading` hands
//! them the messages of transcripts; `input`, `output`, `console` and `progress` are their surroundings. Nothing here
//! looks at what was said but through the library's public interface.

mod args;
mod console;
mod eval;
mod explain;
mod failure;
mod input;
mod listing;
mod output;
mod progress;
mod reading;
mod redact;
mod scan;
mod talks;
mod tally;
#[doc(hidden)]
pub mod transcript;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::{CliError, Result};
use scan::Report;

/// Something was found (`scan` only).
const FOUND: u8 = 1;
/// Something went wrong; the same as clap's for what cannot be understood.
const FAILED: u8 = 2;

/// Runs the command that was typed, and returns the exit status of the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // What was typed may hold a secret, and clap repeats it.
        Err(error) if error.use_stderr() => {
            console::say(error.render().to_string().trim_end());
            return ExitCode::from(FAILED);
        }
        Err(help) => help.exit(),
    };
    match dispatch(&cli.command) {
        Ok(code) => code,
        // Whoever reads has read enough.
        Err(CliError::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            console::say(&format!("lastfour: {failure}"));
            ExitCode::from(FAILED)
        }
    }
}

fn dispatch(command: &Command) -> Result<ExitCode> {
    let well = match command {
        Command::Redact(args) => redact::run(args)?,
        Command::Scan(args) => {
            return Ok(match scan::run(args)? {
                Report::Nothing => ExitCode::SUCCESS,
                Report::Found => ExitCode::from(FOUND),
                Report::Failed => ExitCode::from(FAILED),
            });
        }
        Command::Explain(args) => explain::run(args)?,
        Command::Eval(args) => eval::run(args).map(|()| true)?,
        Command::Detectors(args) => listing::detectors(args).map(|()| true)?,
        Command::Policy(args) => listing::policy(args).map(|()| true)?,
        Command::Completions(args) => listing::completions(args).map(|()| true)?,
        Command::Man(args) => listing::man(args).map(|()| true)?,
    };
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}
