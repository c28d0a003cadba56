//! The encodings of text within a format: decodes text, and encodes edits on the decoded text.

use std::borrow::Cow;

use lastfour::json::{decode, number_edit, string_edits};
use lastfour::{Alignment, Edit, Patch, Span, lift};

/// How a text is encoded in the surrounding bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Not at all.
    Plain,
    /// The text between HTML or XML tags, or the value of an attribute. Character references such as `&amp;` are kept,
    /// because the engine decodes them.
    Markup,
    /// The content of a JSON string, or of another string with the same escapes.
    Json,
    /// The content of a JSON string with UTF-8 that was decoded as Latin-1 and encoded again.
    Mojibake,
    /// A sheet cell with a number. An edit turns it into a text cell.
    SheetNumber,
    /// A JSON number. An edit turns it into a string.
    Number,
    /// An unquoted CSV field, and the delimiter that it must not contain.
    CsvBare(u8),
    /// The content of a quoted CSV field.
    CsvQuoted,
    /// The content of an SQL string: `''` is a quote, and a backslash starts an escape.
    Sql,
    /// Concatenated SQL strings, from within the first one to within the last: `my ' || 'text`. The quotes and the text
    /// between the strings are not text.
    SqlJoined,
    /// An unquoted SQL value. An edit turns it into a string.
    SqlBare,
    /// A value of YAML without quotes. An edit adds quotes if the value then begins with a mask.
    YamlBare,
    /// A field of the COPY format of PostgreSQL, or of another table with backslash escapes.
    Backslash,
    /// A text with `\xNN` for some bytes, as in access logs of nginx and Apache.
    HexEscaped,
    /// Quoted-printable (RFC 2045).
    QuotedPrintable,
    /// The content of an encoded word in a mail header (RFC 2047) with the encoding "Q".
    QuotedWord,
    /// Base64. An edit encodes all of it again.
    Base64,
    /// Two hexadecimal digits for each byte.
    Hex,
}

impl Spelling {
    /// Returns whether blanks of the text are blanks in the bytes.
    pub(crate) fn keeps_blanks(self) -> bool {
        !matches!(
            self,
            Self::Json
                | Self::Mojibake
                | Self::HexEscaped
                | Self::QuotedPrintable
                | Self::QuotedWord
                | Self::Base64
                | Self::Hex
                | Self::Markup
        )
    }

    /// Decodes `raw`. The alignment maps the text to `raw`.
    pub(crate) fn decode(self, raw: &[u8]) -> (Cow<'_, [u8]>, Alignment) {
        match self {
            Self::Plain | Self::Markup | Self::Number | Self::SqlBare | Self::YamlBare | Self::CsvBare(_) => {
                (Cow::Borrowed(raw), Alignment::identity())
            }
            Self::Json => {
                let decoded = decode(raw);
                (decoded.bytes, decoded.alignment)
            }
            Self::SheetNumber => {
                let Span { start, end } = sheet_value(raw);
                let mut alignment = Alignment::identity();
                alignment.atomic(0, start);
                alignment.plain(end - start);
                (Cow::Borrowed(&raw[start..end]), alignment)
            }
            Self::Mojibake => {
                let outer = decode(raw);
                match from_latin1(&outer.bytes) {
                    Some((bytes, inner)) => (Cow::Owned(bytes), outer.alignment.then(&inner)),
                    None => (outer.bytes, outer.alignment),
                }
            }
            Self::CsvQuoted => rewrite(raw, b"\"", |rest| (rest.get(1) == Some(&b'"')).then(|| (b"\"".to_vec(), 2))),
            Self::Sql => rewrite(raw, b"'\\", sql_escape),
            Self::SqlJoined => rewrite(raw, b"'\\", |rest| sql_escape(rest).or_else(|| sql_glue(rest))),
            Self::Backslash => rewrite(raw, b"\\", backslash_escape),
            Self::HexEscaped => rewrite(raw, b"\\", hex_escape),
            Self::QuotedPrintable => rewrite(raw, b"=", quoted_printable_escape),
            Self::QuotedWord => rewrite(raw, b"=_", |rest| match rest {
                [b'_', ..] => Some((b" ".to_vec(), 1)),
                rest => quoted_printable_escape(rest),
            }),
            Self::Base64 => {
                let (bytes, alignment) = base64_decode(raw);
                (Cow::Owned(bytes), alignment)
            }
            Self::Hex => {
                let bytes: Vec<u8> = raw.chunks_exact(2).filter_map(hex_pair).collect();
                let mut alignment = Alignment::identity();
                bytes.iter().for_each(|_| alignment.atomic(1, 2));
                (Cow::Owned(bytes), alignment)
            }
        }
    }

    /// Returns the edits on the surrounding bytes for a `patch` on the decoded text. `raw` and `alignment` are those of
    /// [`decode`](Self::decode). `raw` starts at `start`.
    pub(crate) fn edits(self, patch: &Patch, raw: &[u8], alignment: &Alignment, start: usize) -> Vec<Edit> {
        // Some encodings are rewritten as a whole, which must not happen to a value without findings.
        if patch.edits().is_empty() {
            return Vec::new();
        }
        let lifted = |encode: &dyn Fn(&str) -> String| lift(patch, alignment, start, encode);
        let whole = Span::new(start, start + raw.len());
        match self {
            Self::Plain => lifted(&str::to_owned),
            Self::Markup => lifted(&|with| {
                escape_each(with, |c| match c {
                    '<' => Some("&lt;".into()),
                    '>' => Some("&gt;".into()),
                    '&' => Some("&amp;".into()),
                    '"' => Some("&quot;".into()),
                    _ => None,
                })
            }),
            Self::Json => string_edits(patch, alignment, start),
            Self::Mojibake => {
                let again = patch.edits().iter().map(|edit| Edit { span: edit.span, with: to_latin1(&edit.with) });
                string_edits(&Patch::new(again.collect()), alignment, start)
            }
            Self::SheetNumber => {
                let value = patch.apply(&raw[sheet_value(raw).range()]);
                let open = memchr::memchr(b'>', raw).unwrap_or(0);
                // Without its type and its formula.
                let attributes = String::from_utf8_lossy(&raw[..open]).replace(" t=\"n\"", "");
                let with = format!("{attributes} t=\"str\"><v>{}</v></c>", String::from_utf8_lossy(&value));
                vec![Edit { span: whole, with }]
            }
            Self::Number => number_edit(patch, raw, whole).into_iter().collect(),
            Self::CsvQuoted => lifted(&|with| with.replace('"', "\"\"")),
            Self::CsvBare(delimiter) => {
                let special = |b: u8| b == delimiter || matches!(b, b'"' | b'\r' | b'\n');
                if patch.edits().iter().any(|edit| edit.with.bytes().any(special)) {
                    let text = patch.apply(raw);
                    let with = format!("\"{}\"", String::from_utf8_lossy(&text).replace('"', "\"\""));
                    vec![Edit { span: whole, with }]
                } else {
                    lifted(&str::to_owned)
                }
            }
            Self::Sql | Self::SqlJoined => lifted(&|with| with.replace('\\', "\\\\").replace('\'', "''")),
            Self::SqlBare => {
                let text = patch.apply(raw);
                let with = format!("'{}'", String::from_utf8_lossy(&text).replace('\\', "\\\\").replace('\'', "''"));
                vec![Edit { span: whole, with }]
            }
            Self::YamlBare => {
                // A "*" at the start would be an alias.
                let text = patch.apply(raw);
                if !text.starts_with(b"*") {
                    return lifted(&str::to_owned);
                }
                vec![Edit { span: whole, with: format!("'{}'", String::from_utf8_lossy(&text).replace('\'', "''")) }]
            }
            Self::Hex => {
                let upper = raw.iter().any(u8::is_ascii_uppercase);
                let digits = |byte: u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
                lifted(&|with| with.bytes().map(digits).collect())
            }
            Self::Backslash => lifted(&|with| {
                escape_each(with, |c| match c {
                    '\\' => Some("\\\\".into()),
                    '\t' => Some("\\t".into()),
                    '\n' => Some("\\n".into()),
                    '\r' => Some("\\r".into()),
                    _ => None,
                })
            }),
            Self::HexEscaped => lifted(&|with| {
                escape_each(with, |c| {
                    (c == '"' || c == '\\' || c.is_control()).then(|| format!("\\x{:02X}", u32::from(c)))
                })
            }),
            Self::QuotedWord => lifted(&|with| {
                let mut out = String::with_capacity(with.len());
                for byte in with.bytes() {
                    match byte {
                        b' ' => out.push('_'),
                        byte if byte.is_ascii_alphanumeric() || byte == b'*' => out.push(char::from(byte)),
                        byte => out.push_str(&format!("={byte:02X}")),
                    }
                }
                out
            }),
            Self::QuotedPrintable => lifted(&|with| {
                let mut out = String::with_capacity(with.len());
                for byte in with.bytes() {
                    match byte {
                        b'=' | 0..=31 | 127.. => out.push_str(&format!("={byte:02X}")),
                        byte => out.push(char::from(byte)),
                    }
                }
                out
            }),
            Self::Base64 => {
                let (text, _) = base64_decode(raw);
                vec![Edit { span: whole, with: base64_encode(&patch.apply(&text), line_length(raw), raw) }]
            }
        }
    }
}

/// Returns the range of the value of a cell: between `<v>` and `</v>`.
fn sheet_value(raw: &[u8]) -> Span {
    let start =
        memchr::memmem::find(raw, b"<v").map_or(0, |at| at + memchr::memchr(b'>', &raw[at..]).map_or(0, |end| end + 1));
    let end = memchr::memmem::find(raw, b"</v").unwrap_or(raw.len()).max(start);
    Span::new(start, end)
}

fn escape_each(with: &str, escape: impl Fn(char) -> Option<String>) -> String {
    let mut out = String::with_capacity(with.len());
    for c in with.chars() {
        match escape(c) {
            Some(escaped) => out.push_str(&escaped),
            None => out.push(c),
        }
    }
    out
}

/// Decodes a text. For some of the bytes in `starts`, `escape` returns the decoded bytes and the length of the escape.
fn rewrite<'a>(
    raw: &'a [u8],
    starts: &[u8],
    escape: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>,
) -> (Cow<'a, [u8]>, Alignment) {
    let next = |from: usize| raw[from..].iter().position(|b| starts.contains(b)).map(|at| from + at);
    let Some(mut at) = next(0) else { return (Cow::Borrowed(raw), Alignment::identity()) };
    let mut bytes = Vec::with_capacity(raw.len());
    let mut alignment = Alignment::identity();
    let mut from = 0;
    loop {
        let step = match escape(&raw[at..]) {
            Some((with, len)) => {
                bytes.extend_from_slice(&raw[from..at]);
                alignment.plain(at - from);
                alignment.atomic(with.len(), len);
                bytes.extend_from_slice(&with);
                from = at + len;
                from
            }
            None => at + 1,
        };
        match next(step.min(raw.len())) {
            Some(found) => at = found,
            None => break,
        }
    }
    if from == 0 {
        return (Cow::Borrowed(raw), Alignment::identity());
    }
    bytes.extend_from_slice(&raw[from..]);
    alignment.plain(raw.len() - from);
    (Cow::Owned(bytes), alignment)
}

fn sql_escape(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    match rest {
        [b'\'', b'\'', ..] => Some((b"'".to_vec(), 2)),
        [b'\\', ..] => backslash_escape(rest),
        _ => None,
    }
}

/// Reads the text between two concatenated strings: a quote, anything, and the next quote.
fn sql_glue(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let next = rest.strip_prefix(b"'")?;
    Some((Vec::new(), memchr::memchr(b'\'', next)? + 2))
}

fn backslash_escape(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let with = match *rest.get(1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'0' => 0,
        b'b' => 8,
        b'Z' => 26,
        byte @ (b'\\' | b'\'' | b'"' | b'`') => byte,
        _ => return None,
    };
    Some((vec![with], 2))
}

fn hex_escape(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    match rest {
        [b'\\', b'x', high, low, ..] => Some((vec![hex(*high)? << 4 | hex(*low)?], 4)),
        [b'\\', b'\\', ..] => Some((vec![b'\\'], 2)),
        [b'\\', b'"', ..] => Some((vec![b'"'], 2)),
        [b'\\', b'n', ..] => Some((vec![b'\n'], 2)),
        _ => None,
    }
}

fn quoted_printable_escape(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    match rest {
        [b'=', b'\r', b'\n', ..] => Some((Vec::new(), 3)),
        [b'=', b'\n', ..] => Some((Vec::new(), 2)),
        [b'=', high, low, ..] => Some((vec![hex(*high)? << 4 | hex(*low)?], 3)),
        _ => None,
    }
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    Some(hex(pair[0])? << 4 | hex(pair[1])?)
}

/// The minimum number of bytes of a text that is encoded as a whole. Shorter values are words and ids.
const SHORTEST_ENCODED: usize = 8;

/// Returns the encoding of a value that is a text in hexadecimal digits or in Base64, and the range of its digits.
pub(crate) fn encoded(raw: &[u8]) -> Option<(Spelling, Span)> {
    let mark = [&b"\\\\x"[..], b"\\x", b"0x"].into_iter().find(|mark| raw.starts_with(mark)).map_or(0, <[u8]>::len);
    // A number does not count as encoded text.
    let has_letter = || raw.iter().any(u8::is_ascii_alphabetic);
    if is_hex_text(&raw[mark..]) && has_letter() {
        return Some((Spelling::Hex, Span::new(mark, raw.len())));
    }
    let chars = |raw: &[u8]| raw.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    // Most texts have a blank among their first characters, and no upper-case letter.
    let start = &raw[..raw.len().min(2 * SHORTEST_ENCODED)];
    if !has_letter() || raw.len() < 2 * SHORTEST_ENCODED || !raw.len().is_multiple_of(4) || !chars(start) || !chars(raw)
    {
        return None;
    }
    let is_start = is_text(base64_decode(start).0.into_iter().map(Some));
    (is_start && is_text(base64_decode(raw).0.into_iter().map(Some)))
        .then_some((Spelling::Base64, Span::new(0, raw.len())))
}

/// Returns whether hexadecimal digits encode a text.
pub(crate) fn is_hex_text(digits: &[u8]) -> bool {
    digits.len() >= 2 * SHORTEST_ENCODED
        && digits.len().is_multiple_of(2)
        && is_text(digits.chunks_exact(2).map(hex_pair))
}

/// Returns whether bytes are text: they are printable.
fn is_text(bytes: impl Iterator<Item = Option<u8>>) -> bool {
    let mut text = Vec::new();
    for byte in bytes {
        match byte {
            Some(byte) if byte >= b' ' && byte != 0x7f || matches!(byte, b'\t' | b'\r' | b'\n') => text.push(byte),
            _ => return false,
        }
    }
    // The last character may be incomplete.
    let whole = text.len().saturating_sub(3);
    std::str::from_utf8(&text)
        .map_or_else(|error| error.valid_up_to() >= whole && error.error_len().is_none(), |_| true)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Returns the text whose UTF-8 bytes are the characters of `text`, if all of them are below U+0100 and they are valid
/// UTF-8 with a character outside ASCII.
fn from_latin1(text: &[u8]) -> Option<(Vec<u8>, Alignment)> {
    if text.is_ascii() {
        return None;
    }
    let outer = std::str::from_utf8(text).ok()?;
    let mut bytes = Vec::with_capacity(text.len());
    for c in outer.chars() {
        bytes.push(u8::try_from(u32::from(c)).ok()?);
    }
    let inner = std::str::from_utf8(&bytes).ok()?;
    let mut alignment = Alignment::identity();
    for c in inner.chars() {
        if c.is_ascii() {
            alignment.plain(1);
        } else {
            // Each of its bytes was a character of two bytes.
            alignment.atomic(c.len_utf8(), c.len_utf8() * 2);
        }
    }
    Some((bytes, alignment))
}

/// Returns whether the content of a JSON string is [`Spelling::Mojibake`].
pub(crate) fn is_mojibake(raw: &[u8]) -> bool {
    // The first byte of a UTF-8 sequence, written as a character or as an escape.
    let suspect = raw.contains(&0xC3) || memchr::memmem::find(raw, b"\\u00").is_some();
    suspect && from_latin1(&decode(raw).bytes).is_some()
}

fn to_latin1(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64_decode(raw: &[u8]) -> (Vec<u8>, Alignment) {
    let mut out = Vec::with_capacity(raw.len() / 4 * 3);
    let mut alignment = Alignment::identity();
    let (mut bits, mut count) = (0u32, 0);
    // The start of the four characters that encode three bytes.
    let (mut from, mut chars, mut done) = (0, 0, 0);
    for (at, byte) in raw.iter().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        chars += 1;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
        if chars == 4 {
            alignment.atomic(3, at + 1 - from);
            (from, chars, done) = (at + 1, 0, out.len());
        }
    }
    alignment.atomic(out.len() - done, raw.len() - from);
    (out, alignment)
}

/// Encodes `bytes` in lines of this length, 0 for one line, with the line ends of `like`.
fn base64_encode(bytes: &[u8], line: usize, like: &[u8]) -> String {
    let line_end = if memchr::memmem::find(like, b"\r\n").is_some() { "\r\n" } else { "\n" };
    let mut out = String::with_capacity(bytes.len() / 3 * 4 + 4);
    let mut column = 0;
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, b| word << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        if line > 0 && column >= line {
            out.push_str(line_end);
            column = 0;
        }
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(char::from(BASE64[(word >> (18 - 6 * at)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
        column += 4;
    }
    let tail = like.len() - like.trim_ascii_end().len();
    out.push_str(&String::from_utf8_lossy(&like[like.len() - tail..]));
    out
}

fn line_length(raw: &[u8]) -> usize {
    memchr::memchr(b'\n', raw).map_or(0, |end| raw[..end].trim_ascii().len() / 4 * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(spelling: Spelling, raw: &str, secret: &str, mask: &str) -> String {
        let (text, alignment) = spelling.decode(raw.as_bytes());
        let start = memchr::memmem::find(&text, secret.as_bytes()).expect("the secret is decoded");
        let patch = Patch::new(vec![Edit { span: Span::new(start, start + secret.len()), with: mask.into() }]);
        let edits = spelling.edits(&patch, raw.as_bytes(), &alignment, 0);
        String::from_utf8(Patch::new(edits).apply(raw.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn a_secret_is_masked_in_the_spelling_of_its_format() {
        use Spelling::*;
        for (spelling, raw, secret, mask, out) in [
            (Plain, "a 12 b", "12", "**", "a ** b"),
            (Markup, "a &amp; 12", "12", "<x>", "a &amp; &lt;x&gt;"),
            (Json, r"a\n\u0031\u0032 b", "12", "\"*", r#"a\n\"* b"#),
            (Mojibake, r"contrase\u00c3\u00b1a 12", "contraseña", "é", r"Ã© 12"),
            (Number, "482", "82", "**", "\"4**\""),
            (CsvBare(b';'), "a 12", "12", "x;y", "\"a x;y\""),
            (CsvQuoted, "a \"\"12\"\" b", "\"12\"", "\"", "a \"\" b"),
            (Sql, r"it''s \'12\' ok", "'12'", "it's", "it''s it''s ok"),
            (
                SheetNumber,
                "<c r=\"D6\" s=\"1\"><v>482</v></c>",
                "82",
                "**",
                "<c r=\"D6\" s=\"1\" t=\"str\"><v>4**</v></c>",
            ),
            (SqlBare, "482", "82", "**", "'4**'"),
            (Backslash, r"a\t12\\b", "12", "\t", r"a\t\t\\b"),
            (HexEscaped, r"{\x22a\x22: \x2212\x22}", "12", "\"", r"{\x22a\x22: \x22\x22\x22}"),
            (QuotedPrintable, "a =31=\r\n2 b=3D", "12", "=é", "a =3D=C3=A9 b=3D"),
            (Base64, "bXkgcGluIGlz\r\nIDQ4MjEu\r\n", "4821", "****", "bXkgcGluIGlz\r\nICoqKiou\r\n"),
            (Base64, "NDgyMQ==", "4821", "*", "Kg=="),
        ] {
            assert_eq!(masked(spelling, raw, secret, mask), out, "{spelling:?}");
        }
    }

    #[test]
    fn only_doubly_encoded_text_is_mojibake() {
        assert!(is_mojibake(r"contrase\u00c3\u00b1a".as_bytes()));
        assert!(is_mojibake("contraseÃ±a".as_bytes()));
        for text in ["contraseña", r"contrase\u00f1a", "plain", r"\u00c3", "日本"] {
            assert!(!is_mojibake(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        for spelling in [Spelling::Json, Spelling::Sql, Spelling::CsvQuoted, Spelling::QuotedPrintable] {
            assert!(matches!(spelling.decode(b"plain text"), (Cow::Borrowed(_), alignment) if alignment.is_identity()));
        }
    }
}
