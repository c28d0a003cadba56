//! The conversation of one request and its response, or of one message.
//!
//! It is loaded before a body is scanned. What a request says is remembered once the inner service has accepted it.
//! Otherwise somebody whose messages are refused could change what is masked in the conversation of others. Until then
//! the store contains a guarded state ([`Conversation::guarded`]), in which the request can only cause more to be
//! masked. So concurrent messages see each other. If the request is refused, its part is removed.

use std::future::Future;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Conversation;
use crate::filter::ScanError;
use crate::middleware::store::{ConversationStore, Saved, TRIES};
use crate::middleware::telemetry;

/// A conversation in its store.
pub(super) struct StoredConversation<St> {
    store: Arc<St>,
    key: String,
    /// The label of metrics and events.
    direction: &'static str,
}

/// A step in a conversation: the state before a body was scanned, and the state after it.
#[derive(Debug, Clone)]
pub(super) struct Learned {
    pub(super) loaded: Option<Conversation>,
    pub(super) taught: Conversation,
}

/// What was learned and is not decided yet.
#[derive(Debug)]
pub(super) struct Pending {
    learned: Learned,
    /// What was written to the store.
    stored: Option<Conversation>,
}

impl Pending {
    /// The state to use until it is decided.
    pub(super) fn guarded(&self) -> Conversation {
        self.learned.loaded.clone().unwrap_or_default().guarded(&self.learned.taught)
    }
}

/// Scans a body again, because its conversation has changed since it was loaded.
pub(super) trait Rescan {
    fn rescan(&mut self, conversation: Conversation) -> impl Future<Output = Rescanned> + Send;
}

/// The result of scanning a body again.
pub(super) enum Rescanned {
    /// It was scanned. This is the conversation after it.
    Taught(Conversation),
    /// It has already been sent, so it can only be merged.
    Sent,
    /// It must not be sent, so nothing is remembered of it.
    Stopped,
}

/// When what was learned takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Now,
    /// When the inner service has accepted the request.
    WhenAccepted,
}

/// The result of saving what was learned.
#[derive(Debug)]
pub(super) enum Learning {
    /// It is stored.
    Stored(Box<Pending>),
    /// The body was stopped when it was scanned again.
    Stopped,
    /// The store failed, or the conversation kept changing.
    Failed(ScanError),
}

impl<St: ConversationStore> StoredConversation<St> {
    pub(super) fn new(store: Arc<St>, key: String, direction: &'static str) -> Self {
        Self { store, key, direction }
    }

    pub(super) async fn load(&self) -> Result<Option<Conversation>, ScanError> {
        self.store.load(&self.key).await.map_err(|error| {
            telemetry::store_failed(self.direction, "load", &error);
            ScanError::Store
        })
    }

    async fn save(&self, loaded: Option<&Conversation>, conversation: Conversation) -> Result<Saved, ScanError> {
        self.store.save(&self.key, loaded, conversation).await.map_err(|error| {
            telemetry::store_failed(self.direction, "save", &error);
            ScanError::Store
        })
    }

    /// Saves what was learned from a body that has been scanned once. On a conflict, the body is scanned again with the
    /// newer state, or merged with it if it has already been sent.
    pub(super) async fn learn(&self, first: Learned, counts: Counts, body: &mut impl Rescan) -> Learning {
        let mut learned = first.clone();
        for tries in 1..=TRIES {
            let before = learned.loaded.clone().unwrap_or_default();
            let next = match counts {
                Counts::Now => learned.taught.clone(),
                Counts::WhenAccepted => before.guarded(&learned.taught),
            };
            let unwritten =
                Learning::Stored(Box::new(Pending { stored: learned.loaded.clone(), learned: learned.clone() }));
            if learned.taught == before {
                return unwritten;
            }
            let newer = if next == before {
                // Nothing has to be written, but the body must be scanned with the newest state.
                self.load().await
            } else {
                match self.save(learned.loaded.as_ref(), next.clone()).await {
                    Ok(Saved::Kept) => return Learning::Stored(Box::new(Pending { learned, stored: Some(next) })),
                    Ok(Saved::Stale) if tries == TRIES => break,
                    Ok(Saved::Stale) => self.load().await,
                    Err(failure) => Err(failure),
                }
            };
            let loaded = match newer {
                Ok(loaded) if next == before && loaded == learned.loaded => return unwritten,
                Ok(loaded) => loaded,
                Err(failure) => return Learning::Failed(failure),
            };
            let taught = match body.rescan(loaded.clone().unwrap_or_default()).await {
                Rescanned::Taught(taught) => taught,
                Rescanned::Sent => merged(loaded.as_ref(), first.loaded.as_ref(), &first.taught),
                Rescanned::Stopped => return Learning::Stopped,
            };
            learned = Learned { loaded, taught };
        }
        Learning::Failed(ScanError::Busy)
    }

    /// Remembers what was learned from a request that the inner service has accepted, or removes it. Returns the state
    /// that is stored afterwards, if it is known.
    ///
    /// The request has been answered, so nothing can be scanned again: on a conflict the states are merged. If that
    /// fails, the guarded state stays, which masks more and not less.
    pub(super) async fn decide(&self, pending: Box<Pending>, accepted: bool) -> Option<Conversation> {
        let Pending { learned, stored } = *pending;
        let goal = if accepted { learned.taught } else { learned.loaded.unwrap_or_default() };
        if !accepted {
            telemetry::refused(self.direction);
        }
        let (mut there, mut next) = (stored.clone(), goal.clone());
        for _ in 0..TRIES {
            if there.clone().unwrap_or_default() == next {
                return there;
            }
            match self.save(there.as_ref(), next.clone()).await.ok()? {
                Saved::Kept => return Some(next),
                Saved::Stale => {}
            }
            there = self.load().await.ok()?;
            // An expired state has nothing to remove.
            if there.is_none() && !accepted {
                return None;
            }
            next = merged(there.as_ref(), stored.as_ref(), &goal);
        }
        telemetry::store_failed(self.direction, "save", &ScanError::Busy);
        None
    }
}

/// Merges what was learned since `loaded` into what is stored now.
fn merged(stored: Option<&Conversation>, loaded: Option<&Conversation>, taught: &Conversation) -> Conversation {
    let Some(stored) = stored else { return taught.clone() };
    let mut merged = stored.clone();
    merged.merge(&loaded.cloned().unwrap_or_default(), taught);
    merged
}

/// Whether the inner service has accepted a request, and what was learned from it. A streamed body may end before or
/// after the response starts, so the decision is made when both are known.
#[derive(Debug, Default)]
pub(super) struct Decision(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    #[default]
    Open,
    Learned(Box<Pending>),
    Answered {
        accepted: bool,
    },
}

impl Decision {
    /// Returns whether the service has accepted the request, if it has answered.
    pub(super) fn accepted(&self) -> Option<bool> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Answered { accepted } => Some(accepted),
            State::Open | State::Learned(_) => None,
        }
    }

    /// Records what was learned. If the service has already answered, returns it with the decision.
    pub(super) fn learned(&self, pending: Box<Pending>) -> Option<(Box<Pending>, bool)> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Answered { accepted } => Some((pending, accepted)),
            State::Open | State::Learned(_) => {
                *state = State::Learned(pending);
                None
            }
        }
    }

    /// Records the answer of the service. Returns what was learned so far, which can be decided now.
    pub(super) fn answered(&self, accepted: bool) -> Option<Box<Pending>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match mem::replace(&mut *state, State::Answered { accepted }) {
            State::Learned(pending) => Some(pending),
            State::Open | State::Answered { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::Engine;
    use crate::message::{Message, Role};

    const SAYINGS: [(Role, &str); 15] = [
        (Role::Customer, "hm"),
        (Role::Customer, "12"),
        (Role::Customer, "4539 5787"),
        (Role::Customer, "6362"),
        (Role::Customer, "my cvv is"),
        (Role::Customer, "4821"),
        (Role::Customer, "my card is 3782 822463 10005"),
        (Role::Customer, "do you need the cvc too?"),
        (Role::Agent, "What is your PIN?"),
        (Role::Agent, "What is your ZIP code?"),
        (Role::Agent, "The last four of your card, please?"),
        (Role::Agent, "Neither, I mean the promo code."),
        (Role::Agent, "yes"),
        (Role::Bot, "please read me the code we texted you"),
        (Role::Bot, "Thank you. Anything else?"),
    ];

    const ANSWERS: [(Role, &str); 7] = [
        (Role::Customer, "4821"),
        (Role::Customer, "912"),
        (Role::Customer, "482913"),
        (Role::Customer, "6362 1486"),
        (Role::Customer, "1486"),
        (Role::Customer, "it's 5318"),
        (Role::Agent, "4821, right?"),
    ];

    fn say(talk: &Conversation, sayings: &[(Role, &str)]) -> Conversation {
        let mut talk = talk.clone();
        for (role, text) in sayings {
            let _ = Engine::default().scan(&mut talk, &Message::new(*role, text));
        }
        talk
    }

    fn masks(talk: &Conversation, (role, text): (Role, &str)) -> bool {
        Engine::default().scan(&mut talk.clone(), &Message::new(role, text)).redact(text) != text
    }

    /// Returns whether the rules find something. The learned weights depend on the most recent messages, and messages
    /// that are not accepted are not among them.
    fn rules_mask(talk: &Conversation, (role, text): (Role, &str)) -> bool {
        let outcome = Engine::default().scan(&mut talk.clone(), &Message::new(role, text));
        outcome.findings.iter().any(|finding| finding.evidence.score == 0 && finding.kind.is_there())
    }

    fn sayings(most: usize) -> impl Strategy<Value = Vec<(Role, &'static str)>> {
        proptest::collection::vec(proptest::sample::select(&SAYINGS[..]), 0..=most)
    }

    proptest! {
        #[test]
        fn a_guarded_conversation_masks_what_it_masked_before(before in sayings(6), after in sayings(6)) {
            let before = say(&Conversation::new(), &before);
            let guarded = before.guarded(&say(&before, &after));
            for answer in ANSWERS {
                prop_assert!(masks(&guarded, answer) || !rules_mask(&before, answer), "{:?}", answer);
            }
        }

        // After few messages: a harmless question that has lapsed lets less through.
        #[test]
        fn a_guarded_conversation_masks_what_one_more_message_masks(before in sayings(3), after in sayings(6)) {
            let before = say(&Conversation::new(), &before);
            for after in after {
                let taught = say(&before, &[after]);
                let guarded = before.guarded(&taught);
                for answer in ANSWERS {
                    prop_assert!(masks(&guarded, answer) || !rules_mask(&taught, answer), "{:?} {:?}", after, answer);
                }
            }
        }

        #[test]
        fn guarding_what_teaches_nothing_changes_nothing(before in sayings(6)) {
            let before = say(&Conversation::new(), &before);
            prop_assert_eq!(&before.guarded(&before), &before);
        }
    }
}
