//! XML documents of any size: trees of their elements and attributes, split into records like JSON.
//!
//! An element that contains only text is a value. Any other element is an object, whose members are its attributes and
//! elements. Adjacent elements with the same name are a list.

use lastfour::Span;
use lastfour::chat::markup;

use super::fields::{NameId, Names};
use super::html::{self, Piece};
use super::json::Growing;
use super::record::{Body, Trouble};
use super::segment::Segment;
use super::spelling::Spelling;
use super::tree::Kind;
use super::{Cut, Input, More, mark_len};

/// Splits a document into records.
pub(crate) struct XmlReader {
    growing: Growing,
    /// The names of the open elements, to match end tags.
    open: Vec<Box<[u8]>>,
    /// The number of bytes read so far.
    at: usize,
}

/// HTML elements that may be part of a text.
const INLINE: &[&[u8]] =
    &[b"b", b"i", b"u", b"em", b"strong", b"br", b"a", b"span", b"p", b"div", b"font", b"ul", b"ol", b"li"];

/// The maximum number of pieces of an element's text, such as tags in it. An element with more is read as an object.
const MOST_PIECES: usize = 64;

/// The maximum depth of elements. Deeper ones are read as text.
const DEEPEST: usize = 128;

impl XmlReader {
    pub(crate) fn new() -> Self {
        Self { growing: Growing::of_objects(), open: Vec::new(), at: 0 }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        let bytes = input.bytes;
        let last = input.more == More::Never;
        if self.at == 0 {
            self.at = mark_len(bytes, at_start);
        }
        while self.at < bytes.len() {
            // The piece, and for an element its text, must be complete.
            let (piece, end) = html::piece(bytes, self.at);
            let leaf = match piece {
                Piece::Open { closed: false, name, .. } => leaf(bytes, end, &bytes[name.range()]),
                _ => Leaf::No,
            };
            let complete = end < bytes.len() && leaf != Leaf::Unknown;
            if !complete && !last && bytes.len() - self.at <= input.limit {
                return (self.at > 2 * input.limit).then(|| self.end(input, names, None));
            }
            if !complete && !last {
                // A text that is too long to be buffered.
                if self.at > 0 {
                    return Some(self.end(input, names, None));
                }
                self.at = lastfour::safe_cut(&bytes[..input.limit]);
                let text = Segment::new(0, Spelling::Markup, Span::new(0, self.at));
                let name = self.name(names);
                self.growing.leaf(Kind::Text, name, text);
                return Some(self.end(input, names, Some(Trouble::TooLong)));
            }
            let completes = self.read(bytes, piece, end, leaf, names);
            if completes && self.growing.is_closed()
                || self.at > input.limit && completes && self.growing.is_border(self.at, input.limit)
            {
                return Some(self.end(input, names, None));
            }
        }
        (last && self.at > 0).then(|| self.end(input, names, None))
    }

    /// Reads a piece, and returns whether an element is complete.
    fn read(&mut self, bytes: &[u8], piece: Piece, end: usize, leaf: Leaf, names: &mut Names) -> bool {
        let whole = Span::new(self.at, end);
        self.at = end;
        match piece {
            Piece::Open { name, attributes, closed } => {
                let id = names.id(local(&bytes[name.range()]));
                let pairs = markup::pairs(bytes, attributes);
                match leaf {
                    Leaf::Text(inner, close) if pairs.is_empty() => {
                        self.growing.leaf(Kind::Text, id, Segment::new(0, Spelling::Markup, trimmed(bytes, inner)));
                        self.at = close;
                        return true;
                    }
                    _ => {}
                }
                let digits = bytes[name.range()].iter().filter(|b| b.is_ascii_digit()).count();
                if digits >= html::MANY_DIGITS || !bytes[whole.range()].ends_with(b">") {
                    self.growing.tree.aside(Segment::new(0, Spelling::Markup, whole));
                }
                let too_deep = self.open.len() >= DEEPEST;
                if !too_deep {
                    self.growing.open(Kind::Object, id, Segment::new(0, Spelling::Plain, whole));
                }
                for (name, value) in pairs {
                    let name = names.id(local(&bytes[name.range()]));
                    self.growing.leaf(Kind::Text, name, Segment::new(0, Spelling::Markup, value));
                }
                if let Leaf::Text(inner, close) = leaf {
                    let inner = trimmed(bytes, inner);
                    if !inner.is_empty() {
                        self.growing.leaf(Kind::Text, id, Segment::new(0, Spelling::Markup, inner));
                    }
                    self.at = close;
                }
                if closed || matches!(leaf, Leaf::Text(..)) {
                    if !too_deep {
                        self.growing.close();
                    }
                    return true;
                }
                if !too_deep {
                    self.open.push(bytes[name.range()].into());
                }
                false
            }
            Piece::Close { name } => {
                let name = &bytes[name.range()];
                let Some(at) = self.open.iter().rposition(|open| **open == *name) else { return false };
                while self.open.len() > at {
                    self.open.pop();
                    self.growing.close();
                }
                true
            }
            Piece::Text | Piece::Data { .. } => {
                let content = trimmed(bytes, if let Piece::Data { content } = piece { content } else { whole });
                if !content.is_empty() {
                    let name = self.name(names);
                    self.growing.leaf(Kind::Text, name, Segment::new(0, Spelling::Markup, content));
                }
                false
            }
            Piece::Other => {
                self.growing.tree.aside(Segment::new(0, Spelling::Markup, html::inner(bytes, whole)));
                false
            }
        }
    }

    /// Returns the name of the innermost open element, which is also that of its text.
    fn name(&self, names: &mut Names) -> NameId {
        self.open.last().map_or(0, |name| names.id(local(name)))
    }

    fn end(&mut self, input: Input<'_>, names: &Names, trouble: Option<Trouble>) -> Cut {
        let len = std::mem::take(&mut self.at);
        let (mut tree, layers) = self.growing.cut(&input.bytes[..len], names);
        tree.mark_lists();
        Cut { len, trouble, layers, body: Body::Tree(tree) }
    }
}

/// Whether an element contains only text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaf {
    /// More bytes are needed.
    Unknown,
    No,
    /// It does: the range of the text, and the end of the element.
    Text(Span, usize),
}

/// Examines what follows the start tag of an element with this name.
fn leaf(bytes: &[u8], start: usize, name: &[u8]) -> Leaf {
    let mut at = start;
    let mut text = false;
    for _ in 0..MOST_PIECES {
        if at >= bytes.len() {
            return Leaf::Unknown;
        }
        let (piece, end) = html::piece(bytes, at);
        // The name of a tag may continue.
        if piece != Piece::Text && end == bytes.len() && !bytes.ends_with(b">") {
            return Leaf::Unknown;
        }
        match piece {
            Piece::Close { name: closing } if bytes[closing.range()] == *name => {
                return if end <= bytes.len() && bytes[..end].ends_with(b">") {
                    Leaf::Text(Span::new(start, at), end)
                } else {
                    Leaf::Unknown
                };
            }
            // The text of a CDATA section is read separately.
            Piece::Data { .. } => return Leaf::No,
            Piece::Open { name: inner, .. } | Piece::Close { name: inner } => {
                let inner = bytes[inner.range()].to_ascii_lowercase();
                if !text || !INLINE.contains(&inner.as_slice()) {
                    return Leaf::No;
                }
            }
            Piece::Text => text |= !bytes[at..end].trim_ascii().is_empty(),
            Piece::Other => {}
        }
        at = end;
    }
    Leaf::No
}

/// Returns the name without its namespace.
fn local(name: &[u8]) -> &[u8] {
    memchr::memrchr(b':', name).map_or(name, |at| &name[at + 1..])
}

fn trimmed(bytes: &[u8], span: Span) -> Span {
    let text = &bytes[span.range()];
    let start = span.start + text.len() - text.trim_ascii_start().len();
    Span::new(start, start + text.trim_ascii().len())
}
