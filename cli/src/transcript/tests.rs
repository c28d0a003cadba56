//! The laws of transcripts, held against every format.

use proptest::prelude::*;

use super::*;
use lastfour::Span;
use lastfour::json::Document;
use lastfour::{Edit, Patch};

const FORMATS: [Format; 4] = [Format::Text, Format::Jsonl, Format::Json, Format::Csv];

/// A record as the tests compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    raw: String,
    texts: Vec<(String, Option<String>, String)>,
    trouble: Option<Trouble>,
}

/// Reads a transcript that arrives in pieces ending at `ends`.
fn read(transcript: Transcript, bytes: &[u8], ends: &[usize]) -> Vec<Seen> {
    let mut all = Vec::new();
    read_with(transcript, bytes, ends, |record| {
        all.push(Seen {
            raw: String::from_utf8_lossy(record.raw).into_owned(),
            texts: record
                .texts()
                .map(|text| {
                    let key = match &text.conversation {
                        ConversationKey::Id(id) => String::from_utf8_lossy(id).into_owned(),
                        key => format!("{key:?}"),
                    };
                    (String::from_utf8_lossy(&text.bytes).into_owned(), text.speaker.map(|name| name.into_owned()), key)
                })
                .collect(),
            trouble: record.trouble,
        });
    });
    all
}

fn read_with(mut transcript: Transcript, bytes: &[u8], ends: &[usize], mut see: impl FnMut(&Record<'_>)) {
    let mut start = 0;
    for &end in ends.iter().chain([&bytes.len()]) {
        let end = end.clamp(start, bytes.len());
        transcript.push(&bytes[start..end]);
        start = end;
        while let Some(record) = transcript.next_record() {
            see(&record);
        }
    }
    transcript.finish();
    while let Some(record) = transcript.next_record() {
        see(&record);
    }
}

fn whole(format: Format, text: &str) -> Vec<Seen> {
    let seen = read(Transcript::new(format, Fields::default()), text.as_bytes(), &[]);
    assert_eq!(seen.iter().map(|seen| seen.raw.as_str()).collect::<String>(), text);
    seen
}

/// The texts of a transcript with who says them.
fn said(format: Format, text: &str) -> Vec<(String, Option<String>)> {
    whole(format, text).into_iter().flat_map(|seen| seen.texts).map(|(text, speaker, _)| (text, speaker)).collect()
}

fn words(of: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
    let speaker = |name: &str| if name.is_empty() { None } else { Some(name.to_owned()) };
    of.iter().map(|(text, name)| ((*text).to_owned(), speaker(name))).collect()
}

/// Replaces every text by a star and gives back the transcript.
fn starred(format: Format, text: &str) -> String {
    let mut out = Vec::new();
    read_with(Transcript::new(format, Fields::default()), text.as_bytes(), &[], |record| {
        let edits = record.texts().flat_map(|text| {
            let patch = Patch::new(vec![Edit { span: Span::new(0, text.bytes.len()), with: "\"*,\n".into() }]);
            text.edits(&patch)
        });
        out.extend_from_slice(&Patch::new(edits.collect()).apply(record.raw));
    });
    String::from_utf8(out).unwrap()
}

#[test]
fn speakers_and_continuation_lines_make_messages() {
    let text = "Agent: hello\r\nwho is it?\r\n\r\nJane: my card is\n3782 822463\n  10005\nAgent: thanks";
    assert_eq!(
        said(Format::Text, text),
        words(&[("hello\r\nwho is it?", "Agent"), ("my card is\n3782 822463\n  10005", "Jane"), ("thanks", "Agent"),])
    );
}

#[test]
fn an_export_with_times_takes_only_times_as_the_start_of_a_message() {
    let text = "[06/03/2017, 00:45:12] Jane: look\nCard: 3782 822463 10005\nNote: 1234\n\
                [06/03/2017, 00:46:01] Messages are encrypted.\n[06/03/2017, 00:46:12] Bob: ok\n";
    assert_eq!(
        said(Format::Text, text),
        words(
            &[("look\nCard: 3782 822463 10005\nNote: 1234", "Jane"), ("Messages are encrypted.", ""), ("ok", "Bob"),]
        )
    );
}

#[test]
fn lines_without_headers_are_messages_of_their_own() {
    assert_eq!(said(Format::Text, "one\ntwo\n\nPIN: 1234\n"), words(&[("one", ""), ("two", ""), ("PIN: 1234", "")]));
}

#[test]
fn labels_in_a_message_are_no_speakers() {
    let text = "Customer: here it is\nCID: 1234\nPassword: hunter2\nAgent: thank you\n";
    assert_eq!(
        said(Format::Text, text),
        words(&[("here it is\nCID: 1234\nPassword: hunter2", "Customer"), ("thank you", "Agent")])
    );
}

#[test]
fn a_message_goes_on_after_a_pause_under_the_same_speaker() {
    let mut transcript = Transcript::new(Format::Text, Fields::default());
    transcript.push(b"Agent: hello\n");
    assert!(transcript.next_record().is_none());
    transcript.pause();
    assert_eq!(transcript.next_record().unwrap().raw, b"Agent: hello\n");
    transcript.push(b"are you there?\nJane: yes\n");
    let record = transcript.next_record().unwrap();
    assert_eq!(record.raw, b"are you there?\n");
    assert_eq!(record.texts().next().unwrap().speaker.as_deref(), Some("Agent"));
}

#[test]
fn the_known_fields_of_json_are_texts_and_nothing_else() {
    let text = "{\"id\": \"7\", \"Content\": \"hi \\\"you\\\"\", \"role\": \"user\", \"n\": 3782}\n";
    assert_eq!(said(Format::Jsonl, text), words(&[("hi \"you\"", "user")]));
}

#[test]
fn without_a_known_field_every_string_number_and_key_is_a_text() {
    let text = "{\"a\": [\"x\", {\"b\": 12}], \"c\": true}\n";
    let texts: Vec<String> = said(Format::Jsonl, text).into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["a", "x", "b", "12", "c"]);
}

#[test]
fn role_and_conversation_are_those_of_the_innermost_object_that_names_them() {
    let text = "{\"session_id\": \"s1\", \"messages\": [\
                {\"content\": [{\"type\": \"text\", \"text\": \"code?\"}], \"role\": \"assistant\"},\
                {\"author\": {\"name\": \"x\", \"role\": \"user\"}, \"content\": {\"parts\": [\"482913\", 7]}}]}\n";
    let seen = whole(Format::Jsonl, text);
    let texts: Vec<_> = seen[0].texts.iter().map(|(a, b, c)| (a.as_str(), b.as_deref(), c.as_str())).collect();
    assert_eq!(texts, [("code?", Some("assistant"), "s1"), ("482913", Some("user"), "s1"), ("7", Some("user"), "s1")]);
}

#[test]
fn a_line_of_several_messages_without_an_id_is_a_conversation_of_its_own() {
    let text = "{\"messages\": [{\"role\": \"a\", \"content\": \"x\"}, {\"role\": \"b\", \"content\": \"y\"}]}\n\
                {\"role\": \"a\", \"content\": \"x\"}\n";
    let seen = whole(Format::Jsonl, text);
    assert!(seen[0].texts.iter().all(|(.., key)| key == "Record"));
    assert!(seen[1].texts.iter().all(|(.., key)| key == "Transcript"));
}

#[test]
fn fields_can_be_named_by_pointer() {
    let fields = Fields::default().text(["/event/lines/-"]).speaker(["/event/by"]).conversation(["/key"]);
    let text = "{\"key\": 7, \"text\": \"no\", \"event\": {\"lines\": [\"a\", \"b\"], \"by\": \"bot\"}}";
    let seen = read(Transcript::new(Format::Jsonl, fields), text.as_bytes(), &[]);
    let texts: Vec<_> = seen[0].texts.iter().map(|(a, b, c)| (a.as_str(), b.as_deref(), c.as_str())).collect();
    assert_eq!(texts, [("a", Some("bot"), "7"), ("b", Some("bot"), "7")]);
}

#[test]
fn a_line_that_is_no_json_is_a_text() {
    let seen = whole(Format::Jsonl, "{\"text\": \"a\"}\r\n{\"text\": \"my card\r\n\n{\"text\": \"b\"}");
    assert_eq!(seen.len(), 4);
    assert_eq!(seen[1].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[1].texts[0].0, "{\"text\": \"my card");
    assert_eq!(seen[2].texts, []);
    assert_eq!(seen[3].texts[0].0, "b");
}

#[test]
fn the_elements_of_a_json_array_are_records() {
    let text = "\u{feff}[\n  {\"role\": \"user\", \"text\": \"a\"},\n  {\"role\": \"bot\", \"text\": \"b\"}\n]\n";
    let seen = whole(Format::Json, text);
    assert_eq!(said(Format::Json, text), words(&[("a", "user"), ("b", "bot")]));
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|seen| seen.trouble.is_none()));
}

#[test]
fn a_json_document_and_several_of_them_are_read_to_the_end() {
    let text = "{\"Transcript\": [{\"ParticipantRole\": \"AGENT\", \"Content\": \"a\"}]} \n[\"b\"]\n[]\n\"c\" 12\n";
    let texts: Vec<String> = said(Format::Json, text).into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["a", "b", "c", "12"]);
    assert!(whole(Format::Json, text).iter().all(|seen| seen.trouble.is_none()));
}

#[test]
fn what_breaks_a_json_document_is_a_text() {
    for text in [
        "[{\"text\": \"a\"}, {\"text\": \"b",
        "[{\"text\": \"a\"}, oops 3782",
        "[{\"text\": \"a\"} 12]",
        "[{\"text\": \"a\"},",
    ] {
        let seen = whole(Format::Json, text);
        assert_eq!(seen[0].texts[0].0, "a", "{text}");
        assert_eq!(seen.iter().filter(|seen| seen.trouble == Some(Trouble::Malformed)).count(), 1, "{text}");
        let rest = seen.last().unwrap();
        assert_eq!(rest.texts[0].0, text["[{\"text\": \"a\"}".len()..], "{text}");
    }
}

#[test]
fn the_columns_of_a_table_are_found_by_their_names() {
    let text =
        "\u{feff}time;Role;Message;conversation id\r\n1;agent;\"hi; \"\"you\"\"\r\nthere\";x\r\n2;customer;yes;y";
    assert_eq!(said(Format::Csv, text), words(&[("hi; \"you\"\r\nthere", "agent"), ("yes", "customer")]));
    assert_eq!(whole(Format::Csv, text)[2].texts[0].2, "y");
}

#[test]
fn a_row_with_a_field_too_many_is_a_text() {
    let text = "role,text\nagent,hello, you\nagent,\"a\"b\ncustomer,ok\n";
    let seen = whole(Format::Csv, text);
    assert_eq!(seen[1].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[1].texts[0].0, "agent,hello, you");
    assert_eq!(seen[2].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[3].texts[0].0, "ok");
}

#[test]
fn a_quote_that_is_never_closed_costs_no_row_its_scan() {
    let text = "role,text\nagent,\"oops\ncustomer,\"one\"\ncustomer,two\n";
    let seen = whole(Format::Csv, text);
    assert_eq!(seen[1].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[1].texts[0].0, "agent,\"oops");
    assert_eq!(seen[2].texts[0].0, "one");
    let open = whole(Format::Csv, "role,text\nagent,\"oops\ncustomer,two\n");
    assert_eq!(open[1].texts[0].0, "agent,\"oops\ncustomer,two");
}

#[test]
fn a_table_without_known_columns_is_text_everywhere() {
    let texts: Vec<String> = said(Format::Csv, "a\tb\n1\t\"2\"\n").into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["a", "b", "1", "2"]);
}

#[test]
fn replaced_texts_are_spelled_as_the_format_asks() {
    assert_eq!(
        starred(Format::Jsonl, "{ \"text\" : \"a\\u0062\" , \"x\":1}\r\n"),
        "{ \"text\" : \"\\\"*,\\n\" , \"x\":1}\r\n"
    );
    assert_eq!(starred(Format::Jsonl, "{\"text\":12}"), "{\"text\":\"\\\"*,\\n\"}");
    assert_eq!(starred(Format::Csv, "text,id\n\"a\"\"b\",1\nc,2\n"), "text,id\n\"\"\"*,\n\",1\n\"\"\"*,\n\",2\n");
    assert_eq!(starred(Format::Text, "Agent:  a \r\nJane: b"), "Agent:  \"*,\n \r\nJane: \"*,\n");
}

#[test]
fn a_record_longer_than_the_limit_comes_in_pieces_and_stays_whole() {
    let long = "word ".repeat(200);
    for (format, text) in [
        (Format::Text, format!("Agent: hi\nJane: {long}\nAgent: bye\n")),
        (Format::Jsonl, format!("{{\"text\": \"{long}\", \"n\": [1, 2]}}\r\n{{\"text\": \"bye\"}}\n")),
        (Format::Json, format!("[{{\"text\": \"hi\"}}, {{\"text\": \"{long}\", \"n\": 1}}, {{\"text\": \"bye\"}}]\n")),
        (Format::Json, format!("{{\"text\": \"{long}\", \"n\": 1}} {{\"text\": \"bye\"}}")),
        (Format::Csv, format!("role,text\nagent,\"{long}\"\nagent,bye\n")),
        (Format::Jsonl, format!("{long}\n{{\"text\": \"bye\"}}\n")),
        (Format::Json, format!("[{{\"text\": \"hi\"}}, {long}")),
    ] {
        let ends: Vec<usize> = (0..text.len()).step_by(50).collect();
        let seen = read(Transcript::new(format, Fields::default()).longest_record(100), text.as_bytes(), &ends);
        assert_eq!(seen.iter().map(|seen| seen.raw.as_str()).collect::<String>(), text, "{format:?}");
        assert!(seen.iter().all(|seen| seen.raw.len() < 220), "{format:?}");
        let words: String = seen.iter().flat_map(|seen| &seen.texts).map(|(text, ..)| text.as_str()).collect();
        assert_eq!(words.matches("word").count(), 200, "{format:?}");
        assert!(seen.iter().any(|seen| seen.trouble.is_some()), "{format:?}");
        if words.contains("bye") {
            let last = seen.iter().rfind(|seen| !seen.texts.is_empty()).unwrap();
            assert!(last.texts[0].0.contains("bye") && last.trouble.is_none(), "{format:?} {last:?}");
        }
    }
}

#[test]
fn pathological_transcripts_take_linear_time() {
    for text in [
        "\"a\n".repeat(50_000),
        "\"".repeat(200_000),
        "a:\n".repeat(50_000),
        "[".repeat(200_000),
        "{},".repeat(50_000),
        "\\".repeat(200_000),
        "[12:03] a: b\n".repeat(20_000),
    ] {
        for format in FORMATS {
            let ends: Vec<usize> = (0..text.len()).step_by(1000).collect();
            let seen = read(Transcript::new(format, Fields::default()), text.as_bytes(), &ends);
            assert_eq!(seen.iter().map(|seen| seen.raw.len()).sum::<usize>(), text.len());
        }
    }
}

/// Pieces from which transcripts, good and bad, are made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{\"text\": \"hi\", \"role\": \"user\"}",
        "\n",
        "\r\n",
        "[",
        "]",
        ",",
        "{",
        "}",
        "\"",
        "\"\"",
        "\\",
        "\\u00e9",
        "\\ud83d",
        "Agent: ",
        "Jane: ",
        "[12:03] ",
        "2024-03-01 12:03 ",
        "3782 822463 10005",
        "é",
        "😀",
        "\u{feff}",
        ";",
        "\t",
        "role,text\n",
        "role;text\n",
        "a,\"b\nc\"\n",
        ":",
        " ",
        "true",
        "12.5e3",
        "-",
        "\u{0}",
        "word",
        "{\"messages\": [{\"role\": \"bot\", \"content\": [\"a\", 7]}]}\n",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_records_are_the_transcript_however_it_arrives(
        text in pieces(),
        ends in prop::collection::vec(0usize..400, 0..6),
        limit in 64usize..300,
    ) {
        let mut ends = ends;
        ends.sort_unstable();
        for format in FORMATS {
            let transcript = Transcript::new(format, Fields::default()).longest_record(limit);
            let mut raw = Vec::new();
            let mut inside = true;
            read_with(transcript, text.as_bytes(), &ends, |record| {
                let mut last = 0;
                for text in record.texts() {
                    inside &= text.span().start >= last && text.span().end <= record.raw.len();
                    last = text.span().end;
                }
                raw.extend_from_slice(record.raw);
            });
            prop_assert!(inside);
            prop_assert_eq!(raw, text.as_bytes());
        }
    }

    #[test]
    fn records_do_not_depend_on_how_the_transcript_arrives(
        text in pieces(),
        ends in prop::collection::vec(0usize..400, 0..6),
    ) {
        let mut ends = ends;
        ends.sort_unstable();
        for format in FORMATS {
            let in_pieces = read(Transcript::new(format, Fields::default()), text.as_bytes(), &ends);
            let at_once = read(Transcript::new(format, Fields::default()), text.as_bytes(), &[]);
            prop_assert_eq!(in_pieces, at_once);
        }
    }

    #[test]
    fn json_stays_valid_whatever_is_replaced(text in pieces(), limit in 64usize..300) {
        if Document::is_valid(text.as_bytes(), DEEPEST_JSON) {
            let mut out = Vec::new();
            let transcript = Transcript::new(Format::Json, Fields::default()).longest_record(limit);
            read_with(transcript, text.as_bytes(), &[], |record| {
                let edits = record.texts().flat_map(|text| {
                    text.edits(&Patch::new(vec![Edit { span: Span::new(0, text.bytes.len()), with: "\"\\*".into() }]))
                });
                out.extend_from_slice(&Patch::new(edits.collect()).apply(record.raw));
            });
            prop_assert!(Document::is_valid(&out, DEEPEST_JSON), "{}", String::from_utf8_lossy(&out));
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in FORMATS {
            let mut raw = Vec::new();
            let transcript = Transcript::new(format, Fields::default()).longest_record(64);
            read_with(transcript, &bytes, &[7, 90], |record| {
                for text in record.texts() {
                    assert!(text.raw_span(Span::new(0, text.bytes.len())).end <= record.raw.len());
                }
                raw.extend_from_slice(record.raw);
            });
            prop_assert_eq!(&raw, &bytes);
        }
    }
}
