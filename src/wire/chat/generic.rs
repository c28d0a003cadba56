//! Documents in which text is known by the name of its field, as in most chat servers of one's own.

use std::borrow::Cow;

use crate::wire::chat::walk::Keys;
use crate::wire::chat::{ChatShape, Part, Place, Reading};
use crate::wire::json::{Path, Value};

/// The names of fields that hold text.
const FIELDS: [&str; 30] = [
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

/// Fields by name, at any depth, also where one is an object that holds its text under a name such as `value`; everything
/// else is left alone, so that the password field of a login form is not touched. A member `role`, `author`, `sender` and the like says who speaks, where it names a role.
///
/// # Example
///
/// ```
/// use lastfour::wire::chat::{ChatShape, Generic};
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
}

impl Default for Generic {
    fn default() -> Self {
        Self { fields: FIELDS.map(Cow::Borrowed).to_vec(), roles: ROLES.map(Cow::Borrowed).to_vec() }
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

    fn read(&self, document: Value<'_>) -> Reading {
        let mut reading = Reading::default();
        self.with_keys(|keys| keys.walk(document, None, &Part::Whole, &mut reading));
        reading
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Role;
    use crate::wire::json::Tree;

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
}
