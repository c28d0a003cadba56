//! Messages of a connection: a text that is spread over them is one text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Conversation;
use crate::chat::DynShape;
use crate::edit::Edit;
use crate::engine::Engine;
use crate::filter::events::{Events, Framing, Spoken};
use crate::filter::scanner::Scanner;
use crate::filter::{BodyFormat, Filter, Limits, Report, ScanError};
use crate::message::Role;

/// Looks for secrets that are spread over the messages of one side.
///
/// Each message was scanned by itself before. It is held, with all messages after it, until its text is known to be safe
/// in all of the texts that it may be a piece of.
///
/// After an error, or once [`is_blocked`](Self::is_blocked) returns `true`, no more messages are released.
#[derive(Debug)]
pub(crate) struct Messages {
    scanner: Scanner,
    events: Events,
}

/// The next message.
pub(crate) struct Arrived<'m> {
    /// What reads it.
    pub(crate) shape: DynShape,
    /// The conversation before it.
    pub(crate) before: Conversation,
    /// What its framing says of it, such as the name of an event.
    pub(crate) name: &'m [u8],
    pub(crate) bytes: &'m [u8],
    /// The edits on it from the scan by itself.
    pub(crate) edits: Vec<Edit>,
}

impl Messages {
    /// Returns a reader for the messages of this role.
    pub(crate) fn new(engine: Engine, limits: Limits, role: Role) -> Self {
        let filter = Filter::new(engine, BodyFormat::Events).limits(limits).role(role);
        Self { scanner: filter.scanner, events: Events::new(Framing::Messages) }
    }

    /// Adds the next message. The messages that can be sent now are appended to `out`, in order. Returns what others may
    /// continue.
    pub(crate) fn push(&mut self, message: Arrived<'_>, out: &mut Vec<Vec<u8>>) -> Result<Spoken, ScanError> {
        self.scanner.shape = message.shape;
        self.scanner.conversation = message.before;
        self.guard(|events, scanner| events.message(message.name, message.bytes, message.edits, scanner, out))
    }

    /// Releases all messages, because none has followed for a while.
    pub(crate) fn release(&mut self, out: &mut Vec<Vec<u8>>) -> Result<(), ScanError> {
        self.guard(|events, scanner| {
            events.release(scanner, out);
            Ok(())
        })
    }

    /// Releases all messages, because none will follow.
    pub(crate) fn end(&mut self, out: &mut Vec<Vec<u8>>) -> Result<(), ScanError> {
        self.guard(|events, scanner| {
            events.end(scanner, out);
            Ok(())
        })
    }

    /// Returns whether a finding blocks what is held.
    pub(crate) fn is_blocked(&self) -> bool {
        self.scanner.blocked
    }

    /// Takes the report on what was found since the last call.
    pub(crate) fn take_report(&mut self) -> Report {
        std::mem::take(&mut self.scanner.report)
    }

    /// Runs a scan. A panic is an error.
    fn guard<T>(
        &mut self,
        scan: impl FnOnce(&mut Events, &mut Scanner) -> Result<T, ScanError>,
    ) -> Result<T, ScanError> {
        let Self { scanner, events } = self;
        catch_unwind(AssertUnwindSafe(|| scan(events, scanner))).unwrap_or(Err(ScanError::Panicked))
    }
}
