//! A progress bar on the terminal for long runs.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// The minimum duration of a run that shows a bar.
const LONG: Duration = Duration::from_secs(1);

/// Time between two updates.
const TICK: Duration = Duration::from_millis(100);

/// Shows how much was read, how fast, and how much was found.
pub(crate) struct Progress {
    /// Bytes read so far, before decompression.
    pub(crate) read: Arc<AtomicU64>,
    total: u64,
    wanted: bool,
    start: Instant,
    last: Instant,
    messages: u64,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Creates a bar for `total` bytes (0 if unknown). It is shown only on a terminal, and not if output goes to the
    /// same terminal (`prints`).
    pub(crate) fn new(total: u64, quiet: bool, prints: bool) -> Self {
        let now = Instant::now();
        let clear = !prints || !std::io::stdout().is_terminal();
        let wanted = !quiet && clear && std::io::stderr().is_terminal();
        Self { read: Arc::default(), total, wanted, start: now, last: now, messages: 0, bar: None }
    }

    /// Updates the bar. Call it after each record.
    pub(crate) fn tick(&mut self, findings: u64) {
        self.messages = self.messages.wrapping_add(1);
        if !self.wanted || !self.messages.is_multiple_of(256) {
            return;
        }
        let now = Instant::now();
        if now - self.start < LONG || now - self.last < TICK {
            return;
        }
        self.last = now;
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| bar(total));
        bar.set_position(self.read.load(Ordering::Relaxed));
        bar.set_message(crate::wording::count(findings, "finding"));
    }

    /// Runs `say`, which prints something, while the bar is hidden.
    pub(crate) fn suspend(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Removes the bar.
    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.wanted = false;
    }
}

fn bar(total: u64) -> ProgressBar {
    let (bar, template) = if total > 0 {
        (ProgressBar::new(total), "{bar:30} {bytes} of {total_bytes} at {bytes_per_sec}, {eta} to go, {msg}")
    } else {
        (ProgressBar::new_spinner(), "{spinner} {bytes} at {bytes_per_sec}, {msg}")
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
