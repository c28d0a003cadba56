//! Secrets that are repeated in later messages of the same document or file: "rosebud7" and then "rosebud7 didn't work".

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

use crate::edit::Edit;
use crate::engine::{Engine, Hidden};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::report::{Finding, Outcome};
use crate::span::Span;
use crate::steps;

/// The minimum length of a value that is recognized again, in bytes.
const SHORTEST: usize = 6;

/// The maximum length of a value that is recognized again, in bytes.
const LONGEST: usize = 64;

/// The maximum number of values. The oldest one goes first.
const MOST: usize = 64;

/// The values found so far in a document, as hashes with a random key. They are never serialized.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownValues {
    hasher: RandomState,
    values: VecDeque<(u64, Entity)>,
}

impl KnownValues {
    /// Adds to the outcome of the next message the values of earlier messages that it repeats, and remembers its own.
    pub(crate) fn scan(&mut self, engine: &Engine, text: &[u8], outcome: &mut Outcome) {
        if !self.values.is_empty() {
            self.find(engine, text, outcome);
        }
        for finding in &outcome.findings {
            let value = text.get(finding.span.start..finding.span.end).unwrap_or_default();
            if !finding.kind.is_there() || finding.evidence.piece || !stands_out(value) {
                continue;
            }
            let known = (self.hasher.hash_one(value), finding.entity);
            if !self.values.contains(&known) {
                if self.values.len() == MOST {
                    self.values.pop_front();
                }
                self.values.push_back(known);
            }
        }
    }

    fn find(&self, engine: &Engine, text: &[u8], outcome: &mut Outcome) {
        steps::add(text.len());
        let mut edits: Vec<Edit> = Vec::new();
        let mut found: Vec<Finding> = Vec::new();
        let mut start = 0;
        for word in text.split(u8::is_ascii_whitespace) {
            let end = start + word.len();
            if let Some((span, entity)) = self.value_in(word, start)
                && outcome.patch.overlapping(span).is_empty()
            {
                let evidence = Evidence { cue: Some("given before"), ..Evidence::default() };
                let Hidden { finding, edit } = engine.hide_value(text, span, entity, evidence);
                found.push(finding);
                edits.extend(edit);
            }
            start = end + 1;
        }
        if !found.is_empty() {
            outcome.add(found);
            outcome.patch = outcome.patch.with(edits);
        }
    }

    /// Returns the known value in a word that starts at `start`: the word, or what is left without marks around it.
    fn value_in(&self, word: &[u8], start: usize) -> Option<(Span, Entity)> {
        const MARKS: usize = 4;
        let opening = word.iter().take(MARKS).take_while(|b| b.is_ascii_punctuation()).count();
        let closing = word.iter().rev().take(MARKS).take_while(|b| b.is_ascii_punctuation()).count();
        (0..=opening).flat_map(|left| (0..=closing).map(move |right| (left, right))).find_map(|(left, right)| {
            let value = word.get(left..word.len() - right).filter(|value| stands_out(value))?;
            let hash = self.hasher.hash_one(value);
            let entity = self.values.iter().find(|known| known.0 == hash)?.1;
            Some((Span { start: start + left, end: start + left + value.len() }, entity))
        })
    }
}

/// Returns whether a value does not occur in ordinary text by chance: letters with digits or signs, or many digits.
fn stands_out(value: &[u8]) -> bool {
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let inner = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
    let signs = inner.iter().any(|b| b"!@#$%^&*_+=~?".contains(b));
    (SHORTEST..=LONGEST).contains(&value.len())
        && (letters == 0 && digits >= SHORTEST || letters > 0 && (digits > 0 || signs))
}
