//! What to do about one entity, and how much of it a mask may show.

use crate::entity::Entity;

use super::{Action, PolicyError};

/// The rule for one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) action: Action,
    /// How many of the last digits stay.
    pub(super) reveal: u8,
}

impl Rule {
    /// What holds where nothing is said.
    pub(super) fn default_for(entity: Entity) -> Self {
        let reveal = match entity {
            Entity::Card | Entity::SocialSecurity | Entity::Account => 4,
            Entity::SecurityCode | Entity::OneTimePasscode | Entity::Password | Entity::Pin | Entity::Custom(_) => 0,
        };
        Self { action: Action::Mask, reveal }
    }
}

/// The most of the last digits that a policy may leave of an entity.
///
/// - Cards: 4. PCI DSS requirement 3.4.1 allows the first six and the last four at most to whoever does not need more;
///   this library never shows first digits.
/// - Security codes and PINs: none. PCI DSS requirement 3.3.1 forbids to keep any of them.
/// - Passwords: none.
/// - One-time passcodes: 2, for they are short.
pub(super) fn most_revealed(entity: Entity) -> u8 {
    match entity {
        Entity::Card | Entity::SocialSecurity | Entity::Account | Entity::Custom(_) => 4,
        Entity::OneTimePasscode => 2,
        Entity::SecurityCode | Entity::Pin | Entity::Password => 0,
    }
}

/// Refuses to leave more than [`most_revealed`].
pub(super) fn check_reveal(entity: Entity, reveal: u8) -> Result<(), PolicyError> {
    let most = most_revealed(entity);
    if reveal <= most { Ok(()) } else { Err(PolicyError::RevealsTooMuch { entity, most }) }
}

/// Refuses to mask a question, which holds no secret.
pub(super) fn check_solicitation(action: Action) -> Result<(), PolicyError> {
    if action == Action::Mask { Err(PolicyError::MaskedQuestion) } else { Ok(()) }
}
