//! Tests that the work for a message or a body grows linearly with its size, whatever it contains. Steps are counted,
//! so no clock is needed.

use crate::chat::DynShape;
use crate::engine::Engine;
use crate::filter::{BodyFormat, Filter};
use crate::judge::conversation::Conversation;
use crate::message::{Message, Role};
use crate::stream::StreamRedactor;
use crate::{json, steps};

/// The texts that bodies are filled with.
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
    "<a href='/?t=my+pin+is+4021'>",
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
    // Numbers and cues.
    "cvv 123\n",
    "4821 ",
    "4821\n",
    "1,",
    "1+",
    "1\n",
    "(1)",
    "1|2|",
    "12-",
    "$1 ",
    "#1 ",
    "12/28 ",
    "10:30 ",
    "ssn 078-05-",
    "ssn 1 2 3 4 5 6 7 8 9, ",
    "078-05-1120 ",
    "card 4111 ",
    "visa 4111 1111 ",
    "card 4111 1111 1111 1111 12/28 ",
    "123-45-6789,",
    "DE89 3704 ",
    "account 12345678 ",
    "routing 021000021 ",
    "check 021000021 ",
    "otp 1234 ",
    "my code is ",
    "code AB12CD ",
    "482913 didn't ",
    "what is the code ",
    "what is the code 1 ",
    "**CVV:** 093 ",
    "\"hunter22 ",
    "password \"a ",
    "the year 1997, ",
    // Number words.
    "one ",
    "four one ",
    "and ",
    "double ",
    "twenty ",
    "hundred ",
    "then ",
    "mil ",
    "o ",
    "1 one ",
    "thirty",
    "one-",
    "twentyone",
    "one\u{AD}",
    // Spellings.
    "%",
    "%2",
    "%25",
    "%20 ",
    "&#",
    "&#1",
    "&amp;",
    "&amp",
    "1<",
    "1<b",
    "<b>",
    "1<a ",
    "9 ",
    "1O",
    "O1 ",
    "l|",
    "x1",
    "4*",
    "3\u{301}",
    "\u{301}",
    "•",
    "• ",
    "1•",
    "中О",
    "aО",
    "О-",
    "３",
    "…",
    ",",
];

/// The texts before a filler in a message.
const STARTS: &[&str] = &["", "my pin is ", "ssn: ", "my card is 4111 1111 1111 1111, ", "it is \""];

/// The questions that an agent asks before a message.
const QUESTIONS: &[&str] = &[
    "What is your PIN?",
    "What is your card number?",
    "What is your password?",
    "What is your social?",
    "What is the last four of your social and your ZIP?",
    "Please read me the code we texted you and your account number.",
];

/// A body of some format, filled with a text.
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
        of: |text| each(text, |piece| member("text", piece)),
    },
    Body {
        name: "labels and values",
        format: BodyFormat::Json,
        shape: "generic",
        of: |text| format!("[{}]", list(text, |piece| format!("{{\"title\":{0},\"value\":{0}}}", string(piece)))),
    },
    Body {
        name: "lines of speakers in turn",
        format: BodyFormat::Ndjson,
        shape: "generic",
        of: |text| {
            each(text, |piece| {
                format!("{{\"role\":\"agent\",\"text\":{0}}}\n{{\"role\":\"user\",\"text\":{0}}}\n", string(piece))
            })
        },
    },
    Body {
        name: "lines",
        format: BodyFormat::Ndjson,
        shape: "generic",
        of: |text| each(text, |piece| member("text", piece) + "\n"),
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
        of: |text| each(text, |piece| format!("&text={}&x={}&", encoded(piece), encoded(piece))),
    },
    Body {
        name: "a table",
        format: BodyFormat::Text,
        shape: "generic",
        of: |text| format!("name,card,cvv\n{}", each(text, |piece| format!("a,{},{}\n", piece, piece))),
    },
    Body {
        name: "a drawing",
        format: BodyFormat::Html,
        shape: "generic",
        of: |text| format!("<svg><title>{text}</title><desc x=\"{text}\"/></svg>"),
    },
    Body {
        name: "elements of XML",
        format: BodyFormat::Text,
        shape: "generic",
        of: |text| each(text, |piece| format!("<pin a='{}'>{}</pin>", piece, piece)),
    },
    Body {
        name: "an event",
        format: BodyFormat::Events,
        shape: "generic",
        of: |text| format!("data: {}\n\n", text.replace('\n', " ")),
    },
    Body {
        name: "an event of many lines",
        format: BodyFormat::Events,
        shape: "generic",
        of: |text| format!("{}\n", each(text, |piece| format!("data: {}\n", piece.replace('\n', " ")))),
    },
    Body {
        name: "an event of lines that are no data",
        format: BodyFormat::Events,
        shape: "generic",
        of: |text| format!("data: a\n{}\n", each(text, |piece| format!("{}\n", piece.replace('\n', " ")))),
    },
    Body {
        name: "an event with a list of pieces",
        format: BodyFormat::Events,
        shape: "generic",
        of: |text| format!("data: {{\"delta\":[{}]}}\n\n", list(text, string)),
    },
    Body {
        name: "events of texts",
        format: BodyFormat::Events,
        shape: "generic",
        of: |text| each(text, |piece| format!("data: {}\n\n", member("text", piece))),
    },
    Body {
        name: "events of pieces",
        format: BodyFormat::Events,
        shape: "generic",
        of: |text| each(text, |piece| format!("data: {}\n\n", member("delta", piece))),
    },
    Body {
        name: "events of unknown fields",
        format: BodyFormat::Events,
        shape: "generic",
        of: |text| each(text, |piece| format!("event: a\ndata: {}\n\n", member("w", piece))),
    },
    Body {
        name: "events of a model",
        format: BodyFormat::Events,
        shape: "openai",
        of: |text| {
            each(text, |piece| {
                format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{}}}]}}\n\n", member("content", piece))
            })
        },
    },
    Body {
        name: "named lines",
        format: BodyFormat::Text,
        shape: "generic",
        of: |text| each(text, |piece| format!("0:{}\n", string(piece))),
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

/// Returns the text in pieces of 16 characters, separated by commas.
fn list(text: &str, item: impl Fn(&str) -> String) -> String {
    pieces(text, item).join(",")
}

/// The same without commas.
fn each(text: &str, item: impl Fn(&str) -> String) -> String {
    pieces(text, item).concat()
}

fn pieces(text: &str, item: impl Fn(&str) -> String) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(16).map(|piece| item(&piece.iter().collect::<String>())).collect()
}

/// Counts the steps at `size` bytes, twice, four and eight times as many. Fails if each doubling adds more than three
/// times as many steps as the one before. It adds twice as many if the work is linear, and four times if it is
/// quadratic. One doubling may add more, because a buffer or a limit is reached. A test checks an eighth of the pairs,
/// or all of them if `LASTFOUR_ALL_CASES` is set.
fn check(row: usize, name: &str, filler: &str, size: usize, steps: impl Fn(usize) -> usize) -> Option<String> {
    /// Steps that are allowed at any size, so that tiny counts are not compared.
    const FEW: usize = 1_000;
    let column = FILLERS.iter().position(|other| *other == filler).unwrap_or_default();
    if std::env::var_os("LASTFOUR_ALL_CASES").is_none() && !(row + column).is_multiple_of(8) {
        return None;
    }
    let counts = [size, 2 * size, 4 * size, 8 * size].map(steps);
    let added: Vec<usize> = counts.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    let grows = added.windows(2).all(|pair| pair[1] > 3 * pair[0] + FEW);
    grows.then(|| format!("{name} of {filler:?}: {counts:?} steps"))
}

/// The smallest size of a body that is scanned as a whole, and of one that is partly buffered. The larger sizes exceed
/// the buffer.
const WHOLE: usize = 1_000;
const STREAMED: usize = 4_000;

#[test]
fn the_steps_of_a_message_grow_linearly() {
    let engine = Engine::default();
    let mut failed = Vec::new();
    for filler in FILLERS {
        let fill = |start: &str, size: usize| start.to_owned() + &filler.repeat(size / filler.len());
        let scan = |role: Role, asked: &str, text: &str| {
            let mut conversation = Conversation::new();
            if !asked.is_empty() {
                let _ = engine.scan(&mut conversation, &Message::agent(asked));
            }
            text.len() + steps::count(|| drop(engine.scan(&mut conversation, &Message::new(role, text))))
        };
        for (row, start) in STARTS.iter().enumerate() {
            failed.extend(check(row, start, filler, WHOLE, |size| scan(Role::Customer, "", &fill(start, size))));
        }
        for (row, asked) in QUESTIONS.iter().enumerate() {
            failed.extend(check(row, asked, filler, WHOLE, |size| scan(Role::Customer, asked, &fill("", size))));
        }
        failed.extend(check(6, "agent", filler, WHOLE, |size| scan(Role::Agent, "", &fill("", size))));
        let explain = |text: &str| {
            text.len() + steps::count(|| drop(engine.explain(&mut Conversation::new(), &Message::customer(text))))
        };
        failed.extend(check(7, "explained", filler, WHOLE, |size| explain(&fill("", size))));
        let stream = |text: &str| {
            let mut redactor = StreamRedactor::new(engine.clone(), Conversation::new(), Role::Customer);
            let mut out = Vec::new();
            let work = || {
                text.as_bytes().chunks(7).for_each(|piece| redactor.push(piece, &mut out));
                let _ = redactor.finish(&mut out);
            };
            text.len() + steps::count(work)
        };
        failed.extend(check(0, "pieces", filler, STREAMED, |size| stream(&fill("", size))));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn the_steps_of_a_body_grow_linearly() {
    let mut failed = Vec::new();
    for (row, Body { name, format, shape, of }) in BODIES.iter().enumerate() {
        // The elements of an array may be pieces of a text, like events.
        let in_pieces = format.streams() || of("").starts_with('[');
        let size = if in_pieces { STREAMED } else { WHOLE };
        for filler in FILLERS {
            let steps = |size: usize| {
                let body = of(&filler.repeat(size / filler.len()));
                let filter = Filter::new(Engine::default(), format.clone()).shape(DynShape::named(shape).unwrap());
                body.len() + steps::count(|| drop(filter.whole(body.as_bytes())))
            };
            failed.extend(check(row, name, filler, size, steps));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn the_steps_of_a_number_in_many_messages_grow_linearly() {
    // A longer run without a space is masked as a whole.
    let steps = |count: usize| {
        let body = format!("[{}]", vec![member("text", "4"); count].join(","));
        let filter = Filter::new(Engine::default(), BodyFormat::Json);
        body.len() + steps::count(|| drop(filter.whole(body.as_bytes())))
    };
    let counts = [StreamRedactor::MAX_BUFFERED, 2 * StreamRedactor::MAX_BUFFERED, 4 * StreamRedactor::MAX_BUFFERED];
    let [few, more, many] = counts.map(steps);
    assert!(many - more < 3 * (more - few), "{few} {more} {many}");
}
