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
/// assert!(Generic::default().is_field("text[0]"));
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
        // Of `message[text]`, `message.text`, `text[]` and `text[0]` the last name counts.
        let is_name = |part: &&str| !part.bytes().all(|b| b.is_ascii_digit());
        let name = name.rsplit(['[', ']', '.']).find(is_name).unwrap_or_default();
        self.fields.iter().any(|field| field.eq_ignore_ascii_case(name))
    }
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
}
