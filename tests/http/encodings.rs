//! Encoded bodies are seen decoded.

use std::io::Write;

use http::Request;
use lastfour::middleware::RedactLayer;
use lastfour::{Engine, Limits};

use crate::support::{MASK, SECRET, answer, ask, echo, serve};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn json(text: &str) -> String {
    format!("{{\"text\":\"{text}\"}}")
}

#[tokio::test]
async fn an_encoded_request_goes_on_decoded_and_redacted() {
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    for (content_type, body, seen) in [
        ("application/json", json(SECRET), json(MASK)),
        ("application/json", json("hello"), json("hello")),
        ("text/plain", SECRET.to_owned(), MASK.to_owned()),
    ] {
        let request = Request::post("/").header("content-type", content_type).header("content-encoding", "gzip");
        let answer = ask(address, false, request, gzip(&body)).await;
        assert_eq!(answer.text(), seen);
        assert!(answer.header("x-saw").unwrap().starts_with(&format!("{} - ", seen.len())), "{answer:?}");
    }
}

#[tokio::test]
async fn an_encoded_response_goes_on_decoded_and_redacted() {
    let head = vec![("content-type", "application/json".to_owned()), ("content-encoding", "gzip".to_owned())];
    let address = serve(RedactLayer::responses(Engine::default()), answer(head, gzip(&json(SECRET)))).await;
    let seen = ask(address, true, Request::get("/").header("accept-encoding", "br, gzip, sdch"), "").await;
    assert_eq!(seen.text(), json(MASK));
    assert_eq!(seen.header("content-encoding"), None);
    let address = serve(RedactLayer::responses(Engine::default()), echo).await;
    let seen = ask(address, false, Request::get("/").header("accept-encoding", "br, gzip, sdch"), "").await;
    assert_eq!(seen.header("x-saw"), Some("- - - br, gzip"));
}

#[tokio::test]
async fn a_large_encoded_text_streams_through_and_a_bomb_does_not_fill_the_memory() {
    let layer = RedactLayer::requests(Engine::default()).limits(Limits::default().hold(20_000));
    let address = serve(layer, echo).await;
    let text: String = (0..20_000).map(|n| format!("line {n} ")).collect::<String>() + SECRET;
    let encoded = gzip(&text);
    assert!(encoded.len() > 20_000);
    let request =
        |content_type: &str| Request::post("/").header("content-type", content_type).header("content-encoding", "gzip");
    let answer = ask(address, false, request("text/plain"), encoded).await;
    assert!(answer.text() == text.replace(SECRET, MASK));
    let bomb = gzip(&" ".repeat(10_000_000));
    assert!(bomb.len() < 20_000);
    assert_eq!(ask(address, false, request("application/json"), bomb).await.status, 413);
}

#[tokio::test]
async fn what_is_not_what_it_says_is_refused() {
    let address =
        serve(RedactLayer::requests(Engine::default()), |_| async { panic!("the handler was called") as &str });
    let address = address.await;
    let request = || Request::post("/").header("content-type", "application/json").header("content-encoding", "gzip");
    assert_eq!(ask(address, false, request(), json(SECRET)).await.status, 422);
    let mut cut = gzip(&json(SECRET));
    cut.truncate(cut.len() - 3);
    assert_eq!(ask(address, false, request(), cut).await.status, 400);
}
