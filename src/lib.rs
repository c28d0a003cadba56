//! Masks card numbers, card security codes, Social Security numbers, one-time passcodes, passwords, PINs and account numbers
//! in customer chat. Keeps the last four digits, ZIP codes, dates, amounts, order and case numbers, and every other byte.
//!
//! ```
//! let engine = lastfour::Engine::default();
//! let safe = engine.redact("my card is 3782 822463 10005, my ZIP is 10285");
//! assert_eq!(safe, "my card is **** ****** *0005, my ZIP is 10285");
//! ```
//!
//! In a conversation, the question says what the answer is:
//!
//! ```
//! use lastfour::{Conversation, Engine, Message, MessageId};
//!
//! let engine = Engine::default();
//! let mut conversation = Conversation::new();
//! let _ = engine.scan(&mut conversation, &Message::agent("Please read me the code we texted you."));
//! let outcome = engine.scan(&mut conversation, &Message::customer("482 913"));
//! assert_eq!(outcome.redact("482 913"), "*** ***");
//!
//! // A card number in two messages: the second one completes it. The outcome names the first.
//! let mut conversation = Conversation::new();
//! let _ = engine.scan(&mut conversation, &Message::customer("3782 822463").id(7));
//! let outcome = engine.scan(&mut conversation, &Message::customer("10005").id(8));
//! assert_eq!(outcome.redact("10005"), "*****");
//! assert_eq!(outcome.recall, [MessageId(7)]);
//! ```
//!
//! # Overview
//!
//! - [`Engine`] scans one [`Message`] of a [`Conversation`] and returns an [`Outcome`]: each [`Finding`] with its
//!   [`Evidence`], and the [`Patch`] that masks them.
//! - [`Policy`] says what happens to each [`Entity`] and how a mask looks. [`CustomDetector`] adds a kind of secret.
//! - [`StreamRedactor`] takes one text in pieces, [`RedactReader`] and [`RedactWriter`] wrap `std::io`, and [`Filter`] takes
//!   a body in a wire format.
//! - `lastfour::middleware` holds the `tower` layers and the store of their conversations.
//! - [`chat`] says which values of a document are text. [`json`] reads documents without changing a byte.
//!
//! The [guide] explains the middleware, streams, policies, detectors and deployment.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `tower` | yes | `lastfour::middleware` |
//! | `websocket` | | `lastfour::middleware::websocket`: WebSocket messages; includes `tower`, needs hyper and tokio |
//! | `redis` | | `lastfour::middleware::RedisStore`: conversations of several servers in Redis or Valkey; includes `tower`, needs tokio |
//! | `compression` | | decodes bodies in gzip, deflate, Brotli and Zstandard; includes `tower` |
//! | `tracing` | | events on findings, failures and errors of the store, without text |
//! | `metrics` | | counters and histograms |
//!
//! # Guarantees
//!
//! A scan does not fail and does not panic, whatever the bytes, and its time is linear in their number. Bytes outside
//! findings do not change. Redacted text is not changed by redacting it again. Findings, reports, errors and `Debug` output
//! hold no text of a secret, and the state of a conversation holds no digit of one.
//!
//! It is a filter, not a proof: it helps people who type what they should not, and does not stop people who want to get
//! a secret through.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::print_stderr, clippy::print_stdout)]

pub mod chat;
mod cover;
mod detect;
mod earlier;
mod edit;
mod engine;
mod entity;
mod evidence;
mod filter;
#[cfg(any(doc, doctest))]
pub mod guide;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod invariants;
pub mod json;
mod judge;
mod known;
mod mask;
mod message;
#[cfg(feature = "tower")]
pub mod middleware;
mod overlap;
mod policy;
mod report;
mod sensitivity;
mod span;
mod steps;
mod stream;
mod text;
#[cfg(test)]
mod training;
mod wire;

pub use detect::checksum::{Checksum, UnknownChecksum};
pub use detect::custom::{CustomDetector, CustomDetectorBuilder, DetectorError, Lacks};
pub use detect::{DetectorInfo, detectors};
pub use earlier::{EarlierPiece, EarlierPieces};
pub use edit::{Edit, Patch};
pub use engine::Engine;
pub use entity::{CustomId, Entity, FindingKind, UnknownEntity};
pub use evidence::Evidence;
pub use filter::{BodyFormat, ContentTypes, Count, Filter, Filtered, Found, Limits, Report, ScanError, Treatment};
pub use judge::conversation::Conversation;
pub use message::{Message, MessageId, Role};
pub use policy::{
    Action, ConfigError, Expiry, MaskStyle, OnFailure, Policy, PolicyBuilder, PolicyError, TokenKey, UnknownAction,
    UnknownStyle,
};
pub use report::{Explanation, Finding, Outcome, Passed, Reason, Weighed};
pub use sensitivity::{Sensitivity, UnknownSensitivity};
pub use span::Span;
pub use stream::{Finished, RedactReader, RedactWriter, StreamRedactor};
// For `lastfour-cli`. Not part of the public interface.
#[doc(hidden)]
pub use text::{Alignment, ViewSpan};
#[doc(hidden)]
pub use wire::{lift, safe_cut};

/// Runs the examples of the README as tests.
#[cfg(all(doctest, feature = "tower"))]
#[doc = include_str!("../README.md")]
mod readme {}
