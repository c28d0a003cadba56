//! Combines number words into numbers: "thirty-seven", "double five", "three hundred forty-five".

use super::lexicon;
use super::meaning::{Languages, Meaning};

/// A number word or digits in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The word's meaning, or `None` for digits.
    pub(super) word: Option<(Meaning, Languages)>,
    /// Whether only one space or hyphen separates it from the previous token.
    pub(super) tight: bool,
}

/// Part of a number: one or more words for some digits, literal digits, or a spoken separator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What,
    /// The number of number words that it counts as: a plain cardinal counts as one, "three hundred forty-five" as
    /// more.
    pub(super) weight: usize,
}

/// The kind of a [`Unit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Words for the decimal digits of this number.
    Number(u32),
    /// Words for a digit that is repeated this many times.
    Repeated(u8, u8),
    /// A word for a digit that may also be another word.
    Doubtful(u8),
    /// Digits.
    Digits,
    /// A spoken separator, and its character.
    Separator(u8),
}

impl Unit {
    /// Returns the number of digits that it is written with.
    pub(super) fn digits(&self) -> usize {
        match self.what {
            What::Number(value) => value.max(1).ilog10() as usize + 1,
            What::Repeated(_, times) => usize::from(times),
            What::Doubtful(_) => 1,
            What::Digits => self.end - self.start,
            What::Separator(_) => 0,
        }
    }

    pub(super) fn is_words(&self) -> bool {
        matches!(self.what, What::Number(_) | What::Repeated(..) | What::Doubtful(_))
    }
}

/// Reads the unit that begins with the token `at`. Returns the unit and its number of tokens.
pub(super) fn unit(tokens: &[Token], at: usize) -> Option<(Unit, usize)> {
    let token = tokens[at];
    let made = |what, weight, used: usize| {
        Some((Unit { start: token.start, end: tokens[at + used - 1].end, what, weight }, used))
    };
    let Some((meaning, languages)) = token.word else { return made(What::Digits, 1, 1) };
    match meaning {
        Meaning::Spoken(byte) => made(What::Separator(byte), 0, 1),
        Meaning::And | Meaning::Hundred | Meaning::Thousand => None,
        Meaning::Mil if at > 0 && tokens[at - 1].word.is_none() => None,
        Meaning::Times(times) => {
            let next = tokens.get(at + 1).filter(|next| next.tight)?;
            match next.word {
                Some((meaning, others)) if languages & others != 0 => {
                    made(What::Repeated(meaning.digit()?, times), 2, 2)
                }
                None if next.end - next.start == 1 => made(What::Repeated(DIGIT_AS_IT_IS, times), 2, 2),
                _ => None,
            }
        }
        Meaning::LetterO => {
            let number = |token: &Token| token.word.is_none_or(|(meaning, _)| meaning.digit().is_some());
            let word = |token: &Token| token.word.is_some_and(|(_, others)| languages & others != 0);
            let (before, after) = (&tokens[at.checked_sub(1)?], tokens.get(at + 1)?);
            let read = number(before) && number(after) && (word(before) || word(after));
            if read { made(What::Doubtful(0), 1, 1) } else { None }
        }
        // A digit counts if no scale follows it; "one hundred" is a cardinal.
        _ => {
            let cardinal = Cardinals { tokens, languages }.below_million(at)?;
            let used = cardinal.next - at;
            match meaning.digit() {
                Some(digit) if used == 1 && matches!(meaning, Meaning::One | Meaning::Oh) => {
                    made(What::Doubtful(digit), 1, 1)
                }
                _ => {
                    made(What::Number(cardinal.value), 1 + usize::from(cardinal.has_scale && !cardinal.is_round), used)
                }
            }
        }
    }
}

/// In [`What::Repeated`], a literal digit of the text.
pub(super) const DIGIT_AS_IT_IS: u8 = 10;

/// A number read from words.
#[derive(Clone, Copy)]
struct Cardinal {
    value: u32,
    /// The index of the token after it.
    next: usize,
    /// Whether it contains a word for hundred or thousand.
    has_scale: bool,
    /// Whether nothing follows that word.
    is_round: bool,
}

struct Cardinals<'a> {
    tokens: &'a [Token],
    /// The languages in which to read.
    languages: Languages,
}

impl Cardinals<'_> {
    /// Returns the meaning of the word at `at` if only one space or hyphen precedes it.
    fn tight(&self, at: usize) -> Option<Meaning> {
        self.tokens.get(at).filter(|token| token.tight).and_then(|token| self.known(token))
    }

    fn known(&self, token: &Token) -> Option<Meaning> {
        token.word.filter(|(_, languages)| languages & self.languages != 0).map(|(meaning, _)| meaning)
    }

    fn below_hundred(&self, at: usize) -> Option<Cardinal> {
        let made = |value: u8, next| Some(Cardinal { value: value.into(), next, has_scale: false, is_round: false });
        let ones = |at| self.tight(at).and_then(Meaning::digit).filter(|digit| *digit > 0);
        match self.known(&self.tokens[at])? {
            Meaning::Teen(value) => made(value, at + 1),
            Meaning::Ten | Meaning::Tens(_) if self.binds(at + 1, lexicon::binds_tens()) => {
                let tens = if let Meaning::Tens(tens) = self.known(&self.tokens[at])? { tens } else { 10 };
                match ones(at + 2).filter(|digit| tens > 10 || *digit > 5) {
                    Some(digit) => made(tens + digit, at + 3),
                    None => made(tens, at + 1),
                }
            }
            Meaning::Ten => made(10, at + 1),
            Meaning::Tens(tens) => match ones(at + 1) {
                Some(digit) => made(tens + digit, at + 2),
                None => made(tens, at + 1),
            },
            meaning => made(meaning.digit()?, at + 1),
        }
    }

    /// Returns whether an "and" of one of these languages is at `at`, with only a space or hyphen before it.
    fn binds(&self, at: usize, binding: Languages) -> bool {
        let and = self.tokens.get(at).filter(|token| token.tight).and_then(|token| token.word);
        and.is_some_and(|(meaning, languages)| meaning == Meaning::And && languages & self.languages & binding != 0)
    }

    fn below_thousand(&self, at: usize) -> Option<Cardinal> {
        let hundreds = match self.known(&self.tokens[at])? {
            Meaning::Hundreds(hundreds) => {
                Cardinal { value: hundreds.into(), next: at + 1, has_scale: true, is_round: true }
            }
            _ => {
                let small = self.below_hundred(at)?;
                if small.value == 0 || self.tight(small.next) != Some(Meaning::Hundred) {
                    return Some(small);
                }
                Cardinal { next: small.next + 1, has_scale: true, is_round: true, ..small }
            }
        };
        let hundreds = Cardinal { value: hundreds.value * 100, ..hundreds };
        Some(self.rest(hundreds, Self::below_hundred).unwrap_or(hundreds))
    }

    fn below_million(&self, at: usize) -> Option<Cardinal> {
        let lone = self.known(&self.tokens[at])? == Meaning::Mil;
        let thousands = if lone {
            Cardinal { value: 1, next: at + 1, has_scale: true, is_round: true }
        } else {
            let small = self.below_thousand(at)?;
            let scale = matches!(self.tight(small.next), Some(Meaning::Thousand | Meaning::Mil));
            if small.value == 0 || small.value > 999 || !scale {
                return Some(small);
            }
            Cardinal { next: small.next + 1, has_scale: true, is_round: true, ..small }
        };
        let thousands = Cardinal { value: thousands.value * 1000, ..thousands };
        Some(self.rest(thousands, Self::below_thousand).unwrap_or(thousands))
    }

    /// Adds to `whole` the number that directly follows it, read by `part`. Digits dictated one by one after it ("eight
    /// hundred five five five") are separate.
    fn rest(&self, whole: Cardinal, part: fn(&Self, usize) -> Option<Cardinal>) -> Option<Cardinal> {
        let bound = self.binds(whole.next, lexicon::binds_hundreds());
        let at = whole.next + usize::from(bound);
        self.tight(at)?;
        let rest = part(self, at)?;
        // "three hundred two hundred", "two thousand five thousand"; but "four hundred eighty two thousand".
        let scaled = match self.tight(rest.next) {
            Some(Meaning::Hundred) => true,
            Some(Meaning::Thousand | Meaning::Mil) => whole.value > 999,
            _ => false,
        };
        let dictated = rest.value < 10
            && !bound
            && self.tight(rest.next).is_some_and(|next| next.digit().is_some() || matches!(next, Meaning::Times(_)));
        if rest.value == 0 || rest.value >= whole.value || scaled || dictated {
            return None;
        }
        Some(Cardinal { value: whole.value + rest.value, next: rest.next, has_scale: true, is_round: false })
    }
}
