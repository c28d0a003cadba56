//! Accepts connections and answers requests.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{ALLOW, CONNECTION, CONTENT_LENGTH};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tower::{Layer, ServiceExt};
use tracing::Instrument;

use crate::failure::Result;
use crate::proxy::body::{AnyBody, Progress, Received};
use crate::proxy::check::{Refusal, check};
use crate::proxy::forward::{Forward, Upgrades, Upstreams};
use crate::proxy::headers::{Peer, asks_for_websocket, prepare_request};
use crate::proxy::io::Timed;
use crate::proxy::problem::{full, problem};
use crate::proxy::route::Route;
use crate::proxy::shared::Shared;

/// The maximum number of streams of one HTTP/2 connection.
const STREAMS: u32 = 250;

/// The time that WebSockets have to be closed when the proxy stops.
const CLOSING: Duration = Duration::from_secs(1);

/// Answers the requests of all connections.
pub(crate) trait Handler: Send + Sync + 'static {
    /// Whether clients must speak HTTP/2.
    const HTTP2_ONLY: bool;

    fn shared(&self) -> &Arc<Shared>;

    fn answer(
        self: Arc<Self>,
        peer: Peer,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<AnyBody>> + Send;
}

/// Forwards requests to the upstream.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    upstreams: Arc<Upstreams>,
}

impl Proxy {
    /// Reads the certificates of the upstream.
    pub(crate) fn new(shared: Arc<Shared>) -> Result<Arc<Self>> {
        let upstreams = Upstreams::new(&shared.settings)?;
        Ok(Arc::new(Self { shared, upstreams }))
    }
}

impl Handler for Proxy {
    const HTTP2_ONLY: bool = false;

    fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Answers a request.
    async fn answer(self: Arc<Self>, peer: Peer, request: Request<Incoming>) -> Response<AnyBody> {
        let start = Instant::now();
        let (version, method) = (request.version(), request.method().clone());
        let routes = self.shared.routes();
        let route = routes.find(&method, request.uri().path());
        // Adds the route to log lines about findings and failures.
        let span = tracing::info_span!("request", route = route.name.as_str());
        let mut response = match self.forward(route, peer, request).instrument(span).await {
            Ok(response) => response,
            Err(refusal) => {
                let mut response = problem(refusal.status, refusal.detail);
                // The rest of the connection may belong to the rejected request.
                if version <= Version::HTTP_11 {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                response
            }
        };
        *response.version_mut() = version;
        let status = response.status().as_u16();
        let elapsed = start.elapsed();
        metrics::counter!(
            "lastfour_proxy_requests_total", "route" => route.name.clone(), "status" => status.to_string()
        )
        .increment(1);
        metrics::histogram!("lastfour_proxy_head_seconds", "route" => route.name.clone()).record(elapsed.as_secs_f64());
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        // Paths and queries may contain secrets, so only the route is logged.
        tracing::info!(method = known(&method), route = route.name.as_str(), status, ms, "request");
        response
    }
}

impl Proxy {
    async fn forward(
        &self,
        route: &Route,
        peer: Peer,
        request: Request<Incoming>,
    ) -> std::result::Result<Response<AnyBody>, Refusal> {
        let (mut head, body) = request.into_parts();
        check(&mut head)?;
        if head.uri.path() == "*" {
            let mut response = Response::new(full(""));
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
            return Ok(response);
        }
        let upgrades = asks_for_websocket(&head).then_some(match route.layer {
            Some(_) => Upgrades::Scan,
            None => Upgrades::Pass,
        });
        let limit = self.shared.settings.limits.body();
        let length = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > limit) {
            return Err(Refusal {
                status: StatusCode::PAYLOAD_TOO_LARGE,
                detail: "The body of the request is too large.",
            });
        }
        prepare_request(&mut head.headers, peer, &self.shared.settings.trust, upgrades.is_some());
        let progress = Progress::new();
        let body = Received::new(body, progress.clone(), self.shared.settings.timeouts.idle, limit);
        let forward = Forward::new(self.upstreams.clone(), progress, upgrades);
        let request = Request::from_parts(head, body);
        let result = match &route.layer {
            Some(layer) => {
                layer.layer(forward).oneshot(request).await.map(|response| response.map(BodyExt::boxed_unsync))
            }
            None => forward.oneshot(request).await,
        };
        match result {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}

/// Returns a method as it may be logged. A client can send any word as a method.
pub(crate) fn known(method: &Method) -> &str {
    let methods =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    if methods.contains(method) { method.as_str() } else { "other" }
}

/// Held by a connection for its lifetime, even after it was upgraded to WebSocket.
struct Guard {
    _permit: Option<OwnedSemaphorePermit>,
    _running: mpsc::Sender<Infallible>,
}

impl Guard {
    fn new(permit: Option<OwnedSemaphorePermit>, running: mpsc::Sender<Infallible>) -> Self {
        metrics::gauge!("lastfour_proxy_connections").increment(1);
        Self { _permit: permit, _running: running }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        metrics::gauge!("lastfour_proxy_connections").decrement(1);
    }
}

/// The connections of clients.
pub(crate) struct Server<H> {
    handler: Arc<H>,
    listener: TcpListener,
    builder: Builder<TokioExecutor>,
}

impl<H: Handler> Server<H> {
    pub(crate) fn new(handler: Arc<H>, listener: TcpListener) -> Self {
        let settings = &handler.shared().settings;
        let limits = settings.limits;
        let mut builder = Builder::new(TokioExecutor::new());
        if H::HTTP2_ONLY {
            builder = builder.http2_only();
        }
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(settings.timeouts.head)
            .half_close(true)
            .max_buf_size(limits.head);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX))
            .keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(Duration::from_secs(20));
        Self { handler, listener, builder }
    }

    /// Accepts connections until `stop` completes. Then finishes the running requests, and waits until WebSockets are
    /// closed. Returns whether all requests were finished in time.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) -> bool {
        let graceful = GracefulShutdown::new();
        let (running, mut ended) = mpsc::channel::<Infallible>(1);
        let free = Arc::new(Semaphore::new(self.handler.shared().settings.limits.connections));
        let shared = Arc::new(self);
        let mut stop = std::pin::pin!(stop);
        loop {
            let accept = async {
                // The semaphore is never closed.
                let permit = free.clone().acquire_owned().await.ok();
                (shared.listener.accept().await, permit)
            };
            let (accepted, permit) = tokio::select! {
                accepted = accept => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, address)) => {
                    let guard = Guard::new(permit, running.clone());
                    let (server, watcher) = (shared.clone(), graceful.watcher());
                    tokio::spawn(async move { server.connection(stream, address, guard, watcher).await });
                }
                Err(error) => {
                    tracing::error!(%error, "cannot accept a connection");
                    // For example, too many open files. Other connections may be closed soon.
                    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
                        sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        }
        let state = shared.handler.shared().clone();
        state.stop();
        // Only connections hold a sender now, so `ended` completes when the last of them ends.
        drop((running, shared));
        let deadline = Instant::now() + state.settings.timeouts.shutdown;
        let finished = timeout_at(deadline, graceful.shutdown()).await.is_ok();
        // WebSockets may stay open forever.
        if timeout_at(deadline, ended.recv()).await.is_err() {
            state.websockets.close();
            let _ = timeout(CLOSING, ended.recv()).await;
        }
        finished
    }

    async fn connection(&self, stream: TcpStream, address: SocketAddr, guard: Guard, watcher: Watcher) {
        let _ = stream.set_nodelay(true);
        let timeouts = self.handler.shared().settings.timeouts;
        // The upstream may take as long to answer as its timeout allows.
        let idle = timeouts.idle.max(timeouts.response + Duration::from_secs(1));
        let stream = Timed::new(stream, guard, timeouts.head, idle);
        match self.handler.shared().tls() {
            None => self.http(stream, address.ip(), watcher).await,
            Some(tls) => match timeout(timeouts.head, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.http(stream, address.ip(), watcher).await,
                Ok(Err(_)) | Err(_) => tracing::debug!("no TLS connection"),
            },
        }
    }

    async fn http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        address: IpAddr,
        watcher: Watcher,
    ) {
        let trusted = self.handler.shared().settings.trust.covers(address);
        let peer = Peer { address, tls: self.handler.shared().settings.tls.is_some(), trusted };
        let service = service_fn(|request| {
            let handler = self.handler.clone();
            async move { Ok::<_, Infallible>(handler.answer(peer, request).await) }
        });
        let connection = self.builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        if watcher.watch(connection).await.is_err() {
            tracing::debug!("a connection ended early");
        }
    }
}
