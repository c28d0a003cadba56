//! HTML: the text between its tags, and the speakers of a transcript.

use std::sync::Arc;

use lastfour::chat::markup::{self, Attribute, Holds};
use lastfour::chat::secret_label;
use lastfour::{Role, Span};

use super::code::{self, Language};
use super::fields::{Fields, words};
use super::lines;
use super::record::{Body, Part, Said, Speaker, Time};
use super::segment::{Joint, Segment};
use super::spelling::Spelling;
use super::stamp::time_of_value;
use super::values::side_of_direction;
use super::{Cut, Input, More, mark_len};

/// A piece of HTML or XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Text,
    /// A start tag: its name, and its attributes.
    Open {
        name: Span,
        attributes: Span,
        closed: bool,
    },
    /// An end tag with its name.
    Close {
        name: Span,
    },
    /// The content of a CDATA section.
    Data {
        content: Span,
    },
    /// A comment, a declaration or a processing instruction.
    Other,
}

/// Returns the piece at `at` and its end.
pub(super) fn piece(bytes: &[u8], at: usize) -> (Piece, usize) {
    let rest = &bytes[at..];
    let until = |needle: &[u8], from: usize| {
        memchr::memmem::find(&rest[from.min(rest.len())..], needle)
            .map_or(bytes.len(), |found| at + from + found + needle.len())
    };
    match rest {
        [b'<', b'!', b'-', b'-', ..] => (Piece::Other, until(b"-->", 4)),
        [b'<', b'!', b'[', ..] if rest.starts_with(b"<![CDATA[") => {
            let end = until(b"]]>", 9);
            let content =
                Span::new(at + 9, if end >= at + 12 && bytes[..end].ends_with(b"]]>") { end - 3 } else { end });
            (Piece::Data { content }, end)
        }
        [b'<', b'!' | b'?', ..] => (Piece::Other, until(b">", 2)),
        [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => {
            let name = name_len(&rest[2..]);
            (Piece::Close { name: Span::new(at + 2, at + 2 + name) }, until(b">", 2))
        }
        [b'<', letter, ..] if letter.is_ascii_alphabetic() || *letter == b'_' => {
            let name = name_len(&rest[1..]);
            let end = tag_end(rest, 1 + name);
            let inner_end = if rest[..end].ends_with(b">") { end - 1 } else { end };
            let closed = rest[..inner_end].ends_with(b"/");
            let attributes = Span::new(at + 1 + name, at + inner_end - usize::from(closed && inner_end > 1 + name));
            (Piece::Open { name: Span::new(at + 1, at + 1 + name), attributes, closed }, at + end)
        }
        [] => (Piece::Text, at),
        _ => (Piece::Text, at + text_len(rest)),
    }
}

/// Returns the length of a text: up to the start of a tag, or of what may be one.
fn text_len(rest: &[u8]) -> usize {
    let opens = |at: &usize| match &rest[at + 1..] {
        [] | [b'/'] => true,
        [b'/', letter, ..] => letter.is_ascii_alphabetic(),
        [next, ..] => next.is_ascii_alphabetic() || matches!(next, b'_' | b'!' | b'?'),
    };
    memchr::memchr_iter(b'<', rest).skip_while(|at| *at == 0).find(opens).unwrap_or(rest.len())
}

/// Returns the content of a comment, a declaration or an instruction, without its delimiters.
pub(super) fn inner(bytes: &[u8], whole: Span) -> Span {
    let text = &bytes[whole.range()];
    let start = if text.starts_with(b"<!--") { 4 } else { 2 }.min(text.len());
    let rest = &text[start..];
    let rest = rest.strip_suffix(b">").unwrap_or(rest);
    let rest = rest.strip_suffix(b"--").or_else(|| rest.strip_suffix(b"?")).unwrap_or(rest);
    Span::new(whole.start + start, whole.start + start + rest.len())
}

fn name_len(rest: &[u8]) -> usize {
    let is_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.') || **b >= 0x80;
    rest.iter().take_while(is_name).count()
}

/// Returns the end of a tag, after its `>`. Quotes may contain another one.
fn tag_end(rest: &[u8], from: usize) -> usize {
    let mut quote = None;
    for (at, &byte) in rest.iter().enumerate().skip(from) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') if rest[..at].trim_ascii_end().ends_with(b"=") => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that is never closed must not hide the rest.
    memchr::memchr(b'>', &rest[from..]).map_or(rest.len(), |at| from + at + 1)
}

/// Inline elements.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "big", "c", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "lang", "mark",
    "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "v", "var", "wbr",
];
/// Elements whose content is not displayed.
const UNSEEN: &[&str] = &["template", "noscript", "svg", "math"];
/// Elements whose content is a choice, which nobody says.
const CHOICES: &[&str] = &["button", "select"];
/// Elements whose content is a program.
const CODE: &[&str] = &["script", "style"];
/// Elements that identify a text as HTML.
const TELLING: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "body",
    "br",
    "code",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "hr",
    "html",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "tr",
    "u",
    "ul",
    "button",
    "dd",
    "dl",
    "dt",
    "fieldset",
    "form",
    "iframe",
    "input",
    "option",
    "script",
    "section",
    "select",
    "style",
    "svg",
    "textarea",
    "th",
    "thead",
];

/// The length of the longest of these names, plus one.
const LONGEST_TELLING: usize = 12;

/// Returns whether a text has HTML tags.
pub(super) fn is_html(text: &[u8]) -> bool {
    let Some(last) = memchr::memrchr(b'>', text) else { return false };
    memchr::memchr_iter(b'<', &text[..last]).any(|at| {
        let rest = &text[at + 1..];
        let name = rest.strip_prefix(b"/").unwrap_or(rest);
        let len = name_len(&name[..name.len().min(LONGEST_TELLING)]);
        let ends = matches!(name.get(len), Some(b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n'));
        ends && is_one_of(TELLING, &name[..len])
    })
}

fn is_one_of(list: &[&str], name: &[u8]) -> bool {
    list.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Returns the texts of the HTML at `span` of a layer as segments of one text, with a line for each block, and other
/// content that may contain a secret.
pub(super) fn segments(bytes: &[u8], span: Span, layer: u16) -> (Vec<Segment>, Vec<Said>) {
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    let mut joint = Joint::Nothing;
    let mut unseen: Option<Vec<u8>> = None;
    let mut tables = Tables::default();
    let mut at = span.start;
    let bytes = &bytes[..span.end];
    while at < span.end {
        let (piece, end) = piece(bytes, at);
        let whole = Span::new(at, end);
        at = end;
        match piece {
            Piece::Open { name, attributes, closed } => {
                let name = &bytes[name.range()];
                tables.open(name);
                beside(bytes, whole, name, attributes, layer, &tables, &mut others);
                if let Some(code) = code(bytes, at, name, closed) {
                    others.push(aside(Part::Code, layer, code));
                    at = code.end;
                }
                if (is_one_of(UNSEEN, name) || is_one_of(CHOICES, name)) && !closed {
                    unseen.get_or_insert_with(|| name.to_ascii_lowercase());
                }
                joint = joint_after(joint, name);
            }
            Piece::Close { name } => {
                let name = &bytes[name.range()];
                if unseen.as_deref().is_some_and(|open| name.eq_ignore_ascii_case(open)) {
                    unseen = None;
                }
                tables.close(name);
                joint = joint_after(joint, name);
            }
            Piece::Other => others.push(aside(Part::Data(false), layer, inner(bytes, whole))),
            Piece::Text | Piece::Data { .. } if unseen.is_some() => {
                others.push(aside(Part::Data(false), layer, whole));
            }
            Piece::Text | Piece::Data { .. } => {
                let content = if let Piece::Data { content } = piece { content } else { whole };
                // Line breaks between blocks are not text.
                let text = &bytes[content.range()];
                others.extend(tables.text(text).map(|label| labeled(label, layer, trimmed(bytes, content))));
                if tables.is_record() && !text.trim_ascii().is_empty() {
                    others.push(aside(Part::Data(false), layer, trimmed(bytes, content)));
                    continue;
                }
                if text.trim_ascii().is_empty() && (joint != Joint::Nothing || text.contains(&b'\n')) {
                    continue;
                }
                texts.push(Segment { joint, ..Segment::new(layer, Spelling::Markup, content) });
                joint = Joint::Nothing;
            }
        }
    }
    (texts, others)
}

fn aside(part: Part, layer: u16, span: Span) -> Said {
    Said { part, ..Said::new(vec![Segment::new(layer, Spelling::Markup, span)]) }
}

fn labeled(label: &'static str, layer: u16, span: Span) -> Said {
    Said { label: Some(label), ..aside(Part::Data(false), layer, span) }
}

/// Returns the content of an element with a program. It begins at `at`.
fn code(bytes: &[u8], at: usize, name: &[u8], closed: bool) -> Option<Span> {
    if closed || !is_one_of(CODE, name) {
        return None;
    }
    let ends = |start: &usize| {
        let rest = &bytes[start + 1..];
        rest.first() == Some(&b'/') && rest.get(1..=name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name))
    };
    // An element that is never closed must not hide the rest of the document.
    let end = memchr::memchr_iter(b'<', &bytes[at..]).map(|found| at + found).find(ends)?;
    Some(Span::new(at, end))
}

/// A value with at least this many digits may contain a secret.
pub(super) const MANY_DIGITS: usize = 9;

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| b.is_ascii_digit()).count()
}

/// Adds what a tag contains besides its name: the values of its attributes, and the whole tag if it is cut off.
fn beside(bytes: &[u8], whole: Span, tag: &[u8], span: Span, layer: u16, tables: &Tables, all: &mut Vec<Said>) {
    let text = &bytes[whole.range()];
    if !text.ends_with(b">") || digits(tag) >= MANY_DIGITS {
        all.push(aside(Part::Data(false), layer, whole));
    }
    if span.is_empty() {
        return;
    }
    let attributes = markup::attributes(bytes, span, tables.field);
    let mut within = 0;
    for Attribute { name, value, holds } in attributes.iter().copied() {
        let (name, text) = (&bytes[name.range()], &bytes[value.range()]);
        within += digits(text);
        if text.is_empty() {
            continue;
        }
        let may_be_text = holds == Holds::Text && text.iter().any(|b| b.is_ascii_whitespace() || *b == b'&');
        if let Holds::Secret(label) = holds {
            all.push(labeled(label, layer, value));
        } else if may_be_text || digits(text) >= MANY_DIGITS {
            let is_time = time_of_value(text).is_some_and(|time| time.absolute);
            all.push(aside(Part::Data(holds == Holds::Formal || is_time), layer, value));
        }
        if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"on")) && text.contains(&b'(') {
            all.extend(code::values(bytes, value, layer, Language::Script));
        } else if text.contains(&b'=') && text.iter().any(|b| matches!(b, b'?' | b'#')) {
            all.extend(query(bytes, value, layer));
        }
    }
    // A tag that is not closed may contain text by mistake.
    let words = attributes.is_empty() && bytes[span.range()].iter().filter(|b| **b == b' ').count() > 1;
    if words || digits(&bytes[span.range()]) >= within + MANY_DIGITS {
        all.push(aside(Part::Data(!words), layer, span));
    }
}

/// Returns the values in a URL query whose names are those of secrets.
fn query(bytes: &[u8], span: Span, layer: u16) -> Vec<Said> {
    let mut all = Vec::new();
    let mut at = span.start;
    for pair in bytes[span.range()].split(|b| matches!(b, b'?' | b'#' | b'&' | b';')) {
        let start = at;
        at += pair.len() + 1;
        let Some(equals) = memchr::memchr(b'=', pair) else { continue };
        // "&amp;pin=4821"
        let name = pair[..equals].strip_prefix(b"amp").unwrap_or(&pair[..equals]);
        if let Some(label) = secret_label(name) {
            all.push(labeled(label, layer, Span::new(start + equals + 1, start + pair.len())));
        }
    }
    all
}

/// The meanings of table headers and form labels, for cells and fields.
#[derive(Debug, Default)]
struct Tables {
    open: Vec<Table>,
    /// The text of the current table header or form label.
    head: Option<Vec<u8>>,
    /// The meaning of the last form label, for the next field.
    field: Option<&'static str>,
    in_label: bool,
}

#[derive(Debug, Default)]
struct Table {
    /// The meanings of the column headers.
    columns: Vec<Option<&'static str>>,
    /// The headers of the current row, and its number of cells.
    heads: Vec<Option<&'static str>>,
    cells: usize,
    in_cell: bool,
    /// Whether a column has what somebody says.
    talks: bool,
}

/// The maximum length of a column header, in bytes.
const LONGEST_HEAD: usize = 128;

/// The maximum depth of nested tables, and the maximum number of columns.
const MOST_TABLES: usize = 32;
const MOST_COLUMNS: usize = 1000;

impl Tables {
    fn open(&mut self, name: &[u8]) {
        match () {
            () if is_one_of(&["table", "dl"], name) && self.open.len() < MOST_TABLES => {
                self.open.push(Table::default())
            }
            () if is_one_of(&["tr"], name) => self.end_row(),
            () if is_one_of(&["th", "dt"], name) => {
                self.end_head();
                if is_one_of(&["dt"], name) {
                    self.end_row();
                }
                self.head = Some(Vec::new());
            }
            () if is_one_of(&["td", "dd"], name) => {
                self.end_head();
                if let Some(table) = self.open.last_mut() {
                    table.cells += 1;
                    table.in_cell = true;
                }
            }
            () if is_one_of(&["label"], name) => {
                self.in_label = true;
                self.head = Some(Vec::new());
            }
            () if is_one_of(&["input", "select", "textarea"], name) && self.in_label => self.end_label(),
            () => {}
        }
    }

    fn close(&mut self, name: &[u8]) {
        match () {
            () if is_one_of(&["table", "dl"], name) => {
                self.open.pop();
            }
            () if is_one_of(&["th", "dt"], name) => self.end_head(),
            () if is_one_of(&["tr"], name) => self.end_row(),
            () if is_one_of(&["td", "dd"], name) => {
                if let Some(table) = self.open.last_mut() {
                    table.in_cell = false;
                }
            }
            () if is_one_of(&["label"], name) => self.end_label(),
            () if is_one_of(&["form", "div", "p"], name) => self.field = None,
            () => {}
        }
    }

    /// Reads a text. Returns the meaning of its row or column header.
    fn text(&mut self, text: &[u8]) -> Option<&'static str> {
        if let Some(head) = &mut self.head {
            if head.len() <= LONGEST_HEAD {
                head.extend_from_slice(text);
            }
            if !self.in_label {
                return None;
            }
        }
        let table = self.open.last().filter(|table| table.in_cell && !text.trim_ascii().is_empty())?;
        let row = table.heads.last().copied().flatten();
        row.or_else(|| *table.columns.get(table.heads.len() + table.cells - 1)?)
    }

    /// Returns whether the current cell belongs to a record with a secret, so that its other cells are data: the name of
    /// the user next to a password.
    fn is_record(&self) -> bool {
        let table = self.open.last().filter(|table| table.in_cell && !table.talks);
        table.is_some_and(|table| table.columns.iter().any(Option::is_some))
    }

    fn end_head(&mut self) {
        if self.in_label {
            return;
        }
        let Some(head) = self.head.take() else { return };
        self.add_head(head.trim_ascii());
    }

    fn add_head(&mut self, head: &[u8]) {
        let Some(table) = self.open.last_mut().filter(|table| table.heads.len() < MOST_COLUMNS) else { return };
        let short = head.len() <= LONGEST_HEAD;
        table.heads.push(secret_label(head).filter(|_| short));
        table.talks |= short && Fields::default().meaning(head).text.is_some();
    }

    fn end_label(&mut self) {
        if std::mem::take(&mut self.in_label) {
            let head = self.head.take().unwrap_or_default();
            self.field = secret_label(head.trim_ascii()).filter(|_| head.len() <= LONGEST_HEAD);
        }
    }

    /// A row that consists of headers has those of the columns.
    fn end_row(&mut self) {
        self.end_head();
        let Some(table) = self.open.last_mut() else { return };
        let heads = std::mem::take(&mut table.heads);
        if table.cells == 0 && heads.len() > 1 {
            table.columns = heads;
        }
        (table.cells, table.in_cell) = (0, false);
    }
}

fn joint_after(joint: Joint, name: &[u8]) -> Joint {
    if is_one_of(INLINE, name) {
        joint
    } else if is_one_of(&["td", "th"], name) && joint != Joint::Line {
        Joint::Blank
    } else {
        Joint::Line
    }
}

/// What the class of an element says about its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Author,
    Time,
    Text,
    /// Not part of the chat: initials in place of a picture, counters.
    Nothing,
}

const AUTHOR: &[&str] =
    &["author", "sender", "username", "nickname", "nick", "speaker", "autor", "remitente", "hablante"];
const AUTHOR_BEFORE_NAME: &[&str] =
    &["from", "user", "author", "sender", "display", "agent", "customer", "speaker", "member"];
const TIMES: &[&str] = &["time", "timestamp", "date", "datetime", "hora", "fecha"];
const TEXTS: &[&str] =
    &["content", "text", "body", "message", "msg", "bubble", "comment", "mensaje", "mensagem", "texto"];
const NOTHING: &[&str] = &["initials", "userpic", "avatar", "reactions", "reaction", "badge", "icon", "signature"];
const MESSAGES: &[&str] =
    &["message", "msg", "bubble", "post", "entry", "comment", "event", "mensaje", "mensagem", "item", "row", "reply"];

/// Returns the meaning of one token of a class, or of the value of a similar attribute.
fn says(token: &str) -> Option<Says> {
    let words = words(token);
    let last = words.last()?.as_str();
    let before = words.len().checked_sub(2).map(|at| words[at].as_str());
    if AUTHOR.contains(&last) || last == "name" && before.is_some_and(|word| AUTHOR_BEFORE_NAME.contains(&word)) {
        return Some(Says::Author);
    }
    if matches!(token, "name" | "from" | "user" | "who" | "agent-name" | "by") {
        return Some(Says::Author);
    }
    if TIMES.contains(&last) {
        return Some(Says::Time);
    }
    if words.iter().any(|word| NOTHING.contains(&word.as_str())) {
        return Some(Says::Nothing);
    }
    TEXTS.contains(&last).then_some(Says::Text)
}

/// An open element.
#[derive(Debug, Clone)]
struct Element {
    name: Vec<u8>,
    says: Option<Says>,
}

/// Elements without content.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// The maximum number of open elements that are tracked. The classes of deeper ones are ignored.
const DEEPEST: usize = 256;

/// What the attributes of an element say.
#[derive(Debug, Default)]
struct ElementHints {
    says: Option<Says>,
    /// Whether a message begins.
    message: bool,
    /// The side of the speaker.
    side: Option<Role>,
    /// The name of the speaker of the following text.
    name: Option<Arc<str>>,
}

impl ElementHints {
    fn by(bytes: &[u8], span: Span) -> Self {
        let mut hints = Self::default();
        for (name, value) in markup::pairs(bytes, span) {
            let value = String::from_utf8_lossy(&bytes[value.range()]);
            match bytes[name.range()].to_ascii_lowercase().as_slice() {
                b"class" | b"itemprop" | b"data-role" | b"data-testid" => {
                    let tokens = || value.split_whitespace();
                    hints.says = hints.says.or_else(|| tokens().find_map(says));
                    let opens = |token| words(token).last().is_some_and(|word| MESSAGES.contains(&word.as_str()));
                    hints.message |= tokens().any(opens);
                    let side = |token: &str| {
                        words(token).iter().find_map(|word| Role::from_name(word)).or_else(|| side_of_direction(token))
                    };
                    hints.side = hints.side.or_else(|| tokens().find_map(side));
                }
                b"data-author" | b"data-sender" | b"data-from" | b"data-user" | b"data-speaker" => {
                    hints.name = Some(Arc::from(value.as_ref()));
                }
                _ => {}
            }
        }
        hints
    }
}

/// How a document names its speakers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// By the classes of its elements.
    Classes,
    /// By the terms of its description lists: `<dt>Agent<dd>Hello`.
    Lists,
    /// Like plain text.
    Lines,
}

/// Reads transcripts in HTML.
pub(crate) struct HtmlReader {
    mode: Option<Mode>,
    open: Vec<Element>,
    speaker: Speaker,
    time: Option<Time>,
}

/// The number of bytes at the start of a document from which its mode is detected.
const SAMPLE: usize = 256 << 10;

impl HtmlReader {
    pub(crate) fn new() -> Self {
        Self { mode: None, open: Vec::new(), speaker: Speaker::default(), time: None }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool) -> Option<Cut> {
        if input.bytes.is_empty() || input.more == More::Coming && input.bytes.len() <= input.limit {
            return None;
        }
        let len = if input.bytes.len() > input.limit { border(&input.bytes[..input.limit]) } else { input.bytes.len() };
        let bytes = &input.bytes[..len];
        let start = mark_len(bytes, at_start);
        let mode = *self.mode.get_or_insert_with(|| mode_of(&bytes[start..len.min(start + SAMPLE)]));
        let said = match mode {
            Mode::Classes | Mode::Lists => self.by_classes(bytes, start),
            Mode::Lines => by_lines(bytes, start),
        };
        Some(Cut { len, trouble: None, layers: Vec::new(), body: Body::Texts(said) })
    }

    /// Returns the messages of a part of a document whose classes or lists mark authors and texts.
    fn by_classes(&mut self, bytes: &[u8], start: usize) -> Vec<Said> {
        let mut all: Vec<Said> = Vec::new();
        let mut current: Vec<Segment> = Vec::new();
        let mut joint = Joint::Nothing;
        let mut tables = Tables::default();
        let mut at = start;
        while at < bytes.len() {
            let (piece, end) = piece(bytes, at);
            let whole = Span::new(at, end);
            at = end;
            match piece {
                Piece::Open { name, attributes: span, closed } => {
                    let name = bytes[name.range()].to_ascii_lowercase();
                    joint = joint_after(joint, &name);
                    let mut hints = ElementHints::by(bytes, span);
                    if self.mode == Some(Mode::Lists) {
                        self.read_list(&name, &mut hints);
                    }
                    if hints.message || hints.name.is_some() {
                        self.finish(&mut current, &mut all);
                    }
                    if hints.message {
                        self.speaker.side = hints.side;
                    }
                    self.speaker.name = hints.name.or_else(|| self.speaker.name.take());
                    tables.open(&name);
                    beside(bytes, whole, &name, span, 0, &tables, &mut all);
                    if let Some(code) = code(bytes, at, &name, closed) {
                        all.push(aside(Part::Code, 0, code));
                        at = code.end;
                    }
                    if !closed && !is_one_of(VOID, &name) && self.open.len() < DEEPEST {
                        let says = if is_one_of(UNSEEN, &name) { Some(Says::Nothing) } else { hints.says };
                        self.open.push(Element { name, says });
                    }
                }
                Piece::Close { name } => {
                    let name = bytes[name.range()].to_ascii_lowercase();
                    joint = joint_after(joint, &name);
                    tables.close(&name);
                    if let Some(at) = self.open.iter().rposition(|element| element.name == name) {
                        self.open.truncate(at);
                    }
                }
                Piece::Other => all.push(aside(Part::Data(false), 0, inner(bytes, whole))),
                Piece::Text | Piece::Data { .. } => {
                    let content = if let Piece::Data { content } = piece { content } else { whole };
                    let text = &bytes[content.range()];
                    if text.trim_ascii().is_empty() {
                        continue;
                    }
                    let words = trimmed(bytes, content);
                    all.extend(tables.text(text).map(|label| labeled(label, 0, words)));
                    match self.open.iter().rev().find_map(|element| element.says) {
                        Some(Says::Author) => {
                            self.finish(&mut current, &mut all);
                            let name = String::from_utf8_lossy(&bytes[words.range()]).into_owned();
                            if name.len() <= 128 {
                                let name = name.trim_end_matches(':').trim_end();
                                self.speaker.name = Some(Arc::from(name));
                            }
                            all.push(aside(Part::Data(true), 0, words));
                        }
                        Some(Says::Time) if words.len() <= 64 => {
                            self.finish(&mut current, &mut all);
                            self.time = time_of_value(&bytes[words.range()]).or(self.time);
                        }
                        _ if is_date_and_time(&bytes[words.range()]) => {
                            self.time = time_of_value(&bytes[words.range()]);
                            all.push(aside(Part::Data(true), 0, words));
                        }
                        Some(Says::Nothing) => {
                            all.push(aside(Part::Data(false), 0, words));
                        }
                        _ => {
                            let joint = if current.is_empty() { Joint::Nothing } else { joint };
                            current.push(Segment { joint, ..Segment::new(0, Spelling::Markup, words) });
                        }
                    }
                    joint = Joint::Nothing;
                }
            }
        }
        self.finish(&mut current, &mut all);
        all
    }

    /// Reads the start of an element of a list. A term or a description ends the one before it.
    fn read_list(&mut self, name: &[u8], hints: &mut ElementHints) {
        if is_one_of(&["dt", "dd"], name)
            && let Some(at) = self.open.iter().rposition(|element| is_one_of(&["dt", "dd"], &element.name))
        {
            self.open.truncate(at);
        }
        match name {
            b"dt" => hints.says = Some(Says::Author),
            b"dd" => (hints.says, hints.message) = (Some(Says::Text), true),
            b"time" => hints.says = Some(Says::Time),
            _ => {}
        }
    }

    fn finish(&self, current: &mut Vec<Segment>, all: &mut Vec<Said>) {
        if !current.is_empty() {
            let said = Said::new(std::mem::take(current));
            all.push(Said { speaker: self.speaker.clone(), time: self.time, ..said });
        }
    }
}

/// Returns whether a text is a date with a time of day and nothing else: `May 1, 2024, 10:00:20 AM`.
fn is_date_and_time(text: &[u8]) -> bool {
    const MOST_DIGITS: usize = 14;
    const MOST_LETTERS: usize = 5;
    text.contains(&b':')
        && digits(text) <= MOST_DIGITS
        && text.iter().filter(|b| b.is_ascii_alphabetic() || !b.is_ascii()).count() <= MOST_LETTERS
        && time_of_value(text).is_some_and(|time| time.absolute)
}

fn trimmed(bytes: &[u8], span: Span) -> Span {
    let text = &bytes[span.range()];
    let start = span.start + text.len() - text.trim_ascii_start().len();
    Span::new(start, start + text.trim_ascii().len())
}

/// The minimum number of terms of a list that are names of speakers, unless they are names of roles.
const FEWEST_TERMS: usize = 4;

/// Returns whether the terms of the lists in a document are speakers: names of roles, or names that repeat.
fn lists_talk(bytes: &[u8]) -> bool {
    let mut terms: Vec<String> = Vec::new();
    let (mut in_term, mut at) = (false, 0);
    while at < bytes.len() && terms.len() < MOST_COLUMNS {
        let (piece, end) = piece(bytes, at);
        let text = String::from_utf8_lossy(bytes[at..end].trim_ascii());
        match piece {
            Piece::Open { name, .. } => in_term |= is_one_of(&["dt"], &bytes[name.range()]),
            Piece::Text if in_term && !text.is_empty() => {
                terms.push(text.trim_end_matches(':').to_owned());
                in_term = false;
            }
            _ => {}
        }
        at = end;
    }
    let all = terms.len();
    let roles = terms.iter().all(|term| Role::from_name(term).is_some());
    let secrets = terms.iter().any(|term| secret_label(term.as_bytes()).is_some());
    terms.sort_unstable();
    terms.dedup();
    !secrets && terms.len() > 1 && (roles || all >= FEWEST_TERMS && terms.len() * 2 <= all)
}

/// Returns the mode: by lists if their terms are speakers, or by classes if they name at least two authors, or the roles of
/// at least two messages.
fn mode_of(bytes: &[u8]) -> Mode {
    if lists_talk(bytes) {
        return Mode::Lists;
    }
    let mut reader = HtmlReader { mode: Some(Mode::Classes), ..HtmlReader::new() };
    let said = reader.by_classes(bytes, 0);
    let known = |said: &&Said| said.part == Part::Said && (said.speaker.name.is_some() || said.speaker.side.is_some());
    if said.iter().filter(known).count() >= 2 { Mode::Classes } else { Mode::Lines }
}

/// Returns the messages of a part of a document, read as lines of text.
fn by_lines(bytes: &[u8], start: usize) -> Vec<Said> {
    let (segments, others) = segments(bytes, Span::new(start, bytes.len()), 0);
    let mut all = messages_of(&segments, bytes);
    all.extend(others);
    all
}

/// Returns the messages in the texts of HTML: those of a transcript, or one per line.
pub(super) fn messages_of(segments: &[Segment], bytes: &[u8]) -> Vec<Said> {
    let text = plain(segments, bytes);
    let messages = lines::transcript_in(&text).unwrap_or_else(|| lines_of(&text));
    let joined = lines::Joined::new(segments);
    let within = |said: Said| {
        let inside = said.segments.iter().flat_map(|segment| joined.slice(segment.span())).collect();
        Said { segments: inside, ..said }
    };
    messages.into_iter().map(within).collect()
}

fn plain(segments: &[Segment], bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for (number, segment) in segments.iter().enumerate() {
        match segment.joint {
            Joint::Blank if number > 0 => text.push(b'\t'),
            Joint::Line if number > 0 => text.push(b'\n'),
            _ => {}
        }
        text.extend_from_slice(&bytes[segment.span().range()]);
    }
    text
}

fn lines_of(text: &[u8]) -> Vec<Said> {
    let mut at = 0;
    let mut all = Vec::new();
    for line in text.split_inclusive(|b| *b == b'\n') {
        let span = Span::new(at, at + line.len());
        at = span.end;
        if !line.trim_ascii().is_empty() {
            all.push(Said::new(vec![Segment::new(0, Spelling::Plain, trimmed(text, span))]));
        }
    }
    all
}

/// Returns where to cut a part of a document that is too long: after the last end tag that ends a line or a block, or
/// after a tag.
fn border(bytes: &[u8]) -> usize {
    let after = |needle: &[u8]| memchr::memmem::rfind(bytes, needle).map(|at| at + needle.len());
    after(b"</div>\n")
        .or_else(|| after(b"</p>"))
        .or_else(|| after(b"</div>"))
        .or_else(|| after(b">"))
        .unwrap_or(bytes.len())
}
