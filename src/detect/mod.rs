//! Reads a view and emits candidates. Recall comes first: the judge drops false positives.
//!
//! To add a detector, write one file in `detectors/` and one row in `DETECTORS`. The listing, the table of the README
//! and a test that runs every example through the whole engine are generated from the row.

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

/// The description of a detector: its row in the table.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DetectorInfo {
    /// A unique name in kebab case.
    pub id: &'static str,
    /// The entity that it reports.
    pub entity: Entity,
    /// A one-line description.
    pub title: &'static str,
    /// The length of its longest secret, in bytes of plain text.
    pub longest: usize,
    /// The source of its rules.
    pub source: &'static str,
    /// Texts in which it finds something. Each is the first message of a customer.
    pub hits: &'static [&'static str],
    /// Those of `hits` whose secret is found only in this exact spelling, because it is more than digits or has a
    /// machine-readable form. All other hits are also found if their digits are written in other scripts.
    pub verbatim: &'static [&'static str],
    /// Similar texts in which nothing is found.
    pub misses: &'static [&'static str],
}

/// Code that emits candidates.
pub(crate) trait Detector: Sync {
    /// Returns its row.
    fn spec(&self) -> &'static DetectorInfo;

    /// Appends every value that may be a secret. False positives are fine, false negatives are not: the judge decides.
    fn detect(&self, page: &Document<'_>, out: &mut Candidates);
}

/// The detectors, in the order in which their candidates are judged.
pub(crate) static DETECTORS: &[&dyn Detector] = &[
    &detectors::card::Card,
    &security_code::SecurityCode,
    &detectors::social_security::SocialSecurity,
    &one_time_passcode::OneTimePasscode,
    &detectors::pin::Pin,
    &detectors::account::Account,
    &password::Password,
];

/// Returns the rows of all detectors.
///
/// ```
/// assert!(lastfour::detectors().any(|spec| spec.id == "card"));
/// ```
pub fn detectors() -> impl Iterator<Item = &'static DetectorInfo> {
    DETECTORS.iter().map(|detector| detector.spec())
}

/// The candidates of a message. A typical message needs no heap memory.
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

    /// Returns whether the tokens are spelled in another way than with plain digits and letters.
    pub(crate) fn is_disguised(&self, first: usize, last: usize) -> bool {
        self.view.is_disguised(self.reading.span(first, last))
    }
}

/// What a candidate needs to be reported as a finding.
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
    /// The topics of cues that make it this entity, strongest first.
    pub(crate) topics: &'static [Topic],
    pub(crate) evidence: Evidence,
}
