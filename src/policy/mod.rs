//! The rules: what to do about each finding and how a mask looks. Never sees more of a text than it masks.

mod action;

pub use action::Action;

use crate::entity::Entity;
use crate::report::FindingKind;

/// The rules of a deployment.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Policy {}

impl Policy {
    /// What to do about a finding.
    #[must_use]
    pub fn action(&self, _entity: Entity, kind: FindingKind) -> Action {
        match kind {
            FindingKind::Disclosure => Action::Mask,
            FindingKind::Solicitation => Action::Flag,
        }
    }

    /// What stands in the place of a secret.
    ///
    /// `source` is the secret as it stands in the text, `plain` its plain form (digits in ASCII, separators kept,
    /// nothing invisible).
    #[must_use]
    pub fn mask(&self, entity: Entity, _source: &str, plain: &str) -> String {
        if entity == Entity::Password {
            return "********".into();
        }
        let digits = plain.bytes().filter(u8::is_ascii_digit).count();
        let reveal = if entity == Entity::Card { 4 } else { 0 };
        let mut seen = 0;
        plain
            .chars()
            .map(|c| {
                if c.is_ascii_digit() {
                    seen += 1;
                    if seen + reveal > digits { c } else { '*' }
                } else {
                    c
                }
            })
            .collect()
    }
}
