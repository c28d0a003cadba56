//! The meaning of the names of fields, columns, tags and attributes.
//!
//! A name is split into words: `bodyText`, `body_text` and `bodytext` are "body text". The last word determines what
//! the value is: a message_id is an id, an id_message is a message. The words are in the tables below. No vendor is
//! named here.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lastfour::Role;
use lastfour::chat::{secret_label, secret_label_within};

use super::roles::role_in_name;

/// Words for what somebody says. Numbers in such a field are text too.
const TEXT: &[&str] = &[
    "answer",
    "body",
    "caption",
    "comment",
    "comments",
    "content",
    "contents",
    "contenido",
    "conteudo",
    "html",
    "markdown",
    "mensagem",
    "mensagens",
    "mensaje",
    "message",
    "messages",
    "msg",
    "plain",
    "pergunta",
    "pregunta",
    "question",
    "reply",
    "resposta",
    "respuesta",
    "sms",
    "speech",
    "text",
    "texto",
    "transcript",
    "transcricao",
    "transcripcion",
    "transcription",
    "utterance",
    "word",
];

/// Words for what somebody may say and for other things. Numbers in such a field are numbers.
const TEXT_TOO: &[&str] = &[
    "arguments",
    "chat",
    "completion",
    "description",
    "feedback",
    "input",
    "inputs",
    "line",
    "log",
    "note",
    "notes",
    "output",
    "outputs",
    "parts",
    "preview",
    "prompt",
    "query",
    "refusal",
    "remark",
    "remarks",
    "request",
    "response",
    "snippet",
    "statement",
    "subject",
    "summary",
    "words",
];

/// Words for the form of a text, which follow a word for text.
const FORMS: &[&str] = &[
    "clean",
    "en",
    "english",
    "es",
    "formatted",
    "full",
    "html",
    "markdown",
    "md",
    "normalized",
    "original",
    "plain",
    "raw",
    "rendered",
    "rich",
    "spanish",
    "str",
    "string",
    "text",
    "value",
];

/// Words for people.
const PEOPLE: &[&str] = &[
    "actor",
    "author",
    "autor",
    "by",
    "creator",
    "emisor",
    "from",
    "hablante",
    "initiator",
    "member",
    "nick",
    "owner",
    "participant",
    "participante",
    "party",
    "person",
    "poster",
    "remitente",
    "sender",
    "senders",
    "speaker",
    "spk",
    "u",
    "user",
    "usuario",
];

/// Words after a word for people that say what the value is.
const PEOPLE_ROLE: &[&str] = &["type", "role", "kind", "purpose", "category", "class", "rol", "tipo", "side"];
const PEOPLE_NAME: &[&str] =
    &["name", "nickname", "displayname", "username", "label", "alias", "handle", "nick", "nombre", "title"];
const PEOPLE_ID: &[&str] =
    &["id", "uuid", "guid", "sid", "number", "email", "mail", "phone", "address", "tag", "uri", "key"];

/// Names that mean a role by themselves.
const ROLE: &[&str] = &["role", "rol", "side"];
/// Names that mean a direction.
const DIRECTION: &[&str] = &["direction", "directions", "direccion", "inbound", "outbound"];
/// Words of names whose value says whether the business, or the owner of an export, sent the message.
const SENT: &[&[&str]] = &[
    &["from", "me"],
    &["is", "from", "me"],
    &["is", "mine"],
    &["is", "me"],
    &["outgoing"],
    &["is", "outgoing"],
    &["sent"],
    &["is", "sent"],
    &["is", "agent"],
    &["from", "agent"],
    &["is", "staff"],
    &["is", "admin"],
    &["is", "outbound"],
    &["outbound"],
];
/// Words of names whose value says whether the customer sent the message.
const RECEIVED: &[&[&str]] = &[
    &["incoming"],
    &["is", "incoming"],
    &["inbound"],
    &["is", "inbound"],
    &["received"],
    &["is", "customer"],
    &["from", "customer"],
    &["is", "user"],
    &["from", "user"],
    &["is", "visitor"],
];
/// Words of names whose value says whether a program sent the message.
const AUTOMATED: &[&[&str]] = &[&["bot"], &["is", "bot"], &["automated"], &["is", "automated"], &["from", "bot"]];

/// Words for a conversation, in order of precedence.
const CONVERSATION: &[&str] = &[
    "conversation",
    "conversations",
    "conversacion",
    "dialog",
    "dialogue",
    "session",
    "sesion",
    "thread",
    "topic",
    "ticket",
    "case",
    "chat",
    "room",
    "interaction",
    "engagement",
    "rid",
    "channel",
    "contact",
];
/// Words for a conversation that also mean who takes part, as the channel of a recording.
const SOURCES: &[&str] = &["channel", "contact"];
/// Words after a word for a conversation. Alone, only the first words of the list count.
const CONVERSATION_ID: &[&str] = &["id", "ids", "uuid", "guid", "sid", "key", "number", "no", "ref", "reference", "ts"];
const CONVERSATION_ALONE: &[&str] =
    &["conversation", "conversacion", "dialog", "dialogue", "session", "sesion", "thread", "ticket", "room", "rid"];

/// Words for the time at which something was said, in order of precedence.
const TIME: &[&str] = &[
    "timestamp",
    "sent",
    "created",
    "ts",
    "datetime",
    "time",
    "date",
    "when",
    "received",
    "posted",
    "start",
    "started",
    "begin",
    "offset",
    "hora",
    "fecha",
    "moment",
];
/// Words that make it a time of something else.
const NOT_TIME: &[&str] = &[
    "updated",
    "update",
    "modified",
    "edited",
    "end",
    "ended",
    "stop",
    "expires",
    "expiry",
    "last",
    "read",
    "delivered",
    "duration",
    "delta",
    "birth",
    "zone",
    "timezone",
    "seen",
    "by",
    "from",
    "to",
];
/// Words in names of times that describe their format.
const TIME_FORMS: &[&str] = &[
    "at",
    "on",
    "ms",
    "millis",
    "milliseconds",
    "us",
    "usec",
    "ns",
    "sec",
    "secs",
    "seconds",
    "utc",
    "gmt",
    "iso",
    "local",
    "unixtime",
    "unix",
    "epoch",
    "absolute",
    "message",
    "msg",
    "timestamp",
    "date",
    "time",
    "stamp",
    "event",
    "in",
    "original",
    "arrival",
    "server",
    "client",
    "origin",
];

/// Last words of the names of data that nobody says.
const DATA: &[&str] = &[
    "agent", "agents", "avatar", "browser", "charset", "city", "code", "color", "count", "country", "currency",
    "domain", "email", "encoding", "file", "filename", "format", "hash", "height", "host", "hostname", "href", "icon",
    "id", "ids", "image", "index", "ip", "key", "lang", "language", "level", "link", "locale", "mail", "mime", "model",
    "name", "names", "path", "phone", "platform", "service", "sid", "size", "source", "state", "status", "tag", "tags",
    "team", "title", "token", "type", "uri", "url", "urls", "uuid", "version", "width", "zone",
];

/// Last words of the names of numbers that are counted or measured, or that are assigned by a program.
const COUNTS: &[&str] =
    &["amount", "count", "length", "line", "port", "qty", "quantity", "seq", "sequence", "size", "total"];

/// Words for phones. Phone numbers are shorter than card numbers.
const PHONES: &[&str] =
    &["phone", "telephone", "tel", "telefono", "telefone", "mobile", "cell", "movil", "celular", "fax"];

/// Words in the names of measurements of a recognized word.
const MEASURES: &[&str] =
    &["confidence", "probability", "prob", "offset", "duration", "start", "end", "stability", "score"];

/// Names of lists of people.
const LISTS: &[&str] = &[
    "participants",
    "users",
    "members",
    "agents",
    "customers",
    "visitors",
    "contacts",
    "people",
    "attendees",
    "speakers",
    "authors",
    "operators",
    "senders",
    "parties",
    "profiles",
    "participantes",
    "usuarios",
];

/// What a field means for the speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    /// Named on the command line.
    Given,
    Role,
    /// A role, or which of two sides sent it.
    Direction,
    /// `true` if the owner or the business sent it.
    Sent,
    /// `true` if the customer sent it.
    Received,
    /// `true` if a program sent it.
    Automated,
    /// A person: their name, or an object about them.
    Person,
    Name,
    Id,
    /// A name that means a role only if its value is one.
    Kind,
}

/// The meaning of a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) text: Option<TextName>,
    pub(crate) about: Option<About>,
    /// The precedence of a conversation id. Lower is better.
    pub(crate) conversation: Option<u8>,
    /// Whether it is about the conversation, so that its value is never a speaker.
    pub(crate) topic: bool,
    /// Whether the id may be that of the whole conversation, a part of it, or a single message, such as `topic_id`.
    pub(crate) subtopic: bool,
    /// The precedence of a message time. Lower is better.
    pub(crate) time: Option<u8>,
    /// The role named by a word of the name, as in `agent_message`.
    pub(crate) role: Option<Role>,
    /// Whether values with this name are data.
    pub(crate) data: bool,
    /// Whether the last word means an id.
    pub(crate) id: bool,
    /// Whether a bare number with this name is an id, or a number of another kind.
    pub(crate) reference: bool,
    /// Whether it is the name of a list of people.
    pub(crate) list: bool,
    /// Whether it is a name for the type or kind of the object.
    pub(crate) kind: bool,
    /// The words for the kind of secret that it names.
    pub(crate) label: Option<&'static str>,
}

/// First words of names for a presence or a count, as in `has_password`. `pin_count` is a different case.
const QUANTITIES: &[&str] =
    &["is", "has", "had", "show", "use", "uses", "needs", "requires", "num", "count", "total", "n"];

/// Names of the value in an object that represents a field: `{"cvv": {"value": "837"}}`.
const VALUES: &[&str] =
    &["value", "val", "valor", "values", "raw", "data", "content", "text", "answer", "string", "default"];

/// Names of the name in an object that represents a field: `{"name": "cvv", "value": "837"}`.
const KEYS: &[&str] =
    &["name", "key", "label", "field", "id", "title", "question", "attribute", "property", "clave", "nombre", "campo"];

/// How a name was recognized as that of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextName {
    /// Named on the command line, or by a word for what somebody says.
    Sure,
    /// By a word that also names other things.
    Likely,
}

/// The names of the fields that matter.
///
/// Names are compared without case, accents and separators. A name that starts with `/` is a JSON pointer.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    text: Vec<Given>,
    only_given_text: bool,
    speaker: Vec<Given>,
    conversation: Vec<Given>,
}

/// A field that the user has named.
#[derive(Debug, Clone)]
struct Given {
    name: String,
    /// Its words joined, or a JSON pointer.
    key: String,
    /// Whether it has occurred, in any transcript.
    occurred: Arc<AtomicBool>,
}

impl Given {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), key: key_of(name), occurred: Arc::default() }
    }

    fn note(&self) {
        self.occurred.store(true, Ordering::Relaxed);
    }
}

impl Fields {
    /// Adds fields with the text of a message.
    #[must_use]
    pub fn text<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.text.extend(names.into_iter().map(|name| Given::new(name.as_ref())));
        self
    }

    /// Adds fields with the text of a message, and recognizes no other text fields.
    #[must_use]
    pub fn only_text<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self = self.text(names);
        self.only_given_text = true;
        self
    }

    /// Adds fields with the speaker. They take precedence over the usual ones.
    #[must_use]
    pub fn speaker<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.speaker.extend(names.into_iter().map(|name| Given::new(name.as_ref())));
        self
    }

    /// Adds fields with the id of the conversation. They take precedence over the usual ones.
    #[must_use]
    pub fn conversation<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.conversation.extend(names.into_iter().map(|name| Given::new(name.as_ref())));
        self
    }

    /// Returns whether only the given text fields are recognized.
    pub(crate) fn only_given_text(&self) -> bool {
        self.only_given_text
    }

    /// Returns the given fields that have occurred in no transcript, of texts, of speakers and of conversations.
    pub(crate) fn missing(&self) -> [Vec<&str>; 3] {
        [&self.text, &self.speaker, &self.conversation].map(|fields| {
            let missing = fields.iter().filter(|field| !field.occurred.load(Ordering::Relaxed));
            missing.map(|field| field.name.as_str()).collect()
        })
    }

    /// Returns whether a text field was given, and none of those that were given has occurred.
    pub(crate) fn no_text_occurred(&self) -> bool {
        !self.text.is_empty() && self.missing()[0].len() == self.text.len()
    }

    /// Returns whether a field for conversations was given.
    pub(crate) fn has_conversation(&self) -> bool {
        !self.conversation.is_empty()
    }

    /// Records that the target of a JSON pointer has occurred.
    pub(crate) fn note_pointer(&self, pointer: &str) {
        let all = self.text.iter().chain(&self.speaker).chain(&self.conversation);
        all.filter(|field| field.key == pointer).for_each(Given::note);
    }

    /// Returns the JSON pointers among the given text fields.
    pub(crate) fn text_pointers(&self) -> impl Iterator<Item = &str> {
        pointers(&self.text)
    }

    pub(crate) fn speaker_pointers(&self) -> impl Iterator<Item = &str> {
        pointers(&self.speaker)
    }

    pub(crate) fn conversation_pointers(&self) -> impl Iterator<Item = &str> {
        pointers(&self.conversation)
    }

    /// Returns the meaning of a name.
    pub(crate) fn meaning(&self, name: &[u8]) -> Meaning {
        let words = words(&String::from_utf8_lossy(name));
        let joined = words.concat();
        let mut meaning = Meaning::of(&words);
        meaning.label =
            secret_label(name).filter(|_| !words.first().is_some_and(|word| QUANTITIES.contains(&word.as_str())));
        if self.only_given_text {
            meaning.text = None;
        }
        if is_given(&self.text, &joined) {
            meaning.text = Some(TextName::Sure);
        }
        if is_given(&self.speaker, &joined) {
            meaning.about = Some(About::Given);
        }
        if is_given(&self.conversation, &joined) {
            meaning.conversation = Some(0);
            meaning.subtopic = false;
        }
        let pointed = |pointer: &str| pointer.rsplit('/').next().is_some_and(|step| key_of(step) == joined);
        meaning.topic |= meaning.conversation.is_some() || self.conversation_pointers().any(pointed);
        meaning
    }
}

fn key_of(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { words(name).concat() }
}

/// Returns whether a name is given, and records that it has occurred.
fn is_given(fields: &[Given], joined: &str) -> bool {
    let field = fields.iter().find(|field| field.key == joined);
    field.inspect(|field| field.note()).is_some()
}

fn pointers(fields: &[Given]) -> impl Iterator<Item = &str> {
    fields.iter().map(|field| field.key.as_str()).filter(|key| key.starts_with('/'))
}

impl Meaning {
    fn of(words: &[String]) -> Self {
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is_number(word)).collect();
        let Some(last) = words.last().copied() else { return Self::default() };
        let mut meaning = Self { role: words.iter().rev().find_map(|word| role_word(word)), ..Self::default() };
        meaning.kind =
            matches!(last, "type" | "kind" | "event" | "source" | "origin" | "category" | "class" | "t" | "action");
        meaning.id =
            PEOPLE_ID.contains(&last) || matches!(last, "ids" | "token" | "hash" | "ref" | "reference" | "index");
        meaning.reference = matches!(
            last,
            "id" | "ids" | "uuid" | "guid" | "sid" | "key" | "hash" | "ref" | "reference" | "index" | "ts"
        ) || words.len() > 1
            && matches!(last, "number" | "no" | "token")
            && !words.iter().any(|word| PHONES.contains(word))
            || COUNTS.contains(&last)
            || last.len() > 2 && last.ends_with("id");
        meaning.list = LISTS.contains(&last);
        // The value of "agent" may be what the agent says.
        meaning.data = DATA.contains(&last) && (words.len() > 1 || meaning.role.is_none());
        let position = |list: &[&str], word: &str| list.iter().position(|known| *known == word);
        // "body_text", "Message Text (Original)": words for the form follow the word for the text.
        let counts = matches!(words[0], "num" | "count" | "total" | "n" | "number");
        let noun = words.iter().rposition(|word| !FORMS.contains(word)).map_or(words[0], |at| words[at]);
        let forms_only = words.iter().all(|word| FORMS.contains(word));
        if counts {
            meaning.data = true;
        } else if TEXT.contains(&last) && (forms_only || !DATA.contains(&noun)) || TEXT.contains(&noun) {
            meaning.text = Some(TextName::Sure);
        } else if TEXT_TOO.contains(&noun) {
            meaning.text = Some(TextName::Likely);
        }
        if last == "value" && words.len() == 1 {
            meaning.text = None;
        }
        let rank = position(CONVERSATION, words[0]).or_else(|| {
            // "conversationsThreadId", "source_ticket_id".
            words.iter().rev().nth(1).and_then(|word| position(CONVERSATION, word))
        });
        let named = CONVERSATION_ID.contains(&last) && words.len() > 1;
        let alone = words.len() == 1 && CONVERSATION_ALONE.contains(&last);
        meaning.conversation =
            rank.filter(|_| named || alone).map(|rank| 1 + u8::try_from(rank).unwrap_or(u8::MAX - 1));
        meaning.topic = position(CONVERSATION, last).is_some() && !SOURCES.contains(&last);
        meaning.subtopic = rank.is_some_and(|rank| CONVERSATION[rank] == "topic");
        meaning.time = time(&words);
        meaning.about = about(&words);
        if meaning.time.is_some() || meaning.conversation.is_some() {
            meaning.text = None;
        }
        meaning
    }
}

fn time(words: &[&str]) -> Option<u8> {
    let rank = words.iter().filter_map(|word| TIME.iter().position(|known| known == word)).min()?;
    let only = words.iter().all(|word| TIME.contains(word) || TIME_FORMS.contains(word) || TEXT.contains(word));
    (only && !words.iter().any(|word| NOT_TIME.contains(word))).then(|| u8::try_from(rank).unwrap_or(u8::MAX))
}

fn about(words: &[&str]) -> Option<About> {
    let is = |lists: &[&[&str]]| lists.contains(&words);
    let last = *words.last()?;
    if is(SENT) {
        return Some(About::Sent);
    }
    if is(RECEIVED) {
        return Some(About::Received);
    }
    if is(AUTOMATED) {
        return Some(About::Automated);
    }
    if DIRECTION.contains(&last) || words[0] == "direction" {
        return Some(About::Direction);
    }
    let person = |word: &&str| PEOPLE.contains(word);
    let before = &words[..words.len() - 1];
    // "agent_name" and "customer_id" mean the participants of a conversation, not the sender of a message.
    let spoken_of = before.iter().any(|word| role_word(word).is_some() && !person(word));
    if before.iter().any(person) && !spoken_of || matches!(before, ["display" | "real" | "full" | "screen" | "public"])
    {
        if PEOPLE_ROLE.contains(&last) {
            return Some(About::Role);
        }
        if PEOPLE_NAME.contains(&last) {
            return Some(About::Name);
        }
        if PEOPLE_ID.contains(&last) {
            return Some(About::Id);
        }
    }
    if ROLE.contains(&last) && words.len() <= 2 {
        return Some(About::Role);
    }
    if person(&last)
        && (words.len() == 1 || matches!(words, ["created" | "sent" | "posted" | "spoken" | "message" | "said", _]))
    {
        return Some(About::Person);
    }
    if words.len() == 1 && PEOPLE_NAME.contains(&last) && last != "title" {
        return Some(About::Name);
    }
    (words.len() <= 2
        && matches!(last, "type" | "kind" | "event" | "source" | "origin" | "category" | "class" | "t" | "action"))
    .then_some(About::Kind)
}

/// Returns the role named by a word in the name of a field: `agent_message`, `customer_text`, `bot_response`.
fn role_word(word: &str) -> Option<Role> {
    let role = Role::from_name(word).or_else(|| role_in_name(word))?;
    // "user_input" is what a customer types. "system" and "tool" are settings more often than speakers.
    (!matches!(
        word,
        "system" | "tool" | "model" | "contact" | "support" | "service" | "services" | "team" | "care" | "desk"
    ))
    .then_some(role)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// Splits a name into lower-case words without accents: at separators, at capitals, and otherwise between known words.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut previous = ' ';
    let chars: Vec<char> = name.chars().take(128).collect();
    for (at, &c) in chars.iter().enumerate() {
        let next_is_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = c.is_uppercase() && (previous.is_lowercase() || previous.is_uppercase() && next_is_lower)
            || c.is_ascii_digit() != previous.is_ascii_digit();
        if (starts || !c.is_alphanumeric()) && !current.is_empty() {
            words.push(std::mem::take(&mut current));
        }
        if c.is_alphanumeric() {
            current.extend(c.to_lowercase().map(plain));
        }
        if c == '#' {
            words.push("number".into());
        }
        previous = c;
    }
    if !current.is_empty() {
        words.push(current);
    }
    words.into_iter().flat_map(|word| segment(&word).unwrap_or_else(|| vec![word])).collect()
}

/// Returns the letter without its accent.
fn plain(c: char) -> char {
    match c {
        'á' | 'à' | 'ä' | 'â' => 'a',
        'é' | 'è' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ö' | 'ô' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        c => c,
    }
}

/// Words that are often written together, in addition to those in the lists above.
const JOINED: &[&str] = &[
    "agent", "bot", "created", "customer", "display", "from", "id", "is", "me", "message", "msg", "name", "role",
    "sent", "sender", "text", "time", "type", "user", "uuid", "at", "on", "stamp", "original", "arrival", "server",
    "client",
];

/// The maximum length of a word that is split.
const LONGEST_WORD: usize = 40;

/// Splits an unknown word into the fewest known words, if possible.
fn segment(word: &str) -> Option<Vec<String>> {
    let known = |part: &str| {
        [TEXT, PEOPLE, PEOPLE_ROLE, PEOPLE_NAME, PEOPLE_ID, CONVERSATION, TIME, JOINED]
            .iter()
            .any(|list| list.contains(&part))
            && (part.len() > 1)
    };
    let whole = [TEXT_TOO, FORMS, DATA, LISTS, NOT_TIME, TIME_FORMS].iter().any(|list| list.contains(&word));
    if word.len() > LONGEST_WORD || !word.is_ascii() || whole || known(word) {
        return None;
    }
    // best[end] is the start of the last word of the best way to split the first `end` bytes, and its number of words.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=word.len() {
        for start in 0..end {
            if let Some((_, count)) = best[start]
                && known(&word[start..end])
                && best[end].is_none_or(|(_, fewest)| count + 1 < fewest)
            {
                best[end] = Some((start, count + 1));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (start, _) = best[end]?;
        parts.push(word[start..end].to_owned());
        end = start;
    }
    parts.reverse();
    Some(parts)
}

/// The id of a name in [`Names`].
pub(crate) type NameId = u32;

/// The names of a transcript with their meanings. Each is looked up once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) fields: Fields,
    ids: HashMap<Box<[u8]>, NameId>,
    known: Vec<Name>,
}

/// A name and what it says.
#[derive(Debug, Clone, Default)]
struct Name {
    meaning: Meaning,
    words: Vec<String>,
}

/// The maximum number of names. Later ones, such as ids that are keys of a map, have no meaning.
const MOST_NAMES: usize = 20_000;

impl Names {
    pub(crate) fn new(fields: Fields) -> Self {
        Self { fields, ids: HashMap::new(), known: vec![Name::default()] }
    }

    /// Returns the number of names.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Returns the id of a name, or 0 if it is not kept.
    pub(crate) fn id(&mut self, name: &[u8]) -> NameId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        if self.known.is_empty() {
            self.known.push(Name::default());
        }
        if self.known.len() > MOST_NAMES || name.is_empty() {
            return 0;
        }
        let id = NameId::try_from(self.known.len()).unwrap_or(0);
        let words = words(&String::from_utf8_lossy(name));
        self.known.push(Name { meaning: self.fields.meaning(name), words });
        self.ids.insert(name.into(), id);
        id
    }

    /// Returns the name with this id.
    pub(crate) fn name(&self, id: NameId) -> Option<String> {
        let name = self.ids.iter().find(|(_, known)| **known == id)?.0;
        Some(String::from_utf8_lossy(name).into_owned())
    }

    /// Returns whether some name means a conversation.
    pub(crate) fn has_conversation(&self) -> bool {
        self.fields.has_conversation() || self.known.iter().any(|name| name.meaning.conversation.is_some())
    }

    pub(crate) fn meaning(&self, id: NameId) -> Meaning {
        self.known.get(id as usize).map_or_else(Meaning::default, |name| name.meaning)
    }

    /// Returns the words for the secret that a value inside an object or array is: `value` of a `cvv`, `number` of a
    /// `card`.
    pub(crate) fn label_within(&self, outer: NameId, inner: NameId) -> Option<&'static str> {
        if outer == 0 {
            return None;
        }
        match self.words(inner) {
            [] => self.meaning(outer).label,
            [word] if VALUES.contains(&word.as_str()) => self.meaning(outer).label,
            [_] => secret_label_within(self.words(outer).join(" ").as_bytes(), self.words(inner)[0].as_bytes()),
            _ => None,
        }
    }

    /// Returns whether a name is that of a column without a name.
    pub(crate) fn is_column(&self, id: NameId) -> bool {
        matches!(self.words(id), [word, number] if word == "column" && is_number(number))
    }

    /// Returns whether a member with this name holds the value of a field, or its name, in an object that represents a
    /// field.
    pub(crate) fn is_value(&self, id: NameId) -> bool {
        matches!(self.words(id), [word] if VALUES.contains(&word.as_str()))
    }

    pub(crate) fn is_key(&self, id: NameId) -> bool {
        matches!(self.words(id), [.., word] if KEYS.contains(&word.as_str()))
    }

    /// Returns the words of a name.
    pub(crate) fn words(&self, id: NameId) -> &[String] {
        self.known.get(id as usize).map_or(&[], |name| &name.words)
    }

    /// Returns the id of a name that has occurred.
    pub(crate) fn find(&self, name: &[u8]) -> Option<NameId> {
        self.ids.get(name).copied()
    }

    /// Returns whether a name means a measurement of a recognized word, such as its confidence.
    pub(crate) fn is_measure(&self, id: NameId) -> bool {
        self.words(id).iter().any(|word| MEASURES.contains(&word.as_str()))
    }

    /// Returns whether a name has a word for a person and another word: "sender_name", but not "name".
    pub(crate) fn is_compound(&self, id: NameId) -> bool {
        let words = self.words(id);
        words.len() > 1 && words.iter().any(|word| PEOPLE.contains(&word.as_str()))
    }

    /// Returns whether a name is one letter.
    pub(crate) fn is_initial(&self, id: NameId) -> bool {
        matches!(self.words(id), [word] if word.len() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(name: &str) -> Meaning {
        Fields::default().meaning(name.as_bytes())
    }

    #[test]
    fn a_name_is_split_into_words() {
        for (name, split) in [
            ("messageText", "message text"),
            ("Message Text (Original)", "message text original"),
            ("created_at", "created at"),
            ("participantrole", "participant role"),
            ("fromMe", "from me"),
            ("isfromme", "is from me"),
            ("HTMLBody", "html body"),
            ("context", "context"),
            ("Conversación", "conversacion"),
            ("displayname", "displayname"),
            ("dateTime2", "date time 2"),
        ] {
            assert_eq!(words(name).join(" "), split, "{name}");
        }
    }

    #[test]
    fn the_last_word_of_a_name_decides_whether_it_is_text() {
        for name in [
            "text",
            "Content",
            "bodyText",
            "body_text",
            "html_body",
            "plainBody",
            "userMessage",
            "message_text",
            "messagetext",
            "inputTranscript",
            "customer_message",
            "Message Text (Original)",
            "richText",
            "html",
            "textBody",
            "msg",
            "mensaje",
            "prompt",
            "completion",
            "Transcript",
            "last_message",
            "words",
            "transcript_text",
            "messageBody",
            "note",
        ] {
            assert!(meaning(name).text.is_some(), "{name}");
        }
        for name in [
            "message_id",
            "contentType",
            "text_direction",
            "context",
            "id",
            "messageCount",
            "textColor",
            "body_size",
            "timestamp",
            "comment_at",
            "value",
            "num_words",
            "Msg #",
            "conversation",
            "name",
            "content_language",
            "status",
        ] {
            assert!(meaning(name).text.is_none(), "{name}");
        }
    }

    #[test]
    fn names_of_speakers_are_recognized() {
        for (name, about) in [
            ("role", About::Role),
            ("ParticipantRole", About::Role),
            ("sender_type", About::Role),
            ("participantPurpose", About::Role),
            ("actor_type", About::Role),
            ("author", About::Person),
            ("sentBy", About::Person),
            ("createdBy", About::Person),
            ("from", About::Person),
            ("sender_name", About::Name),
            ("displayName", About::Name),
            ("username", About::Name),
            ("author_id", About::Id),
            ("from_id", About::Id),
            ("participantId", About::Id),
            ("speaker_label", About::Name),
            ("direction", About::Direction),
            ("from_me", About::Sent),
            ("incoming", About::Received),
            ("isBot", About::Automated),
            ("type", About::Kind),
        ] {
            assert_eq!(meaning(name).about, Some(about), "{name}");
        }
        for name in ["agent_name", "customer_id", "text", "id", "message_id", "user_agent", "created_at", "team"] {
            assert_eq!(meaning(name).about, None, "{name}");
        }
    }

    #[test]
    fn names_of_conversations_and_times_are_recognized() {
        for name in [
            "conversationId",
            "conversation",
            "session_id",
            "thread_ts",
            "conversationsThreadId",
            "ticket_id",
            "rid",
            "Case Number",
            "conversation_sid",
            "chatId",
            "topic_id",
        ] {
            assert!(meaning(name).conversation.is_some(), "{name}");
        }
        assert!(meaning("conversation_id").conversation < meaning("channel_id").conversation);
        for name in ["chat", "channel", "message_id", "contact", "case"] {
            assert!(meaning(name).conversation.is_none(), "{name}");
        }
        for name in [
            "timestamp",
            "created_at",
            "createdAt",
            "ts",
            "date",
            "start",
            "timestamp_ms",
            "Message Created Time",
            "sentAt",
            "date_created",
            "originalarrivaltime",
            "start_timestamp_usec",
            "startTimeMs",
            "AbsoluteTime",
            "BeginOffsetMillis",
        ] {
            assert!(meaning(name).time.is_some(), "{name}");
        }
        for name in
            ["updated_at", "end", "last_read", "time_zone", "duration", "birth_date", "message", "stop_timestamp"]
        {
            assert!(meaning(name).time.is_none(), "{name}");
        }
    }

    #[test]
    fn a_role_in_a_name_is_recognized() {
        assert_eq!(meaning("agent_message").role, Some(Role::Agent));
        assert_eq!(meaning("customerText").role, Some(Role::Customer));
        assert_eq!(meaning("bot_response").role, Some(Role::Bot));
        assert_eq!(meaning("message").role, None);
    }

    #[test]
    fn given_fields_are_added_or_replace_the_usual_ones() {
        let fields = Fields::default().text(["payload"]).speaker(["who"]).conversation(["key"]);
        assert!(fields.meaning(b"Payload").text.is_some() && fields.meaning(b"content").text.is_some());
        assert_eq!(fields.meaning(b"who").about, Some(About::Given));
        assert_eq!(fields.meaning(b"key").conversation, Some(0));
        let only = Fields::default().only_text(["payload"]);
        assert!(only.meaning(b"payload").text.is_some() && only.meaning(b"content").text.is_none());
    }
}
