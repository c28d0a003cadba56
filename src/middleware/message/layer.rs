//! The layer: with which engine, and where conversations are kept.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use crate::engine::Engine;
use crate::filter::Limits;
use crate::middleware::message::config::Config;
use crate::middleware::message::service::RedactMessages;
use crate::middleware::store::{ConversationStore, MemoryStore};
use crate::policy::OnFailure;

/// Redacts the messages on their way to a service. See the [module](crate::middleware::message).
///
/// Cheap to clone: clones share everything. What becomes of messages that cannot be scanned is in the policy
/// ([`Policy::on_failure`](crate::Policy::on_failure)).
pub struct RedactMessageLayer<St = MemoryStore> {
    config: Arc<Config<St>>,
}

impl RedactMessageLayer {
    /// A layer that keeps conversations in memory.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let pass_on_failure = engine.policy().on_failure() == OnFailure::Pass;
        let store = Arc::new(MemoryStore::default());
        Self { config: Arc::new(Config { engine, limits: Limits::default(), pass_on_failure, store }) }
    }
}

impl<St: ConversationStore> RedactMessageLayer<St> {
    /// With these limits. A message longer than [`Limits::hold`] cannot be scanned.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        let Config { engine, pass_on_failure, store, .. } = &*self.config;
        let (engine, store) = (engine.clone(), store.clone());
        Self { config: Arc::new(Config { engine, limits, pass_on_failure: *pass_on_failure, store }) }
    }

    /// Keeps conversations there.
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
