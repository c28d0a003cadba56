//! The notice to the client about a message that was stopped.

use crate::filter::{Report, ScanError};
use crate::middleware::reject::{Rejection, problem};
use crate::middleware::websocket::message::Side;

/// Why a message was stopped, for the client. It never quotes the text.
pub(crate) struct Notice<'r> {
    rejection: Rejection<'r>,
    from: Side,
}

impl<'r> Notice<'r> {
    pub(crate) fn new(from: Side, failure: Option<ScanError>, report: &'r Report) -> Self {
        Self { rejection: Rejection::new(from.direction(), failure, report), from }
    }

    /// Returns whether the client itself sent the message.
    pub(crate) fn is_to_sender(&self) -> bool {
        self.from == Side::Client
    }

    pub(crate) fn title(&self) -> &'static str {
        self.rejection.title()
    }

    pub(crate) fn sentence(&self) -> String {
        self.rejection.detail()
    }

    /// Returns the same JSON object that the HTTP layer sends as `application/problem+json`.
    pub(crate) fn problem(&self) -> String {
        problem(&self.rejection)
    }
}
