//! How sure the judge must be of a secret that only the conversation around it gives away.

use std::fmt;
use std::str::FromStr;

use crate::entity::Entity;

/// How sure the judge must be before it masks a value that neither its form nor a rule makes a secret, but the words around
/// it and the messages before it do.
///
/// What form and rules find is masked at every sensitivity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Sensitivity {
    /// The value is very likely a secret. Masks the fewest harmless values.
    Lenient,
    /// The value is more likely a secret than not.
    #[default]
    Balanced,
    /// The value may well be a secret. Masks the most harmless values.
    Strict,
}

impl Sensitivity {
    /// All sensitivities, from the lowest to the highest.
    pub const ALL: &[Self] = &[Self::Lenient, Self::Balanced, Self::Strict];

    /// Returns the name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lenient => "lenient",
            Self::Balanced => "balanced",
            Self::Strict => "strict",
        }
    }
}

impl fmt::Display for Sensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Sensitivity {
    type Err = UnknownSensitivity;

    fn from_str(name: &str) -> Result<Self, UnknownSensitivity> {
        Self::ALL.iter().copied().find(|sensitivity| sensitivity.as_str() == name).ok_or(UnknownSensitivity)
    }
}

/// The text is not `lenient`, `balanced` or `strict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownSensitivity;

impl fmt::Display for UnknownSensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown sensitivity: use lenient, balanced or strict")
    }
}

impl std::error::Error for UnknownSensitivity {}

/// The sensitivity for each built-in entity, or none: two bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sensitivities(u16);

impl Sensitivities {
    /// Nothing is masked because of the conversation around it.
    pub(crate) const OFF: Self = Self(0);

    /// Returns those with this sensitivity for each entity.
    pub(crate) fn new(of: impl Fn(Entity) -> Sensitivity) -> Self {
        let bits = |(at, entity): (usize, &Entity)| (of(*entity) as u16 + 1) << (2 * at);
        Self(Entity::BUILT_IN.iter().enumerate().map(bits).fold(0, |all, bits| all | bits))
    }

    /// Returns the sensitivity for an entity, if there is any.
    pub(crate) fn of(self, entity: Entity) -> Option<Sensitivity> {
        let code = usize::from(self.0 >> (2 * entity.index()?) & 3);
        Sensitivity::ALL.get(code.checked_sub(1)?).copied()
    }

    /// Returns whether all are off.
    pub(crate) fn is_off(self) -> bool {
        self.0 == 0
    }
}

impl Default for Sensitivities {
    fn default() -> Self {
        Self::new(|_| Sensitivity::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entity_has_a_sensitivity_of_its_own() {
        let strict = Sensitivities::new(|entity| match entity {
            Entity::Pin => Sensitivity::Strict,
            Entity::Card => Sensitivity::Lenient,
            _ => Sensitivity::Balanced,
        });
        assert_eq!(strict.of(Entity::Pin), Some(Sensitivity::Strict));
        assert_eq!(strict.of(Entity::Card), Some(Sensitivity::Lenient));
        assert_eq!(strict.of(Entity::Password), Some(Sensitivity::Balanced));
        assert_eq!(Sensitivities::OFF.of(Entity::Pin), None);
        assert_eq!(Sensitivities::default().of(Entity::Account), Some(Sensitivity::Balanced));
    }
}
