//! Mails (RFC 5322 with MIME) and mailboxes of them (mbox).

use std::sync::Arc;

use lastfour::Span;

use super::record::{Body, Key, Layer, Part, Said, Speaker, Time, Trouble};
use super::segment::Segment;
use super::spelling::Spelling;
use super::stamp::time_of_value;
use super::{Cut, Input, More, mark_len};

/// Cuts a mailbox into records: a mail each. A single mail is one record.
pub(crate) struct MailReader {
    /// The rest of a mail that is too long to be held.
    mid_mail: bool,
}

/// How deep parts of a mail may nest.
const DEEPEST: usize = 8;

/// The head of a mail, or of a part of one.
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
    attached: bool,
    /// Where the body begins.
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
            _ => next_mail(&bytes[1..]).map_or(bytes.len(), |at| at + 1),
        };
        let whole = len < bytes.len() || input.more == More::Never;
        if !whole && bytes.len() <= input.limit {
            return None;
        }
        let len = if whole && len <= input.limit * 2 { len } else { line_end(&bytes[..input.limit]) };
        self.mid_mail = !whole || len < next.unwrap_or(bytes.len()).min(bytes.len()) && next != Some(0);
        let mut mail = Mail { bytes: &bytes[..len], layers: Vec::new(), said: Vec::new() };
        mail.read(mark_len(bytes, at_start));
        let trouble = if self.mid_mail { Some(Trouble::TooLong) } else { None };
        Some(Cut { len, trouble, layers: mail.layers, body: Body::Texts(mail.said) })
    }
}

/// Where the next mail of a mailbox begins: at a line "From " behind a blank line, or at the start.
fn next_mail(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"From ") {
        return Some(0);
    }
    let unix = memchr::memmem::find(bytes, b"\n\nFrom ").map(|at| at + 2);
    let windows = memchr::memmem::find(bytes, b"\r\n\r\nFrom ").map(|at| at + 4);
    unix.into_iter().chain(windows).min()
}

fn line_end(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

/// A line of the rest of a mail. Lines of base64 are data.
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
}

impl Mail<'_> {
    fn read(&mut self, mut start: usize) {
        if self.bytes[start..].starts_with(b"From ") {
            start += memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len() - start, |at| at + 1);
        }
        let head = head(self.bytes, start);
        let speaker = Speaker { name: head.from.clone(), ..Speaker::default() };
        // The head is data, but for the subject.
        for (span, part) in [(Some(Span::new(start, head.end)), Part::Data(true)), (head.subject, Part::Alone)] {
            if let Some(span) = span.filter(|span| !span.is_empty()) {
                let segment = Segment::new(0, Spelling::Plain, span);
                self.said.push(Said { part, speaker: speaker.clone(), ..Said::new(vec![segment]) });
            }
        }
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

    /// Reads the body of a mail or of a part.
    fn part(&mut self, head: &Head, body: Span, depth: usize) {
        if let Some(boundary) =
            head.boundary.as_ref().filter(|_| head.media.starts_with("multipart/") && depth < DEEPEST)
        {
            let mut said: Option<usize> = None;
            for part in parts(self.bytes, body, boundary) {
                let inner = self::head(&self.bytes[..part.end], part.start);
                let before = self.said.len();
                self.part(&inner, Span::new(inner.end.min(part.end), part.end), depth + 1);
                // The other forms of the same text.
                if head.media == "multipart/alternative" {
                    match said {
                        Some(first) => self.said[before..].iter_mut().for_each(|said| {
                            if said.part == Part::Said {
                                said.part = Part::Copy(u32::try_from(first).unwrap_or(0));
                            }
                        }),
                        None => said = (self.said.len() > before).then_some(before),
                    }
                }
            }
            return;
        }
        if head.media == "message/rfc822" && depth < DEEPEST {
            let inner = self::head(&self.bytes[..body.end], body.start);
            return self.part(&inner, Span::new(inner.end, body.end), depth + 1);
        }
        let is_text = head.media.is_empty()
            || head.media.starts_with("text/")
            || head.media.ends_with("json")
            || head.media.ends_with("xml");
        let text = &self.bytes[body.range()];
        if text.trim_ascii().is_empty() {
            return;
        }
        let spelling = match head.encoding.as_str() {
            "quoted-printable" => Spelling::QuotedPrintable,
            "base64" => Spelling::Base64,
            _ => Spelling::Plain,
        };
        if !is_text {
            // Pictures and documents: their bytes are not text.
            return;
        }
        let segment = Segment::new(0, spelling, body);
        if spelling == Spelling::Plain {
            let end = body.start + text.trim_ascii_end().len();
            self.said.push(Said::new(vec![Segment::new(0, spelling, Span::new(body.start, end))]));
            return;
        }
        let (decoded, alignment) = spelling.decode(text);
        let bytes = decoded.into_owned();
        let len = bytes.trim_ascii_end().len();
        self.layers.push(Layer { place: Some(segment), bytes, alignment });
        if let Ok(layer) = u16::try_from(self.layers.len()) {
            self.said.push(Said::new(vec![Segment::new(layer, Spelling::Plain, Span::new(0, len))]));
        }
        let _ = head.attached;
    }
}

/// What the subjects of a thread have in common: without "Re:" and the like.
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

/// The parts of a body between the lines with its boundary.
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
            // The line end before the boundary belongs to it.
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

/// Reads the head that begins at `start`.
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
            // Not a head: all of it is the body.
            _ => {
                head.end = at;
                break;
            }
        }
        at += len;
        head.end = at;
    }
    for (name, value, span) in fields {
        let text = String::from_utf8_lossy(&value).into_owned();
        match name.as_str() {
            "from" => head.from = Some(Arc::from(display_name(&text))),
            "date" => head.time = time_of_value(&value),
            "subject" => head.subject = Some(span),
            "content-type" => {
                head.media = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                head.boundary = parameter(&text, "boundary").map(String::into_bytes);
            }
            "content-transfer-encoding" => head.encoding = text.trim().to_ascii_lowercase(),
            "content-disposition" => head.attached = text.trim().to_ascii_lowercase().starts_with("attachment"),
            _ => {}
        }
    }
    head
}

/// The name in an address such as `Jane Doe <jane@example.com>`.
fn display_name(address: &str) -> String {
    let name = address.split('<').next().unwrap_or_default().trim().trim_matches('"');
    if name.is_empty() { address.trim_matches(['<', '>', ' ']).to_owned() } else { name.to_owned() }
}

/// The value of a parameter such as `boundary="abc"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let at = lower.find(&format!("{name}="))? + name.len() + 1;
    let rest = &value[at..];
    Some(match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
        None => rest.split([';', ' ']).next().unwrap_or_default().to_owned(),
    })
}
