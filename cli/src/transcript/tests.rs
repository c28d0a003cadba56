//! What each format finds, and the properties that hold for all formats.

use lastfour::json::{Document, escape};
use lastfour::{Conversation, EarlierPieces, Edit, Engine, Message, Patch, Role, Span};
use proptest::prelude::*;

use super::interpret::Interpreter;
use super::invariants::{FORMATS, redact, redact_with};
use super::nested;
use super::record::{Edits, Key, Part};
use super::*;

/// A message in the form in which tests compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    text: String,
    speaker: Option<String>,
    role: Option<Role>,
    key: String,
    part: Part,
}

/// A record in the form in which tests compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SeenRecord {
    raw: String,
    said: Vec<Seen>,
    trouble: Option<Trouble>,
}

/// Reads a transcript that arrives in chunks ending at `ends`.
fn read(mut transcript: Transcript, fields: Fields, bytes: &[u8], ends: &[usize]) -> Vec<SeenRecord> {
    let mut names = Names::new(fields);
    let mut records = Vec::new();
    let mut start = 0;
    for &end in ends.iter().chain([&bytes.len()]) {
        let end = end.clamp(start, bytes.len());
        transcript.push(&bytes[start..end]);
        start = end;
        while let Some(record) = transcript.next_record(&mut names) {
            records.push(record);
        }
    }
    transcript.finish();
    while let Some(record) = transcript.next_record(&mut names) {
        records.push(record);
    }
    see(records, &mut names)
}

fn see(records: Vec<Record>, names: &mut Names) -> Vec<SeenRecord> {
    let mut interpreter = Interpreter::default();
    interpreter.study(&records, names);
    records
        .into_iter()
        .map(|mut record| {
            interpreter.read(&mut record, names);
            let said = match std::mem::replace(&mut record.body, Body::Said(Vec::new())) {
                Body::Texts(said) => nested::expand_texts(&interpreter, &mut record, names, said),
                Body::Said(said) => said,
                Body::Tree(_) => unreachable!("it was read"),
            };
            let seen = said.iter().map(|said| Seen {
                text: String::from_utf8_lossy(&record.join(&said.segments).bytes).into_owned(),
                speaker: said.speaker.name.as_deref().map(str::to_owned),
                role: said.speaker.role.or(said.speaker.side),
                key: match &said.key {
                    Key::Id(id) => String::from_utf8_lossy(id).into_owned(),
                    Key::Place(_) => "place".into(),
                    Key::Transcript => String::new(),
                    Key::Alone => "alone".into(),
                },
                part: said.part,
            });
            SeenRecord {
                said: seen.collect(),
                raw: String::from_utf8_lossy(&record.raw).into_owned(),
                trouble: record.trouble,
            }
        })
        .collect()
}

fn whole(format: Format, text: &str) -> Vec<SeenRecord> {
    let seen = read(Transcript::new(format), Fields::default(), text.as_bytes(), &[]);
    assert_eq!(seen.iter().map(|seen| seen.raw.as_str()).collect::<String>(), text);
    seen
}

/// Returns the messages of a transcript with their speakers: the name, or the stated role.
fn said(format: Format, text: &str) -> Vec<(String, String)> {
    let who = |seen: &Seen| seen.speaker.clone().or(seen.role.map(|role| role.to_string())).unwrap_or_default();
    let records = whole(format, text);
    let messages = records.iter().flat_map(|record| &record.said).filter(|seen| seen.part.is_said());
    messages.map(|seen| (who(seen), seen.text.clone())).collect()
}

#[track_caller]
fn says(format: Format, text: &str, expected: &[(&str, &str)]) {
    let seen = said(format, text);
    let seen: Vec<(&str, &str)> = seen.iter().map(|(who, text)| (who.as_str(), text.as_str())).collect();
    assert_eq!(seen, expected);
}

/// Returns the parts of the texts of a transcript, with the texts.
fn parts(format: Format, text: &str) -> Vec<(Part, String)> {
    whole(format, text).into_iter().flat_map(|record| record.said).map(|seen| (seen.part, seen.text)).collect()
}

#[test]
fn speakers_and_continuation_lines_form_messages() {
    says(
        Format::Text,
        "Agent: hello\r\nwho is it?\r\n\r\nJane: my card is\n3782 822463\n  10005\nAgent: thanks",
        &[("Agent", "hello\r\nwho is it?"), ("Jane", "my card is\n3782 822463\n  10005"), ("Agent", "thanks")],
    );
}

#[test]
fn an_export_with_times_takes_only_times_as_the_start_of_a_message() {
    says(
        Format::Text,
        "[06/03/2017, 00:45:12] Jane: look\nCard: 3782 822463 10005\nNote: 1234\n\
         [06/03/2017, 00:46:01] Messages are encrypted.\n[06/03/2017, 00:46:12] Bob: ok\n",
        &[("Jane", "look\nCard: 3782 822463 10005\nNote: 1234"), ("", "Messages are encrypted."), ("Bob", "ok")],
    );
}

#[test]
fn lines_without_headers_are_messages_of_their_own() {
    says(Format::Text, "one\ntwo\n\nPIN: 1234\n", &[("", "one"), ("", "two"), ("", "PIN: 1234")]);
}

#[test]
fn labels_in_a_message_are_not_speakers() {
    says(
        Format::Text,
        "Customer: here it is\nCID: 1234\nPassword: hunter2\nAgent: thank you\n",
        &[("Customer", "here it is\nCID: 1234\nPassword: hunter2"), ("Agent", "thank you")],
    );
}

#[test]
fn a_line_with_only_a_name_begins_a_message() {
    for text in [
        "Jane\nhello\nthere\n\nBob\nwho is it?\n\nJane\nme\n\nBob\nok\n",
        "Jane   0:00\nhello\nthere\n\nBob   0:10\nwho is it?\n\nJane   0:20\nme\n\nBob   1:20\nok\n",
        "[05/01/2024 10:00 AM] Jane\nhello\nthere\n\n[05/01/2024 10:00 AM] Bob\nwho is it?\n\n\
         [05/01/2024 10:00 AM] Jane\nme\n\n[05/01/2024 10:00 AM] Bob\nok\n",
    ] {
        says(Format::Text, text, &[("Jane", "hello\nthere"), ("Bob", "who is it?"), ("Jane", "me"), ("Bob", "ok")]);
    }
    let imessage = "May 01, 2024 10:00:00 AM\nMe\nhello\n\nMay 01, 2024 10:00:20 AM (Read by you)\n+15558675309\nhi\n\n\
                    May 01, 2024 10:00:40 AM\nMe\nbye\n\n";
    let named: Vec<_> = said(Format::Text, imessage).into_iter().filter(|(who, _)| !who.is_empty()).collect();
    assert_eq!(named.len(), 3, "{named:?}");
}

#[test]
fn a_message_continues_after_a_pause_under_the_same_speaker() {
    let mut names = Names::default();
    let mut transcript = Transcript::new(Format::Text);
    transcript.push(b"Agent: hello\n");
    assert!(transcript.next_record(&mut names).is_none());
    transcript.pause();
    assert_eq!(transcript.next_record(&mut names).unwrap().raw, b"Agent: hello\n");
    transcript.push(b"are you there?\nJane: yes\n");
    let record = transcript.next_record(&mut names).unwrap();
    assert_eq!(record.raw, b"are you there?\n");
    let seen = see(vec![record], &mut names);
    assert_eq!(seen[0].said[0].speaker.as_deref(), Some("Agent"));
}

#[test]
fn the_fields_of_a_record_are_recognized_by_name() {
    says(
        Format::Jsonl,
        "{\"id\": \"7\", \"Content\": \"hi \\\"you\\\"\", \"role\": \"user\", \"n\": 3782}\n\
         {\"sentBy\": \"Consumer\", \"messageData\": {\"msg\": {\"text\": \"a b\"}}}\n\
         {\"actor_type\": \"agent\", \"message_parts\": [{\"text\": {\"content\": \"c d\"}}]}\n\
         {\"userMessage\": \"e f\"}\n\
         {\"from\": \"gpt\", \"value\": \"shall we say so?\"}\n",
        &[
            ("customer", "hi \"you\""),
            ("Consumer", "a b"),
            ("agent", "c d"),
            ("customer", "e f"),
            ("gpt", "shall we say so?"),
        ],
    );
}

#[test]
fn text_fields_with_unknown_names_are_learned_from_sentences() {
    says(
        Format::Jsonl,
        "{\"who\": \"a\", \"said\": \"what is it that you want?\"}\n{\"who\": \"b\", \"said\": \"482\"}\n\
         {\"who\": \"a\", \"said\": \"thank you so much\"}\n{\"who\": \"b\", \"said\": \"ok\"}\n",
        &[("a", "what is it that you want?"), ("b", "482"), ("a", "thank you so much"), ("b", "ok")],
    );
    let nothing = whole(Format::Jsonl, "{\"a\": [\"x\", {\"b\": 12}], \"c\": true}\n");
    assert_eq!(nothing[0].trouble, Some(Trouble::NoField));
}

#[test]
fn role_and_conversation_come_from_the_innermost_object_that_names_them() {
    let text = "{\"session_id\": \"s1\", \"messages\": [\
                {\"content\": [{\"type\": \"text\", \"text\": \"code?\"}], \"role\": \"assistant\"},\
                {\"author\": {\"name\": \"x\", \"role\": \"user\"}, \"content\": {\"parts\": [\"482913\", 7]}}]}\n";
    let seen = whole(Format::Jsonl, text);
    let seen: Vec<_> = seen[0].said.iter().filter(|seen| seen.part == Part::Said).collect();
    let seen: Vec<_> = seen.iter().map(|seen| (seen.text.as_str(), seen.role, seen.key.as_str())).collect();
    assert_eq!(seen, [("code?", Some(Role::Bot), "s1"), ("482913", Some(Role::Customer), "s1")]);
}

#[test]
fn ids_are_explained_by_a_list_of_people() {
    for text in [
        "{\"Participants\": [{\"ParticipantId\": \"x1\", \"ParticipantRole\": \"CUSTOMER\"}, {\"ParticipantId\": \"x2\", \
         \"ParticipantRole\": \"AGENT\"}], \"Transcript\": [{\"Content\": \"a\", \"ParticipantId\": \"x2\"}, {\"Content\": \
         \"b\", \"ParticipantId\": \"x1\"}]}",
        "{\"users\": [{\"id\": 1, \"type\": \"customer\"}, {\"id\": 2, \"type\": \"agent\"}], \"events\": \
         [{\"author_id\": 2, \"text\": \"a\"}, {\"author_id\": 1, \"text\": \"b\"}]}",
        "{\"agent\": {\"id\": \"m\"}, \"customer\": {\"id\": \"d\"}, \"messages\": [{\"from\": \"m\", \"body\": \"a\"}, \
         {\"from\": \"d\", \"body\": \"b\"}]}",
    ] {
        let seen = whole(Format::Json, text);
        let roles: Vec<_> = seen[0].said.iter().filter(|seen| seen.part == Part::Said).map(|seen| seen.role).collect();
        assert_eq!(roles, [Some(Role::Agent), Some(Role::Customer)], "{text}");
    }
}

#[test]
fn numbers_booleans_directions_and_pairs_identify_speakers() {
    for (text, first, second) in [
        ("[{\"user_id\":1,\"text\":\"a\"},{\"user_id\":2,\"text\":\"b\"}]", "1", "2"),
        ("[{\"incoming\":false,\"text\":\"a\"},{\"incoming\":true,\"text\":\"b\"}]", "agent", "customer"),
        ("[{\"from_me\":true,\"text\":\"a\"},{\"from_me\":false,\"text\":\"b\"}]", "agent", "customer"),
        (
            "[{\"direction\":\"OUTGOING\",\"text\":\"a\"},{\"direction\":\"INCOMING\",\"text\":\"b\"}]",
            "agent",
            "customer",
        ),
        (
            "[{\"participantPurpose\":\"internal\",\"text\":\"a\"},{\"participantPurpose\":\"external\",\"text\":\"b\"}]",
            "agent",
            "customer",
        ),
        ("[{\"agent_message\":\"a\",\"customer_message\":\"b\"}]", "agent", "customer"),
        ("[{\"question\":\"a\",\"answer\":\"b\"}]", "question", "answer"),
        (
            "[{\"author\":{\"type\":\"user\"},\"text\":\"a\"},{\"author\":{\"type\":\"contact\"},\"text\":\"b\"}]",
            "agent",
            "customer",
        ),
    ] {
        says(Format::Json, text, &[(first, "a"), (second, "b")]);
    }
}

#[test]
fn the_same_words_twice_in_one_object_are_one_message() {
    for text in [
        "[{\"user\": \"U1\", \"text\": \"a b\", \"blocks\": [{\"elements\": [{\"type\": \"text\", \"text\": \"a b\"}]}]}]",
        "[{\"body\": \"a b\", \"html_body\": \"<p>a b</p>\", \"plain_body\": \"a b\", \"author_id\": 7}]",
        "[{\"from\": \"J\", \"text\": [\"a \", {\"type\": \"bold\", \"text\": \"b\"}], \"text_entities\": [{\"text\": \"a \"}, {\"text\": \"b\"}]}]",
        "[{\"text\": \"a b\", \"extra\": \"a b\"}]",
    ] {
        let seen = parts(Format::Json, text);
        let said: Vec<_> = seen.iter().filter(|(part, _)| *part == Part::Said).collect();
        assert_eq!(said, [&(Part::Said, "a b".to_owned())], "{text}");
        assert!(seen.iter().any(|(part, _)| matches!(part, Part::Copy(_))), "{text}: {seen:?}");
    }
}

#[test]
fn the_words_of_a_turn_are_one_text() {
    let word = |word: &str, speaker: u8| {
        format!("{{\"word\": \"{word}\", \"start\": 0.1, \"end\": 0.2, \"speaker\": {speaker}}}")
    };
    let words: Vec<String> = [("my", 0), ("pin", 0), ("is", 0), ("4821", 0), ("thank", 1), ("you", 1)]
        .iter()
        .map(|(text, who)| word(text, *who))
        .collect();
    let text = format!("{{\"transcript\": \"My pin is 4821. Thank you.\", \"words\": [{}]}}", words.join(","));
    let seen = parts(Format::Json, &text);
    assert!(seen.contains(&(Part::Said, "my pin is 4821".into())), "{seen:?}");
    assert!(seen.contains(&(Part::Said, "thank you".into())), "{seen:?}");
    let turn = "{\"utterances\": [{\"speaker\": \"A\", \"text\": \"Hi there.\", \"words\": [{\"text\": \"Hi\", \"start\": 1}, \
                {\"text\": \"there.\", \"start\": 2}, {\"text\": \"!\", \"start\": 3}]}]}";
    let seen = parts(Format::Json, turn);
    assert_eq!(seen[0], (Part::Said, "Hi there.".into()));
    assert_eq!(seen[1], (Part::Copy(0), "Hi there. !".into()));
}

#[test]
fn a_list_of_conversations_is_not_one() {
    let talk = |id: u8| {
        format!(
            "{{\"n\": {id}, \"messages\": [{{\"from\": \"a\", \"text\": \"x\"}}, {{\"from\": \"b\", \"text\": \"y\"}}]}}"
        )
    };
    let text = format!("{{\"chats\": [{}, {}]}}", talk(1), talk(2));
    let seen = whole(Format::Json, &text);
    assert!(seen[0].said.iter().filter(|seen| seen.part == Part::Said).all(|seen| seen.key == "place"));
    let one = format!("{{\"chats\": [{}]}}", talk(1));
    assert!(whole(Format::Json, &one)[0].said.iter().all(|seen| seen.key.is_empty()));
}

#[test]
fn fields_can_be_named_by_pointer() {
    let fields = Fields::default().text(["/event/lines/-"]).speaker(["/event/by"]).conversation(["/key"]);
    let text = "{\"key\": 7, \"text\": \"no\", \"event\": {\"lines\": [\"a\"], \"by\": 12}}";
    let seen = read(Transcript::new(Format::Jsonl), fields, text.as_bytes(), &[]);
    let seen: Vec<_> =
        seen[0].said.iter().map(|seen| (seen.text.as_str(), seen.speaker.as_deref(), seen.key.as_str())).collect();
    assert!(seen.contains(&("a", Some("12"), "7")), "{seen:?}");
    let neighbour = Fields::default().speaker(["/initiator/kind"]);
    let text = "[{\"initiator\": {\"kind\": true}, \"content\": {\"content\": \"hi\"}}]";
    let seen = read(Transcript::new(Format::Json), neighbour, text.as_bytes(), &[]);
    assert_eq!(seen[0].said[0].speaker.as_deref(), Some("true"));
}

#[test]
fn nested_texts_are_read() {
    let lines = "Customer: hi\\nAgent: What is it?\\nCustomer: 4821\\n";
    let html = "<p>x</p>( 0s ) Customer: hi<br>( 1m 2s ) Agent: What is it?<br>( 2m 2s ) Customer: <b>48</b>21<br>";
    let json = escape(
        "[{\"role\": \"Customer\", \"text\": \"hi\"}, {\"role\": \"Agent\", \"text\": \"What is it?\"}, {\"role\": \"Customer\", \"text\": \"4821\"}]",
    );
    for inner in [lines, &escape(html), &json] {
        let text = format!("{{\"id\": 1, \"transcript\": \"{inner}\"}}");
        let seen: Vec<_> = said(Format::Jsonl, &text).into_iter().filter(|(who, _)| !who.is_empty()).collect();
        let seen: Vec<_> = seen.iter().map(|(who, text)| (who.to_lowercase(), text.as_str())).collect();
        let seen: Vec<_> = seen.iter().map(|(who, text)| (who.as_str(), *text)).collect();
        assert_eq!(seen, [("customer", "hi"), ("agent", "What is it?"), ("customer", "4821")], "{inner}");
    }
}

#[test]
fn a_quoted_mail_is_scanned_before_its_answer() {
    let mail = "From: Dan <d@example.com>\nDate: Wed, 01 May 2024 10:00:00 +0000\nSubject: hi\n\n4821\n\nOn Wed, Maria wrote:\n> What is the CID?\n";
    let seen = said(Format::Mail, mail);
    assert_eq!(seen.first().map(|(_, text)| text.as_str()), Some("What is the CID?"));
    assert_eq!(seen.last(), Some(&("Dan".to_owned(), "4821".to_owned())));
}

#[test]
fn the_elements_of_a_json_array_are_records() {
    let text = "\u{feff}[\n  {\"role\": \"user\", \"text\": \"a\"},\n  {\"role\": \"bot\", \"text\": \"b\"}\n]\n";
    says(Format::Json, text, &[("customer", "a"), ("bot", "b")]);
    let seen = whole(Format::Json, text);
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|seen| seen.trouble.is_none()));
}

#[test]
fn one_or_several_json_documents_are_read_to_the_end() {
    let text = "{\"Transcript\": [{\"ParticipantRole\": \"AGENT\", \"Content\": \"a\"}]} \n[{\"text\": \"b\"}]\n[]\n{\"text\": 12}\n";
    says(Format::Json, text, &[("agent", "a"), ("", "b"), ("", "12")]);
    assert!(whole(Format::Json, text).iter().all(|seen| seen.trouble.is_none()));
}

#[test]
fn invalid_json_is_text() {
    for (text, rest) in [
        ("[{\"text\": \"a\"}, {\"text\": \"b", ": \"b"),
        ("[{\"text\": \"a\"}, oops 3782", ", oops 3782"),
        ("[{\"text\": \"a\"} 12]", "12]"),
        ("[{\"text\": \"a\"},", ","),
    ] {
        let seen = whole(Format::Json, text);
        assert_eq!(seen[0].said[0].text, "a", "{text}");
        assert_eq!(seen.iter().filter(|seen| seen.trouble == Some(Trouble::Malformed)).count(), 1, "{text}");
        assert_eq!(seen.last().unwrap().said[0].text.trim(), rest, "{text}");
    }
}

#[test]
fn a_long_document_is_split_between_messages_and_keeps_their_context() {
    let messages: Vec<String> =
        (0..40).map(|n| format!("{{\"from\": \"p{}\", \"text\": \"message number {n}\"}}", n % 2)).collect();
    let text =
        format!("{{\"conversation_id\": \"c9\", \"data\": {{\"messages\": [{}]}}, \"end\": 1}}\n", messages.join(", "));
    let seen = read(Transcript::new(Format::Json).longest_record(200), Fields::default(), text.as_bytes(), &[]);
    assert!(seen.len() > 8);
    assert_eq!(seen.iter().map(|seen| seen.raw.as_str()).collect::<String>(), text);
    let all: Vec<_> = seen.iter().flat_map(|seen| &seen.said).filter(|seen| seen.part == Part::Said).collect();
    assert_eq!(all.len(), 40);
    for (n, seen) in all.iter().enumerate() {
        assert_eq!(seen.text, format!("message number {n}"));
        assert_eq!(seen.speaker.as_deref(), Some(if n % 2 == 0 { "p0" } else { "p1" }));
        assert_eq!(seen.key, "c9");
    }
    assert!(seen.iter().all(|seen| seen.trouble.is_none()));
}

#[test]
fn a_line_that_is_not_json_is_text() {
    let seen = whole(Format::Jsonl, "{\"text\": \"a\"}\r\n{\"text\": \"my card\r\n\n{\"text\": \"b\"}");
    assert_eq!(seen.len(), 4);
    assert_eq!(seen[1].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[1].said[0].text, "{\"text\": \"my card");
    assert_eq!(seen[2].said, []);
    assert_eq!(seen[3].said[0].text, "b");
}

#[test]
fn logs_with_json_or_pairs_are_read() {
    for line in [
        "2024-05-01T10:00:00Z INFO {\"role\": \"agent\", \"text\": \"hi there\"}\n",
        "<14>1 2024-05-01T10:00:00Z web-1 chat 17 - {\"role\": \"agent\", \"text\": \"hi there\"}\n",
        "10.0.0.9 \"POST /chat\" 200 \"{\\x22role\\x22: \\x22agent\\x22, \\x22text\\x22: \\x22hi there\\x22}\"\n",
        "May  1 10:00:00 web-1 app[17]: msg=\"{\\\"role\\\": \\\"agent\\\", \\\"text\\\": \\\"hi there\\\"}\"\n",
        "time=2024-05-01T10:00:00Z level=info role=agent text=\"hi there\"\n",
        "2024-05-01 10:00 [info] message \x1b[36mrole\x1b[0m=\x1b[35magent\x1b[0m \x1b[36mtext\x1b[0m=\x1b[35m'hi there'\x1b[0m\n",
        "2024-05-01T10:00:00Z\tINFO\t{ role: 'agent', tags: [ 'a', 'b' ], text: 'hi there' }\n",
        "  Parameters: {\"role\"=>\"agent\", \"text\"=>\"hi there\", \"id\"=>nil}\n",
        "INFO:chat:{'role': 'agent', 'n': 3, 'text': 'hi there'}\n",
    ] {
        says(Format::Log, line, &[("agent", "hi there")]);
    }
    says(Format::Log, "2024-05-01 10:00:00 plain words\n", &[("", "plain words")]);
}

#[test]
fn lines_written_by_systems_are_not_a_conversation() {
    for line in [
        "May  1 10:00:00 web-1 sshd[17]: Failed password for root from 10.0.0.9 port 4821 ssh2\n",
        "2024-05-01 10:00:00,123 ERROR [main] o.a.Login - what is the password\n",
        "10.0.0.9 - - [01/May/2024:10:00:00 +0000] \"GET /pin?x=1 HTTP/1.1\" 200 4821 \"-\" \"curl\"\n",
        "2024-05-01 10:00:00.123 UTC [482] root@shop FATAL:  password authentication failed for user \"x\"\n",
        "I0501 10:00:00.000001    4821 pod.go:12] Started\n",
    ] {
        assert_eq!(said(Format::Log, line), [], "{line}");
        assert_eq!(detect("", line.repeat(3).as_bytes(), &Fields::default()), Format::Log, "{line}");
    }
    says(Format::Log, "2024-05-01 10:00:00 INFO Agent: What is it?\n", &[("agent", "What is it?")]);
    says(Format::Log, "10:00:00 INFO [exec-1] c.a.Chat - customer says: 318\n", &[("customer", "318")]);
    for line in ["Started POST \"/messages\" for 127.0.0.1\n", "Completed 200 OK in 12ms (Views: 3.1ms)\n"] {
        assert_eq!(said(Format::Log, line), [], "{line}");
    }
    let event = "{\"level\":\"info\",\"msg\":\"please type your password now\"}\n{\"level\":\"info\",\"msg\":\"worker7788 has been started\"}\n";
    assert_eq!(redacted(Format::Jsonl, event), event);
}

#[test]
fn subtitles_have_speakers_and_keep_their_times() {
    says(
        Format::Cues,
        "WEBVTT\n\nNOTE made by hand\n\n1\n00:00:01.000 --> 00:00:02.000\n<v Jane Doe>What is\n\n\
         00:00:02.000 --> 00:00:03.000\n<v Jane Doe>your PIN?</v>\n\n00:00:04.000 --> 00:00:05.000\nBob: 48<i>21</i>\n",
        &[("Jane Doe", "What is\nyour PIN?"), ("Bob", "4821")],
    );
    says(
        Format::Cues,
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nhello\r\n\r\n2\r\n00:00:02,500 --> 00:00:03,000\r\n- Jane: hi\r\n- Bob: hey\r\n",
        &[("", "hello"), ("Jane", "hi"), ("Bob", "hey")],
    );
    says(
        Format::Cues,
        "0:00:01.000,0:00:04.000\nJane: your PIN?\n\n0:00:05.000,0:00:06.000\nBob: 4821\n",
        &[("Jane", "your PIN?"), ("Bob", "4821")],
    );
    says(
        Format::Cues,
        "[Script Info]\nTitle: call\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
         Dialogue: 0,0:00:01.00,0:00:04.00,Default,Jane Doe,0,0,0,,Hi, your PIN?\nDialogue: 0,0:00:05.00,0:00:06.00,Default,Bob,0,0,0,,4821\n",
        &[("Jane Doe", "Hi, your PIN?"), ("Bob", "4821")],
    );
}

#[test]
fn a_text_may_begin_with_the_role_of_its_speaker() {
    let line = |text: &str| format!("{{\"severity\":\"INFO\",\"textPayload\":\"{text}\"}}\n");
    let talk = |pin: &str| {
        ["agent: What is the PIN, please?", &format!("customer: {pin}"), "agent: Thank you."].map(line).concat()
    };
    assert_eq!(redacted(Format::Jsonl, &talk("4821")), talk("****"));
    let table = |pin: &str| {
        format!("id,msg_0,msg_1,msg_2\n1,customer: hello to you,agent: What is the PIN of the card?,customer: {pin}\n")
    };
    assert_eq!(redacted(Format::Csv, &table("4821")), table("****"));
}

#[test]
fn numbers_that_refer_to_messages_are_no_texts() {
    let message = |n: u8| format!("{{\"id\":{n},\"sender\":{},\"content\":\"well, that is how it is\"}}", n % 2);
    let seen = |n: u8| format!("{{\"user_profile\":10,\"message\":{n}}}");
    let list = |of: &dyn Fn(u8) -> String| (1..20).map(of).collect::<Vec<_>>().join(",");
    let text = format!("{{\"messages\":[{}],\"seen\":[{}]}}", list(&message), list(&seen));
    assert_eq!(redacted(Format::Json, &text), text);
    // A number that is no id answers.
    let text =
        "{\"id\":1,\"role\":\"agent\",\"text\":\"What is the CVV?\"}\n{\"id\":2,\"role\":\"customer\",\"text\":482}\n";
    assert!(!redacted(Format::Jsonl, text).contains("482"));
}

#[test]
fn times_in_attributes_are_kept_in_a_chat() {
    let message = |(n, text): (usize, &&str)| {
        let who = ["Me", "Jane Doe"][n % 2];
        format!(
            "<div class=\"message\"><abbr class=\"dt\" title=\"2024-05-01T10:0{n}:00.000-05:00\">May 1, 2024, 10:0{n}:00 AM</abbr> \
             <cite class=\"sender\">{who}</cite>: <q>{text}</q></div>\n"
        )
    };
    let talk = |code: &str| {
        let lines = ["Hi.", "We texted you a code. What does it say?", code, "Thanks. And your name?", "Bob", "Done."];
        lines.iter().enumerate().map(message).collect::<String>()
    };
    assert_eq!(redacted(Format::Html, &talk("957304")), talk("******"));
}

#[test]
fn a_phrase_next_to_its_words_is_one_message() {
    let word = |word: &str| format!("{{\"displayText\":\"{word}\",\"offset\":\"PT1S\",\"duration\":\"PT0.2S\"}}");
    let phrase = |speaker: u8, text: &str| {
        let words: Vec<String> = text.split(' ').map(word).collect();
        format!(
            "{{\"speaker\":{speaker},\"offset\":\"PT1S\",\"nBest\":[{{\"confidence\":0.9,\"lexical\":\"{0}\",\"display\":\"{0}\",\"displayWords\":[{1}]}}]}}",
            text,
            words.join(",")
        )
    };
    let talk = |code: &str| {
        let phrases = [
            phrase(1, "what is the CVV on the back"),
            phrase(2, code),
            phrase(1, "and the ZIP code"),
            phrase(2, "10285"),
        ];
        format!("{{\"recognizedPhrases\":[{}]}}", phrases.join(","))
    };
    assert_eq!(redacted(Format::Json, &talk("482")), talk("***"));
}

#[test]
fn a_text_repeated_in_an_object_within_is_one_message() {
    let message = |(n, text): (usize, &&str)| {
        format!(
            "{{\"direction\":\"{}\",\"messageContent\":{{\"text\":\"{text}\",\"type\":\"TEXT\",\"payload\":{{\"text\":\"{text}\"}}}}}}",
            ["outbound", "inbound"][n % 2]
        )
    };
    let talk = |code: &str, name: &str| {
        let lines = ["Hi there. What is the CVV?", code, "And the ZIP code?", "10285", "What is your password?", name];
        format!("{{\"messages\":[{}]}}", lines.iter().enumerate().map(message).collect::<Vec<_>>().join(","))
    };
    assert_eq!(redacted(Format::Json, &talk("482", "Bluebonnet!77")), talk("***", "********"));
}

#[test]
fn html_speakers_are_found_by_class_or_as_in_text() {
    says(
        Format::Html,
        "<html><body><div class=\"message\"><span class=\"from_name\">Jane</span><div class=\"text\">What is it?</div></div>\
         <div class=\"message joined\"><div class=\"text\">Hello?</div></div>\
         <div class=\"message\"><span class=\"from_name\">Bob</span><div class=\"text\">48<b>21</b></div></div></body></html>",
        &[("Jane", "What is it?"), ("Jane", "Hello?"), ("Bob", "4821")],
    );
    says(
        Format::Html,
        "<p><b>Agent:</b> What is it?</p>\n<p><b>Customer:</b> 4821</p>\n",
        &[("Agent", "What is it?"), ("Customer", "4821")],
    );
    says(
        Format::Html,
        "<div class=\"msg agent\"><p>What is it?</p></div><div class=\"msg customer\"><p>4821</p></div>",
        &[("agent", "What is it?"), ("customer", "4821")],
    );
}

#[test]
fn xml_is_read_by_elements_and_attributes() {
    says(
        Format::Xml,
        "<?xml version=\"1.0\"?>\n<chat id=\"7\">\n  <message><sender>Agent</sender><text>What is it?</text></message>\n  \
         <message><sender>Customer</sender><text><![CDATA[4821]]></text></message>\n</chat>\n",
        &[("Agent", "What is it?"), ("Customer", "4821")],
    );
    says(
        Format::Xml,
        "<chat><message from=\"Agent\" time=\"1\">What is it?</message><message from=\"Customer\" time=\"2\">4821</message></chat>",
        &[("Agent", "What is it?"), ("Customer", "4821")],
    );
    let sms = |text: &str, kind: u8| {
        format!("  <sms protocol=\"0\" address=\"+12025550143\" type=\"{kind}\" body=\"{text}\" read=\"1\" />\n")
    };
    let text =
        format!("<smses count=\"4\">\n{}{}{}{}</smses>\n", sms("a b", 2), sms("c d", 1), sms("e f", 2), sms("g h", 1));
    says(Format::Xml, &text, &[("2", "a b"), ("1", "c d"), ("2", "e f"), ("1", "g h")]);
}

#[test]
fn the_rows_of_a_dump_are_read() {
    says(
        Format::Sql,
        "-- dump\nCREATE TABLE `m` (\n  `id` int NOT NULL,\n  `role` varchar(9),\n  `body` text,\n  PRIMARY KEY (`id`)\n);\n\
         INSERT INTO `m` VALUES (1,'agent','What''s it?'),\n(2,'customer','48\\'21');\nINSERT INTO m (body, role) VALUES ('ok','agent');\n",
        &[("agent", "What's it?"), ("customer", "48'21"), ("agent", "ok")],
    );
    says(
        Format::Sql,
        "COPY public.m (id, role, body) FROM stdin;\n1\tagent\tWhat\\tis it?\n2\tcustomer\t4821\n\\.\nSELECT 1;\n",
        &[("agent", "What\tis it?"), ("customer", "4821")],
    );
}

#[test]
fn the_columns_of_a_table_are_found_by_their_names() {
    let text =
        "\u{feff}time;Role;Message;conversation id\r\n1;agent;\"hi; \"\"you\"\"\r\nthere\";x\r\n2;customer;yes;y";
    says(Format::Csv, text, &[("agent", "hi; \"you\"\r\nthere"), ("customer", "yes")]);
    assert!(whole(Format::Csv, text)[2].said.iter().any(|seen| seen.key == "y"));
}

#[test]
fn titles_before_the_header_row_are_skipped() {
    says(
        Format::Csv,
        "sep=;\nChat export of May\n\nid;Sent By;Message Text (Original)\n1;agent;What is it, please?\n2;customer;4821\n",
        &[("agent", "What is it, please?"), ("customer", "4821")],
    );
}

#[test]
fn a_row_with_an_extra_field_is_text() {
    let text = "role,text\nagent,hello, you\nagent,\"a\"b\ncustomer,ok\n";
    let seen = whole(Format::Csv, text);
    assert_eq!(seen[1].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[1].said[0].text, "agent,hello, you");
    assert_eq!(seen[2].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[3].said[0].text, "ok");
}

#[test]
fn every_row_is_scanned_despite_an_unclosed_quote() {
    let text = "role,text\nagent,\"oops\ncustomer,\"one\"\ncustomer,two\n";
    let seen = whole(Format::Csv, text);
    assert_eq!(seen[1].trouble, Some(Trouble::Malformed));
    assert_eq!(seen[1].said[0].text, "agent,\"oops");
    assert_eq!(seen[2].said[0].text, "one");
    let open = whole(Format::Csv, "role,text\nagent,\"oops\ncustomer,two\n");
    assert_eq!(open[1].said[0].text, "agent,\"oops\ncustomer,two");
}

/// Writes a message of a chat in each format.
type Render = fn(Role, &str, usize) -> String;

/// The formats with what precedes and follows the messages.
const RENDERS: &[(Format, &str, Render, &str)] = &[
    (Format::Text, "", |role, text, _| format!("{role}: {text}\n"), ""),
    (Format::Text, "", |role, text, n| format!("[05/01/2024, 10:{n:02}:00] {role}: {text}\n"), ""),
    (Format::Text, "", |role, text, _| format!("**{role}:** {text}\n\n"), ""),
    (Format::Text, "", |role, text, _| format!("{role}\n{text}\n\n"), ""),
    (Format::Jsonl, "", |role, text, _| format!("{{\"role\": \"{role}\", \"text\": \"{}\"}}\n", escape(text)), ""),
    (
        Format::Json,
        "[",
        |role, text, n| {
            format!(
                "{}{{\"role\": \"{role}\", \"content\": [{{\"type\": \"text\", \"text\": \"{}\"}}]}}",
                if n > 0 { "," } else { "" },
                escape(text)
            )
        },
        "]",
    ),
    (
        Format::Json,
        "{\"id\": 7, \"messages\": [{\"role\": \"system\", \"text\": \"Be kind.\"}",
        |role, text, _| {
            format!(
                ",\n {{\"author\": {{\"type\": \"{role}\"}}, \"body\": \"{0}\", \"html_body\": \"<p>{0}</p>\"}}",
                escape(text)
            )
        },
        "]}",
    ),
    (Format::Csv, "id,role,text\n", |role, text, n| format!("{n},{role},\"{}\"\n", text.replace('"', "\"\"")), ""),
    (
        Format::Csv,
        "time;agent message;customer message\n",
        |role, text, n| {
            let cell = format!("\"{}\"", text.replace('"', "\"\""));
            if role == Role::Agent { format!("10:{n:02};{cell};\n") } else { format!("10:{n:02};;{cell}\n") }
        },
        "",
    ),
    (
        Format::Log,
        "",
        |role, text, n| {
            format!("2024-05-01T10:{n:02}:00Z INFO {{\"role\": \"{role}\", \"text\": \"{}\"}}\n", escape(text))
        },
        "",
    ),
    (
        Format::Log,
        "",
        |role, text, n| format!("time=2024-05-01T10:{n:02}:00Z level=info role={role} text=\"{}\"\n", escape(text)),
        "",
    ),
    (
        Format::Cues,
        "WEBVTT\n\n",
        |role, text, n| format!("00:{n:02}:00.000 --> 00:{n:02}:04.000\n<v {role} {n}>{text}</v>\n\n"),
        "",
    ),
    (
        Format::Html,
        "<html><body>\n",
        |role, text, _| {
            format!(
                "<div class=\"message\"><b class=\"author\">{role}</b><div class=\"content\"><p>{text}</p></div></div>\n"
            )
        },
        "</body></html>\n",
    ),
    (
        Format::Xml,
        "<chat>\n",
        |role, text, n| format!("<message n=\"{n}\"><role>{role}</role><text>{text}</text></message>\n"),
        "</chat>\n",
    ),
    (
        Format::Sql,
        "INSERT INTO m (id, role, body) VALUES\n",
        |role, text, n| format!("{}({n},'{role}','{}')", if n > 0 { ",\n" } else { "" }, text.replace('\'', "''")),
        ";\n",
    ),
    (
        Format::Sql,
        "COPY public.m (id, role, body) FROM stdin;\n",
        |role, text, n| format!("{n}\t{role}\t{text}\n"),
        "\\.\n",
    ),
    (Format::Sql, "", |role, text, n| format!("INSERT INTO m VALUES ({n},'{role}',$t${text}$t$);\n"), ""),
    (
        Format::Json,
        "[",
        |role, text, n| {
            let comma = if n > 0 { "," } else { "" };
            format!("{comma}[\"{role}\", \"10:{n:02}\", \"{}\"]", escape(text))
        },
        "]",
    ),
    (
        Format::Json,
        "{\"rows\": [[\"bot\", \"Welcome, how can we help you today?\"]",
        |role, text, _| format!(",\n [\"{role}\", \"{}\"]", escape(text)),
        "]}",
    ),
    (
        Format::Cues,
        "",
        |role, text, n| format!("{n}\n00:{n:02}:00,000 --> 00:{n:02}:04,000\n{role} {n}: {text}\n\n"),
        "",
    ),
    (
        Format::Html,
        "<!DOCTYPE html><html><body>\n",
        |role, text, _| format!("<p><b>{role}:</b> {text}</p>\n"),
        "</body></html>",
    ),
    (
        Format::Html,
        "<html><body><script>window.chat = {\"messages\": [",
        |role, text, n| {
            let comma = if n > 0 { "," } else { "" };
            format!("{comma}{{\"role\": \"{role}\", \"text\": \"{}\"}}", escape(text))
        },
        "]};</script></body></html>",
    ),
    (
        Format::Xml,
        "<?xml version=\"1.0\"?>\n<log>",
        |role, text, n| format!("<event id=\"{n}\" role=\"{role}\" body=\"{text}\"/>\n"),
        "</log>",
    ),
    (
        Format::Mail,
        "",
        |role, text, _| format!("From x@example.com\nFrom: {role} <x@example.com>\nTo: y@example.com\n\n{text}\n\n"),
        "",
    ),
    (Format::Jsonl, "{\"transcript\": \"", |role, text, _| escape(&format!("{role}: {text}\n")), "\"}\n"),
    (Format::Csv, "id,transcript\n1,\"", |role, text, _| format!("{role}: {}\n", text.replace('"', "\"\"")), "\"\n"),
];

fn render(render: &(Format, &str, Render, &str), talk: &[(Role, String)]) -> String {
    let (_, before, message, after) = render;
    let messages: String = talk.iter().enumerate().map(|(n, (role, text))| message(*role, text, n)).collect();
    format!("{before}{messages}{after}")
}

/// Checks that the same chat is redacted alike in every format, and as the library does it.
fn same_in_every_format(talk: &[(Role, String)]) {
    for way in RENDERS {
        let opening = OPENINGS.iter().find(|(_, text)| way.1.contains(text));
        let (input, expected) = (render(way, talk), render(way, &masked(opening, talk)));
        let out = redact(way.0, &[input.as_bytes()]).concat();
        assert_eq!(String::from_utf8_lossy(&out), expected, "{:?} {:?}", way.0, way.1);
    }
    let (input, expected) = (sheet(talk), sheet(&masked(None, talk)));
    assert_eq!(String::from_utf8_lossy(&redacted_sheet(&input)), String::from_utf8_lossy(&expected));
}

/// Messages with which some formats begin a chat. They are part of it.
const OPENINGS: &[(Role, &str)] = &[(Role::Bot, "Be kind."), (Role::Bot, "Welcome, how can we help you today?")];

/// The chat as the library masks it, after the messages that begin it.
fn masked(opening: Option<&(Role, &str)>, talk: &[(Role, String)]) -> Vec<(Role, String)> {
    let engine = Engine::default();
    let (mut conversation, mut earlier) = (Conversation::new(), EarlierPieces::default());
    if let Some((role, text)) = opening {
        let _ = earlier.scan(&engine, &mut conversation, &Message::new(*role, *text));
    }
    let mask = |(role, text): &(Role, String)| {
        let (outcome, _) = earlier.scan(&engine, &mut conversation, &Message::new(*role, text));
        (*role, outcome.redact(text).into_owned())
    };
    talk.iter().map(mask).collect()
}

fn talk(lines: &[(Role, &str)]) -> Vec<(Role, String)> {
    lines.iter().map(|(role, text)| (*role, (*text).to_owned())).collect()
}

#[test]
fn the_same_chat_gives_the_same_findings_in_every_format() {
    use Role::{Agent, Customer};
    same_in_every_format(&talk(&[
        (Customer, "hi there, I need help with a payment"),
        (Agent, "Hello, this is Northwind. What happened?"),
        (Customer, "my card is 3782 822463 10005 and it was declined, order 118-5520931-44"),
        (Agent, "What is the CID on the front of your card?"),
        (Customer, "4821"),
        (Agent, "Thanks. What are the last four of your social?"),
        (Customer, "4471"),
        (Agent, "Got it. We just texted you a code. What does it say?"),
        (Customer, "957304"),
        (Agent, "Last thing: what is the password you sign in with?"),
        (Customer, "Bluebonnet!77"),
        (Customer, "you can call me at 202-555-0143, zip 10285, the charge was $1,249.50"),
        (Agent, "Perfect, you are all set."),
    ]));
}

/// Returns the sheet of a workbook with these rows.
fn sheet(talk: &[(Role, String)]) -> Vec<u8> {
    let cell = |column: char, row: usize, text: &str| {
        format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let row = |row: usize, first: &str, second: &str| {
        format!("<row r=\"{row}\">{}{}</row>", cell('A', row, first), cell('B', row, second))
    };
    let rows: String = talk.iter().enumerate().map(|(n, (role, text))| row(n + 2, &role.to_string(), text)).collect();
    format!("<worksheet><sheetData>{}{rows}</sheetData></worksheet>", row(1, "role", "text")).into_bytes()
}

/// Returns the redacted sheets of a workbook.
fn redacted_sheet(sheet: &[u8]) -> Vec<u8> {
    let engine = Engine::default();
    let mut collector = super::batch::Collector::new(Fields::default(), 1);
    let mut session = session::Session::new(&engine, &super::speakers::GivenRoles::default(), false, 1);
    let record = super::sheet::workbook(b"", &[sheet], &[], &mut collector.names);
    let batch = collector.push(record).unwrap_or_else(|| collector.take());
    session.push(batch, true);
    let done = session.next().unwrap();
    done.patch.apply(&done.raw).into_owned()
}

#[test]
fn a_document_without_secrets_is_unchanged() {
    for text in [
        "INSERT INTO u (id,name,pin,password) VALUES (1,'bob',NULL,NULL),( 2 , 'x' ,DEFAULT, NOW() );\n",
        "INSERT INTO u VALUES (-9.99,TRUE,0xABCD,X'4142',b'0101',1e5,'a' || 'b',E'c\\n','it''s','it\\'s');\n",
        "INSERT INTO u VALUES (1,$$it's, (fine)$$,$x$ $$ $x$,N'x',_utf8'y',\"z, (\",`w`,CONCAT('a,b',')','c'));\n",
        "INSERT INTO u VALUES (1,'a' /* b ) ' */,'c' -- d ' )\n) ON CONFLICT DO NOTHING;\n",
        "INSERT INTO u VALUES (1,'never closed);\nUPDATE u SET pin=NULL WHERE id=3;\n",
        "CREATE TABLE u (\n  `pin` varchar(4) DEFAULT '',\n  password varchar(255) NOT NULL\n);\n\n \n-- done\n",
        "COPY public.u (id, pin, photo) FROM stdin;\n1\t\\N\t\\N\n2\t\t\\\\x00\n\\.\n",
    ] {
        assert_eq!(redacted(Format::Sql, text), text);
    }
    for text in [
        "<!DOCTYPE html><p class=\"a b c\" title='x & y'>a < b && c > d<br/>&nbsp;&#52;<!-- x -- y --><script>if(a<b){x=\"\\\"\"}</script></p",
        "<html><script>never closed <p>hi</p><style>.a{content:'x'}</style><table><tr><th>pin</th></tr><tr><td></td></tr></table>",
        "<input name=pin value=''><input type=password><label>PIN <select><option value=1>one</label><a href='?pin=&x=1#'>x</a>",
        "<div title=\"never closed><p>hi</p>",
    ] {
        assert_eq!(redacted(Format::Html, text), text);
    }
    for text in [
        "<?xml version=\"1.0\"?><!DOCTYPE c [<!ENTITY e \"x\">]><c a='1' pin=\"\"><![CDATA[ a < b ]]><pin/><password></password>&e;<x:y/>",
        "<c><<<<a>< b</a><?pi x?><!-- c --></d></c></c> tail",
    ] {
        assert_eq!(redacted(Format::Xml, text), text);
    }
    for text in [
        "From: =?utf-8?B?aGVsbG8gdGhlcmU=?= <a@b>\nSubject: =?utf-8?Q?hi_there?= =?bad?= x\nX-Pin:\n\nhi\n",
        "From: a\nContent-Type: multipart/mixed; boundary=q\n\npre\n--q\nContent-Transfer-Encoding: base64\n\naGVsbG8gdGhlcmU=\naGk=\nnot base64!\n--q--\npost\n",
        "From: a\nContent-Type: multipart/mixed; boundary=q\n\n--zz\nContent-Transfer-Encoding: quoted-printable\n\na=3Db=\nc\n--zz--\n",
        "From: a\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQKAAEC\n",
    ] {
        assert_eq!(redacted(Format::Mail, text), text);
    }
    let sheet = b"<worksheet><sheetData><row><c t=\"str\"><f>\"a\"&amp;\"b\"</f><v>ab</v></c><c><v>12</v></c><c t=\"s\"><v>9</v></c></row></sheetData>";
    assert_eq!(redacted_sheet(sheet), sheet);
}

/// A document in each format in which something is masked.
#[track_caller]
fn masks(format: Format, cases: &[(&str, &str)]) {
    for (text, out) in cases {
        assert_eq!(redacted(format, text), *out);
    }
}

#[test]
fn sql_strings_are_read_in_every_syntax() {
    masks(
        Format::Sql,
        &[
            (
                "INSERT INTO m (id,role,body) VALUES (4,'user','hi'),(5,'user',$x$my pin is 4821$x$),(6,'user',$$my pin is 4821$$);\n",
                "INSERT INTO m (id,role,body) VALUES (4,'user','hi'),(5,'user',$x$my pin is ****$x$),(6,'user',$$my pin is ****$$);\n",
            ),
            (
                "INSERT INTO m (id,body) VALUES (1,0x6d792070696e2069732034383231),(2,X'6D792070696E2069732034383231'),(3,'\\x6d792070696e2069732034383231');\n",
                "INSERT INTO m (id,body) VALUES (1,0x6d792070696e206973202a2a2a2a),(2,X'6D792070696E206973202A2A2A2A'),(3,'\\x6d792070696e206973202a2a2a2a');\n",
            ),
            (
                "INSERT INTO m (id,body) VALUES (1,'my card 5105' || '1051' || '05105100 is old'),(2,CONCAT('my pin',' is ','4821'));\n",
                "INSERT INTO m (id,body) VALUES (1,'my card ************5100 is old'),(2,CONCAT('my pin',' is ','****'));\n",
            ),
            ("INSERT INTO u (name,pin) VALUES ('bob',4821);\n", "INSERT INTO u (name,pin) VALUES ('bob','****');\n"),
            ("-- my pin is 4821\nUPDATE u SET pin=4821;\n", "-- my pin is ****\nUPDATE u SET pin='****';\n"),
        ],
    );
    let blob = format!("INSERT INTO m (id,body) VALUES (1,0x{});\n", "00ff".repeat(64));
    assert!(whole(Format::Sql, &blob).iter().any(|record| record.trouble == Some(Trouble::Unread)));
}

#[test]
fn html_outside_of_the_text_is_scanned() {
    for (text, secret) in [
        ("<!-- my pin is 4821 -->", "4821"),
        ("<p title='my card 5105105105105100'>x</p>", "5105105105105100"),
        ("<a href='https://x/?cvv=837&amp;pin=4821'>x</a>", "837"),
        ("<input name='password' value='Sunshine99'>", "Sunshine99"),
        ("<label>Password <input value='Sunshine99'></label>", "Sunshine99"),
        ("<p data-pin='4821'>x</p>", "4821"),
        ("<b onclick=\"pay('5105105105105100')\">x</b>", "5105105105105100"),
        ("<script>var m='my pin is 4821'</script>", "4821"),
        ("<script>x={cvv:837}</script>", "837"),
        ("<style>.a{content:'my pin is 4821'}</style>", "4821"),
        ("<template><p>my pin is 4821</p></template>", "4821"),
        ("<svg><text>my pin is 4821</text></svg>", "4821"),
        ("<meta name='description' content='my pin is 4821'>", "4821"),
        ("<table><tr><th>role</th><th>cvv</th></tr><tr><td>x</td><td>837</td></tr></table>", "837"),
        ("<table><tr><th>userPassword</th><td>Sunshine99</td></tr></table>", "Sunshine99"),
        ("<p title='my pin is 4821", "4821"),
        ("<p my pin is 4821", "4821"),
    ] {
        for before in [
            "<!DOCTYPE html><p><b>Agent:</b> hi</p>",
            "<div class=message><b class=author>A</b>hi</div><div class=message><b class=author>B</b>ho</div>",
        ] {
            let out = redacted(Format::Html, &format!("{before}{text}"));
            assert!(!out.contains(secret), "{out}");
            assert_eq!(out.len() >= before.len(), out.starts_with(before), "{out}");
        }
    }
}

#[test]
fn xml_and_json_outside_of_values_are_scanned() {
    for (format, text, secret) in [
        (Format::Xml, "<c><text>hi</text><!-- my pin is 4821 --></c>", "4821"),
        (Format::Xml, "<!DOCTYPE c [<!ENTITY e \"5105105105105100\">]><c><text>&e;</text></c>", "5105105105105100"),
        (Format::Xml, "<c><text>hi</text><field name=\"cvv\">837</field></c>", "837"),
        (Format::Xml, "<c><text>hi</text><p><name>pin</name><value>4821</value></p></c>", "4821"),
        (Format::Json, "{\"text\":\"hi\",\"5105105105105100\":1}", "5105105105105100"),
        (Format::Json, "{\"text\":\"hi\",\"my pin is 4821\":1}", "4821"),
        (Format::Json, "{\"text\":\"hi\",\"cvv\":{\"value\":\"837\"}}", "837"),
        (Format::Json, "{\"text\":\"hi\",\"fields\":[{\"name\":\"cvv\",\"value\":837}]}", "837"),
        (Format::Json, "{\"text\":\"hi\",\"data\":\"bXkgcGluIGlzIDQ4MjE=\"}", "bXkgcGluIGlzIDQ4MjE="),
        (Format::Json, "{\"role\":\"my pin is 4821\",\"text\":\"hi\"}", "4821"),
        (Format::Json, "{\"text\":\"hi\",\"tax_id\":\"my pin is 4821\"}", "4821"),
        (Format::Json, "{\"text\":\"hi\",\"token\":\"5105105105105100\"}", "5105105105105100"),
        (Format::Text, "Agent: hi\n\n| text | cvv |\n|---|---|\n| hello | 837 |\n", "837"),
        (
            Format::Text,
            "[01/05/2024, 10:00:00] 5105105105105100: hi\n[01/05/2024, 10:01:00] B: hi\n",
            "5105105105105100",
        ),
        (Format::Cues, "WEBVTT\n\n00:00.000 --> 00:01.000\n<v my pin is 4821>hi\n", "4821"),
        (Format::Log, "time=1 level=info role=user msg=hi contrase\u{f1}a=Sunshine99\n", "Sunshine99"),
    ] {
        let out = redacted(format, text);
        assert!(!out.contains(secret), "{out}");
    }
    for text in [
        "{\"text\":\"hi\",\"order_id\":\"5105105105105101\",\"trace_id\":5105105105105101,\"has_password\":\"yes\"}",
        "{\"text\":\"hi\",\"name\":\"Maria Lopez\",\"user_agent\":\"Mozilla/5.0 (X11; Linux) Chrome/120.0\"}",
    ] {
        assert_eq!(redacted(Format::Json, text), text);
    }
}

#[test]
fn every_part_of_a_mail_is_scanned() {
    let part = |head: &str, body: &str| {
        format!(
            "From: b@x\nContent-Type: multipart/mixed; boundary=\"qq\"\n\n--qq\n\nhi\n--qq\n{head}\n\n{body}\n--qq--\n"
        )
    };
    for (text, secret) in [
        (
            "From: b@x\nContent-Type: multipart/mixed; boundary=\"qq\"\n\n--zz\n\nmy pin is 4821\n--zz--\n".to_owned(),
            "4821",
        ),
        ("From: b@x\nContent-Transfer-Encoding: base64\n\nmy pin is 4821\n".to_owned(), "4821"),
        ("From: b@x\nX-Note: my pin is 4821\n\nhi\n".to_owned(), "4821"),
        ("From: b@x\nSubject: =?utf-8?B?bXkgcGlu?=\n =?utf-8?B?IGlzIDQ4MjE=?=\n\nhi\n".to_owned(), "IGlzIDQ4MjE"),
        ("From: b@x\nSubject: =?utf-8?Q?my_pin_is_=34=38=32=31?=\n\nhi\n".to_owned(), "=34=38"),
        (part("Content-Type: message/rfc822", "From: c@d\nSubject: my pin is 4821\n\nhi"), "4821"),
        (part("Content-Type: text/plain; name=\"my pin is 4821.txt\"", "hi"), "4821"),
        (
            part("Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64", "bXkgcGluIGlzIDQ4MjE="),
            "bXkgcGluIGlzIDQ4MjE=",
        ),
        (part("Content-Type: text/plain", "hi\n--qq--\nmy pin is 4821"), "4821"),
    ] {
        let out = redacted(Format::Mail, &text);
        assert!(!out.contains(secret), "{out}");
    }
    let picture = part("Content-Type: image/png\nContent-Transfer-Encoding: base64", "iVBORw0KGgoAAAANSUhEUg==");
    assert!(whole(Format::Mail, &picture).iter().any(|record| record.trouble == Some(Trouble::Unread)));
}

#[test]
fn a_sheet_without_column_names_is_read() {
    let talk = talk(&[(Role::Customer, "my pin is 4821"), (Role::Agent, "ok")]);
    let sheet = String::from_utf8(sheet(&talk))
        .unwrap()
        .replace("<row r=\"1\">", "<!--")
        .replace("</row><row r=\"2\">", "--><row r=\"2\">");
    let out = String::from_utf8(redacted_sheet(sheet.as_bytes())).unwrap();
    assert_eq!(out, sheet.replace("4821", "****"));
}

#[test]
fn work_is_linear_in_the_number_of_values() {
    let steps = |format: Format, text: &str| {
        tree::STEPS.set(0);
        let _ = whole(format, text);
        tree::STEPS.get()
    };
    for (format, before, piece) in [
        (Format::Xml, "<c>", "<"),
        (Format::Xml, "<c>", "<a>x</a>"),
        (Format::Xml, "<c>", "x<b/>"),
        (Format::Xml, "<c>", "<name>x</name><value>y</value>"),
        (Format::Log, "", "a=1 "),
        (Format::Log, "", "msg=\"4821\" "),
        (Format::Log, "", "value=1 "),
        (Format::Json, "{\"a\":[", "[\"x\",1],"),
        (Format::Sql, "INSERT INTO a VALUES (1", ",'x'"),
    ] {
        let few = steps(format, &format!("{before}{}", piece.repeat(500)));
        let many = steps(format, &format!("{before}{}", piece.repeat(2000)));
        assert!(many <= 5 * few + 500, "{format:?} {piece}: {few} steps, and {many} for four times as much");
    }
}

#[test]
fn work_is_linear_in_the_number_of_secrets() {
    let steps = |format: Format, text: &str| {
        tree::STEPS.set(0);
        let _ = redacted(format, text);
        tree::STEPS.get()
    };
    let card = "3782 822463 10005";
    for (format, before, piece, after) in [
        (Format::Text, "Customer: ", format!("card {card} "), ""),
        (Format::Text, "", format!("Customer: {card}\n"), ""),
        (Format::Json, "{\"text\": \"", format!("card {card} "), "\"}"),
        (Format::Json, "[", format!("{{\"text\": \"{card}\", \"n\": \"{card}\"}},"), "1]"),
        (Format::Json, "{\"text\": \"hi\", \"n\": [", format!("\"{card}\","), "1]}"),
    ] {
        let few = steps(format, &format!("{before}{}{after}", piece.repeat(50)));
        let many = steps(format, &format!("{before}{}{after}", piece.repeat(200)));
        assert!(many <= 5 * few + 500, "{format:?} {piece}: {few} steps, and {many} for four times as much");
    }
}

/// Returns the redacted transcript.
fn redacted(format: Format, text: &str) -> String {
    String::from_utf8(redact(format, &[text.as_bytes()]).concat()).unwrap()
}

#[test]
fn a_card_is_masked_in_a_field_for_ids_unless_the_field_holds_ids() {
    for name in ["id", "order_id", "customer_number", "tax_id", "reference", "key", "timestamp", "created_at"] {
        let line = |value: &str| format!("{{\"role\":\"user\",\"content\":\"x\",\"{name}\":\"{value}\"}}\n");
        let out = redacted(Format::Jsonl, &line("374345333147897"));
        assert_eq!(out, line("***********7897"));
        let table = |value: &str| format!("role,text,{name}\nuser,hello,{value}\nagent,hi,\n");
        assert_eq!(redacted(Format::Csv, &table("374345333147897")), table("***********7897"));
        // The check digit of the first one is valid by chance.
        let ids = ["374345333147897", "374345333147898", "374345333147899"].map(line).concat();
        assert_eq!(redacted(Format::Jsonl, &ids), ids);
    }
    let ids = "{\"text\":\"hi\",\"id\":4539148803436467001,\"order_id\":\"4539148803436\",\"ts\":1714557600000}\n";
    assert_eq!(redacted(Format::Jsonl, ids), ids);
}

#[test]
fn ids_in_a_log_with_a_constant_message_are_kept() {
    let line = |n: u64| {
        let (order, account) = (374_345_333_140 + 977 * n, 44_178_299 + n);
        format!(
            "{{\"level\":30,\"time\":17723520{n:05},\"reqId\":\"{n:08x}-ded2-{order}\",\"orderId\":\"{order}\",\"shop\":\"{account}\",\
             \"msg\":\"request completed\"}}\n"
        )
    };
    let log: String = (0..200).map(line).collect();
    assert_eq!(redacted(Format::Jsonl, &log), log);
}

#[test]
fn pieces_of_a_secret_are_masked_in_earlier_messages() {
    let text =
        "Agent: And the number of your other card, please?\nCustomer: 4539 1488\nCustomer: 0343 6467\nAgent: ok\n";
    assert_eq!(
        redacted(Format::Text, text),
        text.replace("4539 1488", "**** ****").replace("0343 6467", "**** 6467").replace("**** 6467", "**** ****")
    );
    let json: String = ["hello", "3782 8224", "63 10005"]
        .iter()
        .map(|text| format!("{{\"role\":\"user\",\"text\":\"{text}\"}}\n"))
        .collect();
    let out = redacted(Format::Jsonl, &json);
    assert!(!out.contains("3782") && !out.contains("63 1"), "{out}");
}

#[test]
fn a_newest_first_transcript_is_scanned_in_the_order_of_its_times() {
    let talk = [("What is the CVV on your card?", "A"), ("482", "B"), ("And the ZIP code?", "A"), ("10285", "B")];
    let line = |(n, (text, who)): (usize, &(&str, &str))| {
        format!(
            "{{\"sender_name\":\"{who}\",\"timestamp_ms\":{},\"content\":\"{text}\"}}",
            1_714_557_600_000_u64 + 1000 * n as u64
        )
    };
    let mut lines: Vec<String> = talk.iter().enumerate().map(line).collect();
    lines.reverse();
    let text = format!("{{\"messages\":[{}]}}", lines.join(",\n"));
    assert_eq!(redacted(Format::Json, &text), text.replace("\"482\"", "\"***\""));
}

#[test]
fn a_secret_is_masked_wherever_it_is_in_a_record() {
    for (text, out) in [
        (
            "{\"role\":\"user\",\"text\":\"my card is 3782 822463 10005\",\"slots\":{\"n\":\"378282246310005\"},\"n\":378282246310005}\n",
            "{\"role\":\"user\",\"text\":\"my card is **** ****** *0005\",\"slots\":{\"n\":\"**** ****** *0005\"},\"n\":\"**** ****** *0005\"}\n",
        ),
        (
            "{\"role\":\"user\",\"text\":\"my pin is 4821\",\"slots\":{\"value\":\"4821\"},\"id\":\"48219\"}\n",
            "{\"role\":\"user\",\"text\":\"my pin is ****\",\"slots\":{\"value\":\"****\"},\"id\":\"48219\"}\n",
        ),
    ] {
        let seen = redacted(Format::Jsonl, text);
        assert!(!seen.contains("37828") && !seen.contains("\"4821\""), "{seen}");
        assert_eq!(seen.matches("****").count() > 1, out.matches("****").count() > 1);
    }
}

#[test]
fn mojibake_is_read_and_masked() {
    let text = "[{\"sender_name\":\"A\",\"content\":\"\\u00c2\\u00bfcu\\u00c3\\u00a1l es tu contrase\\u00c3\\u00b1a?\"},{\"sender_name\":\"B\",\"content\":\"Girasol#2048\"}]";
    assert_eq!(redacted(Format::Json, text), text.replace("Girasol#2048", "********"));
}

/// Replaces every text by a star and other characters that must be escaped, and returns the transcript.
fn starred(format: Format, text: &str) -> String {
    let mut names = Names::default();
    let mut transcript = Transcript::new(format);
    transcript.push(text.as_bytes());
    transcript.finish();
    let mut records = Vec::new();
    while let Some(record) = transcript.next_record(&mut names) {
        records.push(record);
    }
    let mut interpreter = Interpreter::default();
    interpreter.study(&records, &mut names);
    let mut out = Vec::new();
    for mut record in records {
        interpreter.read(&mut record, &mut names);
        let Body::Said(said) = std::mem::replace(&mut record.body, Body::Said(Vec::new())) else { continue };
        let mut edits = Edits::default();
        for said in said.iter().filter(|said| said.part == Part::Said) {
            let text = record.join(&said.segments);
            let edit = Edit { span: Span::new(0, text.bytes.len()), with: "\"*,<\n".into() };
            text.edit(&Patch::new(vec![edit]), &mut edits);
        }
        out.extend_from_slice(&edits.patch(&record).apply(&record.raw));
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn replacements_are_encoded_for_the_format() {
    assert_eq!(
        starred(Format::Jsonl, "{ \"text\" : \"a\\u0062\" , \"x\":1}\r\n"),
        "{ \"text\" : \"\\\"*,<\\n\" , \"x\":1}\r\n"
    );
    assert_eq!(starred(Format::Jsonl, "{\"text\":12}"), "{\"text\":\"\\\"*,<\\n\"}");
    assert_eq!(starred(Format::Csv, "text,id\n\"a\"\"b\",1\nc,2\n"), "text,id\n\"\"\"*,<\n\",1\n\"\"\"*,<\n\",2\n");
    assert_eq!(starred(Format::Text, "Agent:  a \r\nJane: b"), "Agent:  \"*,<\n \r\nJane: \"*,<\n");
    assert_eq!(starred(Format::Xml, "<m><text>a</text></m>"), "<m><text>&quot;*,&lt;\n</text></m>");
    assert_eq!(
        starred(Format::Jsonl, "{\"text\":\"{\\\"text\\\": \\\"a\\\"}\"}"),
        "{\"text\":\"{\\\"text\\\": \\\"\\\\\\\"*,<\\\\n\\\"}\"}"
    );
}

#[test]
fn a_record_longer_than_the_limit_is_split_and_keeps_all_bytes() {
    let long = "word ".repeat(200);
    for (format, text) in [
        (Format::Text, format!("Agent: hi\nJane: {long}\nAgent: bye\n")),
        (Format::Jsonl, format!("{{\"text\": \"{long}\", \"n\": [1, 2]}}\r\n{{\"text\": \"bye\"}}\n")),
        (Format::Json, format!("[{{\"text\": \"hi\"}}, {{\"text\": \"{long}\", \"n\": 1}}, {{\"text\": \"bye\"}}]\n")),
        (Format::Json, format!("{{\"text\": \"{long}\", \"n\": 1}} {{\"text\": \"bye\"}}")),
        (Format::Csv, format!("role,text\nagent,\"{long}\"\nagent,bye\n")),
        (Format::Jsonl, format!("{long}\n{{\"text\": \"bye\"}}\n")),
        (Format::Json, format!("[{{\"text\": \"hi\"}}, {long}")),
        (Format::Log, format!("{long}\n2024-05-01 10:00 bye\n")),
        (Format::Cues, format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{long}\n\n00:02.000 --> 00:03.000\nbye\n")),
        (Format::Html, format!("<html><body><p>{long}</p><p>bye</p></body></html>")),
        (Format::Xml, format!("<c><m><text>{long}</text></m><m><text>bye</text></m></c>")),
        (Format::Mail, format!("From: a\nTo: b\n\n{long}\n\nFrom c\nFrom: a\n\nbye\n")),
        (Format::Sql, format!("INSERT INTO a (body) VALUES ('{long}');\nINSERT INTO a (body) VALUES ('bye');\n")),
    ] {
        let ends: Vec<usize> = (0..text.len()).step_by(50).collect();
        let seen = read(Transcript::new(format).longest_record(100), Fields::default(), text.as_bytes(), &ends);
        assert_eq!(seen.iter().map(|seen| seen.raw.as_str()).collect::<String>(), text, "{format:?}");
        assert!(seen.iter().all(|seen| seen.raw.len() < 330), "{format:?}");
        let words: String = seen.iter().flat_map(|seen| &seen.said).map(|seen| seen.text.as_str()).collect();
        assert!(words.matches("word").count() >= 200, "{format:?} {}", words.matches("word").count());
        if text.contains("bye") {
            assert!(words.contains("bye"), "{format:?}");
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
        "<p>a".repeat(50_000),
        "<".repeat(200_000),
        "<a b='".repeat(30_000),
        "<!--".repeat(50_000),
        "{\"a\":".repeat(30_000),
        "('".repeat(80_000),
        "> a\n".repeat(50_000),
        "--a\n".repeat(50_000),
        "a=b ".repeat(50_000),
        "0:00\n".repeat(40_000),
        "INSERT INTO a VALUES (".repeat(8_000),
    ] {
        for format in FORMATS {
            let ends: Vec<usize> = (0..text.len()).step_by(10_000).collect();
            let seen = read(Transcript::new(format), Fields::default(), text.as_bytes(), &ends);
            assert_eq!(seen.iter().map(|seen| seen.raw.len()).sum::<usize>(), text.len());
        }
    }
}

/// Pieces of valid and invalid transcripts.
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
        "<p>",
        "</p>",
        "<message from=\"agent\">",
        "</message>",
        "<![CDATA[",
        "]]>",
        "00:00:01.000 --> 00:00:02.000\n",
        "From a\n",
        "From: a\nTo: b\n\n",
        "Content-Transfer-Encoding: base64\n",
        "INSERT INTO a (role, text) VALUES ",
        "('agent', 'it''s')",
        "COPY a (text) FROM stdin;\n",
        "\\.\n",
        "> ",
        "**",
        "a=b ",
        "{\"messages\": [{\"role\": \"bot\", \"content\": [\"a\", 7]}]}\n",
        "{\"words\": [{\"word\": \"a\", \"start\": 1}, {\"word\": \"b\", \"start\": 2}, {\"word\": \"c\", \"start\": 3}]}",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_records_concatenated_are_the_transcript(
        text in pieces(),
        ends in prop::collection::vec(0usize..400, 0..6),
        limit in 64usize..300,
    ) {
        let mut ends = ends;
        ends.sort_unstable();
        ends.retain(|end| *end < text.len());
        let mut cuts: Vec<&[u8]> = Vec::new();
        let mut start = 0;
        for end in ends.iter().copied().chain([text.len()]) {
            cuts.push(&text.as_bytes()[start..end]);
            start = end;
        }
        for format in FORMATS {
            let out = redact_with(Transcript::new(format).longest_record(limit), Fields::default(), format, &cuts);
            prop_assert!(out.len() <= text.len());
        }
    }

    #[test]
    fn records_do_not_depend_on_chunks(
        text in pieces(),
        ends in prop::collection::vec(0usize..400, 0..6),
    ) {
        let mut ends = ends;
        ends.sort_unstable();
        for format in FORMATS {
            let in_pieces = read(Transcript::new(format), Fields::default(), text.as_bytes(), &ends);
            let at_once = read(Transcript::new(format), Fields::default(), text.as_bytes(), &[]);
            prop_assert_eq!(in_pieces, at_once);
        }
    }

    #[test]
    fn json_stays_valid_after_every_edit(text in pieces()) {
        if Document::is_valid(text.as_bytes(), DEEPEST_JSON) {
            let out = starred(Format::Json, &text);
            prop_assert!(Document::is_valid(out.as_bytes(), DEEPEST_JSON), "{}", out);
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in FORMATS {
            let half = bytes.len() / 2;
            redact_with(Transcript::new(format).longest_record(64), Fields::default(), format, &[&bytes[..half], &bytes[half..]]);
        }
    }

    #[test]
    fn findings_are_masked_alike_in_every_format(
        lines in prop::collection::vec((any::<bool>(), 0usize..10_000), 1..8),
    ) {
        let plain = |text: &&str| text.bytes().all(|b| (b' '..=b'~').contains(&b) && !b"<>&\\\"'*#".contains(&b)) && !text.contains(": ") && text.trim() == *text && text.len() > 8;
        let examples: Vec<&str> = lastfour::detectors().flat_map(|spec| spec.hits.iter().chain(spec.misses).copied()).filter(plain).collect();
        let mut talk: Vec<(Role, String)> = vec![(Role::Customer, "hello, I need some help".into()), (Role::Agent, "sure, what is it about?".into())];
        for (agent, at) in lines {
            talk.push((if agent { Role::Agent } else { Role::Customer }, examples[at % examples.len()].to_owned()));
        }
        same_in_every_format(&talk);
    }
}

#[test]
fn the_head_of_an_insert_ends_with_its_statement_wherever_the_input_is_cut() {
    let input = "INSERT INTO m (id, text, LUES (1,'x, body) FROM stdi$;\n1\tca) VALUES (1,'a'),(2,'b, body);\n1\tcard 3782 82dos3 10005\n\\.\n";
    for cut in 0..input.len() {
        super::invariants::format(super::Format::Sql, input.as_bytes(), cut);
    }
}
