//! What stands before the words on a line: a time, a speaker, or both.
//!
//! A header is never scanned, so that what passes for one must be beyond doubt: a time has to be a time with every
//! number in its range, a name must be short, hold few digits and not be a label such as `Card number:`.

use crate::transcript::speaker::role_in_name;
use lastfour::Span;

/// How a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The time before the words.
    pub(super) stamp: Stamp,
    /// Where the name stands in the line, and how sure it is one.
    pub(super) speaker: Option<(Span, Name)>,
    /// Where the words begin in the line.
    pub(super) text: usize,
}

/// How much of a time stands before the words, the surer the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stamp {
    None,
    /// A time of day without brackets, which could as well begin a sentence.
    Bare,
    /// A time in brackets, or a date with a time.
    Full,
}

/// How sure it is that a name is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// A few words and a colon.
    Possible,
    /// Each word of it is capitalised.
    Likely,
    /// It says a role, or stands in angle brackets.
    Sure,
}

/// The longest name, in bytes.
const LONGEST_NAME: usize = 64;

/// Words which label a value and are no speaker: `Card number: 3782...` is something said.
const LABELS: &[&str] = &[
    "account",
    "acct",
    "address",
    "amount",
    "apellido",
    "asunto",
    "attachment",
    "balance",
    "birth",
    "birthday",
    "card",
    "case",
    "cc",
    "cid",
    "city",
    "clabe",
    "clave",
    "code",
    "codigo",
    "código",
    "company",
    "contraseña",
    "contrasena",
    "correo",
    "csc",
    "cuenta",
    "cvc",
    "cvv",
    "cvv2",
    "date",
    "dia",
    "día",
    "digits",
    "direccion",
    "dirección",
    "dob",
    "email",
    "error",
    "exp",
    "expiration",
    "expires",
    "expiry",
    "fecha",
    "fyi",
    "http",
    "https",
    "iban",
    "id",
    "info",
    "is",
    "es",
    "login",
    "mail",
    "mmn",
    "monto",
    "name",
    "nip",
    "nombre",
    "note",
    "nota",
    "number",
    "numero",
    "número",
    "order",
    "otp",
    "passcode",
    "passphrase",
    "passport",
    "password",
    "pasaporte",
    "pedido",
    "phone",
    "pin",
    "postal",
    "pwd",
    "ref",
    "reference",
    "referencia",
    "routing",
    "security",
    "seguridad",
    "ssn",
    "saldo",
    "subject",
    "tarjeta",
    "tel",
    "telefono",
    "teléfono",
    "ticket",
    "time",
    "hora",
    "todo",
    "token",
    "total",
    "tracking",
    "update",
    "url",
    "username",
    "usuario",
    "vence",
    "vencimiento",
    "verification",
    "warning",
    "ps",
    "zip",
    "cp",
    "itin",
    "curp",
    "rfc",
    "nif",
    "dni",
    "last",
    "first",
    "number's",
    "pass",
    "passwd",
    "pw",
    "wifi",
    "wi",
    "key",
    "llave",
    "secret",
    "number:",
    "digitos",
    "dígitos",
    "codes",
    "numbers",
    "cards",
    "details",
    "datos",
    "summary",
    "re",
    "fwd",
    "cvn",
];

/// Words which make a name a description: `PIN for the agent:`.
const JOINTS: &[&str] =
    &["for", "of", "de", "del", "para", "the", "la", "el", "my", "mi", "your", "su", "tu", "and", "y"];

/// What stands before the words of `line`, where anything does.
pub(super) fn parse(line: &[u8]) -> Option<Head> {
    let mut cursor = Cursor { bytes: line, at: 0 };
    cursor.blanks();
    let stamp = stamp(&mut cursor);
    if stamp != Stamp::None {
        cursor.blanks();
        if cursor.any(b"-|>") || cursor.word("–") || cursor.word("—") {
            cursor.blanks();
        }
    }
    let speaker = speaker(line, cursor.at);
    match speaker {
        Some((span, name, text, stamp_after)) => {
            let stamp = if stamp_after { Stamp::Full } else { stamp };
            Some(Head { stamp, speaker: Some((span, name)), text })
        }
        None if stamp != Stamp::None => Some(Head { stamp, speaker: None, text: cursor.at }),
        None => None,
    }
}

/// The speaker at `start`: where the name stands, how sure it is, where the words begin, whether a time follows the name.
fn speaker(line: &[u8], start: usize) -> Option<(Span, Name, usize, bool)> {
    let rest = &line[start..line.len().min(start + LONGEST_NAME + 24)];
    let blank_len = |at: usize| line[at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    if rest.first() == Some(&b'<') {
        let close = memchr::memchr(b'>', rest)?;
        let text = start + close + 1;
        let name = std::str::from_utf8(&rest[1..close]).ok()?;
        return (line.get(text) == Some(&b' ') && is_name(name, true) && !is_label(name))
            .then(|| (Span::new(start + 1, start + close), Name::Sure, text + blank_len(text), false));
    }
    let colon = memchr::memchr_iter(b':', rest).find(|at| rest.get(at + 1).is_none_or(u8::is_ascii_whitespace));
    let colon = match colon {
        Some(colon) => colon,
        // "Agent:hello", where the name is beyond doubt.
        None => memchr::memchr(b':', rest).filter(|at| {
            let name = std::str::from_utf8(&rest[..*at]).unwrap_or_default();
            lastfour::Role::from_name(name).is_some()
        })?,
    };
    let whole = std::str::from_utf8(&rest[..colon]).ok()?;
    let mut name = whole.trim_end();
    let mut stamped = false;
    if let Some(open) = name.rfind(['(', '[']) {
        let mut cursor = Cursor { bytes: name.as_bytes(), at: open };
        if stamp(&mut cursor) == Stamp::Full && cursor.at == name.len() {
            name = name[..open].trim_end();
            stamped = true;
        }
    }
    if name.len() > LONGEST_NAME || !is_name(name, start > 0 || stamped) || is_label(name) {
        return None;
    }
    let sure = if role_in_name(name).is_some() {
        Name::Sure
    } else if name.split_whitespace().all(|word| word.chars().next().is_some_and(|c| !c.is_lowercase())) {
        Name::Likely
    } else {
        Name::Possible
    };
    let text = start + colon + 1;
    Some((Span::new(start, start + name.len()), sure, text + blank_len(text), stamped))
}

/// Whether a text could be a name: a few words, few digits. `lenient` where a time says that a message begins here.
fn is_name(name: &str, lenient: bool) -> bool {
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    let words = name.split_whitespace().count();
    if lenient && name.starts_with('+') {
        // The telephone number of somebody who is in nobody's address book.
        return digits <= 13
            && name.chars().all(|c| c.is_numeric() || c.is_whitespace() || "+-().\u{202a}\u{202c}".contains(c));
    }
    let letters = name.chars().any(char::is_alphabetic);
    let starts = name.chars().next().is_some_and(|c| c.is_alphabetic() || lenient && !c.is_numeric());
    let plain = |c: char| c.is_alphanumeric() || " .'’-_()&/#@|~*".contains(c);
    letters && starts && digits <= 8 && words <= 5 && (lenient || name.chars().all(plain))
}

/// Whether a text names a value and not a speaker.
fn is_label(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    if lastfour::Role::from_name(name).is_some() || !words().any(|word| LABELS.contains(&word)) {
        return false;
    }
    // "Card Services", but not "PIN for the agent".
    let role_last = words().next_back().is_some_and(|word| role_in_name(word).is_some() && !LABELS.contains(&word));
    !role_last || words().any(|word| JOINTS.contains(&word))
}

/// Reads a line from left to right.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes blanks and the invisible marks that chat exports put before a line.
    fn blanks(&mut self) {
        loop {
            match self.rest() {
                [b' ' | b'\t', ..] => self.at += 1,
                [0xC2, 0xA0, ..] => self.at += 2,
                // U+200E, U+200F, U+202F, U+202A to U+202E
                [0xE2, 0x80, 0x8E | 0x8F | 0xAA..=0xAF, ..] => self.at += 3,
                _ => return,
            }
        }
    }

    fn any(&mut self, of: &[u8]) -> bool {
        let hit = self.peek().is_some_and(|b| of.contains(&b));
        self.at += usize::from(hit);
        hit
    }

    fn word(&mut self, word: &str) -> bool {
        let hit = self.rest().len() >= word.len() && self.rest()[..word.len()].eq_ignore_ascii_case(word.as_bytes());
        self.at += if hit { word.len() } else { 0 };
        hit
    }

    /// A number of at most `most` digits that ends there, with the count of its digits.
    fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > most {
            return None;
        }
        let value = self.rest()[..digits].iter().fold(0, |value, b| value * 10 + u32::from(b - b'0'));
        self.at += digits;
        Some((value, digits))
    }

    /// What `read` reads, or nothing at all.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.at;
        let result = read(self);
        if result.is_none() {
            self.at = before;
        }
        result
    }
}

/// A time in brackets or without.
fn stamp(cursor: &mut Cursor<'_>) -> Stamp {
    if matches!(cursor.peek(), Some(b'[' | b'(')) {
        let close: &[u8] = if cursor.peek() == Some(b'[') { b"]" } else { b")" };
        let bracketed = cursor.attempt(|cursor| {
            cursor.at += 1;
            cursor.blanks();
            moment(cursor)?;
            cursor.blanks();
            cursor.any(close).then_some(())
        });
        return if bracketed.is_some() { Stamp::Full } else { Stamp::None };
    }
    let bare = cursor.attempt(|cursor| {
        let has_date = moment(cursor)?;
        // Not "12:30pm-ish".
        matches!(cursor.peek(), None | Some(b' ' | b'\t' | b',' | b'\r' | b'\n')).then(|| {
            cursor.any(b",");
            has_date
        })
    });
    match bare {
        Some(true) => Stamp::Full,
        Some(false) => Stamp::Bare,
        None => Stamp::None,
    }
}

/// A time of day, with a date before or after it, or a date within brackets; whether there is a date.
fn moment(cursor: &mut Cursor<'_>) -> Option<bool> {
    if cursor.attempt(clock).is_some() {
        let date_too = cursor.attempt(|cursor| {
            cursor.any(b",");
            cursor.blanks();
            date(cursor)
        });
        return Some(date_too.is_some());
    }
    date(cursor)?;
    cursor.attempt(|cursor| {
        cursor.any(b",T");
        cursor.blanks();
        if cursor.word("at ") || cursor.word("a las ") {
            cursor.blanks();
        }
        clock(cursor)
    })?;
    Some(true)
}

/// `00:45`, `9:03:12.250 PM`, `23:59:59Z`, `10:00:00+02:00`.
fn clock(cursor: &mut Cursor<'_>) -> Option<()> {
    let two = |cursor: &mut Cursor<'_>, below: u32| cursor.number(2).filter(|(n, digits)| *digits == 2 && *n < below);
    cursor.number(2).filter(|(hours, _)| *hours < 24)?;
    cursor.any(b":").then_some(())?;
    two(cursor, 60)?;
    if cursor.any(b":") {
        two(cursor, 61)?;
        cursor.attempt(|cursor| {
            cursor.any(b".,").then_some(())?;
            cursor.number(9)
        });
    }
    cursor.attempt(|cursor| {
        cursor.blanks();
        ["a.m.", "p.m.", "a. m.", "p. m.", "am", "pm", "utc", "gmt", "hrs", "h"]
            .iter()
            .find(|word| cursor.word(word))
            .filter(|_| !cursor.peek().is_some_and(|b| b.is_ascii_alphanumeric()))
    });
    if !cursor.any(b"Zz") {
        cursor.attempt(|cursor| {
            cursor.any(b"+-").then_some(())?;
            two(cursor, 15)?;
            cursor.any(b":");
            two(cursor, 60)
        });
    }
    // Never the start of a longer number or word.
    (!cursor.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b':')).then_some(())
}

/// `06/03/2017`, `2017-03-06`, `6.3.17`, `Mar 6, 2017`, `6 mar 2017`, `Mon Mar  6`.
fn date(cursor: &mut Cursor<'_>) -> Option<()> {
    if cursor.attempt(numeric_date).is_some() {
        return Some(());
    }
    cursor.attempt(|cursor| name_of(cursor, DAYS).map(|()| (cursor.any(b","), cursor.blanks())));
    let day = |cursor: &mut Cursor<'_>| cursor.number(2).filter(|(n, _)| (1..=31).contains(n));
    let first = cursor.attempt(day).is_some();
    cursor.blanks();
    name_of(cursor, MONTHS)?;
    cursor.blanks();
    if !first {
        day(cursor)?;
    }
    cursor.attempt(|cursor| {
        cursor.any(b",");
        cursor.blanks();
        cursor.number(4).filter(|(year, digits)| *digits == 4 && (1970..2100).contains(year))
    });
    Some(())
}

fn numeric_date(cursor: &mut Cursor<'_>) -> Option<()> {
    let (a, a_digits) = cursor.number(4)?;
    let joint = cursor.peek().filter(|b| b"/.-".contains(b))?;
    cursor.at += 1;
    let (b, _) = cursor.number(2)?;
    (cursor.peek() == Some(joint)).then(|| cursor.at += 1)?;
    let (c, c_digits) = cursor.number(4)?;
    let year = |n: u32, digits: usize| digits == 2 || digits == 4 && (1970..2100).contains(&n);
    let day_month = |d: u32, m: u32| (1..=31).contains(&d) && (1..=12).contains(&m);
    let year_first = a_digits == 4 && year(a, 4) && c_digits <= 2 && day_month(c, b);
    let year_last = a_digits <= 2 && year(c, c_digits) && (day_month(a, b) || day_month(b, a));
    (year_first || year_last).then_some(())
}

const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "ene", "abr", "ago", "dic"];
const DAYS: &[&str] =
    &["mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mié", "mie", "jue", "vie", "sáb", "sab", "dom"];

/// A word of letters that begins with one of `names`.
fn name_of(cursor: &mut Cursor<'_>, names: &[&str]) -> Option<()> {
    let mut probe = Cursor { bytes: cursor.bytes, at: cursor.at };
    names.iter().find(|name| probe.word(name))?;
    let letters = probe.rest().iter().take_while(|b| b.is_ascii_alphabetic()).count();
    (letters <= 7).then(|| cursor.at = probe.at + letters)?;
    cursor.any(b".");
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (Stamp, Option<&str>, &str) {
        match parse(line.as_bytes()) {
            Some(head) => (head.stamp, head.speaker.map(|(span, _)| &line[span.range()]), &line[head.text..]),
            None => (Stamp::None, None, line),
        }
    }

    #[test]
    fn times_and_speakers_of_the_usual_exports_are_told_apart_from_the_words() {
        for (line, stamp, speaker) in [
            ("Agent: hello 1", Stamp::None, "Agent"),
            ("Jane D.: hello 1", Stamp::None, "Jane D."),
            ("[12:03] Jane: hello 1", Stamp::Full, "Jane"),
            ("(10:32:11 AM) Customer Care: hello 1", Stamp::Full, "Customer Care"),
            ("12:03 Jane: hello 1", Stamp::Bare, "Jane"),
            ("12:03:44 PM - Jane: hello 1", Stamp::Bare, "Jane"),
            ("[06/03/2017, 00:45:12] José Núñez: hello 1", Stamp::Full, "José Núñez"),
            ("\u{200e}[06/03/2017, 9:45:12\u{202f}PM] ~ Jane 🌸: hello 1", Stamp::Full, "~ Jane 🌸"),
            ("06/03/2017, 00:45 - +1 202 555 0143: hello 1", Stamp::Full, "+1 202 555 0143"),
            ("6.3.17, 0:45 - Jane: hello 1", Stamp::Full, "Jane"),
            ("[10:32 a. m., 3/6/2017] Jane: hello 1", Stamp::Full, "Jane"),
            ("2024-03-01T12:03:44.250Z agent_12: hello 1", Stamp::Full, "agent_12"),
            ("2024-03-01 12:03:44,250+02:00 | Visitor 88121: hello 1", Stamp::Full, "Visitor 88121"),
            ("Mar  3 12:03:55 Support: hello 1", Stamp::Full, "Support"),
            ("[Mon, Mar 3, 2024 at 12:03] Jane: hello 1", Stamp::Full, "Jane"),
            ("Maria (10:32 AM): hello 1", Stamp::Full, "Maria"),
            ("[12:03] <jane> hello 1", Stamp::Full, "jane"),
            ("Card Services: hello 1", Stamp::None, "Card Services"),
            ("Agente:hello 1", Stamp::None, "Agente"),
            ("Usuario: hello 1", Stamp::None, "Usuario"),
        ] {
            assert_eq!(read(line), (stamp, Some(speaker), "hello 1"), "{line}");
        }
    }

    #[test]
    fn what_could_be_said_is_no_header() {
        for line in [
            "Card number: 3782 822463 10005",
            "PIN: 1234",
            "my cvv is: 123",
            "Customer PIN: 1234",
            "PIN for the agent: 1234",
            "Contraseña: hunter2",
            "CID on the card: 1234",
            "https://example.com/a: b",
            "3782 822463 10005: is that right?",
            "Jane 123456789: hi",
            "[3782-822463-10005] hello",
            "[123-45-6789] hello",
            "(3782) 822463 10005: yes",
            "12-31-6789 hello",
            "[37:82:82:24] hello",
            "[99:99] hello",
            "25:10 hello",
            "12:345 hello",
            "this is a sentence of many words, and then: a colon",
            "",
            ":",
            " : ",
        ] {
            assert_eq!(parse(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_time_alone_is_a_header_without_a_speaker() {
        assert_eq!(read("[12:03] PIN: 1234"), (Stamp::Full, None, "PIN: 1234"));
        assert_eq!(read("12:03 my card is 3782"), (Stamp::Bare, None, "my card is 3782"));
        assert_eq!(read("2024-03-01 12:03 closed"), (Stamp::Full, None, "closed"));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic() {
        const ALPHABET: &[u8] = b"[](): 0123456789:/.-,TZamp\xe2\x80\x8e\xff<>Jan";
        for seed in 0u32..20_000 {
            let mut state = seed;
            let line: Vec<u8> = (0..24)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ALPHABET[(state >> 16) as usize % ALPHABET.len()]
                })
                .collect();
            if let Some(head) = parse(&line) {
                assert!(head.text <= line.len());
            }
        }
    }
}
