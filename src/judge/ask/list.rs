//! Requests that name several things: "exp, cvv and zip", "your member number and PIN".

use crate::detect::cues::{PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::token::{Kind, Token, TokenizedText};
use crate::judge::conversation::Position;

use super::is_any;

/// Returns whether the token separates two items of a list.
fn separates(reading: &TokenizedText<'_>, token: &Token) -> bool {
    matches!(token.kind, Kind::Mark(b',' | b'/' | b'&' | b'+' | b';'))
        || token.kind == Kind::Word && (token.does(Does::CONJUNCTION) || reading.is_in(token, PhraseSet::AND_THEN))
}

pub(super) fn is_or(reading: &TokenizedText<'_>, token: &Token) -> bool {
    is_any(reading, token, &["or", "o", "u", "ou"])
}

/// Returns whether one of the tokens is a word for a topic that `counts`.
fn names(reading: &TokenizedText<'_>, tokens: &[Token], counts: impl Fn(Topic) -> bool) -> bool {
    tokens.iter().any(|t| reading.hit(t).is_some_and(|hit| counts(hit.cue.topic)))
}

/// Returns whether the tokens contain a word that makes them a statement.
fn states(reading: &TokenizedText<'_>, tokens: &[Token]) -> bool {
    let verb = Does::COPULA.union(Does::NEGATION).union(Does::SENT);
    // "The code we sent", "el código que le mandamos".
    let relative = |at: usize| {
        let link = |t: &Token| t.kind == Kind::Word && t.cue == 0 && t.does(Does::GLUE) && !t.does(Does::COPULA);
        let between = tokens[..at].iter().rev().take_while(|t| link(t)).count();
        tokens[at].does(Does::SENT) && (1..=3).contains(&between) && at > between && tokens[at - between - 1].cue != 0
    };
    (0..tokens.len()).any(|at| {
        let token = &tokens[at];
        token.kind == Kind::Word && token.cue == 0 && token.does(verb) && !separates(reading, token) && !relative(at)
    })
}

/// Returns whether the token may be part of a name: a cue, an article, a mark.
fn is_plain(token: &Token) -> bool {
    let besides = Does::OWN.union(Does::DETERMINER).union(Does::CONJUNCTION).union(Does::FILLER).union(Does::PIECE);
    token.cue != 0
        || matches!(token.kind, Kind::Newline | Kind::Mark(b'.' | b',' | b'/' | b'&' | b'+'))
        || token.kind == Kind::Word && token.does(besides) && !token.does(Does::COPULA)
}

/// Returns whether the sentence is only the name of something ("Your ssn", "and the code", "ok, and your ZIP"), or a
/// short list of names, some of which may be unknown words: "name and password", "exp cvv zip".
pub(super) fn is_bare_name(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    const LONGEST: usize = 12;
    const SHORT_LIST: usize = 8;
    let tokens = &reading.tokens[start..end];
    if tokens.len() > LONGEST {
        return false;
    }
    let item = |item: &[Token]| item.iter().all(is_plain) || !names(reading, item, Topic::is_secret);
    let secret = || names(reading, tokens, Topic::is_secret);
    // "I'll mail the PIN."
    let first_person = || tokens.iter().any(|t| reading.is_in(t, PhraseSet::I));
    let short = || {
        secret()
            && !first_person()
            && tokens.iter().filter(|t| t.is_text()).count() <= SHORT_LIST
            && !states(reading, tokens)
    };
    let listed = || tokens.iter().any(|t| separates(reading, t)) && tokens.split(|t| separates(reading, t)).all(item);
    tokens.iter().all(is_plain) || short() && (listed() || has_a_run(reading, start, end))
}

/// Returns whether the sentence accepts a secret that was given: "Código correcto. ¿Pedido?", "CVV ok. How many?". A
/// question must follow it.
pub(super) fn confirms(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let Some(secret) = tokens.iter().position(|t| reading.hit(t).is_some_and(|hit| hit.cue.topic.is_secret())) else {
        return false;
    };
    let says_so = |t: &Token| t.kind == Kind::Word && reading.is_in(t, PhraseSet::CONFIRMS);
    // "Ok, code" asks for it.
    let comma = tokens[..secret].iter().any(|t| t.is(b','));
    let agrees = |t: &Token| t.is_any(WordSet::YES) || reading.is_word(t, b"ok");
    let before =
        || !comma && tokens[..secret].iter().any(|t| says_so(t) && (!agrees(t) || reading.is_word(t, b"correct")));
    tokens[secret..].iter().any(says_so) || before()
}

/// Returns whether two cues are next to each other, one of them for a secret: "cvv zip", "login / password".
fn has_a_run(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    let from = reading.cues.partition_point(|hit| hit.first < start);
    reading.cues[from..].windows(2).take_while(|pair| pair[1].first < end).any(|pair| {
        let between = &reading.tokens[pair[0].last + 1..pair[1].first];
        between.iter().all(|t| separates(reading, t) || t.does(Does::OWN.union(Does::DETERMINER)))
            && pair.iter().any(|hit| hit.cue.topic.is_secret())
            && pair[0].cue.topic != pair[1].cue.topic
    })
}

/// What a list of names contains besides secrets.
pub(super) struct Besides {
    /// A word for a date, an amount or a place.
    pub(super) measure: bool,
    /// Words that no table knows: "your gym number and the PIN".
    pub(super) unknown: bool,
    /// The position of the only secret in the list, if it has one.
    pub(super) position: Option<Position>,
}

/// Returns what the list contains besides secrets, if the sentence is a list with a secret.
pub(super) fn besides(reading: &TokenizedText<'_>, start: usize, end: usize) -> Besides {
    /// The maximum number of words of a name.
    const LONGEST: usize = 5;
    let talk = Does::GLUE.union(Does::FILLER).union(Does::REQUEST).union(Does::OWN).union(Does::DETERMINER);
    let mut besides = Besides { measure: false, unknown: false, position: None };
    let (mut items, mut secrets, mut at) = (0u8, 0, 0);
    for item in reading.tokens[start..end].split(|t| separates(reading, t)) {
        let named = item.iter().any(|t| t.cue != 0 || t.kind == Kind::Word && !t.does(talk));
        items = items.saturating_add(u8::from(named));
        if names(reading, item, Topic::is_secret) {
            secrets += 1;
            at = items;
            continue;
        }
        let measures = |topic| matches!(topic, Topic::Amount | Topic::Time | Topic::Place);
        let asks = |t: &Token| is_plain(t) || t.is(b'?') || t.does(Does::GLUE.union(Does::REQUEST));
        besides.measure |= names(reading, item, measures) && item.iter().all(asks);
        besides.unknown |= item.iter().all(|t| t.cue == 0)
            && item.iter().filter(|t| t.is_text()).count() <= LONGEST
            && item.iter().any(|t| t.kind == Kind::Word && !t.does(talk));
    }
    besides.position = (items > 1 && secrets == 1).then(|| Position::new(at, items));
    besides
}

/// Returns whether the cue is in another item of the list than a word such as "how many": "how many tickets and cvv?".
pub(super) fn is_apart_from_measure(reading: &TokenizedText<'_>, start: usize, end: usize, cue: usize) -> bool {
    let tokens = &reading.tokens;
    let measures = WordSet::HOW
        .union(WordSet::HOW_MANY)
        .union(WordSet::WHEN)
        .union(WordSet::WHERE)
        .union(WordSet::DATE)
        .union(WordSet::FECHA);
    // "4 or 6 digits" is one item, and "when" and "que" are no conjunctions here.
    let separator = |at: &usize| {
        let token = &tokens[*at];
        separates(reading, token) && !is_or(reading, token) && !token.is_any(measures.union(WordSet::QUE))
    };
    let from = (start..cue).rev().find(separator).map_or(start, |at| at + 1);
    let to = (cue..end).find(separator).unwrap_or(end);
    (from, to) != (start, end) && !tokens[from..to].iter().any(|t| t.is_any(measures))
}

/// A message with more words than this is not only the name of something.
pub(crate) const FEW_WORDS: usize = 4;

/// Returns whether an agent's message is only the name of something that is no secret: "odometer", "ok, street number",
/// "dob". After an answer it asks for that.
pub(crate) fn names_something_harmless(reading: &TokenizedText<'_>) -> bool {
    const MOST_TOKENS: usize = 8;
    let tokens = &reading.tokens;
    // "Hmm, expired", "try again", "the other half", "no".
    let about_the_answer = Does::NEGATION
        .union(Does::TROUBLE)
        .union(Does::STATE)
        .union(Does::REQUEST)
        .union(Does::PIECE)
        .union(Does::HALF)
        .union(Does::FACE)
        .union(Does::SENT)
        .union(Does::RETRIES)
        .union(Does::TAKES_BACK)
        .union(Does::DIGITS)
        .union(Does::FORETELLS);
    let content = |t: &Token| match reading.hit(t) {
        Some(hit) => !hit.cue.topic.is_secret(),
        None => t.kind == Kind::Word && (t.word == 0 || t.does(Does::UNIT)),
    };
    // "House no", "rx number".
    let numbering = |at: usize| {
        let token = &tokens[at];
        at > 0
            && content(&tokens[at - 1])
            && (token.is_any(WordSet::NUMBERING) || reading.is_word(token, b"no"))
            && !tokens[at + 1..].iter().any(Token::is_text)
    };
    let about = |at: usize| {
        let token = &tokens[at];
        token.is_text() && token.cue == 0 && token.does(about_the_answer) && !numbering(at)
    };
    reading.facts.words <= FEW_WORDS
        && tokens.len() <= MOST_TOKENS
        && reading.facts.digits == 0
        && !reading.mentions_secrets()
        && tokens.iter().any(content)
        && !(0..tokens.len()).any(about)
}
