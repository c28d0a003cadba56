//! A chat shape within the messages of a protocol.

use std::collections::HashSet;

use crate::chat::{ChatShape, ChatTexts, Continuity, DynShape, Field, Scan, Spelling};
use crate::json::{Document, Value, ValueKind};
use crate::message::Role;
use crate::middleware::websocket::framing::cut::{Envelope, Layout};

/// The maximum depth of a document in a string. Scanning rejects deeper ones.
const DEPTH: usize = 1024;

/// Reads the data of a message with an inner chat shape.
pub(super) struct Inside {
    pub(super) layout: Layout,
    pub(super) shape: DynShape,
    /// Whether the roles that a message names count.
    pub(super) trusts_roles: bool,
}

impl ChatShape for Inside {
    fn name(&self) -> &str {
        self.shape.name()
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut found = match self.layout {
            Layout::Elements(first) if document.is_array() => {
                let mut found = ChatTexts::default();
                for element in document.children().skip(first) {
                    self.element(element, &mut found);
                }
                found
            }
            Layout::Envelope(envelope) if document.is_object() => self.envelope(document, envelope),
            _ => self.shape.read(document),
        };
        if !self.trusts_roles {
            for text in &mut found.texts {
                text.role = None;
            }
        }
        found
    }

    fn read_event(&self, document: Value<'_>) -> ChatTexts {
        let mut found = self.shape.read_event(document);
        let framing: HashSet<usize> = match self.layout {
            Layout::Elements(first) if document.is_array() => {
                document.children().take(first).map(Value::index).collect()
            }
            Layout::Envelope(envelope) if document.is_object() => framing_of(document, envelope).collect(),
            _ => HashSet::new(),
        };
        if found.tied.is_empty() {
            found.texts.retain(|text| !framing.contains(&text.value));
        }
        if !self.trusts_roles {
            for text in &mut found.texts {
                text.role = None;
            }
        }
        found
    }

    fn plain_event(&self) -> Continuity {
        self.shape.plain_event()
    }

    fn is_field(&self, name: &str) -> bool {
        self.shape.is_field(name)
    }

    fn read_form(&self, fields: &[(&str, &[u8])]) -> Vec<Scan> {
        self.shape.read_form(fields)
    }
}

impl Inside {
    fn envelope(&self, document: Value<'_>, envelope: &Envelope) -> ChatTexts {
        let mut found = self.shape.read(document);
        // In document order, so that they can be searched.
        let framing: Vec<usize> = framing_of(document, envelope).collect();
        // Tied values refer to texts by index.
        if found.tied.is_empty() && !framing.is_empty() {
            found.texts.retain(|text| framing.binary_search(&text.value).is_err());
        }
        for field in &mut found.fields {
            if field.scan == Scan::Answer && framing.binary_search(&field.value).is_ok() {
                field.scan = Scan::Form;
            }
        }
        if envelope.documents_in_strings {
            self.documents(document, &mut found);
        }
        let role = ["role", "sender", "from", "author"]
            .into_iter()
            .find_map(|name| document.get(name).find_map(|value| Role::from_name(&value.as_str()?)));
        let known: HashSet<usize> = found.texts.iter().map(|text| text.value).collect();
        let mut added = HashSet::new();
        for member in document.children().filter(|member| member.is_one_of(envelope.data)) {
            let scalars: Vec<Value<'_>> = if member.is_array() { member.children().collect() } else { vec![member] };
            for value in scalars.into_iter().filter(|value| is_scalar(*value) && !known.contains(&value.index())) {
                added.insert(value.index());
                found.push(value, role, Spelling::Plain, Continuity::Whole);
            }
        }
        found.fields.retain(|field| !added.contains(&field.value));
        found
    }

    /// Reads documents in strings as documents, with the speakers that they name, and not as texts.
    fn documents(&self, document: Value<'_>, found: &mut ChatTexts) {
        let (mut inner, mut documents) = (HashSet::new(), Vec::new());
        let mut stack = vec![document];
        while let Some(value) = stack.pop() {
            stack.extend(value.children());
            let opens = matches!(value.raw().trim_ascii_start().first(), Some(b'{' | b'['));
            if value.kind() == ValueKind::String && opens && is_document(value) {
                inner.insert(value.index());
                documents.push(value);
            }
        }
        found.fields.retain(|field| !inner.contains(&field.value));
        found.fields.extend(documents.into_iter().map(|value| Field::new(value, Scan::Form)));
        found.texts.retain(|text| !inner.contains(&text.value));
    }

    /// Adds the contents of an argument: a text or a document.
    fn element(&self, element: Value<'_>, found: &mut ChatTexts) {
        if is_scalar(element) {
            found.push(element, None, Spelling::Plain, Continuity::Whole);
            return;
        }
        let more = self.shape.read(element);
        let texts = found.texts.len();
        found.texts.extend(more.texts);
        found.fields.extend(more.fields);
        found.tied.extend(more.tied.into_iter().map(|mut tied| {
            tied.texts = tied.texts.start + texts..tied.texts.end + texts;
            tied
        }));
        found.once.extend(more.once);
        found.labels.extend(more.labels);
    }
}

/// Returns the members that are framing, in document order.
fn framing_of<'t>(document: Value<'t>, envelope: &Envelope) -> impl Iterator<Item = usize> {
    let is_framing = |member: &Value<'_>| member.is_one_of(envelope.framing) && !member.raw().contains(&b' ');
    document.children().filter(is_framing).map(Value::index)
}

/// Returns whether a string is a JSON document. Other strings that start like one are texts.
fn is_document(value: Value<'_>) -> bool {
    value.text().is_some_and(|text| Document::is_valid(&text.bytes, DEPTH))
}

fn is_scalar(value: Value<'_>) -> bool {
    matches!(value.kind(), ValueKind::String | ValueKind::Number)
}
