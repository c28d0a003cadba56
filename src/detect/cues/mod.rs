//! Cues: the words that say what a number or a token is.
//!
//! The tables of the languages ([`english`], [`spanish`]) are plain data. Here they are compiled, once, into a
//! [`Lexicon`] which knows each word and, as a trie, each phrase.
//!
//! # Notation of phrases
//!
//! Words are separated by spaces and written in lower case without accents, as the view shows them; `a/b` is either
//! word, a trailing `?` makes a word optional: `verification/verify code/codes`, `card? security code`. A hyphen, a
//! dot or a slash between the words of a phrase is skipped in the text: `one time` also reads `one-time`.

pub(crate) mod english;
pub(crate) mod spanish;

use std::collections::{BTreeMap, HashMap};

use once_cell::sync::Lazy;

/// What a cue says about the number or the token it governs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Topic {
    // Secrets.
    Card,
    SecurityCode,
    SocialSecurity,
    OneTimePasscode,
    Password,
    Pin,
    Account,
    /// "code", "clave", "token" alone: a passcode, a PIN or a security code; the shape and the company decide.
    Code,
    // Harmless.
    /// Last four or five digits, "ending in".
    Partial,
    Zip,
    Phone,
    /// Dates, years, times, ages.
    Time,
    /// Money, points.
    Amount,
    /// "about", "more than": a quantity follows at once.
    Quantity,
    /// Order, case, reference, confirmation, claim, ticket, invoice, tracking numbers, flights, loyalty numbers.
    Reference,
    /// Serial numbers, IMEI, models, versions, error codes, barcodes.
    Device,
    /// Streets, rooms, gates, seats, stores.
    Place,
    /// The user name, the e-mail address: names that stand beside a password.
    Login,
}

impl Topic {
    pub(crate) const ALL: [Self; 18] = [
        Self::Card,
        Self::SecurityCode,
        Self::SocialSecurity,
        Self::OneTimePasscode,
        Self::Password,
        Self::Pin,
        Self::Account,
        Self::Code,
        Self::Partial,
        Self::Zip,
        Self::Phone,
        Self::Time,
        Self::Amount,
        Self::Quantity,
        Self::Reference,
        Self::Device,
        Self::Place,
        Self::Login,
    ];

    /// Whether what the cue governs must not go through.
    pub(crate) fn is_secret(self) -> bool {
        self <= Self::Code
    }
}

/// A row of a cue table.
pub(crate) struct Row {
    pub(crate) topic: Topic,
    /// The name under which evidence shows the cue.
    pub(crate) name: &'static str,
    /// The phrases, separated by `;`.
    pub(crate) phrases: &'static str,
}

/// What words do besides naming a topic: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Role(pub(crate) u32);

impl Role {
    /// Costs nothing between a cue and its value: articles, possessives, copulas, "number".
    pub(crate) const GLUE: Self = Self(1);
    /// Links a value with a cue to its right: "is", "as", "es", "como".
    pub(crate) const LINK: Self = Self(1 << 1);
    /// Article or possessive.
    pub(crate) const DETERMINER: Self = Self(1 << 2);
    /// Asks for something: "read", "tell", "please", "dígame".
    pub(crate) const REQUEST: Self = Self(1 << 3);
    /// Negates: "never", "don't", "nunca".
    pub(crate) const NEGATION: Self = Self(1 << 4);
    /// Tells that something went out: "sent", "texted", "enviado".
    pub(crate) const SENT: Self = Self(1 << 5);
    /// A unit after a number: "minutes", "points", "digits".
    pub(crate) const UNIT: Self = Self(1 << 6);
    /// Joins clauses: "and", "but", "y", "pero".
    pub(crate) const CONJUNCTION: Self = Self(1 << 7);
    /// A word of everyday talk, which is not a password by itself.
    pub(crate) const COMMON: Self = Self(1 << 8);
    /// A preposition before a year: "since", "in", "desde".
    pub(crate) const SINCE: Self = Self(1 << 9);
    /// A currency after an amount.
    pub(crate) const CURRENCY: Self = Self(1 << 10);
    /// Joins the pieces of a number: "then", "next", "rest".
    pub(crate) const PIECE: Self = Self(1 << 11);
    /// The name of a month.
    pub(crate) const MONTH: Self = Self(1 << 12);
    /// A face of a card: "front", "back", "reverso".
    pub(crate) const FACE: Self = Self(1 << 13);
    /// "digits", "numbers", "cifras".
    pub(crate) const DIGITS: Self = Self(1 << 14);
    /// A street or a part of an address after its number: "street", "ave".
    pub(crate) const STREET: Self = Self(1 << 15);
    /// Equality in words: "is", "was", "says", "es", "dice".
    pub(crate) const COPULA: Self = Self(1 << 16);
    /// A question word: "what", "which", "cuál".
    pub(crate) const QUESTION: Self = Self(1 << 17);
    /// Possessive of the first person or of the one who is spoken to.
    pub(crate) const OWN: Self = Self(1 << 18);
    /// An everyday answer that is no secret: "yes", "ok", "gracias".
    pub(crate) const FILLER: Self = Self(1 << 19);
    /// What a word for a password is said to be or do without being one: "wrong", "expired", "incorrecta".
    pub(crate) const STATE: Self = Self(1 << 20);
    /// "from", "de" in "from X to Y".
    pub(crate) const FROM: Self = Self(1 << 21);
    /// "to", "a" in "from X to Y".
    pub(crate) const TO: Self = Self(1 << 22);
    /// Expiry: "exp", "expires", "vence".
    pub(crate) const EXPIRY: Self = Self(1 << 23);

    /// A verb of entering a value: what follows is its object, not that of a noun before it.
    pub(crate) const ENTRY: Self = Self(1 << 24);

    /// The head of a compound whose first part is a cue: "password rule", "PIN prompt".
    pub(crate) const HEAD: Self = Self(1 << 25);

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A row of a table of words: the words, separated by spaces, and what they do.
pub(crate) struct Words {
    pub(crate) role: Role,
    pub(crate) words: &'static str,
}

/// Index of a word; 0 is a word that no table knows.
pub(crate) type WordId = u16;

/// What is known about a word.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    role: Role,
    /// The first node of the phrases that start with it, or 0.
    node: u16,
}

/// A cue of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cue {
    pub(crate) topic: Topic,
    pub(crate) name: &'static str,
}

/// The compiled tables.
pub(crate) struct Lexicon {
    ids: HashMap<Box<[u8]>, WordId, BuildFnv>,
    /// Long words without one of their letters: one slip of the finger away.
    slips: HashMap<Box<[u8]>, WordId, BuildFnv>,
    words: Vec<Word>,
    /// Edges of the trie of phrases.
    edges: HashMap<(u16, WordId), u16, BuildFnv>,
    /// The cue that ends at a node.
    ends: Vec<Option<Cue>>,
}

/// The longest word that is looked up, in bytes.
const LONGEST_WORD: usize = 24;

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
            ids: HashMap::default(),
            slips: HashMap::default(),
            words: vec![Word::default()],
            edges: HashMap::default(),
            ends: vec![None],
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
            let cue = Cue { topic: row.topic, name: row.name };
            for phrase in row.phrases.split(';').filter(|phrase| !phrase.trim().is_empty()) {
                phrases.push(lexicon.read_phrase(cue, phrase));
            }
        }
        lexicon.compile_phrases(&phrases);
        for word in english::SLIPS.split_ascii_whitespace().chain(spanish::SLIPS.split_ascii_whitespace()) {
            let id = lexicon.intern(word.as_bytes());
            debug_assert!(word.len() >= SLIP_LENGTH, "{word} is too short to be recognised when mistyped");
            for at in 0..word.len() {
                lexicon.slips.entry(without(word.as_bytes(), at)).or_insert(id);
            }
        }
        lexicon
    }

    fn intern(&mut self, word: &[u8]) -> WordId {
        debug_assert!(word.len() <= LONGEST_WORD, "no word is longer than LONGEST_WORD");
        if let Some(&id) = self.ids.get(word) {
            return id;
        }
        let id = WordId::try_from(self.words.len()).expect("the tables hold fewer than 65,536 words");
        self.words.push(Word::default());
        self.ids.insert(word.into(), id);
        id
    }

    fn read_phrase(&mut self, cue: Cue, phrase: &str) -> Phrase {
        let parts = phrase
            .split_ascii_whitespace()
            .map(|part| Part {
                optional: part.ends_with('?'),
                words: part.trim_end_matches('?').split('/').map(|word| self.intern(word.as_bytes())).collect(),
            })
            .collect();
        Phrase { cue, parts }
    }

    /// Compiles the phrases: a node stands for the set of places that a reader may have reached in them.
    fn compile_phrases(&mut self, phrases: &[Phrase]) {
        let mut nodes: HashMap<Vec<Place>, u16> = HashMap::new();
        let mut queue: Vec<Vec<Place>> = Vec::new();
        // From the start, and from each node in turn, the next words.
        let beginnings = (0..phrases.len()).flat_map(|phrase| reachable(phrases, Place { phrase, part: 0 }));
        for (word, places) in steps(phrases, beginnings) {
            let node = self.node(phrases, places, &mut nodes, &mut queue);
            self.words[usize::from(word)].node = node;
        }
        while let Some(places) = queue.pop() {
            let from = nodes[&places];
            for (word, places) in steps(phrases, places.iter().copied()) {
                let node = self.node(phrases, places, &mut nodes, &mut queue);
                self.edges.insert((from, word), node);
            }
        }
    }

    fn node(
        &mut self,
        phrases: &[Phrase],
        places: Vec<Place>,
        nodes: &mut HashMap<Vec<Place>, u16>,
        queue: &mut Vec<Vec<Place>>,
    ) -> u16 {
        if let Some(&node) = nodes.get(&places) {
            return node;
        }
        // The first table to claim a phrase keeps it.
        let end = places.iter().filter(|place| place.part == phrases[place.phrase].parts.len()).min();
        self.ends.push(end.map(|place| phrases[place.phrase].cue));
        let node = u16::try_from(self.ends.len() - 1).expect("the tables compile to fewer than 65,536 nodes");
        queue.push(places.clone());
        nodes.insert(places, node);
        node
    }

    /// The id of a word in any case, or 0.
    pub(crate) fn word(&self, word: &[u8]) -> WordId {
        if word.len() > LONGEST_WORD {
            return 0;
        }
        let mut lower = [0; LONGEST_WORD];
        let lower = &mut lower[..word.len()];
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        if let Some(&id) = self.ids.get(&*lower) {
            return id;
        }
        if lower.len() + 1 >= SLIP_LENGTH { self.slip(lower) } else { 0 }
    }

    /// A word of the slip table that is one slip away: a letter missing, doubled or added, wrong, or swapped with the
    /// next one.
    fn slip(&self, word: &[u8]) -> WordId {
        if let Some(&id) = self.slips.get(word) {
            return id;
        }
        if word.len() < SLIP_LENGTH {
            return 0;
        }
        let mut buffer = [0; LONGEST_WORD];
        for at in 0..word.len() {
            let shorter = &mut buffer[..word.len() - 1];
            shorter[..at].copy_from_slice(&word[..at]);
            shorter[at..].copy_from_slice(&word[at + 1..]);
            // An added letter leaves the word itself, a wrong or swapped one a word with the same gap.
            if let Some(&id) = self.ids.get(&*shorter) {
                if shorter.len() >= SLIP_LENGTH && self.slips.get(&without(shorter, 0)) == Some(&id) {
                    return id;
                }
            }
            if let Some(&id) = self.slips.get(&*shorter) {
                return id;
            }
        }
        0
    }

    /// What the word does.
    pub(crate) fn role(&self, word: WordId) -> Role {
        self.words[usize::from(word)].role
    }

    /// The node of the phrases that start with `word`, if any does.
    pub(crate) fn phrase_start(&self, word: WordId) -> Option<u16> {
        Some(self.words[usize::from(word)].node).filter(|&node| node != 0)
    }

    /// The node after one more word of a phrase.
    pub(crate) fn phrase_next(&self, node: u16, word: WordId) -> Option<u16> {
        self.edges.get(&(node, word)).copied()
    }

    /// The cue whose phrase ends at the node.
    pub(crate) fn phrase_end(&self, node: u16) -> Option<Cue> {
        self.ends[usize::from(node)]
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

/// Before part `part` of a phrase, or at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Place {
    phrase: usize,
    part: usize,
}

/// The place itself and those behind optional parts.
fn reachable(phrases: &[Phrase], place: Place) -> impl Iterator<Item = Place> {
    let parts = &phrases[place.phrase].parts[place.part..];
    let skipped = parts.iter().take_while(|part| part.optional).count();
    (place.part..=place.part + skipped).map(move |part| Place { part, ..place })
}

/// The places that each next word leads to, sorted.
fn steps(phrases: &[Phrase], places: impl Iterator<Item = Place>) -> BTreeMap<WordId, Vec<Place>> {
    let mut steps: BTreeMap<WordId, Vec<Place>> = BTreeMap::new();
    for place in places {
        let Some(part) = phrases[place.phrase].parts.get(place.part) else { continue };
        for word in &part.words {
            let next = Place { part: place.part + 1, ..place };
            steps.entry(*word).or_default().extend(reachable(phrases, next));
        }
    }
    for places in steps.values_mut() {
        places.sort_unstable();
        places.dedup();
    }
    steps
}

fn without(word: &[u8], at: usize) -> Box<[u8]> {
    word[..at].iter().chain(&word[at + 1..]).copied().collect()
}

/// FNV-1a: short keys, no need to resist an attacker, for the keys are the tables of this file.
#[derive(Clone, Copy, Default)]
pub(crate) struct BuildFnv;

pub(crate) struct Fnv(u64);

impl std::hash::BuildHasher for BuildFnv {
    type Hasher = Fnv;

    fn build_hasher(&self) -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn write_u16(&mut self, n: u16) {
        self.0 = (self.0 ^ u64::from(n)).wrapping_mul(0x100_0000_01b3);
        self.0 ^= self.0 >> 29;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_stay_small() {
        let lexicon = Lexicon::compile();
        assert!(lexicon.ends.len() < 20_000, "{} nodes", lexicon.ends.len());
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
