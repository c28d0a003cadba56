//! Payment card numbers.

use smallvec::SmallVec;

use super::track::tracks;
use crate::detect::brands::{self, Brand};
use crate::detect::checksum::luhn_of;
use crate::detect::cues::{Lexicon, Topic, WordClass};
use crate::detect::number::{self, Digits, Gap, NumberShape};
use crate::detect::token::{Kind, Token, TokenizedText};
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// Finds Luhn-valid numbers of a known brand in any grouping, and mistyped ones if the text mentions a card.
pub(crate) struct Card;

static SPEC: DetectorInfo = DetectorInfo {
    id: "card",
    entity: Entity::Card,
    title: "Payment card numbers of all brands, 12 to 19 digits, also mistyped ones that the text calls a card",
    longest: 19 * 8,
    source: "ISO/IEC 7812 (structure, Luhn); prefix and length tables of the brands",
    hits: &[
        "my card is 3782 822463 10005",
        "378282246310005",
        "4111-1111-1111-1111 exp 12/28",
        "from 4111 1111 1111 1111 to 5555 5555 5555 4444 please",
        "is 3056 930902 5904 still active?",
        "two: 378282246310005371449635398431",
        "card 3733 523424 45511 6 pm",
        "my card number is 4111 1111 1111 1112",
        "amex card number is 3782 822463 1005",
        "la tarjeta es 3782 822463 10005",
    ],
    verbatim: &[],
    misses: &[
        "tracking number 4111111111111111 from UPS",
        "order 4111111111111112",
        "event at 1748503543012",
        "IMEI 354543885833401",
        "ARN 74537604298100012345678",
        "xxxx-xxxxxx-x4005",
        "the card ending in 10005",
        "0000000000000000",
    ],
};

/// The number of digits of the shortest card.
const FEWEST_DIGITS: usize = 12;

/// The maximum number of groups of one card: one digit each.
const MOST_GROUPS: usize = 19;

/// How well the grouping of a candidate matches that of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Groups of unusual lengths, with other numbers next to them.
    Odd,
    /// Groups of unusual lengths that make up the whole number, or one run of digits.
    Whole,
    /// 4-6-5, 4-4-4-4 and the like.
    Printed,
}

impl Detector for Card {
    fn spec(&self) -> &'static DetectorInfo {
        &SPEC
    }

    fn detect(&self, page: &Document<'_>, out: &mut Candidates) {
        let reading = &page.reading;
        if reading.facts.digits < FEWEST_DIGITS {
            return;
        }
        tracks(reading, out);
        let mut at = 0;
        while at < reading.tokens.len() {
            if reading.tokens[at].kind != Kind::Digits {
                at += 1;
                continue;
            }
            // Collect groups with nothing but separators between them.
            let mut last = at;
            let mut next = at + 1;
            while next < reading.tokens.len() && next - last <= 8 {
                if reading.tokens[next].kind == Kind::Digits {
                    if number::gap(reading, last, next) == Gap::Apart {
                        break;
                    }
                    last = next;
                }
                next += 1;
            }
            stretch(page, at, last, out);
            at = last + 1;
        }
    }
}

/// Finds cards among the groups of the tokens `first..=last`.
fn stretch(page: &Document<'_>, first: usize, last: usize, out: &mut Candidates) {
    let reading = &page.reading;
    let groups: SmallVec<[usize; 20]> = (first..=last).filter(|&i| reading.tokens[i].kind == Kind::Digits).collect();
    let len = |group: usize| reading.tokens[groups[group]].len();
    let mut from = 0;
    while from < groups.len() {
        let best = best_at(page, &groups, from);
        if let Some(card) = best {
            out.push(card.candidate);
            from = card.until;
            continue;
        }
        if let Some(until) = two_in_one(page, groups[from], len(from), out) {
            from += until;
            continue;
        }
        from += 1;
    }
    mistyped(page, &groups, out);
}

struct Found {
    candidate: Candidate,
    fit: Fit,
    /// The index of the group after it.
    until: usize,
}

/// Returns the best card that starts with the group `from`, or with a later group inside it if that one fits better.
fn best_at(page: &Document<'_>, groups: &[usize], from: usize) -> Option<Found> {
    let mut best = longest_at(page, groups, from)?;
    // "61 3782 822463 10005": an adjacent number may form a valid number with a part of the card.
    let mut later = from + 1;
    while later < best.until && best.fit < Fit::Printed {
        if let Some(other) = longest_at(page, groups, later)
            && other.fit > best.fit
        {
            best = other;
        }
        later += 1;
    }
    Some(best)
}

fn longest_at(page: &Document<'_>, groups: &[usize], from: usize) -> Option<Found> {
    let reading = &page.reading;
    let mut digits = Digits::default();
    let mut best: Option<Found> = None;
    for (count, &token) in groups[from..].iter().take(MOST_GROUPS).enumerate() {
        if count > 0 && number::gap(reading, groups[from + count - 1], token) == Gap::Apart {
            break;
        }
        if digits.get().len() + reading.tokens[token].len() > 19
            || digits.push(reading.bytes(&reading.tokens[token])).is_none()
        {
            break;
        }
        let number = digits.get();
        if number.len() < 12 {
            continue;
        }
        if !luhn_of(number) {
            continue;
        }
        let Some(brand) = brands::brand_of(number) else { continue };
        let group = &groups[from..=from + count];
        let fit = fit(reading, groups, from, count, number);
        let better = best.as_ref().is_none_or(|b| fit > b.fit || fit == b.fit && preferred(number));
        if better && let Some(claim) = claim(page, group, brand, fit) {
            let evidence = Evidence {
                brand: Some(brand.name),
                checksum: Some("luhn"),
                grouped: fit == Fit::Printed && group.len() > 1,
                disguised: page.is_disguised(group[0], token),
                digits: u8::try_from(number.len()).unwrap_or(u8::MAX),
                ..Evidence::default()
            };
            let candidate = Candidate {
                first: group[0],
                last: token,
                entity: Entity::Card,
                claim,
                topics: &[Topic::Card],
                evidence,
            };
            best = Some(Found { candidate, fit, until: from + count + 1 });
        }
    }
    best
}

/// Returns whether a longer number should win over a shorter one that fits equally well: its length is common for its
/// prefix.
fn preferred(number: &[u8]) -> bool {
    number.len() <= brands::usual_length(number)
}

/// Returns how well the groups `from..=from + count` match what is printed on cards.
fn fit(reading: &TokenizedText<'_>, groups: &[usize], from: usize, count: usize, number: &[u8]) -> Fit {
    let lens = || groups[from..=from + count].iter().map(|&g| reading.tokens[g].len());
    let is = |printed: &[usize]| lens().eq(printed.iter().copied());
    let printed = count == 0
        || match number.len() {
            15 => is(&[4, 6, 5]),
            14 => is(&[4, 6, 4]),
            16 => is(&[4, 4, 4, 4]),
            18 => is(&[4, 4, 4, 4, 2]) || is(&[6, 6, 6]),
            19 => is(&[4, 4, 4, 4, 3]) || is(&[6, 13]),
            13 => is(&[4, 3, 3, 3]) || is(&[4, 4, 4, 1]) || is(&[4, 5, 4]),
            _ => false,
        };
    let soft = |left: usize, right: usize| number::gap(reading, left, right) == Gap::Soft;
    let beside = from > 0 && soft(groups[from - 1], groups[from])
        || groups.get(from + count + 1).is_some_and(|&next| soft(groups[from + count], next));
    match (printed, beside) {
        (true, _) if count > 0 => Fit::Printed,
        (true, false) | (false, false) => Fit::Whole,
        (true, true) => Fit::Whole,
        (false, true) => Fit::Odd,
    }
}

/// Returns what a valid number of a brand still needs to be reported as a card.
fn claim(page: &Document<'_>, groups: &[usize], brand: Brand, fit: Fit) -> Option<Claim> {
    let reading = &page.reading;
    let (first, last) = (groups[0], groups[groups.len() - 1]);
    let about_cards = reading.mentions(Topic::Card);
    let number = page.numbers.get(page.numbers.partition_point(|n| n.last < first)).filter(|n| n.first <= first);
    let in_address = number.is_some_and(|n| matches!(n.shape, NumberShape::Harmless("address on the Internet")));
    // Identifiers do not have spaces where cards have them: "3782 822463 10005Please".
    let starts = first == 0
        || reading.tokens[first].spaced
        || match reading.tokens[first - 1].kind {
            Kind::Mark(mark) => !matches!(mark, b'-' | b'_'),
            kind => kind == Kind::Newline,
        };
    let blanks = starts && fit == Fit::Printed && groups[1..].iter().all(|&group| reading.tokens[group].spaced);
    let joined = !blanks && joined_to_letters(reading, first, last);
    if (in_address || joined) && !about_cards {
        // Part of an address, or of an identifier with letters: UUID, hash, order number.
        return None;
    }
    let hard = groups.windows(2).any(|pair| number::gap(reading, pair[0], pair[1]) == Gap::Hard);
    if is_counted_up(reading, groups) || is_fraction(reading, first) || takes_in_another(page, first, last, fit) {
        return None;
    }
    let disguised = page.is_disguised(first, last);
    Some(match fit {
        Fit::Printed if !brand.by_shape && !about_cards => return None,
        Fit::Printed => Claim::Certain,
        Fit::Whole if !brand.by_shape => Claim::Possible,
        Fit::Whole if groups.len() == 1 => Claim::Probable,
        Fit::Whole if hard && !disguised && !about_cards => {
            // A list of numbers. Single digits on lines of their own may still be a card.
            let even = groups.iter().all(|&g| reading.tokens[g].len() == reading.tokens[first].len());
            if even { Claim::Probable } else { return None }
        }
        Fit::Whole => Claim::Probable,
        Fit::Odd if (about_cards || disguised) && brand.by_shape => Claim::Probable,
        Fit::Odd => return None,
    })
}

/// Returns whether the digits from `first` on are the decimal places of a number: `0.4539...`.
fn is_fraction(reading: &TokenizedText<'_>, first: usize) -> bool {
    let tokens = &reading.tokens;
    let point = first > 0 && tokens[first - 1].is(b'.') && !tokens[first].spaced;
    point && first > 1 && !tokens[first - 1].spaced && tokens[first - 2].kind == Kind::Digits
}

/// Returns whether a card of the tokens `first..=last` would include an adjacent date, time, decimal, address or id.
fn takes_in_another(page: &Document<'_>, first: usize, last: usize, fit: Fit) -> bool {
    let from = page.numbers.partition_point(|n| n.last < first);
    page.numbers[from..].iter().take_while(|n| n.first <= last).any(|n| {
        let decimal = matches!(n.shape, NumberShape::Harmless("decimal") | NumberShape::Likely("decimal"));
        let printed = fit == Fit::Printed && matches!(n.shape, NumberShape::Harmless("date" | "time" | "version"));
        // The digits before the point may be a card that ends a sentence.
        let whole = decimal && n.first == first && first == last && n.last > last;
        n.shape.stands_alone(n.groups) && !printed && !whole
    })
}

/// Returns whether each number is one more than the one before: "41, 42, 43, 44".
fn is_counted_up(reading: &TokenizedText<'_>, groups: &[usize]) -> bool {
    let value = |group: usize| {
        let bytes = reading.bytes(&reading.tokens[group]);
        (bytes.len() <= 4 && bytes[0] != b'0').then(|| bytes.iter().fold(0u32, |sum, b| sum * 10 + u32::from(b - b'0')))
    };
    groups.len() >= 4
        && groups.windows(2).all(|pair| match (value(pair[0]), value(pair[1])) {
            (Some(left), Some(right)) => right == left + 1,
            _ => false,
        })
}

/// Returns whether letters touch the number or are joined to it by hyphens or underscores.
pub(crate) fn joined_to_letters(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    /// The maximum number of marks between them: `blk_-4539...`.
    const MOST_MARKS: usize = 2;
    let tokens = &reading.tokens;
    let text = |at: usize| tokens.get(at).is_some_and(|t| t.is_text());
    let tight = |at: usize| tokens.get(at).is_some_and(|t| !t.spaced);
    let mark = |at: usize| tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Mark(b'-' | b'_')));
    let mut at = first;
    while at > 0 && first - at < MOST_MARKS && tight(at) && mark(at - 1) {
        at -= 1;
    }
    let left = at > 0 && tight(at) && text(at - 1) && !may_touch(reading, &tokens[at - 1]);
    let right = tight(last + 1) && text(last + 1);
    left || right && !may_touch(reading, &tokens[last + 1]) && !tokens[last + 1].does(WordClass::EXPIRY)
}

/// Returns whether people write the word directly next to a card: "4111...thanks", "mycardis4111...". Other letters are
/// part of an identifier.
fn may_touch(reading: &TokenizedText<'_>, word: &Token) -> bool {
    /// The shortest known word, and the longest run of letters that is searched for one.
    const SHORTEST: usize = 4;
    const LONGEST: usize = 24;
    let letters = reading.bytes(word);
    if word.cue != 0 || word.kind == Kind::Word && word.word != 0 && letters.len() >= SHORTEST {
        return true;
    }
    let lexicon = Lexicon::get();
    let names_card =
        |word: &[u8]| lexicon.phrase_end(lexicon.word(word).node).is_some_and(|cue| cue.topic == Topic::Card);
    let ends = |from: usize| (from + SHORTEST..=letters.len()).map(move |to| (from, to));
    word.kind == Kind::Word
        && letters.len() <= LONGEST
        && (0..letters.len()).flat_map(ends).any(|(from, to)| names_card(&letters[from..to]))
}

/// Finds two cards that were typed as one run of digits.
fn two_in_one(page: &Document<'_>, token: usize, len: usize, out: &mut Candidates) -> Option<usize> {
    if !(28..=38).contains(&len) {
        return None;
    }
    let digits = Digits::of(&page.reading, token, token)?;
    let digits = digits.get();
    for cut in 14..=19.min(len - 14) {
        let (left, right) = digits.split_at(cut);
        let card = |number: &[u8]| luhn_of(number) && brands::brand_of(number).is_some_and(|b| b.by_shape);
        if card(left) && card(right) {
            let evidence = Evidence {
                brand: brands::brand_of(left).map(|b| b.name),
                checksum: Some("luhn"),
                digits: u8::try_from(len).unwrap_or(u8::MAX),
                ..Evidence::default()
            };
            out.push(Candidate {
                first: token,
                last: token,
                entity: Entity::Card,
                claim: Claim::Certain,
                topics: &[Topic::Card],
                evidence,
            });
            return Some(1);
        }
    }
    None
}

/// Returns whether month and year follow a complete card: "4521288553968072 0728".
fn ends_with_expiry(reading: &TokenizedText<'_>, groups: &[usize]) -> bool {
    let Some((&last, card)) = groups.split_last() else { return false };
    let len = |group: usize| reading.tokens[group].len();
    let whole =
        matches!(card.iter().map(|group| len(*group)).sum(), 15 | 16) && card.iter().all(|group| len(*group) >= 4);
    let month = reading.bytes(&reading.tokens[last]).get(..2).is_some_and(|m| (b"01"..=b"12").contains(&&[m[0], m[1]]));
    whole && len(last) == 4 && month
}

/// Finds numbers that look like a card with a wrong, swapped, missing or doubled digit.
fn mistyped(page: &Document<'_>, groups: &[usize], out: &mut Candidates) {
    let reading = &page.reading;
    let (Some(&first), Some(&last)) = (groups.first(), groups.last()) else { return };
    let from = page.numbers.partition_point(|n| n.first < first);
    let here = page.numbers[from..].iter().take_while(|n| n.first <= last);
    for number in here.filter(|n| (12..=20).contains(&n.digits) && n.groups <= MOST_GROUPS) {
        let from = groups.partition_point(|group| *group < number.first);
        if groups[from] != number.first || matches!(number.shape, NumberShape::Harmless(_)) {
            continue;
        }
        let until = groups.partition_point(|group| *group <= number.last);
        let until = if ends_with_expiry(reading, &groups[from..until]) { until - 1 } else { until };
        let last = groups[until - 1];
        let Some(digits) = Digits::of(reading, number.first, last) else { continue };
        let usual = brands::usual_length(digits.get());
        let length = digits.get().len();
        let lens = || groups[from..until].iter().map(|&g| reading.tokens[g].len());
        let amex = matches!(digits.get(), [3, 4 | 7, ..]) && lens().eq([4, 6, 5]);
        let near = length + 1 >= usual.min(16) && length <= 19;
        // An identifier of letters and digits without a valid checksum: an order number.
        let glued =
            number.first > 0 && !reading.tokens[number.first].spaced && reading.tokens[number.first - 1].is_text();
        let named = glued || number.attached && !reading.mentions(Topic::Card);
        if !near || named || luhn_of(digits.get()) && brands::brand_of(digits.get()).is_some_and(|b| b.by_shape) {
            continue;
        }
        let evidence = Evidence {
            brand: brands::could_start(digits.get()).map(|b| b.name),
            grouped: amex || lens().eq([4, 4, 4, 4]),
            disguised: page.is_disguised(number.first, last),
            mistyped: true,
            digits: u8::try_from(length).unwrap_or(u8::MAX),
            ..Evidence::default()
        };
        out.push(Candidate {
            first: number.first,
            last,
            entity: Entity::Card,
            claim: Claim::Possible,
            topics: &[Topic::Card],
            evidence,
        });
    }
}
