//! Clients that are slow, are cut off, half-close, or reuse their connection.

use std::time::Duration;

use lastfour::Engine;
use lastfour::middleware::RedactLayer;

use crate::support::{MASK, SECRET, blocking, echo, raw, serve, unchunked};

fn request(close: bool) -> String {
    let body = format!("{{\"text\":\"my card is {SECRET}\"}}");
    let close = if close { "connection: close\r\n" } else { "" };
    format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{close}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn chunked(content_type: &str, body: &str, size: usize) -> String {
    let mut all = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    for chunk in body.as_bytes().chunks(size) {
        all += &format!("{:x}\r\n{}\r\n", chunk.len(), std::str::from_utf8(chunk).unwrap());
    }
    all + "0\r\n\r\n"
}

#[tokio::test]
async fn a_request_dribbled_byte_by_byte_is_redacted() {
    let address = serve(RedactLayer::both(Engine::default()), echo).await;
    let request = request(true);
    let bytes: Vec<&[u8]> = request.as_bytes().chunks(1).collect();
    let answer = raw(address, &bytes, Duration::from_millis(1), false).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with(&format!("{{\"text\":\"my card is {MASK}\"}}")), "{answer}");
}

#[tokio::test]
async fn a_request_in_the_smallest_chunks_is_redacted() {
    let address = serve(RedactLayer::both(Engine::default()), echo).await;
    for content_type in ["text/plain", "application/json", "application/x-ndjson"] {
        let body = format!("{{\"text\":\"my card is {SECRET}\"}}");
        let request = chunked(content_type, &body, 1);
        let answer = raw(address, &[request.as_bytes()], Duration::ZERO, false).await;
        assert!(answer.ends_with(&body.replace(SECRET, MASK)), "{answer}");
    }
}

#[tokio::test]
async fn a_request_that_is_cut_off_never_reaches_the_handler() {
    let address =
        serve(RedactLayer::requests(Engine::default()), |_| async { panic!("the handler was called") as &str });
    let address = address.await;
    let request = request(true);
    for len in [request.len() - 1, request.len() - 10] {
        let answer = raw(address, &[&request.as_bytes()[..len]], Duration::ZERO, true).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_has_closed_its_side_still_hears_the_answer() {
    let address = serve(RedactLayer::both(Engine::default()), echo).await;
    let request = request(true);
    // In a keep-alive connection, a half-close ends the connection for the server. After a complete request with
    // `connection: close` it does not.
    let answer = raw(address, &[request.as_bytes()], Duration::from_millis(20), true).await;
    assert!(answer.is_empty() || answer.contains(MASK), "{answer}");
    assert!(!answer.contains(SECRET));
}

#[tokio::test]
async fn requests_one_after_the_other_on_one_connection_are_all_redacted() {
    let address = serve(RedactLayer::both(Engine::default()), echo).await;
    let all = request(false) + &request(false) + &request(true);
    let answer = raw(address, &[all.as_bytes()], Duration::ZERO, false).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 3, "{answer}");
    assert_eq!(answer.matches(MASK).count(), 3);
    assert!(!answer.contains(SECRET));
}

#[tokio::test]
async fn a_connection_goes_on_after_a_block() {
    let address = serve(RedactLayer::requests(blocking()), echo).await;
    let fine =
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
    let all = request(false) + fine;
    let answer = raw(address, &[all.as_bytes()], Duration::ZERO, false).await;
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn a_client_that_expects_to_be_told_is_told_by_the_handler_or_by_the_limit() {
    let head = |len: usize| {
        format!(
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: {len}\r\n\r\n"
        )
    };
    let body = format!("{{\"text\":\"{SECRET}\"}}");
    // The handler reads the body: the client is told to continue, and the body is redacted.
    let reads = serve(RedactLayer::requests(Engine::default()), echo).await;
    let answer = raw(reads, &[head(body.len()).as_bytes(), body.as_bytes()], Duration::from_millis(100), false).await;
    assert!(answer.starts_with("HTTP/1.1 100"), "{answer}");
    assert!(answer.contains(MASK) && !answer.contains(SECRET), "{answer}");
    // The handler does not read the body: the client is not told to continue.
    let refuses = serve(RedactLayer::requests(Engine::default()), |_| async { http::StatusCode::FORBIDDEN }).await;
    let answer = raw(refuses, &[head(body.len()).as_bytes()], Duration::ZERO, false).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    // The body is too large: the client learns that before it sends it.
    let form = head(2_000_000).replace("application/json", "application/x-www-form-urlencoded");
    let answer = raw(reads, &[form.as_bytes()], Duration::ZERO, false).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // A body that is blocked while the handler reads it is answered by the layer and not by the handler.
    let blocks = serve(RedactLayer::requests(blocking()), echo).await;
    let answer = raw(blocks, &[head(body.len()).as_bytes(), body.as_bytes()], Duration::from_millis(100), false).await;
    assert!(answer.contains("HTTP/1.1 422") && answer.contains("\"card\""), "{answer}");
    assert!(!answer.contains("0005"));
}

#[tokio::test]
async fn an_upgraded_connection_is_left_alone() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = serve(RedactLayer::both(blocking()), |mut request: http::Request<axum::body::Body>| async move {
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut io = hyper_util::rt::TokioIo::new(upgrade.await.unwrap());
            let mut buffer = [0; 17];
            io.read_exact(&mut buffer).await.unwrap();
            io.write_all(&buffer).await.unwrap();
        });
        let response = http::Response::builder().status(101).header("upgrade", "chat").header("connection", "upgrade");
        response.body(axum::body::Body::empty()).unwrap()
    });
    let head = "GET / HTTP/1.1\r\nhost: x\r\nconnection: keep-alive, Upgrade\r\nupgrade: chat\r\n\r\n";
    let answer = raw(address.await, &[head.as_bytes(), SECRET.as_bytes()], Duration::from_millis(100), false).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    assert!(answer.ends_with(SECRET), "{answer}");
}

#[tokio::test]
async fn asking_for_an_upgrade_opens_no_way_around() {
    for layer in [RedactLayer::requests(Engine::default()), RedactLayer::both(Engine::default())] {
        let address = serve(layer, echo).await;
        for upgrade in ["x", "websocket", "h2c"] {
            let request = request(true).replace(
                "connection: close\r\n",
                &format!("connection: close, upgrade\r\nupgrade: {upgrade}\r\nhttp2-settings: AAMAAABk\r\n"),
            );
            let answer = raw(address, &[request.as_bytes()], Duration::ZERO, false).await;
            assert!(!answer.contains(SECRET), "{answer}");
            // A server may take the body of a request for a WebSocket for messages.
            let expected = if upgrade == "websocket" { "HTTP/1.1 422" } else { MASK };
            assert!(answer.contains(expected), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_text_that_never_ends_flows_on() {
    let body = "hello world\n".repeat(20_000) + SECRET;
    let address = serve(
        RedactLayer::both(Engine::default()).limits(lastfour::Limits::default().hold(1000)),
        |request: http::Request<axum::body::Body>| async {
            http::Response::builder().header("content-type", "text/plain").body(request.into_body()).unwrap()
        },
    );
    let request = chunked("text/plain", &body, 1000);
    let answer = raw(address.await, &[request.as_bytes()], Duration::ZERO, false).await;
    assert!(unchunked(&answer) == body.replace(SECRET, MASK));
}
