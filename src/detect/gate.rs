//! A quick look: may a long message hold anything at all? A short one is read as fast as looked at.
//!
//! In: a message as it came. Out: what a [`Glance`] tells of it. One pass over its bytes, nothing is allocated. Only ever too cautious: whether a message goes through the gate changes
//! how long it takes, never what comes out. Most of what people write to each other goes through.
//!
//! Without digits, numbers in words, and words for secrets there is no secret, unless the conversation waits for a word.
//! Without a question or a request nothing is asked for.

use once_cell::sync::Lazy;

use super::cues::{Lexicon, Marks, hash_at};
use crate::text::{Block, Words, blocks, may_fold};

/// The result of a glance at a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glance {
    /// Nothing can be found in it, unless the conversation waits for a word, and it asks for nothing.
    Silent,
    /// As [`Silent`](Self::Silent), but for something that it tells, which may explain what was asked for.
    Telling,
    /// As [`Silent`](Self::Silent), but for a question or a request that names nothing.
    Vague,
    /// There is no number in it, and it is its own view.
    Plain,
    /// Nothing.
    Unknown,
}

/// Glances at a message.
pub(crate) fn glance(text: &[u8]) -> Glance {
    let mut look = Look { text, numbers: Words::new(text), seen: Marks::default() };
    let mut asks = false;
    // A word goes on behind the last 64 bytes.
    let mut goes_on = 0;
    for (i, part) in text.chunks(64).enumerate() {
        let (mut stops, mut odd, mut questions, mut letters) = (0, 0, 0, 0);
        for (i, block) in blocks(part).enumerate() {
            stops |= block.digits() | block.equals(b'&') | block.equals(b'%') | block.equals(b':') | block.equals(b'=');
            // What redaction leaves begins with these.
            stops |= block.equals(b'*') | block.equals(b'[');
            odd |= block.odd();
            questions |= block.equals(b'?');
            letters |= Block::bits(block.letters()) << (8 * i);
        }
        if stops != 0 || odd != 0 && part.iter().any(|byte| may_fold(*byte)) {
            return Glance::Unknown;
        }
        asks |= questions != 0;
        let mut starts = letters & !(letters << 1 | goes_on);
        goes_on = letters >> 63;
        while starts != 0 {
            let first = starts.trailing_zeros();
            starts &= starts - 1;
            let start = i * 64 + first as usize;
            let len = (!(letters >> first)).trailing_zeros() as usize;
            // Where the word reaches the end of the part, it may go on.
            let end = if first as usize + len < 64 { start + len } else { word_end(text, start + len) };
            if look.numbers.make_a_number(start) {
                return Glance::Unknown;
            }
            look.at(start, end);
        }
    }
    match (asks || look.seen.intersects(Marks::REQUEST), look.seen.intersects(Marks::CUE)) {
        _ if look.seen.intersects(Marks::SECRET) => Glance::Plain,
        (false, false) => Glance::Silent,
        (false, true) => Glance::Telling,
        (true, false) => Glance::Vague,
        (true, true) => Glance::Plain,
    }
}

#[cold]
fn word_end(text: &[u8], from: usize) -> usize {
    text[from..].iter().position(|byte| !byte.is_ascii_alphabetic()).map_or(text.len(), |more| from + more)
}

/// What was seen of a message so far.
struct Look<'a> {
    text: &'a [u8],
    numbers: Words<'a>,
    seen: Marks,
}

impl Look<'_> {
    /// Takes in the word `start..end`.
    #[inline]
    fn at(&mut self, start: usize, end: usize) {
        let Some(hash) = hash_at(self.text, start, end) else { return };
        let marks = BY_HASH[place(hash)];
        if marks.intersects(Marks::SECRET.union(Marks::REQUEST)) || Lexicon::may_be_mistyped(end - start) {
            self.confirm(start, end);
        } else {
            self.seen = self.seen.union(marks);
        }
    }

    /// As [`at`](Self::at), for words that share their place with others or may be mistyped.
    #[inline(never)]
    fn confirm(&mut self, start: usize, end: usize) {
        self.seen = self.seen.union(Lexicon::get().word_at(self.text, start, end).marks);
    }
}

const PLACES: usize = 1 << 13;

/// What the words do whose hash has this place, all together.
static BY_HASH: Lazy<Box<[Marks; PLACES]>> = Lazy::new(|| {
    let mut marks = Box::new([Marks::default(); PLACES]);
    for (hash, does) in Lexicon::get().marked() {
        let place = &mut marks[place(hash)];
        *place = place.union(does);
    }
    marks
});

fn place(hash: u64) -> usize {
    (hash >> 51) as usize
}
