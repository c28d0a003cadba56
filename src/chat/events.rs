//! Reads events of unknown protocols: which values may be text, and which of them continue from event to event.

use std::collections::HashSet;

use crate::chat::fields::Fields;
use crate::chat::walk::Keys;
use crate::chat::{ChatTexts, Continuity, Field, Scan, Spelling};
use crate::json::{Value, ValueKind};

/// Fields that hold a piece of a text in an event. Elsewhere they are not text: a `token` is a key.
pub(super) const PIECES: [&str; 12] = [
    "delta",
    "token",
    "chunk",
    "piece",
    "fragment",
    "partial",
    "completion",
    "text_delta",
    "content_delta",
    "message_delta",
    "text_chunk",
    "response_delta",
];

/// Fields that hold a JSON document, or a piece of one: the arguments of a tool call.
pub(super) const DOCUMENTS: [&str; 2] = ["arguments", "partial_json"];

/// Words in the type of an event that holds a piece.
pub(super) const PIECE_TYPES: [&str; 5] = ["delta", "token", "chunk", "partial", "fragment"];

/// Fields that hold the type of an event.
pub(super) const TYPES: [&str; 5] = ["type", "event", "kind", "object", "op"];

/// Fields that say that a text is complete if they are `true`.
pub(super) const ENDS: [&str; 10] =
    ["done", "end", "eos", "final", "is_final", "is_last", "last", "finished", "complete", "completed"];

/// Fields that say that a text is complete if they are neither empty nor one of [`UNFINISHED`].
pub(super) const REASONS: [&str; 2] = ["finish_reason", "stop_reason"];

/// Reasons of a text that is not complete.
const UNFINISHED: [&str; 4] = ["not_finished", "none", "null", "in_progress"];

/// Last words of the names of fields that hold something other than text: ids, times, counts, types, addresses.
const NOT_TEXT: [&str; 69] = [
    "id",
    "ids",
    "uuid",
    "guid",
    "key",
    "keys",
    "hash",
    "etag",
    "signature",
    "fingerprint",
    "cursor",
    "nonce",
    "time",
    "timestamp",
    "ts",
    "ms",
    "date",
    "at",
    "created",
    "updated",
    "expires",
    "url",
    "uri",
    "href",
    "link",
    "path",
    "type",
    "types",
    "kind",
    "object",
    "event",
    "op",
    "status",
    "state",
    "role",
    "model",
    "version",
    "method",
    "jsonrpc",
    "reason",
    "code",
    "lang",
    "language",
    "locale",
    "currency",
    "mime",
    "format",
    "level",
    "logger",
    "encoding",
    "index",
    "seq",
    "sequence",
    "count",
    "total",
    "size",
    "length",
    "offset",
    "ref",
    "number",
    "user",
    "author",
    "sender",
    "from",
    "speaker",
    "participant",
    "name",
    "node",
    "agent",
];

/// Last words of the names of fields that tell texts apart.
const MARKS: [&str; 13] =
    ["id", "uuid", "guid", "index", "name", "username", "nickname", "node", "agent", "type", "kind", "object", "op"];

/// Last words of the names of fields that name who speaks.
const PEOPLE: [&str; 7] = ["user", "role", "author", "sender", "from", "speaker", "participant"];

/// The ids of messages: two texts with the same one are pieces of one message.
const MESSAGES: [&str; 7] = ["id", "uuid", "guid", "messageid", "msgid", "eventid", "itemid"];

/// The maximum length of a mark, in bytes.
const LONGEST_MARK: usize = 64;

/// The maximum number of texts in an event that may be pieces of longer texts.
const MAX_PIECES: usize = 32;

/// How the events of a stream are read.
pub(super) struct Events<'k> {
    /// The fields that are text in any document.
    pub(super) fields: &'k [&'k str],
    /// Keys for an object in a field of text.
    pub(super) inner: &'k [&'k str],
    /// Fields that name the author.
    pub(super) roles: &'k [&'k str],
    /// Every text is a piece.
    pub(super) pieces: bool,
    /// Other fields may be text, too. Those that are not are scanned as their names say.
    pub(super) others: Option<Fields<'k>>,
}

impl Events<'_> {
    /// Returns the texts of the data of an event.
    pub(super) fn read(&self, document: Value<'_>) -> ChatTexts {
        let fields: Vec<&str> = self.fields.iter().copied().chain(PIECES).collect();
        let keys = Keys { text: &fields, inner: self.inner, role: self.roles, ..Keys::default() };
        let mut reading = ChatTexts::default();
        keys.walk(document, None, &Continuity::Whole, &mut reading);
        if reading.texts.len() <= MAX_PIECES {
            self.relate(document, &mut reading);
            if self.others.is_some() {
                others(document, &mut reading);
            }
        }
        if let Some(names) = &self.others {
            add_fields(names, document, &mut reading);
        }
        reading.ends = ends(document);
        reading
    }

    /// Says of each text how it relates to those of other events, and drops counts.
    fn relate(&self, document: Value<'_>, reading: &mut ChatTexts) {
        let ways: Vec<Way<'_>> = reading.texts.iter().map(|text| Way::to(document, text.value)).collect();
        let is_number = |way: &Way<'_>| way.ends_in_piece() && way.last().text().is_none();
        // A number under the name of a piece is a count if there is a text beside it.
        let counts = ways.iter().any(|way| !is_number(way));
        let mut ways = ways.into_iter();
        reading.texts.retain_mut(|text| {
            let Some(way) = ways.next() else { return true };
            let channel = way.channel();
            text.part = match () {
                () if self.pieces || way.is_piece() => Continuity::Next(channel),
                () => Continuity::Ambiguous { channel, message: false },
            };
            !(counts && is_number(&way))
        });
    }
}

/// Appends the strings of fields that are not known to be text.
fn others(document: Value<'_>, reading: &mut ChatTexts) {
    let known: HashSet<usize> = reading.texts.iter().map(|text| text.value).collect();
    let mut stack = vec![document];
    let mut found = Vec::new();
    while let Some(value) = stack.pop() {
        match value.kind() {
            ValueKind::String if !known.contains(&value.index()) && may_be_text(value) => found.push(value),
            ValueKind::Object | ValueKind::Array => stack.extend(value.children()),
            _ => {}
        }
    }
    found.sort_by_key(|value| value.index());
    for value in found.into_iter().take(MAX_PIECES) {
        let channel = Way::to(document, value.index()).channel();
        let part = if value.is_one_of(&DOCUMENTS) { Continuity::Next(channel) } else { Continuity::Unknown(channel) };
        reading.push(value, None, Spelling::Plain, part);
    }
}

/// Adds the fields that are not read as text. A name that denotes a secret says more than a value that may be a piece.
fn add_fields(names: &Fields<'_>, document: Value<'_>, reading: &mut ChatTexts) {
    let found = names.read(document);
    reading.labels = found.labels;
    let is_labeled = |field: &&Field| matches!(field.scan, Scan::Labeled(_));
    let labeled: HashSet<usize> = found.fields.iter().filter(is_labeled).map(|field| field.value).collect();
    reading.texts.retain(|text| !matches!(text.part, Continuity::Unknown(_)) || !labeled.contains(&text.value));
    let known: HashSet<usize> = reading.texts.iter().map(|text| text.value).collect();
    let texts = found.texts.into_iter().map(|text| Field { value: text.value, scan: Scan::Form });
    reading.fields = found.fields.into_iter().chain(texts).filter(|field| !known.contains(&field.value)).collect();
}

/// Returns whether the string of a field that is not known to be text may be text, or a piece of one.
fn may_be_text(value: Value<'_>) -> bool {
    let Some(text) = value.text() else { return false };
    if text.bytes.is_empty() || value.key().is_some_and(|key| is_named_otherwise(&key)) {
        return false;
    }
    if value.is_one_of(&DOCUMENTS) {
        return true;
    }
    // Blanks alone may be a piece.
    let text = text.bytes.trim_ascii();
    // A whole document is scanned as a field.
    if matches!(text, [b'{', .., b'}'] | [b'[', .., b']']) {
        return false;
    }
    // Prose, a script without blanks, a piece of a document, or one word or number. Identifiers, times and addresses mix
    // letters and digits.
    let has = |class: fn(&u8) -> bool| text.iter().any(class);
    let (letters, digits) = (has(u8::is_ascii_alphabetic), has(u8::is_ascii_digit));
    let is_json = text.iter().any(|byte| matches!(byte, b'"' | b'{' | b'}'));
    let is_word = !digits || !letters && !is_date_or_address(text);
    text.is_empty() || text.contains(&b' ') || !text.is_ascii() || is_json || is_word
}

/// Returns whether digits and marks are a date, a time of the day, a version or an IP address.
fn is_date_or_address(text: &[u8]) -> bool {
    let is_mark = |byte: &u8| matches!(byte, b':' | b'-' | b'.' | b'/');
    let Some(mark) = text.iter().copied().find(is_mark) else { return false };
    let groups: Vec<usize> = text.split(is_mark).map(<[u8]>::len).collect();
    match mark {
        b':' | b'.' => groups.len() > 2,
        _ => matches!(groups[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4]),
    }
}

/// Returns whether the last word of a field name says that the field is not text.
fn is_named_otherwise(key: &[u8]) -> bool {
    let word = last_word(key);
    NOT_TEXT.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
}

/// Returns the last word of a field name: `id` of `message_id` and `messageId`.
fn last_word(key: &[u8]) -> &[u8] {
    let mut start = key.len();
    while start > 0 && key[start - 1].is_ascii_alphanumeric() {
        start -= 1;
        if key[start].is_ascii_uppercase() && start > 0 && key[start - 1].is_ascii_lowercase() {
            break;
        }
    }
    &key[start..]
}

fn lower(key: &[u8]) -> String {
    String::from_utf8_lossy(key).to_ascii_lowercase()
}

/// A value beside a text that may tell it apart from other texts: an id, an author, an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The depth and the name of its field.
    pub(crate) field: (usize, Vec<u8>),
    pub(crate) value: Vec<u8>,
    /// It is the id of a message.
    pub(crate) is_message: bool,
    /// It says who speaks.
    pub(crate) is_speaker: bool,
    /// The name of its field says that it tells texts apart.
    pub(crate) is_named: bool,
}

impl Mark {
    /// Returns a mark that is not in a document.
    pub(crate) fn named(depth: usize, value: &[u8]) -> Self {
        let field = (depth, Vec::new());
        Self { field, value: value.to_vec(), is_message: false, is_speaker: false, is_named: true }
    }

    /// Returns the marks of the outermost object of a document.
    pub(crate) fn beside(document: Value<'_>) -> Vec<Self> {
        let members = document.children().filter(|_| document.is_object());
        members.filter_map(|member| Self::of(member, 0, false, false)).take(MAX_PIECES).collect()
    }

    fn of(value: Value<'_>, depth: usize, counts: bool, in_person: bool) -> Option<Self> {
        let key = value.key()?;
        let word = last_word(&key);
        let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
        let is_named = match value.kind() {
            ValueKind::String => is(&MARKS) || is(&PEOPLE),
            ValueKind::Number if counts => return None,
            ValueKind::Number => is(&["id", "index"]),
            _ => return None,
        };
        // What else is said about a person does not tell who it is.
        if value.raw().len() > LONGEST_MARK || !is_named && (in_person || value.raw().contains(&b' ')) {
            return None;
        }
        let name: Vec<u8> =
            key.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
        let is_message = MESSAGES.iter().any(|message| name == message.as_bytes());
        let is_speaker = in_person || is(&PEOPLE);
        Some(Self { field: (depth, name), value: value.raw().to_vec(), is_message, is_speaker, is_named })
    }
}

/// The values from a document down to a value in it.
pub(crate) struct Way<'t>(Vec<Value<'t>>);

impl<'t> Way<'t> {
    /// Returns the way to the value with this index.
    pub(crate) fn to(document: Value<'t>, index: usize) -> Self {
        let mut way = vec![document];
        let mut at = document;
        while at.index() < index {
            let Some(next) = at.children().take_while(|child| child.index() <= index).last() else { break };
            way.push(next);
            at = next;
        }
        Self(way)
    }

    fn last(&self) -> Value<'t> {
        self.0[self.0.len() - 1]
    }

    /// Returns the names of the fields, and the `index` or the position of elements.
    pub(super) fn channel(&self) -> String {
        let mut channel = String::new();
        for pair in self.0.windows(2) {
            channel.push_str(&step(pair[0], pair[1]));
        }
        channel
    }

    /// Returns the names of the fields without the positions of elements.
    pub(crate) fn field(&self) -> String {
        self.0.iter().filter_map(|value| value.key()).map(|key| format!("/{}", lower(&key))).collect()
    }

    /// Returns the values beside the text, and beside what it is in, that may tell texts apart.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (depth, pair) in self.0.windows(2).enumerate() {
            let (object, next) = (pair[0], pair[1]);
            if !object.is_object() {
                continue;
            }
            // The id of a token is its place in a vocabulary.
            let counts = object.is_one_of(&PIECES);
            for member in object.children().filter(|member| member.index() != next.index()) {
                marks.extend(Mark::of(member, depth, counts, false));
                let inner = member.children().filter(|_| member.is_object() && member.is_one_of(&PEOPLE));
                marks.extend(inner.filter_map(|value| Mark::of(value, depth, counts, true)));
            }
        }
        marks.truncate(MAX_PIECES);
        marks
    }

    /// Returns whether the text itself is in a field for pieces.
    fn ends_in_piece(&self) -> bool {
        self.0.iter().rev().find(|value| value.key().is_some()).is_some_and(|value| value.is_one_of(&PIECES))
    }

    /// Returns whether it must be a piece, by the name of a field around it or by the type of an object around it.
    fn is_piece(&self) -> bool {
        let is_type = |object: &Value<'_>| {
            TYPES.iter().filter_map(|name| object.string(name)).any(|name| {
                let name = name.to_ascii_lowercase();
                PIECE_TYPES.iter().any(|piece| name.contains(piece))
            })
        };
        self.0.iter().any(|value| value.is_one_of(&PIECES) || value.is_object() && is_type(value))
    }
}

/// A step down, as a part of the name of a channel.
fn step(from: Value<'_>, to: Value<'_>) -> String {
    match to.key() {
        Some(key) => format!("/{}", lower(&key)),
        None => {
            let place = from.children().take_while(|child| child.index() < to.index()).count() as u64;
            format!("[{}]", to.number("index").unwrap_or(place))
        }
    }
}

/// Returns the channels that an event ends: all, or those of an element of an array, such as a choice.
fn ends(document: Value<'_>) -> Vec<String> {
    let is_reason = |member: &Value<'_>| {
        let reason = member.as_str().unwrap_or_default().to_ascii_lowercase();
        !reason.is_empty() && !UNFINISHED.contains(&reason.as_str())
    };
    let says = |member: Value<'_>| match member.kind() {
        ValueKind::Literal => member.raw() == b"true" && member.is_one_of(&ENDS),
        ValueKind::String => member.is_one_of(&REASONS) && is_reason(&member),
        _ => false,
    };
    let is_over = |object: Value<'_>| object.children().any(says);
    if document.is_object() && is_over(document) {
        return vec![String::new()];
    }
    let mut ends = Vec::new();
    for list in document.children().filter(|member| member.is_array()) {
        for element in list.children().take(MAX_PIECES).filter(|element| element.is_object() && is_over(*element)) {
            ends.push(step(document, list) + &step(list, element));
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tree;

    #[test]
    fn the_values_beside_a_text_tell_it_apart() {
        let json = br#"{"run_id":"r","n":"x","say":"a b","message":{"id":7,"author":{"role":"bot","bio":"y"},"token":{"id":3,"text":"a"}}}"#;
        let tree = Tree::parse(json, 16).unwrap();
        let text = tree.root().at("/message/token/text").unwrap();
        let marks = Way::to(tree.root(), text.index()).marks();
        let seen: Vec<(usize, &[u8], bool, bool)> =
            marks.iter().map(|mark| (mark.field.0, &mark.field.1[..], mark.is_message, mark.is_named)).collect();
        assert_eq!(
            seen,
            [
                (0, &b"runid"[..], false, true),
                (0, b"n", false, false),
                (1, b"id", true, true),
                (1, b"role", false, true)
            ]
        );
    }
}
