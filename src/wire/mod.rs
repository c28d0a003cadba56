//! Wire formats: where the human text stands in what arrives, and how replaced text goes back.
//!
//! In come bytes of a format; out go the texts in them, decoded, with an [`Alignment`](crate::text::Alignment) to their
//! raw bytes, and from a [`Patch`](crate::Patch) on such a text the edits on the raw bytes. The promise of every format:
//! a byte outside an edit is the byte that came in. Nothing here knows what is looked for.

mod buffer;
mod content;
mod cut;
pub(crate) mod form;
pub(crate) mod html;
mod lift;
pub(crate) mod multipart;
pub(crate) mod ndjson;
pub(crate) mod sse;

pub(crate) use content::Content;
pub use cut::safe_cut;
pub use lift::lift;
