//! The decimal digits of every script.
//!
//! Returns the decimal value of a character. Only characters of the general category *decimal number* count. Roman
//! numerals, fractions and the like are not digits here, because people use them for amounts and names. Circled and
//! superscript digits mark lists and footnotes: they are [ornate](ornate), and count only if several are adjacent.

/// The zero of each script except ASCII, sorted.
const ZEROS: &[u32] = &[
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50,
    0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// Returns the decimal value of `c`, which may be ASCII.
pub(super) fn value(c: char) -> Option<u8> {
    let code = u32::from(c);
    if code < ZEROS[0] {
        return c.to_digit(10).and_then(|value| u8::try_from(value).ok());
    }
    let script = ZEROS.partition_point(|&zero| zero <= code) - 1;
    u8::try_from(code - ZEROS[script]).ok().filter(|&value| value < 10)
}

/// Returns the value of a circled, bracketed, superscript or subscript digit, or of one with a dot or a comma.
pub(super) fn ornate(c: char) -> Option<u8> {
    let from = |first: char, value: u8| u8::try_from(u32::from(c) - u32::from(first)).ok().map(|i| i + value);
    match c {
        '⓪' | '⓿' | '🄀' | '🄋' | '🄌' => Some(0),
        '⁰' | '⁴'..='⁹' => from('⁰', 0),
        '¹' => Some(1),
        '²' | '³' => from('²', 2),
        '₀'..='₉' => from('₀', 0),
        '①'..='⑨' => from('①', 1),
        '⑴'..='⑼' => from('⑴', 1),
        '⒈'..='⒐' => from('⒈', 1),
        '⓵'..='⓽' => from('⓵', 1),
        '❶'..='❾' => from('❶', 1),
        '➀'..='➈' => from('➀', 1),
        '➊'..='➒' => from('➊', 1),
        '🄁'..='🄊' => from('🄁', 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_contains_exactly_the_decimal_digits_of_unicode() {
        let listed = regex_syntax::Parser::new().parse(r"\p{Nd}").expect("a known property");
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = listed.kind() else {
            panic!("a property is a class");
        };
        // A range may contain several scripts. Each script has ten digits.
        for range in class.iter() {
            for (i, c) in (range.start()..=range.end()).enumerate() {
                assert_eq!(value(c).map(usize::from), Some(i % 10), "U+{:04X}", u32::from(c));
            }
        }
        let known = |c: char| class.iter().any(|range| range.start() <= c && c <= range.end());
        // This script is newer than the listing.
        let newer = '\u{11DE0}'..='\u{11DE9}';
        for c in ('\0'..=char::MAX).filter(|c| value(*c).is_some()) {
            assert!(known(c) || newer.contains(&c), "U+{:04X}", u32::from(c));
        }
    }
}
