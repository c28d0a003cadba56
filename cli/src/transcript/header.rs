//! The prefix of a message on a line: a time, a speaker, or both.
//!
//! A prefix is never scanned, so it must be recognized with certainty: every number of a time is in its range, and a
//! name is short, has few digits and is not a label such as `Card number:`.

use std::collections::HashSet;
use std::sync::LazyLock;

use lastfour::{Role, Span};

use super::roles::{lowered, role_in_name};
use super::stamp::{Cursor, Moment, elapsed, moment};
use super::values::is_direction;

/// The prefix of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) stamp: Stamp,
    /// The name in the line, and how certain it is.
    pub(super) speaker: Option<(Span, Name)>,
    /// The start of the words in the line.
    pub(super) text: usize,
    pub(super) moment: Option<Moment>,
}

/// How much of a time precedes the words, in ascending order of certainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stamp {
    None,
    /// A time of day without brackets, which could also begin a sentence.
    Bare,
    /// A time in brackets, or a date with a time.
    Full,
}

/// How certain it is that a text is a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// A few words and a colon.
    Possible,
    /// Each word of it is capitalised.
    Likely,
    /// It names a role, or is in angle brackets.
    Sure,
}

/// The maximum length of a name, in bytes.
const LONGEST_NAME: usize = 64;

/// The maximum length of the prefix before and after a name, in bytes.
const LONGEST_STAMP: usize = 48;

/// Words that label a value. A name with one of them is not a speaker: `Card number: 3782...` is part of a message.
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
    "cartao",
    "cartão",
    "cep",
    "cpf",
    "clave",
    "code",
    "codigo",
    "código",
    "company",
    "contraseña",
    "contrasena",
    "correo",
    "csc",
    "conta",
    "cuenta",
    "cvc",
    "cvv",
    "cvv2",
    "date",
    "dia",
    "día",
    "digits",
    "direccion",
    "endereco",
    "endereço",
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
    "nome",
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
    "protocolo",
    "phone",
    "pin",
    "postal",
    "pwd",
    "ref",
    "reference",
    "referencia",
    "routing",
    "security",
    "seguranca",
    "segurança",
    "seguridad",
    "senha",
    "ssn",
    "saldo",
    "subject",
    "tarjeta",
    "tel",
    "telefone",
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
    "usuário",
    "validade",
    "valor",
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
    "guild",
    "channel",
    "topic",
    "started",
    "ended",
    "duration",
    "origin",
    "from",
    "to",
    "bcc",
    "sent",
    "attached",
    "priority",
    "status",
    "queue",
    "tags",
    "rating",
    "messages",
];

/// Words that make a name a description: `PIN for the agent:`.
const JOINTS: &[&str] =
    &["for", "of", "de", "del", "para", "the", "la", "el", "my", "mi", "your", "su", "tu", "and", "y"];

/// Words for days before a time of day.
const RELATIVE_DAYS: &[&str] = &["today", "yesterday", "hoy", "ayer"];

/// Returns the prefix of a line, if it has one.
pub(super) fn parse(line: &[u8]) -> Option<Head> {
    let mut cursor = Cursor { bytes: line, at: 0 };
    cursor.blanks();
    let (stamp, moment) = stamp(&mut cursor);
    if stamp != Stamp::None {
        skip_joint(&mut cursor, stamp);
    }
    match speaker(line, cursor.at, stamp) {
        Some(Found { span, name, text, after }) => {
            let stamp = if after.is_some() { Stamp::Full } else { stamp };
            Some(Head { stamp, speaker: Some((span, name)), text, moment: after.or(moment) })
        }
        None if stamp != Stamp::None => Some(Head { stamp, speaker: None, text: cursor.at, moment }),
        None => None,
    }
}

/// Returns the prefix on a line that has only a name, possibly with a time. The words follow on the next line.
/// `stamped`: the previous line is a time.
pub(super) fn parse_alone(line: &[u8], stamped: bool) -> Option<Head> {
    if line.len() > LONGEST_NAME + 2 * LONGEST_STAMP {
        return None;
    }
    let mut cursor = Cursor { bytes: line, at: 0 };
    cursor.blanks();
    let (before, first) = stamp(&mut cursor);
    if before != Stamp::None {
        skip_joint(&mut cursor, before);
    }
    // Markdown headings: "### Agent".
    while cursor.any(b"#") {}
    cursor.blanks();
    cursor.any(b"*_");
    cursor.any(b"*_");
    let start = cursor.at;
    let line_end = line.trim_ascii_end().len();
    let rest = std::str::from_utf8(line.get(start..line_end)?).ok()?;
    let (name, after) = split_stamp(rest);
    let mark = |c: char| c.is_whitespace() || matches!(c, '*' | '_');
    let start = start + name.len() - name.trim_start_matches(mark).len();
    let name = name.trim_matches(mark);
    let has_stamp = before != Stamp::None || after.is_some();
    let likely = name_of(name, has_stamp || stamped)?;
    if name.split_whitespace().count() > 4 || name.starts_with(['(', '[']) || name.ends_with(['.', '!', '?', ',', ':'])
    {
        return None;
    }
    Some(Head {
        stamp: if has_stamp { Stamp::Full } else { Stamp::None },
        speaker: Some((Span::new(start, start + name.len()), likely)),
        text: line.len(),
        moment: after.or(first),
    })
}

/// Returns the time on a line that has nothing else.
pub(super) fn time_alone(line: &[u8]) -> Option<Moment> {
    let mut cursor = Cursor { bytes: line, at: 0 };
    cursor.blanks();
    let (_, moment) = stamp(&mut cursor);
    moment.filter(|_| line.get(cursor.at..).is_some_and(|rest| rest.trim_ascii().is_empty()))
}

/// Returns the start of the text of a log line, after its priority, its time and the separator that follows.
pub(super) fn after_stamp(line: &[u8]) -> usize {
    let mut cursor = Cursor { bytes: line, at: 0 };
    let stamp = log_stamp(&mut cursor);
    if stamp != Stamp::None {
        skip_joint(&mut cursor, stamp);
    }
    cursor.at
}

/// Returns the length of the priority and the time at the start of a log line, with the blanks that follow.
pub(super) fn stamp_len(line: &[u8]) -> usize {
    let mut cursor = Cursor { bytes: line, at: 0 };
    log_stamp(&mut cursor);
    cursor.blanks();
    cursor.at
}

/// Returns the direction of a message that a log line begins with, after its time: `RX`, `[IN]`, `outbound`, `->`.
pub(super) fn direction(line: &[u8], span: Span) -> Option<Span> {
    let mut at = span.start + stamp_len(&line[span.range()]);
    let first = at;
    for _ in 0..MOST_BEFORE {
        at += line[at..span.end].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let word = &line[at..span.end];
        let word = &word[..word.iter().take_while(|b| !b.is_ascii_whitespace()).count()];
        if word.is_empty() || word.iter().any(|b| matches!(b, b'=' | b'"' | b'{')) {
            return None;
        }
        let marks = |b: &&u8| b"[]():,".contains(b);
        let before = word.iter().take_while(marks).count();
        let name = &word[before..word.len() - word[before..].iter().rev().take_while(marks).count()];
        let is_arrow = !name.iter().any(u8::is_ascii_alphabetic);
        // An arrow between two addresses is not the direction of a message.
        if std::str::from_utf8(name).is_ok_and(is_direction) && (!is_arrow || at == first) {
            return Some(Span::new(at + before, at + before + name.len()));
        }
        at += word.len();
    }
    None
}

/// The maximum number of words before the direction.
const MOST_BEFORE: usize = 6;

fn log_stamp(cursor: &mut Cursor<'_>) -> Stamp {
    cursor.attempt(|cursor| {
        cursor.any(b"<").then_some(())?;
        cursor.number(3)?;
        cursor.any(b">").then_some(())?;
        cursor.number(1);
        Some(())
    });
    cursor.blanks();
    stamp(cursor).0
}

/// Skips the separator between a time and a name.
fn skip_joint(cursor: &mut Cursor<'_>, stamp: Stamp) {
    cursor.blanks();
    if cursor.any(b"-|>") || cursor.word("–") || cursor.word("—") || stamp == Stamp::Full && cursor.any(b":") {
        cursor.blanks();
    }
}

/// A speaker in a line.
struct Found {
    span: Span,
    name: Name,
    /// The start of the words.
    text: usize,
    /// The time after the name.
    after: Option<Moment>,
}

/// Returns the speaker at `start` of a line.
fn speaker(line: &[u8], start: usize, stamp: Stamp) -> Option<Found> {
    let rest = &line[start..line.len().min(start + LONGEST_NAME + LONGEST_STAMP)];
    let found = |inner: Span, name: Name, end: usize, after: Option<Moment>| {
        let blanks = line[start + end..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let span = Span::new(start + inner.start, start + inner.end);
        Some(Found { span, name, text: start + end + blanks, after })
    };
    match rest.first()? {
        b'<' => {
            let close = memchr::memchr(b'>', rest)?;
            let name = std::str::from_utf8(&rest[1..close]).ok()?;
            let sigil = usize::from(name.starts_with([' ', '@', '+', '%']));
            let is_name = rest.get(close + 1) == Some(&b' ') && is_name(name, true) && !is_label(name);
            return is_name.then(|| found(Span::new(1 + sigil, close), Name::Sure, close + 1, None)).flatten();
        }
        b'[' => {
            let close = memchr::memchr(b']', rest)?;
            let name = std::str::from_utf8(&rest[1..close]).ok()?;
            let colon = usize::from(rest.get(close + 1) == Some(&b':'));
            let end = close + 1 + colon;
            let ends = rest.get(end).is_none_or(u8::is_ascii_whitespace);
            // "[image omitted]" is not a speaker.
            let name_kind = name_of(name, false).filter(|kind| *kind > Name::Possible && ends)?;
            return found(Span::new(1, close), name_kind, end, None);
        }
        _ => {}
    }
    if let Some((inner, end)) = emphasized(rest) {
        let name = std::str::from_utf8(&rest[inner.range()]).ok()?;
        let (name, after) = split_stamp(name);
        let kind = name_of(name, stamp != Stamp::None || after.is_some())?;
        return found(Span::new(inner.start, inner.start + name.trim_end().len()), kind.max(Name::Likely), end, after);
    }
    if stamp != Stamp::None
        && let Some(tab) = memchr::memchr(b'\t', rest)
    {
        let name = std::str::from_utf8(&rest[..tab]).ok()?;
        let sigil = usize::from(name.starts_with(['@', '+', '%', '&', '~']));
        if let Some(kind) = name_of(&name[sigil..], true) {
            return found(Span::new(sigil, tab), kind.max(Name::Likely), tab + 1, None);
        }
    }
    // "2024-05-01 10:00 | Jane | hello"
    if stamp == Stamp::Full
        && let Some(bar) = memchr::memmem::find(rest, b" | ")
    {
        let name = std::str::from_utf8(&rest[..bar]).ok()?;
        if let Some(kind) = name_of(name.trim_end(), true) {
            return found(Span::new(0, name.trim_end().len()), kind.max(Name::Likely), bar + 3, None);
        }
    }
    let colon = memchr::memchr_iter(b':', rest).find(|at| rest.get(at + 1).is_none_or(u8::is_ascii_whitespace));
    let colon = match colon {
        Some(colon) => colon,
        // "Agent:hello", if the name is certain.
        None => memchr::memchr(b':', rest).filter(|at| {
            let name = std::str::from_utf8(&rest[..*at]).unwrap_or_default();
            Role::from_name(name).is_some()
        })?,
    };
    let whole = std::str::from_utf8(&rest[..colon]).ok()?;
    // "- Agent: hello" in a list.
    let bullet =
        ["- ", "* ", "• ", "· "].iter().find(|bullet| whole.starts_with(**bullet)).map_or(0, |bullet| bullet.len());
    let (name, after) = split_stamp(&whole[bullet..]);
    let stamped = stamp != Stamp::None || after.is_some();
    let (inner, name) = addressed(name, stamped);
    let name = name.trim_end();
    let kind = name_of(name, stamped || start > 0)?;
    if bullet > 0 && kind == Name::Possible {
        return None;
    }
    found(Span::new(bullet + inner, bullet + inner + name.len()), kind, colon + 1, after)
}

/// Returns the sender in "From Jane to Everyone", and its position.
fn addressed(name: &str, stamped: bool) -> (usize, &str) {
    let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if !stamped || !starts("from ") {
        return (0, name);
    }
    let inner = &name["from ".len()..];
    let blanks = inner.len() - inner.trim_start().len();
    let inner = inner.trim_start();
    let end = [" to ", " To ", "  to "].iter().filter_map(|word| inner.find(word)).min().unwrap_or(inner.len());
    ("from ".len() + blanks, &inner[..end])
}

/// Finds a name between marks of emphasis, with or without a colon: `**Agent:**`, `*Agent*:`. Returns the position of
/// the name and the start of the words.
fn emphasized(rest: &[u8]) -> Option<(Span, usize)> {
    let bullet = if matches!(rest, [b'-' | b'*' | b'+', b' ', ..]) { 2 } else { 0 };
    let mark = *rest.get(bullet).filter(|b| matches!(b, b'*' | b'_'))?;
    let run = rest[bullet..].iter().take_while(|b| **b == mark).count();
    let start = bullet + run;
    let len = memchr::memchr(mark, &rest[start..])?;
    let end = start + len;
    let closes = rest[end..].iter().take_while(|b| **b == mark).count() == run && run <= 3 && len > 0;
    let inner = rest[start..end].trim_ascii_end();
    let colon_within = inner.ends_with(b":");
    let after = end + run;
    let colon_after = rest.get(after) == Some(&b':');
    (closes && (colon_within || colon_after))
        .then(|| (Span::new(start, start + inner.len() - usize::from(colon_within)), after + usize::from(colon_after)))
}

/// Splits a time from the end of a name: `Maria (10:32 AM)`, `Maria   0:20`, `Maria, [01.05.24 10:32]`.
fn split_stamp(text: &str) -> (&str, Option<Moment>) {
    let bytes = text.as_bytes();
    // Every time has digits, of any script.
    if !bytes.iter().any(|b| b.is_ascii_digit() || !b.is_ascii()) {
        return (text, None);
    }
    let ends = |cursor: &Cursor<'_>| bytes[cursor.at.min(bytes.len())..].trim_ascii().is_empty();
    // Try each position at which a time may begin, in order.
    let starts = text.char_indices().filter(|(at, c)| {
        let blank_before = text[..*at].ends_with([' ', '\t', '\u{a0}', '\u{202f}', ',']);
        matches!(c, '(' | '[') || blank_before && (c.is_ascii_digit() || c.is_alphabetic())
    });
    for (at, c) in starts.take(24) {
        let mut cursor = Cursor { bytes, at };
        let moment = match c {
            '(' | '[' => match stamp(&mut cursor) {
                (Stamp::Full, moment) => moment,
                _ => None,
            },
            _ => {
                if RELATIVE_DAYS.iter().any(|day| cursor.word(day)) {
                    cursor.blanks();
                    let _ = cursor.word("at ") || cursor.word("a las ");
                }
                cursor.attempt(moment).or_else(|| cursor.attempt(minutes))
            }
        };
        if moment.is_some() && ends(&cursor) {
            let name = text[..at].trim_end_matches(|c: char| c.is_whitespace() || ",-–—|•·".contains(c));
            return (name, moment);
        }
    }
    (text, None)
}

/// Reads the minutes and seconds of a recording: `0:20`, `75:02`.
fn minutes(cursor: &mut Cursor<'_>) -> Option<Moment> {
    let (minutes, _) = cursor.number(3)?;
    cursor.any(b":").then_some(())?;
    let (seconds, digits) = cursor.number(2)?;
    (digits == 2 && seconds < 60).then_some(Moment { day: None, ms: (minutes * 60 + seconds) * 1000 })
}

/// Returns how certain it is that a text is the name of a speaker, or `None` if it is not one.
fn name_of(name: &str, lenient: bool) -> Option<Name> {
    if name.len() > LONGEST_NAME || !is_name(name, lenient) || is_label(name) {
        return None;
    }
    Some(if role_in_name(name).is_some() {
        Name::Sure
    } else if name.split_whitespace().all(|word| word.chars().next().is_some_and(|c| !c.is_lowercase())) {
        Name::Likely
    } else {
        Name::Possible
    })
}

/// Returns whether a text may be a name: a few words, few digits. `lenient`: a time shows that a message begins here.
fn is_name(name: &str, lenient: bool) -> bool {
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    let words = name.split_whitespace().count();
    let name = name.trim_matches(
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
    );
    if lenient && name.starts_with('+') {
        // The telephone number of somebody who is not in the address book.
        return digits <= 13
            && name.chars().all(|c| c.is_numeric() || c.is_whitespace() || "+-().\u{2011}\u{2010}".contains(c));
    }
    if name.chars().any(char::is_control) {
        return false;
    }
    let letters = name.chars().any(char::is_alphabetic);
    let starts = name.chars().next().is_some_and(|c| c.is_alphabetic() || lenient && !c.is_numeric());
    let plain = |c: char| c.is_alphanumeric() || " .'’-_()&/#@|~*".contains(c);
    letters && starts && digits <= 8 && words <= 5 && (lenient || name.chars().all(plain))
}

/// Returns whether a text labels a value instead of naming a speaker.
fn is_label(name: &str) -> bool {
    static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| LABELS.iter().copied().collect());
    lowered(name, |lower| {
        let words = || lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        if !words().any(|word| SET.contains(word)) || Role::from_name(name).is_some() {
            return false;
        }
        // "Card Services", but not "PIN for the agent".
        let role_last = words().next_back().is_some_and(|word| role_in_name(word).is_some() && !SET.contains(word));
        !role_last || words().any(|word| JOINTS.contains(&word))
    })
}

/// Reads a time with or without brackets.
fn stamp(cursor: &mut Cursor<'_>) -> (Stamp, Option<Moment>) {
    if matches!(cursor.peek(), Some(b'[' | b'(')) {
        let close: &[u8] = if cursor.peek() == Some(b'[') { b"]" } else { b")" };
        let bracketed = cursor.attempt(|cursor| {
            cursor.at += 1;
            cursor.blanks();
            let when = cursor.attempt(moment).or_else(|| cursor.attempt(minutes)).or_else(|| elapsed(cursor))?;
            cursor.blanks();
            cursor.any(close).then_some(when)
        });
        return if bracketed.is_some() { (Stamp::Full, bracketed) } else { (Stamp::None, None) };
    }
    let bare = cursor.attempt(|cursor| {
        let when = moment(cursor)?;
        // Not "12:30pm-ish".
        let ends = matches!(cursor.peek(), None | Some(b' ' | b'\t' | b',' | b'\r' | b'\n'))
            || cursor.rest().starts_with(&[0xC2, 0xA0])
            || cursor.rest().starts_with(&[0xE2, 0x80])
            || when.day.is_some() && matches!(cursor.peek(), Some(b':' | b'-'));
        ends.then(|| {
            cursor.any(b",");
            when
        })
    });
    match bare {
        Some(when) if when.day.is_some() => (Stamp::Full, bare),
        Some(_) => (Stamp::Bare, bare),
        None => (Stamp::None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::stamp::tests::lines_of;
    use super::*;

    fn read(line: &str) -> (Stamp, Option<&str>, &str) {
        match parse(line.as_bytes()) {
            Some(head) => (head.stamp, head.speaker.map(|(span, _)| &line[span.range()]), &line[head.text..]),
            None => (Stamp::None, None, line),
        }
    }

    #[test]
    fn times_and_speakers_of_the_usual_exports_are_separated_from_the_words() {
        for (line, stamp, speaker) in [
            ("Agent: hello 1", Stamp::None, "Agent"),
            ("Jane D.: hello 1", Stamp::None, "Jane D."),
            ("[Agent] hello 1", Stamp::None, "Agent"),
            ("[Maria Lopez]: hello 1", Stamp::None, "Maria Lopez"),
            ("**Agent:** hello 1", Stamp::None, "Agent"),
            ("**Maria Lopez**: hello 1", Stamp::None, "Maria Lopez"),
            ("*Agent*: hello 1", Stamp::None, "Agent"),
            ("- Agent: hello 1", Stamp::None, "Agent"),
            ("[12:03] Jane: hello 1", Stamp::Full, "Jane"),
            ("(10:32:11 AM) Customer Care: hello 1", Stamp::Full, "Customer Care"),
            ("( 1m 20s ) Daniel Kim: hello 1", Stamp::Full, "Daniel Kim"),
            ("12:03 Jane: hello 1", Stamp::Bare, "Jane"),
            ("12:03:44 PM - Jane: hello 1", Stamp::Bare, "Jane"),
            ("[06/03/2017, 00:45:12] José Núñez: hello 1", Stamp::Full, "José Núñez"),
            ("\u{200e}[06/03/2017, 9:45:12\u{202f}PM] ~ Jane 🌸: hello 1", Stamp::Full, "~ Jane 🌸"),
            ("06/03/2017, 00:45 - +1 202 555 0143: hello 1", Stamp::Full, "+1 202 555 0143"),
            ("6.3.17, 0:45 - Jane: hello 1", Stamp::Full, "Jane"),
            ("[10:32 a. m., 3/6/2017] Jane: hello 1", Stamp::Full, "Jane"),
            ("[3/6/18, 1:55:00\u{202f}p.\u{a0}m.] Jane: hello 1", Stamp::Full, "Jane"),
            ("3/6/18 1:55\u{202f}p.\u{202f}m. - Jane: hello 1", Stamp::Full, "Jane"),
            ("03-06-2018, 01.55 PM - Jane: hello 1", Stamp::Full, "Jane"),
            ("13.06.18 21.25.15: Jane: hello 1", Stamp::Full, "Jane"),
            ("13.6.2018 klo 21.25 - Jane: hello 1", Stamp::Full, "Jane"),
            ("13/06/2018 à 10:00 - Jane: hello 1", Stamp::Full, "Jane"),
            ("13. 6. 2018. 21:25 - Jane: hello 1", Stamp::Full, "Jane"),
            ("2024-03-01T12:03:44.250Z agent_12: hello 1", Stamp::Full, "agent_12"),
            ("2024-03-01 12:03:44,250+02:00 | Visitor 88121: hello 1", Stamp::Full, "Visitor 88121"),
            ("2024-03-01 12:03:44\tjane\thello 1", Stamp::Full, "jane"),
            ("Mar  3 12:03:55 Support: hello 1", Stamp::Full, "Support"),
            ("[Mon, Mar 3, 2024 at 12:03] Jane: hello 1", Stamp::Full, "Jane"),
            ("Maria (10:32 AM): hello 1", Stamp::Full, "Maria"),
            ("Speaker 1 (00:03): hello 1", Stamp::Full, "Speaker 1"),
            ("[12:03] <jane> hello 1", Stamp::Full, "jane"),
            ("10:00 <@jane> hello 1", Stamp::Bare, "jane"),
            ("10:00:00\t From Jane Doe to Everyone: hello 1", Stamp::Bare, "Jane Doe"),
            ("Card Services: hello 1", Stamp::None, "Card Services"),
            ("Agente:hello 1", Stamp::None, "Agente"),
            ("Usuario: hello 1", Stamp::None, "Usuario"),
        ] {
            assert_eq!(read(line), (stamp, Some(speaker), "hello 1"), "{line}");
        }
    }

    #[test]
    fn a_line_with_only_a_name_begins_a_message() {
        for (line, name) in [
            ("Agent", "Agent"),
            ("Daniel Kim   0:00", "Daniel Kim"),
            ("Maria Lopez  10:00 AM", "Maria Lopez"),
            ("[05/01/2024 10:00 AM] daniel_k", "daniel_k"),
            ("Maria Lopez, [01.05.24 10:00]", "Maria Lopez"),
            ("maria_nw — Today at 10:00 AM", "maria_nw"),
            ("Speaker 2  1:02:03", "Speaker 2"),
            ("### Agent", "Agent"),
            ("**Agent**", "Agent"),
        ] {
            let head = parse_alone(line.as_bytes(), false).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(&line[head.speaker.unwrap().0.range()], name, "{line}");
        }
        for line in [
            "hello, is anybody there?",
            "4821",
            "my card is 3782 822463 10005",
            "PIN",
            "Thank you so much for that",
            "",
        ] {
            assert!(parse_alone(line.as_bytes(), false).is_none(), "{line}");
        }
    }

    #[test]
    fn text_that_could_be_said_is_not_a_header() {
        for line in [
            "Card number: 3782 822463 10005",
            "PIN: 1234",
            "my cvv is: 123",
            "Customer PIN: 1234",
            "PIN for the agent: 1234",
            "Contraseña: hunter2",
            "CID on the card: 1234",
            "**CVV:** 123",
            "[image omitted] 1234",
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
    fn reading_any_bytes_does_not_panic() {
        for line in lines_of(b"[](): 0123456789:/.-,TZamp\xe2\x80\x8e\xff<>Jan*_\t") {
            for head in [parse(&line), parse_alone(&line, false)].into_iter().flatten() {
                assert!(head.text <= line.len());
                if let Some((span, _)) = head.speaker {
                    assert!(span.start <= span.end && span.end <= line.len());
                }
            }
        }
    }
}
