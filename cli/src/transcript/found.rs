//! Findings in a record, and their places.

use std::sync::Arc;

use lastfour::{Finding, Role, Span};

/// A finding and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    /// Its range in the record.
    pub(crate) span: Span,
    /// The index of its message in the record.
    pub(crate) said: u32,
    /// The replacement, if it is masked.
    pub(crate) mask: Option<String>,
    pub(crate) role: Role,
    pub(crate) conversation: Option<Arc<[u8]>>,
    /// Whether it repeats a secret found elsewhere in the record.
    pub(crate) copy: bool,
    /// The lines of earlier messages with pieces of the same secret that were returned unmasked.
    pub(crate) recall: Vec<u64>,
}

/// Finds the lines and columns of positions in a record, in ascending order. Columns are characters, counted from 1.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    raw: &'a [u8],
    at: usize,
    line: u64,
    column: u64,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte of a record with this line and column.
    pub(crate) fn new(raw: &'a [u8], line: u64, column: u64) -> Self {
        Self { raw, at: 0, line, column }
    }

    /// Moves to a byte and returns its line and column. For a byte before the current one, returns those of the current
    /// one.
    pub(crate) fn to(&mut self, at: usize) -> (u64, u64) {
        let passed = self.raw.get(self.at..at).unwrap_or_default();
        let mut rest = passed;
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
            self.column = 1;
            rest = &passed[last + 1..];
        }
        self.column += rest.iter().filter(|b| **b & 0xC0 != 0x80).count() as u64;
        self.at += passed.len();
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_the_start_of_the_line() {
        let mut cursor = Cursor::new("añb\nc".as_bytes(), 3, 5);
        assert_eq!(cursor.to(0), (3, 5));
        assert_eq!(cursor.to(3), (3, 7));
        assert_eq!(cursor.to(5), (4, 1));
        assert_eq!(cursor.to(6), (4, 2));
        assert_eq!(cursor.to(2), (4, 2));
    }
}
