//! Classifies a sentence: a question, a request, or a statement that announces a code.

use crate::detect::cues::{PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::password::is_predicate;
use crate::detect::token::{Hit, Kind, Token, TokenizedText};
use crate::message::Role;

use super::list::{confirms, is_bare_name, is_or};
use super::object::{happens_elsewhere, warns};
use super::{cues_in, is_any};

/// The result of one pass over a sentence.
#[derive(Default)]
pub(super) struct Sweep {
    /// The index after its last token.
    pub(super) end: usize,
    /// The number of tokens that are words or mix letters and digits.
    pub(super) words: usize,
    /// The classes of all its words.
    pub(super) classes: Does,
    /// The lists that contain any of its words.
    pub(super) lists: WordSet,
    pub(super) question: bool,
    pub(super) colon: bool,
    /// Whether it contains a word of requesting that is not part of a cue.
    pub(super) request: bool,
    /// Whether it contains a cue for a secret.
    pub(super) secret: bool,
    /// Whether it contains a cue for the end of a number.
    pub(super) partial: bool,
    /// Whether it contains a cue for something harmless that an answer may give.
    pub(super) harmless: bool,
    /// The first negation.
    pub(super) negation: Option<usize>,
}

impl Sweep {
    /// Scans the sentence that starts at `start`.
    pub(super) fn of(reading: &TokenizedText<'_>, start: usize, role: Role) -> Self {
        let tokens = &reading.tokens[..];
        let mut sweep = Self::default();
        for (at, token) in tokens.iter().enumerate().skip(start) {
            // An opening question mark starts a sentence.
            let question = token.is(b'?');
            let opens = question && tokens.get(at + 1).is_some_and(|next| !next.spaced && next.is_text());
            if opens && at > start {
                sweep.end = at;
                return sweep;
            }
            sweep.question |= question;
            sweep.colon |= token.is(b':');
            sweep.words += usize::from(token.is_text());
            sweep.classes = sweep.classes.union(token.role);
            sweep.lists = sweep.lists.union(token.lists);
            sweep.request |=
                token.does(Does::REQUEST) && token.cue == 0 && !sweep.request && is_request(reading, start, at, role);
            if let Some(hit) = reading.hit(token) {
                sweep.secret |= hit.cue.topic.is_secret();
                sweep.partial |= hit.cue.topic == Topic::Partial;
                sweep.harmless |= Topic::MEANT.contains(&hit.cue.topic);
            }
            // "Order no" is a number.
            if token.does(Does::NEGATION) && token.kind == Kind::Word && token.cue == 0 {
                sweep.negation = sweep.negation.or(Some(at));
            }
            if token.ends_line() && !opens && (token.kind == Kind::Newline || reading.ends_sentence(at)) {
                sweep.end = at + 1;
                return sweep;
            }
        }
        sweep.end = tokens.len();
        sweep
    }

    /// Returns whether the sentence is a plain statement without a secret. Most sentences are.
    pub(super) fn is_plain(&self) -> bool {
        !(self.question
            || self.colon
            || self.secret
            || self.partial
            || self.harmless && self.words <= MOST_WORDS_AROUND_A_NAME
            || self.classes.intersects(Does::REQUEST.union(Does::FACE))
            || self.classes.intersects(Does::SENT) && self.classes.intersects(Does::DIGITS)
            || self.may_count())
    }

    /// Returns whether the sentence may ask how many, even if it has no question mark.
    fn may_count(&self) -> bool {
        self.lists.intersects(WordSet::HOW.union(WordSet::HOW_MANY))
    }
}

pub(super) struct Sentence {
    pub(super) question: bool,
    pub(super) request: bool,
    pub(super) sent: bool,
    pub(super) negated: bool,
    pub(super) fragment: bool,
    pub(super) refers_back: bool,
    /// "Read it to me", "me lo dicta".
    pub(super) recites: bool,
    pub(super) first_negation: usize,
    /// The word after a negation that limits the request to what follows: "not the CVV, just the last four".
    pub(super) only: Option<usize>,
    /// "How many", "when", "where": the topic that is asked for instead.
    pub(super) measures: Option<Topic>,
    /// "is incorrect", "try again", "only eight digits": an agent needs it again.
    pub(super) trouble: bool,
    /// The comma that ends a clause of purpose, as in "To reset your PIN, tell me...".
    pub(super) purpose: Option<usize>,
    /// "What six digits did you get in the text?"
    pub(super) digits_texted: bool,
    /// "Did you get it?"
    pub(super) arrives: bool,
    /// "For your PIN, please choose four digits."
    pub(super) chooses_digits: bool,
    /// "You should have a code", "it asks for a code now".
    pub(super) foretells: bool,
    /// An agent mentions digits on the front or the back of a card.
    pub(super) on_card_face: bool,
    /// "Please change your password in the app": it happens elsewhere.
    pub(super) elsewhere: bool,
}

impl Sentence {
    /// `asks_later`: whether a question follows in the message.
    pub(super) fn of(reading: &TokenizedText<'_>, start: usize, sweep: &Sweep, role: Role, asks_later: bool) -> Self {
        let &Sweep { end, words, classes, lists, question, .. } = sweep;
        let tokens = &reading.tokens[start..end];
        // The verb that opens a request may be a cue of its own: "Marque su NIP".
        let opens = role.serves()
            && classes.intersects(Does::REQUEST)
            && tokens.iter().find(|t| t.is_text()).is_some_and(|t| t.does(Does::REQUEST));
        let request = opens || sweep.request;
        let secret = sweep.secret && cues_in(reading, start, end).any(|(_, hit)| hit.cue.topic.is_secret());
        let first_negation = sweep.negation.unwrap_or(usize::MAX);
        let is = |list: WordSet| lists.intersects(list);
        let opens_with =
            |list: WordSet| is(list) && tokens.iter().filter(|t| t.is_text()).take(3).any(|t| t.is_any(list));
        let pair = |first: WordSet, then: WordSet| {
            is(first) && is(then) && tokens.windows(2).any(|w| w[0].is_any(first) && w[1].is_any(then))
        };
        let counts = pair(WordSet::HOW, WordSet::MANY) || is(WordSet::HOW_MANY);
        // "Ok, how many nights": people leave out the question mark.
        let question = question || role.serves() && counts && opens_with(WordSet::HOW.union(WordSet::HOW_MANY));
        let measures = if counts || question && !request && asks_which_number(reading, tokens) {
            Some(Topic::Amount)
        } else if question
            && (opens_with(WordSet::WHEN) && !is(WordSet::WHICH) && !(request && tokens.iter().any(|t| t.is(b',')))
                || pair(WordSet::WHAT, WordSet::DATE)
                || pair(WordSet::QUE, WordSet::FECHA))
        {
            Some(Topic::Time)
        } else if question
            && is(WordSet::WHY)
            && tokens.iter().filter(|t| t.is_text()).take(3).any(|t| t.is_any(WordSet::WHY))
            && sweep.negation.is_none()
        {
            Some(Topic::Quantity)
        } else if question && (opens_with(WordSet::WHERE) || asks_in_what(reading, tokens)) {
            Some(Topic::Place)
        } else {
            question.then(|| asks_which_thing(reading, start, end)).flatten()
        };
        let negated = sweep.negation.is_some();
        let limits = |t: &Token| reading.is_in(t, PhraseSet::ONLY);
        // "The whole number, not just the last four".
        let besides = sweep.negation.filter(|at| reading.token(at + 1).is_some_and(limits));
        let only = sweep.negation.filter(|_| besides.is_none()).and_then(|negation| {
            let from = (negation + 1).min(end);
            reading.tokens[from..end].iter().position(limits).map(|at| from + at)
        });
        let digits = classes.intersects(Does::DIGITS);
        Self {
            question,
            request,
            // If a customer says that something was sent, the agent does not know it.
            sent: classes.intersects(Does::SENT) && role.serves(),
            negated,
            fragment: words <= 4
                && sweep.colon
                && tokens.iter().rfind(|t| t.kind != Kind::Newline).is_some_and(|t| t.is(b':'))
                || role.serves()
                    && ((secret || sweep.harmless && reading.facts.words <= MOST_WORDS_AROUND_A_NAME)
                        && is_bare_name(reading, start, besides.unwrap_or(end))
                        || is_prompt(reading, start, besides.unwrap_or(end))
                        || is_harmless_prompt(reading, start, end)
                        || only.is_some_and(|only| is_harmless_name(reading, only, end)))
                    && !(secret && asks_later && confirms(reading, start, end)),
            refers_back: words <= 8 && is(WordSet::REFERENCE),
            recites: tokens
                .windows(2)
                .any(|w| w[0].is_any(WordSet::RECITE) && w[1].is_any(WordSet::IT) || w[0].is_any(WordSet::RECITE_IT)),
            first_negation,
            only,
            measures,
            purpose: is(WordSet::PURPOSE)
                .then(|| tokens.iter().find(|t| t.is_text()).filter(|t| t.is_any(WordSet::PURPOSE)))
                .flatten()
                .and_then(|_| tokens.iter().position(|t| t.is(b',') || t.is(b':')))
                .map(|comma| start + comma),
            digits_texted: !negated
                && digits
                && (question && is(WordSet::MESSAGE) && is(WordSet::SEVERAL)
                    || !question && role.serves() && sends_a_number(reading, start, sweep)),
            trouble: secret && role.serves() && !question && classes.intersects(Does::TROUBLE),
            arrives: is(WordSet::ARRIVES),
            chooses_digits: digits
                && is(WordSet::CHOSEN)
                && tokens.windows(2).any(|w| w[0].is_any(WordSet::CHOSEN) && w[1].does(Does::DIGITS)),
            foretells: secret && role.serves() && classes.intersects(Does::FORETELLS),
            elsewhere: role.serves() && secret && happens_elsewhere(reading, tokens),
            on_card_face: role.serves()
                && classes.intersects(Does::FACE)
                && !is(WordSet::ERROR)
                && !(sweep.partial && ends_with_four(reading, start, end))
                && (is(WordSet::FEW) && (digits || is(WordSet::CODE) || names_a_face(reading, start, end))
                    || reading.has_mark(b'?') && explains(reading, start)),
        }
    }

    /// Returns whether the cue is asked for and not just mentioned.
    pub(super) fn asks_for(&self, reading: &TokenizedText<'_>, hit: &Hit) -> bool {
        // "never share your passcode", "we will never ask for your PIN"
        let left_out = self.first_negation < hit.first && self.only.is_none_or(|only| hit.first < only);
        if left_out && !(self.question && self.request && !warns(reading, self.first_negation)) {
            return false;
        }
        let sent_code = self.sent && matches!(hit.cue.topic, Topic::OneTimePasscode | Topic::Code);
        self.question || self.request || self.fragment || sent_code && !self.negated
    }
}

/// Returns whether an agent says that a number was sent, without saying which: "I just sent a number to your phone".
fn sends_a_number(reading: &TokenizedText<'_>, start: usize, sweep: &Sweep) -> bool {
    let tokens = &reading.tokens[start..sweep.end];
    let to_the_phone = sweep.lists.intersects(WordSet::MESSAGE)
        || sweep.classes.intersects(Does::ENTRY)
        || cues_in(reading, start, sweep.end).any(|(_, hit)| hit.cue.topic == Topic::Phone);
    sweep.classes.intersects(Does::SENT)
        && !sweep.secret
        && !sweep.harmless
        && to_the_phone
        && tokens.iter().any(|t| t.does(Does::DIGITS) && t.kind == Kind::Word && t.cue == 0)
}

/// Returns whether the sentence asks for one of two small numbers: "Is your PIN 4 or 6 digits?", "one code or two?".
fn asks_which_number(reading: &TokenizedText<'_>, tokens: &[Token]) -> bool {
    let small = |t: &Token| t.kind == Kind::Digits && t.len() <= 2 || t.is_any(WordSet::NUMBER);
    let or = |at: usize| is_or(reading, &tokens[at]);
    (1..tokens.len().saturating_sub(1))
        .any(|at| or(at) && small(&tokens[at + 1]) && tokens[at.saturating_sub(2)..at].iter().any(small))
}

/// Returns whether the sentence asks who it was, or in what: "Who set the password?", "In which app?", "From what number?".
fn asks_in_what(reading: &TokenizedText<'_>, tokens: &[Token]) -> bool {
    let which = WordSet::WHICH.union(WordSet::QUE).union(WordSet::WHAT);
    let mut words = tokens.iter().filter(|t| t.is_text()).take(4).peekable();
    let mut opening = words.clone();
    let opens = opening.next().is_some_and(|t| t.is_any(WordSet::PREPOSITION))
        && opening.next().is_some_and(|t| t.is_any(which))
        && opening.next().is_some_and(|t| reading.hit(t).is_none_or(|hit| !hit.cue.topic.is_secret()));
    if opens {
        return true;
    }
    while let Some(word) = words.next() {
        let thing = words.peek().is_some_and(|next| reading.is_in(next, PhraseSet::TYPED_IN));
        // "Which app code did you get?"
        let named = words.clone().nth(1).is_some_and(|next| next.cue != 0);
        if reading.is_in(word, PhraseSet::WHO) || word.is_any(which) && thing && !named {
            return true;
        }
    }
    false
}

/// Returns the topic of the thing that the sentence asks for first, and a secret only after a verb: "Which phone did the
/// code go to?", "What amount was the card charged?". Of a card or an account only the end is the answer.
fn asks_which_thing(reading: &TokenizedText<'_>, start: usize, end: usize) -> Option<Topic> {
    const NEAR: usize = 3;
    let which = WordSet::WHICH.union(WordSet::QUE).union(WordSet::WHAT);
    let tokens = &reading.tokens;
    let at = (start..end.min(start + NEAR)).find(|at| tokens[*at].is_any(which))?;
    let hit = tokens.get(at + 1).and_then(|t| reading.hit(t))?;
    let verb = reading.token(hit.last + 1).filter(|_| hit.last + 1 < end)?;
    let asks = verb.kind == Kind::Word && verb.cue == 0 && reading.is_in(verb, PhraseSet::ASKS_BACK);
    let typed = [Topic::SecurityCode, Topic::OneTimePasscode, Topic::Code, Topic::Pin, Topic::Password];
    let charged = |topic: Topic| topic == Topic::Card && !hit.cue.topic.is_secret();
    let secret = cues_in(reading, hit.last + 2, end)
        .map(|(_, hit)| hit.cue.topic)
        .any(|topic| typed.contains(&topic) || charged(topic));
    match hit.cue.topic {
        _ if !asks || !secret => None,
        Topic::Card | Topic::Account => Some(Topic::Partial),
        topic if topic.is_secret() => None,
        topic => Some(topic),
    }
}

/// Returns whether the sentence names the last four digits, which no security code is called.
fn ends_with_four(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    cues_in(reading, start, end)
        .filter(|(_, hit)| hit.cue.topic == Topic::Partial && hit.cue.name != super::FIRST_DIGITS)
        .any(|(_, hit)| reading.tokens[hit.first..=hit.last].iter().any(|t| t.is_any(WordSet::FOUR)))
}

/// Returns whether the sentence names nothing but a side of a card and a count: "three from the back", "los 3 de atrás".
fn names_a_face(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    const MOST_WORDS: usize = 8;
    let besides = Does::FACE
        .union(Does::GLUE)
        .union(Does::DETERMINER)
        .union(Does::OWN)
        .union(Does::FILLER)
        .union(Does::CONJUNCTION)
        .union(Does::REQUEST);
    let plain = |token: &Token| match reading.hit(token) {
        Some(hit) if hit.cue.topic == Topic::Partial => (hit.first..=hit.last).any(|at| is_three(reading, at)),
        Some(hit) => hit.cue.topic == Topic::Card,
        None => token.is_any(WordSet::FEW) || token.does(besides),
    };
    let words = || reading.tokens[start..end].iter().filter(|t| t.is_text());
    words().count() <= MOST_WORDS && words().all(plain)
}

fn is_three(reading: &TokenizedText<'_>, at: usize) -> bool {
    is_any(reading, &reading.tokens[at], &["3", "three", "tres"])
}

/// Returns whether the word at `at`, which may ask for something, does so in the sentence that starts at `start`.
#[inline(never)]
pub(super) fn is_request(reading: &TokenizedText<'_>, start: usize, at: usize, role: Role) -> bool {
    let tokens = &reading.tokens[..];
    let token = &tokens[at];
    let before = at.checked_sub(1).filter(|_| at > start).map(|before| &tokens[before]);
    // "Sharing it can get you banned" is not a request, "can you read it" is.
    if token.is_any(WordSet::MODAL) {
        let addressed = |t: &Token| t.is_any(WordSet::ADDRESSED);
        return tokens.get(at + 1).is_some_and(addressed) || before.is_some_and(addressed);
    }
    // "You have 48,210 points" is not a request, "may I have it" is.
    if reading.is_word(token, b"have") {
        let near = &tokens[at.saturating_sub(3)..at];
        return near.iter().any(|t| t.is_any(WordSet::MODAL) || reading.is_word(t, b"me"));
    }
    // "Your PIN is set."
    if before.is_some_and(|t| t.does(Does::COPULA) && t.kind == Kind::Word) && reading.is_word(token, b"set") {
        return false;
    }
    // "Take all the time you need."
    if reading.is_word(token, b"need") && before.is_some_and(|t| is_any(reading, t, &["you", "u"])) {
        return false;
    }
    // "It said to enter a card": a customer reports what others asked for.
    role.serves()
        || !(token.does(Does::ENTRY)
            || is_any(reading, token, &["needs", "requires", "asks", "asking"])
            || before.is_some_and(|t| is_any(reading, t, &["they", "he", "she"])))
}

/// Returns whether the sentence is a label with a colon or a noun, without a verb: "Last step: CVV (3 digits on the
/// back).".
pub(super) fn is_prompt(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let words = tokens.iter().filter(|t| t.is_text()).count();
    let verb = tokens.iter().any(|t| {
        t.kind == Kind::Word && (t.does(Does::COPULA) || t.does(Does::NEGATION) || t.does(Does::SENT)) && t.cue == 0
    });
    let colon = tokens.iter().position(|t| t.is(b':'));
    // "Contraseña del módem, viene en la etiqueta."
    // "Your password, when you reset it."
    let opens =
        tokens.iter().find(|t| t.is_text() && !t.does(Does::OWN)).and_then(|t| reading.hit(t)).is_some_and(|hit| {
            let said = reading.token(hit.last + 1);
            hit.cue.topic.is_secret()
                && hit.last + 1 < end
                && said
                    .is_some_and(|t| !(t.does(Does::STATE) || t.kind == Kind::Word && is_predicate(reading.bytes(t))))
        });
    words <= 10 && !verb && opens
        || words <= 12 && !verb && colon.is_some_and(|colon| tokens[colon + 1..].iter().take(4).any(|t| t.cue != 0))
}

/// The most words of a message with a sentence that is only the name of something harmless.
pub(crate) const MOST_WORDS_AROUND_A_NAME: usize = 16;

/// Returns whether the sentence asks, without a verb, for the last digits instead of something else: "Ok, then the last
/// four of the card.".
pub(super) fn is_harmless_prompt(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let hits = || cues_in(reading, start, end);
    let verb = |t: &Token| t.does(Does::COPULA.union(Does::NEGATION).union(Does::SENT)) && t.cue == 0;
    reading.facts.digits > 0
        && tokens.iter().filter(|t| t.is_text()).count() <= 10
        && hits().any(|(_, hit)| matches!(hit.cue.topic, Topic::Partial | Topic::Zip))
        && hits().all(|(_, hit)| matches!(hit.cue.topic, Topic::Partial | Topic::Zip | Topic::Card | Topic::Quantity))
        && !tokens.iter().any(|t| t.kind == Kind::Word && verb(t) || matches!(t.kind, Kind::Digits if t.len() > 2))
}

/// Returns whether the tokens only name something harmless: "just the amount".
fn is_harmless_name(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    let mut hits = cues_in(reading, start, end).map(|(_, hit)| hit.cue.topic).peekable();
    hits.peek().is_some()
        && hits.all(|topic| !topic.is_secret() || topic == Topic::Card)
        && reading.tokens[start..end].iter().filter(|t| t.is_text()).count() <= MOST_WORDS_AROUND_A_NAME / 2
}

/// Returns whether the sentence at `start` explains what the previous one asked for: "It's the...", "Es el...".
pub(crate) fn explains(reading: &TokenizedText<'_>, start: usize) -> bool {
    let is = |at: usize, list: WordSet| reading.token(at).is_some_and(|t| t.is_any(list));
    is(start, WordSet::ITS)
        || is(start, WordSet::IT)
            && (is(start + 1, WordSet::IS) || reading.token(start + 1).is_some_and(|t| t.is(b'\'')))
}
