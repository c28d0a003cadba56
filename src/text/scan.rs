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

/// How near two parts of a number are to each other, in bytes.
const NEAR: usize = 8;

/// Whether a character that begins with this byte may have another spelling.
pub(super) fn may_fold(byte: u8) -> bool {
    matches!(byte, 0x00..=0x08 | 0x0E..=0x1F | 0x7F..=0xFF | b'&')
}

/// Looks once at each byte of `text`.
pub(super) fn scan(text: &[u8]) -> Hints {
    let mut hints = Hints::default();
    let mut words = Words { text, last: None };
    let mut letter_before = 0;
    for (i, part) in text.chunks(64).enumerate() {
        let found = Found::new(part);
        hints.fold |= found.odd && part.iter().any(|byte| may_fold(*byte));
        hints.tags |= found.tags;
        hints.digits += found.digits;
        let mut starts = found.letters & !(found.letters << 1 | letter_before);
        letter_before = found.letters >> 63;
        while starts != 0 {
            let start = i * 64 + starts.trailing_zeros() as usize;
            starts &= starts - 1;
            if numerals::may_begin(first_four(text, start)) && !hints.numerals {
                hints.numerals = words.is_near(start);
            }
        }
    }
    hints
}

/// What is in up to 64 bytes.
#[derive(Default)]
struct Found {
    /// Whether there may be a byte that [may fold](may_fold).
    odd: bool,
    tags: bool,
    digits: usize,
    /// A bit for each byte, the lowest for the first, that is a letter.
    letters: u64,
}

impl Found {
    fn new(part: &[u8]) -> Self {
        let (mut odd, mut tags) = (0, 0);
        let mut found = Self::default();
        let (blocks, rest) = part.as_chunks::<8>();
        let mut last = [b' '; 8];
        last[..rest.len()].copy_from_slice(rest);
        let last = (!rest.is_empty()).then_some(&last);
        for (i, block) in blocks.iter().chain(last).enumerate() {
            let block = Block(u64::from_le_bytes(*block));
            odd |= block.odd() | block.equals(b'&');
            tags |= block.equals(b'<');
            found.digits += Block::count(block.between(b'0', b'9') & !block.0);
            let letters = Block(block.0 | Block::each(0x20)).between(b'a', b'z') & !block.0;
            found.letters |= Block::bits(letters) << (8 * i);
        }
        found.odd = odd != 0;
        found.tags = tags != 0;
        found
    }
}

/// Eight bytes, the first the lowest. What is found in them is told by the highest bit of each byte.
#[derive(Clone, Copy)]
struct Block(u64);

impl Block {
    const HIGH: u64 = Self::each(0x80);

    /// Eight times the same byte.
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }

    /// The ASCII bytes from `first` to `last`, and those which are so but for their highest bit.
    const fn between(self, first: u8, last: u8) -> u64 {
        let low = self.0 & !Self::HIGH;
        let from_first = low + Self::each(0x80 - first);
        let past_last = low + Self::each(0x7F - last);
        from_first & !past_last & Self::HIGH
    }

    /// The bytes that are `byte`, and some others if there is one.
    const fn equals(self, byte: u8) -> u64 {
        let difference = self.0 ^ Self::each(byte);
        difference.wrapping_sub(Self::each(1)) & !difference & Self::HIGH
    }

    /// How many bytes were found.
    const fn count(found: u64) -> usize {
        ((found >> 7).wrapping_mul(Self::each(1)) >> 56) as usize
    }

    /// A bit for each byte, the lowest for the first, that was found.
    const fn bits(found: u64) -> u64 {
        (found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }

    /// The bytes that are not printable ASCII.
    const fn odd(self) -> u64 {
        (self.0 | !self.between(0x20, 0x7E)) & Self::HIGH
    }
}

/// The four bytes from `start` on, the first the lowest, as lower-case letters; zero past the end.
fn first_four(text: &[u8], start: usize) -> u32 {
    let four = match text.get(start..start + 4) {
        Some(&[a, b, c, d]) => [a, b, c, d],
        _ => std::array::from_fn(|i| text.get(start + i).copied().unwrap_or(0)),
    };
    u32::from_le_bytes(four) | 0x2020_2020
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
