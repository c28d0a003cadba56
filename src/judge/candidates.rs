//! The candidates of a message, to be looked up by place.

use smallvec::SmallVec;

use crate::detect::{Candidate, Candidates, DETECTORS, Document};
use crate::entity::Entity;

/// So few are looked through one by one.
const FEW: usize = 32;

/// The candidates in the order in which the detectors emitted them.
pub(super) struct CandidateIndex {
    candidates: Candidates,
    /// Where there are many: each by its entity and first token, with its place.
    by_first: Vec<(Entity, usize, usize)>,
    /// The most tokens between the ends of one of them.
    longest: usize,
}

impl CandidateIndex {
    /// What the detectors emit on a page.
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

    /// The candidates for that entity which cover the tokens `first..=last`, in order.
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
        let covers = move |c: &&Candidate| c.entity == entity && c.first <= first && c.last >= last;
        places.into_iter().map(|place| &self.candidates[place]).filter(covers)
    }
}
