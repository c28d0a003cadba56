//! Values in the names and paths of programs, which a word for a secret in the same name does not describe:
//! `PASSWORD_MIN_LENGTH=12`, `/password/4821`, `password-reset-4821.pdf`.

use std::ops::Range;

use crate::chat::{is_setting, secret_label};
use crate::detect::cues::WordClass;
use crate::detect::password::is_file;
use crate::detect::token::{Kind, TokenizedText};
use crate::entity::Entity;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::verdict::Detection;

/// The maximum length of a name or a path on each side of a value, in bytes.
const REACH: usize = 128;

/// Values of a switch.
const SWITCHES: &[&str] = &["true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled"];

impl MessageAnalysis<'_, '_> {
    /// Drops what was found by a word in the name of a setting, in a path, before the number of a case, or before the name
    /// of an account.
    pub(super) fn drop_names_of_programs(&mut self) {
        let reading = self.reading;
        let is_named = |found: &Detection| {
            let evidence = &found.evidence;
            let certain = matches!(found.entity, Entity::Card | Entity::SocialSecurity) || evidence.checksum.is_some();
            !certain && !found.solicited && !found.part
        };
        self.verdict.found.retain(|found| {
            let (start, end) = (found.span.start, found.span.end);
            !is_named(found)
                || !(is_set(reading.text, start, end)
                    || !found.evidence.asked
                        && (is_in_path(reading, start) || is_case(reading, found) || is_account(reading, found)))
        });
    }
}

fn is_of_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn is_compound(name: &[u8]) -> bool {
    name.iter().any(|b| matches!(b, b'_' | b'-' | b'.'))
}

/// Returns whether a value is that of a setting, or a part of its name.
fn is_set(text: &[u8], start: usize, end: usize) -> bool {
    let before = &text[start.saturating_sub(REACH)..start];
    let within = before.iter().rev().take_while(|b| is_of_name(b)).count();
    let rest = &text[start..(start + REACH).min(text.len())];
    let len = rest.iter().take_while(|b| is_of_name(b)).count();
    let name = &text[start - within..start + len];
    // The end of a password may be `=` too.
    let assigns = matches!(rest[len..].trim_ascii_start(), [b'=' | b':', next, ..] if !b"=\r\n".contains(next));
    let is_name = || end <= start + len && secret_label(name).is_some();
    if assigns && is_compound(name) && (is_name() || is_setting(name)) {
        return true;
    }
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before).trim_ascii_end();
    let Some(name) = before.strip_suffix(b"=").or_else(|| before.strip_suffix(b":")) else { return false };
    let name = name.trim_ascii_end();
    let name = name.strip_suffix(b"\"").unwrap_or(name);
    let name = &name[name.len() - name.iter().rev().take_while(|b| is_of_name(b)).count()..];
    let is_switch = || SWITCHES.iter().any(|switch| text[start..end].eq_ignore_ascii_case(switch.as_bytes()));
    is_compound(name) && (is_setting(name) || is_switch() && secret_label(name).is_some())
}

/// Returns whether a value is in a path or the name of a file that also has a word for a secret.
fn is_in_path(reading: &TokenizedText<'_>, at: usize) -> bool {
    let text = reading.text;
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'<>()[]{}|,;`".contains(b);
    let from = at - text[at.saturating_sub(REACH)..at].iter().rev().take_while(|b| !ends(b)).count();
    let to = at + text[at..(at + REACH).min(text.len())].iter().take_while(|b| !ends(b)).count();
    let run = text[from..to].strip_suffix(b".").unwrap_or(&text[from..to]);
    let names = |from: usize, to: usize| {
        reading.cues.iter().any(|hit| {
            let cue = reading.tokens[hit.first].start as usize;
            hit.cue.topic.is_secret() && (from..to).contains(&cue)
        })
    };
    let relative = run.strip_prefix(b"..").or_else(|| run.strip_prefix(b".")).unwrap_or(run);
    let slashes = run.iter().filter(|b| **b == b'/').count();
    let is_path = relative.starts_with(b"/")
        && slashes >= 2
        && run.iter().all(|b| is_of_name(b) || matches!(b, b'/' | b'%' | b'~'));
    (is_path || is_file(run)) && names(from, at)
}

/// Returns whether a number follows `#` and a word that is not the name of a secret: "password reset #4821".
fn is_case(reading: &TokenizedText<'_>, found: &Detection) -> bool {
    let (tokens, first) = (&reading.tokens, reading.tokens_of(found.span).start);
    let (Some(mark), Some(word)) = (first.checked_sub(1), first.checked_sub(2)) else { return false };
    found.entity == Entity::Password
        && tokens[first].kind == Kind::Digits
        && tokens[first].end as usize == found.span.end
        && !tokens[first].spaced
        && tokens[mark].is(b'#')
        && tokens[mark].spaced
        && tokens[word].kind == Kind::Word
        && tokens[word].cue == 0
        && !tokens[word].does(WordClass::COPULA)
}

/// Returns whether a word says whose password a program has checked: "accepted password for ana88 from 10.0.0.3".
fn is_account(reading: &TokenizedText<'_>, found: &Detection) -> bool {
    let tokens = &reading.tokens;
    let Range { start: first, end: next } = reading.tokens_of(found.span);
    let is = |at: usize, word: &[u8]| tokens.get(at).is_some_and(|token| reading.is_word(token, word));
    first >= 2
        && tokens[first - 2].cue != 0
        && is(first - 1, b"for")
        && is(next, b"from")
        && tokens.get(next + 1).is_some_and(|token| token.kind == Kind::Digits)
}
