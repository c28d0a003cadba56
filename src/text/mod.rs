//! Views: texts in which spellings are equal, aligned with their source.

mod align;
mod digits;
mod draft;
mod entities;
mod fold;
mod invisible;
mod numerals;
mod scan;
mod view;

pub use align::{Alignment, ViewSpan};
pub use view::View;
