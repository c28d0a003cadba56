//! Normalizes text, and aligns the result with its source.
//!
//! A [`View`] is a message in which every number is written in ASCII digits, however it was spelled. An [`Alignment`] maps
//! each of its bytes to the source. Alignments are in order, cover the source and do not split characters. Normalizing
//! takes linear time for any bytes.
//!
//! There are five passes: `percent` (encoded words), `fold` (characters and HTML character references), `tags`,
//! `numerals` (number words) and `lookalikes`. A first scan (`scan`) selects the passes that a text needs. Most messages
//! need none and are their own view.

mod align;
pub(crate) mod base64;
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
pub(crate) use block::Block;
pub(crate) use fold::{Foreign, decode, foreign, modifies};
pub(crate) use numerals::{SHORTEST_TOGETHER, may_be_digits, number_words};
pub(crate) use scan::{Words, is_number_word};
pub(crate) use tags::BLOCK;
pub(crate) use view::View;
