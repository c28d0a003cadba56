//! OpenAI chat completions, completions, responses and assistants, complete and streamed.

use crate::chat::events::Events;
use crate::chat::walk::Keys;
use crate::chat::{ChatShape, ChatTexts, Continuity, Derived, Place, Spelling};
use crate::json::{Path, Value};
use crate::message::Role;

const KEYS: Keys<'static> = Keys {
    text: &[
        "text",
        "content",
        "refusal",
        "prompt",
        "instructions",
        "input",
        "suffix",
        "output",
        "transcript",
        "delta",
        "reasoning",
        "reasoning_content",
        "summary",
        "code",
        "query",
        "queries",
    ],
    inner: &["value"],
    json: &["arguments"],
    values: &["action"],
    left: &[
        "tools",
        "tool_choice",
        "functions",
        "function_call_choice",
        "response_format",
        "metadata",
        "usage",
        "logprobs",
        "encrypted_content",
        "prompt_cache_key",
        "safety_identifier",
        "format",
        "audio_url",
    ],
    first: &["instructions"],
    role: &["role"],
    html: &[],
    again: &[],
};

/// OpenAI chat completions, completions, responses and assistants: requests, answers and event streams.
///
/// Reads messages with their roles, arguments and outputs of tool calls, refusals, reasoning and transcripts. Streamed
/// deltas are one text per choice and per tool call; those of assistants stay in their events. If a text changes, `logprobs`, which repeat its tokens, are set to
/// `null`. Every request carries the whole conversation.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAi;

impl ChatShape for OpenAi {
    fn name(&self) -> &str {
        "openai"
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut reading = ChatTexts::default();
        let event = document.string("type");
        let object = document.string("object").unwrap_or_default();
        match event.as_deref() {
            // Assistants: `thread.message.delta`, `thread.run.step.delta`.
            _ if object.starts_with("thread.") && object.ends_with(".delta") => {
                let fields: Vec<&str> = KEYS.text.iter().chain(KEYS.json).copied().collect();
                let events =
                    Events { fields: &fields, inner: KEYS.inner, roles: KEYS.role, pieces: true, others: None };
                return events.read(document);
            }
            // The whole message, after its deltas.
            _ if object == "thread.message" => {
                walk(document, Some(Role::Bot), &Continuity::Repeat, &mut reading);
                reading.ends.push(String::new());
            }
            Some(event) if event.starts_with("response.") => response_event(event, document, &mut reading),
            _ if document.get("choices").next().is_some() => {
                for choice in document.get("choices").flat_map(Value::children) {
                    read_choice(choice, &mut reading);
                }
            }
            _ => {
                walk(document, None, &Continuity::Whole, &mut reading);
            }
        }
        reading
    }

    fn place(&self, path: Path<'_>) -> Option<Place> {
        Some(match path.key() {
            Some(key) if key.eq_ignore_ascii_case(b"logprobs") => Place::Derived,
            _ => KEYS.place(path),
        })
    }

    fn carries_history(&self) -> bool {
        true
    }
}

/// Adds the texts of a value and ties its `logprobs` to them.
fn walk(value: Value<'_>, role: Option<Role>, part: &Continuity, reading: &mut ChatTexts) {
    let start = reading.texts.len();
    KEYS.walk(value, role, part, reading);
    tie(value, start, reading);
}

fn tie(value: Value<'_>, start: usize, reading: &mut ChatTexts) {
    let texts = start..reading.texts.len();
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        if value.is_one_of(&["logprobs"]) {
            if value.children().next().is_some() {
                reading.tied.push(Derived { value: value.index(), texts: texts.clone() });
            }
        } else {
            stack.extend(value.children());
        }
    }
}

/// Reads a choice of a completion, complete or streamed.
fn read_choice(choice: Value<'_>, reading: &mut ChatTexts) {
    let start = reading.texts.len();
    let index = choice.number("index").unwrap_or_default();
    for member in choice.children() {
        if member.is_one_of(&["delta"]) {
            for field in member.children() {
                read_delta(field, index, reading);
            }
            once(member, reading);
        } else if member.is_one_of(&["text"]) {
            reading.push(member, Some(Role::Bot), Spelling::Plain, Continuity::Movable(format!("{index}/text")));
        } else if !member.is_one_of(&["logprobs", "finish_reason", "index"]) {
            KEYS.walk(member, Some(Role::Bot), &Continuity::Whole, reading);
        }
    }
    tie(choice, start, reading);
    if choice.get("finish_reason").any(|reason| !reason.is_null()) {
        reading.ends.push(format!("{index}/"));
    }
}

/// Marks everything in a delta as sent once, such as the role and the id and name of a tool call, except for the indices
/// that say which text it continues.
fn once(delta: Value<'_>, reading: &mut ChatTexts) {
    let mut stack = vec![delta];
    while let Some(value) = stack.pop() {
        if value.is_object() || value.is_array() {
            stack.extend(value.children().filter(|member| !member.is_one_of(&["index"])));
        } else {
            reading.once.push(value.index());
        }
    }
}

/// Reads a field of a streamed delta: `content`, `refusal`, `tool_calls`...
fn read_delta(field: Value<'_>, choice: u64, reading: &mut ChatTexts) {
    let role = Some(Role::Bot);
    if field.is_one_of(&["role"]) {
        return;
    }
    let Some(key) = field.key() else { return };
    let key = String::from_utf8_lossy(&key).to_ascii_lowercase();
    if field.is_one_of(&["tool_calls"]) {
        for call in field.children() {
            let number = call.number("index").unwrap_or_default();
            for function in call.children().filter(|member| member.is_one_of(&["function", "custom"])) {
                for arguments in function.get("arguments") {
                    let channel = format!("{choice}/call/{number}");
                    reading.push(arguments, role, Spelling::Json, Continuity::Movable(channel));
                }
                for input in function.get("input") {
                    let channel = format!("{choice}/input/{number}");
                    reading.push(input, role, Spelling::Plain, Continuity::Movable(channel));
                }
            }
        }
    } else if field.is_one_of(&["function_call"]) {
        for arguments in field.get("arguments") {
            reading.push(arguments, role, Spelling::Json, Continuity::Movable(format!("{choice}/call")));
        }
    } else if field.is_object() {
        // For example `"audio": {"transcript": "..."}`.
        for text in field.children().filter(|member| member.is_one_of(KEYS.text)) {
            reading.push(text, role, Spelling::Plain, Continuity::Movable(format!("{choice}/{key}")));
        }
    } else if field.is_one_of(KEYS.text) && field.text().is_some() {
        reading.push(field, role, Spelling::Plain, Continuity::Movable(format!("{choice}/{key}")));
    } else {
        KEYS.walk(field, role, &Continuity::Whole, reading);
    }
}

/// Reads an event of a streamed response.
fn response_event(event: &str, document: Value<'_>, reading: &mut ChatTexts) {
    let channel = |base: &str| {
        let place = |name| document.number(name).unwrap_or_default();
        let inner = document.number("content_index").or(document.number("summary_index")).unwrap_or_default();
        format!("{}/{base}/{inner}/", place("output_index"))
    };
    if let Some(base) = event.strip_suffix(".delta") {
        // Audio is not text; a transcript is.
        if base.ends_with("audio") {
            return;
        }
        let spelling = if base.ends_with("arguments") { Spelling::Json } else { Spelling::Plain };
        for delta in document.get("delta").filter(|delta| delta.text().is_some()) {
            reading.push(delta, Some(Role::Bot), spelling, Continuity::Movable(channel(base)));
        }
        tie(document, 0, reading);
        return;
    }
    if let Some(base) = event.strip_suffix(".done") {
        reading.ends.push(channel(base));
    }
    if matches!(event, "response.completed" | "response.incomplete" | "response.failed" | "response.output_item.done") {
        reading.ends.push(match document.number("output_index") {
            Some(item) => format!("{item}/"),
            None => String::new(),
        });
    }
    // The streamed text is repeated when a part, an item and the response are done. Before the first delta, this is the
    // settings of the request or an empty frame.
    walk(document, Some(Role::Bot), &Continuity::Repeat, reading);
}
