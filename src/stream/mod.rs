//! Scans a text that arrives in chunks.

mod adapters;
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
use crate::judge::{self, Depth, Detection, Part};
use crate::mask;
use crate::message::{Message, MessageId, Role};
use crate::policy::Action;
use crate::report::Finding;
use crate::span::Span;
use crate::text::{View, ViewSpan};
pub use adapters::{RedactReader, RedactWriter};
use watch::{Point, Watch};

/// The number of bytes of a chunk that are buffered at once, so that a large chunk is not copied as a whole.
const CHUNK: usize = 4096;

/// The number of bytes of plain text after which it is judged for requests.
const PLAIN: usize = 1024;

/// The maximum length in bytes of one character as it is spelled, such as an HTML entity.
const LONGEST_SPELLING: usize = 32;

/// The number of bytes per byte of text that may be read again to send a part of the buffer early.
const EARLY: usize = 8;

/// The number of bytes of any text that may be read again to send a part of the buffer early.
const EARLY_AT_FIRST: usize = 64 * 1024;

/// Scans one text that arrives in chunks.
///
/// The text may be split anywhere: inside a UTF-8 sequence, an HTML entity, a number. Output and findings depend only
/// on the text, not on where it was split, because decisions are made at points that the text determines. Memory is
/// bounded ([`StreamRedactor::MAX_BUFFERED`], the context and the findings), and time is linear in the length of the
/// text.
///
/// # What is held back
///
/// Plain text is sent word by word. A word is held until the blank after it arrives. In scripts without blanks, a
/// letter is sent at once if there was no blank in the 128 bytes before it, which is longer than any password.
/// Everything is held from the first word that could be part of a finding: digits of any script, number words, letters
/// mixed with digits or with marks as in a password, quotation marks, a word at the start of a sentence that could be a
/// password ("bluebonnet is my password"), and the text after a word for a password. If a customer was asked for a
/// password, the whole answer is held.
///
/// Such words form one region if they are close to each other, like the groups of a number. How long a region is held
/// depends on what it may still become: an amount or a year until a word with a meaning of its own follows; any other
/// number until twelve tokens follow, or nineteen after "is"; a region near a word for a secret until a sentence has
/// ended ten tokens later, or forty tokens have followed. Then it is judged, and the text is sent up to the next
/// region. An open quotation is held until it closes. So a card over several lines, a password on the line after its
/// label, and a cue after a number are seen as one. The engine sees up to [`StreamRedactor::CONTEXT`] bytes before the
/// text it judges, and everything that has arrived after it. A text with many regions is judged less often, so that the
/// time stays linear.
///
/// # When the buffer is full
///
/// If [`StreamRedactor::MAX_BUFFERED`] bytes are held without such a point, between a half and seven eighths of them
/// are judged and sent, cut between two words or numbers. A finding across the cut is masked as one. A run of digits or
/// number words without a word, comma or line end in it is not cut. If it fills the buffer, it is masked as a whole, up
/// to its end, because its kind can no longer be determined.
///
/// # Differences from a scan of the whole text
///
/// If nothing is judged before the end of the text, the findings are those of [`Engine::scan`]. In a longer text a scan also
/// uses words that are further away: a mention of cards more than [`StreamRedactor::CONTEXT`] bytes before a number, a
/// sentence long after it. If an earlier piece of a number in the same message has been sent, only the later piece is
/// masked. Requests of an agent are found at the end of the sentence; if the policy blocks them, everything after the name
/// of a secret is held.
///
/// # Custom detectors
///
/// Text is sent only after every match that begins in it would have been found: when it is followed by as many bytes as
/// the longest match of any detector ([`CustomDetector`](crate::CustomDetector)), plus the window for cues after a
/// match if the detector has any. This is ten bytes and the end of the word for a pattern of ten bytes, and at most 456
/// bytes. The longest match that the pattern allows decides, not the text: `.{1,200}` holds back 200 bytes. Building a
/// detector fails if its pattern has no longest match. In a long text the detectors run every few words, so that the
/// time stays linear.
///
/// # Blocking
///
/// After a finding that the policy blocks, no more output is produced.
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
#[derive(Clone)]
pub struct StreamRedactor {
    engine: Engine,
    conversation: Conversation,
    role: Role,
    id: Option<MessageId>,
    time_ms: Option<u64>,
    /// What the conversation expects, once the text has begun.
    expected: Option<Expected>,
    /// The context, then text that was sent but not judged, then the held text.
    text: Vec<u8>,
    /// The length of the context in `text`.
    judged: usize,
    /// The length of `text` that was sent.
    written: usize,
    /// The length of `text` that the prefilter has read.
    watched: usize,
    /// The position of byte `judged` of `text` in the whole text.
    base: usize,
    /// The context reaches back to the start of the text.
    whole: bool,
    watch: Watch,
    /// With custom detectors: the positions in the whole text up to which the built-in detectors are done, and what to
    /// do there.
    ready: VecDeque<(usize, Ready)>,
    /// The reach of the custom detectors, if there are any.
    custom: Option<Reach>,
    /// The number of bytes read again to send a part of the buffer early.
    spent: usize,
    /// The last part sent ended inside a run of digits that filled the buffer.
    in_run: bool,
    said: Intents,
    findings: Vec<Finding>,
    recall: Vec<MessageId>,
    blocked: bool,
    /// The edits made, at positions in the whole text, if the caller wants them.
    edits: Option<Vec<Edit>>,
}

/// The result of a [`StreamRedactor`] at the end of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finished {
    /// The findings, in order; the spans are in bytes of the whole text.
    pub findings: Vec<Finding>,
    /// The conversation after the text.
    pub conversation: Conversation,
    /// Earlier messages to recall, as in [`Outcome::recall`](crate::Outcome::recall).
    pub recall: Vec<MessageId>,
}

impl Finished {
    /// Returns whether a finding blocks the text.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.action == Action::Block)
    }
}

/// How far the custom detectors look, in bytes of the view.
#[derive(Clone, Copy)]
struct Reach {
    /// Forward from the start of a match.
    ahead: usize,
    /// Back from the end of a match.
    back: usize,
}

/// What to do with the text up to a position, as far as the built-in detectors are concerned.
#[derive(Clone, Copy)]
enum Ready {
    /// Send it: it is plain. `ends`: a sentence ends there.
    Plain { ends: bool },
    /// Judge it.
    Calm,
    /// Judge it, unless that was done too often.
    Early,
}

/// The end of the part to judge.
#[derive(Clone, Copy)]
enum Cut {
    /// This byte of `text`.
    At(usize),
    /// The place where a cut does least harm.
    Anywhere,
    /// The end of the text.
    End,
}

impl StreamRedactor {
    /// The maximum number of bytes held back.
    pub const MAX_BUFFERED: usize = 4096;

    /// The maximum number of bytes of context before the text that is judged.
    pub const CONTEXT: usize = 1024;

    /// Returns a redactor for a message by `role`.
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

    /// Keeps the edits until they are [taken](Self::take_edits).
    pub(crate) fn recording_edits(mut self) -> Self {
        self.edits = Some(Vec::new());
        self
    }

    /// Sets the caller's id for the message. Call it before the first byte.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.id = Some(MessageId(id));
        self
    }

    /// Sets the time of the message, in milliseconds. Call it before the first byte.
    #[must_use]
    pub fn time_ms(mut self, time_ms: u64) -> Self {
        self.time_ms = Some(time_ms);
        self
    }

    /// Scans the next piece of the text and appends to `out` what is safe to send.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.begin();
        for chunk in piece.chunks(CHUNK) {
            self.text.extend_from_slice(chunk);
            while self.watched < self.text.len() {
                self.watched += 1;
                self.step(out);
            }
        }
    }

    /// Ends the text and appends the rest of the output to `out`.
    #[must_use]
    pub fn finish(self, out: &mut Vec<u8>) -> Finished {
        self.finish_with_edits(out).0
    }

    /// Ends the text as [`finish`](Self::finish) does, and returns the edits that were not taken.
    pub(crate) fn finish_with_edits(mut self, out: &mut Vec<u8>) -> (Finished, Vec<Edit>) {
        self.begin();
        self.judge_up_to(Cut::End, out);
        self.conversation.end(self.role, &self.said);
        // A request may be recognized only after a secret that follows its cue.
        self.findings.sort_by_key(|f| (f.span.start, f.span.end, f.kind == FindingKind::Solicitation));
        self.findings.dedup_by_key(|f| (f.span, f.kind, f.entity));
        let edits = self.take_edits();
        (Finished { findings: self.findings, conversation: self.conversation, recall: self.recall }, edits)
    }

    /// Takes the edits on text sent since the last call, at positions in the whole text.
    pub(crate) fn take_edits(&mut self) -> Vec<Edit> {
        self.edits.as_mut().map(mem::take).unwrap_or_default()
    }

    /// Returns the length of the whole text that was sent.
    pub(crate) fn sent_len(&self) -> usize {
        self.base + self.written - self.judged
    }

    /// Returns the number of bytes since the last blank, which may be an incomplete word.
    pub(crate) fn unfinished(&self) -> usize {
        self.watch.word_len()
    }

    /// Returns whether the whole buffer would be sent unchanged if a blank came next, or is held only because of a
    /// number word in a sentence that has ended.
    pub(crate) fn is_plain(&self) -> bool {
        if self.custom.is_some() {
            return self.held() == 0;
        }
        let end = self.text.len();
        let mut word = self.text[end - self.watch.word_len().min(end)..].to_vec();
        word.push(b' ');
        let mut watch = self.watch.clone();
        matches!(watch.step(&word), Point::Plain { .. }) || watch.seems_complete()
    }

    /// Marks the whole buffer as sent unchanged.
    pub(crate) fn mark_sent(&mut self) {
        self.watch.forget();
        self.written = self.text.len();
    }

    /// Returns whether a digit is held.
    pub(crate) fn holds_digits(&self) -> bool {
        let held = &self.text[self.written..];
        held.iter().any(u8::is_ascii_digit)
            || !held.is_ascii() && String::from_utf8_lossy(held).chars().any(char::is_numeric)
    }

    /// Judges the whole buffer as it is and sends it.
    pub(crate) fn judge_now(&mut self) {
        if self.held() > 0 {
            self.judge_up_to(Cut::At(self.watched), &mut Vec::new());
            self.watch.forget();
        }
    }

    /// Returns the number of bytes held back, never more than [`MAX_BUFFERED`](Self::MAX_BUFFERED).
    #[must_use]
    pub fn held(&self) -> usize {
        self.text.len() - self.written
    }

    /// Returns whether a finding blocks the text. No more output is produced.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Returns whether nothing was judged so far: if the text ends here, it is judged as a whole.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn is_unjudged(&self) -> bool {
        self.base == 0
    }

    fn begin(&mut self) -> Expected {
        if let Some(expected) = self.expected {
            return expected;
        }
        let expected = self.engine.begin(&mut self.conversation, self.role, self.time_ms);
        let blocks = |entity| self.engine.policy().action(entity, FindingKind::Solicitation) == Action::Block;
        let guarded = self.role.serves() && Entity::BUILT_IN.iter().copied().any(blocks);
        // Any words may answer a request for a password. In a message of an agent, only what looks like a password
        // counts.
        let answer = expected.all().contains(Topic::Password) && !self.role.serves();
        let awaited = expected.awaits_a_secret() || self.conversation.side(self.role).pieces.is_active();
        self.watch = Watch::new(guarded, answer, awaited, !self.role.serves());
        self.expected = Some(expected);
        expected
    }

    /// Runs the prefilter on the byte before `watched`.
    fn step(&mut self, out: &mut Vec<u8>) {
        let end = self.watched;
        let start = end - 1 - self.watch.word_len().min(end - 1);
        match self.watch.step(&self.text[start..end]) {
            Point::Inside => {}
            point if let Some(reach) = self.custom => {
                let here = self.base + end - self.judged;
                match point {
                    Point::Plain { ends } => self.ready.push_back((here, Ready::Plain { ends })),
                    Point::PlainUntil(back) => {
                        self.ready.push_back((here.saturating_sub(back), Ready::Plain { ends: false }));
                    }
                    Point::Calm => self.ready.push_back((here, Ready::Calm)),
                    Point::CalmUntil(back) => self.ready.push_back((here.saturating_sub(back), Ready::Early)),
                    Point::Held | Point::Inside => {}
                }
                self.send_with_lookahead(reach, out);
            }
            Point::Held => {}
            Point::Plain { ends } => self.pass(end, ends, out),
            Point::PlainUntil(back) if end - back > self.written => self.pass(end - back, false, out),
            Point::PlainUntil(_) => {}
            Point::Calm => self.judge_up_to(Cut::At(end), out),
            Point::CalmUntil(back) => self.judge_early(end.saturating_sub(back), out),
        }
        if self.watched - self.written >= Self::MAX_BUFFERED {
            self.judge_up_to(Cut::Anywhere, out);
            self.watch.overflow();
        }
    }

    /// Judges the buffer and sends it up to the cut. Does nothing if that was done too often for the length of the
    /// text, because the context and the whole buffer are read again each time.
    fn judge_early(&mut self, cut: usize, out: &mut Vec<u8>) {
        let len = self.base + self.watched - self.judged;
        let spent = self.spent + self.watched;
        if cut > self.written && spent <= EARLY * len + EARLY_AT_FIRST {
            self.spent = spent;
            self.judge_up_to(Cut::At(cut), out);
        }
    }

    /// Sends plain text up to `end`, and judges it if there is enough of it.
    fn pass(&mut self, end: usize, ends: bool, out: &mut Vec<u8>) {
        self.write(end, out);
        let unjudged = end - self.judged;
        if unjudged >= if ends { PLAIN } else { 2 * PLAIN } {
            self.judge_up_to(Cut::At(end), out);
        }
    }

    /// With custom detectors: sends what has enough text after it.
    fn send_with_lookahead(&mut self, reach: Reach, out: &mut Vec<u8>) {
        let here = self.base + self.watched - self.judged;
        // A view is never longer than its source.
        if self.ready.front().is_none_or(|(place, _)| place + reach.ahead > here) {
            return;
        }
        // A match that begins before `start` cannot reach unsent text. If the view rewrote something that distance is not
        // known, so everything is searched.
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
            self.judge_up_to(Cut::At(cut), out);
        }
        if let Some(cut) = self.unwritten(early) {
            self.judge_early(cut, out);
        }
        if let Some((place, ends)) = plain
            && let Some(end) = self.unwritten(place)
        {
            let written = self.base + self.written - self.judged;
            if found.iter().any(|(start, end)| *start < place && *end > written) {
                self.judge_up_to(Cut::At(end), out);
            } else {
                self.pass(end, ends, out);
            }
        }
    }

    /// Returns the position in `text` of a position in the whole text, if it was not sent yet.
    fn unwritten(&self, place: usize) -> Option<usize> {
        let at = (place + self.judged).checked_sub(self.base)?;
        (at > self.written).then_some(at)
    }

    /// Sends `text` up to `end`, unchanged.
    fn write(&mut self, end: usize, out: &mut Vec<u8>) {
        if !self.blocked {
            out.extend_from_slice(&self.text[self.written..end]);
        }
        self.written = end;
    }

    /// Judges the text read so far and sends it up to the cut.
    fn judge_up_to(&mut self, cut: Cut, out: &mut Vec<u8>) {
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
        let (mut verdict, said) =
            judge::judge_part(&page, &mut self.conversation, expected, &message, Depth::Usual, part);
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
                verdict.found.push(self.oversized_run(run));
            }
        }
        if !last && verdict.until > to {
            let reach = view.source(ViewSpan::new(verdict.until - 1, verdict.until)).end;
            cut = cut.max(reach.min(watched.len()));
        }

        let mut outcome = self.engine.outcome(watched, &view, verdict);
        // A run that filled the buffer is masked as a whole, so nothing is left to find.
        if !(self.in_run || in_run) {
            outcome = redact_to_fixpoint(outcome, watched, |left, patch| {
                let view = View::new(left);
                let (mut sheet, mut numbers) = (TokenBuffer::default(), Numbers::new());
                let page = Document::new(&view, &mut sheet, &mut numbers);
                let to = if last { usize::MAX } else { run::view_at(&view, patch.patched(Span::new(cut, cut)).start) };
                let part = Part { from: run::view_at(&view, self.judged), to, first: self.whole, last };
                let again = Message { text: left, ..message };
                let (mut verdict, _) =
                    judge::judge_part(&page, &mut before.clone(), expected, &again, Depth::Findings, part);
                self.engine.find_custom(&view, part, &mut verdict);
                self.engine.outcome(left, &view, verdict)
            });
        }
        self.in_run = in_run;
        let (judged, base) = (self.judged, self.base);
        // What was sent as plain can no longer be a finding.
        let written = self.written;
        outcome.findings.retain(|finding| finding.kind == FindingKind::Solicitation || finding.span.end > written);
        for finding in &mut outcome.findings {
            let place = |at: usize| if at >= judged { base + at - judged } else { base.saturating_sub(judged - at) };
            finding.span = Span::new(place(finding.span.start), place(finding.span.end));
        }
        self.blocked |= outcome.is_blocked();
        self.findings.append(&mut outcome.findings);
        let patch = patch(&outcome.patch, self.written, cut);
        if let Some(edits) = &mut self.edits {
            // The patch leaves the context alone.
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

    /// Returns the detection for a run of digits that filled the buffer.
    fn oversized_run(&self, span: ViewSpan) -> Detection {
        let policy = self.engine.policy();
        // It could be any of these. Take the one with the strictest action.
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

    /// Turns the judged text into context.
    fn forget(&mut self, cut: usize) {
        self.base += cut - self.judged;
        // Runs of blanks are shortened, so that a cue is still found across them.
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

/// Returns the edits of a patch between `from` and `to`. What was sent already cannot be changed, and what is beyond `to` is
/// masked when it is judged.
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

/// Returns the start of the context: a line or a word, at most [`StreamRedactor::CONTEXT`] bytes back.
fn context_start(text: &[u8]) -> usize {
    let Some(start) = text.len().checked_sub(StreamRedactor::CONTEXT) else { return 0 };
    let near = &text[start..start + StreamRedactor::CONTEXT / 4];
    let line = near.iter().position(|b| *b == b'\n');
    line.or_else(|| near.iter().position(u8::is_ascii_whitespace)).map_or(start, |at| start + at + 1)
}

/// Shows the number of bytes held, never the text.
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
