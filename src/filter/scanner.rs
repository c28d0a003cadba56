//! Scans the messages and JSON documents of a body in one conversation.

use crate::Conversation;
use crate::chat::markup::{self, Attribute, Holds};
use crate::chat::{ChatTexts, Continuity, DynShape, Scan, Spelling, Text, is_prose, names_number, secret_label};
use crate::edit::{Edit, Patch};
use crate::engine::Engine;
use crate::entity::Entity;
use crate::filter::address::{self, Part};
use crate::filter::certain::{self, Proof};
use crate::filter::program;
use crate::filter::retroactive::MissedPieces;
use crate::filter::{ContentTypes, Limits, Report, ScanError};
use crate::json::{self, JsonError, Tree, Value, ValueKind};
use crate::message::{Message, MessageId, Role};
use crate::policy::Action;
use crate::report::Finding;
use crate::span::Span;
use crate::steps;
use crate::stream::{Finished, StreamRedactor};
use crate::text::{Alignment, ViewSpan};
use crate::wire::{form, html, lift, table};

/// Whether a document says who wrote its texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "tower"), expect(dead_code, reason = "only the middleware knows who sends a body"))]
pub(crate) enum Speakers {
    /// The document says it.
    #[default]
    Named,
    /// The speaker of the body is known. A document names others only if it carries several messages.
    Known,
    /// The same in a conversation with other bodies, which messages by others in this one must not change: they are judged
    /// as messages of an unknown speaker, and can only add to what is masked later.
    KnownAmongOthers,
}

/// An engine, a conversation, and the results so far.
#[derive(Debug)]
pub(super) struct Scanner {
    pub(super) engine: Engine,
    pub(super) conversation: Conversation,
    /// The conversation before the last message.
    pub(super) before: Conversation,
    /// Whether the last message, or a streamed text, had a finding.
    pub(super) found: bool,
    /// The pieces of secrets in the current document.
    pub(super) retroactive: Option<MissedPieces>,
    pub(super) role: Role,
    pub(super) speakers: Speakers,
    pub(super) shape: DynShape,
    pub(super) limits: Limits,
    pub(super) types: ContentTypes,
    pub(super) report: Report,
    pub(super) blocked: bool,
    pub(super) id: Option<MessageId>,
    pub(super) time_ms: Option<u64>,
    /// The number of open documents in strings.
    pub(super) nested: usize,
}

/// The maximum length of a heading in HTML, with its tags, in bytes.
const LONGEST_HEADING: usize = 256;

/// A part of HTML that is not its text, and how it is scanned.
pub(super) type Aside = (Span, Scan);

/// The state before the first pass over buffered messages.
#[derive(Debug)]
pub(super) struct FirstPass {
    conversation: Conversation,
    before: Conversation,
    found: bool,
}

impl Scanner {
    /// Returns a redactor for a text that arrives in chunks.
    pub(super) fn redactor(&self, role: Role) -> StreamRedactor {
        let mut redactor = StreamRedactor::new(self.engine.clone(), self.conversation.clone(), role);
        if let Some(id) = self.id {
            redactor = redactor.id(id.0);
        }
        if let Some(time_ms) = self.time_ms {
            redactor = redactor.time_ms(time_ms);
        }
        redactor
    }

    /// Adds the results of a text that arrived in chunks.
    pub(super) fn finished(&mut self, finished: Finished) {
        self.report.add(&finished.findings, &finished.recall);
        self.blocked |= finished.is_blocked();
        self.before = std::mem::replace(&mut self.conversation, finished.conversation);
    }

    /// Scans one message and adds its findings to the report.
    pub(super) fn message(&mut self, text: &[u8], role: Option<Role>, again: bool) -> Patch {
        self.message_in(text, role, again, None)
    }

    /// Returns whether a message by `role` can only add to what is masked later.
    fn is_guarded(&self, role: Role) -> bool {
        self.speakers == Speakers::KnownAmongOthers && role != self.role
    }

    /// Returns the texts of a document with the roles that count.
    pub(super) fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut reading = self.with_speakers(self.shape.read(document));
        if self.speakers == Speakers::Named {
            return reading;
        }
        let carries_history = self.shape.carries_history();
        let messages = reading.texts.iter().filter(|text| carries_history || text.role.is_some());
        let is_history = messages.count() > 1;
        for text in reading.texts.iter_mut().filter(|text| text.role.is_some_and(|role| role != self.role)) {
            text.role = match self.speakers {
                _ if !is_history => None,
                Speakers::KnownAmongOthers => Some(Role::Unknown),
                Speakers::Known | Speakers::Named => text.role,
            };
        }
        reading
    }

    /// Returns the texts of an event, or of a line of JSON, with the roles that count.
    pub(super) fn read_event(&self, document: Value<'_>) -> ChatTexts {
        let mut reading = self.with_speakers(self.shape.read_event(document));
        if self.speakers == Speakers::KnownAmongOthers {
            reading.texts.iter_mut().for_each(|text| text.role = None);
        }
        reading
    }

    /// A name without a role, in what a server sends, may be a customer's. A client's is its own.
    fn with_speakers(&self, mut reading: ChatTexts) -> ChatTexts {
        if !self.role.serves() {
            let unknown = reading.texts.iter_mut().filter(|text| text.role == Some(Role::Unknown));
            unknown.for_each(|text| text.role = None);
        }
        reading
    }

    /// Returns who writes the texts of an object that names this role, in a document that is not read as a whole.
    pub(super) fn named(&self, role: Role) -> Role {
        if self.is_guarded(role) { Role::Unknown } else { role }
    }

    /// Returns a text as a message of the current exchange. Without a role, the default speaker wrote it.
    fn message_of<'t>(&self, text: &'t [u8], role: Option<Role>) -> Message<'t> {
        Message { text, role: role.unwrap_or(self.role), id: self.id, time_ms: self.time_ms }
    }

    /// Scans one message of which only `spans`, sorted and disjoint, can be changed. The rest is context.
    fn message_in(&mut self, text: &[u8], role: Option<Role>, again: bool, spans: Option<&[Span]>) -> Patch {
        let message = self.message_of(text, role);
        let mut earlier = self.conversation.clone();
        let conversation = if again {
            earlier = self.before.clone();
            &mut earlier
        } else {
            std::mem::swap(&mut self.before, &mut earlier);
            &mut self.conversation
        };
        let mut pieces = Vec::new();
        let learns = self.retroactive.as_ref().is_some_and(|retroactive| !retroactive.is_second_pass());
        let mut outcome = self.engine.scan_noting(conversation, &message, learns.then_some(&mut pieces));
        if let Some(retroactive) = &mut self.retroactive {
            retroactive.known.scan(&self.engine, text, &mut outcome);
        }
        if !again && self.is_guarded(message.role) {
            self.conversation = self.before.guarded(&self.conversation);
        }
        if let Some(spans) = spans {
            outcome.keep(|span| overlaps_one_of(spans, span));
        }
        match &mut self.retroactive {
            Some(retroactive) if retroactive.is_second_pass() => {
                for (number, finding) in retroactive.amend(&mut outcome) {
                    self.report.amend(number, finding);
                }
                return outcome.patch;
            }
            Some(retroactive) => {
                retroactive.note(message.role, pieces, (!again).then(|| self.report.messages()));
            }
            None => {}
        }
        self.blocked |= outcome.is_blocked();
        // A repetition is not counted again, unless only this spelling of the message shows the secret.
        let new = !again || outcome.is_blocked() || !self.found && !outcome.findings.is_empty();
        if new {
            self.report.add(&outcome.findings, &outcome.recall);
            self.found = !outcome.findings.is_empty();
        }
        outcome.patch
    }

    /// Runs `scan` on messages that are all buffered. If a later message shows that an earlier one contained a piece of
    /// a secret, runs it once more.
    pub(super) fn in_two_passes<T>(
        &mut self,
        scan: impl Fn(&mut Self) -> Result<T, ScanError>,
    ) -> Result<T, ScanError> {
        let Some(start) = self.first_pass() else { return scan(self) };
        let mut result = scan(self);
        if self.second_pass(start, result.is_ok()) {
            result = scan(self);
            self.end_second_pass();
        }
        result
    }

    /// Returns whether buffered messages are scanned for the second time.
    fn is_second_pass(&self) -> bool {
        self.retroactive.as_ref().is_some_and(MissedPieces::is_second_pass)
    }

    /// Ends the second pass over buffered messages.
    pub(super) fn end_second_pass(&mut self) {
        self.retroactive = None;
    }

    /// Begins the first pass over buffered messages. Returns `None` if another one is in progress.
    pub(super) fn first_pass(&mut self) -> Option<FirstPass> {
        if self.retroactive.is_some() {
            return None;
        }
        self.retroactive = Some(MissedPieces::default());
        Some(FirstPass { conversation: self.conversation.clone(), before: self.before.clone(), found: self.found })
    }

    /// Ends the first pass. Returns whether the messages must be scanned once more; if so, call
    /// [`end_second_pass`](Self::end_second_pass) after that.
    pub(super) fn second_pass(&mut self, start: FirstPass, succeeded: bool) -> bool {
        let second = self.retroactive.take().and_then(MissedPieces::into_second_pass);
        let again = second.is_some() && succeeded && !self.blocked;
        if again {
            (self.conversation, self.before, self.found) = (start.conversation, start.before, start.found);
            self.retroactive = second;
        }
        again
    }

    /// Adds the results of a message that was scanned in chunks, with its edits, and returns the patch on it.
    #[cfg(feature = "tower")]
    pub(super) fn finished_message(&mut self, role: Role, finished: Finished, edits: Vec<Edit>) -> Patch {
        let is_guarded = self.is_guarded(role);
        let patch = Patch::new(in_order(edits));
        match &mut self.retroactive {
            Some(retroactive) if retroactive.is_second_pass() => {
                self.before = std::mem::replace(&mut self.conversation, finished.conversation);
                if is_guarded {
                    self.conversation = self.before.guarded(&self.conversation);
                }
                let mut outcome = crate::report::Outcome { patch, ..Default::default() };
                for (number, finding) in retroactive.amend(&mut outcome) {
                    self.report.amend(number, finding);
                }
                return outcome.patch;
            }
            Some(retroactive) => retroactive.note(role, Vec::new(), Some(self.report.messages())),
            None => {}
        }
        self.found = !finished.findings.is_empty();
        self.finished(finished);
        if is_guarded {
            self.conversation = self.before.guarded(&self.conversation);
        }
        patch
    }

    /// Scans a document in which each text is a message of its own.
    pub(super) fn whole_document(&mut self, raw: &[u8]) -> Result<Patch, ScanError> {
        self.in_two_passes(|scanner| scanner.document_patch(raw))
    }

    pub(super) fn document_patch(&mut self, raw: &[u8]) -> Result<Patch, ScanError> {
        match Tree::parse(raw, self.limits.depth) {
            Ok(tree) => {
                let reading = self.read(tree.root());
                self.note_skipped(&tree, &reading);
                Ok(Patch::new(self.texts(&tree, &reading)?))
            }
            Err(JsonError::TooDeep { limit }) => Err(ScanError::TooDeep { limit }),
            Err(_) => {
                self.found = false;
                self.documents(raw)
            }
        }
    }

    /// Parses the data of an event and returns the document with its texts. Returns `None` for data that are not JSON and
    /// for a bare number, which is a text in a stream of texts.
    pub(super) fn reading<'a>(&self, raw: &'a [u8]) -> Result<Option<(Tree<'a>, ChatTexts)>, ScanError> {
        match Tree::parse(raw, self.limits.depth) {
            Ok(tree) if tree.root().kind() == ValueKind::Number => Ok(None),
            Ok(tree) => {
                let reading = self.read_event(tree.root());
                self.note_skipped(&tree, &reading);
                Ok(Some((tree, reading)))
            }
            Err(JsonError::TooDeep { limit }) => Err(ScanError::TooDeep { limit }),
            Err(_) => Ok(None),
        }
    }

    /// Counts the strings of a document that are not read as text, once.
    pub(super) fn note_skipped(&self, tree: &Tree<'_>, reading: &ChatTexts) {
        if self.is_second_pass() {
            return;
        }
        let scanned = reading.fields.iter().filter(|field| is_text(field.scan));
        let read = reading.texts.iter().map(|text| text.value).chain(scanned.map(|field| field.value));
        let read: usize = read.filter_map(|value| tree.value(value)).map(Value::strings).sum();
        self.report.skip(tree.root().strings().saturating_sub(read));
    }

    /// Scans the data of an event that are not a document.
    pub(super) fn plain(&mut self, raw: &[u8]) -> Result<Patch, ScanError> {
        let is_number = Tree::parse(raw, 1).is_ok_and(|tree| tree.root().kind() == ValueKind::Number);
        if is_number { Ok(self.message(raw, None, false)) } else { self.documents(raw) }
    }

    /// Returns whether a text starts with a document.
    pub(super) fn opens_document(&self, raw: &[u8]) -> bool {
        json::Document::first_value(raw, self.limits.depth).is_some()
    }

    /// Returns whether a text is a document with content.
    pub(super) fn is_document(&self, text: &[u8]) -> bool {
        matches!(text.trim_ascii().first(), Some(b'{' | b'['))
            && Tree::parse(text, self.limits.depth).is_ok_and(|tree| tree.root().children().next().is_some())
    }

    /// Scans all texts of a document and returns the edits on its bytes.
    pub(super) fn texts(&mut self, tree: &Tree<'_>, reading: &ChatTexts) -> Result<Vec<Edit>, ScanError> {
        let mut edits = Vec::new();
        let mut changed = Vec::with_capacity(reading.texts.len());
        for text in &reading.texts {
            let of_text = match tree.value(text.value) {
                Some(value) => self.labeled_text(tree, reading, value, text)?,
                None => Vec::new(),
            };
            changed.push(!of_text.is_empty());
            edits.extend(of_text);
        }
        edits.extend(untie(tree, reading, &changed));
        edits.extend(self.fields(tree, reading)?);
        Ok(in_order(edits))
    }

    /// Scans the fields of a document that are not part of the chat.
    pub(super) fn fields(&mut self, tree: &Tree<'_>, reading: &ChatTexts) -> Result<Vec<Edit>, ScanError> {
        let mut edits = Vec::new();
        for field in &reading.fields {
            if let Some(value) = tree.value(field.value) {
                edits.extend(self.labeled_field(tree, reading, value, field.scan)?);
            }
        }
        Ok(edits)
    }

    /// Scans a text after its label, if it has one, and as a message if nothing is found.
    pub(super) fn labeled_text(
        &mut self,
        tree: &Tree<'_>,
        reading: &ChatTexts,
        value: Value<'_>,
        text: &Text,
    ) -> Result<Vec<Edit>, ScanError> {
        match self.after_label(tree, reading, value) {
            edits if edits.is_empty() => self.text(value, text),
            edits => Ok(edits),
        }
    }

    /// Scans a field after its label, if it has one, and by itself if nothing is found.
    pub(super) fn labeled_field(
        &mut self,
        tree: &Tree<'_>,
        reading: &ChatTexts,
        value: Value<'_>,
        scan: Scan,
    ) -> Result<Vec<Edit>, ScanError> {
        match self.after_label(tree, reading, value) {
            edits if edits.is_empty() => match value.spelled() {
                Some(spelled) => Ok(spelled.edits(&self.value(&spelled.digits, scan)?)),
                None => self.field(value.kind(), value.span(), value.raw(), scan),
            },
            edits => Ok(edits),
        }
    }

    /// Scans a string or number after the value that names or asks for it. Both are not part of the conversation.
    fn after_label(&mut self, tree: &Tree<'_>, reading: &ChatTexts, value: Value<'_>) -> Vec<Edit> {
        let label = reading.label(value.index()).and_then(|label| tree.value(label));
        let label = label.and_then(|label| match label.text() {
            Some(text) if label.index() != value.index() => Some(text.bytes),
            _ => label.key(),
        });
        let Some(label) = label else { return Vec::new() };
        let label = label.trim_ascii();
        let text = decoded(value);
        let mut conversation = Conversation::new();
        let mut before = String::new();
        if label.ends_with(b"?") {
            let _ = self.engine.scan(&mut conversation, &Message::agent(label));
        } else {
            before = String::from_utf8_lossy(label.strip_suffix(b":").unwrap_or(label)).into_owned() + ": ";
        }
        let patch = self.field_text(&mut conversation, &text.bytes, &before, |_| true);
        match value.kind() {
            ValueKind::Array => value.spelled().map_or_else(Vec::new, |spelled| spelled.edits(&patch)),
            ValueKind::Number => json::number_edit(&patch, &text.bytes, value.span()).into_iter().collect(),
            _ => json::string_edits(&patch, &text.alignment, value.content().start),
        }
    }

    /// Scans a string or number at `span`, whose raw content is `content`, that is not part of the chat.
    pub(super) fn field(
        &mut self,
        kind: ValueKind,
        span: Span,
        content: &[u8],
        scan: Scan,
    ) -> Result<Vec<Edit>, ScanError> {
        match kind {
            ValueKind::String => {
                let decoded = json::decode(content);
                let patch = self.value(&decoded.bytes, scan)?;
                Ok(json::string_edits(&patch, &decoded.alignment, span.start + 1))
            }
            ValueKind::Number => {
                let digits = json::number_text(content);
                let is_fraction = digits.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
                let patch = if is_fraction { Patch::default() } else { self.value(&digits, scan)? };
                Ok(json::number_edit(&patch, &digits, span).into_iter().collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Scans the decoded value of a field.
    pub(super) fn value(&mut self, text: &[u8], scan: Scan) -> Result<Patch, ScanError> {
        match scan {
            Scan::Skip => Ok(Patch::default()),
            Scan::Form | Scan::Reference | Scan::Answer => match text.trim_ascii() {
                [b'{', .., b'}'] | [b'[', .., b']'] if scan != Scan::Reference => self.inner_document(text),
                _ if address::is_address(text) => Ok(self.address(text)),
                _ if scan == Scan::Reference => Ok(self.certain(text, Proof::Grouped)),
                _ => {
                    let mut patch = self.certain(text, Proof::Form);
                    if scan == Scan::Answer && patch.is_empty() {
                        patch = self.answer(text);
                        if patch.is_empty() && names_number(text) {
                            patch = self.alone(text, "", Proof::Any);
                        }
                    }
                    Ok(patch)
                }
            },
            Scan::Alone => Ok(self.alone(text, "", Proof::Any)),
            Scan::Labeled(label) => Ok(self.alone(text, &format!("{label}: "), Proof::Any)),
            Scan::Message => self.string(text, None, false, Spelling::Plain, self.limits.nesting),
            Scan::Program => self.program(text),
        }
    }

    /// Scans the literals of a GraphQL document like the fields of a form.
    fn program(&mut self, source: &[u8]) -> Result<Patch, ScanError> {
        let literals = program::literals(source);
        let texts: Vec<_> = literals.iter().map(|literal| literal.text(source)).collect();
        let names =
            literals.iter().map(|literal| std::str::from_utf8(&source[literal.name.range()]).unwrap_or_default());
        let named: Vec<_> = names.zip(&texts).map(|(name, text)| (name, &*text.bytes)).collect();
        let scans = self.shape.read_form(&named);
        let mut edits = Vec::new();
        for ((literal, text), scan) in literals.iter().zip(&texts).zip(scans) {
            let patch = self.value(&text.bytes, scan)?;
            edits.extend(literal.edits(&patch, text));
        }
        Ok(Patch::new(edits))
    }

    /// Scans a document in a string of a document.
    fn inner_document(&mut self, text: &[u8]) -> Result<Patch, ScanError> {
        let Ok(tree) = Tree::parse(text, self.limits.depth) else {
            return Ok(self.certain(text, Proof::Form));
        };
        if self.nested >= self.limits.nesting {
            return Err(ScanError::TooDeep { limit: self.limits.nesting });
        }
        self.nested += 1;
        let edits = self.texts(&tree, &self.read(tree.root()));
        self.nested -= 1;
        Ok(Patch::new(edits?))
    }

    /// Scans a text outside of the conversation for secrets that are certain by their form.
    fn certain(&mut self, text: &[u8], proof: Proof) -> Patch {
        if !certain::may_be_in(text) {
            return Patch::default();
        }
        let start = certain::prefix(text);
        let patch = self.alone(&text[start..], "", proof);
        Patch::new(patch.at(start).collect())
    }

    /// Scans the parts of a URL outside of the conversation.
    fn address(&mut self, text: &[u8]) -> Patch {
        let parts = address::parts(text);
        Patch::new(in_order(parts.into_iter().flat_map(|part| self.address_part(text, part)).collect()))
    }

    /// Scans a part of the URL `text` outside of the conversation.
    fn address_part(&mut self, text: &[u8], Part { span, means }: Part) -> Vec<Edit> {
        let content = form::decode(text, span);
        let patch = match means {
            address::Means::Secret(label) => self.alone(&content.bytes, &format!("{label}: "), Proof::Any),
            // What reads as prose was said by somebody, whatever its name.
            _ if is_prose(&content.bytes, 2) => self.alone(&content.bytes, "", Proof::Any),
            address::Means::Text => self.alone(&content.bytes, "", Proof::Any),
            address::Means::Reference => self.certain(&content.bytes, Proof::Grouped),
            address::Means::Unknown => self.certain(&content.bytes, Proof::Form),
        };
        form::edits(text, &content, &patch)
    }

    /// Scans a text outside of the conversation, after a label, which is not changed.
    fn alone(&mut self, text: &[u8], label: &str, proof: Proof) -> Patch {
        self.field_text(&mut Conversation::new(), text, label, |finding| certain::is_proven(finding, text, proof))
    }

    /// Scans a text for the answer to a question. Whatever else it is, it changes the conversation only if it is one.
    fn answer(&mut self, text: &[u8]) -> Patch {
        let mut after = self.conversation.clone();
        let patch = self.field_text(&mut after, text, "", |finding| finding.evidence.asked && !finding.evidence.piece);
        if patch.is_empty() {
            after = self.conversation.guarded(&after);
        }
        self.before = std::mem::replace(&mut self.conversation, after);
        patch
    }

    /// Scans the text of a field, after a label, which is not changed.
    fn field_text(
        &mut self,
        conversation: &mut Conversation,
        text: &[u8],
        label: &str,
        counts: impl Fn(&Finding) -> bool,
    ) -> Patch {
        let all = [label.as_bytes(), text].concat();
        let message = Message { text: &all, role: self.role, id: None, time_ms: self.time_ms };
        let mut outcome = self.engine.scan(conversation, &message);
        outcome.drop_start(label.len());
        let kept: Vec<Span> =
            outcome.findings.iter().filter(|finding| counts(finding)).map(|finding| finding.span).collect();
        outcome.keep(|span| overlaps_one_of(&kept, span));
        self.blocked |= outcome.is_blocked();
        // The second pass must not report it again.
        if !outcome.findings.is_empty() && !self.is_second_pass() {
            self.report.add(&outcome.findings, &[]);
        }
        outcome.patch
    }

    /// Scans the decoded text `said` of a value as a message and returns the patch on it.
    pub(super) fn piece(&mut self, value: Value<'_>, said: &[u8], text: &Text) -> Result<Patch, ScanError> {
        match value.kind() {
            ValueKind::Number => Ok(self.message(said, text.role, false)),
            _ => self.string(said, text.role, false, text.spelling, self.limits.nesting),
        }
    }

    /// Scans bytes that are not one document: the documents at their start, then the rest as a text.
    fn documents(&mut self, raw: &[u8]) -> Result<Patch, ScanError> {
        let mut edits = Vec::new();
        let mut at = 0;
        let mut scan = |span: Span, patch: Patch| edits.extend(patch.at(span.start));
        while let Some(len) = json::Document::first_value(&raw[at..], self.limits.depth) {
            let span = Span::new(at, at + len);
            scan(span, self.document_patch(&raw[span.range()])?);
            at = span.end;
        }
        let rest = Span::new(at, raw.len());
        if !raw[rest.range()].trim_ascii().is_empty() {
            scan(rest, self.loose(&raw[rest.range()], None, false));
        }
        Ok(Patch::new(edits))
    }

    /// Scans one text of a document and returns the edits on its bytes.
    pub(super) fn text(&mut self, value: Value<'_>, text: &Text) -> Result<Vec<Edit>, ScanError> {
        if text.spelling == Spelling::Plain
            && let Some(spelled) = value.spelled()
        {
            let patch = self.message(&spelled.digits, text.role, text.part == Continuity::Repeat);
            return Ok(spelled.edits(&patch));
        }
        match value.kind() {
            ValueKind::Object | ValueKind::Array => {
                self.values(value, text.role, text.part == Continuity::Repeat, self.limits.nesting)
            }
            kind => self.token(kind, value.span(), value.raw(), text),
        }
    }

    /// Scans one string or number at `span`, whose raw content is `content`.
    pub(super) fn token(
        &mut self,
        kind: ValueKind,
        span: Span,
        content: &[u8],
        text: &Text,
    ) -> Result<Vec<Edit>, ScanError> {
        let again = text.part == Continuity::Repeat;
        match kind {
            ValueKind::String => {
                let decoded = json::decode(content);
                let patch = self.string(&decoded.bytes, text.role, again, text.spelling, self.limits.nesting)?;
                Ok(json::string_edits(&patch, &decoded.alignment, span.start + 1))
            }
            ValueKind::Number => {
                let digits = json::number_text(content);
                let patch = self.message(&digits, text.role, again);
                Ok(json::number_edit(&patch, &digits, span).into_iter().collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Scans a decoded string. JSON in it is scanned value by value, so that it stays JSON.
    pub(super) fn string(
        &mut self,
        bytes: &[u8],
        role: Option<Role>,
        again: bool,
        spelling: Spelling,
        nesting: usize,
    ) -> Result<Patch, ScanError> {
        if spelling == Spelling::Html {
            return self.html(bytes, role, again);
        }
        let inner = bytes.trim_ascii();
        if matches!(inner.first(), Some(b'{' | b'[')) || spelling == Spelling::Json && inner.first() == Some(&b'"') {
            match Tree::parse(bytes, self.limits.depth) {
                Ok(_) if nesting == 0 => return Err(ScanError::TooDeep { limit: self.limits.nesting }),
                Ok(tree) => {
                    let edits = self.values(tree.root(), role, again, nesting - 1)?;
                    return Ok(Patch::new(edits));
                }
                // Too deep or invalid, but possibly meant as JSON.
                Err(_) => return Ok(self.loose(bytes, role, again)),
            }
        }
        let patch = self.message(bytes, role, again);
        if spelling == Spelling::Plain { self.with_asides(bytes, patch) } else { Ok(patch) }
    }

    /// Adds to the patch on a message what the tags in it hold, and the parameters of the URLs in it, which may be
    /// messages themselves.
    fn with_asides(&mut self, bytes: &[u8], patch: Patch) -> Result<Patch, ScanError> {
        let mut asides = if bytes.contains(&b'<') { self.asides(bytes) } else { Vec::new() };
        if bytes.contains(&b'?') && bytes.contains(&b'+') {
            asides.extend(urls(bytes).map(|span| (span, Scan::Form)));
        }
        let mut found = Vec::new();
        asides.extend(cells(bytes, &patch));
        for (span, scan) in asides {
            let value = &bytes[span.range()];
            if scan == Scan::Form && address::is_address(value) {
                for part in address::parts(value) {
                    let whole = Span::new(span.start + part.span.start, span.start + part.span.end);
                    let known = patch.overlapping(whole);
                    let is_inside = known.iter().all(|edit| edit.span.end <= whole.end);
                    // The message decodes escapes as well.
                    if known.is_empty() || !is_inside || bytes[whole.range()].contains(&b'+') {
                        let edits = Patch::new(self.address_part(value, part));
                        let edits = lift(&edits, &Alignment::identity(), span.start, html::encode);
                        found.extend(edits.into_iter().map(|edit| (edit, whole)));
                    }
                }
            } else if scan != Scan::Alone {
                found.extend(self.aside(bytes, (span, scan))?.into_iter().map(|edit| (edit, span)));
            }
        }
        Ok(with_values(bytes, &patch, found))
    }

    /// Scans bytes that look like JSON but are not: as one text, in which JSON escapes are decoded.
    fn loose(&mut self, bytes: &[u8], role: Option<Role>, again: bool) -> Patch {
        let decoded = json::decode(bytes);
        let patch = self.message(&decoded.bytes, role, again);
        loose_patch(bytes, &decoded, patch)
    }

    /// Scans the text of HTML, what its tags and comments hold, and the whole source for numbers that are certain by their
    /// form.
    fn html(&mut self, bytes: &[u8], role: Option<Role>, again: bool) -> Result<Patch, ScanError> {
        let text = html::text(bytes);
        let patch = self.message(&text.bytes, role, again);
        let patch = html::patch(bytes, &text, &patch);
        let mut edits = patch.edits().to_vec();
        for aside in self.asides(bytes).into_iter().chain(cells(bytes, &patch)) {
            edits.extend(self.aside(bytes, aside)?);
        }
        let patch = Patch::new(in_order(edits));
        let message = self.message_of(bytes, role);
        let mut all = self.engine.scan(&mut self.before.clone(), &message);
        all.findings.retain(|finding| stands_in_markup(bytes, finding));
        Ok(self.with_found_numbers(&patch, &all.findings, &all.patch))
    }

    /// Returns the attributes and comments of HTML that may hold a text or a secret, and how each is scanned.
    pub(super) fn asides(&self, bytes: &[u8]) -> Vec<Aside> {
        let may_be_text = |span: &Span| {
            bytes[span.range()].iter().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'&' | b':' | b'='))
        };
        let mut asides = Vec::new();
        for inside in html::insides(bytes) {
            let span = match inside {
                html::Inside::Attributes(span) => span,
                html::Inside::Comment(span) => {
                    asides.extend(Some(span).filter(may_be_text).map(|span| (span, Scan::Alone)));
                    continue;
                }
            };
            for Attribute { value, holds, .. } in markup::attributes(bytes, span, None) {
                let text = &bytes[value.range()];
                let is_structured = || address::is_address(text) || self.is_document(text);
                match holds {
                    Holds::Secret(label) => asides.push((value, Scan::Labeled(label))),
                    Holds::Text if may_be_text(&value) && is_structured() => asides.push((value, Scan::Form)),
                    Holds::Text if may_be_text(&value) => asides.push((value, Scan::Alone)),
                    Holds::Text | Holds::Formal => {}
                }
            }
        }
        asides
    }

    /// Scans an attribute, a comment or a cell of HTML, which is not part of the conversation, and returns the edits on the
    /// HTML.
    pub(super) fn aside(&mut self, bytes: &[u8], (span, scan): Aside) -> Result<Vec<Edit>, ScanError> {
        let conversation = (self.conversation.clone(), self.before.clone(), self.found);
        let source = &bytes[span.range()];
        let text = html::text(source);
        let patch = self.value(&text.bytes, scan)?;
        (self.conversation, self.before, self.found) = conversation;
        if text.alignment.is_identity() {
            return Ok(lift(&patch, &Alignment::identity(), span.start, html::encode));
        }
        Ok(html::patch(source, &text, &patch).at(span.start).collect())
    }

    /// Adds edits to the patch on the last message, for numbers in `bytes` that are certain by their form.
    pub(super) fn with_numbers(&mut self, bytes: &[u8], role: Option<Role>, patch: &Patch) -> Patch {
        let message = self.message_of(bytes, role);
        let all = self.engine.scan(&mut self.before.clone(), &message);
        self.with_found_numbers(patch, &all.findings, &all.patch)
    }

    /// Adds edits to the patch on the last message, for those findings in its whole source that are certain by their
    /// form. `all` is the patch with these findings.
    pub(super) fn with_found_numbers(&mut self, patch: &Patch, findings: &[Finding], all: &Patch) -> Patch {
        let number = self.report.messages().saturating_sub(1);
        let mut edits = patch.edits().to_vec();
        for &finding in findings {
            let by_itself = matches!(finding.entity, Entity::Card | Entity::SocialSecurity | Entity::Account);
            if !by_itself || !finding.kind.is_there() || !patch.overlapping(finding.span).is_empty() {
                continue;
            }
            self.blocked |= finding.action == Action::Block;
            // The second pass must not report it again.
            if !self.is_second_pass() {
                self.report.amend(number, finding);
            }
            edits.extend_from_slice(all.overlapping(finding.span));
        }
        Patch::new(in_order(edits))
    }

    /// Scans all strings and numbers of a value as one message, each after its key. So keys are context for their
    /// values, and a secret that is spread over several values is found.
    fn values(
        &mut self,
        value: Value<'_>,
        role: Option<Role>,
        again: bool,
        nesting: usize,
    ) -> Result<Vec<Edit>, ScanError> {
        let values = self.values_of(value, role, again, nesting)?;
        if values.parts.is_empty() {
            return Ok(in_order(values.edits));
        }
        // Keys are context only; they are never changed.
        let patch = self.message_in(&values.text, role, again, Some(&values.spans()));
        Ok(values.edits(&patch))
    }

    /// Returns all strings and numbers of a value as one text. Documents in its strings are scanned.
    pub(super) fn values_of<'t>(
        &mut self,
        value: Value<'t>,
        role: Option<Role>,
        again: bool,
        nesting: usize,
    ) -> Result<Values<'t>, ScanError> {
        let mut values = Values { text: Vec::new(), parts: Vec::new(), edits: Vec::new() };
        let mut stack = vec![value];
        while let Some(value) = stack.pop() {
            match value.kind() {
                ValueKind::String | ValueKind::Number => {
                    let decoded = decoded(value);
                    // A document, or something that may have been meant as one.
                    if matches!(decoded.bytes.trim_ascii().first(), Some(b'{' | b'['))
                        && (decoded.bytes.contains(&b'\\') || Tree::parse(&decoded.bytes, self.limits.depth).is_ok())
                    {
                        let patch = self.string(&decoded.bytes, role, again, Spelling::Json, nesting)?;
                        values.edits.extend(json::string_edits(&patch, &decoded.alignment, value.content().start));
                        continue;
                    }
                    values.push(value, decoded);
                }
                _ => {
                    let start = stack.len();
                    stack.extend(value.children());
                    stack[start..].reverse();
                }
            }
        }
        Ok(values)
    }
}

/// All strings and numbers of a value as one text, each on a line after its key.
pub(super) struct Values<'t> {
    pub(super) text: Vec<u8>,
    /// The span of each value in the text.
    parts: Vec<(Span, Value<'t>, json::Decoded<'t>)>,
    /// The edits on documents in strings, which are not part of the text.
    edits: Vec<Edit>,
}

impl<'t> Values<'t> {
    fn push(&mut self, value: Value<'t>, decoded: json::Decoded<'t>) {
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
        if let Some(key) = value.key() {
            self.text.extend_from_slice(&key);
            self.text.extend_from_slice(b": ");
        }
        let start = self.text.len();
        self.text.extend_from_slice(&decoded.bytes);
        self.parts.push((Span::new(start, self.text.len()), value, decoded));
    }

    /// Returns the spans of the values in the text, without the keys.
    pub(super) fn spans(&self) -> Vec<Span> {
        self.parts.iter().map(|(span, ..)| *span).collect()
    }

    /// Returns the edits on the document for a patch on the text.
    pub(super) fn edits(self, patch: &Patch) -> Vec<Edit> {
        let mut shares = shares(patch, &self.spans());
        let mut edits = self.edits;
        for ((span, value, decoded), shares) in self.parts.iter().zip(&mut shares) {
            let patch = Patch::new(std::mem::take(shares));
            debug_assert!(patch.edits().iter().all(|edit| edit.span.end <= span.len()));
            match value.kind() {
                ValueKind::Number => edits.extend(json::number_edit(&patch, &decoded.bytes, value.span())),
                _ => edits.extend(json::string_edits(&patch, &decoded.alignment, value.content().start)),
            }
        }
        in_order(edits)
    }
}

/// Returns the cells of HTML whose heading names a secret, unless the patch changes them.
pub(super) fn cells(bytes: &[u8], patch: &Patch) -> Vec<Aside> {
    let label =
        |name: Span| secret_label(&html::text(&bytes[name.range()]).bytes).filter(|_| name.len() <= LONGEST_HEADING);
    let mut cells: Vec<Aside> = table::pairs(bytes)
        .into_iter()
        .filter(|(_, value)| !value.is_empty() && patch.overlapping(*value).is_empty())
        .filter_map(|(name, value)| Some((value, Scan::Labeled(label(name)?))))
        .collect();
    cells.sort_by_key(|(value, _)| value.start);
    cells.dedup_by_key(|(value, _)| value.start);
    cells
}

/// Adds to the patch on a text what was found in values in it, with the spans of the values. An edit on a secret that extends
/// beyond its value, up to a blank, is replaced: the text around a value does not show where it starts and ends.
fn with_values(text: &[u8], patch: &Patch, mut found: Vec<(Edit, Span)>) -> Patch {
    found.sort_by_key(|(edit, _)| (edit.span.start, std::cmp::Reverse(edit.span.end)));
    found.dedup_by(|next, last| next.0.span.start < last.0.span.end);
    let is_wider = |other: &&Edit| {
        let first = found.partition_point(|(edit, _)| edit.span.end <= other.span.start);
        found.get(first).is_some_and(|(edit, value)| {
            let Span { start, end } = other.span;
            let has_blank = |from: usize, to: usize| from < to && text[from..to].iter().any(u8::is_ascii_whitespace);
            let is_covered = edit.span.start <= start.max(value.start) && edit.span.end >= end.min(value.end);
            let is_wider = start < value.start || end > value.end;
            is_covered
                && is_wider
                && edit.span.overlaps(other.span)
                && !has_blank(start, value.start)
                && !has_blank(value.end, end)
        })
    };
    let kept = Patch::new(patch.edits().iter().filter(|other| !is_wider(other)).cloned().collect());
    let added = found.into_iter().map(|(edit, _)| edit).filter(|edit| kept.overlapping(edit.span).is_empty());
    let added: Vec<Edit> = added.collect();
    Patch::new(in_order(kept.edits().iter().cloned().chain(added).collect()))
}

/// Returns the URLs in a text.
fn urls(text: &[u8]) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    text.split(u8::is_ascii_whitespace).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        let is_mark = |byte: &&u8| matches!(byte, b'(' | b'[' | b'<' | b'>' | b']' | b')' | b'"' | b'\'' | b',' | b'.');
        let before = word.iter().take_while(is_mark).count();
        let after = word[before..].iter().rev().take_while(is_mark).count();
        let span = Span::new(start + before, start + word.len() - after);
        address::is_address(&text[span.range()]).then_some(span)
    })
}

/// Returns the patch on bytes that look like JSON but are not, for that on them with JSON escapes decoded.
pub(super) fn loose_patch(bytes: &[u8], decoded: &json::Decoded<'_>, patch: Patch) -> Patch {
    if decoded.alignment.is_identity() {
        return patch;
    }
    let spelled = |edit: &Edit| {
        let span = decoded.alignment.source(ViewSpan::new(edit.span.start, edit.span.end));
        let escaped = bytes[span.range()].contains(&b'\\');
        Edit { span, with: if escaped { json::escape(&edit.with) } else { edit.with.clone() } }
    };
    Patch::new(in_order(patch.edits().iter().map(spelled).collect()))
}

/// Returns the text of a string without escapes, or the digits of a number or of an array that spells one out.
fn decoded(value: Value<'_>) -> json::Decoded<'_> {
    value.text().unwrap_or_else(|| {
        let digits = || json::number_text(value.raw());
        let bytes = value.spelled().map_or_else(digits, |spelled| spelled.digits.into());
        json::Decoded { bytes, alignment: Alignment::identity() }
    })
}

/// Returns whether a field is scanned for more than secrets that are certain by their form.
pub(super) fn is_text(scan: Scan) -> bool {
    !matches!(scan, Scan::Skip | Scan::Form | Scan::Reference | Scan::Program | Scan::Answer)
}

/// Returns `true` unless a finding in the source of HTML consists of several numbers that are not grouped like a card, as
/// the coordinates of a drawing are.
pub(super) fn stands_in_markup(bytes: &[u8], finding: &Finding) -> bool {
    let is_split = || bytes[finding.span.range()].iter().any(|byte| matches!(byte, b' ' | b'.' | b'\n'));
    finding.entity != Entity::Card || finding.evidence.grouped || !is_split()
}

/// Splits a patch into the edits within each of `spans`, relative to its start. A replacement that covers several
/// spans, such as that of a number in pieces, is split at its line feeds. If the counts differ, the first span gets the
/// whole replacement and the other spans become empty.
fn shares(patch: &Patch, spans: &[Span]) -> Vec<Vec<Edit>> {
    let mut shares: Vec<Vec<Edit>> = vec![Vec::new(); spans.len()];
    let mut first = 0;
    for edit in patch.edits() {
        while first < spans.len() && spans[first].end <= edit.span.start {
            first += 1;
        }
        steps::add(1);
        let touched = spans[first..].iter().take_while(|span| span.start < edit.span.end).count();
        let lines: Vec<&str> = edit.with.split('\n').collect();
        for (nth, at) in (first..first + touched).enumerate() {
            let start = edit.span.start.max(spans[at].start) - spans[at].start;
            let end = edit.span.end.min(spans[at].end) - spans[at].start;
            let with = match nth {
                _ if lines.len() == touched => lines[nth],
                0 => &edit.with,
                _ => "",
            };
            if start < end {
                shares[at].push(Edit { span: Span::new(start, end), with: with.to_owned() });
            }
        }
    }
    shares
}

/// Returns the edits that remove values tied to a changed text.
pub(super) fn untie(tree: &Tree<'_>, reading: &ChatTexts, changed: &[bool]) -> Vec<Edit> {
    // The number of changed texts before each index, because many values may be tied to the same texts.
    let mut before = vec![0];
    before.extend(changed.iter().scan(0, |sum, changed| {
        *sum += usize::from(*changed);
        Some(*sum)
    }));
    let at = |text: usize| before[text.min(changed.len())];
    let gone = reading.tied.iter().filter(|tied| at(tied.texts.start) < at(tied.texts.end));
    gone.filter_map(|tied| tree.value(tied.value))
        .map(|value| Edit { span: value.span(), with: "null".into() })
        .collect()
}

/// Returns whether a range overlaps one of `spans`, which are sorted and disjoint.
pub(super) fn overlaps_one_of(spans: &[Span], span: Span) -> bool {
    let after = spans.partition_point(|other| other.end <= span.start);
    spans.get(after).is_some_and(|other| other.overlaps(span))
}

/// Sorts edits and drops those that overlap an edit before them.
pub(super) fn in_order(mut edits: Vec<Edit>) -> Vec<Edit> {
    steps::add(edits.len());
    edits.sort_by_key(|edit| (edit.span.start, std::cmp::Reverse(edit.span.end)));
    let mut end = 0;
    edits.retain(|edit| {
        let apart = edit.span.start >= end;
        end = end.max(edit.span.end);
        apart
    });
    edits
}
