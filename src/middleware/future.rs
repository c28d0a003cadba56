//! The future of a response: the request is read and scanned, the inner service is called, the response is read and
//! scanned.
//!
//! A state a step; dropped at any step, it leaves nothing behind but what had been saved before.
//!
//! A body that is held stays as it came until its conversation is kept: where that has changed since it was loaded, the
//! body is scanned anew with the newer memory.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Request, Response, request, response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::Conversation;
use crate::entity::FindingKind;
use crate::filter::{BodyFormat, Filter, Report, ScanError, may_block};
use crate::message::{MessageId, Role};
use crate::middleware::body::{RedactBody, Stream};
use crate::middleware::config::Config;
use crate::middleware::encoding::{Decoder, decode};
use crate::middleware::headers::{self, Change, put_right};
use crate::middleware::plan::{How, Plan, how, plan, response_plan};
use crate::middleware::reject::Rejection;
use crate::middleware::settle::{Anew, Came, Settle, settle};
use crate::middleware::store::{ConversationStore, Saved, TRIES};
use crate::middleware::telemetry::{self, Cost};
use crate::middleware::{BoxError, Direction};

/// A conversation being loaded or saved.
type Load<St> = <St as ConversationStore>::Load;
type Saving<St> = <St as ConversationStore>::Save;

pin_project! {
    /// The response to come of a [`Redact`](crate::middleware::Redact).
    pub struct ResponseFuture<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>>,
        St: ConversationStore,
    {
        config: Arc<Config<St>>,
        service: S,
        exchange: Exchange,
        #[pin]
        step: Step<B, R, S::Future, Load<St>, Saving<St>>,
        response: PhantomData<fn() -> R>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<B, R, F, L, V> {
        /// The request has just come.
        Start { request: Option<Request<B>> },
        /// Its body is being read.
        ReadRequest { gather: Gather<B>, head: Option<request::Parts>, how: Option<How> },
        /// Its conversation is being loaded.
        LoadRequest { #[pin] load: L, job: Option<Job<request::Parts, B>> },
        /// Its conversation is being saved.
        SaveRequest { #[pin] save: V, seen: Option<Seen<request::Parts>> },
        /// The inner service is at work.
        Call { #[pin] call: F },
        ReadResponse { gather: Gather<R>, head: Option<response::Parts>, how: Option<How> },
        LoadResponse { #[pin] load: L, job: Option<Job<response::Parts, R>> },
        SaveResponse { #[pin] save: V, seen: Option<Seen<response::Parts>> },
        /// The response is there.
        Ready { response: Option<Response<RedactBody<R>>> },
    }
}

/// What is known of the request when the response comes.
struct Exchange {
    method: Method,
    role: Role,
    id: Option<MessageId>,
    key: Option<String>,
    /// A key was asked for, and there is none.
    keyless: bool,
    /// The conversation with the request's messages.
    conversation: Conversation,
    report: Option<Report>,
    /// The request's body is scanned while the inner service reads it.
    streams: bool,
}

/// A body that is ready to be scanned, once its conversation is there.
struct Job<H, B> {
    head: H,
    body: Ready<B>,
    how: How,
    /// How often it has been scanned.
    tries: usize,
}

enum Ready<B> {
    /// All of it, as it came and decoded.
    Held(Held),
    /// It is scanned as it streams through.
    Streams(Streams<B>),
}

/// A body that streams.
enum Streams<B> {
    /// Nothing of it has been read.
    All(B),
    /// Some of it has been read.
    Rest(VecDeque<Bytes>, Pin<Box<B>>),
}

struct Held {
    raw: Bytes,
    decoded: Option<Vec<u8>>,
    trailers: Option<HeaderMap>,
}

/// A body that is held, as it came, and what was seen in it.
struct Seen<H> {
    head: H,
    held: Held,
    how: How,
    tries: usize,
    report: Report,
    cost: Cost,
    end: End,
}

enum End {
    /// It may go on: the bytes, where they are others than those that came, and the conversation.
    Fits(Option<Bytes>, Conversation),
    Blocked,
    Failed(ScanError),
}

/// What comes of saving a conversation.
enum Outcome {
    /// The body goes on.
    On,
    /// The conversation has changed since it was loaded.
    Again,
    Failed(ScanError),
}

impl<S, B, R, St> ResponseFuture<S, B, R, St>
where
    S: Service<Request<RedactBody<B>>>,
    St: ConversationStore,
{
    pub(super) fn new(service: S, config: Arc<Config<St>>, request: Request<B>) -> Self {
        let exchange = Exchange {
            method: request.method().clone(),
            role: config.request_role,
            id: None,
            key: None,
            keyless: false,
            conversation: Conversation::new(),
            report: None,
            streams: false,
        };
        let step = Step::Start { request: Some(request) };
        Self { config, service, exchange, step, response: PhantomData }
    }
}

impl<S, B, R, St> fmt::Debug for ResponseFuture<S, B, R, St>
where
    S: Service<Request<RedactBody<B>>>,
    St: ConversationStore,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

type NextStep<S, B, R, St> = Step<B, R, <S as Service<Request<RedactBody<B>>>>::Future, Load<St>, Saving<St>>;

impl<S, B, R, St> Future for ResponseFuture<S, B, R, St>
where
    S: Service<Request<RedactBody<B>>, Response = Response<R>>,
    B: Body,
    B::Error: Into<BoxError>,
    R: Body,
    R::Error: Into<BoxError>,
    St: ConversationStore,
{
    type Output = Result<Response<RedactBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let mut now = At { config: this.config, service: this.service, exchange: this.exchange };
        loop {
            let next: NextStep<S, B, R, St> = match this.step.as_mut().project() {
                StepProjection::Start { request } => match request.take() {
                    Some(request) => now.start(request),
                    None => return Poll::Pending,
                },
                StepProjection::ReadRequest { gather, head, how } => {
                    let end = ready!(gather.poll(cx));
                    let (Some(head), Some(how)) = (head.take(), how.take()) else { return Poll::Pending };
                    now.request_read(gather.take(end), head, how)
                }
                StepProjection::LoadRequest { load, job } => {
                    let loaded = ready!(load.poll(cx));
                    let Some(job) = job.take() else { return Poll::Pending };
                    match now.loaded(Direction::Request, loaded) {
                        Ok(loaded) => now.scan_request(job, loaded),
                        Err(failure) => now.refuse(Direction::Request, failure),
                    }
                }
                StepProjection::SaveRequest { save, seen } => {
                    let saved = ready!(save.poll(cx));
                    let Some(seen) = seen.take() else { return Poll::Pending };
                    match now.saved(Direction::Request, saved, seen.tries) {
                        Outcome::On => now.request_seen(seen),
                        Outcome::Again => now.load_request(seen.again()),
                        Outcome::Failed(failure) => now.fail(Direction::Request, failure, seen),
                    }
                }
                StepProjection::Call { call } => match (ready!(call.poll(cx)), now.stopped()) {
                    (_, Some(rejection)) => rejection,
                    (Ok(response), None) => now.respond(response),
                    (Err(error), None) => return Poll::Ready(Err(error)),
                },
                StepProjection::ReadResponse { gather, head, how } => {
                    let end = ready!(gather.poll(cx));
                    let (Some(head), Some(how)) = (head.take(), how.take()) else { return Poll::Pending };
                    now.response_read(gather.take(end), head, how)
                }
                StepProjection::LoadResponse { load, job } => {
                    let loaded = ready!(load.poll(cx));
                    let Some(job) = job.take() else { return Poll::Pending };
                    match now.loaded(Direction::Response, loaded) {
                        Ok(loaded) => now.scan_response(job, loaded),
                        Err(failure) => now.refuse(Direction::Response, failure),
                    }
                }
                StepProjection::SaveResponse { save, seen } => {
                    let saved = ready!(save.poll(cx));
                    let Some(seen) = seen.take() else { return Poll::Pending };
                    match now.saved(Direction::Response, saved, seen.tries) {
                        Outcome::On => now.response_seen(seen),
                        Outcome::Again => now.load_response(seen.again()),
                        Outcome::Failed(failure) => now.fail(Direction::Response, failure, seen),
                    }
                }
                StepProjection::Ready { response } => match response.take() {
                    Some(response) => return Poll::Ready(Ok(response)),
                    None => return Poll::Pending,
                },
            };
            this.step.set(next);
        }
    }
}

/// The future without its step, to work out the next one.
struct At<'f, S, St> {
    config: &'f mut Arc<Config<St>>,
    service: &'f mut S,
    exchange: &'f mut Exchange,
}

impl<S, St: ConversationStore> At<'_, S, St> {
    fn start<B, R>(&mut self, request: Request<B>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        B: Body,
        B::Error: Into<BoxError>,
        R: Body,
    {
        let (mut head, body) = request.into_parts();
        // What follows is no body but a connection. A request that only asks for an upgrade has a body like any other.
        if head.method == Method::CONNECT {
            return self.pass_unseen(head, body);
        }
        if self.config.responses {
            headers::ask_for_what_can_be_seen(&mut head.headers);
        }
        self.know(&head, None);
        if !self.config.requests {
            return self.call(Request::from_parts(head, RedactBody::pass(body)));
        }
        match plan(self.config, Direction::Request, &head.headers, &body.size_hint()) {
            Plan::Pass => self.pass_unseen(head, body),
            Plan::Refuse(failure) if self.config.pass_on_failure => {
                self.pass_request(failure, head, RedactBody::pass(body))
            }
            Plan::Refuse(failure) => self.refuse(Direction::Request, failure),
            Plan::Hold(how) => {
                let gather = Gather::new(body, self.config.limits.hold);
                Step::ReadRequest { gather, head: Some(head), how: Some(how) }
            }
            Plan::Stream(how) => {
                self.load_request(Job { head, body: Ready::Streams(Streams::All(body)), how, tries: 0 })
            }
        }
    }

    /// There is nothing to be seen: the handler finds a report all the same.
    fn pass_unseen<B, R>(&mut self, mut head: request::Parts, body: B) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
    {
        if self.config.requests {
            let report = Report::new();
            report.complete();
            self.exchange.report = Some(report.clone());
            head.extensions.insert(report);
        }
        self.call(Request::from_parts(head, RedactBody::pass(body)))
    }

    /// Learns from the request what its messages are to be known by.
    fn know(&mut self, head: &request::Parts, body: Option<&[u8]>) {
        self.exchange.key = self.config.key(head, body);
        self.exchange.keyless = self.exchange.key.is_none() && self.config.asks_for_key(head);
        self.exchange.id = self.config.id(head, body);
        self.exchange.role = self.config.role(head, body);
    }

    /// Tells of a body that is scanned as a conversation of its own because its request has no key.
    fn tell_keyless(&self, direction: Direction) {
        if self.exchange.keyless {
            telemetry::keyless(direction.as_str());
        }
    }

    fn load(&self) -> Option<Load<St>> {
        self.exchange.key.as_deref().map(|key| self.config.store.load(key))
    }

    fn loaded(
        &self,
        direction: Direction,
        loaded: Result<Option<Conversation>, St::Error>,
    ) -> Result<Option<Conversation>, ScanError> {
        loaded.or_else(|error| {
            telemetry::store_failed(direction.as_str(), "loaded", &error);
            if self.config.pass_on_failure { Ok(None) } else { Err(ScanError::Store) }
        })
    }

    /// What becomes of a body that has been scanned so often, once the answer of the store is there.
    fn saved(&self, direction: Direction, saved: Result<Saved, St::Error>, tries: usize) -> Outcome {
        if let Err(error) = &saved {
            telemetry::store_failed(direction.as_str(), "saved", error);
        }
        match saved {
            Ok(Saved::Kept) => Outcome::On,
            Ok(Saved::Stale) if tries < TRIES => Outcome::Again,
            _ if self.config.pass_on_failure => Outcome::On,
            Ok(Saved::Stale) => Outcome::Failed(ScanError::Busy),
            Err(_) => Outcome::Failed(ScanError::Store),
        }
    }

    fn request_read<B, R>(&mut self, gathered: Gathered<B>, head: request::Parts, how: How) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        B: Body,
        B::Error: Into<BoxError>,
        R: Body,
    {
        match gathered.open(&how, self.config.limits.hold, may_block(&self.config.engine)) {
            Ok(body) => {
                if let Ready::Held(held) = &body {
                    self.know(&head, Some(held.bytes()));
                }
                self.load_request(Job { head, body, how, tries: 0 })
            }
            // A body that was cut off cannot be passed on: there is no more of it.
            Err((failure, body)) => match body.filter(|_| self.config.pass_on_failure) {
                Some(body) => self.pass_request(failure, head, body),
                None => self.refuse(Direction::Request, failure),
            },
        }
    }

    fn load_request<B, R>(&mut self, job: Job<request::Parts, B>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        B: Body,
        B::Error: Into<BoxError>,
        R: Body,
    {
        match self.load() {
            Some(load) => Step::LoadRequest { load, job: Some(job) },
            None => {
                self.tell_keyless(Direction::Request);
                self.scan_request(job, None)
            }
        }
    }

    fn scan_request<B, R>(&mut self, job: Job<request::Parts, B>, loaded: Option<Conversation>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        B: Body,
        B::Error: Into<BoxError>,
        R: Body,
    {
        let Job { mut head, body, how, tries } = job;
        let seen = match body {
            Ready::Held(held) => self.see(Direction::Request, head, held, how, tries, &loaded),
            Ready::Streams(body) => {
                let (body, report) = self.stream(Direction::Request, how, body, loaded, &mut head.headers);
                self.exchange.report = Some(report.clone());
                self.exchange.streams = true;
                head.extensions.insert(report);
                return self.call(Request::from_parts(head, body));
            }
        };
        match self.save_seen(&loaded, &seen) {
            Some(save) => Step::SaveRequest { save, seen: Some(seen) },
            None => self.request_seen(seen),
        }
    }

    /// A request's body was scanned, and its conversation is kept.
    fn request_seen<B, R>(&mut self, seen: Seen<request::Parts>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
    {
        seen.tell(Direction::Request);
        let Seen { mut head, held, report, end, .. } = seen;
        self.exchange.report = Some(report.clone());
        head.extensions.insert(report.clone());
        match end {
            End::Blocked => self.reject(Direction::Request, None, &report),
            End::Failed(failure) if self.config.pass_on_failure => {
                self.pass_request(failure, head, RedactBody::held(held.raw, held.trailers))
            }
            End::Failed(failure) => self.reject(Direction::Request, Some(failure), &report),
            End::Fits(changed, conversation) => {
                self.exchange.conversation = conversation;
                let body = held.go_on(changed, &mut head.headers);
                self.call(Request::from_parts(head, body))
            }
        }
    }

    fn call<B, R>(&mut self, request: Request<RedactBody<B>>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
    {
        Step::Call { call: self.service.call(request) }
    }

    /// What could not be scanned passes all the same.
    fn pass_request<B, R>(
        &mut self,
        failure: ScanError,
        mut head: request::Parts,
        body: RedactBody<B>,
    ) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
    {
        head.extensions.insert(failed(Direction::Request, failure));
        self.call(Request::from_parts(head, body))
    }

    /// The rejection of a request whose body was stopped while the inner service was reading it.
    fn stopped<B, R>(&self) -> Option<NextStep<S, B, R, St>>
    where
        S: Service<Request<RedactBody<B>>>,
    {
        let report = self.exchange.report.as_ref().filter(|_| self.exchange.streams)?;
        let failure = report.failure();
        // A store that failed has stopped nothing where the body passes all the same.
        let passed = self.config.pass_on_failure && matches!(failure, Some(ScanError::Store | ScanError::Busy));
        if passed || failure.is_none() && !report.is_blocked() {
            return None;
        }
        Some(self.reject(Direction::Request, failure, report))
    }

    fn respond<B, R>(&mut self, response: Response<R>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        R: Body,
        R::Error: Into<BoxError>,
    {
        let (mut head, body) = response.into_parts();
        self.count(&mut head.headers, None);
        if !self.config.responses {
            return Step::Ready { response: Some(Response::from_parts(head, RedactBody::pass(body))) };
        }
        match response_plan(self.config, &self.exchange.method, &head, &body.size_hint()) {
            Plan::Pass => {
                // A response to HEAD speaks of the bytes that GET would give, which may change.
                if self.exchange.method == Method::HEAD && matches!(how(self.config, &head.headers), Ok(Some(_))) {
                    put_right(&mut head.headers, Change::Unknown);
                    let body = RedactBody::without_length(body);
                    return Step::Ready { response: Some(Response::from_parts(head, body)) };
                }
                Step::Ready { response: Some(Response::from_parts(head, RedactBody::pass(body))) }
            }
            Plan::Refuse(failure) if self.config.pass_on_failure => {
                pass_response(failure, head, RedactBody::pass(body))
            }
            Plan::Refuse(failure) => self.refuse(Direction::Response, failure),
            Plan::Hold(how) => {
                let gather = Gather::new(body, self.config.limits.hold);
                Step::ReadResponse { gather, head: Some(head), how: Some(how) }
            }
            Plan::Stream(how) => {
                self.load_response(Job { head, body: Ready::Streams(Streams::All(body)), how, tries: 0 })
            }
        }
    }

    fn load_response<B, R>(&mut self, job: Job<response::Parts, R>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        R: Body,
        R::Error: Into<BoxError>,
    {
        match self.load() {
            Some(load) => Step::LoadResponse { load, job: Some(job) },
            None => {
                if !self.config.requests {
                    self.tell_keyless(Direction::Response);
                }
                let conversation = mem::take(&mut self.exchange.conversation);
                self.scan_response(job, Some(conversation))
            }
        }
    }

    fn response_read<B, R>(&mut self, gathered: Gathered<R>, head: response::Parts, how: How) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        R: Body,
        R::Error: Into<BoxError>,
    {
        match gathered.open(&how, self.config.limits.hold, may_block(&self.config.engine)) {
            Ok(body) => self.load_response(Job { head, body, how, tries: 0 }),
            Err((failure, body)) => match body.filter(|_| self.config.pass_on_failure) {
                Some(body) => pass_response(failure, head, body),
                None => self.refuse(Direction::Response, failure),
            },
        }
    }

    fn scan_response<B, R>(
        &mut self,
        job: Job<response::Parts, R>,
        loaded: Option<Conversation>,
    ) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
        R: Body,
        R::Error: Into<BoxError>,
    {
        let Job { mut head, body, how, tries } = job;
        let seen = match body {
            Ready::Held(held) => self.see(Direction::Response, head, held, how, tries, &loaded),
            Ready::Streams(body) => {
                let (body, report) = self.stream(Direction::Response, how, body, loaded, &mut head.headers);
                self.count(&mut head.headers, Some(&report));
                head.extensions.insert(report);
                return Step::Ready { response: Some(Response::from_parts(head, body)) };
            }
        };
        match self.save_seen(&loaded, &seen) {
            Some(save) => Step::SaveResponse { save, seen: Some(seen) },
            None => self.response_seen(seen),
        }
    }

    /// A response's body was scanned, and its conversation is kept.
    fn response_seen<B, R>(&mut self, seen: Seen<response::Parts>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>, Response = Response<R>>,
    {
        seen.tell(Direction::Response);
        let Seen { mut head, held, report, end, .. } = seen;
        self.count(&mut head.headers, Some(&report));
        head.extensions.insert(report.clone());
        match end {
            End::Blocked => self.reject(Direction::Response, None, &report),
            End::Failed(failure) if self.config.pass_on_failure => {
                pass_response(failure, head, RedactBody::held(held.raw, held.trailers))
            }
            End::Failed(failure) => self.reject(Direction::Response, Some(failure), &report),
            End::Fits(changed, _) => {
                let body = held.go_on(changed, &mut head.headers);
                Step::Ready { response: Some(Response::from_parts(head, body)) }
            }
        }
    }

    /// A filter for a body in a conversation.
    fn filter(&self, direction: Direction, format: BodyFormat, loaded: &Option<Conversation>) -> (Filter, Report) {
        let (role, id) = match direction {
            Direction::Request => (self.exchange.role, self.exchange.id),
            Direction::Response => (self.config.response_role, None),
        };
        self.config.filter(format, loaded.clone().unwrap_or_default(), role, id)
    }

    /// Makes a body one that is scanned as it streams; puts its headers right.
    fn stream<X>(
        &self,
        direction: Direction,
        how: How,
        body: Streams<X>,
        loaded: Option<Conversation>,
        headers: &mut HeaderMap,
    ) -> (RedactBody<X>, Report) {
        let events = how.format == BodyFormat::Events && direction == Direction::Response;
        let (filter, report) = self.filter(direction, how.format.clone(), &loaded);
        put_right(headers, Change::Unknown);
        let came = (direction == Direction::Request).then(|| Came::new(self.config.limits.hold));
        let settle = self.settle(direction, how.format, loaded);
        let mut stream = Stream::new(direction, filter, how.coding.map(Decoder::new)).settle(settle, came);
        if events {
            stream = stream.last_words(self.config.reject.clone());
        }
        let body = match body {
            Streams::All(body) => RedactBody::stream(body, stream),
            Streams::Rest(held, body) => RedactBody::stream_rest(held, body, stream),
        };
        (body, report)
    }

    /// Scans a body that is held.
    fn see<H>(
        &self,
        direction: Direction,
        head: H,
        held: Held,
        how: How,
        tries: usize,
        loaded: &Option<Conversation>,
    ) -> Seen<H> {
        let (filter, report) = self.filter(direction, how.format.clone(), loaded);
        let started = Instant::now();
        let result = filter.whole(held.bytes());
        let cost = Cost { scan: started.elapsed(), held: held.bytes().len() };
        let end = match result {
            Err(failure) => End::Failed(failure),
            Ok(_) if report.is_blocked() => End::Blocked,
            Ok(filtered) => {
                let changed = match filtered.body {
                    Cow::Borrowed(_) => None,
                    Cow::Owned(bytes) => Some(Bytes::from(bytes)),
                };
                End::Fits(changed, filtered.conversation)
            }
        };
        Seen { head, held, how, tries: tries + 1, report, cost, end }
    }

    /// Keeps the conversation with what was seen, unless that goes no further or has no conversation.
    fn save_seen<H>(&self, loaded: &Option<Conversation>, seen: &Seen<H>) -> Option<Saving<St>> {
        let End::Fits(_, conversation) = &seen.end else { return None };
        let key = self.exchange.key.as_deref()?;
        Some(self.config.store.save(key, loaded.as_ref(), conversation.clone()))
    }

    /// What keeps the conversation when a body that streams has ended. Of a response, which may have been under way for
    /// long, nothing is kept back for that.
    fn settle(&self, direction: Direction, format: BodyFormat, loaded: Option<Conversation>) -> Option<Settle> {
        let key = self.exchange.key.clone()?;
        let config = self.config.clone();
        let (role, id) = (self.exchange.role, self.exchange.id);
        Some(Box::new(move |ended| {
            let (store, passes) = (config.store.clone(), config.pass_on_failure);
            let anew = (direction == Direction::Request).then(|| -> Anew {
                Box::new(move |there| config.filter(format.clone(), there.unwrap_or_default(), role, id).0)
            });
            Box::pin(settle(store, direction, key, loaded, anew, passes, ended))
        }))
    }

    /// Writes the counts of what was found in the request and in the response into the header that is asked for.
    fn count(&self, headers: &mut HeaderMap, response: Option<&Report>) {
        let Some(name) = &self.config.header else { return };
        let mut words: Vec<(String, u64)> = Vec::new();
        for count in self.exchange.report.iter().chain(response).flat_map(Report::counts) {
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

    fn refuse<B, R>(&self, direction: Direction, failure: ScanError) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>>,
    {
        self.reject(direction, Some(failure), &failed(direction, failure))
    }

    /// A body was scanned, but its conversation could not be kept.
    fn fail<B, R, H>(&self, direction: Direction, failure: ScanError, seen: Seen<H>) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>>,
    {
        seen.report.fail(failure);
        seen.tell(direction);
        self.reject(direction, Some(failure), &seen.report)
    }

    fn reject<B, R>(&self, direction: Direction, failure: Option<ScanError>, report: &Report) -> NextStep<S, B, R, St>
    where
        S: Service<Request<RedactBody<B>>>,
    {
        let response = self.config.reject.reject(&Rejection::new(direction, failure, report));
        let mut response = response.map(|bytes| RedactBody::held(bytes, None));
        // The report of a request may be known already.
        let known = direction == Direction::Request && self.exchange.report.is_some();
        self.count(response.headers_mut(), (!known).then_some(report));
        response.extensions_mut().insert(report.clone());
        Step::Ready { response: Some(response) }
    }
}

/// The report of a body that could not be scanned, told.
fn failed(direction: Direction, failure: ScanError) -> Report {
    let report = Report::new();
    report.fail(failure);
    telemetry::tell(direction.as_str(), &report, Cost::default());
    report
}

fn pass_response<B, R, F, L, V>(
    failure: ScanError,
    mut head: response::Parts,
    body: RedactBody<R>,
) -> Step<B, R, F, L, V> {
    head.extensions.insert(failed(Direction::Response, failure));
    Step::Ready { response: Some(Response::from_parts(head, body)) }
}

/// Reads a body to its end, or to a limit.
struct Gather<B> {
    /// Boxed, so that it can be handed on where the limit was met and the body is to pass all the same.
    body: Option<Pin<Box<B>>>,
    chunks: VecDeque<Bytes>,
    len: usize,
    limit: usize,
    trailers: Option<HeaderMap>,
}

/// A body that was read, and why reading ended before its end.
struct Gathered<B> {
    body: Option<Pin<Box<B>>>,
    chunks: VecDeque<Bytes>,
    trailers: Option<HeaderMap>,
    failure: Option<ScanError>,
}

impl<B: Body> Gather<B> {
    fn new(body: B, limit: usize) -> Self {
        Self { body: Some(Box::pin(body)), chunks: VecDeque::new(), len: 0, limit, trailers: None }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<ScanError>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        loop {
            match ready!(body.as_mut().poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(_)) => return Poll::Ready(Some(ScanError::CutOff)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(mut data) => {
                        let data = data.copy_to_bytes(data.remaining());
                        self.len += data.len();
                        if !data.is_empty() {
                            self.chunks.push_back(data);
                        }
                        if self.len > self.limit {
                            return Poll::Ready(Some(ScanError::TooLarge { limit: self.limit }));
                        }
                    }
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
            }
        }
    }

    fn take(&mut self, failure: Option<ScanError>) -> Gathered<B> {
        Gathered {
            body: self.body.take(),
            chunks: mem::take(&mut self.chunks),
            trailers: self.trailers.take(),
            failure,
        }
    }
}

impl<B> Gathered<B> {
    /// The body, ready to be scanned; or why not, with the body as it came where it may still pass.
    #[expect(clippy::result_large_err, reason = "read once, where it is made")]
    fn open(mut self, how: &How, limit: usize, blocks: bool) -> Result<Ready<B>, (ScanError, Option<RedactBody<B>>)> {
        match (self.failure, self.body) {
            (Some(ScanError::TooLarge { .. }), Some(body)) if how.streams_when_large(blocks) => {
                return Ok(Ready::Streams(Streams::Rest(self.chunks, body)));
            }
            (Some(failure @ ScanError::TooLarge { .. }), body) => {
                return Err((failure, body.map(|body| RedactBody::rest(self.chunks, body))));
            }
            (Some(failure), _) => return Err((failure, None)),
            (None, _) => {}
        }
        let raw = if self.chunks.len() == 1 {
            self.chunks.pop_front().unwrap_or_default()
        } else {
            let mut all = BytesMut::with_capacity(self.chunks.iter().map(Bytes::len).sum());
            self.chunks.iter().for_each(|chunk| all.extend_from_slice(chunk));
            all.freeze()
        };
        match how.coding.map(|coding| decode(coding, &raw, limit)).transpose() {
            Ok(decoded) => Ok(Ready::Held(Held { raw, decoded, trailers: self.trailers })),
            Err(failure) => Err((failure, Some(RedactBody::held(raw, self.trailers)))),
        }
    }
}

impl Held {
    fn bytes(&self) -> &[u8] {
        self.decoded.as_deref().unwrap_or(&self.raw)
    }

    /// The body that goes on, with these bytes where they changed; puts its headers right.
    fn go_on<B>(self, changed: Option<Bytes>, headers: &mut HeaderMap) -> RedactBody<B> {
        let (bytes, change) = match (changed, self.decoded) {
            (Some(bytes), _) => {
                let len = bytes.len();
                (bytes, Change::Changed(len))
            }
            (None, Some(decoded)) => {
                let len = decoded.len();
                (Bytes::from(decoded), Change::Decoded(len))
            }
            (None, None) => (self.raw, Change::None),
        };
        put_right(headers, change);
        let mut trailers = self.trailers;
        if let (Some(trailers), true) = (&mut trailers, change != Change::None) {
            headers::drop_digests(trailers);
        }
        RedactBody::held(bytes, trailers)
    }
}

impl<H> Seen<H> {
    /// The body as it came, to be scanned anew.
    fn again<B>(self) -> Job<H, B> {
        Job { head: self.head, body: Ready::Held(self.held), how: self.how, tries: self.tries }
    }

    fn tell(&self, direction: Direction) {
        telemetry::tell(direction.as_str(), &self.report, self.cost);
    }
}
