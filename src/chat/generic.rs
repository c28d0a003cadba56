//! Documents in which text is known by the name of its field, as in most chat servers of one's own.

use std::borrow::Cow;

use crate::chat::walk::Keys;
use crate::chat::{ChatShape, ChatTexts, Continuity, Place};
use crate::json::{Path, Value, ValueKind};

/// The names of fields that hold text.
const FIELDS: [&str; 33] = [
    "text",
    "content",
    "contents",
    "body",
    "message",
    "messages",
    "msg",
    "html",
    "plain",
    "markdown",
    "parts",
    "lines",
    "caption",
    "comment",
    "note",
    "reply",
    "answer",
    "question",
    "prompt",
    "input",
    "output",
    "response",
    "utterance",
    "transcript",
    "transcription",
    "subject",
    "summary",
    "preview",
    "snippet",
    "description",
    "texto",
    "mensaje",
    "respuesta",
];

/// The names under which a field that holds text holds it, where it is an object: in its only form, in several, or in
/// several languages.
const INNER: [&str; 14] = [
    "value",
    "values",
    "string",
    "raw",
    "rendered",
    "formatted",
    "plain_text",
    "plaintext",
    "default",
    "original",
    "translated",
    "en",
    "es",
    "en-us",
];

/// The fields of text that are things too, with numbers and addresses of their own: of what a form says of them only
/// what [`INNER`] names is text. All that a form says of any other field of text is text.
const THINGS: [&str; 12] = [
    "message", "messages", "content", "contents", "body", "parts", "lines", "comment", "note", "reply", "answer",
    "question",
];

/// The names of fields that say who speaks.
const ROLES: [&str; 12] = [
    "role",
    "author",
    "sender",
    "from",
    "speaker",
    "user_type",
    "usertype",
    "author_type",
    "sender_type",
    "sendertype",
    "participant",
    "participant_role",
];

/// The names of fields that hold a piece of a text in an event, and elsewhere what is none: a `token` is a key.
const PIECES: [&str; 12] = [
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

/// What the type of an event is called that brings a piece.
const PIECE_TYPES: [&str; 5] = ["delta", "token", "chunk", "partial", "fragment"];

/// The names of fields that say what type an event is.
const TYPES: [&str; 5] = ["type", "event", "kind", "object", "op"];

/// The names of fields beside a text that say that it is a message, besides those that say who speaks.
const MESSAGE: [&str; 14] = [
    "id",
    "_id",
    "uuid",
    "guid",
    "message_id",
    "messageid",
    "msg_id",
    "event_id",
    "eventid",
    "user",
    "user_id",
    "userid",
    "username",
    "nickname",
];

/// The names of fields that say that a text is over, where they are `true`.
const ENDS: [&str; 10] =
    ["done", "end", "eos", "final", "is_final", "is_last", "last", "finished", "complete", "completed"];

/// The same, where they are not empty: why it is over, or the whole of it.
const REASONS: [&str; 3] = ["finish_reason", "stop_reason", "generated_text"];

/// Texts of an event beyond which none is taken for a piece of a longer one.
const MOST_PIECES: usize = 32;

/// What the texts of events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    /// What their names, and what stands beside them, tell.
    Told,
    Pieces,
    Messages,
}

/// Fields by name, at any depth; everything else is left alone, so that the password field of a login form is not
/// touched. Case does not matter.
///
/// # Which fields are text
///
/// `text`, `content`, `contents`, `body`, `message`, `messages`, `msg`, `html`, `plain`, `markdown`, `parts`, `lines`,
/// `caption`, `comment`, `note`, `reply`, `answer`, `question`, `prompt`, `input`, `output`, `response`, `utterance`,
/// `transcript`, `transcription`, `subject`, `summary`, `preview`, `snippet`, `description`, `texto`, `mensaje`,
/// `respuesta`: where they are a string or a number, or a list of such. Where one is an object, its text stands under
/// `value`, `values`, `string`, `raw`, `rendered`, `formatted`, `plain_text`, `plaintext`, `default`, `original`,
/// `translated`, `en`, `es`, `en-us`, or one of the names above.
///
/// `query` is none of them: it is a program in GraphQL, a login among others. Nor is any name of an id, a key or a
/// credential. [`and`](Self::and) adds names, [`only`](Self::only) sets them.
///
/// `role`, `author`, `sender`, `from`, `speaker`, `user_type`, `usertype`, `author_type`, `sender_type`, `sendertype`,
/// `participant` and `participant_role` say who speaks, where they name a role; [`roles`](Self::roles) sets them.
///
/// # Event streams
///
/// Whether an event is a message, or a piece of one text with those that follow, is told by what stands in it:
///
/// | the event | is |
/// |---|---|
/// | a text in or under `delta`, `token`, `chunk`, `piece`, `fragment`, `partial`, `completion`, `text_delta`, `content_delta`, `message_delta`, `text_chunk`, `response_delta`; or its `type`, `event`, `kind`, `object` or `op` has `delta`, `token`, `chunk`, `partial` or `fragment` in it | a piece |
/// | one text, and beside it or what it is in an id (`id`, `message_id` and the like), a user or who speaks; or the event has an `id:` | a message, unless the texts of the stream begin with blanks, as the words of a model do |
/// | one text and nothing that tells, or data that are no JSON | either: it is scanned as a message and as a piece |
/// | several texts | messages |
///
/// Pieces are joined by event name and by field; in a list by the `index` or the place of the element. An event is held
/// while it ends in what may be the start of a secret, and one that is known to be a piece until its last word is over.
/// What comes after it waits, but for comments. A text ends with `[DONE]`; with `done`, `end`, `eos`, `final`, `is_final`,
/// `is_last`, `last`, `finished`, `complete` or `completed` that is `true`; with a `finish_reason`, `stop_reason` or
/// `generated_text`; with an event named `done`, `end`, `complete`, `completed`, `finish`, `finished` or `close`; after 16
/// texts without a piece of it; and one that may be messages with the next message. [`pieces`](Self::pieces) and
/// [`messages`](Self::messages) say what all events are.
///
/// # Example
///
/// ```
/// use lastfour::chat::{ChatShape, Generic};
/// assert!(Generic::default().is_field("text"));
/// assert!(Generic::default().is_field("message[text]"));
/// assert!(Generic::default().is_field(" text[0]"));
/// assert!(!Generic::default().is_field("password"));
/// assert!(Generic::default().and(["inquiry"]).is_field("Inquiry"));
/// assert!(!Generic::only(["inquiry"]).is_field("text"));
/// ```
#[derive(Debug, Clone)]
pub struct Generic {
    fields: Vec<Cow<'static, str>>,
    roles: Vec<Cow<'static, str>>,
    stream: Stream,
}

impl Default for Generic {
    fn default() -> Self {
        Self {
            fields: FIELDS.map(Cow::Borrowed).to_vec(),
            roles: ROLES.map(Cow::Borrowed).to_vec(),
            stream: Stream::Told,
        }
    }
}

impl Generic {
    /// These fields and no others. Names are compared without regard to ASCII case.
    #[must_use]
    pub fn only<N: Into<Cow<'static, str>>>(fields: impl IntoIterator<Item = N>) -> Self {
        Self { fields: fields.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// These fields too.
    #[must_use]
    pub fn and<N: Into<Cow<'static, str>>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// These fields, and no others, say who speaks.
    #[must_use]
    pub fn roles<N: Into<Cow<'static, str>>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        self.roles = fields.into_iter().map(Into::into).collect();
        self
    }

    /// All texts of an event stream, whatever stands beside them, are pieces of one text for each field, and so are data
    /// that are no JSON. An event is held until its last word has ended in a later one.
    ///
    /// ```
    /// use lastfour::chat::{Generic, DynShape};
    /// use lastfour::{Engine, Filter, BodyFormat};
    /// let shape = DynShape::new(Generic::default().pieces());
    /// let mut filter = Filter::new(Engine::default(), BodyFormat::Events).shape(shape);
    /// let mut out = Vec::new();
    /// for piece in ["i use Blue", "bonnet!77", " as my password"] {
    ///     filter.push(format!("data: {piece}\n\n").as_bytes(), &mut out)?;
    /// }
    /// filter.finish(&mut out)?;
    /// assert_eq!(out, b"data: i use ********\n\ndata: \n\ndata:  as my password\n\n");
    /// # Ok::<(), lastfour::ScanError>(())
    /// ```
    #[must_use]
    pub fn pieces(mut self) -> Self {
        self.stream = Stream::Pieces;
        self
    }

    /// Every event of a stream is a message of its own: none is held, and nothing is joined but by the memory of the
    /// conversation. For streams of messages that have neither id nor sender.
    #[must_use]
    pub fn messages(mut self) -> Self {
        self.stream = Stream::Messages;
        self
    }

    fn with_keys<T>(&self, see: impl FnOnce(&Keys<'_>) -> T) -> T {
        let text: Vec<&str> = self.fields.iter().map(AsRef::as_ref).collect();
        let role: Vec<&str> = self.roles.iter().map(AsRef::as_ref).collect();
        see(&Keys { text: &text, inner: &INNER, role: &role, ..Keys::default() })
    }
}

impl ChatShape for Generic {
    fn name(&self) -> &str {
        "generic"
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut reading = ChatTexts::default();
        self.with_keys(|keys| keys.walk(document, None, &Continuity::Whole, &mut reading));
        reading
    }

    fn read_event(&self, document: Value<'_>) -> ChatTexts {
        if self.stream == Stream::Messages {
            return self.read(document);
        }
        let mut fields: Vec<&str> = self.fields.iter().map(AsRef::as_ref).collect();
        fields.extend(PIECES);
        let roles: Vec<&str> = self.roles.iter().map(AsRef::as_ref).collect();
        let keys = Keys { text: &fields, inner: &INNER, role: &roles, ..Keys::default() };
        let mut reading = ChatTexts::default();
        keys.walk(document, None, &Continuity::Whole, &mut reading);
        let ways: Vec<Way<'_>> = if reading.texts.len() <= MOST_PIECES {
            reading.texts.iter().map(|text| Way::to(document, text.value)).collect()
        } else {
            Vec::new()
        };
        // A number under such a name counts something.
        let is_count = |way: &Way<'_>| way.ends_in_piece() && way.last().text().is_none();
        let alone = ways.iter().filter(|way| !is_count(way)).count() == 1;
        let mut parts = Vec::new();
        for way in &ways {
            let channel = || way.channel();
            parts.push(match self.stream {
                _ if is_count(way) => None,
                Stream::Pieces => Some(Continuity::Next(channel())),
                _ if way.is_piece() => Some(Continuity::Next(channel())),
                _ if alone => Some(Continuity::Ambiguous { channel: channel(), message: way.is_message(&roles) }),
                _ => Some(Continuity::Whole),
            });
        }
        let mut parts = parts.into_iter();
        reading.texts.retain_mut(|text| match parts.next() {
            Some(Some(part)) => {
                text.part = part;
                true
            }
            Some(None) => false,
            None => true,
        });
        reading.ends = ends(document);
        reading
    }

    fn plain_event(&self) -> Continuity {
        match self.stream {
            Stream::Told => Continuity::Ambiguous { channel: String::new(), message: false },
            Stream::Pieces => Continuity::Next(String::new()),
            Stream::Messages => Continuity::Whole,
        }
    }

    fn place(&self, path: Path<'_>) -> Option<Place> {
        Some(self.with_keys(|keys| keys.place(path)))
    }

    fn is_field(&self, name: &str) -> bool {
        // What stands behind a bracket without a dot, as in `text[0]x`, is left out by some readers.
        let cut = name.rfind(']').filter(|at| !name[at + 1..].starts_with('.')).map(|at| &name[..at]);
        [Some(name), cut].into_iter().flatten().any(|name| self.is_path_of_text(name))
    }
}

impl Generic {
    /// Whether a field of a form is text: of `message[text]`, `message.text`, `text[]` and `text[0]` the last name counts,
    /// as it does in the document `{"message": {"text": ..}}`; what is said of a text, as in `text[a]`, is text.
    fn is_path_of_text(&self, path: &str) -> bool {
        let is_name = |name: &&str| !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit());
        let mut names = path.rsplit(['[', ']', '.']).map(bare).filter(is_name);
        let is_in = |names: &[&str], name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        let is_text = |name: &str| self.fields.iter().any(|field| field.eq_ignore_ascii_case(name));
        let Some(last) = names.next() else { return false };
        is_text(last) || names.any(|around| is_text(around) && (is_in(&INNER, last) || !is_in(&THINGS, around)))
    }
}

/// The name without what cannot be seen around it, which some readers of forms leave out, and without what stands after a
/// zero byte.
fn bare(name: &str) -> &str {
    let name = name.trim_start_matches('\0').split('\0').next().unwrap_or_default();
    name.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
    })
}

/// The values from a document down to a text in it.
struct Way<'t>(Vec<Value<'t>>);

impl<'t> Way<'t> {
    fn to(document: Value<'t>, text: usize) -> Self {
        let mut way = vec![document];
        let mut at = document;
        while at.index() < text {
            let Some(next) = at.children().take_while(|child| child.index() <= text).last() else { break };
            way.push(next);
            at = next;
        }
        Self(way)
    }

    fn last(&self) -> Value<'t> {
        self.0[self.0.len() - 1]
    }

    /// The names of the fields, and of elements their numbers.
    fn channel(&self) -> String {
        let mut channel = String::new();
        for pair in self.0.windows(2) {
            channel.push_str(&step(pair[0], pair[1]));
        }
        channel
    }

    /// Whether the text itself is a field of a name for pieces.
    fn ends_in_piece(&self) -> bool {
        self.0.iter().rev().find(|value| value.key().is_some()).is_some_and(|value| value.is_one_of(&PIECES))
    }

    /// Whether it can only be a piece: by the name of a field that it is in, or by the type of an object.
    fn is_piece(&self) -> bool {
        let is_type = |object: &Value<'_>| {
            TYPES.iter().filter_map(|name| object.string(name)).any(|name| {
                let name = name.to_ascii_lowercase();
                PIECE_TYPES.iter().any(|piece| name.contains(piece))
            })
        };
        self.0.iter().any(|value| value.is_one_of(&PIECES) || value.is_object() && is_type(value))
    }

    /// Whether what stands beside it, or beside what it is in, says that it is a message.
    fn is_message(&self, roles: &[&str]) -> bool {
        let says = |member: Value<'_>| !member.is_null() && (member.is_one_of(&MESSAGE) || member.is_one_of(roles));
        self.0.iter().filter(|value| value.is_object()).any(|object| object.children().any(says))
    }
}

/// A step down, as a part of the name of a channel.
fn step(from: Value<'_>, to: Value<'_>) -> String {
    match to.key() {
        Some(key) => format!("/{}", String::from_utf8_lossy(&key).to_ascii_lowercase()),
        None => {
            let place = from.children().take_while(|child| child.index() < to.index()).count() as u64;
            format!("[{}]", to.number("index").unwrap_or(place))
        }
    }
}

/// The channels that an event ends: all, or those of an element of a list, such as a choice.
fn ends(document: Value<'_>) -> Vec<String> {
    let says = |member: Value<'_>| match member.kind() {
        ValueKind::Literal => member.raw() == b"true" && member.is_one_of(&ENDS),
        ValueKind::String => !member.raw().is_empty() && member.is_one_of(&REASONS),
        _ => false,
    };
    let is_over = |object: Value<'_>| object.children().any(says);
    if document.is_object() && is_over(document) {
        return vec![String::new()];
    }
    let mut ends = Vec::new();
    for list in document.children().filter(|member| member.is_array()) {
        for element in list.children().take(MOST_PIECES).filter(|element| element.is_object() && is_over(*element)) {
            ends.push(step(document, list) + &step(list, element));
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tree;
    use crate::message::Role;

    #[test]
    fn text_is_known_by_its_field_and_its_speaker_by_the_role_around_it() {
        let json = br#"{"id": "x", "password": "p", "message": {"to": "y", "text": ["a", {"BODY": 7}], "author": {"id": "z", "type": "agent"}, "content": [{"value": "v", "id": "w"}]},
                       "text": "b", "items": [{"content": "c", "role": "user"}, {"user": "d", "role": "Jane"}]}"#;
        let tree = Tree::parse(json, 16).unwrap();
        let reading = Generic::default().read(tree.root());
        let seen: Vec<_> = reading
            .texts
            .iter()
            .map(|text| (std::str::from_utf8(tree.value(text.value).unwrap().raw()).unwrap(), text.role))
            .collect();
        assert_eq!(
            seen,
            [
                ("a", Some(Role::Agent)),
                ("7", Some(Role::Agent)),
                ("v", Some(Role::Agent)),
                ("b", None),
                ("c", Some(Role::Customer))
            ]
        );
    }

    #[test]
    fn a_field_of_a_form_is_text_where_its_last_name_is_or_it_belongs_to_a_text() {
        let generic = Generic::default().and(["inquiry"]);
        for name in [
            "text",
            "TEXT",
            "text[]",
            "text[0]",
            "text[a]",
            "text[a][b]",
            "text.a",
            " text",
            "text ",
            "\ttext\r\n",
            "text\0.png",
            "\u{feff}text",
            "text[ ]",
            "text[0]x",
            "message[text]",
            "message[ text ]",
            "message.text",
            "messages[0][content]",
            "messages[0].content",
            "messages[]",
            "body[value]",
            "body[und][0][value]",
            "content[en]",
            "inquiry[b]",
            "][text",
        ] {
            assert!(generic.is_field(name), "{name:?}");
        }
        for name in [
            "",
            " ",
            "[]",
            "0",
            "textile",
            "te xt",
            "password",
            "user[password]",
            "message[id]",
            "message[to]",
            "messages[0][id]",
            "messages[0].id",
            "comment[author][name]",
            "value",
            "params[value]",
        ] {
            assert!(!generic.is_field(name), "{name:?}");
        }
        assert!(!Generic::only(["inquiry"]).is_field("text[a]"));
    }

    #[test]
    fn a_name_as_long_as_a_body_is_resolved_in_time_that_grows_with_it() {
        let name = "a[".repeat(500_000);
        assert!(!Generic::default().is_field(&name));
    }

    #[test]
    fn every_name_stands_in_the_documentation() {
        let source = include_str!("generic.rs");
        let docs: String = source.lines().filter(|line| line.starts_with("///")).collect();
        let tables: [&[&str]; 8] = [&FIELDS, &INNER, &ROLES, &PIECES, &PIECE_TYPES, &TYPES, &ENDS, &REASONS];
        for name in tables.concat() {
            assert!(docs.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn what_stands_in_an_event_tells_a_message_from_a_piece() {
        let part = |json: &str| {
            let tree = Tree::parse(json.as_bytes(), 16).unwrap();
            let reading = Generic::default().read_event(tree.root());
            let parts: Vec<Continuity> = reading.texts.into_iter().map(|text| text.part).collect();
            (parts, reading.ends)
        };
        let next = |channel: &str| vec![Continuity::Next(channel.into())];
        let either = |channel: &str, message| vec![Continuity::Ambiguous { channel: channel.into(), message }];
        assert_eq!(part(r#"{"Delta":"a","id":"x"}"#), (next("/delta"), vec![]));
        assert_eq!(part(r#"{"token":{"id":3,"text":"a"},"n":1}"#), (next("/token/text"), vec![]));
        assert_eq!(part(r#"{"text":"a"}"#), (either("/text", false), vec![]));
        assert_eq!(part(r#"{"text":"a","id":null,"done":false}"#), (either("/text", false), vec![]));
        assert_eq!(part(r#"{"message":{"sender":"x","body":"a"}}"#), (either("/message/body", true), vec![]));
        assert_eq!(part(r#"{"subject":"a","body":"b"}"#), (vec![Continuity::Whole, Continuity::Whole], vec![]));
        assert_eq!(part(r#"{"token":17,"text":"a"}"#), (either("/text", false), vec![]));
        assert_eq!(part(r#"{"response":"a","done":true}"#), (either("/response", false), vec![String::new()]));
        let choices = r#"{"choices":[{"delta":{"content":"a"}},{"index":7,"delta":{},"finish_reason":"stop"}]}"#;
        assert_eq!(part(choices), (next("/choices[0]/delta/content"), vec!["/choices[7]".into()]));
    }
}
