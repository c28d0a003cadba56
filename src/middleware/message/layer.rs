//! The layer and its settings.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use crate::engine::Engine;
use crate::filter::Limits;
use crate::middleware::memory_store::MemoryStore;
use crate::middleware::message::config::Config;
use crate::middleware::message::service::RedactMessages;
use crate::middleware::store::ConversationStore;
use crate::policy::OnFailure;

/// Redacts messages on their way to a service whose requests are chat messages, such as a server without HTTP.
///
/// Cheap to clone: clones share their settings and the conversation store. The policy decides whether messages that
/// cannot be scanned pass ([`Policy::on_failure`](crate::Policy::on_failure)).
///
/// What a message says is remembered if the service returned `Ok`. Until then it can only cause more to be masked.
/// Responses are not redacted.
///
/// # Example
///
/// ```
/// use std::borrow::Cow;
/// use lastfour::middleware::{ChatMessage, MessageError, RedactMessageLayer};
/// use lastfour::{Engine, Role};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// struct Post { room: String, by: Role, text: String }
///
/// impl ChatMessage for Post {
///     fn text(&self) -> &str { &self.text }
///     fn set_text(&mut self, text: String) { self.text = text; }
///     fn role(&self) -> Role { self.by }
///     fn conversation(&self) -> Option<Cow<'_, str>> { Some(self.room.as_str().into()) }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), MessageError<std::convert::Infallible>> {
/// let room = service_fn(|post: Post| async move { Ok(post.text) });
/// let service = RedactMessageLayer::new(Engine::default()).layer(room);
/// let post = Post { room: "a".into(), by: Role::Customer, text: "my card is 3782 822463 10005".into() };
/// assert_eq!(service.oneshot(post).await?, "my card is **** ****** *0005");
/// # Ok(())
/// # }
/// ```
pub struct RedactMessageLayer<St = MemoryStore> {
    config: Arc<Config<St>>,
}

impl RedactMessageLayer {
    /// Returns a layer with a [`MemoryStore`].
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let pass_on_failure = engine.policy().on_failure() == OnFailure::Pass;
        let store = Arc::new(MemoryStore::default());
        Self { config: Arc::new(Config { engine, limits: Limits::default(), pass_on_failure, store }) }
    }
}

impl<St: ConversationStore> RedactMessageLayer<St> {
    /// Sets the limits. A message longer than [`Limits::hold`] cannot be scanned.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        let Config { engine, pass_on_failure, store, .. } = &*self.config;
        let (engine, store) = (engine.clone(), store.clone());
        Self { config: Arc::new(Config { engine, limits, pass_on_failure: *pass_on_failure, store }) }
    }

    /// Sets the conversation store.
    #[must_use]
    pub fn store<T: ConversationStore>(self, store: T) -> RedactMessageLayer<T> {
        let Config { engine, limits, pass_on_failure, .. } = &*self.config;
        let (limits, pass_on_failure) = (*limits, *pass_on_failure);
        let config = Config { engine: engine.clone(), limits, pass_on_failure, store: Arc::new(store) };
        RedactMessageLayer { config: Arc::new(config) }
    }
}

impl<St> Clone for RedactMessageLayer<St> {
    fn clone(&self) -> Self {
        Self { config: self.config.clone() }
    }
}

impl<St> fmt::Debug for RedactMessageLayer<St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactMessageLayer").field("limits", &self.config.limits).finish_non_exhaustive()
    }
}

impl<S, St> Layer<S> for RedactMessageLayer<St> {
    type Service = RedactMessages<S, St>;

    fn layer(&self, inner: S) -> RedactMessages<S, St> {
        RedactMessages::new(inner, self.config.clone())
    }
}
