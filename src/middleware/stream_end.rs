//! Saves the conversation at the end of a body that was scanned while it was sent.
//!
//! If the conversation has changed since the body began, the body of a request is scanned again from its first byte
//! with the newer state. Its end, which has been held back, is sent as the new scan returns it. That is possible if the
//! body did not exceed the limit ([`Limits::hold`](crate::Limits)) and if the new scan starts with what has already
//! been sent. Otherwise what was learned is merged with the newer state.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::Conversation;
use crate::filter::{Filter, Pace, Report, STEP, ScanError};
use crate::middleware::BoxFuture;
use crate::middleware::conversation::{Counts, Decision, Learned, Learning, Rescan, Rescanned, StoredConversation};
use crate::middleware::store::ConversationStore;

/// A body that has ended.
pub(super) struct Ended {
    /// The conversation after its messages.
    pub(super) conversation: Conversation,
    /// The bytes that have not been sent yet.
    pub(super) rest: Vec<u8>,
    /// What is needed to scan it again, unless it is sent unchanged.
    pub(super) original: Option<Original>,
    pub(super) report: Report,
}

/// What happens to a body that has ended.
pub(super) enum Outcome {
    /// The rest is sent. A failure is reported.
    Send { rest: Vec<u8>, failure: Option<ScanError> },
    /// The rest is not sent, because it was scanned without messages that arrived meanwhile.
    Fail(ScanError),
    /// The rest is not sent, because the policy blocks it.
    Block,
}

/// Saves the conversation of a body.
pub(super) type SaveAtEnd = Box<dyn FnOnce(Ended) -> Saving + Send>;

pub(super) type Saving = BoxFuture<Outcome>;

/// Makes the filter for a body in a conversation.
pub(super) type MakeFilter = Box<dyn Fn(Conversation) -> Filter + Send + Sync>;

/// The bytes of a body as received, and a digest of what has been sent.
pub(super) struct Original {
    bytes: Vec<u8>,
    limit: usize,
    sent: usize,
    digest: Sha256,
}

impl Original {
    /// Starts a body of which at most `limit` bytes are kept.
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, sent: 0, digest: Sha256::new() }
    }

    /// Adds received bytes. Returns `false` if the limit is exceeded.
    pub(super) fn received(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.limit - self.bytes.len();
        if fits {
            self.bytes.extend_from_slice(bytes);
        }
        fits
    }

    /// Adds sent bytes to the digest.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        self.sent += bytes.len();
        self.digest.update(bytes);
    }

    /// Scans the body again. Returns its rest, or `None` if the bytes sent so far would differ.
    async fn scan(&self, filter: &mut Filter) -> Result<Option<Vec<u8>>, ScanError> {
        let mut out = Vec::new();
        let mut pace = Pace::default();
        for piece in self.bytes.chunks(STEP) {
            filter.push(piece, &mut out)?;
            pace.spend(piece.len()).await;
        }
        filter.finish(&mut out)?;
        let same = out.get(..self.sent).is_some_and(|sent| Sha256::digest(sent) == self.digest.clone().finalize());
        Ok(same.then(|| out.split_off(self.sent)))
    }
}

/// A body that has been sent up to its rest.
struct SentBody {
    rest: Vec<u8>,
    original: Option<Original>,
    filter: MakeFilter,
    report: Report,
    /// Why the rest is not sent.
    stopped: Option<Outcome>,
}

impl Rescan for SentBody {
    async fn rescan(&mut self, conversation: Conversation) -> Rescanned {
        let Some(original) = &self.original else { return Rescanned::Sent };
        let mut filter = (self.filter)(conversation);
        match original.scan(&mut filter).await {
            Err(failure) => self.stopped = Some(Outcome::Fail(failure)),
            Ok(_) if filter.is_blocked() => {
                self.report.replace(&filter.report());
                self.stopped = Some(Outcome::Block);
            }
            Ok(None) => return Rescanned::Sent,
            Ok(Some(rest)) => {
                self.report.replace(&filter.report());
                self.rest = rest;
                return Rescanned::Taught(filter.into_conversation());
            }
        }
        Rescanned::Stopped
    }
}

/// Saves the conversation of a body that started with `loaded`. With `decision`, what was learned from a request takes
/// effect when the inner service accepts it.
pub(super) async fn save<St: ConversationStore>(
    stored: Arc<StoredConversation<St>>,
    loaded: Option<Conversation>,
    decision: Option<Arc<Decision>>,
    filter: MakeFilter,
    pass_on_failure: bool,
    ended: Ended,
) -> Outcome {
    let Ended { conversation, rest, original, report } = ended;
    let accepted = decision.as_ref().map_or(Some(true), |decision| decision.accepted());
    let counts = match accepted {
        Some(true) => Counts::Now,
        None => Counts::WhenAccepted,
        Some(false) => return Outcome::Send { rest, failure: None },
    };
    let may_stop = original.is_some() && !pass_on_failure;
    let mut body = SentBody { rest, original, filter, report, stopped: None };
    let learning = stored.learn(Learned { loaded, taught: conversation }, counts, &mut body).await;
    match learning {
        Learning::Stored(pending) => {
            if let (Counts::WhenAccepted, Some(decision)) = (counts, decision)
                && let Some((pending, accepted)) = decision.learned(pending)
            {
                stored.decide(pending, accepted).await;
            }
            Outcome::Send { rest: body.rest, failure: None }
        }
        Learning::Stopped => body.stopped.unwrap_or(Outcome::Block),
        Learning::Failed(failure) if may_stop => Outcome::Fail(failure),
        Learning::Failed(failure) => Outcome::Send { rest: body.rest, failure: Some(failure) },
    }
}
