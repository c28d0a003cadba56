//! What is done with a body, by its content type.

use crate::filter::{Failure, Format, ascii_charset};
use crate::wire::multipart::parameter;

/// What is done with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Treatment {
    /// It is scanned as one text.
    Text,
    /// It is scanned as a JSON document.
    Json,
    /// It is scanned as a JSON document a line.
    Ndjson,
    /// It is scanned as server-sent events.
    Events,
    /// It is scanned as an HTML form.
    Form,
    /// It is scanned as a multipart form.
    Multipart,
    /// It passes unseen.
    Pass,
    /// It is refused.
    Refuse,
}

/// Which content types are treated how.
///
/// By default: JSON (`application/json`, `+json`), lines of JSON, forms, multipart forms, event streams, `text/*`, XML,
/// JavaScript, YAML and GraphQL are scanned, and so is a body without a content type, as text. Everything else passes:
/// images, sound, films, fonts, archives, `application/octet-stream`, gRPC.
///
/// # Example
///
/// ```
/// use lastfour::http::{ContentTypes, Treatment};
/// let types = ContentTypes::default().set("application/x-chat", Treatment::Text).set("*/*", Treatment::Refuse);
/// assert_eq!(types.treatment("application/x-chat; v=1"), Treatment::Text);
/// assert_eq!(types.treatment("image/png"), Treatment::Pass);
/// assert_eq!(types.treatment("application/octet-stream"), Treatment::Refuse);
/// ```
#[derive(Debug, Clone, Default)]
pub struct ContentTypes {
    own: Vec<(String, Treatment)>,
}

/// From the most to the least special: the first that fits decides.
const DEFAULT: [(&str, Treatment); 26] = [
    ("application/json", Treatment::Json),
    ("text/json", Treatment::Json),
    ("application/x-ndjson", Treatment::Ndjson),
    ("application/ndjson", Treatment::Ndjson),
    ("application/jsonl", Treatment::Ndjson),
    ("application/x-jsonlines", Treatment::Ndjson),
    ("application/jsonlines", Treatment::Ndjson),
    ("application/json-lines", Treatment::Ndjson),
    ("application/json-seq", Treatment::Ndjson),
    ("application/stream+json", Treatment::Ndjson),
    ("application/x-www-form-urlencoded", Treatment::Form),
    ("text/event-stream", Treatment::Events),
    ("application/xml", Treatment::Text),
    ("application/javascript", Treatment::Text),
    ("application/yaml", Treatment::Text),
    ("application/x-yaml", Treatment::Text),
    ("application/graphql", Treatment::Text),
    ("application/xhtml+xml", Treatment::Text),
    ("application/json5", Treatment::Text),
    ("", Treatment::Text),
    ("image/*", Treatment::Pass),
    ("audio/*", Treatment::Pass),
    ("video/*", Treatment::Pass),
    ("font/*", Treatment::Pass),
    ("text/*", Treatment::Text),
    ("multipart/*", Treatment::Multipart),
];

impl ContentTypes {
    /// Treats a content type so from now on: `application/x-chat`, `text/*`, `*/*+xml`, or `*/*` for all that no other
    /// rule names.
    #[must_use]
    pub fn set(mut self, pattern: &str, treatment: Treatment) -> Self {
        let pattern = pattern.to_ascii_lowercase();
        self.own.retain(|(own, _)| *own != pattern);
        self.own.push((pattern, treatment));
        self
    }

    /// How a body of this content type is treated. A body without one has the empty content type.
    #[must_use]
    pub fn treatment(&self, content_type: &str) -> Treatment {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let own = |any: bool| {
            self.own.iter().find(|(pattern, _)| (pattern == "*/*") == any && fits(pattern, &essence)).map(|(_, t)| *t)
        };
        own(false)
            .or_else(|| DEFAULT.iter().find(|(pattern, _)| fits(pattern, &essence)).map(|(_, t)| *t))
            .or_else(|| match essence.rsplit_once('+').map(|(_, suffix)| suffix) {
                Some("json") => Some(Treatment::Json),
                Some("xml" | "yaml") => Some(Treatment::Text),
                _ => own(true),
            })
            .unwrap_or(Treatment::Pass)
    }

    /// The format in which a body of this content type is scanned; `None` where it passes.
    pub(super) fn format(&self, content_type: &str) -> Result<Option<Format>, Failure> {
        let format = match self.treatment(content_type) {
            Treatment::Pass => return Ok(None),
            Treatment::Refuse => return Err(Failure::ContentType),
            Treatment::Text => Format::Text,
            Treatment::Json => Format::Json,
            Treatment::Ndjson => Format::Ndjson,
            Treatment::Events => Format::Events,
            Treatment::Form => Format::Form,
            Treatment::Multipart => match parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty()) {
                Some(boundary) => Format::Multipart { boundary },
                None => return Err(Failure::Malformed),
            },
        };
        if ascii_charset(content_type) { Ok(Some(format)) } else { Err(Failure::Charset) }
    }
}

fn fits(pattern: &str, essence: &str) -> bool {
    match pattern.split_once('*') {
        _ if pattern == "*/*" => true,
        Some(("", suffix)) => essence.ends_with(suffix.trim_start_matches("/*")),
        Some((family, _)) => essence.starts_with(family),
        None => pattern == essence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_scanned_and_what_is_none_passes() {
        let types = ContentTypes::default();
        for (content_type, treatment) in [
            ("application/json", Treatment::Json),
            ("Application/JSON; charset=utf-8", Treatment::Json),
            ("application/problem+json", Treatment::Json),
            ("text/html", Treatment::Text),
            ("image/svg+xml", Treatment::Pass),
            ("application/atom+xml", Treatment::Text),
            ("", Treatment::Text),
            ("application/pdf", Treatment::Pass),
            ("text/event-stream", Treatment::Events),
        ] {
            assert_eq!(types.treatment(content_type), treatment, "{content_type}");
        }
    }

    #[test]
    fn the_list_is_the_users() {
        let types = ContentTypes::default()
            .set("image/svg+xml", Treatment::Text)
            .set("text/*", Treatment::Pass)
            .set("*/*+protobuf", Treatment::Refuse);
        assert_eq!(types.treatment("image/svg+xml"), Treatment::Text);
        assert_eq!(types.treatment("text/plain"), Treatment::Pass);
        assert_eq!(types.treatment("application/x+protobuf"), Treatment::Refuse);
        assert_eq!(types.treatment("application/json"), Treatment::Json);
    }

    #[test]
    fn a_charset_in_which_digits_are_no_ascii_is_refused() {
        let types = ContentTypes::default();
        assert_eq!(types.format("text/plain; charset=UTF-16LE"), Err(Failure::Charset));
        assert_eq!(types.format("text/plain; charset=\"iso-8859-1\""), Ok(Some(Format::Text)));
        assert_eq!(types.format("multipart/form-data"), Err(Failure::Malformed));
        assert_eq!(types.format("image/png; charset=utf-16"), Ok(None));
    }
}
