//! WebSocket messages: the same redaction as for HTTP bodies, in both directions of a connection.
//!
//! There are three ways to use it:
//!
//! | you have | use |
//! |---|---|
//! | an HTTP service that upgrades connections: axum, hyper, a proxy | [`RedactLayer`](crate::middleware::RedactLayer) on the route; nothing else to do |
//! | a socket as a `Stream` and `Sink` of messages, on the side of the server or of the client | [`RedactSocket`] |
//! | messages from elsewhere | [`Session`] |
//!
//! # Example
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use axum::Router;
//! use axum::extract::ws::WebSocketUpgrade;
//! use axum::routing::any;
//! use lastfour::{Engine, middleware::RedactLayer};
//!
//! let handler = |upgrade: WebSocketUpgrade| async {
//!     upgrade.on_upgrade(|mut socket| async move {
//!         while let Some(Ok(message)) = socket.recv().await {
//!             // Already redacted; and the answer is redacted before the client gets it.
//!             let _ = socket.send(message).await;
//!         }
//!     })
//! };
//! let app: Router = Router::new().route("/chat", any(handler)).layer(RedactLayer::both(Engine::default()));
//! # let _ = app;
//! # }
//! ```
//!
//! # What is read
//!
//! | part of the connection | read? |
//! |---|---|
//! | text messages | yes, in the [`Framing`] of the connection; what is not understood is read as one text |
//! | a message in fragments | as one message |
//! | binary messages | no: they are stopped. [`Binary`] can scan them as text or let them pass |
//! | pings, pongs, closes | no, they pass, with their payload |
//! | names of events, topics, destinations, ids of messages, ids of acknowledgements | no |
//! | headers of STOMP frames | those whose names are fields of text, such as `message` |
//!
//! The framing is recognized message by message. It can be set ([`Session::framing`], [`Upgrades::framing`]) and is then used
//! strictly. A subprotocol (`v12.stomp`, `graphql-transport-ws`) and the query of Engine.IO (`EIO=4`) also name it.
//! [`Framing`] lists all. Digits that a framing puts in front of data, such as `42` or the id of an acknowledgement, are
//! never joined with digits after them.
//!
//! # Conversations
//!
//! Both directions are one conversation: a question of the server explains an answer of the client. Its state is kept in the
//! connection, or in the [`ConversationStore`](crate::middleware::ConversationStore) if the layer has a conversation key, which
//! is read from the request that opens the connection. A message counts as soon as it is sent.
//!
//! A message that names no role comes from the role of the layer for that direction. **If your server knows who the client
//! is, say so** ([`role_by`](crate::middleware::RedactLayer::role_by), [`Session::client`]). Roles that the client's messages name do
//! not count then.
//!
//! A layer that redacts only one direction also reads the other, and changes nothing in it.
//!
//! # Long polling
//!
//! Clients of Engine.IO (Socket.IO) that cannot use WebSocket send the same packets in HTTP bodies. A layer reads them in the
//! same way if the query names Engine.IO 3 or 4 and `transport=polling`. A connection of Engine.IO is one conversation, over
//! both transports, unless the layer has a conversation key. A packet of the client that is stopped is replaced by a heartbeat;
//! its sender is told in the next answer to a `GET` request.
//!
//! # Stopped messages
//!
//! A message that the policy blocks, or that cannot be scanned, is not sent. The client is told in its place, in the form that
//! the protocol has for errors: what was found or why the message could not be scanned, never the text. Nothing is sent to
//! the server. The connection stays open.
//!
//! # Upgraded connections
//!
//! The layer gives the handler another end of the connection, and reads and writes the frames in between.
//!
//! - `Sec-WebSocket-Extensions` is removed from the request, so messages are not compressed (`permessage-deflate`).
//! - Each message is sent as one frame. Pings, pongs and closes are passed between the two ends, which see when the other is
//!   gone. A side waits while the other does not read.
//! - Frames that break the protocol close the connection with status 1002, text that is not UTF-8 with 1007, and a message
//!   beyond [`Limits::hold`](crate::Limits) with 1009. [`Upgrades::idle`] closes idle connections with 1001.
//! - If the server is not built on hyper, or not on tokio, the connection cannot be read, and the response is 502.
//! - Over HTTP/2, a connection is WebSocket if its `CONNECT` request has the header `Sec-WebSocket-Version`.
//! - Connections that are upgraded to other protocols pass unread.
//!
//! # Limitations
//!
//! - A message is scanned in one go, up to [`Limits::hold`](crate::Limits).
//! - A STOMP frame that is spread over several messages is refused, and so is one whose `content-length` does not fit.
//! - Two halves of a number in two packets of the same message are recognized like those in two messages: the second half is
//!   masked.

mod connection;
mod frame;
mod framing;
mod held;
mod layout;
mod message;
mod notice;
mod polling;
mod pump;
mod session;
mod shutdown;
mod socket;
mod upgrade;

pub(super) use connection::Connection;
pub use framing::Framing;
pub use message::{Binary, Payload, Scanned, Side, Verdict};
pub(super) use polling::{Form, Notices, Packet, Polling};
pub use session::Session;
pub use shutdown::Shutdown;
pub use socket::{MessageCodec, RedactSocket};
pub(super) use upgrade::Upgrade;
pub use upgrade::Upgrades;
