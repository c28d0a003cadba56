//! JSON that is edited in place: byte ranges of its strings and numbers, their text, and edits back to the raw bytes.
//!
//! - [`Tree`] looks values up in a complete document. This is what a [`ChatShape`](crate::chat::ChatShape) reads.
//! - [`Document`] iterates over the tokens of a complete document, [`Walker`] over those of a document that arrives in
//!   pieces. Each token has a byte range and a [`Path`].
//! - [`decode`] returns the text of a string with an [`Alignment`](crate::Alignment) to its raw bytes. [`string_edits`]
//!   and [`number_edit`] turn a patch on that text into edits on the raw bytes.
//!
//! Documents are never parsed and serialised again, so key order, whitespace, escapes and duplicate keys are kept.
//!
//! A [`JsonError`] is returned for bytes that are not JSON and for documents nested deeper than a given limit; nothing
//! recurses. The following is accepted although JSON does not allow it, because logs contain it: control characters and
//! invalid UTF-8 in strings, unknown escapes, lone surrogates, and the literals `NaN`, `Infinity` and `-Infinity`.
//!
//! # Example
//!
//! ```
//! use lastfour::json::{Document, TokenKind, decode};
//!
//! let json = br#"{"id": 7, "text": "caf\u00e9 \"hi\""}"#;
//! let mut document = Document::new(json, 64);
//! while let Some(token) = document.next_token()? {
//!     if token.kind == TokenKind::String && document.path().key() == Some(b"text") {
//!         let text = decode(&json[token.content.range()]);
//!         assert_eq!(text.bytes, "café \"hi\"".as_bytes());
//!     }
//! }
//! # Ok::<(), lastfour::json::JsonError>(())
//! ```

mod path;
mod string;
mod tree;
mod walker;

pub use path::{Path, Segment};
pub(crate) use string::number_text;
pub use string::{Decoded, decode, escape, number_edit, string_edits};
pub use tree::{Tree, Value, ValueKind};
pub use walker::{Document, JsonError, Step, Token, TokenKind, Walker};
