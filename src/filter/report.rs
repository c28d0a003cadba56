//! What a filter has to tell about a body.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::entity::Entity;
use crate::entity::FindingKind;
use crate::filter::ScanError;
use crate::message::MessageId;
use crate::policy::Action;
use crate::report::Finding;

/// The most findings that are kept one by one; those after them are still counted.
const MOST_KEPT: usize = 1024;

/// What was found in a body. A handle: clones see the same, and while a body is still on its way they see it grow.
///
/// Holds no text. Of the findings the first 1,024 are kept; all are counted.
#[derive(Clone, Default)]
pub struct Report(Arc<Mutex<Data>>);

#[derive(Default)]
struct Data {
    messages: u64,
    findings: Vec<Found>,
    counts: Vec<Count>,
    recall: Vec<MessageId>,
    failure: Option<ScanError>,
    complete: bool,
}

/// A finding, and the message it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Which text of the body, counted from 0 in the order in which they are said.
    pub message: u64,
    /// What was found; the span counts from the start of that text, decoded.
    pub finding: Finding,
}

/// How often something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// What.
    pub entity: Entity,
    /// Stated or asked for.
    pub kind: FindingKind,
    /// What the policy does about it.
    pub action: Action,
    /// How often.
    pub number: u64,
}

impl Report {
    /// A report of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of messages that were scanned.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.lock().messages
    }

    /// What was found, in order.
    #[must_use]
    pub fn findings(&self) -> Vec<Found> {
        self.lock().findings.clone()
    }

    /// How often what was found, by entity, kind and action.
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        self.lock().counts.clone()
    }

    /// Number of all findings.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.lock().counts.iter().map(|count| count.number).sum()
    }

    /// The earlier messages that are to be recalled; see [`Outcome::recall`](crate::Outcome::recall).
    #[must_use]
    pub fn recall(&self) -> Vec<MessageId> {
        self.lock().recall.clone()
    }

    /// The strictest action among the findings; `Allow` where nothing was found.
    #[must_use]
    pub fn action(&self) -> Action {
        self.lock().counts.iter().map(|count| count.action).max().unwrap_or(Action::Allow)
    }

    /// Whether something was found that must not go on at all.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.action() == Action::Block
    }

    /// The entities whose findings must not go on at all.
    #[must_use]
    pub fn blocked(&self) -> Vec<Entity> {
        let mut entities: Vec<Entity> =
            self.lock().counts.iter().filter(|count| count.action == Action::Block).map(|count| count.entity).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }

    /// Why the body could not be scanned, where it could not.
    #[must_use]
    pub fn failure(&self) -> Option<ScanError> {
        self.lock().failure
    }

    /// Whether the whole body has been seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.lock().complete
    }

    /// Takes in the findings of one message.
    pub(crate) fn add(&self, findings: &[Finding], recall: &[MessageId]) {
        let mut data = self.lock();
        let message = data.messages;
        data.messages += 1;
        data.count(message, findings);
        for id in recall {
            if data.recall.len() < MOST_KEPT && !data.recall.contains(id) {
                data.recall.push(*id);
            }
        }
    }

    /// Takes in what turned out to be in an earlier message.
    pub(crate) fn amend(&self, message: u64, finding: Finding) {
        self.lock().count(message, &[finding]);
    }

    /// Tells from now on what the other one has told so far.
    #[cfg(feature = "tower")]
    pub(crate) fn replace(&self, other: &Self) {
        let data = std::mem::take(&mut *other.lock());
        *self.lock() = data;
    }

    pub(crate) fn fail(&self, failure: ScanError) {
        self.lock().failure.get_or_insert(failure);
    }

    pub(crate) fn complete(&self) {
        self.lock().complete = true;
    }

    fn lock(&self) -> MutexGuard<'_, Data> {
        // What is in it is whole after every statement, so a panic elsewhere does no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Data {
    fn count(&mut self, message: u64, findings: &[Finding]) {
        for finding in findings {
            if self.findings.len() < MOST_KEPT {
                self.findings.push(Found { message, finding: *finding });
            }
            let same = |count: &&mut Count| {
                (count.entity, count.kind, count.action) == (finding.entity, finding.kind, finding.action)
            };
            match self.counts.iter_mut().find(same) {
                Some(count) => count.number += 1,
                None => self.counts.push(Count {
                    entity: finding.entity,
                    kind: finding.kind,
                    action: finding.action,
                    number: 1,
                }),
            }
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.lock();
        f.debug_struct("Report")
            .field("messages", &data.messages)
            .field("counts", &data.counts)
            .field("failure", &data.failure)
            .field("complete", &data.complete)
            .finish_non_exhaustive()
    }
}
