//! Reads a view as words, digits and marks, and finds the cues among them.
//!
//! In: the bytes of a view. Out: a [`Reading`]: tokens in order, without the spaces between them, and the cues, which are
//! disjoint stretches of tokens. One pass, nothing is looked at more than a fixed number of times.

use smallvec::SmallVec;

use super::cues::{Cue, Lexicon, Role, Topic, WordId};
use crate::mask;
use crate::text::ViewSpan;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ASCII letters.
    Word,
    /// ASCII digits.
    Digits,
    /// Letters and digits without anything between.
    Mixed,
    /// One mark.
    Mark(u8),
    /// A line break.
    Newline,
    /// A stretch of bytes that are not ASCII: emoji, other scripts.
    Other,
    /// A mask that redaction left: stars with the last digits, a label, a token.
    Masked,
}

/// A token of a view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: Kind,
    /// Whether a space or a tab stands before it.
    pub(crate) spaced: bool,
    pub(crate) word: WordId,
    /// What the word does.
    pub(crate) role: Role,
    /// It belongs to a number that is harmless by its shape.
    pub(crate) inert: bool,
    /// One more than the index of the cue it belongs to, or 0.
    pub(crate) cue: u32,
}

impl Token {
    pub(crate) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    pub(crate) fn is(&self, mark: u8) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(crate) fn does(&self, role: Role) -> bool {
        self.role.has(role)
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Mixed)
    }

    /// Whether it ends a sentence or a line, in most cases.
    pub(crate) fn ends_line(&self) -> bool {
        self.may_end_sentence() || self.kind == Kind::Newline
    }

    /// Whether it ends a sentence where whitespace follows and it belongs to no abbreviation.
    fn may_end_sentence(&self) -> bool {
        matches!(self.kind, Kind::Mark(b'.' | b'!' | b'?'))
    }
}

/// A cue in a text: tokens `first..=last`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) cue: Cue,
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// A view, read. What a message of usual length has of everything fits in place.
pub(crate) struct Reading<'v> {
    pub(crate) text: &'v [u8],
    pub(crate) tokens: SmallVec<[Token; 32]>,
    pub(crate) cues: SmallVec<[Hit; 6]>,
    /// How many digits stand outside masks.
    pub(crate) digits: usize,
    /// The topics of its cues, a bit each.
    topics: u32,
    /// The marks in it, a bit each.
    marks: u128,
    /// How many tokens are words, or letters and digits.
    pub(crate) words: usize,
    /// Whether a mask stands in it.
    pub(crate) masked: bool,
    /// What its words do, all together.
    roles: Role,
    /// Words that may be in it: a bit for each [`trait_of`] one.
    traits: Traits,
}

/// Phrases are followed over at most this many tokens, marks included.
const LONGEST_PHRASE: usize = 14;

impl<'v> Reading<'v> {
    pub(crate) fn new(text: &'v [u8]) -> Self {
        let lexicon = Lexicon::get();
        let mut reading = Self {
            text,
            tokens: SmallVec::new(),
            cues: SmallVec::new(),
            digits: 0,
            topics: 0,
            marks: 0,
            words: 0,
            masked: false,
            roles: Role::default(),
            traits: [0; 8],
        };
        reading.split(lexicon);
        reading.negate();
        reading.find_cues(lexicon);
        reading
    }

    /// The same as if no word were a cue.
    pub(crate) fn without_cues(mut self) -> Self {
        self.cues.clear();
        for token in &mut self.tokens {
            token.cue = 0;
        }
        self
    }

    pub(crate) fn bytes(&self, token: &Token) -> &'v [u8] {
        &self.text[token.start as usize..token.end as usize]
    }

    pub(crate) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    pub(crate) fn hit(&self, token: &Token) -> Option<&Hit> {
        (token.cue != 0).then(|| &self.cues[token.cue as usize - 1])
    }

    pub(crate) fn span(&self, first: usize, last: usize) -> ViewSpan {
        ViewSpan::new(self.tokens[first].start as usize, self.tokens[last].end as usize)
    }

    /// The first token of the stretch without spaces in which the token at `at` stands.
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

    /// Whether a sentence ends with the token at `at`.
    #[inline]
    pub(crate) fn ends_sentence(&self, at: usize) -> bool {
        self.tokens[at].may_end_sentence() && self.is_end(at)
    }

    /// Whether the mark at `at` stands free, and not for an abbreviation.
    #[inline(never)]
    fn is_end(&self, at: usize) -> bool {
        let free = self.tokens.get(at + 1).is_none_or(|next| next.spaced || next.kind == Kind::Newline);
        free && !(self.tokens[at].is(b'.') && at > 0 && self.is_abbreviation(&self.tokens[at - 1]))
    }

    fn is_abbreviation(&self, token: &Token) -> bool {
        const WORDS: [&[u8]; 31] = [
            b"mr", b"mrs", b"ms", b"dr", b"sr", b"sra", b"srta", b"dra", b"st", b"no", b"num", b"nro", b"vs", b"etc",
            b"approx", b"acct", b"ext", b"tel", b"exp", b"av", b"ing", b"lic", b"prof", b"jr", b"inc", b"co", b"apt",
            b"conf", b"ref", b"soc", b"sec",
        ];
        token.len() <= 6 && token.is_text() && WORDS.iter().any(|word| self.is_word(token, word))
            || token.kind == Kind::Word && token.len() == 1 && self.text[token.start as usize].is_ascii_uppercase()
    }

    /// Whether the text speaks of `topic` anywhere.
    pub(crate) fn mentions(&self, topic: Topic) -> bool {
        self.topics & 1 << topic as u32 != 0
    }

    /// Whether the text speaks of any secret.
    pub(crate) fn mentions_secrets(&self) -> bool {
        self.topics & SECRETS != 0
    }

    /// Whether one of its words does that.
    pub(crate) fn does(&self, role: Role) -> bool {
        self.roles.has(role)
    }

    /// Whether this mark is a token of the text.
    pub(crate) fn has_mark(&self, mark: u8) -> bool {
        mark < 128 && self.marks & 1 << mark != 0
    }

    /// Whether the token is that word, in lower case.
    #[inline]
    pub(crate) fn is_word(&self, token: &Token, word: &[u8]) -> bool {
        token.len() == word.len()
            && (token.is_text() || token.kind == Kind::Digits)
            && self.bytes(token).eq_ignore_ascii_case(word)
    }

    /// Whether one of the tokens `from..to` is one of the words.
    pub(crate) fn any_word(&self, from: usize, to: usize, list: &List) -> bool {
        let may_be = self.traits.iter().zip(&list.traits).any(|(here, sought)| here & sought != 0);
        may_be && self.looks_for(from, to, list.words)
    }

    #[inline(never)]
    fn looks_for(&self, from: usize, to: usize, words: &[&str]) -> bool {
        words.iter().any(|word| {
            let word = word.as_bytes();
            let (bits, bit) = trait_of(word);
            self.traits[bits] & bit != 0 && self.tokens[from..to].iter().any(|token| self.is_word(token, word))
        })
    }

    fn split(&mut self, lexicon: &Lexicon) {
        let text = self.text;
        let mut at = 0;
        let mut spaced = false;
        while let Some(&byte) = text.get(at) {
            let start = at;
            match CLASSES[usize::from(byte)] {
                Class::Space => {
                    spaced = true;
                    at += 1;
                    continue;
                }
                Class::Letter => {
                    at = self.end_of(start + 1, |class| class == Class::Letter);
                    if text.get(at).is_some_and(u8::is_ascii_digit) {
                        at = self.end_of(at, |class| matches!(class, Class::Letter | Class::Digit));
                        self.push_mixed(lexicon, start, at, spaced);
                    } else {
                        self.push(lexicon, start, at, Kind::Word, spaced);
                    }
                }
                Class::Digit => {
                    at = self.end_of(start + 1, |class| class == Class::Digit);
                    if text.get(at).is_some_and(u8::is_ascii_alphabetic) {
                        at = self.end_of(at, |class| matches!(class, Class::Letter | Class::Digit));
                        self.push_mixed(lexicon, start, at, spaced);
                    } else {
                        self.digits += at - start;
                        self.remember(start, at);
                        self.push_plain(start, at, Kind::Digits, spaced);
                    }
                }
                Class::Newline => {
                    at += 1;
                    self.push_plain(start, at, Kind::Newline, spaced);
                }
                Class::Mark => {
                    if matches!(byte, b'*' | b'[')
                        && let Some(len) = mask_len(text, at)
                    {
                        at += len;
                        self.masked = true;
                        self.push_plain(start, at, Kind::Masked, spaced);
                    } else {
                        at += 1;
                        self.marks |= 1 << (byte & 127);
                        self.push_plain(start, at, Kind::Mark(byte), spaced);
                    }
                }
                Class::Other => {
                    at = self.end_of(start + 1, |class| class == Class::Other);
                    self.push_plain(start, at, Kind::Other, spaced);
                }
            }
            spaced = false;
        }
    }

    /// Where the bytes of these classes end that follow one at `at - 1`.
    #[inline(always)]
    fn end_of(&self, at: usize, class: impl Fn(Class) -> bool) -> usize {
        let more = self.text[at..].iter().position(|byte| !class(CLASSES[usize::from(*byte)]));
        more.map_or(self.text.len(), |more| at + more)
    }

    fn remember(&mut self, start: usize, end: usize) {
        let (bits, bit) = trait_of(&self.text[start..end]);
        self.traits[bits] |= bit;
    }

    fn push_plain(&mut self, start: usize, end: usize, kind: Kind, spaced: bool) {
        let (start, end) = (narrow(start), narrow(end));
        self.tokens.push(Token { start, end, kind, spaced, word: 0, role: Role::default(), inert: false, cue: 0 });
    }

    #[inline]
    fn push(&mut self, lexicon: &Lexicon, start: usize, end: usize, kind: Kind, spaced: bool) {
        let word = lexicon.word_at(self.text, start, end);
        let role = lexicon.role(word);
        self.roles = self.roles.and(role);
        self.words += usize::from(matches!(kind, Kind::Word | Kind::Mixed));
        self.remember(start, end);
        let (start, end) = (narrow(start), narrow(end));
        self.tokens.push(Token { start, end, kind, spaced, word, role, inert: false, cue: 0 });
    }

    /// Letters and digits in one: taken apart where a word that is known is glued to a number ("cvv123", "1234exp").
    fn push_mixed(&mut self, lexicon: &Lexicon, start: usize, end: usize, spaced: bool) {
        let text = &self.text[start..end];
        self.digits += text.iter().filter(|b| b.is_ascii_digit()).count();
        let borders = text.windows(2).filter(|w| w[0].is_ascii_digit() != w[1].is_ascii_digit()).count();
        if lexicon.word(text) == 0 && borders <= 3 && text.len() <= 64 {
            let parts = || text.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
            let word_fits = |part: &[u8], first: bool| {
                let word = lexicon.word(part);
                let known = word != 0 && (part.len() >= 3 || !first && lexicon.role(word).has(Role::UNIT));
                known && (lexicon.phrase_start(word).is_some() || lexicon.role(word).has(Role::EXPIRY.and(Role::UNIT)))
            };
            let long_digits = parts().any(|p| p[0].is_ascii_digit() && p.len() >= 3);
            let fits = parts().enumerate().all(|(i, p)| p[0].is_ascii_digit() || word_fits(p, i == 0));
            let unit = borders == 1 && text[0].is_ascii_digit() && fits;
            // So many digits in a row are a number, whatever they are glued to.
            let card_like = borders <= 2 && parts().any(|p| p[0].is_ascii_digit() && (13..=19).contains(&p.len()));
            if fits && (long_digits || unit) || card_like {
                let mut at = start;
                for (i, part) in parts().enumerate() {
                    let kind = if part[0].is_ascii_digit() { Kind::Digits } else { Kind::Word };
                    self.push(lexicon, at, at + part.len(), kind, spaced && i == 0);
                    at += part.len();
                }
                return;
            }
        }
        self.push(lexicon, start, end, Kind::Mixed, spaced);
    }

    /// "don't", "isn't": the word before "'t" negates.
    fn negate(&mut self) {
        for at in 2..self.tokens.len() {
            if self.tokens[at - 1].is(b'\'')
                && !self.tokens[at].spaced
                && !self.tokens[at - 1].spaced
                && self.text[self.tokens[at].start as usize].eq_ignore_ascii_case(&b't')
                && self.tokens[at].len() == 1
            {
                for word in [at - 2, at] {
                    self.tokens[word].role = self.tokens[word].role.and(Role::NEGATION).and(Role::COMMON);
                }
            }
        }
    }

    /// Leftmost, longest: a phrase takes the words it covers from all others.
    fn find_cues(&mut self, lexicon: &Lexicon) {
        let mut at = 0;
        while at < self.tokens.len() {
            match self.phrase(lexicon, at) {
                Some((cue, last)) => {
                    self.topics |= 1 << cue.topic as u32;
                    self.cues.push(Hit { cue, first: at, last });
                    let index = narrow(self.cues.len());
                    for token in &mut self.tokens[at..=last] {
                        token.cue = index;
                    }
                    at = last + 1;
                }
                None => at += 1,
            }
        }
    }

    #[inline]
    fn phrase(&self, lexicon: &Lexicon, first: usize) -> Option<(Cue, usize)> {
        let token = &self.tokens[first];
        let word = if token.word == 0 && token.kind == Kind::Digits { self.id(lexicon, first) } else { token.word };
        let mut node = lexicon.phrase_start(word)?;
        let mut found = lexicon.phrase_end(node).map(|cue| (cue, first));
        let mut at = first + 1;
        while at < self.tokens.len() && at - first < LONGEST_PHRASE && lexicon.phrase_goes_on(node) {
            let token = &self.tokens[at];
            match token.kind {
                Kind::Word | Kind::Mixed | Kind::Digits => match lexicon.phrase_next(node, self.id(lexicon, at)) {
                    Some(next) => {
                        node = next;
                        if let Some(cue) = lexicon.phrase_end(node) {
                            found = Some((cue, at));
                        }
                    }
                    None => break,
                },
                // Inside a phrase: "one-time", "soc. sec.", "card's", "p/w".
                Kind::Mark(b'-' | b'.' | b'/' | b'\'' | b'_' | b'*') if !(token.is(b'.') && self.ends_here(at)) => {}
                _ => break,
            }
            at += 1;
        }
        found
    }

    /// The id of a word, also of digits that phrases name ("3 digit code").
    pub(crate) fn id(&self, lexicon: &Lexicon, at: usize) -> WordId {
        let token = &self.tokens[at];
        match token.kind {
            Kind::Digits if token.len() <= 2 => lexicon.word(self.bytes(token)),
            _ => token.word,
        }
    }

    /// Whether the dot at `at` ends a sentence rather than an abbreviation: a capital follows.
    fn ends_here(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_none_or(|next| next.spaced && self.text[next.start as usize].is_ascii_uppercase())
    }
}

/// What a byte is part of.
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

/// The topics which are secrets, a bit each.
const SECRETS: u32 = (1 << (Topic::Code as u32 + 1)) - 1;

/// What words have in common with few others, a bit each.
type Traits = [u64; 8];

/// A list of words to be looked for, in lower case: [`words!`] makes one.
pub(crate) struct List {
    pub(crate) words: &'static [&'static str],
    traits: Traits,
}

impl List {
    pub(crate) const fn new(words: &'static [&'static str]) -> Self {
        let mut traits = [0; 8];
        let mut i = 0;
        while i < words.len() {
            let (bits, bit) = trait_of(words[i].as_bytes());
            traits[bits] |= bit;
            i += 1;
        }
        Self { words, traits }
    }
}

/// A [`List`](crate::detect::token::List) of words, made when the program is compiled.
macro_rules! words {
    ($($word:literal),+ $(,)?) => {
        const { &$crate::detect::token::List::new(&[$($word),+]) }
    };
}
pub(crate) use words;

/// The trait of a word in any case: which number of the traits, and the bit in it.
#[inline]
const fn trait_of(word: &[u8]) -> (usize, u64) {
    let [first, .., last] = word else { return (0, 1) };
    let traits = (*first & 31) as usize * 37 + (*last & 31) as usize * 11 + word.len() * 131;
    (traits >> 6 & 7, 1 << (traits & 63))
}

/// The length of a mask that starts at `at`: not among the marks of a number still to be read (`**4860** **7269**`), not
/// with the first digits of one.
fn mask_len(text: &[u8], at: usize) -> Option<usize> {
    if text[at] == b'[' {
        return mask::len_at(&text[at..]);
    }
    if at > 0 && (text[at - 1].is_ascii_alphanumeric() || text[at - 1] == text[at]) {
        return None;
    }
    let len = mask::len_at(&text[at..])?;
    let goes_on = text[at + len..]
        .iter()
        .take(4)
        .find(|b| !matches!(b, b' ' | b'-' | b'.' | b'/' | b'_' | b'*'))
        .is_some_and(u8::is_ascii_digit);
    (!goes_on).then_some(len)
}

/// Views are indexed with 32 bits: the engine cuts longer texts.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
