//! WebSocket messages: the same redaction as for HTTP bodies, for what goes over an upgraded connection.

mod connection;
mod frame;
mod framing;
mod layout;
mod message;
mod notice;
mod pump;
mod session;
mod socket;
mod upgrade;

pub use framing::Framing;
pub use message::{Binary, Payload, Scanned, Side, Verdict};
pub use session::Session;
pub use socket::{MessageCodec, RedactSocket};
pub(super) use upgrade::Upgrade;
pub use upgrade::Upgrades;
