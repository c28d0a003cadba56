//! `lastfour explain`: what was expected, found and kept, and why. Never prints the secret.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lastfour::{Action, Conversation, Engine, Explanation, FindingKind, Message, Span};

use crate::args::{self, ColorName};
use crate::console::Console;
use crate::failure::{CliError, Result};
use crate::input::{self, Input, Source};
use crate::reading::{Listener, Place, Reader};
use crate::tally::Account;
use crate::terminal::{Paint, Style};
use crate::transcript::session::{Done, Roles};
use crate::wording::{self, shown};

/// Runs the command and returns whether everything could be read.
pub(crate) fn run(args: &args::Explain, color: ColorName) -> Result<bool> {
    let style = Style::new(color, io::stdout().is_terminal());
    let reader = Reader::new(&args.reading, true)?;
    let mut out = BufWriter::new(io::stdout());
    // Also true for a pipe, or a terminal such as /dev/stdin.
    let is_file = |what: &String| what == "-" || Path::new(what).metadata().is_ok_and(|there| !there.is_dir());
    let mut succeeded = true;
    if args.what.iter().all(is_file) {
        let mut console = Console::new(args.reading.quiet, color);
        let mut sources: Vec<Source> = args.what.iter().map(|what| Source::File(PathBuf::from(what))).collect();
        if sources.is_empty() {
            sources.push(Source::StandardInput);
        }
        for source in &mut sources {
            if *source == Source::File("-".into()) {
                *source = Source::StandardInput;
            }
            if *source == Source::StandardInput {
                console.reads_terminal();
            }
            let mut teller =
                Printer { engine: &reader.engine, style, out: &mut out, messages: 0, account: Account::default() };
            let told = Input::open(source, &Arc::default())
                .and_then(|mut input| reader.read(source, &mut input, 1, &mut teller));
            let account = teller.account;
            match told {
                Ok(()) => {
                    succeeded &= account.is_complete();
                    console.warn(account.warnings(&source.name()));
                    console.note(account.notes(&source.name()));
                }
                Err(CliError::BrokenPipe) => return Err(CliError::BrokenPipe),
                Err(failure) => {
                    console.error(&failure);
                    succeeded = false;
                }
            }
        }
        console.warn(reader.unmatched());
        if let Err(failure) = reader.without_text() {
            console.error(&failure);
            succeeded = false;
        }
        console.warnings();
    } else if let [what] = args.what.as_slice()
        && input::is_transcript(Path::new(what))
        && !what.contains(' ')
    {
        return Err(CliError::Message(format!(
            "cannot read {}: it does not exist; check the path",
            wording::name(what)
        )));
    } else {
        // Several unquoted words are one message.
        let text = args.what.join(" ");
        let message = Message::new(args.speaker, &text);
        let explanation = reader.engine.explain(&mut Conversation::new(), &message);
        show(&mut out, style, text.as_bytes(), &explanation)
            .and_then(|()| tell(&mut out, style, &explanation, "", &|span| format!("{}..{}", span.start, span.end)))
            .map_err(|error| CliError::output(&error))?;
    }
    out.flush().map_err(|error| CliError::output(&error))?;
    Ok(succeeded)
}

struct Printer<'a, W: Write> {
    engine: &'a Engine,
    out: &'a mut W,
    style: Style,
    messages: u64,
    account: Account,
}

impl<W: Write> Listener for Printer<'_, W> {
    fn begin(&mut self, _member: Option<&str>, format: &'static str) {
        self.account.format(format);
    }

    fn record(&mut self, record: Done, _place: &Place) -> Result<()> {
        self.account.add(&record);
        for explained in &record.explained {
            self.messages += 1;
            let id = explained.conversation.as_ref().map(|id| shown(&String::from_utf8_lossy(id), self.engine));
            let conversation = id.map(|id| format!(", conversation {id}")).unwrap_or_default();
            let place = format!("line {}:{}", explained.line, explained.column);
            let at = |span: Span| {
                let (line, column) = explained.places.get(&span).copied().unwrap_or((explained.line, explained.column));
                format!("{line}:{column}")
            };
            let head = format!("message {} ({place}{conversation}): {}", self.messages, explained.role);
            writeln!(self.out, "{}", self.style.paint(Paint::Bold, &head))
                .and_then(|()| tell(self.out, self.style, &explained.explanation, "  ", &at))
                .map_err(|error| CliError::output(&error))?;
        }
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

/// Prints a message as it would be written, and marks below it what was found (`^`) and what was kept (`~`).
fn show(out: &mut dyn Write, style: Style, text: &[u8], explanation: &Explanation) -> io::Result<()> {
    let outcome = &explanation.outcome;
    let mut places: Vec<(Span, char)> = outcome.findings.iter().map(|finding| (finding.span, '^')).collect();
    places.extend(explanation.passed.iter().map(|passed| (passed.span, '~')));
    if places.is_empty() {
        return Ok(());
    }
    let masked = outcome.patch.apply(text);
    // Maps a byte of the message to the masked one: edits before it have moved it, and an edit around it begins there.
    let moved = |at: usize, is_end: bool| {
        let mut shift = 0isize;
        for edit in outcome.patch.edits() {
            let grown = isize::try_from(edit.with.len()).unwrap_or(0) - isize::try_from(edit.span.len()).unwrap_or(0);
            if edit.span.end <= at {
                shift += grown;
            } else if edit.span.start < at {
                let start = edit.span.start.saturating_add_signed(shift);
                return if is_end { start + edit.with.len() } else { start };
            }
        }
        at.saturating_add_signed(shift)
    };
    let mut marks: Vec<char> = vec![' '; masked.len() + 1];
    for (span, mark) in places {
        let (start, end) = (moved(span.start, false), moved(span.end, true));
        for place in marks.iter_mut().take(end.min(masked.len())).skip(start) {
            if *place != '^' {
                *place = mark;
            }
        }
    }
    let mut at = 0;
    for line in masked.split_inclusive(|b| *b == b'\n') {
        let words = line.trim_ascii_end();
        // One mark for each character.
        let starts = (0..words.len()).filter(|place| words[*place] & 0xC0 != 0x80);
        let below: String = starts
            .map(|place| if words[place] == b'\t' && marks[at + place] == ' ' { '\t' } else { marks[at + place] })
            .collect();
        writeln!(out, "{}", String::from_utf8_lossy(words).replace(|c: char| c.is_control() && c != '\t', " "))?;
        if !below.trim().is_empty() {
            writeln!(out, "{}", style.paint(Paint::Red, below.trim_end()))?;
        }
        at += line.len();
    }
    Ok(())
}

/// Prints the explanation of a message, one line per item. `place` returns where a range of the message is.
fn tell(
    out: &mut dyn Write,
    style: Style,
    explanation: &Explanation,
    indent: &str,
    place: &dyn Fn(Span) -> String,
) -> io::Result<()> {
    let outcome = &explanation.outcome;
    for expected in &explanation.expected {
        writeln!(out, "{indent}{} {expected}", style.paint(Paint::Yellow, "expected:"))?;
    }
    for finding in &outcome.findings {
        let what = match finding.kind {
            FindingKind::Solicitation => format!("asks for {}", finding.entity),
            FindingKind::Expiry => format!("expiry of {}", finding.entity),
            _ => finding.entity.to_string(),
        };
        let span = finding.span;
        let so = match finding.action {
            Action::Allow => "allowed by the policy".to_owned(),
            Action::Flag => "flagged, not masked".to_owned(),
            Action::Mask | Action::Block if finding.kind == FindingKind::Solicitation => {
                "blocks the message".to_owned()
            }
            Action::Mask | Action::Block => {
                // Print only the mask, which is safe.
                let edit = outcome.patch.edits().iter().find(|edit| edit.span.overlaps(span));
                let masked = edit.map_or_else(|| "masked".to_owned(), |edit| format!("masked as {}", edit.with));
                match finding.action {
                    Action::Block => format!("blocks the message (in a transcript: {masked})"),
                    _ => masked,
                }
            }
        };
        let label = style.paint(Paint::Red, "found:");
        writeln!(out, "{indent}{label} {what} at {} – {}; {so}", place(span), finding.evidence)?;
    }
    for passed in &explanation.passed {
        let label = style.paint(Paint::Green, "kept:");
        writeln!(out, "{indent}{label} {} at {} – {}", passed.what, place(passed.span), passed.why)?;
    }
    for weighed in &explanation.weighed {
        let mut reasons: Vec<_> = weighed.reasons.iter().map(|r| format!("{} {:+}", r.what, r.score)).collect();
        let rest = weighed.score - weighed.reasons.iter().map(|reason| reason.score).sum::<i32>();
        if rest != 0 {
            reasons.push(format!("smaller parts and a constant {rest:+}"));
        }
        let what = weighed.entity.map_or("no kind of secret".to_owned(), |entity| entity.to_string());
        let needed = weighed.needed.map(|needed| format!(" (masked from {needed:+})")).unwrap_or_default();
        let (place, score) = (place(weighed.span), weighed.score);
        writeln!(out, "{indent}weighed: {what} at {place} – score {score:+}{needed}: {}", reasons.join("; "))?;
    }
    if !outcome.recall.is_empty() {
        let lines: Vec<String> = outcome.recall.iter().map(|id| id.0.to_string()).collect();
        writeln!(out, "{indent}completes a secret: earlier pieces in line {}", lines.join(", "))?;
    }
    if explanation.expected.is_empty()
        && outcome.findings.is_empty()
        && explanation.passed.is_empty()
        && explanation.weighed.is_empty()
    {
        writeln!(out, "{indent}nothing that looks like a secret")?;
    }
    Ok(())
}
