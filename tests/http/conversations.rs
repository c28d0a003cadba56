//! Which conversation a message belongs to, and where its state is stored.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use http::Request;
use lastfour::middleware::RedactLayer;
use lastfour::middleware::key::{self, KeyExtractor};
use lastfour::middleware::{ConversationStore, Saved};
use lastfour::{Conversation, Engine};

use crate::support::{SECRET, answer, ask, echo, serve};

/// A store that records what is asked of it.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<(String, u32)>>>);

impl Witness {
    fn saved(&self) -> Vec<(String, u32)> {
        self.0.lock().unwrap().clone()
    }
}

impl ConversationStore for Witness {
    type Error = Infallible;

    async fn load(&self, key: &str) -> Result<Option<Conversation>, Infallible> {
        let turns = self.0.lock().unwrap().iter().rev().find(|(known, _)| known == key).map_or(0, |(_, turns)| *turns);
        let engine = Engine::default();
        let mut conversation = Conversation::new();
        for _ in 0..turns {
            let _ = engine.scan(&mut conversation, &lastfour::Message::customer("hi"));
        }
        Ok(Some(conversation))
    }

    async fn save(&self, key: &str, _: Option<&Conversation>, conversation: Conversation) -> Result<Saved, Infallible> {
        tokio::task::yield_now().await;
        self.0.lock().unwrap().push((key.to_owned(), conversation.turns()));
        Ok(Saved::Kept)
    }
}

#[tokio::test]
async fn requests_and_responses_of_one_key_are_one_conversation() {
    let witness = Witness::default();
    let layer = RedactLayer::both(Engine::default())
        .conversation_by(key::header("x-chat").or(key::path_after("rooms")).or(key::pointer("/room")))
        .store(witness.clone());
    let address = serve(layer, answer(vec![("content-type", "text/plain".into())], "hello")).await;
    let json = |uri: &str| Request::post(uri).header("content-type", "application/json");
    ask(address, false, json("/").header("x-chat", "a"), "{\"text\":\"hi\"}").await;
    ask(address, false, json("/rooms/b/send"), "{\"text\":[\"hi\",\"there\"]}").await;
    ask(address, true, json("/"), "{\"text\":\"hi\",\"room\":\"a\"}").await;
    ask(address, false, json("/"), "{\"text\":\"hi\"}").await;
    let expected = [("a", 1), ("a", 2), ("b", 2), ("b", 3), ("a", 3), ("a", 4)];
    assert_eq!(witness.saved(), expected.map(|(key, turns)| (key.to_owned(), turns)));
}

#[tokio::test]
async fn a_body_that_streams_is_remembered_when_it_has_ended() {
    let witness = Witness::default();
    let layer = RedactLayer::both(Engine::default()).conversation_by(key::query("c")).store(witness.clone());
    let events = "data: one\n\ndata: two\n\n";
    let address = serve(layer, move |_| async move {
        let frames = futures_core_events(events);
        http::Response::builder()
            .header("content-type", "text/event-stream")
            .body(axum::body::Body::new(frames))
            .unwrap()
    });
    let seen = ask(address.await, false, Request::get("/?c=x"), "").await;
    assert_eq!(seen.text(), events);
    assert_eq!(witness.saved(), [("x".to_owned(), 2)]);
}

/// A body of unknown length.
fn futures_core_events(events: &'static str) -> impl http_body::Body<Data = bytes::Bytes, Error = Infallible> + Send {
    struct Unsized(Option<&'static str>);
    impl http_body::Body for Unsized {
        type Data = bytes::Bytes;
        type Error = Infallible;
        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Infallible>>> {
            std::task::Poll::Ready(self.0.take().map(|text| Ok(http_body::Frame::data(text.into()))))
        }
    }
    Unsized(Some(events))
}

#[tokio::test]
async fn a_request_that_carries_its_history_needs_no_memory() {
    let witness = Witness::default();
    let layer = RedactLayer::both(Engine::default())
        .shape(lastfour::chat::OpenAi)
        .conversation_by(key::header("x-chat"))
        .store(witness.clone());
    let address = serve(layer, echo).await;
    let request = Request::post("/").header("content-type", "application/json").header("x-chat", "a");
    ask(address, false, request, "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}").await;
    assert!(witness.saved().is_empty());
    // Other bodies carry no conversation key.
    let request = Request::post("/").header("content-type", "text/plain").header("x-chat", "a");
    ask(address, false, request, "hi").await;
    assert_eq!(witness.saved(), [("a".to_owned(), 1), ("a".to_owned(), 2)]);
}

#[tokio::test]
async fn what_was_blocked_was_not_said() {
    let witness = Witness::default();
    let layer =
        RedactLayer::requests(crate::support::blocking()).conversation_by(key::header("x-chat")).store(witness.clone());
    let address = serve(layer, echo).await;
    let seen =
        ask(address, false, Request::post("/").header("x-chat", "a").header("content-type", "text/plain"), SECRET)
            .await;
    assert_eq!(seen.status, 422);
    assert!(witness.saved().is_empty());
}

/// A store that cannot be reached.
struct Broken;

impl ConversationStore for Broken {
    type Error = std::io::Error;

    async fn load(&self, _: &str) -> Result<Option<Conversation>, std::io::Error> {
        Err(std::io::Error::other("out of reach"))
    }

    async fn save(&self, _: &str, _: Option<&Conversation>, _: Conversation) -> Result<Saved, std::io::Error> {
        Err(std::io::Error::other("out of reach"))
    }
}

#[tokio::test]
async fn a_store_out_of_reach_stops_the_message_unless_it_was_said_that_it_may_pass() {
    let layer = || RedactLayer::both(Engine::default()).conversation_by(key::header("x-chat")).store(Broken);
    let request = || Request::post("/").header("x-chat", "a").header("content-type", "text/plain");
    let seen = ask(serve(layer(), echo).await, false, request(), SECRET).await;
    assert_eq!(seen.status, 503);
    let seen = ask(serve(layer().dangerous().pass_on_failure(), echo).await, false, request(), SECRET).await;
    assert_eq!(seen.text(), crate::support::MASK);
}

#[tokio::test]
async fn the_handler_sees_the_report_of_what_came() {
    let layer =
        RedactLayer::requests(Engine::default()).role_by(key::header("x-role")).message_id_by(key::pointer("/id"));
    let address = serve(layer, |request: Request<axum::body::Body>| async move {
        let report = request.extensions().get::<lastfour::Report>().unwrap().clone();
        assert!(report.is_complete());
        format!("{:?}", report.findings()[0].finding.span)
    });
    let request = Request::post("/").header("x-role", "agent").header("content-type", "application/json");
    let seen = ask(address.await, false, request, format!("{{\"id\":7,\"text\":\"it is {SECRET}\"}}")).await;
    assert_eq!(seen.text(), "Span { start: 6, end: 23 }");
}

#[tokio::test]
async fn an_empty_key_is_none_so_that_strangers_share_no_memory() {
    let witness = Witness::default();
    let layer = RedactLayer::requests(Engine::default())
        .conversation_by(
            key::pointer("/room")
                .or(key::header("x-chat"))
                .or(key::query("c"))
                .or(|_: &http::request::Parts| Some(" ".to_owned())),
        )
        .store(witness.clone());
    let address = serve(layer, echo).await;
    let json = || Request::post("/?c=").header("content-type", "application/json").header("x-chat", "");
    for body in ["{\"text\":\"my cvv?\",\"room\":\"\"}", "{\"text\":\"123\",\"room\":\" \"}", "{\"text\":\"1\"}"] {
        assert_eq!(ask(address, false, json(), body).await.text(), body);
    }
    assert_eq!(witness.saved(), []);
}

/// Stores the serialized form, as a database would. State that cannot be decoded counts as missing.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<std::collections::HashMap<String, String>>>);

impl Table {
    fn there(&self, key: &str) -> Option<Conversation> {
        self.0.lock().unwrap().get(key).and_then(|form| serde_json::from_str(form).ok())
    }
}

impl ConversationStore for Table {
    type Error = Infallible;

    async fn load(&self, key: &str) -> Result<Option<Conversation>, Infallible> {
        Ok(self.there(key))
    }

    async fn save(
        &self,
        key: &str,
        loaded: Option<&Conversation>,
        conversation: Conversation,
    ) -> Result<Saved, Infallible> {
        if self.there(key).is_some_and(|there| Some(&there) != loaded) {
            return Ok(Saved::Stale);
        }
        self.0.lock().unwrap().insert(key.to_owned(), serde_json::to_string(&conversation).unwrap());
        Ok(Saved::Kept)
    }
}

#[tokio::test]
async fn a_conversation_that_another_build_saved_goes_on_as_a_new_one() {
    let table = Table::default();
    let mut form = serde_json::to_value(Conversation::new()).unwrap();
    form["version"] = "0".into();
    table.0.lock().unwrap().insert("a".to_owned(), form.to_string());
    let layer = RedactLayer::both(Engine::default()).conversation_by(key::header("x-chat")).store(table.clone());
    let address = serve(layer, echo).await;
    for turns in [2, 4] {
        let chat = Request::post("/").header("x-chat", "a").header("content-type", "text/plain");
        let seen = ask(address, false, chat, SECRET).await;
        assert_eq!((seen.status.as_u16(), seen.text()), (200, crate::support::MASK));
        assert_eq!(table.there("a").unwrap().turns(), turns);
    }
}
