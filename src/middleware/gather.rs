//! Reads a body to its end, or up to a limit.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::Body;

use crate::filter::ScanError;
use crate::middleware::body::RedactBody;
use crate::middleware::encoding::{Coding, decode};
use crate::middleware::frames::{Next, next_of};
use crate::middleware::headers::{self, Change, correct};

/// A body that has been read to its end.
pub(super) struct Held {
    pub(super) raw: Bytes,
    /// The bytes without their content encoding, if they had one.
    decoded: Option<Vec<u8>>,
    trailers: Option<HeaderMap>,
}

/// Why a body was not read to its end.
pub(super) enum NotHeld<B> {
    /// It is larger than the limit. Contains the start that was read.
    TooLarge(VecDeque<Bytes>, Pin<Box<B>>),
    /// It cannot be decoded. Contains the bytes as received.
    Undecodable(ScanError, RedactBody<B>),
    /// It was cut off.
    CutOff,
}

/// Reads and decodes a body. Neither the received nor the decoded form may be larger than `limit` bytes.
pub(super) async fn gather<B: Body>(body: B, coding: Option<Coding>, limit: usize) -> Result<Held, NotHeld<B>> {
    let mut body = Box::pin(body);
    let (mut chunks, mut len, mut trailers) = (VecDeque::new(), 0, None);
    while let Some(next) = next(body.as_mut()).await {
        match next {
            Ok(Next::Data(data)) => {
                len += data.len();
                if !data.is_empty() {
                    chunks.push_back(data);
                }
                if len > limit {
                    return Err(NotHeld::TooLarge(chunks, body));
                }
            }
            Ok(Next::Trailers(map)) => trailers = Some(map),
            Err(_) => return Err(NotHeld::CutOff),
        }
    }
    let raw = match chunks.pop_front() {
        Some(only) if chunks.is_empty() => only,
        first => {
            let mut all = BytesMut::with_capacity(len);
            first.iter().chain(&chunks).for_each(|chunk| all.extend_from_slice(chunk));
            all.freeze()
        }
    };
    match coding.map(|coding| decode(coding, &raw, limit)).transpose() {
        Ok(decoded) => Ok(Held { raw, decoded, trailers }),
        Err(failure) => Err(NotHeld::Undecodable(failure, RedactBody::held(raw, trailers))),
    }
}

async fn next<B: Body>(mut body: Pin<&mut B>) -> Option<Result<Next, B::Error>> {
    poll_fn(|cx| body.as_mut().poll_frame(cx).map(|frame| frame.map(|frame| frame.map(next_of)))).await
}

impl Held {
    /// The bytes to scan.
    pub(super) fn bytes(&self) -> &[u8] {
        self.decoded.as_deref().unwrap_or(&self.raw)
    }

    /// Returns the body as it was received.
    pub(super) fn into_received<B>(self) -> RedactBody<B> {
        RedactBody::held(self.raw, self.trailers)
    }

    /// Returns the body to send on, with these bytes if they changed, and corrects its headers.
    pub(super) fn into_scanned<B>(self, changed: Option<Bytes>, headers: &mut HeaderMap) -> RedactBody<B> {
        let (bytes, change) = match (changed, self.decoded) {
            (Some(bytes), _) => {
                let len = bytes.len();
                (bytes, Change::Changed(len))
            }
            (None, Some(decoded)) => {
                let len = decoded.len();
                (Bytes::from(decoded), Change::Decoded(len))
            }
            (None, None) => (self.raw, Change::None),
        };
        correct(headers, change);
        let mut trailers = self.trailers;
        if let (Some(trailers), true) = (&mut trailers, change != Change::None) {
            headers::remove_digests(trailers);
        }
        RedactBody::held(bytes, trailers)
    }
}
