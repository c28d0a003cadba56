//! The layer for services whose request is a chat message.
#![cfg(feature = "tower")]

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lastfour::middleware::{ChatMessage, MessageError, RedactMessageLayer};
use lastfour::middleware::{ConversationStore, MemoryStore, Saved, TRIES};
use lastfour::{Action, Conversation, Engine, Entity, Limits, Message, Policy, Report, Role, ScanError};
use tower::{Layer, Service, ServiceExt, service_fn};

const SECRET: &str = "3782 822463 10005";

#[derive(Debug, Default)]
struct Said {
    text: String,
    room: Option<&'static str>,
    found: u64,
}

impl ChatMessage for Said {
    fn text(&self) -> &str {
        &self.text
    }

    fn set_text(&mut self, text: String) {
        self.text = text;
    }

    fn role(&self) -> Role {
        Role::Agent
    }

    fn conversation(&self) -> Option<Cow<'_, str>> {
        self.room.map(Cow::Borrowed)
    }

    fn scanned(&mut self, report: &Report) {
        self.found = report.total();
    }
}

fn said(text: &str, room: Option<&'static str>) -> Said {
    Said { text: text.into(), room, found: 0 }
}

#[tokio::test]
async fn the_service_gets_the_safe_form_and_the_count() {
    let service = service_fn(|said: Said| async move { Ok::<_, Infallible>(said) });
    let mut service = RedactMessageLayer::new(Engine::default()).layer(service);
    let got = service.ready().await.unwrap().call(said(&format!("it is {SECRET}"), None)).await.unwrap();
    assert_eq!((got.text.as_str(), got.found), ("it is **** ****** *0005", 1));
    let got = service.ready().await.unwrap().call(said("hello", Some("a"))).await.unwrap();
    assert_eq!((got.text.as_str(), got.found), ("hello", 0));
}

#[tokio::test]
async fn messages_of_one_room_are_one_conversation() {
    let store = MemoryStore::default();
    let service = service_fn(|said: Said| async move { Ok::<_, Infallible>(said) });
    let service = RedactMessageLayer::new(Engine::default()).store(store.clone()).layer(service);
    for room in ["a", "b", "a"] {
        service.clone().oneshot(said("hello", Some(room))).await.unwrap();
    }
    assert_eq!(store.load("a").await.unwrap().unwrap().turns(), 2);
    assert_eq!(store.load("b").await.unwrap().unwrap().turns(), 1);
    // An empty key counts as missing: strangers share no state.
    for blank in ["", " "] {
        service.clone().oneshot(said("hello", Some(blank))).await.unwrap();
        assert_eq!(store.load(blank).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_is_blocked_or_cannot_be_scanned_never_reaches_the_service() {
    let never = service_fn(|_: Said| async { panic!("the service was called") as Result<(), Infallible> });
    let policy = Policy::builder().action(Entity::Card, Action::Block).build().unwrap();
    let blocked = RedactMessageLayer::new(Engine::new(policy)).layer(never).oneshot(said(SECRET, None)).await;
    let error = blocked.unwrap_err();
    assert_eq!(error.to_string(), "the message must not be sent in chat: card");
    assert!(!format!("{error:?}").contains("10005"));
    let small = RedactMessageLayer::new(Engine::default()).limits(Limits::default().hold(5));
    let failed = small.layer(never).oneshot(said(SECRET, None)).await;
    assert!(matches!(failed, Err(MessageError::Failed(ScanError::TooLarge { limit: 5 }))));
}

#[tokio::test]
async fn what_cannot_be_scanned_passes_where_the_policy_says_so() {
    let echo = service_fn(|said: Said| async move { Ok::<_, Infallible>(said.text) });
    let policy = Policy::builder().dangerous_pass_on_failure().build().unwrap();
    let layer = RedactMessageLayer::new(Engine::new(policy)).limits(Limits::default().hold(5));
    assert_eq!(layer.layer(echo).oneshot(said(SECRET, Some("a"))).await.unwrap(), SECRET);
}

#[tokio::test]
async fn the_errors_of_the_service_come_through() {
    let failing = service_fn(|_: Said| async { Err::<(), _>(std::io::Error::other("down")) });
    let error = RedactMessageLayer::new(Engine::default()).layer(failing).oneshot(said("hi", None)).await.unwrap_err();
    assert!(matches!(&error, MessageError::Service(error) if error.to_string() == "down"));
}

/// A store in which another message is saved between a load and its save, for a number of times.
#[derive(Clone)]
struct Interrupted {
    inner: MemoryStore,
    message: &'static str,
    left: Arc<AtomicUsize>,
}

impl Interrupted {
    fn new(message: &'static str, times: usize) -> Self {
        Self { inner: MemoryStore::default(), message, left: Arc::new(AtomicUsize::new(times)) }
    }
}

impl ConversationStore for Interrupted {
    type Error = Infallible;

    async fn load(&self, key: &str) -> Result<Option<Conversation>, Infallible> {
        let loaded = self.inner.load(key).await?;
        let left = self.left.load(Ordering::SeqCst);
        if left > 0 {
            self.left.store(left - 1, Ordering::SeqCst);
            let mut talk = loaded.clone().unwrap_or_default();
            let _ = Engine::default().scan(&mut talk, &Message::agent(self.message));
            assert_eq!(self.inner.save(key, loaded.as_ref(), talk).await, Ok(Saved::Kept));
        }
        Ok(loaded)
    }

    async fn save(
        &self,
        key: &str,
        loaded: Option<&Conversation>,
        conversation: Conversation,
    ) -> Result<Saved, Infallible> {
        self.inner.save(key, loaded, conversation).await
    }
}

#[tokio::test]
async fn a_message_is_seen_with_the_one_that_was_said_at_the_same_moment() {
    let service = service_fn(|said: Said| async move { Ok::<_, Infallible>(said) });
    for times in [1, TRIES - 1] {
        let store = Interrupted::new("3782 8224", times);
        let layer = RedactMessageLayer::new(Engine::default()).store(store.clone());
        let got = layer.layer(service).oneshot(said("63 10005", Some("a"))).await.unwrap();
        let turns = store.inner.load("a").await.unwrap().unwrap().turns();
        assert_eq!(turns as usize, times + 1);
        if times == 1 {
            assert_eq!((got.text.as_str(), got.found), ("** *****", 1));
        }
    }
}

#[tokio::test]
async fn a_message_whose_conversation_never_stays_as_it_is_is_given_up() {
    let never = service_fn(|_: Said| async { panic!("the service was called") as Result<(), Infallible> });
    let store = Interrupted::new("hello", usize::MAX);
    let layer = RedactMessageLayer::new(Engine::default()).store(store.clone());
    let failed = layer.layer(never).oneshot(said(SECRET, Some("a"))).await;
    assert!(matches!(failed, Err(MessageError::Failed(ScanError::Busy))));
    assert_eq!(usize::MAX - store.left.load(Ordering::SeqCst), TRIES);
    // A message that passes under the policy is scanned all the same.
    let echo = service_fn(|said: Said| async move { Ok::<_, Infallible>(said.text) });
    let policy = Policy::builder().dangerous_pass_on_failure().build().unwrap();
    let layer = RedactMessageLayer::new(Engine::new(policy)).store(store);
    assert_eq!(layer.layer(echo).oneshot(said(SECRET, Some("a"))).await.unwrap(), "**** ****** *0005");
}

/// A message by a customer or an agent.
#[derive(Debug)]
struct Post {
    role: Role,
    text: &'static str,
    /// Whether the service refuses it.
    refused: bool,
}

struct Posted(Post, Option<String>);

impl ChatMessage for Posted {
    fn text(&self) -> &str {
        self.1.as_deref().unwrap_or(self.0.text)
    }

    fn set_text(&mut self, text: String) {
        self.1 = Some(text);
    }

    fn role(&self) -> Role {
        self.0.role
    }

    fn conversation(&self) -> Option<Cow<'_, str>> {
        Some("a".into())
    }
}

#[tokio::test]
async fn a_message_that_the_service_refuses_changes_nothing() {
    let service = service_fn(|posted: Posted| async move {
        if posted.0.refused { Err(std::io::Error::other("refused")) } else { Ok(posted.text().to_owned()) }
    });
    let service = RedactMessageLayer::new(Engine::default()).layer(service);
    let say = async |role, text, refused| service.clone().oneshot(Posted(Post { role, text, refused }, None)).await;
    let _ = say(Role::Agent, "What is the CID on the front of your card?", false).await.unwrap();
    for (role, text) in [(Role::Agent, "What are the last four digits?"), (Role::Customer, "123"), (Role::Agent, "ok")]
    {
        assert!(say(role, text, true).await.is_err());
    }
    assert_eq!(say(Role::Customer, "it's 4821", false).await.unwrap(), "it's ****");
    let _ = say(Role::Agent, "What is your PIN?", true).await;
    let _ = say(Role::Customer, "ok", false).await;
    assert_eq!(say(Role::Customer, "about 5318 people came", false).await.unwrap(), "about 5318 people came");
}
