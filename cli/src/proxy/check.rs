//! Rejects requests that servers could read in different ways.
//!
//! hyper rejects most of them when it parses: white space before a colon, folded lines, control characters in values,
//! conflicting lengths, transfer codings other than a final `chunked`, and connection headers in HTTP/2. What it
//! accepts is forwarded in a canonical form: bare line feeds, chunk extensions, repeated equal lengths, and a length
//! next to chunks are removed, and a connection with both of the last two is closed. This module rejects the rest.

use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Method, StatusCode, Version};

/// Why a request is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: &'static str,
}

const fn bad(detail: &'static str) -> Refusal {
    Refusal { status: StatusCode::BAD_REQUEST, detail }
}

const fn unsupported(detail: &'static str) -> Refusal {
    Refusal { status: StatusCode::NOT_IMPLEMENTED, detail }
}

/// Checks the head of a request. Afterwards it has one `Host` header, unless it is of HTTP/1.0, and a path.
pub(crate) fn check(head: &mut Parts) -> Result<(), Refusal> {
    if head.method == Method::CONNECT {
        return Err(unsupported("This server is not a forward proxy: CONNECT is not supported."));
    }
    let mut codings = head.headers.get_all(TRANSFER_ENCODING).iter();
    if let Some(coding) = codings.next() {
        if head.headers.contains_key(CONTENT_LENGTH) {
            return Err(bad("The request has both Content-Length and Transfer-Encoding."));
        }
        if codings.next().is_some() || !coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked") {
            return Err(unsupported("The only Transfer-Encoding that is supported is chunked."));
        }
    }
    check_host(head)?;
    let path = head.uri.path();
    let asterisk = path == "*" && head.method == Method::OPTIONS;
    if !path.starts_with('/') && !asterisk {
        return Err(bad("The request has no path."));
    }
    Ok(())
}

/// Checks that there is one host, whether it comes from the request line, a pseudo-header or a header.
fn check_host(head: &mut Parts) -> Result<(), Refusal> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(bad("The request has more than one Host header."));
    }
    let host = match host.map(|host| host.to_str().ok().and_then(|host| host.parse::<Authority>().ok())) {
        Some(None) => return Err(bad("The Host header is not a host.")),
        host => host.flatten(),
    };
    if host.iter().chain(head.uri.authority()).any(|host| host.as_str().contains('@')) {
        return Err(bad("The host holds a user name."));
    }
    match (head.uri.authority(), host) {
        (Some(target), Some(host)) if *target != host => {
            Err(bad("The Host header is not the host of the request's target."))
        }
        (Some(target), None) => {
            let host = HeaderValue::from_str(target.as_str()).map_err(|_| bad("The host is not a host."))?;
            head.headers.insert(HOST, host);
            Ok(())
        }
        (None, None) if head.version != Version::HTTP_10 => Err(bad("The request has no Host header.")),
        _ => Ok(()),
    }
}
