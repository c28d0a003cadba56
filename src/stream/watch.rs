//! Watches a text as it comes and tells, at places which the text determines, what may go on.
//!
//! In comes a byte at a time. Out goes, at the end of each word, whether the text up to there is plain, is to be held,
//! or may be judged. Nothing is looked at twice but the word itself when it is complete: a word here is whatever stands
//! between spaces.

use std::collections::VecDeque;

use crate::detect::cues::{Lexicon, Topic, WordClass};
use crate::detect::password::{chunk, is_unknown, looks_like_one};
use crate::detect::token::{Kind, Token, TokenBuffer, TokenizedText};
use crate::text::{View, may_be_digits};

/// Plain words and marks at the end of a sentence after which nothing before them is a part of a finding any more: as far
/// back as a cue for a password reaches over the end of a sentence.
const CALM: usize = 10;

/// The same without an end of a sentence: further than any cue reaches.
const FAR: usize = 40;

/// Words and marks between two doubtful words over which they may be of one number: pieces, and marks between groups.
const NEAR: usize = 4;

/// The same of words that are no pieces of a number: a digit, a word in stars.
const NEAR_WEAK: usize = 1;

/// The same where nothing but marks stands between.
const NEAR_MARKS: usize = 7;

/// Letters of a script without spaces, in bytes without a space, after which what is in front is no part of a password:
/// no password is that long.
const UNSPACED: usize = 128;

/// Words of such a script count as one for every so many letters.
const LETTERS: usize = 4;

/// The longest quotation that is waited for, in bytes: that of the longest password, and then some.
const LONGEST_QUOTATION: usize = 128;

/// Words after which a word at the start of a sentence is given up as a password, if no phrase began.
const LONGEST_LINK: usize = 8;

/// What is known at the end of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// The word is not over.
    Inside,
    /// What is held must be held on.
    Held,
    /// Everything up to here is plain. `ends`: and so ends a sentence.
    Plain { ends: bool },
    /// What is held may be judged up to here.
    Calm,
    /// What is held may be judged up to so many bytes before here, where the next doubtful words begin.
    CalmUntil(usize),
}

/// Doubtful words near to each other.
#[derive(Debug, Clone, Copy)]
struct Region {
    /// Where they begin, in bytes from the start of the text.
    start: usize,
    /// The words and marks up to the last of them, from the start of the text.
    last: usize,
    /// None of them is a piece of a number as people give it.
    weak: bool,
    /// It is a single word, without digits: "one".
    lone: bool,
}

/// What follows a word that may turn out to be a password.
#[derive(Debug, Clone, Copy)]
enum Doubt {
    /// So many words like "is my".
    Links(usize),
    /// A phrase right after them, which may name a password.
    Phrase,
}

/// The state of the watch.
#[derive(Debug, Default, Clone)]
pub(super) struct Watch {
    /// Length of the word so far.
    len: usize,
    /// Bytes so far.
    at: usize,
    /// Where the word begins that is being read.
    word_start: usize,
    /// Words and marks so far.
    tokens: usize,
    /// Words and marks up to the last end of a sentence.
    ended: usize,
    /// Whether a plain word stands after the last doubtful one.
    parted: bool,
    /// What is held that may be a part of a finding.
    regions: VecDeque<Region>,
    /// A word at the start of a sentence may turn out to be a password, and where it begins.
    doubt: Option<Doubt>,
    doubt_start: usize,
    /// The mark of a quotation that is open, and bytes since.
    quotation: Option<(u8, usize)>,
    /// Bytes since the last space, and what is still to come of a letter of a script without spaces.
    unspaced: usize,
    letter: u8,
    /// Such letters since the last one that counted as a word.
    letters: usize,
    /// Whether a sentence has begun, and nothing of it has been said.
    inside: bool,
    phrases: Phrases,
    /// Any cue of a secret is held, not those of passwords alone.
    guarded: bool,
    /// The text answers a question for a password: nothing is plain.
    answer: bool,
}

impl Watch {
    pub(super) fn new(guarded: bool, answer: bool) -> Self {
        Self { guarded, answer, ..Self::default() }
    }

    /// Length of the word that is under way.
    pub(super) fn chunk_len(&self) -> usize {
        self.len
    }

    /// Whether what is held is in doubt for nothing but words that could be single digits, each by itself, in sentences
    /// that have gone on and are over: "One moment, please."
    pub(super) fn rests(&self) -> bool {
        self.parted
            && self.ended == self.tokens
            && self.doubt.is_none()
            && self.quotation.is_none()
            && !self.answer
            && self.regions.iter().all(|region| region.lone)
    }

    /// What was held has gone on.
    pub(super) fn forget(&mut self) {
        self.regions.clear();
    }

    /// More was held than the window takes: from now on everything counts as doubtful until it is calm.
    pub(super) fn overflow(&mut self) {
        self.regions.clear();
        self.regions.push_back(Region { start: self.at, last: self.tokens, weak: false, lone: false });
        self.parted = false;
        self.doubt = None;
    }

    /// Takes the next byte, the last of `word`, which is what there is of the word so far, as far as it is still at hand.
    pub(super) fn step(&mut self, word: &[u8]) -> Point {
        let Some((&byte, before)) = word.split_last() else { return Point::Inside };
        self.at += 1;
        if let Some((_, len)) = &mut self.quotation {
            *len += 1;
        }
        let mut ends = matches!(byte, b'\n' | 0x0b | 0x0c);
        if !matches!(byte, b'\t'..=b'\r' | b' ') {
            self.len += 1;
            self.unspaced += 1;
            if !self.ends_letter(byte) || self.unspaced < UNSPACED {
                return Point::Inside;
            }
            self.letters += 1;
            if word.len() == self.len {
                self.word_start = self.at - self.len;
                ends |= self.word(word, self.letters.is_multiple_of(LETTERS));
            } else {
                self.overflow();
            }
            self.len = 0;
        } else {
            self.unspaced = 0;
            if self.len > 0 {
                if before.len() == self.len {
                    self.word_start = self.at - 1 - self.len;
                    ends |= self.word(before, true);
                } else {
                    self.overflow();
                }
                self.len = 0;
            }
        }
        if ends && matches!(byte, b'\n' | 0x0b | 0x0c) {
            self.phrases.clear();
            self.quotation = None;
        }
        if ends {
            self.inside = false;
            self.ended = self.tokens;
        }
        self.point(ends)
    }

    fn point(&mut self, ends: bool) -> Point {
        if self.answer {
            return Point::Held;
        }
        let quoting = self.quotation.is_some_and(|(_, len)| len < LONGEST_QUOTATION);
        if self.doubt.is_some() || quoting {
            return Point::Held;
        }
        if self.regions.is_empty() {
            return Point::Plain { ends };
        }
        let mut calm = false;
        let over = |region: &Region| self.ended >= region.last + CALM || self.tokens >= region.last + FAR;
        while self.regions.front().is_some_and(over) {
            self.regions.pop_front();
            calm = true;
        }
        match self.regions.front() {
            _ if !calm => Point::Held,
            None => Point::Calm,
            Some(next) => Point::CalmUntil(self.at - next.start),
        }
    }

    /// Whether the byte is the last of a letter of a script that is written without spaces.
    fn ends_letter(&mut self, byte: u8) -> bool {
        match byte {
            0xE3..=0xE9 => self.letter = 2,
            0x80..=0xBF if self.letter > 0 => {
                self.letter -= 1;
                return self.letter == 0;
            }
            _ => self.letter = 0,
        }
        false
    }

    /// Takes a complete word, which counts or not. Tells whether it ends a sentence.
    fn word(&mut self, word: &[u8], counts: bool) -> bool {
        let tokens = self.tokens;
        let ends = self.spelled(word);
        if !counts && self.regions.back().is_none_or(|region| region.last <= tokens) {
            self.tokens = tokens;
        }
        ends
    }

    fn spelled(&mut self, word: &[u8]) -> bool {
        if word.iter().all(|b| b.is_ascii_graphic() && *b != b'&') {
            return self.read(word);
        }
        let view = View::new(word);
        let text = view.text();
        let ends = text.contains(&b'\n');
        let text = text.trim_ascii();
        if text.iter().any(u8::is_ascii_whitespace) {
            // Two words with a space between that is none in ASCII.
            for part in text.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty()) {
                self.read(part);
            }
            self.heat(self.tokens, false);
        } else if !text.is_empty() {
            return self.read(text) | ends;
        }
        ends
    }

    /// Takes a word as the view shows it.
    fn read(&mut self, word: &[u8]) -> bool {
        let mut sheet = TokenBuffer::default();
        let reading = TokenizedText::new(word, &mut sheet).without_cues();
        let tokens = &reading.tokens[..];
        let Some(last) = tokens.len().checked_sub(1) else { return false };
        let begins = !std::mem::replace(&mut self.inside, true);
        let ends = reading.ends_sentence(last);

        let mut cue = false;
        for (at, token) in tokens.iter().enumerate() {
            let linked = matches!(self.doubt, Some(Doubt::Links(_)));
            cue |= self.phrases.token(&reading, at, token, linked, self.guarded);
        }
        self.quote(tokens);
        let before = self.tokens;
        self.tokens += tokens.len();
        if cue || is_hot(&reading) {
            self.heat(before, !cue && is_weak(&reading));
            if let Some(region) = self.regions.back_mut().filter(|region| region.start == self.word_start) {
                region.lone =
                    !cue && tokens.iter().all(|token| matches!(token.kind, Kind::Word | Kind::Mark(b'.' | b',')));
            }
        } else {
            self.parted |= tokens.iter().any(Token::is_text);
            if let Some(doubt) = self.doubt {
                let links = tokens.iter().all(|token| is_link(&reading, token));
                self.doubt = match doubt {
                    Doubt::Links(words) if links && words < LONGEST_LINK => Some(Doubt::Links(words + 1)),
                    _ => self.phrases.are_linked().then_some(Doubt::Phrase),
                };
            }
            if begins && self.doubt.is_none() && may_be_password(&reading) {
                self.doubt = Some(Doubt::Links(0));
                self.doubt_start = self.word_start;
            }
        }
        ends
    }

    /// A doubtful word has come after so many words and marks.
    fn heat(&mut self, before: usize, weak: bool) {
        let start = if self.doubt.take().is_some() { self.doubt_start } else { self.word_start };
        let near = |region: &Region| match self.parted {
            true if weak && region.weak => NEAR_WEAK,
            true => NEAR,
            false => NEAR_MARKS,
        };
        match self.regions.back().copied().filter(|region| before <= region.last + near(region)) {
            Some(region) => {
                self.regions.pop_back();
                self.regions.push_back(Region { last: self.tokens, weak: weak && region.weak, lone: false, ..region });
            }
            None => self.regions.push_back(Region { start, last: self.tokens, weak, lone: false }),
        }
        self.parted = false;
    }

    /// Opens and closes quotations.
    fn quote(&mut self, tokens: &[Token]) {
        for (at, token) in tokens.iter().enumerate() {
            let Kind::Mark(mark @ (b'"' | b'`' | b'\'')) = token.kind else { continue };
            let edge = at == 0 || !tokens[at - 1].is_text() || !tokens.get(at + 1).is_some_and(Token::is_text);
            match self.quotation {
                Some((open, _)) if open == mark && edge => self.quotation = None,
                None if mark != b'\'' || at == 0 => self.quotation = Some((mark, 0)),
                _ => {}
            }
        }
    }
}

/// Whether a word in doubt is no piece of a number but, at most, a single digit of one.
fn is_weak(reading: &TokenizedText<'_>) -> bool {
    reading.tokens.iter().all(|token| match token.kind {
        Kind::Digits => token.len() == 1,
        Kind::Word => !may_be_digits(reading.bytes(token)),
        Kind::Mark(mark) => !matches!(mark, b'"' | b'`' | b'[' | b'\''),
        Kind::Newline | Kind::Other => true,
        Kind::Mixed | Kind::Masked => false,
    })
}

/// Whether a word may be a part of a finding by itself.
fn is_hot(reading: &TokenizedText<'_>) -> bool {
    let tokens = &reading.tokens;
    // The bullet of a list.
    if tokens.len() == 1 && tokens[0].is(b'*') {
        return false;
    }
    let odd = |token: &Token| match token.kind {
        Kind::Digits | Kind::Mixed | Kind::Masked | Kind::Mark(b'"' | b'`' | b'[' | b'*') => true,
        Kind::Word => may_be_digits(reading.bytes(token)),
        _ => false,
    };
    // "user:password" in an address or an option.
    let pair = tokens.windows(3).any(|w| w[0].is_text() && w[1].is(b':') && w[2].kind != Kind::Newline);
    let quoted = tokens.first().is_some_and(|t| t.is(b'\'')) || tokens.len() > 1 && tokens[tokens.len() - 1].is(b'\'');
    // Spelled out, letter by letter.
    let letters = tokens.len() > 3 && tokens.iter().filter(|t| t.len() == 1 && t.kind == Kind::Word).count() > 2;
    tokens.iter().any(odd)
        || pair
        || quoted
        || letters
        || chunk(reading, 0).is_some_and(|value| looks_like_one(reading, value))
}

/// Whether a word at the start of a sentence is a password if "is my password" follows.
fn may_be_password(reading: &TokenizedText<'_>) -> bool {
    (0..reading.tokens.len()).any(|at| chunk(reading, at).is_some_and(|value| is_unknown(reading, value)))
}

/// Whether a token may stand between a password and "password".
fn is_link(reading: &TokenizedText<'_>, token: &Token) -> bool {
    match token.kind {
        Kind::Word => {
            token.does(WordClass::LINK.union(WordClass::DETERMINER).union(WordClass::OWN))
                || reading.is_word(token, b"thats")
        }
        Kind::Mark(_) | Kind::Other => true,
        _ => false,
    }
}

/// The phrases that may be under way, from whichever word they began.
#[derive(Debug, Default, Clone)]
struct Phrases {
    open: Vec<Phrase>,
}

#[derive(Debug, Clone, Copy)]
struct Phrase {
    node: u16,
    tokens: usize,
    /// One of its words may name a password: "clave".
    clave: bool,
    /// It began right after a word in doubt and "is my".
    linked: bool,
}

/// Phrases are followed over so many tokens, marks included, as when they are read.
const LONGEST_PHRASE: usize = 14;

impl Phrases {
    fn clear(&mut self) {
        self.open.clear();
    }

    /// Whether one is under way that began right after a word in doubt and "is my".
    fn are_linked(&self) -> bool {
        self.open.iter().any(|phrase| phrase.linked)
    }

    /// Takes the next token. Tells whether a cue ends with it after which any word may be a password, or, if `guarded`,
    /// any cue of a secret.
    fn token(&mut self, reading: &TokenizedText<'_>, at: usize, token: &Token, linked: bool, guarded: bool) -> bool {
        let lexicon = Lexicon::get();
        match token.kind {
            Kind::Word | Kind::Mixed | Kind::Digits => {}
            Kind::Mark(b'-' | b'.' | b'/' | b'\'' | b'_' | b'*') => {
                self.open.retain_mut(|phrase| {
                    phrase.tokens += 1;
                    phrase.tokens < LONGEST_PHRASE
                });
                return false;
            }
            _ => {
                self.clear();
                return false;
            }
        }
        let word = reading.id(lexicon, at);
        let clave = [&b"clave"[..], b"claves", b"passcode", b"contrasena", b"password", b"pass"]
            .iter()
            .any(|w| reading.is_word(token, w));
        self.open.retain_mut(|phrase| match lexicon.phrase_next(phrase.node, word) {
            Some(next) if phrase.tokens < LONGEST_PHRASE => {
                *phrase = Phrase { node: next, tokens: phrase.tokens + 1, clave: phrase.clave | clave, ..*phrase };
                true
            }
            _ => false,
        });
        if token.phrases != 0 {
            self.open.push(Phrase { node: token.phrases, tokens: 1, clave, linked });
        }
        self.open.iter().any(|phrase| {
            lexicon.phrase_end(phrase.node).is_some_and(|cue| match cue.topic {
                Topic::Password => true,
                Topic::Code | Topic::OneTimePasscode | Topic::Pin if phrase.clave => true,
                topic => guarded && topic.is_secret(),
            })
        })
    }
}
