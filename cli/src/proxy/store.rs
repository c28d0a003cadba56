//! Where conversations are kept between requests.

use lastfour::Conversation;
use lastfour::middleware::{ConversationStore, MemoryStore, Saved};

use crate::failure::{CliError, Result};
use crate::proxy::settings::Settings;

#[cfg(feature = "redis")]
type Failure = redis::RedisError;
#[cfg(not(feature = "redis"))]
type Failure = std::convert::Infallible;

/// What the URL of a server looks like.
pub(crate) const REDIS_URL: &str = "a URL such as redis://127.0.0.1:6379 or rediss://user:password@host";

/// Returns the URL if it may be that of a server.
pub(crate) fn redis_url(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let known = ["redis", "rediss", "valkey", "valkeys", "unix", "redis+unix", "valkey+unix"].contains(&scheme);
    (known && !rest.is_empty()).then(|| url.to_owned())
}

/// A store of either kind.
#[derive(Debug, Clone)]
pub(crate) enum Store {
    Memory(MemoryStore),
    #[cfg(feature = "redis")]
    Redis(lastfour::middleware::RedisStore),
}

impl Store {
    /// Creates the store. A server is connected to when it is first needed.
    ///
    /// # Errors
    ///
    /// Fails if the URL is not valid, or if this program was built without Redis.
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let Some(redis) = &settings.store.redis else {
            return Ok(Self::Memory(MemoryStore::new(settings.limits.conversations, settings.store.idle)));
        };
        Self::redis(redis, settings)
    }

    #[cfg(feature = "redis")]
    fn redis(url: &str, settings: &Settings) -> Result<Self> {
        // The URL may hold a password, so no error names it.
        let store = lastfour::middleware::RedisStore::open(url)
            .map_err(|error| CliError::Message(format!("cannot use the URL of Redis: {}", error.category())))?;
        Ok(Self::Redis(store.idle(settings.store.idle).prefix(&settings.store.prefix)))
    }

    #[cfg(not(feature = "redis"))]
    fn redis(_: &str, _: &Settings) -> Result<Self> {
        let reason = "this program was built without Redis; build it with `--features redis`";
        Err(CliError::Message(reason.to_owned()))
    }

    /// Whether conversations can be loaded and saved.
    pub(crate) async fn is_ready(&self) -> bool {
        match self {
            Self::Memory(_) => true,
            #[cfg(feature = "redis")]
            Self::Redis(store) => store.ping().await.is_ok(),
        }
    }
}

impl ConversationStore for Store {
    type Error = Failure;

    async fn load(&self, key: &str) -> std::result::Result<Option<Conversation>, Failure> {
        match self {
            Self::Memory(store) => match store.load(key).await {
                Ok(loaded) => Ok(loaded),
                Err(never) => match never {},
            },
            #[cfg(feature = "redis")]
            Self::Redis(store) => store.load(key).await,
        }
    }

    async fn save(
        &self,
        key: &str,
        loaded: Option<&Conversation>,
        conversation: Conversation,
    ) -> std::result::Result<Saved, Failure> {
        match self {
            Self::Memory(store) => match store.save(key, loaded, conversation).await {
                Ok(saved) => Ok(saved),
                Err(never) => match never {},
            },
            #[cfg(feature = "redis")]
            Self::Redis(store) => store.save(key, loaded, conversation).await,
        }
    }
}
