//! The future of an answer: the conversation is loaded, the message scanned, the conversation saved, the service called.
//!
//! The message stays as it came until its conversation is kept: where that has changed since it was loaded, the message is
//! scanned anew with the newer memory.

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
use crate::filter::{BodyFormat, Filter, Report, ScanError};
use crate::middleware::message::chat_message::{ChatMessage, MessageError};
use crate::middleware::message::config::Config;
use crate::middleware::store::{ConversationStore, Saved, TRIES};
use crate::middleware::telemetry::{self, Cost};

pin_project! {
    /// The answer to come of a [`RedactMessages`](crate::middleware::message::RedactMessages).
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
        Load { #[pin] load: L, job: Option<Job<M>> },
        Save { #[pin] save: V, job: Option<Job<M>>, seen: Option<Seen> },
        Call { #[pin] call: F },
    }
}

/// A message, as it came, of a conversation.
struct Job<M> {
    message: M,
    key: String,
    /// How often it has been scanned.
    tries: usize,
}

/// What was seen in a message.
struct Seen {
    report: Report,
    cost: Cost,
    end: End,
}

enum End {
    /// It may go on: the text, where it is another than the one that came, and the conversation.
    Fits(Option<String>, Conversation),
    Blocked,
    Failed(ScanError),
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
            let (mut job, loaded) = match this.step.as_mut().project() {
                StepProjection::Start { message } => {
                    let Some(message) = message.take() else { return Poll::Pending };
                    let key = message.conversation().filter(|key| !key.trim().is_empty()).map(Cow::into_owned);
                    match key {
                        Some(key) => {
                            let load = this.config.store.load(&key);
                            this.step.set(Step::Load { load, job: Some(Job { message, key, tries: 0 }) });
                        }
                        None => {
                            telemetry::keyless("message");
                            let seen = see(this.config, &message, Conversation::new());
                            let call = this.service.call(go_on(this.config, message, seen)?);
                            this.step.set(Step::Call { call });
                        }
                    }
                    continue;
                }
                StepProjection::Load { load, job } => {
                    let loaded = ready!(load.poll(cx));
                    let Some(job) = job.take() else { return Poll::Pending };
                    match loaded {
                        Ok(loaded) => (job, loaded),
                        Err(error) => {
                            telemetry::store_failed("message", "loaded", &error);
                            if !this.config.pass_on_failure {
                                return Poll::Ready(Err(MessageError::Failed(ScanError::Store)));
                            }
                            (job, None)
                        }
                    }
                }
                StepProjection::Save { save, job, seen } => {
                    let saved = ready!(save.poll(cx));
                    let (Some(job), Some(seen)) = (job.take(), seen.take()) else { return Poll::Pending };
                    if let Err(error) = &saved {
                        telemetry::store_failed("message", "saved", error);
                    }
                    let failure = match saved {
                        Ok(Saved::Kept) => None,
                        Ok(Saved::Stale) if job.tries < TRIES => {
                            let load = this.config.store.load(&job.key);
                            this.step.set(Step::Load { load, job: Some(job) });
                            continue;
                        }
                        _ if this.config.pass_on_failure => None,
                        Ok(Saved::Stale) => Some(ScanError::Busy),
                        Err(_) => Some(ScanError::Store),
                    };
                    if let Some(failure) = failure {
                        seen.report.fail(failure);
                        seen.tell();
                        return Poll::Ready(Err(MessageError::Failed(failure)));
                    }
                    let call = this.service.call(go_on(this.config, job.message, seen)?);
                    this.step.set(Step::Call { call });
                    continue;
                }
                StepProjection::Call { call } => return call.poll(cx).map_err(MessageError::Service),
            };
            let seen = see(this.config, &job.message, loaded.clone().unwrap_or_default());
            job.tries += 1;
            let next = match &seen.end {
                End::Fits(_, conversation) => {
                    let save = this.config.store.save(&job.key, loaded.as_ref(), conversation.clone());
                    Step::Save { save, job: Some(job), seen: Some(seen) }
                }
                End::Blocked | End::Failed(_) => {
                    Step::Call { call: this.service.call(go_on(this.config, job.message, seen)?) }
                }
            };
            this.step.set(next);
        }
    }
}

impl Seen {
    fn tell(&self) {
        telemetry::tell("message", &self.report, self.cost);
    }
}

/// Scans a message.
fn see<M: ChatMessage, St>(config: &Config<St>, message: &M, conversation: Conversation) -> Seen {
    let mut filter = Filter::new(config.engine.clone(), BodyFormat::Text)
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
        report.fail(ScanError::TooLarge { limit });
        Err(ScanError::TooLarge { limit })
    } else {
        filter.whole(message.text().as_bytes())
    };
    let end = match result {
        Err(failure) => End::Failed(failure),
        Ok(_) if report.is_blocked() => End::Blocked,
        Ok(filtered) => {
            let changed = match filtered.body {
                Cow::Borrowed(_) => None,
                // What comes out of valid text is valid text.
                Cow::Owned(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            };
            End::Fits(changed, filtered.conversation)
        }
    };
    Seen { report, cost: Cost { scan: started.elapsed(), held: message.text().len() }, end }
}

/// The message in its safe form, once its conversation is kept.
fn go_on<M: ChatMessage, St, E>(config: &Config<St>, mut message: M, seen: Seen) -> Result<M, MessageError<E>> {
    seen.tell();
    match seen.end {
        End::Blocked => return Err(MessageError::Blocked(seen.report)),
        End::Failed(failure) if !config.pass_on_failure => return Err(MessageError::Failed(failure)),
        End::Fits(Some(text), _) => message.set_text(text),
        End::Fits(None, _) | End::Failed(_) => {}
    }
    message.scanned(&seen.report);
    Ok(message)
}
