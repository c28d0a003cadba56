//! The reports of the middleware: `tracing` events and `metrics`, each behind its feature. They never contain text.
//!
//! | metric | kind | labels | counts |
//! |---|---|---|---|
//! | `lastfour_messages_total` | counter | `direction` | texts that were scanned |
//! | `lastfour_skipped_strings_total` | counter | `direction` | strings of documents that were not read as text |
//! | `lastfour_unscanned_total` | counter | `direction`, `type` | bodies, and parts of multipart bodies, that passed unscanned |
//! | `lastfour_findings_total` | counter | `direction`, `entity`, `kind`, `action` | findings |
//! | `lastfour_blocked_total` | counter | `direction` | bodies that the policy stopped |
//! | `lastfour_failures_total` | counter | `direction`, `failure` | bodies that could not be scanned |
//! | `lastfour_keyless_total` | counter | `direction` | bodies without the conversation key that was asked for |
//! | `lastfour_refused_total` | counter | `direction` | messages that were not remembered because the service refused them |
//! | `lastfour_evicted_total` | counter | | conversations that a full `MemoryStore` removed before they expired |
//! | `lastfour_store_errors_total` | counter | `direction`, `operation` | errors of the conversation store |
//! | `lastfour_scan_seconds` | histogram | `direction` | time from the start of the scan of one body to its end |
//! | `lastfour_held_bytes` | histogram | `direction` | the most bytes that were buffered of one body |

// Without the features nothing is reported, and the arguments are not used.
#![cfg_attr(not(all(feature = "tracing", feature = "metrics")), allow(dead_code, unused_variables))]

use std::collections::BTreeSet;
use std::sync::Mutex;
#[cfg(feature = "tracing")]
use std::sync::PoisonError;
use std::time::Duration;

use crate::filter::Report;

/// The cost of one body.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Time from the start of the scan to its end.
    pub(crate) scan: Duration,
    /// The most bytes that were buffered at once.
    pub(crate) held: usize,
}

/// What is warned of once for each layer: the direction, and what the warning is about.
#[derive(Debug, Default)]
pub(crate) struct Warned(Mutex<BTreeSet<(&'static str, &'static str)>>);

impl Warned {
    /// Returns whether this is the first time.
    #[cfg(feature = "tracing")]
    fn is_new(&self, direction: &'static str, about: &'static str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((direction, about))
    }
}

/// The label of bodies and parts that passed because of their bytes, or inside of a body that was scanned.
const INSIDE: &str = "inside";

/// Reports a body. To be called once, when the body is done.
pub(crate) fn scanned(direction: &'static str, report: &Report, cost: Cost) {
    #[cfg(feature = "metrics")]
    {
        metrics::counter!("lastfour_messages_total", "direction" => direction).increment(report.messages());
        metrics::counter!("lastfour_skipped_strings_total", "direction" => direction)
            .increment(report.skipped_strings());
        if report.binaries() > 0 {
            metrics::counter!("lastfour_unscanned_total", "direction" => direction, "type" => INSIDE)
                .increment(report.binaries());
        }
        for count in report.counts() {
            metrics::counter!(
                "lastfour_findings_total",
                "direction" => direction,
                "entity" => count.entity.to_string(),
                "kind" => count.kind.as_str(),
                "action" => count.action.as_str(),
            )
            .increment(count.number);
        }
        if report.is_blocked() {
            metrics::counter!("lastfour_blocked_total", "direction" => direction).increment(1);
        }
        if let Some(failure) = report.failure() {
            let failure = failure.as_str();
            metrics::counter!("lastfour_failures_total", "direction" => direction, "failure" => failure).increment(1);
        }
        metrics::histogram!("lastfour_scan_seconds", "direction" => direction).record(cost.scan.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a histogram of sizes")]
        metrics::histogram!("lastfour_held_bytes", "direction" => direction).record(cost.held as f64);
    }
    #[cfg(feature = "tracing")]
    {
        for count in report.counts() {
            tracing::info!(
                direction,
                entity = count.entity.as_str(),
                kind = count.kind.as_str(),
                action = count.action.as_str(),
                number = count.number,
                "found"
            );
        }
        if let Some(failure) = report.failure() {
            tracing::warn!(direction, failure = failure.as_str(), "not scanned");
        }
        tracing::debug!(
            direction,
            messages = report.messages(),
            skipped_strings = report.skipped_strings(),
            blocked = report.is_blocked(),
            scan_us = u64::try_from(cost.scan.as_micros()).unwrap_or(u64::MAX),
            held = cost.held,
            "scanned"
        );
    }
}

/// Warns once of a document in which nothing was read as text.
pub(crate) fn unread(direction: &'static str, report: &Report, warned: &Warned) {
    #[cfg(feature = "tracing")]
    if report.messages() == 0 && report.skipped_strings() > 0 && warned.is_new(direction, "unread") {
        let skipped_strings = report.skipped_strings();
        tracing::warn!(direction, skipped_strings, "no field of a document was read as text: set its shape");
    }
}

/// Warns once of binary data, such as files in a multipart body, that passed unscanned.
pub(crate) fn passed(direction: &'static str, report: &Report, warned: &Warned) {
    #[cfg(feature = "tracing")]
    if report.binaries() > 0 && warned.is_new(direction, INSIDE) {
        tracing::warn!(direction, "binary data in a body passed unscanned; this is logged once");
    }
}

/// Reports a body that passes unscanned because of its content type. `pattern` is the rule for the type, never the type
/// itself, which the client has chosen.
pub(crate) fn unscanned(direction: &'static str, pattern: &'static str, warned: &Warned) {
    #[cfg(feature = "metrics")]
    metrics::counter!("lastfour_unscanned_total", "direction" => direction, "type" => pattern).increment(1);
    #[cfg(feature = "tracing")]
    if warned.is_new(direction, pattern) {
        tracing::warn!(
            direction,
            content_type = pattern,
            "a body passed unscanned because of its type; this is logged once"
        );
    }
}

/// Reports an error of the conversation store. `operation` is `load` or `save`.
pub(crate) fn store_failed(direction: &'static str, operation: &'static str, error: &dyn std::error::Error) {
    #[cfg(feature = "metrics")]
    metrics::counter!("lastfour_store_errors_total", "direction" => direction, "operation" => operation).increment(1);
    #[cfg(feature = "tracing")]
    tracing::error!(%error, direction, operation, "conversation store failed");
}

/// Reports that a conversation key was asked for and the request has none.
pub(crate) fn keyless(direction: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("lastfour_keyless_total", "direction" => direction).increment(1);
    #[cfg(feature = "tracing")]
    tracing::debug!(direction, "no conversation key");
}

/// Reports that a message is not remembered because the service refused it.
pub(crate) fn refused(direction: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("lastfour_refused_total", "direction" => direction).increment(1);
    #[cfg(feature = "tracing")]
    tracing::debug!(direction, "refused by the service: not remembered");
}

/// Reports that a full store removed conversations which had not expired. `total` is their number so far, if a warning
/// is due.
pub(crate) fn evicted(number: u64, total: Option<u64>, capacity: usize) {
    #[cfg(feature = "metrics")]
    metrics::counter!("lastfour_evicted_total").increment(number);
    #[cfg(feature = "tracing")]
    if let Some(total) = total {
        tracing::warn!(total, capacity, "the store is full: conversations are forgotten before they expire");
    }
}
