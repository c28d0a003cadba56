//! `RedisStore` with a real `redis-server`. Without one the tests are skipped, and say so.

mod server;

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use lastfour::middleware::{ConversationStore, RedactLayer, RedisStore, Saved, key};
use lastfour::{Conversation, Engine, Message};
use tower::{Layer, ServiceExt};

use crate::server::Redis;

const HALVES: [&str; 2] = ["my card is 3743 4533", "31 47897"];
/// The second half, masked.
const MASKED: &str = "** *****";

fn store(redis: &Redis) -> RedisStore {
    RedisStore::open(&redis.url()).expect("the URL is valid")
}

fn signal(redis: &Redis, name: &str) {
    let kill = std::process::Command::new("kill").args([&format!("-{name}"), &redis.child.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
}

fn after(messages: &[&str]) -> Conversation {
    let mut conversation = Conversation::new();
    for text in messages {
        let _ = Engine::default().scan(&mut conversation, &Message::customer(text));
    }
    conversation
}

/// Sends a message through a layer, and returns the status and the message as the service got it, or the reason.
async fn say(store: &RedisStore, text: &str) -> (u16, String) {
    let echo = tower::service_fn(|request: http::Request<_>| async move {
        Ok::<_, std::convert::Infallible>(http::Response::new(request.into_body()))
    });
    let layer = RedactLayer::requests(Engine::default()).conversation_by(key::header("room")).store(store.clone());
    let request = http::Request::post("/").header("content-type", "text/plain").header("room", "a room");
    let request = request.body(text.to_owned()).expect("a request");
    let response = layer.layer(echo).oneshot(request).await.expect("it cannot fail");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("the body ends").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

#[tokio::test]
async fn two_servers_see_a_card_that_is_split_over_both() {
    let Some(redis) = Redis::start() else { return };
    let (one, two) = (store(&redis), store(&redis));
    assert_eq!(say(&one, HALVES[0]).await.0, 200);
    assert_eq!(say(&two, HALVES[1]).await, (200, MASKED.to_owned()));
}

#[tokio::test]
async fn a_save_on_a_conversation_that_has_changed_is_stale() {
    let Some(redis) = Redis::start() else { return };
    let (one, two) = (store(&redis), store(&redis));
    let (first, second) = (after(&HALVES[..1]), after(&HALVES));
    assert_eq!(one.load("room").await, Ok(None));
    assert_eq!(one.save("room", None, first.clone()).await, Ok(Saved::Kept));
    assert_eq!(two.save("room", None, second.clone()).await, Ok(Saved::Stale));
    assert_eq!(two.load("room").await, Ok(Some(first.clone())));
    assert_eq!(two.save("room", Some(&first), second.clone()).await, Ok(Saved::Kept));
    assert_eq!(one.save("room", Some(&first), first.clone()).await, Ok(Saved::Stale));
    assert_eq!(one.load("room").await, Ok(Some(second)));
    assert_eq!(one.load("another room").await, Ok(None));
    assert_eq!(store(&redis).prefix("other").load("room").await, Ok(None), "another prefix");
}

#[tokio::test]
async fn of_concurrent_saves_only_one_is_kept() {
    let Some(redis) = Redis::start() else { return };
    let store = store(&redis);
    let saves = (0..32).map(|n| {
        let (store, state) = (store.clone(), after(&vec!["hi"; n + 1]));
        tokio::spawn(async move { store.save("room", None, state).await })
    });
    let mut kept = 0;
    for save in saves.collect::<Vec<_>>() {
        kept += usize::from(save.await.expect("no panic") == Ok(Saved::Kept));
    }
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn what_is_stored_names_no_key_and_expires() {
    let Some(redis) = Redis::start() else { return };
    let store = store(&redis).idle(Duration::from_millis(700));
    assert_eq!(store.save("+1 555 0100", None, after(&HALVES[..1])).await, Ok(Saved::Kept));
    let keys = redis.command("KEYS *");
    let expected = format!("lastfour:{}:", Conversation::VERSION);
    assert!(keys.contains(&expected) && !keys.contains("0100"), "{keys}");
    let start = Instant::now();
    while store.load("+1 555 0100").await != Ok(None) {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not expire");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let saved = store.save("+1 555 0100", Some(&after(&HALVES[..1])), after(&HALVES)).await;
    assert_eq!(saved, Ok(Saved::Kept), "an expired conversation is written");
}

#[tokio::test]
async fn a_state_that_cannot_be_decoded_is_replaced() {
    let Some(redis) = Redis::start() else { return };
    let store = store(&redis);
    assert_eq!(store.save("room", None, after(&["hi"])).await, Ok(Saved::Kept));
    let keys = redis.command("KEYS *");
    let key = keys.lines().find(|line| line.starts_with("lastfour:")).expect("a key");
    for state in ["broken", "''", r#"'{"version":"1"}'"#] {
        redis.command(&format!("SET {key} {state}"));
        assert_eq!(store.load("room").await, Ok(None), "{state}");
        assert_eq!(store.save("room", Some(&after(&["hi"])), after(&HALVES)).await, Ok(Saved::Stale), "{state}");
        assert_eq!(store.save("room", None, after(&HALVES)).await, Ok(Saved::Kept), "{state}");
        assert_eq!(store.load("room").await, Ok(Some(after(&HALVES))), "{state}");
    }
}

#[tokio::test]
async fn requests_fail_while_the_server_is_down_and_work_when_it_is_back() {
    let Some(mut redis) = Redis::start() else { return };
    let store = store(&redis);
    assert_eq!(say(&store, HALVES[0]).await.0, 200);
    redis.restart();
    assert_eq!(say(&store, "hi").await, (200, "hi".to_owned()), "a broken connection is restored");
    redis.kill();
    for _ in 0..3 {
        let start = Instant::now();
        let (status, reason) = say(&store, HALVES[1]).await;
        assert_eq!(status, 503, "{reason}");
        assert!(reason.contains("could not be loaded or saved") && !reason.contains("47897"), "{reason}");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        assert!(store.ping().await.is_err());
    }
    redis.restart();
    let start = Instant::now();
    while say(&store, "hi").await.0 != 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "it is not restored");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(store.ping().await, Ok(()));
}

#[tokio::test]
async fn a_server_that_does_not_answer_fails_the_request() {
    let Some(redis) = Redis::start() else { return };
    let store = store(&redis);
    assert_eq!(say(&store, "hi").await.0, 200);
    signal(&redis, "STOP");
    assert_eq!(say(&store, "hi").await.0, 503);
    signal(&redis, "CONT");
    let start = Instant::now();
    while say(&store, "hi").await.0 != 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "it is not restored");
    }
}

#[tokio::test]
async fn a_node_of_a_cluster_accepts_every_access() {
    let Some(redis) = Redis::start_with(&["--cluster-enabled", "yes"]) else { return };
    redis.command("CLUSTER ADDSLOTSRANGE 0 16383");
    let start = Instant::now();
    while !redis.command("CLUSTER INFO").contains("cluster_state:ok") {
        assert!(start.elapsed() < Duration::from_secs(20), "the cluster does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let store = store(&redis);
    assert_eq!(say(&store, HALVES[0]).await.0, 200);
    assert_eq!(say(&store, HALVES[1]).await, (200, MASKED.to_owned()));
}

#[tokio::test]
async fn nothing_that_is_printed_holds_the_password_of_the_server() {
    let store = RedisStore::open("redis://:Girasol2019@127.0.0.1:1").expect("the URL is valid");
    assert!(!format!("{store:?}").contains("Girasol"));
    let error = RedisStore::open("http://:Girasol2019@127.0.0.1").expect_err("another scheme");
    assert!(!format!("{error} {error:?}").contains("Girasol"));
}
