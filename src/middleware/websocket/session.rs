//! The state of one connection: its framing, its two sides and its conversation.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::Conversation;
use crate::chat::{AllStrings, ChatShape, DynShape};
use crate::edit::Patch;
use crate::engine::Engine;
use crate::filter::{BodyFormat, Filter, Limits, Messages, Report, ScanError, Spoken};
use crate::json::Tree;
use crate::message::{Message, Role};
use crate::middleware::telemetry::{self, Cost};
use crate::middleware::websocket::framing::cut::{Cut, Kind, Layout, Part};
use crate::middleware::websocket::framing::{Framing, Known, notice, stomp};
use crate::middleware::websocket::layout::Inside;
use crate::middleware::websocket::message::{Binary, Payload, Scanned, Side, Verdict};
use crate::middleware::websocket::notice::Notice;
use crate::policy::OnFailure;
use crate::wire::html;

/// Scans the messages of one connection, of both sides, in one conversation.
///
/// A question of one side explains the answer of the other. The session keeps the state of the conversation, which holds
/// no secret, in itself. [`RedactSocket`](crate::middleware::websocket::RedactSocket) can keep it in a
/// [`ConversationStore`](crate::middleware::ConversationStore) instead.
///
/// # Example
///
/// ```
/// use lastfour::Engine;
/// use lastfour::middleware::websocket::{Payload, Session, Side, Verdict};
///
/// let mut session = Session::new(Engine::default());
/// session.scan(Side::Server, Payload::Text(br#"42["said",{"from":"agent","text":"What is the CID on your card?"}]"#));
/// let scanned = session.scan(Side::Client, Payload::Text(br#"42["say",{"text":"4821"}]"#));
/// assert_eq!(scanned.verdict, Verdict::Change(br#"42["say",{"text":"****"}]"#.to_vec()));
/// ```
#[derive(Clone)]
pub struct Session {
    engine: Engine,
    shape: DynShape,
    limits: Limits,
    framing: Option<Framing>,
    binary: Binary,
    client: Option<Role>,
    default_client: Role,
    server: Option<Role>,
    only: Option<Side>,
    pass_on_failure: bool,
    /// The recognized framing.
    seen: Option<Framing>,
    /// The framing of the last message.
    last: Option<Framing>,
    /// The index of the last message.
    messages: u64,
    conversation: Conversation,
    /// The conversation before the last message of the server.
    before: Conversation,
    /// What the server has said in pieces since the last message of the client.
    spoken: Spoken,
    /// The same, before that message.
    asked: Vec<u8>,
}

/// The maximum length in bytes of what is remembered of a text in pieces. A question is at its end.
const QUESTION: usize = 512;

/// What a message, or a part of one, becomes.
struct Changed {
    bytes: Vec<u8>,
    /// The patch that leads to it, without the lengths that the framing states, if it is known.
    patch: Option<Patch>,
}

/// A part of a message that may hold a piece of a text.
pub(super) struct Piece {
    pub(super) part: Part,
    /// The name of the event.
    pub(super) name: Vec<u8>,
    pub(super) shape: DynShape,
}

impl Session {
    /// Returns a session that recognizes the framing, reads documents with the generic chat shape and stops binary
    /// messages.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let pass_on_failure = engine.policy().on_failure() == OnFailure::Pass;
        Self {
            engine,
            shape: DynShape::default(),
            limits: Limits::default(),
            framing: None,
            binary: Binary::default(),
            client: None,
            default_client: Role::Unknown,
            server: None,
            only: None,
            pass_on_failure,
            seen: None,
            last: None,
            messages: u64::MAX,
            conversation: Conversation::new(),
            before: Conversation::new(),
            spoken: Spoken::default(),
            asked: Vec::new(),
        }
    }

    /// Sets the chat shape of documents.
    #[must_use]
    pub fn shape(mut self, shape: impl ChatShape) -> Self {
        self.shape = DynShape::new(shape);
        self
    }

    /// Sets the framing. A message that is not in this framing is scanned as one text, and every string of it if it is a
    /// JSON document. By default the framing of each message is recognized.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = Some(framing);
        self
    }

    /// Sets what happens to binary messages. By default they are stopped.
    #[must_use]
    pub fn binary(mut self, binary: Binary) -> Self {
        self.binary = binary;
        self
    }

    /// Sets the limits. A message longer than [`Limits::hold`] is stopped.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the role of the client, as your server has authenticated it. Roles that its messages name are then ignored.
    /// By default they count, and a message that names no role may come from either side ([`Role::Unknown`]).
    #[must_use]
    pub fn client(mut self, role: Role) -> Self {
        self.client = Some(role);
        self
    }

    /// Sets the role of messages of the server that name none. The default is a bot, or [`Role::Unknown`] if the client
    /// is an agent or a bot.
    #[must_use]
    pub fn server(mut self, role: Role) -> Self {
        self.server = Some(role);
        self
    }

    /// Redacts only messages that this side sends. Those of the other side are read, because they can explain an answer,
    /// and pass unchanged.
    #[must_use]
    pub fn only(mut self, side: Side) -> Self {
        self.only = Some(side);
        self
    }

    /// Sets the conversation so far.
    #[must_use]
    pub fn conversation(mut self, conversation: Conversation) -> Self {
        self.conversation = conversation;
        self
    }

    /// Returns the conversation so far.
    #[must_use]
    pub fn into_conversation(self) -> Conversation {
        self.conversation
    }

    /// Returns the framing that was set or recognized, or `None` if it is not known yet.
    #[must_use]
    pub fn known_framing(&self) -> Option<Framing> {
        self.framing.or(self.seen)
    }

    /// Records that the path or subprotocol names this framing. Each message is still checked.
    pub(super) fn expect(&mut self, framing: Framing) {
        self.seen = Some(framing);
    }

    /// Sets the shape, the limits and the behavior on failure from those of a layer.
    pub(crate) fn configure(
        mut self,
        shape: DynShape,
        limits: Limits,
        default_client: Role,
        pass_on_failure: bool,
    ) -> Self {
        self.shape = shape;
        self.limits = limits;
        self.default_client = default_client;
        self.pass_on_failure = pass_on_failure;
        self
    }

    /// Sets the role of the server unless it is already set.
    pub(crate) fn server_or(mut self, role: Role) -> Self {
        if !self.client.is_some_and(Role::serves) {
            self.server.get_or_insert(role);
        }
        self
    }

    pub(super) fn limit(&self) -> usize {
        self.limits.hold
    }

    /// Scans the next message, which `from` has sent.
    pub fn scan(&mut self, from: Side, payload: Payload<'_>) -> Scanned {
        let started = Instant::now();
        let before = mem::take(&mut self.conversation);
        self.begin(from);
        let (scanned, after) = self.scan_in(before, from, payload);
        self.conversation = after;
        report(from, payload, &scanned, started);
        scanned
    }

    /// Counts a message. A message that is scanned again is counted once.
    pub(super) fn begin(&mut self, from: Side) {
        self.messages = self.messages.wrapping_add(1);
        if from == Side::Client {
            let spoken = mem::take(&mut self.spoken);
            self.asked = if spoken.is_piece { spoken.text } else { Vec::new() };
        }
    }

    /// Remembers what the server says in pieces, because it may be a question. As messages, pieces ask nothing.
    pub(super) fn hear(&mut self, spoken: &Spoken) {
        self.spoken.text.extend_from_slice(&spoken.text);
        let over = self.spoken.text.len().saturating_sub(QUESTION);
        self.spoken.text.drain(..over);
        self.spoken.is_piece |= spoken.is_piece;
    }

    /// Returns the conversation before the last message of the server.
    pub(super) fn before_server(&self) -> Conversation {
        self.before.clone()
    }

    /// Returns whether messages of this side are changed or stopped.
    pub(super) fn redacts(&self, from: Side) -> bool {
        self.only.is_none_or(|side| side == from)
    }

    /// Scans a message in this conversation. Returns the conversation after it.
    pub(super) fn scan_in(
        &mut self,
        before: Conversation,
        from: Side,
        payload: Payload<'_>,
    ) -> (Scanned, Conversation) {
        let before = match from {
            Side::Client => self.after_question(before),
            Side::Server => {
                self.before.clone_from(&before);
                before
            }
        };
        let report = Report::new();
        let message = payload.bytes();
        self.last = None;
        let redacts = self.redacts(from);
        let result = match (payload, self.binary) {
            (Payload::Binary(_), Binary::Pass) => {
                report.pass_binary();
                return (Scanned { verdict: Verdict::Pass, report, patch: None }, before);
            }
            (Payload::Binary(_), Binary::Block) => Err(ScanError::Binary),
            _ if message.len() > self.limits.hold => Err(ScanError::TooLarge { limit: self.limits.hold }),
            _ => catch_unwind(AssertUnwindSafe(|| {
                let cut = self.cut(message)?;
                self.read(&before, from, message, &cut, &report)
            }))
            .unwrap_or(Err(ScanError::Panicked)),
        };
        let mut patch = None;
        let (verdict, after) = match result {
            // A message of the other side is only read, never stopped.
            Ok((_, after)) if !redacts => (Verdict::Pass, after),
            Err(_) if !redacts => (Verdict::Pass, before),
            // A message that was not sent is not remembered.
            Ok(_) if report.is_blocked() => {
                (Verdict::Stop { notice: self.notice(from, payload, None, &report) }, before)
            }
            Ok((Some(changed), after)) => {
                report.complete();
                patch = changed.patch;
                (Verdict::Change(changed.bytes), after)
            }
            Ok((None, after)) => {
                report.complete();
                (Verdict::Pass, after)
            }
            Err(failure) => {
                report.fail(failure);
                let stop = || Verdict::Stop { notice: self.notice(from, payload, Some(failure), &report) };
                (if self.pass_on_failure { Verdict::Pass } else { stop() }, before)
            }
        };
        (Scanned { verdict, report, patch }, after)
    }

    /// Returns the conversation after what the server has said in pieces.
    fn after_question(&self, mut before: Conversation) -> Conversation {
        if !self.asked.is_empty() {
            let _ = self.engine.scan(&mut before, &Message::new(self.role(Side::Server), &self.asked));
        }
        before
    }

    /// Stops a message that could not be scanned for an external reason.
    pub(super) fn fail(&self, from: Side, payload: Payload<'_>, failure: ScanError) -> Scanned {
        let report = Report::new();
        report.fail(failure);
        if !self.redacts(from) || self.pass_on_failure {
            return Scanned { verdict: Verdict::Pass, report, patch: None };
        }
        let notice = self.notice(from, payload, Some(failure), &report);
        Scanned { verdict: Verdict::Stop { notice }, report, patch: None }
    }

    /// Returns what looks for secrets that this side spreads over messages.
    pub(super) fn messages(&self, from: Side) -> Messages {
        Messages::new(self.engine.clone(), self.limits, self.role(from))
    }

    /// Returns the parts of a scanned message that may hold pieces of a text.
    pub(super) fn pieces(&mut self, from: Side, payload: Payload<'_>) -> Vec<Piece> {
        let message = payload.bytes();
        if matches!(payload, Payload::Binary(_)) && self.binary != Binary::Scan {
            return Vec::new();
        }
        let Ok(Ok(cut)) = catch_unwind(AssertUnwindSafe(|| self.cut(message))) else { return Vec::new() };
        let parts = cut.parts.into_iter().filter(|part| part.kind != Kind::Header && !part.span.is_empty());
        let piece = |part: Part| {
            let layout = match part.kind {
                Kind::Document(layout) => layout,
                _ => Layout::Whole,
            };
            let name = match layout {
                Layout::Elements(first) => self.element_before(first, &message[part.span.clone()]),
                _ => Vec::new(),
            };
            Piece { shape: self.inside(from, layout, self.shape.clone()), name, part }
        };
        parts.map(piece).collect()
    }

    /// Returns the last element of an array that is framing: the name of the event.
    fn element_before(&self, first: usize, document: &[u8]) -> Vec<u8> {
        let Ok(tree) = Tree::parse(document, self.limits.depth) else { return Vec::new() };
        let last = tree.root().children().take(first).last();
        last.map_or_else(Vec::new, |name| name.raw().to_vec())
    }

    /// Returns whether messages that could not be scanned are sent.
    pub(super) fn passes_on_failure(&self) -> bool {
        self.pass_on_failure
    }

    pub(super) fn notice(
        &self,
        from: Side,
        payload: Payload<'_>,
        failure: Option<ScanError>,
        report: &Report,
    ) -> String {
        let framing =
            self.last.or(self.known_framing()).unwrap_or_else(|| match payload.bytes().trim_ascii_start().first() {
                Some(b'{' | b'[') => Framing::Json,
                _ => Framing::Text,
            });
        // Binary data that are not read contain nothing that the notice could refer to.
        let message = match payload {
            Payload::Binary(_) if self.binary != Binary::Scan => &[],
            payload => payload.bytes(),
        };
        notice(framing, message, &Notice::new(from, failure, report))
    }

    /// Splits a message into data and framing.
    fn cut(&mut self, message: &[u8]) -> Result<Cut, ScanError> {
        let known = Known { set: self.framing, seen: self.seen, limits: &self.limits };
        let (framing, cut) = known.cut(message, |name| self.shape.is_field(name))?;
        self.last = Some(framing);
        if framing.tells() {
            self.seen = Some(framing);
        }
        // Without its binary data the message would be incomplete.
        if cut.binary && self.binary == Binary::Block { Err(ScanError::Binary) } else { Ok(cut) }
    }

    /// Scans the parts of a message. Returns its new bytes, if they changed, and the conversation after it.
    fn read(
        &self,
        before: &Conversation,
        from: Side,
        message: &[u8],
        cut: &Cut,
        report: &Report,
    ) -> Result<(Option<Changed>, Conversation), ScanError> {
        let mut after = before.clone();
        let mut edits: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
        let mut patch = Some(Patch::default());
        for part in &cut.parts {
            let changed;
            (changed, after) = self.part(after, from, message, part, report)?;
            if report.is_blocked() {
                return Ok((None, after));
            }
            if let Some(Changed { bytes, patch: of_part }) = changed {
                edits.extend(part.length.clone().map(|range| (range, bytes.len().to_string().into_bytes())));
                edits.push((part.span.clone(), bytes));
                patch = patch.zip(of_part).map(|(all, patch)| all.with(patch.at(part.span.start).collect()));
            }
        }
        let bytes = (!edits.is_empty()).then(|| apply(message, edits));
        let mut changed = bytes.map(|bytes| Changed { bytes, patch: patch.clone() });
        for from_offset in cut.also_from {
            let bytes = changed.as_ref().map_or(message, |changed| &changed.bytes);
            let part = Part::new((*from_offset).min(bytes.len())..bytes.len(), Kind::Loose);
            let (again, _) = self.part(before.clone(), from, bytes, &part, report)?;
            if let Some(again) = again {
                let next = again.patch.map(|patch| Patch::new(patch.at(part.span.start).collect()));
                patch = patch.zip(next).map(|(patch, next)| patch.then(&next, message));
                changed = Some(Changed { bytes: apply(bytes, vec![(part.span, again.bytes)]), patch: patch.clone() });
            }
        }
        Ok((changed, after))
    }

    /// Scans one part.
    fn part(
        &self,
        before: Conversation,
        from: Side,
        message: &[u8],
        part: &Part,
        report: &Report,
    ) -> Result<(Option<Changed>, Conversation), ScanError> {
        let raw = &message[part.span.clone()];
        // Not `BodyFormat::Sniff`: it passes bytes that look like a file.
        let is_document = matches!(raw.trim_ascii_start().first(), Some(b'{' | b'['));
        let (format, layout) = match part.kind {
            Kind::Html => (BodyFormat::Html, Layout::Whole),
            Kind::Document(layout) => (BodyFormat::Json, layout),
            Kind::Sniff | Kind::Loose if is_document => (BodyFormat::Json, Layout::Whole),
            Kind::Sniff | Kind::Loose if is_markup(raw) => return self.markup(before, from, raw, report),
            Kind::Sniff | Kind::Loose => return Ok(self.text(before, from, raw, report)),
            Kind::Header => {
                let (changed, after) = self.text(before, from, &stomp::unescape(raw), report);
                let escaped = |text: Changed| Changed { bytes: stomp::escape(&text.bytes), patch: None };
                return Ok((changed.map(escaped), after));
            }
        };
        let filter = self.filter(before, from, format, layout, part.kind == Kind::Loose).report_into(report.clone());
        let (filtered, patch) = filter.whole_with_patch(raw)?;
        let changed = match filtered.body {
            Cow::Borrowed(_) => None,
            Cow::Owned(bytes) => Some(Changed { bytes, patch }),
        };
        Ok((changed, filtered.conversation))
    }

    /// Scans XML or HTML: the text without its tags, which is what somebody says, and the whole, in which the name of an
    /// element can say what it holds.
    fn markup(
        &self,
        before: Conversation,
        from: Side,
        raw: &[u8],
        report: &Report,
    ) -> Result<(Option<Changed>, Conversation), ScanError> {
        let filter = self.filter(before.clone(), from, BodyFormat::Html, Layout::Whole, false);
        let (filtered, patch) = filter.report_into(report.clone()).whole_with_patch(raw)?;
        if report.is_blocked() {
            return Ok((None, filtered.conversation));
        }
        let (again, _) = self.text(before, from, &filtered.body, report);
        let both = |again: Changed| {
            let patch = patch.as_ref().zip(again.patch).map(|(patch, next)| patch.then(&next, raw));
            Changed { bytes: again.bytes, patch }
        };
        let changed = again.map(both).or(match filtered.body {
            Cow::Borrowed(_) => None,
            Cow::Owned(bytes) => Some(Changed { bytes, patch }),
        });
        Ok((changed, filtered.conversation))
    }

    /// Scans a text that is one message.
    fn text(&self, before: Conversation, from: Side, text: &[u8], report: &Report) -> (Option<Changed>, Conversation) {
        let mut after = before;
        let mut message = Message::new(self.role(from), text).id(self.messages);
        message.time_ms = now();
        let outcome = self.engine.scan(&mut after, &message);
        report.add(&outcome.findings, &outcome.recall);
        let bytes = (!outcome.patch.is_empty()).then(|| outcome.patch.apply(text).into_owned());
        let changed = bytes.map(|bytes| Changed { bytes, patch: Some(outcome.patch) });
        (changed, after)
    }

    /// Returns the role of messages of this side that name none.
    fn role(&self, from: Side) -> Role {
        match from {
            Side::Client => self.client.unwrap_or(self.default_client),
            Side::Server if self.client.is_some_and(Role::serves) => self.server.unwrap_or(Role::Unknown),
            Side::Server => self.server.unwrap_or(Role::Bot),
        }
    }

    /// Returns a shape for the data of a message with this layout.
    fn inside(&self, from: Side, layout: Layout, shape: DynShape) -> DynShape {
        let trusts_roles = from == Side::Server || self.client.is_none();
        match layout {
            Layout::Whole if trusts_roles => shape,
            _ => DynShape::new(Inside { layout, shape, trusts_roles }),
        }
    }

    fn filter(&self, before: Conversation, from: Side, format: BodyFormat, layout: Layout, loose: bool) -> Filter {
        let shape = if loose { DynShape::new(AllStrings) } else { self.shape.clone() };
        let shape = self.inside(from, layout, shape);
        let filter = Filter::new(self.engine.clone(), format)
            .shape(shape)
            .limits(self.limits)
            .conversation(before)
            .role(self.role(from))
            .id(self.messages);
        match now() {
            Some(time) => filter.time_ms(time),
            None => filter,
        }
    }
}

/// Returns whether a text is one or more elements of XML or HTML, or has a tag with attributes.
fn is_markup(text: &[u8]) -> bool {
    let has_attributes =
        |inside| matches!(inside, html::Inside::Attributes(span) if text[span.range()].contains(&b'='));
    matches!(text.trim_ascii(), [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'!' | b'?', .., b'>'])
        || html::insides(text).any(has_attributes)
}

/// Returns the current time in milliseconds.
fn now() -> Option<u64> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(time.as_millis()).ok()
}

/// Reports a message to `tracing` and `metrics`.
pub(super) fn report(from: Side, payload: Payload<'_>, scanned: &Scanned, started: Instant) {
    let cost = Cost { held: payload.bytes().len(), scan: started.elapsed() };
    telemetry::scanned(from.direction().as_str(), &scanned.report, cost);
}

/// Replaces disjoint ranges.
pub(super) fn apply(message: &[u8], mut edits: Vec<(Range<usize>, Vec<u8>)>) -> Vec<u8> {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = Vec::with_capacity(message.len());
    let mut at = 0;
    for (range, with) in edits {
        out.extend_from_slice(&message[at..range.start]);
        out.extend_from_slice(&with);
        at = range.end;
    }
    out.extend_from_slice(&message[at..]);
    out
}

/// Shows the settings, never a text.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("framing", &self.known_framing())
            .field("binary", &self.binary)
            .field("shape", &self.shape)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
