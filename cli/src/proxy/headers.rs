//! The headers that a proxy removes, adds and rewrites.

use std::net::IpAddr;

use http::header::{
    CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, FORWARDED, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};

use crate::proxy::settings::Trust;

/// Headers of a single connection (RFC 9110, section 7.6.1), and one that accompanies `Upgrade: h2c`.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
    "proxy-authorization",
];

/// Fields that are not allowed in trailers because they change how a message is read.
const NOT_IN_TRAILERS: [HeaderName; 7] = [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// The client's side of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    pub(crate) tls: bool,
    /// Whether it is a proxy whose headers are trusted.
    pub(crate) trusted: bool,
}

/// Returns whether a request asks for a WebSocket.
pub(crate) fn asks_for_websocket(head: &Parts) -> bool {
    head.version == Version::HTTP_11
        && head.method == Method::GET
        && has_word(&head.headers, &UPGRADE, "websocket")
        && has_word(&head.headers, &CONNECTION, "upgrade")
}

/// Returns whether a list in a header has this word.
fn has_word(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    words(headers, name).any(|known| known.eq_ignore_ascii_case(word))
}

fn words<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> + use<'h> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// Removes the headers of a single connection, including those that `Connection` names. Keeps `TE: trailers` and, with
/// `upgrade`, the change to the WebSocket protocol.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap, upgrade: bool) {
    let named: Vec<HeaderName> = words(headers, &CONNECTION).filter_map(|name| name.parse().ok()).collect();
    let trailers = has_word(headers, &TE, "trailers");
    // A client must not be able to remove headers about the origin or the length of a request.
    for name in named.iter().filter(|name| **name != HOST && **name != CONTENT_LENGTH && **name != FORWARDED) {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
}

/// Removes fields that must not be in trailers.
pub(crate) fn clean_trailers(trailers: &mut HeaderMap) {
    for name in &NOT_IN_TRAILERS {
        trailers.remove(name);
    }
    for name in HOP_BY_HOP {
        trailers.remove(name);
    }
}

/// Prepares the head of a request for the upstream.
pub(crate) fn prepare_request(headers: &mut HeaderMap, peer: Peer, trust: &Trust, upgrade: bool) {
    remove_spoofed(headers, peer, trust);
    remove_hop_by_hop(headers, upgrade);
    // It is answered here, when the body is read.
    headers.remove(EXPECT);
    join_cookies(headers);
    add_forwarded(headers, peer);
}

/// Removes the headers that only a trusted proxy may set. Also removes names with `_` that a server could read as one
/// of those, or as a header that changes how a request is read.
fn remove_spoofed(headers: &mut HeaderMap, peer: Peer, trust: &Trust) {
    let reserved = |name: &str| {
        name == "forwarded"
            || name == "x-real-ip"
            || name.starts_with("x-forwarded-")
            || trust.headers.iter().any(|trusted| trusted == name)
    };
    let spoofed = |name: &&HeaderName| {
        let name = name.as_str();
        if name.contains('_') {
            let plain = name.replace('_', "-");
            return reserved(&plain)
                || HOP_BY_HOP.contains(&plain.as_str())
                || NOT_IN_TRAILERS.iter().any(|header| *header == plain.as_str());
        }
        !peer.trusted && reserved(name)
    };
    let names: Vec<HeaderName> = headers.keys().filter(spoofed).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// Joins cookies that HTTP/2 may send in several fields (RFC 9113, section 8.2.3).
pub(crate) fn join_cookies(headers: &mut HeaderMap) {
    if headers.get_all(COOKIE).iter().nth(1).is_none() {
        return;
    }
    let all: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if let Ok(joined) = HeaderValue::from_bytes(&all.join(&b"; "[..])) {
        headers.insert(COOKIE, joined);
    }
}

/// Adds headers with the origin of the request.
fn add_forwarded(headers: &mut HeaderMap, peer: Peer) {
    let address = peer.address.to_canonical();
    let proto = if peer.tls { "https" } else { "http" };
    let host = headers.get(HOST).cloned();
    append(headers, "x-forwarded-for", &address.to_string());
    if !headers.contains_key("x-forwarded-proto") {
        headers.insert("x-forwarded-proto", HeaderValue::from_static(proto));
    }
    if let (Some(host), false) = (&host, headers.contains_key("x-forwarded-host")) {
        headers.insert("x-forwarded-host", host.clone());
    }
    let source = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    };
    let host = host.as_ref().and_then(|host| host.to_str().ok());
    let host = host.map_or_else(String::new, |host| format!(";host=\"{host}\""));
    append(headers, FORWARDED.as_str(), &format!("for={source};proto={proto}{host}"));
}

/// Appends to a list in a header.
fn append(headers: &mut HeaderMap, name: &'static str, value: &str) {
    let all: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).chain([value.as_bytes()]).collect();
    if let Ok(value) = HeaderValue::from_bytes(&all.join(&b", "[..])) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
