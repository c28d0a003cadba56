//! Numbers in words, in all languages of the tables.
//!
//! Replaces dictated numbers by digits: `three seven, double five` becomes `3 7, 55`, and `treinta y siete cero cuatro`
//! becomes `37 0 4`. Each word, or group of words that form one number, is one atomic unit. The separators between them
//! are kept, and spoken ones ("dash") are written as characters.
//!
//! Words become digits in three cases only: several in a row, in one language, with at least three digits, possibly mixed
//! with literal digits; one or two that are the whole text; or one cardinal that is not a round amount. So "one of the two",
//! "two or three times", "one hundred dollars", "the last four" and "at seven thirty" stay words.

mod english;
mod grammar;
mod lexicon;
mod meaning;
mod portuguese;
mod spanish;

use smallvec::SmallVec;

use self::grammar::{DIGIT_AS_IT_IS, Token, Unit, What};
use self::lexicon::LANGUAGES;
use self::meaning::{Language, Languages, Meaning};
use super::Alignment;
use super::draft::Draft;

pub(crate) use lexicon::{SHORTEST_TOGETHER, may_be_digits, number_words};
pub(super) use lexicon::{is_number_word, may_begin};

/// The maximum distance in bytes between two parts of a number.
const LONGEST_GAP: usize = 4;

/// Returns the text with dictated numbers in digits, or `None` if there are none.
pub(super) fn read(text: &[u8]) -> Option<(Vec<u8>, Alignment)> {
    let mut reader = Reader { text, draft: Draft::new(text), tokens: SmallVec::new(), units: SmallVec::new() };
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if !byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let rest = &text[at..];
        let len = rest.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        reader.token(at, at + len);
        at += len;
    }
    reader.write_numbers();
    reader.draft.finish()
}

struct Reader<'a> {
    text: &'a [u8],
    draft: Draft<'a>,
    /// The words and digits of the current number.
    tokens: SmallVec<[Token; 8]>,
    units: SmallVec<[Unit; 8]>,
}

impl Reader<'_> {
    /// Reads the next word or digits.
    fn token(&mut self, start: usize, end: usize) {
        let token = &self.text[start..end];
        let word = if token.iter().all(u8::is_ascii_digit) {
            None
        } else {
            let known = lexicon::meaning(token).filter(|_| !self.has_apostrophe(start, end));
            if known.is_none() {
                return self.write_numbers();
            }
            known
        };
        let tight = match self.tokens.last() {
            None => false,
            Some(last) => match Gap::between(self.text, last, start) {
                Gap::Tight => true,
                Gap::Loose => false,
                Gap::Wide => {
                    self.write_numbers();
                    false
                }
            },
        };
        self.tokens.push(Token { start, end, word, tight });
    }

    /// Returns whether the word is part of a contraction: "o'clock", "one's".
    fn has_apostrophe(&self, start: usize, end: usize) -> bool {
        let letter = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_alphabetic);
        let before = start > 1 && self.text[start - 1] == b'\'' && letter(start - 2);
        before || (self.text.get(end) == Some(&b'\'') && letter(end + 1))
    }

    /// Writes the numbers among the tokens and clears the tokens.
    fn write_numbers(&mut self) {
        if self.tokens.is_empty() {
            return;
        }
        let mut tokens = std::mem::take(&mut self.tokens);
        choose_meanings(self.text, &mut tokens);
        if tokens.iter().any(|token| token.word.is_some()) {
            self.write_tokens(&tokens);
        }
        self.tokens = tokens;
        self.tokens.clear();
    }

    fn write_tokens(&mut self, tokens: &[Token]) {
        let mut at = 0;
        let mut languages = Languages::MAX;
        // The "and" before the units, if a number ends at it.
        let mut and = None;
        while let Some(token) = tokens.get(at) {
            let known = token.word.map_or(Languages::MAX, |(_, known)| known);
            if languages & known == 0 {
                self.write_units(and.take());
                languages = Languages::MAX;
            }
            if let Some((unit, used)) = grammar::unit(tokens, at) {
                self.units.push(unit);
                languages &= tokens[at..at + used]
                    .iter()
                    .fold(known, |all, token| all & token.word.map_or(Languages::MAX, |(_, known)| known));
                at += used;
                continue;
            }
            let is_and = matches!(token.word, Some((Meaning::And, _)));
            at += 1;
            if is_and
                && let Some(next) = tokens.get(at)
                && let Some((Meaning::Spoken(byte), _)) = next.word
            {
                // "and then" separates like "then".
                self.units.push(Unit { start: token.start, end: next.end, what: What::Separator(byte), weight: 0 });
                at += 1;
                continue;
            }
            // Digits before a scale are an amount: "5 mil".
            let scale = matches!(token.word, Some((Meaning::Hundred | Meaning::Thousand | Meaning::Mil, _)));
            if scale && self.units.last().is_some_and(|unit| unit.what == What::Digits) {
                self.units.pop();
            }
            let written = self.write_units(and.take());
            and = (is_and && written).then_some(*token);
            if !is_and {
                languages = Languages::MAX;
            }
        }
        self.write_units(and);
    }

    /// Writes the units if they form a number, and the "and" before them. Returns whether the last of them was written.
    fn write_units(&mut self, and: Option<Token>) -> bool {
        if self.units.is_empty() {
            return false;
        }
        let units = std::mem::take(&mut self.units);
        let number = Number { text: self.text, units: &units };
        let kept = number.trimmed();
        // "mil mil": a view is never longer than its source.
        let fits =
            |unit: &Unit| !matches!(unit.what, What::Number(value) if value.to_string().len() > unit.end - unit.start);
        let is_number = Number { units: kept, ..number }.is_plausible() && kept.iter().all(fits);
        let (first, last) = (units.first(), units.last());
        if is_number {
            if let (Some(and), Some(first)) = (and, first)
                && first.start == kept[0].start
            {
                self.write_separator(and.start, and.end, b' ');
            }
            for unit in kept {
                self.write(unit);
            }
        }
        let written = is_number && last.map(|unit| unit.end) == kept.last().map(|unit| unit.end);
        self.units = units;
        self.units.clear();
        written
    }

    fn write(&mut self, unit: &Unit) {
        let span = unit.start..unit.end;
        match unit.what {
            What::Digits => {}
            What::Number(value) => self.draft.replace(span, value.to_string().as_bytes()),
            What::Doubtful(digit) => self.draft.replace(span, &[b'0' + digit]),
            What::Repeated(digit, times) => {
                let digit = if digit == DIGIT_AS_IT_IS { self.text[unit.end - 1] } else { b'0' + digit };
                self.draft.replace(span, &[digit; 4][..usize::from(times)]);
            }
            What::Separator(byte) => self.write_separator(unit.start, unit.end, byte),
        }
    }

    /// Replaces a word and the spaces and commas around it by `byte`.
    fn write_separator(&mut self, start: usize, end: usize, byte: u8) {
        let blank = |b: &&u8| matches!(b, b' ' | b',');
        let before = &self.text[self.draft.done()..start];
        let before = before.iter().rev().take(LONGEST_GAP).take_while(blank).count();
        let after = self.text[end..].iter().take(LONGEST_GAP).take_while(blank).count();
        self.draft.replace(start - before..end + after, &[byte]);
    }
}

/// Decides between the meanings of words that differ by language: "um, dois" and "one, um, two".
fn choose_meanings(text: &[u8], tokens: &mut [Token]) {
    let other = |token: &Token| token.word.and_then(|_| lexicon::other_meaning(&text[token.start..token.end]));
    if !tokens.iter().any(|token| other(token).is_some()) {
        return;
    }
    let votes = |languages: Languages| {
        let speaks = |token: &&Token| token.word.is_some_and(|(_, known)| languages & known != 0);
        tokens.iter().filter(|token| other(token).is_none()).filter(speaks).count()
    };
    let settled: SmallVec<[Option<(Meaning, Languages)>; 8]> = tokens
        .iter()
        .map(|token| other(token).filter(|meant| token.word.is_some_and(|(_, known)| votes(meant.1) > votes(known))))
        .collect();
    for (token, meant) in tokens.iter_mut().zip(settled) {
        token.word = meant.or(token.word);
    }
}

/// The distance between two parts of a number.
#[derive(PartialEq, Eq)]
enum Gap {
    /// One space or hyphen.
    Tight,
    /// Some separators.
    Loose,
    /// Too far apart for one number.
    Wide,
}

impl Gap {
    fn between(text: &[u8], last: &Token, start: usize) -> Self {
        let gap = &text[last.end..start];
        if matches!(gap, b" " | b"-") {
            return Self::Tight;
        }
        let separators = |b: &u8| matches!(b, b' ' | b',' | b'.' | b'-' | b'/' | b'_' | b'*' | b'\t' | b'\r' | b'\n');
        if gap.len() > LONGEST_GAP || !gap.iter().all(separators) {
            return Self::Wide;
        }
        // A new sentence in upper case after one in lower case.
        let upper = |at: usize| text[at].is_ascii_uppercase();
        if gap.contains(&b'.') && upper(start) && !upper(last.start) && last.word.is_some() {
            Self::Wide
        } else {
            Self::Loose
        }
    }
}

/// Adjacent units, and their text.
#[derive(Clone, Copy)]
struct Number<'a> {
    text: &'a [u8],
    units: &'a [Unit],
}

impl<'a> Number<'a> {
    /// Returns the units without those at the ends that do not belong to the number.
    fn trimmed(&self) -> &'a [Unit] {
        let mut units = self.units;
        let separator = |unit: &Unit| matches!(unit.what, What::Separator(_));
        while let [first, rest @ ..] = units
            && separator(first)
        {
            units = rest;
        }
        if let [first, rest @ ..] = units
            && first.is_words()
        {
            let second_is_digits = rest.first().is_some_and(|unit| unit.what == What::Digits);
            let doubtful = matches!(first.what, What::Doubtful(_));
            let pause =
                rest.first().is_some_and(|next| self.text[first.end..next.start].iter().any(|b| b",.".contains(b)));
            let interjection = first.what == What::Doubtful(0) && pause;
            if (doubtful && second_is_digits) || interjection || self.counts(first, rest) {
                units = rest;
            }
        }
        while let [rest @ .., last] = units
            && separator(last)
        {
            units = rest;
        }
        if let [rest @ .., last] = units
            && let Some(before) = rest.last()
            && last.is_words()
        {
            let alone = self.text[before.end..last.start].iter().any(|b| matches!(b, b',' | b'.' | b'\n'));
            let digits = before.what == What::Digits;
            let doubtful = digits && matches!(last.what, What::Doubtful(_)) && self.word_after(last).is_some();
            if doubtful || ((alone || digits) && self.is_counted(last)) {
                units = rest;
            }
        }
        while let [rest @ .., last] = units
            && separator(last)
        {
            units = rest;
        }
        units
    }

    /// Returns whether the units look like a dictated number.
    fn is_plausible(&self) -> bool {
        let words: usize = self.units.iter().filter(|unit| unit.is_words()).map(|unit| unit.weight).sum();
        let groups = self.units.iter().filter(|unit| unit.what == What::Digits).count();
        let digits: usize = self.units.iter().map(Unit::digits).sum();
        let whole = groups == 0 && self.is_whole();
        // "Four", "forty eight": a part of a PIN that is given word by word. "Once" may be another word.
        if whole && let [unit] = self.units {
            let several = self.text[unit.start..unit.end].iter().any(|b| !b.is_ascii_alphabetic());
            return several || matches!(unit.what, What::Number(0..=10 | 12..=99) | What::Doubtful(1..));
        }
        let few = if whole { 2 } else { 3 };
        if words == 0 || words + groups < 2 || digits < few {
            return false;
        }
        if groups > 0 {
            return words > 1 || digits > 7;
        }
        let (Some(first), Some(last)) = (self.units.first(), self.units.last()) else { return false };
        if self.units.len() < 3 && self.is_counted(last) {
            return false;
        }
        let value = |unit: &Unit| match unit.what {
            What::Number(value) => value,
            What::Doubtful(digit) => digit.into(),
            _ => u32::MAX,
        };
        let values = match self.units {
            [first, second] => Some((value(first), value(second))),
            [first, zero, last] if value(zero) == 0 && value(last) < 10 => Some((value(first), value(last))),
            _ => None,
        };
        match values {
            Some((1..=12, 0..=59))
                if self.follows(first, |language| language.time_before)
                    || self.precedes(last, |language| language.time_after) =>
            {
                false
            }
            Some((18..=20, 10..=99)) if self.follows(first, |language| language.year_before) => false,
            // "twenty-four seven", "fifty-fifty"
            Some((24, 7) | (50, 50)) => false,
            _ => true,
        }
    }

    /// Returns whether the text has no other words and digits.
    fn is_whole(&self) -> bool {
        let bare = |text: &[u8]| !text.iter().any(|b| b.is_ascii_alphanumeric() || *b == b'\'');
        let (Some(first), Some(last)) = (self.units.first(), self.units.last()) else { return false };
        bare(&self.text[..first.start]) && bare(&self.text[last.end..])
    }

    /// Returns whether the word after `unit` is counted by it.
    fn is_counted(&self, unit: &Unit) -> bool {
        let Some(word) = self.word_after(unit) else { return false };
        let plural = word.len() > 3 && word.ends_with(b"s");
        let any =
            |list: fn(&Language<'static>) -> &'static [&'static str]| LANGUAGES.iter().any(|l| contains(list(l), word));
        any(|language| language.counted) || (plural && !any(|language| language.uncounted))
    }

    /// Returns whether the first unit says how many digits the others have: "Last four, four two one nine". In "On the
    /// back three nine one" it is a digit.
    fn counts(&self, first: &Unit, rest: &[Unit]) -> bool {
        let digits: usize = rest.iter().map(Unit::digits).sum();
        let dictated = rest.len() >= 2 && rest.iter().all(|unit| unit.is_words() && unit.digits() == 1);
        let fits = !dictated || digits >= 3 || matches!(first.what, What::Number(count) if count as usize == digits);
        fits && self.follows(first, |language| language.counting)
    }

    /// Returns whether the word directly before `unit` is on the list of some language.
    fn follows(&self, unit: &Unit, list: fn(&Language<'static>) -> &'static [&'static str]) -> bool {
        let before = &self.text[..unit.start];
        let Some(before) = before.strip_suffix(b" ") else { return false };
        let len = before.iter().rev().take(LONGEST_WORD).take_while(|b| b.is_ascii_alphabetic()).count();
        LANGUAGES.iter().any(|language| contains(list(language), &before[before.len() - len..]))
    }

    /// Returns whether the word directly after `unit` is on the list of some language.
    fn precedes(&self, unit: &Unit, list: fn(&Language<'static>) -> &'static [&'static str]) -> bool {
        self.word_after(unit).is_some_and(|word| LANGUAGES.iter().any(|language| contains(list(language), word)))
    }

    fn word_after(&self, unit: &Unit) -> Option<&'a [u8]> {
        let after = self.text[unit.end..].strip_prefix(b" ").or_else(|| self.text[unit.end..].strip_prefix(b"-"))?;
        let len = after.iter().take(LONGEST_WORD).take_while(|b| b.is_ascii_alphabetic()).count();
        (len > 0).then(|| &after[..len])
    }
}

/// Longer words are not on any list.
const LONGEST_WORD: usize = 16;

fn contains(list: &[&str], word: &[u8]) -> bool {
    list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> String {
        read(text.as_bytes()).map_or_else(|| text.to_owned(), |(text, _)| String::from_utf8(text).expect("valid"))
    }

    #[test]
    fn dictated_numbers_become_digits() {
        for (text, digits) in [
            ("three seven eight two", "3 7 8 2"),
            ("Three, Seven. Eight - Two", "3, 7. 8 - 2"),
            ("thirty-seven eighty-two", "37 82"),
            ("thirty seven eighty two fourteen oh four", "37 82 14 0 4"),
            ("my card: four oh double nine, one six five oh, triple six five", "my card: 4 0 99, 1 6 5 0, 666 5"),
            ("4129 zero zero five five 6484 nine six", "4129 0 0 5 5 6484 9 6"),
            ("seven o four nine", "7 0 4 9"),
            ("triple zero", "000"),
            ("four four", "4 4"),
            ("Uno, siete.", "1, 7."),
            ("um dois", "1 2"),
            ("4 double 5 6", "4 55 6"),
            ("three hundred forty-five", "345"),
            ("three hundred and forty five", "345"),
            ("seven hundred two", "702"),
            ("seven hundred two, eleven, nineteen hundred", "702, 11, 1900"),
            ("eight hundred five five five", "800 5 5 5"),
            ("two thousand five", "2005"),
            ("twelve thousand three hundred forty-five", "12345"),
            ("my pin is nineteen eighty", "my pin is 19 80"),
            ("one eighty-three", "1 83"),
            ("cvv one six nine, name Ignatius", "cvv 1 6 9, name Ignatius"),
            ("fourty ninty two", "40 92"),
            ("thirtyseven eightytwo", "37 82"),
            ("the cid is four four one two, one more thing", "the cid is 4 4 1 2, one more thing"),
            ("last four one two three four", "last four 1 2 3 4"),
            ("pin four four one two. One more thing", "pin 4 4 1 2. One more thing"),
            ("three seven eight two then eight two two four", "3 7 8 2 8 2 2 4"),
            ("three seven eight two and then eight two two", "3 7 8 2 8 2 2"),
            ("three seven eight two and eight two two four", "3 7 8 2 8 2 2 4"),
            ("five three nine dash eight one dash two oh four nine", "5 3 9-8 1-2 0 4 9"),
            ("expires oh eight slash twenty seven", "expires 0 8/27"),
            ("three seven eight and one more", "3 7 8 and one more"),
            ("tres siete uno cero", "3 7 1 0"),
            ("cuarenta y nueve doce, cero cuatro ochenta y cinco", "49 12, 0 4 85"),
            ("37 cero cero 427902 ocho uno", "37 0 0 427902 8 1"),
            ("dos cuatro siete, cincuenta y tres, sesenta sesenta y ocho", "2 4 7, 53, 60 68"),
            ("mil novecientos ochenta", "1980"),
            ("dos mil veinte", "2020"),
            ("ciento veintitres", "123"),
            ("doble cero triple seis", "00 666"),
            ("diez y seis veinte once", "16 20 11"),
            ("treinta siete dieciseis", "37 16"),
            ("cuatro cinco guion seis siete", "4 5-6 7"),
            ("mi nip es cuatro cuatro uno ocho, pero", "mi nip es 4 4 1 8, pero"),
            ("cuatro cinco seis y luego siete ocho", "4 5 6 7 8"),
            ("um dois tres quatro", "1 2 3 4"),
            ("um um dois", "1 1 2"),
            ("meia sete um nove", "6 7 1 9"),
            ("vinte e tres quarenta e oito", "23 48"),
            ("cento e vinte e tres", "123"),
            ("mil novecentos e oitenta", "1980"),
            ("oito, um, um, zero", "8, 1, 1, 0"),
            ("ONE TWO THREE", "1 2 3"),
            ("four hundred eighty two thousand nine hundred thirteen", "482913"),
            ("cuatrocientos ochenta y dos mil novecientos trece", "482913"),
            ("one two three forty five sixty seven eighty nine", "1 2 3 45 67 89"),
            ("uno, dos, tres, cuatro", "1, 2, 3, 4"),
            ("oh, seven seven one two", "oh, 7 7 1 2"),
            ("it's double four one two", "it's 44 1 2"),
            ("three seven, uh, eight two dash dash five", "3 7 8 2--5"),
            ("4129 zero zero one", "4129 0 0 1"),
            ("one\ntwo\nthree", "1\n2\n3"),
        ] {
            assert_eq!(view(text), digits, "{text}");
        }
    }

    #[test]
    fn words_that_are_not_a_dictated_number_are_kept() {
        for text in [
            "one of the two",
            "two or three times",
            "one hundred dollars",
            "twenty-five people",
            "the first one",
            "two thousand miles",
            "between forty and fifty",
            "fifty-fifty",
            "open twenty-four seven",
            "table for two at seven thirty",
            "at seven oh five",
            "seven thirty pm",
            "in nineteen eighty-five",
            "seven o'clock",
            "three seven's",
            "three hundred fifty dollars",
            "un par de",
            "una de las dos",
            "once",
            "uno de los dos",
            "dos o tres",
            "dos mil pesos",
            "cien pesos",
            "a las siete treinta",
            "los ultimos cuatro 1234",
            "last four 1234",
            "the last four: 0005",
            "5 mil",
            "20 mil pesos",
            "no no no",
            "one two people",
            "the 1234 one",
            "order 81772 one more",
            "room 204 two nights",
            "oh 4412",
            "I have 2 one way tickets",
            "double check",
            "doble turno",
            "one tres dos seven",
            "you two three-star hotels",
            "one, two; three",
            "one... ... two three",
            "R2D2 one two",
            "a hundred and one reasons",
            "zip 10285 one",
            "dos y tres",
            "one and two and three",
            "duas e meia",
            "os ultimos quatro 1234",
            "dois mil reais",
        ] {
            assert_eq!(view(text), text);
        }
    }
}
