//! Phrases that say what a number is, without a cue or against one: "use 436008 to sign in", "I typed 5318", "the three
//! digits on the back are 552", "not 4471, it's 4417".

use smallvec::SmallVec;

use crate::detect::checksum;
use crate::detect::cues::{PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::number::{Digits, Number, NumberShape};
use crate::detect::one_time_passcode;
use crate::detect::token::{Kind, Token};
use crate::entity::Entity;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::ask;
use crate::judge::conversation::Topics;
use crate::judge::govern::{self, Governor};

impl MessageAnalysis<'_, '_> {
    /// Returns whether the number is a routing number or the account number after it, in a text that mentions a check:
    /// "At the bottom of the check it says 310557010, then 481209937". The routing number must have a valid checksum.
    pub(super) fn is_on_a_check(&self, number: &Number, told: Option<(Number, Entity)>) -> bool {
        const FARTHEST: usize = 4;
        if !self.reading.has_any(WordSet::CHECK) || number.attached {
            return false;
        }
        let behind = told.is_some_and(|(before, entity)| {
            entity == Entity::Account
                && before.digits == 9
                && number.first > before.last
                && number.first - before.last <= FARTHEST
                && (6..=17).contains(&number.digits)
                && self.reading.tokens[before.last + 1..number.first].iter().all(|t| {
                    t.does(Does::CONJUNCTION.union(Does::PIECE).union(Does::GLUE)) || matches!(t.kind, Kind::Mark(_))
                })
        });
        behind || self.is_routing_number(number)
    }

    /// Returns whether the number is a routing number by its checksum.
    pub(super) fn is_routing_number(&self, number: &Number) -> bool {
        number.digits == 9
            && number.groups == 1
            && Digits::of(self.reading, number.first, number.last).is_some_and(|digits| {
                let text: SmallVec<[u8; 16]> = digits.get().iter().map(|digit| b'0' + digit).collect();
                checksum::aba(&text)
            })
    }

    /// Returns whether four digits are a PIN that is described by a date: "The PIN is the year my daughter was born,
    /// 1997". They follow a comma or a word of time, and a PIN and a word of time precede them in the sentence.
    pub(super) fn is_hinted_pin(&self, number: &Number) -> bool {
        const REACH: usize = 20;
        let tokens = &self.reading.tokens;
        let is_time = |at: usize| self.reading.hit(&tokens[at]).is_some_and(|hit| hit.cue.topic == Topic::Time);
        let mark = number.first.checked_sub(1).and_then(|at| match tokens[at].kind {
            Kind::Mark(b',' | b':') => Some(at),
            // "My PIN is my birthday 0412".
            Kind::Word => (is_time(at) && !tokens[at].does(Does::SINCE)).then_some(at + 1),
            _ => None,
        });
        let Some(mark) = mark.filter(|_| number.digits == 4 && self.reading.mentions(Topic::Pin)) else { return false };
        let before = (mark.saturating_sub(REACH)..mark)
            .rev()
            .take_while(|&at| !self.reading.ends_sentence(at) && !tokens[at].does(Does::NEGATION));
        let mut dated = false;
        for at in before {
            match self.reading.hit(&tokens[at]).map(|hit| hit.cue.topic) {
                Some(Topic::Time) => dated = true,
                Some(Topic::Pin) => return dated,
                _ => {}
            }
        }
        false
    }

    /// Returns whether a number answers a question for a PIN by what it equals: "it's my birth year 1962", "same as my house
    /// number 3391".
    pub(super) fn is_described_pin(&self, number: &Number) -> bool {
        let opens = self.reading.tokens.iter().find(|t| t.is_text());
        let it_is = ask::explains(self.reading, 0);
        self.expected.asked == Topics::NONE.with(Topic::Pin)
            && !self.expected.answered
            && (it_is || opens.is_some_and(|t| self.reading.is_in(t, PhraseSet::EQUALS)))
            && self.few_numbers().len() == 1
            && (4..=6).contains(&number.digits)
            && number.groups == 1
            && !number.attached
    }

    /// Returns whether nine digits are a Social Security number: they are dictated or grouped as printed, the text
    /// mentions one, and no other number is as long.
    pub(super) fn is_the_social(&self, number: &Number) -> bool {
        let lens = || {
            self.reading.tokens[number.first..=number.last].iter().filter(|t| t.kind == Kind::Digits).map(Token::len)
        };
        // "Last four 1120, the full one is 078051120".
        let whole = |at: &Token| self.reading.is_in(at, PhraseSet::FULL);
        let near = &self.reading.tokens[number.first.saturating_sub(3)..number.first];
        let told = lens().eq([3, 2, 4])
            || near.iter().any(whole)
            || number.groups == 9
            || self.page.is_disguised(number.first, number.last) && !lens().eq([9]);
        number.digits == 9
            && told
            && !number.attached
            && self.reading.mentions(Topic::SocialSecurity)
            && !self.reading.mentions(Topic::Phone)
            && !self.has_long_numbers()
    }

    /// Returns whether a number has the length of a CLABE, a CCC or a CBU and the text mentions an account.
    pub(super) fn is_long_account(&self, number: &Number) -> bool {
        matches!(number.digits, 18 | 20 | 22) && !number.attached && self.reading.mentions(Topic::Account)
    }

    /// Returns whether the cue is the word for a check.
    pub(super) fn names_a_check(&self, governor: &Governor) -> bool {
        let hit = &self.reading.cues[governor.hit];
        hit.first == hit.last && self.reading.tokens[hit.first].is_any(WordSet::CHECK)
    }

    /// Returns the secret that a number is if it is the whole object of a verb of entering and a secret that is typed
    /// was mentioned: "It won't take my PIN. I typed 5318 and then...".
    pub(super) fn is_typed(&self, number: &Number) -> Option<Entity> {
        let tokens = &self.reading.tokens;
        let verb = number.first.checked_sub(1).map(|at| &tokens[at])?;
        let entered = verb.kind == Kind::Word
            && verb.does(Does::ENTRY)
            && verb.cue == 0
            && !self.reading.is_in(verb, PhraseSet::I);
        let alone = self.reading.token(number.last + 1).is_none_or(|t| {
            matches!(t.kind, Kind::Newline | Kind::Mark(b'.' | b',' | b';' | b'!' | b'?' | b')' | b'"'))
                || t.kind == Kind::Word
                    && (t.does(Does::CONJUNCTION) || t.does(Does::TO) || self.reading.is_in(t, PhraseSet::AFTER_ENTRY))
        });
        let entered = entered || self.is_changed(number);
        let fits = (4..=8).contains(&number.digits)
            && number.groups == 1
            && !number.attached
            && matches!(number.shape, NumberShape::Bare | NumberShape::Likely("year"));
        // "It asked for the ZIP so I put 08527": something else was named last.
        let from = number.first.saturating_sub(12);
        let other = (from..number.first)
            .rev()
            .take_while(|&at| !self.reading.ends_sentence(at))
            .find_map(|at| self.reading.hit(&tokens[at]))
            .is_some_and(|hit| {
                !(hit.cue.topic.is_secret() || matches!(hit.cue.topic, Topic::Place | Topic::Quantity | Topic::Time))
            });
        if !(entered && alone && fits) || other {
            return None;
        }
        let spoken = |topic: Topic| self.expected.spoken.contains(topic) || self.reading.mentions(topic);
        match () {
            () if spoken(Topic::Pin) || self.reading.has_any(WordSet::ATM) => Some(Entity::Pin),
            () if spoken(Topic::OneTimePasscode) || spoken(Topic::Code) => Some(Entity::OneTimePasscode),
            () if spoken(Topic::Password) => Some(Entity::Password),
            () => None,
        }
    }

    /// Returns whether the number is part of a change from one number to another: "I went from 2301 to 2302".
    pub(super) fn is_changed(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens;
        let alike = |at: usize| {
            self.reading.token(at).is_some_and(|t| t.kind == Kind::Digits && t.len() == number.digits && t.spaced)
        };
        let before = number.first.checked_sub(1).map(|at| &tokens[at]);
        let from = before.is_some_and(|t| t.does(Does::FROM))
            && self.reading.token(number.last + 1).is_some_and(|t| t.does(Does::TO))
            && alike(number.last + 2);
        let to = before.is_some_and(|t| t.does(Does::TO))
            && number.first >= 3
            && alike(number.first - 2)
            && tokens[number.first - 3].does(Does::FROM);
        number.groups == 1 && (from || to)
    }

    /// Returns whether the number is the value of an option that no cue names: "-p 2222", "--port 8443".
    pub(super) fn is_option(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens;
        number.first >= 2
            && tokens[number.first].spaced
            && tokens[number.first - 1].kind == Kind::Word
            && !tokens[number.first - 1].spaced
            && (tokens[number.first - 1].cue == 0
                || !tokens[number.first - 1].does(Does::GLUE)
                    && number.digits <= 5
                    && self.reading.is_word(&tokens[number.first - 1], b"port"))
            && tokens[number.first - 2].is(b'-')
            && (tokens[number.first - 2].spaced || number.first >= 3 && tokens[number.first - 3].is(b'-'))
    }

    /// Returns whether the number is as long as the secret before it and words refer back to that one: "... is 5528,
    /// the one before 1907".
    pub(super) fn is_another(&self, before: &Number, number: &Number) -> bool {
        const FARTHEST: usize = 20;
        number.digits == before.digits
            && number.groups == before.groups
            && !number.attached
            && number.digits >= 4
            && number.first > before.last
            && number.first - before.last <= FARTHEST
            && matches!(number.shape, NumberShape::Bare | NumberShape::Likely("year"))
            && self.reading.any_of(before.last + 1, number.first, WordSet::ANOTHER)
            && !self.reading.tokens[before.last + 1..number.first].iter().any(|t| {
                t.kind == Kind::Newline
                    || self.reading.hit(t).is_some_and(|hit| {
                        !hit.cue.topic.is_secret() && !matches!(hit.cue.topic, Topic::Quantity | Topic::Time)
                    })
            })
    }

    /// Returns whether the number corrects the one before it: "I put 553 and it is 533", "no era 771203, era 771230".
    pub(super) fn is_corrected(&self, before: &Number, number: &Number) -> bool {
        const FARTHEST: usize = 6;
        let tokens = &self.reading.tokens;
        let near = number.first > before.last && number.first - before.last <= FARTHEST;
        let alike = number.digits == before.digits && number.groups == before.groups && !number.attached;
        near && alike
            && number.shape == NumberShape::Bare
            && tokens[number.first - 1].does(Does::COPULA)
            && tokens[number.first - 1].kind == Kind::Word
            && tokens[before.last + 1..number.first].iter().all(|t| {
                t.kind == Kind::Word && t.cue == 0 && t.does(Does::GLUE.union(Does::CONJUNCTION).union(Does::NEGATION))
                    || matches!(t.kind, Kind::Mark(b',' | b';' | b'\''))
            })
    }

    /// Returns whether the number replaces something harmless: "$215.00, not 250".
    pub(super) fn stands_for(&self, before: usize, number: &Number) -> bool {
        let between = self.reading.tokens.get(before + 1..number.first).unwrap_or_default();
        let is = |t: &Token| self.reading.is_in(t, PhraseSet::INSTEAD);
        (1..=4).contains(&between.len())
            && between.iter().any(|t| t.kind == Kind::Word)
            && between.iter().all(|t| t.is(b',') || is(t))
    }

    /// Returns whether the two numbers belong to one list and look alike: "I typed 5318 and then 5381".
    pub(super) fn is_like(&self, before: &Number, number: &Number) -> bool {
        number.digits == before.digits
            && number.digits >= 4
            && number.groups == before.groups
            && !number.attached
            && number.first > before.last
            && number.shape == NumberShape::Bare
            && govern::in_one_breath(self.reading, before, number)
    }

    /// Returns whether the words around a number are typical of a message with a passcode: "Use 436008 to sign in".
    pub(super) fn is_to_be_used(&self, number: &Number) -> bool {
        let is = |at: usize, set: PhraseSet| self.reading.token(at).is_some_and(|t| self.reading.is_in(t, set));
        let next = number.last + 1;
        // "It sent me 883 412": grouped like a code.
        let sent = number.digits == 6
            && number.groups == 2
            && self.reading.tokens[number.first].len() == 3
            && number.first >= 2
            && (is(number.first - 1, PhraseSet::US) || self.reading.tokens[number.first - 1].does(Does::SENT))
            && self.reading.tokens[number.first - 2..number.first].iter().any(|t| t.does(Does::SENT));
        // "Google sent me G-774120".
        let start = self.reading.chunk_start(number.first);
        let prefixed = start < number.first
            && start >= 2
            && (4..=8).contains(&number.digits)
            && one_time_passcode::has_prefix(self.reading, number.first)
            && is(start - 1, PhraseSet::US)
            && self.reading.tokens[start - 2].does(Does::SENT);
        // "BBVA 88310247 para autorizar tu operacion".
        let authorizes = (6..=8).contains(&number.digits)
            && number.groups == 1
            && number.shape == NumberShape::Bare
            && !number.attached
            && is(next, PhraseSet::TO)
            && is(next + 1, PhraseSet::AUTHORIZES);
        sent || prefixed
            || authorizes
            || self.is_in_a_text(number)
            || (4..=8).contains(&number.digits) && self.lets_in(number.first, number.last)
    }

    /// Returns whether phrases like "Use ... to sign in" surround the tokens.
    pub(super) fn lets_in(&self, first: usize, last: usize) -> bool {
        let is = |at: usize, set: PhraseSet| self.reading.token(at).is_some_and(|t| self.reading.is_in(t, set));
        first.checked_sub(1).is_some_and(|at| is(at, PhraseSet::USES))
            && is(last + 1, PhraseSet::TO_AS)
            && is(last + 2, PhraseSet::LETS_IN)
    }

    /// Returns whether six digits directly follow a report of a text message: "The text says 771204", "they texted me
    /// this: 771204".
    pub(super) fn is_in_a_text(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens;
        let six = number.digits == 6 && number.groups <= 2 && number.shape == NumberShape::Bare && !number.attached;
        let Some(verb) = number.first.checked_sub(1).filter(|_| six) else { return false };
        let is = |at: usize, set: PhraseSet| self.reading.is_in(&tokens[at], set);
        let tells = tokens[verb].does(Does::COPULA) || tokens[verb].is(b':') || is(verb, PhraseSet::READS);
        tells && (verb.saturating_sub(3)..verb).any(|at| is(at, PhraseSet::SMS))
    }

    /// Returns whether the digits are counted and the text mentions cards: "... and the three digits are 552".
    pub(super) fn is_counted_out(&self, number: &Number) -> bool {
        let Some(copula) = number.first.checked_sub(1) else { return false };
        let tokens = &self.reading.tokens;
        let count = if number.digits == 3 { WordSet::THREE } else { WordSet::FOUR };
        copula >= 2
            && (tokens[copula].does(Does::COPULA) || tokens[copula].is(b':') || tokens[copula].is_any(WordSet::ARE))
            && tokens[copula - 1].does(Does::DIGITS)
            && tokens[copula - 2].is_any(count)
            && (self.mentions_cards() || self.reading.has_any(WordSet::EXPIRES))
            && !(copula >= 3 && tokens[copula - 3].is_any(WordSet::END))
    }

    /// Returns whether three digits follow a side of the card: "The back says 123."
    pub(super) fn is_said_by_card(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens;
        if number.digits != 3 || number.first < 2 {
            return false;
        }
        let said = tokens[number.first - 1].does(Does::COPULA);
        // "Por detrás tiene el 740", if the text mentions cards.
        let has = self.mentions_cards() && self.reading.is_in(&tokens[number.first - 1], PhraseSet::CARRIES);
        let far = has || said && self.mentions_cards();
        tokens[number.first.saturating_sub(if far { 5 } else { 2 })..number.first - 1]
            .iter()
            .any(|t| (said || has) && t.does(Does::FACE) && t.kind == Kind::Word)
    }

    /// Returns whether a clause says no more than on which side the number is: "it's 722 on the back", "al reverso 722".
    fn is_only_on_a_face(&self, number: &Number) -> bool {
        const LONGEST: usize = 8;
        let tokens = &self.reading.tokens;
        let ends =
            |at: usize| tokens[at].is(b',') || tokens[at].kind == Kind::Newline || self.reading.ends_sentence(at);
        let from =
            (number.first.saturating_sub(LONGEST)..number.first).rev().find(|&at| ends(at)).map_or(0, |at| at + 1);
        let until = (number.last + 1..tokens.len()).find(|&at| ends(at)).unwrap_or(tokens.len());
        let talk = Does::GLUE.union(Does::FILLER).union(Does::COPULA).union(Does::REPORTS).union(Does::FACE);
        // "The 3 on the back, 722".
        let says = |t: &Token| match t.kind {
            _ if t.is_any(WordSet::THREE) => true,
            Kind::Word => t.cue == 0 && t.does(talk) && !t.does(Does::NEGATION),
            Kind::Mark(mark) => mark == b'\'',
            _ => false,
        };
        let clause = || tokens[from..number.first].iter().chain(&tokens[number.last + 1..until]);
        until - from <= LONGEST && clause().all(says) && clause().any(|t| t.kind == Kind::Word && t.does(Does::FACE))
    }

    /// Returns whether a side of the card and its digits are mentioned in one sentence: "The four digits above the
    /// number on the front of my Amex are 7719".
    pub(super) fn is_on_card_face(&self, number: &Number) -> bool {
        let assigned = number.first > 0 && self.reading.tokens[number.first - 1].is(b'=');
        if !matches!(number.digits, 3 | 4) || number.shape != NumberShape::Bare || number.attached || assigned {
            return false;
        }
        let tokens = &self.reading.tokens;
        let from = (number.first.saturating_sub(24)..number.first)
            .rev()
            .find(|&i| self.reading.ends_sentence(i) || tokens[i].kind == Kind::Newline)
            .map_or(number.first.saturating_sub(24), |i| i + 1);
        let until = (number.last + 1..tokens.len().min(number.last + 20))
            .find(|&i| self.reading.ends_sentence(i) || tokens[i].kind == Kind::Newline)
            .unwrap_or(tokens.len().min(number.last + 20));
        let around = || tokens[from..number.first].iter().chain(&tokens[number.last + 1..until]);
        let face = around().any(|t| t.does(Does::FACE) && t.kind == Kind::Word);
        let digits = around().any(|t| {
            t.does(Does::DIGITS)
                || self.reading.hit(t).is_some_and(|h| matches!(h.cue.topic, Topic::Code | Topic::SecurityCode))
        });
        // "My amex says 7719 on the front."
        let shown = face
            && number.first > 0
            && tokens[number.first - 1].does(Does::COPULA)
            && around().any(|t| self.reading.hit(t).is_some_and(|h| h.cue.topic == Topic::Card));
        self.is_said_by_card(number)
            || shown
            || face && number.digits == 3 && number.groups == 1 && self.is_only_on_a_face(number)
            || self.is_counted_out(number)
            || face
                && digits
                && around().any(|t| {
                    self.reading
                        .hit(t)
                        .is_some_and(|h| matches!(h.cue.topic, Topic::Card | Topic::SecurityCode | Topic::Code))
                })
    }
}
