//! http
mod content_type;
mod encoding;
pub mod key;
pub use content_type::{ContentTypes, Treatment};
