//! One-time passcodes.

use crate::detect::cues::{Topic, WordClass};
use crate::detect::token::{Kind, Token, TokenizedText};
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::mask;

/// Finds four to eight digits, or a code of letters and digits, by a cue, a question, or the form of an origin-bound
/// message.
pub(crate) struct OneTimePasscode;

static SPEC: DetectorInfo = DetectorInfo {
    id: "one-time-passcode",
    entity: Entity::OneTimePasscode,
    title: "One-time passcodes sent by text, e-mail or app: 4 to 8 digits, grouped, or letters and digits",
    longest: 12 * 8,
    source: "WICG sms-one-time-codes (origin-bound form); formats of common senders",
    hits: &[
        "the code I got by text is 957 304",
        "Your one-time passcode is 5518204. It expires in 10 minutes.",
        "G-615209 is your Google verification code",
        "my login code is K7P-2XQ",
        "@example.com #747723",
        "verification code: 9071",
        "me llegó el código de verificación 619 025",
        "77310 es tu clave de un solo uso",
    ],
    verbatim: &["my login code is K7P-2XQ", "@example.com #747723"],
    misses: &[
        "the code never came",
        "my zip code is 90210",
        "promo code SAVE20NOW",
        "error code 40312",
        "the code expires in 10 minutes",
        "booking code QX7R2P",
        "código postal 28013",
    ],
};

const TOPICS: &[Topic] = &[Topic::OneTimePasscode, Topic::Code];

impl Detector for OneTimePasscode {
    fn spec(&self) -> &'static DetectorInfo {
        &SPEC
    }

    fn detect(&self, page: &Document<'_>, out: &mut Candidates) {
        let reading = &page.reading;
        for number in page.numbers.iter().filter(|n| (4..=10).contains(&n.digits)) {
            let (first, prefixed) = with_prefix(reading, number.first);
            let bound = origin_bound(reading, number.first);
            if number.digits > 8 && !bound {
                continue;
            }
            out.push(Candidate {
                first,
                last: number.last,
                entity: Entity::OneTimePasscode,
                claim: if bound { Claim::Certain } else { Claim::Possible },
                topics: TOPICS,
                evidence: Evidence {
                    disguised: page.is_disguised(number.first, number.last),
                    grouped: prefixed || number.groups == 2,
                    digits: u8::try_from(number.digits).unwrap_or(u8::MAX),
                    ..Evidence::default()
                },
            });
        }
        for at in letter_codes(reading) {
            out.push(Candidate {
                first: at,
                last: at,
                entity: Entity::OneTimePasscode,
                claim: Claim::Possible,
                topics: TOPICS,
                evidence: Evidence::default(),
            });
        }
        // A mixed code begins with a mixed token, or with letters or digits and a hyphen.
        let mut at = if reading.facts.mixed || reading.has_mark(b'-') { 0 } else { reading.tokens.len() };
        while at < reading.tokens.len() {
            match code_at(reading, at) {
                Some(last) => {
                    out.push(Candidate {
                        first: at,
                        last,
                        entity: Entity::OneTimePasscode,
                        claim: if origin_bound(reading, at) { Claim::Certain } else { Claim::Possible },
                        topics: TOPICS,
                        evidence: Evidence::default(),
                    });
                    at = last + 1;
                }
                None => at += 1,
            }
        }
    }
}

/// The minimum number of letters of a code without digits.
const FEWEST_LETTERS: usize = 5;

/// Returns whether a text has enough adjacent capitals for a code of letters.
pub(crate) fn has_capitals(text: &[u8]) -> bool {
    // So many capitals cover one of these places.
    (FEWEST_LETTERS - 1..text.len()).step_by(FEWEST_LETTERS).any(|at| {
        let capitals = |byte: &&u8| byte.is_ascii_uppercase();
        let before = text[..at].iter().rev().take(FEWEST_LETTERS);
        text[at].is_ascii_uppercase()
            && text[at..].iter().take(FEWEST_LETTERS).take_while(capitals).count() + before.take_while(capitals).count()
                >= FEWEST_LETTERS
    })
}

/// Returns whether the text may contain a code of letters.
pub(crate) fn may_hold_letters(reading: &TokenizedText<'_>) -> bool {
    reading.mentions(Topic::OneTimePasscode) && letter_codes(reading).next().is_some()
}

/// Returns the tokens that are codes of letters because of the cue before them.
fn letter_codes<'a>(reading: &'a TokenizedText<'_>) -> impl Iterator<Item = usize> + 'a {
    let cues = reading.cues.iter().filter(|hit| hit.cue.topic == Topic::OneTimePasscode);
    cues.filter_map(|hit| letters_after(reading, hit.last))
}

/// Returns the token after a cue that ends at `last`, if it is a code of letters: five to eight capitals that are not a
/// word, as in "verification code: MCJGBD". Such codes are made of consonants, so that they never spell a word.
fn letters_after(reading: &TokenizedText<'_>, last: usize) -> Option<usize> {
    let sign = |t: &Token| t.is(b':') || t.is(b'=') || t.kind == Kind::Word && t.does(WordClass::COPULA);
    let signs = reading.tokens[last + 1..].iter().take(2).take_while(|t| sign(t)).count();
    let at = last + 1 + signs;
    let token =
        reading.token(at).filter(|t| signs > 0 && t.kind == Kind::Word && t.spaced && t.cue == 0 && t.word == 0)?;
    let letters = reading.bytes(token);
    let vowels = letters.iter().filter(|b| b"AEIOUY".contains(b)).count();
    let alone = reading.token(at + 1).is_none_or(|t| t.kind == Kind::Newline || reading.ends_sentence(at + 1));
    let capitals = letters.iter().all(u8::is_ascii_uppercase);
    (alone && capitals && (FEWEST_LETTERS..=8).contains(&letters.len()) && vowels * 4 <= letters.len()).then_some(at)
}

/// Includes a prefix of up to three capitals and a hyphen, as in `G-482913`. Returns the first token and whether there
/// is one.
fn with_prefix(reading: &TokenizedText<'_>, first: usize) -> (usize, bool) {
    if first < 2
        || reading.tokens[first].spaced
        || !reading.tokens[first - 1].is(b'-')
        || reading.tokens[first - 1].spaced
    {
        return (first, false);
    }
    let prefix = &reading.tokens[first - 2];
    let fits =
        prefix.kind == Kind::Word && prefix.len() <= 3 && reading.bytes(prefix).iter().all(u8::is_ascii_uppercase);
    if fits { (first - 2, true) } else { (first, false) }
}

/// Returns whether a prefix of capitals and a hyphen belongs to the code.
pub(crate) fn has_prefix(reading: &TokenizedText<'_>, first: usize) -> bool {
    with_prefix(reading, first).1
}

/// Returns whether this is the last line of an origin-bound message: `@example.com #747723`.
fn origin_bound(reading: &TokenizedText<'_>, at: usize) -> bool {
    let Some(hash) = at
        .checked_sub(1)
        .filter(|&i| reading.tokens[i].is(b'#') && reading.tokens[i].spaced && !reading.tokens[at].spaced)
    else {
        return false;
    };
    // Walk back over the host to its sign at the start of a line.
    for back in (hash.saturating_sub(16)..hash).rev() {
        let token = &reading.tokens[back];
        match token.kind {
            Kind::Mark(b'@') => return back == 0 || reading.tokens[back - 1].kind == Kind::Newline || token.spaced,
            Kind::Word | Kind::Mixed | Kind::Digits | Kind::Mark(b'.' | b'-') if !token.spaced => {}
            _ => return false,
        }
    }
    false
}

/// Returns the last token of a code of capitals and digits that starts at `first`: `QH48ZT`, `K7P-2XQ`, `A93-7714`,
/// `123ABC78`.
pub(crate) fn code_at(reading: &TokenizedText<'_>, first: usize) -> Option<usize> {
    // It must be a mixed token, or several joined by hyphens.
    if reading.token(first)?.kind != Kind::Mixed && !reading.token(first + 1)?.is(b'-') {
        return None;
    }
    let starts = |at: usize| {
        reading.tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Mixed | Kind::Digits) && t.cue == 0)
    };
    if !starts(first)
        || first > 0
            && !reading.tokens[first].spaced
            && matches!(
                reading.tokens[first - 1].kind,
                Kind::Mark(b'-' | b'_' | b'.' | b'/' | b'@' | b'$') | Kind::Word | Kind::Mixed | Kind::Digits
            )
    {
        return None;
    }
    let mut last = first;
    let mut groups = 1;
    let mut tail = None;
    while reading.tokens.get(last + 1).is_some_and(|t| t.is(b'-') && !t.spaced)
        && starts(last + 2)
        && !reading.tokens[last + 2].spaced
    {
        last += 2;
        groups += 1;
        // "9TB" alone is a number with its unit.
        if reading.tokens[last].kind == Kind::Digits
            && reading.token(last + 1).is_some_and(|t| t.kind == Kind::Word && !t.spaced)
        {
            last += 1;
            tail = Some(last);
        }
        if last - first > 8 {
            return None;
        }
    }
    // A prefix, a hyphen and digits: reported together with the number.
    if last == first + 2 && reading.tokens[last].kind == Kind::Digits && has_prefix(reading, last) {
        return None;
    }
    // It is part of something longer: a path, an address, a password.
    if reading.token(last + 1).is_some_and(|t| {
        !t.spaced
            && matches!(t.kind, Kind::Mark(b'@' | b'/' | b'_' | b'-' | b'$' | b'%' | b'#' | b'+' | b'=') | Kind::Other)
    }) || reading
        .token(last + 1)
        .is_some_and(|t| !t.spaced && t.is(b'.') && reading.token(last + 2).is_some_and(|n| !n.spaced && n.is_text()))
    {
        return None;
    }
    let bytes = || reading.tokens[first..=last].iter().flat_map(|t| reading.bytes(t));
    let letters = bytes().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = bytes().filter(|b| b.is_ascii_digit()).count();
    let lower = bytes().filter(|b| b.is_ascii_lowercase()).count();
    // "XK4T-99PL-2MQW", as recovery codes are printed: groups of equal length, all upper or all lower case.
    if groups > 2 {
        let len = |at: usize| reading.tokens[at].len();
        let alike = last - first == 2 * (groups - 1)
            && ((first..=last).step_by(2).all(|at| (3..=6).contains(&len(at)))
                && (groups > 3 || len(first) == len(last) || len(first) == len(first + 2))
                || (first..=last).step_by(2).all(|at| len(at) == 2));
        return (alike && letters >= 2 && digits >= 2 && (lower == 0 || lower == letters)).then_some(last);
    }
    // "98XXXXXX21": masked by somebody else.
    let crossed = |c: u8| reading.tokens[first..=last].iter().any(|t| reading.bytes(t).windows(3).any(|w| w == [c; 3]));
    if crossed(b'X') || crossed(b'x') || mask::is_crossed_out(reading.bytes(&reading.tokens[first])) {
        return None;
    }
    let hexadecimal = reading.bytes(&reading.tokens[first]).starts_with(b"0x");
    // "300s", "24h", "5gb"
    let measure =
        lower > 0 && last == first && bytes().skip_while(|b| b.is_ascii_digit()).all(|b| b.is_ascii_alphabetic());
    let plausible = !hexadecimal && !measure && letters >= 1 && digits >= 1 && (4..=10).contains(&(letters + digits)) && (lower == 0 || lower == letters && groups == 1 && digits >= 2 && letters <= 4 || lower == letters && groups == 2)
        // "24-hour", "7am", "3rd", "5-digit"
        && !reading.tokens[first..=tail.map_or(last, |tail| tail - 1)].iter().any(|t| t.kind == Kind::Word && (t.does(WordClass::UNIT) || t.does(WordClass::COMMON) && lower > 0));
    plausible.then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_that_stand_together_are_seen_wherever_they_start() {
        for before in 0..2 * FEWEST_LETTERS {
            for letters in 0..2 * FEWEST_LETTERS {
                let text = format!("{}{}e Ok", "a".repeat(before), "M".repeat(letters));
                assert_eq!(has_capitals(text.as_bytes()), letters >= FEWEST_LETTERS, "{text}");
            }
        }
    }
}
