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

use std::cell::OnceCell;

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
use object::{corrects, depends, has_value, is_accessed, is_changed, is_named, is_numbered, is_partial, modifies};
pub(crate) use sentence::MOST_WORDS_AROUND_A_NAME;
pub(crate) use sentence::explains;
use sentence::{Sentence, Sweep};

/// The name of the cue for the beginning of a number.
pub(crate) const FIRST_DIGITS: &str = "first digits";

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
            said.typed = said.typed.with(hit.cue.topic);
        }
    }
    said.sends_it = role.serves() && sends_it(reading, part);
    said.moves_on = role.serves() && part.first && part.last && names_something_harmless(reading);
    if !may_request(reading, role) {
        return (said, Requests::new());
    }
    let mut message = MessageReader {
        reading,
        role,
        part,
        may_mean: Topic::MEANT.into_iter().any(|topic| reading.mentions(topic)),
        last_question: reading.tokens.iter().rposition(|t| t.is(b'?')),
        said,
        requests: Requests::new(),
        named: Topics::NONE,
        chooses: false,
        quotations: Quotations::default(),
    };
    let mut start = context_start(reading, part);
    while start < reading.tokens.len() {
        start = message.sentence(start);
    }
    let MessageReader { mut said, requests, .. } = message;
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

/// Returns the first token of the sentences that are read: those of the part, and some before it as context.
fn context_start(reading: &TokenizedText<'_>, part: Part) -> usize {
    const CONTEXT: usize = 48;
    let first = reading.tokens.partition_point(|token| (token.end as usize) <= part.from);
    let ends = |at: &usize| {
        reading.tokens[*at].ends_line() && (reading.tokens[*at].kind == Kind::Newline || reading.ends_sentence(*at))
    };
    (0..first.saturating_sub(CONTEXT)).rev().find(ends).map_or(0, |end| end + 1)
}

/// Reads a message sentence by sentence.
struct MessageReader<'r, 't> {
    reading: &'r TokenizedText<'t>,
    role: Role,
    part: Part,
    /// Whether it names anything harmless that a question may have meant.
    may_mean: bool,
    /// The last question mark.
    last_question: Option<usize>,
    said: Intents,
    requests: Requests,
    /// Secrets named in statements so far. "I have sent a code. What is it?" asks for the code.
    named: Topics,
    /// Set by "From 1 to 5,": the question after it asks for a choice.
    chooses: bool,
    quotations: Quotations,
}

/// A sentence, and what its cues have shown so far.
struct Current<'s> {
    start: usize,
    end: usize,
    sweep: &'s Sweep,
    sentence: Sentence,
    /// Where "says" or a similar word is. "I got a text that says I need a code, is it real?" is only reported.
    says: OnceCell<usize>,
    wants: OnceCell<bool>,
    asks: Topics,
    /// Whether everything that it asks for is named only by the count of its digits.
    counts: bool,
    /// The last token of the previous cue.
    before: Option<usize>,
    has_cue: bool,
}

impl MessageReader<'_, '_> {
    /// Reads the sentence that starts at `start`. Returns the index after its last token.
    fn sentence(&mut self, start: usize) -> usize {
        let (reading, role, part) = (self.reading, self.role, self.part);
        let sweep = Sweep::of(reading, start, role);
        let end = sweep.end;
        let in_part = part.has(reading.tokens[end - 1].start as usize);
        let is_choice = role.serves() && reading.facts.digits > 0 && is_choice(reading, start, end);
        if !is_choice {
            if role.serves() && !sweep.question && self.may_mean && in_part {
                self.said.means = self.said.means.union(means(reading, start, end));
            }
            if self.requests.is_empty() && self.said.asks.is_empty() && sweep.is_plain() {
                return end;
            }
        }
        let before = (self.said, self.requests.len());
        if is_choice {
            self.said.asks = Topics::NONE.with(Topic::Amount);
            self.said.measures = true;
            self.chooses = true;
        } else {
            self.cues(start, &sweep);
        }
        // A sentence of another part, or one that is not complete, only serves as context.
        if !(in_part && (part.last || is_over(reading, end - 1))) {
            self.said = before.0;
            self.requests.truncate(before.1);
        }
        end
    }

    /// Reads the cues of a sentence.
    fn cues(&mut self, start: usize, sweep: &Sweep) {
        let (reading, end) = (self.reading, sweep.end);
        let asks_later = self.last_question.is_some_and(|at| at >= end);
        let sentence = Sentence::of(reading, start, sweep, self.role, asks_later);
        if self.chooses && !sentence.request {
            return;
        }
        let mut current = Current {
            start,
            end,
            sweep,
            sentence,
            says: OnceCell::new(),
            wants: OnceCell::new(),
            asks: Topics::NONE,
            counts: true,
            before: None,
            has_cue: false,
        };
        for (index, hit) in cues_in(reading, start, end) {
            current.has_cue = true;
            let previous = current.before;
            if previous.is_some_and(|last| corrects(reading, last + 1, hit.first)) {
                current.asks = Topics::NONE;
                self.requests.clear();
            }
            // "The value of the CVC": words for quantities do not govern.
            if !matches!(hit.cue.topic, Topic::Amount | Topic::Quantity | Topic::Place | Topic::Login) {
                current.before = Some(hit.last);
            }
            if !self.is_only_mentioned(&current, hit) {
                self.cue(&mut current, index, hit, previous);
            }
        }
        self.after_cues(current);
    }

    /// Returns whether the sentence neither asks for the value of the cue nor says anything of it.
    fn is_only_mentioned(&mut self, current: &Current<'_>, hit: &Hit) -> bool {
        let (reading, sentence, topic) = (self.reading, &current.sentence, hit.cue.topic);
        let next = reading.token(hit.last + 1);
        // "Check again?", "can you check?": "check" is a verb.
        let verb = topic == Topic::Reference
            && hit.first == hit.last
            && reading.is_word(&reading.tokens[hit.first], b"check")
            && !(hit.first > 0 && reading.tokens[hit.first - 1].does(Does::DETERMINER));
        // The "Forgot password" link; "choose a new one".
        let label = || {
            let near = &reading.tokens[hit.first.saturating_sub(3)..hit.first];
            hit.first > 0 && reading.is_in(&reading.tokens[hit.first - 1], PhraseSet::FORGOTTEN)
                || hit.cue.name == "the new one" && near.iter().any(|t| reading.is_in(t, PhraseSet::CHANGES))
        };
        // "Do you want me to reset the password?"
        let offered = || {
            let first_person = |t: &Token| reading.is_in(t, PhraseSet::I.union(PhraseSet::US));
            sentence.question
                && self.role.serves()
                && is_changed(reading, hit.first)
                && reading.tokens[current.start..hit.first].iter().any(first_person)
        };
        // "The code needs a minimum of...": the code is the subject, not what is needed.
        let subject = || next.is_some_and(|t| t.kind == Kind::Word && reading.is_in(t, PhraseSet::NEEDS));
        // "I got an sms" is not a question for it.
        let message = || hit.first == hit.last && reading.tokens[hit.first].is_any(WordSet::MESSAGE);
        let says = || *current.says.get_or_init(|| says_at(reading, current.start, current.end));
        // But "what do you type in the password field?" asks for it.
        let entered = || {
            let near = &reading.tokens[hit.first.saturating_sub(4)..hit.first];
            near.iter().any(|t| t.does(Does::ENTRY) && t.kind == Kind::Word)
        };
        let compound = || {
            next.is_some_and(|t| {
                let field = matches!(topic, Topic::Password | Topic::Pin) && reading.is_in(t, PhraseSet::FIELD);
                t.does(Does::HEAD) && t.kind == Kind::Word && !(field && entered())
            })
        };
        let purpose = || {
            sentence.purpose.is_some_and(|comma| {
                hit.last < comma
                    && !(sentence.request && sentence.chooses_digits)
                    && cues_in(reading, comma, current.end).next().is_some()
            })
        };
        // "To verify your account.", "so I can pull up your account": why it asks, not what for.
        let accessed =
            || topic == Topic::Account && hit.first == hit.last && is_accessed(reading, current.start, hit.first);
        // "That's the date, I need the three digits."
        let given = || !sentence.question && !topic.is_secret() && points_at(reading, hit.first);
        verb || label() || offered() || given() || accessed()
            || sentence.elsewhere && is_changed(reading, hit.first)
            || !sentence.question && subject()
            // "What is code 407?" names the code. A quoted question is somebody else's.
            || !self.role.serves()
                && (is_named(reading, hit.last)
                    || self.quotations.around(reading, hit.first)
                    || message()
                    || says() < hit.first)
            || !sentence.question && has_value(reading, hit.last)
            || is_numbered(reading, hit.last)
            || is_partial(reading, hit.last)
            || compound()
            || purpose()
            || topic == Topic::Quantity
    }

    /// Reads a cue that is more than mentioned. `previous` is the last token of the cue before it.
    fn cue(&mut self, current: &mut Current<'_>, index: usize, hit: &Hit, previous: Option<usize>) {
        let (reading, role, topic) = (self.reading, self.role, hit.cue.topic);
        let (start, end, sweep, sentence) = (current.start, current.end, current.sweep, &current.sentence);
        // "Wifi password?" asks for it, "my password?" does not.
        let own = || hit.first > 0 && reading.tokens[hit.first - 1].does(Does::OWN);
        let asks_shortly = || topic == Topic::Password && sweep.question && sweep.words <= 4 && !own();
        let wants = || *current.wants.get_or_init(|| wants_to_know(reading, start, end));
        if sentence.asks_for(reading, hit) && (role.serves() || sentence.request || wants() || asks_shortly()) {
            let apart = || topic.is_secret() && list::is_apart_from_measure(reading, start, end, hit.first);
            let dependent =
                || previous.is_some_and(|last| depends(reading, last, hit.first)) || modifies(reading, hit, end);
            if let Some(other) = sentence.measures.filter(|_| !apart()) {
                // An explanation is not a number.
                if other == Topic::Quantity {
                    return;
                }
                current.asks = current.asks.with(other);
                self.said.measures = true;
            } else if hit.cue.name == FIRST_DIGITS {
                // "The first five of your social": a part of the secret, and not the harmless one.
            } else if !dependent() {
                current.asks = current.asks.union(topics_of(reading, hit, sentence.sent));
                current.counts &= topic == Topic::Phone || is_a_count(reading, hit);
                self.requests.push(Request { topic, hit: index });
            } else if (matches!(topic, Topic::Reference | Topic::Device) || topic == Topic::Place && current.counts)
                && current.asks.contains(Topic::Code)
                && !sentence.sent
            {
                // "The code at the bottom of the voucher" belongs to the voucher, "the 4 digit number of your store" to the
                // store.
                let other = [Topic::Code, Topic::Password, Topic::SecurityCode];
                current.asks = other.into_iter().fold(current.asks, Topics::without).with(topic);
            }
        } else if topic.is_secret() && (!sentence.negated || sentence.trouble) {
            self.named = self.named.with(topic);
            // "The user name only, not the password."
            let left_out = reading.tokens[hit.first.saturating_sub(3)..hit.first]
                .iter()
                .any(|t| t.kind == Kind::Word && t.does(Does::NEGATION));
            // "That code needs a minimum": both sides know the code.
            let known = hit.first > 0 && reading.tokens[hit.first - 1].is_any(WordSet::POINTER);
            // "The CVV failed. How much were you paying?"
            if sentence.trouble && !left_out && !self.asks_for_another_thing(end)
                || sentence.foretells && !known && matches!(topic, Topic::Code | Topic::OneTimePasscode)
            {
                current.asks = current.asks.union(topics_of(reading, hit, sentence.sent));
            }
        }
        // "Can you check my account?" offers no number.
        let thing = topic == Topic::Account && hit.first == hit.last;
        if sentence.question && topic.is_secret() && !thing && !has_value(reading, hit.last) {
            self.said.offers = self.said.offers.with(topic);
        }
    }

    /// Returns whether a question for something harmless follows in the message, and nothing that points back to a secret.
    fn asks_for_another_thing(&self, from: usize) -> bool {
        let reading = self.reading;
        let rest = &reading.tokens[from..];
        let harmless = |t: &Token| reading.hit(t).is_some_and(|hit| !hit.cue.topic.is_secret());
        let measures = WordSet::HOW.union(WordSet::HOW_MANY).union(WordSet::WHEN).union(WordSet::WHERE);
        let back = |t: &Token| {
            reading.hit(t).is_some_and(|hit| hit.cue.topic.is_secret()) || reading.is_in(t, PhraseSet::POINTS_BACK)
        };
        self.last_question.is_some_and(|at| at >= from)
            && rest.iter().any(|t| harmless(t) || t.is_any(measures))
            && !rest.iter().any(back)
    }

    /// Records what a sentence asks for, given what its cues have shown.
    fn after_cues(&mut self, current: Current<'_>) {
        let (reading, role) = (self.reading, self.role);
        let Current { start, end, sweep, sentence, mut asks, counts, before, has_cue, .. } = current;
        // "What code does the error show?" asks for the code of the error.
        if asks.contains(Topic::Code)
            && asks.contains(Topic::Device)
            && !sentence.sent
            && sweep.lists.intersects(WordSet::ERROR)
        {
            asks = asks.without(Topic::Code).without(Topic::Password);
        }
        // "Which key did you register? It's the telephone PIN."
        if role.serves()
            && !self.said.asks.is_empty()
            && !sentence.question
            && !sentence.negated
            && explains(reading, start)
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
            if !self.named.is_empty() && !has_cue && sentence.refers_back {
                asks = self.named;
            }
            self.said.refers |= !has_cue && role.serves() && (sentence.recites || asks_which(reading, start, end));
            // "When did you change it?", but not "how many digits does it have?".
            let measures = sentence.measures.is_some() && !sweep.classes.intersects(Does::DIGITS);
            self.said.insists |= !has_cue && !measures && (sentence.refers_back || sentence.request);
            self.said.moves_on |= !has_cue && sentence.question && (!sentence.refers_back || measures);
            // "It wants a code. Mine?"
            if sentence.question && !has_cue && sweep.words <= 4 {
                self.said.offers = self.said.offers.union(self.named);
            }
            // "Yes, it was just sent. I can enter it if you read it to me."
            self.said.reads_it |= !has_cue && !sentence.question && role.serves() && sentence.recites;
        }
        if corrects(reading, start, end.min(start + 3)) || before.is_some_and(|last| corrects(reading, last + 1, end)) {
            // "I need the PIN... actually no."
            self.said.asks = Topics::NONE;
            asks = if before.is_some_and(|last| corrects(reading, last + 1, end)) { Topics::NONE } else { asks };
        }
        if role.serves() && asks.has_secret() {
            let besides = list::besides(reading, start, end);
            self.said.measures |= besides.measure || sentence.measures.is_some();
            self.said.position = besides.position.unwrap_or_default();
            // The user name or whatever else is asked for.
            if besides.unknown && !asks.contains(Topic::Password) {
                asks = asks.with(Topic::Login);
            }
        }
        self.said.goes_on = role.serves() && sentence.question && goes_on(reading, start, end);
        if !asks.is_empty() {
            // "Dial *#06# and read me the 15 digits."
            self.said.counts = counts && asks.without(Topic::Phone) == Topics::NONE.with(Topic::Card);
        }
        self.said.asks = self.said.asks.union(asks);
    }
}

/// Returns whether "that is" is before the cue at `first`: "that's the date", "esa es la fecha".
fn points_at(reading: &TokenizedText<'_>, first: usize) -> bool {
    let tokens = &reading.tokens[first.saturating_sub(4)..first];
    let mut before =
        tokens.iter().rev().skip_while(|t| t.kind == Kind::Word && t.does(Does::DETERMINER.union(Does::OWN)));
    before.next().is_some_and(|t| t.does(Does::COPULA) || reading.is_word(t, b"s"))
        && before.find(|t| t.is_text()).is_some_and(|t| t.is_any(WordSet::POINTER))
}

/// Returns whether the sentence is only "and" and the name of a number: "and the card?", not "and the card number?".
fn goes_on(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    const MOST_WORDS: usize = 4;
    let mut words = reading.tokens[start..end].iter().filter(|t| t.is_text());
    let long = |topic: Topic| matches!(topic, Topic::Card | Topic::Account | Topic::SocialSecurity | Topic::Phone);
    words.clone().count() <= MOST_WORDS
        && words.next().is_some_and(|t| t.does(Does::CONJUNCTION))
        && words.all(|t| match reading.hit(t) {
            Some(hit) => long(hit.cue.topic) && !reading.is_in(t, PhraseSet::FULL),
            None => t.does(Does::OWN.union(Does::DETERMINER).union(Does::GLUE)),
        })
}

/// Returns whether any sentence may ask for something, that is, be more than [plain](Sweep::is_plain). If not, the
/// message asks for nothing and announces nothing.
fn may_request(reading: &TokenizedText<'_>, role: Role) -> bool {
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
