//! Splits a message into data and framing.

use std::ops::Range;

/// The data of a message. Bytes outside of all parts are framing and are sent unchanged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The parts, in order.
    pub(crate) parts: Vec<Part>,
    /// The offsets from which the message is also read as plain text, because it may not be framed at all.
    pub(crate) also_from: &'static [usize],
    /// Whether binary data belong to the message.
    pub(crate) binary: bool,
}

/// A range of data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// The value of a header that states the length of this part in bytes.
    pub(crate) length: Option<Range<usize>>,
}

impl Part {
    pub(crate) fn new(span: Range<usize>, kind: Kind) -> Self {
        Self { span, kind, length: None }
    }
}

/// How a part is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As HTML.
    Html,
    /// As a document if it is one, otherwise as a text.
    Sniff,
    /// As a document in which every string and number is text, or as a text.
    Loose,
    /// As a text in the escapes of STOMP headers.
    Header,
    /// As a JSON document.
    Document(Layout),
}

/// Where the data of a JSON document are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Where the chat shape finds them.
    Whole,
    /// In an object with members that the protocol defines.
    Envelope(&'static Envelope),
    /// In the elements of an array from this index on. The elements before it are framing.
    Elements(usize),
}

/// The members of an object that a protocol wraps around data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// Members that are never text.
    pub(crate) framing: &'static [&'static str],
    /// Members that hold data: a string or number in them, or in an array in them, is text.
    pub(crate) data: &'static [&'static str],
    /// Strings can hold documents that are read like the one around them.
    pub(crate) documents_in_strings: bool,
}

impl Cut {
    /// Returns a message without data.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// Returns a message that is one part.
    pub(crate) fn one(span: Range<usize>, kind: Kind) -> Self {
        Self { parts: vec![Part::new(span, kind)], ..Self::default() }
    }
}
