//! What is done with a body, decided from its headers before a byte of it is read.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode, response};
use http_body::SizeHint;

use crate::filter::{BodyFormat, ScanError, may_block};
use crate::middleware::Direction;
use crate::middleware::config::Config;
use crate::middleware::encoding::{Coding, coding};
use crate::middleware::headers::{expects_continue, single};

/// What is done with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It passes as it is.
    Pass,
    /// It cannot be scanned.
    Refuse(ScanError),
    /// It is read to its end, then scanned.
    Hold(How),
    /// It is scanned as it streams through.
    Stream(How),
}

/// How a body is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct How {
    pub(super) format: BodyFormat,
    pub(super) coding: Option<Coding>,
}

impl How {
    /// Whether what is larger than the limit is scanned as it streams through.
    pub(super) fn streams_when_large(&self, blocks: bool) -> bool {
        matches!(self.format, BodyFormat::Json | BodyFormat::Html | BodyFormat::Sniff) && !blocks
    }
}

/// The plan for a body with these headers.
pub(super) fn plan<St>(config: &Config<St>, direction: Direction, headers: &HeaderMap, hint: &SizeHint) -> Plan {
    if hint.exact() == Some(0) {
        return Plan::Pass;
    }
    let how = match how(config, headers) {
        Ok(Some(how)) => how,
        Ok(None) => return Plan::Pass,
        Err(failure) => return Plan::Refuse(failure),
    };
    let limit = config.limits.hold;
    let length = single(headers, &CONTENT_LENGTH).ok().flatten().and_then(|length| length.parse().ok());
    let known = hint.exact().or(length);
    let blocks = may_block(&config.engine);
    // An event stream has no end to wait for: there, what is blocked cuts the stream short.
    let streams = match (&how.format, direction) {
        (BodyFormat::Events, Direction::Response) => true,
        (format, _) => format.streams() && !blocks,
    };
    match known {
        Some(known) if known > limit as u64 => {
            if streams || how.streams_when_large(blocks) {
                Plan::Stream(how)
            } else {
                Plan::Refuse(ScanError::TooLarge { limit })
            }
        }
        // A client that waits to hear whether its body is wanted is to hear it from the handler: the body is not read
        // before the handler asks for it.
        _ if expects_continue(headers) && (streams || !how.format.streams()) => Plan::Stream(how),
        Some(_) => Plan::Hold(how),
        None => {
            if streams {
                Plan::Stream(how)
            } else {
                Plan::Hold(how)
            }
        }
    }
}

/// The plan for a response to a request by this method.
pub(super) fn response_plan<St>(config: &Config<St>, method: &Method, head: &response::Parts, hint: &SizeHint) -> Plan {
    let bodiless = head.status.is_informational()
        || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
        || *method == Method::HEAD
        || *method == Method::CONNECT && head.status.is_success();
    if bodiless {
        return Plan::Pass;
    }
    match plan(config, Direction::Response, &head.headers, hint) {
        Plan::Hold(_) | Plan::Stream(_) if head.status == StatusCode::PARTIAL_CONTENT => {
            Plan::Refuse(ScanError::Partial)
        }
        plan => plan,
    }
}

/// How a body with these headers is read; `None` where it passes.
pub(super) fn how<St>(config: &Config<St>, headers: &HeaderMap) -> Result<Option<How>, ScanError> {
    let content_type = single(headers, &CONTENT_TYPE).map_err(|()| ScanError::ContentType)?.unwrap_or_default();
    let Some(format) = config.types.format(content_type)? else { return Ok(None) };
    Ok(Some(How { format, coding: coding(headers)? }))
}
