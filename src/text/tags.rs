//! HTML tags inside numbers.
//!
//! Removes tags between the digits of a number: `3782<b>822463</b>10005` becomes `378282246310005`. If one of the tags
//! starts a new line or cell, or if there are blanks between two tags, a space is left: `3782<br>8224` and
//! `<b>3782</b> <i>8224</i>` become `3782 8224`. All other tags are kept, and so is a `<` that does not start a tag.

use super::Alignment;
use super::draft::Draft;

/// The longest tag, in bytes.
const LONGEST: usize = 256;

/// The maximum number of separators between a digit and a tag.
const MOST_SEPARATORS: usize = 3;

/// Tags within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
    "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    "wbr",
];

/// Tags that start a new line or cell. Any other tag, such as one of XML, separates two numbers.
pub(crate) const BLOCK: &[&str] = &[
    "address",
    "article",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Returns the text without the tags inside its numbers, or `None` if there are no such tags.
pub(super) fn read(text: &[u8]) -> Option<(Vec<u8>, Alignment)> {
    let mut draft = Draft::new(text);
    let mut at = 0;
    while let Some(more) = text[at..].iter().position(|b| *b == b'<') {
        at += more;
        let start = at;
        at += 1;
        if !meets_digit(text[..start].iter().rev()) {
            continue;
        }
        // Tags with nothing but blanks between them are one unit.
        let (mut end, mut next, mut joins, mut known) = (start, start, true, true);
        while let Some((len, kind)) = tag(&text[next..]) {
            joins &= kind == Kind::Inline && next == end;
            known &= kind != Kind::Unknown;
            end = next + len;
            next = end + text[end..].iter().take(LONGEST).take_while(|byte| byte.is_ascii_whitespace()).count();
        }
        if end > start {
            if known && meets_digit(text[end..].iter()) {
                draft.replace(start..end, if joins { b"" } else { b" " });
            }
            at = end;
        }
    }
    draft.finish()
}

/// Returns whether the first byte is a digit, after a few separators at most.
fn meets_digit<'a>(mut bytes: impl Iterator<Item = &'a u8>) -> bool {
    let separator = |b: &u8| matches!(b, b' ' | b'-' | b'.' | b',' | b'*' | b'/' | b'_' | b'\t' | b'\r' | b'\n');
    let mut separators = 0;
    bytes
        .find(|b| {
            separators += usize::from(separator(b));
            !separator(b) || separators > MOST_SEPARATORS
        })
        .is_some_and(u8::is_ascii_digit)
}

/// How a tag affects the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The line continues.
    Inline,
    /// A new line or cell starts.
    Block,
    /// The tag is not HTML.
    Unknown,
}

/// Returns the length of the tag at the start of `text` and its kind.
fn tag(text: &[u8]) -> Option<(usize, Kind)> {
    let inside = text.strip_prefix(b"<")?;
    let inside = &inside[..inside.iter().take(LONGEST - 2).position(|b| matches!(b, b'<' | b'>'))?];
    if text[inside.len() + 1] != b'>' || inside.windows(3).any(|three| three.iter().all(u8::is_ascii_digit)) {
        return None;
    }
    let name = inside.strip_prefix(b"/").unwrap_or(inside);
    let len = name.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
    let bounded = name.get(len).is_none_or(|b| b.is_ascii_whitespace() || *b == b'/');
    let name = name[..len].first().is_some_and(u8::is_ascii_alphabetic).then_some(&name[..len]).filter(|_| bounded)?;
    let is = |names: &[&str]| names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
    let kind = match () {
        () if is(INLINE) => Kind::Inline,
        () if is(BLOCK) => Kind::Block,
        () => Kind::Unknown,
    };
    Some((inside.len() + 2, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> String {
        read(text.as_bytes()).map_or_else(|| text.to_owned(), |(text, _)| String::from_utf8(text).expect("valid"))
    }

    #[test]
    fn tags_between_digits_are_removed() {
        for (text, without) in [
            ("3782<b>822463</b>10005", "378282246310005"),
            ("37<b></b>82 822463 10005", "3782 822463 10005"),
            ("3782 <b>822463</b> 10005", "3782 822463 10005"),
            ("<p>3782</p><p>8224</p>", "<p>3782 8224</p>"),
            ("3782<br/>8224<BR>63", "3782 8224 63"),
            ("3782<span class=\"x\">8224</span>", "37828224</span>"),
            ("3782-<i>8224</i>-63", "3782-8224-63"),
            ("<b>3782</b> <i>8224</i> 63", "<b>3782 8224 63"),
            ("<p>3782</p>\n    <p>8224</p>", "<p>3782 8224</p>"),
            ("<p>3782</p> <br /> <p>8224</p>", "<p>3782 8224</p>"),
        ] {
            assert_eq!(view(text), without, "{text}");
        }
    }

    #[test]
    fn other_tags_and_angle_brackets_are_kept() {
        for text in [
            "1 < 2 > 1",
            "3<4",
            "a <b>bold</b> 5",
            "5 <b>bold</b>",
            "3 <3 4",
            "1<http://x|2>3",
            "3782<a href=\"123\">5",
            "1<!-- x -->2",
            "1</>2",
            "1<>2",
            "1<<b>2",
            "5 <b",
            "1 <me@x.org> 2",
            "<1234>",
            "<Shop>4471</Shop><Till>8830</Till>",
            "<Shop>4471</Shop> <Till>8830</Till>",
            "<p>3782</p> and <p>8224</p>",
            "7<b>x</b>8",
        ] {
            assert_eq!(view(text), text);
        }
        let long = format!("1<b {}>2", "x".repeat(300));
        assert_eq!(view(&long), long);
    }
}
