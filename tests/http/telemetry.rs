//! What is seen from outside.

use lastfour::Engine;
use lastfour::http::RedactLayer;
use metrics_util::debugging::DebuggingRecorder;

use crate::support::{SECRET, blocking, echo, post, serve};

#[tokio::test]
async fn counters_tell_what_was_found_and_never_the_secret() {
    // One recorder for the process: only what this test alone causes is looked at.
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install().unwrap();
    let address = serve(RedactLayer::both(Engine::default()), echo).await;
    post(address, "text/plain", SECRET).await;
    let blocked = serve(RedactLayer::requests(blocking()), echo).await;
    post(blocked, "text/plain", SECRET).await;
    post(blocked, "text/plain; charset=utf-16", SECRET).await;
    let seen: Vec<String> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| format!("{} {value:?}", key.key()))
        .collect();
    let seen = seen.join("\n");
    for expected in [
        "lastfour_messages_total",
        "lastfour_findings_total",
        "lastfour_blocked_total",
        "lastfour_failures_total",
        "lastfour_scan_seconds",
        "lastfour_held_bytes",
        "entity = card",
        "action = mask",
        "action = block",
        "failure = charset",
        "direction = response",
    ] {
        assert!(seen.contains(expected), "{expected} is missing in\n{seen}");
    }
    assert!(!seen.contains("3782") && !seen.contains("10005"));
}
