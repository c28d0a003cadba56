//! What a message asks for and what it announces.
//!
//! In: a reading. Out: [`Said`], which the conversation remembers, and the places where a secret is asked for.

use crate::detect::cues::{Role, Topic};
use crate::detect::token::{Hit, Kind, Reading};
use crate::judge::conversation::{Said, Topics};

/// A cue in a question or a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) topic: Topic,
    /// Index of the cue in the reading.
    pub(crate) hit: usize,
}

/// What the message asks for, with the places.
pub(crate) fn requests(reading: &Reading<'_>) -> (Said, Vec<Request>) {
    let mut said = Said::default();
    let mut requests = Vec::new();
    // Secrets named in statements so far: "I have sent a code. What is it?" asks for the code.
    let mut named = Topics::NONE;
    let mut start = 0;
    let tokens = &reading.tokens;
    while start < tokens.len() {
        let end = sentence_end(reading, start);
        let sentence = Sentence::of(reading, start, end);
        let mut asks = Topics::NONE;
        for (index, hit) in cues_in(reading, start, end) {
            let topic = hit.cue.topic;
            if has_value(reading, hit.last) && !sentence.question {
                continue;
            }
            let asked = sentence.asks_for(reading, hit);
            if asked {
                asks = asks.with(topic);
                requests.push(Request { topic, hit: index });
            } else if topic.is_secret() && !sentence.negated {
                named = named.with(topic);
            }
            if sentence.question && topic.is_secret() {
                said.offers = said.offers.with(topic);
            }
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
        start = end;
    }
    said.agrees = agrees(reading);
    said.announces = announces(reading);
    (said, requests)
}

struct Sentence {
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
        Self {
            question,
            request,
            sent: tokens.iter().any(|t| t.does(Role::SENT)),
            negated: first_negation != usize::MAX,
            // "CVV:" or "Your ZIP code" alone is a prompt.
            fragment: words <= 4
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
        let ends = tokens[at].kind == Kind::Newline
            || tokens[at].ends_sentence()
                && tokens.get(at + 1).is_none_or(|next| next.spaced || next.kind == Kind::Newline);
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
