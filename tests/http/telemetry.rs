//! What the layer reports.

#[cfg(feature = "metrics")]
use crate::support::blocking;
use crate::support::{SECRET, ask, echo, post, serve};
use http::Request;
use lastfour::Engine;
use lastfour::middleware::{RedactLayer, key};
#[cfg(feature = "tracing")]
use lastfour::{
    Conversation,
    middleware::{ConversationStore, Saved},
};

#[cfg(feature = "metrics")]
#[tokio::test]
async fn counters_tell_what_was_found_and_never_the_secret() {
    // There is one recorder per process, so the test looks only at what it causes alone.
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install().unwrap();
    let address = serve(RedactLayer::both(Engine::default()), echo).await;
    post(address, "text/plain", SECRET).await;
    let blocked = serve(RedactLayer::requests(blocking()), echo).await;
    post(blocked, "text/plain", SECRET).await;
    post(blocked, "text/plain; charset=utf-16", SECRET).await;
    let keyed = serve(RedactLayer::responses(Engine::default()).conversation_by(key::header("x-chat")), echo).await;
    post(keyed, "text/plain", "hello").await;
    let chat = Request::post("/").header("content-type", "text/plain").header("x-chat", "a room");
    ask(keyed, false, chat, "hello").await;
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
    let keyless: Vec<&str> = seen.lines().filter(|line| line.contains("lastfour_keyless_total")).collect();
    assert!(matches!(keyless[..], [one] if one.contains("= response") && one.contains("Counter(1)")), "{keyless:?}");
    // A time may hold any four digits.
    assert!(!seen.contains("3782 8") && !seen.contains(" 10005") && !seen.contains("a room"));
}

/// A store whose database cannot be reached.
#[cfg(feature = "tracing")]
struct OutOfReach;

#[cfg(feature = "tracing")]
impl ConversationStore for OutOfReach {
    type Error = std::io::Error;

    async fn load(&self, _: &str) -> Result<Option<Conversation>, std::io::Error> {
        Err(std::io::Error::other("the database is away"))
    }

    async fn save(&self, _: &str, _: Option<&Conversation>, _: Conversation) -> Result<Saved, std::io::Error> {
        Err(std::io::Error::other("the database is away"))
    }
}

/// Records every event.
#[cfg(feature = "tracing")]
#[derive(Clone, Default)]
struct Witness(std::sync::Arc<std::sync::Mutex<String>>);

#[cfg(feature = "tracing")]
impl Witness {
    /// Returns how often this was reported for a request. Other tests in this file cause reports for responses.
    fn told(&self, what: &str) -> usize {
        let seen = self.0.lock().unwrap();
        seen.lines().filter(|line| line.contains(what) && line.contains("direction=\"request\"")).count()
    }
}

#[cfg(feature = "tracing")]
impl tracing::Subscriber for Witness {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("lastfour")
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::Id {
        tracing::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::Id, _: &tracing::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields<'w>(&'w mut String);
        impl tracing::field::Visit for Fields<'_> {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                *self.0 += &format!("{field}={value:?} ");
            }
        }
        let mut seen = self.0.lock().unwrap();
        event.record(&mut Fields(&mut seen));
        seen.push('\n');
    }

    fn enter(&self, _: &tracing::Id) {}

    fn exit(&self, _: &tracing::Id) {}
}

#[cfg(feature = "tracing")]
#[tokio::test]
async fn events_tell_what_was_found_and_never_the_secret() {
    let witness = Witness::default();
    tracing::subscriber::set_global_default(witness.clone()).unwrap();
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    post(address, "text/plain", SECRET).await;
    post(address, "text/plain; charset=utf-16", SECRET).await;
    let keyed = serve(RedactLayer::both(Engine::default()).conversation_by(key::header("x-chat")), echo).await;
    let chat = Request::post("/").header("content-type", "text/plain").header("x-chat", "a room");
    ask(keyed, false, chat, "hello").await;
    assert_eq!(witness.told("no conversation key"), 0);
    post(keyed, "text/plain", "hello").await;
    assert_eq!(witness.told("no conversation key"), 1);
    let layer = RedactLayer::requests(Engine::default()).conversation_by(key::header("x-chat")).store(OutOfReach);
    let chat = Request::post("/").header("content-type", "text/plain").header("x-chat", "a room");
    assert_eq!(ask(serve(layer, echo).await, false, chat, SECRET).await.status, 503);
    assert_eq!(witness.told("conversation store failed error=the database is away"), 1);
    let seen = witness.0.lock().unwrap().clone();
    for expected in ["entity=\"card\"", "action=\"mask\"", "message=found", "failure=\"charset\"", "message=scanned"] {
        assert!(seen.contains(expected), "{expected} is missing in\n{seen}");
    }
    assert!(!seen.contains("3782 8") && !seen.contains(" 10005"));
}

#[cfg(feature = "tracing")]
#[tokio::test]
async fn bodies_that_pass_unscanned_are_logged_once_for_each_type() {
    let witness = Witness::default();
    let _guard = tracing::subscriber::set_default(witness.clone());
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    let form = "--x\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\nmy card is 3782 822463 10005\r\n--x\r\n\
                content-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n\
                3782 822463 10005\r\n--x--\r\n";
    for _ in 0..3 {
        post(address, "image/png", SECRET).await;
        post(address, "application/octet-stream", SECRET).await;
        post(address, "multipart/form-data; boundary=x", form).await;
        // Nothing passes here.
        post(address, "application/octet-stream", "").await;
        post(address, "text/plain", SECRET).await;
    }
    assert_eq!(witness.told("because of its type"), 2);
    assert_eq!(witness.told("content_type=\"image/*\""), 1);
    assert_eq!(witness.told("content_type=\"application/octet-stream\""), 1);
    assert_eq!(witness.told("binary data in a body passed unscanned"), 1);
}
