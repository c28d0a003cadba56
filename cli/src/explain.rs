//! `lastfour explain`: what was expected, found and kept, and why. Never prints the secret.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lastfour::{Action, Conversation, Engine, Explanation, FindingKind, Message};

use crate::args;
use crate::console::Console;
use crate::failure::{CliError, Result};
use crate::input::{self, Input, Source};
use crate::reading::{Listener, Reader};
use crate::tally::Troubles;
use crate::transcript::session::Done;
use crate::wording::shown;

/// Runs the command and returns whether everything could be read.
pub(crate) fn run(args: &args::Explain) -> Result<bool> {
    let reader = Reader::new(&args.reading, true)?;
    let mut out = BufWriter::new(io::stdout());
    // True for a pipe or a terminal such as /dev/stdin too.
    let is_file = |what: &String| what == "-" || Path::new(what).metadata().is_ok_and(|there| !there.is_dir());
    let mut succeeded = true;
    if args.what.iter().all(is_file) {
        let mut console = Console::new(args.reading.quiet);
        let mut sources: Vec<Source> = args.what.iter().map(|what| Source::File(PathBuf::from(what))).collect();
        if sources.is_empty() {
            sources.push(Source::StandardInput);
        }
        for source in &mut sources {
            if *source == Source::File("-".into()) {
                *source = Source::StandardInput;
            }
            let mut teller =
                Teller { engine: &reader.engine, out: &mut out, messages: 0, troubles: Troubles::default() };
            let told =
                Input::open(source, &Arc::default()).and_then(|mut input| reader.read(source, &mut input, &mut teller));
            let mut troubles = teller.troubles;
            match told {
                Ok(roles) => {
                    troubles.roles(roles, &reader.engine);
                    console.warn(troubles.warnings(&source.name()));
                }
                Err(CliError::BrokenPipe) => return Err(CliError::BrokenPipe),
                Err(failure) => {
                    console.error(&failure);
                    succeeded = false;
                }
            }
        }
        console.warnings();
    } else if let [what] = args.what.as_slice()
        && input::is_transcript(Path::new(what))
        && !what.contains(' ')
    {
        return Err(CliError::Message(format!("cannot read {what}: it does not exist; check the path")));
    } else {
        // Several unquoted words are one message.
        let text = args.what.join(" ");
        let message = Message::new(args.speaker, &text);
        let explanation = reader.engine.explain(&mut Conversation::new(), &message);
        tell(&mut out, &explanation, "").map_err(|error| CliError::output(&error))?;
    }
    out.flush().map_err(|error| CliError::output(&error))?;
    Ok(succeeded)
}

struct Teller<'a, W: Write> {
    engine: &'a Engine,
    out: &'a mut W,
    messages: u64,
    troubles: Troubles,
}

impl<W: Write> Listener for Teller<'_, W> {
    fn record(&mut self, record: &Done) -> Result<()> {
        self.troubles.add(record);
        for explained in &record.explained {
            self.messages += 1;
            let id = explained.conversation.as_ref().map(|id| shown(&String::from_utf8_lossy(id), self.engine));
            let conversation = id.map(|id| format!(", conversation {id}")).unwrap_or_default();
            writeln!(self.out, "message {} (line {}{conversation}): {}", self.messages, explained.line, explained.role)
                .and_then(|()| tell(self.out, &explained.explanation, "  "))
                .map_err(|error| CliError::output(&error))?;
        }
        Ok(())
    }

    fn pause(&mut self) -> Result<()> {
        self.out.flush().map_err(|error| CliError::output(&error))
    }
}

/// Prints the explanation of a message, one line per item.
fn tell(out: &mut dyn Write, explanation: &Explanation, indent: &str) -> io::Result<()> {
    let outcome = &explanation.outcome;
    for expected in &explanation.expected {
        writeln!(out, "{indent}expected: {expected}")?;
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
                let verb = if finding.action == Action::Block { "blocks the message; masked" } else { "masked" };
                // Only the mask, which is safe to print.
                let edit = outcome.patch.edits().iter().find(|edit| edit.span.overlaps(span));
                edit.map_or_else(|| verb.to_owned(), |edit| format!("{verb} as {}", edit.with))
            }
        };
        writeln!(out, "{indent}found: {what} at {}..{} – {}; {so}", span.start, span.end, finding.evidence)?;
    }
    for passed in &explanation.passed {
        let span = passed.span;
        writeln!(out, "{indent}kept: {} at {}..{} – {}", passed.what, span.start, span.end, passed.why)?;
    }
    if !outcome.recall.is_empty() {
        let lines: Vec<String> = outcome.recall.iter().map(|id| id.0.to_string()).collect();
        writeln!(out, "{indent}completes a secret: earlier pieces in line {}", lines.join(", "))?;
    }
    if explanation.expected.is_empty() && outcome.findings.is_empty() && explanation.passed.is_empty() {
        writeln!(out, "{indent}nothing that looks like a secret")?;
    }
    Ok(())
}
