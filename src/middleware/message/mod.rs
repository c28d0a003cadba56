//! The tower layer for services whose request is a chat message, for servers that keep HTTP out of it.
//!
//! What comes in is any type that is a [`ChatMessage`]; what goes on is the same with every finding masked. A message
//! that the policy blocks, or that cannot be scanned, never reaches the service: the caller gets a [`MessageError`].
//!
//! # Example
//!
//! ```
//! use std::borrow::Cow;
//! use lastfour::middleware::{ChatMessage, MessageError, RedactMessageLayer};
//! use lastfour::{Engine, Role};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! struct Intents { room: String, by: Role, text: String }
//!
//! impl ChatMessage for Intents {
//!     fn text(&self) -> &str { &self.text }
//!     fn set_text(&mut self, text: String) { self.text = text; }
//!     fn role(&self) -> Role { self.by }
//!     fn conversation(&self) -> Option<Cow<'_, str>> { Some(self.room.as_str().into()) }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), MessageError<std::convert::Infallible>> {
//! let room = service_fn(|said: Intents| async move { Ok(said.text) });
//! let service = RedactMessageLayer::new(Engine::default()).layer(room);
//! let said = Intents { room: "a".into(), by: Role::Customer, text: "my card is 3782 822463 10005".into() };
//! assert_eq!(service.oneshot(said).await?, "my card is **** ****** *0005");
//! # Ok(())
//! # }
//! ```

mod chat_message;
mod config;
mod future;
mod layer;
mod service;

pub use chat_message::{ChatMessage, MessageError};
pub use future::MessageFuture;
pub use layer::RedactMessageLayer;
pub use service::RedactMessages;
