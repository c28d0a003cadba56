//! Reads the tokens of a document incrementally.

use std::fmt;

use crate::json::path::{Path, Stack};
use crate::json::string::decode;
use crate::span::Span;
use crate::steps;
use crate::wire::safe_cut;

/// The kind of a [`Token`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// The key of an object's member, with its quotes.
    Key,
    /// A string value, with its quotes.
    String,
    /// A piece of a string value that continues. Only returned by [`Walker::cut`].
    StringPart,
    /// The last piece of a string value that was cut, with the closing quote.
    StringEnd,
    /// A number.
    Number,
    /// `true`, `false`, `null`, `NaN`, `Infinity` or `-Infinity`.
    Literal,
}

/// A token of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// Its kind.
    pub kind: TokenKind,
    /// Its byte range.
    pub span: Span,
    /// The byte range between the quotes of a key or string. Equal to `span` for all other tokens.
    pub content: Span,
}

/// The result of [`Walker::next`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A token. Its spans count from the start of the input. The next input starts after it.
    Token(Token),
    /// The input ends within a token or before the document is complete. This many bytes at its start have been consumed
    /// (whitespace, commas, colons). The next input starts after them and must be longer.
    More(usize),
    /// The document is complete, and only whitespace follows.
    End,
}

/// The error for a document that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// The input is not valid JSON.
    Syntax {
        /// The offset of the first invalid byte, or the length of the input if it ends too early.
        at: usize,
    },
    /// Arrays and objects are nested deeper than the limit.
    TooDeep {
        /// The limit.
        limit: usize,
    },
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { at } => write!(f, "not valid JSON at byte {at}"),
            Self::TooDeep { limit } => write!(f, "JSON nested deeper than {limit} levels"),
        }
    }
}

impl std::error::Error for JsonError {}

/// What the next token may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    /// Within a string value that was cut.
    RestOfString,
    Nothing,
}

/// Reads one document from input that arrives in pieces.
///
/// The walker does not buffer input; it keeps only the open objects and arrays with their keys.
#[derive(Debug, Clone)]
pub struct Walker {
    stack: Stack,
    limit: usize,
    expect: Expect,
    /// How many bytes of an incomplete token at the start of the input have been read, so that none is read twice.
    resume: usize,
}

impl Walker {
    /// Creates a walker for a document that may be nested `limit` levels deep.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { stack: Stack::default(), limit, expect: Expect::Value, resume: 0 }
    }

    /// Returns the path of the token that was read last.
    #[must_use]
    pub fn path(&self) -> Path<'_> {
        self.stack.path()
    }

    /// Returns the number of open objects and arrays.
    #[must_use]
    pub fn open(&self) -> usize {
        self.stack.len()
    }

    /// Reads the next token from `input`, which starts after the last token, or after the bytes that [`Step::More`]
    /// reported. If `last` is set, no more input follows.
    ///
    /// # Errors
    ///
    /// Returns an error if the document is not JSON or nested too deep. The walker cannot be used after that.
    pub fn next(&mut self, input: &[u8], last: bool) -> Result<Step, JsonError> {
        let mut at = 0;
        if self.expect == Expect::RestOfString {
            return self.string(input, 0, TokenKind::StringEnd, last);
        }
        loop {
            at += input[at..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
            let Some(&byte) = input.get(at) else {
                return match (self.expect, last) {
                    (Expect::Nothing, true) => Ok(Step::End),
                    (_, true) => Err(JsonError::Syntax { at }),
                    (_, false) => Ok(Step::More(at)),
                };
            };
            match (self.expect, byte) {
                (Expect::Colon, b':') => self.expect = Expect::Value,
                (Expect::CommaOrEnd, b',') => {
                    self.expect = if self.stack.in_object() == Some(true) { Expect::Key } else { Expect::Value };
                }
                (Expect::CommaOrEnd | Expect::ValueOrEnd, b']') if self.stack.in_object() == Some(false) => {
                    return Ok(self.close(TokenKind::ArrayEnd, at));
                }
                (Expect::CommaOrEnd | Expect::KeyOrEnd, b'}') if self.stack.in_object() == Some(true) => {
                    return Ok(self.close(TokenKind::ObjectEnd, at));
                }
                (Expect::Key | Expect::KeyOrEnd, b'"') => return self.string(input, at, TokenKind::Key, last),
                (Expect::Value | Expect::ValueOrEnd, _) => return self.value(input, at, last),
                _ => return Err(JsonError::Syntax { at }),
            }
            at += 1;
        }
    }

    /// Returns the first piece of a string value that is longer than the input. Call it with the rest of the input after
    /// [`next`](Self::next) has returned [`Step::More`], if no more input can be buffered. The string is cut outside of
    /// numbers and escapes ([`safe_cut`]). Returns `None` if the input does not end within a string value.
    pub fn cut(&mut self, input: &[u8]) -> Option<Token> {
        let start = match (self.expect, input.first()) {
            (Expect::RestOfString, _) => 0,
            (Expect::Value | Expect::ValueOrEnd, Some(b'"')) => 1,
            _ => return None,
        };
        // Everything before `resume` was read completely, so no escape is cut.
        let whole = self.resume.clamp(start, input.len());
        let mut end = start + safe_cut(&input[start..whole]);
        end = outside_escape(&input[start..whole], end - start) + start;
        if end <= start {
            return None;
        }
        if start == 1 {
            self.stack.start_value();
        }
        self.expect = Expect::RestOfString;
        self.resume = 0;
        Some(Token { kind: TokenKind::StringPart, span: Span::new(0, end), content: Span::new(start, end) })
    }

    fn close(&mut self, kind: TokenKind, at: usize) -> Step {
        self.stack.close();
        self.after_value();
        token(kind, at, at + 1)
    }

    fn after_value(&mut self) {
        self.expect = if self.stack.in_object().is_some() { Expect::CommaOrEnd } else { Expect::Nothing };
    }

    fn value(&mut self, input: &[u8], at: usize, last: bool) -> Result<Step, JsonError> {
        match input[at] {
            byte @ (b'{' | b'[') => {
                if self.stack.len() >= self.limit {
                    return Err(JsonError::TooDeep { limit: self.limit });
                }
                let object = byte == b'{';
                self.stack.start_value();
                self.stack.open(object);
                self.expect = if object { Expect::KeyOrEnd } else { Expect::ValueOrEnd };
                Ok(token(if object { TokenKind::ObjectStart } else { TokenKind::ArrayStart }, at, at + 1))
            }
            b'"' => self.string(input, at, TokenKind::String, last),
            b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => self.bare(input, at, last),
            _ => Err(JsonError::Syntax { at }),
        }
    }

    /// Reads a number or a literal.
    fn bare(&mut self, input: &[u8], at: usize, last: bool) -> Result<Step, JsonError> {
        let part_of = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
        let from = (at + self.resume).min(input.len());
        let end = from + input[from..].iter().take_while(|b| part_of(b)).count();
        if end == input.len() && !last {
            self.resume = end - at;
            return Ok(Step::More(at));
        }
        let kind = match &input[at..end] {
            b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity" => TokenKind::Literal,
            raw if is_number(raw) => TokenKind::Number,
            _ => return Err(JsonError::Syntax { at }),
        };
        self.resume = 0;
        self.stack.start_value();
        self.after_value();
        Ok(token(kind, at, end))
    }

    /// Reads a string from its opening quote at `at`, or the rest of one from the start of the input.
    fn string(&mut self, input: &[u8], at: usize, kind: TokenKind, last: bool) -> Result<Step, JsonError> {
        let start = if kind == TokenKind::StringEnd { at } else { at + 1 };
        let mut from = (at + self.resume).max(start);
        let end = loop {
            match input.get(from) {
                Some(b'"') => break from,
                // Skip the escaped byte, unless it has not arrived yet.
                Some(b'\\') if from + 1 < input.len() => from += 2,
                Some(b'\\') | None if last => return Err(JsonError::Syntax { at: input.len() }),
                Some(b'\\') | None => {
                    self.resume = from - at;
                    return Ok(Step::More(at));
                }
                Some(_) => {
                    from += 1;
                    from += input[from..].iter().take_while(|b| !matches!(b, b'"' | b'\\')).count();
                }
            }
        };
        self.resume = 0;
        let content = Span::new(start, end);
        if kind == TokenKind::Key {
            self.stack.set_key(&decode(&input[content.range()]).bytes);
            self.expect = Expect::Colon;
        } else {
            if kind == TokenKind::String {
                self.stack.start_value();
            }
            self.after_value();
        }
        Ok(Step::Token(Token { kind, span: Span::new(at, end + 1), content }))
    }
}

fn token(kind: TokenKind, start: usize, end: usize) -> Step {
    let span = Span::new(start, end);
    Step::Token(Token { kind, span, content: span })
}

/// Returns the last offset at or before `end` that is not inside an escape or a surrogate pair.
///
/// `content` starts outside an escape and contains whole escapes, except that `\uXXXX` may be cut off at its end.
fn outside_escape(content: &[u8], end: usize) -> usize {
    let mut at = 0;
    let mut border = 0;
    while at < end {
        border = at;
        at += match (content[at], content.get(at + 1)) {
            (b'\\', Some(b'u')) => {
                let high =
                    matches!(content.get(at + 2..at + 4), Some([b'd' | b'D', b'8' | b'9' | b'a'..=b'b' | b'A'..=b'B']));
                if high && content.get(at + 6..at + 8).is_none_or(|next| next == b"\\u") { 12 } else { 6 }
            }
            (b'\\', Some(_)) => 2,
            _ => 1,
        };
    }
    if at == end { end } else { border }
}

/// Returns whether the bytes are a valid JSON number.
fn is_number(raw: &[u8]) -> bool {
    let digits = |from: usize| raw[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(raw.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || whole > 1 && raw[at] == b'0' {
        return false;
    }
    at += whole;
    if raw.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if matches!(raw.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(raw.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == raw.len()
}

/// Iterates over the tokens of a complete document. All spans count from its first byte.
#[derive(Clone)]
pub struct Document<'a> {
    bytes: &'a [u8],
    at: usize,
    walker: Walker,
}

/// Shows the length, not the text.
impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("len", &self.bytes.len()).field("at", &self.at).finish_non_exhaustive()
    }
}

impl<'a> Document<'a> {
    /// Starts to read the document in `bytes`, which may be nested `limit` levels deep.
    #[must_use]
    pub fn new(bytes: &'a [u8], limit: usize) -> Self {
        Self { bytes, at: 0, walker: Walker::new(limit) }
    }

    /// Returns the next token, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Returns an error if the document is not JSON or nested too deep. Nothing more can be read after that.
    pub fn next_token(&mut self) -> Result<Option<Token>, JsonError> {
        let offset = self.at;
        match self.walker.next(&self.bytes[offset..], true) {
            Ok(Step::Token(token)) => {
                self.at += token.span.end;
                let shift = |span: Span| Span::new(span.start + offset, span.end + offset);
                Ok(Some(Token { kind: token.kind, span: shift(token.span), content: shift(token.content) }))
            }
            Ok(Step::More(_) | Step::End) => Ok(None),
            Err(JsonError::Syntax { at }) => Err(JsonError::Syntax { at: at + offset }),
            Err(error) => Err(error),
        }
    }

    /// Returns the path of the token that was read last.
    #[must_use]
    pub fn path(&self) -> Path<'_> {
        self.walker.path()
    }

    /// Returns the length of the object, array or string at the start of `bytes`, after which more may follow.
    pub(crate) fn first_value(bytes: &[u8], limit: usize) -> Option<usize> {
        let mut document = Document::new(bytes, limit);
        let mut open = 0_usize;
        while let Ok(Some(token)) = document.next_token() {
            steps::add(token.span.len());
            match token.kind {
                TokenKind::ObjectStart | TokenKind::ArrayStart => open += 1,
                TokenKind::ObjectEnd | TokenKind::ArrayEnd => open -= 1,
                TokenKind::String => {}
                _ if open == 0 => return None,
                _ => {}
            }
            if open == 0 {
                return Some(token.span.end);
            }
        }
        None
    }

    /// Returns whether `bytes` are one JSON document, at most `limit` levels deep.
    ///
    /// ```
    /// use lastfour::json::Document;
    /// assert!(Document::is_valid(br#"{"a": [1, 2]}"#, 8));
    /// assert!(!Document::is_valid(br#"{"a": [1, 2}"#, 8));
    /// ```
    #[must_use]
    pub fn is_valid(bytes: &[u8], limit: usize) -> bool {
        let mut document = Document::new(bytes, limit);
        loop {
            match document.next_token() {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str =
        r#" {"a": [1, -2.5e+3, {"b\u0062": "x \"y\" \ud83d\ude00"}, []], "c": {}, "d": null, "" : true} "#;

    fn tokens(text: &str) -> Result<Vec<(TokenKind, String, String)>, JsonError> {
        let mut document = Document::new(text.as_bytes(), 16);
        let mut all = Vec::new();
        while let Some(token) = document.next_token()? {
            all.push((token.kind, text[token.content.range()].to_owned(), place(document.path())));
        }
        Ok(all)
    }

    fn place(path: Path<'_>) -> String {
        use crate::json::Segment;
        path.segments()
            .map(|segment| match segment {
                Segment::Key(key) => format!("/{}", String::from_utf8_lossy(key)),
                Segment::Index(index) => format!("/{index}"),
            })
            .collect()
    }

    #[test]
    fn every_token_has_its_path() {
        use TokenKind::*;
        let seen = tokens(SAMPLE).unwrap();
        let seen: Vec<_> = seen.iter().map(|(kind, text, place)| (*kind, text.as_str(), place.as_str())).collect();
        assert_eq!(
            seen,
            [
                (ObjectStart, "{", ""),
                (Key, "a", "/a"),
                (ArrayStart, "[", "/a"),
                (Number, "1", "/a/0"),
                (Number, "-2.5e+3", "/a/1"),
                (ObjectStart, "{", "/a/2"),
                (Key, r"b\u0062", "/a/2/bb"),
                (String, r#"x \"y\" \ud83d\ude00"#, "/a/2/bb"),
                (ObjectEnd, "}", "/a/2"),
                (ArrayStart, "[", "/a/3"),
                (ArrayEnd, "]", "/a/3"),
                (ArrayEnd, "]", "/a"),
                (Key, "c", "/c"),
                (ObjectStart, "{", "/c"),
                (ObjectEnd, "}", "/c"),
                (Key, "d", "/d"),
                (Literal, "null", "/d"),
                (Key, "", "/"),
                (Literal, "true", "/"),
                (ObjectEnd, "}", ""),
            ]
        );
    }

    #[test]
    fn a_document_that_arrives_in_two_pieces_gives_the_same_tokens_wherever_it_is_split() {
        let whole = tokens(SAMPLE).unwrap();
        for split in 0..=SAMPLE.len() {
            assert_eq!(arriving(&[split, SAMPLE.len()]), whole, "split at {split}");
        }
        let every: Vec<usize> = (0..=SAMPLE.len()).collect();
        assert_eq!(arriving(&every), whole);
    }

    fn arriving(ends: &[usize]) -> Vec<(TokenKind, String, String)> {
        let mut walker = Walker::new(16);
        let mut all = Vec::new();
        let mut start = 0;
        for &end in ends {
            loop {
                let input = &SAMPLE.as_bytes()[start..end];
                match walker.next(input, end == SAMPLE.len()).unwrap() {
                    Step::Token(token) => {
                        let text = String::from_utf8_lossy(&input[token.content.range()]).into_owned();
                        all.push((token.kind, text, place(walker.path())));
                        start += token.span.end;
                    }
                    Step::More(done) => {
                        start += done;
                        break;
                    }
                    Step::End => break,
                }
            }
        }
        all
    }

    #[test]
    fn invalid_json_is_an_error() {
        for text in [
            "",
            " ",
            "{",
            "[1,",
            "[1,]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "[1 2]",
            "01",
            "1.",
            "-",
            "+1",
            ".5",
            "1e",
            "tru",
            "nulll",
            "\"abc",
            "\"abc\\",
            "[}",
            "{]",
            "1 2",
            "{\"a\":1}}",
            "'a'",
            "\u{feff}1",
        ] {
            assert!(matches!(tokens(text), Err(JsonError::Syntax { .. })), "{text}");
        }
    }

    #[test]
    fn a_deep_document_is_an_error_without_recursion() {
        let deep = "[".repeat(1_000_000);
        let mut document = Document::new(deep.as_bytes(), 100);
        let error = loop {
            match document.next_token() {
                Ok(token) => assert!(token.is_some()),
                Err(error) => break error,
            }
        };
        assert_eq!(error, JsonError::TooDeep { limit: 100 });
        assert!(Document::is_valid(b"[[[1]]]", 3));
        assert!(!Document::is_valid(b"[[[1]]]", 2));
    }

    #[test]
    fn a_long_string_can_be_read_in_pieces_without_cutting_an_escape() {
        let text = r#"["one \u0033 two \ud83d\ude00 three \\ four \" five", 2]"#;
        for split in 3..text.len() - 5 {
            let mut walker = Walker::new(4);
            let mut at = 0;
            let mut pieces = Vec::new();
            let mut places = Vec::new();
            let mut cut = false;
            loop {
                let end = if cut { text.len() } else { split };
                let input = &text.as_bytes()[at..end];
                let token = match walker.next(input, end == text.len()).unwrap() {
                    Step::Token(token) => token,
                    Step::End => break,
                    Step::More(done) => {
                        at += done;
                        let cut_now = walker.cut(&text.as_bytes()[at..end]);
                        cut = true;
                        match cut_now {
                            Some(token) => token,
                            None => continue,
                        }
                    }
                };
                let content = &text.as_bytes()[at + token.content.start..at + token.content.end];
                if matches!(token.kind, TokenKind::String | TokenKind::StringPart | TokenKind::StringEnd) {
                    pieces.extend_from_slice(&decode(content).bytes);
                }
                places.push(place(walker.path()));
                at += token.span.end;
            }
            assert_eq!(String::from_utf8(pieces).unwrap(), "one 3 two 😀 three \\ four \" five", "split at {split}");
            assert_eq!(places.last().map(String::as_str), Some(""));
            assert!(places.contains(&"/1".to_owned()));
        }
    }

    #[test]
    fn pointers_match_members_and_elements() {
        let json = br#"{"a/b": {"m~n": [10, {"text": "x"}]}}"#;
        let mut document = Document::new(json, 8);
        let mut found = Vec::new();
        while let Some(token) = document.next_token().unwrap() {
            if token.kind == TokenKind::Number && document.path().matches("/a~1b/m~0n/0") {
                found.push("number");
            }
            if token.kind == TokenKind::String {
                assert!(document.path().matches("/a~1b/m~0n/-/text"));
                assert!(!document.path().matches("/a~1b/m~0n/-"));
                assert!(!document.path().matches("text"));
                assert_eq!(document.path().key(), Some(&b"text"[..]));
                found.push("string");
            }
        }
        assert_eq!(found, ["number", "string"]);
    }

    #[test]
    fn invalid_utf8_stays_within_its_string() {
        let json = b"[\"a\xff\xfe\x01b\"]";
        let mut document = Document::new(json, 8);
        document.next_token().unwrap();
        let token = document.next_token().unwrap().unwrap();
        assert_eq!(&json[token.content.range()], b"a\xff\xfe\x01b");
    }
}
