//! Every string and number of a document is a message.

use crate::chat::names::{Meaning, meaning};
use crate::chat::{ChatShape, ChatTexts, Continuity, Field, Place, Scan, Spelling};
use crate::json::{Path, Value, ValueKind};

/// Treats every string and number as a message, whatever its key. For documents about which nothing is known.
///
/// If the key denotes a secret, such as `cvv`, the value is scanned with that knowledge, and not as a message.
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
                ValueKind::String | ValueKind::Number => match secret(value.key().as_deref()) {
                    Some(scan) => reading.fields.push(Field::new(value, scan)),
                    None => reading.push(value, None, Spelling::Plain, Continuity::Whole),
                },
                _ => {
                    let start = stack.len();
                    stack.extend(value.children());
                    stack[start..].reverse();
                }
            }
        }
        reading
    }

    fn place(&self, path: Path<'_>) -> Option<Place> {
        Some(secret(path.key()).map_or(Place::Text(Spelling::Plain), Place::Field))
    }

    fn read_form(&self, fields: &[(&str, &[u8])]) -> Vec<Scan> {
        fields.iter().map(|(name, _)| secret(Some(name.as_bytes())).unwrap_or(Scan::Message)).collect()
    }

    fn is_field(&self, _name: &str) -> bool {
        true
    }
}

/// Returns how a value is scanned whose key denotes a secret.
fn secret(key: Option<&[u8]>) -> Option<Scan> {
    match key.map(meaning) {
        Some(Meaning::Secret(secret)) => Some(Scan::Labeled(secret.label())),
        _ => None,
    }
}
