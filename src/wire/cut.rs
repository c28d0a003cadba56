//! Where a text that is too long to be held may be cut.

/// How far back from the end a good place to cut is looked for, in bytes.
const LOOK_BACK: usize = 4096;

/// Where to cut `text`, of which more is to follow, so that what is scanned in two pieces loses least: after a line end
/// that ends a sentence or follows a letter, else after a blank between two words, else on a character border.
///
/// Returns the length of the first piece: at least 1 where `text` is not empty, and never inside a UTF-8 character.
///
/// ```
/// use lastfour::safe_cut;
/// assert_eq!(safe_cut(b"one two 3782 8224"), 4);
/// assert_eq!(safe_cut(b"abcdef"), 6);
/// ```
#[must_use]
pub fn safe_cut(text: &[u8]) -> usize {
    let floor = text.len().saturating_sub(LOOK_BACK).max(1);
    let borders = || (floor..text.len()).rev();
    let quiet = |at: usize| {
        // No digit within a few bytes on either side: neither a grouped number nor a number and its cue are torn.
        let near = &text[at.saturating_sub(4)..(at + 4).min(text.len())];
        !near.iter().any(u8::is_ascii_digit)
    };
    borders()
        .find(|&at| text[at - 1] == b'\n' && quiet(at))
        .or_else(|| borders().find(|&at| text[at - 1] == b' ' && quiet(at)))
        .or_else(|| borders().find(|&at| text[at - 1] == b' ' && text.get(at).is_some_and(|b| !b.is_ascii_digit())))
        .unwrap_or_else(|| character_border(text))
}

/// The length of `text` without a UTF-8 character that is cut off at its end.
fn character_border(text: &[u8]) -> usize {
    let tail = text.len().saturating_sub(4);
    for at in (tail..text.len()).rev() {
        let byte = text[at];
        if byte & 0b1100_0000 == 0b1000_0000 {
            continue;
        }
        let needed = match byte {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            _ => 1,
        };
        return if at + needed > text.len() && at > 0 { at } else { text.len() };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_falls_into_a_character_and_always_moves_on() {
        let text = "añ€😀".repeat(3);
        for end in 1..=text.len() {
            let cut = safe_cut(&text.as_bytes()[..end]);
            assert!(cut >= 1 && cut <= end);
            assert!(text.is_char_boundary(cut) || cut == end && end < 4, "cut {cut} of {end}");
        }
    }

    #[test]
    fn a_line_end_away_from_digits_is_the_best_place() {
        assert_eq!(safe_cut(b"hello there\nmy card is 3782\n822463"), 12);
    }

    #[test]
    fn a_text_of_digits_alone_is_cut_at_its_end() {
        assert_eq!(safe_cut(&[b'7'; 10_000]), 10_000);
    }
}
