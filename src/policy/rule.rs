//! The rule for one entity, and how much of a secret a mask may show.

use crate::entity::Entity;
use crate::sensitivity::Sensitivity;

use super::{Action, PolicyError};

/// The rule for one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) action: Action,
    /// The number of trailing digits that a mask shows.
    pub(super) reveal: u8,
    /// How sure the judge must be of a secret that only the talk around it gives away.
    pub(super) sensitivity: Sensitivity,
}

impl Rule {
    /// The rule if the policy does not set one.
    pub(super) fn default_for(entity: Entity) -> Self {
        Self { action: Action::Mask, reveal: reveals(entity).0, sensitivity: Sensitivity::default() }
    }
}

/// The number of trailing digits that a mask shows by default, and the maximum a policy may set.
///
/// - Cards: 4. PCI DSS requirement 3.4.1 allows the first six and the last four; this library never shows first digits.
/// - Security codes and PINs: none. PCI DSS requirement 3.3.1 forbids storing any of them.
/// - Passwords: none.
/// - One-time passcodes: at most 2, because they are short.
const fn reveals(entity: Entity) -> (u8, u8) {
    match entity {
        Entity::Card | Entity::SocialSecurity | Entity::Account => (4, 4),
        Entity::OneTimePasscode => (0, 2),
        Entity::SecurityCode | Entity::Pin | Entity::Password => (0, 0),
        Entity::Custom(_) => (0, 4),
    }
}

/// The maximum number of trailing digits that a policy may show of an entity.
pub(super) const fn most_revealed(entity: Entity) -> u8 {
    reveals(entity).1
}

/// Rejects values above [`most_revealed`].
pub(super) fn check_reveal(entity: Entity, reveal: u8) -> Result<(), PolicyError> {
    let most = most_revealed(entity);
    if reveal <= most { Ok(()) } else { Err(PolicyError::RevealsTooMuch { entity, most }) }
}

/// Rejects `mask` for solicitations, which contain no secret.
pub(super) fn check_solicitation(action: Action) -> Result<(), PolicyError> {
    if action == Action::Mask { Err(PolicyError::MaskedSolicitation) } else { Ok(()) }
}
