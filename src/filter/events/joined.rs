//! Texts whose pieces stay in their events: an event is held until it is known what its pieces belong to.
//!
//! No text moves from one event to another. A finding in the joined text is masked in each event that contains part of
//! it, and events are sent in the order in which they arrived.
//!
//! It is often unknown what an event continues. Then its text is joined in several ways, and its event is held until it
//! is safe in all of them: with all texts of its field; with those that have the same id, author or event name; with
//! the other elements of its array; as a snapshot that contains all of the text so far.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::mem;

use smallvec::SmallVec;

use super::framing::Framing;
use super::paths::{Key, Keys, Paths, Place, Unit, looks_like_message};
use super::text::{Growth, Joint, Kind, Step};
use super::{Sink, Spoken};
use crate::chat::events::Mark;
use crate::edit::{Edit, Patch};
use crate::entity::FindingKind;
use crate::filter::ScanError;
use crate::filter::scanner::{Scanner, in_order};
use crate::json::{self, Tree, ValueKind};
use crate::mask;
use crate::message::Role;
use crate::span::Span;

/// After this many texts of other channels, a text without a new piece is released, so that events do not wait forever.
const PATIENCE: usize = 16;

/// The same for a text that may never be continued, because it has an id of its own.
const SHORT_PATIENCE: usize = 3;

/// A text without held bytes is ended when it reaches this length in bytes, to limit its memory.
const RENEW: usize = 64 * 1024;

/// An ambiguous text is ended after this many bytes without a blank, because pieces of one text have blanks.
const LONGEST_WORD: usize = 256;

/// The maximum number of events that wait for an ambiguous text.
const MAX_WAITING: usize = 24;

/// The incomplete texts, and the events that wait for them.
#[derive(Debug, Default)]
pub(super) struct Joined {
    texts: Vec<Joint>,
    /// The number of the last text that was created.
    last: u64,
    waiting: VecDeque<Waiting>,
    /// The size of the waiting events in bytes.
    held: usize,
    paths: Paths,
    /// Increases when a text enters the conversation. Of several texts that run at once, only the first one does.
    turn: u64,
    /// Whether the last event with a text did not say that its text is complete.
    open: bool,
}

/// An event that waits, or that is behind one that waits.
#[derive(Debug)]
struct Waiting {
    event: Vec<u8>,
    /// The edits on it that are known so far.
    edits: Vec<Edit>,
    pieces: Vec<Piece>,
}

/// A piece of a text in an event.
#[derive(Debug)]
pub(super) struct Piece {
    /// The value of the event's document that contains it, or `None` if the piece is the whole data.
    value: Option<usize>,
    parts: Parts,
    /// The edits on it as a message.
    edits: Vec<Edit>,
    /// Whether it is nothing but a piece.
    is_only_piece: bool,
}

/// The text of a field in an event.
pub(super) struct Said<'a> {
    /// The field, including the indices of array elements.
    pub(super) channel: String,
    /// The field without indices, or `None` if the event has no other element of that field.
    pub(super) field: Option<String>,
    pub(super) marks: Vec<Mark>,
    /// The value that contains it, or `None` if it is the whole data.
    pub(super) value: Option<usize>,
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) role: Option<Role>,
    pub(super) kind: Kind,
    pub(super) unit: Unit,
    /// Its place among the texts of its field, if it may be a message.
    pub(super) place: Option<Place>,
}

/// The texts that a piece belongs to, and its position in each.
type Parts = SmallVec<[(u64, Span); 2]>;

/// How a text is scanned.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// As a message.
    Alone,
    /// As a message and as a piece.
    Both(Keys),
    /// As a piece.
    Joined(Keys),
}

impl Piece {
    /// Returns whether it has any text.
    pub(super) fn has_text(&self) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|(_, span)| !span.is_empty())
    }
}

impl Joined {
    /// Returns the number of bytes held back.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Decides how the next text of a field is scanned.
    pub(super) fn treat(&mut self, said: &mut Said<'_>, limit: usize) -> Treatment {
        let path = self.paths.at(&said.channel, limit);
        let keys = path.see(&said.bytes, &said.marks);
        let (pieces, message, continues) = (path.is_in_pieces(), path.is_message(&said.bytes), path.continues());
        let place = path.place(&said.marks, &said.unit);
        said.place = Some(place).filter(|_| said.kind == Kind::Ambiguous && !pieces);
        // Only joined: nothing says that it is a message.
        let joined = said.kind == Kind::Unknown;
        if joined && (continues || looks_like_message(&said.bytes)) {
            said.kind = Kind::Ambiguous;
        }
        if said.kind == Kind::Ambiguous && pieces {
            said.kind = Kind::Piece;
        }
        let text = keys.first().and_then(|keys| self.find(&said.channel, Some(&keys.now)));
        let text = text.or_else(|| self.find(&said.channel, None));
        let snapshot = text.is_some_and(|at| self.texts[at].growth == Growth::Snapshot);
        match said.kind {
            Kind::Ambiguous if message && !joined => Treatment::Alone,
            Kind::Ambiguous if !snapshot && !joined => Treatment::Both(keys),
            _ => Treatment::Joined(keys),
        }
    }

    /// Adds the next text of a field. `alone` is the patch on it as a message, if it was scanned as one.
    pub(super) fn take(
        &mut self,
        said: &Said<'_>,
        treatment: Treatment,
        alone: Option<&Patch>,
        scanner: &mut Scanner,
    ) -> Result<Piece, ScanError> {
        match treatment {
            Treatment::Alone => Ok(self.message(said, alone, scanner)),
            Treatment::Both(keys) => self.add(said, keys, alone, scanner),
            Treatment::Joined(keys) => {
                let piece = self.add(said, keys, alone, scanner)?;
                Ok(Piece { is_only_piece: true, ..piece })
            }
        }
    }

    /// Adds a text that is a message.
    fn message(&mut self, said: &Said<'_>, alone: Option<&Patch>, scanner: &mut Scanner) -> Piece {
        let is_it = |text: &Joint| text.kind == Kind::Ambiguous && text.channel == said.channel;
        for at in 0..self.texts.len() {
            if is_it(&self.texts[at]) {
                self.end_at(at, scanner);
            }
        }
        let edits = alone.map(|patch| patch.edits().to_vec()).unwrap_or_default();
        Piece { value: said.value, parts: Parts::new(), edits, is_only_piece: false }
    }

    /// Adds the next piece of a text.
    fn add(
        &mut self,
        said: &Said<'_>,
        keys: Keys,
        alone: Option<&Patch>,
        scanner: &mut Scanner,
    ) -> Result<Piece, ScanError> {
        let mut parts = Parts::new();
        for split in &keys {
            self.split(&said.channel, &split.before);
            self.join(&said.channel, Some(split.now.clone()), said, &mut parts, scanner)?;
        }
        let is_snapshot = |texts: &Self, parts: &Parts| {
            let text = parts.first().and_then(|(number, _)| texts.text(*number));
            text.is_some_and(|text| text.growth == Growth::Snapshot)
        };
        if !is_snapshot(self, &parts) {
            self.join(&said.channel, None, said, &mut parts, scanner)?;
        }
        if let Some(field) = said.field.as_ref().filter(|_| !is_snapshot(self, &parts)) {
            self.join(field, Some(Key::new()), said, &mut parts, scanner)?;
        }
        let edits = alone.map(|patch| patch.edits().to_vec()).unwrap_or_default();
        for (number, span) in &parts {
            let Some(at) = self.texts.iter().position(|text| text.number == *number) else { continue };
            let text = &mut self.texts[at];
            let is_open = keys.iter().any(|split| split.open && text.key.as_ref() == Some(&split.now));
            text.idle = if is_open { PATIENCE - SHORT_PATIENCE } else { 0 };
            text.is_scanned &= alone.is_some();
            text.kind = text.kind.max(said.kind);
            let found = edits.iter().map(|edit| Span::new(edit.span.start + span.start, edit.span.end + span.start));
            text.message_findings.extend(found);
            self.check(at, scanner);
        }
        Ok(Piece { value: said.value, parts, edits, is_only_piece: false })
    }

    /// Distinguishes the texts of a field from now on: the text so far continues under the key of the previous event.
    fn split(&mut self, channel: &str, before: &Key) {
        let is_alike = |key: &Key| {
            key.len() == before.len() && key.iter().zip(before).all(|((field, _), (other, _))| field == other)
        };
        let is_split = self
            .texts
            .iter()
            .any(|text| text.channel == channel && text.key.as_ref().is_some_and(is_alike) && text.is_live());
        if let Some(at) = self.find(channel, None).filter(|_| !is_split) {
            let fork = self.fork(at);
            self.texts[fork].key = Some(before.clone());
            let (number, whole) = (self.texts[fork].number, Span::new(0, self.texts[at].len()));
            self.texts[at].cover(number, whole, 0);
        }
    }

    /// Adds a piece to the text of this channel and key, and creates that text if necessary.
    fn join(
        &mut self,
        channel: &str,
        key: Option<Key>,
        said: &Said<'_>,
        parts: &mut Parts,
        scanner: &mut Scanner,
    ) -> Result<(), ScanError> {
        let at = match self.find(channel, key.as_ref()) {
            Some(at) => at,
            None => self.open(channel, key, said.role, scanner)?,
        };
        let first = parts.len();
        if said.kind == Kind::Ambiguous {
            self.texts[at].break_before(&said.bytes);
        }
        self.texts[at].begin_piece(said.place, &said.bytes);
        self.feed(at, &said.bytes, parts, scanner);
        if first > 0 {
            let (by, there) = parts[0];
            for (number, span) in &parts[first..] {
                if let Some(text) = self.texts.iter_mut().find(|text| text.number == *number) {
                    text.cover(by, *span, there.start);
                }
            }
        }
        Ok(())
    }

    /// Adds a piece to a text, and to its fork if it has one.
    fn feed(&mut self, at: usize, piece: &[u8], parts: &mut Parts, scanner: &mut Scanner) {
        let number = self.texts[at].number;
        let is_fork = |text: &Joint| text.is_live() && matches!(text.growth, Growth::Fork { of, .. } if of == number);
        if let Some(fork) = self.texts.iter().position(is_fork) {
            let text = &mut self.texts[fork];
            match text.step(piece) {
                Step::Extend => parts.push((text.number, text.extend(piece))),
                _ => text.drop_out(),
            }
            if text.is_live() && text.is_proven() {
                text.growth = Growth::Snapshot;
                self.texts[at].drop_out();
                return;
            }
        }
        let text = &mut self.texts[at];
        let span = match text.step(piece) {
            Step::Append => text.append(piece),
            Step::Extend => {
                text.growth = Growth::Snapshot;
                text.extend(piece)
            }
            Step::Shorten => text.extend(piece),
            Step::Fork => {
                let fork = self.fork(at);
                let text = &mut self.texts[fork];
                text.growth = Growth::Fork { of: number, events: 0 };
                parts.push((text.number, text.extend(piece)));
                self.texts[at].append(piece)
            }
            Step::Replace => {
                let (channel, key, role) = (text.channel.clone(), text.key.clone(), text.role);
                self.end_at(at, scanner);
                let at = self.begin(&channel, key, role, scanner);
                let text = &mut self.texts[at];
                parts.push((text.number, text.append(piece)));
                return;
            }
        };
        parts.push((number, span));
    }

    /// Copies a text. What belongs to the original belongs to the copy too.
    fn fork(&mut self, at: usize) -> usize {
        self.last += 1;
        let old = self.texts[at].number;
        let mut fork = self.texts[at].clone();
        fork.number = self.last;
        self.texts.push(fork);
        for piece in self.waiting.iter_mut().flat_map(|event| &mut event.pieces) {
            if let Some((_, span)) = piece.parts.iter().find(|(number, _)| *number == old).copied() {
                piece.parts.push((self.last, span));
            }
        }
        self.texts.len() - 1
    }

    fn open(
        &mut self,
        channel: &str,
        key: Option<Key>,
        role: Option<Role>,
        scanner: &mut Scanner,
    ) -> Result<usize, ScanError> {
        let limit = scanner.limits.channels;
        if self.texts.iter().filter(|text| text.is_live()).count() >= limit {
            self.evict(scanner).ok_or(ScanError::TooMany { limit })?;
        }
        Ok(self.begin(channel, key, role.unwrap_or(scanner.role), scanner))
    }

    fn begin(&mut self, channel: &str, key: Option<Key>, role: Role, scanner: &Scanner) -> usize {
        self.last += 1;
        let mut text = Joint::new(channel, key, role, scanner.redactor(role));
        (text.number, text.turn) = (self.last, self.turn);
        self.texts.push(text);
        self.texts.len() - 1
    }

    /// Ends the text that has waited longest for its next piece, if it holds no bytes.
    fn evict(&mut self, scanner: &mut Scanner) -> Option<()> {
        let live = self.texts.iter().enumerate().filter(|(_, text)| text.is_live());
        let idle = live.filter(|(_, text)| text.is_released(text.len()) || text.kind == Kind::Unknown);
        let (at, _) = idle.max_by_key(|(_, text)| text.idle)?;
        self.end_at(at, scanner);
        Some(())
    }

    fn find(&self, channel: &str, key: Option<&Key>) -> Option<usize> {
        self.texts.iter().position(|text| {
            text.is_live()
                && !matches!(text.growth, Growth::Fork { .. })
                && text.channel == channel
                && text.key.as_ref() == key
        })
    }

    fn text(&self, number: u64) -> Option<&Joint> {
        self.texts.iter().find(|text| text.number == number)
    }

    /// Releases as much as possible of a text that has a new piece, and ends the text if it must not grow.
    fn check(&mut self, at: usize, scanner: &mut Scanner) {
        let stalls = self.waiting.len() >= MAX_WAITING;
        let text = &mut self.texts[at];
        text.release_certain();
        if stalls && text.kind != Kind::Piece {
            text.release();
        }
        let Some(redactor) = &text.redactor else { return };
        let over = text.kind != Kind::Piece && redactor.unfinished() > LONGEST_WORD;
        if redactor.is_blocked() || text.is_released(text.len()) && (text.len() > RENEW || over) {
            self.end_at(at, scanner);
        }
    }

    /// Counts an event with texts. Releases texts that have waited too long for their next piece.
    pub(super) fn count_event(&mut self) {
        for text in &mut self.texts {
            text.idle += 1;
            if text.idle > PATIENCE {
                text.release();
            }
        }
    }

    /// Handles an event without a text: plain text does not wait for the end of its word.
    pub(super) fn relax(&mut self) {
        for text in &mut self.texts {
            text.release_plain();
        }
    }

    /// Releases all texts.
    #[cfg(feature = "websocket")]
    pub(super) fn release_all(&mut self) {
        self.texts.iter_mut().for_each(Joint::release);
    }

    /// Returns what these pieces say.
    pub(super) fn spoken(&self, pieces: &[Piece]) -> Spoken {
        let mut spoken = Spoken::default();
        for piece in pieces {
            let Some((number, span)) = piece.parts.first() else { continue };
            spoken.text.extend(self.text(*number).map_or(&[][..], |text| text.part(*span)));
            spoken.is_piece |= piece.is_only_piece;
        }
        spoken
    }

    /// Ends all texts.
    pub(super) fn end_all(&mut self, scanner: &mut Scanner) {
        self.end_where(scanner, |_| true);
    }

    /// Ends the texts that may be messages, because a message has arrived.
    pub(super) fn end_ambiguous(&mut self, scanner: &mut Scanner) {
        self.end_where(scanner, |text| text.kind == Kind::Ambiguous);
    }

    /// Ends the texts of the channels that start with one of `starts` and match these values, as an event requests. If
    /// the event has a text of its own (`texts`), this counts only if the previous event did not request the same: some
    /// servers always do.
    pub(super) fn end(&mut self, starts: &[String], marks: &[Mark], texts: bool, scanner: &mut Scanner) {
        if texts && !mem::replace(&mut self.open, starts.is_empty()) {
            return;
        }
        for start in starts {
            for at in 0..self.texts.len() {
                let text = &mut self.texts[at];
                let is_split = text.is_covered();
                let agrees = |(field, value): &(_, Vec<u8>)| {
                    marks.iter().all(|mark| mark.field != *field || mark.value == *value)
                };
                if !text.channel.starts_with(start.as_str()) {
                    continue;
                }
                if is_split && !start.is_empty() {
                    text.release();
                } else if text.key.iter().flatten().all(agrees) {
                    self.end_at(at, scanner);
                }
            }
        }
    }

    /// Ends texts, those of unknown fields last, so that known text enters the conversation.
    fn end_where(&mut self, scanner: &mut Scanner, ends: impl Fn(&Joint) -> bool) {
        for unknown in [false, true] {
            for at in 0..self.texts.len() {
                if (self.texts[at].kind == Kind::Unknown) == unknown && ends(&self.texts[at]) {
                    self.end_at(at, scanner);
                }
            }
        }
    }

    fn end_at(&mut self, at: usize, scanner: &mut Scanner) {
        let text = &mut self.texts[at];
        let Some(redactor) = text.redactor.take() else { return };
        let (mut finished, edits) = redactor.finish_with_edits(&mut Vec::new());
        text.end(edits);
        scanner.blocked |= finished.is_blocked();
        if matches!(text.growth, Growth::Fork { .. }) {
            return;
        }
        let is_message = !text.is_scanned && !text.is_covered();
        if is_message && text.turn == self.turn && text.is_speech() {
            self.turn += 1;
            scanner.before = mem::replace(&mut scanner.conversation, finished.conversation);
        }
        // Only findings that no message and no other text has reported are new.
        let reported = text.reported(is_message);
        let new = |kind, span| (is_message || kind == FindingKind::Disclosure) && !reported.has(span);
        finished.findings.retain(|finding| new(finding.kind, finding.span));
        if !finished.findings.is_empty() {
            let found: Vec<Span> = finished.findings.iter().map(|finding| finding.span).collect();
            let (before, rest) = self.texts.split_at_mut(at);
            if let Some((text, after)) = rest.split_first_mut() {
                before.iter_mut().chain(after).for_each(|other| other.share_reports(text, &found));
            }
        }
        let text = &self.texts[at];
        if is_message && text.is_speech() || !finished.findings.is_empty() {
            scanner.report.add(&finished.findings, &finished.recall);
            scanner.found = !finished.findings.is_empty();
        }
    }

    /// Sends an event as soon as all its pieces, and all events before it, can be sent.
    pub(super) fn send(
        &mut self,
        framing: Framing,
        event: Vec<u8>,
        edits: Vec<Edit>,
        pieces: Vec<Piece>,
        scanner: &Scanner,
        out: &mut impl Sink,
    ) -> Result<(), ScanError> {
        self.held += event.len();
        self.waiting.push_back(Waiting { event, edits, pieces });
        self.flush(framing, scanner, out);
        let limit = scanner.limits.hold;
        if self.held > limit {
            for text in self.texts.iter_mut().filter(|text| text.kind != Kind::Piece) {
                text.release();
            }
            self.flush(framing, scanner, out);
        }
        if self.held > limit { Err(ScanError::TooLarge { limit }) } else { Ok(()) }
    }

    /// Writes the events that can be sent.
    pub(super) fn flush(&mut self, framing: Framing, scanner: &Scanner, out: &mut impl Sink) {
        if scanner.blocked {
            return;
        }
        let mut written = false;
        while let Some(next) = self.waiting.front() {
            let is_released =
                |(number, span): &(u64, Span)| self.text(*number).is_none_or(|text| text.is_released(span.end));
            if !next.pieces.iter().flat_map(|piece| &piece.parts).all(is_released) {
                break;
            }
            let Some(next) = self.waiting.pop_front() else { break };
            self.held -= next.event.len();
            written |= !next.pieces.is_empty();
            self.write(framing, next, scanner, out);
        }
        if written {
            self.forget();
        }
    }

    /// Removes the texts that have ended.
    fn forget(&mut self) {
        let waiting = &self.waiting;
        let awaited = |number| {
            let mut parts = waiting.iter().flat_map(|event| &event.pieces).flat_map(|piece| &piece.parts);
            parts.any(|(awaited, _)| *awaited == number)
        };
        self.texts.retain(|text| text.is_live() || awaited(text.number));
    }

    fn write(&self, framing: Framing, waiting: Waiting, scanner: &Scanner, out: &mut impl Sink) {
        let Waiting { event, mut edits, pieces } = waiting;
        if let Some(data) = framing.data(&event).filter(|_| !pieces.is_empty()) {
            let is_document = pieces.iter().any(|piece| piece.value.is_some());
            let tree = is_document.then(|| Tree::parse(&data.bytes, scanner.limits.depth)).and_then(Result::ok);
            let of_data = self.edits(&pieces, tree.as_ref());
            if !of_data.is_empty() {
                let joined = framing.edits(&event, &data, &Patch::new(in_order(of_data)));
                // A message has edits on its pieces, too.
                edits = merge_edits(joined.into_iter().chain(edits).collect());
            }
        }
        out.put(&Patch::new(in_order(edits)).apply(&event));
    }

    /// Returns the edits on data with these pieces.
    pub(super) fn edits(&self, pieces: &[Piece], tree: Option<&Tree<'_>>) -> Vec<Edit> {
        let mut of_data = Vec::new();
        for piece in pieces {
            let parts = piece.parts.iter().filter_map(|(number, span)| Some(self.text(*number)?.share(*span)));
            let mut joined: Vec<(Edit, usize)> = parts.flatten().collect();
            // Of several edits on the same bytes, the one for the longest secret counts.
            joined.sort_by_key(|(_, len)| Reverse(*len));
            let joined = joined.into_iter().map(|(edit, _)| edit);
            let patch = Patch::new(merge_edits(joined.chain(piece.edits.iter().cloned()).collect()));
            if patch.is_empty() {
                continue;
            }
            let Some(value) = piece.value else {
                of_data.extend_from_slice(patch.edits());
                continue;
            };
            let Some(value) = tree.and_then(|tree| tree.value(value)) else { continue };
            if value.kind() == ValueKind::Number {
                let digits = json::number_text(value.raw());
                of_data.extend(json::number_edit(&patch, &digits, value.span()));
            } else {
                let decoded = json::decode(value.raw());
                of_data.extend(json::string_edits(&patch, &decoded.alignment, value.content().start));
            }
        }
        of_data
    }

    /// Records that something was found in this piece as a message.
    pub(super) fn record_message_finding(&mut self, piece: &Piece) {
        for (number, span) in &piece.parts {
            if let Some(text) = self.texts.iter_mut().find(|text| text.number == *number) {
                text.message_findings.push(*span);
            }
        }
    }

    /// Returns whether the texts of a field so far are pieces rather than messages.
    pub(super) fn is_in_pieces(&mut self, channel: &str, limit: usize) -> bool {
        let path = self.paths.at(channel, limit);
        path.is_in_pieces() || path.is_short()
    }
}

/// Merges edits. If one covers another, it replaces it. Of two on the same bytes, the first one is kept. If edits
/// overlap in another way, everything is masked.
pub(super) fn merge_edits(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.span.start, Reverse(edit.span.end)));
    let mut all: Vec<Edit> = Vec::new();
    for edit in edits {
        match all.last_mut() {
            Some(last) if last.span.overlaps(edit.span) => {
                if edit.span.end > last.span.end {
                    *last = Edit { span: last.span.union(edit.span), with: mask::PASSWORD.to_owned() };
                }
            }
            _ => all.push(edit),
        }
    }
    all
}
