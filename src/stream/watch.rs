//! The prefilter for streams: at which points of a text can it be sent, and at which must it be judged?
//!
//! Reads one byte at a time. At the end of each word it reports whether the text up to there is plain, must be held, or
//! can be judged. The result depends only on the text. Each byte is examined once, and each word once more when it is
//! complete. A word here is a run without spaces.

use std::collections::VecDeque;

use crate::detect::cues::{Lexicon, Topic, WordClass, WordSet};
use crate::detect::number::{self, NumberShape, Numbers};
use crate::detect::password::{RIGHT_OF_WORD, chunk, is_unknown, looks_like_one};
use crate::detect::token::{Kind, LONGEST_PHRASE, Token, TokenBuffer, TokenizedText};
use crate::text::{View, may_be_digits};

/// The number of plain words and marks, at the end of a sentence, after which nothing before them can be part of a
/// finding: a cue for a password reaches this far over the end of a sentence.
const CALM_TOKENS: usize = 10;

/// The same without the end of a sentence. No cue reaches further.
const FARTHEST_CUE: usize = 40;

/// The number of tokens after a number within which evidence can begin: the learned weights read eight, a governing cue
/// is within nine, a clause such as "that is" begins within twelve.
const REACH: usize = 12;

/// The same if such a clause, or "is", has followed: its cue is within seven more tokens.
const LINKED_REACH: usize = 19;

/// The weight of the words after a light number that makes it safe to send: one content word, or two other words.
const SAFE_WEIGHT: usize = 2;

/// Without a cue, a number with at least this many digits may be a secret.
const FEW_DIGITS: usize = 3;

/// The maximum number of digits of a quantity before its unit, as in "12000 miles".
const LONGEST_COUNT: usize = 5;

/// A number with at least this many digits may be a card, and a security code may follow it.
const CARD_DIGITS: usize = 12;

/// The maximum number of words and marks between two doubtful words that may belong to one number.
const MAX_GAP: usize = 4;

/// The same for words that are not pieces of a number: a single digit, a word in stars.
const MAX_GAP_WEAK: usize = 1;

/// The same if there are only marks between them.
const MAX_GAP_MARKS: usize = 7;

/// After this many bytes without a space, in a script without spaces, what precedes them is not part of a password. No
/// password is that long.
const UNSPACED_BYTES: usize = 128;

/// In such a script, this many letters count as one word.
const LETTERS_PER_WORD: usize = 4;

/// The longest quotation that is held until it closes, in bytes: longer than the longest password.
const LONGEST_QUOTATION: usize = 128;

/// A word at the start of a sentence cannot be a password after this many words without a phrase.
const LONGEST_LINK: usize = 8;

/// The state at the end of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// The word is not complete.
    Inside,
    /// The buffer must be held.
    Held,
    /// Everything up to here is plain. `ends`: a sentence ends here.
    Plain { ends: bool },
    /// Everything is plain up to this many bytes before here, at which the next doubtful words begin.
    PlainUntil(usize),
    /// The buffer can be judged up to here.
    Calm,
    /// The buffer can be judged up to this many bytes before here, at which the next doubtful words begin.
    CalmUntil(usize),
}

/// What can still make a secret of doubtful words, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Only more digits: an amount, a time, a year, one or two digits.
    Light,
    /// Only words directly after it: a number with a harmless name, a quotation, a word in stars.
    Named,
    /// A cue within [`REACH`]: any other number.
    Bare,
    /// Anything in this sentence and the next: a cue for a secret is near, or a secret is expected.
    Heavy,
}

/// Doubtful words that are close to each other.
#[derive(Debug, Clone, Copy)]
struct Region {
    weight: Weight,
    /// A cue for a secret is near, so that even a light number may be a piece of one.
    near: bool,
    /// "is", "that" or a similar word follows it.
    linked: bool,
    /// The number of digits in it.
    digits: usize,
    /// Its start, in bytes from the start of the text.
    start: usize,
    /// The number of words and marks from the start of the text up to its last doubtful word.
    last: usize,
    /// Whether it contains no typical piece of a number.
    weak: bool,
    /// Whether it is a single word without digits: "one".
    lone: bool,
}

/// A word that may be part of a finding.
struct Doubtful {
    weight: Weight,
    digits: usize,
    /// Its shape shows that it is a complete number.
    alone: bool,
    /// Whether it is inside a quotation.
    quoted: bool,
}

/// What follows a word that may be a password.
#[derive(Debug, Clone, Copy)]
enum Doubt {
    /// This many words such as "is my".
    Links(usize),
    /// A phrase directly after them, which may name a password.
    Phrase,
}

/// The state of the prefilter.
#[derive(Debug, Default, Clone)]
pub(super) struct Watch {
    /// The length of the current word so far.
    len: usize,
    /// The number of bytes so far.
    at: usize,
    /// The start of the current word.
    word_start: usize,
    /// The number of words and marks so far.
    tokens: usize,
    /// The number of words and marks up to the last end of a sentence.
    ended: usize,
    /// Whether a plain word follows the last doubtful one.
    plain_follows: bool,
    /// The regions in the buffer.
    regions: VecDeque<Region>,
    /// Whether a word at the start of a sentence may be a password, and the start of that word.
    doubt: Option<Doubt>,
    doubt_start: usize,
    /// The words of a customer that a word for signing in can still follow: their start, in bytes from the start of the
    /// text, and the number of words and marks up to them.
    unknown: VecDeque<(usize, usize)>,
    /// The mark of an open quotation, and the number of bytes since.
    quotation: Option<(u8, usize)>,
    /// The number of bytes since the last space, and the number of bytes missing of a letter of a script without
    /// spaces.
    unspaced: usize,
    letter: u8,
    /// The number of such letters since the last one that counted as a word.
    letters: usize,
    /// Whether a sentence has begun and has no plain word yet.
    inside: bool,
    phrases: Phrases,
    /// Cues for all secrets hold the text after them, not only those for passwords.
    guarded: bool,
    /// The text answers a question for a password, so nothing is plain.
    answer: bool,
    /// A secret is expected, so no number is light.
    awaited: bool,
    /// The weight of the words after the last doubtful one: two for a content word, one for others.
    since: usize,
    /// The previous word is a number that may count the next noun.
    counts: bool,
    /// The number of digits without a plain word between them.
    run: usize,
    /// The number of words and marks up to the last cue for a secret, or the end of a long number.
    secret: Option<usize>,
    /// The number of words and marks up to the last cue for something harmless that has a number.
    named: Option<usize>,
    /// The number of words and marks up to the last word that a year can follow.
    dated: Option<usize>,
}

impl Watch {
    pub(super) fn new(guarded: bool, answer: bool, awaited: bool, customer: bool) -> Self {
        Self { guarded, answer, awaited, phrases: Phrases { customer, ..Phrases::default() }, ..Self::default() }
    }

    /// Returns the length of the current word.
    pub(super) fn word_len(&self) -> usize {
        self.len
    }

    /// Returns whether the buffer could contain a secret only if the text continued, and the text reads as if it were
    /// complete: "One moment, please.", "All 482 seats are sold".
    pub(super) fn seems_complete(&self) -> bool {
        let is_over = |region: &Region| match region.weight {
            _ if region.lone && self.ended == self.tokens => true,
            Weight::Light => !region.near || self.since >= SAFE_WEIGHT,
            Weight::Named | Weight::Bare => !region.near && self.since >= SAFE_WEIGHT,
            Weight::Heavy => false,
        };
        self.plain_follows
            && self.doubt.is_none()
            && self.unknown.is_empty()
            && self.quotation.is_none()
            && !self.answer
            && self.regions.iter().all(is_over)
    }

    /// Forgets the buffer after it was sent.
    pub(super) fn forget(&mut self) {
        self.regions.clear();
        self.unknown.clear();
    }

    /// Treats everything as doubtful until the text is calm, because the buffer is full.
    pub(super) fn overflow(&mut self) {
        self.forget();
        self.regions.push_back(Region {
            weight: Weight::Heavy,
            near: true,
            linked: false,
            digits: 0,
            start: self.at,
            last: self.tokens,
            weak: false,
            lone: false,
        });
        self.plain_follows = false;
        self.doubt = None;
    }

    /// Reads the next byte. It is the last one of `word`, the current word as far as it is still in the buffer.
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
            if !self.ends_letter(byte) || self.unspaced < UNSPACED_BYTES {
                return Point::Inside;
            }
            self.letters += 1;
            if word.len() == self.len {
                self.word_start = self.at - self.len;
                ends |= self.end_word(word, self.letters.is_multiple_of(LETTERS_PER_WORD));
            } else {
                self.overflow();
            }
            self.len = 0;
        } else {
            self.unspaced = 0;
            if self.len > 0 {
                if before.len() == self.len {
                    self.word_start = self.at - 1 - self.len;
                    ends |= self.end_word(before, true);
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
            self.named = None;
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
        let next_cue = self.phrases.first_token(self.tokens);
        while self.unknown.front().is_some_and(|(_, last)| next_cue >= last + RIGHT_OF_WORD) {
            self.unknown.pop_front();
        }
        let unknown = self.unknown.front().map(|(start, _)| *start);
        if self.regions.is_empty() {
            return unknown.map_or(Point::Plain { ends }, |start| Point::PlainUntil(self.at - start));
        }
        let mut over = None;
        while let Some(region) = self.regions.front().copied().filter(|region| self.is_over(region)) {
            self.regions.pop_front();
            over = over.max(Some(region.weight));
        }
        // Light and named regions are not secrets, so they are sent without being judged.
        let plain = over.is_some_and(|weight| weight < Weight::Bare);
        let next = self.regions.front().map(|region| region.start).into_iter().chain(unknown).min();
        match next {
            _ if over.is_none() => Point::Held,
            None if plain => Point::Plain { ends },
            None => Point::Calm,
            Some(start) if plain => Point::PlainUntil(self.at - start),
            Some(start) => Point::CalmUntil(self.at - start),
        }
    }

    /// Returns whether no text that follows can make a secret of the region.
    fn is_over(&self, region: &Region) -> bool {
        let tokens = self.tokens - region.last;
        let is_last = self.regions.len() == 1;
        let reach = if region.linked { LINKED_REACH } else { REACH };
        let plain_follows = !is_last || self.plain_follows && self.since >= SAFE_WEIGHT;
        match region.weight {
            Weight::Light if region.near => plain_follows && tokens > MAX_GAP || tokens > MAX_GAP_MARKS,
            Weight::Light => plain_follows || tokens > MAX_GAP_MARKS,
            // With "is", a cue may be three words further away.
            Weight::Named => {
                plain_follows && (!is_last || !region.linked || self.since >= 3 * SAFE_WEIGHT) || tokens >= reach
            }
            Weight::Bare => tokens >= reach,
            Weight::Heavy => self.ended >= region.last + CALM_TOKENS || tokens >= FARTHEST_CUE,
        }
    }

    /// Returns whether the byte ends a letter of a script that is written without spaces.
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

    /// Reads a complete word. `counts`: whether it counts as a word. Returns whether it ends a sentence.
    fn end_word(&mut self, word: &[u8], counts: bool) -> bool {
        let tokens = self.tokens;
        let ends = self.read_spelled(word);
        if !counts && self.regions.back().is_none_or(|region| region.last <= tokens) {
            self.tokens = tokens;
        }
        ends
    }

    fn read_spelled(&mut self, word: &[u8]) -> bool {
        if word.iter().all(|b| b.is_ascii_graphic() && *b != b'&') {
            return self.read_word(word);
        }
        let view = View::of_word(word);
        let text = view.text();
        let ends = text.contains(&b'\n');
        let text = text.trim_ascii();
        if text.iter().any(u8::is_ascii_whitespace) {
            // Two words separated by a space that is not ASCII.
            for part in text.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty()) {
                self.read_word(part);
            }
            self.add_doubtful(
                self.tokens,
                false,
                Doubtful { weight: Weight::Light, digits: 0, alone: false, quoted: false },
            );
        } else if !text.is_empty() {
            return self.read_word(text) | ends;
        }
        ends
    }

    /// Reads a word as it is in the view.
    fn read_word(&mut self, word: &[u8]) -> bool {
        let mut sheet = TokenBuffer::default();
        let reading = TokenizedText::new(word, &mut sheet).without_cues();
        let tokens = &reading.tokens[..];
        let Some(last) = tokens.len().checked_sub(1) else { return false };
        let begins = !std::mem::replace(&mut self.inside, true);
        let ends = reading.ends_sentence(last);

        let mut cue = false;
        let before = self.tokens;
        for (at, token) in tokens.iter().enumerate() {
            let linked = matches!(self.doubt, Some(Doubt::Links(_)));
            let found = self.phrases.token(&reading, at, token, linked, self.guarded);
            cue |= found.holds_text;
            if found.is_secret {
                self.secret = Some(before + at + 1);
                for region in &mut self.regions {
                    region.near = true;
                    if region.weight > Weight::Light {
                        region.weight = region.weight.max(Weight::Bare);
                    }
                }
            }
            if found.is_harmless {
                self.named = Some(before + at + 1);
            }
        }
        let quoted = self.quotation.is_some();
        self.quote(tokens);
        self.tokens += tokens.len();
        if cue || is_doubtful(&reading) {
            let doubtful = self.weigh(&reading, before, cue);
            self.add_doubtful(before, !cue && is_weak(&reading), Doubtful { quoted, ..doubtful });
            if let Some(region) = self.regions.back_mut().filter(|region| region.start == self.word_start) {
                region.lone =
                    !cue && tokens.iter().all(|token| matches!(token.kind, Kind::Word | Kind::Mark(b'.' | b',')));
            }
        } else {
            self.plain_follows |= tokens.iter().any(Token::is_text);
            self.read_plain(&reading, begins);
            if let Some(doubt) = self.doubt {
                let links = tokens.iter().all(|token| is_link(&reading, token));
                self.doubt = match doubt {
                    Doubt::Links(words) if links && words < LONGEST_LINK => Some(Doubt::Links(words + 1)),
                    _ => self.phrases.are_linked().then_some(Doubt::Phrase),
                };
            }
            let may_be_password = may_be_password(&reading);
            if begins && self.doubt.is_none() && may_be_password {
                self.doubt = Some(Doubt::Links(0));
                self.doubt_start = self.word_start;
            }
            if self.phrases.customer && may_be_password {
                self.unknown.push_back((self.word_start, self.tokens));
            }
        }
        ends
    }

    /// Reads a plain word, which may say something about the numbers before and after it.
    fn read_plain(&mut self, reading: &TokenizedText<'_>, begins: bool) {
        if self.quotation.is_some() {
            // Quoted words say nothing about the quotation itself.
            return;
        }
        for token in reading.tokens.iter() {
            let links = token.is_any(WordSet::POINTER)
                || token.does(WordClass::LINK.union(WordClass::COPULA))
                || begins && token.is_any(WordSet::ITS.union(WordSet::ANAPHORA));
            match token.kind {
                Kind::Word if links => {
                    if let Some(region) = self.regions.back_mut() {
                        region.linked = true;
                    }
                }
                // Words that join pieces of a number.
                Kind::Word if token.does(WordClass::CONJUNCTION.union(WordClass::PIECE).union(WordClass::TO)) => {}
                Kind::Word if token.does(WordClass::GLUE.union(WordClass::FILLER)) => self.since += 1,
                Kind::Word => {
                    // "482 miles", "482 people": the number is a count.
                    let counts = self.counts && !token.does(WordClass::FACE);
                    let most = if token.does(WordClass::UNIT) { LONGEST_COUNT } else { FEW_DIGITS };
                    let counted =
                        |region: &&mut Region| region.weight == Weight::Bare && region.digits <= most && !region.near;
                    if let Some(region) = self.regions.back_mut().filter(|region| counts && counted(region)) {
                        region.weight = Weight::Light;
                    }
                    self.since += 2;
                }
                _ => {}
            }
            self.counts &= token.kind == Kind::Mark(b'*');
            if token.kind == Kind::Word
                && (token.does(WordClass::MONTH.union(WordClass::SINCE)) || token.is_any(WordSet::PREPOSITION))
            {
                self.dated = Some(self.tokens);
            }
        }
    }

    /// Returns what may still make a secret of a doubtful word.
    fn weigh(&mut self, reading: &TokenizedText<'_>, before: usize, cue: bool) -> Doubtful {
        let tokens = &reading.tokens[..];
        let mut numbers = Numbers::new();
        number::read(reading, &mut numbers);
        let words = tokens.iter().filter(|t| t.kind == Kind::Word && may_be_digits(reading.bytes(t))).count();
        let digits = words + tokens.iter().filter(|t| t.kind == Kind::Digits).map(Token::len).sum::<usize>();
        let is_near = |place: Option<usize>| place.is_some_and(|place| before <= place + 1);
        let is_year = |number: &number::Number| {
            number.shape == NumberShape::Likely("year") && self.dated.is_some_and(|dated| before <= dated + 1)
        };
        let (dated, named) = (is_near(self.dated), is_near(self.named));
        let mut weight = Weight::Light;
        let mut run = words;
        for number in &numbers {
            let of_number = match number.shape {
                NumberShape::Harmless(_) => Weight::Light,
                _ if is_year(number) => Weight::Named,
                NumberShape::Likely("phone") if number.digits == 10 && number.groups == 3 => Weight::Named,
                _ if named && number.digits < CARD_DIGITS && number.groups == 1 => Weight::Named,
                _ if number.digits < FEW_DIGITS => {
                    run += number.digits;
                    Weight::Light
                }
                _ => {
                    run += number.digits;
                    Weight::Bare
                }
            };
            weight = weight.max(of_number);
        }
        for (at, token) in tokens.iter().enumerate() {
            let joined = || [at.wrapping_sub(1), at + 1].iter().any(|at| tokens.get(*at).is_some_and(|t| t.is(b'-')));
            weight = weight.max(match token.kind {
                Kind::Mixed if is_ordinal(reading.bytes(token)) || token.len() <= FEW_DIGITS && !joined() => {
                    Weight::Light
                }
                Kind::Mark(b'"' | b'`' | b'\'' | b'*') => Weight::Named,
                Kind::Mixed | Kind::Mark(b'[' | b'#') => Weight::Bare,
                Kind::Masked => Weight::Heavy,
                _ => Weight::Light,
            });
        }
        if is_pair(tokens) || is_spelled(tokens) {
            weight = Weight::Heavy;
        } else if chunk(reading, 0).is_some_and(|value| looks_like_one(reading, value)) {
            weight = weight.max(Weight::Bare);
        }
        self.run = if self.plain_follows { run } else { self.run + run };
        if run > 0 && self.run >= FEW_DIGITS {
            weight = weight.max(Weight::Bare);
        }
        if dated && digits < FEW_DIGITS {
            self.dated = Some(self.tokens);
        }
        self.counts = tokens.iter().all(|token| token.kind == Kind::Digits);
        let alone = weight == Weight::Light && run == 0;
        if weight > Weight::Light && self.is_secret_near(before) {
            weight = weight.max(Weight::Bare);
        }
        if cue || self.awaited {
            weight = Weight::Heavy;
        }
        Doubtful { weight, digits, alone, quoted: false }
    }

    /// Returns whether a cue for a secret is shortly before it.
    fn is_secret_near(&self, before: usize) -> bool {
        self.secret.is_some_and(|place| before <= place + FARTHEST_CUE)
    }

    /// Adds a doubtful word that begins after `before` words and marks.
    fn add_doubtful(&mut self, before: usize, weak: bool, doubtful: Doubtful) {
        let doubt = self.doubt.take().map(|_| self.doubt_start);
        let unknown = self.unknown.front().map(|(start, _)| *start);
        let start = doubt.into_iter().chain(unknown).fold(self.word_start, usize::min);
        let Doubtful { weight, digits, alone, quoted } = doubtful;
        let near = |region: &Region| {
            let reach = match self.plain_follows {
                true if weak && region.weak => MAX_GAP_WEAK,
                true => MAX_GAP,
                false => MAX_GAP_MARKS,
            };
            // A complete number is not a piece of another one. A light number is not one across a content word.
            let is_light = weight <= Weight::Named;
            let apart = alone
                || is_light && self.since >= SAFE_WEIGHT
                || is_light && region.weight <= Weight::Named && !region.near;
            quoted || before <= region.last + reach && !(self.plain_follows && apart)
        };
        let mut next = Region {
            start,
            last: self.tokens,
            weight,
            near: self.is_secret_near(before),
            linked: false,
            digits,
            weak,
            lone: false,
        };
        if let Some(region) = self.regions.back().copied().filter(near) {
            self.regions.pop_back();
            next.start = region.start;
            next.weak &= region.weak;
            next.weight = next.weight.max(region.weight);
            next.near |= region.near;
            next.linked |= region.linked;
            next.digits += region.digits;
            if next.near && !alone && next.digits >= FEW_DIGITS {
                next.weight = next.weight.max(Weight::Bare);
            }
        }
        if next.digits >= CARD_DIGITS && next.weight >= Weight::Bare {
            next.weight = Weight::Heavy;
            self.secret = Some(self.tokens);
        }
        self.regions.push_back(next);
        self.plain_follows = false;
        self.since = 0;
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

/// Returns whether a doubtful word is not a piece of a number except, possibly, a single digit.
fn is_weak(reading: &TokenizedText<'_>) -> bool {
    reading.tokens.iter().all(|token| match token.kind {
        Kind::Digits => token.len() == 1,
        Kind::Word => !may_be_digits(reading.bytes(token)),
        Kind::Mark(mark) => !matches!(mark, b'"' | b'`' | b'[' | b'\''),
        Kind::Newline | Kind::Other => true,
        Kind::Mixed | Kind::Masked => false,
    })
}

/// Returns whether a word may be part of a finding by itself.
fn is_doubtful(reading: &TokenizedText<'_>) -> bool {
    let tokens = &reading.tokens;
    // The bullet of a list item.
    if tokens.len() == 1 && tokens[0].is(b'*') {
        return false;
    }
    let odd = |token: &Token| match token.kind {
        Kind::Digits | Kind::Mixed | Kind::Masked | Kind::Mark(b'"' | b'`' | b'[' | b'*') => true,
        Kind::Word => may_be_digits(reading.bytes(token)),
        _ => false,
    };
    let quoted = tokens.first().is_some_and(|t| t.is(b'\'')) || tokens.len() > 1 && tokens[tokens.len() - 1].is(b'\'');
    tokens.iter().any(odd)
        || is_pair(tokens)
        || quoted
        || is_spelled(tokens)
        || chunk(reading, 0).is_some_and(|value| looks_like_one(reading, value))
}

/// Returns whether a word contains "user:password", as in an address or an option.
fn is_pair(tokens: &[Token]) -> bool {
    tokens.windows(3).any(|w| w[0].is_text() && w[1].is(b':') && w[2].kind != Kind::Newline)
}

/// Returns whether a word is spelled out, letter by letter.
fn is_spelled(tokens: &[Token]) -> bool {
    tokens.len() > 3 && tokens.iter().filter(|t| t.len() == 1 && t.kind == Kind::Word).count() > 2
}

/// Returns whether a word is an ordinal in digits: "12th".
fn is_ordinal(word: &[u8]) -> bool {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=FEW_DIGITS).contains(&digits)
        && [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|end| word[digits..].eq_ignore_ascii_case(end))
}

/// Returns whether a word at the start of a sentence is a password if "is my password" follows.
fn may_be_password(reading: &TokenizedText<'_>) -> bool {
    (0..reading.tokens.len()).any(|at| chunk(reading, at).is_some_and(|value| is_unknown(reading, value)))
}

/// Returns whether a token may be between a password and "password".
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

/// The phrases that may be in progress, from each word at which one can begin.
#[derive(Debug, Default, Clone)]
struct Phrases {
    open: Vec<Phrase>,
    /// The speaker is a customer: a word near one for signing in may be a password.
    customer: bool,
}

#[derive(Debug, Clone, Copy)]
struct Phrase {
    node: u16,
    tokens: usize,
    /// One of its words may name a password, such as "clave" or "token".
    clave: bool,
    /// Whether it began directly after a doubtful word and "is my".
    linked: bool,
}

/// The cues that end at a token.
#[derive(Debug, Default)]
struct Cues {
    /// After one of them any word may be a password. If guarded, one of them names a secret.
    holds_text: bool,
    /// Whether one of them names a secret.
    is_secret: bool,
    /// Whether one of them names something harmless that has a number: an order, a device.
    is_harmless: bool,
}

impl Phrases {
    fn clear(&mut self) {
        self.open.clear();
    }

    /// Returns the first token of the longest phrase in progress, or the next token.
    fn first_token(&self, tokens: usize) -> usize {
        tokens - self.open.iter().map(|phrase| phrase.tokens).max().unwrap_or(0)
    }

    /// Returns whether a phrase is in progress that began directly after a doubtful word and "is my".
    fn are_linked(&self) -> bool {
        self.open.iter().any(|phrase| phrase.linked)
    }

    /// Reads the next token. Returns the cues that end with it.
    fn token(&mut self, reading: &TokenizedText<'_>, at: usize, token: &Token, linked: bool, guarded: bool) -> Cues {
        let lexicon = Lexicon::get();
        match token.kind {
            Kind::Word | Kind::Mixed | Kind::Digits | Kind::Mark(b'#') => {}
            Kind::Mark(b'-' | b'.' | b'/' | b'\'' | b'_' | b'*') => {
                self.open.retain_mut(|phrase| {
                    phrase.tokens += 1;
                    phrase.tokens < LONGEST_PHRASE
                });
                return Cues::default();
            }
            _ => {
                self.clear();
                return Cues::default();
            }
        }
        let word = reading.id(lexicon, at);
        let clave = token.is_any(WordSet::NAMES_A_WORD.union(WordSet::TOKEN));
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
        let mut cues = Cues::default();
        for phrase in &self.open {
            let Some(cue) = lexicon.phrase_end(phrase.node) else { continue };
            cues.is_secret |= cue.topic.is_secret();
            cues.is_harmless |= matches!(cue.topic, Topic::Reference | Topic::Device | Topic::Phone | Topic::Zip);
            cues.holds_text |= match cue.topic {
                Topic::Password => true,
                Topic::Login => self.customer,
                Topic::Code | Topic::OneTimePasscode | Topic::Pin if phrase.clave => true,
                topic => guarded && topic.is_secret(),
            };
        }
        cues
    }
}
