//! The body of a request or response that has passed through the layer.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::middleware::BoxError;
use crate::middleware::stream::Stream;

pin_project! {
    /// A body that passes unchanged, that was held and scanned, or that is scanned while it is sent.
    ///
    /// Its data are [`Bytes`]. Trailers are kept, except digests of bytes that changed. A body that is stopped while it is
    /// sent ends with [`BodyError`](crate::middleware::BodyError); an event stream of a response ends with an event that says so.
    pub struct RedactBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        /// The body passes. `sized` says whether its length is known.
        Pass { #[pin] inner: B, sized: bool },
        /// The body was held.
        Held { data: Option<Bytes>, trailers: Option<HeaderMap> },
        /// The body passes, and a part of it has already been read.
        Rest { read: VecDeque<Bytes>, inner: Pin<Box<B>> },
        /// The body is scanned while it is sent.
        Stream { inner: Pin<Box<B>>, stream: Box<Stream> },
    }
}

impl<B> RedactBody<B> {
    /// Creates a body that passes unchanged.
    pub(super) fn pass(inner: B) -> Self {
        Self { kind: Kind::Pass { inner, sized: true } }
    }

    /// Creates a body that passes unchanged and does not report its length. The length of a response to HEAD is that of
    /// bytes which a GET may change.
    pub(super) fn without_length(inner: B) -> Self {
        Self { kind: Kind::Pass { inner, sized: false } }
    }

    /// Creates a body from data in memory.
    pub(super) fn held(data: Bytes, trailers: Option<HeaderMap>) -> Self {
        let data = Some(data).filter(|data| !data.is_empty());
        Self { kind: Kind::Held { data, trailers: trailers.filter(|trailers| !trailers.is_empty()) } }
    }

    /// Creates a body that passes unchanged, of which `read` has already been read.
    pub(super) fn rest(read: VecDeque<Bytes>, inner: Pin<Box<B>>) -> Self {
        Self { kind: Kind::Rest { read, inner } }
    }

    /// Creates a body that is scanned while it is sent.
    pub(super) fn stream(inner: Pin<Box<B>>, stream: Stream) -> Self {
        Self { kind: Kind::Stream { inner, stream: Box::new(stream) } }
    }
}

impl<B> fmt::Debug for RedactBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Pass { .. } => "RedactBody(passing)",
            Kind::Held { .. } => "RedactBody(held)",
            Kind::Rest { .. } => "RedactBody(passing on failure)",
            Kind::Stream { .. } => "RedactBody(streaming)",
        })
    }
}

/// Returns an empty body, if `B::default()` is one.
impl<B: Default> Default for RedactBody<B> {
    fn default() -> Self {
        Self::pass(B::default())
    }
}

impl<B> Body for RedactBody<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.project().kind.project() {
            KindProjection::Pass { inner, .. } => inner.poll_frame(cx).map(|frame| frame.map(as_bytes)),
            KindProjection::Held { data, trailers } => Poll::Ready(match data.take() {
                Some(data) => Some(Ok(Frame::data(data))),
                None => trailers.take().map(|trailers| Ok(Frame::trailers(trailers))),
            }),
            KindProjection::Rest { read, inner } => match read.pop_front() {
                Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
                None => inner.as_mut().poll_frame(cx).map(|frame| frame.map(as_bytes)),
            },
            KindProjection::Stream { inner, stream } => stream.poll_frame(inner.as_mut(), cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Pass { inner, sized } => *sized && inner.is_end_stream(),
            Kind::Held { data, trailers } => data.is_none() && trailers.is_none(),
            Kind::Rest { read, inner } => read.is_empty() && inner.is_end_stream(),
            Kind::Stream { stream, .. } => stream.is_done(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Pass { inner, sized: true } => inner.size_hint(),
            // HTTP/1 sends no trailers after a body of known length.
            Kind::Held { data, trailers } => {
                let len = data.as_ref().map_or(0, |data| data.len() as u64);
                if trailers.is_none() { SizeHint::with_exact(len) } else { at_least(len) }
            }
            Kind::Rest { read, inner } => {
                let read = read.iter().map(|data| data.len() as u64).sum::<u64>();
                let inner = inner.size_hint();
                let mut hint = at_least(inner.lower().saturating_add(read));
                if let Some(upper) = inner.upper().and_then(|upper| upper.checked_add(read)) {
                    hint.set_upper(upper);
                }
                hint
            }
            Kind::Pass { .. } | Kind::Stream { .. } => SizeHint::default(),
        }
    }
}

fn at_least(len: u64) -> SizeHint {
    let mut hint = SizeHint::new();
    hint.set_lower(len);
    hint
}

fn as_bytes<D: Buf, E: Into<BoxError>>(frame: Result<Frame<D>, E>) -> Result<Frame<Bytes>, BoxError> {
    frame.map(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))).map_err(Into::into)
}
