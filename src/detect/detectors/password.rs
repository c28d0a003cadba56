//! Passwords, passphrases and verbal passwords in free text.
//!
//! A password can be any token, so that grammar decides: what stands after "password:" or "my password is", between
//! quotation marks after it, before "is my password", after "from" and "to" where a password was changed, or in the same
//! sentence where it looks like nothing but a password. What is said *about* a password ("is expired", "is case
//! sensitive") is not one.

use smallvec::SmallVec;

use crate::detect::cues::{Lists, Role, Topic};
use crate::detect::token::{Hit, Kind, Reading, Token};
use crate::detect::{Candidate, Candidates, Claim, Detector, Page, Spec};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// Finds the values that text or conversation say are passwords.
pub(crate) struct Password;

static SPEC: Spec = Spec {
    id: "password",
    entity: Entity::Password,
    title: "Passwords, passphrases and verbal passwords: after a cue, quoted, in user and password pairs, as an answer",
    longest: 128,
    source: "How people write them in chat: assignment, copula, apposition, pairs",
    hits: &[
        "my password is Sunflower2019 and it won't let me in",
        "pw: ilovepizza",
        "username mtorrance password hunter2-Blue",
        "i changed my password from Winter22! to Spring23! yesterday",
        "Tr0ut$tream is my password",
        "the passphrase \"correct horse battery staple\" is long enough",
        "my son set it to minecraft4ever, that's the password",
        "mi contraseña es Girasol1984 y no me deja entrar",
        "usuario jperez77, clave Chivas*2020",
    ],
    misses: &[
        "I forgot my password",
        "my password is not working",
        "the password is case sensitive",
        "password must be 8 characters",
        "my password is the same as before",
        "password: forgotten. username: also forgotten",
        "la contraseña es incorrecta",
        "mi clave no funciona",
    ],
};

/// The most tokens between a cue and what looks like nothing but a password.
const FARTHEST: usize = 16;

/// The longest chunk that is taken for a password, in bytes.
const LONGEST: usize = 96;

impl Detector for Password {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn detect(&self, page: &Page<'_>, out: &mut Candidates) {
        let reading = &page.reading;
        for hit in reading.cues {
            let clave =
                matches!(hit.cue.topic, Topic::Code | Topic::OneTimePasscode | Topic::Pin) && is_clave(reading, hit);
            if hit.cue.topic == Topic::Password || clave {
                around(reading, hit, out);
            }
        }
        in_addresses(reading, out);
        in_options(reading, out);
    }
}

/// Whether anything in a text may be a password: a word for one stands in it, or the marks of an address or an option.
pub(crate) fn may_hold_one(reading: &Reading<'_>) -> bool {
    let clave = [Topic::Code, Topic::OneTimePasscode, Topic::Pin].into_iter().any(|topic| reading.mentions(topic));
    reading.mentions(Topic::Password)
        || clave && reading.has_any(Lists::NAMES_A_WORD)
        || reading.has_mark(b':') && (reading.has_mark(b'/') || reading.has_mark(b'-'))
}

/// "clave", "passcode", "contraseña temporal": a password where no digits follow.
fn is_clave(reading: &Reading<'_>, hit: &Hit) -> bool {
    reading.any_of(hit.first, hit.last + 1, Lists::NAMES_A_WORD)
}

/// `curl -u user:password`.
fn in_options(reading: &Reading<'_>, out: &mut Candidates) {
    if !(reading.has_mark(b'-') && reading.has_mark(b':')) {
        return;
    }
    let tokens = &reading.tokens[..];
    for at in 1..tokens.len().saturating_sub(3) {
        let option = (reading.is_word(&tokens[at], b"u") || reading.is_word(&tokens[at], b"user"))
            && tokens[at - 1].is(b'-')
            && !tokens[at].spaced;
        if !option || !tokens[at + 1].spaced {
            continue;
        }
        let Some((first, last)) = chunk(reading, at + 1) else { continue };
        if let Some(colon) = (first..last).find(|&i| tokens[i].is(b':'))
            && tokens[colon + 1].kind != Kind::Masked
            && !tokens[colon + 1].is(b'/')
        {
            out.push(candidate(colon + 1, last, Claim::Certain, "option with a password"));
        }
    }
}

/// `scheme://user:password@host`.
fn in_addresses(reading: &Reading<'_>, out: &mut Candidates) {
    if !(reading.has_mark(b':') && reading.has_mark(b'/')) {
        return;
    }
    let tokens = &reading.tokens[..];
    for at in 0..tokens.len().saturating_sub(5) {
        if !(tokens[at].is(b':') && tokens[at + 1].is(b'/') && tokens[at + 2].is(b'/')) {
            continue;
        }
        let end = (at + 3..tokens.len().min(at + 40))
            .find(|&i| tokens[i].spaced || tokens[i].is(b'/') || matches!(tokens[i].kind, Kind::Newline))
            .unwrap_or(tokens.len().min(at + 40));
        let colon = (at + 3..end).find(|&i| tokens[i].is(b':'));
        let sign = (at + 3..end).rev().find(|&i| tokens[i].is(b'@'));
        if let (Some(colon), Some(sign)) = (colon, sign) {
            let masked = sign == colon + 2 && tokens[colon + 1].kind == Kind::Masked;
            if sign > colon + 1 && !masked {
                out.push(candidate(colon + 1, sign - 1, Claim::Certain, "address with a password"));
            }
        }
    }
}

fn around(reading: &Reading<'_>, hit: &Hit, out: &mut Candidates) {
    let mut push = |value: Option<(usize, usize)>| {
        if let Some((first, last)) = value {
            out.push(candidate(first, last, Claim::Certain, hit.cue.name));
        }
    };
    // It has been masked already.
    let masked = |t: &Token| t.kind == Kind::Masked;
    let after = reading.tokens[hit.last + 1..].iter().take(FARTHEST).take_while(|t| !t.ends_line()).any(masked);
    let before_it = reading.tokens[..hit.first].iter().rev().take(8).take_while(|t| !t.ends_line()).any(masked);
    if after || before_it {
        return;
    }
    if let Some(value) = paired(reading, hit) {
        push(Some(value));
        return;
    }
    if let Some(value) = assigned(reading, hit) {
        push(Some(value));
        push(changed_to(reading, value.1));
        push(or_another(reading, value.1).or_else(|| further_on(reading, value.1)));
        push(before(reading, hit).filter(|v| looks_like_one(reading, *v)));
        return;
    }
    let changed = from_to(reading, hit);
    if !changed.is_empty() {
        for value in changed {
            push(Some(value));
        }
        return;
    }
    if let Some(value) = before(reading, hit) {
        push(Some(value));
        push(one_before(reading, value.0));
        return;
    }
    push(nearby(reading, hit));
}

pub(crate) fn candidate(first: usize, last: usize, claim: Claim, cue: &'static str) -> Candidate {
    Candidate {
        first,
        last,
        entity: Entity::Password,
        claim,
        topics: &[Topic::Password],
        evidence: Evidence { cue: Some(cue), ..Evidence::default() },
    }
}

/// The value after a cue: `pw: X`, `password = X`, "password for the portal is X", "password X" where X looks like one.
fn assigned(reading: &Reading<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let mut at = hit.last + 1;
    // Words that may stand between the cue and the verb: "password for the portal", "password on the sticker".
    let mut words = 0;
    let mut sign = false;
    let mut copula = false;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Mark(b':' | b'=') => {
                sign = true;
                at += 1;
                if tokens.get(at).is_some_and(|t| t.is(b'>') && !t.spaced) {
                    at += 1;
                }
                break;
            }
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
            Kind::Word if token.does(Role::COPULA) && token.cue == 0 && !reading.is_word(token, b"for") => {
                copula = true;
                at += 1;
                break;
            }
            Kind::Word
                if token.does(Role::NEGATION)
                    || token.does(Role::QUESTION) && words == 0 && !reading.is_word(token, b"que") =>
            {
                return None;
            }
            // "password manager", "password rules"
            Kind::Word if words == 0 && token.does(Role::HEAD) => return None,
            Kind::Word if words == 0 && looks_like_one(reading, chunk(reading, at)?) => break,
            // "clave PNR: LMX4QT"
            Kind::Word | Kind::Mixed
                if reading.hit(token).is_some_and(|h| {
                    matches!(h.cue.topic, Topic::Reference | Topic::Device | Topic::Phone | Topic::Zip)
                }) && !reading.is_word(token, b"wifi")
                    && !reading.is_word(token, b"router")
                    && !reading.is_word(token, b"modem") =>
            {
                return None;
            }
            Kind::Word | Kind::Mixed | Kind::Digits if words < 7 => {
                let value = chunk(reading, at)?;
                if token.kind != Kind::Digits && looks_like_one(reading, value) && words <= 2 {
                    return Some(value);
                }
                if words == 0
                    && let Some(value) = pair(reading, hit, at)
                {
                    return Some(value);
                }
                if token.does(Role::CONJUNCTION) && token.cue == 0 {
                    return None;
                }
                words += 1;
                at += 1;
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
    // "is still", "is now", "is: ", "would be", and adverbs before the value.
    while let Some(token) = tokens.get(at) {
        let skip = token.is(b':')
            || token.is(b'=')
            || token.kind == Kind::Word
                && [
                    &b"now"[..],
                    b"just",
                    b"currently",
                    b"still",
                    b"the",
                    b"like",
                    b"el",
                    b"la",
                    b"ahora",
                    b"be",
                    b"actually",
                    b"basically",
                    b"simply",
                    b"probably",
                    b"likely",
                    b"only",
                    b"literally",
                    b"esta",
                    b"this",
                    b"following",
                    b"como",
                    b"que",
                    b"es",
                    b"is",
                    b"also",
                    b"ser",
                ]
                .iter()
                .any(|w| reading.is_word(token, w));
        if !skip || tokens.get(at + 1).is_none() {
            break;
        }
        at += 1;
    }
    // After a noun of its own ("password reset link:") only what looks like one.
    let own = words == 0
        || copula && !sign
        || hit.cue.topic == Topic::Password && words <= 2 && !tokens[hit.last + 1].does(Role::STATE);
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
    if let Some(value) = spelled_out(reading, at) {
        return Some(value);
    }
    if !own || hit.cue.topic != Topic::Password {
        return None;
    }
    let passphrase = is_phrase_cue(reading, hit);
    plain_words(reading, value, sign, passphrase)
}

/// Three words and more joined by hyphens, which nobody writes otherwise: `correct-horse-battery-staple`.
fn hyphen_chain(reading: &Reading<'_>, (first, last): (usize, usize)) -> bool {
    let stretch = &reading.tokens[first..=last];
    let hyphens = stretch.iter().filter(|t| matches!(t.kind, Kind::Mark(b'-' | b'_' | b'.'))).count();
    hyphens >= 2
        && stretch.len() == 2 * hyphens + 1
        && stretch.iter().step_by(2).all(|t| matches!(t.kind, Kind::Word | Kind::Digits | Kind::Mixed))
}

/// Single characters with spaces between: `T o l u c a 2 0 0 0`, `t-u-r-n-i-p`.
fn spelled_out(reading: &Reading<'_>, first: usize) -> Option<(usize, usize)> {
    let mut last = None;
    let mut count = 0;
    for at in first..reading.tokens.len().min(first + 64) {
        let token = &reading.tokens[at];
        match token.kind {
            Kind::Word | Kind::Digits if token.len() == 1 => {
                count += 1;
                last = Some(at);
            }
            Kind::Mark(b'-' | b'.' | b'_') if !token.spaced => {}
            _ => break,
        }
    }
    last.filter(|_| count >= 4).map(|last| (first, last))
}

/// "X or Y": a second value told in one breath.
fn or_another(reading: &Reading<'_>, last: usize) -> Option<(usize, usize)> {
    let mut at = last + 1;
    for _ in 0..4 {
        let token = reading.token(at)?;
        let joins = token.is(b',')
            || ["or", "o", "and", "y", "n", "maybe", "then", "not", "no", "also", "u"]
                .iter()
                .any(|w| reading.is_word(token, w.as_bytes()));
        if !joins {
            break;
        }
        at += 1;
    }
    let value = (at > last + 1).then(|| value_at(reading, at))??;
    is_strong(reading, value).then_some(value)
}

/// "X and then Y as password": the value before the one that starts at `first`.
fn one_before(reading: &Reading<'_>, first: usize) -> Option<(usize, usize)> {
    let mut at = first.checked_sub(1)?;
    for _ in 0..3 {
        let token = &reading.tokens[at];
        if !(token.is(b',')
            || ["or", "o", "and", "y", "n", "then", "luego"].iter().any(|w| reading.is_word(token, w.as_bytes())))
        {
            break;
        }
        at = at.checked_sub(1)?;
    }
    let value = (at + 1 < first).then(|| chunk(reading, at))??;
    is_strong(reading, value).then_some(value)
}

/// "... is X and the one for you is Y": what looks like nothing but a password, later in the sentence.
fn further_on(reading: &Reading<'_>, last: usize) -> Option<(usize, usize)> {
    let mut at = last + 1;
    while at < reading.tokens.len()
        && at - last <= FARTHEST
        && !reading.ends_sentence(at)
        && reading.tokens[at].kind != Kind::Newline
    {
        if let Some(value) = chunk(reading, at).filter(|v| v.0 == at) {
            let text = &reading.text[reading.tokens[value.0].start as usize..reading.tokens[value.1].end as usize];
            let marked = text.iter().any(|b| b"!@#$%^&*+=~".contains(b));
            let before = &reading.tokens[at - 1];
            let named = before.does(Role::COPULA)
                || before.does(Role::TO)
                || ["or", "o", "wait", "now", "ahora"].iter().any(|w| reading.is_word(before, w.as_bytes()));
            if is_strong(reading, value) && (marked || named) && !said_harmless(reading, at) {
                return Some(value);
            }
            at = value.1;
        }
        at += 1;
    }
    None
}

/// "user/pass: bob / s3cret!", "usuario y clave: ana, hola123": the second of two values.
fn paired(reading: &Reading<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let joint = hit.first.checked_sub(1)?;
    let joins = matches!(tokens[joint].kind, Kind::Mark(b'/' | b'&' | b'+'))
        || ["and", "y"].iter().any(|w| reading.is_word(&tokens[joint], w.as_bytes()));
    let login = joint > 0 && reading.hit(&tokens[joint - 1]).is_some_and(|h| h.cue.topic == Topic::Login);
    if !joins || !login {
        return None;
    }
    let mut at = hit.last + 1;
    while tokens.get(at).is_some_and(|t| {
        matches!(t.kind, Kind::Mark(b':' | b'=' | b'-')) || t.does(Role::COPULA) || t.does(Role::DETERMINER)
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
        matches!(t.kind, Kind::Mark(b'/' | b',' | b'|' | b'&' | b';'))
            || ["and", "y"].iter().any(|w| reading.is_word(t, w.as_bytes()))
    }) {
        at += 1;
    }
    let value = value_at(reading, at)?;
    let plain = value.0 == value.1 && !tokens[value.0].does(Role::COMMON);
    (looks_like_one(reading, value) || plain).then_some(value)
}

/// After `from X`, `to Y`.
fn changed_to(reading: &Reading<'_>, last: usize) -> Option<(usize, usize)> {
    let next = reading.token(last + 1)?;
    if !next.does(Role::TO) {
        return None;
    }
    let value = value_at(reading, last + 2)?;
    looks_like_one(reading, value).then_some(value)
}

/// "my password from X to Y", "contraseña de X a Y".
fn from_to(reading: &Reading<'_>, hit: &Hit) -> SmallVec<[(usize, usize); 2]> {
    let tokens = &reading.tokens;
    let mut values = SmallVec::new();
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
        if (token.does(Role::FROM) || token.does(Role::TO))
            && let Some(value) = value_at(reading, at + 1)
        {
            let plain = values.len() == 1 && token.does(Role::TO);
            if looks_like_one(reading, value) || is_quoted(reading, at + 1) || plain && is_unknown(reading, value) {
                values.push(value);
                at = value.1 + 1;
                continue;
            }
            // "from hunter to hunter2"
            let to = value.1 + 1;
            if token.does(Role::FROM)
                && is_unknown(reading, value)
                && tokens.get(to).is_some_and(|t| t.does(Role::TO))
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

fn hit_index(reading: &Reading<'_>, hit: &Hit) -> usize {
    reading.tokens[hit.first].cue as usize - 1
}

/// "X is my password", "X as the password", "set it to X, that's the password", "X (password)".
fn before(reading: &Reading<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let mut at = hit.first.checked_sub(1)?;
    let mut link = false;
    let mut comma = false;
    let mut own = false;
    for _ in 0..7 {
        let token = &tokens[at];
        match token.kind {
            Kind::Word if token.does(Role::LINK) || reading.is_word(token, b"thats") => {
                link = true;
            }
            Kind::Word if token.does(Role::NEGATION) => return None,
            Kind::Word if token.does(Role::DETERMINER) || token.does(Role::OWN) => own = true,
            Kind::Mark(b'\'' | b'(') => {}
            Kind::Mark(b'<' | b'>' | b'=') => {
                comma = true;
                link = true;
            }
            Kind::Mark(b'-') => comma = true,
            Kind::Mark(b',') if !comma => comma = true,
            _ => {
                let value = chunk(reading, at)?;
                if value.1 != at && !is_mark(&tokens[at], b"!\"?)'") || !(link || comma || own) {
                    return None;
                }
                let strong = looks_like_one(reading, value);
                let sentence_start =
                    value.0 == 0 || reading.ends_sentence(value.0 - 1) || tokens[value.0 - 1].kind == Kind::Newline;
                let plain = link && own && !comma && sentence_start && is_unknown(reading, value) && value.0 == value.1;
                let quoted = link && is_mark(&tokens[at], b"\"'");
                if quoted {
                    let value = quoted_before(reading, at)?;
                    return (!is_sentence(reading, value)).then_some(value);
                }
                return (link && strong || plain).then_some(value);
            }
        }
        at = at.checked_sub(1)?;
    }
    None
}

fn is_mark(token: &Token, marks: &[u8]) -> bool {
    matches!(token.kind, Kind::Mark(mark) if marks.contains(&mark))
}

/// What looks like nothing but a password, in the sentence of the cue.
fn nearby(reading: &Reading<'_>, hit: &Hit) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let mut at = hit.last + 1;
    while at < tokens.len() && at - hit.last <= FARTHEST {
        if ends_clause(reading, at) && !matches!(tokens[at].kind, Kind::Mark(b',')) {
            break;
        }
        if tokens[at].cue != 0 && !tokens[at].is_text() {
            at += 1;
            continue;
        }
        if let Some(value) = chunk(reading, at) {
            if value.0 == at && is_strong(reading, value) && !said_harmless(reading, at) {
                return Some(value);
            }
            at = value.1.max(at) + 1;
            continue;
        }
        at += 1;
    }
    // To the left, in the same sentence: "I type Xk!72bQz as the password like always".
    let mut at = hit.first;
    let mut steps = 0;
    while at > 0 && steps < 10 {
        at -= 1;
        steps += 1;
        let token = &tokens[at];
        if reading.ends_sentence(at) || token.kind == Kind::Newline {
            let value = chunk(reading, at).filter(|v| v.1 == at);
            if value.is_none() || token.kind == Kind::Newline {
                return None;
            }
        }
        if let Some(value) = chunk(reading, at).filter(|v| v.1 == at) {
            let marks = reading.text[tokens[value.0].start as usize..tokens[value.1].end as usize]
                .iter()
                .any(|b| b"!@#$%^&*+=~".contains(b));
            if marks && is_strong(reading, value) && !said_harmless(reading, value.0) {
                return Some(value);
            }
            at = value.0;
        }
    }
    None
}

/// Whether a harmless cue stands right before: "order WB-20718", "model NVG599".
fn said_harmless(reading: &Reading<'_>, at: usize) -> bool {
    let tokens = &reading.tokens;
    for back in 1..=4.min(at) {
        let token = &tokens[at - back];
        if let Some(hit) = reading.hit(token) {
            return !hit.cue.topic.is_secret();
        }
        if !(token.does(Role::GLUE) && token.kind == Kind::Word
            || matches!(token.kind, Kind::Mark(b':' | b'#' | b'\'')))
        {
            return false;
        }
    }
    false
}

/// A plain-word value in a pair: "user bob password sunshine", "login: x pass: y".
fn pair(reading: &Reading<'_>, hit: &Hit, at: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let login = (hit.first.saturating_sub(7)..hit.first)
        .any(|i| reading.hit(&tokens[i]).is_some_and(|h| h.cue.topic == Topic::Login) && !reading.ends_sentence(i));
    let value = chunk(reading, at)?;
    (login && is_unknown(reading, value) && tokens[at].len() >= 4).then_some(value)
}

/// A value of plain words after "is" or ":": one word that is no everyday word, or a passphrase.
fn plain_words(reading: &Reading<'_>, value: (usize, usize), sign: bool, passphrase: bool) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let first = &tokens[value.0];
    let text = &reading.text[first.start as usize..tokens[value.1].end as usize];
    if is_address(text) || is_masked(text) {
        return None;
    }
    if value.0 == value.1 && first.kind == Kind::Digits {
        return (first.len() >= 4).then_some(value);
    }
    if sign
        && passphrase
        && let Some(phrase) = phrase_at(reading, value.0)
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
    if tokens[value.0].does(Role::STATE)
        || tokens[value.0].cue != 0 && reading.hit(&tokens[value.0]).is_some_and(|h| h.cue.topic.is_secret())
    {
        return None;
    }
    // How many plain words until the clause ends?
    let mut last = value.1;
    let mut count = 1;
    let mut stopped = false;
    while let Some(next) = tokens.get(last + 1) {
        if ends_clause(reading, last + 1)
            || next.does(Role::CONJUNCTION)
            || next.kind == Kind::Other
            || matches!(next.kind, Kind::Mark(b'(' | b'"' | b'-'))
        {
            break;
        }
        if next.does(Role::GLUE) || next.does(Role::STATE) || next.does(Role::REQUEST) || next.cue != 0 {
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
    let everyday = first.does(Role::COMMON) && value.0 == value.1;
    if passphrase && count >= 2 && !predicate && !first.does(Role::STATE) {
        return Some((value.0, last));
    }
    if count == 1 && !stopped {
        let fits = !predicate && (!everyday || sign && !first.does(Role::FILLER) && !first.does(Role::GLUE));
        return (fits && word.len() >= 3).then_some(value);
    }
    if count == 1 && stopped && !everyday && !predicate && word.len() >= 4 {
        // "my password is sunshine please help"
        return Some(value);
    }
    if (2..=5).contains(&count) && sign && !everyday && !predicate {
        // "password: purple monkey dishwasher" is all value; "pw: ilovepizza email: x" stops at the next cue.
        return Some(if stopped { value } else { (value.0, last) });
    }
    if count == 2
        && !everyday
        && !predicate
        && !stopped
        && tokens[last].kind == Kind::Word
        && !tokens[last].does(Role::COMMON)
    {
        return Some((value.0, last));
    }
    None
}

/// Three to eight words up to the end of the clause, of which at most one is said of passwords: "correct horse battery
/// staple".
fn phrase_at(reading: &Reading<'_>, first: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let end = (first..tokens.len()).find(|&at| ends_clause(reading, at)).unwrap_or(tokens.len());
    let words = tokens.get(first..end)?;
    let talk =
        words.iter().any(|t| t.does(Role::COPULA) || t.does(Role::NEGATION) || t.does(Role::REQUEST) || t.cue != 0);
    let said = words.iter().filter(|t| t.does(Role::STATE)).count();
    let plain = words.iter().all(|t| t.kind == Kind::Word);
    (plain && !talk && said <= 1 && (3..=8).contains(&words.len())).then(|| (first, end - 1))
}

/// Endings of English and Spanish participles, adverbs and adjectives, which are said of passwords.
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

fn is_phrase_cue(reading: &Reading<'_>, hit: &Hit) -> bool {
    (hit.first..=hit.last).any(|i| {
        let token = &reading.tokens[i];
        [
            &b"passphrase"[..],
            b"phrase",
            b"frase",
            b"answer",
            b"passphrases",
            b"respuesta",
            b"word",
            b"palabra",
            b"codeword",
        ]
        .iter()
        .any(|w| reading.is_word(token, w))
    })
}

/// Whether the token ends a clause: sentence marks before a space, commas, semicolons, line breaks.
pub(crate) fn ends_clause(reading: &Reading<'_>, at: usize) -> bool {
    let Some(token) = reading.token(at) else { return true };
    let free = reading.token(at + 1).is_none_or(|next| {
        next.spaced || next.kind == Kind::Newline || matches!(next.kind, Kind::Mark(b'.' | b'!' | b'?' | b'"' | b')'))
    });
    match token.kind {
        Kind::Newline => true,
        Kind::Mark(b'.' | b',' | b';' | b'!' | b'?' | b':') => free,
        _ => false,
    }
}

/// The stretch without spaces around a token, as tokens, without the punctuation that belongs to the sentence.
pub(crate) fn chunk(reading: &Reading<'_>, at: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let mut first = at;
    while first > 0 && !tokens[first].spaced && tokens[first - 1].kind != Kind::Newline && at - first < 40 {
        first -= 1;
    }
    let mut last = at;
    while tokens.get(last + 1).is_some_and(|t| !t.spaced && t.kind != Kind::Newline) && last - first < 48 {
        last += 1;
    }
    if tokens[at].kind == Kind::Newline {
        return None;
    }
    trim(reading, first, last)
}

/// Cuts quotation marks, brackets and sentence marks off both ends.
fn trim(reading: &Reading<'_>, mut first: usize, mut last: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    while first < last && is_mark(&tokens[first], b"\"'`([{<,;:=>!?") {
        first += 1;
    }
    while first < last {
        let token = &tokens[last];
        // An exclamation mark may belong to the password; where three stand together none does.
        let three =
            is_mark(token, b"!") && last >= 2 && is_mark(&tokens[last - 1], b"!") && is_mark(&tokens[last - 2], b"!");
        if is_mark(token, b".,;:?\"'`)]}>") || three || token.kind == Kind::Other {
            last -= 1;
            if three {
                while last > first && is_mark(&tokens[last], b"!") {
                    last -= 1;
                }
            }
        } else {
            break;
        }
    }
    // What redaction left stays as it is.
    let masked = tokens[first..=last].iter().any(|t| t.kind == Kind::Masked);
    let bytes = tokens[last].end - tokens[first].start;
    (!masked
        && bytes as usize <= LONGEST
        && !(first == last && matches!(tokens[first].kind, Kind::Mark(_) | Kind::Newline)))
    .then_some((first, last))
}

fn is_quoted(reading: &Reading<'_>, at: usize) -> bool {
    reading
        .token(at)
        .is_some_and(|t| is_mark(t, b"\"`") || t.is(b'\'') && (t.spaced || at > 0 && reading.tokens[at - 1].is(b':')))
}

/// The value at `at`: the quoted stretch, or the chunk.
pub(crate) fn value_at(reading: &Reading<'_>, at: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let token = tokens.get(at)?;
    if is_quoted(reading, at) {
        let mark = token.kind;
        let close = (at + 2..tokens.len().min(at + 40))
            .find(|&i| tokens[i].kind == mark && tokens.get(i + 1).is_none_or(|n| n.spaced || n.kind != Kind::Word))?;
        let bytes = tokens[close - 1].end - tokens[at + 1].start;
        return (bytes as usize <= LONGEST && !tokens[at + 1..close].iter().any(|t| t.kind == Kind::Newline))
            .then_some((at + 1, close - 1));
    }
    if token.kind == Kind::Newline {
        return None;
    }
    let (_, last) = chunk(reading, at)?;
    // After "password=" in an address, or in a tag, the value ends where the next begins.
    let glued = at > 0 && !token.spaced && is_mark(&tokens[at - 1], b"=>");
    let last =
        if glued { (at..=last).find(|&i| is_mark(&tokens[i], b"&<;") && i > at).map_or(last, |i| i - 1) } else { last };
    (at <= last).then(|| trim(reading, at, last))?
}

/// The stretch between quotation marks that ends at `close`.
fn quoted_before(reading: &Reading<'_>, close: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let open =
        (close.saturating_sub(40)..close.checked_sub(1)?).rev().find(|&i| tokens[i].kind == tokens[close].kind)?;
    let bytes = tokens[close - 1].end - tokens[open + 1].start;
    (bytes as usize <= LONGEST).then_some((open + 1, close - 1))
}

/// Whether what is quoted reads as a message rather than as a secret: a verb of state, a negation, many everyday words.
pub(crate) fn is_sentence(reading: &Reading<'_>, (first, last): (usize, usize)) -> bool {
    let words = || reading.tokens[first..=last].iter().filter(|t| t.kind == Kind::Word);
    let count = words().count();
    let said = words().filter(|t| t.does(Role::COPULA) || t.does(Role::NEGATION) || t.does(Role::STATE)).count();
    let cue = words().any(|t| t.cue != 0);
    let measured =
        words().any(|t| t.does(Role::UNIT)) && reading.tokens[first..=last].iter().any(|t| t.kind == Kind::Digits);
    measured
        || count >= 2 && (said * 2 >= count || cue)
        || count > 9
        || count == 1 && first == last && reading.tokens[first].does(Role::STATE)
        || count == 1 && first == last && cue
}

fn alone_on_line(reading: &Reading<'_>, (_, last): (usize, usize)) -> bool {
    reading.token(last + 1).is_none_or(|t| t.kind == Kind::Newline)
}

/// A word that no table knows, of letters (and digits) only.
pub(crate) fn is_unknown(reading: &Reading<'_>, (first, last): (usize, usize)) -> bool {
    let token = &reading.tokens[first];
    first == last
        && token.is_text()
        && token.len() >= 4
        && !token.does(Role::COMMON)
        && token.cue == 0
        && !token.does(Role::UNIT)
        && !is_predicate(reading.bytes(token))
}

/// Whether the chunk has the looks of a password: letters with digits or marks inside, or letters in unusual case.
pub(crate) fn looks_like_one(reading: &Reading<'_>, (first, last): (usize, usize)) -> bool {
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

/// As [`looks_like_one`], and unlikely to be anything else: digits (or marks) within letters, no code, name, model.
pub(crate) fn is_strong(reading: &Reading<'_>, (first, last): (usize, usize)) -> bool {
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

/// Already masked, or a placeholder: stars, x's, our own labels.
fn is_masked(text: &[u8]) -> bool {
    text.iter().all(|b| b"*xX#.-_[]<>{}".contains(b)) || text.windows(3).any(|w| w == b"***")
}

/// URL, e-mail, path.
fn is_address(text: &[u8]) -> bool {
    let at = text.iter().position(|b| *b == b'@');
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
    mail || url || domain
}

/// Times, ordinals, quantities, contractions, hyphenated words: letters and marks that are no password.
fn is_ordinary(reading: &Reading<'_>, first: usize, last: usize) -> bool {
    let tokens = &reading.tokens;
    let stretch = &tokens[first..=last];
    // Words and marks only: "e-mail", "don't", "and/or", "wi-fi", "(sic)".
    let marks_inside = stretch.iter().any(|t| is_mark(t, b"!@#$%^&*_+=~|\\"));
    if stretch.iter().all(|t| matches!(t.kind, Kind::Word | Kind::Mark(_))) && !marks_inside {
        return first != last || stretch[0].does(Role::COMMON);
    }
    // A word with a mark at the end: "password!", "what?!".
    if stretch.iter().skip(1).all(|t| matches!(t.kind, Kind::Mark(b'!' | b'?' | b'*' | b'~' | b'.')))
        && stretch[0].kind == Kind::Word
        && (stretch[0].does(Role::COMMON) || stretch[0].cue != 0)
    {
        return true;
    }
    // Units and times: "7am", "24-hour", "5-digit", "10:30pm", "2nd".
    if stretch.iter().any(|t| t.kind == Kind::Word && t.does(Role::UNIT))
        && stretch
            .iter()
            .all(|t| matches!(t.kind, Kind::Digits | Kind::Mark(b'-' | b':' | b'.' | b'/')) || t.does(Role::UNIT))
    {
        return true;
    }
    // References: capitals, a hyphen, digits: "AUTH-1002".
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
    // A number and everyday words joined by hyphens: "one-time", "3-in-1", "covid-19", "windows-11".
    let words_known = stretch.iter().filter(|t| t.kind == Kind::Word).all(|t| t.does(Role::COMMON) || t.cue != 0);
    words_known
        && !marks_inside
        && stretch.iter().all(|t| matches!(t.kind, Kind::Word | Kind::Digits | Kind::Mark(b'-' | b'/' | b'.')))
        && stretch.len() <= 3
        && stretch.iter().filter(|t| t.kind == Kind::Digits).all(|t| t.len() <= 2)
}

/// Brands and names with capitals inside: "iPhone", "McDonald", "PayPal".
fn is_name(reading: &Reading<'_>, first: usize, last: usize) -> bool {
    let text = &reading.text[reading.tokens[first].start as usize..reading.tokens[last].end as usize];
    let humps = text.windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()).count();
    humps <= 1 && text.iter().all(u8::is_ascii_alphabetic)
}
