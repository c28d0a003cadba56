//! Distributes work over threads.

use std::sync::Mutex;

/// Calls `work` for each item on up to `threads` threads, and returns the results in the order of the items.
pub(crate) fn spread<T: Send, R: Send>(threads: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if threads < 2 || items.len() < 2 {
        return items.into_iter().map(work).collect();
    }
    // Chunks are small enough that no thread has a long rest at the end, and large enough that the lock costs nothing.
    let piece = (items.len() / (threads * 16)).clamp(1, 64);
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let mut left = items.into_iter().zip(&mut results);
    let queue = Mutex::new(&mut left);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    // A thread that panics does so in `work`, without holding the lock.
                    let Ok(mut queue) = queue.lock() else { return };
                    let taken: Vec<_> = queue.by_ref().take(piece).collect();
                    drop(queue);
                    if taken.is_empty() {
                        return;
                    }
                    for (item, result) in taken {
                        *result = Some(work(item));
                    }
                }
            });
        }
    });
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let doubled: Vec<usize> = (0..1000).map(|n| n * 2).collect();
        for threads in [1, 2, 8] {
            assert_eq!(spread(threads, (0..1000).collect(), |n: usize| n * 2), doubled, "{threads}");
        }
        assert!(spread(8, Vec::<u8>::new(), |n| n).is_empty());
    }
}
