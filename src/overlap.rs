//! Merges findings that overlap.

use crate::entity::FindingKind;

/// A finding at a place in a text.
pub(crate) trait Overlap: Copy {
    /// The first byte, and one past the last.
    fn range(&self) -> (usize, usize);

    /// How the secret occurs there.
    fn kind(&self) -> FindingKind;

    /// This finding, over the bytes of both.
    #[must_use]
    fn joined(self, other: Self) -> Self;
}

/// Sorts findings and merges those that overlap into one that covers the bytes of both, so that no secret leaks because
/// another finding won.
///
/// The stricter action wins. A disclosure wins over an expiry date with the same action, and otherwise the first
/// finding wins. Solicitations mask nothing and are not merged.
pub(crate) fn merge<F: Overlap, A: Ord>(findings: &mut Vec<F>, action: impl Fn(&F) -> A) {
    let rank = |finding: &F| (action(finding), finding.kind() == FindingKind::Disclosure);
    findings.sort_by_key(|finding| (finding.range(), !finding.kind().is_there()));
    let mut last: Option<usize> = None;
    let mut kept = 0;
    for at in 0..findings.len() {
        let next = findings[at];
        let before = last.filter(|&before| next.kind().is_there() && next.range().0 < findings[before].range().1);
        match before {
            Some(before) => {
                let (one, two) = (findings[before], next);
                findings[before] = if rank(&two) > rank(&one) { two.joined(one) } else { one.joined(two) };
            }
            None => {
                last = if next.kind().is_there() { Some(kept) } else { last };
                findings[kept] = next;
                kept += 1;
            }
        }
    }
    findings.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A range, the kind of the finding and its action.
    type Row = (usize, usize, FindingKind, u8);

    impl Overlap for Row {
        fn range(&self) -> (usize, usize) {
            (self.0, self.1)
        }

        fn kind(&self) -> FindingKind {
            self.2
        }

        fn joined(self, other: Self) -> Self {
            (self.0.min(other.0), self.1.max(other.1), self.2, self.3)
        }
    }

    use FindingKind::{Disclosure, Expiry, Solicitation};

    fn merged(mut rows: Vec<Row>) -> Vec<Row> {
        merge(&mut rows, |row| row.3);
        rows
    }

    #[test]
    fn of_two_findings_that_overlap_the_stricter_one_covers_both() {
        const MASK: u8 = 2;
        const BLOCK: u8 = 3;
        let (one, two) = ((0, 5, Disclosure, MASK), (3, 9, Disclosure, BLOCK));
        assert_eq!(merged(vec![one, two]), [(0, 9, Disclosure, BLOCK)]);
        assert_eq!(merged(vec![two, one]), [(0, 9, Disclosure, BLOCK)]);
        let (one, two) = ((0, 5, Disclosure, BLOCK), (3, 9, Disclosure, MASK));
        assert_eq!(merged(vec![two, one]), [(0, 9, Disclosure, BLOCK)]);
    }

    #[test]
    fn with_the_same_action_a_disclosure_wins_over_an_expiry_date_and_the_first_over_the_second() {
        assert_eq!(merged(vec![(0, 5, Expiry, 2), (3, 9, Disclosure, 2)]), [(0, 9, Disclosure, 2)]);
        assert_eq!(merged(vec![(0, 5, Disclosure, 2), (3, 9, Expiry, 2)]), [(0, 9, Disclosure, 2)]);
    }

    #[test]
    fn findings_that_touch_stay_two() {
        let rows = vec![(0, 5, Disclosure, 2), (5, 9, Disclosure, 3)];
        assert_eq!(merged(rows.clone()), rows);
    }

    #[test]
    fn a_solicitation_is_sorted_and_not_merged() {
        let rows = vec![(0, 9, Solicitation, 3), (2, 4, Disclosure, 2), (3, 6, Solicitation, 1), (3, 7, Disclosure, 2)];
        assert_eq!(merged(rows), [(0, 9, Solicitation, 3), (2, 7, Disclosure, 2), (3, 6, Solicitation, 1)]);
    }
}
