//! Where the memory of conversations lives between two messages.
//!
//! In comes the key of a conversation, out comes its [`Conversation`], which holds no secret. [`MemoryStore`] keeps them
//! in this process, bounded in number and in time; a store that many servers share implements [`ConversationStore`].
//!
//! Messages of one conversation may be on their way at the same moment. Nothing is locked while one is scanned: who saves
//! says what it had loaded, and where the conversation has changed since, the answer is [`Saved::Stale`] and nothing is
//! kept. What is still in hand is then scanned anew with the newer memory, as if it had been said after what came in
//! between. Where a body streams, what has gone on stays as it was, and what it has taught and what came in between are
//! brought together ([`Conversation::merge`]). Who is stale [`TRIES`] times over has failed
//! ([`ScanError::Busy`](crate::ScanError::Busy)).

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::time::Duration;

use moka::ops::compute::{CompResult, Op};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::Conversation;

/// How often a message, or what a body that streamed has taught, is tried before it is given up because its conversation
/// changes all the time. Of those that try at the same moment one gets through in each round.
pub const TRIES: usize = 16;

/// What became of a conversation that was to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Saved {
    /// It is kept.
    Kept,
    /// It is not: what is stored under its key is not what had been loaded.
    Stale,
}

/// Keeps conversations by their keys.
///
/// # Comparing
///
/// [`save`](Self::save) must compare and write in one step, or two messages at the same moment miss each other. What is
/// compared may be the whole conversation or its [`turns`](Conversation::turns), which change with every message:
///
/// - SQL: a column beside the serialised form, and `INSERT INTO talks (key, turns, form) VALUES ($1, $2, $3) ON CONFLICT
///   (key) DO UPDATE SET turns = $2, form = $3 WHERE talks.turns = $4`, where `$4` are the turns of what had been loaded,
///   or -1 where nothing had. No row written: [`Saved::Stale`].
/// - Redis: a hash of turns and form, and a Lua script that reads the turns and writes where they are as loaded or there
///   are none; or `WATCH`, `HGET`, `MULTI`, `HSET`, `EXEC`.
/// - A store of documents: the condition of its write, such as `If-Match`.
///
/// A conversation that is there no longer (it was idle for too long) has not changed: what is saved is kept. A store that
/// cannot compare may always answer [`Saved::Kept`]; then messages at the same moment are scanned as if neither had seen
/// the other, and the memory of the one that is saved last stays.
///
/// # What cannot be decoded
///
/// A build may save conversations in another form than the one before it ([`Conversation::VERSION`]), and serde refuses a
/// form that it does not know. That is no error of the store: an error is answered with 503, and after a deployment each
/// conversation that goes on would get one. What cannot be decoded is not there: [`load`](Self::load) answers `Ok(None)`,
/// and [`save`](Self::save) writes over it. Where builds of two forms run side by side, put [`Conversation::VERSION`] into
/// the key under which it is stored, and they never meet.
///
/// ```
/// use std::collections::HashMap;
/// use std::convert::Infallible;
/// use std::future::{Ready, ready};
/// use std::sync::Mutex;
/// use lastfour::{Conversation, middleware::{ConversationStore, Saved}};
///
/// /// Keeps JSON, as a database would.
/// #[derive(Default)]
/// struct Table(Mutex<HashMap<String, String>>);
///
/// fn decode(form: &String) -> Option<Conversation> {
///     serde_json::from_str(form).ok()
/// }
///
/// impl ConversationStore for Table {
///     type Error = Infallible;
///     type Load = Ready<Result<Option<Conversation>, Infallible>>;
///     type Save = Ready<Result<Saved, Infallible>>;
///
///     fn load(&self, key: &str) -> Self::Load {
///         ready(Ok(self.0.lock().unwrap().get(key).and_then(decode)))
///     }
///
///     fn save(&self, key: &str, loaded: Option<&Conversation>, conversation: Conversation) -> Self::Save {
///         let mut rows = self.0.lock().unwrap();
///         if rows.get(key).and_then(decode).is_some_and(|there| Some(&there) != loaded) {
///             return ready(Ok(Saved::Stale));
///         }
///         rows.insert(key.to_owned(), serde_json::to_string(&conversation).unwrap());
///         ready(Ok(Saved::Kept))
///     }
/// }
///
/// let table = Table::default();
/// table.0.lock().unwrap().insert("a".into(), r#"{"version":"of another build"}"#.into());
/// assert_eq!(table.load("a").into_inner().unwrap(), None);
/// assert_eq!(table.save("a", None, Conversation::new()).into_inner(), Ok(Saved::Kept));
/// assert_eq!(table.load("a").into_inner().unwrap(), Some(Conversation::new()));
/// ```
///
/// # Example
///
/// A store that remembers nothing, as a start for one that asks a database:
///
/// ```
/// use std::convert::Infallible;
/// use std::future::{Ready, ready};
/// use lastfour::{Conversation, middleware::{ConversationStore, Saved}};
///
/// struct Forgetful;
///
/// impl ConversationStore for Forgetful {
///     type Error = Infallible;
///     type Load = Ready<Result<Option<Conversation>, Infallible>>;
///     type Save = Ready<Result<Saved, Infallible>>;
///
///     fn load(&self, _key: &str) -> Self::Load {
///         ready(Ok(None))
///     }
///
///     fn save(&self, _key: &str, _loaded: Option<&Conversation>, _conversation: Conversation) -> Self::Save {
///         ready(Ok(Saved::Kept))
///     }
/// }
/// ```
pub trait ConversationStore: Send + Sync + 'static {
    /// What can go wrong. With the feature `tracing` it is written to the log by its `Display`: it must name no key that
    /// is not fit for a log.
    type Error: Error + Send + Sync + 'static;
    /// What [`load`](Self::load) gives; `Pin<Box<dyn Future<...> + Send>>` where it has no name.
    type Load: Future<Output = Result<Option<Conversation>, Self::Error>> + Send + 'static;
    /// What [`save`](Self::save) gives.
    type Save: Future<Output = Result<Saved, Self::Error>> + Send + 'static;

    /// The conversation of that key, if it is known and can be decoded. See [above](Self#what-cannot-be-decoded).
    fn load(&self, key: &str) -> Self::Load;

    /// Keeps the conversation under that key, unless what is there is another than what had been `loaded`: the answer of
    /// [`load`](Self::load) from which this one has come. See [comparing](Self#comparing).
    fn save(&self, key: &str, loaded: Option<&Conversation>, conversation: Conversation) -> Self::Save;
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
    type Save = Ready<Result<Saved, Infallible>>;

    fn load(&self, key: &str) -> Self::Load {
        ready(Ok(self.cache.get(&short(key))))
    }

    fn save(&self, key: &str, loaded: Option<&Conversation>, conversation: Conversation) -> Self::Save {
        // Of one key one at a time: nothing is written between the look and the write.
        let done = self.cache.entry(short(key)).and_compute_with(|there| match there {
            Some(there) if Some(there.value()) != loaded => Op::Nop,
            _ => Op::Put(conversation),
        });
        let stale = matches!(done, CompResult::Unchanged(_) | CompResult::StillNone(_));
        ready(Ok(if stale { Saved::Stale } else { Saved::Kept }))
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
        assert_eq!(store.save("a", None, Conversation::new()).into_inner(), Ok(Saved::Kept));
        assert!(kept(&store, "a"));
        std::thread::sleep(Duration::from_millis(80));
        assert!(!kept(&store, "a"));
    }

    #[test]
    fn long_keys_are_told_apart() {
        let store = MemoryStore::default();
        let long = |end: &str| "x".repeat(100_000) + end;
        assert_eq!(store.save(&long("a"), None, Conversation::new()).into_inner(), Ok(Saved::Kept));
        assert!(kept(&store, &long("a")));
        assert!(!kept(&store, &long("b")));
    }

    #[test]
    fn no_more_than_the_stated_number_is_kept() {
        let store = MemoryStore::new(10, Duration::from_secs(60));
        for n in 0..1000 {
            assert_eq!(store.save(&n.to_string(), None, Conversation::new()).into_inner(), Ok(Saved::Kept));
        }
        assert!(store.len() <= 10);
    }

    /// A conversation in which so much has been said.
    fn talk(turns: usize) -> Conversation {
        let mut talk = Conversation::new();
        for _ in 0..turns {
            let _ = crate::Engine::default().scan(&mut talk, &crate::Message::customer("hello"));
        }
        talk
    }

    #[test]
    fn what_has_changed_since_it_was_loaded_is_not_written_over() {
        let store = MemoryStore::default();
        let save = |loaded: Option<&Conversation>, turns| store.save("a", loaded, talk(turns)).into_inner().unwrap();
        assert_eq!(save(None, 1), Saved::Kept);
        assert_eq!(save(None, 2), Saved::Stale);
        assert_eq!(save(Some(&talk(2)), 3), Saved::Stale);
        assert_eq!(store.load("a").into_inner().unwrap().unwrap().turns(), 1);
        assert_eq!(save(Some(&talk(1)), 2), Saved::Kept);
        assert_eq!(store.load("a").into_inner().unwrap().unwrap().turns(), 2);
        // What is there no longer has not changed.
        assert_eq!(store.save("b", Some(&talk(5)), talk(6)).into_inner(), Ok(Saved::Kept));
    }

    #[test]
    fn of_many_threads_each_message_counts_once() {
        const THREADS: u32 = 4;
        const MESSAGES: u32 = 200;
        let store = MemoryStore::default();
        let say = || {
            for _ in 0..MESSAGES {
                loop {
                    let loaded = store.load("a").into_inner().unwrap();
                    let mut talk = loaded.clone().unwrap_or_default();
                    let _ = crate::Engine::default().scan(&mut talk, &crate::Message::customer("hello"));
                    if store.save("a", loaded.as_ref(), talk).into_inner() == Ok(Saved::Kept) {
                        break;
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(say);
            }
        });
        assert_eq!(store.load("a").into_inner().unwrap().unwrap().turns(), THREADS * MESSAGES);
    }
}
