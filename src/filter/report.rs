//! The report on a body.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::entity::{Entity, FindingKind};
use crate::filter::ScanError;
use crate::message::MessageId;
use crate::policy::Action;
use crate::report::Finding;

/// The maximum number of findings kept. Later ones are only counted.
const MOST_KEPT: usize = 1024;

/// What was found in a body.
///
/// A report is a handle: clones share it, and it grows while a streaming body is read. It contains no text. The first
/// 1,024 findings are kept; all are counted.
#[derive(Clone, Default)]
pub struct Report(Arc<Mutex<Data>>);

#[derive(Default)]
struct Data {
    messages: u64,
    binaries: u64,
    skipped_strings: u64,
    findings: Vec<Found>,
    counts: Vec<Count>,
    recall: Vec<MessageId>,
    failure: Option<ScanError>,
    complete: bool,
}

/// A finding and the message that contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Found {
    /// The index of the message in the body, in the order of the conversation.
    pub message: u64,
    /// The finding. Its span is in bytes of the decoded message.
    pub finding: Finding,
}

/// The number of findings of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Count {
    /// The entity found.
    pub entity: Entity,
    /// Whether it was stated or asked for.
    pub kind: FindingKind,
    /// The action of the policy.
    pub action: Action,
    /// The number of findings.
    pub number: u64,
}

impl Report {
    /// Returns an empty report.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of messages scanned.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.lock().messages
    }

    /// Returns the number of bodies that passed unscanned because their bytes are binary, and of parts of a multipart body
    /// that passed for this reason or because of their content type.
    #[must_use]
    pub fn binaries(&self) -> u64 {
        self.lock().binaries
    }

    /// Returns the number of strings of JSON documents that were not read as text. They passed, or only numbers that
    /// are certain by their form were masked in them.
    ///
    /// Many of them in a body without [messages](Self::messages) show that the [shape](crate::chat) does not know the fields.
    #[must_use]
    pub fn skipped_strings(&self) -> u64 {
        self.lock().skipped_strings
    }

    /// Returns the findings, in order.
    #[must_use]
    pub fn findings(&self) -> Vec<Found> {
        self.lock().findings.clone()
    }

    /// Returns the number of findings by entity, kind and action.
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        self.lock().counts.clone()
    }

    /// Returns the number of all findings.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.lock().counts.iter().map(|count| count.number).sum()
    }

    /// Returns the earlier messages to recall; see [`Outcome::recall`](crate::Outcome::recall).
    #[must_use]
    pub fn recall(&self) -> Vec<MessageId> {
        self.lock().recall.clone()
    }

    /// Returns the strictest action among the findings, or `Allow` if there are none.
    #[must_use]
    pub fn action(&self) -> Action {
        self.lock().counts.iter().map(|count| count.action).max().unwrap_or(Action::Allow)
    }

    /// Returns whether a finding blocks the body.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.action() == Action::Block
    }

    /// Returns the entities that block the body.
    #[must_use]
    pub fn blocked(&self) -> Vec<Entity> {
        let mut entities: Vec<Entity> =
            self.lock().counts.iter().filter(|count| count.action == Action::Block).map(|count| count.entity).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }

    /// Returns the error if the body could not be scanned.
    #[must_use]
    pub fn failure(&self) -> Option<ScanError> {
        self.lock().failure
    }

    /// Returns whether the whole body was scanned.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.lock().complete
    }

    /// Adds the findings of one message.
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

    /// Counts a body or part that passes unscanned.
    pub(crate) fn pass_binary(&self) {
        self.lock().binaries += 1;
    }

    /// Counts strings that were not read as text.
    pub(crate) fn skip(&self, strings: usize) {
        if strings > 0 {
            self.lock().skipped_strings += strings as u64;
        }
    }

    /// Adds a finding to an earlier message.
    pub(crate) fn amend(&self, message: u64, finding: Finding) {
        self.lock().count(message, &[finding]);
    }

    /// Replaces the contents of this report with those of `other`.
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
        // The data are consistent after every statement, so a panic elsewhere does no harm.
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
