//! The compiled cue tables.
//!
//! Takes the tables of the languages and returns a [`Lexicon`], which looks up words, including mistyped ones, and
//! follows phrases word by word. It also marks the words without which a text cannot mention a secret.

use std::collections::HashMap;

use once_cell::sync::Lazy;

use super::lists::WordSet;
use super::phrasing::PhraseSet;
use super::table::{Edges, Key, Short, Table};
use super::{Cue, Row, Topic, WordClass, WordId, cues, listed_words, phrasing, slips, unlike, words};
use crate::text::{Block, is_number_word};

/// What is known about a word. The default is an unknown word.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Word {
    /// The lists that contain it.
    pub(crate) lists: WordSet,
    /// Its classes.
    pub(crate) role: WordClass,
    /// Its id, or 0 if it is in no table.
    pub(crate) id: WordId,
    /// The first trie node of the phrases that start with it, or 0.
    pub(crate) node: u16,
    /// What it may do to a message.
    pub(crate) marks: Marks,
}

/// What a word may do to a message: a set of flags, used by the prefilter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks(pub(crate) u8);

impl Marks {
    /// Every phrase that names a secret contains such a word, and so does every other way to ask for one.
    pub(crate) const SECRET: Self = Self(1);
    /// Every phrase of the tables that is not a mere quantity contains such a word, and so does every statement that
    /// something was sent.
    pub(crate) const CUE: Self = Self(1 << 1);
    /// Asks for something.
    pub(crate) const REQUEST: Self = Self(1 << 2);
    /// Every phrase for a password contains such a word, and so does every phrase for a secret that may be a word, and
    /// every command that takes a password.
    pub(crate) const WORD: Self = Self(1 << 3);
    /// Names a face of a card.
    pub(crate) const FACE: Self = Self(1 << 4);
    /// A number word.
    pub(crate) const NUMBER: Self = Self(1 << 5);
    /// Every phrase of a [topic that may be meant](Topic::MEANT) contains such a word.
    pub(crate) const MEANT: Self = Self(1 << 6);

    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A node of the trie: the part of a phrase read so far.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// The cue that ends here.
    end: Option<Cue>,
    /// Whether a phrase continues from here.
    goes_on: bool,
}

/// The compiled tables.
pub(crate) struct Lexicon {
    ids: Table,
    /// The mistypable words, each with one letter left out.
    slips: Table,
    /// The mistypable words themselves.
    slipping: Slipping,
    /// The words of the tables by id, as used for mistyped words: without lists.
    words: Vec<Word>,
    /// The same words, and those that are only on lists, as used for words spelled correctly.
    listed: Vec<Word>,
    /// The words of up to eight letters.
    short: Short<Word>,
    /// The trie of phrases.
    nodes: Vec<Node>,
    edges: Edges,
    /// Words by their id, with the classes that they lose in a text with a [`WordSet::MARKER`].
    unlike: Vec<(WordId, WordClass)>,
    /// The words of the phrase sets: the index of each in `phrasing_sets`.
    phrasing: Table,
    phrasing_sets: Vec<PhraseSet>,
    /// The phrase sets that contain a word of this length with this first letter.
    phrasing_shapes: [[PhraseSet; 32]; Key::LONGEST + 1],
}

/// Words that are in many messages without a phrase of theirs, and how many of 10,000 words in chats they are, rounded down
/// to a power of two. Counted in the corpus and in the public dialogues without secrets that the weights are learned from.
const EVERYDAY: &[(u32, &str)] = &[
    (
        64,
        "a and at can de do el for have i in is it la me my no on please s that the to what with you \
        your",
    ),
    (32, "be else help how like need number o of ok one que thank there want will would y yes"),
    (
        16,
        "about account all am an anything are card con d day del e en es from get good great has hi le \
        lo m march may name not now or order pin pm so su sure t th thanks this time today up wait was \
        which",
    ),
    (
        8,
        "address al any app as been booking but by car check clave code codigo confirm correct could da \
        did does don email find flight found go got hello hotel if information its just know last let \
        ll los make mi moment more much new numero okay out para password phone por provide q qual \
        quantity right says se see should si social something sorry take tarjeta tell then they tickets \
        transfer two un updated ve we when where why ya",
    ),
    (
        4,
        "after again also apartment appointment around ask available back bank before box bus buy bye c \
        cartao cash change checking city com como confirmation contrasena cost cual cuenta date days \
        degrees dice digits em enter esta fee fine first four give going goodbye gracias he here id k \
        kindly las left long look looking made mail many minutes money month na nao next nice nothing \
        numeros off oh old only other party pass pay payment people pick pra r re read reservation \
        restaurant room say search seat send senha sent set share showing some sounds still street te \
        thats them thing think three ticket tiene too top tres try tu type u us use very way whats wifi \
        work wrong zip",
    ),
];

static LEXICON: Lazy<Lexicon> = Lazy::new(Lexicon::compile);

impl Lexicon {
    /// The minimum length of words that are recognized with one letter wrong, missing, doubled or swapped.
    const SLIP_LENGTH: usize = 7;

    /// The minimum length of a mistyped word.
    pub(crate) const SHORTEST_SLIP: usize = Self::SLIP_LENGTH - 1;

    /// Returns the tables of all languages, compiled at first use.
    pub(crate) fn get() -> &'static Self {
        &LEXICON
    }

    fn compile() -> Self {
        let mut lexicon = Self {
            ids: Table::default(),
            slips: Table::default(),
            slipping: Slipping::default(),
            words: vec![Word::default()],
            listed: Vec::new(),
            short: Short::new(&[]),
            nodes: vec![Node::default()],
            edges: Edges::new(&[]),
            unlike: Vec::new(),
            phrasing: Table::default(),
            phrasing_sets: Vec::new(),
            phrasing_shapes: [[PhraseSet::default(); 32]; Key::LONGEST + 1],
        };
        for row in words() {
            for word in row.words.split_ascii_whitespace() {
                let id = lexicon.intern(word.as_bytes());
                let entry = &mut lexicon.words[usize::from(id)];
                entry.role = entry.role.union(row.role);
            }
        }
        for row in unlike() {
            for word in row.words.split_ascii_whitespace() {
                let id = lexicon.intern(word.as_bytes());
                lexicon.unlike.push((id, row.role));
            }
        }
        let mut phrases = Vec::new();
        for row in cues() {
            lexicon.read_row(row, &mut phrases);
        }
        lexicon.compile_phrases(&phrases);
        for word in slips() {
            lexicon.add_mistypable(word.as_bytes());
        }
        lexicon.mark(&phrases);
        lexicon.listed = lexicon.words.clone();
        for (list, words) in listed_words() {
            for word in words.split_ascii_whitespace() {
                lexicon.put_on_list(word.as_bytes(), *list);
            }
        }
        for (set, words) in phrasing() {
            for word in words.split_ascii_whitespace() {
                lexicon.put_in(word.as_bytes(), *set);
            }
        }
        for (key, place) in lexicon.ids.iter() {
            let (word, len) = key.word();
            let list = if is_number_word(&word, 0, len) { WordSet::NUMBER } else { WordSet::NONE };
            let lists = &mut lexicon.listed[usize::from(place)].lists;
            *lists = lists.union(list).union(WordSet::KNOWN);
        }
        let listed = lexicon.ids.iter().map(|(key, place)| (key, lexicon.listed[usize::from(place)]));
        lexicon.short = Short::new(&listed.collect::<Vec<_>>());
        lexicon
    }

    /// Puts a word on a list. A word that is in no table otherwise stays unknown.
    fn put_on_list(&mut self, word: &[u8], list: WordSet) {
        let key = Key::of(word, 0, word.len());
        let place = self.ids.get(key).unwrap_or_else(|| {
            let place = id_of(self.listed.len());
            self.listed.push(*self.mistyped(word));
            self.ids.insert(key, place);
            place
        });
        let word = &mut self.listed[usize::from(place)];
        word.lists = word.lists.union(list);
        if list.intersects(WordSet::NAMES_A_WORD.union(WordSet::TOKEN).union(WordSet::COMMAND)) {
            word.marks = word.marks.union(Marks::WORD);
        }
        // "Ok, how many nights": people leave out the question mark.
        if list.intersects(WordSet::HOW.union(WordSet::HOW_MANY)) {
            word.marks = word.marks.union(Marks::REQUEST);
        }
    }

    fn put_in(&mut self, word: &[u8], set: PhraseSet) {
        let key = Key::of(word, 0, word.len());
        let place = self.phrasing.get(key).unwrap_or_else(|| {
            let place = id_of(self.phrasing_sets.len());
            self.phrasing_sets.push(PhraseSet::default());
            self.phrasing.insert(key, place);
            place
        });
        for sets in
            [&mut self.phrasing_sets[usize::from(place)], &mut self.phrasing_shapes[word.len()][letter(word[0])]]
        {
            *sets = sets.union(set);
        }
    }

    fn intern(&mut self, word: &[u8]) -> WordId {
        let key = Key::of(word, 0, word.len());
        if let Some(id) = self.ids.get(key) {
            return id;
        }
        let id = id_of(self.words.len());
        self.words.push(Word { id, ..Word::default() });
        self.ids.insert(key, id);
        id
    }

    fn add_mistypable(&mut self, word: &[u8]) {
        let id = self.intern(word);
        debug_assert!(word.len() >= Self::SLIP_LENGTH, "{word:?} is too short to be recognised when mistyped");
        self.slipping.add(word);
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

    /// Compiles the phrases into a trie: each node is the set of places that a reader may have reached in them.
    fn compile_phrases(&mut self, phrases: &[Phrase]) {
        let mut nodes: HashMap<Box<[Place]>, u16> = HashMap::new();
        let mut queue: Vec<(u16, Box<[Place]>)> = Vec::new();
        let mut edges = Vec::new();
        let mut steps = Vec::new();
        let beginnings: Vec<Place> =
            (0..phrases.len()).flat_map(|phrase| reachable(phrases, Place::new(phrase, 0))).collect();
        // From the start, and from each node in turn, the next words.
        let mut from = (0, beginnings.into_boxed_slice());
        loop {
            take_steps(phrases, &from.1, &mut steps);
            for step in steps.chunk_by(|one, other| one.0 == other.0) {
                let (word, places) = (step[0].0, step.iter().map(|step| step.1).collect::<Box<[Place]>>());
                let known = nodes.get(&places).copied();
                let node = known.unwrap_or_else(|| {
                    let node = u16::try_from(self.nodes.len()).expect("the tables compile to fewer than 65,536 nodes");
                    // The first table that claims a phrase keeps it.
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

    /// Marks the words that reveal a text with a phrase: of each phrase the words of one part that is not optional,
    /// preferably words that rarely occur otherwise.
    fn mark(&mut self, phrases: &[Phrase]) {
        for word in &mut self.words {
            if word.role.intersects(WordClass::REQUEST) {
                word.marks = word.marks.union(Marks::REQUEST);
            }
            // "We sent it again. Did it arrive?" contains no cue.
            // "It's on the front. What do you see?" contains no cue.
            if word.role.intersects(WordClass::SENT.union(WordClass::FACE)) {
                word.marks = word.marks.union(Marks::CUE);
            }
            if word.role.intersects(WordClass::FACE) {
                word.marks = word.marks.union(Marks::FACE);
            }
            // "The four digits on the back": a security code without a cue.
            if word.role.intersects(WordClass::DIGITS) {
                word.marks = word.marks.union(Marks::SECRET);
            }
        }
        let parts = |phrase: &&Phrase| phrase.parts.iter().filter(|part| !part.optional).count();
        // Nothing is asked about a quantity.
        let mut phrases: Vec<&Phrase> = phrases.iter().filter(|phrase| phrase.cue.topic != Topic::Quantity).collect();
        phrases.sort_by_key(parts);
        let known = |word: &&str| self.ids.get(Key::of(word.as_bytes(), 0, word.len()));
        let mut often = vec![0; self.words.len()];
        for (share, words) in EVERYDAY {
            for word in words.split_ascii_whitespace().filter_map(|word| known(&word)) {
                often[usize::from(word)] = *share;
            }
        }
        // Near a word for signing in, ordinary words may be a password.
        let may_be_words = |topic: Topic| matches!(topic, Topic::Password | Topic::Login);
        let marked: [(Marks, &dyn Fn(Topic) -> bool); 4] = [
            (Marks::WORD, &may_be_words),
            (Marks::SECRET.union(Marks::CUE), &Topic::is_secret),
            (Marks::MEANT.union(Marks::CUE), &|topic| Topic::MEANT.contains(&topic)),
            (Marks::CUE, &|topic| !topic.is_secret()),
        ];
        for (mark, names) in marked {
            for phrase in phrases.iter().filter(|phrase| names(phrase.cue.topic)) {
                // The cost of marking a word: how often it occurs without a phrase.
                let cost = |word: &WordId| {
                    let Word { role, marks, .. } = self.words[usize::from(*word)];
                    if marks.union(mark) == marks {
                        return 0;
                    }
                    let common = role.intersects(WordClass::COMMON.union(WordClass::GLUE));
                    1 + 4 * u32::from(common) + often[usize::from(*word)]
                };
                let cost = |part: &&Part| part.words.iter().map(cost).sum::<u32>();
                let part = phrase.parts.iter().filter(|part| !part.optional).min_by_key(cost);
                let part = part.expect("no phrase consists of words that may be left out");
                for word in &part.words {
                    let word = &mut self.words[usize::from(*word)];
                    word.marks = word.marks.union(mark);
                }
            }
        }
    }

    /// Looks up a word in any case.
    pub(crate) fn word(&self, word: &[u8]) -> &Word {
        self.word_at(word, 0, word.len())
    }

    /// Looks up the word `start..end` of a text, in any case.
    #[inline]
    pub(crate) fn word_at(&self, text: &[u8], start: usize, end: usize) -> &Word {
        let len = end - start;
        if len > 8 {
            return self.long_word(&text[start..end]);
        }
        self.short_word(Block::at(text, start).word(len)).unwrap_or_else(|| self.mistyped(&text[start..end]))
    }

    /// Looks up a [word](Block::word) of up to eight letters that is spelled as in the tables.
    #[inline]
    pub(crate) fn short_word(&self, word: u64) -> Option<&Word> {
        self.short.get(word)
    }

    #[inline(never)]
    fn long_word(&self, word: &[u8]) -> &Word {
        if word.len() > Key::LONGEST {
            return &self.words[0];
        }
        match self.ids.get(Key::of(word, 0, word.len())) {
            Some(place) => &self.listed[usize::from(place)],
            None => self.mistyped(word),
        }
    }

    /// Looks up the word that a mistyped word stands for, if any.
    #[inline(never)]
    pub(crate) fn mistyped(&self, word: &[u8]) -> &Word {
        &self.words[usize::from(self.slip(word))]
    }

    /// Returns the mistypable word that differs in one letter: missing, doubled, added, wrong, or swapped with the next
    /// one.
    fn slip(&self, word: &[u8]) -> WordId {
        if !self.may_be_mistyped(word) {
            return 0;
        }
        if let Some(id) = self.slips.get(Key::of(word, 0, word.len())) {
            return id;
        }
        if word.len() < Self::SLIP_LENGTH {
            return 0;
        }
        let (mut buffer, mut second) = ([0; Key::LONGEST], [0; Key::LONGEST]);
        for at in 0..word.len() {
            let shorter = without(word, at, &mut buffer);
            // Leaving out an added letter gives the word itself. A wrong or swapped letter gives a word with the same
            // gap.
            if let Some(id) = self.ids.get(shorter) {
                let shorter = &buffer[..word.len() - 1];
                if shorter.len() >= Self::SLIP_LENGTH && self.slips.get(without(shorter, 0, &mut second)) == Some(id) {
                    return id;
                }
            }
            if let Some(id) = self.slips.get(shorter) {
                return id;
            }
        }
        0
    }

    /// Returns the classes of `role` that the word keeps in a text with a [`WordSet::MARKER`].
    pub(crate) fn role_beside_marker(&self, word: WordId, role: WordClass) -> WordClass {
        let unlike = self.unlike.iter().filter(|(unlike, _)| *unlike == word);
        unlike.fold(role, |role, (_, other)| role.without(*other))
    }

    /// Returns whether one of these phrase sets contains a word, in any case.
    #[inline]
    pub(crate) fn is_in(&self, word: &[u8], sets: PhraseSet) -> bool {
        // Most words differ in their length or first letter from all of a set.
        let first = word.first().map_or(0, |first| letter(*first));
        let shape = self.phrasing_shapes.get(word.len());
        shape.is_some_and(|shape| shape[first].intersects(sets)) && self.is_phrasing(word, sets)
    }

    #[inline(never)]
    fn is_phrasing(&self, word: &[u8], sets: PhraseSet) -> bool {
        let place = self.phrasing.get(Key::of(word, 0, word.len()));
        place.is_some_and(|place| self.phrasing_sets[usize::from(place)].intersects(sets))
    }

    /// Returns quickly whether a word may be a mistyped one.
    #[inline]
    pub(crate) fn may_be_mistyped(&self, word: &[u8]) -> bool {
        (Self::SHORTEST_SLIP..=Key::LONGEST).contains(&word.len()) && self.slipping.may_be(word)
    }

    /// Returns the words of the tables, each with its [hash](hash_at) and what it may do to a message.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (u64, Marks)> {
        self.ids.iter().map(|(key, place)| (key.hash(), self.listed[usize::from(place)].marks))
    }

    /// Returns the node after one more word of a phrase.
    pub(crate) fn phrase_next(&self, node: u16, word: WordId) -> Option<u16> {
        if word == 0 { None } else { self.edges.next(node, word) }
    }

    /// Returns whether a phrase continues from the node.
    pub(crate) fn phrase_goes_on(&self, node: u16) -> bool {
        self.nodes[usize::from(node)].goes_on
    }

    /// Returns the cue whose phrase ends at the node.
    pub(crate) fn phrase_end(&self, node: u16) -> Option<Cue> {
        self.nodes[usize::from(node)].end
    }
}

fn id_of(place: usize) -> WordId {
    WordId::try_from(place).expect("the tables hold fewer than 65,536 words")
}

/// Returns the hash of the word `start..end` of a text, in any case, or `None` if it is longer than all words of the
/// tables.
#[inline]
pub(crate) fn hash_at(text: &[u8], start: usize, end: usize) -> Option<u64> {
    (end - start <= Key::LONGEST).then(|| Key::of(text, start, end).hash())
}

/// Returns the hash of a [word](Block::word) of up to eight letters.
#[inline]
pub(crate) fn short_hash(word: u64) -> u64 {
    Key::short(word).hash()
}

/// A prefilter for mistyped words, with one bit per mistypable word.
#[derive(Default)]
struct Slipping {
    /// The [letters] of each word.
    words: Vec<u32>,
    /// The words with this letter at one of the first four places.
    heads: [[u128; 32]; 4],
    /// The words with this letter at the last place, or at the place before it.
    tails: [[u128; 32]; 2],
    /// The words that a slip can give this length.
    lengths: [u128; Key::LONGEST + 1],
}

impl Slipping {
    fn add(&mut self, word: &[u8]) {
        let bit = 1 << self.words.len();
        for (place, byte) in self.heads.iter_mut().zip(word) {
            place[letter(*byte)] |= bit;
        }
        for (place, byte) in self.tails.iter_mut().zip(word.iter().rev()) {
            place[letter(*byte)] |= bit;
        }
        for len in word.len() - 1..=(word.len() + 1).min(Key::LONGEST) {
            self.lengths[len] |= bit;
        }
        self.words.push(letters(word));
    }

    /// Returns whether the word may be a mistyped one. After a slip, the first two or the last two letters are the same, or
    /// a letter has moved from one end to the other, and the letters between have moved by one place.
    #[inline]
    fn may_be(&self, word: &[u8]) -> bool {
        let [first, second, third, fourth, .., before_last, last] = *word else { return false };
        let head = |place: usize, byte: u8| self.heads[place][letter(byte)];
        let tail = |place: usize, byte: u8| self.tails[place][letter(byte)];
        let same = head(0, first) & head(1, second)
            | tail(0, last) & tail(1, before_last)
            | head(1, third) & head(2, fourth)
            | head(2, second) & head(3, third);
        let mut may_be = same & self.lengths[word.len()];
        if may_be == 0 {
            return false;
        }
        let letters = letters(word);
        while may_be != 0 {
            let unlike = letters ^ self.words[may_be.trailing_zeros() as usize];
            if unlike.count_ones() <= 2 {
                return true;
            }
            may_be &= may_be - 1;
        }
        false
    }
}

fn letter(byte: u8) -> usize {
    usize::from(byte & 31)
}

/// Returns the letters of a word: one bit per letter, shared by a few other characters.
fn letters(word: &[u8]) -> u32 {
    word.iter().fold(0, |letters, byte| letters | 1 << letter(*byte))
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

/// A position before a part of a phrase, or at its end.
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

/// Returns the place itself and those after optional parts.
fn reachable(phrases: &[Phrase], place: Place) -> impl Iterator<Item = Place> {
    let parts = &phrases[place.phrase()].parts[place.part()..];
    let skipped = parts.iter().take_while(|part| part.optional).count();
    (place.part()..=place.part() + skipped).map(move |part| Place::new(place.phrase(), part))
}

/// Returns the places that each next word leads to, sorted.
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

/// Returns the word without its letter at `at`.
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
    fn a_word_mistyped_by_one_letter_is_recognised() {
        let lexicon = Lexicon::get();
        for (typed, meant) in [
            ("verificaton", "verification"),
            ("passwrod", "password"),
            ("secuirty", "security"),
            ("contrasenia", "contrasenia"),
        ] {
            assert_eq!(lexicon.word(typed.as_bytes()).id, lexicon.word(meant.as_bytes()).id, "{typed}");
        }
    }

    #[test]
    fn the_prefilter_for_mistyped_words_lets_every_slip_pass() {
        let lexicon = Lexicon::get();
        for word in slips() {
            for at in 0..word.len() {
                let mut shorter = word.as_bytes().to_vec();
                shorter.remove(at);
                assert!(lexicon.may_be_mistyped(&shorter), "{word} without letter {at}");
                for place in 0..=shorter.len() {
                    for letter in [b'a', b'e', b'q', word.as_bytes()[at]] {
                        let mut moved = shorter.clone();
                        moved.insert(place, letter);
                        assert!(lexicon.may_be_mistyped(&moved), "{word} without letter {at}, with one at {place}");
                        let mut longer = word.as_bytes().to_vec();
                        longer.insert(place, letter);
                        assert!(
                            longer.len() > Key::LONGEST || lexicon.may_be_mistyped(&longer),
                            "{word} with one at {place}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_word_that_is_only_on_a_list_is_otherwise_unknown() {
        let lexicon = Lexicon::get();
        let tabled: Vec<&str> = words().flat_map(|row| row.words.split(' ')).collect();
        for (list, words) in listed_words() {
            for word in words.split(' ') {
                let known = lexicon.word(word.to_ascii_uppercase().as_bytes());
                assert!(known.lists.intersects(*list), "{word}");
                assert!(known.id != 0 || known.role == WordClass::default() && !tabled.contains(&word), "{word}");
            }
        }
    }

    #[test]
    fn everyday_words_are_not_taken_for_mistyped_ones() {
        let lexicon = Lexicon::get();
        for (word, other) in [("amount", "account"), ("passport", "password")] {
            assert_ne!(lexicon.word(word.as_bytes()).id, lexicon.word(other.as_bytes()).id, "{word}");
        }
    }
}
