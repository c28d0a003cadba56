//! Policies: what happens to each finding and how masks look.
//!
//! A policy maps an [`Entity`] to an [`Action`], and a secret to its replacement. It is immutable and cheap to clone. No
//! mask shows half of a secret or more, nor more than its last four digits. Building or parsing a policy fails if it
//! would show more, has an unknown key, entity or action, or uses tokens without a key.
//!
//! ```
//! use lastfour::{Action, Engine, Entity, MaskStyle, Policy};
//!
//! let policy = Policy::builder()
//!     .style(MaskStyle::Label)
//!     .action(Entity::Password, Action::Block)
//!     .reveal(Entity::Account, 0)
//!     .build()?;
//! let engine = Engine::new(policy);
//! assert_eq!(engine.redact("it is 3782 822463 10005"), "it is [card ending 0005]");
//!
//! // The same from a file.
//! let policy = Policy::from_toml("style = 'label'\n[entities]\npassword = { action = 'block' }\naccount.reveal = 0\n")?;
//! assert_eq!(policy.style(), MaskStyle::Label);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod builder;
mod config;
mod error;
mod print;
mod rule;
mod style;
mod token;

pub use action::{Action, UnknownAction};
pub use builder::PolicyBuilder;
pub use config::ConfigError;
pub use error::PolicyError;
pub use style::{Expiry, MaskStyle, OnFailure, UnknownStyle};
pub use token::TokenKey;

use std::sync::Arc;

use crate::detect::custom::CustomDetector;
use crate::entity::{Entity, FindingKind};
use crate::mask;
use crate::sensitivity::{Sensitivities, Sensitivity};

use rule::Rule;

/// The minimum length of a token key in bytes.
const MIN_KEY_BYTES: usize = 16;

/// What happens to each finding, and how masks look. Immutable and cheap to clone.
///
/// The default policy masks every secret with stars, shows the last four digits of cards, Social Security numbers and
/// accounts, flags agents who ask for a secret, and blocks messages that cannot be scanned.
#[derive(Debug, Clone)]
pub struct Policy {
    rules: Arc<Rules>,
}

#[derive(Debug, Clone)]
struct Rules {
    built_in: [Rule; Entity::BUILT_IN.len()],
    custom: Vec<(CustomDetector, Rule)>,
    solicitation: Action,
    style: MaskStyle,
    key: Option<TokenKey>,
    expiry: Expiry,
    on_failure: OnFailure,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            built_in: std::array::from_fn(|at| Rule::default_for(Entity::BUILT_IN[at])),
            custom: Vec::new(),
            solicitation: Action::Flag,
            style: MaskStyle::Stars,
            key: None,
            expiry: Expiry::Keep,
            on_failure: OnFailure::Block,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { rules: Arc::new(Rules::default()) }
    }
}

impl Policy {
    /// Returns a builder initialized with the default policy.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// Parses a policy. Keys that are missing have their default.
    ///
    /// The token key is read from the environment variable or the file that the text names.
    ///
    /// # Errors
    ///
    /// Returns an error with line, column and a suggestion if the policy does not parse.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        config::read(text)
    }

    /// Returns the policy as TOML with a comment on each key. [`from_toml`](Self::from_toml) parses it.
    ///
    /// The token key is never included, only the variable or file it was read from. A key set in code must be set in code
    /// again.
    #[must_use]
    pub fn to_toml(&self) -> String {
        print::write(self)
    }

    /// Returns what happens to a finding. Soliciting an entity whose action is `Allow` is itself allowed.
    #[must_use]
    pub fn action(&self, entity: Entity, kind: FindingKind) -> Action {
        match (kind, self.rule(entity).action) {
            (FindingKind::Solicitation, Action::Allow) => Action::Allow,
            (FindingKind::Solicitation, _) => self.rules.solicitation,
            (FindingKind::Disclosure | FindingKind::Expiry, action) => action,
        }
    }

    /// What happens if an agent or a bot asks for a secret.
    #[must_use]
    pub fn solicitation(&self) -> Action {
        self.rules.solicitation
    }

    /// The number of trailing digits that a mask shows of a secret with `digits` digits: always less than half.
    #[must_use]
    pub fn reveal(&self, entity: Entity, digits: usize) -> usize {
        usize::from(self.rule(entity).reveal).min(digits.saturating_sub(1) / 2)
    }

    /// How sure the judge must be of a secret of this kind that only the talk around it gives away.
    #[must_use]
    pub fn sensitivity(&self, entity: Entity) -> Sensitivity {
        self.rule(entity).sensitivity
    }

    pub(crate) fn sensitivities(&self) -> Sensitivities {
        Sensitivities::new(|entity| self.sensitivity(entity))
    }

    /// How masks look.
    #[must_use]
    pub fn style(&self) -> MaskStyle {
        self.rules.style
    }

    /// What happens to the expiry date next to a masked card number.
    #[must_use]
    pub fn expiry(&self) -> Expiry {
        self.rules.expiry
    }

    /// What happens to a message that cannot be scanned.
    #[must_use]
    pub fn on_failure(&self) -> OnFailure {
        self.rules.on_failure
    }

    /// The custom detectors of the policy.
    pub fn detectors(&self) -> impl ExactSizeIterator<Item = &CustomDetector> {
        self.rules.custom.iter().map(|(detector, _)| detector)
    }

    /// Returns the replacement of a whole secret, or `None` if each of its digits is replaced by a star in place (see
    /// [`mask`](Self::mask)).
    ///
    /// `plain` is the secret in plain form: ASCII digits, with separators, without invisible characters.
    #[must_use]
    pub(crate) fn replacement(&self, entity: Entity, plain: &str) -> Option<String> {
        match (self.rules.style, &self.rules.key) {
            (MaskStyle::Stars, _) if entity == Entity::Password => Some(mask::PASSWORD.to_owned()),
            (MaskStyle::Stars, _) => None,
            (MaskStyle::Token, Some(key)) => Some(key.token(entity, plain)),
            // The builder requires a key for tokens.
            (MaskStyle::Label | MaskStyle::Token, _) => {
                Some(mask::label(entity, plain, self.reveal(entity, mask::count(plain))))
            }
        }
    }

    /// Returns the mask of a secret in plain form, in any style.
    ///
    /// ```
    /// use lastfour::{Entity, Policy};
    /// let policy = Policy::default();
    /// assert_eq!(policy.mask(Entity::SocialSecurity, "123-45-6789"), "***-**-6789");
    /// assert_eq!(policy.mask(Entity::Password, "hunter2"), "********");
    /// ```
    #[must_use]
    pub fn mask(&self, entity: Entity, plain: &str) -> String {
        self.replacement(entity, plain).unwrap_or_else(|| mask::stars(plain, self.reveal(entity, mask::count(plain))))
    }

    fn rule(&self, entity: Entity) -> Rule {
        let built_in = entity.index().map(|at| self.rules.built_in[at]);
        let custom =
            || self.rules.custom.iter().find(|(detector, _)| detector.entity() == entity).map(|(_, rule)| *rule);
        built_in.or_else(custom).unwrap_or_else(|| Rule::default_for(entity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISCLOSURE: FindingKind = FindingKind::Disclosure;

    #[test]
    fn the_default_masks_everything_and_shows_no_more_than_the_last_four() {
        let policy = Policy::default();
        for &entity in Entity::BUILT_IN {
            assert_eq!(policy.action(entity, DISCLOSURE), Action::Mask);
            assert_eq!(policy.action(entity, FindingKind::Solicitation), Action::Flag);
            assert!(policy.reveal(entity, 16) <= usize::from(rule::most_revealed(entity)), "{entity}");
        }
        assert_eq!(policy.reveal(Entity::Card, 16), 4);
        assert_eq!(policy.reveal(Entity::OneTimePasscode, 16), 0);
        assert_eq!(policy.on_failure(), OnFailure::Block);
        assert_eq!(policy.expiry(), Expiry::Keep);
    }

    #[test]
    fn no_mask_shows_half_of_a_secret() {
        let policy = Policy::default();
        for digits in 0..30 {
            let shown = policy.reveal(Entity::Account, digits);
            assert!(digits == 0 && shown == 0 || 2 * shown < digits, "{shown} of {digits}");
        }
        assert_eq!(policy.mask(Entity::Account, "123456"), "****56");
        assert_eq!(policy.mask(Entity::SocialSecurity, "123456789"), "*****6789");
    }

    #[test]
    fn stars_replace_each_digit_in_place_except_in_a_password() {
        let policy = Policy::default();
        assert_eq!(policy.replacement(Entity::Card, "3782 822463 10005"), None);
        assert_eq!(policy.replacement(Entity::Password, "correct horse").as_deref(), Some("********"));
    }

    #[test]
    fn soliciting_an_allowed_entity_is_allowed() {
        let policy =
            Policy::builder().action(Entity::Account, Action::Allow).solicitation(Action::Block).build().unwrap();
        assert_eq!(policy.action(Entity::Account, FindingKind::Solicitation), Action::Allow);
        assert_eq!(policy.action(Entity::Pin, FindingKind::Solicitation), Action::Block);
    }

    #[test]
    fn a_clone_shares_the_rules() {
        let policy = Policy::default();
        assert!(Arc::ptr_eq(&policy.rules, &policy.clone().rules));
    }
}
