//! Mails (RFC 5322 with MIME) and mailboxes of them (mbox).

use std::sync::Arc;

use lastfour::Span;

use super::code::{self, Language};
use super::detect::{detect, is_table};
use super::fields::Fields;
use super::record::{Body, Key, Layer, Part, Said, Speaker, Time, Trouble};
use super::segment::Segment;
use super::spelling::Spelling;
use super::stamp::time_of_value;
use super::{Cut, Format, Input, More, mark_len};

/// Splits a mailbox into records, one per mail. A single mail is one record.
pub(crate) struct MailReader {
    /// Whether the input is within a mail that is too long to be buffered.
    mid_mail: bool,
}

/// The maximum depth of nested parts of a mail.
const DEEPEST: usize = 8;

/// The header of a mail, or of a part of one.
#[derive(Debug, Default)]
struct Head {
    from: Option<Arc<str>>,
    time: Option<Time>,
    subject: Option<Span>,
    /// In lower case, such as `text/plain`.
    media: String,
    boundary: Option<Vec<u8>>,
    /// In lower case, such as `base64`.
    encoding: String,
    /// The name of the attached file, in lower case.
    file: String,
    /// The fields: their names in lower case, and their values.
    fields: Vec<(String, Span)>,
    /// The start of the body.
    end: usize,
}

impl MailReader {
    pub(crate) fn new() -> Self {
        Self { mid_mail: false }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool) -> Option<Cut> {
        let bytes = input.bytes;
        if bytes.is_empty() {
            return None;
        }
        let next = next_mail(bytes);
        let complete = next.is_some() || input.more == More::Never;
        if self.mid_mail {
            let rest = Input {
                bytes: &bytes[..next.unwrap_or(bytes.len())],
                more: if complete { More::Never } else { input.more },
                ..input
            };
            if next == Some(0) {
                self.mid_mail = false;
            } else {
                let len = super::json::text_piece(rest)?;
                return Some(Cut::said(len, None, loose(&bytes[..len])));
            }
        }
        let len = match next {
            Some(next) if next > 0 => next,
            _ => later_mail(bytes).unwrap_or(bytes.len()),
        };
        let whole = len < bytes.len() || input.more == More::Never;
        if !whole && bytes.len() <= input.limit {
            return None;
        }
        let len = if whole && len <= input.limit * 2 { len } else { line_end(&bytes[..input.limit]) };
        self.mid_mail = !whole || len < next.unwrap_or(bytes.len()).min(bytes.len()) && next != Some(0);
        let mut mail = Mail { bytes: &bytes[..len], layers: Vec::new(), said: Vec::new(), trouble: None };
        mail.read(mark_len(bytes, at_start));
        let trouble = if self.mid_mail { Some(Trouble::TooLong) } else { mail.trouble };
        Some(Cut { len, trouble, layers: mail.layers, body: Body::Texts(mail.said) })
    }
}

/// Returns the start of the next mail of a mailbox: a "From " line after a blank line, or at the start.
fn next_mail(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"From ") {
        return Some(0);
    }
    later_mail(bytes)
}

/// Returns the start of the next mail after the first byte.
fn later_mail(bytes: &[u8]) -> Option<usize> {
    let unix = memchr::memmem::find(bytes, b"\n\nFrom ").map(|at| at + 2);
    let windows = memchr::memmem::find(bytes, b"\r\n\r\nFrom ").map(|at| at + 4);
    unix.into_iter().chain(windows).min()
}

fn line_end(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

/// Returns the messages of a line of a mail that is too long. Lines of base64 are data.
fn loose(line: &[u8]) -> Vec<Said> {
    let text = line.trim_ascii();
    if text.is_empty() {
        return Vec::new();
    }
    let base64 = text.len() >= 40 && text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
    let segment = Segment::new(0, Spelling::Plain, Span::new(0, line.trim_ascii_end().len()));
    vec![Said { part: if base64 { Part::Data(true) } else { Part::Said }, ..Said::new(vec![segment]) }]
}

struct Mail<'a> {
    bytes: &'a [u8],
    layers: Vec<Layer>,
    said: Vec<Said>,
    trouble: Option<Trouble>,
}

/// First words of the names of machine-written fields, in which a number may be an id.
const TECHNICAL: &[&str] = &[
    "arc-",
    "authentication",
    "content-transfer",
    "date",
    "delivered",
    "dkim-",
    "domainkey",
    "feedback-id",
    "in-reply-to",
    "list-",
    "message-id",
    "mime-version",
    "received",
    "references",
    "return-path",
    "thread-index",
    "x-google-",
    "x-ms-",
    "x-received",
];

impl Mail<'_> {
    fn read(&mut self, mut start: usize) {
        if self.bytes[start..].starts_with(b"From ") {
            start += memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len() - start, |at| at + 1);
        }
        let head = head(self.bytes, start);
        let speaker = Speaker { name: head.from.clone(), ..Speaker::default() };
        self.fields(&head, &speaker);
        let time = head.time;
        let key = head.subject.and_then(|span| thread(&self.bytes[span.range()]));
        let body = Span::new(head.end, self.bytes.len());
        let first = self.said.len();
        self.part(&head, body, 0);
        for said in &mut self.said[first..] {
            said.speaker = speaker.clone();
            said.time = time;
            said.key = key.clone().map_or(Key::Transcript, Key::Id);
        }
    }

    /// Reads the fields of a header: the subject is a text, the others are data.
    fn fields(&mut self, head: &Head, speaker: &Speaker) {
        let known = Fields::default();
        for (name, value) in &head.fields {
            let segments = words(self.bytes, *value);
            if segments.is_empty() {
                continue;
            }
            let meaning = known.meaning(name.strip_prefix("x-").unwrap_or(name).as_bytes());
            let technical = meaning.reference || TECHNICAL.iter().any(|start| name.starts_with(start));
            let part = if name == "subject" { Part::Alone } else { Part::Data(technical) };
            // Names of parts and of people are quoted.
            self.said.extend(code::values(self.bytes, *value, 0, Language::Script));
            // What a program has written does not repeat what somebody says.
            let key = if technical { Key::Alone } else { Key::Transcript };
            self.said.push(Said { part, key, label: meaning.label, speaker: speaker.clone(), ..Said::new(segments) });
        }
    }

    /// Reads the body of a mail or of a part.
    fn part(&mut self, head: &Head, body: Span, depth: usize) {
        if self.bytes[body.range()].trim_ascii().is_empty() {
            return;
        }
        if head.media.starts_with("multipart/") && depth < DEEPEST && self.parts(head, body, depth) {
            return;
        }
        let is_plain = !matches!(head.encoding.as_str(), "quoted-printable" | "base64");
        if head.media == "message/rfc822" && depth < DEEPEST && is_plain {
            let inner = self::head(&self.bytes[..body.end], body.start);
            self.fields(&inner, &Speaker { name: inner.from.clone(), ..Speaker::default() });
            return self.part(&inner, Span::new(inner.end, body.end), depth + 1);
        }
        match head.encoding.as_str() {
            "quoted-printable" => self.decoded(Spelling::QuotedPrintable, body, head),
            "base64" => self.base64(body, head),
            _ => self.plain(body, head),
        }
    }

    /// Reads the parts of a body, if there are any, and the text around them.
    fn parts(&mut self, head: &Head, body: Span, depth: usize) -> bool {
        let declared = head.boundary.as_deref().map(|boundary| parts(self.bytes, body, boundary)).unwrap_or_default();
        let found = if declared.is_empty() {
            // The boundary is not declared, or differs from the declared one.
            boundary_in(&self.bytes[body.range()]).map(|boundary| parts(self.bytes, body, boundary)).unwrap_or_default()
        } else {
            declared
        };
        if found.is_empty() {
            return false;
        }
        let mut said: Option<usize> = None;
        let mut around = body.start;
        for part in found {
            self.around(Span::new(around, part.start));
            around = part.end;
            let inner = self::head(&self.bytes[..part.end], part.start);
            self.fields(&inner, &Speaker::default());
            let before = self.said.len();
            self.part(&inner, Span::new(inner.end.min(part.end), part.end), depth + 1);
            // Alternative forms of the same text.
            if head.media == "multipart/alternative" {
                match said {
                    Some(first) => self.said[before..].iter_mut().for_each(|said| {
                        if said.part == Part::Said {
                            said.part = Part::Copy(u32::try_from(first).unwrap_or(0));
                        }
                    }),
                    None => {
                        let first = self.said[before..].iter().position(|said| said.part == Part::Said);
                        said = first.map(|first| before + first);
                    }
                }
            }
        }
        self.around(Span::new(around, body.end));
        true
    }

    /// Reads the text before, between and after the parts of a body, without the boundary lines.
    fn around(&mut self, span: Span) {
        let mut at = span.start;
        for line in self.bytes[span.range()].split_inclusive(|b| *b == b'\n') {
            let text = Span::new(at, at + line.trim_ascii_end().len());
            at += line.len();
            let is_border = line.starts_with(b"--") && !line.trim_ascii().contains(&b' ');
            if !text.is_empty() && !is_border {
                self.said.push(Said { part: Part::Alone, ..Said::new(vec![Segment::new(0, Spelling::Plain, text)]) });
            }
        }
    }

    fn plain(&mut self, body: Span, head: &Head) {
        let text = self.bytes[body.range()].trim_ascii_end();
        if !head.is_text() && !is_text(text) {
            self.trouble = Some(if is_packed(text) { Trouble::Packed } else { Trouble::Unread });
            return;
        }
        let span = Span::new(body.start, body.start + text.len());
        let part = head.part(text);
        self.said.push(Said { part, ..Said::new(vec![Segment::new(0, Spelling::Plain, span)]) });
    }

    /// Reads a body in Base64. Part of it may not be Base64.
    fn base64(&mut self, body: Span, head: &Head) {
        let mut at = body.start;
        let mut start = at;
        for line in self.bytes[body.range()].split_inclusive(|b| *b == b'\n') {
            let text = line.trim_ascii();
            let is_encoded = text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(b));
            let end = at + line.len();
            if !is_encoded {
                self.decoded(Spelling::Base64, Span::new(start, at), head);
                let span = Span::new(at, at + line.trim_ascii_end().len());
                self.said.push(Said::new(vec![Segment::new(0, Spelling::Plain, span)]));
                self.trouble = Some(Trouble::Malformed);
                start = end;
            } else if text.ends_with(b"=") {
                self.decoded(Spelling::Base64, Span::new(start, end), head);
                start = end;
            }
            at = end;
        }
        self.decoded(Spelling::Base64, Span::new(start, body.end), head);
    }

    fn decoded(&mut self, spelling: Spelling, body: Span, head: &Head) {
        let raw = &self.bytes[body.range()];
        if raw.trim_ascii().is_empty() {
            return;
        }
        let (decoded, alignment) = spelling.decode(raw);
        // Text in UTF-16 is not read either.
        if !is_text(&decoded) && (!head.is_text() || decoded.contains(&0)) {
            self.trouble = Some(if is_packed(&decoded) { Trouble::Packed } else { Trouble::Unread });
            return;
        }
        let bytes = decoded.into_owned();
        let len = bytes.trim_ascii_end().len();
        let part = head.part(&bytes[..len]);
        self.layers.push(Layer { place: Some(Segment::new(0, spelling, body)), bytes, alignment });
        if let Ok(layer) = u16::try_from(self.layers.len()) {
            let segment = Segment::new(layer, Spelling::Plain, Span::new(0, len));
            self.said.push(Said { part, ..Said::new(vec![segment]) });
        }
    }
}

impl Head {
    fn name_file(&mut self, field: &str, name: &str) {
        if let Some(file) = parameter(field, name) {
            self.file = file.to_ascii_lowercase();
        }
    }

    /// Returns whether the body is text according to its type.
    fn is_text(&self) -> bool {
        let media = self.media.as_str();
        media.is_empty()
            || media.starts_with("text/")
            || media.ends_with("json")
            || media.ends_with("xml")
            || media.starts_with("multipart/")
            || media.starts_with("message/")
    }

    /// Returns the part that the body has in the mail: a table by its type, by the name of its file or, if it is a file, by
    /// its content, otherwise a message.
    fn part(&self, text: &[u8]) -> Part {
        let media = self.media.as_str();
        let is_file = !self.file.is_empty() || media == "application/octet-stream";
        let by_name = media.ends_with("csv")
            || media.ends_with("tab-separated-values")
            || matches!(detect(&self.file, b"", &Fields::default()), Format::Csv);
        let by_content = || is_file && is_table(text, &Fields::default(), false);
        if by_name || by_content() { Part::Table } else { Part::Said }
    }
}

/// First bytes of archives and of compressed files that are read if they are named.
const PACKED: &[&[u8]] = &[b"PK\x03\x04", b"\x1F\x8B", b"\x28\xB5\x2F\xFD"];

fn is_packed(bytes: &[u8]) -> bool {
    PACKED.iter().any(|start| bytes.starts_with(start))
}

/// The number of bytes of a body that are examined to decide whether it is text.
const LOOKED_AT: usize = 4096;

/// Returns whether bytes are text.
fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let is_control = |b: &u8| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r' | 12);
    let is_utf8 = std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && !start.iter().any(is_control)
}

/// Returns the boundary of a body from its first line that looks like one.
fn boundary_in(body: &[u8]) -> Option<&[u8]> {
    let mut lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.find(|line| line.len() > 2 && line.starts_with(b"--") && !line.contains(&b' '))?;
    let boundary = &first[2..];
    boundary.iter().any(|b| *b != b'-').then_some(boundary)
}

/// Returns the segments of the value of a field: encoded words (RFC 2047), and the text between them.
fn words(bytes: &[u8], span: Span) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut from = span.start;
    let mut at = span.start;
    while let Some(found) = memchr::memmem::find(&bytes[at..span.end], b"=?") {
        let start = at + found;
        let Some((spelling, content, end)) = encoded_word(&bytes[..span.end], start) else {
            at = start + 2;
            continue;
        };
        // Blanks between encoded words are not text.
        let before = Span::new(from, start);
        if !bytes[before.range()].trim_ascii().is_empty() {
            segments.push(Segment::new(0, Spelling::Plain, before));
        }
        segments.push(Segment::new(0, spelling, content));
        (from, at) = (end, end);
    }
    if !bytes[from..span.end].trim_ascii().is_empty() {
        segments.push(Segment::new(0, Spelling::Plain, Span::new(from, span.end)));
    }
    segments
}

/// Returns the encoded word at `start`: its spelling, its content, and its end.
fn encoded_word(bytes: &[u8], start: usize) -> Option<(Spelling, Span, usize)> {
    let rest = &bytes[start + 2..];
    let charset = memchr::memchr(b'?', &rest[..rest.len().min(LONGEST_WORD)])?;
    let spelling = match rest.get(charset + 1)? {
        b'B' | b'b' => Spelling::Base64,
        b'Q' | b'q' => Spelling::QuotedWord,
        _ => return None,
    };
    let content = rest.get(charset + 2..)?.strip_prefix(b"?")?;
    let len = memchr::memmem::find(&content[..content.len().min(LONGEST_WORD)], b"?=")?;
    let from = start + 2 + charset + 3;
    Some((spelling, Span::new(from, from + len), from + len + 2))
}

/// The maximum length of an encoded word, in bytes. The standard allows 75.
const LONGEST_WORD: usize = 1000;

/// Returns what the subjects of a thread have in common: the subject without "Re:" and the like.
fn thread(subject: &[u8]) -> Option<Arc<[u8]>> {
    let lower = String::from_utf8_lossy(subject).to_lowercase();
    let mut rest = lower.trim();
    while let Some(inner) =
        ["re:", "fw:", "fwd:", "aw:", "rv:", "ref:"].iter().find_map(|prefix| rest.strip_prefix(prefix))
    {
        rest = inner.trim_start();
    }
    (!rest.is_empty()).then(|| Arc::from(rest.as_bytes()))
}

/// Returns the parts of a body between its boundary lines.
fn parts(bytes: &[u8], body: Span, boundary: &[u8]) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = body.start;
    for line in bytes[body.range()].split_inclusive(|b| *b == b'\n') {
        let begin = at;
        at += line.len();
        let Some(rest) = line.trim_ascii_end().strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)) else {
            continue;
        };
        if !matches!(rest, b"" | b"--") {
            continue;
        }
        if let Some(start) = start.take() {
            // The line end before the boundary belongs to the boundary.
            let end = begin - usize::from(begin > start);
            let end = end - usize::from(end > start && bytes[end - 1] == b'\r');
            parts.push(Span::new(start, end));
        }
        if rest.is_empty() {
            start = Some(at);
        }
    }
    parts.extend(start.map(|start| Span::new(start, body.end)));
    parts
}

/// Reads the header that begins at `start`.
fn head(bytes: &[u8], start: usize) -> Head {
    let mut head = Head { end: bytes.len(), ..Head::default() };
    let mut at = start;
    let mut fields: Vec<(String, Vec<u8>, Span)> = Vec::new();
    while at < bytes.len() {
        let len = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len() - at, |len| len + 1);
        let line = &bytes[at..at + len];
        let text = line.trim_ascii_end();
        if text.is_empty() {
            head.end = at + len;
            break;
        }
        let end = at + text.len();
        match (line[0], memchr::memchr(b':', text)) {
            (b' ' | b'\t', _) => {
                if let Some((_, value, span)) = fields.last_mut() {
                    value.push(b' ');
                    value.extend_from_slice(text.trim_ascii());
                    span.end = end;
                }
            }
            (_, Some(colon)) => {
                let name = String::from_utf8_lossy(&text[..colon]).to_ascii_lowercase();
                let value = text[colon + 1..].trim_ascii();
                fields.push((name, value.to_vec(), Span::new(end - value.len(), end)));
            }
            // Not a header. Everything is the body.
            _ => {
                head.end = at;
                break;
            }
        }
        at += len;
        head.end = at;
    }
    for (name, value, span) in fields {
        head.fields.push((name.clone(), span));
        let text = String::from_utf8_lossy(&value).into_owned();
        match name.as_str() {
            "from" => head.from = Some(Arc::from(display_name(&text))),
            "date" => head.time = time_of_value(&value),
            "subject" => head.subject = Some(span),
            "content-type" => {
                head.media = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                head.boundary = parameter(&text, "boundary").map(String::into_bytes);
                head.name_file(&text, "name");
            }
            "content-disposition" => head.name_file(&text, "filename"),
            "content-transfer-encoding" => head.encoding = text.trim().to_ascii_lowercase(),
            _ => {}
        }
    }
    head
}

/// Returns the name in an address such as `Jane Doe <jane@example.com>`.
fn display_name(address: &str) -> String {
    let name = address.split('<').next().unwrap_or_default().trim().trim_matches('"');
    if name.is_empty() { address.trim_matches(['<', '>', ' ']).to_owned() } else { name.to_owned() }
}

/// Returns the value of a parameter such as `boundary="abc"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let at = lower.find(&format!("{name}="))? + name.len() + 1;
    let rest = &value[at..];
    Some(match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
        None => rest.split([';', ' ']).next().unwrap_or_default().to_owned(),
    })
}
