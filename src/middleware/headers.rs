//! Headers that speak of the bytes of a body, put right when these change.

use http::header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, EXPECT, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::middleware::encoding::ACCEPTED;

/// Digests of the bytes of a body, and signatures that cover them.
const DIGESTS: [&str; 5] = ["content-digest", "repr-digest", "digest", "content-md5", "x-content-sha256"];

/// How a body differs from the one that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Not at all.
    None,
    /// It has been decoded, is the same otherwise, and has this length.
    Decoded(usize),
    /// It says something else and has this length.
    Changed(usize),
    /// Nobody knows yet.
    Unknown,
}

/// Puts the headers of a body right that differs so.
pub(super) fn put_right(headers: &mut HeaderMap, change: Change) {
    match change {
        Change::None => return,
        Change::Decoded(len) | Change::Changed(len) => {
            if headers.contains_key(CONTENT_LENGTH) {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
            }
        }
        Change::Unknown => {
            headers.remove(CONTENT_LENGTH);
        }
    }
    headers.remove(CONTENT_ENCODING);
    headers.remove(ACCEPT_RANGES);
    drop_digests(headers);
    if matches!(change, Change::Changed(_)) {
        headers.remove(ETAG);
    } else {
        weaken_etag(headers);
    }
}

/// Takes out what is a digest of bytes.
pub(super) fn drop_digests(headers: &mut HeaderMap) {
    for name in DIGESTS {
        headers.remove(name);
    }
}

/// Bytes may differ where the tag is the same: it becomes a weak one.
fn weaken_etag(headers: &mut HeaderMap) {
    let Some(tag) = headers.get(ETAG) else { return };
    if tag.as_bytes().starts_with(b"W/") {
        return;
    }
    match HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()) {
        Ok(weak) => headers.insert(ETAG, weak),
        Err(_) => headers.remove(ETAG),
    };
}

/// Asks only for responses that can be scanned: whole ones, in codings that can be undone.
pub(super) fn ask_for_what_can_be_seen(headers: &mut HeaderMap) {
    headers.remove(RANGE);
    headers.remove(IF_RANGE);
    if !headers.contains_key(ACCEPT_ENCODING) {
        return;
    }
    let kept: Vec<String> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|coding| {
            let name = coding.split(';').next().unwrap_or_default().trim();
            ACCEPTED.iter().any(|accepted| name.eq_ignore_ascii_case(accepted))
        })
        .map(str::to_owned)
        .collect();
    match HeaderValue::from_str(&kept.join(", ")) {
        Ok(value) if !kept.is_empty() => headers.insert(ACCEPT_ENCODING, value),
        _ => headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity")),
    };
}

/// Whether the client waits to hear that its body is wanted.
pub(super) fn expects_continue(headers: &HeaderMap) -> bool {
    headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// The only value of a header; `None` where there is none, an error where there are several or it is no text.
pub(super) fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match values.next() {
        None => value.to_str().map(Some).map_err(|_| ()),
        Some(_) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn what_speaks_of_the_bytes_is_put_right() {
        let before = headers(&[
            ("content-length", "10"),
            ("etag", "\"a\""),
            ("content-digest", "x"),
            ("content-encoding", "gzip"),
            ("x-other", "kept"),
        ]);
        let mut changed = before.clone();
        put_right(&mut changed, Change::Changed(7));
        assert_eq!(changed, headers(&[("content-length", "7"), ("x-other", "kept")]));
        let mut unknown = before.clone();
        put_right(&mut unknown, Change::Unknown);
        assert_eq!(unknown, headers(&[("etag", "W/\"a\""), ("x-other", "kept")]));
        let mut same = before.clone();
        put_right(&mut same, Change::None);
        assert_eq!(same, before);
    }

    #[test]
    fn only_codings_that_can_be_undone_are_asked_for() {
        let mut asked = headers(&[("accept-encoding", "compress, sdch;q=0.5"), ("range", "bytes=0-1")]);
        ask_for_what_can_be_seen(&mut asked);
        assert_eq!(asked, headers(&[("accept-encoding", "identity")]));
        let mut none = headers(&[]);
        ask_for_what_can_be_seen(&mut none);
        assert!(none.is_empty());
    }
}
