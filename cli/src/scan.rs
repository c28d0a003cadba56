//! `lastfour scan`: reports findings and changes nothing. A report never contains the secret.

use std::io::{self, BufWriter, Stdout, Write};

use lastfour::{Action, Engine, Evidence, FindingKind, Role, Span};
use serde::Serialize;

use crate::args;
use crate::console::Console;
use crate::failure::{CliError, Result};
use crate::input::{self, Input, Source};
use crate::progress::Progress;
use crate::reading::{Listener, Reader};
use crate::tally::{Tally, Troubles};
use crate::transcript::found::Found;
use crate::transcript::session::Done;
use crate::wording::shown;

/// The result of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    Nothing,
    Found,
    Failed,
}

/// Runs the command.
pub(crate) fn run(args: &args::Scan) -> Result<Report> {
    let reader = Reader::new(&args.reading, false)?;
    let sources = input::find(&args.files, None, input::is_transcript)?;
    let mut console = Console::new(args.reading.quiet);
    console.skipped(&sources);
    let mut reporter = Reporter {
        engine: &reader.engine,
        out: BufWriter::new(io::stdout()),
        json: args.json,
        file: String::new(),
        columns: Columns::of(&sources.list),
        headed: false,
        tally: Tally::default(),
        troubles: Troubles::default(),
        progress: Progress::new(sources.size, args.reading.quiet, true),
    };
    let mut failed = false;
    for source in &sources.list {
        reporter.file = source.name();
        let read = Input::open(source, &reporter.progress.read)
            .and_then(|mut input| reader.read(source, &mut input, &mut reporter));
        match read {
            Ok(roles) => {
                reporter.tally.files += 1;
                reporter.troubles.roles(roles, &reader.engine);
            }
            Err(CliError::BrokenPipe) => return Err(CliError::BrokenPipe),
            Err(failure) => {
                reporter.pause()?;
                reporter.progress.suspend(|| console.error(&failure));
                failed = true;
            }
        }
        console.warn(std::mem::take(&mut reporter.troubles).warnings(&reporter.file));
    }
    reporter.pause()?;
    reporter.progress.clear();
    console.end(&reporter.tally.summary());
    Ok(match (failed, reporter.tally.findings) {
        (true, _) => Report::Failed,
        (false, 0) => Report::Nothing,
        (false, _) => Report::Found,
    })
}

/// A finding in the output of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    line: u64,
    /// Byte range in the decompressed file.
    bytes: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    role: Role,
    entity: &'a str,
    kind: FindingKind,
    action: Action,
    evidence: Evidence,
    /// It repeats a finding of the same record.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    copy: bool,
    /// Lines with earlier pieces of the same secret that were not masked.
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    recall: &'a [u64],
}

struct Reporter<'a> {
    engine: &'a Engine,
    out: BufWriter<Stdout>,
    json: bool,
    file: String,
    columns: Columns,
    headed: bool,
    tally: Tally,
    troubles: Troubles,
    progress: Progress,
}

impl Reporter<'_> {
    fn report(&mut self, line: &Line<'_>) -> io::Result<()> {
        if self.json {
            serde_json::to_writer(&mut self.out, line)?;
            return self.out.write_all(b"\n");
        }
        if line.copy {
            return Ok(());
        }
        if !self.headed {
            self.headed = true;
            self.columns.row(&mut self.out, ["WHERE", "CONVERSATION", "ROLE", "WHAT", "ACTION", "WHY"])?;
        }
        let place = format!("{}:{}", line.file, line.line);
        let what = match line.kind {
            FindingKind::Solicitation => format!("asks for {}", line.entity),
            FindingKind::Expiry => format!("expiry of {}", line.entity),
            _ => line.entity.to_owned(),
        };
        let conversation = line.conversation.as_deref().unwrap_or("-");
        let mut why = line.evidence.to_string();
        if !line.recall.is_empty() {
            let lines: Vec<String> = line.recall.iter().map(u64::to_string).collect();
            why = format!("{why}, earlier pieces in line {}", lines.join(", "));
        }
        self.columns.row(&mut self.out, [&place, conversation, line.role.as_str(), &what, line.action.as_str(), &why])
    }

    fn found(&mut self, file: &str, record: &Done, found: &Found, line: u64) -> Result<()> {
        let finding = &found.finding;
        let offset = usize::try_from(record.offset).unwrap_or(usize::MAX);
        let conversation = found.conversation.as_ref().map(|id| shown(&String::from_utf8_lossy(id), self.engine));
        self.report(&Line {
            file,
            line,
            bytes: Span::new(found.span.start.saturating_add(offset), found.span.end.saturating_add(offset)),
            conversation,
            role: found.role,
            entity: finding.entity.as_str(),
            kind: finding.kind,
            action: finding.action,
            evidence: finding.evidence,
            copy: found.copy,
            recall: &found.recall,
        })
        .map_err(|error| CliError::output(&error))
    }
}

/// The widths of the columns of the table. Each grows to the widest cell so far; the first starts with the longest file
/// name.
struct Columns([usize; 5]);

impl Columns {
    fn of(sources: &[Source]) -> Self {
        const LINE: usize = ":1000000".len();
        let place = sources.iter().map(|source| source.name().chars().count() + LINE).max().unwrap_or(0);
        Self([place, 16, 8, 22, 6])
    }

    fn row(&mut self, out: &mut dyn Write, cells: [&str; 6]) -> io::Result<()> {
        for (width, cell) in self.0.iter_mut().zip(cells) {
            *width = cell.chars().count().max(*width);
            write!(out, "{cell:<width$}  ", width = *width)?;
        }
        writeln!(out, "{}", cells[5])
    }
}

impl Listener for Reporter<'_> {
    fn record(&mut self, record: &Done) -> Result<()> {
        self.tally.add(record);
        self.troubles.add(record);
        let file = std::mem::take(&mut self.file);
        let (mut line, mut counted) = (record.line, 0);
        for found in record.found.iter().filter(|found| found.finding.action != Action::Allow) {
            if found.span.start > counted {
                line += memchr::memchr_iter(b'\n', &record.raw[counted..found.span.start]).count() as u64;
                counted = found.span.start;
            }
            self.found(&file, record, found, line)?;
        }
        self.file = file;
        self.progress.tick(self.tally.findings);
        Ok(())
    }

    fn pause(&mut self) -> Result<()> {
        self.out.flush().map_err(|error| CliError::output(&error))
    }
}
