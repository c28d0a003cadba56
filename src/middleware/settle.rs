//! The end of a body that streams: its conversation is kept.
//!
//! Where the conversation has changed since the body began, a request's body is scanned anew from its first byte, with the
//! newer memory, and its end goes on as it is then: it has been kept back until here. That can be done where no more came
//! than may be held ([`Limits::hold`](crate::Limits)), and where what has gone on is what would go on. Else what the body
//! has taught and what is stored are brought together.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::Conversation;
use crate::filter::{Filter, Report, ScanError};
use crate::middleware::Direction;
use crate::middleware::store::{ConversationStore, Saved, TRIES};
use crate::middleware::telemetry;

/// What a body that streams has come to.
pub(super) struct Ended {
    /// The conversation with its messages.
    pub(super) conversation: Conversation,
    /// What has not gone on yet.
    pub(super) rest: Vec<u8>,
    /// What it takes to scan it anew; `None` where all of it goes on as it is.
    pub(super) came: Option<Came>,
    pub(super) report: Report,
}

/// What becomes of it.
pub(super) enum Settled {
    /// The rest goes on. The failure is told.
    On { rest: Vec<u8>, failure: Option<ScanError> },
    /// The rest must not go on: what it holds is blocked, or could not be seen with all that was said before.
    BodyError(Option<ScanError>),
}

/// The bytes of a body as they came, and what has gone on of it.
pub(super) struct Came {
    bytes: Vec<u8>,
    limit: usize,
    gone: usize,
    hash: Sha256,
}

/// A filter in the conversation that was loaded, for the body that is in hand.
pub(super) type Anew = Box<dyn Fn(Option<Conversation>) -> Filter + Send>;

pub(super) type Settling = Pin<Box<dyn Future<Output = Settled> + Send>>;

/// Keeps the conversation of a body that has ended.
pub(super) type Settle = Box<dyn FnOnce(Ended) -> Settling + Send>;

impl Came {
    /// Nothing so far, of a body of which no more than `limit` bytes are kept.
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, gone: 0, hash: Sha256::new() }
    }

    /// Takes the next bytes in. Tells whether there are not too many.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.limit - self.bytes.len();
        if fits {
            self.bytes.extend_from_slice(bytes);
        }
        fits
    }

    /// These bytes have gone on.
    pub(super) fn went(&mut self, bytes: &[u8]) {
        self.gone += bytes.len();
        self.hash.update(bytes);
    }

    /// Scans it anew; the rest of what would go on, where that begins with what has.
    fn scan(&self, filter: &mut Filter) -> Result<Option<Vec<u8>>, ScanError> {
        let mut out = Vec::new();
        filter.push(&self.bytes, &mut out)?;
        filter.finish(&mut out)?;
        let same = out.get(..self.gone).is_some_and(|gone| Sha256::digest(gone) == self.hash.clone().finalize());
        Ok(same.then(|| out.split_off(self.gone)))
    }
}

/// Keeps the conversation of a body that began with `loaded`.
pub(super) async fn settle<St: ConversationStore>(
    store: Arc<St>,
    direction: Direction,
    key: String,
    loaded: Option<Conversation>,
    anew: Option<Anew>,
    pass_on_failure: bool,
    ended: Ended,
) -> Settled {
    let Ended { conversation: taught, mut rest, came, report } = ended;
    let again = anew.zip(came);
    let (mut there, mut conversation) = (loaded.clone(), taught.clone());
    let mut failure = ScanError::Busy;
    for _ in 0..TRIES {
        match store.save(&key, there.as_ref(), conversation).await {
            Ok(Saved::Kept) => return Settled::On { rest, failure: None },
            Ok(Saved::Stale) => {}
            Err(error) => {
                telemetry::store_failed(direction.as_str(), "saved", &error);
                failure = ScanError::Store;
                break;
            }
        }
        match store.load(&key).await {
            Ok(loaded) => there = loaded,
            Err(error) => {
                telemetry::store_failed(direction.as_str(), "loaded", &error);
                failure = ScanError::Store;
                break;
            }
        }
        if let Some((anew, came)) = &again {
            let mut filter = anew(there.clone());
            let result = came.scan(&mut filter);
            match result {
                Err(failure) => return Settled::BodyError(Some(failure)),
                Ok(_) if filter.is_blocked() => {
                    report.replace(&filter.report());
                    return Settled::BodyError(None);
                }
                Ok(Some(after)) => {
                    report.replace(&filter.report());
                    (rest, conversation) = (after, filter.into_conversation());
                    continue;
                }
                Ok(None) => {}
            }
        }
        conversation = taught.clone();
        if let Some(there) = &there {
            conversation = there.clone();
            conversation.merge(&loaded.clone().unwrap_or_default(), &taught);
        }
    }
    if again.is_some() && !pass_on_failure {
        return Settled::BodyError(Some(failure));
    }
    Settled::On { rest, failure: Some(failure) }
}
