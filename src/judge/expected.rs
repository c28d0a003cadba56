//! Values that are identified by the conversation: a number or a password that was asked for or announced.

use crate::detect::Claim;
use crate::detect::brands;
use crate::detect::cues::{PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::number::{Digits, Number, NumberShape};
use crate::detect::one_time_passcode;
use crate::detect::password::{self, is_strong, others};
use crate::detect::token::{Hit, Kind, Token};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::answer;
use crate::judge::conversation::Topics;
use crate::judge::fits::secret_fits;
use crate::judge::recent::Recent;
use crate::judge::verdict::READ_BACK;
use crate::message::Role;

/// The digits of the longest PINs, those of gift cards.
const LONGEST_PIN: usize = 8;

impl MessageAnalysis<'_, '_> {
    /// Returns the entity of a number that was asked for or announced, and whether it was announced.
    pub(super) fn expected_entity(&self, number: &Number) -> Option<(Entity, bool)> {
        if number.attached && !(one_time_passcode::has_prefix(self.reading, number.first) && number.digits >= 5) {
            return None;
        }
        if self.is_error_code(number) {
            return None;
        }
        let harmless = self.harmless_asked(number);
        // The whole number was given although only the last digits were asked for.
        let ends = self.expected.asked.contains(Topic::Partial) && !self.expected.asked.contains(Topic::Zip);
        if ends && number.digits == 9 && matches!(number.groups, 1 | 3) && self.is_bare() {
            return Some((Entity::SocialSecurity, false));
        }
        // "The number on the front" is a card, even if it is mistyped.
        if self.expected.asked.contains(Topic::SecurityCode) && harmless.is_none() && self.may_be_card(number) {
            return Some((Entity::Card, false));
        }
        // After a card, its code often follows: "4111...", "04/27", "123".
        if self.expected.after_card
            && number.digits == 3
            && matches!(harmless, None | Some(Topic::Time))
            && self.is_bare()
        {
            return Some((Entity::SecurityCode, true));
        }
        // In a longer message a number before a noun counts something: "1204 correos". An answer may begin with a number
        // and any word: "843 dude".
        let counts = !self.is_bare()
            && self.reading.token(number.last + 1).is_some_and(|t| {
                let plural = self.reading.bytes(t).ends_with(b"s");
                t.kind == Kind::Word
                    && (t.word == 0 && (number.first > 0 || plural) || !t.does(Does::COMMON) && plural)
                    && t.len() > 3
                    && t.spaced
                    && self.reading.text[t.start as usize].is_ascii_lowercase()
            });
        let corrects = self.corrects();
        if counts || self.expected.answered && !(self.is_bare() || self.takes_back()) {
            return None;
        }
        let gave = if corrects { self.expected.gave } else { Topics::NONE };
        let named = self.named();
        for (topics, announced) in [(self.expected.asked, false), (self.expected.announced, true), (gave, true)] {
            let topics = if self.is_named(number) { topics } else { topics.except(named) };
            if announced && !(self.is_bare() || topics == gave && self.takes_back()) {
                continue;
            }
            for topic in [
                Topic::SocialSecurity,
                Topic::SecurityCode,
                Topic::OneTimePasscode,
                Topic::Pin,
                Topic::Account,
                Topic::Code,
                Topic::Password,
                Topic::Card,
            ] {
                if !topics.contains(topic) || !secret_fits(topic, number) {
                    continue;
                }
                if self.is_the_other_of_two(number) {
                    continue;
                }
                // "G-482913" is not an account number.
                if number.attached && !matches!(topic, Topic::OneTimePasscode | Topic::Code) {
                    continue;
                }
                // "To find the account I need the card": the number is the first piece of the card.
                if topic == Topic::Account && topics.contains(Topic::Card) && self.may_begin_a_card(number) {
                    continue;
                }
                // "Expiry and CVC?", "919", "0928": the rest of the answer.
                let dated = self.expected.asked.contains(Topic::Time);
                if dated && self.expected.answered && topic == Topic::SecurityCode && number.digits == 4 {
                    continue;
                }
                // If both were asked for, the shape decides: a ZIP has five digits.
                let clear = match harmless {
                    // If there are two such numbers, it is unknown which one is the ZIP.
                    Some(Topic::Zip) => number.digits != 5 && number.digits != 9 || self.has_two_alike(number),
                    Some(Topic::Time) => number.shape != NumberShape::Likely("year"),
                    // "8104, and 615": the longer one is the last four.
                    Some(Topic::Partial) => {
                        !(number.digits == 4
                            && (topic == Topic::SecurityCode && self.has_three_digits()
                                || self.is_first_of_two_answers()
                                || self.is_end_of_a_number(number)))
                    }
                    Some(Topic::Phone) => number.digits < 10 && number.shape != NumberShape::Likely("phone"),
                    // "Type your PIN on the keypad, and your order number?": no PIN is that long.
                    Some(Topic::Reference) => topic != Topic::Pin || number.digits <= LONGEST_PIN,
                    _ => true,
                };
                if !clear {
                    continue;
                }
                let entity = match topic {
                    Topic::Code
                        if number.digits <= 4
                            && (topics.contains(Topic::SecurityCode) || topics.contains(Topic::Card)) =>
                    {
                        Entity::SecurityCode
                    }
                    Topic::Code if number.digits == 3 => continue,
                    Topic::Code | Topic::OneTimePasscode => Entity::OneTimePasscode,
                    Topic::SocialSecurity => Entity::SocialSecurity,
                    Topic::SecurityCode => Entity::SecurityCode,
                    Topic::Pin if number.digits < 4 => continue,
                    Topic::Pin => Entity::Pin,
                    Topic::Account => Entity::Account,
                    Topic::Password if self.is_all(number) && number.groups == 1 && harmless.is_none() => {
                        Entity::Password
                    }
                    _ => continue,
                };
                return Some((entity, announced));
            }
        }
        // "Ssn coming up", and then the number alone.
        let names_it = |recent: &Recent| {
            recent.is_there()
                && recent.serves() == self.expected.serves
                && recent.spoken().contains(Topic::SocialSecurity)
        };
        let promised = self.expected.recent.iter().take(2).any(names_it)
            && harmless.is_none()
            && number.digits == 9
            && matches!(number.groups, 1 | 3)
            && !number.attached
            && self.is_bare();
        promised.then_some((Entity::SocialSecurity, true))
    }

    /// Returns the entity of a number that an agent reads back to the customer who has just given it: "I heard 706612,
    /// is that right?".
    pub(super) fn read_back_entity(&self, number: &Number) -> Option<Entity> {
        let fits = matches!(number.shape, NumberShape::Bare | NumberShape::Likely("year")) && !number.attached;
        if self.expected.read_back.is_empty() || !fits || !self.reads_back(number.first, number.last) {
            return None;
        }
        // The next question may be about something else, but a number that is read back does not answer it.
        self.expected
            .read_back
            .iter()
            .filter(|topic| *topic != Topic::SecurityCode || number.digits <= 4)
            .find(|topic| secret_fits(*topic, number) && number.digits >= if *topic == Topic::Account { 6 } else { 3 })
            .and_then(Topic::entity)
    }

    /// Returns whether the words around these tokens repeat what was heard, or ask whether it is right.
    fn reads_back(&self, first: usize, last: usize) -> bool {
        const FEW_WORDS: usize = 3;
        let tokens = &self.reading.tokens;
        let closed = self.reading.token(last + 1).is_none_or(|t| {
            matches!(t.kind, Kind::Newline | Kind::Mark(b',' | b'.' | b'?' | b';' | b'!' | b'"' | b')' | b'-'))
                || self.reading.is_in(t, PhraseSet::CONFIRMS)
        });
        let verb = tokens[first.saturating_sub(4)..first]
            .iter()
            .rev()
            .take_while(|t| t.kind != Kind::Word || t.does(Does::GLUE) || self.reading.is_in(t, PhraseSet::READS_BACK))
            .any(|t| self.reading.is_in(t, PhraseSet::READS_BACK));
        // More tokens than this are not a few words.
        let floor = first.saturating_sub(16);
        let start = (floor..first).rev().find(|&at| self.reading.ends_sentence(at)).map_or(floor, |at| at + 1);
        // "482913 didn't work."
        let rejected =
            start == first && self.reading.token(last + 1).is_some_and(|t| self.reading.is_in(t, PhraseSet::REJECTS));
        let asks = tokens[last + 1..].iter().take(8).any(|t| t.is(b'?'))
            && tokens[start..first].iter().filter(|t| t.is_text()).take(FEW_WORDS + 1).count() <= FEW_WORDS;
        // "Movement 31077428": a noun says what it is.
        let named = first > 0 && {
            let before = &tokens[first - 1];
            before.kind == Kind::Word && !before.does(Does::GLUE.union(Does::FILLER))
        };
        rejected || closed && (verb || !named && (asks || self.is_bare()))
    }

    /// The numbers of an answer, or nothing if there are too many for an answer.
    pub(super) fn few_numbers(&self) -> &[Number] {
        const MOST: usize = 12;
        if self.page.numbers.len() <= MOST { self.page.numbers } else { &[] }
    }

    /// Returns whether three digits stand alone in the message.
    fn has_three_digits(&self) -> bool {
        self.few_numbers().iter().any(|n| n.digits == 3 && n.groups == 1 && n.shape == NumberShape::Bare)
    }

    /// Returns whether the tokens are words and a number: "tier 2", which is no second password.
    fn ends_in_a_number(&self, first: usize, last: usize) -> bool {
        let end = &self.reading.tokens[last];
        last > first && end.kind == Kind::Digits && end.spaced
    }

    /// Returns whether the message is a single value, right after a question for two things of which the second is a
    /// secret: "last four and the code we sent?".
    fn is_first_of_two_answers(&self) -> bool {
        self.is_one_value() && self.expected.position.among(2) == Some(1) && self.expected.may_answer()
    }

    /// Returns whether the name of a long number is right before these digits: "card 4305", "my ssn is 1907".
    fn is_end_of_a_number(&self, number: &Number) -> bool {
        const NEAR: usize = 3;
        self.cue_before(number).is_some_and(|hit| {
            matches!(hit.cue.topic, Topic::Card | Topic::SocialSecurity | Topic::Account | Topic::Phone)
                && number.first - hit.last <= NEAR
        })
    }

    /// Returns whether a number is the first of two answers and fits the harmless thing that was asked for first: "order
    /// number and the code we sent?", "88213". Codes have six digits.
    pub(super) fn is_the_other_of_two(&self, number: &Number) -> bool {
        self.is_first_of_two_answers()
            && self.expected.recent[0].asked().has_secret()
            && self.harmless_asked(number).is_some()
            && !self.expected.asked.secrets().iter().any(|topic| is_usual(topic, number.digits))
    }

    /// Returns whether the message is a single number, word or address. "hunter22!" is a password.
    fn is_one_value(&self) -> bool {
        let tokens = &self.reading.tokens;
        let marks = |t: &Token| matches!(t.kind, Kind::Mark(mark) if !b"._-@".contains(&mark));
        let apart = |t: &Token| t.spaced || t.kind == Kind::Newline;
        !tokens.is_empty() && !tokens.iter().any(marks) && !tokens.iter().skip(1).any(apart)
    }

    /// Returns whether the message has another number with the same count of digits.
    fn has_two_alike(&self, number: &Number) -> bool {
        self.few_numbers().iter().any(|n| n.digits == number.digits && n.first != number.first && n.groups == 1)
    }

    /// Returns whether the message names every secret that was asked for right before its value.
    pub(super) fn has_named_what_was_asked(&self) -> bool {
        let asked = self.expected.asked.secrets();
        !asked.is_empty() && asked.except(self.named()).is_empty()
    }

    /// Returns whether a cue for a secret is right before the number.
    pub(super) fn is_named(&self, number: &Number) -> bool {
        self.cue_before(number).is_some_and(|hit| hit.cue.topic.is_secret() && number.first - hit.last <= 2)
    }

    /// Returns the last cue before the number.
    pub(super) fn cue_before(&self, number: &Number) -> Option<&Hit> {
        let at = self.reading.cues.partition_point(|hit| hit.last < number.first).checked_sub(1)?;
        Some(&self.reading.cues[at])
    }

    fn named(&self) -> Topics {
        *self.named.get_or_init(|| self.topics_named_with_a_value())
    }

    /// Returns the secrets that the message names right before a number: "meter 00458821, PIN 4470". Its other numbers
    /// are something else, unless it corrects itself.
    fn topics_named_with_a_value(&self) -> Topics {
        let reading = self.reading;
        if self.corrects() {
            return Topics::NONE;
        }
        let value = |at: usize| reading.token(at).is_some_and(|t| matches!(t.kind, Kind::Digits | Kind::Masked));
        let link = |t: &Token| {
            matches!(t.kind, Kind::Mark(b':' | b'=' | b'#')) || t.kind == Kind::Word && t.does(Does::COPULA)
        };
        reading
            .cues
            .iter()
            .filter(|hit| hit.cue.topic.is_secret())
            .filter(|hit| value(hit.last + 1) || reading.token(hit.last + 1).is_some_and(link) && value(hit.last + 2))
            .fold(Topics::NONE, |topics, hit| topics.with(hit.cue.topic))
    }

    /// Returns the harmless topic that was asked for, if this number can be the answer.
    pub(super) fn harmless_asked(&self, number: &Number) -> Option<Topic> {
        self.expected.asked.iter().find(|&topic| {
            !topic.is_secret()
                && match topic {
                    Topic::Zip => matches!(number.digits, 4..=6 | 9),
                    Topic::Partial => matches!(number.digits, 3..=6),
                    Topic::Time => number.digits <= 8,
                    Topic::Phone => (7..=15).contains(&number.digits),
                    Topic::Place => number.digits <= 5,
                    Topic::Quantity | Topic::Login => false,
                    _ => true,
                }
        })
    }

    /// Returns whether the number is too short for a card but starts like one, in several groups.
    fn may_begin_a_card(&self, number: &Number) -> bool {
        number.digits <= 12
            && number.groups > 1
            && Digits::of(self.reading, number.first, number.last)
                .is_some_and(|digits| brands::could_start(digits.get()).is_some())
    }

    /// Returns whether the number has the length and the prefix of a card and is the only content of its message.
    fn may_be_card(&self, number: &Number) -> bool {
        (13..=19).contains(&number.digits)
            && self.is_bare()
            && Digits::of(self.reading, number.first, number.last).is_some_and(|digits| {
                brands::could_start(digits.get()).is_some()
                    && digits.get().len() + 1 >= brands::usual_length(digits.get())
            })
    }

    /// Returns whether the message consists of the number and everyday words. "maple 1984" and "Maple!1984" do not.
    fn is_all(&self, number: &Number) -> bool {
        let talk = Does::FILLER.union(Does::GLUE).union(Does::PIECE);
        let word = |t: &Token| matches!(t.kind, Kind::Word | Kind::Mixed) && !t.does(talk);
        !self.reading.tokens.iter().any(word)
            && password::chunk(self.reading, number.first).is_none_or(|chunk| chunk == (number.first, number.last))
    }

    /// Returns whether the message clearly replaces what was given before: "Sorry, it was 4812", "al revés, 197765".
    fn takes_back(&self) -> bool {
        // "mb 4812": my bad.
        let mine = |t: &Token| self.reading.is_word(t, b"mb");
        self.reading.tokens.iter().take(7).any(|t| t.does(Does::TAKES_BACK)) || self.reading.token(0).is_some_and(mine)
    }

    /// Returns whether the message may correct what was given before: "Sorry, 4812", "no wait, 132", "try 132".
    fn corrects(&self) -> bool {
        self.takes_back() || self.reading.tokens.iter().take(6).any(|t| t.does(Does::RETRIES))
    }

    /// Finds a password that the conversation leads to expect: asked for, announced, corrected or read back.
    pub(super) fn expected_password(&mut self, role: Role) {
        let asked_login = self.expected.asked.contains(Topic::Password) && self.expected.asked.contains(Topic::Login);
        if self.expected.read_back.contains(Topic::Password)
            && let Some((first, last)) = answer::password(self.reading, false, false)
            && is_strong(self.reading, (first, last))
            && self.is_free(first, last)
            && self.reads_back(first, last)
        {
            let candidate = password::candidate(first, last, Claim::Possible, "password");
            self.find(&candidate, Evidence { cue: Some(READ_BACK), ..Evidence::default() });
        }
        if asked_login
            && !role.serves()
            && let Some([login, (first, last)]) = answer::login_and_password(self.reading)
            && self.is_free(first, last)
        {
            self.claimed[login.0..=login.1].fill(true);
            let candidate = password::candidate(first, last, Claim::Possible, "password");
            self.find(&candidate, Evidence { asked: true, ..Evidence::default() });
            return;
        }
        // "Username and password?", "jdoe88", and the password in the next message.
        if asked_login && self.is_first_of_two_answers() {
            self.claimed.fill(true);
            return;
        }
        let corrected =
            if self.takes_back() && self.reading.facts.words <= 10 { self.expected.gave } else { Topics::NONE };
        let asked = self.expected.asked;
        // A customer asks for the wifi password: "rosebud", "it's rosebud".
        let words = self.reading.facts.words;
        let introduced = || self.reading.token(0).is_some_and(|t| t.is_any(WordSet::ITS.union(WordSet::IT)));
        let given = !self.expected.recent[0].serves() && (words == 1 || words <= 3 && introduced());
        for (topics, asked, plain) in [
            (asked, true, !role.serves() || given),
            (self.expected.announced, false, !role.serves()),
            (corrected, false, false),
        ] {
            if !topics.contains(Topic::Password) || self.verdict.found.iter().any(|f| f.entity == Entity::Password) {
                continue;
            }
            if let Some((first, last)) =
                answer::password(self.reading, plain, self.expected.asked.contains(Topic::Login))
                    .or_else(|| answer::used_word(self.reading).filter(|_| plain))
                && self.is_free(first, last)
                && !(self.expected.answered && self.ends_in_a_number(first, last))
            {
                let candidate = password::candidate(first, last, Claim::Possible, "password");
                self.find(&candidate, Evidence { asked, announced: !asked, ..Evidence::default() });
                for (first, last) in others(self.reading, last) {
                    if self.is_free(first, last) {
                        let candidate = password::candidate(first, last, Claim::Possible, "password");
                        self.find(&candidate, Evidence { asked, announced: !asked, ..Evidence::default() });
                    }
                }
            }
        }
    }
}

/// Returns whether a secret of this kind usually has this many digits.
fn is_usual(topic: Topic, digits: usize) -> bool {
    match topic {
        Topic::OneTimePasscode | Topic::Code => digits == 6,
        Topic::Pin => digits == 4,
        Topic::SecurityCode => digits == 3,
        _ => true,
    }
}
