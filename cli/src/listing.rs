//! The commands that print detectors, the policy, completions and man pages.

use std::io::{self, Write};

use clap::CommandFactory;
use lastfour::{Entity, FindingKind, Policy};

use crate::args::{self, Cli};
use crate::failure::{CliError, Result};
use crate::reading;

/// `lastfour detectors`
pub(crate) fn detectors(args: &args::Detectors) -> Result<()> {
    let policy = reading::policy(args.policy.as_deref())?;
    print(|out| {
        writeln!(out, "{:<24}  {:<6}  {:<7}  WHAT", "DETECTOR", "ACTION", "REVEALS")?;
        let mut row = |entity: Entity, what: &str| {
            let action = policy.action(entity, FindingKind::Disclosure);
            // A long secret, so that the policy shows as many digits as it can.
            let reveals = policy.reveal(entity, 64);
            writeln!(out, "{:<24}  {:<6}  {:<7}  {what}", entity.as_str(), action.as_str(), reveals)
        };
        for spec in lastfour::detectors() {
            row(spec.entity, spec.title)?;
        }
        for detector in policy.detectors() {
            row(detector.entity(), "custom detector of the policy")?;
        }
        Ok(())
    })
}

/// `lastfour policy`
pub(crate) fn policy(args: &args::Policy) -> Result<()> {
    match &args.check {
        Some(path) => {
            reading::policy(Some(path))?;
            crate::console::say(&format!("lastfour: {} is a valid policy", crate::wording::path(path)));
            Ok(())
        }
        None => print(|out| out.write_all(Policy::default().to_toml().as_bytes())),
    }
}

/// `lastfour completions`
pub(crate) fn completions(args: &args::Completions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lastfour", &mut script);
    print(|out| out.write_all(&script))
}

/// `lastfour man`
pub(crate) fn man(args: &args::Man) -> Result<()> {
    match &args.output {
        Some(directory) => std::fs::create_dir_all(directory)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), directory))
            .map_err(|error| CliError::file("write to", directory, &error)),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| CliError::output(&error))?;
            print(|out| out.write_all(&page))
        }
    }
}

fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = io::stdout().lock();
    write(&mut out).and_then(|()| out.flush()).map_err(|error| CliError::output(&error))
}
