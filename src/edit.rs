//! Replacements in the original text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::span::Span;
use crate::steps;

/// One replacement: `with` replaces the bytes of `span` in the source.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Edit {
    /// The bytes to replace.
    pub span: Span,
    /// The replacement. Contains no more of a secret than the policy reveals.
    pub with: String,
}

/// Sorted, disjoint replacements in the source. All other bytes stay unchanged.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Patch {
    edits: Vec<Edit>,
}

impl Patch {
    /// Creates a patch.
    ///
    /// # Panics
    ///
    /// If the edits are not sorted or overlap.
    #[must_use]
    pub fn new(edits: Vec<Edit>) -> Self {
        steps::add(edits.len());
        assert!(
            edits.windows(2).all(|w| w[0].span.end <= w[1].span.start),
            "the edits of a patch are sorted and disjoint"
        );
        Self { edits }
    }

    /// The edits, in order.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        steps::add(self.edits.len());
        &self.edits
    }

    /// Returns whether the patch changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Returns this patch with more edits, which must not overlap its own.
    pub(crate) fn with(&self, mut more: Vec<Edit>) -> Self {
        more.extend_from_slice(self.edits());
        more.sort_by_key(|edit| edit.span);
        Self::new(more)
    }

    /// Returns the edits that overlap `span`.
    pub(crate) fn overlapping(&self, span: Span) -> &[Edit] {
        let first = self.edits.partition_point(|edit| edit.span.end <= span.start);
        steps::add(1);
        let count = self.edits[first..].partition_point(|edit| edit.span.start < span.end);
        &self.edits[first..first + count]
    }

    /// Returns the edits for a source that starts at `offset` of a larger text.
    pub(crate) fn at(&self, offset: usize) -> impl Iterator<Item = Edit> + '_ {
        self.edits.iter().map(move |edit| Edit {
            span: Span::new(edit.span.start + offset, edit.span.end + offset),
            with: edit.with.clone(),
        })
    }

    /// Applies the patch to its source. Borrows the source if there are no edits.
    ///
    /// # Panics
    ///
    /// If an edit is out of bounds, because the patch belongs to another text.
    #[must_use]
    pub fn apply<'a>(&self, source: &'a [u8]) -> Cow<'a, [u8]> {
        if self.edits.is_empty() {
            return Cow::Borrowed(source);
        }
        steps::add(source.len());
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

    /// Returns one patch that has the effect of this one and then `next`, which is a patch on the patched text.
    #[must_use]
    pub(crate) fn then(&self, next: &Self, source: &[u8]) -> Self {
        if next.is_empty() {
            return self.clone();
        }
        // All edits of both, with their final text. Overlapping edits become one.
        let patched = self.apply(source);
        let moves = self.moves();
        let mut spans: Vec<Span> = self.edits.iter().map(|edit| edit.span).collect();
        spans.extend(next.edits.iter().map(|edit| moves.source(edit.span)));
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
                let between = moves.patched(span);
                let inner = next.within(between);
                let with = inner.apply(&patched[between.range()]).into_owned();
                Edit { span, with: String::from_utf8_lossy(&with).into_owned() }
            })
            .collect();
        Self::new(edits)
    }

    /// Returns the range in the patched text of `span`, which must not cut an edit.
    pub(crate) fn patched(&self, span: Span) -> Span {
        self.moves().patched(span)
    }

    /// Returns the map between the source and the patched text.
    pub(crate) fn moves(&self) -> Moves<'_> {
        steps::add(self.edits.len());
        let (mut longer, mut shorter) = (0, 0);
        let ends = self.edits.iter().map(|edit| {
            longer += edit.with.len();
            shorter += edit.span.len();
            edit.span.end + longer - shorter
        });
        Moves { edits: &self.edits, ends: ends.collect() }
    }

    /// Returns the edits within `span`, relative to its start.
    fn within(&self, span: Span) -> Self {
        let moved = |edit: &Edit| Edit {
            span: Span::new(edit.span.start - span.start, edit.span.end - span.start),
            with: edit.with.clone(),
        };
        Self { edits: self.edits[inside(&self.edits, span)].iter().map(moved).collect() }
    }

    /// Like [`apply`](Self::apply), for text.
    #[must_use]
    pub fn apply_str<'a>(&self, source: &'a str) -> Cow<'a, str> {
        match self.apply(source.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(source),
            // Edits of valid text are at character boundaries, so this loses nothing.
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            }),
        }
    }
}

/// Maps ranges between a source and its patched text, each in logarithmic time.
pub(crate) struct Moves<'p> {
    edits: &'p [Edit],
    /// The end of each edit in the patched text.
    ends: Vec<usize>,
}

impl Moves<'_> {
    /// Returns the range of the source that became `span` of the patched text. Edits are taken whole.
    pub(crate) fn source(&self, span: Span) -> Span {
        let first = self.ends.partition_point(|end| *end <= span.start);
        let last = self.ends.partition_point(|end| *end < span.end);
        let start = |edit: usize| self.ends[edit] - self.edits[edit].with.len();
        let inside = |edit: usize, at: usize| edit < self.edits.len() && start(edit) < at;
        Span::new(
            if inside(first, span.start + 1) { self.edits[first].span.start } else { self.after(first, span.start) },
            if inside(last, span.end) { self.edits[last].span.end } else { self.after(last, span.end) },
        )
    }

    /// Returns the position in the source of the byte `at` of the patched text, which follows the first `count` edits.
    fn after(&self, count: usize, at: usize) -> usize {
        match count.checked_sub(1) {
            Some(last) => self.edits[last].span.end + at - self.ends[last],
            None => at,
        }
    }

    /// See [`Patch::patched`].
    pub(crate) fn patched(&self, span: Span) -> Span {
        let first = self.edits.partition_point(|edit| edit.span.end <= span.start && edit.span != span);
        let start = match first.checked_sub(1) {
            Some(last) => self.ends[last] + span.start - self.edits[last].span.end,
            None => span.start,
        };
        let inside = &self.edits[inside(self.edits, span)];
        let (grown, shrunk) = inside.iter().fold((0, 0), |(g, s), edit| (g + edit.with.len(), s + edit.span.len()));
        Span::new(start, start + span.len() + grown - shrunk)
    }
}

/// Returns the edits within `span`.
fn inside(edits: &[Edit], span: Span) -> Range<usize> {
    let first = edits.partition_point(|edit| edit.span.start < span.start);
    let end = edits.partition_point(|edit| edit.span.end <= span.end);
    first..end.max(first)
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

    /// Returns a patch of a text of `len` bytes with edits at the given distances.
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
        fn a_range_between_edits_maps_there_and_back(
            text in "[a-z ]{0,60}",
            cuts in prop::collection::vec((0usize..6, "[*]{0,5}"), 0..8),
        ) {
            let patch = patch_of(text.len(), &cuts);
            let patched = patch.apply(text.as_bytes()).into_owned();
            let mut at = 0;
            for edit in patch.edits().iter().chain([&Edit { span: Span::new(text.len(), text.len()), with: String::new() }]) {
                let plain = Span::new(at, edit.span.start);
                let moved = patch.patched(plain);
                if !plain.is_empty() {
                    prop_assert_eq!(&patched[moved.range()], &text.as_bytes()[plain.range()]);
                    prop_assert_eq!(patch.moves().source(moved), plain);
                }
                at = edit.span.end;
            }
        }
    }

    proptest! {
        #[test]
        fn combining_two_patches_is_the_same_as_applying_both(
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
