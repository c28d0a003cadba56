//! Eight bytes at a time.

/// Eight bytes, the first the lowest. What is found in them is told by the highest bit of each byte.
#[derive(Clone, Copy)]
pub(crate) struct Block(pub(crate) u64);

impl Block {
    /// The highest bit of each byte.
    const HIGH: u64 = Self::each(0x80);

    /// Eight times the same byte.
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }

    /// The bytes of `text` from `at` on; zero past the end.
    #[inline]
    pub(crate) fn at(text: &[u8], at: usize) -> Self {
        let rest = &text[at..];
        Self(rest.first_chunk().map_or_else(|| past_the_end(text, rest.len()), |bytes| u64::from_le_bytes(*bytes)))
    }

    /// The byte at `at`; zero behind the last.
    #[inline]
    pub(crate) const fn byte(self, at: usize) -> u8 {
        if at < 8 { (self.0 >> (8 * at)) as u8 } else { 0 }
    }

    /// How many letters it begins with.
    #[inline]
    pub(crate) const fn letters_len(self) -> usize {
        ((self.letters() ^ Self::HIGH).trailing_zeros() / 8) as usize
    }

    /// Its first `len` bytes, 1 to 8 of them, which are letters and digits, in lower case; zero behind them.
    #[inline]
    pub(crate) const fn word(self, len: usize) -> u64 {
        (self.0 | Self::each(0x20)) & u64::MAX >> (64 - 8 * len)
    }

    /// The ASCII bytes from `first` to `last`, and those which are so but for their highest bit.
    const fn between(self, first: u8, last: u8) -> u64 {
        let low = self.0 & !Self::HIGH;
        let from_first = low + Self::each(0x80 - first);
        let past_last = low + Self::each(0x7F - last);
        from_first & !past_last & Self::HIGH
    }

    /// The bytes that are `byte`, and some others if there is one.
    pub(crate) const fn equals(self, byte: u8) -> u64 {
        let difference = self.0 ^ Self::each(byte);
        difference.wrapping_sub(Self::each(1)) & !difference & Self::HIGH
    }

    /// The spaces.
    pub(crate) const fn spaces(self) -> u64 {
        let unlike = self.0 ^ Self::each(b' ');
        !(((unlike & !Self::HIGH) + Self::each(0x7F)) | unlike) & Self::HIGH
    }

    /// The digits.
    pub(crate) const fn digits(self) -> u64 {
        self.between(b'0', b'9') & !self.0
    }

    /// The letters.
    pub(crate) const fn letters(self) -> u64 {
        Self(self.0 | Self::each(0x20)).between(b'a', b'z') & !self.0
    }

    /// How many bytes were found.
    pub(crate) const fn count(found: u64) -> usize {
        ((found >> 7).wrapping_mul(Self::each(1)) >> 56) as usize
    }

    /// A bit for each byte, the lowest for the first, that was found.
    pub(crate) const fn bits(found: u64) -> u64 {
        (found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }

    /// The bytes that are not printable ASCII.
    pub(crate) const fn odd(self) -> u64 {
        (self.0 | !self.between(0x20, 0x7E)) & Self::HIGH
    }
}

/// The last `len` bytes of `text`, fewer than eight; zero behind them.
#[inline(never)]
fn past_the_end(text: &[u8], len: usize) -> u64 {
    match text.last_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes).checked_shr(64 - 8 * len as u32).unwrap_or(0),
        None => text[text.len() - len..].iter().rev().fold(0, |block, byte| block << 8 | u64::from(*byte)),
    }
}

/// The blocks of up to 64 bytes, the last one filled up with spaces.
pub(super) fn blocks(part: &[u8]) -> impl Iterator<Item = Block> {
    let (blocks, rest) = part.as_chunks::<8>();
    let mut last = [b' '; 8];
    for (byte, from) in last.iter_mut().zip(rest) {
        *byte = *from;
    }
    let last = (!rest.is_empty()).then_some(last);
    blocks.iter().copied().chain(last).map(|block| Block(u64::from_le_bytes(block)))
}
