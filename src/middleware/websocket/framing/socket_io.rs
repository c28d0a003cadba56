//! Engine.IO 3 and 4 with Socket.IO packets: `42["event",{...}]`.
//!
//! An Engine.IO packet is a digit and its data. The data of a message packet, `4`, are a Socket.IO packet: a digit for its
//! type, the number of attachments and `-`, a namespace and `,`, the id of an acknowledgement, and a JSON document. Long
//! polling joins packets with the record separator.

use crate::json::Document;
use crate::middleware::websocket::framing::cut::{Cut, Kind, Layout, Part};
use crate::middleware::websocket::framing::records;
use crate::middleware::websocket::notice::Notice;

/// The maximum depth of the document of a packet that is recognized. Scanning rejects deeper ones.
const DEPTH: usize = 1024;

/// A Socket.IO packet.
#[derive(Debug, PartialEq, Eq)]
struct Packet<'m> {
    kind: u8,
    has_attachments: bool,
    /// Includes the comma after it. Empty for the main namespace.
    namespace: &'m [u8],
    ack: &'m [u8],
    /// The offset of the document.
    data: usize,
}

/// Splits a message into data and framing. `known`: the connection is known to speak this protocol. `strict`: it is
/// configured.
pub(crate) fn cut(message: &[u8], known: bool, strict: bool) -> Option<Cut> {
    if let Some(cut) = packets(message, known || strict) {
        return Some(cut);
    }
    // Engine.IO without Socket.IO, or a packet that cannot be read: the leading digits are not part of a number after
    // them. If the protocol was only recognized, they may be.
    let digits = message.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    if !(known || strict) || message.first() != Some(&b'4') {
        return None;
    }
    let also_from: &[usize] = match (digits, strict) {
        (2, true) => &[2],
        (2, false) => &[2, 0],
        (_, true) => &[],
        (_, false) => &[0],
    };
    Some(Cut { also_from, ..Cut::one(1..message.len(), Kind::Loose) })
}

/// Splits one packet, or several joined ones.
fn packets(message: &[u8], known: bool) -> Option<Cut> {
    let joined = message.contains(&records::SEPARATOR);
    let mut cut = Cut::nothing();
    for record in records::records(message) {
        let bytes = &message[record.clone()];
        if joined && bytes.first() == Some(&b'b') && bytes[1..].iter().all(is_base64) {
            cut.binary = true;
            continue;
        }
        cut.binary |= packet(bytes, record.start, known || joined, &mut cut.parts)?;
    }
    Some(cut)
}

/// Adds the data of a packet at `start`. Returns whether it has attachments, or `None` if it is not a packet.
fn packet(bytes: &[u8], start: usize, known: bool, parts: &mut Vec<Part>) -> Option<bool> {
    let whole = Kind::Document(Layout::Whole);
    match bytes {
        b"1" | b"2" | b"3" | b"5" | b"6" if known => return Some(false),
        b"2probe" | b"3probe" => return Some(false),
        [b'0', document @ ..] if document.first() == Some(&b'{') && Document::is_valid(document, DEPTH) => {
            parts.push(Part::new(start + 1..start + bytes.len(), whole));
            return Some(false);
        }
        _ => {}
    }
    let packet = socket_io(bytes)?;
    let document = &bytes[packet.data..];
    let opens = document.first().copied();
    let layout = match (packet.kind, opens) {
        (b'0' | b'1', None) if known || !packet.namespace.is_empty() => return Some(false),
        (b'0' | b'4', Some(b'{' | b'"')) => Layout::Whole,
        // The first element is the name of the event.
        (b'2' | b'5', Some(b'[')) => Layout::Elements(1),
        (b'3' | b'6', Some(b'[')) => Layout::Elements(0),
        _ => return None,
    };
    if !Document::is_valid(document, DEPTH) {
        return None;
    }
    parts.push(Part::new(start + packet.data..start + bytes.len(), Kind::Document(layout)));
    Some(packet.has_attachments)
}

/// Reads the part of a Socket.IO packet before its document.
fn socket_io(bytes: &[u8]) -> Option<Packet<'_>> {
    let (&[b'4', kind @ b'0'..=b'6'], rest) = bytes.split_at_checked(2)? else { return None };
    let count = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = 2;
    let mut has_attachments = false;
    if matches!(kind, b'5' | b'6') {
        let digits = count(rest);
        if digits == 0 || rest.get(digits) != Some(&b'-') {
            return None;
        }
        has_attachments = rest[..digits].iter().any(|digit| *digit != b'0');
        at += digits + 1;
    }
    let mut namespace = &bytes[..0];
    if bytes.get(at) == Some(&b'/') {
        let len = bytes[at..].iter().position(|byte| *byte == b',').map_or(bytes.len() - at, |comma| comma + 1);
        namespace = &bytes[at..at + len];
        at += len;
    }
    let digits = count(&bytes[at..]);
    Some(Packet { kind, has_attachments, namespace, ack: &bytes[at..at + digits], data: at + digits })
}

pub(crate) fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// Writes the notice: the event `error`, or the acknowledgement if the client waits for one.
pub(crate) fn notice(message: &[u8], notice: &Notice<'_>) -> String {
    // If there are several packets, the first one that can be answered. Pings have no data.
    let Some(packet) = records::records(message).find_map(|record| socket_io(&message[record])) else {
        // Engine.IO without Socket.IO sends texts. A Socket.IO client disconnects if it receives one, so anything else,
        // such as an attachment, is answered with an event.
        return match message.first() {
            Some(b'4') => format!("4{}", notice.sentence()),
            _ => format!("42[\"error\",{}]", notice.problem()),
        };
    };
    let namespace = String::from_utf8_lossy(packet.namespace);
    let namespace = namespace.trim_end_matches(',');
    let comma = if namespace.is_empty() { "" } else { "," };
    let error = notice.problem();
    if notice.is_to_sender() && matches!(packet.kind, b'2' | b'5') && !packet.ack.is_empty() {
        let ack = String::from_utf8_lossy(packet.ack);
        return format!("43{namespace}{comma}{ack}[{{\"error\":{error}}}]");
    }
    format!("42{namespace}{comma}[\"error\",{error}]")
}
