//! Masks earlier messages of a document after a later one has completed a secret.
//!
//! A number that is sent in pieces is recognized by its last piece. If the messages with the other pieces are still
//! buffered, as in one document, they are scanned a second time with that knowledge, so that all pieces are masked.

use std::collections::VecDeque;

use crate::edit::Edit;
use crate::engine::Hidden;
use crate::judge::pieces::Piece;
use crate::known::KnownValues;
use crate::message::Role;
use crate::report::{Finding, Outcome};
use crate::steps;

/// The pieces of secrets in a buffered document.
#[derive(Debug, Default)]
pub(super) struct MissedPieces {
    /// The number of messages so far.
    messages: usize,
    /// The pieces of the incomplete number of each side.
    open: [Vec<MissedPiece>; 2],
    /// The pieces that were missed because the last one came in a later message.
    missed: VecDeque<MissedPiece>,
    /// Whether this is the second pass.
    is_second_pass: bool,
    /// The values found so far in this pass, which later messages may repeat.
    pub(super) known: KnownValues,
}

#[derive(Debug)]
struct MissedPiece {
    /// The index of its message in the document.
    message: usize,
    /// The index of its message in the report, or `None` if the message repeats one that was counted already.
    number: Option<u64>,
    hidden: Hidden,
}

impl MissedPieces {
    /// Records how the next message changes the incomplete number of its author. `number` is the index of the message in
    /// the report. A repetition in another spelling has no index; it neither starts nor completes a number.
    pub(super) fn note(&mut self, role: Role, pieces: Vec<Piece<Hidden>>, number: Option<u64>) {
        let message = self.messages;
        let missed = |hidden| MissedPiece { message, number, hidden };
        let open = &mut self.open[usize::from(role.serves())];
        for piece in pieces {
            match piece {
                Piece::First(hidden) => {
                    if number.is_some() {
                        open.clear();
                    }
                    open.push(missed(hidden));
                }
                Piece::Next(hidden) => open.push(missed(hidden)),
                Piece::Last if number.is_none() => {}
                Piece::Last => self.missed.extend(open.drain(..).filter(|piece| piece.message < message)),
            }
        }
        self.messages += 1;
    }

    /// Returns the state for the second pass, or `None` if nothing was missed.
    pub(super) fn into_second_pass(mut self) -> Option<Self> {
        let is_second_pass = self.missed.iter().any(|piece| piece.hidden.edit.is_some());
        // The pieces of the two sides may be interleaved.
        self.missed.make_contiguous().sort_by_key(|piece| (piece.message, piece.hidden.finding.span));
        is_second_pass.then_some(Self { missed: self.missed, is_second_pass, ..Self::default() })
    }

    /// Returns `true` in the second pass.
    pub(super) fn is_second_pass(&self) -> bool {
        self.is_second_pass
    }

    /// Adds to the outcome of the next message the pieces that were missed in it. Returns the findings that the report
    /// does not have yet, with the index of their message.
    pub(super) fn amend(&mut self, outcome: &mut Outcome) -> Vec<(u64, Finding)> {
        steps::add(1);
        let here = self.messages;
        self.messages += 1;
        let mut added: Vec<Edit> = Vec::new();
        let mut found = Vec::new();
        while self.missed.front().is_some_and(|piece| piece.message == here) {
            let Some(piece) = self.missed.pop_front() else { break };
            let finding = piece.hidden.finding;
            let covered = !outcome.patch.overlapping(finding.span).is_empty()
                || added.last().is_some_and(|edit| edit.span.overlaps(finding.span));
            if !covered {
                added.extend(piece.hidden.edit);
                found.extend(piece.number.map(|number| (number, finding)));
            }
        }
        if !added.is_empty() {
            outcome.patch = outcome.patch.with(added);
        }
        found
    }
}
