//! Learns from the events of a stream whether the values of a field are pieces of one text, or messages.

use std::collections::VecDeque;

use crate::chat::events::Mark;

/// The evidence for pieces that a text adds if it begins or ends with a blank, or has the id of the previous text. Any
/// other text subtracts one.
const PIECE: u8 = 8;

/// The evidence at which the texts of a field are pieces.
const PIECES: u8 = 12;

/// The maximum evidence for pieces.
const MAX_PIECES: u8 = 64;

/// The number of consecutive texts that look like messages after which the next one is a message.
const MESSAGES: u8 = 2;

/// The number of inner blanks and the length of a text that looks like a message.
const MESSAGE_BLANKS: usize = 2;
const MESSAGE_LEN: usize = 12;

/// A mark counts events if it has had this many different values, and no value twice.
const COUNTER: usize = 4;

/// The number of different values of a mark that are remembered.
const MAX_VALUES: usize = 8;

/// The number of consecutive texts that differ only in their numbers after which they are messages.
const ALIKE: usize = 3;

/// The maximum length in bytes of a text that is compared without its numbers.
const LONGEST_FORM: usize = 256;

/// The number of consecutive integers with the same step after which they are a count.
const STEPS: usize = 3;

/// The fields of a stream, the most recently seen one last.
#[derive(Debug, Default)]
pub(super) struct Paths(VecDeque<Path>);

/// What is known about a field.
#[derive(Debug, Default)]
pub(super) struct Path {
    channel: String,
    /// The evidence that the values are pieces of one text.
    pieces: u8,
    /// The number of consecutive texts that look like messages.
    messages: u8,
    /// The number of blanks in all texts.
    blanks: usize,
    marks: Vec<Marks>,
    /// The last text without its numbers, and the number of consecutive texts like it.
    form: Option<Vec<u8>>,
    alike: usize,
    /// The last text, if it is short.
    last: Vec<u8>,
    count: Count,
    speaker: Vec<Vec<u8>>,
    id: Vec<u8>,
    place: Place,
}

/// What says where the messages of a stream begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unit {
    /// The id of the message.
    Id(Vec<u8>),
    /// An event or element without an id, which is a message if it is not a piece.
    Own,
    Unknown,
}

/// The place of a text among those of its field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of changes of the speaker so far.
    pub(super) turn: usize,
    /// The number of messages so far, if texts are messages.
    pub(super) message: usize,
}

/// The values of a mark next to the texts of a field.
#[derive(Debug)]
struct Marks {
    field: (usize, Vec<u8>),
    last: Vec<u8>,
    /// The different values, the latest last.
    values: Vec<Vec<u8>>,
    /// Whether a value has occurred twice.
    repeats: bool,
    /// Whether there were more different values than are remembered.
    many: bool,
    is_message: bool,
    /// Whether the name of its field says that it tells texts apart.
    is_named: bool,
}

/// A run of integers with the same step.
#[derive(Debug, Default)]
struct Count {
    last: Option<i64>,
    step: i64,
    steps: usize,
    /// Whether all texts so far were integers, starting with 0 or 1.
    from_start: bool,
    texts: usize,
}

/// Values that distinguish the texts of one field, with the fields of the values.
pub(super) type Key = Vec<((usize, Vec<u8>), Vec<u8>)>;

/// The ways to tell the texts of a field apart: by all marks with a telling name, then by each mark without one.
pub(super) type Keys = Vec<Split>;

/// What distinguishes a text from others of its field, and the same for the previous text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) now: Key,
    pub(super) before: Key,
    /// Whether no value has occurred twice so far, so that the values may count events.
    pub(super) open: bool,
}

impl Paths {
    /// Returns what is known about a field. At most `limit` fields are remembered.
    pub(super) fn at(&mut self, channel: &str, limit: usize) -> &mut Path {
        let known = self.0.iter().position(|path| path.channel == channel).and_then(|at| self.0.remove(at));
        if known.is_none() && self.0.len() >= limit {
            self.0.pop_front();
        }
        let path = known.unwrap_or_else(|| Path { channel: channel.to_owned(), ..Path::default() });
        self.0.push_back(path);
        let last = self.0.len() - 1;
        &mut self.0[last]
    }
}

impl Path {
    /// Returns whether a text has begun or ended with a blank, as a piece does.
    pub(super) fn continues(&self) -> bool {
        self.pieces > 0
    }

    /// Returns whether the texts have few words.
    pub(super) fn is_short(&self) -> bool {
        self.blanks <= MESSAGE_BLANKS * self.count.texts
    }

    /// Records the next text of the field and the values next to it. Returns the keys by which texts must be
    /// distinguished.
    pub(super) fn see(&mut self, text: &[u8], marks: &[Mark]) -> Keys {
        let blank = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\n'));
        let same = self.marks.iter().any(|known| {
            known.is_message && marks.iter().any(|mark| mark.field == known.field && mark.value == known.last)
        });
        let is_piece = blank(text.first()) || text.last() == Some(&b' ') || same && self.count.texts > 0;
        self.pieces = if is_piece { (self.pieces + PIECE).min(MAX_PIECES) } else { self.pieces.saturating_sub(1) };
        self.blanks += text.iter().filter(|byte| **byte == b' ').count();
        let keys = self.keys(marks);
        let told_apart = self.marks.iter().any(|marks| marks.is_named && marks.values.len() > 1);
        self.messages = match () {
            () if is_piece => 0,
            () if told_apart && looks_like_message(text) => self.messages.saturating_add(1),
            () => self.messages,
        };
        self.alike = match form(text) {
            // A snapshot begins with all of the text before it.
            Some(form) if self.form.as_ref() == Some(&form) && !text.starts_with(&self.last) => self.alike + 1,
            form => {
                self.form = form;
                1
            }
        };
        self.last = text[..text.len().min(LONGEST_FORM)].to_vec();
        self.count.see(text);
        keys
    }

    /// Records who says the next text of the field and what says that it is a message. Returns its place.
    pub(super) fn place(&mut self, marks: &[Mark], unit: &Unit) -> Place {
        let speaker = marks.iter().filter(|mark| mark.is_speaker).map(|mark| mark.value.clone());
        let speaker: Vec<Vec<u8>> = speaker.collect();
        if !speaker.is_empty() && speaker != self.speaker {
            self.place.turn += 1;
            self.speaker = speaker;
        }
        let is_id = |mark: &&Mark| mark.is_message && !mark.is_speaker;
        let ids: Vec<&[u8]> = marks.iter().filter(is_id).map(|mark| &mark.value[..]).collect();
        let id = match unit {
            _ if !ids.is_empty() => ids.concat(),
            Unit::Id(id) => id.clone(),
            Unit::Own => Vec::new(),
            Unit::Unknown => return self.place,
        };
        if id.is_empty() || id != self.id {
            self.place.message += 1;
            self.id = id;
        }
        self.place
    }

    /// Returns whether the texts are pieces of one text.
    pub(super) fn is_in_pieces(&self) -> bool {
        self.pieces >= PIECES
    }

    /// Returns whether the last text is a separate message: the texts of the field have looked like messages, or it
    /// differs from those before it only in its numbers.
    pub(super) fn is_message(&self, text: &[u8]) -> bool {
        self.messages >= MESSAGES && text.len() > 3 && text.iter().any(|byte| !byte.is_ascii_digit())
            || self.form.is_some() && self.alike >= ALIKE
            || self.count.is_one()
    }

    fn keys(&mut self, marks: &[Mark]) -> Keys {
        for mark in marks {
            match self.marks.iter_mut().find(|known| known.field == mark.field) {
                Some(known) => known.see(&mark.value),
                None => self.marks.push(Marks {
                    field: mark.field.clone(),
                    last: Vec::new(),
                    values: vec![mark.value.clone()],
                    repeats: false,
                    many: false,
                    is_message: mark.is_message,
                    is_named: mark.is_named,
                }),
            }
        }
        let mut named = Split { open: true, ..Split::default() };
        let mut each = Vec::new();
        for known in &mut self.marks {
            let mark = marks.iter().find(|mark| mark.field == known.field);
            let before = std::mem::replace(&mut known.last, mark.map_or_else(Vec::new, |mark| mark.value.clone()));
            if known.tells_apart() {
                let (now, before) = ((known.field.clone(), known.last.clone()), (known.field.clone(), before));
                if known.is_named {
                    named.open &= !known.repeats;
                    named.now.push(now);
                    named.before.push(before);
                } else {
                    each.push(Split { now: vec![now], before: vec![before], open: !known.repeats });
                }
            }
        }
        if !named.now.is_empty() {
            each.insert(0, named);
        }
        each
    }
}

impl Marks {
    fn see(&mut self, value: &[u8]) {
        match self.values.iter().position(|known| known == value) {
            Some(at) => {
                self.repeats = true;
                let value = self.values.remove(at);
                self.values.push(value);
            }
            None => {
                if self.values.len() >= MAX_VALUES {
                    self.values.remove(0);
                    self.many = true;
                }
                self.values.push(value.to_vec());
            }
        }
    }

    /// Returns whether there were several values, and they do not count events. Values of a field without a telling name
    /// must be few: if they are many, they are something else, such as a text of their own.
    fn tells_apart(&self) -> bool {
        self.values.len() > 1 && (self.repeats || self.values.len() < COUNTER) && (self.is_named || !self.many)
    }
}

impl Count {
    fn see(&mut self, text: &[u8]) {
        let number = std::str::from_utf8(text).ok().filter(|text| text.len() < 12).and_then(|text| text.parse().ok());
        self.from_start = number.is_some_and(|number: i64| match self.texts {
            0 => (0..=1).contains(&number),
            _ => self.from_start,
        });
        self.texts += 1;
        match (self.last, number) {
            (Some(last), Some(next)) if next - last == self.step && self.step != 0 => self.steps += 1,
            (Some(last), Some(next)) => (self.step, self.steps) = (next - last, 1),
            _ => (self.step, self.steps) = (0, 0),
        }
        self.last = number;
    }

    /// Returns whether the integers are a count. Single digits may be a dictated number, unless the stream starts with
    /// them.
    fn is_one(&self) -> bool {
        let long = self.last.is_some_and(|last| last >= 10 + 2 * self.step.abs() || self.from_start);
        long && self.steps >= STEPS
    }
}

/// Returns whether a text has several words and does not begin or end with a blank.
pub(super) fn looks_like_message(text: &[u8]) -> bool {
    let blanks = text.iter().filter(|byte| **byte == b' ').count();
    blanks >= MESSAGE_BLANKS && text.len() >= MESSAGE_LEN
}

/// Returns a text without its numbers: "Step 5 of 250", "12:00:01", a notice about an order. Returns `None` if it has
/// no numbers, may be a piece of a number, or is joined to others by blanks.
fn form(text: &[u8]) -> Option<Vec<u8>> {
    let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    if text.len() > LONGEST_FORM || blank(text.first()) || blank(text.last()) {
        return None;
    }
    let mut form: Vec<u8> = text.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect();
    form.dedup_by(|next, last| *next == b'0' && *last == b'0');
    let decimal = form.windows(3).any(|form| form == b"0.0");
    let says = form.iter().any(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'%' | b'$'))
        || form.iter().filter(|byte| **byte == b':').count() > 1
        || decimal;
    (says && form.contains(&b'0')).then_some(form)
}
