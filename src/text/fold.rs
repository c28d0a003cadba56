//! Replaces the different spellings of a character by one.
//!
//! Returns the text with digits, Latin letters, spaces and punctuation in ASCII, without invisible characters and
//! terminal control sequences, and with HTML character references decoded. A byte that is not valid UTF-8 is read as
//! Latin-1 in a word of ASCII letters. Other scripts, emoji and other invalid bytes are kept.
//!
//! This is not compatibility normalization: Roman numerals stay, and so do circled and superscript digits unless several in a
//! row form a number.

use super::draft::Draft;
use super::{Alignment, digits, entities, invisible, scan};

/// What a character becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    /// Itself.
    Keep,
    /// This ASCII byte.
    Byte(u8),
    /// These ASCII bytes.
    Text(&'static str),
    /// This ASCII byte within a word, or this string if the character is a word of its own.
    Word(u8, &'static str),
    /// Nothing.
    Drop,
    /// Nothing if it modifies an ASCII letter or digit, otherwise itself.
    Mark,
    /// This ASCII byte next to a digit (a star also next to another such character), otherwise itself.
    NearDigit(u8),
    /// This ASCII letter in a word whose other letters are Latin, otherwise itself.
    Foreign(u8),
    /// This ASCII digit if enough ornate digits are adjacent, more than in a list or footnote mark, otherwise itself.
    Ornate(u8),
}

/// The minimum number of adjacent ornate digits that form a number: `⑦②⑨④`.
const FEWEST_ORNATE: usize = 4;

/// Folds every character of a text. Returns `None` if nothing changes.
pub(super) fn fold(text: &[u8]) -> Option<(Vec<u8>, Alignment)> {
    let mut draft = Draft::new(text);
    let mut word = Word::default();
    let mut ornate = Ornate::default();
    let mut at = 0;
    while let Some(more) = text[at..].iter().position(|b| scan::may_fold(*b)) {
        at += more;
        let atom = Atom::read(text, at);
        let end = at + atom.len;
        let fold = match atom.fold {
            Fold::Mark => {
                let carries = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'#' | b'*');
                if draft.last(at).is_some_and(carries) { Fold::Drop } else { Fold::Keep }
            }
            Fold::Word(letter, alone) => {
                let edge = |b: u8| b.is_ascii_whitespace() || b",.;:?!\"'()".contains(&b);
                let is_word = draft.last(at).is_none_or(edge) && text.get(end).copied().is_none_or(edge);
                if is_word { Fold::Text(alone) } else { Fold::Byte(letter) }
            }
            Fold::NearDigit(byte) => {
                let near = |b: u8| b.is_ascii_digit() || (byte == b'*' && b == b'*');
                let next = || Atom::read(text, end).byte().or_else(|| text.get(end).copied());
                if draft.last(at).is_some_and(near) || next().is_some_and(near) { Fold::Byte(byte) } else { Fold::Keep }
            }
            Fold::Foreign(byte) => {
                if at >= word.end {
                    word = Word::around(text, at, word.end);
                }
                if word.is_latin { Fold::Byte(byte) } else { Fold::Keep }
            }
            Fold::Ornate(byte) => {
                if at >= ornate.end {
                    ornate = Ornate::from(text, at);
                }
                if ornate.count >= FEWEST_ORNATE { Fold::Byte(byte) } else { Fold::Keep }
            }
            settled => settled,
        };
        match fold {
            Fold::Byte(byte) => draft.replace(at..end, &[byte]),
            Fold::Text(with) => draft.replace(at..end, with.as_bytes()),
            Fold::Drop => draft.replace(at..end, b""),
            Fold::Keep | Fold::Mark | Fold::Word(..) | Fold::NearDigit(_) | Fold::Foreign(_) | Fold::Ornate(_) => {
                if let Some(c) = atom.spelled {
                    draft.replace(at..end, c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        at = end;
    }
    draft.finish()
}

/// What a character outside ASCII is replaced by in any context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// An accented letter is replaced by this ASCII letter. The Portuguese "é" alone becomes "eh".
    Letter(u8),
    /// A question mark.
    Question,
    /// A hyphen.
    Dash,
    /// Quotation marks, dots, a space, an exclamation mark, or the character itself: not part of a word and not a
    /// digit.
    Mark,
}

/// Returns the character at `at`, and its length with the invisible characters after it, if it is common in chats and
/// is replaced in the same way in any context.
pub(crate) fn foreign(text: &[u8], at: usize) -> Option<(Foreign, usize)> {
    const FOLLOWS: std::ops::RangeInclusive<u8> = 0x80..=0xBF;
    let follow = |bytes: &[u8]| bytes.iter().all(|byte| FOLLOWS.contains(byte));
    Some(match text[at..] {
        [0xC3, second @ 0x80..=0xBF, ..] => match letter(LATIN, u32::from(second - 0x80))? {
            Fold::Byte(byte) => (Foreign::Letter(byte), 2),
            _ => return None,
        },
        [0xC2, 0xBF, ..] => (Foreign::Question, 2),
        [0xC2, 0xA0 | 0xA1 | 0xAB | 0xBB, ..] => (Foreign::Mark, 2),
        [0xE2, 0x80, 0x93 | 0x94, ..] => (Foreign::Dash, 3),
        [0xE2, 0x80, 0x98 | 0x99 | 0x9C | 0x9D | 0xA6, ..] => (Foreign::Mark, 3),
        // Chinese, Korean.
        [0xE4..=0xE9 | 0xEB | 0xEC, second, third, ..] if follow(&[second, third]) => (Foreign::Mark, 3),
        // Emoji.
        [0xF0, 0x9F, 0x8C..=0xAB, fourth, ..] if follow(&[fourth]) => (Foreign::Mark, 4 + selectors(&text[at + 4..])),
        [0xE2, 0x9D, 0xA4, ..] | [0xE2, 0x98, 0xBA, ..] | [0xE2, 0x9C, 0x85 | 0xA8, ..] => {
            (Foreign::Mark, 3 + selectors(&text[at + 3..]))
        }
        _ => return None,
    })
}

/// Returns the length of the variation selectors and joiners at the start of `text` that follow an emoji.
fn selectors(text: &[u8]) -> usize {
    let (chunks, _) = text.as_chunks::<3>();
    3 * chunks.iter().take_while(|chunk| matches!(chunk, [0xEF, 0xB8, 0x8F] | [0xE2, 0x80, 0x8D])).count()
}

/// One character in any spelling, or one byte that is not part of a character.
struct Atom {
    len: usize,
    fold: Fold,
    /// The character, if the source spells it in ASCII.
    spelled: Option<char>,
    /// Whether it is a letter.
    letter: bool,
}

impl Atom {
    /// Reads the character at `at`. Past the end it is empty.
    fn read(text: &[u8], at: usize) -> Self {
        let Some(&first) = text.get(at) else {
            return Self { len: 0, fold: Fold::Keep, spelled: None, letter: false };
        };
        if first == b'&'
            && let Some((c, len)) = entities::read(&text[at..])
        {
            let fold = u8::try_from(c).ok().filter(u8::is_ascii).map_or_else(|| fold_char(c), Fold::Byte);
            return Self { len, fold, spelled: Some(c), letter: c.is_alphabetic() };
        }
        if let Some(len) = escape_sequence(&text[at..]) {
            return Self { len, fold: Fold::Drop, spelled: None, letter: false };
        }
        if first.is_ascii() {
            let fold = match first {
                b'\t'..=b'\r' => Fold::Keep,
                0x00..=0x1F | 0x7F => Fold::Drop,
                _ => Fold::Keep,
            };
            return Self { len: 1, fold, spelled: None, letter: first.is_ascii_alphabetic() };
        }
        match decode(&text[at..]) {
            Some(c) => Self { len: c.len_utf8(), fold: fold_char(c), spelled: None, letter: c.is_alphabetic() },
            None => Self { len: 1, fold: latin_1(text, at).unwrap_or(Fold::Keep), spelled: None, letter: false },
        }
    }

    /// Returns the ASCII byte that replaces it in any context. A masking shape is replaced by a star.
    fn byte(&self) -> Option<u8> {
        match self.fold {
            Fold::Byte(byte) | Fold::Word(byte, _) | Fold::NearDigit(byte) => Some(byte),
            _ => None,
        }
    }
}

/// Returns the length of the terminal control sequence at the start of `text`: `ESC [ 31 m` (ECMA-48, section 5.4).
fn escape_sequence(text: &[u8]) -> Option<usize> {
    const LONGEST: usize = 32;
    let parameters = text.strip_prefix(b"\x1b[")?;
    let end = parameters.iter().take(LONGEST).position(|b| !matches!(b, 0x21..=0x3F))?;
    matches!(parameters[end], 0x40..=0x7E).then_some(end + 3)
}

/// Returns whether a text begins with a character that belongs to the one before it: a mark, or the variation selector of
/// an emoji.
pub(crate) fn modifies(text: &[u8]) -> bool {
    decode(text).is_some_and(|c| invisible::is_mark(c) || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{200D}'))
}

/// Returns the character at the start of `text`, if it is not ASCII and its bytes are UTF-8.
pub(crate) fn decode(text: &[u8]) -> Option<char> {
    let len = match text.first()? {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    std::str::from_utf8(text.get(..len)?).ok()?.chars().next()
}

/// Returns the Latin-1 letter of a byte that is not UTF-8, in a word of ASCII letters: `contrase\xF1a`, `\xFAltimos`,
/// `est\xE1 `. The last byte of a text may be the beginning of a character.
fn latin_1(text: &[u8], at: usize) -> Option<Fold> {
    let is_letter = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphabetic);
    let index = u32::from(text[at].checked_sub(0xC0)?);
    let (before, after) = (is_letter(at.checked_sub(1)), is_letter(Some(at + 1)));
    let begins = || after && is_letter(Some(at + 2)) && text[..at].last().is_none_or(|byte| *byte < 0xC0);
    let ends = || before && is_letter(at.checked_sub(2)) && text.get(at + 1).is_some_and(u8::is_ascii);
    (before && after || begins() || ends()).then(|| letter(LATIN, index)).flatten()
}

/// Adjacent ornate digits.
#[derive(Default)]
struct Ornate {
    end: usize,
    count: usize,
}

impl Ornate {
    fn from(text: &[u8], at: usize) -> Self {
        let mut run = Self { end: at, count: 0 };
        loop {
            let atom = Atom::read(text, run.end);
            // Each is followed by a variation selector.
            match atom.fold {
                Fold::Ornate(_) => run.count += 1,
                Fold::Drop | Fold::Mark if run.count > 0 => {}
                _ => return run,
            }
            run.end += atom.len;
        }
    }
}

/// A word that contains Greek or Cyrillic letters.
#[derive(Default)]
struct Word {
    end: usize,
    /// Whether each of those letters looks like a Latin one, and the others are Latin letters or digits.
    is_latin: bool,
}

impl Word {
    /// Returns the word around `at`. Its start is searched no further back than `from`.
    fn around(text: &[u8], at: usize, from: usize) -> Self {
        let part = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii();
        let mut end = text[from..at].iter().rposition(|b| !part(b)).map_or(from, |before| from + before + 1);
        let (mut latin, mut alien) = (false, false);
        while end < text.len() {
            let atom = Atom::read(text, end);
            let byte = if atom.spelled.is_none() && text[end].is_ascii() { Some(text[end]) } else { atom.byte() };
            match (byte, atom.fold) {
                (_, Fold::Foreign(_) | Fold::Drop | Fold::Mark) => {}
                (Some(byte), _) if byte.is_ascii_alphanumeric() => latin = true,
                (None, Fold::Keep) if atom.letter => alien = true,
                _ if end >= at => break,
                _ => (latin, alien) = (false, false),
            }
            end += atom.len;
        }
        Self { end: end.max(at + 1), is_latin: latin && !alien }
    }
}

fn fold_char(c: char) -> Fold {
    let code = u32::from(c);
    match code {
        // Most characters outside ASCII in chats. They are kept.
        0x3400..=0x9FFF | 0xAC00..=0xD7A3 | 0x1F300..=0x1FAFF => return Fold::Keep,
        // The Portuguese "is", which people also type as "eh", and not "and".
        0xC9 => return Fold::Word(b'E', "Eh"),
        0xE9 => return Fold::Word(b'e', "eh"),
        0xC0..=0x24F => return letter(LATIN, code - 0xC0).unwrap_or_else(|| fold_other(c)),
        0x1E00..=0x1EFF => return letter(LATIN_ADDITIONAL, code - 0x1E00).unwrap_or(Fold::Keep),
        0xFF01..=0xFF5E => return u8::try_from(code - 0xFF01 + 0x21).map_or(Fold::Keep, Fold::Byte),
        // Thirteen alphabets of 52 letters.
        0x1D400..=0x1D6A3 => return letter(ALPHABET, (code - 0x1D400) % 52).unwrap_or(Fold::Keep),
        _ => {}
    }
    if let Some(value) = digits::value(c) {
        return Fold::Byte(b'0' + value);
    }
    if let Some(value) = digits::ornate(c) {
        return Fold::Ornate(b'0' + value);
    }
    if invisible::is_invisible(c) {
        return Fold::Drop;
    }
    fold_other(c)
}

fn letter(table: &[u8], index: u32) -> Option<Fold> {
    let byte = table.get(usize::try_from(index).ok()?)?;
    (*byte != b'.').then_some(Fold::Byte(*byte))
}

fn fold_other(c: char) -> Fold {
    match c {
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{2800}' | '\u{3000}' => {
            Fold::Byte(b' ')
        }
        '\u{85}' | '\u{2028}' | '\u{2029}' => Fold::Byte(b'\n'),
        '‐'..='―'
        | '−'
        | '֊'
        | '־'
        | '᐀'
        | '᠆'
        | '˗'
        | '⁃'
        | '⸗'
        | '⸚'
        | '⸺'
        | '⸻'
        | '⹀'
        | '\u{2E5D}'
        | '〜'
        | '〰'
        | '゠'
        | '︱'
        | '︲'
        | '﹘'
        | '﹣'
        | '\u{10D6E}'
        | '\u{10EAD}'
        | '➖' => Fold::Byte(b'-'),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '‶' | '〝' | '〞' | '「' | '」' | '『' | '』' | '❝' | '❞' | '＂' => {
            Fold::Byte(b'"')
        }
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '‵' | '´' | 'ʼ' | 'ʹ' | '❛' | '❜' => {
            Fold::Byte(b'\'')
        }
        '¡' => Fold::Byte(b'!'),
        '¿' | '؟' => Fold::Byte(b'?'),
        '…' => Fold::Text("..."),
        '‥' => Fold::Text(".."),
        '․' | '。' | '｡' | '﹒' | '٫' | '۔' => Fold::Byte(b'.'),
        '、' | '､' | '﹐' | '﹑' | '،' | '٬' => Fold::Byte(b','),
        '⁄' | '∕' | '⧸' => Fold::Byte(b'/'),
        '∗' | '⁎' | '✱' | '﹡' | '٭' => Fold::Byte(b'*'),
        '∶' | '﹕' | '︰' => Fold::Byte(b':'),
        '﹔' | '؛' => Fold::Byte(b';'),
        '﹖' => Fold::Byte(b'?'),
        '﹗' => Fold::Byte(b'!'),
        '﹟' => Fold::Byte(b'#'),
        '﹠' => Fold::Byte(b'&'),
        '﹢' => Fold::Byte(b'+'),
        '﹤' => Fold::Byte(b'<'),
        '﹥' => Fold::Byte(b'>'),
        '﹦' => Fold::Byte(b'='),
        '﹨' => Fold::Byte(b'\\'),
        '﹩' => Fold::Byte(b'$'),
        '﹪' | '٪' => Fold::Byte(b'%'),
        '﹫' => Fold::Byte(b'@'),
        '﹙' => Fold::Byte(b'('),
        '﹚' => Fold::Byte(b')'),
        '﹍' | '﹎' | '﹏' | '‗' => Fold::Byte(b'_'),
        'ℂ' | 'ℭ' => Fold::Byte(b'C'),
        'ℊ' => Fold::Byte(b'g'),
        'ℋ' | 'ℌ' | 'ℍ' => Fold::Byte(b'H'),
        'ℎ' => Fold::Byte(b'h'),
        'ℐ' | 'ℑ' => Fold::Byte(b'I'),
        'ℒ' => Fold::Byte(b'L'),
        'ℓ' => Fold::Byte(b'l'),
        'ℕ' => Fold::Byte(b'N'),
        'ℙ' => Fold::Byte(b'P'),
        'ℚ' => Fold::Byte(b'Q'),
        'ℛ' | 'ℜ' | 'ℝ' => Fold::Byte(b'R'),
        'ℤ' | 'ℨ' => Fold::Byte(b'Z'),
        '\u{212A}' => Fold::Byte(b'K'),
        '\u{212B}' => Fold::Byte(b'A'),
        'ℬ' => Fold::Byte(b'B'),
        'ℯ' => Fold::Byte(b'e'),
        'ℰ' => Fold::Byte(b'E'),
        'ℱ' => Fold::Byte(b'F'),
        'ℳ' => Fold::Byte(b'M'),
        'ℴ' => Fold::Byte(b'o'),
        '•' | '·' | '∙' | '⋅' | '‧' | '・' | '･' | '●' | '○' | '◉' | '◦' | '⚫' | '⬤' | '▪' | '■' | '□' | '◼'
        | '◾' | '⬛' | '▮' | '█' | '▉' | '▇' | '▓' | '▒' | '░' | '◆' | '★' | '☆' | '⋆' | '×' | '✕' | '✖' | '✗'
        | '✘' => Fold::NearDigit(b'*'),
        'ー' | 'ｰ' | '─' | '━' => Fold::NearDigit(b'-'),
        'А' | 'Α' => Fold::Foreign(b'A'),
        'В' | 'Β' => Fold::Foreign(b'B'),
        'С' => Fold::Foreign(b'C'),
        'Е' | 'Ε' => Fold::Foreign(b'E'),
        'Н' | 'Η' => Fold::Foreign(b'H'),
        'І' | 'Ι' | 'Ӏ' => Fold::Foreign(b'I'),
        'Ј' => Fold::Foreign(b'J'),
        'К' | 'Κ' => Fold::Foreign(b'K'),
        'М' | 'Μ' => Fold::Foreign(b'M'),
        'Ν' => Fold::Foreign(b'N'),
        'О' | 'Ο' => Fold::Foreign(b'O'),
        'Р' | 'Ρ' => Fold::Foreign(b'P'),
        'Ѕ' => Fold::Foreign(b'S'),
        'Т' | 'Τ' => Fold::Foreign(b'T'),
        'У' | 'Υ' => Fold::Foreign(b'Y'),
        'Х' | 'Χ' => Fold::Foreign(b'X'),
        'Ζ' => Fold::Foreign(b'Z'),
        'а' | 'α' => Fold::Foreign(b'a'),
        'с' => Fold::Foreign(b'c'),
        'ԁ' => Fold::Foreign(b'd'),
        'е' => Fold::Foreign(b'e'),
        'һ' => Fold::Foreign(b'h'),
        'і' | 'ι' => Fold::Foreign(b'i'),
        'ј' => Fold::Foreign(b'j'),
        'к' | 'κ' => Fold::Foreign(b'k'),
        'ӏ' => Fold::Foreign(b'l'),
        'о' | 'ο' => Fold::Foreign(b'o'),
        'р' | 'ρ' => Fold::Foreign(b'p'),
        'ԛ' => Fold::Foreign(b'q'),
        'ѕ' => Fold::Foreign(b's'),
        'ν' | 'ѵ' => Fold::Foreign(b'v'),
        'ԝ' => Fold::Foreign(b'w'),
        'х' => Fold::Foreign(b'x'),
        'у' => Fold::Foreign(b'y'),
        _ if invisible::is_mark(c) => Fold::Mark,
        _ => Fold::Keep,
    }
}

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The base letters of U+00C0 to U+024F, or a dot.
const LATIN: &[u8] = b"\
AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y\
AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKk.LlLlLlL\
lLlNnNnNnn..OoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs\
b.................f....I..l.....Oo.............Uu....Zz.........\
.............AaIiOoUuUuUuUuUu.AaAa....GgKkOoOo..j...Gg..NnAa....\
AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoOoOoYy...j..ACc...\
...B..EeJj..RrYy";

/// The base letters of U+1E00 to U+1EFF, including Vietnamese.
const LATIN_ADDITIONAL: &[u8] = b"\
AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm\
MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv\
WwWwWwWwWwXxXxYyZzZzZzhtwy......AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe\
EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......";

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text.as_bytes()).map_or_else(|| text.to_owned(), |(text, _)| String::from_utf8(text).expect("valid"))
    }

    #[test]
    fn the_letter_tables_cover_their_blocks() {
        assert_eq!(LATIN.len(), 0x250 - 0xC0);
        assert_eq!(LATIN_ADDITIONAL.len(), 0x100);
    }

    #[test]
    fn the_fast_path_agrees_with_the_full_table() {
        for c in ('\u{80}'..=char::MAX).filter(|c| foreign(c.to_string().as_bytes(), 0).is_some()) {
            for (before, after) in [("a", "b"), (" ", " "), ("a", " "), (" ", "b"), ("1 ", " 2"), ("", "\u{FE0F}")] {
                let text = format!("{before}{c}{after}");
                let (what, len) = foreign(text.as_bytes(), before.len()).unwrap();
                assert!(len == c.len_utf8() || len == c.len_utf8() + after.len(), "{c:?}");
                let view = folded(&text);
                let became = view
                    .strip_prefix(before)
                    .unwrap()
                    .trim_end_matches('\u{FE0F}')
                    .strip_suffix(after.trim_end_matches('\u{FE0F}'))
                    .unwrap();
                let fits = match what {
                    Foreign::Letter(byte) => became.as_bytes() == [byte] || became.eq_ignore_ascii_case("eh"),
                    Foreign::Question => became == "?",
                    Foreign::Dash => became == "-",
                    Foreign::Mark => {
                        became == c.to_string() && !c.is_ascii() || became.bytes().all(|byte| b" .!'\"".contains(&byte))
                    }
                };
                assert!(fits, "{c:?} became {became:?}, not {what:?}");
            }
        }
    }

    #[test]
    fn all_spellings_are_replaced_by_one() {
        for (text, view) in [
            ("３７０８ ３７８２０７ ２１２４６", "3708 378207 21246"),
            ("٤٧٧٨ ٤٨٢١", "4778 4821"),
            ("۴۷۷۸ १२३ ১২৩ ๑๒๓", "4778 123 123 123"),
            ("𝟒𝟕𝟗𝟑 𝟛𝟟 𝟥𝟩 𝟯𝟳 𝟹𝟽 🯳🯷", "4793 37 37 37 37 37"),
            ("4️⃣8️⃣4⃣9️⃣ 😂", "4849 😂"),
            ("3795\u{200B}921319\u{2060}18558\u{FEFF}", "379592131918558"),
            ("37\u{AD}82\u{200D}\u{200C}\u{180E}\u{E0031}\u{3164}5\0\u{7}5", "378255"),
            ("3\u{336}7\u{335}8\u{20DD}2", "3782"),
            ("contraseña CÓDIGO Zürich ǎșț ếỵ", "contrasena CODIGO Zurich ast ey"),
            ("é, É, café à", "eh, Eh, cafe a"),
            ("co\u{301}digo man\u{303}ana", "codigo manana"),
            ("ｐａｓｓｗｏｒｄ：ｘ＠１", "password:x@1"),
            ("𝐩𝐚𝐬𝐬𝕨𝗼𝘳𝚍 ℂ𝕍ℂ", "password CVC"),
            ("pаsswоrd рin", "password pin"),
            ("37О2", "37O2"),
            ("4017\u{A0}2420\u{202F}6726\u{3000}4052", "4017 2420 6726 4052"),
            ("123‐45–6789—1−2﹣3－4", "123-45-6789-1-2-3-4"),
            ("“it’s” «mine» ‹x›", "\"it's\" \"mine\" 'x'"),
            ("¿cuál? ¡ya! wait…", "?cual? !ya! wait..."),
            ("•••• 1234 ●●1 ■■■", "**** 1234 **1 ***"),
            ("3782·822463·10005", "3782*822463*10005"),
            ("08⁄27 08∕27", "08/27 08/27"),
            ("a\u{2028}b\u{85}c", "a\nb\nc"),
            ("３７８２ー８２２", "3782-822"),
            ("&#51;&#x37;&#56&#50 &nbsp;&amp;nbsp;&eacute;&bull;&bull;", "3782   e**"),
            ("caf&eacute; &mdash; &amp;#51;", "cafe - 3"),
            ("&#1633;&#65303;", "17"),
            ("&#1087;&#1088;&#1080; &#128512;&#8226;", "при 😀•"),
            ("R&amp;D &lt;b&gt;", "R&D <b>"),
        ] {
            assert_eq!(folded(text), view, "{text}");
        }
    }

    #[test]
    fn adjacent_ornate_digits_are_a_number() {
        for (text, folded) in [
            ("⑦②⑨④", "7294"),
            ("pin ❼❷❾❹!", "pin 7294!"),
            ("⁴⁸²⁹¹³", "482913"),
            ("&#9318;②⑨④", "7294"),
            ("①②③ ① one ② two ③ three ④ four", "①②③ ① one ② two ③ three ④ four"),
        ] {
            assert_eq!(
                fold(text.as_bytes()).map_or_else(|| text.to_owned(), |(t, _)| String::from_utf8(t).unwrap()),
                folded
            );
        }
    }

    #[test]
    fn characters_without_an_ascii_spelling_are_kept() {
        for text in [
            "①②③ ² ½ Ⅳ ₃ ⑴ ㈠ 🄋",
            "日本語テスト",
            "привет мир",
            "αβγ Ελλάδα",
            "СССР",
            "👍 🎉 🇲🇽",
            "• one\n• two",
            "col·lega 2 × 3",
            "straße æther",
            "AT&T Q&A &c. & &&",
            "サーバー",
            "हिन्दी",
            "€5 £3",
            "a\tb\r\nc",
        ] {
            assert_eq!(fold(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_kept() {
        for text in [&b"\xFF\xFE"[..], b"a\xC3", b"\xE2\x80", b"\xED\xA0\x80", b"\xC0\xB3", b"\xF0\x9F"] {
            assert_eq!(fold(text), None);
        }
        assert_eq!(fold(b"\xC3\xC3\xB1\xFF").map(|(text, _)| text), Some(b"\xC3n\xFF".to_vec()));
    }
}
