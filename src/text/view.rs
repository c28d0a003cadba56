//! The view of a message.

use std::borrow::Cow;

use super::{Alignment, ViewSpan, fold, numerals, scan};
use crate::span::Span;

/// A text in which spellings are equal, each byte aligned with where it came from.
///
/// In come any bytes, UTF-8 or not. Out goes the same text in which a number reads as ASCII digits, however it was
/// written, and words as ASCII letters, so that the rest of the engine need know one spelling only:
///
/// - decimal digits of every script, keycap emoji and mathematical digits are ASCII digits;
/// - Latin letters lose their accents, full-width and mathematical ones are ASCII;
/// - every dash is `-`, every space is ` `, quotes are `"` or `'`, line separators are `\n`;
/// - what cannot be seen is gone: zero-width and direction characters, soft hyphens, marks upon letters and digits;
/// - HTML character references are the characters they stand for.
///
/// Everything else is as it was: emoji, other scripts, numerals that are no decimal digits (`①`, `²`, `½`, `Ⅳ`), bytes
/// that are no UTF-8. Plain ASCII is its own view: nothing is copied, nothing is allocated. The time is linear in the
/// length of the text, whatever is in it.
///
/// # Example
///
/// ```
/// use lastfour::text::{View, ViewSpan};
///
/// let source = "my código: ４８２\u{200B}９１３";
/// let view = View::new(source.as_bytes());
/// assert_eq!(view.text(), b"my codigo: 482913");
/// let span = view.source(ViewSpan::new(11, 17));
/// assert_eq!(&source[span.range()], "４８２\u{200B}９１３");
/// assert!(view.is_disguised(ViewSpan::new(11, 17)));
/// ```
#[derive(Debug, Clone)]
pub struct View<'a> {
    text: Cow<'a, [u8]>,
    alignment: Alignment,
}

impl<'a> View<'a> {
    /// The view of `source`.
    #[must_use]
    pub fn new(source: &'a [u8]) -> Self {
        let mut hints = scan::scan(source);
        let mut view = Self { text: Cow::Borrowed(source), alignment: Alignment::identity() };
        if hints.fold && view.rewrite(fold::fold) {
            hints = scan::scan(&view.text);
        }
        if hints.numerals {
            view.rewrite(numerals::read);
        }
        view
    }

    /// The bytes of the view.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where they came from.
    #[must_use]
    pub fn alignment(&self) -> &Alignment {
        &self.alignment
    }

    /// The bytes of the source for which `span` stands; see [`Alignment::source`].
    #[must_use]
    pub fn source(&self, span: ViewSpan) -> Span {
        self.alignment.source(span)
    }

    /// Whether a number in `span` is written in another way than the view shows: something that is not plain yields one
    /// of its digits or touches one.
    #[must_use]
    pub fn is_disguised(&self, span: ViewSpan) -> bool {
        if self.alignment.is_identity() || span.start >= span.end {
            return false;
        }
        let digit = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_digit);
        let end = self.source(span).end;
        let mut shown = span.start;
        for (piece, source, atomic) in self.alignment.pieces(span) {
            shown = source.end;
            let (from, to) = (piece.start.saturating_sub(1).max(span.start), (piece.end + 1).min(span.end));
            if atomic && (from..to).any(digit) {
                return true;
            }
        }
        // What was dropped right behind the last byte belongs to the span.
        shown < end && digit(span.end - 1)
    }

    /// Takes over what `room` makes of the text so far.
    fn rewrite(&mut self, room: impl FnOnce(&[u8]) -> Option<(Vec<u8>, Alignment)>) -> bool {
        let Some((text, alignment)) = room(&self.text) else { return false };
        self.alignment = self.alignment.then(&alignment);
        self.text = Cow::Owned(text);
        true
    }
}
