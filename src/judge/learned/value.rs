//! The features of a value: its form, the words and cues around it, the findings of the rules, the last messages.

use smallvec::SmallVec;

use crate::detect::brands;
use crate::detect::checksum;
use crate::detect::cues::{Topic, WordClass};
use crate::detect::number::{Digits, Number, NumberShape};
use crate::detect::token::{self, Hit, TokenizedText};
use crate::judge::analysis::MessageAnalysis;
use crate::judge::conversation::Expected;
use crate::judge::learned::feature::{self, Feature};
use crate::judge::learned::token_value;
use crate::judge::recent::{INTENTS, Recent};
use crate::judge::verdict::Detection;

/// The number of tokens before a value that are read.
pub(super) const LEFT: usize = 24;

/// The number of tokens before a value whose words are read.
const WORDS: usize = 10;

/// The number of tokens after a value that are read.
pub(super) const RIGHT: usize = 8;

/// A value that may be a secret.
#[derive(Clone, Copy)]
pub(super) struct Value {
    /// Its first token.
    pub(super) first: usize,
    /// Its last token.
    pub(super) last: usize,
    /// The number that it is or that is part of it.
    pub(super) number: Option<Number>,
    /// The index of the rules' finding for it.
    pub(super) rule: Option<usize>,
}

/// The decision about the previous value.
#[derive(Clone, Copy, Default)]
pub(super) struct Before {
    /// The index of its last token.
    pub(super) last: usize,
    /// One more than its kind; 1 for harmless, 0 if there is no previous value.
    pub(super) decided: u64,
    /// The number of its digits.
    pub(super) digits: u64,
}

/// What the values of a message share.
pub(super) struct Context {
    /// The hashes of the tokens near the values, and of the first two tokens.
    tokens: SmallVec<[u64; 64]>,
    role: u64,
    words: u64,
    values: u64,
    bare: u64,
    /// What the last question of the other side most likely asks for.
    asks_for: Option<u64>,
}

/// The kind of a value: how many digits, or which characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    fine: u64,
    coarse: u64,
}

impl Context {
    /// `count` is the number of values in the message, of which `values` are scored.
    pub(super) fn of(analysis: &MessageAnalysis<'_, '_>, serves: bool, values: &[Value], count: usize) -> Self {
        let reading = analysis.reading;
        let mut tokens = SmallVec::from_elem(0, reading.tokens.len());
        let mut hash = |from: usize, to: usize| {
            for (place, token) in tokens[from..to].iter_mut().zip(&reading.tokens[from..to]) {
                *place = token_value(reading, token);
            }
        };
        hash(0, reading.tokens.len().min(2));
        let mut done = 0;
        for value in values {
            let to = (value.last + 1 + RIGHT).min(reading.tokens.len());
            hash(value.first.saturating_sub(WORDS).max(done), to.max(done));
            done = to.max(done);
        }
        Self {
            tokens,
            role: u64::from(serves),
            words: match analysis.reading.facts.words {
                few @ 0..=3 => few as u64,
                4..=6 => 4,
                7..=12 => 5,
                13..=30 => 6,
                _ => 7,
            },
            values: count.min(4) as u64,
            bare: u64::from(analysis.is_bare()),
            asks_for: last_question(&analysis.expected, serves).map(|question| likeliest(question.scores()).0 as u64),
        }
    }
}

/// Returns the kind of a value.
pub(super) fn kind(reading: &TokenizedText<'_>, value: &Value) -> Kind {
    if let Some(number) = value.number.filter(|n| n.first == value.first && n.last == value.last) {
        let digits = match number.digits {
            few @ 0..=10 => few,
            11 | 12 => 11,
            13 | 14 => 13,
            15 => 15,
            16 => 16,
            17..=19 => 17,
            _ => 20,
        };
        let coarse = match number.digits {
            0..=2 => 0,
            3 => 1,
            4 => 2,
            5..=8 => 3,
            9 => 4,
            10..=12 => 5,
            _ => 6,
        };
        return Kind { fine: digits as u64, coarse };
    }
    let span = reading.span(value.first, value.last);
    let text = &reading.text[span.start..span.end];
    let has = |test: fn(&u8) -> bool| text.iter().any(test);
    let mixed = has(u8::is_ascii_digit);
    let upper = text[1..].iter().any(u8::is_ascii_uppercase);
    let mark = text.iter().any(|b| b.is_ascii_punctuation());
    let length = match text.len() {
        0..=3 => 0,
        4..=5 => 1,
        6..=8 => 2,
        9..=12 => 3,
        _ => 4,
    };
    let class = u64::from(mixed) << 2 | u64::from(upper) << 1 | u64::from(mark);
    Kind { fine: 32 + class * 8 + length, coarse: if mixed { 8 } else { 9 } }
}

/// Returns the shape of a text: runs of upper-case letters, lower-case letters, digits and marks.
fn shape(text: &[u8]) -> u64 {
    let mut shape = 0;
    let mut last = 0;
    let mut runs = 0;
    for byte in text {
        let class = match byte {
            b'0'..=b'9' => 1,
            b'A'..=b'Z' => 2,
            b'a'..=b'z' => 3,
            0x80.. => 4,
            _ => 5,
        };
        if class != last && runs < 8 {
            shape = shape * 6 + class;
            runs += 1;
        }
        last = class;
    }
    shape
}

/// Buckets the distance between two tokens.
fn distance(tokens: usize) -> u64 {
    match tokens {
        near @ 0..=3 => near as u64,
        4..=5 => 4,
        6..=8 => 5,
        9..=14 => 6,
        _ => 7,
    }
}

/// Returns what is between two tokens, one bit each: the end of a sentence, a number, a negation, a comma.
fn between(reading: &TokenizedText<'_>, from: usize, to: usize) -> u64 {
    let mut seen = 0;
    for at in from..to {
        let token = &reading.tokens[at];
        seen |= match token.kind {
            token::Kind::Newline => 1,
            token::Kind::Digits | token::Kind::Mixed => 2,
            token::Kind::Mark(b',' | b';') => 8,
            token::Kind::Mark(_) if reading.ends_sentence(at) => 1,
            token::Kind::Word if token.does(WordClass::NEGATION) => 4,
            _ => 0,
        };
    }
    seen
}

/// The groups of the templates below, for explanations: the last template of a group, and its name.
const GROUPS: &[(u64, &str)] = &[
    (16, "its form"),
    (21, "the words before it"),
    (23, "the words after it"),
    (26, "the words before it"),
    (27, "the words after it"),
    (28, "the words beside it"),
    (29, "the words before it"),
    (30, "the words after it"),
    (33, "the words before it"),
    (35, "the words after it"),
    (36, "the words before it"),
    (37, "the words after it"),
    (39, "the start of the message"),
    (47, BEFORE),
    (53, AFTER),
    (56, "the cues around it"),
    (63, "what the rules say"),
    (65, "the value before it"),
    (73, "what was asked and said before"),
    (89, LAST),
];

const BEFORE: &str = "the cues before it";
const AFTER: &str = "the cues after it";
const LAST: &str = "the last messages";

/// Returns the contributions to the score of a value, strongest first: the name of each group and its part of the
/// score.
pub(super) fn reasons(
    analysis: &MessageAnalysis<'_, '_>,
    context: &Context,
    value: &Value,
    before: Before,
    weight: impl Fn(u32) -> i32,
) -> Vec<(String, i32)> {
    let mut sums = [0; GROUPS.len()];
    features(analysis, context, value, before, &mut |template, feature| {
        sums[GROUPS.partition_point(|(last, _)| *last < template)] += weight(feature);
    });
    let mut reasons: Vec<(&str, i32)> = Vec::new();
    for ((_, what), sum) in GROUPS.iter().zip(sums) {
        match reasons.iter_mut().find(|(known, _)| known == what) {
            Some((_, known)) => *known += sum,
            None => reasons.push((what, sum)),
        }
    }
    reasons.retain(|(_, sum)| *sum != 0);
    reasons.sort_by_key(|(_, sum)| -sum.abs());
    let detail = |what: &str| match what {
        BEFORE => {
            let hit = analysis.reading.cues.iter().rev().find(|hit| hit.last < value.first)?;
            Some(format!("{}, {} back", hit.cue.name, value.first - hit.last))
        }
        AFTER => {
            let hit = analysis.reading.cues.iter().find(|hit| hit.first > value.last)?;
            Some(format!("{}, {} on", hit.cue.name, hit.first - value.last))
        }
        LAST => {
            let question = analysis.expected.recent.iter().find(|recent| recent.is_there() && recent.asks())?;
            let scores = question.scores();
            let likeliest = (0..INTENTS - 1).max_by_key(|intent| scores[*intent])?;
            let entity = Topic::ALL[likeliest].entity().filter(|_| scores[likeliest] >= scores[INTENTS - 1])?;
            Some(format!("asked for: {entity}"))
        }
        _ => None,
    };
    let named = |(what, sum): (&str, i32)| match detail(what) {
        Some(detail) => (format!("{what} ({detail})"), sum),
        None => (what.to_owned(), sum),
    };
    reasons.into_iter().map(named).collect()
}

/// Calls `add` with the template and the hash of each feature of a value.
pub(super) fn features(
    analysis: &MessageAnalysis<'_, '_>,
    context: &Context,
    value: &Value,
    before: Before,
    add: &mut impl FnMut(u64, u32),
) {
    let kind = kind(analysis.reading, value);
    features_of_kind(analysis, context, kind, add);
    own_features(analysis, context, value, kind, before, add);
}

/// Like [`features`], without those that all values of the kind share.
pub(super) fn own_features(
    analysis: &MessageAnalysis<'_, '_>,
    context: &Context,
    value: &Value,
    kind: Kind,
    before: Before,
    add: &mut impl FnMut(u64, u32),
) {
    let reading = analysis.reading;
    let tokens = &reading.tokens[..];
    let Kind { fine: k, coarse: g } = kind;
    let span = reading.span(value.first, value.last);
    let text = &reading.text[span.start..span.end];
    macro_rules! add {
        ($n:expr $(, $value:expr)*) => { add($n, Feature::new($n)$(.with($value))*.hash()) };
    }

    // Form.
    let whole = value.number.filter(|n| n.first == value.first && n.last == value.last);
    if let Some(number) = whole {
        let mut groups = 0;
        for token in tokens[number.first..=number.last].iter().filter(|t| t.kind == token::Kind::Digits).take(6) {
            groups = groups * 20 + token.len().min(19) as u64;
        }
        add!(5, groups);
        let form = match number.shape {
            NumberShape::Bare => 0,
            NumberShape::Harmless(name) | NumberShape::Likely(name) => feature::word(name.as_bytes()),
        };
        add!(6, k, form);
        add!(7, k, u64::from(number.attached));
        add!(8, k, u64::from(analysis.page.is_disguised(number.first, number.last)));
        if let Some(digits) = Digits::of(reading, number.first, number.last) {
            let digits = digits.get();
            if digits.len() == 4 {
                let head = digits[0] * 10 + digits[1];
                let tail = digits[2] * 10 + digits[3];
                let like = match (head, tail) {
                    (19 | 20, _) => 1,
                    (1..=12, 1..=31) => 2,
                    _ => 0,
                };
                add!(9, like, context.role);
            }
            if digits.len() >= 9 {
                let mut ascii: SmallVec<[u8; 24]> = digits.iter().map(|d| d + b'0').collect();
                ascii.truncate(24);
                let luhn = digits.len() >= 12 && checksum::luhn(&ascii);
                let brand = digits.len() >= 12 && brands::brand_of(digits).is_some();
                let aba = digits.len() == 9 && checksum::aba(&ascii);
                add!(10, k, u64::from(luhn) | u64::from(brand) << 1 | u64::from(aba) << 2);
            }
        }
    } else {
        add!(11, shape(text));
        add!(12, text.len().min(24) as u64, g);
        if value.first == value.last && tokens[value.first].kind == token::Kind::Word {
            let token = &tokens[value.first];
            add!(13, u64::from(token.word != 0), u64::from(token.role.0 != 0), u64::from(token.cue != 0));
            for bit in 0..32 {
                if token.role.0 & 1 << bit != 0 {
                    add!(14, bit);
                }
            }
            add!(15, context.tokens[value.first]);
        }
        let known = u64::from(tokens[value.first..=value.last].iter().any(|t| t.word != 0 || t.cue != 0));
        add!(16, known, g);
    }

    // Adjacent words.
    let side = |at: Option<usize>| at.and_then(|at| context.tokens.get(at)).map_or(1, |value| *value);
    let left = |n: usize| side(value.first.checked_sub(n + 1));
    let right = |n: usize| side(Some(value.last + 1 + n));
    let (l0, l1, l2, l3) = (left(0), left(1), left(2), left(3));
    let (r0, r1, r2) = (right(0), right(1), right(2));
    for (n, l) in [l0, l1, l2, l3].into_iter().enumerate() {
        add!(20, n as u64, l);
        add!(21, g, n as u64, l);
    }
    for (n, r) in [r0, r1, r2].into_iter().enumerate() {
        add!(22, n as u64, r);
        add!(23, g, n as u64, r);
    }
    add!(24, l0, l1);
    add!(25, k, l0, l1);
    add!(26, l0, l1, l2);
    add!(27, r0, r1);
    add!(28, g, l0, r0);
    add!(29, k, l0);
    add!(30, k, r0);
    let words = |from: usize, to: usize| {
        let pairs = tokens[from..to].iter().zip(&context.tokens[from..to]);
        pairs.filter(|(token, _)| token.kind == token::Kind::Word).map(|(_, word)| *word)
    };
    let (mut one, mut two) = (0, 0);
    for word in words(value.first.saturating_sub(WORDS), value.first) {
        add!(31, g, word);
        (two, one) = (one, word);
    }
    add!(32, g, one);
    add!(33, g, two, one);
    let to = (value.last + 1 + RIGHT).min(tokens.len());
    let mut next = [0; 2];
    for (n, word) in words(value.last + 1, to).enumerate() {
        add!(34, g, word);
        if let Some(place) = next.get_mut(n) {
            *place = word;
        }
    }
    add!(35, g, next[0], next[1]);
    // The classes of the words around it.
    for token in &tokens[value.first.saturating_sub(4)..value.first] {
        let mut bits = token.role.0;
        while bits != 0 {
            add!(36, g, u64::from(bits.trailing_zeros()));
            bits &= bits - 1;
        }
    }
    for token in &tokens[value.last + 1..(value.last + 4).min(tokens.len())] {
        let mut bits = token.role.0;
        while bits != 0 {
            add!(37, g, u64::from(bits.trailing_zeros()));
            bits &= bits - 1;
        }
    }
    let head = context.tokens.iter().take(2).fold(0_u64, |all, v| all.rotate_left(9) ^ v);
    add!(38, g, head);
    if let Some(first) = context.tokens.first() {
        add!(39, g, *first);
    }

    // Cues around it.
    let name = |hit: &Hit| feature::word(hit.cue.name.as_bytes());
    let split = reading.cues.partition_point(|hit| hit.last < value.first);
    let mut nearest = 31;
    for (n, hit) in reading.cues[..split].iter().rev().take(3).enumerate() {
        let away = value.first - hit.last - 1;
        if away > LEFT {
            break;
        }
        let (topic, n) = (hit.cue.topic as u64, n as u64);
        let between = between(reading, hit.last + 1, value.first);
        if n == 0 {
            nearest = topic;
            add!(40, k, topic);
            add!(41, k, topic, distance(away));
            add!(42, g, name(hit), distance(away).min(4));
            add!(43, name(hit), l0);
        }
        add!(44, g, n, topic);
        add!(45, g, n, topic, distance(away));
        add!(46, g, n, topic, between);
        add!(47, n, topic, distance(away), between);
    }
    let mut behind = 31;
    let after = &reading.cues[split..];
    for (n, hit) in after.iter().filter(|hit| hit.first > value.last).take(2).enumerate() {
        let away = hit.first - value.last - 1;
        if away > RIGHT {
            break;
        }
        let (topic, n) = (hit.cue.topic as u64, n as u64);
        let between = between(reading, value.last + 1, hit.first);
        if n == 0 {
            behind = topic;
            add!(50, k, topic, distance(away));
            add!(51, g, name(hit), distance(away).min(3));
        }
        add!(52, g, n, topic, between);
        add!(53, n, topic, distance(away));
    }
    add!(54, g, nearest, behind);
    add!(55, k, nearest, context.role);
    for hit in reading.cues[..split].iter().rev().take(4).chain(after.iter().take(3)) {
        add!(56, g, hit.cue.topic as u64, context.role);
    }

    // The finding of the rules.
    let (found, why) = match value.rule.map(|at| &analysis.verdict.found[at]) {
        Some(found) => (1 + Topic::of(found.entity).map_or(30, |t| t as u64), reason(found)),
        None => (0, 0),
    };
    add!(60, k, found, why);
    add!(61, found, why, context.bare);
    add!(62, found, nearest);
    add!(63, found, why, l0);

    // The previous value.
    let apart = if before.decided == 0 { 0 } else { distance(value.first.saturating_sub(before.last + 1)) };
    let alike = u64::from(whole.is_some_and(|n| n.digits as u64 == before.digits));
    add!(64, g, before.decided, apart, alike);
    add!(65, k, before.decided, alike, l0);

    if let Some(top) = context.asks_for {
        add!(86, g, top, nearest);
        add!(87, g, top, l0);
        add!(88, g, top, before.decided);
    } else {
        add!(89, k, context.bare, nearest);
    }
}

/// Calls `add` with the template and the hash of each feature that all values of a kind share: those of the message and
/// of the conversation.
pub(super) fn features_of_kind(
    analysis: &MessageAnalysis<'_, '_>,
    context: &Context,
    kind: Kind,
    add: &mut impl FnMut(u64, u32),
) {
    let Kind { fine: k, coarse: g } = kind;
    macro_rules! add {
        ($n:expr $(, $value:expr)*) => { add($n, Feature::new($n)$(.with($value))*.hash()) };
    }
    add!(0, k);
    add!(1, k, context.role);
    add!(2, k, context.words);
    add!(3, k, context.values);
    add!(4, k, context.bare, context.role);

    let expected = &analysis.expected;
    for (n, topics) in
        [expected.asked, expected.announced, expected.gave, expected.spoken, expected.read_back].into_iter().enumerate()
    {
        for topic in topics.iter() {
            add!(70, n as u64, k, topic as u64);
            add!(71, n as u64, g, topic as u64, context.bare);
        }
    }
    add!(72, g, u64::from(expected.asked.bits()));
    add!(73, k, u64::from(expected.answered) | u64::from(expected.after_card) << 1);
    let mut sides = [0_u64; 2];
    let mut best = [0_u8; INTENTS];
    for recent in expected.recent.iter().take_while(|recent| recent.is_there()) {
        let other = u64::from((context.role == 1) != recent.serves());
        let age = sides[other as usize];
        sides[other as usize] += 1;
        let (asked, spoken) = (recent.asked(), recent.spoken());
        let place = other << 3 | age;
        add!(74, g, place, u64::from(recent.asks()) | u64::from(recent.has_number()) << 1);
        for topic in asked.iter() {
            add!(75, g, place, topic as u64);
        }
        for topic in spoken.iter() {
            add!(76, g, place, topic as u64);
        }
        add!(77, g, place, u64::from(recent.gave()));
        if other == 1 && recent.asks() {
            let scores = recent.scores();
            for (intent, score) in scores.into_iter().enumerate().filter(|(_, score)| *score > 1) {
                add!(80, k, place, intent as u64, u64::from(score));
                add!(81, g, intent as u64, u64::from(score), age.min(2));
                add!(82, g, intent as u64, u64::from(score), context.bare, context.words.min(4));
            }
            for (best, score) in best.iter_mut().zip(scores) {
                *best = (*best).max(score);
            }
        }
    }
    for (intent, score) in best.into_iter().enumerate().filter(|(_, score)| *score > 1) {
        add!(83, k, intent as u64, u64::from(score));
    }
    if let Some(question) = last_question(expected, context.role == 1) {
        let scores = question.scores();
        let (top, second) = likeliest(scores);
        add!(84, k, top as u64, u64::from(scores[top]));
        add!(85, k, top as u64, second as u64);
    }
}

/// Returns the last question of the other side.
fn last_question(expected: &Expected, serves: bool) -> Option<Recent> {
    let recent = expected.recent.into_iter().take_while(|recent| recent.is_there());
    recent.filter(|recent| serves != recent.serves()).find(|recent| recent.asks())
}

/// Returns the two intents with the highest scores.
fn likeliest(scores: [u8; INTENTS]) -> (usize, usize) {
    let (mut top, mut second) = (0, 0);
    for (intent, score) in scores.into_iter().enumerate() {
        if score > scores[top] {
            (top, second) = (intent, top);
        } else if intent != top && (second == top || score > scores[second]) {
            second = intent;
        }
    }
    (top, second)
}

/// Returns the reason why the rules found a value.
fn reason(found: &Detection) -> u64 {
    let evidence = &found.evidence;
    match evidence.cue {
        Some(cue) => feature::word(cue.as_bytes()) | 16,
        None => {
            u64::from(evidence.asked)
                | u64::from(evidence.announced) << 1
                | u64::from(evidence.mistyped) << 2
                | u64::from(evidence.checksum.is_some()) << 3
        }
    }
}
