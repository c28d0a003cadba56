//! Pieces of numbers in earlier messages, for callers that can still change those messages.

use crate::edit::Edit;
use crate::engine::{Engine, Hidden};
use crate::judge::conversation::Conversation;
use crate::judge::pieces::Piece;
use crate::known::KnownValues;
use crate::message::{Message, MessageId};
use crate::report::{Finding, Outcome};

/// The pieces of incomplete numbers of one conversation, with the edits that mask them.
///
/// A number that is sent in pieces is recognized by its last piece. A caller that still has the earlier messages, for
/// example because it redacts a file, can mask their pieces too.
///
/// ```
/// use lastfour::{Conversation, EarlierPieces, Engine, Message};
///
/// let (engine, mut talk, mut earlier) = (Engine::default(), Conversation::new(), EarlierPieces::default());
/// let (first, none) = earlier.scan(&engine, &mut talk, &Message::customer("3782 8224").id(7));
/// assert!(first.findings.is_empty() && none.is_empty());
/// let (_, pieces) = earlier.scan(&engine, &mut talk, &Message::customer("63 10005").id(8));
/// assert_eq!(pieces[0].message.0, 7);
/// assert_eq!(pieces[0].edit.as_ref().unwrap().with, "**** ****");
/// ```
#[derive(Debug, Clone, Default)]
pub struct EarlierPieces {
    /// The pieces of the incomplete number of each side.
    sides: [Vec<EarlierPiece>; 2],
    /// The values found so far, which later messages may repeat.
    known: KnownValues,
}

/// A piece in an earlier message of a number that is now complete.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EarlierPiece {
    /// The message that contains it.
    pub message: MessageId,
    /// The finding. Its span is in that message.
    pub finding: Finding,
    /// The edit of that message that masks the piece, or `None` if the policy does not mask it.
    pub edit: Option<Edit>,
}

impl EarlierPieces {
    /// Like [`Engine::scan`], but also finds values of earlier messages that this message repeats, and returns the pieces
    /// in earlier messages of the numbers that it completes. Only pieces in messages with an id are remembered.
    #[must_use]
    pub fn scan(
        &mut self,
        engine: &Engine,
        conversation: &mut Conversation,
        message: &Message<'_>,
    ) -> (Outcome, Vec<EarlierPiece>) {
        let mut pieces = Vec::new();
        let mut outcome = engine.scan_noting(conversation, message, Some(&mut pieces));
        self.known.scan(engine, message.text, &mut outcome);
        let side = &mut self.sides[usize::from(message.role.serves())];
        let earlier = |Hidden { finding, edit }| message.id.map(|message| EarlierPiece { message, finding, edit });
        let mut completed = Vec::new();
        for piece in pieces {
            match piece {
                Piece::First(hidden) => {
                    side.clear();
                    side.extend(earlier(hidden));
                }
                Piece::Next(hidden) => side.extend(earlier(hidden)),
                Piece::Last => completed.extend(side.drain(..).filter(|piece| Some(piece.message) != message.id)),
            }
        }
        (outcome, completed)
    }
}
