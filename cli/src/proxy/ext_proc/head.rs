//! Converts heads: from Envoy's list of fields to HTTP, and from a changed head to Envoy's mutation.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};

use crate::proxy::ext_proc::api::{AppendAction, Field, Fields, HeaderMutation, HttpStatus, ImmediateReply, SetField};

/// A list of fields, split into pseudo-headers and the rest.
struct Split {
    method: Option<Bytes>,
    path: Option<Bytes>,
    authority: Option<Bytes>,
    status: Option<Bytes>,
    headers: HeaderMap,
}

/// Returns `None` if a field is not a valid HTTP field.
fn split(fields: Option<Fields>) -> Option<Split> {
    let mut split = Split { method: None, path: None, authority: None, status: None, headers: HeaderMap::new() };
    for field in fields.unwrap_or_default().headers {
        let value = if field.raw_value.is_empty() { Bytes::from(field.value) } else { field.raw_value };
        match field.key.as_str() {
            ":method" => split.method = Some(value),
            ":path" => split.path = Some(value),
            ":authority" => split.authority = Some(value),
            ":status" => split.status = Some(value),
            name if name.starts_with(':') => {}
            name => {
                let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
                split.headers.append(name, HeaderValue::from_maybe_shared(value).ok()?);
            }
        }
    }
    Some(split)
}

/// Returns the head of a request, or `None` if it is not valid.
pub(super) fn request(fields: Option<Fields>) -> Option<Request<()>> {
    let Split { method, path, authority, mut headers, .. } = split(fields)?;
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(&method?).ok()?;
    if let Some(path) = path {
        *request.uri_mut() = Uri::from_maybe_shared(path).ok()?;
    }
    if let Some(authority) = authority {
        headers.insert(HOST, HeaderValue::from_maybe_shared(authority).ok()?);
    }
    *request.headers_mut() = headers;
    Some(request)
}

/// Returns the head of a response, or `None` if it is not valid.
pub(super) fn response(fields: Option<Fields>) -> Option<Response<()>> {
    let Split { status, headers, .. } = split(fields)?;
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_bytes(&status?).ok()?;
    *response.headers_mut() = headers;
    Some(response)
}

/// Returns trailers, or `None` if they are not valid.
pub(super) fn trailers(fields: Option<Fields>) -> Option<HeaderMap> {
    Some(split(fields)?.headers)
}

/// Returns the mutation that turns `before` into `after`, or `None` if they are equal.
pub(super) fn mutation(before: &HeaderMap, after: &HeaderMap) -> Option<HeaderMutation> {
    let removed = before.keys().filter(|name| !after.contains_key(*name));
    let mutation = HeaderMutation {
        remove_headers: removed.map(|name| name.as_str().to_owned()).collect(),
        set_headers: after
            .keys()
            .filter(|name| !before.get_all(*name).iter().eq(after.get_all(*name).iter()))
            .flat_map(|name| set(name, after))
            .collect(),
    };
    (mutation != HeaderMutation::default()).then_some(mutation)
}

/// Sets a field to all its values.
fn set(name: &HeaderName, headers: &HeaderMap) -> impl Iterator<Item = SetField> {
    headers.get_all(name).iter().enumerate().map(|(number, value)| {
        let raw_value = Bytes::copy_from_slice(value.as_bytes());
        let action = if number == 0 { AppendAction::Overwrite } else { AppendAction::Append };
        SetField {
            header: Some(Field { key: name.as_str().to_owned(), value: String::new(), raw_value }),
            append_action: action.into(),
        }
    })
}

/// Returns a response that Envoy sends instead.
pub(super) fn immediate(status: StatusCode, headers: &HeaderMap, body: Bytes) -> ImmediateReply {
    let names = headers.keys().filter(|name| **name != CONTENT_LENGTH);
    ImmediateReply {
        status: Some(HttpStatus { code: status.as_u16().into() }),
        headers: Some(HeaderMutation {
            set_headers: names.flat_map(|name| set(name, headers)).collect(),
            remove_headers: Vec::new(),
        }),
        body,
        details: "lastfour".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_mutation_contains_only_differences() {
        let before = headers(&[("a", "1"), ("b", "1"), ("b", "2"), ("c", "1")]);
        assert_eq!(mutation(&before, &before), None);
        let after = headers(&[("a", "1"), ("b", "3"), ("b", "2"), ("d", "1")]);
        let mutation = mutation(&before, &after).expect("they differ");
        assert_eq!(mutation.remove_headers, ["c"]);
        let mut set: Vec<_> = mutation
            .set_headers
            .iter()
            .map(|set| {
                let field = set.header.as_ref().expect("a field");
                (field.key.as_str(), &field.raw_value[..], set.append_action())
            })
            .collect();
        set.sort_by_key(|(name, _, action)| (*name, *action != AppendAction::Overwrite));
        let expected: [(&str, &[u8], AppendAction); 3] = [
            ("b", b"3", AppendAction::Overwrite),
            ("b", b"2", AppendAction::Append),
            ("d", b"1", AppendAction::Overwrite),
        ];
        assert_eq!(set, expected);
    }
}
