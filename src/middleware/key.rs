//! Where the conversation key, the speaker's role and the message id are read from.
//!
//! A [`KeyExtractor`] reads one value from a request. The extractors here read a header, a path segment, a query parameter,
//! or a field of the body. A closure over the head of the request is an extractor too, for example one that reads what an
//! authentication layer has put into the extensions. [`KeyExtractor::or`] combines two.
//!
//! A value that is empty or blank counts as missing. Otherwise all clients that leave a field empty would share one
//! conversation. A key that appears twice is refused with 400, because the layer and the service could read different ones.
//!
//! # Trust
//!
//! A client that can choose the key of somebody else's conversation can change what is masked there. Read the key from something
//! that the server has checked, or check it outside of the layer. The same holds for the role: a client that may call itself
//! an agent can ask a harmless question in place of the agent's.
//!
//! # Example
//!
//! ```
//! use http::request::Parts;
//! use lastfour::middleware::key::{self, KeyError, KeyExtractor};
//!
//! # fn main() -> Result<(), KeyError> {
//! let (head, ()) = http::Request::get("/rooms/r1/send?by=agent").body(()).unwrap().into_parts();
//! assert_eq!(key::path_after("rooms").extract(&head, None)?.as_deref(), Some("r1"));
//! assert_eq!(key::query("by").extract(&head, None)?.as_deref(), Some("agent"));
//! assert_eq!(key::header("x-chat").or(key::path_segment(0)).extract(&head, None)?.as_deref(), Some("rooms"));
//!
//! let field = key::pointer("/chat");
//! assert_eq!(field.extract(&head, None), Err(KeyError::NeedsBody));
//! assert_eq!(field.extract(&head, Some(br#"{"chat": 7}"#))?.as_deref(), Some("7"));
//! assert_eq!(field.extract(&head, Some(br#"{"chat": 7, "chat": 8}"#)), Err(KeyError::Duplicate));
//!
//! // From what an authentication layer has inserted.
//! #[derive(Clone)]
//! struct Session(String);
//! let session = |head: &Parts| Some(head.extensions.get::<Session>()?.0.clone());
//! assert_eq!(session.or(key::query("by")).extract(&head, None)?.as_deref(), Some("agent"));
//! # Ok(())
//! # }
//! ```

use std::error::Error;
use std::fmt;

use http::header::CONTENT_TYPE;
use http::request::Parts;

use crate::json::{Tree, Value};
use crate::span::Span;
use crate::wire::form;
use crate::wire::multipart::{Piece, Reader, parameters};

/// Reads a value from a request.
pub trait KeyExtractor: Send + Sync + 'static {
    /// Returns the value, or `None` if the request has none. `body` is the whole body, decoded, or `None` if it has not been
    /// read.
    ///
    /// # Errors
    ///
    /// [`KeyError::NeedsBody`] if the value may be in the body and `body` is `None`: the layer then buffers the body and asks
    /// again. [`KeyError::Duplicate`] if the value appears more than once.
    fn extract(&self, head: &Parts, body: Option<&[u8]>) -> Result<Option<String>, KeyError>;

    /// Returns an extractor that falls back to `other` if this one finds nothing. Put the one that needs no body first:
    /// then the body is only buffered for requests in which that one finds nothing.
    fn or<E: KeyExtractor>(self, other: E) -> Or<Self, E>
    where
        Self: Sized,
    {
        Or(self, other)
    }
}

impl<F> KeyExtractor for F
where
    F: Fn(&Parts) -> Option<String> + Send + Sync + 'static,
{
    fn extract(&self, head: &Parts, _: Option<&[u8]>) -> Result<Option<String>, KeyError> {
        Ok(self(head))
    }
}

/// Why no value could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// It appears more than once.
    Duplicate,
    /// It may be in the body, which has not been read.
    NeedsBody,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duplicate => "the key appears more than once",
            Self::NeedsBody => "the key may be in the body",
        })
    }
}

impl Error for KeyError {}

/// Returns whether a value is neither empty nor blank.
#[expect(clippy::ptr_arg, reason = "the argument of Option::filter")]
pub(super) fn is_word(word: &String) -> bool {
    !word.trim().is_empty()
}

/// The first of two extractors that finds something. Made by [`KeyExtractor::or`].
#[derive(Debug, Clone)]
pub struct Or<A, B>(A, B);

impl<A: KeyExtractor, B: KeyExtractor> KeyExtractor for Or<A, B> {
    fn extract(&self, head: &Parts, body: Option<&[u8]>) -> Result<Option<String>, KeyError> {
        match self.0.extract(head, body)?.filter(is_word) {
            Some(word) => Ok(Some(word)),
            None => self.1.extract(head, body),
        }
    }
}

/// An extractor that is one of the functions below.
#[derive(Debug, Clone)]
struct Extractor<F>(F);

impl<F> KeyExtractor for Extractor<F>
where
    F: Fn(&Parts, Option<&[u8]>) -> Result<Option<String>, KeyError> + Send + Sync + 'static,
{
    fn extract(&self, head: &Parts, body: Option<&[u8]>) -> Result<Option<String>, KeyError> {
        Ok(self.0(head, body)?.filter(is_word))
    }
}

/// Reads the value of a header. The name may be in any case. Bytes that are not UTF-8 are read as ISO 8859-1.
pub fn header(name: impl Into<String>) -> impl KeyExtractor + Clone {
    let name = name.into();
    Extractor(move |head: &Parts, _: Option<&[u8]>| {
        let value = only(head.headers.get_all(&name).iter())?;
        Ok(value.map(|value| match std::str::from_utf8(value.as_bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
        }))
    })
}

/// Reads a segment of the path, counted from 0 and percent-decoded.
pub fn path_segment(at: usize) -> impl KeyExtractor + Clone {
    move |head: &Parts| percent_decoded(segments(head).nth(at)?)
}

/// Reads the path segment that follows the first one named `name`: `path_after("rooms")` reads `!r:x` from
/// `/_matrix/client/v3/rooms/!r:x/send/m.room.message/1`.
pub fn path_after(name: impl Into<String>) -> impl KeyExtractor + Clone {
    let name = name.into();
    move |head: &Parts| percent_decoded(segments(head).skip_while(|segment| *segment != name).nth(1)?)
}

/// Reads a parameter of the query, decoded.
pub fn query(name: impl Into<String>) -> impl KeyExtractor + Clone {
    let name = name.into();
    Extractor(move |head: &Parts, _: Option<&[u8]>| field(head.uri.query().unwrap_or_default().as_bytes(), &name))
}

/// Reads a string or a number from the body by its JSON pointer (RFC 6901). In a form and in a multipart form `/room` is
/// the field `room`.
///
/// Numbers are compared by value: `7`, `7.0` and `7e0` are one key. Names of members are compared without regard to ASCII
/// case, as the most lenient service would do.
///
/// The body is buffered up to [`Limits::hold`](crate::Limits), whatever its length and `Expect` headers say. A larger body
/// in a format that can hold the key is refused with 413, because its conversation would be unknown.
pub fn pointer(pointer: impl Into<String>) -> impl KeyExtractor + Clone {
    let pointer = pointer.into();
    Extractor(move |head: &Parts, body: Option<&[u8]>| {
        let body = body.ok_or(KeyError::NeedsBody)?;
        let json = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        if let Ok(tree) = Tree::parse(json, json.len()) {
            return member(tree.root(), &pointer);
        }
        let Some(name) = pointer.strip_prefix('/').filter(|name| !name.contains('/')).map(unescaped) else {
            return Ok(None);
        };
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" => field(body, &name),
            "multipart/form-data" => {
                let boundary = parameters(content_type).find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
                boundary.map_or(Ok(None), |(_, boundary)| part(body, &boundary, &name))
            }
            // A document a line.
            _ => document_of_each_line(json, &pointer),
        }
    })
}

/// The only one of several values.
fn only<T>(mut values: impl Iterator<Item = T>) -> Result<Option<T>, KeyError> {
    let first = values.next();
    if values.next().is_some() { Err(KeyError::Duplicate) } else { Ok(first) }
}

fn segments(head: &Parts) -> impl Iterator<Item = &str> {
    head.uri.path().trim_start_matches('/').split('/')
}

/// Decodes the percent escapes of a path segment. A plus sign stays.
fn percent_decoded(segment: &str) -> Option<String> {
    let escaped = segment.replace('+', "%2B");
    let bytes = form::decode(escaped.as_bytes(), Span::new(0, escaped.len())).bytes.into_owned();
    String::from_utf8(bytes).ok().filter(is_word)
}

fn field(form: &[u8], name: &str) -> Result<Option<String>, KeyError> {
    let named = form::pairs(form).filter(|pair| *form::decode(form, pair.name).bytes == *name.as_bytes());
    Ok(only(named)?.and_then(|pair| String::from_utf8(form::decode(form, pair.value).bytes.into_owned()).ok()))
}

/// Returns a field of a multipart form. A body that cannot be read has no fields. It is refused later, when it is
/// scanned.
fn part(body: &[u8], boundary: &str, name: &str) -> Result<Option<String>, KeyError> {
    let mut reader = Reader::new(boundary);
    reader.push(body);
    let mut values: Vec<Vec<u8>> = Vec::new();
    let mut is_key = false;
    while let Ok(Some(piece)) = reader.next_piece(true) {
        match piece {
            Piece::Headers(headers) => {
                is_key = !headers.is_file() && headers.name().as_deref() == Some(name);
                if is_key {
                    values.push(Vec::new());
                }
            }
            Piece::Body(bytes) if is_key => values.iter_mut().last().into_iter().for_each(|value| value.extend(&bytes)),
            _ => {}
        }
    }
    Ok(only(values.into_iter())?.and_then(|value| String::from_utf8(value).ok()))
}

/// Returns the value at a pointer, which must be the same in every line that has it. Lines with different values are an
/// error.
fn document_of_each_line(body: &[u8], pointer: &str) -> Result<Option<String>, KeyError> {
    let mut key = None;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_prefix(b"\x1e").unwrap_or(line);
        let Ok(tree) = Tree::parse(line, line.len()) else { continue };
        let found = member(tree.root(), pointer)?;
        if key.is_some() && found.is_some() && key != found {
            return Err(KeyError::Duplicate);
        }
        key = key.or(found);
    }
    Ok(key)
}

/// Returns the string or number at a pointer.
fn member(mut value: Value<'_>, pointer: &str) -> Result<Option<String>, KeyError> {
    for step in pointer.split('/').skip(1) {
        let found = match step.parse() {
            Ok(at) if value.is_array() => value.children().nth(at),
            _ => only(value.get(&unescaped(step)))?,
        };
        let Some(found) = found else { return Ok(None) };
        value = found;
    }
    let raw = value.raw();
    Ok(match value.as_str() {
        Some(text) => Some(text.into_owned()),
        None if matches!(raw.first(), Some(b'-' | b'0'..=b'9')) => std::str::from_utf8(raw).ok().map(number),
        None => None,
    })
}

/// Decodes the escapes of a step of a JSON pointer.
fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The maximum number of digits written without an exponent.
const LONGEST_NUMBER: i64 = 40;

/// Returns the canonical spelling of a JSON number: `70`, `7.0e1` and `700E-1` all become `70`.
fn number(raw: &str) -> String {
    let (sign, rest) = raw.strip_prefix('-').map_or(("", raw), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    // An exponent that does not fit is that of no room.
    let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let digits = all.trim_start_matches('0').trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    let zeros = all.len() - all.trim_end_matches('0').len();
    let len = |len: usize| i64::try_from(len).unwrap_or(i64::MAX / 4);
    let exponent = exponent.saturating_add(len(zeros)).saturating_sub(len(fraction.len()));
    match usize::try_from(exponent) {
        Ok(zeros) if exponent.saturating_add(len(digits.len())) <= LONGEST_NUMBER => {
            format!("{sign}{digits}{}", "0".repeat(zeros))
        }
        _ => format!("{sign}{digits}e{exponent}"),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn head(uri: &str) -> Parts {
        http::Request::post(uri).header("X-Room", "a b").body(()).unwrap().into_parts().0
    }

    fn typed(content_type: &str) -> Parts {
        http::Request::post("/").header("content-type", content_type).body(()).unwrap().into_parts().0
    }

    fn pointed(path: &str, content_type: &str, body: &str) -> Result<Option<String>, KeyError> {
        pointer(path).extract(&typed(content_type), Some(body.as_bytes()))
    }

    fn some(word: &str) -> Result<Option<String>, KeyError> {
        Ok(Some(word.to_owned()))
    }

    #[test]
    fn every_place_is_read_decoded() {
        let head = head("/v3/rooms/%21r%3Ax+y/send?a=1&c%20d=x%2By+z");
        assert_eq!(header("x-room").extract(&head, None), some("a b"));
        assert_eq!(path_after("rooms").extract(&head, None), some("!r:x+y"));
        assert_eq!(path_segment(3).extract(&head, None), some("send"));
        assert_eq!(query("c d").extract(&head, None), some("x+y z"));
        assert_eq!(pointer("/a/0").extract(&head, Some(br#"{"a":["\u0062"]}"#)), some("b"));
        assert_eq!(pointer("/a~1b/~0").extract(&head, Some(br#"{"a/b":{"~":"c"}}"#)), some("c"));
        assert_eq!(pointer("").extract(&head, Some(b"\"a\"")), some("a"));
    }

    #[test]
    fn a_missing_word_is_none() {
        let head = head("/");
        assert_eq!(header("none").or(query("none")).extract(&head, None), Ok(None));
        assert_eq!(path_segment(0).or(path_after("rooms")).extract(&head, None), Ok(None));
        assert_eq!(pointer("/a").extract(&head, Some(b"not json")), Ok(None));
        for value in ["null", "true", "[1]", "{}"] {
            assert_eq!(
                pointer("/a").extract(&head, Some(format!("{{\"a\":{value}}}").as_bytes())),
                Ok(None),
                "{value}"
            );
        }
    }

    #[test]
    fn an_empty_or_blank_word_is_none() {
        for blank in ["", " ", "%20%09"] {
            let head = http::Request::post(format!("/rooms/{}/?a={}", blank.trim(), blank.trim()))
                .header("x-room", if blank.contains('%') { " \t " } else { blank })
                .body(())
                .unwrap()
                .into_parts()
                .0;
            assert_eq!(header("x-room").extract(&head, None), Ok(None));
            assert_eq!(query("a").extract(&head, None), Ok(None));
            assert_eq!(path_after("rooms").extract(&head, None), Ok(None));
            let body = format!("{{\"a\":\"{}\"}}", blank.replace('%', "\\u00").replace("\\u0020", " "));
            assert_eq!(pointer("/a").extract(&head, Some(body.as_bytes())), Ok(None), "{body}");
        }
        let closure = |_: &Parts| Some(String::new());
        assert_eq!(closure.or(path_segment(0)).extract(&head("/x"), None), some("x"));
    }

    #[test]
    fn a_key_that_appears_twice_is_refused_wherever_it_is() {
        let duplicate = Err(KeyError::Duplicate);
        for body in [
            r#"{"a":"V","a":"mine"}"#,
            r#"{"a":"V","a":"V"}"#,
            r#"{"a":"V","A":"mine"}"#,
            r#"{"a":"V","\u0061":"mine"}"#,
            r#"{"a":"V","a":null}"#,
        ] {
            assert_eq!(pointed("/a", "application/json", body), duplicate, "{body}");
        }
        assert_eq!(pointed("/a/b", "application/json", r#"{"a":{"b":"V"},"a":{"b":"mine"}}"#), duplicate);
        assert_eq!(pointed("/a/b", "application/json", r#"{"a":{"b":"V"},"b":"x","c":{"a":1}}"#), some("V"));
        assert_eq!(pointed("/a", "application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n"), duplicate);
        assert_eq!(pointed("/a", "application/x-www-form-urlencoded", "a=V&text=x&%61=mine"), duplicate);
        assert_eq!(query("a").extract(&head("/?a=V&b=1&a=mine"), None), duplicate);
        assert_eq!(query("a").or(query("b")).extract(&head("/?a=V&b=1&a=mine"), None), duplicate);
        let mut twice = head("/");
        twice.headers.append("x-room", HeaderValue::from_static("c"));
        assert_eq!(header("x-room").extract(&twice, None), duplicate);
        let part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nV\r\n";
        assert_eq!(pointed("/a", "multipart/form-data; boundary=x", &format!("{part}{part}--x--")), duplicate);
    }

    #[test]
    fn a_number_is_one_key_however_it_is_spelled() {
        for (spellings, key) in [
            (&["7", "7.0", "7e0", "7E+0", "70e-1", "0.7e1", "7.000"][..], "7"),
            (&["0", "-0", "0.0", "0e9"], "0"),
            (&["-12", "-1.2e1"], "-12"),
            (&["700", "7e2", "70e1"], "700"),
            (&["0.5", "5e-1", "50e-2"], "5e-1"),
            (&["9007199254740993"], "9007199254740993"),
            (&["1e41", "10e40"], "1e41"),
        ] {
            for spelling in spellings {
                assert_eq!(number(spelling), key, "{spelling}");
                assert_eq!(pointed("/a", "application/json", &format!("{{\"a\":{spelling}}}")), some(key));
            }
        }
        assert_eq!(pointed("/a", "application/json", r#"{"a":"7"}"#), some("7"));
        for huge in ["1e999999999999999999999", "-1e-999999999999999999999", "1e9223372036854775807"] {
            assert!(number(huge).len() < 40, "{huge}");
        }
    }

    #[test]
    fn a_field_of_a_form_is_read_by_its_pointer() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        assert_eq!(pointed("/room", form, "text=hi&room=a+b"), some("a b"));
        assert_eq!(pointed("/room", form, "{\"room\":\"a\"}"), some("a"));
        assert_eq!(pointed("/room", form, "text=hi"), Ok(None));
        let part =
            |head: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n");
        let body =
            part("name=text", "hi") + &part("name=f; filename=room", "no") + &part("name=\"room\"", "a b") + "--x--";
        assert_eq!(pointed("/room", "multipart/form-data; boundary=x", &body), some("a b"));
        let body = part("name=room; filename=a", "file") + "--x--";
        assert_eq!(pointed("/room", "multipart/form-data; boundary=x", &body), Ok(None));
        assert_eq!(pointed("/room", "multipart/form-data", &body), Ok(None));
    }

    #[test]
    fn a_byte_order_mark_and_deep_nesting_hide_no_key() {
        assert_eq!(pointed("/a", "application/json", "\u{feff}{\"a\":\"b\"}"), some("b"));
        let deep = format!("{{\"x\":{}1{},\"a\":\"b\"}}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(pointed("/a", "application/json", &deep), some("b"));
        assert_eq!(pointed("/a", "application/json-seq", "\x1e{\"a\":\"b\"}\n\x1e{\"text\":\"hi\"}\n"), some("b"));
    }

    #[test]
    fn header_values_outside_ascii_are_keys() {
        let mut head = head("/");
        let mut read = |bytes: &[u8]| {
            head.headers.insert("x-room", HeaderValue::from_bytes(bytes).unwrap());
            header("x-room").extract(&head, None).unwrap().unwrap()
        };
        assert_eq!(read("sala é".as_bytes()), "sala é");
        assert_eq!(read(b"sala \xE9"), "sala é");
        assert_ne!(read(b"\xFF"), read(b"\xFE"));
    }

    #[test]
    fn the_body_is_needed_only_if_nothing_before_it_is_found() {
        let head = head("/");
        assert_eq!(pointer("/a").extract(&head, None), Err(KeyError::NeedsBody));
        assert_eq!(header("x-room").or(pointer("/a")).extract(&head, None), some("a b"));
        assert_eq!(header("x-none").or(pointer("/a")).extract(&head, None), Err(KeyError::NeedsBody));
        assert_eq!(pointer("/a").or(header("x-room")).extract(&head, None), Err(KeyError::NeedsBody));
    }
}
