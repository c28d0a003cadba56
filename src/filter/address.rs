//! The parts of a URL that may hold a secret: the password of a user, the segments of the path, the parameters.

use crate::chat::{is_reference, is_text, secret_label};
use crate::span::Span;
use crate::wire::form;

/// The longest scheme, in bytes.
const LONGEST_SCHEME: usize = 16;

/// A part of a URL, still encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) span: Span,
    pub(super) means: Means,
}

/// What a part of a URL is, by the name before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// The secret with this label.
    Secret(&'static str),
    /// An identifier.
    Reference,
    /// A text, by the name of its parameter.
    Text,
    Unknown,
}

/// Returns `true` for a URL with a scheme, and for one that starts with its path or its parameters.
pub(super) fn is_address(text: &[u8]) -> bool {
    let is_relative = matches!(text, [b'/', next, ..] if *next != b' ') || text.starts_with(b"?");
    (is_relative || authority(text).is_some()) && !text.iter().any(u8::is_ascii_whitespace)
}

/// Returns the parts of a URL, in order.
pub(super) fn parts(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let start = authority(text).unwrap_or(0);
    let query = text.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(text.len()).max(start);
    let mut at = start;
    let mut before: &[u8] = b"";
    for (nth, segment) in text[start..query].split(|byte| *byte == b'/').enumerate() {
        let span = Span::new(at, at + segment.len());
        at = span.end + 1;
        if nth == 0 && start > 0 {
            let user = segment.iter().rposition(|byte| *byte == b'@').unwrap_or(0);
            if let Some(colon) = segment[..user].iter().position(|byte| *byte == b':') {
                let span = Span::new(start + colon + 1, start + user);
                parts.push(Part { span, means: Means::Secret("password") });
            }
            continue;
        }
        // `/items/4111...`: a plural names a collection, and what follows it is an id.
        let is_id = before.ends_with(b"s") || is_reference(before);
        parts.push(Part { span, means: if is_id { Means::Reference } else { Means::Unknown } });
        before = segment;
    }
    let mut start = (query + 1).min(text.len());
    // The fragment may have parameters, too.
    for parameters in text[start..].split(|byte| matches!(byte, b'#' | b'?')) {
        parts.extend(form::pairs(parameters).map(|pair| {
            let name = &parameters[pair.name.range()];
            let means = match secret_label(name) {
                _ if pair.is_bare() => Means::Unknown,
                Some(label) => Means::Secret(label),
                None if is_reference(name) => Means::Reference,
                None if is_text(name) => Means::Text,
                None => Means::Unknown,
            };
            let span = if pair.is_bare() { pair.name } else { pair.value };
            Part { span: Span::new(start + span.start, start + span.end), means }
        }));
        start += parameters.len() + 1;
    }
    parts
}

/// Returns where the authority of a URL starts: after `scheme://`.
fn authority(text: &[u8]) -> Option<usize> {
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let len = text.iter().take(LONGEST_SCHEME).take_while(|byte| is_scheme(byte)).count();
    (len > 0 && text[len..].starts_with(b"://")).then_some(len + 3)
}
