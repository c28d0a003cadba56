//! Passwords, passphrases and verbal passwords in free text.
//!
//! A password can be any token, so grammar decides. A password is: what follows "password:" or "my password is", a
//! quotation after these, what precedes "is my password", what follows "from" and "to" if a password was changed, and a
//! chunk in the same sentence that looks like nothing else. A statement *about* a password ("is expired", "is case
//! sensitive") is not one.

mod around;
mod looks;
mod programs;
mod several;
mod spelled;
mod stated;
mod value;

use crate::detect::cues::{Topic, WordSet};
use crate::detect::token::{Hit, Kind, Token, TokenizedText};
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;

pub(crate) use around::said_harmless;
pub(crate) use looks::{
    RIGHT_OF_WORD, is_address, is_file, is_predicate, is_sentence, is_strong, is_unknown, looks_like_one,
};
pub(crate) use several::others;
pub(crate) use spelled::letters_spelled_out;
pub(crate) use value::{chunk, ends_clause, is_placeholder, value_at};

/// Finds values that the text or the conversation calls a password.
pub(crate) struct Password;

/// Texts with a password. None is found in another spelling, because that would be another password.
const HITS: &[&str] = &[
    "my password is Sunflower2019 and it won't let me in",
    "pw: ilovepizza",
    "username mtorrance password hunter2-Blue",
    "i changed my password from Winter22! to Spring23! yesterday",
    "Tr0ut$tream is my password",
    "the passphrase \"correct horse battery staple\" is long enough",
    "my son set it to minecraft4ever, that's the password",
    "mi contraseña es Girasol1984 y no me deja entrar",
    "usuario jperez77, clave Chivas*2020",
    "Authorization: Basic Ym9iOlN1bnNoaW5lOTk=",
];

static SPEC: DetectorInfo = DetectorInfo {
    id: "password",
    entity: Entity::Password,
    title: "Passwords, passphrases and verbal passwords: after a cue, quoted, in user and password pairs, as an answer",
    longest: 128,
    source: "How people write them in chat: assignment, copula, apposition, pairs",
    hits: HITS,
    verbatim: HITS,
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

/// The maximum number of tokens between a cue and a chunk that can only be a password.
const FARTHEST: usize = 16;

/// The longest chunk that may be a password, in bytes.
const LONGEST: usize = 96;

impl Detector for Password {
    fn spec(&self) -> &'static DetectorInfo {
        &SPEC
    }

    fn detect(&self, page: &Document<'_>, out: &mut Candidates) {
        let reading = &page.reading;
        // Machine-readable forms say exactly where the password is, so they come before the rules of grammar.
        programs::in_addresses(reading, out);
        programs::in_options(reading, out);
        programs::in_commands(reading, out);
        programs::in_pictures(reading, out);
        programs::in_headers(reading, out);
        programs::behind_mail(reading, out);
        for hit in reading.cues {
            let clave = matches!(hit.cue.topic, Topic::Code | Topic::OneTimePasscode | Topic::Pin)
                && may_mean_password(reading, hit);
            if hit.cue.topic == Topic::Password || clave {
                around(reading, hit, out);
            } else if hit.cue.topic == Topic::Login
                || hit.cue.topic == Topic::Account && several::is_mail(reading, hit.last + 2)
            {
                if reading.facts.mixed
                    && let Some(value) = several::behind_login(reading, hit)
                {
                    out.push(candidate(value.0, value.1, Claim::Certain, hit.cue.name));
                }
            } else if matches!(hit.cue.topic, Topic::Code | Topic::OneTimePasscode)
                && reading.tokens[hit.last].is_any(WordSet::TOKEN)
                && let Some(value) = stated::assigned(reading, hit).filter(|value| is_key(reading, *value))
            {
                out.push(candidate(value.0, value.1, Claim::Certain, hit.cue.name));
            }
        }
    }
}

/// Returns whether a text may contain a password: it has a word for one, a user name and a mixed token, the marks of an
/// address, an option or a Wi-Fi QR code, a command that takes a password, or an HTTP scheme.
pub(crate) fn may_contain_password(reading: &TokenizedText<'_>) -> bool {
    let clave = [Topic::Code, Topic::OneTimePasscode, Topic::Pin].into_iter().any(|topic| reading.mentions(topic));
    let any_mark = |marks: &[u8]| marks.iter().any(|mark| reading.has_mark(*mark));
    reading.mentions(Topic::Password)
        || reading.facts.mixed && reading.mentions(Topic::Login)
        || clave && reading.has_any(WordSet::NAMES_A_WORD.union(WordSet::TOKEN))
        || reading.has_mark(b':') && any_mark(b"/-;@")
        || reading.has_mark(b'@') && any_mark(b"/|;")
        || reading.has_mark(b'-') && reading.has_any(WordSet::COMMAND)
        || programs::names_scheme(reading)
}

/// Returns whether this is a cue such as "clave", "passcode" or "contraseña temporal": it means a password unless
/// digits follow.
fn may_mean_password(reading: &TokenizedText<'_>, hit: &Hit) -> bool {
    reading.any_of(hit.first, hit.last + 1, WordSet::NAMES_A_WORD)
}

/// Returns whether the value is an API key or the like: longer than any passcode.
fn is_key(reading: &TokenizedText<'_>, value: (usize, usize)) -> bool {
    const SHORTEST: usize = 16;
    let span = reading.span(value.0, value.1);
    span.end - span.start >= SHORTEST && is_strong(reading, value)
}

fn around(reading: &TokenizedText<'_>, hit: &Hit, out: &mut Candidates) {
    let mut push = |value: Option<(usize, usize)>| {
        if let Some((first, last)) = value {
            out.push(candidate(first, last, Claim::Certain, hit.cue.name));
        }
    };
    // `<input type="password" name="p">`: the form field, not its value.
    let is = |back: usize, mark: &[u8]| hit.first >= back && value::is_mark(&reading.tokens[hit.first - back], mark);
    if is(1, b"\"'") && is(2, b"=") && hit.first >= 3 && reading.is_word(&reading.tokens[hit.first - 3], b"type") {
        return;
    }
    // The value is masked already. Another one may follow.
    let masked = |t: &Token| t.kind == Kind::Masked;
    let after = reading.tokens[hit.last + 1..].iter().take(FARTHEST).take_while(|t| !t.ends_line()).position(masked);
    if let Some(mask) = after {
        several::behind(reading, hit.last + 1 + mask).into_iter().for_each(|value| push(Some(value)));
        return;
    }
    if reading.tokens[..hit.first].iter().rev().take(8).take_while(|t| !t.ends_line()).any(masked) {
        return;
    }
    if let Some(value) = several::paired(reading, hit) {
        push(Some(value));
        several::behind(reading, value.1).into_iter().for_each(|value| push(Some(value)));
        return;
    }
    if let Some(value) = stated::hinted(reading, hit) {
        push(Some(value));
        return;
    }
    let listed = several::listed(reading, hit);
    if !listed.is_empty() {
        for value in listed {
            push(Some(value));
        }
        return;
    }
    if let Some(value) = stated::assigned(reading, hit) {
        push(Some(value));
        several::behind(reading, value.1).into_iter().for_each(|value| push(Some(value)));
        push(around::before(reading, hit).filter(|v| looks_like_one(reading, *v)));
        return;
    }
    let mut changed = several::from_to(reading, hit);
    if changed.is_empty() {
        changed = several::changed_before(reading, hit);
    }
    if !changed.is_empty() {
        for value in changed {
            push(Some(value));
        }
        return;
    }
    if let Some(value) = around::before(reading, hit) {
        push(Some(value));
        push(several::one_before(reading, value.0));
        for value in several::others(reading, hit.last) {
            push(Some(value));
        }
        return;
    }
    if let Some(value) = around::nearby(reading, hit) {
        push(Some(value));
        for value in
            several::others(reading, value.1).into_iter().filter(|value| value.1 < hit.first || value.0 > hit.last)
        {
            push(Some(value));
        }
        return;
    }
    if hit.cue.topic == Topic::Password {
        push(stated::in_next_sentence(reading, hit));
    }
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
