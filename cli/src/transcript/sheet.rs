//! The sheets of a workbook (Office Open XML): their rows in one record.
//!
//! The record is the concatenation of the shared strings and the sheets, so an edit on it is an edit on them.

use std::collections::BTreeMap;

use lastfour::Span;
use lastfour::chat::markup;

use super::csv::{is_header, says_something};
use super::fields::{NameId, Names};
use super::html::{self, Piece};
use super::record::{Body, Record};
use super::segment::Segment;
use super::spelling::Spelling;
use super::tree::{Kind, Tree};

/// The value of a cell: the texts that it consists of, or a number.
#[derive(Debug, Clone)]
enum Value {
    Texts(Vec<Segment>),
    Number(Segment),
}

/// The cells of a row, by column.
type Row = BTreeMap<u32, Value>;

/// The number of rows that are searched for column names.
const HEADER_ROWS: usize = 10;

/// Reads a workbook: its shared strings, its sheets, and other parts, which contain no messages. All of them are XML.
/// Returns one record, whose bytes are these parts in that order.
pub(crate) fn workbook(shared: &[u8], sheets: &[&[u8]], others: &[&[u8]], names: &mut Names) -> Record {
    let mut raw = shared.to_vec();
    let mut tree = Tree::default();
    let mut asides = Vec::new();
    let strings = shared_strings(shared, &mut asides);
    let mut used = vec![false; strings.len()];
    let nowhere = Segment::new(0, Spelling::Plain, Span::new(0, 0));
    let root = tree.push(&[], Kind::Array, 0, nowhere);
    for sheet in sheets {
        let offset = raw.len();
        raw.extend_from_slice(sheet);
        let rows = rows(sheet, offset, &strings, &mut used, &mut asides);
        let (header, columns) = columns(&rows, &raw, names);
        let list = tree.push(&[root], Kind::Array, 0, nowhere);
        for (number, row) in rows.iter().enumerate() {
            let is_named = header.is_none_or(|header| number > header);
            let at = tree.push(&[root, list], Kind::Object, 0, nowhere);
            for (column, value) in row {
                let name = columns.get(column).copied().unwrap_or(0);
                push(&mut tree, &[root, list, at], if is_named { name } else { 0 }, value, is_named);
            }
            tree.close(at);
        }
        tree.close(list);
    }
    tree.close(root);
    for other in others {
        let offset = raw.len();
        raw.extend_from_slice(other);
        // None of its elements is a row.
        rows(other, offset, &[], &mut [], &mut asides);
    }
    let unused = strings.iter().zip(&used).filter(|(_, used)| !**used).flat_map(|(texts, _)| texts);
    unused.chain(&asides).for_each(|text| tree.aside(*text));
    Record { raw, offset: 0, line: 1, column: 1, trouble: None, layers: Vec::new(), body: Body::Tree(tree) }
}

fn push(tree: &mut Tree, open: &[u32], name: NameId, value: &Value, is_named: bool) {
    match value {
        // Column names and titles are data.
        Value::Texts(texts) if !is_named => texts.iter().for_each(|text| tree.aside(*text)),
        Value::Number(number) if !is_named => tree.aside(*number),
        Value::Number(number) => {
            tree.push(open, Kind::Number, name, *number);
        }
        Value::Texts(texts) => match texts.as_slice() {
            [text] => {
                tree.push(open, Kind::Text, name, *text);
            }
            texts => {
                let list = tree.push(open, Kind::Array, name, Segment::new(0, Spelling::Plain, Span::new(0, 0)));
                let within: Vec<u32> = open.iter().copied().chain([list]).collect();
                for text in texts {
                    tree.push(&within, Kind::Text, 0, *text);
                }
                tree.close(list);
            }
        },
    }
}

/// Returns the header row and the column names.
fn columns(rows: &[Row], raw: &[u8], names: &mut Names) -> (Option<usize>, BTreeMap<u32, NameId>) {
    let text = |value: &Value| match value {
        Value::Texts(texts) => texts.iter().flat_map(|text| raw[text.span().range()].to_vec()).collect(),
        Value::Number(_) => Vec::new(),
    };
    let mut best: Option<(usize, usize)> = None;
    for (number, row) in rows.iter().take(HEADER_ROWS).enumerate() {
        let cells: Vec<Vec<u8>> = row.values().map(text).collect();
        if cells.len() < 2 || !is_header(&cells) {
            continue;
        }
        let known = |cell: &&Vec<u8>| {
            let meaning = names.fields.meaning(cell);
            says_something(meaning) || meaning.label.is_some()
        };
        let known = cells.iter().filter(known).count();
        // Unknown names are a header if the values below could not be names.
        let others = || rows.iter().skip(1).take(HEADER_ROWS);
        let is_first = || number == 0 && others().any(|row| !is_header(&row.values().map(text).collect::<Vec<_>>()));
        if known == 0 && !is_first() {
            continue;
        }
        if best.is_none_or(|(most, _)| known > most) {
            best = Some((known, number));
        }
    }
    let header = best.map(|(_, number)| number);
    let mut columns = BTreeMap::new();
    match header {
        Some(number) => columns.extend(rows[number].iter().map(|(column, value)| (*column, names.id(&text(value))))),
        None => {
            let all = rows.iter().flat_map(|row| row.keys());
            for column in all {
                columns.entry(*column).or_insert_with(|| names.id(format!("column {column}").as_bytes()));
            }
        }
    }
    (header, columns)
}

/// Returns the texts of each shared string. Phonetic text is an aside.
fn shared_strings(xml: &[u8], asides: &mut Vec<Segment>) -> Vec<Vec<Segment>> {
    let mut strings: Vec<Vec<Segment>> = Vec::new();
    let (mut in_text, mut phonetic) = (false, false);
    let mut at = 0;
    while at < xml.len() {
        let (piece, end) = html::piece(xml, at);
        match piece {
            Piece::Open { name, closed, .. } => match &xml[name.range()] {
                b"si" => strings.push(Vec::new()),
                b"t" => in_text = !closed,
                // The pronunciation of a Japanese text.
                b"rPh" => phonetic = !closed,
                _ => {}
            },
            Piece::Close { name } => match &xml[name.range()] {
                b"t" => in_text = false,
                b"rPh" => phonetic = false,
                _ => {}
            },
            Piece::Text if in_text && !phonetic => {
                if let Some(string) = strings.last_mut() {
                    string.push(Segment::new(0, Spelling::Markup, Span::new(at, end)));
                }
            }
            Piece::Text if in_text => asides.push(Segment::new(0, Spelling::Markup, Span::new(at, end))),
            _ => {}
        }
        at = end;
    }
    strings
}

/// A cell under construction.
struct Cell {
    start: usize,
    column: u32,
    kind: Vec<u8>,
    texts: Vec<Segment>,
    value: Option<Span>,
}

/// Elements of a sheet whose attributes contain no text.
const FORMAL: &[&[u8]] = &[b"c", b"row", b"v", b"f", b"t", b"is", b"r", b"sheetData", b"worksheet"];

/// Returns the rows of a sheet that begins at `offset` of the record. Marks the strings that are used, and adds
/// formulas and other texts besides the values to `asides`.
fn rows(xml: &[u8], offset: usize, strings: &[Vec<Segment>], used: &mut [bool], asides: &mut Vec<Segment>) -> Vec<Row> {
    let mut aside = |span: Span| {
        asides.push(Segment::new(0, Spelling::Markup, Span::new(span.start + offset, span.end + offset)));
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut cell: Option<Cell> = None;
    let mut inside: Vec<u8> = Vec::new();
    let mut at = 0;
    while at < xml.len() {
        let (piece, end) = html::piece(xml, at);
        match piece {
            Piece::Open { name, attributes, closed } => {
                let name = &xml[name.range()];
                match name {
                    b"row" => rows.push(Row::new()),
                    b"c" if !closed => {
                        let attributes = markup::pairs(xml, attributes);
                        let value = |wanted: &[u8]| {
                            let found = attributes.iter().find(|(name, _)| &xml[name.range()] == wanted);
                            found.map_or(&[][..], |(_, value)| &xml[value.range()])
                        };
                        let next = rows.last().and_then(|row| row.keys().next_back()).map_or(1, |column| column + 1);
                        let column = column(value(b"r")).unwrap_or(next);
                        cell = Some(Cell {
                            start: at,
                            column,
                            kind: value(b"t").to_vec(),
                            texts: Vec::new(),
                            value: None,
                        });
                    }
                    name if !FORMAL.contains(&name) => {
                        let attributes = markup::pairs(xml, attributes).into_iter().map(|(_, value)| value);
                        attributes.filter(|value| value.len() >= html::MANY_DIGITS).for_each(&mut aside);
                    }
                    _ => {}
                }
                inside = if closed { Vec::new() } else { name.to_vec() };
            }
            Piece::Close { name } => {
                if &xml[name.range()] == b"c"
                    && let (Some(cell), Some(row)) = (cell.take(), rows.last_mut())
                    && let Some(value) = cell.finish(xml, end, offset, strings, used)
                {
                    row.insert(value.0, value.1);
                }
                inside.clear();
            }
            Piece::Text if (cell.is_none() || inside == b"f") && !xml[at..end].trim_ascii().is_empty() => {
                aside(Span::new(at, end));
            }
            Piece::Other => aside(html::inner(xml, Span::new(at, end))),
            Piece::Text => {
                if let Some(cell) = &mut cell {
                    match inside.as_slice() {
                        b"v" => cell.value = Some(Span::new(at, end)),
                        b"t" => {
                            cell.texts.push(Segment::new(0, Spelling::Markup, Span::new(at + offset, end + offset)))
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        at = end;
    }
    rows
}

impl Cell {
    fn finish(
        self,
        xml: &[u8],
        end: usize,
        offset: usize,
        strings: &[Vec<Segment>],
        used: &mut [bool],
    ) -> Option<(u32, Value)> {
        let value = match (self.kind.as_slice(), self.value) {
            (b"s", Some(value)) => {
                let index: usize = std::str::from_utf8(&xml[value.range()]).ok()?.trim().parse().ok()?;
                *used.get_mut(index)? = true;
                Value::Texts(strings.get(index)?.clone())
            }
            (b"inlineStr", _) => Value::Texts(self.texts),
            // The text of a formula.
            (b"str", Some(value)) => {
                let span = Span::new(value.start + offset, value.end + offset);
                Value::Texts(vec![Segment::new(0, Spelling::Markup, span)])
            }
            (b"" | b"n", Some(_)) => {
                let span = Span::new(self.start + offset, end + offset);
                Value::Number(Segment::new(0, Spelling::SheetNumber, span))
            }
            _ => return None,
        };
        Some((self.column, value))
    }
}

/// Returns the column number of a reference such as `AB12`.
fn column(reference: &[u8]) -> Option<u32> {
    let letters = reference.iter().take_while(|b| b.is_ascii_alphabetic());
    letters.fold(None, |column: Option<u32>, letter| {
        let digit = u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        Some(column.unwrap_or(0).saturating_mul(26).saturating_add(digit))
    })
}
