//! A text being rewritten.

use std::ops::Range;

use super::Alignment;

/// Rewrites a text front to back: what is replaced is written anew, all else is copied as it is.
///
/// Nothing is allocated before the first replacement.
pub(super) struct Draft<'a> {
    from: &'a [u8],
    /// How much of `from` is in `text`.
    done: usize,
    text: Vec<u8>,
    alignment: Alignment,
}

impl<'a> Draft<'a> {
    pub(super) fn new(from: &'a [u8]) -> Self {
        Self { from, done: 0, text: Vec::new(), alignment: Alignment::identity() }
    }

    /// Writes `with` for the bytes `span`, which must not begin before the end of the last replacement.
    pub(super) fn replace(&mut self, span: Range<usize>, with: &[u8]) {
        if self.text.capacity() == 0 {
            self.text.reserve(self.from.len());
        }
        self.copy(span.start);
        self.text.extend_from_slice(with);
        self.alignment.atomic(with.len(), span.len());
        self.done = span.end;
    }

    /// The byte which the rewritten text has before the byte `at` of the old one.
    pub(super) fn last(&self, at: usize) -> Option<u8> {
        if at > self.done { self.from.get(at - 1).copied() } else { self.text.last().copied() }
    }

    /// The new text with its alignment, or none if nothing was replaced.
    pub(super) fn finish(mut self) -> Option<(Vec<u8>, Alignment)> {
        if self.alignment.is_identity() {
            return None;
        }
        self.copy(self.from.len());
        Some((self.text, self.alignment))
    }

    fn copy(&mut self, to: usize) {
        self.text.extend_from_slice(&self.from[self.done..to]);
        self.alignment.plain(to - self.done);
        self.done = to;
    }
}
