//! A prefilter over the bytes of a message: can it contain a finding at all?
//!
//! Takes a raw message and returns a [`Glance`]. One pass, no allocation. It errs only towards reading a message in
//! full, so it affects how long a scan takes but never its result. Most messages are settled here.
//!
//! Words are looked up by their hash, and other words may have the same hash. Characters outside ASCII, except accented
//! letters and common punctuation, are not read here: messages with other digits or letters are read in full.

use once_cell::sync::Lazy;

use super::cues::{Lexicon, Marks, hash_at, short_hash};
use crate::text::{Block, Foreign, SHORTEST_TOGETHER, View, Words, foreign, is_number_word, number_words};

/// The summary of a message that is its own view, or whose view differs only in accents and punctuation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Glance {
    /// What its words may do, combined.
    pub(crate) marks: Marks,
    /// Whether it has a question mark.
    pub(crate) question: bool,
    /// Whether it has a colon.
    pub(crate) colon: bool,
    /// Whether it has a colon that is not part of a time.
    pub(crate) label: bool,
    /// The number of numbers.
    pub(crate) numbers: usize,
    /// The number of digits.
    pub(crate) digits: usize,
    /// Whether all its numbers are harmless by their shape: amounts and times. Otherwise there are at most three
    /// digits, or one number of at most three digits next to amounts and times.
    pub(crate) shaped: bool,
    /// Whether it has characters that occur in addresses with a password.
    pub(crate) addresses: bool,
    /// Whether it has a hash sign or an angle bracket.
    pub(crate) odd: bool,
    /// The number of runs of letters.
    pub(crate) words: usize,
}

impl Glance {
    /// Returns whether the digits of `text`, the message, are harmless if it mentions no secret and none is expected.
    pub(crate) fn has_harmless_digits(self, text: &[u8]) -> bool {
        !self.odd && !self.marks.intersects(Marks::FACE) && View::has_true_digits(text, self.digits)
    }
}

/// Summarizes a message. Returns `None` if it must be read in full. This includes a message with one of the marks
/// `fatal`, because the caller would read it in full anyway.
pub(crate) fn glance(text: &[u8], fatal: Marks) -> Option<Glance> {
    let mut look = Look::new(text, fatal);
    let mut from = 0;
    while from < text.len() {
        let part = Part::new(&text[from..]);
        let (mut letters, spaces) = (part.letters(), part.spaces());
        // Each part ends with a space, so that no word or character is cut.
        let end = if text.len() - from <= 64 { text.len() - from } else { 64 - spaces.leading_zeros() as usize };
        if end == 0 {
            return None;
        }
        let within = u64::MAX >> (64 - end);
        let mut rest = !(letters | spaces) & within;
        let mut accents = 0;
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            let len = look.mark(from + at, &mut accents, at)?;
            rest &= u64::MAX.checked_shl((at + len) as u32).unwrap_or(0);
        }
        letters = (letters | accents) & within;
        let mut starts = letters & !(letters << 1);
        look.glance.words += starts.count_ones() as usize;
        while starts != 0 {
            let first = starts.trailing_zeros();
            starts &= starts - 1;
            let len = (!(letters >> first)).trailing_zeros();
            let (start, end) = (from + first as usize, from + (first + len) as usize);
            if accents != 0 && accents >> first & (u64::MAX >> (64 - len)) != 0 {
                look.accented(start, end)?;
            } else if len <= 8 {
                let word = part.block(first as usize).word(len as usize);
                look.word(start, end, look.by_hash[place(short_hash(word))])?;
            } else {
                let hash = hash_at(text, start, end);
                look.word(start, end, hash.map_or(Marks::default(), |hash| look.by_hash[place(hash)]))?;
            }
        }
        if look.glance.digits > 0 && look.glance.marks.intersects(Marks::SECRET) {
            return None;
        }
        from += end;
    }
    look.end()
}

/// Up to 64 bytes of a message, padded with spaces.
struct Part([u8; 72]);

impl Part {
    /// Copies the first 64 bytes of `text`, or all if there are fewer.
    #[inline]
    fn new(text: &[u8]) -> Self {
        let mut bytes = [b' '; 72];
        match text.first_chunk::<64>() {
            Some(part) => bytes[..64].copy_from_slice(part),
            None => bytes[..text.len()].copy_from_slice(text),
        }
        Self(bytes)
    }

    /// Returns the eight bytes from `at`.
    #[inline]
    fn block(&self, at: usize) -> Block {
        Block(self.0[at & 63..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    /// Returns where the letters are: one bit per byte, the lowest for the first byte.
    #[inline]
    fn letters(&self) -> u64 {
        self.find(|byte| (byte | 0x20).wrapping_sub(b'a') < 26)
    }

    /// Returns where the spaces are.
    #[inline]
    fn spaces(&self) -> u64 {
        self.find(|byte| byte == b' ')
    }

    #[inline]
    fn find(&self, is_one: impl Fn(u8) -> bool) -> u64 {
        // This loop is vectorized.
        let mut found = [0; 64];
        for (found, byte) in found.iter_mut().zip(self.0) {
            *found = u8::from(is_one(byte));
        }
        let mut bits = 0;
        for (at, block) in found.as_chunks().0.iter().enumerate() {
            bits |= (u64::from_le_bytes(*block).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * at);
        }
        bits
    }
}

/// The state of one pass over a message.
struct Look<'a> {
    text: &'a [u8],
    lexicon: &'static Lexicon,
    by_hash: &'static [Marks; PLACES],
    numbers: Words<'a>,
    glance: Glance,
    /// The marks for which the message must be read in full.
    fatal: Marks,
    /// The characters seen that occur in addresses with a password, one bit each.
    address: u8,
    /// Whether it has a character outside ASCII.
    foreign: bool,
    /// Whether it has a number word.
    numeral: bool,
    /// The number of numbers that are not amounts or times.
    loose: usize,
    /// The number of numbers of one digit.
    single: usize,
}

impl<'a> Look<'a> {
    fn new(text: &'a [u8], fatal: Marks) -> Self {
        let glance = Glance { shaped: true, ..Glance::default() };
        Self {
            text,
            lexicon: Lexicon::get(),
            by_hash: &BY_HASH,
            numbers: Words::new(text),
            glance,
            fatal,
            address: 0,
            foreign: false,
            numeral: false,
            loose: 0,
            single: 0,
        }
    }

    /// Reads the punctuation mark, number or character at `start`, which is bit `bit` of a part, and returns its
    /// length. Returns `None` if the message must be read in full.
    #[inline]
    fn mark(&mut self, start: usize, accents: &mut u64, bit: usize) -> Option<usize> {
        let byte = self.text[start];
        match byte {
            b'.'
            | b','
            | b'!'
            | b'\''
            | b'"'
            | b'('
            | b')'
            | b'$'
            | b'+'
            | b'~'
            | b'_'
            | b'^'
            | b'`'
            | b'{'
            | b'}'
            | b']'
            | b'\\'
            | b'\t'..=b'\r' => {}
            b'?' => self.glance.question = true,
            b'-' => self.address |= 1,
            b'/' => self.address |= 1 << 1,
            b';' => self.address |= 1 << 2,
            b'@' => self.address |= 1 << 3,
            b'|' => self.address |= 1 << 4,
            b'#' | b'<' | b'>' => self.glance.odd = true,
            b'0'..=b'9' => return self.number(start),
            b':' => {
                // After a word or a quotation mark it may end a field name, which the tokenizer splits into words.
                if !matches!(self.before(start), b' ' | b'\n' | b')') {
                    return None;
                }
                self.glance.colon = true;
                self.glance.label = true;
            }
            0x80.. => {
                self.foreign = true;
                let (what, len) = foreign(self.text, start)?;
                match what {
                    Foreign::Letter(_) => *accents |= 0b11 << bit,
                    Foreign::Question => self.glance.question = true,
                    Foreign::Dash => self.address |= 1,
                    Foreign::Mark => {}
                }
                return Some(len);
            }
            // Masks, HTML character references, percent-encoding, field names, control characters.
            _ => return None,
        }
        Some(1)
    }

    /// Returns the byte before `at`, or a space at the start.
    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |before| self.text[before])
    }

    /// Reads the number that starts at `start` and returns its length, including separators.
    #[inline(never)]
    fn number(&mut self, start: usize) -> Option<usize> {
        let run = |from: usize| {
            let rest = self.text.get(from..).unwrap_or_default();
            rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
        };
        let at = |at: usize| self.text.get(at).copied().unwrap_or(b' ');
        let len = run(start);
        // A number ends at a space or at punctuation that ends a sentence.
        let ends = |end: usize| match at(end) {
            b' ' | b'\n' => true,
            b'.' | b',' | b'!' | b'?' => matches!(at(end + 1), b' ' | b'\n'),
            _ => false,
        };
        let before = self.before(start);
        let opens = |start: usize| start == 0 || matches!(self.text[start - 1], b' ' | b'\n');
        let amount = before == b'$' && opens(start - 1) && len <= 3;
        let mut digits = len;
        let mut all = len;
        if amount && ends(start + len) {
        } else if amount && at(start + len) == b'.' && run(start + len + 1) == 2 && ends(start + len + 3) {
            (digits, all) = (len + 2, len + 3);
        } else if opens(start) && self.is_time(start, len) && ends(start + len + 3) {
            (digits, all) = (len + 2, len + 3);
            self.glance.colon = true;
        } else {
            let apart = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphabetic();
            if !(apart(before) && apart(at(start + len))) {
                return None;
            }
            self.loose += 1;
            self.glance.shaped = false;
            if len > 3 || self.loose > 3 {
                return None;
            }
            // "The 3 digits": the number is a word of a phrase.
            if len <= 2
                && let Some(hash) = hash_at(self.text, start, start + len)
            {
                let marks = self.by_hash[place(hash)];
                self.glance.marks = self.glance.marks.union(marks);
                if marks.intersects(self.fatal) {
                    return None;
                }
            }
        }
        self.single += usize::from(len == 1);
        self.glance.numbers += 1;
        self.glance.digits += digits;
        (self.glance.digits < FEWER_THAN_A_CARD).then_some(all)
    }

    /// Returns whether the one or two digits at `start` are the hour of a time.
    fn is_time(&self, start: usize, len: usize) -> bool {
        let hour = match self.text[start..start + len] {
            [hour] => hour - b'0',
            [tens, ones] => 10 * (tens - b'0') + (ones - b'0'),
            _ => return false,
        };
        let minutes = matches!(self.text[start + len..], [b':', b'0'..=b'5', b'0'..=b'9', ..]);
        hour <= 24 && minutes && !self.text.get(start + len + 3).is_some_and(u8::is_ascii_digit)
    }

    /// Reads a word of ASCII letters. `marks` are the combined marks of all words with its hash. Returns `None` if the
    /// message must be read in full.
    #[inline(always)]
    fn word(&mut self, start: usize, end: usize, marks: Marks) -> Option<()> {
        const EXACT: Marks = Marks::SECRET.union(Marks::REQUEST).union(Marks::WORD).union(Marks::NUMBER);
        // Most words are short and do nothing that must be known exactly.
        if end - start < Lexicon::SHORTEST_SLIP && !marks.intersects(EXACT) {
            self.glance.marks = self.glance.marks.union(marks);
            return (!marks.intersects(self.fatal)).then_some(());
        }
        self.exact_word(start, end, marks)
    }

    #[inline(never)]
    fn exact_word(&mut self, start: usize, end: usize, marks: Marks) -> Option<()> {
        if marks.intersects(Marks::NUMBER) || end - start >= SHORTEST_TOGETHER && self.numbers.may_be_number(start) {
            if self.numbers.make_a_number(start) {
                return None;
            }
            self.numeral |= is_number_word(self.text, start, end);
        }
        self.record_word(self.text, start, end, marks)
    }

    /// Reads a word with accents.
    #[inline(never)]
    fn accented(&mut self, start: usize, end: usize) -> Option<()> {
        const LONGEST: usize = 48;
        let (mut word, mut len, mut at) = ([0; LONGEST], 0, start);
        while at < end {
            let (byte, more) = match self.text[at] {
                byte if byte.is_ascii() => (byte, 1),
                _ => match foreign(self.text, at)? {
                    (Foreign::Letter(byte), more) => (byte, more),
                    _ => return None,
                },
            };
            *word.get_mut(len)? = byte;
            (len, at) = (len + 1, at + more);
        }
        self.numeral |= is_number_word(&word[..len], 0, len);
        let marks =
            |word: &[u8]| hash_at(word, 0, word.len()).map_or(Marks::default(), |hash| self.by_hash[place(hash)]);
        // A Portuguese "é" alone is tokenized as "eh".
        let marks = if len == 1 { marks(&word[..1]).union(marks(b"eh")) } else { marks(&word[..len]) };
        self.record_word(&word[..len], 0, len, marks)
    }

    /// Records the word `start..end` of a text. `marks` are the combined marks of all words with its hash. Returns `None`
    /// if the message must be read in full.
    #[inline]
    fn record_word(&mut self, text: &[u8], start: usize, end: usize, marks: Marks) -> Option<()> {
        let dear = marks.intersects(Marks::SECRET.union(Marks::REQUEST).union(Marks::WORD));
        let len = end - start;
        // A longer word may be a mistyped one.
        let exact = dear && len > 2 || len >= Lexicon::SHORTEST_SLIP;
        let marks = if exact { self.lexicon.word_at(text, start, end).marks } else { marks };
        self.glance.marks = self.glance.marks.union(marks);
        (!marks.intersects(self.fatal)).then_some(())
    }

    fn end(mut self) -> Option<Glance> {
        // Number words can be next to each other in the view although other characters separate them in the source.
        if self.foreign && self.numeral {
            return None;
        }
        // Up to three digits are harmless without amounts and times. Next to those, only a single number is.
        if self.glance.digits > FEW_DIGITS && (self.loose > 1 || self.single > 1) {
            return None;
        }
        let any = |bits: u8| self.address & bits != 0;
        self.glance.addresses = self.glance.colon && any(0b1111) || any(0b1000) && any(0b1_0110);
        Some(self.glance)
    }
}

/// A message with fewer digits than this cannot contain a card.
pub(crate) const FEWER_THAN_A_CARD: usize = 12;

/// Without a cue, this many digits or fewer cannot be a secret or the beginning of one.
pub(crate) const FEW_DIGITS: usize = 3;

const PLACES: usize = 1 << 16;

/// The marks of all words, combined by hash.
static BY_HASH: Lazy<Box<[Marks; PLACES]>> = Lazy::new(|| {
    let mut marks = Box::new([Marks::default(); PLACES]);
    for (hash, does) in Lexicon::get().marked() {
        let place = &mut marks[place(hash)];
        *place = place.union(does);
    }
    for hash in number_words().filter_map(|word| hash_at(word.as_bytes(), 0, word.len())) {
        let place = &mut marks[place(hash)];
        *place = place.union(Marks::NUMBER);
    }
    marks
});

fn place(hash: u64) -> usize {
    (hash >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_length_are_summarized() {
        for len in 1..64 {
            assert!(glance("x".repeat(len).as_bytes(), Marks::WORD).is_some(), "{len} letters");
            assert!(
                glance(format!("xé{}", "x".repeat(len)).as_bytes(), Marks::WORD).is_some() || len > 46,
                "{len} letters"
            );
        }
        assert!(glance("x".repeat(200).as_bytes(), Marks::WORD).is_none());
    }

    #[test]
    fn digits_that_may_be_more_than_amounts_and_times_are_read_in_full() {
        let passes = |text: &str| glance(text.as_bytes(), Marks::WORD).is_some();
        for text in ["it was $12.50, at 10:30 pm", "$5 for 12 of them", "it is 12 today", "sí, a las 5:15"] {
            assert!(passes(text), "{text}");
        }
        for text in ["4821", "12 34 56", "x12", "10:30:1 1", "$4821", "5é", "£86", "1 2 3 4", "pay=3"] {
            assert!(!passes(text), "{text}");
        }
    }
}
