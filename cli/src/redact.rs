//! `lastfour redact`: writes transcripts with every secret masked.

use std::collections::HashSet;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lastfour::Engine;
use sha2::{Digest, Sha256};

use crate::args::{self, ColorName};
use crate::console::Console;
use crate::diff;
use crate::failure::{CliError, Result};
use crate::files::{self, Wanted};
use crate::input::{self, LEDGER, Packing, Source};
use crate::ledger::{Ledger, Original};
use crate::output::{Output, below, has_other_names, hash_of, hex, real};
use crate::progress::Progress;
use crate::reading::{Listener, Place, Reader};
use crate::report::{FileReport, Report, Status};
use crate::tally::{Account, Tally};
use crate::terminal::Style;
use crate::transcript::session::{Done, Roles};
use crate::wording::{self, count};

/// Runs the command and returns whether every transcript was redacted.
pub(crate) fn run(args: &args::Redact, color: ColorName) -> Result<bool> {
    let reader = Arc::new(Reader::new(&args.reading, false)?);
    let mut sources = input::find(&args.files, args.output.as_deref(), input::is_transcript)?;
    if args.in_place {
        // A file that is named twice is replaced once.
        let mut seen = HashSet::new();
        sources.list.retain(|source| source.path().is_none_or(|path| seen.insert(real(path))));
    }
    if let Some(report) = &args.report {
        check_report(report, &sources, args.output.as_deref())?;
    }
    let prints = args.diff || args.output.is_none() && !args.in_place && !args.dry_run;
    let ledger =
        args.output.as_deref().map(|root| settings(&args.reading).map(|settings| Ledger::open(root, settings)));
    let mut run = Run {
        args,
        engine: &reader.engine,
        tally: Tally::default(),
        progress: Progress::new(sources.size, args.reading.quiet, prints),
        console: Console::new(args.reading.quiet, color),
        style: Style::new(color, io::stdout().is_terminal()),
        packing: None,
        written: HashSet::new(),
        ledger: ledger.transpose()?,
        report: Report::new(args.dry_run || args.diff, sources.left.clone()),
        complete: sources.left.is_empty(),
        flawless: sources.left.is_empty(),
        done_before: 0,
    };
    run.console.left(&sources);
    let wanted = wanted(args)?;
    let read = Arc::clone(&run.progress.read);
    files::each(&reader, &sources.list, args.threads.count(), &read, &wanted, |source, file| {
        match run.transcript(source, file) {
            Ok(report) => run.report.files.push(report),
            Err(CliError::BrokenPipe) => return Err(CliError::BrokenPipe),
            Err(failure) => {
                run.progress.suspend(|| run.console.error(&failure));
                let (file, error) = (source.name(), Some(failure.to_string()));
                run.tally.failed += 1;
                run.report.files.push(FileReport { file, error, status: Status::Failed, ..FileReport::default() });
                run.complete = false;
            }
        }
        Ok(())
    })?;
    run.progress.clear();
    if let Some(path) = &args.report {
        run.report.write(path)?;
    }
    if run.tally.files > 0 && run.done_before == 0 {
        let unmatched = reader.unmatched();
        run.flawless &= unmatched.is_empty();
        run.console.warn(unmatched);
        if let Err(failure) = reader.without_text() {
            run.console.error(&failure);
            run.complete = false;
        }
    }
    run.console.end(&run.summary());
    Ok(run.complete && (run.flawless || !args.strictness.strict))
}

/// Returns which transcripts to read: with `--resume`, those that are not done.
fn wanted(args: &args::Redact) -> Result<Arc<Wanted>> {
    let Some(root) = args.output.clone().filter(|_| args.resume) else { return Ok(Arc::new(|_: &Source| true)) };
    let ledger = Ledger::open(&root, settings(&args.reading)?);
    Ok(Arc::new(move |source: &Source| source.path().is_none_or(|path| !ledger.is_done(&below(&root, path), path))))
}

/// Returns a hash of everything that affects the output, apart from the transcript.
fn settings(args: &args::Reading) -> Result<String> {
    let policy = match &args.policy {
        Some(path) => Some(std::fs::read(path).map_err(|error| CliError::file("read", path, &error))?),
        None => None,
    };
    let args::Reading { format, text_field, only_text_field, role_field, conversation_field, role, .. } = args;
    let fields = (format, text_field, only_text_field, role_field, conversation_field, role);
    let settings = format!("{} {fields:?} {policy:?}", env!("CARGO_PKG_VERSION"));
    Ok(hex(Sha256::new().chain_update(settings)))
}

/// Rejects a report path that would replace a transcript or an output.
fn check_report(report: &Path, sources: &input::Sources, root: Option<&Path>) -> Result<()> {
    let target = real(report);
    for path in sources.list.iter().filter_map(Source::path) {
        let is_output = root.is_some_and(|root| real(&below(root, path)) == target);
        if is_output || real(path) == target {
            let what = if is_output { "the output of a transcript" } else { "a transcript" };
            return Err(CliError::Message(format!("the report would replace {what}: write it to another file")));
        }
    }
    if root.is_some_and(|root| real(&root.join(LEDGER)) == target) {
        return Err(CliError::Message(
            "the report would replace the record of the run: write it to another file".into(),
        ));
    }
    Ok(())
}

/// The state shared by the transcripts of a run.
struct Run<'a> {
    args: &'a args::Redact,
    engine: &'a Engine,
    tally: Tally,
    progress: Progress,
    console: Console,
    /// The style of standard output.
    style: Style,
    /// The compression of standard output, after something was written to it.
    packing: Option<Packing>,
    /// Files written below the output directory.
    written: HashSet<PathBuf>,
    /// The record of the files below the output directory.
    ledger: Option<Ledger>,
    report: Report,
    /// Whether every transcript was redacted as a whole.
    complete: bool,
    /// Whether nothing was skipped and everything was valid in its format.
    flawless: bool,
    /// The number of files that an earlier run has written.
    done_before: u64,
}

impl Run<'_> {
    fn transcript(&mut self, source: &Source, mut file: files::File<'_>) -> Result<FileReport> {
        if *source == Source::StandardInput {
            self.console.reads_terminal();
        }
        let original = source.path().and_then(Original::of);
        let Some(packing) = file.open()? else {
            self.done_before += 1;
            return Ok(FileReport { file: source.name(), status: Status::AlreadyDone, ..FileReport::default() });
        };
        let target = if self.report.dry_run { Target::Nothing } else { self.target(source, packing)? };
        let (in_place, wants_hash) = (self.args.in_place, self.args.report.is_some());
        let mut writer = Writer {
            name: source.name(),
            place: String::new(),
            diff: self.args.diff.then(|| BufWriter::new(io::stdout())),
            run: self,
            target,
            hash: wants_hash.then(Sha256::new),
            changed: false,
            account: Account::default(),
        };
        file.read(&mut writer)?;
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
                // The hash of a compressed output is that of its content, so it is not reported.
                report.sha256 = hash.filter(|_| packing == Packing::Plain).map(hex);
            }
            Target::File(output, path) => {
                if in_place && changed && has_other_names(&path) {
                    return Err(CliError::Message(format!(
                        "{} has further names (hard links) that would keep the secrets: use --output DIR, or copy it first",
                        source.name()
                    )));
                }
                output.finish(in_place && !changed)?;
                if wants_hash || self.ledger.is_some() {
                    let hash = hash_of(&path)?;
                    if let (Some(ledger), Some(original)) = (&mut self.ledger, original) {
                        ledger.add(&path, original, hash.clone())?;
                    }
                    report.sha256 = Some(hash);
                }
                report.output = Some(wording::path(&path));
            }
        }
        self.tally.files += 1;
        self.tally.changed += u64::from(changed);
        self.complete &= account.is_complete();
        self.flawless &= account.is_flawless();
        self.console.warn(report.warnings.clone());
        self.console.note(report.notes.clone());
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
                wording::path(path)
            )));
        }
        if let (Ok(from), Ok(to)) = (path.canonicalize(), target.canonicalize())
            && from == to
        {
            return Err(CliError::Message(format!(
                "{} would be overwritten with its own output: use --in-place, or another directory",
                wording::path(path)
            )));
        }
        let directory = target.parent().unwrap_or(root);
        std::fs::create_dir_all(directory).map_err(|error| CliError::file("create", directory, &error))?;
        Ok(Target::File(Output::file(&target, packing, path)?, target))
    }

    fn summary(&self) -> String {
        let mut summary = self.tally.summary(if self.report.dry_run { "to mask" } else { "masked" });
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

/// The destination of a transcript.
enum Target {
    Standard(Output),
    File(Output, PathBuf),
    Nothing,
}

/// Writes a transcript while it is read.
struct Writer<'r, 'a> {
    run: &'r mut Run<'a>,
    target: Target,
    /// The name of the file, or of the current member in it.
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

    fn record(&mut self, record: Done, place: &Place) -> Result<()> {
        self.run.tally.add(&record);
        self.account.add(&record);
        self.run.progress.tick(self.run.tally.findings);
        self.changed |= !record.patch.is_empty();
        if let Some(out) = self.diff.as_mut().filter(|_| !record.patch.is_empty()) {
            let name = match &place.member {
                Some(member) => format!("{}/{member}", self.name),
                None => self.name.clone(),
            };
            let mut print = || {
                if name != self.place {
                    writeln!(out, "--- {name}\n+++ {name} (redacted)")?;
                }
                diff::print(out, self.run.style, &record)
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
        self.account.roles(roles, self.run.engine);
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
