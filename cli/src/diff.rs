//! Shows the lines of a transcript that change, with the secrets masked on both sides.

use std::io::{self, Write};

use lastfour::{Action, Edit, Patch, Span};

use crate::terminal::{Paint, Style};
use crate::transcript::found::Cursor;
use crate::transcript::session::Done;

/// The number of characters of a line that are shown before, between and after its changes.
const CONTEXT: usize = 60;

/// Prints the changes of a record as a unified diff without context lines.
pub(crate) fn print(out: &mut dyn Write, style: Style, record: &Done) -> io::Result<()> {
    let edits = record.patch.edits();
    let mut cursor = Cursor::new(&record.raw, record.line, record.column);
    let mut next = 0;
    while let Some(first) = edits.get(next) {
        let start = memchr::memrchr(b'\n', &record.raw[..first.span.start]).map_or(0, |at| at + 1);
        // The lines of one change may overlap those of the next change.
        let mut end = start;
        let mut after = next;
        while let Some(edit) = edits.get(after).filter(|edit| after == next || edit.span.start < end) {
            let from = edit.span.end.max(end);
            end = memchr::memchr(b'\n', &record.raw[from..]).map_or(record.raw.len(), |at| from + at);
            after += 1;
        }
        let (line, _) = cursor.to(start);
        let lines = Span::new(start, end);
        writeln!(out, "@@ -{line} +{line} @@")?;
        // Flagged secrets are not shown either.
        let named = named(record, lines);
        let before: Vec<Edit> =
            edits[next..after].iter().map(|edit| Edit { span: edit.span, with: name(record, edit.span) }).collect();
        for (sign, paint, mut shown) in [('-', Paint::Red, before), ('+', Paint::Green, edits[next..after].to_vec())] {
            shown.extend(named.iter().cloned());
            let text = shortened(&record.raw, lines, &Patch::new(sorted(shown)));
            for line in text.split('\n') {
                writeln!(out, "{}", style.paint(paint, &format!("{sign}{line}")))?;
            }
        }
        next = after;
    }
    Ok(())
}

/// Returns edits that replace the flagged secrets in these lines by names.
fn named(record: &Done, lines: Span) -> Vec<Edit> {
    let flagged = record.found.iter().filter(|found| {
        let finding = &found.finding;
        finding.kind.is_there() && finding.action >= Action::Flag && found.span.overlaps(lines)
    });
    flagged
        .filter(|found| !record.patch.edits().iter().any(|edit| edit.span.overlaps(found.span)))
        .map(|found| Edit { span: found.span, with: format!("[{}]", found.finding.entity) })
        .collect()
}

/// Returns the name of a changed place.
fn name(record: &Done, span: Span) -> String {
    let found = record.found.iter().find(|found| found.span.overlaps(span) && found.finding.kind.is_there());
    found.map_or_else(|| "[secret]".to_owned(), |found| format!("[{}]", found.finding.entity))
}

/// Sorts edits and drops those that overlap an earlier one.
fn sorted(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut end = 0;
    edits.retain(|edit| {
        let keep = edit.span.start >= end;
        end = end.max(edit.span.end);
        keep
    });
    edits
}

/// Returns the lines with the edits, and with dots for text that is far from all of them.
fn shortened(raw: &[u8], lines: Span, patch: &Patch) -> String {
    let mut out = String::new();
    let mut at = lines.start;
    for edit in patch.edits() {
        out.push_str(&near(&raw[at..edit.span.start.max(at)], at > lines.start, true));
        out.push_str(&edit.with);
        at = edit.span.end;
    }
    out.push_str(&near(&raw[at..lines.end.max(at)], true, false));
    out
}

/// Shortens a text between changes in its middle, if it is long.
fn near(text: &[u8], after: bool, before: bool) -> String {
    let text: String =
        String::from_utf8_lossy(text).chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    let chars: Vec<char> = text.chars().collect();
    let most = CONTEXT * (usize::from(after) + usize::from(before));
    if chars.len() <= most + 1 {
        return text;
    }
    let head: String = chars[..if after { CONTEXT } else { 0 }].iter().collect();
    let tail: String = chars[chars.len() - if before { CONTEXT } else { 0 }..].iter().collect();
    format!("{head}…{tail}")
}
