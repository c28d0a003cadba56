//! One conversation through the library, the proxy and the external processor: all mask the same.

use lastfour::{Conversation, Engine, Message, Role};
use serde_json::Value;

use crate::support::{Proxy, Upstream, ok, status};

/// The messages that every door of lastfour is tried with.
const SAID: &str = include_str!("../../../tests/data/every-door.jsonl");

const KEY: [&str; 2] = ["--conversation", "json:/chat"];

/// Returns the bodies of requests with these messages, and how they must be sent on.
fn library() -> Vec<(String, String)> {
    let engine = Engine::default();
    let mut conversation = Conversation::new();
    let body = |said: &Value, text: &str| {
        let mut said = said.clone();
        said["text"] = text.into();
        said["chat"] = "a".into();
        said.to_string()
    };
    let bodies: Vec<_> = SAID
        .lines()
        .map(|line| {
            let said: Value = serde_json::from_str(line).expect("JSON");
            let text = said["text"].as_str().expect("a text");
            let role = Role::from_name(said["role"].as_str().expect("a role")).expect("a role");
            let redacted = engine.scan(&mut conversation, &Message::new(role, text)).redact(text).into_owned();
            (body(&said, text), body(&said, &redacted))
        })
        .collect();
    assert!(bodies.iter().filter(|(said, redacted)| said != redacted).count() >= 6, "{bodies:?}");
    bodies
}

#[test]
fn the_proxy_masks_what_the_library_masks() {
    // It repeats nothing, because what it says belongs to the conversation.
    let upstream = Upstream::start(|_, stream| {
        let _ = std::io::Write::write_all(stream, &ok("{}"));
    });
    let proxy = Proxy::start(&upstream.address, &KEY);
    for (said, redacted) in library() {
        assert_eq!(status(&proxy.post("/", "", &said)), 200);
        assert_eq!(upstream.got().pop().expect("a request").body, redacted);
    }
}

#[cfg(feature = "ext-proc")]
#[tokio::test]
async fn the_external_processor_masks_what_the_library_masks() {
    use crate::api::BodyMode::{Buffered, FullDuplexStreamed};
    use crate::ext_proc::Envoy;

    for mode in [FullDuplexStreamed, Buffered] {
        let processor = Proxy::spawn_command("ext-proc", &[&["--listen", "127.0.0.1:0"][..], &KEY].concat());
        for (said, redacted) in library() {
            assert_eq!(Envoy::exchange(&processor, mode, &said, "{}").await, (redacted, "{}".to_owned()), "{mode:?}");
        }
    }
}
