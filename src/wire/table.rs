//! Tables and lists of terms in HTML: which element names which.

use crate::span::Span;
use crate::wire::html::{names, tag};

/// Elements that hold a name or a value.
const CELLS: &[&str] = &["th", "td", "dt", "dd"];

/// Elements that end a row.
const ROWS: &[&str] = &["tr", "table", "thead", "tbody", "tfoot"];

/// Returns the contents of elements, each with the content of the element that may name it: the heading above a cell, the
/// cell before the only other one of a row, the term before a description. In order of the values.
pub(crate) fn pairs(source: &[u8]) -> Vec<(Span, Span)> {
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(next) = source[at..].iter().position(|byte| *byte == b'<') {
        at += next;
        let Some(len) = tag(&source[at..]) else {
            at += 1;
            continue;
        };
        reader.tag(source, Span::new(at, at + len));
        at += len;
    }
    reader.end_row(source);
    reader.pairs
}

/// An element that is open.
struct Open {
    is_heading: bool,
    is_row: bool,
    start: usize,
}

#[derive(Default)]
struct Reader {
    /// The first row of the table, if it has no digits.
    headings: Vec<Span>,
    /// Whether the table has a row.
    begun: bool,
    row: Vec<Span>,
    /// Whether each cell of the row is a heading.
    only_headings: bool,
    open: Option<Open>,
    term: Option<Span>,
    pairs: Vec<(Span, Span)>,
}

impl Reader {
    fn tag(&mut self, source: &[u8], span: Span) {
        let tag = &source[span.range()];
        let (is_cell, ends_row, ends_terms) = (names(tag, CELLS), names(tag, ROWS), names(tag, &["dl"]));
        if !is_cell && !ends_row && !ends_terms {
            return;
        }
        if let Some(open) = self.open.take() {
            self.close(&open, trimmed(source, Span::new(open.start, span.start)));
        }
        if ends_row {
            self.end_row(source);
        }
        if names(tag, &["table"]) {
            (self.begun, self.headings) = (false, Vec::new());
        }
        if ends_terms {
            self.term = None;
        }
        if is_cell && tag[1] != b'/' {
            let (is_heading, is_row) = (names(tag, &["th", "dt"]), names(tag, &["th", "td"]));
            self.open = Some(Open { is_heading, is_row, start: span.end });
        }
    }

    fn close(&mut self, open: &Open, content: Span) {
        if open.is_row {
            self.only_headings = open.is_heading && (self.only_headings || self.row.is_empty());
            self.row.push(content);
        } else if open.is_heading {
            self.term = Some(content);
        } else {
            self.pairs.extend(self.term.map(|term| (term, content)));
        }
    }

    fn end_row(&mut self, source: &[u8]) {
        let row = std::mem::take(&mut self.row);
        if row.is_empty() {
            return;
        }
        let has_digit = |cell: &Span| source[cell.range()].iter().any(u8::is_ascii_digit);
        let is_first = !std::mem::replace(&mut self.begun, true);
        if self.headings.len() == row.len() && !self.only_headings {
            self.pairs.extend(self.headings.iter().copied().zip(row.iter().copied()));
        }
        if let [name, value] = row[..] {
            self.pairs.push((name, value));
        }
        if self.only_headings || is_first && !row.iter().any(has_digit) {
            self.headings = row;
        }
    }
}

/// Returns a span without the blanks at its ends.
fn trimmed(source: &[u8], span: Span) -> Span {
    let content = &source[span.range()];
    let before = content.len() - content.trim_ascii_start().len();
    Span::new(span.start + before, span.start + before + content.trim_ascii().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(source: &str) -> Vec<(&str, &str)> {
        let pairs = pairs(source.as_bytes()).into_iter();
        pairs.map(|(name, value)| (&source[name.range()], &source[value.range()])).collect()
    }

    #[test]
    fn a_heading_names_the_cells_below_it_and_a_term_its_description() {
        let table = "<table><tr><th>a</th><th>b</th><th>c<tr><td>1</td>\n<td> <i>2</i> <td>3</table>";
        assert_eq!(seen(table), [("a", "1"), ("b", "<i>2</i>"), ("c", "3")]);
        assert_eq!(seen("<tr><th>a<td>1</td></tr><tr><td>b</td><td>2</td></tr>"), [("a", "1"), ("b", "2")]);
        assert_eq!(seen("<dl><dt>a</dt><dd>1</dd><dd>2</dd></dl><dd>3</dd>"), [("a", "1"), ("a", "2")]);
        assert_eq!(seen("<table><tr><td>1<td>x<td>y<tr><td>2<td>z<td>w</table>"), []);
    }
}
