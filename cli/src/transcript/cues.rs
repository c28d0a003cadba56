//! Subtitles: WebVTT and SRT. A cue is a block of lines with its times. Consecutive cues of one speaker are one
//! message.

use std::sync::Arc;

use lastfour::Span;

use super::header::{self, Name};
use super::html::{self, Piece};
use super::record::{Part, Said, Speaker, Time};
use super::segment::{Joint, Segment};
use super::spelling::Spelling;
use super::stamp::time_of_value;
use super::{Cut, Input, More, mark_len};

/// The maximum number of cues in one record.
const MOST_CUES: usize = 32;

/// Splits subtitles into records of consecutive cues of one speaker.
#[derive(Default)]
pub(crate) struct CueReader;

impl CueReader {
    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool) -> Option<Cut> {
        let bytes = input.bytes;
        let mark = mark_len(bytes, at_start);
        let mut all: Vec<Said> = Vec::new();
        let mut names = Vec::new();
        let (mut at, mut cues) = (mark, 0);
        while cues < MOST_CUES {
            let Some(end) = block_end(input, at) else {
                let ended = input.more == More::Never && at >= bytes.len();
                if at > mark && input.more != More::Coming || at - mark > input.limit || ended {
                    break;
                }
                if bytes.len() > input.limit {
                    at = bytes.len().min(input.limit);
                    all.push(Said::new(vec![Segment::new(0, Spelling::Plain, Span::new(mark, at))]));
                    break;
                }
                return None;
            };
            let mut block_names = Vec::new();
            let block = read(&bytes[at..end], at, &mut block_names);
            let joins = match (all.last(), block.first()) {
                (Some(before), Some(next)) => {
                    before.speaker.name.is_some() && before.speaker == next.speaker && before.part == next.part
                }
                _ => all.is_empty() || block.is_empty(),
            };
            if !joins {
                break;
            }
            names.append(&mut block_names);
            let mut block = block.into_iter();
            if let Some(last) = all.last_mut()
                && let Some(next) = block.next()
            {
                let segments = next.segments.into_iter().enumerate();
                last.segments.extend(segments.map(|(number, segment)| match number {
                    0 => Segment { joint: Joint::Line, ..segment },
                    _ => segment,
                }));
            }
            all.extend(block);
            at = end;
            cues += 1;
            if all.is_empty() || all.last().is_some_and(|last| last.speaker.name.is_none()) {
                break;
            }
        }
        all.extend(names);
        (at > 0).then(|| Cut::said(at, None, all))
    }
}

/// Returns the end of the block that begins at `start`, including the blank lines after it.
fn block_end(input: Input<'_>, start: usize) -> Option<usize> {
    let bytes = input.bytes;
    let mut at = start;
    let mut blank = false;
    loop {
        let rest = &bytes[at..];
        let Some(len) = memchr::memchr(b'\n', rest).map(|len| len + 1) else {
            return (input.more == More::Never && start < bytes.len()).then_some(if blank && !rest.is_empty() {
                at
            } else {
                bytes.len()
            });
        };
        let is_blank = rest[..len].trim_ascii().is_empty();
        if blank && !is_blank {
            return Some(at);
        }
        blank |= is_blank && at > start;
        at += len;
    }
}

/// Returns the first of the two times of a cue: `00:00:01.000 --> 00:00:04.000`, or `0:00:01.000,0:00:04.000` in SBV.
pub(super) fn times(line: &[u8]) -> Option<&[u8]> {
    if let Some(arrow) = memchr::memmem::find(line, b"-->") {
        return Some(&line[..arrow]);
    }
    let is_time = |text: &[u8]| {
        text.contains(&b':')
            && text.first().is_some_and(u8::is_ascii_digit)
            && text.iter().all(|b| b.is_ascii_digit() || b":.".contains(b))
    };
    let (first, second) = line.trim_ascii().split_at_checked(memchr::memchr(b',', line)?)?;
    (is_time(first) && is_time(&second[1..])).then_some(first)
}

/// The number of values before the text of a line of dialogue in SSA, and the places of the start and the name.
const DIALOGUE: (usize, usize, usize) = (9, 1, 4);

/// Reads a line of dialogue in SSA: `Dialogue: 0,0:00:01.00,0:00:04.00,Default,Agent,0,0,0,,Hello`. Returns where its text
/// begins, its time and its speaker.
fn dialogue(line: &[u8]) -> Option<(usize, Option<Time>, Speaker)> {
    let (before, start, name) = DIALOGUE;
    let values = line.strip_prefix(b"Dialogue:")?;
    let commas = memchr::memchr_iter(b',', values).nth(before - 1)?;
    let mut values = values.split(|b| *b == b',');
    let time = time_of_value(values.nth(start)?);
    let name = String::from_utf8_lossy(values.nth(name - start - 1)?.trim_ascii()).into_owned();
    let speaker = Speaker { name: (!name.is_empty()).then(|| Arc::from(name)), ..Speaker::default() };
    Some((b"Dialogue:".len() + commas + 1, time, speaker))
}

/// Returns the messages of a block that begins at `start` of the record. The names of the speakers are added to `names`
/// as data.
fn read(block: &[u8], start: usize, names: &mut Vec<Said>) -> Vec<Said> {
    let mut time: Option<Time> = None;
    let mut lines: Vec<Span> = Vec::new();
    let mut at = 0;
    let mut spoken: Vec<Said> = Vec::new();
    let plain = |span: Span| Segment::new(0, Spelling::Plain, Span::new(span.start + start, span.end + start));
    for line in block.split_inclusive(|b| *b == b'\n') {
        let span = Span::new(at, at + line.trim_ascii_end().len());
        at += line.len();
        if let Some((text, time, speaker)) = dialogue(line) {
            let (head, words) = (Span::new(span.start, span.start + text), Span::new(span.start + text, span.end));
            names.push(Said { part: Part::Data(true), ..Said::new(vec![plain(head)]) });
            if words.start < words.end {
                spoken.push(Said { speaker, time, ..Said::new(vec![plain(words)]) });
            }
            continue;
        }
        if let Some(first) = times(line) {
            time = time_of_value(first);
            // What precedes the times is the number of the cue.
            lines.clear();
            continue;
        }
        if !span.is_empty() {
            lines.push(span);
        }
    }
    if time.is_none() {
        // The header of the file, a comment, or a style.
        let part = if block.starts_with(b"NOTE") { Part::Alone } else { Part::Data(true) };
        let others = lines.iter().map(|span| Said { part, ..Said::new(vec![plain(*span)]) });
        return others.chain(spoken).collect();
    }
    let mut all: Vec<Said> = Vec::new();
    for line in lines {
        words(block, line, start, time, &mut all, names);
    }
    all
}

/// Adds the words of a line of a cue, split at changes of the speaker.
fn words(block: &[u8], line: Span, start: usize, time: Option<Time>, all: &mut Vec<Said>, names: &mut Vec<Said>) {
    let mut at = line.start;
    // "- Agent: hello" and ">> hello" introduce another speaker.
    let text = &block[line.range()];
    let mut fresh = all.is_empty() || text.starts_with(b"- ") || text.starts_with(b">>");
    let mut speaker: Option<Speaker> = None;
    if let Some(head) = header::parse(text)
        && let Some((span, kind)) = head.speaker
        && kind >= Name::Likely
    {
        let name = String::from_utf8_lossy(&text[span.range()]).into_owned();
        speaker = Some(Speaker { name: Some(Arc::from(name)), ..Speaker::default() });
        at += head.text;
    }
    let mut joint = Joint::Line;
    while at < line.end {
        let (piece, end) = html::piece(&block[..line.end], at);
        let whole = Span::new(at, end);
        at = end;
        match piece {
            Piece::Open { name, attributes, .. } if block[name.range()].split(|b| *b == b'.').next() == Some(b"v") => {
                let place = Span::new(attributes.start + start, attributes.end + start);
                let segment = Segment::new(0, Spelling::Markup, place);
                names.push(Said { part: Part::Data(false), ..Said::new(vec![segment]) });
                let name = String::from_utf8_lossy(block[attributes.range()].trim_ascii()).into_owned();
                speaker = Some(Speaker { name: (!name.is_empty()).then(|| Arc::from(name)), ..Speaker::default() });
            }
            Piece::Text => {
                let text = &block[whole.range()];
                if text.trim_ascii().is_empty() && speaker.is_none() {
                    continue;
                }
                let segment = Segment::new(0, Spelling::Markup, Span::new(whole.start + start, whole.end + start));
                if fresh || speaker.is_some() {
                    let speaker = speaker.take().unwrap_or_default();
                    all.push(Said { speaker, time, ..Said::new(vec![segment]) });
                    fresh = false;
                } else if let Some(last) = all.last_mut() {
                    last.segments.push(Segment { joint, ..segment });
                }
                joint = Joint::Nothing;
            }
            _ => {}
        }
    }
}
