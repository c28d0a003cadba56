//! Classifies values by their looks: only a password, possibly a password, or ordinary text.

use crate::detect::cues::{PhraseSet, WordClass};
use crate::detect::token::{Hit, Kind, TokenizedText};

use super::LONGEST;
use super::value::is_mark;

/// Returns whether the chunk looks like a password: letters with digits or marks inside, or letters in unusual case.
pub(crate) fn looks_like_one(reading: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    let tokens = &reading.tokens;
    let text = &reading.text[tokens[first].start as usize..tokens[last].end as usize];
    if text.len() < 4 || text.len() > LONGEST || is_masked(text) {
        return false;
    }
    // A plain word.
    if first == last && tokens[first].kind == Kind::Word && !text[1..].iter().any(u8::is_ascii_uppercase) {
        return false;
    }
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let symbols = text.iter().filter(|b| b"!@#$%^&*_+=~?<>|\\".contains(b)).count();
    let upper_inside = text.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    if is_address(text) || is_ordinary(reading, first, last) {
        return false;
    }
    if letters == 0 {
        return digits >= 4 && symbols >= 1 && !text.contains(&b'$') && !text.contains(&b'%') && !text.contains(&b'=');
    }
    if tokens[first..=last].iter().any(|t| t.kind == Kind::Other) && digits == 0 {
        return false;
    }
    let inner = text[..text.len() - 1].iter().any(|b| b"!@#$%^&*_+=~".contains(b));
    digits > 0
        || inner
        || upper_inside && symbols == 0 && !is_name(reading, first, last)
        || symbols > 0 && (text.iter().any(u8::is_ascii_uppercase) && text.len() >= 6)
}

/// Returns whether [`looks_like_one`] holds and the chunk is unlikely to be a code, a name or a model: digits or marks
/// are among its letters.
pub(crate) fn is_strong(reading: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    if !looks_like_one(reading, (first, last)) {
        return false;
    }
    let tokens = &reading.tokens;
    let text = &reading.text[tokens[first].start as usize..tokens[last].end as usize];
    let lower = text.iter().filter(|b| b.is_ascii_lowercase()).count();
    let upper = text.iter().filter(|b| b.is_ascii_uppercase()).count();
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let symbols = text[..text.len() - 1].iter().filter(|b| b"!@#$%^&*_+=~?".contains(b)).count();
    let classes = usize::from(lower > 0) + usize::from(upper > 0) + usize::from(digits > 0) + usize::from(symbols > 0);
    // "rid=7f3e1c9a-0b52-...": the value of another key, a UUID, a hash.
    let hex = text.len() >= 16 && text.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let keyed = tokens[first].kind == Kind::Word
        && tokens.get(first + 1).is_some_and(|t| matches!(t.kind, Kind::Mark(b'=' | b'[')))
        && first < last;
    !hex && !keyed
        && text.len() >= 6
        && (classes >= 3 && lower > 0 || lower >= 3 && digits > 0 || symbols > 0 && lower >= 3 && digits + upper > 0)
        && !text.contains(&b'/')
}

/// The maximum number of tokens between an unknown word and a cue after it: "X is my password".
pub(crate) const RIGHT_OF_WORD: usize = 4;

/// Returns whether the chunk is a word of letters (and digits) that no table knows.
pub(crate) fn is_unknown(reading: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    let token = &reading.tokens[first];
    first == last
        && token.is_text()
        && token.len() >= 4
        && !token.does(WordClass::COMMON)
        && token.cue == 0
        && !token.does(WordClass::UNIT)
        && !is_predicate(reading.bytes(token))
}

/// Returns whether a quotation reads as a message rather than a secret: a verb of state, a negation, many everyday
/// words.
pub(crate) fn is_sentence(reading: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    let words = || reading.tokens[first..=last].iter().filter(|t| t.kind == Kind::Word);
    let count = words().count();
    let said = words()
        .filter(|t| t.does(WordClass::COPULA) || t.does(WordClass::NEGATION) || t.does(WordClass::STATE))
        .count();
    let cue = words().any(|t| t.cue != 0);
    let measured =
        words().any(|t| t.does(WordClass::UNIT)) && reading.tokens[first..=last].iter().any(|t| t.kind == Kind::Digits);
    measured
        || count >= 2 && (said * 2 >= count || cue)
        || count > 9
        || count == 1 && first == last && reading.tokens[first].does(WordClass::STATE)
        || count == 1 && first == last && cue
}

/// Returns whether three or more words are joined by hyphens, as in `correct-horse-battery-staple`. Ordinary text does
/// not do this.
pub(super) fn hyphen_chain(reading: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    let stretch = &reading.tokens[first..=last];
    let hyphens = stretch.iter().filter(|t| matches!(t.kind, Kind::Mark(b'-' | b'_' | b'.'))).count();
    hyphens >= 2
        && stretch.len() == 2 * hyphens + 1
        && stretch.iter().step_by(2).all(|t| matches!(t.kind, Kind::Word | Kind::Digits | Kind::Mixed))
}

pub(super) fn is_phrase_cue(reading: &TokenizedText<'_>, hit: &Hit) -> bool {
    (hit.first..=hit.last).any(|i| reading.is_in(&reading.tokens[i], PhraseSet::PHRASE))
}

/// Returns whether the word has the ending of an English or Spanish participle, adverb or adjective, as statements
/// about passwords have.
pub(crate) fn is_predicate(word: &[u8]) -> bool {
    word.len() > 4
        && [
            &b"ed"[..],
            b"ing",
            b"ly",
            b"able",
            b"ible",
            b"ful",
            b"less",
            b"ive",
            b"ous",
            b"ada",
            b"ado",
            b"ida",
            b"ido",
            b"mente",
            b"able",
            b"n't",
            b"ando",
            b"iendo",
            b"ory",
            b"ant",
            b"ent",
        ]
        .iter()
        .any(|ending| word.ends_with(ending))
        && word.iter().all(|b| b.is_ascii_lowercase())
}

/// Returns whether the text is a mask or a placeholder: stars, x's, labels of this library.
pub(super) fn is_masked(text: &[u8]) -> bool {
    text.iter().all(|b| b"*xX#.-_[]<>{}".contains(b)) || text.windows(3).any(|w| w == b"***")
}

/// Returns whether the text is a URL, an e-mail address or a path.
pub(crate) fn is_address(text: &[u8]) -> bool {
    let at = text.iter().position(|b| *b == b'@');
    // "root@203.0.113.9"
    let host = at.is_some_and(|at| {
        let host = &text[at + 1..];
        host.iter().filter(|b| **b == b'.').count() == 3 && host.iter().all(|b| b.is_ascii_digit() || *b == b'.')
    });
    let mail = at.is_some_and(|at| {
        at > 0
            && text[at..].iter().rposition(|b| *b == b'.').is_some_and(|dot| {
                dot > 1 && at + dot + 2 < text.len() && text[at + dot + 1..].iter().all(u8::is_ascii_alphabetic)
            })
    });
    let url = text.windows(3).any(|w| w == b"://") || text.starts_with(b"www.");
    let domain = text.iter().filter(|b| **b == b'.').count() >= 1
        && text.rsplit(|b| *b == b'.').next().is_some_and(|end| {
            [&b"com"[..], b"org", b"net", b"edu", b"gov", b"mx", b"es", b"ar", b"co", b"io", b"cl"].contains(&end)
        })
        && !text.iter().any(|b| b"!#$%^&*".contains(b));
    mail || host || url || domain || is_file(text)
}

/// Returns whether the text is a file name: `export_2025-02-11.csv`.
pub(crate) fn is_file(text: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 34] = [
        b"csv", b"tsv", b"txt", b"log", b"pdf", b"doc", b"docx", b"xls", b"xlsx", b"ppt", b"pptx", b"odt", b"rtf",
        b"json", b"xml", b"yml", b"yaml", b"html", b"htm", b"zip", b"gz", b"tar", b"png", b"jpg", b"jpeg", b"gif",
        b"heic", b"svg", b"mp3", b"mp4", b"mov", b"apk", b"exe", b"eml",
    ];
    text.iter().rposition(|b| *b == b'.').is_some_and(|dot| {
        dot > 0
            && ENDINGS.iter().any(|ending| text[dot + 1..].eq_ignore_ascii_case(ending))
            && text[..dot].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'(' | b')'))
    })
}

/// Returns whether the tokens are ordinary text with marks or digits: times, ordinals, quantities, contractions,
/// hyphenated words.
fn is_ordinary(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    let tokens = &reading.tokens;
    let stretch = &tokens[first..=last];
    // Only words and marks: "e-mail", "don't", "and/or", "wi-fi", "(sic)".
    let marks_inside = stretch.iter().any(|t| is_mark(t, b"!@#$%^&*_+=~|\\"));
    if stretch.iter().all(|t| matches!(t.kind, Kind::Word | Kind::Mark(_))) && !marks_inside {
        return first != last || stretch[0].does(WordClass::COMMON);
    }
    // A word with final marks: "password!", "what?!".
    if stretch.iter().skip(1).all(|t| matches!(t.kind, Kind::Mark(b'!' | b'?' | b'*' | b'~' | b'.')))
        && stretch[0].kind == Kind::Word
        && (stretch[0].does(WordClass::COMMON) || stretch[0].cue != 0)
    {
        return true;
    }
    // Digits that replace sounds: "every1", "l8r".
    if first == last && is_sounded_out(&reading.text[stretch[0].start as usize..stretch[0].end as usize]) {
        return true;
    }
    // Units and times: "7am", "24-hour", "5-digit", "10:30pm", "2nd".
    if stretch.iter().any(|t| t.kind == Kind::Word && t.does(WordClass::UNIT))
        && stretch
            .iter()
            .all(|t| matches!(t.kind, Kind::Digits | Kind::Mark(b'-' | b':' | b'.' | b'/')) || t.does(WordClass::UNIT))
    {
        return true;
    }
    // Reference numbers: capitals, a hyphen, digits: "AUTH-1002".
    if stretch.iter().all(|t| {
        matches!(t.kind, Kind::Digits | Kind::Mark(b'-'))
            || t.kind == Kind::Word && reading.bytes(t).iter().all(u8::is_ascii_uppercase)
    }) {
        return true;
    }
    // Dates and ranges: only digits and separators.
    if stretch
        .iter()
        .all(|t| matches!(t.kind, Kind::Digits | Kind::Mark(b'-' | b'/' | b'.' | b':' | b',' | b'$' | b'%')))
    {
        return true;
    }
    // Numbers and everyday words joined by hyphens: "one-time", "3-in-1", "covid-19", "windows-11".
    let words_known = stretch.iter().filter(|t| t.kind == Kind::Word).all(|t| t.does(WordClass::COMMON) || t.cue != 0);
    words_known
        && !marks_inside
        && stretch.iter().all(|t| matches!(t.kind, Kind::Word | Kind::Digits | Kind::Mark(b'-' | b'/' | b'.')))
        && stretch.len() <= 3
        && stretch.iter().filter(|t| t.kind == Kind::Digits).all(|t| t.len() <= 2)
}

/// Returns whether this is a chat word in which a digit replaces a sound.
fn is_sounded_out(text: &[u8]) -> bool {
    const WORDS: [&str; 22] = [
        "every1", "any1", "some1", "no1", "every1s", "any1s", "some1s", "no1s", "2day", "2nite", "2night", "2morrow",
        "2moro", "4ever", "4get", "4got", "b4hand", "gr8", "l8r", "str8", "h8rs", "m8s",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

/// Returns whether this is a brand or a name with inner capitals: "iPhone", "McDonald", "PayPal".
fn is_name(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    let text = &reading.text[reading.tokens[first].start as usize..reading.tokens[last].end as usize];
    let humps = text.windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()).count();
    // "MapleCourt", "iPhone", but not "squirrelParade".
    let early = text.iter().take(4).any(u8::is_ascii_uppercase);
    humps <= 1 && early && text.iter().all(u8::is_ascii_alphabetic)
}
