//! Requests that do not name what they ask for, and which of several things is meant.

use crate::detect::cues::{PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::token::{Hit, Kind, Token, TokenizedText};
use crate::judge::Part;
use crate::judge::conversation::Topics;

use super::{cues_in, is_any};

/// Returns whether a customer asks for something, and not whether something is true: "What is my code?", "do you have
/// it?".
pub(super) fn wants_to_know(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    reading.tokens[start..end].iter().any(|t| {
        t.is_any(WordSet::WHICH.union(WordSet::QUE).union(WordSet::RECITE).union(WordSet::RECITE_IT))
            || reading.is_in(t, PhraseSet::KNOWS)
    })
}

/// Returns the token in the sentence at which reported speech begins, or its end.
pub(super) fn says_at(reading: &TokenizedText<'_>, start: usize, end: usize) -> usize {
    let says = |t: &Token| t.kind == Kind::Word && reading.is_in(t, PhraseSet::SAYS);
    reading.tokens[start..end].iter().position(says).map_or(end, |at| start + at)
}

/// Returns whether the sentence is a question without a noun: "What is it?", "¿cuál es?".
pub(super) fn asks_which(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    let words = || reading.tokens[start..end].iter().filter(|t| t.is_text());
    words().any(|t| t.does(Does::QUESTION))
        && words().all(|t| t.does(Does::GLUE.union(Does::QUESTION).union(Does::CONJUNCTION)) && t.cue == 0)
}

/// Returns whether something was sent that is not named here: "I've sent it", "se lo mandé".
pub(super) fn sends_it(reading: &TokenizedText<'_>, part: Part) -> bool {
    const NEAR: usize = 4;
    let tokens = &reading.tokens;
    let it = |t: &Token| t.is_any(WordSet::IT) || reading.is_in(t, PhraseSet::ANOTHER_ONE);
    reading.does(Does::SENT)
        && (0..tokens.len()).any(|at| {
            let near = || tokens[at.saturating_sub(NEAR)..tokens.len().min(at + NEAR)].iter();
            tokens[at].does(Does::SENT)
                && tokens[at].kind == Kind::Word
                // "I'll send it" counts, "send it" does not.
                && (!is_any(reading, &tokens[at], &["send", "sending", "text", "texting", "issued"])
                    || tokens[at.saturating_sub(2)..at].iter().any(|t| is_any(reading, t, &["i", "we", "ll", "will"])))
                && part.has(tokens[at].start as usize)
                && near().any(it)
                && !near().any(|t| t.does(Does::NEGATION) && t.kind == Kind::Word)
        })
}

/// Returns the harmless topic that was meant: "I mean the promo code", "el de reserva".
pub(super) fn means(reading: &TokenizedText<'_>, start: usize, end: usize) -> Topics {
    let named = |topic: &Topic| !matches!(topic, Topic::Login | Topic::Place | Topic::Quantity | Topic::Amount);
    let topics = || cues_in(reading, start, end).map(|(_, hit)| hit.cue.topic);
    if !topics().any(|topic| Topic::MEANT.contains(&topic)) {
        return Topics::NONE;
    }
    let tokens = &reading.tokens[start..end];
    let pair =
        |w: &[Token], first: PhraseSet, then: PhraseSet| reading.is_in(&w[0], first) && reading.is_in(&w[1], then);
    // "Then the last four will do."
    let suffices = topics().any(|topic| matches!(topic, Topic::Partial | Topic::Zip))
        && (tokens.windows(2).any(|w| pair(w, PhraseSet::IS_ENOUGH, PhraseSet::ENOUGH))
            || tokens.iter().any(|t| reading.is_in(t, PhraseSet::SUFFICES)));
    if suffices {
        return Topics::NONE.with(Topic::Partial);
    }
    let points = tokens.get(..2).is_some_and(|w| pair(w, PhraseSet::THE, PhraseSet::OF_THE)).then_some(start);
    let says = || tokens.windows(2).position(|w| pair(w, PhraseSet::WE_MEAN, PhraseSet::MEANT)).map(|at| start + at);
    // "That's the date, I mean the three digits" does not mean the date.
    let Some(from) = points.or_else(says) else { return Topics::NONE };
    let first = cues_in(reading, from, end).map(|(_, hit)| hit.cue.topic).find(named);
    first.filter(|topic| Topic::MEANT.contains(topic)).map_or(Topics::NONE, |topic| Topics::NONE.with(topic))
}

/// Returns whether the cue only counts digits and does not say of what: "The 15 digits".
pub(super) fn is_a_count(reading: &TokenizedText<'_>, hit: &Hit) -> bool {
    reading.tokens[hit.first..=hit.last]
        .iter()
        .all(|t| t.kind == Kind::Digits || t.does(Does::DIGITS) || t.is_any(WordSet::NUMBER) || t.is(b'-'))
}
