//! Eight bytes at a time.

/// Eight bytes, the first one lowest. Search results are returned in the highest bit of each byte.
#[derive(Clone, Copy)]
pub(crate) struct Block(pub(crate) u64);

impl Block {
    /// The highest bit of each byte.
    const HIGH: u64 = Self::each(0x80);

    /// Returns the same byte eight times.
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }

    /// Returns the bytes of `text` from `at`, zero-padded past the end.
    #[inline]
    pub(crate) fn at(text: &[u8], at: usize) -> Self {
        let rest = &text[at..];
        Self(rest.first_chunk().map_or_else(|| past_the_end(text, rest.len()), |bytes| u64::from_le_bytes(*bytes)))
    }

    /// Returns the byte at `at`, or zero past the end.
    #[inline]
    pub(crate) const fn byte(self, at: usize) -> u8 {
        if at < 8 { (self.0 >> (8 * at)) as u8 } else { 0 }
    }

    /// Returns the number of letters at the start.
    #[inline]
    pub(crate) const fn letters_len(self) -> usize {
        ((self.letters() ^ Self::HIGH).trailing_zeros() / 8) as usize
    }

    /// Returns the first `len` bytes (1 to 8), which must be letters and digits, in lower case, zero-padded.
    #[inline]
    pub(crate) const fn word(self, len: usize) -> u64 {
        (self.0 | Self::each(0x20)) & u64::MAX >> (64 - 8 * len)
    }

    /// Finds the bytes from `first` to `last`, which must be ASCII, and bytes that differ from those only in the
    /// highest bit.
    const fn between(self, first: u8, last: u8) -> u64 {
        let low = self.0 & !Self::HIGH;
        let from_first = low + Self::each(0x80 - first);
        let past_last = low + Self::each(0x7F - last);
        from_first & !past_last & Self::HIGH
    }

    /// Finds the bytes equal to `byte`. If there is one, other bytes may be reported too.
    pub(crate) const fn equals(self, byte: u8) -> u64 {
        let difference = self.0 ^ Self::each(byte);
        difference.wrapping_sub(Self::each(1)) & !difference & Self::HIGH
    }

    /// Finds the digits.
    pub(crate) const fn digits(self) -> u64 {
        self.between(b'0', b'9') & !self.0
    }

    /// Finds the letters.
    pub(crate) const fn letters(self) -> u64 {
        Self(self.0 | Self::each(0x20)).between(b'a', b'z') & !self.0
    }

    /// Returns the number of bytes found.
    pub(crate) const fn count(found: u64) -> usize {
        ((found >> 7).wrapping_mul(Self::each(1)) >> 56) as usize
    }

    /// Returns one bit per byte, the lowest for the first byte, set if it was found.
    pub(crate) const fn bits(found: u64) -> u64 {
        (found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }

    /// Finds the bytes that are neither printable ASCII nor blanks from the tab to the carriage return.
    pub(crate) const fn odd(self) -> u64 {
        (self.0 | !(self.between(0x20, 0x7E) | self.between(b'\t', b'\r'))) & Self::HIGH
    }
}

/// Returns the last `len` bytes of `text`, fewer than eight, zero-padded.
#[inline(never)]
fn past_the_end(text: &[u8], len: usize) -> u64 {
    match text.last_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes).checked_shr(64 - 8 * len as u32).unwrap_or(0),
        None => text[text.len() - len..].iter().rev().fold(0, |block, byte| block << 8 | u64::from(*byte)),
    }
}

/// Returns the blocks of up to 64 bytes. The last one is padded with spaces.
pub(super) fn blocks(part: &[u8]) -> impl Iterator<Item = Block> {
    let (blocks, rest) = part.as_chunks::<8>();
    let mut last = [b' '; 8];
    for (byte, from) in last.iter_mut().zip(rest) {
        *byte = *from;
    }
    let last = (!rest.is_empty()).then_some(last);
    blocks.iter().copied().chain(last).map(|block| Block(u64::from_le_bytes(block)))
}
