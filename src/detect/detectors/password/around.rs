//! The value before a cue, or elsewhere in its sentence: "X is my password", "I type X as the password".

use crate::detect::cues::{PhraseSet, WordClass};
use crate::detect::token::{Hit, Kind, TokenizedText};

use super::FARTHEST;
use super::looks::{is_sentence, is_strong, is_unknown, looks_like_one};
use super::spelled::letters_spelled_out;
use super::value::{chunk, ends_clause, is_mark, quoted_before};

/// Returns the value before a cue: "X is my password", "X as the password", "set it to X, that's the password", "X
/// (password)".
pub(super) fn before(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let mut at = hit.first.checked_sub(1)?;
    let mut link = false;
    let mut comma = false;
    let mut own = false;
    for _ in 0..7 {
        let token = &tokens[at];
        match token.kind {
            Kind::Word if token.does(WordClass::LINK) || reading.is_word(token, b"thats") => {
                link = true;
            }
            Kind::Word if token.does(WordClass::NEGATION) => return None,
            // "X, con esa contraseña entraba antes".
            Kind::Word if own && reading.is_in(token, PhraseSet::WITH) => {
                link = true;
            }
            Kind::Word if token.does(WordClass::DETERMINER) || token.does(WordClass::OWN) => own = true,
            Kind::Mark(b'\'' | b'(') => {}
            Kind::Mark(b'<' | b'>' | b'=') => {
                comma = true;
                link = true;
            }
            Kind::Mark(b'-') => comma = true,
            Kind::Mark(b',') if !comma => comma = true,
            _ => {
                let value = chunk(reading, at)?;
                if value.1 != at && !is_mark(&tokens[at], b"!\"?)'*") || !(link || comma || own) {
                    return None;
                }
                let strong = looks_like_one(reading, value);
                let sentence_start =
                    value.0 == 0 || reading.ends_sentence(value.0 - 1) || tokens[value.0 - 1].kind == Kind::Newline;
                let plain = link && own && !comma && sentence_start && is_unknown(reading, value) && value.0 == value.1;
                let quoted = link && is_mark(&tokens[at], b"\"'");
                if quoted {
                    let value = quoted_before(reading, at)?;
                    return (!is_sentence(reading, value)).then_some(value);
                }
                // "Will it be X my password, or Y?"
                let asked = own
                    && strong
                    && value.0 > 0
                    && tokens[value.0 - 1].does(WordClass::COPULA)
                    && tokens[value.0 - 1].kind == Kind::Word;
                return (link && strong || plain || asked).then_some(value);
            }
        }
        at = at.checked_sub(1)?;
    }
    None
}

/// Returns the chunk in the sentence of the cue that can only be a password.
pub(super) fn nearby(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let mut at = hit.last + 1;
    while at < tokens.len() && at - hit.last <= FARTHEST {
        if ends_clause(reading, at) && !matches!(tokens[at].kind, Kind::Mark(b',')) {
            if tokens[at].is(b':')
                && let Some(value) = letters_spelled_out(reading, at + 1)
            {
                return Some(value);
            }
            break;
        }
        if tokens[at].cue != 0 && !tokens[at].is_text() {
            at += 1;
            continue;
        }
        // "... like this h o l a - 7 7"
        if let Some(value) = letters_spelled_out(reading, at) {
            return Some(value);
        }
        if let Some(value) = chunk(reading, at) {
            if value.0 >= at && is_strong(reading, value) && !said_harmless(reading, at) {
                return Some(value);
            }
            at = value.1.max(at) + 1;
            continue;
        }
        at += 1;
    }
    // To the left, in the same sentence: "I type Xk!72bQz as the password like always".
    let mut at = hit.first;
    let mut steps = 0;
    while at > 0 && steps < 10 {
        at -= 1;
        steps += 1;
        let token = &tokens[at];
        if reading.ends_sentence(at) || token.kind == Kind::Newline {
            let value = chunk(reading, at).filter(|v| ends_at(reading, *v, at));
            if value.is_none() || token.kind == Kind::Newline {
                return None;
            }
        }
        if let Some(value) = chunk(reading, at).filter(|v| ends_at(reading, *v, at)) {
            let marks = reading.text[tokens[value.0].start as usize..tokens[value.1].end as usize]
                .iter()
                .any(|b| b"!@#$%^&*+=~".contains(b));
            // "I put X as...", "reset it to X and ...".
            let entered = value.0 > 0
                && tokens[value.0 - 1].does(WordClass::ENTRY)
                && !reading.is_word(&tokens[value.0 - 1], b"i")
                || value.0 > 1
                    && tokens[value.0 - 1].does(WordClass::TO)
                    && ["it", "la", "lo"].iter().any(|w| reading.is_word(&tokens[value.0 - 2], w.as_bytes()));
            if (marks || entered) && is_strong(reading, value) && !said_harmless(reading, value.0) {
                return Some(value);
            }
            at = value.0;
        }
    }
    None
}

/// Returns whether the chunk ends at the token `at`, not counting stars of emphasis.
fn ends_at(reading: &TokenizedText<'_>, (_, last): (usize, usize), at: usize) -> bool {
    last <= at && reading.tokens[last + 1..=at].iter().all(|t| t.is(b'*'))
}

/// Returns whether a harmless cue directly precedes it: "order WB-20718", "model NVG599".
pub(crate) fn said_harmless(reading: &TokenizedText<'_>, at: usize) -> bool {
    let tokens = &reading.tokens;
    for back in 1..=4.min(at) {
        let token = &tokens[at - back];
        if let Some(hit) = reading.hit(token) {
            return !hit.cue.topic.is_secret();
        }
        if !(token.does(WordClass::GLUE) && token.kind == Kind::Word
            || matches!(token.kind, Kind::Mark(b':' | b'#' | b'\'')))
        {
            return false;
        }
    }
    false
}
