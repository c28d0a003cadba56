//! Transcripts: what people said, as it stands in log files.
//!
//! In come the bytes of a transcript in pieces of any size; out come [`Record`]s that, put one after the other, are the
//! same bytes again. Each record tells which of its bytes are what somebody said ([`Record::texts`]), decoded and
//! aligned, with the speaker and the conversation where the format names them. [`Text::edits`] turns a patch on such a
//! text into edits on the record's bytes, spelled the way the format asks for.
//!
//! Promised: every byte belongs to exactly one record; what is not valid in its format is a text too ([`Trouble`]), so
//! that nothing goes unscanned but what the format says is no message; memory is bounded by [`LONGEST_RECORD`], and a
//! longer record comes in pieces. Time is linear in the input.
//!
//! # Example
//!
//! ```
//! use lastfour_cli::transcript::{Fields, Format, Transcript};
//!
//! let mut transcript = Transcript::new(Format::Jsonl, Fields::default());
//! transcript.push(b"{\"role\": \"user\", \"text\": \"hi \\u00e1\"}\n");
//! transcript.finish();
//! let record = transcript.next_record().unwrap();
//! let text = record.texts().next().unwrap();
//! assert_eq!(text.bytes.as_ref(), "hi á".as_bytes());
//! assert_eq!(text.speaker.as_deref(), Some("user"));
//! ```

mod csv;
mod detect;
mod fields;
mod header;
#[cfg(any(test, fuzzing))]
pub mod invariants;
mod json;
mod jsonl;
mod record;
mod speaker;
#[cfg(test)]
mod tests;
mod text;
mod unit;

pub use detect::detect;
pub use fields::Fields;
pub use record::{ConversationKey, Record, Text, Trouble};
pub use speaker::Speakers;

use csv::CsvReader;
use json::JsonReader;
use jsonl::JsonlReader;
use record::Layout;
use text::TextReader;

/// The longest record that is held in one piece, in bytes: 16 MiB. A longer one comes in pieces, each with
/// [`Trouble::TooLong`].
pub const LONGEST_RECORD: usize = 16 << 20;

/// How deep the arrays and objects of a record may nest. A deeper record is scanned as text.
pub const DEEPEST_JSON: usize = 128;

/// The format of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One message a line, or `Speaker: text`, `[time] Speaker: text`, `time Speaker: text`, `date, time - Speaker: text`
    /// with continuation lines.
    Text,
    /// One JSON value a line.
    Jsonl,
    /// A JSON document, or several one after the other. The elements of an array at its root are records.
    Json,
    /// Fields separated by a comma, semicolon or tab, quoted as in RFC 4180, with a header line.
    Csv,
}

/// Whether bytes are missing at the end of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum More {
    /// More will come, soon.
    Coming,
    /// More may come, but not soon: what is complete should go out.
    Paused,
    /// Nothing comes any more.
    Never,
}

/// The bytes of the next records.
#[derive(Clone, Copy)]
struct Input<'a> {
    bytes: &'a [u8],
    more: More,
    /// The longest record that is held in one piece.
    limit: usize,
}

enum Reader {
    Text(TextReader),
    Jsonl(JsonlReader),
    Json(JsonReader),
    Csv(CsvReader),
}

/// Cuts the bytes of a transcript into records.
pub struct Transcript {
    reader: Reader,
    buffer: Vec<u8>,
    start: usize,
    more: More,
    /// Position of `start` in the transcript, in bytes and in lines counted from 1.
    offset: u64,
    line: u64,
    layout: Layout,
    limit: usize,
}

/// Shows sizes, never the text.
impl std::fmt::Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcript").field("offset", &self.offset).field("line", &self.line).finish_non_exhaustive()
    }
}

impl Transcript {
    /// A transcript of that format, of which nothing has come yet.
    #[must_use]
    pub fn new(format: Format, fields: Fields) -> Self {
        let reader = match format {
            Format::Text => Reader::Text(TextReader::default()),
            Format::Jsonl => Reader::Jsonl(JsonlReader::new(fields)),
            Format::Json => Reader::Json(JsonReader::new(fields)),
            Format::Csv => Reader::Csv(CsvReader::new(fields)),
        };
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            more: More::Coming,
            offset: 0,
            line: 1,
            layout: Layout::default(),
            limit: LONGEST_RECORD,
        }
    }

    /// With another limit than [`LONGEST_RECORD`] for what is held in one piece, in bytes: at least 64, at most 1 GiB.
    #[must_use]
    pub fn longest_record(mut self, bytes: usize) -> Self {
        self.limit = bytes.clamp(64, 1 << 30);
        self
    }

    /// More of its bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
        self.more = More::Coming;
    }

    /// Says that no more bytes come for now: a message that is complete, but could go on in a further line, is a record.
    pub fn pause(&mut self) {
        if self.more == More::Coming {
            self.more = More::Paused;
        }
    }

    /// Says that no more bytes come at all.
    pub fn finish(&mut self) {
        self.more = More::Never;
    }

    /// The next record; `None` where more bytes are needed for it, or there is none.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        let input = Input { bytes: &self.buffer[self.start..], more: self.more, limit: self.limit };
        let at_start = self.offset == 0;
        let layout = &mut self.layout;
        layout.clear();
        let len = match &mut self.reader {
            Reader::Text(reader) => reader.next(input, at_start, layout),
            Reader::Jsonl(reader) => reader.next(input, at_start, layout),
            Reader::Json(reader) => reader.next(input, at_start, layout),
            Reader::Csv(reader) => reader.next(input, at_start, layout),
        }?;
        let raw = &self.buffer[self.start..self.start + len];
        let record = Record::new(raw, &self.layout, self.offset, self.line);
        self.start += len;
        self.offset += len as u64;
        self.line += memchr::memchr_iter(b'\n', raw).count() as u64;
        Some(record)
    }

    /// The speakers in what has come so far and was not read yet, each once, so that roles can be told before the first
    /// record. Only for [`Format::Text`]; the other formats name roles themselves.
    #[must_use]
    pub fn speakers_ahead(&self) -> Vec<String> {
        match &self.reader {
            Reader::Text(reader) => reader.speakers_in(&self.buffer[self.start..]),
            _ => Vec::new(),
        }
    }
}

/// A byte-order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The length of a byte-order mark at the start of a transcript.
fn mark_len(bytes: &[u8], at_start: bool) -> usize {
    if at_start && bytes.starts_with(MARK) { MARK.len() } else { 0 }
}

/// Whether a transcript that starts so may turn out to start with a byte-order mark.
fn may_be_mark(bytes: &[u8]) -> bool {
    bytes.len() < MARK.len() && MARK.starts_with(bytes)
}
