//! Responses through the layer.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use lastfour::middleware::RedactLayer;
use lastfour::{Engine, Limits};

use crate::support::{MASK, SECRET, answer, ask, blocking, client, futures_iter, post, raw, serve, unchunked};

fn json(text: &str) -> String {
    format!("{{\"text\":\"{text}\"}}")
}

#[tokio::test]
async fn a_changed_response_has_the_length_of_what_it_says_and_no_old_tag() {
    let head = |etag: &str| {
        vec![
            ("content-type", "application/json".to_owned()),
            ("etag", etag.to_owned()),
            ("content-digest", "sha-256=:x:".to_owned()),
            ("signature", "sig=:x:".to_owned()),
            ("signature-input", "sig=(\"content-digest\")".to_owned()),
            ("accept-ranges", "bytes".to_owned()),
            ("x-other", "kept".to_owned()),
        ]
    };
    let address = serve(RedactLayer::responses(Engine::default()), answer(head("\"a\""), json(SECRET))).await;
    let seen = ask(address, false, Request::get("/"), "").await;
    assert_eq!(seen.text(), json(MASK));
    assert_eq!(seen.header("content-length").unwrap(), json(MASK).len().to_string());
    assert_eq!(seen.header("etag"), None);
    for name in ["content-digest", "signature", "signature-input"] {
        assert_eq!(seen.header(name), None, "{name}");
    }
    assert_eq!(seen.header("accept-ranges"), None);
    assert_eq!(seen.header("x-other"), Some("kept"));
    let address = serve(RedactLayer::responses(Engine::default()), answer(head("\"a\""), json("hello"))).await;
    let seen = ask(address, false, Request::get("/"), "").await;
    assert_eq!(seen.header("etag"), Some("\"a\""));
    assert_eq!(seen.header("content-digest"), Some("sha-256=:x:"));
    assert_eq!(seen.header("signature"), Some("sig=:x:"));
}

#[tokio::test]
async fn only_the_side_that_was_asked_for_is_redacted() {
    let requests = serve(RedactLayer::requests(Engine::default()), answer(vec![], SECRET)).await;
    assert_eq!(post(requests, "text/plain", SECRET).await.text(), SECRET);
    let responses = serve(RedactLayer::responses(Engine::default()), |request: Request<Body>| async move {
        let body = axum::body::to_bytes(request.into_body(), 1000).await.unwrap();
        assert_eq!(body, SECRET);
        SECRET
    });
    assert_eq!(post(responses.await, "text/plain", SECRET).await.text(), MASK);
}

#[tokio::test]
async fn what_the_policy_blocks_never_reaches_the_client() {
    let address = serve(RedactLayer::responses(blocking()), answer(vec![], format!("it is {SECRET}"))).await;
    let seen = post(address, "text/plain", "hi").await;
    assert_eq!(seen.status, 502);
    assert!(seen.text().contains("\"direction\":\"response\"") && seen.text().contains("Answer blocked"));
    assert!(!seen.text().contains("0005"));
}

#[tokio::test]
async fn a_head_request_is_not_told_a_length_that_will_not_hold() {
    let head = vec![("content-type", "application/json".to_owned()), ("etag", "\"a\"".to_owned())];
    let address = serve(RedactLayer::responses(Engine::default()), answer(head, json(SECRET))).await;
    let seen = ask(address, false, Request::head("/"), "").await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.header("content-length"), None);
    assert_eq!(seen.header("etag"), Some("W/\"a\""));
    let head = vec![("content-type", "image/png".to_owned()), ("content-length", "7".to_owned())];
    let address = serve(RedactLayer::responses(Engine::default()), answer(head, "")).await;
    assert_eq!(ask(address, false, Request::head("/"), "").await.header("content-length"), Some("7"));
}

#[tokio::test]
async fn responses_without_a_body_pass() {
    for status in [204, 304] {
        let address = serve(RedactLayer::responses(blocking()), move |_| async move {
            Response::builder().status(status).header("etag", "\"a\"").body(Body::empty()).unwrap()
        });
        let seen = ask(address.await, false, Request::get("/"), "").await;
        assert_eq!(seen.status, status);
        assert_eq!(seen.header("etag"), Some("\"a\""));
    }
}

#[tokio::test]
async fn a_range_is_not_asked_for_and_a_part_is_not_passed_on() {
    let asked = |request: Request<Body>| async move {
        assert!(!request.headers().contains_key("range") && !request.headers().contains_key("if-range"));
        json(SECRET)
    };
    let address = serve(RedactLayer::responses(Engine::default()), asked).await;
    let request = Request::get("/").header("range", "bytes=0-9").header("if-range", "\"a\"");
    assert_eq!(ask(address, false, request, "").await.text(), json(MASK));
    let part = |content_type: &'static str| {
        move |_| async move {
            Response::builder().status(206).header("content-type", content_type).body(Body::from("3782 8224")).unwrap()
        }
    };
    let text = serve(RedactLayer::responses(Engine::default()), part("text/plain")).await;
    let seen = ask(text, false, Request::get("/"), "").await;
    assert_eq!(seen.status, 502);
    assert!(seen.text().contains("\"failure\":\"partial\""));
    let film = serve(RedactLayer::responses(Engine::default()), part("video/mp4")).await;
    assert_eq!(ask(film, false, Request::get("/"), "").await.status, 206);
}

/// Answers with these frames, without a known length.
fn frames(content_type: &'static str, data: Vec<Bytes>, trailers: Option<HeaderMap>) -> Response<Body> {
    let frames = data.into_iter().map(Frame::data).chain(trailers.map(Frame::trailers));
    let body = StreamBody::new(futures_iter(frames.map(Ok::<_, Infallible>).collect()));
    let response = Response::builder().header("content-type", content_type).header("trailer", "x-mark, content-digest");
    response.body(Body::new(body)).unwrap()
}

#[tokio::test]
async fn a_text_that_is_too_large_in_a_large_response_is_answered_with_502() {
    let words = "word ".repeat(4_000);
    let layer = RedactLayer::responses(Engine::default()).limits(Limits::default().hold(10_000));
    for (content_type, start) in [
        ("application/json", "{\"text\":\"".to_owned()),
        ("application/json", format!("{{\"id\":\"{}\",\"text\":\"", "x".repeat(8_000))),
        ("text/html", "<p>".to_owned()),
    ] {
        let end = if content_type == "text/html" { "" } else { "\"}" };
        let page = if content_type == "text/html" { "word".repeat(5_000) } else { words.clone() };
        let body = format!("{start}{page}{end}");
        let sized = answer(vec![("content-type", content_type.to_owned())], body.clone());
        let seen = ask(serve(layer.clone(), sized).await, false, Request::get("/"), "").await;
        assert_eq!(seen.status, 502, "{content_type} {}", seen.text().len());
        assert!(seen.text().contains("\"failure\":\"too-large\""), "{}", seen.text());
        let chunked = move |_| {
            let data = body.as_bytes().chunks(999).map(Bytes::copy_from_slice).collect();
            std::future::ready(frames(content_type, data, None))
        };
        let seen = ask(serve(layer.clone(), chunked).await, true, Request::get("/"), "").await;
        assert_eq!(seen.status, 502, "{content_type}");
    }
}

#[tokio::test]
async fn a_large_response_is_sent_whole_with_its_trailers() {
    let layer = RedactLayer::responses(Engine::default()).limits(Limits::default().hold(10_000));
    for messages in [100, 1_000] {
        let body = format!("[{}{{}}]", format!("{{\"text\":\"it is {SECRET}\"}},").repeat(messages));
        let expected = body.replace(SECRET, MASK);
        let handler = move |_| {
            let data = body.as_bytes().chunks(777).map(Bytes::copy_from_slice).collect();
            let mut trailers = HeaderMap::new();
            trailers.insert("x-mark", "kept".parse().unwrap());
            std::future::ready(frames("application/json", data, Some(trailers)))
        };
        let address = serve(layer.clone(), handler).await;
        for http2 in [false, true] {
            let request = Request::get(format!("http://{address}/")).header("te", "trailers").body(Full::default());
            let response = client(http2).request(request.unwrap()).await.unwrap();
            let body = response.into_body().collect().await.unwrap();
            assert_eq!(body.trailers().unwrap()["x-mark"], "kept", "{messages} {http2}");
            assert!(body.to_bytes() == expected, "{messages} {http2}");
        }
    }
}

#[tokio::test]
async fn trailers_come_after_a_body_that_was_held() {
    let address = serve(RedactLayer::responses(Engine::default()), |_| async {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-mark", "kept".parse().unwrap());
        trailers.insert("content-digest", "sha-256=:x:".parse().unwrap());
        frames("application/json", vec![json(SECRET).into()], Some(trailers))
    });
    let address = address.await;
    let request = "GET / HTTP/1.1\r\nhost: x\r\nte: trailers\r\nconnection: close\r\n\r\n";
    let seen = raw(address, &[request.as_bytes()], Duration::ZERO, false).await;
    assert!(seen.contains("transfer-encoding: chunked"), "{seen}");
    assert_eq!(unchunked(&seen), json(MASK));
    assert!(seen.ends_with("0\r\nx-mark: kept\r\n\r\n"), "{seen}");
    // A body without trailers has a length.
    let seen = ask(address, true, Request::get("/").header("te", "trailers"), "").await;
    assert_eq!(seen.text(), json(MASK));
}
