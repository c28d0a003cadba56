//! The working state while a message is judged: what was found so far, and which cues have their value.

use std::cell::OnceCell;

use smallvec::SmallVec;

use crate::detect::cues::{Topic, WordClass as Does};
use crate::detect::number::Number;
use crate::detect::token::{Kind, TokenizedText};
use crate::detect::{Candidate, Claim, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::Part;
use crate::judge::candidates::CandidateIndex;
use crate::judge::conversation::{Expected, Topics};
use crate::judge::govern::{ConsumedCues, governor};
use crate::judge::verdict::{Analysis, Detection, Passed, Why};
use crate::steps;

/// A message that is being judged.
pub(super) struct MessageAnalysis<'p, 'v> {
    pub(super) page: &'p Document<'v>,
    pub(super) reading: &'p TokenizedText<'v>,
    pub(super) expected: Expected,
    /// The first token of the part that is judged. What precedes it is context.
    pub(super) from: usize,
    /// Tokens that belong to a finding.
    pub(super) claimed: SmallVec<[bool; 64]>,
    pub(super) consumed: ConsumedCues,
    /// Whether the message contains masks of an earlier redaction.
    pub(super) masked: bool,
    pub(super) verdict: Analysis,
    /// Numbers that may be pieces: those that nothing explains and, with `false`, those said to be the last digits,
    /// which are pieces only if they complete a secret.
    pub(super) loose: SmallVec<[(Number, bool); 4]>,
    /// The first tokens of numbers that the text calls a part of a longer one, such as the last four digits.
    pub(super) parts: SmallVec<[usize; 4]>,
    /// Whether to record why numbers are kept.
    pub(super) explains: bool,
    /// Whether a card was found.
    pub(super) card_found: bool,
    /// Properties of the whole message, computed once for all its numbers.
    pub(super) bare: OnceCell<bool>,
    pub(super) assigns: OnceCell<bool>,
    pub(super) named: OnceCell<Topics>,
    pub(super) has_long_numbers: OnceCell<bool>,
}

impl MessageAnalysis<'_, '_> {
    pub(super) fn is_free(&self, first: usize, last: usize) -> bool {
        steps::add(last + 1 - first);
        !self.claimed[first..=last].iter().any(|claimed| *claimed)
    }

    pub(super) fn find(&mut self, candidate: &Candidate, evidence: Evidence) {
        self.find_part(candidate, evidence, false);
    }

    pub(super) fn find_part(&mut self, candidate: &Candidate, evidence: Evidence, part: bool) {
        for claimed in &mut self.claimed[candidate.first..=candidate.last] {
            *claimed = true;
        }
        self.card_found |= candidate.entity == Entity::Card;
        let span = self.reading.span(candidate.first, candidate.last);
        self.verdict.found.push(Detection {
            span,
            entity: candidate.entity,
            evidence,
            part,
            solicited: false,
            expiry: false,
        });
    }

    pub(super) fn pass(&mut self, number: &Number, why: Why) {
        if !self.explains {
            return;
        }
        let span = self.reading.span(number.first, number.last);
        self.verdict.passed.push(Passed { span, digits: number.digits, why });
    }

    /// Treats a mask as the value of its cue and as the answer to the question, so that redacting a text twice changes
    /// nothing more.
    pub(super) fn consume_masks(&mut self) {
        if !self.masked {
            return;
        }
        for at in 0..self.reading.tokens.len() {
            if self.reading.tokens[at].kind == Kind::Masked {
                let fits = |topic: Topic| topic.is_secret() || topic == Topic::Partial;
                if let Some(found) = governor(self.reading, at, at, &self.consumed, &fits) {
                    self.consumed.consume(found.hit);
                }
            }
        }
        let Expected { sensitivities, serves, .. } = self.expected;
        self.expected = Expected { sensitivities, serves, ..Expected::default() };
    }

    /// Returns the candidate for the number and entity that its detector emitted.
    pub(super) fn candidate(&self, candidates: &CandidateIndex, number: &Number, entity: Entity) -> Candidate {
        candidates
            .covering(entity, number.first, number.last)
            .find(|c| self.is_free(c.first, c.last))
            .copied()
            .unwrap_or_else(|| self.bare_candidate(number, entity))
    }

    /// Returns a candidate for a number for which no detector emitted one.
    pub(super) fn bare_candidate(&self, number: &Number, entity: Entity) -> Candidate {
        Candidate {
            first: number.first,
            last: number.last,
            entity,
            claim: Claim::Possible,
            topics: &[],
            evidence: Evidence {
                disguised: self.page.is_disguised(number.first, number.last),
                digits: u8::try_from(number.digits).unwrap_or(u8::MAX),
                ..Evidence::default()
            },
        }
    }

    /// Returns whether the message is little more than a number: digits and everyday words.
    pub(super) fn is_bare(&self) -> bool {
        *self.bare.get_or_init(|| {
            let talk = Does::FILLER.union(Does::GLUE).union(Does::PIECE);
            self.reading.tokens.iter().filter(|t| t.is_text() && !t.does(talk)).take(2).count() <= 1
        })
    }

    /// Returns whether the message has at least two numbers that are as long as a phone number.
    pub(super) fn has_long_numbers(&self) -> bool {
        const LONG: usize = 7;
        let long = || self.page.numbers.iter().filter(|number| number.digits >= LONG).take(2).count();
        *self.has_long_numbers.get_or_init(|| long() == 2)
    }

    pub(super) fn mentions_cards(&self) -> bool {
        self.reading.mentions(Topic::Card)
            || self.reading.mentions(Topic::SecurityCode)
            || self.expected.all().contains(Topic::SecurityCode)
            || self.expected.all().contains(Topic::Card)
            || self.card_found
    }

    /// Drops what was found outside the part. Extends the part to the end of the last finding that starts in it.
    pub(super) fn settle(&mut self, part: Part) -> Part {
        // The caller decides about a value that starts before the part and extends into it.
        self.verdict.found.retain(|f| f.span.end > part.from && f.span.start < part.to);
        let reach = self.verdict.found.iter().map(|f| f.span.end).max().unwrap_or(0);
        let part = Part { to: part.to.max(reach), ..part };
        let reading = self.reading;
        self.loose.retain(|(number, _)| part.has(reading.tokens[number.first].start as usize));
        self.verdict.passed.retain(|passed| part.has(passed.span.start));
        part
    }
}
