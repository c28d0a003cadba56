//! The compiled cue tables.
//!
//! In: the tables of the languages. Out: a [`Lexicon`], which knows each word, also mistyped, and follows phrases word by
//! word. It also knows which words a text must hold that speaks of a secret at all.

use std::collections::HashMap;

use once_cell::sync::Lazy;

use super::table::{Edges, Key, Table};
use super::{Cue, Role, Row, WordId, english, spanish};

/// What is known about a word.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    role: Role,
    /// The first node of the phrases that start with it, or 0.
    node: u16,
    marks: Marks,
}

/// What a word may do to a message without digits: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks(pub(crate) u8);

impl Marks {
    /// Every phrase that names a secret holds such a word, and so does every other way to ask for one.
    pub(crate) const SECRET: Self = Self(1);
    /// Every phrase of the tables holds such a word.
    pub(crate) const CUE: Self = Self(1 << 1);
    /// Asks for something.
    pub(crate) const REQUEST: Self = Self(1 << 2);

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The node of a phrase that was read so far.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// The cue that ends here.
    end: Option<Cue>,
    /// Whether a phrase goes on from here.
    goes_on: bool,
}

/// The compiled tables.
pub(crate) struct Lexicon {
    ids: Table,
    /// Long words without one of their letters: one slip of the finger away.
    slips: Table,
    /// The letters of those words before it, and how many.
    slipping: Vec<(Letters, usize)>,
    words: Vec<Word>,
    /// The trie of phrases.
    nodes: Vec<Node>,
    edges: Edges,
}

/// Words of this length and more are recognised with one letter wrong, missing, doubled or swapped.
const SLIP_LENGTH: usize = 7;

static LEXICON: Lazy<Lexicon> = Lazy::new(Lexicon::compile);

impl Lexicon {
    /// The tables of all languages, compiled at first use.
    pub(crate) fn get() -> &'static Self {
        &LEXICON
    }

    fn compile() -> Self {
        let mut lexicon = Self {
            ids: Table::default(),
            slips: Table::default(),
            slipping: Vec::new(),
            words: vec![Word::default()],
            nodes: vec![Node::default()],
            edges: Edges::new(&[]),
        };
        for words in english::WORDS.iter().chain(spanish::WORDS) {
            for word in words.words.split_ascii_whitespace() {
                let id = lexicon.intern(word.as_bytes());
                let entry = &mut lexicon.words[usize::from(id)];
                entry.role = entry.role.and(words.role);
            }
        }
        let mut phrases = Vec::new();
        for row in english::CUES.iter().chain(spanish::CUES) {
            lexicon.read_row(row, &mut phrases);
        }
        lexicon.compile_phrases(&phrases);
        for word in english::SLIPS.split_ascii_whitespace().chain(spanish::SLIPS.split_ascii_whitespace()) {
            lexicon.let_slip(word.as_bytes());
        }
        lexicon.mark(&phrases);
        lexicon
    }

    fn intern(&mut self, word: &[u8]) -> WordId {
        let key = Key::of(word, 0, word.len());
        if let Some(id) = self.ids.get(key) {
            return id;
        }
        let id = WordId::try_from(self.words.len()).expect("the tables hold fewer than 65,536 words");
        self.words.push(Word::default());
        self.ids.insert(key, id);
        id
    }

    fn let_slip(&mut self, word: &[u8]) {
        let id = self.intern(word);
        debug_assert!(word.len() >= SLIP_LENGTH, "{word:?} is too short to be recognised when mistyped");
        self.slipping.push((Letters::of(word), word.len()));
        for at in 0..word.len() {
            let mut buffer = [0; Key::LONGEST];
            let key = without(word, at, &mut buffer);
            if self.slips.get(key).is_none() {
                self.slips.insert(key, id);
            }
        }
    }

    fn read_row(&mut self, row: &Row, phrases: &mut Vec<Phrase>) {
        let cue = Cue { topic: row.topic, name: row.name };
        for phrase in row.phrases.split(';').filter(|phrase| !phrase.trim().is_empty()) {
            let parts = phrase
                .split_ascii_whitespace()
                .map(|part| Part {
                    optional: part.ends_with('?'),
                    words: part.trim_end_matches('?').split('/').map(|word| self.intern(word.as_bytes())).collect(),
                })
                .collect();
            phrases.push(Phrase { cue, parts });
        }
    }

    /// Compiles the phrases: a node stands for the set of places that a reader may have reached in them.
    fn compile_phrases(&mut self, phrases: &[Phrase]) {
        let mut nodes: HashMap<Box<[Place]>, u16> = HashMap::new();
        let mut queue: Vec<(u16, Box<[Place]>)> = Vec::new();
        let mut edges = Vec::new();
        let mut steps = Vec::new();
        let beginnings: Vec<Place> = (0..phrases.len())
            .flat_map(|phrase| reachable(phrases, Place::new(phrase, 0)))
            .collect();
        // From the start, and from each node in turn, the next words.
        let mut from = (0, beginnings.into_boxed_slice());
        loop {
            take_steps(phrases, &from.1, &mut steps);
            for step in steps.chunk_by(|one, other| one.0 == other.0) {
                let (word, places) = (step[0].0, step.iter().map(|step| step.1).collect::<Box<[Place]>>());
                let known = nodes.get(&places).copied();
                let node = known.unwrap_or_else(|| {
                    let node = u16::try_from(self.nodes.len()).expect("the tables compile to fewer than 65,536 nodes");
                    // The first table to claim a phrase keeps it.
                    let ends = |place: &&Place| place.part() == phrases[place.phrase()].parts.len();
                    let end = places.iter().find(ends).map(|place| phrases[place.phrase()].cue);
                    self.nodes.push(Node { end, goes_on: false });
                    queue.push((node, places.clone()));
                    nodes.insert(places, node);
                    node
                });
                if from.0 == 0 {
                    self.words[usize::from(word)].node = node;
                } else {
                    self.nodes[usize::from(from.0)].goes_on = true;
                    edges.push((from.0, word, node));
                }
            }
            let Some(next) = queue.pop() else { break };
            from = next;
        }
        self.edges = Edges::new(&edges);
    }

    /// Marks the words by which a text that holds a phrase is known: of each phrase the words of one part that is never
    /// left out, preferably words that say little else.
    fn mark(&mut self, phrases: &[Phrase]) {
        for word in &mut self.words {
            if word.role.has(Role::REQUEST) {
                word.marks = word.marks.and(Marks::REQUEST);
            }
            // "The four digits on the back": a security code without a cue.
            if word.role.has(Role::DIGITS) {
                word.marks = word.marks.and(Marks::SECRET);
            }
        }
        let parts = |phrase: &&Phrase| phrase.parts.iter().filter(|part| !part.optional).count();
        let mut phrases: Vec<&Phrase> = phrases.iter().collect();
        phrases.sort_by_key(parts);
        for (mark, secret) in [(Marks::SECRET.and(Marks::CUE), true), (Marks::CUE, false)] {
            for phrase in phrases.iter().filter(|phrase| phrase.cue.topic.is_secret() == secret) {
                let cost = |part: &&Part| part.words.iter().map(|word| self.cost(*word, mark)).sum::<u32>();
                let part = phrase.parts.iter().filter(|part| !part.optional).min_by_key(cost);
                let part = part.expect("no phrase consists of words that may be left out");
                for word in &part.words {
                    let word = &mut self.words[usize::from(*word)];
                    word.marks = word.marks.and(mark);
                }
            }
        }
    }

    /// How dear it is to mark a word: everyday words stand in many messages.
    fn cost(&self, word: WordId, mark: Marks) -> u32 {
        let Word { role, marks, .. } = self.words[usize::from(word)];
        match role.has(Role::COMMON.and(Role::GLUE)) {
            _ if marks.and(mark) == marks => 0,
            true => 8,
            false => 1,
        }
    }

    /// The id of a word in any case, or 0.
    pub(crate) fn word(&self, word: &[u8]) -> WordId {
        self.word_at(word, 0, word.len())
    }

    /// The id of the word `start..end` of a text, in any case, or 0.
    #[inline]
    pub(crate) fn word_at(&self, text: &[u8], start: usize, end: usize) -> WordId {
        if end - start > Key::LONGEST {
            return 0;
        }
        match self.ids.get(Key::of(text, start, end)) {
            Some(id) => id,
            None if Self::may_be_mistyped(end - start) => self.slip(&text[start..end]),
            None => 0,
        }
    }

    /// A word of the slip table that is one slip away: a letter missing, doubled or added, wrong, or swapped with the
    /// next one.
    fn slip(&self, word: &[u8]) -> WordId {
        if !self.may_slip(word) {
            return 0;
        }
        if let Some(id) = self.slips.get(Key::of(word, 0, word.len())) {
            return id;
        }
        if word.len() < SLIP_LENGTH {
            return 0;
        }
        let (mut buffer, mut second) = ([0; Key::LONGEST], [0; Key::LONGEST]);
        for at in 0..word.len() {
            let shorter = without(word, at, &mut buffer);
            // An added letter leaves the word itself, a wrong or swapped one a word with the same gap.
            if let Some(id) = self.ids.get(shorter) {
                let shorter = &buffer[..word.len() - 1];
                if shorter.len() >= SLIP_LENGTH && self.slips.get(without(shorter, 0, &mut second)) == Some(id) {
                    return id;
                }
            }
            if let Some(id) = self.slips.get(shorter) {
                return id;
            }
        }
        0
    }

    /// Whether words of so many letters are looked for among the mistyped ones.
    pub(crate) fn may_be_mistyped(len: usize) -> bool {
        len + 1 >= SLIP_LENGTH
    }

    /// Whether a word could be one that is mistyped: a slip adds one letter at most and takes away one at most.
    fn may_slip(&self, word: &[u8]) -> bool {
        let letters = Letters::of(word);
        self.slipping.iter().any(|(known, len)| letters.unlike(*known) <= 2 && word.len().abs_diff(*len) <= 1)
    }

    /// What the word does.
    pub(crate) fn role(&self, word: WordId) -> Role {
        self.words[usize::from(word)].role
    }

    /// What the word may do to a message without digits.
    pub(crate) fn marks(&self, word: WordId) -> Marks {
        self.words[usize::from(word)].marks
    }

    /// The words of the tables, each with its [hash](hash_at) and what it may do to a message without digits.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (u64, Marks)> {
        self.ids.iter().map(|(key, id)| (key.hash(), self.marks(id)))
    }

    /// The node of the phrases that start with `word`, if any does.
    pub(crate) fn phrase_start(&self, word: WordId) -> Option<u16> {
        Some(self.words[usize::from(word)].node).filter(|&node| node != 0)
    }

    /// The node after one more word of a phrase.
    pub(crate) fn phrase_next(&self, node: u16, word: WordId) -> Option<u16> {
        if word == 0 { None } else { self.edges.next(node, word) }
    }

    /// Whether a phrase goes on from the node.
    pub(crate) fn phrase_goes_on(&self, node: u16) -> bool {
        self.nodes[usize::from(node)].goes_on
    }

    /// The cue whose phrase ends at the node.
    pub(crate) fn phrase_end(&self, node: u16) -> Option<Cue> {
        self.nodes[usize::from(node)].end
    }
}

/// The hash of the word `start..end` of a text, in any case; none for words longer than all of the tables.
#[inline]
pub(crate) fn hash_at(text: &[u8], start: usize, end: usize) -> Option<u64> {
    (end - start <= Key::LONGEST).then(|| Key::of(text, start, end).hash())
}

/// Which letters are in a word: a bit for each, the same one for a few others.
#[derive(Debug, Clone, Copy)]
struct Letters(u32);

impl Letters {
    fn of(word: &[u8]) -> Self {
        Self(word.iter().fold(0, |letters, byte| letters | 1 << (byte & 31)))
    }

    /// How many letters are in one of the words only.
    fn unlike(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

/// A phrase of the tables, with its alternatives.
struct Phrase {
    cue: Cue,
    parts: Vec<Part>,
}

struct Part {
    words: Vec<WordId>,
    optional: bool,
}

/// Before a part of a phrase, or at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Place(u32);

impl Place {
    fn new(phrase: usize, part: usize) -> Self {
        Self(u32::try_from(phrase << 8 | part & 0xFF).expect("the tables hold fewer than 16,777,216 phrases"))
    }

    fn phrase(self) -> usize {
        (self.0 >> 8) as usize
    }

    fn part(self) -> usize {
        (self.0 & 0xFF) as usize
    }
}

/// The place itself and those behind optional parts.
fn reachable(phrases: &[Phrase], place: Place) -> impl Iterator<Item = Place> {
    let parts = &phrases[place.phrase()].parts[place.part()..];
    let skipped = parts.iter().take_while(|part| part.optional).count();
    (place.part()..=place.part() + skipped).map(move |part| Place::new(place.phrase(), part))
}

/// The places that each next word leads to, sorted.
fn take_steps(phrases: &[Phrase], places: &[Place], steps: &mut Vec<(WordId, Place)>) {
    steps.clear();
    for place in places {
        let Some(part) = phrases[place.phrase()].parts.get(place.part()) else { continue };
        for next in reachable(phrases, Place::new(place.phrase(), place.part() + 1)) {
            steps.extend(part.words.iter().map(|word| (*word, next)));
        }
    }
    steps.sort_unstable();
    steps.dedup();
}

/// The word without its letter at `at`.
fn without(word: &[u8], at: usize, buffer: &mut [u8; Key::LONGEST]) -> Key {
    let len = word.len() - 1;
    buffer[..at].copy_from_slice(&word[..at]);
    buffer[at..len].copy_from_slice(&word[at + 1..]);
    Key::of(buffer, 0, len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_stay_small() {
        let lexicon = Lexicon::compile();
        assert!(lexicon.nodes.len() < 20_000, "{} nodes", lexicon.nodes.len());
    }

    #[test]
    fn a_slip_of_the_finger_is_read_over() {
        let lexicon = Lexicon::get();
        for (typed, meant) in [
            ("verificaton", "verification"),
            ("passwrod", "password"),
            ("secuirty", "security"),
            ("contrasenia", "contrasenia"),
        ] {
            assert_eq!(lexicon.word(typed.as_bytes()), lexicon.word(meant.as_bytes()), "{typed}");
        }
    }

    #[test]
    fn everyday_words_are_not_taken_for_slips() {
        let lexicon = Lexicon::get();
        for (word, other) in [("amount", "account"), ("passport", "password")] {
            assert_ne!(lexicon.word(word.as_bytes()), lexicon.word(other.as_bytes()), "{word}");
        }
    }
}
