//! Social Security numbers and ITINs.

use smallvec::SmallVec;

use crate::detect::cues::{PhraseSet, Topic};
use crate::detect::number::{Digits, Number, NumberShape};
use crate::detect::token::{Kind, Token, TokenizedText};
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// Finds nine digits: grouped 3-2-4 by their shape, otherwise by a cue or a question.
pub(crate) struct SocialSecurity;

static SPEC: DetectorInfo = DetectorInfo {
    id: "social-security",
    entity: Entity::SocialSecurity,
    title: "Social Security numbers and ITINs, formatted by shape, nine bare digits by cue",
    longest: 9 * 8,
    source: "Social Security Administration: never-assigned areas, groups and serials; IRS: ITIN ranges",
    hits: &[
        "123-45-6789",
        "my social is 512-48-7736",
        "ssn 431 60 9182 thanks",
        "soc sec # is 539812047",
        "ITIN 912-74-3380",
        "my ssn is 078-05-1120",
        "mi seguro social es 247-53-6061",
        "dob 3/14/85, 523859762",
        "ana sol, 523859762, dob 3/14/85",
    ],
    verbatim: &[],
    misses: &[
        "ssn ending in 6789",
        "last four of my social: 6789",
        "my zip is 10285-0001",
        "000-12-3456",
        "claim 482-11-90377-06",
        "order 287649015",
        "member 287649015, dob 3/14/85",
    ],
};

impl Detector for SocialSecurity {
    fn spec(&self) -> &'static DetectorInfo {
        &SPEC
    }

    fn detect(&self, page: &Document<'_>, out: &mut Candidates) {
        for number in page.numbers.iter().filter(|n| n.digits >= 9) {
            if matches!(number.shape, NumberShape::Harmless(_)) {
                continue;
            }
            if number.digits == 9 {
                if let Some(candidate) = candidate(page, number) {
                    out.push(candidate);
                }
                continue;
            }
            // 3-2-4 among other groups: "431 60 9182 1983".
            let groups: SmallVec<[usize; 16]> =
                (number.first..=number.last).filter(|&i| page.reading.tokens[i].kind == Kind::Digits).collect();
            for three in groups.windows(3).take(64) {
                let part = Number { first: three[0], last: three[2], digits: 9, groups: 3, ..*number };
                let lens = three.iter().map(|&i| page.reading.tokens[i].len());
                if lens.eq([3, 2, 4]) && spaced_apart(&page.reading, &part) {
                    out.extend(candidate(page, &part));
                }
            }
        }
    }
}

/// Returns whether a number without a name of its own is in a list with a date of birth: "Ana Sol, dob 3/14/85, 523859762".
fn identifies_a_person(page: &Document<'_>, number: &Number) -> bool {
    const NEAR: usize = 16;
    let tokens = &page.reading.tokens;
    let (before, after) = (&tokens[number.first.saturating_sub(NEAR)..number.first], &tokens[number.last + 1..]);
    let after = &after[..NEAR.min(after.len())];
    let parts =
        |token: &Token| matches!(token.kind, Kind::Newline | Kind::Digits | Kind::Mark(b',' | b';' | b'/' | b'|'));
    let says_birth = |tokens: &[Token]| tokens.iter().any(|token| page.reading.is_in(token, PhraseSet::BIRTH));
    before.last().is_some_and(parts) && (says_birth(before) || after.first().is_some_and(parts) && says_birth(after))
}

/// Returns whether spaces, not hyphens, separate the part from the rest of the number.
fn spaced_apart(reading: &TokenizedText<'_>, part: &Number) -> bool {
    let free = |at: Option<usize>, spaced: bool| {
        at.and_then(|i| reading.token(i)).is_none_or(|t| spaced || t.kind != Kind::Mark(b'-') && t.kind != Kind::Digits)
    };
    let before = part.first.checked_sub(1);
    free(before, reading.tokens[part.first].spaced)
        && free(Some(part.last + 1), reading.token(part.last + 1).is_some_and(|t| t.spaced))
}

fn candidate(page: &Document<'_>, number: &Number) -> Option<Candidate> {
    let reading = &page.reading;
    let digits = Digits::of(reading, number.first, number.last)?;
    let lens: SmallVec<[usize; 9]> = (number.first..=number.last)
        .filter(|&i| reading.tokens[i].kind == Kind::Digits)
        .map(|i| reading.tokens[i].len())
        .collect();
    let formatted = *lens == [3, 2, 4];
    let hyphens = reading.tokens[number.first..=number.last].iter().filter(|t| t.is(b'-')).count() == 2;
    let issued = is_issued(digits.get());
    let claim = match (formatted, issued) {
        (true, true) if hyphens && !number.attached => Claim::Certain,
        (true, true) if !number.attached => Claim::Probable,
        (false, true) if !number.attached && number.groups == 1 && identifies_a_person(page, number) => Claim::Probable,
        _ => Claim::Possible,
    };
    Some(Candidate {
        first: number.first,
        last: number.last,
        entity: Entity::SocialSecurity,
        claim,
        topics: &[Topic::SocialSecurity],
        evidence: Evidence {
            grouped: formatted,
            disguised: page.is_disguised(number.first, number.last),
            digits: 9,
            ..Evidence::default()
        },
    })
}

/// Returns whether a number of this form can have been issued: an SSN outside area 000, 666 and 900-999, group 00,
/// serial 0000, or an ITIN or ATIN, whose areas are 900-999 and whose groups are 50-65, 70-88, 90-92 and 93-99.
fn is_issued(digits: &[u8]) -> bool {
    let [a, b, c, d, e, serial @ ..] = digits else { return false };
    let area = u16::from(*a) * 100 + u16::from(*b) * 10 + u16::from(*c);
    let group = d * 10 + e;
    let serial = serial.iter().any(|d| *d != 0);
    match area {
        0 | 666 => false,
        900.. => matches!(group, 50..=65 | 70..=88 | 90..=99),
        _ => group != 0 && serial,
    }
}
