//! One quick pass over a text: what in it might have to be rewritten?

/// What a text may hold. Only ever too generous: a room that finds nothing to rewrite leaves the text as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Bytes that are not plain printable ASCII, or an ampersand.
    pub(super) fold: bool,
    /// A `<`.
    pub(super) tags: bool,
    /// How many digits.
    pub(super) digits: usize,
}

const FOLD: u8 = 1 << 5;
const DIGIT: u8 = 1 << 6;
const TAG: u8 = 1 << 7;

/// For each byte, what it hints at.
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
    let mut seen = 0;
    let mut digits = 0;
    for &byte in text {
        let hint = BYTES[usize::from(byte)];
        seen |= hint;
        digits += usize::from(hint & DIGIT != 0);
    }
    Hints { fold: seen & FOLD != 0, tags: seen & TAG != 0, digits }
}
