//! Lines that were written by a system and not by a person.

use std::collections::HashMap;

use lastfour::chat::is_prose;
use lastfour::{Role, Span};

use super::header::{self, Stamp};
use super::roles::role_in_name;

/// Log levels.
const LEVELS: &[&str] = &[
    "TRACE",
    "DEBUG",
    "INFO",
    "NOTICE",
    "WARN",
    "WARNING",
    "ERROR",
    "CRITICAL",
    "FATAL",
    "SEVERE",
    "LOG",
    "STATEMENT",
];

/// The methods of HTTP requests.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The number of bytes of a line that are examined to decide whether a system has written it.
const LOOKED_AT: usize = 160;

/// Returns whether the value of a field is a log level.
pub(super) fn is_level(value: &[u8]) -> bool {
    LEVELS.iter().any(|level| value.eq_ignore_ascii_case(level.as_bytes()))
}

/// Returns whether a line was written by a system: it has a log level, a process id or an HTTP request, and names no
/// speaker.
pub(super) fn is_system(line: &[u8]) -> bool {
    let start = start(line);
    let is_mark = |token: &[u8]| {
        // "sshd[4711]:", "su(pam_unix)[4711]:", "kernel:"
        let is_process = token.ends_with(b"]:")
            && memchr::memrchr(b'[', token).is_some_and(|open| {
                open > 0 && token[open + 1..token.len() - 2].iter().all(u8::is_ascii_digit) && open + 3 < token.len()
            });
        // "thread/INFO]:", "production.ERROR:"
        let last = inner(token).rsplit(|b| b"/.".contains(b)).next().unwrap_or_default();
        is_process || LEVELS.iter().any(|level| last == level.as_bytes()) || token == b"kernel:"
    };
    let is_http = memchr::memmem::find(start, b" HTTP/").is_some() || is_request(start);
    let is_marked = is_http || is_klog(start) || tokens(start).any(is_mark);
    is_marked && !talks(line)
}

/// Returns whether a line has a method with a path, or how long an answer took: `Started POST "/messages"`, `Completed 200 OK
/// in 12ms`.
fn is_request(line: &[u8]) -> bool {
    let is_time = |token: &[u8]| {
        token.strip_suffix(b"ms").is_some_and(|n| !n.is_empty() && n.iter().all(|b| b.is_ascii_digit() || *b == b'.'))
    };
    tokens(line).zip(tokens(line).skip(1)).any(|(one, two)| {
        METHODS.iter().any(|method| one == method.as_bytes()) && matches!(two, [b'/', ..] | [b'"', b'/', ..])
            || one == b"in" && is_time(two)
    })
}

/// Returns whether a line names the role of a speaker.
pub(super) fn talks(line: &[u8]) -> bool {
    spoken(line).is_some()
}

/// Returns the role of the speaker that a line names, and where the words begin: "chat - Agent: hello", "customer says:
/// hello".
pub(super) fn spoken(line: &[u8]) -> Option<(Span, usize)> {
    let is_role = |token: &[u8]| {
        std::str::from_utf8(inner(token)).is_ok_and(|word| Role::from_name(word).is_some() && !is_nobody(word))
    };
    let place = |token: &[u8]| {
        let from = token.as_ptr() as usize - line.as_ptr() as usize;
        Span::new(from, from + token.len())
    };
    let mut before: &[u8] = b"";
    for token in tokens(start(line)) {
        let before = std::mem::replace(&mut before, token);
        let says = || SAYS.iter().any(|verb| inner(token).eq_ignore_ascii_case(verb.as_bytes()));
        if token.ends_with(b":") && (is_role(token) || is_role(before) && says()) {
            let role = if is_role(token) { token } else { before };
            return Some((place(inner(role)), place(token).end));
        }
    }
    None
}

/// Verbs between a speaker and a colon.
const SAYS: &[&str] = &[
    "says", "said", "writes", "wrote", "asks", "asked", "answers", "answered", "replies", "replied", "sent", "typed",
    "dice", "dijo", "escribe", "pregunta", "responde", "diz", "disse", "escreve", "pergunta",
];

/// Returns the part of a line that is examined.
fn start(line: &[u8]) -> &[u8] {
    &line[..line.len().min(LOOKED_AT)]
}

fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|token| !token.is_empty())
}

/// Returns a token without the punctuation around it.
fn inner(token: &[u8]) -> &[u8] {
    let from = token.iter().take_while(|b| b.is_ascii_punctuation()).count();
    let to = token.len() - token[from..].iter().rev().take_while(|b| b.is_ascii_punctuation()).count();
    &token[from..to]
}

fn is_nobody(name: &str) -> bool {
    NOBODY.iter().any(|other| name.eq_ignore_ascii_case(other))
}

/// Names of roles that are also words of systems.
const NOBODY: &[&str] = &["user", "system", "service", "tool", "model", "client", "admin", "operator"];

/// Returns whether a line begins like those of Kubernetes: `I0501 10:00:00.000001`.
fn is_klog(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'I' | b'W' | b'E' | b'F'))
        && line.len() > 8
        && line[1..5].iter().all(u8::is_ascii_digit)
        && line[5] == b' '
        && line[6..8].iter().all(u8::is_ascii_digit)
}

/// The minimum number of lines from which the log of a system is recognized.
const FEWEST_LINES: usize = 8;

/// The minimum number of lines that are recognized as those of a system by their repetition alone.
const FEWEST_REPEATED: usize = 50;

/// The maximum number of lines that are examined, and of words in each.
const MOST_LINES: usize = 400;
const MOST_WORDS: usize = 24;

/// The number of words at the start of a message that are its template.
const TEMPLATE: usize = 3;

/// Returns whether `sample`, the start of a text, is a log in which nobody talks.
///
/// In such a log many lines contain tokens that only programs write, such as paths or `key=value`, and nearly all others
/// begin like another line. If few do, nearly all lines begin with a time. Many lines that begin alike are enough. At most
/// one line has the name of a role, and few are by people who have several lines, or contain a sentence in quotes. In
/// doubt it is a chat, because the lines of a log are judged one by one, without questions and answers.
pub(super) fn is_log(sample: &[u8]) -> bool {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut templates: HashMap<Vec<u8>, usize> = HashMap::new();
    for line in sample.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end) {
        // An indented line continues the one before it.
        if line.first().is_none_or(u8::is_ascii_whitespace) {
            continue;
        }
        let line = Line::read(line);
        if line.is_bare {
            // A number alone is the answer to a question.
            return false;
        }
        *templates.entry(line.template()).or_default() += 1;
        lines.push(line);
        if lines.len() >= MOST_LINES {
            break;
        }
    }
    let count = |holds: &dyn Fn(&Line<'_>) -> bool| lines.iter().filter(|line| holds(line)).count();
    let all = lines.len();
    let timed = count(&|line| line.is_timed);
    let technical = count(&|line| line.is_technical);
    let regular = count(&|line| line.is_technical || templates.get(&line.template()).is_some_and(|count| *count > 1));
    let is_timed = timed * 10 >= all * 8;
    // People repeat themselves less than programs, and they ask questions.
    let repeats = all >= FEWEST_REPEATED && templates.len() * 10 <= all && lines.iter().all(|line| !line.asks);
    let is_of_programs = technical * 10 >= all * 9 || is_timed && (technical * 5 >= all * 2 || repeats);
    all >= FEWEST_LINES && is_of_programs && regular * 10 >= all * 9 && !is_talk(&lines)
}

/// Returns whether people talk in these lines.
fn is_talk(lines: &[Line<'_>]) -> bool {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut roles = 0;
    for line in lines {
        roles += usize::from(line.names_role);
        let Some(name) = line.speaker else { continue };
        roles += usize::from(is_role(name));
        if !line.is_technical && is_plain(name) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let quotes = lines.iter().filter(|line| line.quotes).count();
    let people = counts.values().filter(|count| **count > 1);
    roles > 1 || quotes * 4 >= lines.len() || people.clone().count() > 1 && people.sum::<usize>() * 4 >= lines.len()
}

/// Returns whether a name is the role of a person.
fn is_role(name: &str) -> bool {
    !is_nobody(name) && role_in_name(name).is_some()
}

/// Returns whether a name may be that of a person: words of letters.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '\'' | '-' | '.'))
}

/// The properties of a line that show whether a system has written it.
struct Line<'a> {
    /// The text after the time.
    text: &'a [u8],
    speaker: Option<&'a str>,
    is_timed: bool,
    /// Whether it contains a token that only programs write.
    is_technical: bool,
    /// Whether it contains no word except for the time and the speaker.
    is_bare: bool,
    /// Whether a cell of it, between tabs, or the value of a pair is the name of a role: `role=customer`.
    names_role: bool,
    /// Whether it ends like a question.
    asks: bool,
    /// Whether it contains a sentence as the value of a name, `body="how are you?"`, or a text in quotes with a direction.
    quotes: bool,
}

impl<'a> Line<'a> {
    fn read(line: &'a [u8]) -> Self {
        let head = header::parse(line);
        let speaker = head.and_then(|head| head.speaker).map(|(span, _)| span);
        let words = head.map_or(line, |head| line.get(head.text..).unwrap_or_default());
        let is_stamped = head.is_some_and(|head| head.stamp != Stamp::None);
        let text = match speaker {
            Some(span) if is_stamped => &line[span.start..],
            _ if is_stamped => words,
            _ => line,
        };
        let is_technical = is_system(line)
            || tokens(text).next().is_some_and(is_tag)
            || tokens(text).take(MOST_WORDS).any(is_technical);
        Self {
            text,
            speaker: speaker.and_then(|span| std::str::from_utf8(&line[span.range()]).ok()),
            is_timed: is_stamped || begins_with_number(line) || has_clock(line),
            is_technical,
            names_role: names_role(line),
            asks: line.ends_with(b"?"),
            quotes: quotes_prose(text)
                || line.ends_with(b"\"") && header::direction(line, Span::new(0, line.len())).is_some(),
            is_bare: !words.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80),
        }
    }

    /// Returns the letters of the first words.
    fn template(&self) -> Vec<u8> {
        let words = self.text.split(|b| !b.is_ascii_alphabetic() && *b < 0x80).filter(|word| !word.is_empty());
        words.take(TEMPLATE).collect::<Vec<_>>().join(&b' ')
    }
}

/// Returns whether the value of a pair is a sentence in quotes.
fn quotes_prose(text: &[u8]) -> bool {
    let value = |at: usize| text[at + 2..].split(|b| *b == b'"').next().unwrap_or_default();
    memchr::memmem::find_iter(text, b"=\"").take(MOST_WORDS).any(|at| is_prose(value(at), 3))
}

/// Returns whether a cell between tabs, or the value of a pair, is the name of a role.
fn names_role(line: &[u8]) -> bool {
    let is_role = |name: &[u8]| std::str::from_utf8(name).is_ok_and(is_role);
    let value = |token: &[u8]| memchr::memchr(b'=', token).is_some_and(|at| is_role(inner(&token[at + 1..])));
    line.contains(&b'\t') && line.split(|b| *b == b'\t').any(is_role) || tokens(line).take(MOST_WORDS).any(value)
}

/// Returns whether a line begins with a time without separators, or with a number of seconds.
fn begins_with_number(line: &[u8]) -> bool {
    let start = line.iter().take_while(|b| b"<[(- ".contains(b)).count();
    let digits = |at: usize| line[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(start);
    whole >= 6 || whole > 0 && line.get(start + whole) == Some(&b'.') && digits(start + whole + 1) >= 3
}

/// The number of bytes at the start of a line in which a time is searched.
const LONGEST_TIME: usize = 40;

/// Returns whether a time of day with seconds is near the start of a line.
fn has_clock(line: &[u8]) -> bool {
    let is_clock = |eight: &[u8]| {
        eight.iter().enumerate().all(|(at, b)| if at % 3 == 2 { *b == b':' } else { b.is_ascii_digit() })
    };
    line[..line.len().min(LONGEST_TIME)].windows(8).any(is_clock)
}

/// Returns whether a token is a log level, with or without brackets.
fn is_tag(token: &[u8]) -> bool {
    is_level(inner(token))
}

/// Returns whether only programs write such a token.
fn is_technical(token: &[u8]) -> bool {
    let word = inner(token);
    let is_letter = |b: &u8| b.is_ascii_alphabetic();
    let has = |text: &[u8]| memchr::memmem::find(word, text).is_some();
    if word.len() < 5 || has(b"://") || word.contains(&b'@') && !word.contains(&b'$') {
        // A link or an address may be in any message.
        return false;
    }
    // "key=value", "a::b"
    let is_pair = memchr::memchr(b'=', word).is_some_and(|at| at > 0 && is_letter(&word[0])) || has(b"::");
    // "sshd[4711]", "dalvikvm(25621)"
    let is_process =
        memchr::memchr2(b'[', b'(', word).is_some_and(|at| at > 0 && word[at + 1..].iter().any(u8::is_ascii_digit));
    // "/var/log/messages", "C:\Windows"
    let is_path = word.iter().filter(|b| matches!(b, b'/' | b'\\')).count() >= 2
        && word.iter().filter(|b| is_letter(b)).count() >= 5;
    // "Step_LSC|30002312|flush"
    let has_bars = word.iter().filter(|b| **b == b'|').count() >= 2;
    // "org.apache.hadoop", "executor.Executor", "10.0.0.1:50010"
    let parts = || word.split(|b| b".$".contains(b));
    let count = parts().count();
    let long = |part: &[u8]| part.len() > 1 || count > 3 && part.iter().all(u8::is_ascii_digit);
    let is_dotted = count >= 3
        && parts().all(|part| long(part) && part.iter().all(|b| b.is_ascii_alphanumeric() || b"_-:".contains(b)));
    let humps = word.windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    // "NameSystem.addStoredBlock", "printFreezingDisplay"
    let is_camel = humps >= 2 || humps == 1 && (word.len() >= 12 || count == 2);
    let is_snake = word
        .windows(3)
        .any(|three| three[1] == b'_' && three[0].is_ascii_alphanumeric() && three[2].is_ascii_alphanumeric());
    // "0x7fed806eb5d", "c7dab7747f"
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    let is_hex = word.len() >= 8
        && digits >= 2
        && digits < word.len()
        && word.iter().all(|b| b.is_ascii_hexdigit() || b"-x".contains(b))
        && word.iter().any(is_letter);
    is_pair || is_process || is_path || has_bars || is_dotted || is_camel || is_snake || is_hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_programs_are_distinguished_from_words() {
        for token in [
            "uid=1000",
            "sshd[4711]:",
            "/var/log/messages",
            "C:\\Windows\\servicing",
            "org.apache.hadoop",
            "(10.0.0.1:50010)",
            "dfs.DataNode$PacketResponder:",
            "printFreezingDisplay",
            "blk_3811",
            "0x7fed806eb5d",
            "std::io",
        ] {
            assert!(is_technical(token.as_bytes()), "{token}");
        }
        for token in [
            "hello",
            "WhatsApp",
            "MasterCard",
            "86.20",
            "4821",
            "a.m.",
            "jane@mail.example",
            "https://a.example/b/c",
            "10:32",
            "and/or",
            "well-known",
            "it's",
            "2024-05-01",
        ] {
            assert!(!is_technical(token.as_bytes()), "{token}");
        }
    }
}
