//! Which cue governs a number.
//!
//! Cues compete for a number: the nearest one in the same clause wins. Distance is measured by grammar. Articles,
//! copulas and verbs of saying cost nothing ("the code you sent me was"). Another word costs a little; a comma, a
//! conjunction and a full stop cost more. Between a noun and its complement the noun governs: "the passcode for order
//! 81772 is 482913".

use smallvec::SmallVec;

use crate::detect::cues::{Cue, PhraseSet, Topic, WordClass, WordSet};
use crate::detect::number::Number;
use crate::detect::token::{Hit, Kind, Token, TokenizedText};

/// The cue that governs a number, and its distance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Governor {
    pub(crate) cue: Cue,
    /// The index of the cue in the tokenized text.
    pub(crate) hit: usize,
    /// 0 if the cue is next to the number. A higher cost is a weaker claim.
    pub(crate) cost: u32,
    /// Whether "is", ":" or "=" connects the two.
    pub(crate) copula: bool,
    /// Whether the cue comes after the number.
    pub(crate) after: bool,
}

/// Returns the highest cost at which a cue of this topic still governs.
fn reach(topic: Topic) -> u32 {
    match topic {
        Topic::SecurityCode | Topic::SocialSecurity | Topic::OneTimePasscode => 16,
        Topic::Pin | Topic::Account | Topic::Password => 12,
        Topic::Card => 10,
        Topic::Code => 9,
        Topic::Partial => 5,
        Topic::Zip | Topic::Reference | Topic::Device | Topic::Phone => 6,
        Topic::Time | Topic::Place | Topic::Amount | Topic::Login => 4,
        Topic::Quantity => 0,
    }
}

/// The maximum number of tokens to walk in search of a cue.
const FARTHEST: usize = 28;

/// The cues that already have a value.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConsumedCues(SmallVec<[bool; 16]>);

impl ConsumedCues {
    pub(crate) fn new(reading: &TokenizedText<'_>) -> Self {
        Self(SmallVec::from_elem(false, reading.cues.len()))
    }

    pub(crate) fn consume(&mut self, hit: usize) {
        self.0[hit] = true;
    }

    fn contains(&self, hit: usize) -> bool {
        self.0[hit]
    }
}

/// Returns the cue that governs the tokens `first..=last`, among those for which `fits` returns `true`.
pub(crate) fn governor(
    reading: &TokenizedText<'_>,
    first: usize,
    last: usize,
    consumed: &ConsumedCues,
    fits: &dyn Fn(Topic) -> bool,
) -> Option<Governor> {
    let left = to_the_left(reading, first, consumed, fits);
    // "(482913) is your code"
    let bracketed =
        first > 0 && reading.tokens[first - 1].is(b'(') && reading.token(last + 1).is_some_and(|t| t.is(b')'));
    let right = match bracketed {
        true => to_the_right(reading, last + 1, consumed, fits).filter(|right| right.copula),
        false => to_the_right(reading, last, consumed, fits),
    };
    match (left, right) {
        (Some(left), Some(right)) => {
            // "Amazon: 550127 is your OTP"
            let plainly = right.copula && right.cue.topic.is_secret() && !left.cue.topic.is_secret();
            Some(if right.cost < left.cost + u32::from(right.copula) + u32::from(plainly) { right } else { left })
        }
        (left, right) => left
            .or(right)
            .or_else(|| subject(reading, first, consumed, fits))
            .or_else(|| named_later(reading, last, consumed, fits))
            .or_else(|| headline(reading, first, last, consumed, fits)),
    }
}

/// Returns the cue of a text message that begins with its code: "621362 Chatly verification code", "373197 (Acme Bank
/// login verification code)". Only names and other words for codes and accounts may precede the word for the code, and
/// it must end the clause.
fn headline(
    reading: &TokenizedText<'_>,
    first: usize,
    last: usize,
    consumed: &ConsumedCues,
    fits: &dyn Fn(Topic) -> bool,
) -> Option<Governor> {
    const LONGEST: usize = 8;
    let tokens = &reading.tokens;
    let opens = |at: usize| at.checked_sub(1).is_none_or(|before| tokens[before].kind == Kind::Newline);
    let used = first.checked_sub(1).is_some_and(|at| reading.is_in(&tokens[at], PhraseSet::USES) && opens(at));
    if !(opens(first) || used) {
        return None;
    }
    let linked = |token: &Token| {
        token.is(b':')
            || token.kind == Kind::Word && (token.does(WordClass::LINK) || reading.is_in(token, PhraseSet::TO_AS))
    };
    let next = reading.token(last + 1)?;
    let link = linked(next);
    let mut at = last + 1 + usize::from(link || matches!(next.kind, Kind::Mark(b'(' | b'-' | b',')));
    let until = tokens.len().min(last + LONGEST);
    while at < until {
        let token = &tokens[at];
        if let Some(hit) = reading.hit(token) {
            let index = token.cue as usize - 1;
            let topic = hit.cue.topic;
            let end = hit.last + 1;
            let ends = reading.token(end).is_none_or(|t| t.is(b')'))
                || reading.ends_sentence(end)
                || tokens[end].kind == Kind::Newline;
            if ends {
                let named = topic == Topic::OneTimePasscode || link && matches!(topic, Topic::Code);
                let found = Governor { cue: hit.cue, hit: index, cost: 3, copula: true, after: true };
                return (named && fits(topic) && !consumed.contains(index)).then_some(found);
            }
            at = end;
            continue;
        }
        let name = token.kind == Kind::Word
            && (token.does(WordClass::GLUE) && !token.does(WordClass::COPULA)
                || reading.text[token.start as usize].is_ascii_uppercase());
        if !name || token.does(WordClass::NEGATION) {
            return None;
        }
        at += 1;
    }
    None
}

/// Returns whether the words only say how something was done: "in error", "por si acaso".
fn is_adverbial(reading: &TokenizedText<'_>, hit: &Hit) -> bool {
    hit.last > hit.first && reading.tokens[hit.first].is_any(WordSet::PREPOSITION)
}

fn to_the_left(
    reading: &TokenizedText<'_>,
    first: usize,
    consumed: &ConsumedCues,
    fits: &dyn Fn(Topic) -> bool,
) -> Option<Governor> {
    let tokens = &reading.tokens;
    let mut cost = 0;
    let mut glue = 0;
    let mut copula = false;
    // Verbs of entering: "check the app, I put 482913".
    let mut entries = 0;
    let mut renewed = false;
    let mut at = first;
    let floor = first.saturating_sub(FARTHEST);
    while at > floor {
        at -= 1;
        let token = &tokens[at];
        if let Some(hit) = reading.hit(token) {
            let index = token.cue as usize - 1;
            let topic = hit.cue.topic;
            // "0074 era mi pin, ahora uso 5529"
            let used = consumed.contains(index) && !(entries > 0 && renewed);
            // Without "is" or a colon, a harmless noun must be next to its number.
            let near = topic.is_secret() || cost + entries <= if copula { 6 } else { 3 };
            if fits(topic)
                && cost <= reach(topic)
                && near
                && !used
                && !(topic == Topic::Quantity && (hit.last + 1 != first || is_adverbial(reading, hit)))
                // "En el hotel. Dice que era 6120": further away, words of time are only articles.
                && !(topic == Topic::Time
                    && hit.last + 1 != first
                    && tokens[hit.first..=hit.last].iter().all(|t| t.does(WordClass::GLUE)))
            {
                let found = Governor { cue: hit.cue, hit: index, cost, copula, after: false };
                return Some(if copula || cost > 1 { head(reading, found, fits).unwrap_or(found) } else { found });
            }
            cost += match (used, topic.is_secret()) {
                (true, _) => 5,
                (false, true) => 1,
                (false, false) => 2,
            };
            at = hit.first;
            continue;
        }
        cost += match token.kind {
            // A time or an amount mentioned in passing.
            Kind::Digits if token.inert => 1,
            Kind::Digits => step_over_number(reading, at, first),
            Kind::Newline => 3,
            // "ttl=3599" is the value of another key.
            Kind::Mark(b'=')
                if at + 1 == first
                    && at > 0
                    && tokens[at - 1].is_text()
                    && tokens[at - 1].cue == 0
                    && !token.spaced =>
            {
                return None;
            }
            Kind::Mark(b':' | b'=' | b'>') => {
                copula = true;
                0
            }
            // "OTP_MISMATCH (1013)": a number in brackets belongs to the word before them.
            Kind::Mark(b'(') if at + 1 == first && at > 0 && tokens[at - 1].cue == 0 => 8,
            Kind::Mark(b'.' | b'!' | b'?') if reading.ends_sentence(at) => {
                if anaphora(reading, at + 1) {
                    2
                } else {
                    11
                }
            }
            Kind::Mark(b';' | b',') => 2,
            Kind::Mark(b'(' | b')') => 2,
            Kind::Mark(_) => 0,
            Kind::Other => 1,
            Kind::Masked => 6,
            Kind::Mixed => 1,
            Kind::Word if token.does(WordClass::NEGATION) && !reading.is_word(token, b"no") => 7,
            // "Senha e 4821": in Portuguese, "e" may be "é" without its accent, since there is nothing to join.
            Kind::Word
                if token.does(WordClass::CONJUNCTION) && at + 1 == first && at > 0 && tokens[at - 1].cue != 0 =>
            {
                1
            }
            Kind::Word if token.does(WordClass::CONJUNCTION) => 3,
            Kind::Word if token.does(WordClass::GLUE) => {
                copula |= token.does(WordClass::COPULA);
                renewed |= token.is_any(WordSet::RENEWAL);
                entries += 3 * u32::from(token.does(WordClass::ENTRY));
                glue += 1;
                u32::from(glue > 5)
            }
            Kind::Word => 2,
        };
        if cost > 18 {
            return None;
        }
    }
    None
}

/// Returns the subject of the sentence, at any distance: "My PIN, which I share with nobody but you, is 2865".
fn subject(
    reading: &TokenizedText<'_>,
    first: usize,
    consumed: &ConsumedCues,
    fits: &dyn Fn(Topic) -> bool,
) -> Option<Governor> {
    let tokens = &reading.tokens;
    let mut at = first;
    while at > 0
        && tokens[at - 1].kind == Kind::Word
        && tokens[at - 1].does(WordClass::GLUE)
        && !tokens[at - 1].does(WordClass::COPULA)
        && first - at < 3
    {
        at -= 1;
    }
    if at == 0 || !(tokens[at - 1].does(WordClass::COPULA) && tokens[at - 1].kind == Kind::Word) {
        return None;
    }
    let mut found: Option<Governor> = None;
    let mut sentences = 0;
    for back in (at.saturating_sub(FARTHEST)..at).rev() {
        let token = &tokens[back];
        if reading.ends_sentence(back) {
            sentences += 1;
            if found.is_some() || sentences > 1 || !anaphora(reading, back + 1) {
                break;
            }
            continue;
        }
        if matches!(token.kind, Kind::Newline | Kind::Digits | Kind::Mixed | Kind::Masked) {
            break;
        }
        if let Some(hit) = reading.hit(token) {
            let index = token.cue as usize - 1;
            if !hit.cue.topic.is_secret() {
                if fits(hit.cue.topic) {
                    found = None;
                }
                continue;
            }
            if fits(hit.cue.topic) && !consumed.contains(index) {
                found = Some(Governor { cue: hit.cue, hit: index, cost: 4, copula: true, after: false });
            }
        }
    }
    found
}

/// Returns the antecedent of the pronoun directly before the value, which refers to what was named last: "They want the
/// code to verify the trade and I was like ok, it's X7KQ2".
pub(crate) fn antecedent(reading: &TokenizedText<'_>, first: usize, fits: &dyn Fn(Topic) -> bool) -> Option<Governor> {
    const REACH: usize = 40;
    let tokens = &reading.tokens;
    let its = |at: usize| tokens[at].is_any(WordSet::ITS) && tokens[at].kind == Kind::Word;
    let mut at = first.checked_sub(1)?;
    if tokens[at].is(b'"') || tokens[at].is(b':') {
        at = at.checked_sub(1)?;
    }
    let it_is = at > 0
        && (tokens[at].is_any(WordSet::IS) && reading.is_word(&tokens[at - 1], b"it")
            || at > 1
                && reading.is_word(&tokens[at], b"s")
                && tokens[at - 1].is(b'\'')
                && reading.is_word(&tokens[at - 2], b"it"));
    // "Mine says 1359".
    let mine = at > 0 && tokens[at].does(WordClass::COPULA) && reading.is_in(&tokens[at - 1], PhraseSet::MINE);
    if !(its(at) || it_is || mine) {
        return None;
    }
    let hit = tokens[at.saturating_sub(REACH)..at].iter().rev().find_map(|t| {
        (t.cue != 0).then(|| t.cue as usize - 1).filter(|&hit| {
            let topic = reading.cues[hit].cue.topic;
            topic != Topic::Quantity && (!topic.is_secret() || fits(topic))
        })
    })?;
    let cue = reading.cues[hit].cue;
    (cue.topic.is_secret() && fits(cue.topic)).then_some(Governor { cue, hit, cost: 3, copula: true, after: false })
}

/// Returns whether the sentence at `at` starts with a word that refers back: "It's 4821", "Es el 4821", "Here: 4821".
fn anaphora(reading: &TokenizedText<'_>, at: usize) -> bool {
    let lead =
        reading.tokens[at..].iter().take(2).take_while(|t| t.kind == Kind::Newline || t.is_any(WordSet::LEAD)).count();
    reading.token(at + lead).is_some_and(|t| t.kind == Kind::Digits || t.is_any(WordSet::ANAPHORA))
}

/// Returns the cost of stepping over another number. It is high unless both belong to one list: "from 8034 to 5127".
fn step_over_number(reading: &TokenizedText<'_>, number: usize, first: usize) -> u32 {
    let joined = reading.tokens[number + 1..first].iter().all(|t| {
        t.does(WordClass::TO)
            || t.does(WordClass::CONJUNCTION)
            || t.does(WordClass::DETERMINER)
            || t.is(b',')
            || t.is(b'/')
            || t.is(b'-')
            || t.is(b'.')
            || t.kind == Kind::Digits
            || t.is_any(WordSet::BREATH)
    });
    if joined { 1 } else { 7 }
}

/// Returns the head of a noun phrase, which governs instead of a cue closer to the number: the passcode in "the
/// passcode for order 81772 is". It precedes a preposition or a verb of sending.
fn head(reading: &TokenizedText<'_>, found: Governor, fits: &dyn Fn(Topic) -> bool) -> Option<Governor> {
    let tokens = &reading.tokens;
    let mut at = reading.cues[found.hit].first;
    let mut joined = false;
    // A harmless head may itself have a head: "tu token para la compra de $45 en la tienda es...".
    let mut harmless = None;
    for _ in 0..14 {
        let Some(before) = at.checked_sub(1) else { break };
        at = before;
        let token = &tokens[at];
        if let Some(hit) = reading.hit(token) {
            // In "The code of the office is AGP01" the office governs.
            let weak = hit.cue.topic == Topic::Code
                && matches!(found.cue.topic, Topic::Place | Topic::Reference | Topic::Device | Topic::Zip)
                && copula_form(&found)
                // But in "the code for the payment of $45.00 at the store is" the code governs.
                && harmless.is_none_or(|head: Governor| head.cue.topic != Topic::Amount);
            let secret = !weak && (hit.cue.topic.is_secret() || !found.cue.topic.is_secret());
            if joined && secret && fits(hit.cue.topic) && hit.cue.topic != found.cue.topic {
                let head = Governor { cue: hit.cue, hit: token.cue as usize - 1, cost: found.cost + 1, ..found };
                if hit.cue.topic.is_secret() {
                    return Some(head);
                }
                harmless = harmless.or(Some(head));
            }
            if hit.cue.topic.is_secret() {
                break;
            }
            continue;
        }
        // "El número de tarjeta que me da error es...".
        joined |= is_preposition(token) || token.does(WordClass::SENT) || token.is_any(WordSet::RELATIVE);
        // An amount mentioned in passing: "tu token para la compra de $1,250.00 en la tienda es...".
        let amount = token.inert || matches!(token.kind, Kind::Mark(b'$' | b',' | b'.')) && !tokens[at + 1].spaced;
        let passes = amount
            || matches!(token.kind, Kind::Word | Kind::Mixed | Kind::Digits | Kind::Mark(b'#' | b'\'' | b'-'))
                && !token.does(WordClass::COPULA)
                && !token.does(WordClass::CONJUNCTION);
        if !passes {
            break;
        }
    }
    harmless
}

/// Returns whether "is", ":" or "=" connects the two, with hardly anything else between them.
fn copula_form(found: &Governor) -> bool {
    found.copula && found.cost <= 1
}

fn is_preposition(token: &Token) -> bool {
    token.kind == Kind::Word && token.is_any(WordSet::PREPOSITION.union(WordSet::WAY))
}

/// Finds the governing cue after a number: "482913 is the code", "G-615209 as the verification code", "4821 (CID)",
/// "378282246310005 is my amex".
fn to_the_right(
    reading: &TokenizedText<'_>,
    last: usize,
    consumed: &ConsumedCues,
    fits: &dyn Fn(Topic) -> bool,
) -> Option<Governor> {
    let tokens = &reading.tokens;
    let mut cost = 1;
    let mut link = false;
    // "4821 e a senha": "e" may be the Portuguese "é" without its accent.
    let mut unaccented = false;
    let mut at = last + 1;
    while at < tokens.len() && at - last <= 9 {
        let token = &tokens[at];
        if let Some(hit) = reading.hit(token) {
            let topic = hit.cue.topic;
            let index = token.cue as usize - 1;
            // "883412 en el token": here words of time are only articles.
            if topic == Topic::Time && tokens[hit.first..=hit.last].iter().all(|t| t.does(WordClass::GLUE)) {
                cost += 1;
                at = hit.last + 1;
                continue;
            }
            // "... is your Amazon passcode": the last noun of a compound is the head.
            let compound = link
                && !topic.is_secret()
                && reading.token(hit.last + 1).and_then(|t| reading.hit(t)).is_some_and(|next| {
                    next.first == hit.last + 1 && next.cue.topic.is_secret() && fits(next.cue.topic)
                });
            if compound {
                at = hit.last + 1;
                continue;
            }
            // "4500 tokens": the number counts the noun.
            if at == last + 1 && counts(reading, hit.first, hit.last) {
                return None;
            }
            // A cue with its own value on the right belongs to that value.
            let taken = !link && has_value(reading, hit.last) && !(at == last + 1 && token.does(WordClass::EXPIRY));
            let reach = if link {
                6
            } else if topic.is_secret() {
                3
            } else {
                2
            };
            let beside = at == last + 1
                && (matches!(topic, Topic::Zip | Topic::Amount | Topic::Phone)
                    || token.does(WordClass::EXPIRY) && tokens[last].len() <= 4);
            let open = unaccented && reading.token(hit.last + 1).is_some_and(|t| t.is_text() || t.kind == Kind::Digits);
            if open {
                return None;
            }
            let needs_link = (!topic.is_secret() && !beside || topic == Topic::Quantity) && !link;
            if fits(topic) && !consumed.contains(index) && !taken && cost <= reach && !needs_link {
                return Some(Governor { cue: hit.cue, hit: index, cost, copula: link, after: true });
            }
            return None;
        }
        cost += match token.kind {
            Kind::Mark(b',') => 1,
            Kind::Mark(b'(' | b'-' | b'"' | b'\'' | b'=' | b'<' | b'*' | b'`' | b'_') => 0,
            Kind::Mark(b'.' | b'!' | b'?' | b';' | b')') | Kind::Newline | Kind::Digits | Kind::Mixed => return None,
            Kind::Word if token.does(WordClass::LINK) => {
                link = true;
                0
            }
            // "... 5190, and that is the PIN"
            Kind::Word if token.does(WordClass::CONJUNCTION) && points_back(reading, at + 1) => 1,
            Kind::Word if at == last + 1 && reading.is_word(token, b"e") && reading.has_any(WordSet::MARKER) => {
                unaccented = true;
                1
            }
            Kind::Word if token.does(WordClass::CONJUNCTION) => return None,
            Kind::Word if token.does(WordClass::GLUE) => 1 - u32::from(token.does(WordClass::DETERMINER)),
            // "2214 Cottonwood the code sign": the noun next to the number.
            Kind::Word
                if !link
                    && token.spaced
                    && at == last + 1
                    && reading.text[token.start as usize].is_ascii_uppercase() =>
            {
                4
            }
            Kind::Word => 2,
            _ => 1,
        };
        if cost > 6 {
            return None;
        }
        at += 1;
    }
    None
}

/// Returns whether the cue is a single plural noun, which a number directly before it counts.
fn counts(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    first == last && reading.tokens[first].is_any(WordSet::COUNTED)
}

/// Returns a cue in a later clause that says what the number is: "7702... wait, those are the last four", "3958 above
/// the number, that is the code".
fn named_later(
    reading: &TokenizedText<'_>,
    last: usize,
    consumed: &ConsumedCues,
    fits: &dyn Fn(Topic) -> bool,
) -> Option<Governor> {
    let tokens = &reading.tokens;
    let until = tokens.len().min(last + 12);
    let back = (last + 1..until)
        .take_while(|&i| !matches!(tokens[i].kind, Kind::Digits | Kind::Mixed | Kind::Newline | Kind::Masked))
        .find(|&i| {
            let clause =
                reading.ends_sentence(i - 1) || tokens[i - 1].is(b',') || tokens[i - 1].is(b'.') || i > last + 1;
            clause && points_back(reading, i)
        })?;
    let hit = tokens[back + 1..tokens.len().min(back + 7)]
        .iter()
        .take_while(|t| {
            t.cue != 0 || t.kind == Kind::Word && t.does(WordClass::GLUE) && !t.does(WordClass::NEGATION) || t.is(b'\'')
        })
        .find_map(|t| reading.hit(t))?;
    let index = tokens[hit.first].cue as usize - 1;
    (fits(hit.cue.topic)
        && !consumed.contains(index)
        && hit.cue.topic != Topic::Quantity
        && !has_value(reading, hit.last))
    .then_some(Governor { cue: hit.cue, hit: index, cost: 3, copula: true, after: true })
}

/// Returns whether the words after a conjunction refer back to the number: "that is", "ese es", "esa es".
fn points_back(reading: &TokenizedText<'_>, at: usize) -> bool {
    let is = |at: usize, list: WordSet| reading.token(at).is_some_and(|t| t.is_any(list));
    is(at, WordSet::POINTER)
        && (is(at + 1, WordSet::BEING)
            || reading.is_word(&reading.tokens[at], b"thats")
            || reading.token(at + 1).is_some_and(|t| t.is(b'\'')))
}

/// Returns whether a number or an assignment follows the cue that ends at `last`.
fn has_value(reading: &TokenizedText<'_>, last: usize) -> bool {
    reading.tokens[last + 1..]
        .iter()
        .take(4)
        .take_while(|t| t.cue == 0)
        .find(|t| {
            !(t.kind == Kind::Word && t.does(WordClass::GLUE) && !t.does(WordClass::CONJUNCTION)
                || matches!(t.kind, Kind::Mark(b':' | b'=' | b'#' | b'-' | b'\'' | b'.')))
        })
        .is_some_and(|t| matches!(t.kind, Kind::Digits | Kind::Mixed))
}

/// Returns whether two numbers belong to one list: "123 and 456", "orders 1, 2 and 3".
pub(crate) fn in_one_breath(reading: &TokenizedText<'_>, left: &Number, right: &Number) -> bool {
    right.first - left.last <= 4
        && reading.tokens[left.last + 1..right.first].iter().all(|t| {
            matches!(t.kind, Kind::Mark(b',' | b'/' | b'&' | b'"' | b'\'')) || reading.is_in(t, PhraseSet::JOINS)
        })
}
