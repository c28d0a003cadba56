//! Other spellings of a password in the same message: "tried crayon2011, Crayon2011 and CRAYON".

use smallvec::SmallVec;

use crate::detect::Claim;
use crate::detect::cues::WordClass;
use crate::detect::password::{candidate, chunk};
use crate::detect::token::{Kind, Token};
use crate::entity::Entity;
use crate::judge::analysis::MessageAnalysis;

/// Fewer letters begin too many other words.
const FEWEST_LETTERS: usize = 4;

/// The maximum number of tokens between two items of a list: "crayon, and then Crayon".
const APART: usize = 3;

/// The number of passwords of which other spellings are searched for.
const MOST: usize = 16;

/// The cue that marks a finding of this rule.
const CUE: &str = "like another password in this message";

/// A password that was found: its tokens and the letters that it begins with.
struct Found<'t> {
    first: usize,
    last: usize,
    stem: &'t [u8],
}

impl MessageAnalysis<'_, '_> {
    /// Finds values that begin with the same letters as a password that was found and differ in case, digits or marks.
    /// A plain word must also stand in a list with it, or after the same word. Streams do not wait for what comes after a
    /// word, so in them nothing is found.
    pub(super) fn variants(&mut self) {
        if self.expected.sensitivities.is_off() {
            return;
        }
        let text = self.reading.text;
        let mut known: SmallVec<[Found<'_>; 4]> = SmallVec::new();
        let passwords = self.verdict.found.iter().filter(|f| f.entity == Entity::Password && !f.solicited && !f.part);
        for found in passwords.take(MOST) {
            let tokens = self.reading.tokens_of(found.span);
            let (first, last) = (tokens.start, tokens.end.saturating_sub(1).max(tokens.start));
            if let Some(stem) = stem(&text[found.span.start..found.span.end]) {
                known.push(Found { first, last, stem });
            }
        }
        let mut at = if known.is_empty() { self.reading.tokens.len() } else { self.from };
        while at < self.reading.tokens.len() {
            let word = self.reading.bytes(&self.reading.tokens[at]);
            let begins = |found: &Found<'_>| {
                word.get(..FEWEST_LETTERS)
                    .is_some_and(|start| start.eq_ignore_ascii_case(&found.stem[..FEWEST_LETTERS]))
            };
            let value = known.iter().any(begins).then(|| chunk(self.reading, at)).flatten();
            let Some((first, last)) = value.filter(|value| value.1 >= at) else {
                at += 1;
                continue;
            };
            at = last + 1;
            if !self.is_free(first, last) {
                continue;
            }
            let span = self.reading.span(first, last);
            let Some(stem) = stem(&text[span.start..span.end]) else { continue };
            let is_like = |found: &&Found<'_>| found.stem.eq_ignore_ascii_case(stem);
            let is_plain = first == last && self.reading.tokens[first].kind == Kind::Word;
            let is_variant = known.iter().filter(is_like).any(|found| !is_plain || self.are_listed(found, first));
            if is_variant && !self.is_named_otherwise(first, last) {
                let variant = candidate(first, last, Claim::Certain, CUE);
                self.find(&variant, variant.evidence);
            }
        }
    }

    /// Returns whether the word at `at` stands in a list with what was found, or after the same word.
    fn are_listed(&self, found: &Found<'_>, at: usize) -> bool {
        let tokens = &self.reading.tokens;
        let between = if at > found.last { found.last + 1..at } else { at + 1..found.first };
        let joins = |token: &Token| {
            matches!(token.kind, Kind::Mark(b',' | b'/' | b'"' | b'\'')) || token.does(WordClass::CONJUNCTION)
        };
        // "crayon for Crayon2011", "crayon, and then Crayon2011".
        let glues = |token: &&Token| !joins(token) && token.does(WordClass::GLUE);
        let between = &tokens[between];
        let glue = between.iter().filter(glues).count();
        if (1..=APART).contains(&between.len())
            && glue <= 1
            && between.iter().filter(|token| joins(token)).count() + glue == between.len()
        {
            return true;
        }
        // "tried crayon. tried Crayon2011", "tried: crayon. tried: Crayon2011".
        let vague = WordClass::COPULA.union(WordClass::DETERMINER);
        let word_before = |at: usize| {
            let word = tokens[at.saturating_sub(2)..at].iter().rfind(|token| token.kind == Kind::Word);
            word.filter(|word| !word.does(vague))
        };
        let same = |one, other| self.reading.bytes(one).eq_ignore_ascii_case(self.reading.bytes(other));
        word_before(at).zip(word_before(found.first)).is_some_and(|(one, other)| same(one, other))
    }

    /// Returns whether a value is an address, or the word for something harmless is right before it.
    fn is_named_otherwise(&self, first: usize, last: usize) -> bool {
        const NEAR: usize = 2;
        let before = self.reading.cues.partition_point(|hit| hit.last < first);
        let named = self.reading.cues[..before]
            .last()
            .is_some_and(|hit| first - hit.last <= NEAR && !hit.cue.topic.is_secret());
        named || self.reading.tokens[first..=last].iter().any(|token| token.is(b'@'))
    }
}

/// Returns the letters that a value begins with, unless they are few or the value is several words.
fn stem(value: &[u8]) -> Option<&[u8]> {
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (letters >= FEWEST_LETTERS && !value.contains(&b' ')).then(|| &value[..letters])
}
