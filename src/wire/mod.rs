//! Wire formats: they locate and decode the text in a body, and encode replacements.
//!
//! Each module takes bytes of one format and returns the texts in them, decoded, with an
//! [`Alignment`](crate::text::Alignment) to the raw bytes. A [`Patch`](crate::Patch) on such a text becomes edits on the
//! raw bytes; all other bytes are kept. No module knows what is being looked for.

mod buffer;
mod content;
mod cut;
pub(crate) mod form;
pub(crate) mod html;
mod lift;
pub(crate) mod multipart;
pub(crate) mod ndjson;
pub(crate) mod sse;
pub(crate) mod table;

pub(crate) use content::Content;
pub use cut::safe_cut;
pub use lift::lift;
