//! Scans bodies: applies an engine, in a conversation, to the bytes of a body in a wire format.

mod address;
mod binary;
mod certain;
mod content_type;
mod document;
mod events;
mod failure;
#[cfg(test)]
mod linear;
#[cfg(feature = "websocket")]
mod messages;
#[cfg(feature = "tower")]
mod paced;
mod parts;
mod program;
mod report;
mod retroactive;
mod scanner;
mod state;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use content_type::{ContentTypes, Treatment};
#[cfg(feature = "websocket")]
pub(crate) use events::Spoken;
pub use failure::ScanError;
#[cfg(feature = "websocket")]
pub(crate) use messages::{Arrived, Messages};
#[cfg(feature = "tower")]
pub(crate) use paced::{Pace, STEP};
pub use report::{Count, Found, Report};

use crate::chat::DynShape;
use crate::detect::custom::CustomDetector;
use crate::edit::Patch;
use crate::engine::Engine;
use crate::entity::{Entity, FindingKind};
use crate::filter::scanner::Scanner;
pub(crate) use crate::filter::scanner::Speakers;
use crate::filter::state::State;
use crate::judge::conversation::Conversation;
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
    /// One JSON document per line.
    Ndjson,
    /// An HTML page or fragment.
    Html,
    /// A JSON document if it starts like one, otherwise text.
    Sniff,
    /// Server-sent events whose data are JSON documents or texts.
    Events,
    /// A percent-encoded HTML form.
    Form,
    /// A multipart form.
    Multipart {
        /// The boundary from the content type.
        boundary: String,
    },
}

impl BodyFormat {
    /// Returns whether scanned bytes are sent before the body ends.
    #[must_use]
    pub fn streams(&self) -> bool {
        !matches!(self, Self::Json | Self::Html | Self::Form | Self::Sniff)
    }
}

/// Limits on bodies. A body beyond a limit is a [`ScanError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum number of bytes buffered at once: a body that is scanned as a whole, an event, a line, a part. For a
    /// streaming request in a conversation, the same number of bytes is kept in order to rescan them if the
    /// conversation has changed when the request ends. 1 MiB by default.
    pub hold: usize,
    /// The maximum depth of arrays and objects in a document. 128 by default.
    pub depth: usize,
    /// The maximum depth of documents in strings of documents. 8 by default.
    pub nesting: usize,
    /// The maximum number of parts of a multipart body. 1,000 by default.
    pub parts: usize,
    /// The maximum number of incomplete texts in an event stream. 64 by default.
    pub channels: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hold: 1024 * 1024, depth: 128, nesting: 8, parts: 1000, channels: 64 }
    }
}

impl Limits {
    /// Sets the maximum number of bytes held at once.
    #[must_use]
    pub fn hold(mut self, bytes: usize) -> Self {
        self.hold = bytes;
        self
    }

    /// Sets the maximum depth of arrays and objects.
    #[must_use]
    pub fn depth(mut self, levels: usize) -> Self {
        self.depth = levels;
        self
    }
}

/// Scans one body in a wire format.
///
/// Accepts the bytes of one body in chunks of any size and returns the bytes to send, and a [`Report`]. Bytes outside
/// findings are unchanged. Output and findings do not depend on how the body is split into chunks.
///
/// # What is held back
///
/// | format | held back |
/// |---|---|
/// | text | what may still become part of a finding, see [`StreamRedactor`](crate::StreamRedactor) |
/// | event stream | an incomplete event; of a streamed answer, what may still become part of a finding |
/// | lines of JSON | an incomplete line |
/// | multipart | a part that is JSON |
/// | form, HTML | the body |
/// | JSON | the body, up to [`Limits::hold`] |
///
/// A JSON document beyond [`Limits::hold`] is scanned text by text if the policy blocks nothing and the chat shape can tell
/// text by its path ([`ChatShape::place`](crate::chat::ChatShape::place)). Nothing else may need more than [`Limits::hold`]
/// bytes.
///
/// # Errors
///
/// A [`ScanError`] is returned for bodies larger or deeper than the [`Limits`], for charsets that do not contain ASCII, for
/// multipart bodies that cannot be parsed, and if the scan panics. JSON that cannot be parsed is scanned as text. After an
/// error, or once [`is_blocked`](Filter::is_blocked) returns `true`, no more output is produced.
///
/// # Example
///
/// ```
/// use lastfour::{Engine, Filter, BodyFormat};
///
/// let body = br#"{"id": 378282246310005, "text": "my card is 3782 822463 10005"}"#;
/// let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body)?;
/// assert_eq!(filtered.body, &br#"{"id": 378282246310005, "text": "my card is **** ****** *0005"}"#[..]);
/// assert_eq!(filtered.report.total(), 1);
/// # Ok::<(), lastfour::ScanError>(())
/// ```
///
/// Scan an event stream in pieces:
///
/// ```
/// use lastfour::{Engine, Filter, BodyFormat};
///
/// let mut filter = Filter::new(Engine::default(), BodyFormat::Events);
/// let mut out = Vec::new();
/// filter.push(b"data: my card is 3782 82", &mut out)?;
/// assert!(out.is_empty());
/// filter.push(b"2463 10005\n\n", &mut out)?;
/// filter.finish(&mut out)?;
/// assert_eq!(out, b"data: my card is **** ****** *0005\n\n");
/// # Ok::<(), lastfour::ScanError>(())
/// ```
#[derive(Debug)]
pub struct Filter {
    scanner: Scanner,
    state: State,
}

/// The result of filtering a complete body.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Filtered<'b> {
    /// The body to send; borrowed if nothing changed. Do not send it if the report is blocked.
    pub body: Cow<'b, [u8]>,
    /// The findings.
    pub report: Report,
    /// The conversation after the messages of the body.
    pub conversation: Conversation,
}

impl Filter {
    /// Returns a filter for one body by a customer, in a new conversation, with the generic chat shape.
    #[must_use]
    pub fn new(engine: Engine, format: BodyFormat) -> Self {
        // Whether a stream of lines or events contains messages or pieces becomes known only while it is read.
        let whole = matches!(
            format,
            BodyFormat::Json | BodyFormat::Form | BodyFormat::Multipart { .. } | BodyFormat::Text | BodyFormat::Html
        );
        let scanner = Scanner {
            engine: if whole { engine } else { engine.rules_only() },
            conversation: Conversation::new(),
            before: Conversation::new(),
            found: false,
            retroactive: None,
            role: Role::Customer,
            speakers: Speakers::default(),
            shape: DynShape::default(),
            limits: Limits::default(),
            report: Report::new(),
            blocked: false,
            types: ContentTypes::default(),
            id: None,
            time_ms: None,
            nested: 0,
        };
        Self { scanner, state: State::new(format) }
    }

    /// Sets the chat shape.
    #[must_use]
    pub fn shape(mut self, shape: DynShape) -> Self {
        self.scanner.shape = shape;
        self
    }

    /// Sets the speaker of texts for which the document names no speaker.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.scanner.role = role;
        self
    }

    /// Sets whether documents say who wrote their texts.
    #[cfg(feature = "tower")]
    #[must_use]
    pub(crate) fn speakers(mut self, speakers: Speakers) -> Self {
        self.scanner.speakers = speakers;
        self
    }

    /// Sets the conversation.
    #[must_use]
    pub fn conversation(mut self, conversation: Conversation) -> Self {
        self.scanner.before = conversation.clone();
        self.scanner.conversation = conversation;
        self
    }

    /// Sets how the parts of a multipart form are treated by content type.
    #[must_use]
    pub fn content_types(mut self, types: ContentTypes) -> Self {
        self.scanner.types = types;
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.scanner.limits = limits;
        self
    }

    /// Sets the caller's id for the messages of the body, which [`Report::recall`] returns if they should be recalled.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.scanner.id = Some(MessageId(id));
        self
    }

    /// Sets the time of the messages of the body, in milliseconds.
    #[must_use]
    pub fn time_ms(mut self, time_ms: u64) -> Self {
        self.scanner.time_ms = Some(time_ms);
        self
    }

    /// Returns a handle to the report, which grows as the body is read.
    #[must_use]
    pub fn report(&self) -> Report {
        self.scanner.report.clone()
    }

    /// Adds what is found to this report.
    #[cfg(feature = "websocket")]
    #[must_use]
    pub(crate) fn report_into(mut self, report: Report) -> Self {
        self.scanner.report = report;
        self
    }

    /// Returns whether a finding blocks the body. No more output is produced; discard what has been produced.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.scanner.blocked
    }

    /// Returns the number of bytes held back.
    #[must_use]
    pub fn held(&self) -> usize {
        self.state.held()
    }

    /// Scans the next bytes of the body and appends output to `out`.
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be scanned. Only scanned output has been appended.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), ScanError> {
        self.guard(out, |filter, out| filter.state.push(piece, &mut filter.scanner, out))
    }

    /// Ends the body and appends the rest of the output to `out`. Call it once.
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be scanned. Only scanned output has been appended.
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

    /// Returns the conversation after the messages of the body. Call it after [`finish`](Self::finish).
    #[must_use]
    pub fn into_conversation(self) -> Conversation {
        self.scanner.conversation
    }

    /// Scans a complete body.
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be scanned.
    pub fn whole(self, body: &[u8]) -> Result<Filtered<'_>, ScanError> {
        Ok(self.whole_with_patch(body)?.0)
    }

    /// Scans a complete body. Returns also the patch on it, unless it is read in pieces.
    pub(crate) fn whole_with_patch(mut self, body: &[u8]) -> Result<(Filtered<'_>, Option<Patch>), ScanError> {
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
        let body = match &patch {
            Some(patch) => patch.apply(body),
            None if out == body => Cow::Borrowed(body),
            None => Cow::Owned(out),
        };
        Ok((Filtered { body, report, conversation: self.into_conversation() }, patch))
    }

    /// Runs `scan` unless the body has failed or is blocked. A panic is an error.
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
            // Events and lines are written as a whole, after they were scanned. Of a text or a part, some of what must
            // be stopped may have been written already.
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

/// Returns whether the policy may block a message. If so, nothing of a body is sent before all of it was scanned.
pub(crate) fn may_block(engine: &Engine) -> bool {
    let policy = engine.policy();
    let custom = policy.detectors().map(CustomDetector::entity);
    Entity::BUILT_IN.iter().copied().chain(custom).any(|entity| {
        [FindingKind::Disclosure, FindingKind::Solicitation]
            .into_iter()
            .any(|kind| policy.action(entity, kind) == Action::Block)
    })
}
