//! Which fields of a record hold the text, the speaker and the conversation.

use lastfour::json::Path;

/// The usual names of the field that holds what was said.
const TEXT: &[&str] = &[
    "text",
    "content",
    "body",
    "message",
    "msg",
    "utterance",
    "parts",
    "transcript",
    "comment",
    "htmlbody",
    "plainbody",
    "messagebody",
    "messagetext",
    "formattedbody",
    "caption",
    "note",
    "notes",
    "subject",
    "description",
    "question",
    "answer",
    "prompt",
    "completion",
    "input",
    "output",
    "query",
    "response",
    "reply",
    "arguments",
    "refusal",
    "texto",
    "mensaje",
    "contenido",
    "pregunta",
    "respuesta",
    "chat",
    "line",
];

/// The usual names of the field that says who speaks, the most telling first.
const SPEAKER: &[&str] = &[
    "role",
    "participantrole",
    "sendertype",
    "authortype",
    "senderrole",
    "authorrole",
    "usertype",
    "author",
    "sender",
    "speaker",
    "participant",
    "from",
    "direction",
    "displayname",
    "username",
    "user",
    "name",
    "rol",
    "autor",
    "remitente",
    "hablante",
];

/// The usual names of the field that holds the id of the conversation, the most telling first.
const CONVERSATION: &[&str] = &[
    "conversation",
    "conversationid",
    "conversationsid",
    "dialogueid",
    "dialogid",
    "session",
    "sessionid",
    "thread",
    "threadid",
    "threadts",
    "chatid",
    "ticketid",
    "ticket",
    "caseid",
    "roomid",
    "room",
    "channelid",
    "contactid",
    "conversacion",
    "sesion",
];

/// The names of the fields that matter, or JSON pointers to them.
///
/// Names are compared without regard to case, `_`, `-` and blanks: `conversationId` is `conversation_id`. The default is
/// the usual names.
///
/// ```
/// use lastfour_cli::transcript::Fields;
/// let fields = Fields::default().text(["payload", "/event/detail"]);
/// assert!(fields.is_text_name("Payload"));
/// assert!(!fields.is_text_name("content"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    text: Names,
    speaker: Names,
    conversation: Names,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            text: Names::new(TEXT.iter().copied()),
            speaker: Names::new(SPEAKER.iter().copied()),
            conversation: Names::new(CONVERSATION.iter().copied()),
        }
    }
}

impl Fields {
    /// With these fields, and no others, for what was said. What starts with `/` is a JSON pointer from the root of the
    /// line, or of the element where a document is an array; a step `-` of it is every element of an array.
    #[must_use]
    pub fn text<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.text = Names::new(names);
        self
    }

    /// With these fields, and no others, for who speaks; the first that is there counts.
    #[must_use]
    pub fn speaker<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.speaker = Names::new(names);
        self
    }

    /// With these fields, and no others, for the id of the conversation; the first that is there counts.
    #[must_use]
    pub fn conversation<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.conversation = Names::new(names);
        self
    }

    /// Whether a column or key of that name holds what was said.
    #[must_use]
    pub fn is_text_name(&self, name: &str) -> bool {
        self.text.rank(name.as_bytes()).is_some()
    }

    pub(super) fn is_text(&self, path: Path<'_>) -> bool {
        self.text.rank_at(path, path.nearest_key()).is_some()
    }

    /// How telling the member at `path` is about who speaks, the less the better.
    pub(super) fn speaker_rank(&self, path: Path<'_>) -> Option<u16> {
        self.speaker.rank_at(path, path.key())
    }

    pub(super) fn conversation_rank(&self, path: Path<'_>) -> Option<u16> {
        self.conversation.rank_at(path, path.key())
    }

    pub(super) fn speaker_column(&self, name: &[u8]) -> Option<u16> {
        self.speaker.rank(name)
    }

    pub(super) fn conversation_column(&self, name: &[u8]) -> Option<u16> {
        self.conversation.rank(name)
    }
}

/// Longest name after folding, in bytes. No longer key can be meant.
const LONGEST_NAME: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    /// Folded, sorted, with the position in the list given.
    names: Vec<(Box<[u8]>, u16)>,
    pointers: Vec<(Box<str>, u16)>,
}

impl Names {
    fn new<S: AsRef<str>>(given: impl IntoIterator<Item = S>) -> Self {
        let mut names = Vec::new();
        let mut pointers = Vec::new();
        for (rank, name) in (0..).zip(given) {
            let name = name.as_ref();
            if name.starts_with('/') {
                pointers.push((name.into(), rank));
            } else {
                let mut buffer = [0; LONGEST_NAME];
                names.push((fold(name.as_bytes(), &mut buffer).unwrap_or_default().into(), rank));
            }
        }
        names.sort_unstable();
        Self { names, pointers }
    }

    fn rank(&self, name: &[u8]) -> Option<u16> {
        let mut buffer = [0; LONGEST_NAME];
        let name = fold(name, &mut buffer).filter(|name| !name.is_empty())?;
        let at = self.names.partition_point(|(known, _)| known.as_ref() < name);
        self.names.get(at).filter(|(known, _)| known.as_ref() == name).map(|(_, rank)| *rank)
    }

    fn rank_at(&self, path: Path<'_>, key: Option<&[u8]>) -> Option<u16> {
        let pointed = self.pointers.iter().find(|(pointer, _)| path.matches(pointer)).map(|(_, rank)| *rank);
        pointed.or_else(|| key.and_then(|key| self.rank(key)))
    }
}

/// The name in lower case without `_`, `-`, blanks and accents on the letters of the names above.
fn fold<'b>(name: &[u8], buffer: &'b mut [u8; LONGEST_NAME]) -> Option<&'b [u8]> {
    let mut len = 0;
    let mut bytes = name.iter();
    while let Some(byte) = bytes.next() {
        let folded = match byte {
            b'_' | b'-' | b' ' => continue,
            // ó of conversación and sesión
            0xC3 => match bytes.next() {
                Some(0xB3) => b'o',
                _ => return None,
            },
            byte => byte.to_ascii_lowercase(),
        };
        *buffer.get_mut(len)? = folded;
        len += 1;
    }
    Some(&buffer[..len])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_joints() {
        let fields = Fields::default();
        for name in ["conversationId", "Conversation_ID", "conversation-id", "CONVERSATION ID", "Conversación"] {
            assert!(fields.conversation_column(name.as_bytes()).is_some(), "{name}");
        }
        assert!(fields.conversation_column(b"id").is_none());
        assert!(fields.is_text_name("Body"));
        assert!(!fields.is_text_name(""));
        assert!(!fields.is_text_name(&"text".repeat(100)));
    }

    #[test]
    fn the_role_tells_more_than_the_name() {
        let fields = Fields::default();
        assert!(fields.speaker_column(b"role") < fields.speaker_column(b"name"));
    }
}
