//! The literals of a GraphQL document, which are read like the fields of a form.

use std::borrow::Cow;

use crate::edit::{Edit, Patch};
use crate::json::{self, Decoded};
use crate::span::Span;
use crate::text::Alignment;

/// A literal of a GraphQL document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    /// The name of its argument or input field; empty if it has none.
    pub(super) name: Span,
    /// Its content, still escaped.
    pub(super) content: Span,
    pub(super) kind: LiteralKind,
}

impl Literal {
    /// Returns the decoded content.
    pub(super) fn text<'s>(&self, source: &'s [u8]) -> Decoded<'s> {
        let content = &source[self.content.range()];
        match self.kind {
            LiteralKind::String => json::decode(content),
            LiteralKind::Block | LiteralKind::Number => {
                Decoded { bytes: Cow::Borrowed(content), alignment: Alignment::identity() }
            }
        }
    }

    /// Returns a patch on the decoded content as edits on the document. A number becomes a string.
    pub(super) fn edits(&self, patch: &Patch, text: &Decoded<'_>) -> Vec<Edit> {
        match self.kind {
            LiteralKind::String => json::string_edits(patch, &text.alignment, self.content.start),
            LiteralKind::Block => patch.at(self.content.start).collect(),
            LiteralKind::Number => json::number_edit(patch, &text.bytes, self.content).into_iter().collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LiteralKind {
    /// A string with the escapes of JSON.
    String,
    /// A string between three quotation marks, in which nothing is escaped.
    Block,
    Number,
}

/// Returns the literals of a document, in order. A string that is not closed extends to the end.
pub(super) fn literals(source: &[u8]) -> Vec<Literal> {
    let mut all = Vec::new();
    let mut name = Span::new(0, 0);
    // A type or an enum after a colon does not end the name: `$id: ID = "a"`.
    let mut follows_colon = false;
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        let rest = &source[at..];
        let len = match byte {
            b'#' => rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            b'"' if rest.starts_with(b"\"\"\"") => {
                let end = rest[3..].windows(3).position(|end| end == b"\"\"\"");
                let content = Span::new(at + 3, at + 3 + end.unwrap_or(rest.len() - 3));
                all.push(Literal { name, content, kind: LiteralKind::Block });
                end.map_or(rest.len(), |end| end + 6)
            }
            b'"' => {
                let len = string_len(&rest[1..]);
                all.push(Literal { name, content: Span::new(at + 1, at + 1 + len), kind: LiteralKind::String });
                (len + 2).min(rest.len())
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let names = rest[len..].trim_ascii_start().starts_with(b":");
                if names || !follows_colon {
                    name = Span::new(at, if names { at + len } else { at });
                }
                len
            }
            b'0'..=b'9' | b'-' => {
                let len = 1 + rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'.').count();
                all.push(Literal { name, content: Span::new(at, at + len), kind: LiteralKind::Number });
                len
            }
            _ => 1,
        };
        follows_colon = byte == b':' || follows_colon && (byte.is_ascii_whitespace() || byte == b'[');
        at += len;
    }
    all
}

/// Returns the length of the rest of a string, without its last quotation mark.
fn string_len(rest: &[u8]) -> usize {
    let mut escaped = false;
    let ends = |byte: &u8| {
        let ends = !escaped && matches!(byte, b'"' | b'\n');
        escaped = !escaped && *byte == b'\\';
        ends
    };
    rest.iter().position(ends).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_the_names_of_their_arguments() {
        let source = br#"mutation { # "a"
            say(to: ["b", "c\"d"], in: {text : """e "f" g""", pin: 4417}) { id @x(y: [I] = -1.5) } z("h"#;
        let text = |span: Span| std::str::from_utf8(&source[span.range()]).unwrap();
        let found: Vec<_> = literals(source).iter().map(|found| (text(found.name), text(found.content))).collect();
        let expected =
            [("to", "b"), ("to", r#"c\"d"#), ("text", r#"e "f" g"#), ("pin", "4417"), ("y", "-1.5"), ("", "h")];
        assert_eq!(found, expected);
    }
}
