//! Views: texts in which spellings are equal, aligned with their source.
//!
//! In come the bytes of a message, out goes a [`View`]: the same text, in which a number reads as ASCII digits however it
//! was written. An [`Alignment`] leads from any of its bytes to the source. It is promised that the alignment is in order
//! and covers the source, that no character of the source is cut in two, and that the time is linear in the length of the
//! text, whatever bytes are in it. Nothing is judged here: whether a number means anything is for the rooms above.
//!
//! A text passes up to five rooms, each of which leaves a text without its concern untouched: `percent` (encoded words),
//! `fold` (characters and HTML character references), `tags`, `numerals` (number words) and `lookalikes`. One quick look (`scan`) says which of
//! them are needed; for most messages none is, and such a view is the message itself.
//!
//! ```ignore
//! use lastfour::text::{View, ViewSpan};
//!
//! let view = View::new(b"the code is four eight two, nine one three");
//! assert_eq!(view.text(), b"the code is 4 8 2, 9 1 3");
//! assert_eq!(view.source(ViewSpan::new(19, 24)).range(), 28..42);
//! ```

mod align;
mod base64;
mod block;
mod digits;
mod draft;
mod entities;
mod fold;
mod invisible;
mod lookalikes;
mod numerals;
mod percent;
mod scan;
mod tags;
mod view;

pub use align::{Alignment, ViewSpan};
pub(crate) use base64::runs as base64_runs;
pub(crate) use block::{Block, blocks};
pub(crate) use numerals::may_be_digits;
pub(crate) use scan::{Words, is_number_word, may_fold};
pub(crate) use tags::BLOCK;
pub(crate) use view::View;
