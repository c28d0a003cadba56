//! Stops full card numbers, card security codes, Social Security numbers, one-time passcodes, passwords, PINs and
//! account numbers in customer chat, and lets through what verification needs: the last four digits, the ZIP code,
//! dates, amounts, case numbers.
//!
//! ```
//! let engine = lastfour::Engine::default();
//! let safe = engine.redact("my card is 3782 822463 10005, my ZIP is 10285");
//! assert_eq!(safe, "my card is **** ****** *0005, my ZIP is 10285");
//! ```
//!
//! In a conversation the question says what the answer is:
//!
//! ```
//! use lastfour::{Conversation, Engine, Message};
//!
//! let engine = Engine::default();
//! let mut talk = Conversation::new();
//! engine.scan(&mut talk, &Message::agent("Please read me the code we texted you."));
//! let outcome = engine.scan(&mut talk, &Message::customer("482 913"));
//! assert_eq!(outcome.redact("482 913"), "*** ***");
//! ```
//!
//! # Where to begin
//!
//! - [`Engine`] scans one [`Message`] of a [`Conversation`] and gives an [`Outcome`]: each [`Finding`] with its
//!   [`Evidence`], and the [`Patch`] that makes the text safe.
//! - [`Policy`] says what is done about each [`Entity`], and how a mask looks; [`CustomDetector`] adds to what is found.
//! - [`StreamRedactor`] takes a text in pieces, [`Filter`] a body in a wire format ([`filter`]).
//! - `lastfour::middleware` and `lastfour::middleware` (feature `tower`) are the layers for servers, `lastfour::middleware` keeps their
//!   conversations.
//! - [`wire`] reads formats, chat shapes and transcripts, [`text`] undoes spellings, [`detect`] lists what can be found
//!   ([`detectors`]), [`mask`] writes and recognises what stands in the place of a secret.
//!
//! # What is promised
//!
//! A scan cannot fail, whatever the bytes, and takes time linear in their number. Every byte outside a finding is the byte
//! that came in. What was redacted comes through unchanged. No finding, report, error or `Debug` output holds the text of a
//! secret, and the memory of a conversation holds no digit of one.
//!
//! It is a filter for people who type what they should not, not a proof against those who want to smuggle.

pub mod chat;
mod cover;
mod detect;
mod edit;
mod engine;
mod entity;
mod evidence;
mod filter;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod invariants;
pub mod json;
mod judge;
mod mask;
mod message;
#[cfg(feature = "tower")]
pub mod middleware;
mod policy;
mod report;
mod span;
mod steps;
mod stream;
mod text;
mod wire;

pub use detect::checksum::{Checksum, UnknownChecksum};
pub use detect::custom::{CustomDetector, CustomDetectorBuilder, DetectorError, Lacks};
pub use detect::{DetectorInfo, detectors};
pub use edit::{Edit, Patch};
pub use engine::Engine;
pub use entity::{CustomId, Entity, FindingKind};
pub use evidence::Evidence;
pub use filter::{BodyFormat, ContentTypes, Count, Filter, Filtered, Found, Limits, Report, ScanError, Treatment};
pub use judge::conversation::Conversation;
pub use message::{Message, MessageId, Role};
pub use policy::{
    Action, ConfigError, Expiry, MaskStyle, OnFailure, Policy, PolicyBuilder, PolicyError, TokenKey, UnknownAction,
    UnknownStyle,
};
pub use report::{Explanation, Finding, Outcome, Passed};
pub use span::Span;
pub use stream::{Finished, StreamRedactor};
pub use text::{Alignment, ViewSpan};
pub use wire::{lift, safe_cut};

/// The examples of the README, which run as tests.
#[cfg(all(doctest, feature = "tower"))]
#[doc = include_str!("../README.md")]
mod readme {}
