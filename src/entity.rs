//! What can be found: the kinds of secrets.

use std::fmt;

/// A kind of secret.
///
/// The text form (`Display`, `FromStr`, TOML, JSON) is kebab-case: `card`, `security-code`, `social-security`,
/// `one-time-passcode`, `password`, `pin`, `account`, or the id of a custom detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Entity {
    /// A payment card number (primary account number) of 12 to 19 digits.
    Card,
    /// A card security code: American Express CID, CVV, CVC, CSC; 3 or 4 digits.
    SecurityCode,
    /// A United States Social Security number or ITIN, 9 digits.
    SocialSecurity,
    /// A one-time passcode or verification code, 4 to 8 digits or alphanumeric.
    OneTimePasscode,
    /// A password, passphrase or verbal password.
    Password,
    /// The personal identification number of a card, an account or a phone.
    Pin,
    /// A bank account number, routing number, IBAN or CLABE.
    Account,
    /// What a custom detector of the policy finds.
    Custom(CustomId),
}

impl Entity {
    /// The entities which are built in, in the order of the documentation.
    pub const BUILT_IN: [Self; 7] = [
        Self::Card,
        Self::SecurityCode,
        Self::SocialSecurity,
        Self::OneTimePasscode,
        Self::Password,
        Self::Pin,
        Self::Account,
    ];

    /// The kebab-case name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Card => "card",
            Self::SecurityCode => "security-code",
            Self::SocialSecurity => "social-security",
            Self::OneTimePasscode => "one-time-passcode",
            Self::Password => "password",
            Self::Pin => "pin",
            Self::Account => "account",
            Self::Custom(id) => id.as_str(),
        }
    }

    /// The built-in entity of that name.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        Self::BUILT_IN.into_iter().find(|e| e.as_str() == name)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for Entity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The id of a custom detector: 1 to 24 characters of `a-z`, `0-9` and `-`, kept inline so that [`Entity`] stays `Copy`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomId {
    len: u8,
    bytes: [u8; Self::MAX],
}

impl CustomId {
    /// The longest id, in bytes.
    pub const MAX: usize = 24;

    /// The id of that name, or `None` where the name is empty, too long, has other characters than `a-z`, `0-9` and
    /// `-`, starts with `-`, or is the name of a built-in entity.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let well_formed = (1..=Self::MAX).contains(&name.len())
            && !name.starts_with('-')
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && Entity::built_in(name).is_none();
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

/// What is found about an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The secret itself stands in the text.
    #[default]
    Disclosure,
    /// An agent or a bot asks for a secret that must never be asked for in chat.
    Solicitation,
    /// The expiry date of a card stands beside it, where the policy hides that too: a part of the card's disclosure, told
    /// apart so that one card is counted once.
    Expiry,
}

impl FindingKind {
    /// The lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disclosure => "disclosure",
            Self::Solicitation => "solicitation",
            Self::Expiry => "expiry",
        }
    }

    /// Whether it stands in the text and can be hidden: it does not where it is only asked for.
    #[must_use]
    pub fn is_there(self) -> bool {
        self != Self::Solicitation
    }
}
