//! Why a body could not be scanned.

use std::fmt;

/// Why a body could not be scanned. Says what is wrong with it by meaning and never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScanError {
    /// It, or what of it has to be held at once, is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It is nested deeper than the limit.
    TooDeep {
        /// The limit, in levels.
        limit: usize,
    },
    /// It is made of more parts, or streams more texts at once, than the limit.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Its content type is one that is refused.
    ContentType,
    /// Its content encoding is not known, or decoding is not compiled in.
    ContentEncoding,
    /// Its characters are encoded in a way in which ASCII does not stand for itself.
    Charset,
    /// It is not what its headers say: compressed data, or the parts of a multipart body, cannot be read.
    Malformed,
    /// It is a piece of a larger whole, so that what is cut in two at its ends cannot be seen.
    Partial,
    /// It could not be read to its end.
    CutOff,
    /// The memory of its conversation could not be read or written.
    Store,
    /// So much was said in its conversation at the same moment that it could not be seen together with all of it.
    Busy,
    /// The scan itself broke.
    Panicked,
}

impl ScanError {
    /// A short name in kebab-case, for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::TooDeep { .. } => "too-deep",
            Self::TooMany { .. } => "too-many",
            Self::ContentType => "content-type",
            Self::ContentEncoding => "content-encoding",
            Self::Charset => "charset",
            Self::Malformed => "malformed",
            Self::Partial => "partial",
            Self::CutOff => "cut-off",
            Self::Store => "store",
            Self::Busy => "busy",
            Self::Panicked => "panicked",
        }
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit } => write!(f, "the body holds more than {limit} bytes that must be seen at once"),
            Self::TooDeep { limit } => write!(f, "the body is nested deeper than {limit} levels"),
            Self::TooMany { limit } => write!(f, "the body has more than {limit} parts"),
            Self::ContentType => f.write_str("bodies of this content type are not taken"),
            Self::ContentEncoding => f.write_str("bodies in this content encoding cannot be read"),
            Self::Charset => f.write_str("bodies in this charset cannot be read: use UTF-8"),
            Self::Malformed => f.write_str("the body is not what its headers say"),
            Self::Partial => f.write_str("the body is a part of a larger one"),
            Self::CutOff => f.write_str("the body ended before it was complete"),
            Self::Store => f.write_str("the conversation's memory is out of reach"),
            Self::Busy => f.write_str("too much is said in the conversation at the same moment: send it again"),
            Self::Panicked => f.write_str("the body could not be scanned"),
        }
    }
}

impl std::error::Error for ScanError {}
