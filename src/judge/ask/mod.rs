//! What a message asks for and what it announces.
//!
//! Reads the tokenized text. Returns [`Intents`], which the conversation remembers, and the places where a secret is
//! asked for.

mod announce;
mod list;
mod meaning;
mod menu;
mod object;
mod sentence;

use std::cell::LazyCell;

use smallvec::SmallVec;

use crate::detect::cues::{self, PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::token::{Hit, Kind, Token, TokenizedText};
use crate::judge::Part;
use crate::judge::conversation::{Intents, Topics};
use crate::message::Role;

use announce::announces;
pub(crate) use list::{FEW_WORDS, names_something_harmless};
use meaning::{asks_which, is_a_count, means, says_at, sends_it, wants_to_know};
use menu::{is_choice, is_menu};
use object::{corrects, depends, has_value, is_changed, is_named, is_numbered, is_partial, modifies};
pub(crate) use sentence::MOST_WORDS;
use sentence::{Sentence, Sweep, explains};

/// A cue in a question or a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) topic: Topic,
    /// The index of the cue in the tokenized text.
    pub(crate) hit: usize,
}

/// The requests of a message. Those of a typical message need no heap memory.
pub(crate) type Requests = SmallVec<[Request; 4]>;

/// Returns what a part of the message asks for, and where. A sentence belongs to the part in which it ends.
pub(crate) fn requests(reading: &TokenizedText<'_>, role: Role, part: Part) -> (Intents, Requests) {
    let mut said = Intents { agrees: part.first && agrees(reading), ..Intents::default() };
    let typed = |topic: Topic| matches!(topic, Topic::Pin | Topic::Password | Topic::Code | Topic::OneTimePasscode);
    for hit in reading.cues.iter().filter(|hit| typed(hit.cue.topic) && hit.cue.name != "the new one") {
        if part.has(reading.tokens[hit.last].start as usize) {
            said.speaks = said.speaks.with(hit.cue.topic);
        }
    }
    said.sends_it = role.serves() && sends_it(reading, part);
    said.moves_on = role.serves() && part.first && part.last && names_something_harmless(reading);
    let mut requests = Requests::new();
    if !may_ask(reading, role) {
        return (said, requests);
    }
    // Secrets named in statements so far. "I have sent a code. What is it?" asks for the code.
    let mut named = Topics::NONE;
    // Set by "From 1 to 5,": the question after it asks for a choice.
    let mut chooses = false;
    let may_mean = Topic::MEANT.into_iter().any(|topic| reading.mentions(topic));
    let mut quotations = Quotations::default();
    let last_question = reading.tokens.iter().rposition(|t| t.is(b'?'));
    let mut start = 0;
    while start < reading.tokens.len() {
        let sweep = Sweep::of(reading, start, role);
        let end = sweep.end;
        let in_part = part.has(reading.tokens[end - 1].start as usize);
        let heard = || in_part && (part.last || is_over(reading, end - 1));
        if role.serves() && reading.facts.digits > 0 && is_choice(reading, start, end) {
            let before_it = said;
            said.asks = Topics::NONE.with(Topic::Amount);
            said.measures = true;
            chooses = true;
            if !heard() {
                said = before_it;
            }
            start = end;
            continue;
        }
        if role.serves() && !sweep.question && may_mean && in_part {
            said.means = said.means.union(means(reading, start, end));
        }
        if requests.is_empty() && said.asks.is_empty() && sweep.is_plain() {
            start = end;
            continue;
        }
        let unheard = (said, requests.len());
        let mut asks = Topics::NONE;
        let mut counts = true;
        let asks_later = last_question.is_some_and(|at| at >= end);
        let sentence = Sentence::of(reading, start, &sweep, role, asks_later);
        if chooses && !sentence.request {
            start = end;
            continue;
        }
        // "I got a text that says I need a code, is it real?": the question is only reported.
        let reported = LazyCell::new(|| says_at(reading, start, end));
        let wants = LazyCell::new(|| wants_to_know(reading, start, end));
        let mut before: Option<usize> = None;
        let mut has_cue = false;
        for (index, hit) in cues_in(reading, start, end) {
            let topic = hit.cue.topic;
            has_cue = true;
            if before.is_some_and(|last| corrects(reading, last + 1, hit.first)) {
                asks = Topics::NONE;
                requests.clear();
            }
            let previous = before;
            let dependent =
                || previous.is_some_and(|last| depends(reading, last, hit.first)) || modifies(reading, hit.last, end);
            // "The value of the CVC": words for quantities do not govern.
            if !matches!(topic, Topic::Amount | Topic::Quantity | Topic::Place | Topic::Login) {
                before = Some(hit.last);
            }
            // But "what do you type in the password field?" asks for it.
            let entered = || {
                reading.tokens[hit.first.saturating_sub(4)..hit.first]
                    .iter()
                    .any(|t| t.does(Does::ENTRY) && t.kind == Kind::Word)
            };
            let compound = reading.token(hit.last + 1).is_some_and(|t| t.does(Does::HEAD) && t.kind == Kind::Word)
                && !(matches!(topic, Topic::Password | Topic::Pin)
                    && reading.is_in(&reading.tokens[hit.last + 1], PhraseSet::FIELD)
                    && entered());
            let purpose = sentence.purpose.is_some_and(|comma| hit.last < comma)
                && !(sentence.request && sentence.chooses_digits)
                && cues_in(reading, sentence.purpose.unwrap_or(end), end).next().is_some();
            // "Check again?", "can you check?": "check" is a verb.
            let verb = topic == Topic::Reference
                && hit.first == hit.last
                && reading.is_word(&reading.tokens[hit.first], b"check")
                && !(hit.first > 0 && reading.tokens[hit.first - 1].does(Does::DETERMINER));
            // "I got an sms" is not a question for it.
            let message = || hit.first == hit.last && reading.tokens[hit.first].is_any(WordSet::MESSAGE);
            // "What is code 407?" names the code. A quoted question is somebody else's.
            let told = !role.serves()
                && (is_named(reading, hit.last)
                    || quotations.around(reading, hit.first)
                    || message()
                    || *reported < hit.first);
            // "The code needs a minimum of...": the code is the subject, not what is needed.
            let subject =
                reading.token(hit.last + 1).is_some_and(|t| t.kind == Kind::Word && reading.is_in(t, PhraseSet::NEEDS));
            // The "Forgot password" link; "choose a new one".
            let label = hit.first > 0 && reading.is_in(&reading.tokens[hit.first - 1], PhraseSet::FORGOTTEN)
                || hit.cue.name == "the new one"
                    && reading.tokens[hit.first.saturating_sub(3)..hit.first]
                        .iter()
                        .any(|t| reading.is_in(t, PhraseSet::CHANGES));
            if verb
                || label
                || sentence.elsewhere && is_changed(reading, hit.first)
                || subject && !sentence.question
                || told
                || has_value(reading, hit.last) && !sentence.question
                || is_numbered(reading, hit.last)
                || is_partial(reading, hit.last)
                || compound
                || purpose
                || topic == Topic::Quantity
            {
                continue;
            }
            // "Wifi password?" asks for it, "my password?" does not.
            let own = || hit.first > 0 && reading.tokens[hit.first - 1].does(Does::OWN);
            let asks_shortly = || topic == Topic::Password && sweep.question && sweep.words <= 4 && !own();
            if sentence.asks_for(reading, hit) && (role.serves() || sentence.request || *wants || asks_shortly()) {
                let apart = || topic.is_secret() && list::is_apart_from_measure(reading, start, end, hit.first);
                if let Some(other) = sentence.measures.filter(|_| !apart()) {
                    // An explanation is not a number.
                    if other == Topic::Quantity {
                        continue;
                    }
                    asks = asks.with(other);
                    said.measures = true;
                } else if !dependent() {
                    asks = asks.union(topics_of(reading, hit, sentence.sent));
                    counts &= topic == Topic::Phone || is_a_count(reading, hit);
                    requests.push(Request { topic, hit: index });
                } else if matches!(topic, Topic::Reference | Topic::Device)
                    && asks.contains(Topic::Code)
                    && !sentence.sent
                {
                    // "The code at the bottom of the voucher" belongs to the voucher.
                    asks = asks.without(Topic::Code).without(Topic::Password).with(topic);
                }
            } else if topic.is_secret() && (!sentence.negated || sentence.trouble) {
                named = named.with(topic);
                // "The user name only, not the password."
                let left_out = reading.tokens[hit.first.saturating_sub(3)..hit.first]
                    .iter()
                    .any(|t| t.kind == Kind::Word && t.does(Does::NEGATION));
                // "That code needs a minimum": both sides know the code.
                let known = hit.first > 0 && reading.tokens[hit.first - 1].is_any(WordSet::POINTER);
                if sentence.trouble && !left_out
                    || sentence.foretells && !known && matches!(topic, Topic::Code | Topic::OneTimePasscode)
                {
                    asks = asks.union(topics_of(reading, hit, sentence.sent));
                }
            }
            if sentence.question && topic.is_secret() && !has_value(reading, hit.last) {
                said.offers = said.offers.with(topic);
            }
        }
        // "What code does the error show?" asks for the code of the error.
        if asks.contains(Topic::Code)
            && asks.contains(Topic::Device)
            && !sentence.sent
            && sweep.lists.intersects(WordSet::ERROR)
        {
            asks = asks.without(Topic::Code).without(Topic::Password);
        }
        // "Which key did you register? It's the telephone PIN."
        if role.serves() && !said.asks.is_empty() && !sentence.question && !sentence.negated && explains(reading, start)
        {
            asks = cues_in(reading, start, end)
                .filter(|(_, hit)| hit.cue.topic.is_secret())
                .take(1)
                .fold(asks, |asks, (_, hit)| asks.union(topics_of(reading, hit, sentence.sent)));
        }
        if sentence.digits_texted {
            asks = asks.with(Topic::OneTimePasscode);
        }
        if sentence.on_card_face && !sentence.negated && sentence.measures.is_none() {
            asks = asks.with(Topic::SecurityCode);
        }
        // "We sent it again. Did it arrive?"
        if sentence.question && sentence.arrives && role.serves() && reading.does(Does::SENT) && reading.cues.is_empty()
        {
            asks = asks.with(Topic::OneTimePasscode);
        }
        if asks.is_empty() && (sentence.question || sentence.request) && !sentence.negated {
            if !named.is_empty() && !has_cue && sentence.refers_back {
                asks = named;
            }
            said.refers |= !has_cue && role.serves() && (sentence.recites || asks_which(reading, start, end));
            said.insists |= !has_cue && (sentence.refers_back || sentence.request);
            said.moves_on |= !has_cue && sentence.question && !sentence.refers_back;
            // "It wants a code. Mine?"
            if sentence.question && !has_cue && sweep.words <= 4 {
                said.offers = said.offers.union(named);
            }
            // "Yes, it was just sent. I can enter it if you read it to me."
            said.reads_it |= !has_cue && !sentence.question && role.serves() && sentence.recites;
        }
        if corrects(reading, start, end.min(start + 3)) || before.is_some_and(|last| corrects(reading, last + 1, end)) {
            // "I need the PIN... actually no."
            said.asks = Topics::NONE;
            asks = if before.is_some_and(|last| corrects(reading, last + 1, end)) { Topics::NONE } else { asks };
        }
        if role.serves() && asks.has_secret() {
            let besides = list::besides(reading, start, end);
            said.measures |= besides.measure || sentence.measures.is_some();
            said.place = besides.place.unwrap_or_default();
            // The user name or whatever else is asked for.
            if besides.unknown && !asks.contains(Topic::Password) {
                asks = asks.with(Topic::Login);
            }
        }
        if !asks.is_empty() {
            // "Dial *#06# and read me the 15 digits."
            said.counts = counts && asks.without(Topic::Phone) == Topics::NONE.with(Topic::Card);
        }
        said.asks = said.asks.union(asks);
        if !heard() {
            said = unheard.0;
            requests.truncate(unheard.1);
        }
        start = end;
    }
    // "1. Lost card", "2. New PIN": the answer may be a choice.
    if role.serves() && reading.facts.digits > 0 && is_menu(reading, part) {
        said.asks = said.asks.with(Topic::Amount);
        said.measures = true;
    }
    said.prefer_secrets();
    if part.last {
        said.announces = announces(reading);
    }
    (said, requests)
}

/// Returns whether any sentence may ask for something, that is, be more than [plain](Sweep::is_plain). If not, the
/// message asks for nothing and announces nothing.
fn may_ask(reading: &TokenizedText<'_>, role: Role) -> bool {
    reading.has_mark(b'?')
        || reading.has_mark(b':')
        || reading.does(Does::REQUEST.union(Does::FACE))
        || reading.mentions_secrets()
        || reading.mentions(Topic::Partial)
        || role.serves()
            && (Topic::MEANT.into_iter().any(|topic| reading.mentions(topic))
                || reading.does(Does::QUESTION.union(Does::DIGITS)))
}

/// Returns the topics that an answer to the cue may have.
fn topics_of(reading: &TokenizedText<'_>, hit: &Hit, sent: bool) -> Topics {
    let mut topics = Topics::NONE.with(hit.cue.topic);
    let passcode = sent && hit.cue.topic == Topic::OneTimePasscode;
    if hit.cue.topic.is_secret() && !passcode && names_a_word(reading, hit) {
        topics = topics.with(Topic::Password);
    }
    // "Confirmation code" may also be the code of a booking. A code that was sent is neither that nor the one on a card.
    let other = |topic: &Topic| !(sent && matches!(topic, Topic::SecurityCode | Topic::Reference));
    if let Some(other) = cues::also(hit.cue.name).filter(other) {
        topics = topics.with(other);
    }
    topics
}

fn is_any(reading: &TokenizedText<'_>, token: &Token, words: &[&str]) -> bool {
    words.iter().any(|word| reading.is_word(token, word.as_bytes()))
}

/// Returns whether the secret may be a word as well as digits: "passcode", "clave".
fn names_a_word(reading: &TokenizedText<'_>, hit: &Hit) -> bool {
    let tokens = &reading.tokens[hit.first..=hit.last];
    tokens.iter().any(|t| t.is_any(WordSet::NAMES_A_WORD) && !reading.is_word(t, b"pass"))
        && !tokens.iter().any(|t| t.does(Does::SENT) || t.is_any(WordSet::SENT_CODE))
}

fn cues_in<'r>(reading: &'r TokenizedText<'_>, start: usize, end: usize) -> impl Iterator<Item = (usize, &'r Hit)> {
    let from = reading.cues.partition_point(|hit| hit.first < start);
    reading.cues[from..]
        .iter()
        .enumerate()
        .take_while(move |(_, hit)| hit.first < end)
        .map(move |(i, hit)| (from + i, hit))
}

/// Returns whether the sentence is complete at the token `last`, whatever follows.
fn is_over(reading: &TokenizedText<'_>, last: usize) -> bool {
    last + 1 < reading.tokens.len() || reading.tokens[last].kind == Kind::Newline || reading.ends_sentence(last)
}

/// Tracks quotation marks. Ask for tokens in ascending order.
#[derive(Default)]
struct Quotations {
    until: usize,
    open: bool,
}

impl Quotations {
    /// Returns whether the token at `at` is between quotation marks.
    fn around(&mut self, reading: &TokenizedText<'_>, at: usize) -> bool {
        let marks = reading.tokens[self.until.min(at)..at].iter().filter(|t| t.is(b'"')).count();
        self.open ^= marks % 2 == 1;
        self.until = self.until.max(at);
        self.open
    }
}

/// Returns whether the message begins by agreeing: "Yes please, for this booking the hotel requires it."
fn agrees(reading: &TokenizedText<'_>) -> bool {
    reading.any_of(0, reading.tokens.len().min(4), WordSet::YES)
}
