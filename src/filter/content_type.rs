//! How a body, or part of one, is treated by its content type.

use crate::filter::{BodyFormat, ScanError};
use crate::wire::multipart::parameters;

/// How a body is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Treatment {
    /// Scan it as one text.
    Text,
    /// Scan it as HTML: its text, attributes and comments, and the whole source for numbers that are certain by their form.
    Html,
    /// Scan it as a JSON document.
    Json,
    /// Scan it as one JSON document per line.
    Ndjson,
    /// Scan it as server-sent events.
    Events,
    /// Scan it as an HTML form.
    Form,
    /// Scan it as a multipart form.
    Multipart,
    /// Scan it as a JSON document if it starts like one, otherwise as one text. Pass it through unscanned if it is binary.
    Sniff,
    /// Pass it through unscanned.
    Pass,
    /// Reject it.
    Refuse,
}

/// Maps content types to treatments.
///
/// By default, JSON (`application/json`, `+json`), JSON lines, forms, multipart forms, event streams, `text/*`, XML,
/// JavaScript, YAML, GraphQL, SVG and bodies without a content type are scanned. Other images, audio, video, fonts, models,
/// archives, office documents, `application/octet-stream`, gRPC, Protocol Buffers, CBOR and MessagePack pass unscanned. All
/// other content types, including malformed ones, are scanned as JSON if they start like JSON, and otherwise as text, unless
/// their first 4 KiB are binary: then they pass unscanned, too, and [`Report::binaries`](crate::Report::binaries) counts
/// them.
///
/// # Example
///
/// ```
/// use lastfour::{ContentTypes, Treatment};
/// let types = ContentTypes::default().set("application/x-ink", Treatment::Pass).set("*/*", Treatment::Refuse);
/// assert_eq!(types.treatment("application/x-ink; v=1"), Treatment::Pass);
/// assert_eq!(types.treatment("image/png"), Treatment::Pass);
/// assert_eq!(types.treatment("application/x-unheard-of"), Treatment::Refuse);
/// assert_eq!(ContentTypes::default().treatment("application/x-unheard-of"), Treatment::Sniff);
/// ```
#[derive(Debug, Clone, Default)]
pub struct ContentTypes {
    own: Vec<(String, Treatment)>,
}

/// From the most to the least specific pattern: the first match decides.
const DEFAULT: &[(&str, Treatment)] = &[
    ("", Treatment::Text),
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
    ("application/json5", Treatment::Text),
    ("text/html", Treatment::Html),
    ("application/xhtml+xml", Treatment::Html),
    ("multipart/*", Treatment::Multipart),
    ("text/*", Treatment::Text),
    ("*/*+json", Treatment::Json),
    ("image/svg+xml", Treatment::Html),
    ("image/*", Treatment::Pass),
    ("audio/*", Treatment::Pass),
    ("video/*", Treatment::Pass),
    ("font/*", Treatment::Pass),
    ("model/*", Treatment::Pass),
    ("*/*+xml", Treatment::Text),
    ("*/*+yaml", Treatment::Text),
    ("*/*+zip", Treatment::Pass),
    ("*/*+gzip", Treatment::Pass),
    ("*/*+cbor", Treatment::Pass),
    ("*/*+protobuf", Treatment::Pass),
    ("application/octet-stream", Treatment::Pass),
    ("application/pdf", Treatment::Pass),
    ("application/zip", Treatment::Pass),
    ("application/gzip", Treatment::Pass),
    ("application/x-gzip", Treatment::Pass),
    ("application/zstd", Treatment::Pass),
    ("application/x-bzip2", Treatment::Pass),
    ("application/x-xz", Treatment::Pass),
    ("application/x-tar", Treatment::Pass),
    ("application/x-7z-compressed", Treatment::Pass),
    ("application/vnd.rar", Treatment::Pass),
    ("application/x-rar-compressed", Treatment::Pass),
    ("application/java-archive", Treatment::Pass),
    ("application/wasm", Treatment::Pass),
    ("application/msword", Treatment::Pass),
    ("application/vnd.ms-*", Treatment::Pass),
    ("application/vnd.openxmlformats-officedocument.*", Treatment::Pass),
    ("application/vnd.oasis.opendocument.*", Treatment::Pass),
    ("application/grpc*", Treatment::Pass),
    ("application/protobuf", Treatment::Pass),
    ("application/x-protobuf", Treatment::Pass),
    ("application/vnd.google.protobuf", Treatment::Pass),
    ("application/cbor", Treatment::Pass),
    ("application/msgpack", Treatment::Pass),
    ("application/x-msgpack", Treatment::Pass),
    ("application/vnd.msgpack", Treatment::Pass),
];

impl ContentTypes {
    /// Sets the treatment for a content type or a pattern: `application/x-chat`, `text/*`, `*/*+xml`, or `*/*` for
    /// everything without a rule.
    #[must_use]
    pub fn set(mut self, pattern: &str, treatment: Treatment) -> Self {
        let pattern = pattern.to_ascii_lowercase();
        self.own.retain(|(own, _)| *own != pattern);
        self.own.push((pattern, treatment));
        self
    }

    /// Returns the treatment of a content type. A body without one has the empty content type.
    #[must_use]
    pub fn treatment(&self, content_type: &str) -> Treatment {
        let essence = essence(content_type);
        let own = |any: bool| {
            self.own.iter().find(|(pattern, _)| (pattern == "*/*") == any && fits(pattern, &essence)).map(|(_, t)| *t)
        };
        own(false)
            .or_else(|| DEFAULT.iter().find(|(pattern, _)| fits(pattern, &essence)).map(|(_, t)| *t))
            .or_else(|| own(true))
            .unwrap_or(Treatment::Sniff)
    }

    /// Returns the rule for a content type as it can be reported: one of the default patterns, or `other`.
    #[cfg(feature = "tower")]
    pub(crate) fn rule(&self, content_type: &str) -> &'static str {
        let essence = essence(content_type);
        let is_own = self.own.iter().any(|(pattern, _)| pattern != "*/*" && fits(pattern, &essence));
        let default = DEFAULT.iter().find(|(pattern, _)| !is_own && fits(pattern, &essence));
        default.map_or("other", |(pattern, _)| pattern)
    }

    /// Returns the format in which a body of this content type is scanned, or `None` if it passes unscanned.
    pub(crate) fn format(&self, content_type: &str) -> Result<Option<BodyFormat>, ScanError> {
        let format = match self.treatment(content_type) {
            Treatment::Pass => return Ok(None),
            Treatment::Refuse => return Err(ScanError::ContentType),
            Treatment::Text => BodyFormat::Text,
            Treatment::Html => BodyFormat::Html,
            Treatment::Json => BodyFormat::Json,
            Treatment::Ndjson => BodyFormat::Ndjson,
            Treatment::Events => BodyFormat::Events,
            Treatment::Form => BodyFormat::Form,
            Treatment::Sniff => BodyFormat::Sniff,
            Treatment::Multipart => {
                BodyFormat::Multipart { boundary: boundary(content_type).ok_or(ScanError::Malformed)? }
            }
        };
        if ascii_charset(content_type) { Ok(Some(format)) } else { Err(ScanError::Charset) }
    }
}

/// Returns the content type without its parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns whether a content type matches a pattern. A star matches anything, including nothing.
fn fits(pattern: &str, essence: &str) -> bool {
    match pattern.split_once('*') {
        _ if pattern == "*/*" => true,
        Some(("", suffix)) => essence.ends_with(suffix.trim_start_matches("/*")),
        // A malformed header that names several types does not match the family of the first one.
        Some((family, _)) => essence.starts_with(family) && !essence.contains(','),
        None => pattern == essence,
    }
}

/// Returns the boundary of a multipart body, or `None` if parsers could disagree about it.
fn boundary(content_type: &str) -> Option<String> {
    let mut named = parameters(content_type).filter(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    let (_, boundary) = named.next()?;
    // RFC 2046, section 5.1.1: up to 70 of these, no blank at the end. Longer boundaries occur in practice.
    let known = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b);
    let sound = (1..=200).contains(&boundary.len()) && boundary.bytes().all(known) && !boundary.ends_with(' ');
    (sound && named.next().is_none()).then_some(boundary)
}

/// Returns whether every charset that the content type names is a superset of ASCII, and if it names none.
fn ascii_charset(content_type: &str) -> bool {
    parameters(content_type).filter(|(name, _)| name.eq_ignore_ascii_case("charset")).all(|(_, charset)| {
        let charset = charset.to_ascii_lowercase();
        matches!(charset.as_str(), "" | "utf-8" | "utf8" | "us-ascii" | "ascii" | "macintosh" | "mac-roman")
            || ["iso-8859-", "iso8859-", "latin", "windows-125", "cp125", "koi8-", "euc-"]
                .iter()
                .any(|family| charset.starts_with(family))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_scanned_and_known_binary_types_pass() {
        let types = ContentTypes::default();
        for (content_type, treatment) in [
            ("application/json", Treatment::Json),
            ("Application/JSON; charset=utf-8", Treatment::Json),
            ("application/problem+json", Treatment::Json),
            ("text/html", Treatment::Html),
            ("image/svg+xml", Treatment::Html),
            ("application/atom+xml", Treatment::Text),
            ("", Treatment::Text),
            ("application/pdf", Treatment::Pass),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Treatment::Pass),
            ("application/vnd.ms-excel", Treatment::Pass),
            ("application/grpc-web+proto", Treatment::Pass),
            ("application/x-json", Treatment::Sniff),
            ("application/json,text/plain", Treatment::Sniff),
            ("image/png, application/json", Treatment::Sniff),
            ("garbage", Treatment::Sniff),
            ("*/*", Treatment::Sniff),
            ("text/event-stream", Treatment::Events),
        ] {
            assert_eq!(types.treatment(content_type), treatment, "{content_type}");
        }
    }

    #[test]
    fn user_rules_override_the_defaults() {
        let types = ContentTypes::default()
            .set("image/svg+xml", Treatment::Pass)
            .set("text/*", Treatment::Pass)
            .set("*/*+protobuf", Treatment::Refuse)
            .set("*/*", Treatment::Pass);
        assert_eq!(types.treatment("image/svg+xml"), Treatment::Pass);
        assert_eq!(types.treatment("text/plain"), Treatment::Pass);
        assert_eq!(types.treatment("application/x+protobuf"), Treatment::Refuse);
        assert_eq!(types.treatment("application/json"), Treatment::Json);
        assert_eq!(types.treatment("application/x-unheard-of"), Treatment::Pass);
    }

    #[test]
    fn an_ambiguous_boundary_is_rejected() {
        let types = ContentTypes::default();
        for (parameters, known) in [
            ("; boundary=abc", true),
            ("; charset=utf-8; boundary=\"a b:c\"", true),
            ("", false),
            ("; boundary=", false),
            ("; boundary=a; boundary=b", false),
            ("; boundary=a; BOUNDARY=a", false),
            ("; boundary=\"a \"", false),
            ("; boundary=\"a\tb\"", false),
        ] {
            let format = types.format(&format!("multipart/form-data{parameters}"));
            assert_eq!(format.is_ok(), known, "{parameters}");
        }
    }

    #[test]
    fn a_charset_that_does_not_extend_ascii_is_rejected() {
        let types = ContentTypes::default();
        assert_eq!(types.format("text/plain; charset=UTF-16LE"), Err(ScanError::Charset));
        assert_eq!(types.format("text/plain; charset=\"iso-8859-1\""), Ok(Some(BodyFormat::Text)));
        assert_eq!(types.format("text/plain; charset=utf-8; charset=utf-16"), Err(ScanError::Charset));
        assert_eq!(types.format("image/png; charset=utf-16"), Ok(None));
    }
}
