//! Where the memory of conversations lives between two messages.
//!
//! In comes the key of a conversation, out comes its [`Conversation`], which holds no secret. [`MemoryStore`] keeps them
//! in this process, bounded in number and in time; a store that many servers share implements [`ConversationStore`].
//!
//! Messages of one conversation that are on their way at the same moment are scanned as if neither had seen the other,
//! and the memory of the one that is saved last stays.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::time::Duration;

use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::Conversation;

/// Keeps conversations by their keys.
///
/// # Example
///
/// A store that remembers nothing, as a start for one that asks a database:
///
/// ```
/// use std::convert::Infallible;
/// use std::future::{Ready, ready};
/// use lastfour::{Conversation, store::ConversationStore};
///
/// struct Forgetful;
///
/// impl ConversationStore for Forgetful {
///     type Error = Infallible;
///     type Load = Ready<Result<Option<Conversation>, Infallible>>;
///     type Save = Ready<Result<(), Infallible>>;
///
///     fn load(&self, _key: &str) -> Self::Load {
///         ready(Ok(None))
///     }
///
///     fn save(&self, _key: &str, _conversation: Conversation) -> Self::Save {
///         ready(Ok(()))
///     }
/// }
/// ```
pub trait ConversationStore: Send + Sync + 'static {
    /// What can go wrong.
    type Error: Error + Send + Sync + 'static;
    /// What [`load`](Self::load) gives; `Pin<Box<dyn Future<...> + Send>>` where it has no name.
    type Load: Future<Output = Result<Option<Conversation>, Self::Error>> + Send + 'static;
    /// What [`save`](Self::save) gives.
    type Save: Future<Output = Result<(), Self::Error>> + Send + 'static;

    /// The conversation of that key, if it is known.
    fn load(&self, key: &str) -> Self::Load;

    /// Keeps the conversation under that key, in the place of what was there.
    fn save(&self, key: &str, conversation: Conversation) -> Self::Save;
}

/// Conversations in the memory of this process: the most recently used of a stated number, each until it has not been
/// used for a stated time.
///
/// Built on `moka`: it is kept up, bounds entries *and* idle time (`quick_cache` knows no time, `mini-moka` is behind it),
/// its admission policy keeps a flood of one-message conversations from washing out those that go on, and its `sync`
/// face needs no async runtime.
#[derive(Clone)]
pub struct MemoryStore {
    cache: Cache<Box<[u8]>, Conversation>,
}

/// The longest key that is kept as it is, in bytes. Of a longer one its SHA-256 is kept: keys are chosen by clients, and
/// the number of entries bounds the memory only where their size is bounded.
const LONGEST_KEY: usize = 64;

fn short(key: &str) -> Box<[u8]> {
    if key.len() <= LONGEST_KEY { key.as_bytes().into() } else { Sha256::digest(key)[..].into() }
}

impl MemoryStore {
    /// How many conversations are kept by default.
    pub const ENTRIES: u64 = 100_000;
    /// How long a conversation is kept by default after it was last used.
    pub const IDLE: Duration = Duration::from_secs(60 * 60);

    /// A store of at most `entries` conversations, each kept until it has not been used for `idle`.
    #[must_use]
    pub fn new(entries: u64, idle: Duration) -> Self {
        Self { cache: Cache::builder().max_capacity(entries).time_to_idle(idle).build() }
    }

    /// About how many conversations are kept now.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.cache.run_pending_tasks();
        self.cache.entry_count()
    }

    /// Whether no conversation is kept now.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(Self::ENTRIES, Self::IDLE)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("entries", &self.cache.entry_count()).finish()
    }
}

impl ConversationStore for MemoryStore {
    type Error = Infallible;
    type Load = Ready<Result<Option<Conversation>, Infallible>>;
    type Save = Ready<Result<(), Infallible>>;

    fn load(&self, key: &str) -> Self::Load {
        ready(Ok(self.cache.get(&short(key))))
    }

    fn save(&self, key: &str, conversation: Conversation) -> Self::Save {
        self.cache.insert(short(key), conversation);
        ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(store: &MemoryStore, key: &str) -> bool {
        store.load(key).into_inner().unwrap().is_some()
    }

    #[test]
    fn what_was_saved_is_loaded_until_it_has_been_idle_too_long() {
        let store = MemoryStore::new(10, Duration::from_millis(40));
        assert!(!kept(&store, "a"));
        store.save("a", Conversation::new()).into_inner().unwrap();
        assert!(kept(&store, "a"));
        std::thread::sleep(Duration::from_millis(80));
        assert!(!kept(&store, "a"));
    }

    #[test]
    fn long_keys_are_told_apart() {
        let store = MemoryStore::default();
        let long = |end: &str| "x".repeat(100_000) + end;
        store.save(&long("a"), Conversation::new()).into_inner().unwrap();
        assert!(kept(&store, &long("a")));
        assert!(!kept(&store, &long("b")));
    }

    #[test]
    fn no_more_than_the_stated_number_is_kept() {
        let store = MemoryStore::new(10, Duration::from_secs(60));
        for n in 0..1000 {
            store.save(&n.to_string(), Conversation::new()).into_inner().unwrap();
        }
        assert!(store.len() <= 10);
    }
}
