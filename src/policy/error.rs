//! The errors of a policy that is built or read.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::entity::{CustomId, Entity};

use super::MIN_KEY_BYTES;

/// The reason why a policy is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// A rule reveals more digits of an entity than is allowed.
    RevealsTooMuch {
        /// The entity.
        entity: Entity,
        /// The most digits that may be revealed.
        most: u8,
    },
    /// A solicitation has the action `mask`, but holds nothing to mask.
    MaskedQuestion,
    /// The style is `token` and there is no key.
    NoKey,
    /// A token key is shorter than 16 bytes.
    KeyTooShort,
    /// The environment variable that should hold the token key is not set.
    KeyNotSet {
        /// Its name.
        variable: String,
    },
    /// The file that should hold the token key cannot be read.
    KeyUnreadable {
        /// The file.
        path: PathBuf,
        /// The error.
        kind: io::ErrorKind,
    },
    /// A rule is given for a custom entity which no detector finds.
    NoDetector(CustomId),
    /// Two detectors have the same id.
    DuplicateDetector(CustomId),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RevealsTooMuch { entity, most: 0 } => write!(f, "no digit of a {entity} may be left: use reveal 0"),
            Self::RevealsTooMuch { entity: entity @ Entity::Card, most } => write!(
                f,
                "at most the last {most} digits of a {entity} may be left (PCI DSS 3.4.1: the first 6 and the last 4 at most)"
            ),
            Self::RevealsTooMuch { entity, most } => {
                write!(f, "at most the last {most} digits of a {entity} may be left")
            }
            Self::MaskedQuestion => {
                f.write_str("a question for a secret holds nothing to mask: use allow, flag or block")
            }
            Self::NoKey => f.write_str("the style token needs a key: name an environment variable or a file"),
            Self::KeyTooShort => write!(f, "the token key is shorter than {} bytes", MIN_KEY_BYTES),
            Self::KeyNotSet { variable } => write!(f, "the environment variable {variable} is not set"),
            Self::KeyUnreadable { path, kind } => write!(f, "the key file {} cannot be read: {kind}", path.display()),
            Self::NoDetector(id) => write!(f, "there is no detector {}", id.as_str()),
            Self::DuplicateDetector(id) => write!(f, "there are two detectors {}", id.as_str()),
        }
    }
}

impl std::error::Error for PolicyError {}
