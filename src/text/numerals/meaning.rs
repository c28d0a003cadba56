//! What number words mean.

/// The tables of a language: its number words, and words around them that say what a number is.
pub(super) struct Language<'a> {
    pub(super) words: &'a [(&'a str, Meaning)],
    /// Words after which a number is a count.
    pub(super) counting: &'a [&'a str],
    /// Words before which a number is a count. So are words that end in `s`, except those in `uncounted`.
    pub(super) counted: &'a [&'a str],
    /// Words that end in `s` but are not a plural.
    pub(super) uncounted: &'a [&'a str],
    /// Words after which two numbers are a time of day.
    pub(super) time_before: &'a [&'a str],
    /// Words before which two numbers are a time of day.
    pub(super) time_after: &'a [&'a str],
    /// Words after which two numbers are a year.
    pub(super) year_before: &'a [&'a str],
    /// Whether "and" joins tens and ones: "treinta y siete".
    pub(super) and_after_tens: bool,
    /// Whether "and" follows hundreds and thousands: "two hundred and five".
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
    /// The letter O, which is read as a zero next to number words.
    LetterO,
    /// A number below a hundred that no digit can follow.
    Teen(u8),
    /// Ten, in languages in which "ten and six" is sixteen.
    Ten,
    /// A multiple of ten that a digit can follow.
    Tens(u8),
    /// Times a hundred, after a number below a hundred.
    Hundred,
    /// This many hundreds.
    Hundreds(u8),
    /// Times a thousand, after a number.
    Thousand,
    /// A thousand, or times a thousand after a number.
    Mil,
    /// Repeats the next digit this many times.
    Times(u8),
    /// A word that joins the parts of a number, but also sentences.
    And,
    /// A spoken separator, and its character.
    Spoken(u8),
}

impl Meaning {
    /// Returns the digit, if it is one.
    pub(super) fn digit(self) -> Option<u8> {
        match self {
            Self::Digit(digit) => Some(digit),
            Self::One => Some(1),
            Self::Oh | Self::LetterO => Some(0),
            _ => None,
        }
    }

    /// Returns whether the word triggers the number pass.
    pub(super) const fn counts(self) -> bool {
        !matches!(self, Self::And | Self::Spoken(_) | Self::LetterO)
    }
}

/// A set of languages, one bit each.
pub(super) type Languages = u8;
