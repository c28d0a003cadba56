//! What a message has to tell, and what is said in the place of an answer.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::filter::{Report, ScanError};
use crate::message::Role;

/// A message on its way to a service.
pub trait ChatMessage {
    /// What is said.
    fn text(&self) -> &str;

    /// Puts the safe form in the place of what is said. Called only where they differ.
    fn set_text(&mut self, text: String);

    /// Who says it. By default a customer.
    fn role(&self) -> Role {
        Role::Customer
    }

    /// The key of the conversation in which it is said. Without one, or with one that is empty or blank, it is a
    /// conversation of its own; `lastfour_keyless_total` and a `tracing` event at debug tell of it.
    fn conversation(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The caller's number for it, given back where it should be recalled.
    fn id(&self) -> Option<u64> {
        None
    }

    /// When it was said, in milliseconds.
    fn time_ms(&self) -> Option<u64> {
        None
    }

    /// Hears what was found in it, before the service gets it.
    fn scanned(&mut self, report: &Report) {
        let _ = report;
    }
}

/// Why there is no answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum MessageError<E> {
    /// The policy blocks what was found in the message; the service has not seen it.
    Blocked(Report),
    /// The message could not be scanned; the service has not seen it.
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
