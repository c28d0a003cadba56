//! Check digits of card numbers, routing numbers, IBANs and CLABEs.
//!
//! The input is a number with or without separators: all characters except ASCII letters and digits are skipped. A number
//! of the wrong length is never valid. The functions do not allocate and do not panic.

use std::fmt;
use std::str::FromStr;

/// A checksum that distinguishes a number from a mistyped or random one.
///
/// ```
/// use lastfour::Checksum;
/// assert!(Checksum::Luhn.holds(b"3782 822463 10005"));
/// assert!(!Checksum::Luhn.holds(b"3782 822463 10006"));
/// assert!(Checksum::Iban.holds(b"GB82 WEST 1234 5698 7654 32"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Checksum {
    /// The last digit of card numbers (ISO/IEC 7812). One random number in ten is valid.
    Luhn,
    /// Routing numbers of banks in the United States: 9 digits.
    Aba,
    /// International bank account numbers (ISO 13616): modulo 97.
    Iban,
    /// Mexican bank account numbers: 18 digits.
    Clabe,
}

impl Checksum {
    /// All checksums.
    pub const ALL: &'static [Self] = &[Self::Luhn, Self::Aba, Self::Iban, Self::Clabe];

    /// Returns the name in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Luhn => "luhn",
            Self::Aba => "aba",
            Self::Iban => "iban",
            Self::Clabe => "clabe",
        }
    }

    /// Returns whether the check digits of `number` are valid.
    #[must_use]
    pub fn holds(self, number: &[u8]) -> bool {
        match self {
            Self::Luhn => luhn(number),
            Self::Aba => aba(number),
            Self::Iban => iban(number),
            Self::Clabe => clabe(number),
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Checksum {
    type Err = UnknownChecksum;

    fn from_str(name: &str) -> Result<Self, UnknownChecksum> {
        Self::ALL.iter().copied().find(|checksum| checksum.as_str() == name).ok_or(UnknownChecksum)
    }
}

/// The text is not `luhn`, `aba`, `iban` or `clabe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownChecksum;

impl fmt::Display for UnknownChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Checksum::ALL.iter().map(|checksum| checksum.as_str()).collect();
        write!(f, "unknown checksum: use one of {}", names.join(", "))
    }
}

impl std::error::Error for UnknownChecksum {}

/// The maximum number of characters of any of these numbers (an IBAN).
const LONGEST: usize = 34;

/// Returns whether the Luhn check digit is valid (ISO/IEC 7812, annex B), for 2 to 34 digits. Letters are skipped.
#[must_use]
pub(crate) fn luhn(number: &[u8]) -> bool {
    let mut buffer = [0; LONGEST];
    match collect(number, &mut buffer, u8::is_ascii_digit) {
        Some(digits @ [_, _, ..]) => std::str::from_utf8(digits).is_ok_and(luhn::valid),
        _ => false,
    }
}

/// As [`luhn`], for digits `0..=9` of which one is not 0. Dense numbers are checked at every place, so it must be fast.
#[must_use]
pub(crate) fn luhn_of(digits: &[u8]) -> bool {
    let places = digits.iter().rev().enumerate();
    let sum: u32 = places.map(|(place, digit)| u32::from(if place % 2 == 0 { *digit } else { doubled(*digit) })).sum();
    digits.len() > 1 && sum > 0 && sum.is_multiple_of(10)
}

/// Returns the sum of the digits of twice this digit.
#[must_use]
pub(crate) fn doubled(digit: u8) -> u8 {
    if digit >= 5 { digit * 2 - 9 } else { digit * 2 }
}

/// Returns whether this is a well-formed ABA routing number: 9 digits, the first two in 00-12, 21-32, 61-72 or 80, and
/// `3(d1+d4+d7) + 7(d2+d5+d8) + (d3+d6+d9)` divisible by ten (American Bankers Association).
#[must_use]
pub(crate) fn aba(number: &[u8]) -> bool {
    let mut buffer = [0; LONGEST];
    let Some(digits @ [first, second, ..]) = collect(number, &mut buffer, u8::is_ascii_digit) else {
        return false;
    };
    let district = (first - b'0') * 10 + (second - b'0');
    digits.len() == 9
        && matches!(district, 0..=12 | 21..=32 | 61..=72 | 80)
        && weighted(digits, [3, 7, 1]).is_multiple_of(10)
}

/// Returns whether this is a well-formed CLABE: 18 digits, the last of which complements the first 17, weighted 3, 7,
/// 1, each product taken modulo ten (Asociación de Bancos de México).
#[must_use]
pub(crate) fn clabe(number: &[u8]) -> bool {
    let mut buffer = [0; LONGEST];
    match collect(number, &mut buffer, u8::is_ascii_digit) {
        Some([digits @ .., check]) if digits.len() == 17 => {
            (weighted(digits, [3, 7, 1]) + u32::from(check - b'0')).is_multiple_of(10)
        }
        _ => false,
    }
}

/// Returns whether this is a well-formed IBAN: a registered country, its length, two check digits, digits if the
/// country allows no letters, and the remainder 1 modulo 97 (ISO 13616). Upper or lower case.
#[must_use]
pub(crate) fn iban(number: &[u8]) -> bool {
    let mut buffer = [0; LONGEST];
    let Some(iban @ [a, b, c, d, account @ ..]) = collect(number, &mut buffer, u8::is_ascii_alphanumeric) else {
        return false;
    };
    let Some((length, digits)) = iban_country([*a, *b]) else { return false };
    let shape = iban.len() == length
        && [c, d].into_iter().all(u8::is_ascii_digit)
        && (!digits || account.iter().all(u8::is_ascii_digit));
    let remainder = iban[4..].iter().chain(&iban[..4]).fold(0, |remainder, c| match c {
        b'0'..=b'9' => (remainder * 10 + u32::from(c - b'0')) % 97,
        letter => (remainder * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    shape && remainder == 1
}

/// Returns the length of a country's IBANs, and whether their account part is digits only.
pub(crate) fn iban_country(code: [u8; 2]) -> Option<(usize, bool)> {
    let code = code.map(|letter| letter.to_ascii_uppercase());
    let row = IBANS.binary_search_by_key(&code, |(country, ..)| **country).ok()?;
    Some((IBANS[row].1, IBANS[row].2))
}

/// The countries of SWIFT's IBAN registry, sorted: length, and whether the account part is digits only.
#[rustfmt::skip]
const IBANS: [(&[u8; 2], usize, bool); 89] = [
    (b"AD", 24, false), (b"AE", 23, true), (b"AL", 28, false), (b"AT", 20, true),
    (b"AZ", 28, false), (b"BA", 20, true), (b"BE", 16, true), (b"BG", 22, false),
    (b"BH", 22, false), (b"BI", 27, true), (b"BR", 29, false), (b"BY", 28, false),
    (b"CH", 21, false), (b"CR", 22, true), (b"CY", 28, false), (b"CZ", 24, true),
    (b"DE", 22, true), (b"DJ", 27, true), (b"DK", 18, true), (b"DO", 28, false),
    (b"EE", 20, true), (b"EG", 29, true), (b"ES", 24, true), (b"FI", 18, true),
    (b"FK", 18, false), (b"FO", 18, true), (b"FR", 27, false), (b"GB", 22, false),
    (b"GE", 22, false), (b"GI", 23, false), (b"GL", 18, true), (b"GR", 27, false),
    (b"GT", 28, false), (b"HN", 28, false), (b"HR", 21, true), (b"HU", 28, true),
    (b"IE", 22, false), (b"IL", 23, true), (b"IQ", 23, false), (b"IS", 26, true),
    (b"IT", 27, false), (b"JO", 30, false), (b"KW", 30, false), (b"KZ", 20, false),
    (b"LB", 28, false), (b"LC", 32, false), (b"LI", 21, false), (b"LT", 20, true),
    (b"LU", 20, false), (b"LV", 21, false), (b"LY", 25, true), (b"MC", 27, false),
    (b"MD", 24, false), (b"ME", 22, true), (b"MK", 19, false), (b"MN", 20, true),
    (b"MR", 27, true), (b"MT", 31, false), (b"MU", 30, false), (b"NI", 28, false),
    (b"NL", 18, false), (b"NO", 15, true), (b"OM", 23, false), (b"PK", 24, false),
    (b"PL", 28, true), (b"PS", 29, false), (b"PT", 25, true), (b"QA", 29, false),
    (b"RO", 24, false), (b"RS", 22, true), (b"RU", 33, false), (b"SA", 24, false),
    (b"SC", 31, false), (b"SD", 18, true), (b"SE", 24, true), (b"SI", 19, true),
    (b"SK", 24, true), (b"SM", 27, false), (b"SO", 23, true), (b"ST", 25, true),
    (b"SV", 28, false), (b"TL", 23, true), (b"TN", 24, true), (b"TR", 26, false),
    (b"UA", 29, false), (b"VA", 22, true), (b"VG", 24, false), (b"XK", 20, true),
    (b"YE", 30, false),
];

/// Returns the characters of `number` that `wanted` accepts, or `None` if the buffer is too small for them.
fn collect<'b>(number: &[u8], buffer: &'b mut [u8; LONGEST], wanted: fn(&u8) -> bool) -> Option<&'b [u8]> {
    let mut len = 0;
    for byte in number.iter().filter(|byte| wanted(byte)) {
        *buffer.get_mut(len)? = *byte;
        len += 1;
    }
    Some(&buffer[..len])
}

/// Returns the sum of the digits times the cyclic weights. Each product is reduced modulo ten, which does not change
/// the sum modulo ten.
fn weighted(digits: &[u8], weights: [u32; 3]) -> u32 {
    digits.iter().zip(weights.into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight % 10).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published examples: test card numbers of payment providers, routing numbers of the Federal Reserve's directory,
    /// the examples of the IBAN registry and of the CLABE standard.
    const FITS: [(Checksum, &[&str]); 4] = [
        (
            Checksum::Luhn,
            &["378282246310005", "3714 496353 98431", "4242-4242-4242-4242", "6205500000000000004", "3056930009020004"],
        ),
        (Checksum::Aba, &["021000021", "121000248", "0260-0959-3", "322271627"]),
        (
            Checksum::Iban,
            &["GB82WEST12345698765432", "ES91 2100 0418 4502 0005 1332", "de89370400440532013000", "NO9386011117947"],
        ),
        (Checksum::Clabe, &["032180000118359719", "002010077777777771"]),
    ];

    #[test]
    fn the_check_of_digits_is_that_of_text() {
        for number in 0..200_000_u32 {
            let text = (u64::from(number) * 7_919_000_003).to_string();
            let digits: Vec<u8> = text.bytes().map(|b| b - b'0').collect();
            assert_eq!(luhn_of(&digits), number > 0 && luhn(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn published_numbers_fit() {
        for (checksum, numbers) in FITS {
            for number in numbers {
                assert!(checksum.holds(number.as_bytes()), "{checksum} {number}");
            }
        }
    }

    #[test]
    fn no_number_fits_with_one_digit_changed() {
        for (checksum, numbers) in FITS {
            for number in numbers {
                for at in (0..number.len()).filter(|at| number.as_bytes()[*at].is_ascii_digit()) {
                    for digit in b'0'..=b'9' {
                        let mut changed = number.as_bytes().to_vec();
                        if changed[at] != digit {
                            changed[at] = digit;
                            assert!(!checksum.holds(&changed), "{checksum} {number} at {at}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_number_of_the_wrong_length_never_fits() {
        for &checksum in Checksum::ALL {
            for zeros in ["", "0", "000000000000000000000000000000000000"] {
                assert!(!checksum.holds(zeros.as_bytes()), "{checksum} {zeros}");
            }
        }
        assert!(!aba(b"0210000210"));
        assert!(!clabe(b"0321800001183597190"));
        assert!(!iban(b"DE8937040044053201300"));
    }

    #[test]
    fn an_iban_has_a_registered_country_and_digits_where_it_has_no_letters() {
        // The remainder is 1 for both.
        assert!(iban(b"IS140159260076545510730339") && !iban(b"ZZ240159260076545510730339"));
        assert!(!iban(b"DE06ABCD00440532013000") && iban(b"GB82WEST12345698765432"));
    }

    #[test]
    fn a_routing_number_starts_with_a_federal_reserve_district() {
        // The weights fit both, but the districts 99 and 13 do not exist.
        assert!(!aba(b"991000000") && weighted(b"990000006", [3, 7, 1]) % 10 == 6);
        assert!((0..100).all(|last| !aba(format!("1300000{last:02}").as_bytes())));
    }

    #[test]
    fn the_table_of_countries_is_sorted() {
        assert!(IBANS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn every_name_can_be_parsed() {
        for &checksum in Checksum::ALL {
            assert_eq!(checksum.to_string().parse(), Ok(checksum));
        }
        assert_eq!("mod10".parse::<Checksum>(), Err(UnknownChecksum));
    }
}
