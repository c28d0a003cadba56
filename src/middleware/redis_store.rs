//! Conversations in Redis or Valkey, shared by several servers.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{Client, IntoConnectionInfo, RedisError, RedisResult};
use sha2::{Digest, Sha256};

use crate::Conversation;
use crate::middleware::memory_store::MemoryStore;
use crate::middleware::store::{ConversationStore, Saved};

/// Writes the state if what is stored is as expected, or if nothing is stored. Otherwise returns what is stored.
const SAVE: &str = "\
local stored = redis.call('GET', KEYS[1])
if stored and stored ~= ARGV[1] then return stored end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return false";

/// The time for a connection, and for an answer, before a request fails.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time after which a connection is given up if the server does not acknowledge what it is sent.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// Stores conversations in Redis 6.0 or later, or in Valkey. Servers that use the same one share their conversations: a
/// card number that is split over two servers is seen.
///
/// # What is stored
///
/// One string for each conversation, which expires when nothing has been said for some time. Its key is
/// `lastfour:VERSION:HASH`: the version of the saved form ([`Conversation::VERSION`]), so that two versions can run side by
/// side, and the SHA-256 of the conversation key. The value holds no digit of a secret. A conversation key that can be
/// guessed, such as a phone number, can be found by hashing all of them, so let nobody else read the database.
///
/// Every access concerns one key, so a Redis Cluster works too: pass its connection to [`new`](Self::new).
///
/// If the server has a limit of memory, set `maxmemory-policy` to `volatile-lru`. With `noeviction` requests fail when it
/// is full.
///
/// # If the server is down
///
/// Requests with a conversation key fail, by default with status 503, within about a second. The connection is restored when the
/// server is back. A connection that breaks between two requests is restored without a failure.
///
/// # Example
///
/// ```no_run
/// # async fn layer() -> redis::RedisResult<()> {
/// use lastfour::Engine;
/// use lastfour::middleware::{RedactLayer, RedisStore, key};
///
/// let store = RedisStore::open("redis://127.0.0.1")?;
/// let layer = RedactLayer::both(Engine::default()).conversation_by(key::path_after("rooms")).store(store);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore<C = ConnectionManager> {
    connection: C,
    prefix: Arc<str>,
    idle: Duration,
}

impl RedisStore {
    /// Creates a store on the server at `url`, such as `redis://127.0.0.1:6379/0` or `redis://:password@host`. It must be
    /// called inside a tokio runtime. The connection is made when the store is first used. For `rediss://` turn on a TLS
    /// feature of the crate `redis`.
    ///
    /// # Errors
    ///
    /// Fails if the URL is not valid.
    pub fn open(url: &str) -> RedisResult<Self> {
        let server = url.into_connection_info()?;
        #[cfg(target_os = "linux")]
        let server = server.set_tcp_settings(TcpSettings::default().set_nodelay(true).set_user_timeout(UNACKNOWLEDGED));
        #[cfg(not(target_os = "linux"))]
        let server = server.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            // Requests wait for a new connection meanwhile.
            .set_number_of_retries(0);
        Ok(Self::new(ConnectionManager::new_lazy_with_config(Client::open(server)?, config)?))
    }
}

impl<C> RedisStore<C> {
    /// Creates a store on a connection, such as that of a cluster. It is cloned for each access.
    pub fn new(connection: C) -> Self {
        Self { connection, prefix: "lastfour".into(), idle: MemoryStore::IDLE }
    }

    /// Sets the time without messages after which a conversation is forgotten. By default one hour.
    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Sets how the keys begin. By default `lastfour`. Servers with another prefix do not share their conversations.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The key of the database for the key of a conversation.
    fn stored_key(&self, key: &str) -> String {
        let mut stored = format!("{}:{}:", self.prefix, Conversation::VERSION);
        for byte in Sha256::digest(key) {
            // Writing to a string cannot fail.
            let _ = write!(stored, "{byte:02x}");
        }
        stored
    }
}

impl<C: ConnectionLike + Clone> RedisStore<C> {
    /// Checks that the server answers.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached or reports an error.
    pub async fn ping(&self) -> RedisResult<()> {
        self.read(&redis::cmd("PING")).await
    }

    /// Sends a command that changes nothing. It is sent again if the connection broke since it was last used.
    async fn read<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> RedisResult<T> {
        match command.query_async(&mut self.connection.clone()).await {
            Err(error) if error.is_connection_dropped() && !error.is_connection_refusal() => {
                command.query_async(&mut self.connection.clone()).await
            }
            result => result,
        }
    }

    /// Writes `new` if `expected` or nothing is stored. Otherwise returns what is stored.
    async fn exchange(&self, stored_key: &str, expected: &[u8], new: &[u8]) -> RedisResult<Option<Vec<u8>>> {
        let idle = u64::try_from(self.idle.as_millis()).unwrap_or(u64::MAX).clamp(1, MAX_IDLE_MS);
        let mut command = redis::cmd("EVAL");
        command.arg(SAVE).arg(1).arg(stored_key).arg(expected).arg(new).arg(idle);
        command.query_async(&mut self.connection.clone()).await
    }
}

/// The longest time that a key is kept, in milliseconds: a century. Redis refuses times that overflow.
const MAX_IDLE_MS: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

/// Returns the conversation, or `None` if it cannot be decoded.
fn decode(state: &[u8]) -> Option<Conversation> {
    serde_json::from_slice(state).ok()
}

fn encode(conversation: &Conversation) -> RedisResult<Vec<u8>> {
    serde_json::to_vec(conversation)
        .map_err(|_| RedisError::from((redis::ErrorKind::Client, "a conversation cannot be encoded")))
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> ConversationStore for RedisStore<C> {
    type Error = RedisError;

    async fn load(&self, key: &str) -> RedisResult<Option<Conversation>> {
        let state: Option<Vec<u8>> = self.read(redis::cmd("GET").arg(self.stored_key(key))).await?;
        Ok(state.as_deref().and_then(decode))
    }

    async fn save(&self, key: &str, loaded: Option<&Conversation>, conversation: Conversation) -> RedisResult<Saved> {
        let stored_key = self.stored_key(key);
        let expected = loaded.map(encode).transpose()?.unwrap_or_default();
        let new = encode(&conversation)?;
        let Some(stored) = self.exchange(&stored_key, &expected, &new).await? else { return Ok(Saved::Kept) };
        // Other bytes may be the same state: what cannot be decoded counts as missing.
        if decode(&stored).as_ref() == loaded && self.exchange(&stored_key, &stored, &new).await?.is_none() {
            return Ok(Saved::Kept);
        }
        Ok(Saved::Stale)
    }
}

impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The connection may name a password.
        f.debug_struct("RedisStore").field("prefix", &self.prefix).field("idle", &self.idle).finish_non_exhaustive()
    }
}
