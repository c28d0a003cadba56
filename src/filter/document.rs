//! Scans a JSON document that is too large to be buffered, token by token. Each text is a message.
//!
//! Only strings and numbers that are text are buffered. Other strings are sent as they arrive, so that an inline image
//! needs no memory.

use std::mem;

use crate::chat::{Continuity, Place, Scan, Spelling, Text};
use crate::edit::Patch;
use crate::filter::ScanError;
use crate::filter::scanner::Scanner;
use crate::json::{self, JsonError, Step, Token, TokenKind, ValueKind, Walker};
use crate::message::Role;
use crate::stream::StreamRedactor;

/// The length in bytes beyond which a string that is not text is sent in parts.
const PART: usize = 64 * 1024;

/// The state of a document.
#[derive(Debug)]
pub(super) struct Document {
    state: State,
    /// Bytes that have arrived and have not been sent.
    held: Vec<u8>,
    /// The speakers named by the open objects, with the depths of the objects.
    roles: Vec<(usize, Role)>,
    /// The depths of the open objects whose type is `base64`.
    encoded: Vec<usize>,
    /// Whether text that is not JSON ended in a backslash.
    backslash: bool,
    /// Whether a text was changed.
    changed: bool,
    /// Whether the incomplete string is text, which is held until it is complete.
    waits: bool,
    /// Input is dropped up to the end of the value at this depth.
    left_out: Option<usize>,
}

#[derive(Debug)]
enum State {
    Json(Box<Walker>),
    /// The input is not JSON: the rest is scanned as text.
    Text(Box<StreamRedactor>),
}

impl Document {
    /// Returns a document before its first byte.
    pub(super) fn new(depth: usize) -> Self {
        Self {
            state: State::Json(Box::new(Walker::new(depth))),
            held: Vec::new(),
            roles: Vec::new(),
            encoded: Vec::new(),
            backslash: false,
            changed: false,
            waits: false,
            left_out: None,
        }
    }

    /// Returns the number of bytes held back.
    pub(super) fn held(&self) -> usize {
        match &self.state {
            State::Json(_) => self.held.len(),
            State::Text(redactor) => redactor.held(),
        }
    }

    pub(super) fn push(
        &mut self,
        piece: &[u8],
        last: bool,
        scanner: &mut Scanner,
        out: &mut Vec<u8>,
    ) -> Result<(), ScanError> {
        if let State::Text(_) = &self.state {
            self.text(piece, scanner, out)?;
        } else {
            self.held.extend_from_slice(piece);
            let mut held = mem::take(&mut self.held);
            let read = self.read(&held, last, scanner, out)?;
            held.drain(..read);
            self.held = held;
        }
        if last && let State::Text(redactor) = &mut self.state {
            let text = mem::replace(redactor, Box::new(scanner.redactor(scanner.role)));
            let finished = text.finish(out);
            scanner.finished(finished);
        }
        Ok(())
    }

    /// Scans the next bytes of input that is not JSON. Escapes are rejected: a lenient reader may decode one into a
    /// digit, and that cannot be scanned in chunks.
    fn text(&mut self, piece: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let State::Text(redactor) = &mut self.state else { return Ok(()) };
        let escaped = piece.windows(2).any(|pair| pair == b"\\u");
        if escaped || self.backslash && piece.first() == Some(&b'u') {
            return Err(ScanError::Malformed);
        }
        self.backslash = piece.last().map_or(self.backslash, |last| *last == b'\\');
        redactor.push(piece, out);
        scanner.blocked |= redactor.is_blocked();
        Ok(())
    }

    /// Reads all complete tokens. Returns the number of bytes consumed.
    fn read(&mut self, held: &[u8], last: bool, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<usize, ScanError> {
        let mut at = 0;
        while !scanner.blocked {
            let State::Json(walker) = &mut self.state else { break };
            let input = &held[at..];
            match walker.next(input, last) {
                Ok(Step::Token(token)) => {
                    self.waits = false;
                    self.token(token, &input[..token.span.end], scanner, out)?;
                    at += token.span.end;
                }
                Ok(Step::End) => {
                    self.write(input, out);
                    return Ok(held.len());
                }
                Ok(Step::More(done)) => {
                    self.write(&input[..done], out);
                    at += done;
                    let limit = scanner.limits.hold;
                    let input = &held[at..];
                    if input.len() > limit && self.waits {
                        return Err(ScanError::TooLarge { limit });
                    }
                    if input.len() <= limit.min(PART) || self.waits {
                        return Ok(at);
                    }
                    // A long string is incomplete. If it is not text, send what has arrived.
                    let State::Json(walker) = &mut self.state else { break };
                    let mut ahead = walker.clone();
                    let Some(token) = ahead.cut(input) else {
                        return if input.len() > limit { Err(ScanError::TooLarge { limit }) } else { Ok(at) };
                    };
                    let text = match scanner.shape.place(ahead.path()) {
                        None => return Err(ScanError::TooLarge { limit }),
                        Some(Place::Text(_)) => true,
                        Some(Place::Data) => !self.encoded.contains(&ahead.path().depth().saturating_sub(1)),
                        Some(_) => false,
                    };
                    if text && self.left_out.is_none() {
                        self.waits = true;
                        return if input.len() > limit { Err(ScanError::TooLarge { limit }) } else { Ok(at) };
                    }
                    *walker = ahead;
                    self.write(&input[..token.span.end], out);
                    at += token.span.end;
                }
                Err(JsonError::TooDeep { limit }) => return Err(ScanError::TooDeep { limit }),
                Err(_) => {
                    self.state = State::Text(Box::new(scanner.redactor(scanner.role)));
                    self.text(input, scanner, out)?;
                    return Ok(held.len());
                }
            }
        }
        Ok(held.len())
    }

    /// Scans a token. `raw` is the token with the blanks before it.
    fn token(&mut self, token: Token, raw: &[u8], scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        let State::Json(walker) = &self.state else { return Ok(()) };
        let path = walker.path();
        let depth = path.depth();
        let Some(place) = scanner.shape.place(path) else {
            return Err(ScanError::TooLarge { limit: scanner.limits.hold });
        };
        let content = &raw[token.content.range()];
        match token.kind {
            TokenKind::ObjectEnd | TokenKind::ArrayEnd => {
                if token.kind == TokenKind::ObjectEnd {
                    self.roles.retain(|(at, _)| *at < depth);
                    self.encoded.retain(|at| *at < depth);
                }
                if self.left_out == Some(depth) {
                    self.left_out = None;
                    out.extend_from_slice(b"null");
                    return Ok(());
                }
            }
            TokenKind::ObjectStart | TokenKind::ArrayStart
                if place == Place::Derived && self.changed && self.left_out.is_none() =>
            {
                out.extend_from_slice(&raw[..token.span.start]);
                self.left_out = Some(depth);
            }
            TokenKind::String | TokenKind::Number if self.left_out.is_none() => {
                let inside = depth.saturating_sub(1);
                if path.key().is_some_and(|key| key.eq_ignore_ascii_case(b"type")) && content == b"base64" {
                    self.encoded.push(inside);
                }
                let spelling = match place {
                    Place::Text(spelling) => Some(spelling),
                    Place::Data if !self.encoded.contains(&inside) => Some(Spelling::Plain),
                    Place::Role => {
                        let name = json::decode(content).bytes;
                        let role = std::str::from_utf8(&name).ok().and_then(Role::from_name);
                        self.roles.extend(role.map(|role| (inside, scanner.named(role))));
                        None
                    }
                    _ => None,
                };
                if let Some(spelling) = spelling {
                    let limit = scanner.limits.hold;
                    if content.len() > limit {
                        return Err(ScanError::TooLarge { limit });
                    }
                    let role = self.roles.last().map(|(_, role)| *role);
                    let text = Text { value: 0, role, spelling, part: Continuity::Whole };
                    let number = token.kind == TokenKind::Number;
                    let kind = if number { ValueKind::Number } else { ValueKind::String };
                    let patch = Patch::new(scanner.token(kind, token.span, content, &text)?);
                    self.changed |= !patch.is_empty();
                    if !scanner.blocked {
                        out.extend_from_slice(&patch.apply(raw));
                    }
                    return Ok(());
                }
                if let Place::Field(scan) = place {
                    scanner.report.skip(usize::from(
                        matches!(scan, Scan::Form | Scan::Reference) && token.kind == TokenKind::String,
                    ));
                    let number = token.kind == TokenKind::Number;
                    let kind = if number { ValueKind::Number } else { ValueKind::String };
                    let patch = Patch::new(scanner.field(kind, token.span, content, scan)?);
                    if !scanner.blocked {
                        out.extend_from_slice(&patch.apply(raw));
                    }
                    return Ok(());
                }
            }
            _ => {}
        }
        if token.kind == TokenKind::String {
            scanner.report.skip(1);
        }
        self.write(raw, out);
        Ok(())
    }

    fn write(&self, raw: &[u8], out: &mut Vec<u8>) {
        if self.left_out.is_none() {
            out.extend_from_slice(raw);
        }
    }
}
