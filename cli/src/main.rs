//! The program `lastfour`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastfour_cli::run()
}
