//! Stops full card numbers, card security codes, Social Security numbers, one-time passcodes, passwords, PINs and
//! account numbers in customer chat, and lets through what verification needs: the last four digits, the ZIP code,
//! dates, amounts, case numbers.

pub mod detect;
mod edit;
mod engine;
mod entity;
mod evidence;
mod judge;
#[cfg(any(test, feature = "laws"))]
#[doc(hidden)]
pub mod laws;
pub mod mask;
mod message;
mod policy;
mod report;
mod span;
pub mod stream;
pub mod text;
pub mod wire;

pub use detect::checksum::{Checksum, UnknownChecksum};
pub use detect::custom::{CustomDetector, CustomDetectorBuilder, DetectorError};
pub use detect::{Spec, detectors};
pub use edit::{Edit, Patch};
pub use engine::Engine;
pub use entity::{CustomId, Entity, FindingKind};
pub use evidence::Evidence;
pub use judge::conversation::Conversation;
pub use message::{Message, MessageId, Role};
pub use policy::{
    Action, ConfigError, Expiry, MaskStyle, OnFailure, Policy, PolicyBuilder, PolicyError, TokenKey, UnknownAction,
    UnknownStyle,
};
pub use report::{Explanation, Finding, Outcome, Passed};
pub use span::Span;
pub use stream::{Finished, Redactor};
