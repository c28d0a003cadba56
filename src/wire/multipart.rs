//! `multipart/form-data`: splits a body that arrives in chunks into its parts.
//!
//! The reader returns [`Piece`]s, whose concatenation is the body. A line feed alone ends a line, because some servers
//! accept that: whatever such a server would read as a part must be examined as a part.
//!
//! It is an error if the headers of a part are longer than [`LONGEST_HEADERS`], or if the body ends within them.

use std::fmt;

use crate::wire::buffer::Buffer;

/// The maximum number of bytes of the headers of one part.
pub(crate) const LONGEST_HEADERS: usize = 16 * 1024;

/// A range of a body.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Bytes before the first delimiter or after the last. Form parsers skip them.
    Outside(Vec<u8>),
    /// A delimiter with its line end.
    Delimiter(Vec<u8>),
    /// The headers of a part, with the blank line after them.
    Headers(Headers),
    /// Bytes of the body of a part.
    Body(Vec<u8>),
    /// The end of a part.
    End,
}

/// Shows the kind and the length, not the text.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(bytes) => write!(f, "Outside({} bytes)", bytes.len()),
            Self::Delimiter(bytes) => write!(f, "Delimiter({} bytes)", bytes.len()),
            Self::Headers(headers) => write!(f, "Headers({} bytes)", headers.raw.len()),
            Self::Body(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Self::End => f.write_str("End"),
        }
    }
}

/// The error for a body that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum MultipartError {
    /// The headers of a part are longer than [`LONGEST_HEADERS`].
    HeadersTooLong,
    /// The body ends within the headers of a part.
    CutOff,
}

impl fmt::Display for MultipartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeadersTooLong => write!(f, "the headers of a part are longer than {LONGEST_HEADERS} bytes"),
            Self::CutOff => f.write_str("the body ends within the headers of a part"),
        }
    }
}

impl std::error::Error for MultipartError {}

/// The headers of a part.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Headers {
    /// All their bytes.
    pub raw: Vec<u8>,
}

impl Headers {
    /// Returns the value of the first header of this name.
    #[must_use]
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    fn values<'h, 'n>(&'h self, name: &'n str) -> impl Iterator<Item = &'h str> + use<'h, 'n> {
        self.raw.split(|b| *b == b'\n').filter_map(move |line| {
            let line = std::str::from_utf8(line).ok()?;
            let (here, value) = line.split_once(':')?;
            here.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Returns whether parsers could disagree about the headers: one header or parameter occurs twice.
    #[must_use]
    pub(crate) fn is_ambiguous(&self) -> bool {
        ["content-disposition", "content-type", "content-transfer-encoding"].iter().any(|name| {
            let mut values = self.values(name);
            let Some(value) = values.next() else { return false };
            let mut seen: Vec<String> = parameters(value).map(|(name, _)| name.to_ascii_lowercase()).collect();
            // Some parsers read `name*` as the name.
            seen.iter_mut().filter(|name| *name == "name*").for_each(|name| name.truncate(4));
            let all = seen.len();
            seen.sort_unstable();
            seen.dedup();
            seen.len() < all || values.next().is_some()
        })
    }

    /// Returns the name of the form field.
    #[must_use]
    pub(crate) fn name(&self) -> Option<String> {
        parameter(self.get("content-disposition")?, "name")
    }

    /// Returns whether the part is a file: it has a file name that is not empty.
    #[must_use]
    pub(crate) fn is_file(&self) -> bool {
        // RFC 7578, section 4.2, forbids `filename*`, and form parsers ignore it.
        let name = self.get("content-disposition").and_then(|value| parameter(value, "filename"));
        name.is_some_and(|name| !name.is_empty())
    }
}

/// Shows the length, not the text.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Headers").field("len", &self.raw.len()).finish()
    }
}

/// Returns the parameter of this name of a header value such as `form-data; name="a"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    parameters(value).find(|(here, _)| here.eq_ignore_ascii_case(name)).map(|(_, text)| text)
}

/// Returns the names and values of the parameters of a header value, in order.
pub(crate) fn parameters(value: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = value;
    std::iter::from_fn(move || {
        loop {
            rest = rest[rest.find(';')? + 1..].trim_start();
            let end = rest.find(['=', ';'])?;
            let name = rest[..end].trim_end();
            rest = &rest[end..];
            let Some(after) = rest.strip_prefix('=') else { continue };
            let after = after.trim_start();
            let (text, left) = match after.strip_prefix('"') {
                Some(quoted) => unquote(quoted),
                None => {
                    let end = after.find(';').unwrap_or(after.len());
                    (after[..end].trim_end().to_owned(), &after[end..])
                }
            };
            rest = left;
            return Some((name, text));
        }
    })
}

/// Splits after a quoted string, which starts after its opening quote. Returns its text and the rest.
fn unquote(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &quoted[at + 1..]),
            '\\' => text.extend(chars.next().map(|(_, c)| c)),
            c => text.push(c),
        }
    }
    (text, "")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first delimiter.
    Preamble,
    /// Within the body of a part.
    Body,
    /// After a part, before its delimiter.
    Delimiter,
    Headers,
    Epilogue,
}

/// Reads a body that arrives in pieces. Buffers at most [`LONGEST_HEADERS`] bytes and the last piece.
#[derive(Clone)]
pub(crate) struct Reader {
    /// `--` and the boundary.
    dashed: Vec<u8>,
    buffer: Buffer,
    /// The number of buffered bytes that have been searched already.
    seen: usize,
    /// Whether the reader is at the start of the body or of the body of a part, where no line end need precede a
    /// delimiter.
    fresh: bool,
    /// A line of this part starts like a delimiter but continues differently.
    doubtful: bool,
    state: State,
}

impl Reader {
    /// Creates a reader for a body with this boundary, the parameter of its content type.
    #[must_use]
    pub(crate) fn new(boundary: &str) -> Self {
        let dashed = format!("--{boundary}").into_bytes();
        Self { dashed, buffer: Buffer::default(), seen: 0, fresh: true, doubtful: false, state: State::Preamble }
    }

    /// Returns whether a line of the current part starts like a delimiter but continues differently. Some parsers end
    /// the part there, because RFC 2046, section 5.1.1, compares only the start of a line. This reader does not.
    #[must_use]
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Returns `true` until the first delimiter.
    #[must_use]
    pub(crate) fn is_before_first(&self) -> bool {
        self.state == State::Preamble
    }

    /// Appends the next bytes of the body.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.buffer.push(piece);
    }

    /// Returns the next piece, or `None` if more bytes are needed and at the end. If `last` is set, no more bytes
    /// follow.
    pub(crate) fn next_piece(&mut self, last: bool) -> Result<Option<Piece>, MultipartError> {
        match self.state {
            State::Preamble | State::Body => Ok(self.up_to_delimiter(last)),
            State::Delimiter => Ok(self.delimiter()),
            State::Headers => self.headers(last),
            State::Epilogue => Ok(self.take(self.rest().len()).map(Piece::Outside)),
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.held()
    }

    fn take(&mut self, len: usize) -> Option<Vec<u8>> {
        self.seen = 0;
        (len > 0).then(|| self.buffer.take(len))
    }

    fn piece(&mut self, len: usize) -> Option<Piece> {
        let preamble = self.state == State::Preamble;
        self.fresh &= len == 0;
        self.take(len).map(if preamble { Piece::Outside } else { Piece::Body })
    }

    fn up_to_delimiter(&mut self, last: bool) -> Option<Piece> {
        let rest = self.rest();
        let mut at = self.seen;
        let mut doubtful = false;
        let found = loop {
            match find_delimiter(rest, at, &self.dashed, self.fresh, last) {
                Found::At(border) => break Some(border),
                Found::Not(from) => at = from,
                Found::Other(from) => {
                    doubtful = true;
                    at = from;
                }
                Found::Unknown(border) => {
                    at = border;
                    break None;
                }
            }
        };
        self.doubtful |= doubtful;
        match found {
            // First the bytes before the delimiter, then the end of the part, then the delimiter itself.
            Some(border) if border > 0 => {
                let piece = self.piece(border);
                self.seen = 0;
                piece
            }
            Some(_) => {
                let part = self.state == State::Body;
                self.state = State::Delimiter;
                if part { Some(Piece::End) } else { self.delimiter() }
            }
            None if last && at == self.rest().len() => {
                let piece = self.piece(at);
                if piece.is_none() && self.state == State::Body {
                    // The body is cut off: the part ends with it.
                    self.state = State::Epilogue;
                    return Some(Piece::End);
                }
                piece
            }
            None => self.piece(at),
        }
    }

    /// Takes the delimiter at the start of the buffer, which is long enough to determine its kind.
    fn delimiter(&mut self) -> Option<Piece> {
        let rest = self.rest();
        let line = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let mut end = (line + self.dashed.len()).min(rest.len());
        let closing = rest[end..].starts_with(b"--");
        end += if closing { 2 } else { rest[end..].iter().take_while(|b| **b != b'\n').count() + 1 };
        end = end.min(rest.len());
        self.state = if closing { State::Epilogue } else { State::Headers };
        self.take(end).map(Piece::Delimiter)
    }

    fn headers(&mut self, last: bool) -> Result<Option<Piece>, MultipartError> {
        let rest = self.rest();
        // A part without headers starts with the blank line.
        let mut line = if self.seen == 0 { Some(0) } else { None };
        let mut at = self.seen;
        loop {
            if let Some(start) = line {
                let blank = match rest.get(start..) {
                    Some([b'\n', ..]) => Some(1),
                    Some([b'\r', b'\n', ..]) => Some(2),
                    _ => None,
                };
                if let Some(len) = blank {
                    self.state = State::Body;
                    self.fresh = true;
                    self.doubtful = false;
                    let raw = self.take(start + len).unwrap_or_default();
                    return Ok(Some(Piece::Headers(Headers { raw })));
                }
            }
            match rest[at..].iter().position(|b| *b == b'\n') {
                Some(n) => {
                    at += n + 1;
                    line = Some(at);
                }
                None => break,
            }
        }
        if rest.len() > LONGEST_HEADERS {
            return Err(MultipartError::HeadersTooLong);
        }
        if last {
            return if rest.is_empty() { Ok(None) } else { Err(MultipartError::CutOff) };
        }
        // The last byte may be the start of the blank line: search it again.
        self.seen = at.saturating_sub(1);
        Ok(None)
    }
}

/// Shows how much is buffered, not the text.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("held", &self.rest().len()).finish_non_exhaustive()
    }
}

enum Found {
    /// A delimiter with the line end before it starts here.
    At(usize),
    /// There is no delimiter before this offset.
    Not(usize),
    /// There is no delimiter before this offset, but a line that starts like one.
    Other(usize),
    /// There is no delimiter before this offset, and the rest is too short to decide.
    Unknown(usize),
}

/// Searches `text` from `at` for the first delimiter. If `text` is `fresh`, the delimiter needs no line end before it.
fn find_delimiter(text: &[u8], at: usize, dashed: &[u8], fresh: bool, last: bool) -> Found {
    if text.is_empty() {
        return Found::Unknown(0);
    }
    let start = if fresh && at == 0 && text.starts_with(&dashed[..dashed.len().min(text.len())]) {
        0
    } else {
        match text.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n')) {
            Some(n) => at + n + 1,
            // A carriage return at the very end may belong to a delimiter.
            None => {
                let cut = usize::from(!last && text.last() == Some(&b'\r'));
                return Found::Unknown(text.len() - cut);
            }
        }
    };
    let border = match start {
        0 => 0,
        1 => 0,
        _ => start - 1 - usize::from(text[start - 2] == b'\r'),
    };
    let rest = &text[start..];
    let common = rest.iter().zip(dashed).take_while(|(a, b)| a == b).count();
    if common < dashed.len().min(rest.len()) {
        return Found::Not(start.max(1));
    }
    // A delimiter is followed by `--`, or by blanks and the line end.
    let after = rest.get(dashed.len()..).unwrap_or_default();
    let closing = after.starts_with(b"--");
    let blanks = after.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    match after.get(blanks) {
        _ if common == dashed.len() && closing => Found::At(border),
        Some(b'\n') if common == dashed.len() => Found::At(border),
        Some(b'-') if blanks == 0 && after.len() == 1 && !last => Found::Unknown(border),
        Some(_) => Found::Other(start.max(1)),
        None if last && common == dashed.len() => Found::At(border),
        None if last => Found::Not(start.max(1)),
        // A delimiter is not followed by this many blanks.
        None if blanks > 1024 => Found::Other(start.max(1)),
        None => Found::Unknown(border),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "preamble\r\n--b-1\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n--b\r\n--b-12\r\n\r\n\
                        --b-1 \r\n\r\nno headers\n--b-1\ncontent-type: image/png\nContent-Disposition: form-data; name=f; filename=\"a b.png\"\n\n\
                        \r\r\n\n--\r\n--b-1--\r\nepilogue\r\n--b-1\r\n";

    /// Returns the pieces, with adjacent bytes of bodies and between parts joined.
    fn read(pieces: &[&[u8]]) -> (Vec<String>, Vec<u8>) {
        let mut reader = Reader::new("b-1");
        let mut all: Vec<String> = Vec::new();
        let mut bytes = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            reader.push(piece);
            while let Some(piece) = reader.next_piece(n + 1 == pieces.len()).unwrap() {
                let (kind, text) = match piece {
                    Piece::Outside(raw) => ("outside: ", raw),
                    Piece::Delimiter(raw) => ("delimiter: ", raw),
                    Piece::Headers(headers) => ("headers: ", headers.raw),
                    Piece::Body(raw) => ("body: ", raw),
                    Piece::End => ("end", Vec::new()),
                };
                bytes.extend_from_slice(&text);
                let text = String::from_utf8_lossy(&text).into_owned();
                match all.last_mut() {
                    Some(last) if last.starts_with(kind) && kind != "headers: " && kind != "end" => {
                        last.push_str(&text)
                    }
                    _ => all.push(format!("{kind}{text}")),
                }
            }
        }
        (all, bytes)
    }

    #[test]
    fn a_body_split_anywhere_has_the_same_parts_and_keeps_all_bytes() {
        let (whole, bytes) = read(&[BODY.as_bytes()]);
        assert_eq!(bytes, BODY.as_bytes());
        let parts: Vec<_> = whole.iter().filter(|piece| !piece.starts_with("delimiter")).map(String::as_str).collect();
        assert_eq!(
            parts,
            [
                "outside: preamble",
                "headers: Content-Disposition: form-data; name=\"text\"\r\n\r\n",
                "body: hello\r\n--b\r\n--b-12\r\n",
                "end",
                "headers: \r\n",
                "body: no headers",
                "end",
                "headers: content-type: image/png\nContent-Disposition: form-data; name=f; filename=\"a b.png\"\n\n",
                "body: \r\r\n\n--",
                "end",
                "outside: \r\nepilogue\r\n--b-1\r\n",
            ]
        );
        for split in 0..=BODY.len() {
            let (a, b) = BODY.as_bytes().split_at(split);
            assert_eq!(read(&[a, b]).0, whole, "split at {split}");
        }
        let single: Vec<&[u8]> = BODY.as_bytes().chunks(1).collect();
        assert_eq!(read(&single).0, whole);
    }

    #[test]
    fn lines_like_a_delimiter_keep_all_bytes() {
        for body in
            ["", "-", "--b-1", "--b-12", "--b-1x\r\n", "--b-1-", "--b-1--", "\n", "--b-1\r\n\r\n--b-1 x", "--b-1\r\n"]
        {
            let (_, bytes) = read(&[body.as_bytes()]);
            assert_eq!(bytes, body.as_bytes(), "{body}");
        }
    }

    #[test]
    fn parameters_are_unquoted_and_their_names_have_any_case() {
        assert_eq!(parameter("form-data; NAME=\"a;\\\"b\"; x=1", "name"), Some("a;\"b".into()));
        assert_eq!(parameter("multipart/form-data; boundary=xyz", "boundary"), Some("xyz".into()));
        assert_eq!(parameter("form-data; filename=x", "name"), None);
    }

    #[test]
    fn headers_have_a_type_a_name_and_a_file_name() {
        let headers = Headers {
            raw: b"Content-Type: text/plain; charset=utf-8\r\ncontent-disposition: form-data; filename=x; name=\"a\\\"b\"\r\n\r\n".to_vec(),
        };
        assert_eq!(headers.get("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(headers.name(), Some("a\"b".to_owned()));
        assert!(headers.is_file());
    }

    #[test]
    fn a_truncated_body_ends_its_part_and_truncated_headers_are_an_error() {
        let (pieces, _) = read(&[b"--b-1\r\n\r\nhalf a te"]);
        assert_eq!(pieces.last().map(String::as_str), Some("end"));
        let mut reader = Reader::new("b-1");
        reader.push(b"--b-1\r\nContent-Dis");
        assert!(matches!(reader.next_piece(true), Ok(Some(Piece::Delimiter(_)))));
        assert_eq!(reader.next_piece(true), Err(MultipartError::CutOff));
    }

    #[test]
    fn endless_headers_are_an_error() {
        let mut reader = Reader::new("b-1");
        reader.push(b"--b-1\r\n");
        let error = (0..2 * LONGEST_HEADERS).find_map(|_| {
            reader.push(b"a\n");
            loop {
                match reader.next_piece(false) {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(error) => return Some(error),
                }
            }
        });
        assert_eq!(error, Some(MultipartError::HeadersTooLong));
    }
}
