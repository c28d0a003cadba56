//! Cues: the words that say what a number or a token is.
//!
//! The tables of the languages ([`LANGUAGES`]) are plain data. They are compiled once into a [`Lexicon`], which looks
//! up words and, as a trie, phrases.
//!
//! # Notation of phrases
//!
//! Words are separated by spaces and written in lower case without accents, as in the view. `a/b` is either word, a
//! trailing `?` makes a word optional: `verification/verify code/codes`, `card? security code`. A hyphen, a dot or a
//! slash between the words of a phrase is skipped in the text: `one time` also matches `one-time`.
//!
//! If two rows claim the same phrase, the first one keeps it, in the order of [`LANGUAGES`] and of the rows of a
//! language. Words and phrases with accents or capitals would compile and never match; a test rejects them. The name of
//! a row is shown in evidence, decides in some rules, and is a feature of the learned weights. Retrain after a rename.

mod english;
mod lexicon;
mod lists;
mod phrasing;
mod portuguese;
mod spanish;
mod table;

use crate::entity::Entity;

pub(crate) use lexicon::{Lexicon, Marks, Word, hash_at, short_hash};
pub(crate) use lists::WordSet;
pub(crate) use phrasing::PhraseSet;

/// What a cue says about the number or token that it governs.
///
/// Conversations are saved with sets of topics, one bit each, in this order. If you change the order, add a new
/// `Version` of [`Conversation`](crate::Conversation). A test checks it.
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
    /// "code", "clave", "token" alone: a passcode, a PIN or a security code, depending on the shape and the context.
    Code,
    // Harmless.
    /// The last four or five digits, "ending in".
    Partial,
    Zip,
    Phone,
    /// Dates, years, times, ages.
    Time,
    /// Money, points.
    Amount,
    /// "about", "more than": a quantity follows directly.
    Quantity,
    /// Order, case, reference, confirmation, claim, ticket, invoice, tracking numbers, flights, loyalty numbers.
    Reference,
    /// Serial numbers, IMEI, models, versions, error codes, barcodes.
    Device,
    /// Streets, rooms, gates, seats, stores.
    Place,
    /// The user name or e-mail address that belongs to a password.
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

    /// What an agent may mean by "the code" and similar words, apart from a secret.
    pub(crate) const MEANT: [Self; 4] = [Self::Reference, Self::Device, Self::Zip, Self::Partial];

    /// Returns whether the value that the cue governs must be masked.
    pub(crate) fn is_secret(self) -> bool {
        self <= Self::Code
    }

    /// Returns the entity of a value with this topic. `None` if it is harmless, and for `Code`, which depends on the
    /// shape.
    pub(crate) fn entity(self) -> Option<Entity> {
        match self {
            Self::Card => Some(Entity::Card),
            Self::SecurityCode => Some(Entity::SecurityCode),
            Self::SocialSecurity => Some(Entity::SocialSecurity),
            Self::OneTimePasscode => Some(Entity::OneTimePasscode),
            Self::Password => Some(Entity::Password),
            Self::Pin => Some(Entity::Pin),
            Self::Account => Some(Entity::Account),
            Self::Code
            | Self::Partial
            | Self::Zip
            | Self::Phone
            | Self::Time
            | Self::Amount
            | Self::Quantity
            | Self::Reference
            | Self::Device
            | Self::Place
            | Self::Login => None,
        }
    }

    /// Returns the topic of an entity, or `None` for custom detectors.
    pub(crate) fn of(entity: Entity) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.entity() == Some(entity))
    }
}

/// A row of a cue table.
pub(crate) struct Row {
    pub(crate) topic: Topic,
    /// The name of the cue in evidence.
    pub(crate) name: &'static str,
    /// The phrases, separated by `;`.
    pub(crate) phrases: &'static str,
}

/// What words do apart from naming a topic: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WordClass(pub(crate) u32);

impl WordClass {
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
    /// Says that something was sent: "sent", "texted", "enviado".
    pub(crate) const SENT: Self = Self(1 << 5);
    /// A unit after a number: "minutes", "points", "digits".
    pub(crate) const UNIT: Self = Self(1 << 6);
    /// Joins clauses: "and", "but", "y", "pero".
    pub(crate) const CONJUNCTION: Self = Self(1 << 7);
    /// An everyday word, which is not a password by itself.
    pub(crate) const COMMON: Self = Self(1 << 8);
    /// A preposition before a year: "since", "in", "desde".
    pub(crate) const SINCE: Self = Self(1 << 9);
    /// A currency after an amount.
    pub(crate) const CURRENCY: Self = Self(1 << 10);
    /// Joins the parts of a number: "then", "next", "rest".
    pub(crate) const PIECE: Self = Self(1 << 11);
    /// The name of a month.
    pub(crate) const MONTH: Self = Self(1 << 12);
    /// A side of a card: "front", "back", "reverso".
    pub(crate) const FACE: Self = Self(1 << 13);
    /// "digits", "numbers", "cifras".
    pub(crate) const DIGITS: Self = Self(1 << 14);
    /// A street or a part of an address after its number: "street", "ave".
    pub(crate) const STREET: Self = Self(1 << 15);
    /// Equality in words: "is", "was", "says", "es", "dice".
    pub(crate) const COPULA: Self = Self(1 << 16);
    /// A question word: "what", "which", "cuál".
    pub(crate) const QUESTION: Self = Self(1 << 17);
    /// A possessive of the first or second person.
    pub(crate) const OWN: Self = Self(1 << 18);
    /// An everyday answer that is not a secret: "yes", "ok", "gracias".
    pub(crate) const FILLER: Self = Self(1 << 19);
    /// Says something about a password without being one: "wrong", "expired", "incorrecta".
    pub(crate) const STATE: Self = Self(1 << 20);
    /// "from", "de" in "from X to Y".
    pub(crate) const FROM: Self = Self(1 << 21);
    /// "to", "a" in "from X to Y".
    pub(crate) const TO: Self = Self(1 << 22);
    /// Names an expiry date: "exp", "expires", "vence".
    pub(crate) const EXPIRY: Self = Self(1 << 23);

    /// A verb of entering a value. What follows is its object, not the value of a noun before it.
    pub(crate) const ENTRY: Self = Self(1 << 24);

    /// The head of a compound whose first part is a cue: "password rule", "PIN prompt".
    pub(crate) const HEAD: Self = Self(1 << 25);

    /// Says that a number is given in parts: "first half", "the rest", "mitad".
    pub(crate) const HALF: Self = Self(1 << 26);

    /// Retracts what was said before it: "sorry", "actually", "perdón".
    pub(crate) const TAKES_BACK: Self = Self(1 << 27);

    /// Introduces another attempt: "wait", "try", "mejor".
    pub(crate) const RETRIES: Self = Self(1 << 28);

    /// Says what is wrong with an answer that is needed again: "incorrect", "too short", "no coincide".
    pub(crate) const TROUBLE: Self = Self(1 << 29);

    /// Announces something: "you should receive", "it asks for", "le llegará".
    pub(crate) const FORETELLS: Self = Self(1 << 30);

    /// Quotes what a program says: "it says", "fails with", "arroja".
    pub(crate) const REPORTS: Self = Self(1 << 31);

    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// A row of a table of words: the words, separated by spaces, and their classes.
pub(crate) struct Words {
    pub(crate) role: WordClass,
    pub(crate) words: &'static str,
}

/// The tables of a language.
pub(crate) struct Language {
    pub(crate) cues: &'static [Row],
    pub(crate) words: &'static [Words],
    /// Words that are recognized if one letter is mistyped, separated by spaces.
    pub(crate) slips: &'static str,
    pub(crate) lists: &'static [(WordSet, &'static str)],
    pub(crate) phrasing: &'static [(PhraseSet, &'static str)],
    /// Names of cues whose values may be of a second topic, and that topic.
    pub(crate) also: &'static [(&'static str, Topic)],
    /// Classes that words have in other languages but not in this one. Applies to texts with a [`WordSet::MARKER`].
    pub(crate) unlike: &'static [Words],
}

/// The languages, in the order in which they claim phrases.
pub(crate) static LANGUAGES: &[Language] = &[
    Language {
        cues: english::CUES,
        words: english::WORDS,
        slips: english::SLIPS,
        lists: english::LISTS,
        phrasing: english::PHRASING,
        also: english::ALSO,
        unlike: &[],
    },
    Language {
        cues: spanish::CUES,
        words: spanish::WORDS,
        slips: spanish::SLIPS,
        lists: spanish::LISTS,
        phrasing: spanish::PHRASING,
        also: spanish::ALSO,
        unlike: &[],
    },
    Language {
        cues: portuguese::CUES,
        words: portuguese::WORDS,
        slips: portuguese::SLIPS,
        lists: portuguese::LISTS,
        phrasing: portuguese::PHRASING,
        also: portuguese::ALSO,
        unlike: portuguese::UNLIKE,
    },
];

/// Returns the cue rows of all languages.
pub(crate) fn cues() -> impl Iterator<Item = &'static Row> {
    LANGUAGES.iter().flat_map(|language| language.cues)
}

/// Returns the word classes of all languages.
pub(crate) fn words() -> impl Iterator<Item = &'static Words> {
    LANGUAGES.iter().flat_map(|language| language.words)
}

/// Returns the words of all languages that are recognized if one letter is mistyped.
pub(crate) fn slips() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().flat_map(|language| language.slips.split_ascii_whitespace())
}

/// Returns the words on lists: each list with its words of one language, or of no language.
pub(crate) fn listed_words() -> impl Iterator<Item = &'static (WordSet, &'static str)> {
    LANGUAGES.iter().flat_map(|language| language.lists).chain(lists::LISTS)
}

/// Returns the words of the phrase sets of all languages.
pub(crate) fn phrasing() -> impl Iterator<Item = &'static (PhraseSet, &'static str)> {
    LANGUAGES.iter().flat_map(|language| language.phrasing)
}

/// Returns the second topic of the values of the cue with this name.
pub(crate) fn also(name: &str) -> Option<Topic> {
    LANGUAGES.iter().flat_map(|language| language.also).find(|(cue, _)| *cue == name).map(|(_, topic)| *topic)
}

/// Returns the classes that words do not have in the language whose [`WordSet::MARKER`] is in a text.
pub(crate) fn unlike() -> impl Iterator<Item = &'static Words> {
    LANGUAGES.iter().flat_map(|language| language.unlike)
}

/// The index of a word. 0 is an unknown word.
pub(crate) type WordId = u16;

/// A cue of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cue {
    pub(crate) topic: Topic,
    pub(crate) name: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_written_as_the_view_shows_it() {
        let plain = |text: &str| text.is_ascii() && !text.bytes().any(|b| b.is_ascii_uppercase());
        for row in cues() {
            for phrase in row.phrases.split(';') {
                assert!(plain(phrase), "{phrase:?} of {} has an accent or a capital, and can never match", row.name);
            }
        }
        let listed = listed_words().map(|(_, words)| *words).chain(phrasing().map(|(_, words)| *words));
        for text in words().map(|row| row.words).chain(listed).chain(slips()) {
            for word in text.split_ascii_whitespace() {
                assert!(plain(word), "{word:?} has an accent or a capital, and can never match");
            }
        }
    }
}
