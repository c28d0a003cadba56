//! Formats, fields and roles are told, or given.

use crate::{CARD, MASKED, redacted, run, stderr, stdout};

/// The roles that `scan` reports, in order.
fn roles(arguments: &[&str], input: &str) -> Vec<String> {
    let arguments: Vec<&str> = ["scan", "--json", "--quiet"].iter().chain(arguments).copied().collect();
    let lines = stdout(&run(&arguments, input.as_bytes()));
    lines
        .lines()
        .map(|line| {
            let report: serde_json::Value = serde_json::from_str(line).unwrap();
            report["role"].as_str().unwrap().to_owned()
        })
        .collect()
}

fn with_card(template: &str) -> String {
    template.replace("CARD", CARD)
}

#[test]
fn the_format_is_detected_from_the_content() {
    for template in [
        "{\"text\":\"CARD\",\"x\":\"CARD\"}\n{\"text\":\"a\"}\n",
        "[{\"text\":\"CARD\",\"x\":\"CARD\"},\n{\"text\":\"a\"}]",
        "id,text,x\n1,CARD,CARD\n",
        "id;text\nCARD;CARD\n",
    ] {
        // The text is masked, and so is the same number in every other field.
        let out = String::from_utf8(redacted(&[], with_card(template).as_bytes())).unwrap();
        assert_eq!(out, template.replace("CARD", MASKED), "{template}");
    }
}

#[test]
fn roles_are_guessed_from_names_in_both_languages() {
    let text = with_card(
        "Agente María: CARD\nCliente: CARD\nAsistente virtual: CARD\nSupport (Jane): CARD\nVisitor 8812: CARD\n",
    );
    assert_eq!(roles(&["--format", "text"], &text), ["agent", "customer", "bot", "agent", "customer"]);
}

#[test]
fn of_two_speakers_of_whom_one_is_known_the_other_is_the_other_side() {
    assert_eq!(roles(&[], &with_card("Jane: CARD\nCustomer: CARD\nJane: CARD\n")), ["agent", "customer", "agent"]);
    assert_eq!(roles(&[], &with_card("Jane: CARD\nAgent: CARD\nJane: CARD\n")), ["customer", "agent", "customer"]);
}

#[test]
fn a_role_can_be_given_to_a_name() {
    let text = with_card("Jane: CARD\nBob: CARD\nJane: CARD\n");
    assert_eq!(roles(&["--role", "jane=agent"], &text), ["agent", "customer", "agent"]);
    assert_eq!(roles(&["--role", "Bob=bot", "--role", "Jane=customer"], &text), ["customer", "bot", "customer"]);
    let json = with_card("{\"author\":\"Jane\",\"text\":\"CARD\"}\n");
    assert_eq!(roles(&["--role", "Jane=agent"], &json), ["agent"]);
}

#[test]
fn fields_can_be_given_by_name_and_by_pointer() {
    let line = "{\"payload\":\"my pin is 4821\",\"text\":\"my pin is 4822\",\"deep\":{\"t\":\"my pin is 4823\",\"who\":\"bot\"}}\n";
    let masked = |arguments: &[&str]| {
        let out = String::from_utf8(redacted(arguments, line.as_bytes())).unwrap();
        ["4821", "4822", "4823"].map(|pin| !out.contains(pin))
    };
    assert_eq!(masked(&["--only-text-field", "payload"]), [true, false, false]);
    assert_eq!(masked(&["--only-text-field", "/deep/t", "--only-text-field", "text"]), [false, true, true]);
    assert_eq!(masked(&["--text-field", "payload"]), [true, true, true]);
    assert_eq!(roles(&["--only-text-field", "/deep/t", "--role-field", "/deep/who"], line), ["bot"]);
    let table = with_card("who,said\nbot,CARD\n");
    assert_eq!(roles(&["--format", "csv", "--text-field", "said", "--role-field", "who"], &table), ["bot"]);
}

#[test]
fn a_json_line_without_a_known_field_is_scanned_everywhere() {
    let line = with_card("{\"a\":\"CARD\",\"b\":[\"CARD\"],\"CARD\":1}\n");
    let out = String::from_utf8(redacted(&[], line.as_bytes())).unwrap();
    assert_eq!(out, line.replace(CARD, MASKED));
}

#[test]
fn conversations_are_named_in_reports() {
    let line = with_card("{\"session_id\":\"s-17\",\"sender\":\"AGENT\",\"message\":\"hi CARD\"}\n");
    let report: serde_json::Value = serde_json::from_str(&stdout(&run(&["scan", "--json"], line.as_bytes()))).unwrap();
    assert_eq!(report["conversation"], "s-17");
    assert_eq!(report["role"], "agent");
    assert_eq!(report["entity"], "card");
    assert_eq!(report["action"], "mask");
    assert_eq!(report["line"], 1);
}

#[test]
fn reports_give_lines_and_bytes_of_what_was_found() {
    let text = with_card("Agent: hi\nJane: look\nhere\nis CARD\nand CARD\n");
    let lines = stdout(&run(&["scan", "--json"], text.as_bytes()));
    let reports: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(reports.len(), 2);
    for (report, line) in reports.iter().zip([4, 5]) {
        let byte = |end: &str| usize::try_from(report["bytes"][end].as_u64().unwrap()).unwrap();
        assert_eq!(&text[byte("start")..byte("end")], CARD);
        assert_eq!(report["line"], line);
    }
}

#[test]
fn the_transcripts_of_the_repository_lose_their_secrets_and_keep_what_is_harmless() {
    for (name, secrets, harmless) in [
        (
            "support.txt",
            &["453331", "482 913", "CID: 6620", "Bluebonnet!77", "412-55", "7333 1138"][..],
            &["118-5520931-44", "$212.40", "08/29", "7719-20465", "1Z999AA10123456784", "1-800-555-0199"][..],
        ),
        (
            "support-es.jsonl",
            &["328804", "Girasol", "4082", "treinta y siete", "862551"],
            &["$1,250.00", "11/28", "55-301822", "2026-03-02T15:07:03Z", "termina en 8486"],
        ),
        (
            "orders.csv",
            &["5413 1135", "862551"],
            &["118-5521004-19", "2026-02-28", "\"\"the blue one\"\" ending in 8486", "1310.75", "5:30 PM", "4B"],
        ),
    ] {
        let path = format!("{}/../examples/transcripts/{name}", env!("CARGO_MANIFEST_DIR"));
        let before = std::fs::read_to_string(&path).unwrap();
        let after = String::from_utf8(redacted(&[&path], b"")).unwrap();
        assert_eq!(before.lines().count(), after.lines().count(), "{name}");
        for secret in secrets {
            assert!(before.contains(secret) && !after.contains(secret), "{name}: {secret}");
        }
        for part in harmless {
            assert!(before.contains(part) && after.contains(part), "{name}: {part}");
        }
    }
}

#[test]
fn a_field_that_is_nowhere_is_told() {
    let lines = b"{\"who\":\"a\",\"said\":\"hi\"}\n{\"who\":\"b\",\"said\":\"hello\"}\n";
    let table = b"who,said\na,hi\nb,hello\n";
    for (arguments, input) in [
        (&["redact", "--format", "jsonl"][..], &lines[..]),
        (&["redact", "--format", "jsonl", "--text-field", "sayd"], lines),
        (&["scan", "--format", "csv", "--text-field", "sayd"], table),
    ] {
        let output = run(arguments, input);
        assert!(stderr(&output).contains("no known text field in"), "{}", stderr(&output));
        assert!(stderr(&output).contains("--text-field"));
    }
    let output = run(&["redact", "--format", "jsonl", "--text-field", "said"], lines);
    assert!(!stderr(&output).contains("no known text field"), "{}", stderr(&output));
}

#[test]
fn an_sql_value_without_findings_is_not_written_anew() {
    for text in [
        "INSERT INTO users (id,name,pin) VALUES (1,'bob',NULL);\n",
        "INSERT INTO chat (id,role,body) VALUES (-9.99,'customer',NULL),(2,'agent','ok then'),(0xABCD,NOW(),DEFAULT);\n",
    ] {
        assert_eq!(stdout(&run(&["redact", "--quiet", "--format", "sql"], text.as_bytes())), text);
    }
}

#[test]
fn the_name_of_a_field_says_what_its_value_is() {
    let line = |fields: &str| format!("{{\"role\":\"user\",\"content\":\"hello there\",{fields}}}\n");
    let given =
        line("\"card_number\":\"5105105105105100\",\"pin\":\"4821\",\"userPassword\":\"Sunshine99\",\"cvv\":837");
    let expected =
        line("\"card_number\":\"************5100\",\"pin\":\"****\",\"userPassword\":\"********\",\"cvv\":\"***\"");
    assert_eq!(stdout(&run(&["redact", "--quiet", "--format", "jsonl"], given.as_bytes())), expected);
}

#[test]
fn a_report_does_not_replace_a_transcript() {
    let folder = std::env::temp_dir().join(format!("lastfour-report-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("chat.txt");
    std::fs::write(&file, "Customer: hi\n").unwrap();
    let path = file.to_str().unwrap();
    let output = run(&["redact", "--report", path, path], b"");
    let after = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(after, "Customer: hi\n");
    assert!(stderr(&output).contains("would replace a transcript"));
}

/// A table of two tickets whose messages alternate.
fn tickets(header: &str) -> String {
    format!(
        "{header},ts_utc,sprecher,wortlaut\n\
         T-1,2024-05-01T10:00:00Z,Maya,Please read me the code we just texted you.\n\
         T-2,2024-05-01T10:00:05Z,Joe,What is your order number?\n\
         T-2,2024-05-01T10:00:09Z,lin,118552\n\
         T-1,2024-05-01T10:00:20Z,rob,482913\n"
    )
}

#[test]
fn a_field_with_ids_of_conversations_is_never_the_speaker() {
    for (header, arguments) in [
        ("tkt", &["--conversation-field", "tkt"][..]),
        ("tkt", &["--conversation-field", "/tkt"]),
        ("tkt", &[]),
        ("ticket", &[]),
        ("case", &[]),
    ] {
        let table = tickets(header);
        let arguments = [&["redact"], arguments].concat();
        let output = run(&arguments, table.as_bytes());
        assert!(stdout(&output).contains("rob,******"), "{header}: {}", stdout(&output));
        assert!(!stderr(&output).contains("T-"), "{header}: {}", stderr(&output));
    }
}

#[test]
fn names_that_differ_between_conversations_are_speakers() {
    let said = stderr(&run(&["redact"], tickets("ticket").as_bytes()));
    assert!(said.contains("Maya=agent"), "{said}");
    let moods =
        tickets("ticket").replace("Maya", "good").replace("rob", "good").replace("Joe", "bad").replace("lin", "bad");
    let said = stderr(&run(&["redact"], moods.as_bytes()));
    assert!(!said.contains("T-"), "{said}");
}

#[test]
fn a_field_that_may_name_the_conversation_or_the_speaker_is_a_candidate() {
    let said = stderr(&run(&["redact"], tickets("tkt").as_bytes()));
    for part in ["--conversation-field (candidates: tkt)", "--role-field (candidates: sprecher)"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = stderr(&run(&["redact", "--conversation-field", "tkt"], tickets("tkt").as_bytes()));
    assert!(!said.contains("candidates"), "{said}");
}

#[test]
fn a_list_of_people_explains_the_ids_of_speakers_whatever_its_fields_are_called() {
    for (list, key) in [("participants", "pid"), ("roster", "pid"), ("who_is_who", "handle_no")] {
        let line = format!(
            "{{\"{list}\":[{{\"{key}\":\"p1\",\"kind\":\"operator\"}},{{\"{key}\":\"p2\",\"kind\":\"customer\"}}],\
             \"messages\":[{{\"by\":{{\"{key}\":\"p2\"}},\"text\":\"CARD\"}},{{\"by\":{{\"{key}\":\"p1\"}},\"text\":\"CARD\"}}]}}\n"
        );
        assert_eq!(roles(&["--format", "jsonl"], &with_card(&line)), ["customer", "agent"], "{list} {key}");
    }
}

#[test]
fn a_line_with_a_time_and_no_speaker_is_no_message_without_a_role() {
    let notice = "12/1/24, 10:00 - Messages and calls are end-to-end encrypted.\n";
    let chat = format!("{notice}12/1/24, 10:01 - Agent: hello\n12/1/24, 10:02 - Customer: hi\n");
    let output = run(&["redact", "--strict"], chat.as_bytes());
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), chat), "{}", stderr(&output));
    let said = stderr(&run(&["redact", "--format", "text"], notice.repeat(3).as_bytes()));
    assert!(said.contains("no speakers are named") && !said.contains("--role-field"), "{said}");
}
