//! Scores the values that neither their form nor a cue decides, with learned weights.
//!
//! Each value that may be a secret gets a list of [features](value) from a bounded window, from the findings of the
//! rules, and from the memory of the last messages. The [weights] of the features add up to a score. Values are scored
//! from left to right; each decision is a feature of the next value.

mod feature;
pub(super) mod question;
#[cfg(test)]
pub(crate) mod record;
mod value;
mod weights;

use smallvec::SmallVec;

use crate::detect::cues::{PhraseSet, Topic, WordClass, WordSet};
use crate::detect::number::{self, Number, NumberShape};
use crate::detect::password;
use crate::detect::token::{Hit, Kind, Token, TokenizedText};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::cued::joined_numbers;
use crate::judge::verdict::Weighed;
use crate::judge::{again, quiet};
use crate::message::Role;
use crate::sensitivity::Sensitivity;
use crate::text::is_number_word;

use value::{Before, Context, LEFT, RIGHT, Value};
use weights::{Row, RowSum, Weights};

#[cfg(not(test))]
static WEIGHTS: Weights = Weights::built_in();
#[cfg(test)]
static WEIGHTS: std::sync::LazyLock<Weights> = std::sync::LazyLock::new(Weights::named_or_built_in);

#[cfg(not(test))]
mod record {
    pub(super) const fn is_recording() -> bool {
        false
    }
}

/// The minimum score of a secret that the rules have not found, in sixteenths of a nat.
const FOUND: i32 = 16;

/// The minimum score of a plain word, which may be anything.
const FOUND_WORD: i32 = 16;

/// The minimum score of a plain word in a short answer to a question for a password.
const FOUND_ANSWER: i32 = -8;

/// The minimum score of letters with digits that no word for a secret names.
const FOUND_UNNAMED: i32 = 32;

/// The minimum score of an everyday word, such as "yesterday" or "indicated", if no password is expected.
const FOUND_EVERYDAY: i32 = 128;

/// The score below which a finding is dropped, if the rules found it by a word near it. Answers, cards and Social
/// Security numbers are never dropped, and nothing is at strict sensitivity.
const DROPPED: i32 = -64;

/// The difference between the minimum scores of adjacent sensitivities.
const SENSITIVITY_STEP: i32 = 16;

/// The maximum number of digits of a scored number: that of the longest account numbers.
const LONGEST: usize = 22;

/// The form decides about numbers with at least this many digits that a cue calls harmless.
const CARD_DIGITS: usize = 12;

/// More numbers than these, each one more than the one before, count something.
const FEWEST_COUNTED: usize = 4;

/// The maximum number of values of a message that are scored. Messages written by people have fewer.
const MAX_VALUES: usize = 256;

/// The name of the hidden layer's contribution in explanations.
const HIDDEN_LAYER: &str = "combination";

/// Returns what a token contributes to a feature: its word in lower case, its count of digits, or its mark.
fn token_value(reading: &TokenizedText<'_>, token: &Token) -> u64 {
    match token.kind {
        Kind::Word | Kind::Mixed => feature::word(reading.bytes(token)),
        Kind::Digits => 0x1000 + token.len().min(20) as u64,
        Kind::Mark(mark) => 0x100 + u64::from(mark),
        Kind::Newline => 2,
        Kind::Other => 3,
        Kind::Masked => 4,
    }
}

/// Returns where the stretch without spaces starts that the token at `at` is in; at least `from`.
fn stretch_start(reading: &TokenizedText<'_>, from: usize, at: usize) -> usize {
    let tokens = &reading.tokens;
    let joins = |at: &usize| !tokens[*at].spaced && tokens[*at - 1].kind != Kind::Newline;
    at - (from + 1..=at).rev().take_while(joins).count()
}

impl MessageAnalysis<'_, '_> {
    /// Scores the values that their form leaves open: adds findings that the rules missed, and drops findings if there
    /// is strong evidence against them.
    pub(super) fn weigh(&mut self, role: Role, certain: usize) {
        if self.expected.sensitivities.is_off() || WEIGHTS.is_empty() && !record::is_recording() {
            return;
        }
        let values = self.values(certain);
        let Some(last) = values.last() else { return };
        if last.last < self.from {
            return;
        }
        // Of what was judged before, only the last decision counts.
        let judged = values.partition_point(|value| value.last < self.from).saturating_sub(1);
        let count = values.len();
        let values = &values[judged..];
        let context = Context::of(self, role.serves(), values, count);
        let mut before = Before::default();
        let mut words: Option<usize> = None;
        let mut dropped: SmallVec<[usize; 4]> = SmallVec::new();
        let mut kinds: SmallVec<[(value::Kind, RowSum); 2]> = SmallVec::new();
        for value in values {
            let kind = value::kind(self.reading, value);
            let known = kinds.iter().find(|(known, _)| *known == kind).map(|(_, sum)| *sum);
            let mut sum = known.unwrap_or_else(|| {
                let mut sum = WEIGHTS.of_value();
                value::features_of_kind(self, &context, kind, &mut |_, feature| WEIGHTS.add(&mut sum, feature));
                kinds.push((kind, sum));
                sum
            });
            value::own_features(self, &context, value, kind, before, &mut |_, feature| WEIGHTS.add(&mut sum, feature));
            let scores = WEIGHTS.scores(&sum);
            let by_rules = value.rule.map(|at| self.verdict.found[at].entity);
            let likeliest = by_rules.or_else(|| self.kind_of(value, &scores));
            let needed = likeliest.map(|entity| self.needed(value, entity));
            let entity = likeliest.filter(|_| needed.is_some_and(|needed| scores[0] >= needed));
            if self.explains && (by_rules.is_none() || entity.is_none()) {
                let mut reasons = value::reasons(self, &context, value, before, |feature| WEIGHTS.alone(feature));
                reasons.sort_by_key(|(_, score)| -score.abs());
                reasons.push((HIDDEN_LAYER.to_owned(), WEIGHTS.hidden_output(&sum)));
                reasons.retain(|(_, score)| *score != 0);
                let span = self.reading.span(value.first, value.last);
                self.verdict.weighed.push(Weighed { span, entity: likeliest, score: scores[0], needed, reasons });
            }
            #[cfg(test)]
            let entity = {
                let span = self.page.view.source(self.reading.span(value.first, value.last));
                record::value(span, by_rules, |add| {
                    value::features(self, &context, value, before, &mut |template, feature| add(template, feature));
                })
                .unwrap_or(entity)
            };
            before = Before {
                last: value.last,
                decided: entity.and_then(Topic::of).map_or(1, |topic| topic as u64 + 2),
                digits: value.number.map_or(0, |n| n.digits as u64),
            };
            if let Some(at) = value.rule {
                if entity.is_none() {
                    dropped.push(at);
                }
                continue;
            }
            let Some(entity) = entity else { continue };
            // The next word of a passphrase.
            let phrase = words.filter(|at| {
                let last = &self.verdict.found[*at];
                entity == Entity::Password && last.entity == entity && self.last_token(*at) + 1 == value.first
            });
            match phrase {
                Some(at) => {
                    self.verdict.found[at].span.end = self.reading.span(value.first, value.last).end;
                    self.claimed[value.first..=value.last].fill(true);
                }
                None => {
                    words = Some(self.verdict.found.len());
                    self.find_value(value, entity, scores[0]);
                }
            }
        }
        dropped.sort_unstable();
        for at in dropped.into_iter().rev() {
            let span = self.verdict.found.remove(at).span;
            self.claimed[self.reading.tokens_of(span)].fill(false);
        }
    }

    /// Returns the minimum score of a secret of this kind.
    fn needed(&self, value: &Value, entity: Entity) -> i32 {
        let Some(at) = value.rule else {
            let found = match self.is_mixed(value) {
                _ if value.number.is_some() => FOUND,
                true if self.is_spoken_of(value) => FOUND,
                true => FOUND_UNNAMED,
                false if self.is_short_answer() => FOUND_ANSWER,
                false if self.is_everyday(value) => FOUND_EVERYDAY,
                false => FOUND_WORD,
            };
            return self.sensitivity_offset(entity) + found;
        };
        let evidence = &self.verdict.found[at].evidence;
        let stands_out = value.first > 0
            && matches!(self.reading.tokens[value.first - 1].kind, Kind::Mark(b'*' | b'"' | b'[' | b'<'));
        let may_drop = evidence.cue.is_some_and(|cue| cue != again::CUE)
            && !evidence.asked
            && !stands_out
            && !matches!(entity, Entity::Card | Entity::SocialSecurity)
            && matches!(self.expected.sensitivities.of(entity), Some(Sensitivity::Balanced | Sensitivity::Lenient));
        if may_drop { DROPPED } else { i32::MIN }
    }

    /// Returns whether this is a customer's short message right after a question for a password, which is not found yet.
    fn is_short_answer(&self) -> bool {
        const MOST_WORDS: usize = 5;
        self.reading.facts.words <= MOST_WORDS
            && !self.masked
            && !self.verdict.found.iter().any(|found| found.entity == Entity::Password)
            && self.expected.recent[0].asked().contains(Topic::Password)
            && self.expected.may_answer()
    }

    /// Returns whether a value is an everyday word, a word joined to one ("self-service"), or has the ending of words
    /// that describe passwords, and no password is expected.
    fn is_everyday(&self, value: &Value) -> bool {
        let tokens = &self.reading.tokens[value.first..=value.last];
        let everyday = WordClass::COMMON.union(WordClass::GLUE).union(WordClass::FILLER).union(WordClass::STATE);
        let said = |token: &Token| token.does(everyday) || password::is_predicate(self.reading.bytes(token));
        let joins = |token: &Token| matches!(token.kind, Kind::Mark(b'-' | b'\'' | b'/'));
        !self.expected.awaits_a_password()
            && tokens.iter().all(|token| token.kind == Kind::Word || joins(token))
            && tokens.iter().any(|token| token.kind == Kind::Word && said(token))
    }

    /// Returns what the configured sensitivity adds to the minimum score of a secret of this kind.
    fn sensitivity_offset(&self, entity: Entity) -> i32 {
        match self.expected.sensitivities.of(entity) {
            Some(Sensitivity::Strict) => -SENSITIVITY_STEP,
            Some(Sensitivity::Balanced) => 0,
            Some(Sensitivity::Lenient) => SENSITIVITY_STEP,
            None => i32::MAX / 2,
        }
    }

    fn last_token(&self, found: usize) -> usize {
        let end = self.verdict.found[found].span.end;
        self.reading.tokens.partition_point(|t| (t.end as usize) < end)
    }

    /// Returns the kind with the highest score, or `None` if the value's form does not fit it. A number that is too
    /// short for a card, an account or a Social Security number may be a piece of one, which [`pieces`](super::pieces)
    /// handles.
    fn kind_of(&self, value: &Value, sum: &Row) -> Option<Entity> {
        let digits = value.number.filter(|n| n.first == value.first && n.last == value.last).map(|n| n.digits);
        let of_digits = |topic: &Topic| matches!(topic, Topic::Card | Topic::SocialSecurity | Topic::SecurityCode);
        let kinds = Topic::ALL.into_iter().filter(|topic| topic.entity().is_some());
        let kinds = kinds.filter(|topic| digits.is_some() || !of_digits(topic));
        let best = kinds.max_by_key(|topic| sum[1 + *topic as usize])?;
        let fits = match (best, digits) {
            (Topic::Card, Some(digits)) => digits >= 12,
            (Topic::SocialSecurity, Some(digits)) => (8..=10).contains(&digits),
            (Topic::Account, Some(digits)) => digits >= 5,
            (Topic::SecurityCode, Some(digits)) => digits <= 4,
            _ => true,
        };
        best.entity().filter(|_| fits && !self.is_placeholder(value))
    }

    /// Returns whether a value is a placeholder: `YOUR_PASSWORD_HERE`, the same digit repeated, `1 2 3 4 5 6`.
    fn is_placeholder(&self, value: &Value) -> bool {
        let span = self.reading.span(value.first, value.last);
        if password::is_placeholder(&self.reading.text[span.start..span.end]) {
            return true;
        }
        let standard = |t: &Token| self.reading.is_in(t, PhraseSet::STANDARD);
        if self.reading.tokens[value.first..=value.last].iter().filter(|t| t.is_text()).all(standard)
            && value.number.is_none()
        {
            return true;
        }
        let groups = || self.reading.tokens[value.first..=value.last].iter().filter(|t| t.kind == Kind::Digits);
        let numbers =
            groups().map(|t| std::str::from_utf8(self.reading.bytes(t)).ok().and_then(|n| n.parse::<u32>().ok()));
        let counts =
            |pair: (Option<u32>, Option<u32>)| matches!(pair, (Some(a), Some(b)) if Some(b) == a.checked_add(1));
        if groups().count() > FEWEST_COUNTED && numbers.clone().zip(numbers.skip(1)).all(counts) {
            return true;
        }
        let digits = groups().flat_map(|t| self.reading.bytes(t));
        let (mut count, mut first) = (0, None);
        for digit in digits {
            if *first.get_or_insert(digit) != digit {
                return false;
            }
            count += 1;
        }
        count >= 9
    }

    fn is_mixed(&self, value: &Value) -> bool {
        self.reading.tokens[value.first..=value.last].iter().any(|t| matches!(t.kind, Kind::Mixed | Kind::Digits))
    }

    fn find_value(&mut self, value: &Value, entity: Entity, score: i32) {
        let candidate = crate::detect::Candidate {
            first: value.first,
            last: value.last,
            entity,
            claim: crate::detect::Claim::Possible,
            topics: &[],
            evidence: Evidence {
                disguised: self.page.is_disguised(value.first, value.last),
                digits: value.number.map_or(0, |n| u8::try_from(n.digits).unwrap_or(u8::MAX)),
                score: i16::try_from(score).unwrap_or(i16::MAX),
                ..Evidence::default()
            },
        };
        self.find(&candidate, candidate.evidence);
    }

    /// Returns the values that may be secrets and that their form leaves open, in order.
    fn values(&self, certain: usize) -> SmallVec<[Value; 8]> {
        let mut values: SmallVec<[Value; 8]> = SmallVec::new();
        let reading = self.reading;
        // Masks count, so that redacting a text twice gives the same scores.
        let masked = reading.tokens.iter().filter(|token| self.masked && token.kind == Kind::Masked).count();
        let most = MAX_VALUES.saturating_sub(masked);
        for (at, found) in self.verdict.found.iter().enumerate() {
            let by_form = at < certain && found.entity != Entity::Password;
            if by_form || found.part || found.solicited || found.expiry {
                continue;
            }
            let first = reading.tokens.partition_point(|t| (t.end as usize) <= found.span.start);
            let last = reading.tokens.partition_point(|t| (t.start as usize) < found.span.end).max(first + 1) - 1;
            let next = self.page.numbers.partition_point(|n| n.first < first);
            let number = self.page.numbers.get(next).filter(|n| n.last <= last).copied();
            values.push(Value { first, last, number, rule: Some(at) });
        }
        let joined = joined_numbers(self.page, self.is_bare());
        for number in joined.iter().filter(|n| self.is_free(n.first, n.last) && self.is_open(n)) {
            if values.len() >= most {
                break;
            }
            let mut value = Value { first: number.first, last: number.last, number: Some(*number), rule: None };
            if let Some((first, last)) = password::chunk(reading, number.first)
                && (first < number.first || last > number.last)
                && last >= number.last
                && self.is_free(first, last)
                && reading.tokens[first..=last].iter().any(Token::is_text)
                && last - first < 12
            {
                (value.first, value.last) = (first, last);
            }
            values.push(value);
        }
        self.words(&mut values, most);
        self.strong(&mut values, most);
        values.sort_by_key(|value| (value.first, value.last));
        values.dedup_by_key(|value| value.first);
        values
    }

    /// Returns whether anything near a number, or said before, may make it a secret.
    fn is_open(&self, number: &Number) -> bool {
        let by_itself = match number.shape {
            NumberShape::Harmless(_) => return false,
            _ if number::is_glued(self.reading, number.first, number.last) => return false,
            _ if self.is_element(number) || self.parts.contains(&number.first) => return false,
            _ if self.has_named_what_was_asked() && !self.is_named(number) => return false,
            _ if self.ends_what_was_asked(number) || self.is_the_other_of_two(number) => return false,
            NumberShape::Likely("order number") if !self.expected.awaits_a_secret() => return false,
            NumberShape::Likely("phone") => number.digits != 10 || number.groups != 3,
            // "The PIN is not the year I was born, 1997."
            NumberShape::Likely("year") if self.is_negated(number.first) => return false,
            _ => true,
        };
        let named = |topic: Topic, _| matches!(topic, Topic::Reference | Topic::Device | Topic::Phone);
        if number.digits >= CARD_DIGITS && self.is_cued(number.first, number.last, named) {
            return false;
        }
        (2..=LONGEST).contains(&number.digits)
            && (by_itself && (number.digits > 3 || self.is_bare() && self.expected.may_answer())
                || self.expected.awaits_a_secret()
                || self.is_cued(number.first, number.last, |topic, _| topic.is_secret()))
    }

    /// Returns whether four digits answer a question for nothing but the last digits of something.
    fn ends_what_was_asked(&self, number: &Number) -> bool {
        self.expected.may_answer()
            && self.expected.recent[0].asked().iter().eq([Topic::Partial])
            && number.digits == 4
            && number.groups == 1
    }

    /// Returns whether a negation and a word of time precede the token in its sentence.
    fn is_negated(&self, at: usize) -> bool {
        const REACH: usize = 12;
        let tokens = &self.reading.tokens;
        let before = || {
            let sentence = |at: &usize| !self.reading.ends_sentence(*at);
            (at.saturating_sub(REACH)..at).rev().take_while(sentence).map(|at| &tokens[at])
        };
        let time = |t: &Token| self.reading.hit(t).is_some_and(|hit| hit.cue.topic == Topic::Time);
        before().any(|t| t.kind == Kind::Word && t.does(WordClass::NEGATION)) && before().any(time)
    }

    /// Returns whether a user name ends at `last`: a word for one precedes it, and its password follows.
    fn is_login(&self, first: usize, last: usize) -> bool {
        let tokens = &self.reading.tokens;
        let link =
            |at: usize| tokens[at].is(b':') || tokens[at].kind == Kind::Word && tokens[at].does(WordClass::COPULA);
        let names = |at: Option<usize>| {
            at.and_then(|at| self.reading.hit(&tokens[at])).is_some_and(|hit| hit.cue.topic == Topic::Login)
        };
        let before = first.checked_sub(1);
        let named = names(before) || before.is_some_and(|at| link(at) && names(at.checked_sub(1)));
        let password = |at: usize| tokens.get(at).is_some_and(|t| self.claimed[at] || t.kind == Kind::Masked);
        named && (password(last + 1) || password(last + 2))
    }

    /// Returns whether the number is the text of an element whose name is in no table: `<shop>0447</shop>`.
    fn is_element(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens;
        let is = |at: usize, mark: u8| tokens.get(at).is_some_and(|t| t.is(mark));
        number.first > 0
            && is(number.first - 1, b'>')
            && is(number.last + 1, b'<')
            && is(number.last + 2, b'/')
            && tokens.get(number.last + 3).is_some_and(|t| t.kind == Kind::Word && t.cue == 0)
    }

    /// Returns whether a secret is expected or a word near the value names one.
    fn is_spoken_of(&self, value: &Value) -> bool {
        self.expected.awaits_a_secret() || self.is_cued(value.first, value.last, |topic, _| topic.is_secret())
    }

    /// Returns whether a cue for which `counts` returns `true` is near the tokens.
    fn is_cued(&self, first: usize, last: usize, counts: impl Fn(Topic, bool) -> bool) -> bool {
        self.is_cued_within(first, last, RIGHT, counts)
    }

    /// Like [`is_cued`](Self::is_cued), with at most `right` tokens between them and a cue after them.
    fn is_cued_within(&self, first: usize, last: usize, right: usize, counts: impl Fn(Topic, bool) -> bool) -> bool {
        let from = self.reading.cues.partition_point(|hit| hit.last + LEFT < first);
        self.reading.cues[from..]
            .iter()
            .take_while(|hit| hit.first <= last + right)
            .any(|hit| counts(hit.cue.topic, self.names_a_word(hit)))
    }

    /// Whether a cue names a secret that may be a word.
    fn names_a_word(&self, hit: &Hit) -> bool {
        let tokens = &self.reading.tokens[hit.first..=hit.last];
        tokens.iter().any(|t| t.is_any(WordSet::NAMES_A_WORD.union(WordSet::TOKEN)))
    }

    /// Adds words, and letters with digits, that may be passwords or passcodes.
    fn words(&self, values: &mut SmallVec<[Value; 8]>, most: usize) {
        let reading = self.reading;
        let awaited = self.expected.awaits_a_password();
        let codes = self.expected.awaits_a_secret();
        let signs_in = self.expected.signs_in(reading);
        if !awaited && !signs_in && !password::may_contain_password(reading) && !reading.facts.mixed {
            return;
        }
        let names = |topic: Topic, names_a_word: bool| {
            topic == Topic::Password
                || signs_in && topic == Topic::Login
                || names_a_word && matches!(topic, Topic::Code | Topic::OneTimePasscode | Topic::Pin)
        };
        // Unless any word may be a secret, only those near a cue are read.
        let digits = reading.facts.digits > 0;
        let everywhere = awaited || codes && digits;
        let mut cues = reading
            .cues
            .iter()
            .filter(|hit| digits && hit.cue.topic.is_secret() || names(hit.cue.topic, self.names_a_word(hit)));
        let mut until = if everywhere { reading.tokens.len() } else { 0 };
        let mut at = 0;
        while at < reading.tokens.len() && values.len() < most {
            if at >= until {
                let Some(hit) = cues.next() else { break };
                until = hit.last + LEFT + 1;
                let near = hit.first.saturating_sub(RIGHT).min(reading.tokens.len());
                at = if near > at { stretch_start(reading, at, near) } else { at };
                continue;
            }
            let token = &reading.tokens[at];
            // A number word alone is no password.
            let is_number = || {
                !awaited
                    && token.kind == Kind::Word
                    && is_number_word(reading.text, token.start as usize, token.end as usize)
            };
            if !token.is_text() || token.cue != 0 && token.kind == Kind::Word || is_number() {
                at += 1;
                continue;
            }
            let Some((first, last)) = password::chunk(reading, at) else {
                at += 1;
                continue;
            };
            let (first, last) = if first < at { (at, last.max(at)) } else { (first, last) };
            let next = last.max(at) + 1;
            let mixed = reading.tokens[first..=last].iter().any(|t| matches!(t.kind, Kind::Mixed | Kind::Digits));
            let length = (reading.tokens[last].end - reading.tokens[first].start) as usize;
            let right = match mixed {
                true => RIGHT,
                // What a stream waits for.
                false if !self.expected.serves && password::is_unknown(reading, (first, last)) => {
                    password::RIGHT_OF_WORD
                }
                false => 0,
            };
            let open = awaited
                || self.is_cued_within(first, last, right, names)
                || mixed && digits && (codes || self.is_cued(first, last, |topic, _| topic.is_secret()));
            // "T:WPA;S:Casa" and "DB_USER=app" are settings.
            let set = |t: &Token| matches!(t.kind, Kind::Mark(b'@' | b'/' | b';' | b'='));
            let address = reading.tokens[first..=last].iter().any(set);
            let identifier = mixed && !awaited && number::is_identifier(reading, first, last);
            if open
                && !address
                && (!identifier || self.is_cued(first, last, |topic, _| topic == Topic::Password))
                && self.is_free(first, last)
                && !self.is_login(first, last)
                && length >= 2
            {
                values.push(Value { first, last, number: None, rule: None });
            }
            at = next;
        }
    }

    /// Adds letters with digits that look like a password, whatever the words around them: "it opens with tulip88".
    fn strong(&self, values: &mut SmallVec<[Value; 8]>, most: usize) {
        let reading = self.reading;
        if !reading.facts.mixed {
            return;
        }
        let mut at = 0;
        while at < reading.tokens.len() && values.len() < most {
            let token = &reading.tokens[at];
            let mixed = token.kind == Kind::Mixed && token.len() > quiet::LONGEST_UNIT;
            let value = mixed.then(|| password::chunk(reading, at)).flatten();
            if let Some((first, last)) = value
                && first <= at
                && password::is_strong(reading, (first, last))
                && !reading.tokens[first..=last].iter().any(|t| t.is(b'@') || t.is(b'/'))
                && !number::is_identifier(reading, first, last)
                && self.is_free(first, last)
            {
                values.push(Value { first, last, number: None, rule: None });
            }
            at = value.map_or(at, |(_, last)| last.max(at)) + 1;
        }
    }
}
