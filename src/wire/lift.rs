//! Translates a patch on a decoded text to edits on the raw bytes.

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::text::{Alignment, ViewSpan};

/// Translates a patch on a decoded text to edits on its raw bytes.
///
/// `alignment` maps the text to raw bytes that start at `offset`. `encode` encodes a replacement for the format. The
/// edits are sorted and disjoint: two edits within one escape are merged.
///
/// ```
/// use lastfour::Alignment;
/// use lastfour::lift;
/// use lastfour::{Edit, Patch, Span};
///
/// let patch = Patch::new(vec![Edit { span: Span::new(0, 4), with: "****".into() }]);
/// let edits = lift(&patch, &Alignment::identity(), 10, str::to_owned);
/// assert_eq!(edits[0].span, Span::new(10, 14));
/// ```
#[must_use]
pub fn lift(patch: &Patch, alignment: &Alignment, offset: usize, mut encode: impl FnMut(&str) -> String) -> Vec<Edit> {
    let mut lifted: Vec<Edit> = Vec::with_capacity(patch.edits().len());
    for edit in patch.edits() {
        let raw = alignment.source(ViewSpan::new(edit.span.start, edit.span.end));
        let span = Span::new(raw.start + offset, raw.end + offset);
        let with = encode(&edit.with);
        match lifted.last_mut() {
            Some(last) if span.start < last.span.end => {
                last.span.end = last.span.end.max(span.end);
                last.with.push_str(&with);
            }
            _ => lifted.push(Edit { span, with }),
        }
    }
    lifted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_within_one_escape_are_merged() {
        // "12" from one escape of six bytes.
        let mut alignment = Alignment::identity();
        alignment.atomic(2, 6);
        let edit = |start, with: &str| Edit { span: Span::new(start, start + 1), with: with.into() };
        let patch = Patch::new(vec![edit(0, "a"), edit(1, "b")]);
        assert_eq!(lift(&patch, &alignment, 3, str::to_owned), [Edit { span: Span::new(3, 9), with: "ab".into() }]);
    }
}
