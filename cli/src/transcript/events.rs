//! Lines that a system has written, and not a person.

use std::collections::HashMap;

use lastfour::Role;

use super::header::{self, Stamp};
use super::roles::role_in_name;

/// Words for the level of an event.
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

/// How much of a line is looked at to tell whether a system has written it, in bytes.
const LOOKED_AT: usize = 160;

/// Whether the value of a field is the level of an event.
pub(super) fn is_level(value: &[u8]) -> bool {
    LEVELS.iter().any(|level| value.eq_ignore_ascii_case(level.as_bytes()))
}

/// Whether a line was written by a system and not by somebody: it has a level, the number of a process, or a request of HTTP,
/// and names nobody who talks.
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
    let is_marked = memchr::memmem::find(start, b" HTTP/").is_some() || is_klog(start) || tokens(start).any(is_mark);
    is_marked && !talks(line)
}

/// Whether a line names the role of somebody who talks, as in "chat - Agent: hello".
pub(super) fn talks(line: &[u8]) -> bool {
    tokens(start(line)).any(|token| {
        token.ends_with(b":")
            && std::str::from_utf8(inner(token)).is_ok_and(|word| Role::from_name(word).is_some() && !is_nobody(word))
    })
}

/// What is looked at of a line.
fn start(line: &[u8]) -> &[u8] {
    &line[..line.len().min(LOOKED_AT)]
}

fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|token| !token.is_empty())
}

/// A token without the marks around it.
fn inner(token: &[u8]) -> &[u8] {
    let from = token.iter().take_while(|b| b.is_ascii_punctuation()).count();
    let to = token.len() - token[from..].iter().rev().take_while(|b| b.is_ascii_punctuation()).count();
    &token[from..to]
}

fn is_nobody(name: &str) -> bool {
    NOBODY.iter().any(|other| name.eq_ignore_ascii_case(other))
}

/// Names of roles that are words of systems, too.
const NOBODY: &[&str] = &["user", "system", "service", "tool", "model", "client", "admin", "operator"];

/// Whether a line begins as those of Kubernetes do: `I0501 10:00:00.000001`.
fn is_klog(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'I' | b'W' | b'E' | b'F'))
        && line.len() > 8
        && line[1..5].iter().all(u8::is_ascii_digit)
        && line[5] == b' '
        && line[6..8].iter().all(u8::is_ascii_digit)
}

/// The fewest lines from which a log of a system is recognized.
const FEWEST_LINES: usize = 8;

/// The most lines that are looked at, and the most words of a line.
const MOST_LINES: usize = 400;
const MOST_WORDS: usize = 24;

/// The first words of a message that make its template.
const TEMPLATE: usize = 3;

/// Returns whether `sample`, the start of a text, is a log in which nobody talks. If in doubt it is not: then questions and
/// answers would be taken apart.
///
/// Nearly all lines begin with a time, most hold what only programs write, such as paths or `key=value`, and nearly all
/// others begin like another line. No two lines are by speakers whose names tell roles, and people with plain names have not
/// said a quarter of the lines.
pub(super) fn is_log(sample: &[u8]) -> bool {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut templates: HashMap<Vec<u8>, usize> = HashMap::new();
    for line in sample.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end) {
        // A line that is indented belongs to the one before it.
        if line.first().is_none_or(u8::is_ascii_whitespace) {
            continue;
        }
        let line = Line::read(line);
        if line.is_bare {
            // A number alone answers a question.
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
    let is_regular = timed * 10 >= all * 8 && technical * 2 >= all && regular * 10 >= all * 9;
    all >= FEWEST_LINES && is_regular && !is_talk(&lines)
}

/// Whether people talk in these lines.
fn is_talk(lines: &[Line<'_>]) -> bool {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut roles = 0;
    for line in lines {
        let Some(name) = line.speaker else { continue };
        roles += usize::from(is_role(name));
        if !line.is_technical && is_plain(name) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let people = counts.values().filter(|count| **count > 1);
    roles > 1 || people.clone().count() > 1 && people.sum::<usize>() * 4 >= lines.len()
}

/// Whether a name tells the role of a person.
fn is_role(name: &str) -> bool {
    !is_nobody(name) && role_in_name(name).is_some()
}

/// Whether a name may be that of a person: words of letters.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '\'' | '-' | '.'))
}

/// What tells whether a system has written a line.
struct Line<'a> {
    /// What follows the time.
    text: &'a [u8],
    speaker: Option<&'a str>,
    is_timed: bool,
    /// It holds what only programs write.
    is_technical: bool,
    /// It holds no word besides the time and the speaker.
    is_bare: bool,
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
            is_timed: is_stamped || begins_with_number(line),
            is_technical,
            is_bare: !words.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80),
        }
    }

    /// The letters of the first words.
    fn template(&self) -> Vec<u8> {
        let words = self.text.split(|b| !b.is_ascii_alphabetic() && *b < 0x80).filter(|word| !word.is_empty());
        words.take(TEMPLATE).collect::<Vec<_>>().join(&b' ')
    }
}

/// Whether a line begins with a time that is written without separators, or as a number of seconds.
fn begins_with_number(line: &[u8]) -> bool {
    let start = line.iter().take_while(|b| b"<[(- ".contains(b)).count();
    let digits = |at: usize| line[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(start);
    whole >= 6 || whole > 0 && line.get(start + whole) == Some(&b'.') && digits(start + whole + 1) >= 3
}

/// Whether a token is a level of an event in brackets, or one that stands first.
fn is_tag(token: &[u8]) -> bool {
    is_level(inner(token))
}

/// Whether only a program writes such a token.
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
    let is_dotted = parts().count() >= 3
        && parts().all(|part| part.len() > 1 && part.iter().all(|b| b.is_ascii_alphanumeric() || b"_-:".contains(b)));
    let humps = word.windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    // "NameSystem.addStoredBlock", "printFreezingDisplay"
    let is_camel = humps >= 2 || humps == 1 && (word.len() >= 12 || parts().count() == 2);
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
    fn what_only_programs_write_is_told_from_words() {
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
