//! How far a body in one format has come: what is held of it, and what goes on.

use std::borrow::Cow;
use std::mem;

use crate::chat::Spelling;
use crate::edit::Patch;
use crate::filter::document::Document;
use crate::filter::events::Events;
use crate::filter::parts::Parts;
use crate::filter::scanner::{Scanner, in_order};
use crate::filter::{BodyFormat, ScanError, may_block};
use crate::json::{JsonError, Tree};
use crate::stream::StreamRedactor;
use crate::wire::{form, html, ndjson};

/// A body that is under way.
pub(super) struct State {
    kind: Kind,
    /// Its first bytes, until they tell that ASCII stands for itself in it.
    start: Option<Vec<u8>>,
}

enum Kind {
    /// The first bytes of a body of which nothing is known: they tell whether it is a document or a text.
    Sniff(Vec<u8>),
    /// A text of which so little has come that it may still be meant as JSON.
    Silence(Vec<u8>),
    /// A text that starts as JSON does: what is a document has to stay one.
    Loose(Vec<u8>),
    Text(Box<StreamRedactor>),
    /// A page, or a part of one that is too large to be held.
    Html(Vec<u8>),
    /// The first bytes of a field of which only a document would be scanned.
    Field(Vec<u8>),
    Pass,
    Json(Vec<u8>),
    /// A JSON document that has turned out to be larger than what is held.
    Document(Box<Document>),
    Form(Vec<u8>),
    Ndjson(ndjson::Splitter),
    Events(Box<Events>),
    Parts(Box<Parts>),
    /// It has ended, well or not.
    Over,
}

/// Blanks before the first byte that tells what a body is, at most.
const MOST_BLANKS: usize = 256;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes that tell whether ASCII stands for itself.
const TELLING: usize = 2;

impl State {
    pub(super) fn new(format: BodyFormat) -> Self {
        let kind = match format {
            BodyFormat::Text => Kind::Silence(Vec::new()),
            BodyFormat::Html => Kind::Html(Vec::new()),
            BodyFormat::Sniff => Kind::Sniff(Vec::new()),
            BodyFormat::Json => Kind::Json(Vec::new()),
            BodyFormat::Form => Kind::Form(Vec::new()),
            BodyFormat::Ndjson => Kind::Ndjson(ndjson::Splitter::new()),
            BodyFormat::Events => Kind::Events(Box::default()),
            BodyFormat::Multipart { boundary } => Kind::Parts(Box::new(Parts::new(&boundary))),
        };
        Self { kind, start: Some(Vec::new()) }
    }

    /// A field that is no text, but may hold a document.
    pub(super) fn field() -> Self {
        Self { kind: Kind::Field(Vec::new()), start: Some(Vec::new()) }
    }

    /// A body that has ended, well or not.
    pub(super) fn over() -> Self {
        Self { kind: Kind::Over, start: None }
    }

    /// Number of bytes that are held back.
    pub(super) fn held(&self) -> usize {
        self.kind.held() + self.start.as_ref().map_or(0, Vec::len)
    }

    /// Whether only what is whole and was seen goes on, even where a later piece fails.
    pub(super) fn writes_wholes(&self) -> bool {
        matches!(self.kind, Kind::Events(_) | Kind::Ndjson(_))
    }

    pub(super) fn push(&mut self, piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let Some(mut start) = self.start.take() else { return self.kind.push(piece, scanner, out) };
        // Most first pieces tell by themselves, and are not copied.
        let start = if start.is_empty() && piece.len() >= TELLING {
            Cow::Borrowed(piece)
        } else {
            start.extend_from_slice(piece);
            Cow::Owned(start)
        };
        if start.len() < TELLING {
            self.start = Some(start.into_owned());
            return Ok(());
        }
        if is_wide(&start) {
            return Err(ScanError::Charset);
        }
        self.kind.push(&start, scanner, out)
    }

    pub(super) fn finish(mut self, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        if let Some(start) = self.start.take() {
            self.kind.push(&start, scanner, out)?;
        }
        self.kind.finish(scanner, out)
    }

    /// The patch on a body that is all there; `None` where the format has to be read from its start to its end.
    pub(super) fn whole(&self, body: &[u8], scanner: &mut Scanner) -> Result<Option<Patch>, ScanError> {
        if is_wide(body) { Err(ScanError::Charset) } else { self.kind.whole(body, scanner) }
    }
}

/// Shows what it is, never the text.
impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("held", &self.held()).finish_non_exhaustive()
    }
}

impl Kind {
    fn held(&self) -> usize {
        match self {
            Self::Silence(held)
            | Self::Sniff(held)
            | Self::Field(held)
            | Self::Loose(held)
            | Self::Html(held)
            | Self::Json(held)
            | Self::Form(held) => held.len(),
            Self::Text(redactor) => redactor.held(),
            Self::Ndjson(lines) => lines.held(),
            Self::Events(events) => events.held(),
            Self::Parts(parts) => parts.held(),
            Self::Document(document) => document.held(),
            Self::Pass | Self::Over => 0,
        }
    }

    fn push(&mut self, piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let limit = scanner.limits.hold;
        match self {
            Self::Silence(held) | Self::Sniff(held) | Self::Field(held) => {
                held.extend_from_slice(piece);
                let Some(document) = opens_document(held) else { return Ok(()) };
                let held = mem::take(held);
                *self = self.told(document, scanner);
                self.push(&held, scanner, out)?;
            }
            Self::Loose(held) if held.len() + piece.len() > limit => {
                let mut text = Self::Text(Box::new(scanner.redactor(scanner.role)));
                text.push(held, scanner, out)?;
                text.push(piece, scanner, out)?;
                *self = text;
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
            Self::Loose(held) | Self::Html(held) => held.extend_from_slice(piece),
            Self::Pass => out.extend_from_slice(piece),
            Self::Text(redactor) => {
                redactor.push(piece, out);
                scanner.blocked |= redactor.is_blocked();
            }
            Self::Json(held) if held.len() + piece.len() > limit => {
                let held = mem::take(held);
                *self = Self::Document(large(&held, piece, scanner, out)?);
            }
            Self::Document(document) => document.push(piece, false, scanner, out)?,
            Self::Json(held) => held.extend_from_slice(piece),
            Self::Form(held) => {
                if held.len() + piece.len() > limit {
                    return Err(ScanError::TooLarge { limit });
                }
                held.extend_from_slice(piece);
            }
            Self::Ndjson(lines) => {
                lines.push(piece);
                while let Some(next) = lines.next_line() {
                    line(&next, scanner, out)?;
                    if scanner.blocked {
                        return Ok(());
                    }
                }
                if lines.held() > limit {
                    return Err(ScanError::TooLarge { limit });
                }
            }
            Self::Events(events) => events.push(piece, scanner, out)?,
            Self::Parts(parts) => parts.push(piece, false, scanner, out)?,
            Self::Over => {}
        }
        Ok(())
    }

    fn finish(self, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        match self {
            // Too short to tell, and so too short to be a document.
            Self::Silence(ref held) | Self::Sniff(ref held) | Self::Field(ref held) => {
                let mut short = self.told(false, scanner);
                short.push(held, scanner, out)?;
                short.finish(scanner, out)?;
            }
            Self::Loose(held) => {
                let patch = loose(&held, scanner)?;
                out.extend_from_slice(&patch.apply(&held));
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
            Self::Json(held) => {
                let patch = document(&held, scanner)?;
                out.extend_from_slice(&patch.apply(&held));
            }
            Self::Document(mut document) => document.push(&[], true, scanner, out)?,
            Self::Form(held) => {
                let patch = form(&held, scanner)?;
                out.extend_from_slice(&patch.apply(&held));
            }
            Self::Ndjson(mut lines) => line(&lines.rest(), scanner, out)?,
            Self::Events(mut events) => events.finish(scanner, out)?,
            Self::Parts(mut parts) => parts.push(&[], true, scanner, out)?,
        }
        Ok(())
    }

    /// What follows, now that it is known whether it is meant as a document.
    fn told(&self, document: bool, scanner: &Scanner) -> Self {
        match self {
            Self::Silence(_) if document => Self::Loose(Vec::new()),
            _ if document => Self::Json(Vec::new()),
            Self::Field(_) => Self::Pass,
            _ => Self::Text(Box::new(scanner.redactor(scanner.role))),
        }
    }

    fn whole(&self, body: &[u8], scanner: &mut Scanner) -> Result<Option<Patch>, ScanError> {
        Ok(Some(match self {
            Self::Sniff(_) if opens_document(body) == Some(true) => document(body, scanner)?,
            Self::Silence(_) if opens_document(body) == Some(true) => loose(body, scanner)?,
            Self::Sniff(_) | Self::Silence(_) => scanner.message(body, None, false),
            Self::Html(_) => markup(body, scanner)?,
            Self::Form(_) => form(body, scanner)?,
            Self::Json(_) => document(body, scanner)?,
            _ => return Ok(None),
        }))
    }
}

/// Whether a body that starts so is meant as JSON: as an object, a list of strings, objects or lists, or a string. `None`
/// where that cannot be told yet.
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

/// A text that starts as JSON does.
fn loose(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let start = body.len() - body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).len();
    let nesting = scanner.limits.nesting;
    let patch = scanner.string(&body[start..], None, false, Spelling::Json, nesting)?;
    // The names of members are a part of the text.
    let patch = scanner.with_numbers(&body[start..], None, &patch);
    Ok(shifted(&patch, start))
}

fn markup(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    scanner.string(body, None, false, Spelling::Html, scanner.limits.nesting)
}

/// A document of which `held` and `piece` are more than what is held.
fn large(held: &[u8], piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<Box<Document>, ScanError> {
    let start: Vec<u8> = held.iter().chain(piece).copied().take(4).collect();
    if may_block(&scanner.engine) {
        return Err(ScanError::TooLarge { limit: scanner.limits.hold });
    }
    let mark = usize::from(start.starts_with(BYTE_ORDER_MARK)) * BYTE_ORDER_MARK.len();
    out.extend_from_slice(&start[..mark]);
    let mut document = Box::new(Document::new(scanner.limits.depth));
    let (first, second) =
        if held.len() < mark { (&[][..], &piece[mark - held.len()..]) } else { (&held[mark..], piece) };
    document.push(first, false, scanner, out)?;
    document.push(second, false, scanner, out)?;
    Ok(document)
}

fn document(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let span = ndjson::document(body);
    if span.is_empty() {
        return Ok(Patch::default());
    }
    let patch = scanner.whole_document(&body[span.range()])?;
    Ok(shifted(&patch, span.start))
}

/// A line that should hold a document.
fn line(line: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
    let limit = scanner.limits.hold;
    if line.len() > limit {
        return Err(ScanError::TooLarge { limit });
    }
    let span = ndjson::document(line);
    if span.is_empty() {
        out.extend_from_slice(line);
        return Ok(());
    }
    let patch = scanner.whole_document(&line[span.range()])?;
    if !scanner.blocked {
        out.extend_from_slice(&shifted(&patch, span.start).apply(line));
    }
    Ok(())
}

/// A form; or what is sent as one because nothing else was said: a document, or a text.
fn form(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let starts_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    if starts_json && !matches!(Tree::parse(body, scanner.limits.depth), Err(JsonError::Syntax { .. })) {
        return document(body, scanner);
    }
    scanner.with_hindsight(|scanner| fields(body, scanner))
}

/// The fields of a form that are text, and those that hold a document.
fn fields(body: &[u8], scanner: &mut Scanner) -> Result<Patch, ScanError> {
    let mut edits = Vec::new();
    for pair in form::pairs(body) {
        let name = form::decode(body, pair.name);
        // A name that is set to nothing is all there is to read.
        let value = if pair.is_bare() { name.clone() } else { form::decode(body, pair.value) };
        let field = pair.is_bare() || scanner.shape.is_field(&String::from_utf8_lossy(&name.bytes));
        let patch = match value.bytes.trim_ascii().first() {
            Some(b'{' | b'[') if !field => match Tree::parse(&value.bytes, scanner.limits.depth) {
                Err(JsonError::Syntax { .. }) => continue,
                _ => scanner.whole_document(&value.bytes)?,
            },
            _ if !field => continue,
            _ => {
                let nesting = scanner.limits.nesting;
                scanner.string(&value.bytes, None, false, Spelling::Plain, nesting)?
            }
        };
        edits.extend(value.edits(&patch, form::encode));
    }
    Ok(Patch::new(in_order(edits)))
}

/// A patch on what starts at `offset`.
fn shifted(patch: &Patch, offset: usize) -> Patch {
    if offset == 0 { patch.clone() } else { Patch::new(patch.at(offset).collect()) }
}

/// Whether a body starts as UTF-16 or UTF-32 does: with their byte-order mark or, as text in them does, with a zero byte
/// among the first two.
fn is_wide(start: &[u8]) -> bool {
    start.starts_with(b"\xFE\xFF") || start.starts_with(b"\xFF\xFE") || start.iter().take(2).any(|b| *b == 0)
}
