//! The errors of building or parsing a policy.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::entity::{CustomId, Entity};

use super::MIN_KEY_BYTES;

/// Why a policy is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// The masks of an entity would show more digits than allowed.
    RevealsTooMuch {
        /// The entity.
        entity: Entity,
        /// The maximum number of trailing digits.
        most: u8,
    },
    /// The action for solicitations is `mask`.
    MaskedSolicitation,
    /// The style is `token`, but there is no key.
    NoKey,
    /// The token key is shorter than 16 bytes.
    KeyTooShort,
    /// The environment variable of the token key is not set.
    KeyNotSet {
        /// The name of the variable.
        variable: String,
    },
    /// The file of the token key cannot be read.
    KeyUnreadable {
        /// The path of the file.
        path: PathBuf,
        /// The kind of I/O error.
        kind: io::ErrorKind,
    },
    /// There is a rule for a custom entity without a detector.
    NoDetector(CustomId),
    /// Two detectors have the same id.
    DuplicateDetector(CustomId),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RevealsTooMuch { entity, most: 0 } => {
                write!(f, "a mask must not show digits of the entity {entity}: use reveal 0")
            }
            Self::RevealsTooMuch { entity: entity @ Entity::Card, most } => {
                write!(f, "reveal of the entity {entity} is {most} at most (PCI DSS 3.4.1)")
            }
            Self::RevealsTooMuch { entity, most } => write!(f, "reveal of the entity {entity} is {most} at most"),
            Self::MaskedSolicitation => {
                f.write_str("a question for a secret has nothing to mask: use allow, flag or block")
            }
            Self::NoKey => f.write_str("the style token needs a key: set key_env or key_file in [token]"),
            Self::KeyTooShort => write!(f, "the token key has fewer than {MIN_KEY_BYTES} bytes"),
            Self::KeyNotSet { variable } => write!(f, "the environment variable {variable} is not set"),
            Self::KeyUnreadable { path, kind } => write!(f, "the key file {} cannot be read: {kind}", path.display()),
            Self::NoDetector(id) => write!(f, "there is no detector with the id {}", id.as_str()),
            Self::DuplicateDetector(id) => write!(f, "two detectors have the id {}", id.as_str()),
        }
    }
}

impl std::error::Error for PolicyError {}
