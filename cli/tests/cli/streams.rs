//! Standard input and output: slow, broken, long.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::{CARD, MASKED, lastfour, redacted};

/// Starts the binary with pipes on both sides.
fn start(arguments: &[&str]) -> Child {
    lastfour(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// The lines that come out, as they come.
fn lines(child: &mut Child) -> mpsc::Receiver<String> {
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in out.lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    lines
}

#[test]
fn a_slow_input_comes_out_line_by_line() {
    for (arguments, line) in [
        (&["redact", "--format", "jsonl"][..], "{\"text\":\"CARD\"}"),
        (&["redact"][..], "{\"text\":\"CARD\"}"),
        (&["redact", "--format", "text"][..], "it is CARD"),
        (&["redact", "--format", "text"][..], "Agent: it is CARD"),
        (&["redact", "--format", "text"][..], "[12:03] Jane: it is CARD"),
    ] {
        let mut child = start(arguments);
        let out = lines(&mut child);
        let mut input = child.stdin.take().unwrap();
        for _ in 0..3 {
            writeln!(input, "{}", line.replace("CARD", CARD)).unwrap();
            let got = out.recv_timeout(Duration::from_secs(20)).expect("the line comes out before the next goes in");
            assert_eq!(got, line.replace("CARD", MASKED));
        }
        drop(input);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn an_input_that_comes_byte_by_byte_gives_the_same_output() {
    let text = format!("Agent: hi\nJane: my card\nis {CARD}\nok?\nAgent: thanks");
    let mut child = start(&["redact"]);
    let mut input = child.stdin.take().unwrap();
    for byte in text.bytes() {
        input.write_all(&[byte]).unwrap();
    }
    drop(input);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(out, text.replace(CARD, MASKED));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_broken_pipe_is_success() {
    for arguments in [&["redact", "--format", "jsonl"][..], &["scan", "--format", "jsonl"][..]] {
        let mut child = start(arguments);
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut input = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            let line = format!("{{\"text\":\"{CARD}\"}}\n").repeat(1000);
            // Until nobody reads any more.
            while input.write_all(line.as_bytes()).is_ok() {}
        });
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        drop(out);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        writer.join().unwrap();
    }
}

#[test]
fn a_long_transcript_comes_out_whole_and_in_order() {
    let text: String = (0..50_000).map(|n| format!("{{\"conversation\":{n},\"text\":\"{n} {CARD}\"}}\n")).collect();
    let out = String::from_utf8(redacted(&["--quiet"], text.as_bytes())).unwrap();
    assert!(out == text.replace(CARD, MASKED));
}

#[test]
fn a_line_longer_than_the_limit_is_scanned_and_stays_valid() {
    let filler = "word ".repeat(4_000_000);
    let text = format!("{{\"text\":\"{filler}{CARD}\",\"n\":[1]}}\n{{\"text\":\"{CARD}\"}}\n");
    let out = String::from_utf8(redacted(&["--quiet", "--format", "jsonl"], text.as_bytes())).unwrap();
    assert!(out == text.replace(CARD, MASKED));
}
