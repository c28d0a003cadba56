//! HTML character references.
//!
//! Reads a reference that begins with `&` and returns its character. Chat systems escape their texts, some of them
//! twice, so `&amp;#51;` is read as `&#51;` and that as `3`. Numeric references need no semicolon, named ones do:
//! without one, an ampersand is an ampersand.

/// The longest name in [`NAMES`].
const LONGEST_NAME: usize = 16;

/// The maximum number of times that a text may be escaped.
const MOST_LAYERS: usize = 8;

/// Returns the character at the start of `text`, which begins with `&`, and the length of its reference.
pub(super) fn read(text: &[u8]) -> Option<(char, usize)> {
    let (mut c, mut len) = read_once(text.get(1..)?)?;
    len += 1;
    for _ in 0..MOST_LAYERS {
        if c != '&' {
            break;
        }
        let Some((inner, more)) = read_once(&text[len..]) else { break };
        (c, len) = (inner, len + more);
    }
    Some((c, len))
}

/// Decodes one layer of escaping. `text` follows an ampersand.
fn read_once(text: &[u8]) -> Option<(char, usize)> {
    match text {
        [b'#', b'x' | b'X', digits @ ..] => numeric(digits, 16).map(|(c, len)| (c, len + 2)),
        [b'#', digits @ ..] => numeric(digits, 10).map(|(c, len)| (c, len + 1)),
        [b'a'..=b'z' | b'A'..=b'Z', ..] => {
            let near = &text[..text.len().min(LONGEST_NAME + 1)];
            let len = near.iter().position(|b| !b.is_ascii_alphanumeric()).filter(|&len| near[len] == b';')?;
            named(&near[..len]).map(|c| (c, len + 1))
        }
        _ => None,
    }
}

fn numeric(text: &[u8], radix: u32) -> Option<(char, usize)> {
    const MOST_DIGITS: usize = 12;
    let near = &text[..text.len().min(MOST_DIGITS)];
    let len = near.iter().position(|b| !char::from(*b).is_digit(radix)).unwrap_or(near.len());
    if len == 0 || text.get(len).is_some_and(|b| char::from(*b).is_digit(radix)) {
        return None;
    }
    let code = text[..len].iter().try_fold(0_u32, |code, b| {
        let digit = char::from(*b).to_digit(radix)?;
        code.checked_mul(radix)?.checked_add(digit)
    })?;
    let c = match code {
        // Browsers map these numbers to the punctuation of an old Windows code page.
        0x85 => '\u{2026}',
        0x91 | 0x92 => '\'',
        0x93 | 0x94 => '"',
        0x95 => '\u{2022}',
        0x96 | 0x97 => '-',
        _ => char::from_u32(code)?,
    };
    if c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r') {
        return None;
    }
    Some((c, len + usize::from(text.get(len) == Some(&b';'))))
}

fn named(name: &[u8]) -> Option<char> {
    let find = |name: &[u8]| NAMES.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, c)| *c);
    if let Some(c) = find(name) {
        return Some(c);
    }
    if name.iter().all(u8::is_ascii_uppercase) {
        return find(&name.to_ascii_lowercase());
    }
    // `&ntilde;` is an n with an accent, which the view drops.
    let (letter, accent) = name.split_first()?;
    ACCENTS.iter().any(|known| known.as_bytes() == accent).then(|| char::from(*letter))
}

const ACCENTS: &[&str] = &[
    "acute", "grave", "circ", "uml", "tilde", "cedil", "ring", "caron", "slash", "ogon", "macr", "breve", "dot",
    "strok", "dblac",
];

#[rustfmt::skip]
const NAMES: &[(&str, char)] = &[
    ("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' '),
    ("NonBreakingSpace", ' '), ("ensp", ' '), ("emsp", ' '), ("thinsp", ' '), ("ThinSpace", ' '), ("hairsp", ' '),
    ("VeryThinSpace", ' '), ("numsp", ' '), ("puncsp", ' '), ("MediumSpace", ' '), ("Tab", '\t'), ("NewLine", '\n'),
    ("shy", '\u{AD}'), ("zwnj", '\u{200C}'), ("zwj", '\u{200D}'), ("lrm", '\u{200E}'), ("rlm", '\u{200F}'),
    ("ZeroWidthSpace", '\u{200B}'), ("NoBreak", '\u{2060}'),
    ("ndash", '-'), ("mdash", '-'), ("hyphen", '-'), ("dash", '-'), ("minus", '-'), ("horbar", '-'),
    ("bull", '\u{2022}'), ("bullet", '\u{2022}'), ("middot", '\u{B7}'), ("centerdot", '\u{B7}'), ("times", '\u{D7}'),
    ("hellip", '\u{2026}'), ("mldr", '\u{2026}'), ("ast", '*'), ("midast", '*'), ("num", '#'), ("lowbar", '_'),
    ("UnderBar", '_'), ("colon", ':'), ("semi", ';'), ("comma", ','), ("period", '.'), ("sol", '/'), ("frasl", '/'),
    ("bsol", '\\'), ("dollar", '$'), ("percnt", '%'), ("plus", '+'), ("equals", '='), ("excl", '!'), ("quest", '?'),
    ("iexcl", '!'), ("iquest", '?'), ("commat", '@'), ("grave", '`'), ("Hat", '^'), ("verbar", '|'), ("vert", '|'),
    ("lpar", '('), ("rpar", ')'), ("lsqb", '['), ("lbrack", '['), ("rsqb", ']'), ("rbrack", ']'), ("lcub", '{'),
    ("lbrace", '{'), ("rcub", '}'), ("rbrace", '}'), ("lsquo", '\''), ("rsquo", '\''), ("sbquo", '\''), ("prime", '\''),
    ("ldquo", '"'), ("rdquo", '"'), ("bdquo", '"'), ("Prime", '"'), ("laquo", '"'), ("raquo", '"'), ("lsaquo", '\''),
    ("rsaquo", '\''),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_with_their_length() {
        for (text, c, len) in [
            ("&#51;7", '3', 5),
            ("&#51", '3', 4),
            ("&#x33;", '3', 6),
            ("&#X33;", '3', 6),
            ("&#0051;", '3', 7),
            ("&nbsp;x", ' ', 6),
            ("&NBSP;", ' ', 6),
            ("&amp;", '&', 5),
            ("&amp;#51;", '3', 9),
            ("&amp;amp;nbsp;", ' ', 14),
            ("&#38;#51;", '3', 9),
            ("&amp;T", '&', 5),
            ("&ntilde;", 'n', 8),
            ("&Ntilde;", 'N', 8),
            ("&#150;", '-', 6),
        ] {
            assert_eq!(read(text.as_bytes()), Some((c, len)), "{text}");
        }
    }

    #[test]
    fn an_ampersand_without_a_reference_is_kept() {
        for text in [
            "&",
            "&T",
            "& more",
            "&&",
            "&#",
            "&#;",
            "&#x;",
            "&#xg",
            "&nbsp",
            "&unknown;",
            "&#0;",
            "&#7;",
            "&#xD800;",
            "&#1114112;",
            "&#99999999999999999999;",
            "&a;",
            "&;",
            "&amp",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn no_name_is_longer_than_stated() {
        assert_eq!(NAMES.iter().map(|(name, _)| name.len()).max(), Some(LONGEST_NAME));
    }
}
