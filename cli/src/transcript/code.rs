//! Programs and statements within a transcript: their values, labeled by their names.

use lastfour::Span;
use lastfour::chat::secret_label;

use super::record::{Part, Said};
use super::segment::Segment;
use super::spelling::Spelling;

/// The syntax of strings and comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// JavaScript, JSON, CSS, PHP: a backslash escapes, and a string ends with its line.
    Script,
    /// SQL: a quote is doubled, or a backslash escapes.
    Sql,
}

/// Returns the values in a text: strings, comments, and named numbers. A value after `name:` or `name =` is scanned
/// after the words for the secret that the name stands for.
pub(super) fn values(bytes: &[u8], span: Span, layer: u16, language: Language) -> Vec<Said> {
    let mut all = Vec::new();
    // The name before the value, if it is followed by a colon or an equals sign.
    let mut name: Option<Span> = None;
    let mut assigned: Option<Span> = None;
    let mut at = span.start;
    let bytes = &bytes[..span.end];
    while at < span.end {
        match bytes[at] {
            b':' | b'=' => {
                assigned = name.take().or(assigned);
                at += 1;
            }
            quote @ (b'\'' | b'"' | b'`') => {
                let end = string_end(bytes, at + 1, quote, language);
                let content = Span::new(at + 1, end);
                at = (end + 1).min(span.end);
                // A quoted name is followed by a colon or an equals sign.
                name = Some(content);
                let spelling = match language {
                    Language::Script => Spelling::Json,
                    Language::Sql => Spelling::Sql,
                };
                push(&mut all, bytes, content, layer, spelling, assigned.take());
            }
            b'/' if bytes[at..].starts_with(b"/*") => {
                let end = memchr::memmem::find(&bytes[at + 2..], b"*/").map_or(span.end, |len| at + 2 + len);
                push(&mut all, bytes, Span::new(at + 2, end), layer, Spelling::Plain, None);
                at = (end + 2).min(span.end);
            }
            b'/' if language == Language::Script && bytes[at..].starts_with(b"//") => {
                at = comment(bytes, at, layer, &mut all)
            }
            b'-' if language == Language::Sql && bytes[at..].starts_with(b"--") => {
                at = comment(bytes, at, layer, &mut all)
            }
            byte if is_word(byte) => {
                let len = bytes[at..].iter().take_while(|b| is_word(**b) || **b == b'.' || **b == b'-').count();
                let word = Span::new(at, at + len);
                if byte.is_ascii_digit() {
                    if let Some(assigned) = assigned.take() {
                        let spelling = match language {
                            Language::Script => Spelling::Number,
                            Language::Sql => Spelling::SqlBare,
                        };
                        push(&mut all, bytes, word, layer, spelling, Some(assigned));
                    }
                    name = None;
                } else {
                    assigned = None;
                    name = Some(word);
                }
                at = word.end;
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    (name, assigned) = (None, None);
                }
                at += 1;
            }
        }
    }
    all
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

fn comment(bytes: &[u8], at: usize, layer: u16, all: &mut Vec<Said>) -> usize {
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |len| at + len);
    push(all, bytes, Span::new(at + 2, end), layer, Spelling::Plain, None);
    end
}

fn push(all: &mut Vec<Said>, bytes: &[u8], value: Span, layer: u16, spelling: Spelling, name: Option<Span>) {
    if value.is_empty() {
        return;
    }
    let label = name.and_then(|name| secret_label(bytes.get(name.range())?));
    if matches!(spelling, Spelling::Number | Spelling::SqlBare) && label.is_none() {
        return;
    }
    all.push(Said { part: Part::Data(false), label, ..Said::new(vec![Segment::new(layer, spelling, value)]) });
}

/// Returns the end of the string that begins at `start`: its closing quote, or the end of the line.
fn string_end(bytes: &[u8], start: usize, quote: u8, language: Language) -> usize {
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if language == Language::Script && quote != b'`' => return at,
            byte if byte == quote => {
                if language == Language::Script || bytes.get(at + 1) != Some(&quote) {
                    return at;
                }
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_program_have_their_names() {
        let text = "var m = \"my pin\"; pay({cvv: 837, 'password': 'a\\'b', n: 12}); // done\nx.pin='48';";
        let seen: Vec<(String, Option<&str>)> = values(text.as_bytes(), Span::new(0, text.len()), 0, Language::Script)
            .iter()
            .map(|said| (text[said.segments[0].span().range()].to_owned(), said.label))
            .collect();
        let seen: Vec<(&str, Option<&str>)> = seen.iter().map(|(text, label)| (text.as_str(), *label)).collect();
        assert_eq!(
            seen,
            [
                ("my pin", None),
                ("837", Some("cvv")),
                ("password", None),
                ("a\\'b", Some("password")),
                (" done", None),
                ("48", Some("pin")),
            ]
        );
    }
}
