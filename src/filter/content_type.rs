//! What is done with a body, or a part of one, by its content type.

use crate::filter::{BodyFormat, ScanError};
use crate::wire::multipart::parameters;

/// What is done with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Treatment {
    /// It is scanned as one text.
    Text,
    /// It is scanned as HTML: its text, and for numbers that are known by themselves all of it.
    Html,
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
    /// It is scanned as a JSON document where it starts like one, else as one text.
    Sniff,
    /// It passes unseen.
    Pass,
    /// It is refused.
    Refuse,
}

/// Which content types are treated how.
///
/// By default JSON (`application/json`, `+json`), lines of JSON, forms, multipart forms, event streams, `text/*`, XML,
/// JavaScript, YAML and GraphQL are scanned, and so is a body without a content type, as text. What is known to be no text
/// passes: images, sound, films, fonts, models, archives, office documents, `application/octet-stream`, gRPC, Protocol
/// Buffers, CBOR, MessagePack. Every other content type, also one that cannot be read, is scanned as JSON where it starts
/// like JSON, else as text.
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

/// From the most to the least special: the first that fits decides.
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
        let essence = essence(content_type);
        let own = |any: bool| {
            self.own.iter().find(|(pattern, _)| (pattern == "*/*") == any && fits(pattern, &essence)).map(|(_, t)| *t)
        };
        own(false)
            .or_else(|| DEFAULT.iter().find(|(pattern, _)| fits(pattern, &essence)).map(|(_, t)| *t))
            .or_else(|| own(true))
            .unwrap_or(Treatment::Sniff)
    }

    /// The format in which a body of this content type is scanned; `None` where it passes.
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

/// The content type without its parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a content type is one of those that a pattern names. What stands where the pattern has its star may hold
/// anything, also nothing.
fn fits(pattern: &str, essence: &str) -> bool {
    match pattern.split_once('*') {
        _ if pattern == "*/*" => true,
        Some(("", suffix)) => essence.ends_with(suffix.trim_start_matches("/*")),
        // A list of types, as a malformed header holds it, is none of the family of its first.
        Some((family, _)) => essence.starts_with(family) && !essence.contains(','),
        None => pattern == essence,
    }
}

/// The delimiter of the parts of a multipart body. Where readers could differ about what it is there is none.
fn boundary(content_type: &str) -> Option<String> {
    let mut named = parameters(content_type).filter(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    let (_, boundary) = named.next()?;
    // RFC 2046, section 5.1.1: up to 70 of these, and no blank at the end. Longer ones are in use.
    let known = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b);
    let sound = (1..=200).contains(&boundary.len()) && boundary.bytes().all(known) && !boundary.ends_with(' ');
    (sound && named.next().is_none()).then_some(boundary)
}

/// Whether ASCII stands for itself in every charset that this content type names; so it does where it names none.
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
    fn text_is_scanned_and_what_is_none_passes() {
        let types = ContentTypes::default();
        for (content_type, treatment) in [
            ("application/json", Treatment::Json),
            ("Application/JSON; charset=utf-8", Treatment::Json),
            ("application/problem+json", Treatment::Json),
            ("text/html", Treatment::Html),
            ("image/svg+xml", Treatment::Pass),
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
    fn the_list_is_the_users() {
        let types = ContentTypes::default()
            .set("image/svg+xml", Treatment::Text)
            .set("text/*", Treatment::Pass)
            .set("*/*+protobuf", Treatment::Refuse)
            .set("*/*", Treatment::Pass);
        assert_eq!(types.treatment("image/svg+xml"), Treatment::Text);
        assert_eq!(types.treatment("text/plain"), Treatment::Pass);
        assert_eq!(types.treatment("application/x+protobuf"), Treatment::Refuse);
        assert_eq!(types.treatment("application/json"), Treatment::Json);
        assert_eq!(types.treatment("application/x-unheard-of"), Treatment::Pass);
    }

    #[test]
    fn a_boundary_of_which_readers_could_make_different_things_is_none() {
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
    fn a_charset_in_which_digits_are_no_ascii_is_refused() {
        let types = ContentTypes::default();
        assert_eq!(types.format("text/plain; charset=UTF-16LE"), Err(ScanError::Charset));
        assert_eq!(types.format("text/plain; charset=\"iso-8859-1\""), Ok(Some(BodyFormat::Text)));
        assert_eq!(types.format("text/plain; charset=utf-8; charset=utf-16"), Err(ScanError::Charset));
        assert_eq!(types.format("image/png; charset=utf-16"), Ok(None));
    }
}
