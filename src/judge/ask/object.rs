//! What is said about the thing that a cue names: whether it is asked for, changed elsewhere, retracted or already
//! given.

use crate::detect::cues::{PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::token::{Hit, Kind, Token, TokenizedText};

use super::meaning::is_a_count;
use super::{FIRST_DIGITS, cues_in};

/// Returns whether the agent sends the customer elsewhere instead of asking for the secret: "You can reset your PIN at
/// any ATM".
pub(super) fn happens_elsewhere(reading: &TokenizedText<'_>, sentence: &[Token]) -> bool {
    let here = |t: &Token| t.is_any(WordSet::RECITE.union(WordSet::RECITE_IT)) || reading.is_in(t, PhraseSet::IN_CHAT);
    sentence.iter().any(|t| reading.is_in(t, PhraseSet::ELSEWHERE)) && !sentence.iter().any(here)
}

/// Returns whether the cue at `first` is the object of a verb of changing: "Change your password", "set a new PIN".
pub(super) fn is_changed(reading: &TokenizedText<'_>, first: usize) -> bool {
    let own = |t: &&Token| {
        t.kind == Kind::Word
            && (t.does(Does::DETERMINER) || t.does(Does::OWN) || t.is_any(WordSet::ADJECTIVE.union(WordSet::RENEWAL)))
    };
    let between = reading.tokens[..first].iter().rev().take(3).take_while(own).count();
    first.checked_sub(between + 1).is_some_and(|verb| reading.is_in(&reading.tokens[verb], PhraseSet::CHANGES))
}

/// Returns whether the cue at `first` is what an agent wants to open, as a reason: "to verify your account", "so I can
/// pull up the account", "para poder acceder a su cuenta".
pub(super) fn is_accessed(reading: &TokenizedText<'_>, start: usize, first: usize) -> bool {
    const REACH: usize = 4;
    let tokens = &reading.tokens;
    let verb = (start.max(first.saturating_sub(REACH))..first)
        .rev()
        .find(|at| reading.is_in(&tokens[*at], PhraseSet::ACCESSES));
    let reason = |t: &Token| t.is_any(WordSet::PURPOSE) || reading.is_in(t, PhraseSet::I.union(PhraseSet::US));
    verb.is_some_and(|verb| {
        tokens[verb..first].iter().all(|t| t.kind == Kind::Word && t.cue == 0)
            && tokens[start.max(verb.saturating_sub(REACH))..verb].iter().any(reason)
    })
}

/// Returns whether "never" or "nunca" is a warning and not part of a polite question ("why don't you read me the
/// code?").
pub(super) fn warns(reading: &TokenizedText<'_>, at: usize) -> bool {
    reading.token(at).is_some_and(|t| t.is_any(WordSet::WARNING))
}

/// Returns whether an earlier question is retracted: "sorry", "actually", "perdón".
pub(super) fn corrects(reading: &TokenizedText<'_>, from: usize, until: usize) -> bool {
    reading.does(Does::TAKES_BACK) && reading.tokens[from.min(until)..until].iter().any(|t| t.does(Does::TAKES_BACK))
}

/// Returns whether the cue that starts at `first` belongs to the one that ends at `last`: "the passcode for the
/// account".
pub(super) fn depends(reading: &TokenizedText<'_>, last: usize, first: usize) -> bool {
    let between = &reading.tokens[last + 1..first];
    if listed(reading, last, first) || between.len() > 8 {
        return false;
    }
    // The word before its articles and adjectives.
    let governing =
        between.iter().rev().find(|t| !(t.does(Does::DETERMINER) || t.does(Does::OWN) || t.is_any(WordSet::ADJECTIVE)));
    // "For the account we ask for the PIN" asks for the PIN.
    if between.iter().any(|t| t.does(Does::REQUEST) && t.cue == 0 && !t.is_any(WordSet::RELATIVE)) {
        return false;
    }
    let preposition = governing.is_some_and(|t| t.is_any(WordSet::PREPOSITION.union(WordSet::BESIDE)));
    preposition || between.iter().any(|t| t.is_any(WordSet::RELATIVE))
}

/// Returns whether the cue that starts at `first` is in a list with the one that ends at `last`: "the ZIP and the last
/// four".
pub(super) fn listed(reading: &TokenizedText<'_>, last: usize, first: usize) -> bool {
    reading.tokens[last + 1..first].iter().any(|t| {
        matches!(t.kind, Kind::Mark(b',' | b';' | b'/' | b'&' | b'+' | b'.' | b':') | Kind::Newline)
            || t.is_any(WordSet::LISTING)
    })
}

/// Returns whether the cue is a possessive or a count of digits before another cue: "the phone's PIN", "your 9 digit
/// member ID".
pub(super) fn modifies(reading: &TokenizedText<'_>, hit: &Hit, end: usize) -> bool {
    let next = hit.last + 1;
    let possessive = reading.token(next).is_some_and(|t| t.is(b'\'') && !t.spaced)
        && reading.token(next + 1).is_some_and(|t| reading.is_word(t, b"s"));
    let count = is_a_count(reading, hit) && next < end && reading.tokens[next].cue != 0;
    count || possessive && cues_in(reading, next, end).next().is_some()
}

/// Returns whether a cue for a part of a number follows directly, as in "account ending 5567" but not in "the security
/// code for the Visa ending 7745".
pub(super) fn is_partial(reading: &TokenizedText<'_>, last: usize) -> bool {
    let whole = reading.hit(&reading.tokens[last]).is_some_and(|hit| {
        matches!(hit.cue.topic, Topic::SecurityCode | Topic::OneTimePasscode | Topic::Pin | Topic::Code)
    });
    !whole
        && reading
            .token(last + 1)
            .and_then(|t| reading.hit(t))
            .is_some_and(|hit| hit.cue.topic == Topic::Partial && hit.cue.name != FIRST_DIGITS)
}

/// Returns whether a number of three or more digits follows the cue directly: "code 407".
pub(super) fn is_named(reading: &TokenizedText<'_>, last: usize) -> bool {
    reading.token(last + 1).is_some_and(|t| t.kind == Kind::Digits && t.len() >= 3)
}

/// Returns whether a number follows the cue as its value.
pub(super) fn has_value(reading: &TokenizedText<'_>, last: usize) -> bool {
    reading.tokens[last + 1..]
        .iter()
        .take(5)
        .take_while(|t| t.cue == 0 && !(t.kind == Kind::Word && t.does(Does::TO)))
        .find(|t| {
            !(t.kind == Kind::Word && t.does(Does::GLUE)
                || matches!(t.kind, Kind::Mark(b':' | b'=' | b'#' | b'-' | b'*' | b'\'')))
        })
        .is_some_and(|t| t.kind == Kind::Digits && t.len() >= 3 || t.kind == Kind::Masked)
}

/// Returns whether the number is a label of the thing: "Is pin 14 the red one?", "card #2".
pub(super) fn is_numbered(reading: &TokenizedText<'_>, last: usize) -> bool {
    let sign = usize::from(reading.token(last + 1).is_some_and(|t| t.is(b'#')));
    reading.token(last + 1 + sign).is_some_and(|t| t.kind == Kind::Digits && t.len() <= 2 && t.cue == 0)
        && reading.token(last + 2 + sign).is_none_or(|t| t.spaced && !t.does(Does::UNIT))
}
