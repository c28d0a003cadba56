//! Rewrites a text.

use std::ops::Range;

use super::Alignment;

/// Rewrites a text front to back: copies everything except what is replaced.
///
/// Allocates nothing before the first replacement.
pub(super) struct Draft<'a> {
    from: &'a [u8],
    /// The number of bytes of `from` that were processed.
    done: usize,
    text: Vec<u8>,
    alignment: Alignment,
}

impl<'a> Draft<'a> {
    pub(super) fn new(from: &'a [u8]) -> Self {
        Self { from, done: 0, text: Vec::new(), alignment: Alignment::identity() }
    }

    /// Replaces the bytes `span` by `with`. The span must not begin before the end of the last replacement.
    pub(super) fn replace(&mut self, span: Range<usize>, with: &[u8]) {
        if self.text.capacity() == 0 {
            self.text.reserve(self.from.len());
        }
        self.copy(span.start);
        self.text.extend_from_slice(with);
        self.alignment.atomic(with.len(), span.len());
        self.done = span.end;
    }

    /// Returns the number of bytes of the old text that were processed.
    pub(super) fn done(&self) -> usize {
        self.done
    }

    /// Returns the byte of the new text that precedes the byte `at` of the old one.
    pub(super) fn last(&self, at: usize) -> Option<u8> {
        if at > self.done { self.from.get(at - 1).copied() } else { self.text.last().copied() }
    }

    /// Returns the new text with its alignment, or `None` if nothing was replaced.
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
