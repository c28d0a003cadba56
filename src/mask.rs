//! Writes and recognizes masks.
//!
//! | form | card | social-security | password |
//! |---|---|---|---|
//! | stars | `**** ****** *0005` | `***-**-6789` | `********` |
//! | label | `[card ending 0005]` | `[social-security ending 6789]` | `[password]` |
//! | token | `[card:w3kq2m5p7tz4xj6c]` | `[social-security:...]` | `[password:...]` |
//!
//! A masked expiry date is `**/**` or `[expiry]`.
//!
//! The input is a secret in plain form (ASCII digits, separators kept) and the number of trailing characters to show.
//! [`len_at`] recognizes every mask, so that redacted text passes unchanged. It counts digits as part of a mask only if
//! they are at most four and fewer than the stars. Otherwise a secret could hide behind a few stars.

use crate::entity::{CustomId, Entity};

/// The mask of every password. Stars in its own length would reveal too much.
pub(crate) const PASSWORD: &str = "********";

/// The mask of an expiry date in the styles of labels and tokens.
pub(crate) const EXPIRY: &str = "[expiry]";

/// The length of a token after the colon: 80 bits in base32.
pub(crate) const TOKEN_CHARS: usize = 16;

/// The maximum number of characters that any mask shows.
pub(crate) const MOST_SHOWN: usize = 4;

/// Replaces each letter and digit with a star, except the last `shown`.
#[must_use]
pub(crate) fn stars(plain: &str, shown: usize) -> String {
    let mut hidden = count(plain).saturating_sub(shown.min(MOST_SHOWN));
    plain
        .chars()
        .map(|c| {
            if hidden > 0 && c.is_alphanumeric() {
                hidden -= 1;
                '*'
            } else {
                c
            }
        })
        .collect()
}

/// Returns `[card ending 0005]`, or `[card]` if nothing is shown.
#[must_use]
pub(crate) fn label(entity: Entity, plain: &str, shown: usize) -> String {
    let hidden = count(plain).saturating_sub(shown.min(MOST_SHOWN));
    let last: String = plain.chars().filter(|c| c.is_alphanumeric()).skip(hidden).collect();
    if last.is_empty() { format!("[{entity}]") } else { format!("[{entity}{ENDING}{last}]") }
}

/// Returns `[card:w3kq2m5p7tz4xj6c]`: the 80 bits of `mac` in base32, in lower case.
#[must_use]
pub(crate) fn token(entity: Entity, mac: &[u8; 10]) -> String {
    let bits = mac.iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    let chars: String = (0..TOKEN_CHARS).rev().map(|i| char::from(BASE32[(bits >> (5 * i) & 31) as usize])).collect();
    format!("[{entity}:{chars}]")
}

/// The number of letters and digits, which a mask hides or shows.
#[must_use]
pub(crate) fn count(plain: &str) -> usize {
    plain.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Returns the length in bytes of the mask at the start of `text`, or `None` if there is none.
///
/// Reads a bounded number of bytes of labels and tokens, and all stars of a mask of stars. In `**** 4829` only the stars
/// are a mask: the digits could be half of a passcode.
#[must_use]
pub(crate) fn len_at(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'*' => stars_at(text),
        b'[' => bracket_at(text),
        _ => None,
    }
}

/// Returns whether a word is the end of a number that somebody else has masked: `XX6027`, `xxxx6027`.
pub(crate) fn is_crossed_out(word: &[u8]) -> bool {
    let crosses = word.iter().take_while(|b| matches!(b, b'x' | b'X')).count();
    crosses >= 2 && word.len() > crosses && word[crosses..].iter().all(u8::is_ascii_digit)
}

/// The maximum number of stars around an emphasized text in Markdown: `***like this***`.
pub(crate) const MOST_EMPHASIS: usize = 3;

/// Returns whether emphasis that may end at `at` opens shortly before: `**CVV:**`.
pub(crate) fn opens_before(text: &[u8], at: usize) -> bool {
    /// The maximum length in bytes of an emphasized label.
    const LONGEST_LABEL: usize = 64;
    text[..at].iter().rev().take(LONGEST_LABEL).any(|b| *b == b'*')
}

const ENDING: &str = " ending ";

/// RFC 4648, lower case.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Matches groups of stars, and the digits after them if they are at most four and fewer than the stars.
fn stars_at(text: &[u8]) -> Option<usize> {
    let mut stars = 0;
    let mut end = 0;
    while let Some((from, to)) = group_at(text, end, |b| b == b'*').or_else(|| after_comma(text, end)) {
        stars += to - from;
        end = to;
    }
    let mut digits = 0;
    while let Some((from, to)) = group_at(text, end, |b| b.is_ascii_digit()) {
        digits += to - from;
        let word = text.get(to).is_some_and(u8::is_ascii_alphabetic);
        if digits > MOST_SHOWN || digits >= stars || word {
            break;
        }
        end = to;
    }
    (stars >= 3).then_some(end)
}

/// Matches more stars after a comma, as in the mask of a number in words.
fn after_comma(text: &[u8], at: usize) -> Option<(usize, usize)> {
    (at > 0 && text.get(at) == Some(&b',')).then(|| group_at(text, at + 1, |b| b == b'*')).flatten()
}

/// Returns the next group of such bytes, at most three separators after `at`.
fn group_at(text: &[u8], at: usize, member: fn(u8) -> bool) -> Option<(usize, usize)> {
    let gap = text[at..].iter().take(4).take_while(|b| is_separator(**b)).count();
    let from = at + gap;
    let len = text[from..].iter().take_while(|b| member(**b)).count();
    (gap <= 3 && len > 0).then_some((from, from + len))
}

/// Returns whether a byte may separate the groups of a number.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'-' | b'.' | b'/' | b'_')
}

/// Matches `[entity]`, `[entity ending 0005]` or `[entity:token]`.
fn bracket_at(text: &[u8]) -> Option<usize> {
    const LONGEST: usize = CustomId::MAX + ENDING.len() + TOKEN_CHARS + 2;
    if text.starts_with(EXPIRY.as_bytes()) {
        return Some(EXPIRY.len());
    }
    let close = text.iter().take(LONGEST).position(|b| *b == b']')?;
    let inner = std::str::from_utf8(&text[1..close]).ok()?;
    let name_len = inner.find([' ', ':']).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(name_len);
    let built_in = Entity::built_in(name).is_some();
    let known = built_in || CustomId::new(name).is_some();
    let whole = match (rest.strip_prefix(ENDING), rest.strip_prefix(':')) {
        (Some(last), _) => (1..=MOST_SHOWN).contains(&last.chars().count()) && last.chars().all(char::is_alphanumeric),
        (_, Some(token)) => token.len() == TOKEN_CHARS && token.bytes().all(|b| BASE32.contains(&b)),
        // A word in brackets is too common to be the label of a custom detector. A label without digits needs no
        // protection from a second pass anyway.
        _ => rest.is_empty() && built_in,
    };
    (known && whole).then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_form(entity: Entity, plain: &str, shown: usize) -> [String; 3] {
        [stars(plain, shown), label(entity, plain, shown), token(entity, b"0123456789")]
    }

    #[test]
    fn every_mask_is_recognized_in_its_exact_length() {
        let custom = Entity::Custom(CustomId::new("loyalty-2").unwrap());
        let secrets = [
            (Entity::Card, "3782 822463 10005", 4),
            (Entity::Card, "4242\n4242\n4242\n4242", 4),
            (Entity::SocialSecurity, "123-45-6789", 4),
            (Entity::SocialSecurity, "123456789", 4),
            (Entity::SecurityCode, "482", 0),
            (Entity::OneTimePasscode, "G-482913", 0),
            (Entity::OneTimePasscode, "4 8 2 9 1 3", 2),
            (Entity::Account, "ES91 2100 0418 4502 0005 1332", 4),
            (Entity::Account, "123456", 2),
            (custom, "12345678", 3),
        ];
        for (entity, plain, shown) in secrets {
            for mask in every_form(entity, plain, shown) {
                for tail in ["", ".", " and more", ", 1234", "]", "\n"] {
                    assert_eq!(len_at(format!("{mask}{tail}").as_bytes()), Some(mask.len()), "{mask}{tail}");
                }
            }
        }
        assert_eq!(len_at(PASSWORD.as_bytes()), Some(8));
        assert_eq!(len_at(b"[password] now"), Some(10));
        assert_eq!(len_at(b"[expiry] now"), Some(8));
    }

    #[test]
    fn text_that_may_contain_a_secret_is_not_a_mask() {
        for text in [
            "***4829",
            "****4829",
            "**** 4829",
            "*****48291",
            "**482913**",
            "** bold **",
            "[card ending 48291]",
            "[card ending ]",
            "[card ending 4829",
            "[card: 3782822463100]",
            "[card:378282246310005]",
            "[card:abcdefghijklmno1]",
            "[cards ending 378282246310005]",
            "[password is hunter2]",
            "[hunter2]",
            "[",
            "",
        ] {
            let len = len_at(text.as_bytes());
            let shown = &text[len.unwrap_or(0)..];
            assert!(len.is_none() || shown.contains("4829"), "{text} {len:?}");
        }
    }

    #[test]
    fn masks_show_what_is_requested_and_never_more_than_four() {
        assert_eq!(stars("3782-822463-10005", 4), "****-******-*0005");
        assert_eq!(stars("482 913", 0), "*** ***");
        assert_eq!(stars("3782 822463 10005", 15), "**** ****** *0005");
        assert_eq!(stars("123", 4), "123"); // a policy never requests half of a secret
        assert_eq!(label(Entity::Pin, "4821", 0), "[pin]");
        assert_eq!(stars("AB12-ñ9", 1), "****-*9");
        assert_eq!(label(Entity::Card, "378282246310005", 9), "[card ending 0005]");
    }

    #[test]
    fn a_token_is_base32_of_all_80_bits() {
        assert_eq!(token(Entity::Pin, &[0; 10]), "[pin:aaaaaaaaaaaaaaaa]");
        assert_eq!(token(Entity::Pin, &[255; 10]), "[pin:7777777777777777]");
        assert_eq!(token(Entity::Pin, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), "[pin:aaaaaaaaaaaaaaab]");
        // The test vector of RFC 4648, twice: "fooba" is mzxw6ytb.
        assert_eq!(token(Entity::Pin, b"foobafooba"), "[pin:mzxw6ytbmzxw6ytb]");
    }

    #[test]
    fn recognition_is_linear_in_the_stars() {
        let text = "* ".repeat(500_000);
        assert_eq!(len_at(text.as_bytes()), Some(text.len() - 1));
    }
}
