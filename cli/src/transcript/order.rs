//! The order in which messages were said.

use super::record::Time;

/// Returns the indices of messages in the order in which they were said, given their times in the order of the file.
/// This is the order of the file, unless the times show that it is reversed or unsorted.
pub(crate) fn order(times: &[Option<Time>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..times.len()).collect();
    let known: Vec<(usize, Time)> = times.iter().enumerate().filter_map(|(at, time)| Some((at, (*time)?))).collect();
    let absolute = known.iter().filter(|(_, time)| time.absolute).count();
    // Times of two kinds cannot be compared, and a few times say nothing about the rest.
    if known.len() < 2 || known.len() * 5 < times.len() * 4 || absolute != 0 && absolute != known.len() {
        return order;
    }
    let (mut rising, mut falling) = (0, 0);
    for pair in known.windows(2) {
        rising += usize::from(pair[1].1.ms > pair[0].1.ms);
        falling += usize::from(pair[1].1.ms < pair[0].1.ms);
    }
    let newest_first = falling > 0 && falling >= rising * 4;
    if newest_first {
        order.reverse();
    } else if falling * 5 <= rising {
        return order;
    }
    if absolute == 0 && !newest_first {
        // Offsets that restart repeatedly belong to several recordings.
        return order;
    }
    // A message without a time stays with the one before it.
    let mut keys = vec![i64::MIN; times.len()];
    let mut last = i64::MIN;
    for &at in &order {
        last = times[at].map_or(last, |time| time.ms);
        keys[at] = last;
    }
    if newest_first && absolute == 0 {
        return order;
    }
    order.sort_by_key(|at| keys[*at]);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(ms: &[i64], absolute: bool) -> Vec<usize> {
        let times: Vec<Option<Time>> = ms.iter().map(|ms| (*ms >= 0).then_some(Time { ms: *ms, absolute })).collect();
        order(&times)
    }

    #[test]
    fn messages_are_ordered_by_their_times() {
        assert_eq!(ordered(&[1, 2, 2, 3], true), [0, 1, 2, 3]);
        assert_eq!(ordered(&[3, 2, 1], true), [2, 1, 0]);
        // Within one minute, the order of a newest-first file is reversed too.
        assert_eq!(ordered(&[2, 2, 1, 1], true), [3, 2, 1, 0]);
        assert_eq!(ordered(&[1, 5, 3, 4, 2, 6], true), [0, 4, 2, 3, 1, 5]);
        // Without times, the order is that of the file.
        assert_eq!(ordered(&[-1, -1, 1], true), [0, 1, 2]);
        // Two consecutive recordings.
        assert_eq!(ordered(&[0, 10, 20, 0, 10, 20], false), [0, 1, 2, 3, 4, 5]);
        assert_eq!(ordered(&[20, 10, 0], false), [2, 1, 0]);
    }
}
