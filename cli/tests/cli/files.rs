//! Files: replaced in place, written elsewhere, compressed, walked.

use std::fs;
use std::io::{Read, Write};

use crate::{CARD, MASKED, Scratch, lastfour, redacted, run, stderr, stdout, text};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

#[test]
fn in_place_replaces_what_changes_and_leaves_nothing_else_behind() {
    let scratch = Scratch::new();
    let secret = scratch.file("chat.txt", format!("Agent: hi\nJane: {CARD}"));
    let clean = scratch.file("clean.txt", "Agent: hi\n");
    let before = fs::metadata(&clean).unwrap().modified().unwrap();
    let output = run(&["redact", "--in-place", text(&secret), text(&clean)], b"");
    assert!(output.status.success());
    assert_eq!(stdout(&output), "");
    assert_eq!(fs::read_to_string(&secret).unwrap(), format!("Agent: hi\nJane: {MASKED}"));
    assert_eq!(fs::metadata(&clean).unwrap().modified().unwrap(), before);
    assert_eq!(scratch.names(), ["chat.txt", "clean.txt"]);
    assert!(stderr(&output).contains("2 transcripts, 3 messages, 1 finding: 1 secret masked (1 card); 1 file changed"));
}

#[cfg(unix)]
#[test]
fn in_place_keeps_permissions_and_links() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let file = scratch.file("chat.txt", CARD);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let link = scratch.path("link.txt");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert!(run(&["redact", "--in-place", text(&link)], b"").status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), MASKED);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_not_replaced_under_one_of_them() {
    let scratch = Scratch::new();
    let content = format!("Agent: hi\nJane: {CARD}\n");
    let file = scratch.file("a.txt", &content);
    fs::hard_link(&file, scratch.path("b.txt")).unwrap();
    let output = run(&["redact", "--in-place", text(&file)], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("hard links"), "{}", stderr(&output));
    for name in ["a.txt", "b.txt"] {
        assert_eq!(fs::read_to_string(scratch.path(name)).unwrap(), content, "{name}");
    }
    assert_eq!(scratch.names(), ["a.txt", "b.txt"]);
    // Without a secret there is nothing to replace.
    fs::write(&file, "Agent: hi\n").unwrap();
    assert!(run(&["redact", "--in-place", text(&file)], b"").status.success());
}

#[test]
fn a_file_that_is_named_twice_is_replaced_once() {
    let scratch = Scratch::new();
    let file = scratch.file("in/a.txt", format!("Agent: hi\nJane: {CARD}\n"));
    let output = run(&["redact", "--in-place", text(&file), text(&scratch.path("in"))], b"");
    assert!(stderr(&output).contains("1 transcript, 2 messages, 1 finding"), "{}", stderr(&output));
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_is_left_as_it_is() {
    let scratch = Scratch::new();
    let whole = gzip(CARD.repeat(1000).as_bytes());
    let cut = &whole[..whole.len() - 6];
    let file = scratch.file("chat.txt.gz", cut);
    let good = scratch.file("good.txt", CARD);
    let output = run(&["redact", "--in-place", text(&file), text(&good)], b"");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(&file).unwrap(), cut);
    // One bad file does not keep the others from being done.
    assert_eq!(fs::read_to_string(&good).unwrap(), MASKED);
    assert_eq!(scratch.names(), ["chat.txt.gz", "good.txt"]);
    assert!(stderr(&output).contains("chat.txt.gz"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn nothing_is_lost_when_the_run_is_killed() {
    let scratch = Scratch::new();
    let content = format!("Agent: hi\nJane: {CARD}\n").repeat(200_000);
    let file = scratch.file("chat.txt", &content);
    for wait in [0, 5, 30, 100] {
        let mut child = lastfour(&["redact", "--in-place", "--quiet", text(&file)]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().unwrap();
        let now = fs::read_to_string(&file).unwrap();
        assert!(now == content || now == content.replace(CARD, MASKED), "the old or the new, nothing between");
    }
}

#[test]
fn output_keeps_paths_and_leaves_the_originals() {
    let scratch = Scratch::new();
    scratch.file("logs/a/one.txt", CARD);
    scratch.file("logs/two.jsonl", format!("{{\"text\":\"{CARD}\"}}\n"));
    scratch.file("logs/picture.png", "png");
    let output = lastfour(&["redact", "--output", "safe", "logs"]).current_dir(&scratch.0).output().unwrap();
    // The picture was not read.
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(
        scratch.names(),
        [
            "logs/a/one.txt",
            "logs/picture.png",
            "logs/two.jsonl",
            "safe/.lastfour-done",
            "safe/logs/a/one.txt",
            "safe/logs/two.jsonl"
        ]
    );
    assert_eq!(fs::read_to_string(scratch.path("safe/logs/a/one.txt")).unwrap(), MASKED);
    assert_eq!(fs::read_to_string(scratch.path("logs/a/one.txt")).unwrap(), CARD);
    assert!(stderr(&output).contains("1 file (1 .png) left"), "{}", stderr(&output));
    // What is noted for --resume is not taken for a file that was left.
    let output = lastfour(&["scan", "--strict", "safe/logs/a", "safe"]).current_dir(&scratch.0).output().unwrap();
    assert!(!stderr(&output).contains("left"), "{}", stderr(&output));
    // The output is not walked when it lies within.
    let output = lastfour(&["redact", "--output", "safe", "."]).current_dir(&scratch.0).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(!scratch.path("safe/safe").exists());
}

#[test]
fn a_transcript_is_not_written_over_itself() {
    let scratch = Scratch::new();
    scratch.file("chat.txt", CARD);
    let output = lastfour(&["redact", "--output", ".", "chat.txt"]).current_dir(&scratch.0).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--in-place"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(scratch.path("chat.txt")).unwrap(), CARD);
    scratch.file("d/chat.txt", CARD);
    let output = lastfour(&["redact", "--output", "d", "d"]).current_dir(&scratch.0).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("d is both the input and the output"), "{}", stderr(&output));
}

#[test]
fn compressed_transcripts_are_read_and_written_as_they_are() {
    let plain = format!("{{\"text\":\"{CARD}\"}}\n");
    let safe = plain.replace(CARD, MASKED);
    let gz = gzip(plain.as_bytes());
    assert_eq!(gunzip(&redacted(&[], &gz)), safe.as_bytes());
    let zst = zstd::encode_all(plain.as_bytes(), 0).unwrap();
    assert_eq!(zstd::decode_all(&redacted(&[], &zst)[..]).unwrap(), safe.as_bytes());

    let scratch = Scratch::new();
    let file = scratch.file("a.jsonl.gz", &gz);
    let other = scratch.file("b.jsonl.zst", &zst);
    assert!(run(&["redact", "--in-place", text(&file), text(&other)], b"").status.success());
    assert_eq!(gunzip(&fs::read(&file).unwrap()), safe.as_bytes());
    assert_eq!(zstd::decode_all(&fs::read(&other).unwrap()[..]).unwrap(), safe.as_bytes());
}

#[test]
fn several_gzip_members_are_one_transcript() {
    let two = [gzip(format!("{{\"text\":\"{CARD}\"}}\n").as_bytes()), gzip(b"{\"text\":\"b\"}\n")].concat();
    let out = gunzip(&redacted(&["--format", "jsonl"], &two));
    assert_eq!(String::from_utf8(out).unwrap(), format!("{{\"text\":\"{MASKED}\"}}\n{{\"text\":\"b\"}}\n"));
}

#[test]
fn transcripts_packed_in_different_ways_do_not_go_to_one_output() {
    let scratch = Scratch::new();
    let plain = scratch.file("a.txt", "hi\n");
    let packed = scratch.file("b.txt.gz", gzip(b"hi\n"));
    let output = run(&["redact", text(&plain), text(&packed)], b"");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "hi\n");
    assert!(stderr(&output).contains("--output"), "{}", stderr(&output));
}

#[test]
fn utf16_is_read_and_written_as_it_was() {
    for big in [false, true] {
        let wide = |text: &str| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let before = format!("\u{feff}Agent: año 😀\r\nJane: {CARD}\r\n");
        assert_eq!(redacted(&[], &wide(&before)), wide(&before.replace(CARD, MASKED)));
        let found = stdout(&run(&["scan", "--json"], &wide(&before)));
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        let start = wide(before.split(CARD).next().unwrap()).len();
        assert_eq!(found["bytes"], serde_json::json!({"start": start, "end": start + 2 * CARD.len()}), "{found}");
        assert_eq!((found["line"].as_u64(), found["column"].as_u64()), (Some(2), Some(7)), "{found}");
        let mut cut = wide(&before);
        cut.pop();
        let output = run(&["redact"], &cut);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("cut off"), "{}", stderr(&output));
    }
}
