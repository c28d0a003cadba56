//! A part of a transcript with its messages, and the mapping from edits on a message to the bytes.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use lastfour::{Alignment, Edit, Patch, Span, ViewSpan};

use super::segment::{Joint, Segment};
use super::spelling::Spelling;
use super::tree::Tree;

/// Why a record, or part of it, could not be read in its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trouble {
    /// It is not valid in its format and was read as text.
    Malformed,
    /// It has a value longer than [`LONGEST_RECORD`](super::LONGEST_RECORD); this is a piece of that value.
    TooLong,
    /// It contains something that is not text, such as a picture, which was not read.
    Unread,
    /// It contains an archive or a compressed file, which was not read although it may hold transcripts.
    Packed,
    /// It has no known text field, so every string, number and key in it was read as a separate message.
    NoField,
}

/// The conversation of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// The conversation of the transcript, if nothing names another one.
    Transcript,
    /// A conversation within one record, such as one list of messages among several. The number is the position of its
    /// first byte in the transcript.
    Place(u64),
    /// The conversation with this id.
    Id(Arc<[u8]>),
    /// No conversation: the text is separate.
    Alone,
}

/// What a transcript says about the speaker of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Speaker {
    /// Their name or id.
    pub(crate) name: Option<Arc<str>>,
    /// Their role, if it is stated.
    pub(crate) role: Option<lastfour::Role>,
    /// Their side, if only a direction such as "incoming" is stated.
    pub(crate) side: Option<lastfour::Role>,
}

/// When a message was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time {
    /// Milliseconds since the epoch or since the start of the conversation.
    pub(crate) ms: i64,
    /// Whether it counts from the epoch.
    pub(crate) absolute: bool,
}

/// A text within the record that has structure itself: JSON, HTML or a transcript in a string, or the body of a mail.
#[derive(Debug)]
pub(crate) struct Layer {
    /// The segment that it was decoded from, or `None` if it was carried over from an earlier record and cannot be
    /// edited.
    pub(crate) place: Option<Segment>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) alignment: Alignment,
}

/// The part that a text has in its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A message.
    Said,
    /// A copy of the message at this index of the record, which precedes it.
    Copy(u32),
    /// A repetition of several messages of the record, from the first index up to the second.
    Summary(u32, u32),
    /// A message that quotes earlier ones.
    Quoted,
    /// A text outside of the conversation, which is scanned as a whole.
    Alone,
    /// A line of a system, in which only secrets that are named or certain by their form are masked.
    Event,
    /// A program, or JSON, within a document.
    Code,
    /// A table attached to a mail. Its rows are messages or data.
    Table,
    /// Data, in which only secrets that are certain by their form are masked, unless it reads like text. `true` if it
    /// may be an id.
    Data(bool),
    /// Data next to text fields given on the command line: only secrets that are certain by their form are masked.
    Form,
}

/// A message of a record.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) segments: Vec<Segment>,
    pub(crate) speaker: Speaker,
    pub(crate) key: Key,
    pub(crate) time: Option<Time>,
    /// The index of the object that contains it, for finding copies of its words.
    pub(crate) owner: u64,
    pub(crate) part: Part,
    /// The words for the secret that its field name means. It is scanned after these words.
    pub(crate) label: Option<&'static str>,
}

impl Part {
    /// Returns whether it is part of the conversation.
    pub(crate) fn is_said(self) -> bool {
        matches!(self, Self::Said | Self::Quoted)
    }
}

impl Said {
    /// Creates a message by an unknown speaker in the conversation of the transcript.
    pub(crate) fn new(segments: Vec<Segment>) -> Self {
        Self {
            segments,
            speaker: Speaker::default(),
            key: Key::Transcript,
            time: None,
            owner: 0,
            part: Part::Said,
            label: None,
        }
    }
}

/// The contents of a record.
#[derive(Debug)]
pub(crate) enum Body {
    Said(Vec<Said>),
    /// Texts that may have structure themselves.
    Texts(Vec<Said>),
    /// Named values. Their meaning is determined together with the surrounding records.
    Tree(Tree),
}

/// A part of a transcript. The records concatenated are the transcript.
pub(crate) struct Record {
    /// Its bytes, including the line end.
    pub(crate) raw: Vec<u8>,
    /// The position of its first byte in the transcript.
    pub(crate) offset: u64,
    /// The line and column of its first byte, counted from 1.
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) body: Body,
}

/// Shows sizes, never the text.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("len", &self.raw.len())
            .field("offset", &self.offset)
            .field("line", &self.line)
            .field("trouble", &self.trouble)
            .finish_non_exhaustive()
    }
}

/// The maximum number of layers of a record. Texts nested deeper are read as plain text.
const MOST_LAYERS: usize = u16::MAX as usize;

impl Record {
    /// Returns the bytes of a layer, which its segments refer to.
    pub(crate) fn layer(&self, layer: u16) -> &[u8] {
        match layer {
            0 => &self.raw,
            n => self.layers.get(usize::from(n) - 1).map_or(&[][..], |layer| &layer.bytes),
        }
    }

    /// Returns whether texts of a layer can be edited.
    pub(crate) fn is_editable(&self, layer: u16) -> bool {
        layer == 0 || self.layers.get(usize::from(layer) - 1).is_some_and(|layer| layer.place.is_some())
    }

    /// Returns the raw bytes of a segment.
    pub(crate) fn bytes(&self, segment: &Segment) -> &[u8] {
        self.layer(segment.layer).get(segment.span().range()).unwrap_or_default()
    }

    /// Returns the decoded text of a segment.
    pub(crate) fn text(&self, segment: &Segment) -> Cow<'_, [u8]> {
        segment.spelling.decode(self.bytes(segment)).0
    }

    /// Decodes a segment into a new layer, so that a part of it can be a segment. Returns `None` if there are too many
    /// layers.
    pub(crate) fn unfold(&mut self, place: Segment) -> Option<u16> {
        if self.layers.len() >= MOST_LAYERS {
            return None;
        }
        if matches!(place.spelling, Spelling::Plain | Spelling::Markup) {
            return Some(place.layer);
        }
        let (bytes, alignment) = place.spelling.decode(self.bytes(&place));
        let bytes = bytes.into_owned();
        self.layers.push(Layer { place: Some(place), bytes, alignment });
        u16::try_from(self.layers.len()).ok()
    }

    /// Returns the text of a message, joined from its segments.
    pub(crate) fn join<'a>(&'a self, segments: &'a [Segment]) -> Text<'a> {
        if let [segment] = segments {
            let (bytes, alignment) = segment.spelling.decode(self.bytes(segment));
            return Text { record: self, bytes, parts: vec![Piece { at: 0, segment: *segment, alignment }] };
        }
        let mut bytes = Vec::new();
        let mut parts = Vec::with_capacity(segments.len());
        for (number, segment) in segments.iter().enumerate() {
            match segment.joint {
                _ if number == 0 => {}
                Joint::Nothing => {}
                Joint::Blank => bytes.push(b' '),
                Joint::Line => bytes.push(b'\n'),
            }
            let (text, alignment) = segment.spelling.decode(self.bytes(segment));
            parts.push(Piece { at: bytes.len(), segment: *segment, alignment });
            bytes.extend_from_slice(&text);
        }
        Text { record: self, bytes: Cow::Owned(bytes), parts }
    }

    /// Returns the range of raw bytes that a range of a layer was decoded from.
    pub(crate) fn raw_span(&self, layer: u16, span: Span) -> Span {
        let (mut layer, mut span) = (layer, span);
        while layer > 0 {
            let Some(Layer { place: Some(place), alignment, .. }) = self.layers.get(usize::from(layer) - 1) else {
                return Span::new(0, 0);
            };
            span = source(place, alignment, span);
            layer = place.layer;
        }
        span
    }
}

/// Returns the range in the segment's layer that a range of its text was decoded from.
fn source(place: &Segment, alignment: &Alignment, span: Span) -> Span {
    let inner = alignment.source(ViewSpan::new(span.start, span.end));
    Span::new(inner.start + place.start as usize, inner.end + place.start as usize)
}

/// The text of a message with the mapping to its record.
pub(crate) struct Text<'a> {
    record: &'a Record,
    pub(crate) bytes: Cow<'a, [u8]>,
    parts: Vec<Piece>,
}

struct Piece {
    /// Its start in the text.
    at: usize,
    segment: Segment,
    alignment: Alignment,
}

impl Text<'_> {
    /// Returns the range of raw bytes that a range of the text was decoded from, from the first to the last byte.
    pub(crate) fn raw_span(&self, span: Span) -> Span {
        self.raw_spans(span).into_iter().reduce(Span::union).unwrap_or_else(|| Span::new(0, 0))
    }

    /// Returns the ranges of raw bytes that a range of the text was decoded from, one per segment.
    pub(crate) fn raw_spans(&self, span: Span) -> Vec<Span> {
        let mut spans = Vec::with_capacity(1);
        let first = self.parts.partition_point(|part| part.at < span.start).saturating_sub(1);
        for (number, part) in self.parts.iter().enumerate().skip(first) {
            if part.at > span.end {
                break;
            }
            let end = self.parts.get(number + 1).map_or(self.bytes.len(), |next| next.at);
            let (start, stop) = (span.start.max(part.at), span.end.min(end));
            if start > stop || start == stop && !(span.is_empty() && start == span.start) {
                continue;
            }
            // Blanks between words may be separate segments.
            if self.parts.len() > 1 && self.bytes[start..stop].trim_ascii().is_empty() {
                continue;
            }
            let inner = source(&part.segment, &part.alignment, Span::new(start - part.at, stop - part.at));
            let raw = self.record.raw_span(part.segment.layer, inner);
            spans.push(raw);
        }
        spans
    }

    /// Adds the edits of a `patch` on the text to the edits of the record.
    pub(crate) fn edit(&self, patch: &Patch, edits: &mut Edits) {
        if let [part] = self.parts.as_slice() {
            return self.edit_part(part, patch, edits);
        }
        for (number, part) in self.parts.iter().enumerate() {
            let next = self.parts.get(number + 1);
            let end = next.map_or(self.bytes.len(), |next| next.at - next.segment.joint.len());
            let first = patch.edits().partition_point(|edit| edit.span.end <= part.at);
            let inside: Vec<Edit> = patch.edits()[first..]
                .iter()
                .take_while(|edit| edit.span.start < end)
                .map(|edit| {
                    let span = Span::new(edit.span.start.max(part.at), edit.span.end.min(end));
                    let with = if span == edit.span { edit.with.clone() } else { self.share(edit, span, part.at) };
                    Edit { span: Span::new(span.start - part.at, span.end - part.at), with }
                })
                .collect();
            if !inside.is_empty() {
                self.edit_part(part, &Patch::new(inside), edits);
            }
        }
    }

    /// Returns the replacement for `span`, the part of `edit` in one of several segments.
    fn share(&self, edit: &Edit, span: Span, at: usize) -> String {
        let count = |from: usize, to: usize| String::from_utf8_lossy(&self.bytes[from..to]).chars().count();
        // A mask with one character per character of the text is split like the text.
        if edit.with.chars().count() == count(edit.span.start, edit.span.end) {
            let skip = count(edit.span.start, span.start);
            return edit.with.chars().skip(skip).take(count(span.start, span.end)).collect();
        }
        // Any other mask is written where the secret begins, and again in each word of an array of words.
        let repeats = self.parts.iter().any(|part| part.at == at && part.segment.joint == Joint::Blank);
        if span.start == edit.span.start || repeats { edit.with.clone() } else { String::new() }
    }

    fn edit_part(&self, part: &Piece, patch: &Patch, edits: &mut Edits) {
        let Piece { segment, alignment, .. } = part;
        let raw = self.record.bytes(segment);
        let start = segment.start as usize;
        edits.add(segment.layer, segment.spelling.edits(patch, raw, alignment, start));
    }
}

/// The edits on a record, by layer.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    layers: Vec<(u16, Edit)>,
}

impl Edits {
    pub(crate) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.layers.append(&mut other.layers);
    }

    fn add(&mut self, layer: u16, edits: Vec<Edit>) {
        self.layers.extend(edits.into_iter().map(|edit| (layer, edit)));
    }

    /// Returns the patch on the raw bytes of the record.
    pub(crate) fn patch(&self, record: &Record) -> Patch {
        let mut layers: Vec<Vec<Edit>> = vec![Vec::new(); record.layers.len() + 1];
        for (layer, edit) in &self.layers {
            if let Some(edits) = layers.get_mut(usize::from(*layer)) {
                edits.push(edit.clone());
            }
        }
        // A layer refers to one before it, so its edits are complete when it is processed.
        for number in (1..layers.len()).rev() {
            let edits = std::mem::take(&mut layers[number]);
            let Layer { place: Some(place), alignment, .. } = &record.layers[number - 1] else { continue };
            if edits.is_empty() {
                continue;
            }
            let raw = record.bytes(place);
            let outer = place.spelling.edits(&Patch::new(merge(edits)), raw, alignment, place.start as usize);
            layers[usize::from(place.layer)].extend(outer);
        }
        Patch::new(merge(std::mem::take(&mut layers[0])))
    }
}

/// Sorts edits. If two overlap, the first one is extended to cover both.
fn merge(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by(|a, b| (a.span.start, b.span.end).cmp(&(b.span.start, a.span.end)));
    let mut merged: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match merged.last_mut() {
            Some(last) if edit.span.start < last.span.end || edit.span == last.span => {
                last.span.end = last.span.end.max(edit.span.end);
            }
            _ => merged.push(edit),
        }
    }
    merged
}
