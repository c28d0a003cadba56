//! One conversation finds the same in every framing and over a socket as through the library.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::ws::{Message as Frame, WebSocketUpgrade};
use axum::routing::any;
use futures_util::SinkExt;
use lastfour::middleware::RedactLayer;
use lastfour::middleware::websocket::{Payload, Session, Side, Verdict};
use lastfour::{Conversation, Engine, Finding, Message, Role};
use serde_json::{Value, json};

use crate::support::{connect, heard};

/// Who says what.
fn said() -> Vec<(String, String)> {
    let lines = include_str!("../data/every-door.jsonl").lines();
    let line = |line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let member = |name: &str| line[name].as_str().unwrap().to_owned();
        (member("role"), member("text"))
    };
    lines.map(line).collect()
}

/// What the library finds in each message, and the texts as they are sent on.
fn library() -> (Vec<Vec<Finding>>, Vec<String>) {
    let mut conversation = Conversation::new();
    let mut scan = |(role, text): (String, String)| {
        let message = Message::new(Role::from_name(&role).unwrap(), &text);
        let outcome = Engine::default().scan(&mut conversation, &message);
        (outcome.findings.clone(), outcome.redact(&text).into_owned())
    };
    said().into_iter().map(&mut scan).unzip()
}

fn side(role: &str) -> Side {
    if role == "customer" { Side::Client } else { Side::Server }
}

/// A message in some framings, with the role in it.
fn framed(role: &str, text: &str) -> Vec<String> {
    let object = json!({"role": role, "text": text});
    let body = object.to_string();
    let post = json!({"event": "posted", "data": {"post": body}, "broadcast": {}});
    vec![
        body.clone(),
        json!({"type": "message", "payload": object}).to_string(),
        format!("42{}", json!(["say", object])),
        format!("42/room,17{}", json!(["say", object])),
        json!(["1", "2", "room:1", "say", object]).to_string(),
        format!("SEND\ncontent-type:application/json\ncontent-length:{}\n\n{body}\0", body.len()),
        format!("{}\u{1e}", json!({"type": 1, "target": "Say", "arguments": [object]})),
        json!({"msg": "method", "method": "say", "id": "1", "params": [object]}).to_string(),
        post.to_string(),
        json!({"id": "1", "type": "next", "payload": {"data": {"say": object}}}).to_string(),
        json!({"type": "events_api", "envelope_id": "e", "payload": {"event": object}}).to_string(),
    ]
}

#[test]
fn every_framing_finds_what_the_library_finds() {
    let (expected, texts) = library();
    assert!(expected.iter().flatten().count() >= 7);
    for n in 0..framed("", "").len() {
        let mut session = Session::new(Engine::default());
        for (((role, text), expected), redacted) in said().iter().zip(&expected).zip(&texts) {
            let message = framed(role, text).swap_remove(n);
            let scanned = session.scan(side(role), Payload::Text(message.as_bytes()));
            let found: Vec<Finding> = scanned.report.findings().iter().map(|found| found.finding).collect();
            assert_eq!(&found, expected, "{message}");
            // The masked text is in the place of the text, and nothing else has changed.
            match scanned.verdict {
                Verdict::Change(bytes) => {
                    assert_eq!(String::from_utf8(bytes).unwrap(), framed(role, redacted).swap_remove(n));
                }
                verdict => assert_eq!((verdict, redacted), (Verdict::Pass, text)),
            }
        }
    }
}

#[tokio::test]
async fn a_socket_behind_the_layer_finds_what_the_library_finds() {
    let (_, texts) = library();
    let handled: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = handled.clone();
    // The server says everything that the client does not.
    let handler = move |upgrade: WebSocketUpgrade| {
        let seen = seen.clone();
        async move {
            upgrade.on_upgrade(move |mut socket| async move {
                for (role, text) in said() {
                    if side(&role) == Side::Server {
                        let message = json!({"role": role, "text": text}).to_string();
                        socket.send(Frame::Text(message.into())).await.unwrap();
                    } else {
                        let Some(Ok(Frame::Text(text))) = socket.recv().await else { panic!() };
                        seen.lock().unwrap().push(text.to_string());
                    }
                }
                let _ = socket.send(Frame::Text("end".into())).await;
            })
        }
    };
    let app = Router::new().route("/", any(handler)).layer(RedactLayer::both(Engine::default()));
    let mut client = connect(app, "/", &[]).await;
    let mut expected = Vec::new();
    for ((role, text), redacted) in said().iter().zip(&texts) {
        let redacted = json!({"role": role, "text": redacted}).to_string();
        if side(role) == Side::Server {
            assert_eq!(heard(&mut client).await, redacted);
        } else {
            let message = json!({"role": role, "text": text}).to_string();
            client.send(tokio_tungstenite::tungstenite::Message::text(message)).await.unwrap();
            expected.push(redacted);
        }
    }
    assert_eq!(heard(&mut client).await, "end");
    assert_eq!(*handled.lock().unwrap(), expected);
}
