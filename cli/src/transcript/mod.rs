//! Reads transcripts: from the bytes of a file to its messages.
//!
//! `Transcript` splits the bytes, which may arrive in chunks of any size, into records. The records concatenated are
//! the bytes. A reader for each format finds what is said in a record; `Interpreter` determines the meaning of named
//! values, as in JSON or a table. `Collector` collects records in batches. `Session` then scans the messages in their
//! conversations and returns the edits on each record.
//!
//! Every byte belongs to exactly one record. Input that is not valid in its format is read as text ([`Trouble`]), so
//! that nothing is skipped. Memory is bounded by [`LONGEST_RECORD`], and time is linear in the input.

pub(crate) mod batch;
mod code;
mod csv;
mod cues;
mod detect;
mod echo;
mod events;
mod fields;
pub(crate) mod found;
mod header;
mod html;
pub(crate) mod interpret;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod invariants;
mod json;
mod lines;
mod log;
mod mail;
mod nested;
mod order;
mod printed;
mod record;
mod roles;
mod segment;
pub(crate) mod session;
pub(crate) mod sheet;
pub(crate) mod speakers;
mod spelling;
mod sql;
mod stamp;
mod talks;
#[cfg(test)]
mod tests;
mod tree;
mod values;
mod words;
mod xml;
mod yaml;

pub(crate) use detect::EXTENSIONS;
pub use detect::detect;
pub use fields::Fields;
pub use record::Trouble;

use fields::Names;
use found::Cursor;
use record::{Body, Layer, Record, Said};

/// The maximum length of a record that is buffered as a whole, in bytes: 8 MiB. A longer value is split into pieces.
pub const LONGEST_RECORD: usize = 8 << 20;

/// The maximum depth of arrays and objects of JSON. Deeper JSON is read as text.
const DEEPEST_JSON: usize = 128;

/// The format of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Lines with or without a time and a speaker: `Speaker: text`, `[time] Speaker: text`, a name on a line of its own.
    /// Also Markdown.
    Text,
    /// One JSON value per line.
    Jsonl,
    /// A JSON document, or several consecutive ones.
    Json,
    /// A table with fields separated by comma, semicolon, tab or bar.
    Csv,
    /// Lines with JSON or `key=value` pairs after other text.
    Log,
    /// Subtitles: WebVTT or SRT.
    Cues,
    /// An HTML document.
    Html,
    /// An XML document.
    Xml,
    /// YAML in block style.
    Yaml,
    /// Mail: one message, or a mailbox (mbox).
    Mail,
    /// The statements of an SQL dump.
    Sql,
}

impl Format {
    /// Returns the name of the format for `--format`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Log => "log",
            Self::Cues => "vtt",
            Self::Html => "html",
            Self::Xml => "xml",
            Self::Yaml => "yaml",
            Self::Mail => "mail",
            Self::Sql => "sql",
        }
    }
}

/// Whether the input has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum More {
    /// More will come, soon.
    Coming,
    /// More may come, but not soon, so complete output should be flushed.
    Paused,
    /// Nothing more will come.
    Never,
}

/// The bytes from the start of the next record.
#[derive(Clone, Copy)]
struct Input<'a> {
    bytes: &'a [u8],
    more: More,
    /// The maximum length of a record that is buffered as a whole.
    limit: usize,
}

/// A record as a reader returns it.
struct Cut {
    len: usize,
    trouble: Option<Trouble>,
    layers: Vec<Layer>,
    body: Body,
}

impl Cut {
    fn said(len: usize, trouble: Option<Trouble>, said: Vec<Said>) -> Self {
        Self { len, trouble, layers: Vec::new(), body: Body::Said(said) }
    }
}

enum Reader {
    Text(lines::TextReader),
    Log(log::LogReader),
    Json(json::JsonReader),
    Csv(csv::CsvReader),
    Cues(cues::CueReader),
    Html(html::HtmlReader),
    Xml(xml::XmlReader),
    Yaml,
    Mail(mail::MailReader),
    Sql(sql::SqlReader),
}

/// Splits the bytes of a transcript into records.
pub(crate) struct Transcript {
    reader: Reader,
    buffer: Vec<u8>,
    start: usize,
    more: More,
    /// The position of `start` in the transcript: in bytes, and in lines and characters of the line, counted from 1.
    offset: u64,
    line: u64,
    column: u64,
    limit: usize,
}

impl Transcript {
    /// Creates an empty transcript of that format.
    pub(crate) fn new(format: Format) -> Self {
        let reader = match format {
            Format::Text => Reader::Text(lines::TextReader::new()),
            Format::Jsonl => Reader::Log(log::LogReader::new(true)),
            Format::Log => Reader::Log(log::LogReader::new(false)),
            Format::Json => Reader::Json(json::JsonReader::new()),
            Format::Csv => Reader::Csv(csv::CsvReader::new()),
            Format::Cues => Reader::Cues(cues::CueReader),
            Format::Html => Reader::Html(html::HtmlReader::new()),
            Format::Xml => Reader::Xml(xml::XmlReader::new()),
            Format::Yaml => Reader::Yaml,
            Format::Mail => Reader::Mail(mail::MailReader::new()),
            Format::Sql => Reader::Sql(sql::SqlReader::new()),
        };
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            more: More::Coming,
            offset: 0,
            line: 1,
            column: 1,
            limit: LONGEST_RECORD,
        }
    }

    /// Sets the maximum length of a record that is buffered as a whole, in bytes: at least 64, at most 1 GiB.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn longest_record(mut self, bytes: usize) -> Self {
        self.limit = bytes.clamp(64, 1 << 30);
        self
    }

    /// Adds bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
        self.more = More::Coming;
    }

    /// Reports that no more bytes are available for now. A message that is complete, but could continue on another
    /// line, becomes a record.
    pub(crate) fn pause(&mut self) {
        if self.more == More::Coming {
            self.more = More::Paused;
        }
    }

    /// Reports the end of the input.
    pub(crate) fn finish(&mut self) {
        self.more = More::Never;
    }

    /// Returns the next record, or `None` if it needs more bytes or there is none.
    pub(crate) fn next_record(&mut self, names: &mut Names) -> Option<Record> {
        let input = Input { bytes: &self.buffer[self.start..], more: self.more, limit: self.limit };
        let at_start = self.offset == 0;
        let cut = match &mut self.reader {
            Reader::Text(reader) => reader.next(input, at_start),
            Reader::Log(reader) => reader.next(input, at_start, names),
            Reader::Json(reader) => reader.next(input, at_start, names),
            Reader::Csv(reader) => reader.next(input, at_start, names),
            Reader::Cues(reader) => reader.next(input, at_start),
            Reader::Html(reader) => reader.next(input, at_start),
            Reader::Xml(reader) => reader.next(input, at_start, names),
            Reader::Yaml => yaml::YamlReader::next(input, at_start, names),
            Reader::Mail(reader) => reader.next(input, at_start),
            Reader::Sql(reader) => reader.next(input, at_start, names),
        }?;
        let raw = self.buffer[self.start..self.start + cut.len].to_vec();
        self.start += cut.len;
        let record = Record {
            offset: self.offset,
            line: self.line,
            column: self.column,
            trouble: cut.trouble,
            layers: cut.layers,
            body: cut.body,
            raw,
        };
        self.offset += record.raw.len() as u64;
        (self.line, self.column) = Cursor::new(&record.raw, self.line, self.column).to(record.raw.len());
        Some(record)
    }
}

/// The byte-order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns the length of a byte-order mark at the start of a transcript.
fn mark_len(bytes: &[u8], at_start: bool) -> usize {
    if at_start && bytes.starts_with(MARK) { MARK.len() } else { 0 }
}

/// Returns whether a transcript with this start may turn out to start with a byte-order mark.
fn may_be_mark(bytes: &[u8]) -> bool {
    bytes.len() < MARK.len() && MARK.starts_with(bytes)
}
