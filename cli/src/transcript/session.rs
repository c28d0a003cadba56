//! Scans the messages of a transcript in their conversations, and returns the edits on each record.
//!
//! Records are scanned in batches, so that messages can be scanned in the order in which they were said, and roles can
//! be guessed from everything that is said. A record is returned after [`WINDOW`] further messages were scanned,
//! because a later message may complete a secret of which it contains a piece.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use lastfour::chat::{is_prose, secret_label};
use lastfour::{
    Action, Conversation, EarlierPiece, Edit, Engine, Entity, Explanation, Finding, Message, MessageId, Outcome, Patch,
    Role, Span,
};

use super::Trouble;
use super::batch::Batch;
use super::echo::{Words, echoes};
use super::found::{Cursor, Found};
use super::interpret::Candidates;
use super::order::order;
use super::record::{Edits, Key, Part, Record, Said, Text};
use super::segment::Segment;
use super::speakers::{Certainty, GivenRoles};
use super::spelling::Spelling;
use super::talks::{Masked, Talk, Talks};
use crate::threads::spread;

/// The minimum number of messages that are scanned after a message before its record is returned. If a number is
/// completed within them, all its pieces are masked.
pub(crate) const WINDOW: usize = 200;

/// The maximum size of the records that wait for further messages, in bytes. Beyond it the oldest are returned early,
/// so that values of many MiB do not add up.
const MOST_HELD: usize = 32 << 20;

/// The batch size of a newest-first transcript, in bytes. Up to this size, such a transcript is buffered as a whole.
const BATCH_NEWEST_FIRST: usize = 64 << 20;

/// The number of records that are returned at once.
const RELEASED: usize = 2048;

/// The number of records in which a thread scans other values than messages at a time.
const PIECE: usize = 128;

/// The maximum length in bytes, and the maximum number, of values without findings that are remembered.
const LONGEST_ID: usize = 128;
const MOST_CLEAN: usize = 1024;

/// What affects the scan of a value besides its bytes: its speaker, its part, and whether it reads like text.
type ReadAs = (Role, Part, bool);

/// The number of messages of one conversation in a batch that are examined to find out who is the agent.
const MOST_EVIDENCE: usize = 300;

/// The maximum number of names in a summary.
const MOST_NAMES: usize = 6;

/// A record with its findings.
pub(crate) struct Done {
    pub(crate) raw: Vec<u8>,
    /// The line and column of its first byte, counted from 1.
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) patch: Patch,
    /// The findings, ordered by position.
    pub(crate) found: Vec<Found>,
    /// The messages in the order of the record, if explanations were requested.
    pub(crate) explained: Vec<Explained>,
    /// The number of messages in it.
    pub(crate) messages: u64,
}

/// A message with the reasons for what was found and kept.
pub(crate) struct Explained {
    pub(crate) role: Role,
    pub(crate) conversation: Option<Arc<[u8]>>,
    /// The line and column at which it begins.
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) explanation: Explanation,
    /// The line and column of each place in the message that the explanation names.
    pub(crate) places: HashMap<Span, (u64, u64)>,
}

/// What is known about the roles in a transcript.
#[derive(Debug, Default, Clone)]
pub(crate) struct Roles {
    /// The number of messages by speakers whose role is unknown.
    pub(crate) unknown: u64,
    /// The number of lines of a text that have a time and no speaker, such as notices of the program.
    pub(crate) notices: u64,
    pub(crate) candidates: Candidates,
    /// The names of speakers whose role is unknown.
    pub(crate) names: Vec<Arc<str>>,
    /// The names of speakers whose role was guessed.
    pub(crate) guessed: Vec<(Arc<str>, Role)>,
    /// The number of messages by speaker and role, for up to [`MOST_SPEAKERS`] speakers.
    pub(crate) speakers: HashMap<(Option<Arc<str>>, Role), u64>,
}

/// The maximum number of speakers whose messages are counted.
const MOST_SPEAKERS: usize = 200;

/// A record that was scanned and may still be changed.
struct ScannedRecord {
    record: Record,
    /// The positions of its line ends.
    newlines: Vec<u32>,
    said: Vec<Said>,
    /// The copies among the messages: the index of the original and that of the copy, sorted.
    copies: Vec<(u32, u32)>,
    /// The ids of its messages.
    ids: Vec<u64>,
    roles: Vec<Role>,
    edits: Edits,
    found: Vec<Found>,
    explained: Vec<(u32, Explained)>,
    /// The number of messages that had been scanned at the time.
    at: u64,
}

/// Scans a transcript.
pub(crate) struct Session<'e> {
    engine: &'e Engine,
    talks: Talks,
    explains: bool,
    /// The number of threads over which conversations are spread.
    threads: usize,
    newest_first: bool,
    /// Whether messages with a time and without a speaker may be notices of the program.
    pub(crate) may_have_notices: bool,
    /// Whether some message quotes another one.
    has_quotes: bool,
    /// The held records, and the index of the first one.
    held: VecDeque<ScannedRecord>,
    first: u64,
    /// The index of the first held record that was not scanned, and the size of those records in bytes.
    unscanned: usize,
    unheard_len: usize,
    /// The size of all held records in bytes.
    held_len: usize,
    /// The messages in the held records by id: the index of the record, and the index within it.
    places: HashMap<u64, (u64, u32)>,
    /// The lines of the latest messages. The last one has the id `next - 1`.
    lines: VecDeque<u64>,
    next: u64,
    /// The number of messages scanned.
    scanned: u64,
    pub(crate) roles: Roles,
    ready: VecDeque<Done>,
}

/// The number of latest messages whose lines are known.
const LINES: usize = 1 << 16;

/// The position of a message: the index of its record among the held ones, and its index in the record.
type At = (usize, usize);

impl<'e> Session<'e> {
    pub(crate) fn new(engine: &'e Engine, roles: &GivenRoles, explains: bool, threads: usize) -> Self {
        Self {
            engine,
            talks: Talks::new(roles),
            explains,
            threads,
            newest_first: false,
            may_have_notices: false,
            has_quotes: false,
            held: VecDeque::new(),
            first: 0,
            unscanned: 0,
            unheard_len: 0,
            held_len: 0,
            places: HashMap::new(),
            lines: VecDeque::new(),
            next: 1,
            scanned: 0,
            roles: Roles::default(),
            ready: VecDeque::new(),
        }
    }

    /// Scans the next records, and queues those that no later message can change. With `all`, when no more input comes
    /// for now, all records are scanned and queued.
    pub(crate) fn push(&mut self, batch: Batch, all: bool) {
        self.scan_batch(batch, all);
        self.release(all);
    }

    /// Returns the next finished record.
    pub(crate) fn next(&mut self) -> Option<Done> {
        self.ready.pop_front()
    }

    /// Scans a batch. A newest-first batch waits for more, unless `now` is set.
    fn scan_batch(&mut self, batch: Batch, now: bool) {
        self.unheard_len += batch.len;
        self.roles.candidates = batch.candidates;
        for (record, said) in batch.records {
            let roles = vec![Role::Unknown; said.len()];
            let said = with_originals(said);
            let copy = |(number, said): (usize, &Said)| match said.part {
                Part::Copy(of) => Some((of, u32::try_from(number).ok()?)),
                _ => None,
            };
            let mut copies: Vec<(u32, u32)> = said.iter().enumerate().filter_map(copy).collect();
            copies.sort_unstable();
            self.has_quotes |= said.iter().any(|said| said.part == Part::Quoted);
            self.held_len += record.raw.len();
            self.held.push_back(ScannedRecord {
                newlines: newlines(&record.raw),
                record,
                said,
                copies,
                ids: Vec::new(),
                roles,
                edits: Edits::default(),
                found: Vec::new(),
                explained: Vec::new(),
                at: self.scanned,
            });
        }
        let base = self.unscanned;
        let conversations = self.conversations(base);
        if self.newest_first && !now && self.unheard_len < BATCH_NEWEST_FIRST {
            return;
        }
        self.unscanned = self.held.len();
        self.unheard_len = 0;
        // Each message gets the id that it would have if the conversations were scanned one after the other.
        let mut next = self.next;
        let mut tasks = Vec::with_capacity(conversations.len());
        for (key, messages) in conversations {
            let first = next;
            next += messages.len() as u64;
            tasks.push(Task { talk: self.talks.take(&key), key, messages, first });
        }
        let scanner = MessageScanner {
            engine: self.engine,
            held: &self.held,
            explains: self.explains,
            has_quotes: self.has_quotes,
        };
        let results = spread(self.threads, tasks, |mut task| {
            let messages = scanner.conversation(&mut task);
            (task, messages)
        });
        let pieces: Vec<_> = (base..self.held.len()).step_by(PIECE).collect();
        let others = spread(self.threads, pieces, |from| {
            let mut clean = HashMap::new();
            let to = self.held.len().min(from + PIECE);
            (from..to).map(|at| scanner.others(at, &mut clean)).collect::<Vec<_>>()
        });
        for (task, messages) in results {
            for (at, message) in task.messages.iter().zip(messages) {
                self.note(*at, message);
            }
            self.note_speakers(&task.talk);
            self.talks.put(task.key, task.talk);
        }
        for (at, others) in (base..).zip(others.into_iter().flatten()) {
            self.scanned += others.messages;
            let entry = &mut self.held[at];
            if let Some(hits) = others.hits {
                entry.edits.append(hits.edits);
                entry.found.extend(hits.found);
            }
            entry.at = self.scanned;
        }
    }

    /// Returns the messages of each conversation from the held record `base` on, in order.
    fn conversations(&mut self, base: usize) -> Vec<(Key, Vec<At>)> {
        let mut found: Vec<(Key, Vec<At>)> = Vec::new();
        let mut places: HashMap<Key, usize> = HashMap::new();
        for at in base..self.held.len() {
            for (number, said) in self.held[at].said.iter().enumerate() {
                if !is_in_conversation(said) {
                    continue;
                }
                let place = match places.get(&said.key) {
                    Some(place) => *place,
                    None => {
                        places.insert(said.key.clone(), found.len());
                        found.push((said.key.clone(), Vec::new()));
                        found.len() - 1
                    }
                };
                found[place].1.push((at, number));
            }
        }
        for (_, messages) in &mut found {
            let times: Vec<_> = messages.iter().map(|(at, number)| self.held[*at].said[*number].time).collect();
            let order = order(&times);
            self.newest_first |= order.len() > 2 && order.first() > order.last();
            *messages = order.into_iter().map(|place| messages[place]).collect();
        }
        found
    }

    /// Records the speakers of a conversation whose roles are not stated.
    fn note_speakers(&mut self, talk: &Talk) {
        for (name, role) in talk.speakers.guesses() {
            let (names, guessed) = (&mut self.roles.names, &mut self.roles.guessed);
            if role == Role::Unknown {
                if names.len() < MOST_NAMES && !names.contains(name) {
                    names.push(Arc::clone(name));
                }
            } else if guessed.len() < MOST_NAMES && !guessed.iter().any(|(known, _)| known == name) {
                guessed.push((Arc::clone(name), role));
            }
        }
    }

    /// Records the results of a message, in the order in which messages are scanned.
    fn note(&mut self, (at, number): At, message: ScannedMessage) {
        let id = self.next;
        self.next += 1;
        self.scanned += 1;
        let said = &self.held[at].said[number];
        let is_notice = self.may_have_notices && said.time.is_some() && said.speaker.name.is_none();
        match message.certainty {
            Certainty::Unknown if is_notice => self.roles.notices += 1,
            Certainty::Unknown => self.roles.unknown += 1,
            Certainty::Stated | Certainty::Guessed => {}
        }
        let counted = (self.held[at].said[number].speaker.name.clone(), message.role);
        if let Some(count) = self.roles.speakers.get_mut(&counted) {
            *count += 1;
        } else if self.roles.speakers.len() < MOST_SPEAKERS {
            self.roles.speakers.insert(counted, 1);
        }
        let first_line = id - self.lines.len() as u64;
        let line_of = |id: &MessageId| {
            let at = usize::try_from(id.0.checked_sub(first_line)?).ok()?;
            self.lines.get(at).copied()
        };
        // Earlier messages that are still held are masked below.
        let gone = |id: &&MessageId| !self.places.contains_key(&id.0) || self.explains;
        let mut hits = message.hits.map(|hits| *hits).unwrap_or_default();
        if let Some(first) = hits.found.first_mut() {
            first.recall = hits.recall.iter().filter(gone).filter_map(line_of).collect();
        }
        let index = u32::try_from(number).unwrap_or(u32::MAX);
        let entry = &mut self.held[at];
        entry.roles[number] = message.role;
        entry.edits.append(hits.edits);
        entry.found.append(&mut hits.found);
        entry.explained.extend(message.explained.map(|explained| (index, *explained)));
        entry.ids.push(id);
        self.places.insert(id, (self.first + at as u64, index));
        self.lines.push_back(message.line);
        if self.lines.len() > LINES {
            self.lines.pop_front();
        }
        for piece in hits.earlier {
            self.amend(piece.message, piece.finding, piece.edit);
        }
    }

    /// Masks a piece of a secret in an earlier message.
    fn amend(&mut self, id: MessageId, finding: Finding, edit: Option<Edit>) {
        let Some(&(record, number)) = self.places.get(&id.0) else { return };
        let Some(entry) = record.checked_sub(self.first).and_then(|at| self.held.get_mut(usize::try_from(at).ok()?))
        else {
            return;
        };
        let said = &entry.said[number as usize];
        let text = entry.record.join(&said.segments);
        let span = text.raw_span(finding.span);
        if entry.found.iter().any(|known| known.span.overlaps(span) && known.finding.kind.is_there()) {
            return;
        }
        let mut edits = Edits::default();
        let about = About { role: entry.roles[number as usize], conversation: id_of(&said.key), copy: false };
        let patch = Patch::new(edit.into_iter().collect());
        text.edit(&patch, &mut edits);
        let found: Vec<Found> = about.finding(&text, number, &finding, &patch).collect();
        entry.found.extend(found);
        entry.edits.append(edits);
    }

    /// Queues the records that no later message can change any more, or all records.
    fn release(&mut self, all: bool) {
        loop {
            let mut released = Vec::new();
            while let Some(entry) = self.held.front().filter(|_| self.unscanned > 0 && released.len() < RELEASED) {
                if !all && entry.at + WINDOW as u64 > self.scanned && self.held_len <= MOST_HELD {
                    break;
                }
                let Some(entry) = self.held.pop_front() else { break };
                self.first += 1;
                self.unscanned -= 1;
                self.held_len -= entry.record.raw.len();
                for id in &entry.ids {
                    self.places.remove(id);
                }
                released.push(entry);
            }
            if released.is_empty() {
                return;
            }
            self.ready.extend(spread(self.threads, released, done));
        }
    }
}

/// The messages of a conversation in a batch.
struct Task {
    key: Key,
    messages: Vec<At>,
    talk: Talk,
    /// The id of its first message.
    first: u64,
}

/// The results of a message.
struct ScannedMessage {
    role: Role,
    certainty: Certainty,
    /// The line in which it begins.
    line: u64,
    /// Boxed because most messages have no results and a batch has many messages.
    hits: Option<Box<MessageResults>>,
    explained: Option<Box<Explained>>,
}

/// The findings and edits of a message.
#[derive(Default)]
struct MessageResults {
    edits: Edits,
    found: Vec<Found>,
    /// The earlier messages with pieces of a secret that this message completes, and these pieces.
    recall: Vec<MessageId>,
    earlier: Vec<EarlierPiece>,
}

impl MessageResults {
    fn boxed(self) -> Option<Box<Self>> {
        let Self { edits, found, recall, earlier } = &self;
        let none = edits.is_empty() && found.is_empty() && recall.is_empty() && earlier.is_empty();
        (!none).then(|| Box::new(self))
    }
}

/// The findings in a record outside of conversations.
struct Others {
    hits: Option<Box<MessageResults>>,
    messages: u64,
}

/// Scans messages on any thread. The records are not changed.
struct MessageScanner<'a> {
    engine: &'a Engine,
    held: &'a VecDeque<ScannedRecord>,
    explains: bool,
    has_quotes: bool,
}

impl MessageScanner<'_> {
    /// Scans the messages of one conversation in order.
    fn conversation(&self, task: &mut Task) -> Vec<ScannedMessage> {
        let Task { key, messages, talk, first } = task;
        for &(at, number) in &*messages {
            talk.speakers.meet(&self.held[at].said[number].speaker);
        }
        let wanting = |(at, number): &&At| talk.speakers.wants_evidence(&self.held[*at].said[*number].speaker);
        let wanting: Vec<_> = messages.iter().filter(wanting).take(MOST_EVIDENCE).copied().collect();
        for (at, number) in wanting {
            let said = &self.held[at].said[number];
            let text = self.held[at].record.join(&said.segments);
            if verifies(self.engine, &text.bytes) {
                talk.speakers.verified(&said.speaker);
            }
        }
        (*first..).zip(&*messages).map(|(id, at)| self.message(talk, key, *at, id)).collect()
    }

    fn message(&self, talk: &mut Talk, key: &Key, (at, number): At, id: u64) -> ScannedMessage {
        let entry = &self.held[at];
        let said = &entry.said[number];
        let (role, certainty) = talk.speakers.role(&said.speaker);
        let text = entry.record.join(&said.segments);
        let message = Message::new(role, &*text.bytes).id(id);
        let index = u32::try_from(number).unwrap_or(u32::MAX);
        let from = entry.copies.partition_point(|(of, _)| *of < index);
        let copies = entry.copies[from..].iter().take_while(|(of, _)| *of == index).map(|(_, copy)| *copy);
        let before = (copies.clone().next().is_some()).then(|| talk.conversation.clone());
        let quotes = self.has_quotes && talk.remember_words(&text.bytes, said.part == Part::Quoted);
        let (outcome, earlier, explanation) = if self.explains {
            let explanation = self.engine.explain(&mut talk.conversation, &message);
            (explanation.outcome.clone(), Vec::new(), Some(explanation))
        } else if quotes {
            // A repetition must not change the state of the conversation.
            (self.engine.scan(&mut talk.conversation.clone(), &message), Vec::new(), None)
        } else {
            let (outcome, earlier) = talk.earlier.scan(self.engine, &mut talk.conversation, &message);
            (outcome, earlier, None)
        };
        let start = text.raw_span(Span::new(0, text.bytes.len().min(1))).start;
        let line = entry.record.line + entry.newlines.partition_point(|end| (*end as usize) < start) as u64;
        let mut edits = Edits::default();
        let mut found: Vec<Found> = Vec::new();
        let about = About { role, conversation: id_of(key), copy: false };
        text.edit(&outcome.patch, &mut edits);
        found.extend(about.found(&text, index, &outcome));
        if said.part == Part::Quoted {
            found.extend(quoted(talk, &about, &text, index, &outcome, &mut edits));
        } else {
            remember(talk, &text.bytes, &outcome);
        }
        for copy in copies {
            let other = entry.record.join(&entry.said[copy as usize].segments);
            let mut again = before.clone().unwrap_or_default();
            let message = Message::new(role, &*other.bytes);
            let asked = again.verifies(role);
            let mut outcome = self.engine.scan(&mut again, &message);
            if again.verifies(role) && !asked && !talk.conversation.verifies(role) {
                // It is not a copy, and may ask for something.
                let _ = self.engine.scan(&mut talk.conversation, &message);
            }
            other.edit(&outcome.patch, &mut edits);
            outcome.findings.retain(|finding| finding.kind.is_there());
            // What the message does not hold is not a repetition.
            for finding in &outcome.findings {
                let repeats = found.iter().any(|known| known.finding.entity == finding.entity);
                let about = About { copy: repeats, ..about.clone() };
                found.extend(about.finding(&other, copy, finding, &outcome.patch));
            }
        }
        let explained = explanation.map(|explanation| {
            let cursor = || Cursor::new(&entry.record.raw, entry.record.line, entry.record.column);
            let (_, column) = cursor().to(start);
            let found = explanation.outcome.findings.iter().map(|finding| finding.span);
            let passed = explanation.passed.iter().map(|passed| passed.span);
            let weighed = explanation.weighed.iter().map(|weighed| weighed.span);
            let spans = found.chain(passed).chain(weighed);
            let places = spans.map(|span| (span, cursor().to(text.raw_span(span).start))).collect();
            Box::new(Explained { role, conversation: about.conversation, line, column, explanation, places })
        });
        let hits = MessageResults { edits, found, recall: outcome.recall, earlier }.boxed();
        ScannedMessage { role, certainty, line, hits, explained }
    }

    /// Scans the values that are not part of a conversation. `clean` caches values without findings, so that an id that
    /// is in every record is scanned once.
    fn others(&self, at: usize, clean: &mut HashMap<Box<[u8]>, ReadAs>) -> Others {
        let entry = &self.held[at];
        let mut edits = Edits::default();
        let mut found = Vec::new();
        let mut messages = 0;
        for (number, said) in entry.said.iter().enumerate() {
            let alone = match said.part {
                Part::Said | Part::Quoted if said.key == Key::Alone => true,
                Part::Alone | Part::Event => true,
                // What it repeats is outside of the conversation too.
                Part::Copy(of) if !entry.said.get(of as usize).is_some_and(is_in_conversation) => true,
                Part::Data(_) | Part::Form | Part::Code | Part::Table | Part::Summary(..) => false,
                Part::Said | Part::Quoted | Part::Copy(_) => continue,
            };
            let copy = matches!(said.part, Part::Copy(_));
            let prose = match said.part {
                Part::Data(may_be_id) if said.label.is_none() => {
                    reads_as_text(&entry.record, &said.segments, may_be_id)
                }
                _ => false,
            };
            if !alone && !prose && said.label.is_none() && !may_hold_number(&entry.record, &said.segments) {
                continue;
            }
            if said.segments.iter().any(|segment| !entry.record.is_editable(segment.layer)) {
                continue;
            }
            let text = entry.record.join(&said.segments);
            let role = said.speaker.role.unwrap_or(Role::Unknown);
            let is_short = said.label.is_none() && !alone && text.bytes.len() <= LONGEST_ID;
            let read_as = (role, said.part, prose);
            if is_short && clean.get(&*text.bytes) == Some(&read_as) {
                continue;
            }
            let labeled = said.label.map(|label| self.labeled(label, role, &text.bytes));
            // A value may be a different secret than its name says.
            let labeled = labeled.filter(|outcome| !outcome.findings.is_empty());
            let is_labeled = labeled.is_some();
            let plain = || self.engine.scan(&mut Conversation::new(), &Message::new(role, &*text.bytes));
            let mut outcome = labeled.unwrap_or_else(plain);
            messages += u64::from(alone && !copy);
            match said.part {
                Part::Data(_) if is_labeled || prose => {}
                Part::Data(may_be_id) => keep_certain(&mut outcome, may_be_id),
                Part::Form | Part::Summary(..) | Part::Code => keep_certain(&mut outcome, false),
                Part::Event => keep_named(&mut outcome, &text.bytes),
                _ if said.key == Key::Alone => keep_found_by_rules(&mut outcome),
                _ => {}
            }
            if is_short && outcome.findings.is_empty() && outcome.patch.is_empty() && clean.len() < MOST_CLEAN {
                clean.insert(text.bytes.into_owned().into(), read_as);
                continue;
            }
            text.edit(&outcome.patch, &mut edits);
            outcome.findings.retain(|finding| finding.kind.is_there());
            let about = About { role, conversation: id_of(&said.key), copy: false };
            found.extend(about.found(&text, u32::try_from(number).unwrap_or(u32::MAX), &outcome));
        }
        Others { hits: MessageResults { edits, found, ..MessageResults::default() }.boxed(), messages }
    }

    /// Scans a value after the words for what its name means.
    fn labeled(&self, label: &str, role: Role, value: &[u8]) -> Outcome {
        let text = [label.as_bytes(), b": ", value].concat();
        let mut outcome = self.engine.scan(&mut Conversation::new(), &Message::new(role, &*text));
        outcome.drop_start(label.len() + 2);
        outcome
    }
}

/// Returns the messages of a record with each copy of a copy as a copy of the original.
fn with_originals(mut all: Vec<Said>) -> Vec<Said> {
    for at in 0..all.len() {
        let mut steps = 0;
        while let Part::Copy(of) = all[at].part
            && let Some(original) = all.get(of as usize)
            && matches!(original.part, Part::Copy(_))
            && steps < MOST_STEPS
        {
            (all[at].part, all[at].owner) = (original.part, original.owner);
            steps += 1;
        }
    }
    all
}

/// The maximum number of copies of copies that are followed.
const MOST_STEPS: usize = 8;

/// Returns whether a text is a message of a conversation.
fn is_in_conversation(said: &Said) -> bool {
    said.part.is_said() && said.key != Key::Alone
}

fn newlines(raw: &[u8]) -> Vec<u32> {
    memchr::memchr_iter(b'\n', raw).filter_map(|at| u32::try_from(at).ok()).collect()
}

/// Returns whether a message of an agent with this text would be a question for verification. A message that states a secret
/// is not: "my password is ..., is that the problem?"
fn verifies(engine: &Engine, text: &[u8]) -> bool {
    let mut talk = Conversation::new();
    let outcome = engine.scan(&mut talk, &Message::new(Role::Agent, text));
    talk.verifies(Role::Agent) && !outcome.findings.iter().any(|finding| finding.kind.is_there())
}

/// What the findings of a message have in common.
#[derive(Clone)]
struct About {
    role: Role,
    conversation: Option<Arc<[u8]>>,
    copy: bool,
}

impl About {
    /// Returns the findings of a message, one for each place of a secret in the record.
    fn found<'a>(&'a self, text: &'a Text<'_>, said: u32, outcome: &'a Outcome) -> impl Iterator<Item = Found> + 'a {
        outcome.findings.iter().flat_map(move |finding| self.finding(text, said, finding, &outcome.patch))
    }

    fn finding<'a>(
        &'a self,
        text: &Text<'_>,
        said: u32,
        finding: &Finding,
        patch: &Patch,
    ) -> impl Iterator<Item = Found> + use<'a> {
        let (finding, mask) = (*finding, mask_of(finding, patch));
        text.raw_spans(finding.span).into_iter().enumerate().map(move |(number, span)| Found {
            finding,
            span,
            said,
            mask: mask.clone(),
            role: self.role,
            conversation: self.conversation.clone(),
            copy: self.copy || number > 0,
            recall: Vec::new(),
        })
    }
}

/// The number of latest messages with secrets that are remembered per conversation, in case they are quoted.
const QUOTABLE: usize = 32;

/// Remembers a message with secrets.
fn remember(talk: &mut Talk, text: &[u8], outcome: &Outcome) {
    if outcome.findings.is_empty() {
        return;
    }
    let words = Words::new(text);
    let masked = |finding: &Finding| {
        let mask = mask_of(finding, &outcome.patch)?;
        let within = words.within(finding.span);
        (!within.is_empty()).then_some((within, mask, *finding))
    };
    let secrets: Vec<(Span, String, Finding)> = outcome.findings.iter().filter_map(masked).collect();
    if secrets.is_empty() {
        return;
    }
    talk.masked.push_back(Arc::new(Masked { key: words.key, secrets }));
    if talk.masked.len() > QUOTABLE {
        talk.masked.pop_front();
    }
}

/// Masks the secrets of an earlier message in a quotation of it. Returns those that were not found again.
fn quoted(talk: &Talk, about: &About, text: &Text<'_>, index: u32, outcome: &Outcome, edits: &mut Edits) -> Vec<Found> {
    let words = Words::new(&text.bytes);
    let Some(original) = talk.masked.iter().rev().find(|masked| masked.key == words.key) else { return Vec::new() };
    let mut found = Vec::new();
    for (within, mask, finding) in &original.secrets {
        let Some(span) = words.span(*within) else { continue };
        if outcome.patch.edits().iter().any(|edit| edit.span.overlaps(span)) {
            continue;
        }
        let patch = Patch::new(vec![Edit { span, with: mask.clone() }]);
        text.edit(&patch, edits);
        let about = About { copy: true, ..about.clone() };
        let mut finding = *finding;
        finding.span = span;
        found.extend(about.finding(text, index, &finding, &patch));
    }
    found
}

/// Returns the replacement of a finding.
fn mask_of(finding: &Finding, patch: &Patch) -> Option<String> {
    let hides = finding.action >= Action::Mask && finding.kind.is_there();
    let edits = patch.edits();
    let first = edits.partition_point(|edit| edit.span.end <= finding.span.start);
    let edit = edits.get(first).filter(|edit| edit.span.overlaps(finding.span));
    edit.filter(|_| hides).map(|edit| edit.with.clone())
}

fn id_of(key: &Key) -> Option<Arc<[u8]>> {
    match key {
        Key::Id(id) => Some(Arc::clone(id)),
        _ => None,
    }
}

/// The minimum number of digits of a number that is certain by its form.
const FEWEST_DIGITS: usize = 9;

/// Returns whether data may contain a secret that is certain by its form.
fn may_hold_number(record: &Record, segments: &[Segment]) -> bool {
    // A plain number of this length, such as a time in seconds, is neither a Social Security number nor a card.
    if let [segment] = segments
        && let number = record.bytes(segment)
        && matches!(number.len(), 10 | 11)
        && number.iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let digits: usize = segments
        .iter()
        .map(|segment| record.bytes(segment).iter().filter(|b| b.is_ascii_digit() || **b >= 0x80).count())
        .sum();
    digits >= FEWEST_DIGITS
}

/// The minimum number of words of a value that is text whatever its name is. More are required of possible ids, and of
/// values without digits, which may be names.
const FEWEST_WORDS: usize = 2;
const FEWEST_WORDS_OF_ID: usize = 3;
const FEWEST_WORDS_ALONE: usize = 4;

/// Returns whether a value that is not a message by its name reads like one.
fn reads_as_text(record: &Record, segments: &[Segment], may_be_id: bool) -> bool {
    segments.iter().any(|segment| {
        let raw = record.bytes(segment);
        let has_digits = raw.iter().any(u8::is_ascii_digit);
        let fewest = match may_be_id {
            _ if !has_digits => FEWEST_WORDS_ALONE,
            true => FEWEST_WORDS_OF_ID,
            false => FEWEST_WORDS,
        };
        // Some spellings have no blanks in the bytes.
        let may_be =
            raw.len() > 2 * fewest && (raw.iter().any(u8::is_ascii_whitespace) || !segment.spelling.keeps_blanks());
        may_be && {
            let text = record.text(segment);
            let references = segment.spelling == Spelling::Markup && text.contains(&b'&');
            is_prose(&text, fewest) || references && is_prose(&without_references(&text), fewest)
        }
    })
}

/// Returns the start of a text with each character reference, such as `&nbsp;`, replaced by a blank.
fn without_references(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = &text[..text.len().min(LOOKED_AT)];
    while let Some(at) = memchr::memchr(b'&', rest) {
        out.extend_from_slice(&rest[..at]);
        let name = rest[at + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
        let ends = rest.get(at + 1 + name) == Some(&b';');
        out.push(if ends { b' ' } else { b'&' });
        rest = &rest[if ends { at + name + 2 } else { at + 1 }..];
    }
    out.extend_from_slice(rest);
    out
}

/// The number of bytes of a text that are examined to decide whether it reads like a message.
const LOOKED_AT: usize = 512;

/// Keeps the findings that are certain by their form; in an id, only those that are grouped as printed.
fn keep_certain(outcome: &mut Outcome, is_id: bool) {
    outcome.findings.retain(|finding| {
        let evidence = &finding.evidence;
        match finding.entity {
            Entity::Card => evidence.checksum.is_some() && !evidence.mistyped && (evidence.grouped || !is_id),
            Entity::SocialSecurity => evidence.grouped || evidence.cue.is_none() && !is_id,
            Entity::Account => matches!(evidence.checksum, Some("iban" | "clabe")) && !is_id,
            _ => false,
        }
    });
    keep_edits_of_findings(outcome);
}

/// Keeps the findings in a log line that are named or certain by their form.
fn keep_named(outcome: &mut Outcome, line: &[u8]) {
    outcome.findings.retain(|finding| {
        let evidence = &finding.evidence;
        let is_named = evidence.score == 0 && evidence.cue.is_some();
        match finding.entity {
            Entity::Card => is_named || evidence.checksum.is_some() && is_card_in_log(line, finding),
            _ if is_named => is_named_in_log(line, finding.span),
            _ => evidence.score == 0,
        }
    });
    keep_edits_of_findings(outcome);
}

/// Keeps the findings of the rules. The weights were learned from conversations, and this is an event of a log.
fn keep_found_by_rules(outcome: &mut Outcome) {
    outcome.findings.retain(|finding| finding.evidence.score == 0);
    keep_edits_of_findings(outcome);
}

/// Words between a name and its value.
const COPULAS: &[&str] = &["is", "was", "es", "era", "é"];

/// Returns whether the name of a secret in a log line is next to the value: `pin=4821`, `PIN 4821`, `4821 is your PIN`.
/// Other numbers that follow such a word, as in "token refresh for client 4821", are ids.
fn is_named_in_log(line: &[u8], value: Span) -> bool {
    let is_mark = |b: &u8| b.is_ascii_whitespace() || b"\"'([{<".contains(b);
    let before = &line[..value.start];
    let before = &before[..before.len() - before.iter().rev().take_while(|b| is_mark(b)).count()];
    let is_copula = |word: &[u8]| COPULAS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || b"_-".contains(b) || *b >= 0x80;
    let last = &before[before.len() - before.iter().rev().take_while(|b| is_letter(b)).count()..];
    let names = || {
        let words = before.iter().enumerate().rev().filter(|(_, b)| !is_letter(b)).map(|(at, _)| at + 1);
        words.chain(std::iter::once(0)).take(MOST_NAME_WORDS).any(|start| secret_label(&before[start..]).is_some())
    };
    let after = line[value.end..].split(u8::is_ascii_whitespace).find(|word| !word.is_empty());
    before.ends_with(b"=") || before.ends_with(b":") || is_copula(last) || after.is_some_and(is_copula) || names()
}

/// The maximum number of words of the name of a secret.
const MOST_NAME_WORDS: usize = 3;

/// Returns whether a number without a cue is a card, and not part of an id or of a list of numbers. One in ten of the ids and
/// times in a log passes the checksum of cards by chance.
fn is_card_in_log(line: &[u8], finding: &Finding) -> bool {
    let (before, number, after) = (&line[..finding.span.start], &line[finding.span.range()], &line[finding.span.end..]);
    if finding.evidence.grouped {
        let is_group = |word: &&[u8]| word.len() == 4 && word.iter().all(|b| b.is_ascii_digit() || *b == b'*');
        let further = |words: &mut dyn Iterator<Item = &[u8]>| words.skip(1).take_while(is_group).count();
        let beside = further(&mut after.split(|b| *b == b' ')) + further(&mut before.rsplit(|b| *b == b' '));
        return beside < 2 && !number.contains(&b'*');
    }
    let joins = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || b"_@#|-".contains(b));
    // A full stop after the number may end the sentence.
    let after = after.strip_prefix(b".").unwrap_or(after);
    let is_alone = !joins(before.last()) && before.last() != Some(&b'.') && !joins(after.first());
    is_alone && matches!(number.len(), 15 | 16) && number.iter().all(u8::is_ascii_digit)
}

/// Drops the edits outside of findings.
fn keep_edits_of_findings(outcome: &mut Outcome) {
    let mut spans: Vec<Span> = outcome.findings.iter().map(|finding| finding.span).collect();
    spans.sort_unstable();
    let kept = |edit: &&Edit| {
        let after = spans.partition_point(|span| span.start < edit.span.end);
        spans[..after].last().is_some_and(|span| span.end > edit.span.start)
    };
    let edits: Vec<Edit> = outcome.patch.edits().iter().filter(kept).cloned().collect();
    outcome.patch = Patch::new(edits);
}

/// Returns a record with all its findings, including repetitions of its messages.
fn done(mut entry: ScannedRecord) -> Done {
    if entry.found.iter().any(|found| found.mask.is_some()) {
        let (edits, found) = echoes(&entry.record, &entry.said, &entry.found);
        entry.edits.append(edits);
        entry.found.extend(found);
    }
    let patch = entry.edits.patch(&entry.record);
    entry.found.sort_by_key(|found| (found.span, found.copy));
    // A value may be read in several ways.
    let same = |next: &Found, found: &Found| next.copy || next.finding.entity == found.finding.entity;
    entry.found.dedup_by(|next, found| found.span == next.span && same(next, found));
    entry.explained.sort_by_key(|(number, _)| *number);
    let is_message = |said: &&Said| matches!(said.part, Part::Said | Part::Quoted | Part::Alone | Part::Event);
    let messages = entry.said.iter().filter(is_message).count() as u64;
    let Record { raw, line, column, trouble, .. } = entry.record;
    Done {
        raw,
        line,
        column,
        trouble,
        patch,
        found: entry.found,
        explained: entry.explained.into_iter().map(|(_, explained)| explained).collect(),
        messages,
    }
}
