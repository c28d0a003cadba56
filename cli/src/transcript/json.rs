//! JSON documents: the elements of an array at the root are records, anything else is one.

use crate::transcript::fields::Fields;
use crate::transcript::jsonl::{LongState, LongValue, text_piece};
use crate::transcript::record::{Layout, Named, Spelling, Trouble};
use crate::transcript::unit::UnitReader;
use crate::transcript::{DEEPEST_JSON, Input, More, mark_len, may_be_mark};
use lastfour::Span;
use lastfour::json::{Step, TokenKind, Walker};

/// Cuts a document, or several one after the other, into records. What stands between two values goes with the second.
pub(super) struct JsonReader {
    fields: Fields,
    units: UnitReader,
    walker: Walker,
    /// How far into the input it has walked.
    at: usize,
    /// The value that is being read.
    value: Option<Value>,
    /// Whether the root is an array, whose elements are the values.
    in_array: bool,
    long: Option<LongValue>,
    /// What follows is no JSON.
    broken: bool,
    /// No record has said so yet.
    unsaid: bool,
}

/// A value that is not complete yet.
struct Value {
    /// Where in the input its first byte is.
    start: usize,
    /// The walker as it was before the value, and where in the input that was: to read it again if it gets too long.
    before: Walker,
    before_at: usize,
}

impl JsonReader {
    pub(super) fn new(fields: Fields) -> Self {
        Self {
            fields,
            units: UnitReader::default(),
            walker: Walker::new(DEEPEST_JSON),
            at: 0,
            value: None,
            in_array: false,
            long: None,
            broken: false,
            unsaid: false,
        }
    }

    pub(super) fn next(&mut self, input: Input<'_>, at_start: bool, layout: &mut Layout) -> Option<usize> {
        if let Some(long) = &mut self.long {
            let len = long.next(input, layout)?;
            match long.state {
                LongState::Within => {}
                LongState::Broken => self.broken |= layout.trouble == Some(Trouble::Malformed),
                LongState::Done => self.end_long(),
            }
            return Some(len);
        }
        if self.broken {
            return self.broken_piece(input, at_start, layout);
        }
        let last = input.more == More::Never;
        if self.at == 0 {
            if at_start && !last && may_be_mark(input.bytes) {
                return None;
            }
            self.at = mark_len(input.bytes, at_start);
        }
        loop {
            let before = self.value.is_none().then(|| (self.walker.clone(), self.at));
            match self.walker.next(&input.bytes[self.at..], last) {
                Ok(Step::Token(token)) => {
                    let start = self.at + token.span.start;
                    self.at += token.span.end;
                    if !self.in_array && self.walker.open() == 1 && token.kind == TokenKind::ArrayStart {
                        self.in_array = self.value.is_none();
                        if self.in_array {
                            continue;
                        }
                    }
                    let root = usize::from(self.in_array);
                    if self.walker.open() < root {
                        // The array at the root ends.
                        return Some(self.end_document());
                    }
                    if let Some((before, before_at)) = before {
                        self.value = Some(Value { start, before, before_at });
                    }
                    if self.walker.open() == root && token.kind != TokenKind::Key {
                        return Some(self.end_value(input, layout));
                    }
                }
                Ok(Step::More(done)) => {
                    self.at += done;
                    if input.bytes.len() <= input.limit {
                        return None;
                    }
                    return self.too_long(input, layout);
                }
                // Nothing follows but blanks.
                Ok(Step::End) => return self.end_blanks(input),
                Err(_) if last && self.value.is_none() && !self.in_array && blank(&input.bytes[self.at..]) => {
                    return self.end_blanks(input);
                }
                Err(_) => {
                    (self.broken, self.unsaid) = (true, true);
                    return self.broken_piece(input, at_start, layout);
                }
            }
        }
    }

    /// Nothing but blanks is left: they are a record without texts.
    fn end_blanks(&mut self, input: Input<'_>) -> Option<usize> {
        self.at = 0;
        Some(input.bytes.len()).filter(|len| *len > 0)
    }

    /// A piece of what is no JSON. The first says so.
    fn broken_piece(&mut self, input: Input<'_>, at_start: bool, layout: &mut Layout) -> Option<usize> {
        let len = text_piece(input)?;
        let span = Span::new(mark_len(input.bytes, at_start).min(len), len);
        if std::mem::take(&mut self.unsaid) {
            layout.troubled(span, Trouble::Malformed);
        } else {
            layout.single(span, Spelling::Plain, Named::No);
        }
        Some(len)
    }

    /// The value is complete, up to where the walker stands: it is a record.
    fn end_value(&mut self, input: Input<'_>, layout: &mut Layout) -> usize {
        let len = self.at;
        let start = self.value.take().map_or(0, |value| value.start);
        let span = Span::new(start, len);
        if self.units.read(input.bytes, span, &self.fields, layout).is_err() {
            layout.troubled(span, Trouble::Malformed);
        }
        if self.in_array {
            self.at = 0;
            len
        } else {
            self.end_document()
        }
    }

    /// The document is complete; another may follow.
    fn end_document(&mut self) -> usize {
        self.walker = Walker::new(DEEPEST_JSON);
        self.in_array = false;
        self.value = None;
        std::mem::take(&mut self.at)
    }

    /// There is more than may be held: the value is read again, string by string.
    fn too_long(&mut self, input: Input<'_>, layout: &mut Layout) -> Option<usize> {
        let Some(value) = self.value.take() else {
            // Nothing but blanks.
            return Some(std::mem::take(&mut self.at)).filter(|len| *len > 0);
        };
        self.at = 0;
        let mut long = LongValue::new(value.before, value.before_at);
        let len = long.next(input, layout);
        self.long = Some(long);
        len
    }

    fn end_long(&mut self) {
        if let Some(long) = self.long.take() {
            self.walker = long.into_walker();
            self.at = 0;
            if !self.in_array {
                self.end_document();
            }
        }
    }
}

fn blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}
