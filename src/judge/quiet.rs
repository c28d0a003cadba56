//! A quick look at a reading: may anything be found in it at all?
//!
//! Most of what people write to each other holds no secret and could not hold one: there is no number that is long enough,
//! no word that could be a password, and nobody waits for either. Only ever too cautious: whether a message is quiet
//! changes how long it takes, never what comes out.

use crate::detect::cues::{Topic, WordClass as Does};
use crate::detect::number::{Number, NumberShape};
use crate::detect::password;
use crate::detect::token::{Kind, TokenizedText};
use crate::judge::conversation::Expected;

/// So many digits in a message are no card.
const FEWER_THAN_A_CARD: usize = 12;

/// So many digits without a cue are nothing: no beginning of a number, no passcode.
const FEW: usize = 3;

/// The longest token of letters and digits that is no code.
const LONGEST_UNIT: usize = 3;

/// Whether nothing can be found in a reading with these numbers, which are written as they are read. `pieces`: a number
/// is half said.
pub(super) fn holds_nothing(reading: &TokenizedText<'_>, numbers: &[Number], expected: Expected, pieces: bool) -> bool {
    !reading.facts.masked
        && !expected.awaits_a_password()
        && !password::may_hold_one(reading)
        && (reading.facts.digits == 0 || !pieces && are_harmless(reading, numbers, expected))
}

/// Whether none of the numbers can be a secret, nor the beginning of one.
fn are_harmless(reading: &TokenizedText<'_>, numbers: &[Number], expected: Expected) -> bool {
    // A number on the face of a card, and the last line of an origin-bound message, are found without a cue.
    reading.facts.digits < FEWER_THAN_A_CARD
        && !reading.mentions_secrets()
        && !reading.does(Does::FACE)
        && !reading.has_mark(b'#')
        && !expected.awaits_a_secret()
        && (!expected.spoken.has_secret() || !reading.does(Does::ENTRY))
        && numbers.iter().all(|number| is_harmless(reading, number))
        && !(reading.facts.digits > FEW && are_dictated(numbers))
        && !(reading.facts.mixed && may_hold_a_code(reading))
}

/// Whether letters and digits are more than a unit: longer, or joined to others by a hyphen.
fn may_hold_a_code(reading: &TokenizedText<'_>) -> bool {
    let joins = |at: usize| reading.token(at).is_some_and(|t| t.is(b'-') && !t.spaced);
    reading.tokens.iter().enumerate().any(|(at, t)| {
        t.kind == Kind::Mixed && (t.len() > LONGEST_UNIT || joins(at + 1) || at > 0 && !t.spaced && joins(at - 1))
    })
}

/// Whether single digits follow each other, which may be told one by one: "4, 8, 2, 9".
fn are_dictated(numbers: &[Number]) -> bool {
    let single = |number: &Number| number.digits == number.groups;
    numbers.windows(2).any(|pair| pair[1].first == pair[0].last + 2 && pair.iter().all(single))
}

/// Whether a number without a cue for a secret is none, in a message to which no secret is the answer.
fn is_harmless(reading: &TokenizedText<'_>, number: &Number) -> bool {
    match number.shape {
        NumberShape::Harmless(_) => true,
        _ if number.digits <= FEW => true,
        // Three groups of ten digits in all hold no Social Security number.
        NumberShape::Likely("phone") => {
            let counted = reading.mentions(Topic::Partial) || reading.mentions(Topic::Quantity);
            number.digits == 10 && number.groups == 3 && !counted
        }
        _ => false,
    }
}
