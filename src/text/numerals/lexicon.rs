//! Looks up number words in all languages, with a prefilter.

use super::meaning::{Language, Languages, Meaning};
use super::{english, portuguese, spanish};

pub(super) const LANGUAGES: [&Language<'static>; 3] = [&english::LANGUAGE, &spanish::LANGUAGE, &portuguese::LANGUAGE];

/// Returns the meaning of `word`, and the languages in which it has this meaning.
pub(super) fn meaning(word: &[u8]) -> Option<(Meaning, Languages)> {
    if word.len() > LONGEST {
        return None;
    }
    let mut lower = [0; LONGEST];
    let lower = &mut lower[..word.len()];
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    look_up(lower).or_else(|| tens_and_ones(lower))
}

fn look_up(lower: &[u8]) -> Option<(Meaning, Languages)> {
    let first = entries(lower).next()?.1;
    Some((first, languages_of(lower, |meaning| meaning == first)))
}

/// Returns the meaning of `word` in the languages in which it differs from [`meaning`]: "um" is an interjection or one.
pub(super) fn other_meaning(word: &[u8]) -> Option<(Meaning, Languages)> {
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let first = entries(lower).next()?.1;
    let other = entries(lower).map(|(_, meaning)| meaning).find(|meaning| *meaning != first)?;
    Some((other, languages_of(lower, |meaning| meaning == other)))
}

fn languages_of(lower: &[u8], means: impl Fn(Meaning) -> bool) -> Languages {
    entries(lower).filter(|(_, meaning)| means(*meaning)).fold(0, |all, (language, _)| all | 1 << language)
}

/// Returns the languages that have a word, with its meaning there.
fn entries(lower: &[u8]) -> impl Iterator<Item = (usize, Meaning)> {
    let slots = (hash(lower)..).map(|slot| INDEX[slot % SLOTS]).take_while(|entry| *entry != 0);
    slots.filter_map(move |entry| {
        let (language, word) = (usize::from(entry >> 8), usize::from(entry & 0xFF) - 1);
        let (known, meaning) = LANGUAGES[language].words[word];
        (known.as_bytes() == lower).then_some((language, meaning))
    })
}

/// Returns the languages in which "and" joins tens and ones.
pub(super) fn binds_tens() -> Languages {
    mask(|language| language.and_after_tens)
}

/// Returns the languages in which "and" follows hundreds and thousands.
pub(super) fn binds_hundreds() -> Languages {
    mask(|language| language.and_after_hundreds)
}

fn mask(is: impl Fn(&Language<'_>) -> bool) -> Languages {
    LANGUAGES.iter().enumerate().filter(|(_, language)| is(language)).fold(0, |all, (i, _)| all | 1 << i)
}

/// Reads tens and ones that are written as one word: "thirtyseven", "treintaysiete".
fn tens_and_ones(lower: &[u8]) -> Option<(Meaning, Languages)> {
    for split in SHORTEST_TOGETHER - 3..lower.len().saturating_sub(2) {
        let Some((Meaning::Tens(tens), languages)) = look_up(&lower[..split]) else { continue };
        let rest = &lower[split..];
        let rest = rest.strip_prefix(b"y").or_else(|| rest.strip_prefix(b"i")).unwrap_or(rest);
        if let Some((meaning, others)) = look_up(rest)
            && let Some(digit @ 1..) = meaning.digit()
            && languages & others != 0
        {
            return Some((Meaning::Teen(tens + digit), languages & others));
        }
    }
    None
}

/// Returns whether a number word may begin with these four bytes: lower-case letters, the first one in the lowest byte.
pub(in crate::text) fn may_begin(four: u32) -> bool {
    BEGINNINGS[beginning(four)] | BEGINNINGS[beginning(four & 0x00FF_FFFF)]
}

/// Returns whether `word` is a number word in some language.
pub(in crate::text) fn is_number_word(word: &[u8]) -> bool {
    [meaning, other_meaning].iter().any(|read| read(word).is_some_and(|(meaning, _)| meaning.counts()))
}

/// Returns the number words of all languages, except tens and ones that are written as one word.
pub(crate) fn number_words() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().flat_map(|language| language.words).filter(|(_, meaning)| meaning.counts()).map(|(word, _)| *word)
}

/// The minimum number of letters of tens and ones that are written as one word: "vinteum".
pub(crate) const SHORTEST_TOGETHER: usize = 7;

/// Returns whether `word` may represent digits next to other number words.
pub(crate) fn may_be_digits(word: &[u8]) -> bool {
    meaning(word).is_some_and(|(meaning, _)| !matches!(meaning, Meaning::And | Meaning::Spoken(_)))
}

const LONGEST: usize = 16;
const SLOTS: usize = 1024;

/// The slot of each word: its language in the high byte, its index plus one in the low byte.
static INDEX: [u16; SLOTS] = index();

/// The first four letters of each number word, or three if it is shorter, at their [`beginning`].
static BEGINNINGS: [bool; 4096] = beginnings();

const fn hash(word: &[u8]) -> usize {
    let mut hash: u32 = 0x811C_9DC5;
    let mut i = 0;
    while i < word.len() {
        hash = (hash ^ word[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    (hash ^ hash >> 15) as usize
}

const fn index() -> [u16; SLOTS] {
    let mut index = [0; SLOTS];
    let mut language = 0;
    while language < LANGUAGES.len() {
        let words = LANGUAGES[language].words;
        assert!(words.len() < 255);
        let mut i = 0;
        while i < words.len() {
            assert!(words[i].0.len() <= LONGEST);
            let mut slot = hash(words[i].0.as_bytes()) % SLOTS;
            while index[slot] != 0 {
                slot = (slot + 1) % SLOTS;
            }
            index[slot] = (language << 8) as u16 | (i + 1) as u16;
            i += 1;
        }
        language += 1;
    }
    index
}

/// Returns the index of a word's first three or four letters in [`BEGINNINGS`].
const fn beginning(letters: u32) -> usize {
    (letters.wrapping_mul(0x9E37_79B1) >> 20) as usize
}

const fn beginnings() -> [bool; 4096] {
    let mut known = [false; 4096];
    let mut language = 0;
    while language < LANGUAGES.len() {
        let words = LANGUAGES[language].words;
        let mut i = 0;
        while i < words.len() {
            let word = words[i].0.as_bytes();
            if words[i].1.counts() {
                let (mut letters, mut at) = (0, 0);
                while at < 4 && at < word.len() {
                    letters |= (word[at] as u32) << (8 * at);
                    at += 1;
                }
                known[beginning(letters)] = true;
                // After a word of two letters comes a character that is not a letter, combined with the lower-case bit.
                let mut third: u32 = if at == 2 { 0x20 } else { 0x100 };
                while third < 0x100 {
                    if third & 0x20 != 0 && !(third as u8).is_ascii_lowercase() {
                        known[beginning(letters | third << 16)] = true;
                    }
                    third += 1;
                }
            }
            i += 1;
        }
        language += 1;
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_two_letters_may_begin_a_number_whatever_follows() {
        for after in (0..=u8::MAX).filter(|b| !b.is_ascii_alphabetic()) {
            assert!(may_begin(u32::from_le_bytes([b'o', b'h', after, b'x']) | 0x2020_2020), "{after:#x}");
        }
    }
}
