//! A decoded text with the way back to its raw bytes.

use std::borrow::Cow;
use std::fmt;

use crate::edit::{Edit, Patch};
use crate::text::Alignment;
use crate::wire::lift;

/// A text decoded from raw bytes, aligned with them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Content<'a> {
    /// The text; borrowed where the format spells it as it is.
    pub bytes: Cow<'a, [u8]>,
    /// Where each byte stands in the raw bytes, counted from `offset`.
    pub alignment: Alignment,
    /// Where the raw bytes start in what they were taken from.
    pub offset: usize,
}

impl<'a> Content<'a> {
    /// The content that stands for itself, at `offset` of what it was taken from.
    #[must_use]
    pub(crate) fn plain(bytes: &'a [u8], offset: usize) -> Self {
        Self { bytes: Cow::Borrowed(bytes), alignment: Alignment::identity(), offset }
    }

    /// The edits on the raw bytes that do what `patch` does to the text; `encode` spells a replacement the format's way.
    #[must_use]
    pub(crate) fn edits(&self, patch: &Patch, encode: impl FnMut(&str) -> String) -> Vec<Edit> {
        lift(patch, &self.alignment, self.offset, encode)
    }
}

/// Shows the length, never the text.
impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("len", &self.bytes.len()).field("offset", &self.offset).finish_non_exhaustive()
    }
}
