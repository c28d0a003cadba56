//! The responses of the proxy itself.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};

use crate::proxy::body::{AnyBody, Cut};

/// Returns a response with an `application/problem+json` body, like those of the middleware.
pub(crate) fn problem(status: StatusCode, detail: &str) -> Response<AnyBody> {
    let title = status.canonical_reason().unwrap_or_default();
    let body =
        serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns the response to a request whose body ended early.
pub(crate) fn cut_off(cut: Cut) -> Response<AnyBody> {
    let (status, detail) = match cut {
        Cut::Idle => (StatusCode::REQUEST_TIMEOUT, "The request was not sent completely in time."),
        Cut::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body of the request is too large."),
        Cut::Broken => (StatusCode::BAD_REQUEST, "The request was cut off."),
    };
    problem(status, detail)
}

/// Returns a body that is in memory.
pub(crate) fn full(body: impl Into<Bytes>) -> AnyBody {
    Full::new(body.into()).map_err(|never| match never {}).boxed_unsync()
}
