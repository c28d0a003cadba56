//! What is remembered of a conversation: everything, even if the store is full, and only what the service has accepted.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use lastfour::middleware::key::{self, KeyExtractor};
use lastfour::middleware::{ConversationStore, MemoryStore, RedactLayer};
use lastfour::{Engine, Limits, Role};
use tokio::sync::Notify;
use tower::{Layer, ServiceExt, service_fn};

use crate::support::{Answer, ask, futures_iter, serve};

/// The halves of a card number. The second one is masked if the first one is known.
const HALVES: [&str; 2] = ["my card is 4539 5787", "6362 1486"];
const MASKED: &str = "**** ****";

/// Echoes the body. Refuses requests to `/refuse`, and reports an error with status 200 at `/fail`.
async fn chat(request: Request<Body>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.map(|body| body.to_bytes());
    let mut response = Response::builder();
    match path.as_str() {
        "/refuse" => response = response.status(StatusCode::FORBIDDEN),
        "/fail" => response = response.header("x-error", "1"),
        _ => {}
    }
    response.body(Body::from(body.unwrap_or_default())).unwrap()
}

fn layer() -> RedactLayer {
    RedactLayer::requests(Engine::default()).conversation_by(key::header("x-chat"))
}

/// Sends a message in the conversation `a`.
async fn say(address: std::net::SocketAddr, path: &str, role: &str, text: &str) -> String {
    let body = match role {
        "" => serde_json::json!({ "text": text }),
        role => serde_json::json!({ "role": role, "text": text }),
    };
    let request = Request::post(path).header("content-type", "application/json").header("x-chat", "a");
    let answer = ask(address, false, request, body.to_string()).await;
    let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    said["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn no_half_and_no_question_is_lost_in_a_store_that_is_full() {
    const SEEN: usize = 150_000;
    const ACTIVE: usize = 2_000;
    let store = MemoryStore::new(4_100, MemoryStore::IDLE);
    let echo = service_fn(|request: Request<lastfour::middleware::RedactBody<Body>>| async move {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        Ok::<_, Infallible>(Response::new(http_body_util::Full::new(body)))
    });
    let service = layer().store(store.clone()).role_by(key::header("x-role")).layer(echo);
    let say = async |n: usize, role: &'static str, text: &'static str| {
        let request = Request::post("/").header("x-chat", n.to_string()).header("x-role", role);
        let response = service.clone().oneshot(request.body(Body::from(text)).unwrap()).await.unwrap();
        response.into_body().collect().await.unwrap().to_bytes()
    };
    for step in 0..SEEN + ACTIVE {
        let question = |n: usize| !n.is_multiple_of(2);
        if step < SEEN {
            match question(step) {
                false => say(step, "customer", HALVES[0]).await,
                true => say(step, "agent", "What is the CID?").await,
            };
        }
        if let Some(before) = step.checked_sub(ACTIVE) {
            let (text, masked) = if question(before) { ("4821", "****") } else { (HALVES[1], MASKED) };
            assert_eq!(say(before, "customer", text).await, masked, "conversation {before}");
        }
    }
    assert_eq!(store.len(), 4_100);
    assert_eq!(store.evicted(), SEEN as u64 - 4_100);
}

#[tokio::test]
async fn a_refused_request_changes_nothing_in_the_conversation_of_others() {
    let address = serve(layer(), chat).await;
    for (role, text) in [
        ("agent", "What are the last four digits?"),
        ("", "What are the last four digits?"),
        ("agent", "Never mind. What is your ZIP?"),
        ("customer", "4821"),
    ] {
        say(address, "/", "agent", "What is the CID on the front of your card?").await;
        say(address, "/refuse", role, text).await;
        assert_eq!(say(address, "/", "customer", "4821").await, "****", "{role} {text}");
    }
    // Noise does not make the question lapse.
    say(address, "/", "agent", "What is the CID on the front of your card?").await;
    for _ in 0..10 {
        say(address, "/refuse", "", "hm").await;
    }
    assert_eq!(say(address, "/", "customer", "4821").await, "****");
    // A number between the halves does not separate them.
    for (role, text) in [("", "12"), ("customer", "1234 5678"), ("customer", "6362 1486"), ("agent", "12")] {
        say(address, "/", "customer", HALVES[0]).await;
        say(address, "/refuse", role, text).await;
        assert_eq!(say(address, "/", "customer", HALVES[1]).await, MASKED, "{role} {text}");
    }
    // A question for a secret does not mask the next harmless number.
    say(address, "/refuse", "agent", "What is your PIN?").await;
    assert_eq!(say(address, "/", "customer", "4821").await, "4821");
}

#[tokio::test]
async fn what_the_service_accepts_is_up_to_the_predicate() {
    let accepting = |head: &http::response::Parts| !head.headers.contains_key("x-error");
    for (layer, fails) in [(layer(), false), (layer().accepted_if(accepting), true)] {
        let address = serve(layer, chat).await;
        say(address, "/fail", "agent", "What is your PIN?").await;
        let answer = say(address, "/", "customer", "4821").await;
        assert_eq!(answer, if fails { "4821" } else { "****" });
    }
    let accepting_all = layer().accepted_if(|_: &http::response::Parts| true);
    let address = serve(accepting_all, chat).await;
    say(address, "/refuse", "agent", "What is your PIN?").await;
    assert_eq!(say(address, "/", "customer", "4821").await, "****");
}

#[tokio::test]
async fn noise_and_harmless_questions_by_an_unknown_speaker_undo_no_question_at_once() {
    let address = serve(layer(), chat).await;
    for noise in ["hm", "12", "What are the last four digits?", "What is your ZIP?", "I mean the promo code", "ok"] {
        say(address, "/", "agent", "What is the CID on the front of your card?").await;
        say(address, "/", "", noise).await;
        assert_eq!(say(address, "/", "customer", "4821").await, "****", "{noise}");
    }
}

/// A server whose handler answers requests to `/slow` and `/slow-refuse` when it is notified.
async fn slow(layer: RedactLayer) -> (std::net::SocketAddr, Arc<Notify>, Arc<Notify>) {
    let (arrived, released) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (arrived.clone(), released.clone());
    let address = serve(layer, move |request: Request<Body>| {
        let (tell, wait) = (tell.clone(), wait.clone());
        async move {
            let path = request.uri().path().to_owned();
            if !path.starts_with("/slow") {
                return chat(request).await;
            }
            let body = request.into_body().collect().await.unwrap().to_bytes();
            tell.notify_one();
            wait.notified().await;
            let status = if path == "/slow-refuse" { 403 } else { 200 };
            Response::builder().status(status).body(Body::from(body)).unwrap()
        }
    });
    (address.await, arrived, released)
}

#[tokio::test]
async fn a_request_that_is_not_yet_accepted_can_only_mask_more() {
    let question = "What is the CID on the front of your card?";
    for path in ["/slow", "/slow-refuse"] {
        // A harmless question, answer or number that is not accepted yet discards neither a question nor a half.
        for (role, text) in [("agent", "What are the last four digits?"), ("customer", "123"), ("customer", "12")] {
            let (address, arrived, released) = slow(layer()).await;
            say(address, "/", "agent", question).await;
            let pending = tokio::spawn(async move { say(address, path, role, text).await });
            arrived.notified().await;
            assert_eq!(say(address, "/", "customer", "it's 4821").await, "it's ****", "{path} {text}");
            released.notify_one();
            pending.await.unwrap();
        }
        for (role, text) in [("customer", "12"), ("customer", "1234 5678"), ("customer", "3782"), ("", "hm")] {
            let (address, arrived, released) = slow(layer()).await;
            say(address, "/", "customer", HALVES[0]).await;
            let pending = tokio::spawn(async move { say(address, path, role, text).await });
            arrived.notified().await;
            assert_eq!(say(address, "/", "customer", HALVES[1]).await, MASKED, "{path} {text}");
            released.notify_one();
            pending.await.unwrap();
        }
        // A question and a half that are not accepted yet count at once.
        let (address, arrived, released) = slow(layer()).await;
        let pending = tokio::spawn(async move { say(address, path, "agent", "What is your PIN?").await });
        arrived.notified().await;
        assert_eq!(say(address, "/", "customer", "4821").await, "****", "{path}");
        released.notify_one();
        pending.await.unwrap();
        let (address, arrived, released) = slow(layer()).await;
        let pending = tokio::spawn(async move { say(address, path, "customer", HALVES[0]).await });
        arrived.notified().await;
        assert_eq!(say(address, "/", "customer", HALVES[1]).await, MASKED, "{path}");
        released.notify_one();
        pending.await.unwrap();
    }
}

#[tokio::test]
async fn groups_that_are_sent_while_the_service_is_slow_are_one_number() {
    let (address, arrived, released) = slow(layer()).await;
    let mut pending = Vec::new();
    for group in ["4539", "5787", "6362"] {
        pending.push(tokio::spawn(async move { say(address, "/slow", "customer", group).await }));
        arrived.notified().await;
    }
    assert_eq!(say(address, "/", "customer", "1486").await, "****");
    for task in pending {
        released.notify_one();
        task.await.unwrap();
    }
}

#[tokio::test]
async fn what_others_said_meanwhile_stays_when_a_request_is_decided() {
    for (path, expected) in [("/slow", "ok ****"), ("/slow-refuse", "ok 4821")] {
        let (address, arrived, released) = slow(layer()).await;
        let pending = tokio::spawn(async move { say(address, path, "agent", "What is your PIN?").await });
        arrived.notified().await;
        say(address, "/", "customer", "my cvv is").await;
        released.notify_one();
        pending.await.unwrap();
        assert_eq!(say(address, "/", "customer", "912").await, "***", "{path}");
        assert_eq!(say(address, "/", "customer", "ok 4821").await, expected, "{path}");
    }
}

/// Sends a request of unknown length, so that its body is scanned while the handler reads it.
async fn stream(address: std::net::SocketAddr, path: &str, role: &str, text: &str) -> String {
    let frames = text
        .as_bytes()
        .chunks(5)
        .map(|chunk| Ok::<_, Infallible>(http_body::Frame::data(Bytes::copy_from_slice(chunk))));
    let body = http_body_util::StreamBody::new(futures_iter(frames.collect::<Vec<_>>()));
    let request = Request::post(format!("http://{address}{path}"))
        .header("content-type", "text/plain")
        .header("x-chat", "a")
        .header("x-role", role)
        .body(body)
        .unwrap();
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let body = client.request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_body_that_streams_is_remembered_only_if_it_is_accepted() {
    let address = serve(layer().role_by(key::header("x-role")), chat).await;
    stream(address, "/", "agent", "What is the CID on the front of your card?").await;
    stream(address, "/refuse", "agent", "What are the last four digits?").await;
    assert_eq!(stream(address, "/", "customer", "4821").await, "****");
    stream(address, "/", "customer", HALVES[0]).await;
    stream(address, "/refuse", "customer", "1234 5678").await;
    assert_eq!(stream(address, "/", "customer", HALVES[1]).await, MASKED);
    let address = serve(layer().role_by(key::header("x-role")), chat).await;
    stream(address, "/refuse", "agent", "What is your PIN?").await;
    assert_eq!(stream(address, "/", "customer", "4821").await, "4821");
    // The handler answers before it has read the body.
    for (status, expected) in [(200, "****"), (403, "4821")] {
        let address = serve(layer().role_by(key::header("x-role")), move |request: Request<Body>| async move {
            if request.uri().path() != "/early" {
                return chat(request).await;
            }
            let body = request.into_body();
            Response::builder().status(status).body(body).unwrap()
        });
        let address = address.await;
        stream(address, "/early", "agent", "What is your PIN?").await;
        assert_eq!(stream(address, "/", "customer", "4821").await, expected, "{status}");
    }
}

#[tokio::test]
async fn the_response_to_a_refused_request_is_scanned_and_not_remembered() {
    let store = MemoryStore::default();
    let layer = RedactLayer::both(Engine::default()).conversation_by(key::header("x-chat")).store(store.clone());
    let address = serve(layer, chat).await;
    say(address, "/", "agent", "What is the CID on the front of your card?").await;
    let before = store.load("a").await.unwrap();
    let echoed = say(address, "/refuse", "agent", "What are the last four of 4539 5787 6362 1486?").await;
    assert!(echoed.ends_with("**** **** **** 1486?"), "{echoed}");
    assert_eq!(store.load("a").await.unwrap(), before);
}

#[tokio::test]
async fn a_handler_that_is_cancelled_or_panics_leaves_what_masks_more() {
    let address = serve(layer(), |request: Request<Body>| async move {
        if request.uri().path() == "/hang" {
            std::future::pending::<()>().await;
        }
        chat(request).await
    });
    let address = address.await;
    say(address, "/", "agent", "What is the CID on the front of your card?").await;
    let hanging = say(address, "/hang", "agent", "What are the last four digits?");
    assert!(tokio::time::timeout(Duration::from_millis(200), hanging).await.is_err());
    assert_eq!(say(address, "/", "customer", "4821").await, "****");
}

/// Sends a body whose conversation is named in it, and returns the answer.
async fn post_keyed(address: std::net::SocketAddr, content_type: &str, head: &[(&str, &str)], body: String) -> Answer {
    let mut request = Request::post("/").header("content-type", content_type);
    for (name, value) in head {
        request = request.header(*name, *value);
    }
    ask(address, false, request, body).await
}

#[tokio::test]
async fn a_key_in_the_body_is_found_however_the_body_is_sent() {
    let layer = RedactLayer::requests(Engine::default()).conversation_by(key::pointer("/room"));
    let address = serve(layer.limits(Limits::default().hold(10_000)), chat).await;
    let part =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n");
    let multipart = |room: &str, text: &str| part("text", text) + &part("room", room) + "--x--\r\n";
    let json = |room: &str, text: &str| format!("{{\"text\":\"{text}\",\"room\":{room}}}");
    let form = |room: &str, text: &str| format!("text={}&room={room}", text.replace(' ', "+"));
    let mark = |room: &str, text: &str| format!("\u{feff}{{\"text\":\"{text}\",\"room\":{room}}}");
    let lines = |room: &str, text: &str| format!("{{\"text\":\"{text}\",\"room\":{room}}}\n");
    type Make<'m> = &'m dyn Fn(&str, &str) -> String;
    let all: [(&str, Make<'_>); 7] = [
        ("application/json", &json),
        ("application/json", &mark),
        ("application/x-unheard-of", &json),
        ("text/plain", &json),
        ("application/x-ndjson", &lines),
        ("application/x-www-form-urlencoded", &form),
        ("multipart/form-data; boundary=x", &multipart),
    ];
    for (number, (content_type, make)) in all.into_iter().enumerate() {
        for (variant, head) in [&[][..], &[("expect", "100-continue")]].into_iter().enumerate() {
            let (first, second) = (format!("1{number}{variant}"), format!("1{number}{variant}.0"));
            // In a form a number is a string.
            let second = if content_type.contains("form") { first.clone() } else { second };
            post_keyed(address, content_type, &[], make(&first, HALVES[0])).await;
            let seen = post_keyed(address, content_type, head, make(&second, HALVES[1])).await;
            let masked = seen.text().contains(MASKED) || seen.text().contains("****+****");
            assert!(masked && !seen.text().contains("1486"), "{content_type} {head:?}: {}", seen.text());
        }
        // Too large to be held: the key could be anywhere.
        let large = make("7", &"word ".repeat(3_000));
        assert_eq!(post_keyed(address, content_type, &[], large).await.status, 413, "{content_type}");
    }
    // A large text has no key, and an image needs none.
    let large = "word ".repeat(3_000);
    for content_type in ["text/plain", "application/x-unheard-of", "image/png"] {
        assert_eq!(post_keyed(address, content_type, &[], large.clone()).await.text(), large, "{content_type}");
    }
}

#[tokio::test]
async fn a_key_in_the_body_is_read_if_only_responses_are_redacted() {
    let store = MemoryStore::default();
    let layer = RedactLayer::responses(Engine::default()).conversation_by(key::pointer("/room")).store(store.clone());
    let address = serve(layer.limits(Limits::default().hold(10_000)), chat).await;
    let body = "{\"room\":\"a\",\"text\":\"4539 5787 6362 1486\"}";
    let seen = post_keyed(address, "application/json", &[("expect", "100-continue")], body.into()).await;
    assert!(seen.text().contains("**** **** **** 1486"), "{}", seen.text());
    assert!(store.load("a").await.unwrap().is_some());
    let twice = post_keyed(address, "application/json", &[], "{\"room\":\"a\",\"room\":\"b\"}".into()).await;
    assert_eq!(twice.status, 400);
    // No other request is refused.
    let seen = post_keyed(address, "text/plain; charset=utf-16", &[], "hello".into()).await;
    assert_eq!(seen.status, 200);
}

#[tokio::test]
async fn a_request_with_two_keys_is_refused() {
    let layer = || {
        let key = key::query("c").or(key::header("x-chat")).or(key::pointer("/room"));
        RedactLayer::requests(Engine::default()).conversation_by(key)
    };
    let address = serve(layer(), |_| async { panic!("the handler was called") as &str }).await;
    let request = |uri: &str| Request::post(uri.to_owned()).header("content-type", "application/json");
    for (request, body) in [
        (request("/?c=V&c=mine"), "{}"),
        (request("/").header("x-chat", "V").header("x-chat", "mine"), "{}"),
        (request("/"), "{\"room\":\"V\",\"room\":\"mine\",\"text\":\"hi\"}"),
        (request("/"), "{\"room\":\"V\",\"Room\":\"mine\",\"text\":\"hi\"}"),
    ] {
        let seen = ask(address, false, request, body).await;
        assert_eq!(seen.status, 400);
        assert!(seen.text().contains("duplicate conversation key"), "{}", seen.text());
        assert!(!seen.text().contains("mine"));
    }
    // With the dangerous setting it passes as a conversation of its own and is scanned.
    let store = MemoryStore::default();
    let lenient = layer().store(store.clone()).dangerous().pass_on_failure();
    let body = "{\"room\":\"V\",\"room\":\"mine\",\"text\":\"4539 5787 6362 1486\"}";
    let seen = ask(serve(lenient, chat).await, false, request("/"), body).await;
    assert!(seen.text().contains("**** **** **** 1486"), "{}", seen.text());
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_role_that_appears_twice_is_not_known() {
    let layer = layer().role_by(key::query("by")).request_role(Role::Customer);
    let address = serve(layer, chat).await;
    let say = async |uri: &'static str, text: &'static str| {
        let request = Request::post(uri).header("content-type", "text/plain").header("x-chat", "a");
        ask(address, false, request, text).await.text().to_owned()
    };
    say("/?by=agent", "What is the CID on the front of your card?").await;
    say("/?by=customer&by=agent", "What are the last four digits?").await;
    assert_eq!(say("/?by=customer", "4821").await, "****");
}
