//! `lastfour redact`: writes transcripts with every secret masked.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::args;
use crate::console::Console;
use crate::failure::{CliError, Result};
use crate::input::{self, Input, Packing, Source};
use crate::output::{Output, below};
use crate::progress::Progress;
use crate::reading::{Listener, Reader};
use crate::tally::{Tally, Troubles};
use crate::transcript::session::Done;
use crate::wording::count;

/// Runs the command and returns whether every transcript was redacted.
pub(crate) fn run(args: &args::Redact) -> Result<bool> {
    let reader = Reader::new(&args.reading, false)?;
    let sources = input::find(&args.files, args.output.as_deref(), input::is_transcript)?;
    let prints = args.output.is_none() && !args.in_place;
    let mut run = Run {
        tally: Tally::default(),
        progress: Progress::new(sources.size, args.reading.quiet, prints),
        console: Console::new(args.reading.quiet),
        packing: None,
        written: HashSet::new(),
    };
    run.console.skipped(&sources);
    let mut succeeded = true;
    for source in &sources.list {
        match run.transcript(&reader, source, args) {
            Ok(()) => run.tally.files += 1,
            Err(CliError::BrokenPipe) => return Err(CliError::BrokenPipe),
            Err(failure) => {
                run.progress.suspend(|| run.console.error(&failure));
                succeeded = false;
            }
        }
    }
    run.progress.clear();
    let mut summary = run.tally.summary();
    if run.tally.findings > 0 {
        summary = format!("{summary}: {}", run.tally.actions());
    }
    if args.in_place {
        summary = format!("{summary}; {} changed", count(run.tally.changed, "file"));
    }
    run.console.end(&summary);
    Ok(succeeded)
}

/// State shared by the transcripts of a run.
struct Run {
    tally: Tally,
    progress: Progress,
    console: Console,
    /// The compression of standard output, once something was written to it.
    packing: Option<Packing>,
    /// Files written below the output directory.
    written: HashSet<PathBuf>,
}

impl Run {
    fn transcript(&mut self, reader: &Reader, source: &Source, args: &args::Redact) -> Result<()> {
        let mut input = Input::open(source, &self.progress.read)?;
        let output = self.output(source, input.packing, args)?;
        let mut writer = Writer { run: self, output, changed: false, troubles: Troubles::default() };
        let roles = reader.read(source, &mut input, &mut writer)?;
        let Writer { output, changed, mut troubles, .. } = writer;
        troubles.roles(roles, &reader.engine);
        output.finish(args.in_place && !changed)?;
        self.tally.changed += u64::from(changed);
        self.console.warn(troubles.warnings(&source.name()));
        Ok(())
    }

    /// Opens the output for a transcript.
    fn output(&mut self, source: &Source, packing: Packing, args: &args::Redact) -> Result<Output> {
        match (source, &args.output) {
            (Source::File(path), Some(root)) => self.output_below(root, path, packing),
            (Source::File(path), None) if args.in_place => Output::file(path, packing, path),
            (Source::StandardInput, Some(_)) => Err(CliError::Message(
                "standard input has no path below --output: leave --output out, or name files".into(),
            )),
            (Source::StandardInput, None) if args.in_place => {
                Err(CliError::Message("standard input cannot be replaced: leave --in-place out, or name files".into()))
            }
            _ => {
                if self.packing.is_some_and(|before| before != packing) {
                    return Err(CliError::Message(format!(
                        "{} is compressed in another way than the transcripts written before it: use --output DIR",
                        source.name()
                    )));
                }
                self.packing = Some(packing);
                Output::standard(packing)
            }
        }
    }

    fn output_below(&mut self, root: &Path, path: &Path, packing: Packing) -> Result<Output> {
        let target = below(root, path);
        if !self.written.insert(target.clone()) {
            return Err(CliError::Message(format!(
                "{} has the same path below --output as another transcript: run lastfour for each of them",
                path.display()
            )));
        }
        if let (Ok(from), Ok(to)) = (path.canonicalize(), target.canonicalize())
            && from == to
        {
            return Err(CliError::Message(format!(
                "{} would be overwritten with its own output: use --in-place, or another directory",
                path.display()
            )));
        }
        let directory = target.parent().unwrap_or(root);
        std::fs::create_dir_all(directory).map_err(|error| CliError::file("create", directory, &error))?;
        Output::file(&target, packing, path)
    }
}

/// Writes a transcript as it is read.
struct Writer<'a> {
    run: &'a mut Run,
    output: Output,
    changed: bool,
    troubles: Troubles,
}

impl Listener for Writer<'_> {
    fn record(&mut self, record: &Done) -> Result<()> {
        self.run.tally.add(record);
        self.troubles.add(record);
        self.run.progress.tick(self.run.tally.findings);
        if record.patch.is_empty() {
            return self.output.write(&record.raw);
        }
        self.changed = true;
        self.output.write(&record.patch.apply(&record.raw))
    }

    fn pause(&mut self) -> Result<()> {
        self.output.flush()
    }
}
