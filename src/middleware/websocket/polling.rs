//! Long polling of Engine.IO: packets in the bodies of HTTP requests and responses.
//!
//! A client posts its messages, and receives those of the server in the responses to its GET requests. Packets are
//! joined by the record separator (Engine.IO 4), or each is preceded by its length (Engine.IO 3).
//!
//! A packet of the client that is stopped is replaced by a heartbeat, which servers accept at any time. An error status
//! would make the client close the connection. The notice is a packet in the response to its next GET request.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Uri};

use crate::middleware::headers::single;
use crate::middleware::websocket::framing::records;
use crate::middleware::websocket::framing::socket_io::is_base64;

/// The maximum number of queued notices, for all clients and for one.
const MOST: usize = 4096;
const MOST_OF_ONE: usize = 16;

/// A request of long polling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Polling {
    version: Version,
    /// The id that the server has assigned to the connection.
    sid: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Three,
    Four,
}

/// How a body contains packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    /// Engine.IO 3 with binary data between the packets.
    Binary,
}

/// A packet in a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packet<'b> {
    pub(crate) bytes: &'b [u8],
    /// Whether it is Base64.
    pub(crate) is_binary: bool,
}

impl Polling {
    /// Returns `None` if the URI is not one of long polling.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        let version = match parameter(uri, "EIO")? {
            "3" => Version::Three,
            "4" => Version::Four,
            _ => return None,
        };
        let polls = parameter(uri, "transport") == Some("polling");
        polls.then(|| Self { version, sid: parameter(uri, "sid").map(str::to_owned) })
    }

    /// Returns the conversation key of an Engine.IO connection, over polling or WebSocket.
    pub(crate) fn key(uri: &Uri) -> Option<String> {
        parameter(uri, "EIO")?;
        // Keys in requests have no control characters, so they cannot collide with this one.
        parameter(uri, "sid").map(|sid| format!("engine.io\u{1f}{sid}"))
    }

    /// Returns how a body with these headers contains packets, or `None` if it contains none.
    pub(crate) fn form(headers: &HeaderMap) -> Option<Form> {
        let content_type = single(headers, &CONTENT_TYPE).ok().flatten()?;
        let essence = content_type.split(';').next()?.trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        is("text/plain").then_some(Form::Text).or_else(|| is("application/octet-stream").then_some(Form::Binary))
    }

    /// Splits a body into its packets. Returns `None` if it does not consist of packets.
    pub(crate) fn split<'b>(&self, body: &'b [u8]) -> Option<Vec<Packet<'b>>> {
        match self.version {
            Version::Three => split_by_length(body),
            Version::Four => records::records(body).map(|range| packet(&body[range])).collect(),
        }
    }

    /// Joins packets into a body.
    pub(crate) fn join(&self, packets: &[Vec<u8>]) -> Vec<u8> {
        match self.version {
            Version::Four => packets.join(&records::SEPARATOR),
            Version::Three => {
                let with_length = |packet: &Vec<u8>| [format!("{}:", length(packet)).as_bytes(), packet].concat();
                packets.iter().flat_map(with_length).collect()
            }
        }
    }

    /// Queues the notice for the client. Returns the packet for the server that replaces the stopped one.
    pub(crate) fn stopped(&self, notices: &Notices, notice: String) -> Vec<u8> {
        if let Some(sid) = &self.sid {
            notices.push(sid, notice);
        }
        match self.version {
            Version::Three => b"2".to_vec(),
            Version::Four => b"3".to_vec(),
        }
    }

    /// Takes the queued notices for the client.
    pub(crate) fn notices(&self, notices: &Notices) -> Vec<String> {
        self.sid.as_ref().map(|sid| notices.take(sid)).unwrap_or_default()
    }
}

/// Returns the value of a query parameter that occurs exactly once.
fn parameter<'u>(uri: &'u Uri, name: &str) -> Option<&'u str> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then_some(value)
}

fn packet(bytes: &[u8]) -> Option<Packet<'_>> {
    match bytes {
        [b'b', data @ ..] => data.iter().all(is_base64).then_some(Packet { bytes, is_binary: true }),
        [b'0'..=b'6', ..] => Some(Packet { bytes, is_binary: false }),
        _ => None,
    }
}

/// Splits `5:4abcd2:b4`. Lengths are in UTF-16 code units.
fn split_by_length(body: &[u8]) -> Option<Vec<Packet<'_>>> {
    let mut rest = std::str::from_utf8(body).ok()?;
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let (digits, after) = rest.split_once(':')?;
        let wanted = digits.parse::<usize>().ok()?;
        let mut units = 0;
        let mut end = 0;
        for c in after.chars() {
            if units >= wanted {
                break;
            }
            units += c.len_utf16();
            end += c.len_utf8();
        }
        if units != wanted {
            return None;
        }
        let (bytes, more) = after.split_at(end);
        packets.push(packet(bytes.as_bytes())?);
        rest = more;
    }
    Some(packets)
}

/// Returns the length of a packet in UTF-16 code units.
fn length(packet: &[u8]) -> usize {
    String::from_utf8_lossy(packet).encode_utf16().count()
}

/// Notices that clients have not fetched yet. If there are too many, the oldest are dropped.
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<VecDeque<(String, String)>>);

impl Notices {
    fn push(&self, sid: &str, notice: String) {
        let mut waiting = self.lock();
        if waiting.iter().filter(|(of, _)| of == sid).count() >= MOST_OF_ONE {
            return;
        }
        if waiting.len() >= MOST {
            waiting.pop_front();
        }
        waiting.push_back((sid.to_owned(), notice));
    }

    fn take(&self, sid: &str) -> Vec<String> {
        let mut waiting = self.lock();
        let (own, others) = std::mem::take(&mut *waiting).into_iter().partition(|(of, _)| of == sid);
        *waiting = others;
        let own: VecDeque<(String, String)> = own;
        own.into_iter().map(|(_, notice)| notice).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polling(version: u8) -> Polling {
        let uri = format!("/socket.io/?EIO={version}&transport=polling&t=x&sid=abc");
        Polling::of(&uri.parse().unwrap()).unwrap()
    }

    fn packets(version: u8, body: &str) -> Option<Vec<String>> {
        let packets = polling(version).split(body.as_bytes())?;
        Some(packets.iter().map(|packet| String::from_utf8_lossy(packet.bytes).into()).collect())
    }

    #[test]
    fn bodies_are_split_into_packets_and_joined_again() {
        for (version, body, expected) in [
            (4, "2", &["2"][..]),
            (4, "42[\"a\"]\u{1e}3\u{1e}bAQID", &["42[\"a\"]", "3", "bAQID"]),
            (3, "7:42[\"é\"]1:2", &["42[\"é\"]", "2"]),
            (3, "8:42[\"😀\"]3:b4A", &["42[\"😀\"]", "b4A"]),
        ] {
            assert_eq!(packets(version, body).unwrap(), expected, "{body}");
            let split = polling(version).split(body.as_bytes()).unwrap();
            let joined = polling(version).join(&split.iter().map(|packet| packet.bytes.to_vec()).collect::<Vec<_>>());
            assert_eq!(String::from_utf8(joined).unwrap(), body);
        }
        assert!(polling(4).split(b"bAQID").unwrap()[0].is_binary);
    }

    #[test]
    fn a_body_that_does_not_consist_of_packets_is_not_split() {
        for (version, body) in [
            (4, "my card is\u{1e}3743"),
            (4, "bonjour, ça va?"),
            (4, ""),
            (4, "42[\"a\"]\u{1e}\u{1e}2"),
            (3, "9:42[\"a\"]"),
            (3, "42[\"a\"]"),
            (3, "7:42[\"😀\"]"),
            (3, "18446744073709551616:2"),
        ] {
            assert_eq!(packets(version, body), None, "{body}");
        }
    }

    #[test]
    fn only_long_polling_uris_are_recognized() {
        for (uri, is) in [
            ("/socket.io/?EIO=4&transport=polling", true),
            ("/socket.io/?EIO=4&transport=websocket", false),
            ("/socket.io/?EIO=4&transport=polling&EIO=3", false),
            ("/socket.io/?transport=polling", false),
            ("/say", false),
        ] {
            assert_eq!(Polling::of(&uri.parse().unwrap()).is_some(), is, "{uri}");
        }
    }

    #[test]
    fn notices_are_queued_for_their_client_and_bounded() {
        let notices = Notices::default();
        for n in 0..100 {
            notices.push("a", n.to_string());
        }
        notices.push("b", "x".into());
        assert_eq!(notices.take("a").len(), MOST_OF_ONE);
        assert_eq!(notices.take("a"), [""; 0]);
        for n in 0..2 * MOST {
            notices.push(&n.to_string(), "x".into());
        }
        assert_eq!(notices.lock().len(), MOST);
        assert_eq!(notices.take("b"), [""; 0]);
    }
}
