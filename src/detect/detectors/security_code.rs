//! Card security codes.

use crate::detect::cues::{PhraseSet, Topic, WordClass};
use crate::detect::number::{Number, NumberShape};
use crate::detect::token::{Kind, TokenizedText};
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// Finds the three or four digits of a security code by cue, by question, or after a card and its expiry.
pub(crate) struct SecurityCode;

static SPEC: DetectorInfo = DetectorInfo {
    id: "security-code",
    entity: Entity::SecurityCode,
    title: "Card security codes: American Express CID (4 digits), CVV, CVC, CSC (3 digits), also unlabelled after a card",
    longest: 4 * 8,
    source: "PCI DSS v4.0.1 requirement 3.3.1.2; code lengths as printed by the brands",
    hits: &[
        "the CID is 4821",
        "exp 03/29, cvv 093. can u run it again",
        "4111 1111 1111 1111 12/28 456",
        "csc=417",
        "el CVV es 381",
        "the 3 digit code on the back is 208",
        "code on the front of my amex: 7719",
    ],
    verbatim: &[],
    misses: &[
        "the 3-digit code is on the back of the card",
        "what is a CVV?",
        "my CVV is worn off, call 555-0123",
        "room 417, card ending 2290",
    ],
};

impl Detector for SecurityCode {
    fn spec(&self) -> &'static DetectorInfo {
        &SPEC
    }

    fn detect(&self, page: &Document<'_>, out: &mut Candidates) {
        for number in page.numbers.iter().filter(|n| matches!(n.digits, 3 | 4)) {
            out.push(candidate(page, number));
        }
    }
}

pub(crate) fn candidate(page: &Document<'_>, number: &Number) -> Candidate {
    Candidate {
        first: number.first,
        last: number.last,
        entity: Entity::SecurityCode,
        claim: Claim::Possible,
        topics: &[Topic::SecurityCode, Topic::Code],
        evidence: Evidence {
            disguised: page.is_disguised(number.first, number.last),
            digits: u8::try_from(number.digits).unwrap_or(u8::MAX),
            ..Evidence::default()
        },
    }
}

/// The number that stands, unlabelled, after the card that ends at token `last`: right beside it, or after its expiry.
pub(crate) fn after_card(page: &Document<'_>, last: usize, digits: usize) -> Option<Number> {
    let reading = &page.reading;
    let mut at = last + 1;
    let mut dates = 0;
    while at < reading.tokens.len() && at - last <= 14 {
        let token = &reading.tokens[at];
        match token.kind {
            // "|08|29|": month and year as fields of their own.
            Kind::Digits if dates == 0 && month_and_year(reading, at) => {
                dates += 1;
                at += 2;
            }
            Kind::Digits => {
                let whole = page.numbers[page.numbers.partition_point(|n| n.last < at)];
                // Of a number that begins in the card, the group alone.
                let group = whole.first <= last;
                let number = if group {
                    Number {
                        first: at,
                        last: at,
                        digits: token.len(),
                        groups: 1,
                        shape: NumberShape::Bare,
                        attached: false,
                    }
                } else {
                    whole
                };
                if whole.last > at && !matches!(whole.shape, NumberShape::Harmless("date")) {
                    // "0427 123": the expiry, then the code.
                    if dates == 0 && is_month_year(reading, at) {
                        dates += 1;
                        at += 1;
                        continue;
                    }
                    if dates == 0 {
                        return None;
                    }
                }
                // The last group of a number that began with the expiry.
                let number = if whole.first < at && whole.last == at {
                    Number {
                        first: at,
                        last: at,
                        digits: token.len(),
                        groups: 1,
                        shape: NumberShape::Bare,
                        attached: false,
                    }
                } else {
                    number
                };
                match number.shape {
                    NumberShape::Harmless("date" | "year") if dates == 0 => dates += 1,
                    NumberShape::Bare | NumberShape::Likely("year")
                        if matches!(number.digits, 3 | 4)
                            && number.groups == 1
                            && (number.digits == digits
                                || dates == 0
                                    && number.digits == 4
                                    && (is_month_year(reading, number.first) || expiry_word_before(reading, at))
                                || digits == 4) =>
                    {
                        let expiry = dates == 0 && number.digits == 4 && is_month_year(reading, number.first);
                        let named = dates == 0 && expiry_word_before(reading, at);
                        if !expiry && !named {
                            return free_after(reading, number.last).then_some(number);
                        }
                        dates += 1;
                    }
                    // "12 28": month and year with a space.
                    _ if dates == 0 && number.groups <= 2 && number.digits <= 6 && expiry_word_before(reading, at) => {
                        dates += 1
                    }
                    _ => return None,
                }
                at = number.last;
            }
            Kind::Mark(b',' | b';' | b'/' | b'-' | b'|' | b':' | b'(' | b')' | b'.') | Kind::Newline => {}
            Kind::Word if token.does(WordClass::EXPIRY) || token.does(WordClass::MONTH) => {}
            Kind::Word if reading.is_in(token, PhraseSet::WITH_CODE) => {}
            _ => return None,
        }
        at += 1;
    }
    None
}

fn expiry_word_before(reading: &TokenizedText<'_>, at: usize) -> bool {
    reading.tokens[..at].iter().rev().take(3).any(|t| t.does(WordClass::EXPIRY) && t.kind == Kind::Word)
}

/// `08|29` or `08 | 2029`: a month and a year with a mark between.
fn month_and_year(reading: &TokenizedText<'_>, at: usize) -> bool {
    let number = |at: usize| {
        let text = reading.bytes(reading.token(at).filter(|t| t.kind == Kind::Digits && t.len() <= 4)?);
        Some((text.len(), text.iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'))))
    };
    let between = reading.token(at + 1).is_some_and(|t| matches!(t.kind, Kind::Mark(b'|' | b',' | b';' | b':')));
    let year = matches!(number(at + 2), Some((2, 24..=45) | (4, 2024..=2045)));
    between && year && matches!(number(at), Some((2, 1..=12)))
}

/// `0328` and the like, or `2028`.
fn is_month_year(reading: &TokenizedText<'_>, at: usize) -> bool {
    let text = reading.bytes(&reading.tokens[at]);
    let two = |i: usize| (text[i] - b'0') * 10 + text[i + 1] - b'0';
    text.len() == 4
        && ((1..=12).contains(&two(0)) && (24..=40).contains(&two(2)) || two(0) == 20 && (23..=45).contains(&two(2)))
}

/// Nothing that would make it a quantity or an address follows.
fn free_after(reading: &TokenizedText<'_>, last: usize) -> bool {
    reading.token(last + 1).is_none_or(|t| !(t.kind == Kind::Word && t.does(WordClass::UNIT) || t.is(b'%')))
}
