//! The body of a request or a response on its way through the layer.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::entity::Entity;
use crate::filter::{Filter, Report, ScanError};
use crate::middleware::encoding::Decoder;
use crate::middleware::headers;
use crate::middleware::reject::{Reject, Rejection};
use crate::middleware::settle::{Came, Ended, Settle, Settled, Settling};
use crate::middleware::telemetry::{self, Cost};
use crate::middleware::{BoxError, Direction};

pin_project! {
    /// A body that passes as it is, that was held and seen as a whole, or that is scanned as it streams through.
    ///
    /// Its data are [`Bytes`]. Trailers are kept, without digests of bytes that changed. A body that streams and must
    /// not go on ends with [`BodyError`]; an event stream of a response ends with an event that says so.
    pub struct RedactBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Pass { #[pin] inner: B, sized: bool },
        Held { data: Option<Bytes>, trailers: Option<HeaderMap> },
        Rest { held: VecDeque<Bytes>, inner: Pin<Box<B>> },
        Stream { #[pin] inner: B, stream: Box<Stream> },
        StreamRest { inner: Pin<Box<B>>, stream: Box<Stream> },
    }
}

/// The error of a body that streams and must not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyError {
    failure: Option<ScanError>,
    entities: Vec<Entity>,
}

impl BodyError {
    /// Why it could not be scanned; `None` where it was, and was blocked.
    #[must_use]
    pub fn failure(&self) -> Option<ScanError> {
        self.failure
    }

    /// What was found in it that the policy blocks.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failure {
            Some(failure) => write!(f, "the body was stopped: {failure}"),
            None => f.write_str("the body was stopped because of what it holds"),
        }
    }
}

impl Error for BodyError {}

impl<B> RedactBody<B> {
    /// A body that passes as it is.
    pub(super) fn pass(inner: B) -> Self {
        Self { kind: Kind::Pass { inner, sized: true } }
    }

    /// A body that passes as it is and whose length is not told: that of a response to HEAD, which is not sent, and which
    /// would speak of bytes that may change.
    pub(super) fn without_length(inner: B) -> Self {
        Self { kind: Kind::Pass { inner, sized: false } }
    }

    /// A body that is all there.
    pub(super) fn held(data: Bytes, trailers: Option<HeaderMap>) -> Self {
        Self { kind: Kind::Held { data: Some(data).filter(|data| !data.is_empty()), trailers } }
    }

    /// A body of which some has been read, which passes as it came.
    pub(super) fn rest(held: VecDeque<Bytes>, inner: Pin<Box<B>>) -> Self {
        Self { kind: Kind::Rest { held, inner } }
    }

    /// A body that is scanned as it streams through.
    pub(super) fn stream(inner: B, stream: Stream) -> Self {
        Self { kind: Kind::Stream { inner, stream: Box::new(stream) } }
    }

    /// A body of which some has been read, which is scanned as it streams through.
    pub(super) fn stream_rest(held: VecDeque<Bytes>, inner: Pin<Box<B>>, mut stream: Stream) -> Self {
        stream.queue = held;
        Self { kind: Kind::StreamRest { inner, stream: Box::new(stream) } }
    }
}

impl<B> fmt::Debug for RedactBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Pass { .. } => "RedactBody(passing)",
            Kind::Held { .. } => "RedactBody(held)",
            Kind::Rest { .. } => "RedactBody(passing on failure)",
            Kind::Stream { .. } | Kind::StreamRest { .. } => "RedactBody(streaming)",
        })
    }
}

/// A body without data.
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
            KindProjection::Rest { held, inner } => match held.pop_front() {
                Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
                None => inner.as_mut().poll_frame(cx).map(|frame| frame.map(as_bytes)),
            },
            KindProjection::Stream { inner, stream } => stream.poll_frame(inner, cx),
            KindProjection::StreamRest { inner, stream } => stream.poll_frame(inner.as_mut(), cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Pass { inner, sized } => *sized && inner.is_end_stream(),
            Kind::Held { data, trailers } => data.is_none() && trailers.is_none(),
            Kind::Rest { held, inner } => held.is_empty() && inner.is_end_stream(),
            Kind::Stream { stream, .. } | Kind::StreamRest { stream, .. } => {
                stream.phase == Phase::Done && stream.out.is_empty()
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Pass { inner, sized: true } => inner.size_hint(),
            Kind::Held { data, .. } => SizeHint::with_exact(data.as_ref().map_or(0, |data| data.len() as u64)),
            Kind::Rest { held, inner } => {
                let held = held.iter().map(|data| data.len() as u64).sum::<u64>();
                let inner = inner.size_hint();
                let mut hint = SizeHint::new();
                hint.set_lower(inner.lower().saturating_add(held));
                if let Some(upper) = inner.upper().and_then(|upper| upper.checked_add(held)) {
                    hint.set_upper(upper);
                }
                hint
            }
            Kind::Pass { .. } | Kind::Stream { .. } | Kind::StreamRest { .. } => SizeHint::default(),
        }
    }
}

fn as_bytes<D: Buf, E: Into<BoxError>>(frame: Result<Frame<D>, E>) -> Result<Frame<Bytes>, BoxError> {
    frame.map(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))).map_err(Into::into)
}

/// A body that is being scanned as it streams through.
pub(super) struct Stream {
    direction: Direction,
    filter: Option<Filter>,
    report: Report,
    decoder: Option<Decoder>,
    /// What had been read before it was known to stream.
    queue: VecDeque<Bytes>,
    /// What came in and has not been decoded.
    input: Bytes,
    /// The decoder holds more than it has given out.
    more: bool,
    /// What may go on.
    out: Vec<u8>,
    trailers: Option<HeaderMap>,
    phase: Phase,
    /// What it takes to scan it anew at its end, where that may have to be done.
    came: Option<Came>,
    /// The end of it, which goes on when its conversation is kept.
    rest: Vec<u8>,
    settle: Option<Settle>,
    settling: Option<Settling>,
    /// Writes the last event of an event stream that is stopped.
    last_words: Option<Arc<dyn Reject>>,
    cost: Cost,
    told: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// More may come.
    ChatTexts,
    /// The last has come; it is being decoded.
    Ending,
    /// The conversation is being kept.
    Saving,
    /// What remains are the trailers.
    Trailers,
    /// It must not go on; the error is yet to be given.
    BodyError,
    Done,
}

impl Stream {
    pub(super) fn new(direction: Direction, filter: Filter, decoder: Option<Decoder>) -> Self {
        Self {
            direction,
            report: filter.report(),
            filter: Some(filter),
            decoder,
            queue: VecDeque::new(),
            input: Bytes::new(),
            more: false,
            out: Vec::new(),
            trailers: None,
            phase: Phase::ChatTexts,
            came: None,
            rest: Vec::new(),
            settle: None,
            settling: None,
            last_words: None,
            cost: Cost::default(),
            told: false,
        }
    }

    /// Keeps the conversation at the end, which does not go on before; by what came, the body can be scanned anew.
    pub(super) fn settle(mut self, settle: Option<Settle>, came: Option<Came>) -> Self {
        self.came = came.filter(|_| settle.is_some());
        self.settle = settle;
        self
    }

    /// Ends with an event where it is stopped.
    pub(super) fn last_words(mut self, reject: Arc<dyn Reject>) -> Self {
        self.last_words = Some(reject);
        self
    }

    fn poll_frame<B>(
        &mut self,
        mut inner: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        loop {
            if !self.out.is_empty() {
                if let Some(came) = &mut self.came {
                    came.went(&self.out);
                }
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from(mem::take(&mut self.out))))));
            }
            match self.phase {
                Phase::ChatTexts => {
                    if !self.input.is_empty() || self.more {
                        self.decode();
                        continue;
                    }
                    if let Some(data) = self.queue.pop_front() {
                        self.input = data;
                        continue;
                    }
                    match ready!(inner.as_mut().poll_frame(cx)) {
                        Some(Ok(frame)) => match frame.into_data() {
                            Ok(mut data) => self.input = data.copy_to_bytes(data.remaining()),
                            Err(frame) => {
                                self.trailers = frame.into_trailers().ok();
                                self.phase = Phase::Ending;
                            }
                        },
                        None => self.phase = Phase::Ending,
                        Some(Err(error)) => {
                            // What is held back is dropped: half a number is not known to be harmless.
                            self.report.fail(ScanError::CutOff);
                            self.filter = None;
                            self.phase = Phase::Done;
                            self.tell();
                            return Poll::Ready(Some(Err(error.into())));
                        }
                    }
                }
                Phase::Ending => self.end(),
                Phase::Saving => {
                    if self.settling.is_none()
                        && let (Some(settle), Some(filter)) = (self.settle.take(), self.filter.take())
                    {
                        let (rest, came, report) = (mem::take(&mut self.rest), self.came.take(), self.report.clone());
                        let conversation = filter.into_conversation();
                        self.settling = Some(settle(Ended { conversation, rest, came, report }));
                    }
                    let settled = match &mut self.settling {
                        Some(settling) => ready!(settling.as_mut().poll(cx)),
                        None => Settled::On { rest: Vec::new(), failure: None },
                    };
                    self.settling = None;
                    match settled {
                        Settled::On { rest, failure } => {
                            // What has gone on has gone on: that it is not remembered is told, and changes nothing more.
                            if let Some(failure) = failure {
                                self.report.fail(failure);
                            }
                            self.out = rest;
                            self.phase = Phase::Trailers;
                            self.tell();
                        }
                        Settled::BodyError(Some(failure)) => self.stop(failure),
                        Settled::BodyError(None) => self.stopped(None),
                    }
                }
                Phase::Trailers => {
                    self.phase = Phase::Done;
                    if let Some(mut trailers) = self.trailers.take() {
                        headers::drop_digests(&mut trailers);
                        return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                    }
                }
                Phase::BodyError => {
                    self.phase = Phase::Done;
                    let stopped = BodyError { failure: self.report.failure(), entities: self.report.blocked() };
                    return Poll::Ready(Some(Err(stopped.into())));
                }
                Phase::Done => return Poll::Ready(None),
            }
        }
    }

    /// Decodes and scans a step of the input.
    fn decode(&mut self) {
        let Some(decoder) = &mut self.decoder else {
            let data = mem::take(&mut self.input);
            return self.scan(&data);
        };
        let mut rest = &self.input[..];
        let mut data = Vec::new();
        let result = decoder.step(&mut rest, &mut data);
        let used = self.input.len() - rest.len();
        self.input.advance(used);
        match result {
            Ok(false) if !self.input.is_empty() => self.stop(ScanError::Malformed),
            Ok(more) => {
                self.more = more;
                self.scan(&data);
            }
            Err(failure) => self.stop(failure),
        }
    }

    /// Takes a step towards the end of the body.
    fn end(&mut self) {
        if let Some(decoder) = &mut self.decoder {
            let mut data = Vec::new();
            match decoder.finish(&mut data) {
                Ok(more) => {
                    if !more {
                        self.decoder = None;
                    }
                    self.scan(&data);
                }
                Err(failure) => self.stop(failure),
            }
            return;
        }
        let started = Instant::now();
        let Some(filter) = &mut self.filter else { return };
        let rest = if self.came.is_some() { &mut self.rest } else { &mut self.out };
        let result = filter.finish(rest);
        self.cost.scan += started.elapsed();
        self.phase = Phase::Saving;
        self.check(result);
    }

    fn scan(&mut self, data: &[u8]) {
        let Some(filter) = &mut self.filter else { return };
        if self.came.as_mut().is_some_and(|came| !came.take(data)) {
            self.came = None;
        }
        let started = Instant::now();
        let result = filter.push(data, &mut self.out);
        self.cost.scan += started.elapsed();
        self.cost.held = self.cost.held.max(filter.held());
        self.check(result);
    }

    fn check(&mut self, result: Result<(), ScanError>) {
        let blocked = self.filter.as_ref().is_some_and(Filter::is_blocked);
        match result {
            Err(failure) => self.stop(failure),
            Ok(()) if blocked => self.stopped(None),
            Ok(()) => {}
        }
    }

    fn stop(&mut self, failure: ScanError) {
        self.report.fail(failure);
        self.stopped(Some(failure));
    }

    fn stopped(&mut self, failure: Option<ScanError>) {
        self.filter = None;
        (self.came, self.rest) = (None, Vec::new());
        self.queue.clear();
        self.input = Bytes::new();
        self.more = false;
        self.phase = Phase::BodyError;
        if let Some(reject) = &self.last_words {
            let rejection = Rejection::new(self.direction, failure, &self.report);
            self.out.extend_from_slice(reject.event(&rejection).as_bytes());
            self.phase = Phase::Done;
        }
        self.tell();
    }

    fn tell(&mut self) {
        if !mem::replace(&mut self.told, true) {
            telemetry::tell(self.direction.as_str(), &self.report, self.cost);
        }
    }
}

/// A body that nobody reads to its end is told too.
impl Drop for Stream {
    fn drop(&mut self) {
        self.tell();
    }
}
