//! Protocols that [`Generic`] reads with a few more names: one row for each.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::chat::{ChatShape, ChatTexts, Continuity, DynShape, Generic, Place, Scan};
use crate::json::{Path, Value};

/// A protocol of a language model that is read by field names, as [`Generic`] does.
///
/// Fields whose names the protocol does not list are scanned as [`Generic`] scans them, so nothing of a newer version
/// passes unread. Unlike [`Generic`], it knows that the events of a stream are pieces of one answer for each field, so that no
/// event is taken for a message, and that a request carries the whole conversation.
///
/// ```
/// use lastfour::chat::{DynShape, Protocol};
/// use lastfour::{BodyFormat, Engine, Filter};
/// let lines = "{\"response\":\"it is 3782 82\"}\n{\"response\":\"2463 10005\",\"done\":true}\n";
/// let mut filter = Filter::new(Engine::default(), BodyFormat::Ndjson).shape(DynShape::new(Protocol::Ollama));
/// let mut out = Vec::new();
/// filter.push(lines.as_bytes(), &mut out)?;
/// filter.finish(&mut out)?;
/// assert_eq!(out, b"{\"response\":\"it is **** ****** *0005\"}\n{\"response\":\"\",\"done\":true}\n");
/// # Ok::<(), lastfour::ScanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Google Gemini `generateContent` and `streamGenerateContent`, as events or as one array.
    Gemini,
    /// Ollama `generate` and `chat`, as lines of JSON.
    Ollama,
    /// The stream protocols of Vercel's AI SDK: `0:"text"` lines, and events with `text-delta`.
    Vercel,
    /// Cohere `chat`, versions 1 and 2.
    Cohere,
    /// Amazon Bedrock `converse`, and the text models of `invoke`, as events or lines of JSON.
    Bedrock,
}

/// What is particular to a protocol.
struct Row {
    protocol: Protocol,
    name: &'static str,
    title: &'static str,
    /// Fields of text that [`Generic`] does not take for text by their names.
    text: &'static [&'static str],
    make: fn() -> DynShape,
}

const ROWS: [Row; 5] = [
    Row {
        protocol: Protocol::Gemini,
        name: "gemini",
        title: "Google Gemini, as events or as an array",
        text: &["code", "thought"],
        make: || DynShape::new(Protocol::Gemini),
    },
    Row {
        protocol: Protocol::Ollama,
        name: "ollama",
        title: "Ollama generate and chat",
        text: &["system", "suffix", "thinking"],
        make: || DynShape::new(Protocol::Ollama),
    },
    Row {
        protocol: Protocol::Vercel,
        name: "vercel",
        title: "streams of Vercel's AI SDK",
        text: &["textDelta", "inputTextDelta", "reasoning"],
        make: || DynShape::new(Protocol::Vercel),
    },
    Row {
        protocol: Protocol::Cohere,
        name: "cohere",
        title: "Cohere chat",
        text: &["preamble", "generation", "thinking", "tool_plan"],
        make: || DynShape::new(Protocol::Cohere),
    },
    Row {
        protocol: Protocol::Bedrock,
        name: "bedrock",
        title: "Amazon Bedrock converse, and text models",
        text: &["generation", "outputText", "inputText", "completion"],
        make: || DynShape::new(Protocol::Bedrock),
    },
];

static SHAPES: LazyLock<Vec<Generic>> = LazyLock::new(|| {
    ROWS.iter().map(|row| Generic::default().and(row.text.iter().copied().map(Cow::Borrowed)).pieces()).collect()
});

/// The rows as they are listed with the other shapes.
pub(super) const fn listed(at: usize) -> super::BuiltInShape {
    super::BuiltInShape { name: ROWS[at].name, title: ROWS[at].title, make: ROWS[at].make }
}

impl Protocol {
    fn row(self) -> usize {
        ROWS.iter().position(|row| row.protocol == self).unwrap_or_default()
    }

    fn shape(self) -> &'static Generic {
        &SHAPES[self.row()]
    }
}

impl ChatShape for Protocol {
    fn name(&self) -> &str {
        ROWS[self.row()].name
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        self.shape().read(document)
    }

    fn read_event(&self, document: Value<'_>) -> ChatTexts {
        self.shape().read_event(document)
    }

    fn plain_event(&self) -> Continuity {
        self.shape().plain_event()
    }

    fn place(&self, path: Path<'_>) -> Option<Place> {
        self.shape().place(path)
    }

    fn read_form(&self, fields: &[(&str, &[u8])]) -> Vec<Scan> {
        self.shape().read_form(fields)
    }

    fn is_field(&self, name: &str) -> bool {
        self.shape().is_field(name)
    }

    fn carries_history(&self) -> bool {
        true
    }
}
