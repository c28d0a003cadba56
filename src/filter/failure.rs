//! Why a body could not be scanned.

use std::fmt;

/// The reason why a body could not be scanned. Never quotes the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScanError {
    /// The body, or a part that must be held at once, is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body is nested deeper than the limit.
    TooDeep {
        /// The limit, in levels.
        limit: usize,
    },
    /// The body has more parts, or streams more texts at once, than the limit.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The content type is refused.
    ContentType,
    /// The message of a WebSocket is binary or refers to binary data.
    Binary,
    /// The content encoding is unknown, or support for it is not compiled in.
    ContentEncoding,
    /// The charset does not encode ASCII as single bytes, such as UTF-16.
    Charset,
    /// The body does not match its headers: compressed data or multipart parts cannot be read.
    Malformed,
    /// The body is a range of a larger one, so a secret could be split at its ends.
    Partial,
    /// The body ended early.
    CutOff,
    /// The key of the conversation appears more than once.
    DuplicateKey,
    /// The conversation could not be loaded or saved.
    Store,
    /// Too many messages of the conversation were written at the same time.
    Busy,
    /// The scan panicked.
    Panicked,
}

impl ScanError {
    /// Returns a short name in kebab-case, for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::TooDeep { .. } => "too-deep",
            Self::TooMany { .. } => "too-many",
            Self::ContentType => "content-type",
            Self::Binary => "binary",
            Self::ContentEncoding => "content-encoding",
            Self::Charset => "charset",
            Self::Malformed => "malformed",
            Self::Partial => "partial",
            Self::CutOff => "cut-off",
            Self::DuplicateKey => "duplicate-key",
            Self::Store => "store",
            Self::Busy => "busy",
            Self::Panicked => "panicked",
        }
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit } => write!(f, "the body has more than {limit} bytes that must be held at once"),
            Self::TooDeep { limit } => write!(f, "the body is nested deeper than {limit} levels"),
            Self::TooMany { limit } => write!(f, "the body has more than {limit} parts"),
            Self::ContentType => f.write_str("bodies of this content type are not accepted"),
            Self::Binary => f.write_str("binary messages are not accepted"),
            Self::ContentEncoding => f.write_str("bodies in this content encoding cannot be read"),
            Self::Charset => f.write_str("bodies in this charset cannot be read: use UTF-8"),
            Self::Malformed => f.write_str("the body does not match its headers"),
            Self::Partial => f.write_str("the body is a part of a larger one"),
            Self::CutOff => f.write_str("the body ended before it was complete"),
            Self::DuplicateKey => f.write_str("duplicate conversation key"),
            Self::Store => f.write_str("the conversation could not be loaded or saved"),
            Self::Busy => {
                f.write_str("too many messages of the conversation were sent at the same time: send it again")
            }
            Self::Panicked => f.write_str("the body could not be scanned"),
        }
    }
}

impl std::error::Error for ScanError {}
