//! The state of a body in one format: what is buffered, and what is sent.

use std::borrow::Cow;
use std::mem;

use crate::chat::{Scan, Spelling};
use crate::edit::{Edit, Patch};
use crate::filter::binary::{HEAD, ZSTANDARD, has_wide_mark, is_binary, is_compressed, is_wide_text};
use crate::filter::document::Document;
use crate::filter::events::{self, Events, Framing, opens_named_lines};
use crate::filter::parts::{PartFormat, Parts, Step};
use crate::filter::scanner::{Scanner, in_order};
use crate::filter::{BodyFormat, ScanError, may_block};
use crate::json::{JsonError, Tree};
use crate::stream::StreamRedactor;
use crate::wire::{Content, form, html, ndjson};

/// The state of a body.
pub(super) struct State {
    kind: Kind,
    /// The first bytes, until they show that the charset is a superset of ASCII.
    start: Option<Vec<u8>>,
}

enum Kind {
    /// The first bytes of a body of unknown type, until they show whether it is a document, a text or binary.
    Sniff(Vec<u8>),
    /// The first bytes of a text that may be meant as JSON.
    Silence(Vec<u8>),
    /// A text that starts like JSON. If it is a document, it must remain one.
    Loose(Start),
    Text(Box<StreamRedactor>),
    /// An HTML page, or the buffered part of one that is larger than the limit.
    Html(Vec<u8>),
    /// The first bytes of a form field in which only a document is scanned.
    Field(Vec<u8>),
    Pass,
    Json(Start),
    /// A JSON document that is larger than the limit.
    Document(Box<Document>),
    Form(Vec<u8>),
    Events(Box<Events>),
    Parts {
        parts: Box<Parts>,
        /// The current part.
        open: Option<Box<State>>,
    },
    /// The body has ended or failed.
    Over,
}

/// The start of a body that is either one document or one document per line.
#[derive(Default)]
struct Start {
    bytes: Vec<u8>,
    /// The number of bytes searched without finding the end of the first line.
    seen: usize,
    /// Whether the body is known not to be one document per line.
    is_one: bool,
}

/// The maximum number of blanks before the byte that decides what a body is.
const MOST_BLANKS: usize = 256;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns whether these first bytes are enough to decide whether a body is text.
fn tells(start: &[u8]) -> bool {
    start.len() >= 2 && !(start.len() < ZSTANDARD.len() && ZSTANDARD.starts_with(start))
}

impl State {
    pub(super) fn new(format: BodyFormat) -> Self {
        let kind = match format {
            BodyFormat::Text => Kind::Silence(Vec::new()),
            BodyFormat::Html => Kind::Html(Vec::new()),
            BodyFormat::Sniff => Kind::Sniff(Vec::new()),
            BodyFormat::Json => Kind::Json(Start::default()),
            BodyFormat::Form => Kind::Form(Vec::new()),
            BodyFormat::Ndjson => Kind::Events(Box::new(Events::new(Framing::Lines))),
            BodyFormat::Events => Kind::Events(Box::new(Events::new(Framing::Events))),
            BodyFormat::Multipart { boundary } => Kind::Parts { parts: Box::new(Parts::new(&boundary)), open: None },
        };
        // A body of unknown type may be binary.
        let start = (!matches!(kind, Kind::Sniff(_))).then(Vec::new);
        Self { kind, start }
    }

    /// Returns the state of a form field that is not text but may contain a document.
    pub(super) fn field() -> Self {
        Self { kind: Kind::Field(Vec::new()), start: Some(Vec::new()) }
    }

    /// Returns the state of a body that has ended or failed.
    pub(super) fn over() -> Self {
        Self { kind: Kind::Over, start: None }
    }

    /// Returns the number of bytes held back.
    pub(super) fn held(&self) -> usize {
        self.kind.held() + self.start.as_ref().map_or(0, Vec::len)
    }

    /// Returns whether output written before an error consists of whole units that were scanned.
    pub(super) fn writes_wholes(&self) -> bool {
        matches!(self.kind, Kind::Events(_))
    }

    pub(super) fn push(&mut self, piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let Some(mut start) = self.start.take() else { return self.kind.push(piece, scanner, out) };
        // Most first chunks are long enough and need not be copied.
        let start = if start.is_empty() && tells(piece) {
            Cow::Borrowed(piece)
        } else {
            start.extend_from_slice(piece);
            Cow::Owned(start)
        };
        if !tells(&start) {
            self.start = Some(start.into_owned());
            return Ok(());
        }
        check_readable(&start)?;
        self.kind.push(&start, scanner, out)
    }

    pub(super) fn finish(mut self, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        if let Some(start) = self.start.take() {
            check_readable(&start)?;
            self.kind.push(&start, scanner, out)?;
        }
        self.kind.finish(scanner, out)
    }

    /// Returns the patch on a complete body, or `None` if the format is read in chunks.
    pub(super) fn whole(&self, body: &[u8], scanner: &mut Scanner) -> Result<Option<Patch>, ScanError> {
        if self.start.is_some() {
            check_readable(body)?;
        }
        self.kind.whole(body, scanner)
    }

    /// Returns how a complete body is scanned.
    #[cfg(feature = "tower")]
    pub(super) fn way(&self, body: &[u8], scanner: &Scanner) -> Result<Way, ScanError> {
        if self.start.is_some() {
            check_readable(body)?;
        }
        self.kind.way(body, scanner)
    }
}

/// Shows the number of bytes held, never the text.
impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("held", &self.held()).finish_non_exhaustive()
    }
}

impl Kind {
    fn held(&self) -> usize {
        match self {
            Self::Silence(held) | Self::Sniff(held) | Self::Field(held) | Self::Html(held) | Self::Form(held) => {
                held.len()
            }
            Self::Loose(start) | Self::Json(start) => start.bytes.len(),
            Self::Text(redactor) => redactor.held(),
            Self::Events(events) => events.held(),
            Self::Parts { open, .. } => open.as_ref().map_or(0, |part| part.held()),
            Self::Document(document) => document.held(),
            Self::Pass | Self::Over => 0,
        }
    }

    fn push(&mut self, piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let limit = scanner.limits.hold;
        match self {
            Self::Sniff(held) => {
                held.extend_from_slice(piece);
                let Some(next) = sniff(held, false, scanner)? else { return Ok(()) };
                let held = mem::take(held);
                *self = next;
                self.push(&held, scanner, out)?;
            }
            Self::Silence(held) | Self::Field(held) => {
                held.extend_from_slice(piece);
                let held = mem::take(held);
                let lines = match self {
                    Self::Field(_) => Some(false),
                    _ => opens_named_lines(&held, scanner.limits.depth),
                };
                *self = match (lines, opens_document(&held)) {
                    (Some(true), _) => Self::Events(Box::new(Events::new(Framing::NamedLines))),
                    (Some(false), Some(document)) => self.decided(document, scanner),
                    _ => {
                        self.hold(held);
                        return Ok(());
                    }
                };
                self.push(&held, scanner, out)?;
            }
            Self::Loose(start) | Self::Json(start) => {
                let lines = start.opens_lines(piece, scanner.limits.depth);
                if !lines && start.bytes.len() <= limit {
                    return Ok(());
                }
                let held = mem::take(&mut start.bytes);
                *self = match self {
                    _ if lines => Self::Events(Box::new(Events::new(Framing::Lines))),
                    Self::Loose(_) => Self::Text(Box::new(scanner.redactor(scanner.role))),
                    _ => {
                        *self = Self::Document(large(&held, scanner, out)?);
                        return Ok(());
                    }
                };
                self.push(&held, scanner, out)?;
            }
            Self::Html(held) if held.len() + piece.len() > limit => {
                held.extend_from_slice(piece);
                let cut =
                    html::cut(held).filter(|_| !may_block(&scanner.engine)).ok_or(ScanError::TooLarge { limit })?;
                let rest = held.split_off(cut);
                if rest.len() > limit {
                    return Err(ScanError::TooLarge { limit });
                }
                let page = mem::replace(held, rest);
                out.extend_from_slice(&markup(&page, scanner)?.apply(&page));
            }
            Self::Html(held) => held.extend_from_slice(piece),
            Self::Pass => out.extend_from_slice(piece),
            Self::Text(redactor) => {
                redactor.push(piece, out);
                scanner.blocked |= redactor.is_blocked();
            }
            Self::Document(document) => document.push(piece, false, scanner, out)?,
            Self::Form(held) => {
                if held.len() + piece.len() > limit {
                    return Err(ScanError::TooLarge { limit });
                }
                held.extend_from_slice(piece);
            }
            Self::Events(events) => events.push(piece, scanner, out)?,
            Self::Parts { parts, open } => {
                parts.push(piece);
                steps(parts, open, false, scanner, out)?;
            }
            Self::Over => {}
        }
        Ok(())
    }

    fn finish(self, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        match self {
            Self::Sniff(held) => {
                if let Some(mut next) = sniff(&held, true, scanner)? {
                    next.push(&held, scanner, out)?;
                    next.finish(scanner, out)?;
                }
            }
            // Too short to be a document.
            Self::Silence(ref held) | Self::Field(ref held) => {
                let mut short = self.decided(false, scanner);
                short.push(held, scanner, out)?;
                short.finish(scanner, out)?;
            }
            Self::Loose(Start { bytes, .. }) => {
                let patch = loose(&bytes, scanner)?;
                out.extend_from_slice(&patch.apply(&bytes));
            }
            Self::Html(held) => {
                let patch = markup(&held, scanner)?;
                out.extend_from_slice(&patch.apply(&held));
            }
            Self::Pass | Self::Over => {}
            Self::Text(redactor) => {
                let finished = redactor.finish(out);
                scanner.finished(finished);
            }
            Self::Json(Start { bytes, .. }) => {
                let patch = document(&bytes, scanner)?;
                out.extend_from_slice(&patch.apply(&bytes));
            }
            Self::Document(mut document) => document.push(&[], true, scanner, out)?,
            Self::Form(held) => {
                let patch = form(&held, scanner)?;
                out.extend_from_slice(&patch.apply(&held));
            }
            Self::Events(mut events) => events.finish(scanner, out)?,
            Self::Parts { mut parts, mut open } => {
                steps(&mut parts, &mut open, true, scanner, out)?;
                end(&mut open, scanner, out)?;
            }
        }
        Ok(())
    }

    /// Buffers the first bytes until more arrive.
    fn hold(&mut self, bytes: Vec<u8>) {
        if let Self::Silence(held) | Self::Sniff(held) | Self::Field(held) = self {
            *held = bytes;
        }
    }

    /// Returns the state after the first bytes, which are a `document` or not.
    fn decided(&self, document: bool, scanner: &Scanner) -> Self {
        match self {
            Self::Silence(_) if document => Self::Loose(Start::default()),
            _ if document => Self::Json(Start::default()),
            Self::Field(_) => Self::Pass,
            _ => Self::Text(Box::new(scanner.redactor(scanner.role))),
        }
    }

    fn whole(&self, body: &[u8], scanner: &mut Scanner) -> Result<Option<Patch>, ScanError> {
        Ok(Some(match self.way(body, scanner)? {
            Way::Pieces => return Ok(None),
            Way::Nothing => Patch::default(),
            Way::Document => document(body, scanner)?,
            Way::Text => scanner.message(body, None, false),
            Way::Loose => loose(body, scanner)?,
            Way::Html => markup(body, scanner)?,
            Way::Form => form(body, scanner)?,
        }))
    }

    /// Returns how a complete body is scanned.
    fn way(&self, body: &[u8], scanner: &Scanner) -> Result<Way, ScanError> {
        let depth = scanner.limits.depth;
        let lines = match self {
            Self::Json(_) => Start::default().opens_lines(body, depth),
            Self::Sniff(_) | Self::Silence(_) => {
                opens_named_lines(body, depth) == Some(true)
                    || opens_document(body) == Some(true) && Start::default().opens_lines(body, depth)
            }
            _ => false,
        };
        Ok(match self {
            _ if lines => Way::Pieces,
            Self::Sniff(_) => match sniff(body, true, scanner)? {
                Some(Self::Json(_)) => Way::Document,
                Some(Self::Text(_)) => Way::Text,
                _ => Way::Nothing,
            },
            Self::Silence(_) if opens_document(body) == Some(true) => Way::Loose,
            Self::Silence(_) => Way::Text,
            Self::Html(_) => Way::Html,
            Self::Form(_) => Way::Form,
            Self::Json(_) => Way::Document,
            _ => Way::Pieces,
        })
    }
}

/// How a complete body is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In chunks, as it arrives.
    Pieces,
    /// Not at all.
    Nothing,
    Document,
    Text,
    /// As a text that starts like JSON.
    Loose,
    Html,
    Form,
}

impl Start {
    /// Appends the next bytes. Returns whether the first line is a document, and another one follows.
    fn opens_lines(&mut self, piece: &[u8], depth: usize) -> bool {
        self.bytes.extend_from_slice(piece);
        if self.is_one {
            return false;
        }
        let (end, line) = loop {
            let Some(len) = self.bytes[self.seen..].iter().position(|byte| *byte == b'\n') else {
                self.seen = self.bytes.len();
                return false;
            };
            let end = self.seen + len;
            let line = ndjson::document(&self.bytes[..end]);
            if !line.is_empty() || end > MOST_BLANKS {
                break (end, line);
            }
            self.seen = end + 1;
        };
        self.seen = end;
        let (line, rest) = (&self.bytes[line.range()], &self.bytes[end..]);
        let Some(next) = rest.iter().take(MOST_BLANKS).find(|byte| !byte.is_ascii_whitespace()) else {
            self.is_one = rest.len() > MOST_BLANKS;
            return false;
        };
        self.is_one = true;
        matches!(next, b'{' | b'[' | 0x1E)
            && matches!(line.first(), Some(b'{' | b'['))
            && Tree::parse(line, depth).is_ok()
    }
}

/// Processes the next steps of a multipart body.
fn steps(
    parts: &mut Parts,
    open: &mut Option<Box<State>>,
    last: bool,
    scanner: &mut Scanner,
    out: &mut Vec<u8>,
) -> Result<(), ScanError> {
    while let Some(step) = parts.next(last, scanner)? {
        match step {
            Step::Copy(raw) => out.extend_from_slice(&raw),
            Step::Begin(headers, format) => {
                *open = format.map(|format| match format {
                    PartFormat::Body(format) => Box::new(State::new(format)),
                    PartFormat::Field => Box::new(State::field()),
                });
                out.extend_from_slice(&headers);
            }
            Step::Scan(raw) => {
                let part = open.get_or_insert_with(|| Box::new(State::new(BodyFormat::Text)));
                part.push(&raw, scanner, out)?;
            }
            Step::End(raw) => {
                end(open, scanner, out)?;
                out.extend_from_slice(&raw);
            }
        }
        if scanner.blocked {
            return Ok(());
        }
    }
    Ok(())
}

/// Ends the current part of a multipart body.
fn end(open: &mut Option<Box<State>>, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
    open.take().map_or(Ok(()), |part| part.finish(scanner, out))
}

/// Returns the state after the first bytes of a body of unknown type, or `None` if more bytes are needed. `last`: no
/// more bytes will come.
fn sniff(start: &[u8], last: bool, scanner: &Scanner) -> Result<Option<Kind>, ScanError> {
    if opens_document(start) == Some(true) {
        return Ok(Some(Kind::Json(Start::default())));
    }
    if !last && start.len() < HEAD {
        return Ok(None);
    }
    if is_wide_text(start) {
        return Err(ScanError::Charset);
    }
    if is_binary(start) {
        scanner.report.pass_binary();
        return Ok(Some(Kind::Pass));
    }
    Ok(Some(Kind::Text(Box::new(scanner.redactor(scanner.role)))))
}

/// Returns whether a body with this start is meant as JSON: as an object or as an array of strings, objects or arrays.
/// Returns `None` if more bytes are needed.
fn opens_document(start: &[u8]) -> Option<bool> {
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    if text.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(text) {
        return None;
    }
    let mut bytes = text.iter().filter(|b| !b.is_ascii_whitespace());
    let (first, second) = (bytes.next(), bytes.next());
    match (first, second) {
        (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b'[' | b'"' | b']')) => Some(true),
        (Some(b'{' | b'['), None) | (None, _) if start.len() < MOST_BLANKS => None,
        _ => Some(false),
    }
}

/// Scans a text that starts like JSON.
/// Returns a body without a byte order mark.
pub(super) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

fn loose(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let start = body.len() - without_mark(body).len();
    let nesting = scanner.limits.nesting;
    let patch = scanner.string(&body[start..], None, false, Spelling::Json, nesting)?;
    // Keys are part of the text.
    let patch = scanner.with_numbers(&body[start..], None, &patch);
    Ok(shifted(&patch, start))
}

fn markup(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    scanner.string(body, None, false, Spelling::Html, scanner.limits.nesting)
}

/// Starts a document that is larger than the limit.
fn large(held: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<Box<Document>, ScanError> {
    if may_block(&scanner.engine) {
        return Err(ScanError::TooLarge { limit: scanner.limits.hold });
    }
    let mark = usize::from(held.starts_with(BYTE_ORDER_MARK)) * BYTE_ORDER_MARK.len();
    out.extend_from_slice(&held[..mark]);
    let mut document = Box::new(Document::new(scanner.limits.depth));
    document.push(&held[mark..], false, scanner, out)?;
    Ok(document)
}

fn document(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let span = ndjson::document(body);
    if span.is_empty() {
        return Ok(Patch::default());
    }
    let body = &body[span.range()];
    let patch = scanner.whole_document(body)?;
    let patch = events::across(body, patch, scanner)?;
    Ok(shifted(&patch, span.start))
}

/// Scans a form, or a JSON document sent with the content type of a form, as some clients do by default.
fn form(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    if is_document_form(body, scanner) {
        return document(body, scanner);
    }
    scanner.in_two_passes(|scanner| fields(body, scanner))
}

/// Returns whether a body with the content type of a form is a JSON document.
pub(super) fn is_document_form(body: &[u8], scanner: &Scanner) -> bool {
    let starts_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    starts_json && !matches!(Tree::parse(body, scanner.limits.depth), Err(JsonError::Syntax { .. }))
}

/// Scans the fields of a form.
fn fields(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let mut edits = Vec::new();
    for field in form_fields(body, scanner) {
        edits.extend(field.edits(scanner)?);
    }
    Ok(Patch::new(in_order(edits)))
}

/// A field of a form.
#[derive(Debug)]
pub(super) struct Field<'b> {
    body: &'b [u8],
    value: Content<'b>,
    scan: Scan,
    /// The number of bytes of the name and the value.
    #[cfg(feature = "tower")]
    pub(super) length: usize,
}

/// Returns the fields of a form and how each is scanned. Names explain the values of other fields.
pub(super) fn form_fields<'b>(body: &'b [u8], scanner: &Scanner) -> Vec<Field<'b>> {
    form_pairs(body, form::pairs(body).collect(), scanner)
}

/// Returns the fields of these pairs. Some parsers also split a form at semicolons, which matters if a pair is not scanned
/// as a message anyway.
fn form_pairs<'b>(body: &'b [u8], pairs: Vec<form::Pair>, scanner: &Scanner) -> Vec<Field<'b>> {
    let names: Vec<_> = pairs.iter().map(|pair| form::decode(body, pair.name)).collect();
    // Without a value, the name is all there is to read.
    let value = |pair: &form::Pair| form::decode(body, if pair.is_bare() { pair.name } else { pair.value });
    let values: Vec<_> = pairs.iter().map(value).collect();
    let texts: Vec<_> = names.iter().map(|name| String::from_utf8_lossy(&name.bytes)).collect();
    let named: Vec<_> = texts.iter().zip(&values).map(|(name, value)| (&**name, &*value.bytes)).collect();
    let scans = scanner.shape.read_form(&named);
    let is_split = |(pair, scan): (&form::Pair, &Scan)| *scan != Scan::Message && form::has_more(body, *pair);
    if pairs.iter().zip(&scans).any(is_split) {
        let inner = pairs.iter().zip(&scans).flat_map(|(pair, scan)| match is_split((pair, scan)) {
            true => form::split(body, *pair),
            false => vec![*pair],
        });
        return form_pairs(body, inner.collect(), scanner);
    }
    let fields = pairs.iter().zip(values).zip(scans);
    let field = |((pair, value), scan): ((&form::Pair, _), _)| Field {
        body,
        value,
        scan: if pair.is_bare() { Scan::Message } else { scan },
        #[cfg(feature = "tower")]
        length: pair.name.len() + pair.value.len(),
    };
    fields.map(field).collect()
}

impl Field<'_> {
    /// Scans the field and returns the edits on the form.
    pub(super) fn edits(&self, scanner: &mut Scanner) -> Result<Vec<Edit>, ScanError> {
        let bytes = &self.value.bytes;
        let patch = match bytes.trim_ascii().first() {
            Some(b'{' | b'[') if self.scan != Scan::Message => match Tree::parse(bytes, scanner.limits.depth) {
                Err(JsonError::Syntax { .. }) => scanner.value(bytes, self.scan)?,
                _ => scanner.whole_document(bytes)?,
            },
            _ => scanner.value(bytes, self.scan)?,
        };
        Ok(form::edits(self.body, &self.value, &patch))
    }
}

/// Returns a patch on the bytes from `offset` as a patch on the whole.
pub(super) fn shifted(patch: &Patch, offset: usize) -> Patch {
    if offset == 0 { patch.clone() } else { Patch::new(patch.at(offset).collect()) }
}

/// Rejects a body that is not text although its type says so, by its first bytes: UTF-16 or UTF-32, which have a
/// byte-order mark or a zero byte among the first two, and compressed data, whose encoding the headers must name.
fn check_readable(start: &[u8]) -> Result<(), ScanError> {
    if has_wide_mark(start) || start.iter().take(2).any(|byte| *byte == 0) {
        return Err(ScanError::Charset);
    }
    if is_compressed(start) {
        return Err(ScanError::ContentEncoding);
    }
    Ok(())
}
