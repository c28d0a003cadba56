//! The number of threads changes the speed and nothing else.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::{CARD, Scratch, lastfour, run, stderr, text};

/// The numbers of threads that are compared.
const JOBS: [&str; 3] = ["1", "2", "8"];

/// Sentences of both sides, some of which only mean something after another.
const AGENT: &[&str] =
    &["hi, how can I help?", "What is the CVV?", "one moment, please", "Read me the code we sent you."];
const CUSTOMER: &[&str] =
    &["482", "my card is 3743 453331 47897", "the parcel is late", "3743", "453331", "47897", "482 913"];

/// A seeded generator of numbers below a limit.
fn random(seed: u32) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % below
    }
}

/// Conversations whose messages alternate, as JSON lines with a malformed one now and then.
fn interleaved(messages: usize, conversations: usize) -> String {
    let mut next = random(7);
    let mut lines = String::new();
    for n in 0..messages {
        let conversation = next(conversations);
        let (role, said) = if next(2) == 0 {
            ("agent", AGENT[next(AGENT.len())])
        } else {
            ("customer", CUSTOMER[next(CUSTOMER.len())])
        };
        let line =
            format!("{{\"conversation_id\":\"c{conversation}\",\"role\":\"{role}\",\"text\":\"{said}\",\"n\":{n}}}");
        let cut = if next(500) == 0 { line.len() / 2 } else { line.len() };
        writeln!(lines, "{}", &line[..cut]).unwrap();
    }
    lines
}

/// What a run gave: its status, and all that it has written.
fn seen(output: &Output) -> (Option<i32>, &[u8], String) {
    (output.status.code(), &output.stdout, stderr(output))
}

/// Compares the runs of a command in a directory with each number of threads, with their reports.
fn same_with_all_jobs(directory: &Path, arguments: &[&str]) -> Output {
    let mut first: Option<(Output, String)> = None;
    for jobs in JOBS {
        let report = directory.join("report.json");
        let mut command = lastfour(arguments);
        command.current_dir(directory).args(["--jobs", jobs]);
        if arguments[0] == "redact" {
            command.arg("--report").arg(&report);
        }
        let output = command.output().unwrap();
        let report = fs::read_to_string(&report).unwrap_or_default();
        match &first {
            None => first = Some((output, report)),
            Some((expected, expected_report)) => {
                assert!(seen(&output) == seen(expected), "{arguments:?} --jobs {jobs}: {}", stderr(&output));
                assert_eq!(report, *expected_report, "{arguments:?} --jobs {jobs}");
            }
        }
    }
    first.unwrap().0
}

#[test]
fn interleaved_conversations_give_the_same_with_any_number_of_jobs() {
    let scratch = Scratch::new();
    let lines = interleaved(60_000, 300);
    // Several batches.
    assert!(lines.len() > 3 << 20, "{}", lines.len());
    scratch.file("chat.jsonl", &lines);
    let output = same_with_all_jobs(&scratch.0, &["redact", "chat.jsonl"]);
    let said = stderr(&output);
    assert!(
        said.contains("card") && said.contains("security-code") && said.contains("records were not valid"),
        "{said}"
    );
    same_with_all_jobs(&scratch.0, &["scan", "--json", "chat.jsonl"]);
    // The same through a pipe.
    let expected = &output.stdout;
    for jobs in JOBS {
        assert!(run(&["redact", "--quiet", "--jobs", jobs], lines.as_bytes()).stdout == *expected, "{jobs}");
    }
}

#[test]
fn one_long_conversation_gives_the_same_with_any_number_of_jobs() {
    let scratch = Scratch::new();
    let mut next = random(3);
    let mut lines = String::new();
    while lines.len() < 3 << 20 {
        writeln!(lines, "Agent: {}\nJane: {}", AGENT[next(AGENT.len())], CUSTOMER[next(CUSTOMER.len())]).unwrap();
    }
    scratch.file("chat.txt", &lines);
    let output = same_with_all_jobs(&scratch.0, &["redact", "chat.txt"]);
    assert!(stderr(&output).contains("one-time-passcode"), "{}", stderr(&output));
}

#[test]
fn all_formats_and_errors_among_them_give_the_same_with_any_number_of_jobs() {
    let scratch = Scratch::new();
    let said = format!("What is the CVV?|482|my card is {CARD}|3743|453331|47897");
    let said: Vec<&str> = said.split('|').collect();
    let roles = ["agent", "customer"];
    let rows = |row: &dyn Fn(&str, &str) -> String| -> String {
        said.iter().zip(roles.iter().cycle()).map(|(said, role)| row(role, said)).collect()
    };
    let files = [
        ("a.txt", rows(&|role, said| format!("{role}: {said}\n"))),
        ("b.jsonl", rows(&|role, said| format!("{{\"role\":\"{role}\",\"text\":\"{said}\"}}\n"))),
        (
            "c.json",
            format!(
                "[{}]",
                rows(&|role, said| format!("{{\"role\":\"{role}\",\"text\":\"{said}\"}},")).trim_end_matches(',')
            ),
        ),
        ("d.csv", format!("role,text\n{}", rows(&|role, said| format!("{role},\"{said}\"\n")))),
        ("e.log", rows(&|role, said| format!("2026-05-01T10:00:00Z level=info role={role} msg=\"{said}\"\n"))),
        (
            "f.vtt",
            format!("WEBVTT\n\n{}", rows(&|role, said| format!("00:01.000 --> 00:02.000\n<v {role}>{said}\n\n"))),
        ),
        (
            "g.html",
            format!("<html><body>{}</body></html>", rows(&|role, said| format!("<p><b>{role}:</b> {said}</p>\n"))),
        ),
        ("h.xml", format!("<chat>{}</chat>", rows(&|role, said| format!("<m role=\"{role}\">{said}</m>\n")))),
        ("i.eml", format!("From: a@b.example\nTo: c@d.example\nSubject: hi\n\nmy card is {CARD}\n")),
        (
            "j.sql",
            format!(
                "INSERT INTO chat (role, body) VALUES {};\n",
                rows(&|role, said| format!("('{role}','{said}'),")).trim_end_matches(',')
            ),
        ),
        ("k.md", rows(&|role, said| format!("**{role}:** {said}\n\n"))),
        ("m.zip", "PK\u{3}\u{4} cut off".to_owned()),
        ("n.txt", "\u{0}\u{1}\u{2}".repeat(30)),
        ("o.txt", rows(&|role, said| format!("{role}: {said}\r\n"))),
    ];
    for (name, content) in &files {
        scratch.file(&format!("in/{name}"), content);
    }
    // An error after a good part.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, interleaved(30_000, 40).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    scratch.file("in/l.jsonl.gz", &packed[..packed.len() - 9]);
    let cut = text(&scratch.path("in/l.jsonl.gz")).to_owned();
    let output = same_with_all_jobs(&scratch.0, &["redact", "--output", "out", "in"]);
    assert_eq!(output.status.code(), Some(2));
    for name in ["l.jsonl.gz", "m.zip", "n.txt"] {
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
        assert!(!scratch.path("out/in").join(name).exists());
    }
    let written = fs::read_to_string(scratch.path("out/in/o.txt")).unwrap();
    assert!(!written.contains(CARD) && !written.contains("482"), "{written}");
    same_with_all_jobs(&scratch.0, &["scan", "in"]);
    same_with_all_jobs(&scratch.0, &["redact", "--diff", "in"]);
    // What came before the error is written to standard output.
    let output = same_with_all_jobs(&scratch.0, &["redact", &cut]);
    assert_eq!(output.status.code(), Some(2));
    for (name, _) in &files {
        same_with_all_jobs(&scratch.0, &["redact", text(&scratch.path("in").join(name))]);
    }
}

#[test]
fn in_place_gives_the_same_with_any_number_of_jobs() {
    for jobs in JOBS {
        let scratch = Scratch::new();
        for n in 0..20 {
            scratch.file(&format!("in/{n}.txt"), format!("Agent: hi\nJane: {CARD}\n").repeat(n));
        }
        let output = run(&["redact", "--in-place", "--jobs", jobs, text(&scratch.path("in"))], b"");
        assert!(stderr(&output).contains("20 transcripts, 380 messages, 190 findings"), "{}", stderr(&output));
        for n in 0..20 {
            assert!(!fs::read_to_string(scratch.path(&format!("in/{n}.txt"))).unwrap().contains("453331"));
        }
    }
}
