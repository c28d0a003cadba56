//! Event streams: a text that is spread over events is one text.
//!
//! There are two ways, and the shape chooses ([`Continuity`](crate::chat::Continuity)). Where it knows the protocol, a piece
//! that arrives in an event is replaced by what is safe to go on by then, so that held-back text is written into a later
//! event of the same channel; where a channel ends before such an event, one more is made after the last. Where it does
//! not, pieces stay in their events, and an event is held until its piece may go on ([`joined`]).

mod closing;
mod joined;
mod template;

use std::mem;

use crate::chat::{ChatTexts, Continuity, Spelling, Text};
use crate::edit::{Edit, Patch};
use crate::filter::scanner::{Scanner, in_order, untie};
use crate::filter::{Limits, ScanError};
use crate::json::{self, Tree, Value, ValueKind};
use crate::message::Role;
use crate::span::Span;
use crate::stream::StreamRedactor;
use crate::wire::sse;
use closing::Closing;
use joined::{Intents, Joined};
use template::Template;

/// The turn of no message.
const NO_TURN: u64 = u64::MAX - 1;

/// The texts of a stream that are under way, and the events they stand in.
#[derive(Debug, Default)]
pub(super) struct Events {
    splitter: sse::Splitter,
    channels: Vec<Channel>,
    /// Goes up when a message ends in the conversation, so that of texts that run at once only the first goes into it.
    turn: u64,
    joined: Joined,
    /// How much speaks for pieces of one text: such begin with a blank, which messages do not.
    blanks: u8,
}

/// Names of events that end what was streamed.
const ENDS: [&[u8]; 7] = [b"done", b"end", b"complete", b"completed", b"finish", b"finished", b"close"];

/// What a text that begins with a blank adds to [`Events::blanks`], from which any other takes one off.
const BLANK: u8 = 8;

/// From so much on texts are pieces, whatever stands beside them.
const PIECES: u8 = 12;

/// The most that is counted.
const MOST_BLANK: u8 = 64;

#[derive(Debug)]
struct Channel {
    name: String,
    body: Body,
    turn: u64,
    /// Bytes that were released in the middle of a character.
    tail: Vec<u8>,
    template: Option<Template>,
}

#[derive(Debug)]
enum Body {
    /// A text of which what is safe goes on at once.
    Text(Box<StreamRedactor>),
    /// A JSON document, which is only seen when it is whole.
    Json { text: Vec<u8>, role: Role, closing: Closing },
}

impl Events {
    pub(super) fn push(&mut self, piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        self.splitter.push(piece);
        while let Some(event) = self.splitter.next_event() {
            self.event(&event, scanner, out)?;
            if scanner.blocked {
                return Ok(());
            }
        }
        let limit = scanner.limits.hold;
        if self.splitter.held() > limit { Err(ScanError::TooLarge { limit }) } else { Ok(()) }
    }

    pub(super) fn finish(&mut self, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let rest = self.splitter.rest();
        self.event(&rest, scanner, out)?;
        self.joined.end(b"", scanner);
        self.joined.flush(scanner, out);
        let mut left = Vec::new();
        self.end("", scanner, &mut left)?;
        if !left.is_empty() {
            let complete = rest.is_empty() || rest == b"\r" || rest.ends_with(b"\n\r");
            if !complete {
                // The last event lacks its blank line: what is left over must not become a part of it.
                out.extend_from_slice(b"\n\n");
            }
            out.append(&mut left);
        }
        Ok(())
    }

    /// Number of bytes that are held back.
    pub(super) fn held(&self) -> usize {
        let channels = self.channels.iter().map(|channel| match &channel.body {
            Body::Text(redactor) => redactor.held() + channel.tail.len(),
            Body::Json { text, .. } => text.len(),
        });
        self.splitter.held() + self.joined.held() + channels.sum::<usize>()
    }

    fn event(&mut self, event: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let limit = scanner.limits.hold;
        if event.len() > limit {
            return Err(ScanError::TooLarge { limit });
        }
        if sse::is_comment(event) {
            // It belongs to no event and keeps the connection open while others wait.
            out.extend_from_slice(event);
            return Ok(());
        }
        let mut edits = strays(event, scanner)?;
        let mut pieces = Vec::new();
        // Events that are made for what was held back of others.
        let mut added = Vec::new();
        if let Some(data) = sse::data(event) {
            let patch = match data.bytes.trim_ascii() {
                // Blanks alone may be a piece.
                b"" if data.bytes.is_empty() => Patch::default(),
                b"" => self.plain(event, &data.bytes, scanner, &mut pieces)?,
                b"[DONE]" => {
                    self.end("", scanner, &mut added)?;
                    self.joined.end(b"", scanner);
                    Patch::default()
                }
                _ => match scanner.reading(&data.bytes)? {
                    Some((tree, reading)) if reading.is_joined() => {
                        self.join(event, &tree, &reading, scanner, &mut pieces)?
                    }
                    Some((tree, reading)) if reading.is_streamed() => {
                        let patch = self.pieces(event, &data.bytes, &tree, &reading, scanner, &mut added)?;
                        self.end_joined(event, &reading, scanner);
                        patch
                    }
                    Some((_, reading)) if reading.texts.is_empty() => {
                        self.joined.relax();
                        Patch::default()
                    }
                    Some((tree, reading)) => {
                        self.joined.end_unsure(scanner);
                        Patch::new(scanner.with_hindsight(|scanner| scanner.texts(&tree, &reading))?)
                    }
                    None => self.plain(event, &data.bytes, scanner, &mut pieces)?,
                },
            };
            edits.extend(sse::data_edits(event, &data, &patch));
        }
        if sse::name(event).is_some_and(|name| ENDS.iter().any(|end| name.eq_ignore_ascii_case(end))) {
            self.joined.end(b"", scanner);
        }
        if scanner.blocked {
            return Ok(());
        }
        if !added.is_empty() {
            self.joined.send(added, Vec::new(), Vec::new(), scanner, out)?;
        }
        self.joined.send(event.to_vec(), in_order(edits), pieces, scanner, out)
    }

    /// An event whose data are no document.
    fn plain(
        &mut self,
        event: &[u8],
        data: &[u8],
        scanner: &mut Scanner,
        pieces: &mut Vec<joined::Piece>,
    ) -> Result<Patch, ScanError> {
        let part = match scanner.shape.plain_event() {
            Continuity::Ambiguous { channel, message } => {
                Continuity::Ambiguous { channel, message: message || sse::id(event).is_some() }
            }
            Continuity::Movable(channel) => Continuity::Next(channel),
            part => part,
        };
        scanner.found = false;
        // What stands in it as documents do, or with their escapes, cannot be read as it is.
        let is_text = !scanner.opens_document(data) && !data.windows(2).any(|pair| pair == b"\\u");
        if is_text && let Some(channel) = self.joins(&part, data) {
            let alone = match part {
                Continuity::Ambiguous { .. } if !self.is_in_pieces() => {
                    Some(scanner.with_hindsight(|scanner| scanner.plain(data))?)
                }
                _ => None,
            };
            let said = Intents { name: name(event, &channel), value: None, bytes: data, role: None, alone };
            pieces.push(self.joined.add(said, scanner)?);
            return Ok(Patch::default());
        }
        self.joined.end_unsure(scanner);
        scanner.with_hindsight(|scanner| scanner.plain(data))
    }

    /// An event with pieces of texts that stay in their events: the patch on what else is in its data.
    fn join(
        &mut self,
        event: &[u8],
        tree: &Tree<'_>,
        reading: &ChatTexts,
        scanner: &mut Scanner,
        pieces: &mut Vec<joined::Piece>,
    ) -> Result<Patch, ScanError> {
        let mut edits = Vec::new();
        let mut changed = vec![false; reading.texts.len()];
        if template::has_duplicate_keys(tree, reading) {
            return Err(ScanError::Malformed);
        }
        for (at, text) in reading.texts.iter().enumerate() {
            let Some(value) = tree.value(text.value) else { continue };
            let said = match value.kind() {
                ValueKind::Number => Some(json::number_text(value.raw())),
                _ => value.text().map(|decoded| decoded.bytes),
            };
            let part = match &text.part {
                Continuity::Ambiguous { channel, message } => {
                    Continuity::Ambiguous { channel: channel.clone(), message: *message || sse::id(event).is_some() }
                }
                part => part.clone(),
            };
            // A text that is a document is no piece of one.
            let said = said.filter(|said| !scanner.is_document(said));
            let joins = said.as_ref().and_then(|said| self.joins(&part, said));
            let (Some(said), Some(channel)) = (said, joins) else {
                if matches!(part, Continuity::Ambiguous { message: true, .. }) {
                    self.joined.end_unsure(scanner);
                }
                let of_text = scanner.text(value, text)?;
                changed[at] = !of_text.is_empty();
                edits.extend(of_text);
                continue;
            };
            let alone = match part {
                Continuity::Ambiguous { .. } if !self.is_in_pieces() => Some(scanner.piece(value, &said, text)?),
                _ => None,
            };
            let said =
                Intents { name: name(event, &channel), value: Some(text.value), bytes: &said, role: text.role, alone };
            pieces.push(self.joined.add(said, scanner)?);
        }
        self.end_joined(event, reading, scanner);
        edits.extend(untie(tree, reading, &changed));
        Ok(Patch::new(in_order(edits)))
    }

    /// Ends the texts that an event ends: of one channel, as long as its name is that of the text's events, or all.
    fn end_joined(&mut self, event: &[u8], reading: &ChatTexts, scanner: &mut Scanner) {
        for channel in &reading.ends {
            let start = if channel.is_empty() { Vec::new() } else { name(event, channel) };
            self.joined.end(&start, scanner);
        }
    }

    /// The channel of which a text is a piece, if it is one.
    fn joins(&mut self, part: &Continuity, text: &[u8]) -> Option<String> {
        match part {
            Continuity::Next(channel) => Some(channel.clone()),
            Continuity::Ambiguous { channel, message } => {
                self.blanks = match text.first() {
                    Some(b' ' | b'\n') => (self.blanks + BLANK).min(MOST_BLANK),
                    _ => self.blanks.saturating_sub(1),
                };
                (!message || self.is_in_pieces()).then(|| channel.clone())
            }
            _ => None,
        }
    }

    /// Whether the texts of the stream have shown that they are pieces of one.
    fn is_in_pieces(&self) -> bool {
        self.blanks >= PIECES
    }

    /// An event with pieces of longer texts: the patch on its data.
    fn pieces(
        &mut self,
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
                // What is said again here is over: its channel is ended first, so that it is not scanned before that.
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
                // Some readers would join them, others take the first or the last.
                return Err(ScanError::Malformed);
            }
            let mut released = Vec::new();
            self.channels[channel].push(&decoded.bytes, &scanner.limits, &mut released)?;
            scanner.blocked |= self.channels[channel].is_blocked();
            if self.channels[channel].is_complete(scanner.limits.depth) {
                // Of texts that run at once only the first to end goes into the conversation: not this one, as what is
                // said around a call is more.
                let alone = self.channels.iter().filter(|channel| !channel.is_ended()).count() == 1;
                let turn = if alone { self.turn } else { NO_TURN };
                self.turn += self.channels[channel].end(turn, scanner, &mut released)?;
            }
            pieces.push((at, channel, decoded.bytes.into_owned(), released));
        }
        // Where each text is replaced: within its quotes, or whole where it has none.
        let places: Vec<(Span, bool)> =
            reading.texts.iter().map(|text| tree.value(text.value).map_or((Span::new(0, 0), false), place)).collect();
        for (at, channel, _, _) in &pieces {
            let channel = &mut self.channels[*channel];
            if channel.holds() {
                channel.template = Template::new(event, data, tree, reading, reading.texts[*at].value);
            }
        }
        // What a channel still holds when it ends goes into this event, where it has a piece of the channel.
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

    /// The channel of that name, opened if it is not.
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

    /// Ends the channels whose names start so; what they still hold is written in events of its own.
    fn end(&mut self, start: &str, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
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

/// The name of the text that a channel is in events of this name.
fn name(event: &[u8], channel: &str) -> Vec<u8> {
    let name = sse::name(event).unwrap_or_default();
    [name, b"\n", channel.as_bytes()].concat()
}

/// The edits on the lines of an event of which readers do not agree what they are: text, or documents.
fn strays(event: &[u8], scanner: &mut Scanner) -> Result<Vec<Edit>, ScanError> {
    let mut edits = Vec::new();
    let mut scan = |lines: &[Span], scanner: &mut Scanner| -> Result<(), ScanError> {
        if let Some(text) = sse::joined(event, lines) {
            let patch = scanner.whole_document(&text.bytes)?;
            edits.extend(sse::line_edits(event, &text, &patch));
        }
        Ok(())
    };
    for group in sse::strays(event) {
        let depth = scanner.limits.depth;
        let is_document = |bytes: &[u8]| {
            matches!(bytes.trim_ascii().first(), Some(b'{' | b'[' | b'"')) && Tree::parse(bytes, depth).is_ok()
        };
        if sse::joined(event, &group).is_some_and(|text| is_document(&text.bytes)) {
            scan(&group, scanner)?;
            continue;
        }
        // A document on a line of its own is read as one; the lines between are a text together.
        let mut lines = Vec::new();
        for line in group {
            if is_document(&event[line.range()]) {
                scan(&std::mem::take(&mut lines), scanner)?;
                scan(&[line], scanner)?;
            } else {
                lines.push(line);
            }
        }
        scan(&lines, scanner)?;
    }
    Ok(edits)
}

/// Where the text of a value is replaced, and whether it stands in quotes.
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

    /// Whether it is a JSON document of which nothing more is to come.
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

    /// Ends the text: what it still held is appended to `rest`. Returns 1 where it went into the conversation.
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

/// How many bytes of `bytes` are not the start of a character whose rest may still come.
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
