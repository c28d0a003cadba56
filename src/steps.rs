//! A counter of work, so that tests can show without a clock that work grows linearly.
//!
//! Loops over bytes, values and edits add the work they are about to do. Outside of unit tests nothing is counted.

#[cfg(test)]
thread_local! {
    static COUNT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Adds `steps` to the count of this thread.
#[cfg(test)]
pub(crate) fn add(steps: usize) {
    COUNT.with(|count| count.set(count.get() + steps));
}

/// Does nothing.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn add(_steps: usize) {}

/// Returns the number of steps that `work` takes on this thread.
#[cfg(test)]
pub(crate) fn count(work: impl FnOnce()) -> usize {
    let before = COUNT.with(std::cell::Cell::get);
    work();
    COUNT.with(std::cell::Cell::get) - before
}

/// Returns the number of cases of an expensive property test: an eighth of `full`, or `full` if `LASTFOUR_ALL_CASES` is set,
/// as `.ci/run` does.
#[cfg(test)]
pub(crate) fn cases(full: u32) -> u32 {
    if std::env::var_os("LASTFOUR_ALL_CASES").is_some() { full } else { full / 8 }
}
