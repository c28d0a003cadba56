//! Recognizes binary data in a body whose content type does not say what it is.

/// The number of bytes at the start of a body that are examined.
pub(super) const HEAD: usize = 4096;

/// The minimum share of ASCII characters in text of wide characters, in percent.
const MOSTLY: usize = 80;

/// Returns whether a body with this start is binary: it has NULs, or it is not UTF-8 and has control characters. Text in
/// an older charset is not UTF-8 either, but has no control characters.
pub(super) fn is_binary(start: &[u8]) -> bool {
    let head = &start[..start.len().min(HEAD)];
    let is_control = |byte: &u8| matches!(byte, 0x00..=0x07 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F);
    // The last character may be cut off.
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    head.contains(&0) || !is_utf8 && head.iter().any(is_control)
}

/// Returns whether a body with this start is text in UTF-16 or UTF-32, in either byte order.
pub(super) fn is_wide_text(start: &[u8]) -> bool {
    let head = &start[..start.len().min(HEAD)];
    let is_ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let mostly = |width: usize, at: usize| {
        let all = head.len() / width;
        let fits =
            |unit: &&[u8]| unit.iter().enumerate().all(|(i, byte)| if i == at { is_ascii(*byte) } else { *byte == 0 });
        all >= 2 && head.chunks_exact(width).filter(fits).count() * 100 >= all * MOSTLY
    };
    has_wide_mark(start) || mostly(2, 0) || mostly(2, 1) || mostly(4, 0) || mostly(4, 3)
}

/// Returns whether a body starts with the byte-order mark of UTF-16 or UTF-32.
pub(super) fn has_wide_mark(start: &[u8]) -> bool {
    start.starts_with(b"\xFE\xFF") || start.starts_with(b"\xFF\xFE") || start.starts_with(b"\x00\x00\xFE\xFF")
}

/// The first bytes of data compressed with gzip (RFC 1952, section 2.3.1).
const GZIP: &[u8] = b"\x1F\x8B";

/// The first bytes of data compressed with Zstandard (RFC 8878, section 3.1.1).
pub(super) const ZSTANDARD: &[u8] = b"\x28\xB5\x2F\xFD";

/// Returns whether a body with this start is compressed.
pub(super) fn is_compressed(start: &[u8]) -> bool {
    start.starts_with(GZIP) || start.starts_with(ZSTANDARD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_binary_and_text_in_any_charset_is_not() {
        for binary in [
            &b"PK\x03\x04\x14\x00\x08\x08"[..],
            b"SQLite format 3\0\x10\x00\x01\x01\x00\x40  ",
            b"\x00\x01\x00\x00\x00\x0f\x00\x80\x00\x03\x00\x70GSUB",
            b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2",
            b"\x89HDF\r\n\x1a\n",
            b"\x1f\x8b\x08\x08\xc3\x28",
            b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj \x01\x02",
        ] {
            assert!(is_binary(binary) && !is_wide_text(binary), "{binary:?}");
        }
        for text in [
            &b""[..],
            b"hello",
            "contrase\u{f1}a 4021, \u{1f600}".as_bytes(),
            "caf\u{e9}".as_bytes().split_at(4).0,
            b"contrase\xf1a 4021",
            b"\x83J\x81[\x83h\x82\xcd 4111",
            b"\x1b[1mbold\x1b[0m \xf1",
            b"\x02bold\x0f in IRC",
        ] {
            assert!(!is_binary(text), "{text:?}");
        }
    }

    #[test]
    fn wide_text_is_recognized_by_its_zero_bytes() {
        let text = "my card is 4111 \u{2013} 1111";
        let units = || text.encode_utf16();
        for wide in [
            units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            units().flat_map(u16::to_be_bytes).collect(),
            text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
            b"\xff\xfe\x1a\x04".to_vec(),
        ] {
            assert!(is_wide_text(&wide), "{wide:?}");
        }
        assert!(!is_wide_text(text.as_bytes()) && !is_wide_text(&[0; 64]) && !is_wide_text(b"a\0"));
        let tar = [&b"notes.txt"[..], &[0; 91], b"0000644\0", b"0001750\0"].concat();
        assert!(!is_wide_text(&tar));
    }
}
