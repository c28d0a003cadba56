//! Personal identification numbers.

use crate::detect::cues::Topic;
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// Finds the digits of a PIN by a cue or a question.
pub(crate) struct Pin;

static SPEC: DetectorInfo = DetectorInfo {
    id: "pin",
    entity: Entity::Pin,
    title: "PINs of cards, accounts, phones and voicemail, 3 to 12 digits, by cue or question",
    longest: 12 * 8,
    source: "ISO 9564-1 (4 to 12 digits); PCI DSS v4.0.1 requirement 3.3.1.3",
    hits: &[
        "my pin is 3962",
        "change my debit PIN from 8034 to 5127 please",
        "PIN: 603914",
        "mi nip es 5591",
        "4471 is my pin",
    ],
    verbatim: &[],
    misses: &[
        "is the PIN four digits?",
        "my PIN is locked after 3 tries",
        "pin this message",
        "PIN forgotten since 2019",
    ],
};

impl Detector for Pin {
    fn spec(&self) -> &'static DetectorInfo {
        &SPEC
    }

    fn detect(&self, page: &Document<'_>, out: &mut Candidates) {
        for number in page.numbers.iter().filter(|n| (3..=12).contains(&n.digits)) {
            out.push(Candidate {
                first: number.first,
                last: number.last,
                entity: Entity::Pin,
                claim: Claim::Possible,
                topics: &[Topic::Pin],
                evidence: Evidence {
                    disguised: page.is_disguised(number.first, number.last),
                    digits: u8::try_from(number.digits).unwrap_or(u8::MAX),
                    ..Evidence::default()
                },
            });
        }
    }
}
