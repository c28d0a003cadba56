//! What number words mean.

/// The facts of a language: its number words and the words around them that say what a number is.
pub(super) struct Language<'a> {
    pub(super) words: &'a [(&'a str, Meaning)],
    /// Words after which a number is a count.
    pub(super) counting: &'a [&'a str],
    /// Words before which a number is a count; so are those that end in `s`, but for the `uncounted`.
    pub(super) counted: &'a [&'a str],
    /// Words that end in `s` and are no plural.
    pub(super) uncounted: &'a [&'a str],
    /// Words after which two numbers are a time of the day.
    pub(super) time_before: &'a [&'a str],
    /// Words before which two numbers are a time of the day.
    pub(super) time_after: &'a [&'a str],
    /// Words after which two numbers are a year.
    pub(super) year_before: &'a [&'a str],
    /// Whether "and" binds the ones to the tens: "treinta y siete".
    pub(super) and_after_tens: bool,
    /// Whether it binds what follows hundreds and thousands: "two hundred and five".
    pub(super) and_after_hundreds: bool,
}

/// What a word means inside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A single digit.
    Digit(u8),
    /// The digit one, which is also a pronoun.
    One,
    /// The digit zero, which is also an interjection.
    Oh,
    /// The letter that is read as a zero in company of number words.
    LetterO,
    /// A number below hundred that takes no digit after it.
    Teen(u8),
    /// Ten, where "ten and six" is sixteen.
    Ten,
    /// A multiple of ten that may take a digit after it.
    Tens(u8),
    /// Times hundred, after a number below hundred.
    Hundred,
    /// So many hundreds.
    Hundreds(u8),
    /// Times thousand, after a number.
    Thousand,
    /// Thousand, or times thousand after a number.
    Mil,
    /// The next digit so many times.
    Times(u8),
    /// A word that binds the parts of a number, and also two sentences.
    And,
    /// A separator said aloud, and how it is written.
    Spoken(u8),
}

impl Meaning {
    /// The digit, if it is one.
    pub(super) fn digit(self) -> Option<u8> {
        match self {
            Self::Digit(digit) => Some(digit),
            Self::One => Some(1),
            Self::Oh | Self::LetterO => Some(0),
            _ => None,
        }
    }

    /// Whether it is worth to look closer where it stands.
    pub(super) const fn counts(self) -> bool {
        !matches!(self, Self::And | Self::Spoken(_) | Self::LetterO)
    }
}

/// A set of languages, one bit each.
pub(super) type Languages = u8;
