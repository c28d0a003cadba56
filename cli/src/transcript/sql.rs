//! Database dumps: the rows of INSERT statements and of COPY in PostgreSQL. Other statements contain no messages.

use std::collections::HashMap;

use lastfour::{Span, safe_cut};

use super::code::{self, Language};
use super::fields::{NameId, Names};
use super::record::{Body, Part, Said, Trouble};
use super::segment::Segment;
use super::spelling::{Spelling, is_hex_text};
use super::tree::{Kind, Tree};
use super::{Cut, Input, More, mark_len};

/// Splits a dump into records, one per row.
pub(crate) struct SqlReader {
    state: State,
    /// The columns of tables, from their CREATE TABLE statements.
    tables: HashMap<Box<[u8]>, Vec<NameId>>,
    /// Whether the current statement is a definition, which consists of names and types.
    defines: bool,
}

/// The current statement.
enum State {
    Statement,
    /// The rows of an INSERT, with their column names.
    Rows(Vec<NameId>),
    /// The lines of a COPY.
    Lines(Vec<NameId>),
    /// The rest of a row that is too long to be buffered, or that does not end.
    Rest,
}

/// The maximum number of tables that are remembered.
const MOST_TABLES: usize = 1000;

/// The maximum length of a statement before its first row.
const LONGEST_HEAD: usize = 256 << 10;

impl SqlReader {
    pub(crate) fn new() -> Self {
        Self { state: State::Statement, tables: HashMap::new(), defines: false }
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

    /// Reads a line of a statement, or the part before its rows.
    fn statement(&mut self, input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        let bytes = input.bytes;
        let mark = mark_len(bytes, at_start);
        let start = bytes.len() - bytes[mark..].trim_ascii_start().len();
        let rest = &bytes[start..];
        let whole = rest.len() > LONGEST_HEAD || input.more != More::Coming;
        // Enough bytes to recognize the statement.
        if !whole && rest.len() < b"INSERT INTO ".len() {
            return None;
        }
        if starts(rest, "insert ") || starts(rest, "replace ") {
            // The head does not go on behind the end of a statement, whether the rest has arrived or not.
            let ends = memchr::memchr(b';', rest);
            match head_of_rows(&rest[..ends.unwrap_or(rest.len())]) {
                Some((table, columns, end)) => {
                    let columns = match columns {
                        Some(list) => list.iter().map(|name| names.id(name)).collect(),
                        None => self.tables.get(table.as_slice()).cloned().unwrap_or_default(),
                    };
                    self.state = State::Rows(columns);
                    return Some(Cut::said(start + end, None, Vec::new()));
                }
                None if !whole && ends.is_none() => return None,
                None => {}
            }
        }
        let line_end = memchr::memchr(b'\n', rest);
        // The rest of the line may still arrive.
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
        let line = &bytes[..len];
        self.defines |= DEFINING.iter().any(|word| starts(line.trim_ascii_start(), word));
        let said = data(line, self.defines);
        self.defines &= !line.trim_ascii_end().ends_with(b";");
        Some(Cut::said(len, None, said))
    }

    /// Remembers the columns of a CREATE TABLE statement.
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
            // "decimal(10,2)" leaves "2)" after a comma.
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

    /// Reads a row of an INSERT, or its end.
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
                return Some(Cut::said(len, None, data(&bytes[..len], false)));
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
        let trouble = cells.iter().any(|cell| cell.is_unread).then_some(Trouble::Unread);
        let tree = tree(&cells, &columns, Span::new(blanks, end), names);
        self.state = State::Rows(columns);
        Some(Cut { len: end, trouble, layers: Vec::new(), body: Body::Tree(tree) })
    }

    /// Reads a line of a row that was cut.
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

    /// Reads a line of a COPY, or its end.
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
            let segment = Segment::new(0, Spelling::Backslash, Span::new(at, at + cell.len()));
            cells.push(Cell::new(if cell == b"\\N" { Kind::Literal } else { Kind::Text }, segment));
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

/// First words of definitions.
const DEFINING: &[&str] = &["create ", "alter ", "drop ", "set ", "lock ", "use ", "grant ", "revoke ", "pragma "];

/// Returns the contents of a line of a statement without rows: its values with their meanings, and the line as a text
/// unless it is part of a definition.
fn data(line: &[u8], defines: bool) -> Vec<Said> {
    let span = trimmed(line, Span::new(0, line.len()));
    if span.is_empty() {
        return Vec::new();
    }
    let mut said = code::values(line, span, 0, Language::Sql);
    let whole = Said::new(vec![Segment::new(0, Spelling::Sql, span)]);
    let part = if defines { Part::Code } else { Part::Alone };
    // The delimiters of a comment are not text.
    let is_text = line.contains(&b'\'') || line.iter().any(u8::is_ascii_digit) || line[span.start..].starts_with(b"--");
    if is_text {
        said.push(Said { part, ..whole });
    }
    said
}

fn text_line(input: Input<'_>) -> Option<usize> {
    super::json::text_piece(input)
}

/// Returns the name at the start of a text, without its quotes and its schema, and its end.
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

/// Returns the names in the first parentheses.
fn parenthesized(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let open = memchr::memchr(b'(', text)?;
    let close = open + memchr::memchr(b')', &text[open..])?;
    Some(text[open + 1..close].split(|b| *b == b',').map(|name| identifier(name).0).collect())
}

/// The part of an INSERT before its first row: the table, the columns if they are named, and its length.
type Head = (Vec<u8>, Option<Vec<Vec<u8>>>, usize);

/// Returns the part of an INSERT before its rows.
fn head_of_rows(text: &[u8]) -> Option<Head> {
    let window = &text[..text.len().min(LONGEST_HEAD)];
    let lower = window.to_ascii_lowercase();
    let into = memchr::memmem::find(&lower, b"into ")?;
    let values = into + memchr::memmem::find(&lower[into..], b"values")?;
    let (table, end) = identifier(&window[into + b"into ".len()..]);
    let between = &window[into + b"into ".len() + end..values.max(into + b"into ".len() + end)];
    // "INSERT INTO a SELECT ... VALUES" has other text between.
    let columns = parenthesized(between);
    if columns.is_none() && !between.trim_ascii().is_empty() {
        return None;
    }
    let after = values + b"values".len();
    let open = after + window[after..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    (window.get(open) == Some(&b'(')).then_some((table, columns, open))
}

/// A value of a row.
struct Cell {
    kind: Kind,
    segment: Segment,
    /// Comments, and the other strings of an expression.
    asides: Vec<Segment>,
    /// Whether it has bytes that are not text.
    is_unread: bool,
}

impl Cell {
    fn new(kind: Kind, segment: Segment) -> Self {
        Self { kind, segment, asides: Vec::new(), is_unread: false }
    }
}

/// A token of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// The content of a string.
    Text(Span, Spelling),
    /// Bytes that are not text.
    Bytes,
    /// A comment, without its delimiters.
    Comment(Span),
    /// A name in backquotes.
    Name,
    Other,
}

/// Binary strings of at least this many bytes are counted as not read. Shorter ones are keys and flags.
const MANY_BYTES: usize = 64;

/// Returns the token at `at` and its end, or `None` if it does not end.
fn token(bytes: &[u8], at: usize) -> Option<(Token, usize)> {
    let rest = &bytes[at..];
    let found = |needle: &[u8], from: usize| memchr::memmem::find(&rest[from..], needle).map(|len| at + from + len);
    let follows_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'$'));
    match *rest.first()? {
        b'\'' => {
            let end = quoted_end(bytes, at + 1, b'\'')?;
            let content = Span::new(at + 1, end);
            let is_hex = at > 0
                && bytes[at - 1].eq_ignore_ascii_case(&b'x')
                && !(at > 1 && (bytes[at - 2].is_ascii_alphanumeric() || bytes[at - 2] == b'_'));
            Some((if is_hex { hex(bytes, content) } else { Token::Text(content, Spelling::Sql) }, end + 1))
        }
        b'"' => {
            quoted_end(bytes, at + 1, b'"').map(|end| (Token::Text(Span::new(at + 1, end), Spelling::Sql), end + 1))
        }
        b'`' => found(b"`", 1).map(|end| (Token::Name, end + 1)),
        b'$' if !follows_word => {
            let name = rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_' || **b >= 0x80).count();
            let is_tag = rest.get(1 + name) == Some(&b'$') && !rest[1].is_ascii_digit();
            if !is_tag {
                return Some((Token::Other, at + 1));
            }
            let mark = &rest[..name + 2];
            let end = found(mark, mark.len())?;
            Some((Token::Text(Span::new(at + mark.len(), end), Spelling::Plain), end + mark.len()))
        }
        b'-' if rest.starts_with(b"--") => {
            let end = found(b"\n", 2)?;
            Some((Token::Comment(Span::new(at + 2, end)), end))
        }
        b'/' if rest.starts_with(b"/*") => {
            let end = found(b"*/", 2)?;
            Some((Token::Comment(Span::new(at + 2, end)), end + 2))
        }
        b'0' if !follows_word && matches!(rest.get(1), Some(b'x' | b'X')) => {
            let len = rest[2..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
            Some((hex(bytes, Span::new(at + 2, at + 2 + len)), at + 2 + len))
        }
        _ => Some((Token::Other, at + 1)),
    }
}

/// Returns the text that hexadecimal digits encode, if they do.
fn hex(bytes: &[u8], digits: Span) -> Token {
    match digits.len() {
        _ if is_hex_text(&bytes[digits.range()]) => Token::Text(digits, Spelling::Hex),
        len if len >= 2 * MANY_BYTES => Token::Bytes,
        _ => Token::Other,
    }
}

/// Returns the end of a string: its closing quote. A doubled quote, and one after a backslash, are part of it.
fn quoted_end(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut end = start;
    loop {
        end += memchr::memchr2(quote, b'\\', &bytes[end.min(bytes.len())..])?;
        match (bytes[end], bytes.get(end + 1)) {
            // The next byte may double it.
            (_, None) => return None,
            (b'\\', Some(_)) => end += 2,
            (_, Some(next)) if *next == quote => end += 2,
            _ => return Some(end),
        }
    }
}

/// Returns the values of a row that begins at `start`, after its opening parenthesis, and its end after the closing
/// one.
fn cells(bytes: &[u8], start: usize) -> Option<(Vec<Cell>, usize)> {
    let mut cells = Vec::new();
    let mut at = start;
    let mut from = start;
    let mut depth = 0usize;
    let mut expression = Expression::default();
    loop {
        match *bytes.get(at)? {
            byte @ (b',' | b')') if depth == 0 => {
                cells.push(std::mem::take(&mut expression).cell(bytes, Span::new(from, at)));
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
            _ => {
                let (token, end) = token(bytes, at)?;
                expression.add(bytes, from, at, token, end);
                at = end;
            }
        }
    }
}

/// An expression in place of a value.
#[derive(Default)]
struct Expression {
    /// Its strings, some of which may be concatenations.
    texts: Vec<Segment>,
    /// The end of the last string, after its quote.
    end: usize,
    comments: Vec<Segment>,
    is_unread: bool,
}

impl Expression {
    /// Adds the token from `at` to `end`. The expression begins at `from`.
    fn add(&mut self, bytes: &[u8], from: usize, at: usize, token: Token, end: usize) {
        match token {
            Token::Text(content, spelling) => {
                let whole = bytes[at] == b'\'' && spelling == Spelling::Sql;
                match self.texts.last_mut() {
                    Some(last)
                        if whole
                            && bytes[self.end - 1] == b'\''
                            && matches!(last.spelling, Spelling::Sql | Spelling::SqlJoined)
                            && joins(bytes, from, &bytes[self.end..at]) =>
                    {
                        *last = Segment::new(0, Spelling::SqlJoined, Span::new(last.start as usize, content.end));
                    }
                    _ => self.texts.push(Segment::new(0, spelling, content)),
                }
                self.end = end;
            }
            Token::Comment(content) => self.comments.push(Segment::new(0, Spelling::Plain, content)),
            Token::Bytes => self.is_unread = true,
            Token::Name | Token::Other => {}
        }
    }

    fn cell(self, bytes: &[u8], span: Span) -> Cell {
        let bare = trimmed(bytes, span);
        let mut texts = self.texts.into_iter();
        let mut cell = match texts.next() {
            Some(text) => Cell::new(Kind::Text, text),
            None => Cell::new(bare_kind(&bytes[bare.range()]), Segment::new(0, Spelling::SqlBare, bare)),
        };
        cell.asides = texts.chain(self.comments).collect();
        cell.is_unread = self.is_unread;
        cell
    }
}

/// Returns whether the text between two strings concatenates them. The expression begins at `from`.
fn joins(bytes: &[u8], from: usize, between: &[u8]) -> bool {
    let between = between.trim_ascii();
    // A prefix of the second string selects its syntax.
    let between = match between {
        [rest @ .., b'N' | b'n' | b'E' | b'e'] => rest.trim_ascii_end(),
        rest => rest,
    };
    let concatenates =
        || bytes[from..].trim_ascii_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"concat"));
    matches!(between, b"" | b"||" | b"+") || between == b"," && concatenates()
}

/// Returns the kind of an unquoted value: a number, a keyword such as NULL, or a function call. Anything else is text.
fn bare_kind(bare: &[u8]) -> Kind {
    let word = bare.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'@' | b':')).count();
    let number = bare.strip_prefix(b"-").or_else(|| bare.strip_prefix(b"+")).unwrap_or(bare);
    match bare {
        _ if number.first().is_some_and(u8::is_ascii_digit) && !number.contains(&b' ') => Kind::Number,
        _ if bare.is_empty() || word == bare.len() || word > 0 && matches!(bare[word], b'(' | b'\'') => Kind::Literal,
        _ => Kind::Text,
    }
}

fn trimmed(bytes: &[u8], span: Span) -> Span {
    let text = &bytes[span.range()];
    let start = span.start + text.len() - text.trim_ascii_start().len();
    Span::new(start, start + text.trim_ascii().len())
}

/// Returns a row as an object.
fn tree(cells: &[Cell], columns: &[NameId], span: Span, names: &mut Names) -> Tree {
    let mut tree = Tree::default();
    let root = tree.push(&[], Kind::Object, 0, Segment::new(0, Spelling::Plain, span));
    for (number, cell) in cells.iter().enumerate() {
        let name = match columns.get(number) {
            Some(name) if columns.len() == cells.len() => *name,
            _ => names.id(format!("column {}", number + 1).as_bytes()),
        };
        tree.push(&[root], cell.kind, name, cell.segment);
        cell.asides.iter().for_each(|aside| tree.aside(*aside));
    }
    tree.close(root);
    tree
}
