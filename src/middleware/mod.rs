//! Tower middleware: masks secrets in the chat messages of a server.
//!
//! [`RedactLayer`] wraps any HTTP service: axum, hyper, or another `Service<http::Request<B>>`. It scans the bodies of
//! requests, of responses, or of both. Every finding is masked, every other byte passes unchanged, and the headers that
//! describe the bytes are corrected. [`RedactMessageLayer`] does the same for services whose request is a chat message and
//! not HTTP.
//!
//! # Example
//!
//! ```
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use lastfour::{Engine, middleware::{RedactLayer, key}};
//! use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let handler = service_fn(|request: Request<_>| async {
//!     let text = http_body_util::BodyExt::collect(request.into_body()).await?.to_bytes();
//!     assert_eq!(text, r#"{"text":"my card is **** ****** *0005"}"#);
//!     Ok::<_, BoxError>(Response::new(Full::new(text)))
//! });
//! let redact = RedactLayer::requests(Engine::default()).conversation_by(key::header("x-conversation"));
//! let service = ServiceBuilder::new().layer(redact).service(handler);
//! let request = Request::post("/messages")
//!     .header("content-type", "application/json")
//!     .header("x-conversation", "a")
//!     .body(Full::<&[u8]>::new(br#"{"text":"my card is 3782 822463 10005"}"#))?;
//! service.oneshot(request).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is read
//!
//! | part of the exchange | read? |
//! |---|---|
//! | JSON, NDJSON, forms, multipart forms | the fields that the chat shape names ([`RedactLayer::shape`]); by default those whose names mean text, and in all others what is certain by its form |
//! | `text/*`, XML, YAML, no content type | yes, as one text |
//! | HTML | its text, attributes and comments; card, Social Security and account numbers everywhere in it |
//! | event streams | yes; a text spread over events is one text |
//! | unknown content types | yes, as JSON if they start like JSON, otherwise as text |
//! | images, audio, video, fonts, archives, PDF, office documents, `application/octet-stream` | no, they pass |
//! | WebSocket messages | with the feature `websocket`: yes, see `lastfour::middleware::websocket`; without it: **no** |
//! | everything else on an upgraded connection | **no** |
//! | gRPC, Protocol Buffers, CBOR, MessagePack | **no** |
//! | URLs, header values | **no** |
//! | names of fields, files and events | **no** |
//! | responses to HEAD, and with status 1xx, 204, 205, 304 | they have no body |
//!
//! [`RedactLayer::content_type`] changes the list, and [`RedactLayer::when`] excludes requests. Content encodings are decoded
//! with the feature `compression`, and the body is sent on decoded: put a layer that compresses outside of this one.
//!
//! # Buffering
//!
//! A body whose length is known and at most [`Limits::hold`](crate::Limits) is buffered, scanned, and sent on with its new
//! length. Other bodies are scanned while they are sent, as far as their format allows. Texts, event streams, NDJSON and
//! multipart forms hold back only what may become a part of a finding. JSON documents larger than the limit are scanned
//! text by text. Forms larger than the limit are refused.
//!
//! If the policy blocks anything, every body is buffered up to the limit, so that nothing is sent before everything has been
//! scanned. Event streams of responses are the exception, because they have no end: a blocked event is never sent, and the
//! stream ends with an event that says so.
//!
//! If the client sends `Expect: 100-continue`, the body is not read before the handler reads it, unless the conversation key
//! is in the body. If responses are redacted, `Range` is removed from requests, because a range could cut a number in two,
//! and `Accept-Encoding` is reduced to encodings that can be decoded.
//!
//! # Conversations
//!
//! A question decides what the answer is, and the second half of a card number is only known with the first one. So the
//! layer needs to know which requests belong together: [`RedactLayer::conversation_by`] reads a key from each request. The
//! state of a conversation, which holds no secret, is kept in a [`ConversationStore`]. By default that is a [`MemoryStore`]
//! in this process.
//!
//! - Requests without a key are conversations of their own. The metric `lastfour_keyless_total` counts them.
//! - Documents that carry their history, such as those of [`OpenAi`](crate::chat::OpenAi), need no key.
//! - A message is remembered when the service has accepted it ([`RedactLayer::accepted_if`]; by default with a status below
//!   400). Before that, and in messages sent at the same time, it can only cause more to be masked.
//! - Concurrent messages see each other if the store compares what it overwrites. A buffered body is scanned again if its
//!   conversation has changed meanwhile. The end of a request's body that streams is held back until it has been scanned
//!   with the newest state. What was sent before was scanned with the state at the start of the body.
//! - A body that is cut off, blocked or refused is not remembered.
//!
//! # Trust
//!
//! This layer does not authenticate anybody. **Put authentication and authorization outside of it** (in axum: add their
//! layers after this one), so that only checked requests reach it. **A client must not choose its conversation key or its role
//! unchecked**: a client that can write into somebody else's conversation can ask a harmless question in place of the real one,
//! and the answer is not masked. Read the key and the role from the session if you can; see
//! [`key`](mod@crate::middleware::key).
//!
//! ```
//! # use http::request::Parts;
//! # use lastfour::{Engine, middleware::RedactLayer};
//! /// Inserted into the extensions by the authentication layer.
//! #[derive(Clone)]
//! struct Session { conversation: String, role: &'static str }
//!
//! let redact = RedactLayer::both(Engine::default())
//!     .conversation_by(|head: &Parts| Some(head.extensions.get::<Session>()?.conversation.clone()))
//!     .role_by(|head: &Parts| Some(head.extensions.get::<Session>()?.role.to_owned()));
//! # let _ = redact;
//! ```
//!
//! # Reports
//!
//! The handler finds a [`Report`](crate::Report) in the extensions of the request, and layers outside of this one find one
//! in the extensions of the response. The report of a body that streams grows while the body is read. With the features
//! `tracing` and `metrics` the same is reported there. None of them ever holds a text.
//!
//! # Errors
//!
//! | status | a request | a response |
//! |---|---|---|
//! | is blocked by the policy | 422 | 502 |
//! | is too large | 413 | 502 |
//! | has an unknown content type, encoding or charset | 415 | 502 |
//! | is nested too deep, or is not what its headers say | 422 | 502 |
//! | is cut off | 400 | 502 |
//! | has its conversation key twice | 400 | |
//! | the store fails, or the conversation is too busy | 503 | 503 |
//!
//! [`RedactLayer::reject`] sets the form of these responses. A body that fails after a part of it has been sent is cut off.
//! [`RedactLayer::dangerous`] lets bodies pass that cannot be scanned.
//!
//! # Limitations
//!
//! - A secret that the handler writes elsewhere, such as into its own log, is not stopped.
//! - A large body is scanned in steps of 32 KiB, and other tasks run between them. But a line of NDJSON, an event, a part of
//!   a multipart form, and invalid JSON are scanned in one go, up to [`Limits::hold`](crate::Limits). The time is linear in the length.

mod body;
mod body_error;
mod config;
mod conversation;
mod encoding;
mod exchange;
mod frames;
mod gather;
mod head_first;
mod headers;
pub mod key;
mod layer;
mod memory_store;
mod message;
mod plan;
#[cfg(feature = "redis")]
mod redis_store;
mod reject;
mod scan;
mod service;
mod store;
mod stream;
mod stream_end;
mod telemetry;
#[cfg(feature = "websocket")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
pub mod websocket;

use crate::filter::{ContentTypes, Treatment};
pub use body::RedactBody;
pub use body_error::BodyError;
pub use head_first::HeadFirst;
pub use layer::{Dangerous, RedactLayer};
pub use memory_store::MemoryStore;
pub use message::{ChatMessage, MessageError, MessageFuture, RedactMessageLayer, RedactMessages};
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use redis_store::RedisStore;
pub use reject::{MatrixError, OpenAiError, Problem, Reject, Rejection};
pub use service::{Redact, ResponseFuture};
pub use store::{ConversationStore, Saved, TRIES};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A future that can be sent to another thread.
type BoxFuture<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;

/// The direction of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// From the client to the service.
    Request,
    /// From the service to the client.
    Response,
}

impl Direction {
    /// Returns the name in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}
