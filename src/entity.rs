//! The kinds of secrets.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Defines the built-in entities: the variant, its name, and aliases that [`FromStr`] also accepts.
macro_rules! built_in {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $(| $alias:literal)*;)+) => {
        /// A kind of secret.
        ///
        /// Its text form is kebab-case: `card`, `security-code`, `social-security`, `one-time-passcode`, `password`,
        /// `pin`, `account`, or the id of a custom detector. `Display`, `FromStr`, policies and serde use it.
        ///
        /// Parsing also accepts the short labels `ssn`, `otp` and `cvv`.
        ///
        /// ```
        /// use lastfour::Entity;
        /// assert_eq!("social-security".parse(), Ok(Entity::SocialSecurity));
        /// assert_eq!("ssn".parse(), Ok(Entity::SocialSecurity));
        /// assert_eq!(Entity::SocialSecurity.to_string(), "social-security");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Entity {
            $($(#[doc = $doc])+ $variant,)+
            /// A finding of a custom detector of the policy.
            Custom(CustomId),
        }

        impl Entity {
            /// The built-in entities, in the order of the documentation.
            pub const BUILT_IN: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name in kebab-case.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Custom(id) => id.as_str(),
                }
            }

            /// Returns the built-in entity with that name or alias.
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($name $(| $alias)* => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

built_in! {
    /// A payment card number (primary account number) of 12 to 19 digits.
    Card = "card";
    /// A card security code: American Express CID, CVV, CVC, CSC; 3 or 4 digits.
    SecurityCode = "security-code" | "cvv";
    /// A United States Social Security number or ITIN, 9 digits.
    SocialSecurity = "social-security" | "ssn";
    /// A one-time passcode or verification code, 4 to 8 digits or alphanumeric.
    OneTimePasscode = "one-time-passcode" | "otp";
    /// A password, passphrase or verbal password.
    Password = "password";
    /// The personal identification number of a card, an account or a phone.
    Pin = "pin";
    /// A bank account number, routing number, IBAN or CLABE.
    Account = "account";
}

impl Entity {
    /// Returns the built-in entity with that name. Aliases and custom ids are not names.
    #[must_use]
    pub(crate) fn built_in(name: &str) -> Option<Self> {
        Self::BUILT_IN.iter().copied().find(|entity| entity.as_str() == name)
    }

    /// The index in [`BUILT_IN`](Self::BUILT_IN), or `None` for a custom entity.
    pub(crate) fn index(self) -> Option<usize> {
        Self::BUILT_IN.iter().position(|entity| *entity == self)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Entity {
    type Err = UnknownEntity;

    fn from_str(name: &str) -> Result<Self, UnknownEntity> {
        Self::named(name).or_else(|| CustomId::new(name).map(Self::Custom)).ok_or(UnknownEntity)
    }
}

impl serde::Serialize for Entity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Entity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// The text is neither the name of a built-in entity nor a valid [`CustomId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownEntity;

impl fmt::Display for UnknownEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Entity::BUILT_IN.iter().map(Entity::as_str).collect();
        write!(f, "unknown entity: use {}, or the id of a custom detector", names.join(", "))
    }
}

impl std::error::Error for UnknownEntity {}

/// The id of a custom detector: 1 to 24 characters of `a-z`, `0-9` and `-`. Stored inline, so that [`Entity`] is `Copy`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomId {
    len: u8,
    bytes: [u8; Self::MAX],
}

impl CustomId {
    /// The maximum length in bytes.
    pub const MAX: usize = 24;

    /// Returns the id with that name. Returns `None` if the name is empty, too long, starts with `-`, has characters
    /// other than `a-z`, `0-9` and `-`, or is a name or an alias of a built-in entity.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let well_formed = (1..=Self::MAX).contains(&name.len())
            && !name.starts_with('-')
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && Entity::named(name).is_none();
        if !well_formed {
            return None;
        }
        let mut bytes = [0; Self::MAX];
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        Some(Self { len: u8::try_from(name.len()).ok()?, bytes })
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Debug for CustomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// How a secret occurs in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The text contains the secret.
    #[default]
    Disclosure,
    /// An agent or a bot asks for the secret. The text does not contain it.
    Solicitation,
    /// The expiry date next to a card, if the policy masks it. It is separate from the card, so that one card counts
    /// once.
    Expiry,
}

impl FindingKind {
    /// Returns the name in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disclosure => "disclosure",
            Self::Solicitation => "solicitation",
            Self::Expiry => "expiry",
        }
    }

    /// Returns whether the text contains something to mask. A solicitation does not.
    #[must_use]
    pub fn is_there(self) -> bool {
        self != Self::Solicitation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_parses_from_its_text_form_and_from_json() {
        let custom = Entity::Custom(CustomId::new("loyalty-2").unwrap());
        for entity in Entity::BUILT_IN.iter().copied().chain([custom]) {
            assert_eq!(entity.to_string().parse(), Ok(entity));
            let json = serde_json::to_string(&entity).unwrap();
            assert_eq!(serde_json::from_str::<Entity>(&json).unwrap(), entity);
        }
    }

    #[test]
    fn an_alias_parses_but_is_not_a_name() {
        for (alias, entity) in
            [("ssn", Entity::SocialSecurity), ("otp", Entity::OneTimePasscode), ("cvv", Entity::SecurityCode)]
        {
            assert_eq!(alias.parse(), Ok(entity));
            assert_eq!(Entity::built_in(alias), None);
            assert_eq!(CustomId::new(alias), None, "a detector with this id could not be parsed back");
        }
    }

    #[test]
    fn a_text_that_is_no_id_is_refused() {
        for text in ["", "Card", "-card", "two words", "a-name-of-more-than-24-bytes"] {
            assert_eq!(text.parse::<Entity>(), Err(UnknownEntity), "{text}");
            assert!(serde_json::from_value::<Entity>(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_place_of_an_entity_is_its_place_in_the_list() {
        for (at, entity) in Entity::BUILT_IN.iter().enumerate() {
            assert_eq!(entity.index(), Some(at));
        }
    }
}
