//! One exchange in the middleware. Envoy takes the place of the service behind the layer.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use lastfour::middleware::{BoxError, Direction, RedactBody, RedactLayer};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tower::{Layer, Service, ServiceExt};
use tracing::Instrument;

use crate::proxy::body::{AnyBody, Cut, Progress};
use crate::proxy::problem::{cut_off, problem};
use crate::proxy::store::Store;

/// An event of a message in an exchange.
pub(super) enum Event {
    /// Its head may be sent.
    Head(Direction, HeaderMap),
    /// Data of its body may be sent.
    Data(Direction, Bytes),
    /// Its trailers, which end its body, may be sent.
    Trailers(Direction, HeaderMap),
    /// Its body has been sent.
    End(Direction),
    /// Its body was stopped after its head had been sent.
    Stopped(Direction),
    /// Its body is being read, but no piece is available.
    Wants(Direction),
    /// A piece of this length was read, and all of its output was reported.
    Took(Direction, usize),
    /// The client gets this response instead.
    Instead(StatusCode, HeaderMap, Bytes),
}

/// Marks a response of the service, possibly changed, as opposed to one of the layer.
#[derive(Clone, Copy)]
pub(super) struct FromService;

type Answer<B> = Pin<Box<dyn Future<Output = Result<Response<B>, Infallible>> + Send>>;

/// Sends a request through the layer, and its response back.
pub(super) async fn exchange(layer: Option<RedactLayer<Store>>, request: Request<AnyBody>, mesh: Mesh) {
    let events = mesh.events.clone();
    let result = match layer {
        Some(layer) => redacted(&layer, request, mesh).await.map(|response| response.map(BodyExt::boxed_unsync)),
        None => unchanged(request, mesh).await,
    };
    let (mut head, body) = match result {
        Ok(response) => response.into_parts(),
        Err(never) => match never {},
    };
    if head.extensions.remove::<FromService>().is_some() {
        let _ = events.send(Event::Head(Direction::Response, head.headers));
        pump(Direction::Response, body, &events).await;
        return;
    }
    // It is in memory, so this cannot fail.
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let _ = events.send(Event::Instead(head.status, head.headers, body));
}

fn unchanged(request: Request<AnyBody>, mesh: Mesh) -> Answer<AnyBody> {
    Box::pin(mesh.oneshot(request))
}

/// Boxed, because the compiler cannot prove that the future itself is `Send`.
fn redacted(layer: &RedactLayer<Store>, request: Request<AnyBody>, mesh: Mesh) -> Answer<RedactBody<AnyBody>> {
    Box::pin(layer.layer(mesh).oneshot(request))
}

/// Reports the data of a body. Returns whether it was not stopped.
async fn pump(direction: Direction, mut body: AnyBody, events: &UnboundedSender<Event>) -> bool {
    while let Some(frame) = body.frame().await {
        let event = match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) if data.is_empty() => continue,
            Ok(Ok(data)) => Event::Data(direction, data),
            Ok(Err(frame)) => match frame.into_trailers() {
                Ok(trailers) => {
                    let _ = events.send(Event::Trailers(direction, trailers));
                    return true;
                }
                Err(_) => continue,
            },
            Err(_) => {
                let _ = events.send(Event::Stopped(direction));
                return false;
            }
        };
        let _ = events.send(event);
    }
    let _ = events.send(Event::End(direction));
    true
}

/// The service behind the layer: reports what it receives, and answers with what Envoy gets from the upstream.
#[derive(Clone)]
pub(super) struct Mesh {
    events: UnboundedSender<Event>,
    /// The response of the upstream, which is taken once.
    response: Arc<Mutex<Option<oneshot::Receiver<Response<AnyBody>>>>>,
    progress: Arc<Progress>,
}

impl Mesh {
    /// `progress`: the progress of the body of the request.
    pub(super) fn new(
        events: UnboundedSender<Event>,
        response: oneshot::Receiver<Response<AnyBody>>,
        progress: Arc<Progress>,
    ) -> Self {
        Self { events, response: Arc::new(Mutex::new(Some(response))), progress }
    }
}

impl<B> Service<Request<B>> for Mesh
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<AnyBody>;
    type Error = Infallible;
    type Future = Answer<AnyBody>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { events, response, progress } = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.map_err(Into::into).boxed_unsync();
            let _ = events.send(Event::Head(Direction::Request, head.headers));
            let (stop, stopped) = oneshot::channel();
            let pumped = async move {
                if !pump(Direction::Request, body, &events).await {
                    let _ = stop.send(());
                }
            };
            tokio::spawn(pumped.in_current_span());
            let response = response.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(response) = response else { return Ok(gone()) };
            tokio::select! {
                response = response => Ok(response.unwrap_or_else(|_| gone())),
                Ok(()) = stopped => Ok(cut_off(progress.cut().unwrap_or(Cut::Broken))),
            }
        })
    }
}

/// Returns a response that nobody receives, because Envoy has ended the exchange.
fn gone() -> Response<AnyBody> {
    problem(StatusCode::BAD_GATEWAY, "The server did not answer.")
}
