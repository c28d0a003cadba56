//! Tests that the work for a body grows linearly with its size, whatever the body is filled with.

use crate::chat::DynShape;
use crate::engine::Engine;
use crate::filter::{BodyFormat, Filter};
use crate::{json, steps};

/// What bodies are filled with.
const FILLERS: &[&str] = &[
    "cvv 123 ",
    "my pin is ",
    "my pin is 4021. ",
    "pin ",
    "password ",
    "password: hunter22 ",
    "from 8034 to 5127 ",
    "or 4021 ",
    "user a pass b ",
    "what is your pin? ",
    "never share your pin ",
    "? ",
    "is ",
    "4539 5787 ",
    "4111 1111 1111 1111 ",
    "4111111111111111",
    "4111111111111111 ",
    "123-45-6789 ",
    "431 60 9182 ",
    "GB82 WEST 1234 5698 7654 32 ",
    "GB82",
    "4",
    "4 ",
    "4-",
    "4.",
    "4111,",
    "four ",
    "one two three four ",
    "a@b.c ",
    "https://a.example/1?b=2&c=4111111111111111 ",
    "a:",
    "**** ",
    "[card] ",
    "4\u{fe0f}\u{20e3}",
    "\u{200b}",
    "\u{1b}[1m4",
    "é",
    "кард4",
    "😀4",
    "&#51;",
    "&",
    "%34",
    "+",
    "=",
    "\"",
    "'",
    "\\",
    "\\u0034",
    "\\\"",
    "[{(",
    "[",
    "{\"",
    "{\"text\":\"cvv 123\"},",
    "\"text\":\"cvv 123\",",
    "<",
    "<a",
    "<b>4</b>",
    "<p>4539</p> ",
    "<i>cvv</i> <b>123</b>",
    "<a x=4111111111111111>",
    "<style>",
    "<style>a</style>",
    "<!-- 4111111111111111 -->",
    "</",
    "QUJDRA+/",
    "    ",
    "\t",
    "\n",
    "\r\n",
    "a\n",
];

/// A body of some format that is filled with a text.
struct Body {
    name: &'static str,
    format: BodyFormat,
    shape: &'static str,
    of: fn(&str) -> String,
}

const BODIES: &[Body] = &[
    Body { name: "HTML", format: BodyFormat::Html, shape: "generic", of: str::to_owned },
    Body { name: "unknown", format: BodyFormat::Sniff, shape: "generic", of: str::to_owned },
    Body { name: "a text of a document", format: BodyFormat::Json, shape: "generic", of: |text| member("text", text) },
    Body { name: "a field of a document", format: BodyFormat::Json, shape: "generic", of: |text| member("x", text) },
    Body { name: "a name in a document", format: BodyFormat::Json, shape: "generic", of: |text| member(text, "4021") },
    Body {
        name: "HTML in a document",
        format: BodyFormat::Json,
        shape: "matrix",
        of: |text| member("formatted_body", text),
    },
    Body {
        name: "a document in a document",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| member("text", &member("a", text)),
    },
    Body {
        name: "arguments of a tool",
        format: BodyFormat::Json,
        shape: "openai",
        of: |text| member("arguments", &member("a", text)),
    },
    Body {
        name: "a list of texts",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| format!("{{\"text\":[{}]}}", list(text, string)),
    },
    Body {
        name: "a list of everything",
        format: BodyFormat::Json,
        shape: "all-strings",
        of: |text| format!("[{}]", list(text, string)),
    },
    Body {
        name: "a list of fields",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| format!("{{\"x\":[{}]}}", list(text, string)),
    },
    Body {
        name: "a list of numbers",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| format!("{{\"text\":[{}]}}", list(text, |piece| piece.len().to_string())),
    },
    Body {
        name: "messages",
        format: BodyFormat::Json,
        shape: "openai",
        of: |text| {
            format!(
                "{{\"messages\":[{}]}}",
                list(text, |piece| format!("{{\"role\":\"user\",\"content\":{}}}", string(piece)))
            )
        },
    },
    Body {
        name: "choices",
        format: BodyFormat::Json,
        shape: "openai",
        of: |text| {
            format!(
                "{{\"choices\":[{{{}}}]}}",
                list(text, |piece| format!("\"text\":{},\"logprobs\":[1]", string(piece)))
            )
        },
    },
    Body {
        name: "one member many times",
        format: BodyFormat::Json,
        shape: "matrix",
        of: |text| format!("{{{}}}", list(text, |piece| format!("\"formatted_body\":{}", string(piece)))),
    },
    Body {
        name: "many objects",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| format!("[{}]", list(text, |piece| member("name", piece))),
    },
    Body {
        name: "objects in objects",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| format!("[{}]", list(text, |piece| format!("{{\"text\":{{\"value\":{}}}}}", string(piece)))),
    },
    Body {
        name: "a document without an end",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| format!("{{\"text\":\"{}", json::escape(text)),
    },
    Body {
        name: "documents one after the other",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| list(text, |piece| member("text", piece)),
    },
    Body {
        name: "lines",
        format: BodyFormat::Ndjson,
        shape: "generic",
        of: |text| list(text, |piece| member("text", piece) + "\n"),
    },
    Body { name: "a form", format: BodyFormat::Form, shape: "generic", of: str::to_owned },
    Body {
        name: "a field of a form",
        format: BodyFormat::Form,
        shape: "generic",
        of: |text| format!("text={}", encoded(text)),
    },
    Body {
        name: "fields of a form",
        format: BodyFormat::Form,
        shape: "generic",
        of: |text| list(text, |piece| format!("&text={}&x={}&", encoded(piece), encoded(piece))),
    },
    Body {
        name: "HTML in a multipart form",
        format: BodyFormat::Multipart { boundary: String::new() },
        shape: "generic",
        of: |text| format!("--\nContent-Type: text/html\n\n{text}"),
    },
];

fn string(text: &str) -> String {
    format!("\"{}\"", json::escape(text))
}

fn member(name: &str, text: &str) -> String {
    format!("{{{}:{}}}", string(name), string(text))
}

fn encoded(text: &str) -> String {
    crate::wire::form::encode(text)
}

/// The text in pieces of 16 characters, with commas between.
fn list(text: &str, item: impl Fn(&str) -> String) -> String {
    let chars: Vec<char> = text.chars().collect();
    let items: Vec<String> = chars.chunks(16).map(|piece| item(&piece.iter().collect::<String>())).collect();
    items.join(",")
}

#[test]
fn four_times_the_body_takes_four_times_the_steps() {
    for Body { name, format, shape, of } in BODIES {
        for filler in FILLERS {
            let steps = |size: usize| {
                let body = of(&filler.repeat(size / filler.len()));
                let filter = Filter::new(Engine::default(), format.clone()).shape(DynShape::named(shape).unwrap());
                steps::count(|| drop(filter.whole(body.as_bytes()))) + body.len()
            };
            let (small, large) = (steps(2_000), steps(8_000));
            // A body can be recognised as pieces of one text only when it has enough of them, which takes more work from
            // there on. That happens once; work that grows too fast does so at every size.
            let grows = large >= small * 5 && steps(32_000) >= large * 5;
            assert!(!grows, "{name} of {filler:?}: {small} steps, then {large}");
        }
    }
}
