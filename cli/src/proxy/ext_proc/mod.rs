//! `lastfour ext-proc`: the middleware as an external processor of Envoy (`envoy.service.ext_proc.v3`).
//!
//! `api` defines the messages. `exchange` sends a request through the layer of its route, with Envoy in the place of
//! the service behind it; `inlet` is a body that Envoy sends. `drive` speaks the protocol. `head` converts heads.

mod api;
mod drive;
mod exchange;
mod head;
mod inlet;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::mpsc;
use tonic::codegen::tokio_stream::Stream;
use tonic::server::{Grpc, StreamingService, UnaryService};
use tonic::{Status, Streaming};
use tonic_prost::ProstCodec;

use crate::proxy::admin::not_ready;
use crate::proxy::body::AnyBody;
use crate::proxy::ext_proc::api::{
    HEALTH, Health, HealthCheckRequest, HealthCheckResponse, PROCESS, ProcessingRequest, ProcessingResponse,
};
use crate::proxy::ext_proc::drive::Driver;
use crate::proxy::headers::Peer;
use crate::proxy::serve::Handler;
use crate::proxy::shared::Shared;

/// The maximum number of answers that wait to be sent.
const REPLIES: usize = 16;

/// The maximum number of bytes of a message besides its body.
const HEAD: usize = 1 << 20;

/// Answers the calls of Envoy.
pub(crate) struct Processor {
    shared: Arc<Shared>,
}

impl Processor {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl Handler for Processor {
    const HTTP2_ONLY: bool = true;

    fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    async fn answer(self: Arc<Self>, _: Peer, request: Request<Incoming>) -> Response<AnyBody> {
        let response = match request.uri().path() {
            PROCESS => {
                // Envoy's buffer is 1 MiB by default, and can be larger than the limit here.
                let largest = self.shared.settings.limits.hold.saturating_mul(2).saturating_add(HEAD);
                let mut grpc = Grpc::new(ProstCodec::default()).max_decoding_message_size(largest.max(4 << 20));
                grpc.streaming(Process(self.shared.clone()), request).await
            }
            HEALTH => Grpc::new(ProstCodec::default()).unary(Check(self.shared.clone()), request).await,
            _ => Status::unimplemented("there are ExternalProcessor/Process and Health/Check").into_http(),
        };
        response.map(|body| body.map_err(Into::into).boxed_unsync())
    }
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<tonic::Response<T>, Status>> + Send>>;

struct Process(Arc<Shared>);

impl StreamingService<ProcessingRequest> for Process {
    type Response = ProcessingResponse;
    type ResponseStream = Replies;
    type Future = Answer<Replies>;

    fn call(&mut self, request: tonic::Request<Streaming<ProcessingRequest>>) -> Self::Future {
        let (sender, replies) = mpsc::channel(REPLIES);
        tokio::spawn(Driver::new(self.0.clone(), sender).run(request.into_inner()));
        Box::pin(async { Ok(tonic::Response::new(Replies { replies, is_finished: false })) })
    }
}

/// The answers to Envoy. They end with an error unless their end was sent, because Envoy lets everything pass after an
/// end without an error.
struct Replies {
    replies: mpsc::Receiver<Option<ProcessingResponse>>,
    is_finished: bool,
}

impl Stream for Replies {
    type Item = Result<ProcessingResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_finished {
            return Poll::Ready(None);
        }
        self.replies.poll_recv(cx).map(|reply| match reply {
            Some(Some(reply)) => Some(Ok(reply)),
            Some(None) => {
                self.is_finished = true;
                None
            }
            None => {
                self.is_finished = true;
                Some(Err(Status::internal("the message could not be scanned")))
            }
        })
    }
}

struct Check(Arc<Shared>);

impl UnaryService<HealthCheckRequest> for Check {
    type Response = HealthCheckResponse;
    type Future = Answer<HealthCheckResponse>;

    fn call(&mut self, _: tonic::Request<HealthCheckRequest>) -> Self::Future {
        let shared = self.0.clone();
        Box::pin(async move {
            let status = if not_ready(&shared).await.is_none() { Health::Serving } else { Health::NotServing };
            Ok(tonic::Response::new(HealthCheckResponse { status: status.into() }))
        })
    }
}
