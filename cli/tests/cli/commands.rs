//! Exit codes, reports, listings and advice.

use crate::{CARD, MASKED, Scratch, run, stderr, stdout, text};

#[test]
fn scan_exits_with_0_for_nothing_1_for_findings_and_2_for_errors() {
    assert_eq!(run(&["scan"], b"hello\n").status.code(), Some(0));
    assert_eq!(run(&["scan"], CARD.as_bytes()).status.code(), Some(1));
    assert_eq!(run(&["scan", "/no/such/file"], b"").status.code(), Some(2));
    let scratch = Scratch::new();
    let found = scratch.file("a.txt", CARD);
    let broken = scratch.file("b.txt", "%PDF-1.7\n");
    assert_eq!(run(&["scan", text(&found), text(&broken)], b"").status.code(), Some(2));
}

#[test]
fn redact_exits_with_0_whether_or_not_anything_was_found() {
    assert_eq!(run(&["redact"], b"hello\n").status.code(), Some(0));
    assert_eq!(run(&["redact"], CARD.as_bytes()).status.code(), Some(0));
    assert_eq!(run(&["redact", "/no/such/file"], b"").status.code(), Some(2));
}

#[test]
fn no_report_holds_what_was_found() {
    let digits: String = CARD.split(' ').collect();
    let line = format!("{{\"conversation\":\"{CARD}\",\"author\":\"{CARD}\",\"text\":\"{CARD}\"}}\n");
    for arguments in [&["scan"][..], &["scan", "--json"], &["explain"], &["explain", "-"]] {
        let output = run(arguments, line.as_bytes());
        let said = stdout(&output) + &stderr(&output);
        assert!(said.contains("card"), "{arguments:?}: {said}");
        let seen: String = said.chars().filter(char::is_ascii_digit).collect();
        assert!(!said.contains("453331") && !seen.contains(&digits), "{arguments:?}: {said}");
    }
    let said = stdout(&run(&["explain", &format!("my card is {CARD}")], b""));
    assert!(said.contains("found: card at 11..28") && said.contains(MASKED), "{said}");
    assert!(!said.contains("453331"), "{said}");
}

#[test]
fn the_table_of_scan_says_where_who_what_and_why() {
    let scratch = Scratch::new();
    let file = scratch.file("chat.txt", format!("Agent: hi\nJane: {CARD}\n"));
    let table = stdout(&run(&["scan", text(&file)], b""));
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("WHERE"));
    let row = lines.next().unwrap();
    for part in ["chat.txt:2", "customer", "card", "mask"] {
        assert!(row.contains(part), "{row}");
    }
}

#[test]
fn the_columns_of_scan_stand_under_each_other_however_long_the_names_are() {
    let scratch = Scratch::new();
    let long = "a-long-name-of-a-folder/".repeat(3);
    let talk = |id: &str| format!("{{\"conversation\":\"{id}\",\"role\":\"user\",\"text\":\"{CARD}\"}}\n");
    scratch.file("logs/a.jsonl", talk("1"));
    scratch.file(&format!("logs/{long}b.jsonl"), talk("conversation-with-quite-a-long-id") + &talk("2"));
    let table = stdout(&run(&["scan", text(&scratch.path("logs"))], b""));
    let column = |line: &str, what: &str| line.find(what).unwrap_or_else(|| panic!("no {what} in {line}"));
    let lines: Vec<&str> = table.lines().collect();
    let talks = column(lines[0], "CONVERSATION");
    for (line, id) in lines[1..].iter().zip(["1 ", "conversation-", "2 "]) {
        assert!(line[talks..].starts_with(id), "{table}");
    }
    assert_eq!(lines.len(), 4, "{table}");
    assert_eq!(column(lines[2], "customer"), column(lines[3], "customer"), "{table}");
}

#[cfg(unix)]
#[test]
fn explain_reads_what_a_path_leads_to_even_if_that_is_no_file() {
    let said = stdout(&run(&["explain", "/dev/stdin"], format!("Jane: {CARD}\n").as_bytes()));
    assert!(said.contains("message 1 (line 1:1): unknown\n  found: card"), "{said}");
}

#[test]
fn explain_goes_through_a_transcript_message_by_message() {
    let text = format!(
        "{{\"session\":\"s1\",\"role\":\"agent\",\"text\":\"hi\"}}\n{{\"session\":\"s1\",\"role\":\"user\",\"text\":\"{CARD}\"}}\n"
    );
    let said = stdout(&run(&["explain", "--format", "jsonl"], text.as_bytes()));
    assert!(said.contains("message 1 (line 1:40, conversation s1): agent\n"), "{said}");
    assert!(said.contains("message 2 (line 2:39, conversation s1): customer\n  found: card"), "{said}");
    // Where in the file, as in the table of scan.
    let said = stdout(&run(&["explain"], format!("Jane: hi\nJane: my card is {CARD}, zip 10285\n").as_bytes()));
    assert!(said.contains("found: card at 2:18 ") && said.contains("kept: 5 digits at 2:41 "), "{said}");
}

#[test]
fn quiet_says_nothing_but_errors() {
    assert_eq!(stderr(&run(&["redact", "--quiet"], b"hello\n")), "");
    assert_eq!(stderr(&run(&["scan", "-q", "--format", "jsonl"], b"no json\n")), "");
    assert!(stderr(&run(&["redact", "--quiet", "/no/such/file"], b"")).contains("does not exist"));
}

#[test]
fn errors_say_what_to_do() {
    for (arguments, advice) in [
        (&["redact", "/no/such/file"][..], "check the path"),
        (&["redact", "--policy", "/no/such/policy"], "check the path"),
        (&["explain", "no-such-chat.jsonl.gz"], "check the path"),
        (&["redact", "--in-place"], "FILES"),
        (&["redact", "--in-place", "-"], "name files"),
        (&["redact", "--output", "safe"], "name files"),
        (&["redact", "--role", "Jane"], "NAME=agent"),
        (&["redact", "--role", "Jane=boss"], "agent, customer or bot"),
        (&["redact", "--format", "xls"], "jsonl"),
        (&["redcat"], "redact"),
    ] {
        let output = run(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(advice), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn the_default_policy_is_printed_and_is_valid() {
    let scratch = Scratch::new();
    let policy = stdout(&run(&["policy"], b""));
    assert!(policy.contains("[entities.card]"), "{policy}");
    let file = scratch.file("policy.toml", &policy);
    let output = run(&["policy", "--check", text(&file)], b"");
    assert!(output.status.success());
    assert!(stderr(&output).contains("is a valid policy"));
}

#[test]
fn a_wrong_policy_is_refused_with_line_and_column() {
    let scratch = Scratch::new();
    let file = scratch.file("policy.toml", "style = 'stars'\n\n[entities.card]\nacton = 'mask'\n");
    for arguments in [&["policy", "--check", text(&file)][..], &["redact", "--policy", text(&file)]] {
        let output = run(arguments, b"");
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        assert!(said.contains("policy.toml") && said.contains("line 4"), "{said}");
        assert!(said.contains("action"), "{said}");
    }
}

#[test]
fn the_policy_decides_what_happens() {
    let scratch = Scratch::new();
    let allow = scratch.file("allow.toml", "[entities.card]\naction = 'flag'\n");
    let output = run(&["scan", "--json", "--policy", text(&allow)], CARD.as_bytes());
    assert!(stdout(&output).contains("\"action\":\"flag\""), "{}", stdout(&output));
}

#[test]
fn a_question_is_never_counted_as_masked() {
    let scratch = Scratch::new();
    let policy = scratch.file("block.toml", "[solicitation]\naction = 'block'\n");
    let chat = format!("Agent: what is your password?\nJane: {CARD}\n");
    let output = run(&["redact", "--policy", text(&policy)], chat.as_bytes());
    assert_eq!(stdout(&output), chat.replace(CARD, MASKED));
    let said = stderr(&output);
    assert!(said.contains("2 findings: 1 secret masked (1 card); 1 question for a secret"), "{said}");
    let said = stdout(&run(&["explain", "--policy", text(&policy)], chat.as_bytes()));
    let asks = said.lines().find(|line| line.contains("asks for password")).unwrap();
    assert!(asks.ends_with("; blocks the message"), "{said}");
}

#[test]
fn the_expiry_of_a_card_is_no_second_card() {
    let scratch = Scratch::new();
    let policy = scratch.file("expiry.toml", "style = 'label'\nexpiry = 'mask'\n");
    let output = run(&["redact", "--policy", text(&policy)], format!("{CARD} exp 12/28\n").as_bytes());
    assert_eq!(stdout(&output), "[card ending 7897] exp [expiry]\n");
    assert!(stderr(&output).contains("2 findings: 2 secrets masked (1 card, 1 expiry date)"), "{}", stderr(&output));
}

#[test]
fn detectors_lists_what_can_be_found() {
    let table = stdout(&run(&["detectors"], b""));
    for spec in lastfour::detectors() {
        assert!(table.lines().any(|line| line.starts_with(spec.id)), "{}", spec.id);
    }
}

#[test]
fn completions_and_man_pages_come_from_the_same_definitions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(&run(&["completions", shell], b""));
        assert!(script.contains("in-place"), "{shell}");
    }
    assert!(stdout(&run(&["man"], b"")).contains(".TH lastfour 1"));
    let scratch = Scratch::new();
    assert!(run(&["man", "--output", text(&scratch.path("man"))], b"").status.success());
    let page = std::fs::read_to_string(scratch.path("man/lastfour-redact.1")).unwrap();
    assert!(page.contains("in\\-place"), "{page}");
}

#[test]
fn eval_scores_labeled_conversations() {
    let scratch = Scratch::new();
    let case = serde_json::json!({
        "id": "c1", "category": "card", "turns": [
            {"role": "agent", "text": "Which card?", "secrets": [], "keep": []},
            {"role": "customer", "text": format!("{CARD}, and 12"), "secrets": [{"kind": "card", "value": CARD}], "keep": ["12"]},
            {"role": "customer", "text": "the verbal one is xyzzy", "secrets": [{"kind": "password", "value": "xyzzy"}], "either": true},
            {"role": "customer", "text": "the tail of it is Zzyzx77", "secrets": [{"kind": "password", "value": "Zzyzx77"}]},
        ]
    });
    let file = scratch.file("cases.jsonl", format!("{case}\n\n"));
    let output = run(&["eval", "--json", text(&file)], b"");
    assert!(output.status.success());
    let score: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(score["total"], score["categories"]["card"]);
    for (what, count) in [("secrets", 2), ("keeps", 1), ("lost", 0), ("clean", 1), ("changed", 0)] {
        assert_eq!(score["total"][what], count, "{what}");
    }
    let said = stdout(&run(&["eval", "--show", "5", text(&file)], b""));
    assert!(said.contains("TOTAL") && said.contains("secrets     2"), "{said}");
    assert_eq!(score["total"]["missed"] == 1, said.contains("MISS password [c1]"), "{said}");
}

#[test]
fn eval_names_the_line_of_what_is_no_case() {
    let scratch = Scratch::new();
    let file = scratch.file("cases.jsonl", "{\"id\":\"a\",\"category\":\"b\",\"turns\":[]}\n{\"id\": 3782}\n");
    let output = run(&["eval", text(&file)], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("line 2") && !stderr(&output).contains("3782"), "{}", stderr(&output));
}

#[test]
fn errors_name_what_was_typed() {
    for (arguments, typed) in [
        (&["redact", "--style", "label"][..], "unexpected argument '--style' found"),
        (&["scan", "--format", "xls"], "invalid value 'xls'"),
        (&["redact", "/nowhere/chat 2 of Monday.txt"], "/nowhere/chat 2 of Monday.txt"),
    ] {
        let output = run(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(typed), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn the_help_shows_its_example_unmasked() {
    assert!(stderr(&run(&[], b"")).contains("lastfour explain \"my card is 3782 822463 10005\""));
}

#[test]
fn eval_knows_the_names_of_entities_and_reads_directories() {
    let scratch = Scratch::new();
    let case = |kind: &str, role: &str| {
        serde_json::json!({"id": kind, "category": "x", "turns": [
            {"role": role, "text": format!("{CARD} and xyzzy"), "secrets": [{"kind": kind, "value": "xyzzy"}]},
        ]})
    };
    scratch.file("cases/a.jsonl", format!("{}\n", case("one-time-passcode", "customer")));
    scratch.file("cases/deep/b.jsonl", format!("{}\n", case("otp", "agent")));
    scratch.file("cases/notes.txt", "not a case");
    let folder = scratch.path("cases");
    assert_eq!(stdout(&run(&["eval", "--summary", text(&folder)], b"")).lines().count(), 1);
    let failed = stdout(&run(&["eval", "--failures", text(&folder)], b""));
    assert_eq!(failed.lines().next(), Some(r#"{"id":"one-time-passcode","missed":1,"lost":0,"changed":0}"#));
    assert_eq!(failed.lines().count(), 2);
    let wrong = scratch.file("wrong.jsonl", format!("{}\n", case("no such kind", "agent")));
    let output = run(&["eval", text(&wrong)], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("lastfour detectors"), "{}", stderr(&output));
}
