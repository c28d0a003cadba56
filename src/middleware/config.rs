//! What a layer was told, shared by all its services and bodies.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderName;
use http::header::CONTENT_TYPE;
use http::request::Parts;

use crate::Conversation;
use crate::chat::DynShape;
use crate::engine::Engine;
use crate::filter::{BodyFormat, Filter, Limits, Report};
use crate::message::{MessageId, Role};
use crate::middleware::key::{KeyExtractor, says};
use crate::middleware::reject::{Problem, Reject};
use crate::middleware::{ContentTypes, Treatment};
use crate::policy::OnFailure;

/// Everything a layer was told.
pub(super) struct Config<St> {
    pub(super) engine: Engine,
    pub(super) requests: bool,
    pub(super) responses: bool,
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
    pub(super) store: Arc<St>,
}

impl<St> Clone for Config<St> {
    fn clone(&self) -> Self {
        Self {
            engine: self.engine.clone(),
            shape: self.shape.clone(),
            types: self.types.clone(),
            key: self.key.clone(),
            role: self.role.clone(),
            id: self.id.clone(),
            reject: self.reject.clone(),
            header: self.header.clone(),
            store: self.store.clone(),
            ..*self
        }
    }
}

impl<St> Config<St> {
    pub(super) fn new(engine: Engine, requests: bool, responses: bool, store: St) -> Self {
        let pass_on_failure = engine.policy().on_failure() == OnFailure::Pass;
        Self {
            engine,
            requests,
            responses,
            shape: DynShape::default(),
            types: ContentTypes::default(),
            limits: Limits::default(),
            request_role: Role::Customer,
            response_role: Role::Bot,
            key: None,
            role: None,
            id: None,
            reject: Arc::new(Problem),
            header: None,
            pass_on_failure,
            store: Arc::new(store),
        }
    }

    /// With another store.
    pub(super) fn store<T>(self, store: T) -> Config<T> {
        Config {
            engine: self.engine,
            requests: self.requests,
            responses: self.responses,
            shape: self.shape,
            types: self.types,
            limits: self.limits,
            request_role: self.request_role,
            response_role: self.response_role,
            key: self.key,
            role: self.role,
            id: self.id,
            reject: self.reject,
            header: self.header,
            pass_on_failure: self.pass_on_failure,
            store: Arc::new(store),
        }
    }

    /// The key of the conversation, where it is asked for.
    pub(super) fn key(&self, head: &Parts, body: Option<&[u8]>) -> Option<String> {
        self.asks_for_key(head).then_some(self.key.as_ref())??.extract(head, body).filter(says)
    }

    /// Whether a request is asked for a key. Where it carries its history, as a document of some shapes does, the
    /// conversation is in it and has none.
    pub(super) fn asks_for_key(&self, head: &Parts) -> bool {
        let is_document = || {
            let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            matches!(self.types.treatment(content_type), Treatment::Json | Treatment::Sniff)
        };
        self.key.is_some() && !(self.shape.carries_history() && is_document())
    }

    /// The number of the message.
    pub(super) fn id(&self, head: &Parts, body: Option<&[u8]>) -> Option<MessageId> {
        self.id.as_ref()?.extract(head, body)?.parse().ok().map(MessageId)
    }

    /// Who sends the request.
    pub(super) fn role(&self, head: &Parts, body: Option<&[u8]>) -> Role {
        let named = self.role.as_ref().and_then(|role| role.extract(head, body));
        named.and_then(|name| Role::from_name(&name)).unwrap_or(self.request_role)
    }

    /// A filter for one body.
    pub(super) fn filter(
        &self,
        format: BodyFormat,
        conversation: Conversation,
        role: Role,
        id: Option<MessageId>,
    ) -> (Filter, Report) {
        let mut filter = Filter::new(self.engine.clone(), format)
            .shape(self.shape.clone())
            .limits(self.limits)
            .conversation(conversation)
            .role(role);
        if let Some(id) = id {
            filter = filter.id(id.0);
        }
        if let Ok(time) = SystemTime::now().duration_since(UNIX_EPOCH) {
            filter = filter.time_ms(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        }
        let report = filter.report();
        (filter, report)
    }
}
