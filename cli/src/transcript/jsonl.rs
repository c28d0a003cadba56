//! One JSON value a line.

use crate::transcript::fields::Fields;
use crate::transcript::record::{Layout, Named, Spelling, Trouble};
use crate::transcript::unit::UnitReader;
use crate::transcript::{DEEPEST_JSON, Input, More, mark_len};
use lastfour::Span;
use lastfour::json::{Step, TokenKind, Walker};
use lastfour::safe_cut;

/// Cuts JSON lines into records: a line each.
pub(super) struct JsonlReader {
    fields: Fields,
    units: UnitReader,
    /// Bytes at the start of the input which hold no line end.
    scanned: usize,
    long: Option<LongValue>,
}

impl JsonlReader {
    pub(super) fn new(fields: Fields) -> Self {
        Self { fields, units: UnitReader::default(), scanned: 0, long: None }
    }

    pub(super) fn next(&mut self, input: Input<'_>, at_start: bool, layout: &mut Layout) -> Option<usize> {
        let from = self.scanned.min(input.bytes.len());
        let line_end = memchr::memchr(b'\n', &input.bytes[from..]).map(|at| from + at);
        self.scanned = line_end.unwrap_or(input.bytes.len());
        let last = line_end.is_some() || input.more == More::Never;
        // The line, without its end.
        let line = Input {
            bytes: &input.bytes[..self.scanned],
            more: if last { More::Never } else { More::Coming },
            limit: input.limit,
        };
        if last && line_end.is_none() && line.bytes.is_empty() {
            return None;
        }
        if self.long.is_none() && !last && line.bytes.len() > input.limit {
            self.long = Some(LongValue::new(Walker::new(DEEPEST_JSON), mark_len(line.bytes, at_start)));
        }
        let len = match &mut self.long {
            // Only the line end was still to come.
            Some(_) if last && line.bytes.is_empty() => 0,
            Some(long) => long.next(line, layout)?,
            None if last => {
                self.line(line.bytes, at_start, layout);
                line.bytes.len()
            }
            None => return None,
        };
        if len < line.bytes.len() || !last {
            self.scanned -= len;
            return Some(len);
        }
        self.long = None;
        self.scanned = 0;
        Some(len + usize::from(line_end.is_some()))
    }

    fn line(&mut self, line: &[u8], at_start: bool, layout: &mut Layout) {
        let span = Span::new(mark_len(line, at_start), line.len());
        if line[span.range()].iter().all(u8::is_ascii_whitespace) {
            return;
        }
        if self.units.read(line, span, &self.fields, layout).is_err() {
            let end = line.len() - usize::from(line.ends_with(b"\r"));
            layout.troubled(Span::new(span.start, end), Trouble::Malformed);
        }
    }
}

/// A value too long to be held: every string, key and number of it is a record of its own, and a long one is several.
pub(super) struct LongValue {
    walker: Walker,
    /// Bytes to pass before the value begins.
    skip: usize,
    /// Number of containers around the value.
    root: usize,
    /// What the records to come are marked with: the first of a kind only, so that a value counts once.
    trouble: Option<Trouble>,
    pub(super) state: LongState,
}

/// How far a [`LongValue`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LongState {
    Within,
    /// It is read to its end.
    Done,
    /// It is no JSON: the rest is text.
    Broken,
}

impl LongValue {
    /// The value which `walker` is about to read after `skip` bytes.
    pub(super) fn new(walker: Walker, skip: usize) -> Self {
        let root = walker.open();
        Self { walker, skip, root, trouble: Some(Trouble::TooLong), state: LongState::Within }
    }

    /// The walker, to read on after the value.
    pub(super) fn into_walker(self) -> Walker {
        self.walker
    }

    /// The next record of the value, whose rest is `input`; `None` where more is needed or nothing is left.
    pub(super) fn next(&mut self, input: Input<'_>, layout: &mut Layout) -> Option<usize> {
        if input.bytes.is_empty() {
            return None;
        }
        let last = input.more == More::Never;
        let mut at = std::mem::take(&mut self.skip).min(input.bytes.len());
        while self.state != LongState::Broken {
            let rest = &input.bytes[at..];
            let token = match self.walker.next(rest, last) {
                Ok(Step::Token(token)) => token,
                Ok(Step::End) => return Some(input.bytes.len()),
                Ok(Step::More(done)) => {
                    at += done;
                    if input.bytes.len() - at <= input.limit {
                        return Some(at).filter(|len| *len > 0);
                    }
                    match self.walker.cut(&input.bytes[at..]) {
                        Some(token) => token,
                        None => break,
                    }
                }
                Err(_) => break,
            };
            let content = Span::new(at + token.content.start, at + token.content.end);
            at += token.span.end;
            if self.walker.open() == self.root && token.kind != TokenKind::StringPart {
                self.state = LongState::Done;
            }
            let spelling = match token.kind {
                TokenKind::Number => Spelling::JsonNumber,
                TokenKind::Key | TokenKind::String | TokenKind::StringPart | TokenKind::StringEnd => {
                    Spelling::JsonString
                }
                _ if self.state == LongState::Done => return Some(at),
                _ => continue,
            };
            layout.trouble = self.trouble.take();
            layout.single(content, spelling, Named::No);
            if let Some(place) = layout.places.last_mut() {
                place.alone = token.kind == TokenKind::Key;
            }
            return Some(at);
        }
        if self.state != LongState::Broken {
            self.state = LongState::Broken;
            self.trouble = Some(Trouble::Malformed);
            if at > 0 {
                return Some(at);
            }
        }
        let len = text_piece(input)?;
        layout.trouble = self.trouble.take();
        layout.single(Span::new(0, len), Spelling::Plain, Named::No);
        Some(len)
    }
}

/// How much of what is no JSON is read in one piece: a line, so that it does not matter how much of the input has come.
pub(super) fn text_piece(input: Input<'_>) -> Option<usize> {
    let end = input.bytes.len().min(input.limit);
    let line = memchr::memchr(b'\n', &input.bytes[..end]).map(|at| at + 1);
    let rest = || match input.more {
        _ if input.bytes.len() > input.limit => Some(safe_cut(&input.bytes[..input.limit])),
        More::Never => Some(end),
        _ => None,
    };
    line.or_else(rest).filter(|len| *len > 0)
}
