//! A decoded text and its alignment with the raw bytes.

use std::borrow::Cow;
use std::fmt;

use crate::edit::{Edit, Patch};
use crate::text::Alignment;
use crate::wire::lift;

/// A text decoded from raw bytes, aligned with them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Content<'a> {
    /// The text; borrowed if it equals the raw bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Maps the text to the raw bytes, counted from `offset`.
    pub alignment: Alignment,
    /// The offset of the raw bytes in the body or event they were taken from.
    pub offset: usize,
}

impl<'a> Content<'a> {
    /// Returns a text that equals its raw bytes, which start at `offset`.
    #[must_use]
    pub(crate) fn plain(bytes: &'a [u8], offset: usize) -> Self {
        Self { bytes: Cow::Borrowed(bytes), alignment: Alignment::identity(), offset }
    }

    /// Translates a patch on the text to edits on the raw bytes. `encode` encodes a replacement for the format.
    #[must_use]
    pub(crate) fn edits(&self, patch: &Patch, encode: impl FnMut(&str) -> String) -> Vec<Edit> {
        lift(patch, &self.alignment, self.offset, encode)
    }
}

/// Shows the length, not the text.
impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("len", &self.bytes.len()).field("offset", &self.offset).finish_non_exhaustive()
    }
}
