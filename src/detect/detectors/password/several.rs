//! Several values: "X or Y", "from X to Y", `user/pass: X / Y`.

use smallvec::SmallVec;

use crate::detect::cues::{PhraseSet, Topic, WordClass, WordSet};
use crate::detect::token::{Hit, Kind, Token, TokenizedText};

use super::FARTHEST;
use super::around::said_harmless;
use super::looks::{is_predicate, is_strong, is_unknown, looks_like_one};
use super::value::{chunk, ends_clause, is_quoted, value_at};

/// Returns the second of two values after a combined cue: "user/pass: bob / s3cret!", "usuario y clave: ana, hola123".
pub(super) fn paired(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let joint = hit.first.saturating_sub(1);
    let joins =
        matches!(tokens[joint].kind, Kind::Mark(b'/' | b'&' | b'+')) || reading.is_in(&tokens[joint], PhraseSet::AND);
    let login = joint > 0 && reading.hit(&tokens[joint - 1]).is_some_and(|h| h.cue.topic == Topic::Login);
    // "user/pass" is a phrase of its own.
    let phrase = hit.last == hit.first + 2
        && tokens[hit.first + 1].is(b'/')
        && reading.is_in(&tokens[hit.first], PhraseSet::USER);
    if !(joins && login || phrase) {
        return None;
    }
    let mut at = hit.last + 1;
    // "... for us are"
    let lead = tokens[at..].iter().take(3).take_while(|t| t.kind == Kind::Word && t.does(WordClass::GLUE));
    if let Some((copula, _)) = lead.enumerate().find(|(_, t)| t.does(WordClass::COPULA) || t.is_any(WordSet::ARE)) {
        at += copula + 1;
    }
    while tokens.get(at).is_some_and(|t| {
        matches!(t.kind, Kind::Mark(b':' | b'=' | b'-')) || t.does(WordClass::COPULA) || t.does(WordClass::DETERMINER)
    }) {
        at += 1;
    }
    if at == hit.last + 1 {
        return None;
    }
    let user = chunk(reading, at)?;
    // "bob/s3cret!" in one, or two chunks.
    if let Some(slash) = (user.0..user.1).find(|&i| tokens[i].is(b'/')) {
        return Some((slash + 1, user.1));
    }
    let mut at = user.1 + 1;
    while tokens.get(at).is_some_and(|t| {
        matches!(t.kind, Kind::Mark(b'/' | b',' | b'|' | b'&' | b';')) || reading.is_in(t, PhraseSet::AND)
    }) {
        at += 1;
    }
    let value = value_at(reading, at)?;
    let plain = value.0 == value.1 && !tokens[value.0].does(WordClass::COMMON);
    (looks_like_one(reading, value) || plain).then_some(value)
}

/// Returns whether the value at `at` is an e-mail address, which is a user name: "account: dana@mail.example".
pub(super) fn is_mail(reading: &TokenizedText<'_>, at: usize) -> bool {
    reading.has_mark(b'@')
        && chunk(reading, at).is_some_and(|(first, last)| reading.tokens[first..=last].iter().any(|t| t.is(b'@')))
}

/// Returns the second value after a word for a user, at the end of its clause: "login: bob / s3cret!", "my login is bob
/// s3cret!".
pub(super) fn behind_login(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    const MOST_WORDS: usize = 2;
    let tokens = &reading.tokens;
    let is_sign =
        |t: &Token| matches!(t.kind, Kind::Mark(b':' | b'=')) || t.does(WordClass::COPULA) && t.kind == Kind::Word;
    let words =
        tokens[hit.last + 1..].iter().take(MOST_WORDS).take_while(|t| t.kind == Kind::Word && !is_sign(t)).count();
    let sign = hit.last + 1 + words;
    let user = tokens.get(sign).filter(|t| is_sign(t)).and_then(|_| chunk(reading, sign + 1))?;
    // In `/login?user=jen&x=y` the run starts before the sign, and the next parameter follows in it.
    let user = (user.0.max(sign + 1), user.1);
    if tokens.get(user.0..=user.1)?.iter().any(|t| t.is(b'&')) {
        return None;
    }
    if let Some(slash) = (user.0..user.1).find(|&at| tokens[at].is(b'/') && !tokens[at + 1].is(b'/')) {
        return Some((slash + 1, user.1)).filter(|value| is_strong(reading, *value));
    }
    let separators = tokens[user.1 + 1..]
        .iter()
        .take_while(|t| matches!(t.kind, Kind::Mark(b'/' | b',' | b'|' | b';' | b'-') | Kind::Newline))
        .count();
    let mut at = user.1 + 1 + separators;
    // "user: bob p: s3cret!"
    if tokens.get(at).is_some_and(|t| t.kind == Kind::Word && t.len() == 1)
        && tokens.get(at + 1).is_some_and(|t| t.is(b':'))
    {
        at += 2;
    }
    let value = value_at(reading, at)?;
    let ends = ends_clause(reading, value.1 + 1);
    // "uid=88213 took_ms=37": the value of the next key.
    let keyed = tokens[value.0..=value.1].iter().any(|t| t.is(b'='));
    (ends && !keyed && tokens[value.0].cue == 0 && is_strong(reading, value)).then_some(value)
}

/// Returns the value `Y` after `from X`, `to Y`.
pub(super) fn changed_to(reading: &TokenizedText<'_>, last: usize) -> Option<(usize, usize)> {
    let next = reading.token(last + 1)?;
    if !next.does(WordClass::TO) {
        return None;
    }
    let value = value_at(reading, last + 2)?;
    looks_like_one(reading, value).then_some(value)
}

/// Returns both values of "my password from X to Y", "contraseña de X a Y".
pub(super) fn from_to(reading: &TokenizedText<'_>, hit: &Hit) -> SmallVec<[(usize, usize); 2]> {
    let tokens = &reading.tokens;
    let mut values = SmallVec::new();
    if let Some(value) = set_to(reading, hit) {
        values.push(value);
        return values;
    }
    let mut at = hit.last + 1;
    while at < tokens.len() && at - hit.last <= 8 && values.len() < 2 {
        let token = &tokens[at];
        if ends_clause(reading, at)
            || token.cue != 0
                && token.cue as usize - 1 != hit_index(reading, hit)
                && reading.hit(token).is_some_and(|h| h.cue.topic.is_secret())
        {
            break;
        }
        if (token.does(WordClass::FROM) || token.does(WordClass::TO))
            && let Some(value) = value_at(reading, at + 1)
        {
            let plain = values.len() == 1 && token.does(WordClass::TO);
            if looks_like_one(reading, value) || is_quoted(reading, at + 1) || plain && is_unknown(reading, value) {
                values.push(value);
                at = value.1 + 1;
                continue;
            }
            // "from hunter to hunter2"
            let to = value.1 + 1;
            if token.does(WordClass::FROM)
                && is_unknown(reading, value)
                && tokens.get(to).is_some_and(|t| t.does(WordClass::TO))
                && value_at(reading, to + 1).is_some_and(|v| looks_like_one(reading, v) || is_unknown(reading, v))
            {
                values.push(value);
                at = to;
                continue;
            }
        }
        at += 1;
    }
    values
}

/// Returns a plain word at the end of its clause: "My grandson set my password to sunflower".
fn set_to(reading: &TokenizedText<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let verb = tokens[hit.first.saturating_sub(4)..hit.first].iter().any(|t| reading.is_in(t, PhraseSet::SET));
    let (first, last) = value_at(reading, hit.last + 2).filter(|_| verb && tokens[hit.last + 1].does(WordClass::TO))?;
    let plain = first == last
        && first == hit.last + 2
        && tokens[first].kind == Kind::Word
        && tokens[first].len() >= 4
        && is_unknown(reading, (first, last))
        && !is_predicate(reading.bytes(&tokens[first]))
        && !tokens[first].does(WordClass::STATE);
    let ends = reading.token(last + 1).is_none_or(|t| ends_clause(reading, last + 1) || t.does(WordClass::CONJUNCTION));
    (plain && ends).then_some((first, last))
}

/// Returns values that were changed before the cue: "I changed it from X to Y, it's my password for the bank too".
pub(super) fn changed_before(reading: &TokenizedText<'_>, hit: &Hit) -> SmallVec<[(usize, usize); 2]> {
    let tokens = &reading.tokens;
    let mut values = SmallVec::new();
    let floor = hit.first.saturating_sub(FARTHEST);
    let Some(from) = (floor..hit.first).rev().find(|&i| tokens[i].does(WordClass::FROM) || reading.ends_sentence(i))
    else {
        return values;
    };
    let Some(old) = value_at(reading, from + 1).filter(|old| looks_like_one(reading, *old)) else { return values };
    if tokens[from].does(WordClass::FROM)
        && reading.token(old.1 + 1).is_some_and(|t| t.does(WordClass::TO))
        && let Some(new) = value_at(reading, old.1 + 2).filter(|new| looks_like_one(reading, *new) && new.1 < hit.first)
    {
        values.push(old);
        values.push(new);
    }
    values
}

fn hit_index(reading: &TokenizedText<'_>, hit: &Hit) -> usize {
    reading.tokens[hit.first].cue as usize - 1
}

/// The maximum number of values in a list.
const MOST: usize = 16;

/// Returns the values that follow in the same list: "X or Y", "X, Y, Z". The first one ends at `last`.
pub(crate) fn others(reading: &TokenizedText<'_>, mut last: usize) -> SmallVec<[(usize, usize); 2]> {
    let mut values = SmallVec::new();
    while let Some(value) = or_another(reading, last).filter(|_| values.len() < MOST) {
        values.push(value);
        last = value.1;
    }
    values
}

/// Returns the values that follow in the same list, after a value or its mask that ends at `last`.
pub(super) fn behind(reading: &TokenizedText<'_>, last: usize) -> SmallVec<[(usize, usize); 2]> {
    let mut values = others(reading, last);
    if values.is_empty() {
        values.extend(further_on(reading, last));
    }
    values.extend(changed_to(reading, last));
    values
}

/// Returns the values listed one per line after "Passwords we tried:", usually with a bullet or a number.
pub(super) fn listed(reading: &TokenizedText<'_>, hit: &Hit) -> SmallVec<[(usize, usize); 2]> {
    let tokens = &reading.tokens;
    let mut values = SmallVec::new();
    let until = tokens.len().min(hit.last + FARTHEST);
    let Some(mut at) = (hit.last + 1..until).find(|&i| tokens[i].kind == Kind::Newline) else { return values };
    let several = reading.bytes(&tokens[hit.last]).last().is_some_and(|b| b.eq_ignore_ascii_case(&b's'));
    let heading = at > hit.last + 1 && tokens[at - 1].is(b':');
    if !(several || heading && at > hit.last + 2)
        || tokens[hit.last + 1..at].iter().any(|t| t.does(WordClass::NEGATION) || t.kind == Kind::Digits)
    {
        return values;
    }
    while values.len() < MOST {
        while tokens.get(at).is_some_and(|t| t.kind == Kind::Newline) {
            at += 1;
        }
        let mut bullet = false;
        while tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Mark(b'-' | b'*' | b'>' | b'+') | Kind::Other))
            && tokens.get(at + 1).is_some_and(|t| t.spaced)
        {
            bullet = true;
            at += 1;
        }
        if tokens.get(at).is_some_and(|t| t.kind == Kind::Digits && t.len() <= 2)
            && tokens.get(at + 1).is_some_and(|t| matches!(t.kind, Kind::Mark(b'.' | b')' | b'-')) && !t.spaced)
            && tokens.get(at + 2).is_some_and(|t| t.spaced)
        {
            bullet = true;
            at += 2;
        }
        let Some(value) = value_at(reading, at) else { break };
        let end = (value.1 + 1..tokens.len().min(value.1 + 12)).find(|&i| tokens[i].kind == Kind::Newline);
        let alone = reading.token(value.1 + 1).is_none_or(|t| {
            matches!(t.kind, Kind::Newline | Kind::Other | Kind::Mark(b'(' | b',' | b';' | b'"' | b'\'' | b'`'))
                || t.spaced && (t.is(b'-') || t.is(b'<'))
        });
        if !(alone && (looks_like_one(reading, value) || bullet && is_unknown(reading, value))) {
            break;
        }
        values.push(value);
        let Some(end) = end else { break };
        at = end;
    }
    // A list of plain words may be a list of anything.
    if !values.iter().any(|value| looks_like_one(reading, *value)) {
        values.clear();
    }
    values
}

/// Returns the second value of "X or Y".
fn or_another(reading: &TokenizedText<'_>, last: usize) -> Option<(usize, usize)> {
    let mut at = last + 1;
    for _ in 0..4 {
        let token = reading.token(at)?;
        let joins = token.is(b',') || reading.is_in(token, PhraseSet::AND_ANOTHER);
        if !joins {
            break;
        }
        at += 1;
    }
    let value = (at > last + 1).then(|| value_at(reading, at))??;
    is_strong(reading, value).then_some(value)
}

/// Returns the value before the one that starts at `first`: "X and then Y as password".
pub(super) fn one_before(reading: &TokenizedText<'_>, first: usize) -> Option<(usize, usize)> {
    let mut at = first.checked_sub(1)?;
    for _ in 0..3 {
        let token = &reading.tokens[at];
        if !(token.is(b',') || reading.is_in(token, PhraseSet::AND_THEN)) {
            break;
        }
        at = at.checked_sub(1)?;
    }
    let value = (at + 1 < first).then(|| chunk(reading, at))??;
    is_strong(reading, value).then_some(value)
}

/// Returns a chunk later in the sentence that can only be a password: "... is X and the one for you is Y".
pub(super) fn further_on(reading: &TokenizedText<'_>, last: usize) -> Option<(usize, usize)> {
    let mut at = last + 1;
    while at < reading.tokens.len()
        && at - last <= FARTHEST
        && !reading.ends_sentence(at)
        && reading.tokens[at].kind != Kind::Newline
    {
        if let Some(value) = chunk(reading, at).filter(|v| v.0 >= at) {
            let text = &reading.text[reading.tokens[value.0].start as usize..reading.tokens[value.1].end as usize];
            let marked = text.iter().any(|b| b"!@#$%^&*+=~".contains(b));
            let before = &reading.tokens[at - 1];
            let named = before.does(WordClass::COPULA)
                || before.does(WordClass::TO)
                || matches!(before.kind, Kind::Mark(b':' | b'('))
                || reading.is_in(before, PhraseSet::OR_NOW);
            if is_strong(reading, value) && (marked || named) && !said_harmless(reading, at) {
                return Some(value);
            }
            at = value.1;
        }
        at += 1;
    }
    None
}
