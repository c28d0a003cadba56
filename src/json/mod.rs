//! JSON, byte for byte: where its strings and numbers stand, what they say, and how a replacement goes back.
//!
//! [`Walker`] reads a document as it arrives and reports every token with its byte range and its [`Path`]; [`Document`]
//! is the same over a document that is all there. [`decode`] turns the raw content of a string into text with an
//! alignment; [`string_edits`] and [`number_edit`] turn a patch on that text into edits on the raw bytes. Nothing is
//! parsed into a tree and written again, so key order, spacing, escapes and duplicate keys stay as they came.
//!
//! Refused are documents that are not JSON and documents nested deeper than the limit given; nothing recurses. Taken
//! as they are, because logs hold them: raw control characters and invalid UTF-8 in strings, unknown escapes, lone
//! surrogates, and the literals `NaN`, `Infinity` and `-Infinity`.
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
pub use string::{Decoded, decode, escape, number_edit, number_text, string_edits};
pub use tree::{Tree, Value};
pub use walker::{Document, JsonError, Step, Token, TokenKind, Walker};
