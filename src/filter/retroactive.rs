//! What later messages of a document tell of earlier ones.
//!
//! A number given in pieces is known by its last one. Where the messages with the others are still in hand, as in one
//! document, they are scanned once more with that knowledge, so that none of the pieces goes on.

use crate::edit::Patch;
use crate::engine::Hidden;
use crate::judge::pieces::Half;
use crate::message::Role;
use crate::report::{Finding, Outcome};

/// The messages of a document that is in hand, by their places in it.
#[derive(Debug, Default)]
pub(super) struct Hindsight {
    /// Messages so far.
    messages: usize,
    /// The numbers that each side has half said.
    half: [Vec<Piece>; 2],
    /// The pieces of secrets that went through before their last one came.
    missed: Vec<Piece>,
    /// All that is missed is known: the document is scanned once more.
    knows: bool,
}

#[derive(Debug)]
struct Piece {
    /// The place of its message.
    message: usize,
    /// The number of its message in the report; `None` where another spelling of it is there already.
    number: Option<u64>,
    hidden: Hidden,
}

impl Hindsight {
    /// Notes what the next message, of which the report has this number, does to what its speaker has half said. What
    /// is said again, in another spelling, has no number, and neither starts nor completes anything.
    pub(super) fn note(&mut self, role: Role, halves: Vec<Half<Hidden>>, number: Option<u64>) {
        let message = self.messages;
        let piece = |hidden| Piece { message, number, hidden };
        let half = &mut self.half[usize::from(role.serves())];
        for step in halves {
            match step {
                Half::First(hidden) => {
                    if number.is_some() {
                        half.clear();
                    }
                    half.push(piece(hidden));
                }
                Half::Next(hidden) => half.push(piece(hidden)),
                Half::Last if number.is_none() => {}
                Half::Last => self.missed.extend(half.drain(..).filter(|piece| piece.message < message)),
            }
        }
        self.messages += 1;
    }

    /// The same document from its start, with what it has taught; `None` where it has taught nothing.
    pub(super) fn learnt(self) -> Option<Self> {
        let knows = self.missed.iter().any(|piece| piece.hidden.edit.is_some());
        knows.then_some(Self { missed: self.missed, knows, ..Self::default() })
    }

    /// Whether this is the second look.
    pub(super) fn knows(&self) -> bool {
        self.knows
    }

    /// Adds to the outcome of the next message what was missed in it. Returns what the report does not know yet, with the
    /// number that it has of the message.
    pub(super) fn amend(&mut self, outcome: &mut Outcome) -> Vec<(u64, Finding)> {
        let here = self.messages;
        self.messages += 1;
        let mut edits = outcome.patch.edits().to_vec();
        let mut found = Vec::new();
        for piece in self.missed.iter().filter(|piece| piece.message == here) {
            let finding = piece.hidden.finding;
            if edits.iter().any(|edit| edit.span.overlaps(finding.span)) {
                continue;
            }
            edits.extend(piece.hidden.edit.clone());
            found.extend(piece.number.map(|number| (number, finding)));
        }
        edits.sort_by_key(|edit| edit.span);
        outcome.patch = Patch::new(edits);
        found
    }
}
