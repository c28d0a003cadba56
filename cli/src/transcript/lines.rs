//! Lines that people said, with or without a time and a speaker before them.

use std::collections::HashMap;
use std::sync::Arc;

use lastfour::chat::secret_label;
use lastfour::{Span, safe_cut};

use super::fields::{About, Fields, Meaning, TextName};
use super::header::{self, Head, Name, Stamp};
use super::record::{Part, Said, Speaker, Trouble};
use super::roles::role_in_name;
use super::segment::{Joint, Segment};
use super::spelling::Spelling;
use super::{Cut, Input, More, mark_len};

/// The number of bytes at the start of a transcript from which its style is learned.
const SAMPLE: usize = 64 << 10;

/// How messages begin in a transcript.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    /// With a time in brackets, or with a date.
    stamped: bool,
    /// With a bare time of day.
    bare: bool,
    /// With a name and a colon, or an equivalent.
    named: bool,
    /// With a line that holds a name alone.
    alone: bool,
    /// The names that are on a line of their own.
    names: Vec<String>,
    /// Whether the line after the name is a time.
    timed: bool,
}

/// The maximum number of names that are learned.
const MOST_NAMES: usize = 64;

impl Style {
    /// Learns the style from the first lines.
    pub(super) fn learn(bytes: &[u8]) -> Self {
        let mut lines = 0;
        let (mut stamped, mut bare, mut named, mut sure, mut headed) = (0, 0, 0, 0, 0);
        for line in sample(bytes) {
            lines += usize::from(!line.trim_ascii().is_empty());
            if let Some(head) = header::parse(line) {
                stamped += usize::from(head.stamp == Stamp::Full);
                bare += usize::from(head.stamp == Stamp::Bare);
                if let Some((_, name)) = head.speaker {
                    named += usize::from(name >= Name::Likely);
                    sure += usize::from(name == Name::Sure);
                    headed += usize::from(name >= Name::Likely || head.stamp == Stamp::Full);
                }
            }
        }
        let (names, timed) = Self::learn_timed_names(bytes);
        if timed > headed {
            return Self { alone: true, names, timed: true, ..Self::default() };
        }
        let (names, alone) = Self::learn_names(bytes);
        if alone > headed {
            return Self { alone: true, names, ..Self::default() };
        }
        Self {
            stamped: stamped * 4 >= lines.max(1),
            bare: bare * 2 >= lines.max(1),
            named: sure > 0 || named >= 2 && named * 2 >= lines,
            ..Self::default()
        }
    }

    /// Returns the names on lines of their own that are followed by a line with a time, and the number of these lines.
    fn learn_timed_names(bytes: &[u8]) -> (Vec<String>, usize) {
        let mut names: Vec<String> = Vec::new();
        let mut found = 0;
        let mut lines = sample(bytes).peekable();
        while let Some(line) = lines.next() {
            if let Some(head) = header::parse_alone(line, true).filter(|head| head.stamp == Stamp::None)
                && let Some((span, _)) = head.speaker
                && lines.peek().is_some_and(|next| header::time_alone(next).is_some())
            {
                found += 1;
                let name = String::from_utf8_lossy(&line[span.range()]).into_owned();
                if names.len() < MOST_NAMES && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        // Names occur repeatedly.
        if found > names.len() { (names, found) } else { (Vec::new(), 0) }
    }

    /// Returns the names on lines of their own, and the number of these lines. The number is 0 if messages do not begin
    /// like this.
    fn learn_names(bytes: &[u8]) -> (Vec<String>, usize) {
        let mut counts: HashMap<String, (usize, bool)> = HashMap::new();
        let (mut found, mut times, mut stamped, mut blocks) = (0, 0, 0, 0);
        let mut opens = Opens::Blank;
        let mut lines = sample(bytes).peekable();
        while let Some(line) = lines.next() {
            let blank = is_separator(line);
            blocks += usize::from(opens == Opens::Blank && !blank);
            let followed = lines.peek().is_some_and(|next| !is_separator(next));
            let head = header::parse_alone(line, opens == Opens::Time)
                .filter(|head| followed && (opens != Opens::No || head.stamp == Stamp::Full));
            if let Some(head) = head
                && let Some((span, kind)) = head.speaker
            {
                found += 1;
                times += usize::from(head.stamp == Stamp::Full);
                let name = String::from_utf8_lossy(&line[span.range()]).into_owned();
                let entry = counts.entry(name).or_insert((0, false));
                entry.0 += 1;
                entry.1 |= kind == Name::Sure;
            }
            let head = header::parse(line);
            stamped += usize::from(head.as_ref().is_some_and(|head| head.stamp == Stamp::Full));
            opens = Opens::after(line, head.as_ref());
        }
        let repeated = |(count, sure): &(usize, bool)| *count >= 2 || *sure;
        let known: usize = counts.values().filter(|entry| repeated(entry)).map(|(count, _)| count).sum();
        let regular = known >= 2 && known * 3 >= found * 2 && known * 5 >= blocks * 2;
        let timed = times >= 2 && times * 5 >= found * 4;
        // "10:32 ok" among other lines with a time is a message and not a name.
        let few = times > 0 && times * 2 <= stamped;
        if few || !regular && !timed {
            return (Vec::new(), 0);
        }
        let mut names: Vec<String> =
            counts.into_iter().filter(|(_, entry)| timed || repeated(entry)).map(|(name, _)| name).collect();
        names.sort_unstable();
        names.truncate(MOST_NAMES);
        (names, known.max(times))
    }

    /// Returns whether a line without a prefix belongs to the previous message.
    pub(super) fn groups(&self) -> bool {
        self.stamped || self.bare || self.named || self.alone
    }

    /// Returns the prefix of `line` if a message begins there.
    fn opening(&mut self, line: &[u8], opens: Opens) -> Option<Head> {
        if self.alone {
            return self.opening_alone(line, opens);
        }
        let head = header::parse(line)?;
        let name = head.speaker.map(|(_, name)| name);
        let begins = match (head.stamp, name) {
            (Stamp::Full, _) => true,
            (Stamp::Bare, Some(_)) => true,
            (Stamp::Bare, None) => self.bare,
            // If messages begin with a time, a colon alone does not begin one.
            (Stamp::None, _) if self.stamped || self.bare => false,
            (Stamp::None, Some(Name::Sure)) => true,
            (Stamp::None, Some(Name::Likely)) => self.named,
            (Stamp::None, _) => false,
        };
        if begins {
            self.stamped |= head.stamp == Stamp::Full && name.is_some();
            self.named |= name.is_some();
        }
        begins.then_some(head)
    }

    fn opening_alone(&self, line: &[u8], opens: Opens) -> Option<Head> {
        if let Some(head) = header::parse_alone(line, opens == Opens::Time)
            && let Some((span, _)) = head.speaker
            && (opens != Opens::No || head.stamp == Stamp::Full || self.timed)
        {
            let name = String::from_utf8_lossy(&line[span.range()]);
            if head.stamp == Stamp::Full
                || opens == Opens::Time
                || self.names.iter().any(|known| *known == name)
                || role_in_name(&name).is_some()
            {
                return Some(head);
            }
        }
        // A time before the line with the name.
        header::parse(line).filter(|head| head.stamp == Stamp::Full && head.speaker.is_none() && opens == Opens::Blank)
    }
}

/// Returns the complete lines at the start.
fn sample(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes[..bytes.len().min(SAMPLE)].split_inclusive(|b| *b == b'\n')
}

/// Returns whether a line is blank or a rule.
fn is_separator(line: &[u8]) -> bool {
    line.trim_ascii().iter().all(|b| matches!(b, b'-' | b'=' | b'_' | b'*' | b'#'))
}

/// Whether a line with only a name may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opens {
    No,
    /// After a blank line, or at the start.
    Blank,
    /// After a line that begins with a time and names nobody.
    Time,
}

impl Opens {
    fn after(line: &[u8], head: Option<&Head>) -> Self {
        match head {
            Some(head) if head.stamp == Stamp::Full && head.speaker.is_none() => Self::Time,
            None if is_separator(line) => Self::Blank,
            _ => Self::No,
        }
    }
}

/// Collects the lines of a text into messages.
#[derive(Debug)]
struct Grouping {
    /// The prefix of the current message, and the start of its first line.
    head: Option<(Head, usize)>,
    opens: Opens,
    /// The speaker of the previous message, for one that continues after a cut.
    carried: Speaker,
}

impl Grouping {
    fn new() -> Self {
        Self { head: None, opens: Opens::Blank, carried: Speaker::default() }
    }

    /// Returns the message in `bytes`, which begin at `start` of the text.
    fn message(&mut self, bytes: &[u8], start: usize) -> Option<Said> {
        // The prefix is on a line of its own.
        let alone =
            self.head.as_ref().is_some_and(|(head, at)| bytes.get((head.text + at).wrapping_sub(1)) == Some(&b'\n'));
        let (text, speaker, time) = match self.head.take() {
            Some((head, at)) => {
                let span = head.speaker.map(|(span, _)| Span::new(span.start + at, span.end + at));
                // A long message may have been cut within its prefix.
                let name = span.and_then(|span| bytes.get(span.range()));
                let name = name.map(|name| Arc::from(&*String::from_utf8_lossy(name)));
                self.carried = Speaker { name, ..Speaker::default() };
                (head.text + at, self.carried.clone(), head.moment.map(|moment| moment.time()))
            }
            // It continues after a pause or after a cut.
            None => (0, self.carried.clone(), None),
        };
        let text = text.min(bytes.len());
        let words = &bytes[text..];
        let end = text + words.trim_ascii_end().len();
        let text = if words.first().is_some_and(|b| matches!(b, b'\r' | b'\n')) {
            text + words.len() - words.trim_ascii_start().len()
        } else {
            text
        };
        // A time alone between the name and the words.
        let line = memchr::memchr(b'\n', &bytes[text..]).map_or(bytes.len(), |at| text + at + 1);
        let (text, time) = match header::time_alone(&bytes[text..line]).filter(|_| alone && line < end) {
            Some(moment) => (line + bytes[line..].len() - bytes[line..].trim_ascii_start().len(), Some(moment.time())),
            None => (text, time),
        };
        if text >= end {
            return None;
        }
        let segment = Segment::new(0, Spelling::Plain, Span::new(start + text, start + end));
        Some(Said { speaker, time, ..Said::new(vec![segment]) })
    }
}

/// Splits lines into messages. A line without a prefix belongs to the previous message. If there are no prefixes, every
/// line is a message.
pub(crate) struct TextReader {
    style: Option<Style>,
    grouping: Grouping,
    /// The start of the next line. The lines before it belong to the message.
    lines: usize,
    /// The number of bytes of the next line that were searched for its end.
    scanned: usize,
    /// Whether the input begins in the middle of a line, because a long message was cut there.
    mid_line: bool,
    table: Table,
    /// The prefix of the first line, if it was read already in order to end the previous message.
    peeked: Option<Option<Head>>,
}

impl TextReader {
    pub(crate) fn new() -> Self {
        Self {
            style: None,
            grouping: Grouping::new(),
            lines: 0,
            scanned: 0,
            mid_line: false,
            table: Table::default(),
            peeked: None,
        }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool) -> Option<Cut> {
        let mark = mark_len(input.bytes, at_start);
        // The style is learned from the same bytes however they arrive, unless the input pauses.
        let sample = mark + SAMPLE.min(input.limit);
        if self.style.is_none() && input.more == More::Coming && input.bytes.len() < sample {
            return None;
        }
        let style = self.style.get_or_insert_with(|| Style::learn(&input.bytes[mark..sample.min(input.bytes.len())]));
        loop {
            let line_start = self.lines;
            let rest = &input.bytes[line_start + self.scanned..];
            let line_end = match memchr::memchr(b'\n', rest) {
                Some(at) => line_start + self.scanned + at + 1,
                None if input.more == More::Never && line_start < input.bytes.len() => input.bytes.len(),
                None => {
                    self.scanned += rest.len();
                    break;
                }
            };
            let from = if line_start == 0 { mark.min(line_end) } else { line_start };
            let line = &input.bytes[from..line_end];
            let head = match self.peeked.take() {
                Some(head) => head,
                None if self.mid_line => None,
                None => style.opening(line, self.grouping.opens),
            };
            let groups = style.groups();
            if line_start > 0 && (head.is_some() || !groups) {
                // The message before this line is complete.
                self.peeked = Some(head);
                return Some(self.message(input.bytes, line_start));
            }
            self.grouping.opens = Opens::after(line, head.as_ref());
            if line_start == 0 {
                self.grouping.head = head.map(|head| (head, from));
            }
            self.lines = line_end;
            self.scanned = 0;
            self.mid_line = false;
            if !groups {
                return Some(self.message(input.bytes, line_end));
            }
        }
        if self.lines > 0 && input.more != More::Coming {
            return Some(self.message(input.bytes, self.lines));
        }
        if input.bytes.len() > input.limit {
            let len = safe_cut(&input.bytes[..input.limit]).max(mark);
            let mid_line = input.bytes[len - 1] != b'\n';
            let mut cut = self.message(input.bytes, len);
            cut.trouble = Some(Trouble::TooLong);
            self.mid_line = mid_line;
            return Some(cut);
        }
        None
    }

    fn message(&mut self, bytes: &[u8], len: usize) -> Cut {
        self.lines = 0;
        self.scanned = 0;
        let head = self.grouping.head.as_ref();
        let name = head.and_then(|(head, at)| head.speaker.map(|(span, _)| Span::new(span.start + at, span.end + at)));
        let mut said: Vec<Said> = self.grouping.message(&bytes[..len], 0).into_iter().collect();
        said.extend(name.map(|span| data(span, None)));
        self.table.read(&bytes[..len], &mut said);
        Cut::said(len, None, said)
    }
}

fn data(span: Span, label: Option<&'static str>) -> Said {
    Said { part: Part::Data(false), label, ..Said::new(vec![Segment::new(0, Spelling::Plain, span)]) }
}

/// The state of a Markdown table.
#[derive(Debug, Default)]
struct Table {
    /// The previous line, if it may be a table header.
    before: Vec<u8>,
    /// The meanings of the column headers.
    columns: Vec<Option<&'static str>>,
    /// The columns with the speakers and with the texts of a chat.
    talk: Option<(usize, usize)>,
}

impl Table {
    /// Adds the cells of columns that are named after secrets. In a row of a chat, replaces the message by its text.
    fn read(&mut self, bytes: &[u8], said: &mut Vec<Said>) {
        if memchr::memchr(b'|', bytes).is_none() {
            // A blank line or other text ends a table.
            *self = Self::default();
            return;
        }
        let mut at = 0;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            let start = at;
            at += line.len();
            if memchr::memchr(b'|', line).is_none() {
                *self = Self::default();
            } else if line.contains(&b'-') && line.trim_ascii().iter().all(|b| b"|-: \t".contains(b)) {
                let before = std::mem::take(&mut self.before);
                self.columns = cells(&before).map(|cell| secret_label(before[cell.range()].trim_ascii())).collect();
                self.talk = talk(&before);
            } else if self.columns.is_empty() {
                self.before.clear();
                self.before.extend_from_slice(&line[..line.len().min(LONGEST_HEAD)]);
            } else {
                let labeled = cells(line).zip(&self.columns).filter_map(|(cell, label)| Some((cell, (*label)?)));
                let place = |span: Span| Span::new(start + span.start, start + span.end);
                let labeled: Vec<Said> = labeled.map(|(cell, label)| data(place(cell), Some(label))).collect();
                // A row with more cells has a bar in its text.
                let is_row = line.len() == bytes.len() && cells(line).count() == self.columns.len();
                if let Some(columns) = self.talk.filter(|_| is_row)
                    && let Some(row) = message_of_row(line, columns)
                {
                    *said = row;
                }
                said.extend(labeled);
            }
        }
    }
}

/// Returns the columns with the speakers and the texts of a table with this header, if it is a chat: a column is named after
/// text, and another one after people, or nothing else is left but times.
fn talk(head: &[u8]) -> Option<(usize, usize)> {
    let fields = Fields::default();
    let meanings: Vec<Meaning> = cells(head).map(|cell| fields.meaning(&head[cell.range()])).collect();
    let text = meanings.iter().position(|meaning| meaning.text == Some(TextName::Sure))?;
    let names = |meaning: &Meaning| {
        matches!(meaning.about, Some(About::Person | About::Name | About::Role)) && meaning.label.is_none()
    };
    let named = cells(head).map(|cell| !cell.is_empty());
    let mut others = named.enumerate().filter(|(at, named)| *named && *at != text && meanings[*at].time.is_none());
    let only = others.next().map(|(at, _)| at).filter(|at| others.next().is_none() && meanings[*at].label.is_none());
    Some((meanings.iter().position(names).or(only)?, text))
}

/// Returns the message in a row of a chat, and its other cells.
fn message_of_row(line: &[u8], (speaker, text): (usize, usize)) -> Option<Vec<Said>> {
    let cells: Vec<Span> = cells(line).collect();
    let (name, words) = (*cells.get(speaker)?, *cells.get(text)?);
    let name = std::str::from_utf8(&line[name.range()]).ok()?.trim_matches(['*', '_', '`', ':']);
    if name.is_empty() || words.is_empty() {
        return None;
    }
    let time = cells.iter().find_map(|cell| header::time_alone(&line[cell.range()]));
    let message = Said {
        speaker: Speaker { name: Some(Arc::from(name)), ..Speaker::default() },
        time: time.map(|moment| moment.time()),
        ..Said::new(vec![Segment::new(0, Spelling::Plain, words)])
    };
    let others = cells.into_iter().enumerate().filter(|(at, cell)| *at != text && !cell.is_empty());
    Some(std::iter::once(message).chain(others.map(|(_, cell)| data(cell, None))).collect())
}

/// The maximum length of a table header, in bytes.
const LONGEST_HEAD: usize = 4096;

/// Returns the cells of a Markdown table row.
fn cells(line: &[u8]) -> impl Iterator<Item = Span> {
    let inner = line.trim_ascii();
    let start = line.len() - line.trim_ascii_start().len() + usize::from(inner.starts_with(b"|"));
    let end = start.max(line.trim_ascii_end().len());
    let mut at = start;
    line[start.min(end)..end].split(|b| *b == b'|').map(move |cell| {
        let (from, blanks) = (at, cell.len() - cell.trim_ascii_start().len());
        at += cell.len() + 1;
        Span::new(from + blanks, from + blanks + cell.trim_ascii().len())
    })
}

/// The minimum number of messages of a text that is a transcript.
const FEWEST_MESSAGES: usize = 2;

/// Returns the messages of a text that is a transcript: its lines have prefixes, by at least two speakers or with
/// times. The segments are plain and start at the start of the text.
pub(crate) fn transcript_in(text: &[u8]) -> Option<Vec<Said>> {
    memchr::memchr(b'\n', text)?;
    let mut style = Style::learn(text);
    if !style.groups() {
        return None;
    }
    let mut grouping = Grouping::new();
    let mut all: Vec<Said> = Vec::new();
    let (mut start, mut at, mut heads) = (0, 0, 0);
    for line in text.split_inclusive(|b| *b == b'\n') {
        let head = style.opening(line, grouping.opens);
        if at > start && head.is_some() {
            all.extend(grouping.message(&text[start..at], start));
            start = at;
        }
        grouping.opens = Opens::after(line, head.as_ref());
        if let Some(head) = head {
            heads += usize::from(head.speaker.is_some());
            grouping.head = Some((head, 0));
        }
        at += line.len();
    }
    all.extend(grouping.message(&text[start..], start));
    let spoken = all.iter().filter(|said| said.speaker.name.is_some()).count();
    (heads >= FEWEST_MESSAGES && spoken >= FEWEST_MESSAGES).then_some(all)
}

/// A text that is joined from plain segments.
pub(crate) struct Joined<'a> {
    segments: &'a [Segment],
    /// The start of each one in the text.
    starts: Vec<usize>,
}

impl<'a> Joined<'a> {
    pub(crate) fn new(segments: &'a [Segment]) -> Self {
        let mut at = 0;
        let mut starts = Vec::with_capacity(segments.len());
        for (number, segment) in segments.iter().enumerate() {
            at += usize::from(number > 0 && segment.joint != Joint::Nothing);
            starts.push(at);
            at += segment.span().len();
        }
        Self { segments, starts }
    }

    /// Returns the segments of a range of the text.
    pub(crate) fn slice(&self, span: Span) -> Vec<Segment> {
        let first = self.starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        let mut inside = Vec::new();
        for (segment, at) in self.segments.iter().zip(&self.starts).skip(first) {
            if *at >= span.end {
                break;
            }
            let (from, to) = (span.start.max(*at), span.end.min(at + segment.span().len()));
            if from < to {
                let start = segment.start as usize + (from - at);
                let part = Segment::new(segment.layer, segment.spelling, Span::new(start, start + (to - from)));
                inside.push(Segment { joint: segment.joint, ..part });
            }
        }
        inside
    }
}
