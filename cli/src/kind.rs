//! Recognizes files that contain no readable transcript, and says what to do with them.

/// A file that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Its description with an article: "a PDF document".
    pub(crate) what: &'static str,
    pub(crate) advice: &'static str,
}

impl Unreadable {
    /// Returns whether it was recognized as something other than text.
    pub(crate) fn is_known(self) -> bool {
        self.what != NOT_TEXT
    }
}

const NOT_TEXT: &str = "not text";
const EXPORT: &str = "export the transcript as text, JSON or CSV";
const UNPACK: &str = "unpack it first";
const PICTURE: &str = "pictures, sound and films are not read; redact their text where it comes from";
const DOCUMENT: &str = "save it as text or HTML first";

/// The first bytes of file formats: their offset, the bytes, a description, and advice.
const MAGIC: &[(usize, &[u8], &str, &str)] = &[
    (0, b"PAR1", "a Parquet file", "export it as CSV or JSON lines"),
    (0, b"%PDF-", "a PDF document", "extract its text first, for example with `pdftotext`"),
    (
        0,
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an old or an encrypted Office document",
        "save it as .xlsx without a password, or as text",
    ),
    (0, b"{\\rtf", "an RTF document", DOCUMENT),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (0, b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (0, b"BZh", "compressed with bzip2", "unpack it with `bunzip2` first; .gz and .zst are read"),
    (0, b"\xFD7zXZ\0", "compressed with xz", "unpack it with `unxz` first; .gz and .zst are read"),
    (0, b"\x04\x22\x4D\x18", "compressed with lz4", "unpack it with `unlz4` first; .gz and .zst are read"),
    (257, b"ustar", "a tar archive", "unpack it with `tar -xf` first, and name the directory"),
    (0, b"SQLite format 3\0", "an SQLite database", "dump it with `sqlite3 FILE .dump` first"),
    (0, b"Obj\x01", "an Avro file", "export it as CSV or JSON lines"),
    (0, b"ORC", "an ORC file", "export it as CSV or JSON lines"),
    (0, b"ARROW1", "an Arrow file", "export it as CSV or JSON lines"),
    (0, b"\x89PNG", "a picture (PNG)", PICTURE),
    (0, b"\xFF\xD8\xFF", "a picture (JPEG)", PICTURE),
    (0, b"GIF8", "a picture (GIF)", PICTURE),
    (0, b"II*\0", "a picture (TIFF)", PICTURE),
    (0, b"MM\0*", "a picture (TIFF)", PICTURE),
    (0, b"RIFF", "a picture, sound or film (RIFF)", PICTURE),
    (4, b"ftyp", "a film or sound (MP4)", PICTURE),
    (0, b"ID3", "sound (MP3)", PICTURE),
    (0, b"OggS", "sound (Ogg)", PICTURE),
    (0, b"fLaC", "sound (FLAC)", PICTURE),
    (0, b"\x1AE\xDF\xA3", "a film (Matroska)", PICTURE),
    (0, b"\x7FELF", "a program", EXPORT),
    (0, b"-----BEGIN PGP MESSAGE", "encrypted", "decrypt it first"),
    (0, b"Salted__", "encrypted", "decrypt it first"),
];

/// The number of bytes that are examined.
const LOOKED_AT: usize = 64 << 10;

/// Returns the kind of a file if its first bytes show that it cannot be read.
pub(crate) fn unreadable(sample: &[u8]) -> Option<Unreadable> {
    let known = MAGIC.iter().find(|(at, magic, ..)| {
        let starts = sample.get(*at..).is_some_and(|rest| rest.starts_with(magic));
        // A text may begin with these if they are only letters.
        let is_sure = magic.iter().any(|b| !b.is_ascii_graphic()) || *at == 0 && magic.len() >= 5;
        starts && (is_sure || is_binary(sample))
    });
    if let Some((_, _, what, advice)) = known {
        return Some(Unreadable { what, advice });
    }
    if is_utf32(sample) {
        return Some(Unreadable { what: "text in UTF-32", advice: "save it as UTF-8" });
    }
    is_binary(sample).then_some(Unreadable { what: NOT_TEXT, advice: EXPORT })
}

/// Returns whether the sample has more than a few control characters that do not occur in text. UTF-16 is text.
pub(crate) fn is_binary(sample: &[u8]) -> bool {
    let sample = &sample[..sample.len().min(LOOKED_AT)];
    let control = sample.iter().filter(|b| matches!(b, 0..=6 | 0x0E..=0x1A | 0x1C..=0x1F)).count();
    control * 50 > sample.len()
}

/// Returns whether the sample is text in UTF-32: the first byte or the last one of every four, and only that, is not zero
/// in most characters.
fn is_utf32(sample: &[u8]) -> bool {
    let units = sample[..sample.len().min(LOOKED_AT)].chunks_exact(4);
    let all = units.len();
    let latin =
        |low: usize| units.clone().filter(|unit| (0..4).all(|at| (unit[at] == 0) == (at != low))).count() * 5 > all * 4;
    all > 1 && (latin(0) || latin(3))
}

/// Returns the kind of a ZIP archive if the names of its members show that it is a document that cannot be read.
pub(crate) fn unreadable_archive<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<Unreadable> {
    let has = |wanted: &[&str]| names.clone().any(|name| wanted.contains(&name));
    let kinds = [
        (has(&["word/document.xml"]), "a Word document", DOCUMENT),
        (has(&["ppt/presentation.xml"]), "a presentation", DOCUMENT),
        (has(&["xl/workbook.bin"]), "a binary workbook", "save it as .xlsx or CSV first"),
        (
            has(&["content.xml", "META-INF/manifest.xml"]) && has(&["mimetype"]),
            "an OpenDocument file",
            "save it as .xlsx, CSV or text first",
        ),
        (has(&["META-INF/container.xml"]), "an e-book", DOCUMENT),
        (has(&["META-INF/MANIFEST.MF", "AndroidManifest.xml"]), "a program", EXPORT),
    ];
    let (_, what, advice) = kinds.into_iter().find(|(is, ..)| *is)?;
    Some(Unreadable { what, advice })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_files_are_recognized_and_text_is_not() {
        for bytes in [
            &b"%PDF-1.7\n"[..],
            b"PAR1\x15\x04\x15\0\0\0",
            b"\x89PNG\r\n\x1A\n",
            &[0; 40],
            b"BZh91AY&SY\0\x01\x02\x03\0\0",
        ] {
            assert!(unreadable(bytes).is_some(), "{bytes:?}");
        }
        for text in [
            "",
            "PAR1 is a gate",
            "Rare",
            "BZh is no word",
            "Agent: hi\n",
            "ID3 tags",
            "\u{1b}[1mbold\u{1b}[0m",
            "a\u{0}b and much more than that, so that one byte does not matter",
        ] {
            assert_eq!(unreadable(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn text_in_utf32_is_called_so() {
        let units =
            |to: fn(u32) -> [u8; 4], text: &str| text.chars().flat_map(|c| to(u32::from(c))).collect::<Vec<u8>>();
        for text in ["\u{feff}my card is 3782", "my card is 3782"] {
            for to in [u32::to_le_bytes, u32::to_be_bytes] {
                assert_eq!(unreadable(&units(to, text)).map(|what| what.what), Some("text in UTF-32"), "{text}");
            }
        }
        assert_eq!(unreadable(&[1, 0, 0, 0, 7, 7, 7, 7, 1, 2, 3, 4]).map(|what| what.what), Some(NOT_TEXT));
    }

    #[test]
    fn documents_in_archives_are_recognized() {
        let is = |names: &[&str]| unreadable_archive(names.iter().copied()).map(|what| what.what);
        assert_eq!(is(&["[Content_Types].xml", "word/document.xml"]), Some("a Word document"));
        assert_eq!(is(&["mimetype", "content.xml"]), Some("an OpenDocument file"));
        assert_eq!(is(&["a.txt", "content.xml"]), None);
    }
}
