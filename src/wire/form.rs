//! HTML forms (`application/x-www-form-urlencoded`).
//!
//! All bytes are accepted: a percent sign that does not start an escape stands for itself.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::text::Alignment;
use crate::wire::Content;

/// A field of a form, still encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Its name.
    pub name: Span,
    /// Its value; empty if there is no `=`.
    pub value: Span,
}

impl Pair {
    /// Returns `true` for a name without `=`.
    #[must_use]
    pub(crate) fn is_bare(self) -> bool {
        self.value.start == self.name.end
    }
}

/// Returns the fields in `body`, in order.
pub(crate) fn pairs(body: &[u8]) -> impl Iterator<Item = Pair> + '_ {
    between(body, Span::new(0, body.len()), b'&')
}

/// Returns whether a value contains fields for a parser that also splits at semicolons: `1;b=2`.
pub(crate) fn has_more(body: &[u8], pair: Pair) -> bool {
    let value = &body[pair.value.range()];
    value.iter().position(|b| *b == b';').is_some_and(|at| value[at..].contains(&b'='))
}

/// Returns the fields that a parser that also splits at semicolons sees in a field.
pub(crate) fn split(body: &[u8], pair: Pair) -> Vec<Pair> {
    between(body, Span::new(pair.name.start, pair.value.end), b';').collect()
}

fn between(body: &[u8], within: Span, separator: u8) -> impl Iterator<Item = Pair> + '_ {
    let mut at = within.start;
    let body = &body[..within.end];
    std::iter::from_fn(move || {
        if at >= body.len() {
            return None;
        }
        let start = at;
        let end = body[start..].iter().position(|b| *b == separator).map_or(body.len(), |n| start + n);
        at = end + 1;
        let equals = body[start..end].iter().position(|b| *b == b'=').map_or(end, |n| start + n);
        Some(Pair { name: Span::new(start, equals), value: Span::new((equals + 1).min(end), end) })
    })
}

/// Decodes the name or value at `span` of `body`.
#[must_use]
pub(crate) fn decode(body: &[u8], span: Span) -> Content<'_> {
    let raw = &body[span.range()];
    if !raw.iter().any(|b| matches!(b, b'%' | b'+')) {
        return Content::plain(raw, span.start);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut alignment = Alignment::identity();
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        let escaped = if byte == b'%' { raw.get(at + 1..at + 3).and_then(hex) } else { None };
        let len = if escaped.is_some() { 3 } else { 1 };
        bytes.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
        if escaped.is_some() || byte == b'+' {
            alignment.atomic(1, len);
        } else {
            alignment.plain(1);
        }
        at += len;
    }
    Content { bytes: Cow::Owned(bytes), alignment, offset: span.start }
}

/// Translates a patch on a decoded name or value of `body` to edits on the body. A space is spelled like the one that it
/// replaces.
#[must_use]
pub(crate) fn edits(body: &[u8], content: &Content<'_>, patch: &Patch) -> Vec<Edit> {
    let mut edits = content.edits(patch, encode);
    for edit in edits.iter_mut().filter(|edit| edit.with.contains('+')) {
        let raw = &body[edit.span.range()];
        let spaces = (0..raw.len()).filter_map(|at| match &raw[at..] {
            [b'+', ..] => Some("+"),
            [b'%', b'2', b'0', ..] => Some("%20"),
            _ => None,
        });
        let mut spaces = spaces.collect::<Vec<_>>().into_iter();
        let mut last = spaces.as_slice().first().copied().unwrap_or("+");
        let mut with = String::with_capacity(edit.with.len());
        for part in edit.with.split_inclusive('+') {
            with.push_str(part.trim_end_matches('+'));
            if part.ends_with('+') {
                last = spaces.next().unwrap_or(last);
                with.push_str(last);
            }
        }
        edit.with = with;
    }
    edits
}

/// Encodes text for a form.
#[must_use]
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => out.push(char::from(byte)),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn hex(pair: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(body: &str) -> Vec<(String, String)> {
        let text = |span| String::from_utf8_lossy(&decode(body.as_bytes(), span).bytes).into_owned();
        pairs(body.as_bytes()).map(|pair| (text(pair.name), text(pair.value))).collect()
    }

    #[test]
    fn names_and_values_are_decoded() {
        let seen = texts("a=1&b+c=%31%2&&d&=e=f&g=%zz+%E2%82%AC");
        let seen: Vec<_> = seen.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(seen, [("a", "1"), ("b c", "1%2"), ("", ""), ("d", ""), ("", "e=f"), ("g", "%zz €")]);
        let bare: Vec<_> = pairs(b"a=1&b&c=").map(Pair::is_bare).collect();
        assert_eq!(bare, [false, true, false]);
    }

    #[test]
    fn replacements_are_encoded() {
        assert_eq!(encode("**** 0005 ñ"), "****+0005+%C3%B1");
    }

    #[test]
    fn a_patch_changes_no_other_byte() {
        let body = b"x=%41&text=my+%33782%208224&y=+";
        let value = pairs(body).nth(1).unwrap().value;
        let content = decode(body, value);
        assert_eq!(&*content.bytes, b"my 3782 8224");
        let patch = Patch::new(vec![Edit { span: Span::new(3, 12), with: "**** ****".into() }]);
        let edits = edits(body, &content, &patch);
        assert_eq!(Patch::new(edits).apply(body).as_ref(), b"x=%41&text=my+****%20****&y=+");
    }

    #[test]
    fn a_space_keeps_its_spelling() {
        let body = b"a%203782%208224+6310%20ok";
        let content = decode(body, Span::new(0, body.len()));
        let patch = Patch::new(vec![Edit { span: Span::new(2, 16), with: "**** **** ****".into() }]);
        let edits = edits(body, &content, &patch);
        assert_eq!(Patch::new(edits).apply(body).as_ref(), b"a%20****%20****+****%20ok");
    }
}
