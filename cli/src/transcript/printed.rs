//! Objects as programs print them: `{ role: 'agent', text: 'hello' }` by JavaScript, `{"role"=>"agent"}` by Ruby,
//! `{'role': 'agent'}` by Python.

use lastfour::Span;

use super::fields::{NameId, Names};
use super::json::Growing;
use super::segment::Segment;
use super::spelling::Spelling;
use super::tree::{Kind, Tree};

/// The maximum number of brackets in a text at which an object is searched for.
const MOST_STARTS: usize = 8;

/// The maximum depth of objects and arrays.
const DEEPEST: usize = 32;

/// Returns the first object in a text. It must have at least two members.
pub(super) fn object_within(bytes: &[u8], span: Span, names: &mut Names) -> Option<(Span, Tree)> {
    let starts = memchr::memchr_iter(b'{', &bytes[span.range()]).take(MOST_STARTS);
    for start in starts.map(|at| at + span.start) {
        let mut printed = Printed { bytes: &bytes[..span.end], at: start, members: 0, growing: Growing::default() };
        if printed.value(0, names, 0).is_some() && printed.members >= 2 {
            return Some((Span::new(start, printed.at), printed.growing.finished()));
        }
    }
    None
}

/// A printed object that is being read.
struct Printed<'b> {
    bytes: &'b [u8],
    at: usize,
    /// The number of members of objects so far.
    members: usize,
    growing: Growing,
}

impl Printed<'_> {
    /// Reads a value at a depth. Returns `None` if there is none.
    fn value(&mut self, depth: usize, names: &mut Names, name: NameId) -> Option<()> {
        match *self.bytes.get(self.at)? {
            open @ (b'{' | b'[') if depth < DEEPEST => {
                let kind = if open == b'{' { Kind::Object } else { Kind::Array };
                let place = Segment::new(0, Spelling::Plain, Span::new(self.at, self.at + 1));
                self.growing.open(kind, name, place);
                self.at += 1;
                self.items(open, depth, names)?;
                self.growing.close();
            }
            b'\'' | b'"' | b'`' => {
                let content = self.quoted()?;
                self.growing.leaf(Kind::Text, name, Segment::new(0, Spelling::Json, content));
            }
            _ => {
                let rest = &self.bytes[self.at..];
                let len = rest.iter().position(|b| b",}]{['\"`\r\n".contains(b))?;
                let content = Span::new(self.at, self.at + rest[..len].trim_ascii_end().len());
                if content.is_empty() {
                    return None;
                }
                self.at += len;
                self.growing.leaf(Kind::Text, name, Segment::new(0, Spelling::Plain, content));
            }
        }
        Some(())
    }

    /// Reads the members or elements up to the bracket that closes them.
    fn items(&mut self, open: u8, depth: usize, names: &mut Names) -> Option<()> {
        let close = if open == b'{' { b'}' } else { b']' };
        loop {
            self.blanks();
            if *self.bytes.get(self.at)? == close {
                self.at += 1;
                return Some(());
            }
            let name = if open == b'{' { self.name(names)? } else { 0 };
            self.value(depth + 1, names, name)?;
            self.blanks();
            match *self.bytes.get(self.at)? {
                b',' => self.at += 1,
                byte if byte == close => {}
                _ => return None,
            }
        }
    }

    /// Reads the name of a member and the sign after it: `name:`, `'name':`, `"name"=>`, `:name=>`.
    fn name(&mut self, names: &mut Names) -> Option<NameId> {
        self.at += usize::from(self.bytes[self.at] == b':');
        let content = match *self.bytes.get(self.at)? {
            b'\'' | b'"' => self.quoted()?,
            _ => {
                let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"_$-.".contains(b) || *b >= 0x80;
                let len = self.bytes[self.at..].iter().take_while(|b| is_part(b)).count();
                self.at += len;
                Span::new(self.at - len, self.at)
            }
        };
        self.blanks();
        let rest = &self.bytes[self.at..];
        let sign = if rest.starts_with(b"=>") { 2 } else { usize::from(rest.starts_with(b":")) };
        if content.is_empty() || sign == 0 {
            return None;
        }
        self.at += sign;
        self.blanks();
        self.members += 1;
        let raw = &self.bytes[content.range()];
        self.growing.tree.name(0, Spelling::Json, raw, content);
        Some(names.id(raw))
    }

    /// Reads a quoted text and returns what is between the quotes.
    fn quoted(&mut self) -> Option<Span> {
        let quote = self.bytes[self.at];
        let start = self.at + 1;
        let mut end = start;
        while *self.bytes.get(end)? != quote {
            end += if self.bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.at = end + 1;
        Some(Span::new(start, end))
    }

    fn blanks(&mut self) {
        self.at += self.bytes[self.at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    }
}
