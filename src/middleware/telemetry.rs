//! What is seen from outside: `tracing` events and `metrics`, each behind its feature, never a text.
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `lastfour_messages_total` | counter | `direction` |
//! | `lastfour_findings_total` | counter | `direction`, `entity`, `kind`, `action` |
//! | `lastfour_blocked_total` | counter | `direction` |
//! | `lastfour_failures_total` | counter | `direction`, `failure` |
//! | `lastfour_keyless_total` | counter | `direction` |
//! | `lastfour_scan_seconds` | histogram | `direction` |
//! | `lastfour_held_bytes` | histogram | `direction` |

use std::time::Duration;

use crate::filter::Report;

/// What one body has cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Time spent in scanning.
    pub(crate) scan: Duration,
    /// The most bytes that were held at once.
    pub(crate) held: usize,
}

/// Tells about a body, once, when it is done with.
#[cfg_attr(not(any(feature = "tracing", feature = "metrics")), expect(unused_variables, reason = "nobody is told"))]
pub(crate) fn tell(direction: &'static str, report: &Report, cost: Cost) {
    #[cfg(feature = "metrics")]
    {
        metrics::counter!("lastfour_messages_total", "direction" => direction).increment(report.messages());
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
            blocked = report.is_blocked(),
            scan_us = u64::try_from(cost.scan.as_micros()).unwrap_or(u64::MAX),
            held = cost.held,
            "scanned"
        );
    }
}

/// Tells why a store did not do what it was asked for: `done` is what was not done.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nobody is told"))]
pub(crate) fn store_failed(direction: &'static str, done: &'static str, error: &dyn std::error::Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(%error, direction, "conversation not {done}");
}

/// Tells that a key of a conversation was asked for and there is none: what was said before is not known.
#[cfg_attr(not(any(feature = "tracing", feature = "metrics")), expect(unused_variables, reason = "nobody is told"))]
pub(crate) fn keyless(direction: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("lastfour_keyless_total", "direction" => direction).increment(1);
    #[cfg(feature = "tracing")]
    tracing::debug!(direction, "no conversation key");
}
