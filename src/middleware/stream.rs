//! Scans a body while it is sent.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame};

use crate::filter::{Filter, Report, STEP, ScanError};
use crate::middleware::body_error::BodyError;
use crate::middleware::encoding::Decoder;
use crate::middleware::frames::{Next, next_of};
use crate::middleware::headers;
use crate::middleware::reject::{Reject, Rejection};
use crate::middleware::stream_end::{Ended, Original, Outcome, SaveAtEnd, Saving};
use crate::middleware::telemetry::{self, Cost, Warned};
use crate::middleware::{BoxError, Direction};

/// The state of a body that is scanned while it is sent.
pub(super) struct Stream {
    direction: Direction,
    /// `None` after the body has ended or was stopped.
    filter: Option<Filter>,
    report: Report,
    decoder: Option<Decoder>,
    /// Data that was read before the body began to stream.
    read: VecDeque<Bytes>,
    /// Data that has not been decoded.
    input: Bytes,
    /// The decoder has more output than it has given.
    more: bool,
    /// Data that may be sent.
    out: Vec<u8>,
    /// Frames that may be sent before `out`.
    ready: VecDeque<Bytes>,
    trailers: Option<HeaderMap>,
    phase: Phase,
    /// What is needed to scan the body again at its end.
    original: Option<Original>,
    /// The end of the body. It is sent when its conversation has been saved.
    rest: Vec<u8>,
    save: Option<SaveAtEnd>,
    saving: Option<Saving>,
    /// Writes the last event of an event stream that is stopped.
    last_event: Option<Arc<dyn Reject>>,
    warned: Arc<Warned>,
    cost: Cost,
    /// The number of bytes that were scanned since other tasks had a turn.
    since_yield: usize,
    reported: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// More may be received.
    Receiving,
    /// Everything has been received and is being decoded.
    Ending,
    /// The conversation is being saved.
    Saving,
    /// Only the trailers remain.
    Trailers,
    /// The body was stopped; the error has yet to be returned.
    Failing,
    Done,
}

impl Stream {
    pub(super) fn new(direction: Direction, filter: Filter, decoder: Option<Decoder>, warned: Arc<Warned>) -> Self {
        Self {
            direction,
            report: filter.report(),
            filter: Some(filter),
            decoder,
            read: VecDeque::new(),
            input: Bytes::new(),
            more: false,
            out: Vec::new(),
            ready: VecDeque::new(),
            trailers: None,
            phase: Phase::Receiving,
            original: None,
            rest: Vec::new(),
            save: None,
            saving: None,
            last_event: None,
            warned,
            cost: Cost::default(),
            since_yield: 0,
            reported: false,
        }
    }

    /// Starts with data that has already been read.
    pub(super) fn read(mut self, read: VecDeque<Bytes>) -> Self {
        self.read = read;
        self
    }

    /// Saves the conversation at the end. With `original`, the end is held back until then, and the body can be scanned
    /// again.
    pub(super) fn save_at_end(mut self, save: Option<SaveAtEnd>, original: Option<Original>) -> Self {
        self.original = original.filter(|_| save.is_some());
        self.save = save;
        self
    }

    /// Sets the event that ends a stream that is stopped.
    pub(super) fn last_event(mut self, reject: Arc<dyn Reject>) -> Self {
        self.last_event = Some(reject);
        self
    }

    /// Returns whether there is nothing more to send.
    pub(super) fn is_done(&self) -> bool {
        self.phase == Phase::Done && self.out.is_empty() && self.ready.is_empty()
    }

    /// Scans until more than `limit` bytes can be sent, or to the end. Returns an error if the body is stopped before
    /// that; none of it has been sent then.
    pub(super) async fn scan_ahead<B>(&mut self, mut inner: Pin<&mut B>, limit: usize) -> Result<(), BoxError>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let (mut ready, mut len) = (VecDeque::new(), 0);
        while len <= limit
            && let Some(frame) = poll_fn(|cx| self.poll_frame(inner.as_mut(), cx)).await
        {
            match next_of(frame?) {
                Next::Data(data) => {
                    len += data.len();
                    ready.push_back(data);
                }
                Next::Trailers(trailers) => {
                    (self.trailers, self.phase) = (Some(trailers), Phase::Trailers);
                    break;
                }
            }
        }
        self.ready = ready;
        Ok(())
    }

    pub(super) fn poll_frame<B>(
        &mut self,
        mut inner: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        loop {
            if let Some(data) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            if !self.out.is_empty() {
                if let Some(original) = &mut self.original {
                    original.sent(&self.out);
                }
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from(mem::take(&mut self.out))))));
            }
            if self.since_yield >= STEP {
                // Other tasks get a turn.
                self.since_yield = 0;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match self.phase {
                Phase::Receiving => {
                    if !self.input.is_empty() || self.more {
                        self.decode();
                        continue;
                    }
                    if let Some(data) = self.read.pop_front() {
                        self.input = data;
                        continue;
                    }
                    match ready!(inner.as_mut().poll_frame(cx)) {
                        Some(Ok(frame)) => match next_of(frame) {
                            Next::Data(data) => self.input = data,
                            Next::Trailers(trailers) => {
                                self.trailers = Some(trailers);
                                self.phase = Phase::Ending;
                            }
                        },
                        None => self.phase = Phase::Ending,
                        Some(Err(error)) => {
                            // What is held back is dropped, because half a number is not known to be harmless.
                            self.report.fail(ScanError::CutOff);
                            self.filter = None;
                            self.phase = Phase::Done;
                            self.report_once();
                            return Poll::Ready(Some(Err(error.into())));
                        }
                    }
                }
                Phase::Ending => self.end(),
                Phase::Saving => {
                    if self.saving.is_none()
                        && let (Some(save), Some(filter)) = (self.save.take(), self.filter.take())
                    {
                        let (rest, original) = (mem::take(&mut self.rest), self.original.take());
                        let (conversation, report) = (filter.into_conversation(), self.report.clone());
                        self.saving = Some(save(Ended { conversation, rest, original, report }));
                    }
                    let outcome = match &mut self.saving {
                        Some(saving) => ready!(saving.as_mut().poll(cx)),
                        None => Outcome::Send { rest: Vec::new(), failure: None },
                    };
                    self.saving = None;
                    match outcome {
                        Outcome::Send { rest, failure } => {
                            if let Some(failure) = failure {
                                self.report.fail(failure);
                            }
                            self.out = rest;
                            self.phase = Phase::Trailers;
                            self.report_once();
                        }
                        Outcome::Fail(failure) => self.fail(failure),
                        Outcome::Block => self.stop(None),
                    }
                }
                Phase::Trailers => {
                    self.phase = Phase::Done;
                    if let Some(mut trailers) = self.trailers.take() {
                        headers::remove_digests(&mut trailers);
                        return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                    }
                }
                Phase::Failing => {
                    self.phase = Phase::Done;
                    let error = BodyError { failure: self.report.failure(), entities: self.report.blocked() };
                    return Poll::Ready(Some(Err(error.into())));
                }
                Phase::Done => return Poll::Ready(None),
            }
        }
    }

    /// Decodes and scans the next step of the input.
    fn decode(&mut self) {
        let Some(decoder) = &mut self.decoder else {
            let data = self.input.split_to(self.input.len().min(STEP));
            return self.scan(&data);
        };
        let mut rest = &self.input[..];
        let mut data = Vec::new();
        let result = decoder.step(&mut rest, &mut data);
        let used = self.input.len() - rest.len();
        self.input.advance(used);
        match result {
            Ok(false) if !self.input.is_empty() => self.fail(ScanError::Malformed),
            Ok(more) => {
                self.more = more;
                self.scan(&data);
            }
            Err(failure) => self.fail(failure),
        }
    }

    /// Advances the end of the body by one step.
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
                Err(failure) => self.fail(failure),
            }
            return;
        }
        let started = Instant::now();
        let Some(filter) = &mut self.filter else { return };
        let rest = if self.original.is_some() { &mut self.rest } else { &mut self.out };
        let result = filter.finish(rest);
        self.cost.scan += started.elapsed();
        self.phase = Phase::Saving;
        self.check(result);
    }

    fn scan(&mut self, data: &[u8]) {
        let Some(filter) = &mut self.filter else { return };
        if self.original.as_mut().is_some_and(|original| !original.received(data)) {
            self.original = None;
        }
        self.since_yield += data.len();
        let started = Instant::now();
        let result = filter.push(data, &mut self.out);
        self.cost.scan += started.elapsed();
        self.cost.held = self.cost.held.max(filter.held());
        self.check(result);
    }

    fn check(&mut self, result: Result<(), ScanError>) {
        let blocked = self.filter.as_ref().is_some_and(Filter::is_blocked);
        match result {
            Err(failure) => self.fail(failure),
            Ok(()) if blocked => self.stop(None),
            Ok(()) => {}
        }
    }

    fn fail(&mut self, failure: ScanError) {
        self.report.fail(failure);
        self.stop(Some(failure));
    }

    /// Stops the body, because it could not be scanned or because the policy blocks it.
    fn stop(&mut self, failure: Option<ScanError>) {
        self.filter = None;
        (self.original, self.rest) = (None, Vec::new());
        self.read.clear();
        self.input = Bytes::new();
        self.more = false;
        self.phase = Phase::Failing;
        if let Some(reject) = &self.last_event {
            let rejection = Rejection::new(self.direction, failure, &self.report);
            self.out.extend_from_slice(reject.event(&rejection).as_bytes());
            self.phase = Phase::Done;
        }
        self.report_once();
    }

    fn report_once(&mut self) {
        if !mem::replace(&mut self.reported, true) {
            telemetry::scanned(self.direction.as_str(), &self.report, self.cost);
            telemetry::passed(self.direction.as_str(), &self.report, &self.warned);
        }
    }
}

/// A body that nobody reads to its end is reported too.
impl Drop for Stream {
    fn drop(&mut self) {
        self.report_once();
    }
}
