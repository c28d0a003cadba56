//! Event streams of unknown protocols through `Filter`: a text that is spread over events is scanned as one, a message
//! is sent at once, and no byte moves between events.

use lastfour::chat::{ChatShape, DynShape, Generic};
use lastfour::{
    BodyFormat, Conversation, CustomDetector, Engine, Entity, Filter, Limits, Message, Policy, Role, ScanError,
};
use proptest::prelude::*;

/// A text with two secrets, as a model generates it.
const TEXT: &str = "is 3782 822463 10005, and password is Bluebonnet!77 ok";
/// Its secrets and parts of them.
const SECRETS: [&str; 4] = ["3782", "822463", "Bluebonnet", "bonnet!77"];

/// Events that carry the text in one field, or as bare data.
#[derive(Clone, Copy, Debug)]
enum Carrier {
    Plain,
    Field(&'static str),
    Inside(&'static str, &'static str),
}

const CARRIERS: [Carrier; 14] = [
    Carrier::Plain,
    Carrier::Field("text"),
    Carrier::Field("content"),
    Carrier::Field("message"),
    Carrier::Field("response"),
    Carrier::Field("output"),
    Carrier::Field("delta"),
    Carrier::Field("token"),
    Carrier::Field("chunk"),
    Carrier::Field("completion"),
    Carrier::Inside("{\"type\":\"token\",\"id\":\"c1\",\"content\":", "}"),
    Carrier::Inside("{\"index\":7,\"token\":{\"id\":3782,\"special\":false,\"text\":", "},\"generated_text\":null}"),
    Carrier::Inside("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":", "}}]}"),
    Carrier::Inside("{\"object\":\"chat.chunk\",\"author\":\"bot\",\"text\":", ",\"created\":17}"),
];

impl Carrier {
    fn event(self, piece: &str) -> String {
        let quoted = format!("\"{}\"", lastfour::json::escape(piece));
        match self {
            Self::Plain => format!("data: {piece}\n\n"),
            Self::Field(name) => format!("data: {{\"{name}\":{quoted}}}\n\n"),
            Self::Inside(before, after) => format!("data: {before}{quoted}{after}\n\n"),
        }
    }

    fn stream<'p>(self, pieces: impl IntoIterator<Item = &'p str>) -> String {
        pieces.into_iter().map(|piece| self.event(piece)).collect()
    }

    /// Returns the text of each event.
    fn texts(self, stream: &str) -> Vec<String> {
        let (before, after) = match self {
            Self::Plain => (String::new(), ""),
            Self::Field(name) => (format!("{{\"{name}\":\""), "\"}"),
            Self::Inside(before, after) => (format!("{before}\""), after),
        };
        stream
            .split_terminator("\n\n")
            .map(|event| {
                let text = event.strip_prefix("data: ").and_then(|data| data.strip_prefix(&*before)).unwrap();
                let text = text.strip_suffix(after).unwrap();
                if matches!(self, Self::Inside(..)) { text.trim_end_matches('"') } else { text }.to_owned()
            })
            .collect()
    }
}

fn events() -> Filter {
    Filter::new(Engine::default(), BodyFormat::Events).role(Role::Bot)
}

fn through(mut filter: Filter, pieces: &[&[u8]]) -> Result<String, ScanError> {
    let mut out = Vec::new();
    for piece in pieces {
        filter.push(piece, &mut out)?;
    }
    filter.finish(&mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// Returns the output after each event.
fn step_by_step(mut filter: Filter, events: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for event in events {
        let mut out = Vec::new();
        filter.push(event.as_bytes(), &mut out).unwrap();
        all.push(String::from_utf8(out).unwrap());
    }
    let mut out = Vec::new();
    filter.finish(&mut out).unwrap();
    all.push(String::from_utf8(out).unwrap());
    all
}

#[test]
fn a_text_in_chunks_is_one_text_whatever_carries_it() {
    let chunks = ["is 3782 82", "2463 10005", ", and password is Blue", "bonnet!77"];
    for carrier in CARRIERS {
        let stream = carrier.stream(chunks);
        let seen = through(events(), &[stream.as_bytes()]).unwrap();
        let texts = carrier.texts(&seen);
        assert_eq!(texts, ["is **** ****** *0005", "", ", and password is ********", ""], "{carrier:?}");
        let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(through(events(), &bytes).unwrap(), seen, "{carrier:?}");
    }
}

#[test]
fn a_text_cut_anywhere_is_one_text_and_what_is_no_secret_stays_in_its_event() {
    for carrier in CARRIERS {
        for at in 1..TEXT.len() {
            for other in (at + 1..TEXT.len()).step_by(5) {
                let pieces = [&TEXT[..at], &TEXT[at..other], &TEXT[other..]];
                let stream = carrier.stream(pieces);
                let seen = through(events(), &[stream.as_bytes()]).unwrap();
                let texts = carrier.texts(&seen);
                let joined = texts.concat();
                assert!(SECRETS.iter().all(|secret| !joined.contains(secret)), "{carrier:?} {pieces:?} {seen}");
                assert_eq!(texts.len(), 3, "{seen}");
                assert!(joined.starts_with("is **") && joined.ends_with(" ok"), "{carrier:?} {pieces:?} {seen}");
                assert!(joined.contains(", and password is "), "{carrier:?} {pieces:?} {seen}");
            }
        }
        let letters: Vec<&str> = (0..TEXT.len()).map(|at| &TEXT[at..=at]).collect();
        let seen = through(events(), &[carrier.stream(letters).as_bytes()]).unwrap();
        let joined = carrier.texts(&seen).concat();
        assert_eq!(joined, "is **** ****** *0005, and password is ******** ok", "{carrier:?}");
    }
}

#[test]
fn words_as_a_model_gives_them_out_are_one_text_whatever_stands_beside_them() {
    let words = ["Your", " card", " ends", " in", " it", ":", " 3", "782", " 822", "463", " 100", "05", ".", " Bye"];
    for (before, after) in [
        ("id: 4\ndata: {\"content\":\"", "\"}\n\n"),
        ("data: {\"message\":{\"role\":\"assistant\",\"content\":\"", "\"},\"done\":false}\n\n"),
        ("event: x\nid: 9\ndata: ", "\n\n"),
    ] {
        let stream: String = words.iter().map(|word| format!("{before}{word}{after}")).collect();
        let seen = through(events(), &[stream.as_bytes()]).unwrap();
        let masked = seen.replace(before, "").replace(after, "");
        assert_eq!(masked, "Your card ends in it: **** ****** *0005. Bye");
    }
}

#[test]
fn a_message_goes_on_at_once_and_stays_what_it_is() {
    let said = [
        "hello there, who is it?",
        "it is me again",
        "see you at 5",
        "we have the 3782 82",
        "2463 boxes",
        "the code is Blue",
        "bird, see you at 5",
        "my pin is 4021",
    ];
    for event in [
        r#"data: {"id":#,"text":"@"}"#,
        r#"data: {"sender":"p#","message":"@"}"#,
        r##"data: {"message":{"author":{"role":"agent","name":"#"},"body":"@"}}"##,
    ] {
        let event = |n: usize, text: &str| event.replace('#', &n.to_string()).replace('@', text) + "\n\n";
        let stream: Vec<String> = said.iter().enumerate().map(|(n, text)| event(n, text)).collect();
        let steps: Vec<&str> = stream.iter().map(AsRef::as_ref).collect();
        let seen = step_by_step(events(), &steps);
        for (n, (seen, sent)) in seen.iter().zip(&stream).enumerate() {
            assert_eq!(seen, &sent.replace("4021", "****"), "{n}");
        }
    }
}

#[test]
fn a_message_of_which_nothing_is_known_waits_only_where_it_may_be_cut_in_a_secret() {
    for event in ["data: {\"text\":\"@\"}\n\n", "data: @\n\n"] {
        let event = |text: &str| event.replace('@', text);
        let said = ["thank you so much", "it is the card", "the ZIP is 10285", "and the order?", "fine"].map(event);
        let steps: Vec<&str> = said.iter().map(AsRef::as_ref).collect();
        let seen = step_by_step(events(), &steps);
        assert_eq!(seen[..3], [said[0].clone(), said[1].clone(), String::new()]);
        assert_eq!(seen.concat(), said.concat());
    }
    // A number word followed by more words, in a complete sentence, is not the beginning of a number.
    let seen =
        step_by_step(events(), &["data: One moment, please.\n\n", "data: It is 3782 82\n\n", "data: 2463 10005\n\n"]);
    assert_eq!(seen[0], "data: One moment, please.\n\n");
    assert!(!seen.concat().contains("2463 1"), "{seen:?}");
    // A secret within one event is found, although its text is joined to earlier ones.
    let seen =
        through(events(), &[b"data: {\"text\":\"ok\"}\n\ndata: {\"text\":\"password is hunter2\"}\n\n"]).unwrap();
    assert_eq!(seen, "data: {\"text\":\"ok\"}\n\ndata: {\"text\":\"password is ********\"}\n\n");
}

#[test]
fn notices_that_differ_in_their_numbers_alone_are_messages() {
    for unit in ["12:00:#", "#%", "{\"text\":\"Step # of 250\"}", "{\"text\":\"New order 1000#\"}", "Total is $5.#"] {
        let said: Vec<String> = (10..60).map(|n| format!("data: {}\n\n", unit.replace('#', &n.to_string()))).collect();
        let seen = step_by_step(events(), &said.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        assert_eq!(seen[..30].concat(), said[..30].concat(), "{unit}");
        assert_eq!(seen.concat(), said.concat());
    }
    // Pieces of a number also look alike.
    let seen = through(events(), &[b"data: 4111\n\ndata: 1111\n\ndata: 1111\n\ndata: 1111\n\n"]).unwrap();
    assert!(!seen.contains("4111") && seen.matches("1111").count() == 1, "{seen}");
    // Whatever they are, few events wait.
    let said: Vec<String> = (0..100).map(|n| format!("data: {n}\n\n")).collect();
    let seen = step_by_step(events(), &said.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    assert!(!seen[..30].concat().is_empty());
}

#[test]
fn what_follows_waits_in_its_place_but_for_what_keeps_the_connection() {
    let steps = [
        "data: {\"token\":\"it is 3782 82\"}\n\n",
        "event: ping\ndata: {}\n\n",
        ": still there\n\n",
        "data: {\"status\":\"busy\"}\n\n",
        "data: {\"token\":\"2463 10005\"}\n\n",
        "event: x\ndata: {\"done\":true}\n\n",
        "data: {\"token\":\"thanks \"}\n\n",
    ];
    let seen = step_by_step(events(), &steps);
    assert_eq!(seen[..5], ["", "", steps[2], "", ""].map(str::to_owned));
    let held = [steps[0], steps[1], steps[3], steps[4], steps[5]].concat();
    assert_eq!(seen[5], held.replace("3782 82", "**** ****** *0005").replace("2463 10005", ""));
    assert_eq!(seen[6], steps[6]);
}

#[test]
fn an_answer_ends_with_what_says_so_and_nothing_of_it_waits() {
    for end in [
        "data: [DONE]\n\n",
        "event: done\ndata: x\n\n",
        "data: {\"done\":true}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "event: end\n\n",
    ] {
        let said = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"it is $45\"}}]}\n\n";
        let seen = step_by_step(events(), &[said, end]);
        assert_eq!(seen, ["", &*(said.to_owned() + end), ""], "{end}");
    }
    // A text that stopped waits for a bounded number of other events.
    let mut steps = vec!["event: a\ndata: {\"delta\":\"part 3\"}\n\n"];
    steps.extend(["event: b\ndata: {\"delta\":\"and so on \"}\n\n"; 20]);
    let seen = step_by_step(events(), &steps);
    assert!(seen[..10].concat().is_empty() && seen.last().unwrap().is_empty());
    assert_eq!(seen.concat(), steps.concat());
}

#[test]
fn two_texts_at_once_are_not_mixed_up() {
    let event = |choice: u32, text: &str| {
        format!("data: {{\"choices\":[{{\"index\":{choice},\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let stream =
        event(0, "3782 82") + &event(1, "hello") + &event(0, "2463 ") + &event(1, " there") + &event(0, "10005");
    let seen = through(events(), &[stream.as_bytes()]).unwrap();
    let masked = stream.replace("3782 82", "**** ****** *0005").replace("2463 ", "").replace("10005", "");
    assert_eq!(seen, masked);
}

#[test]
fn what_is_asked_in_pieces_is_remembered() {
    let mut filter = events();
    let mut out = Vec::new();
    for word in ["What", " is", " the", " C", "ID", " on", " your", " card", "?"] {
        filter.push(Carrier::Field("delta").event(word).as_bytes(), &mut out).unwrap();
    }
    filter.finish(&mut out).unwrap();
    let mut conversation: Conversation = filter.into_conversation();
    let outcome = Engine::default().scan(&mut conversation, &Message::customer("4821"));
    assert_eq!(outcome.findings.len(), 1);
}

#[test]
fn the_user_says_what_the_events_are() {
    let filter = |shape: Generic| events().shape(DynShape::new(shape));
    let chunks = ["and i use Blue", "bonnet!77", " as my password"];
    for carrier in
        [Carrier::Plain, Carrier::Field("text"), Carrier::Inside("{\"id\":1,\"role\":\"bot\",\"text\":", "}")]
    {
        let seen = through(filter(Generic::default().pieces()), &[carrier.stream(chunks).as_bytes()]).unwrap();
        assert_eq!(carrier.texts(&seen), ["and i use ********", "", " as my password"]);
        let said = ["the ZIP is 10285", "3782 82", "2463 10005"].map(|text| carrier.event(text));
        let steps: Vec<&str> = said.iter().map(AsRef::as_ref).collect();
        let seen = step_by_step(filter(Generic::default().messages()), &steps);
        assert_eq!(seen[0], said[0]);
        assert_eq!(seen[1].len(), said[1].len());
        assert!(seen[3].is_empty());
    }
    assert!(!Generic::default().is_field("token"), "a key in a form is none of our business");
}

#[test]
fn an_identifier_is_never_a_card_and_any_other_field_is_masked_by_form_or_by_a_name_in_it() {
    let before = "\"id\":\"378282246310005\",\"token\":\"378282246310005\"";
    let body = |card: &str, grouped: &str| {
        format!("{{{before},\"delta\":\"{grouped}\",\"query\":\"{{card(number:\\\"{card}\\\")}}\",\"x\":\"pin 4021\"}}")
    };
    let sent = body("378282246310005", "3782 822463 10005");
    let masked = body("***********0005", "**** ****** *0005").replace("4021", "****");
    let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(sent.as_bytes()).unwrap();
    assert_eq!(String::from_utf8_lossy(&filtered.body), masked);
    // In a stream, a string under the key `token` is text; a number under it counts something.
    for kept in ["\"token\":378282246310005", "\"id\":\"378282246310005\"", "\"id\":378282246310005"] {
        let stream = format!("data: {{{kept},\"text\":\"hello \"}}\n\n");
        assert_eq!(through(events(), &[stream.as_bytes()]).unwrap(), stream);
    }
}

#[test]
fn what_a_policy_blocks_in_pieces_stops_the_stream_and_is_reported() {
    let policy = Policy::builder().action(Entity::Card, lastfour::Action::Block).build().unwrap();
    for carrier in CARRIERS {
        let mut filter = Filter::new(Engine::new(policy.clone()), BodyFormat::Events);
        let mut out = Vec::new();
        let more = "and so on it went, as it had always done before. Then it was over. ";
        for piece in ["it is 3782 82", "2463 10005 ", more, more] {
            filter.push(carrier.event(piece).as_bytes(), &mut out).unwrap();
        }
        filter.finish(&mut out).unwrap();
        assert!(filter.is_blocked(), "{carrier:?}");
        assert_eq!(out, b"");
        assert!(filter.report().total() > 0);
    }
}

#[test]
fn a_detector_of_the_users_own_sees_the_text_that_the_pieces_are() {
    let badge = CustomDetector::builder("badge", r"\bE-\d{5}\b").build().unwrap();
    let engine = Engine::new(Policy::builder().detector(badge).build().unwrap());
    for carrier in CARRIERS {
        let filter = Filter::new(engine.clone(), BodyFormat::Events);
        let seen = through(filter, &[carrier.stream(["it is E-1", "23", "45, ok"]).as_bytes()]).unwrap();
        assert_eq!(carrier.texts(&seen), ["it is *-*****", "", ", ok"], "{carrier:?}");
    }
}

#[test]
fn no_stream_of_pieces_holds_more_than_its_limit_or_grows_what_is_kept() {
    let mut filter = events().limits(Limits::default().hold(4000));
    let mut out = Vec::new();
    let failure = (0..1000)
        .find_map(|_| filter.push(b"data: {\"token\":\"\",\"n\":1}\n\ndata: {\"token\":\"3\"}\n\n", &mut out).err());
    assert_eq!(failure, Some(ScanError::TooLarge { limit: 4000 }));
    for piece in ["ok", "and so on ", " and 5 more of them. "] {
        let mut filter = events();
        let mut out = Vec::new();
        for _ in 0..20_000 {
            filter.push(Carrier::Plain.event(piece).as_bytes(), &mut out).unwrap();
            assert!(filter.held() < 32 * 1024, "{} bytes are held of {piece:?}", filter.held());
        }
    }
}

#[test]
fn the_plain_start_of_a_password_goes_on_and_its_rest_does_not_where_nothing_tells_what_events_are() {
    let stream = Carrier::Field("text").stream(["and i use Blue", "bonnet!77 as my password"]);
    let seen = through(events(), &[stream.as_bytes()]).unwrap();
    assert_eq!(Carrier::Field("text").texts(&seen), ["and i use Blue", "******** as my password"]);
}

#[test]
fn what_is_masked_in_texts_that_are_joined_in_several_ways_is_reported_once() {
    for (stream, masked) in [
        (
            "event: x\ndata: {\"delta\":\"my password is \"}\n\ndata: {\"delta\":\"3782\"}\n\n",
            "event: x\ndata: {\"delta\":\"my password is \"}\n\ndata: {\"delta\":\"********\"}\n\n",
        ),
        (
            "event: a\ndata: {\"delta\":\"ok \"}\n\nevent: b\ndata: {\"delta\":\"3782 822463 10005\"}\n\n",
            "event: a\ndata: {\"delta\":\"ok \"}\n\nevent: b\ndata: {\"delta\":\"**** ****** *0005\"}\n\n",
        ),
    ] {
        let mut filter = events();
        let mut out = Vec::new();
        filter.push(stream.as_bytes(), &mut out).unwrap();
        filter.finish(&mut out).unwrap();
        assert_eq!((String::from_utf8(out).unwrap().as_str(), filter.report().total()), (masked, 1));
    }
}

/// Events of many kinds, with texts cut at any place.
fn streams() -> impl Strategy<Value = String> {
    const TEXTS: [&str; 16] = [
        "3782",
        " 82",
        "2463 10005",
        "my password is ",
        "Blue",
        "bonnet!77",
        " ",
        "hello there. ",
        "4021",
        "ok",
        "pin",
        "\u{e9}",
        "three ",
        "seven",
        "\\\"",
        "and so on it went as ever. ",
    ];
    const FRAMES: [&str; 14] = [
        "data: @",
        "data: {\"text\":\"@\"}",
        "data: {\"delta\":\"@\"}",
        "data: {\"id\":1,\"text\":\"@\"}",
        "id: 1\ndata: @",
        "data: {\"token\":\"@\",\"text\":\"@\"}",
        "event: x\ndata: {\"delta\":\"@\"}",
        ": @",
        "data: {\"text\":[\"@\",\"@\"]}",
        "data: {\"done\":true}",
        "data: [DONE]",
        "event: ping\ndata: {}",
        "data: @\ndata: @",
        "data: {\"text\":7,\"x\":\"@\"}",
    ];
    let event = (proptest::sample::select(&FRAMES[..]), proptest::sample::select(&TEXTS[..]));
    let event = event.prop_map(|(frame, text)| frame.replace('@', text) + "\n\n");
    proptest::collection::vec(event, 0..24).prop_map(|events| events.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn streams_come_out_the_same_however_they_are_cut_and_keep_their_events(stream in streams(), size in 1usize..40) {
        for shape in [Generic::default(), Generic::default().pieces(), Generic::default().messages()] {
            let filter = || events().shape(DynShape::new(shape.clone()));
            let whole = through(filter(), &[stream.as_bytes()]).unwrap();
            let pieces: Vec<&[u8]> = stream.as_bytes().chunks(size).collect();
            prop_assert_eq!(&through(filter(), &pieces).unwrap(), &whole);
            // A comment may overtake an event that waits.
            let others = |stream: &str| stream.split("\n\n").filter(|event| !event.starts_with(':')).count();
            prop_assert_eq!(others(&whole), others(&stream));
            let mut filter = filter();
            let mut out = Vec::new();
            filter.push(stream.as_bytes(), &mut out).unwrap();
            filter.finish(&mut out).unwrap();
            if filter.report().total() == 0 && !stream.contains("\n:") && !stream.starts_with(':') {
                prop_assert_eq!(&whole, &stream);
            }
        }
    }
}

#[test]
fn a_message_that_shows_a_secret_by_itself_is_not_joined_with_the_next_one() {
    let said = [("agent", "what is your PIN?"), ("customer", "4821"), ("agent", "odometer?"), ("customer", "48211")];
    let line = |(role, text): &(&str, &str)| format!("{{\"role\":\"{role}\",\"text\":\"{text}\"}}");
    let lines: Vec<String> = said.iter().map(line).collect();
    for (format, body) in [
        (BodyFormat::Ndjson, lines.join("\n") + "\n"),
        (BodyFormat::Json, format!("[{}]", lines.join(","))),
        (BodyFormat::Events, lines.iter().map(|line| format!("data: {line}\n\n")).collect()),
        (BodyFormat::Events, lines.iter().map(|line| format!("event: message\nid: 1\ndata: {line}\n\n")).collect()),
    ] {
        let filter = || Filter::new(Engine::default(), format.clone());
        assert_eq!(through(filter(), &[body.as_bytes()]).unwrap(), body.replace("\"4821\"", "\"****\""), "{format:?}");
    }
    for (format, body) in [
        (BodyFormat::Events, "event: message\nid: 1\ndata: my pin is 4821\n\nevent: message\nid: 2\ndata: 1204\n\n"),
        (BodyFormat::Events, "data: {\"id\":1,\"text\":\"my pin is 4821\"}\n\ndata: {\"id\":2,\"text\":\"1204\"}\n\n"),
        (BodyFormat::Ndjson, "{\"text\":\"my pin is 4821\"}\n{\"text\":\"1204\"}\n"),
    ] {
        let filter = Filter::new(Engine::default(), format);
        assert_eq!(through(filter, &[body.as_bytes()]).unwrap(), body.replace("4821", "****"));
    }
}

#[test]
fn each_message_keeps_its_part_of_a_number_that_is_given_in_several() {
    for event in
        ["id: #\ndata: @\n\n", "data: {\"id\":#,\"text\":\"@\"}\n\n", "data: {\"sender\":\"p#\",\"text\":\"@\"}\n\n"]
    {
        let stream = |pieces: [&str; 2]| -> String {
            let event = |(n, piece): (usize, &str)| event.replace('#', &n.to_string()).replace('@', piece);
            pieces.into_iter().enumerate().map(event).collect()
        };
        let seen = through(events(), &[stream(["it is 3782 822463", "10005"]).as_bytes()]).unwrap();
        assert_eq!(seen, stream(["it is **** ******", "*0005"]));
        let seen = through(events(), &[stream(["it is 5124", "87736, my ssn"]).as_bytes()]).unwrap();
        assert!(!seen.contains("5124") && !seen.contains("877"), "{seen}");
    }
    let stream = "id: 1\ndata: my pin is 4821\n\nid: 2\ndata: 3782 822463\n\nid: 3\ndata: 10005\n\n";
    let seen = through(events(), &[stream.as_bytes()]).unwrap();
    assert!(["4821", "3782", "822463", "10005"].iter().all(|digits| !seen.contains(digits)), "{seen}");
}

/// Returns a stream of events, each `before`, a piece as a JSON string and `after`.
fn pieces_of(before: &str, pieces: &[&str], after: &str) -> String {
    pieces.iter().map(|piece| format!("data: {before}\"{}\"{after}\n\n", lastfour::json::escape(piece))).collect()
}

#[test]
fn the_arguments_of_a_tool_call_are_scanned_in_streams_of_any_protocol() {
    let carriers = [
        (r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"#, "}}]}}]}"),
        (r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"#, "}}"),
        (r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","delta":"#, "}"),
        (r#"{"toolCallId":"x1","k":"#, "}"),
        (r#"{"type":"tool-input","toolCallId":"x1","inputChunk":"#, "}"),
    ];
    let documents: [&[&str]; 5] = [
        &[r#"{"card":"4012888888881881"}"#],
        &[r#"{"ca"#, r#"rd":"40"#, "128888", r#"88881881""#, "}"],
        &[r#"{"card":40"#, "128888", "88881881", "}"],
        &[r#"{"city":"Rome","card":"#, r#""4012888888881881","cvv"#, r#"":"31"#, r#"9"}"#],
        &[r#"{"city":"Rome","order":"#, r#""77812","cvv"#, r#"":31"#, r#"9}"#],
    ];
    for (before, after) in carriers {
        for pieces in documents {
            let out = through(events(), &[pieces_of(before, pieces, after).as_bytes()]).unwrap();
            let arguments: String = out
                .split_terminator("\n\n")
                .map(|event| {
                    let text = event.strip_prefix("data: ").and_then(|data| data.strip_prefix(before)).unwrap();
                    lastfour::json::Tree::parse(text.strip_suffix(after).unwrap().as_bytes(), 4)
                        .unwrap()
                        .root()
                        .as_str()
                        .unwrap()
                        .into_owned()
                })
                .collect();
            let tree = lastfour::json::Tree::parse(arguments.as_bytes(), 4).expect(&arguments);
            assert!(!arguments.contains("8888") && !arguments.contains("319"), "{before} {arguments}");
            assert_eq!(arguments.contains("Rome"), pieces.concat().contains("Rome"), "{arguments}");
            assert!(tree.root().is_object());
        }
    }
}

#[test]
fn fields_of_events_that_are_not_text_are_scanned_like_those_of_documents() {
    for (event, expected) in [
        (r#"{"card":"4012888888881881"}"#, r#"{"card":"************1881"}"#),
        (r#"{"text":"hello","cvv":"319"}"#, r#"{"text":"hello","cvv":"***"}"#),
        (r#"{"delta":"hi ","x":{"a1":"412-77-9021"}}"#, r#"{"delta":"hi ","x":{"a1":"***-**-9021"}}"#),
        (
            r#"{"functionCall":{"args":{"card":4012888888881881}}}"#,
            r#"{"functionCall":{"args":{"card":"************1881"}}}"#,
        ),
        (
            r#"{"id":"chatcmpl-4012888888881881","created":1732970000123}"#,
            r#"{"id":"chatcmpl-4012888888881881","created":1732970000123}"#,
        ),
    ] {
        let out = through(events(), &[format!("data: {event}\n\n").as_bytes()]).unwrap();
        assert_eq!(out, format!("data: {expected}\n\n"));
    }
}

#[test]
fn a_text_in_pieces_is_one_text_whatever_its_field_is_called() {
    let answers: [&[&str]; 5] = [
        &["the password is", " Blue", "bonnet"],
        &["the password is Blue", "bonnet"],
        &["Your", " password", " is", " Blue", "bon", "net", " ok", "."],
        &["The ", "password ", "is ", "Blue", "bonnet ", "ok"],
        &["La", " contra", "seña", " es", " Blue", "bonnet", " vale"],
    ];
    for (before, after) in
        [("{\"x\":", "}"), ("{\"seq\":4,\"inc\":", "}"), ("{\"d\":{\"o\":[{\"z\":", "}]}}"), ("[", "]")]
    {
        for answer in answers {
            let stream: String = answer.iter().map(|piece| format!("data: {before}\"{piece}\"{after}\n\n")).collect();
            let seen = through(events(), &[stream.as_bytes()]).unwrap();
            assert!(!seen.contains("Blue") && !seen.contains("bonnet") && seen.contains("********"), "{seen}");
        }
    }
}

#[test]
fn two_texts_at_once_are_told_apart_by_a_field_of_any_name() {
    let first = ["the password is", " Blue", "bonnet", " ok"];
    let second = ["Hello", " there", " my", " friend"];
    for (key, values) in [("s", ["1", "2"]), ("lane", ["\"a\"", "\"b\""]), ("slot", ["0", "7"])] {
        for field in ["t", "delta", "text"] {
            for more in ["", ",\"n\":@"] {
                let event = |lane: usize, at: usize, text: &str| {
                    let more = more.replace('@', &(at * 2 + lane).to_string());
                    format!("data: {{\"{key}\":{}{more},\"{field}\":\"{text}\"}}\n\n", values[lane])
                };
                let both = first.iter().zip(second).enumerate();
                let stream: String = both.map(|(at, (one, two))| event(0, at, one) + &event(1, at, two)).collect();
                let seen = through(events(), &[stream.as_bytes()]).unwrap();
                assert!(!seen.contains("Blue") && !seen.contains("bonnet"), "{seen}");
                assert!(second.iter().all(|piece| seen.contains(&format!("\"{piece}\""))), "{seen}");
            }
        }
    }
}

#[test]
fn whole_messages_in_a_field_of_an_unknown_name_are_not_joined() {
    let said =
        ["Your password is about to expire", "Bluebonnet season begins in Texas", "Ten tips for a better garden"];
    let all: Vec<String> = said.iter().map(|said| format!("data: {{\"headline\":\"{said}\"}}\n\n")).collect();
    let seen = step_by_step(events(), &all.iter().map(|event| &**event).collect::<Vec<_>>());
    assert_eq!(seen.concat(), all.concat());
    assert!(!seen[1].is_empty(), "a message waits until the next one");
}
