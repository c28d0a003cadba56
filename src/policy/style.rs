//! How a mask looks and what else it covers.

use std::fmt;
use std::str::FromStr;

/// How a mask looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum MaskStyle {
    /// `**** ****** *0005`: digits become stars, separators stay; a password always becomes eight stars.
    #[default]
    Stars,
    /// `[card ending 0005]`, `[password]`.
    Label,
    /// `[card:w3kq2m5p7tz4xj6c]`: within one key the same secret has the same token, however it was spelled, and nobody
    /// without the key can find the secret by trying.
    Token,
}

impl MaskStyle {
    pub(super) const ALL: [Self; 3] = [Self::Stars, Self::Label, Self::Token];

    /// The lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stars => "stars",
            Self::Label => "label",
            Self::Token => "token",
        }
    }
}

impl fmt::Display for MaskStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for MaskStyle {
    type Err = UnknownStyle;

    fn from_str(name: &str) -> Result<Self, UnknownStyle> {
        Self::ALL.into_iter().find(|style| style.as_str() == name).ok_or(UnknownStyle)
    }
}

/// The name is none of `stars`, `label` and `token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownStyle;

impl fmt::Display for UnknownStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown mask style: use stars, label or token")
    }
}

impl std::error::Error for UnknownStyle {}

/// What happens to the expiry date next to a card number that is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Expiry {
    /// It stays.
    #[default]
    Keep,
    /// It is masked with the number: `**/**` in the style of stars, else `[expiry]`.
    Mask,
}

impl Expiry {
    /// The lower-case name: `keep` or `mask`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Mask => "mask",
        }
    }
}

/// What happens to a message that cannot be scanned: too large, not decodable, a failure inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnFailure {
    /// It is stopped.
    #[default]
    Block,
    /// It goes through unseen, with whatever it holds.
    Pass,
}
