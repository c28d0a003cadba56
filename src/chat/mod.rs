//! Chat shapes: which values of a JSON document are text, who wrote it, and in what order.
//!
//! A [`ChatShape`] reads a document and returns its [`ChatTexts`]. Everything that it does not return passes through
//! unchanged, byte for byte. [`SHAPES`] lists the built-in shapes:
//!
//! | shape | for |
//! |---|---|
//! | [`Generic`] | any JSON API: text is recognized by field names (the default) |
//! | [`AllStrings`] | documents about which nothing is known |
//! | [`OpenAi`] | OpenAI chat completions, completions and responses |
//! | [`Anthropic`] | Anthropic messages |
//! | [`Matrix`] | the Matrix client-server API |
//! | [`Protocol`] | Gemini, Ollama, the AI SDK of Vercel, Cohere, Bedrock |
//!
//! For any other protocol, implement [`ChatShape`]; its documentation has an example.
//!
//! # Example
//!
//! ```
//! use lastfour::Role;
//! use lastfour::chat::{ChatShape, OpenAi};
//! use lastfour::json::Tree;
//!
//! let body = br#"{"model": "x", "messages": [{"role": "user", "content": "hello"}]}"#;
//! let tree = Tree::parse(body, 64)?;
//! let found = OpenAi.read(tree.root());
//! assert_eq!(found.texts.len(), 1);
//! assert_eq!(found.texts[0].role, Some(Role::Customer));
//! assert_eq!(tree.value(found.texts[0].value).unwrap().raw(), b"hello");
//! # Ok::<(), lastfour::json::JsonError>(())
//! ```

mod all_strings;
mod anthropic;
pub(crate) mod events;
mod fields;
mod generic;
// For `lastfour-cli`. Not part of the public interface.
#[doc(hidden)]
pub mod markup;
mod matrix;
mod names;
mod openai;
mod protocol;
mod walk;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use all_strings::AllStrings;
pub use anthropic::Anthropic;
pub use generic::Generic;
pub use matrix::Matrix;
// For `lastfour-cli`. Not part of the public interface.
#[doc(hidden)]
pub use names::{is_prose, secret_label, secret_label_within};
pub(crate) use names::{is_reference, is_setting, is_text, names_number};
pub use openai::OpenAi;
pub use protocol::Protocol;

use crate::json::{Path, Value};
use crate::message::Role;

/// Finds the text in the JSON documents of one protocol.
///
/// Only [`name`](Self::name) and [`read`](Self::read) must be implemented. The other methods refine how event streams,
/// large documents and forms are handled.
///
/// # Example
///
/// A server streams several answers at once, as events that each carry pieces of one block:
///
/// ```
/// use lastfour::chat::{ChatShape, ChatTexts, Continuity, DynShape, Spelling};
/// use lastfour::json::Value;
/// use lastfour::{BodyFormat, Engine, Filter, Role};
///
/// struct Blocks;
///
/// impl ChatShape for Blocks {
///     fn name(&self) -> &str {
///         "blocks"
///     }
///
///     fn read(&self, document: Value<'_>) -> ChatTexts {
///         let mut found = ChatTexts::default();
///         // The slash keeps blocks 1 and 10 apart when one of them ends.
///         let block = format!("{}/", document.number("block").unwrap_or_default());
///         for text in document.get("chars") {
///             found.push(text, Some(Role::Bot), Spelling::Plain, Continuity::Next(block.clone()));
///         }
///         if document.string("op").as_deref() == Some("close") {
///             found.ends.push(block);
///         }
///         found
///     }
/// }
///
/// let stream = concat!(
///     "data: {\"block\": 1, \"chars\": \"it is 3782 82\"}\n\n",
///     "data: {\"block\": 2, \"chars\": \"fine\"}\n\n",
///     "data: {\"block\": 1, \"chars\": \"2463 10005\"}\n\n",
///     "data: {\"block\": 1, \"op\": \"close\"}\n\n",
/// );
/// let mut filter = Filter::new(Engine::default(), BodyFormat::Events).shape(DynShape::new(Blocks));
/// let mut out = Vec::new();
/// for piece in stream.as_bytes().chunks(10) {
///     filter.push(piece, &mut out)?;
/// }
/// filter.finish(&mut out)?;
/// let seen = String::from_utf8(out).unwrap();
/// // The mask replaces the start of the number; all other bytes are unchanged.
/// assert_eq!(seen, stream.replace("3782 82", "**** ****** *0005").replace("2463 10005", ""));
/// # Ok::<(), lastfour::ScanError>(())
/// ```
pub trait ChatShape: Send + Sync + 'static {
    /// The name of the shape, in kebab-case.
    fn name(&self) -> &str;

    /// Returns the texts of a document.
    fn read(&self, document: Value<'_>) -> ChatTexts;

    /// Returns the texts of a document that is the data of a server-sent event. Defaults to [`read`](Self::read).
    fn read_event(&self, document: Value<'_>) -> ChatTexts {
        self.read(document)
    }

    /// Says how the data of an event that are not a JSON document continue a text. Defaults to
    /// [`Continuity::Ambiguous`]: a message, or a piece of one. [`Continuity::Movable`] is treated as
    /// [`Continuity::Next`].
    fn plain_event(&self) -> Continuity {
        Continuity::Ambiguous { channel: String::new(), message: false }
    }

    /// Says what a value is by its path alone. This is asked for documents that are too large to be buffered. With the
    /// default, `None`, such a document is rejected.
    fn place(&self, path: Path<'_>) -> Option<Place> {
        let _ = path;
        None
    }

    /// Says how the fields of a form are scanned, given their names and values. Defaults to a message if
    /// [`is_field`](Self::is_field) returns `true` for the name, and to [`Scan::Skip`] otherwise.
    fn read_form(&self, fields: &[(&str, &[u8])]) -> Vec<Scan> {
        let scan = |name: &str| if self.is_field(name) { Scan::Message } else { Scan::Skip };
        fields.iter().map(|(name, _)| scan(name)).collect()
    }

    /// Returns whether the field of a form with this name is text. Defaults to the names that [`Generic`] knows.
    fn is_field(&self, name: &str) -> bool {
        Generic::default().is_field(name)
    }

    /// Returns whether every request carries the whole conversation, as it does in APIs of language models. No state
    /// is kept between such requests.
    fn carries_history(&self) -> bool {
        false
    }
}

/// The texts that a shape finds in a document.
///
/// Values are named by [`Value::index`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatTexts {
    /// The texts, in the order in which they were written.
    pub texts: Vec<Text>,
    /// Values that are not part of the chat, but may contain a secret.
    pub fields: Vec<Field>,
    /// Values that repeat a text in another form, such as the log probabilities of its tokens. They are set to `null` if
    /// that text changes.
    pub tied: Vec<Derived>,
    /// The channels that end with this document: all whose names start with one of these.
    pub ends: Vec<String>,
    /// Values that a stream sends only once, such as the name of a tool. When held-back text is sent in an additional
    /// event, these values are left out of it. So are all other texts, and all objects and arrays that do not contain
    /// the text.
    pub once: Vec<usize>,
    /// The event to send for held-back text if a copy of this document's event would not do, because the document opens
    /// the block that the text belongs to.
    pub spare: Option<TemplateEvent>,
    /// Values with the value beside each that names or asks for it: `{"title": "Zip", "value": "60614"}`. In document
    /// order.
    pub(crate) labels: Vec<(usize, usize)>,
}

/// A value that is not part of the chat, but may contain a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The value: its [`Value::index`].
    pub value: usize,
    /// How it is scanned.
    pub scan: Scan,
}

impl Field {
    /// Creates a field from the value that holds it.
    #[must_use]
    pub fn new(value: Value<'_>, scan: Scan) -> Self {
        Self { value: value.index(), scan }
    }
}

/// How the value of a field is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scan {
    /// Not at all.
    Skip,
    /// Only for secrets that are certain by their form: card numbers with a valid check digit that are grouped or have
    /// 15 or 16 digits, Social Security numbers with hyphens, IBANs, magnetic stripes. A JSON document in a string is
    /// read like the document around it. In a URL, the password of a user and the parameters named like a secret count
    /// too.
    Form,
    /// As [`Form`](Self::Form), but a card number must be grouped: the value is named an identifier, which may look like
    /// any run of digits.
    Reference,
    /// As a text that is not part of the conversation.
    Alone,
    /// As [`Alone`](Self::Alone), after these words: a `"cvv": "123"` is scanned as `cvv: 123`.
    Labeled(&'static str),
    /// As a message of the conversation.
    Message,
    /// As [`Form`](Self::Form), and as the answer to a question for a secret. A value that does not answer it, such as a
    /// count, leaves it open.
    Answer,
    /// As a GraphQL document: the literals in it are scanned like the fields of a form.
    Program,
}

/// An event that can be added to a stream to carry held-back text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TemplateEvent {
    /// The event's name; empty if it has none.
    pub name: String,
    /// Its data: a JSON document.
    pub document: String,
    /// A JSON pointer to the string in the document that takes the text.
    pub pointer: String,
}

impl TemplateEvent {
    /// Creates an event from its name, its JSON document and a JSON pointer to the string that takes the text.
    #[must_use]
    pub fn new(name: impl Into<String>, document: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self { name: name.into(), document: document.into(), pointer: pointer.into() }
    }
}

/// A text in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text {
    /// The value that holds it: its [`Value::index`].
    pub value: usize,
    /// Who wrote it, if the document says so.
    pub role: Option<Role>,
    /// How it is spelled.
    pub spelling: Spelling,
    /// How it relates to other texts.
    pub part: Continuity,
}

impl Text {
    /// Creates a text from the value that holds it, its author, its spelling and its relation to other texts.
    #[must_use]
    pub fn new(value: Value<'_>, role: Option<Role>, spelling: Spelling, part: Continuity) -> Self {
        Self { value: value.index(), role, spelling, part }
    }
}

/// A value that is set to `null` if one of some texts changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Derived {
    /// The value: its [`Value::index`].
    pub value: usize,
    /// The texts: a range of [`ChatTexts::texts`].
    pub texts: Range<usize>,
}

impl Derived {
    /// Ties a value to a range of [`ChatTexts::texts`].
    #[must_use]
    pub fn new(value: Value<'_>, texts: Range<usize>) -> Self {
        Self { value: value.index(), texts }
    }
}

/// What a value of a large document is, judged by its path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A text in this spelling.
    Text(Spelling),
    /// The role of the author of this object and of everything in it.
    Role,
    /// A repetition of a text in another form, removed if a text has changed. See [`ChatTexts::tied`].
    Derived,
    /// A text, unless the `type` of its object is `base64`.
    Data,
    /// A value that is not part of the chat, but may contain a secret.
    Field(Scan),
    /// Anything else.
    Other,
}

/// How a text is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spelling {
    /// Plain text. If it is a JSON document itself, everything in that document is text.
    Plain,
    /// HTML.
    Html,
    /// A JSON document in a string.
    Json,
    /// An object or array: all its strings and numbers are one text, each after its key.
    Values,
}

/// How a text relates to other texts. Outside of event streams, each text is a message of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Continuity {
    /// A complete message.
    Whole,
    /// A repetition: the same message in another spelling, or all of a message that was sent in pieces before.
    Repeat,
    /// A piece of a message that continues over the documents of a stream, in the channel of this name. Text that is
    /// held back moves into the next piece of the channel, or into an additional event when the channel ends
    /// ([`ChatTexts::ends`]). This is for protocols whose clients concatenate the pieces.
    Movable(String),
    /// The same, but no text moves between events: an event is held back, with all events after it, until its piece can
    /// be released. This is for protocols about which nothing more is known. Do not mix it with
    /// [`Movable`](Self::Movable) in one document. [Tied](ChatTexts::tied) values stay.
    Next(String),
    /// Either a message or the next piece of one. It is scanned both alone and joined with the text before it in its
    /// channel. Its event is held back only if it ends in what may be the start of a secret.
    Ambiguous {
        /// The channel, if it is a piece.
        channel: String,
        /// An id or an author beside it suggests a message. It is then treated as a message unless the texts of the
        /// stream start with blanks, as the tokens of a language model do.
        message: bool,
    },
    /// The value of a field that is not known to be text, in the channel of this name. It is only scanned joined with the
    /// values of its channel in other events. Its event is held back only if it ends in digits.
    Unknown(String),
}

impl ChatTexts {
    /// Appends the text that a value of the document holds.
    pub fn push(&mut self, value: Value<'_>, role: Option<Role>, spelling: Spelling, part: Continuity) {
        self.texts.push(Text::new(value, role, spelling, part));
    }

    /// Returns the value that names or asks for this one.
    pub(crate) fn label(&self, value: usize) -> Option<usize> {
        self.labels.binary_search_by_key(&value, |label| label.0).ok().map(|at| self.labels[at].1)
    }

    /// Returns whether texts are pieces that stay in their events.
    pub(crate) fn is_joined(&self) -> bool {
        self.texts.iter().any(|text| {
            matches!(text.part, Continuity::Next(_) | Continuity::Ambiguous { .. } | Continuity::Unknown(_))
        })
    }

    /// Returns whether texts are pieces that move, or if a channel ends.
    pub(crate) fn is_streamed(&self) -> bool {
        !self.ends.is_empty() || self.texts.iter().any(|text| matches!(text.part, Continuity::Movable(_)))
    }
}

/// A shared [`ChatShape`] of any type. Cheap to clone.
#[derive(Clone)]
pub struct DynShape(Arc<dyn ChatShape>);

impl DynShape {
    /// Wraps a shape.
    #[must_use]
    pub fn new(shape: impl ChatShape) -> Self {
        Self(Arc::new(shape))
    }

    /// Returns the built-in shape of this name, one of [`SHAPES`].
    ///
    /// ```
    /// use lastfour::chat::DynShape;
    /// assert!(DynShape::named("matrix").is_some());
    /// assert!(DynShape::named("smoke-signals").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        SHAPES.iter().find(|shape| shape.name == name).map(|shape| (shape.make)())
    }
}

impl Default for DynShape {
    /// Returns [`Generic::default`].
    fn default() -> Self {
        Self::new(Generic::default())
    }
}

impl std::ops::Deref for DynShape {
    type Target = dyn ChatShape;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for DynShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynShape").field(&self.0.name()).finish()
    }
}

/// A built-in shape.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct BuiltInShape {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// What it is for, in one line.
    pub title: &'static str,
    /// Creates it with its default settings.
    pub make: fn() -> DynShape,
}

/// The built-in shapes.
pub static SHAPES: &[BuiltInShape] = &[
    BuiltInShape { name: "generic", title: "any JSON API; text by field names", make: DynShape::default },
    BuiltInShape { name: "all-strings", title: "every string and number", make: || DynShape::new(AllStrings) },
    BuiltInShape {
        name: "openai",
        title: "OpenAI chat completions, completions, responses and assistants",
        make: || DynShape::new(OpenAi),
    },
    BuiltInShape { name: "anthropic", title: "Anthropic messages", make: || DynShape::new(Anthropic) },
    BuiltInShape { name: "matrix", title: "Matrix client-server API", make: || DynShape::new(Matrix) },
    protocol::listed(0),
    protocol::listed(1),
    protocol::listed(2),
    protocol::listed(3),
    protocol::listed(4),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_shape_has_its_own_name_and_a_title() {
        for shape in SHAPES {
            assert_eq!((shape.make)().name(), shape.name);
            assert!(!shape.title.is_empty());
        }
    }
}
