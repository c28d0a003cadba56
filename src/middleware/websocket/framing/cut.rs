//! A message taken apart: which of its bytes are data, and how they are read.

use std::ops::Range;

/// The data of a message. Bytes in no part are framing and are sent as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The parts, in order.
    pub(crate) parts: Vec<Part>,
    /// The offsets from which the message is also read as a text that is not framed, because it is not certain that it is.
    pub(crate) also_from: &'static [usize],
    /// Binary data belong to the message.
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

/// Where the data are in a JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// The chat shape says so.
    Whole,
    /// In an object with members of the protocol.
    Envelope(&'static Envelope),
    /// In the elements of an array from this one on. The elements before it are framing.
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
    /// A message without data.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// A message that is one part.
    pub(crate) fn one(span: Range<usize>, kind: Kind) -> Self {
        Self { parts: vec![Part::new(span, kind)], ..Self::default() }
    }
}
