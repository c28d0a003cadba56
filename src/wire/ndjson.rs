//! Lines of JSON (`application/x-ndjson`, JSON text sequences): a stream of documents, one a line.
//!
//! In come bytes in any pieces; out come lines with their ends, and where in a line its document stands. Nothing is
//! refused: a line that is no JSON is still a line, and so is a last one without its end.
//!
//! # Example
//!
//! ```ignore
//! use lastfour::wire::ndjson::{Splitter, document};
//! let mut splitter = Splitter::new();
//! splitter.push(b"{\"a\":1}\r\n{\"b\"");
//! let line = splitter.next_line().unwrap();
//! assert_eq!(&line[document(&line).range()], b"{\"a\":1}");
//! assert_eq!(splitter.next_line(), None);
//! assert_eq!(splitter.rest(), b"{\"b\"");
//! ```

use crate::span::Span;
use crate::wire::buffer::Buffer;

/// Cuts a stream into its lines. Holds the line that is not yet complete, whatever its size: the caller bounds it by
/// [`held`](Self::held).
#[derive(Debug, Clone, Default)]
pub(crate) struct Splitter {
    buffer: Buffer,
    /// How many of the held bytes have been looked at: they belong to the line that is not yet complete.
    seen: usize,
}

impl Splitter {
    /// A splitter before the first byte of a stream.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.buffer.push(piece);
    }

    /// The next line that is complete, with its end.
    pub(crate) fn next_line(&mut self) -> Option<Vec<u8>> {
        let held = self.buffer.held();
        let Some(end) = held[self.seen..].iter().position(|b| *b == b'\n') else {
            self.seen = held.len();
            return None;
        };
        Some(self.buffer.take(std::mem::take(&mut self.seen) + end + 1))
    }

    /// What is left at the end of the stream: a line without an end, often nothing.
    #[must_use]
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        self.seen = 0;
        self.buffer.take(self.held())
    }

    /// Number of bytes that are held because their line is not complete.
    #[must_use]
    pub(crate) fn held(&self) -> usize {
        self.buffer.held().len()
    }
}

/// Where the document stands in a line: without the line end, the record separator of a JSON text sequence, the
/// byte-order mark and the blanks around it. Empty where there is none.
#[must_use]
pub(crate) fn document(line: &[u8]) -> Span {
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | 0x1E);
    let mut start = if line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    start += line[start..].iter().take_while(|b| blank(b)).count();
    let end = line.len() - line[start..].iter().rev().take_while(|b| blank(b)).count();
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cut_anywhere_are_the_same_lines() {
        let stream = b"{\"a\":1}\n\n\x1e[2]\r\n3";
        for split in 0..=stream.len() {
            let mut splitter = Splitter::new();
            let mut lines = Vec::new();
            for piece in [&stream[..split], &stream[split..]] {
                splitter.push(piece);
                lines.extend(std::iter::from_fn(|| splitter.next_line()));
            }
            lines.push(splitter.rest());
            let documents: Vec<_> = lines.iter().map(|line| &line[document(line).range()]).collect();
            assert_eq!(documents, [&b"{\"a\":1}"[..], b"", b"[2]", b"3"], "split at {split}");
            assert_eq!(lines.concat(), stream);
        }
    }

    #[test]
    fn a_line_of_blanks_holds_no_document() {
        assert!(document(b" \r\n").is_empty());
        assert!(document(b"").is_empty());
        assert!(document(b"\xEF\xBB\xBF\n").is_empty());
    }
}
