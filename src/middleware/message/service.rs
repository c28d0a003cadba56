//! The service around the inner service, and its future.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use crate::middleware::BoxFuture;
use crate::middleware::memory_store::MemoryStore;
use crate::middleware::message::chat_message::{ChatMessage, MessageError};
use crate::middleware::message::config::Config;
use crate::middleware::message::deliver::deliver;
use crate::middleware::store::ConversationStore;

/// Redacts the messages that go to a service. Made by [`RedactMessageLayer`](crate::middleware::RedactMessageLayer).
pub struct RedactMessages<S, St = MemoryStore> {
    inner: S,
    config: Arc<Config<St>>,
}

impl<S, St> RedactMessages<S, St> {
    pub(super) fn new(inner: S, config: Arc<Config<St>>) -> Self {
        Self { inner, config }
    }

    /// Returns a reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
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
    S: Service<M> + Clone + Send + 'static,
    S::Future: Send,
    S::Response: Send,
    S::Error: Send,
    M: ChatMessage + Send + 'static,
    St: ConversationStore,
{
    type Response = S::Response;
    type Error = MessageError<S::Error>;
    type Future = MessageFuture<S::Response, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(MessageError::Service)
    }

    fn call(&mut self, message: M) -> Self::Future {
        // The service that was polled ready is called. The clone has not been polled.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        MessageFuture(Box::pin(deliver(self.config.clone(), ready, message)))
    }
}

/// The future of a response of [`RedactMessages`].
pub struct MessageFuture<R, E>(BoxFuture<Result<R, MessageError<E>>>);

impl<R, E> Future for MessageFuture<R, E> {
    type Output = Result<R, MessageError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<R, E> fmt::Debug for MessageFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageFuture").finish_non_exhaustive()
    }
}
