//! A stretch of a transcript, and what is said in it.

use std::borrow::Cow;
use std::fmt;

use lastfour::Span;
use lastfour::json::{decode, number_edit, string_edits};
use lastfour::lift;
use lastfour::{Alignment, ViewSpan};
use lastfour::{Edit, Patch};

/// Why a record, or a part of it, could not be read as its format and its fields would have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trouble {
    /// It is not valid in its format.
    Malformed,
    /// It is longer than [`LONGEST_RECORD`](super::LONGEST_RECORD); this is a piece of it.
    TooLong,
    /// It has no known field of text: every string, number and key in it was taken for a text of its own.
    NoField,
}

/// The conversation to which a text belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConversationKey<'a> {
    /// The one of the whole transcript: nothing else is said.
    Transcript,
    /// The one of this record alone, which holds several messages with roles of their own.
    Record,
    /// No conversation at all: the text (the key of a JSON object) stands for itself.
    Alone,
    /// The one of that id.
    Id(Cow<'a, [u8]>),
}

/// How a text is spelled in the raw bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Plain,
    JsonString,
    JsonNumber,
    /// A field without quotes, and the delimiter that must not stand in it.
    CsvBare(u8),
    CsvQuoted,
}

/// Where a text stands in the raw bytes of its record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) spelling: Spelling,
    /// Index into the layout's voices.
    pub(super) voice: u32,
    /// It takes no part in a conversation.
    pub(super) alone: bool,
}

/// Where a name or an id stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Named {
    /// Nowhere.
    #[default]
    No,
    /// In these bytes of the record.
    At(Span, Spelling),
    /// In an earlier record: it is kept in the layout.
    Carried,
}

/// Who says a text, and where.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Voice {
    pub(super) speaker: Named,
    pub(super) conversation: Named,
}

/// What a reader knows about the record it has just cut off.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) places: Vec<Place>,
    pub(super) voices: Vec<Voice>,
    /// The record holds several messages and names no conversation.
    pub(super) own_conversation: bool,
    pub(super) trouble: Option<Trouble>,
    /// The speaker of a message that began in an earlier record.
    pub(super) carried: Option<String>,
}

impl Layout {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.voices.clear();
        self.own_conversation = false;
        self.trouble = None;
    }

    /// One text by one voice.
    pub(super) fn single(&mut self, span: Span, spelling: Spelling, speaker: Named) {
        self.voices.push(Voice { speaker, conversation: Named::No });
        self.place(span, spelling, 0, false);
    }

    /// A stretch that is read as text because of `trouble`.
    pub(super) fn troubled(&mut self, span: Span, trouble: Trouble) {
        self.clear();
        self.trouble = Some(trouble);
        self.single(span, Spelling::Plain, Named::No);
    }

    /// A text at `span`. Empty texts say nothing and are left out.
    pub(super) fn place(&mut self, span: Span, spelling: Spelling, voice: u32, alone: bool) {
        // A record is at most a few times as long as `LONGEST_RECORD`, so that its positions fit.
        if let (Ok(start), Ok(end)) = (u32::try_from(span.start), u32::try_from(span.end))
            && start < end
        {
            self.places.push(Place { start, end, spelling, voice, alone });
        }
    }
}

/// A stretch of a transcript. Put one after the other, the records are the transcript.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Its bytes, as they came, with its line end.
    pub raw: &'a [u8],
    /// Where its first byte stands in the transcript.
    pub offset: u64,
    /// The line of its first byte, counted from 1.
    pub line: u64,
    /// Why it was read as text, where it was.
    pub trouble: Option<Trouble>,
    layout: &'a Layout,
}

impl<'a> Record<'a> {
    pub(super) fn new(raw: &'a [u8], layout: &'a Layout, offset: u64, line: u64) -> Self {
        Self { raw, offset, line, trouble: layout.trouble, layout }
    }

    /// What is said in it, in order.
    pub fn texts(&self) -> impl Iterator<Item = Text<'a>> + use<'a> {
        let Self { raw, layout, .. } = *self;
        layout.places.iter().map(move |place| text(raw, layout, *place))
    }
}

/// Shows sizes, never the text.
impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("len", &self.raw.len())
            .field("offset", &self.offset)
            .field("line", &self.line)
            .field("texts", &self.layout.places.len())
            .field("trouble", &self.trouble)
            .finish_non_exhaustive()
    }
}

/// What somebody says in a record.
#[derive(Clone)]
pub struct Text<'a> {
    /// The words, decoded. Any bytes.
    pub bytes: Cow<'a, [u8]>,
    /// The name or role of the speaker, as the transcript has it.
    pub speaker: Option<Cow<'a, str>>,
    /// The conversation it belongs to.
    pub conversation: ConversationKey<'a>,
    raw: &'a [u8],
    span: Span,
    alignment: Alignment,
    spelling: Spelling,
}

fn text<'a>(raw: &'a [u8], layout: &'a Layout, place: Place) -> Text<'a> {
    let span = Span::new(place.start as usize, place.end as usize);
    let (bytes, alignment) = unspell(&raw[span.range()], place.spelling);
    let voice = layout.voices.get(place.voice as usize).copied().unwrap_or_default();
    let lossy = |bytes: Cow<'a, [u8]>| match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    };
    Text {
        bytes,
        speaker: match voice.speaker {
            Named::At(span, spelling) => Some(lossy(unspell(&raw[span.range()], spelling).0)),
            Named::Carried => layout.carried.as_deref().map(Cow::Borrowed),
            Named::No => None,
        },
        conversation: match voice.conversation {
            _ if place.alone => ConversationKey::Alone,
            Named::At(span, spelling) => ConversationKey::Id(unspell(&raw[span.range()], spelling).0),
            _ if layout.own_conversation => ConversationKey::Record,
            _ => ConversationKey::Transcript,
        },
        raw,
        span,
        alignment,
        spelling: place.spelling,
    }
}

fn unspell(raw: &[u8], spelling: Spelling) -> (Cow<'_, [u8]>, Alignment) {
    match spelling {
        Spelling::JsonString => {
            let decoded = decode(raw);
            (decoded.bytes, decoded.alignment)
        }
        Spelling::CsvQuoted => unquote(raw),
        Spelling::Plain | Spelling::JsonNumber | Spelling::CsvBare(_) => (Cow::Borrowed(raw), Alignment::identity()),
    }
}

/// Decodes the content of a quoted CSV field: two quotes in a row are one.
fn unquote(content: &[u8]) -> (Cow<'_, [u8]>, Alignment) {
    let mut quotes = memchr::memchr_iter(b'"', content).step_by(2).peekable();
    if quotes.peek().is_none() {
        return (Cow::Borrowed(content), Alignment::identity());
    }
    let mut bytes = Vec::with_capacity(content.len());
    let mut alignment = Alignment::identity();
    let mut at = 0;
    for quote in quotes {
        bytes.extend_from_slice(&content[at..=quote]);
        alignment.plain(quote - at);
        alignment.atomic(1, 2.min(content.len() - quote));
        at = (quote + 2).min(content.len());
    }
    bytes.extend_from_slice(&content[at..]);
    alignment.plain(content.len() - at);
    (Cow::Owned(bytes), alignment)
}

impl Text<'_> {
    /// Where a stretch of [`bytes`](Self::bytes) stands in the raw bytes of the record.
    #[must_use]
    pub fn raw_span(&self, span: Span) -> Span {
        let raw = self.alignment.source(ViewSpan::new(span.start, span.end));
        Span::new(raw.start + self.span.start, raw.end + self.span.start)
    }

    /// Where all of it stands in the raw bytes of the record, without quotes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The edits on the record's raw bytes that do what `patch` does to [`bytes`](Self::bytes). The record stays valid
    /// in its format: a JSON number becomes a string, a field is quoted where it has to be.
    #[must_use]
    pub fn edits(&self, patch: &Patch) -> Vec<Edit> {
        let lifted = |encode: fn(&str) -> String| lift(patch, &self.alignment, self.span.start, encode);
        match self.spelling {
            Spelling::Plain => lifted(str::to_owned),
            Spelling::JsonString => string_edits(patch, &self.alignment, self.span.start),
            Spelling::JsonNumber => number_edit(patch, &self.raw[self.span.range()], self.span).into_iter().collect(),
            Spelling::CsvQuoted => lifted(|with| with.replace('"', "\"\"")),
            Spelling::CsvBare(delimiter) => {
                let special = |b: u8| b == delimiter || matches!(b, b'"' | b'\r' | b'\n');
                if patch.edits().iter().any(|edit| edit.with.bytes().any(special)) {
                    let text = patch.apply(&self.bytes);
                    let with = format!("\"{}\"", String::from_utf8_lossy(&text).replace('"', "\"\""));
                    vec![Edit { span: self.span, with }]
                } else {
                    lifted(str::to_owned)
                }
            }
        }
    }
}

/// Shows sizes and the place, never the text.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("len", &self.bytes.len()).field("span", &self.span).finish_non_exhaustive()
    }
}
