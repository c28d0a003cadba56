//! Headers that describe the bytes of a body, corrected when the bytes change.

use http::header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, EXPECT, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::middleware::encoding::ACCEPTED;

/// Digests of a body (RFC 9530, RFC 3230, RFC 1864), and signatures that cover such digests (RFC 9421). They are wrong
/// if the bytes change.
const DIGESTS: [&str; 7] =
    ["content-digest", "repr-digest", "digest", "content-md5", "x-content-sha256", "signature", "signature-input"];

/// How the body that is sent differs from the one that was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is the same.
    None,
    /// It was decoded and has this length. Its content is the same.
    Decoded(usize),
    /// Its content changed and it has this length.
    Changed(usize),
    /// It is scanned while it is sent.
    Unknown,
}

/// Corrects the headers for such a change.
pub(super) fn correct(headers: &mut HeaderMap, change: Change) {
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
    remove_digests(headers);
    if matches!(change, Change::Changed(_)) {
        headers.remove(ETAG);
    } else {
        weaken_etag(headers);
    }
}

/// Removes digests and signatures of the body.
pub(super) fn remove_digests(headers: &mut HeaderMap) {
    for name in DIGESTS {
        headers.remove(name);
    }
}

/// Makes the entity tag weak, because the bytes may differ under the same tag.
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

/// Changes a request so that its response can be scanned: the whole body, in an encoding that can be decoded.
pub(super) fn ask_for_scannable_response(headers: &mut HeaderMap) {
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

/// Returns whether the client sends its body only after a `100 Continue`.
pub(super) fn expects_continue(headers: &HeaderMap) -> bool {
    headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Returns the only value of a header, or `None` if it is missing. It is an error if there are several or it is not ASCII.
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
    fn headers_that_describe_the_bytes_are_corrected() {
        let before = headers(&[
            ("content-length", "10"),
            ("etag", "\"a\""),
            ("content-digest", "x"),
            ("signature", "sig=:x:"),
            ("signature-input", "sig=(\"content-digest\")"),
            ("content-encoding", "gzip"),
            ("x-other", "kept"),
        ]);
        let mut changed = before.clone();
        correct(&mut changed, Change::Changed(7));
        assert_eq!(changed, headers(&[("content-length", "7"), ("x-other", "kept")]));
        let mut unknown = before.clone();
        correct(&mut unknown, Change::Unknown);
        assert_eq!(unknown, headers(&[("etag", "W/\"a\""), ("x-other", "kept")]));
        let mut same = before.clone();
        correct(&mut same, Change::None);
        assert_eq!(same, before);
    }

    #[test]
    fn only_encodings_that_can_be_decoded_are_asked_for() {
        let mut asked = headers(&[("accept-encoding", "compress, sdch;q=0.5"), ("range", "bytes=0-1")]);
        ask_for_scannable_response(&mut asked);
        assert_eq!(asked, headers(&[("accept-encoding", "identity")]));
        let mut none = headers(&[]);
        ask_for_scannable_response(&mut none);
        assert!(none.is_empty());
    }
}
