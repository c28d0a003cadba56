//! The prefilter of the passes: what in a text may have to be rewritten?

use super::block::{Block, blocks};
use super::numerals;

/// What a text may contain. May have false positives: a pass that finds nothing to rewrite keeps the text as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Bytes that are not plain printable ASCII, or an ampersand.
    pub(super) fold: bool,
    /// A `<`.
    pub(super) tags: bool,
    /// A `%`.
    pub(super) percent: bool,
    /// The number of digits.
    pub(super) digits: usize,
    /// Two number words, or a number word and a digit, close to each other.
    pub(super) numerals: bool,
}

/// The maximum distance between two parts of a number, in bytes.
const NEAR: usize = 8;

/// Returns whether a character that begins with this byte may have another spelling.
pub(crate) fn may_fold(byte: u8) -> bool {
    matches!(byte, 0x00..=0x08 | 0x0E..=0x1F | 0x7F..=0xFF | b'&')
}

/// Returns whether the letters `start..end` of a text, without letters next to them, are a number word.
#[inline]
pub(crate) fn is_number_word(text: &[u8], start: usize, end: usize) -> bool {
    numerals::may_begin(first_four(text, start)) && numerals::is_number_word(&text[start..end])
}

/// Reads each byte of `text` once.
pub(super) fn scan(text: &[u8]) -> Hints {
    let mut hints = Hints::default();
    let mut words = Words::new(text);
    let mut letter_before = 0;
    for (i, part) in text.chunks(64).enumerate() {
        let found = Found::new(part);
        hints.fold |= found.fold;
        hints.tags |= found.tags;
        hints.percent |= found.percent;
        hints.digits += found.digits;
        let mut starts = found.letters & !(found.letters << 1 | letter_before);
        letter_before = found.letters >> 63;
        while starts != 0 {
            let start = i * 64 + starts.trailing_zeros() as usize;
            starts &= starts - 1;
            hints.numerals = hints.numerals || words.make_a_number(start);
        }
    }
    hints
}

/// What up to 64 bytes contain.
#[derive(Default)]
struct Found {
    /// Whether there is a byte that [may fold](may_fold).
    fold: bool,
    tags: bool,
    percent: bool,
    digits: usize,
    /// One bit per byte, the lowest for the first byte, set for letters.
    letters: u64,
}

impl Found {
    fn new(part: &[u8]) -> Self {
        let (mut fold, mut tags, mut percent) = (0, 0, 0);
        let mut found = Self::default();
        for (i, block) in blocks(part).enumerate() {
            fold |= block.odd() | block.equals(b'&');
            tags |= block.equals(b'<');
            percent |= block.equals(b'%');
            found.digits += Block::count(block.digits());
            found.letters |= Block::bits(block.letters()) << (8 * i);
        }
        found.fold = fold != 0;
        found.tags = tags != 0;
        found.percent = percent != 0;
        found
    }
}

/// Returns the four bytes from `start` as lower-case letters, the first one lowest, zero-padded.
fn first_four(text: &[u8], start: usize) -> u32 {
    Block::at(text, start).0 as u32 | 0x2020_2020
}

/// The number words read so far.
pub(crate) struct Words<'a> {
    text: &'a [u8],
    /// The end of the last number word.
    last: Option<usize>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, last: None }
    }

    /// Returns quickly whether the word that begins at `start` may be a number word.
    #[inline]
    pub(crate) fn may_be_number(&self, start: usize) -> bool {
        numerals::may_begin(first_four(self.text, start))
    }

    /// Returns whether the word at `start` forms a number with what is near it. Words must be passed in order.
    #[inline]
    pub(crate) fn make_a_number(&mut self, start: usize) -> bool {
        self.may_be_number(start) && self.is_near(start)
    }

    /// Returns whether the word that begins at `start` is a number word close to another one or to a digit.
    #[inline(never)]
    fn is_near(&mut self, start: usize) -> bool {
        let rest = &self.text[start..];
        let len = rest.iter().take(NEAR * 3).position(|b| !b.is_ascii_alphabetic()).unwrap_or(rest.len());
        if !numerals::is_number_word(&rest[..len]) {
            return false;
        }
        let near_word = self.last.is_some_and(|last| start - last <= NEAR);
        let end = start + len;
        self.last = Some(end);
        let digit = |near: &[u8]| near.iter().any(u8::is_ascii_digit);
        near_word
            || begins_with_o(&self.text[end..])
            || digit(&self.text[start.saturating_sub(NEAR)..start])
            || digit(&self.text[end..(end + NEAR).min(self.text.len())])
            || self.is_all(start, end)
    }

    /// Returns whether a short text has no other words and no digits.
    fn is_all(&self, start: usize, end: usize) -> bool {
        const LONGEST: usize = 64;
        let bare = |text: &[u8]| !text.iter().any(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
        self.text.len() <= LONGEST && bare(&self.text[..start]) && bare(&self.text[end..])
    }
}

/// Returns whether the next word is the letter "o", which is a zero next to a number word: "triple o".
fn begins_with_o(rest: &[u8]) -> bool {
    let gap = rest.iter().take(NEAR).take_while(|b| !b.is_ascii_alphanumeric()).count();
    matches!(rest.get(gap), Some(b'o' | b'O')) && rest.get(gap + 1).is_none_or(|b| !b.is_ascii_alphabetic())
}
