//! The layer: what is redacted, and how.

use std::fmt;
use std::sync::Arc;

use http::HeaderName;
use tower_layer::Layer;

use crate::chat::{ChatShape, DynShape};
use crate::engine::Engine;
use crate::filter::Limits;
use crate::message::Role;
use crate::middleware::config::Config;
use crate::middleware::key::KeyExtractor;
use crate::middleware::reject::Reject;
use crate::middleware::service::Redact;
use crate::middleware::store::{ConversationStore, MemoryStore};
use crate::middleware::{ContentTypes, Treatment};

/// Redacts the bodies of requests, of responses, or of both. See the [module](crate::middleware).
///
/// Cheap to clone: clones share everything.
pub struct RedactLayer<St = MemoryStore> {
    config: Arc<Config<St>>,
}

impl RedactLayer {
    /// Redacts what comes in, before the handler sees it.
    #[must_use]
    pub fn requests(engine: Engine) -> Self {
        Self { config: Arc::new(Config::new(engine, true, false, MemoryStore::default())) }
    }

    /// Redacts what goes out, before the client sees it.
    #[must_use]
    pub fn responses(engine: Engine) -> Self {
        Self { config: Arc::new(Config::new(engine, false, true, MemoryStore::default())) }
    }

    /// Redacts what comes in and what goes out, in one conversation.
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

    /// With this chat shape; [`Generic`](crate::chat::Generic) by default.
    #[must_use]
    pub fn shape(self, shape: impl ChatShape) -> Self {
        self.with(|config| config.shape = DynShape::new(shape))
    }

    /// With this treatment of a content type, such as `application/x-chat`, `text/*` or `*/*`; see
    /// [`ContentTypes::set`].
    #[must_use]
    pub fn content_type(self, pattern: &str, treatment: Treatment) -> Self {
        self.with(|config| config.types = std::mem::take(&mut config.types).set(pattern, treatment))
    }

    /// With this list of content types.
    #[must_use]
    pub fn content_types(self, types: ContentTypes) -> Self {
        self.with(|config| config.types = types)
    }

    /// With these limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|config| config.limits = limits)
    }

    /// Reads the key of the conversation from each request. Where a request has none, or one that is empty or blank, it
    /// and its response are a conversation of their own: the two halves of a card number in two such requests pass. The
    /// counter `lastfour_keyless_total` (feature `metrics`) and an event at debug (feature `tracing`) tell how often that
    /// is so; a server whose requests must all have one answers those without before this layer sees them.
    #[must_use]
    pub fn conversation_by(self, key: impl KeyExtractor) -> Self {
        self.with(|config| config.key = Some(Arc::new(key)))
    }

    /// Reads the role of who sends a request, by a name such as `agent` or `user` (see [`Role::from_name`]). A role that
    /// the body names goes before it.
    #[must_use]
    pub fn role_by(self, role: impl KeyExtractor) -> Self {
        self.with(|config| config.role = Some(Arc::new(role)))
    }

    /// Reads the number of the message from each request, to be given back where it should be recalled.
    #[must_use]
    pub fn message_id_by(self, id: impl KeyExtractor) -> Self {
        self.with(|config| config.id = Some(Arc::new(id)))
    }

    /// Requests are by this role where nothing names another; by a customer by default.
    #[must_use]
    pub fn request_role(self, role: Role) -> Self {
        self.with(|config| config.request_role = role)
    }

    /// Responses are by this role where nothing names another; by a bot by default.
    #[must_use]
    pub fn response_role(self, role: Role) -> Self {
        self.with(|config| config.response_role = role)
    }

    /// Answers so where a body must not go on; [`Problem`](crate::middleware::Problem) by default.
    #[must_use]
    pub fn reject(self, reject: impl Reject) -> Self {
        self.with(|config| config.reject = Arc::new(reject))
    }

    /// Tells the client in this response header how often what was found in its request and in the response, as far as
    /// the layer redacts them. Off by default.
    ///
    /// An entity, what was done about it, how often: `card;mask=2, password;flag=1`. Where an agent or a bot asks for it,
    /// `password;solicitation;flag=1`; the expiry date that is hidden beside a card, `card;expiry;mask=1`. The header stands on what the layer itself answers too, and is left out where
    /// nothing was found.
    ///
    /// It goes out with the head of the response. So of a response that streams (an event stream, or a body too large to
    /// be held) nothing is counted, and of a request that streams what was found until then: the [`Report`](crate::Report)
    /// in the extensions grows on.
    #[must_use]
    pub fn count_header(self, name: HeaderName) -> Self {
        self.with(|config| config.header = Some(name))
    }

    /// Keeps conversations there.
    #[must_use]
    pub fn store<T: ConversationStore>(self, store: T) -> RedactLayer<T> {
        let config = Arc::unwrap_or_clone(self.config);
        RedactLayer { config: Arc::new(config.store(store)) }
    }

    /// What is dangerous, and can be had all the same.
    #[must_use]
    pub fn dangerous(self) -> Dangerous<St> {
        Dangerous(self)
    }
}

/// What weakens a layer.
#[derive(Debug)]
pub struct Dangerous<St = MemoryStore>(RedactLayer<St>);

impl<St: ConversationStore> Dangerous<St> {
    /// Bodies that cannot be scanned pass as they came: whoever can make a body that cannot be scanned gets anything
    /// through. The failures are still told.
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
