//! Cuts decisions into the original bytes.

use std::borrow::Cow;
use std::fmt;

use crate::span::Span;

/// One replacement: the bytes of `span` in the source become `with`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards. Never contains more of a secret than the policy reveals.
    pub with: String,
}

/// Sorted, disjoint replacements which apply to the source.
///
/// Every byte outside an edit is the byte that came in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Patch {
    edits: Vec<Edit>,
}

impl Patch {
    /// A patch of these edits.
    ///
    /// # Panics
    ///
    /// If the edits are not sorted or overlap.
    #[must_use]
    pub fn new(edits: Vec<Edit>) -> Self {
        assert!(
            edits.windows(2).all(|w| w[0].span.end <= w[1].span.start),
            "the edits of a patch are sorted and disjoint"
        );
        Self { edits }
    }

    /// The edits, in the order of the source.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Whether the source stays as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The source with the edits cut in; borrowed where there is none.
    ///
    /// # Panics
    ///
    /// If an edit lies outside the source: the patch is that of another text.
    #[must_use]
    pub fn apply<'a>(&self, source: &'a [u8]) -> Cow<'a, [u8]> {
        if self.edits.is_empty() {
            return Cow::Borrowed(source);
        }
        let mut out = Vec::with_capacity(source.len());
        let mut from = 0;
        for edit in &self.edits {
            out.extend_from_slice(&source[from..edit.span.start]);
            out.extend_from_slice(edit.with.as_bytes());
            from = edit.span.end;
        }
        out.extend_from_slice(&source[from..]);
        Cow::Owned(out)
    }

    /// As [`apply`](Self::apply), for text.
    #[must_use]
    pub fn apply_str<'a>(&self, source: &'a str) -> Cow<'a, str> {
        match self.apply(source.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(source),
            // Edits lie on character borders of valid text, so nothing is lossy here.
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            }),
        }
    }
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.edits).finish()
    }
}
