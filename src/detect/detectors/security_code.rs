//! Card security codes.

use crate::detect::cues::Topic;
use crate::detect::number::Number;
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// Finds the three or four digits of a security code by a cue, by a question, or after a card and its expiry date.
pub(crate) struct SecurityCode;

static SPEC: DetectorInfo = DetectorInfo {
    id: "security-code",
    entity: Entity::SecurityCode,
    title: "Card security codes: American Express CID (4 digits), CVV, CVC, CSC (3 digits), also unlabeled after a card",
    longest: 4 * 8,
    source: "PCI DSS v4.0.1 requirement 3.3.1.2; code lengths as printed by the brands",
    hits: &[
        "the CID is 4821",
        "exp 03/29, cvv 093. can u run it again",
        "4111 1111 1111 1111 12/28 456",
        "4111 1111 1111 1111 exp 12/28 sec 456",
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
