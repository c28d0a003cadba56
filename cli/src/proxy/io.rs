//! A connection with an idle timeout.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// The number of bytes after which the version of HTTP is known.
const PREFACE: u64 = 24;

/// A connection that ends if neither side sends a byte for some time.
///
/// It holds a guard as long as it exists, even after it was upgraded.
pub(crate) struct Timed<S, G> {
    inner: S,
    _guard: G,
    /// The timeout until the first bytes are received.
    first: Duration,
    idle: Duration,
    received: u64,
    moved: Instant,
    timer: Pin<Box<Sleep>>,
}

impl<S, G> Timed<S, G> {
    pub(crate) fn new(inner: S, guard: G, first: Duration, idle: Duration) -> Self {
        Self { inner, _guard: guard, first, idle, received: 0, moved: Instant::now(), timer: Box::pin(sleep(first)) }
    }

    /// Waits for the timeout.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            if self.timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let limit = if self.received < PREFACE { self.first } else { self.idle };
            let end = self.moved + limit;
            if end <= Instant::now() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            // The timer is not reset for each byte, but only when it has expired.
            self.timer.as_mut().reset(end);
        }
    }

    /// Records activity, or waits for the timeout.
    fn watch<T>(&mut self, cx: &mut Context<'_>, moved: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match moved {
            Poll::Ready(moved) => {
                self.moved = Instant::now();
                Poll::Ready(moved)
            }
            Poll::Pending => self.poll_idle(cx).map(Err),
        }
    }
}

impl<S: AsyncRead + Unpin, G: Unpin> AsyncRead for Timed<S, G> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.received += (buf.filled().len() - before) as u64;
        self.watch(cx, read)
    }
}

impl<S: AsyncWrite + Unpin, G: Unpin> AsyncWrite for Timed<S, G> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        if flushed.is_pending() { self.poll_idle(cx).map(Err) } else { flushed }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(cx);
        if shut.is_pending() { self.poll_idle(cx).map(Err) } else { shut }
    }
}
