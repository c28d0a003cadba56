//! The session of a connection, with its conversation in the session itself or in a store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::Conversation;
use crate::middleware::conversation::{Counts, Learned, Learning, Rescan, Rescanned, StoredConversation};
use crate::middleware::store::ConversationStore;
use crate::middleware::websocket::message::{Payload, Scanned, Side, Verdict};
use crate::middleware::websocket::session::{Session, report};

/// A session that both directions of a connection share.
pub(crate) struct Connection<St> {
    session: Mutex<Session>,
    stored: Option<(Arc<St>, String)>,
}

impl<St> Connection<St> {
    pub(crate) fn new(session: Session, stored: Option<(Arc<St>, String)>) -> Self {
        Self { session: Mutex::new(session), stored }
    }

    pub(super) fn session(&self) -> MutexGuard<'_, Session> {
        // A panic of a scan is caught in the session, whose state is consistent after every statement.
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Scans a message if that needs no store.
    pub(super) fn scan_now(&self, from: Side, payload: Payload<'_>) -> Option<Scanned> {
        self.stored.is_none().then(|| self.session().scan(from, payload))
    }
}

impl<St: ConversationStore> Connection<St> {
    /// Scans a message.
    pub(crate) async fn scan(&self, from: Side, payload: Payload<'_>) -> Scanned {
        let Some((store, key)) = &self.stored else { return self.session().scan(from, payload) };
        let started = Instant::now();
        let stored = StoredConversation::new(store.clone(), key.clone(), from.direction().as_str());
        let scanned = self.scan_stored(&stored, from, payload).await;
        report(from, payload, &scanned, started);
        scanned
    }

    async fn scan_stored(&self, stored: &StoredConversation<St>, from: Side, payload: Payload<'_>) -> Scanned {
        let loaded = match stored.load().await {
            Ok(loaded) => loaded,
            Err(failure) => return self.session().fail(from, payload, failure),
        };
        let (scanned, taught) = {
            let mut session = self.session();
            session.begin(from);
            session.scan_in(loaded.clone().unwrap_or_default(), from, payload)
        };
        let mut held = HeldMessage { connection: self, from, payload, scanned };
        if held.is_stopped() {
            return held.scanned;
        }
        match stored.learn(Learned { loaded, taught }, Counts::Now, &mut held).await {
            Learning::Stored(_) | Learning::Stopped => held.scanned,
            Learning::Failed(failure) => {
                let failed = self.session().fail(from, payload, failure);
                // The layer lets messages pass on failure. Changes that the scan made are kept.
                if failed.verdict == Verdict::Pass { held.scanned } else { failed }
            }
        }
    }
}

struct HeldMessage<'c, St> {
    connection: &'c Connection<St>,
    from: Side,
    payload: Payload<'c>,
    /// What was found last.
    scanned: Scanned,
}

impl<St> HeldMessage<'_, St> {
    fn is_stopped(&self) -> bool {
        matches!(self.scanned.verdict, Verdict::Stop { .. })
    }
}

impl<St: ConversationStore> Rescan for HeldMessage<'_, St> {
    async fn rescan(&mut self, conversation: Conversation) -> Rescanned {
        let taught;
        (self.scanned, taught) = self.connection.session().scan_in(conversation, self.from, self.payload);
        if self.is_stopped() { Rescanned::Stopped } else { Rescanned::Taught(taught) }
    }
}
