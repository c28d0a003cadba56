//! The value after a cue: `pw: X`, "the password is X", "password X".

use crate::detect::cues::{PhraseSet, Topic, WordClass, WordSet};
use crate::detect::token::{Hit, Kind, Token, TokenizedText};

use super::looks::{
    hyphen_chain, is_address, is_masked, is_phrase_cue, is_predicate, is_sentence, is_strong, is_unknown,
    looks_like_one,
};
use super::spelled::{letters_spelled_out, spelled_out};
use super::value::{chunk, ends_clause, is_mark, is_quoted, value_at};

/// Returns the value after a cue: `pw: X`, `password = X`, "password for the portal is X", "password X" if X looks like
/// one.
pub(super) fn assigned(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let mut at = hit.last + 1;
    // The words between the cue and the verb: "password for the portal", "password on the sticker".
    let mut words = 0;
    let mut sign = false;
    let mut copula = false;
    while let Some(token) = tokens.get(at) {
        if let Some(value) = letters_spelled_out(reading, at) {
            return Some(value);
        }
        match token.kind {
            Kind::Mark(b':' | b'=') => {
                sign = true;
                at += 1;
                if tokens.get(at).is_some_and(|t| t.is(b'>') && !t.spaced) {
                    at += 1;
                }
                break;
            }
            // `**Password**: X`
            Kind::Mark(b'*' | b'_') if words == 0 && !token.spaced => at += 1,
            // "->", "=>", " - X"
            Kind::Mark(b'-') if tokens.get(at + 1).is_some_and(|t| t.is(b'>') && !t.spaced) => {
                sign = true;
                at += 2;
                break;
            }
            Kind::Mark(b'-') if token.spaced && tokens.get(at + 1).is_some_and(|t| t.spaced) => {
                sign = words == 0;
                at += 1;
                break;
            }
            // `[password help](/help/password)`
            Kind::Mark(b'(') if tokens[at - 1].is(b']') => return None,
            Kind::Mark(b'(') if words == 0 => {
                let value = value_at(reading, at + 1)?;
                return looks_like_one(reading, value).then_some(value);
            }
            // `<password>X</password>`
            Kind::Mark(b'>') if words == 0 && !token.spaced && hit.first > 0 && tokens[hit.first - 1].is(b'<') => {
                sign = true;
                at += 1;
                break;
            }
            // `"password": "X"`
            Kind::Mark(b'"' | b'\'')
                if words == 0 && !token.spaced && tokens.get(at + 1).is_some_and(|t| t.is(b':') || t.is(b'=')) =>
            {
                sign = true;
                at += 2;
                break;
            }
            Kind::Mark(b'"' | b'`') if words == 0 => break,
            Kind::Mark(b'\'') if token.spaced => break,
            Kind::Mark(b'\'') => {
                // "password's X"
                tokens.get(at + 1).filter(|t| !t.spaced && reading.is_word(t, b"s"))?;
                copula = true;
                at += 2;
                break;
            }
            Kind::Word if token.does(WordClass::COPULA) && token.cue == 0 && !reading.is_word(token, b"for") => {
                copula = true;
                at += 1;
                break;
            }
            Kind::Word
                if token.does(WordClass::NEGATION)
                    || token.does(WordClass::QUESTION) && words == 0 && !reading.is_word(token, b"que") =>
            {
                return None;
            }
            // "password manager", "password rules"
            Kind::Word if words == 0 && token.does(WordClass::HEAD) => return None,
            Kind::Word if words == 0 && looks_like_one(reading, chunk(reading, at)?) => break,
            // "mail, password stew-with-beans": a chain of words that ordinary text does not join, at the end of the
            // clause.
            Kind::Word if words == 0 && is_joined_up(reading, chunk(reading, at)?) => return chunk(reading, at),
            // "wrong password for user ana88": the name of an account.
            Kind::Word
                if words <= 1
                    && reading.hit(token).is_some_and(|h| h.cue.topic == Topic::Login)
                    && reading.token(at + 1).is_some_and(|t| t.kind == Kind::Mixed)
                    && alone_in_clause(reading, at + 1) =>
            {
                return None;
            }
            // "clave PNR: LMX4QT"
            Kind::Word | Kind::Mixed
                if reading.hit(token).is_some_and(|h| {
                    matches!(h.cue.topic, Topic::Reference | Topic::Device | Topic::Phone | Topic::Zip)
                }) && !leads_to_copula(reading, at)
                    && !reading.is_word(token, b"wifi")
                    && !reading.is_word(token, b"router")
                    && !reading.is_word(token, b"modem") =>
            {
                return None;
            }
            Kind::Word | Kind::Mixed | Kind::Digits if words < 7 => {
                let value = chunk(reading, at)?;
                let named = at > 0 && reading.hit(&tokens[at - 1]).is_some_and(|h| h.cue.topic == Topic::Login);
                if token.kind != Kind::Digits && looks_like_one(reading, value) && words <= 2 && !named {
                    return Some(value);
                }
                if words == 0
                    && let Some(value) = pair(reading, hit, at)
                {
                    return Some(value);
                }
                if token.does(WordClass::CONJUNCTION) && token.cue == 0 {
                    return None;
                }
                words += 1;
                at += 1;
            }
            // "The password, which I have had since 2011, is X".
            Kind::Mark(b',') if words == 0 && at == hit.last + 1 => {
                at = behind_relative_clause(reading, at)?;
                copula = true;
                break;
            }
            Kind::Newline if words == 0 => {
                // "Password\nhunter2" in a form.
                let value = value_at(reading, at + 1)?;
                return (alone_on_line(reading, value) && looks_like_one(reading, value)).then_some(value);
            }
            _ => return None,
        }
    }
    if !(sign || copula) {
        let value = value_at(reading, at)?;
        return (is_quoted(reading, at) && !is_sentence(reading, value) || looks_like_one(reading, value))
            .then_some(value);
    }
    // `**Password:** X`
    while sign && tokens.get(at).is_some_and(|t| is_mark(t, b"*_") && !t.spaced) {
        at += 1;
    }
    // "is the only factor", "es la llave": a definition.
    let mut defined = false;
    // "is still", "is now", "is: ", "would be", and adverbs before the value.
    while let Some(token) = tokens.get(at) {
        let skip =
            token.is(b':') || token.is(b'=') || token.kind == Kind::Word && reading.is_in(token, PhraseSet::STILL);
        if !skip || tokens.get(at + 1).is_none() {
            break;
        }
        // "Passwords are like socks."
        defined |= reading.is_word(token, b"like") && reading.bytes(&tokens[hit.last]).ends_with(b"s");
        defined = (defined || reading.is_in(token, PhraseSet::THE_THING))
            && !reading.is_word(token, b"following")
            && !matches!(token.kind, Kind::Mark(_));
        at += 1;
    }
    // After another noun ("password reset link:"), only a chunk that looks like a password counts.
    let own = words == 0
        || copula && !sign
        || hit.cue.topic == Topic::Password && words <= 2 && !tokens[hit.last + 1].does(WordClass::STATE);
    let colon = at > 0 && is_mark(&tokens[at - 1], b":=");
    if (sign || colon) && tokens.get(at).is_some_and(|t| t.kind == Kind::Newline) {
        at += 1;
    }
    let value = value_at(reading, at)?;
    if is_quoted(reading, at) {
        return (!is_sentence(reading, value) || sign).then_some(value);
    }
    if looks_like_one(reading, value) || hyphen_chain(reading, value) {
        return Some(value);
    }
    if is_parameter(reading, hit, at) {
        return (!is_masked(&reading.text[tokens[value.0].start as usize..tokens[value.1].end as usize]))
            .then_some(value);
    }
    if let Some(value) = spelled_out(reading, at) {
        return Some(value);
    }
    if let Some(value) = spoken(reading, at).filter(|_| own && hit.cue.topic == Topic::Password) {
        return Some(value);
    }
    if !own || defined || hit.cue.topic != Topic::Password {
        return None;
    }
    let passphrase = is_phrase_cue(reading, hit);
    plain_words(reading, value, sign, passphrase)
}

/// Returns whether the value at `at` is that of a URL parameter, which ends with its run: `?user=jen&password=rosebud`.
fn is_parameter(reading: &TokenizedText<'_>, hit: &Hit, at: usize) -> bool {
    let tokens = &reading.tokens;
    let opens = hit.first.checked_sub(1).is_some_and(|before| matches!(tokens[before].kind, Kind::Mark(b'?' | b'&')));
    let is_glued = |at: usize| tokens.get(at).is_some_and(|t| !t.spaced);
    opens && at == hit.last + 2 && tokens[at - 1].is(b'=') && (hit.first..=at).all(is_glued) && !tokens[at].is(b'&')
}

/// Returns the first token after the relative clause that starts with the comma at `comma`: ", which ..., is".
fn behind_relative_clause(reading: &TokenizedText<'_>, comma: usize) -> Option<usize> {
    const LONGEST: usize = 14;
    let tokens = &reading.tokens;
    let which = |t: &Token| reading.is_in(t, PhraseSet::WHICH);
    tokens.get(comma + 1).filter(|t| which(t))?;
    let end =
        (comma + 2..tokens.len().min(comma + LONGEST)).find(|&at| tokens[at].is(b',') || reading.ends_sentence(at))?;
    let copula = tokens.get(end + 1).filter(|t| t.kind == Kind::Word && t.does(WordClass::COPULA))?;
    (tokens[end].is(b',') && !copula.does(WordClass::NEGATION)).then_some(end + 2)
}

/// Returns whether "is" follows the noun at `at` without a number between: "the password of the orders app is X".
fn leads_to_copula(reading: &TokenizedText<'_>, at: usize) -> bool {
    let tokens = &reading.tokens;
    let preposition = at > 0 && tokens[at.saturating_sub(2)..at].iter().any(|t| t.is_any(WordSet::PREPOSITION));
    preposition
        && tokens[at + 1..]
            .iter()
            .take(3)
            .take_while(|t| t.kind == Kind::Word)
            .any(|t| t.does(WordClass::COPULA) && t.cue == 0)
}

/// Returns whether three or more words are joined by hyphens up to the end of the clause. The first and the last must
/// not be everyday words.
fn is_joined_up(reading: &TokenizedText<'_>, value: (usize, usize)) -> bool {
    let known = |at: usize| {
        let token = &reading.tokens[at];
        token.kind == Kind::Word
            && (token.does(WordClass::COMMON.union(WordClass::STATE).union(WordClass::HEAD)) || token.cue != 0)
    };
    value.1 - value.0 >= 4
        && hyphen_chain(reading, value)
        && !known(value.0)
        && !known(value.1)
        && reading.token(value.1 + 1).is_none_or(|t| ends_clause(reading, value.1 + 1) || is_mark(t, b"\"')"))
}

/// Returns a chunk in the next sentence that can only be a password: "He wrote the password on the box. It says X".
pub(super) fn in_next_sentence(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    const LONGEST_LEAD: usize = 8;
    let tokens = &reading.tokens;
    let until = tokens.len().min(hit.last + 24);
    let end = (hit.last + 1..until)
        .find(|&at| reading.ends_sentence(at) || tokens[at].is(b'"') && at > 0 && tokens[at - 1].is(b'.'))?;
    // A value after another cue belongs to that cue.
    if tokens[hit.last + 1..end].iter().any(|t| t.cue != 0 && reading.hit(t).is_some_and(|h| h.cue.topic.is_secret())) {
        return None;
    }
    let mut at = end + 1;
    while tokens.get(at).is_some_and(|t| t.kind == Kind::Newline || is_mark(t, b".\"")) {
        at += 1;
    }
    for lead in at..tokens.len().min(at + LONGEST_LEAD) {
        let token = &tokens[lead];
        if reading.ends_sentence(lead) || token.does(WordClass::NEGATION) && token.kind == Kind::Word {
            return None;
        }
        if reading.hit(token).is_some_and(|hit| !matches!(hit.cue.topic, Topic::Quantity | Topic::Password)) {
            return None;
        }
        let tells = lead > at
            && (tokens[lead - 1].does(WordClass::COPULA) && tokens[lead - 1].kind == Kind::Word
                || tokens[lead - 1].is(b':')
                || tokens[lead - 1].does(WordClass::ENTRY)
                || lets_in(reading, lead - 1)
                || is_mark(&tokens[lead - 1], b"\"'"));
        if tells && let Some(value) = value_at(reading, lead).filter(|value| value.0 == lead) {
            let text = &reading.text[tokens[value.0].start as usize..tokens[value.1].end as usize];
            let everyday =
                |at: usize| tokens[at].does(WordClass::COMMON.union(WordClass::STATE)) || tokens[at].cue != 0;
            let chain = hyphen_chain(reading, value)
                && text.iter().any(|b| b.is_ascii_lowercase())
                && !everyday(value.0)
                && !everyday(value.1);
            if is_strong(reading, value) || chain {
                return Some(value);
            }
        }
    }
    None
}

/// Returns the name after a hint at it: "My password is my dog's name, Canela".
pub(super) fn hinted(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    const REACH: usize = 16;
    let tokens = &reading.tokens;
    let copula = (hit.last + 1..tokens.len().min(hit.last + 4)).find(|&at| {
        tokens[at].kind == Kind::Word && (tokens[at].does(WordClass::COPULA) || reading.is_word(&tokens[at], b"s"))
    })?;
    let until = tokens.len().min(copula + REACH);
    let hint = (copula + 1..until)
        .take_while(|&at| !reading.ends_sentence(at) && !tokens[at].does(WordClass::NEGATION))
        .find(|&at| reading.is_in(&tokens[at], PhraseSet::HINTS))?;
    let mark = (hint + 1..until)
        .take_while(|&at| !reading.ends_sentence(at))
        .find(|&at| matches!(tokens[at].kind, Kind::Mark(b',' | b':')))?;
    let named = |at: &usize| {
        tokens.get(*at).is_some_and(|t| {
            matches!(t.kind, Kind::Word | Kind::Mixed) && reading.text[t.start as usize].is_ascii_uppercase()
        })
    };
    let count = (mark + 1..mark + 4).take_while(named).count();
    let last = (mark + count).checked_sub(usize::from(count == 0)).filter(|_| count > 0)?;
    reading.token(last + 1).is_none_or(|_| ends_clause(reading, last + 1)).then_some((mark + 1, last))
}

/// Returns whether the word at `at` introduces what somebody signs in with: "Log on with", "entre con".
fn lets_in(reading: &TokenizedText<'_>, at: usize) -> bool {
    let is = |at: usize, words: &[&str]| words.iter().any(|word| reading.is_word(&reading.tokens[at], word.as_bytes()));
    is(at, &["with", "using", "con", "usando"])
        && (at.saturating_sub(3)..at).any(|at| {
            is(
                at,
                &[
                    "log", "logon", "login", "sign", "entra", "entre", "ingrese", "ingresa", "acceda", "inicie",
                    "inicia",
                ],
            )
        })
}

/// Returns words that spell a password: "capital D drywall nine exclamation point".
fn spoken(reading: &TokenizedText<'_>, first: usize) -> Option<(usize, usize)> {
    const LONGEST: usize = 28;
    let tokens = &reading.tokens;
    let end = (first..tokens.len().min(first + LONGEST))
        .find(|&at| ends_clause(reading, at))
        .unwrap_or(tokens.len().min(first + LONGEST));
    let words = tokens.get(first..end).filter(|words| words.len() >= 2)?;
    let spells = |at: usize| {
        words[at].is_any(WordSet::SPELLS)
            && words
                .get(at + 1)
                .is_none_or(|next| next.kind != Kind::Word || !next.does(WordClass::UNIT.union(WordClass::DIGITS)))
    };
    let count = (0..words.len()).filter(|&at| spells(at)).count();
    let opens = spells(0) || !words[0].does(WordClass::STATE);
    let talk = words.iter().any(|t| {
        t.kind == Kind::Word && (t.does(WordClass::COPULA) || t.does(WordClass::NEGATION) || t.does(WordClass::REQUEST))
    });
    (count > 0 && (spells(0) || count > 1 || words.len() <= 6) && opens && !talk).then(|| (first, end - 1))
}

fn alone_on_line(reading: &TokenizedText<'_>, (_, last): (usize, usize)) -> bool {
    reading.token(last + 1).is_none_or(|t| t.kind == Kind::Newline)
}

/// Returns whether the clause ends after the token at `at`.
fn alone_in_clause(reading: &TokenizedText<'_>, at: usize) -> bool {
    reading.token(at + 1).is_none_or(|_| ends_clause(reading, at + 1))
}

/// Returns a plain-word value of a pair: "user bob password sunshine", "login: x pass: y".
fn pair(reading: &TokenizedText<'_>, hit: &Hit, at: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let login = (hit.first.saturating_sub(7)..hit.first)
        .any(|i| reading.hit(&tokens[i]).is_some_and(|h| h.cue.topic == Topic::Login) && !reading.ends_sentence(i));
    // "El correo de la contraseña tardó": the mail about the password.
    let owned = tokens[hit.first.saturating_sub(2)..hit.first].iter().any(|t| t.is_any(WordSet::PREPOSITION));
    let value = chunk(reading, at)?;
    (login && !owned && is_unknown(reading, value) && tokens[at].len() >= 4).then_some(value)
}

/// Returns a value of plain words after "is" or ":": one word that is not an everyday word, or a passphrase.
fn plain_words(
    reading: &TokenizedText<'_>,
    value: (usize, usize),
    sign: bool,
    passphrase: bool,
) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let first = &tokens[value.0];
    let text = &reading.text[first.start as usize..tokens[value.1].end as usize];
    if is_address(text) || is_masked(text) {
        return None;
    }
    if value.0 == value.1 && first.kind == Kind::Digits {
        return (first.len() >= 4).then_some(value);
    }
    if passphrase
        && let Some(phrase) = phrase_at(reading, value.0).or_else(|| rest_at(reading, value.0).filter(|_| sign))
    {
        return Some(phrase);
    }
    if !tokens[value.0..=value.1]
        .iter()
        .all(|t| matches!(t.kind, Kind::Word | Kind::Mixed | Kind::Digits | Kind::Mark(_)))
        || first.kind == Kind::Mixed && first.len() <= 2
    {
        return None;
    }
    if tokens[value.0].does(WordClass::STATE)
        || tokens[value.0].cue != 0 && reading.hit(&tokens[value.0]).is_some_and(|h| h.cue.topic.is_secret())
    {
        return None;
    }
    // Count the plain words up to the end of the clause.
    let mut last = value.1;
    let mut count = 1;
    let mut stopped = false;
    while let Some(next) = tokens.get(last + 1) {
        if ends_clause(reading, last + 1)
            || next.does(WordClass::CONJUNCTION)
            || next.kind == Kind::Other
            || matches!(next.kind, Kind::Mark(b'(' | b'"' | b'-'))
        {
            break;
        }
        if next.does(WordClass::GLUE) || next.does(WordClass::STATE) || next.does(WordClass::REQUEST) || next.cue != 0 {
            stopped = true;
            break;
        }
        last = chunk(reading, last + 1).map_or(last + 1, |c| c.1);
        count += 1;
        if count > 8 {
            return None;
        }
    }
    let word = reading.bytes(first);
    let predicate = first.kind == Kind::Word && value.0 == value.1 && is_predicate(word);
    let everyday = first.does(WordClass::COMMON) && value.0 == value.1;
    if passphrase && count >= 2 && !predicate && !first.does(WordClass::STATE) {
        return Some((value.0, last));
    }
    if count == 1 && !stopped {
        // A word in -ly at the end of a clause is not an adverb: "my password is tigerlily".
        let fits = (!predicate || word.len() >= 6 && word.ends_with(b"ly"))
            && (!everyday
                || reading.is_in(first, PhraseSet::USED_AS_PASSWORD)
                || sign && !first.does(WordClass::FILLER) && !first.does(WordClass::GLUE));
        return (fits && word.len() >= 3).then_some(value);
    }
    if count == 1 && stopped && !everyday && !predicate && word.len() >= 4 {
        // "my password is sunshine please help"
        return Some(value);
    }
    if (2..=5).contains(&count) && sign && !everyday && !predicate {
        // "password: purple monkey dishwasher" is the value as a whole. "pw: ilovepizza email: x" stops at the next
        // cue.
        return Some(if stopped { value } else { (value.0, last) });
    }
    // "monkey 77", "blue sky 2020".
    let nothing_said = |t: &Token| {
        let talk = WordClass::STATE
            .union(WordClass::FILLER)
            .union(WordClass::HEAD)
            .union(WordClass::UNIT)
            .union(WordClass::GLUE)
            .union(WordClass::NEGATION)
            .union(WordClass::MONTH);
        t.kind == Kind::Word && t.cue == 0 && !t.does(talk) && !is_predicate(reading.bytes(t))
    };
    let ends_in_digits = tokens[last].kind == Kind::Digits && !tokens[last].inert && !stopped;
    if (2..=4).contains(&count) && ends_in_digits && tokens[value.0..last].iter().all(nothing_said) {
        return Some((value.0, last));
    }
    // "is purple monkey dishwasher": words without an everyday word.
    let alone = |at: usize| {
        tokens[at].kind == Kind::Word && is_unknown(reading, (at, at)) && !tokens[at].does(WordClass::STATE)
    };
    let said =
        WordClass::STATE.union(WordClass::FILLER).union(WordClass::HEAD).union(WordClass::UNIT).union(WordClass::GLUE);
    let noun = tokens[last].kind == Kind::Word && tokens[last].cue == 0 && !tokens[last].does(said);
    let all_alone = last - value.0 + 1 == count && (value.0..last).all(alone) && (alone(last) || noun);
    if (3..=5).contains(&count) && !stopped && all_alone {
        return Some((value.0, last));
    }
    if count == 2
        && !everyday
        && !predicate
        && !stopped
        && tokens[last].kind == Kind::Word
        && !tokens[last].does(WordClass::COMMON)
        // "8-20 characters".
        && !is_sentence(reading, (value.0, last))
    {
        return Some((value.0, last));
    }
    None
}

/// Returns all words up to the end of the sentence if none of them says something about passphrases: "Quiet Enjoyment
/// of the Premises".
fn rest_at(reading: &TokenizedText<'_>, first: usize) -> Option<(usize, usize)> {
    const MOST: usize = 10;
    let tokens = &reading.tokens;
    let until = tokens.len().min(first + MOST + 1);
    let end = (first..until)
        .find(|&at| reading.ends_sentence(at) || tokens[at].kind == Kind::Newline)
        .or_else(|| (until == tokens.len()).then_some(until))?;
    let words = tokens.get(first..end).filter(|words| words.len() >= 3)?;
    let talk = words.iter().any(|t| {
        t.does(WordClass::COPULA.union(WordClass::NEGATION))
            || t.cue != 0
            || !matches!(t.kind, Kind::Word | Kind::Digits | Kind::Mixed)
    });
    (!talk && !words[0].does(WordClass::STATE.union(WordClass::FILLER))).then(|| (first, end - 1))
}

/// Returns three to eight words up to the end of the clause if at most one of them says something about passwords:
/// "correct horse battery staple".
fn phrase_at(reading: &TokenizedText<'_>, first: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    // A little more than the longest phrase.
    let until = tokens.len().min(first + 10);
    let end = (first..until).find(|&at| ends_clause(reading, at)).unwrap_or(until);
    let words = tokens.get(first..end)?;
    let talk = words
        .iter()
        .any(|t| t.does(WordClass::COPULA) || t.does(WordClass::NEGATION) || t.does(WordClass::REQUEST) || t.cue != 0);
    let said = words.iter().filter(|t| t.does(WordClass::STATE)).count();
    let plain = words.iter().all(|t| t.kind == Kind::Word);
    (plain && !talk && said <= 1 && (3..=8).contains(&words.len())).then(|| (first, end - 1))
}
