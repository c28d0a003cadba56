//! Views: texts in which spellings are equal, aligned with their source.

mod align;
mod digits;
mod draft;
mod entities;
mod fold;
mod invisible;
mod lookalikes;
mod numerals;
mod scan;
mod tags;
mod view;

pub use align::{Alignment, ViewSpan};
pub use view::View;
#[doc(hidden)]
pub use view::fuzz_view;
