//! Cuts a text that is too long to be buffered.

/// The number of bytes before the end in which a good place to cut is searched for.
const LOOK_BACK: usize = 4096;

/// Returns the length of the first piece of `text` to scan on its own when more text will follow.
///
/// Cuts after a line end away from digits if there is one, else after a blank between two words, else at a character
/// boundary. The result is at least 1 if `text` is not empty, and never splits a UTF-8 character.
///
/// # Example
///
/// ```
/// use lastfour::safe_cut;
/// assert_eq!(safe_cut(b"one two 3782 8224"), 4);
/// assert_eq!(safe_cut(b"abcdef"), 6);
/// ```
#[must_use]
pub fn safe_cut(text: &[u8]) -> usize {
    let floor = text.len().saturating_sub(LOOK_BACK).max(1);
    let places = || (floor..text.len()).rev();
    let quiet = |at: usize| {
        // A digit within a few bytes could belong to a grouped number, or to a cue on the other side.
        let near = &text[at.saturating_sub(4)..(at + 4).min(text.len())];
        !near.iter().any(u8::is_ascii_digit)
    };
    places()
        .find(|&at| text[at - 1] == b'\n' && quiet(at))
        .or_else(|| places().find(|&at| text[at - 1] == b' ' && quiet(at)))
        .or_else(|| places().find(|&at| text[at - 1] == b' ' && text.get(at).is_some_and(|b| !b.is_ascii_digit())))
        .unwrap_or_else(|| character_boundary(text))
}

/// Returns the length of `text` without a UTF-8 character that is incomplete at its end.
fn character_boundary(text: &[u8]) -> usize {
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
    fn a_cut_never_splits_a_character_and_is_never_empty() {
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
