//! Repetitions of a secret in the same message: in a link, in a second reading, or in a quotation.

use std::collections::HashMap;

use crate::detect::card::joined_to_letters;
use crate::detect::number::{Digits, Number, NumberShape};
use crate::detect::password::{candidate, chunk};
use crate::detect::token::Kind;
use crate::detect::{Claim, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::text::ViewSpan;

/// Numbers with fewer digits occur in too many other numbers.
const FEWEST_DIGITS: usize = 4;

/// A number with at least this many digits is an identifier if letters touch it.
const AS_A_CARD: usize = 12;

/// Shorter words occur in too many other places.
const FEWEST_LETTERS: usize = 5;

/// The cue that marks a finding of this rule.
pub(super) const CUE: &str = "repeated in this message";

impl MessageAnalysis<'_, '_> {
    /// Finds all other occurrences of what was found.
    pub(super) fn again(&mut self) {
        let found = || self.verdict.found.iter().filter(|f| !f.solicited && !f.part && !f.expiry);
        if found().next().is_none() {
            return;
        }
        let mut numbers: Vec<(Digits, Entity)> = Vec::new();
        let mut words: Vec<(&[u8], Entity)> = Vec::new();
        for judged in found() {
            let (first, last) = self.tokens_of(judged.span);
            if !matches!(judged.entity, Entity::Password) && !self.has_letters(first, last) {
                let digits = Digits::of(self.reading, first, last).filter(|d| d.get().len() >= FEWEST_DIGITS);
                numbers.extend(digits.map(|digits| (digits, judged.entity)));
            } else {
                let text = &self.reading.text[judged.span.start..judged.span.end];
                if text.len() >= FEWEST_LETTERS && text.iter().any(|b| !b.is_ascii_lowercase()) {
                    words.push((text, judged.entity));
                }
            }
        }
        self.numbers_again(&mut numbers);
        self.words_again(&words);
    }

    fn numbers_again(&mut self, numbers: &mut [(Digits, Entity)]) {
        if numbers.is_empty() {
            return;
        }
        numbers.sort_by(|a, b| a.0.get().cmp(b.0.get()));
        let page: &Document<'_> = self.page;
        for number in page.numbers.iter().filter(|n| n.digits >= FEWEST_DIGITS) {
            let may_be = match number.shape {
                NumberShape::Bare => true,
                NumberShape::Harmless(what) => what == "address on the Internet",
                NumberShape::Likely(what) => number.digits > FEWEST_DIGITS || what == "year",
            };
            // A stream does not wait for the letters that touch a number.
            let glued = number.digits >= AS_A_CARD && joined_to_letters(self.reading, number.first, number.last);
            if !may_be || glued || !self.is_free(number.first, number.last) {
                continue;
            }
            // The parts of an IP address are separate numbers.
            let whole = Digits::of(self.reading, number.first, number.last);
            let known = |digits: &Digits| {
                numbers.binary_search_by(|(known, _)| known.get().cmp(digits.get())).ok().map(|at| numbers[at].1)
            };
            if let Some(entity) = whole.as_ref().and_then(known) {
                self.find_again(number, entity);
            } else if matches!(number.shape, NumberShape::Harmless(_)) {
                for at in number.first..=number.last {
                    let part = Digits::of(self.reading, at, at).filter(|part| part.get().len() >= FEWEST_DIGITS);
                    if let Some(entity) = part.as_ref().and_then(known) {
                        let digits = self.reading.tokens[at].len();
                        self.find_again(&Number { first: at, last: at, digits, groups: 1, ..*number }, entity);
                    }
                }
            }
        }
    }

    fn find_again(&mut self, number: &Number, entity: Entity) {
        let candidate = self.bare_candidate(number, entity);
        self.find(&candidate, Evidence { cue: Some(CUE), ..candidate.evidence });
    }

    fn words_again(&mut self, words: &[(&[u8], Entity)]) {
        if words.is_empty() {
            return;
        }
        let known: HashMap<&[u8], Entity> = words.iter().copied().collect();
        let mut at = 0;
        while at < self.reading.tokens.len() {
            let Some((first, last)) = chunk(self.reading, at).filter(|value| value.1 >= at) else {
                at += 1;
                continue;
            };
            at = last + 1;
            // Either the whole value, or the end of one after a sign, as in `?code=...`.
            let signs =
                (first..last).filter(|&i| matches!(self.reading.tokens[i].kind, Kind::Mark(b'=' | b':' | b'/')));
            let from = std::iter::once(first).chain(signs.map(|sign| sign + 1)).take(8).find(|&from| {
                let span = self.reading.span(from, last);
                known.contains_key(&self.reading.text[span.start..span.end])
            });
            if let Some(from) = from.filter(|&from| self.is_free(from, last)) {
                let span = self.reading.span(from, last);
                let mut again = candidate(from, last, Claim::Certain, CUE);
                again.entity = known[&self.reading.text[span.start..span.end]];
                self.find(&again, again.evidence);
            }
        }
    }

    /// Returns the first and the last token of a finding.
    fn tokens_of(&self, span: ViewSpan) -> (usize, usize) {
        let first = self.reading.tokens.partition_point(|t| (t.end as usize) <= span.start);
        let last = self.reading.tokens.partition_point(|t| (t.start as usize) < span.end);
        (first, last.saturating_sub(1).max(first))
    }

    fn has_letters(&self, first: usize, last: usize) -> bool {
        self.reading.tokens[first..=last].iter().any(|t| t.is_text())
    }
}
