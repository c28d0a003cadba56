//! The service: what stands between the client and the inner service.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::engine::Engine;
use crate::middleware::body::RedactBody;
use crate::middleware::config::Config;
use crate::middleware::future::ResponseFuture;
use crate::middleware::store::{ConversationStore, MemoryStore};
use crate::middleware::{BoxError, RedactLayer};

/// Redacts the bodies that go to and come from a service. See the [module](crate::middleware).
pub struct Redact<S, St = MemoryStore> {
    inner: S,
    config: Arc<Config<St>>,
}

impl<S> Redact<S> {
    /// Redacts requests and responses with a layer that is told nothing else; see [`RedactLayer::both`].
    #[must_use]
    pub fn both(inner: S, engine: Engine) -> Self {
        tower_layer::Layer::layer(&RedactLayer::both(engine), inner)
    }
}

impl<S, St> Redact<S, St> {
    pub(super) fn new(inner: S, config: Arc<Config<St>>) -> Self {
        Self { inner, config }
    }

    /// The service inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service inside.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service inside, alone.
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
    S: Service<Request<RedactBody<B>>, Response = Response<R>> + Clone,
    B: Body,
    B::Error: Into<BoxError>,
    R: Body,
    R::Error: Into<BoxError>,
    St: ConversationStore,
{
    type Response = Response<RedactBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B, R, St>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that was found ready is called; the clone has yet to be asked.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        ResponseFuture::new(ready, self.config.clone(), request)
    }
}
