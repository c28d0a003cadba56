//! Passwords in machine-readable forms: addresses, options of commands, Wi-Fi QR codes.

use crate::detect::cues::WordSet;
use crate::detect::token::{Kind, TokenizedText};
use crate::detect::{Candidates, Claim};
use crate::text::base64;

use super::candidate;
use super::looks::{is_masked, is_strong};
use super::value::{chunk, value_at};

/// The maximum number of tokens between a command and its option.
const REACH: usize = 24;

/// The HTTP scheme whose credentials are a user and a password.
const SCHEME: &[u8] = b"basic";

/// Adds a password unless trimming leaves nothing of it.
fn push(reading: &TokenizedText<'_>, out: &mut Candidates, (first, last): (usize, usize), name: &'static str) {
    let span = reading.span(first, last);
    if !is_masked(&reading.text[span.start..span.end]) {
        out.push(candidate(first, last, Claim::Certain, name));
    }
}

/// Commands that accept a space between an option and the password after it, and the option. For the others, what follows
/// a space is something else.
const APART: &[(&str, &[u8])] = &[
    ("sshpass", b"p"),
    ("mongo", b"p"),
    ("mongosh", b"p"),
    ("mongodump", b"p"),
    ("ldapsearch", b"w"),
    ("redis", b"a"),
];

/// Finds passwords of commands: `sshpass -p 'X' ssh ...`, `mysql -u root -pX`.
pub(super) fn in_commands(reading: &TokenizedText<'_>, out: &mut Candidates) {
    let speaks = reading.facts.digits > 0 || reading.mentions_secrets();
    if !(reading.has_mark(b'-') && reading.has_any(WordSet::COMMAND) && speaks) {
        return;
    }
    let tokens = &reading.tokens;
    let mut command: Option<usize> = None;
    for at in 0..tokens.len() {
        if tokens[at].kind == Kind::Newline {
            command = None;
        } else if tokens[at].is_text() && tokens[at].is_any(WordSet::COMMAND) {
            command = Some(at);
        }
        let dash = tokens[at].is(b'-') && tokens[at].spaced && tokens.get(at + 1).is_some_and(|t| !t.spaced);
        let (Some(named), true) = (command.filter(|named| at - named <= REACH), dash) else { continue };
        let letters = reading.bytes(&tokens[at + 1]);
        let apart = APART
            .iter()
            .any(|(command, option)| letters == *option && reading.is_word(&tokens[named], command.as_bytes()));
        if !(apart || matches!(letters.first(), Some(b'p' | b'w'))) || !tokens[at + 1].is_text() {
            continue;
        }
        let glued = tokens.get(at + 2).is_some_and(|t| !t.spaced && t.kind != Kind::Newline);
        let value = if letters.len() == 1 && (apart || glued) {
            value_at(reading, at + 2)
        } else if letters.len() > 1 && letters[0] == b'p' && !reading.is_word(&tokens[at + 1], b"port") {
            chunk(reading, at + 1).map(|(_, last)| (at + 1, last))
        } else {
            None
        };
        // `-p "$PW"` names a variable.
        let value = value.filter(|value| !tokens[value.0].is(b'$'));
        if let Some((first, last)) = value {
            push(reading, out, (first, last), "option with a password");
            command = None;
        }
    }
}

/// Returns whether a text names the scheme, and something follows that may be its credentials.
pub(super) fn names_scheme(reading: &TokenizedText<'_>) -> bool {
    let may_follow = reading.facts.mixed || reading.has_mark(b'=') || reading.has_mark(b':');
    may_follow && reading.tokens.iter().any(|token| reading.is_word(token, SCHEME))
}

/// Finds `Authorization: Basic X`, by the user and password that X encodes.
pub(super) fn in_headers(reading: &TokenizedText<'_>, out: &mut Candidates) {
    if !names_scheme(reading) {
        return;
    }
    let tokens = &reading.tokens;
    for at in 1..tokens.len() {
        if !(reading.is_word(&tokens[at - 1], SCHEME) && tokens[at].spaced) {
            continue;
        }
        let Some((first, last)) = chunk(reading, at).filter(|(first, _)| *first >= at) else { continue };
        let span = reading.span(first, last);
        let encodes_two = |bytes: Vec<u8>| {
            let is_text = std::str::from_utf8(&bytes).is_ok_and(|text| !text.chars().any(char::is_control));
            is_text && bytes.contains(&b':')
        };
        if base64::decode(&reading.text[span.start..span.end]).is_some_and(encodes_two) {
            push(reading, out, (first, last), "credentials of a header");
        }
    }
}

/// Finds the password in the text of a Wi-Fi QR code: `WIFI:T:WPA;S:Network;P:password;;`.
pub(super) fn in_pictures(reading: &TokenizedText<'_>, out: &mut Candidates) {
    let tokens = &reading.tokens;
    if !reading.has_mark(b';') {
        return;
    }
    let mut at = 0;
    while at + 3 < tokens.len() {
        let starts = reading.is_word(&tokens[at], b"wifi") && tokens[at + 1].is(b':') && !tokens[at + 1].spaced;
        at += 1;
        if !starts {
            continue;
        }
        while at + 2 < tokens.len() && tokens[at].kind != Kind::Newline {
            let key = matches!(tokens[at].kind, Kind::Mark(b':' | b';'))
                && reading.is_word(&tokens[at + 1], b"p")
                && !tokens[at + 1].spaced
                && tokens[at + 2].is(b':');
            at += 1;
            if !key {
                continue;
            }
            let first = at + 2;
            let ends = |i: &usize| tokens[*i].kind == Kind::Newline || tokens[*i].is(b';') && !tokens[*i - 1].is(b'\\');
            let end = (first..tokens.len()).find(ends).unwrap_or(tokens.len());
            if end > first && !tokens[first..end].iter().any(|t| t.kind == Kind::Masked) {
                push(reading, out, (first, end - 1), "password of a wireless network");
            }
            at = end;
            break;
        }
    }
}

/// Finds `curl -u user:password`.
pub(super) fn in_options(reading: &TokenizedText<'_>, out: &mut Candidates) {
    if !(reading.has_mark(b'-') && reading.has_mark(b':')) {
        return;
    }
    let tokens = &reading.tokens[..];
    for at in 1..tokens.len().saturating_sub(3) {
        let option = tokens[at - 1].is(b'-')
            && !tokens[at].spaced
            && (reading.is_word(&tokens[at], b"u") || reading.is_word(&tokens[at], b"user"));
        if !option || !tokens[at + 1].spaced {
            continue;
        }
        let Some((first, last)) = chunk(reading, at + 1) else { continue };
        if let Some(colon) = (first..last).find(|&i| tokens[i].is(b':'))
            && tokens[colon + 1].kind != Kind::Masked
            && !tokens[colon + 1].is(b'/')
        {
            push(reading, out, (colon + 1, last), "option with a password");
        }
    }
}

/// Finds a password directly after an e-mail address, if it can be nothing else: `ana@example.com / X`,
/// `ana@example.com:X`.
pub(super) fn behind_mail(reading: &TokenizedText<'_>, out: &mut Candidates) {
    if !reading.has_mark(b'@') || reading.facts.digits == 0 {
        return;
    }
    let tokens = &reading.tokens;
    for at in 1..tokens.len() {
        if !tokens[at].is(b'@') || tokens[at].spaced || !tokens[at - 1].is_text() && tokens[at - 1].kind != Kind::Digits
        {
            continue;
        }
        // The host: words joined by dots.
        let mut end = at + 1;
        let mut dots = 0;
        while tokens
            .get(end)
            .is_some_and(|t| !t.spaced && (t.is_text() || t.kind == Kind::Digits || t.is(b'.') || t.is(b'-')))
            && end - at < 16
        {
            dots += usize::from(tokens[end].is(b'.'));
            end += 1;
        }
        let sign = tokens.get(end).is_some_and(|t| matches!(t.kind, Kind::Mark(b':' | b'/' | b'|' | b';')));
        if dots == 0 || !sign || tokens[end].is(b'/') && !tokens[end].spaced {
            continue;
        }
        let value = match value_at(reading, end + 1) {
            // "ana@host:backup2" is a file.
            Some(value) if is_strong(reading, value) && (tokens[value.0].spaced || is_mixed(reading, value)) => value,
            _ => continue,
        };
        push(reading, out, value, "behind an address of e-mail");
    }
}

/// Returns whether it has capitals, or marks that do not occur in file names.
fn is_mixed(reading: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    let span = reading.span(first, last);
    reading.text[span.start..span.end].iter().any(|b| b.is_ascii_uppercase() || b"!#$%^&*+=~?".contains(b))
}

/// Finds `scheme://user:password@host`.
pub(super) fn in_addresses(reading: &TokenizedText<'_>, out: &mut Candidates) {
    if !(reading.has_mark(b':') && reading.has_mark(b'/')) {
        return;
    }
    let tokens = &reading.tokens[..];
    for at in 0..tokens.len().saturating_sub(5) {
        if !(tokens[at].is(b':') && tokens[at + 1].is(b'/') && tokens[at + 2].is(b'/')) {
            continue;
        }
        let end = (at + 3..tokens.len().min(at + 40))
            .find(|&i| tokens[i].spaced || tokens[i].is(b'/') || matches!(tokens[i].kind, Kind::Newline))
            .unwrap_or(tokens.len().min(at + 40));
        let colon = (at + 3..end).find(|&i| tokens[i].is(b':'));
        let sign = (at + 3..end).rev().find(|&i| tokens[i].is(b'@'));
        if let (Some(colon), Some(sign)) = (colon, sign) {
            let masked = sign == colon + 2 && tokens[colon + 1].kind == Kind::Masked;
            if sign > colon + 1 && !masked {
                push(reading, out, (colon + 1, sign - 1), "address with a password");
            }
        }
    }
}
