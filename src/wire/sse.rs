//! Server-sent events (`text/event-stream`): the events of a stream, and the data of an event.
//!
//! In come the bytes of a stream in any pieces; out come its events, each with all its raw bytes, so that what is not
//! changed goes on as it came: comments, ids, names, retry times, line ends of any kind, a byte-order mark. Nothing is
//! refused: a last event without its blank line is an event too.
//!
//! # Example
//!
//! ```
//! use lastfour::wire::sse::{Splitter, data};
//!
//! let mut splitter = Splitter::new();
//! splitter.push(b"id: 7\ndata: hel");
//! assert_eq!(splitter.next_event(), None);
//! splitter.push(b"lo\ndata: you\n\n");
//! let event = splitter.next_event().unwrap();
//! assert_eq!(event, b"id: 7\ndata: hello\ndata: you\n\n");
//! assert_eq!(data(&event).unwrap().bytes, &b"hello\nyou"[..]);
//! ```

use std::borrow::Cow;

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::text::Alignment;
use crate::wire::Content;
use crate::wire::buffer::Buffer;

/// Cuts a stream into its events. Holds the event that is not yet complete, whatever its size: the caller bounds it by
/// [`held`](Self::held).
#[derive(Debug, Clone, Default)]
pub struct Splitter {
    buffer: Buffer,
    /// How many of the held bytes have been looked at: they belong to the event that is not yet complete.
    seen: usize,
    /// The line at `seen` has a byte.
    in_line: bool,
    /// The byte before `seen` is a carriage return.
    after_return: bool,
}

impl Splitter {
    /// A splitter before the first byte of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, piece: &[u8]) {
        self.buffer.push(piece);
    }

    /// The next event that is complete, with all its bytes up to the end of its blank line.
    pub fn next_event(&mut self) -> Option<Vec<u8>> {
        let held = self.buffer.held();
        while let Some(&byte) = held.get(self.seen) {
            self.seen += 1;
            let blank = match byte {
                b'\n' if self.after_return => false,
                b'\n' | b'\r' => !std::mem::take(&mut self.in_line),
                _ => {
                    self.in_line = true;
                    false
                }
            };
            self.after_return = byte == b'\r';
            if blank {
                // A line feed that belongs to the carriage return goes along, unless it has not come yet: then it
                // starts the next event, where it ends no line.
                if self.after_return && held.get(self.seen) == Some(&b'\n') {
                    self.seen += 1;
                    self.after_return = false;
                }
                return Some(self.buffer.take(std::mem::take(&mut self.seen)));
            }
        }
        None
    }

    /// What is left at the end of the stream: an event without its blank line, often nothing.
    #[must_use]
    pub fn rest(&mut self) -> Vec<u8> {
        let rest = self.buffer.take(self.held());
        *self = Self::new();
        rest
    }

    /// Number of bytes that are held because their event is not complete.
    #[must_use]
    pub fn held(&self) -> usize {
        self.buffer.held().len()
    }
}

/// The data of an event: the values of its `data` fields, with a line feed between two of them. `None` where it has no
/// such field.
#[must_use]
pub fn data(event: &[u8]) -> Option<Content<'_>> {
    let mut values = lines(event).filter_map(|line| value(event, line, b"data"));
    let first = values.next()?;
    let Some(second) = values.next() else {
        return Some(Content::plain(&event[first.range()], first.start));
    };
    let mut bytes = event[first.range()].to_vec();
    let mut alignment = Alignment::identity();
    alignment.plain(first.len());
    let mut end = first.end;
    for next in std::iter::once(second).chain(values) {
        bytes.push(b'\n');
        alignment.atomic(1, next.start - end);
        bytes.extend_from_slice(&event[next.range()]);
        alignment.plain(next.len());
        end = next.end;
    }
    Some(Content { bytes: Cow::Owned(bytes), alignment, offset: first.start })
}

/// The name of an event: the value of its last `event` field.
#[must_use]
pub fn name(event: &[u8]) -> Option<&[u8]> {
    lines(event).filter_map(|line| value(event, line, b"event")).last().map(|span| &event[span.range()])
}

/// The edits on the bytes of an event that do what `patch` does to its [`data`]. A line feed in a replacement starts a
/// new `data` field.
#[must_use]
pub fn data_edits(event: &[u8], data: &Content<'_>, patch: &Patch) -> Vec<Edit> {
    let end = match event.iter().position(|b| matches!(b, b'\r' | b'\n')) {
        Some(at) if event[at] == b'\r' && event.get(at + 1) == Some(&b'\n') => "\r\n",
        Some(at) if event[at] == b'\r' => "\r",
        _ => "\n",
    };
    let field = format!("{end}data: ");
    data.edits(patch, |with| with.replace("\r\n", "\n").replace('\r', "\n").replace('\n', &field))
}

/// The lines of an event, without their ends.
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

/// Where the value stands, if the line is a field of that name.
fn value(event: &[u8], line: Span, name: &[u8]) -> Option<Span> {
    let rest = event[line.range()].strip_prefix(name)?;
    match rest {
        [] => Some(Span::new(line.end, line.end)),
        [b':', b' ', ..] => Some(Span::new(line.start + name.len() + 2, line.end)),
        [b':', ..] => Some(Span::new(line.start + name.len() + 1, line.end)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "\u{feff}: hi\n\ndata: one\n\r\ndata: two\r\ndata:three\r\r\n\rid\rdata\r\n\r\ndata: last";

    fn events(pieces: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::new();
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
    fn a_stream_cut_anywhere_gives_the_same_data_and_all_its_bytes() {
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
    fn only_a_field_of_that_very_name_is_data() {
        assert_eq!(data(b": data: x\ndatas: y\n data: z\n\n"), None);
        assert_eq!(&*data(b"data:  two blanks\n\n").unwrap().bytes, b" two blanks");
        assert_eq!(name(b"event: a\nevent: done\ndata: x\n\n"), Some(&b"done"[..]));
    }
}
