//! A text that is spread over events.

use super::paths::{Key, Place, looks_like_message};
use crate::edit::Edit;
use crate::message::Role;
use crate::span::Span;
use crate::steps;
use crate::stream::StreamRedactor;

/// The minimum length in bytes of a text that a snapshot can repeat. A shorter text may have the same beginning as
/// another one by chance.
const SNAPSHOT: usize = 8;

/// The number of consecutive events that begin with all of the text before, after which they are snapshots.
const SNAPSHOTS: usize = 3;

/// The number of equal snapshots after which the text is complete.
const STILL: usize = 3;

/// What is known about the pieces of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Values of a field that is not known to be text.
    Unknown,
    /// Pieces or messages. Each may also have been scanned as a message.
    Ambiguous,
    /// Pieces.
    Piece,
}

/// How a text grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// Each event appends to it.
    Append,
    /// Each event contains all of it. A fork is a copy of an appending text, kept until it is known which of the two is
    /// right.
    Fork {
        /// The number of the other text.
        of: u64,
        /// The number of events that contain more than the one before.
        events: usize,
    },
    /// Each event contains all of it.
    Snapshot,
}

/// Where a message begins in a text.
#[derive(Debug, Clone, Copy)]
struct Start {
    /// Where the message before it ends.
    end: usize,
    at: usize,
    /// The end of its first piece if the message before it shows a secret, otherwise `at`.
    alone: usize,
}

/// A text that is spread over events.
#[derive(Debug, Clone)]
pub(super) struct Joint {
    pub(super) number: u64,
    /// The field of its pieces.
    pub(super) channel: String,
    /// What distinguishes it from other texts of that field, or `None` for all of them together.
    pub(super) key: Option<Key>,
    pub(super) role: Role,
    pub(super) kind: Kind,
    pub(super) growth: Growth,
    /// `None` after it has ended.
    pub(super) redactor: Option<Box<StreamRedactor>>,
    content: Vec<u8>,
    /// The length of the part that can be sent.
    released: usize,
    edits: Vec<Edit>,
    /// Where messages begin in it, in order.
    starts: Vec<Start>,
    /// The place of the last piece among the texts of its field, if it may be a message.
    place: Option<Place>,
    /// Whether the last piece looks like a whole message.
    ends_message: bool,
    /// Whether somebody else has spoken before the piece that is added.
    begins_turn: bool,
    /// Whether the piece that is added begins a message, and whether the message before it is complete.
    begins: Option<bool>,
    /// The findings in its pieces as messages.
    pub(super) message_findings: Vec<Span>,
    /// The parts that are also joined as another text.
    covered: Vec<Cover>,
    /// The findings that another text has reported.
    shared: Vec<Span>,
    /// Whether each piece was also scanned as a message.
    pub(super) is_scanned: bool,
    pub(super) turn: u64,
    /// The number of consecutive equal snapshots.
    still: usize,
    /// The number of texts of other channels since its last piece.
    pub(super) idle: usize,
}

/// How a piece continues a text.
pub(super) enum Step {
    /// It is appended.
    Append,
    /// It may be the next snapshot of a short text, or be appended to it.
    Fork,
    /// It begins with all of the text.
    Extend,
    /// The text begins with all of it.
    Shorten,
    /// It is a different text.
    Replace,
}

/// A part of a text that is also joined as another text.
#[derive(Debug, Clone, Copy)]
struct Cover {
    /// The number of the other text.
    by: u64,
    part: Span,
    /// The start of the part in the other text.
    there: usize,
}

/// The parts of a text whose findings are reported elsewhere.
pub(super) struct Reported(Reach);

impl Reported {
    /// Returns whether a finding there is reported elsewhere.
    pub(super) fn has(&self, found: Span) -> bool {
        self.0.before(found.end) > found.start
    }
}

/// Parts of a text, ordered by their starts, each with the largest end so far, so that one binary search is enough.
struct Reach(Vec<Span>);

impl Reach {
    fn of(mut parts: Vec<Span>) -> Self {
        steps::add(parts.len());
        parts.sort_unstable();
        let mut end = 0;
        for part in &mut parts {
            end = end.max(part.end);
            part.end = end;
        }
        Self(parts)
    }

    /// Returns the largest end of the parts that start before `at`.
    fn before(&self, at: usize) -> usize {
        steps::add(1);
        self.0[..self.0.partition_point(|part| part.start < at)].last().map_or(0, |part| part.end)
    }
}

impl Joint {
    /// Returns a text before its first piece.
    pub(super) fn new(channel: &str, key: Option<Key>, role: Role, redactor: StreamRedactor) -> Self {
        Self {
            number: 0,
            channel: channel.to_owned(),
            key,
            role,
            kind: Kind::Unknown,
            growth: Growth::Append,
            redactor: Some(Box::new(redactor.recording_edits())),
            content: Vec::new(),
            released: 0,
            edits: Vec::new(),
            starts: Vec::new(),
            place: None,
            ends_message: false,
            begins_turn: false,
            begins: None,
            message_findings: Vec::new(),
            covered: Vec::new(),
            shared: Vec::new(),
            is_scanned: true,
            turn: 0,
            still: 0,
            idle: 0,
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.redactor.is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.content.len()
    }

    /// Returns the bytes of a part.
    pub(super) fn part(&self, span: Span) -> &[u8] {
        self.content.get(span.range()).unwrap_or_default()
    }

    /// Returns whether all of it can be sent up to here.
    pub(super) fn is_released(&self, end: usize) -> bool {
        self.released >= end
    }

    /// Returns how a piece continues the text.
    pub(super) fn step(&self, piece: &[u8]) -> Step {
        let (len, extends) = (self.content.len(), piece.starts_with(&self.content));
        match self.growth {
            Growth::Append if len >= SNAPSHOT && extends && piece.len() > len => Step::Extend,
            Growth::Append if len > 0 && extends && !self.begins_turn => Step::Fork,
            Growth::Append => Step::Append,
            _ if extends => Step::Extend,
            _ if !piece.is_empty() && self.content.starts_with(piece) => Step::Shorten,
            _ => Step::Replace,
        }
    }

    /// Returns whether a fork has shown that events are snapshots.
    pub(super) fn is_proven(&self) -> bool {
        let enough = if self.content.len() >= SNAPSHOT { 1 } else { SNAPSHOTS };
        matches!(self.growth, Growth::Fork { events, .. } if events >= enough)
    }

    /// Appends a piece, which may begin a message. Returns its position in the text.
    pub(super) fn append(&mut self, piece: &[u8]) -> Span {
        let end = self.content.len();
        let begins = self.begins.take();
        // A message that shows a secret by itself is complete. What follows is on a line of its own.
        if begins == Some(true) {
            self.push(b"\n");
        }
        let span = self.push(piece);
        if let Some(shown) = begins {
            self.starts.push(Start { end, at: span.start, alone: if shown { span.end } else { span.start } });
        }
        span
    }

    fn push(&mut self, piece: &[u8]) -> Span {
        let start = self.content.len();
        self.content.extend_from_slice(piece);
        if let Some(redactor) = &mut self.redactor {
            redactor.push(piece, &mut Vec::new());
        }
        Span::new(start, self.content.len())
    }

    /// Adds a piece that contains all of the text, or part of it.
    pub(super) fn extend(&mut self, piece: &[u8]) -> Span {
        let len = self.content.len();
        if len < piece.len() {
            self.push(&piece[len..]);
            self.still = 0;
            if let Growth::Fork { events, .. } = &mut self.growth {
                *events += 1;
            }
        } else {
            self.still += 1;
        }
        Span::new(0, piece.len())
    }

    /// Releases everything that is not in doubt, and all of a snapshot that no longer changes.
    pub(super) fn release_certain(&mut self) {
        if self.still >= STILL {
            self.release();
        }
        let Some(redactor) = &mut self.redactor else { return };
        let plain = match self.kind {
            Kind::Unknown => !redactor.holds_digits(),
            Kind::Ambiguous => redactor.is_plain(),
            Kind::Piece => false,
        };
        if plain {
            redactor.mark_sent();
        }
        self.update();
    }

    /// Releases everything if it would be sent unchanged after a blank.
    pub(super) fn release_plain(&mut self) {
        if let Some(redactor) = self.redactor.as_mut().filter(|redactor| redactor.is_plain()) {
            redactor.mark_sent();
        }
        self.update();
    }

    /// Returns whether it is speech. The values of an unknown field are speech if they have several words.
    pub(super) fn is_speech(&self) -> bool {
        self.kind != Kind::Unknown || self.content.iter().filter(|byte| **byte == b' ').count() > 2
    }

    /// Releases everything as it is judged now. It remains the context of the text that follows.
    pub(super) fn release(&mut self) {
        if let Some(redactor) = &mut self.redactor {
            redactor.judge_now();
        }
        self.update();
    }

    /// Adds what its redactor has released.
    pub(super) fn update(&mut self) {
        if let Some(redactor) = &mut self.redactor {
            self.released = redactor.sent_len();
            let edits = redactor.take_edits();
            self.mask(edits);
        }
    }

    /// Adds edits. A number of a JSON document becomes a string, so that the document stays valid.
    fn mask(&mut self, mut edits: Vec<Edit>) {
        for edit in &mut edits {
            if is_json_number(&self.content, edit.span) {
                edit.with = format!("\"{}\"", edit.with);
            }
        }
        self.edits.append(&mut edits);
    }

    /// Records the place of the next piece among the texts of its field, before it is added.
    pub(super) fn begin_piece(&mut self, place: Option<Place>, piece: &[u8]) {
        let before = std::mem::replace(&mut self.place, place).filter(|_| !self.content.is_empty());
        let (before, now) = before.zip(place).unwrap_or_default();
        self.begins_turn = before.turn != now.turn;
        let shows = || self.message_findings.iter().next_back().is_some_and(|found| found.end == self.content.len());
        self.begins = (before != now).then(|| (self.begins_turn || self.ends_message) && shows());
        self.ends_message = looks_like_message(piece);
    }

    /// Ends the sentence before the next piece, if both look like whole messages: nothing tells where the messages of such
    /// a field begin. The last digits of one and the first word of the next are not one word.
    pub(super) fn break_before(&mut self, piece: &[u8]) {
        let is_apart = self.content.last().is_some_and(|last| !last.is_ascii_whitespace())
            && piece.first().is_some_and(u8::is_ascii_uppercase);
        if self.growth == Growth::Append && self.ends_message && is_apart && looks_like_message(piece) {
            self.release();
            self.push(b"\n");
        }
    }

    /// Records that a part is also joined as the text with this number, in which it starts at `there`.
    pub(super) fn cover(&mut self, by: u64, part: Span, there: usize) {
        match self.covered.last_mut() {
            Some(last) if last.by == by && last.part.end == part.start && last.there + last.part.len() == there => {
                last.part.end = part.end;
            }
            _ => self.covered.push(Cover { by, part, there }),
        }
    }

    /// Records what `other` has reported, so that it is not reported again in the parts that the two share.
    pub(super) fn share_reports(&mut self, other: &Self, found: &[Span]) {
        let moved = |span: Span, from: Span, to: usize| {
            let (start, end) = (span.start.max(from.start), span.end.min(from.end));
            (start < end).then(|| Span::new(start - from.start + to, end - from.start + to))
        };
        let within = |from: Span| {
            let first = found.partition_point(move |span| span.end <= from.start);
            found[first..].iter().take_while(move |span| span.start < from.end)
        };
        steps::add(self.covered.len() + other.covered.len());
        for cover in self.covered.iter().filter(|cover| cover.by == other.number) {
            let there = Span::new(cover.there, cover.there + cover.part.len());
            self.shared.extend(within(there).filter_map(|span| moved(*span, there, cover.part.start)));
        }
        for cover in other.covered.iter().filter(|cover| cover.by == self.number) {
            self.shared.extend(within(cover.part).filter_map(|span| moved(*span, cover.part, cover.there)));
        }
    }

    /// Returns whether all of it is also part of other texts.
    pub(super) fn is_covered(&self) -> bool {
        !self.covered.is_empty()
    }

    /// Returns the parts whose findings are reported elsewhere: by other texts and, unless this text is a message
    /// itself, by its pieces as messages.
    pub(super) fn reported(&self, is_message: bool) -> Reported {
        let message_findings = if is_message { &[][..] } else { &self.message_findings };
        Reported(Reach::of([message_findings, &self.shared].concat()))
    }

    /// Ends the text with these last edits.
    pub(super) fn end(&mut self, edits: Vec<Edit>) {
        self.mask(edits);
        self.released = self.content.len();
    }

    /// Drops a text that does not exist after all. It holds nothing and masks nothing.
    pub(super) fn drop_out(&mut self) {
        self.redactor = None;
        self.edits.clear();
        self.released = self.content.len();
    }

    /// Returns the edits on a part of the text, with their lengths in the text. A replacement belongs to the part in
    /// which it begins.
    pub(super) fn share(&self, part: Span) -> Vec<(Edit, usize)> {
        let first = self.edits.partition_point(|edit| edit.span.end <= part.start);
        let inside = self.edits[first..].iter().take_while(|edit| edit.span.start < part.end);
        inside
            .flat_map(|edit| self.by_message(edit, part).into_iter().map(|share| (share, edit.span.len())))
            .filter(|(edit, _)| edit.span.overlaps(part))
            .map(|(edit, len)| {
                let span = Span::new(edit.span.start.max(part.start), edit.span.end.min(part.end));
                let with = if edit.span.start >= part.start { edit.with } else { String::new() };
                let span = Span::new(span.start - part.start, span.end - part.start);
                (Edit { span, with }, len)
            })
            .collect()
    }

    /// Splits an edit where messages begin, and returns the shares near `part`. Each message keeps its own part of the
    /// mask. What is found only in a message after one that shows a secret is left to the scan of that message, because the
    /// text before has been answered.
    fn by_message(&self, edit: &Edit, part: Span) -> Vec<Edit> {
        let Span { start, end } = edit.span;
        let first = self.starts.partition_point(|message| message.at <= start);
        let here = self.starts[..first].last().filter(|_| self.growth == Growth::Append);
        if here.is_some_and(|message| end <= message.alone) {
            return Vec::new();
        }
        let starts = match self.growth {
            Growth::Append => &self.starts[first..],
            _ => &[],
        };
        // The messages may be many, and so may the parts.
        let near = starts.partition_point(|message| message.at <= part.start);
        let until = starts.partition_point(|message| message.at < end.min(part.end));
        let before = near.checked_sub(1).map(|at| starts[at]);
        let inside = &starts[near.min(until)..until];
        let width = edit.with.len() / edit.span.len().max(1);
        let is_aligned = edit.with.chars().next().is_some_and(|mask| mask.len_utf8() == width)
            && edit.with.len() == width * edit.span.len();
        let share = |from: usize, to: usize| {
            steps::add(to - from);
            let own = (from - start) * width..(to - start) * width;
            let own = edit.with.get(own).filter(|_| is_aligned && self.content[from..to].is_ascii());
            Edit { span: Span::new(from, to), with: own.unwrap_or(&edit.with).to_owned() }
        };
        let froms = before.map_or(start, |message| message.at);
        let froms = std::iter::once(froms).chain(inside.iter().map(|message| message.at));
        let last = starts.get(until).filter(|message| message.at < end).map_or(end, |message| message.end);
        let ends = inside.iter().map(|message| message.end).chain([last]);
        froms.zip(ends).map(|(from, to)| share(from, to)).collect()
    }
}

/// Returns whether `span` of a text is a number of a JSON document: the value of a member, or the first of an array in one.
fn is_json_number(text: &[u8], span: Span) -> bool {
    let (before, after) = (text[..span.start].trim_ascii_end(), text[span.end..].trim_ascii_start());
    let before = before.strip_suffix(b"[").unwrap_or(before).trim_ascii_end();
    let is_value = before.strip_suffix(b":").is_some_and(|name| {
        let name = name.trim_ascii_end();
        name.ends_with(b"\"") && !name.ends_with(b"\\\"")
    });
    is_value
        && matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
        && matches!(after.first(), Some(b',' | b'}' | b']'))
        && text[span.range()].iter().all(u8::is_ascii_digit)
}
