//! Stops full card numbers, card security codes, Social Security numbers, one-time passcodes, passwords, PINs and
//! account numbers in customer chat, and lets through what verification needs: the last four digits, the ZIP code,
//! dates, amounts, case numbers.

mod conversation;
mod edit;
mod engine;
mod entity;
mod evidence;
pub mod filter;
mod message;
mod policy;
mod report;
mod span;
mod stream;
pub mod text;
pub mod wire;

pub use conversation::Conversation;
pub use edit::{Edit, Patch};
pub use engine::Engine;
pub use entity::{CustomId, Entity};
pub use evidence::Evidence;
pub use filter::{Failure, Filter, Filtered, Format, Limits, Report};
pub use message::{Message, MessageId, Role};
pub use policy::{Action, Policy};
pub use report::{Finding, FindingKind, Outcome};
pub use span::Span;
pub use stream::{Finished, Redactor};
