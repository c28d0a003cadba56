//! Archives, workbooks, and files that cannot be read.

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::Command;

use crate::{CARD, MASKED, Scratch, redacted, run, stderr, stdout, text};

/// A ZIP archive of stored members.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let start = u32::try_from(out.len()).unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let mut fixed = vec![20, 0, 0, 8, 0, 0, 0x21, 0x42, 0x9A, 0x58];
        fixed.extend(crc.sum().to_le_bytes());
        fixed.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        fixed.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        fixed.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        fixed.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&fixed);
        out.extend(name.as_bytes());
        out.extend(*content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fixed);
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, start) = (u16::try_from(members.len()).unwrap(), u32::try_from(out.len()).unwrap());
    let len = u32::try_from(directory.len()).unwrap();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(len.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// The members of an archive, read by Python, or `None` if there is no Python.
fn members(archive: &Path) -> Option<String> {
    let script = "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
                  for n in z.namelist(): print(n); sys.stdout.flush(); sys.stdout.buffer.write(z.read(n)); print()";
    let output = Command::new("python3").args(["-c", script, text(archive)]).output().ok()?;
    assert!(output.status.success(), "{}", stderr(&output));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_members_of_an_archive_are_read_by_their_own_formats_and_the_rest_stays() {
    let chat = format!("Agent: What is the CVV?\nJane: 482\nJane: {CARD}\n");
    let table = format!("role,text\nagent,What is the CVV?\ncustomer,482\ncustomer,{CARD}\n");
    let inner = zip(&[("deep.txt", CARD.as_bytes())]);
    let picture = [0x89, b'P', 0, 1];
    let build = |chat: &str, table: &str, inner: &[u8]| {
        zip(&[("a/chat.txt", chat.as_bytes()), ("b.csv", table.as_bytes()), ("p.png", &picture), ("in.zip", inner)])
    };
    let masked = |text: &str| text.replace(CARD, MASKED).replace("482\n", "***\n");
    let expected = build(&masked(&chat), &masked(&table), &zip(&[("deep.txt", MASKED.as_bytes())]));
    let scratch = Scratch::new();
    let file = scratch.file("chats.zip", build(&chat, &table, &inner));
    let output = run(&["redact", text(&file)], b"");
    assert_eq!(output.stdout, expected);
    assert!(stderr(&output).contains("1 member not read and left as before: p.png"), "{}", stderr(&output));
    // A picture that is copied unread may hold a secret.
    for command in ["redact", "scan", "explain"] {
        assert_eq!(run(&[command, text(&file)], b"").status.code(), Some(2), "{command}");
    }
    let found = stdout(&run(&["scan", "--json", text(&file)], b""));
    assert!(found.contains("\"member\":\"a/chat.txt\",\"line\":2,\"column\":7"), "{found}");
    assert!(found.contains("\"member\":\"in.zip/deep.txt\""), "{found}");
    // An archive without secrets is the same bytes.
    assert_eq!(run(&["redact"], &expected).stdout, expected);
    let out = scratch.file("out.zip", &expected);
    if let Some(content) = members(&out) {
        assert!(content.contains(MASKED) && !content.contains("453331"));
    }
}

#[test]
fn a_workbook_is_read_by_rows_and_columns() {
    let cell = |name: &str, text: &str| format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = [("role", "text"), ("agent", "What is the CVV?"), ("customer", "482"), ("customer", CARD)];
    let row = |(number, (role, text)): (usize, &(&str, &str))| {
        let number = number + 1;
        format!("<row r=\"{number}\">{}{}</row>", cell(&format!("A{number}"), role), cell(&format!("B{number}"), text))
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    let last = "<row r=\"5\"><c r=\"A5\" t=\"s\"><v>0</v></c><c r=\"B5\"><v>374345333147897</v></c></row>";
    let sheet = format!("<worksheet><sheetData>{rows}{last}</sheetData></worksheet>");
    let shared = "<sst count=\"1\"><si><t>customer</t></si></sst>";
    let book = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
    ]);
    let scratch = Scratch::new();
    let file = scratch.file("book.xlsx", &book);
    let output = run(&["redact", text(&file)], b"");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(out.contains("<t>***</t>") && out.contains(MASKED), "{out}");
    assert!(out.contains("<c r=\"B5\" t=\"str\"><v>***********7897</v></c>"), "{out}");
    assert!(out.contains(shared) && out.contains("What is the CVV?"), "{out}");
    let out = scratch.file("out.xlsx", &output.stdout);
    let _ = members(&out);
    assert!(stderr(&output).contains("1 security-code"), "{}", stderr(&output));
}

#[test]
fn what_cannot_be_read_is_an_error_that_says_what_to_do() {
    let mut tar = vec![0; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    let word = zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]);
    let pictures = zip(&[("a.png", b"png")]);
    let mut locked = zip(&[("a.txt", b"hello")]);
    let entry = memchr::memmem::find(&locked, b"PK\x01\x02").unwrap();
    locked[entry + 8] |= 1;
    let unknown: Vec<u8> = (0..4000u32).map(|n| ((n * n) >> 3) as u8).collect();
    for (content, says) in [
        (&b"%PDF-1.7\n%\xE2\xE3\n"[..], "pdftotext"),
        (b"PAR1\x15\x04\x15\x10\0\0", "CSV"),
        (&word, "Word"),
        (&pictures, "no file with the extension of a transcript"),
        (&locked, "encrypted"),
        (&tar, "tar -xf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "picture"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Office"),
        (&unknown, "not text"),
        (b"PK\x03\x04 cut off", "not a complete ZIP archive"),
    ] {
        for command in ["redact", "scan", "explain"] {
            let output = run(&[command], content);
            assert_eq!(output.status.code(), Some(2), "{command} {says}");
            assert!(stderr(&output).contains(says), "{command}: {}", stderr(&output));
            assert_eq!(stdout(&output), "", "{command} {says}");
        }
    }
}

#[test]
fn archives_are_read_compressed_too() {
    let archive = zip(&[("a.txt", CARD.as_bytes())]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&archive).unwrap();
    let out = redacted(&[], &packed.finish().unwrap());
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(Cursor::new(out)).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, zip(&[("a.txt", MASKED.as_bytes())]));
}

#[test]
fn a_compressed_member_of_an_archive_is_read_and_compressed_again() {
    let gzip = |text: &str| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let build =
        |text: &str| zip(&[("a.txt.gz", &gzip(text)), ("b.csv.zst", &zstd::encode_all(text.as_bytes(), 0).unwrap())]);
    let output = run(&["redact"], &build(&format!("Jane: {CARD}\n")));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let scratch = Scratch::new();
    let file = scratch.file("out.zip", &output.stdout);
    let found = run(&["redact", text(&file)], b"");
    assert!(stderr(&found).contains("2 messages, 0 findings"), "{}", stderr(&found));
    assert_eq!(found.stdout, output.stdout);
    assert_ne!(output.stdout, build(&format!("Jane: {CARD}\n")));
}

#[test]
fn the_comment_of_an_archive_is_masked_and_a_secret_in_a_name_is_reported() {
    let comment = |text: &str| {
        let mut archive = zip(&[("a.txt", b"Jane: hi\n")]);
        let len = u16::try_from(text.len()).unwrap().to_le_bytes();
        let end = archive.len() - 2;
        archive[end..].copy_from_slice(&len);
        archive.extend(text.as_bytes());
        archive
    };
    assert_eq!(redacted(&[], &comment(&format!("it is {CARD}"))), comment(&format!("it is {MASKED}")));
    assert_eq!(redacted(&[], &comment("my password is Sunshine99")), comment("my password is ********"));
    assert_eq!(redacted(&[], &comment("chats of May")), comment("chats of May"));
    let named = zip(&[(&format!("card {CARD}.txt"), b"Jane: hi\n")]);
    let output = run(&["redact"], &named);
    assert_eq!((output.status.code(), &output.stdout), (Some(2), &named));
    assert!(stderr(&output).contains("the name of card ") && !stderr(&output).contains(CARD), "{}", stderr(&output));
}

#[test]
fn a_directory_beyond_the_end_of_an_archive_is_an_error() {
    let mut archive = b"PK\x05\x06".to_vec();
    archive.extend([0; 12]);
    archive.extend(1_207_959_552u32.to_le_bytes());
    archive.extend([0; 2]);
    let folder = std::env::temp_dir().join(format!("lastfour-archive-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("a.zip");
    std::fs::write(&file, &archive).unwrap();
    let output = run(&["redact", "--in-place", file.to_str().unwrap()], b"");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("panicked"));
}
