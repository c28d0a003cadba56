//! Texts that are spread over events and stay in them: an event is held until it is known what its piece is a part of.
//!
//! Nothing moves from one event to another. What is found in the text that the pieces are together is masked in each of
//! the events that it stands in, and events go on in the order in which they came.

use std::collections::VecDeque;
use std::mem;

use crate::edit::{Edit, Patch};
use crate::entity::FindingKind;
use crate::filter::ScanError;
use crate::filter::scanner::{Scanner, in_order};
use crate::json::{self, Tree, ValueKind};
use crate::mask;
use crate::message::Role;
use crate::span::Span;
use crate::stream::StreamRedactor;
use crate::wire::sse;

/// Messages and pieces of other texts after which a text that brings none is over: an event must not wait for ever.
const PATIENCE: usize = 16;

/// Bytes after which a text is ended where nothing of it is held, so that no stream grows what is kept of it.
const RENEW: usize = 64 * 1024;

/// Bytes without a space after which a text of what may be messages is ended: pieces of one text have spaces.
const LONGEST_WORD: usize = 256;

/// Events that may be messages and wait, at most: a secret is told in fewer pieces.
const MOST_WAITING: usize = 24;

/// Events in a row that differ in nothing but their numbers, after which they are messages and no pieces of a text.
const ALIKE: usize = 3;

/// The longest such event, in bytes.
const LONGEST_FORM: usize = 256;

/// The texts that are under way, and the events that wait for them.
#[derive(Debug, Default)]
pub(super) struct Joined {
    texts: Vec<Whole>,
    /// The number of the next text.
    next: u64,
    waiting: VecDeque<Waiting>,
    /// Bytes of the events that wait.
    held: usize,
    /// Of each name what its last text looks like but for its numbers, and how many have looked so in a row.
    forms: VecDeque<(Vec<u8>, Vec<u8>, usize)>,
    /// Goes up when a text goes into the conversation, so that of texts that run at once only the first does.
    turn: u64,
}

/// A text that is spread over events.
#[derive(Debug)]
struct Whole {
    number: u64,
    /// The name of its events and its place in them.
    name: Vec<u8>,
    /// `None` when it has ended.
    redactor: Option<StreamRedactor>,
    len: usize,
    /// How much of it has gone on.
    gone: usize,
    edits: Vec<Edit>,
    /// What was found in its pieces where each was scanned as a message.
    told: Vec<Span>,
    /// It is known to be one text; otherwise each of its pieces is a message too.
    sure: bool,
    turn: u64,
    /// Messages and pieces of other texts since its last piece.
    idle: usize,
}

/// An event that waits, or that has come after one that does.
#[derive(Debug)]
struct Waiting {
    event: Vec<u8>,
    /// The edits on it that are known.
    edits: Vec<Edit>,
    pieces: Vec<Piece>,
}

/// A piece of a text in an event.
#[derive(Debug)]
pub(super) struct Piece {
    /// The number of the text.
    text: u64,
    /// The value of the event's document that holds it; `None` where the data are the piece.
    value: Option<usize>,
    /// Where it is in the text.
    span: Span,
    /// What is masked in it where it is a message.
    edits: Vec<Edit>,
}

/// What is said in an event.
pub(super) struct Intents<'a> {
    pub(super) name: Vec<u8>,
    pub(super) value: Option<usize>,
    pub(super) bytes: &'a [u8],
    pub(super) role: Option<Role>,
    /// What is masked in it where it is a message; `None` where it is known to be none.
    pub(super) alone: Option<Patch>,
}

impl Joined {
    /// Number of bytes that are held back.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Takes the next piece of a text, which is opened if it is not.
    pub(super) fn add(&mut self, said: Intents<'_>, scanner: &mut Scanner) -> Result<Piece, ScanError> {
        self.age(scanner);
        let open = self.texts.iter().position(|text| text.redactor.is_some() && text.name == said.name);
        let sure = open.is_some_and(|at| self.texts[at].sure);
        if let Some(alone) = said.alone.as_ref().filter(|_| !sure && self.is_alike(&said, scanner.limits.channels)) {
            if let Some(text) = open.map(|at| &mut self.texts[at]) {
                // Each was scanned as the message that it is.
                text.redactor = None;
                text.gone = text.len;
            }
            self.next += 1;
            let span = Span::new(0, said.bytes.len());
            return Ok(Piece { text: self.next, value: said.value, span, edits: alone.edits().to_vec() });
        }
        let at = match open {
            Some(at) => at,
            None => self.open(&said, scanner)?,
        };
        let text = &mut self.texts[at];
        text.idle = 0;
        text.sure |= said.alone.is_none();
        let span = Span::new(text.len, text.len + said.bytes.len());
        text.len = span.end;
        let edits = said.alone.map(|patch| patch.edits().to_vec()).unwrap_or_default();
        text.told.extend(edits.iter().map(|e| Span::new(e.span.start + span.start, e.span.end + span.start)));
        let piece = Piece { text: text.number, value: said.value, span, edits };
        if let Some(redactor) = &mut text.redactor {
            redactor.push(said.bytes, &mut Vec::new());
        }
        if !text.sure {
            text.let_go();
        }
        text.see();
        let redactor = text.redactor.as_ref();
        let blocked = redactor.is_some_and(StreamRedactor::is_blocked);
        let over = !text.sure && redactor.is_some_and(|redactor| redactor.unfinished() > LONGEST_WORD);
        let stalls = !text.sure && self.waiting.len() >= MOST_WAITING;
        if blocked || stalls || text.gone == text.len && (text.len > RENEW || over) {
            self.end_at(at, scanner);
        }
        Ok(piece)
    }

    /// Whether it is one more text in a row that differs from those before it in nothing but its numbers: "Step 5 of 250",
    /// "12:00:01", a notice of an order. Nothing that could be a piece of a number itself.
    fn is_alike(&mut self, said: &Intents<'_>, most: usize) -> bool {
        let form = form(said.bytes);
        let known = self.forms.iter().position(|(name, ..)| *name == said.name);
        let Some(form) = form else {
            known.map(|at| self.forms.remove(at));
            return false;
        };
        match known {
            Some(at) if self.forms[at].1 == form => {
                self.forms[at].2 += 1;
                return self.forms[at].2 >= ALIKE;
            }
            Some(at) => self.forms[at] = (said.name.clone(), form, 1),
            None => {
                if self.forms.len() >= most {
                    self.forms.pop_front();
                }
                self.forms.push_back((said.name.clone(), form, 1));
            }
        }
        false
    }

    fn open(&mut self, said: &Intents<'_>, scanner: &Scanner) -> Result<usize, ScanError> {
        let limit = scanner.limits.channels;
        if self.texts.iter().filter(|text| text.redactor.is_some()).count() >= limit {
            return Err(ScanError::TooMany { limit });
        }
        self.next += 1;
        self.texts.push(Whole {
            number: self.next,
            name: said.name.clone(),
            redactor: Some(scanner.redactor(said.role.unwrap_or(scanner.role)).noting()),
            len: 0,
            gone: 0,
            edits: Vec::new(),
            told: Vec::new(),
            sure: false,
            turn: self.turn,
            idle: 0,
        });
        Ok(self.texts.len() - 1)
    }

    /// Ends the texts of the channels that start so, in events of this name.
    pub(super) fn end(&mut self, start: &[u8], scanner: &mut Scanner) {
        for at in 0..self.texts.len() {
            if self.texts[at].name.starts_with(start) {
                self.end_at(at, scanner);
            }
        }
    }

    /// A message has come: what may have been messages too is over, and what is left waits no longer than for pieces.
    pub(super) fn end_unsure(&mut self, scanner: &mut Scanner) {
        self.age(scanner);
        for at in 0..self.texts.len() {
            if !self.texts[at].sure {
                self.end_at(at, scanner);
            }
        }
    }

    /// Something else has been said: texts that have waited too long for their next piece end.
    fn age(&mut self, scanner: &mut Scanner) {
        for at in 0..self.texts.len() {
            self.texts[at].idle += 1;
            if self.texts[at].idle > PATIENCE {
                self.end_at(at, scanner);
            }
        }
    }

    /// Something has come that is no text: what is plain does not wait for the end of its word.
    pub(super) fn relax(&mut self) {
        for text in &mut self.texts {
            text.let_go();
            text.see();
        }
    }

    fn end_at(&mut self, at: usize, scanner: &mut Scanner) {
        let text = &mut self.texts[at];
        let Some(redactor) = text.redactor.take() else { return };
        let (mut finished, edits) = redactor.finish_noting(&mut Vec::new());
        text.edits.extend(edits);
        text.gone = text.len;
        scanner.blocked |= finished.is_blocked();
        if text.sure {
            if text.turn == self.turn {
                self.turn += 1;
                scanner.before = mem::replace(&mut scanner.conversation, finished.conversation);
            }
        } else {
            // Each piece has been a message; what none of them has shown is new.
            finished.findings.retain(|finding| !text.told.iter().any(|told| told.overlaps(finding.span)));
            finished.findings.retain(|finding| finding.kind == FindingKind::Disclosure);
        }
        if text.sure || !finished.findings.is_empty() {
            scanner.report.add(&finished.findings, &finished.recall);
            scanner.found = !finished.findings.is_empty();
        }
    }

    /// Sends an event on, as soon as all its pieces may go on and all events before it have.
    pub(super) fn send(
        &mut self,
        event: Vec<u8>,
        edits: Vec<Edit>,
        pieces: Vec<Piece>,
        scanner: &Scanner,
        out: &mut Vec<u8>,
    ) -> Result<(), ScanError> {
        self.held += event.len();
        self.waiting.push_back(Waiting { event, edits, pieces });
        self.flush(scanner, out);
        let limit = scanner.limits.hold;
        if self.held > limit { Err(ScanError::TooLarge { limit }) } else { Ok(()) }
    }

    /// Writes the events that may go on.
    pub(super) fn flush(&mut self, scanner: &Scanner, out: &mut Vec<u8>) {
        if scanner.blocked {
            return;
        }
        let mut written = false;
        while let Some(next) = self.waiting.front() {
            let may_go = |piece: &Piece| self.text(piece.text).is_none_or(|text| text.gone >= piece.span.end);
            if !next.pieces.iter().all(may_go) {
                break;
            }
            let Some(next) = self.waiting.pop_front() else { break };
            self.held -= next.event.len();
            written |= !next.pieces.is_empty();
            self.write(next, scanner, out);
        }
        if written {
            self.forget();
        }
    }

    /// Forgets the texts that have ended and the edits that have been made.
    fn forget(&mut self) {
        let waiting = &self.waiting;
        self.texts.retain_mut(|text| {
            let mut pieces = waiting.iter().flat_map(|event| &event.pieces).filter(|piece| piece.text == text.number);
            match pieces.next() {
                Some(first) => text.edits.retain(|edit| edit.span.end > first.span.start),
                None => text.edits.clear(),
            }
            text.redactor.is_some() || waiting.iter().any(|event| event.pieces.iter().any(|p| p.text == text.number))
        });
    }

    fn text(&self, number: u64) -> Option<&Whole> {
        self.texts.iter().find(|text| text.number == number)
    }

    fn write(&self, waiting: Waiting, scanner: &Scanner, out: &mut Vec<u8>) {
        let Waiting { event, mut edits, pieces } = waiting;
        let mut of_data = Vec::new();
        let data = sse::data(&event);
        for piece in pieces {
            let joined = self.text(piece.text).map_or(&[][..], |text| &text.edits);
            let patch = Patch::new(united(share(joined, piece.span), piece.edits));
            if patch.is_empty() {
                continue;
            }
            let Some(data) = &data else { continue };
            let Some(value) = piece.value else {
                of_data.extend_from_slice(patch.edits());
                continue;
            };
            let Ok(tree) = Tree::parse(&data.bytes, scanner.limits.depth) else { continue };
            let Some(value) = tree.value(value) else { continue };
            if value.kind() == ValueKind::Number {
                let digits = json::number_text(value.raw());
                of_data.extend(json::number_edit(&patch, &digits, value.span()));
            } else {
                let decoded = json::decode(value.raw());
                of_data.extend(json::string_edits(&patch, &decoded.alignment, value.content().start));
            }
        }
        if let Some(data) = &data
            && !of_data.is_empty()
        {
            edits.extend(sse::data_edits(&event, data, &Patch::new(in_order(of_data))));
        }
        out.extend_from_slice(&Patch::new(in_order(edits)).apply(&event));
    }
}

impl Whole {
    /// Lets a plain text go on to its end, though its last word may go on too.
    fn let_go(&mut self) {
        if let Some(redactor) = &mut self.redactor
            && redactor.is_plain()
        {
            redactor.let_go();
        }
    }

    fn see(&mut self) {
        if let Some(redactor) = &mut self.redactor {
            self.gone = redactor.gone();
            self.edits.extend(redactor.take_edits());
        }
    }
}

/// What a text looks like but for its numbers; `None` where it has none, where it may be a piece of a number, or where
/// blanks around it join it to others.
fn form(text: &[u8]) -> Option<Vec<u8>> {
    let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    if text.len() > LONGEST_FORM || blank(text.first()) || blank(text.last()) {
        return None;
    }
    let mut form: Vec<u8> = text.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect();
    form.dedup_by(|next, last| *next == b'0' && *last == b'0');
    let says = form.iter().any(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'%' | b'$'))
        || form.iter().filter(|byte| **byte == b':').count() > 1;
    (says && form.contains(&b'0')).then_some(form)
}

/// What of the edits on a text falls on a piece of it. A replacement stands in the piece in which what it replaces
/// begins.
fn share(edits: &[Edit], piece: Span) -> Vec<Edit> {
    let inside = edits.iter().filter(|edit| edit.span.overlaps(piece));
    inside
        .map(|edit| {
            let span = Span::new(edit.span.start.max(piece.start), edit.span.end.min(piece.end));
            let with = if edit.span.start >= piece.start { edit.with.clone() } else { String::new() };
            Edit { span: Span::new(span.start - piece.start, span.end - piece.start), with }
        })
        .collect()
}

/// The edits of both: where one covers another it stands for it, and of those that overlap otherwise all is masked.
fn united(first: Vec<Edit>, second: Vec<Edit>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = first.into_iter().chain(second).collect();
    edits.sort_by_key(|edit| (edit.span.start, std::cmp::Reverse(edit.span.end)));
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
