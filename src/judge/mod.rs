//! Turns candidates into findings. Every text is judged in the same order:
//!
//! 1. Values that their form proves ([`form`]).
//! 2. Cells under the name of a secret ([`columns`]).
//! 3. The number after a card and its expiry date ([`form`]).
//! 4. Several values asked for or named at once ([`slots`]).
//! 5. Numbers that a cue governs ([`cued`], [`govern`]), or that the conversation leads to expect ([`expected`]).
//! 6. Codes and passwords of letters ([`cued`], [`expected`]).
//! 7. Repetitions of what was found ([`again`]).
//! 8. What the learned weights add or drop ([`learned`]), and other spellings of passwords ([`variants`]).
//! 9. Numbers in pieces ([`in_pieces`], [`pieces`]).
//!
//! Before 7 and after 8, findings that a name or a path of a program explains are dropped ([`programs`]).

mod again;
mod analysis;
mod answer;
pub(crate) mod ask;
mod candidates;
mod columns;
pub(crate) mod conversation;
mod cued;
mod expected;
mod fits;
mod form;
mod govern;
mod in_pieces;
mod learned;
mod merge;
mod phrases;
pub(crate) mod pieces;
mod programs;
mod quiet;
pub(crate) mod recent;
mod slots;
mod solicited;
mod topics;
mod variants;
mod verdict;

use std::cell::OnceCell;

use smallvec::SmallVec;

use crate::detect::Document;
use crate::detect::cues::{PhraseSet, Topic, WordClass};
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
pub(crate) use verdict::{Analysis, Detection, Passed, Weighed};

/// The part of a view that is judged. The text before and after it serves as context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// The start in the view.
    pub(crate) from: usize,
    /// The end in the view.
    pub(crate) to: usize,
    /// Whether the view starts where the message starts.
    pub(crate) first: bool,
    /// Whether the view ends where the message ends.
    pub(crate) last: bool,
}

impl Part {
    /// The whole message.
    pub(crate) const WHOLE: Self = Self { from: 0, to: usize::MAX, first: true, last: true };

    /// Returns whether a token that starts at this byte of the view belongs to the part.
    pub(crate) fn has(self, start: usize) -> bool {
        (self.from..self.to).contains(&start)
    }
}

/// The minimum length of a passcode or a PIN that is complete, in bytes.
const SHORTEST_PASSCODE: usize = 4;

/// How much work an analysis does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The findings. What the message asks for is read only if it may be a solicitation, because the conversation is
    /// dropped.
    Findings,
    /// The findings, and what the message asks for.
    Usual,
    /// Also records why numbers were kept.
    Reasons,
    /// Runs in full, even if the prefilter shows that nothing can be found.
    #[cfg(any(test, fuzzing))]
    Everything,
}

/// The fast path: if the message is its own view and cannot contain a finding, records only what it asks for and
/// returns `true`.
pub(crate) fn record_intents(
    reading: &TokenizedText<'_>,
    numbers: &[Number],
    conversation: &mut Conversation,
    expected: Expected,
    role: Role,
    depth: Depth,
) -> bool {
    let pieces = conversation.side(role).pieces.is_active();
    let said = quiet::holds_nothing(reading, numbers, expected, pieces, depth != Depth::Findings)
        .then(|| part_intents(reading, numbers, role, depth, Part::WHOLE))
        .flatten();
    said.inspect(|said| conversation.end(role, said)).is_some()
}

/// Returns the intents of a part without findings. Returns `None` if an agent solicits a secret, which is a finding.
fn part_intents(
    reading: &TokenizedText<'_>,
    numbers: &[Number],
    role: Role,
    depth: Depth,
    part: Part,
) -> Option<Intents> {
    let (said, requests) = intents(reading, numbers, role, depth, part);
    let solicits = role.serves() && requests.iter().any(|request| request.topic.is_secret());
    (!solicits).then_some(said)
}

/// Returns what a part of a message asks for and mentions, and the places where it asks.
fn intents(
    reading: &TokenizedText<'_>,
    numbers: &[Number],
    role: Role,
    depth: Depth,
    part: Part,
) -> (Intents, ask::Requests) {
    if depth == Depth::Findings && !role.serves() {
        return (Intents::default(), ask::Requests::new());
    }
    let (mut said, requests) = ask::requests(reading, role.as_asker(), part);
    for hit in reading.cues.iter().filter(|hit| hit.cue.topic.is_secret()) {
        if part.has(reading.tokens[hit.first].start as usize) {
            said.named = said.named.with(hit.cue.topic);
        }
    }
    said.has_number = numbers.iter().any(|number| {
        !matches!(number.shape, NumberShape::Harmless(_)) && part.has(reading.tokens[number.first].start as usize)
    });
    let asks_in_words = reading.does(WordClass::QUESTION) && !reading.does(WordClass::HALF);
    said.asks_anew = said.moves_on && asks_in_words;
    if role.as_asker().serves() && learned::question::may_ask(reading, part) {
        said.has_question = true;
        said.scores = learned::question::scores(reading, part, said.asks);
        let points_back = || reading.tokens.iter().any(|t| reading.is_in(t, PhraseSet::POINTS_BACK));
        if said.asks.is_empty() && learned::question::is_harmless(said.scores) && !points_back() {
            (said.moves_on, said.insists, said.refers) = (true, false, false);
        }
    }
    (said, requests)
}

/// Judges a message and records it in the conversation, which must have begun the turn.
pub(crate) fn judge(
    page: &Document<'_>,
    conversation: &mut Conversation,
    expected: Expected,
    message: &Message<'_>,
    depth: Depth,
) -> Analysis {
    let (verdict, said) = match depth {
        Depth::Findings | Depth::Usual => judge_part(page, conversation, expected, message, depth, Part::WHOLE),
        _ => analyze_in_full(page, conversation, expected, message, depth, Part::WHOLE),
    };
    conversation.end(message.role, &said);
    verdict
}

/// Judges a part of a message for which the conversation has begun a turn with `expected`. The caller ends the turn
/// with the intents of all parts together. Reads only the role and the id of `message`.
pub(crate) fn judge_part(
    page: &Document<'_>,
    conversation: &mut Conversation,
    expected: Expected,
    message: &Message<'_>,
    depth: Depth,
    part: Part,
) -> (Analysis, Intents) {
    // If the view differs from the source, a number may be spelled in a way that the prefilter does not know, so the
    // message is analyzed in full.
    let quiet = (page.view.is_source() || page.numbers.is_empty())
        && quiet::holds_nothing(
            &page.reading,
            page.numbers,
            expected,
            conversation.side(message.role).pieces.is_active(),
            depth != Depth::Findings,
        );
    match quiet.then(|| part_intents(&page.reading, page.numbers, message.role, depth, part)).flatten() {
        Some(said) => (Analysis { expected, until: part.to, ..Analysis::default() }, said),
        None => analyze_in_full(page, conversation, expected, message, depth, part),
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
        from: page.reading.tokens.partition_point(|token| (token.end as usize) <= part.from),
        claimed: SmallVec::from_elem(false, page.reading.tokens.len()),
        consumed: ConsumedCues::new(&page.reading),
        masked: page.reading.facts.masked,
        verdict: Analysis { expected, ..Analysis::default() },
        loose: SmallVec::new(),
        parts: SmallVec::new(),
        explains: depth == Depth::Reasons,
        card_found: false,
        bare: OnceCell::new(),
        assigns: OnceCell::new(),
        named: OnceCell::new(),
        has_long_numbers: OnceCell::new(),
    };
    analysis.consume_masks();
    analysis.by_form(&candidates);
    analysis.by_columns();
    analysis.after_cards();
    analysis.by_slots();
    let certain = analysis.verdict.found.len();
    analysis.by_cue(&candidates);
    analysis.codes(&candidates);
    analysis.expected_password(role);
    // Before repetitions are searched for, and again for what the weights have added.
    analysis.drop_names_of_programs();
    analysis.again();
    analysis.weigh(role, certain);
    analysis.variants();
    analysis.drop_names_of_programs();
    let part = analysis.settle(part);
    let moved = analysis.pieces(conversation.side(role), id);
    let (mut said, requests) = intents(&page.reading, page.numbers, role, depth, part);
    // "482", and "913" in the next message: three digits are the beginning of a passcode or a PIN.
    let begins = |f: &Detection| {
        matches!(f.entity, Entity::OneTimePasscode | Entity::Pin) && f.span.end - f.span.start < SHORTEST_PASSCODE
    };
    for found in analysis.verdict.found.iter().filter(|f| !f.solicited && !f.part && !begins(f)) {
        // Cards have a flag of their own.
        let topic = Topic::of(found.entity).filter(|topic| *topic != Topic::Card);
        said.gives = topic.map_or(said.gives, |topic| said.gives.with(topic));
    }
    // The mask of an answer is the answer, so that redacting a conversation twice changes nothing more.
    if analysis.masked {
        said.gives = said.gives.union(expected.asked.secrets().without(Topic::Card));
    }
    said.gives_card = analysis.verdict.found.iter().any(|f| f.entity == Entity::Card && !f.solicited && !f.expiry);
    said.gives_code = analysis.verdict.found.iter().any(|f| f.entity == Entity::SecurityCode);
    said.answers = analysis.masked || analysis.verdict.found.iter().any(|f| !f.evidence.piece);
    said.answers_question =
        analysis.masked || analysis.verdict.found.iter().any(|f| f.evidence.asked && !f.evidence.piece && !begins(f));
    said.answers_question |= said.gives.iter().any(|topic| expected.asked.contains(topic));
    said.gives_piece = moved;
    if role.serves() {
        analysis.solicitations(&requests);
    }
    #[cfg(test)]
    learned::record::count_scan();
    let mut verdict = analysis.verdict;
    verdict.until = part.to;
    verdict.found.sort_by_key(|f| (f.span.start, f.span.end));
    (verdict, said)
}
