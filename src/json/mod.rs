//! JSON that is edited in place: byte ranges of strings and numbers, and their text.
//!
//! A [`Tree`] looks values up in a complete document. This is what a [`ChatShape`](crate::chat::ChatShape) reads. A [`Path`]
//! leads to a value of a document that arrives in pieces.
//!
//! Documents are never parsed and serialized again, so key order, whitespace, escapes and duplicate keys are kept.
//!
//! A [`JsonError`] is returned for bytes that are not JSON and for documents nested deeper than a given limit; nothing
//! recurses. The following is accepted although JSON does not allow it, because logs contain it: control characters and
//! invalid UTF-8 in strings, unknown escapes, lone surrogates, and the literals `NaN`, `Infinity` and `-Infinity`.

mod path;
mod string;
mod tree;
mod walker;

pub use path::Path;
pub(crate) use path::Segment;
pub(crate) use string::number_text;
// For `lastfour-cli`. Not part of the public interface.
#[doc(hidden)]
pub use string::{Decoded, decode, escape, number_edit, string_edits};
pub use tree::{Tree, Value, ValueKind};
pub use walker::JsonError;
// For `lastfour-cli`. Not part of the public interface.
#[doc(hidden)]
pub use walker::{Document, Step, Token, TokenKind, Walker};
