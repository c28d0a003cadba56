//! The bounded state of a conversation. It remembers questions, never secrets.

use std::mem;

use crate::detect::cues::Topic;
use crate::detect::token::TokenizedText;
use crate::judge::pieces::{Pieces, Whole};
use crate::judge::recent::{INTENTS, REMEMBERED, Recent};
pub(super) use crate::judge::topics::Secrets;
pub(crate) use crate::judge::topics::Topics;
use crate::message::Role;
use crate::sensitivity::Sensitivities;

/// The state of one side of the conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Side {
    /// What this side asked for last.
    pub(super) asks: Topics,
    /// What this side announced at the end of its last message, as in "my cvv is".
    pub(super) tells: Topics,
    /// The secrets that this side offered in a question, as in "do you need the cvc too?".
    pub(super) offers: Secrets,
    /// The position of the only secret among several things that this side asked for at once.
    #[serde(default, rename = "place")]
    pub(super) position: Position,
    /// The number of messages by the other side since this side asked.
    pub(super) asked_ago: u8,
    /// Whether the other side has answered.
    pub(super) answered: bool,
    /// The number of messages by this side since it announced.
    pub(super) told_ago: u8,
    /// The secrets that this side gave recently and may correct.
    pub(super) gave: Secrets,
    /// The number of messages by this side since it gave them.
    pub(super) gave_ago: u8,
    /// The number of messages by this side in which a bare number may still be the security code of a card that it
    /// gave.
    pub(super) after_card: u8,
    /// A number that this side has given in part.
    pub(crate) pieces: Pieces,
}

impl Side {
    /// Records a new question.
    fn ask(&mut self, asks: Topics, position: Position) {
        (self.asks, self.position) = (asks, position);
        self.asked_ago = 0;
        self.answered = false;
    }
}

/// The position of a secret in a list of things that were asked for, and their number: the second of three. The default
/// is no position. In one byte: the position, from 1, and the number, four bits each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Position(u8);

impl Position {
    /// `at` counts from 1. In a list of more than fifteen things there is no position.
    pub(super) fn new(at: u8, of: u8) -> Self {
        if at <= of && of < 16 { Self(at << 4 | of) } else { Self::default() }
    }

    /// Returns the index of the secret among this number of values, if each thing that was asked for has one.
    pub(super) fn among(self, values: usize) -> Option<usize> {
        usize::from(self.0 >> 4).checked_sub(1).filter(|_| usize::from(self.0 & 15) == values)
    }
}

/// The number of messages by the other side after which a question lapses.
const QUESTION_LASTS: u8 = 5;

/// The number of messages by the same side after which an announcement lapses.
const ANNOUNCEMENT_LASTS: u8 = 2;

/// The number of messages by the same side after which a secret can no longer be corrected.
const CORRECTION_LASTS: u8 = 2;

/// The number of messages after a card in which a bare number may be its security code.
const CODE_LASTS: u8 = 3;

/// The number of messages after which "What is it?" no longer refers to a mentioned secret.
const REFERENCE_LASTS: u8 = 2;

/// The number of messages after which a mentioned secret is forgotten.
pub(super) const SUBJECT_LASTS: u8 = 4;

/// The time after which questions and partial numbers are forgotten.
pub(super) const MEMORY_LASTS_MS: u64 = 30 * 60 * 1000;

/// The state of one chat. It connects an answer to its question.
///
/// Holds what each side asked for and announced last, and which secrets were mentioned. For a number given in part it
/// holds the count of digits, the Luhn sums and the lengths that its brand may have, but never a digit. It is bounded
/// in messages and, if messages carry times, in time. Its size is fixed and it uses no heap memory.
///
/// It can be serialized, so that a server can keep it anywhere. Deserializing fails if the version is unknown (see
/// [`VERSION`](Self::VERSION)).
///
/// # Example
///
/// ```
/// use lastfour::{Conversation, Engine, Message};
/// let engine = Engine::default();
/// let mut conversation = Conversation::new();
/// let _ = engine.scan(&mut conversation, &Message::agent("Please read me the code we texted you."));
/// let outcome = engine.scan(&mut conversation, &Message::customer("482913"));
/// assert_eq!(outcome.redact("482913"), "******");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Conversation {
    version: Version,
    pub(super) turns: u32,
    pub(super) time_ms: u64,
    pub(super) sides: [Side; 2],
    /// The secrets that were mentioned last.
    #[serde(default)]
    pub(super) spoken: Secrets,
    /// The number of messages since then.
    #[serde(default)]
    pub(super) spoken_ago: u8,
    /// The most recent messages, newest first.
    pub(super) recent: [Recent; REMEMBERED],
}

/// The version of the serialized form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Version {
    #[default]
    #[serde(rename = "2")]
    Two,
}

/// What a message may contain, from the state of the conversation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Expected {
    /// The other side asked for these.
    pub(crate) asked: Topics,
    /// The position of the only secret among several things that were asked for at once.
    pub(crate) position: Position,
    /// The same side announced these.
    pub(crate) announced: Topics,
    /// The same side gave these recently, so that "sorry, 4812" corrects one.
    pub(crate) gave: Topics,
    /// The same side has just given a card number.
    pub(crate) after_card: bool,
    /// The question was answered, so only a bare correction still counts.
    pub(crate) answered: bool,
    /// These were mentioned recently.
    pub(crate) spoken: Topics,
    /// The other side has just given these, and this side may read them back.
    pub(crate) read_back: Topics,
    /// The most recent messages, newest first.
    pub(crate) recent: [Recent; REMEMBERED],
    /// The speaker is an agent or a bot.
    pub(crate) serves: bool,
    /// How sure the learned weights must be.
    pub(crate) sensitivities: Sensitivities,
}

impl Expected {
    /// Returns everything that was asked for or announced.
    pub(crate) fn all(self) -> Topics {
        self.asked.union(self.announced)
    }

    /// Returns whether a secret or the correction of one is expected.
    pub(crate) fn awaits_a_secret(self) -> bool {
        self.all().union(self.gave).union(self.read_back).has_secret()
            || self.after_card
            || self.recent_questions().any(Recent::may_ask_for_a_secret)
    }

    /// Returns whether any word may be a password.
    pub(crate) fn awaits_a_password(&self) -> bool {
        self.all().union(self.gave).union(self.read_back).contains(Topic::Password)
            || self.recent_questions().any(Recent::may_ask_for_a_password)
    }

    /// Returns whether an agent or a bot spoke right before a customer.
    pub(crate) fn may_answer(&self) -> bool {
        !self.serves && self.recent[0].is_there() && self.recent[0].serves()
    }

    /// Returns whether a customer mentions signing in, so that any word near it may be a password. Agents mention it
    /// too often for this to count.
    pub(crate) fn signs_in(&self, reading: &TokenizedText<'_>) -> bool {
        !self.serves && reading.mentions(Topic::Login)
    }

    /// Returns the recent questions by the other side.
    fn recent_questions(&self) -> impl Iterator<Item = Recent> {
        let other = |recent: &Recent| recent.is_there() && recent.serves() && recent.asks();
        self.recent.into_iter().filter(move |recent| !self.serves && other(recent))
    }
}

impl Conversation {
    /// The version of the serialized form. Deserializing any other version fails. Treat that as a new conversation.
    pub const VERSION: &'static str = "2";

    /// Creates a conversation without messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of messages scanned in this conversation. It wraps around after `u32::MAX`, so it changes
    /// with every message.
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

    /// Begins a turn: drops what has lapsed and returns what this message may contain, judged with these sensitivities.
    pub(crate) fn begin(&mut self, role: Role, time_ms: Option<u64>, sensitivities: Sensitivities) -> Expected {
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
        let (asked, position, answered) = (other.asks, other.position, other.answered);
        let read_back = if other.gave_ago == 0 { other.gave.topics() } else { Topics::NONE };
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
            position,
            announced,
            gave,
            after_card,
            answered,
            spoken,
            read_back,
            recent: self.recent,
            serves: role.serves(),
            sensitivities,
        }
    }

    /// Returns the secrets that were mentioned at most `messages` messages ago.
    fn spoken_within(&self, messages: u8) -> Topics {
        if self.spoken_ago <= messages { self.spoken.topics() } else { Topics::NONE }
    }

    /// Returns whether any word by `role` may matter, because a password or the answer to an offer is expected.
    pub(crate) fn awaits_words(&self, role: Role, expected: Expected) -> bool {
        let offered = |to: Role| !self.sides[usize::from(!to.serves())].offers.topics().is_empty();
        expected.awaits_a_password() || offered(role) || offered(role.as_asker())
    }

    /// Returns whether the last question by `role` verifies the other side: it asks for a secret, the last digits of
    /// one, a user name or a ZIP code. For `lastfour-cli`; not part of the public interface.
    #[doc(hidden)]
    #[must_use]
    pub fn verifies(&self, role: Role) -> bool {
        let asks = self.sides[usize::from(role.as_asker().serves())].asks;
        asks.has_secret()
            || [Topic::Code, Topic::Partial, Topic::Zip, Topic::Login].iter().any(|topic| asks.contains(*topic))
    }

    /// Returns whether a follow-up question by `role` that names nothing may matter: an earlier one asked for something,
    /// or the other side has given a part of a number.
    pub(crate) fn may_heed_a_question(&self, role: Role) -> bool {
        self.has_asked(role) || self.sides.iter().any(|side| side.pieces.is_active())
    }

    /// Returns whether an earlier question by `role` asked for something.
    pub(crate) fn has_asked(&self, role: Role) -> bool {
        !self.sides[usize::from(role.as_asker().serves())].asks.is_empty()
    }

    /// Ends the turn of a message without numbers and without words that matter, like [`end`](Self::end) with no intents.
    pub(crate) fn end_silent(&mut self, role: Role) {
        self.push(Recent::silent(role.serves()));
        for side in [Role::Customer, Role::Agent] {
            if role == Role::Unknown || role.serves() == side.serves() {
                let side = self.side(side);
                side.offers = Secrets::default();
                side.pieces.rest();
            }
        }
    }

    /// Adds the memory of the newest message.
    fn push(&mut self, newest: Recent) {
        self.recent.copy_within(..REMEMBERED - 1, 1);
        self.recent[0] = newest;
    }

    /// Records the message as the newest one.
    fn remember(&mut self, role: Role, said: &Intents) {
        let mut recent = Recent::silent(role.serves() || role == Role::Unknown && said.has_question);
        recent.set_topics(said.asks, said.named);
        recent.set_gave(if said.gives_card { said.gives.with(Topic::Card) } else { said.gives });
        if said.has_number {
            recent.set_number();
        }
        if said.has_question {
            recent.set_asks();
        }
        recent.set_scores(said.scores);
        self.push(recent);
    }

    /// Ends a turn and records what this message asks for and announces. An unknown speaker asks as an agent and says
    /// everything else as a customer. Since the question may not be the agent's, a secret that the agent asked for
    /// stays expected.
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
                // Two questions have no common order.
                *side = Side { asks, position: Position::default(), asked_ago, answered: false, ..side.clone() };
            }
        } else {
            self.end_as(role, said);
        }
    }

    fn end_as(&mut self, role: Role, said: &Intents) {
        let spoken = self.spoken_within(SUBJECT_LASTS);
        let recent = self.spoken_within(REFERENCE_LASTS);
        if !said.typed.is_empty() {
            self.spoken = Secrets::of(said.typed);
            self.spoken_ago = 0;
        }
        let sent = said.sends_it && [Topic::Code, Topic::OneTimePasscode].iter().any(|topic| spoken.contains(*topic));
        let offered = self.other(role).offers.topics();
        if said.answers_question {
            // "Login code:" announced what the other side has now given.
            let other = self.other(role);
            (other.answered, other.tells) = (true, Topics::NONE);
        }
        // An account number has no checksum, so the answer to this question could be taken for more of an earlier,
        // incomplete one.
        let pieces = &mut self.other(role).pieces;
        if said.asks_anew && pieces.whole() == Whole::Account {
            *pieces = Pieces::default();
        }
        let side = self.side(role);
        let asks = if said.agrees || said.reads_it { said.asks.union(offered) } else { said.asks };
        // "The last four of your phone?" "5093." "And the card?"
        let partial = Topics::NONE.with(Topic::Partial);
        let asks = if said.goes_on && side.asks == partial { partial } else { asks };
        // "Read me the 15 digits" after a question about a device means those of the device.
        let counted = said.counts && !side.asks.is_empty() && !side.asks.has_secret() && !side.answered;
        // "Neither, I mean the promo code."
        let meant = side.asks.has_secret() && !said.means.is_empty();
        if counted {
            side.asked_ago = 0;
        } else if meant {
            side.asks = said.means;
            side.asked_ago = 0;
        } else if sent && asks.is_empty() {
            side.ask(Topics::NONE.with(Topic::OneTimePasscode), Position::default());
        } else if asks.is_empty() && said.refers && recent.has_secret() && (side.answered || !side.asks.has_secret()) {
            // "A code will come." "It did." "What is it?"
            side.ask(recent, Position::default());
        } else if !asks.is_empty() {
            side.ask(asks, said.position);
        } else if side.answered && said.moves_on {
            side.asks = Topics::NONE;
        } else if said.insists && !side.asks.is_empty() {
            side.asked_ago = 0;
        } else if said.moves_on {
            // Any word may be a password, so a question about something else must end the wait for one.
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
            side.after_card = CODE_LASTS;
        }
    }
}

/// What a message contributes to the state of the conversation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Intents {
    /// The topics that it asks for.
    pub(crate) asks: Topics,
    /// The position of the only secret among several things that it asks for.
    pub(crate) position: Position,
    /// The secrets that it gives.
    pub(crate) gives: Topics,
    /// Whether it asks again without naming what.
    pub(crate) insists: bool,
    /// Whether it asks for something that no cue names.
    pub(crate) moves_on: bool,
    /// Whether it asks in words for something that no cue names and that is not part of a number.
    pub(crate) asks_anew: bool,
    /// Whether it starts with a yes.
    pub(crate) agrees: bool,
    /// The topics that it announces for the next message.
    pub(crate) announces: Topics,
    /// The secrets that it offers in a question.
    pub(crate) offers: Topics,
    /// Whether it gives what was announced.
    pub(crate) answers: bool,
    /// Whether it gives a card number.
    pub(crate) gives_card: bool,
    /// Whether it gives the security code of a card.
    pub(crate) gives_code: bool,
    /// Whether it gives what the other side asked for.
    pub(crate) answers_question: bool,
    /// Whether it contains a piece of a number.
    pub(crate) gives_piece: bool,
    /// Whether it asks how many, when or where.
    pub(crate) measures: bool,
    /// Whether it asks the other side to read out what it mentioned.
    pub(crate) reads_it: bool,
    /// The secrets that it mentions and that somebody may type.
    pub(crate) typed: Topics,
    /// Whether it says that something was sent, without naming it.
    pub(crate) sends_it: bool,
    /// Whether it asks for something that was named before.
    pub(crate) refers: bool,
    /// Whether it names what it asks for only by the count of its digits.
    pub(crate) counts: bool,
    /// Whether it asks the question before for one thing more: "and the card?".
    pub(crate) goes_on: bool,
    /// The harmless topics that it names as what was meant by the question.
    pub(crate) means: Topics,
    /// The secret topics that it names.
    pub(crate) named: Topics,
    /// Whether it contains a number that is not harmless by its shape.
    pub(crate) has_number: bool,
    /// An agent or a bot asks something in it.
    pub(crate) has_question: bool,
    /// The model's scores for its question.
    pub(crate) scores: [u8; INTENTS],
}

impl Intents {
    /// "Which card should we charge": "charge" is a verb and asks for no amount. But "in what year" asks for the year.
    pub(crate) fn prefer_secrets(&mut self) {
        if self.asks.has_secret() && !self.measures {
            for generic in [Topic::Amount, Topic::Time, Topic::Place] {
                self.asks = self.asks.without(generic);
            }
        }
    }

    /// Splits this into what asks and what states.
    fn split(&self) -> (Self, Self) {
        let (mut asked, mut stated) = (Self::default(), *self);
        mem::swap(&mut asked.asks, &mut stated.asks);
        mem::swap(&mut asked.position, &mut stated.position);
        mem::swap(&mut asked.insists, &mut stated.insists);
        mem::swap(&mut asked.moves_on, &mut stated.moves_on);
        mem::swap(&mut asked.asks_anew, &mut stated.asks_anew);
        mem::swap(&mut asked.measures, &mut stated.measures);
        mem::swap(&mut asked.reads_it, &mut stated.reads_it);
        mem::swap(&mut asked.sends_it, &mut stated.sends_it);
        mem::swap(&mut asked.refers, &mut stated.refers);
        mem::swap(&mut asked.counts, &mut stated.counts);
        mem::swap(&mut asked.goes_on, &mut stated.goes_on);
        mem::swap(&mut asked.means, &mut stated.means);
        (asked, stated)
    }

    /// Adds the next part of the same message.
    pub(crate) fn add(&mut self, next: &Self) {
        *self = Self {
            asks: self.asks.union(next.asks),
            position: if next.asks.is_empty() { self.position } else { next.position },
            insists: self.insists | next.insists,
            moves_on: self.moves_on | next.moves_on,
            asks_anew: self.asks_anew | next.asks_anew,
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
            typed: self.typed.union(next.typed),
            sends_it: self.sends_it | next.sends_it,
            refers: self.refers | next.refers,
            counts: if next.asks.is_empty() { self.counts } else { next.counts },
            goes_on: self.goes_on | next.goes_on,
            means: self.means.union(next.means),
            named: self.named.union(next.named),
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
    fn state_saved_by_an_earlier_version_keeps_its_meaning() {
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
    fn every_built_in_entity_has_a_topic() {
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
    fn the_state_is_small_and_uses_no_heap_memory() {
        assert!(size_of::<Conversation>() <= 160, "{}", size_of::<Conversation>());
        assert!(!std::mem::needs_drop::<Conversation>());
    }
}
