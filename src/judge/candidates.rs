//! An index of the candidates of a message by their place.

use smallvec::SmallVec;

use crate::detect::{Candidate, Candidates, DETECTORS, Document};
use crate::entity::Entity;
use crate::steps;

/// Up to this many candidates are searched linearly.
const FEW: usize = 32;

/// The candidates, in the order in which the detectors emitted them.
pub(super) struct CandidateIndex {
    candidates: Candidates,
    /// If there are more than [`FEW`]: the entity, first token and index of each candidate, sorted.
    by_first: Vec<(Entity, usize, usize)>,
    /// The largest number of tokens between the ends of a candidate.
    longest: usize,
}

impl CandidateIndex {
    /// Runs the detectors and indexes what they emit.
    pub(super) fn of(page: &Document<'_>) -> Self {
        let mut index = Self { candidates: Candidates::new(), by_first: Vec::new(), longest: 0 };
        for detector in DETECTORS {
            detector.detect(page, &mut index.candidates);
        }
        let candidates = &index.candidates;
        if candidates.len() > FEW {
            index.by_first.extend(candidates.iter().enumerate().map(|(place, c)| (c.entity, c.first, place)));
            index.by_first.sort_unstable();
            index.longest = candidates.iter().map(|c| c.last - c.first).max().unwrap_or(0);
        }
        index
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter()
    }

    /// Returns the candidates for that entity that cover the tokens `first..=last`, in order.
    pub(super) fn covering(&self, entity: Entity, first: usize, last: usize) -> impl Iterator<Item = &Candidate> {
        let mut places: SmallVec<[usize; FEW]> = SmallVec::new();
        if self.by_first.is_empty() {
            places.extend(0..self.candidates.len());
        } else {
            let from =
                self.by_first.partition_point(|row| (row.0, row.1) < (entity, last.saturating_sub(self.longest)));
            let near = self.by_first[from..].iter().take_while(|row| (row.0, row.1) <= (entity, first));
            places.extend(near.map(|row| row.2));
            places.sort_unstable();
        }
        steps::add(places.len());
        let covers = move |c: &&Candidate| c.entity == entity && c.first <= first && c.last >= last;
        places.into_iter().map(|place| &self.candidates[place]).filter(covers)
    }
}
