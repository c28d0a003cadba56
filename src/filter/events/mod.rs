//! Streams of events: a text that is spread over events is one text.
//!
//! The chat shape chooses one of two strategies ([`Continuity`]). In a protocol that it knows, text moves from one
//! event to a later one of the same channel ([`movable`]). Otherwise pieces stay in their events, and an event is held
//! until its pieces are known to be safe ([`joined`]).

mod closing;
mod framing;
mod joined;
mod movable;
mod paths;
mod template;
mod text;

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem;

use crate::chat::events::{Mark, Way};
use crate::chat::{ChatTexts, Continuity, Text};
use crate::edit::{Edit, Patch};
use crate::filter::ScanError;
use crate::filter::scanner::{Scanner, in_order, untie};
use crate::json::{self, Tree, Value, ValueKind};
use crate::span::Span;
use crate::wire::sse;
use framing::Splitter;
pub(super) use framing::{Framing, opens_named_lines};
use joined::{Joined, Piece, Said, Treatment};
use movable::Movable;
use paths::Unit;
use text::Kind;

/// The state of an event stream.
#[derive(Debug)]
pub(super) struct Events {
    framing: Framing,
    splitter: Splitter,
    movable: Movable,
    joined: Joined,
}

/// Where the events that can be sent go.
pub(super) trait Sink {
    fn put(&mut self, event: &[u8]);
}

/// The bytes of a stream.
impl Sink for Vec<u8> {
    fn put(&mut self, event: &[u8]) {
        self.extend_from_slice(event);
    }
}

/// Messages.
impl Sink for Vec<Vec<u8>> {
    fn put(&mut self, event: &[u8]) {
        self.push(event.to_vec());
    }
}

/// What an event says about its data.
struct Origin<'e> {
    name: &'e [u8],
    unit: Unit,
    /// The edits on it, if it was scanned by itself before.
    edits: &'e [Edit],
}

/// What an event says as a piece of a text.
#[derive(Clone, Default)]
pub(crate) struct Spoken {
    pub(crate) text: Vec<u8>,
    /// Whether it is nothing but a piece: it may be a message otherwise.
    pub(crate) is_piece: bool,
}

/// Names of events that end the text.
const ENDS: [&[u8]; 7] = [b"done", b"end", b"complete", b"completed", b"finish", b"finished", b"close"];

/// The depth of an event's name among the marks of a text. The name is not a field of the document.
const NAME: usize = usize::MAX;

impl Events {
    /// Returns a stream before its first byte.
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, splitter: framing.splitter(), movable: Movable::default(), joined: Joined::default() }
    }

    pub(super) fn push(&mut self, piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        self.splitter.push(piece);
        while let Some(event) = self.splitter.next_event() {
            self.event(&event, None, scanner, out)?;
            if scanner.blocked {
                return Ok(());
            }
        }
        let limit = scanner.limits.hold;
        if self.splitter.held() > limit { Err(ScanError::TooLarge { limit }) } else { Ok(()) }
    }

    pub(super) fn finish(&mut self, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let rest = self.splitter.rest();
        if !rest.is_empty() {
            self.event(&rest, None, scanner, out)?;
        }
        self.joined.end_all(scanner);
        self.joined.flush(self.framing, scanner, out);
        let mut left = Vec::new();
        self.movable.end("", scanner, &mut left)?;
        if !left.is_empty() {
            let is_complete = match self.framing {
                Framing::Events => rest.is_empty() || rest == b"\r" || rest.ends_with(b"\n\r"),
                Framing::Lines | Framing::NamedLines | Framing::Messages => rest.is_empty(),
            };
            if !is_complete {
                // The last event lacks its end: an added event must not become part of it.
                out.extend_from_slice(if self.framing == Framing::Events { b"\n\n" } else { b"\n" });
            }
            out.append(&mut left);
        }
        Ok(())
    }

    /// Adds the next message of a connection, which has this name and these edits by itself. Returns what others may
    /// continue.
    #[cfg(feature = "websocket")]
    pub(super) fn message(
        &mut self,
        name: &[u8],
        message: &[u8],
        edits: Vec<Edit>,
        scanner: &mut Scanner,
        out: &mut Vec<Vec<u8>>,
    ) -> Result<Spoken, ScanError> {
        self.event(message, Some((name, edits)), scanner, out)
    }

    /// Releases the messages that are held as they are judged now, because none has followed for a while. Their texts
    /// remain the context of those that follow.
    #[cfg(feature = "websocket")]
    pub(super) fn release(&mut self, scanner: &Scanner, out: &mut Vec<Vec<u8>>) {
        self.joined.release_all();
        self.joined.flush(self.framing, scanner, out);
    }

    /// Ends all texts and releases all messages.
    #[cfg(feature = "websocket")]
    pub(super) fn end(&mut self, scanner: &mut Scanner, out: &mut Vec<Vec<u8>>) {
        self.joined.end_all(scanner);
        self.joined.flush(self.framing, scanner, out);
    }

    /// Returns the number of bytes held back.
    pub(super) fn held(&self) -> usize {
        self.splitter.held() + self.joined.held() + self.movable.held()
    }

    /// Handles the next event. `message`: the name of a message, and the edits on it. Returns what it says as
    /// a piece of a text.
    fn event(
        &mut self,
        event: &[u8],
        message: Option<(&[u8], Vec<Edit>)>,
        scanner: &mut Scanner,
        out: &mut impl Sink,
    ) -> Result<Spoken, ScanError> {
        let limit = scanner.limits.hold;
        if event.len() > limit {
            return Err(ScanError::TooLarge { limit });
        }
        let is_sse = self.framing == Framing::Events;
        if is_sse && sse::is_comment(event) {
            // A comment is not part of an event. It keeps the connection open while others wait.
            out.put(event);
            return Ok(Spoken::default());
        }
        let (name, mut edits) = match message {
            Some(message) => message,
            None if is_sse => (self.framing.name(event), strays(event, scanner)?),
            None => (self.framing.name(event), Vec::new()),
        };
        let mut pieces = Vec::new();
        // Events that are added for text held back.
        let mut added = Vec::new();
        let own = if self.is_scanned() { edits.clone() } else { Vec::new() };
        let origin = Origin { name, unit: self.framing.unit(event), edits: &own };
        let mut ends = Vec::new();
        let mut marks = Vec::new();
        if let Some(data) = self.framing.data(event) {
            let patch = match data.bytes.trim_ascii() {
                // Blanks alone may be a piece.
                b"" if data.bytes.is_empty() => Patch::default(),
                b"" => self.plain(&origin, &data.bytes, scanner, &mut pieces)?,
                b"[DONE]" => {
                    self.movable.end("", scanner, &mut added)?;
                    self.joined.end_all(scanner);
                    Patch::default()
                }
                _ => match self.reading(&data.bytes, scanner)? {
                    Some((tree, mut reading)) if reading.is_joined() => {
                        marks = Mark::beside(tree.root());
                        ends = mem::take(&mut reading.ends);
                        self.join(&origin, &tree, &reading, scanner, &mut pieces)?
                    }
                    Some((tree, mut reading)) if reading.is_streamed() => {
                        let framing = self.framing;
                        let patch =
                            self.movable.pieces(framing, event, &data.bytes, &tree, &reading, scanner, &mut added)?;
                        ends = mem::take(&mut reading.ends);
                        patch
                    }
                    Some((_, reading)) if reading.texts.is_empty() && reading.fields.is_empty() => {
                        self.joined.relax();
                        Patch::default()
                    }
                    Some((tree, reading)) => {
                        self.joined.end_ambiguous(scanner);
                        match self.is_scanned() {
                            true => Patch::default(),
                            false => Patch::new(scanner.in_two_passes(|scanner| scanner.texts(&tree, &reading))?),
                        }
                    }
                    None => self.plain(&origin, &data.bytes, scanner, &mut pieces)?,
                },
            };
            edits.extend(self.framing.edits(event, &data, &patch));
        }
        if ENDS.iter().any(|end| name.eq_ignore_ascii_case(end)) {
            ends = vec![String::new()];
        }
        let spoken = self.joined.spoken(&pieces);
        self.joined.end(&ends, &marks, pieces.iter().any(Piece::has_text), scanner);
        if scanner.blocked {
            return Ok(spoken);
        }
        if !added.is_empty() {
            self.joined.send(self.framing, added, Vec::new(), Vec::new(), scanner, out)?;
        }
        self.joined.send(self.framing, event.to_vec(), in_order(edits), pieces, scanner, out)?;
        Ok(spoken)
    }

    /// Returns whether each event was scanned by itself before.
    fn is_scanned(&self) -> bool {
        self.framing == Framing::Messages
    }

    /// Returns the data of an event as a document with its texts, or `None` if they are no document.
    fn reading<'a>(&self, data: &'a [u8], scanner: &Scanner) -> Result<Option<(Tree<'a>, ChatTexts)>, ScanError> {
        let mut read = scanner.reading(data)?;
        if let Some((_, reading)) = read.as_mut().filter(|_| self.is_scanned()) {
            // No text moves to another message.
            for text in &mut reading.texts {
                if let Continuity::Movable(channel) = &mut text.part {
                    text.part = Continuity::Next(mem::take(channel));
                }
            }
        }
        Ok(read)
    }

    /// Handles an event whose data are not a document. Returns the patch on them.
    fn plain(
        &mut self,
        origin: &Origin<'_>,
        data: &[u8],
        scanner: &mut Scanner,
        pieces: &mut Vec<Piece>,
    ) -> Result<Patch, ScanError> {
        scanner.found = false;
        let part = scanner.shape.plain_event();
        // Text that looks like a document, or has JSON escapes, cannot be scanned as plain text.
        let is_text = !scanner.opens_document(data) && !data.windows(2).any(|pair| pair == b"\\u");
        let kind = match &part {
            Continuity::Ambiguous { message: false, .. } => Some(Kind::Ambiguous),
            Continuity::Unknown(_) => Some(Kind::Unknown),
            Continuity::Movable(_) | Continuity::Next(_) => Some(Kind::Piece),
            _ => None,
        };
        let Some(kind) = kind.filter(|_| is_text) else {
            self.joined.end_ambiguous(scanner);
            return self.alone(data, scanner);
        };
        let channel = match part {
            Continuity::Ambiguous { channel, .. } => channel,
            Continuity::Movable(channel) | Continuity::Next(channel) | Continuity::Unknown(channel) => channel,
            _ => String::new(),
        };
        let mut said = Said {
            channel,
            field: None,
            marks: vec![Mark::named(NAME, origin.name)],
            value: None,
            bytes: Cow::Borrowed(data),
            role: None,
            kind,
            unit: origin.unit.clone(),
            place: None,
        };
        let treatment = self.joined.treat(&mut said, scanner.limits.channels);
        let alone = match treatment {
            Treatment::Joined(_) => None,
            _ => Some(self.alone(data, scanner)?),
        };
        self.joined.count_event();
        let piece = self.take(&said, treatment, alone.as_ref(), scanner)?;
        if !origin.edits.is_empty() {
            self.joined.record_message_finding(&piece);
        }
        pieces.push(piece);
        Ok(Patch::default())
    }

    /// Adds the next text of a field.
    fn take(
        &mut self,
        said: &Said<'_>,
        treatment: Treatment,
        alone: Option<&Patch>,
        scanner: &mut Scanner,
    ) -> Result<Piece, ScanError> {
        // A message was scanned by itself, even if it is only a piece.
        let none = Patch::default();
        let alone = alone.or(self.is_scanned().then_some(&none));
        self.joined.take(said, treatment, alone, scanner)
    }

    /// Scans data that are not a document as a message.
    fn alone(&self, data: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
        match self.is_scanned() {
            true => Ok(Patch::default()),
            false => scanner.in_two_passes(|scanner| scanner.plain(data)),
        }
    }

    /// Handles an event with pieces that stay in their events. Returns the patch on the rest of its data.
    fn join(
        &mut self,
        origin: &Origin<'_>,
        tree: &Tree<'_>,
        reading: &ChatTexts,
        scanner: &mut Scanner,
        pieces: &mut Vec<Piece>,
    ) -> Result<Patch, ScanError> {
        if template::has_duplicate_keys(tree, reading) {
            return Err(ScanError::Malformed);
        }
        let mut texts = said(origin, tree.root(), tree, reading, scanner);
        let limit = scanner.limits.channels;
        let treatments: Vec<Option<Treatment>> =
            texts.iter_mut().map(|(_, said)| Some(self.joined.treat(said.as_mut()?, limit))).collect();
        if texts
            .iter()
            .any(|(text, said)| said.is_none() && matches!(text.part, Continuity::Ambiguous { message: true, .. }))
        {
            self.joined.end_ambiguous(scanner);
        }
        // As messages, all together, because one may explain another.
        let scan = |scanner: &mut Scanner, (text, said): &(&Text, Option<Said<'_>>), treatment: &Option<Treatment>| {
            let Some(value) = tree.value(text.value) else { return Ok((Patch::default(), Vec::new())) };
            Ok(match (said, treatment) {
                (Some(_), Some(Treatment::Joined(_))) => (Patch::default(), Vec::new()),
                (Some(said), _) => (scanner.piece(value, &said.bytes, text)?, Vec::new()),
                (None, _) => (Patch::default(), scanner.text(value, text)?),
            })
        };
        let scanned: Vec<(Patch, Vec<Edit>)> = match self.is_scanned() {
            true => vec![Default::default(); texts.len()],
            false => scanner.in_two_passes(|scanner| {
                texts.iter().zip(&treatments).map(|(text, treatment)| scan(scanner, text, treatment)).collect()
            })?,
        };
        let mut edits = Vec::new();
        let mut changed = Vec::with_capacity(texts.len());
        self.joined.count_event();
        for (((_, said), treatment), (alone, of_text)) in texts.iter().zip(treatments).zip(scanned) {
            changed.push(!of_text.is_empty());
            edits.extend(of_text);
            let (Some(said), Some(treatment)) = (said, treatment) else { continue };
            let alone = Some(&alone).filter(|_| !matches!(treatment, Treatment::Joined(_)));
            let piece = self.take(said, treatment, alone, scanner)?;
            let span = said.value.and_then(|value| tree.value(value)).map(Value::span);
            if span.is_some_and(|span| origin.edits.iter().any(|edit| edit.span.overlaps(span))) {
                self.joined.record_message_finding(&piece);
            }
            pieces.push(piece);
        }
        edits.extend(untie(tree, reading, &changed));
        if !self.is_scanned() {
            edits.extend(scanner.fields(tree, reading)?);
        }
        Ok(Patch::new(in_order(edits)))
    }
}

/// Scans the documents of a complete body for texts that are spread over them: the elements of an array, or consecutive
/// documents. `patch` is the patch on them as separate documents.
pub(super) fn across(body: &[u8], patch: Patch, scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let depth = scanner.limits.depth;
    let mut trees = Vec::new();
    let mut at = 0;
    while let Some(len) = json::Document::first_value(&body[at..], depth) {
        // Most bodies are one object, which is not in pieces.
        if at == 0 && body.starts_with(b"{") && body[len..].trim_ascii().is_empty() {
            return Ok(patch);
        }
        trees.extend(Tree::parse(&body[at..at + len], depth).ok().map(|tree| (at, tree)));
        at += len;
    }
    let mut roots: Vec<(usize, &Tree<'_>, Value<'_>)> = Vec::new();
    for (at, tree) in &trees {
        let root = tree.root();
        match root.is_array() && trees.len() == 1 {
            true => roots.extend(root.children().filter(|child| child.is_object()).map(|child| (*at, tree, child))),
            false => roots.push((*at, tree, root)),
        }
    }
    if roots.len() < 2 {
        return Ok(patch);
    }
    let readings: Vec<ChatTexts> = roots.iter().map(|(.., root)| scanner.read_event(*root)).collect();
    let mut joined = Joined::default();
    let mut texts = Vec::new();
    let limit = scanner.limits.channels;
    for ((at, tree, root), reading) in roots.iter().zip(&readings) {
        for (_, said) in said(&Origin { name: b"", unit: Unit::Own, edits: &[] }, *root, tree, reading, scanner) {
            if let Some(mut said) = said {
                let treatment = joined.treat(&mut said, limit);
                texts.push((*at, *tree, said, treatment));
            }
        }
    }
    let mut pieces = Vec::new();
    for (at, tree, mut said, treatment) in texts {
        if said.kind == Kind::Ambiguous && !joined.is_in_pieces(&said.channel, limit) {
            continue;
        }
        said.kind = Kind::Piece;
        let keys = match treatment {
            Treatment::Alone => Vec::new(),
            Treatment::Both(keys) | Treatment::Joined(keys) => keys,
        };
        joined.count_event();
        let piece = joined.take(&said, Treatment::Both(keys), Some(&Patch::default()), scanner)?;
        let span = said.value.and_then(|value| tree.value(value)).map_or(Span::new(0, 0), Value::span);
        let span = Span::new(at + span.start, at + span.end);
        if !patch.overlapping(span).is_empty() {
            joined.record_message_finding(&piece);
        }
        pieces.push((at, tree, piece));
    }
    joined.end_all(scanner);
    let mut edits = Vec::new();
    for (at, tree, piece) in &pieces {
        let found = joined.edits(std::slice::from_ref(piece), Some(tree));
        edits.extend(
            found
                .into_iter()
                .map(|edit| Edit { span: Span::new(edit.span.start + at, edit.span.end + at), with: edit.with }),
        );
    }
    edits.extend_from_slice(patch.edits());
    Ok(Patch::new(joined::merge_edits(edits)))
}

/// Returns the texts of a document, with the field and content of those that may be pieces.
fn said<'t>(
    origin: &Origin<'_>,
    document: Value<'t>,
    tree: &'t Tree<'_>,
    reading: &'t ChatTexts,
    scanner: &Scanner,
) -> Vec<(&'t Text, Option<Said<'t>>)> {
    let mut texts: Vec<(&Text, Option<Said<'_>>)> = Vec::with_capacity(reading.texts.len());
    for text in &reading.texts {
        let said = tree.value(text.value).and_then(|value| {
            let (channel, kind) = match &text.part {
                Continuity::Next(channel) => (channel, Kind::Piece),
                Continuity::Ambiguous { channel, message: false } => (channel, Kind::Ambiguous),
                Continuity::Unknown(channel) => (channel, Kind::Unknown),
                _ => return None,
            };
            let bytes = bytes(value)?;
            // A text that is a document is not a piece of one.
            if scanner.is_document(&bytes) {
                return None;
            }
            let way = Way::to(document, text.value);
            let mut marks = way.marks();
            marks.push(Mark::named(NAME, origin.name));
            let (channel, field, role) = (channel.clone(), Some(way.field()), text.role);
            let unit = origin.unit.clone();
            Some(Said { channel, field, marks, value: Some(text.value), bytes, role, kind, unit, place: None })
        });
        texts.push((text, said));
    }
    // Elements of an array have the same field. Equal elements are not pieces of one text.
    let mut differ: HashMap<Option<String>, (Vec<u8>, bool)> = HashMap::new();
    for said in texts.iter().filter_map(|(_, said)| said.as_ref()) {
        let (first, differ) = differ.entry(said.field.clone()).or_insert_with(|| (said.bytes.to_vec(), false));
        *differ |= **first != *said.bytes;
    }
    for said in texts.iter_mut().filter_map(|(_, said)| said.as_mut()) {
        let differs = differ.get(&said.field).is_some_and(|(_, differ)| *differ);
        said.field = said.field.take().filter(|_| differs);
    }
    texts
}

/// Returns the text of a string or a number.
fn bytes(value: Value<'_>) -> Option<Cow<'_, [u8]>> {
    match value.kind() {
        ValueKind::Number => Some(Cow::Owned(json::number_text(value.raw()).into_owned())),
        _ => value.text().map(|decoded| decoded.bytes),
    }
}

/// Scans the lines of an event about which readers disagree, as text or as documents.
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
        // A document on a line of its own is scanned as one. The lines between documents form a text.
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
