//! Finds the numbers of a text: which digits belong together, and which are harmless by their shape.
//!
//! Takes a [`TokenizedText`] and returns [`Number`]s: groups of digits with a few separators between them, split if a
//! date, a time or an amount begins. A card may span several numbers; the card detector searches the groups
//! ([`Digits`]).

use smallvec::SmallVec;

use super::cues::{Topic, WordClass};
use super::split::narrow;
use super::token::{Kind, Token, TokenizedText};
use crate::mask;
use crate::steps;

/// What the shape of a number says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberShape {
    /// Nothing.
    Bare,
    /// It cannot be a secret, whatever the words around it: date, time, amount, decimal, quantity with its unit, IP
    /// address, part of a longer identifier.
    Harmless(&'static str),
    /// It is harmless unless the words around it say otherwise: phone, year, house number.
    Likely(&'static str),
}

impl NumberShape {
    /// Returns whether digits of this shape are never part of a longer number, such as a card that is split over spaces
    /// and line breaks. Dates of two parts may be groups of a longer number.
    pub(crate) fn stands_alone(self, groups: usize) -> bool {
        match self {
            Self::Bare => false,
            Self::Harmless("date" | "time" | "version") => groups >= 3,
            Self::Harmless(what) => matches!(what, "UUID" | "hexadecimal id" | "decimal" | "IP address"),
            Self::Likely(what) => what == "decimal",
        }
    }
}

/// A number: one or more groups of digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    /// The index of its first token.
    pub(crate) first: usize,
    /// The index of its last token.
    pub(crate) last: usize,
    /// The number of digits.
    pub(crate) digits: usize,
    /// The number of groups.
    pub(crate) groups: usize,
    pub(crate) shape: NumberShape,
    /// Whether a word or a code with letters is joined to its left by a hyphen or the like: `CAS-22918374`.
    pub(crate) attached: bool,
}

/// The numbers of a message. Those of a typical message need no heap memory.
pub(crate) type Numbers = SmallVec<[Number; 6]>;

/// Returns whether a mark may separate the groups of one number.
fn is_separator(mark: u8) -> bool {
    matches!(
        mark,
        b'-' | b'.'
            | b'/'
            | b'_'
            | b'*'
            | b'|'
            | b','
            | b'\\'
            | b'('
            | b')'
            | b'['
            | b']'
            | b'~'
            | b'`'
            | b'+'
            | b':'
            | b'='
    )
}

/// The maximum number of tokens between two groups of a number (`** **`, `) (`, a hyphen between spaces).
const WIDEST_GAP: usize = 5;

/// The gap between two groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Spaces, hyphens, dots: the groups may belong to one number.
    Soft,
    /// A comma or a line break: they belong to one number only if the whole number is valid.
    Hard,
    /// Anything else.
    Apart,
}

/// Returns the gap between the digit tokens `left` and `right`.
pub(crate) fn gap(reading: &TokenizedText<'_>, left: usize, right: usize) -> Gap {
    if right - left > WIDEST_GAP + 1 {
        return Gap::Apart;
    }
    steps::add(right - left);
    let mut gap = Gap::Soft;
    let mut stars = 0;
    for at in left + 1..right {
        match reading.tokens[at].kind {
            Kind::Mark(b',' | b';') | Kind::Newline => gap = Gap::Hard,
            Kind::Mark(b'.' | b'(' | b'[' | b':' | b'+' | b'=')
                if reading.tokens[at + 1].spaced || reading.tokens[at].spaced =>
            {
                gap = Gap::Hard
            }
            Kind::Mark(b'*') => stars += 1,
            // An emoji between two groups.
            Kind::Other if !reading.tokens[at].spaced && !reading.tokens[at + 1].spaced => gap = Gap::Hard,
            Kind::Mark(b':' | b'=' | b'+') => gap = Gap::Hard,
            // A negative number in the next column.
            Kind::Mark(b'-') if !reading.tokens[at + 1].spaced && follows_tab(reading, at) => gap = Gap::Hard,
            Kind::Mark(mark) if is_separator(mark) => {}
            _ => return Gap::Apart,
        }
    }
    if stars > 4 { Gap::Apart } else { gap }
}

fn follows_tab(reading: &TokenizedText<'_>, at: usize) -> bool {
    let start = reading.tokens[at].start as usize;
    reading.tokens[at].spaced && reading.text[..start].last() == Some(&b'\t')
}

/// Appends all numbers of a text, in order.
pub(crate) fn read(reading: &TokenizedText<'_>, numbers: &mut Numbers) {
    let tokens = &reading.tokens[..];
    let mut at = if reading.facts.digits == 0 { tokens.len() } else { 0 };
    while at < tokens.len() {
        if tokens[at].kind != Kind::Digits {
            at += 1;
            continue;
        }
        let (last, shape) = match identifier(reading, at)
            .or_else(|| date_or_time(reading, at))
            .or_else(|| coordinates(reading, at))
            .or_else(|| fraction(reading, at))
            .or_else(|| dotted(reading, at))
            .or_else(|| phone(reading, at))
        {
            Some((last, shape)) => (last, shape),
            None => (extend(reading, at), NumberShape::Bare),
        };
        let mut number = Number { first: at, last, digits: 0, groups: 0, shape, attached: false };
        for token in tokens[at..=last].iter().filter(|t| t.kind == Kind::Digits) {
            number.digits += token.len();
            number.groups += 1;
        }
        let amount = number.shape == NumberShape::Likely("amount")
            && at > 0
            && (reading.tokens[at - 1].is(b'$') || is_currency(reading.bytes(&reading.tokens[at - 1])));
        if amount {
            number.shape = NumberShape::Harmless("amount");
        }
        if number.shape == NumberShape::Bare {
            number.shape = surroundings(reading, &number);
        }
        number.attached = attached(reading, at);
        numbers.push(number);
        at = last + 1;
    }
}

/// Returns the last token of the number that starts at `first`. Only soft gaps are crossed, and no group that begins a
/// shape such as a date.
fn extend(reading: &TokenizedText<'_>, first: usize) -> usize {
    let tokens = &reading.tokens;
    let mut last = first;
    let mut next = first + 1;
    // "$40 4417": after a space, only three digits continue an amount.
    let money = first.checked_sub(1).is_some_and(|before| tokens[before].is(b'$'));
    while next < tokens.len() && next - last <= WIDEST_GAP + 1 {
        if tokens[next].kind == Kind::Digits {
            if gap(reading, last, next) != Gap::Soft {
                break;
            }
            let spaced = (last + 1..=next).any(|i| tokens[i].spaced);
            if spaced
                && (money && tokens[next].len() != 3
                    || date_or_time(reading, next).is_some()
                    || dotted(reading, next).is_some()
                    || unit_after(reading, next)
                    || is_another(reading, first, last, next)
                    || last == first && in_address(reading, tokens[first].start as usize))
            {
                break;
            }
            last = next;
        } else if !matches!(tokens[next].kind, Kind::Mark(mark) if is_separator(mark)) {
            break;
        }
        next += 1;
    }
    last
}

/// Returns whether the group `next`, after a space, begins another number than the tokens `first..=last`: several
/// numbers of the same form in a row, or a security code and a ZIP code.
fn is_another(reading: &TokenizedText<'_>, first: usize, last: usize, next: usize) -> bool {
    /// The shortest numbers in a list of three or more.
    const SHORTEST: usize = 6;
    const LONG: usize = 7;
    if next != last + 1 {
        return false;
    }
    let len = |at: usize| digits_len(reading, at);
    // "8592-2153 9621-8510"
    let hyphened = |at: usize| follows(reading, at + 1, b'-') && !follows(reading, at + 3, b'-');
    if last == first + 2 && hyphened(first) && hyphened(next) {
        return len(first) == len(next) && len(last) == len(next + 2);
    }
    if first != last {
        return false;
    }
    let list = |len_of_each: usize| {
        let more =
            first.checked_sub(1).is_some_and(|before| len(before) == len_of_each) || len(next + 1) == len_of_each;
        len_of_each >= LONG || len_of_each >= SHORTEST && more
    };
    match (len(last), len(next)) {
        (3, 5) | (5, 3) => len(next + 1) == 0,
        (left, right) => left == right && (list(left) || names_several(reading, first)),
    }
}

/// Returns whether a cue for several codes precedes the number: "passcodes: 482913 771204".
fn names_several(reading: &TokenizedText<'_>, first: usize) -> bool {
    let links = |t: &&Token| t.is(b':') || t.does(WordClass::COPULA);
    let before = first - reading.tokens[..first].iter().rev().take(2).take_while(links).count();
    let name = before.checked_sub(1).map(|at| &reading.tokens[at]).filter(|name| reading.bytes(name).ends_with(b"s"));
    let cue = name.and_then(|name| reading.hit(name));
    cue.is_some_and(|hit| matches!(hit.cue.topic, Topic::OneTimePasscode | Topic::Pin))
}

fn value(reading: &TokenizedText<'_>, at: usize) -> Option<u32> {
    let token = reading.token(at).filter(|t| t.kind == Kind::Digits && t.len() <= 9)?;
    Some(reading.bytes(token).iter().fold(0, |n, b| n * 10 + u32::from(b - b'0')))
}

/// Returns whether the tokens at `at` are `mark` and digits, without spaces before or between them.
fn follows(reading: &TokenizedText<'_>, at: usize, mark: u8) -> bool {
    reading.token(at).is_some_and(|t| t.is(mark) && !t.spaced)
        && reading.token(at + 1).is_some_and(|t| t.kind == Kind::Digits && !t.spaced)
}

fn digits_len(reading: &TokenizedText<'_>, at: usize) -> usize {
    reading.token(at).filter(|t| t.kind == Kind::Digits).map_or(0, Token::len)
}

/// Matches a UUID, or the hexadecimal digits of a hash or an id: `550e8400-e29b-41d4-a716-446655440000`,
/// `e3b0c44298fc1c14`.
fn identifier(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, NumberShape)> {
    if !(reading.facts.mixed || reading.has_mark(b'-')) {
        return None;
    }
    let start = reading.tokens[at].start as usize;
    let (end, what) = match uuid_around(reading.text, start) {
        Some(end) => (end, "UUID"),
        None => (hexadecimal_around(reading.text, start)?, "hexadecimal id"),
    };
    let last = (at..reading.tokens.len()).take_while(|&i| reading.tokens[i].start < narrow(end));
    Some((last.filter(|&i| reading.tokens[i].kind == Kind::Digits).last()?, NumberShape::Harmless(what)))
}

/// Returns whether the token at `at` is part of a UUID or of a run of hexadecimal digits.
pub(crate) fn in_identifier(reading: &TokenizedText<'_>, at: usize) -> bool {
    let start = reading.tokens[at].start as usize;
    uuid_around(reading.text, start).or_else(|| hexadecimal_around(reading.text, start)).is_some()
}

/// Returns whether the tokens `first..=last` are a UUID or a run of hexadecimal digits with letters anywhere in it.
pub(crate) fn is_identifier(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    const FEWEST: usize = 12;
    let span = reading.span(first, last);
    let run = &reading.text[span.start..span.end];
    in_identifier(reading, first) || run.len() >= FEWEST && run.iter().all(u8::is_ascii_hexdigit)
}

/// Returns the end of the UUID that contains the byte at `at`: `8-4-4-4-12` hexadecimal digits between other
/// characters.
fn uuid_around(text: &[u8], at: usize) -> Option<usize> {
    const LEN: usize = 36;
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let is_one = |start: &usize| {
        let Some(uuid) = text.get(*start..start + LEN) else { return false };
        HYPHENS.iter().all(|hyphen| uuid[*hyphen] == b'-')
            && uuid.iter().enumerate().all(|(i, byte)| HYPHENS.contains(&i) || byte.is_ascii_hexdigit())
            && !start.checked_sub(1).is_some_and(|before| text[before].is_ascii_hexdigit())
            && !text.get(start + LEN).is_some_and(u8::is_ascii_hexdigit)
    };
    (at.saturating_sub(LEN - 1)..=at).find(is_one).map(|start| start + LEN)
}

/// Returns the end of the run of hexadecimal digits around the byte at `at`, if it is a hash or an id: at least 12
/// digits, in one case, with letters among them. A few letters at one end are a word that touches a number.
fn hexadecimal_around(text: &[u8], at: usize) -> Option<usize> {
    const FEWEST: usize = 12;
    const MOST: usize = 128;
    let floor = at.saturating_sub(MOST);
    let start = text[floor..at].iter().rposition(|b| !b.is_ascii_hexdigit()).map_or(floor, |i| floor + i + 1);
    let ceiling = text.len().min(at + MOST);
    let end = text[at..ceiling].iter().position(|b| !b.is_ascii_hexdigit()).map_or(ceiling, |len| at + len);
    let run = &text[start..end];
    let bounded = !start.checked_sub(1).is_some_and(|before| text[before].is_ascii_alphanumeric())
        && !text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    // "0x7f3a...": the prefix of a hexadecimal number.
    let prefixed = start >= 2 && matches!(text[start - 1], b'x' | b'X') && text[start - 2] == b'0';
    let borders = run.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    let one_case = !(run.iter().any(u8::is_ascii_lowercase) && run.iter().any(u8::is_ascii_uppercase));
    ((bounded || prefixed) && run.len() >= FEWEST && borders >= 3 && one_case).then_some(end)
}

/// Matches `12/28`, `2026-10-08`, `6/6/66`, `10:47`, `16:05:22`.
fn date_or_time(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, NumberShape)> {
    let first = value(reading, at)?;
    let first_len = digits_len(reading, at);
    if first_len <= 2 && first <= 24 && follows(reading, at + 1, b':') && digits_len(reading, at + 2) == 2 {
        let mut last = at + 2;
        if follows(reading, last + 1, b':') && digits_len(reading, last + 2) == 2 {
            last += 2;
        }
        // Fractions of a second: "16:05:22.481", "16:05:22,481", also after "2026-10-08T16".
        let fraction = |mark: u8| follows(reading, last + 1, mark) && digits_len(reading, last + 2) >= 3;
        if fraction(b'.') || fraction(b',') || last > at + 2 && follows(reading, last + 1, b'.') {
            last += 2;
        }
        return (value(reading, at + 2)? < 60).then_some((last, NumberShape::Harmless("time")));
    }
    // "2025-02-11T08:14:09Z": the day touches the hour.
    let glued = |at: usize| {
        reading.token(at).is_some_and(|t| {
            t.kind == Kind::Mixed
                && !t.spaced
                && reading.bytes(t).get(2) == Some(&b'T')
                && reading.bytes(t)[..2].iter().all(u8::is_ascii_digit)
        })
    };
    if first_len == 4
        && follows(reading, at + 1, b'-')
        && reading.token(at + 3).is_some_and(|t| t.is(b'-'))
        && glued(at + 4)
    {
        return Some((at + 2, NumberShape::Harmless("date")));
    }
    for mark in [b'/', b'-', b'.'] {
        if !follows(reading, at + 1, mark) {
            continue;
        }
        let second = value(reading, at + 2)?;
        let second_len = digits_len(reading, at + 2);
        if follows(reading, at + 3, mark) {
            let third = value(reading, at + 4)?;
            let third_len = digits_len(reading, at + 4);
            let alone = !follows(reading, at + 5, mark);
            let year = |n: u32, len: usize| len == 2 || len == 4 && (1800..2200).contains(&n);
            let day_month = |a: u32, b: u32| {
                (1..=31).contains(&a) && (1..=12).contains(&b) || (1..=12).contains(&a) && (1..=31).contains(&b)
            };
            let short = |len: usize| len == 1 || len == 2;
            if alone
                && short(first_len)
                && short(second_len)
                && year(third, third_len)
                && day_month(first, second)
                && (third_len == 4 || mark == b'/')
            {
                return Some((at + 4, NumberShape::Harmless("date")));
            }
            if alone
                && first_len == 4
                && year(first, 4)
                && short(second_len)
                && short(third_len)
                && day_month(third, second)
            {
                return Some((at + 4, NumberShape::Harmless("date")));
            }
            return None;
        }
        if mark == b'/' {
            let plausible = first_len <= 2 && (second_len <= 2 || second_len == 4 && (1900..2100).contains(&second));
            let month = (1..=12).contains(&first) || (1..=12).contains(&second) && first <= 31;
            // "24/7", "50/50" and "3/4" are as harmless as dates.
            if plausible && (month || first_len + second_len <= 3 || first == second) {
                return Some((at + 2, NumberShape::Harmless("date")));
            }
            return None;
        }
    }
    None
}

/// Matches geographic coordinates: `19.4326, -99.1332`, two decimals with at least three decimal places.
fn coordinates(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, NumberShape)> {
    let decimal = |at: usize| {
        (1..=3).contains(&digits_len(reading, at)) && follows(reading, at + 1, b'.') && digits_len(reading, at + 2) >= 3
    };
    if !decimal(at) || !reading.token(at + 3)?.is(b',') {
        return None;
    }
    let sign = reading.token(at + 4).is_some_and(|t| t.is(b'-'));
    let second = at + 4 + usize::from(sign);
    let near = digits_len(reading, at + 2).abs_diff(digits_len(reading, second + 2)) <= 2;
    let more = sign || digits_len(reading, at + 2) > 3;
    (decimal(second) && near && more).then_some((second + 2, NumberShape::Harmless("place on the map")))
}

/// The maximum number of groups of a number with dots or commas. Longer ones are lists.
const MOST_DOTTED: usize = 16;

/// Matches amounts with separators, decimals, versions and IP addresses: `1,234.56`, `86.300`, `7.42.1`, `10.24.118.7`.
fn dotted(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, NumberShape)> {
    let first_len = digits_len(reading, at);
    let mark = match reading.token(at + 1)?.kind {
        Kind::Mark(mark @ (b'.' | b',')) => mark,
        _ => return None,
    };
    if !follows(reading, at + 1, mark) {
        return None;
    }
    if let Some(decimal) = decimal(reading, at) {
        return Some(decimal);
    }
    if first_len > 9 {
        return None;
    }
    let mut last = at + 2;
    let mut groups = 2;
    while follows(reading, last + 1, mark) {
        last += 2;
        groups += 1;
        if groups > MOST_DOTTED {
            return None;
        }
    }
    let lens = || (1..groups).map(|g| digits_len(reading, at + 2 * g));
    let decimals = if mark == b'.' { b',' } else { b'.' };
    let thousands = first_len <= 3 && lens().all(|len| len == 3);
    if thousands && (mark == b',' || groups == 2) {
        if follows(reading, last + 1, decimals) && digits_len(reading, last + 2) <= 2 {
            last += 2;
        }
        // "123.456" after "code" is a grouped passcode. With a comma it is an amount.
        let shape = if mark == b'.' && groups == 2 && first_len == 3 {
            NumberShape::Likely("amount")
        } else {
            NumberShape::Harmless("amount")
        };
        return Some((last, shape));
    }
    if groups == 2 && lens().all(|len| len <= 2) && !(first_len == 4 && mark == b'.' && lens().all(|len| len == 4)) {
        return Some((last, NumberShape::Harmless("amount")));
    }
    if mark == b'.' {
        // The parts of an IP address are at most 255. The parts of a version are short.
        if groups == 4
            && (0..4).all(|g| value(reading, at + 2 * g).is_some_and(|n| n <= 255))
            && lens().any(|len| len != 1)
        {
            return Some((last, NumberShape::Harmless("IP address")));
        }
        let goes_on = follows(reading, last + 1, b'-');
        if groups == 3 && first_len <= 2 && !goes_on {
            return Some((last, NumberShape::Harmless("version")));
        }
    }
    None
}

/// Matches a decimal fraction: `0.4812907346`, `1761840600.482913`.
fn decimal(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, NumberShape)> {
    let goes_on = |at: usize| [b'.', b',', b'-', b'/'].iter().any(|mark| follows(reading, at, *mark));
    let fraction = |at: usize| follows(reading, at, b'.') && !goes_on(at + 2);
    let (whole, part) = (digits_len(reading, at), digits_len(reading, at + 2));
    let shape = match whole {
        1..=3 if part >= 5 => NumberShape::Harmless("decimal"),
        // Near a cue it may be a secret with a dot in it.
        4..=12 if whole + part >= 10 => NumberShape::Likely("decimal"),
        _ => return None,
    };
    fraction(at + 1).then_some((at + 2, shape))
}

/// Matches the digits after the point of a decimal without a leading digit: `.4812907346`.
fn fraction(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, NumberShape)> {
    const FEWEST: usize = 10;
    let tokens = &reading.tokens;
    let point = at > 0 && tokens[at - 1].is(b'.') && !tokens[at].spaced && tokens[at].len() >= FEWEST;
    let opens =
        at == 1 || at > 1 && (tokens[at - 1].spaced || matches!(tokens[at - 2].kind, Kind::Mark(b'=' | b'(' | b'-')));
    (point && opens).then_some((at, NumberShape::Harmless("decimal")))
}

/// Matches phone numbers: `+1 212 555 0123`, `(212) 555-0123`, `212-555-0123`, `1-800-528-4800`, `555-0123`.
fn phone(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, NumberShape)> {
    let tokens = &reading.tokens;
    // The first token of each group, with the way it is joined to the one before.
    let mut groups = [(at, 0usize); 7];
    let mut count = 0;
    let mut next = at;
    let mut last = at;
    let mut total = 0;
    while next < tokens.len() && count < groups.len() {
        if tokens[next].kind == Kind::Digits {
            if count > 0 && gap(reading, last, next) == Gap::Apart {
                break;
            }
            if count > 0
                && (last + 1..next).any(|i| {
                    matches!(
                        tokens[i].kind,
                        Kind::Newline | Kind::Mark(b',' | b';' | b'/' | b'_' | b'*' | b'|' | b':' | b'=')
                    )
                })
            {
                break;
            }
            groups[count] = (next, tokens[next].len());
            total += tokens[next].len();
            count += 1;
            last = next;
        } else if !matches!(tokens[next].kind, Kind::Mark(b'-' | b'.' | b'(' | b')')) || next - last > 3 {
            break;
        }
        next += 1;
    }
    let plus = at > 0 && tokens[at - 1].is(b'+') && !tokens[at].spaced
        || at > 1 && tokens[at - 1].is(b'(') && tokens[at - 2].is(b'+');
    let opened = at > 0 && tokens[at - 1].is(b'(');
    if plus && (7..=15).contains(&total) {
        return Some((last, NumberShape::Likely("phone")));
    }
    let lens = |i: usize| if i < count { groups[i].1 } else { 0 };
    let area = |i: usize| reading.text[tokens[groups[i].0].start as usize] >= b'2';
    let hyphen = |i: usize| groups[i].0 + 2 == groups[i + 1].0 && tokens[groups[i].0 + 1].is(b'-');
    // A country code 1, then ten digits.
    let skip = usize::from(count >= 4 && lens(0) == 1 && reading.bytes(&tokens[at]) == b"1");
    if lens(skip) == 3
        && lens(skip + 1) == 3
        && lens(skip + 2) == 4
        && area(skip)
        && (area(skip + 1) || skip == 1)
        && lens(skip + 3) == 0
    {
        return Some((groups[skip + 2].0, NumberShape::Likely("phone")));
    }
    if opened
        && tokens.get(at + 1).is_some_and(|t| t.is(b')'))
        && (2..=4).contains(&lens(0))
        && (8..=11).contains(&total)
    {
        return Some((last, NumberShape::Likely("phone")));
    }
    if count == 2 && lens(0) == 3 && lens(1) == 4 && hyphen(0) {
        return Some((last, NumberShape::Likely("phone")));
    }
    None
}

fn unit_after(reading: &TokenizedText<'_>, at: usize) -> bool {
    let Some(next) = reading.token(at + 1) else { return false };
    if next.is(b'%') {
        return true;
    }
    let hyphened = next.is(b'-') && !next.spaced;
    let word = if hyphened { reading.token(at + 2) } else { Some(next) };
    word.is_some_and(|t| {
        t.kind == Kind::Word && (t.does(WordClass::UNIT) || t.does(WordClass::CURRENCY)) && !(hyphened && t.spaced)
    })
}

/// Returns whether a currency or a percent sign after a number belongs to it: "40 $", "40 USD". In "4417 $40" and in
/// "4417 USD 40" it belongs to the next number.
fn is_counted_in_money(reading: &TokenizedText<'_>, number: &Number) -> bool {
    let tokens = &reading.tokens;
    let Some(after) = tokens.get(number.last + 1) else { return false };
    let next = tokens.get(number.last + 2).filter(|next| next.kind == Kind::Digits);
    let joined = tokens[number.first..=number.last].iter().any(|t| t.is(b'-'));
    if joined {
        return false;
    }
    if after.is(b'%') {
        return number.digits <= 12 && (!after.spaced || number.digits <= 3);
    }
    if after.is(b'$') || after.kind == Kind::Other && is_currency(reading.bytes(after)) {
        return number.digits <= 12 && !(after.spaced && next.is_some_and(|next| !next.spaced));
    }
    number.digits <= 9 && after.kind == Kind::Word && after.does(WordClass::CURRENCY) && next.is_none()
}

/// Returns the shape that the marks and words next to a number give it.
fn surroundings(reading: &TokenizedText<'_>, number: &Number) -> NumberShape {
    let tokens = &reading.tokens;
    let before = number.first.checked_sub(1).map(|i| &tokens[i]);
    let first = &tokens[number.first];
    if before.is_some_and(|t| t.is(b'$') || t.kind == Kind::Other && is_currency(reading.bytes(t)))
        && number.digits <= 12
    {
        return NumberShape::Harmless("amount");
    }
    if is_counted_in_money(reading, number) {
        return NumberShape::Harmless("amount");
    }
    if number.digits <= 5 && number.groups == 1 && unit_after(reading, number.last) {
        return NumberShape::Likely("quantity");
    }
    if before.is_some_and(|t| t.kind == Kind::Word && t.does(WordClass::CURRENCY) && number.digits <= 9) {
        return NumberShape::Harmless("amount");
    }
    // Inside a run with letters: URL, e-mail, UUID, hash.
    if in_address(reading, first.start as usize) {
        return NumberShape::Harmless("address on the Internet");
    }
    // "... 0123", "x1234", "****1234", "-71009".
    if number.digits <= 6 && masked_before(reading, number.first, number.last) {
        return NumberShape::Harmless("last digits");
    }
    // Account endings as American Express prints them: "1-01234".
    if number.groups == 2
        && number.digits == 6
        && first.len() == 1
        && number.last == number.first + 2
        && tokens[number.first + 1].is(b'-')
    {
        return NumberShape::Likely("last digits");
    }
    if is_order_number(reading, number) {
        return NumberShape::Likely("order number");
    }
    if zip_after_state(reading, number) {
        return NumberShape::Likely("ZIP");
    }
    if number.groups == 1 && number.digits == 4 {
        let year = value(reading, number.first).unwrap_or(0);
        let after_month = before.is_some_and(|t| t.does(WordClass::MONTH));
        if (1900..2100).contains(&year)
            && before.is_some_and(|t| t.does(WordClass::SINCE) && t.cue == 0 || t.does(WordClass::MONTH))
            && !changed_from(reading, number.first)
            || (1950..2100).contains(&year) && after_month
        {
            return NumberShape::Harmless("year");
        }
        if (1940..2060).contains(&year) {
            return NumberShape::Likely("year");
        }
    }
    // "The code came at 1845", "it came from 72975".
    let word_before = |word: &[u8]| before.is_some_and(|t| reading.is_word(t, word));
    if number.groups == 1
        && number.digits == 4
        && word_before(b"at")
        && value(reading, number.first).is_some_and(|n| n / 100 < 24 && n % 100 < 60)
    {
        return NumberShape::Likely("time");
    }
    if number.groups == 1
        && matches!(number.digits, 5 | 6)
        && word_before(b"from")
        && number.first >= 2
        && !tokens[number.first - 2].does(WordClass::FROM)
        && reading.token(number.last + 1).is_none_or(|t| !t.does(WordClass::TO))
    {
        return NumberShape::Likely("sender");
    }
    if number.groups == 1 && number.digits <= 5 && street_after(reading, number.last) {
        return NumberShape::Likely("house number");
    }
    if number.groups == 1 && number.digits <= 6 && before.is_some_and(|t| t.is(b'#')) && number.first >= 2 {
        let named = &tokens[number.first - 2];
        if named.cue == 0 && !named.does(WordClass::GLUE) && named.kind == Kind::Word {
            return NumberShape::Likely("number of something");
        }
    }
    NumberShape::Bare
}

/// Returns whether a number is grouped as shops number their orders, and nobody a card or an account:
/// "112-1234567-1234567".
fn is_order_number(reading: &TokenizedText<'_>, number: &Number) -> bool {
    const GROUPS: [usize; 3] = [3, 7, 7];
    let tokens = &reading.tokens[number.first..=number.last];
    let is_group = |at: usize| match at % 2 {
        0 => tokens[at].kind == Kind::Digits && tokens[at].len() == GROUPS[at / 2],
        _ => tokens[at].is(b'-'),
    };
    tokens.len() == 2 * GROUPS.len() - 1 && (0..tokens.len()).all(is_group)
}

/// Returns whether a secret was changed from this number, or the number is another of its kind, so that it is not a
/// year: "my PIN from 1947 to 6203", "the one before 1907".
fn changed_from(reading: &TokenizedText<'_>, first: usize) -> bool {
    first >= 2 && reading.is_word(&reading.tokens[first - 2], b"one")
        || first >= 2
            && reading.tokens[first - 1].does(WordClass::FROM)
            && reading.hit(&reading.tokens[first - 2]).is_some_and(|hit| hit.cue.topic.is_secret())
}

fn is_currency(bytes: &[u8]) -> bool {
    ["€", "£", "¥", "₹", "¢", "₩", "₽", "₱", "₡", "₲"]
        .iter()
        .any(|sign| bytes.ends_with(sign.as_bytes()) || bytes.starts_with(sign.as_bytes()))
}

/// Returns whether the run without spaces around the byte is a URL, a path, an e-mail address or a long token with
/// letters.
fn in_address(reading: &TokenizedText<'_>, at: usize) -> bool {
    const REACH: usize = 128;
    // Every such run contains one of these marks.
    if !(reading.has_mark(b'.') || reading.has_mark(b'@') || reading.has_mark(b'/')) {
        return false;
    }
    let text = reading.text;
    let space = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'<' | b'>');
    let from = text[at.saturating_sub(REACH)..at]
        .iter()
        .rposition(space)
        .map_or(at.saturating_sub(REACH), |i| at.saturating_sub(REACH) + i + 1);
    let until =
        text[at..(at + REACH).min(text.len())].iter().position(space).map_or((at + REACH).min(text.len()), |i| at + i);
    let chunk = &text[from..until];
    // Only digits and a few marks, as in most numbers.
    if !chunk.iter().any(u8::is_ascii_alphabetic) && !chunk.contains(&b'@') && !chunk.contains(&b'/') {
        return false;
    }
    let has = |needle: &[u8]| chunk.windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle));
    if has(b"://") || has(b"www.") {
        return true;
    }
    // An e-mail address: text, @, text, dot.
    if let Some(sign) = chunk.iter().position(|b| *b == b'@') {
        let before = &chunk[..sign];
        if sign > 0 && chunk[sign..].contains(&b'.') && before.iter().any(u8::is_ascii_alphanumeric) {
            return true;
        }
    }
    // A path with parameters: `/login?user=jen&n=1`.
    let query = chunk.iter().position(|b| *b == b'?').unwrap_or(chunk.len());
    if chunk[..query].contains(&b'/') && chunk[query..].contains(&b'=') {
        return true;
    }
    has(b".com/") || has(b".org/") || has(b".net/") || has(b".com?")
}

/// Returns whether the stars before and after a value are Markdown emphasis, as in `**4821**`, and not a mask.
fn is_emphasis(before: &[u8], behind: &[u8]) -> bool {
    let closing = behind.iter().take_while(|b| **b == b'*').count();
    (1..=mask::MOST_EMPHASIS).contains(&before.len()) && before.iter().all(|b| *b == b'*') && closing == before.len()
}

/// Returns whether a mask precedes the value: `x1234`, `****1234`, `...1234`, `#1234` after dots; also a lone `-71009`.
fn masked_before(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    let text = reading.text;
    let start = reading.tokens[first].start as usize;
    let mut at = start;
    let mut marks = 0;
    while at > 0 && start - at < 24 {
        match text[at - 1] {
            b'*' | b'x' | b'X' | b'#' | b'.' => marks += 1,
            b' ' | b'-' => {}
            _ => break,
        }
        at -= 1;
    }
    while text[at..start].first() == Some(&b' ') {
        at += 1;
    }
    let stretch = &text[at..start];
    let bounded = at == 0 || !text[at - 1].is_ascii_alphanumeric();
    // "**CVV:** **093**": the emphasis of the value itself does not count.
    let own = stretch.iter().rev().take_while(|b| **b == b'*').count();
    let end = reading.tokens[last].end as usize;
    if is_emphasis(&stretch[stretch.len() - own..], &text[end..]) {
        marks -= own;
    }
    // "**CVV:** 093": the end of a label's emphasis does not hide anything.
    let label = at > 0
        && matches!(text[at - 1], b':' | b'=')
        && marks <= mask::MOST_EMPHASIS
        && stretch.iter().all(|b| matches!(b, b'*' | b' '))
        && reading.tokens[first].len() >= 3
        && mask::opens_before(text, at);
    if bounded && !label && marks >= 2 && stretch.iter().filter(|b| **b == b'.').count() != 1 {
        return true;
    }
    let opened = at == 0 || text[at - 1].is_ascii_whitespace() || text[at - 1] == b'(';
    let alone = stretch.last() == Some(&b'-')
        && (stretch.len() == 1 && opened || stretch.len() > 1 && stretch[stretch.len() - 2] == b' ');
    alone && reading.tokens[first].len() >= 4 && reading.tokens.get(first + 1).is_none_or(|t| !t.is(b'-') || t.spaced)
}

/// Returns whether a street follows a house number: `1907 Alder Way`, `88 Larkspur Ct`.
fn street_after(reading: &TokenizedText<'_>, last: usize) -> bool {
    for ahead in 1..=4 {
        let Some(token) = reading.token(last + ahead) else { return false };
        let abbreviated = token.is(b'.') && !token.spaced;
        if !token.is_text() && !abbreviated {
            return false;
        }
        if ahead >= 2 && token.does(WordClass::STREET) && token.len() >= 2 {
            return true;
        }
        let capital = reading.text[token.start as usize].is_ascii_uppercase();
        if token.does(WordClass::GLUE) && !capital {
            return false;
        }
    }
    false
}

/// Returns whether the name of a place precedes a ZIP code: `OH 45402`, `FL 33012-1234`, `Miami 33134`.
fn zip_after_state(reading: &TokenizedText<'_>, number: &Number) -> bool {
    let first = &reading.tokens[number.first];
    let five = first.len() == 5 && (number.groups == 1 || number.groups == 2 && number.digits == 9);
    let Some(before) = number.first.checked_sub(1).map(|i| &reading.tokens[i]).filter(|_| five) else { return false };
    let text = reading.bytes(before);
    let state = before.kind == Kind::Word && text.len() == 2 && STATES.iter().any(|s| s.as_bytes() == text);
    let comma_before = number.first >= 2 && reading.tokens[number.first - 2].is(b',');
    let city = before.kind == Kind::Word
        && before.word == 0
        && text.len() >= 4
        && text[0].is_ascii_uppercase()
        && comma_before;
    let capital = before.kind == Kind::Word && text[0].is_ascii_uppercase();
    let name = capital && STATE_NAMES.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(text));
    state || city || name
}

/// The last words of state names.
const STATE_NAMES: [&str; 45] = [
    "Alabama",
    "Alaska",
    "Arizona",
    "Arkansas",
    "California",
    "Carolina",
    "Colorado",
    "Columbia",
    "Connecticut",
    "Dakota",
    "Delaware",
    "Florida",
    "Georgia",
    "Hampshire",
    "Hawaii",
    "Idaho",
    "Illinois",
    "Indiana",
    "Iowa",
    "Island",
    "Jersey",
    "Kansas",
    "Kentucky",
    "Louisiana",
    "Maine",
    "Maryland",
    "Massachusetts",
    "Michigan",
    "Minnesota",
    "Mississippi",
    "Missouri",
    "Montana",
    "Nebraska",
    "Nevada",
    "Ohio",
    "Oklahoma",
    "Oregon",
    "Pennsylvania",
    "Rico",
    "Tennessee",
    "Texas",
    "Utah",
    "Vermont",
    "Virginia",
    "Wisconsin",
];

/// The postal abbreviations of the states of the United States (USPS Publication 28, appendix B), which precede a ZIP
/// code.
const STATES: [&str; 52] = [
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA",
    "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR",
    "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
];

/// Returns whether letters that are not a cue touch the number: `aabbf182185003785073`.
pub(crate) fn is_glued(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    let names = WordClass::EXPIRY.union(WordClass::UNIT);
    let touches = |word: usize, right: usize| {
        let (Some(word), Some(right)) = (reading.token(word), reading.token(right)) else { return false };
        word.is_text() && !right.spaced && word.cue == 0 && !word.does(names)
    };
    first > 0 && touches(first - 1, first) || touches(last + 1, last + 1)
}

/// Returns whether letters are joined to the left of the number: `CAS-22918374`, `R20250114-88301`, `WB_20718`.
fn attached(reading: &TokenizedText<'_>, first: usize) -> bool {
    let tokens = &reading.tokens;
    let mut at = first;
    // Walk back over groups of digits and marks without spaces, with a bound.
    for _ in 0..8 {
        let Some(before) = at.checked_sub(1) else { return false };
        if tokens[at].spaced {
            return false;
        }
        match tokens[before].kind {
            Kind::Mark(b'-' | b'_' | b'/' | b'.' | b'#') | Kind::Digits => at = before,
            Kind::Word | Kind::Mixed => {
                return at < first && tokens[before].cue == 0 || tokens[before].kind == Kind::Mixed;
            }
            _ => return false,
        }
    }
    false
}

/// The digits of several groups.
#[derive(Clone, Copy)]
pub(crate) struct Digits {
    digits: [u8; Self::MAX],
    len: usize,
}

impl Default for Digits {
    fn default() -> Self {
        Self { digits: [0; Self::MAX], len: 0 }
    }
}

impl Digits {
    /// The maximum number of digits of a number that is examined digit by digit.
    pub(crate) const MAX: usize = 40;

    /// Returns the digits of the tokens `first..=last`, or `None` if there are too many.
    pub(crate) fn of(reading: &TokenizedText<'_>, first: usize, last: usize) -> Option<Self> {
        let mut digits = Self::default();
        for token in reading.tokens[first..=last].iter().filter(|t| t.kind == Kind::Digits) {
            digits.push(reading.bytes(token))?;
        }
        Some(digits)
    }

    pub(crate) fn push(&mut self, text: &[u8]) -> Option<()> {
        let room = self.digits.get_mut(self.len..self.len + text.len())?;
        for (digit, byte) in room.iter_mut().zip(text) {
            *digit = byte - b'0';
        }
        self.len += text.len();
        Some(())
    }

    pub(crate) fn get(&self) -> &[u8] {
        &self.digits[..self.len]
    }
}
