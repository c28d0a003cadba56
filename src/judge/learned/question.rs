//! Scores what a message of an agent or a bot asks for.

use crate::detect::cues::{Topic, WordClass};
use crate::detect::token::{Kind, TokenizedText};
use crate::judge::conversation::Topics;
use crate::judge::learned::feature::{self, Feature};
use crate::judge::learned::{WEIGHTS, token_value};
use crate::judge::recent::INTENTS;
use crate::judge::{Part, ask};

/// The maximum number of tokens that are read, counted from the end of the message.
const TOKENS: usize = 72;

/// The length of a word's stem, in letters. Words with the same stem share a feature.
const STEM: usize = 5;

/// The scores of what a question certainly does not ask for, and of what it certainly does.
const LEAST: u8 = 1;
const MOST: u8 = 7;

/// The first template of questions.
pub(super) const FIRST_TEMPLATE: u64 = 200;

/// Returns whether a part of a message may ask for something: it has a question mark, a word of request or a word for a
/// secret, or it is only the name of something.
pub(crate) fn may_ask(reading: &TokenizedText<'_>, part: Part) -> bool {
    if part.first && part.last && ask::names_something_harmless(reading) {
        return true;
    }
    let any = reading.has_mark(b'?') || reading.does(WordClass::REQUEST) || reading.mentions_secrets();
    any && reading.tokens.iter().any(|t| {
        part.has(t.start as usize)
            && (t.is(b'?') || t.does(WordClass::REQUEST) || reading.hit(t).is_some_and(|hit| hit.cue.topic.is_secret()))
    })
}

/// Calls `add` with each feature of what a part of a message asks for. `asks` is what the rules found.
pub(super) fn features(reading: &TokenizedText<'_>, part: Part, asks: Topics, add: &mut impl FnMut(u32)) {
    let tokens = &reading.tokens[..];
    let end = tokens.partition_point(|t| (t.start as usize) < part.to);
    let start = tokens.partition_point(|t| (t.start as usize) < part.from).max(end.saturating_sub(TOKENS));
    let template = |n: u64| Feature::new(FIRST_TEMPLATE + n);
    for topic in asks.iter() {
        add(template(0).with(topic as u64).hash());
    }
    add(template(1).with(u64::from(asks.is_empty())).hash());
    add(template(2).with(u64::from(asks.bits())).hash());
    // Per sentence: does it ask?
    let mut from = start;
    while from < end {
        let mut to = from;
        while to < end && !reading.ends_sentence(to) && tokens[to].kind != Kind::Newline {
            to += 1;
        }
        let last = to.min(end - 1);
        let question = tokens[last].is(b'?');
        let request = tokens[from..=last].iter().any(|t| t.does(WordClass::REQUEST));
        let kind = u64::from(question) << 1 | u64::from(request);
        let (mut one, mut two) = (0, 0);
        for token in tokens[from..=last].iter().filter(|t| !matches!(t.kind, Kind::Mark(_) | Kind::Newline)) {
            let value = token_value(reading, token);
            add(template(3).with(value).hash());
            add(template(4).with(kind).with(value).hash());
            add(template(5).with(one).with(value).hash());
            add(template(6).with(two).with(one).with(value).hash());
            add(template(7).with(two).with(value).hash());
            // The stem, shared by all inflections.
            if token.kind == Kind::Word && token.len() > STEM {
                let stem = feature::word(&reading.bytes(token)[..STEM]);
                add(template(11).with(stem).hash());
                add(template(12).with(kind).with(stem).hash());
            }
            (two, one) = (one, value);
        }
        let mut before = u64::MAX;
        for hit in reading.cues.iter().filter(|hit| (from..=last).contains(&hit.first)) {
            let topic = hit.cue.topic as u64;
            add(template(8).with(kind).with(topic).hash());
            add(template(9).with(kind).with(before).with(topic).hash());
            before = topic;
        }
        from = last + 1;
    }
    for topic in Topic::ALL.into_iter().filter(|topic| reading.mentions(*topic)) {
        add(template(10).with(topic as u64).hash());
    }
}

/// Scores what a part of a message asks for: 1 to 7 for each intent. 4 means even odds, and each step is one nat.
pub(crate) fn scores(reading: &TokenizedText<'_>, part: Part, asks: Topics) -> [u8; INTENTS] {
    #[cfg(test)]
    super::record::question(|mut add| features(reading, part, asks, &mut add));
    let mut sum = WEIGHTS.of_question();
    features(reading, part, asks, &mut |feature| WEIGHTS.add(&mut sum, feature));
    WEIGHTS.question_scores(&sum).map(bucket)
}

/// Returns whether a question with these scores is about something harmless, beyond doubt.
pub(crate) fn is_harmless(scores: [u8; INTENTS]) -> bool {
    let [secrets @ .., harmless] = scores;
    harmless == MOST && secrets == [LEAST; INTENTS - 1]
}

fn bucket(score: i32) -> u8 {
    (score.div_euclid(16) + 4).clamp(i32::from(LEAST), i32::from(MOST)) as u8
}
