//! The compiled pipeline: wiring only.

use std::borrow::Cow;

use crate::cover::cover;
use crate::detect::Document;
use crate::detect::gate::{self, Glance};
use crate::detect::number::{self, Numbers};
use crate::detect::token::{TokenBuffer, TokenizedText};
use crate::edit::{Edit, Patch};
use crate::judge::conversation::{Conversation, Expected};
use crate::judge::pieces::Half;
use crate::judge::{self, Analysis, Depth, Detection, Part};
use crate::message::Message;
use crate::policy::{Action, Expiry, Policy};
use crate::report::{Explanation, Finding, Outcome, Passed};
use crate::span::Span;
use crate::steps;
use crate::text::{View, base64_runs};

/// How often a redacted text is looked at again, at most. One look is almost always enough.
const MAX_PASSES: usize = 4;

/// As [`MAX_PASSES`], for texts up to [`FEW_BYTES`]: there it costs little.
const MOST_LOOKS_AT_FEW: usize = 32;
const FEW_BYTES: usize = 4096;

/// Texts up to this length, in bytes, are read at once; a quick look at them would cost as much.
pub(crate) const SHORT: usize = 256;

/// The compiled pipeline. Immutable, cheap to clone, to be shared between threads.
///
/// # Example
///
/// ```
/// let engine = lastfour::Engine::default();
/// assert_eq!(engine.redact("my card is 3782 822463 10005"), "my card is **** ****** *0005");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Engine {
    policy: Policy,
}

impl Engine {
    /// An engine with these rules.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy }
    }

    /// The rules it was built with.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Scans one message of a conversation, which remembers what it asks for. Infallible, whatever the bytes; time is
    /// linear in their number.
    #[must_use]
    pub fn scan(&self, conversation: &mut Conversation, message: &Message<'_>) -> Outcome {
        self.scan_noting(conversation, message, None)
    }

    /// Scans as [`scan`](Self::scan) does and notes in `halves` what may turn out to be a piece of a secret.
    pub(crate) fn scan_noting(
        &self,
        conversation: &mut Conversation,
        message: &Message<'_>,
        halves: Option<&mut Vec<Half<Hidden>>>,
    ) -> Outcome {
        steps::add(message.text.len());
        let expected = conversation.begin(message.role, message.time_ms);
        if message.text.len() > SHORT {
            let glance = gate::glance(message.text);
            if self.may_pass(glance, conversation, expected, message) {
                conversation.end_silent(message.role);
                return Outcome::default();
            }
        }
        let (mut sheet, mut numbers) = (TokenBuffer::default(), Numbers::new());
        // Most messages are their own view, and their reading tells.
        let ascii = message.text.is_ascii();
        let reading = TokenizedText::new(if ascii { message.text } else { &[] }, &mut sheet);
        let facts = &reading.facts;
        if !(ascii && facts.are_plain() && View::has_true_digits(message.text, facts.digits)) {
            return self.look(conversation, expected, message, None, numbers, halves);
        }
        number::read(&reading, &mut numbers);
        if self.policy.detectors().len() == 0
            && judge::record_intents(&reading, &numbers, conversation, expected, message.role)
        {
            return Outcome::default();
        }
        self.look(conversation, expected, message, Some(reading), numbers, halves)
    }

    /// Scans a message closer; its reading and numbers are known if it is its own view.
    #[inline(never)]
    fn look(
        &self,
        conversation: &mut Conversation,
        expected: Expected,
        message: &Message<'_>,
        reading: Option<TokenizedText<'_>>,
        mut numbers: Numbers,
        halves: Option<&mut Vec<Half<Hidden>>>,
    ) -> Outcome {
        let view = if reading.is_some() { View::plain(message.text) } else { View::new(message.text) };
        let mut sheet = TokenBuffer::default();
        let page = match reading {
            Some(reading) => Document::of(&view, reading, &numbers),
            None => Document::new(&view, &mut sheet, &mut numbers),
        };
        let before = conversation.clone();
        let verdict = self.judge(&page, conversation, expected, message, Depth::Usual);
        if let Some(halves) = halves {
            let hide = |judged: Detection| self.hide(message.text, &view, &judged);
            halves.extend(verdict.halves.iter().map(|half| half.map(hide)));
        }
        self.settle(self.outcome(message.text, &view, verdict), &before, expected, message)
    }

    /// Scans as [`scan`](Self::scan) does, without a short cut.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn scan_everything(&self, conversation: &mut Conversation, message: &Message<'_>) -> Outcome {
        let expected = conversation.begin(message.role, message.time_ms);
        let view = View::new(message.text);
        let before = conversation.clone();
        let (mut sheet, mut numbers) = (TokenBuffer::default(), Numbers::new());
        let page = Document::new(&view, &mut sheet, &mut numbers);
        let verdict = self.judge(&page, conversation, expected, message, Depth::Everything);
        self.settle(self.outcome(message.text, &view, verdict), &before, expected, message)
    }

    /// Scans as [`scan`](Self::scan) does and tells the reasons: what was expected, what was found, what was let through
    /// and why.
    #[must_use]
    pub fn explain(&self, conversation: &mut Conversation, message: &Message<'_>) -> Explanation {
        let expected = conversation.begin(message.role, message.time_ms);
        let view = View::new(message.text);
        let before = conversation.clone();
        let (mut sheet, mut numbers) = (TokenBuffer::default(), Numbers::new());
        let page = Document::new(&view, &mut sheet, &mut numbers);
        let verdict = self.judge(&page, conversation, expected, message, Depth::Reasons);
        let words = verdict.expected_words();
        let passed = verdict.passed.iter().map(|passed| Passed::new(passed, view.source(passed.span))).collect();
        let outcome = self.settle(self.outcome(message.text, &view, verdict), &before, expected, message);
        Explanation { expected: words, outcome, passed }
    }

    /// The safe form of a single text by a customer, outside any conversation.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.scan(&mut Conversation::new(), &Message::customer(text)).patch.apply_str(text)
    }

    /// Whether the message can neither hold anything nor change what the conversation waits for.
    fn may_pass(&self, glance: Glance, conversation: &Conversation, expected: Expected, message: &Message<'_>) -> bool {
        let passes = match glance {
            Glance::Silent => true,
            // It may ask for what was asked for or spoken of before.
            // What an agent asks in words of no table is for the model to read.
            Glance::Vague if message.role.as_asker().serves() => false,
            Glance::Telling | Glance::Vague => !conversation.has_asked(message.role) && !expected.spoken.has_secret(),
            Glance::Plain | Glance::Unknown => false,
        };
        passes && !conversation.awaits_words(message.role, expected) && self.policy.detectors().len() == 0
    }

    fn settle(&self, outcome: Outcome, before: &Conversation, expected: Expected, message: &Message<'_>) -> Outcome {
        redact_to_fixpoint(outcome, message.text, |left, _| {
            steps::add(left.len());
            let again = Message { text: left, ..*message };
            let view = View::new(left);
            let (mut sheet, mut numbers) = (TokenBuffer::default(), Numbers::new());
            let page = Document::new(&view, &mut sheet, &mut numbers);
            let verdict = self.judge(&page, &mut before.clone(), expected, &again, Depth::Usual);
            self.outcome(left, &view, verdict)
        })
    }

    fn judge(
        &self,
        page: &Document<'_>,
        conversation: &mut Conversation,
        expected: Expected,
        message: &Message<'_>,
        depth: Depth,
    ) -> Analysis {
        let mut verdict = judge::judge(page, conversation, expected, message, depth);
        self.find_custom(page.view, Part::WHOLE, &mut verdict);
        verdict
    }

    /// Adds what the detectors of the policy find in a part of the view, which may then reach further.
    pub(crate) fn find_custom(&self, view: &View<'_>, part: Part, verdict: &mut Analysis) {
        for detector in self.policy.detectors() {
            let found = detector.find(view.text()).filter(|span| span.end > part.from && span.start < part.to);
            for span in found {
                verdict.until = verdict.until.max(span.end);
                verdict.found.push(Detection::custom(span, detector));
            }
        }
    }

    /// What the policy makes of a verdict on `source`.
    pub(crate) fn outcome(&self, source: &[u8], view: &View<'_>, verdict: Analysis) -> Outcome {
        let mut found = verdict.found;
        found.retain(|judged| !judged.expiry || self.policy.expiry() == Expiry::Mask);
        if !found.is_empty() {
            let runs = base64_runs(source);
            let is_inside = |span: Span| {
                runs.get(runs.partition_point(|run| run.end < span.end)).is_some_and(|run| run.start <= span.start)
            };
            found.retain(|judged| judged.solicited || !is_inside(view.source(judged.span)));
        }
        let found = judge::merge_overlaps(found, &|judged| self.action(judged));
        let mut findings = Vec::with_capacity(found.len());
        let mut edits = Vec::new();
        for judged in found.iter().filter(|judged| self.action(judged) > Action::Allow) {
            let hidden = self.hide(source, view, judged);
            findings.push(hidden.finding);
            edits.extend(hidden.edit);
        }
        Outcome { findings, patch: Patch::new(edits), recall: verdict.recall }
    }

    fn action(&self, judged: &Detection) -> Action {
        self.policy.action(judged.entity, judged.kind())
    }

    /// A judged secret as the policy has it.
    fn hide(&self, source: &[u8], view: &View<'_>, judged: &Detection) -> Hidden {
        let finding = Finding {
            span: view.source(judged.span),
            entity: judged.entity,
            kind: judged.kind(),
            evidence: judged.evidence,
            action: self.action(judged),
        };
        let hides = finding.action >= Action::Mask && finding.kind.is_there();
        let edit = hides.then(|| cover(&self.policy, source, view, judged));
        Hidden { finding, edit }
    }
}

/// A finding, and the edit that hides it where the policy wants that.
#[derive(Debug, Clone)]
pub(crate) struct Hidden {
    pub(crate) finding: Finding,
    pub(crate) edit: Option<Edit>,
}

/// Looks again at what redaction left of `source`, until nothing more is found, so that a redacted text comes through
/// unchanged: what stood in the shadow of a secret may show when the secret is gone. `look` scans a redacted text, given
/// the patch that made it.
pub(crate) fn redact_to_fixpoint(
    mut outcome: Outcome,
    source: &[u8],
    mut look: impl FnMut(&[u8], &Patch) -> Outcome,
) -> Outcome {
    let looks = if source.len() <= FEW_BYTES { MOST_LOOKS_AT_FEW } else { MAX_PASSES };
    for _ in 0..looks {
        if outcome.patch.is_empty() {
            break;
        }
        let left = outcome.patch.apply(source);
        let next = look(&left, &outcome.patch);
        if next.patch.is_empty() {
            break;
        }
        let hides = |f: &&Finding| f.action >= Action::Mask && f.kind.is_there();
        let moves = outcome.patch.moves();
        let moved = |f: &Finding| Finding { span: moves.source(f.span), ..*f };
        let more: Vec<Finding> = next.findings.iter().filter(hides).map(moved).collect();
        outcome.patch = outcome.patch.then(&next.patch, source);
        outcome.add(more);
    }
    outcome
}
