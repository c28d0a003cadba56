//! Features: facts about a value and its surroundings, each hashed to 32 bits.

/// A feature under construction: a template and its values.
#[derive(Clone, Copy)]
pub(super) struct Feature(u64);

impl Feature {
    /// Starts a feature of the template with this number.
    pub(super) const fn new(template: u64) -> Self {
        Self((template + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Adds a value.
    #[inline]
    pub(super) const fn with(self, value: u64) -> Self {
        Self((self.0.rotate_left(23) ^ value).wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    /// Returns the hash, which is never 0.
    #[inline]
    pub(super) const fn hash(self) -> u32 {
        let mixed = self.0 ^ self.0 >> 32;
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32 | 1
    }
}

/// Hashes a word without its case.
pub(super) fn word(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x100_0000_01B3)
    })
}
