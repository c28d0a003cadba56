//! Turns candidates into findings: one order of judging for every text.
//!
//! 1. What its form proves (cards, formatted Social Security numbers, IBANs, stated passwords), unless a cue says that it
//!    is something harmless and the form leaves room for that.
//! 2. What stands unlabelled after a card and its expiry: the security code.
//! 3. What a cue governs ([`govern`]).
//! 4. What the other side asked for, or the same side announced ([`ask`], [`conversation`]).
//! 5. What completes a number given in pieces ([`pieces`]).

mod again;
mod analysis;
mod answer;
mod ask;
mod candidates;
mod columns;
pub(crate) mod conversation;
mod cued;
mod expected;
mod fits;
mod form;
mod govern;
mod halves;
mod learned;
mod merge;
mod phrases;
pub(crate) mod pieces;
mod quiet;
pub(crate) mod recent;
mod solicited;
mod topics;
mod verdict;

use std::cell::OnceCell;

use smallvec::SmallVec;

use crate::detect::Document;
use crate::detect::cues::Topic;
use crate::detect::number::{Number, NumberShape};
use crate::detect::token::TokenizedText;
use crate::entity::Entity;
use crate::message::{Message, Role};
use analysis::MessageAnalysis;
use candidates::CandidateIndex;
use conversation::{Conversation, Expected, Intents};
use govern::ConsumedCues;
#[cfg(test)]
pub(crate) use learned::record;
pub(crate) use verdict::{Analysis, Detection, Passed};

/// The part of a view which is judged. What stands before and after it counts as words around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Where it starts in the view.
    pub(crate) from: usize,
    /// Where it ends in the view.
    pub(crate) to: usize,
    /// The view starts where the message starts.
    pub(crate) first: bool,
    /// The view ends where the message ends.
    pub(crate) last: bool,
}

impl Part {
    /// The whole message.
    pub(crate) const WHOLE: Self = Self { from: 0, to: usize::MAX, first: true, last: true };

    /// Whether what starts at this byte of the view belongs to the part.
    pub(crate) fn has(self, start: usize) -> bool {
        (self.from..self.to).contains(&start)
    }
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What matters to the verdict.
    Usual,
    /// Also why numbers were let through.
    Reasons,
    /// Everything, even where a quick look shows that there is nothing.
    #[cfg(any(test, fuzzing))]
    Everything,
}

/// Hears a message that is its own view and in which nothing can be found, for its questions alone. Tells whether it is
/// one.
pub(crate) fn record_intents(
    reading: &TokenizedText<'_>,
    numbers: &[Number],
    conversation: &mut Conversation,
    expected: Expected,
    role: Role,
) -> bool {
    let pieces = conversation.side(role).pieces.is_active();
    let said = quiet::holds_nothing(reading, numbers, expected, pieces)
        .then(|| part_intents(reading, numbers, role, Part::WHOLE))
        .flatten();
    said.inspect(|said| conversation.end(role, said)).is_some()
}

/// What a part of a message says in which nothing is stated; `None` where who serves asks for a secret, which is to be
/// found, too.
fn part_intents(reading: &TokenizedText<'_>, numbers: &[Number], role: Role, part: Part) -> Option<Intents> {
    let (said, requests) = intents(reading, numbers, role, part);
    let solicits = role.serves() && requests.iter().any(|request| request.topic.is_secret());
    (!solicits).then_some(said)
}

/// Returns what a part of a message asks for and speaks of, and the places where it asks.
fn intents(reading: &TokenizedText<'_>, numbers: &[Number], role: Role, part: Part) -> (Intents, ask::Requests) {
    let (mut said, requests) = ask::requests(reading, role.as_asker(), part);
    for hit in reading.cues.iter().filter(|hit| hit.cue.topic.is_secret()) {
        if part.has(reading.tokens[hit.first].start as usize) {
            said.speaks_of = said.speaks_of.with(hit.cue.topic);
        }
    }
    said.has_number = numbers.iter().any(|number| {
        !matches!(number.shape, NumberShape::Harmless(_)) && part.has(reading.tokens[number.first].start as usize)
    });
    if role.as_asker().serves() && learned::question::may_ask(reading, part) {
        said.has_question = true;
        said.scores = learned::question::scores(reading, part, said.asks);
    }
    (said, requests)
}

/// Judges a message in its conversation, which has begun the turn and then remembers the message.
pub(crate) fn judge(
    page: &Document<'_>,
    conversation: &mut Conversation,
    expected: Expected,
    message: &Message<'_>,
    depth: Depth,
) -> Analysis {
    let (verdict, said) = match depth {
        Depth::Usual => judge_part(page, conversation, expected, message, Part::WHOLE),
        _ => analyze_in_full(page, conversation, expected, message, depth, Part::WHOLE),
    };
    conversation.end(message.role, &said);
    verdict
}

/// Judges a part of a message for which the conversation was begun with `expected`. What all parts have said together
/// ends the turn. Of the message only the speaker and the id are asked for.
pub(crate) fn judge_part(
    page: &Document<'_>,
    conversation: &mut Conversation,
    expected: Expected,
    message: &Message<'_>,
    part: Part,
) -> (Analysis, Intents) {
    // Of a view that is not the text numbers may be told otherwise than they look.
    let quiet = (page.view.is_source() || page.numbers.is_empty())
        && quiet::holds_nothing(
            &page.reading,
            page.numbers,
            expected,
            conversation.side(message.role).pieces.is_active(),
        );
    match quiet.then(|| part_intents(&page.reading, page.numbers, message.role, part)).flatten() {
        Some(said) => (Analysis { expected, until: part.to, ..Analysis::default() }, said),
        None => analyze_in_full(page, conversation, expected, message, Depth::Usual, part),
    }
}

/// Judges a part of a message in which something may be found.
fn analyze_in_full(
    page: &Document<'_>,
    conversation: &mut Conversation,
    expected: Expected,
    message: &Message<'_>,
    depth: Depth,
    part: Part,
) -> (Analysis, Intents) {
    let (role, id) = (message.role, message.id);
    let candidates = CandidateIndex::of(page);
    let mut analysis = MessageAnalysis {
        page,
        reading: &page.reading,
        expected,
        claimed: SmallVec::from_elem(false, page.reading.tokens.len()),
        spent: ConsumedCues::new(&page.reading),
        masked: page.reading.facts.masked,
        verdict: Analysis { expected, ..Analysis::default() },
        loose: SmallVec::new(),
        explains: depth == Depth::Reasons,
        card_found: false,
        bare: OnceCell::new(),
        assigns: OnceCell::new(),
    };
    analysis.heed_masks();
    analysis.by_form(&candidates);
    analysis.by_columns();
    let certain = analysis.verdict.found.len();
    analysis.after_cards();
    analysis.by_cue(&candidates);
    analysis.codes(&candidates);
    analysis.answers(role);
    analysis.again();
    analysis.weigh(role, certain);
    let part = analysis.settle(part);
    let moved = analysis.pieces(conversation.side(role), id);
    let (mut said, requests) = intents(&page.reading, page.numbers, role, part);
    for found in analysis.verdict.found.iter().filter(|f| !f.solicited && !f.part) {
        // A card that was given has a flag of its own.
        let topic = Topic::of(found.entity).filter(|topic| *topic != Topic::Card);
        said.gives = topic.map_or(said.gives, |topic| said.gives.with(topic));
    }
    said.gives_card = analysis.verdict.found.iter().any(|f| f.entity == Entity::Card && !f.solicited && !f.expiry);
    said.gives_code = analysis.verdict.found.iter().any(|f| f.entity == Entity::SecurityCode);
    said.answers = !analysis.verdict.found.is_empty() || analysis.masked;
    said.answers_question =
        analysis.masked || analysis.verdict.found.iter().any(|f| f.evidence.asked && !f.evidence.piece);
    said.answers_question |= said.gives.iter().any(|topic| expected.asked.contains(topic));
    said.gives_piece = moved;
    if role.serves() {
        analysis.solicitations(&requests);
    }
    #[cfg(test)]
    learned::record::looked();
    let mut verdict = analysis.verdict;
    verdict.until = part.to;
    verdict.found.sort_by_key(|f| (f.span.start, f.span.end));
    (verdict, said)
}
