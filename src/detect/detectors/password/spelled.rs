//! Values that are spelled out, one character at a time.

use crate::detect::token::{Kind, TokenizedText};

/// Returns the range of at least four single characters in a row: `T o l u c a 2 0 0 0`, `t-u-r-n-i-p`.
pub(super) fn spelled_out(reading: &TokenizedText<'_>, first: usize) -> Option<(usize, usize)> {
    let mut last = None;
    let mut count = 0;
    for at in first..reading.tokens.len().min(first + 64) {
        let token = &reading.tokens[at];
        match token.kind {
            Kind::Word | Kind::Digits if token.len() == 1 => {
                count += 1;
                last = Some(at);
            }
            Kind::Mark(b'-' | b'.' | b'_')
                if !token.spaced || reading.token(at + 1).is_some_and(|t| t.len() == 1 && t.spaced) => {}
            // "g, u, a, y, 5"
            Kind::Mark(b',') if count > 0 && reading.token(at + 1).is_some_and(|t| t.len() == 1) => {}
            _ => break,
        }
    }
    last.filter(|_| count >= 4).map(|last| (first, last))
}

/// Returns the range of at least five single characters in a row, at least two of them letters.
pub(crate) fn letters_spelled_out(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, usize)> {
    let token = reading.token(at).filter(|t| t.len() == 1 && (t.spaced || at == 0))?;
    if !matches!(token.kind, Kind::Word | Kind::Digits) {
        return None;
    }
    let value = spelled_out(reading, at)?;
    let stretch = &reading.tokens[value.0..=value.1];
    let letters = stretch.iter().filter(|t| t.kind == Kind::Word).count();
    let singles = stretch.iter().filter(|t| t.kind == Kind::Digits).count() + letters;
    (singles >= 5 && letters >= 2).then_some(value)
}
