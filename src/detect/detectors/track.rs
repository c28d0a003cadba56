//! Finds the tracks of a magnetic stripe, as a card reader types them: `%B4111111111111111^NAME^2812101...?` and
//! `;4111111111111111=2812101...?`. The data after the number and the name verify the chip and the PIN.

use crate::detect::token::{Kind, TokenizedText};
use crate::detect::{Candidate, Candidates, Claim};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// The maximum number of tokens of a track after its number.
const REACH: usize = 24;

/// The name of the cue in evidence.
const CUE: &str = "magnetic stripe";

/// Adds the number of every track and the data after it.
pub(super) fn tracks(reading: &TokenizedText<'_>, out: &mut Candidates) {
    let tokens = &reading.tokens;
    let sign = if reading.has_mark(b'^') { b'^' } else { b'=' };
    if !(reading.has_mark(b'^') && reading.has_mark(b'%') || reading.has_mark(b'=') && reading.has_mark(b';')) {
        return;
    }
    for at in 1..tokens.len() {
        if tokens[at].kind != Kind::Digits || !(12..=19).contains(&tokens[at].len()) || tokens[at].spaced {
            continue;
        }
        let before = &tokens[at - 1];
        let first = at > 1 && reading.is_word(before, b"b") && tokens[at - 2].is(b'%') && !before.spaced;
        let second = before.is(b';');
        let next = reading.token(at + 1).filter(|t| !t.spaced);
        let goes_on = next.is_some_and(|t| if first { t.is(b'^') } else { t.is(b'=') || t.is(sign) });
        if !(first || second) || !goes_on {
            continue;
        }
        out.push(candidate(at, Entity::Card, tokens[at].len()));
        for behind in at + 2..tokens.len().min(at + REACH) {
            if tokens[behind].is(b'?') || tokens[behind].kind == Kind::Newline {
                break;
            }
            if tokens[behind].kind == Kind::Digits {
                out.push(candidate(behind, Entity::SecurityCode, tokens[behind].len()));
            }
        }
    }
}

fn candidate(at: usize, entity: Entity, digits: usize) -> Candidate {
    Candidate {
        first: at,
        last: at,
        entity,
        claim: Claim::Certain,
        topics: &[],
        evidence: Evidence { cue: Some(CUE), digits: u8::try_from(digits).unwrap_or(u8::MAX), ..Evidence::default() },
    }
}
