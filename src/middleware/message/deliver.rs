//! Delivers a message to the inner service: loads its conversation, scans it, calls the service, and saves what was
//! learned.

use std::borrow::Cow;
use std::sync::Arc;

use tower_service::Service;

use crate::Conversation;
use crate::filter::{BodyFormat, Filter, Report, ScanError};
use crate::middleware::conversation::{Counts, StoredConversation};
use crate::middleware::message::chat_message::{ChatMessage, MessageError};
use crate::middleware::message::config::Config;
use crate::middleware::scan::{End, scan};
use crate::middleware::store::ConversationStore;
use crate::middleware::telemetry::{self, Cost};

/// The label of metrics and events.
const MESSAGE: &str = "message";

pub(super) async fn deliver<S, M, St>(
    config: Arc<Config<St>>,
    mut service: S,
    mut message: M,
) -> Result<S::Response, MessageError<S::Error>>
where
    S: Service<M>,
    M: ChatMessage,
    St: ConversationStore,
{
    let key = message.conversation().filter(|key| !key.trim().is_empty()).map(Cow::into_owned);
    if key.is_none() {
        telemetry::keyless(MESSAGE);
    }
    let stored = key.map(|key| StoredConversation::new(config.store.clone(), key, MESSAGE));
    let limit = config.limits.hold;
    let pending = if message.text().len() > limit {
        let report = Report::new();
        report.fail(ScanError::TooLarge { limit });
        telemetry::scanned(MESSAGE, &report, Cost::default());
        if !config.pass_on_failure {
            return Err(MessageError::Failed(ScanError::TooLarge { limit }));
        }
        message.scanned(&report);
        None
    } else {
        let text = message.text().to_owned();
        let make_filter = make_filter(config.clone(), &message);
        let scanned =
            scan(text.as_bytes(), None, stored.as_ref(), Counts::WhenAccepted, config.pass_on_failure, make_filter);
        let (scanned, pending) = scanned.await.map_err(MessageError::Failed)?;
        telemetry::scanned(MESSAGE, &scanned.report, scanned.cost);
        match scanned.end {
            End::Blocked => return Err(MessageError::Blocked(scanned.report)),
            End::Failed(failure) if !config.pass_on_failure => return Err(MessageError::Failed(failure)),
            // The output for valid UTF-8 is valid UTF-8.
            End::Passes { changed: Some(text), .. } => message.set_text(String::from_utf8_lossy(&text).into_owned()),
            End::Passes { changed: None, .. } | End::Failed(_) => {}
        }
        message.scanned(&scanned.report);
        pending
    };
    let result = service.call(message).await;
    if let (Some(pending), Some(stored)) = (pending, &stored) {
        stored.decide(pending, result.is_ok()).await;
    }
    result.map_err(MessageError::Service)
}

fn make_filter<M: ChatMessage, St: ConversationStore>(
    config: Arc<Config<St>>,
    message: &M,
) -> impl Fn(Conversation) -> Filter + Send + Sync + use<M, St> {
    let (role, id, time_ms) = (message.role(), message.id(), message.time_ms());
    move |conversation| {
        let mut filter = Filter::new(config.engine.clone(), BodyFormat::Text)
            .limits(config.limits)
            .conversation(conversation)
            .role(role);
        if let Some(id) = id {
            filter = filter.id(id);
        }
        if let Some(time_ms) = time_ms {
            filter = filter.time_ms(time_ms);
        }
        filter
    }
}
