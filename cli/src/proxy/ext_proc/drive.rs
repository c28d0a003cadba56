//! Speaks Envoy's protocol: puts what Envoy sends into an exchange, and answers with the output.
//!
//! | mode of the body | the head is answered | the body is answered |
//! |---|---|---|
//! | `BUFFERED` | before the body is sent; changes that depend on the body follow with it | once |
//! | `STREAMED` | before the body is sent | each piece with what can be sent on when it has been read |
//! | `FULL_DUPLEX_STREAMED` | when the layer sends it on | as the layer sends it on |

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, UPGRADE};
use http::{HeaderMap, Method, StatusCode};
use lastfour::middleware::{Direction, HeadFirst};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tonic::Streaming;
use tracing::Instrument;

use http_body_util::BodyExt;

use crate::proxy::body::{AnyBody, Progress, Received};
use crate::proxy::ext_proc::api::{
    self, BodyMode, BodyMutation, Common, CommonReply, Fields, HeaderMutation, HttpBody, HttpHeaders, Mutation,
    ProcessingRequest, ProcessingResponse, ProtocolConfiguration, Sent, TrailersReply,
};
use crate::proxy::ext_proc::exchange::{Event, FromService, Mesh, exchange};
use crate::proxy::ext_proc::head;
use crate::proxy::ext_proc::inlet::{Inlet, Piece};
use crate::proxy::headers::{clean_trailers, join_cookies};
use crate::proxy::problem::problem;
use crate::proxy::route::Route;
use crate::proxy::serve::known;
use crate::proxy::settings;
use crate::proxy::shared::Shared;

/// The maximum number of bytes of bodies that wait to be scanned. No more are received until some are scanned.
const WINDOW: usize = 256 << 10;

/// The maximum size of a piece of a body that is sent, as Envoy recommends.
const PIECE: usize = 64 << 10;

/// Why an exchange ends.
pub(super) enum Stop {
    /// Envoy has ended it.
    Gone,
    /// It failed, with a reason for metrics and one for the log.
    Failed(&'static str, &'static str),
    /// The client gets a response from this processor.
    Answered,
}

type Step = Result<(), Stop>;

const fn mode(text: &'static str) -> Stop {
    Stop::Failed("mode", text)
}

const fn protocol(text: &'static str) -> Stop {
    Stop::Failed("protocol", text)
}

/// Whether the head of a message has been answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Head {
    #[default]
    NotSent,
    Asked,
    Answered,
}

/// The request or the response of an exchange.
#[derive(Default)]
struct Side {
    mode: BodyMode,
    has_body: bool,
    /// The head as received.
    before: HeaderMap,
    head: Head,
    /// Whether the layer has sent the head.
    is_known: bool,
    /// Changes of the head that are sent with the body.
    late: Option<HeaderMutation>,
    inlet: Option<UnboundedSender<Piece>>,
    /// The number of received bytes that were not read yet.
    unread: usize,
    /// The number of data messages that were not answered.
    unanswered: usize,
    /// The body as received, if it is sent as a whole.
    whole: Bytes,
    is_changed: bool,
    received_all: bool,
    /// The bytes that can be sent.
    out: BytesMut,
    is_sent: bool,
    /// Trailers as received, until they are answered.
    trailers: Option<HeaderMap>,
}

impl Side {
    /// Returns whether the client or the upstream gets bytes before the end of the body is known.
    fn streams(&self) -> bool {
        matches!(self.mode, BodyMode::Streamed | BodyMode::FullDuplexStreamed)
    }
}

/// One exchange.
pub(super) struct Driver {
    shared: Arc<Shared>,
    replies: mpsc::Sender<Option<ProcessingResponse>>,
    events: (UnboundedSender<Event>, UnboundedReceiver<Event>),
    request: Side,
    response: Side,
    upstream: Option<oneshot::Sender<http::Response<AnyBody>>>,
    is_started: bool,
    route: String,
    method: Method,
    status: Option<StatusCode>,
}

impl Driver {
    /// `replies`: the channel for the answers; `None` ends them. If it is not sent, the exchange counts as failed.
    pub(super) fn new(shared: Arc<Shared>, replies: mpsc::Sender<Option<ProcessingResponse>>) -> Self {
        Self {
            shared,
            replies,
            events: mpsc::unbounded_channel(),
            request: Side::default(),
            response: Side::default(),
            upstream: None,
            is_started: false,
            route: "none".to_owned(),
            method: Method::default(),
            status: None,
        }
    }

    /// Answers all messages of an exchange.
    pub(super) async fn run(mut self, mut messages: Streaming<ProcessingRequest>) {
        let start = Instant::now();
        let stop = loop {
            let may_receive = self.request.unread + self.response.unread < WINDOW;
            let step = tokio::select! {
                biased;
                Some(event) = self.events.1.recv() => self.event(event).await,
                message = messages.message(), if may_receive => match message {
                    Ok(Some(message)) => self.message(message).await,
                    Ok(None) | Err(_) => break Stop::Gone,
                },
            };
            if let Err(stop) = step {
                break stop;
            }
        };
        let failed = match stop {
            Stop::Gone | Stop::Answered => false,
            Stop::Failed(reason, text) => {
                metrics::counter!("lastfour_ext_proc_failures_total", "reason" => reason).increment(1);
                tracing::error!(route = self.route.as_str(), reason, "{text}");
                self.fail().await
            }
        };
        if !failed {
            let _ = self.replies.send(None).await;
        }
        self.report(start);
    }

    fn report(&self, start: Instant) {
        let status = self.status.map_or("none".to_owned(), |status| status.as_u16().to_string());
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        // Paths and queries may contain secrets, so only the route is logged.
        tracing::info!(method = known(&self.method), route = self.route.as_str(), status, ms, "request");
        metrics::counter!("lastfour_ext_proc_requests_total", "route" => self.route.clone(), "status" => status)
            .increment(1);
    }

    /// Blocks everything that follows. Returns whether Envoy must be told by an error, because a response has begun.
    async fn fail(&mut self) -> bool {
        if self.response.head == Head::Answered && self.response.streams() {
            return true;
        }
        let detail = "The message could not be scanned.";
        let (head, body) = problem(StatusCode::INTERNAL_SERVER_ERROR, detail).into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        self.instead(head.status, &head.headers, body).await.is_err()
    }

    async fn instead(&mut self, status: StatusCode, headers: &HeaderMap, body: Bytes) -> Step {
        self.status = Some(status);
        self.send(Sent::Immediate(head::immediate(status, headers, body))).await
    }

    async fn send(&self, sent: Sent) -> Step {
        let reply = ProcessingResponse { response: Some(sent) };
        self.replies.send(Some(reply)).await.map_err(|_| Stop::Gone)
    }

    fn side(&mut self, direction: Direction) -> &mut Side {
        if direction == Direction::Request { &mut self.request } else { &mut self.response }
    }

    // Messages from Envoy.

    async fn message(&mut self, message: ProcessingRequest) -> Step {
        use api::Received::{
            RequestBody, RequestHeaders, RequestTrailers, ResponseBody, ResponseHeaders, ResponseTrailers,
        };
        if message.observability_mode {
            return Err(mode("Envoy is in observability mode, in which nothing can be masked"));
        }
        let Some(received) = message.request else { return Ok(()) };
        match received {
            RequestHeaders(headers) if !self.is_started => {
                self.is_started = true;
                self.begin(headers, message.protocol_config).await
            }
            RequestHeaders(_) => Err(protocol("a request has two heads")),
            _ if !self.is_started => Err(mode("the head of the request is missing: set request_header_mode to SEND")),
            ResponseHeaders(headers) => self.respond(headers),
            RequestBody(body) => self.body(Direction::Request, body).await,
            ResponseBody(body) => self.body(Direction::Response, body).await,
            RequestTrailers(trailers) => self.trailers(Direction::Request, trailers.trailers).await,
            ResponseTrailers(trailers) => self.trailers(Direction::Response, trailers.trailers).await,
        }
    }

    async fn begin(&mut self, headers: HttpHeaders, config: Option<ProtocolConfiguration>) -> Step {
        let Some(config) = config else {
            return Err(mode("Envoy does not say in which mode it sends bodies: use a newer version"));
        };
        (self.request.mode, self.response.mode) = (config.request_body_mode(), config.response_body_mode());
        let Some(request) = head::request(headers.headers) else { return Err(protocol("a request is not valid")) };
        let (mut head, ()) = request.into_parts();
        join_cookies(&mut head.headers);
        let routes = self.shared.routes();
        let route = routes.find(&head.method, head.uri.path());
        (self.route, self.method) = (route.name.clone(), head.method.clone());
        if route.layer.is_some() {
            if head.method == Method::CONNECT || head.headers.contains_key(UPGRADE) {
                return Err(Stop::Failed(
                    "upgrade",
                    "WebSocket and other upgrades are not scanned here: send them through `lastfour proxy`",
                ));
            }
            self.check_modes(route)?;
        }
        let limit = self.shared.settings.limits.body();
        let length = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > limit) {
            let (head, body) =
                problem(StatusCode::PAYLOAD_TOO_LARGE, "The body of the request is too large.").into_parts();
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            self.instead(head.status, &head.headers, body).await?;
            return Err(Stop::Answered);
        }
        self.request.before = head.headers.clone();
        if self.request.mode == BodyMode::Streamed {
            head.extensions.insert(HeadFirst);
        }
        let progress = Progress::new();
        let inlet = self.inlet(Direction::Request, headers.end_of_stream);
        let body = Received::new(inlet, progress.clone(), self.shared.settings.timeouts.idle, limit).boxed_unsync();
        let (sender, receiver) = oneshot::channel();
        self.upstream = Some(sender);
        let mesh = Mesh::new(self.events.0.clone(), receiver, progress);
        let request = http::Request::from_parts(head, body);
        // Adds the route to log lines about findings and failures.
        let span = tracing::info_span!("request", route = self.route.as_str());
        tokio::spawn(exchange(route.layer.clone(), request, mesh).instrument(span));
        Ok(())
    }

    /// Checks that the bodies that must be scanned are sent as a whole or in pieces.
    fn check_modes(&self, route: &Route) -> Step {
        let reads = |mode| matches!(mode, BodyMode::Streamed | BodyMode::Buffered | BodyMode::FullDuplexStreamed);
        let requests = matches!(route.direction, settings::Direction::Both | settings::Direction::Requests);
        if requests && !reads(self.request.mode) {
            return Err(mode(
                "bodies of requests must be scanned, and Envoy's request_body_mode does not send them whole",
            ));
        }
        let responses = matches!(route.direction, settings::Direction::Both | settings::Direction::Responses);
        if responses && !reads(self.response.mode) {
            return Err(mode(
                "bodies of responses must be scanned, and Envoy's response_body_mode does not send them whole",
            ));
        }
        Ok(())
    }

    fn respond(&mut self, headers: HttpHeaders) -> Step {
        let Some(response) = head::response(headers.headers) else { return Err(protocol("a response is not valid")) };
        let Some(upstream) = self.upstream.take() else { return Err(protocol("a request has two responses")) };
        let (mut head, ()) = response.into_parts();
        self.status = Some(head.status);
        self.response.before = head.headers.clone();
        head.extensions.insert(FromService);
        if self.response.mode == BodyMode::Streamed {
            head.extensions.insert(HeadFirst);
        }
        let inlet = self.inlet(Direction::Response, headers.end_of_stream);
        let idle = self.shared.settings.timeouts.idle;
        let body = Received::new(inlet, Progress::new(), idle, u64::MAX).boxed_unsync();
        // If there is no receiver, the layer has answered already.
        let _ = upstream.send(http::Response::from_parts(head, body));
        Ok(())
    }

    fn inlet(&mut self, direction: Direction, is_empty: bool) -> Inlet {
        let (sender, inlet) = Inlet::new(direction, self.events.0.clone(), is_empty);
        let side = self.side(direction);
        (side.inlet, side.head, side.has_body) = (Some(sender), Head::Asked, !is_empty);
        inlet
    }

    async fn body(&mut self, direction: Direction, body: HttpBody) -> Step {
        let side = self.side(direction);
        side.unanswered += 1;
        let is_last = body.end_of_stream || !side.streams();
        if !side.streams() {
            side.whole = body.body.clone();
        }
        if let (Some(inlet), false) = (&side.inlet, side.is_sent) {
            if !body.body.is_empty() {
                side.unread += body.body.len();
                let _ = inlet.send(Piece::Data(body.body));
            }
            if is_last {
                let _ = inlet.send(Piece::End);
            }
        }
        side.received_all |= is_last;
        if side.is_sent { self.answer(direction).await } else { Ok(()) }
    }

    async fn trailers(&mut self, direction: Direction, trailers: Option<Fields>) -> Step {
        let Some(mut trailers) = head::trailers(trailers) else { return Err(protocol("trailers are not valid")) };
        let side = self.side(direction);
        side.trailers = Some(trailers.clone());
        if side.is_sent {
            // They came after the whole body. If the body was changed, their claims about it may be wrong.
            let kept = if side.is_changed { HeaderMap::new() } else { trailers };
            return self.answer_trailers(direction, &kept).await;
        }
        side.received_all = true;
        clean_trailers(&mut trailers);
        if let Some(inlet) = &side.inlet {
            let _ = inlet.send(Piece::Trailers(trailers));
            let _ = inlet.send(Piece::End);
        }
        Ok(())
    }

    // Events from the layer.

    async fn event(&mut self, event: Event) -> Step {
        match event {
            Event::Head(direction, after) => self.send_head(direction, &after).await,
            Event::Wants(direction) => self.wanted(direction).await,
            Event::Data(direction, data) => {
                let side = self.side(direction);
                side.out.extend_from_slice(&data);
                if side.mode == BodyMode::FullDuplexStreamed { self.flush(direction, false).await } else { Ok(()) }
            }
            Event::Took(direction, len) => {
                let side = self.side(direction);
                side.unread = side.unread.saturating_sub(len);
                // The last piece is answered when the end of the body is known.
                let is_last = side.received_all && side.unanswered == 1;
                if side.mode == BodyMode::Streamed && side.unanswered > 0 && !is_last {
                    self.answer_one(direction).await?;
                }
                Ok(())
            }
            Event::End(direction) => {
                self.side(direction).is_sent = true;
                self.answer(direction).await?;
                if self.side(direction).trailers.is_some() {
                    self.answer_trailers(direction, &HeaderMap::new()).await?;
                }
                Ok(())
            }
            Event::Trailers(direction, after) => {
                self.side(direction).is_sent = true;
                self.answer(direction).await?;
                self.answer_trailers(direction, &after).await
            }
            // The layer sends the answer.
            Event::Stopped(Direction::Request) if self.response.head == Head::NotSent => Ok(()),
            Event::Stopped(_) => Err(Stop::Failed("body", "a body was stopped after its beginning was sent on")),
            Event::Instead(status, headers, body) => {
                self.instead(status, &headers, body).await?;
                Err(Stop::Answered)
            }
        }
    }

    async fn send_head(&mut self, direction: Direction, after: &HeaderMap) -> Step {
        let side = self.side(direction);
        side.is_known = true;
        let mutation = head::mutation(&side.before, after);
        if side.head == Head::Asked {
            return self.answer_head(direction, mutation).await;
        }
        side.late = mutation;
        Ok(())
    }

    async fn answer_head(&mut self, direction: Direction, header_mutation: Option<HeaderMutation>) -> Step {
        self.side(direction).head = Head::Answered;
        let reply = CommonReply { response: Some(Common { header_mutation, body_mutation: None }) };
        self.send(match direction {
            Direction::Request => Sent::RequestHeaders(reply),
            _ => Sent::ResponseHeaders(reply),
        })
        .await
    }

    /// The layer wants to read a body that has no bytes buffered.
    async fn wanted(&mut self, direction: Direction) -> Step {
        let side = self.side(direction);
        match side.mode {
            // Nobody needs it.
            BodyMode::None if side.is_known => {
                if let Some(inlet) = &side.inlet {
                    let _ = inlet.send(Piece::End);
                }
                Ok(())
            }
            BodyMode::Buffered | BodyMode::BufferedPartial if side.head == Head::Asked => {
                self.answer_head(direction, None).await
            }
            BodyMode::Streamed | BodyMode::None | BodyMode::Grpc if !side.is_known => Err(mode(
                "a body must be read before its head is sent on, for its conversation key or because the policy blocks: set \
                 the mode to FULL_DUPLEX_STREAMED or BUFFERED",
            )),
            _ => Ok(()),
        }
    }

    /// Answers all data messages after the body has ended.
    async fn answer(&mut self, direction: Direction) -> Step {
        let side = self.side(direction);
        side.unread = 0;
        if side.mode == BodyMode::FullDuplexStreamed {
            side.unanswered = 0;
            return if side.has_body { self.flush(direction, true).await } else { Ok(()) };
        }
        while self.side(direction).unanswered > 0 {
            self.answer_one(direction).await?;
        }
        if self.side(direction).streams() && !self.side(direction).out.is_empty() {
            return Err(mode(
                "text is held back at the trailers, which cannot be sent in the mode STREAMED: set FULL_DUPLEX_STREAMED",
            ));
        }
        Ok(())
    }

    /// Answers a data message.
    async fn answer_one(&mut self, direction: Direction) -> Step {
        let side = self.side(direction);
        side.unanswered -= 1;
        let body = side.out.split().freeze();
        let is_same = !side.streams() && body == side.whole;
        side.is_changed |= !is_same;
        side.whole = Bytes::new();
        let mutation = if body.is_empty() { Mutation::Clear(true) } else { Mutation::Body(body) };
        let body_mutation = (!is_same).then_some(BodyMutation { mutation: Some(mutation) });
        let header_mutation = side.late.take();
        let reply = Common { header_mutation, body_mutation };
        self.send_body(direction, reply).await
    }

    async fn send_body(&self, direction: Direction, common: Common) -> Step {
        let reply = CommonReply { response: Some(common) };
        self.send(match direction {
            Direction::Request => Sent::RequestBody(reply),
            _ => Sent::ResponseBody(reply),
        })
        .await
    }

    /// Sends what can be sent, in the mode `FULL_DUPLEX_STREAMED`.
    async fn flush(&mut self, direction: Direction, is_end: bool) -> Step {
        loop {
            let side = self.side(direction);
            let len = side.out.len().min(PIECE);
            let body = side.out.split_to(len).freeze();
            let end_of_stream = is_end && side.out.is_empty() && side.trailers.is_none();
            let is_done = side.out.is_empty();
            if !body.is_empty() || end_of_stream {
                let mutation = Some(Mutation::Streamed(HttpBody { body, end_of_stream }));
                let common = Common { header_mutation: None, body_mutation: Some(BodyMutation { mutation }) };
                self.send_body(direction, common).await?;
            }
            if is_done {
                return Ok(());
            }
        }
    }

    /// Answers the trailers with replacements.
    async fn answer_trailers(&mut self, direction: Direction, after: &HeaderMap) -> Step {
        let Some(before) = self.side(direction).trailers.take() else { return Ok(()) };
        let reply = TrailersReply { header_mutation: head::mutation(&before, after) };
        self.send(match direction {
            Direction::Request => Sent::RequestTrailers(reply),
            _ => Sent::ResponseTrailers(reply),
        })
        .await
    }
}
