//! The rules: what to do about each finding and how a mask looks.
//!
//! What comes in is an [`Entity`] and, where it is replaced, the secret in plain form. What goes out is an [`Action`] and
//! a replacement. What is promised: a policy is immutable and cheap to clone; no mask shows half of a secret or more, nor
//! more than its last four digits; nothing here keeps or prints a secret. What is refused, when the policy is built or
//! read: to reveal more than that, an unknown key, entity or action, a token without a key.
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

use rule::Rule;

/// The fewest bytes of a token key.
const MIN_KEY_BYTES: usize = 16;

/// The rules of a deployment. Immutable, cheap to clone.
///
/// The default masks every secret with stars, leaves the last four digits of cards, Social Security numbers and
/// accounts, flags an agent who asks for a secret, and stops what cannot be scanned.
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
            built_in: Entity::BUILT_IN.map(Rule::default_for),
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
    /// A policy to be, which starts as the default.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// Reads a policy. What the text does not say is as in the default.
    ///
    /// A token key is read from the environment variable or the file that the text names.
    ///
    /// # Errors
    ///
    /// What is not understood, with line and column and what to write instead.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        config::read(text)
    }

    /// Writes the policy with a comment on each key; [`from_toml`](Self::from_toml) reads it back.
    ///
    /// A token key is never written, only the variable or the file it comes from. One that was given in code has to be
    /// given in code again.
    #[must_use]
    pub fn to_toml(&self) -> String {
        print::write(self)
    }

    /// What to do about a finding. A question for what may be said anyway (`allow`) is no matter.
    #[must_use]
    pub fn action(&self, entity: Entity, kind: FindingKind) -> Action {
        match (kind, self.rule(entity).action) {
            (FindingKind::Solicitation, Action::Allow) => Action::Allow,
            (FindingKind::Solicitation, _) => self.rules.solicitation,
            (FindingKind::Disclosure | FindingKind::Expiry, action) => action,
        }
    }

    /// What to do about an agent or a bot who asks for a secret.
    #[must_use]
    pub fn solicitation(&self) -> Action {
        self.rules.solicitation
    }

    /// How many of the last digits of a secret of so many digits a mask leaves: never half of them or more.
    #[must_use]
    pub fn reveal(&self, entity: Entity, digits: usize) -> usize {
        usize::from(self.rule(entity).reveal).min(digits.saturating_sub(1) / 2)
    }

    /// How a mask looks.
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

    /// The detectors that the policy adds.
    pub fn detectors(&self) -> impl ExactSizeIterator<Item = &CustomDetector> {
        self.rules.custom.iter().map(|(detector, _)| detector)
    }

    /// What stands in the place of a secret as a whole, or `None` where each of its digits becomes a star in its own
    /// place (see [`mask`](Self::mask)).
    ///
    /// `plain` is the secret in plain form: digits in ASCII, separators kept, nothing invisible.
    #[must_use]
    pub fn replacement(&self, entity: Entity, plain: &str) -> Option<String> {
        match (self.rules.style, &self.rules.key) {
            (MaskStyle::Stars, _) if entity == Entity::Password => Some(mask::PASSWORD.to_owned()),
            (MaskStyle::Stars, _) => None,
            (MaskStyle::Token, Some(key)) => Some(key.token(entity, plain)),
            // A policy whose style is token has a key.
            (MaskStyle::Label | MaskStyle::Token, _) => {
                Some(mask::label(entity, plain, self.reveal(entity, mask::count(plain))))
            }
        }
    }

    /// What stands in the place of a secret in plain form, whatever the style.
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
        let built_in = Entity::BUILT_IN.iter().position(|e| *e == entity).map(|at| self.rules.built_in[at]);
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
    fn the_default_masks_everything_and_reveals_the_last_four_of_three() {
        let policy = Policy::default();
        for entity in Entity::BUILT_IN {
            assert_eq!(policy.action(entity, DISCLOSURE), Action::Mask);
            assert_eq!(policy.action(entity, FindingKind::Solicitation), Action::Flag);
            let four = [Entity::Card, Entity::SocialSecurity, Entity::Account].contains(&entity);
            assert_eq!(policy.reveal(entity, 16), if four { 4 } else { 0 }, "{entity}");
        }
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
    fn stars_are_left_to_the_place_of_each_digit_but_for_a_password() {
        let policy = Policy::default();
        assert_eq!(policy.replacement(Entity::Card, "3782 822463 10005"), None);
        assert_eq!(policy.replacement(Entity::Password, "correct horse").as_deref(), Some("********"));
    }

    #[test]
    fn a_question_for_what_may_be_said_is_no_matter() {
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
