//! Merges two states of one conversation, for messages that were scanned concurrently.
//!
//! A change that only one of them has made is kept. If both have changed the same thing, the merge errs on the safe
//! side: whatever either expects is expected, for as long as the longer of the two.

use crate::judge::conversation::{Conversation, MEMORY_LASTS_MS, Position, SUBJECT_LASTS, Secrets, Side, Topics};
use crate::judge::recent::REMEMBERED;

impl Conversation {
    /// Merges messages that were scanned elsewhere. They started from `loaded`, an earlier state of this conversation,
    /// and led to `taught`.
    ///
    /// Every secret that either side expects, has announced or has given in part is kept. An expected harmless answer
    /// is kept only if it cannot hide a secret that was asked for meanwhile. The result depends only on the arguments.
    ///
    /// # Example
    ///
    /// The answer of a bot streams. Before it ends, the customer sends half of a number:
    ///
    /// ```
    /// use lastfour::{Conversation, Engine, Message};
    /// let engine = Engine::default();
    /// let loaded = Conversation::new();
    /// let mut taught = loaded.clone();
    /// let _ = engine.scan(&mut taught, &Message::bot("One moment, I am looking it up."));
    /// let mut conversation = loaded.clone();
    /// let _ = engine.scan(&mut conversation, &Message::customer("3782 8224"));
    /// conversation.merge(&loaded, &taught);
    /// assert_eq!(conversation.turns(), 2);
    /// let outcome = engine.scan(&mut conversation, &Message::customer("63 10005"));
    /// assert_eq!(outcome.redact("63 10005"), "** *****");
    /// ```
    pub fn merge(&mut self, loaded: &Self, taught: &Self) {
        if taught == loaded {
            return;
        }
        if self == loaded {
            self.clone_from(taught);
            return;
        }
        let new = taught.turns.wrapping_sub(loaded.turns);
        self.turns = self.turns.wrapping_add(new);
        let new = (new as usize).min(REMEMBERED);
        self.recent.rotate_right(new);
        self.recent[..new].copy_from_slice(&taught.recent[..new]);
        self.time_ms = self.time_ms.max(taught.time_ms);
        for (nth, side) in self.sides.iter_mut().enumerate() {
            *side = side.merge(&loaded.sides[nth], &taught.sides[nth]);
        }
        let lives = |talk: &Self| talk.spoken_ago < SUBJECT_LASTS && talk.spoken != Secrets::default();
        if !lives(self) {
            (self.spoken, self.spoken_ago) = (taught.spoken, taught.spoken_ago);
        } else if lives(taught) {
            self.spoken = self.spoken.union(taught.spoken);
            self.spoken_ago = self.spoken_ago.min(taught.spoken_ago);
        }
    }

    /// Returns the state to use until it is known whether the messages that led from this one to `taught` are accepted.
    /// It expects everything that either expects, and keeps nothing that this state would mask.
    pub(crate) fn guarded(&self, taught: &Self) -> Self {
        let expired = self.time_ms != 0 && taught.time_ms.saturating_sub(self.time_ms) > MEMORY_LASTS_MS;
        let mut guarded = if expired { Self::new() } else { self.clone() };
        for (side, taught) in guarded.sides.iter_mut().zip(&taught.sides) {
            *side = side.guarded(taught);
        }
        if taught.spoken != guarded.spoken || taught.spoken_ago < guarded.spoken_ago {
            guarded.spoken = guarded.spoken.union(taught.spoken);
            guarded.spoken_ago = guarded.spoken_ago.min(taught.spoken_ago);
        }
        if guarded != *self {
            (guarded.turns, guarded.time_ms) = (taught.turns, taught.time_ms);
        }
        guarded
    }
}

impl Side {
    /// Returns a state that expects everything that either expects.
    fn guarded(&self, taught: &Self) -> Self {
        let none = Secrets::default();
        let age = |one: (bool, u8), two: (bool, u8)| if one.0 || two.0 { younger(one, two) } else { one.1 };
        let asked = !(self.asks.is_empty() && taught.asks.is_empty());
        Self {
            // A harmless answer lets numbers through, so both must expect it.
            asks: self.asks.secrets().union(taught.asks.secrets()).union(self.asks.intersection(taught.asks)),
            // A position lets values through too, above all the first answer.
            position: if self.position == taught.position && self.asked_ago == taught.asked_ago {
                self.position
            } else {
                Position::default()
            },
            asked_ago: age((!self.asks.is_empty(), self.asked_ago), (!taught.asks.is_empty(), taught.asked_ago)),
            answered: (self.answered || asked && self.asks.is_empty()) && (taught.answered || taught.asks.is_empty()),
            tells: self.tells.secrets().union(taught.tells.secrets()).union(self.tells.intersection(taught.tells)),
            told_ago: age((!self.tells.is_empty(), self.told_ago), (!taught.tells.is_empty(), taught.told_ago)),
            offers: self.offers.union(taught.offers),
            gave: self.gave.union(taught.gave),
            gave_ago: age((self.gave != none, self.gave_ago), (taught.gave != none, taught.gave_ago)),
            after_card: self.after_card.max(taught.after_card),
            pieces: self.pieces.guarded(&taught.pieces),
        }
    }

    fn merge(&self, before: &Self, other: &Self) -> Self {
        match (self.is_silent_since(before), other.is_silent_since(before)) {
            // The question is the same. The other side may have answered it in either.
            (true, true) => Self {
                asked_ago: self.asked_ago.max(other.asked_ago),
                answered: self.answered || other.answered,
                ..self.clone()
            },
            (true, false) => other.clone(),
            (false, true) => self.clone(),
            (false, false) => self.with(before, other),
        }
    }

    /// Returns whether this side has been silent since `before`: only messages by the other side may have been counted.
    fn is_silent_since(&self, before: &Self) -> bool {
        Self { asked_ago: before.asked_ago, answered: before.answered, ..self.clone() } == *before
    }

    /// Merges two states of a side that has spoken in both.
    fn with(&self, before: &Self, other: &Self) -> Self {
        let none = Secrets::default();
        Self {
            asks: merge_topics(self.asks, other.asks),
            position: if self.position == other.position { self.position } else { Position::default() },
            asked_ago: younger((!self.asks.is_empty(), self.asked_ago), (!other.asks.is_empty(), other.asked_ago)),
            answered: (self.answered || self.asks.is_empty()) && (other.answered || other.asks.is_empty()),
            tells: merge_topics(self.tells, other.tells),
            told_ago: younger((!self.tells.is_empty(), self.told_ago), (!other.tells.is_empty(), other.told_ago)),
            offers: self.offers.union(other.offers),
            gave: self.gave.union(other.gave),
            gave_ago: younger((self.gave != none, self.gave_ago), (other.gave != none, other.gave_ago)),
            after_card: self.after_card.max(other.after_card),
            pieces: self.pieces.merge(&before.pieces, &other.pieces),
        }
    }
}

/// Returns the secrets in both. A harmless topic is kept only if each of the two that expects a secret also expects it;
/// otherwise it could hide that secret.
fn merge_topics(one: Topics, two: Topics) -> Topics {
    let all = one.union(two);
    let kept = [one, two].into_iter().filter(|topics| topics.has_secret()).fold(all, Topics::intersection);
    all.secrets().union(kept)
}

/// Returns the smaller age of those that are set.
fn younger((one, age): (bool, u8), (two, other): (bool, u8)) -> u8 {
    match (one, two) {
        (true, false) => age,
        (false, true) => other,
        _ => age.min(other),
    }
}
