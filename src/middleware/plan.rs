//! Decides from the headers how a body is handled, before a byte of it is read.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode, response};
use http_body::SizeHint;

use crate::filter::{BodyFormat, ScanError, may_block};
use crate::middleware::Direction;
use crate::middleware::config::Config;
use crate::middleware::encoding::{Coding, coding};
use crate::middleware::head_first::HeadFirst;
use crate::middleware::headers::{expects_continue, single};

/// How a body is handled.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It passes unchanged, because there is nothing to scan.
    Pass,
    /// It passes unchanged, because of this rule for its content type.
    Unread(&'static str),
    /// It cannot be scanned.
    Refuse(ScanError),
    /// It is read to its end, then scanned. If it exceeds the limit, [`Overflow`] decides.
    Hold(How, Overflow),
    /// It is scanned while it is sent.
    Stream(How),
}

/// How a body is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct How {
    pub(super) format: BodyFormat,
    pub(super) coding: Option<Coding>,
}

/// What happens to a body that should be held but exceeds the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    Refuse,
    Stream,
    /// It streams if it is a text. A document is refused, because its conversation key would be missing.
    StreamText,
}

/// Returns the plan for a body with these headers. `needs_body` says that the conversation key or the role may be in
/// the body, `head_first` that the body cannot be read before the head is sent on.
pub(super) fn plan<St>(
    config: &Config<St>,
    direction: Direction,
    headers: &HeaderMap,
    hint: &SizeHint,
    needs_body: bool,
    head_first: bool,
) -> Plan {
    if hint.exact() == Some(0) {
        return Plan::Pass;
    }
    let how = match how(config, headers) {
        Ok(Some(how)) => how,
        Ok(None) => {
            let content_type = single(headers, &CONTENT_TYPE).ok().flatten().unwrap_or_default();
            return Plan::Unread(config.types.rule(content_type));
        }
        Err(failure) => return Plan::Refuse(failure),
    };
    let blocks = may_block(&config.engine);
    let overflow = match how.format {
        BodyFormat::Text | BodyFormat::Sniff if needs_body && !blocks && how.coding.is_none() => Overflow::StreamText,
        _ if needs_body && how.may_hold_key() => Overflow::Refuse,
        BodyFormat::Json | BodyFormat::Html | BodyFormat::Sniff if !blocks => Overflow::Stream,
        _ => Overflow::Refuse,
    };
    let needs_body = needs_body && how.may_hold_key();
    // An event stream has no end to wait for. A blocked event cuts it short.
    let streams = match (&how.format, direction) {
        (BodyFormat::Events, Direction::Response) => true,
        (format, _) => format.streams() && !blocks && !needs_body,
    };
    // If the client waits for `100 Continue`, the handler decides whether it wants the body, so the body is not read
    // before the handler reads it.
    let waits = (head_first || expects_continue(headers)) && !needs_body && (streams || !how.format.streams());
    let limit = config.limits.hold;
    let length = single(headers, &CONTENT_LENGTH).ok().flatten().and_then(|length| length.parse().ok());
    match hint.exact().or(length) {
        Some(known) if known > limit as u64 => match overflow {
            Overflow::Stream => Plan::Stream(how),
            Overflow::StreamText => Plan::Hold(how, overflow),
            Overflow::Refuse if streams => Plan::Stream(how),
            Overflow::Refuse => Plan::Refuse(ScanError::TooLarge { limit }),
        },
        known if waits || known.is_none() && streams => Plan::Stream(how),
        _ => Plan::Hold(how, overflow),
    }
}

/// Returns the plan for a response to a request with this method.
pub(super) fn response_plan<St>(config: &Config<St>, method: &Method, head: &response::Parts, hint: &SizeHint) -> Plan {
    let bodiless = head.status.is_informational()
        || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
        || *method == Method::HEAD
        || *method == Method::CONNECT && head.status.is_success();
    if bodiless {
        return Plan::Pass;
    }
    let head_first = head.extensions.get::<HeadFirst>().is_some();
    match plan(config, Direction::Response, &head.headers, hint, false, head_first) {
        Plan::Hold(..) | Plan::Stream(_) if head.status == StatusCode::PARTIAL_CONTENT => {
            Plan::Refuse(ScanError::Partial)
        }
        plan => plan,
    }
}

/// Returns how a body with these headers is read, or `None` if it passes unread.
pub(super) fn how<St>(config: &Config<St>, headers: &HeaderMap) -> Result<Option<How>, ScanError> {
    let content_type = single(headers, &CONTENT_TYPE).map_err(|()| ScanError::ContentType)?.unwrap_or_default();
    let Some(format) = config.types.format(content_type)? else { return Ok(None) };
    Ok(Some(How { format, coding: coding(headers)? }))
}

impl How {
    /// Returns whether a body of this format can contain a conversation key.
    pub(super) fn may_hold_key(&self) -> bool {
        !matches!(self.format, BodyFormat::Html | BodyFormat::Events)
    }
}

/// Returns whether a body with this start may be a document, which can contain a conversation key.
pub(super) fn opens_document<'b>(start: impl Iterator<Item = &'b u8>) -> bool {
    let mut start = start.filter(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
    matches!(start.next(), Some(b'{' | b'[') | None)
}
