//! Texts with an inner structure: JSON, HTML, a transcript or a quoted mail in a string.

use lastfour::{Role, Span};

use super::code::{self, Language};
use super::csv;
use super::fields::Names;
use super::html;
use super::json;
use super::lines;
use super::log;
use super::record::{Body, Key, Part, Record, Said, Speaker};
use super::segment::{Joint, Segment};
use super::spelling::Spelling;
use super::tree::Tree;

/// The maximum depth of nested texts. Deeper ones are read as plain text.
const DEEPEST: usize = 6;

/// The maximum length of a text that is searched for structure, in bytes.
const LONGEST: usize = 64 << 20;

/// Finds the messages in named values.
pub(super) trait ReadTree {
    /// Returns the messages in a tree. Their speaker is `speaker` unless the tree names others. `depth` is the number
    /// of enclosing trees.
    fn messages(
        &self,
        record: &mut Record,
        tree: &Tree,
        names: &mut Names,
        speaker: &Speaker,
        depth: usize,
    ) -> Vec<Said>;
}

/// The contents of a text.
enum Found {
    /// One text, possibly in other segments.
    Text(Said),
    /// Messages of its own.
    Messages(Vec<Said>),
}

/// Moves messages from `all` to `out`, and replaces structured ones by the messages in them.
pub(super) fn expand_all(
    trees: &dyn ReadTree,
    record: &mut Record,
    names: &mut Names,
    all: &mut Vec<Said>,
    depth: usize,
    out: &mut Vec<Said>,
) {
    let mut places: Vec<Option<u32>> = vec![None; all.len()];
    let mut others = Vec::new();
    let mut answers: Option<Role> = None;
    let mut copies = Vec::new();
    for (at, said) in all.drain(..).enumerate() {
        if let Part::Copy(of) = said.part {
            copies.push((out.len(), of));
        }
        match expand(trees, record, names, said, depth, &mut others) {
            Found::Text(mut said) => {
                if said.speaker.name.as_deref() == Some("answer") && said.speaker.role.is_none() {
                    said.speaker.role = answers;
                }
                places[at] = u32::try_from(out.len()).ok();
                out.push(said);
            }
            Found::Messages(messages) => {
                // "output" next to an "input" with messages answers the last of them.
                let last = messages.iter().rev().find_map(|said| said.speaker.role);
                answers = last.map(|role| if role.serves() { Role::Customer } else { Role::Bot });
                let base = u32::try_from(out.len()).unwrap_or(u32::MAX);
                out.extend(messages.into_iter().map(|said| shifted(said, base)));
            }
        }
    }
    for (at, of) in copies {
        // The text that this one copies may have become several messages.
        if let Some(said) = out.get_mut(at).filter(|said| said.part == Part::Copy(of)) {
            said.part = places.get(of as usize).copied().flatten().map_or(Part::Said, Part::Copy);
        }
    }
    out.extend(others);
}

/// Returns the message with the indices that it refers to shifted.
fn shifted(mut said: Said, by: u32) -> Said {
    said.part = match said.part {
        Part::Copy(of) => Part::Copy(of + by),
        Part::Summary(from, to) => Part::Summary(from + by, to + by),
        part => part,
    };
    said
}

fn expand(
    trees: &dyn ReadTree,
    record: &mut Record,
    names: &mut Names,
    said: Said,
    depth: usize,
    others: &mut Vec<Said>,
) -> Found {
    let [segment] = said.segments.as_slice() else { return Found::Text(said) };
    if matches!(said.part, Part::Data(_) | Part::Form) {
        return Found::Text(said);
    }
    let segment = *segment;
    if said.part == Part::Code {
        read_code(trees, record, names, said, depth, others);
        return Found::Messages(Vec::new());
    }
    if said.part == Part::Table {
        return read_table(trees, record, names, said, segment, depth, others);
    }
    let text = record.text(&segment);
    let trimmed = text.trim_ascii();
    let len = text.len();
    let may_be_json = matches!(trimmed.first(), Some(b'{' | b'[')) && matches!(trimmed.last(), Some(b'}' | b']'));
    let has_lines = memchr::memchr(b'\n', &text).is_some();
    let may_be_html = memchr::memchr(b'<', &text).is_some() && html::is_html(&text);
    // As in a log line: "INFO {"text": ...}".
    let may_hold_json =
        !may_be_json && (memchr::memmem::find(&text, b"{\"").is_some() || memchr::memmem::find(&text, b"[{").is_some());
    if depth >= DEEPEST || len > LONGEST || !(may_be_json || may_hold_json || has_lines || may_be_html) {
        return Found::Text(said);
    }
    let lines = if has_lines && !may_be_html { lines::transcript_in(&text) } else { None };
    let quotes = if has_lines && lines.is_none() && !may_be_html { quotes(&text) } else { None };
    drop(text);
    if may_hold_json && let Some(messages) = json_within(trees, record, names, &said, segment, depth) {
        return Found::Messages(messages);
    }
    if may_be_json && let Some(messages) = json_in(trees, record, names, &said, segment, depth) {
        return Found::Messages(messages);
    }
    if !may_be_html && lines.is_none() && quotes.is_none() {
        return Found::Text(said);
    }
    let Some((layer, offset)) = unfold(record, segment) else { return Found::Text(said) };
    let spelling = if segment.spelling == Spelling::Markup { Spelling::Markup } else { Spelling::Plain };
    if may_be_html {
        let bytes = record.layer(layer).to_vec();
        let end = if layer == segment.layer { segment.span().end } else { bytes.len() };
        let (texts, unsaid) = html::segments(&bytes, Span::new(offset, end), layer);
        for said in unsaid {
            match said.part {
                Part::Code => read_code(trees, record, names, said, depth, others),
                _ => others.push(said),
            }
        }
        let joined = record.join(&texts).bytes.into_owned();
        return match lines::transcript_in(&joined) {
            Some(messages) => Found::Messages(within(&said, messages, &texts, record, true)),
            None => Found::Text(Said { segments: texts, ..said }),
        };
    }
    let text_len = if layer == segment.layer { segment.span().len() } else { record.layer(layer).len() };
    let place = [Segment::new(layer, spelling, Span::new(offset, offset + text_len))];
    let own = lines.is_some();
    let messages = lines.or(quotes).unwrap_or_default();
    Found::Messages(within(&said, messages, &place, record, own))
}

/// Adds the contents of a program: the messages of JSON in it, otherwise its values; and the whole program as data.
fn read_code(
    trees: &dyn ReadTree,
    record: &mut Record,
    names: &mut Names,
    said: Said,
    depth: usize,
    others: &mut Vec<Said>,
) {
    let Some(segment) = said.segments.first().copied() else { return };
    let start = record.offset + record.raw_span(segment.layer, segment.span()).start as u64;
    // The document may contain the same chat.
    let inner = Said { key: Key::Place(start), part: Part::Said, ..said.clone() };
    let messages = if depth < DEEPEST { json_within(trees, record, names, &inner, segment, depth) } else { None };
    match messages {
        Some(messages) => others.extend(messages.into_iter().map(|said| match said.part {
            Part::Copy(_) | Part::Summary(..) => Said { part: Part::Data(false), ..said },
            _ => said,
        })),
        None => {
            others.extend(code::values(record.layer(segment.layer), segment.span(), segment.layer, Language::Script));
            others.push(said);
        }
    }
}

/// Returns the messages of a table. Its other values go to `others`.
fn read_table(
    trees: &dyn ReadTree,
    record: &mut Record,
    names: &mut Names,
    said: Said,
    segment: Segment,
    depth: usize,
    others: &mut Vec<Said>,
) -> Found {
    let bytes = record.layer(segment.layer).to_vec();
    let (tree, lines) = csv::table(&bytes, segment.span(), segment.layer, names);
    if depth >= DEEPEST || segment.spelling != Spelling::Plain || tree.nodes.len() < 2 {
        return Found::Text(Said { part: Part::Said, ..said });
    }
    others.extend(lines);
    let start = record.offset + record.raw_span(segment.layer, segment.span()).start as u64;
    let mut messages = trees.messages(record, &tree, names, &said.speaker, depth + 1);
    for message in &mut messages {
        if message.key == Key::Transcript {
            message.key = Key::Place(start);
        }
        message.time = message.time.or(said.time);
    }
    Found::Messages(messages)
}

/// Returns the layer of the decoded text of a segment, and its start in that layer.
fn unfold(record: &mut Record, segment: Segment) -> Option<(u16, usize)> {
    let layer = record.unfold(segment)?;
    Some((layer, if layer == segment.layer { segment.start as usize } else { 0 }))
}

/// Returns the messages within `said`, whose text is joined from `texts`. `own`: they may be a separate conversation.
fn within(said: &Said, messages: Vec<Said>, texts: &[Segment], record: &Record, own: bool) -> Vec<Said> {
    let key = match &said.key {
        // Unless the record names their conversation.
        Key::Transcript if own => {
            let first = texts.first().map_or(0, |segment| record.raw_span(segment.layer, segment.span()).start);
            Key::Place(record.offset + first as u64)
        }
        key => key.clone(),
    };
    let joined = lines::Joined::new(texts);
    let inner = |message: Said| {
        let parts: Vec<Segment> = message
            .segments
            .iter()
            .enumerate()
            .flat_map(|(number, segment)| {
                let mut parts = joined.slice(segment.span());
                if let Some(first) = parts.first_mut().filter(|_| number > 0) {
                    first.joint = Joint::Line;
                }
                parts
            })
            .collect();
        let speaker = if message.speaker == Speaker::default() && message.part == Part::Alone {
            said.speaker.clone()
        } else {
            message.speaker
        };
        let part = if message.part == Part::Alone { Part::Said } else { message.part };
        Said {
            segments: parts,
            speaker,
            key: key.clone(),
            time: message.time.or(said.time),
            owner: said.owner,
            part,
            label: None,
        }
    };
    messages.into_iter().map(inner).filter(|said| !said.segments.is_empty()).collect()
}

/// Returns the messages of JSON after other words in a string. The words are data.
fn json_within(
    trees: &dyn ReadTree,
    record: &mut Record,
    names: &mut Names,
    said: &Said,
    segment: Segment,
    depth: usize,
) -> Option<Vec<Said>> {
    let text = record.text(&segment).into_owned();
    let (value, _) = log::json_within(&text, Span::new(0, text.len()), 0, names)?;
    let (layer, offset) = unfold(record, segment)?;
    let place = |span: Span| Segment::new(layer, Spelling::Plain, Span::new(span.start + offset, span.end + offset));
    let inner = Said { segments: vec![place(value)], ..said.clone() };
    let mut messages = json_in(trees, record, names, &inner, place(value), depth)?;
    for rest in [Span::new(0, value.start), Span::new(value.end, text.len())] {
        if !rest.is_empty() {
            messages.push(Said { part: Part::Data(true), ..Said::new(vec![place(rest)]) });
        }
    }
    Some(messages)
}

/// Returns the messages of JSON in a string.
fn json_in(
    trees: &dyn ReadTree,
    record: &mut Record,
    names: &mut Names,
    said: &Said,
    segment: Segment,
    depth: usize,
) -> Option<Vec<Said>> {
    // Checked before it is unfolded, because most texts in braces are not JSON.
    let text = record.text(&segment).into_owned();
    json::parse(&text, Span::new(0, text.len()), 0, names).ok()?;
    let (layer, offset) = unfold(record, segment)?;
    let bytes = record.layer(layer).to_vec();
    let end = if layer == segment.layer { segment.span().end } else { bytes.len() };
    let tree = json::parse(&bytes, Span::new(offset, end), layer, names).ok()?;
    if tree.nodes.len() < 2 {
        return None;
    }
    let mut messages = trees.messages(record, &tree, names, &said.speaker, depth + 1);
    for message in &mut messages {
        if message.key == Key::Transcript {
            message.key = said.key.clone();
        }
        message.time = message.time.or(said.time);
    }
    Some(messages)
}

/// Returns the JSON document in a text as a record of its own.
pub(super) fn document_in(text: &[u8], names: &mut Names) -> Option<Record> {
    let (_, tree) = log::json_within(text, Span::new(0, text.len()), 0, names)?;
    let (raw, body) = (text.to_vec(), Body::Tree(tree));
    Some(Record { raw, offset: 0, line: 1, column: 1, trouble: None, layers: Vec::new(), body })
}

/// Words on the line before a quoted mail.
const WROTE: &[&str] = &["wrote:", "escribió:", "escribio:", "schrieb:", "a écrit :", "escreveu:"];
const ORIGINAL: &[&str] = &[
    "original message",
    "mensaje original",
    "forwarded message",
    "mensaje reenviado",
    "mensagem original",
    "mensagem encaminhada",
    "begin forwarded message:",
];
const HEADS: &[&str] = &["from:", "de:"];
const SENT: &[&str] = &["sent:", "date:", "enviado:", "fecha:", "to:", "para:"];

/// Splits a text into quoted and new text, the oldest first: a mail with the mails that it answers. If new text is between
/// the quotes, the order is that of the text. New text has [`Part::Alone`], because it is by the sender.
fn quotes(text: &[u8]) -> Option<Vec<Said>> {
    // The depth of each line, and the lines without their quotation marks.
    let mut groups: Vec<(usize, Vec<Segment>)> = Vec::new();
    let mut below = 0;
    let mut at = 0;
    let mut found = false;
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    for (number, line) in lines.iter().enumerate() {
        let start = at;
        at += line.len();
        let marks = quote_marks(line);
        let mut inner = start + mark_end(line);
        inner += usize::from(marks > 0 && text.get(inner) == Some(&b' '));
        let words = String::from_utf8_lossy(text[inner..at].trim_ascii()).to_lowercase();
        let next = lines.get(number + 1..(number + 4).min(lines.len())).unwrap_or_default();
        let is_head = HEADS.iter().any(|head| words.starts_with(head))
            && next.iter().any(|line| {
                let line = String::from_utf8_lossy(line.trim_ascii()).to_lowercase();
                SENT.iter().any(|head| line.starts_with(head))
            });
        let is_border = WROTE.iter().any(|word| words.ends_with(word)) && words.len() < 200
            || ORIGINAL.iter().any(|word| words.trim_matches(['-', '_', ' ']).starts_with(word))
            || is_head;
        if is_border && marks == 0 {
            // The line itself introduces the quoted mail.
            let mut after = lines[number + 1..].iter().map(|line| line.trim_ascii());
            let quoted = after.find(|line| !line.is_empty()).is_some_and(|next| next.starts_with(b">"));
            below += usize::from(!quoted);
            found = true;
            if quoted {
                drop_start_of_border(&mut groups, below, text, start);
                continue;
            }
        }
        found |= marks > 0;
        // "> On Monday, Ana wrote:" introduces the quote within a quote.
        let deeper = |line: &&[u8]| quote_marks(line) > marks;
        if is_border && next.iter().find(|line| !line[mark_end(line)..].trim_ascii().is_empty()).is_some_and(deeper) {
            drop_start_of_border(&mut groups, marks + below, text, start);
            continue;
        }
        if text[inner..at].trim_ascii().is_empty() {
            continue;
        }
        let end = inner + text[inner..at].trim_ascii_end().len();
        let segment = Segment::new(0, Spelling::Plain, Span::new(inner, end));
        let depth = marks + below;
        match groups.last_mut() {
            Some((same, parts)) if *same == depth => parts.push(segment),
            _ => groups.push((depth, vec![segment])),
        }
    }
    if !found || groups.iter().all(|(depth, _)| *depth == 0) {
        return None;
    }
    // Text between quotes answers the quote above it. Other new text answers everything that is quoted.
    let answers = groups.windows(2).filter(|pair| pair[0].0 > 0 && pair[1].0 == 0).count();
    if answers < 2 {
        groups.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
    }
    let message = |(depth, parts)| {
        let part = if depth == 0 { Part::Alone } else { Part::Quoted };
        Said { part, ..Said::new(parts) }
    };
    Some(groups.into_iter().map(message).collect())
}

/// Returns the number of quotation marks before a line, and the end of the last one.
fn marks_before(line: &[u8]) -> (usize, usize) {
    let (mut marks, mut end) = (0, 0);
    loop {
        let blanks = line[end..].iter().take_while(|b| **b == b' ').count();
        if line.get(end + blanks) != Some(&b'>') {
            return (marks, end);
        }
        marks += 1;
        end += blanks + 1;
    }
}

fn quote_marks(line: &[u8]) -> usize {
    marks_before(line).0
}

fn mark_end(line: &[u8]) -> usize {
    marks_before(line).1
}

/// First words of the line before a quoted mail.
const ON: &[&str] = &["on ", "el ", "em ", "am ", "le "];

/// Drops the last line of a text if it begins the line before a quoted mail, which many programs break: the line that ends it
/// begins at `next`.
fn drop_start_of_border(groups: &mut Vec<(usize, Vec<Segment>)>, depth: usize, text: &[u8], next: usize) {
    let Some((_, parts)) = groups.last_mut().filter(|(same, _)| *same == depth) else { return };
    let Some(last) = parts.last().map(|part| part.span()) else { return };
    let line = String::from_utf8_lossy(&text[last.range()]).to_lowercase();
    let adjoins = text[last.end..next].iter().filter(|b| **b == b'\n').count() == 1;
    let begins = ON.iter().any(|word| line.starts_with(word)) && line.bytes().any(|b| b.is_ascii_digit());
    if adjoins && begins && !line.ends_with(['.', '?', '!']) {
        parts.pop();
        if parts.is_empty() {
            groups.pop();
        }
    }
}

/// Expands texts that are not in a tree, such as the bodies of mails, into their messages.
pub(super) fn expand_texts(
    trees: &dyn ReadTree,
    record: &mut Record,
    names: &mut Names,
    mut all: Vec<Said>,
) -> Vec<Said> {
    let mut out = Vec::new();
    expand_all(trees, record, names, &mut all, 0, &mut out);
    out
}
