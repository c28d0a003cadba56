//! How masks look, and the other choices of a policy.

use std::fmt;
use std::str::FromStr;

/// How a mask looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum MaskStyle {
    /// `**** ****** *0005`: stars replace letters and digits, separators stay. A password always becomes eight stars.
    #[default]
    Stars,
    /// `[card ending 0005]`, `[password]`.
    Label,
    /// `[card:w3kq2m5p7tz4xj6c]`: with the same key, the same secret always has the same token, however it is spelled.
    /// Without the key the secret cannot be found by trial.
    Token,
}

impl MaskStyle {
    pub(super) const ALL: [Self; 3] = [Self::Stars, Self::Label, Self::Token];

    /// Returns the name in lower case.
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

/// The text is not `stars`, `label` or `token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownStyle;

impl fmt::Display for UnknownStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown mask style: use stars, label or token")
    }
}

impl std::error::Error for UnknownStyle {}

/// What happens to the expiry date next to a masked card number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Expiry {
    /// It is kept.
    #[default]
    Keep,
    /// It is masked too: as `**/**` in the style [`Stars`](MaskStyle::Stars), otherwise as `[expiry]`.
    Mask,
}

impl Expiry {
    /// Returns the name in lower case: `keep` or `mask`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Mask => "mask",
        }
    }
}

/// What happens to a message that cannot be scanned, because it is too large, cannot be decoded, or the scan failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OnFailure {
    /// It is blocked.
    #[default]
    Block,
    /// It is passed through unscanned.
    Pass,
}
