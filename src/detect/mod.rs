//! Reads a view and emits candidates, generously: digits of a shape, tokens after a cue.
//!
//! Adding a detector is one file in `detectors/` and one row in `DETECTORS`. The listing, the table of the README and
//! a test that holds every example against the whole engine come from the row.

pub(crate) mod brands;
pub(crate) mod checksum;
pub(crate) mod cues;
pub(crate) mod custom;
mod detectors;
pub(crate) mod gate;
pub(crate) mod number;
mod split;
pub(crate) mod token;

pub(crate) use detectors::{card, card_data, one_time_passcode, password, security_code};

use smallvec::SmallVec;

use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::text::View;
use cues::Topic;
use number::{Number, Numbers};
use token::{TokenBuffer, TokenizedText};

/// The static facts of a detector: its row in the table.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DetectorInfo {
    /// Kebab-case name, unique.
    pub id: &'static str,
    /// What it finds.
    pub entity: Entity,
    /// One line for people.
    pub title: &'static str,
    /// The longest text it takes for one secret, in bytes of plain text.
    pub longest: usize,
    /// Where its rules come from.
    pub source: &'static str,
    /// Texts in which it finds something. Each is a customer's first message.
    pub hits: &'static [&'static str],
    /// Those of `hits` whose secret is found as it is spelled there and in no other way: it is more than digits, or stands
    /// in a form that programs read. All others are found in digits of any script too.
    pub verbatim: &'static [&'static str],
    /// Texts like these in which nothing is found.
    pub misses: &'static [&'static str],
}

/// Code that emits candidates.
pub(crate) trait Detector: Sync {
    /// Its row.
    fn spec(&self) -> &'static DetectorInfo;

    /// Appends every value that may be a secret. False positives are fine, false negatives are not: the judge decides.
    fn detect(&self, page: &Document<'_>, out: &mut Candidates);
}

/// The detectors, in the order of judging.
pub(crate) static DETECTORS: &[&dyn Detector] = &[
    &detectors::card::Card,
    &security_code::SecurityCode,
    &detectors::social_security::SocialSecurity,
    &one_time_passcode::OneTimePasscode,
    &detectors::pin::Pin,
    &detectors::account::Account,
    &password::Password,
];

/// The rows of all detectors.
///
/// ```
/// assert!(lastfour::detectors().any(|spec| spec.id == "card"));
/// ```
pub fn detectors() -> impl Iterator<Item = &'static DetectorInfo> {
    DETECTORS.iter().map(|detector| detector.spec())
}

/// The candidates of a message. Those of a usual one need no heap memory.
pub(crate) type Candidates = SmallVec<[Candidate; 16]>;

/// A tokenized text with its numbers.
pub(crate) struct Document<'v> {
    pub(crate) view: &'v View<'v>,
    pub(crate) reading: TokenizedText<'v>,
    pub(crate) numbers: &'v [Number],
}

impl<'v> Document<'v> {
    /// Tokenizes a view and reads its numbers into empty buffers.
    pub(crate) fn new(view: &'v View<'v>, sheet: &'v mut TokenBuffer, numbers: &'v mut Numbers) -> Self {
        let reading = TokenizedText::new(view.text(), sheet);
        number::read(&reading, numbers);
        Self::of(view, reading, numbers)
    }

    /// Creates the document of a view that is already tokenized.
    pub(crate) fn of(view: &'v View<'v>, reading: TokenizedText<'v>, numbers: &'v [Number]) -> Self {
        for number in numbers.iter().filter(|n| matches!(n.shape, number::NumberShape::Harmless(_))) {
            for token in &mut reading.tokens[number.first..=number.last] {
                token.inert = true;
            }
        }
        Self { view, reading, numbers }
    }

    /// Whether the tokens are spelled in another way than plain digits and letters.
    pub(crate) fn is_disguised(&self, first: usize, last: usize) -> bool {
        self.view.is_disguised(self.reading.span(first, last))
    }
}

/// What a candidate needs to become a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Nothing: its form proves it.
    Certain,
    /// Nothing, unless a cue says that it is something harmless.
    Probable,
    /// A cue that governs it or a question that asks for it.
    Possible,
}

/// A value that may be a secret: the tokens `first..=last`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) entity: Entity,
    pub(crate) claim: Claim,
    /// The topics which, said of it, make it this entity, strongest first.
    pub(crate) topics: &'static [Topic],
    pub(crate) evidence: Evidence,
}
