//! The bounded memory of a talk: remembers questions, never secrets.

use crate::detect::cues::Topic;
use crate::judge::pieces::Pieces;
use crate::judge::recent::{INTENTS, REMEMBERED, Recent};
pub(super) use crate::judge::topics::Secrets;
pub(crate) use crate::judge::topics::Topics;
use crate::message::Role;

/// What is remembered of one side of the talk.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Side {
    /// What this side last asked for.
    pub(super) asks: Topics,
    /// What this side announced at the end of its last message: "my cvv is".
    pub(super) tells: Topics,
    /// What this side offered in a question of its own: "do you need the cvc too?".
    pub(super) offers: Secrets,
    /// Messages by the other side since it asked.
    pub(super) asked_ago: u8,
    /// The other side has answered.
    pub(super) answered: bool,
    /// Messages of its own since it announced.
    pub(super) told_ago: u8,
    /// What this side gave in a message of late, which it may correct.
    pub(super) gave: Secrets,
    /// Messages of its own since it gave it.
    pub(super) gave_ago: u8,
    /// Messages of its own for which a bare number may still be the code of a card that it gave.
    pub(super) after_card: u8,
    /// A number that is half said.
    pub(crate) pieces: Pieces,
}

/// Messages of the other side after which a question lapses.
const QUESTION_LASTS: u8 = 5;

/// Messages of its own after which an announcement lapses.
const ANNOUNCEMENT_LASTS: u8 = 2;

/// Messages of its own after which nothing corrects what a side gave.
const CORRECTION_LASTS: u8 = 2;

/// Messages after which "What is it?" no longer refers to a secret that was spoken of.
const REFERENCE_LASTS: u8 = 2;

/// Messages after which a secret is no longer spoken of.
pub(super) const SUBJECT_LASTS: u8 = 4;

/// Time after which nothing that was asked or half said counts any more.
pub(super) const MEMORY_LASTS_MS: u64 = 30 * 60 * 1000;

/// What is remembered between the messages of one conversation.
///
/// Holds what the other side just asked for, what the same side just announced, of which secrets somebody spoke, and of a number that is half said the
/// count of its digits, its Luhn sums and the lengths its brand may have: never a digit of it. Bounded in turns and,
/// where messages have times, in time; of a fixed size, nothing on the heap.
///
/// Serialisable, so that a server can keep it anywhere; a form that this version does not know is refused by serde.
///
/// # Example
///
/// ```
/// use lastfour::{Conversation, Engine, Message};
/// let engine = Engine::default();
/// let mut talk = Conversation::new();
/// engine.scan(&mut talk, &Message::agent("Please read me the code we texted you."));
/// let outcome = engine.scan(&mut talk, &Message::customer("482913"));
/// assert_eq!(outcome.redact("482913"), "******");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Conversation {
    version: Version,
    pub(super) turns: u32,
    pub(super) time_ms: u64,
    pub(super) sides: [Side; 2],
    /// The secrets of which somebody spoke last.
    #[serde(default)]
    pub(super) spoken: Secrets,
    /// Messages since.
    #[serde(default)]
    pub(super) spoken_ago: u8,
    /// The last messages, the newest first.
    pub(super) recent: [Recent; REMEMBERED],
}

/// The version of the serialised form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Version {
    #[default]
    #[serde(rename = "2")]
    Two,
}

/// What a message can count on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Expected {
    /// The other side asked for it.
    pub(crate) asked: Topics,
    /// The same side announced it.
    pub(crate) announced: Topics,
    /// The same side gave it of late: "sorry, 4812" corrects it.
    pub(crate) gave: Topics,
    /// The same side has just given a card number.
    pub(crate) after_card: bool,
    /// What was asked for has been given: only a bare correction still counts.
    pub(crate) answered: bool,
    /// Of late somebody spoke of it.
    pub(crate) spoken: Topics,
    /// The customer has just given it, and who serves may read it back.
    pub(crate) read_back: Topics,
    /// The last messages, the newest first.
    pub(crate) recent: [Recent; REMEMBERED],
    /// An agent or a bot speaks.
    pub(crate) serves: bool,
    /// The learned weights are left out.
    pub(crate) rules_only: bool,
}

impl Expected {
    /// Everything expected.
    pub(crate) fn all(self) -> Topics {
        self.asked.union(self.announced)
    }

    /// Whether a secret is expected, or the correction of one.
    pub(crate) fn awaits_a_secret(self) -> bool {
        self.all().union(self.gave).union(self.read_back).has_secret()
            || self.after_card
            || self.recent_questions().any(|scores| scores[..INTENTS - 1].iter().any(|score| *score >= Self::LIKELY))
    }

    /// Whether any word may be a password.
    pub(crate) fn awaits_a_password(&self) -> bool {
        self.all().union(self.gave).union(self.read_back).contains(Topic::Password)
            || self.recent_questions().any(|scores| scores[Topic::Password as usize] >= Self::LIKELY)
    }

    /// The score from which a question may well be for a secret.
    const LIKELY: u8 = 3;

    /// What the model makes of the last questions by the other side.
    fn recent_questions(&self) -> impl Iterator<Item = [u8; INTENTS]> + '_ {
        let other = |recent: &&Recent| recent.is_there() && recent.serves() && recent.asks();
        self.recent.iter().filter(other).map(|recent| recent.scores()).filter(|_| !self.serves)
    }
}

impl Conversation {
    /// The version of the serialised form. Another one is refused by serde: take what it refuses for a conversation in
    /// which nothing has been said.
    pub const VERSION: &'static str = "2";

    /// A conversation in which nothing has been said.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of messages scanned in it; after `u32::MAX` it starts from 0, so that it changes with every message.
    #[must_use]
    pub fn turns(&self) -> u32 {
        self.turns
    }

    pub(crate) fn side(&mut self, role: Role) -> &mut Side {
        &mut self.sides[usize::from(role.serves())]
    }

    fn other(&mut self, role: Role) -> &mut Side {
        &mut self.sides[usize::from(!role.serves())]
    }

    /// Begins a turn: what was asked too long ago is forgotten. Tells what this message can count on.
    pub(crate) fn begin(&mut self, role: Role, time_ms: Option<u64>) -> Expected {
        self.turns = self.turns.wrapping_add(1);
        if let Some(now) = time_ms {
            if self.time_ms != 0 && now.saturating_sub(self.time_ms) > MEMORY_LASTS_MS {
                self.sides = Default::default();
                self.spoken = Secrets::default();
                self.recent = Default::default();
            }
            self.time_ms = self.time_ms.max(now);
        }
        let other = self.other(role);
        if other.asked_ago >= QUESTION_LASTS {
            other.asks = Topics::NONE;
        }
        other.asked_ago = other.asked_ago.saturating_add(1);
        let (asked, answered) = (other.asks, other.answered);
        let read_back = if role.serves() && other.gave_ago == 0 { other.gave.topics() } else { Topics::NONE };
        let own = self.side(role);
        if own.told_ago >= ANNOUNCEMENT_LASTS {
            own.tells = Topics::NONE;
        }
        own.told_ago = own.told_ago.saturating_add(1);
        own.after_card = own.after_card.saturating_sub(1);
        if own.gave_ago >= CORRECTION_LASTS {
            own.gave = Secrets::default();
        }
        own.gave_ago = own.gave_ago.saturating_add(1);
        let (announced, gave, after_card) = (own.tells, own.gave.topics(), own.after_card > 0);
        let spoken = self.spoken_within(SUBJECT_LASTS - 1);
        self.spoken_ago = self.spoken_ago.saturating_add(1);
        Expected {
            asked,
            announced,
            gave,
            after_card,
            answered,
            spoken,
            read_back,
            recent: self.recent,
            serves: role.serves(),
            rules_only: false,
        }
    }

    /// The secrets of which somebody spoke, at most so many messages ago.
    fn spoken_within(&self, messages: u8) -> Topics {
        if self.spoken_ago <= messages { self.spoken.topics() } else { Topics::NONE }
    }

    /// Whether any word by `role` may count: a password is awaited, or an answer to an offer.
    pub(crate) fn awaits_words(&self, role: Role, expected: Expected) -> bool {
        expected.awaits_a_password() || !self.sides[usize::from(!role.serves())].offers.topics().is_empty()
    }

    /// Returns whether the last question of `role` is one by which people are verified: it asks for a secret, the last
    /// digits of one, a login or a ZIP code.
    #[must_use]
    pub fn verifies(&self, role: Role) -> bool {
        let asks = self.sides[usize::from(role.as_asker().serves())].asks;
        asks.has_secret()
            || [Topic::Code, Topic::Partial, Topic::Zip, Topic::Login].iter().any(|topic| asks.contains(*topic))
    }

    /// Whether a question by `role` that names nothing may count: it has asked for something before.
    pub(crate) fn has_asked(&self, role: Role) -> bool {
        !self.sides[usize::from(role.as_asker().serves())].asks.is_empty()
    }

    /// Ends the turn of a message in which there is no number and no word that counts.
    pub(crate) fn end_silent(&mut self, role: Role) {
        self.end(role, &Intents::default());
    }

    /// Remembers the message as the newest of the last ones.
    fn remember(&mut self, role: Role, said: &Intents) {
        let mut recent = Recent::silent(role.serves() || role == Role::Unknown && said.has_question);
        recent.set_topics(said.asks, said.speaks_of);
        recent.set_gave(if said.gives_card { said.gives.with(Topic::Card) } else { said.gives });
        if said.has_number {
            recent.set_number();
        }
        if said.has_question {
            recent.set_asks();
        }
        recent.set_scores(said.scores);
        self.recent.rotate_right(1);
        self.recent[0] = recent;
    }

    /// Ends a turn: remembers what this message asks for and announces. An unknown speaker asks as an agent, and says
    /// everything else as a customer. But nobody knows whether it was the agent who asked, so a secret that the agent has
    /// asked for is still awaited.
    pub(crate) fn end(&mut self, role: Role, said: &Intents) {
        self.remember(role, said);
        if role == Role::Unknown {
            let (mut asked, stated) = said.split();
            if said.agrees || said.reads_it {
                asked.asks = asked.asks.union(self.side(Role::Customer).offers.topics());
            }
            self.end_as(Role::Customer, &stated);
            let before = self.side(Role::Agent).clone();
            self.end_as(Role::Agent, &asked);
            let side = self.side(Role::Agent);
            if before.asks.has_secret() && !before.answered && before.asks != side.asks {
                let asks = before.asks.secrets().union(side.asks.secrets());
                let asked_ago = if side.asks.has_secret() { side.asked_ago } else { before.asked_ago };
                *side = Side { asks, asked_ago, answered: false, ..side.clone() };
            }
        } else {
            self.end_as(role, said);
        }
    }

    fn end_as(&mut self, role: Role, said: &Intents) {
        let spoken = self.spoken_within(SUBJECT_LASTS);
        let recent = self.spoken_within(REFERENCE_LASTS);
        if !said.speaks.is_empty() {
            self.spoken = Secrets::of(said.speaks);
            self.spoken_ago = 0;
        }
        let sent = said.sends_it && [Topic::Code, Topic::OneTimePasscode].iter().any(|topic| spoken.contains(*topic));
        let offered = self.other(role).offers.topics();
        self.other(role).answered |= said.answers_question;
        let side = self.side(role);
        let asks = if said.agrees || said.reads_it { said.asks.union(offered) } else { said.asks };
        // "Read me the 15 digits" of the device that was asked for.
        let counted = said.counts && !side.asks.is_empty() && !side.asks.has_secret() && !side.answered;
        // "Neither, I mean the promo code."
        let meant = side.asks.has_secret() && !said.means.is_empty();
        if counted {
            side.asked_ago = 0;
        } else if meant {
            side.asks = said.means;
            side.asked_ago = 0;
        } else if sent && asks.is_empty() {
            side.asks = Topics::NONE.with(Topic::OneTimePasscode);
            side.asked_ago = 0;
            side.answered = false;
        } else if asks.is_empty() && said.refers && recent.has_secret() && (side.answered || !side.asks.has_secret()) {
            // "A code will come." "It did." "What is it?"
            side.asks = recent;
            side.asked_ago = 0;
            side.answered = false;
        } else if !asks.is_empty() {
            side.asks = asks;
            side.asked_ago = 0;
            side.answered = false;
        } else if side.answered && said.moves_on {
            side.asks = Topics::NONE;
        } else if said.insists && !side.asks.is_empty() {
            side.asked_ago = 0;
        } else if said.moves_on {
            // Any word may be a password: a question about something else ends the wait for one.
            side.asks = side.asks.without(Topic::Password);
        }
        if said.announces.is_empty() {
            if said.answers {
                side.tells = Topics::NONE;
            }
        } else {
            side.tells = said.announces;
            side.told_ago = 0;
        }
        if !said.gives.is_empty() {
            side.gave = Secrets::of(said.gives);
            side.gave_ago = 0;
        }
        side.offers = Secrets::of(said.offers);
        if !said.gives_piece {
            side.pieces.rest();
        }
        if said.gives_card && !said.gives_code {
            side.after_card = 3;
        }
    }
}

/// What a message contributes to the memory.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Intents {
    /// What it asks for.
    pub(crate) asks: Topics,
    /// The secrets it gives.
    pub(crate) gives: Topics,
    /// It asks again, without saying for what.
    pub(crate) insists: bool,
    /// It asks about something that no cue names.
    pub(crate) moves_on: bool,
    /// It starts with a yes.
    pub(crate) agrees: bool,
    /// It announces what comes next.
    pub(crate) announces: Topics,
    /// What it offers: a secret topic in a question.
    pub(crate) offers: Topics,
    /// It gave what had been announced.
    pub(crate) answers: bool,
    /// It gives a card number.
    pub(crate) gives_card: bool,
    /// It gives the code of a card.
    pub(crate) gives_code: bool,
    /// It gave what the other side had asked for.
    pub(crate) answers_question: bool,
    /// It holds a piece of a number.
    pub(crate) gives_piece: bool,
    /// It asks how many, when or where.
    pub(crate) measures: bool,
    /// It asks to be told what the other side spoke of.
    pub(crate) reads_it: bool,
    /// The secrets it speaks of which somebody may type.
    pub(crate) speaks: Topics,
    /// It tells that something was sent which it does not name.
    pub(crate) sends_it: bool,
    /// It asks for something that was named before.
    pub(crate) refers: bool,
    /// What it asks for, it names by nothing but the count of its digits.
    pub(crate) counts: bool,
    /// The harmless topic that it says was meant by what was asked for.
    pub(crate) means: Topics,
    /// The secret topics that it names.
    pub(crate) speaks_of: Topics,
    /// It holds a number that is not harmless by its shape.
    pub(crate) has_number: bool,
    /// An agent or a bot asks something in it.
    pub(crate) has_question: bool,
    /// What the model makes of its question.
    pub(crate) scores: [u8; INTENTS],
}

impl Intents {
    /// "Which card should we charge": a verb, no question for an amount. But "in what year" asks for the year.
    pub(crate) fn prefer_secrets(&mut self) {
        if self.asks.has_secret() && !self.measures {
            for generic in [Topic::Amount, Topic::Time, Topic::Place] {
                self.asks = self.asks.without(generic);
            }
        }
    }

    /// Splits what asks for something from what states something.
    fn split(&self) -> (Self, Self) {
        let Self { asks, insists, moves_on, measures, reads_it, sends_it, refers, counts, means, .. } = *self;
        let asked =
            Self { asks, insists, moves_on, measures, reads_it, sends_it, refers, counts, means, ..Self::default() };
        let stated = Self {
            asks: Topics::NONE,
            insists: false,
            moves_on: false,
            measures: false,
            reads_it: false,
            sends_it: false,
            refers: false,
            counts: false,
            means: Topics::NONE,
            ..*self
        };
        (asked, stated)
    }

    /// Adds what the next part of the same message says.
    pub(crate) fn add(&mut self, next: &Self) {
        *self = Self {
            asks: self.asks.union(next.asks),
            insists: self.insists | next.insists,
            moves_on: self.moves_on | next.moves_on,
            agrees: self.agrees | next.agrees,
            announces: self.announces.union(next.announces),
            offers: self.offers.union(next.offers),
            answers: self.answers | next.answers,
            answers_question: self.answers_question | next.answers_question,
            gives: self.gives.union(next.gives),
            gives_card: self.gives_card | next.gives_card,
            gives_code: self.gives_code | next.gives_code,
            gives_piece: self.gives_piece | next.gives_piece,
            measures: self.measures | next.measures,
            reads_it: self.reads_it | next.reads_it,
            speaks: self.speaks.union(next.speaks),
            sends_it: self.sends_it | next.sends_it,
            refers: self.refers | next.refers,
            counts: if next.asks.is_empty() { self.counts } else { next.counts },
            means: self.means.union(next.means),
            speaks_of: self.speaks_of.union(next.speaks_of),
            has_number: self.has_number | next.has_number,
            has_question: self.has_question | next.has_question,
            scores: std::array::from_fn(|i| self.scores[i].max(next.scores[i])),
        };
        self.prefer_secrets();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_build_saved_is_read_as_it_was_meant() {
        let topics = Topic::ALL.map(|topic| format!("{topic:?}")).join(" ");
        assert_eq!(
            topics,
            "Card SecurityCode SocialSecurity OneTimePasscode Password Pin Account Code Partial Zip Phone Time Amount \
             Quantity Reference Device Place Login",
            "the order of the topics is a part of the saved form: a change of it is a new version"
        );
        assert!(Topic::ALL.into_iter().enumerate().all(|(at, topic)| topic as usize == at));
        let asked = Conversation {
            sides: [Side::default(), Side { asks: Topics::NONE.with(Topic::Pin).with(Topic::Zip), ..Side::default() }],
            ..Conversation::default()
        };
        let saved = serde_json::to_value(&asked).unwrap();
        assert_eq!(saved["version"], Conversation::VERSION);
        assert_eq!(Conversation::VERSION, "2");
        assert_eq!(saved["sides"][1]["asks"], 0b10_0010_0000);
        assert_eq!(serde_json::from_value::<Conversation>(saved).unwrap(), asked);
    }

    #[test]
    fn every_secret_that_is_built_in_has_a_topic() {
        for &entity in crate::entity::Entity::BUILT_IN {
            assert_eq!(Topic::of(entity).and_then(Topic::entity), Some(entity));
        }
    }

    #[test]
    fn the_secret_topics_fit_in_one_byte() {
        for topic in Topic::ALL {
            let set = Topics::NONE.with(topic);
            assert_eq!(Secrets::of(set).topics() == set, topic.is_secret(), "{topic:?}");
        }
    }

    #[test]
    fn the_memory_is_small_and_holds_nothing_on_the_heap() {
        assert!(size_of::<Conversation>() <= 160, "{}", size_of::<Conversation>());
        assert!(!std::mem::needs_drop::<Conversation>());
    }
}
