//! Repetitions of a secret in the same message: in a link, in a second reading, or in a quotation.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::detect::card::joined_to_letters;
use crate::detect::cues::Topic;
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

/// Names of fields that hold identifiers, times and counts, beside those that are cues.
const IDENTIFIERS: &[&[u8]] = &[
    b"id", b"ids", b"uid", b"uuid", b"guid", b"ts", b"seq", b"index", b"idx", b"offset", b"count", b"total", b"size",
    b"length", b"page",
];

/// The maximum number of tokens from a value to the bracket around it.
const REACH: usize = 48;

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
            let is_other = OnceCell::new();
            let is_other = || *is_other.get_or_init(|| self.is_other_field(number.first, number.last));
            // The parts of an IP address are separate numbers.
            let whole = Digits::of(self.reading, number.first, number.last);
            let known = |digits: &Digits| {
                numbers.binary_search_by(|(known, _)| known.get().cmp(digits.get())).ok().map(|at| numbers[at].1)
            };
            if let Some(entity) = whole.as_ref().and_then(known) {
                let is_certain = matches!(entity, Entity::Card | Entity::SocialSecurity | Entity::Account);
                if is_certain || !is_other() {
                    self.find_again(number, entity);
                }
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

    /// Returns whether these tokens are the whole value of a field whose name says that it is an identifier, a number of
    /// something or a time: an element or attribute, a parameter, an argument.
    fn is_other_field(&self, first: usize, last: usize) -> bool {
        let Some(name) = self.field_name(first, last) else { return false };
        let token = &self.reading.tokens[name];
        if let Some(hit) = self.reading.hit(token) {
            return !hit.cue.topic.is_secret() && hit.cue.topic != Topic::Login;
        }
        let name = self.reading.bytes(token).to_ascii_lowercase();
        token.is_text() && (IDENTIFIERS.contains(&&name[..]) || name.ends_with(b"id") && name.len() > 2)
    }

    /// Returns the last token of the name of the field whose value these tokens are.
    fn field_name(&self, first: usize, last: usize) -> Option<usize> {
        let tokens = &self.reading.tokens;
        let is_one_of = |at: usize, marks: &[u8]| {
            tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Mark(mark) if marks.contains(&mark)))
        };
        let before = first.checked_sub(1)?;
        if is_one_of(before, b">") && is_one_of(last + 1, b"<") && is_one_of(last + 2, b"/") {
            let end = (last + 3..last + 3 + REACH).find(|at| is_one_of(*at, b">"))?;
            return Some(end - 1);
        }
        let is_quoted = is_one_of(before, b"\"'");
        let sign = before.checked_sub(usize::from(is_quoted))?;
        let ends = match tokens.get(last + 1) {
            None => !is_quoted,
            Some(_) if is_quoted => is_one_of(last + 1, b"\"'"),
            Some(next) => next.spaced || next.kind == Kind::Newline || is_one_of(last + 1, b"&#;>/\"',)}]"),
        };
        let is_assigned = is_one_of(sign, b"=") && !tokens[sign].spaced;
        if !ends || !(is_assigned || is_one_of(sign, b":") && self.is_in_brackets(sign)) {
            return None;
        }
        let name = sign.checked_sub(1)?;
        if is_one_of(name, b"\"'") { name.checked_sub(1) } else { Some(name) }
    }

    /// Returns whether a token is in the brackets of a program or a document: `send(room: 4821)`.
    fn is_in_brackets(&self, at: usize) -> bool {
        let mut closed = 0;
        for token in self.reading.tokens[at.saturating_sub(REACH)..at].iter().rev() {
            match token.kind {
                Kind::Mark(b')' | b'}') => closed += 1,
                Kind::Mark(b'(' | b'{') if closed == 0 => return true,
                Kind::Mark(b'(' | b'{') => closed -= 1,
                _ => {}
            }
        }
        false
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
        let mut at = self.from;
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
        let tokens = self.reading.tokens_of(span);
        (tokens.start, tokens.end.saturating_sub(1).max(tokens.start))
    }

    fn has_letters(&self, first: usize, last: usize) -> bool {
        self.reading.tokens[first..=last].iter().any(|t| t.is_text())
    }
}
