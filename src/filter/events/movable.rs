//! Texts whose pieces may move from one event to a later one, in known protocols.
//!
//! Each arriving piece is replaced by the text that is safe to send by then. If a channel ends with text held back, an
//! extra event is added.

use std::mem;

use super::closing::Closing;
use super::framing::Framing;
use super::template::{self, Template};
use crate::chat::{ChatTexts, Continuity, Spelling, Text};
use crate::edit::{Edit, Patch};
use crate::filter::scanner::{Scanner, in_order, untie};
use crate::filter::{Limits, ScanError};
use crate::json::{self, Tree, Value, ValueKind};
use crate::message::Role;
use crate::span::Span;
use crate::stream::StreamRedactor;

/// The turn of a text that is not a message.
const NO_TURN: u64 = u64::MAX - 1;

/// The texts of a stream that are incomplete.
#[derive(Debug, Default)]
pub(super) struct Movable {
    channels: Vec<Channel>,
    /// Increases when a message ends in the conversation. Of several texts that run at once, only the first one enters
    /// it.
    turn: u64,
}

#[derive(Debug)]
struct Channel {
    name: String,
    body: Body,
    turn: u64,
    /// Released bytes that end in the middle of a character.
    tail: Vec<u8>,
    template: Option<Template>,
}

#[derive(Debug)]
enum Body {
    /// A text, sent up to the point at which it is safe.
    Text(Box<StreamRedactor>),
    /// A JSON document, which is scanned when it is complete.
    Json { text: Vec<u8>, role: Role, closing: Closing },
}

impl Movable {
    /// Returns the number of bytes held back.
    pub(super) fn held(&self) -> usize {
        let channels = self.channels.iter().map(|channel| match &channel.body {
            Body::Text(redactor) => redactor.held() + channel.tail.len(),
            Body::Json { text, .. } => text.len(),
        });
        channels.sum()
    }

    /// Handles an event with pieces of longer texts and returns the patch on its data. Added events are written to
    /// `out`.
    #[expect(clippy::too_many_arguments, reason = "one event, where it is and where it goes")]
    pub(super) fn pieces(
        &mut self,
        framing: Framing,
        event: &[u8],
        data: &[u8],
        tree: &Tree<'_>,
        reading: &ChatTexts,
        scanner: &mut Scanner,
        out: &mut Vec<u8>,
    ) -> Result<Patch, ScanError> {
        let mut edits = Vec::new();
        let mut changed = vec![false; reading.texts.len()];
        let mut pieces: Vec<(usize, usize, Vec<u8>, Vec<u8>)> = Vec::new();
        if template::has_duplicate_keys(tree, reading) {
            return Err(ScanError::Malformed);
        }
        for (at, text) in reading.texts.iter().enumerate() {
            let Some(value) = tree.value(text.value) else { continue };
            let (Continuity::Movable(name), Some(decoded)) = (&text.part, value.text()) else {
                // A repetition is complete. Its channel ends first, so that the repetition is not scanned before.
                if text.part == Continuity::Repeat && pieces.is_empty() {
                    for name in &reading.ends {
                        self.end(name, scanner, out)?;
                    }
                }
                let of_text = scanner.text(value, text)?;
                changed[at] = !of_text.is_empty();
                edits.extend(of_text);
                continue;
            };
            let channel = self.channel(name, text, scanner)?;
            if pieces.iter().any(|(_, other, _, _)| *other == channel) {
                // Some readers would join them, others would use the first or the last.
                return Err(ScanError::Malformed);
            }
            let mut released = Vec::new();
            self.channels[channel].push(&decoded.bytes, &scanner.limits, &mut released)?;
            scanner.blocked |= self.channels[channel].is_blocked();
            if self.channels[channel].is_complete(scanner.limits.depth) {
                // Only the first of several texts to end goes into the conversation. The text around a call matters more
                // than its arguments.
                let alone = self.channels.iter().filter(|channel| !channel.is_ended()).count() == 1;
                let turn = if alone { self.turn } else { NO_TURN };
                self.turn += self.channels[channel].end(turn, scanner, &mut released)?;
            }
            pieces.push((at, channel, decoded.bytes.into_owned(), released));
        }
        // Where each text is replaced: within its quotes, or as a whole if it has none.
        let places: Vec<(Span, bool)> =
            reading.texts.iter().map(|text| tree.value(text.value).map_or((Span::new(0, 0), false), place)).collect();
        for (at, channel, _, _) in &pieces {
            let channel = &mut self.channels[*channel];
            if channel.holds() {
                channel.template = Template::new(framing, event, data, tree, reading, reading.texts[*at].value);
            }
        }
        // Text that a channel still holds when it ends goes into this event, if the event has a piece of the channel.
        for name in &reading.ends {
            for (_, channel, _, released) in &mut pieces {
                if self.channels[*channel].name.starts_with(name.as_str()) && !self.channels[*channel].is_ended() {
                    self.turn += self.channels[*channel].end(self.turn, scanner, released)?;
                }
            }
        }
        for (at, _, piece, released) in pieces {
            if piece != released {
                changed[at] = true;
                edits.push(Edit { span: places[at].0, with: json::escape(&String::from_utf8_lossy(&released)) });
            }
        }
        self.channels.retain(|channel| !channel.is_ended());
        for name in &reading.ends {
            self.end(name, scanner, out)?;
        }
        edits.extend(untie(tree, reading, &changed));
        Ok(Patch::new(in_order(edits)))
    }

    /// Returns the channel with that name, creating it if necessary.
    fn channel(&mut self, name: &str, text: &Text, scanner: &mut Scanner) -> Result<usize, ScanError> {
        if let Some(at) = self.channels.iter().position(|channel| channel.name == name && !channel.is_ended()) {
            return Ok(at);
        }
        let limit = scanner.limits.channels;
        if self.channels.len() >= limit {
            return Err(ScanError::TooMany { limit });
        }
        let role = text.role.unwrap_or(scanner.role);
        let body = match text.spelling {
            Spelling::Json => Body::Json { text: Vec::new(), role, closing: Closing::default() },
            _ => Body::Text(Box::new(scanner.redactor(role))),
        };
        let name = name.to_owned();
        self.channels.push(Channel { name, body, turn: self.turn, tail: Vec::new(), template: None });
        Ok(self.channels.len() - 1)
    }

    /// Ends the channels whose names start with `start`. Text that they still hold is written to `out`, in added events.
    pub(super) fn end(&mut self, start: &str, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let (ending, staying) =
            mem::take(&mut self.channels).into_iter().partition(|c: &Channel| c.name.starts_with(start));
        self.channels = staying;
        for mut channel in ending {
            let mut rest = Vec::new();
            if !channel.is_ended() {
                self.turn += channel.end(self.turn, scanner, &mut rest)?;
            }
            if scanner.blocked {
                return Ok(());
            }
            if let Some(template) = channel.template.filter(|_| !rest.is_empty()) {
                template.write(&String::from_utf8_lossy(&rest), out);
            }
        }
        Ok(())
    }
}

/// Returns the span in which the text of a value is replaced, and whether it is in quotes.
fn place(value: Value<'_>) -> (Span, bool) {
    match value.kind() {
        ValueKind::String => (value.content(), true),
        _ => (value.span(), false),
    }
}

impl Channel {
    fn push(&mut self, piece: &[u8], limits: &Limits, released: &mut Vec<u8>) -> Result<(), ScanError> {
        match &mut self.body {
            Body::Text(redactor) => {
                let mut bytes = mem::take(&mut self.tail);
                redactor.push(piece, &mut bytes);
                let whole = whole_characters(&bytes);
                self.tail = bytes.split_off(whole);
                released.append(&mut bytes);
                Ok(())
            }
            Body::Json { text, closing, .. } => {
                closing.push(piece);
                text.extend_from_slice(piece);
                if closing.is_blank() {
                    released.append(text);
                }
                let limit = limits.hold;
                if text.len() > limit { Err(ScanError::TooLarge { limit }) } else { Ok(()) }
            }
        }
    }

    fn holds(&self) -> bool {
        match &self.body {
            Body::Text(redactor) => redactor.held() > 0 || !self.tail.is_empty(),
            Body::Json { text, .. } => !text.is_empty(),
        }
    }

    fn is_blocked(&self) -> bool {
        matches!(&self.body, Body::Text(redactor) if redactor.is_blocked())
    }

    /// Returns whether it is a complete JSON document.
    fn is_complete(&mut self, depth: usize) -> bool {
        match &mut self.body {
            Body::Json { text, closing, .. } => {
                closing.is_closed() && {
                    let whole = Tree::parse(text, depth).is_ok();
                    if !whole {
                        closing.give_up();
                    }
                    whole
                }
            }
            Body::Text(_) => false,
        }
    }

    fn is_ended(&self) -> bool {
        self.turn == u64::MAX
    }

    /// Ends the text and appends the text still held to `rest`. Returns 1 if it entered the conversation.
    fn end(&mut self, turn: u64, scanner: &mut Scanner, rest: &mut Vec<u8>) -> Result<u64, ScanError> {
        let leads = mem::replace(&mut self.turn, u64::MAX) == turn;
        let before = scanner.conversation.clone();
        match mem::replace(
            &mut self.body,
            Body::Json { text: Vec::new(), role: scanner.role, closing: Closing::default() },
        ) {
            Body::Text(redactor) => {
                let mut bytes = mem::take(&mut self.tail);
                let finished = redactor.finish(&mut bytes);
                rest.append(&mut bytes);
                scanner.report.add(&finished.findings, &finished.recall);
                scanner.blocked |= finished.is_blocked();
                scanner.found |= !finished.findings.is_empty();
                if leads {
                    scanner.before = before;
                    scanner.conversation = finished.conversation;
                }
            }
            Body::Json { text, role, .. } => {
                let patch = scanner.string(&text, Some(role), false, Spelling::Json, scanner.limits.nesting)?;
                rest.extend_from_slice(&patch.apply(&text));
                if !leads {
                    scanner.conversation = before;
                }
            }
        }
        Ok(u64::from(leads))
    }
}

/// Returns the length of `bytes` without an incomplete character at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    match bytes[tail..].iter().rposition(|b| b & 0xC0 != 0x80) {
        Some(n) => match std::str::from_utf8(&bytes[tail + n..]) {
            Err(error) if error.error_len().is_none() => tail + n,
            _ => bytes.len(),
        },
        None => bytes.len(),
    }
}
