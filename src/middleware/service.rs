//! The service around the inner service, and its future.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::middleware::body::RedactBody;
use crate::middleware::config::Config;
use crate::middleware::exchange::exchange;
use crate::middleware::memory_store::MemoryStore;
use crate::middleware::store::ConversationStore;
use crate::middleware::{BoxError, BoxFuture};

/// Redacts the bodies that go to a service and come from it. See the [module docs](crate::middleware).
pub struct Redact<S, St = MemoryStore> {
    inner: S,
    config: Arc<Config<St>>,
}

impl<S, St> Redact<S, St> {
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

impl<S: Clone, St> Clone for Redact<S, St> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), config: self.config.clone() }
    }
}

impl<S: fmt::Debug, St> fmt::Debug for Redact<S, St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redact").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R, St> Service<Request<B>> for Redact<S, St>
where
    S: Service<Request<RedactBody<B>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body + Send + 'static,
    R::Error: Into<BoxError>,
    St: ConversationStore,
{
    type Response = Response<RedactBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<R, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is called. The clone has not been polled.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        ResponseFuture(Box::pin(exchange(self.config.clone(), ready, request)))
    }
}

/// The future of a response of [`Redact`].
///
/// If it is dropped, what the request says is not remembered. It can still cause more to be masked.
pub struct ResponseFuture<R, E>(BoxFuture<Result<Response<RedactBody<R>>, E>>);

impl<R, E> Future for ResponseFuture<R, E> {
    type Output = Result<Response<RedactBody<R>>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<R, E> fmt::Debug for ResponseFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
