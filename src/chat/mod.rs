//! Chat shapes: which values of a JSON document are text that somebody says, whose it is, and in which order.
//!
//! In comes a document; out comes a [`ChatTexts`]: its texts in the order in which they are said. Each shape is one file
//! and one row of [`SHAPES`]; a user's own is a type that implements [`ChatShape`]. What a shape does not name is left
//! alone, byte for byte.
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
//! let reading = OpenAi.read(tree.root());
//! assert_eq!(reading.texts.len(), 1);
//! assert_eq!(reading.texts[0].role, Some(Role::Customer));
//! assert_eq!(tree.value(reading.texts[0].value).unwrap().raw(), b"hello");
//! # Ok::<(), lastfour::json::JsonError>(())
//! ```

mod all_strings;
mod anthropic;
mod generic;
mod matrix;
mod openai;
mod walk;

use std::fmt;
use std::sync::Arc;

pub use all_strings::AllStrings;
pub use anthropic::Anthropic;
pub use generic::Generic;
pub use matrix::Matrix;
pub use openai::OpenAi;

use crate::json::{Path, Value};
use crate::message::Role;

/// How documents of one kind carry chat.
///
/// # A shape of one's own
///
/// A server that streams its answers as events, several at once, each a piece of a block:
///
/// ```
/// use lastfour::chat::{ChatShape, Continuity, ChatTexts, DynShape, Spelling};
/// use lastfour::json::Value;
/// use lastfour::{Engine, Filter, BodyFormat, Role};
///
/// struct Blocks;
///
/// impl ChatShape for Blocks {
///     fn name(&self) -> &str {
///         "blocks"
///     }
///
///     fn read(&self, document: Value<'_>) -> ChatTexts {
///         let mut reading = ChatTexts::default();
///         // The slash keeps block 1 and block 10 apart where one of them ends.
///         let block = format!("{}/", document.number("block").unwrap_or_default());
///         for text in document.get("chars") {
///             reading.push(text, Some(Role::Bot), Spelling::Plain, Continuity::Next(block.clone()));
///         }
///         if document.string("op").as_deref() == Some("close") {
///             reading.ends.push(block);
///         }
///         reading
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
/// // The mask stands where the number begins; the other bytes are those that came in.
/// assert_eq!(seen, stream.replace("3782 82", "**** ****** *0005").replace("2463 10005", ""));
/// # Ok::<(), lastfour::ScanError>(())
/// ```
pub trait ChatShape: Send + Sync + 'static {
    /// A short name, in kebab-case.
    fn name(&self) -> &str;

    /// The texts of a document.
    fn read(&self, document: Value<'_>) -> ChatTexts;

    /// The texts of the document that the data of an event are (`text/event-stream`). As [`read`](Self::read), where
    /// nothing else is said.
    fn read_event(&self, document: Value<'_>) -> ChatTexts {
        self.read(document)
    }

    /// What the data of an event are that are no document: by default, a message or a piece of one. A
    /// [`Continuity::Movable`] is taken for a [`Continuity::Next`].
    fn plain_event(&self) -> Continuity {
        Continuity::Ambiguous { channel: String::new(), message: false }
    }

    /// What stands at a place of a document that is too large to be seen whole. `None` where the shape cannot tell
    /// without the whole: such a document is refused.
    fn place(&self, path: Path<'_>) -> Option<Place> {
        let _ = path;
        None
    }

    /// Whether the field of a form by that name is text.
    fn is_field(&self, name: &str) -> bool {
        Generic::default().is_field(name)
    }

    /// Whether a request carries all that was said before, so that the conversation is in it and nowhere else.
    fn carries_history(&self) -> bool {
        false
    }
}

/// What a shape sees in a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatTexts {
    /// The texts, in the order in which they are said.
    pub texts: Vec<Text>,
    /// Values that say again, in another way, what a text says, and cannot stay where it changes.
    pub tied: Vec<Derived>,
    /// The channels that end with this document: those that start with one of these.
    pub ends: Vec<String>,
    /// Values that a stream says once, by [`Value::index`]: the name of a tool. What was held back of a piece may have to
    /// be written into an event of its own, made after the document's; these, all other texts and all objects and arrays
    /// in which the piece is not are left out of that.
    pub once: Vec<usize>,
    /// The event that is made for what was held back where one like the document's would not do, because the document
    /// opens what the piece is in.
    pub spare: Option<TemplateEvent>,
}

/// An event that can be added to a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateEvent {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its data, a JSON document.
    pub document: String,
    /// The JSON pointer to the string in it that takes the text.
    pub pointer: String,
}

/// A text in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value that holds it, by [`Value::index`].
    pub value: usize,
    /// Who says it, where the document tells.
    pub role: Option<Role>,
    /// How it is spelled.
    pub spelling: Spelling,
    /// How it belongs to other texts.
    pub part: Continuity,
}

/// A value that is set to `null` where a text changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// The value, by [`Value::index`].
    pub value: usize,
    /// The texts, by their places in [`ChatTexts::texts`].
    pub texts: std::ops::Range<usize>,
}

/// What stands at a place of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A text, in this spelling.
    Text(Spelling),
    /// The name of who speaks in this object and below.
    Role,
    /// What says again, in another way, what a text says, and goes where one changed.
    Derived,
    /// A text, unless the `type` of its object is `base64`.
    Data,
    /// None of these.
    Other,
}

/// How a text is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spelling {
    /// As it is; where it is a JSON document in turn, everything in that.
    Plain,
    /// As HTML.
    Html,
    /// As a JSON document in a string.
    Json,
    /// As an object or array: all strings and numbers in it together, with their keys.
    Values,
}

/// How a text belongs to other texts. Outside of event streams each is a message of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Continuity {
    /// It is a message.
    Whole,
    /// It repeats what was said: the same message in another spelling, or the whole of what came in pieces.
    Repeat,
    /// It is a piece of a message that is spread over the documents of a stream: the next of its channel. What is not yet
    /// safe to go on of it is written into the next piece of the channel, or into an event that is made where the channel
    /// ends ([`ChatTexts::ends`]): for protocols whose readers put the pieces together whatever event they come in.
    Movable(String),
    /// The same, but nothing moves from one event to another: an event whose piece is not yet safe to go on is held, with
    /// all that come after it. For protocols of which nothing more is known than that. Not to be mixed with
    /// [`Movable`](Self::Movable) in one document; what is [tied](ChatTexts::tied) to it stays.
    Next(String),
    /// It is a message or the next piece of one, and nobody knows which. It is scanned as both: alone, and joined with
    /// what came before in its channel. Its event is held where it ends in what may be the start of a secret, and nowhere
    /// else.
    Ambiguous {
        /// The channel, where it is a piece.
        channel: String,
        /// What stands beside it says that it is a message: its id, who says it. Then it is one, unless the texts of the
        /// stream begin with blanks, as pieces do.
        message: bool,
    },
}

impl ChatTexts {
    /// Adds the text that a value of the document holds: after those that are there, as it is said after them.
    pub fn push(&mut self, value: Value<'_>, role: Option<Role>, spelling: Spelling, part: Continuity) {
        self.texts.push(Text { value: value.index(), role, spelling, part });
    }

    /// Whether texts are pieces that stay in their events.
    pub(crate) fn is_joined(&self) -> bool {
        self.texts.iter().any(|text| matches!(text.part, Continuity::Next(_) | Continuity::Ambiguous { .. }))
    }

    /// Whether texts are pieces that move, or a channel ends.
    pub(crate) fn is_streamed(&self) -> bool {
        !self.ends.is_empty() || self.texts.iter().any(|text| matches!(text.part, Continuity::Movable(_)))
    }
}

/// A chat shape to be handed around: cheap to clone.
#[derive(Clone)]
pub struct DynShape(Arc<dyn ChatShape>);

impl DynShape {
    /// A shape of one's own.
    #[must_use]
    pub fn new(shape: impl ChatShape) -> Self {
        Self(Arc::new(shape))
    }

    /// The built-in shape of that name: one of [`SHAPES`].
    ///
    /// ```
    /// use lastfour::chat::DynShape;
    /// assert!(DynShape::named("matrix").is_some());
    /// assert!(DynShape::named("smoke-signals").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        SHAPES.iter().find(|row| row.name == name).map(|row| (row.make)())
    }
}

impl Default for DynShape {
    /// [`Generic`] with its own fields.
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
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub title: &'static str,
    /// Makes it.
    pub make: fn() -> DynShape,
}

/// The built-in shapes.
pub static SHAPES: [Row; 5] = [
    Row { name: "generic", title: "fields named text, content, body, message and the like", make: DynShape::default },
    Row { name: "all-strings", title: "every string and number", make: || DynShape::new(AllStrings) },
    Row { name: "openai", title: "OpenAI chat completions, completions and responses", make: || DynShape::new(OpenAi) },
    Row { name: "anthropic", title: "Anthropic messages", make: || DynShape::new(Anthropic) },
    Row { name: "matrix", title: "events of the Matrix client-server protocol", make: || DynShape::new(Matrix) },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_makes_the_shape_of_its_name() {
        for row in SHAPES {
            assert_eq!((row.make)().name(), row.name);
            assert!(!row.title.is_empty());
        }
    }
}
