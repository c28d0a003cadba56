//! The bounded memory of a talk: remembers questions, never secrets.

/// What is remembered between the messages of one conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    turns: u32,
}

impl Conversation {
    /// A conversation in which nothing has been said.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of messages scanned in it.
    #[must_use]
    pub fn turns(&self) -> u32 {
        self.turns
    }

    pub(crate) fn turn(&mut self) {
        self.turns = self.turns.saturating_add(1);
    }
}
