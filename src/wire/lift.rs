//! Carries a patch from a decoded text to the raw bytes it was decoded from.

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::text::{Alignment, ViewSpan};

/// The edits on the raw bytes that do what `patch` does to the decoded text.
///
/// `alignment` maps the decoded text to raw bytes which start at `offset`; `encode` writes a replacement the way the
/// format spells it. The result is sorted and disjoint: where two edits meet in one escape, they become one.
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
    fn edits_that_meet_in_one_escape_become_one() {
        // "12" from one escape of six bytes.
        let mut alignment = Alignment::identity();
        alignment.atomic(2, 6);
        let edit = |start, with: &str| Edit { span: Span::new(start, start + 1), with: with.into() };
        let patch = Patch::new(vec![edit(0, "a"), edit(1, "b")]);
        assert_eq!(lift(&patch, &alignment, 3, str::to_owned), [Edit { span: Span::new(3, 9), with: "ab".into() }]);
    }
}
