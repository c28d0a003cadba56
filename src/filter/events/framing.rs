//! How the events of a stream are framed: server-sent events, or lines.

use super::paths::Unit;
use crate::edit::{Edit, Patch};
use crate::json::Tree;
use crate::wire::{Content, ndjson, sse};

/// A framing of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::filter) enum Framing {
    /// Server-sent events.
    Events,
    /// One document per line.
    Lines,
    /// One document per line, after a short name and a colon: `0:"hello"`.
    NamedLines,
    /// Messages of a connection, one per event. Each was scanned by itself before.
    Messages,
}

/// Splits a stream into events.
#[derive(Debug)]
pub(super) enum Splitter {
    Events(sse::Splitter),
    Lines(ndjson::Splitter),
}

/// The maximum length in bytes of a first line that has a name.
const LONGEST_FIRST_LINE: usize = 4096;

/// The maximum length of the name of a line, in bytes.
const LONGEST_NAME: usize = 2;

impl Framing {
    /// Returns a splitter at the start of a stream.
    pub(super) fn splitter(self) -> Splitter {
        match self {
            Self::Events => Splitter::Events(sse::Splitter::default()),
            Self::Lines | Self::NamedLines | Self::Messages => Splitter::Lines(ndjson::Splitter::default()),
        }
    }

    /// Returns the name of an event.
    pub(super) fn name(self, event: &[u8]) -> &[u8] {
        match self {
            Self::Events => sse::name(event).unwrap_or_default(),
            Self::Lines | Self::Messages => &[],
            Self::NamedLines => line_name(event).map_or(&[][..], |len| &event[..len]),
        }
    }

    /// Returns what the framing says about the message of an event.
    pub(super) fn unit(self, event: &[u8]) -> Unit {
        match self {
            Self::Events => sse::id(event).map_or(Unit::Unknown, |id| Unit::Id(id.to_vec())),
            Self::Lines | Self::Messages => Unit::Own,
            // Servers write the tokens of an answer in such lines.
            Self::NamedLines => Unit::Unknown,
        }
    }

    /// Returns the data of an event, or `None` if it has no data.
    pub(super) fn data(self, event: &[u8]) -> Option<Content<'_>> {
        let start = match self {
            Self::Events => return sse::data(event),
            Self::Messages => return Some(Content::plain(event, 0)),
            Self::Lines => 0,
            Self::NamedLines => line_name(event).map_or(0, |len| len + 1),
        };
        let span = ndjson::document(&event[start..]);
        let from = start + span.start;
        (!span.is_empty()).then(|| Content::plain(&event[from..from + span.len()], from))
    }

    /// Returns the edits on the raw event for a patch on its data.
    pub(super) fn edits(self, event: &[u8], data: &Content<'_>, patch: &Patch) -> Vec<Edit> {
        match self {
            Self::Events => sse::data_edits(event, data, patch),
            // A line feed would end the line.
            Self::Lines | Self::NamedLines => data.edits(patch, |with| with.replace('\n', " ")),
            Self::Messages => data.edits(patch, str::to_owned),
        }
    }

    /// Returns an event in three parts: what comes before the data, between two lines of data, and after the data.
    pub(super) fn parts(self, event: &[u8], name: &[u8]) -> [Vec<u8>; 3] {
        match self {
            Self::Events => {
                let end = sse::line_end(event).as_bytes();
                let name = if name.is_empty() { Vec::new() } else { [b"event: ", name, end].concat() };
                [[&name, &b"data: "[..]].concat(), [end, b"data: "].concat(), [end, end].concat()]
            }
            Self::Lines | Self::Messages => [Vec::new(), b" ".to_vec(), b"\n".to_vec()],
            Self::NamedLines => [[name, b":"].concat(), b" ".to_vec(), b"\n".to_vec()],
        }
    }
}

/// Returns the length of the name of a line, if it has one.
fn line_name(line: &[u8]) -> Option<usize> {
    let len = line.iter().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let document = line.get(len + 1).is_some_and(|byte| matches!(byte, b'"' | b'{' | b'['));
    (len > 0 && line.get(len) == Some(&b':') && document).then_some(len)
}

/// Returns whether the first line of a text has a name, or `None` if more bytes are needed.
pub(in crate::filter) fn opens_named_lines(text: &[u8], depth: usize) -> Option<bool> {
    let Some(name) = line_name(text) else {
        let len = text.iter().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let may_follow = len == text.len() || text.get(len) == Some(&b':') && text.len() == len + 1;
        return if len > 0 && may_follow { None } else { Some(false) };
    };
    let start = &text[..text.len().min(LONGEST_FIRST_LINE)];
    match start.iter().position(|byte| *byte == b'\n') {
        Some(end) => Some(Tree::parse(&start[name + 1..end], depth).is_ok()),
        None if start.len() < LONGEST_FIRST_LINE => None,
        None => Some(false),
    }
}

impl Splitter {
    /// Appends the next bytes of the stream.
    pub(super) fn push(&mut self, piece: &[u8]) {
        match self {
            Self::Events(splitter) => splitter.push(piece),
            Self::Lines(splitter) => splitter.push(piece),
        }
    }

    /// Takes the next complete event.
    pub(super) fn next_event(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Events(splitter) => splitter.next_event(),
            Self::Lines(splitter) => splitter.next_line(),
        }
    }

    /// Takes the rest at the end of the stream.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        match self {
            Self::Events(splitter) => splitter.rest(),
            Self::Lines(splitter) => splitter.rest(),
        }
    }

    /// Returns the number of bytes held because their event is incomplete.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::Events(splitter) => splitter.held(),
            Self::Lines(splitter) => splitter.held(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_line_has_a_short_name_and_a_document() {
        for (line, name, data) in [
            ("0:\"a\"\n", "0", "\"a\""),
            ("8:[{}]\r\n", "8", "[{}]"),
            ("da:{}\n", "da", "{}"),
            ("10:30 it is\n", "", "10:30 it is"),
            ("Re: \"a\"\n", "", "Re: \"a\""),
            ("abc:\"a\"\n", "", "abc:\"a\""),
        ] {
            let framing = Framing::NamedLines;
            assert_eq!(framing.name(line.as_bytes()), name.as_bytes());
            assert_eq!(&*framing.data(line.as_bytes()).unwrap().bytes, data.as_bytes());
            assert_eq!(opens_named_lines(line.as_bytes(), 8).unwrap_or(false), !name.is_empty());
        }
        for start in ["0", "0:", "da", "da:", "0:\"a"] {
            assert_eq!(opens_named_lines(start.as_bytes(), 8), None);
        }
        for text in ["", "Q:\"Is it so?\" she said.\n", "hello"] {
            assert_eq!(opens_named_lines(text.as_bytes(), 8), Some(false));
        }
    }
}
