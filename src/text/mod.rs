//! Views: texts in which spellings are equal, aligned with their source.

mod align;

pub use align::{Alignment, ViewSpan};
