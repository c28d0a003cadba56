//! The configuration of a layer, shared by all its services and bodies.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::header::CONTENT_TYPE;
use http::{HeaderName, request, response};

use crate::Conversation;
use crate::chat::DynShape;
use crate::engine::Engine;
use crate::filter::{BodyFormat, Filter, Limits, Speakers};
use crate::message::{MessageId, Role};
use crate::middleware::key::KeyExtractor;
use crate::middleware::reject::{Problem, Reject};
use crate::middleware::telemetry::Warned;
#[cfg(feature = "websocket")]
use crate::middleware::websocket::{Notices, Session, Side, Upgrades};
use crate::middleware::{ContentTypes, Treatment};
use crate::policy::OnFailure;

/// Decides by the head of a request or a response.
type Predicate<H> = Arc<dyn Fn(&H) -> bool + Send + Sync>;

/// Everything that can be set on a layer.
pub(super) struct Config<St> {
    pub(super) engine: Engine,
    pub(super) requests: bool,
    pub(super) responses: bool,
    pub(super) when: Option<Predicate<request::Parts>>,
    pub(super) accepted_if: Option<Predicate<response::Parts>>,
    pub(super) shape: DynShape,
    pub(super) types: ContentTypes,
    pub(super) limits: Limits,
    pub(super) request_role: Role,
    pub(super) response_role: Role,
    pub(super) key: Option<Arc<dyn KeyExtractor>>,
    pub(super) role: Option<Arc<dyn KeyExtractor>>,
    pub(super) id: Option<Arc<dyn KeyExtractor>>,
    pub(super) reject: Arc<dyn Reject>,
    pub(super) header: Option<HeaderName>,
    pub(super) pass_on_failure: bool,
    #[cfg(feature = "websocket")]
    pub(super) upgrades: Upgrades,
    /// For clients that poll.
    #[cfg(feature = "websocket")]
    pub(super) notices: Arc<Notices>,
    pub(super) store: Arc<St>,
    /// What was warned of.
    pub(super) warned: Arc<Warned>,
}

impl<St> Clone for Config<St> {
    fn clone(&self) -> Self {
        self.with_store(self.store.clone())
    }
}

impl<St> Config<St> {
    pub(super) fn new(engine: Engine, requests: bool, responses: bool, store: St) -> Self {
        let pass_on_failure = engine.policy().on_failure() == OnFailure::Pass;
        Self {
            engine,
            requests,
            responses,
            when: None,
            accepted_if: None,
            shape: DynShape::default(),
            types: ContentTypes::default(),
            limits: Limits::default(),
            request_role: Role::Unknown,
            response_role: Role::Bot,
            key: None,
            role: None,
            id: None,
            reject: Arc::new(Problem),
            header: None,
            pass_on_failure,
            #[cfg(feature = "websocket")]
            upgrades: Upgrades::default(),
            #[cfg(feature = "websocket")]
            notices: Arc::default(),
            store: Arc::new(store),
            warned: Arc::default(),
        }
    }

    /// Returns the same configuration with another store.
    pub(super) fn with_store<T>(&self, store: Arc<T>) -> Config<T> {
        Config {
            engine: self.engine.clone(),
            requests: self.requests,
            responses: self.responses,
            when: self.when.clone(),
            accepted_if: self.accepted_if.clone(),
            shape: self.shape.clone(),
            types: self.types.clone(),
            limits: self.limits,
            request_role: self.request_role,
            response_role: self.response_role,
            key: self.key.clone(),
            role: self.role.clone(),
            id: self.id.clone(),
            reject: self.reject.clone(),
            header: self.header.clone(),
            pass_on_failure: self.pass_on_failure,
            #[cfg(feature = "websocket")]
            upgrades: self.upgrades.clone(),
            #[cfg(feature = "websocket")]
            notices: self.notices.clone(),
            store,
            warned: self.warned.clone(),
        }
    }

    /// Returns whether this request and its response are redacted.
    pub(super) fn looks_at(&self, head: &request::Parts) -> bool {
        self.when.as_ref().is_none_or(|when| when(head))
    }

    /// Returns whether a response with this head accepts the request.
    pub(super) fn is_accepted(&self, head: &response::Parts) -> bool {
        match &self.accepted_if {
            Some(accepted_if) => accepted_if(head),
            None => head.status.as_u16() < 400,
        }
    }

    /// Returns whether a key is read from this request. A document that carries its history is a conversation of its
    /// own.
    pub(super) fn asks_for_key(&self, head: &request::Parts) -> bool {
        let is_document = || {
            let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            matches!(self.types.treatment(content_type), Treatment::Json | Treatment::Sniff)
        };
        self.key.is_some() && !(self.shape.carries_history() && is_document())
    }

    /// Returns a filter for one body.
    pub(super) fn filter(
        &self,
        format: BodyFormat,
        conversation: Conversation,
        (role, speakers): (Role, Speakers),
        id: Option<MessageId>,
    ) -> Filter {
        let mut filter = Filter::new(self.engine.clone(), format)
            .shape(self.shape.clone())
            .content_types(self.types.clone())
            .limits(self.limits)
            .conversation(conversation)
            .role(role)
            .speakers(speakers);
        if let Some(id) = id {
            filter = filter.id(id.0);
        }
        if let Ok(time) = SystemTime::now().duration_since(UNIX_EPOCH) {
            filter = filter.time_ms(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        }
        filter
    }

    /// Returns a session for an upgraded connection. `client`: who the client is, if that is known.
    #[cfg(feature = "websocket")]
    pub(super) fn session(&self, client: Option<Role>) -> Session {
        let session = Session::new(self.engine.clone());
        let session = session.configure(self.shape.clone(), self.limits, self.request_role, self.pass_on_failure);
        let session = match client {
            Some(client) => session.client(client),
            None => session,
        };
        let session = session.server_or(self.response_role);
        match (self.requests, self.responses) {
            (true, false) => session.only(Side::Client),
            (false, true) => session.only(Side::Server),
            _ => session,
        }
    }
}
