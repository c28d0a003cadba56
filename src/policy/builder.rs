//! The builder of policies, and its errors.

use std::sync::Arc;

use crate::detect::custom::CustomDetector;
use crate::entity::Entity;
use crate::sensitivity::Sensitivity;

use super::rule::{Rule, check_reveal, check_solicitation};
use super::{Action, Expiry, MaskStyle, OnFailure, Policy, PolicyError, Rules, TokenKey};

/// Builds a [`Policy`]. [`Policy::builder`] returns one with the default values.
///
/// ```
/// use lastfour::{Action, CustomDetector, Entity, Policy};
///
/// let loyalty = CustomDetector::builder("loyalty", r"\b[A-Z]{2}\d{8}\b").before(["loyalty"]).build()?;
/// let entity = loyalty.entity();
/// let policy = Policy::builder().detector(loyalty).action(entity, Action::Flag).build()?;
/// assert_eq!(policy.detectors().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct PolicyBuilder {
    rules: Rules,
    actions: Vec<(Entity, Action)>,
    reveals: Vec<(Entity, u8)>,
    sensitivity: Sensitivity,
    sensitivities: Vec<(Entity, Sensitivity)>,
}

impl PolicyBuilder {
    /// Sets what happens to an entity.
    pub fn action(mut self, entity: Entity, action: Action) -> Self {
        self.actions.push((entity, action));
        self
    }

    /// Sets the number of trailing digits that a mask shows: at most 4 for cards, Social Security numbers, accounts and
    /// custom entities, 2 for one-time passcodes, 0 for security codes, PINs and passwords.
    ///
    /// PCI DSS allows the first six and the last four digits of a card at most. Short numbers show fewer digits: always
    /// less than half.
    pub fn reveal(mut self, entity: Entity, digits: u8) -> Self {
        self.reveals.push((entity, digits));
        self
    }

    /// Sets how sure the judge must be of secrets that only the conversation around them gives away.
    pub fn sensitivity(mut self, sensitivity: Sensitivity) -> Self {
        self.sensitivity = sensitivity;
        self
    }

    /// Sets the same for one built-in entity.
    pub fn sensitivity_for(mut self, entity: Entity, sensitivity: Sensitivity) -> Self {
        self.sensitivities.push((entity, sensitivity));
        self
    }

    /// Sets what happens if an agent or a bot asks for a secret: allow, flag or block.
    pub fn solicitation(mut self, action: Action) -> Self {
        self.rules.solicitation = action;
        self
    }

    /// Sets how masks look.
    pub fn style(mut self, style: MaskStyle) -> Self {
        self.rules.style = style;
        self
    }

    /// Sets the key for [`MaskStyle::Token`].
    pub fn token_key(mut self, key: TokenKey) -> Self {
        self.rules.key = Some(key);
        self
    }

    /// Sets what happens to the expiry date next to a masked card number.
    pub fn expiry(mut self, expiry: Expiry) -> Self {
        self.rules.expiry = expiry;
        self
    }

    /// Adds a custom detector. By default its findings are masked and show no digit.
    pub fn detector(mut self, detector: CustomDetector) -> Self {
        let rule = Rule::default_for(detector.entity());
        self.rules.custom.push((detector, rule));
        self
    }

    /// Passes messages that cannot be scanned, because they are too large, cannot be decoded, or the scan failed.
    ///
    /// Dangerous: anyone who can make a scan fail can send any secret.
    pub fn dangerous_pass_on_failure(mut self) -> Self {
        self.rules.on_failure = OnFailure::Pass;
        self
    }

    /// Builds the policy.
    ///
    /// # Errors
    ///
    /// Returns an error if a value is not allowed; see [`PolicyError`].
    pub fn build(mut self) -> Result<Policy, PolicyError> {
        for (at, (detector, _)) in self.rules.custom.iter().enumerate() {
            if self.rules.custom[..at].iter().any(|(other, _)| other.id() == detector.id()) {
                return Err(PolicyError::DuplicateDetector(detector.id()));
            }
        }
        for (entity, action) in std::mem::take(&mut self.actions) {
            self.rule(entity)?.action = action;
        }
        for (entity, reveal) in std::mem::take(&mut self.reveals) {
            check_reveal(entity, reveal)?;
            self.rule(entity)?.reveal = reveal;
        }
        for rule in &mut self.rules.built_in {
            rule.sensitivity = self.sensitivity;
        }
        for (entity, sensitivity) in std::mem::take(&mut self.sensitivities) {
            self.rule(entity)?.sensitivity = sensitivity;
        }
        check_solicitation(self.rules.solicitation)?;
        if self.rules.style == MaskStyle::Token && self.rules.key.is_none() {
            return Err(PolicyError::NoKey);
        }
        Ok(Policy { rules: Arc::new(self.rules) })
    }

    fn rule(&mut self, entity: Entity) -> Result<&mut Rule, PolicyError> {
        if let Entity::Custom(id) = entity {
            let custom = self.rules.custom.iter_mut().find(|(detector, _)| detector.id() == id);
            return custom.map(|(_, rule)| rule).ok_or(PolicyError::NoDetector(id));
        }
        Ok(&mut self.rules.built_in[entity.index().unwrap_or_default()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::rule::most_revealed;

    #[test]
    fn a_reveal_beyond_the_limit_is_refused() {
        for &entity in Entity::BUILT_IN {
            let most = most_revealed(entity);
            assert!(Policy::builder().reveal(entity, most).build().is_ok(), "{entity}");
            let error = Policy::builder().reveal(entity, most + 1).build().unwrap_err();
            assert_eq!(error, PolicyError::RevealsTooMuch { entity, most });
        }
    }

    #[test]
    fn the_style_token_needs_a_key() {
        assert_eq!(Policy::builder().style(MaskStyle::Token).build().unwrap_err(), PolicyError::NoKey);
    }

    #[test]
    fn a_rule_for_a_detector_may_come_before_the_detector_but_not_without_it() {
        let detector = CustomDetector::builder("badge", r"\d{5}").build().unwrap();
        let (entity, id) = (detector.entity(), detector.id());
        let rules = Policy::builder().action(entity, Action::Block).reveal(entity, 1);
        assert_eq!(rules.clone().build().unwrap_err(), PolicyError::NoDetector(id));
        let policy = rules.detector(detector.clone()).build().unwrap();
        assert_eq!(policy.action(entity, crate::FindingKind::Disclosure), Action::Block);
        assert_eq!(policy.reveal(entity, 5), 1);
        let twice = Policy::builder().detector(detector.clone()).detector(detector).build();
        assert_eq!(twice.unwrap_err(), PolicyError::DuplicateDetector(id));
    }

    #[test]
    fn a_solicitation_cannot_be_masked() {
        assert_eq!(Policy::builder().solicitation(Action::Mask).build().unwrap_err(), PolicyError::MaskedSolicitation);
    }

    #[test]
    fn neither_a_policy_nor_its_builder_shows_the_key() {
        let builder = Policy::builder().token_key(TokenKey::new(b"open-sesame-open-sesame").unwrap());
        let shown = format!("{builder:?} {:?}", builder.clone().build());
        assert!(!shown.contains("sesame") && !shown.contains("115, 101, 115"), "{shown}");
    }
}
