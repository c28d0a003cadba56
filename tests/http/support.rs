//! Servers and clients.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lastfour::Engine;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer, Service};

/// The secret.
pub(crate) const SECRET: &str = "3782 822463 10005";
/// Its mask.
pub(crate) const MASK: &str = "**** ****** *0005";

/// An engine with a policy that blocks cards.
pub(crate) fn blocking() -> Engine {
    let policy = lastfour::Policy::builder().action(lastfour::Entity::Card, lastfour::Action::Block).build();
    Engine::new(policy.unwrap())
}

/// Starts a server with `handler` behind `layer`. It stops with the runtime of the test.
pub(crate) async fn serve<L, H, F, O>(layer: L, handler: H) -> SocketAddr
where
    L: Layer<axum::routing::Route> + Clone + Send + Sync + 'static,
    L::Service: Service<Request<Body>, Error: Into<Infallible>, Response: IntoResponse, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
    H: Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = O> + Send + 'static,
    O: IntoResponse,
{
    let app = axum::Router::new().fallback(handler).layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A handler that echoes the body and its content type, and lists in `x-saw` which headers it received.
pub(crate) async fn echo(request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut response = Response::builder();
    for name in ["content-type", "etag", "content-digest", "accept-ranges"] {
        if let Some(value) = head.headers.get(name) {
            response = response.header(name, value);
        }
    }
    let saw = |name: &str| head.headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
    response = response.header(
        "x-saw",
        format!("{} {} {} {}", saw("content-length"), saw("content-encoding"), saw("range"), saw("accept-encoding")),
    );
    if let Some(report) = head.extensions.get::<lastfour::Report>() {
        response = response.header("x-report", format!("{} {}", report.messages(), report.total()));
    }
    match body.collect().await {
        Ok(body) => {
            let trailers = body.trailers().cloned();
            if let Some(trailers) = trailers {
                response = response.header("x-trailers", format!("{trailers:?}"));
            }
            response.body(Body::from(body.to_bytes())).unwrap()
        }
        Err(error) => response.status(599).body(Body::from(error.to_string())).unwrap(),
    }
}

/// A handler that sends this answer.
pub(crate) fn answer(
    head: Vec<(&'static str, String)>,
    body: impl Into<Bytes>,
) -> impl Fn(Request<Body>) -> std::future::Ready<Response<Body>> + Clone + Send + Sync + 'static {
    let body = body.into();
    move |_| {
        let mut response = Response::builder();
        for (name, value) in &head {
            response = response.header(*name, value);
        }
        std::future::ready(response.body(Body::from(body.clone())).unwrap())
    }
}

pub(crate) fn client(http2: bool) -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).http2_only(http2).build_http()
}

/// A received response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Sends a POST request over HTTP/1.1.
pub(crate) async fn post(address: SocketAddr, content_type: &str, body: impl Into<Bytes>) -> Answer {
    ask(address, false, Request::post("/").header("content-type", content_type), body).await
}

pub(crate) async fn ask(
    address: SocketAddr,
    http2: bool,
    request: http::request::Builder,
    body: impl Into<Bytes>,
) -> Answer {
    let mut request = request.body(Full::new(body.into())).unwrap();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    *request.uri_mut() = format!("http://{address}{path}").parse().unwrap();
    let response = client(http2).request(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_else(|_| Bytes::from_static(b"<cut off>"));
    Answer { status: head.status, headers: head.headers, body }
}

/// Sends raw bytes, piece by piece. Reads until the server closes the connection or sends nothing for a second.
pub(crate) async fn raw(address: SocketAddr, pieces: &[&[u8]], pause: Duration, half_close: bool) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in pieces {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    if half_close {
        stream.shutdown().await.unwrap();
    }
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(Ok(read)) = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut buffer)).await {
        if read == 0 {
            break;
        }
        all.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(all).unwrap()
}

/// Returns the data of a chunked response.
pub(crate) fn unchunked(answer: &str) -> String {
    let (_, mut rest) = answer.split_once("\r\n\r\n").unwrap();
    let mut all = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.split(';').next().unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        all.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
    all
}

/// A stream of these items.
pub(crate) fn futures_iter<T>(items: Vec<T>) -> impl futures_core::Stream<Item = T> {
    struct Iter<T>(std::vec::IntoIter<T>);
    impl<T> Unpin for Iter<T> {}
    impl<T> futures_core::Stream for Iter<T> {
        type Item = T;
        fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<T>> {
            std::task::Poll::Ready(self.0.next())
        }
    }
    Iter(items.into_iter())
}
