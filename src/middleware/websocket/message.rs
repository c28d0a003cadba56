//! The payload of a message, and the decision about it.

use crate::edit::Patch;
use crate::filter::{Report, ScanError};
use crate::middleware::Direction;

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end that opened the connection: a browser, an app.
    Client,
    /// The end that accepted it.
    Server,
}

impl Side {
    /// Returns the other end.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// Returns the direction of a message that this end sends.
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Self::Client => Direction::Request,
            Self::Server => Direction::Response,
        }
    }
}

/// The payload of one complete message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Payload<'p> {
    /// A text message: UTF-8. Bytes that are not UTF-8 are scanned too.
    Text(&'p [u8]),
    /// A binary message.
    Binary(&'p [u8]),
}

impl<'p> Payload<'p> {
    /// Returns the bytes.
    #[must_use]
    pub fn bytes(self) -> &'p [u8] {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes,
        }
    }
}

/// Shows the length, never the text.
impl std::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, bytes) = match self {
            Self::Text(bytes) => ("Text", bytes),
            Self::Binary(bytes) => ("Binary", bytes),
        };
        f.debug_struct(name).field("len", &bytes.len()).finish()
    }
}

/// What happens to binary messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Binary {
    /// They are stopped like a message that cannot be scanned, because their content is unknown. The default.
    #[default]
    Block,
    /// They are scanned as if they were text messages. For peers that send JSON or STOMP in binary messages.
    Scan,
    /// They pass unread.
    Pass,
}

/// What to do with a message.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Send it as it is.
    Pass,
    /// Send this payload instead.
    Change(Vec<u8>),
    /// Do not send it.
    Stop {
        /// The message to send to the client instead, in its protocol's form for errors. It names the entities that
        /// were found and never quotes the text.
        notice: String,
    },
}

/// Shows the kind, never the text.
impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pass => "Pass",
            Self::Change(_) => "Change",
            Self::Stop { .. } => "Stop",
        })
    }
}

/// A message that was scanned.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scanned {
    /// What to do with it.
    pub verdict: Verdict,
    /// What was found in it.
    pub report: Report,
    /// The edits of a changed message on its parts, if they are known one by one.
    pub(super) patch: Option<Patch>,
}

impl Scanned {
    /// Returns why the message could not be scanned, or `None` if it was.
    #[must_use]
    pub fn failure(&self) -> Option<ScanError> {
        self.report.failure()
    }
}
