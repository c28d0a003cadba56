//! The engine over a text that arrives in pieces.
//!
//! In come the bytes of one message in any pieces, cut anywhere: inside a UTF-8 sequence, an HTML entity, a number. Out
//! go the bytes that may go on. What comes out, and what is found, depends on the text alone and never on where it was
//! cut: decisions are made at points which the text determines. Memory is bounded ([`StreamRedactor::MAX_BUFFERED`], the context and
//! the findings), and time is linear in the text, whatever is in it.
//!
//! # What is held back
//!
//! Plain chatter goes on word by word. A word is held until the space after it has come; in scripts without spaces a
//! letter goes on at once where more than 128 bytes before it had no space, which is longer than any password. From the
//! first word on that could be, or could become, a part of a finding, everything is held: digits of any script, number
//! words, letters mixed with digits or with marks like a password, quotation marks, a word at the start of a sentence
//! that may turn out to be a password ("bluebonnet is my password"; only until the next words show that it is none), and
//! everything after a word for a password. After a question for a password the whole answer of a customer is held.
//!
//! Such words that stand near to each other are one: groups and pieces of a number. What is held is judged when ten words
//! and marks after them a sentence or a line has ended, when forty came without an end of a sentence, or when the text
//! ends. Then all goes on up to the next such words. A quotation that is open is waited for. So a card over several
//! lines, a password on the line after its label and a cue right after a number are seen as one. When a stretch is
//! judged, the engine sees up to [`StreamRedactor::CONTEXT`] bytes of the text before it, and all that has come after it. A
//! text in which there is a reason to judge every few bytes is judged less often, so that its time stays bounded.
//!
//! # What happens at the edge of the window
//!
//! Where [`StreamRedactor::MAX_BUFFERED`] bytes are held without such a point, they are judged as they are, and between a half and
//! seven eighths of them go on, cut between two words or numbers; what is found across the cut is masked as one. Groups
//! of digits without a word, a comma or a line end between them, and number words in a row, are not cut: a run of them
//! that leaves no place to cut has outgrown the window and is masked whole, to its end, though nobody can tell any more
//! what it is.
//!
//! # Where it differs from a scan of the whole
//!
//! A text of which nothing is judged before its end gives exactly the findings of [`Engine::scan`]. In a longer text that
//! scan also uses what stands far away: a mention of cards more than [`StreamRedactor::CONTEXT`] bytes before, a sentence long
//! after a number. The later piece of a number whose earlier piece has gone on in the same message is masked, the earlier
//! one is out. What an agent asks for is found at the end of the sentence; where the policy blocks such questions, what follows
//! the name of a secret is held.
//!
//! # Detectors of the user's own
//!
//! Their matches may be anything, so nothing goes on before a match that begins in it would have been seen. Text goes on
//! when so much stands after it as the longest match of any of them takes
//! ([`CustomDetector::longest_match`](crate::CustomDetector::longest_match)), with its window where the detector has cues
//! that stand after a match: ten bytes and the end of the word for a pattern of ten bytes, 456 at most. What decides is the
//! length of the pattern's longest match and not the text: `.{1,200}` holds 200 bytes back. A pattern without a longest
//! match is refused when it is built. In a long text the detectors look every few words, so that the time stays linear.

mod run;
mod watch;

use std::collections::VecDeque;
use std::fmt;
use std::mem;

use crate::detect::Document;
use crate::detect::cues::Topic;
use crate::detect::number::Numbers;
use crate::detect::token::TokenBuffer;
use crate::edit::{Edit, Patch};
use crate::engine::{Engine, redact_to_fixpoint};
use crate::entity::{Entity, FindingKind};
use crate::judge::conversation::{Conversation, Expected, Intents};
use crate::judge::{self, Detection, Part};
use crate::mask;
use crate::message::{Message, MessageId, Role};
use crate::policy::Action;
use crate::report::Finding;
use crate::span::Span;
use crate::text::{View, ViewSpan};
use watch::{Point, Watch};

/// Bytes of a piece that are taken at once, so that a large piece is not kept as a whole.
const SIP: usize = 4096;

/// Plain text which has gone on is judged for what it asks when there is so much of it.
const PLAIN: usize = 1024;

/// Bytes in which a character may be spelled out, more than which a text is never cut into by looking at its end alone.
const LONGEST_SPELLING: usize = 32;

/// Bytes that may be read again to let a part of what is held go on, for each byte of the text.
const EARLY: usize = 8;

/// The same, of any text.
const EARLY_AT_FIRST: usize = 64 * 1024;

/// Scans one text that arrives in pieces, which may be cut anywhere, inside a UTF-8 sequence too.
///
/// What comes out does not depend on the cuts. See the [module](crate::stream) for what is held back and for what is done
/// where the window does not suffice. After a finding that the policy blocks nothing more goes on.
///
/// # Example
///
/// ```
/// use lastfour::{Conversation, Engine, StreamRedactor, Role};
/// let mut redactor = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Customer);
/// let mut out = Vec::new();
/// redactor.push(b"hello there, my card is 3782 8224", &mut out);
/// assert_eq!(out, b"hello there, my card is ");
/// redactor.push(b"63 10005", &mut out);
/// let finished = redactor.finish(&mut out);
/// assert_eq!(out, b"hello there, my card is **** ****** *0005");
/// assert_eq!(finished.findings.len(), 1);
/// ```
pub struct StreamRedactor {
    engine: Engine,
    conversation: Conversation,
    role: Role,
    id: Option<MessageId>,
    time_ms: Option<u64>,
    /// What the text can count on, once it has begun.
    expected: Option<Expected>,
    /// Context, then what has gone on but is not yet judged, then what is held.
    text: Vec<u8>,
    /// How much of `text` is context.
    judged: usize,
    /// How much of `text` has gone on.
    written: usize,
    /// How much of `text` has been watched.
    watched: usize,
    /// Where in the whole text the byte `judged` of `text` stands.
    base: usize,
    /// Whether the context reaches back to the start of the text.
    whole: bool,
    watch: Watch,
    /// With detectors of the user's own: places up to which the text may go on for all others, as places in the whole
    /// text, and what they want done with it.
    ready: VecDeque<(usize, Ready)>,
    /// The reach of the detectors of the user's own, where there are any.
    custom: Option<Reach>,
    /// Bytes that were read to let a part of what is held go on.
    spent: usize,
    /// The last stretch that went on ended inside a run of digits that had outgrown the window.
    in_run: bool,
    said: Intents,
    findings: Vec<Finding>,
    recall: Vec<MessageId>,
    blocked: bool,
    /// The edits that have been made, as places in the whole text, where somebody asks for them.
    edits: Option<Vec<Edit>>,
}

/// What a [`StreamRedactor`] knows at the end of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// What was found, in order; the spans count from the start of the whole text.
    pub findings: Vec<Finding>,
    /// The conversation, one turn later.
    pub conversation: Conversation,
    /// Earlier messages to be recalled, as in [`Outcome::recall`](crate::Outcome::recall).
    pub recall: Vec<MessageId>,
}

impl Finished {
    /// Whether the text must not go on at all.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.action == Action::Block)
    }
}

/// How far the detectors of the user's own look, in bytes of the view.
#[derive(Clone, Copy)]
struct Reach {
    /// From the start of a match on.
    ahead: usize,
    /// From the end of a match back.
    back: usize,
}

/// What the built-in detectors want done with a text up to a place.
#[derive(Clone, Copy)]
enum Ready {
    /// It is plain. `ends`: and so ends a sentence.
    Plain { ends: bool },
    /// It is to be judged.
    Calm,
    /// It may be judged, where that was not done too often.
    Early,
}

/// Where a stretch that is judged ends.
#[derive(Clone, Copy)]
enum Cut {
    /// At this byte of `text`.
    At(usize),
    /// Where it does least harm.
    Anywhere,
    /// At the end of the text.
    End,
}

impl StreamRedactor {
    /// The most that is ever held back, in bytes.
    pub const MAX_BUFFERED: usize = 4096;

    /// The most that is looked back at when a stretch is judged, in bytes.
    pub const CONTEXT: usize = 1024;

    /// A redactor before the first byte of a message by `role`.
    #[must_use]
    pub fn new(engine: Engine, conversation: Conversation, role: Role) -> Self {
        let custom = engine.policy().detectors().map(|detector| Reach {
            ahead: detector.reach(),
            back: detector.longest_match() + detector.reach_back() + LONGEST_SPELLING,
        });
        let custom = custom.reduce(|a, b| Reach { ahead: a.ahead.max(b.ahead), back: a.back.max(b.back) });
        Self {
            engine,
            conversation,
            role,
            id: None,
            time_ms: None,
            expected: None,
            text: Vec::new(),
            judged: 0,
            written: 0,
            watched: 0,
            base: 0,
            whole: true,
            watch: Watch::default(),
            ready: VecDeque::new(),
            custom,
            spent: 0,
            in_run: false,
            said: Intents::default(),
            findings: Vec::new(),
            recall: Vec::new(),
            blocked: false,
            edits: None,
        }
    }

    /// One that keeps its edits until they are [taken](Self::take_edits).
    pub(crate) fn noting(mut self) -> Self {
        self.edits = Some(Vec::new());
        self
    }

    /// With the caller's number for the message; to be set before the first byte.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.id = Some(MessageId(id));
        self
    }

    /// With the time the message was said, in milliseconds; to be set before the first byte.
    #[must_use]
    pub fn time_ms(mut self, time_ms: u64) -> Self {
        self.time_ms = Some(time_ms);
        self
    }

    /// Takes the next piece of the text and appends to `out` what is safe to go on.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.begin();
        for sip in piece.chunks(SIP) {
            self.text.extend_from_slice(sip);
            while self.watched < self.text.len() {
                self.watched += 1;
                self.step(out);
            }
        }
    }

    /// Ends the text and appends the rest of it to `out`.
    #[must_use]
    pub fn finish(self, out: &mut Vec<u8>) -> Finished {
        self.finish_noting(out).0
    }

    /// The same, with the edits that have not been taken.
    pub(crate) fn finish_noting(mut self, out: &mut Vec<u8>) -> (Finished, Vec<Edit>) {
        self.begin();
        self.settle(Cut::End, out);
        self.conversation.end(self.role, &self.said);
        // A question may be known only after a secret that stands behind its cue.
        self.findings.sort_by_key(|f| (f.span.start, f.span.end, f.kind == FindingKind::Solicitation));
        self.findings.dedup_by_key(|f| (f.span, f.kind, f.entity));
        let edits = self.take_edits();
        (Finished { findings: self.findings, conversation: self.conversation, recall: self.recall }, edits)
    }

    /// The edits on what has gone on since they were taken last, as places in the whole text.
    pub(crate) fn take_edits(&mut self) -> Vec<Edit> {
        self.edits.as_mut().map(mem::take).unwrap_or_default()
    }

    /// How much of the whole text has gone on.
    pub(crate) fn gone(&self) -> usize {
        self.base + self.written - self.judged
    }

    /// Number of bytes since the last space, of which nobody knows whether they are a word.
    pub(crate) fn unfinished(&self) -> usize {
        self.watch.chunk_len()
    }

    /// Whether all that is held would go on, as it is, if a space came next, or is in doubt for nothing but a word that
    /// could be a digit, in a sentence that is over.
    pub(crate) fn is_plain(&self) -> bool {
        if self.custom.is_some() {
            return self.held() == 0;
        }
        let end = self.text.len();
        let mut word = self.text[end - self.watch.chunk_len().min(end)..].to_vec();
        word.push(b' ');
        let mut watch = self.watch.clone();
        matches!(watch.step(&word), Point::Plain { .. }) || watch.rests()
    }

    /// Takes it that all that is held has gone on, as it is.
    pub(crate) fn let_go(&mut self) {
        self.watch.forget();
        self.written = self.text.len();
    }

    /// Number of bytes that are held back, never more than [`MAX_BUFFERED`](Self::MAX_BUFFERED).
    #[must_use]
    pub fn held(&self) -> usize {
        self.text.len() - self.written
    }

    /// Whether something was met that the policy blocks: nothing more goes on.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Whether nothing has been judged so far: if the text ends here, it is judged as a whole.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn is_in_one_stretch(&self) -> bool {
        self.base == 0
    }

    fn begin(&mut self) -> Expected {
        if let Some(expected) = self.expected {
            return expected;
        }
        let expected = self.conversation.begin(self.role, self.time_ms);
        let blocks = |entity| self.engine.policy().action(entity, FindingKind::Solicitation) == Action::Block;
        let guarded = self.role.serves() && Entity::BUILT_IN.into_iter().any(blocks);
        // Any words may answer the question for a password; of who serves only what looks like one is taken.
        let answer = expected.all().contains(Topic::Password) && !self.role.serves();
        self.watch = Watch::new(guarded, answer);
        self.expected = Some(expected);
        expected
    }

    /// Takes the byte before `watched`.
    fn step(&mut self, out: &mut Vec<u8>) {
        let end = self.watched;
        let start = end - 1 - self.watch.chunk_len().min(end - 1);
        match self.watch.step(&self.text[start..end]) {
            Point::Inside => {}
            point if let Some(reach) = self.custom => {
                let here = self.base + end - self.judged;
                match point {
                    Point::Plain { ends } => self.ready.push_back((here, Ready::Plain { ends })),
                    Point::Calm => self.ready.push_back((here, Ready::Calm)),
                    Point::CalmUntil(back) => self.ready.push_back((here.saturating_sub(back), Ready::Early)),
                    Point::Held | Point::Inside => {}
                }
                self.go_on_with_slack(reach, out);
            }
            Point::Held => {}
            Point::Plain { ends } => self.pass(end, ends, out),
            Point::Calm => self.settle(Cut::At(end), out),
            Point::CalmUntil(back) => self.settle_early(end.saturating_sub(back), out),
        }
        if self.watched - self.written >= Self::MAX_BUFFERED {
            self.settle(Cut::Anywhere, out);
            self.watch.overflow();
        }
    }

    /// Judges what is held and lets it go on up to the cut, unless that was done too often for so long a text: each time
    /// the context and all that is held is read again.
    fn settle_early(&mut self, cut: usize, out: &mut Vec<u8>) {
        let len = self.base + self.watched - self.judged;
        let spent = self.spent + self.watched;
        if cut > self.written && spent <= EARLY * len + EARLY_AT_FIRST {
            self.spent = spent;
            self.settle(Cut::At(cut), out);
        }
    }

    /// Lets a plain text go on up to `end`, and judges it where much has come of it.
    fn pass(&mut self, end: usize, ends: bool, out: &mut Vec<u8>) {
        self.write(end, out);
        let unjudged = end - self.judged;
        if unjudged >= if ends { PLAIN } else { 2 * PLAIN } {
            self.settle(Cut::At(end), out);
        }
    }

    /// With detectors of the user's own: lets go on what has enough text after it.
    fn go_on_with_slack(&mut self, reach: Reach, out: &mut Vec<u8>) {
        let here = self.base + self.watched - self.judged;
        // A view is never longer than its source.
        if self.ready.front().is_none_or(|(place, _)| place + reach.ahead > here) {
            return;
        }
        // What is in front of the tail cannot reach what has not gone on. Where it is spelled otherwise than it reads,
        // nobody can tell how far that is: then all is looked at.
        let mut start = self.written.saturating_sub(reach.back);
        if !View::new(&self.text[start..self.watched]).alignment().is_identity() {
            start = 0;
        }
        let spent = self.spent + self.watched - start;
        if spent > EARLY * here + EARLY_AT_FIRST {
            return;
        }
        self.spent = spent;
        let view = View::new(&self.text[start..self.watched]);
        let place = |span: Span| {
            let place = |at: usize| (self.base + start + at).saturating_sub(self.judged);
            (place(span.start), place(span.end))
        };
        let Some(last) = view.text().len().checked_sub(reach.ahead) else { return };
        let (last, _) = place(view.source(ViewSpan::new(last, last + 1)));
        let detectors = self.engine.policy().detectors();
        let found: Vec<(usize, usize)> =
            detectors.flat_map(|detector| detector.find(view.text())).map(|span| place(view.source(span))).collect();

        let (mut calm, mut early, mut plain) = (0, 0, None);
        while let Some((place, ready)) = self.ready.front().copied().filter(|(place, _)| *place <= last) {
            self.ready.pop_front();
            match ready {
                Ready::Plain { ends } => plain = Some((place, ends)),
                Ready::Calm => calm = place,
                Ready::Early => early = place,
            }
        }
        if let Some(cut) = self.unwritten(calm) {
            self.settle(Cut::At(cut), out);
        }
        if let Some(cut) = self.unwritten(early) {
            self.settle_early(cut, out);
        }
        if let Some((place, ends)) = plain
            && let Some(end) = self.unwritten(place)
        {
            let written = self.base + self.written - self.judged;
            if found.iter().any(|(start, end)| *start < place && *end > written) {
                self.settle(Cut::At(end), out);
            } else {
                self.pass(end, ends, out);
            }
        }
    }

    /// Where in `text` a place of the whole text is, if the text has not gone on up to there.
    fn unwritten(&self, place: usize) -> Option<usize> {
        let at = (place + self.judged).checked_sub(self.base)?;
        (at > self.written).then_some(at)
    }

    /// Lets `text` go on up to `end`, as it is.
    fn write(&mut self, end: usize, out: &mut Vec<u8>) {
        if !self.blocked {
            out.extend_from_slice(&self.text[self.written..end]);
        }
        self.written = end;
    }

    /// Judges what has been watched and lets it go on up to the cut.
    fn settle(&mut self, cut: Cut, out: &mut Vec<u8>) {
        let expected = self.begin();
        let text = mem::take(&mut self.text);
        let watched = &text[..self.watched];
        let view = View::new(watched);
        let (mut sheet, mut numbers) = (TokenBuffer::default(), Numbers::new());
        let page = Document::new(&view, &mut sheet, &mut numbers);
        let from = run::view_at(&view, self.judged);
        let last = matches!(cut, Cut::End);
        let (mut cut, to, mut in_run) = match cut {
            Cut::At(cut) => (cut, run::view_at(&view, cut), false),
            Cut::End => (watched.len(), usize::MAX, false),
            Cut::Anywhere => {
                let place = run::cut(&page, watched, self.written);
                (place.source, place.view, place.in_run)
            }
        };

        let part = Part { from, to, first: self.whole, last };
        let before = self.conversation.clone();
        let message = Message { text: watched, role: self.role, id: self.id, time_ms: self.time_ms };
        let (mut verdict, said) = judge::judge_part(&page, &mut self.conversation, expected, &message, part);
        self.engine.find_custom(&view, part, &mut verdict);
        self.said.add(&said);
        self.recall.append(&mut verdict.recall);
        if self.in_run || in_run {
            let head = if self.in_run { run::head(&page, from, to) } else { None };
            let tail = if in_run { run::tail(&page, from, to) } else { None };
            in_run |= self.in_run && head.is_some_and(|head| head.end == to);
            for run in head.into_iter().chain(tail) {
                verdict
                    .found
                    .retain(|found| found.solicited || !(found.span.start < run.end && run.start < found.span.end));
                verdict.found.push(self.outgrown(run));
            }
        }
        if !last && verdict.until > to {
            let reach = view.source(ViewSpan::new(verdict.until - 1, verdict.until)).end;
            cut = cut.max(reach.min(watched.len()));
        }

        let mut outcome = self.engine.outcome(watched, &view, verdict);
        // A run that has outgrown the window is masked whole: there is nothing to look at again.
        if !(self.in_run || in_run) {
            outcome = redact_to_fixpoint(outcome, watched, |left, patch| {
                let view = View::new(left);
                let (mut sheet, mut numbers) = (TokenBuffer::default(), Numbers::new());
                let page = Document::new(&view, &mut sheet, &mut numbers);
                let to = if last { usize::MAX } else { run::view_at(&view, patch.patched(Span::new(cut, cut)).start) };
                let part = Part { from: run::view_at(&view, self.judged), to, first: self.whole, last };
                let again = Message { text: left, ..message };
                let (mut verdict, _) = judge::judge_part(&page, &mut before.clone(), expected, &again, part);
                self.engine.find_custom(&view, part, &mut verdict);
                self.engine.outcome(left, &view, verdict)
            });
        }
        self.in_run = in_run;
        let (judged, base) = (self.judged, self.base);
        for finding in &mut outcome.findings {
            let place = |at: usize| if at >= judged { base + at - judged } else { base.saturating_sub(judged - at) };
            finding.span = Span::new(place(finding.span.start), place(finding.span.end));
        }
        self.blocked |= outcome.is_blocked();
        self.findings.append(&mut outcome.findings);
        let patch = patch(&outcome.patch, self.written, cut);
        if let Some(edits) = &mut self.edits {
            // Of the context nothing is left to be changed.
            edits.extend(patch.edits().iter().map(|edit| Edit {
                span: Span::new(base + edit.span.start - judged, base + edit.span.end - judged),
                with: edit.with.clone(),
            }));
        }
        if !self.blocked {
            let start = self.written.min(cut);
            out.extend_from_slice(&patch.apply(&watched[..cut])[start..]);
        }
        self.text = text;
        self.forget(cut);
    }

    /// A run of digits that has outgrown the window.
    fn outgrown(&self, span: ViewSpan) -> Detection {
        let policy = self.engine.policy();
        // It could be any of them: what the policy is strictest with.
        let numbers = [
            Entity::SecurityCode,
            Entity::Pin,
            Entity::OneTimePasscode,
            Entity::Account,
            Entity::SocialSecurity,
            Entity::Card,
        ];
        let entity = numbers.into_iter().max_by_key(|entity| policy.action(*entity, FindingKind::Disclosure));
        let evidence = crate::evidence::Evidence { piece: true, digits: u8::MAX, ..Default::default() };
        Detection {
            span,
            entity: entity.unwrap_or(Entity::Card),
            evidence,
            part: true,
            solicited: false,
            expiry: false,
        }
    }

    /// Makes what was judged the context of what follows.
    fn forget(&mut self, cut: usize) {
        self.base += cut - self.judged;
        // Blanks in a row say no more than one does: a cue is seen across them.
        let mut context = Vec::with_capacity(cut);
        for &byte in &self.text[..cut] {
            let byte = if byte == b'\t' { b' ' } else { byte };
            if !(byte == b' ' && context.ends_with(b"  ")) {
                context.push(byte);
            }
        }
        let start = context_start(&context);
        self.whole &= start == 0;
        context.drain(..start);
        let len = context.len();
        self.written = self.written.max(cut) - cut + len;
        self.watched = self.watched - cut + len;
        self.judged = len;
        self.text.splice(..cut, context);
    }
}

/// The edits of a patch between `from` and `to`: of what has gone on already nothing can be taken back, and what goes on
/// beyond is masked when it comes.
fn patch(whole: &Patch, from: usize, to: usize) -> Patch {
    let inside = whole.edits().iter().filter(|edit| edit.span.end > from && edit.span.start < to);
    Patch::new(
        inside
            .map(|edit| {
                if edit.span.start >= from && edit.span.end <= to {
                    return edit.clone();
                }
                let span = Span::new(edit.span.start.max(from), edit.span.end.min(to));
                Edit { span, with: mask::PASSWORD.to_owned() }
            })
            .collect(),
    )
}

/// Where the context of what follows starts: at a line or a word, at most [`StreamRedactor::CONTEXT`] bytes back.
fn context_start(text: &[u8]) -> usize {
    let Some(start) = text.len().checked_sub(StreamRedactor::CONTEXT) else { return 0 };
    let near = &text[start..start + StreamRedactor::CONTEXT / 4];
    let line = near.iter().position(|b| *b == b'\n');
    line.or_else(|| near.iter().position(u8::is_ascii_whitespace)).map_or(start, |at| start + at + 1)
}

/// Shows how much is held, never the text.
impl fmt::Debug for StreamRedactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamRedactor")
            .field("role", &self.role)
            .field("held", &self.held())
            .field("findings", &self.findings.len())
            .field("blocked", &self.blocked)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
