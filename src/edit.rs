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

    /// The edits where the source stands at `offset` of something larger.
    pub(crate) fn at(&self, offset: usize) -> impl Iterator<Item = Edit> + '_ {
        self.edits.iter().map(move |edit| Edit {
            span: Span::new(edit.span.start + offset, edit.span.end + offset),
            with: edit.with.clone(),
        })
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

    /// The bytes of the source for which `span` of the patched text stands: an edit is taken whole.
    #[must_use]
    pub fn source(&self, span: Span) -> Span {
        // How far the patched text is ahead of the source, and behind it.
        let (mut longer, mut shorter) = (0, 0);
        let (mut start, mut end) = (None, None);
        for edit in &self.edits {
            let at = edit.span.start + longer - shorter;
            let until = at + edit.with.len();
            if span.start < at && start.is_none() {
                start = Some(span.start + shorter - longer);
            }
            if span.end <= at && end.is_none() {
                end = Some(span.end + shorter - longer);
            }
            if start.is_none() && span.start < until {
                start = Some(edit.span.start);
            }
            if end.is_none() && span.end <= until {
                end = Some(edit.span.end);
            }
            longer += edit.with.len();
            shorter += edit.span.len();
        }
        let after = |at: usize| at + shorter - longer;
        Span::new(start.unwrap_or_else(|| after(span.start)), end.unwrap_or_else(|| after(span.end)))
    }

    /// One patch which does to `source` what this one and then `next` do, where `next` is a patch of the patched text.
    #[must_use]
    pub fn then(&self, next: &Self, source: &[u8]) -> Self {
        if next.is_empty() {
            return self.clone();
        }
        // Each edit of both, with what stands there in the end; those that touch become one.
        let patched = self.apply(source);
        let mut spans: Vec<Span> = self.edits.iter().map(|edit| edit.span).collect();
        spans.extend(next.edits.iter().map(|edit| self.source(edit.span)));
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.start < last.end || span == *last => *last = last.union(span),
                _ => merged.push(span),
            }
        }
        let edits = merged
            .into_iter()
            .map(|span| {
                let between = self.patched(span);
                let inner = next.within(between);
                let with = inner.apply(&patched[between.range()]).into_owned();
                Edit { span, with: String::from_utf8_lossy(&with).into_owned() }
            })
            .collect();
        Self::new(edits)
    }

    /// Where `span` of the source, which cuts no edit, stands in the patched text.
    pub(crate) fn patched(&self, span: Span) -> Span {
        let before = self.edits.iter().take_while(|edit| edit.span.end <= span.start && edit.span != span);
        let (mut longer, mut shorter) = (0, 0);
        for edit in before {
            longer += edit.with.len();
            shorter += edit.span.len();
        }
        let start = span.start + longer - shorter;
        let inside = self.edits.iter().filter(|edit| span.start <= edit.span.start && edit.span.end <= span.end);
        let (grown, shrunk) = inside.fold((0, 0), |(g, s), edit| (g + edit.with.len(), s + edit.span.len()));
        Span::new(start, start + span.len() + grown - shrunk)
    }

    /// The edits that lie in `span`, as a patch of that stretch alone.
    fn within(&self, span: Span) -> Self {
        let edits = self.edits.iter().filter(|edit| span.start <= edit.span.start && edit.span.end <= span.end);
        let moved = |edit: &Edit| Edit {
            span: Span::new(edit.span.start - span.start, edit.span.end - span.start),
            with: edit.with.clone(),
        };
        Self { edits: edits.map(moved).collect() }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A patch of a text of `len` bytes: cuts at the given distances, every other stretch is replaced.
    fn patch_of(len: usize, cuts: &[(usize, String)]) -> Patch {
        let mut at = 0;
        let mut edits = Vec::new();
        for (distance, with) in cuts {
            let start = at + 1 + distance;
            let end = start + 1 + distance % 3;
            if end > len {
                break;
            }
            edits.push(Edit { span: Span::new(start, end), with: with.clone() });
            at = end;
        }
        Patch::new(edits)
    }

    proptest! {
        #[test]
        fn one_patch_does_what_two_do_one_after_the_other(
            text in "[a-z ]{0,60}",
            first in prop::collection::vec((0usize..6, "[*]{0,5}"), 0..8),
            second in prop::collection::vec((0usize..6, "[#]{0,5}"), 0..8),
        ) {
            let one = patch_of(text.len(), &first);
            let between = one.apply(text.as_bytes()).into_owned();
            let two = patch_of(between.len(), &second);
            let both = one.then(&two, text.as_bytes());
            prop_assert_eq!(both.apply(text.as_bytes()).into_owned(), two.apply(&between).into_owned());
        }
    }
}
