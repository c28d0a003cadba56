//! Tokenizes a view and finds the cues in it.
//!
//! Takes the bytes of a view and returns a [`TokenizedText`]: the tokens in order, without the spaces between them, and
//! the cues, which are disjoint ranges of tokens. One pass in linear time.

use std::ops::Range;

use smallvec::SmallVec;

use super::cues::{Cue, Lexicon, PhraseSet, Topic, WordClass, WordId, WordSet};
use super::split::{Facts, narrow, split};
pub(crate) use super::split::{Kind, Token};
use crate::steps;
use crate::text::{ViewSpan, Words};

/// A cue in a text: tokens `first..=last`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) cue: Cue,
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// The buffers of a tokenized text. A typical message needs no heap memory.
#[derive(Default)]
pub(crate) struct TokenBuffer {
    tokens: SmallVec<[Token; 32]>,
    cues: SmallVec<[Hit; 6]>,
}

/// A tokenized view.
pub(crate) struct TokenizedText<'v> {
    pub(crate) text: &'v [u8],
    pub(crate) tokens: &'v mut [Token],
    pub(crate) cues: &'v [Hit],
    pub(crate) facts: Facts,
    /// The topics of its cues, one bit each.
    topics: u32,
}

/// The maximum number of tokens of a phrase, marks included.
pub(crate) const LONGEST_PHRASE: usize = 14;

impl<'v> TokenizedText<'v> {
    /// Tokenizes a text into empty buffers.
    pub(crate) fn new(text: &'v [u8], sheet: &'v mut TokenBuffer) -> Self {
        steps::add(text.len());
        let facts = split(text, &mut sheet.tokens);
        let mut reading = Self { text, tokens: &mut sheet.tokens, cues: &[], facts, topics: 0 };
        reading.find_cues(&mut sheet.cues);
        reading.cues = &sheet.cues;
        reading
    }

    /// Returns whether nothing in an ASCII text has another spelling, except for letters typed for digits.
    pub(crate) fn is_plain(&self) -> bool {
        self.facts.are_plain() && !(self.facts.may_have_number_words() && self.may_spell_a_number())
    }

    /// Returns whether number words may be close to each other or to a digit.
    #[inline(never)]
    fn may_spell_a_number(&self) -> bool {
        let mut words = Words::new(self.text);
        self.facts.mixed
            || self.tokens.iter().any(|token| token.kind == Kind::Word && words.make_a_number(token.start as usize))
    }

    /// Returns the text without its cues.
    pub(crate) fn without_cues(mut self) -> Self {
        self.cues = &[];
        for token in &mut *self.tokens {
            token.cue = 0;
        }
        self
    }

    pub(crate) fn bytes(&self, token: &Token) -> &'v [u8] {
        steps::add(1);
        &self.text[token.start as usize..token.end as usize]
    }

    pub(crate) fn token(&self, at: usize) -> Option<&Token> {
        steps::add(1);
        self.tokens.get(at)
    }

    pub(crate) fn hit(&self, token: &Token) -> Option<&Hit> {
        steps::add(1);
        (token.cue != 0).then(|| &self.cues[token.cue as usize - 1])
    }

    pub(crate) fn span(&self, first: usize, last: usize) -> ViewSpan {
        ViewSpan::new(self.tokens[first].start as usize, self.tokens[last].end as usize)
    }

    /// Returns the tokens that the span overlaps.
    pub(crate) fn tokens_of(&self, span: ViewSpan) -> Range<usize> {
        let first = self.tokens.partition_point(|t| (t.end as usize) <= span.start);
        first..self.tokens.partition_point(|t| (t.start as usize) < span.end)
    }

    /// Returns the first token of the run without spaces around the token at `at`.
    pub(crate) fn chunk_start(&self, at: usize) -> usize {
        let mut first = at;
        while first > 0
            && !self.tokens[first].spaced
            && at - first < 16
            && matches!(
                self.tokens[first - 1].kind,
                Kind::Word | Kind::Mixed | Kind::Digits | Kind::Mark(b'-' | b'_' | b'/' | b'.')
            )
            && self.tokens[first - 1].cue == 0
        {
            first -= 1;
        }
        first
    }

    /// Returns whether a sentence ends with the token at `at`.
    #[inline]
    pub(crate) fn ends_sentence(&self, at: usize) -> bool {
        self.tokens[at].may_end_sentence() && self.is_end(at)
    }

    /// Returns whether the mark at `at` is followed by a space or the end and does not belong to an abbreviation.
    #[inline(never)]
    fn is_end(&self, at: usize) -> bool {
        let free = self.tokens.get(at + 1).is_none_or(|next| next.spaced || next.kind == Kind::Newline);
        free && !(self.tokens[at].is(b'.') && at > 0 && self.is_abbreviation(&self.tokens[at - 1]))
    }

    fn is_abbreviation(&self, token: &Token) -> bool {
        token.is_text() && token.is_any(WordSet::ABBREVIATION)
            || token.kind == Kind::Word && token.len() == 1 && self.text[token.start as usize].is_ascii_uppercase()
    }

    /// Returns whether the text has a cue of `topic`.
    pub(crate) fn mentions(&self, topic: Topic) -> bool {
        self.topics & 1 << topic as u32 != 0
    }

    /// Returns whether the text has a cue of any secret.
    pub(crate) fn mentions_secrets(&self) -> bool {
        self.topics & SECRETS != 0
    }

    /// Returns whether one of its words belongs to a class.
    pub(crate) fn does(&self, role: WordClass) -> bool {
        self.facts.roles.intersects(role)
    }

    /// Returns whether this mark is a token of the text.
    pub(crate) fn has_mark(&self, mark: u8) -> bool {
        mark < 128 && self.facts.marks & 1 << mark != 0
    }

    /// Returns whether the token is this word, given in lower case.
    #[inline]
    pub(crate) fn is_word(&self, token: &Token, word: &[u8]) -> bool {
        token.len() == word.len()
            && (token.is_text() || token.kind == Kind::Digits)
            && self.bytes(token).eq_ignore_ascii_case(word)
    }

    /// Returns whether the token is a word in one of these sets.
    pub(crate) fn is_in(&self, token: &Token, sets: PhraseSet) -> bool {
        token.is_text() && Lexicon::get().is_in(self.bytes(token), sets)
    }

    /// Returns whether one of its words is on one of these lists.
    pub(crate) fn has_any(&self, lists: WordSet) -> bool {
        self.facts.lists.intersects(lists)
    }

    /// Returns whether one of the tokens `from..to` is on one of these lists.
    pub(crate) fn any_of(&self, from: usize, to: usize, lists: WordSet) -> bool {
        self.has_any(lists) && self.tokens[from..to].iter().any(|token| token.is_any(lists))
    }

    /// Finds the leftmost, longest phrases. They do not overlap.
    fn find_cues(&mut self, cues: &mut SmallVec<[Hit; 6]>) {
        let lexicon = Lexicon::get();
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            if token.phrases != 0
                && let Some((cue, last)) = self.phrase(lexicon, at)
            {
                self.topics |= 1 << cue.topic as u32;
                cues.push(Hit { cue, first: at, last });
                let index = narrow(cues.len());
                for token in &mut self.tokens[at..=last] {
                    token.cue = index;
                }
                at = last;
            }
            at += 1;
        }
    }

    /// Returns the longest phrase that starts with the token at `first`, and its last token.
    fn phrase(&self, lexicon: &Lexicon, first: usize) -> Option<(Cue, usize)> {
        let mut node = self.tokens[first].phrases;
        let mut found = lexicon.phrase_end(node).map(|cue| (cue, first));
        let mut at = first + 1;
        while at < self.tokens.len() && at - first < LONGEST_PHRASE && lexicon.phrase_goes_on(node) {
            let token = &self.tokens[at];
            match token.kind {
                Kind::Word | Kind::Mixed | Kind::Digits | Kind::Mark(b'#') => {
                    match lexicon.phrase_next(node, self.id(lexicon, at)) {
                        Some(next) => {
                            node = next;
                            if let Some(cue) = lexicon.phrase_end(node) {
                                found = Some((cue, at));
                            }
                        }
                        None => break,
                    }
                }
                // Inside a phrase: "one-time", "soc. sec.", "card's", "p/w".
                Kind::Mark(b'-' | b'.' | b'/' | b'\'' | b'_' | b'*') if !(token.is(b'.') && self.ends_here(at)) => {
                    // "My card in your app. number 3717...": not the number of an app.
                    let short = |t: &Token| t.len() == 1 || t.is_any(WordSet::ABBREVIATION);
                    let apart = token.is(b'.') && self.tokens.get(at + 1).is_some_and(|next| next.spaced);
                    if apart && !short(&self.tokens[at - 1]) {
                        break;
                    }
                }
                // "p@ssword"
                Kind::Mark(b'@') if !token.spaced && self.tokens[at - 1].len() == 1 => {}
                _ => break,
            }
            at += 1;
        }
        found
    }

    /// Returns the id of a word, of digits that are part of phrases ("3 digit code"), or of "number" for a hash sign.
    pub(crate) fn id(&self, lexicon: &Lexicon, at: usize) -> WordId {
        let token = &self.tokens[at];
        match token.kind {
            Kind::Digits if token.len() <= 2 => lexicon.word(self.bytes(token)).id,
            Kind::Mark(b'#') => lexicon.word(b"number").id,
            _ => token.word,
        }
    }

    /// Returns whether the dot at `at` ends a sentence rather than an abbreviation: a capital follows.
    fn ends_here(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_none_or(|next| next.spaced && self.text[next.start as usize].is_ascii_uppercase())
    }
}

/// The topics that are secrets, one bit each.
const SECRETS: u32 = (1 << (Topic::Code as u32 + 1)) - 1;
