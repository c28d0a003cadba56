//! Several values at once: "exp, cvv, zip?" answered by "0627 319 94110", or "cvv and zip are 319 and 94110".
//!
//! The topics are those of the question or of the labels in the message itself. Each number takes the topic that its
//! count of digits fits best, so that all numbers together fit best. If two ways are equally good, the order of the
//! question decides. If that is unknown, every number that is a secret in one of them is masked.

use smallvec::SmallVec;

use crate::detect::cues::{PhraseSet, Topic, WordClass as Does};
use crate::detect::number::{Number, NumberShape};
use crate::detect::token::{Kind, Token};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::conversation::Topics;
use crate::judge::fits::secret_fits;
use crate::judge::verdict::Why;

/// The maximum number of values that are told at once.
const MOST_VALUES: usize = 8;

/// The maximum number of topics that are considered.
const MOST_TOPICS: usize = 6;

/// The maximum number of groups that one value may have, if the spaces between them do not say where it ends.
const MOST_GROUPS: usize = 4;

/// The cost of a value without a topic.
const UNKNOWN: u32 = 7;

/// The cost of a secret topic without a value. That of another topic is 1.
const UNANSWERED: u32 = 3;

/// The cost of joining two groups that a space separates.
const JOINED: u32 = 2;

/// The cost of a value that begins at a hyphen.
const SPLIT: u32 = 1;

/// From this cost on, numbers are not taken for the values of labels before them, or for the answer to a single
/// question.
const STRICT: u32 = 3;

/// How much the count of digits matters. The order of the values decides only between equal costs.
const FIT: u32 = 2;

/// The cost above any other.
const IMPOSSIBLE: u32 = 1000;

/// What is between a group and the group before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Only a hyphen or a dot.
    Tied,
    /// A space or the like, within one number.
    Loose,
    /// They belong to different numbers.
    Apart,
}

/// A run of digits, a number that is harmless by its shape, or a mask, which has no digits.
struct Group {
    first: usize,
    last: usize,
    /// What is between it and the group before it.
    gap: Gap,
    lens: SmallVec<[usize; 4]>,
    shape: NumberShape,
}

impl Group {
    fn digits(&self) -> usize {
        self.lens.iter().sum()
    }

    /// Returns the number that consists of these groups.
    fn number(groups: &[Self]) -> Number {
        Number {
            first: groups[0].first,
            last: groups[groups.len() - 1].last,
            digits: groups.iter().map(Self::digits).sum(),
            groups: groups.iter().map(|group| group.lens.len()).sum(),
            shape: NumberShape::Bare,
            attached: false,
        }
    }

    /// Returns whether it is a date or an amount by its shape.
    fn is_harmless(&self) -> bool {
        matches!(self.shape, NumberShape::Harmless(_))
    }
}

/// Returns how badly these groups fit the topic, or nothing if they cannot be its value.
fn cost(topic: Topic, groups: &[Group]) -> Option<u32> {
    let lens: SmallVec<[usize; 8]> = groups.iter().flat_map(|group| group.lens.iter().copied()).collect();
    let digits: usize = lens.iter().sum();
    if let NumberShape::Harmless(what) = groups[0].shape {
        let fits = match what {
            "amount" | "decimal" => topic == Topic::Amount,
            "date" | "time" => topic == Topic::Time,
            _ => false,
        };
        return (fits && groups.len() == 1).then_some(0);
    }
    let alone = |group: &Group| group.lens.is_empty() || group.is_harmless();
    if groups.len() > 1 && (groups.iter().any(alone) || groups[1..].iter().any(|group| group.gap == Gap::Apart)) {
        return None;
    }
    let joined = match lens[..] {
        // The mask of a secret.
        [] => return (groups.len() == 1 && topic.is_secret()).then_some(0),
        [3, 2, 4] if topic == Topic::SocialSecurity => 0,
        [3, 3, 4] if topic == Topic::Phone => 0,
        [2, 2] | [2, 2, 2 | 4] if topic == Topic::Time => 0,
        _ => JOINED * groups[1..].iter().filter(|group| group.gap == Gap::Loose).count() as u32,
    } + SPLIT * u32::from(groups[0].gap == Gap::Tied);
    let fit = match (topic, digits) {
        (Topic::SecurityCode, 3) => 0,
        (Topic::SecurityCode, 4) => 2,
        (Topic::SocialSecurity, 9) => 0,
        (Topic::OneTimePasscode | Topic::Code, 6) => 0,
        (Topic::OneTimePasscode | Topic::Code, 4 | 5 | 7 | 8) => 1,
        // "Your 3-digit code".
        (Topic::Code, 3) => 1,
        (Topic::Pin, 4) => 0,
        (Topic::Pin, 5 | 6) => 1,
        (Topic::Pin, 7 | 8) => 3,
        (Topic::Password, 4..) if groups.len() == 1 => 3,
        // "Account number or phone number?"
        (Topic::Account, 10) if lens[..] == [3, 3, 4] => UNANSWERED + 1,
        (Topic::Account, 8..=24) => 0,
        (Topic::Account, 6 | 7) => 1,
        (Topic::Partial, 4) => 0,
        (Topic::Partial, 3 | 5 | 6) => 3,
        (Topic::Zip, 5) => 0,
        // Brazil has eight digits.
        (Topic::Zip, 8 | 9) => 1,
        (Topic::Zip, 4 | 6) => 2,
        (Topic::Phone, 10) => 0,
        (Topic::Phone, 7..=13) => 1,
        (Topic::Time, 4 | 6 | 8) => 0,
        (Topic::Time, 1..=3) => 2,
        (Topic::Amount | Topic::Place | Topic::Quantity, 1..=3) => 1,
        (Topic::Amount | Topic::Place | Topic::Quantity, 4 | 5) => 2,
        // A user name, or anything else that was asked for.
        (Topic::Reference | Topic::Device | Topic::Login, 5..) => 1,
        (Topic::Reference | Topic::Device | Topic::Login, 1..=4) => 3,
        _ => return None,
    };
    Some(fit + joined)
}

/// The secret topic that a group has in one of the best ways to distribute the topics, and the groups that belong to the
/// same value. `None` if it is harmless or unknown in all of them.
type Slot = Option<(Topic, usize, usize)>;

/// One way to go on at a group: the value that begins there.
struct Step {
    cost: u32,
    /// The group after the value.
    next: usize,
    /// The topics that are left, one bit each.
    left: usize,
    /// The topic of the value, or `None` if it is unknown.
    topic: Option<Topic>,
}

/// Returns whether the topic may be another name of one of the others: the "3-digit code" of a security code, the
/// password that a "passcode" may be.
fn is_other_name(topic: Topic, topics: &[Topic]) -> bool {
    topic == Topic::Code || topic == Topic::Password && topics.contains(&Topic::OneTimePasscode)
}

/// Returns the lowest cost at which the topics can be distributed, and what each group is then. `all_answered`: whether
/// every topic must have a value. `secret_at`: the group in which the secret is expected.
fn distribute(
    groups: &[Group],
    topics: &[Topic],
    all_answered: bool,
    secret_at: Option<usize>,
    alone: &dyn Fn(usize) -> u32,
) -> (u32, [Slot; MOST_VALUES]) {
    const SETS: usize = 1 << MOST_TOPICS;
    // The cost of the groups from a place on, if these topics are left.
    let mut best = [[IMPOSSIBLE; SETS]; MOST_VALUES + 1];
    let all = (1 << topics.len()) - 1;
    let unanswered = |set: usize| {
        let cost = |(at, topic): (usize, &Topic)| match topic.is_secret() {
            _ if set & 1 << at == 0 || is_other_name(*topic, topics) => 0,
            true => UNANSWERED,
            false if all_answered => UNKNOWN,
            false => 1,
        };
        FIT * topics.iter().enumerate().map(cost).sum::<u32>()
    };
    let steps = |place: usize, left: usize| {
        let mut steps: SmallVec<[Step; 8]> = SmallVec::new();
        steps.push(Step { cost: FIT * alone(place), next: place + 1, left, topic: None });
        for (at, topic) in topics.iter().enumerate().filter(|(at, _)| left & 1 << at != 0) {
            for next in place + 1..=groups.len().min(place + MOST_GROUPS) {
                if let Some(cost) = cost(*topic, &groups[place..next]) {
                    let misplaced = topic.is_secret() && secret_at.is_some_and(|at| at != place);
                    let cost = FIT * cost + u32::from(misplaced);
                    steps.push(Step { cost, next, left: left & !(1 << at), topic: Some(*topic) });
                }
            }
        }
        steps
    };
    for (set, cost) in best[groups.len()].iter_mut().enumerate().take(all + 1) {
        *cost = unanswered(set);
    }
    for place in (0..groups.len()).rev() {
        for set in 0..=all {
            let costs = steps(place, set).into_iter().map(|step| step.cost + best[step.next][step.left]);
            best[place][set] = costs.min().unwrap_or(IMPOSSIBLE);
        }
    }
    let mut slots = [None; MOST_VALUES];
    let mut reached = [[false; SETS]; MOST_VALUES + 1];
    reached[0][all] = true;
    for place in 0..groups.len() {
        for set in 0..=all {
            if !reached[place][set] {
                continue;
            }
            for Step { cost, next, left, topic } in steps(place, set) {
                if cost + best[next][left] != best[place][set] {
                    continue;
                }
                reached[next][left] = true;
                let secret = topic.filter(|topic| topic.is_secret()).map(|topic| (topic, place, next));
                for slot in &mut slots[place..next] {
                    *slot = slot.or(secret);
                }
            }
        }
    }
    (best[0][all] / FIT, slots)
}

fn is_month(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
}

impl MessageAnalysis<'_, '_> {
    /// Finds the values of several topics that were asked for at once or that the message names before them.
    pub(super) fn by_slots(&mut self) {
        // Stars between digits may be masks of secrets.
        if self.page.numbers.is_empty() || self.reading.has_mark(b'*') {
            return;
        }
        if self.no_cue_is_beside_a_number() {
            let asked = self.expected.asked;
            if !self.is_bare() {
                return;
            }
            let end = self.reading.tokens.len();
            if asked.has_secret() && !self.expected.answered {
                self.fill_slots(asked, 0, end, None);
            } else if self.opens_with_an_expiry_date() {
                let topics = Topics::NONE.with(Topic::SecurityCode).with(Topic::Time);
                let topics = if self.page.numbers.len() > 2 { topics.with(Topic::Zip) } else { topics };
                self.fill_slots(topics, 0, end, Some("expiry date before it"));
            }
        } else {
            self.labeled();
        }
    }

    fn no_cue_is_beside_a_number(&self) -> bool {
        // "The zip is 94110", "zip: 94110".
        let links = |t: &Token| t.is(b':') || t.kind == Kind::Word && t.does(Does::GLUE);
        let digits = |at: Option<usize>| {
            at.and_then(|at| self.reading.token(at)).is_some_and(|t| t.kind == Kind::Digits || links(t))
        };
        !self.reading.cues.iter().any(|hit| digits(hit.first.checked_sub(1)) || digits(Some(hit.last + 1)))
    }

    /// Returns whether the message starts with a month and a year, and three digits follow: "06/27 319".
    fn opens_with_an_expiry_date(&self) -> bool {
        let [date, code, ..] = self.page.numbers else { return false };
        let tokens = &self.reading.tokens;
        let part = |at: usize| self.reading.bytes(&tokens[at]);
        let expiry = date.first == 0
            && date.last == 2
            && tokens[1].is(b'/')
            && is_month(part(0))
            && matches!(part(2), [b'2'..=b'4', b'0'..=b'9']);
        expiry && code.digits == 3 && code.groups == 1 && self.joins(date.last + 1, code.first)
    }

    /// Finds the values after a list of labels: "cvv and zip are 319 and 94110", "exp/cvv 0627/319".
    fn labeled(&mut self) {
        let reading = self.reading;
        let mut at = 0;
        while at < reading.cues.len() {
            let first = at;
            let mut topics = Topics::NONE.with(reading.cues[at].cue.topic);
            // "id and pin": any word may be the first label.
            let start = reading.cues[at].first;
            let other = start.checked_sub(2).filter(|before| {
                let token = &reading.tokens[*before];
                self.separates(start - 1) && token.kind == Kind::Word && token.cue == 0
            });
            if other.is_some() {
                topics = topics.with(Topic::Reference);
            }
            while at + 1 < reading.cues.len() && self.joins(reading.cues[at].last + 1, reading.cues[at + 1].first) {
                at += 1;
                topics = topics.with(reading.cues[at].cue.topic);
            }
            let last = reading.cues[at].last;
            let named = reading.cues[first..=at].iter().find(|hit| hit.cue.topic.is_secret());
            if let Some(named) = named.filter(|_| at > first || other.is_some()) {
                let until = reading.cues.get(at + 1).map_or(reading.tokens.len(), |next| next.first);
                self.fill_slots(topics, last + 1, until, Some(named.cue.name));
            }
            at += 1;
        }
    }

    /// Returns whether the token separates two items of a list.
    fn separates(&self, at: usize) -> bool {
        let token = &self.reading.tokens[at];
        matches!(token.kind, Kind::Mark(b',' | b'/' | b'&' | b'+' | b'-' | b';' | b'|'))
            || self.reading.is_in(token, PhraseSet::JOINS)
    }

    /// Returns whether the tokens `first..end` only join two items of a list.
    fn joins(&self, first: usize, end: usize) -> bool {
        let own = |t: &Token| t.kind == Kind::Word && t.does(Does::OWN.union(Does::DETERMINER));
        first <= end
            && end - first <= 3
            && (first..end).all(|at| self.separates(at) || own(&self.reading.tokens[at]))
            && (first == end || (first..end).any(|at| self.separates(at)))
    }

    /// Distributes the topics over the numbers in the tokens `first..end`.
    fn fill_slots(&mut self, topics: Topics, first: usize, end: usize, label: Option<&'static str>) {
        let Some(groups) = self.groups(first, end, label.is_some()) else { return };
        // Those that have a value by their form: "card and pin please", "ssn and account?".
        let given = self.verdict.found.iter().filter_map(|found| Topic::of(found.entity));
        let given = given.filter(|topic| topics.contains(*topic)).fold(Topics::NONE, Topics::with);
        let open = topics.without(Topic::Card).except(given);
        let mut topics: SmallVec<[Topic; MOST_TOPICS]> = open.iter().take(MOST_TOPICS - 1).collect();
        // A routing number and an account number.
        let routes = |at: usize| self.is_routing_number(&Group::number(&groups[at..=at]));
        if open.contains(Topic::Account) && !open.contains(Topic::Reference) && (0..groups.len()).any(routes) {
            topics.push(Topic::Account);
        }
        let secret = topics.iter().filter(|topic| topic.is_secret());
        if groups.len() + usize::from(!given.is_empty()) < 2
            || secret.clone().next().is_none()
            || label.is_some() && groups.len() < topics.len()
        {
            return;
        }
        // Answers come in the order of the questions, unless their digits say otherwise.
        let secret_at = self.expected.position.among(groups.len()).filter(|_| label.is_none());
        // "55 29 01" is one passcode, if nothing else was asked for.
        let whole = |number: &Number| number.groups > 1 && secret.clone().any(|topic| secret_fits(*topic, number));
        if topics.len() == 1 && given.is_empty() && secret_at.is_none() && self.page.numbers.iter().any(whole) {
            return;
        }
        // "4417 or 1234" are two PINs.
        let on_cards = [Topic::SecurityCode, Topic::Card, Topic::Time];
        let dated = label.is_some() || on_cards.into_iter().any(|topic| self.expected.asked.contains(topic));
        let alone = |at: usize| match &groups[at] {
            _ if secret_at.is_some() => 1,
            group if group.is_harmless() || dated && self.is_month_and_year(group) => 1,
            group if group.digits() <= 2 => 3,
            _ => UNKNOWN,
        };
        let (cost, slots) = distribute(&groups, &topics, label.is_some(), secret_at, &alone);
        let strict = label.is_some() || topics.len() == 1 && secret_at.is_none();
        let most = if strict { STRICT } else { UNKNOWN };
        let found = |topic: &Topic| slots.iter().flatten().any(|secret| secret.0 == *topic);
        let missing = |topic: &Topic| topic.is_secret() && !is_other_name(*topic, &topics) && !found(topic);
        if cost >= most || slots.iter().all(Option::is_none) {
            return;
        }
        let all = !topics.iter().any(missing);
        let mut at = 0;
        while at < groups.len() {
            let Some((topic, from, to)) = slots[at] else {
                if all {
                    self.claimed[groups[at].first..=groups[at].last].fill(true);
                    self.pass(&Group::number(&groups[at..=at]), Why::NumberShape("another value that was asked for"));
                }
                at += 1;
                continue;
            };
            if groups[at].lens.is_empty() {
                at += 1;
                continue;
            }
            let number = Group::number(&groups[from.max(at)..to]);
            let entity = match topic {
                Topic::Code if number.digits == 3 || number.digits == 4 && self.mentions_cards() => {
                    Entity::SecurityCode
                }
                Topic::Code => Entity::OneTimePasscode,
                topic => topic.entity().unwrap_or(Entity::Account),
            };
            let candidate = self.bare_candidate(&number, entity);
            let evidence = Evidence { asked: label.is_none(), cue: label, ..candidate.evidence };
            self.find(&candidate, evidence);
            at = to;
        }
    }

    /// Returns whether four digits may be the month and the year of an expiry date.
    fn is_month_and_year(&self, group: &Group) -> bool {
        let digits = self.reading.bytes(&self.reading.tokens[group.first]);
        group.lens[..] == [4] && is_month(&digits[..2]) && (b'2'..=b'4').contains(&digits[2])
    }

    /// Returns the groups of digits and the masks in the tokens `first..end`. With `listed`, returns only the list that
    /// starts there, or nothing if there is none.
    fn groups(&self, first: usize, end: usize, listed: bool) -> Option<SmallVec<[Group; MOST_VALUES]>> {
        const FARTHEST: usize = 5;
        let mut groups: SmallVec<[Group; MOST_VALUES]> = SmallVec::new();
        let from = self.page.numbers.partition_point(|number| number.first < first);
        let mut numbers = self.page.numbers[from..].iter().peekable();
        let mut at = first;
        while at < end {
            let number = numbers.next_if(|number| number.first == at);
            let masked = self.reading.tokens[at].kind == Kind::Masked;
            let last = number.map_or(at, |number| number.last);
            if !masked && (number.is_none() || self.claimed[at..=last].iter().all(|claimed| *claimed)) {
                at = last + 1;
                continue;
            }
            let joined = match groups.last() {
                _ if !listed => true,
                None => at - first <= FARTHEST && !(first..at).any(|at| self.reading.ends_sentence(at)),
                Some(before) => self.joins(before.last + 1, at),
            };
            if !joined && !groups.is_empty() {
                break;
            }
            let more = self.reading.tokens[at..=last].iter().filter(|t| t.kind == Kind::Digits).count().max(1);
            let many = groups.len() + more > MOST_VALUES;
            if !joined || number.is_some_and(|number| number.attached) || many {
                return None;
            }
            match number {
                Some(number) => self.split(number, &mut groups),
                None => groups.push(Group {
                    first: at,
                    last: at,
                    gap: Gap::Apart,
                    lens: SmallVec::new(),
                    shape: NumberShape::Bare,
                }),
            }
            at = last + 1;
        }
        Some(groups)
    }

    /// Returns whether the token numbers an item of a list: "1) 60614 2) 882".
    fn is_marker(&self, at: usize) -> bool {
        let token = &self.reading.tokens[at];
        token.kind == Kind::Digits
            && token.len() == 1
            && self.reading.token(at + 1).is_some_and(|t| t.is(b')') && !t.spaced)
            && self.reading.token(at + 2).is_some_and(|t| t.spaced)
    }

    /// Appends the groups of a number. A number that is harmless by its shape is one group.
    fn split(&self, number: &Number, groups: &mut SmallVec<[Group; MOST_VALUES]>) {
        let harmless = matches!(number.shape, NumberShape::Harmless(_));
        let mut gap = Gap::Apart;
        for at in number.first..=number.last {
            let token = &self.reading.tokens[at];
            if self.claimed[at] || self.is_marker(at) {
                gap = Gap::Apart;
                continue;
            }
            if token.kind != Kind::Digits {
                let tied = matches!(token.kind, Kind::Mark(b'-' | b'.')) && !token.spaced;
                gap = if tied { Gap::Tied } else { Gap::Loose };
                continue;
            }
            match groups.last_mut().filter(|group| harmless && group.first >= number.first) {
                Some(group) => {
                    group.last = at;
                    group.lens.push(token.len());
                }
                None => {
                    let lens = SmallVec::from_slice(&[token.len()]);
                    let gap = if gap == Gap::Tied && token.spaced { Gap::Loose } else { gap };
                    groups.push(Group { first: at, last: at, gap, lens, shape: number.shape });
                }
            }
            gap = Gap::Loose;
        }
    }
}
