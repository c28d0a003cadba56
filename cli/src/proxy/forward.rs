//! Forwards requests to the upstream.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TE, TRANSFER_ENCODING, UPGRADE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version, request};
use http_body::Body;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, Error as ClientError, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use lastfour::middleware::BoxError;
use tokio::time::{Instant, sleep_until};
use tower::Service;

use crate::failure::{CliError, Result};
use crate::proxy::body::{AnyBody, Progress, Received};
use crate::proxy::headers::remove_hop_by_hop;
use crate::proxy::problem::{cut_off, full, problem};
use crate::proxy::settings::{Host, Settings, Timeouts, Upstream};
use crate::proxy::tls;

/// The time for which an idle connection to the upstream is kept. Servers close theirs after two seconds or more, and a
/// request that is sent at that moment is lost.
const KEPT: Duration = Duration::from_millis(1500);

/// The client of the upstream, shared by all requests.
pub(crate) struct Upstreams {
    client: Client<HttpsConnector<HttpConnector>, AnyBody>,
    upstream: Upstream,
    host: HeaderValue,
    timeouts: Timeouts,
}

impl Upstreams {
    /// Creates a client. It connects when the first request is sent.
    pub(crate) fn new(settings: &Settings) -> Result<Arc<Self>> {
        let Some(upstream) = settings.upstream.clone() else {
            return Err(CliError::Message("upstream.url is missing".to_owned()));
        };
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(settings.timeouts.connect));
        http.set_keepalive(Some(Duration::from_secs(60)));
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls::client(&upstream)?).https_or_http();
        let connector = if upstream.http2 {
            connector.enable_http2().wrap_connector(http)
        } else {
            connector.enable_http1().wrap_connector(http)
        };
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT)
            .http2_only(upstream.http2)
            .set_host(false)
            .build(connector);
        let host = HeaderValue::from_str(upstream.authority.as_str()).unwrap_or(HeaderValue::from_static("localhost"));
        Ok(Arc::new(Self { client, upstream, host, timeouts: settings.timeouts }))
    }

    /// Rewrites the head of a request for the upstream.
    fn address(&self, head: &mut request::Parts) {
        let path = head.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let uri = Uri::builder().scheme(self.upstream.scheme.clone()).authority(self.upstream.authority.clone());
        // The parts have been parsed before, so this cannot fail.
        head.uri = uri.path_and_query(path).build().unwrap_or_default();
        head.version = Version::HTTP_11;
        if self.upstream.http2 {
            // HTTP/2 has the host in the target.
            head.headers.remove(HOST);
        } else if self.upstream.host == Host::Upstream || !head.headers.contains_key(HOST) {
            head.headers.insert(HOST, self.host.clone());
        }
    }

    async fn send(
        &self,
        mut head: request::Parts,
        body: AnyBody,
        progress: &Progress,
    ) -> std::result::Result<Response<Incoming>, Failure> {
        self.address(&mut head);
        frame(&mut head, &body, self.upstream.http2);
        // The upstream may have closed a kept connection. A safe request is sent again.
        let again = (matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS) && body.is_end_stream())
            .then(|| head.clone());
        match self.send_once(Request::from_parts(head, body), progress).await {
            Err(Failure::Upstream(error)) if !error.is_connect() && again.is_some() => {
                let body = Empty::new().map_err(|never: Infallible| match never {}).boxed_unsync();
                let Some(head) = again else { return Err(Failure::Upstream(error)) };
                self.send_once(Request::from_parts(head, body), progress).await
            }
            result => result,
        }
    }

    async fn send_once(
        &self,
        request: Request<AnyBody>,
        progress: &Progress,
    ) -> std::result::Result<Response<Incoming>, Failure> {
        progress.touch();
        let mut response = self.client.request(request);
        let mut deadline = progress.last() + self.timeouts.response;
        loop {
            tokio::select! {
                response = &mut response => return response.map_err(Failure::Upstream),
                () = sleep_until(deadline) => {
                    // The response timeout does not count while the client is still sending.
                    let now = Instant::now();
                    let last = if progress.is_waiting() { now } else { progress.last() };
                    deadline = last + self.timeouts.response;
                    if deadline <= now {
                        return Err(Failure::Timeout);
                    }
                }
            }
        }
    }
}

/// Sets the framing headers of a request.
fn frame(head: &mut request::Parts, body: &AnyBody, http2: bool) {
    let had_length = head.headers.remove(CONTENT_LENGTH).is_some();
    match body.size_hint().exact() {
        Some(0) if !had_length => {}
        Some(len) => {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
        }
        None if !http2 => {
            head.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        None => {}
    }
    if head.headers.contains_key(TE) && !http2 {
        head.headers.append(CONNECTION, HeaderValue::from_static("te"));
    }
}

/// Why the upstream has not answered.
enum Failure {
    Timeout,
    Upstream(ClientError),
}

/// Forwards one request.
#[derive(Clone)]
pub(crate) struct Forward {
    upstreams: Arc<Upstreams>,
    progress: Arc<Progress>,
    upgrades: Option<Upgrades>,
}

/// What to do with a connection that the upstream upgrades to WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upgrades {
    /// The layer in front scans its messages.
    Scan,
    /// Its messages are not scanned.
    Pass,
}

impl Forward {
    /// `progress`: the progress of the request's body. `upgrades`: set if the request asks for a WebSocket.
    pub(crate) fn new(upstreams: Arc<Upstreams>, progress: Arc<Progress>, upgrades: Option<Upgrades>) -> Self {
        Self { upstreams, progress, upgrades }
    }

    async fn answer(self, mut head: request::Parts, body: AnyBody) -> Response<AnyBody> {
        let method = head.method.clone();
        let client = head.extensions.remove::<OnUpgrade>();
        match self.upstreams.send(head, body, &self.progress).await {
            Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => self.upgraded(response, client),
            Ok(response) => self.received(response, &method),
            Err(failure) => self.failed(&failure),
        }
    }

    fn received(&self, response: Response<Incoming>, method: &Method) -> Response<AnyBody> {
        let (mut head, body) = response.into_parts();
        if !is_read_in_one_way(&head.headers) {
            return refused("The server behind this proxy sent an answer that cannot be read.", "answer");
        }
        if head.headers.contains_key(TRANSFER_ENCODING) && *method != Method::HEAD {
            head.headers.remove(CONTENT_LENGTH);
        }
        remove_hop_by_hop(&mut head.headers, false);
        head.version = Version::HTTP_11;
        let body = Received::new(body, Progress::new(), self.upstreams.timeouts.idle, u64::MAX);
        Response::from_parts(head, body.boxed_unsync())
    }

    /// Returns a response that upgrades the connection. The layer in front finds the upstream's end of the connection
    /// in the extensions of the response.
    fn upgraded(&self, response: Response<Incoming>, client: Option<OnUpgrade>) -> Response<AnyBody> {
        let (mut head, _) = response.into_parts();
        let protocol = head.headers.get(UPGRADE).map(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"));
        let (Some(upgrades), Some(true)) = (self.upgrades, protocol) else {
            return refused("The server behind this proxy sent an answer that cannot be read.", "answer");
        };
        remove_hop_by_hop(&mut head.headers, true);
        if upgrades == Upgrades::Pass
            && let (Some(client), Some(upstream)) = (client, head.extensions.remove::<OnUpgrade>())
        {
            tokio::spawn(async move {
                if let (Ok(client), Ok(upstream)) = tokio::join!(client, upstream) {
                    let (mut client, mut upstream) = (TokioIo::new(client), TokioIo::new(upstream));
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
                }
            });
        }
        Response::from_parts(head, full(""))
    }

    fn failed(&self, failure: &Failure) -> Response<AnyBody> {
        if let Some(cut) = self.progress.cut() {
            return cut_off(cut);
        }
        let (status, reason, detail) = match failure {
            Failure::Timeout => {
                (StatusCode::GATEWAY_TIMEOUT, "timeout", "The server behind this proxy did not answer in time.")
            }
            Failure::Upstream(error) if is_timeout(error) => {
                (StatusCode::GATEWAY_TIMEOUT, "timeout", "The server behind this proxy could not be reached in time.")
            }
            Failure::Upstream(error) if error.is_connect() => {
                (StatusCode::BAD_GATEWAY, "connect", "The server behind this proxy cannot be reached.")
            }
            Failure::Upstream(_) => (
                StatusCode::BAD_GATEWAY,
                "answer",
                "The server behind this proxy closed the connection or sent an answer that cannot be read.",
            ),
        };
        upstream_failed(reason);
        problem(status, detail)
    }
}

fn refused(detail: &'static str, reason: &'static str) -> Response<AnyBody> {
    upstream_failed(reason);
    problem(StatusCode::BAD_GATEWAY, detail)
}

fn upstream_failed(reason: &'static str) {
    metrics::counter!("lastfour_proxy_upstream_failures_total", "reason" => reason).increment(1);
    tracing::warn!(reason, "the upstream failed");
}

/// Returns whether the connection timed out.
fn is_timeout(error: &ClientError) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut) {
            return true;
        }
        source = error.source();
    }
    false
}

/// Returns whether all readers agree on the length of a response.
fn is_read_in_one_way(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match codings.next() {
        None => true,
        Some(coding) => codings.next().is_none() && coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"),
    }
}

impl<B> Service<Request<B>> for Forward
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<AnyBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Response<AnyBody>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (head, body) = request.into_parts();
        let body = body.map_err(Into::into).boxed_unsync();
        let forward = self.clone();
        Box::pin(async move { Ok(forward.answer(head, body).await) })
    }
}
