//! Every byte outside a finding comes out as it went in.

use crate::{CARD, MASKED, redacted, run, stderr};

/// Checks that only the card number changes.
fn only_the_card_changes(format: &str, template: &str) {
    let arguments = ["--format", format];
    let before = template.replace("CARD", CARD);
    let after = template.replace("CARD", MASKED);
    let out = redacted(&arguments, before.as_bytes());
    assert_eq!(String::from_utf8_lossy(&out), after, "{format}");
    // What is safe stays as it is.
    assert_eq!(redacted(&arguments, after.as_bytes()), after.as_bytes(), "{format}");
}

#[test]
fn the_example_of_the_manual_gives_the_same_line_with_the_text_redacted() {
    let line = "{\"conversation\":\"a\",\"role\":\"customer\",\"text\":\"my card is 3782 822463 10005\"}\n";
    let out = redacted(&["--format", "jsonl"], line.as_bytes());
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "{\"conversation\":\"a\",\"role\":\"customer\",\"text\":\"my card is **** ****** *0005\"}\n"
    );
}

#[test]
fn key_order_spacing_escapes_and_line_ends_of_json_lines_stay() {
    only_the_card_changes(
        "jsonl",
        "{ \"text\" :\t\"a \\u00e9 CARD \\/ 😀 \\ud83d\" , \"b\":[ 1.50,{} ]}\r\n\n  \n{\"text\":\"CARD\"}",
    );
}

#[test]
fn byte_order_marks_stay() {
    for (format, rest) in [
        ("text", "Agent: CARD\n"),
        ("jsonl", "{\"text\":\"CARD\"}\n"),
        ("json", "{\"text\":\"CARD\"}\n"),
        ("csv", "role,text\nagent,CARD\n"),
    ] {
        only_the_card_changes(format, &format!("\u{feff}{rest}"));
    }
}

#[test]
fn quotes_delimiters_and_newlines_in_tables_stay() {
    only_the_card_changes(
        "csv",
        "\"role\";text;n\r\nagent;\"a;\"\"b\"\"\r\nCARD\";1\r\nbot; CARD ;\"\"\r\n\r\nbot;\"CARD\";x",
    );
    only_the_card_changes("csv", "role\ttext\nagent\tCARD\n");
}

#[test]
fn headers_and_blanks_of_text_stay() {
    only_the_card_changes(
        "text",
        "[06/03/2017, 00:45:12] Jane:   CARD  \r\n\tmore\r\n\r\n[06/03/2017, 00:46:12] Bob: ok\r\nbye",
    );
}

#[test]
fn layout_of_json_documents_stays() {
    only_the_card_changes("json", "\n[\n  {\"text\": \"CARD\"} ,\n\n {\"text\":\"x CARD\"}\n]\n\n");
}

#[test]
fn an_escaped_number_is_found_and_its_escapes_replaced() {
    let escaped: String = CARD.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let out = redacted(&["--format", "jsonl"], format!("{{\"text\":\"it is {escaped}!\"}}").as_bytes());
    assert_eq!(String::from_utf8(out).unwrap(), format!("{{\"text\":\"it is {MASKED}!\"}}"));
}

#[test]
fn bytes_that_are_no_utf8_come_out_as_they_went_in() {
    let mut input = b"Agent: \xff\xfe ".to_vec();
    input.extend_from_slice(CARD.as_bytes());
    input.extend_from_slice(b" \xc3\n\x00\x80end");
    let mut expected = b"Agent: \xff\xfe ".to_vec();
    expected.extend_from_slice(MASKED.as_bytes());
    expected.extend_from_slice(b" \xc3\n\x00\x80end");
    assert_eq!(redacted(&["--format", "text"], &input), expected);
}

#[test]
fn a_line_that_is_no_json_is_scanned_as_text_and_counted() {
    let input = format!("{{\"text\":\"hi\"}}\n{{\"text\":\"{CARD}\n{CARD}\n");
    let output = run(&["redact", "--format", "jsonl"], input.as_bytes());
    assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), input.replace(CARD, MASKED));
    let said = stderr(&output);
    assert!(said.contains("2 records were not valid"), "{said}");
    assert!(said.contains("line 2"), "{said}");
    assert!(output.status.success());
}

#[test]
fn nothing_in_gives_nothing_out() {
    for format in ["text", "jsonl", "json", "csv"] {
        assert_eq!(redacted(&["--format", format], b""), b"");
        assert_eq!(redacted(&["--format", format], b"\n"), b"\n");
    }
    assert_eq!(redacted(&[], b""), b"");
}
