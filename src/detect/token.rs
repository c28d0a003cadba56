//! Reads a view as words, digits and marks, and finds the cues among them.
//!
//! In: the bytes of a view. Out: a [`Reading`]: tokens in order, without the spaces between them, and the cues, which are
//! disjoint stretches of tokens. One pass, nothing is looked at more than a fixed number of times.

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

    /// Whether it ends a sentence where whitespace follows and it belongs to no abbreviation.
    /// Whether it ends a sentence or a line, in most cases.
    pub(crate) fn ends_line(&self) -> bool {
        self.may_end_sentence() || self.kind == Kind::Newline
    }

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

/// A view, read.
pub(crate) struct Reading<'v> {
    pub(crate) text: &'v [u8],
    pub(crate) tokens: Vec<Token>,
    pub(crate) cues: Vec<Hit>,
}

/// Phrases are followed over at most this many tokens, marks included.
const LONGEST_PHRASE: usize = 14;

impl<'v> Reading<'v> {
    pub(crate) fn new(text: &'v [u8]) -> Self {
        let lexicon = Lexicon::get();
        let mut reading = Self { text, tokens: Vec::with_capacity(text.len() / 4 + 4), cues: Vec::new() };
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
    pub(crate) fn ends_sentence(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let free = self.tokens.get(at + 1).is_none_or(|next| next.spaced || next.kind == Kind::Newline);
        token.may_end_sentence() && free && !(token.is(b'.') && at > 0 && self.is_abbreviation(&self.tokens[at - 1]))
    }

    fn is_abbreviation(&self, token: &Token) -> bool {
        [
            &b"mr"[..],
            b"mrs",
            b"ms",
            b"dr",
            b"sr",
            b"sra",
            b"srta",
            b"dra",
            b"st",
            b"no",
            b"num",
            b"nro",
            b"vs",
            b"etc",
            b"approx",
            b"acct",
            b"ext",
            b"tel",
            b"exp",
            b"av",
            b"ing",
            b"lic",
            b"prof",
            b"jr",
            b"inc",
            b"co",
            b"apt",
            b"conf",
            b"ref",
            b"soc",
            b"sec",
        ]
        .iter()
        .any(|word| self.is_word(token, word))
            || token.kind == Kind::Word && token.len() == 1 && self.text[token.start as usize].is_ascii_uppercase()
    }

    /// Whether the text speaks of `topic` anywhere.
    pub(crate) fn mentions(&self, topic: Topic) -> bool {
        self.cues.iter().any(|hit| hit.cue.topic == topic)
    }

    /// Whether the token is that word, in lower case.
    pub(crate) fn is_word(&self, token: &Token, word: &[u8]) -> bool {
        (token.is_text() || token.kind == Kind::Digits) && self.bytes(token).eq_ignore_ascii_case(word)
    }

    fn split(&mut self, lexicon: &Lexicon) {
        let text = self.text;
        let mut at = 0;
        let mut spaced = false;
        while let Some(&byte) = text.get(at) {
            let start = at;
            let kind = match byte {
                b' ' | b'\t' | b'\r' => {
                    spaced = true;
                    at += 1;
                    continue;
                }
                b'\n' | 0x0b | 0x0c => {
                    at += 1;
                    Kind::Newline
                }
                _ if byte.is_ascii_alphanumeric() => {
                    let (mut letters, mut digits) = (false, false);
                    while let Some(byte) = text.get(at).filter(|b| b.is_ascii_alphanumeric()) {
                        letters |= byte.is_ascii_alphabetic();
                        digits |= byte.is_ascii_digit();
                        at += 1;
                    }
                    match (letters, digits) {
                        (true, false) => Kind::Word,
                        (false, _) => Kind::Digits,
                        (true, true) => Kind::Mixed,
                    }
                }
                b'*' | b'[' if mask_len(text, at).is_some() => {
                    at += mask_len(text, at).unwrap_or(1);
                    Kind::Masked
                }
                _ if byte.is_ascii() => {
                    at += 1;
                    Kind::Mark(byte)
                }
                _ => {
                    while text.get(at).is_some_and(|b| !b.is_ascii()) {
                        at += 1;
                    }
                    Kind::Other
                }
            };
            match kind {
                Kind::Word => self.push(lexicon, start, at, kind, spaced),
                Kind::Mixed => self.push_mixed(lexicon, start, at, spaced),
                _ => self.push_plain(start, at, kind, spaced),
            }
            spaced = false;
        }
    }

    fn push_plain(&mut self, start: usize, end: usize, kind: Kind, spaced: bool) {
        let (start, end) = (narrow(start), narrow(end));
        self.tokens.push(Token { start, end, kind, spaced, word: 0, role: Role::default(), inert: false, cue: 0 });
    }

    fn push(&mut self, lexicon: &Lexicon, start: usize, end: usize, kind: Kind, spaced: bool) {
        let word = lexicon.word(&self.text[start..end]);
        let role = lexicon.role(word);
        let (start, end) = (narrow(start), narrow(end));
        self.tokens.push(Token { start, end, kind, spaced, word, role, inert: false, cue: 0 });
    }

    /// Letters and digits in one: taken apart where a word that is known is glued to a number ("cvv123", "1234exp").
    fn push_mixed(&mut self, lexicon: &Lexicon, start: usize, end: usize, spaced: bool) {
        let text = &self.text[start..end];
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

    fn phrase(&self, lexicon: &Lexicon, first: usize) -> Option<(Cue, usize)> {
        let word = self.id(lexicon, first);
        let mut node = lexicon.phrase_start(word)?;
        let mut found = lexicon.phrase_end(node).map(|cue| (cue, first));
        let mut at = first + 1;
        while at < self.tokens.len() && at - first < LONGEST_PHRASE {
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
