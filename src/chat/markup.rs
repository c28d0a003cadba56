//! What the attributes of HTML hold, by their names and by those of other attributes in the same tag.

use std::cell::LazyCell;

use crate::chat::names::secret_label;
use crate::span::Span;

/// Attributes whose values are read by programs only. A secret in them can be recognized only by its form.
const FORMAL: &[&str] = &[
    "class",
    "d",
    "height",
    "id",
    "media",
    "points",
    "rel",
    "sizes",
    "srcset",
    "style",
    "transform",
    "viewbox",
    "width",
    "xmlns",
];

/// Attributes that name the content of an element.
const NAMING: &[&str] =
    &["name", "id", "property", "itemprop", "type", "autocomplete", "placeholder", "aria-label", "data-name", "for"];

/// Attributes with the content of an element.
const HOLDING: &[&str] = &["value", "content", "data-value", "placeholder"];

/// Types of inputs whose value is a caption.
const CAPTIONED: &[&str] = &["submit", "button", "reset", "image"];

/// An attribute of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Span,
    /// Its value without quotation marks.
    pub value: Span,
    /// What the value is.
    pub holds: Holds,
}

/// What the value of an attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The secret with this label.
    Secret(&'static str),
    /// Something that people may read.
    Text,
    /// Something for programs.
    Formal,
}

/// Returns the attributes at `span`, which is the inside of a tag without its name. `field` is what the label before the
/// tag says about its content.
#[must_use]
pub fn attributes(bytes: &[u8], span: Span, field: Option<&'static str>) -> Vec<Attribute> {
    let pairs = pairs(bytes, span);
    let naming = LazyCell::new(|| {
        let is_type = |(name, _): &&(Span, Span)| is_one_of(&["type"], &bytes[name.range()]);
        if pairs.iter().filter(is_type).any(|(_, value)| is_one_of(CAPTIONED, &bytes[value.range()])) {
            return None;
        }
        let names = pairs.iter().filter(|(name, _)| is_one_of(NAMING, &bytes[name.range()]));
        names.filter_map(|(_, value)| secret_label(&bytes[value.range()])).next().or(field)
    });
    let holds = |name: &[u8], value: &[u8]| {
        // Several words in place of a value say what to type.
        let is_hint = is_one_of(&["placeholder"], name) && value.contains(&b' ');
        let lower = name.to_ascii_lowercase();
        let own = secret_label(lower.strip_prefix(b"data-").unwrap_or(&lower));
        match own.or_else(|| if is_one_of(HOLDING, name) && !is_hint { *naming } else { None }) {
            Some(label) => Holds::Secret(label),
            None if is_one_of(FORMAL, name) => Holds::Formal,
            None => Holds::Text,
        }
    };
    pairs
        .iter()
        .map(|&(name, value)| Attribute { name, value, holds: holds(&bytes[name.range()], &bytes[value.range()]) })
        .collect()
}

/// Returns the attributes at `span`: names, and values without their quotation marks.
#[must_use]
pub fn pairs(bytes: &[u8], span: Span) -> Vec<(Span, Span)> {
    let mut all = Vec::new();
    let mut at = span.start;
    while at < span.end {
        at += bytes[at..span.end].iter().take_while(|b| b.is_ascii_whitespace() || **b == b'/').count();
        let name =
            bytes[at..span.end].iter().take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'/')).count();
        let name = Span::new(at, at + name);
        at = name.end;
        at += bytes[at..span.end].iter().take_while(|b| b.is_ascii_whitespace()).count();
        if bytes[at..span.end].first() != Some(&b'=') {
            if name.is_empty() {
                at += 1;
            }
            continue;
        }
        at += 1;
        at += bytes[at..span.end].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let value = match bytes[at..span.end].first() {
            Some(quote @ (b'"' | b'\'')) => {
                let rest = &bytes[at + 1..span.end];
                let len = rest.iter().position(|b| b == quote).unwrap_or(rest.len());
                let value = Span::new(at + 1, at + 1 + len);
                at = (value.end + 1).min(span.end);
                value
            }
            _ => {
                let len = bytes[at..span.end].iter().take_while(|b| !b.is_ascii_whitespace()).count();
                let value = Span::new(at, at + len);
                at = value.end;
                value
            }
        };
        if !name.is_empty() {
            all.push((name, value));
        }
    }
    all
}

fn is_one_of(list: &[&str], name: &[u8]) -> bool {
    list.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}
