//! What becomes of responses.

use axum::body::Body;
use http::{Request, Response};
use lastfour::Engine;
use lastfour::middleware::RedactLayer;

use crate::support::{MASK, SECRET, answer, ask, blocking, post, serve};

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
            ("accept-ranges", "bytes".to_owned()),
            ("x-other", "kept".to_owned()),
        ]
    };
    let address = serve(RedactLayer::responses(Engine::default()), answer(head("\"a\""), json(SECRET))).await;
    let seen = ask(address, false, Request::get("/"), "").await;
    assert_eq!(seen.text(), json(MASK));
    assert_eq!(seen.header("content-length").unwrap(), json(MASK).len().to_string());
    assert_eq!(seen.header("etag"), None);
    assert_eq!(seen.header("content-digest"), None);
    assert_eq!(seen.header("accept-ranges"), None);
    assert_eq!(seen.header("x-other"), Some("kept"));
    let address = serve(RedactLayer::responses(Engine::default()), answer(head("\"a\""), json("hello"))).await;
    let seen = ask(address, false, Request::get("/"), "").await;
    assert_eq!(seen.header("etag"), Some("\"a\""));
    assert_eq!(seen.header("content-digest"), Some("sha-256=:x:"));
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
