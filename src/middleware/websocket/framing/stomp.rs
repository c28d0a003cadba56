//! STOMP 1.0 to 1.2: `COMMAND`, headers, an empty line, a body and a zero byte.

use std::borrow::Cow;
use std::ops::Range;

use crate::filter::ScanError;
use crate::middleware::websocket::framing::cut::{Cut, Kind, Layout, Part};
use crate::middleware::websocket::notice::Notice;

const COMMANDS: [&[u8]; 15] = [
    b"CONNECT",
    b"STOMP",
    b"CONNECTED",
    b"SEND",
    b"MESSAGE",
    b"ERROR",
    b"RECEIPT",
    b"SUBSCRIBE",
    b"UNSUBSCRIBE",
    b"ACK",
    b"NACK",
    b"BEGIN",
    b"COMMIT",
    b"ABORT",
    b"DISCONNECT",
];

/// A frame.
struct Frame {
    /// The names and values of the headers.
    headers: Vec<(Range<usize>, Range<usize>)>,
    body: Range<usize>,
    /// The offset after the zero byte.
    end: usize,
}

impl Frame {
    /// Returns the range of the first value of a header, which is the one that counts.
    fn header(&self, message: &[u8], name: &str) -> Option<Range<usize>> {
        let is_it = |range: &Range<usize>| message[range.clone()].eq_ignore_ascii_case(name.as_bytes());
        self.headers.iter().find(|(known, _)| is_it(known)).map(|(_, value)| value.clone())
    }
}

/// Splits a message into data and framing. `is_text` returns whether a header of this name holds text. `sure`: the
/// connection is known or configured to speak this protocol.
///
/// # Errors
///
/// If `sure`, returns an error for a message that starts like a frame but is not one, because two readers could find
/// different bodies in it.
pub(crate) fn cut(message: &[u8], is_text: impl Fn(&str) -> bool, sure: bool) -> Result<Option<Cut>, ScanError> {
    let mut cut = Cut::nothing();
    let mut at = 0;
    let mut frames = 0;
    loop {
        // Line ends between frames are heart-beats.
        at += message[at..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        if at == message.len() {
            return Ok((sure || frames > 0).then_some(cut));
        }
        let Some(start) = command(&message[at..]) else {
            // Only another frame may follow a frame.
            return if frames > 0 { Err(ScanError::Malformed) } else { Ok(None) };
        };
        let frame = match frame(message, at + start) {
            Some(frame) => frame,
            None if sure || frames > 0 => return Err(ScanError::Malformed),
            None => return Ok(None),
        };
        frames += 1;
        at = frame.end;
        parts(message, &frame, &is_text, &mut cut.parts);
    }
}

/// Returns the length of the line with the command.
fn command(bytes: &[u8]) -> Option<usize> {
    let len = bytes.iter().position(|byte| *byte == b'\n')?;
    COMMANDS.contains(&trim(&bytes[..len])).then_some(len + 1)
}

fn trim(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Reads the headers from `at`, and the body. Returns `None` if they are ambiguous.
fn frame(message: &[u8], mut at: usize) -> Option<Frame> {
    let mut headers = Vec::new();
    loop {
        let len = message[at..].iter().position(|byte| *byte == b'\n')?;
        let line = trim(&message[at..at + len]);
        let next = at + len + 1;
        if line.is_empty() {
            at = next;
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        if line.contains(&0) {
            return None;
        }
        headers.push((at..at + colon, at + colon + 1..at + line.len()));
        at = next;
    }
    let mut frame = Frame { headers, body: at..at, end: 0 };
    let lengths: Vec<&[u8]> = frame
        .headers
        .iter()
        .filter(|(name, _)| message[name.clone()].eq_ignore_ascii_case(b"content-length"))
        .map(|(_, value)| message[value.clone()].trim_ascii())
        .collect();
    let len = match lengths[..] {
        [] => message[at..].iter().position(|byte| *byte == 0)?,
        [len, ref others @ ..] if others.iter().all(|other| *other == len) => {
            std::str::from_utf8(len).ok().filter(|len| len.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?
        }
        _ => return None,
    };
    let end = at.checked_add(len)?;
    if message.get(end) != Some(&0) {
        return None;
    }
    frame.body = at..end;
    frame.end = end + 1;
    Some(frame)
}

/// Adds the body and the headers with text, in order.
fn parts(message: &[u8], frame: &Frame, is_text: &impl Fn(&str) -> bool, parts: &mut Vec<Part>) {
    for (name, value) in &frame.headers {
        if std::str::from_utf8(&message[name.clone()]).is_ok_and(is_text) {
            parts.push(Part::new(value.clone(), Kind::Header));
        }
    }
    if frame.body.is_empty() {
        return;
    }
    let content_type = frame.header(message, "content-type").map_or(&b""[..], |range| &message[range]);
    let content_type = content_type.to_ascii_lowercase();
    let has = |word: &[u8]| content_type.windows(word.len()).any(|window| window == word);
    let kind = match () {
        () if has(b"json") => Kind::Document(Layout::Whole),
        () if has(b"html") => Kind::Html,
        () => Kind::Sniff,
    };
    let length = frame.header(message, "content-length");
    parts.push(Part { length, ..Part::new(frame.body.clone(), kind) });
}

/// Decodes the escapes of a header.
pub(crate) fn unescape(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.contains(&b'\\') {
        return Cow::Borrowed(value);
    }
    let mut text = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, after @ ..] = rest {
        let (byte, len) = match (first, after.first()) {
            (b'\\', Some(b'n')) => (b'\n', 2),
            (b'\\', Some(b'r')) => (b'\r', 2),
            (b'\\', Some(b'c')) => (b':', 2),
            (b'\\', Some(b'\\')) => (b'\\', 2),
            _ => (*first, 1),
        };
        text.push(byte);
        rest = &rest[len..];
    }
    Cow::Owned(text)
}

/// Encodes a text as the value of a header.
pub(crate) fn escape(text: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b'\n' => value.extend_from_slice(b"\\n"),
            b'\r' => value.extend_from_slice(b"\\r"),
            b':' => value.extend_from_slice(b"\\c"),
            b'\\' => value.extend_from_slice(b"\\\\"),
            other => value.push(*other),
        }
    }
    value
}

/// Writes the notice: an `ERROR` frame, which names the receipt that the client asked for.
pub(crate) fn notice(message: &[u8], notice: &Notice<'_>) -> String {
    let receipt = command(message)
        .and_then(|start| frame(message, start))
        .and_then(|frame| frame.header(message, "receipt"))
        .filter(|_| notice.is_to_sender())
        .map(|range| format!("receipt-id:{}\n", String::from_utf8_lossy(&message[range])));
    let body = notice.problem();
    let title = String::from_utf8_lossy(&escape(notice.title().as_bytes())).into_owned();
    let (receipt, len) = (receipt.unwrap_or_default(), body.len());
    format!("ERROR\nmessage:{title}\n{receipt}content-type:application/json\ncontent-length:{len}\n\n{body}\0")
}
