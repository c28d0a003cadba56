//! The pipeline: from a message to its outcome.

use std::borrow::Cow;

use crate::cover::cover;
use crate::detect::cues::Marks;
use crate::detect::gate::{self, Glance};
use crate::detect::number::{self, Numbers};
use crate::detect::token::{TokenBuffer, TokenizedText};
use crate::detect::{Document, one_time_passcode};
use crate::edit::{Edit, Patch};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::conversation::{Conversation, Expected};
use crate::judge::pieces::Piece;
use crate::judge::{self, Analysis, Depth, Detection, Part};
use crate::message::{Message, Role};
use crate::overlap;
use crate::policy::{Action, Expiry, Policy};
use crate::report::{Explanation, Finding, Outcome, Passed, Weighed};
use crate::sensitivity::Sensitivities;
use crate::span::Span;
use crate::steps;
use crate::text::{View, ViewSpan, base64_runs};

/// The maximum number of times that a redacted text is scanned again. One is almost always enough.
const MAX_PASSES: usize = 4;

/// [`MAX_PASSES`] for texts of at most [`SMALL`] bytes, where a pass is cheap.
const MAX_PASSES_SMALL: usize = 32;
const SMALL: usize = 4096;

/// Scans messages under a policy. Immutable and cheap to clone; share it between threads.
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
    /// How sure the learned weights must be.
    sensitivities: Sensitivities,
}

impl Engine {
    /// Creates an engine with a policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { sensitivities: policy.sensitivities(), policy }
    }

    /// The policy of this engine.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Scans one message and updates the conversation. Accepts any bytes and cannot fail. Runs in linear time.
    #[must_use]
    pub fn scan(&self, conversation: &mut Conversation, message: &Message<'_>) -> Outcome {
        self.scan_noting(conversation, message, None)
    }

    /// Like [`scan`](Self::scan), but also collects in `pieces` numbers that may be pieces of a secret.
    pub(crate) fn scan_noting(
        &self,
        conversation: &mut Conversation,
        message: &Message<'_>,
        pieces: Option<&mut Vec<Piece<Hidden>>>,
    ) -> Outcome {
        steps::add(message.text.len());
        let expected = self.begin(conversation, message.role, message.time_ms);
        if self.may_pass(message, conversation, expected) {
            conversation.end_silent(message.role);
            return Outcome::default();
        }
        self.read(conversation, expected, message, Depth::Usual, pieces)
    }

    /// Scans a message that the prefilter has not let pass.
    fn read(
        &self,
        conversation: &mut Conversation,
        expected: Expected,
        message: &Message<'_>,
        depth: Depth,
        pieces: Option<&mut Vec<Piece<Hidden>>>,
    ) -> Outcome {
        let mut buffer = TokenBuffer::default();
        let mut numbers = Numbers::new();
        let mut folded;
        let (view, tokens) = read_view(message.text, &mut buffer);
        let document = match tokens {
            Some(tokens) => {
                number::read(&tokens, &mut numbers);
                if self.policy.detectors().len() == 0
                    && judge::record_intents(&tokens, &numbers, conversation, expected, message.role, depth)
                {
                    return Outcome::default();
                }
                Document::of(&view, tokens, &numbers)
            }
            None => {
                folded = TokenBuffer::default();
                Document::new(&view, &mut folded, &mut numbers)
            }
        };
        self.scan_document(&document, conversation, expected, message, depth, pieces)
    }

    /// Scans a message in which something may be found.
    #[inline(never)]
    fn scan_document(
        &self,
        document: &Document<'_>,
        conversation: &mut Conversation,
        expected: Expected,
        message: &Message<'_>,
        depth: Depth,
        pieces: Option<&mut Vec<Piece<Hidden>>>,
    ) -> Outcome {
        let before = conversation.clone();
        let analysis = self.judge(document, conversation, expected, message, depth);
        if let Some(pieces) = pieces {
            let hide = |detection: Detection| self.hide(message.text, document.view, &detection);
            pieces.extend(analysis.pieces.iter().map(|piece| piece.map(hide)));
        }
        self.until_stable(self.outcome(message.text, document.view, analysis), &before, expected, message)
    }

    /// Like [`scan`](Self::scan), but without shortcuts.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn scan_everything(&self, conversation: &mut Conversation, message: &Message<'_>) -> Outcome {
        let expected = self.begin(conversation, message.role, message.time_ms);
        let before = conversation.clone();
        let outcome = self.scan_in_full(conversation, expected, message, Depth::Everything, |_, _| ());
        self.until_stable(outcome.0, &before, expected, message)
    }

    /// Like [`scan`](Self::scan), but also returns the reasons: what was expected, what was found, and which numbers were
    /// kept and why.
    #[must_use]
    pub fn explain(&self, conversation: &mut Conversation, message: &Message<'_>) -> Explanation {
        let expected = self.begin(conversation, message.role, message.time_ms);
        let before = conversation.clone();
        let reasons = |analysis: &Analysis, view: &View<'_>| {
            let passed = analysis.passed.iter().map(|passed| Passed::new(passed, view.source(passed.span))).collect();
            let weighed = analysis.weighed.iter().map(|weighed| Weighed::new(weighed, view.source(weighed.span)));
            (analysis.expected_words(), passed, weighed.collect())
        };
        let (outcome, (words, mut passed, weighed)): (_, (_, Vec<Passed>, _)) =
            self.scan_in_full(conversation, expected, message, Depth::Reasons, reasons);
        let outcome = self.until_stable(outcome, &before, expected, message);
        // What the rules kept may have been found after all, by the learned judge or in a later round.
        let is_found = |span| outcome.findings.iter().any(|found| found.kind.is_there() && found.span.overlaps(span));
        passed.retain(|passed| !is_found(passed.span));
        Explanation { expected: words, outcome, passed, weighed }
    }

    /// Masks the secrets in a single text by a customer, outside any conversation.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        steps::add(text.len());
        if self.is_harmless(text.as_bytes()) {
            return Cow::Borrowed(text);
        }
        let (mut conversation, message) = (Conversation::new(), Message::customer(text));
        let expected = self.begin(&mut conversation, message.role, None);
        self.read(&mut conversation, expected, &message, Depth::Findings, None).patch.apply_str(text)
    }

    /// Scans a message once, without shortcuts. `more` reads what else is needed from the analysis.
    fn scan_in_full<T>(
        &self,
        conversation: &mut Conversation,
        expected: Expected,
        message: &Message<'_>,
        depth: Depth,
        more: impl FnOnce(&Analysis, &View<'_>) -> T,
    ) -> (Outcome, T) {
        let mut buffer = TokenBuffer::default();
        let mut numbers = Numbers::new();
        let mut folded = TokenBuffer::default();
        let (view, tokens) = match depth {
            #[cfg(any(test, fuzzing))]
            Depth::Everything => (View::new(message.text), None),
            _ => read_view(message.text, &mut buffer),
        };
        let document = match tokens {
            Some(tokens) => {
                number::read(&tokens, &mut numbers);
                Document::of(&view, tokens, &numbers)
            }
            None => Document::new(&view, &mut folded, &mut numbers),
        };
        let analysis = self.judge(&document, conversation, expected, message, depth);
        let more = more(&analysis, &view);
        (self.outcome(message.text, &view, analysis), more)
    }

    /// Returns the engine without the learned weights. In an event stream nobody knows which texts are messages, and the
    /// evidence of the last messages would depend on how the stream was cut.
    pub(crate) fn rules_only(self) -> Self {
        Self { sensitivities: Sensitivities::OFF, ..self }
    }

    /// Begins a turn of a conversation. Returns what the message may contain.
    pub(crate) fn begin(&self, conversation: &mut Conversation, role: Role, time_ms: Option<u64>) -> Expected {
        conversation.begin(role, time_ms, self.sensitivities)
    }

    /// Returns whether the message cannot contain a finding and cannot change what the conversation expects.
    fn may_pass(&self, message: &Message<'_>, conversation: &mut Conversation, expected: Expected) -> bool {
        if self.policy.detectors().len() != 0 || conversation.awaits_words(message.role, expected) {
            return false;
        }
        let serves = message.role.as_asker().serves();
        // A question that names nothing may refer to an earlier one, and an agent may ask in words that are in no table:
        // the model scores such questions.
        let heeds_questions = serves || conversation.may_heed_a_question(message.role);
        if heeds_questions && memchr::memchr(b'?', message.text).is_some() {
            return false;
        }
        let asking = if heeds_questions { Marks::REQUEST } else { Marks::default() };
        let fatal = Marks::SECRET.union(Marks::WORD).union(asking);
        let Some(glance) = gate::glance(message.text, fatal) else { return false };
        let Glance { marks, digits, .. } = glance;
        let cue = marks.intersects(Marks::CUE);
        let silent = if serves {
            // A short message may name what it asks for, or what an earlier question meant.
            let may_name =
                glance.words <= 2 * judge::ask::MOST_WORDS_AROUND_A_NAME || conversation.has_asked(message.role);
            let names = marks.intersects(Marks::FACE.union(Marks::MEANT)) && may_name;
            // The name of something asks for it.
            let is_name = glance.words <= judge::ask::FEW_WORDS;
            !(is_name || cue && (glance.colon || names || expected.spoken.has_secret()))
        } else {
            let asks = glance.question || marks.intersects(Marks::REQUEST);
            !(cue && (asks || glance.label))
        };
        let numbers = digits == 0
            || glance.shaped
                && glance.has_harmless_digits(message.text)
                // A menu has several numbers.
                && !(serves && glance.numbers > 1 && (cue || glance.colon))
                && !expected.awaits_a_secret()
                && !expected.spoken.has_secret()
                && !conversation.side(message.role).pieces.is_active();
        // There are other question marks than `?`.
        !(glance.addresses || heeds_questions && glance.question) && silent && numbers
    }

    /// Returns whether nothing can be found in a customer's message outside any conversation.
    fn is_harmless(&self, text: &[u8]) -> bool {
        self.policy.detectors().len() == 0
            && gate::glance(text, Marks::WORD).is_some_and(|glance| {
                let names_a_secret = glance.marks.intersects(Marks::SECRET);
                !glance.addresses
                    && match glance.digits {
                        // A passcode may consist of letters.
                        0 => !names_a_secret || !one_time_passcode::has_capitals(text),
                        _ => !names_a_secret && glance.has_harmless_digits(text),
                    }
            })
    }

    fn until_stable(
        &self,
        outcome: Outcome,
        before: &Conversation,
        expected: Expected,
        message: &Message<'_>,
    ) -> Outcome {
        redact_to_fixpoint(outcome, message.text, |left, _| {
            steps::add(left.len());
            let again = Message { text: left, ..*message };
            self.scan_in_full(&mut before.clone(), expected, &again, Depth::Findings, |_, _| ()).0
        })
    }

    fn judge(
        &self,
        document: &Document<'_>,
        conversation: &mut Conversation,
        expected: Expected,
        message: &Message<'_>,
        depth: Depth,
    ) -> Analysis {
        let mut analysis = judge::judge(document, conversation, expected, message, depth);
        self.find_custom(document.view, Part::WHOLE, &mut analysis);
        analysis
    }

    /// Adds the findings of the custom detectors in a part of the view. They may extend the part.
    pub(crate) fn find_custom(&self, view: &View<'_>, part: Part, analysis: &mut Analysis) {
        for detector in self.policy.detectors() {
            let found = detector.find(view.text()).filter(|span| span.end > part.from && span.start < part.to);
            for span in found {
                analysis.until = analysis.until.max(span.end);
                analysis.found.push(Detection::custom(span, detector));
            }
        }
    }

    /// Applies the policy to the analysis of `source`.
    pub(crate) fn outcome(&self, source: &[u8], view: &View<'_>, analysis: Analysis) -> Outcome {
        let mut found = analysis.found;
        found.retain(|detection| !detection.expiry || self.policy.expiry() == Expiry::Mask);
        if !found.is_empty() {
            let runs = base64_runs(source);
            let is_inside = |span: Span| {
                runs.get(runs.partition_point(|run| run.end < span.end)).is_some_and(|run| run.start <= span.start)
            };
            found.retain(|detection| detection.solicited || !is_inside(view.source(detection.span)));
        }
        overlap::merge(&mut found, |detection| self.action(detection));
        let mut findings = Vec::with_capacity(found.len());
        let mut edits = Vec::new();
        for detection in found.iter().filter(|detection| self.action(detection) > Action::Allow) {
            let hidden = self.hide(source, view, detection);
            findings.push(hidden.finding);
            edits.extend(hidden.edit);
        }
        Outcome { findings, patch: Patch::new(edits), recall: analysis.recall }
    }

    fn action(&self, detection: &Detection) -> Action {
        self.policy.action(detection.entity, detection.kind())
    }

    /// Applies the policy to a value that stands in the source as it is.
    pub(crate) fn hide_value(&self, source: &[u8], span: Span, entity: Entity, evidence: Evidence) -> Hidden {
        let span = ViewSpan::new(span.start, span.end);
        let detection = Detection { span, entity, evidence, part: false, solicited: false, expiry: false };
        self.hide(source, &View::plain(source), &detection)
    }

    /// Applies the policy to one detection.
    fn hide(&self, source: &[u8], view: &View<'_>, detection: &Detection) -> Hidden {
        let finding = Finding {
            span: view.source(detection.span),
            entity: detection.entity,
            kind: detection.kind(),
            evidence: detection.evidence,
            action: self.action(detection),
        };
        let hides = finding.action >= Action::Mask && finding.kind.is_there();
        let edit = hides.then(|| cover(&self.policy, source, view, detection));
        Hidden { finding, edit }
    }
}

/// Returns the view of a text, and its tokens if the text is its own view.
fn read_view<'t>(text: &'t [u8], buffer: &'t mut TokenBuffer) -> (View<'t>, Option<TokenizedText<'t>>) {
    // Most messages are their own view. Their tokens mostly show whether one is.
    let tokens = text.is_ascii().then(|| TokenizedText::new(text, buffer));
    let is_plain = |tokens: &TokenizedText<'_>| tokens.is_plain() && View::has_true_digits(text, tokens.facts.digits);
    let view = if tokens.as_ref().is_some_and(is_plain) { View::plain(text) } else { View::new(text) };
    let tokens = tokens.filter(|_| view.is_source());
    (view, tokens)
}

/// A finding, and the edit that masks it if the policy requires one.
#[derive(Debug, Clone)]
pub(crate) struct Hidden {
    pub(crate) finding: Finding,
    pub(crate) edit: Option<Edit>,
}

/// Redacts until nothing more is found, so that redaction is idempotent: masking one secret may expose another. `scan`
/// scans a redacted text, given the patch that made it.
pub(crate) fn redact_to_fixpoint(
    mut outcome: Outcome,
    source: &[u8],
    mut scan: impl FnMut(&[u8], &Patch) -> Outcome,
) -> Outcome {
    let passes = if source.len() <= SMALL { MAX_PASSES_SMALL } else { MAX_PASSES };
    for _ in 0..passes {
        if outcome.patch.is_empty() {
            break;
        }
        let left = outcome.patch.apply(source);
        let next = scan(&left, &outcome.patch);
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
