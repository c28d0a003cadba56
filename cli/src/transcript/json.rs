//! JSON documents of any size: trees of their values, split into records.
//!
//! The elements of an array at the root are records. Any other document is one record, unless it is longer than the
//! limit. Then it is split between the elements of an array in it, and each following record begins with the open
//! objects and their fields for speaker, conversation and time.

use lastfour::json::{Document, JsonError, Step, Token, TokenKind, Walker, decode};
use lastfour::{Alignment, Role, Span, safe_cut};

use super::fields::{Meaning, NameId, Names};
use super::record::{Body, Layer, Said, Trouble};
use super::segment::Segment;
use super::spelling::{Spelling, is_mojibake};
use super::stamp::time_of_value;
use super::tree::{Kind, Tree};
use super::{Cut, DEEPEST_JSON, Input, More, mark_len, may_be_mark};

/// Reads a complete JSON value at `span` of a layer with these bytes.
pub(crate) fn parse(bytes: &[u8], span: Span, layer: u16, names: &mut Names) -> Result<Tree, JsonError> {
    let mut growing = Growing { layer, ..Growing::default() };
    let mut document = Document::new(&bytes[span.range()], DEEPEST_JSON);
    while let Some(token) = document.next_token()? {
        growing.add(bytes, token, span.start, names);
    }
    let mut tree = growing.tree;
    tree.name_columns(names, false, |segment| tells_of_message(segment, bytes));
    Ok(tree)
}

/// Returns whether a value is a role or a time.
fn tells_of_message(segment: &Segment, bytes: &[u8]) -> bool {
    let text = bytes.get(segment.span().range()).unwrap_or_default();
    let role = || std::str::from_utf8(text).is_ok_and(|text| Role::from_name(text).is_some());
    text.len() <= LONGEST_TELLING && (role() || time_of_value(text).is_some_and(|time| time.absolute))
}

/// The longest role or time, in bytes.
const LONGEST_TELLING: usize = 40;

/// Returns the length of the object or array that `bytes` start with.
pub(crate) fn value_len(bytes: &[u8]) -> Option<usize> {
    let mut document = Document::new(bytes, DEEPEST_JSON);
    let mut open = 0_usize;
    while let Ok(Some(token)) = document.next_token() {
        match token.kind {
            TokenKind::ObjectStart | TokenKind::ArrayStart => open += 1,
            TokenKind::ObjectEnd | TokenKind::ArrayEnd => open -= 1,
            _ => {}
        }
        if open == 0 {
            return matches!(token.kind, TokenKind::ObjectEnd | TokenKind::ArrayEnd).then_some(token.span.end);
        }
    }
    None
}

/// A tree under construction.
#[derive(Default)]
pub(super) struct Growing {
    pub(super) tree: Tree,
    layer: u16,
    /// The open objects and arrays, and whether a child of each is complete.
    open: Vec<u32>,
    filled: Vec<bool>,
    /// The name of the next member.
    name: NameId,
    /// The bytes carried over from the previous record.
    carried: Vec<u8>,
    /// Whether objects count as lists, as in XML.
    lists_objects: bool,
}

/// The longest value that is carried over to the next record, in bytes.
const LONGEST_CARRIED: usize = 1024;

impl Growing {
    /// Creates an empty tree in which objects count as lists.
    pub(super) fn of_objects() -> Self {
        Self { lists_objects: true, ..Self::default() }
    }

    /// Adds a token. Its spans start at `offset` in `bytes`.
    fn add(&mut self, bytes: &[u8], token: Token, offset: usize, names: &mut Names) {
        let content = Span::new(token.content.start + offset, token.content.end + offset);
        let (kind, spelling) = match token.kind {
            TokenKind::Key => {
                let raw = &bytes[content.range()];
                self.name = names.id(&decode(raw).bytes);
                self.tree.name(self.layer, Spelling::Json, raw, content);
                return;
            }
            TokenKind::ObjectEnd | TokenKind::ArrayEnd => return self.close(),
            TokenKind::ObjectStart => (Kind::Object, Spelling::Plain),
            TokenKind::ArrayStart => (Kind::Array, Spelling::Plain),
            TokenKind::Number => (Kind::Number, Spelling::Number),
            TokenKind::Literal => (Kind::Literal, Spelling::Plain),
            _ => {
                let mojibake = is_mojibake(&bytes[content.range()]);
                (Kind::Text, if mojibake { Spelling::Mojibake } else { Spelling::Json })
            }
        };
        let name = std::mem::take(&mut self.name);
        let segment = Segment::new(self.layer, spelling, content);
        match kind {
            Kind::Object | Kind::Array => self.open(kind, name, segment),
            _ => self.leaf(kind, name, segment),
        }
    }

    /// Adds an object or array. Its children follow.
    pub(super) fn open(&mut self, kind: Kind, name: NameId, segment: Segment) {
        let at = self.tree.push(&self.open, kind, name, segment);
        self.open.push(at);
        self.filled.push(false);
    }

    /// Adds a value without children.
    pub(super) fn leaf(&mut self, kind: Kind, name: NameId, segment: Segment) {
        self.tree.push(&self.open, kind, name, segment);
        self.fill();
    }

    /// Closes the innermost object or array.
    pub(super) fn close(&mut self) {
        if let Some(at) = self.open.pop() {
            self.filled.pop();
            self.tree.close(at);
        }
        self.fill();
    }

    /// Returns the tree of a value that is complete.
    pub(super) fn finished(self) -> Tree {
        self.tree
    }

    /// Returns whether no object or array is open.
    pub(super) fn is_closed(&self) -> bool {
        self.open.is_empty()
    }

    fn fill(&mut self) {
        if let Some(filled) = self.filled.last_mut() {
            *filled = true;
        }
    }

    /// Returns whether a record of `len` bytes is split here, after a complete value: between the elements of the
    /// outermost array with a complete element; if that takes too long, of the innermost one; and finally anywhere.
    pub(super) fn is_border(&self, len: usize, limit: usize) -> bool {
        let is_list = |place: &usize| {
            self.filled[*place] && (self.lists_objects || self.tree.node(self.open[*place]).kind == Kind::Array)
        };
        let mut arrays = (0..self.open.len()).filter(is_list);
        let border = match len {
            len if len > 2 * limit => return true,
            len if len > limit + limit / 2 => arrays.next_back(),
            _ => arrays.next(),
        };
        self.open.len() <= border.map_or(0, |place| place + 1)
    }

    /// Takes the tree of the record that ends here, and begins the next one with the open containers. `raw` are the
    /// bytes of the record.
    pub(super) fn cut(&mut self, raw: &[u8], names: &Names) -> (Tree, Vec<Layer>) {
        let layers = match std::mem::take(&mut self.carried) {
            bytes if bytes.is_empty() => Vec::new(),
            bytes => vec![Layer { place: None, bytes, alignment: Alignment::identity() }],
        };
        let tree = std::mem::take(&mut self.tree);
        let mut next = Tree::default();
        let mut open = Vec::with_capacity(self.open.len());
        for &at in &self.open {
            let node = *tree.node(at);
            let place = next.push(&open, node.kind, node.name, Segment::new(0, Spelling::Plain, Span::new(0, 0)));
            open.push(place);
            // Containers that are still open end with the tree.
            let last = tree.nodes.len();
            let mut child = at as usize + 1;
            while child < last && node.kind == Kind::Object {
                let member = tree.nodes[child];
                let carries = matches!(member.kind, Kind::Text | Kind::Number | Kind::Literal)
                    && is_context(names.meaning(member.name))
                    && member.segment.span().len() <= LONGEST_CARRIED;
                if carries {
                    let from = match member.segment.layer {
                        0 => raw,
                        _ => layers.first().map_or(&[][..], |layer| &layer.bytes),
                    };
                    let text = member.segment.spelling.decode(&from[member.segment.span().range()]).0;
                    let start = self.carried.len();
                    self.carried.extend_from_slice(&text);
                    let span = Span::new(start, self.carried.len());
                    next.push(&open, member.kind, member.name, Segment::new(1, Spelling::Plain, span));
                }
                let is_open = self.open.contains(&u32::try_from(child).unwrap_or(u32::MAX));
                child = if is_open { last } else { member.end as usize };
            }
        }
        let mut tree = tree;
        for &at in self.open.iter().rev() {
            tree.close(at);
        }
        self.open = open;
        self.filled.fill(false);
        self.tree = next;
        (tree, layers)
    }
}

/// Returns whether a value with this name says something about the messages in its object.
fn is_context(meaning: Meaning) -> bool {
    meaning.about.is_some() || meaning.conversation.is_some() || meaning.time.is_some()
}

/// Splits a document, or several consecutive ones, into records. Bytes between two values belong to the second one.
pub(crate) struct JsonReader {
    growing: Growing,
    walker: Walker,
    /// The number of bytes read so far.
    at: usize,
    /// The end of the last token. What follows it may be read or not, depending on what has arrived.
    token_end: usize,
    /// Whether the root is an array. Its elements are records.
    in_array: bool,
    /// Whether the input is within a string that is too long to be buffered.
    in_string: bool,
    /// Whether the rest is not JSON.
    broken: bool,
    /// The problem that the next record reports.
    trouble: Option<Trouble>,
}

impl JsonReader {
    pub(crate) fn new() -> Self {
        Self {
            growing: Growing::default(),
            walker: Walker::new(DEEPEST_JSON),
            at: 0,
            token_end: 0,
            in_array: false,
            in_string: false,
            broken: false,
            trouble: None,
        }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        let last = input.more == More::Never;
        if self.at == 0 && at_start {
            if !last && may_be_mark(input.bytes) {
                return None;
            }
            self.at = mark_len(input.bytes, at_start);
        }
        if self.broken {
            return self.broken_line(input, names);
        }
        loop {
            match self.walker.next(&input.bytes[self.at..], last) {
                Ok(Step::Token(token)) if self.in_string => {
                    self.in_string = false;
                    if self.walker.open() == 0 {
                        self.walker = Walker::new(DEEPEST_JSON);
                    }
                    return Some(self.piece(token));
                }
                Ok(Step::Token(token)) => {
                    let offset = self.at;
                    self.at += token.span.end;
                    self.token_end = self.at;
                    if !self.in_array
                        && self.walker.open() == 1
                        && token.kind == TokenKind::ArrayStart
                        && self.growing.tree.nodes.is_empty()
                    {
                        self.in_array = true;
                        continue;
                    }
                    let root = usize::from(self.in_array);
                    if self.walker.open() < root {
                        self.walker = Walker::new(DEEPEST_JSON);
                        self.in_array = false;
                        return Some(self.end(input, names));
                    }
                    self.growing.add(input.bytes, token, offset, names);
                    if self.walker.open() == root && token.kind != TokenKind::Key {
                        if !self.in_array {
                            self.walker = Walker::new(DEEPEST_JSON);
                        }
                        return Some(self.end(input, names));
                    }
                    let completes =
                        !matches!(token.kind, TokenKind::ObjectStart | TokenKind::ArrayStart | TokenKind::Key);
                    if self.at > input.limit && completes && self.growing.is_border(self.at, input.limit) {
                        return Some(self.end(input, names));
                    }
                }
                Ok(Step::More(done)) => {
                    self.at += done;
                    if self.at > 2 * input.limit {
                        return Some(self.end(input, names));
                    }
                    if input.bytes.len() - self.at <= input.limit {
                        return None;
                    }
                    // A value is longer than the limit. The bytes before it are a record.
                    if self.at > 0 {
                        return Some(self.end(input, names));
                    }
                    match self.walker.cut(&input.bytes[..input.limit]) {
                        Some(token) => {
                            if !std::mem::replace(&mut self.in_string, true) {
                                self.growing.name = 0;
                                self.growing.fill();
                                self.trouble = Some(Trouble::TooLong);
                            }
                            return Some(self.piece(token));
                        }
                        None => return self.break_off(input, names),
                    }
                }
                // Only blanks follow.
                Ok(Step::End) => {
                    self.at = input.bytes.len();
                    return (self.at > 0).then(|| self.end(input, names));
                }
                Err(_) if last && self.is_before_value() && input.bytes[self.at..].trim_ascii().is_empty() => {
                    self.at = input.bytes.len();
                    return (self.at > 0).then(|| self.end(input, names));
                }
                Err(_) => return self.break_off(input, names),
            }
        }
    }

    fn is_before_value(&self) -> bool {
        self.walker.open() == 0 && !self.in_array && self.growing.tree.nodes.is_empty()
    }

    /// Returns the record that ends at the current position.
    fn end(&mut self, input: Input<'_>, names: &mut Names) -> Cut {
        let len = std::mem::take(&mut self.at);
        self.token_end = 0;
        let (mut tree, layers) = self.growing.cut(&input.bytes[..len], names);
        // An array that is split continues in the next record.
        if self.growing.is_closed() {
            tree.name_columns(names, self.in_array, |_| false);
        }
        Cut { len, trouble: self.trouble.take(), layers, body: Body::Tree(tree) }
    }

    /// Returns a piece of a string that is too long.
    fn piece(&mut self, token: Token) -> Cut {
        let content = Segment::new(0, Spelling::Json, token.content);
        Cut::said(token.span.end, self.trouble.take(), vec![Said::new(vec![content])])
    }

    /// Ends the record after its last token. The rest is text.
    fn break_off(&mut self, input: Input<'_>, names: &mut Names) -> Option<Cut> {
        self.broken = true;
        if self.token_end == 0 || self.growing.tree.nodes.is_empty() {
            self.at = 0;
            self.trouble = Some(Trouble::Malformed);
            return self.broken_line(input, names);
        }
        self.at = self.token_end;
        let cut = self.end(input, names);
        self.growing = Growing::default();
        self.trouble = Some(Trouble::Malformed);
        Some(cut)
    }

    /// Returns a line of input that is not JSON as a whole. A line that is a value is read as JSON.
    fn broken_line(&mut self, input: Input<'_>, names: &mut Names) -> Option<Cut> {
        let len = text_piece(input)?;
        self.at = 0;
        let line = &input.bytes[..len];
        let inner = line.trim_ascii();
        if matches!(inner.first(), Some(b'{' | b'[')) {
            let start = len - line.trim_ascii_start().len();
            if let Ok(tree) = parse(line, Span::new(start, start + inner.len()), 0, names) {
                return Some(Cut { len, trouble: None, layers: Vec::new(), body: Body::Tree(tree) });
            }
        }
        let said = if inner.is_empty() { Vec::new() } else { vec![Said::new(vec![trimmed(line)])] };
        let trouble = if inner.is_empty() { None } else { self.trouble.take() };
        Some(Cut::said(len, trouble, said))
    }
}

/// Returns the segment of a line without its line end.
fn trimmed(line: &[u8]) -> Segment {
    let end = line.len() - line.iter().rev().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    Segment::new(0, Spelling::Plain, Span::new(0, end))
}

/// Returns the length of the next piece of text: a line, or a safe prefix of a long one.
pub(crate) fn text_piece(input: Input<'_>) -> Option<usize> {
    let end = input.bytes.len().min(input.limit);
    let line = memchr::memchr(b'\n', &input.bytes[..end]).map(|at| at + 1);
    let rest = || match input.more {
        _ if input.bytes.len() > input.limit => Some(safe_cut(&input.bytes[..input.limit])),
        More::Never => Some(end),
        _ => None,
    };
    line.or_else(rest).filter(|len| *len > 0)
}
