//! What a message asks for and what it announces.
//!
//! In: a reading. Out: [`Said`], which the conversation remembers, and the places where a secret is asked for.

use crate::detect::cues::{Role, Topic};
use crate::detect::token::{Hit, Kind, Reading};
use crate::judge::Part;
use crate::judge::conversation::{Said, Topics};

/// A cue in a question or a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) topic: Topic,
    /// Index of the cue in the reading.
    pub(crate) hit: usize,
}

/// What a part of the message asks for, with the places. A sentence belongs to the part in which it ends.
pub(crate) fn requests(reading: &Reading<'_>, part: Part) -> (Said, Vec<Request>) {
    let mut said = Said::default();
    let mut requests = Vec::new();
    // Secrets named in statements so far: "I have sent a code. What is it?" asks for the code.
    let mut named = Topics::NONE;
    let mut start = 0;
    let tokens = &reading.tokens;
    while start < tokens.len() {
        let end = sentence_end(reading, start);
        let sentence = Sentence::of(reading, start, end);
        let unheard = (said, requests.len());
        let mut asks = Topics::NONE;
        let mut before: Option<usize> = None;
        for (index, hit) in cues_in(reading, start, end) {
            let topic = hit.cue.topic;
            // "the passcode for the account": the account is not asked for.
            let dependent = before.is_some_and(|last| depends(reading, last, hit.first)) || modifies(reading, hit.last, end);
            before = Some(hit.last);
            if has_value(reading, hit.last) && !sentence.question {
                continue;
            }
            if sentence.asks_for(reading, hit) && !dependent {
                if let Some(other) = sentence.measures {
                    asks = asks.with(other);
                    continue;
                }
                asks = asks.with(topic);
                if names_a_word(reading, hit) {
                    asks = asks.with(Topic::Password);
                }
                requests.push(Request { topic, hit: index });
            } else if topic.is_secret() && (!sentence.negated || sentence.trouble) {
                named = named.with(topic);
                if sentence.trouble {
                    asks = asks.with(topic);
                }
            }
            if sentence.question && topic.is_secret() {
                said.offers = said.offers.with(topic);
            }
        }
        if sentence.on_card_face && (sentence.question || sentence.request) && !sentence.negated {
            asks = asks.with(Topic::SecurityCode);
        }
        if asks.is_empty() && (sentence.question || sentence.request) && !sentence.negated {
            let has_cue = cues_in(reading, start, end).next().is_some();
            if !named.is_empty() && !has_cue && sentence.refers_back {
                asks = named;
            }
            said.insists |= !has_cue && (sentence.refers_back || sentence.request);
            said.moves_on |= !has_cue && sentence.question && !sentence.refers_back;
        }
        said.asks = said.asks.and(asks);
        if !(part.has(tokens[end - 1].start as usize) && (part.last || is_over(reading, end - 1))) {
            said = unheard.0;
            requests.truncate(unheard.1);
        }
        start = end;
    }
    said.agrees = part.first && agrees(reading);
    if part.last {
        said.announces = announces(reading);
    }
    (said, requests)
}

/// "Last step: CVV (3 digits on the back).": a colon and a noun, no verb.
fn is_prompt(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let words = tokens.iter().filter(|t| t.is_text()).count();
    let verb = tokens.iter().any(|t| t.kind == Kind::Word && (t.does(Role::COPULA) || t.does(Role::NEGATION) || t.does(Role::SENT)) && t.cue == 0);
    let colon = tokens.iter().position(|t| t.is(b':'));
    words <= 12 && !verb && colon.is_some_and(|colon| tokens[colon + 1..].iter().take(4).any(|t| t.cue != 0))
}

/// Whether the cue that starts at `first` belongs to the one that ends at `last`: "the passcode for the account".
fn depends(reading: &Reading<'_>, last: usize, first: usize) -> bool {
    let between = &reading.tokens[last + 1..first];
    if listed(reading, last, first) || between.len() > 8 {
        return false;
    }
    let is = |words: &[&str]| between.iter().any(|t| words.iter().any(|w| reading.is_word(t, w.as_bytes())));
    // The word before its articles and adjectives.
    let governing = between.iter().rev().find(|t| !(t.does(Role::DETERMINER) || t.does(Role::OWN) || ["full", "new", "old", "same", "whole", "screen", "backup"].iter().any(|w| reading.is_word(t, w.as_bytes()))));
    let preposition = governing.is_some_and(|t| ["for", "of", "on", "in", "at", "to", "from", "with", "de", "del", "para", "por", "en", "al", "con", "about", "behind", "under"].iter().any(|w| reading.is_word(t, w.as_bytes())));
    preposition || is(&["where", "that", "which", "donde", "que"])
}

/// "the phone's PIN", "the account PIN": the first cue only says which.
fn modifies(reading: &Reading<'_>, last: usize, end: usize) -> bool {
    let possessive = reading.token(last + 1).is_some_and(|t| t.is(b'\'') && !t.spaced) && reading.token(last + 2).is_some_and(|t| reading.is_word(t, b"s"));
    possessive && cues_in(reading, last + 1, end).next().is_some()
}

/// Whether the cue that starts at `first` is listed beside the one that ends at `last`: "the ZIP and the last four".
fn listed(reading: &Reading<'_>, last: usize, first: usize) -> bool {
    reading.tokens[last + 1..first].iter().any(|t| {
        matches!(t.kind, Kind::Mark(b',' | b';' | b'/' | b'&' | b'+' | b'.' | b':') | Kind::Newline)
            || ["and", "or", "y", "o", "e", "u", "plus", "mas", "what", "what's", "read", "tell", "type", "enter", "ni"].iter().any(|w| reading.is_word(t, w.as_bytes()))
    })
}

/// "passcode", "clave": may be a word as well as digits.
fn names_a_word(reading: &Reading<'_>, hit: &Hit) -> bool {
    reading.tokens[hit.first..=hit.last].iter().any(|t| ["passcode", "clave", "claves", "contrasena", "password"].iter().any(|w| reading.is_word(t, w.as_bytes())))
        && !reading.tokens[hit.first..=hit.last].iter().any(|t| t.does(Role::SENT) || ["one", "unico", "solo", "uso", "dinamica", "sms", "verification", "verificacion"].iter().any(|w| reading.is_word(t, w.as_bytes())))
}

struct Sentence {
    /// "How many", "when", "where": what is asked for instead.
    measures: Option<Topic>,
    /// "is incorrect", "try again", "only eight digits".
    trouble: bool,
    /// Digits on the front or the back of a card.
    on_card_face: bool,
    question: bool,
    request: bool,
    sent: bool,
    negated: bool,
    fragment: bool,
    refers_back: bool,
    first_negation: usize,
}

impl Sentence {
    fn of(reading: &Reading<'_>, start: usize, end: usize) -> Self {
        let tokens = &reading.tokens[start..end];
        let question = tokens.iter().any(|t| t.is(b'?'));
        let request = tokens.iter().any(|t| t.does(Role::REQUEST) && t.cue == 0);
        let first_negation = tokens.iter().position(|t| negates(reading, t)).map_or(usize::MAX, |i| start + i);
        let words = tokens.iter().filter(|t| t.is_text()).count();
        let is = |words: &[&str]| tokens.iter().any(|t| words.iter().any(|w| reading.is_word(t, w.as_bytes())));
        let many = tokens.windows(2).any(|w| reading.is_word(&w[0], b"how") && ["many", "much", "long", "often"].iter().any(|x| reading.is_word(&w[1], x.as_bytes())));
        let opens_with = |words: &[&str]| tokens.iter().filter(|t| t.is_text()).take(2).any(|t| words.iter().any(|w| reading.is_word(t, w.as_bytes())));
        let measures = if many || is(&["cuanto", "cuantos", "cuantas", "cuanta"]) {
            Some(Topic::Amount)
        } else if opens_with(&["when", "cuando"]) && question {
            Some(Topic::Time)
        } else if opens_with(&["where", "donde"]) && question {
            Some(Topic::Place)
        } else {
            None
        };
        let face = tokens.iter().any(|t| t.does(Role::FACE));
        let digits = tokens.iter().any(|t| t.does(Role::DIGITS)) || is(&["code", "codigo"]);
        let few = is(&["3", "4", "three", "four", "tres", "cuatro"]);
        Self {
            measures,
            trouble: !question && is(&["incorrect", "wrong", "invalid", "match", "recognized", "attempt", "attempts", "short", "missing", "incorrecto", "incorrecta", "invalido", "invalida", "coincide", "intento", "intentos", "only"]),
            on_card_face: face && digits && few,
            question,
            request,
            sent: tokens.iter().any(|t| t.does(Role::SENT)),
            negated: first_negation != usize::MAX,
            // "CVV:" or "Your ZIP code" alone is a prompt.
            fragment: is_prompt(reading, start, end) || words <= 4
                && tokens.iter().filter(|t| t.kind != Kind::Newline).next_back().is_some_and(|t| t.is(b':')),
            refers_back: words <= 8
                && tokens.iter().any(|t| {
                    [
                        "it",
                        "that",
                        "them",
                        "they",
                        "la",
                        "lo",
                        "one",
                        "what",
                        "cual",
                        "es",
                        "dice",
                        "say",
                        "indiquemela",
                        "escribala",
                        "escribela",
                        "those",
                        "this",
                    ]
                    .iter()
                    .any(|w| reading.is_word(t, w.as_bytes()))
                }),
            first_negation,
        }
    }

    /// Whether the cue is asked for rather than talked about.
    fn asks_for(&self, reading: &Reading<'_>, hit: &Hit) -> bool {
        let topic = hit.cue.topic;
        // "never share your passcode", "we will never ask for your PIN"
        if self.first_negation < hit.first && !(self.question && self.request && !warns(reading, self.first_negation)) {
            return false;
        }
        let sent_code = self.sent && matches!(topic, Topic::OneTimePasscode | Topic::Code);
        self.question || self.request || self.fragment || sent_code && !self.negated
    }
}

fn negates(reading: &Reading<'_>, token: &crate::detect::token::Token) -> bool {
    token.kind == Kind::Word
        && token.does(Role::NEGATION)
        && !reading.is_word(token, b"no")
        && !reading.is_word(token, b"stop")
        || reading.is_word(token, b"no") && token.does(Role::NEGATION)
}

/// "never", "nunca": a warning, not a polite question ("why don't you read me the code?").
fn warns(reading: &Reading<'_>, at: usize) -> bool {
    reading
        .token(at)
        .is_some_and(|t| [&b"never"[..], b"nunca", b"jamas", b"nobody", b"nadie"].iter().any(|w| reading.is_word(t, w)))
}

fn cues_in<'r>(reading: &'r Reading<'_>, start: usize, end: usize) -> impl Iterator<Item = (usize, &'r Hit)> {
    let from = reading.cues.partition_point(|hit| hit.first < start);
    reading.cues[from..]
        .iter()
        .enumerate()
        .take_while(move |(_, hit)| hit.first < end)
        .map(move |(i, hit)| (from + i, hit))
}

/// One past the token that ends the sentence which starts at `start`.
fn sentence_end(reading: &Reading<'_>, start: usize) -> usize {
    let tokens = &reading.tokens;
    let mut at = start;
    while at < tokens.len() {
        let ends = tokens[at].kind == Kind::Newline || reading.ends_sentence(at);
        // An opening question mark starts a sentence.
        let opens = tokens[at].is(b'?') && tokens.get(at + 1).is_some_and(|next| !next.spaced && next.is_text());
        at += 1;
        if ends && !opens {
            return at;
        }
        if opens && at - 1 > start {
            return at - 1;
        }
    }
    at
}

/// Whether the sentence whose last token so far is `last` is over, whatever follows.
fn is_over(reading: &Reading<'_>, last: usize) -> bool {
    last + 1 < reading.tokens.len() || reading.tokens[last].kind == Kind::Newline || reading.ends_sentence(last)
}

/// Whether a number follows the cue as its value.
fn has_value(reading: &Reading<'_>, last: usize) -> bool {
    reading.tokens[last + 1..]
        .iter()
        .take(5)
        .take_while(|t| t.cue == 0)
        .find(|t| {
            !(t.kind == Kind::Word && t.does(Role::GLUE)
                || matches!(t.kind, Kind::Mark(b':' | b'=' | b'#' | b'-' | b'*' | b'\'')))
        })
        .is_some_and(|t| t.kind == Kind::Digits && t.len() >= 3)
}

/// Starts with a yes: "Yes please, for this booking the hotel requires it."
fn agrees(reading: &Reading<'_>) -> bool {
    reading.tokens.iter().take(4).any(|t| {
        [
            &b"yes"[..],
            b"yeah",
            b"yep",
            b"sure",
            b"please",
            b"correct",
            b"si",
            b"claro",
            b"porfavor",
            b"favor",
            b"afirmativo",
            b"yup",
        ]
        .iter()
        .any(|w| reading.is_word(t, w))
    })
}

/// A secret cue at the end of the message, with nothing after it but "is" or a colon: "my cvv is", "this is my password".
fn announces(reading: &Reading<'_>) -> Topics {
    let mut topics = Topics::NONE;
    let Some(hit) = reading.cues.last() else { return topics };
    let rest = &reading.tokens[hit.last + 1..];
    let question = rest.iter().any(|t| t.is(b'?'));
    let open = rest.iter().all(|t| {
        t.kind == Kind::Newline
            || matches!(t.kind, Kind::Mark(b':' | b'.' | b'=' | b'-' | b'>' | b'#' | b',' | b'\''))
            || t.kind == Kind::Other
            || t.kind == Kind::Word
                && (t.does(Role::COPULA) || t.does(Role::PIECE) || t.does(Role::GLUE) && !t.does(Role::NEGATION))
                && !t.does(Role::SENT)
    });
    let count = rest.iter().filter(|t| t.kind == Kind::Word).count();
    let negated = reading.tokens[hit.first.saturating_sub(8)..hit.first]
        .iter()
        .any(|t| t.does(Role::NEGATION) || t.does(Role::QUESTION) || forgets(reading, t));
    let tells = count > 0 && rest.iter().any(|t| t.does(Role::COPULA))
        || rest.iter().any(|t| t.is(b':') || t.is(b'='))
        || said_so(reading, hit);
    if open && count <= 4 && !question && !negated && tells && hit.cue.topic.is_secret() {
        topics = topics.with(hit.cue.topic);
    }
    topics
}

fn forgets(reading: &Reading<'_>, token: &crate::detect::token::Token) -> bool {
    [
        "forgot", "forget", "reset", "change", "changed", "lost", "update", "olvide", "cambiar", "cambie", "perdi",
        "wrong", "need", "want", "help", "about",
    ]
    .iter()
    .any(|w| reading.is_word(token, w.as_bytes()))
}

/// "this is my password", "here is my pin", "aquí está mi nip".
fn said_so(reading: &Reading<'_>, hit: &Hit) -> bool {
    let before = &reading.tokens[hit.first.saturating_sub(5)..hit.first];
    let points = before.iter().any(|t| {
        ["this", "here", "heres", "these", "that", "aqui", "este", "esta", "ahi", "ahora", "now"]
            .iter()
            .any(|w| reading.is_word(t, w.as_bytes()))
    });
    points && before.iter().any(|t| t.does(Role::OWN) || t.does(Role::COPULA) || t.does(Role::DETERMINER))
}
