//! Every wire format and chat shape through `Filter`: secrets are masked wherever the protocol carries text, every
//! other byte stays, and the result does not depend on how the bytes are cut.

use lastfour::chat::{AllStrings, Anthropic, DynShape, Generic, Matrix, OpenAi, SHAPES};
use lastfour::{BodyFormat, Engine, Filter, FindingKind, Limits, ScanError};
use proptest::prelude::*;

/// The secret in the samples.
const SECRET: &str = "3782 822463 10005";
/// Its mask.
const MASK: &str = "**** ****** *0005";

struct Sample {
    name: &'static str,
    format: BodyFormat,
    shape: DynShape,
    /// The body. `@` stands for a secret in text, which is masked. `#` stands for a number outside of text that
    /// looks like a card, which stays.
    body: &'static str,
}

fn multipart() -> BodyFormat {
    BodyFormat::Multipart { boundary: "b".into() }
}

fn samples() -> Vec<Sample> {
    let generic = DynShape::default;
    let sample = |name, format, shape, body| Sample { name, format, shape, body };
    vec![
        sample("text", BodyFormat::Text, generic(), "hello\r\nmy card is @, thanks\n"),
        sample(
            "generic json",
            BodyFormat::Json,
            generic(),
            "\u{feff} {\"token\":\"#\", \"text\" :\"a @ \\u0041\\/ b\",\n\"n\":[1.50, {\"Message\":[\"@\",\"é\"]}], \"id\":\"#\"}\n",
        ),
        sample(
            "json inside strings",
            BodyFormat::Json,
            generic(),
            r##"{"text":"{\"a\":\"@\",\"b\":[\"{\\\"c\\\":\\\"@\\\"}\"]}","other":"{\"a\":\"@\"}","id":"#"}"##,
        ),
        sample("json that is none", BodyFormat::Json, generic(), "{\"text\": \"@\""),
        sample(
            "all strings",
            BodyFormat::Json,
            DynShape::new(AllStrings),
            r#"{"a":"@","b":["@",{"c":"x @ y"}],"n":12}"#,
        ),
        sample(
            "lines",
            BodyFormat::Ndjson,
            generic(),
            "{\"text\":\"@\"}\r\n\n{\"id\":\"#\"}\n not json @\n{\"text\":\"@\"}",
        ),
        sample("form", BodyFormat::Form, generic(), "token=#&text=my+card%3A+@&x=%7B%22text%22%3A%22@%22%7D&body=@"),
        sample(
            "form with names that readers resolve",
            BodyFormat::Form,
            generic(),
            "text%5B%5D=@&text[a]=@&+text=@&text%20=@&text+=@&%09text%0D=@&messages[0][content]=@&message[id]=#&body[value]=@",
        ),
        sample(
            "form that is a document",
            BodyFormat::Form,
            generic(),
            " {\"id\":\"#\",\"text\":\"@\",\"x\":\"a=b&c=d\"}",
        ),
        sample("form that is a text", BodyFormat::Form, generic(), "my+card+is+@&token=#"),
        sample("sniffed document", BodyFormat::Sniff, generic(), "\u{feff}\n {\"id\":\"#\",\"text\":\"@\"}"),
        sample("sniffed text", BodyFormat::Sniff, generic(), "id @ {"),
        sample(
            "text that is a document",
            BodyFormat::Text,
            generic(),
            "\u{feff} {\"a\":\"@\",\"b\":\"+1 555 123 4567, pin\"}",
        ),
        sample("text that is a document with names", BodyFormat::Text, generic(), "{\"@\":1,\"a\":{\"card @\":\"@\"}}"),
        sample("text that only starts as one", BodyFormat::Text, generic(), "[{\"a @"),
        sample(
            "page",
            BodyFormat::Html,
            generic(),
            "<!DOCTYPE html><p>my card is <b>@</b><input type=\"password\" value='@'></p><style>a{b:@}</style><!-- @ --><x @>",
        ),
        sample(
            "markup in a document",
            BodyFormat::Json,
            generic(),
            r#"{"text":"<p class=\"a\">my card: <i>@</i></p>"}"#,
        ),
        sample(
            "what markup hides",
            BodyFormat::Json,
            generic(),
            r#"{"text":["</b><!--@-->","<b>a</b> <x @>","</b><style>@</style>"]}"#,
        ),
        sample(
            "text in an object of its own",
            BodyFormat::Json,
            generic(),
            r##"{"text":{"value":"@","id":"#"},"message":{"id":"#","to":"@","en":"@"},"value":"@","content":[{"raw":"@"}]}"##,
        ),
        sample(
            "multipart with names that readers resolve",
            multipart(),
            generic(),
            "--b\r\nContent-Disposition: form-data; name=\" text\"\r\n\r\nmy @\r\n--b\r\nContent-Disposition: form-data; \
             name=\"text[a]\"\r\n\r\n@\r\n--b\r\nContent-Disposition: form-data; name=\"message[id]\"\r\n\r\n#\r\n--b--",
        ),
        sample(
            "multipart",
            multipart(),
            generic(),
            "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nmy @\r\n--b\r\nContent-Disposition: form-data; \
             name=\"pass\"\r\n\r\n#\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\n\
             Content-Type: image/png\r\n\r\n#\r\n--b\r\nContent-Disposition: form-data; name=\"g\"; \
             filename=\"log.txt\"\r\nContent-Type: text/plain\r\n\r\n@\n\r\n--b\r\nContent-Disposition: form-data; \
             name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n{\"content\": \"@\", \"id\": \"#\"}\r\n--b--\r\n",
        ),
        sample(
            "events of text",
            BodyFormat::Events,
            generic(),
            ": #\nid: #\nevent: message\ndata: a @\ndata: b\n\r\ndata: {\"text\":\"@\",\"id\":\"#\"}\r\n\r\nretry: 3\n\ndata: last @",
        ),
        sample(
            "openai request",
            BodyFormat::Json,
            DynShape::new(OpenAi),
            r##"{"model":"#","messages":[{"role":"system","content":"s @"},{"role":"user","content":[{"type":"text","text":"@"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,#"}}],"name":"#"},{"role":"assistant","content":null,
            "refusal":"@","tool_calls":[{"id":"#","type":"function","function":{"name":"#","arguments":"{\"card\": \"@\"}"}}]},
            {"role":"tool","tool_call_id":"#","content":"{\"r\":\"@\"}"}],"tools":[{"type":"function","function":{"description":"#"}}],
            "prediction":{"type":"content","content":"@"},"metadata":{"k":"#"},"user":"#"}"##,
        ),
        sample(
            "openai responses request",
            BodyFormat::Json,
            DynShape::new(OpenAi),
            r##"{"model":"#","input":[{"role":"user","content":[{"type":"input_text","text":"@"}]},{"type":"function_call",
            "call_id":"#","arguments":"{\"a\":\"@\"}"},{"type":"function_call_output","call_id":"#","output":"@"}],"instructions":"@"}"##,
        ),
        sample(
            "openai answer",
            BodyFormat::Json,
            DynShape::new(OpenAi),
            r##"{"id":"#","choices":[{"index":0,"message":{"role":"assistant","content":"@","refusal":null,"annotations":[],
            "audio":{"id":"#","data":"#","transcript":"@"}},"logprobs":null,"finish_reason":"stop"}],"usage":{"total_tokens":12}}"##,
        ),
        sample(
            "openai stream",
            BodyFormat::Events,
            DynShape::new(OpenAi),
            "data: {\"id\":\"#\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n\
             data: {\"id\":\"#\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        ),
        sample(
            "openai response done",
            BodyFormat::Events,
            DynShape::new(OpenAi),
            "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"item_id\":\"#\",\"output_index\":0,\
             \"content_index\":0,\"text\":\"@\",\"logprobs\":[]}\n\nevent: response.completed\ndata: {\"type\":\"response.completed\",\
             \"response\":{\"id\":\"#\",\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\
             \"text\":\"@\"}]}]}}\n\n",
        ),
        sample(
            "anthropic request",
            BodyFormat::Json,
            DynShape::new(Anthropic),
            r##"{"model":"#","messages":[{"role":"user","content":"@"},{"role":"assistant","content":[{"type":"thinking","thinking":"@",
            "signature":"#"},{"type":"tool_use","id":"#","name":"#","input":{"a":"@","n":[1,"@"]}}]},{"role":"user","content":[
            {"type":"tool_result","tool_use_id":"#","content":[{"type":"text","text":"@"}]},{"type":"document","title":"@",
            "source":{"type":"text","media_type":"text/plain","data":"@"}},{"type":"image","source":{"type":"base64","data":"#"}}]}],
            "system":[{"type":"text","text":"@","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"#","description":"#"}],
            "metadata":{"user_id":"#"}}"##,
        ),
        sample(
            "anthropic answer",
            BodyFormat::Json,
            DynShape::new(Anthropic),
            r##"{"id":"#","type":"message","role":"assistant","content":[{"type":"text","text":"@","citations":[{"cited_text":"@"}]},
            {"type":"tool_use","id":"#","input":{"x":{"y":"@"}}}],"stop_reason":"end_turn","usage":{"input_tokens":3}}"##,
        ),
        sample(
            "matrix",
            BodyFormat::Json,
            DynShape::new(Matrix),
            r##"{"msgtype":"m.text","body":"@","format":"org.matrix.custom.html","formatted_body":"<b>@</b><br/>&amp;",
            "m.new_content":{"msgtype":"m.text","body":"@","formatted_body":"<i>@</i>"},"m.relates_to":{"event_id":"#"}}"##,
        ),
        sample(
            "matrix sync",
            BodyFormat::Json,
            DynShape::new(Matrix),
            r##"{"next_batch":"#","rooms":{"join":{"!r:x":{"timeline":{"events":[{"type":"m.room.message","sender":"#",
            "content":{"body":"@","msgtype":"m.text"},"event_id":"#"},{"type":"m.room.encrypted","content":{"ciphertext":"#"}},
            {"type":"m.room.redaction","content":{"reason":"@"}}]}}}}}"##,
        ),
    ]
}

impl Sample {
    fn spelled(&self, text: &str) -> String {
        let plus = |text: &str| if self.format == BodyFormat::Form { text.replace(' ', "+") } else { text.to_owned() };
        self.body.replace('@', &plus(text)).replace('#', &SECRET.replace(' ', ""))
    }

    fn filter(&self) -> Filter {
        Filter::new(Engine::default(), self.format.clone()).shape(self.shape.clone())
    }

    fn number(&self) -> u64 {
        self.body.matches('@').count() as u64
    }
}

fn through(mut filter: Filter, pieces: &[&[u8]]) -> Result<(String, u64), ScanError> {
    let mut out = Vec::new();
    for piece in pieces {
        filter.push(piece, &mut out)?;
    }
    filter.finish(&mut out)?;
    Ok((String::from_utf8(out).unwrap(), filter.report().total()))
}

#[test]
fn secrets_go_from_every_text_and_every_other_byte_stays() {
    for sample in samples() {
        let body = sample.spelled(SECRET);
        let filtered = sample.filter().whole(body.as_bytes()).unwrap();
        let seen = String::from_utf8(filtered.body.into_owned()).unwrap();
        assert_eq!(seen, sample.spelled(MASK), "{}", sample.name);
        assert!(filtered.report.is_complete());
        let again = ["matrix", "openai response done", "json inside strings"];
        if !again.contains(&sample.name) {
            assert_eq!(filtered.report.total(), sample.number(), "{}", sample.name);
        }
    }
}

#[test]
fn what_holds_no_secret_is_not_even_copied_where_it_is_whole() {
    for sample in samples() {
        let body = sample.spelled("my card ends in 0005").replace(SECRET, "none");
        let filtered = sample.filter().whole(body.as_bytes()).unwrap();
        assert!(matches!(filtered.body, std::borrow::Cow::Borrowed(_)), "{}", sample.name);
        assert_eq!(filtered.report.total(), 0);
    }
}

#[test]
fn a_body_cut_anywhere_gives_the_same_bytes_and_findings() {
    for sample in samples() {
        let body = sample.spelled(SECRET).into_bytes();
        let whole = through(sample.filter(), &[&body]).unwrap();
        assert_eq!(whole.0, sample.spelled(MASK), "{}", sample.name);
        for split in (0..=body.len()).step_by(if body.len() > 600 { 7 } else { 1 }) {
            let (a, b) = body.split_at(split);
            assert_eq!(through(sample.filter(), &[a, b]).unwrap(), whole, "{} split at {split}", sample.name);
        }
        let single: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(through(sample.filter(), &single).unwrap(), whole, "{} byte by byte", sample.name);
    }
}

fn delta(choice: u32, text: &str, rest: &str) -> String {
    format!(
        "data: {{\"id\":\"x\",\"choices\":[{{\"index\":{choice},\"delta\":{{\"content\":\"{text}\"}}{rest}}}]}}\n\n"
    )
}

/// Joins the deltas of a stream, as a client does.
fn contents(stream: &str, choice: &str, pointer: &str) -> String {
    let mut all = String::new();
    for event in stream.split("\n\n").filter(|event| event.contains(choice)) {
        let Some(data) = event.split("data: ").nth(1) else { continue };
        let tree = lastfour::json::Tree::parse(data.as_bytes(), 32).unwrap();
        if let Some(text) = tree.root().at(pointer).and_then(|value| value.as_str().map(|text| text.into_owned())) {
            all.push_str(&text);
        }
    }
    all
}

#[test]
fn a_secret_spread_over_deltas_is_one_text_a_choice() {
    let mut stream = String::new();
    for (choice, piece) in
        [(0, "my "), (1, "no "), (0, "card 37"), (1, "secret"), (0, "82 8224"), (1, " here"), (0, "63 100")]
    {
        let token = if piece.contains(|c: char| c.is_ascii_digit()) { "37" } else { "fine" };
        let logprobs = format!(",\"logprobs\":{{\"content\":[{{\"token\":\"{token}\"}}]}},\"finish_reason\":null");
        stream.push_str(&delta(choice, piece, &logprobs));
    }
    stream.push_str(&delta(0, "05 ok", ",\"finish_reason\":null"));
    let finish = "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    stream.push_str(finish);
    stream.push_str(
        "data: {\"id\":\"x\",\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    );
    let filter = || Filter::new(Engine::default(), BodyFormat::Events).shape(DynShape::new(OpenAi));
    for size in [1, 7, stream.len()] {
        let pieces: Vec<&[u8]> = stream.as_bytes().chunks(size).collect();
        let (out, total) = through(filter(), &pieces).unwrap();
        let text = "/choices/0/delta/content";
        assert_eq!(contents(&out, "\"index\":0", text), format!("my card {MASK} ok"));
        assert_eq!(contents(&out, "\"index\":1", text), "no secret here");
        assert_eq!(total, 1);
        assert!(!out.contains("\"token\":\"37\""), "logprobs spell the text once more");
        let last_text = out.rfind("0005").unwrap();
        assert!(last_text < out.find(finish).unwrap(), "the text comes before the end of its choice");
        assert!(out.ends_with("data: [DONE]\n\n"));
    }
}

#[test]
fn the_last_delta_may_end_its_choice_or_the_stream_may_end_without() {
    for end in [",\"finish_reason\":\"stop\"", ""] {
        let stream = delta(0, "3782 822463", "") + &delta(0, " 10005", end);
        let filter = Filter::new(Engine::default(), BodyFormat::Events).shape(DynShape::new(OpenAi));
        let (out, _) = through(filter, &[stream.as_bytes()]).unwrap();
        assert_eq!(contents(&out, "\"index\":0", "/choices/0/delta/content"), MASK, "{out}");
    }
}

#[test]
fn tool_arguments_in_pieces_stay_json() {
    let mut stream = String::from(
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{}}}\n\n",
    );
    for piece in [r#"{\"card\": \"37"#, r"82 8224", r#"63 10005\", \"n\":"#, " 1}"] {
        stream += &format!(
            "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{{\"type\":\"input_json_delta\",\"partial_json\":\"{piece}\"}}}}\n\n"
        );
    }
    let stop = "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n";
    stream += stop;
    let filter = Filter::new(Engine::default(), BodyFormat::Events).shape(DynShape::new(Anthropic));
    let (out, total) = through(filter, &[stream.as_bytes()]).unwrap();
    let arguments = contents(&out, "input_json_delta", "/delta/partial_json");
    assert_eq!(arguments, format!("{{\"card\": \"{MASK}\", \"n\": 1}}"));
    assert_eq!(total, 1);
    assert!(out.ends_with(stop));
}

fn events(shape: impl lastfour::chat::ChatShape) -> Filter {
    Filter::new(Engine::default(), BodyFormat::Events).shape(DynShape::new(shape))
}

#[test]
fn an_event_stream_cut_between_its_line_ends_keeps_every_byte() {
    let held = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"12\"}}]}";
    for end in ["\n", "\r", "\r\n"] {
        for blank in ["\n", "\r", "\r\n"] {
            for last in ["", "data: [DONE]", "data: [DONE]\r\n", "data: [DONE]\r\n\r\n", "\r\n"] {
                let stream = format!("{held}{end}{blank}{last}");
                let whole = through(events(OpenAi), &[stream.as_bytes()]).unwrap().0;
                for split in 0..=stream.len() {
                    let (a, b) = stream.as_bytes().split_at(split);
                    let (out, _) = through(events(OpenAi), &[a, b]).unwrap();
                    assert_eq!(out, whole, "{stream:?} split at {split}");
                }
                if end == "\r" && blank == "\n" {
                    // One line end, not two.
                    continue;
                }
                assert!(whole.ends_with(last) || last.len() < 3, "{whole:?}");
                assert!(whole.starts_with(&stream.replace("12", "")[..held.len() - 2]));
                assert_eq!(whole.matches("\"12\"").count(), 1);
                if last.ends_with("\r\n\r\n") && end == "\r\n" {
                    assert!(whole.contains(&format!("{end}{blank}data: ")), "{whole:?}");
                }
            }
        }
    }
}

#[test]
fn lines_that_are_no_field_of_an_event_are_scanned() {
    let escaped = r#"{"text":"\u0033782 822463 10005"}"#;
    for (stream, expected) in [
        ("@\n\n", "#\n\n"),
        ("{\"text\":\"@\"}", "{\"text\":\"#\"}"),
        (" data: my card @\n\n", " data: my card #\n\n"),
        ("data : @\r\n\r\n", "data : #\r\n\r\n"),
        ("data: x\n data: @\n\n", "data: x\n data: #\n\n"),
        ("foo: @\ndata: hi\nbar\n\n", "foo: #\ndata: hi\nbar\n\n"),
        ("retry: 378282246310005\n\n", "retry: ***********0005\n\n"),
        ("card 3782\r\n822463 10005\r\n\r\n", "card ****\r\n****** *0005\r\n\r\n"),
        (": @\nid: @\nevent: @\nretry: 10005\n\n", ": @\nid: @\nevent: @\nretry: 10005\n\n"),
    ] {
        let stream = stream.replace('@', SECRET);
        let expected = expected.replace('@', SECRET).replace('#', MASK);
        let (out, _) = through(Filter::new(Engine::default(), BodyFormat::Events), &[stream.as_bytes()]).unwrap();
        assert_eq!(out, expected, "{stream:?}");
    }
    for stream in [escaped.to_owned(), format!(" data: {escaped}\n\n"), format!("{escaped}\n{escaped}\n\n")] {
        let (out, _) = through(Filter::new(Engine::default(), BodyFormat::Events), &[stream.as_bytes()]).unwrap();
        assert!(!out.contains("822463"), "{out}");
    }
}

#[test]
fn an_event_with_two_pieces_of_one_text_stops_the_stream() {
    for event in [
        r#"{"choices":[{"index":0,"delta":{"content":"12","content":"3782 822463 10005"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"12"},"delta":{"content":"3782 822463 10005"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"12","Content":"3782 822463 10005"}}]}"#,
        r#"{"choices":[{"index":0,"index":1,"delta":{"content":"3782 822463 10005"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"12"}},{"index":0,"delta":{"content":"3782 822463 10005"}}]}"#,
    ] {
        let stream = format!("data: {event}\n\n");
        assert_eq!(through(events(OpenAi), &[stream.as_bytes()]), Err(ScanError::Malformed), "{event}");
    }
    let two = r#"{"choices":[{"index":0,"delta":{"content":"hello "}},{"index":1,"delta":{"content":"hello "}}]}"#;
    let stream = format!("data: {two}\n\n");
    assert_eq!(through(events(OpenAi), &[stream.as_bytes()]), Ok((stream, 0)));
    let block = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"1","text":"2"}}"#;
    assert_eq!(through(events(Anthropic), &[format!("data: {block}\n\n").as_bytes()]), Err(ScanError::Malformed));
}

#[test]
fn an_event_that_is_added_carries_the_text_and_nothing_else() {
    let first = concat!(
        "id: 7\nretry: 5\nevent: chunk\ndata: {\"usage\": {\"total\": 3}, \"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x \"}},",
        "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,\"id\":\"call\",\"type\":\"function\",",
        "\"function\":{\"name\":\"pay\",\"arguments\":\"{\\\"n\\\":\"}}],\"content\":null},\"finish_reason\":null,",
        "\"logprobs\":{\"content\":[1]}}],\"created\":1}\n\n"
    );
    let stream = format!("{first}data: [DONE]\n\n");
    let (out, _) = through(events(OpenAi), &[stream.as_bytes()]).unwrap();
    let added = concat!(
        "event: chunk\ndata: { \"id\":\"c\",\"choices\":[",
        "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,",
        "\"function\":{\"arguments\":\"{\\\"n\\\":\"}}]},\"finish_reason\":null,",
        "\"logprobs\":null}],\"created\":1}\n\n"
    );
    let rest = out.split_once("\n\n").unwrap().1;
    assert_eq!(rest, format!("{added}data: [DONE]\n\n"));
}

#[test]
fn a_tool_call_that_is_complete_goes_on_at_once() {
    let call = |arguments: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{arguments}\"}}}}]}}}}]}}\n\n"
        )
    };
    let mut filter = events(OpenAi);
    let mut out = Vec::new();
    let harmless = call(r#"{\"n\":1}"#);
    filter.push(harmless.as_bytes(), &mut out).unwrap();
    assert_eq!(String::from_utf8_lossy(&out), harmless);
    out.clear();
    filter.push(call(r#"{\"card\":\"3782 822463"#).as_bytes(), &mut out).unwrap();
    filter.push(call(r#" 10005\"} "#).as_bytes(), &mut out).unwrap();
    let seen = String::from_utf8_lossy(&out).into_owned();
    assert_eq!(seen, call("") + &call(&format!(r#"{{\"card\":\"{MASK}\"}} "#)));
    out.clear();
    filter.finish(&mut out).unwrap();
    assert_eq!(out, b"");
}

#[test]
fn the_start_of_a_content_block_is_a_piece_of_its_text() {
    let start = |text: &str| {
        format!(
            "event: content_block_start\ndata: {{\"type\":\"content_block_start\",\"index\":2,\"content_block\":{{\"type\":\"text\",\"text\":\"{text}\"}}}}\n\n"
        )
    };
    let delta = |text: &str| {
        format!(
            "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n"
        )
    };
    let stop = "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":2}\n\n";
    let stream = start("card 3782 82") + &delta("2463 10005 bye") + stop;
    let (out, total) = through(events(Anthropic), &[stream.as_bytes()]).unwrap();
    assert_eq!(out, start("card ") + &delta("") + &delta(&format!("{MASK} bye")) + stop);
    assert_eq!(total, 1);
    // If no delta follows, one is added.
    let stream = start("card 3782 822463 10005") + stop;
    let (out, _) = through(events(Anthropic), &[stream.as_bytes()]).unwrap();
    assert_eq!(out, start("card ") + &delta(MASK) + stop);
}

#[test]
fn a_responses_stream_says_it_in_deltas_and_once_more_at_the_end() {
    let mut stream = String::new();
    for (n, piece) in ["it is ", "3782 8", "22463 1", "0005"].iter().enumerate() {
        stream += &format!(
            "event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"sequence_number\":{n},\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"delta\":\"{piece}\",\"logprobs\":[]}}\n\n"
        );
    }
    stream += "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"text\":\"it is 3782 822463 10005\"}\n\n";
    let filter = Filter::new(Engine::default(), BodyFormat::Events).shape(DynShape::new(OpenAi));
    let (out, total) = through(filter, &[stream.as_bytes()]).unwrap();
    assert_eq!(contents(&out, "text.delta\"", "/delta"), format!("it is {MASK}"));
    assert_eq!(contents(&out, "text.done\"", "/text"), format!("it is {MASK}"));
    assert_eq!(total, 1, "said again is not found again");
    assert!(out.rfind("text.delta\"").unwrap() < out.find("text.done\"").unwrap());
}

#[test]
fn numbers_that_are_findings_become_strings() {
    // The form of the number alone decides.
    let body = r#"{"text": ["3782 822463 10005", 12], "n": 5}"#;
    let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
    assert_eq!(filtered.body, body.replace(SECRET, MASK).as_bytes());
}

#[test]
fn logprobs_go_from_an_answer_whose_text_changed_and_stay_in_one_whose_text_did_not() {
    let body = |text: &str, logprobs: &str| {
        format!("{{\"choices\":[{{\"index\":0,\"message\":{{\"content\":\"{text}\"}},\"logprobs\":{logprobs}}}]}}")
    };
    let filter = || Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(OpenAi));
    let spelled = r#"{"content":[{"token":"3782"}]}"#;
    let with = body(SECRET, spelled);
    assert_eq!(filter().whole(with.as_bytes()).unwrap().body, body(MASK, "null").as_bytes());
    let without = body("hi", spelled);
    assert_eq!(filter().whole(without.as_bytes()).unwrap().body, without.as_bytes());
}

#[test]
fn a_number_with_an_exponent_is_the_number_that_it_will_be_read_as() {
    let body = br#"{"text": [3.78282246310005e14, 378282246310.005E+3, 1.5e3], "n": 3.78282246310005e14}"#;
    let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body).unwrap();
    let seen = String::from_utf8(filtered.body.into_owned()).unwrap();
    assert_eq!(seen, r#"{"text": ["***********0005", "***********0005", 1.5e3], "n": "***********0005"}"#);
}

#[test]
fn a_bare_number_among_events_of_text_stays_without_quotes() {
    let (seen, found) =
        through(Filter::new(Engine::default(), BodyFormat::Events), &[b"data: 378282246310005\n\n"]).unwrap();
    assert_eq!((seen.as_str(), found), ("data: ***********0005\n\n", 1));
}

#[test]
fn no_piece_of_a_number_goes_on_in_a_document_that_holds_them_all() {
    let whole = |format: BodyFormat, shape: DynShape, body: &str| {
        let filtered = Filter::new(Engine::default(), format).shape(shape).whole(body.as_bytes()).unwrap();
        let disclosures = filtered.report.findings();
        let disclosures = disclosures.iter().filter(|found| found.finding.kind == FindingKind::Disclosure);
        let messages: Vec<u64> = disclosures.map(|found| found.message).collect();
        (String::from_utf8(filtered.body.into_owned()).unwrap(), messages)
    };
    let (seen, messages) = whole(BodyFormat::Json, DynShape::default(), r#"{"text":[4111,1111,1111,1111],"id":4111}"#);
    assert_eq!(seen, r#"{"text":["****","****","****","1111"],"id":4111}"#);
    assert_eq!(messages.len(), 1);
    // A history: messages by an agent between the pieces are not pieces, and neither is what the customer said before.
    let history = |first: &str, second: &str, third: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"hi, room 4012 please"}},{{"role":"assistant","content":"And your card number?"}},
            {{"role":"user","content":"{first}"}},{{"role":"assistant","content":"Go on, 100 points are waiting"}},
            {{"role":"user","content":[{{"type":"text","text":"{second}"}}]}},{{"role":"user","content":"and {third}"}}]}}"#
        )
    };
    let (seen, messages) = whole(BodyFormat::Json, DynShape::new(OpenAi), &history("3782", "8224631", "0005"));
    assert_eq!(seen, history("****", "*******", "****"));
    assert_eq!(messages.len(), 3);
    let (seen, _) = whole(BodyFormat::Form, DynShape::default(), "text=3782&body=8224631&id=7&message=0005");
    assert_eq!(seen, "text=****&body=*******&id=7&message=****");
    // Nothing completes it.
    let unfinished = history("37", "82", "thanks");
    assert_eq!(whole(BodyFormat::Json, DynShape::new(OpenAi), &unfinished), (unfinished, vec![]));
}

#[test]
fn what_is_no_json_is_read_as_leniently_as_somebody_might() {
    let escaped: String = "3782 822463 10005".chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    for body in [
        format!("{{\"text\":\"{escaped}\"}}\n."),
        format!("{{\"text\":\"{escaped}\"}}{{\"text\":\"a\"}}"),
        format!("{{\"text\":\"{escaped}\", /* b */ }}"),
        format!("{{\"text\":\"{escaped}"),
        format!("{{\"text\":\"[\\\"{}\\\"\"}}", escaped.replace('\\', "\\\\")),
        format!("{{\"text\":\"{}{}\"}}", "[".repeat(200), escaped.replace('\\', "\\\\")),
    ] {
        for format in [BodyFormat::Json, BodyFormat::Sniff, BodyFormat::Ndjson, BodyFormat::Text] {
            let filter = || Filter::new(Engine::default(), format.clone());
            let filtered = filter().whole(body.as_bytes()).unwrap();
            let seen = String::from_utf8(filtered.body.into_owned()).unwrap();
            assert!(seen.contains("*0005") && !seen.contains("u0033"), "{format:?}: {seen}");
        }
        // The document is too large to be held, and what cannot be scanned in pieces is refused.
        let mut filter = Filter::new(Engine::default(), BodyFormat::Json).limits(Limits::default().hold(20));
        let mut out = Vec::new();
        let result = body.as_bytes().chunks(7).try_for_each(|piece| filter.push(piece, &mut out));
        let result = result.and_then(|()| filter.finish(&mut out));
        let seen = String::from_utf8_lossy(&out);
        assert!(result.is_err() || !seen.contains("u0033"), "{seen}");
    }
}

#[test]
fn documents_one_after_the_other_stay_documents() {
    for (body, expected) in [
        ("{\"label\":\"Password:\",\"id\":\"f1\"}\n{\"id\":2}", "{\"label\":\"Password:\",\"id\":\"f1\"}\n{\"id\":2}"),
        (
            "{\"id\":\"#\",\"text\":\"@\"} {\"text\":\"@\"} and @",
            "{\"id\":\"#\",\"text\":\"@\"} {\"text\":\"@\"} and @",
        ),
        ("[{\"text\":\"@\"}]x", "[{\"text\":\"@\"}]x"),
    ] {
        let number = SECRET.replace(' ', "");
        let said = body.replace('@', SECRET).replace('#', &number);
        let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(said.as_bytes()).unwrap();
        let seen = String::from_utf8(filtered.body.into_owned()).unwrap();
        assert_eq!(seen, expected.replace('@', MASK).replace('#', &number));
    }
}

#[test]
fn pieces_in_a_document_in_a_string_are_masked_where_they_stand() {
    let body = r#"{"text":"{\"id\":123,\"prices\":[4111,1111,1111,1111],\"ok\":true}"}"#;
    let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
    let seen = String::from_utf8(filtered.body.into_owned()).unwrap();
    assert_eq!(seen, r#"{"text":"{\"id\":123,\"prices\":[\"****\",\"****\",\"****\",\"1111\"],\"ok\":true}"}"#);
}

#[test]
fn markup_keeps_its_tags_whatever_is_said_in_it() {
    let filtered = |format: BodyFormat, body: &str| {
        let filtered = Filter::new(Engine::default(), format).whole(body.as_bytes()).unwrap();
        String::from_utf8(filtered.body.into_owned()).unwrap()
    };
    let page = "<p>my password is <b>hunter22</b></p><p>next</p>";
    assert_eq!(filtered(BodyFormat::Html, page), page.replace("hunter22", "********"));
    let json = |text: &str| format!("{{\"text\":\"{text}\"}}");
    assert_eq!(filtered(BodyFormat::Json, &json(page)), json(&page.replace("hunter22", "********")));
    for page in [
        "<label>Password: <input type=\"password\" name=\"p\" maxlength=64></label>",
        "<style>[type=password]{color:#123456}</style><p>hello</p>",
        "<p>Forgot your password?</p><p>Reset it <a href=\"/reset?id=8812345\">here</a></p>",
    ] {
        assert_eq!(filtered(BodyFormat::Html, page), page);
    }
    // A page that is too large to be held is sent block by block.
    let page = format!("{}<p>it is {SECRET}</p>", "<p>hello <i>there</i></p>\n".repeat(100));
    let mut filter = Filter::new(Engine::default(), BodyFormat::Html).limits(Limits::default().hold(200));
    let mut out = Vec::new();
    for piece in page.as_bytes().chunks(64) {
        filter.push(piece, &mut out).unwrap();
        assert!(filter.held() <= 264);
    }
    filter.finish(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), page.replace(SECRET, MASK));
}

#[test]
fn tags_do_not_hide_a_number() {
    let body = r#"{"body":"x","formatted_body":"it is <b>3782</b> 822463 <i>10005</i>, ok"}"#;
    let filtered =
        Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(Matrix)).whole(body.as_bytes()).unwrap();
    let masked = format!(r#"{{"body":"x","formatted_body":"it is <b>{MASK}</b><i></i>, ok"}}"#);
    assert_eq!(String::from_utf8_lossy(&filtered.body), masked);
    assert_eq!(filtered.report.total(), 1, "what only the second spelling shows is found");
}

#[test]
fn a_secret_spread_over_the_values_of_tool_arguments_goes_from_all_of_them() {
    let body = r#"{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\":\"3782 822463 10005\",\"b\":7}"}}]}]}"#;
    let filtered =
        Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(OpenAi)).whole(body.as_bytes()).unwrap();
    assert_eq!(String::from_utf8_lossy(&filtered.body), body.replace(SECRET, MASK));
}

#[test]
fn what_cannot_be_seen_is_refused() {
    let refused = |format: BodyFormat, body: &[u8]| {
        let limits = Limits::default().hold(1000).depth(20);
        Filter::new(Engine::default(), format).limits(limits).whole(body).map(|_| ()).unwrap_err()
    };
    assert_eq!(refused(BodyFormat::Form, &[b' '; 1001]), ScanError::TooLarge { limit: 1000 });
    let long = format!("[{{\"text\":\"{}\"}}]", "x".repeat(1001));
    assert_eq!(refused(BodyFormat::Json, long.as_bytes()), ScanError::TooLarge { limit: 1000 });
    assert_eq!(refused(BodyFormat::Json, "[".repeat(21).as_bytes()), ScanError::TooDeep { limit: 20 });
    let utf16: Vec<u8> = "{\"text\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(BodyFormat::Json, &utf16), ScanError::Charset);
    assert_eq!(refused(BodyFormat::Text, b"\xFE\xFF\x003"), ScanError::Charset);
    let base64 = b"--b\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\nMzc4\r\n--b--";
    assert_eq!(refused(multipart(), base64), ScanError::ContentEncoding);
    let utf16 = b"--b\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nMzc4\r\n--b--";
    assert_eq!(refused(multipart(), utf16), ScanError::Charset);
    assert_eq!(refused(BodyFormat::Form, format!("x={}", "[".repeat(50)).as_bytes()), ScanError::TooDeep { limit: 20 });
}

#[test]
fn wide_characters_are_refused_in_every_format() {
    for format in [
        BodyFormat::Text,
        BodyFormat::Json,
        BodyFormat::Sniff,
        BodyFormat::Ndjson,
        BodyFormat::Events,
        BodyFormat::Form,
        multipart(),
    ] {
        let text = format!("--b\r\n\r\ndata: text={{\"text\":\"{SECRET}\"}}\r\n\r\n");
        for body in [
            text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        ] {
            let filter = || Filter::new(Engine::default(), format.clone());
            assert_eq!(filter().whole(&body).unwrap_err(), ScanError::Charset, "{format:?}");
            let pieces: Vec<&[u8]> = body.chunks(1).collect();
            assert_eq!(through(filter(), &pieces), Err(ScanError::Charset), "{format:?}");
        }
    }
}

#[test]
fn compressed_data_without_its_header_is_refused_as_text() {
    let magic = [&b"\x1F\x8B"[..], b"\x28\xB5\x2F\xFD"];
    for format in [BodyFormat::Text, BodyFormat::Json, BodyFormat::Ndjson, BodyFormat::Events, BodyFormat::Form] {
        for body in magic.map(|magic| [magic, &b"\x08\x00\x81\xC3 5 x"[..]].concat()) {
            let filter = || Filter::new(Engine::default(), format.clone());
            assert_eq!(filter().whole(&body).unwrap_err(), ScanError::ContentEncoding, "{format:?}");
            let pieces: Vec<&[u8]> = body.chunks(1).collect();
            assert_eq!(through(filter(), &pieces), Err(ScanError::ContentEncoding), "{format:?}");
        }
    }
    let (mut filter, mut out) = (Filter::new(Engine::default(), BodyFormat::Text), Vec::new());
    filter.push(b"(\xB5", &mut out).unwrap();
    filter.finish(&mut out).unwrap();
    assert_eq!(out, b"(\xB5", "text in Latin-1");
}

#[test]
fn a_stream_holds_no_more_than_its_limit() {
    for format in [BodyFormat::Events, BodyFormat::Ndjson] {
        let mut filter = Filter::new(Engine::default(), format).limits(Limits::default().hold(1000));
        let mut out = Vec::new();
        let failure = (0..1000).find_map(|_| filter.push(b"data: xxx", &mut out).err());
        assert_eq!(failure, Some(ScanError::TooLarge { limit: 1000 }));
        assert_eq!(filter.push(b"\n\n", &mut out), failure.map_or(Ok(()), Err), "a failure is for good");
        assert!(out.is_empty());
    }
}

#[test]
fn fields_are_the_users_choice() {
    let body = br#"{"text":"3782 822463 10005","inquiry":"3782 822463 10005"}"#;
    let filter = |shape: Generic| Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(shape));
    assert_eq!(filter(Generic::only(["inquiry"])).whole(body).unwrap().report.total(), 1);
    assert_eq!(filter(Generic::default().and(["inquiry"])).whole(body).unwrap().report.total(), 2);
}

#[test]
fn a_document_too_large_to_be_held_is_redacted_as_one_that_is() {
    for sample in samples().into_iter().filter(|sample| sample.format == BodyFormat::Json) {
        let body = sample.spelled(SECRET).into_bytes();
        for size in [1, 7, 64, 1000] {
            // More than any text of the samples, and less than their documents.
            let filter = sample.filter().limits(Limits::default().hold(120));
            let pieces: Vec<&[u8]> = body.chunks(size).collect();
            let (out, total) = through(filter, &pieces).unwrap();
            assert_eq!(out, sample.spelled(MASK), "{} in pieces of {size}", sample.name);
            assert!(total > 0);
        }
    }
}

#[test]
fn a_large_document_holds_no_picture_and_cuts_off_what_it_cannot_judge() {
    let picture = "QUJD".repeat(100_000);
    let body = format!(r#"{{"type":"image","source":{{"type":"base64","data":"{picture}"}},"text":"{SECRET}"}}"#);
    let mut filter = Filter::new(Engine::default(), BodyFormat::Json)
        .shape(DynShape::new(Anthropic))
        .limits(Limits::default().hold(1000));
    let mut out = Vec::new();
    let mut most = 0;
    for piece in body.as_bytes().chunks(500) {
        filter.push(piece, &mut out).unwrap();
        most = most.max(filter.held());
    }
    filter.finish(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), body.replace(SECRET, MASK));
    assert!(most <= 1500, "{most} bytes were held");

    struct Own;
    impl lastfour::chat::ChatShape for Own {
        fn name(&self) -> &str {
            "own"
        }
        fn read(&self, _: lastfour::json::Value<'_>) -> lastfour::chat::ChatTexts {
            Default::default()
        }
    }
    let own =
        Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(Own)).limits(Limits::default().hold(1000));
    assert_eq!(through(own, &[body.as_bytes()]), Err(ScanError::TooLarge { limit: 1000 }));
}

#[test]
fn logprobs_go_from_a_large_answer_too() {
    let logprobs = r#"{"content":[{"token":"3782","bytes":[51],"top_logprobs":[{"token":"x"}]}]}"#;
    let body = format!(r#"{{"choices":[{{"message":{{"content":"{SECRET}"}},"logprobs": {logprobs},"index":0}}]}}"#);
    let filter = Filter::new(Engine::default(), BodyFormat::Json)
        .shape(DynShape::new(OpenAi))
        .limits(Limits::default().hold(50));
    let (out, _) = through(filter, &[body.as_bytes()]).unwrap();
    assert_eq!(out, body.replace(SECRET, MASK).replace(logprobs, "null"));
}

#[test]
fn the_same_messages_give_the_same_findings_through_every_door() {
    let said = [
        ("customer", "hello, my card is 3782 822463 10005"),
        ("agent", "thank you, and the ZIP?"),
        ("customer", "10285, or was it 3714 496353 98431? no idea"),
        ("bot", "the last four are 0005"),
    ];
    let engine = Engine::default();
    let mut conversation = lastfour::Conversation::new();
    let library: Vec<_> = said
        .iter()
        .enumerate()
        .flat_map(|(n, (role, text))| {
            let message = lastfour::Message::new(lastfour::Role::from_name(role).unwrap(), text);
            let findings = engine.scan(&mut conversation, &message).findings;
            findings.into_iter().map(move |finding| (n as u64, finding))
        })
        .collect();
    assert!(library.len() >= 2);
    let object = |(role, text): &(&str, &str)| format!("{{\"role\":\"{role}\",\"text\":\"{text}\"}}");
    let objects: Vec<String> = said.iter().map(object).collect();
    let bodies = [
        (BodyFormat::Json, format!("[{}]", objects.join(","))),
        (BodyFormat::Ndjson, objects.join("\n")),
        (BodyFormat::Events, objects.iter().map(|object| format!("data: {object}\n\n")).collect()),
    ];
    for (format, body) in bodies {
        for limit in [1024 * 1024, 100] {
            let mut filter = Filter::new(engine.clone(), format.clone()).limits(Limits::default().hold(limit));
            let mut out = Vec::new();
            for piece in body.as_bytes().chunks(9) {
                filter.push(piece, &mut out).unwrap();
            }
            filter.finish(&mut out).unwrap();
            let found: Vec<_> = filter.report().findings().iter().map(|found| (found.message, found.finding)).collect();
            assert_eq!(found, library, "{format:?}");
            assert_eq!(filter.into_conversation(), conversation, "{format:?}");
        }
    }
}

/// Bytes that have a meaning in some format.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        Just(b"3782 822463 10005".to_vec()),
        Just(b"\\u0033782 822463 10005".to_vec()),
        Just(b"{\"text\":\"".to_vec()),
        Just(b"\"}".to_vec()),
        Just(b"[{".to_vec()),
        Just(b"\"content\":".to_vec()),
        Just(b"data: ".to_vec()),
        Just(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"3782 \"}}]}\n\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"text=a%33+&".to_vec()),
        Just(b"--b\r\n".to_vec()),
        Just(b"Content-Type: text/plain\r\n\r\n".to_vec()),
        Just(b"--b--".to_vec()),
        Just(b"<b>".to_vec()),
        Just(b"\xff\xc3".to_vec()),
        Just(b"\\".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(token, 0..30).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_format_come_out_the_same_however_they_are_cut(
        body in bytes(),
        format in prop_oneof![
            Just(BodyFormat::Text), Just(BodyFormat::Json), Just(BodyFormat::Ndjson), Just(BodyFormat::Events), Just(BodyFormat::Form),
            Just(BodyFormat::Html), Just(BodyFormat::Sniff), Just(multipart()),
        ],
        shape in proptest::sample::select(SHAPES),
        size in 1usize..40,
    ) {
        let shape = shape.name;
        let new = || Filter::new(Engine::default(), format.clone()).shape(DynShape::named(shape).unwrap());
        let run = |pieces: Vec<&[u8]>| {
            let mut filter = new();
            let mut out = Vec::new();
            for piece in pieces {
                filter.push(piece, &mut out)?;
            }
            filter.finish(&mut out)?;
            Ok::<_, ScanError>((out, filter.report().total()))
        };
        let whole = run(vec![&body]);
        prop_assert!(!matches!(whole, Err(ScanError::Panicked)));
        prop_assert_eq!(&run(body.chunks(size).collect()), &whole);
        // The learned weights look at a whole text, of which a stream of some length sees only a stretch at a time.
        let is_long_text = matches!(format, BodyFormat::Text | BodyFormat::Sniff) && body.len() > 64;
        if !is_long_text {
            let at_once = new().whole(&body).map(|filtered| (filtered.body.into_owned(), filtered.report.total()));
            prop_assert_eq!(&at_once, &whole);
        }
        if let Ok((out, 0)) = &whole {
            // A held text may be sent in a later event. In every other format the bytes must be equal.
            if !(format == BodyFormat::Events && shape != "generic") {
                prop_assert_eq!(out, &body);
            }
        }
    }

    #[test]
    fn json_that_is_redacted_is_still_json(texts in proptest::collection::vec(r#"[a-zé"\\{]{0,9} (3782 822463 10005)? [a-z"\\}]{0,9}"#, 1..6)) {
        let escaped: Vec<String> = texts.iter().map(|text| format!("\"{}\"", lastfour::json::escape(text))).collect();
        let body = format!("{{\"text\":[{}],\"m\":{{\"content\":{}}}}}", escaped.join(","), escaped[0]);
        let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
        prop_assert!(lastfour::json::Document::is_valid(&filtered.body, 8));
        let seen = String::from_utf8(filtered.body.into_owned()).unwrap();
        prop_assert!(!seen.contains(SECRET));
    }
}

/// Bytes that look random, the same for each seed.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}

/// Base64 of bytes that look random.
fn noise_in_base64(seed: u64, len: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    noise(seed, len).into_iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect()
}

#[test]
fn binary_bodies_and_parts_of_unknown_types_pass_unchanged_and_are_counted() {
    let sizes = (1..40).chain([64, 100, 200, 500, 1_000, 5_000, 20_000, 100_000]);
    for (seed, size) in sizes.flat_map(|size| [size, size, size]).enumerate() {
        let bytes = noise(seed as u64 + 1, size);
        let filtered = Filter::new(Engine::default(), BodyFormat::Sniff).whole(&bytes).unwrap();
        assert_eq!(filtered.body, &bytes[..], "{size} bytes");
        assert!(size < 200 || filtered.report.binaries() == 1 && filtered.report.messages() == 0);
        let body = [
            &b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\nContent-Type: application/x-zip-compressed\r\n\r\n"[..],
            &bytes,
            b"\r\n--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nmy card is 3782 822463 10005\r\n--b--\r\n",
        ]
        .concat();
        let masked = String::from_utf8_lossy(&body).replace(SECRET, MASK);
        let mut filter = Filter::new(Engine::default(), multipart());
        let mut out = Vec::new();
        for piece in body.chunks(1_000) {
            filter.push(piece, &mut out).unwrap();
        }
        filter.finish(&mut out).unwrap();
        assert_eq!(String::from_utf8_lossy(&out), masked, "{size} bytes");
    }
}

#[test]
fn text_of_unknown_type_is_scanned_in_any_charset() {
    for body in [
        &b"caf\xe9: my card is 3782 822463 10005"[..],
        b"my card is 3782 822463 10005 \x02ok\x02",
        b"\xef\xbb\xbf3782 822463 10005",
    ] {
        for size in [1, 1_000] {
            let mut filter = Filter::new(Engine::default(), BodyFormat::Sniff);
            let mut out = Vec::new();
            body.chunks(size).for_each(|piece| filter.push(piece, &mut out).unwrap());
            filter.finish(&mut out).unwrap();
            assert_eq!(filter.report().total(), 1);
            assert_eq!(filter.report().binaries(), 0);
        }
    }
}

#[test]
fn a_field_of_text_is_scanned_although_it_has_zero_bytes() {
    let body = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\nContent-Type: application/x-own\r\n\r\nhi\0, my card is 3782 822463 10005\r\n--b--";
    let (seen, found) = through(Filter::new(Engine::default(), multipart()), &[body.as_bytes()]).unwrap();
    assert_eq!((seen.as_str(), found), (body.replace(SECRET, MASK).as_str(), 1));
}

#[test]
fn base64_holds_no_secret() {
    for seed in 1..80 {
        let data = noise_in_base64(seed, 30_000);
        let lines: Vec<String> =
            data.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        for text in [
            format!("data:image/png;base64,{data}"),
            data.clone(),
            lines.join("\\r\\n"),
            format!("see {data}== and call"),
        ] {
            let body = format!("{{\"content\":\"{text}\"}}");
            let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
            assert!(matches!(filtered.body, std::borrow::Cow::Borrowed(_)), "seed {seed}");
        }
    }
    let body = format!("{{\"content\":\"data:image/png;base64,{} my card is {SECRET}\"}}", noise_in_base64(7, 500));
    let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
    assert_eq!(filtered.body, body.replace(SECRET, MASK).as_bytes());
}

#[test]
fn an_image_of_text_is_scanned() {
    let image = |number: &str| {
        format!(
            "<svg viewBox=\"0 0 4111 1111\"><path d=\"M4111 1111L1111 1111\"/><text x=\"12\">my card: {number}</text></svg>"
        )
    };
    let types = lastfour::ContentTypes::default();
    assert_eq!(types.treatment("image/svg+xml"), lastfour::Treatment::Html);
    let filtered = Filter::new(Engine::default(), BodyFormat::Html);
    let body = image(SECRET);
    assert_eq!(filtered.whole(body.as_bytes()).unwrap().body, image(MASK).as_bytes());
}

/// Request documents of chat platforms and of typical APIs. `@` stands for a secret in a message.
const CHATS: &[&str] = &[
    // Field names of typical APIs.
    r#"{"userMessage":"my card is @"}"#,
    r#"{"message_text":"@","userId":7}"#,
    r#"{"data":{"attributes":{"chatInput":"@"}}}"#,
    r#"{"query":"@"}"#,
    r#"{"q":"@"}"#,
    r#"{"data":"@"}"#,
    r#"{"payload":"my card is @"}"#,
    r#"{"foo":"please charge my card @ today"}"#,
    r#"{"request":"{\"text\":\"@\"}"}"#,
    // Ticket systems.
    r#"{"ticket":{"id":35436,"comment":{"html_body":"<p>@</p>","public":true},"subject":"card @"}}"#,
    r#"{"ticket":{"description":"@","description_text":"@","requester_id":10001,"status":2}}"#,
    r#"{"message":{"stripped_text":"@","body_html":"<div>@</div>","channel":"email","via":"email"}}"#,
    r#"{"properties":{"hs_timestamp":"1748503543012"},"richText":"<p>@</p>","type":"MESSAGE"}"#,
    r#"{"short_description":"card declined","comments":"it is @","work_notes":"@","sys_id":"a1b2c3d4e5f60718293a4b5c6d7e8f90"}"#,
    // Mail.
    r#"{"From":"a@b.example","To":"c@d.example","Subject":"hi","TextBody":"@","HtmlBody":"<b>@</b>"}"#,
    r#"{"sender":"a","subject":"hi","body-plain":"@","stripped-text":"@","timestamp":1748503543}"#,
    // Bots.
    r#"{"sessionId":"s","inputTranscript":"@","bot":{"id":"B","name":"b"},"sessionState":{"intent":{"name":"Pay","slots":{}}}}"#,
    r#"{"responseId":"r","queryResult":{"queryText":"@","parameters":{"note":"@"},"fulfillmentText":"@"},"session":"p/a/s/1"}"#,
    r#"{"type":"MESSAGE","message":{"text":"@","argumentText":"@","formattedText":"@"},"space":{"name":"spaces/1"}}"#,
    r#"{"inputs":{},"query":"@","response_mode":"blocking","user":"u-1"}"#,
    r#"{"sessionId":"1","action":"sendMessage","chatInput":"@"}"#,
    r#"{"action":{"type":"text","payload":"@"}}"#,
    r#"{"message":{"type":"text","val":"@"},"from":{"id":"u"}}"#,
    r#"{"request":{"type":"IntentRequest","intent":{"name":"Pay","slots":{"cardNumber":{"name":"cardNumber","value":"@"}}}}}"#,
    r#"{"inputs":"my card is @","parameters":{"max_new_tokens":20}}"#,
    r#"{"data":["my card is @",null],"fn_index":0,"session_hash":"x"}"#,
    // Channels.
    r#"{"name":"message","data":"@","clientId":"c"}"#,
    r#"{"specversion":"1.0","type":"chat.message","id":"A-1","data":{"text":"@"}}"#,
    r#"{"fields":{"text":{"stringValue":"@"},"uid":{"stringValue":"abc"}}}"#,
    r#"{"ops":[{"insert":"my card is @\n"},{"insert":"bold","attributes":{"bold":true}}]}"#,
    r#"{"time":1748503543012,"blocks":[{"type":"list","data":{"items":["my card is @","ok"]}},{"type":"paragraph","data":{"text":"@"}}]}"#,
    r#"{"content":"hi","embeds":[{"title":"card @","fields":[{"name":"Card number","value":"@"}]}]}"#,
    r#"{"channel":"C1","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"@"}},{"type":"input","label":{"type":"plain_text","text":"@"}}]}"#,
    r#"{"type":"message","text":"","value":{"comment":"@"}}"#,
    r#"{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"@"},{"type":"FactSet","facts":[{"title":"Card number","value":"@"}]}]}"#,
    r#"{"messages":[{"type":"interactive","interactive":{"nfm_reply":{"response_json":"{\"note\":\"my card is @\"}"}}}]}"#,
    // Models and tools.
    r#"{"model":"m","instructions":"@","system":"my card is @ ok"}"#,
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":{"note":"@","card":"@"}}}"#,
    r#"{"jsonrpc":"2.0","method":"say","params":["my card is @ please"],"id":7}"#,
    r#"{"choices":[{"message":{"tool_calls":[{"function":{"name":"pay","arguments":"{\"card\":\"@\"}"}}]}}]}"#,
    r#"{"query":"mutation($i:Input!){send(input:$i){id}}","variables":{"i":{"comment":"@","card":"@"}}}"#,
    // Projects.
    r#"{"data":{"name":"call back","notes":"@","workspace":"12345"}}"#,
    r#"{"status":"my card is @ everyone","visibility":"public"}"#,
    r#"{"name":"Refund","desc":"my card is @ please"}"#,
    r#"{"title":"my card is @ again","body":"@","labels":["bug"]}"#,
];

#[test]
fn text_is_found_whatever_the_field_of_a_platform_is_called() {
    for sample in CHATS {
        let body = sample.replace("a@b", "a(at)b").replace("c@d", "c(at)d").replace('@', SECRET);
        let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&filtered.body), body.replace(SECRET, MASK));
    }
}

/// Documents without text in which nothing may change.
const HARMLESS: &[&str] = &[
    // Logins.
    r#"{"username":"ann","password":"Bluebonnet!77","remember":true}"#,
    r#"{"email":"ann@shop.example","password":"my password is 4021 ok"}"#,
    r#"{"phone":"+15551234567","otp":"482913"}"#,
    r#"{"pin":"4021"}"#,
    r#"{"grant_type":"password","username":"ann","password":"Sunflower2019","client_secret":"4111111111111111"}"#,
    r#"{"title":"Ms","firstName":"Ann","lastName":"Lee","password":"Sunflower2019","passwordConfirmation":"Sunflower2019"}"#,
    r#"{"user":"ann","password":"hunter22","g-recaptcha-response":"03AGdBq24PBCbwiDRaS_MJ7Z4111"}"#,
    r#"{"query":"mutation($p:String!){login(password:$p){token}}","variables":{"email":"a","password":"hunter22"}}"#,
    // Numbers that only look like cards.
    r#"{"id":4111111111111111,"order":"4111111111111111","trackingNumber":"4111111111111111"}"#,
    r#"{"traceId":"4111111111111111","span_id":"5555555555554444","sessionToken":"4111111111111111"}"#,
    r#"{"lat":41.40338123456789,"lng":-4.111111111111111,"zoom":12}"#,
    r#"{"created":1748503543012,"updatedAt":"2026-01-02T10:11:12.123456Z","nanos":4111111111111111}"#,
    r#"{"uuid":"41111111-1111-1111-1111-111111111111","x":"5c9f3a41-1111-4111-8111-411111111111"}"#,
    r#"{"sha":"4111111111111111411111111111111141111111","x":"0x4111111111111111"}"#,
    r#"{"x":"https://shop.example/items/4111111111111111?page=2"}"#,
    r#"{"x":"+1 555 123 4567","y":"(555) 123-4567","z":"555-123-4567"}"#,
    r#"{"x":4.111111111111111,"y":1.7485035430123456e15,"z":[411111,111111,1111]}"#,
    r#"{"x":"v4.11.1111","y":"192.168.100.200","z":"fe80::4111:1111:1111:1111"}"#,
    r#"{"status":"active","count":4111,"total":1111,"page":{"size":1111,"number":1111}}"#,
    r#"{"ids":[4111111111111111,5555555555554444],"cursor":"NDExMTExMTExMTExMTExMQ=="}"#,
    r#"{"x":"AB12CDEF3456GHIJ7890KLMN","y":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}"#,
    r#"{"event":"login","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0"}"#,
    r#"{"address":{"line1":"742 Evergreen Terrace","city":"Springfield","zip":"10285-0001"}}"#,
    r#"{"code":"4021","number":"1234","value":4021,"result":"4021"}"#,
];

#[test]
fn documents_without_text_stay_as_they_are() {
    for body in HARMLESS {
        for limit in [1 << 20, 10] {
            let filter = Filter::new(Engine::default(), BodyFormat::Json).limits(Limits::default().hold(limit));
            if limit == 1 << 20 {
                let filtered = filter.whole(body.as_bytes()).unwrap();
                assert_eq!(String::from_utf8_lossy(&filtered.body), *body);
            }
        }
    }
}

#[test]
fn a_secret_that_is_unmistakable_by_its_form_goes_from_any_field() {
    for (body, expected) in [
        (r#"{"foo":"4111111111111111"}"#, r#"{"foo":"************1111"}"#),
        (
            r#"{"foo":4111111111111111,"bar":{"baz":["4111-1111-1111-1111"]}}"#,
            r#"{"foo":"************1111","bar":{"baz":["****-****-****-1111"]}}"#,
        ),
        (r#"{"name":"123-45-6789"}"#, r#"{"name":"***-**-6789"}"#),
        (r#"{"x":"GB82 WEST 1234 5698 7654 32"}"#, r#"{"x":"**** **** **** **** **54 32"}"#),
        (r#"{"swipe":"%B4111111111111111^LEE/ANN^2812101123456789?"}"#, r#""#),
    ] {
        let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
        let seen = String::from_utf8_lossy(&filtered.body).into_owned();
        assert!(seen != body, "{body}");
        if !expected.is_empty() && !body.contains("GB82") {
            assert_eq!(seen, expected);
        }
        let strict = Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(Generic::named_only()));
        assert_eq!(strict.whole(body.as_bytes()).unwrap().body, body.as_bytes());
    }
}

#[test]
fn the_name_of_a_field_says_what_its_value_is() {
    let seen = |format: BodyFormat, shape: DynShape, body: &str| {
        let filtered = Filter::new(Engine::default(), format).shape(shape).whole(body.as_bytes()).unwrap();
        String::from_utf8_lossy(&filtered.body).into_owned()
    };
    let json = |body: &str| seen(BodyFormat::Json, DynShape::default(), body);
    assert_eq!(
        json(r#"{"cardNumber":"4111111111111111","cvv":"123","expiry":"12/28","amount":1234}"#),
        r#"{"cardNumber":"************1111","cvv":"***","expiry":"12/28","amount":1234}"#
    );
    assert_eq!(
        json(r#"{"card":{"number":4111111111111111,"code":123}}"#),
        r#"{"card":{"number":"************1111","code":"***"}}"#
    );
    assert_eq!(
        json(r#"{"text":"here you go","smsCode":"482913","accountNumber":"004417829931","code":"482913"}"#),
        r#"{"text":"here you go","smsCode":"******","accountNumber":"********9931","code":"482913"}"#
    );
    assert_eq!(json(r#"{"message":"hi","password":"Bluebonnet!77"}"#), r#"{"message":"hi","password":"********"}"#);
    assert_eq!(
        seen(BodyFormat::Form, DynShape::default(), "card_number=4111+1111+1111+1111&cvv=123&id=4111111111111111"),
        "card_number=****+****+****+1111&cvv=***&id=4111111111111111"
    );
    assert_eq!(
        seen(BodyFormat::Form, DynShape::default(), "user=ann&password=Bluebonnet!77"),
        "user=ann&password=Bluebonnet!77"
    );
    assert_eq!(
        seen(BodyFormat::Json, DynShape::new(AllStrings), r#"{"pin":"4021","otp":482913}"#),
        r#"{"pin":"****","otp":"******"}"#
    );
}

#[test]
fn a_label_belongs_to_the_value_beside_it_and_to_nothing_else() {
    for (label, value) in
        [("title", "value"), ("label", "value"), ("name", "value"), ("key", "value"), ("question", "answer")]
    {
        for (format, around) in [
            (BodyFormat::Json, "{\"fields\":[@]}"),
            (BodyFormat::Json, "{\"type\":\"FactSet\",\"facts\":[@]}"),
            (BodyFormat::Json, "{\"attachments\":[{\"text\":\"see below\",\"fields\":[@]}]}"),
            (BodyFormat::Ndjson, "{\"fields\":[@]}\n{\"fields\":[]}\n"),
            (BodyFormat::Events, "data: {\"fields\":[@]}\n\n"),
        ] {
            if (format == BodyFormat::Ndjson || format == BodyFormat::Events) && value == "answer" {
                continue;
            }
            let body = |password: &str, pin: &str| {
                let pair = |(name, said): (&str, &str)| format!("{{\"{label}\":\"{name}\",\"{value}\":\"{said}\"}}");
                let pairs = [
                    ("Temporary password", password),
                    ("Zip code:", "60614"),
                    ("What is your PIN?", pin),
                    ("And the agent?", "maria77"),
                ];
                around.replace('@', &pairs.map(pair).join(","))
            };
            assert_eq!(filtered(format, &body("rainyday9", "4821")), body("********", "****"), "{label} {around}");
        }
    }
    // Names for programs, as in a login form.
    let body = r#"{"fields":[{"name":"user","value":"bob"},{"name":"password","value":"rainyday9"}]}"#;
    assert_eq!(filtered(BodyFormat::Json, body), body);
}

#[test]
fn prose_and_cards_are_found_whatever_the_field_is_called() {
    let json = |body: &str| {
        let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
        String::from_utf8_lossy(&filtered.body).into_owned()
    };
    for name in
        ["number", "card_number", "account_number", "token", "email", "tax_id", "phone", "id", "reference", "to"]
    {
        let said = |text: &str| format!("{{\"{name}\":\"{text}\",\"text\":\"hello there\"}}");
        assert_eq!(json(&said("my card is 4111111111111111")), said("my card is ************1111"), "{name}");
        assert_eq!(json(&said("please note that my pin is 4821")), said("please note that my pin is ****"), "{name}");
    }
    for name in ["number", "card_number", "card_id", "tarjeta_ref", "account_number", "email", "phone", "to"] {
        let bare = |number: &str| format!("{{\"{name}\":\"{number}\"}}");
        assert_eq!(json(&bare("4111111111111111")), bare("************1111"), "{name}");
    }
    for name in ["order_id", "traceId", "id", "card_token", "cardHash", "session", "reference"] {
        for value in ["\"4111111111111111\"", "4111111111111111", "\"118-5520931-44\"", "\"2026-01-02 10:00:00\""] {
            let body = format!("{{\"{name}\":{value}}}");
            assert_eq!(json(&body), body);
        }
    }
}

#[test]
fn a_field_of_a_form_is_masked_like_the_same_field_of_a_document() {
    let seen = |format: BodyFormat, shape: &str, body: &str| {
        let shape = DynShape::named(shape).unwrap();
        let filtered = Filter::new(Engine::default(), format).shape(shape).whole(body.as_bytes()).unwrap();
        String::from_utf8_lossy(&filtered.body).into_owned()
    };
    for (shape, document, form) in [
        ("all-strings", r#"{"pin":"4821"}"#, "pin=4821"),
        ("all-strings", r#"{"a":"x","otp":"482913"}"#, "a=x&otp=482913"),
        ("generic", r#"{"text":"here it is","pin":"4821"}"#, "text=here+it+is&pin=4821"),
        ("generic", r#"{"text":"here it is","ssn":"219099999"}"#, "text=here+it+is&ssn=219099999"),
        ("generic", r#"{"card":"4111111111111111","pin":"4821"}"#, "card=4111111111111111&pin=4821"),
        ("generic", r#"{"user":{"pin":"4821"},"msg":"hello"}"#, "user%5Bpin%5D=4821&msg=hello"),
    ] {
        for seen in [seen(BodyFormat::Json, shape, document), seen(BodyFormat::Form, shape, form)] {
            let secrets = ["4821", "482913", "219099999", "411111111111"];
            assert!(secrets.iter().all(|secret| !seen.contains(secret)), "{shape}: {seen}");
        }
    }
    // A login form reaches the server.
    for form in ["pin=4821", "user=ann&otp=482913"] {
        assert_eq!(seen(BodyFormat::Form, "generic", form), form);
    }
}

#[test]
fn the_parameters_of_an_address_in_a_message_are_named_values() {
    for (said, expected) in [
        ("https://x.example/pay?cvv=123&id=7", "https://x.example/pay?cvv=***&id=7"),
        ("see https://x.example/a?pin=4821", "see https://x.example/a?pin=****"),
        ("https://x.example/a?user=9&otp=482913#top", "https://x.example/a?user=9&otp=******#top"),
        ("https://x.example/a?ssn=219099999&x=1", "https://x.example/a?ssn=*****9999&x=1"),
        ("https://x.example/a?password=hunter22&x=1", "https://x.example/a?password=********&x=1"),
        ("see /login?user=jen&password=BlueHeron7 page", "see /login?user=jen&password=******** page"),
        ("2026 POST /login?user=jen&passwd=rosebud 200", "2026 POST /login?user=jen&passwd=******** 200"),
        ("2026 GET /a/b?x=1&pin=4417&y=2 200", "2026 GET /a/b?x=1&pin=****&y=2 200"),
    ] {
        assert_eq!(Engine::default().redact(said), expected);
    }
    for said in
        ["https://x.example/pin/4821", "https://x.example/a?page=4821&id=123", "https://x.example/a?shipping=4821"]
    {
        assert_eq!(Engine::default().redact(said), said);
    }
}

#[test]
fn strings_that_were_not_read_as_text_are_counted() {
    let body = r#"{"id":"a","name":"Ann","text":"hello","tags":["x","y"],"n":7}"#;
    let filter = |shape: DynShape| Filter::new(Engine::default(), BodyFormat::Json).shape(shape);
    for (shape, skipped) in [("generic", 4), ("all-strings", 0), ("openai", 4)] {
        let filtered = filter(DynShape::named(shape).unwrap()).whole(body.as_bytes()).unwrap();
        assert_eq!(filtered.report.skipped_strings(), skipped, "{shape}");
    }
    // The same for a document that arrives in pieces.
    let mut pieces = filter(DynShape::default());
    for piece in body.as_bytes().chunks(5) {
        pieces.push(piece, &mut Vec::new()).unwrap();
    }
    pieces.finish(&mut Vec::new()).unwrap();
    assert_eq!(pieces.report().skipped_strings(), 4);
}

#[test]
fn what_is_certain_in_a_url_or_an_identifier_is_masked() {
    let json = |body: &str| {
        let filtered = Filter::new(Engine::default(), BodyFormat::Json).whole(body.as_bytes()).unwrap();
        String::from_utf8_lossy(&filtered.body).into_owned()
    };
    for (body, expected) in [
        (r#"{"url":"https://x.io/?c=4012-8888-8888-1881"}"#, r#"{"url":"https://x.io/?c=****-****-****-1881"}"#),
        (
            r#"{"link":"https://x.io/?card=4012888888881881&cvv=319&n=7"}"#,
            r#"{"link":"https://x.io/?card=************1881&cvv=***&n=7"}"#,
        ),
        (r#"{"href":"/pay/4012888888881881"}"#, r#"{"href":"/pay/************1881"}"#),
        (r#"{"url":"https://x.io/?ssn=412-77-9021"}"#, r#"{"url":"https://x.io/?ssn=***-**-9021"}"#),
        (r#"{"url":"https://jen:BlueHeron7@x.io/a"}"#, r#"{"url":"https://jen:********@x.io/a"}"#),
        (
            r#"{"zork":"https://x.io/?pin=4417&password=BlueHeron7#top"}"#,
            r#"{"zork":"https://x.io/?pin=****&password=********#top"}"#,
        ),
        (r#"{"id":"4012-8888-8888-1881"}"#, r#"{"id":"****-****-****-1881"}"#),
        (r#"{"zork":"id-4012-8888-8888-1881"}"#, r#"{"zork":"id-****-****-****-1881"}"#),
    ] {
        assert_eq!(json(body), expected);
    }
    assert!(!json(r#"{"url":"https://x.io/?iban=GB29NWBK60161331926819"}"#).contains("6016133192"));
    for body in [
        r#"{"url":"https://x.io/orders/4012888888881881?order_id=4012888888881881&page=4417"}"#,
        r#"{"href":"/items/4012888888881881?item_id=4012888888881881","id":"ord-4012888888881881"}"#,
        r#"{"order":"4012888888881881","tracking":4012888888881881,"id":"4012888888881881"}"#,
        r#"{"url":"https://x.io/a/40128888-8888-1881-4012-888888881881"}"#,
        r#"{"avatar":"https://x.io:8080/a@2x.png?v=4417#a/b"}"#,
    ] {
        assert_eq!(json(body), body);
    }
}

fn filtered(format: BodyFormat, body: &str) -> String {
    let filtered = Filter::new(Engine::default(), format).whole(body.as_bytes()).unwrap();
    String::from_utf8_lossy(&filtered.body).into_owned()
}

#[test]
fn what_the_parameters_of_a_url_say_is_scanned_like_a_message() {
    for (secret, masked) in [
        ("my+pin+is+4821", "my+pin+is+****"),
        ("my%20password%20is%20rainyday9", "my%20password%20is%20********"),
        ("my%20card%20is+4012%208888+8888+1881", "my%20card%20is+****%20****+****+1881"),
    ] {
        for url in ["/chat?text=@&room=5133", "https://shop.example/c?room=5133&msg=@", "?id=@&room=5133"] {
            for (format, around) in [
                (BodyFormat::Html, "<a href=\"#\">go</a>"),
                (BodyFormat::Html, "<p>hi</p><a class='x' href='#'>go</a>"),
                (BodyFormat::Json, "{\"html\":\"<a href=\\\"#\\\">go</a>\"}"),
                (BodyFormat::Json, "{\"text\":\"see <a href='#'>this</a>\"}"),
                (BodyFormat::Json, "{\"text\":\"hello\",\"link\":\"#\"}"),
            ] {
                let body = |said: &str| around.replace('#', &url.replace('@', said));
                assert_eq!(filtered(format, &body(secret)), body(masked));
            }
        }
    }
    let body = |secret: &str| format!("{{\"text\":\"<input type='password' value='{secret}'> and <b>you</b>?\"}}");
    assert_eq!(filtered(BodyFormat::Json, &body("rainyday9")), body("********"));
    for body in [
        "<a href=\"/search?q=red+shoes+size+4210&page=4821\">x</a>",
        "<a href=\"/c?text=order+4821+is+late&room=5133\">x</a>",
        "<img src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA4012888888881881AAAFCAYAAACNbyblAAAA+my/pin/is/4821==\">",
    ] {
        assert_eq!(filtered(BodyFormat::Html, body), body);
    }
}

#[test]
fn the_credentials_of_an_authorization_header_are_a_password() {
    for sent in ["Authorization: Basic @", "curl -H 'authorization: basic @' https://a.example"] {
        for encoded in ["Ym9iOlN1bnNoaW5lOTk=", "dXNlcjpwYXNzMQ", "YW5hOm1hw7FhbmE"] {
            let body = |value: &str| format!("{{\"text\":\"{}\"}}", sent.replace('@', value));
            assert_eq!(filtered(BodyFormat::Json, &body(encoded)), body("********"));
        }
        let kept = sent.replace('@', "training");
        assert_eq!(filtered(BodyFormat::Json, &format!("{{\"text\":\"{kept}\"}}")), format!("{{\"text\":\"{kept}\"}}"));
    }
}

#[test]
fn a_value_that_is_repeated_in_an_identifier_a_number_or_a_time_is_masked_in_text_only() {
    for (format, sent) in [
        (
            BodyFormat::Text,
            "<chat><id>4821</id><room>4821</room><text>my pin is 4821</text><note>try 4821 again</note></chat>",
        ),
        (BodyFormat::Text, "<msg id=\"4821\" room='4821' ts=4821 text=\"my pin is 4821\" note=\"not 4821?\"/>"),
        (BodyFormat::Json, "{\"html\":\"<p>my pin is 4821</p><a href=\\\"/r?room=4821&id=4821\\\">x</a> 4821\"}"),
        (BodyFormat::Html, "<p id=\"4821\">my pin is 4821</p><a href=\"/r?room=4821\">x</a> yes, 4821"),
        (
            BodyFormat::Text,
            "mutation { send(text: \"my pin is 4821\", room: 4821, order: \"4821\", note: \"try 4821\") { id } }",
        ),
        (
            BodyFormat::Json,
            "{\"query\":\"mutation { send(text: \\\"my pin is 4821\\\", room: 4821, note: \\\"try 4821\\\") { id } }\"}",
        ),
        (
            BodyFormat::Json,
            "{\"id\":4821,\"room\":\"4821\",\"text\":\"my pin is 4821\",\"order\":4821,\"ts\":4821,\"note\":\"try 4821 again\"}",
        ),
        (BodyFormat::Form, "id=4821&text=my+pin+is+4821&room=4821&note=try+4821+again"),
    ] {
        let masked = filtered(format.clone(), sent);
        let fields = [
            "id>4821<",
            "room>4821<",
            "id=\"4821\"",
            "id=\\\"4821",
            "room='4821'",
            "ts=4821",
            "room=4821",
            "id=4821",
            "room: 4821",
            "order: \"4821\"",
            "\"id\":4821",
            "\"room\":\"4821\"",
            "\"order\":4821",
            "\"ts\":4821",
        ];
        let mut expected = sent.to_owned();
        for (nth, field) in fields.iter().enumerate() {
            expected = expected.replace(field, &format!("\u{1}{nth}\u{2}"));
        }
        expected = expected.replace("4821", "****");
        for (nth, field) in fields.iter().enumerate() {
            expected = expected.replace(&format!("\u{1}{nth}\u{2}"), field);
        }
        assert_eq!(masked, expected, "{format:?}");
    }
    // A card is one in any field, and a code in the parameter of a link is the code.
    let card = "<m id=\"4012888888881881\" text=\"my card is 4012888888881881\"/>";
    assert!(!filtered(BodyFormat::Text, card).contains("4012"));
    let link = "your code is 482913 or https://a.example/v?code=482913 or https://a.example/v?c=482913";
    assert!(!filtered(BodyFormat::Text, link).contains("482913"));
}

#[test]
fn a_mask_in_a_form_keeps_the_spelling_of_spaces() {
    for (sent, masked) in [
        ("text=my%20card%20is%204012%208888%208888%201881", "text=my%20card%20is%20****%20****%20****%201881"),
        ("text=my+card+is+4012+8888+8888+1881&a=b", "text=my+card+is+****+****+****+1881&a=b"),
        ("text=my+card+is+4012%208888+8888%201881", "text=my+card+is+****%20****+****%201881"),
    ] {
        assert_eq!(filtered(BodyFormat::Form, sent), masked);
    }
}

#[test]
fn attributes_and_comments_of_html_are_scanned() {
    for (page, expected) in [
        (r#"<img alt="my pin is 4417">"#, r#"<img alt="my pin is ****">"#),
        ("<p title='my pin is 4417'>hi</p>", "<p title='my pin is ****'>hi</p>"),
        ("<p>a</p><!-- my pin is 4417 --><p>b</p>", "<p>a</p><!-- my pin is **** --><p>b</p>"),
        (r#"<div data-message="my pin is 4417"/>"#, r#"<div data-message="my pin is ****"/>"#),
        (r#"<input type="password" value="BlueHeron7">"#, r#"<input type="password" value="********">"#),
        (r#"<input value=319 name=cvv>"#, r#"<input value=*** name=cvv>"#),
        (
            r#"<meta name="description" content="my pin is 4417">"#,
            r#"<meta name="description" content="my pin is ****">"#,
        ),
        (r#"<a href="/pay?pin=4417&amp;x=2">pay</a>"#, r#"<a href="/pay?pin=****&amp;x=2">pay</a>"#),
        (r#"<i data-x='{"text":"my pin is 4417","n":1}'>"#, r#"<i data-x='{"text":"my pin is ****","n":1}'>"#),
        (
            r#"<i data-x="{&quot;a&quot;:&quot;my pin is 4417&quot;}">"#,
            r#"<i data-x="{&quot;a&quot;:&quot;my pin is ****&quot;}">"#,
        ),
        (r#"<i title="card 4012888888881881">a</i>"#, r#"<i title="card ************1881">a</i>"#),
    ] {
        assert_eq!(filtered(BodyFormat::Html, page), expected);
    }
    let filter = Filter::new(Engine::default(), BodyFormat::Html);
    let found = filter.whole(br#"<i title="card 4012888888881881">a</i>"#).unwrap();
    assert_eq!(found.report.total(), 1);
}

#[test]
fn attributes_of_html_for_programs_and_captions_stay() {
    for page in [
        r#"<input type="password" name="password" placeholder="Enter your password" aria-label="Password" autocomplete="current-password">"#,
        r#"<input type="submit" name="reset-password" value="Reset"><input placeholder="Password">"#,
        r#"<input type="password" placeholder="PIN" value=""><input name="pin" placeholder="4 digits" maxlength="4">"#,
        r#"<div class="pin 4417" id="pin-4417" style="width: 4417px; color: #123456">"#,
        r#"<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">"#,
        r#"<meta name="viewport" content="width=device-width, initial-scale=1"><link href="/a.css?v=20241130">"#,
        r#"<svg viewBox="0 0 4417 319"><path d="M4417 319 L10 20z"/></svg><!-- build 4417 of 2026-11-30 -->"#,
        r#"<svg><path d="M448 208c0 114.9 93.1 208 208 0S93.1 416 0 322.9 0 208S93.1 0 208 0S416 93.1 416 208zM2"/></svg>"#,
        r#"<a href="/reset?id=8812345" data-id="8812345" onclick="go(8812345)">here</a>"#,
    ] {
        assert_eq!(filtered(BodyFormat::Html, page), page);
    }
}

#[test]
fn the_literals_of_a_graphql_document_are_scanned_like_fields() {
    for (said, expected) in [
        (r#"mutation { say(text:\"my pin is 4417\") }"#, r#"mutation { say(text:\"my pin is ****\") }"#),
        (
            r#"mutation { say(in: {body: \"\"\"my pin is 4417\"\"\"}) { id } }"#,
            r#"mutation { say(in: {body: \"\"\"my pin is ****\"\"\"}) { id } }"#,
        ),
        (
            r#"mutation { say(text:\"hi\", cvv: 319, id: 4417) }"#,
            r#"mutation { say(text:\"hi\", cvv: \"***\", id: 4417) }"#,
        ),
        (
            r#"mutation { pay(cardNumber:\"4012888888881881\") }"#,
            r#"mutation { pay(cardNumber:\"************1881\") }"#,
        ),
        (
            r#"mutation { login(user:\"jen\", password:\"BlueHeron7\") { token } }"#,
            r#"mutation { login(user:\"jen\", password:\"BlueHeron7\") { token } }"#,
        ),
        (
            r#"query Q($id: ID = \"4012888888881881\") { order(id: $id) { text pin } }"#,
            r#"query Q($id: ID = \"4012888888881881\") { order(id: $id) { text pin } }"#,
        ),
    ] {
        let body = |query: &str| format!("{{\"query\":\"{query}\"}}");
        assert_eq!(filtered(BodyFormat::Json, &body(said)), body(expected));
    }
}

#[test]
fn a_form_is_also_read_as_one_with_semicolons() {
    for (form, expected) in [
        ("a=1;text=my+pin+is+4417", "a=1;text=my+pin+is+****"),
        ("cvv=319;text=hello;b=2", "cvv=***;text=hello;b=2"),
        ("text=hi;+my+pin=4417", "text=hi;+my+pin=****"),
        ("user=ann&password=a;b=c", "user=ann&password=a;b=c"),
        ("a=1;b=2", "a=1;b=2"),
    ] {
        assert_eq!(filtered(BodyFormat::Form, form), expected);
    }
}

#[test]
fn a_single_value_in_an_unknown_field_can_answer_a_question() {
    let asked = || {
        let mut conversation = lastfour::Conversation::new();
        let _ = Engine::default().scan(&mut conversation, &lastfour::Message::agent("What is your PIN?"));
        conversation
    };
    let answered = |body: &str, conversation| {
        let filter = Filter::new(Engine::default(), BodyFormat::Json).conversation(conversation);
        let filtered = filter.whole(body.as_bytes()).unwrap();
        (String::from_utf8_lossy(&filtered.body).into_owned(), filtered.conversation)
    };
    for (body, expected) in [
        (r#"{"value":4417}"#, r#"{"value":"****"}"#),
        (r#"{"a":"4417"}"#, r#"{"a":"****"}"#),
        (r#"{"type":"answer","id":7,"a":"4417"}"#, r#"{"type":"answer","id":7,"a":"****"}"#),
        (r#"{"a":"4417","b":"5518"}"#, r#"{"a":"4417","b":"5518"}"#),
        (r#"{"orderId":4417}"#, r#"{"orderId":4417}"#),
        (r#"{"timestamp":4417}"#, r#"{"timestamp":4417}"#),
    ] {
        assert_eq!(answered(body, asked()).0, expected);
        assert_eq!(answered(body, lastfour::Conversation::new()).0, body);
    }
    // Values that do not answer it leave the question open.
    let mut conversation = asked();
    for beat in 0..20 {
        let body = format!("{{\"beat\":{}}}", 1_732_970_000_123_u64 + beat);
        let (seen, after) = answered(&body, conversation);
        assert_eq!(seen, body);
        conversation = after;
    }
    assert_eq!(answered(r#"{"text":"4417"}"#, conversation).0, r#"{"text":"****"}"#);
}

#[test]
fn a_name_without_a_role_in_what_a_server_sends_may_be_a_customers() {
    let talk = r#"{"from":"agent","text":"what is your pin?"},{"from":"ana","text":"4417"},{"from":"agent","text":"and zip"},{"from":"ana","text":"90210"}"#;
    let redacted = |format: BodyFormat, body: &str| {
        let filter = Filter::new(Engine::default(), format).role(lastfour::Role::Bot);
        String::from_utf8(filter.whole(body.as_bytes()).unwrap().body.into_owned()).unwrap()
    };
    let expected = talk.replace("4417", "****");
    assert_eq!(redacted(BodyFormat::Json, &format!("[{talk}]")), format!("[{expected}]"));
    let lines = talk.replace("},{", "}\n{");
    assert_eq!(redacted(BodyFormat::Ndjson, &lines), lines.replace("4417", "****"));
}

#[test]
fn tags_with_blanks_between_them_do_not_hide_a_number_in_a_document() {
    for text in [
        "<p>4539</p> <p>5787</p> <p>6362</p> <p>1486</p>",
        "<p>4539</p>\\n\\t<p>5787</p>\\n\\t<p>6362</p>\\n\\t<p>1486</p>",
        "<b>4539</b> <i>5787</i> 6362 1486",
    ] {
        let expected = ["4539", "5787", "6362"].iter().fold(text.to_owned(), |text, part| text.replace(part, "****"));
        for name in ["text", "html"] {
            let body = |text: &str| format!("{{\"{name}\":\"{text}\"}}");
            assert_eq!(filtered(BodyFormat::Json, &body(text)), body(&expected));
        }
    }
}

#[test]
fn an_array_that_spells_out_a_card_is_one_number() {
    let arrays = [1, 2, 3, 5].map(|size| {
        let groups = "4539578763621486".as_bytes().chunks(size).map(|group| std::str::from_utf8(group).unwrap());
        groups.collect::<Vec<&str>>()
    });
    for groups in &arrays {
        let (strings, numbers) = (format!("[\"{}\"]", groups.join("\",\"")), format!("[{}]", groups.join(",")));
        for body in [
            format!("{{\"text\":{strings}}}"),
            format!("{{\"text\":{numbers}}}"),
            format!("{{\"text\":\"hi\",\"x\":{strings}}}"),
            format!("{{\"card\":{numbers}}}"),
            format!("{{\"label\":\"Card number\",\"value\":{strings}}}"),
            strings,
            numbers.clone(),
        ] {
            let masked = filtered(BodyFormat::Json, &body);
            let digits: String = masked.chars().filter(char::is_ascii_digit).collect();
            assert!(digits.is_empty() || digits == "1486", "{body}: {masked}");
            assert!(lastfour::json::Tree::parse(masked.as_bytes(), 8).is_ok(), "{masked}");
        }
        // An identifier, and numbers under a name that says nothing.
        for name in ["order_id", "scores"] {
            let body = format!("{{\"text\":\"hi\",\"{name}\":{numbers}}}");
            assert_eq!(filtered(BodyFormat::Json, &body), body);
        }
    }
    let expected = r#"{"text":["*****","*****","**148","6"]}"#;
    assert_eq!(filtered(BodyFormat::Json, r#"{"text":["45395","78763","62148",6]}"#), expected);
    for body in [
        r#"{"text":["4","5","3","9","5","7","8","7","6","3","6","2","1","4","8","7"]}"#,
        r#"{"ratings":[4,5,3,9,5,7,8,7,6,3,6,2,1,4,8,6,5,5,4,1]}"#,
        r#"{"text":[1,2,3,4,5,6,7,8,9,10,11,12]}"#,
    ] {
        assert_eq!(filtered(BodyFormat::Json, body), body);
    }
}

#[test]
fn a_named_number_is_read_whatever_the_field_is_called() {
    for (name, text) in
        [("system", "pin 4821"), ("stringValue", "PIN: 4821"), ("status", "passcode 482913"), ("x", "cvv 123")]
    {
        for body in [format!("{{\"{name}\":\"@\"}}"), format!("{{\"text\":\"hi\",\"{name}\":\"@\"}}")] {
            let masked = text.replace(|c: char| c.is_ascii_digit(), "*");
            assert_eq!(filtered(BodyFormat::Json, &body.replace('@', text)), body.replace('@', &masked));
        }
    }
    for text in ["code 4821", "error 4821", "room 4821", "Visa 4242", "build 482913", "step 3", "Oct 12", "v2 4417"] {
        for name in ["status", "x"] {
            let body = format!("{{\"text\":\"hi\",\"{name}\":\"{text}\"}}");
            assert_eq!(filtered(BodyFormat::Json, &body), body);
        }
    }
}

#[test]
fn a_name_and_a_value_belong_together_whatever_the_two_are_called() {
    for (name, value) in [
        ("key", "val"),
        ("k", "v"),
        ("field", "value"),
        ("fieldName", "fieldValue"),
        ("label", "answer"),
        ("question", "response"),
        ("q", "a"),
        ("campo", "valor"),
        ("title", "text"),
    ] {
        let body = |secrets: [&str; 4]| {
            let pairs = ["pin", "cvv", "What is your PIN?", "Contraseña"].iter().zip(secrets);
            let pairs = pairs.map(|(said, secret)| format!("{{\"{name}\":\"{said}\",\"{value}\":\"{secret}\"}}"));
            format!("{{\"d\":[{}]}}", pairs.collect::<Vec<_>>().join(","))
        };
        assert_eq!(
            filtered(BodyFormat::Json, &body(["4417", "417", "3021", "Bluebonnet7"])),
            body(["****", "***", "****", "********"]),
            "{name}"
        );
    }
    for harmless in [
        r#"{"d":[{"k":"order","v":"81772"},{"k":"zip","v":"60614"},{"k":"page","v":"4417"}]}"#,
        r#"{"d":[{"key":"email","val":"ann@example.com"},{"key":"password","val":"rainyday9"}]}"#,
    ] {
        assert_eq!(filtered(BodyFormat::Json, harmless), harmless);
    }
}

#[test]
fn a_question_can_be_the_name_of_a_field() {
    for (body, expected) in [
        (r#"{"What is your PIN?":"4417"}"#, r#"{"What is your PIN?":"****"}"#),
        (r#"{"¿Cuál es su PIN?":["4417"]}"#, r#"{"¿Cuál es su PIN?":["****"]}"#),
        (r#"{"What is your PIN?":{"value":4417}}"#, r#"{"What is your PIN?":{"value":"****"}}"#),
        (r#"{"a":{"Your PIN":"4417","Zip code?":"60614"}}"#, r#"{"a":{"Your PIN":"****","Zip code?":"60614"}}"#),
        (
            r#"{"Order number?":"81772","How many guests?":"4417"}"#,
            r#"{"Order number?":"81772","How many guests?":"4417"}"#,
        ),
    ] {
        assert_eq!(filtered(BodyFormat::Json, body), expected);
    }
    assert_eq!(filtered(BodyFormat::Form, "What+is+your+PIN%3F=4417&x=1"), "What+is+your+PIN%3F=****&x=1");
    // A name that says nothing leaves the value what it was: the answer to a question.
    let mut asked = lastfour::Conversation::new();
    let _ = Engine::default().scan(&mut asked, &lastfour::Message::agent("What is your PIN?"));
    for body in [r#"{"Your choice":"4417"}"#, r#"{"field":"status","v":"4417"}"#] {
        let filter = Filter::new(Engine::default(), BodyFormat::Json).conversation(asked.clone());
        let seen = String::from_utf8(filter.whole(body.as_bytes()).unwrap().body.into_owned()).unwrap();
        assert_eq!(seen, body.replace("4417", "****"));
    }
}

#[test]
fn a_heading_that_names_a_secret_names_the_cells_below_it() {
    for (table, harmless) in [
        (r#"{"columns":["name","@"],"rows":[["Ann","~"],["Bob","~"]]}"#, "order"),
        (r#"{"data":[["Ann","~"]],"headers":["name","@"]}"#, "zip"),
        (r#"{"columns":[{"name":"id"},{"name":"@"}],"values":[[1,"~"]]}"#, "count"),
        (r#"{"schema":{"fields":[{"name":"id"},{"name":"@"}]},"rows":[{"f":[{"v":"1"},{"v":"~"}]}]}"#, "order"),
        (r#"[["name","@","city"],["Ann","~","Lugo"]]"#, "order"),
        (r#"{"range":"A1:B3","values":[["name","@"],["Ann","~"],["Bob","~"]]}"#, "price"),
    ] {
        for heading in ["pin", "Your PIN"] {
            let body = |pin: &str| table.replace('@', heading).replace('~', pin);
            assert_eq!(filtered(BodyFormat::Json, &body("4417")), body("****"));
        }
        let body = table.replace('@', harmless).replace('~', "4417");
        assert_eq!(filtered(BodyFormat::Json, &body), body);
    }
    // Whatever else a row has is scanned as before.
    let body = r#"{"columns":["id","pin"],"rows":[{"f":["1","4417"],"text":"my card is 4111111111111111"}]}"#;
    assert!(!filtered(BodyFormat::Json, body).contains("411111111111"));
    let passwords = r#"{"columns":["user","password"],"rows":[["ann","@"]]}"#;
    assert_eq!(filtered(BodyFormat::Json, &passwords.replace('@', "Bluebonnet7")), passwords.replace('@', "********"));
    for table in [
        "<table><tr><th>Name</th><th>@</th></tr>\n<tr>\n<td>Ann</td>\n<td>~</td></tr></table>",
        "<table><tr><td>Name</td><td>City</td><td>@</td></tr><tr><td>Ann<td>Lugo<td><b>~</b></tr></table>",
        "<table><tr><th>Name</th><td>Ann</td></tr><tr><th>@</th><td>~</td></tr></table>",
        "<dl><dt>Name</dt><dd>Ann</dd><dt><i>@</i></dt>\n<dd>~</dd></dl>",
    ] {
        for (heading, value, mask) in [("PIN", "4417", "****"), ("Contraseña", "Bluebonnet7", "********")] {
            let page = |value: &str| table.replace('@', heading).replace('~', value);
            assert_eq!(filtered(BodyFormat::Html, &page(value)), page(mask));
        }
        let page = table.replace('@', "Plan").replace('~', "Basic");
        assert_eq!(filtered(BodyFormat::Html, &page), page);
    }
}

#[test]
fn messages_that_are_listed_from_the_newest_one_on_are_read_in_the_order_of_their_times() {
    for (newer, older) in [
        ("\"ts\":2", "\"ts\":1"),
        ("\"createdAt\":1714550405123", "\"createdAt\":1714550401123"),
        ("\"sent_at\":\"2024-05-01T10:00:05Z\"", "\"sent_at\":\"2024-05-01T10:00:01Z\""),
        ("\"ts\":\"1714550405.000200\"", "\"ts\":\"1714550401.000100\""),
    ] {
        for (question, masked) in [("What is your PIN?", "****"), ("How many points do you have?", "4417")] {
            let body = |pin: &str| {
                let newer = format!("{{{newer},\"role\":\"user\",\"text\":\"{pin}\"}}");
                format!("{{\"messages\":[{newer},{{{older},\"role\":\"agent\",\"text\":\"{question}\"}}]}}")
            };
            assert_eq!(filtered(BodyFormat::Json, &body("4417")), body(masked), "{newer}");
        }
    }
}
