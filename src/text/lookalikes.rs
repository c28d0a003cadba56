//! Letters that stand for digits.
//!
//! Replaces letters that people or scanners put in a number (`O` for 0, `l` for 1, `S` for 5) by digits: `3728 l6O8Ol
//! 23374` becomes `3728 160801 23374`. This applies only to a number of at least eight characters, most of them digits,
//! in which every other character is a look-alike, or to a number of at least five characters that is spelled digit by
//! digit. Booking codes, passwords, hashes and model names have other letters, or too many, or are too short, and are
//! kept.

use smallvec::SmallVec;

use super::Alignment;
use super::block::{Block, blocks};
use super::draft::Draft;

/// The minimum number of characters of a number.
const FEWEST: usize = 8;

/// The minimum number of true digits of a number with look-alikes.
pub(super) const FEWEST_DIGITS: usize = 4;

/// The minimum number of characters of a number that is spelled digit by digit: `1 9 3 O 3 5`.
const FEWEST_SPELLED: usize = 5;

/// The minimum length of a number that may be a card.
const LONG: usize = 13;

/// The maximum number of groups of a number. Longer ones are lists.
const MOST_GROUPS: usize = 24;

/// The countries whose code consists of look-alikes, with the length of their IBANs.
const IBANS: [(&[u8; 2], usize); 4] = [(b"IS", 26), (b"SI", 19), (b"SO", 23), (b"BI", 27)];

/// Returns the text with digits in place of look-alikes, or `None` if there are none.
pub(super) fn read(text: &[u8]) -> Option<(Vec<u8>, Alignment)> {
    if !has_lookalikes(text) {
        return None;
    }
    let mut draft = Draft::new(text);
    let mut groups: SmallVec<[Group; 8]> = SmallVec::new();
    let mut at = 0;
    while at < text.len() {
        // No number begins with a group without digits.
        if groups.last().is_none_or(|last| !last.fits) {
            groups.clear();
            at = group_with_digit(text, at);
        }
        let rest = &text[at..];
        let len = rest.iter().position(|b| !is_part(*b)).unwrap_or(rest.len());
        if len == 0 {
            at += 1;
            continue;
        }
        let mut group = Group::new(text, at, at + len);
        // "8031 o 8013": "o" is the Spanish "or".
        group.fits &= !(text[at..at + len] == *b"o" && groups.last().is_some_and(|last| last.len() >= 3));
        at += len;
        let joined = groups.last().is_some_and(|last| is_separator(&text[last.end..group.start]));
        if !joined || !group.fits || groups.last().is_some_and(|last| !last.fits) {
            write_number(text, &mut draft, &groups);
            groups.clear();
        }
        groups.push(group);
    }
    write_number(text, &mut draft, &groups);
    draft.finish()
}

/// Returns the start of the first group with a digit at or after `at`, or the end of the text.
fn group_with_digit(text: &[u8], at: usize) -> usize {
    for block in (at..text.len()).step_by(8) {
        let digits = Block::at(text, block).digits();
        if digits != 0 {
            let digit = block + digits.trailing_zeros() as usize / 8;
            return digit - text[at..digit].iter().rev().take_while(|byte| is_part(**byte)).count();
        }
    }
    text.len()
}

/// Returns whether a look-alike is next to a digit, or begins the group after one. In every number with look-alikes,
/// this holds for the first one.
fn has_lookalikes(text: &[u8]) -> bool {
    let looks = |at: usize| text.get(at).is_some_and(|b| digit(*b).is_some());
    let meets = |at: usize| {
        looks(at + 1) || at.checked_sub(1).is_some_and(looks) || (looks(at + 2) && is_separator(&text[at + 1..at + 2]))
    };
    text.chunks(64).enumerate().any(|(i, part)| {
        let in_block = |(i, block): (usize, Block)| Block::bits(block.digits()) << (8 * i);
        let mut digits = blocks(part).enumerate().map(in_block).fold(0, |all, some| all | some);
        while digits != 0 {
            if meets(i * 64 + digits.trailing_zeros() as usize) {
                return true;
            }
            digits &= digits - 1;
        }
        false
    })
}

/// Returns whether the byte may be in a group of a number.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'|' || !byte.is_ascii()
}

/// Returns whether this is a single separator between groups.
fn is_separator(between: &[u8]) -> bool {
    matches!(between, [b' ' | b'-' | b'.' | b'/' | b'_' | b'*' | b'\n'])
}

/// Returns the digit that a character looks like.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'O' | b'o' => Some(b'0'),
        b'l' | b'I' | b'|' => Some(b'1'),
        b'Z' => Some(b'2'),
        b'S' => Some(b'5'),
        b'B' => Some(b'8'),
        _ => None,
    }
}

/// Adjacent letters and digits.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
    digits: usize,
    /// Whether every character that is not a digit looks like one.
    fits: bool,
}

impl Group {
    fn new(text: &[u8], start: usize, end: usize) -> Self {
        let bytes = &text[start..end];
        let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
        // A bar at either end is the border of a table cell.
        let bar = bytes.starts_with(b"|") || bytes.ends_with(b"|");
        let fits = !bar && bytes.iter().all(|b| b.is_ascii_digit() || digit(*b).is_some());
        Self { start, end, digits, fits }
    }

    fn len(&self) -> usize {
        self.end - self.start
    }

    fn lookalikes(&self) -> usize {
        self.len() - self.digits
    }
}

/// Replaces the look-alikes in `groups` if they form a number.
fn write_number(text: &[u8], draft: &mut Draft<'_>, mut groups: &[Group]) {
    // Words at the ends are not part of it ("I 3782", "10005 SO").
    while let [first, rest @ ..] = groups
        && first.digits == 0
    {
        groups = rest;
    }
    while let [rest @ .., last] = groups
        && last.digits == 0
    {
        groups = rest;
    }
    if groups.iter().all(|group| group.lookalikes() == 0) || !is_number(text, groups) {
        return;
    }
    for group in groups {
        for (i, byte) in text[group.start..group.end].iter().enumerate() {
            if let Some(digit) = digit(*byte) {
                draft.replace(group.start + i..group.start + i + 1, &[digit]);
            }
        }
    }
}

fn is_number(text: &[u8], groups: &[Group]) -> bool {
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return false };
    let len: usize = groups.iter().map(Group::len).sum();
    let digits: usize = groups.iter().map(|group| group.digits).sum();
    let lookalikes = len - digits;
    let spelled = groups.iter().all(|group| group.len() == 1)
        && groups.iter().all(|group| matches!(text[group.start], b'0'..=b'9' | b'O'))
        && groups.windows(2).all(|pair| text[pair[0].end] == text[groups[0].end]);
    let fewest = if spelled { FEWEST_SPELLED } else { FEWEST };
    let enough = if len < LONG {
        lookalikes < 3 && digits >= (3 - usize::from(spelled)) * lookalikes
    } else {
        digits >= 2 * lookalikes
    };
    if !groups.iter().all(|group| group.fits)
        || len < fewest
        || digits < FEWEST_DIGITS
        || !enough
        || groups.len() > MOST_GROUPS
    {
        return false;
    }
    // Part of something longer: a word, a key, an address.
    let glue = |b: Option<&u8>| b.is_some_and(|b| is_part(*b) || matches!(b, b'-' | b'_' | b'/' | b'+' | b'=' | b'@'));
    let stops = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace());
    if glue(first.start.checked_sub(1).and_then(|before| text.get(before))) || glue(text.get(last.end)) {
        return false;
    }
    if text.get(last.end) == Some(&b'.') && !stops(text.get(last.end + 1)) {
        return false;
    }
    // "IS14 0159 ...": the country and check digits of an IBAN.
    let head = &text[first.start..first.end];
    let country = IBANS.iter().any(|(code, chars)| head.starts_with(*code) && len == *chars);
    if country && head[2..].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let lens = || groups.iter().map(Group::len);
    let social = lens().eq([3, 2, 4]);
    if text[first.start..last.end].contains(&b'|') && !social && !matches!(len, 15 | 16) {
        // Bars separate fields.
        return false;
    }
    if let [only] = groups {
        // A letter before or after all digits makes it an identifier.
        let bytes = &text[only.start..only.end];
        let inner = &bytes[1..bytes.len() - 1];
        return lookalikes > 1
            || inner.iter().any(|b| !b.is_ascii_digit())
            || (len >= LONG && bytes[0].is_ascii_digit());
    }
    // "5S" and "24B" next to a number are not its groups, unless the groups are those of a Social Security number.
    let short = |group: &Group| group.lookalikes() > 0 && group.len() < 4;
    social || lens().all(|len| len == 1) || !(short(first) || short(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> String {
        read(text.as_bytes()).map_or_else(|| text.to_owned(), |(text, _)| String::from_utf8(text).expect("valid"))
    }

    #[test]
    fn lookalikes_in_numbers_become_digits() {
        for (text, digits) in [
            ("card no 3728 l6O8Ol 23374, i typed it", "card no 3728 160801 23374, i typed it"),
            ("37282246310OO5", "37282246310005"),
            ("4012 88B8 8888 I881.", "4012 8888 8888 1881."),
            ("123-4S-67B9", "123-45-6789"),
            ("l23-45-6789", "123-45-6789"),
            ("3782 OO 1234567 12", "3782 00 1234567 12"),
            ("3 7 8 2 O 2 2 4 6 3 1 O O O 5", "3 7 8 2 0 2 2 4 6 3 1 0 0 0 5"),
            ("(37828224631000S)", "(378282246310005)"),
            ("4012888|88881881", "4012888188881881"),
            ("my card: 4O12Z3456789o123", "my card: 4012234567890123"),
            ("SO 3782 8224 63l0 005", "SO 3782 8224 6310 005"),
        ] {
            assert_eq!(view(text), digits, "{text}");
        }
    }

    #[test]
    fn letters_outside_of_numbers_are_kept() {
        for text in [
            "1Z999AA10123456784",
            "B8",
            "10S",
            "5S",
            "iPhone 5S",
            "24B",
            "R2D2",
            "O2",
            "I 80",
            "SAVE20NOW",
            "UA 2217, seat 14C",
            "550e8400-e29b-41d4-a716-446655440000",
            "e3b0c44298fc1c149afbf4c8996fb924",
            "7fQlO-0Ixx2",
            "B0bs1234",
            "S12345678",
            "B123456789",
            "123456789B",
            "O1234567",
            "I 3782 822463 10005",
            "3782 822463 10005 SO",
            "4012|8888|8888|1881",
            "4012888888881881|12|2027|123",
            "| 4012 8888 8888 1881 |",
            "|4012888888881881|",
            "iPhone 5S 12345678",
            "Apt 24B 10285-0005",
            "ISO 8859 1 BOB",
            "l23@x.org 12345678",
            "Il1lIO0O",
            "OOOOOOOO",
            "SB-1000-5000-77l-x",
            "https://x.org/1O00000000/a",
            "abc1O0000000000",
            "12345678 l",
            "1O:00 12345678",
        ] {
            assert_eq!(view(text), text);
        }
    }
}
