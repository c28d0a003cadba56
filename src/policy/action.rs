//! What the policy does about a finding.

use std::fmt;
use std::str::FromStr;

/// What the policy does about a finding. Ordered from the most lenient to the strictest; if several apply, the strictest
/// wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Ignore the finding.
    #[default]
    Allow,
    /// Report the finding and leave the text unchanged.
    Flag,
    /// Replace the secret with a mask.
    Mask,
    /// Stop the whole message. If it cannot be stopped, as in a transcript, the secret is masked.
    Block,
}

impl Action {
    pub(super) const ALL: [Self; 4] = [Self::Allow, Self::Flag, Self::Mask, Self::Block];

    /// Returns the name in lower case.
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
        Self::ALL.into_iter().find(|action| action.as_str() == name).ok_or(UnknownAction)
    }
}

/// The text is not `allow`, `flag`, `mask` or `block`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownAction;

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown action: use allow, flag, mask or block")
    }
}

impl std::error::Error for UnknownAction {}
