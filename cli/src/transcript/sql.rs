//! Dumps of databases: the rows of INSERT statements and of COPY in PostgreSQL. Other statements hold no messages.

use std::collections::HashMap;

use lastfour::{Span, safe_cut};

use super::fields::{NameId, Names};
use super::record::{Body, Part, Said, Trouble};
use super::segment::Segment;
use super::spelling::Spelling;
use super::tree::{Kind, Tree};
use super::{Cut, Input, More, mark_len};

/// Cuts a dump into records: a row each.
pub(crate) struct SqlReader {
    state: State,
    /// The columns of tables, from their CREATE TABLE statements.
    tables: HashMap<Box<[u8]>, Vec<NameId>>,
}

/// What is being read.
enum State {
    Statement,
    /// The rows of an INSERT, with the names of their columns.
    Rows(Vec<NameId>),
    /// The lines of a COPY.
    Lines(Vec<NameId>),
    /// The rest of a row that is too long to be held, or that does not end.
    Rest,
}

/// The most tables that are known.
const MOST_TABLES: usize = 1000;

/// The longest head of a statement: up to its first row.
const LONGEST_HEAD: usize = 256 << 10;

impl SqlReader {
    pub(crate) fn new() -> Self {
        Self { state: State::Statement, tables: HashMap::new() }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        if input.bytes.is_empty() {
            return None;
        }
        match std::mem::replace(&mut self.state, State::Statement) {
            State::Statement => self.statement(input, at_start, names),
            State::Rows(columns) => self.row(input, columns, names),
            State::Lines(columns) => self.line(input, columns, names),
            State::Rest => self.rest(input),
        }
    }

    /// A line of a statement, or its head.
    fn statement(&mut self, input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        let bytes = input.bytes;
        let mark = mark_len(bytes, at_start);
        let start = bytes.len() - bytes[mark..].trim_ascii_start().len();
        let rest = &bytes[start..];
        let whole = rest.len() > LONGEST_HEAD || input.more != More::Coming;
        // Enough has come to tell the statement.
        if !whole && rest.len() < b"INSERT INTO ".len() {
            return None;
        }
        if starts(rest, "insert ") || starts(rest, "replace ") {
            match head_of_rows(rest) {
                Some((table, columns, end)) => {
                    let columns = match columns {
                        Some(list) => list.iter().map(|name| names.id(name)).collect(),
                        None => self.tables.get(table.as_slice()).cloned().unwrap_or_default(),
                    };
                    self.state = State::Rows(columns);
                    return Some(Cut::said(start + end, None, Vec::new()));
                }
                None if !whole && memchr::memchr(b';', rest).is_none() => return None,
                None => {}
            }
        }
        let line_end = memchr::memchr(b'\n', rest);
        // The line may say more than has come of it.
        if starts(rest, "copy ") && line_end.is_none() && !whole {
            return None;
        }
        if starts(rest, "copy ")
            && let Some(end) = line_end
        {
            let line = &rest[..end];
            if line.trim_ascii_end().to_ascii_lowercase().ends_with(b"from stdin;") {
                let columns = parenthesized(line).map(|list| list.iter().map(|name| names.id(name)).collect());
                let table = identifier(&line[b"copy ".len()..]).0;
                self.state =
                    State::Lines(columns.or_else(|| self.tables.get(table.as_slice()).cloned()).unwrap_or_default());
                return Some(Cut::said(start + end + 1, None, Vec::new()));
            }
        }
        if starts(rest, "create table") {
            let end = memchr::memmem::find(rest, b";\n").or_else(|| memchr::memmem::find(rest, b";\r\n"));
            match end {
                Some(end) => self.table(&rest[..end], names),
                None if !whole => return None,
                None => {}
            }
        }
        let len = text_line(input)?;
        Some(Cut::said(len, None, data(&bytes[..len])))
    }

    /// Notes the columns of a CREATE TABLE statement.
    fn table(&mut self, statement: &[u8], names: &mut Names) {
        let mut rest = statement["create table".len()..].trim_ascii_start();
        if starts(rest, "if not exists") {
            rest = rest["if not exists".len()..].trim_ascii_start();
        }
        let (table, _) = identifier(rest);
        let Some(open) = memchr::memchr(b'(', rest) else { return };
        let mut columns = Vec::new();
        for line in rest[open + 1..].split(|b| *b == b'\n' || *b == b',') {
            let line = line.trim_ascii();
            let key = ["primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", ")"];
            let (name, _) = identifier(line);
            let quoted = matches!(line.first(), Some(b'`' | b'"' | b'['));
            let word = String::from_utf8_lossy(&name).to_ascii_lowercase();
            // "decimal(10,2)" leaves "2)" behind a comma.
            if name.is_empty()
                || !quoted && (key.contains(&word.as_str()) || line[0].is_ascii_digit())
                || line.starts_with(b")")
            {
                continue;
            }
            columns.push(names.id(&name));
        }
        if self.tables.len() < MOST_TABLES {
            self.tables.insert(table.into(), columns);
        }
    }

    /// A row of an INSERT, or its end.
    fn row(&mut self, input: Input<'_>, columns: Vec<NameId>, names: &mut Names) -> Option<Cut> {
        let bytes = input.bytes;
        let blanks = bytes.iter().take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
        match bytes.get(blanks) {
            Some(b'(') => {}
            None if input.more == More::Coming => {
                self.state = State::Rows(columns);
                return None;
            }
            // The statement ends.
            _ => {
                let len = text_line(input)?;
                return Some(Cut::said(len, None, data(&bytes[..len])));
            }
        }
        let Some((cells, end)) = cells(bytes, blanks + 1) else {
            if input.more == More::Never || bytes.len() > input.limit {
                let len = if input.more == More::Never {
                    bytes.len().min(input.limit)
                } else {
                    safe_cut(&bytes[..input.limit])
                };
                self.state = State::Rest;
                return Some(Cut::said(len, Some(Trouble::TooLong), text(len)));
            }
            self.state = State::Rows(columns);
            return None;
        };
        let tree = tree(&cells, &columns, Span::new(blanks, end), names);
        self.state = State::Rows(columns);
        Some(Cut { len: end, trouble: None, layers: Vec::new(), body: Body::Tree(tree) })
    }

    /// A line of a row that was cut.
    fn rest(&mut self, input: Input<'_>) -> Option<Cut> {
        let Some(len) = text_line(input) else {
            self.state = State::Rest;
            return None;
        };
        let line = &input.bytes[..len];
        if !line.ends_with(b"\n") || !line.trim_ascii_end().ends_with(b";") {
            self.state = State::Rest;
        }
        Some(Cut::said(len, None, text(len)))
    }

    /// A line of a COPY, or its end.
    fn line(&mut self, input: Input<'_>, columns: Vec<NameId>, names: &mut Names) -> Option<Cut> {
        let Some(len) = text_line(input) else {
            self.state = State::Lines(columns);
            return None;
        };
        let line = &input.bytes[..len];
        let end = line.len() - line.iter().rev().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        if &line[..end] == b"\\." {
            return Some(Cut::said(len, None, Vec::new()));
        }
        let mut cells = Vec::new();
        let mut at = 0;
        for cell in line[..end].split(|b| *b == b'\t') {
            cells.push(Segment::new(0, Spelling::Backslash, Span::new(at, at + cell.len())));
            at += cell.len() + 1;
        }
        let tree = tree(&cells, &columns, Span::new(0, end), names);
        self.state = State::Lines(columns);
        Some(Cut { len, trouble: None, layers: Vec::new(), body: Body::Tree(tree) })
    }
}

fn starts(text: &[u8], word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

fn text(len: usize) -> Vec<Said> {
    vec![Said::new(vec![Segment::new(0, Spelling::Sql, Span::new(0, len))])]
}

/// A line of a statement without rows: strings in it are texts, anything else is data.
fn data(line: &[u8]) -> Vec<Said> {
    let end = line.trim_ascii_end().len();
    if line.contains(&b'\'') {
        let segment = Segment::new(0, Spelling::Sql, Span::new(0, end));
        return vec![Said { part: Part::Alone, ..Said::new(vec![segment]) }];
    }
    if line.iter().filter(|b| b.is_ascii_digit()).count() < 9 {
        return Vec::new();
    }
    let segment = Segment::new(0, Spelling::Sql, Span::new(0, end));
    vec![Said { part: Part::Data(true), ..Said::new(vec![segment]) }]
}

fn text_line(input: Input<'_>) -> Option<usize> {
    super::json::text_piece(input)
}

/// The name at the start of a text, without its quotes and its schema, and where it ends.
fn identifier(text: &[u8]) -> (Vec<u8>, usize) {
    let mut at = text.len() - text.trim_ascii_start().len();
    loop {
        let (name, end) = match text.get(at) {
            Some(open @ (b'`' | b'"' | b'[')) => {
                let close = if *open == b'[' { b']' } else { *open };
                let len = memchr::memchr(close, &text[at + 1..]).unwrap_or(text.len() - at - 1);
                (text[at + 1..at + 1 + len].to_vec(), (at + len + 2).min(text.len()))
            }
            _ => {
                let rest = &text[at.min(text.len())..];
                let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_' || **b >= 0x80).count();
                (rest[..len].to_vec(), at + len)
            }
        };
        if text.get(end) != Some(&b'.') {
            return (name, end);
        }
        at = end + 1;
    }
}

/// The names in the first parentheses.
fn parenthesized(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let open = memchr::memchr(b'(', text)?;
    let close = open + memchr::memchr(b')', &text[open..])?;
    Some(text[open + 1..close].split(|b| *b == b',').map(|name| identifier(name).0).collect())
}

/// The head of an INSERT: the table, the columns if they are named, and its length up to the first row.
type Head = (Vec<u8>, Option<Vec<Vec<u8>>>, usize);

/// Returns the head of an INSERT with rows.
fn head_of_rows(text: &[u8]) -> Option<Head> {
    let window = &text[..text.len().min(LONGEST_HEAD)];
    let lower = window.to_ascii_lowercase();
    let into = memchr::memmem::find(&lower, b"into ")?;
    let values = into + memchr::memmem::find(&lower[into..], b"values")?;
    let (table, end) = identifier(&window[into + b"into ".len()..]);
    let between = &window[into + b"into ".len() + end..values.max(into + b"into ".len() + end)];
    // "INSERT INTO a SELECT ... VALUES" has something else between.
    let columns = parenthesized(between);
    if columns.is_none() && !between.trim_ascii().is_empty() {
        return None;
    }
    let after = values + b"values".len();
    let open = after + window[after..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    (window.get(open) == Some(&b'(')).then_some((table, columns, open))
}

/// The values of a row that begins at `start`, behind its parenthesis, and where it ends, behind the other.
fn cells(bytes: &[u8], start: usize) -> Option<(Vec<Segment>, usize)> {
    let mut cells = Vec::new();
    let mut at = start;
    let mut from = start;
    let mut quoted: Option<Span> = None;
    let mut depth = 0usize;
    loop {
        match *bytes.get(at)? {
            b'\'' => {
                let mut end = at + 1;
                loop {
                    match (*bytes.get(end)?, bytes.get(end + 1)) {
                        (b'\\', Some(_)) => end += 2,
                        (b'\'', Some(b'\'')) => end += 2,
                        // More may come that doubles it.
                        (b'\'', None) | (b'\\', None) => return None,
                        (b'\'', _) => break,
                        _ => end += 1 + bytes[end + 1..].iter().take_while(|b| !matches!(b, b'\'' | b'\\')).count(),
                    }
                }
                quoted.get_or_insert(Span::new(at + 1, end));
                at = end + 1;
            }
            byte @ (b',' | b')') if depth == 0 => {
                let bare = Span::new(from, at);
                cells.push(match quoted.take() {
                    Some(text) => Segment::new(0, Spelling::Sql, text),
                    None => Segment::new(0, Spelling::SqlBare, trimmed(bytes, bare)),
                });
                at += 1;
                from = at;
                if byte == b')' {
                    return Some((cells, at));
                }
            }
            b'(' => {
                depth += 1;
                at += 1;
            }
            b')' => {
                depth -= 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
}

fn trimmed(bytes: &[u8], span: Span) -> Span {
    let text = &bytes[span.range()];
    let start = span.start + text.len() - text.trim_ascii_start().len();
    Span::new(start, start + text.trim_ascii().len())
}

/// A row as an object.
fn tree(cells: &[Segment], columns: &[NameId], span: Span, names: &mut Names) -> Tree {
    let mut tree = Tree::default();
    let root = tree.push(&[], Kind::Object, 0, Segment::new(0, Spelling::Plain, span));
    for (number, cell) in cells.iter().enumerate() {
        let name = match columns.get(number) {
            Some(name) if columns.len() == cells.len() => *name,
            _ => names.id(format!("column {}", number + 1).as_bytes()),
        };
        let kind = if cell.spelling == Spelling::SqlBare { Kind::Number } else { Kind::Text };
        tree.push(&[root], kind, name, *cell);
    }
    tree.close(root);
    tree
}
