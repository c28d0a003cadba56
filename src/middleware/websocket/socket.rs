//! A WebSocket that the program owns: a stream and a sink of messages.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use futures_core::Stream;
use futures_sink::Sink;

use crate::filter::Report;
use crate::middleware::BoxFuture;
use crate::middleware::memory_store::MemoryStore;
use crate::middleware::store::ConversationStore;
use crate::middleware::websocket::connection::Connection;
use crate::middleware::websocket::message::{Payload, Scanned, Side, Verdict};
use crate::middleware::websocket::session::Session;

/// Converts the messages of a WebSocket library from and to payloads.
///
/// Implement it for a type of your own. It cannot be implemented for the message type, which belongs to the library. So
/// this crate does not depend on a version of any library.
///
/// ```
/// use lastfour::middleware::websocket::{MessageCodec, Payload};
/// use tokio_tungstenite::tungstenite::Message;
///
/// struct Tungstenite;
///
/// impl MessageCodec<Message> for Tungstenite {
///     fn payload<'m>(&self, message: &'m Message) -> Option<Payload<'m>> {
///         match message {
///             Message::Text(text) => Some(Payload::Text(text.as_ref())),
///             Message::Binary(bytes) => Some(Payload::Binary(bytes)),
///             _ => None,
///         }
///     }
///
///     fn text(&self, text: String) -> Message {
///         Message::text(text)
///     }
///
///     fn binary(&self, bytes: Vec<u8>) -> Message {
///         Message::binary(bytes)
///     }
/// }
/// ```
///
/// For axum, do the same with `axum::extract::ws::Message` (`examples/websocket.rs`).
pub trait MessageCodec<M>: Send + Sync + 'static {
    /// Returns the payload of a text or binary message, and `None` for other messages, which pass: pings, pongs,
    /// closes.
    fn payload<'m>(&self, message: &'m M) -> Option<Payload<'m>>;

    /// Returns a text message.
    fn text(&self, text: String) -> M;

    /// Returns a binary message.
    fn binary(&self, bytes: Vec<u8>) -> M;
}

/// Called with the side that sent a stopped message and its report.
type OnStop = Arc<dyn Fn(Side, &Report) + Send + Sync>;

/// A WebSocket whose messages are redacted in both directions.
///
/// Wraps any `Stream + Sink` of messages: axum's `WebSocket`, the streams of `tokio-tungstenite`. Messages keep their
/// order. A message waits until the inner socket has accepted the one before it. Pings, pongs, closes and errors pass.
///
/// A message that must not be sent is dropped. The client receives a notice instead, in its protocol's form for errors:
/// what was found, never the text.
///
/// # Example
///
/// ```
/// # use futures_util::{SinkExt, StreamExt};
/// # use lastfour::Engine;
/// # use lastfour::middleware::websocket::{MessageCodec, Payload, RedactSocket, Session};
/// # struct Codec;
/// # impl MessageCodec<String> for Codec {
/// #     fn payload<'m>(&self, message: &'m String) -> Option<Payload<'m>> { Some(Payload::Text(message.as_bytes())) }
/// #     fn text(&self, text: String) -> String { text }
/// #     fn binary(&self, _: Vec<u8>) -> String { String::new() }
/// # }
/// # async fn chat<S: futures_core::Stream<Item = Result<String, E>> + futures_util::Sink<String, Error = E> + Unpin, E>(socket: S) -> Result<(), E> {
/// // `socket` is what the library gave you, `Codec` is your `MessageCodec`.
/// let mut socket = RedactSocket::new(socket, Codec, Session::new(Engine::default()));
/// while let Some(message) = socket.next().await {
///     socket.send(message?).await?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct RedactSocket<S, M, C, St = MemoryStore> {
    inner: S,
    codec: Arc<C>,
    connection: Arc<Connection<St>>,
    /// The side at the other end of the inner socket.
    peer: Side,
    on_stop: Option<OnStop>,
    /// A message of the peer that is being scanned.
    reading: Option<BoxFuture<(M, Scanned)>>,
    /// A message to the peer that is being scanned.
    writing: Option<BoxFuture<(M, Scanned)>>,
    /// Messages for the peer.
    out: VecDeque<M>,
    /// Notices for this program.
    notices: VecDeque<M>,
    /// The tasks that wait to write: the one that reads, and the one that writes. The inner socket remembers only one
    /// of them.
    wakers: [Option<Waker>; 2],
}

const READER: usize = 0;
const WRITER: usize = 1;

impl<S, M, C> RedactSocket<S, M, C> {
    /// Wraps the socket of a server, whose peer is a client.
    #[must_use]
    pub fn new(inner: S, codec: C, session: Session) -> Self {
        Self {
            inner,
            codec: Arc::new(codec),
            connection: Arc::new(Connection::new(session, None)),
            peer: Side::Client,
            on_stop: None,
            reading: None,
            writing: None,
            out: VecDeque::new(),
            notices: VecDeque::new(),
            wakers: [None, None],
        }
    }

    /// Stores the conversation under this key, so that other connections and requests share it. By default it is part
    /// of the connection. Call it before the first message.
    #[must_use]
    pub fn store<T: ConversationStore>(self, store: Arc<T>, key: impl Into<String>) -> RedactSocket<S, M, C, T> {
        let session = self.connection.session().clone();
        RedactSocket {
            inner: self.inner,
            codec: self.codec,
            connection: Arc::new(Connection::new(session, Some((store, key.into())))),
            peer: self.peer,
            on_stop: self.on_stop,
            reading: None,
            writing: None,
            out: self.out,
            notices: self.notices,
            wakers: [None, None],
        }
    }
}

impl<S, M, C, St> RedactSocket<S, M, C, St> {
    /// Sets the peer of the inner socket. The default is the client. In a client program it is the server; the program
    /// then reads the notices about its own messages.
    #[must_use]
    pub fn peer(mut self, peer: Side) -> Self {
        self.peer = peer;
        self
    }

    /// Sets a function that is called when a message is stopped, with the side that sent it and its report.
    #[must_use]
    pub fn on_stop(mut self, on_stop: impl Fn(Side, &Report) + Send + Sync + 'static) -> Self {
        self.on_stop = Some(Arc::new(on_stop));
        self
    }

    /// Returns a reference to the inner socket.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner socket. Messages that are read or written there are not redacted.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }
}

/// Nothing is pinned.
impl<S: Unpin, M, C, St> Unpin for RedactSocket<S, M, C, St> {}

/// A message whose scan has begun.
enum Begun<M> {
    /// It has no data.
    Control(M),
    Done(M, Scanned),
    Later(BoxFuture<(M, Scanned)>),
}

impl<S, M, C, St> RedactSocket<S, M, C, St>
where
    M: Send + Sync + 'static,
    C: MessageCodec<M>,
    St: ConversationStore,
{
    fn begin(&self, from: Side, message: M) -> Begun<M> {
        let Some(payload) = self.codec.payload(&message) else { return Begun::Control(message) };
        if let Some(scanned) = self.connection.scan_now(from, payload) {
            return Begun::Done(message, scanned);
        }
        let (codec, connection) = (self.codec.clone(), self.connection.clone());
        Begun::Later(Box::pin(async move {
            // Every data message has a payload.
            let payload = codec.payload(&message).unwrap_or(Payload::Binary(&[]));
            let scanned = connection.scan(from, payload).await;
            (message, scanned)
        }))
    }

    /// Returns the message to send, or queues the notice for the client.
    fn end(&mut self, from: Side, message: M, scanned: Scanned) -> Option<M> {
        match scanned.verdict {
            Verdict::Pass => Some(message),
            Verdict::Change(bytes) => Some(match self.codec.payload(&message) {
                Some(Payload::Binary(_)) => self.codec.binary(bytes),
                // The output for valid UTF-8 is valid UTF-8.
                _ => self.codec.text(match String::from_utf8(bytes) {
                    Ok(text) => text,
                    Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                }),
            }),
            Verdict::Stop { notice } => {
                if let Some(on_stop) = &self.on_stop {
                    on_stop(from, &scanned.report);
                }
                let notice = self.codec.text(notice);
                match self.peer {
                    Side::Client => self.out.push_back(notice),
                    Side::Server => self.notices.push_back(notice),
                }
                None
            }
        }
    }
}

impl<S, M, C, St> RedactSocket<S, M, C, St>
where
    S: Sink<M> + Unpin,
    M: Send + Sync + 'static,
    C: MessageCodec<M>,
    St: ConversationStore,
{
    /// Finishes the scan of the message that is being written.
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(writing) = &mut self.writing {
            let (message, scanned) = ready!(writing.as_mut().poll(cx));
            self.writing = None;
            let sent = self.end(self.peer.other(), message, scanned);
            self.out.extend(sent);
            self.wake(READER);
        }
        Poll::Ready(())
    }

    /// Passes the queued messages to the inner socket.
    fn poll_out(&mut self, task: usize, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        while !self.out.is_empty() {
            let Poll::Ready(result) = Pin::new(&mut self.inner).poll_ready(cx) else {
                self.wakers[task] = Some(cx.waker().clone());
                return Poll::Pending;
            };
            result?;
            if let Some(message) = self.out.pop_front() {
                Pin::new(&mut self.inner).start_send(message)?;
            }
        }
        self.wake(1 - task);
        Poll::Ready(Ok(()))
    }

    fn wake(&mut self, task: usize) {
        if let Some(waker) = self.wakers[task].take() {
            waker.wake();
        }
    }
}

impl<S, M, E, C, St> Stream for RedactSocket<S, M, C, St>
where
    S: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Send + Sync + 'static,
    C: MessageCodec<M>,
    St: ConversationStore,
{
    type Item = Result<M, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(notice) = this.notices.pop_front() {
                return Poll::Ready(Some(Ok(notice)));
            }
            if this.peer == Side::Server {
                // The writer may leave a notice.
                this.wakers[READER] = Some(cx.waker().clone());
            }
            if let Some(reading) = &mut this.reading {
                let (message, scanned) = ready!(reading.as_mut().poll(cx));
                this.reading = None;
                match this.end(this.peer, message, scanned) {
                    Some(message) => return Poll::Ready(Some(Ok(message))),
                    None => ready!(this.poll_notices(cx))?,
                }
                continue;
            }
            // The next message waits until the notice about the previous one is sent.
            ready!(this.poll_notices(cx))?;
            let message = match ready!(Pin::new(&mut this.inner).poll_next(cx)) {
                Some(Ok(message)) => message,
                end => return Poll::Ready(end),
            };
            match this.begin(this.peer, message) {
                Begun::Control(message) => return Poll::Ready(Some(Ok(message))),
                Begun::Later(reading) => this.reading = Some(reading),
                Begun::Done(message, scanned) => {
                    if let Some(message) = this.end(this.peer, message, scanned) {
                        return Poll::Ready(Some(Ok(message)));
                    }
                }
            }
        }
    }
}

impl<S, M, E, C, St> RedactSocket<S, M, C, St>
where
    S: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Send + Sync + 'static,
    C: MessageCodec<M>,
    St: ConversationStore,
{
    /// Sends the queued messages, in the task that reads.
    fn poll_notices(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        if self.out.is_empty() {
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_out(READER, cx))?;
        // Not awaited: the inner socket continues when it is polled again.
        Pin::new(&mut self.inner).poll_flush(cx).map(|_| Ok(()))
    }
}

impl<S, M, C, St> Sink<M> for RedactSocket<S, M, C, St>
where
    S: Sink<M> + Unpin,
    M: Send + Sync + 'static,
    C: MessageCodec<M>,
    St: ConversationStore,
{
    type Error = S::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.poll_written(cx));
        self.poll_out(WRITER, cx)
    }

    fn start_send(mut self: Pin<&mut Self>, message: M) -> Result<(), S::Error> {
        let from = self.peer.other();
        match self.begin(from, message) {
            Begun::Control(message) => self.out.push_back(message),
            Begun::Later(writing) => self.writing = Some(writing),
            Begun::Done(message, scanned) => {
                let sent = self.end(from, message, scanned);
                self.out.extend(sent);
                self.wake(READER);
            }
        }
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.as_mut().poll_ready(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.as_mut().poll_ready(cx))?;
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

impl<S: fmt::Debug, M, C, St> fmt::Debug for RedactSocket<S, M, C, St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactSocket").field("inner", &self.inner).field("peer", &self.peer).finish_non_exhaustive()
    }
}
