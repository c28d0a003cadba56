//! Puts the session between the two ends of a connection that is upgraded to WebSocket.
//!
//! The handler takes hyper's `OnUpgrade` from the request, so the request gets another one. Only a hyper connection can
//! create it: a small one in memory, whose only request asks for an upgrade. Messages for the handler are written to
//! its other end.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderValue, Method, Request, Response, StatusCode, request, response};
use http_body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::middleware::store::ConversationStore;
use crate::middleware::websocket::connection::Connection;
use crate::middleware::websocket::framing::Framing;
use crate::middleware::websocket::message::Binary;
use crate::middleware::websocket::pump::{Ending, pump};
use crate::middleware::websocket::session::Session;
use crate::middleware::websocket::shutdown::Shutdown;

/// The number of bytes between the session and the handler before one of them waits.
const BUFFER: usize = 16 * 1024;

/// The time after the response within which the client's connection must be upgraded.
const UPGRADING: Duration = Duration::from_secs(30);

/// The request of the connection in memory.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

/// How a layer treats connections that are upgraded to WebSocket. See
/// [`RedactLayer::websocket`](crate::middleware::RedactLayer::websocket).
///
/// ```
/// use std::time::Duration;
/// use lastfour::Engine;
/// use lastfour::middleware::{RedactLayer, websocket::{Binary, Framing, Upgrades}};
///
/// let upgrades = Upgrades::new().framing(Framing::SocketIo).binary(Binary::Pass).idle(Duration::from_secs(300));
/// let layer = RedactLayer::both(Engine::default()).websocket(upgrades);
/// # let _ = layer;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Upgrades {
    framing: Option<Framing>,
    binary: Binary,
    idle: Option<Duration>,
    shutdown: Shutdown,
}

impl Upgrades {
    /// Returns the defaults: the framing is recognized, binary messages are stopped, and idle connections stay open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the framing; see [`Session::framing`].
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = Some(framing);
        self
    }

    /// Sets what happens to binary messages.
    #[must_use]
    pub fn binary(mut self, binary: Binary) -> Self {
        self.binary = binary;
        self
    }

    /// Sets the time after which a connection is closed (status 1001) if a side has sent no frame, not even a ping or a pong.
    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Sets what closes the connections when the server stops. Without it, they end when the process ends, and no close is
    /// sent.
    #[must_use]
    pub fn shutdown(mut self, shutdown: Shutdown) -> Self {
        self.shutdown = shutdown;
        self
    }
}

impl Upgrades {
    /// Returns whether the connection may speak Engine.IO.
    pub(crate) fn reads_engine_io(&self) -> bool {
        self.framing.is_none_or(|framing| framing == Framing::SocketIo)
    }

    /// Returns whether binary data are stopped.
    pub(crate) fn stops_binary(&self) -> bool {
        self.binary == Binary::Block
    }

    /// Configures a session for packets of Engine.IO.
    pub(crate) fn engine_io(&self, session: Session) -> Session {
        let mut session = session.binary(self.binary);
        if let Some(framing) = self.framing {
            session = session.framing(framing);
        }
        session.expect(Framing::SocketIo);
        session
    }
}

/// A request that asks for an upgrade to WebSocket.
pub(crate) struct Upgrade {
    method: Method,
    /// The framing that the request itself names.
    expected: Option<Framing>,
    ends: Option<Ends>,
}

/// The two ends between which messages are sent.
struct Ends {
    client: OnUpgrade,
    server: DuplexStream,
    /// Allows the connection in memory to be upgraded.
    go: oneshot::Sender<()>,
}

impl Upgrade {
    /// Returns `None` if the request does not ask for WebSocket. Otherwise changes the request so that its frames can
    /// be read and the handler gets another connection.
    pub(crate) async fn prepare(head: &mut request::Parts) -> Option<Self> {
        // Over HTTP/2 (RFC 8441). The protocol name is in a type of hyper that exists only with HTTP/2.
        let connects = head.method == Method::CONNECT && head.headers.contains_key(SEC_WEBSOCKET_VERSION);
        let asks = head
            .headers
            .get_all(UPGRADE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket")));
        if !connects && !asks {
            return None;
        }
        // Without extensions, frames are neither compressed nor split differently.
        head.headers.remove(SEC_WEBSOCKET_EXTENSIONS);
        let ends = match head.extensions.remove::<OnUpgrade>() {
            Some(client) => between(head, client).await,
            None => None,
        };
        let speaks_engine_io =
            head.uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("EIO=")));
        Some(Self { method: head.method.clone(), expected: speaks_engine_io.then_some(Framing::SocketIo), ends })
    }

    /// Returns whether a response with this head upgrades the connection.
    pub(crate) fn is_accepted(&self, head: &response::Parts) -> bool {
        head.status == StatusCode::SWITCHING_PROTOCOLS || self.method == Method::CONNECT && head.status.is_success()
    }

    /// Starts forwarding messages between the client and the handler, once the response has been sent. Returns whether
    /// it can; if not, the response must not be sent.
    pub(crate) fn start<St: ConversationStore>(
        self,
        head: &mut response::Parts,
        upgrades: &Upgrades,
        mut session: Session,
        stored: Option<(Arc<St>, String)>,
    ) -> bool {
        let Some(Ends { client, mut server, go }) = self.ends else { return false };
        head.headers.remove(SEC_WEBSOCKET_EXTENSIONS);
        session = session.binary(upgrades.binary);
        if let Some(framing) = upgrades.framing {
            session = session.framing(framing);
        }
        let subprotocol = head.headers.get(SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
        if let Some(framing) = subprotocol.and_then(Framing::of_subprotocol).or(self.expected) {
            session.expect(framing);
        }
        let connection = Connection::new(session, stored);
        let ends = Ending { idle: upgrades.idle, shutdown: upgrades.shutdown.clone() };
        // The response of a service that forwards a connection contains the other end.
        let upstream = head.extensions.remove::<OnUpgrade>();
        tokio::spawn(async move {
            let Ok(Ok(client)) = timeout(UPGRADING, client).await else { return };
            let client = TokioIo::new(client);
            if let Some(upstream) = upstream {
                let Ok(Ok(upstream)) = timeout(UPGRADING, upstream).await else { return };
                pump(client, TokioIo::new(upstream), BytesMut::new(), connection, ends).await;
            } else if go.send(()).is_ok()
                && let Some(early) = after_head(&mut server).await
            {
                pump(client, server, early, connection, ends).await;
            }
        });
        true
    }
}

/// Creates the connection in memory. The handler finds its end in the request.
async fn between(head: &mut request::Parts, client: OnUpgrade) -> Option<Ends> {
    let runtime = tokio::runtime::Handle::try_current().ok()?;
    let (mut near, far) = tokio::io::duplex(BUFFER);
    let (go, gone) = oneshot::channel();
    let (send, made) = oneshot::channel();
    let once = Mutex::new(Some((send, gone)));
    let service = service_fn(move |mut request: Request<hyper::body::Incoming>| {
        let once = once.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            let mut response = Response::new(Empty);
            let upgraded = match once {
                Some((send, gone)) => send.send(hyper::upgrade::on(&mut request)).is_ok() && gone.await.is_ok(),
                None => false,
            };
            if upgraded {
                *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
                response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    near.write_all(REQUEST).await.ok()?;
    runtime.spawn(http1::Builder::new().serve_connection(TokioIo::new(far), service).with_upgrades());
    head.extensions.insert(made.await.ok()?);
    Some(Ends { client, server: near, go })
}

/// Reads the head of the response on the connection in memory. Returns the bytes after it.
async fn after_head(server: &mut DuplexStream) -> Option<BytesMut> {
    let mut bytes = BytesMut::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let _ = bytes.split_to(end + 4);
            return Some(bytes);
        }
        if bytes.len() > BUFFER || server.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// An empty body.
struct Empty;

impl Body for Empty {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}
