//! A secret that is given in pieces: what is remembered of the pieces, and what completes it.
//!
//! No digit is kept. The count of digits, the Luhn sums for an even and for an odd total length, and the lengths that
//! numbers with this beginning can have suffice to see that the next piece completes a card.

use crate::detect::brands;
use crate::detect::checksum::doubled;
use crate::entity::Entity;
use crate::message::MessageId;

/// What a number in pieces may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) enum Whole {
    /// No number is incomplete.
    #[default]
    Nothing,
    Card,
    SocialSecurity,
    Account,
}

impl Whole {
    /// The entity of the complete number.
    pub(crate) fn entity(self) -> Entity {
        match self {
            Self::SocialSecurity => Entity::SocialSecurity,
            Self::Account => Entity::Account,
            Self::Nothing | Self::Card => Entity::Card,
        }
    }
}

/// What a number in a message does to the incomplete number of its speaker.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece<T> {
    /// It may be the first piece of a secret. An earlier incomplete number is dropped.
    First(T),
    /// It may be the next piece.
    Next(T),
    /// It is the last piece: the number is a secret.
    Last,
}

impl<T> Piece<T> {
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Piece<U> {
        match self {
            Self::First(piece) => Piece::First(change(piece)),
            Self::Next(piece) => Piece::Next(change(piece)),
            Self::Last => Piece::Last,
        }
    }
}

/// An incomplete number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Pieces {
    whole: Whole,
    /// The number of digits so far.
    digits: u8,
    /// The number of pieces so far.
    pieces: u8,
    /// The number of messages by this side without a piece.
    quiet: u8,
    /// The Luhn sums modulo ten if the complete number has an even or an odd number of digits.
    sums: [u8; 2],
    /// Whether the text or the other side names what it is.
    named: bool,
    /// Whether the pieces answer questions for a part of a number, which need not be the same number.
    #[serde(default)]
    partial: bool,
    /// Bit `n - 8` is set if a number with this beginning can have `n` digits.
    lengths: u16,
    /// The number without the pieces from messages that may yet be rejected.
    #[serde(default)]
    settled: Settled,
    /// The ids of the messages with the pieces so far, plus one; 0 if unknown.
    messages: [u64; 3],
}

/// What is known of the digits of an incomplete number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
struct Settled {
    whole: Whole,
    digits: u8,
    sums: [u8; 2],
    lengths: u16,
}

/// The number of messages by the same side without a piece after which an incomplete number is forgotten.
const LASTS: u8 = 4;

/// What a piece does to the incomplete number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The number is still incomplete.
    More,
    /// The piece completes a secret.
    Complete { whole: Whole, mistyped: bool },
    /// The piece does not belong to the earlier pieces.
    Unfit,
}

impl Pieces {
    /// The maximum number of digits of a beginning that may be anything, unless it was asked for.
    pub(crate) const FAINT: usize = 3;

    pub(crate) fn is_active(&self) -> bool {
        self.whole != Whole::Nothing
    }

    pub(crate) fn whole(&self) -> Whole {
        self.whole
    }

    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// Returns whether the pieces answer questions for a part of a number.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial
    }

    /// Returns whether nothing but a digit or a few at a time, which nobody asked for, says that a card was begun.
    pub(crate) fn is_faint(&self) -> bool {
        self.whole == Whole::Card && self.digits() <= Self::FAINT * usize::from(self.pieces) && !self.named
    }

    /// Returns whether this side has sent no message without a piece since the last piece.
    pub(crate) fn is_going_on(&self) -> bool {
        self.quiet == 0
    }

    /// Returns whether no number begins with these pieces, so that they may be the end of one.
    pub(crate) fn is_end(&self) -> bool {
        self.whole == Whole::Card && self.lengths == 0
    }

    /// Marks the pieces as answers to questions for a part of a number.
    pub(crate) fn partial(self) -> Self {
        Self { partial: true, ..self }
    }

    /// Returns the number as it was before messages that may yet be rejected; no number if there was none.
    pub(crate) fn settled(self) -> Self {
        let Settled { whole, digits, sums, lengths } = self.settled;
        match whole {
            Whole::Nothing => Self::default(),
            _ => Self { whole, digits, sums, lengths, partial: false, settled: Settled::default(), ..self },
        }
    }

    /// Returns the number of digits so far.
    pub(crate) fn digits(&self) -> usize {
        usize::from(self.digits)
    }

    /// Starts a new number with its first piece.
    pub(crate) fn start(whole: Whole, named: bool, digits: &[u8]) -> Self {
        let mut pieces = Self { whole, named, ..Self::default() };
        pieces.lengths = match whole {
            Whole::Card => possible_lengths(digits),
            _ => 0,
        };
        pieces.add(digits);
        pieces
    }

    /// Counts a message by this side without a piece.
    pub(crate) fn rest(&mut self) {
        self.quiet += u8::from(self.is_active());
        if self.quiet >= LASTS {
            *self = Self::default();
        }
    }

    /// Records the id of the message that contains a piece.
    pub(crate) fn remember(&mut self, id: Option<MessageId>) {
        let code = id.map_or(0, |id| id.0.wrapping_add(1));
        if code == 0 || self.messages.contains(&code) {
            return;
        }
        if let Some(free) = self.messages.iter_mut().find(|m| **m == 0) {
            *free = code;
        }
    }

    /// Returns the ids of the messages with the pieces so far.
    pub(crate) fn messages(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.messages.iter().filter(|code| **code != 0).map(|code| MessageId(code.wrapping_sub(1)))
    }

    /// Adds a piece. The secret is also complete if the piece completes the number as it was before messages that may
    /// yet be rejected. `turned` says that the piece may also be the beginning of the number.
    pub(crate) fn push(&mut self, digits: &[u8], turned: bool) -> Step {
        let mut settled = self.settled();
        let step = self.push_here(digits, turned);
        if settled.is_active() && !matches!(step, Step::Complete { .. }) {
            let complete @ Step::Complete { mistyped: false, .. } = settled.push_here(digits, turned) else {
                return step;
            };
            *self = settled;
            return complete;
        }
        step
    }

    /// Returns whether this piece, followed by the pieces so far, is a card of the usual length.
    fn completes_turned(&self, digits: &[u8]) -> bool {
        let total = self.digits() + digits.len();
        let first = Self::start(Whole::Card, self.named, digits);
        // If the piece has an odd number of digits, the other digits of the pieces are doubled.
        let moved = (total + digits.len()) % 2;
        first.longest() == total && (first.sums[total % 2] + self.sums[moved]).is_multiple_of(10)
    }

    fn push_here(&mut self, digits: &[u8], turned: bool) -> Step {
        let total = self.digits() + digits.len();
        match self.whole {
            Whole::Nothing => Step::Unfit,
            Whole::Card => {
                let mut next = *self;
                next.add(digits);
                // A digit or a few at a time fit too much by chance, unless the length is a usual one.
                let spelled = self.is_faint() && digits.len() <= Self::FAINT;
                let lengths = if spelled { 14..17 } else { 8..24 };
                let fits = lengths.contains(&total) && next.lengths & 1 << (total - 8) != 0;
                if fits && next.sums[total % 2] == 0 {
                    *self = next;
                    return Step::Complete { whole: Whole::Card, mistyped: false };
                }
                if turned && self.completes_turned(digits) {
                    *self = next;
                    return Step::Complete { whole: Whole::Card, mistyped: false };
                }
                if total > 19 || self.is_end() {
                    return Step::Unfit;
                }
                *self = next;
                // A number of the usual length that fails the check was mistyped, if it was asked for.
                if fits && self.named && total >= 14 && self.longest() == total {
                    return Step::Complete { whole: Whole::Card, mistyped: true };
                }
                Step::More
            }
            Whole::SocialSecurity => match total {
                ..9 => {
                    self.add(digits);
                    Step::More
                }
                9 => {
                    self.add(digits);
                    Step::Complete { whole: Whole::SocialSecurity, mistyped: false }
                }
                _ => Step::Unfit,
            },
            Whole::Account => {
                if total > 24 {
                    return Step::Unfit;
                }
                self.add(digits);
                if total >= 8 { Step::Complete { whole: Whole::Account, mistyped: false } } else { Step::More }
            }
        }
    }

    /// Returns the incomplete number to use until it is known whether the messages that led from this one to `taught`
    /// are accepted.
    pub(super) fn guarded(self, taught: &Self) -> Self {
        if !self.is_active() {
            return *taught;
        }
        if !taught.is_active() || (Self { quiet: self.quiet, ..*taught }) == self {
            return self;
        }
        let Self { whole, digits, sums, lengths, .. } = self;
        let known = Settled { whole, digits, sums, lengths };
        let settled = if self.settled.whole == Whole::Nothing { known } else { self.settled };
        Self { settled, ..*taught }
    }

    /// Merges two incomplete numbers that both came from `before`, each without the other. Pieces that either has added
    /// are joined if they may belong to one number. Otherwise the number of which more is known is kept.
    pub(super) fn merge(self, before: &Self, other: &Self) -> Self {
        let is_still = |pieces: &Self| Self { quiet: before.quiet, ..*pieces } == *before;
        if is_still(other) || !other.is_active() {
            return self;
        }
        if is_still(&self) || !self.is_active() {
            return *other;
        }
        let known = |pieces: &Self| (pieces.named, pieces.digits);
        let rather = if known(&self) > known(other) { self } else { *other };
        self.then(before, other).unwrap_or(rather)
    }

    /// Returns this number followed by the pieces that `other` has added to `before`, if they fit.
    fn then(mut self, before: &Self, other: &Self) -> Option<Self> {
        let goes_on = |from: &Self| from.lengths == before.lengths && from.pieces > before.pieces;
        if before.is_active() && !(before.whole == self.whole && goes_on(&self) && goes_on(other)) {
            return None;
        }
        let most = match self.whole {
            Whole::Nothing => return None,
            Whole::Card => 19,
            Whole::SocialSecurity => 9,
            Whole::Account => 24,
        };
        let added = other.digits.checked_sub(before.digits)?;
        let digits = self.digits.checked_add(added).filter(|digits| *digits <= most)?;
        if self.whole != other.whole {
            return None;
        }
        // A shift by an odd number of places swaps the digits that are doubled.
        let moved = usize::from(!(self.digits - before.digits.min(self.digits)).is_multiple_of(2));
        let sum =
            |at: usize| (self.sums[at] % 10 + other.sums[at ^ moved] % 10 + 10 - before.sums[at ^ moved] % 10) % 10;
        self.sums = [sum(0), sum(1)];
        self.digits = digits;
        self.pieces = self.pieces.saturating_add(other.pieces.saturating_sub(before.pieces));
        self.named |= other.named;
        self.quiet = 0;
        other.messages().for_each(|id| self.remember(Some(id)));
        Some(self)
    }

    fn add(&mut self, digits: &[u8]) {
        for &digit in digits {
            // In a number of even length, the digits at even places from the left are doubled.
            let doubled = doubled(digit);
            let even_place = self.digits.is_multiple_of(2);
            self.sums[0] = (self.sums[0] + if even_place { doubled } else { digit }) % 10;
            self.sums[1] = (self.sums[1] + if even_place { digit } else { doubled }) % 10;
            self.digits = self.digits.saturating_add(1);
        }
        self.pieces = self.pieces.saturating_add(1);
        self.quiet = 0;
    }

    /// Returns the usual length of the numbers that this one may become.
    fn longest(&self) -> usize {
        [16, 15, 14].into_iter().find(|n| self.lengths & 1 << (n - 8) != 0).unwrap_or(0)
    }
}

/// Returns the lengths that card numbers with this beginning can have.
fn possible_lengths(digits: &[u8]) -> u16 {
    let bits = brands::possible_lengths(digits) >> 8;
    u16::try_from(bits & 0xffff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect()
    }

    #[test]
    fn the_piece_that_completes_a_card_is_recognized() {
        for cut in 2..14 {
            let number = digits("378282246310005");
            let mut pieces = Pieces::start(Whole::Card, false, &number[..cut]);
            assert_eq!(
                pieces.push(&number[cut..], false),
                Step::Complete { whole: Whole::Card, mistyped: false },
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn the_end_of_a_card_followed_by_its_beginning_is_recognized() {
        for number in ["378282246310005", "4539578763621486"].map(digits) {
            for cut in 4..12 {
                let mut pieces = Pieces::start(Whole::Card, false, &number[cut..]);
                let complete = Step::Complete { whole: Whole::Card, mistyped: false };
                assert_eq!(pieces.push(&number[..cut], true), complete, "cut at {cut}");
                let mut pieces = Pieces::start(Whole::Card, false, &number[cut..]);
                let mut other = number[..cut].to_vec();
                other[cut - 1] = (other[cut - 1] + 1) % 10;
                assert_ne!(pieces.push(&other, true), complete, "cut at {cut}");
            }
        }
    }

    #[test]
    fn an_extra_piece_does_not_fit() {
        let mut pieces = Pieces::start(Whole::Card, false, &digits("4111 1111 1111"));
        assert_eq!(pieces.push(&digits("9999 9999"), false), Step::Unfit);
    }

    #[test]
    fn concurrently_added_pieces_are_concatenated() {
        let number = digits("378282246310005");
        for start in 0..6 {
            for (first, second) in [(start + 4, start + 8), (start + 5, start + 8), (start + 3, start + 6)] {
                let base =
                    if start == 0 { Pieces::default() } else { Pieces::start(Whole::Card, false, &number[..start]) };
                let from = |piece: &[u8]| {
                    let mut pieces = base;
                    match start {
                        0 => pieces = Pieces::start(Whole::Card, false, piece),
                        _ => assert_eq!(pieces.push(piece, false), Step::More),
                    }
                    pieces
                };
                let (stored, taught) = (from(&number[start..first]), from(&number[first..second]));
                let mut both = stored.merge(&base, &taught);
                assert_eq!(
                    both.push(&number[second..], false),
                    Step::Complete { whole: Whole::Card, mistyped: false },
                    "{start} {first} {second}"
                );
            }
        }
    }

    #[test]
    fn if_two_numbers_cannot_be_merged_the_one_with_more_evidence_is_kept() {
        let none = Pieces::default();
        let social = Pieces::start(Whole::SocialSecurity, true, &digits("123-45"));
        let card = Pieces::start(Whole::Card, false, &digits("3782 8224"));
        assert_eq!(social.merge(&none, &card), social);
        assert_eq!(card.merge(&none, &social), social);
        assert_eq!(card.merge(&none, &none), card);
        assert_eq!(none.merge(&none, &card), card);
        // A number that one side has completed is no longer incomplete, unless the other has continued it.
        assert_eq!(none.merge(&card, &card), none);
    }

    #[test]
    fn nine_digits_complete_a_social_security_number() {
        let mut pieces = Pieces::start(Whole::SocialSecurity, true, &digits("123-45"));
        assert_eq!(
            pieces.push(&digits("6789"), false),
            Step::Complete { whole: Whole::SocialSecurity, mistyped: false }
        );
    }
}
