//! Lines that each hold JSON, `key=value` pairs, or text: JSON lines and logs.

use lastfour::Span;

use super::events::{self, is_system};
use super::fields::{Names, TextName};
use super::json::{self, JsonReader};
use super::record::{Body, Layer, Part, Said, Trouble};
use super::segment::Segment;
use super::spelling::Spelling;
use super::tree::{Kind, Node, Tree};
use super::{Cut, Input, More, header, mark_len, printed};

/// Splits a log, or JSON lines, into records, one per line.
pub(crate) struct LogReader {
    /// Whether every line should be JSON. Other lines are malformed.
    json: bool,
    /// The number of bytes that were searched for a line end.
    scanned: usize,
    /// The reader of a line that is too long to be buffered.
    long: Option<JsonReader>,
    /// Whether some line had JSON or pairs, so that the others are not messages.
    structured: bool,
    /// Whether nobody talks in the log. Decided from its start; `None` until enough was read.
    quiet: Option<bool>,
}

/// The number of bytes at the start from which it is decided whether nobody talks in a log.
const SAMPLE: usize = 64 << 10;

impl LogReader {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, scanned: 0, long: None, structured: false, quiet: json.then_some(false) }
    }

    pub(crate) fn next(&mut self, input: Input<'_>, at_start: bool, names: &mut Names) -> Option<Cut> {
        let quiet = match self.quiet {
            Some(quiet) => quiet,
            None if input.more == More::Coming && input.bytes.len() < SAMPLE.min(input.limit) => return None,
            None => events::is_log(&input.bytes[..SAMPLE.min(input.bytes.len())]),
        };
        self.quiet = Some(quiet);
        let from = self.scanned.min(input.bytes.len());
        let line_end = memchr::memchr(b'\n', &input.bytes[from..]).map(|at| from + at);
        self.scanned = line_end.unwrap_or(input.bytes.len());
        let complete = line_end.is_some() || input.more == More::Never;
        if complete && line_end.is_none() && input.bytes.is_empty() {
            return None;
        }
        if self.long.is_none() {
            if complete && self.scanned <= input.limit {
                let len = std::mem::take(&mut self.scanned) + usize::from(line_end.is_some());
                return Some(self.line(&input.bytes[..len], at_start, names));
            }
            if !complete && input.bytes.len() <= input.limit {
                return None;
            }
            self.long = Some(JsonReader::new());
        }
        // The start of a long line without its end.
        let line = Input {
            bytes: &input.bytes[..self.scanned],
            more: if complete { More::Never } else { More::Coming },
            limit: input.limit,
        };
        if complete && line.bytes.is_empty() {
            self.long = None;
            self.scanned = 0;
            return Some(Cut::said(1, None, Vec::new()));
        }
        let cut = self.long.as_mut()?.next(line, at_start, names)?;
        self.scanned -= cut.len;
        Some(cut)
    }

    fn line(&mut self, line: &[u8], at_start: bool, names: &mut Names) -> Cut {
        let mark = mark_len(line, at_start);
        let start = line.len() - line[mark..].trim_ascii_start().len();
        let span = Span::new(start, start + line[start..].trim_ascii_end().len());
        if span.is_empty() {
            return Cut::said(line.len(), None, Vec::new());
        }
        if matches!(line[start], b'{' | b'[')
            && let Ok(tree) = json::parse(line, span, 0, names)
        {
            self.structured = true;
            return Cut { len: line.len(), trouble: None, layers: Vec::new(), body: Body::Tree(tree) };
        }
        let mut cut = Cut::said(line.len(), self.json.then_some(Trouble::Malformed), Vec::new());
        read(line, span, names, self.quiet == Some(true), &mut cut);
        match &mut cut.body {
            Body::Said(said) if self.structured && !self.json => {
                said.iter_mut().filter(|said| said.part == Part::Said).for_each(|said| said.part = Part::Alone);
            }
            Body::Said(_) | Body::Texts(_) => {}
            Body::Tree(_) => self.structured = true,
        }
        cut
    }
}

/// Reads a line that is not JSON as a whole: JSON after other text, pairs, or text. `quiet` if nobody talks in the log.
fn read(line: &[u8], span: Span, names: &mut Names, quiet: bool, cut: &mut Cut) {
    if let Some((value, tree)) = json_within(line, span, 0, names) {
        cut.body = Body::Tree(with_rest(tree, span, value));
        cut.trouble = None;
        return;
    }
    if let Some((value, layer, tree)) = json_in_quotes(line, span, names) {
        cut.layers.push(layer);
        cut.body = Body::Tree(with_rest(tree, span, value));
        cut.trouble = None;
        return;
    }
    if let Some((value, tree)) = printed::object_within(line, span, names) {
        cut.body = Body::Tree(with_rest(tree, span, value));
        cut.trouble = None;
        return;
    }
    if let Some(tree) = spoken(line, span, names) {
        cut.body = Body::Tree(tree);
        cut.trouble = None;
        return;
    }
    if let Some(tree) = directed(line, span, names).filter(|_| !quiet) {
        cut.body = Body::Tree(tree);
        cut.trouble = None;
        return;
    }
    let mut named = Vec::new();
    if let Some((tree, is_said)) = pairs(line, span, names) {
        if !quiet || is_said {
            cut.body = Body::Tree(tree);
            cut.trouble = None;
            return;
        }
        // Only the names of secrets say more than the text of the line.
        let label = |node: &Node| names.meaning(node.name).label.map(|label| (label, node.segment));
        named.extend(tree.nodes.iter().filter_map(label));
    }
    let text = header::after_stamp(&line[span.range()]) + span.start;
    let plain = |span: Span| Segment::new(0, Spelling::Plain, span);
    let part = if quiet || is_system(&line[span.range()]) { Part::Event } else { Part::Said };
    let mut said = vec![Said { part, ..Said::new(vec![plain(Span::new(text, span.end))]) }];
    if text > span.start {
        let prefix = vec![plain(Span::new(span.start, text))];
        said.insert(0, Said { part: Part::Data(true), ..Said::new(prefix) });
    }
    let labeled = |(label, segment)| Said { part: Part::Data(false), label: Some(label), ..Said::new(vec![segment]) };
    said.extend(named.into_iter().map(labeled));
    cut.body = Body::Said(said);
}

/// The maximum number of positions in a line at which JSON is searched for.
const MOST_STARTS: usize = 8;

/// Returns the object or array in a text. It must have at least one member of an object.
pub(super) fn json_within(bytes: &[u8], span: Span, layer: u16, names: &mut Names) -> Option<(Span, Tree)> {
    let starts = memchr::memchr2_iter(b'{', b'[', &bytes[span.range()]).take(MOST_STARTS);
    for start in starts.map(|at| at + span.start) {
        let rest = &bytes[start..span.end];
        // "[12:03] text" is not JSON, and neither is "{}".
        let opens = rest[1..].trim_ascii_start();
        if !matches!((rest[0], opens.first()), (b'{', Some(b'"')) | (b'[', Some(b'{'))) {
            continue;
        }
        if let Some(len) = json::value_len(rest) {
            let value = Span::new(start, start + len);
            return json::parse(bytes, value, layer, names).ok().map(|tree| (value, tree));
        }
    }
    None
}

/// Returns JSON in a field with escapes, such as `"{\x22text\x22: ...}"` or `"{\"text\": ...}"`.
fn json_in_quotes(line: &[u8], span: Span, names: &mut Names) -> Option<(Span, Layer, Tree)> {
    for (start, spelling) in
        [(&b"{\\x22"[..], Spelling::HexEscaped), (b"[{\\x22", Spelling::HexEscaped), (b"{\\\"", Spelling::Json)]
    {
        let Some(at) = memchr::memmem::find(&line[span.range()], start) else { continue };
        let from = span.start + at;
        // Up to the quote that ends the field, or to the end of the line.
        let rest = &line[from..span.end];
        let mut end = 0;
        while end < rest.len() && rest[end] != b'"' {
            end += if rest[end] == b'\\' { 2 } else { 1 };
        }
        let field = Span::new(from, from + end.min(rest.len()));
        let place = Segment::new(0, spelling, field);
        let (bytes, alignment) = spelling.decode(&line[field.range()]);
        let layer = Layer { place: Some(place), bytes: bytes.into_owned(), alignment };
        let len = json::value_len(&layer.bytes)?;
        let tree = json::parse(&layer.bytes, Span::new(0, len), 1, names).ok()?;
        return Some((field, layer, tree));
    }
    None
}

/// Adds the text around `value` in a line as data.
fn with_rest(mut tree: Tree, line: Span, value: Span) -> Tree {
    for rest in [Span::new(line.start, value.start), Span::new(value.end, line.end)] {
        if !rest.is_empty() {
            tree.aside_with_ids(Segment::new(0, Spelling::Plain, rest));
        }
    }
    tree
}

/// Returns the message of a line that has a direction and ends with a text in quotes, or after an address and a colon:
/// `RX 34600111222 "4821"`, `<- 34600111222: 4821`.
fn directed(line: &[u8], span: Span, names: &mut Names) -> Option<Tree> {
    let direction = header::direction(line, span).filter(|_| !is_system(&line[span.range()]))?;
    let rest = &line[direction.end..span.end];
    let text = match (memchr::memchr(b'"', rest), memchr::memmem::find(rest, b": ")) {
        (Some(quote), _) if rest.ends_with(b"\"") && quote + 1 < rest.len() => {
            Span::new(direction.end + quote + 1, span.end - 1)
        }
        (None, Some(colon)) if is_address(rest[..colon].trim_ascii()) => Span::new(direction.end + colon + 2, span.end),
        _ => return None,
    };
    Some(said(span, (b"direction", direction), text, names))
}

/// Returns the message of a line that names the role of a speaker before a colon.
fn spoken(line: &[u8], span: Span, names: &mut Names) -> Option<Tree> {
    let (role, text) = events::spoken(&line[span.range()])?;
    let blanks = line[span.start + text..span.end].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let text = Span::new(span.start + text + blanks, span.end);
    let role = Span::new(span.start + role.start, span.start + role.end);
    (!text.is_empty()).then(|| said(span, (b"role", role), text, names))
}

/// Returns a message at `text` in a line, with what is known of its speaker. What precedes the text is data.
fn said(line: Span, (name, speaker): (&[u8], Span), text: Span, names: &mut Names) -> Tree {
    let mut tree = Tree::default();
    let plain = |span| Segment::new(0, Spelling::Plain, span);
    let root = tree.push(&[], Kind::Object, 0, plain(line));
    tree.push(&[root], Kind::Text, names.id(name), plain(speaker));
    tree.push(&[root], Kind::Text, names.id(b"text"), plain(text));
    tree.close(root);
    tree.aside_with_ids(plain(Span::new(line.start, text.start)));
    tree
}

/// Returns whether a word is an address or a number of a phone.
fn is_address(word: &[u8]) -> bool {
    !word.is_empty()
        && word.iter().all(|b| b.is_ascii_alphanumeric() || b"+-_.@/".contains(b))
        && word.iter().any(|b| b.is_ascii_digit() || *b == b'@')
}

/// Returns the `key=value` pairs of a line, if it has at least three and little else, or a text and who said it. The
/// direction of a message counts as a pair. Also returns whether there are a text and who said it.
fn pairs(line: &[u8], span: Span, names: &mut Names) -> Option<(Tree, bool)> {
    let mut tree = Tree::default();
    let root = tree.push(&[], Kind::Object, 0, Segment::new(0, Spelling::Plain, span));
    let open = [root];
    let mut at = span.start;
    let (mut count, mut covered) = (0, 0);
    let adjoins = |end: usize, at: usize| end <= at && line[end..at].iter().all(|b| matches!(b, b' ' | b'\t'));
    while at < span.end {
        at += line[at..span.end].iter().take_while(|b| matches!(b, b' ' | b'\t' | b',')).count();
        at += colors(&line[at..span.end]);
        let word = line[at..span.end].iter().take_while(|b| !b.is_ascii_whitespace() && !b"=\x1b".contains(b)).count();
        let key = Span::new(at, at + word);
        let equals = key.end + colors(&line[key.end..span.end]);
        let is_key = word > 0
            && line.get(equals) == Some(&b'=')
            && line[key.range()].iter().all(|b| b.is_ascii_alphanumeric() || *b >= 0x80 || b"_-.@".contains(b));
        if !is_key {
            // Another word, up to a blank.
            let rest = line[key.end..span.end].iter().take_while(|b| !b.is_ascii_whitespace()).count();
            let end = (key.end + rest).max(at + 1).min(span.end);
            // Consecutive words are one text.
            match tree.asides.last_mut().filter(|last| adjoins(last.segment.span().end, at)) {
                Some(last) => {
                    last.segment = Segment::new(0, Spelling::Plain, Span::new(last.segment.span().start, end))
                }
                None => tree.aside_with_ids(Segment::new(0, Spelling::Plain, Span::new(at.min(end), end))),
            }
            at = end;
            continue;
        }
        let name = names.id(&line[key.range()]);
        tree.name(0, Spelling::Plain, &line[key.range()], key);
        let start = equals + 1 + colors(&line[equals + 1..span.end]);
        let (content, end, spelling) = match line.get(start) {
            Some(quote @ (b'"' | b'\'')) => {
                let mut end = start + 1;
                while end < span.end && line[end] != *quote {
                    end += if line[end] == b'\\' { 2 } else { 1 };
                }
                let end = end.min(span.end);
                (Span::new(start + 1, end), (end + 1).min(span.end), Spelling::Json)
            }
            _ => {
                let len = line[start..span.end].iter().take_while(|b| !b.is_ascii_whitespace() && **b != 0x1B).count();
                (Span::new(start, start + len), start + len, Spelling::Plain)
            }
        };
        tree.push(&open, Kind::Text, name, Segment::new(0, spelling, content));
        count += 1;
        let end = end + colors(&line[end..span.end]);
        covered += end - at;
        at = end;
    }
    let has_text = tree.nodes.iter().any(|node| names.meaning(node.name).text == Some(TextName::Sure));
    let is_said = has_text && tree.nodes.iter().any(|node| names.meaning(node.name).about.is_some());
    if let Some(direction) = header::direction(line, span).filter(|_| has_text) {
        tree.push(&open, Kind::Text, names.id(b"direction"), Segment::new(0, Spelling::Plain, direction));
        count += 1;
        covered += direction.len();
    }
    tree.close(root);
    // The time is not counted.
    let text = span.len() - header::after_stamp(&line[span.range()]).min(span.len());
    (count >= 3 && covered * 2 > text || is_said).then_some((tree, is_said))
}

/// Returns the length of the colors of a terminal at the start of a text: `ESC [ 36 m` (ECMA-48, section 8.3.117).
fn colors(text: &[u8]) -> usize {
    let mut len = 0;
    while let Some(rest) = text[len..].strip_prefix(b"\x1b[") {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b';').count();
        if rest.get(digits) != Some(&b'm') {
            break;
        }
        len += 3 + digits;
    }
    len
}

/// Returns whether most of these lines were written by a system, or contain JSON or pairs next to other text.
pub(crate) fn is_log<'a>(lines: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut names = Names::default();
    let (mut all, mut structured) = (0, 0);
    for line in lines {
        let line = line.trim_ascii();
        let span = Span::new(0, line.len());
        all += 1;
        let holds = json_within(line, span, 0, &mut names).is_some()
            || json_in_quotes(line, span, &mut names).is_some()
            || printed::object_within(line, span, &mut names).is_some()
            || pairs(line, span, &mut names).is_some()
            || directed(line, span, &mut names).is_some()
            || is_system(line);
        structured += usize::from(holds);
    }
    structured > 0 && structured * 2 > all
}
