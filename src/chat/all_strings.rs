//! Every string and number of a document is a message.

use crate::chat::{ChatShape, ChatTexts, Continuity, Place, Spelling};
use crate::json::{Path, Value, ValueKind};

/// Treats every string and number as a message, whatever its key. For documents about which nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllStrings;

impl ChatShape for AllStrings {
    fn name(&self) -> &str {
        "all-strings"
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut reading = ChatTexts::default();
        let mut stack = vec![document];
        while let Some(value) = stack.pop() {
            match value.kind() {
                ValueKind::String | ValueKind::Number => reading.push(value, None, Spelling::Plain, Continuity::Whole),
                _ => {
                    let start = stack.len();
                    stack.extend(value.children());
                    stack[start..].reverse();
                }
            }
        }
        reading
    }

    fn place(&self, _path: Path<'_>) -> Option<Place> {
        Some(Place::Text(Spelling::Plain))
    }

    fn is_field(&self, _name: &str) -> bool {
        true
    }
}
