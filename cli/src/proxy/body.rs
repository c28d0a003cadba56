//! Received bodies, with a size limit and an idle timeout.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use lastfour::middleware::BoxError;
use tokio::time::{Instant, Sleep, sleep};

use crate::proxy::headers::clean_trailers;

/// A body of any kind.
pub(crate) type AnyBody = UnsyncBoxBody<Bytes, BoxError>;

/// Why a body ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nothing was received for too long.
    Idle,
    TooLarge,
    /// The connection broke, or what was received is not HTTP.
    Broken,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "nothing was received for too long",
            Self::TooLarge => "the body is too large",
            Self::Broken => "the connection broke",
        })
    }
}

impl Error for Cut {}

/// The progress of reading a body.
#[derive(Debug)]
pub(crate) struct Progress {
    start: Instant,
    /// The time at which bytes were last received, in milliseconds after the start.
    last: AtomicU64,
    /// Whether the next piece is awaited.
    waiting: AtomicBool,
    cut: AtomicU8,
}

impl Progress {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            last: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
            cut: AtomicU8::new(0),
        })
    }

    /// Records that something was received.
    pub(crate) fn touch(&self) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }

    /// Returns when something was last received.
    pub(crate) fn last(&self) -> Instant {
        self.start + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }

    /// Returns whether the next piece is awaited.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Returns why the body ended early, if it did.
    pub(crate) fn cut(&self) -> Option<Cut> {
        match self.cut.load(Ordering::Relaxed) {
            1 => Some(Cut::Idle),
            2 => Some(Cut::TooLarge),
            3 => Some(Cut::Broken),
            _ => None,
        }
    }

    fn end(&self, cut: Cut) -> BoxError {
        let number = match cut {
            Cut::Idle => 1,
            Cut::TooLarge => 2,
            Cut::Broken => 3,
        };
        self.cut.store(number, Ordering::Relaxed);
        Box::new(cut)
    }
}

/// A body that is being received.
pub(crate) struct Received<B = Incoming> {
    inner: B,
    progress: Arc<Progress>,
    idle: Duration,
    /// Runs while the next frame is awaited.
    timer: Option<Pin<Box<Sleep>>>,
    /// The number of bytes that may still follow.
    left: u64,
}

impl<B> Received<B> {
    /// `limit`: the maximum number of bytes.
    pub(crate) fn new(inner: B, progress: Arc<Progress>, idle: Duration, limit: u64) -> Self {
        Self { inner, progress, idle, timer: None, left: limit }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Received<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) else {
            this.progress.waiting.store(true, Ordering::Relaxed);
            let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(this.idle)));
            ready!(timer.as_mut().poll(cx));
            return Poll::Ready(Some(Err(this.progress.end(Cut::Idle))));
        };
        this.timer = None;
        this.progress.waiting.store(false, Ordering::Relaxed);
        this.progress.touch();
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                let len = frame.data_ref().map_or(0, |data| data.len() as u64);
                match this.left.checked_sub(len) {
                    Some(left) => {
                        this.left = left;
                        Some(Ok(without_framing(frame)))
                    }
                    None => Some(Err(this.progress.end(Cut::TooLarge))),
                }
            }
            Some(Err(_)) => Some(Err(this.progress.end(Cut::Broken))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn without_framing(frame: Frame<Bytes>) -> Frame<Bytes> {
    match frame.into_trailers() {
        Ok(mut trailers) => {
            clean_trailers(&mut trailers);
            Frame::trailers(trailers)
        }
        Err(frame) => frame,
    }
}
