//! Decoding of JSON strings and numbers, and encoding of replacements.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::steps;
use crate::text::Alignment;
use crate::wire::lift;

/// The text of a JSON string, aligned with its raw content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<'a> {
    /// The text; borrowed if the content has no escapes.
    pub bytes: Cow<'a, [u8]>,
    /// Maps the text to the raw content. Offset 0 is the byte after the opening quote.
    pub alignment: Alignment,
}

/// Shows the length, never the text.
impl std::fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded").field("len", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Decodes the raw content of a string, the bytes between its quotes.
///
/// A surrogate pair is one character; a lone surrogate becomes U+FFFD. Invalid escapes (`\q`, `\u12`, a lone backslash
/// at the end) stand for themselves.
///
/// ```
/// use lastfour::json::decode;
/// assert_eq!(decode(br"caf\u00e9 \u0033782").bytes, "café 3782".as_bytes());
/// ```
#[must_use]
pub fn decode(content: &[u8]) -> Decoded<'_> {
    steps::add(content.len());
    let Some(first) = content.iter().position(|b| *b == b'\\') else {
        return Decoded { bytes: Cow::Borrowed(content), alignment: Alignment::identity() };
    };
    let mut bytes = Vec::with_capacity(content.len());
    let mut alignment = Alignment::identity();
    let mut at = 0;
    let mut next = Some(first);
    while let Some(backslash) = next {
        bytes.extend_from_slice(&content[at..backslash]);
        alignment.plain(backslash - at);
        at = match unescape(&content[backslash..]) {
            Some((c, len)) => {
                let mut buffer = [0; 4];
                let encoded = c.encode_utf8(&mut buffer).as_bytes();
                bytes.extend_from_slice(encoded);
                alignment.atomic(encoded.len(), len);
                backslash + len
            }
            None => {
                bytes.push(b'\\');
                alignment.plain(1);
                backslash + 1
            }
        };
        next = content[at..].iter().position(|b| *b == b'\\').map(|i| at + i);
    }
    bytes.extend_from_slice(&content[at..]);
    alignment.plain(content.len() - at);
    Decoded { bytes: Cow::Owned(bytes), alignment }
}

/// Returns the character of the escape at the start of `raw`, and the length of the escape.
fn unescape(raw: &[u8]) -> Option<(char, usize)> {
    let simple = match raw.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = hex4(raw)?;
            return Some(match char::from_u32(unit) {
                Some(c) => (c, 6),
                None => match raw.get(6..).filter(|_| unit < 0xDC00).and_then(hex4) {
                    Some(low @ 0xDC00..0xE000) => {
                        let c = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                        (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                    }
                    _ => (char::REPLACEMENT_CHARACTER, 6),
                },
            });
        }
        _ => return None,
    };
    Some((simple, 2))
}

/// Returns the value of `\uXXXX` at the start of `raw`.
fn hex4(raw: &[u8]) -> Option<u32> {
    if raw.get(..2)? != b"\\u" {
        return None;
    }
    raw.get(2..6)?.iter().try_fold(0, |value, b| Some(value * 16 + char::from(*b).to_digit(16)?))
}

/// Encodes text as the content of a JSON string, without the quotes.
///
/// ```
/// assert_eq!(lastfour::json::escape("a \"b\"\n"), r#"a \"b\"\n"#);
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Translates a patch on the decoded text of a string to edits on the raw bytes. The raw content starts at `offset`.
///
/// ```
/// use lastfour::json::{decode, string_edits};
/// use lastfour::{Edit, Patch, Span};
/// let raw = br#""pin: \u0031234""#;
/// let decoded = decode(&raw[1..raw.len() - 1]);
/// let patch = Patch::new(vec![Edit { span: Span::new(5, 9), with: "****".into() }]);
/// let edits = string_edits(&patch, &decoded.alignment, 1);
/// assert_eq!(Patch::new(edits).apply(raw), &br#""pin: ****""#[..]);
/// ```
#[must_use]
pub fn string_edits(patch: &Patch, alignment: &Alignment, offset: usize) -> Vec<Edit> {
    lift(patch, alignment, offset, escape)
}

/// Returns the edit that replaces the number `raw` at `span` by a string of the patched text, or `None` if the patch is
/// empty.
///
/// ```
/// use lastfour::json::number_edit;
/// use lastfour::{Edit, Patch, Span};
/// let patch = Patch::new(vec![Edit { span: Span::new(0, 2), with: "**".into() }]);
/// assert_eq!(number_edit(&patch, b"1234", Span::new(7, 11)).unwrap().with, "\"**34\"");
/// ```
#[must_use]
pub fn number_edit(patch: &Patch, raw: &[u8], span: Span) -> Option<Edit> {
    if patch.is_empty() {
        return None;
    }
    let text = patch.apply(raw);
    Some(Edit { span, with: format!("\"{}\"", escape(&String::from_utf8_lossy(&text))) })
}

/// The most digits to which a number with an exponent is expanded: no secret has more.
const MOST_DIGITS: usize = 40;

/// Returns a number as it will be printed by a program that reads it: an integer without its exponent.
pub(crate) fn number_text(raw: &[u8]) -> Cow<'_, [u8]> {
    spelled_out(raw).map_or(Cow::Borrowed(raw), Cow::Owned)
}

fn spelled_out(raw: &[u8]) -> Option<Vec<u8>> {
    let at = raw.iter().position(|b| matches!(b, b'e' | b'E'))?;
    let exponent: i32 = std::str::from_utf8(&raw[at + 1..]).ok()?.parse().ok()?;
    let (sign, number) = raw[..at].split_at(usize::from(raw.starts_with(b"-")));
    let (whole, fraction) = match number.iter().position(|b| *b == b'.') {
        Some(point) => (&number[..point], &number[point + 1..]),
        None => (number, &[][..]),
    };
    let mut digits = [whole, fraction].concat();
    let len = usize::try_from(i64::try_from(whole.len()).ok()? + i64::from(exponent)).ok()?;
    let zeros = digits.get(len..).is_none_or(|rest| rest.iter().all(|b| *b == b'0'));
    if len == 0 || len > MOST_DIGITS || !zeros {
        return None;
    }
    digits.resize(len, b'0');
    let start = digits.iter().position(|b| *b != b'0').unwrap_or(len - 1);
    Some([sign, &digits[start..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ViewSpan;

    fn text(content: &str) -> String {
        String::from_utf8(decode(content.as_bytes()).bytes.into_owned()).unwrap()
    }

    #[test]
    fn every_escape_becomes_its_character() {
        assert_eq!(text(r#"\"\\\/\b\f\n\r\t"#), "\"\\/\u{8}\u{c}\n\r\t");
        assert_eq!(text(r"\u0033\u00e9\u20AC\ud83d\ude00"), "3é€😀");
    }

    #[test]
    fn integers_lose_their_exponent_and_other_numbers_stay() {
        for (number, text) in [
            ("1234", "1234"),
            ("1.2345e3", "1.2345e3"),
            ("-1.2340e3", "-1234"),
            ("12E2", "1200"),
            ("4e99", "4e99"),
            ("0e5", "0"),
        ] {
            assert_eq!(&*number_text(number.as_bytes()), text.as_bytes(), "{number}");
        }
    }

    #[test]
    fn lone_surrogates_and_unknown_escapes_are_taken_as_they_are() {
        assert_eq!(text(r"a\ud83db"), "a\u{fffd}b");
        assert_eq!(text(r"\ud83d\u0041"), "\u{fffd}A");
        assert_eq!(text(r"\ude00\ude00"), "\u{fffd}\u{fffd}");
        assert_eq!(text(r"\q\u12"), r"\q\u12");
        assert_eq!(text("tail\\"), "tail\\");
        assert_eq!(text(r"\ud83d"), "\u{fffd}");
    }

    #[test]
    fn a_text_without_escapes_is_borrowed() {
        assert!(matches!(decode(b"3782 822463").bytes, Cow::Borrowed(_)));
    }

    #[test]
    fn an_escaped_digit_maps_back_to_its_escape() {
        let decoded = decode(br"x\u0033782");
        assert_eq!(&*decoded.bytes, b"x3782");
        assert_eq!(decoded.alignment.source(ViewSpan::new(1, 3)), Span::new(1, 8));
    }

    #[test]
    fn a_patch_on_the_text_edits_the_escapes() {
        let raw = br#""pin: \u0031\u0032\u0033\u0034!""#;
        let decoded = decode(&raw[1..raw.len() - 1]);
        let patch = Patch::new(vec![Edit { span: Span::new(5, 9), with: "\"*\"".into() }]);
        let edits = string_edits(&patch, &decoded.alignment, 1);
        assert_eq!(Patch::new(edits).apply(raw).as_ref(), br#""pin: \"*\"!""#);
    }

    #[test]
    fn escaped_text_decodes_to_itself() {
        let all: String = (0..0x500).filter_map(char::from_u32).collect();
        assert_eq!(text(&escape(&all)), all);
    }
}
