//! The future of an answer: the conversation is loaded, the message scanned, the conversation saved, the service called.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use pin_project_lite::pin_project;
use tower_service::Service;

use crate::Conversation;
use crate::filter::{Failure, Filter, Format};
use crate::messages::layer::Config;
use crate::messages::message::{ChatMessage, MessageError};
use crate::store::ConversationStore;
use crate::telemetry::{self, Cost};

pin_project! {
    /// The answer to come of a [`RedactMessages`](crate::messages::RedactMessages).
    pub struct MessageFuture<S, M, St>
    where
        S: Service<M>,
        St: ConversationStore,
    {
        config: Arc<Config<St>>,
        service: S,
        #[pin]
        step: Step<M, S::Future, <St as ConversationStore>::Load, <St as ConversationStore>::Save>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<M, F, L, V> {
        Start { message: Option<M> },
        Load { #[pin] load: L, message: Option<M> },
        Save { #[pin] save: V, message: Option<M> },
        Call { #[pin] call: F },
    }
}

impl<S, M, St> MessageFuture<S, M, St>
where
    S: Service<M>,
    St: ConversationStore,
{
    pub(super) fn new(service: S, config: Arc<Config<St>>, message: M) -> Self {
        Self { config, service, step: Step::Start { message: Some(message) } }
    }
}

impl<S, M, St> fmt::Debug for MessageFuture<S, M, St>
where
    S: Service<M>,
    St: ConversationStore,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageFuture").finish_non_exhaustive()
    }
}

impl<S, M, St> Future for MessageFuture<S, M, St>
where
    S: Service<M>,
    M: ChatMessage,
    St: ConversationStore,
{
    type Output = Result<S::Response, MessageError<S::Error>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let (message, conversation) = match this.step.as_mut().project() {
                StepProjection::Start { message } => {
                    let Some(message) = message.take() else { return Poll::Pending };
                    let load = message.conversation().map(|key| this.config.store.load(&key));
                    match load {
                        Some(load) => {
                            this.step.set(Step::Load { load, message: Some(message) });
                            continue;
                        }
                        None => (message, Conversation::new()),
                    }
                }
                StepProjection::Load { load, message } => {
                    let loaded = ready!(load.poll(cx));
                    let Some(message) = message.take() else { return Poll::Pending };
                    match loaded {
                        Ok(conversation) => (message, conversation.unwrap_or_default()),
                        Err(_) if this.config.pass_on_failure => (message, Conversation::new()),
                        Err(_) => return Poll::Ready(Err(MessageError::Failed(Failure::Store))),
                    }
                }
                StepProjection::Save { save, message } => {
                    let saved = ready!(save.poll(cx)).is_ok();
                    let Some(message) = message.take() else { return Poll::Pending };
                    if !saved && !this.config.pass_on_failure {
                        return Poll::Ready(Err(MessageError::Failed(Failure::Store)));
                    }
                    this.step.set(Step::Call { call: this.service.call(message) });
                    continue;
                }
                StepProjection::Call { call } => return call.poll(cx).map_err(MessageError::Service),
            };
            let (message, conversation) = match scan(this.config, message, conversation) {
                Ok(scanned) => scanned,
                Err(error) => return Poll::Ready(Err(error)),
            };
            let key = message.conversation().map(Cow::into_owned);
            let next = match key.zip(conversation) {
                Some((key, conversation)) => {
                    let save = this.config.store.save(&key, conversation);
                    Step::Save { save, message: Some(message) }
                }
                None => Step::Call { call: this.service.call(message) },
            };
            this.step.set(next);
        }
    }
}

/// The message in its safe form, and its conversation where that is to be kept.
fn scan<M: ChatMessage, St, E>(
    config: &Config<St>,
    mut message: M,
    conversation: Conversation,
) -> Result<(M, Option<Conversation>), MessageError<E>> {
    let mut filter = Filter::new(config.engine.clone(), Format::Text)
        .limits(config.limits)
        .conversation(conversation)
        .role(message.role());
    if let Some(id) = message.id() {
        filter = filter.id(id);
    }
    if let Some(time) = message.time_ms() {
        filter = filter.time_ms(time);
    }
    let report = filter.report();
    let started = Instant::now();
    let limit = config.limits.hold;
    let result = if message.text().len() > limit {
        report.fail(Failure::TooLarge { limit });
        Err(Failure::TooLarge { limit })
    } else {
        filter.whole(message.text().as_bytes())
    };
    let result = result.map(|filtered| {
        let changed = match filtered.body {
            Cow::Borrowed(_) => None,
            // What comes out of valid text is valid text.
            Cow::Owned(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        };
        (changed, filtered.conversation)
    });
    telemetry::tell("message", &report, Cost { scan: started.elapsed(), held: message.text().len() });
    match result {
        Ok(_) if report.is_blocked() => Err(MessageError::Blocked(report)),
        Ok((changed, conversation)) => {
            if let Some(text) = changed {
                message.set_text(text);
            }
            message.scanned(&report);
            Ok((message, Some(conversation)))
        }
        Err(_) if config.pass_on_failure => {
            message.scanned(&report);
            Ok((message, None))
        }
        Err(failure) => Err(MessageError::Failed(failure)),
    }
}
