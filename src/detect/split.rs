//! Splits a text into tokens.
//!
//! Takes the bytes of a view and returns its tokens, each with the entry of its word in the tables, and facts about the
//! whole text. One pass.

use smallvec::SmallVec;

use super::cues::{Lexicon, Topic, Word, WordClass, WordId, WordSet};
use crate::mask;
use crate::steps;
use crate::text::{Block, decode, is_number_word};

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ASCII letters.
    Word,
    /// ASCII digits.
    Digits,
    /// Adjacent letters and digits.
    Mixed,
    /// A single punctuation mark.
    Mark(u8),
    /// A line break.
    Newline,
    /// A run of bytes that are not ASCII: emoji, other scripts.
    Other,
    /// A mask of an earlier redaction: stars with the last digits, a label, or a token.
    Masked,
}

/// A token of a view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: Kind,
    /// Whether a space or a tab precedes it.
    pub(crate) spaced: bool,
    pub(crate) word: WordId,
    /// The trie node of the phrases that start with it, or 0 if there are none.
    pub(crate) phrases: u16,
    /// The classes of the word.
    pub(crate) role: WordClass,
    /// The lists that contain the word.
    pub(crate) lists: WordSet,
    /// Whether it belongs to a number that is harmless by its shape.
    pub(crate) inert: bool,
    /// One more than the index of the cue it belongs to, or 0.
    pub(crate) cue: u32,
}

impl Token {
    /// Creates a token without an entry in the tables.
    #[inline(always)]
    pub(super) fn new(start: usize, end: usize, kind: Kind) -> Self {
        let (start, end) = (narrow(start), narrow(end));
        let (role, lists) = (WordClass::default(), WordSet::NONE);
        Self { start, end, kind, spaced: false, word: 0, phrases: 0, role, lists, inert: false, cue: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        steps::add(1);
        (self.end - self.start) as usize
    }

    pub(crate) fn is(&self, mark: u8) -> bool {
        steps::add(1);
        self.kind == Kind::Mark(mark)
    }

    pub(crate) fn does(&self, role: WordClass) -> bool {
        steps::add(1);
        self.role.intersects(role)
    }

    /// Returns whether its word is on one of these lists.
    pub(crate) fn is_any(&self, lists: WordSet) -> bool {
        steps::add(1);
        self.lists.intersects(lists)
    }

    pub(crate) fn is_text(&self) -> bool {
        steps::add(1);
        matches!(self.kind, Kind::Word | Kind::Mixed)
    }

    /// Returns whether it may end a sentence, or ends a line.
    pub(crate) fn ends_line(&self) -> bool {
        self.may_end_sentence() || self.kind == Kind::Newline
    }

    /// Returns whether it ends a sentence if whitespace follows and it does not belong to an abbreviation.
    pub(super) fn may_end_sentence(&self) -> bool {
        matches!(self.kind, Kind::Mark(b'.' | b'!' | b'?'))
    }
}

/// Narrows an index. Views are indexed with 32 bits: the engine cuts longer texts.
pub(super) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Facts about the whole text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts {
    /// The number of digits outside masks.
    pub(crate) digits: usize,
    /// The number of tokens that are words or mixed.
    pub(crate) words: usize,
    /// Whether it contains a mask.
    pub(crate) masked: bool,
    /// Whether it contains adjacent letters and digits.
    pub(crate) mixed: bool,
    /// Whether it contains a number word that the cue tables do not know as another word.
    pub(super) numbers: bool,
    /// The marks in it, one bit each.
    pub(super) marks: u128,
    /// The classes of all its words.
    pub(super) roles: WordClass,
    /// The lists that contain any of its words.
    pub(super) lists: WordSet,
}

impl Facts {
    /// Characters that may be part of another spelling: unprintable characters, ampersands (character references),
    /// percent signs (percent-encoding) and `<` (tags).
    const REWRITTEN: u128 = ((1 << b' ') - 1) | (1 << 0x7F) | (1 << b'&') | (1 << b'%') | (1 << b'<');

    /// Returns whether nothing in an ASCII text has another spelling, except for number words and letters typed for digits.
    pub(super) fn are_plain(&self) -> bool {
        self.marks & Self::REWRITTEN == 0 && !self.masked
    }

    /// Returns whether there may be a number word.
    pub(super) fn may_have_number_words(&self) -> bool {
        self.numbers || self.lists.intersects(WordSet::NUMBER)
    }
}

/// Adds the tokens of a text.
pub(super) fn split(text: &[u8], tokens: &mut SmallVec<[Token; 32]>) -> Facts {
    let mut splitter = Splitter { text, tokens, lexicon: Lexicon::get(), facts: Facts::default(), spaced: false };
    splitter.split();
    splitter.localize();
    splitter.negate();
    splitter.facts
}

struct Splitter<'t> {
    text: &'t [u8],
    tokens: &'t mut SmallVec<[Token; 32]>,
    lexicon: &'static Lexicon,
    facts: Facts,
    /// Whether a space precedes the next token.
    spaced: bool,
}

impl Splitter<'_> {
    fn split(&mut self) {
        let mut at = 0;
        while at < self.text.len() {
            let block = Block::at(self.text, at);
            let len = block.letters_len();
            let next = block.byte(len);
            if len == 0 {
                at = self.other(next, at);
            } else if len == 8 || next.is_ascii_digit() {
                at = self.long(at);
            } else {
                // Most words have fewer than eight letters and a space after them.
                let end = at + len;
                match self.lexicon.short_word(block.word(len)) {
                    Some(word) => self.push_word(word, at, end, Kind::Word),
                    None => self.push_unknown(at, end, Kind::Word),
                }
                self.spaced = next == b' ';
                at = end + usize::from(self.spaced);
            }
        }
    }

    /// Pushes the long word or mixed token at `start`. Returns its end.
    #[inline(never)]
    fn long(&mut self, start: usize) -> usize {
        let end = letters_end(self.text, start);
        if !self.text.get(end).is_some_and(u8::is_ascii_digit) {
            if !(names_a_field(self.text, end) && self.push_joined_name(start, end)) {
                self.push_letters(start, end, Kind::Word);
            }
            return end;
        }
        let end = self.end_of(end, |class| matches!(class, Class::Letter | Class::Digit));
        self.push_mixed(start, end);
        end
    }

    /// Pushes the token that starts with a byte other than a letter. Returns its end.
    fn other(&mut self, byte: u8, start: usize) -> usize {
        let mut at = start + 1;
        match CLASSES[usize::from(byte)] {
            Class::Space => self.spaced = true,
            Class::Mark => {
                if matches!(byte, b'*' | b'[')
                    && let Some(len) = mask_len(self.text, start)
                {
                    at = start + len;
                    self.facts.masked = true;
                    self.push(Token::new(start, at, Kind::Masked));
                } else {
                    self.facts.marks |= 1 << (byte & 127);
                    self.push(Token::new(start, at, Kind::Mark(byte)));
                }
            }
            Class::Digit => {
                at = self.end_of(at, |class| class == Class::Digit);
                if self.text.get(at).is_some_and(u8::is_ascii_alphabetic) {
                    at = self.end_of(at, |class| matches!(class, Class::Letter | Class::Digit));
                    self.push_mixed(start, at);
                } else {
                    self.push_digits(start, at);
                }
            }
            Class::Newline => self.push(Token::new(start, at, Kind::Newline)),
            Class::Other | Class::Letter => {
                at = self.end_of(at, |class| class == Class::Other);
                let (len, kind) = other_script(&self.text[start..at]);
                at = start + len;
                self.facts.words += usize::from(kind == Kind::Word);
                self.push(Token::new(start, at, kind));
            }
        }
        at
    }

    /// Returns the end of the run of bytes of these classes at `at`.
    #[inline(always)]
    fn end_of(&self, at: usize, class: impl Fn(Class) -> bool) -> usize {
        let more = self.text[at..].iter().position(|byte| !class(CLASSES[usize::from(*byte)]));
        more.map_or(self.text.len(), |more| at + more)
    }

    #[inline(always)]
    fn push(&mut self, token: Token) {
        self.tokens.push(Token { spaced: self.spaced, ..token });
        self.spaced = false;
    }

    #[inline]
    fn push_word(&mut self, word: &Word, start: usize, end: usize, kind: Kind) {
        self.facts.roles = self.facts.roles.union(word.role);
        self.facts.lists = self.facts.lists.union(word.lists);
        self.facts.words += usize::from(matches!(kind, Kind::Word | Kind::Mixed));
        self.push(Token {
            word: word.id,
            phrases: word.node,
            role: word.role,
            lists: word.lists,
            ..Token::new(start, end, kind)
        });
    }

    /// Pushes a word that is not spelled as in the tables.
    #[inline(never)]
    fn push_unknown(&mut self, start: usize, end: usize, kind: Kind) {
        if kind == Kind::Word && names_a_field(self.text, end) && self.push_joined_name(start, end) {
            return;
        }
        self.facts.numbers |= is_number_word(self.text, start, end);
        self.push_word(self.lexicon.mistyped(&self.text[start..end]), start, end, kind);
    }

    fn push_letters(&mut self, start: usize, end: usize, kind: Kind) {
        let word = self.lexicon.word_at(self.text, start, end);
        self.facts.numbers |= !word.lists.intersects(WordSet::KNOWN) && is_number_word(self.text, start, end);
        self.push_word(word, start, end, kind);
    }

    /// Splits a field name that is written without spaces, such as `loginPassword`. Returns whether it is one.
    #[cold]
    fn push_joined_name(&mut self, start: usize, end: usize) -> bool {
        let cuts = name_splits(self.lexicon, &self.text[start..end]);
        let mut at = start;
        for cut in &cuts {
            self.push_letters(at, start + cut, Kind::Word);
            at = start + cut;
        }
        if !cuts.is_empty() {
            self.push_letters(at, end, Kind::Word);
        }
        !cuts.is_empty()
    }

    /// Pushes digits. They are not a word, but one or two of them may begin a phrase ("3 digit code") or be on a list.
    fn push_digits(&mut self, start: usize, end: usize) {
        self.facts.digits += end - start;
        let mut token = Token::new(start, end, Kind::Digits);
        if end - start <= 2 {
            let word = self.lexicon.word_at(self.text, start, end);
            self.facts.lists = self.facts.lists.union(word.lists);
            token = Token { phrases: word.node, lists: word.lists, ..token };
        }
        self.push(token);
    }

    /// Pushes a run of letters and digits. Splits it if a known word is glued to a number ("cvv123", "1234exp").
    #[inline(never)]
    fn push_mixed(&mut self, start: usize, end: usize) {
        let (lexicon, text) = (self.lexicon, &self.text[start..end]);
        self.facts.numbers |= text
            .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
            .any(|part| is_number_word(part, 0, part.len()));
        self.facts.digits += text.iter().filter(|b| b.is_ascii_digit()).count();
        /// The most changes between letters and digits in a card with its expiry date and security code.
        const MOST_BORDERS: usize = 7;
        let borders = text.windows(2).filter(|w| w[0].is_ascii_digit() != w[1].is_ascii_digit()).count();
        if lexicon.word(text).id == 0 && borders <= MOST_BORDERS && text.len() <= 64 {
            let parts = || text.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
            let is_long = |part: &[u8]| part[0].is_ascii_digit() && (13..=19).contains(&part.len());
            let names_card =
                |part: &[u8]| lexicon.phrase_end(lexicon.word(part).node).is_some_and(|cue| cue.topic == Topic::Card);
            let word_fits = |part: &[u8], first: bool| {
                let word = lexicon.word(part);
                let known = word.id != 0 && (part.len() >= 3 || !first && word.role.intersects(WordClass::UNIT));
                // "4417thanks", "is4417"
                let talk = part.len() >= 2
                    && match first {
                        // An IBAN is longer.
                        true => {
                            text.len() <= 12
                                && (word.role.intersects(WordClass::COPULA) || word.lists.intersects(WordSet::ITS))
                        }
                        false => word.role.intersects(WordClass::FILLER),
                    };
                talk || known && (word.node != 0 || word.role.intersects(WordClass::EXPIRY.union(WordClass::UNIT)))
                    || !name_splits(lexicon, part).is_empty()
            };
            let long_digits = parts().any(|p| p[0].is_ascii_digit() && p.len() >= 3);
            // "cc4111111111111111exp0927cvv837": a card and its data.
            let labeled = parts().any(is_long)
                && parts().all(|part| part[0].is_ascii_digit() || names_card(part) || word_fits(part, false));
            let fits = labeled
                || borders <= 3 && parts().enumerate().all(|(i, p)| p[0].is_ascii_digit() || word_fits(p, i == 0));
            let unit = borders == 1 && text[0].is_ascii_digit() && fits;
            // A run of this many digits is a number, whatever touches it.
            let card_like = borders <= 2 && parts().any(is_long)
                || borders == 1 && text[text.len() - 1].is_ascii_digit() && begins_groups(self.text, end)
                || borders == 1 && text[0].is_ascii_digit() && ends_groups(self.text, start);
            if fits && (long_digits || unit) || card_like {
                // Two letters and a long number may be an IBAN.
                self.facts.mixed |= card_like;
                let mut at = start;
                for part in parts() {
                    let kind = if part[0].is_ascii_digit() { Kind::Digits } else { Kind::Word };
                    if !(kind == Kind::Word && self.push_joined_name(at, at + part.len())) {
                        self.push_letters(at, at + part.len(), kind);
                    }
                    at += part.len();
                    // "PW296055630524313264": the letters are part of an id unless they name a card.
                    let last = self.tokens.last_mut().filter(|_| !fits);
                    if let Some(token) =
                        last.filter(|t| lexicon.phrase_end(t.phrases).is_none_or(|c| c.topic != Topic::Card))
                    {
                        token.phrases = 0;
                    }
                }
                return;
            }
        }
        self.facts.mixed = true;
        self.push_letters(start, end, Kind::Mixed);
    }

    /// Clears the classes that a word has only in another language: "o código no verso".
    fn localize(&mut self) {
        if !self.facts.lists.intersects(WordSet::MARKER) {
            return;
        }
        self.facts.roles = WordClass::default();
        for token in &mut self.tokens[..] {
            token.role = self.lexicon.role_beside_marker(token.word, token.role);
            self.facts.roles = self.facts.roles.union(token.role);
        }
    }

    /// Marks the word before "'t" as a negation: "don't", "isn't".
    fn negate(&mut self) {
        if self.facts.marks & 1 << b'\'' == 0 {
            return;
        }
        let tokens = &mut self.tokens[..];
        for at in 2..tokens.len() {
            if tokens[at - 1].is(b'\'')
                && !tokens[at].spaced
                && !tokens[at - 1].spaced
                && self.text[tokens[at].start as usize].eq_ignore_ascii_case(&b't')
                && tokens[at].len() == 1
            {
                for word in [at - 2, at] {
                    tokens[word].role = tokens[word].role.union(WordClass::NEGATION).union(WordClass::COMMON);
                }
            }
        }
    }
}

/// Returns whether two more groups of a card number follow at `end`: "cc4539 1488 0343 6467".
fn begins_groups(text: &[u8], end: usize) -> bool {
    let group = |text: &[u8]| match text.split_first() {
        Some((b' ' | b'-', rest)) => {
            let digits = rest.iter().take(7).take_while(|b| b.is_ascii_digit()).count();
            (4..=6).contains(&digits).then_some(digits + 1)
        }
        _ => None,
    };
    group(&text[end..]).is_some_and(|len| group(&text[end + len..]).is_some())
}

/// Returns whether two more groups of a card number precede `start`: "4539 1488 0343 6467please".
fn ends_groups(text: &[u8], start: usize) -> bool {
    let group = |text: &[u8]| match text.split_last() {
        Some((b' ' | b'-', rest)) => {
            let digits = rest.iter().rev().take(7).take_while(|b| b.is_ascii_digit()).count();
            (4..=6).contains(&digits).then_some(digits + 1)
        }
        _ => None,
    };
    group(&text[..start]).is_some_and(|len| group(&text[..start - len]).is_some())
}

/// Returns whether a word that ends at `end` is a field name: `name:`, `name=`, `"name":`.
fn names_a_field(text: &[u8], end: usize) -> bool {
    let sign = |b: u8| matches!(b, b':' | b'=');
    match text.get(end..) {
        Some([b'"' | b'\'', mark, ..]) => sign(*mark),
        Some([mark, ..]) => sign(*mark),
        _ => false,
    }
}

/// Returns the positions at which a name without spaces is split into words, if one of them may begin a cue:
/// `cardNumber`, `mypassword`. Known words are not split.
fn name_splits(lexicon: &Lexicon, name: &[u8]) -> SmallVec<[usize; 4]> {
    /// The longest name that is examined, and the shortest words that other letters may touch.
    const LONGEST: usize = 40;
    const SHORTEST: usize = 3;
    const LONG: usize = 8;
    let mut cuts = SmallVec::new();
    let mark = |word: &Word| word.id != 0 || word.role != WordClass::default();
    if !(SHORTEST + 2..=LONGEST).contains(&name.len()) || mark(lexicon.word(name)) {
        return cuts;
    }
    let camel = |at: &usize| name[at - 1].is_ascii_lowercase() && name[*at].is_ascii_uppercase();
    cuts.extend((1..name.len()).filter(camel));
    if !cuts.is_empty() {
        let mut from = 0;
        let begins = cuts
            .iter()
            .chain([&name.len()])
            .any(|&to| lexicon.word(&name[std::mem::replace(&mut from, to)..to]).node != 0);
        if !begins {
            cuts.clear();
        }
        return cuts;
    }
    // The last word is a secret by itself, unlike in "compass" and "barcode".
    let secret = |tail: &[u8]| {
        let topic = lexicon.phrase_end(lexicon.word(tail).node).map(|cue| cue.topic);
        match topic {
            Some(Topic::Password) => tail.len() != 4,
            Some(Topic::SecurityCode | Topic::SocialSecurity | Topic::Pin) => true,
            _ => false,
        }
    };
    let glued = |cut: &usize| {
        let (head, tail) = name.split_at(*cut);
        (tail.len() >= LONG || lexicon.word(head).id != 0) && secret(tail)
    };
    cuts.extend((2..=name.len() - SHORTEST).find(glued));
    cuts
}

/// Returns the end of the letters at `at`.
#[inline]
fn letters_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let len = Block::at(text, at).letters_len();
        at += len;
        if len < 8 {
            return at;
        }
    }
}

/// Returns the length of the first token of a run of bytes outside ASCII, and whether it is a word: letters of a script
/// other than Latin that puts spaces between words, such as Cyrillic. The view spells Latin letters in ASCII.
fn other_script(run: &[u8]) -> (usize, Kind) {
    let mut is_word = None;
    let mut at = 0;
    while let Some(letter) = decode(&run[at..]) {
        let letters = is_spaced_letter(letter);
        if *is_word.get_or_insert(letters) != letters {
            break;
        }
        at += letter.len_utf8();
    }
    match is_word {
        Some(true) => (at, Kind::Word),
        Some(false) => (at, Kind::Other),
        None => (run.len(), Kind::Other),
    }
}

/// Returns whether a character is a letter of a script other than Latin that puts spaces between words.
fn is_spaced_letter(letter: char) -> bool {
    match letter {
        ..'\u{370}' => false,
        // Thai, Lao, Tibetan, Burmese, Khmer, Chinese and Japanese.
        '\u{E00}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{A4CF}' => false,
        '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'.. => false,
        _ => letter.is_alphabetic(),
    }
}

/// The class of a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Newline,
    Letter,
    Digit,
    Mark,
    Other,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b' ' | b'\t' | b'\r' => Class::Space,
            b'\n' | 0x0b | 0x0c => Class::Newline,
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            _ => Class::Mark,
        };
        byte += 1;
    }
    classes
};

/// More stars than this do not occur between the digits of a number.
const MOST_STARS_BETWEEN: usize = 8;

/// Returns the length of a mask that starts at `at`. Stars between groups that are still to be read (`**4860**
/// **7269**`) or after the first digits of a number are not a mask.
#[cold]
fn mask_len(text: &[u8], at: usize) -> Option<usize> {
    if text[at] == b'[' {
        return mask::len_at(&text[at..]);
    }
    if at > 0 && (text[at - 1].is_ascii_alphanumeric() || text[at - 1] == text[at]) {
        return None;
    }
    // "**CVV:** **093**": the end of the emphasis.
    let run = text[at..].iter().take_while(|b| **b == b'*').count();
    let label = at > 0 && text[at - 1] == b':' && run <= mask::MOST_EMPHASIS;
    if label && mask::opens_before(text, at) {
        return None;
    }
    let len = mask::len_at(&text[at..])?;
    let goes_on = text[at + len..]
        .iter()
        .take(4)
        .find(|b| !matches!(b, b' ' | b'-' | b'.' | b'/' | b'_' | b'*'))
        .is_some_and(u8::is_ascii_digit);
    let before_another = goes_on && is_a_word_of_stars(text, at, at + len);
    // "**** **** **** 6467 06/27 *** 10285": this many stars with the last digits are a mask, whatever follows.
    let (stars, shown) = text[at..at + len]
        .iter()
        .fold((0, false), |(stars, _), b| (stars + usize::from(*b == b'*'), b.is_ascii_digit()));
    if shown && stars >= MOST_STARS_BETWEEN {
        return Some(len);
    }
    let stands_out = len == mask::MOST_EMPHASIS && opens_emphasis(&text[at + len..]);
    ((!goes_on || before_another) && !stands_out).then_some(len)
}

/// Returns whether the stars `start..end` are a mask before another number, "**** 10285" or "0627 *** 94110": spaces are
/// around them, and no other stars are near. In "4860 *** 7269 *** 1143" they separate the groups of one number.
fn is_a_word_of_stars(text: &[u8], start: usize, end: usize) -> bool {
    const NEAR: usize = 24;
    let space = |b: Option<&u8>| b.is_none_or(|b| *b == b' ');
    let stars = |part: &[u8]| part.contains(&b'*');
    space(text[..start].last())
        && space(text.get(end))
        && !stars(&text[start.saturating_sub(NEAR)..start])
        && !stars(&text[end..text.len().min(end + NEAR)])
}

/// Returns whether the stars before `text` open Markdown emphasis, `***like this***`: a word follows them directly, and
/// the same number of stars follows it on the same line.
fn opens_emphasis(text: &[u8]) -> bool {
    /// The longest emphasized text, in bytes.
    const LONGEST: usize = 96;
    let line = &text[..text.len().min(LONGEST)];
    let Some(end) = line.iter().position(|b| matches!(b, b'*' | b'\n')).filter(|end| *end > 0) else {
        return false;
    };
    let closing = text[end..].iter().take_while(|b| **b == b'*').count();
    !line[0].is_ascii_whitespace() && closing == mask::MOST_EMPHASIS && !line[end - 1].is_ascii_whitespace()
}
