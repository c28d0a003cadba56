//! Turns candidates into findings: one order of judging for every text.
//!
//! 1. What its form proves (cards, formatted Social Security numbers, IBANs, stated passwords), unless a cue says that it
//!    is something harmless and the form leaves room for that.
//! 2. What stands unlabelled after a card and its expiry: the security code.
//! 3. What a cue governs ([`govern`]).
//! 4. What the other side asked for, or the same side announced ([`ask`], [`conversation`]).
//! 5. What completes a number given in pieces ([`pieces`]).

mod answer;
mod ask;
mod candidates;
pub(crate) mod conversation;
mod govern;
pub(crate) mod pieces;

use std::cell::OnceCell;

use smallvec::SmallVec;

use crate::detect::cues::{Role as Does, Topic};
use crate::detect::number::{Digits, Number, Numbers, Shape};
use crate::detect::token::{Kind, Reading, words};
use crate::detect::{Candidate, Claim, Page, card, one_time_passcode, security_code};
use crate::entity::{Entity, FindingKind};
use crate::evidence::Evidence;
use crate::message::{Message, MessageId, Role};
use crate::text::ViewSpan;
use candidates::Docket;
use conversation::{Conversation, Expected, Said, Topics};
use govern::{Governor, Spent, governor};
use pieces::{Half, Pieces, Step, Whole};

/// A judged secret, in the view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) span: ViewSpan,
    pub(crate) entity: Entity,
    pub(crate) evidence: Evidence,
    /// A part of a secret: nothing of it is revealed.
    pub(crate) part: bool,
    /// An agent or a bot asks for it; it is not there.
    pub(crate) solicited: bool,
    /// The expiry date of a card that stands before it: hidden only where the policy says so.
    pub(crate) expiry: bool,
}

/// A number that was let through, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    pub(crate) span: ViewSpan,
    pub(crate) digits: usize,
    pub(crate) why: Why,
}

/// Why a number was let through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    /// A cue says that it is something harmless.
    Cue(&'static str),
    /// Its shape says so.
    Shape(&'static str),
    /// The other side asked for something harmless.
    Asked(Topic),
    /// Nothing says that it is a secret.
    Nothing,
}

/// Everything found in one message.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) found: Vec<Judged>,
    pub(crate) passed: Vec<Passed>,
    pub(crate) recall: Vec<MessageId>,
    /// What the message does to the number that its speaker has half said, in order.
    pub(crate) halves: Vec<Half<Judged>>,
    pub(crate) expected: Expected,
    /// Where the part that was judged ends: behind the last finding that starts in it.
    pub(crate) until: usize,
}

/// The part of a view which is judged. What stands before and after it counts as words around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Where it starts in the view.
    pub(crate) from: usize,
    /// Where it ends in the view.
    pub(crate) to: usize,
    /// The view starts where the message starts.
    pub(crate) first: bool,
    /// The view ends where the message ends.
    pub(crate) last: bool,
}

impl Part {
    /// The whole message.
    pub(crate) const WHOLE: Self = Self { from: 0, to: usize::MAX, first: true, last: true };

    /// Whether what starts at this byte of the view belongs to the part.
    pub(crate) fn has(self, start: usize) -> bool {
        (self.from..self.to).contains(&start)
    }
}

impl Judged {
    pub(crate) fn kind(&self) -> FindingKind {
        if self.solicited { FindingKind::Solicitation } else { FindingKind::Disclosure }
    }

    /// What a custom detector found.
    pub(crate) fn custom(span: ViewSpan, entity: Entity) -> Self {
        Self { span, entity, evidence: Evidence::default(), part: false, solicited: false, expiry: false }
    }
}

impl Verdict {
    /// What the message could be an answer to, in words.
    pub(crate) fn expected_words(&self) -> Vec<String> {
        let mut words: Vec<String> = expected_words(self.expected.asked)
            .into_iter()
            .map(|w| format!("{w} (asked for by the other side)"))
            .collect();
        words.extend(
            expected_words(self.expected.announced).into_iter().map(|w| format!("{w} (announced by the same speaker)")),
        );
        words
    }
}

/// The reason in words.
impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cue(cue) => write!(f, "the text says \"{cue}\""),
            Self::Shape(shape) => write!(f, "its shape is that of: {shape}"),
            Self::Asked(topic) => write!(f, "the other side asked for: {}", topic_words(*topic)),
            Self::Nothing => f.write_str("nothing says that it is a secret"),
        }
    }
}
/// Overlapping findings become one which covers the bytes of both, so that none leaks because another won; the stricter
/// action names it. Sorted by their start; solicitations, which hide nothing, stand among them untouched.
pub(crate) fn merge_overlaps<A: Ord>(mut found: Vec<Judged>, action: &dyn Fn(&Judged) -> A) -> Vec<Judged> {
    found.sort_by_key(|f| (f.span.start, f.span.end, f.solicited));
    let mut merged: Vec<Judged> = Vec::with_capacity(found.len());
    let mut last: Option<usize> = None;
    for next in found {
        if next.solicited {
            merged.push(next);
            continue;
        }
        match last.filter(|&i| next.span.start < merged[i].span.end) {
            Some(i) => {
                let before = merged[i];
                let winner = if action(&next) > action(&before) { next } else { before };
                let span = ViewSpan::new(before.span.start, before.span.end.max(next.span.end));
                merged[i] = Judged { span, part: before.part && next.part, ..winner };
            }
            None => {
                last = Some(merged.len());
                merged.push(next);
            }
        }
    }
    merged
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What matters to the verdict.
    Usual,
    /// Also why numbers were let through.
    Reasons,
    /// Everything, even where a quick look shows that there is nothing.
    #[cfg(any(test, feature = "laws"))]
    Everything,
}

/// Judges a message in its conversation, which has begun the turn and then remembers the message.
pub(crate) fn judge(
    page: &Page<'_>,
    conversation: &mut Conversation,
    expected: Expected,
    message: &Message<'_>,
    depth: Depth,
) -> Verdict {
    let (verdict, said) = judge_part(page, conversation, expected, message, depth, Part::WHOLE);
    conversation.end(message.role, &said);
    verdict
}

/// Judges a part of a message for which the conversation was begun with `expected`. What all parts have said together
/// ends the turn. Of the message only the speaker and the id are asked for.
pub(crate) fn judge_part(
    page: &Page<'_>,
    conversation: &mut Conversation,
    expected: Expected,
    message: &Message<'_>,
    depth: Depth,
    part: Part,
) -> (Verdict, Said) {
    let (role, id) = (message.role, message.id);
    if matches!(depth, Depth::Usual | Depth::Reasons) && holds_nothing(page, expected) {
        let (said, _) = ask::requests(&page.reading, role, part);
        return (Verdict { expected, until: part.to, ..Verdict::default() }, said);
    }
    let candidates = Docket::of(page);
    let mut court = Court {
        page,
        reading: &page.reading,
        expected,
        claimed: SmallVec::from_elem(false, page.reading.tokens.len()),
        spent: Spent::new(&page.reading),
        masked: page.reading.masked,
        verdict: Verdict { expected, ..Verdict::default() },
        loose: SmallVec::new(),
        explains: depth == Depth::Reasons,
        card_found: false,
        bare: OnceCell::new(),
        piece: OnceCell::new(),
        assigns: OnceCell::new(),
    };
    court.heed_masks();
    court.by_form(&candidates);
    court.after_cards();
    court.by_cue(&candidates);
    court.codes(&candidates);
    court.answers(role);
    let part = court.settle(part);
    let moved = court.pieces(conversation.side(role), id);
    let (mut said, requests) = ask::requests(&page.reading, role, part);
    for found in court.verdict.found.iter().filter(|f| !f.solicited && !f.part) {
        said.gives = match found.entity {
            Entity::SecurityCode => said.gives.with(Topic::SecurityCode),
            Entity::SocialSecurity => said.gives.with(Topic::SocialSecurity),
            Entity::OneTimePasscode => said.gives.with(Topic::OneTimePasscode),
            Entity::Pin => said.gives.with(Topic::Pin),
            Entity::Account => said.gives.with(Topic::Account),
            _ => said.gives,
        };
    }
    said.gives_card = court.verdict.found.iter().any(|f| f.entity == Entity::Card && !f.solicited && !f.part);
    said.gives_code = court.verdict.found.iter().any(|f| f.entity == Entity::SecurityCode);
    said.answers = !court.verdict.found.is_empty() || court.masked;
    said.answers_question = court.masked || court.verdict.found.iter().any(|f| f.evidence.asked && !f.evidence.piece);
    said.gives_piece = moved;
    if role.serves() {
        court.solicitations(&requests);
    }
    let mut verdict = court.verdict;
    verdict.until = part.to;
    verdict.found.sort_by_key(|f| (f.span.start, f.span.end));
    (verdict, said)
}

/// Whether there is no number, no mask, no word for a secret, and no wait for one: nothing to be found.
fn holds_nothing(page: &Page<'_>, expected: Expected) -> bool {
    let reading = &page.reading;
    // Passwords in addresses and in options of commands stand behind a colon.
    reading.digits == 0
        && !reading.mentions_secrets()
        && !reading.has_mark(b':')
        && !reading.masked
        && !expected.all().has(Topic::Password)
}

struct Court<'p, 'v> {
    page: &'p Page<'v>,
    reading: &'p Reading<'v>,
    expected: Expected,
    /// Tokens that belong to a finding.
    claimed: SmallVec<[bool; 64]>,
    spent: Spent,
    /// The message holds what redaction left.
    masked: bool,
    verdict: Verdict,
    /// Numbers which may be pieces: those of which nothing says what they are, and (`false`) those said to be the last
    /// digits, which are pieces only where they complete a secret.
    loose: SmallVec<[(Number, bool); 4]>,
    /// Whether to tell why numbers are let through.
    explains: bool,
    /// Whether a card was found.
    card_found: bool,
    /// What is asked of the whole message for each of its numbers.
    bare: OnceCell<bool>,
    piece: OnceCell<bool>,
    assigns: OnceCell<bool>,
}

/// Candidates whose first token is `first`, of a list sorted by nothing: small lists, short texts.
impl Court<'_, '_> {
    fn is_free(&self, first: usize, last: usize) -> bool {
        !self.claimed[first..=last].iter().any(|claimed| *claimed)
    }

    fn find(&mut self, candidate: &Candidate, evidence: Evidence) {
        self.find_part(candidate, evidence, false);
    }

    fn find_part(&mut self, candidate: &Candidate, evidence: Evidence, part: bool) {
        for claimed in &mut self.claimed[candidate.first..=candidate.last] {
            *claimed = true;
        }
        self.card_found |= candidate.entity == Entity::Card;
        let span = self.reading.span(candidate.first, candidate.last);
        self.verdict.found.push(Judged {
            span,
            entity: candidate.entity,
            evidence,
            part,
            solicited: false,
            expiry: false,
        });
    }

    fn pass(&mut self, number: &Number, why: Why) {
        if !self.explains {
            return;
        }
        let span = self.reading.span(number.first, number.last);
        self.verdict.passed.push(Passed { span, digits: number.digits, why });
    }

    /// What redaction left is the value of the cue that governs it and the answer to the question that was asked, so
    /// that a redacted text comes through as it is.
    fn heed_masks(&mut self) {
        if !self.masked {
            return;
        }
        for at in 0..self.reading.tokens.len() {
            if self.reading.tokens[at].kind == Kind::Masked {
                let fits = |topic: Topic| topic.is_secret() || topic == Topic::Partial;
                if let Some(found) = governor(self.reading, at, at, &self.spent, &fits) {
                    self.spent.spend(found.hit);
                }
            }
        }
        self.expected = Expected::default();
    }

    /// What is decided by form.
    fn by_form(&mut self, candidates: &Docket) {
        for candidate in candidates.iter() {
            if candidate.claim == Claim::Possible && candidate.entity != Entity::Card
                || !self.is_free(candidate.first, candidate.last)
            {
                continue;
            }
            let digits = usize::from(candidate.evidence.digits);
            let card = candidate.entity == Entity::Card;
            let fits = |topic: Topic| candidate.topics.contains(&topic) || harmless_fits(topic, digits);
            let governor = if candidate.entity == Entity::Password {
                None
            } else {
                governor(self.reading, candidate.first, candidate.last, &self.spent, &fits)
            };
            let harmless = governor.is_some_and(|g| !g.cue.topic.is_secret() && g.cost <= if card { 4 } else { 2 });
            let said = governor.filter(|g| g.cue.topic.is_secret());
            let asked = candidate.topics.iter().any(|t| self.expected.all().has(*t));
            let stands = match candidate.claim {
                Claim::Certain if card => true,
                Claim::Certain => {
                    !(harmless && candidate.entity == Entity::SocialSecurity && governor.is_some_and(|g| g.cost == 0))
                }
                Claim::Probable => !harmless,
                Claim::Possible => {
                    let named = said.is_some_and(|g| g.cost <= if candidate.evidence.mistyped { 6 } else { 10 })
                        || self.reading.mentions(Topic::Card) && !candidate.evidence.mistyped;
                    !harmless && (named || asked)
                }
            };
            if !stands {
                continue;
            }
            if let Some(governor) = said {
                self.spent.spend(governor.hit);
            }
            let cue = said.map(|g| g.cue.name).or(candidate.evidence.cue);
            let asked = cue.is_none() && candidate.topics.iter().any(|t| self.expected.asked.has(*t));
            self.find(candidate, Evidence { cue, asked, ..candidate.evidence });
        }
    }

    /// Security codes that stand unlabelled after a card.
    fn after_cards(&mut self) {
        let cards: SmallVec<[(usize, usize); 4]> = self
            .verdict
            .found
            .iter()
            .filter(|f| f.entity == Entity::Card)
            .map(|f| {
                let last = self.reading.tokens.partition_point(|t| (t.end as usize) < f.span.end);
                let code = if f.evidence.brand == Some("American Express") { 4 } else { 3 };
                (last, code)
            })
            .collect();
        for (last, digits) in cards {
            if let Some((first, last)) = card::expiry_after(self.page, last) {
                let span = self.reading.span(first, last);
                let evidence = Evidence { cue: Some("expiry of a card"), ..Evidence::default() };
                self.verdict.found.push(Judged {
                    span,
                    entity: Entity::Card,
                    evidence,
                    part: true,
                    solicited: false,
                    expiry: true,
                });
            }
            if let Some(number) = security_code::after_card(self.page, last, digits)
                && self.is_free(number.first, number.last)
            {
                let candidate = security_code::candidate(self.page, &number);
                self.find(&candidate, Evidence { cue: Some("card before it"), ..candidate.evidence });
            }
        }
    }

    /// Numbers, by the cue that governs them or by what was asked.
    fn by_cue(&mut self, candidates: &Docket) {
        let page = self.page;
        let mut previous: Option<(Number, Governor)> = None;
        let joined = joined_numbers(page);
        let mut skip_until = 0;
        for number in joined.iter() {
            if number.first < skip_until {
                continue;
            }
            if !self.is_free(number.first, number.last) {
                previous = None;
                continue;
            }
            if let Shape::Harmless(what) = number.shape {
                self.pass(number, Why::Shape(what));
                continue;
            }
            let fits = |topic: Topic| secret_fits(topic, number) || harmless_fits(topic, number.digits);
            let start = if number.attached { self.reading.chunk_start(number.first) } else { number.first };
            let mut governor = governor(self.reading, start, number.last, &self.spent, &fits);
            // Told in one breath with the number before: "orders 1, 2 and 3".
            if let Some((before, inherited)) = previous {
                let near = governor.is_none_or(|g| g.cost > 1 && !g.after);
                if near
                    && govern::in_one_breath(self.reading, &before, number)
                    && fits(inherited.cue.topic)
                    && before.digits.abs_diff(number.digits) <= 2
                {
                    governor = Some(inherited);
                }
            }
            if let Some(found) = governor.filter(|g| self.is_governed(number, g)) {
                previous = Some((*number, found));
                if found.cost <= 3 || found.after {
                    self.spent.spend(found.hit);
                }
                if found.cue.topic.is_secret()
                    && let Some(entity) = self.entity(number, &found)
                {
                    let candidate = self.candidate(candidates, number, entity);
                    self.find(&candidate, Evidence { cue: Some(found.cue.name), ..candidate.evidence });
                    skip_until = candidate.last + 1;
                    continue;
                }
                if found.cue.name == "first digits" || found.cue.topic == Topic::Quantity && number.digits >= 3 {
                    self.loose.push((*number, true));
                } else if found.cue.topic == Topic::Partial {
                    self.loose.push((*number, false));
                } else {
                    self.pass(number, Why::Cue(found.cue.name));
                }
                continue;
            }
            previous = None;
            if self.is_to_be_used(number) {
                let candidate = self.candidate(candidates, number, Entity::OneTimePasscode);
                self.find(&candidate, Evidence { cue: Some("use it to sign in"), ..candidate.evidence });
                continue;
            }
            if self.is_on_card_face(number) {
                let candidate = self.candidate(candidates, number, Entity::SecurityCode);
                self.find(&candidate, Evidence { cue: Some("on the card"), ..candidate.evidence });
                continue;
            }
            if let Shape::Likely(what) = number.shape {
                if what != "year" && !(what == "phone" && self.is_bare()) {
                    self.pass(number, Why::Shape(what));
                    continue;
                }
                if what == "phone" && number.digits != 9 || what == "quantity" {
                    self.pass(number, Why::Shape(what));
                    continue;
                }
            }
            if let Some((entity, announced)) = self.expected_entity(number) {
                let candidate = self.candidate(candidates, number, entity);
                let evidence = Evidence { asked: !announced, announced, ..candidate.evidence };
                self.find(&candidate, evidence);
                skip_until = candidate.last + 1;
                continue;
            }
            self.loose.push((*number, true));
        }
    }

    /// Whether the claim of a cue is strong enough for the shape of the number.
    fn is_governed(&self, number: &Number, governor: &Governor) -> bool {
        let topic = governor.cue.topic;
        if !topic.is_secret() {
            return true;
        }
        if let Shape::Likely(what) = number.shape {
            let near = match what {
                "phone" => governor.cost <= 1 && topic != Topic::Code,
                "quantity" => false,
                "time" | "sender" => governor.copula && governor.cost <= 1,
                "last digits" => governor.cost <= 1 && !matches!(topic, Topic::Account | Topic::Card),
                "year" => governor.cost <= 1 || governor.copula && governor.cost <= 4,
                _ => governor.cost <= 2,
            };
            if !near {
                return false;
            }
        }
        if number.attached && topic != Topic::OneTimePasscode && topic != Topic::Code {
            return governor.cost == 0;
        }
        match topic {
            // "account" and "card" are said of everything; a number near them need not be theirs.
            Topic::Account => governor.cost <= if governor.copula { 6 } else { 4 },
            Topic::Pin if number.digits == 3 => {
                governor.cost == 0
                    && (governor.copula || governor.after || self.reading.cues[governor.hit].last + 1 == number.first)
            }
            Topic::Pin if number.digits > 8 => governor.cost <= 2,
            Topic::Password => governor.cost <= 2 && number.digits >= 4,
            Topic::Code
                if matches!(governor.cue.name, "code" | "código")
                    && (self.is_error_code(number) || self.is_said_by_program(governor)) =>
            {
                false
            }
            Topic::Code if matches!(governor.cue.name, "security code" | "código de seguridad") => true,
            Topic::Code if governor.cue.name == "authorization code" => self.was_sent(),
            Topic::Code if number.digits == 3 => self.speaks_of_cards() && governor.cost <= 4,
            _ => true,
        }
    }

    /// Something was sent: a passcode, not the number of a payment.
    fn was_sent(&self) -> bool {
        self.reading.does(Does::SENT)
            || self.expected.asked.has(Topic::OneTimePasscode)
            || self.expected.asked.has(Topic::Code)
    }

    /// "(code 4012)", "code 1043: not eligible": what a program says of itself.
    fn is_error_code(&self, number: &Number) -> bool {
        let tokens = &self.reading.tokens;
        let before = tokens[number.first.saturating_sub(4)..number.first].iter().any(|t| t.is(b'('));
        let closed = tokens.get(number.last + 1).is_some_and(|t| t.is(b')'));
        let explained = tokens.get(number.last + 1).is_some_and(|t| t.is(b':'))
            && tokens.get(number.last + 2).is_some_and(|t| t.kind == Kind::Word);
        before && closed || explained
    }

    /// "It says code 918204", "status=401 code=40113": an error, unless a passcode is expected.
    fn is_said_by_program(&self, governor: &Governor) -> bool {
        let tokens = &self.reading.tokens;
        let hit = &self.reading.cues[governor.hit];
        if self.expected.asked.has(Topic::Code) || self.expected.asked.has(Topic::OneTimePasscode) || governor.after {
            return false;
        }
        let assigned = |i: usize| i > 0 && tokens[i].is(b'=') && tokens[i - 1].is_text();
        let assigns = self.assigns.get_or_init(|| (0..tokens.len()).filter(|i| assigned(*i)).take(3).count() == 3);
        let verb = tokens[hit.first.saturating_sub(3)..hit.first].iter().any(|t| {
            [
                "says", "said", "gives", "gave", "throws", "returns", "returned", "tira", "arroja", "marca", "sale",
                "dice", "failed", "fails", "error", "declined", "with",
            ]
            .iter()
            .any(|w| self.reading.is_word(t, w.as_bytes()))
        });
        *assigns || verb && !governor.copula
    }

    fn speaks_of_cards(&self) -> bool {
        self.reading.mentions(Topic::Card)
            || self.reading.mentions(Topic::SecurityCode)
            || self.expected.all().has(Topic::SecurityCode)
            || self.expected.all().has(Topic::Card)
            || self.card_found
    }

    /// The entity that a governed number is.
    fn entity(&self, number: &Number, governor: &Governor) -> Option<Entity> {
        Some(match governor.cue.topic {
            Topic::SecurityCode => Entity::SecurityCode,
            Topic::SocialSecurity => Entity::SocialSecurity,
            Topic::OneTimePasscode => Entity::OneTimePasscode,
            Topic::Pin => Entity::Pin,
            Topic::Account => Entity::Account,
            Topic::Password => Entity::Password,
            Topic::Code
                if number.digits <= 4
                    && (self.speaks_of_cards() || governor.cue.name != "code" && governor.cue.name != "código") =>
            {
                Entity::SecurityCode
            }
            Topic::Code if number.digits >= 4 => Entity::OneTimePasscode,
            _ => return None,
        })
    }

    /// The candidate of the number for that entity, with what its detector knows of it.
    fn candidate(&self, candidates: &Docket, number: &Number, entity: Entity) -> Candidate {
        candidates
            .covering(entity, number.first, number.last)
            .find(|c| self.is_free(c.first, c.last))
            .copied()
            .unwrap_or_else(|| self.bare_candidate(number, entity))
    }

    /// The candidate of a number that no detector has anything to say about.
    fn bare_candidate(&self, number: &Number, entity: Entity) -> Candidate {
        Candidate {
            first: number.first,
            last: number.last,
            entity,
            claim: Claim::Possible,
            topics: &[],
            evidence: Evidence {
                disguised: self.page.is_disguised(number.first, number.last),
                digits: u8::try_from(number.digits).unwrap_or(u8::MAX),
                ..Evidence::default()
            },
        }
    }

    /// "Use 436008 to sign in": how senders word a passcode.
    fn is_to_be_used(&self, number: &Number) -> bool {
        let is = |at: usize, words: &[&str]| {
            self.reading.token(at).is_some_and(|t| words.iter().any(|w| self.reading.is_word(t, w.as_bytes())))
        };
        let before = number
            .first
            .checked_sub(1)
            .is_some_and(|at| is(at, &["use", "enter", "usa", "use", "ingresa", "ingrese", "utiliza", "utilice"]));
        let next = number.last + 1;
        (4..=8).contains(&number.digits)
            && before
            && is(next, &["to", "para", "as", "como"])
            && is(
                next + 1,
                &[
                    "sign",
                    "log",
                    "login",
                    "verify",
                    "access",
                    "authenticate",
                    "confirm",
                    "complete",
                    "finish",
                    "reset",
                    "iniciar",
                    "verificar",
                    "entrar",
                    "acceder",
                    "confirmar",
                    "ingresar",
                    "your",
                    "tu",
                    "su",
                ],
            )
    }

    /// "The four digits above the number on the front of my Amex are 7719": face and digits in the same sentence.
    fn is_on_card_face(&self, number: &Number) -> bool {
        if !matches!(number.digits, 3 | 4) || number.shape != Shape::Bare || number.attached {
            return false;
        }
        let tokens = &self.reading.tokens;
        let from = (number.first.saturating_sub(24)..number.first)
            .rev()
            .find(|&i| self.reading.ends_sentence(i) || tokens[i].kind == Kind::Newline)
            .map_or(number.first.saturating_sub(24), |i| i + 1);
        let until = (number.last + 1..tokens.len().min(number.last + 20))
            .find(|&i| self.reading.ends_sentence(i) || tokens[i].kind == Kind::Newline)
            .unwrap_or(tokens.len().min(number.last + 20));
        let around = || tokens[from..number.first].iter().chain(&tokens[number.last + 1..until]);
        let face = around().any(|t| t.does(Does::FACE) && t.kind == Kind::Word);
        let digits = around().any(|t| {
            t.does(Does::DIGITS)
                || self.reading.hit(t).is_some_and(|h| matches!(h.cue.topic, Topic::Code | Topic::SecurityCode))
        });
        // "The back says 123."
        let says = number.first >= 2
            && tokens[number.first - 1].does(Does::COPULA)
            && tokens[number.first - 2].does(Does::FACE)
            && tokens[number.first - 2].kind == Kind::Word;
        says && number.digits == 3
            || face
                && digits
                && around().any(|t| {
                    self.reading
                        .hit(t)
                        .is_some_and(|h| matches!(h.cue.topic, Topic::Card | Topic::SecurityCode | Topic::Code))
                })
    }

    /// Whether the message is little more than a number: digits and everyday words.
    fn is_bare(&self) -> bool {
        *self.bare.get_or_init(|| {
            let talk = Does::FILLER.and(Does::GLUE).and(Does::PIECE);
            self.reading.tokens.iter().filter(|t| t.is_text() && !t.does(talk)).take(2).count() <= 1
        })
    }

    /// The secret that this number is, because it was asked for or announced.
    fn expected_entity(&self, number: &Number) -> Option<(Entity, bool)> {
        if number.attached && !(one_time_passcode::has_prefix(self.reading, number.first) && number.digits >= 5) {
            return None;
        }
        let harmless = self.harmless_asked(number);
        // After a card often comes its code: "4111...", "04/27", "123".
        if self.expected.after_card && number.digits == 3 && harmless.is_none() && self.is_bare() {
            return Some((Entity::SecurityCode, true));
        }
        // In a longer message a number before a noun counts something: "1204 correos".
        let counts = !self.is_bare()
            && self.reading.token(number.last + 1).is_some_and(|t| {
                t.kind == Kind::Word
                    && (t.word == 0 || !t.does(Does::COMMON) && self.reading.bytes(t).ends_with(b"s"))
                    && t.len() > 3
                    && t.spaced
                    && self.reading.text[t.start as usize].is_ascii_lowercase()
            });
        if counts || self.expected.answered && !self.is_bare() {
            return None;
        }
        let gave = if self.corrects() { self.expected.gave } else { Topics::NONE };
        for (topics, announced) in [(self.expected.asked, false), (self.expected.announced, true), (gave, true)] {
            if announced && !self.is_bare() {
                continue;
            }
            for topic in [
                Topic::SocialSecurity,
                Topic::SecurityCode,
                Topic::OneTimePasscode,
                Topic::Pin,
                Topic::Account,
                Topic::Code,
                Topic::Password,
                Topic::Card,
            ] {
                if !topics.has(topic) || !secret_fits(topic, number) {
                    continue;
                }
                // Where both were asked for, the shape tells: five digits are the ZIP.
                let clear = match harmless {
                    Some(Topic::Zip) => number.digits != 5 && number.digits != 9,
                    Some(Topic::Time) => !matches!(number.shape, Shape::Likely("year")),
                    Some(Topic::Partial) => true,
                    Some(Topic::Phone) => number.digits < 10,
                    _ => true,
                };
                if !clear {
                    continue;
                }
                let entity = match topic {
                    Topic::Code
                        if number.digits <= 4 && (topics.has(Topic::SecurityCode) || topics.has(Topic::Card)) =>
                    {
                        Entity::SecurityCode
                    }
                    Topic::Code if number.digits == 3 => continue,
                    Topic::Code | Topic::OneTimePasscode => Entity::OneTimePasscode,
                    Topic::SocialSecurity => Entity::SocialSecurity,
                    Topic::SecurityCode => Entity::SecurityCode,
                    Topic::Pin if number.digits < 4 => continue,
                    Topic::Pin => Entity::Pin,
                    Topic::Account => Entity::Account,
                    Topic::Password if self.is_bare() && number.groups == 1 && harmless.is_none() => Entity::Password,
                    _ => continue,
                };
                return Some((entity, announced));
            }
        }
        None
    }

    /// The harmless topic that was asked for and that this number answers.
    fn harmless_asked(&self, number: &Number) -> Option<Topic> {
        self.expected.asked.iter().find(|&topic| {
            !topic.is_secret()
                && match topic {
                    Topic::Zip => matches!(number.digits, 4..=6 | 9),
                    Topic::Partial => matches!(number.digits, 3..=6),
                    Topic::Time => number.digits <= 8,
                    Topic::Phone => (7..=15).contains(&number.digits),
                    Topic::Place => number.digits <= 5,
                    Topic::Quantity | Topic::Login => false,
                    _ => true,
                }
        })
    }

    /// Passcodes of letters and digits, by cue or question.
    fn codes(&mut self, candidates: &Docket) {
        for candidate in candidates.iter().filter(|c| c.entity == Entity::OneTimePasscode && c.evidence.digits == 0) {
            if !self.is_free(candidate.first, candidate.last) {
                continue;
            }
            let fits = |topic: Topic| matches!(topic, Topic::OneTimePasscode | Topic::Code) || !topic.is_secret();
            let governor = governor(self.reading, candidate.first, candidate.last, &self.spent, &fits);
            match governor {
                Some(g) if g.cue.topic.is_secret() => {
                    let enough = match g.cue.topic {
                        Topic::Code if g.cue.name != "code" && g.cue.name != "código" => self.was_sent(),
                        Topic::Code => (g.copula || self.was_sent()) && g.cost <= 3,
                        _ => g.cost <= if g.copula { 9 } else { 6 },
                    };
                    if enough && !g.cue.name.starts_with("security code") {
                        self.spent.spend(g.hit);
                        self.find(candidate, Evidence { cue: Some(g.cue.name), ..candidate.evidence });
                    }
                }
                Some(_) => {}
                None => {
                    let asked = self.expected.asked.has(Topic::OneTimePasscode) || self.expected.asked.has(Topic::Code);
                    let other = self.expected.asked.iter().any(|t| matches!(t, Topic::Reference | Topic::Device));
                    if asked && !other {
                        self.find(candidate, Evidence { asked: true, ..candidate.evidence });
                    }
                }
            }
        }
    }

    /// The answer to a question for a password.
    fn answers(&mut self, role: Role) {
        for (topics, asked) in [(self.expected.asked, true), (self.expected.announced, false)] {
            if !topics.has(Topic::Password) || self.verdict.found.iter().any(|f| f.entity == Entity::Password) {
                continue;
            }
            if let Some((first, last)) =
                answer::password(self.reading, !role.serves(), self.expected.asked.has(Topic::Login))
                && self.is_free(first, last)
            {
                let candidate = crate::detect::password::candidate(first, last, Claim::Possible, "password");
                self.find(&candidate, Evidence { asked, announced: !asked, ..Evidence::default() });
            }
        }
    }

    /// Forgets what is found outside the part, which reaches as far as what is found in it.
    fn settle(&mut self, part: Part) -> Part {
        // What starts before the part and reaches into it is the business of whoever cut there.
        self.verdict.found.retain(|f| f.span.end > part.from && f.span.start < part.to);
        let reach = self.verdict.found.iter().map(|f| f.span.end).max().unwrap_or(0);
        let part = Part { to: part.to.max(reach), ..part };
        let reading = self.reading;
        self.loose.retain(|(number, _)| part.has(reading.tokens[number.first].start as usize));
        self.verdict.passed.retain(|passed| part.has(passed.span.start));
        part
    }

    /// Numbers given in pieces. Tells whether there was one.
    fn pieces(&mut self, side: &mut conversation::Side, id: Option<MessageId>) -> bool {
        let expected = self.expected.all();
        let loose = std::mem::take(&mut self.loose);
        // Pieces of this very message, to be masked with the one that completes them.
        let mut here: SmallVec<[Number; 4]> = SmallVec::new();
        let mut moved = false;
        for (number, free) in &loose {
            let Some(digits) = Digits::of(self.reading, number.first, number.last) else { continue };
            let digits = digits.get();
            if number.attached || !(1..=15).contains(&digits.len()) {
                self.pass(number, Why::Nothing);
                continue;
            }
            // A passcode in pieces: each is masked as it comes.
            let code = expected.has(Topic::OneTimePasscode) || expected.has(Topic::Code) && !expected.has(Topic::Card);
            let short = digits.len() == 3 || digits.len() == 2 && self.says_piece();
            let pin = (expected.has(Topic::Pin) || expected.has(Topic::SecurityCode) && digits.len() <= 2)
                && digits.len() <= 3
                && self.reading.tokens.iter().all(|t| !t.is_text());
            if pin && self.harmless_asked(number).is_none() {
                let candidate = self.bare_candidate(number, Entity::Pin);
                self.find_part(&candidate, Evidence { asked: true, piece: true, ..candidate.evidence }, true);
                continue;
            }
            if code && short && self.is_bare() && self.harmless_asked(number).is_none() {
                let candidate = self.bare_candidate(number, Entity::OneTimePasscode);
                self.find_part(&candidate, Evidence { asked: true, piece: true, ..candidate.evidence }, true);
                continue;
            }
            let harmless = self.harmless_asked(number);
            let doubtful = !free || harmless.is_some();
            let mut next = side.pieces;
            let step = next.push(digits);
            if doubtful && !matches!(step, Step::Complete { mistyped: false, .. }) {
                self.pass(number, harmless.map_or(Why::Nothing, Why::Asked));
                continue;
            }
            side.pieces = next;
            match step {
                Step::Complete { whole, mistyped } => {
                    let entity = whole.entity();
                    self.verdict.halves.push(Half::Last);
                    here.push(*number);
                    for part in here.drain(..) {
                        if self.is_free(part.first, part.last) {
                            let candidate = self.bare_candidate(&part, entity);
                            self.find_part(&candidate, Evidence { piece: true, mistyped, ..candidate.evidence }, true);
                        }
                    }
                    self.verdict.recall.extend(side.pieces.messages().filter(|m| Some(*m) != id));
                    moved = true;
                    if whole == Whole::Account {
                        continue;
                    }
                    side.pieces = Pieces::default();
                }
                Step::More => {
                    here.push(*number);
                    moved = true;
                    side.pieces.remember(id);
                    self.verdict.halves.push(Half::Next(self.half(number, side.pieces.whole())));
                    if side.pieces.whole() == Whole::SocialSecurity
                        && side.pieces.digits() >= 5
                        && side.pieces.is_named()
                    {
                        self.mask_piece(number, Entity::SocialSecurity);
                    }
                }
                Step::Unfit => {
                    here.clear();
                    if let Some(start) = self.first_piece(number, digits) {
                        side.pieces = start;
                        side.pieces.remember(id);
                        self.verdict.halves.push(Half::First(self.half(number, start.whole())));
                        moved = true;
                        here.push(*number);
                        let masked = match start.whole() {
                            // Unmistakable already.
                            Whole::SocialSecurity => start.is_named() && digits.len() >= 5,
                            Whole::Card => digits.len() >= 8 && start.is_named(),
                            _ => false,
                        };
                        if masked {
                            self.mask_piece(number, start.whole().entity());
                        }
                    }
                    self.pass(number, Why::Nothing);
                }
            }
        }
        moved
    }

    /// A number as the piece of a whole that it may turn out to be.
    fn half(&self, number: &Number, whole: Whole) -> Judged {
        let evidence = Evidence { piece: true, ..Evidence::default() };
        let span = self.reading.span(number.first, number.last);
        Judged { span, entity: whole.entity(), evidence, part: true, solicited: false, expiry: false }
    }

    fn mask_piece(&mut self, number: &Number, entity: Entity) {
        let candidate = self.bare_candidate(number, entity);
        self.find_part(&candidate, Evidence { piece: true, ..candidate.evidence }, true);
    }

    /// Whether a number may be the first piece of a secret.
    fn first_piece(&self, number: &Number, digits: &[u8]) -> Option<Pieces> {
        let expected = self.expected.all();
        if !matches!(number.shape, Shape::Bare | Shape::Likely("year" | "phone")) {
            return None;
        }
        let bare = self.is_bare();
        let lens: SmallVec<[usize; 16]> = (number.first..=number.last)
            .filter(|&i| self.reading.tokens[i].kind == Kind::Digits)
            .map(|i| self.reading.tokens[i].len())
            .collect();
        let named = |topic: Topic| {
            let fits = |t: Topic| t == topic || harmless_fits(t, number.digits) && t != Topic::Partial;
            governor(self.reading, number.first, number.last, &self.spent, &fits)
                .is_some_and(|g| g.cue.topic == topic && g.cost <= 4)
        };
        let social = expected.has(Topic::SocialSecurity) || named(Topic::SocialSecurity);
        if (social || *lens == [3, 2] && (bare || self.says_piece()))
            && matches!(digits.len(), 2..=8)
            && !(digits.len() == 4 && *lens == [4])
        {
            return Some(Pieces::start(Whole::SocialSecurity, social, digits));
        }
        let card = expected.has(Topic::Card) || named(Topic::Card);
        if expected.has(Topic::Account) && !card && (2..=5).contains(&digits.len()) && bare {
            return Some(Pieces::start(Whole::Account, true, digits));
        }
        let start = Pieces::start(Whole::Card, card, digits);
        let may_be = crate::detect::brands::possible_lengths(digits) != 0;
        let about_cards = self.reading.mentions(Topic::Card) && !self.card_found;
        // The beginning of a card as printed.
        let printed = digits.len() >= 8 && (*lens == [4, 6] || *lens == [4, 4] || *lens == [4, 4, 4]);
        let told = printed || bare || self.says_piece() || card || about_cards;
        (may_be && told && digits.len() >= 2 && (card || digits.len() >= 4)).then_some(start)
    }

    /// "first half", "starts with", "then", "the rest".
    fn says_piece(&self) -> bool {
        *self.piece.get_or_init(|| {
            self.reading.any_word(
                0,
                self.reading.tokens.len(),
                words![
                    "first",
                    "starts",
                    "start",
                    "begins",
                    "half",
                    "part",
                    "then",
                    "next",
                    "rest",
                    "second",
                    "primera",
                    "primeros",
                    "parte",
                    "mitad",
                    "empieza",
                    "sigue",
                    "luego",
                    "resto",
                    "bits",
                    "bit",
                    "parts",
                    "pieces",
                    "partes",
                    "pedazos",
                    "trozos",
                    "remaining",
                    "faltan",
                    "faltaba",
                    "demas",
                ],
            )
        })
    }

    /// "Sorry, 4812", "no wait, 132", "try 132".
    fn corrects(&self) -> bool {
        self.reading.tokens.iter().take(6).any(|t| {
            [
                "sorry",
                "wait",
                "oops",
                "no",
                "try",
                "actually",
                "mean",
                "correction",
                "perdon",
                "digo",
                "espera",
                "mejor",
                "prueba",
                "intenta",
            ]
            .iter()
            .any(|w| self.reading.is_word(t, w.as_bytes()))
        })
    }

    /// An agent or a bot asks for what must never be asked for in chat.
    fn solicitations(&mut self, requests: &[ask::Request]) {
        for request in requests {
            let entity = match request.topic {
                Topic::Card => Entity::Card,
                Topic::SecurityCode => Entity::SecurityCode,
                Topic::SocialSecurity => Entity::SocialSecurity,
                Topic::OneTimePasscode => Entity::OneTimePasscode,
                Topic::Password => Entity::Password,
                Topic::Pin => Entity::Pin,
                _ => continue,
            };
            let hit = &self.reading.cues[request.hit];
            if request.topic == Topic::Card && !names_a_number(self.reading, hit.first, hit.last) {
                continue;
            }
            let span = self.reading.span(hit.first, hit.last);
            let evidence = Evidence { cue: Some(hit.cue.name), ..Evidence::default() };
            self.verdict.found.push(Judged { span, entity, evidence, part: false, solicited: true, expiry: false });
        }
    }
}

/// "card number", not "card" alone: "which card is this about?" is no solicitation.
fn names_a_number(reading: &Reading<'_>, first: usize, last: usize) -> bool {
    reading.tokens[first..=last].iter().any(|t| {
        ["number", "num", "numero", "no", "nro", "digits", "pan", "full", "digitos", "#"]
            .iter()
            .any(|w| reading.is_word(t, w.as_bytes()))
    })
}

/// Whether a number of this many digits can be what a secret cue says.
fn secret_fits(topic: Topic, number: &Number) -> bool {
    match topic {
        Topic::Card => (12..=19).contains(&number.digits),
        Topic::SecurityCode => matches!(number.digits, 3 | 4) && number.groups <= 4,
        Topic::SocialSecurity => number.digits == 9,
        Topic::OneTimePasscode => (4..=8).contains(&number.digits),
        Topic::Code => (3..=8).contains(&number.digits),
        Topic::Pin => (3..=12).contains(&number.digits),
        Topic::Account => (6..=24).contains(&number.digits),
        Topic::Password => number.digits >= 4 && number.groups == 1,
        _ => false,
    }
}

/// Whether a number of so many digits can be what a harmless cue says.
fn harmless_fits(topic: Topic, digits: usize) -> bool {
    match topic {
        Topic::Partial => digits <= 6,
        Topic::Zip => digits <= 9,
        Topic::Phone => (3..=15).contains(&digits),
        Topic::Time => digits <= 14,
        Topic::Amount => digits <= 10,
        Topic::Quantity => digits <= 7,
        Topic::Place => digits <= 6,
        Topic::Login => true,
        Topic::Reference | Topic::Device => true,
        _ => false,
    }
}

/// The numbers, with those joined that are told with commas between: "seven four oh, one nine two".
fn joined_numbers(page: &Page<'_>) -> Numbers {
    let numbers = &page.numbers;
    let reading = &page.reading;
    let mut joined = Numbers::with_capacity(numbers.len());
    let mut at = 0;
    while at < numbers.len() {
        let mut whole = numbers[at];
        let mut next = at + 1;
        if whole.shape == Shape::Bare && whole.digits <= 6 && page.is_disguised(whole.first, whole.last) {
            while let Some(part) = numbers.get(next) {
                let comma = part.first == whole.last + 2
                    && matches!(reading.tokens[whole.last + 1].kind, Kind::Mark(b',' | b'.' | b';') | Kind::Newline);
                if !comma
                    || part.shape != Shape::Bare
                    || whole.digits + part.digits > 10
                    || !page.is_disguised(part.first, part.last)
                {
                    break;
                }
                whole = Number {
                    last: part.last,
                    digits: whole.digits + part.digits,
                    groups: whole.groups + part.groups,
                    ..whole
                };
                next += 1;
            }
        }
        joined.push(whole);
        at = next;
    }
    joined
}

/// For explanations: what was expected, in words.
pub(crate) fn expected_words(topics: Topics) -> Vec<&'static str> {
    topics.iter().map(topic_words).collect()
}

fn topic_words(topic: Topic) -> &'static str {
    match topic {
        Topic::Card => "card number",
        Topic::SecurityCode => "card security code",
        Topic::SocialSecurity => "Social Security number",
        Topic::OneTimePasscode => "one-time passcode",
        Topic::Password => "password",
        Topic::Pin => "PIN",
        Topic::Account => "account number",
        Topic::Code => "code",
        Topic::Partial => "last four digits",
        Topic::Zip => "ZIP code",
        Topic::Phone => "phone number",
        Topic::Time => "date or time",
        Topic::Amount | Topic::Quantity => "amount",
        Topic::Reference => "order or case number",
        Topic::Device => "device or version",
        Topic::Place => "address",
        Topic::Login => "user name",
    }
}
