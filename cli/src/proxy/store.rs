//! Stores conversations between requests.

#[cfg(feature = "redis")]
use std::{fmt, sync::Arc, time::Duration};

use lastfour::Conversation;
#[cfg(feature = "redis")]
use lastfour::middleware::RedisStore;
use lastfour::middleware::{ConversationStore, MemoryStore, Saved};
#[cfg(feature = "redis")]
use redis::{cluster::ClusterClient, cluster_async::ClusterConnection};
#[cfg(feature = "redis")]
use tokio::{sync::OnceCell, time::timeout};

use crate::failure::{CliError, Result};
use crate::proxy::settings::{self, Settings};

#[cfg(feature = "redis")]
type Failure = redis::RedisError;
#[cfg(not(feature = "redis"))]
type Failure = std::convert::Infallible;

/// A description of the server's URL, for errors.
pub(crate) const REDIS_URL: &str = "a URL such as redis://127.0.0.1:6379 or rediss://user:password@host";

/// Returns the URL if it may be that of a Redis server.
pub(crate) fn redis_url(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let known = ["redis", "rediss", "valkey", "valkeys", "unix", "redis+unix", "valkey+unix"].contains(&scheme);
    (known && !rest.is_empty()).then(|| url.to_owned())
}

/// A store of any kind.
#[derive(Debug, Clone)]
pub(crate) enum Store {
    Memory(MemoryStore),
    #[cfg(feature = "redis")]
    Redis(RedisStore),
    #[cfg(feature = "redis")]
    Cluster(Arc<Cluster>),
}

impl Store {
    /// Creates the store. It connects to a server when it is first used.
    ///
    /// # Errors
    ///
    /// Returns an error if the URL is not valid, or if this program was built without Redis.
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        if settings.store.redis.is_empty() {
            return Ok(Self::Memory(MemoryStore::new(settings.limits.conversations, settings.store.idle)));
        }
        Self::redis(&settings.store)
    }

    #[cfg(feature = "redis")]
    fn redis(settings: &settings::Store) -> Result<Self> {
        // The URL may contain a password, so errors do not quote it.
        let wrong = |error: Failure| CliError::Message(format!("cannot use the URL of Redis: {}", error.category()));
        match &settings.redis[..] {
            [url] if !settings.cluster => {
                let store = RedisStore::open(url).map_err(wrong)?;
                Ok(Self::Redis(store.idle(settings.idle).prefix(&settings.prefix)))
            }
            nodes if settings.cluster => Ok(Self::Cluster(Arc::new(Cluster::new(nodes, settings).map_err(wrong)?))),
            _ => Err(CliError::Message("store.redis: several servers must be nodes of a cluster".to_owned())),
        }
    }

    #[cfg(not(feature = "redis"))]
    fn redis(_: &settings::Store) -> Result<Self> {
        let reason = "this program was built without Redis; build it with `--features redis`";
        Err(CliError::Message(reason.to_owned()))
    }

    /// Returns whether conversations can be loaded and saved.
    pub(crate) async fn is_ready(&self) -> bool {
        match self {
            Self::Memory(_) => true,
            #[cfg(feature = "redis")]
            Self::Redis(store) => store.ping().await.is_ok(),
            #[cfg(feature = "redis")]
            Self::Cluster(cluster) => match cluster.store().await {
                Ok(store) => store.ping().await.is_ok(),
                Err(_) => false,
            },
        }
    }
}

/// The time that a cluster may take before a request fails.
#[cfg(feature = "redis")]
const PATIENCE: Duration = Duration::from_secs(1);

/// A Redis Cluster. It connects when it is first used.
#[cfg(feature = "redis")]
pub(crate) struct Cluster {
    client: ClusterClient,
    prefix: String,
    idle: Duration,
    store: OnceCell<RedisStore<ClusterConnection>>,
}

#[cfg(feature = "redis")]
impl Cluster {
    fn new(nodes: &[String], settings: &settings::Store) -> std::result::Result<Self, Failure> {
        let nodes = nodes.iter().map(String::as_str);
        let client = ClusterClient::builder(nodes)
            .connection_timeout(PATIENCE)
            .response_timeout(PATIENCE)
            // A key may have moved to another node.
            .retries(3)
            .build()?;
        Ok(Self { client, prefix: settings.prefix.clone(), idle: settings.idle, store: OnceCell::new() })
    }

    async fn store(&self) -> std::result::Result<&RedisStore<ClusterConnection>, Failure> {
        let connect = async || {
            let connection = self.client.get_async_connection().await?;
            Ok(RedisStore::new(connection).idle(self.idle).prefix(&self.prefix))
        };
        let late = |_| Failure::from((redis::ErrorKind::Io, "the cluster does not answer in time"));
        timeout(PATIENCE, self.store.get_or_try_init(connect)).await.map_err(late)?
    }
}

/// Omits the client, which may contain a password.
#[cfg(feature = "redis")]
impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("prefix", &self.prefix).field("idle", &self.idle).finish_non_exhaustive()
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
            #[cfg(feature = "redis")]
            Self::Cluster(cluster) => cluster.store().await?.load(key).await,
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
            #[cfg(feature = "redis")]
            Self::Cluster(cluster) => cluster.store().await?.save(key, loaded, conversation).await,
        }
    }
}
