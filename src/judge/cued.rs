//! Values that are identified by the words around them: the cue that governs a number, or a phrase.

use std::ops::Range;

use crate::detect::Document;
use crate::detect::cues::{self, PhraseSet, Topic, WordClass as Does};
use crate::detect::number::{Number, NumberShape, Numbers};
use crate::detect::token::{Kind, Token};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::ask::FIRST_DIGITS;
use crate::judge::candidates::CandidateIndex;
use crate::judge::conversation::Topics;
use crate::judge::fits::{harmless_fits, nearly_fits, secret_fits};
use crate::judge::govern::{self, Governor, governor};
use crate::judge::verdict::{READ_BACK, Why};

impl MessageAnalysis<'_, '_> {
    /// Finds numbers by the cue that governs them or by the question.
    pub(super) fn by_cue(&mut self, candidates: &CandidateIndex) {
        let page = self.page;
        let mut previous: Option<(Number, Governor)> = None;
        let mut told: Option<(Number, Entity)> = None;
        // The last number without an explanation.
        let mut waiting: Option<Number> = None;
        // The token after the last amount.
        let mut amount: Option<usize> = None;
        let joined = joined_numbers(page, self.is_bare());
        let mut skip_until = 0;
        for number in joined.iter() {
            if number.first < skip_until {
                continue;
            }
            if !self.is_free(number.first, number.last) {
                previous = None;
                continue;
            }
            // The "4" of "last 4" is not its value.
            if self.reading.hit(&self.reading.tokens[number.first]).is_some_and(|hit| hit.last >= number.last) {
                self.loose.push((*number, false));
                continue;
            }
            if let Some((entity, cue)) = self.parameter(number) {
                skip_until = self.find_said(candidates, number, entity, cue);
                continue;
            }
            if let NumberShape::Harmless(what) = number.shape {
                amount = (what == "amount").then_some(number.last);
                if what == "last digits" {
                    self.loose.push((*number, false));
                } else {
                    self.pass(number, Why::NumberShape(what));
                }
                continue;
            }
            if self.is_option(number) {
                self.pass(number, Why::NumberShape("option of a command"));
                continue;
            }
            if let Some(code) = self.code_beside_another(number) {
                skip_until = self.find_said(candidates, &code, Entity::SecurityCode, "security code");
                continue;
            }
            let fits = |topic: Topic| {
                secret_fits(topic, number) || nearly_fits(topic, number) || harmless_fits(topic, number.digits)
            };
            let start = if number.attached { self.reading.chunk_start(number.first) } else { number.first };
            let mut governor = governor(self.reading, start, number.last, &self.consumed, &fits);
            // "orders 1, 2 and 3": the number shares the cue of the number before it.
            if let Some((before, inherited)) = previous {
                let near = governor.is_none_or(|g| g.cost > 1 && !g.after);
                if near
                    && govern::in_one_breath(self.reading, &before, number)
                    && fits(inherited.cue.topic)
                    && before.digits.abs_diff(number.digits) <= 2
                    && (inherited.cue.topic.is_secret() || !self.is_asked_for(number))
                {
                    governor = Some(inherited);
                }
            }
            // "The PIN is the year my daughter was born, 1997".
            if governor.is_none_or(|g| g.cue.topic == Topic::Time) && self.is_hinted_pin(number)
                || governor.is_some_and(|g| !g.cue.topic.is_secret()) && self.is_described_pin(number)
            {
                self.find_said(candidates, number, Entity::Pin, "pin");
                continue;
            }
            // "My social, and I cannot write, so here: 4 2 6 - 0 4 - 9 9 9 3".
            let by_the_way =
                |topic: Topic| matches!(topic, Topic::Time | Topic::Place | Topic::Amount | Topic::Quantity);
            if governor.is_none_or(|g| by_the_way(g.cue.topic)) && self.is_the_social(number) {
                skip_until = self.find_said(candidates, number, Entity::SocialSecurity, "social security number");
                continue;
            }
            // "The CBU for the refund of the flight: 0170193329157981290548".
            if governor.is_some_and(|g| !g.cue.topic.is_secret() && g.cost > 0) && self.is_long_account(number) {
                skip_until = self.find_said(candidates, number, Entity::Account, "account number");
                continue;
            }
            // "sms 224190 correo 710663": the number is not a user name.
            if governor.is_some_and(|g| g.cue.topic == Topic::Login) && self.is_asked_for(number) {
                governor = None;
            }
            // "The site wants the CVV... I think it's 759".
            if governor.is_none() {
                let fits = |topic: Topic| topic.is_secret() && topic != Topic::Card && secret_fits(topic, number);
                governor = govern::antecedent(self.reading, number.first, &fits).filter(|_| !number.attached);
            }
            // "At the bottom of my check 310557010": a routing number, not that of the check.
            if governor.is_some_and(|g| !g.cue.topic.is_secret() && self.names_a_check(&g))
                && self.is_on_a_check(number, told)
            {
                governor = None;
            }
            // "The last four are 7702. The one on the back is 944."
            if governor.is_some_and(|g| !g.cue.topic.is_secret()) && self.is_said_by_card(number) {
                governor = None;
            }
            // "Amazon: use 550127 to reset your password."
            if governor.is_some_and(|g| !g.cue.topic.is_secret()) && self.is_to_be_used(number) {
                governor = None;
            }
            if let Some(found) = governor.filter(|g| self.is_governed(number, g)) {
                previous = Some((*number, found));
                if found.cost <= 3 || found.after {
                    self.consumed.consume(found.hit);
                }
                if found.cue.topic.is_secret()
                    && let Some(entity) = self.entity(number, &found)
                {
                    skip_until = self.find_said(candidates, number, entity, found.cue.name);
                    // "883412, 771204, both codes": the numbers listed before it are codes too.
                    if let Some(before) = waiting {
                        let breath =
                            found.after && !found.copula && govern::in_one_breath(self.reading, &before, number);
                        if breath || before.last < number.first && self.is_corrected(&before, number) {
                            self.find_before(candidates, &before, number, entity, found.cue.name);
                        }
                    }
                    told = Some((*number, entity));
                    continue;
                }
                if found.cue.name == FIRST_DIGITS || found.cue.topic == Topic::Quantity && number.digits >= 3 {
                    self.loose.push((*number, true));
                } else if found.cue.topic == Topic::Card {
                    // The beginning or a part of a number.
                    self.loose.push((*number, true));
                } else if found.cue.topic == Topic::Partial && found.cost <= 1 {
                    self.parts.push(number.first);
                    self.loose.push((*number, false));
                } else if found.cue.topic == Topic::Partial || found.after && !found.copula {
                    self.loose.push((*number, false));
                } else {
                    self.pass(number, Why::Cue(found.cue.name));
                }
                continue;
            }
            previous = None;
            if self.is_to_be_used(number) {
                self.find_said(candidates, number, Entity::OneTimePasscode, "use it to sign in");
                continue;
            }
            if self.is_on_card_face(number) {
                self.find_said(candidates, number, Entity::SecurityCode, "on the card");
                continue;
            }
            if self.is_on_a_check(number, told) {
                self.find_said(candidates, number, Entity::Account, "on a check");
                told = Some((*number, Entity::Account));
                continue;
            }
            if let Some(entity) = self.is_typed(number) {
                self.find_said(candidates, number, entity, "typed where it was asked for");
                told = Some((*number, entity));
                continue;
            }
            if let NumberShape::Likely(what) = number.shape {
                if !(matches!(what, "year" | "order number") || what == "phone" && self.is_bare()) {
                    self.pass(number, Why::NumberShape(what));
                    continue;
                }
                if what == "phone" && number.digits != 9 {
                    self.pass(number, Why::NumberShape(what));
                    continue;
                }
            }
            if amount.is_some_and(|last| self.stands_for(last, number)) {
                self.pass(number, Why::NumberShape("amount"));
                continue;
            }
            if let Some((entity, announced)) = self.expected_entity(number) {
                let candidate = self.candidate(candidates, number, entity);
                let evidence = Evidence { asked: !announced, announced, ..candidate.evidence };
                self.find(&candidate, evidence);
                skip_until = candidate.last + 1;
                told = Some((*number, entity));
                continue;
            }
            if let Some(entity) = self.read_back_entity(number) {
                skip_until = self.find_said(candidates, number, entity, READ_BACK);
                told = Some((*number, entity));
                continue;
            }
            if let Some((before, entity)) = told.filter(|(before, _)| {
                self.is_another(before, number) || self.is_like(before, number) || self.is_corrected(before, number)
            }) {
                skip_until = self.find_said(candidates, number, entity, "another of its kind");
                told = Some((before, entity));
                continue;
            }
            self.loose.push((*number, true));
            waiting = Some(*number);
        }
        self.account_beside_a_routing_number(candidates);
    }

    /// Finds the account number in a message that names a routing number: "23340971, sort code 60-83-12".
    fn account_beside_a_routing_number(&mut self, candidates: &CandidateIndex) {
        const FARTHEST: usize = 8;
        let mut accounts = self.verdict.found.iter().filter(|found| found.entity == Entity::Account);
        let routing = accounts.next().filter(|found| found.evidence.cue == Some("routing number")).map(|f| f.span);
        let Some(routing) = routing.filter(|_| accounts.next().is_none()) else { return };
        let Range { start, end } = self.reading.tokens_of(routing);
        let account = self.loose.iter().position(|(number, _)| {
            let apart = number.first.saturating_sub(end).max(start.saturating_sub(number.last));
            (7..=12).contains(&number.digits)
                && number.groups == 1
                && number.shape == NumberShape::Bare
                && !number.attached
                && apart <= FARTHEST
        });
        if let Some(at) = account {
            let (number, _) = self.loose.remove(at);
            self.find_said(candidates, &number, Entity::Account, "account number");
        }
    }

    /// Returns what the name of a URL parameter says about its value: `?cvv=123&pin=4821`.
    fn parameter(&self, number: &Number) -> Option<(Entity, &'static str)> {
        if number.shape != NumberShape::Harmless("address on the Internet") || number.first < 3 {
            return None;
        }
        let tokens = &self.reading.tokens;
        let hit = self.reading.hit(&tokens[number.first - 2]).filter(|_| tokens[number.first - 1].is(b'='))?;
        let before = hit.first.checked_sub(1).map(|at| &tokens[at])?;
        let opens = matches!(before.kind, Kind::Mark(b'?' | b'&' | b';' | b'#' | b'_'));
        let topic = hit.cue.topic;
        let fits = topic.is_secret() && !matches!(topic, Topic::Code | Topic::Card) && secret_fits(topic, number);
        topic.entity().filter(|_| opens && fits).map(|entity| (entity, hit.cue.name))
    }

    /// Records a number that a phrase marks as a secret. Returns the token after it.
    fn find_said(&mut self, candidates: &CandidateIndex, number: &Number, entity: Entity, said: &'static str) -> usize {
        let candidate = self.candidate(candidates, number, entity);
        self.find(&candidate, Evidence { cue: Some(said), ..candidate.evidence });
        candidate.last + 1
    }

    /// Returns the security code in two numbers that look like one: "my cvv is 319 4821", or "2041 318" in answer to a
    /// question for it.
    fn code_beside_another(&self, number: &Number) -> Option<Number> {
        let tokens = &self.reading.tokens;
        let pair = [number.first, number.first + 1];
        let two = number.last == pair[1] && pair.iter().all(|at| tokens[*at].kind == Kind::Digits);
        if !two || secret_fits(Topic::SecurityCode, number) {
            return None;
        }
        let named = || {
            self.cue_before(number)
                .is_some_and(|hit| hit.cue.topic == Topic::SecurityCode && number.first - hit.last <= 2)
        };
        let asked = || {
            let asked = self.expected.asked;
            asked.contains(Topic::SecurityCode) && !asked.contains(Topic::Card) && self.is_bare()
        };
        let code = match pair.map(|at| tokens[at].len()) {
            [3, _] if named() => pair[0],
            [3, 4] if asked() => pair[0],
            [4, 3] if asked() => pair[1],
            _ => return None,
        };
        Some(Number { first: code, last: code, digits: 3, groups: 1, shape: NumberShape::Bare, ..*number })
    }

    /// Records the number `before` as the same kind of secret as `number`, if they look alike.
    fn find_before(
        &mut self,
        candidates: &CandidateIndex,
        before: &Number,
        number: &Number,
        entity: Entity,
        name: &'static str,
    ) {
        if before.last < number.first
            && before.digits == number.digits
            && before.groups == number.groups
            && before.shape == NumberShape::Bare
            && self.is_free(before.first, before.last)
        {
            let candidate = self.candidate(candidates, before, entity);
            self.find(&candidate, Evidence { cue: Some(name), ..candidate.evidence });
            if self.loose.last().is_some_and(|(loose, _)| loose.first == before.first) {
                self.loose.pop();
            }
        }
    }

    /// Returns whether a secret was asked for that this number can be.
    fn is_asked_for(&self, number: &Number) -> bool {
        self.harmless_asked(number).is_none()
            && self.expected.asked.iter().any(|topic| topic.is_secret() && secret_fits(topic, number))
    }

    /// Returns whether the cue's claim is strong enough for the shape of the number.
    fn is_governed(&self, number: &Number, governor: &Governor) -> bool {
        let topic = governor.cue.topic;
        if !topic.is_secret() {
            return true;
        }
        if let NumberShape::Likely(what) = number.shape {
            let near = match what {
                "phone" => governor.cost <= 1 && topic != Topic::Code,
                "quantity" => false,
                "time" | "sender" => governor.copula && governor.cost <= 1,
                "last digits" => governor.cost <= 1 && !matches!(topic, Topic::Account | Topic::Card),
                "year" => governor.cost <= 1 || governor.copula && governor.cost <= 4,
                _ => governor.cost <= 2,
            };
            if !near {
                return false;
            }
        }
        if number.attached && topic != Topic::OneTimePasscode && topic != Topic::Code {
            return governor.cost == 0;
        }
        match topic {
            // "account" and "card" are so common that a number near them may be something else.
            Topic::Account => {
                // "The wrong account, I put 008082890623".
                let entered = number.digits >= 8 && number.first > 0 && {
                    let verb = &self.reading.tokens[number.first - 1];
                    verb.kind == Kind::Word && verb.does(Does::ENTRY)
                };
                governor.cost
                    <= if entered {
                        8
                    } else if governor.copula {
                        6
                    } else {
                        4
                    }
            }
            // "PIN code 560001, the postal one": an Indian postal code.
            Topic::Pin if number.digits == 6 && self.reading.mentions(Topic::Zip) => false,
            // "Cotter pins: 180 available".
            Topic::Pin if number.digits == 3 && self.is_plural(governor) => false,
            Topic::Pin if number.digits == 3 => {
                governor.cost == 0
                    && (governor.copula || governor.after || self.reading.cues[governor.hit].last + 1 == number.first)
            }
            Topic::Pin if number.digits > 8 => governor.cost <= 2,
            Topic::Password => governor.cost <= 2 && number.digits >= 4 && !self.is_error_code(number),
            Topic::Code
                if matches!(governor.cue.name, "code" | "código")
                    && (!governor.after && self.is_error_code(number) || self.is_said_by_program(governor)) =>
            {
                false
            }
            Topic::Code if cues::also(governor.cue.name) == Some(Topic::SecurityCode) => true,
            Topic::Code if governor.cue.name == "authorization code" => {
                self.was_sent() || self.reading.does(Does::ENTRY)
            }
            // "Boxes of code 4077 anchors", "code A for the 2800 coins".
            Topic::Code | Topic::Pin if !governor.copula && self.counts_things(number) => false,
            Topic::Code if number.digits == 3 => {
                (self.mentions_cards() || self.reading.does(Does::EXPIRY)) && governor.cost <= 4
            }
            // "Block 842113 was the last one."
            Topic::OneTimePasscode if governor.cue.name == "the new one" => {
                let code = |topics: Topics| topics.contains(Topic::OneTimePasscode) || topics.contains(Topic::Code);
                code(self.expected.all())
                    || code(self.expected.spoken)
                    || self.reading.mentions(Topic::Code)
                    || self.was_sent()
            }
            _ => true,
        }
    }

    fn is_plural(&self, governor: &Governor) -> bool {
        let last = &self.reading.tokens[self.reading.cues[governor.hit].last];
        self.reading.bytes(last).ends_with(b"s")
    }

    /// Returns whether a plural noun that is in no table follows.
    fn counts_things(&self, number: &Number) -> bool {
        self.reading.token(number.last + 1).is_some_and(|t| {
            t.kind == Kind::Word
                && t.spaced
                && t.word == 0
                && t.len() > 4
                && self.reading.bytes(t).ends_with(b"s")
                && self.reading.text[t.start as usize].is_ascii_lowercase()
        })
    }

    /// Returns whether something was sent, so that "the new one" is a passcode and not a payment number.
    fn was_sent(&self) -> bool {
        self.reading.does(Does::SENT)
            || self.expected.asked.contains(Topic::OneTimePasscode)
            || self.expected.asked.contains(Topic::Code)
    }

    /// Returns whether a program reports the number: "(code 4012)", "code 1043: not eligible".
    pub(super) fn is_error_code(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens;
        let word = number.first.saturating_sub(1);
        let before = tokens[word.saturating_sub(3)..word].iter().any(|t| t.is(b'('));
        let closed = tokens.get(number.last + 1).is_some_and(|t| t.is(b')'));
        let explained = tokens.get(number.last + 1).is_some_and(|t| t.is(b':'))
            && tokens.get(number.last + 2).is_some_and(|t| t.kind == Kind::Word);
        before && closed || explained
    }

    /// Returns whether the number is an error code, unless a passcode is expected: "It says code 918204", "status=401
    /// code=40113".
    fn is_said_by_program(&self, governor: &Governor) -> bool {
        let tokens = &self.reading.tokens;
        let hit = &self.reading.cues[governor.hit];
        if self.expected.asked.contains(Topic::Code)
            || self.expected.asked.contains(Topic::OneTimePasscode)
            || self.card_found
            || governor.after
        {
            return false;
        }
        let assigned = |i: usize| i > 0 && tokens[i].is(b'=') && tokens[i - 1].is_text();
        let assigns = self.assigns.get_or_init(|| (0..tokens.len()).filter(|i| assigned(*i)).take(3).count() == 3);
        // "I gave him the code": programs do not mention a third person.
        let before = &tokens[hit.first.saturating_sub(3)..hit.first];
        let person = |t: &Token| self.reading.is_in(t, PhraseSet::THIRD);
        let verb = before.iter().any(|t| t.does(Does::REPORTS)) && !before.iter().any(person);
        *assigns || verb && !governor.copula
    }

    /// Returns the entity of a number that a cue governs.
    fn entity(&self, number: &Number, governor: &Governor) -> Option<Entity> {
        Some(match governor.cue.topic {
            Topic::Code
                if number.digits <= 4
                    && (self.mentions_cards() || governor.cue.name != "code" && governor.cue.name != "código") =>
            {
                Entity::SecurityCode
            }
            // Three digits are a code only if the text mentions cards.
            Topic::Code if number.digits == 3 => Entity::SecurityCode,
            Topic::Code if number.digits >= 4 => Entity::OneTimePasscode,
            // Cards are recognized by their form.
            Topic::Card => return None,
            topic => return topic.entity(),
        })
    }

    /// Finds passcodes of letters and digits, by cue or by question.
    pub(super) fn codes(&mut self, candidates: &CandidateIndex) {
        for candidate in candidates.iter().filter(|c| c.entity == Entity::OneTimePasscode && c.evidence.digits == 0) {
            if !self.is_free(candidate.first, candidate.last) {
                continue;
            }
            let fits = |topic: Topic| matches!(topic, Topic::OneTimePasscode | Topic::Code) || !topic.is_secret();
            let governor = governor(self.reading, candidate.first, candidate.last, &self.consumed, &fits)
                .or_else(|| govern::antecedent(self.reading, candidate.first, &fits));
            match governor {
                Some(g) if g.cue.topic.is_secret() => {
                    let next = candidate.last + 1;
                    let is = |at: usize, set| self.reading.token(at).is_some_and(|t| self.reading.is_in(t, set));
                    // "Enter the code VD9MP3 to sign in."
                    let lets_in = is(next, PhraseSet::TO_AS) && is(next + 1, PhraseSet::LETS_IN);
                    let enough = match g.cue.topic {
                        // The security code of a card has no letters.
                        Topic::Code if cues::also(g.cue.name) == Some(Topic::SecurityCode) => g.copula && g.cost <= 1,
                        Topic::Code if g.cue.name != "code" && g.cue.name != "código" => self.was_sent(),
                        Topic::Code => {
                            (g.copula || lets_in || self.was_sent()) && g.cost <= if g.copula { 5 } else { 3 }
                        }
                        // With letters in the value, "the second one" may be anything.
                        _ if g.cue.name == "the new one" => self.was_sent(),
                        _ => g.cost <= if g.copula { 9 } else { 6 },
                    };
                    if enough {
                        // "Backup codes:" has several values.
                        let last = &self.reading.tokens[self.reading.cues[g.hit].last];
                        if !self.reading.bytes(last).ends_with(b"s") {
                            self.consumed.consume(g.hit);
                        }
                        self.find(candidate, Evidence { cue: Some(g.cue.name), ..candidate.evidence });
                    }
                }
                Some(_) => {}
                None => {
                    let asked = self.expected.asked.contains(Topic::OneTimePasscode)
                        || self.expected.asked.contains(Topic::Code);
                    let other = self.expected.asked.iter().any(|t| matches!(t, Topic::Reference | Topic::Device));
                    if asked && !other {
                        self.find(candidate, Evidence { asked: true, ..candidate.evidence });
                    } else if self.lets_in(candidate.first, candidate.last) {
                        self.find(candidate, Evidence { cue: Some("use it to sign in"), ..candidate.evidence });
                    }
                }
            }
        }
    }
}

/// Returns the numbers. Numbers that are dictated with commas are joined: "seven four oh, one nine two", "0 5 8, 2 9 8"
/// and, in a bare message, "4, 8, 2, 9" and "4 then 8 then 2 then 9".
pub(super) fn joined_numbers(page: &Document<'_>, bare: bool) -> Numbers {
    let numbers = &page.numbers;
    let reading = &page.reading;
    let mut joined = Numbers::with_capacity(numbers.len());
    let dictated = |number: &Number| {
        page.is_disguised(number.first, number.last) || number.digits == number.groups && (number.groups >= 2 || bare)
    };
    let mut at = 0;
    while at < numbers.len() {
        let mut whole = numbers[at];
        let mut next = at + 1;
        if whole.shape == NumberShape::Bare && whole.digits <= 6 && dictated(&whole) {
            while let Some(part) = numbers.get(next) {
                let between = &reading.tokens[whole.last + 1];
                let joins = part.first == whole.last + 2
                    && match between.kind {
                        Kind::Mark(b',' | b'.' | b';') | Kind::Newline => true,
                        Kind::Word => bare && reading.is_in(between, PhraseSet::AND_THEN),
                        _ => false,
                    };
                if !joins || part.shape != NumberShape::Bare || whole.digits + part.digits > 10 || !dictated(part) {
                    break;
                }
                whole = Number {
                    last: part.last,
                    digits: whole.digits + part.digits,
                    groups: whole.groups + part.groups,
                    ..whole
                };
                next += 1;
            }
        }
        // Two or three single digits are a list.
        if whole.groups > numbers[at].groups && whole.digits < 4 {
            whole = numbers[at];
            next = at + 1;
        }
        joined.push(whole);
        at = next;
    }
    joined
}
