//! Handles a request and its response: reads and scans the request, calls the inner service, reads and scans the
//! response.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, request, response};
use http_body::Body;
use tower_service::Service;

use crate::Conversation;
use crate::entity::FindingKind;
use crate::filter::{BodyFormat, Filter, Report, ScanError, Speakers};
use crate::message::{MessageId, Role};
use crate::middleware::body::RedactBody;
use crate::middleware::config::Config;
use crate::middleware::conversation::{Counts, Decision, StoredConversation};
use crate::middleware::encoding::Decoder;
use crate::middleware::gather::{Held, NotHeld, gather};
use crate::middleware::head_first::HeadFirst;
use crate::middleware::headers::{self, Change, correct};
use crate::middleware::key::{KeyError, KeyExtractor, is_word};
use crate::middleware::plan::{How, Overflow, Plan, how, opens_document, plan, response_plan};
use crate::middleware::reject::Rejection;
use crate::middleware::scan::{End, scan};
use crate::middleware::store::ConversationStore;
use crate::middleware::stream::Stream;
use crate::middleware::stream_end::{self, Original, SaveAtEnd};
use crate::middleware::telemetry::{self, Cost};
#[cfg(feature = "websocket")]
use crate::middleware::websocket::{Connection, Form, Packet, Payload, Polling, Side, Upgrade, Verdict};
use crate::middleware::{BoxError, Direction};

/// Answers a request.
pub(super) async fn exchange<S, B, R, St>(
    config: Arc<Config<St>>,
    mut service: S,
    request: Request<B>,
) -> Result<Response<RedactBody<R>>, S::Error>
where
    S: Service<Request<RedactBody<B>>, Response = Response<R>>,
    B: Body + 'static,
    B::Error: Into<BoxError>,
    R: Body + 'static,
    R::Error: Into<BoxError>,
    St: ConversationStore,
{
    let (mut head, body) = request.into_parts();
    let looks_at = config.looks_at(&head);
    #[cfg(feature = "websocket")]
    let upgrade = if looks_at { Upgrade::prepare(&mut head).await } else { None };
    #[cfg(feature = "websocket")]
    let is_upgrade = upgrade.is_some();
    #[cfg(not(feature = "websocket"))]
    let is_upgrade = false;
    // After CONNECT there is a connection instead of a body.
    if head.method == Method::CONNECT && !is_upgrade || !looks_at {
        if config.requests {
            head.extensions.insert(complete());
        }
        let response = service.call(Request::from_parts(head, RedactBody::pass(body))).await?;
        return Ok(response.map(RedactBody::pass));
    }
    let mut exchange = Exchange::new(config, &head);
    // A server that does not expect a body takes it for the first WebSocket messages, which nobody has scanned.
    if is_upgrade && body.size_hint().exact() != Some(0) && !exchange.config.pass_on_failure {
        return Ok(exchange.reject(Direction::Request, failed(Direction::Request, ScanError::Malformed)));
    }
    let body = match exchange.request(&mut head, body).await {
        Ok(body) => body,
        Err(stopped) => return Ok(exchange.reject(Direction::Request, stopped)),
    };
    let result = service.call(Request::from_parts(head, body)).await;
    if let Some(stopped) = exchange.stopped() {
        exchange.decide(false).await;
        return Ok(exchange.reject(Direction::Request, stopped));
    }
    let (mut head, body) = match result {
        Ok(response) => response.into_parts(),
        Err(error) => {
            exchange.decide(false).await;
            return Err(error);
        }
    };
    let accepted = exchange.config.is_accepted(&head);
    exchange.decide(accepted).await;
    #[cfg(feature = "websocket")]
    if let Some(upgrade) = upgrade.filter(|upgrade| upgrade.is_accepted(&head)) {
        return Ok(match exchange.upgrade(upgrade, &mut head) {
            Ok(()) => Response::from_parts(head, RedactBody::pass(body)),
            Err(stopped) => exchange.reject(Direction::Response, stopped),
        });
    }
    match exchange.response(&mut head, body).await {
        Ok(body) => Ok(Response::from_parts(head, body)),
        Err(stopped) => Ok(exchange.reject(Direction::Response, stopped)),
    }
}

/// The state of an exchange.
struct Exchange<St> {
    config: Arc<Config<St>>,
    method: Method,
    /// The role that was read from the request.
    client: Option<Role>,
    id: Option<MessageId>,
    key: Option<String>,
    /// Whether a key is required and the request has none.
    keyless: bool,
    /// The conversation in which the response is scanned, if it is already known.
    conversation: Option<Conversation>,
    /// The report of the request, if requests are scanned.
    report: Option<Report>,
    /// Whether the request is scanned while the inner service reads it.
    streams: bool,
    /// Whether the inner service has accepted the request.
    accepted: bool,
    decision: Arc<Decision>,
    /// The request is one of the long polling of Engine.IO.
    #[cfg(feature = "websocket")]
    polling: Option<Polling>,
}

/// A body that must not be sent on, because of a failure or because the policy blocks it.
struct Stopped {
    failure: Option<ScanError>,
    report: Report,
}

/// A body that was received according to its plan.
enum Received<X> {
    /// The body passes.
    Pass(RedactBody<X>, Report),
    Held(Held, How),
    /// The body streams, after the data that has already been read.
    Stream(VecDeque<Bytes>, Pin<Box<X>>, How),
}

impl<St: ConversationStore> Exchange<St> {
    fn new(config: Arc<Config<St>>, head: &request::Parts) -> Self {
        Self {
            config,
            method: head.method.clone(),
            client: None,
            id: None,
            key: None,
            keyless: false,
            conversation: None,
            report: None,
            streams: false,
            accepted: false,
            decision: Arc::default(),
            #[cfg(feature = "websocket")]
            polling: Polling::of(&head.uri),
        }
    }

    /// Returns the body for the inner service.
    async fn request<B>(&mut self, head: &mut request::Parts, body: B) -> Result<RedactBody<B>, Stopped>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        if self.config.responses {
            headers::ask_for_scannable_response(&mut head.headers);
        }
        let needs_body = self.identify(head, None)?;
        #[cfg(feature = "websocket")]
        if let Some(form) = self.polls(&head.headers) {
            // The key is not read from packets.
            if needs_body {
                self.identify(head, Some(&[]))?;
            }
            let (body, report) = self.poll(Direction::Request, form, &mut head.headers, body).await?;
            if self.config.requests {
                self.report = Some(report.clone());
                head.extensions.insert(report);
            }
            return Ok(body);
        }
        if !self.config.requests && !needs_body {
            return Ok(RedactBody::pass(body));
        }
        let head_first = head.extensions.get::<HeadFirst>().is_some();
        let plan = plan(&self.config, Direction::Request, &head.headers, &body.size_hint(), needs_body, head_first);
        self.report_unread(Direction::Request, &plan);
        let received = match plan {
            // The body is read only for the conversation key.
            Plan::Refuse(failure) if !self.config.requests && !matches!(failure, ScanError::TooLarge { .. }) => {
                Received::Pass(RedactBody::pass(body), complete())
            }
            plan => self.receive(Direction::Request, plan, body).await?,
        };
        if needs_body {
            self.identify(
                head,
                Some(match &received {
                    Received::Held(held, _) => held.bytes(),
                    Received::Pass(..) | Received::Stream(..) => &[],
                }),
            )?;
        }
        if !self.config.requests {
            return Ok(match received {
                Received::Pass(body, _) => body,
                Received::Held(held, _) => held.into_received(),
                Received::Stream(read, body, _) => RedactBody::rest(read, body),
            });
        }
        self.streams = matches!(received, Received::Stream(..));
        let (body, report) = self.scan(Direction::Request, received, &mut head.headers, head_first).await?;
        self.report = Some(report.clone());
        head.extensions.insert(report);
        Ok(body)
    }

    /// Returns the body for the client.
    async fn response<R>(&mut self, head: &mut response::Parts, body: R) -> Result<RedactBody<R>, Stopped>
    where
        R: Body,
        R::Error: Into<BoxError>,
    {
        self.count(&mut head.headers, None);
        #[cfg(feature = "websocket")]
        if let Some(form) = self.polls(&head.headers).filter(|_| head.status == http::StatusCode::OK) {
            let (body, report) = self.poll(Direction::Response, form, &mut head.headers, body).await?;
            self.count(&mut head.headers, Some(&report));
            head.extensions.insert(report);
            return Ok(body);
        }
        if !self.config.responses {
            return Ok(RedactBody::pass(body));
        }
        let plan = response_plan(&self.config, &self.method, head, &body.size_hint());
        self.report_unread(Direction::Response, &plan);
        if matches!(plan, Plan::Pass | Plan::Unread(_)) {
            // The headers of a response to HEAD describe bytes that a GET may change.
            if self.method == Method::HEAD && matches!(how(&self.config, &head.headers), Ok(Some(_))) {
                correct(&mut head.headers, Change::Unknown);
                return Ok(RedactBody::without_length(body));
            }
            return Ok(RedactBody::pass(body));
        }
        let head_first = head.extensions.get::<HeadFirst>().is_some();
        let received = self.receive(Direction::Response, plan, body).await?;
        let (body, report) = self.scan(Direction::Response, received, &mut head.headers, head_first).await?;
        self.count(&mut head.headers, Some(&report));
        head.extensions.insert(report);
        Ok(body)
    }

    /// Reads the key of the conversation, the role and the id from a request. Returns whether the key or the role may be in
    /// its body, which has not been read.
    fn identify(&mut self, head: &request::Parts, body: Option<&[u8]>) -> Result<bool, Stopped> {
        let config = self.config.clone();
        let read = |extractor: &Option<Arc<dyn KeyExtractor>>| match extractor {
            Some(extractor) => extractor.extract(head, body).map(|word| word.filter(is_word)),
            None => Ok(None),
        };
        let asked = config.asks_for_key(head);
        let key = if asked { read(&config.key) } else { Ok(None) };
        if key == Err(KeyError::Duplicate) && !config.pass_on_failure {
            return Err(failed(Direction::Request, ScanError::DuplicateKey));
        }
        let role = read(&config.role);
        let needs_body = body.is_none() && [&key, &role].contains(&&Err(KeyError::NeedsBody));
        self.key = key.ok().flatten();
        // The packets of one connection of Engine.IO are one conversation.
        #[cfg(feature = "websocket")]
        if self.key.is_none() {
            self.key = Polling::key(&head.uri);
        }
        self.keyless = asked && self.key.is_none();
        self.client = role.ok().flatten().and_then(|name| Role::from_name(&name));
        self.id = read(&config.id).ok().flatten().and_then(|id| id.parse().ok()).map(MessageId);
        Ok(needs_body)
    }

    /// Reports a body that passes because of its type.
    fn report_unread(&self, direction: Direction, plan: &Plan) {
        let looks_at = match direction {
            Direction::Request => self.config.requests,
            Direction::Response => self.config.responses,
        };
        if let (Plan::Unread(rule), true) = (plan, looks_at) {
            telemetry::unscanned(direction.as_str(), rule, &self.config.warned);
        }
    }

    /// Reads a body according to its plan.
    async fn receive<X: Body>(&self, direction: Direction, plan: Plan, body: X) -> Result<Received<X>, Stopped> {
        let (failure, body) = match plan {
            Plan::Pass | Plan::Unread(_) => return Ok(Received::Pass(RedactBody::pass(body), complete())),
            Plan::Stream(how) => return Ok(Received::Stream(VecDeque::new(), Box::pin(body), how)),
            Plan::Refuse(failure) => (failure, RedactBody::pass(body)),
            Plan::Hold(how, overflow) => {
                let limit = self.config.limits.hold;
                match gather(body, how.coding, limit).await {
                    Ok(held) => return Ok(Received::Held(held, how)),
                    Err(NotHeld::TooLarge(read, body)) => {
                        let streams = match overflow {
                            Overflow::Stream => true,
                            Overflow::StreamText => !opens_document(read.iter().flatten()),
                            Overflow::Refuse => false,
                        };
                        if streams {
                            return Ok(Received::Stream(read, body, how));
                        }
                        (ScanError::TooLarge { limit }, RedactBody::rest(read, body))
                    }
                    Err(NotHeld::Undecodable(failure, body)) => (failure, body),
                    // The rest of the body does not exist, so it cannot pass.
                    Err(NotHeld::CutOff) => return Err(failed(direction, ScanError::CutOff)),
                }
            }
        };
        let stopped = failed(direction, failure);
        if self.config.pass_on_failure { Ok(Received::Pass(body, stopped.report)) } else { Err(stopped) }
    }

    /// Scans a body, or wraps it so that it is scanned while it is sent. Corrects its headers.
    async fn scan<X>(
        &mut self,
        direction: Direction,
        received: Received<X>,
        headers: &mut HeaderMap,
        head_first: bool,
    ) -> Result<(RedactBody<X>, Report), Stopped>
    where
        X: Body,
        X::Error: Into<BoxError>,
    {
        match received {
            Received::Pass(body, report) => Ok((body, report)),
            Received::Held(held, how) => self.scan_held(direction, held, how, headers).await,
            Received::Stream(read, body, how) => {
                self.scan_stream(direction, (read, body), how, headers, head_first).await
            }
        }
    }

    async fn scan_held<X>(
        &mut self,
        direction: Direction,
        held: Held,
        how: How,
        headers: &mut HeaderMap,
    ) -> Result<(RedactBody<X>, Report), Stopped> {
        let stored = self.stored(direction);
        let counts = match direction {
            Direction::Request => Counts::WhenAccepted,
            Direction::Response => Counts::Now,
        };
        let make_filter = self.make_filter(direction, how.format);
        let pass_on_failure = self.config.pass_on_failure;
        let known = self.conversation.take();
        let (scanned, pending) =
            match scan(held.bytes(), known, stored.as_ref(), counts, pass_on_failure, make_filter).await {
                Ok(scanned) => scanned,
                Err(failure) => return Err(failed(direction, failure)),
            };
        telemetry::scanned(direction.as_str(), &scanned.report, scanned.cost);
        telemetry::unread(direction.as_str(), &scanned.report, &self.config.warned);
        telemetry::passed(direction.as_str(), &scanned.report, &self.config.warned);
        let report = scanned.report;
        match scanned.end {
            End::Passes { changed, conversation } => {
                self.conversation = Some(conversation);
                if let (Some(pending), Counts::WhenAccepted) = (pending, counts) {
                    self.conversation = Some(pending.guarded());
                    self.decision.learned(pending);
                }
                Ok((held.into_scanned(changed, headers), report))
            }
            End::Failed(_) if pass_on_failure => Ok((held.into_received(), report)),
            End::Failed(failure) => Err(Stopped { failure: Some(failure), report }),
            End::Blocked => Err(Stopped { failure: None, report }),
        }
    }

    async fn scan_stream<X>(
        &mut self,
        direction: Direction,
        (read, mut body): (VecDeque<Bytes>, Pin<Box<X>>),
        how: How,
        headers: &mut HeaderMap,
        head_first: bool,
    ) -> Result<(RedactBody<X>, Report), Stopped>
    where
        X: Body,
        X::Error: Into<BoxError>,
    {
        let stored = self.stored(direction).map(Arc::new);
        let pass_on_failure = self.config.pass_on_failure;
        let loaded = match (self.conversation.take(), &stored) {
            (None, Some(stored)) => match stored.load().await {
                Err(failure) if !pass_on_failure => return Err(failed(direction, failure)),
                loaded => loaded.ok().flatten(),
            },
            (known, _) => known,
        };
        // The start of large documents and pages is scanned ahead, so that a failure there can be answered with a
        // status.
        let scans_ahead = direction == Direction::Response && !how.format.streams() && !head_first;
        let is_events = direction == Direction::Response && how.format == BodyFormat::Events;
        let make_filter = self.make_filter(direction, how.format);
        let filter = make_filter(loaded.clone().unwrap_or_default());
        let report = filter.report();
        correct(headers, Change::Unknown);
        let limit = self.config.limits.hold;
        let (original, decision) = match direction {
            Direction::Request => (Some(Original::new(limit)), Some(self.decision.clone())),
            Direction::Response => (None, None),
        };
        let save = stored.map(|stored| -> SaveAtEnd {
            Box::new(move |ended| {
                Box::pin(stream_end::save(stored, loaded, decision, Box::new(make_filter), pass_on_failure, ended))
            })
        });
        let decoder = how.coding.map(Decoder::new);
        let mut stream =
            Stream::new(direction, filter, decoder, self.config.warned.clone()).read(read).save_at_end(save, original);
        if is_events {
            stream = stream.last_event(self.config.reject.clone());
        }
        if scans_ahead && stream.scan_ahead(body.as_mut(), limit).await.is_err() {
            return Err(Stopped { failure: report.failure(), report });
        }
        Ok((RedactBody::stream(body, stream), report))
    }

    /// Returns the stored conversation. The response to a refused request is not stored.
    fn stored(&self, direction: Direction) -> Option<StoredConversation<St>> {
        if self.keyless && (direction == Direction::Request || !self.config.requests) {
            telemetry::keyless(direction.as_str());
        }
        let key = self.key.clone().filter(|_| direction == Direction::Request || self.accepted)?;
        Some(StoredConversation::new(self.config.store.clone(), key, direction.as_str()))
    }

    /// Creates filters for a body.
    fn make_filter(
        &self,
        direction: Direction,
        format: BodyFormat,
    ) -> impl Fn(Conversation) -> Filter + Send + Sync + use<St> {
        let config = self.config.clone();
        let (speaker, id) = match direction {
            Direction::Request => (self.speaker(), self.id),
            Direction::Response => ((self.config.response_role, Speakers::Named), None),
        };
        move |conversation| config.filter(format.clone(), conversation, speaker, id)
    }

    /// Returns who speaks in the request, and whether its body can name others.
    fn speaker(&self) -> (Role, Speakers) {
        match self.client {
            None => (self.config.request_role, Speakers::Named),
            Some(client) if self.key.is_none() => (client, Speakers::Known),
            Some(client) => (client, Speakers::KnownAmongOthers),
        }
    }

    /// Remembers what was learned from the request, or removes it.
    async fn decide(&mut self, accepted: bool) {
        self.accepted = accepted;
        let Some(pending) = self.decision.answered(accepted) else { return };
        if let Some(stored) = self.stored(Direction::Request) {
            let known = stored.decide(pending, accepted).await;
            if accepted {
                self.conversation = known;
            }
        }
    }

    /// Returns how a body with these headers holds packets of Engine.IO, or `None` if it holds none.
    #[cfg(feature = "websocket")]
    fn polls(&self, headers: &HeaderMap) -> Option<Form> {
        let polls = self.polling.is_some() && self.config.upgrades.reads_engine_io();
        polls.then(|| Polling::form(headers)).flatten()
    }

    /// Redacts the packets in a body of long polling, like the messages of an upgraded connection.
    #[cfg(feature = "websocket")]
    async fn poll<X: Body>(
        &mut self,
        direction: Direction,
        form: Form,
        headers: &mut HeaderMap,
        body: X,
    ) -> Result<(RedactBody<X>, Report), Stopped> {
        let (from, redacts) = match direction {
            Direction::Request => (Side::Client, self.config.requests),
            Direction::Response => (Side::Server, self.config.responses),
        };
        let plan = match (form, how(&self.config, headers)) {
            (Form::Binary, _) if redacts && self.config.upgrades.stops_binary() => Plan::Refuse(ScanError::Binary),
            (Form::Text, Ok(Some(how))) => Plan::Hold(how, Overflow::Refuse),
            (_, Err(failure)) if redacts => Plan::Refuse(failure),
            _ => Plan::Unread(self.config.types.rule("application/octet-stream")),
        };
        self.report_unread(direction, &plan);
        let held = match self.receive(direction, plan, body).await? {
            Received::Held(held, _) => held,
            Received::Pass(body, report) => return Ok((body, report)),
            Received::Stream(read, body, _) => return Ok((RedactBody::rest(read, body), complete())),
        };
        let Some(polling) = self.polling.clone() else { return Ok((held.into_received(), complete())) };
        let stored = self.key.clone().map(|key| (self.config.store.clone(), key));
        let connection = Connection::new(self.config.upgrades.engine_io(self.config.session(self.client)), stored);
        let split = polling.split(held.bytes());
        let mut is_split = split.is_some();
        let mut changed = false;
        let mut packets = Vec::new();
        let report = Report::new();
        for packet in split.unwrap_or_else(|| vec![Packet { bytes: held.bytes(), is_binary: false }]) {
            let payload = if packet.is_binary { Payload::Binary(packet.bytes) } else { Payload::Text(packet.bytes) };
            let scanned = connection.scan(from, payload).await;
            let findings: Vec<_> = scanned.report.findings().iter().map(|found| found.finding).collect();
            report.add(&findings, &scanned.report.recall());
            if let Some(failure) = scanned.failure() {
                report.fail(failure);
            }
            changed |= scanned.verdict != Verdict::Pass;
            packets.push(match scanned.verdict {
                Verdict::Pass => packet.bytes.to_vec(),
                Verdict::Change(bytes) => bytes,
                Verdict::Stop { notice } => {
                    is_split = true;
                    match from {
                        Side::Client => polling.stopped(&self.config.notices, notice),
                        Side::Server => notice.into_bytes(),
                    }
                }
            });
        }
        report.complete();
        if from == Side::Server && self.method == Method::GET && is_split {
            let notices = polling.notices(&self.config.notices);
            changed |= !notices.is_empty();
            packets.extend(notices.into_iter().map(String::into_bytes));
        }
        let bytes = match packets.pop() {
            Some(bytes) if packets.is_empty() && !is_split => bytes,
            last => {
                packets.extend(last);
                polling.join(&packets)
            }
        };
        Ok((held.into_scanned(changed.then(|| Bytes::from(bytes)), headers), report))
    }

    /// Redacts the messages of an upgraded connection.
    #[cfg(feature = "websocket")]
    fn upgrade(&mut self, upgrade: Upgrade, head: &mut response::Parts) -> Result<(), Stopped> {
        self.count(&mut head.headers, None);
        let stored = self.key.clone().map(|key| (self.config.store.clone(), key));
        let session = self.config.session(self.client);
        if upgrade.start(head, &self.config.upgrades, session, stored) || self.config.pass_on_failure {
            return Ok(());
        }
        Err(failed(Direction::Response, ScanError::ContentType))
    }

    /// Returns why the request was stopped while the inner service was reading it.
    fn stopped(&self) -> Option<Stopped> {
        let report = self.report.as_ref().filter(|_| self.streams)?;
        let failure = report.failure();
        // If bodies may pass unscanned, a store that failed has stopped nothing.
        let passed = self.config.pass_on_failure && matches!(failure, Some(ScanError::Store | ScanError::Busy));
        let stopped = !passed && (failure.is_some() || report.is_blocked());
        stopped.then(|| Stopped { failure, report: report.clone() })
    }

    /// Writes the numbers of findings in the request and in the response into the configured header.
    fn count(&self, headers: &mut HeaderMap, response: Option<&Report>) {
        let Some(name) = &self.config.header else { return };
        let mut words: Vec<(String, u64)> = Vec::new();
        for count in self.report.iter().chain(response).flat_map(Report::counts) {
            let word = match count.kind {
                FindingKind::Disclosure => format!("{};{}", count.entity, count.action),
                kind => format!("{};{};{}", count.entity, kind.as_str(), count.action),
            };
            match words.iter_mut().find(|(known, _)| *known == word) {
                Some((_, number)) => *number += count.number,
                None => words.push((word, count.number)),
            }
        }
        let value: Vec<String> = words.into_iter().map(|(word, number)| format!("{word}={number}")).collect();
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(&value.join(", "))) {
            headers.insert(name.clone(), value);
        }
    }

    /// Returns the response that replaces a body that must not be sent on.
    fn reject<R>(&mut self, direction: Direction, stopped: Stopped) -> Response<RedactBody<R>> {
        let Stopped { failure, report } = stopped;
        let response = self.config.reject.reject(&Rejection::new(direction, failure, &report));
        let mut response = response.map(|bytes| RedactBody::held(bytes, None));
        if direction == Direction::Request {
            self.report = None;
        }
        self.count(response.headers_mut(), Some(&report));
        response.extensions_mut().insert(report);
        response
    }
}

/// The report of a body that is not scanned.
fn complete() -> Report {
    let report = Report::new();
    report.complete();
    report
}

/// Reports a body that could not be scanned.
fn failed(direction: Direction, failure: ScanError) -> Stopped {
    let report = Report::new();
    report.fail(failure);
    telemetry::scanned(direction.as_str(), &report, Cost::default());
    Stopped { failure: Some(failure), report }
}
