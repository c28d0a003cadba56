//! The messages of a server that wait, because what they say may go on in the next one.

use std::collections::VecDeque;
use std::mem;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::edit::{Edit, Patch};
use crate::filter::{Arrived, Messages, ScanError};
use crate::middleware::store::ConversationStore;
use crate::middleware::telemetry::{self, Cost};
use crate::middleware::websocket::connection::Connection;
use crate::middleware::websocket::frame::{BINARY, TEXT};
use crate::middleware::websocket::framing::cut::Part;
use crate::middleware::websocket::message::{Payload, Side};
use crate::middleware::websocket::session::apply;
use crate::span::Span;

/// The time without a further text after which messages are no longer held. Tokens of a model follow each other faster.
const QUIET: Duration = Duration::from_secs(1);

/// The messages of one side that wait.
pub(super) struct Held {
    from: Side,
    /// Whether messages of this side are changed. Otherwise none waits: they are only read.
    redacts: bool,
    messages: Messages,
    waiting: VecDeque<Waiting>,
    /// The parts of messages that may be sent.
    released: Vec<Vec<u8>>,
    /// When the last text has arrived.
    last_text: Instant,
}

/// A message that waits for its parts, or is behind one that does.
struct Waiting {
    opcode: u8,
    bytes: Vec<u8>,
    parts: Vec<Part>,
    /// The edits on the parts from the scan of the message by itself.
    patch: Patch,
    /// The parts that may be sent.
    released: Vec<Vec<u8>>,
}

/// A message that can be sent: its opcode and its payload.
pub(super) type Ready = (u8, Vec<u8>);

impl Held {
    pub(super) fn new<St: ConversationStore>(from: Side, connection: &Connection<St>) -> Self {
        let session = connection.session();
        let (redacts, messages) = (session.redacts(from), session.messages(from));
        Self { from, redacts, messages, waiting: VecDeque::new(), released: Vec::new(), last_text: Instant::now() }
    }

    /// Returns how long the messages that wait will wait, or `None` if there are none.
    pub(super) fn patience(&self) -> Option<Duration> {
        (!self.waiting.is_empty()).then(|| QUIET.saturating_sub(self.last_text.elapsed()))
    }

    /// Adds the next message. `patch` is on its parts, from the scan of the message by itself. Returns what can be sent
    /// now.
    pub(super) fn push<St: ConversationStore>(
        &mut self,
        opcode: u8,
        bytes: Vec<u8>,
        patch: &Patch,
        connection: &Connection<St>,
    ) -> Vec<Ready> {
        let payload = if opcode == BINARY { Payload::Binary(&bytes) } else { Payload::Text(&bytes) };
        let mut parts = Vec::new();
        let mut result = Ok(());
        let pieces = connection.session().pieces(self.from, payload);
        for piece in pieces {
            let Range { start, end } = piece.part.span;
            let mut session = connection.session();
            let arrived = Arrived {
                shape: piece.shape,
                before: session.before_server(),
                name: &piece.name,
                bytes: &bytes[start..end],
                edits: edits_within(patch, &piece.part.span),
            };
            match self.messages.push(arrived, &mut self.released) {
                Ok(spoken) if spoken.text.is_empty() => {}
                Ok(spoken) => {
                    self.last_text = Instant::now();
                    session.hear(&spoken);
                }
                Err(failure) => result = Err(failure),
            }
            parts.push(piece.part);
        }
        if !self.redacts {
            self.released.clear();
            if result.is_err() || self.messages.is_blocked() {
                self.messages = connection.session().messages(self.from);
            }
            return vec![(opcode, bytes)];
        }
        self.waiting.push_back(Waiting { opcode, bytes, parts, patch: patch.clone(), released: Vec::new() });
        self.check(result, connection)
    }

    /// Adds a notice to the client in place of a message that was stopped. Returns what can be sent now.
    pub(super) fn notice(&mut self, notice: String) -> Vec<Ready> {
        self.waiting.push_back(Waiting {
            opcode: TEXT,
            bytes: notice.into_bytes(),
            parts: Vec::new(),
            patch: Patch::default(),
            released: Vec::new(),
        });
        self.ready()
    }

    /// Returns all messages that wait, because none has followed for a while.
    pub(super) fn release<St: ConversationStore>(&mut self, connection: &Connection<St>) -> Vec<Ready> {
        let result = self.messages.release(&mut self.released);
        self.check(result, connection)
    }

    /// Returns all messages that wait, because none will follow.
    pub(super) fn end<St: ConversationStore>(&mut self, connection: &Connection<St>) -> Vec<Ready> {
        let result = self.messages.end(&mut self.released);
        self.check(result, connection)
    }

    /// Returns what can be sent after a scan. If it has failed or found something that is blocked, what was held is not
    /// sent. If it has failed and failures pass, what was held is sent with the masks of its own scan.
    fn check<St: ConversationStore>(
        &mut self,
        result: Result<(), ScanError>,
        connection: &Connection<St>,
    ) -> Vec<Ready> {
        if !self.redacts {
            self.released.clear();
            return Vec::new();
        }
        let is_blocked = self.messages.is_blocked();
        let report = self.messages.take_report();
        if let Err(failure) = result {
            report.fail(failure);
        }
        if report.total() > 0 || report.failure().is_some() {
            telemetry::scanned(self.from.direction().as_str(), &report, Cost::default());
        }
        let mut ready = self.ready();
        if !is_blocked && result.is_ok() {
            return ready;
        }
        let session = connection.session();
        self.messages = session.messages(self.from);
        let notice = session.notice(self.from, Payload::Text(&[]), result.err(), &report);
        let passes = !is_blocked && session.passes_on_failure();
        // What holds no text is sent anyway.
        let sent = mem::take(&mut self.waiting).into_iter().filter(|message| passes || message.parts.is_empty());
        ready.extend(sent.map(Waiting::finish));
        if !passes {
            ready.push((TEXT, notice.into_bytes()));
        }
        ready
    }

    /// Returns the messages all of whose parts, and all messages before them, can be sent.
    fn ready(&mut self) -> Vec<Ready> {
        let mut waiting = self.waiting.iter_mut().filter(|message| message.released.len() < message.parts.len());
        let mut next = waiting.next();
        for part in self.released.drain(..) {
            if next.as_ref().is_some_and(|message| message.released.len() == message.parts.len()) {
                next = waiting.next();
            }
            if let Some(message) = &mut next {
                message.released.push(part);
            }
        }
        let mut ready = Vec::new();
        while self.waiting.front().is_some_and(|message| message.released.len() == message.parts.len()) {
            ready.extend(self.waiting.pop_front().map(Waiting::finish));
        }
        ready
    }
}

impl Waiting {
    /// Returns the message with its parts as they may be sent. Parts that were not released get the edits of the scan of
    /// the message by itself.
    fn finish(self) -> Ready {
        let mut edits = Vec::new();
        let mut released_parts = self.released.into_iter();
        for part in self.parts {
            let own = || edited(&self.bytes, &part.span, &self.patch);
            let released = released_parts.next().unwrap_or_else(own);
            if self.bytes[part.span.clone()] != released {
                edits.extend(part.length.map(|range| (range, released.len().to_string().into_bytes())));
                edits.push((part.span, released));
            }
        }
        (self.opcode, if edits.is_empty() { self.bytes } else { apply(&self.bytes, edits) })
    }
}

/// Returns the edits on a part, relative to its start.
fn edits_within(patch: &Patch, part: &Range<usize>) -> Vec<Edit> {
    let Range { start, end } = *part;
    let edits = patch
        .overlapping(Span::new(start, end))
        .iter()
        .map(|edit| Edit { span: Span::new(edit.span.start - start, edit.span.end - start), with: edit.with.clone() });
    edits.collect()
}

/// Returns a part with its edits.
fn edited(bytes: &[u8], part: &Range<usize>, patch: &Patch) -> Vec<u8> {
    Patch::new(edits_within(patch, part)).apply(&bytes[part.clone()]).into_owned()
}
