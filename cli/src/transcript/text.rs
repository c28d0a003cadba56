//! Lines that people said, with or without a time and a speaker before them.

use crate::transcript::header::{self, Head, Name, Stamp};
use crate::transcript::record::{Layout, Named, Spelling, Trouble};
use crate::transcript::{Input, More, mark_len};
use lastfour::Span;
use lastfour::safe_cut;

/// How much of the start of a transcript is looked at to learn its style, in bytes.
const SAMPLE: usize = 64 << 10;

/// Cuts lines into messages. A line without a header belongs to the message before it, once there are headers; where
/// there are none, every line is a message.
#[derive(Default)]
pub(super) struct TextReader {
    style: Option<Style>,
    /// How the message that is being read begins; `None` where its first line has not been seen.
    head: Option<Opening>,
    /// Where in the input the next line begins: the lines before it belong to the message.
    lines: usize,
    /// Bytes in the next line which hold no line end.
    scanned: usize,
    /// The input begins in the middle of a line, because a long message was cut there.
    mid_line: bool,
}

/// How messages begin in this transcript.
#[derive(Debug, Clone, Default)]
struct Style {
    /// With a time in brackets, or with a date.
    stamped: bool,
    /// With a bare time of day.
    bare: bool,
    /// With a name.
    named: bool,
}

/// How a message begins.
#[derive(Debug, Clone, Copy)]
enum Opening {
    Header(Head),
    /// It has no header of its own.
    Plain,
}

impl TextReader {
    pub(super) fn next(&mut self, input: Input<'_>, at_start: bool, layout: &mut Layout) -> Option<usize> {
        let mark = mark_len(input.bytes, at_start);
        // The style is learned from the same bytes however they come, unless those who write are waiting.
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
            let from = if line_start == 0 { mark } else { line_start };
            let opening = if self.mid_line { None } else { style.opening(&input.bytes[from.min(line_end)..line_end]) };
            let groups = style.groups();
            if line_start > 0 && (opening.is_some() || !groups) {
                // The message before this line is complete.
                return Some(self.message(input.bytes, line_start, mark, layout));
            }
            if line_start == 0 {
                self.head = Some(opening.map_or(Opening::Plain, Opening::Header));
            }
            self.lines = line_end;
            self.scanned = 0;
            self.mid_line = false;
            if !groups {
                return Some(self.message(input.bytes, line_end, mark, layout));
            }
        }
        if self.lines > 0 && input.more != More::Coming {
            let len = self.lines;
            return Some(self.message(input.bytes, len, mark, layout));
        }
        if input.bytes.len() > input.limit {
            let len = safe_cut(&input.bytes[..input.limit]).max(mark);
            let mid_line = input.bytes[len - 1] != b'\n';
            let len = self.message(input.bytes, len, mark, layout);
            layout.trouble = Some(Trouble::TooLong);
            self.mid_line = mid_line;
            return Some(len);
        }
        None
    }

    /// The names of the speakers in `bytes`, which have not been read yet.
    pub(super) fn speakers_in(&self, bytes: &[u8]) -> Vec<String> {
        let style = Style::learn(bytes);
        let mut names: Vec<String> = Vec::new();
        for line in sample(bytes) {
            if let Some((span, _)) = style.clone().opening(line).and_then(|head| head.speaker) {
                let name = String::from_utf8_lossy(&line[span.range()]).into_owned();
                if names.len() < 64 && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The message is the first `len` bytes.
    fn message(&mut self, bytes: &[u8], len: usize, mark: usize, layout: &mut Layout) -> usize {
        let mark = mark.min(len);
        let (text, speaker) = match self.head.take() {
            Some(Opening::Header(head)) => {
                let name = head.speaker.map(|(span, _)| Span::new(span.start + mark, span.end + mark));
                layout.carried = name.map(|name| String::from_utf8_lossy(&bytes[name.range()]).into_owned());
                (head.text + mark, name.map_or(Named::No, |name| Named::At(name, Spelling::Plain)))
            }
            // The message goes on after a pause, or after a cut.
            _ => (mark, if layout.carried.is_some() { Named::Carried } else { Named::No }),
        };
        let words = &bytes[text.min(len)..len];
        let end = text.min(len) + words.trim_ascii_end().len();
        layout.single(Span::new(text.min(len), end), Spelling::Plain, speaker);
        self.lines = 0;
        self.scanned = 0;
        len
    }
}

/// The whole lines at the start.
fn sample(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes[..bytes.len().min(SAMPLE)].split_inclusive(|b| *b == b'\n')
}

impl Style {
    /// The style of the first lines.
    fn learn(bytes: &[u8]) -> Self {
        let mut lines = 0;
        let (mut stamped, mut bare, mut named, mut sure) = (0, 0, 0, 0);
        for line in sample(bytes) {
            lines += usize::from(!line.trim_ascii().is_empty());
            if let Some(head) = header::parse(line) {
                stamped += usize::from(head.stamp == Stamp::Full);
                bare += usize::from(head.stamp == Stamp::Bare);
                if let Some((_, name)) = head.speaker {
                    named += usize::from(name >= Name::Likely);
                    sure += usize::from(name == Name::Sure);
                }
            }
        }
        Self {
            stamped: stamped * 4 >= lines.max(1),
            bare: bare * 2 >= lines.max(1),
            named: sure > 0 || named >= 2 && named * 2 >= lines,
        }
    }

    /// Whether a line without a header belongs to the message before it.
    fn groups(&self) -> bool {
        self.stamped || self.bare || self.named
    }

    /// The header of `line`, where a message begins there.
    fn opening(&mut self, line: &[u8]) -> Option<Head> {
        let head = header::parse(line)?;
        let name = head.speaker.map(|(_, name)| name);
        let begins = match (head.stamp, name) {
            (Stamp::Full, _) => true,
            (Stamp::Bare, Some(_)) => true,
            (Stamp::Bare, None) => self.bare,
            // Where messages begin with a time, a colon alone begins none.
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
}
