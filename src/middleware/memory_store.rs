//! Conversations in the memory of this process.
//!
//! A hash table over a list in order of last use. One lock guards both; it is held for a lookup, never during a scan. So
//! the bounds are exact: a new conversation is always stored, and what is removed for it is the one that has not been used
//! for the longest time.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::Conversation;
use crate::middleware::store::{ConversationStore, Saved};
use crate::middleware::telemetry;

/// Stores conversations in this process: the most recently used ones, up to a capacity, each until it has been idle for
/// some time.
///
/// If the store is full, a new conversation replaces the one that has not been used for the longest time. Half a card
/// number that was remembered there is then forgotten, so the capacity should exceed the number of conversations in which
/// somebody writes within an hour. Every replacement is counted in the metric `lastfour_evicted_total` (feature `metrics`)
/// and in [`evicted`](Self::evicted), and reported by a `tracing` warning once a minute (feature `tracing`). Conversations
/// that expired are not counted.
///
/// Keys of more than 31 bytes are stored as their SHA-256, so a client that chooses long keys takes no more memory than any
/// other.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use lastfour::middleware::MemoryStore;
///
/// let store = MemoryStore::new(1_000_000, Duration::from_secs(30 * 60));
/// assert_eq!(store.capacity(), 1_000_000);
/// let store = MemoryStore::with_bytes(64 << 20, MemoryStore::IDLE);
/// assert!(store.capacity() > 200_000);
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    table: Arc<Mutex<Table>>,
    capacity: usize,
    start: Instant,
}

impl MemoryStore {
    /// The default number of conversations.
    pub const ENTRIES: usize = 250_000;
    /// The default time after which an unused conversation is forgotten: one hour.
    pub const IDLE: Duration = Duration::from_secs(60 * 60);
    /// The memory that one conversation takes, in bytes, with its share of the index.
    pub const ENTRY_BYTES: usize = mem::size_of::<Slot>() + 2 * (mem::size_of::<(Key, u32)>() + 1);

    /// Creates a store for up to `entries` conversations. Each is forgotten when it has not been used for `idle`. With
    /// 0 entries it stores nothing.
    #[must_use]
    pub fn new(entries: usize, idle: Duration) -> Self {
        let capacity = entries.min(NONE as usize);
        let table = Table::new(capacity, u64::try_from(idle.as_millis()).unwrap_or(u64::MAX));
        Self { table: Arc::new(Mutex::new(table)), capacity, start: Instant::now() }
    }

    /// Creates a store that uses up to about `bytes` bytes of memory: [`ENTRY_BYTES`](Self::ENTRY_BYTES) for each
    /// conversation. Memory is allocated as needed.
    #[must_use]
    pub fn with_bytes(bytes: usize, idle: Duration) -> Self {
        Self::new(bytes / Self::ENTRY_BYTES, idle)
    }

    /// The number of stored conversations.
    #[must_use]
    pub fn len(&self) -> usize {
        let now = self.now();
        let mut table = self.lock();
        table.expire(now);
        table.index.len()
    }

    /// Returns whether no conversation is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The maximum number of stored conversations.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The number of conversations that were replaced before they expired.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.lock().evicted
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(Self::ENTRIES, Self::IDLE)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

impl ConversationStore for MemoryStore {
    type Error = Infallible;

    async fn load(&self, key: &str) -> Result<Option<Conversation>, Infallible> {
        let key = stored(key);
        let now = self.now();
        Ok(self.lock().load(&key, now))
    }

    async fn save(
        &self,
        key: &str,
        loaded: Option<&Conversation>,
        conversation: Conversation,
    ) -> Result<Saved, Infallible> {
        let key = stored(key);
        let now = self.now();
        let mut table = self.lock();
        let before = table.evicted;
        let saved = table.save(key, loaded, conversation, now);
        let due = table.evicted > before && table.is_report_due(now);
        let evicted = table.evicted;
        drop(table);
        if evicted > before {
            telemetry::evicted(evicted - before, due.then_some(evicted), self.capacity);
        }
        Ok(saved)
    }
}

type Key = [u8; 32];

/// The first byte of a key that is a hash. That of any other key is its length.
const HASHED: u8 = u8::MAX;

/// Returns the key under which a conversation is stored. Two keys are never stored under the same one.
fn stored(key: &str) -> Key {
    let mut stored = [0; size_of::<Key>()];
    match stored.get_mut(1..=key.len()) {
        Some(place) => {
            place.copy_from_slice(key.as_bytes());
            stored[0] = key.len() as u8;
        }
        None => {
            stored = Sha256::digest(key).into();
            stored[0] = HASHED;
        }
    }
    stored
}

/// Marks the absence of a slot.
const NONE: u32 = u32::MAX;

/// The time between two warnings about removed conversations, in milliseconds.
const REPORT_EVERY_MS: u64 = 60_000;

/// The conversations in order of last use.
///
/// Times are in milliseconds of a clock that never goes back. `index` and the list hold the same slots.
struct Table {
    index: HashMap<Key, u32>,
    slots: Vec<Slot>,
    /// Empty slots.
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
    capacity: usize,
    idle_ms: u64,
    evicted: u64,
    reported_ms: Option<u64>,
}

struct Slot {
    key: Key,
    conversation: Conversation,
    used_ms: u64,
    older: u32,
    newer: u32,
}

impl Table {
    fn new(capacity: usize, idle_ms: u64) -> Self {
        Self {
            index: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            oldest: NONE,
            newest: NONE,
            capacity,
            idle_ms,
            evicted: 0,
            reported_ms: None,
        }
    }

    fn load(&mut self, key: &Key, now: u64) -> Option<Conversation> {
        self.expire(now);
        let at = *self.index.get(key)?;
        self.touch(at, now);
        Some(self.slots[at as usize].conversation.clone())
    }

    fn save(&mut self, key: Key, loaded: Option<&Conversation>, conversation: Conversation, now: u64) -> Saved {
        self.expire(now);
        if let Some(&at) = self.index.get(&key) {
            self.touch(at, now);
            let slot = &mut self.slots[at as usize];
            if Some(&slot.conversation) != loaded {
                return Saved::Stale;
            }
            slot.conversation = conversation;
            return Saved::Kept;
        }
        if self.capacity == 0 {
            return Saved::Kept;
        }
        if self.index.len() == self.capacity {
            self.remove_oldest();
            self.evicted += 1;
        }
        let slot = Slot { key, conversation, used_ms: now, older: NONE, newer: NONE };
        let at = match self.free.pop() {
            Some(at) => {
                self.slots[at as usize] = slot;
                at
            }
            None => {
                self.slots.push(slot);
                // `capacity` is at most `NONE`, so the last index is below it.
                u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
            }
        };
        self.index.insert(key, at);
        self.link(at);
        Saved::Kept
    }

    /// Removes conversations that have been idle for too long. The list is sorted by last use, so only its start is
    /// checked.
    fn expire(&mut self, now: u64) {
        while let Some(slot) = self.slots.get(self.oldest as usize)
            && now.saturating_sub(slot.used_ms) > self.idle_ms
        {
            self.remove_oldest();
        }
    }

    fn remove_oldest(&mut self) {
        let at = self.oldest;
        self.unlink(at);
        let key = self.slots[at as usize].key;
        self.index.remove(&key);
        self.free.push(at);
    }

    fn touch(&mut self, at: u32, now: u64) {
        self.slots[at as usize].used_ms = now;
        self.unlink(at);
        self.link(at);
    }

    /// Takes a slot out of the list.
    fn unlink(&mut self, at: u32) {
        let (older, newer) = (self.slots[at as usize].older, self.slots[at as usize].newer);
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
    }

    /// Puts a slot at the newest end of the list.
    fn link(&mut self, at: u32) {
        let older = mem::replace(&mut self.newest, at);
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = at,
            None => self.oldest = at,
        }
        let slot = &mut self.slots[at as usize];
        (slot.older, slot.newer) = (older, NONE);
    }

    /// Returns whether a warning about replaced conversations is due. The next one is due a minute later.
    fn is_report_due(&mut self, now: u64) -> bool {
        let due = self.reported_ms.is_none_or(|before| now.saturating_sub(before) >= REPORT_EVERY_MS);
        if due {
            self.reported_ms = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A conversation of that many messages.
    fn talk(turns: usize) -> Conversation {
        let mut talk = Conversation::new();
        for _ in 0..turns {
            let _ = crate::Engine::default().scan(&mut talk, &crate::Message::customer("hello"));
        }
        talk
    }

    fn key(n: usize) -> Key {
        stored(&n.to_string())
    }

    #[test]
    fn short_keys_long_keys_and_hashes_of_keys_are_told_apart() {
        let longest = "k".repeat(31);
        let hash = String::from_utf8_lossy(&Sha256::digest("k".repeat(32))[1..]).into_owned();
        let keys =
            ["", "\0", "k", "k\0", &longest, &longest[1..], &format!("{longest}k"), &format!("{longest}l"), &hash];
        let stored: std::collections::HashSet<Key> = keys.into_iter().map(stored).collect();
        assert_eq!(stored.len(), keys.len());
    }

    #[tokio::test]
    async fn a_conversation_is_forgotten_when_it_has_been_idle_for_too_long() {
        let store = MemoryStore::new(10, Duration::from_millis(40));
        assert_eq!(store.load("a").await, Ok(None));
        assert_eq!(store.save("a", None, Conversation::new()).await, Ok(Saved::Kept));
        assert_eq!(store.load("a").await, Ok(Some(Conversation::new())));
        std::thread::sleep(Duration::from_millis(80));
        assert_eq!(store.load("a").await, Ok(None));
        assert!(store.is_empty());
        assert_eq!(store.evicted(), 0);
    }

    #[tokio::test]
    async fn long_keys_are_told_apart() {
        let store = MemoryStore::default();
        let long = |end: &str| "x".repeat(100_000) + end;
        assert_eq!(store.save(&long("a"), None, Conversation::new()).await, Ok(Saved::Kept));
        assert_eq!(store.load(&long("a")).await, Ok(Some(Conversation::new())));
        assert_eq!(store.load(&long("b")).await, Ok(None));
    }

    #[tokio::test]
    async fn a_conversation_that_has_changed_since_it_was_loaded_is_not_overwritten() {
        let store = MemoryStore::default();
        let save = async |loaded: Option<&Conversation>, turns| store.save("a", loaded, talk(turns)).await.unwrap();
        assert_eq!(save(None, 1).await, Saved::Kept);
        assert_eq!(save(None, 2).await, Saved::Stale);
        assert_eq!(save(Some(&talk(2)), 3).await, Saved::Stale);
        assert_eq!(store.load("a").await, Ok(Some(talk(1))));
        assert_eq!(save(Some(&talk(1)), 2).await, Saved::Kept);
        assert_eq!(store.load("a").await, Ok(Some(talk(2))));
        // A conversation that is no longer stored has not changed.
        assert_eq!(store.save("b", Some(&talk(5)), talk(6)).await, Ok(Saved::Kept));
    }

    #[tokio::test]
    async fn a_store_without_entries_forgets_everything() {
        let store = MemoryStore::new(0, MemoryStore::IDLE);
        assert_eq!(store.save("a", None, talk(1)).await, Ok(Saved::Kept));
        assert_eq!(store.load("a").await, Ok(None));
    }

    #[test]
    fn a_new_conversation_is_stored_even_if_all_others_were_used_more_often() {
        let mut table = Table::new(100, u64::MAX);
        for round in 0..50 {
            for n in 0..100 {
                let loaded = table.load(&key(n), round);
                assert_eq!(table.save(key(n), loaded.as_ref(), talk(1), round), Saved::Kept);
            }
        }
        for n in 100..1000 {
            assert_eq!(table.save(key(n), None, talk(2), 50), Saved::Kept);
            assert_eq!(table.load(&key(n), 50), Some(talk(2)));
            assert_eq!(table.load(&key(n - 100), 50), None);
        }
        assert_eq!((table.evicted, table.index.len(), table.slots.len()), (900, 100, 100));
    }

    #[test]
    fn warnings_about_removed_conversations_are_a_minute_apart() {
        let mut table = Table::new(1, u64::MAX);
        let due = [0, 1, 59_999, 60_000, 60_001, 200_000].map(|now| table.is_report_due(now));
        assert_eq!(due, [true, false, false, true, false, true]);
    }

    #[tokio::test]
    async fn concurrent_messages_are_all_counted() {
        const THREADS: u32 = 4;
        const MESSAGES: u32 = 200;
        let store = MemoryStore::default();
        let say = async |store: MemoryStore| {
            for _ in 0..MESSAGES {
                loop {
                    let loaded = store.load("a").await.unwrap();
                    let mut talk = loaded.clone().unwrap_or_default();
                    let _ = crate::Engine::default().scan(&mut talk, &crate::Message::customer("hello"));
                    if store.save("a", loaded.as_ref(), talk).await == Ok(Saved::Kept) {
                        break;
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                let store = store.clone();
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                scope.spawn(move || runtime.block_on(say(store)));
            }
        });
        assert_eq!(store.load("a").await.unwrap().unwrap().turns(), THREADS * MESSAGES);
    }

    /// An operation on a table, with the number of a conversation, after some milliseconds.
    #[derive(Debug, Clone, Copy)]
    enum Operation {
        Load(usize),
        /// Saves what was loaded last, or an outdated conversation.
        Save(usize, usize, bool),
    }

    fn operations() -> impl Strategy<Value = Vec<(Operation, u64)>> {
        let operation = prop_oneof![
            (0..9usize).prop_map(Operation::Load),
            (0..9usize, 1..5usize, any::<bool>()).prop_map(|(key, turns, stale)| Operation::Save(key, turns, stale)),
        ];
        proptest::collection::vec((operation, 0..20u64), 0..200)
    }

    proptest! {
        #[test]
        fn the_table_does_what_a_list_of_the_same_bounds_does(capacity in 0..6usize, steps in operations()) {
            const IDLE: u64 = 60;
            let talks: Vec<Conversation> = (0..6).map(talk).collect();
            let mut table = Table::new(capacity, IDLE);
            // The oldest comes first: key, conversation, time of last use.
            let mut model: Vec<(usize, Conversation, u64)> = Vec::new();
            let (mut now, mut evicted) = (0, 0);
            for (operation, pause) in steps {
                now += pause;
                model.retain(|(_, _, used)| now - used <= IDLE);
                let (Operation::Load(number) | Operation::Save(number, ..)) = operation;
                let stored = model.iter().position(|(known, ..)| *known == number).map(|at| model.remove(at).1);
                match operation {
                    Operation::Load(_) => {
                        prop_assert_eq!(&table.load(&key(number), now), &stored);
                        model.extend(stored.map(|talk| (number, talk, now)));
                    }
                    Operation::Save(_, turns, stale) => {
                        let loaded = if stale { Some(talks[5].clone()) } else { stored.clone() };
                        let saved = table.save(key(number), loaded.as_ref(), talks[turns].clone(), now);
                        let fits = stored.is_none() || stored == loaded;
                        prop_assert_eq!(saved, if fits { Saved::Kept } else { Saved::Stale });
                        if stored.is_none() && model.len() == capacity && capacity > 0 {
                            model.remove(0);
                            evicted += 1;
                        }
                        let talk = stored.filter(|_| !fits).unwrap_or_else(|| talks[turns].clone());
                        if capacity > 0 {
                            model.push((number, talk, now));
                        }
                    }
                }
                prop_assert_eq!(table.evicted, evicted);
                prop_assert_eq!(table.index.len(), model.len());
                prop_assert!(table.slots.len() <= capacity);
                let mut at = table.oldest;
                for (number, talk, used) in &model {
                    let slot = &table.slots[at as usize];
                    prop_assert_eq!((&slot.key, &slot.conversation, slot.used_ms), (&key(*number), talk, *used));
                    at = slot.newer;
                }
                prop_assert_eq!(at, NONE);
            }
        }
    }
}
