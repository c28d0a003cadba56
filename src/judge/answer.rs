//! The answer to a question for a password: which of its words are the password.

use smallvec::SmallVec;

use crate::detect::cues::{PhraseSet, WordClass, WordSet};
use crate::detect::password::{
    chunk, ends_clause, is_address, is_sentence, is_strong, is_unknown, letters_spelled_out, looks_like_one,
    said_harmless, value_at,
};
use crate::detect::token::{Kind, Token, TokenizedText};
use crate::text::is_number_word;

/// The maximum number of words in an answer that is a passphrase as a whole.
const LONGEST_PHRASE: usize = 8;

/// Returns the tokens of the password in an answer, if it contains one.
///
/// A token that can only be a password is one, wherever it is. Otherwise the password is the last clause that is not
/// ordinary talk: "oh gosh, that was ages ago. old mill road?".
///
/// `plain` also accepts plain words. It is set for answers by customers only, because agents write whole sentences.
pub(crate) fn password(reading: &TokenizedText<'_>, plain: bool, login_asked: bool) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let words = tokens.iter().filter(|t| matches!(t.kind, Kind::Word | Kind::Mixed | Kind::Digits)).count();
    // "t-u-r-n-i-p, all lower case"
    if let Some(value) = (0..tokens.len()).find_map(|at| letters_spelled_out(reading, at)) {
        return Some(value);
    }
    let mut at = 0;
    let mut weak = None;
    while at < tokens.len() {
        if let Some(value) = chunk(reading, at) {
            let harmless = said_harmless(reading, value.0);
            if value.0 >= at && looks_like_one(reading, value) && !harmless {
                if is_strong(reading, value) || words <= 8 {
                    // "carla_v" and, on the next line, the password.
                    let login = value.1 + 1 < tokens.len() && tokens[value.1 + 1].kind == Kind::Newline;
                    let next = login
                        .then(|| value_at(reading, value.1 + 2))
                        .flatten()
                        .filter(|next| is_strong(reading, *next));
                    // "jellybean_92 n Mochi&Boba4": the user name, then the password.
                    let joined = login_asked
                        && reading.token(value.1 + 1).is_some_and(|t| reading.is_in(t, PhraseSet::THEN_ANOTHER));
                    let second = joined
                        .then(|| value_at(reading, value.1 + 2))
                        .flatten()
                        .filter(|next| looks_like_one(reading, *next));
                    let beside = login_asked
                        .then(|| value_at(reading, value.1 + 1))
                        .flatten()
                        .filter(|next| looks_like_one(reading, *next));
                    return next.or(second).or(beside).or(Some(value));
                }
                weak = weak.or(Some(value));
            }
            at = value.1.max(at) + 1;
        } else {
            at += 1;
        }
    }
    if let Some(open) = tokens.iter().position(|t| t.is(b'"'))
        && let Some(value) = value_at(reading, open)
            .filter(|value| !is_sentence(reading, *value))
            .filter(|_| !reading.tokens[open..].iter().skip(1).take(12).any(|t| t.does(WordClass::NEGATION)))
    {
        return Some(value);
    }
    if weak.is_some() {
        return weak;
    }
    if !plain {
        return None;
    }
    let mut found = None;
    let mut start = 0;
    if asks_back(reading) {
        // "Which, the password? it's stethoscope": the answer follows a question back.
        let asked = tokens.iter().rposition(|t| t.is(b'?'))?;
        let its = |at: usize| tokens.get(at).is_some_and(|t| t.is_any(WordSet::ITS) || t.is_any(WordSet::IT));
        if !its(asked + 1) {
            return None;
        }
        start = asked + 1;
    }
    while start < tokens.len() {
        let mut end = start;
        while end < tokens.len() && !ends_clause(reading, end) && !is_dash(reading, end) {
            end += 1;
        }
        if let Some(value) = clause(reading, start, end) {
            found = Some(value);
        }
        start = end + 1;
    }
    found
}

/// Returns the only word of a message, if people use it as a password: "friday".
pub(crate) fn used_word(reading: &TokenizedText<'_>) -> Option<(usize, usize)> {
    let at = reading.tokens.iter().position(Token::is_text).filter(|_| reading.facts.words == 1)?;
    reading.is_in(&reading.tokens[at], PhraseSet::USED_AS_PASSWORD).then_some((at, at))
}

/// Returns the user name and the password of an answer that consists of the two: "jenk88 rosebud", "jen@x.com / rosebud".
pub(crate) fn login_and_password(reading: &TokenizedText<'_>) -> Option<[(usize, usize); 2]> {
    const LONGEST: usize = 24;
    let tokens = &reading.tokens;
    if tokens.len() > LONGEST {
        return None;
    }
    let mut values: SmallVec<[(usize, usize); 2]> = SmallVec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let between = token.does(WordClass::FILLER.union(WordClass::CONJUNCTION)) && token.kind == Kind::Word
            || matches!(token.kind, Kind::Newline | Kind::Mark(b',' | b'/' | b'-' | b'.'));
        if between {
            at += 1;
            continue;
        }
        let (_, mut last) = chunk(reading, at).filter(|(first, _)| *first <= at)?;
        if last < at {
            // A mark that ends the sentence.
            at += 1;
            continue;
        }
        // "jenk88/rosebud"
        if let Some(slash) = (at + 1..last).find(|&i| tokens[i].is(b'/')) {
            last = slash - 1;
        }
        let value = (at, last);
        let named = is_address(&reading.text[tokens[at].start as usize..tokens[last].end as usize]);
        // "ike skeeter"
        let short = at == last
            && token.kind == Kind::Word
            && token.len() < 4
            && token.cue == 0
            && !token.does(WordClass::COMMON);
        let possible =
            named || short && values.is_empty() || is_unknown(reading, value) || looks_like_one(reading, value);
        if values.len() == 2 || !possible {
            return None;
        }
        if named && values.len() == 1 {
            values.insert(0, value);
        } else {
            values.push(value);
        }
        at = last + 1;
    }
    values[..].try_into().ok()
}

/// Returns whether the answer is a counter-question, such as "can it have spaces" or "is that the one on the router?".
/// "old mill road?" is a hesitant answer.
fn asks_back(reading: &TokenizedText<'_>) -> bool {
    let first = reading.tokens.iter().find(|t| t.is_text());
    let opens = first.is_some_and(|t| t.does(WordClass::QUESTION) || reading.is_in(t, PhraseSet::ASKS_BACK));
    opens && reading.facts.words >= 3
}

fn is_dash(reading: &TokenizedText<'_>, at: usize) -> bool {
    reading.tokens[at].is(b'-') && reading.tokens[at].spaced && reading.token(at + 1).is_some_and(|t| t.spaced)
}

/// Returns the words of a clause that are the password: all words after "it's", "I think" or "the password is".
fn clause(reading: &TokenizedText<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    // "I don't know", "no clue".
    if tokens[start..end].iter().any(|t| t.kind == Kind::Word && t.does(WordClass::NEGATION)) {
        return None;
    }
    let mut first = start;
    let mut introduced = false;
    // Lead-in words.
    while first < end {
        let token = &tokens[first];
        let lead = token.kind == Kind::Word
            && (token.does(WordClass::GLUE) || token.does(WordClass::FILLER) || token.does(WordClass::COMMON))
            && token.cue == 0
            || token.cue != 0 && reading.hit(token).is_some_and(|h| h.cue.topic.is_secret())
            || matches!(token.kind, Kind::Mark(_) | Kind::Other);
        if !lead {
            break;
        }
        introduced |= token.does(WordClass::COPULA) || token.is_any(WordSet::ITS) || token.is(b'\'') || token.is(b':');
        first += 1;
    }
    let mut last = end;
    // Trailing words: "i think", "please", "lol".
    while last > first {
        let token = &tokens[last - 1];
        let tail = token.kind == Kind::Word
            && (token.does(WordClass::FILLER) || reading.is_in(token, PhraseSet::I_THINK))
            || matches!(token.kind, Kind::Mark(_) | Kind::Other | Kind::Newline);
        if !tail {
            break;
        }
        last -= 1;
    }
    if first >= last {
        return None;
    }
    let body = &tokens[first..last];
    let words = body.iter().filter(|t| matches!(t.kind, Kind::Word | Kind::Mixed | Kind::Digits)).count();
    if words == 0 || words > LONGEST_PHRASE || body.iter().any(|t| t.does(WordClass::NEGATION)) {
        return None;
    }
    if words == 1 {
        let value = (first, last - 1);
        let plain = body[0].kind == Kind::Word || body[0].kind == Kind::Mixed;
        let lead = (first - start, introduced);
        let total = reading.facts.words;
        // "My secretary set it. habeas": the last sentence is a single word.
        let last =
            lead.0 == 0 && start > 0 && reading.ends_sentence(start - 1) && last + 1 >= tokens.len() && total <= 9;
        // "Wensleydale, as in the cheese."
        let explained = start == 0
            && reading.token(end).is_some_and(|t| t.is(b','))
            && reading.token(end + 1).is_some_and(|t| reading.is_in(t, PhraseSet::AS_IN));
        let used = introduced && reading.is_in(&body[0], PhraseSet::USED_AS_PASSWORD);
        return (plain
            && (is_unknown(reading, value) || used)
            && (introduced || lead.0 <= 2 && total <= 4 || last || explained))
            .then_some(value);
    }
    // A passphrase consists of content words with hardly any filler and no verb that makes it a statement.
    let talk = body
        .iter()
        .filter(|t| {
            t.kind == Kind::Word
                && (t.does(WordClass::COPULA) || t.does(WordClass::REQUEST) || t.does(WordClass::FILLER))
        })
        .count();
    let known = body.iter().filter(|t| t.kind == Kind::Word && t.does(WordClass::COMMON)).count();
    let lead = first - start;
    // "Ninety days."
    let counts = |t: &Token| t.kind == Kind::Digits || is_number_word(reading.text, t.start as usize, t.end as usize);
    if body.windows(2).any(|w| w[1].does(WordClass::UNIT) && counts(&w[0])) {
        return None;
    }
    // "maple 1984"
    let ends_in_digits = words > 1 && body.last().is_some_and(|t| t.kind == Kind::Digits && !t.inert);
    let plain = body[..body.len() - usize::from(ends_in_digits)]
        .iter()
        .all(|t| t.kind == Kind::Word && t.cue == 0 || matches!(t.kind, Kind::Mark(b'-' | b'\'')));
    (plain && talk == 0 && known * 3 <= words && (lead <= 2 || introduced)).then_some((first, last - 1))
}
