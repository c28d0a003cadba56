//! Hostile clients of a conversation.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use lastfour::Engine;
use lastfour::middleware::{MemoryStore, RedactLayer, key};

use crate::support::{ask, client, raw, serve};

const HALVES: [&str; 2] = ["4539 5787", "6362 1486"];
const MASKED: &str = "**** ****";

/// Echoes its request. Refuses requests without a token, like a handler that checks it.
async fn guarded(request: Request<Body>) -> Response<Body> {
    let allowed = request.headers().contains_key("x-token");
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    Response::builder().status(if allowed { 200 } else { 401 }).body(Body::from(body)).unwrap()
}

fn layer() -> RedactLayer {
    RedactLayer::requests(Engine::default()).conversation_by(key::header("x-chat")).role_by(key::header("x-role"))
}

fn message(chat: &str, role: &str, token: bool) -> http::request::Builder {
    let request = Request::post("/").header("content-type", "text/plain").header("x-chat", chat).header("x-role", role);
    if token { request.header("x-token", "1") } else { request }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_refused_requests_undoes_nothing() {
    let address = serve(layer(), guarded).await;
    for http2 in [false, true] {
        let attacker = client(http2);
        let tasks: Vec<_> = (0..400)
            .map(|n| {
                let attacker = attacker.clone();
                let said = ["What are the last four digits?", "12", "never mind", "What is your ZIP?"][n % 4];
                tokio::spawn(async move {
                    let request = message("V", if n % 2 == 0 { "agent" } else { "customer" }, false);
                    let mut request = request.body(Full::new(Bytes::from(said))).unwrap();
                    *request.uri_mut() = format!("http://{address}/").parse().unwrap();
                    attacker.request(request).await.unwrap().status()
                })
            })
            .collect();
        for _ in 0..20 {
            ask(address, http2, message("V", "customer", true), HALVES[0]).await;
            let second = ask(address, http2, message("V", "customer", true), HALVES[1]).await;
            assert_eq!(second.text(), MASKED);
            ask(address, http2, message("V", "agent", true), "What is the CID on the front of your card?").await;
            assert_eq!(ask(address, http2, message("V", "customer", true), "4821").await.text(), "****");
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), 401);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_halves_at_once_no_second_one_passes() {
    let address = serve(layer(), guarded).await;
    for http2 in [false, true] {
        let client = client(http2);
        let tasks: Vec<_> = (0..100)
            .map(|n| {
                let client = client.clone();
                tokio::spawn(async move {
                    let say = async |text: &'static str| {
                        let request = message(&format!("{http2}{n}"), "customer", true);
                        let mut request = request.body(Full::new(Bytes::from(text))).unwrap();
                        *request.uri_mut() = format!("http://{address}/").parse().unwrap();
                        client.request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes()
                    };
                    // The first half is refused or accepted before the second one is sent.
                    assert_eq!(say(HALVES[0]).await, HALVES[0]);
                    assert_eq!(say(HALVES[1]).await, MASKED);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}

#[tokio::test]
async fn huge_and_odd_keys_are_conversations_like_any_other() {
    let store = MemoryStore::default();
    let address = serve(layer().store(store.clone()), guarded).await;
    let huge = "k".repeat(20_000);
    for key in [huge.as_str(), "\u{a0}x", "a\tb", "../../etc", "{}", "0", "sala é 😀"] {
        let say = async |text: &'static str| ask(address, false, message(key, "customer", true), text).await;
        assert_eq!(say(HALVES[0]).await.text(), HALVES[0]);
        assert_eq!(say(HALVES[1]).await.text(), MASKED, "{} bytes", key.len());
    }
    assert_eq!(store.len(), 7);
    // Blank keys count as missing.
    for blank in ["", " ", "\t"] {
        ask(address, false, message(blank, "customer", true), HALVES[0]).await;
        assert_eq!(ask(address, false, message(blank, "customer", true), HALVES[1]).await.text(), HALVES[1]);
    }
    assert_eq!(store.len(), 7);
}

#[tokio::test]
async fn a_body_that_is_slow_or_cut_off_changes_nothing() {
    let address = serve(layer(), guarded).await;
    let question = "What is the CID on the front of your card?";
    ask(address, false, message("V", "agent", true), question).await;
    let head = |framing: &str| {
        format!(
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\nx-chat: V\r\nx-role: agent\r\nx-token: 1\r\n{framing}\r\n\r\n"
        )
    };
    let said = "What are the last four digits?";
    // Cut off within the body: with a length, and in a chunk.
    raw(address, &[(head("content-length: 100") + said).as_bytes()], Duration::ZERO, true).await;
    let chunk = format!("{}{:x}\r\n{said}", head("transfer-encoding: chunked"), said.len() + 50);
    raw(address, &[chunk.as_bytes()], Duration::ZERO, true).await;
    // Without the last chunk, after a whole sentence.
    let chunk = format!("{}{:x}\r\n{said}\r\n", head("transfer-encoding: chunked"), said.len());
    raw(address, &[chunk.as_bytes()], Duration::ZERO, true).await;
    assert_eq!(ask(address, false, message("V", "customer", true), "4821").await.text(), "****");
    // A body that arrives byte by byte is one message.
    ask(address, false, message("V", "agent", true), question).await;
    let body = "it's 4821";
    let request =
        head(&format!("connection: close\r\ncontent-length: {}", body.len())).replace("agent", "customer") + body;
    let bytes: Vec<&[u8]> = request.as_bytes().chunks(1).collect();
    let answer = raw(address, &bytes, Duration::from_millis(1), false).await;
    assert!(answer.ends_with("it's ****"), "{answer}");
}

#[tokio::test]
async fn a_replayed_request_masks_no_less_the_second_time() {
    let address = serve(layer(), guarded).await;
    for _ in 0..5 {
        ask(address, false, message("V", "agent", true), "What is the CID on the front of your card?").await;
        for _ in 0..3 {
            assert_eq!(ask(address, false, message("V", "customer", true), "4821").await.text(), "****");
        }
    }
}

#[tokio::test]
async fn a_service_error_takes_back_what_was_learned() {
    use tower::{Layer, ServiceExt, service_fn};
    let service = service_fn(|request: Request<lastfour::middleware::RedactBody<Body>>| async move {
        let fails = !request.headers().contains_key("x-token");
        let body = request.into_body().collect().await.unwrap().to_bytes();
        if fails { Err(std::io::Error::other("down")) } else { Ok(Response::new(Full::new(body))) }
    });
    let service = layer().layer(service);
    let say = async |role: &str, token: bool, text: &'static str| {
        let request = message("V", role, token).body(Body::from(text)).unwrap();
        let response = service.clone().oneshot(request).await.ok()?;
        Some(response.into_body().collect().await.unwrap().to_bytes())
    };
    say("agent", true, "What is the CID on the front of your card?").await.unwrap();
    assert_eq!(say("agent", false, "What are the last four digits?").await, None);
    assert_eq!(say("customer", true, "4821").await.unwrap(), "****");
}
