//! One quick pass over a text: what in it might have to be rewritten?

use super::numerals;

/// What a text may hold. Only ever too generous: a room that finds nothing to rewrite leaves the text as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Bytes that are not plain printable ASCII, or an ampersand.
    pub(super) fold: bool,
    /// A `<`.
    pub(super) tags: bool,
    /// How many digits.
    pub(super) digits: usize,
    /// Two number words, or one and a digit, close to each other.
    pub(super) numerals: bool,
}

/// The number of a letter in the alphabet, whatever its case; 0 for anything else.
const LETTER: u8 = (1 << 5) - 1;
const FOLD: u8 = 1 << 5;
const DIGIT: u8 = 1 << 6;
const TAG: u8 = 1 << 7;

/// How near two parts of a number are to each other, in bytes.
const NEAR: usize = 8;

/// For each byte, what it is.
static BYTES: [u8; 256] = bytes();

const fn bytes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = match i as u8 {
            b'\t'..=b'\r' => 0,
            0x00..=0x1F | 0x7F..=0xFF | b'&' => FOLD,
            b'0'..=b'9' => DIGIT,
            b'<' => TAG,
            letter @ (b'A'..=b'Z' | b'a'..=b'z') => letter & LETTER,
            _ => 0,
        };
        i += 1;
    }
    table
}

/// Whether a character that begins with this byte may have another spelling.
pub(super) fn may_fold(byte: u8) -> bool {
    BYTES[usize::from(byte)] & FOLD != 0
}

/// Looks once at each byte of `text`.
pub(super) fn scan(text: &[u8]) -> Hints {
    let mut hints = Hints::default();
    let mut seen = 0;
    // The last letters, five bits each: a number word begins with three after something that is no letter.
    let mut letters = 0_usize;
    let mut words = Words { text, last: None };
    for (at, &byte) in text.iter().enumerate() {
        let hint = BYTES[usize::from(byte)];
        seen |= hint;
        hints.digits += usize::from(hint & DIGIT != 0);
        letters = (letters << 5 | usize::from(hint & LETTER)) & 0xF_FFFF;
        if numerals::may_begin(letters) && !hints.numerals {
            hints.numerals = words.is_near(at - 2);
        }
    }
    if numerals::may_begin((letters << 5) & 0xF_FFFF) && !hints.numerals {
        hints.numerals = words.is_near(text.len() - 2);
    }
    hints.fold = seen & FOLD != 0;
    hints.tags = seen & TAG != 0;
    hints
}

/// The number words seen.
struct Words<'a> {
    text: &'a [u8],
    /// Where the last one ended.
    last: Option<usize>,
}

impl Words<'_> {
    /// Whether the word that begins at `start` is a number word close to another or to a digit.
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
            || digit(&self.text[start.saturating_sub(NEAR)..start])
            || digit(&self.text[end..(end + NEAR).min(self.text.len())])
    }
}
