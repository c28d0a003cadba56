//! Exports of chats as other programs write them.

use crate::{CARD, MASKED, redacted};

/// What is masked by the context alone.
const TALK: &[(&str, &str)] = &[
    ("customer", "hi, my order is 81772"),
    ("agent", "Sorry! What is the CID on the front of your card?"),
    ("customer", "4821"),
    ("agent", "Thanks. Please read me the code we just texted you."),
    ("customer", "482 913"),
    ("customer", "my password is Bluebonnet!77, is that the problem?"),
];

fn masked(text: &str) -> String {
    text.replace("4821", "****").replace("482 913", "*** ***").replace("Bluebonnet!77", "********")
}

fn redacted_as(arguments: &[&str], text: &str) -> String {
    let arguments: Vec<&str> = ["--quiet"].iter().chain(arguments).copied().collect();
    String::from_utf8(redacted(&arguments, text.as_bytes())).unwrap()
}

/// The messages of the talk in a form, oldest first.
fn export(form: impl Fn(usize, &str, &str) -> String) -> Vec<String> {
    TALK.iter().enumerate().map(|(n, (role, text))| form(n, role, text)).collect()
}

#[test]
fn messages_with_a_topic_each_are_one_conversation() {
    let message = |n: usize, role: &str, text: &str| {
        format!(
            "{{\"creator\":{{\"name\":\"{role}\"}},\"text\":\"{text}\",\"topic_id\":\"t{n}\",\"message_id\":\"s/t{n}\"}}"
        )
    };
    let text = format!("{{\"messages\":[{}]}}", export(message).join(","));
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn topics_with_several_messages_are_conversations() {
    let lines = [
        ("a", "agent", "What is the CID on the front of your card?"),
        ("b", "agent", "How many do you need?"),
        ("b", "customer", "4821"),
        ("a", "customer", "4821"),
    ];
    let line = |(topic, role, text): (&str, &str, &str)| {
        format!("{{\"topic_id\":\"{topic}\",\"role\":\"{role}\",\"text\":\"{text}\"}}\n")
    };
    let text: String = lines.into_iter().map(line).collect();
    let last = line(lines[3]);
    assert_eq!(redacted_as(&[], &text), text.replace(&last, &last.replace("4821", "****")));
}

#[test]
fn a_field_is_masked_if_its_name_says_that_its_value_is_a_code_for_its_owner() {
    for name in [
        "secret_code",
        "passCode",
        "otp_code",
        "otpCode",
        "login-code",
        "recoveryCode",
        "codigo_de_acceso",
        "codigoSecreto",
    ] {
        let text = format!("{{\"{name}\":\"482913\",\"text\":\"hello\"}}\n");
        assert_eq!(redacted_as(&[], &text), text.replace("482913", "******"), "{name}");
    }
    for name in
        ["zip_code", "error_code", "promo_code", "country_code", "statusCode", "codigo_postal", "code", "accessCount"]
    {
        let text = format!("{{\"{name}\":\"48291\",\"text\":\"hello\"}}\n");
        assert_eq!(redacted_as(&[], &text), text, "{name}");
    }
}

#[test]
fn every_pair_of_a_log_line_is_looked_at() {
    for line in [
        "level=info ts=2024-05-01T10:00:00Z customer_id=81772 pin=4821",
        "2024-05-01T10:00:00Z INFO chat customer_id=81772 ok pin=4821",
        "2024-05-01T10:00:00.000Z INFO payments a=1 b=2 secret_code=4821",
    ] {
        let other = "level=info ts=2024-05-01T10:00:00Z msg=\"hello\"";
        for text in [format!("{line}\n"), format!("{other}\n{line}\n"), format!("{line}\n{line}\n{other}\n")] {
            assert_eq!(redacted_as(&["--format", "log"], &text), text.replace("4821", "****"));
        }
    }
}

#[test]
fn short_messages_in_pairs_belong_to_the_conversation() {
    let line = |n: usize, role: &str, text: &str| {
        let direction = if role == "customer" { "in" } else { "out" };
        format!("2024-05-01T10:00:0{n}Z INFO chat conv=5511 dir={direction} msg=\"{text}\"")
    };
    let text = export(line).join("\n") + "\n";
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn the_time_of_a_message_may_be_in_an_object_around_it() {
    let record = |n: usize, role: &str, text: &str| {
        format!(
            "{{\"jsonPayload\":{{\"turn\":{{\"speaker\":\"{role}\",\"utterance\":{{\"text\":\"{text}\"}}}}}},\"timestamp\":\"2024-05-01T10:00:0{n}Z\"}}"
        )
    };
    let mut records = export(record);
    records.reverse();
    let text = format!("[{}]", records.join(",\n"));
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn who_tells_a_secret_and_asks_about_it_does_not_verify() {
    let message = |_: usize, role: &str, text: &str| {
        let sender = if role == "customer" { "{\"id\":\"01234A=\",\"name\":\"Daniel\"}" } else { "null" };
        format!("{{\"sender\":{sender},\"message\":{{\"type\":\"text\",\"text\":\"{text}\"}}}}")
    };
    let text = format!("{{\"history\":[{}]}}", export(message).join(","));
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn a_name_with_a_verb_after_a_time_begins_a_message() {
    let name = |role: &str| if role == "customer" { "Daniel Kim" } else { "Maria Lopez" };
    let line = |n: usize, role: &str, text: &str| format!("2024-05-01 10:00:0{n} {} says: {text}", name(role));
    let text = export(line).join("\n") + "\n";
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn yaml_is_read_by_its_keys_and_stays_valid() {
    let redact = |text: &str| redacted_as(&["--format", "yaml"], text);
    let item = |n: usize, role: &str, text: &str| {
        format!("  - role: {role}\n    time: \"2024-05-01T10:00:0{n}Z\"\n    text: \"{text}\"\n")
    };
    let quoted = format!("conversation: 5511\nmessages:\n{}", export(item).concat());
    assert_eq!(redact(&quoted), masked(&quoted));
    let item = |_: usize, role: &str, text: &str| format!("- text: {text}\n  role: {role}\n");
    let plain = format!("---\n# export\n{}", export(item).concat());
    let expected =
        masked(&plain).replace("text: ****\n", "text: '****'\n").replace("text: *** ***\n", "text: '*** ***'\n");
    assert_eq!(redact(&plain), expected);
    let item = |_: usize, role: &str, text: &str| format!("- {role}: |\n    {text}\n");
    let block = export(item).concat();
    assert_eq!(redact(&block), masked(&block));
    for text in [
        format!("note: my card\n  is {CARD}\n"),
        format!("- \"my card\n  is {CARD}\"\n"),
        format!("a:\n- b: 'it''s {CARD}'\n---\nc: {CARD} it is\n"),
        format!("a: {{b: my card is {CARD}}}\n{CARD}\n\t{CARD}\n"),
        format!("- - {CARD}, my card\n  -\n    x: \"{CARD}\n"),
    ] {
        let out = redact(&text);
        assert_eq!(out.replace('\'', ""), text.replace(CARD, MASKED).replace('\'', ""), "{text}");
    }
}
