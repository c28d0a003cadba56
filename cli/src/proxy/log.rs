//! Logs on standard error: as text or as JSON, without what somebody said.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::console::say;
use crate::proxy::settings::Log;

/// Starts to log.
pub(crate) fn start(log: Log) {
    // The parts that this program is built on would log headers and addresses.
    let ours = Targets::new().with_target("lastfour", log.level).with_target("lastfour_cli", log.level);
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let layer = if log.json {
        layer.json().flatten_event(true).with_span_list(false).boxed()
    } else {
        layer.with_ansi(false).compact().boxed()
    };
    // Fails only if there is one already.
    let _ = tracing_subscriber::registry().with(layer.with_filter(ours)).try_init();
}

/// Reports what concerns the whole proxy, at any level.
pub(crate) fn notice(log: Log, line: &str) {
    if log.json {
        tracing::info!("{line}");
    } else {
        say(&format!("lastfour: {line}"));
    }
}

/// Reports what needs somebody.
pub(crate) fn warning(log: Log, line: &str) {
    if log.json {
        tracing::warn!("{line}");
    } else {
        say(&format!("lastfour: warning: {line}"));
    }
}
