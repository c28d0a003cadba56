//! A body that cannot be scanned does not pass, unless the settings allow it.

use http::Request;
use lastfour::Treatment;
use lastfour::middleware::RedactLayer;
use lastfour::{Engine, Limits};

use crate::support::{MASK, SECRET, ask, echo, post, serve};

fn layer() -> RedactLayer {
    RedactLayer::requests(Engine::default())
        .limits(Limits::default().hold(1000).depth(20))
        .content_type("application/x-evil", Treatment::Refuse)
}

/// Bodies that cannot be scanned, with the status of the response.
fn bodies() -> Vec<(u16, http::request::Builder, String)> {
    let post = |content_type: &str| Request::post("/").header("content-type", content_type);
    vec![
        (413, post("application/x-www-form-urlencoded"), format!("text={}{SECRET}", "x".repeat(1000))),
        (422, post("application/json"), format!("{}\"{SECRET}\"{}", "[".repeat(21), "]".repeat(21))),
        (415, post("application/json").header("content-encoding", "compress"), format!("{{\"text\":\"{SECRET}\"}}")),
        (415, post("text/plain; charset=utf-16"), SECRET.into()),
        (415, post("application/x-evil"), SECRET.into()),
        (415, post("text/plain").header("content-type", "image/png"), SECRET.into()),
        (422, post("multipart/form-data"), SECRET.into()),
    ]
}

#[tokio::test]
async fn what_cannot_be_scanned_is_refused() {
    let address = serve(layer(), |_| async { panic!("the handler was called") as &str }).await;
    for (status, request, body) in bodies() {
        let answer = ask(address, false, request, body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(!answer.text().contains("0005"));
    }
}

#[tokio::test]
async fn what_cannot_be_scanned_passes_where_that_was_asked_for() {
    let address = serve(layer().dangerous().pass_on_failure(), echo).await;
    for (_, request, body) in bodies() {
        assert_eq!(ask(address, false, request, body.clone()).await.text(), body);
    }
    // Other bodies are scanned all the same.
    assert_eq!(post(address, "text/plain", SECRET).await.text(), MASK);
    let lenient = lastfour::Policy::builder().dangerous_pass_on_failure().build().unwrap();
    let address = serve(RedactLayer::requests(Engine::new(lenient)), echo).await;
    assert_eq!(post(address, "text/plain; charset=utf-16", SECRET).await.text(), SECRET);
}

#[tokio::test]
async fn a_body_over_the_limit_whose_length_nobody_told_is_refused_or_passed_whole() {
    let body = format!("text={SECRET}{}", "x".repeat(5000));
    let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    let mut chunked = head.to_owned();
    for chunk in body.as_bytes().chunks(100) {
        chunked += &format!("{:x}\r\n{}\r\n", chunk.len(), std::str::from_utf8(chunk).unwrap());
    }
    chunked += "0\r\n\r\n";
    let refused = serve(layer(), echo).await;
    let answer = crate::support::raw(refused, &[chunked.as_bytes()], std::time::Duration::ZERO, false).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let passed = serve(layer().dangerous().pass_on_failure(), echo).await;
    let answer = crate::support::raw(passed, &[chunked.as_bytes()], std::time::Duration::ZERO, false).await;
    assert!(answer.ends_with(&body), "{answer}");
}

#[tokio::test]
async fn json_that_is_none_is_scanned_as_text() {
    let address = serve(layer(), echo).await;
    for body in [format!("{{\"text\":\"{SECRET}\""), SECRET.to_owned(), format!("{{text: '{SECRET}'}}")] {
        assert_eq!(post(address, "application/json", body.clone()).await.text(), body.replace(SECRET, MASK));
    }
}

#[tokio::test]
async fn a_text_in_a_large_document_that_is_itself_too_large_stops_the_document() {
    let body = format!("{{\"id\":1,\"text\":\"{SECRET} {}\"}}", "x ".repeat(200_000));
    let address = serve(layer(), echo).await;
    let answer = post(address, "application/json", body).await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(!answer.text().contains("0005"));
}

#[tokio::test]
async fn a_large_document_under_a_policy_that_blocks_is_refused() {
    let layer = RedactLayer::requests(crate::support::blocking()).limits(Limits::default().hold(1000));
    let address = serve(layer, |_| async { panic!("the handler was called") as &str }).await;
    let answer = post(address, "application/json", format!("[{}0]", "0,".repeat(1000))).await;
    assert_eq!(answer.status, 413);
}
