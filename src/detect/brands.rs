//! Card brands and their ranges: which prefixes and lengths belong to which brand.
//!
//! The ranges are those that the schemes publish, as collected in Braintree's card-type table (`credit-card-type`,
//! 10.3.0) and checked against the ISO/IEC 7812 issuer ranges. If sources disagree, the wider range is used; see
//! `DESIGN.md`.

/// A card brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Brand {
    pub(crate) name: &'static str,
    /// Whether the prefix alone identifies the brand. If not, a number counts as this brand only in a text that
    /// mentions a card.
    pub(crate) by_shape: bool,
    /// The number of digits of the security code.
    pub(crate) code: u8,
}

struct Range {
    brand: Brand,
    /// The first and last prefix, which have the same number of digits.
    from: u32,
    to: u32,
    /// Bit `n` is set if numbers of `n` digits exist.
    lengths: u32,
}

const fn lengths(of: &[u32]) -> u32 {
    let mut bits = 0;
    let mut i = 0;
    while i < of.len() {
        bits |= 1 << of[i];
        i += 1;
    }
    bits
}

const fn brand(name: &'static str) -> Brand {
    Brand { name, by_shape: true, code: 3 }
}

const fn vague(name: &'static str) -> Brand {
    Brand { name, by_shape: false, code: 3 }
}

const AMEX: Brand = Brand { name: "American Express", by_shape: true, code: 4 };

/// In order of preference: the first range that matches decides the brand.
const RANGES: &[Range] = &[
    Range { brand: AMEX, from: 34, to: 34, lengths: lengths(&[15]) },
    Range { brand: AMEX, from: 37, to: 37, lengths: lengths(&[15]) },
    Range { brand: brand("Elo"), from: 401_178, to: 401_179, lengths: lengths(&[16]) },
    Range { brand: brand("Elo"), from: 438_935, to: 438_935, lengths: lengths(&[16]) },
    Range { brand: brand("Elo"), from: 457_631, to: 457_632, lengths: lengths(&[16]) },
    Range { brand: brand("Elo"), from: 504_175, to: 504_175, lengths: lengths(&[16]) },
    Range { brand: brand("Verve"), from: 506_099, to: 506_198, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Elo"), from: 506_699, to: 506_778, lengths: lengths(&[16]) },
    Range { brand: brand("Verve"), from: 507_865, to: 507_964, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Elo"), from: 509_000, to: 509_999, lengths: lengths(&[16]) },
    Range { brand: brand("Dankort"), from: 5019, to: 5019, lengths: lengths(&[16]) },
    Range { brand: brand("Hipercard"), from: 606_282, to: 606_282, lengths: lengths(&[16]) },
    Range { brand: brand("Hiper"), from: 637_095, to: 637_095, lengths: lengths(&[16]) },
    Range { brand: brand("Hiper"), from: 637_568, to: 637_568, lengths: lengths(&[16]) },
    Range { brand: brand("Hiper"), from: 637_599, to: 637_612, lengths: lengths(&[16]) },
    Range { brand: brand("Elo"), from: 636_297, to: 636_297, lengths: lengths(&[16]) },
    Range { brand: brand("Elo"), from: 636_368, to: 636_368, lengths: lengths(&[16]) },
    Range { brand: brand("Elo"), from: 627_780, to: 627_780, lengths: lengths(&[16]) },
    Range { brand: brand("Naranja"), from: 589_562, to: 589_562, lengths: lengths(&[16]) },
    Range { brand: brand("Troy"), from: 9792, to: 9792, lengths: lengths(&[16]) },
    Range { brand: brand("Visa"), from: 4, to: 4, lengths: lengths(&[13, 16, 18, 19]) },
    Range { brand: brand("Mastercard"), from: 51, to: 55, lengths: lengths(&[16]) },
    Range { brand: brand("Mastercard"), from: 2221, to: 2720, lengths: lengths(&[16]) },
    Range { brand: brand("Mir"), from: 2200, to: 2204, lengths: lengths(&[16, 17, 18, 19]) },
    Range { brand: brand("Discover"), from: 6011, to: 6011, lengths: lengths(&[16, 19]) },
    Range { brand: brand("Discover"), from: 644, to: 649, lengths: lengths(&[16, 19]) },
    Range { brand: brand("Discover"), from: 65, to: 65, lengths: lengths(&[16, 19]) },
    Range { brand: brand("RuPay"), from: 60, to: 60, lengths: lengths(&[16]) },
    Range { brand: brand("RuPay"), from: 81, to: 82, lengths: lengths(&[16]) },
    Range { brand: brand("RuPay"), from: 508, to: 508, lengths: lengths(&[16]) },
    Range { brand: brand("Diners Club"), from: 300, to: 305, lengths: lengths(&[14, 16, 19]) },
    Range { brand: brand("Diners Club"), from: 309, to: 309, lengths: lengths(&[14, 16, 19]) },
    Range { brand: brand("Diners Club"), from: 36, to: 36, lengths: lengths(&[14, 16, 19]) },
    Range { brand: brand("Diners Club"), from: 38, to: 39, lengths: lengths(&[14, 16, 19]) },
    Range { brand: brand("JCB"), from: 3528, to: 3589, lengths: lengths(&[16, 17, 18, 19]) },
    Range { brand: brand("JCB"), from: 3088, to: 3094, lengths: lengths(&[16]) },
    Range { brand: vague("JCB"), from: 2131, to: 2131, lengths: lengths(&[15]) },
    Range { brand: vague("JCB"), from: 1800, to: 1800, lengths: lengths(&[15]) },
    Range { brand: brand("UnionPay"), from: 62, to: 62, lengths: lengths(&[16, 17, 18, 19]) },
    Range { brand: vague("UnionPay"), from: 62, to: 62, lengths: lengths(&[14, 15]) },
    Range { brand: vague("UnionPay"), from: 8100, to: 8171, lengths: lengths(&[14, 15, 17, 18, 19]) },
    Range { brand: vague("Bankcard"), from: 5610, to: 5610, lengths: lengths(&[16]) },
    Range { brand: vague("InstaPayment"), from: 637, to: 639, lengths: lengths(&[16]) },
    Range { brand: brand("Maestro"), from: 5018, to: 5018, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Maestro"), from: 5020, to: 5020, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Maestro"), from: 5038, to: 5038, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Maestro"), from: 5893, to: 5893, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Maestro"), from: 6304, to: 6304, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Maestro"), from: 6759, to: 6759, lengths: lengths(&[16, 18, 19]) },
    Range { brand: brand("Maestro"), from: 6761, to: 6763, lengths: lengths(&[16, 18, 19]) },
    Range { brand: vague("Maestro"), from: 493_698, to: 493_698, lengths: lengths(&[12, 13, 14, 15, 16, 17, 18, 19]) },
    Range { brand: vague("Maestro"), from: 50, to: 50, lengths: lengths(&[12, 13, 14, 15, 16, 17, 18, 19]) },
    Range { brand: vague("Maestro"), from: 56, to: 59, lengths: lengths(&[12, 13, 14, 15, 16, 17, 18, 19]) },
    Range { brand: vague("Maestro"), from: 6, to: 6, lengths: lengths(&[12, 13, 14, 15, 16, 17, 18, 19]) },
    Range { brand: vague("UATP"), from: 1, to: 1, lengths: lengths(&[15]) },
    Range { brand: vague("Korean local card"), from: 9, to: 9, lengths: lengths(&[16]) },
];

/// Returns the brand of a complete number, given as digits `0..=9`.
pub(crate) fn brand_of(digits: &[u8]) -> Option<Brand> {
    RANGES
        .iter()
        .find(|range| range.lengths & (1 << digits.len().min(31)) != 0 && starts_within(digits, range))
        .map(|range| range.brand)
}

/// Returns a brand with a distinctive prefix whose numbers may start with these digits. For numbers that lack a digit
/// or are not complete yet.
pub(crate) fn could_start(digits: &[u8]) -> Option<Brand> {
    RANGES.iter().find(|range| range.brand.by_shape && starts_within(digits, range)).map(|range| range.brand)
}

/// Returns the possible lengths (bit `n` for `n` digits) of numbers that start with these digits, over all brands with
/// a distinctive prefix. Any number of digits is accepted.
pub(crate) fn possible_lengths(digits: &[u8]) -> u32 {
    RANGES
        .iter()
        .filter(|range| range.brand.by_shape && may_start_within(digits, range))
        .fold(0, |bits, range| bits | range.lengths)
}

fn may_start_within(digits: &[u8], range: &Range) -> bool {
    let width = range.from.ilog10() as usize + 1;
    if digits.len() >= width {
        return starts_within(digits, range);
    }
    let scale = 10_u32.pow(u32::try_from(width - digits.len()).unwrap_or(0));
    let prefix = digits.iter().fold(0, |n, d| n * 10 + u32::from(*d));
    (range.from / scale..=range.to / scale).contains(&prefix)
}

/// Returns the most common length, in digits, of numbers that start with these digits.
pub(crate) fn usual_length(digits: &[u8]) -> usize {
    match digits {
        [3, 4 | 7, ..] => 15,
        [3, 6 | 8 | 9, ..] | [3, 0, ..] => 14,
        _ => 16,
    }
}

fn starts_within(digits: &[u8], range: &Range) -> bool {
    let width = range.from.ilog10() as usize + 1;
    if digits.len() < width {
        return false;
    }
    let prefix = digits[..width].iter().fold(0, |n, d| n * 10 + u32::from(*d));
    (range.from..=range.to).contains(&prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect()
    }

    #[test]
    fn published_test_numbers_have_their_brand() {
        for (number, name) in [
            ("3782 822463 10005", "American Express"),
            ("4111111111111111", "Visa"),
            ("4222222222222", "Visa"),
            ("5555555555554444", "Mastercard"),
            ("2223003122003222", "Mastercard"),
            ("6011000990139424", "Discover"),
            ("30569309025904", "Diners Club"),
            ("3530111333300000", "JCB"),
            ("6205500000000000004", "UnionPay"),
            ("6304000000000000", "Maestro"),
            ("5019717010103742", "Dankort"),
        ] {
            assert_eq!(brand_of(&digits(number)).map(|b| b.name), Some(name), "{number}");
        }
    }

    #[test]
    fn epoch_times_and_imeis_have_no_brand_by_shape() {
        for number in ["1748503543012", "20240115123000", "354543885833401", "860000000000001"] {
            assert!(brand_of(&digits(number)).is_none_or(|b| !b.by_shape), "{number}");
        }
    }
}
