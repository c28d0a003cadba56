//! The tower layer for services whose request is a chat message, for servers without HTTP.

mod chat_message;
mod config;
mod deliver;
mod layer;
mod service;

pub use chat_message::{ChatMessage, MessageError};
pub use layer::RedactMessageLayer;
pub use service::{MessageFuture, RedactMessages};
