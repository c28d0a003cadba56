//! Events of the Matrix client-server API.

use crate::chat::walk::Keys;
use crate::chat::{ChatShape, ChatTexts, Continuity, Place};
use crate::json::{Path, Value};

const KEYS: Keys<'static> = Keys {
    // Extensible events have texts under `m.text`: strings or arrays of `{"body": ...}`.
    text: &[
        "body",
        "topic",
        "reason",
        "m.caption",
        "m.text",
        "m.html",
        "org.matrix.msc1767.text",
        "org.matrix.msc1767.html",
    ],
    inner: &[],
    html: &["formatted_body"],
    again: &[
        "formatted_body",
        "m.new_content",
        "m.text",
        "m.html",
        "org.matrix.msc1767.text",
        "org.matrix.msc1767.html",
    ],
    left: &["ciphertext", "device_keys", "one_time_keys", "keys", "signatures", "unsigned_keys"],
    json: &[],
    values: &[],
    first: &[],
    role: &[],
};

/// The Matrix client-server API: events that a client sends, and events that it receives (`/sync`, `/messages`,
/// `/context`, `/event`).
///
/// Reads `body`, `formatted_body` and `m.new_content` of messages, captions, topics, reasons, polls and other extensible
/// events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Matrix;

impl ChatShape for Matrix {
    fn name(&self) -> &str {
        "matrix"
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut reading = ChatTexts::default();
        KEYS.walk(document, None, &Continuity::Whole, &mut reading);
        reading
    }

    fn place(&self, path: Path<'_>) -> Option<Place> {
        Some(KEYS.place(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Spelling;
    use crate::json::Tree;

    #[test]
    fn an_edit_repeats_one_message_in_four_spellings() {
        let json = br#"{"msgtype": "m.text", "formatted_body": "<b>new</b>", "body": "* new",
            "m.new_content": {"body": "new", "formatted_body": "<b>new</b>"}, "m.relates_to": {"rel_type": "m.replace"}}"#;
        let tree = Tree::parse(json, 16).unwrap();
        let reading = Matrix.read(tree.root());
        let seen: Vec<_> = reading.texts.iter().map(|text| (text.spelling, text.part.clone())).collect();
        assert_eq!(
            seen,
            [
                (Spelling::Plain, Continuity::Whole),
                (Spelling::Html, Continuity::Repeat),
                (Spelling::Plain, Continuity::Repeat),
                (Spelling::Html, Continuity::Repeat)
            ]
        );
    }

    #[test]
    fn an_html_body_alone_is_a_message() {
        let tree = Tree::parse(br#"{"formatted_body": "x"}"#, 16).unwrap();
        assert_eq!(Matrix.read(tree.root()).texts[0].part, Continuity::Whole);
    }
}
