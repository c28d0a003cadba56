//! The prefilter for a tokenized message: can it contain a finding at all?
//!
//! Most messages cannot. They have no number that is long enough and no word that could be a password, and neither is
//! expected. The prefilter may have false positives but no false negatives: it changes how long a scan takes, never its
//! result.

use crate::detect::cues::{Topic, WordClass as Does};
use crate::detect::gate::{FEW_DIGITS, FEWER_THAN_A_CARD};
use crate::detect::number::{Number, NumberShape};
use crate::detect::token::{Kind, TokenizedText};
use crate::detect::{one_time_passcode, password};
use crate::judge::conversation::Expected;

/// The maximum length of a token of letters and digits that cannot be a code.
pub(super) const LONGEST_UNIT: usize = 3;

/// Returns whether nothing can be found in a text with these numbers. The text must be its own view. `pieces`: whether
/// an earlier number is incomplete. `heeds_masks`: whether masks count as answers, because the conversation goes on.
pub(super) fn holds_nothing(
    reading: &TokenizedText<'_>,
    numbers: &[Number],
    expected: Expected,
    pieces: bool,
    heeds_masks: bool,
) -> bool {
    !(reading.facts.masked && (heeds_masks || reading.facts.digits > 0))
        && !expected.awaits_a_password()
        && !password::may_contain_password(reading)
        && !expected.signs_in(reading)
        && !one_time_passcode::may_hold_letters(reading)
        && (reading.facts.digits == 0 || reading.facts.words > 0 && !pieces && are_harmless(reading, numbers, expected))
}

/// Returns whether none of the numbers can be a secret or the beginning of one.
fn are_harmless(reading: &TokenizedText<'_>, numbers: &[Number], expected: Expected) -> bool {
    // A number on the face of a card and the last line of an origin-bound message are found without a cue.
    reading.facts.digits < FEWER_THAN_A_CARD
        && !reading.mentions_secrets()
        && !reading.does(Does::FACE)
        && !reading.has_mark(b'#')
        && !expected.awaits_a_secret()
        && (!expected.spoken.has_secret() || !reading.does(Does::ENTRY))
        && numbers.iter().all(|number| is_harmless(reading, number, expected))
        && !follows_a_date(numbers)
        && !(reading.facts.digits > FEW_DIGITS && are_dictated(numbers))
        && !(reading.facts.mixed && may_hold_a_code(reading))
}

/// Returns whether a mixed token is more than a unit: it is longer, or a hyphen joins it to other tokens.
fn may_hold_a_code(reading: &TokenizedText<'_>) -> bool {
    let joins = |at: usize| reading.token(at).is_some_and(|t| t.is(b'-') && !t.spaced);
    reading.tokens.iter().enumerate().any(|(at, t)| {
        t.kind == Kind::Mixed && (t.len() > LONGEST_UNIT || joins(at + 1) || at > 0 && !t.spaced && joins(at - 1))
    })
}

/// Returns whether there are a date, which may be the expiry date of a card, and three digits, which may be its code.
fn follows_a_date(numbers: &[Number]) -> bool {
    numbers.iter().any(|number| number.digits == FEW_DIGITS && number.shape == NumberShape::Bare)
        && numbers.iter().any(|number| number.shape == NumberShape::Harmless("date"))
}

/// Returns whether single digits follow each other, as if dictated: "4, 8, 2, 9".
fn are_dictated(numbers: &[Number]) -> bool {
    let single = |number: &Number| number.digits == number.groups;
    numbers.windows(2).any(|pair| pair[1].first == pair[0].last + 2 && pair.iter().all(single))
}

/// Returns whether a number cannot be a secret if no cue for one is near and no secret is expected.
fn is_harmless(reading: &TokenizedText<'_>, number: &Number, expected: Expected) -> bool {
    match number.shape {
        NumberShape::Harmless(_) => true,
        _ if number.digits <= FEW_DIGITS => number.digits < FEW_DIGITS || !expected.may_answer(),
        // Ten digits in three groups cannot contain a Social Security number.
        NumberShape::Likely("phone") => {
            let counted = reading.mentions(Topic::Partial) || reading.mentions(Topic::Quantity);
            number.digits == 10 && number.groups == 3 && !counted
        }
        _ => false,
    }
}
