//! Where the state of conversations is stored between two messages.
//!
//! A store maps the key of a conversation to its [`Conversation`], which never holds a secret.
//! [`MemoryStore`](crate::middleware::MemoryStore) keeps them in this process, bounded in number and in time. For several
//! servers that share their conversations, use `RedisStore` (feature `redis`), or implement [`ConversationStore`] on a database.
//!
//! # Concurrent messages
//!
//! Nothing is locked while a message is scanned. A save names the conversation that had been loaded; if something else is
//! stored by then, the answer is [`Saved::Stale`] and nothing is written. A message or a buffered body is then scanned
//! again with the newer state. What was learned from a body that has been sent already is merged with the newer state
//! ([`Conversation::merge`]). After [`TRIES`] conflicting writes the request fails with
//! [`ScanError::Busy`](crate::ScanError::Busy).

use std::error::Error;
use std::future::Future;

use crate::Conversation;

/// How often a message is scanned and saved before it fails because of conflicting writes.
pub const TRIES: usize = 16;

/// The result of saving a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub enum Saved {
    /// It is stored.
    Kept,
    /// Nothing was written, because the stored conversation differs from the loaded one.
    Stale,
}

/// Stores conversations by key. [`MemoryStore`](crate::middleware::MemoryStore) is one.
///
/// # Compare and set
///
/// [`save`](Self::save) must compare and write in one atomic step. Otherwise two concurrent messages do not see each other.
/// Compare the whole conversation, or only its [`turns`](Conversation::turns), which change with every message:
///
/// - SQL: `INSERT INTO talks (key, turns, state) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET turns = $2, state =
///   $3 WHERE talks.turns = $4`, where `$4` is the number of turns of the loaded conversation, or -1 if there was none. If
///   no row was written, return [`Saved::Stale`].
/// - Document stores: a conditional write, such as `If-Match`.
///
/// If the conversation is no longer stored because it expired, write and return [`Saved::Kept`]. A store that cannot
/// compare may always write and return [`Saved::Kept`]. Concurrent messages are then scanned as if the others did not
/// exist, and the last write wins.
///
/// # State of another version
///
/// Another version of this crate may use another serialized form ([`Conversation::VERSION`]), which serde refuses. Treat
/// state that cannot be decoded as missing: [`load`](Self::load) returns `Ok(None)` and [`save`](Self::save) overwrites it.
/// Do not return an error, because the layer answers it with 503, and after an upgrade every running conversation would
/// fail. To run two versions side by side, make [`Conversation::VERSION`] a part of the stored key.
///
/// # Example
///
/// ```
/// use std::collections::HashMap;
/// use std::convert::Infallible;
/// use std::sync::Mutex;
/// use lastfour::{Conversation, middleware::{ConversationStore, Saved}};
///
/// /// Stores JSON, as a database would.
/// #[derive(Default)]
/// struct Table(Mutex<HashMap<String, String>>);
///
/// fn decode(state: &String) -> Option<Conversation> {
///     serde_json::from_str(state).ok()
/// }
///
/// impl ConversationStore for Table {
///     type Error = Infallible;
///
///     async fn load(&self, key: &str) -> Result<Option<Conversation>, Infallible> {
///         Ok(self.0.lock().unwrap().get(key).and_then(decode))
///     }
///
///     async fn save(
///         &self,
///         key: &str,
///         loaded: Option<&Conversation>,
///         conversation: Conversation,
///     ) -> Result<Saved, Infallible> {
///         let mut rows = self.0.lock().unwrap();
///         if rows.get(key).and_then(decode).is_some_and(|stored| Some(&stored) != loaded) {
///             return Ok(Saved::Stale);
///         }
///         rows.insert(key.to_owned(), serde_json::to_string(&conversation).unwrap());
///         Ok(Saved::Kept)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let table = Table::default();
/// table.0.lock().unwrap().insert("a".into(), r#"{"version":"of another build"}"#.into());
/// assert_eq!(table.load("a").await, Ok(None));
/// assert_eq!(table.save("a", None, Conversation::new()).await, Ok(Saved::Kept));
/// assert_eq!(table.load("a").await, Ok(Some(Conversation::new())));
/// # }
/// ```
pub trait ConversationStore: Send + Sync + 'static {
    /// Why a conversation could not be loaded or saved. The feature `tracing` logs its `Display`, so it must not contain a
    /// key that does not belong in a log.
    type Error: Error + Send + Sync + 'static;

    /// Returns the conversation stored under `key`, or `None` if there is none or it cannot be decoded.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot be reached. The request is then answered with 503.
    fn load(&self, key: &str) -> impl Future<Output = Result<Option<Conversation>, Self::Error>> + Send;

    /// Stores the conversation under `key`, unless the stored one differs from `loaded`, the result of the
    /// [`load`](Self::load) from which `conversation` was derived. See [compare and set](Self#compare-and-set).
    ///
    /// # Errors
    ///
    /// Fails if the store cannot be reached.
    fn save(
        &self,
        key: &str,
        loaded: Option<&Conversation>,
        conversation: Conversation,
    ) -> impl Future<Output = Result<Saved, Self::Error>> + Send;
}
