//! What comes out of a scan: findings, what to do about them, and the patch that does it.

use std::borrow::Cow;

use crate::edit::Patch;
use crate::entity::{Entity, FindingKind};
use crate::evidence::Evidence;
use crate::message::MessageId;
use crate::policy::Action;
use crate::span::Span;

/// A judged entity in the source, with the reasons. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Where it stands in the source, in bytes.
    pub span: Span,
    /// What it is.
    pub entity: Entity,
    /// Whether the secret is stated or asked for, or is the expiry date beside a card.
    pub kind: FindingKind,
    /// Why.
    pub evidence: Evidence,
    /// What the policy does about it.
    pub action: Action,
}

/// Findings, decisions and patch of one message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// What was found, in the order of the source. Disjoint, but for solicitations, which may cover a disclosure.
    pub findings: Vec<Finding>,
    /// What makes the text safe.
    pub patch: Patch,
    /// Earlier messages of this conversation which hold pieces of a secret that this message completes and which went
    /// through: redact or retract them. Only messages that were given an id are named.
    pub recall: Vec<MessageId>,
}

impl Outcome {
    /// The strictest action among the findings; `Allow` where nothing was found.
    #[must_use]
    pub fn action(&self) -> Action {
        self.findings.iter().map(|f| f.action).max().unwrap_or(Action::Allow)
    }

    /// Whether the message must not go on at all.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.action() == Action::Block
    }

    /// Keeps only what stands at such places.
    pub(crate) fn keep(&mut self, at: impl Fn(Span) -> bool) {
        self.findings.retain(|finding| at(finding.span));
        if self.patch.edits().iter().any(|edit| !at(edit.span)) {
            self.patch = Patch::new(self.patch.edits().iter().filter(|edit| at(edit.span)).cloned().collect());
        }
    }

    /// Adds what a second look found. Findings that overlap become one, under the stricter action.
    pub(crate) fn add(&mut self, more: Vec<Finding>) {
        self.findings.extend(more);
        self.findings.sort_by_key(|f| (f.span, f.kind == FindingKind::Solicitation));
        let mut merged: Vec<Finding> = Vec::with_capacity(self.findings.len());
        let mut last: Option<usize> = None;
        for next in self.findings.drain(..) {
            match last.filter(|&i| next.kind.is_there() && next.span.overlaps(merged[i].span)) {
                Some(i) => {
                    let span = merged[i].span.union(next.span);
                    let secret = (next.action, next.kind == FindingKind::Disclosure);
                    let stricter = if secret > (merged[i].action, merged[i].kind == FindingKind::Disclosure) {
                        next
                    } else {
                        merged[i]
                    };
                    merged[i] = Finding { span, ..stricter };
                }
                None => {
                    if next.kind.is_there() {
                        last = Some(merged.len());
                    }
                    merged.push(next);
                }
            }
        }
        self.findings = merged;
    }

    /// The safe form of `text`, which must be the text that was scanned.
    ///
    /// # Panics
    ///
    /// If `text` is shorter than the text that was scanned.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.patch.apply_str(text)
    }
}

/// What a scan saw, in plain words; never the text itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Explanation {
    /// What the message could be an answer to.
    pub expected: Vec<String>,
    /// What was found and what is done about it.
    pub outcome: Outcome,
    /// The numbers that were let through.
    pub passed: Vec<Passed>,
}

/// A number that was let through, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Passed {
    /// Where it stands in the source, in bytes.
    pub span: Span,
    /// What it looks like, such as `8 digits`.
    pub what: String,
    /// Why it was let through.
    pub why: String,
}

impl Passed {
    pub(crate) fn new(passed: &crate::judge::Passed, span: Span) -> Self {
        Self { span, what: format!("{} digits", passed.digits), why: passed.why.to_string() }
    }
}
