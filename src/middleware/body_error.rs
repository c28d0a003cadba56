//! The error of a body that was stopped while it was sent.

use std::error::Error;
use std::fmt;

use crate::entity::Entity;
use crate::filter::ScanError;

/// The error of a body that was stopped while it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyError {
    pub(super) failure: Option<ScanError>,
    pub(super) entities: Vec<Entity>,
}

impl BodyError {
    /// Why the body could not be scanned, or `None` if it was scanned and blocked.
    #[must_use]
    pub fn failure(&self) -> Option<ScanError> {
        self.failure
    }

    /// The entities for which the policy blocks the body.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failure {
            Some(failure) => write!(f, "the body was stopped: {failure}"),
            None => f.write_str("the body was stopped because of its content"),
        }
    }
}

impl Error for BodyError {}
