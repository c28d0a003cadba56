//! The layer and its settings.

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, request, response};
use tower_layer::Layer;

use crate::chat::{ChatShape, DynShape};
use crate::engine::Engine;
use crate::filter::Limits;
use crate::message::Role;
use crate::middleware::config::Config;
use crate::middleware::key::KeyExtractor;
use crate::middleware::memory_store::MemoryStore;
use crate::middleware::reject::Reject;
use crate::middleware::service::Redact;
use crate::middleware::store::ConversationStore;
#[cfg(feature = "websocket")]
use crate::middleware::websocket::Upgrades;
use crate::middleware::{ContentTypes, Treatment};

/// Redacts the bodies of requests, of responses, or of both. See the [module docs](crate::middleware).
///
/// Cheap to clone: clones share their settings and the conversation store.
pub struct RedactLayer<St = MemoryStore> {
    config: Arc<Config<St>>,
}

impl RedactLayer {
    /// Redacts requests, before the inner service reads them.
    #[must_use]
    pub fn requests(engine: Engine) -> Self {
        Self { config: Arc::new(Config::new(engine, true, false, MemoryStore::default())) }
    }

    /// Redacts responses, before the client reads them.
    #[must_use]
    pub fn responses(engine: Engine) -> Self {
        Self { config: Arc::new(Config::new(engine, false, true, MemoryStore::default())) }
    }

    /// Redacts requests and responses. A request and its response belong to one conversation.
    #[must_use]
    pub fn both(engine: Engine) -> Self {
        Self { config: Arc::new(Config::new(engine, true, true, MemoryStore::default())) }
    }
}

impl<St: ConversationStore> RedactLayer<St> {
    fn with(mut self, change: impl FnOnce(&mut Config<St>)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }

    /// Sets which requests are redacted. All others pass with their responses, unread and unchanged. By default all
    /// requests are redacted.
    ///
    /// ```
    /// use http::request::Parts;
    /// use lastfour::{Engine, middleware::RedactLayer};
    ///
    /// let layer = RedactLayer::both(Engine::default()).when(|head: &Parts| head.uri.path().starts_with("/chat/"));
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn when(self, predicate: impl Fn(&request::Parts) -> bool + Send + Sync + 'static) -> Self {
        self.with(|config| config.when = Some(Arc::new(predicate)))
    }

    /// Sets the chat shape: which fields of a document are text, and who says them. By default
    /// [`Generic`](crate::chat::Generic).
    #[must_use]
    pub fn shape(self, shape: impl ChatShape) -> Self {
        self.with(|config| config.shape = DynShape::new(shape))
    }

    /// Sets how bodies of a content type are treated, such as `application/x-chat`, `text/*` or `*/*`. See
    /// [`ContentTypes::set`].
    #[must_use]
    pub fn content_type(self, pattern: &str, treatment: Treatment) -> Self {
        self.with(|config| config.types = std::mem::take(&mut config.types).set(pattern, treatment))
    }

    /// Sets how all content types are treated.
    #[must_use]
    pub fn content_types(self, types: ContentTypes) -> Self {
        self.with(|config| config.types = types)
    }

    /// Sets how much of a body is buffered, and other limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|config| config.limits = limits)
    }

    /// Sets where the conversation key is read from. By default there is none.
    ///
    /// A request without a key, or with an empty or blank one, is a conversation of its own, with its response: the second
    /// half of a card number passes if the first half came in another request. The metric `lastfour_keyless_total` counts
    /// such requests. A request that has its key twice is refused with 400.
    ///
    /// A client must not choose its key unchecked; see [`key`](crate::middleware::key#trust).
    #[must_use]
    pub fn conversation_by(self, key: impl KeyExtractor) -> Self {
        self.with(|config| config.key = Some(Arc::new(key)))
    }

    /// Sets where the speaker's role is read from: a name such as `agent` or `user` (see [`Role::from_name`]). Read it from
    /// something that your server has authenticated.
    ///
    /// If it finds a role, a single message in the body is by this speaker, whatever role the body names. A list of
    /// messages names its speakers if it is the whole conversation: if the request has no conversation key, or if the
    /// shape [carries history](crate::chat::ChatShape::carries_history), as [`OpenAi`](crate::chat::OpenAi) does. In a
    /// conversation with a key, a message by another speaker in such a list is judged as one by [`Role::Unknown`], and
    /// can only add to what is masked later.
    ///
    /// If it finds no role, the role in the body counts. On a WebSocket that is read by this layer, the roles that a
    /// client's messages name never count if this finds one. Roles in responses always count.
    #[must_use]
    pub fn role_by(self, role: impl KeyExtractor) -> Self {
        self.with(|config| config.role = Some(Arc::new(role)))
    }

    /// Sets where the message id is read from, a decimal number. It is reported if the message should be recalled.
    #[must_use]
    pub fn message_id_by(self, id: impl KeyExtractor) -> Self {
        self.with(|config| config.id = Some(Arc::new(id)))
    }

    /// Sets the role of requests that name none, in the body or for [`role_by`](Self::role_by). By default
    /// [`Role::Unknown`]: they may come from either side. If only customers send requests, set [`Role::Customer`]. A
    /// question in a request then does not change how later answers are judged.
    #[must_use]
    pub fn request_role(self, role: Role) -> Self {
        self.with(|config| config.request_role = role)
    }

    /// Sets the role of responses that name none. By default [`Role::Bot`].
    #[must_use]
    pub fn response_role(self, role: Role) -> Self {
        self.with(|config| config.response_role = role)
    }

    /// Sets which responses mean that the inner service has accepted the request. By default those with a status below 400.
    ///
    /// What a request and its response say is only remembered if the request was accepted. Until then, and in a message
    /// that is sent at the same time, it can only cause more to be masked. Otherwise somebody whose messages are refused
    /// could change what is masked in the conversation of others.
    ///
    /// ```
    /// use http::response::Parts;
    /// use lastfour::{Engine, middleware::RedactLayer};
    ///
    /// // For a service that reports its errors with status 200.
    /// let layer = RedactLayer::requests(Engine::default())
    ///     .accepted_if(|head: &Parts| head.status.is_success() && !head.headers.contains_key("x-error"));
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn accepted_if(self, predicate: impl Fn(&response::Parts) -> bool + Send + Sync + 'static) -> Self {
        self.with(|config| config.accepted_if = Some(Arc::new(predicate)))
    }

    /// Sets the response that replaces a body that must not be sent on. By default [`Problem`](crate::middleware::Problem).
    #[must_use]
    pub fn reject(self, reject: impl Reject) -> Self {
        self.with(|config| config.reject = Arc::new(reject))
    }

    /// Adds a response header with the number of findings in the request and in the response, as far as the layer scans
    /// them. By default there is none.
    ///
    /// The value lists entity, action and number: `card;mask=2, password;flag=1`. A solicitation is
    /// `password;solicitation;flag=1`, a hidden expiry date `card;expiry;mask=1`. The header is left out if nothing was
    /// found. It is also on the responses of the layer itself.
    ///
    /// The header is sent before the body. So nothing is counted of a response that streams, and of a request that streams
    /// only what was found until then. Use the [`Report`](crate::Report) in the extensions for these.
    #[must_use]
    pub fn count_header(self, name: HeaderName) -> Self {
        self.with(|config| config.header = Some(name))
    }

    /// Sets how connections are treated that the service upgrades to WebSocket. Their messages are redacted in any case: see
    /// [`websocket`](crate::middleware::websocket).
    #[cfg(feature = "websocket")]
    #[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
    #[must_use]
    pub fn websocket(self, upgrades: Upgrades) -> Self {
        self.with(|config| config.upgrades = upgrades)
    }

    /// Sets the conversation store. By default a [`MemoryStore`].
    #[must_use]
    pub fn store<T: ConversationStore>(self, store: T) -> RedactLayer<T> {
        RedactLayer { config: Arc::new(self.config.with_store(Arc::new(store))) }
    }

    /// Settings that weaken the guarantees of this layer.
    #[must_use]
    pub fn dangerous(self) -> Dangerous<St> {
        Dangerous(self)
    }
}

/// Settings that weaken a layer. Made by [`RedactLayer::dangerous`].
#[derive(Debug)]
pub struct Dangerous<St = MemoryStore>(RedactLayer<St>);

impl<St: ConversationStore> Dangerous<St> {
    /// Lets bodies pass that cannot be scanned. Anyone who can make a scan fail can then send any secret. Failures are
    /// still reported.
    #[must_use]
    pub fn pass_on_failure(self) -> RedactLayer<St> {
        self.0.with(|config| config.pass_on_failure = true)
    }
}

impl<St> Clone for RedactLayer<St> {
    fn clone(&self) -> Self {
        Self { config: self.config.clone() }
    }
}

impl<St> fmt::Debug for RedactLayer<St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactLayer")
            .field("requests", &self.config.requests)
            .field("responses", &self.config.responses)
            .field("shape", &self.config.shape)
            .field("limits", &self.config.limits)
            .finish_non_exhaustive()
    }
}

impl<S, St> Layer<S> for RedactLayer<St> {
    type Service = Redact<S, St>;

    fn layer(&self, inner: S) -> Redact<S, St> {
        Redact::new(inner, self.config.clone())
    }
}

impl<S> Redact<S> {
    /// Redacts requests, with the defaults of [`RedactLayer::requests`].
    #[must_use]
    pub fn requests(inner: S, engine: Engine) -> Self {
        RedactLayer::requests(engine).layer(inner)
    }

    /// Redacts responses, with the defaults of [`RedactLayer::responses`].
    #[must_use]
    pub fn responses(inner: S, engine: Engine) -> Self {
        RedactLayer::responses(engine).layer(inner)
    }

    /// Redacts requests and responses, with the defaults of [`RedactLayer::both`].
    #[must_use]
    pub fn both(inner: S, engine: Engine) -> Self {
        RedactLayer::both(engine).layer(inner)
    }
}
