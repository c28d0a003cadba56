//! English number words and the words around them, with common misspellings. Lower case, without accents.

use super::meaning::Language;
use super::meaning::Meaning::{self, *};

pub(super) const LANGUAGE: Language<'static> = Language {
    words: WORDS,
    counting: COUNTING,
    counted: COUNTED,
    uncounted: UNCOUNTED,
    time_before: TIME_BEFORE,
    time_after: TIME_AFTER,
    year_before: YEAR_BEFORE,
    and_after_tens: false,
    and_after_hundreds: true,
};

#[rustfmt::skip]
const WORDS: &[(&str, Meaning)] = &[
    ("zero", Digit(0)), ("zeros", Digit(0)), ("zeroes", Digit(0)), ("oh", Oh), ("o", LetterO), ("nought", Digit(0)),
    ("naught", Digit(0)), ("aught", Digit(0)), ("nil", Digit(0)),
    ("one", One), ("two", Digit(2)), ("three", Digit(3)), ("thre", Digit(3)), ("four", Digit(4)), ("five", Digit(5)),
    ("six", Digit(6)), ("seven", Digit(7)), ("sevn", Digit(7)), ("eight", Digit(8)), ("eigth", Digit(8)),
    ("nine", Digit(9)), ("niner", Digit(9)), ("nien", Digit(9)),
    ("ones", Digit(1)), ("twos", Digit(2)), ("threes", Digit(3)), ("fours", Digit(4)), ("fives", Digit(5)),
    ("sixes", Digit(6)), ("sevens", Digit(7)), ("eights", Digit(8)), ("nines", Digit(9)),
    ("ten", Teen(10)), ("eleven", Teen(11)), ("twelve", Teen(12)), ("twelv", Teen(12)), ("thirteen", Teen(13)),
    ("fourteen", Teen(14)), ("forteen", Teen(14)), ("fifteen", Teen(15)), ("fiveteen", Teen(15)), ("sixteen", Teen(16)),
    ("seventeen", Teen(17)), ("eighteen", Teen(18)), ("eightteen", Teen(18)), ("nineteen", Teen(19)),
    ("ninteen", Teen(19)),
    ("twenty", Tens(20)), ("twenny", Tens(20)), ("thirty", Tens(30)), ("forty", Tens(40)), ("fourty", Tens(40)),
    ("fifty", Tens(50)), ("fivety", Tens(50)), ("sixty", Tens(60)), ("seventy", Tens(70)), ("eighty", Tens(80)),
    ("eightty", Tens(80)), ("ninety", Tens(90)), ("ninty", Tens(90)), ("ninedy", Tens(90)),
    ("hundred", Hundred), ("hundered", Hundred), ("thousand", Thousand), ("thousend", Thousand),
    ("double", Times(2)), ("dbl", Times(2)), ("triple", Times(3)), ("treble", Times(3)), ("quadruple", Times(4)),
    ("and", And), ("then", Spoken(b' ')), ("space", Spoken(b' ')), ("comma", Spoken(b' ')), ("dash", Spoken(b'-')),
    ("hyphen", Spoken(b'-')), ("dot", Spoken(b'-')), ("slash", Spoken(b'/')),
    ("um", Spoken(b' ')), ("umm", Spoken(b' ')), ("uh", Spoken(b' ')), ("uhh", Spoken(b' ')), ("er", Spoken(b' ')),
];

/// A number word after one of these is a count: "the last four".
const COUNTING: &[&str] = &[
    "last",
    "first",
    "final",
    "next",
    "other",
    "remaining",
    "only",
    "these",
    "those",
    "all",
    "bottom",
    "top",
    "front",
    "back",
    "middle",
    "past",
    "every",
];

/// A number word before one of these is a count: "two more".
const COUNTED: &[&str] = &[
    "of",
    "more",
    "other",
    "people",
    "person",
    "percent",
    "per",
    "million",
    "billion",
    "trillion",
    "grand",
    "k",
    "usd",
    "dollar",
    "dollars",
    "buck",
    "bucks",
    "cent",
    "euro",
    "pound",
    "second",
    "sec",
    "minute",
    "min",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "night",
    "time",
    "way",
    "star",
    "bedroom",
    "room",
    "bed",
    "person",
    "adult",
    "ticket",
    "guest",
    "passenger",
    "thing",
    "last",
    "moment",
    "digit",
    "mile",
    "point",
    "square",
    "plus",
    "or",
    "to",
    "men",
    "women",
    "children",
    "dozen",
];

/// Words that end like a plural but are not one.
const UNCOUNTED: &[&str] = &[
    "is", "was", "as", "its", "this", "thus", "thanks", "thats", "has", "does", "yes", "pls", "plus", "always",
    "bless", "address", "expires", "cvvs", "ss", "unless", "perhaps", "whats", "heres",
];

const TIME_BEFORE: &[&str] =
    &["at", "by", "around", "about", "until", "till", "til", "before", "after", "from", "to", "for", "between", "past"];

const TIME_AFTER: &[&str] =
    &["am", "pm", "a", "p", "in", "tonight", "tomorrow", "today", "oclock", "sharp", "on", "this", "hours"];

const YEAR_BEFORE: &[&str] = &[
    "in", "since", "of", "year", "until", "till", "from", "back", "during", "by", "before", "after", "born", "early",
    "late",
];
