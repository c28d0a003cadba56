//! Where programs keep passwords: addresses, options of commands.

use crate::detect::token::{Kind, Reading};
use crate::detect::{Candidates, Claim};

use super::candidate;
use super::value::chunk;

/// `curl -u user:password`.
pub(super) fn in_options(reading: &Reading<'_>, out: &mut Candidates) {
    if !(reading.has_mark(b'-') && reading.has_mark(b':')) {
        return;
    }
    let tokens = &reading.tokens[..];
    for at in 1..tokens.len().saturating_sub(3) {
        let option = (reading.is_word(&tokens[at], b"u") || reading.is_word(&tokens[at], b"user"))
            && tokens[at - 1].is(b'-')
            && !tokens[at].spaced;
        if !option || !tokens[at + 1].spaced {
            continue;
        }
        let Some((first, last)) = chunk(reading, at + 1) else { continue };
        if let Some(colon) = (first..last).find(|&i| tokens[i].is(b':'))
            && tokens[colon + 1].kind != Kind::Masked
            && !tokens[colon + 1].is(b'/')
        {
            out.push(candidate(colon + 1, last, Claim::Certain, "option with a password"));
        }
    }
}

/// `scheme://user:password@host`.
pub(super) fn in_addresses(reading: &Reading<'_>, out: &mut Candidates) {
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
                out.push(candidate(colon + 1, sign - 1, Claim::Certain, "address with a password"));
            }
        }
    }
}
