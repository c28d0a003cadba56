//! A wire format × an engine × a conversation: the door that everything outside the core goes through.
//!
//! In go the bytes of one body in a format, in any pieces; out come the bytes that may go on, and a [`Report`]. A byte
//! outside a finding is the byte that came in. The same body gives the same bytes and findings however it is cut.
//!
//! What is held back: of text, what may still become part of a finding (see [`StreamRedactor`](crate::StreamRedactor)); of an event
//! stream, the event that is not complete, and of a streamed answer what may still become part of a finding, which is
//! written into a later event of the same text; of lines of JSON, the line; of a multipart body, the part where it is
//! JSON; of forms everything; of JSON everything too, but where it is larger than [`Limits::hold`], is not under a policy
//! that blocks, and its shape can tell text from its place alone ([`ChatShape::place`](crate::chat::ChatShape::place)): then, from there on, only the
//! text that is being read. Of what has to be held [`Limits::hold`] bytes are taken and no more.
//!
//! Number and time of a message ([`id`](Filter::id), [`time_ms`](Filter::time_ms)) are known to the conversation, also of
//! a text that streams.
//!
//! Refused, by a [`ScanError`]: what is larger or deeper than the [`Limits`], charsets in which ASCII does not stand for
//! itself, multipart bodies that cannot be read. JSON that cannot be parsed is scanned as text. A panic inside is a
//! failure too. After a failure, or when [`is_blocked`](Filter::is_blocked), nothing more comes out.
//!
//! # Example
//!
//! ```
//! use lastfour::{Engine, Filter, BodyFormat};
//!
//! let body = br#"{"id": 378282246310005, "text": "my card is 3782 822463 10005"}"#;
//! let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body)?;
//! assert_eq!(filtered.body, &br#"{"id": 378282246310005, "text": "my card is **** ****** *0005"}"#[..]);
//! assert_eq!(filtered.report.total(), 1);
//! # Ok::<(), lastfour::ScanError>(())
//! ```
//!
//! An event stream in pieces:
//!
//! ```
//! use lastfour::{Engine, Filter, BodyFormat};
//!
//! let mut filter = Filter::new(Engine::default(), BodyFormat::Events);
//! let mut out = Vec::new();
//! filter.push(b"data: my card is 3782 82", &mut out)?;
//! assert!(out.is_empty());
//! filter.push(b"2463 10005\n\n", &mut out)?;
//! filter.finish(&mut out)?;
//! assert_eq!(out, b"data: my card is **** ****** *0005\n\n");
//! # Ok::<(), lastfour::ScanError>(())
//! ```

mod content_type;
mod document;
mod events;
mod failure;
mod parts;
mod report;
mod retroactive;
mod scanner;
mod state;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use content_type::{ContentTypes, Treatment};
pub use failure::ScanError;
pub use report::{Count, Found, Report};

use crate::Conversation;
use crate::chat::DynShape;
use crate::detect::custom::CustomDetector;
use crate::engine::Engine;
use crate::entity::{Entity, FindingKind};
use crate::filter::scanner::Scanner;
use crate::filter::state::State;
use crate::message::{MessageId, Role};
use crate::policy::Action;

/// A wire format.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyFormat {
    /// One text.
    Text,
    /// One JSON document.
    Json,
    /// A JSON document a line.
    Ndjson,
    /// A page, or a piece of one.
    Html,
    /// A JSON document where it starts like one, else a text.
    Sniff,
    /// Server-sent events, whose data are documents or texts.
    Events,
    /// An HTML form, percent-encoded.
    Form,
    /// A multipart form.
    Multipart {
        /// The delimiter of its parts, from the content type.
        boundary: String,
    },
}

impl BodyFormat {
    /// Whether what has been scanned of a body goes on before the body ends.
    #[must_use]
    pub fn streams(&self) -> bool {
        !matches!(self, Self::Json | Self::Html | Self::Form | Self::Sniff)
    }
}

/// How much of a body is taken. What goes beyond is a [`ScanError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes that are held at once: a whole body where it must be seen whole, an event, a line, a part. As many
    /// are kept of a request of a conversation that streams, in case its end has to be scanned with what was said
    /// meanwhile. 1 MiB by default.
    pub hold: usize,
    /// The most levels of arrays and objects in a document. 128 by default.
    pub depth: usize,
    /// The most levels of documents in strings of documents. 8 by default.
    pub nesting: usize,
    /// The most parts of a multipart body. 1,000 by default.
    pub parts: usize,
    /// The most texts of an event stream that are under way at once. 64 by default.
    pub channels: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hold: 1024 * 1024, depth: 128, nesting: 8, parts: 1000, channels: 64 }
    }
}

impl Limits {
    /// With this many bytes held at most.
    #[must_use]
    pub fn hold(mut self, bytes: usize) -> Self {
        self.hold = bytes;
        self
    }

    /// With this many levels of arrays and objects at most.
    #[must_use]
    pub fn depth(mut self, levels: usize) -> Self {
        self.depth = levels;
        self
    }
}

/// Scans one body. See the [module](self).
#[derive(Debug)]
pub struct Filter {
    scanner: Scanner,
    state: State,
}

/// A body that was filtered in one piece.
#[derive(Debug, Clone)]
pub struct Filtered<'b> {
    /// What may go on; borrowed where nothing changed. Not to be used where it is blocked.
    pub body: Cow<'b, [u8]>,
    /// What was found.
    pub report: Report,
    /// The conversation, with the body's messages.
    pub conversation: Conversation,
}

impl Filter {
    /// A filter for one body, by a customer, in a conversation that is new, with the generic shape.
    #[must_use]
    pub fn new(engine: Engine, format: BodyFormat) -> Self {
        let scanner = Scanner {
            engine,
            conversation: Conversation::new(),
            before: Conversation::new(),
            found: false,
            retroactive: None,
            role: Role::Customer,
            shape: DynShape::default(),
            limits: Limits::default(),
            report: Report::new(),
            blocked: false,
            types: ContentTypes::default(),
            id: None,
            time_ms: None,
        };
        Self { scanner, state: State::new(format) }
    }

    /// With this chat shape.
    #[must_use]
    pub fn shape(mut self, shape: DynShape) -> Self {
        self.scanner.shape = shape;
        self
    }

    /// With this speaker of every text for which the document names none.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.scanner.role = role;
        self
    }

    /// In this conversation.
    #[must_use]
    pub fn conversation(mut self, conversation: Conversation) -> Self {
        self.scanner.before = conversation.clone();
        self.scanner.conversation = conversation;
        self
    }

    /// With this treatment of the parts of a multipart form by their content types.
    #[must_use]
    pub fn content_types(mut self, types: ContentTypes) -> Self {
        self.scanner.types = types;
        self
    }

    /// With these limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.scanner.limits = limits;
        self
    }

    /// With the caller's number for the body's messages, given back where they should be recalled.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.scanner.id = Some(MessageId(id));
        self
    }

    /// With the time of the body's messages, in milliseconds.
    #[must_use]
    pub fn time_ms(mut self, time_ms: u64) -> Self {
        self.scanner.time_ms = Some(time_ms);
        self
    }

    /// What has been found so far; a handle that stays.
    #[must_use]
    pub fn report(&self) -> Report {
        self.scanner.report.clone()
    }

    /// Whether something was met that the policy blocks. Nothing more comes out then, and what has come out is best
    /// thrown away.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.scanner.blocked
    }

    /// Number of bytes that are held back.
    #[must_use]
    pub fn held(&self) -> usize {
        self.state.held()
    }

    /// Takes the next bytes of the body and appends to `out` those that may go on.
    ///
    /// # Errors
    ///
    /// Where the body cannot be scanned. Nothing that was not scanned has been appended.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), ScanError> {
        self.guard(out, |filter, out| filter.state.push(piece, &mut filter.scanner, out))
    }

    /// Ends the body and appends the rest of it to `out`. To be called once.
    ///
    /// # Errors
    ///
    /// Where the body cannot be scanned. Nothing that was not scanned has been appended.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), ScanError> {
        self.guard(out, |filter, out| {
            let state = std::mem::replace(&mut filter.state, State::over());
            state.finish(&mut filter.scanner, out)
        })?;
        if !self.is_blocked() {
            self.scanner.report.complete();
        }
        Ok(())
    }

    /// The conversation with the messages that have ended. To be asked for after [`finish`](Self::finish).
    #[must_use]
    pub fn into_conversation(self) -> Conversation {
        self.scanner.conversation
    }

    /// Scans a body that is all there.
    ///
    /// # Errors
    ///
    /// Where the body cannot be scanned.
    pub fn whole(mut self, body: &[u8]) -> Result<Filtered<'_>, ScanError> {
        let report = self.report();
        let mut out = Vec::new();
        let mut patch = None;
        if body.len() <= self.scanner.limits.hold {
            self.guard(&mut out, |filter, _| {
                patch = filter.state.whole(body, &mut filter.scanner)?;
                Ok(())
            })?;
        }
        match patch {
            Some(_) => report.complete(),
            None => {
                self.push(body, &mut out)?;
                self.finish(&mut out)?;
            }
        }
        let body = match patch {
            Some(patch) => patch.apply(body),
            None if out == body => Cow::Borrowed(body),
            None => Cow::Owned(out),
        };
        Ok(Filtered { body, report, conversation: self.into_conversation() })
    }

    /// Runs `scan`, so that a panic in it is a failure; after a failure, or what is blocked, nothing more is done.
    fn guard(
        &mut self,
        out: &mut Vec<u8>,
        scan: impl FnOnce(&mut Self, &mut Vec<u8>) -> Result<(), ScanError>,
    ) -> Result<(), ScanError> {
        if self.is_blocked() {
            return Ok(());
        }
        if let Some(failure) = self.scanner.report.failure() {
            return Err(failure);
        }
        let len = out.len();
        let result = catch_unwind(AssertUnwindSafe(|| scan(self, out))).unwrap_or(Err(ScanError::Panicked));
        if result.is_err() || self.is_blocked() {
            // Of events and lines only those have been written that are whole and were seen; of a text or a part some of
            // what is to be stopped may have been.
            if !self.state.writes_wholes() {
                out.truncate(len);
            }
            self.state = State::over();
        }
        if let Err(failure) = result {
            self.scanner.report.fail(failure);
        }
        result
    }
}

/// Whether the policy may stop a message: then nothing of a body goes on before all of it has been seen.
pub(crate) fn may_block(engine: &Engine) -> bool {
    let policy = engine.policy();
    let custom = policy.detectors().map(CustomDetector::entity);
    Entity::BUILT_IN.into_iter().chain(custom).any(|entity| {
        [FindingKind::Disclosure, FindingKind::Solicitation]
            .into_iter()
            .any(|kind| policy.action(entity, kind) == Action::Block)
    })
}
