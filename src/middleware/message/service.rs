//! The service: what stands before the inner one.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use crate::middleware::message::chat_message::{ChatMessage, MessageError};
use crate::middleware::message::config::Config;
use crate::middleware::message::future::MessageFuture;
use crate::middleware::store::{ConversationStore, MemoryStore};

/// Redacts the messages that go to a service. See the [module](crate::middleware::message).
pub struct RedactMessages<S, St = MemoryStore> {
    inner: S,
    config: Arc<Config<St>>,
}

impl<S, St> RedactMessages<S, St> {
    pub(super) fn new(inner: S, config: Arc<Config<St>>) -> Self {
        Self { inner, config }
    }

    /// The service inside, alone.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: Clone, St> Clone for RedactMessages<S, St> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), config: self.config.clone() }
    }
}

impl<S: fmt::Debug, St> fmt::Debug for RedactMessages<S, St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactMessages").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, M, St> Service<M> for RedactMessages<S, St>
where
    S: Service<M> + Clone,
    M: ChatMessage,
    St: ConversationStore,
{
    type Response = S::Response;
    type Error = MessageError<S::Error>;
    type Future = MessageFuture<S, M, St>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(MessageError::Service)
    }

    fn call(&mut self, message: M) -> Self::Future {
        // The one that was found ready is called; the clone has yet to be asked.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        MessageFuture::new(ready, self.config.clone(), message)
    }
}
