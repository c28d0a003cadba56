//! A conversation store on Redis, shared by several servers.
//!
//! ```no_run
//! # async fn layer() -> redis::RedisResult<()> {
//! use lastfour::{Engine, middleware::{RedactLayer, key}};
//! use lastfour_example_redis::RedisStore;
//!
//! let store = RedisStore::connect("redis://127.0.0.1").await?;
//! let layer = RedactLayer::both(Engine::default()).conversation_by(key::path_after("rooms")).store(store);
//! # Ok(())
//! # }
//! ```

use lastfour::Conversation;
use lastfour::middleware::{ConversationStore, Saved};
use redis::aio::ConnectionManager;
use redis::{AsyncCommands, RedisResult, Script};

/// Seconds after which an idle conversation is forgotten.
const IDLE: u64 = 24 * 60 * 60;

/// Writes the state unless another message has changed it since it was loaded. The number of turns changes with every message.
const SAVE: &str = r"
local turns = redis.call('HGET', KEYS[1], 'turns')
if turns and turns ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'turns', ARGV[2], 'state', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1";

/// Conversations in Redis: a hash of turns and state per conversation.
#[derive(Clone)]
pub struct RedisStore {
    connection: ConnectionManager,
    save: Script,
}

impl RedisStore {
    /// Connects to a server such as `redis://127.0.0.1`. The connection is shared and is restored if it breaks.
    pub async fn connect(url: &str) -> RedisResult<Self> {
        let connection = ConnectionManager::new(redis::Client::open(url)?).await?;
        Ok(Self { connection, save: Script::new(SAVE) })
    }
}

/// State of another version of lastfour is stored under another key, so that two versions can run side by side.
fn key(conversation: &str) -> String {
    format!("lastfour:{}:{conversation}", Conversation::VERSION)
}

impl ConversationStore for RedisStore {
    type Error = redis::RedisError;

    async fn load(&self, conversation: &str) -> RedisResult<Option<Conversation>> {
        let state: Option<String> = self.connection.clone().hget(key(conversation), "state").await?;
        // State that cannot be decoded is overwritten.
        Ok(state.and_then(|state| serde_json::from_str(&state).ok()))
    }

    async fn save(&self, conversation: &str, loaded: Option<&Conversation>, state: Conversation) -> RedisResult<Saved> {
        let turns = loaded.map_or(-1, |loaded| i64::from(loaded.turns()));
        let json = serde_json::to_string(&state).expect("a conversation can be serialized");
        let mut save = self.save.key(key(conversation));
        let written: bool =
            save.arg(turns).arg(state.turns()).arg(json).arg(IDLE).invoke_async(&mut self.connection.clone()).await?;
        Ok(if written { Saved::Kept } else { Saved::Stale })
    }
}
