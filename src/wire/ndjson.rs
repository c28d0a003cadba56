//! Lines of JSON (`application/x-ndjson`) and JSON text sequences: one document per line.
//!
//! A line that is not JSON is still a line, and so is a last line without a line end.

use crate::span::Span;
use crate::wire::buffer::Buffer;

/// Splits a stream into lines. Holds an incomplete line of any size: the caller limits it by [`held`](Self::held).
#[derive(Debug, Clone, Default)]
pub(crate) struct Splitter {
    buffer: Buffer,
}

impl Splitter {
    /// Appends the next bytes of the stream.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.buffer.push(piece);
    }

    /// Takes the next complete line, with its line end.
    pub(crate) fn next_line(&mut self) -> Option<Vec<u8>> {
        let rest = self.buffer.unexamined();
        let end = rest.iter().position(|b| *b == b'\n');
        let len = end.map_or(rest.len(), |end| end + 1);
        self.buffer.advance(len);
        end.map(|_| self.buffer.take_examined())
    }

    /// Takes the rest at the end of the stream: a line without a line end, or nothing.
    #[must_use]
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        self.buffer.take_all()
    }

    /// Returns the number of bytes held because their line is incomplete.
    #[must_use]
    pub(crate) fn held(&self) -> usize {
        self.buffer.held().len()
    }
}

/// Returns the span of the document in a line: without the line end, the record separator of a JSON text sequence, a
/// byte-order mark and surrounding blanks. Empty if the line has no document.
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
    fn a_line_is_returned_when_its_end_has_arrived() {
        let mut splitter = Splitter::default();
        splitter.push(b"{\"a\":1}\r\n{\"b\"");
        let line = splitter.next_line().unwrap();
        assert_eq!(&line[document(&line).range()], b"{\"a\":1}");
        assert_eq!(splitter.next_line(), None);
        assert_eq!(splitter.held(), 4);
        assert_eq!(splitter.rest(), b"{\"b\"");
    }

    #[test]
    fn lines_do_not_depend_on_chunks() {
        let stream = b"{\"a\":1}\n\n\x1e[2]\r\n3";
        for split in 0..=stream.len() {
            let mut splitter = Splitter::default();
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
