//! Tables: fields separated by a comma, semicolon, tab or bar, quoted as in RFC 4180.
//!
//! The splitter is our own because all bytes must be preserved: it reports the position of each field, including its
//! quotes, and does not unescape more than necessary.

use lastfour::{Span, safe_cut};

use super::fields::{Meaning, NameId, Names};
use super::record::{Body, Part, Said, Trouble};
use super::segment::Segment;
use super::spelling::Spelling;
use super::tree::{Kind, Tree};
use super::{Cut, Input, More, mark_len};

/// Splits a table into records, one per row.
pub(crate) struct CsvReader {
    shape: Option<Shape>,
    /// The number of rows read so far.
    row: usize,
    /// The number of bytes of the row that were examined, so that no byte is examined twice.
    at: usize,
    state: State,
    /// The start of the last line of a row that spans several lines.
    later_line: Option<usize>,
    /// Whether the rest of a row that is too long to be buffered continues up to the next line end.
    mid_row: bool,
}

/// A field, without its quotes.
#[derive(Debug, Clone, Copy)]
struct Cell {
    span: Span,
    spelling: Spelling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    /// After a quote in a quoted field: either it is doubled, or the field ends.
    Quote,
    /// Text follows a closing quote, so the line is not a row.
    Broken,
}

/// What the first rows show about a table.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    delimiter: u8,
    columns: usize,
    /// The index of the header row, if there is one. The rows before it are a title.
    header: Option<usize>,
    names: Vec<NameId>,
    /// Whether there are several rows, and each has as many cells as there are columns.
    even: bool,
    /// Whether the rows are a table by their structure. See [`is_regular`].
    regular: bool,
}

/// The number of bytes at the start from which the shape of a table is learned.
const SAMPLE: usize = 64 << 10;

/// The number of rows from which it is learned.
const SAMPLE_ROWS: usize = 50;

/// The longest name of a column, in characters.
const LONGEST_NAME: usize = 48;

impl CsvReader {
    pub(crate) fn new() -> Self {
        Self { shape: None, row: 0, at: 0, state: State::FieldStart, later_line: None, mid_row: false }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        if self.mid_row {
            return self.rest_of_row(input);
        }
        let mark = mark_len(input.bytes, at_start);
        self.at = self.at.max(mark);
        if self.shape.is_none() {
            let sample = mark + SAMPLE.min(input.limit);
            // Rows that have arrived must not wait for others while the input pauses.
            if input.more == More::Coming && input.bytes.len() < sample {
                return None;
            }
            let complete = input.more == More::Never && input.bytes.len() <= sample;
            self.shape = Some(Shape::learn(&input.bytes[mark..sample.min(input.bytes.len())], complete, names));
        }
        let shape = self.shape.as_ref()?;
        let delimiter = shape.delimiter;
        let Some((len, is_row)) = self.measure(input, delimiter) else {
            if input.bytes.len() <= input.limit {
                return None;
            }
            let len = safe_cut(&input.bytes[..input.limit]).max(mark);
            self.start_row();
            self.mid_row = true;
            return Some(plain(len, Span::new(mark, len), Some(Trouble::TooLong)));
        };
        if len == 0 {
            return None;
        }
        self.start_row();
        let end = len - line_end_len(&input.bytes[mark..len]);
        let span = Span::new(mark.min(end), end);
        if span.is_empty() {
            return Some(Cut::said(len, None, Vec::new()));
        }
        let row = self.row;
        self.row += 1;
        if !is_row {
            return Some(plain(len, span, Some(Trouble::Malformed)));
        }
        self.shape.as_ref().map(|shape| shape.cut(input.bytes, len, span, row))
    }

    fn start_row(&mut self) {
        self.at = 0;
        self.state = State::FieldStart;
        self.later_line = None;
    }

    /// Measures the row: its length with its line end, and whether it is a row.
    fn measure(&mut self, input: Input<'_>, delimiter: u8) -> Option<(usize, bool)> {
        let bytes = input.bytes;
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            self.state = match (self.state, byte) {
                (State::Quoted, b'"') => State::Quote,
                (State::Quoted, b'\n') => {
                    self.later_line = Some(self.at);
                    State::Quoted
                }
                (State::Quoted, _) => {
                    let rest = &bytes[self.at..];
                    self.at += memchr::memchr2(b'"', b'\n', rest).unwrap_or(rest.len());
                    State::Quoted
                }
                (state, b'\n') => return Some((self.at, state != State::Broken)),
                (State::Broken, _) => State::Broken,
                (State::Quote, b'"') | (State::FieldStart, b'"') => State::Quoted,
                (_, byte) if byte == delimiter => State::FieldStart,
                (State::Quote, b'\r') => State::Quote,
                (State::Quote, _) => match self.later_line {
                    // The quote that opened in an earlier line was not a quote, so the lines before this one are not a
                    // row.
                    Some(line) => return Some((line, false)),
                    None => State::Broken,
                },
                (State::FieldStart | State::Bare, _) => State::Bare,
            };
        }
        if input.more != More::Never || bytes.is_empty() {
            return None;
        }
        Some((bytes.len(), !matches!(self.state, State::Quoted | State::Broken)))
    }

    fn rest_of_row(&mut self, input: Input<'_>) -> Option<Cut> {
        let len = match memchr::memchr(b'\n', input.bytes) {
            Some(at) => {
                self.mid_row = false;
                at + 1
            }
            None if input.bytes.len() > input.limit => safe_cut(&input.bytes[..input.limit]),
            None if input.more == More::Never && !input.bytes.is_empty() => input.bytes.len(),
            None => return None,
        };
        Some(plain(len, Span::new(0, len - line_end_len(&input.bytes[..len])), None))
    }
}

/// Returns the rows of a table within a text, and the lines of it that are not rows.
pub(super) fn table(bytes: &[u8], table: Span, layer: u16, names: &mut Names) -> (Tree, Vec<Said>) {
    let mut tree = Tree::default();
    let root = tree.push(&[], Kind::Array, 0, Segment::new(layer, Spelling::Plain, table));
    let mut others = Vec::new();
    let mut reader = CsvReader::new();
    let mut at = table.start;
    while at < table.end {
        let input = Input { bytes: &bytes[at..table.end], more: More::Never, limit: usize::MAX };
        let Some(cut) = reader.next(input, at == table.start, names) else { break };
        let moved = |segment: Segment| {
            let span = segment.span();
            Segment::new(layer, segment.spelling, Span::new(at + span.start, at + span.end))
        };
        match cut.body {
            Body::Tree(row) => {
                let mut nodes = row.nodes.iter();
                if let Some(object) = nodes.next() {
                    let object = tree.push(&[root], Kind::Object, 0, moved(object.segment));
                    for node in nodes {
                        tree.push(&[root, object], node.kind, node.name, moved(node.segment));
                    }
                    tree.close(object);
                }
                row.asides.iter().for_each(|aside| tree.aside(moved(aside.segment)));
            }
            Body::Said(said) | Body::Texts(said) => others.extend(said.into_iter().map(|said| Said {
                segments: said.segments.iter().copied().map(moved).collect(),
                part: Part::Alone,
                ..said
            })),
        }
        at += cut.len;
    }
    tree.close(root);
    (tree, others)
}

fn plain(len: usize, span: Span, trouble: Option<Trouble>) -> Cut {
    Cut::said(len, trouble, vec![Said::new(vec![Segment::new(0, Spelling::Plain, span)])])
}

impl Shape {
    /// Learns the shape of a table from its first rows. `complete`: the sample is the whole table.
    pub(crate) fn learn(sample: &[u8], complete: bool, names: &mut Names) -> Self {
        let delimiter = delimiter(sample);
        let rows = rows(sample, delimiter, complete);
        let widths: Vec<usize> = rows.iter().map(Vec::len).collect();
        // The width of most rows. If two are equally frequent, the greater one.
        let columns = widths
            .iter()
            .copied()
            .max_by_key(|width| {
                (widths.iter().filter(|other| *other == width).count() * usize::from(*width > 1), *width)
            })
            .unwrap_or(1);
        let even = widths.len() > 2 && widths.iter().all(|width| *width == columns);
        let mut shape = Self { delimiter, columns, header: None, names: Vec::new(), even, regular: false };
        let text = |cell: &Cell| cell.spelling.decode(&sample[cell.span.range()]).0.trim_ascii().to_vec();
        let first = rows.iter().position(|row| row.len() == columns).unwrap_or(0);
        // The header is the first row, or follows a title.
        for number in first..rows.len().min(first + 10) {
            let cells: Vec<Vec<u8>> = rows[number].iter().map(text).collect();
            if cells.len() != columns || !is_header(&cells) {
                if cells.len() == columns && number > first + 3 {
                    break;
                }
                continue;
            }
            let telling = |cell: &Vec<u8>| says_something(names.fields.meaning(cell));
            let known = cells.iter().any(telling);
            let values: Vec<Vec<Vec<u8>>> =
                rows[number + 1..].iter().map(|row| row.iter().map(text).collect()).collect();
            let labels = number == first && values.iter().any(|row| !is_header(row));
            // The name of a secret may be a word of a message, but then it is not alone in a column.
            let repeats = || values.iter().any(|row| row.iter().zip(&cells).any(|(value, name)| value == name));
            let secret = number == first
                && !values.is_empty()
                && cells.iter().any(|cell| is_name(cell) && names.fields.meaning(cell).label.is_some())
                && !repeats();
            if known || labels || secret {
                shape.header = Some(number);
                shape.names = cells.iter().map(|cell| names.id(cell)).collect();
                shape.regular = number == 0
                    && (known || secret || columns > 2)
                    && is_regular(sample, &rows, &cells, &values, secret);
                break;
            }
        }
        if shape.header.is_none() {
            shape.names = (1..=columns).map(|column| names.id(format!("column {column}").as_bytes())).collect();
        }
        shape
    }

    /// Returns whether the header says which column is which.
    pub(crate) fn is_known(&self, names: &Names) -> bool {
        self.columns > 1 && self.header.is_some() && self.names.iter().any(|name| says_something(names.meaning(*name)))
    }

    /// Returns whether it must be a table: the names of at least two columns are known, and all rows have the same
    /// width.
    pub(crate) fn is_certain(&self, names: &Names) -> bool {
        self.even && self.names.iter().filter(|name| says_something(names.meaning(**name))).count() > 1
    }

    /// Returns whether the rows are a table whatever the names of the columns mean.
    pub(crate) fn is_regular(&self) -> bool {
        self.regular
    }

    /// Returns the row at `span` as a record of `len` bytes.
    fn cut(&self, bytes: &[u8], len: usize, span: Span, row: usize) -> Cut {
        let cells = split(bytes, span, self.delimiter);
        let named = self.header.is_none_or(|header| row > header);
        if cells.len() != self.columns {
            // "sep=;" and the lines of a title.
            let title = self.header.is_some() && !named;
            let trouble = (!title && self.columns > 1).then_some(Trouble::Malformed);
            let mut cut = plain(len, span, trouble);
            if let Body::Said(said) = &mut cut.body {
                said.iter_mut().filter(|_| title).for_each(|said| said.part = Part::Alone);
            }
            return cut;
        }
        let mut tree = Tree::default();
        let root = tree.push(&[], Kind::Object, 0, Segment::new(0, Spelling::Plain, span));
        for (cell, name) in cells.iter().zip(&self.names) {
            let segment = Segment::new(0, cell.spelling, cell.span);
            if named {
                tree.push(&[root], Kind::Text, *name, segment);
            } else {
                tree.aside(segment);
            }
        }
        tree.close(root);
        Cut { len, trouble: None, layers: Vec::new(), body: Body::Tree(tree) }
    }
}

pub(super) fn says_something(meaning: Meaning) -> bool {
    meaning.text.is_some()
        || meaning.about.is_some_and(|about| about != super::fields::About::Kind)
        || meaning.conversation.is_some()
        || meaning.time.is_some()
}

/// Returns whether cells may be column names: short, different, without numbers and sentences.
pub(super) fn is_header(cells: &[Vec<u8>]) -> bool {
    let name = |cell: &Vec<u8>| {
        let Ok(cell) = std::str::from_utf8(cell) else { return false };
        !cell.is_empty()
            && cell.chars().count() <= LONGEST_NAME
            && cell.chars().any(char::is_alphabetic)
            && cell.chars().filter(char::is_ascii_digit).count() <= 3
            && !cell.contains(['?', '!', '@', '{'])
            && !cell.ends_with('.')
    };
    let empty = cells.iter().filter(|cell| cell.is_empty()).count();
    let unique = cells.iter().enumerate().all(|(at, cell)| cell.is_empty() || !cells[..at].contains(cell));
    empty * 3 <= cells.len() && unique && cells.iter().all(|cell| cell.is_empty() || name(cell))
}

/// Words at the start of a phrase that is not the name of a column.
const DETERMINERS: &[&str] = &[
    "a", "an", "the", "my", "your", "our", "his", "her", "their", "this", "that", "no", "el", "la", "los", "un", "una",
    "mi", "mis", "tu", "su", "sin", "o", "os", "um", "uma", "meu", "minha", "seu", "sua", "sem",
];

/// Returns whether a cell is a name, and not a phrase of a message such as "my card".
fn is_name(cell: &[u8]) -> bool {
    let mut words = cell.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    words.count() < 3 && !DETERMINERS.iter().any(|word| word.as_bytes() == first)
}

/// Returns whether rows are a table and not prose with commas, given the header and the values of the rows after it.
///
/// All rows have the same width, the names of the columns are short, and the delimiter is not followed by a blank. A
/// column has the name of a secret, or contains nothing but numbers, dates or addresses. Rows with a blank after each
/// delimiter need both.
fn is_regular(sample: &[u8], rows: &[Vec<Cell>], header: &[Vec<u8>], values: &[Vec<Vec<u8>>], secret: bool) -> bool {
    let even = !values.is_empty() && values.iter().all(|row| row.len() == header.len());
    let is_word = |cell: &Vec<u8>| !cell.iter().any(u8::is_ascii_whitespace);
    let named = header.iter().all(|cell| is_name(cell) && (header.len() > 2 || is_word(cell)));
    let typed =
        (0..header.len()).any(|column| values.iter().all(|row| row.get(column).is_some_and(|cell| is_typed(cell))));
    let tight = rows.iter().flat_map(|row| row.iter().skip(1)).all(|cell| sample.get(cell.span.start) != Some(&b' '));
    even && named && if tight { secret || typed } else { secret && typed && header.iter().all(is_word) }
}

/// Returns whether a cell is a number, a date or an e-mail address.
fn is_typed(cell: &[u8]) -> bool {
    let is_number =
        cell.iter().any(u8::is_ascii_digit) && cell.iter().all(|b| b.is_ascii_digit() || b".,:/-+()$%#TZ ".contains(b));
    is_number || cell.contains(&b'@') && !cell.iter().any(u8::is_ascii_whitespace)
}

/// Returns the first rows of a table. A line that is not a row is one cell.
fn rows(sample: &[u8], delimiter: u8, complete: bool) -> Vec<Vec<Cell>> {
    let mut reader = CsvReader::new();
    let mut rows = Vec::new();
    let mut at = 0;
    while rows.len() < SAMPLE_ROWS {
        let more = if complete { More::Never } else { More::Coming };
        let input = Input { bytes: &sample[at..], more, limit: usize::MAX };
        let Some((len, is_row)) = reader.measure(input, delimiter).filter(|(len, _)| *len > 0) else { break };
        reader.start_row();
        let span = Span::new(at, at + len - line_end_len(&sample[at..at + len]));
        at += len;
        if span.is_empty() {
            continue;
        }
        rows.push(if is_row {
            split(sample, span, delimiter)
        } else {
            vec![Cell { span, spelling: Spelling::CsvBare(delimiter) }]
        });
    }
    rows
}

/// Returns the delimiter of a table: the one that splits most of its first rows into the same number of fields.
pub(crate) fn delimiter(sample: &[u8]) -> u8 {
    let first = sample.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    if let Some(given) = first.strip_prefix(b"sep=").and_then(|rest| rest.first()) {
        return *given;
    }
    let score = |delimiter: u8| {
        let widths: Vec<usize> = rows(sample, delimiter, true).iter().map(Vec::len).collect();
        let frequent = widths.iter().filter(|width| **width > 1).map(|width| {
            let same = widths.iter().filter(|other| *other == width).count();
            (same, *width)
        });
        frequent.max().unwrap_or((0, 0))
    };
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// Returns the fields of a well-formed row.
fn split(raw: &[u8], row: Span, delimiter: u8) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut start = row.start;
    loop {
        let (cell, end) = if raw.get(start) == Some(&b'"') && start < row.end {
            let mut at = start + 1;
            while at < row.end {
                at += memchr::memchr(b'"', &raw[at..row.end]).unwrap_or(row.end - at);
                if raw.get(at + 1) != Some(&b'"') || at + 1 >= row.end {
                    break;
                }
                at += 2;
            }
            let close = at.min(row.end);
            let rest = &raw[close..row.end];
            let end = close + memchr::memchr(delimiter, rest).unwrap_or(rest.len());
            (Cell { span: Span::new(start + 1, close), spelling: Spelling::CsvQuoted }, end)
        } else {
            let end = start + memchr::memchr(delimiter, &raw[start..row.end]).unwrap_or(row.end - start);
            (Cell { span: Span::new(start, end), spelling: Spelling::CsvBare(delimiter) }, end)
        };
        cells.push(cell);
        if end >= row.end {
            return cells;
        }
        start = end + 1;
    }
}

fn line_end_len(line: &[u8]) -> usize {
    if line.ends_with(b"\r\n") { 2 } else { usize::from(line.ends_with(b"\n")) }
}
