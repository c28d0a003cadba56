//! Ranges of bytes that messages are decoded from.

use lastfour::Span;

use super::spelling::Spelling;

/// A range of bytes that part of a message is decoded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// 0 for the raw bytes of the record, otherwise one more than the index of the layer.
    pub(crate) layer: u16,
    pub(crate) spelling: Spelling,
    /// The character between this segment and the previous one.
    pub(crate) joint: Joint,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// The separator between two segments of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    Nothing,
    Blank,
    Line,
}

impl Segment {
    pub(crate) fn new(layer: u16, spelling: Spelling, span: Span) -> Self {
        // A record is at most a few times as long as `LONGEST_RECORD`, so its positions fit.
        let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { layer, spelling, joint: Joint::Nothing, start: position(span.start), end: position(span.end) }
    }

    pub(crate) fn span(&self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

impl Joint {
    /// Returns its length in bytes.
    pub(crate) fn len(self) -> usize {
        usize::from(self != Self::Nothing)
    }
}
