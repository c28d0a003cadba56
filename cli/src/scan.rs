//! `lastfour scan`: reports findings and changes nothing. A report never contains the secret.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::Arc;

use lastfour::{Action, Engine, Evidence, FindingKind, Role, Span};
use serde::Serialize;

use crate::args::{self, ColorName, FailOn};
use crate::console::Console;
use crate::failure::{CliError, Result};
use crate::files::{self, Wanted};
use crate::input::{self, Source};
use crate::progress::Progress;
use crate::reading::{Listener, Place, Reader};
use crate::sarif;
use crate::tally::{Account, Tally};
use crate::terminal::{self, Paint, Style};
use crate::transcript::found::{Cursor, Found};
use crate::transcript::session::{Done, Roles};
use crate::wording::shown;

/// The result of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    Nothing,
    Found,
    Failed,
}

/// Runs the command.
pub(crate) fn run(args: &args::Scan, color: ColorName) -> Result<Report> {
    let reader = Arc::new(Reader::new(&args.reading, false)?);
    let sources = input::find(&args.files, None, input::is_transcript)?;
    let mut console = Console::new(args.reading.quiet, color);
    console.left(&sources);
    let form = match (args.json, args.sarif) {
        (true, _) => Form::Json,
        (_, true) => Form::Sarif,
        _ => Form::Table(Columns::of(&sources.list, color)),
    };
    let mut reporter = Reporter {
        engine: &reader.engine,
        out: BufWriter::new(io::stdout()),
        form,
        file: String::new(),
        first: true,
        tally: Tally::default(),
        account: Account::default(),
        progress: Progress::new(sources.size, args.reading.quiet, true),
    };
    reporter.print(|out, form| if matches!(form, Form::Sarif) { sarif::begin(out) } else { Ok(()) })?;
    let mut failed = !sources.left.is_empty();
    let mut flawless = sources.left.is_empty();
    let all: Arc<Wanted> = Arc::new(|_: &Source| true);
    let read = Arc::clone(&reporter.progress.read);
    files::each(&reader, &sources.list, args.threads.count(), &read, &all, |source, mut file| {
        reporter.file = source.name();
        if *source == Source::StandardInput {
            console.reads_terminal();
        }
        match file.open().and_then(|_| file.read(&mut reporter)) {
            Ok(()) => {
                reporter.tally.files += 1;
                console.note(reporter.account.notes(&reporter.file));
            }
            Err(CliError::BrokenPipe) => return Err(CliError::BrokenPipe),
            Err(failure) => {
                reporter.pause()?;
                reporter.progress.suspend(|| console.error(&failure));
                reporter.tally.failed += 1;
                failed = true;
            }
        }
        let account = std::mem::take(&mut reporter.account);
        failed |= !account.is_complete();
        flawless &= account.is_flawless();
        console.warn(account.warnings(&reporter.file));
        Ok(())
    })?;
    reporter.print(|out, form| if matches!(form, Form::Sarif) { sarif::end(out) } else { Ok(()) })?;
    reporter.pause()?;
    reporter.progress.clear();
    if reporter.tally.files > 0 {
        let unmatched = reader.unmatched();
        flawless &= unmatched.is_empty();
        console.warn(unmatched);
        if let Err(failure) = reader.without_text() {
            console.error(&failure);
            failed = true;
        }
    }
    console.end(&reporter.tally.summary("to mask"));
    let counted = match args.fail_on {
        FailOn::Mask => reporter.tally.masked(),
        FailOn::Flag => reporter.tally.findings,
    };
    Ok(match (failed || args.strictness.strict && !flawless, counted) {
        (true, _) => Report::Failed,
        (false, 0) => Report::Nothing,
        (false, _) => Report::Found,
    })
}

/// The output format of findings.
enum Form {
    Table(Columns),
    Json,
    Sarif,
}

/// The version of the lines of `--json`. Increased if a field is removed or changes its meaning. New fields may be
/// added at any time.
const VERSION: u32 = 1;

/// A finding in the output of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    file: &'a str,
    /// The path within an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    line: u64,
    /// The column in characters, counted from 1.
    column: u64,
    end_line: u64,
    end_column: u64,
    /// The byte range in the unpacked file or member.
    bytes: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    role: Role,
    entity: &'a str,
    kind: FindingKind,
    action: Action,
    evidence: Evidence,
    /// Whether it repeats a finding of the same record.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    copy: bool,
    /// The lines with earlier pieces of the same secret that were not masked.
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    recall: &'a [u64],
}

struct Reporter<'a> {
    engine: &'a Engine,
    out: BufWriter<Stdout>,
    form: Form,
    file: String,
    /// Whether nothing was reported yet.
    first: bool,
    tally: Tally,
    account: Account,
    progress: Progress,
}

impl Reporter<'_> {
    fn print(&mut self, write: impl FnOnce(&mut dyn Write, &mut Form) -> io::Result<()>) -> Result<()> {
        write(&mut self.out, &mut self.form).map_err(|error| CliError::output(&error))
    }

    fn report(&mut self, line: &Line<'_>) -> Result<()> {
        if line.copy && !matches!(self.form, Form::Json) {
            return Ok(());
        }
        let first = std::mem::take(&mut self.first);
        self.print(|out, form| match form {
            Form::Json => {
                serde_json::to_writer(&mut *out, line)?;
                out.write_all(b"\n")
            }
            Form::Sarif => {
                let file = line.path();
                let finding = sarif::Finding {
                    file: &file,
                    what: line.entity,
                    kind: line.kind,
                    action: line.action,
                    why: &line.evidence.to_string(),
                    start: (line.line, line.column),
                    end: (line.end_line, line.end_column),
                    bytes: line.bytes,
                };
                sarif::finding(out, first, &finding)
            }
            Form::Table(columns) => {
                if first {
                    columns.row(out, ["WHERE", "CONVERSATION", "ROLE", "WHAT", "ACTION", "WHY"], Some(Paint::Bold))?;
                }
                line.row(out, columns)
            }
        })
    }

    fn found(
        &mut self,
        file: &str,
        record: &Done,
        found: &Found,
        place: &Place,
        from: (u64, u64),
        to: (u64, u64),
    ) -> Result<()> {
        let finding = &found.finding;
        let conversation = found.conversation.as_ref().map(|id| shown(&String::from_utf8_lossy(id), self.engine));
        self.report(&Line {
            version: VERSION,
            file,
            member: place.member.as_deref(),
            line: from.0,
            column: from.1,
            end_line: to.0,
            end_column: to.1,
            bytes: place.bytes(record, found.span),
            conversation,
            role: found.role,
            entity: finding.entity.as_str(),
            kind: finding.kind,
            action: finding.action,
            evidence: finding.evidence,
            copy: found.copy,
            recall: &found.recall,
        })
    }
}

impl Line<'_> {
    /// Returns the path of the file, including the member of an archive.
    fn path(&self) -> String {
        self.member.map_or_else(|| self.file.to_owned(), |member| format!("{}/{member}", self.file))
    }

    /// Prints a row of the table.
    fn row(&self, out: &mut dyn Write, columns: &mut Columns) -> io::Result<()> {
        let place = format!("{}:{}:{}", self.path(), self.line, self.column);
        let what = match self.kind {
            FindingKind::Solicitation => format!("asks for {}", self.entity),
            FindingKind::Expiry => format!("expiry of {}", self.entity),
            _ => self.entity.to_owned(),
        };
        let conversation = self.conversation.as_deref().unwrap_or("-");
        let mut why = self.evidence.to_string();
        if !self.recall.is_empty() {
            let lines: Vec<String> = self.recall.iter().map(u64::to_string).collect();
            why = format!("{why}, earlier pieces in line {}", lines.join(", "));
        }
        let paint = if self.action >= Action::Mask { Paint::Red } else { Paint::Yellow };
        columns.row(out, [&place, conversation, self.role.as_str(), &what, self.action.as_str(), &why], Some(paint))
    }
}

/// The column widths of the table. Each grows to the widest cell so far. The first one starts with the longest file
/// name. Rows are truncated to the width of the terminal.
struct Columns {
    widths: [usize; 5],
    terminal: Option<usize>,
    style: Style,
}

impl Columns {
    fn of(sources: &[Source], color: ColorName) -> Self {
        const LINE: usize = ":100000:100".len();
        let is_terminal = io::stdout().is_terminal();
        let place = sources.iter().map(|source| source.name().chars().count() + LINE).max().unwrap_or(0);
        let terminal = if is_terminal { terminal::width() } else { None };
        Self { widths: [place, 16, 8, 26, 6], terminal, style: Style::new(color, is_terminal) }
    }

    /// Prints a row. `paint` is the color of the column with the entity.
    fn row(&mut self, out: &mut dyn Write, cells: [&str; 6], paint: Option<Paint>) -> io::Result<()> {
        const WHAT: usize = 3;
        let mut room = self.terminal.unwrap_or(usize::MAX);
        for (number, cell) in cells.iter().enumerate() {
            let len = cell.chars().count();
            let width = self.widths.get_mut(number).map_or(len, |width| {
                *width = len.max(*width);
                *width + GAP
            });
            let cell: String = format!("{cell:<width$}").chars().take(room).collect();
            room -= cell.chars().count();
            match paint.filter(|_| number == WHAT || matches!(paint, Some(Paint::Bold))) {
                Some(paint) => write!(out, "{}", self.style.paint(paint, &cell))?,
                None => write!(out, "{cell}")?,
            }
        }
        writeln!(out)
    }
}

/// The number of blanks between two columns.
const GAP: usize = 2;

impl Listener for Reporter<'_> {
    fn begin(&mut self, _member: Option<&str>, format: &'static str) {
        self.account.format(format);
    }

    fn record(&mut self, record: Done, place: &Place) -> Result<()> {
        self.tally.add(&record);
        self.account.add(&record);
        let file = std::mem::take(&mut self.file);
        let mut cursor = Cursor::new(&record.raw, record.line, record.column);
        for found in record.found.iter().filter(|found| found.finding.action != Action::Allow) {
            let from = cursor.to(found.span.start);
            let to = cursor.clone().to(found.span.end);
            self.found(&file, &record, found, place, from, to)?;
        }
        self.file = file;
        self.progress.tick(self.tally.findings);
        Ok(())
    }

    fn end(&mut self, roles: Roles) {
        self.account.roles(roles, self.engine);
    }

    fn left(&mut self, member: &str) {
        self.account.leave(member);
    }

    fn pause(&mut self) -> Result<()> {
        self.out.flush().map_err(|error| CliError::output(&error))
    }
}
