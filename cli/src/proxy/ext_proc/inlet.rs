//! A body from Envoy in the form that the layer reads.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use lastfour::middleware::{BoxError, Direction};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::proxy::body::Cut;
use crate::proxy::ext_proc::exchange::Event;

/// A piece of a body, or its end.
pub(super) enum Piece {
    Data(Bytes),
    Trailers(HeaderMap),
    End,
}

/// A body that is filled through a channel. It reports when it is polled for more. If its end is never sent, it fails.
pub(super) struct Inlet {
    direction: Direction,
    pieces: UnboundedReceiver<Piece>,
    events: UnboundedSender<Event>,
    /// The length of the last piece that was taken.
    taken: Option<usize>,
    asked: bool,
    ended: bool,
    is_empty: bool,
}

impl Inlet {
    /// Creates a body and its sender. `is_empty`: there is no body.
    pub(super) fn new(
        direction: Direction,
        events: UnboundedSender<Event>,
        is_empty: bool,
    ) -> (UnboundedSender<Piece>, Self) {
        let (sender, pieces) = mpsc::unbounded_channel();
        let inlet = Self { direction, pieces, events, taken: None, asked: false, ended: is_empty, is_empty };
        (sender, inlet)
    }
}

impl Body for Inlet {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        // A reader that asks for the next piece has finished its work on the last one.
        if let Some(len) = this.taken.take() {
            let _ = this.events.send(Event::Took(this.direction, len));
        }
        if this.ended {
            return Poll::Ready(None);
        }
        match this.pieces.poll_recv(cx) {
            Poll::Pending => {
                if !this.asked {
                    this.asked = true;
                    let _ = this.events.send(Event::Wants(this.direction));
                }
                Poll::Pending
            }
            Poll::Ready(Some(Piece::Data(data))) => {
                this.taken = Some(data.len());
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(Some(Piece::Trailers(trailers))) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Poll::Ready(Some(Piece::End)) => {
                this.ended = true;
                Poll::Ready(None)
            }
            Poll::Ready(None) => {
                this.ended = true;
                Poll::Ready(Some(Err(Box::new(Cut::Broken))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty
    }

    fn size_hint(&self) -> SizeHint {
        if self.is_empty { SizeHint::with_exact(0) } else { SizeHint::default() }
    }
}
