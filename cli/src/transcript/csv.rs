//! Fields separated by a comma, semicolon or tab, quoted as in RFC 4180.
//!
//! The splitter is our own because the bytes must come out as they went in: it tells where each field stands, quotes and
//! all, and unescapes nothing it does not have to.

use crate::transcript::fields::Fields;
use crate::transcript::record::{Layout, Named, Spelling, Trouble, Voice};
use crate::transcript::{Input, More, mark_len};
use lastfour::Span;
use lastfour::safe_cut;

/// Cuts a table into records: a row each.
pub(super) struct CsvReader {
    fields: Fields,
    header: Option<Header>,
    cells: Vec<Cell>,
    /// How far into the input the row was read, so that no byte is read twice.
    at: usize,
    state: State,
    /// Where the last line of a row of several lines begins.
    later_line: Option<usize>,
    /// The rest of a row too long to be held goes on to the next line end.
    mid_row: bool,
}

/// Where a field stands, without its quotes.
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
    /// After a quote in a quoted field: it is doubled, or the field ends.
    Quote,
    /// Text follows a closing quote: the line is no row.
    Broken,
}

impl CsvReader {
    pub(super) fn new(fields: Fields) -> Self {
        Self {
            fields,
            header: None,
            cells: Vec::new(),
            at: 0,
            state: State::FieldStart,
            later_line: None,
            mid_row: false,
        }
    }

    pub(super) fn next(&mut self, input: Input<'_>, at_start: bool, layout: &mut Layout) -> Option<usize> {
        if self.mid_row {
            return self.rest_of_row(input, layout);
        }
        let mark = mark_len(input.bytes, at_start);
        self.at = self.at.max(mark);
        let delimiter = match &self.header {
            Some(header) => header.delimiter,
            None => delimiter(first_line(input, mark)?),
        };
        let Some((len, is_row)) = self.measure(input, delimiter) else {
            if input.bytes.len() <= input.limit {
                return None;
            }
            let len = safe_cut(&input.bytes[..input.limit]).max(mark);
            layout.troubled(Span::new(mark, len), Trouble::TooLong);
            self.start_row();
            self.mid_row = true;
            return Some(len);
        };
        self.start_row();
        let end = len - line_end_len(&input.bytes[mark..len]);
        let row = Span::new(mark, end);
        if !row.is_empty() {
            if is_row {
                self.row(&input.bytes[..len], row, delimiter, layout);
            } else {
                layout.troubled(row, Trouble::Malformed);
            }
        }
        Some(len).filter(|len| *len > 0)
    }

    fn start_row(&mut self) {
        self.at = 0;
        self.state = State::FieldStart;
        self.later_line = None;
    }

    /// Reads to the end of the row: the length with its line end, and whether it is a row.
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
                    // The quote opened in an earlier line was none: the lines before this one are no row.
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

    fn row(&mut self, raw: &[u8], row: Span, delimiter: u8, layout: &mut Layout) {
        split(raw, row, delimiter, &mut self.cells);
        let cells = &self.cells;
        let header = match &self.header {
            Some(header) => header,
            None => {
                let header = self.header.insert(Header::read(raw, cells, delimiter, &self.fields));
                if header.names {
                    return;
                }
                header
            }
        };
        if cells.len() != header.columns && !header.text.is_empty() {
            layout.troubled(row, Trouble::Malformed);
            return;
        }
        let named = |column: Option<usize>| match column.and_then(|column| cells.get(column)) {
            Some(cell) if !cell.span.is_empty() => Named::At(cell.span, cell.spelling),
            _ => Named::No,
        };
        layout.voices.push(Voice { speaker: named(header.speaker), conversation: named(header.conversation) });
        if header.text.is_empty() {
            layout.trouble = Some(Trouble::NoField);
        }
        for (column, cell) in cells.iter().enumerate() {
            if header.text.is_empty() || header.text.contains(&column) {
                layout.place(cell.span, cell.spelling, 0, false);
            }
        }
    }

    fn rest_of_row(&mut self, input: Input<'_>, layout: &mut Layout) -> Option<usize> {
        let len = match memchr::memchr(b'\n', input.bytes) {
            Some(at) => {
                self.mid_row = false;
                at + 1
            }
            None if input.bytes.len() > input.limit => safe_cut(&input.bytes[..input.limit]),
            None if input.more == More::Never && !input.bytes.is_empty() => input.bytes.len(),
            None => return None,
        };
        layout.single(Span::new(0, len), Spelling::Plain, Named::No);
        Some(len)
    }
}

/// What the first row says about the columns.
struct Header {
    delimiter: u8,
    columns: usize,
    /// The row holds names of columns, and no data.
    names: bool,
    /// The columns of text; where none is known, every column is text.
    text: Vec<usize>,
    speaker: Option<usize>,
    conversation: Option<usize>,
}

impl Header {
    fn read(raw: &[u8], cells: &[Cell], delimiter: u8, fields: &Fields) -> Self {
        let mut text = Vec::new();
        let mut speaker: Option<(u16, usize)> = None;
        let mut conversation: Option<(u16, usize)> = None;
        for (column, cell) in cells.iter().enumerate() {
            let name = &raw[cell.span.range()];
            let name = name.trim_ascii();
            if std::str::from_utf8(name).is_ok_and(|name| fields.is_text_name(name)) {
                text.push(column);
            }
            let better = |best: Option<(u16, usize)>, rank: Option<u16>| match (best, rank) {
                (Some((best, _)), Some(rank)) if best <= rank => None,
                (_, rank) => rank,
            };
            if let Some(rank) = better(speaker, fields.speaker_column(name)) {
                speaker = Some((rank, column));
            }
            if let Some(rank) = better(conversation, fields.conversation_column(name)) {
                conversation = Some((rank, column));
            }
        }
        Self {
            delimiter,
            columns: cells.len(),
            names: !text.is_empty() || speaker.is_some() || conversation.is_some(),
            text,
            speaker: speaker.map(|(_, column)| column),
            conversation: conversation.map(|(_, column)| column),
        }
    }
}

/// The fields of a row that is well formed.
fn split(raw: &[u8], row: Span, delimiter: u8, cells: &mut Vec<Cell>) {
    cells.clear();
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
            return;
        }
        start = end + 1;
    }
}

/// The first line after the mark, once it has come.
fn first_line(input: Input<'_>, mark: usize) -> Option<&[u8]> {
    let bytes = &input.bytes[mark..];
    match memchr::memchr(b'\n', bytes) {
        Some(end) => Some(&bytes[..end]),
        None if input.more == More::Never || bytes.len() > input.limit => Some(bytes),
        None => None,
    }
}

/// The delimiter of a table, from its first line: of comma, semicolon and tab the one that stands there most often
/// outside quotes.
pub(super) fn delimiter(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0usize; 3];
    for byte in line {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => counts[0] += 1,
            b';' if !quoted => counts[1] += 1,
            b'\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    if counts[2] > counts[0].max(counts[1]) {
        b'\t'
    } else if counts[1] > counts[0] {
        b';'
    } else {
        b','
    }
}

fn line_end_len(line: &[u8]) -> usize {
    if line.ends_with(b"\r\n") { 2 } else { usize::from(line.ends_with(b"\n")) }
}
