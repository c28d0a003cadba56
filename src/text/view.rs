//! The view of a message.

use std::borrow::Cow;

use super::{Alignment, ViewSpan, fold, lookalikes, numerals, percent, scan, tags};
use crate::span::Span;

/// A normalized text, aligned with its source.
///
/// Accepts any bytes, including invalid UTF-8. Numbers become ASCII digits and words become ASCII letters, so that the
/// rest of the engine handles one spelling only:
///
/// - Decimal digits of every script, keycap emoji and mathematical digits become ASCII digits, and so do several circled
///   or superscript digits in a row.
/// - Latin letters lose their accents. Full-width and mathematical letters become ASCII.
/// - Every dash becomes `-`, every space ` `, quotes `"` or `'`, line separators `\n`.
/// - Invisible characters are removed: zero-width and direction characters, soft hyphens, combining marks, and the control
///   sequences of terminals.
/// - Percent-encoded words are decoded: `card%3D4111%201111` becomes `card=4111 1111`.
/// - HTML character references are decoded. Tags inside numbers are removed.
/// - Number words become digits: `thirty-seven, double five` becomes `37, 55`.
/// - Letters that replace digits in a long number become digits: `3728 l6O8Ol 23374` becomes `3728 160801 23374`.
///
/// Everything else stays: emoji, other scripts, numerals that are not decimal digits (`①`, `²`, `½`, `Ⅳ`), invalid UTF-8.
/// Plain ASCII is its own view: nothing is copied or allocated. Takes linear time.
#[derive(Debug, Clone)]
pub(crate) struct View<'a> {
    text: Cow<'a, [u8]>,
    alignment: Alignment,
}

impl<'a> View<'a> {
    /// Creates the view of `source`.
    #[must_use]
    pub(crate) fn new(source: &'a [u8]) -> Self {
        Self::read(source, true)
    }

    /// Creates the view of a word of a longer text, which is a number word only together with its neighbors.
    #[must_use]
    pub(crate) fn of_word(source: &'a [u8]) -> Self {
        Self::read(source, false)
    }

    fn read(source: &'a [u8], numerals: bool) -> Self {
        // Each pass reads the output of the pass before: `&#116;wo` is a number word only after decoding.
        let mut view = Self::plain(source);
        let hints = if source.is_ascii() {
            let mut hints = scan::scan(source);
            if hints.percent && view.run(percent::read) {
                hints = scan::scan(&view.text);
            }
            if hints.fold && view.run(fold::fold) {
                hints = scan::scan(&view.text);
            }
            hints
        } else {
            // The fold pass runs in any case.
            if memchr::memchr(b'%', source).is_some() {
                view.run(percent::read);
            }
            view.run(fold::fold);
            scan::scan(&view.text)
        };
        if hints.tags {
            view.run(tags::read);
        }
        if numerals && hints.numerals {
            view.run(numerals::read);
        }
        if hints.digits >= lookalikes::FEWEST_DIGITS {
            view.run(lookalikes::read);
        }
        view
    }

    /// Creates the view of a text that is its own view.
    pub(crate) fn plain(source: &'a [u8]) -> Self {
        Self { text: Cow::Borrowed(source), alignment: Alignment::identity() }
    }

    /// Returns whether a text with this many digits has no letters typed for digits. If it also consists of printable
    /// ASCII and line breaks, without ampersands, tags and number words, it is its own view.
    pub(crate) fn has_true_digits(source: &[u8], digits: usize) -> bool {
        digits < lookalikes::FEWEST_DIGITS || lookalikes::read(source).is_none()
    }

    /// Returns whether it is the source itself.
    pub(crate) fn is_source(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    /// Returns the bytes of the view.
    #[must_use]
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Returns the alignment with the source.
    #[must_use]
    pub(crate) fn alignment(&self) -> &Alignment {
        &self.alignment
    }

    /// Returns the bytes of the source that `span` maps to; see [`Alignment::source`].
    #[must_use]
    pub(crate) fn source(&self, span: ViewSpan) -> Span {
        self.alignment.source(span)
    }

    /// Returns whether a number in `span` is written in another way than the view shows: one of its digits is not
    /// plain, or something that is not plain touches a digit.
    #[must_use]
    pub(crate) fn is_disguised(&self, span: ViewSpan) -> bool {
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
        // What was dropped directly after the last byte belongs to the span.
        shown < end && digit(span.end - 1)
    }

    /// Runs a pass over the current text. Returns whether it changed anything.
    fn run(&mut self, pass: impl FnOnce(&[u8]) -> Option<(Vec<u8>, Alignment)>) -> bool {
        let Some((text, alignment)) = pass(&self.text) else { return false };
        self.alignment = self.alignment.then(&alignment);
        self.text = Cow::Owned(text);
        true
    }
}

/// Checks the invariants of the view of `source`; for fuzzers and tests.
///
/// # Panics
///
/// Panics if the units of the view do not cover it and the source in order, if plain units are not the bytes of the
/// source, or if a character of a valid source is split.
#[cfg(test)]
fn fuzz_view(source: &[u8]) {
    let view = View::new(source);
    let text = view.text();
    if view.alignment().is_identity() {
        assert_eq!(text, source, "a view of its own bytes");
        return;
    }
    let whole = ViewSpan::new(0, text.len());
    let (mut shown, mut read) = (0, view.source(whole).start);
    for (piece, from, atomic) in view.alignment().pieces(whole) {
        assert_eq!((piece.start, from.start), (shown, read), "units follow each other");
        assert!(atomic || text[piece.start..piece.end] == source[from.range()], "plain bytes are the source's");
        assert!(piece.start == piece.end || !from.is_empty(), "what is shown stands for something");
        (shown, read) = (piece.end, from.end);
    }
    assert_eq!(shown, text.len(), "units cover the view");
    assert!(text.is_empty() || view.source(whole).end == source.len(), "units cover the source");
    let (Ok(shown), Ok(valid)) = (std::str::from_utf8(text), std::str::from_utf8(source)) else {
        assert!(std::str::from_utf8(source).is_err(), "the view of valid text is valid");
        return;
    };
    let mut last = 0;
    for (at, c) in shown.char_indices() {
        let span = ViewSpan::new(at, at + c.len_utf8());
        let from = view.source(span);
        assert!(from.start >= last && !from.is_empty() && from.end <= source.len(), "spans are in order and in bounds");
        assert!(valid.is_char_boundary(from.start) && valid.is_char_boundary(from.end), "characters stay whole");
        assert!(
            !c.is_ascii_digit() || view.is_disguised(span) || source[from.range()] == text[at..=at],
            "digits are told"
        );
        last = from.start;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(source: &str) -> String {
        String::from_utf8(View::new(source.as_bytes()).text().to_vec()).expect("valid")
    }

    #[test]
    fn plain_ascii_is_its_own_view() {
        for source in [
            "",
            "a",
            "hello, my card is 3782 822463 10005",
            "AT&T and Q&A < you",
            "one of the two",
            "two, three times",
            "my password is B0bs1234 (not 7fQlO-0Ixx2)",
            "line\r\nline\tline",
            "ten dollars & 5 < 6",
            "card:3782-822463-10005\n",
        ] {
            let view = View::new(source.as_bytes());
            assert!(matches!(view.text, Cow::Borrowed(_)), "{source}");
            assert!(view.alignment().is_identity(), "{source}");
        }
    }

    #[test]
    fn the_passes_run_one_after_the_other() {
        for (source, view) in [
            ("tres siete ocho dós, dieciséis veintidós", "3 7 8 2, 16 22"),
            ("3728 l6О8Οl 23374", "3728 160801 23374"),
            ("３７８２<b>８２２４６３</b>１０００５", "378282246310005"),
            ("37&lt;b&gt;82&lt;/b&gt; 822463 10005", "3782 822463 10005"),
            ("&#116;hree seven\u{200B} eight – two", "3 7 8 - 2"),
            ("seven seven oh four😂", "7 7 0 4😂"),
            ("3782 ８２２４６З 1000S", "3782 82246З 1000S"),
            ("contraseña: Más…", "contrasena: Mas..."),
        ] {
            assert_eq!(shown(source), view, "{source}");
        }
    }

    #[test]
    fn a_span_covers_its_whole_source() {
        let source = "x thirty\u{AD}-seven eighty 4️⃣2 y";
        let view = View::new(source.as_bytes());
        assert_eq!(view.text(), b"x 37 80 42 y");
        let spelled = |start, end| &source[view.source(ViewSpan::new(start, end)).range()];
        assert_eq!(spelled(2, 4), "thirty\u{AD}-seven");
        assert_eq!(spelled(3, 4), "thirty\u{AD}-seven");
        assert_eq!(spelled(8, 9), "4️⃣");
        assert_eq!(spelled(2, 10), "thirty\u{AD}-seven eighty 4️⃣2");
        assert_eq!(spelled(9, 12), "2 y");
    }

    #[test]
    fn a_number_in_another_spelling_is_disguised() {
        let disguised = |source: &str| {
            let view = View::new(source.as_bytes());
            view.is_disguised(ViewSpan::new(0, view.text().len()))
        };
        for source in
            ["４8", "4\u{200B}8", "48\u{200B}", "&#52;8", "three seven eight", "3782 82246B 1000S", "4&nbsp;8", "4️⃣"]
        {
            assert!(disguised(source), "{source}");
        }
        for source in ["48", "", "año 48", "señor", "48 – señor", "\u{200B}48"] {
            assert!(!disguised(source), "{source}");
        }
    }

    #[test]
    fn a_view_is_its_own_view() {
        for source in
            ["４８２\u{200B}９１３", "three seven, double five", "3728 l6O8Ol 23374", "&amp;#51;", "“x”… 37<b>82</b>1"]
        {
            let once = shown(source);
            assert_eq!(shown(&once), once, "{source}");
        }
    }

    /// Pieces of text that some pass rewrites, in any order.
    fn speech() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "one",
            "two",
            "oh",
            "o",
            "seven",
            "thirty",
            "twelve",
            "hundred",
            "thousand",
            "double",
            "triple",
            "and",
            "then",
            "dash",
            "dot",
            "tres",
            "treinta",
            "y",
            "cien",
            "mil",
            "cero",
            "once",
            "luego",
            "doble",
            "last",
            "at",
            "dollars",
            " ",
            " ",
            " ",
            " ",
            "-",
            ",",
            ". ",
            "\n",
            "'",
            "4",
            "37",
            "0005",
            "O",
            "l",
            "|",
            "S",
            "B",
            "Z",
            "é",
            "ñ",
            "e\u{301}",
            "4\u{301}",
            "\u{200B}",
            "\u{FE0F}\u{20E3}",
            "３",
            "٣",
            "…",
            "•",
            "×",
            "–",
            "\u{A0}",
            "&",
            "&#51;",
            "%34",
            "%20",
            "%",
            "%25",
            "%C3%B1",
            "&#x33",
            "&amp;",
            "&amp;#51;",
            "&nbsp;",
            "&bull;",
            "&hellip;",
            "&zwj;",
            "<",
            ">",
            "<b>",
            "</b>",
            "<br/>",
            "&lt;b&gt;",
            "о",
            "а",
            "я",
            "中",
            "😂",
            "Α",
            "\u{85}",
            "\r\n",
            "\0",
            "ﬁ",
            "\u{E0041}",
            "𝟗",
            "①",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::steps::cases(4_000)))]

        #[test]
        fn invariants_hold_for_chat_text(source in speech()) {
            fuzz_view(source.as_bytes());
        }

        #[test]
        fn invariants_hold_for_any_text(source in "\\PC{0,40}") {
            fuzz_view(source.as_bytes());
        }

        #[test]
        fn invariants_hold_for_any_bytes(mut source in speech().prop_map(String::into_bytes), cut in 0_usize..100, byte: u8) {
            if !source.is_empty() {
                let at = cut % source.len();
                source[at] = byte;
            }
            fuzz_view(&source);
        }

        #[test]
        fn the_prefilter_never_misses_what_a_pass_would_rewrite(source in speech()) {
            let mut text = source.clone().into_bytes();
            text.retain(u8::is_ascii);
            let hints = scan::scan(&text);
            prop_assert!(hints.fold || fold::fold(&text).is_none());
            prop_assert!(hints.percent || percent::read(&text).is_none());
            prop_assert!(hints.tags || tags::read(&text).is_none());
            prop_assert!(hints.numerals || numerals::read(&text).is_none());
            prop_assert!(hints.digits >= lookalikes::FEWEST_DIGITS || lookalikes::read(&text).is_none());
            prop_assert_eq!(hints.digits, text.iter().filter(|b| b.is_ascii_digit()).count());
        }

        #[test]
        fn words_without_numbers_are_their_own_view(source in "[a-df-hj-np-rt-z ,.!]{0,80}") {
            let view = View::new(source.as_bytes());
            prop_assert!(matches!(view.text, Cow::Borrowed(_)));
        }
    }
}
