//! Reads the data that people type after a card number: expiry date, security code and ZIP code, in any order.

use crate::detect::Document;
use crate::detect::cues::{PhraseSet, WordClass};
use crate::detect::number::{Number, NumberShape};
use crate::detect::token::{Kind, TokenizedText};

/// The fields after a card number, each recognized by its length.
#[derive(Default)]
pub(crate) struct CardData {
    /// The first and last token of the expiry date.
    pub(crate) expiry: Option<(usize, usize)>,
    pub(crate) code: Option<Number>,
    pub(crate) zip: Option<Number>,
}

/// The number of tokens that are read after a card.
const REACH: usize = 20;

/// Reads the fields after a card that ends at token `last` and whose security code has `code_digits` digits.
pub(crate) fn after(page: &Document<'_>, last: usize, code_digits: usize) -> CardData {
    let reading = &page.reading;
    let mut data = CardData::default();
    let mut month = None;
    let mut named = false;
    // After words that do not introduce an expiry date, a number may be anything: "4111... for 456".
    let mut talk = false;
    let mut end = last;
    let mut at = last + 1;
    while at < reading.tokens.len() && at - last <= REACH {
        let token = &reading.tokens[at];
        match token.kind {
            Kind::Digits => {
                if data.expiry.is_none()
                    && let Some(until) = expiry(page, at, month.is_some(), named, code_digits)
                {
                    data.expiry = Some((month.unwrap_or(at), until));
                    talk = false;
                    (end, at) = (until, until + 1);
                    continue;
                }
                if talk {
                    break;
                }
                let field = field(reading, at);
                let dated = data.expiry.is_some();
                let code = field.digits == 3 || field.digits == 4 && code_digits == 4;
                if code && data.code.is_none() && is_plain(page, at, dated) && free_after(reading, at) {
                    data.code = Some(field);
                } else if matches!(field.digits, 5 | 9) && (dated || data.code.is_some()) && data.zip.is_none() {
                    data.zip = Some(field);
                } else {
                    break;
                }
                end = field.last;
                at = field.last;
            }
            Kind::Mark(b',' | b';' | b'/' | b'-' | b'|' | b':' | b'(' | b')' | b'.' | b'*' | b'`') | Kind::Newline => {}
            Kind::Word if token.does(WordClass::MONTH) => month = Some(at),
            Kind::Word if token.does(WordClass::EXPIRY) => named = true,
            Kind::Word if reading.is_in(token, PhraseSet::WITH_CODE) => {}
            // "exp 12/31 back 125"
            Kind::Word if token.does(WordClass::FACE) && token.cue == 0 => {}
            // "exp 12/31 sec 125"
            Kind::Word if data.expiry.is_some_and(|(_, last)| last == at - 1) && labels(reading, at) => {}
            Kind::Word if token.does(WordClass::GLUE) && token.cue == 0 && data.expiry.is_none() => talk = true,
            _ => break,
        }
        at += 1;
    }
    // A field must not be the beginning of a longer number.
    let cut =
        page.numbers.get(page.numbers.partition_point(|n| n.last < end)).filter(|n| n.first <= end && n.last > end);
    let whole = |field: &Number| cut.is_none_or(|cut| field.first < cut.first);
    CardData { code: data.code.filter(whole), zip: data.zip.filter(whole), ..data }
}

/// Returns whether the word at `at` is short, like a label, in no table but that of units, and a number follows.
fn labels(reading: &TokenizedText<'_>, at: usize) -> bool {
    const LONGEST: usize = 5;
    let token = &reading.tokens[at];
    let next = reading.token(at + 1).filter(|next| next.kind == Kind::Digits && next.spaced);
    token.len() <= LONGEST && (token.word == 0 || token.does(WordClass::UNIT)) && token.cue == 0 && next.is_some()
}

/// Returns the field at `at`: one group of digits, or a ZIP code with its extension.
fn field(reading: &TokenizedText<'_>, at: usize) -> Number {
    let len = |at: usize| reading.token(at).filter(|t| t.kind == Kind::Digits && !t.spaced).map_or(0, |t| t.len());
    let hyphen = reading.token(at + 1).is_some_and(|t| t.is(b'-') && !t.spaced);
    let first = reading.tokens[at].len();
    let extended = first == 5 && hyphen && len(at + 2) == 4;
    let (last, digits, groups) = if extended { (at + 2, 9, 2) } else { (at, first, 1) };
    Number { first: at, last, digits, groups, shape: NumberShape::Bare, attached: false }
}

/// Returns whether the digits at `at` are not part of a number with a harmless shape: a phone, a quantity.
fn is_plain(page: &Document<'_>, at: usize, dated: bool) -> bool {
    let number = &page.numbers[page.numbers.partition_point(|n| n.last < at)];
    match number.shape {
        NumberShape::Bare | NumberShape::Likely("year") => true,
        NumberShape::Likely("house number") => dated,
        // The last group of a number that begins with the expiry date.
        NumberShape::Harmless("date") => number.first < at,
        _ => false,
    }
}

/// Returns whether no unit follows the number that ends at `last`: "4111... 12/28 456 points".
fn free_after(reading: &TokenizedText<'_>, last: usize) -> bool {
    reading.token(last + 1).is_none_or(|t| !(t.kind == Kind::Word && t.does(WordClass::UNIT) || t.is(b'%')))
}

/// Returns the last token of an expiry date whose digits start at `at`: `06/17`, `06-2017`, `06 17`, `0617`, `062017`,
/// and after a word for it also a year alone. `month` says that the name of a month precedes it.
fn expiry(page: &Document<'_>, at: usize, month: bool, named: bool, code_digits: usize) -> Option<usize> {
    let reading = &page.reading;
    let number = page.numbers.get(page.numbers.partition_point(|n| n.last < at))?;
    if number.first == at && matches!(number.shape, NumberShape::Harmless("date" | "year")) {
        return Some(number.last);
    }
    let value = |at: usize| {
        let token = reading.token(at).filter(|t| t.kind == Kind::Digits && t.len() <= 6)?;
        let value = reading.bytes(token).iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
        Some((token.len(), value))
    };
    let is_year = |len: usize, year: u32| matches!((len, year), (2, 15..=49) | (4, 2015..=2049));
    let is_month = |month: u32| (1..=12).contains(&month);
    let (len, first) = value(at)?;
    if (month || named) && len == 4 && is_year(4, first) || month && is_year(len, first) {
        return Some(at);
    }
    if len <= 2 && is_month(first) {
        let mark = reading.token(at + 1).filter(|t| {
            matches!(t.kind, Kind::Mark(b'/' | b'-' | b'.' | b'|' | b',' | b';' | b':'))
                && reading.token(at + 2).is_some()
        });
        let year = at + 1 + usize::from(mark.is_some());
        let (year_len, value) = value(year)?;
        return (is_year(year_len, value) && (len == 2 || mark.is_some())).then_some(year);
    }
    match len {
        // The security code of an American Express card has four digits as well.
        4 if code_digits == 4 && !named => (is_month(first / 100) && (24..=40).contains(&(first % 100))).then_some(at),
        4 => (is_month(first / 100) && is_year(2, first % 100) || named).then_some(at),
        6 => (is_month(first / 10_000) && is_year(4, first % 10_000)).then_some(at),
        _ => None,
    }
}
