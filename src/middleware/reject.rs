//! The response that replaces a body that must not be sent on.
//!
//! A [`Reject`] turns a [`Rejection`], which names what was found or why the body could not be scanned and never holds a
//! text, into a response. [`Problem`] writes `application/problem+json`, [`MatrixError`] and [`OpenAiError`] write what the
//! clients of these protocols expect, and a closure can write anything else.
//!
//! # Example
//!
//! ```
//! use http::{Response, StatusCode};
//! use lastfour::middleware::{RedactLayer, Rejection};
//!
//! let layer = RedactLayer::requests(lastfour::Engine::default())
//!     .reject(|rejection: &Rejection<'_>| Response::builder().status(rejection.status()).body("no".into()).unwrap());
//! # let _ = layer;
//! ```

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use crate::entity::Entity;
use crate::filter::{Report, ScanError};
use crate::json::escape;
use crate::middleware::Direction;

/// Why a body is not sent on.
#[derive(Debug, Clone, Copy)]
pub struct Rejection<'r> {
    direction: Direction,
    failure: Option<ScanError>,
    report: &'r Report,
}

impl<'r> Rejection<'r> {
    pub(super) fn new(direction: Direction, failure: Option<ScanError>, report: &'r Report) -> Self {
        Self { direction, failure, report }
    }

    /// Returns whether the body is that of the request or of the response.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Why the body could not be scanned, or `None` if it was scanned and blocked.
    #[must_use]
    pub fn failure(&self) -> Option<ScanError> {
        self.failure
    }

    /// The entities for which the policy blocks the body.
    #[must_use]
    pub fn entities(&self) -> Vec<Entity> {
        self.report.blocked()
    }

    /// Everything that was found in the body.
    #[must_use]
    pub fn report(&self) -> &'r Report {
        self.report
    }

    /// The status for it. A blocked request gets 422, a request that cannot be scanned 400, 413, 415 or 422. A response that
    /// is blocked or cannot be scanned gets 502, because nothing is wrong with what the client sent. If the store cannot be
    /// reached or the conversation is busy, the status is 503, and after a panic in the scan it is 500.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.failure {
            Some(ScanError::Store | ScanError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Some(ScanError::Panicked) => StatusCode::INTERNAL_SERVER_ERROR,
            _ if self.direction == Direction::Response => StatusCode::BAD_GATEWAY,
            Some(ScanError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Some(ScanError::ContentType | ScanError::Binary | ScanError::ContentEncoding | ScanError::Charset) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Some(ScanError::CutOff | ScanError::DuplicateKey) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// A short description.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match (self.direction, self.failure) {
            (Direction::Request, None) => "Message blocked",
            (Direction::Request, Some(_)) => "Message not checked",
            (Direction::Response, None) => "Answer blocked",
            (Direction::Response, Some(_)) => "Answer not checked",
        }
    }

    /// A sentence for the client: whether its message or the answer to it was stopped, and why.
    #[must_use]
    pub fn detail(&self) -> String {
        let what = match self.direction {
            Direction::Request => "message",
            Direction::Response => "answer",
        };
        if let Some(failure) = self.failure {
            return format!("The {what} was stopped: {failure}.");
        }
        let mut detail = format!("The {what} was stopped because it must not be sent in chat:");
        for (n, entity) in self.entities().iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(detail, "{} {}", if n == 0 { "" } else { "," }, entity.as_str().replace('-', " "));
        }
        detail.push('.');
        detail
    }
}

/// Writes the response that replaces a body.
pub trait Reject: Send + Sync + 'static {
    /// Returns the response.
    fn reject(&self, rejection: &Rejection<'_>) -> Response<Bytes>;

    /// Returns the last event of an event stream that is stopped, with the blank line after it. Return an empty string for
    /// no event.
    fn event(&self, rejection: &Rejection<'_>) -> String {
        format!("event: error\ndata: {}\n\n", problem(rejection))
    }
}

impl<F> Reject for F
where
    F: Fn(&Rejection<'_>) -> Response<Bytes> + Send + Sync + 'static,
{
    fn reject(&self, rejection: &Rejection<'_>) -> Response<Bytes> {
        self(rejection)
    }
}

/// `application/problem+json` (RFC 9457) with the members `type`, `title`, `status`, `detail`, `direction`, and
/// `entities` or `failure`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Problem;

impl Reject for Problem {
    fn reject(&self, rejection: &Rejection<'_>) -> Response<Bytes> {
        respond(rejection, "application/problem+json", problem(rejection))
    }
}

/// The standard error response of the Matrix client-server protocol: `M_FORBIDDEN` for a blocked message, `M_TOO_LARGE` or
/// `M_BAD_JSON` for one that could not be scanned, `M_UNKNOWN` for errors of the server and for responses.
#[derive(Debug, Clone, Copy, Default)]
pub struct MatrixError;

impl Reject for MatrixError {
    fn reject(&self, rejection: &Rejection<'_>) -> Response<Bytes> {
        let code = match rejection.failure {
            _ if rejection.direction == Direction::Response => "M_UNKNOWN",
            None => "M_FORBIDDEN",
            Some(ScanError::TooLarge { .. }) => "M_TOO_LARGE",
            Some(ScanError::TooDeep { .. } | ScanError::Malformed) => "M_BAD_JSON",
            Some(_) => "M_UNKNOWN",
        };
        respond(
            rejection,
            "application/json",
            format!("{{\"errcode\":\"{code}\",\"error\":\"{}\"}}", escape(&rejection.detail())),
        )
    }
}

/// The error object of the OpenAI APIs: `{"error": {"message", "type", "param", "code"}}`. The `code` is `content_filter`
/// if something was blocked. The `type` is `invalid_request_error` for a request and `server_error` for a response.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAiError;

impl OpenAiError {
    fn body(rejection: &Rejection<'_>) -> String {
        let kind = if rejection.status().is_server_error() { "server_error" } else { "invalid_request_error" };
        let code = rejection.failure.map_or("content_filter", ScanError::as_str);
        format!(
            "{{\"error\":{{\"message\":\"{}\",\"type\":\"{kind}\",\"param\":null,\"code\":\"{code}\"}}}}",
            escape(&rejection.detail())
        )
    }
}

impl Reject for OpenAiError {
    fn reject(&self, rejection: &Rejection<'_>) -> Response<Bytes> {
        respond(rejection, "application/json", Self::body(rejection))
    }

    fn event(&self, rejection: &Rejection<'_>) -> String {
        format!("data: {}\n\n", Self::body(rejection))
    }
}

pub(super) fn problem(rejection: &Rejection<'_>) -> String {
    let mut entities = String::new();
    for entity in rejection.entities() {
        let comma = if entities.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(entities, "{comma}\"{}\"", entity.as_str());
    }
    let rest = match rejection.failure {
        Some(failure) => format!("\"failure\":\"{}\"", failure.as_str()),
        None => format!("\"entities\":[{entities}]"),
    };
    format!(
        "{{\"type\":\"about:blank\",\"title\":\"{}\",\"status\":{},\"detail\":\"{}\",\"direction\":\"{}\",{rest}}}",
        rejection.title(),
        rejection.status().as_u16(),
        escape(&rejection.detail()),
        rejection.direction.as_str(),
    )
}

fn respond(rejection: &Rejection<'_>, content_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = rejection.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn bodies(direction: Direction, failure: Option<ScanError>) -> Vec<String> {
        let report = Report::new();
        let rejection = Rejection::new(direction, failure, &report);
        [&Problem as &dyn Reject, &MatrixError, &OpenAiError]
            .iter()
            .map(|reject| String::from_utf8(reject.reject(&rejection).into_body().to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn every_rejection_is_json() {
        for failure in [None, Some(ScanError::TooLarge { limit: 7 }), Some(ScanError::Busy), Some(ScanError::Charset)] {
            for (direction, what) in [(Direction::Request, "The message was"), (Direction::Response, "The answer was")]
            {
                for body in bodies(direction, failure) {
                    assert!(Document::is_valid(body.as_bytes(), 8), "{body}");
                    assert!(body.contains(what), "{body}");
                }
            }
        }
    }

    #[test]
    fn a_stopped_response_is_not_blamed_on_the_client() {
        let report = Report::new();
        let blocked = |direction| Rejection::new(direction, None, &report);
        assert_eq!(blocked(Direction::Request).status(), 422);
        assert_eq!(blocked(Direction::Request).title(), "Message blocked");
        assert_eq!(blocked(Direction::Response).status(), 502);
        assert_eq!(blocked(Direction::Response).title(), "Answer blocked");
        let [_, matrix, openai] = &bodies(Direction::Response, None)[..] else { panic!("there are three shapes") };
        assert!(matrix.contains("\"M_UNKNOWN\""), "{matrix}");
        assert!(openai.contains("\"server_error\"") && openai.contains("\"content_filter\""), "{openai}");
        let status = |direction, failure| Rejection::new(direction, Some(failure), &report).status().as_u16();
        assert_eq!(status(Direction::Request, ScanError::TooLarge { limit: 1 }), 413);
        assert_eq!(status(Direction::Request, ScanError::ContentEncoding), 415);
        assert_eq!(status(Direction::Request, ScanError::DuplicateKey), 400);
        assert_eq!(status(Direction::Request, ScanError::TooDeep { limit: 1 }), 422);
        assert_eq!(status(Direction::Response, ScanError::TooLarge { limit: 1 }), 502);
        assert_eq!(status(Direction::Response, ScanError::Busy), 503);
    }
}
