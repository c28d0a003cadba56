//! Menus and scales, where the answer is a choice.

use crate::detect::cues::{WordClass as Does, WordSet};
use crate::detect::token::{Kind, Token, TokenizedText};
use crate::judge::Part;

/// Returns whether the sentence asks for a choice: "Press 1 for your PIN, 2 for the card", "from 1 to 5, how easy was
/// it?".
pub(super) fn is_choice(reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let small = |t: &Token| t.kind == Kind::Digits && t.len() <= 2;
    let pairs = tokens.windows(2).filter(|w| small(&w[0]) && w[1].is_any(WordSet::CHOOSES));
    let pressed =
        tokens.windows(3).any(|w| w[0].is_any(WordSet::PRESS) && small(&w[1]) && w[2].is_any(WordSet::CHOOSES));
    let scale = tokens.windows(4).any(|w| {
        small(&w[0])
            && (w[1].is_any(WordSet::CHOOSES) || w[1].is(b'-'))
            && small(&w[2])
            && w[0].len() == 1
            && reading.bytes(&w[0])[0] <= b'1'
            && !w[3].does(Does::DIGITS.union(Does::UNIT))
    });
    // "Choose: 1 lost card, 2 new PIN, 3 balance."
    let listed = (start..end)
        .filter(|&at| {
            let token = &reading.tokens[at];
            let opens = at == start
                || matches!(reading.tokens[at - 1].kind, Kind::Mark(b',' | b':' | b';' | b'(' | b'|') | Kind::Newline);
            let names = reading.token(at + 1).is_some_and(|t| t.kind == Kind::Word && t.spaced && !t.does(Does::UNIT));
            token.kind == Kind::Digits && token.len() == 1 && opens && names
        })
        .take(3)
        .count()
        == 3;
    pressed || listed || scale || pairs.take(2).count() == 2 && reading.any_of(start, end, WordSet::PRESS)
}

/// Returns whether two or more lines start with a number and an option.
pub(super) fn is_menu(reading: &TokenizedText<'_>, part: Part) -> bool {
    let tokens = &reading.tokens;
    let opens = |at: &usize| {
        let number = &tokens[*at];
        number.kind == Kind::Digits
            && number.len() <= 2
            && part.has(number.start as usize)
            && (*at == 0 || tokens[*at - 1].kind == Kind::Newline)
            && reading
                .token(at + 1)
                .is_some_and(|t| matches!(t.kind, Kind::Mark(b'.' | b')' | b':' | b'-')) || t.spaced)
    };
    tokens.iter().any(|t| t.kind == Kind::Newline) && (0..tokens.len()).filter(opens).take(2).count() == 2
}
