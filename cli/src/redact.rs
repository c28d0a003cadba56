//! `lastfour redact`: writes transcripts with every secret masked.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::args::{self, ColorName};
use crate::console::Console;
use crate::diff;
use crate::failure::{CliError, Result};
use crate::input::{self, Input, Packing, Source};
use crate::output::{Output, below};
use crate::progress::Progress;
use crate::reading::{Listener, Place, Reader};
use crate::report::{FileReport, Report, Status};
use crate::tally::{Account, Tally};
use crate::terminal::Style;
use crate::transcript::session::{Done, Roles};
use crate::wording::count;

/// Runs the command and returns whether every transcript was redacted.
pub(crate) fn run(args: &args::Redact, color: ColorName) -> Result<bool> {
    let reader = Reader::new(&args.reading, false)?;
    let sources = input::find(&args.files, args.output.as_deref(), input::is_transcript)?;
    if let Some(report) = &args.report {
        refuse_input(report, &sources)?;
    }
    let prints = args.diff || args.output.is_none() && !args.in_place && !args.dry_run;
    let mut run = Run {
        args,
        tally: Tally::default(),
        progress: Progress::new(sources.size, args.reading.quiet, prints),
        console: Console::new(args.reading.quiet, color),
        style: Style::new(color, io::stdout().is_terminal()),
        packing: None,
        written: HashSet::new(),
        report: Report::new(args.dry_run || args.diff, sources.left.clone()),
        flawless: sources.left.is_empty(),
        done_before: 0,
    };
    run.console.left(&sources);
    let mut succeeded = true;
    for source in &sources.list {
        match run.transcript(&reader, source) {
            Ok(report) => run.report.files.push(report),
            Err(CliError::BrokenPipe) => return Err(CliError::BrokenPipe),
            Err(failure) => {
                run.progress.suspend(|| run.console.error(&failure));
                let (file, error) = (source.name(), Some(failure.to_string()));
                run.report.files.push(FileReport { file, error, status: Status::Failed, ..FileReport::default() });
                succeeded = false;
            }
        }
    }
    run.progress.clear();
    if let Some(path) = &args.report {
        run.report.write(path)?;
    }
    run.console.end(&run.summary());
    Ok(succeeded && (run.flawless || !args.strictness.strict))
}

/// Refuses a report that would replace one of the transcripts.
fn refuse_input(report: &Path, sources: &input::Sources) -> Result<()> {
    let real = |path: &Path| path.canonicalize().ok();
    let Some(target) = real(report) else { return Ok(()) };
    let replaced = sources.list.iter().any(|source| match source {
        Source::File(path) => real(path).as_ref() == Some(&target),
        _ => false,
    });
    if replaced {
        return Err(CliError::Message("the report would replace a transcript: write it to another file".to_owned()));
    }
    Ok(())
}

/// State shared by the transcripts of a run.
struct Run<'a> {
    args: &'a args::Redact,
    tally: Tally,
    progress: Progress,
    console: Console,
    /// The style of standard output.
    style: Style,
    /// The compression of standard output, once something was written to it.
    packing: Option<Packing>,
    /// Files written below the output directory.
    written: HashSet<PathBuf>,
    report: Report,
    /// Nothing was left, and everything was read as its format asks.
    flawless: bool,
    /// Files that an earlier run has written.
    done_before: u64,
}

impl Run<'_> {
    fn transcript(&mut self, reader: &Reader, source: &Source) -> Result<FileReport> {
        if let (Source::File(path), Some(root), true) = (source, &self.args.output, self.args.resume)
            && is_newer(&below(root, path), path)
        {
            self.done_before += 1;
            return Ok(FileReport { file: source.name(), status: Status::AlreadyDone, ..FileReport::default() });
        }
        if *source == Source::StandardInput {
            self.console.reads_terminal();
        }
        let mut input = Input::open(source, &self.progress.read)?;
        let target = if self.report.dry_run { Target::Nothing } else { self.target(source, input.packing)? };
        let (in_place, wants_hash) = (self.args.in_place, self.args.report.is_some());
        let mut writer = Writer {
            name: source.name(),
            place: String::new(),
            diff: self.args.diff.then(|| BufWriter::new(io::stdout())),
            run: self,
            engine: &reader.engine,
            target,
            hash: wants_hash.then(Sha256::new),
            changed: false,
            account: Account::default(),
        };
        reader.read(source, &mut input, &mut writer)?;
        let Writer { target, changed, account, hash, diff, .. } = writer;
        if let Some(mut diff) = diff {
            diff.flush().map_err(|error| CliError::output(&error))?;
        }
        let mut report = account.report(&source.name());
        report.status = if changed { Status::Changed } else { Status::Unchanged };
        match target {
            Target::Nothing => {}
            Target::Standard(output) => {
                output.finish(false)?;
                // Of what is compressed the content is known only.
                report.sha256 = hash.filter(|_| input.packing == Packing::Plain).map(hex);
            }
            Target::File(output, path) => {
                output.finish(in_place && !changed)?;
                if wants_hash {
                    report.sha256 = Some(hash_of(&path)?);
                }
                report.output = Some(path.display().to_string());
            }
        }
        self.tally.files += 1;
        self.tally.changed += u64::from(changed);
        self.flawless &= account.is_flawless();
        self.console.warn(report.warnings.clone());
        Ok(report)
    }

    /// Opens the output for a transcript.
    fn target(&mut self, source: &Source, packing: Packing) -> Result<Target> {
        match (source, &self.args.output) {
            (Source::File(path), Some(root)) => self.target_below(root, path, packing),
            (Source::File(path), None) if self.args.in_place => {
                Ok(Target::File(Output::file(path, packing, path)?, path.clone()))
            }
            (Source::StandardInput, Some(_)) => Err(CliError::Message(
                "standard input has no path below --output: leave --output out, or name files".into(),
            )),
            (Source::StandardInput, None) if self.args.in_place => {
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
                let name = source.plain_name().to_ascii_lowercase();
                let binary = name.ends_with(".zip") || name.ends_with(".xlsx");
                Ok(Target::Standard(Output::standard(packing, binary, &source.name())?))
            }
        }
    }

    fn target_below(&mut self, root: &Path, path: &Path, packing: Packing) -> Result<Target> {
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
        Ok(Target::File(Output::file(&target, packing, path)?, target))
    }

    fn summary(&self) -> String {
        let mut summary = self.tally.summary();
        if self.tally.findings > 0 {
            summary = format!("{summary}: {}", self.tally.actions());
        }
        if self.args.in_place || self.report.dry_run {
            let verb = if self.report.dry_run { "would change" } else { "changed" };
            summary = format!("{summary}; {} {verb}", count(self.tally.changed, "file"));
        }
        if self.done_before > 0 {
            summary = format!("{summary}; {} already done", count(self.done_before, "file"));
        }
        summary
    }
}

/// Where a transcript is written.
enum Target {
    Standard(Output),
    File(Output, PathBuf),
    Nothing,
}

/// Writes a transcript as it is read.
struct Writer<'r, 'a> {
    run: &'r mut Run<'a>,
    engine: &'r lastfour::Engine,
    target: Target,
    /// The name of the file, and of the member that is read with it.
    name: String,
    place: String,
    diff: Option<BufWriter<Stdout>>,
    hash: Option<Sha256>,
    changed: bool,
    account: Account,
}

impl Listener for Writer<'_, '_> {
    fn begin(&mut self, _member: Option<&str>, format: &'static str) {
        self.account.format(format);
    }

    fn record(&mut self, record: &Done, place: &Place<'_>) -> Result<()> {
        self.run.tally.add(record);
        self.account.add(record);
        self.run.progress.tick(self.run.tally.findings);
        self.changed |= !record.patch.is_empty();
        if let Some(out) = self.diff.as_mut().filter(|_| !record.patch.is_empty()) {
            let name = place.member.map_or_else(|| self.name.clone(), |member| format!("{}/{member}", self.name));
            let mut print = || {
                if name != self.place {
                    writeln!(out, "--- {name}\n+++ {name} (redacted)")?;
                }
                diff::print(out, self.run.style, record)
            };
            print().map_err(|error| CliError::output(&error))?;
            self.place = name;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.target {
            Target::Nothing => Ok(()),
            Target::File(output, _) => output.write(bytes),
            Target::Standard(output) => {
                if let Some(hash) = &mut self.hash {
                    hash.update(bytes);
                }
                output.write(bytes)
            }
        }
    }

    fn end(&mut self, roles: Roles) {
        self.account.roles(roles, self.engine);
    }

    fn left(&mut self, member: &str) {
        self.account.leave(member);
    }

    fn pause(&mut self) -> Result<()> {
        if let Some(diff) = &mut self.diff {
            diff.flush().map_err(|error| CliError::output(&error))?;
        }
        match &mut self.target {
            Target::Standard(output) => output.flush(),
            Target::File(..) | Target::Nothing => Ok(()),
        }
    }
}

/// Returns whether an output exists and is at least as new as its original.
fn is_newer(output: &Path, original: &Path) -> bool {
    let time = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    matches!((time(output), time(original)), (Some(output), Some(original)) if output >= original)
}

/// The SHA-256 of a file.
fn hash_of(path: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path).map_err(|error| CliError::file("read", path, &error))?;
    let mut buffer = vec![0; 128 << 10];
    loop {
        match io::Read::read(&mut file, &mut buffer) {
            Ok(0) => return Ok(hex(hash)),
            Ok(len) => hash.update(&buffer[..len]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(CliError::file("read", path, &error)),
        }
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
