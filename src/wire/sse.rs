//! Server-sent events (`text/event-stream`): splits a stream into events and reads the data of an event.
//!
//! Every event comes out with all its raw bytes, so that comments, ids, names, retry times, line ends and a byte-order mark
//! are sent unchanged. A last event without its blank line is an event too.

use std::borrow::Cow;
use std::mem;

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::text::Alignment;
use crate::wire::Content;
use crate::wire::buffer::Buffer;

/// Splits a stream into events. Holds an incomplete event of any size: the caller limits it by [`held`](Self::held).
#[derive(Debug, Clone, Default)]
pub(crate) struct Splitter {
    buffer: Buffer,
    /// Whether the current line has a byte.
    in_line: bool,
    /// Whether the last examined byte is a carriage return.
    after_return: bool,
    /// Whether the last line that was not empty ended in CR LF.
    in_pairs: bool,
    /// Whether the event is complete except for the line feed of its blank line.
    at_return: bool,
}

impl Splitter {
    /// Appends the next bytes of the stream.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.buffer.push(piece);
    }

    /// Takes the next complete event, with all its bytes up to the end of its blank line.
    ///
    /// In a stream that mixes line ends, the line feed after the carriage return that ended an event may come as an event
    /// of its own. All events together are the bytes of the stream.
    pub(crate) fn next_event(&mut self) -> Option<Vec<u8>> {
        while let Some(&byte) = self.buffer.unexamined().first() {
            if self.at_return {
                self.buffer.advance(usize::from(byte == b'\n'));
                return Some(self.take());
            }
            self.buffer.advance(1);
            if byte == b'\n' && self.after_return {
                self.after_return = false;
                self.in_pairs = true;
                if self.buffer.examined() == 1 {
                    return Some(self.take());
                }
                continue;
            }
            self.after_return = byte == b'\r';
            if !matches!(byte, b'\n' | b'\r') {
                self.in_line = true;
            } else if mem::take(&mut self.in_line) {
                self.in_pairs = false;
            } else if byte == b'\r' && (self.in_pairs || !self.buffer.unexamined().is_empty()) {
                // A line feed that belongs to the carriage return is part of this event. Wait for it only if the stream
                // is known to send it.
                self.at_return = true;
            } else {
                let after_return = self.after_return;
                let event = self.take();
                self.after_return = after_return;
                return Some(event);
            }
        }
        None
    }

    fn take(&mut self) -> Vec<u8> {
        self.at_return = false;
        self.after_return = false;
        self.buffer.take_examined()
    }

    /// Takes the rest at the end of the stream: an event without its blank line, or nothing.
    #[must_use]
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        mem::take(self).buffer.take_all()
    }

    /// Returns the number of bytes held because their event is incomplete.
    #[must_use]
    pub(crate) fn held(&self) -> usize {
        self.buffer.held().len()
    }
}

/// Returns the data of an event: the values of its `data` fields, joined by line feeds. `None` if it has no such field. If
/// no field is spelled correctly, near misses such as ` data: x` count, since many readers accept them.
#[must_use]
pub(crate) fn data(event: &[u8]) -> Option<Content<'_>> {
    let values: Vec<Span> = lines(event).filter_map(|line| value(event, line, b"data")).collect();
    if values.is_empty() {
        let nearly: Vec<Span> = lines(event).filter_map(|line| nearly_data(event, line)).collect();
        return joined(event, &nearly);
    }
    joined(event, &values)
}

/// Returns the lines of an event that are neither comments nor known fields nor its [`data`], grouped if adjacent. Readers
/// disagree about what such lines are.
#[must_use]
pub(crate) fn strays(event: &[u8]) -> Vec<Vec<Span>> {
    let strict = lines(event).any(|line| value(event, line, b"data").is_some());
    let mut groups: Vec<Vec<Span>> = Vec::new();
    let mut inside = false;
    for line in lines(event) {
        let stray = !is_known(event, line) && (strict || nearly_data(event, line).is_none());
        if stray && inside {
            groups.last_mut().into_iter().for_each(|group| group.push(line));
        } else if stray {
            groups.push(vec![line]);
        }
        inside = stray;
    }
    groups
}

/// Joins these parts of an event by line feeds. `None` if there is no part.
#[must_use]
pub(crate) fn joined<'e>(event: &'e [u8], spans: &[Span]) -> Option<Content<'e>> {
    let (first, rest) = spans.split_first()?;
    if rest.is_empty() {
        return Some(Content::plain(&event[first.range()], first.start));
    }
    let mut bytes = event[first.range()].to_vec();
    let mut alignment = Alignment::identity();
    alignment.plain(first.len());
    let mut end = first.end;
    for next in rest {
        bytes.push(b'\n');
        alignment.atomic(1, next.start - end);
        bytes.extend_from_slice(&event[next.range()]);
        alignment.plain(next.len());
        end = next.end;
    }
    Some(Content { bytes: Cow::Owned(bytes), alignment, offset: first.start })
}

/// Returns the name of an event: the value of its last `event` field.
#[must_use]
pub(crate) fn name(event: &[u8]) -> Option<&[u8]> {
    lines(event).filter_map(|line| value(event, line, b"event")).last().map(|span| &event[span.range()])
}

/// Returns the id of an event: the value of its last `id` field.
#[must_use]
pub(crate) fn id(event: &[u8]) -> Option<&[u8]> {
    lines(event).filter_map(|line| value(event, line, b"id")).last().map(|span| &event[span.range()])
}

/// Returns whether an event consists of comments only, as servers send to keep a connection open.
#[must_use]
pub(crate) fn is_comment(event: &[u8]) -> bool {
    let mut comments = 0;
    lines(event).filter(|line| !line.is_empty()).all(|line| {
        comments += 1;
        event[line.start] == b':'
    }) && comments > 0
}

/// Returns the edits on the raw event for a patch on its [`data`]. A line feed in a replacement starts a new `data` field.
#[must_use]
pub(crate) fn data_edits(event: &[u8], data: &Content<'_>, patch: &Patch) -> Vec<Edit> {
    let field = format!("{}data: ", line_end(event));
    data.edits(patch, |with| one_feed(with).replace('\n', &field))
}

/// Returns the edits on the raw event for a patch on some of its lines.
#[must_use]
pub(crate) fn line_edits(event: &[u8], lines: &Content<'_>, patch: &Patch) -> Vec<Edit> {
    lines.edits(patch, |with| one_feed(with).replace('\n', line_end(event)))
}

/// Returns the line end of the first line of an event.
#[must_use]
pub(crate) fn line_end(event: &[u8]) -> &'static str {
    match event.iter().position(|b| matches!(b, b'\r' | b'\n')) {
        Some(at) if event[at] == b'\r' && event.get(at + 1) == Some(&b'\n') => "\r\n",
        Some(at) if event[at] == b'\r' => "\r",
        _ => "\n",
    }
}

fn one_feed(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Returns the lines of an event, without line ends.
fn lines(event: &[u8]) -> impl Iterator<Item = Span> + '_ {
    let mut at = if event.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    std::iter::from_fn(move || {
        if at >= event.len() {
            return None;
        }
        let start = at;
        let end = event[start..].iter().position(|b| matches!(b, b'\r' | b'\n')).map_or(event.len(), |n| start + n);
        at = end + 1 + usize::from(event.get(end..end + 2) == Some(b"\r\n"));
        Some(Span::new(start, end))
    })
}

/// Returns the span of the value if the line is a field of that name.
fn value(event: &[u8], line: Span, name: &[u8]) -> Option<Span> {
    let rest = event[line.range()].strip_prefix(name)?;
    match rest {
        [] => Some(Span::new(line.end, line.end)),
        [b':', b' ', ..] => Some(Span::new(line.start + name.len() + 2, line.end)),
        [b':', ..] => Some(Span::new(line.start + name.len() + 1, line.end)),
        _ => None,
    }
}

/// Returns the span of the value if the line is a `data` field apart from blanks around its name and letter case.
fn nearly_data(event: &[u8], line: Span) -> Option<Span> {
    let bytes = &event[line.range()];
    let colon = bytes.iter().position(|b| *b == b':')?;
    let blank = usize::from(bytes.get(colon + 1) == Some(&b' '));
    let is_data = bytes[..colon].trim_ascii().eq_ignore_ascii_case(b"data");
    is_data.then(|| Span::new(line.start + colon + 1 + blank, line.end))
}

/// Returns whether a line is empty, a comment or a known field.
fn is_known(event: &[u8], line: Span) -> bool {
    let bytes = &event[line.range()];
    let retry = value(event, line, b"retry");
    // `retry` is a time in milliseconds. A longer number is something else.
    bytes.is_empty()
        || bytes[0] == b':'
        || [&b"data"[..], b"event", b"id"].iter().any(|name| value(event, line, name).is_some())
        || retry.is_some_and(|span| span.len() < 10 && event[span.range()].iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "\u{feff}: hi\n\ndata: one\n\r\ndata: two\r\ndata:three\r\r\n\rid\rdata\r\n\r\ndata: last";

    fn events(pieces: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut all = Vec::new();
        for piece in pieces {
            splitter.push(piece);
            while let Some(event) = splitter.next_event() {
                all.push(event);
            }
        }
        all.push(splitter.rest());
        all.into_iter().map(|event| String::from_utf8(event).unwrap()).collect()
    }

    fn texts(events: &[String]) -> Vec<String> {
        events
            .iter()
            .filter_map(|event| data(event.as_bytes()))
            .map(|data| String::from_utf8(data.bytes.into_owned()).unwrap())
            .collect()
    }

    #[test]
    fn an_event_is_returned_when_its_blank_line_has_arrived() {
        let mut splitter = Splitter::default();
        splitter.push(b"id: 7\ndata: hel");
        assert_eq!(splitter.next_event(), None);
        splitter.push(b"lo\ndata: you\n\n");
        let event = splitter.next_event().unwrap();
        assert_eq!(event, b"id: 7\ndata: hello\ndata: you\n\n");
        assert_eq!(data(&event).unwrap().bytes, &b"hello\nyou"[..]);
        assert_eq!(splitter.held(), 0);
    }

    #[test]
    fn data_and_bytes_do_not_depend_on_chunks() {
        let whole = events(&[STREAM.as_bytes()]);
        assert_eq!(texts(&whole), ["one", "two\nthree", "", "last"]);
        for split in 0..=STREAM.len() {
            let (a, b) = STREAM.as_bytes().split_at(split);
            let parts = events(&[a, b]);
            assert_eq!(parts.concat(), STREAM, "split at {split}");
            assert_eq!(texts(&parts), texts(&whole), "split at {split}");
        }
        let bytes: Vec<&[u8]> = STREAM.as_bytes().chunks(1).collect();
        assert_eq!(texts(&events(&bytes)), texts(&whole));
    }

    #[test]
    fn a_line_feed_is_awaited_only_if_lines_end_in_cr_lf() {
        let mut splitter = Splitter::default();
        splitter.push(b"data: a\r\n\r");
        assert_eq!(splitter.next_event(), None);
        splitter.push(b"\n\r");
        assert_eq!(splitter.next_event().unwrap(), b"data: a\r\n\r\n");
        assert_eq!(splitter.next_event(), None);
        splitter.push(b"data: b\r\r");
        assert_eq!(splitter.next_event().unwrap(), b"\r");
        assert_eq!(splitter.next_event().unwrap(), b"data: b\r\r");
        splitter.push(b"\ndata: c\n\n");
        assert_eq!(splitter.next_event().unwrap(), b"\n");
        assert_eq!(splitter.next_event().unwrap(), b"data: c\n\n");
        assert_eq!(splitter.rest(), b"");
    }

    #[test]
    fn lines_that_are_not_fields_are_strays() {
        let event = b": c\nid: 1\nfoo: a\nbar\nretry: 5\nretry: 4111111111111111\ndata: x\n data: y\n\n";
        let texts: Vec<Vec<u8>> =
            strays(event).iter().map(|group| joined(event, group).unwrap().bytes.into_owned()).collect();
        assert_eq!(texts, [&b"foo: a\nbar"[..], b"retry: 4111111111111111", b" data: y"]);
        assert_eq!(&*data(event).unwrap().bytes, b"x");
        assert_eq!(&*data(b"\tData : y\n\n").unwrap().bytes, b"y");
        assert!(strays(b"\tData : y\n\n").is_empty());
    }

    #[test]
    fn an_edit_over_two_lines_of_data_keeps_the_rest_of_the_event() {
        let event = b"id: 4\r\ndata: my 3782\r\ndata: 822463 ok\r\n\r\n";
        let data = data(event).unwrap();
        assert_eq!(&*data.bytes, b"my 3782\n822463 ok");
        let patch = Patch::new(vec![Edit { span: Span::new(3, 14), with: "****\n**2463".into() }]);
        let edits = data_edits(event, &data, &patch);
        assert_eq!(
            Patch::new(edits).apply(event).as_ref(),
            b"id: 4\r\ndata: my ****\r\ndata: **2463 ok\r\n\r\n".as_slice()
        );
    }

    #[test]
    fn only_a_field_with_exactly_that_name_is_data() {
        assert_eq!(data(b": data: x\ndatas: y\nmy data: z\n\n"), None);
        assert_eq!(&*data(b"data:  two blanks\n\n").unwrap().bytes, b" two blanks");
        assert_eq!(name(b"event: a\nevent: done\ndata: x\n\n"), Some(&b"done"[..]));
        assert!(is_comment(b": a\r\n:\r\n\r\n"));
        assert!(!is_comment(b"\n") && !is_comment(b": a\ndata: b\n\n"));
    }
}
