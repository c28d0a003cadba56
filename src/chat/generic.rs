//! Documents whose text is recognized by field names, as in most chat servers.

use std::borrow::Cow;

use crate::chat::events::Events;
use crate::chat::fields::{Fields, THINGS, names_in, without_rest};
use crate::chat::names::Meaning;
use crate::chat::walk::Keys;
use crate::chat::{ChatShape, ChatTexts, Continuity, Place, Scan};
use crate::json::{Path, Value};

/// The names of fields that hold text.
const FIELDS: [&str; 35] = [
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
    "mensagem",
    "respuesta",
    "resposta",
];

/// The names under which a field of text has its text if it is an object: in one form, in several, or in several
/// languages. Used by [`named_only`](Generic::named_only) only; `fields.rs` has the names of the default.
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

/// What the texts of events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    /// What their names and the values next to them say.
    Told,
    Pieces,
    Messages,
}

/// Any JSON API or form: fields are recognized by their names, at any depth.
///
/// # Which fields are text
///
/// A field is text if its name ends with a word for text: `text`, `content`, `body`, `message`, `msg`, `comment`,
/// `utterance`, `transcript`, `reply`, `speech`, `html`, `markdown`, `note`, `answer`, `question`, `prompt`, `query`,
/// `input`, `output`, `response`, `subject`, `summary`, `description`, `feedback`, `remark`, `inquiry` and others, also
/// in the plural, in Spanish and in Portuguese. `text`, `userMessage`, `html_body` and `stripped-text` are text; case
/// and separators do not matter. [`and`](Self::and) adds names.
///
/// These are text, too:
///
/// - names that begin with such a word, unless they end with a word for something else: `messageFromUser`, but not
///   `messageId` or `textColor`;
/// - a `title`, a `reason`, `details`. Beside a text they are scanned on their own, and are not part of the conversation;
/// - `data`, `payload`, `value`, `q` and other vague names, if nothing else in the document is text;
/// - any string that reads as prose, whatever its name.
///
/// An array of a few digits in each element is one number if it may be a card: `["4", "5", ...]`. Under a name that says
/// nothing, its elements must be strings.
///
/// If such a field is an object, its text is under `value`, `values`, `string`, `raw`, `rendered`, `formatted`,
/// `plain_text`, `plaintext`, `default`, `original`, `translated`, `en`, `es`, `en-us`, `stringValue`, `val`, or under
/// one of the names above.
///
/// # Other fields
///
/// - A name can say that its value is a secret: `cvv`, `cardNumber`, `ssn`, `accountNumber`, `smsCode`, `pin`, `password`.
///   The value is then scanned with that knowledge if the document is a chat message or has a card number. A login form
///   keeps its password.
/// - In an object with a `label`, `title`, `question`, `name` or `key` that people read, and a `value` or `answer`, the
///   label says what the value is, or asks for it. The label is not a message, so it does not explain other values. A name
///   of a field that people read (`"What is your PIN?"`) is a label too. If a program reads it (`"key": "pin", "val": ..`),
///   it counts unless a user name in the same form shows that somebody logs in.
/// - In a table, as `columns` and `rows` or as an array of rows with the headings first, a heading that names a secret is
///   the label of the values below it.
/// - A short string of words and numbers, such as `pin 4821`, is scanned on its own, unless its name says that it is an
///   identifier.
/// - All other strings and numbers are searched for secrets that are certain by their form ([`Scan::Form`]). If the
///   name says that they are something else, such as an id, an order, a token or a timestamp, a card number must be
///   grouped ([`Scan::Reference`]).
/// - If a document has no text and only one value with at least three digits whose name says nothing, this value may answer
///   a question ([`Scan::Answer`]).
/// - The literals of a GraphQL document in a `query` are read like the fields of a form ([`Scan::Program`]).
///
/// [`named_only`](Self::named_only) turns all of that off: only a fixed list of names is text, and everything else passes.
///
/// Messages in an array are read in the order of their times if the newest one is first.
///
/// `role`, `author`, `sender`, `from`, `speaker`, `user_type`, `usertype`, `author_type`, `sender_type`, `sendertype`,
/// `participant` and `participant_role` name the author; [`roles`](Self::roles) replaces them.
///
/// # Event streams
///
/// In event streams, and in lines and arrays of JSON documents, a text may be spread over events. It is joined by field,
/// which includes the `index` or the position of elements of arrays:
///
/// | a text | is |
/// |---|---|
/// | in `delta`, `token`, `chunk`, `piece`, `fragment`, `partial`, `completion`, `text_delta`, `content_delta`, `message_delta`, `text_chunk`, `response_delta`, or in an object whose `type`, `event`, `kind`, `object` or `op` has `delta`, `token`, `chunk`, `partial` or `fragment` in it | a piece |
/// | in `arguments` or `partial_json` | a piece of a JSON document |
/// | in a field of text, or data that are not JSON | a message or a piece: it is scanned as both |
/// | in any other field, if it does not look like an id, a time, an address or a name for a kind of thing | scanned as a piece, and held like a known one if it has several words, or if one before it began or ended with a blank |
/// | that begins with all of the text so far | a snapshot, which holds what was said so far |
///
/// If texts begin or end with blanks, or have the id of the text before them, they are pieces. If they have several words
/// and different ids or authors, or differ only in their numbers, they are messages. Ids, authors, indices and event names
/// that vary also tell texts of one field apart, and so does any field with few values: these are joined with each other as
/// well.
///
/// An event is held back while a piece in it may be part of a secret, a known piece until its last word is complete.
/// Everything after it waits, except comments. A text ends with `[DONE]`; with `done`, `end`, `eos`, `final`, `is_final`,
/// `is_last`, `last`, `finished`, `complete` or `completed` if it is `true`; with a `finish_reason` or `stop_reason`; and
/// with an event named `done`, `end`, `complete`, `completed`, `finish`, `finished` or `close`; unless the event before it
/// had the same. After 16 events with other texts, a text is released. [`pieces`](Self::pieces) and
/// [`messages`](Self::messages) say what all events are; after [`only`](Self::only), other fields are not scanned.
///
/// # Example
///
/// ```
/// use lastfour::chat::{ChatShape, Generic};
/// assert!(Generic::default().is_field("text"));
/// assert!(Generic::default().is_field("message[text]"));
/// assert!(Generic::default().is_field("user-message"));
/// assert!(Generic::default().is_field(" text[0]"));
/// assert!(!Generic::default().is_field("password"));
/// assert!(Generic::default().and(["inquiry"]).is_field("Inquiry"));
/// assert!(!Generic::only(["inquiry"]).is_field("text"));
/// ```
#[derive(Debug, Clone)]
pub struct Generic {
    /// The names that are text in events, and everywhere if no other names are.
    fields: Vec<Cow<'static, str>>,
    /// The names that the user added.
    own: Vec<Cow<'static, str>>,
    /// Only `fields` are text.
    strict: bool,
    roles: Vec<Cow<'static, str>>,
    stream: Stream,
}

impl Default for Generic {
    fn default() -> Self {
        Self {
            fields: FIELDS.map(Cow::Borrowed).to_vec(),
            own: Vec::new(),
            strict: false,
            roles: ROLES.map(Cow::Borrowed).to_vec(),
            stream: Stream::Told,
        }
    }
}

impl Generic {
    /// Reads only fields with these names, compared without regard to ASCII case. Everything else passes unchanged.
    #[must_use]
    pub fn only<N: Into<Cow<'static, str>>>(fields: impl IntoIterator<Item = N>) -> Self {
        Self { fields: fields.into_iter().map(Into::into).collect(), strict: true, ..Self::default() }
    }

    /// Reads only fields with one of these names: `text`, `content`, `contents`, `body`, `message`, `messages`, `msg`, `html`,
    /// `plain`, `markdown`, `parts`, `lines`, `caption`, `comment`, `note`, `reply`, `answer`, `question`, `prompt`, `input`,
    /// `output`, `response`, `utterance`, `transcript`, `transcription`, `subject`, `summary`, `preview`, `snippet`,
    /// `description`, `texto`, `mensaje`, `respuesta`,
    /// `mensagem`, `resposta`. Everything else passes unchanged.
    ///
    /// ```
    /// use lastfour::chat::{DynShape, Generic};
    /// use lastfour::{BodyFormat, Engine, Filter};
    /// let body = br#"{"text": "hi", "chatInput": "my card is 3782 822463 10005"}"#;
    /// let shape = DynShape::new(Generic::named_only());
    /// let filtered = Filter::new(Engine::default(), BodyFormat::Json).shape(shape).whole(body)?;
    /// assert_eq!(filtered.body, &body[..]);
    /// # Ok::<(), lastfour::ScanError>(())
    /// ```
    #[must_use]
    pub fn named_only() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// Adds names of fields that are text.
    #[must_use]
    pub fn and<N: Into<Cow<'static, str>>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        let fields: Vec<_> = fields.into_iter().map(Into::into).collect();
        self.own.extend_from_slice(&fields);
        self.fields.extend(fields);
        self
    }

    /// Sets the names of the fields that name the author.
    #[must_use]
    pub fn roles<N: Into<Cow<'static, str>>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        self.roles = fields.into_iter().map(Into::into).collect();
        self
    }

    /// All texts of an event stream are pieces of one text per field, whatever is next to them, and so are data that
    /// are not JSON. An event is held until its last word has ended in a later one.
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

    /// Every event of a stream is a message of its own: none is held, and only the state of the conversation connects
    /// them. For streams of messages without ids and senders.
    #[must_use]
    pub fn messages(mut self) -> Self {
        self.stream = Stream::Messages;
        self
    }

    fn names(&self) -> Fields<'_> {
        Fields { own: &self.own, roles: &self.roles, is_event: false }
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
        if !self.strict {
            return self.names().read(document);
        }
        let mut reading = ChatTexts::default();
        self.with_keys(|keys| keys.walk(document, None, &Continuity::Whole, &mut reading));
        reading
    }

    fn read_event(&self, document: Value<'_>) -> ChatTexts {
        if self.stream == Stream::Messages {
            return self.read(document);
        }
        let fields: Vec<&str> = self.fields.iter().map(AsRef::as_ref).collect();
        let roles: Vec<&str> = self.roles.iter().map(AsRef::as_ref).collect();
        let (pieces, others) =
            (self.stream == Stream::Pieces, (!self.strict).then(|| Fields { is_event: true, ..self.names() }));
        Events { fields: &fields, inner: &INNER, roles: &roles, pieces, others }.read(document)
    }

    fn plain_event(&self) -> Continuity {
        match self.stream {
            Stream::Told => Continuity::Ambiguous { channel: String::new(), message: false },
            Stream::Pieces => Continuity::Next(String::new()),
            Stream::Messages => Continuity::Whole,
        }
    }

    fn place(&self, path: Path<'_>) -> Option<Place> {
        Some(if self.strict { self.with_keys(|keys| keys.place(path)) } else { self.names().place(path) })
    }

    fn read_form(&self, fields: &[(&str, &[u8])]) -> Vec<Scan> {
        if !self.strict {
            return self.names().read_form(fields);
        }
        let scan = |name: &str| if self.is_field(name) { Scan::Message } else { Scan::Skip };
        fields.iter().map(|(name, _)| scan(name)).collect()
    }

    fn is_field(&self, name: &str) -> bool {
        if !self.strict {
            return matches!(self.names().form_meaning(name), Meaning::Chat | Meaning::Text | Meaning::Aside);
        }
        [Some(name), without_rest(name)].into_iter().flatten().any(|name| self.is_path_of_text(name))
    }
}

impl Generic {
    /// Returns whether a field of a form is text: of `message[text]`, `message.text`, `text[]` and `text[0]` the last
    /// name counts, as it does in the document `{"message": {"text": ..}}`; a part of a text, as in `text[a]`, is text.
    fn is_path_of_text(&self, path: &str) -> bool {
        let mut names = names_in(path);
        let is_in = |names: &[&str], name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        let is_text = |name: &str| self.fields.iter().any(|field| field.eq_ignore_ascii_case(name));
        let Some(last) = names.next() else { return false };
        is_text(last) || names.any(|around| is_text(around) && (is_in(&INNER, last) || !is_in(THINGS, around)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::events;
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
    fn the_names_of_the_strict_list_and_of_events_are_documented() {
        let source = include_str!("generic.rs");
        let docs: String = source.lines().filter(|line| line.trim_start().starts_with("///")).collect();
        let tables: [&[&str]; 9] = [
            &FIELDS,
            &INNER,
            &ROLES,
            &events::PIECES,
            &events::DOCUMENTS,
            &events::PIECE_TYPES,
            &events::TYPES,
            &events::ENDS,
            &events::REASONS,
        ];
        for name in tables.concat() {
            assert!(docs.contains(&format!("`{name}`")), "{name}");
        }
    }

    fn read_event(json: &str) -> (Vec<Continuity>, Vec<String>) {
        let tree = Tree::parse(json.as_bytes(), 16).unwrap();
        let reading = Generic::default().read_event(tree.root());
        (reading.texts.into_iter().map(|text| text.part).collect(), reading.ends)
    }

    #[test]
    fn a_field_says_what_a_text_in_an_event_may_be() {
        let next = |channel: &str| vec![Continuity::Next(channel.into())];
        let ambiguous = |channel: &str| vec![Continuity::Ambiguous { channel: channel.into(), message: false }];
        let unknown = |channel: &str| vec![Continuity::Unknown(channel.into())];
        for (json, parts, ends) in [
            (r#"{"Delta":"a","id":"x"}"#, next("/delta"), vec![]),
            (r#"{"token":{"id":3,"text":"a"},"n":1}"#, next("/token/text"), vec![]),
            (r#"{"token":4539}"#, next("/token"), vec![]),
            (r#"{"text":"a","id":null,"done":false}"#, ambiguous("/text"), vec![]),
            (r#"{"message":{"sender":"x","body":"a"}}"#, ambiguous("/message/body"), vec![]),
            (r#"{"subject":"a","body":"b"}"#, [ambiguous("/subject"), ambiguous("/body")].concat(), vec![]),
            (r#"{"token":17,"text":"a"}"#, ambiguous("/text"), vec![]),
            (r#"{"response":"a","done":true}"#, ambiguous("/response"), vec![""]),
            (r#"{"w":" "}"#, unknown("/w"), vec![]),
            (r#"{"created_at":"12","createdAt":"12","URL":"a","modelId":"3","kind":"x"}"#, vec![], vec![]),
            (r#"{"stop_reason":"not_finished","t":"The 12"}"#, unknown("/t"), vec![]),
            (
                r#"{"choices":[{"delta":{"content":"a"}},{"index":7,"delta":{},"finish_reason":"stop"}]}"#,
                next("/choices[0]/delta/content"),
                vec!["/choices[7]"],
            ),
        ] {
            assert_eq!(read_event(json), (parts, ends.into_iter().map(str::to_owned).collect()), "{json}");
        }
    }

    #[test]
    fn ids_times_and_addresses_in_unknown_fields_are_not_text() {
        for text in ["2024-05-01", "1/5/2024", "10:30:05", "10.0.0.1", "1.2.3", "a7f3", "2024-05-01T10:00:00Z", ""] {
            assert_eq!(read_event(&format!(r#"{{"w":"{text}"}}"#)).0, [], "{text}");
        }
        for text in ["453", "4539-", "512-48-7736,", " 12", "3.5", "10:30", "is", "The 3rd a7f3", "号4539"] {
            assert_eq!(read_event(&format!(r#"{{"w":"{text}"}}"#)).0.len(), 1, "{text}");
        }
        assert!(Generic::only(["x"]).read_event(Tree::parse(br#"{"w":"a"}"#, 2).unwrap().root()).texts.is_empty());
    }
}
