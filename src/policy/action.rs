//! What to do about a finding.

use std::fmt;
use std::str::FromStr;

/// What to do about a finding, from the mildest to the strictest: where several apply, the strictest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Let through as if it had not been found.
    #[default]
    Allow,
    /// Let through and report.
    Flag,
    /// Replace the secret by a mask.
    Mask,
    /// Stop the whole message. Where a message cannot be stopped, as in a transcript, it is masked.
    Block,
}

impl Action {
    /// The kebab-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Flag => "flag",
            Self::Mask => "mask",
            Self::Block => "block",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(name: &str) -> Result<Self, UnknownAction> {
        [Self::Allow, Self::Flag, Self::Mask, Self::Block]
            .into_iter()
            .find(|action| action.as_str() == name)
            .ok_or(UnknownAction)
    }
}

/// The name is none of `allow`, `flag`, `mask` and `block`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownAction;

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown action: use allow, flag, mask or block")
    }
}

impl std::error::Error for UnknownAction {}
