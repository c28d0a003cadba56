//! YAML in block style: a tree of maps and lists for each document.
//!
//! Collections in braces and brackets are read as one text. So is everything that is not recognized, and nothing is left
//! out.

use lastfour::{Span, safe_cut};

use super::fields::{NameId, Names};
use super::record::{Body, Trouble};
use super::segment::Segment;
use super::spelling::Spelling;
use super::tree::{Kind, Tree};
use super::{Cut, Input, More, mark_len};

/// Splits YAML into its documents.
pub(crate) struct YamlReader;

/// The maximum depth of containers. Deeper values belong to the last one.
const DEEPEST: usize = 64;

impl YamlReader {
    pub(crate) fn next(input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        let bytes = &input.bytes[..input.bytes.len().min(input.limit)];
        let next = memchr::memmem::find(bytes, b"\n---").map(|at| at + 1);
        if bytes.is_empty() || next.is_none() && input.more == More::Coming && input.bytes.len() <= input.limit {
            return None;
        }
        let too_long = next.is_none() && input.bytes.len() > input.limit;
        let line = |bytes: &[u8]| memchr::memrchr(b'\n', bytes).map(|at| at + 1);
        let len = match next {
            Some(next) => next,
            None if too_long => line(bytes).unwrap_or_else(|| safe_cut(bytes).max(1)),
            None => bytes.len(),
        };
        let tree = Parser::new(&bytes[..len], names).read(mark_len(bytes, at_start).min(len));
        let trouble = too_long.then_some(Trouble::TooLong);
        Some(Cut { len, trouble, layers: Vec::new(), body: Body::Tree(tree) })
    }
}

/// An open map or list.
#[derive(Debug, Clone, Copy)]
struct Container {
    node: u32,
    kind: Kind,
    /// The column of its keys or items.
    column: usize,
}

struct Parser<'a, 'n> {
    bytes: &'a [u8],
    names: &'n mut Names,
    tree: Tree,
    open: Vec<Container>,
    /// The name of a value that begins in the next line.
    pending: NameId,
}

impl<'a, 'n> Parser<'a, 'n> {
    fn new(bytes: &'a [u8], names: &'n mut Names) -> Self {
        Self { bytes, names, tree: Tree::default(), open: Vec::new(), pending: 0 }
    }

    fn read(mut self, mut at: usize) -> Tree {
        while at < self.bytes.len() {
            let end = self.line_end(at);
            let column = self.blanks(at, end);
            let text = self.trimmed(at + column, end);
            let words = &self.bytes[text.range()];
            let is_mark =
                words.starts_with(b"#") || column == 0 && (words.starts_with(b"---") || words.starts_with(b"%"));
            if is_mark {
                self.tree.aside(Segment::new(0, Spelling::Plain, text));
                at = end;
            } else if text.is_empty() {
                at = end;
            } else {
                self.close(column, is_item(words));
                at = self.content(text, column, 0);
            }
        }
        self.open.iter().rev().for_each(|container| self.tree.close(container.node));
        self.tree
    }

    /// Closes the containers that end before a line that begins at `column`.
    fn close(&mut self, column: usize, is_item: bool) {
        // The root stays open.
        while let [_, .., last] = self.open.as_slice()
            && (last.column > column || last.column == column && last.kind == Kind::Array && !is_item)
        {
            self.tree.close(last.node);
            self.open.pop();
        }
    }

    /// Reads an item, a key or a value that begins at `column`. Returns the start of the next line.
    fn content(&mut self, text: Span, column: usize, depth: usize) -> usize {
        let words = &self.bytes[text.range()];
        if is_item(words) && depth < DEEPEST {
            self.enter(Kind::Array, column, text);
            let blanks = 1 + self.blanks(text.start + 1, text.end);
            let inner = Span::new((text.start + blanks).min(text.end), text.end);
            self.pending = 0;
            return if inner.is_empty() {
                self.line_end(text.end)
            } else {
                self.content(inner, column + blanks, depth + 1)
            };
        }
        let Some((key, value)) = key(words) else { return self.scalar(self.pending, text, column.saturating_sub(1)) };
        self.enter(Kind::Object, column, text);
        let key = Span::new(text.start + key.start, text.start + key.end);
        self.tree.name(0, Spelling::Plain, &self.bytes[key.range()], key);
        let name = self.names.id(&self.bytes[key.range()]);
        let value = self.trimmed(text.start + value, text.end);
        self.pending = name;
        match self.bytes.get(value.start).filter(|_| !value.is_empty()) {
            None => self.line_end(text.end),
            Some(b'|' | b'>') => self.block(name, value, column),
            Some(_) => self.scalar(name, value, column),
        }
    }

    /// Opens a container at `column`, unless it is open.
    fn enter(&mut self, kind: Kind, column: usize, text: Span) {
        let is_open = self.open.last().is_some_and(|last| last.kind == kind && last.column == column);
        if is_open || self.open.len() >= DEEPEST {
            return;
        }
        let above: Vec<u32> = self.open.last().map(|last| last.node).into_iter().collect();
        let node =
            self.tree.push(&above, kind, std::mem::take(&mut self.pending), Segment::new(0, Spelling::Plain, text));
        self.open.push(Container { node, kind, column });
    }

    /// Reads a literal block: the lines after `value` that are indented by more than `column`.
    fn block(&mut self, name: NameId, value: Span, column: usize) -> usize {
        let start = self.line_end(value.end);
        let end = self.further(start, column);
        self.leaf(name, self.trimmed(start, end), Spelling::Plain);
        end
    }

    /// Reads a value, which continues in the lines that are indented by more than `column`.
    fn scalar(&mut self, name: NameId, value: Span, column: usize) -> usize {
        let quote = self.bytes[value.start];
        if matches!(quote, b'"' | b'\'') {
            let inner = value.start + 1;
            let end = closing(&self.bytes[inner..], quote).map_or(self.bytes.len(), |at| inner + at);
            let spelling = if quote == b'"' { Spelling::Json } else { Spelling::Plain };
            self.leaf(name, Span::new(inner.min(end), end), spelling);
            let after = (end + 1).min(self.bytes.len());
            let rest = self.trimmed(after, self.line_end(after));
            if !rest.is_empty() {
                self.tree.aside(Segment::new(0, Spelling::Plain, rest));
            }
            return self.line_end(after);
        }
        let end = self.further(self.line_end(value.end), column);
        self.leaf(name, self.trimmed(value.start, end), Spelling::YamlBare);
        end
    }

    fn leaf(&mut self, name: NameId, span: Span, spelling: Spelling) {
        if span.is_empty() {
            return;
        }
        if self.open.is_empty() {
            self.enter(Kind::Array, 0, span);
        }
        let above: Vec<u32> = self.open.last().map(|last| last.node).into_iter().collect();
        self.tree.push(&above, Kind::Text, name, Segment::new(0, spelling, span));
    }

    /// Returns the end of the lines that are empty or indented by more than `column`.
    fn further(&self, mut at: usize, column: usize) -> usize {
        while at < self.bytes.len() {
            let end = self.line_end(at);
            let blanks = self.blanks(at, end);
            if blanks <= column && !self.trimmed(at, end).is_empty() {
                break;
            }
            at = end;
        }
        at
    }

    fn line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |len| at + len + 1)
    }

    fn blanks(&self, from: usize, to: usize) -> usize {
        self.bytes[from.min(to)..to].iter().take_while(|b| **b == b' ').count()
    }

    fn trimmed(&self, from: usize, to: usize) -> Span {
        let text = &self.bytes[from.min(to)..to];
        let start = from.min(to) + text.len() - text.trim_ascii_start().len();
        Span::new(start, start + text.trim_ascii().len())
    }
}

/// Returns whether a line is an item of a list.
fn is_item(words: &[u8]) -> bool {
    words == b"-" || words.starts_with(b"- ")
}

/// The maximum length of a key, in bytes.
const LONGEST_KEY: usize = 128;

/// Returns the key at the start of a line, and the start of the value.
fn key(words: &[u8]) -> Option<(Span, usize)> {
    let start = &words[..words.len().min(LONGEST_KEY)];
    let (key, after) = match start.first()? {
        quote @ (b'"' | b'\'') => {
            let len = closing(&start[1..], *quote)?;
            (Span::new(1, 1 + len), len + 2)
        }
        b'{' | b'[' | b'#' | b'|' | b'>' => return None,
        _ => {
            let ends = |at: &usize| start.get(at + 1).map_or(words.len() == at + 1, |b| *b == b' ');
            let colon = memchr::memchr_iter(b':', start).find(ends)?;
            (Span::new(0, colon), colon)
        }
    };
    (words.get(after) == Some(&b':') && words.get(after + 1).is_none_or(|b| *b == b' ')).then_some((key, after + 1))
}

/// Returns the end of a quoted text.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(quote, b'\\', &text[at.min(text.len())..])?;
        match (text[at], text.get(at + 1)) {
            (b'\\', _) if quote == b'"' => at += 2,
            (b'\\', _) => at += 1,
            // Two single quotes are one.
            (b'\'', Some(b'\'')) => at += 2,
            _ => return Some(at),
        }
    }
}
