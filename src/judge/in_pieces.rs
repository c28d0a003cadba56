//! Numbers that are given in pieces, in one message or over several. Decides for each number that nothing else explains
//! whether it is a piece ([`pieces`](super::pieces)).

use smallvec::SmallVec;

use crate::detect::cues::{Topic, WordClass as Does};
use crate::detect::number::{Digits, Number, NumberShape};
use crate::detect::token::{Kind, Token, TokenizedText};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::ask::FIRST_DIGITS;
use crate::judge::conversation::{self, Topics};
use crate::judge::fits::harmless_fits;
use crate::judge::govern::governor;
use crate::judge::pieces::{Piece, Pieces, Step, Whole};
use crate::judge::verdict::{Detection, Why};
use crate::message::MessageId;

impl MessageAnalysis<'_, '_> {
    /// Handles the numbers that may be pieces. Returns whether one of them was a piece.
    pub(super) fn pieces(&mut self, side: &mut conversation::Side, id: Option<MessageId>) -> bool {
        let loose = std::mem::take(&mut self.loose);
        // If the message has a complete Social Security number, other numbers are not pieces of one.
        let has_social =
            self.verdict.found.iter().any(|f| f.entity == Entity::SocialSecurity && !f.part && !f.solicited);
        // Pieces in this message, masked together with the one that completes them.
        let mut here: SmallVec<[Number; 4]> = SmallVec::new();
        let mut moved = false;
        for (number, free) in &loose {
            let Some(digits) = Digits::of(self.reading, number.first, number.last) else { continue };
            let digits = digits.get();
            if number.attached || !(1..=15).contains(&digits.len()) || is_marker(self.reading, number) {
                self.pass(number, Why::Nothing);
                continue;
            }
            if let Some(entity) = self.piece_of_a_code(number, digits) {
                let candidate = self.bare_candidate(number, entity);
                self.find_part(&candidate, Evidence { asked: true, piece: true, ..candidate.evidence }, true);
                continue;
            }
            let harmless = self.harmless_asked(number);
            // "First four?", "4539", "next?", "5787": no piece is masked before the last one.
            let asked_part = *free && harmless == Some(Topic::Partial) && digits.len() == 4 && self.is_bare();
            self.drop_unrelated(side, digits, asked_part);
            let mut next = side.pieces;
            let printed = self.is_printed(number);
            // Only a piece that is known to belong to a card may be its end followed by its beginning.
            let of_card = side.pieces.is_named() || side.pieces.is_end() || self.expected.all().contains(Topic::Card);
            let turned = harmless.is_none() && (printed || of_card && self.is_bare());
            let step = next.push(digits, turned);
            let complete = matches!(step, Step::Complete { mistyped: false, .. });
            if (!free || harmless.is_some()) && !complete {
                let begun = side.pieces.is_active() && !side.pieces.is_end();
                if asked_part && side.pieces.is_partial() && step == Step::More {
                    side.pieces = next;
                    self.verdict.pieces.push(Piece::Next(self.piece_of(number, Whole::Card)));
                } else if (asked_part || printed) && (!begun || side.pieces.is_partial()) {
                    let start = Pieces::start(Whole::Card, false, digits);
                    side.pieces = if asked_part { start.partial() } else { start };
                    self.verdict.pieces.push(Piece::First(self.piece_of(number, Whole::Card)));
                    here.clear();
                } else {
                    self.pass(number, harmless.map_or(Why::Nothing, Why::Asked));
                    continue;
                }
                here.push(*number);
                side.pieces.remember(id);
                moved = true;
                self.pass(number, harmless.map_or(Why::Nothing, Why::Asked));
                continue;
            }
            side.pieces = next;
            match step {
                Step::Complete { whole, mistyped } => {
                    self.verdict.pieces.push(Piece::Last);
                    here.push(*number);
                    for part in here.drain(..) {
                        if self.is_free(part.first, part.last) {
                            let candidate = self.bare_candidate(&part, whole.entity());
                            self.find_part(&candidate, Evidence { piece: true, mistyped, ..candidate.evidence }, true);
                        }
                    }
                    self.verdict.recall.extend(side.pieces.messages().filter(|m| Some(*m) != id));
                    moved = true;
                    // More pieces of an account number may follow: it has no checksum that shows its end.
                    if whole != Whole::Account {
                        side.pieces = Pieces::default();
                    }
                }
                Step::More => {
                    here.push(*number);
                    moved = true;
                    self.verdict.pieces.push(Piece::Next(self.piece_of(number, side.pieces.whole())));
                    if side.pieces.whole() == Whole::SocialSecurity
                        && side.pieces.digits() >= 5
                        && side.pieces.is_named()
                    {
                        self.mask_piece(number, Entity::SocialSecurity);
                    } else {
                        side.pieces.remember(id);
                    }
                }
                Step::Unfit => {
                    here.clear();
                    if self.begin(side, id, number, digits, has_social) {
                        moved = true;
                        here.push(*number);
                    }
                    self.pass(number, Why::Nothing);
                }
            }
        }
        moved
    }

    /// Returns the entity if the number is a piece of a PIN or a passcode that was asked for. Such a piece is masked when
    /// it arrives.
    fn piece_of_a_code(&self, number: &Number, digits: &[u8]) -> Option<Entity> {
        let expected = self.expected.all();
        let code = expected.contains(Topic::OneTimePasscode)
            || expected.contains(Topic::Code) && !expected.contains(Topic::Card);
        let alone = self.reading.facts.words == 0;
        // "5 digits or 4?" "5": agents do not spell out secrets.
        if self.expected.serves && digits.len() <= 2 {
            return None;
        }
        let last = self.expected.recent.iter().find(|recent| recent.is_there() && recent.serves());
        let just_asked = || last.is_none_or(|last| last.asked().iter().any(|topic| expected.contains(topic)));
        let short =
            digits.len() == 3 || digits.len() < 3 && (alone && just_asked() || digits.len() == 2 && self.says_piece());
        // After a complete answer, "ok, how many days" is followed by something else.
        let open = !self.expected.answered || just_asked();
        let pin = (expected.contains(Topic::Pin) || expected.contains(Topic::SecurityCode) && digits.len() <= 2)
            && digits.len() <= 3
            && alone
            && open;
        let entity = if pin {
            Entity::Pin
        } else if code && short && self.is_bare() {
            Entity::OneTimePasscode
        } else {
            return None;
        };
        self.harmless_asked(number).is_none().then_some(entity)
    }

    /// Forgets the incomplete number if these digits cannot belong to it. `asked_part`: whether they answer a question
    /// for a part of a number.
    fn drop_unrelated(&self, side: &mut conversation::Side, digits: &[u8], asked_part: bool) {
        // An account number has no checksum, so the answer to the next question could be taken for more of it.
        let asked = self.expected.asked;
        if side.pieces.whole() == Whole::Account && asked != Topics::NONE && !asked.contains(Topic::Account) {
            side.pieces = Pieces::default();
        }
        if side.pieces.is_partial() && !asked_part {
            side.pieces = side.pieces.settled();
        }
        // A digit or a few, which may be the choice from a menu, are a beginning only if the next number completes it, or
        // if they go on in one message after the other, each with a single number.
        let spelled = side.pieces.is_going_on()
            && digits.len() <= Pieces::FAINT
            && self.reading.facts.words == 0
            && self.page.numbers.len() == 1
            && !self.may_choose();
        if side.pieces.is_faint()
            && !spelled
            && !matches!(side.pieces.clone().push(digits, false), Step::Complete { .. })
        {
            side.pieces = Pieces::default();
        }
    }

    /// Returns whether the number may be a choice that the other side has just offered: its last message has numbers.
    fn may_choose(&self) -> bool {
        let last = self.expected.recent[0];
        last.is_there() && last.serves() != self.expected.serves && last.has_number()
    }

    /// Begins a new number in pieces with this one, if it may be its first piece. Returns whether it is.
    fn begin(
        &mut self,
        side: &mut conversation::Side,
        id: Option<MessageId>,
        number: &Number,
        digits: &[u8],
        has_social: bool,
    ) -> bool {
        let begun = side.pieces.is_active() && !side.pieces.is_end();
        let start = self.first_piece(number, digits, has_social).filter(|start| !(start.is_end() && begun));
        let Some(start) = start else { return false };
        side.pieces = start;
        self.verdict.pieces.push(Piece::First(self.piece_of(number, start.whole())));
        let masked = match start.whole() {
            // Enough digits to recognize the secret.
            Whole::SocialSecurity => start.is_named() && digits.len() >= 5,
            Whole::Card => digits.len() >= 8 && start.is_named(),
            _ => false,
        };
        if masked {
            self.mask_piece(number, start.whole().entity());
        } else {
            side.pieces.remember(id);
        }
        true
    }

    /// Returns the number as a piece of `whole`, to be masked later.
    fn piece_of(&self, number: &Number, whole: Whole) -> Detection {
        let evidence = Evidence { piece: true, ..Evidence::default() };
        let span = self.reading.span(number.first, number.last);
        Detection { span, entity: whole.entity(), evidence, part: true, solicited: false, expiry: false }
    }

    fn mask_piece(&mut self, number: &Number, entity: Entity) {
        let candidate = self.bare_candidate(number, entity);
        self.find_part(&candidate, Evidence { piece: true, ..candidate.evidence }, true);
    }

    /// Returns the number as the first piece of a secret, if it may be one. `has_social`: whether the message has a
    /// complete Social Security number.
    fn first_piece(&self, number: &Number, digits: &[u8], has_social: bool) -> Option<Pieces> {
        let expected = self.expected.all();
        if !matches!(number.shape, NumberShape::Bare | NumberShape::Likely("year" | "phone")) {
            return None;
        }
        // "SSN-774" is an identifier.
        let joined = number.first >= 2
            && self.reading.tokens[number.first - 1].is(b'-')
            && !self.reading.tokens[number.first].spaced
            && !self.reading.tokens[number.first - 1].spaced;
        if joined && digits.len() <= 3 {
            return None;
        }
        let bare = self.is_bare();
        let lens: SmallVec<[usize; 16]> = (number.first..=number.last)
            .filter(|&i| self.reading.tokens[i].kind == Kind::Digits)
            .map(|i| self.reading.tokens[i].len())
            .collect();
        let named = |topic: Topic| {
            let fits = |t: Topic| t == topic || harmless_fits(t, number.digits) && t != Topic::Partial;
            governor(self.reading, number.first, number.last, &self.consumed, &fits)
                .is_some_and(|g| g.cue.topic == topic && g.cost <= 4)
        };
        let social = !has_social
            && (expected.contains(Topic::SocialSecurity)
                || named(Topic::SocialSecurity)
                || self.reading.mentions(Topic::SocialSecurity) && self.is_beginning(number));
        if (social || *lens == [3, 2] && (bare || self.says_piece()))
            && (matches!(digits.len(), 2..=8) || digits.len() == 1 && self.reading.facts.words == 0)
            && !(digits.len() == 4 && *lens == [4])
        {
            return Some(Pieces::start(Whole::SocialSecurity, social, digits));
        }
        let card = expected.contains(Topic::Card) || named(Topic::Card);
        if expected.contains(Topic::Account) && !card && (2..=5).contains(&digits.len()) && bare {
            return Some(Pieces::start(Whole::Account, true, digits));
        }
        let few = digits.len() <= Pieces::FAINT;
        let start = Pieces::start(Whole::Card, if few { expected.contains(Topic::Card) } else { card }, digits);
        let about_cards = self.reading.mentions(Topic::Card) && !self.card_found;
        let printed = self.is_printed(number);
        // The end of a card may come first.
        let spoken = (card || about_cards) && (bare || self.says_piece());
        let may_be = !start.is_end() || printed || spoken && digits.len() >= 4;
        let told = printed || bare || self.says_piece() || card || about_cards;
        let enough = !few || card || self.reading.facts.words == 0;
        (may_be && told && enough).then_some(start)
    }

    /// Returns whether the words right before a number say that it is the beginning of one: "my social starts with 506",
    /// "the first three of my social are 506".
    fn is_beginning(&self, number: &Number) -> bool {
        const NEAR: usize = 6;
        let cues = &self.reading.cues[..self.reading.cues.partition_point(|hit| hit.last < number.first)];
        cues.iter().rev().take(2).any(|hit| hit.cue.name == FIRST_DIGITS && number.first - hit.last <= NEAR)
    }

    /// Returns whether the number is grouped like a part of a card as printed.
    fn is_printed(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens[number.first..=number.last];
        let lens = || tokens.iter().filter(|t| t.kind == Kind::Digits).map(Token::len);
        [&[4, 4][..], &[4, 6], &[4, 4, 4], &[6, 5]].iter().any(|printed| lens().eq(printed.iter().copied()))
    }

    /// Returns whether the text says that the number is a piece: "first half", "starts with", "then", "the rest".
    fn says_piece(&self) -> bool {
        self.reading.does(Does::HALF)
    }
}

/// Returns whether a number counts lines or speakers: `2: 4417`, `1. 4417`.
fn is_marker(reading: &TokenizedText<'_>, number: &Number) -> bool {
    let at = number.first;
    let token = &reading.tokens[at];
    let starts = at == 0 || reading.tokens[at - 1].kind == Kind::Newline;
    let ends = |t: &Token| !t.spaced && matches!(t.kind, Kind::Mark(b':' | b'.'));
    let is_number = |t: &Token| t.spaced && t.kind == Kind::Digits && t.len() >= 4;
    starts
        && number.last == at
        && token.len() <= 2
        && reading.token(at + 1).is_some_and(ends)
        && reading.token(at + 2).is_some_and(is_number)
}
