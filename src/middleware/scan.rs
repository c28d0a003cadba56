//! Scans a held body in its conversation.

use std::borrow::Cow;
use std::time::Instant;

use bytes::Bytes;

use crate::Conversation;
use crate::filter::{Filter, Report, ScanError};
use crate::middleware::conversation::{Counts, Learned, Learning, Pending, Rescan, Rescanned, StoredConversation};
use crate::middleware::store::ConversationStore;
use crate::middleware::telemetry::Cost;

/// The findings in a body.
pub(super) struct Scanned {
    pub(super) report: Report,
    pub(super) cost: Cost,
    pub(super) end: End,
}

/// What happens to a body that was scanned.
pub(super) enum End {
    /// It is sent on.
    Passes {
        /// Its bytes, if they changed.
        changed: Option<Bytes>,
        conversation: Conversation,
    },
    Blocked,
    Failed(ScanError),
}

/// Scans `bytes` with the filter that `filter` creates for a conversation. With a store, loads the conversation unless
/// it is `known`, and saves what was learned. On a conflict the body is scanned again.
pub(super) async fn scan<St: ConversationStore>(
    bytes: &[u8],
    known: Option<Conversation>,
    stored: Option<&StoredConversation<St>>,
    counts: Counts,
    pass_on_failure: bool,
    filter: impl Fn(Conversation) -> Filter + Send + Sync,
) -> Result<(Scanned, Option<Box<Pending>>), ScanError> {
    let loaded = match stored {
        Some(stored) if known.is_none() => match stored.load().await {
            Err(failure) if !pass_on_failure => return Err(failure),
            loaded => loaded.ok().flatten(),
        },
        _ => known,
    };
    let scanned = scan_once(bytes, filter(loaded.clone().unwrap_or_default())).await;
    let mut held = HeldBody { bytes, filter, scanned };
    let learning = match (&held.scanned.end, stored) {
        (End::Passes { conversation, .. }, Some(stored)) => {
            stored.learn(Learned { loaded, taught: conversation.clone() }, counts, &mut held).await
        }
        _ => Learning::Stopped,
    };
    let scanned = held.scanned;
    match learning {
        Learning::Stored(pending) => Ok((scanned, Some(pending))),
        Learning::Stopped => Ok((scanned, None)),
        Learning::Failed(_) if pass_on_failure => Ok((scanned, None)),
        Learning::Failed(failure) => {
            scanned.report.fail(failure);
            Ok((Scanned { end: End::Failed(failure), ..scanned }, None))
        }
    }
}

struct HeldBody<'b, F> {
    bytes: &'b [u8],
    filter: F,
    /// The findings of the last scan.
    scanned: Scanned,
}

impl<F: Fn(Conversation) -> Filter + Send + Sync> Rescan for HeldBody<'_, F> {
    async fn rescan(&mut self, conversation: Conversation) -> Rescanned {
        self.scanned = scan_once(self.bytes, (self.filter)(conversation)).await;
        match &self.scanned.end {
            End::Passes { conversation, .. } => Rescanned::Taught(conversation.clone()),
            End::Blocked | End::Failed(_) => Rescanned::Stopped,
        }
    }
}

async fn scan_once(bytes: &[u8], filter: Filter) -> Scanned {
    let report = filter.report();
    let started = Instant::now();
    let result = filter.whole_in_steps(bytes).await;
    let cost = Cost { scan: started.elapsed(), held: bytes.len() };
    let end = match result {
        Err(failure) => End::Failed(failure),
        Ok(_) if report.is_blocked() => End::Blocked,
        Ok(filtered) => {
            let changed = match filtered.body {
                Cow::Borrowed(_) => None,
                Cow::Owned(bytes) => Some(Bytes::from(bytes)),
            };
            End::Passes { changed, conversation: filtered.conversation }
        }
    };
    Scanned { report, cost, end }
}
