//! WebSocket messages: the same redaction as for HTTP bodies, for what goes over an upgraded connection.

mod framing;
mod layout;
mod message;
mod notice;
mod session;

pub use framing::Framing;
pub use message::{Binary, Payload, Scanned, Side, Verdict};
pub use session::Session;
