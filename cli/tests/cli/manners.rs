//! What the commands promise besides their output: exit statuses, previews, reports, places, colors.

use std::fs;

use serde_json::Value;

use crate::{CARD, MASKED, Scratch, lastfour, run, stderr, stdout, text};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn scan_does_not_fail_for_what_is_only_flagged_unless_it_is_told_to() {
    let question = b"Agent: what is your password?\nCustomer: I will not say\n";
    let output = run(&["scan", "--json"], question);
    assert!(stdout(&output).contains("solicitation"), "{}", stdout(&output));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(run(&["scan", "--fail-on", "flag"], question).status.code(), Some(1));
    assert_eq!(run(&["scan", "--fail-on", "flag"], b"Agent: hello\n").status.code(), Some(0));
}

#[test]
fn a_directory_without_transcripts_is_an_error() {
    let scratch = Scratch::new();
    scratch.file("pictures/a.png", "png");
    for command in ["scan", "redact"] {
        let output = run(&[command, text(&scratch.path("pictures"))], b"");
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(
            stderr(&output).contains("nothing to read") && stderr(&output).contains("1 .png"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn a_directory_with_a_file_that_is_not_read_ends_in_status_2_like_an_archive() {
    let scratch = Scratch::new();
    scratch.file("in/chat.txt", "Agent: hi\n");
    scratch.file("in/a.png", "png");
    for command in ["scan", "redact"] {
        let output = run(&[command, text(&scratch.path("in"))], b"");
        assert_eq!(output.status.code(), Some(2), "{command}: {}", stderr(&output));
    }
}

#[test]
fn an_input_without_content_is_not_called_clean_in_silence() {
    let scratch = Scratch::new();
    let file = scratch.file("chat.txt", "\n \n");
    for command in ["scan", "redact"] {
        for output in [run(&[command], b""), run(&[command, text(&file)], b"")] {
            assert!(stderr(&output).contains("it is empty, so nothing was read"), "{}", stderr(&output));
            assert_eq!(output.status.code(), Some(0), "{command}");
        }
        assert!(!stderr(&run(&[command], b"Jane: hi\n")).contains("empty"));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_not_summed_up_as_no_findings() {
    let scratch = Scratch::new();
    let wide: Vec<u8> = "my card is".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let (file, other) = (scratch.file("chat.txt", wide), scratch.file("good.txt", "Jane: hi\n"));
    for command in ["scan", "redact"] {
        let output = run(&[command, text(&file)], b"");
        assert_eq!(output.status.code(), Some(2), "{command}");
        let said = stderr(&output);
        assert!(said.contains("UTF-32") && said.contains("save it as UTF-8"), "{said}");
        assert!(said.contains("nothing was read; 1 file failed") && !said.contains("0 findings"), "{said}");
        let said = stderr(&run(&[command, text(&file), text(&other)], b""));
        assert!(said.contains("1 transcript, 1 message, 0 findings; 1 file failed"), "{said}");
    }
}

#[test]
fn strict_fails_for_whatever_was_not_read_as_it_should_be() {
    let scratch = Scratch::new();
    let known = "{\"role\":\"agent\",\"text\":\"hi\"}\n";
    let good = scratch.file("good.jsonl", known);
    for command in ["scan", "redact"] {
        assert_eq!(run(&[command, "--strict", text(&good)], b"").status.code(), Some(0), "{command}");
        for (name, content) in [
            ("malformed.jsonl", format!("{known}not json\n")),
            ("no-role.jsonl", "{\"text\":\"hi\"}\n".to_owned()),
            ("no-text.jsonl", "{\"a\":\"x\",\"b\":3}\n".to_owned()),
        ] {
            let file = scratch.file(name, content);
            assert_eq!(run(&[command, text(&file)], b"").status.code(), Some(0), "{command} {name}");
            assert_eq!(run(&[command, "--strict", text(&file)], b"").status.code(), Some(2), "{command} {name}");
        }
        scratch.file("left/good.jsonl", known);
        scratch.file("left/a.png", "png");
        let output = run(&[command, "--strict", text(&scratch.path("left"))], b"");
        assert_eq!(output.status.code(), Some(2), "{command}: {}", stderr(&output));
    }
}

#[test]
fn an_option_that_matches_nothing_in_any_file_is_a_warning() {
    let scratch = Scratch::new();
    let first = scratch.file("a.jsonl", "{\"nick\":\"Ann\",\"role\":\"agent\",\"text\":\"hi\"}\n");
    let second = scratch.file("b.csv", "role,text\nagent,hi there\ncustomer,hello\n");
    for command in ["scan", "redact"] {
        for (option, value, says) in [
            ("--role-field", "alias", "--role-field alias was found in no message"),
            ("--text-field", "/a/b", "--text-field /a/b was found in no message"),
            ("--conversation-field", "room", "--conversation-field room was found in no message"),
            ("--role", "Nobody=agent", "--role Nobody=agent matches no speaker"),
        ] {
            let arguments = [command, "--strict", option, value, text(&first), text(&second)];
            let output = run(&arguments, b"");
            assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        }
        // The field is in one of the files.
        for arguments in [["--role-field", "nick"], ["--role", "ann=agent"]] {
            let arguments = [&[command, "--strict"][..], &arguments, &[text(&first), text(&second)]].concat();
            let output = run(&arguments, b"");
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        }
        let output = run(&[command, "--only-text-field", "nosuch", text(&first)], b"");
        assert!(stderr(&output).contains("no field of --only-text-field was found"), "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(2), "{command}");
    }
}

#[test]
fn guessed_roles_are_a_note_and_no_reason_to_fail() {
    let output = run(&["redact", "--strict"], b"Ann: hello\nBob: hi, how are you?\n");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("note: standard input: roles were guessed"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("warning"), "{}", stderr(&output));
}

#[test]
fn a_dry_run_writes_nothing_and_says_what_would_change() {
    let scratch = Scratch::new();
    let file = scratch.file("chat.txt", format!("Agent: hi\nJane: {CARD}\n"));
    for arguments in [&["redact", "--dry-run", "--in-place"][..], &["redact", "--dry-run"]] {
        let arguments: Vec<&str> = arguments.iter().copied().chain([text(&file)]).collect();
        let output = run(&arguments, b"");
        assert!(output.status.success());
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains("1 file would change"), "{}", stderr(&output));
        assert_eq!(fs::read_to_string(&file).unwrap(), format!("Agent: hi\nJane: {CARD}\n"));
    }
}

#[test]
fn a_diff_shows_the_changed_lines_with_the_secrets_masked_on_both_sides() {
    let scratch = Scratch::new();
    let file = scratch.file("chat.txt", format!("Agent: hi\nJane: my card is {CARD}, ok?\nAgent: yes\n"));
    let output = run(&["redact", "--diff", text(&file)], b"");
    let name = text(&file);
    let expected = format!(
        "--- {name}\n+++ {name} (redacted)\n@@ -2 +2 @@\n-Jane: my card is [card], ok?\n+Jane: my card is {MASKED}, ok?\n"
    );
    assert_eq!(stdout(&output), expected);
    let long = format!("{{\"role\":\"user\",\"text\":\"{} {CARD} {}\"}}\n", "one two ".repeat(60), "three ".repeat(60));
    let shown = stdout(&run(&["redact", "--diff", "--format", "jsonl"], long.as_bytes()));
    assert!(shown.lines().all(|line| line.chars().count() < 200), "{shown}");
    assert!(shown.contains("… ") || shown.contains('…'), "{shown}");
    assert!(!shown.contains("453331"), "{shown}");
}

#[test]
fn a_report_counts_and_never_quotes() {
    let scratch = Scratch::new();
    scratch.file(
        "in/chat.txt",
        format!("Agent: what is your card number?\nJane 3743 453331 47897: {CARD}\nJane: {CARD}\n"),
    );
    scratch.file("in/broken.jsonl", "{\"text\":\"hi\"}\noops\n");
    scratch.file("in/a.png", "png");
    let report = scratch.path("report.json");
    let output = lastfour(&["redact", "--report", text(&report), "--output", "out", "in"])
        .current_dir(&scratch.0)
        .output()
        .unwrap();
    // The picture was not read.
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let written = fs::read_to_string(&report).unwrap();
    assert!(!written.contains("453331"), "{written}");
    let written = json(&written);
    assert_eq!(written["version"], 1);
    assert_eq!(written["left"][".png"], 1);
    let files = written["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    assert!(files[0]["warnings"][0].as_str().unwrap().contains("line 2"), "{}", files[0]);
    let chat = &files[1];
    assert_eq!((chat["file"].as_str(), chat["status"].as_str()), (Some("in/chat.txt"), Some("changed")));
    assert_eq!(chat["formats"], serde_json::json!(["text"]));
    assert!(chat["messages"].as_u64().unwrap() >= 2);
    assert!(
        chat["findings"].as_array().unwrap().iter().any(|found| found["entity"] == "card" && found["action"] == "mask")
    );
    assert!(chat["speakers"].as_array().unwrap().iter().any(|speaker| speaker["role"] == "agent"), "{chat}");
    // The hash is that of the file that was written.
    let hash = std::process::Command::new("sha256sum").arg(scratch.path("out/in/chat.txt")).output();
    if let Ok(hash) = hash.map(|hash| stdout(&hash)) {
        assert!(hash.starts_with(chat["sha256"].as_str().unwrap()), "{hash} {chat}");
    }
}

#[test]
fn resume_skips_what_an_earlier_run_has_written() {
    let scratch = Scratch::new();
    for name in ["a.txt", "b.txt", "c.txt", "d.txt"] {
        scratch.file(&format!("in/{name}"), CARD);
    }
    let again = |more: &[&str]| {
        let arguments = [&["redact", "--resume", "--output", "out", "in"], more].concat();
        let output = lastfour(&arguments).current_dir(&scratch.0).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    let output = |name: &str| fs::read_to_string(scratch.path("out/in").join(name)).unwrap();
    assert!(again(&[]).contains("4 transcripts"));
    let done = again(&[]);
    assert!(done.contains("0 transcripts") && done.contains("4 files already done"), "{done}");
    // An output that is missing or is not what was written, and an input that was changed, are done again.
    fs::remove_file(scratch.path("out/in/a.txt")).unwrap();
    scratch.file("out/in/b.txt", "");
    let before = fs::metadata(scratch.path("in/c.txt")).unwrap().modified().unwrap();
    let changed = scratch.file("in/c.txt", CARD.replace("3743", "3744"));
    fs::File::options().write(true).open(changed).unwrap().set_modified(before).unwrap();
    let done = again(&[]);
    assert!(done.contains("3 transcripts") && done.contains("1 file already done"), "{done}");
    assert_eq!((output("a.txt").as_str(), output("b.txt").as_str()), (MASKED, MASKED));
    // So is everything if other options are given.
    assert!(again(&["--role", "Jane=agent"]).contains("4 transcripts"));
    // A record that was cut off counts as far as it goes.
    let record = scratch.path("out/.lastfour-done");
    let noted = fs::read(&record).unwrap();
    fs::write(&record, &noted[..noted.len() - 5]).unwrap();
    let done = again(&["--role", "Jane=agent"]);
    assert!(done.contains("1 transcript,") && done.contains("3 files already done"), "{done}");
    assert!(again(&["--role", "Jane=agent"]).contains("4 files already done"));
}

#[test]
fn secrets_in_the_names_of_files_are_masked_wherever_they_are_printed() {
    let scratch = Scratch::new();
    scratch.file("in/card 5105105105105100/a.txt", b"\0\x01\x02");
    scratch.file("in/card 5105105105105100/my pin is 4821.jsonl", format!("{{\"text\":\"{CARD}\"}}\noops\n"));
    let run = |arguments: &[&str]| lastfour(arguments).current_dir(&scratch.0).output().unwrap();
    let clean = |what: &str, text: &str| {
        assert!(!text.contains("5105105105105100") && !text.contains("4821"), "{what}: {text}");
    };
    let report = scratch.path("report.json");
    for arguments in [
        &["redact", "--output", "out", "--report", "report.json", "in"][..],
        &["redact", "--diff", "in"],
        &["scan", "in"],
        &["scan", "--json", "in"],
        &["scan", "--sarif", "in"],
        &["redact", "card 5105105105105100.txt"],
        &["redact", "--policy", "my pin is 4821.toml"],
        &["explain", "5105105105105100.txt"],
        &["redact", "--report", "in/card 5105105105105100/my pin is 4821.jsonl", "in"],
        &["redact", "--in-place", "--output", "5105105105105100", "in"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        if !arguments.contains(&"--in-place") {
            clean("stderr", &stderr(&output));
        }
        clean("stdout", &stdout(&output));
    }
    let report = fs::read_to_string(&report).unwrap();
    clean("report", &report);
    assert!(report.contains("my pin is ****.jsonl"), "{report}");
    // The file itself keeps its name.
    assert!(scratch.path("out/in/card 5105105105105100/my pin is 4821.jsonl").exists());
}

#[test]
fn a_report_replaces_neither_a_transcript_nor_an_output() {
    let scratch = Scratch::new();
    let chat = format!("Agent: hi\nJane: {CARD}\n");
    scratch.file("c.txt", &chat);
    scratch.file("out/c.txt", "written before");
    for arguments in [
        &["--report", "c.txt", "c.txt"][..],
        &["--report", "./c.txt", "--in-place", "c.txt"],
        &["--report", "out/c.txt", "--output", "out", "c.txt"],
        &["--report", "new/c.txt", "--output", "out/../new", "c.txt"],
        &["--report", "out/.lastfour-done", "--output", "out", "c.txt"],
    ] {
        let arguments = [&["redact"], arguments].concat();
        let output = lastfour(&arguments).current_dir(&scratch.0).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("the report would replace"), "{}", stderr(&output));
        assert_eq!(scratch.names(), ["c.txt", "out/c.txt"], "{arguments:?}");
        assert_eq!(fs::read_to_string(scratch.path("c.txt")).unwrap(), chat);
    }
}

#[test]
fn lines_of_json_say_where_with_lines_and_columns() {
    let text =
        format!("[{{\"role\":\"user\",\"text\":\"año {CARD}\"}},\n {{\"role\":\"user\",\"text\":\"{CARD}\"}}]\n");
    let output = stdout(&run(&["scan", "--json"], text.as_bytes()));
    let found: Vec<Value> = output.lines().map(json).collect();
    assert_eq!(found.len(), 2, "{output}");
    for (found, (line, column)) in found.iter().zip([(1, 29), (2, 25)]) {
        assert_eq!(
            (found["version"].as_u64(), found["line"].as_u64(), found["column"].as_u64()),
            (Some(1), Some(line), Some(column))
        );
        assert_eq!(found["end_column"].as_u64(), Some(column + CARD.len() as u64));
        let bytes = &found["bytes"];
        let range = bytes["start"].as_u64().unwrap() as usize..bytes["end"].as_u64().unwrap() as usize;
        assert_eq!(&text[range], CARD);
    }
}

#[test]
fn sarif_is_one_document_with_rules_and_regions() {
    let scratch = Scratch::new();
    let file = scratch.file("a chat.txt", format!("Agent: what is your password?\nJane: {CARD}\nJane: {CARD}\n"));
    for (arguments, results) in [(vec![text(&file)], 3), (vec![], 0)] {
        let arguments: Vec<&str> = ["scan", "--sarif"].into_iter().chain(arguments).collect();
        let document = json(&stdout(&run(&arguments, b"hello\n")));
        assert_eq!(document["version"], "2.1.0");
        let run = &document["runs"][0];
        let found = run["results"].as_array().unwrap();
        assert_eq!(found.len(), results);
        for result in found {
            let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
            assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result}");
        }
        if let Some(card) = found.iter().find(|result| result["ruleId"] == "card") {
            let place = &card["locations"][0]["physicalLocation"];
            assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("a%20chat.txt"), "{place}");
            assert_eq!(
                (place["region"]["startLine"].as_u64(), place["region"]["startColumn"].as_u64()),
                (Some(2), Some(7))
            );
            assert_eq!(card["level"], "error");
        }
    }
}

#[test]
fn explain_marks_what_was_found_and_kept_below_the_text() {
    let said = stdout(&run(&["explain", &format!("my card is {CARD}, zip 10285")], b""));
    let mut lines = said.lines();
    assert_eq!(lines.next(), Some(format!("my card is {MASKED}, zip 10285").as_str()), "{said}");
    assert_eq!(lines.next(), Some("           ^^^^^^^^^^^^^^^^^      ~~~~~"), "{said}");
}

#[test]
fn what_was_found_is_not_said_to_be_kept() {
    let said = stdout(&run(&["explain", "--as", "agent", "my account number is 5105 1051 0510 51"], b""));
    assert!(said.contains("found: ") && !said.contains("kept: "), "{said}");
}

#[test]
fn the_columns_of_scan_are_as_wide_as_their_longest_cells() {
    let scratch = Scratch::new();
    let chat = format!("Agent: Please read me the code we just texted you.\nJane: {CARD}\n");
    let file = scratch.file("c.txt", format!("Jane: {CARD}\n{chat}"));
    let table = stdout(&run(&["scan", text(&file)], b""));
    let column = |line: &str| line.find("ACTION").or(line.find(" mask ")).or(line.find(" flag "));
    let rows: Vec<usize> = table.lines().filter_map(column).collect();
    assert!(rows.len() >= 4 && rows[1..].iter().all(|at| at + 1 == rows[0]), "{table}");
}

#[test]
fn colors_are_for_terminals_unless_they_are_asked_for() {
    let colored = |arguments: &[&str], no_color: bool| {
        let mut command = lastfour(arguments);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        stdout(&command.output().unwrap()).contains('\x1b')
    };
    let message = format!("my card is {CARD}");
    assert!(!colored(&["explain", &message], false));
    assert!(colored(&["--color", "always", "explain", &message], false));
    assert!(colored(&["explain", "--color", "always", &message], true));
    assert!(!colored(&["explain", "--color", "never", &message], false));
}

#[test]
fn the_warning_about_roles_says_what_was_seen_and_what_to_type() {
    let chat = "{\"from\":\"Ann O'Hara\",\"text\":\"hi\"}\n{\"text\":\"hello\",\"from\":\"Bob\"}\n{\"text\":\"yes\",\"from\":\"Cy\"}\n";
    let said = stderr(&run(&["redact"], chat.as_bytes()));
    for part in ["not known in 3 messages", "Ann O'Hara, Bob, Cy", r"--role 'Ann O'\''Hara=agent'"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn given_fields_add_or_replace_and_values_of_any_type_are_speakers() {
    let line = |who: &str, text: &str| format!("{{\"user_id\":{who},\"zzz\":\"{text}\",\"text\":\"-\"}}\n");
    let chat = line("1", "What is the CVV?") + &line("2", "482");
    let arguments = [
        "--format",
        "jsonl",
        "--only-text-field",
        "zzz",
        "--role-field",
        "user_id",
        "--role",
        "1=agent",
        "--role",
        "2=customer",
    ];
    let out = run(&[&["redact"][..], &arguments].concat(), chat.as_bytes());
    assert_eq!(stdout(&out), chat.replace("482", "***"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_stopped_leaves_nothing_behind() {
    for signal in ["INT", "TERM", "KILL"] {
        stop(signal, false);
    }
}

#[cfg(all(target_os = "linux", feature = "proxy"))]
#[test]
fn a_run_that_is_stopped_leaves_nothing_behind_where_unfinished_files_have_names() {
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        assert_eq!(stop(signal, true), Some(status), "{signal}");
    }
}

/// Stops a run in the middle of a file, and checks that nothing stays behind. Returns its exit status.
#[cfg(target_os = "linux")]
fn stop(signal: &str, named: bool) -> Option<i32> {
    use std::io::Write;
    let scratch = Scratch::new();
    let pipe = scratch.path("chat.txt");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = lastfour(&["redact", "--quiet", "--output", "out", "chat.txt"]);
    if named {
        command.env("LASTFOUR_TEST_NAMED_FILES", "1");
    }
    let mut child = command.current_dir(&scratch.0).spawn().unwrap();
    // Opening it waits until the other side reads.
    let mut writer = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(&format!("Agent: hi\nJane: {CARD}\n").into_bytes().repeat(20_000)).unwrap();
    while named && scratch.names().len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert!(!status.success());
    drop(writer);
    assert_eq!(scratch.names(), ["chat.txt"], "{signal}");
    status.code()
}
