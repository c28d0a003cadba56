//! The compiled pipeline: wiring only.

use std::borrow::Cow;
use std::sync::Arc;

use crate::conversation::Conversation;
use crate::edit::{Edit, Patch};
use crate::entity::{Entity, FindingKind};
use crate::evidence::Evidence;
use crate::message::Message;
use crate::policy::Policy;
use crate::report::{Finding, Outcome};
use crate::span::Span;

/// The compiled pipeline. Immutable, cheap to clone, to be shared between threads.
///
/// # Example
///
/// ```
/// let engine = lastfour::Engine::default();
/// assert_eq!(engine.redact("my card is 3782 822463 10005"), "my card is **** ****** *0005");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Engine {
    policy: Arc<Policy>,
}

impl Engine {
    /// An engine with these rules.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy: Arc::new(policy) }
    }

    /// The rules it was built with.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Scans one message of a conversation. Infallible, whatever the bytes; time is linear in their number.
    #[must_use]
    pub fn scan(&self, conversation: &mut Conversation, message: &Message<'_>) -> Outcome {
        conversation.turn();
        let mut findings = Vec::new();
        let mut edits = Vec::new();
        // Placeholder until the rooms below are built: 15 digits in the 4-6-5 grouping.
        let text = message.text;
        let mut at = 0;
        while at + 17 <= text.len() {
            let window = &text[at..at + 17];
            // Beside another digit it is a part of something longer, beside a star the rest of a mask.
            let joins = |at: Option<&u8>| at.is_some_and(|b| b.is_ascii_digit() || *b == b'*');
            let alone = !joins(at.checked_sub(1).and_then(|before| text.get(before))) && !joins(text.get(at + 17));
            let hit = alone
                && window
                    .iter()
                    .enumerate()
                    .all(|(i, b)| if i == 4 || i == 11 { *b == b' ' } else { b.is_ascii_digit() });
            if hit {
                let span = Span::new(at, at + 17);
                let plain = std::str::from_utf8(window).unwrap_or_default();
                let action = self.policy.action(Entity::Card, FindingKind::Disclosure);
                findings.push(Finding {
                    span,
                    entity: Entity::Card,
                    kind: FindingKind::Disclosure,
                    evidence: Evidence::default(),
                    action,
                });
                edits.push(Edit { span, with: self.policy.mask(Entity::Card, plain) });
                at += 17;
            } else {
                at += 1;
            }
        }
        Outcome { findings, patch: Patch::new(edits), recall: Vec::new() }
    }

    /// The safe form of a single text by a customer, outside any conversation.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.scan(&mut Conversation::new(), &Message::customer(text)).patch.apply_str(text)
    }
}
