//! The tower layer for HTTP: every chat message of a server passes through it.
//!
//! [`RedactLayer`] wraps any `Service<http::Request<B>>` whose bodies are `http_body::Body`: axum, hyper, tonic-style
//! stacks. What comes in are requests and responses; what goes on are the same with every finding masked, every other
//! byte as it came, and the headers that speak of the bytes put right.
//!
//! # Example
//!
//! ```
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use lastfour::{Engine, middleware::RedactLayer};
//! use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let handler = service_fn(|request: Request<_>| async {
//!     let text = http_body_util::BodyExt::collect(request.into_body()).await?.to_bytes();
//!     assert_eq!(text, r#"{"text":"my card is **** ****** *0005"}"#);
//!     Ok::<_, BoxError>(Response::new(Full::new(text)))
//! });
//! let service = ServiceBuilder::new().layer(RedactLayer::requests(Engine::default())).service(handler);
//! let request = Request::post("/messages")
//!     .header("content-type", "application/json")
//!     .body(Full::<&[u8]>::new(br#"{"text":"my card is 3782 822463 10005"}"#))?;
//! service.oneshot(request).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is read, and what passes
//!
//! The content type decides (see [`ContentTypes`]): JSON, lines of JSON, forms, multipart forms, `text/*` and event
//! streams are scanned, and so is every type of which nothing is known; what is known to be no text passes. In JSON, forms and multipart forms the chat shape decides which fields
//! are text ([`RedactLayer::shape`]); by default those named `text`, `content`, `body`, `message` and the like.
//!
//! Bodies whose length is known and within [`Limits::hold`](crate::Limits) are held, scanned and sent on with their new
//! length. Others stream through as far as their format allows: text, event streams, lines of JSON and multipart forms
//! do, and hold back only what may still become part of a finding; so do JSON documents that turn out to be larger than the
//! limit, text by text. Forms are held up to the limit.
//! Where the policy blocks anything at all, every body is held up to the limit, so that nothing goes on before all has
//! been seen; event streams of responses alone are not, for they have no end to wait for: what is blocked there is never
//! sent, and the stream ends with an event that says so.
//!
//! With `Expect: 100-continue` a body that can be scanned as the handler reads it is not read before: the client hears
//! from the handler whether its body is wanted. Content encodings are undone (feature `compression`) and bodies go on
//! decoded; put a layer that compresses outside of this one. Where responses are redacted, `Range` is taken off the
//! request, since a range could cut a number in two, and `Accept-Encoding` names only what can be undone. Responses to
//! HEAD, 1xx, 204, 304 and `CONNECT` pass, and so does what an upgraded connection carries; the body of a request that
//! asks for an upgrade does not.
//!
//! # What is answered
//!
//! A request in which the policy blocks something: 422, naming the entities and never the text, in a shape of one's choice
//! (see [`Reject`]). A response likewise, with 502: nothing is wrong with what the client sent.
//! What cannot be scanned is refused likewise, unless [`RedactLayer::dangerous`] says otherwise: 413 where it is too
//! large, 415 where its content type, encoding or charset cannot be read, 422 where it is too deep or not what it says,
//! 400 where it was cut off; for a response 502. That exception is for bodies that are held: one that fails when some of
//! it has gone on is cut short in any case.
//!
//! The handler finds a [`Report`](crate::Report) in the request's extensions, and so does whatever stands outside in the
//! response's. Of a body that streams it grows while the body is read.
//!
//! # Which conversation
//!
//! [`RedactLayer::conversation_by`] reads the key of the conversation from the request, and the layer keeps its memory in
//! a [`ConversationStore`](crate::middleware::store::ConversationStore). Without a key, or with one that is empty or blank, the
//! request and its response are a conversation of their own, in which nothing is known of what was said before; the
//! counter `lastfour_keyless_total` and an event at debug tell of it. Where requests carry all that was said before (OpenAI, Anthropic), that is the conversation. A body
//! that was cut off, blocked or refused leaves no trace in the memory.
//!
//! Of messages at the same moment each is scanned with those that were saved before it: a body that is held is scanned
//! again where the conversation has changed meanwhile, and the end of a request's body that streams is kept back until
//! that is known. What has gone on of a stream before (a line of JSON or a part that is complete, chatter, an event of a
//! response) was scanned with what had been saved when it began. Where a store fails, or a message meets others
//! [`TRIES`](crate::middleware::store::TRIES) times over, the answer is 503.
//!
//! # What it does not do
//!
//! It reads no URL, no header, no name of a field, a file or an event, and no file that is not text. It does not stop a
//! secret that a handler writes elsewhere. A body that is held is scanned in one go on the task that polls it; what that
//! takes grows with [`Limits::hold`](crate::Limits) and no faster.

mod body;
mod config;
mod encoding;
mod future;
mod headers;
pub mod key;
mod layer;
mod message;
mod plan;
mod reject;
mod service;
mod settle;
mod store;
mod telemetry;

pub use crate::filter::{ContentTypes, Treatment};
pub use body::{BodyError, RedactBody};
pub use future::ResponseFuture;
pub use layer::{Dangerous, RedactLayer};
pub use message::{ChatMessage, MessageError, MessageFuture, RedactMessageLayer, RedactMessages};
pub use reject::{MatrixError, OpenAiError, Problem, Reject, Rejection};
pub use service::Redact;
pub use store::{ConversationStore, MemoryStore, Saved, TRIES};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Which way a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client to the service.
    Request,
    /// From the service to the client.
    Response,
}

impl Direction {
    /// The lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}
