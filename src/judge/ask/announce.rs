//! What a message announces: "my cvv is" at its end, or a number that will come in parts.

use crate::detect::cues::{PhraseSet, Topic, WordClass as Does, WordSet};
use crate::detect::token::{Hit, Kind, TokenizedText};
use crate::judge::conversation::Topics;

use super::object::has_value;

/// Returns the topic of a secret cue at the end of the message, with only "is" or a colon after it: "my cvv is", "this
/// is my password".
pub(super) fn announces(reading: &TokenizedText<'_>) -> Topics {
    if let Some(topic) = comes_in_parts(reading) {
        return Topics::NONE.with(topic);
    }
    let Some(hit) = reading.cues.last().filter(|hit| hit.cue.topic.is_secret()) else { return Topics::NONE };
    let rest = &reading.tokens[hit.last + 1..];
    let open = rest.len() <= 8
        && rest.iter().all(|t| {
            matches!(
                t.kind,
                Kind::Newline
                    | Kind::Other
                    | Kind::Mark(b':' | b'.' | b'=' | b'-' | b'>' | b'#' | b',' | b'\'' | b'*' | b'_')
            ) || t.kind == Kind::Word
                && (t.does(Does::COPULA) || t.does(Does::PIECE) || t.does(Does::GLUE) && !t.does(Does::NEGATION))
                && !t.does(Does::SENT)
        });
    if !open || rest.iter().filter(|t| t.kind == Kind::Word).count() > 4 {
        return Topics::NONE;
    }
    let negated = reading.tokens[hit.first.saturating_sub(8)..hit.first]
        .iter()
        .any(|t| t.does(Does::NEGATION) || t.does(Does::QUESTION) || reading.is_in(t, PhraseSet::CONCERN));
    let tells = rest.iter().any(|t| t.does(Does::COPULA) || t.is(b':') || t.is(b'='))
        || said_so(reading, hit)
        || is_label(reading, hit);
    if tells && !negated { Topics::NONE.with(hit.cue.topic) } else { Topics::NONE }
}

/// Returns the topic of a number that follows in parts in the next messages: "My account number, sending it in two
/// parts".
pub(super) fn comes_in_parts(reading: &TokenizedText<'_>) -> Option<Topic> {
    let parts = reading.does(Does::HALF) && reading.has_any(WordSet::PARTS);
    let long = |hit: &&Hit| matches!(hit.cue.topic, Topic::Card | Topic::Account | Topic::SocialSecurity);
    let asks = reading.has_mark(b'?') || reading.does(Does::NEGATION) && reading.facts.digits == 0;
    let hit = reading.cues.iter().find(long).filter(|_| parts && !asks)?;
    (!has_value(reading, hit.last)).then_some(hit.cue.topic)
}

/// Returns whether the message consists of the name of a secret: "my pin", "cvv".
pub(super) fn is_label(reading: &TokenizedText<'_>, hit: &Hit) -> bool {
    let words = reading.tokens.iter().filter(|t| t.is_text()).count();
    let in_cue = reading.tokens[hit.first..=hit.last].iter().filter(|t| t.is_text()).count();
    words <= in_cue + 2
        && reading.tokens.iter().all(|t| {
            t.cue != 0
                || t.does(Does::GLUE)
                || t.kind == Kind::Newline
                // Also a heading or emphasis in Markdown.
                || matches!(t.kind, Kind::Mark(b':' | b'.' | b'-' | b'#' | b'*' | b'_'))
        })
}

/// Returns whether words point at the secret that follows: "this is my password", "here is my pin", "aquí está mi nip".
pub(super) fn said_so(reading: &TokenizedText<'_>, hit: &Hit) -> bool {
    let before = &reading.tokens[hit.first.saturating_sub(5)..hit.first];
    let points = before.iter().any(|t| reading.is_in(t, PhraseSet::HERE));
    points && before.iter().any(|t| t.does(Does::OWN) || t.does(Does::COPULA) || t.does(Does::DETERMINER))
}
