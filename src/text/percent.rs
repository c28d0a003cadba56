//! Percent-encoded text.
//!
//! Decodes words that are encoded as in a URL or a form: `card%3D4111%201111` becomes `card=4111 1111`, `%34%31`
//! becomes `41`, and double encoding (`%253D`) is decoded twice. An escape is one atomic unit. A word is kept as it is
//! if it contains a percent sign that is not an escape, a control character or invalid UTF-8. So is a word with a
//! single escape, as in "20%30" or in a password, unless the escape is an equals sign or the space before a long
//! number.

use super::Alignment;
use super::draft::Draft;

/// The maximum number of times that a text may be encoded.
const MOST_LAYERS: usize = 8;

/// After a single escaped space, a number with at least this many digits is not part of a password.
const LONG_NUMBER: usize = 12;

/// Returns the text with its encoded words decoded, or `None` if there are none.
pub(super) fn read(text: &[u8]) -> Option<(Vec<u8>, Alignment)> {
    let mut draft = Draft::new(text);
    let mut at = 0;
    while at < text.len() {
        let word = text[at..].iter().position(|b| !b.is_ascii_whitespace()).map_or(text.len(), |blank| at + blank);
        let end = text[word..].iter().position(u8::is_ascii_whitespace).map_or(text.len(), |len| word + len);
        if is_encoded(text, word, end) {
            let mut at = word;
            while at < end {
                match character(&text[at..end]) {
                    Some((bytes, count, len)) => {
                        draft.replace(at..at + len, &bytes[..count]);
                        at += len;
                    }
                    None => at += 1,
                }
            }
        }
        at = end;
    }
    draft.finish()
}

/// Returns whether the word `start..end` is percent-encoded.
fn is_encoded(text: &[u8], start: usize, end: usize) -> bool {
    let word = &text[start..end];
    let mut escapes = 0;
    let mut assigns = false;
    let mut other = false;
    let mut at = 0;
    while at < word.len() {
        if word[at] != b'%' {
            other |= !(word[at].is_ascii_digit() || matches!(word[at], b'.' | b',' | b'-'));
            at += 1;
            continue;
        }
        let Some((bytes, count, len)) = character(&word[at..]) else { return false };
        escapes += 1;
        let digits = word[at + len..].iter().take_while(|b| b.is_ascii_digit()).count();
        assigns |= matches!(&bytes[..count], b"=" | b":") || bytes[0] == b' ' && digits >= LONG_NUMBER;
        at += len;
    }
    escapes >= 3 || escapes == 2 && other || escapes == 1 && other && assigns
}

/// Decodes the character at the start of `text`: its bytes, their count, and the length of its escapes.
fn character(text: &[u8]) -> Option<([u8; 4], usize, usize)> {
    let mut bytes = [0; 4];
    let (first, mut len) = escape(text)?;
    bytes[0] = first;
    let count = match first {
        b'\t' | b'\n' | b'\r' | b' '..=b'~' => 1,
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    for byte in &mut bytes[1..count] {
        let (next, more) = escape(&text[len..])?;
        *byte = next;
        len += more;
    }
    std::str::from_utf8(&bytes[..count]).ok()?;
    Some((bytes, count, len))
}

/// Decodes the byte at the start of `text`, over all layers of encoding, and returns it with the length of its escape.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let hex = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    if text.first() != Some(&b'%') {
        return None;
    }
    let mut len = 1;
    for _ in 0..MOST_LAYERS {
        let byte = hex(len)? << 4 | hex(len + 1)?;
        len += 2;
        if byte != b'%' || hex(len).is_none() || hex(len + 1).is_none() {
            return Some((byte, len));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        read(text.as_bytes()).map_or_else(|| text.to_owned(), |(text, _)| String::from_utf8(text).expect("valid"))
    }

    #[test]
    fn encoded_words_are_decoded() {
        for (text, decoded) in [
            ("card%3D4111%201111%201111%201111", "card=4111 1111 1111 1111"),
            ("%34%31%31%31", "4111"),
            ("see card%253D4111%25201111 ok", "see card=4111 1111 ok"),
            ("pin%3A4821", "pin:4821"),
            ("card%204111111111111111", "card 4111111111111111"),
            ("contrase%C3%B1a%3DLuna", "contrase\u{F1}a=Luna"),
            ("4111%201111%201111%201111", "4111 1111 1111 1111"),
        ] {
            assert_eq!(shown(text), decoded, "{text}");
        }
    }

    #[test]
    fn percent_signs_in_prose_and_passwords_are_kept() {
        for text in [
            "20%30",
            "10%20%30% off",
            "50%25 more",
            "Sol%2024",
            "a%2",
            "a%",
            "100%ACcurate and%beyond",
            "%00%01%02",
            "%ff%fe%fd",
            "x%3D%zz",
            "5%-10%",
        ] {
            assert_eq!(shown(text), text, "{text}");
        }
    }

    #[test]
    fn an_escape_is_replaced_as_a_whole() {
        let (text, alignment) = read(b"n%3D%34%32").expect("encoded");
        assert_eq!(text, b"n=42");
        assert_eq!(alignment.source(super::super::ViewSpan::new(2, 3)).range(), 4..7);
    }
}
