//! The Anthropic messages API, complete and streamed.

use crate::chat::walk::Keys;
use crate::chat::{ChatShape, ChatTexts, Continuity, Place, Spelling, TemplateEvent};
use crate::json::{Path, Value};
use crate::message::Role;

const KEYS: Keys<'static> = Keys {
    text: &["text", "content", "system", "thinking", "prompt", "completion", "title", "context", "cited_text"],
    json: &["partial_json"],
    values: &["input"],
    left: &["tools", "tool_choice", "metadata", "usage", "signature", "encrypted_content", "mcp_servers", "container"],
    first: &["system"],
    role: &["role"],
    inner: &[],
    html: &[],
    again: &[],
};

/// The Anthropic messages API: requests, answers and event streams.
///
/// Reads messages with their roles, `system`, inputs and results of tools, thinking, plain-text documents and citations.
/// Streamed deltas are one text per content block. Every request carries the whole conversation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anthropic;

impl ChatShape for Anthropic {
    fn name(&self) -> &str {
        "anthropic"
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut reading = ChatTexts::default();
        let block = || document.number("index").unwrap_or_default();
        match document.string("type").as_deref() {
            Some("content_block_delta") => {
                for delta in document.get("delta") {
                    delta.children().for_each(|member| block_member(member, block(), &mut reading));
                }
            }
            Some("content_block_start") => {
                for start in document.get("content_block") {
                    start.children().for_each(|member| block_member(member, block(), &mut reading));
                }
                let kind = document.get("content_block").find_map(|start| start.string("type"));
                let kind = if kind.as_deref() == Some("thinking") { "thinking" } else { "text" };
                reading.spare = Some(TemplateEvent {
                    name: "content_block_delta".into(),
                    document: format!(
                        r#"{{"type":"content_block_delta","index":{},"delta":{{"type":"{kind}_delta","{kind}":""}}}}"#,
                        block()
                    ),
                    pointer: format!("/delta/{kind}"),
                });
            }
            Some("content_block_stop") => reading.ends.push(format!("{}/", block())),
            Some("message_delta" | "message_stop" | "error") => reading.ends.push(String::new()),
            Some("completion") => {
                for member in document.get("completion") {
                    reading.push(member, Some(Role::Bot), Spelling::Plain, Continuity::Movable("0/completion".into()));
                }
                if document.get("stop_reason").any(|reason| !reason.is_null()) {
                    reading.ends.push(String::new());
                }
            }
            _ => {
                KEYS.walk(document, None, &Continuity::Whole, &mut reading);
                plain_documents(document, &mut reading);
            }
        }
        reading
    }

    fn place(&self, path: Path<'_>) -> Option<Place> {
        Some(match path.key() {
            Some(key) if key.eq_ignore_ascii_case(b"data") => Place::Data,
            _ => KEYS.place(path),
        })
    }

    fn carries_history(&self) -> bool {
        true
    }
}

/// Reads a member of the start of a content block, or of a delta that continues it.
fn block_member(member: Value<'_>, block: u64, reading: &mut ChatTexts) {
    let kinds = [("text", Spelling::Plain), ("thinking", Spelling::Plain), ("partial_json", Spelling::Json)];
    match kinds.into_iter().find(|(name, _)| member.is_one_of(&[name])) {
        Some((name, spelling)) => {
            let part = Continuity::Movable(format!("{block}/{name}"));
            reading.push(member, Some(Role::Bot), spelling, part);
        }
        None => KEYS.walk(member, Some(Role::Bot), &Continuity::Whole, reading),
    }
}

/// Adds the data of plain-text documents: `{"type": "text", "media_type": "text/plain", "data": "..."}`.
fn plain_documents(document: Value<'_>, reading: &mut ChatTexts) {
    let mut stack = vec![document];
    let before = reading.texts.len();
    while let Some(value) = stack.pop() {
        if value.is_object() && value.string("type").as_deref() == Some("text") {
            for data in value.get("data") {
                reading.push(data, Some(Role::Customer), Spelling::Plain, Continuity::Whole);
            }
        }
        stack.extend(value.children().filter(|child| !child.is_one_of(KEYS.left)));
    }
    if reading.texts.len() > before {
        reading.texts.sort_by_key(|text| text.value);
    }
}
