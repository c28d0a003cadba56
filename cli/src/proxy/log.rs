//! Logs on standard error, as text or as JSON. They never contain what somebody said.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::console::say;
use crate::proxy::settings::Log;

/// Starts logging.
pub(crate) fn start(log: Log) {
    // Dependencies would log headers and addresses.
    let ours = Targets::new().with_target("lastfour", log.level).with_target("lastfour_cli", log.level);
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let layer = if log.json {
        layer.json().flatten_event(true).with_span_list(false).boxed()
    } else {
        layer.with_ansi(false).compact().boxed()
    };
    // Fails only if there is a subscriber already.
    let _ = tracing_subscriber::registry().with(layer.with_filter(ours)).try_init();
}

/// Reports an event of the whole proxy, at any level.
pub(crate) fn notice(log: Log, line: &str) {
    if log.json {
        tracing::info!("{line}");
    } else {
        say(&format!("lastfour: {line}"));
    }
}

/// Reports a problem that somebody should look at.
pub(crate) fn warning(log: Log, line: &str) {
    if log.json {
        tracing::warn!("{line}");
    } else {
        say(&format!("lastfour: warning: {line}"));
    }
}
