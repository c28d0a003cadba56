//! Forwards messages between the sides of an upgraded connection.

use std::future::pending;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::edit::Patch;
use crate::filter::{Report, ScanError};
use crate::middleware::store::ConversationStore;
use crate::middleware::telemetry::{self, Cost};
use crate::middleware::websocket::connection::Connection;
use crate::middleware::websocket::frame::{
    self, BINARY, CLOSE, Fault, GOING_AWAY, INVALID_DATA, Incoming, Reader, TEXT, TOO_LARGE, Writer,
};
use crate::middleware::websocket::held::{Held, Ready};
use crate::middleware::websocket::message::{Payload, Side, Verdict};
use crate::middleware::websocket::shutdown::Shutdown;

/// The time that one side may take to answer or read a close.
const CLOSING: Duration = Duration::from_secs(10);

/// What ends a connection besides its sides.
pub(super) struct Ending {
    /// The time without a frame after which it is closed.
    pub(super) idle: Option<Duration>,
    pub(super) shutdown: Shutdown,
}

impl Ending {
    /// Waits until a side was idle for too long.
    async fn idle(&self) {
        match self.idle {
            Some(idle) => sleep(idle).await,
            None => pending().await,
        }
    }
}

/// One direction of a connection.
struct Way<'c, A, B, C, St> {
    from: Side,
    /// The messages that wait. Those of a client are complete when they arrive.
    held: Option<Held>,
    reader: Reader<ReadHalf<A>>,
    /// The writers to both sides. The client gets all notices, whoever sent the message.
    client: &'c Mutex<Writer<WriteHalf<B>>>,
    server: &'c Mutex<Writer<WriteHalf<C>>>,
    connection: &'c Connection<St>,
}

/// Forwards messages in both directions until the connection ends. `early`: bytes that the server has sent already.
pub(super) async fn pump<A, B, St>(client: A, server: B, early: BytesMut, connection: Connection<St>, ends: Ending)
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
    St: ConversationStore,
{
    let limit = connection.session().limit();
    let (client_reader, client_writer) = split(client);
    let (server_reader, server_writer) = split(server);
    let client_writer = Mutex::new(Writer::new(client_writer, false));
    let server_writer = Mutex::new(Writer::new(server_writer, true));
    let mut inbound = Way {
        from: Side::Client,
        held: None,
        reader: Reader::new(client_reader, BytesMut::new(), true, limit),
        client: &client_writer,
        server: &server_writer,
        connection: &connection,
    };
    let mut outbound = Way {
        from: Side::Server,
        held: Some(Held::new(Side::Server, &connection)),
        reader: Reader::new(server_reader, early, false, limit),
        client: &client_writer,
        server: &server_writer,
        connection: &connection,
    };
    let ended = both(inbound.run(&ends), outbound.run(&ends)).await;
    // The other direction may have ended the connection.
    let _ = timeout(CLOSING, outbound.end()).await;
    let close = match ended {
        Err(Fault::Violation(status)) => Some((status, reason(status))),
        Ok(Ended::Stopped) => Some((GOING_AWAY, "the server is stopping")),
        Ok(Ended::Closed) | Err(Fault::Io) => None,
    };
    if let Some((status, reason)) = close {
        let close = async {
            let _ = tokio::join!(async { client_writer.lock().await.close(status, reason).await }, async {
                server_writer.lock().await.close(status, reason).await
            });
        };
        let _ = timeout(CLOSING, close).await;
    }
    let end = async {
        let _ = server_writer.lock().await.shutdown().await;
        let _ = client_writer.lock().await.shutdown().await;
        // If a connection is dropped with unread bytes, it is reset, and the client may not see the close.
        inbound.reader.drain().await;
    };
    let _ = timeout(CLOSING, end).await;
}

/// How a direction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// Its side has closed the connection, or is gone.
    Closed,
    /// The server is stopping. No frame was sent in part.
    Stopped,
}

/// What happens next in a direction.
enum Next {
    /// What its side has sent, or `None` if it is gone.
    Read(Result<Option<Incoming>, Fault>),
    /// The server is stopping.
    Stopped,
}

/// Runs both directions. After one has ended, the other has some time to end. An error in one ends both.
async fn both(
    inbound: impl Future<Output = Result<Ended, Fault>>,
    outbound: impl Future<Output = Result<Ended, Fault>>,
) -> Result<Ended, Fault> {
    tokio::pin!(inbound, outbound);
    let (first, second) = tokio::select! {
        first = &mut inbound => (first?, timeout(CLOSING, outbound).await),
        first = &mut outbound => (first?, timeout(CLOSING, inbound).await),
    };
    // A side that has closed the connection expects no other close.
    Ok(match second.unwrap_or(Ok(first))? {
        Ended::Stopped => first,
        Ended::Closed => Ended::Closed,
    })
}

fn reason(status: u16) -> &'static str {
    match status {
        TOO_LARGE => "message too large",
        INVALID_DATA => "text is not UTF-8",
        GOING_AWAY => "idle",
        _ => "frames could not be read",
    }
}

impl<A, B, C, St> Way<'_, A, B, C, St>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
    C: AsyncRead + AsyncWrite + Unpin,
    St: ConversationStore,
{
    /// Forwards messages until this side closes.
    async fn run(&mut self, ends: &Ending) -> Result<Ended, Fault> {
        loop {
            let next = match self.next(ends).await? {
                Next::Read(next) => next,
                Next::Stopped => {
                    self.end().await?;
                    return Ok(Ended::Stopped);
                }
            };
            let incoming = match next {
                Ok(Some(incoming)) => incoming,
                Ok(None) | Err(Fault::Io) => {
                    self.end().await?;
                    // The other side must see that this one is gone.
                    match self.from {
                        Side::Client => self.server.lock().await.shutdown().await?,
                        Side::Server => self.client.lock().await.shutdown().await?,
                    }
                    return Ok(Ended::Closed);
                }
                Err(fault) => {
                    self.end().await?;
                    self.failed(&fault);
                    return Err(fault);
                }
            };
            match incoming {
                Incoming::Control { opcode, payload } => {
                    if opcode == CLOSE {
                        self.end().await?;
                    }
                    self.send(opcode, &payload).await?;
                    if opcode == CLOSE {
                        return Ok(Ended::Closed);
                    }
                }
                Incoming::Message { opcode, bytes } => self.message(opcode, bytes).await?,
            }
        }
    }

    async fn message(&mut self, opcode: u8, bytes: Vec<u8>) -> Result<(), Fault> {
        let payload = if opcode == BINARY { Payload::Binary(&bytes) } else { Payload::Text(&bytes) };
        let scanned = self.connection.scan(self.from, payload).await;
        match (scanned.verdict, scanned.patch) {
            (Verdict::Pass, _) => self.forward(opcode, bytes, &Patch::default()).await,
            // The texts of messages are joined as they were.
            (Verdict::Change(_), Some(patch)) if self.held.is_some() => self.forward(opcode, bytes, &patch).await,
            (Verdict::Change(bytes), _) => self.forward(opcode, bytes, &Patch::default()).await,
            (Verdict::Stop { notice }, _) => {
                let ready = match &mut self.held {
                    Some(held) => held.notice(notice),
                    None => vec![(TEXT, notice.into_bytes())],
                };
                for (opcode, bytes) in ready {
                    self.client.lock().await.write(opcode, &bytes).await?;
                }
                Ok(())
            }
        }
    }

    /// Sends a message, or holds it until it is known what follows.
    async fn forward(&mut self, opcode: u8, bytes: Vec<u8>, patch: &Patch) -> Result<(), Fault> {
        match &mut self.held {
            Some(held) => {
                let ready = held.push(opcode, bytes, patch, self.connection);
                self.send_all(ready).await
            }
            None => self.send(opcode, &bytes).await,
        }
    }

    /// Waits for the next message or control frame, or the end. Meanwhile, messages that have been held for too long are
    /// sent.
    async fn next(&mut self, ends: &Ending) -> Result<Next, Fault> {
        let idle = ends.idle();
        tokio::pin!(idle);
        loop {
            let quiet = self.held.as_ref().and_then(Held::patience);
            tokio::select! {
                // If both are ready, what has arrived belongs to what is held.
                biased;
                () = ends.shutdown.closed() => return Ok(Next::Stopped),
                next = self.reader.next() => return Ok(Next::Read(next)),
                () = &mut idle => return Ok(Next::Read(Err(Fault::Violation(GOING_AWAY)))),
                () = sleep(quiet.unwrap_or_default()), if quiet.is_some() => {
                    let ready = self.held.as_mut().map(|held| held.release(self.connection));
                    self.send_all(ready.unwrap_or_default()).await?;
                }
            }
        }
    }

    /// Sends the messages that are held, because nothing follows.
    async fn end(&mut self) -> Result<(), Fault> {
        let ready = self.held.as_mut().map(|held| held.end(self.connection));
        self.send_all(ready.unwrap_or_default()).await
    }

    async fn send_all(&mut self, ready: Vec<Ready>) -> Result<(), Fault> {
        for (opcode, bytes) in ready {
            self.send(opcode, &bytes).await?;
        }
        Ok(())
    }

    async fn send(&mut self, opcode: u8, payload: &[u8]) -> Result<(), Fault> {
        match self.from {
            Side::Client => self.server.lock().await.write(opcode, payload).await?,
            Side::Server => self.client.lock().await.write(opcode, payload).await?,
        }
        Ok(())
    }

    /// Reports frames that could not be read.
    fn failed(&self, fault: &Fault) {
        let failure = match fault {
            Fault::Violation(TOO_LARGE) => ScanError::TooLarge { limit: self.connection.session().limit() },
            Fault::Violation(frame::GOING_AWAY) | Fault::Io => return,
            Fault::Violation(_) => ScanError::Malformed,
        };
        let report = Report::new();
        report.fail(failure);
        telemetry::scanned(self.from.direction().as_str(), &report, Cost::default());
    }
}
