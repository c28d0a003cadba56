//! Runs against a Redis server of its own. Without `redis-server` the test is skipped, loudly.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lastfour::middleware::{ConversationStore, Saved};
use lastfour::{Conversation, Engine, Message};
use lastfour_example_redis::RedisStore;

struct Redis(Child, String);

impl Redis {
    fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let arguments = [
            "--port",
            &port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            env!("CARGO_TARGET_TMPDIR"),
        ];
        let child = Command::new("redis-server").args(arguments).stdout(Stdio::null()).spawn().ok()?;
        Some(Self(child, format!("redis://127.0.0.1:{port}")))
    }

    async fn store(&self) -> RedisStore {
        for _ in 0..50 {
            if let Ok(store) = RedisStore::connect(&self.1).await {
                return store;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("redis-server does not answer");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn two_servers_share_a_conversation_and_see_conflicts() {
    let Some(redis) = Redis::start() else {
        eprintln!("SKIPPED: redis-server is not installed (apt-get install redis-server)");
        return;
    };
    let (one, two) = (redis.store().await, redis.store().await);
    let engine = Engine::default();

    let mut conversation = Conversation::new();
    let _ = engine.scan(&mut conversation, &Message::customer("my card is 3782 822463").id(1));
    assert_eq!(one.save("room", None, conversation.clone()).await, Ok(Saved::Kept));

    let loaded = two.load("room").await.unwrap().unwrap();
    assert_eq!(loaded, conversation);
    let mut newer = loaded.clone();
    let outcome = engine.scan(&mut newer, &Message::customer("10005"));
    assert_eq!(outcome.redact("10005"), "*****", "the other server knows the first half");
    assert_eq!(two.save("room", Some(&loaded), newer.clone()).await, Ok(Saved::Kept));

    // The first server has not seen the second message.
    assert_eq!(one.save("room", Some(&loaded), newer).await, Ok(Saved::Stale));
    assert_eq!(one.load("another room").await, Ok(None));
}
