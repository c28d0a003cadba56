//! The trait for messages that a service takes as its requests, and the errors of the layer.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::filter::{Report, ScanError};
use crate::message::Role;

/// A message on its way to a service. See [`RedactMessageLayer`](crate::middleware::RedactMessageLayer) for an example.
pub trait ChatMessage {
    /// Returns the text.
    fn text(&self) -> &str;

    /// Replaces the text with its masked form. Called only if they differ.
    fn set_text(&mut self, text: String);

    /// Returns who sends it. By default a customer.
    fn role(&self) -> Role {
        Role::Customer
    }

    /// Returns the key of its conversation. A message without a key, or with an empty or blank one, is a conversation
    /// of its own. The metric `lastfour_keyless_total` counts such messages. By default there is no key.
    fn conversation(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Returns its id, which is reported if the message should be recalled. By default there is none.
    fn id(&self) -> Option<u64> {
        None
    }

    /// Returns when it was sent, in milliseconds. By default the time is unknown.
    fn time_ms(&self) -> Option<u64> {
        None
    }

    /// Receives the report of what was found, before the service gets the message. By default it is dropped.
    fn scanned(&mut self, report: &Report) {
        let _ = report;
    }
}

/// Why there is no response.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum MessageError<E> {
    /// The policy blocks the message. The service has not received it.
    Blocked(Report),
    /// The message could not be scanned. The service has not received it.
    Failed(ScanError),
    /// The service failed.
    Service(E),
}

impl<E: fmt::Display> fmt::Display for MessageError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked(report) => {
                f.write_str("the message must not be sent in chat:")?;
                for (n, entity) in report.blocked().iter().enumerate() {
                    write!(f, "{} {entity}", if n == 0 { "" } else { "," })?;
                }
                Ok(())
            }
            Self::Failed(failure) => write!(f, "the message was not checked: {failure}"),
            Self::Service(error) => error.fmt(f),
        }
    }
}

impl<E: Error + 'static> Error for MessageError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Blocked(_) => None,
            Self::Failed(failure) => Some(failure),
            Self::Service(error) => error.source(),
        }
    }
}
