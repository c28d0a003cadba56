//! A wire format × an engine × a conversation: the door that everything outside the core goes through.
//!
//! In go the bytes of one body in a format, in any pieces; out come the bytes that may go on, and a [`Report`]. A byte
//! outside a finding is the byte that came in. The same body gives the same bytes and findings however it is cut.
//!
//! What is held back: of text, what may still become part of a finding (see [`Redactor`]); of an event
//! stream, the event that is not complete, and of a streamed answer what may still become part of a finding, which is
//! written into a later event of the same text; of lines of JSON, the line; of a multipart body, the part where it is
//! JSON; of forms everything; of JSON everything too, but where it is larger than [`Limits::hold`], is not under a policy
//! that blocks, and its shape can tell text from its place alone ([`ChatShape::place`](crate::wire::chat::ChatShape::place)): then, from there on, only the
//! text that is being read. Of what has to be held [`Limits::hold`] bytes are taken and no more.
//!
//! Number and time of a message ([`id`](Filter::id), [`time_ms`](Filter::time_ms)) are known to the conversation, also of
//! a text that streams.
//!
//! Refused, by a [`Failure`]: what is larger or deeper than the [`Limits`], charsets in which ASCII does not stand for
//! itself, multipart bodies that cannot be read. JSON that cannot be parsed is scanned as text. A panic inside is a
//! failure too. After a failure, or when [`is_blocked`](Filter::is_blocked), nothing more comes out.
//!
//! # Example
//!
//! ```
//! use lastfour::{Engine, Filter, Format};
//!
//! let body = br#"{"id": 378282246310005, "text": "my card is 3782 822463 10005"}"#;
//! let filtered = Filter::new(Engine::default(), Format::Json).whole(body)?;
//! assert_eq!(filtered.body, &br#"{"id": 378282246310005, "text": "my card is **** ****** *0005"}"#[..]);
//! assert_eq!(filtered.report.total(), 1);
//! # Ok::<(), lastfour::Failure>(())
//! ```
//!
//! An event stream in pieces:
//!
//! ```
//! use lastfour::{Engine, Filter, Format};
//!
//! let mut filter = Filter::new(Engine::default(), Format::Events);
//! let mut out = Vec::new();
//! filter.push(b"data: my card is 3782 82", &mut out)?;
//! assert!(out.is_empty());
//! filter.push(b"2463 10005\n\n", &mut out)?;
//! filter.finish(&mut out)?;
//! assert_eq!(out, b"data: my card is **** ****** *0005\n\n");
//! # Ok::<(), lastfour::Failure>(())
//! ```

mod document;
mod events;
mod failure;
mod parts;
mod report;
mod scanner;

use std::borrow::Cow;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use failure::Failure;
pub use report::{Count, Found, Report};

use crate::Conversation;
use crate::detect::custom::CustomDetector;
use crate::edit::Patch;
use crate::engine::Engine;
use crate::entity::{Entity, FindingKind};
use crate::filter::document::Document;
use crate::filter::events::Events;
use crate::filter::parts::Parts;
use crate::filter::scanner::{Scanner, in_order};
use crate::message::{MessageId, Role};
use crate::policy::Action;
use crate::stream::{Finished, Redactor};
use crate::wire::chat::{Shape, Spelling};
use crate::wire::json::{JsonError, Tree};
use crate::wire::multipart::parameter;
use crate::wire::{form, ndjson};

/// A wire format.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One text.
    Text,
    /// One JSON document.
    Json,
    /// A JSON document a line.
    Ndjson,
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

impl Format {
    /// Whether what has been scanned of a body goes on before the body ends.
    #[must_use]
    pub fn streams(&self) -> bool {
        !matches!(self, Self::Json | Self::Form)
    }
}

/// How much of a body is taken. What goes beyond is a [`Failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes that are held at once: a whole body where it must be seen whole, an event, a line, a part.
    /// 1 MiB by default.
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

#[derive(Debug)]
enum State {
    /// The first bytes of a text: they tell whether ASCII stands for itself in it.
    Start(Vec<u8>),
    Text(Box<Redactor>),
    Json(Vec<u8>),
    /// A JSON document that has turned out to be larger than what is held.
    Document(Box<Document>),
    Form(Vec<u8>),
    Ndjson(ndjson::Splitter),
    Events(Box<Events>),
    Parts(Box<Parts>),
    /// It has ended, well or not.
    Over,
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
    pub fn new(engine: Engine, format: Format) -> Self {
        let state = match format {
            Format::Text => State::Start(Vec::new()),
            Format::Json => State::Json(Vec::new()),
            Format::Form => State::Form(Vec::new()),
            Format::Ndjson => State::Ndjson(ndjson::Splitter::new()),
            Format::Events => State::Events(Box::default()),
            Format::Multipart { boundary } => State::Parts(Box::new(Parts::new(&boundary))),
        };
        let scanner = Scanner {
            engine,
            conversation: Conversation::new(),
            before: Conversation::new(),
            found: false,
            role: Role::Customer,
            shape: Shape::default(),
            limits: Limits::default(),
            report: Report::new(),
            blocked: false,
            id: None,
            time_ms: None,
        };
        Self { scanner, state }
    }

    /// With this chat shape.
    #[must_use]
    pub fn shape(mut self, shape: Shape) -> Self {
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

    /// With these limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.scanner.limits = limits;
        self
    }

    /// With the caller's number for the body's messages, given back where they should be recalled.
    #[must_use]
    pub fn id(mut self, id: MessageId) -> Self {
        self.scanner.id = Some(id);
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
        match &self.state {
            State::Start(held) | State::Json(held) | State::Form(held) => held.len(),
            State::Text(redactor) => redactor.held(),
            State::Ndjson(lines) => lines.held(),
            State::Events(events) => events.held(),
            State::Parts(parts) => parts.held(),
            State::Document(document) => document.held(),
            State::Over => 0,
        }
    }

    /// Takes the next bytes of the body and appends to `out` those that may go on.
    ///
    /// # Errors
    ///
    /// Where the body cannot be scanned. Nothing that was not scanned has been appended.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        self.guard(out, |filter, out| filter.take(piece, out))
    }

    /// Ends the body and appends the rest of it to `out`. To be called once.
    ///
    /// # Errors
    ///
    /// Where the body cannot be scanned. Nothing that was not scanned has been appended.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        self.guard(out, Self::end)?;
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
    pub fn whole(mut self, body: &[u8]) -> Result<Filtered<'_>, Failure> {
        let report = self.report();
        let small = body.len() <= self.scanner.limits.hold;
        let mut out = Vec::new();
        let mut patch = None;
        match self.state {
            State::Json(_) | State::Form(_) | State::Start(_) if small => {
                self.guard(&mut out, |filter, _| {
                    patch = Some(match filter.state {
                        State::Form(_) => filter.form(body)?,
                        State::Json(_) => filter.json(body)?,
                        _ if is_wide(body) => return Err(Failure::Charset),
                        _ => filter.scanner.message(body, None, false),
                    });
                    Ok(())
                })?;
                report.complete();
            }
            _ => {
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
        scan: impl FnOnce(&mut Self, &mut Vec<u8>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.is_blocked() {
            return Ok(());
        }
        if let Some(failure) = self.scanner.report.failure() {
            return Err(failure);
        }
        let len = out.len();
        let result = catch_unwind(AssertUnwindSafe(|| scan(self, out))).unwrap_or(Err(Failure::Panicked));
        if result.is_err() || self.is_blocked() {
            // Of events and lines only those have been written that are whole and were seen; of a text or a part some of
            // what is to be stopped may have been.
            let whole = matches!(self.state, State::Events(_) | State::Ndjson(_));
            if !whole {
                out.truncate(len);
            }
            self.state = State::Over;
        }
        if let Err(failure) = result {
            self.scanner.report.fail(failure);
        }
        result
    }

    fn take(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let limit = self.scanner.limits.hold;
        match &mut self.state {
            State::Start(held) => {
                held.extend_from_slice(piece);
                if held.len() >= 4 {
                    let held = mem::take(held);
                    self.start(&held, out)?;
                }
            }
            State::Text(redactor) => {
                redactor.push(piece, out);
                self.scanner.blocked |= redactor.is_blocked();
            }
            State::Json(held) if held.len() + piece.len() > limit => {
                let held = mem::take(held);
                let start: Vec<u8> = held.iter().chain(piece).copied().take(4).collect();
                if may_block(&self.scanner.engine) {
                    return Err(Failure::TooLarge { limit });
                }
                if is_wide(&start) {
                    return Err(Failure::Charset);
                }
                let mark = usize::from(start.starts_with(BYTE_ORDER_MARK)) * BYTE_ORDER_MARK.len();
                out.extend_from_slice(&start[..mark]);
                let mut document = Box::new(Document::new(self.scanner.limits.depth));
                let (first, second) =
                    if held.len() < mark { (&[][..], &piece[mark - held.len()..]) } else { (&held[mark..], piece) };
                document.push(first, false, &mut self.scanner, out)?;
                document.push(second, false, &mut self.scanner, out)?;
                self.state = State::Document(document);
            }
            State::Document(document) => document.push(piece, false, &mut self.scanner, out)?,
            State::Json(held) => held.extend_from_slice(piece),
            State::Form(held) => {
                if held.len() + piece.len() > limit {
                    return Err(Failure::TooLarge { limit });
                }
                held.extend_from_slice(piece);
            }
            State::Ndjson(lines) => {
                lines.push(piece);
                while let Some(line) = lines.next_line() {
                    self.scanner.line(&line, out)?;
                    if self.scanner.blocked {
                        return Ok(());
                    }
                }
                if lines.held() > limit {
                    return Err(Failure::TooLarge { limit });
                }
            }
            State::Events(events) => events.push(piece, &mut self.scanner, out)?,
            State::Parts(parts) => parts.push(piece, false, &mut self.scanner, out)?,
            State::Over => {}
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        if let State::Start(held) = &mut self.state {
            let held = mem::take(held);
            self.start(&held, out)?;
        }
        match mem::replace(&mut self.state, State::Over) {
            State::Start(_) | State::Over => {}
            State::Text(redactor) => {
                let finished = redactor.finish(out);
                self.scanner.finished(finished);
            }
            State::Json(held) => {
                let patch = self.json(&held)?;
                out.extend_from_slice(&patch.apply(&held));
            }
            State::Document(mut document) => document.push(&[], true, &mut self.scanner, out)?,
            State::Form(held) => {
                let patch = self.form(&held)?;
                out.extend_from_slice(&patch.apply(&held));
            }
            State::Ndjson(mut lines) => {
                let rest = lines.rest();
                self.scanner.line(&rest, out)?;
            }
            State::Events(mut events) => events.finish(&mut self.scanner, out)?,
            State::Parts(mut parts) => parts.push(&[], true, &mut self.scanner, out)?,
        }
        Ok(())
    }

    /// A text begins.
    fn start(&mut self, held: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        if is_wide(held) {
            return Err(Failure::Charset);
        }
        let mut redactor = self.scanner.redactor(self.scanner.role);
        redactor.push(held, out);
        self.scanner.blocked |= redactor.is_blocked();
        self.state = State::Text(Box::new(redactor));
        Ok(())
    }

    fn json(&mut self, body: &[u8]) -> Result<Patch, Failure> {
        if is_wide(body) {
            return Err(Failure::Charset);
        }
        let span = ndjson::document(body);
        if span.is_empty() {
            return Ok(Patch::default());
        }
        let patch = self.scanner.whole_document(&body[span.range()])?;
        Ok(shifted(&patch, span.start))
    }

    /// The fields of a form that are text, and those that hold a document.
    fn form(&mut self, body: &[u8]) -> Result<Patch, Failure> {
        let mut edits = Vec::new();
        for pair in form::pairs(body) {
            let name = form::decode(body, pair.name);
            let value = form::decode(body, pair.value);
            let field = self.scanner.shape.is_field(&String::from_utf8_lossy(&name.bytes));
            let patch = match value.bytes.trim_ascii().first() {
                Some(b'{' | b'[') if !field => match Tree::parse(&value.bytes, self.scanner.limits.depth) {
                    Err(JsonError::Syntax { .. }) => continue,
                    _ => self.scanner.whole_document(&value.bytes)?,
                },
                _ if !field => continue,
                _ => {
                    let nesting = self.scanner.limits.nesting;
                    self.scanner.string(&value.bytes, None, false, Spelling::Plain, nesting)?
                }
            };
            edits.extend(value.edits(&patch, form::encode));
        }
        Ok(Patch::new(in_order(edits)))
    }
}

impl Scanner {
    fn redactor(&self, role: Role) -> Redactor {
        let mut redactor = Redactor::new(self.engine.clone(), self.conversation.clone(), role);
        if let Some(id) = self.id {
            redactor = redactor.id(id.0);
        }
        if let Some(time_ms) = self.time_ms {
            redactor = redactor.time_ms(time_ms);
        }
        redactor
    }

    /// Takes in what a text that came in pieces has led to.
    fn finished(&mut self, finished: Finished) {
        self.report.add(&finished.findings, &finished.recall);
        self.blocked |= finished.is_blocked();
        self.before = mem::replace(&mut self.conversation, finished.conversation);
    }

    /// A line that should hold a document.
    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let limit = self.limits.hold;
        if line.len() > limit {
            return Err(Failure::TooLarge { limit });
        }
        let span = ndjson::document(line);
        if span.is_empty() {
            out.extend_from_slice(line);
            return Ok(());
        }
        let patch = self.whole_document(&line[span.range()])?;
        if !self.blocked {
            out.extend_from_slice(&shifted(&patch, span.start).apply(line));
        }
        Ok(())
    }
}

/// A patch on what starts at `offset`.
fn shifted(patch: &Patch, offset: usize) -> Patch {
    if offset == 0 {
        return patch.clone();
    }
    let mut edits = patch.edits().to_vec();
    for edit in &mut edits {
        edit.span.start += offset;
        edit.span.end += offset;
    }
    Patch::new(edits)
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

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

/// Whether a body starts as UTF-16 or UTF-32 does: with their byte-order mark or, as text in them does, with a zero byte
/// among the first two.
fn is_wide(start: &[u8]) -> bool {
    start.starts_with(b"\xFE\xFF") || start.starts_with(b"\xFF\xFE") || start.iter().take(2).any(|b| *b == 0)
}

/// Whether ASCII stands for itself in the charset of this content type; so it does where none is named.
pub(crate) fn ascii_charset(content_type: &str) -> bool {
    let Some(charset) = parameter(content_type, "charset") else { return true };
    let charset = charset.to_ascii_lowercase();
    matches!(charset.as_str(), "" | "utf-8" | "utf8" | "us-ascii" | "ascii" | "macintosh" | "mac-roman")
        || ["iso-8859-", "iso8859-", "latin", "windows-125", "cp125", "koi8-", "euc-"]
            .iter()
            .any(|family| charset.starts_with(family))
}
