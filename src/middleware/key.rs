//! Who speaks in which conversation: what is read from a request to know it.
//!
//! An [`KeyExtractor`] reads a word from a request; the layer uses one for the conversation's key, one for the speaker's
//! role and one for the message's number. Ready ones read a header, a segment of the path, the query, the body by JSON
//! pointer; a closure does the rest.
//!
//! A word that is empty or blank is none, wherever it comes from: all who leave a field empty would else share one
//! conversation.
//!
//! # Example
//!
//! ```
//! use lastfour::middleware::key::{self, KeyExtractor};
//!
//! let (head, ()) = http::Request::get("/rooms/r1/send?by=agent").body(()).unwrap().into_parts();
//! assert_eq!(key::path_after("rooms").extract(&head, None).as_deref(), Some("r1"));
//! assert_eq!(key::query("by").extract(&head, None).as_deref(), Some("agent"));
//! let header = key::header("x-chat").or(key::path_segment(0));
//! assert_eq!(header.extract(&head, None).as_deref(), Some("rooms"));
//! assert_eq!(key::pointer("/chat").extract(&head, Some(br#"{"chat": ""}"#)), None);
//! ```

use http::request::Parts;

use crate::json::Tree;
use crate::span::Span;
use crate::wire::form;

/// Reads a word from a request. `body` is given where it is held as a whole, decoded.
pub trait KeyExtractor: Send + Sync + 'static {
    /// The word, or `None` where the request has none. One that is empty or blank counts as none.
    fn extract(&self, head: &Parts, body: Option<&[u8]>) -> Option<String>;

    /// This one, and `other` where this one finds nothing.
    fn or<E: KeyExtractor>(self, other: E) -> Or<Self, E>
    where
        Self: Sized,
    {
        Or(self, other)
    }
}

impl<F> KeyExtractor for F
where
    F: Fn(&Parts, Option<&[u8]>) -> Option<String> + Send + Sync + 'static,
{
    fn extract(&self, head: &Parts, body: Option<&[u8]>) -> Option<String> {
        self(head, body)
    }
}

/// Whether a word is one: neither empty nor blank.
#[expect(clippy::ptr_arg, reason = "what a filter of words takes")]
pub(super) fn says(word: &String) -> bool {
    !word.trim().is_empty()
}

/// The first of two that finds something.
#[derive(Debug, Clone)]
pub struct Or<A, B>(A, B);

impl<A: KeyExtractor, B: KeyExtractor> KeyExtractor for Or<A, B> {
    fn extract(&self, head: &Parts, body: Option<&[u8]>) -> Option<String> {
        self.0.extract(head, body).filter(says).or_else(|| self.1.extract(head, body))
    }
}

/// The value of a header. The name may be in any case.
pub fn header(name: impl Into<String>) -> impl KeyExtractor + Clone {
    let name = name.into();
    move |head: &Parts, _: Option<&[u8]>| Some(head.headers.get(&name)?.to_str().ok()?.to_owned()).filter(says)
}

/// A segment of the path, counted from 0, decoded.
pub fn path_segment(at: usize) -> impl KeyExtractor + Clone {
    move |head: &Parts, _: Option<&[u8]>| decoded(segments(head).nth(at)?)
}

/// The segment of the path that comes after the first one of this name: `path_after("rooms")` reads `!r:x` from
/// `/_matrix/client/v3/rooms/!r:x/send/m.room.message/1`.
pub fn path_after(name: impl Into<String>) -> impl KeyExtractor + Clone {
    let name = name.into();
    move |head: &Parts, _: Option<&[u8]>| decoded(segments(head).skip_while(|segment| *segment != name).nth(1)?)
}

/// A parameter of the query, decoded.
pub fn query(name: impl Into<String>) -> impl KeyExtractor + Clone {
    let name = name.into();
    move |head: &Parts, _: Option<&[u8]>| {
        let query = head.uri.query()?.as_bytes();
        let pair = form::pairs(query).find(|pair| *form::decode(query, pair.name).bytes == *name.as_bytes())?;
        String::from_utf8(form::decode(query, pair.value).bytes.into_owned()).ok().filter(says)
    }
}

/// A string or number in the body, by its JSON pointer (RFC 6901). Finds nothing where the body is no JSON or is not
/// held as a whole.
pub fn pointer(pointer: impl Into<String>) -> impl KeyExtractor + Clone {
    let pointer = pointer.into();
    move |_: &Parts, body: Option<&[u8]>| {
        let tree = Tree::parse(body?, 128).ok()?;
        let value = tree.root().at(&pointer)?;
        let raw = value.raw();
        match value.as_str() {
            Some(text) => Some(text.into_owned()).filter(says),
            None if matches!(raw.first(), Some(b'-' | b'0'..=b'9')) => Some(std::str::from_utf8(raw).ok()?.to_owned()),
            None => None,
        }
    }
}

fn segments(head: &Parts) -> impl Iterator<Item = &str> {
    head.uri.path().trim_start_matches('/').split('/')
}

/// A segment with its percent escapes undone; a plus sign in a path is a plus sign.
fn decoded(segment: &str) -> Option<String> {
    let escaped = segment.replace('+', "%2B");
    let bytes = form::decode(escaped.as_bytes(), Span::new(0, escaped.len())).bytes.into_owned();
    String::from_utf8(bytes).ok().filter(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(uri: &str) -> Parts {
        http::Request::post(uri).header("X-Room", "a b").body(()).unwrap().into_parts().0
    }

    #[test]
    fn every_place_is_read_decoded() {
        let head = head("/v3/rooms/%21r%3Ax+y/send?a=1&c%20d=x%2By+z");
        assert_eq!(header("x-room").extract(&head, None).unwrap(), "a b");
        assert_eq!(path_after("rooms").extract(&head, None).unwrap(), "!r:x+y");
        assert_eq!(path_segment(3).extract(&head, None).unwrap(), "send");
        assert_eq!(query("c d").extract(&head, None).unwrap(), "x+y z");
        assert_eq!(pointer("/a/0").extract(&head, Some(br#"{"a":["\u0062"]}"#)).unwrap(), "b");
        assert_eq!(pointer("/a").extract(&head, Some(br#"{"a":7}"#)).unwrap(), "7");
    }

    #[test]
    fn what_is_not_there_is_none() {
        let head = head("/");
        assert_eq!(header("none").or(query("none")).extract(&head, None), None);
        assert_eq!(path_segment(0).or(path_after("rooms")).extract(&head, None), None);
        assert_eq!(pointer("/a").extract(&head, None), None);
        assert_eq!(pointer("/a").extract(&head, Some(b"no json")), None);
        for value in ["null", "true", "[1]", "{}"] {
            assert_eq!(pointer("/a").extract(&head, Some(format!("{{\"a\":{value}}}").as_bytes())), None, "{value}");
        }
    }

    #[test]
    fn what_is_empty_or_blank_is_none() {
        for blank in ["", " ", "%20%09"] {
            let head = http::Request::post(format!("/rooms/{}/?a={}", blank.trim(), blank.trim()))
                .header("x-room", if blank.contains('%') { " \t " } else { blank })
                .body(())
                .unwrap()
                .into_parts()
                .0;
            assert_eq!(header("x-room").extract(&head, None), None);
            assert_eq!(query("a").extract(&head, None), None);
            assert_eq!(path_after("rooms").extract(&head, None), None);
            let body = format!("{{\"a\":\"{}\"}}", blank.replace('%', "\\u00").replace("\\u0020", " "));
            assert_eq!(pointer("/a").extract(&head, Some(body.as_bytes())), None, "{body}");
        }
        let closure = |_: &Parts, _: Option<&[u8]>| Some(String::new());
        let there = head("/x");
        assert_eq!(closure.or(path_segment(0)).extract(&there, None).as_deref(), Some("x"));
    }
}
