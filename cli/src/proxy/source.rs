//! Where the conversation key and the role are read from.

use std::fmt;
use std::sync::Arc;

use http::header::COOKIE;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use lastfour::middleware::key::{self, KeyError, KeyExtractor};

/// The kinds of sources, with an example of each.
pub(crate) const KINDS: &str =
    "header:NAME, cookie:NAME, query:NAME, json:/POINTER, path:NAME (the segment after NAME) or segment:NUMBER";

/// A place in a request.
#[derive(Clone)]
pub(crate) struct Source {
    name: String,
    header: Option<HeaderName>,
    extractor: Arc<dyn KeyExtractor>,
}

impl Source {
    /// Parses a source such as `header:x-conversation`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':').filter(|(_, name)| !name.is_empty())?;
        let mut header = None;
        let extractor: Arc<dyn KeyExtractor> = match kind {
            "header" => {
                let name = name.parse::<HeaderName>().ok()?;
                header = Some(name.clone());
                Arc::new(key::header(name.as_str()))
            }
            "cookie" => Arc::new(Cookie(name.to_owned())),
            "query" => Arc::new(key::query(name)),
            "json" if name.starts_with('/') => Arc::new(key::pointer(name)),
            "path" => Arc::new(key::path_after(name)),
            "segment" => Arc::new(key::path_segment(name.parse().ok()?)),
            _ => return None,
        };
        Some(Self { name: text.to_owned(), header, extractor })
    }

    /// Returns the header that is read, if it is one.
    pub(crate) fn header(&self) -> Option<&HeaderName> {
        self.header.as_ref()
    }

    /// Returns the source as it was written.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The first of several sources that has a value.
pub(crate) struct First(pub(crate) Vec<Source>);

impl KeyExtractor for First {
    fn extract(&self, head: &Parts, body: Option<&[u8]>) -> Result<Option<String>, KeyError> {
        for source in &self.0 {
            if let Some(word) = source.extractor.extract(head, body)?.filter(|word| !word.trim().is_empty()) {
                return Ok(Some(word));
            }
        }
        Ok(None)
    }
}

/// A cookie.
struct Cookie(String);

impl KeyExtractor for Cookie {
    fn extract(&self, head: &Parts, _: Option<&[u8]>) -> Result<Option<String>, KeyError> {
        let pairs = head.headers.get_all(COOKIE).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
        let mut values = pairs
            .flat_map(|pairs| pairs.split(';'))
            .filter_map(|pair| pair.split_once('='))
            .filter(|(name, _)| name.trim() == self.0);
        let first = values.next().map(|(_, value)| value.trim().trim_matches('"').to_owned());
        if values.next().is_some() { Err(KeyError::Duplicate) } else { Ok(first) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sources: &[&str], head: http::request::Builder) -> Result<Option<String>, KeyError> {
        let sources = sources.iter().map(|source| Source::parse(source).expect(source)).collect();
        First(sources).extract(&head.body(()).expect("a request").into_parts().0, None)
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        let cookies = |value: &str| http::Request::get("/").header("cookie", value);
        assert_eq!(read(&["cookie:sid"], cookies("a=1; sid=\"x y\"; xsid=2")), Ok(Some("x y".into())));
        assert_eq!(read(&["cookie:sid"], cookies("xsid=2; SID=3")), Ok(None));
        assert_eq!(read(&["cookie:sid"], cookies("sid=1; sid=2")), Err(KeyError::Duplicate));
    }

    #[test]
    fn the_first_source_with_a_value_is_the_key() {
        let request = || http::Request::get("/rooms/7?room=q").header("x-room", " ");
        assert_eq!(read(&["header:x-room", "path:rooms", "query:room"], request()), Ok(Some("7".into())));
        assert_eq!(read(&["segment:5", "query:room"], request()), Ok(Some("q".into())));
        assert_eq!(read(&["query:none", "json:/room"], request()), Err(KeyError::NeedsBody));
    }

    #[test]
    fn an_unknown_source_is_rejected() {
        for wrong in ["", "x-room", "header:", "header:a b", "cookies:a", "json:room", "segment:x"] {
            assert!(Source::parse(wrong).is_none(), "{wrong}");
        }
    }
}
