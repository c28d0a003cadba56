//! The result of a scan: findings, actions and the patch.

use std::borrow::Cow;

use crate::edit::{Edit, Patch};
use crate::entity::{Entity, FindingKind};
use crate::evidence::Evidence;
use crate::message::MessageId;
use crate::overlap::{self, Overlap};
use crate::policy::Action;
use crate::span::Span;

/// A secret in the source, with the reasons. Contains no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The byte range in the source.
    pub span: Span,
    /// The kind of secret.
    pub entity: Entity,
    /// Whether the text contains the secret, asks for it, or contains the expiry date next to a card.
    pub kind: FindingKind,
    /// The reasons.
    pub evidence: Evidence,
    /// What the policy does about it.
    pub action: Action,
}

impl Overlap for Finding {
    fn range(&self) -> (usize, usize) {
        (self.span.start, self.span.end)
    }

    fn kind(&self) -> FindingKind {
        self.kind
    }

    fn joined(self, other: Self) -> Self {
        Self { span: self.span.union(other.span), ..self }
    }
}

/// The findings in one message and the patch that masks them.
///
/// Serializes to `{"findings", "patch", "recall"}`. The patch is a list of `{"span", "with"}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The findings, in order. They do not overlap, except that a solicitation may overlap other findings.
    pub findings: Vec<Finding>,
    /// The replacements that make the text safe.
    pub patch: Patch,
    /// Earlier messages of this conversation that passed and contain pieces of a secret that this message completes. Redact
    /// or retract them. Only messages with an id are listed.
    pub recall: Vec<MessageId>,
}

impl Outcome {
    /// Returns the strictest action of the findings, or `Allow` if there are none.
    #[must_use]
    pub fn action(&self) -> Action {
        self.findings.iter().map(|f| f.action).max().unwrap_or(Action::Allow)
    }

    /// Returns whether the policy blocks the message.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.action() == Action::Block
    }

    /// Keeps only findings and edits in the places that `at` accepts.
    pub(crate) fn keep(&mut self, at: impl Fn(Span) -> bool) {
        self.findings.retain(|finding| at(finding.span));
        if self.patch.edits().iter().any(|edit| !at(edit.span)) {
            self.patch = Patch::new(self.patch.edits().iter().filter(|edit| at(edit.span)).cloned().collect());
        }
    }

    /// Makes this the outcome of the text without its first `start` bytes, which say what the rest is. What was found in
    /// them is left out.
    #[doc(hidden)]
    pub fn drop_start(&mut self, start: usize) {
        let moved = |span: Span| Span::new(span.start - start, span.end - start);
        self.findings.retain(|finding| finding.span.start >= start);
        for finding in &mut self.findings {
            finding.span = moved(finding.span);
        }
        let edits = self.patch.edits().iter().filter(|edit| edit.span.start >= start);
        self.patch = Patch::new(edits.map(|edit| Edit { span: moved(edit.span), with: edit.with.clone() }).collect());
    }

    /// Adds the findings of another pass and merges those that overlap.
    pub(crate) fn add(&mut self, more: Vec<Finding>) {
        self.findings.extend(more);
        overlap::merge(&mut self.findings, |finding| finding.action);
    }

    /// Masks the findings in `text`, which must be the text that was scanned.
    ///
    /// # Panics
    ///
    /// If `text` is shorter than the text that was scanned.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.patch.apply_str(text)
    }
}

/// What a scan saw, in words. Contains no text of the message.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// What the message may be an answer to.
    pub expected: Vec<String>,
    /// What was found, and what the policy does about it.
    pub outcome: Outcome,
    /// The numbers that were kept.
    pub passed: Vec<Passed>,
    /// The values that neither form nor a rule makes secrets, scored by the conversation around them.
    pub weighed: Vec<Weighed>,
}

/// A value that was scored by the conversation around it. Scores are in sixteenths of a nat: 11 more doubles the odds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Weighed {
    /// The byte range in the source.
    pub span: Span,
    /// The likeliest kind of secret; `None` if no kind has this form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<Entity>,
    /// The score: above 0 if it is more likely a secret than not.
    pub score: i32,
    /// The score from which the policy masks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<i32>,
    /// What makes up the score, except for a constant and small parts: the strongest reason first, and last what their
    /// combination adds.
    pub reasons: Vec<Reason>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// What was looked at, such as `the cues before it (texted, 2 back)`. Contains no text of the message.
    pub what: String,
    /// What it adds.
    pub score: i32,
}

impl Weighed {
    pub(crate) fn new(weighed: &crate::judge::Weighed, span: Span) -> Self {
        let reasons = weighed.reasons.iter().map(|(what, score)| Reason { what: what.clone(), score: *score });
        Self { span, entity: weighed.entity, score: weighed.score, needed: weighed.needed, reasons: reasons.collect() }
    }
}

/// A number that was kept, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Passed {
    /// The byte range in the source.
    pub span: Span,
    /// What it looks like, such as `8 digits`.
    pub what: String,
    /// Why it was kept.
    pub why: String,
}

impl Passed {
    pub(crate) fn new(passed: &crate::judge::Passed, span: Span) -> Self {
        Self { span, what: format!("{} digits", passed.digits), why: passed.why.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_that_is_blocked_stays_blocked_when_a_masked_one_overlaps_it() {
        let finding = |start, end, entity, action| Finding {
            span: Span::new(start, end),
            entity,
            kind: FindingKind::Disclosure,
            evidence: Evidence::default(),
            action,
        };
        let mut outcome = Outcome::default();
        outcome.add(vec![finding(0, 6, Entity::Pin, Action::Mask)]);
        outcome.add(vec![finding(4, 9, Entity::Password, Action::Block)]);
        assert_eq!(outcome.findings, [finding(0, 9, Entity::Password, Action::Block)]);
        assert!(outcome.is_blocked());
    }
}
