//! The encodings of transcripts: UTF-8 and UTF-16. Any other encoding is read as bytes; invalid UTF-8 is scanned too.

/// The encoding of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Charset {
    /// UTF-8, or any other superset of ASCII.
    #[default]
    Bytes,
    Utf16Le,
    Utf16Be,
}

/// The number of bytes from which an encoding is detected.
const SAMPLE: usize = 4096;

impl Charset {
    /// Detects the encoding of a transcript from its first bytes: UTF-16 has a byte-order mark, or every other byte is zero.
    pub(crate) fn detect(sample: &[u8]) -> Self {
        if sample.starts_with(&[0xFF, 0xFE]) && !sample.starts_with(&[0xFF, 0xFE, 0, 0]) {
            return Self::Utf16Le;
        }
        if sample.starts_with(&[0xFE, 0xFF]) {
            return Self::Utf16Be;
        }
        let sample = &sample[..sample.len().min(SAMPLE)];
        let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
        let half = sample.len() / 2;
        match (zeros(0), zeros(1)) {
            (0, odd) if half >= 8 && odd * 10 > half * 8 => Self::Utf16Le,
            (even, 0) if half >= 8 && even * 10 > half * 8 => Self::Utf16Be,
            _ => Self::Bytes,
        }
    }

    /// Returns the length in the file of a decoded text.
    pub(crate) fn file_len(self, text: &[u8]) -> u64 {
        if self == Self::Bytes {
            return text.len() as u64;
        }
        // Each character has two bytes in UTF-16, or four if it has four in UTF-8.
        let units = text.iter().filter(|b| **b & 0xC0 != 0x80).count() + text.iter().filter(|b| **b >= 0xF0).count();
        units as u64 * 2
    }

    /// Encodes a text in this encoding.
    pub(crate) fn encode(self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() * 2);
        let mut unit = |unit: u16| match self {
            Self::Utf16Be => out.extend_from_slice(&unit.to_be_bytes()),
            _ => out.extend_from_slice(&unit.to_le_bytes()),
        };
        let mut at = 0;
        while at < text.len() {
            let (c, len) = wide(&text[at..]);
            at += len;
            if c >= 0x1_0000 {
                let c = c - 0x1_0000;
                unit(0xD800 | (c >> 10) as u16);
                unit(0xDC00 | (c & 0x3FF) as u16);
            } else {
                unit(c as u16);
            }
        }
        out
    }
}

/// Returns the character at the start of a text and its length. The text is UTF-8 that may contain lone surrogates.
fn wide(text: &[u8]) -> (u32, usize) {
    let bits = |at: usize| u32::from(text.get(at).copied().unwrap_or(0) & 0x3F);
    match text[0] {
        first @ 0..=0x7F => (u32::from(first), 1),
        first @ 0xC0..=0xDF => (u32::from(first & 0x1F) << 6 | bits(1), 2.min(text.len())),
        first @ 0xE0..=0xEF => (u32::from(first & 0x0F) << 12 | bits(1) << 6 | bits(2), 3.min(text.len())),
        first @ 0xF0..=0xF7 => {
            (u32::from(first & 0x07) << 18 | bits(1) << 12 | bits(2) << 6 | bits(3), 4.min(text.len()))
        }
        // Not a character. No decoder returns such a byte.
        _ => (0xFFFD, 1),
    }
}

/// Decodes a file in chunks.
#[derive(Debug)]
pub(crate) struct Decoder {
    pub(crate) charset: Charset,
    /// The bytes of an incomplete character.
    rest: Vec<u8>,
}

impl Decoder {
    pub(crate) fn new(charset: Charset) -> Self {
        Self { charset, rest: Vec::new() }
    }

    /// Decodes the next bytes. A lone surrogate becomes the three bytes that UTF-8 would use for it, so that it can be
    /// encoded again.
    pub(crate) fn decode(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        if self.charset == Charset::Bytes {
            return bytes;
        }
        self.rest.extend_from_slice(&bytes);
        let mut out = Vec::with_capacity(bytes.len());
        let unit = |pair: &[u8]| match self.charset {
            Charset::Utf16Be => u32::from(pair[0]) << 8 | u32::from(pair[1]),
            _ => u32::from(pair[1]) << 8 | u32::from(pair[0]),
        };
        let mut at = 0;
        while let Some(pair) = self.rest.get(at..at + 2) {
            let first = unit(pair);
            at += 2;
            let mut c = first;
            if (0xD800..0xDC00).contains(&first) {
                match self.rest.get(at..at + 2).map(unit) {
                    Some(second) if (0xDC00..0xE000).contains(&second) => {
                        c = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                        at += 2;
                    }
                    Some(_) => {}
                    // The other half may follow.
                    None => {
                        at -= 2;
                        break;
                    }
                }
            }
            push(&mut out, c);
        }
        self.rest.drain(..at);
        out
    }

    /// Ends the file. Returns the encoding of a lone last surrogate, or `None` if the file ends within a code unit.
    pub(crate) fn finish(&mut self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        if let [a, b] = self.rest[..] {
            let unit = if self.charset == Charset::Utf16Be { [b, a] } else { [a, b] };
            push(&mut out, u32::from(u16::from_le_bytes(unit)));
            self.rest.clear();
        }
        self.rest.is_empty().then_some(out)
    }
}

/// Appends a character in UTF-8, or a surrogate in the bytes that UTF-8 would use for it.
fn push(out: &mut Vec<u8>, c: u32) {
    match char::from_u32(c) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3F) as u8, 0x80 | (c & 0x3F) as u8]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn round_trip(charset: Charset, file: &[u8], cut: usize) -> Vec<u8> {
        let mut decoder = Decoder::new(charset);
        let cut = cut.min(file.len());
        let mut text = decoder.decode(file[..cut].to_vec());
        text.extend(decoder.decode(file[cut..].to_vec()));
        text.extend(decoder.finish().expect("whole units"));
        assert_eq!(charset.file_len(&text), file.len() as u64);
        charset.encode(&text)
    }

    #[test]
    fn utf16_is_detected_by_its_mark_and_by_its_zero_bytes() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        assert_eq!(Charset::detect(&wide("my card is 3782", false)), Charset::Utf16Le);
        assert_eq!(Charset::detect(&wide("my card is 3782", true)), Charset::Utf16Be);
        assert_eq!(Charset::detect(&wide("\u{feff}a", false)), Charset::Utf16Le);
        assert_eq!(Charset::detect(&wide("\u{feff}a", true)), Charset::Utf16Be);
        for bytes in [&b"my card is 3782 and so on and on"[..], &[0; 64], b""] {
            assert_eq!(Charset::detect(bytes), Charset::Bytes);
        }
    }

    #[test]
    fn half_a_unit_is_an_error() {
        let mut decoder = Decoder::new(Charset::Utf16Le);
        assert_eq!(decoder.decode(vec![b'a', 0, b'b']), b"a");
        assert!(decoder.finish().is_none());
    }

    proptest! {
        #[test]
        fn any_code_units_round_trip(units in proptest::collection::vec(any::<u16>(), 0..40), cut in 0..80usize, big: bool) {
            let charset = if big { Charset::Utf16Be } else { Charset::Utf16Le };
            let file: Vec<u8> = units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            prop_assert_eq!(round_trip(charset, &file, cut), file);
        }
    }
}
