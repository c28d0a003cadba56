//! Texts of a server that are spread over messages.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ws::{Message as Frame, WebSocketUpgrade};
use axum::routing::any;
use futures_util::SinkExt;
use lastfour::middleware::RedactLayer;
use lastfour::{Engine, Limits, Policy};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, blocking, connect, heard, next};

/// Connects to a server behind a layer that sends these messages and then closes the connection after `rest`.
async fn server(layer: RedactLayer, path: &str, messages: Vec<String>, rest: Duration) -> Client {
    let handler = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |mut socket| async move {
            for message in messages {
                socket.send(Frame::Text(message.into())).await.unwrap();
            }
            sleep(rest).await;
            let _ = socket.send(Frame::Close(None)).await;
            while let Some(Ok(_)) = socket.recv().await {}
        })
    };
    connect(Router::new().route("/", any(handler)).layer(layer), path, &[]).await
}

/// Returns what a client hears until the server closes the connection.
async fn all(client: &mut Client) -> Vec<String> {
    let mut heard = Vec::new();
    loop {
        match next(client).await {
            Message::Text(text) => heard.push(text.to_string()),
            Message::Close(_) => return heard,
            other => panic!("{other:?}"),
        }
    }
}

/// A message with a token, as a server of this name sends it.
fn message(form: &str, token: &str) -> String {
    let json = serde_json::to_string(token).unwrap();
    form.replace('$', &json).replace('§', token)
}

const FORMS: [(&str, &str); 9] = [
    ("/", r#"{"delta":$}"#),
    ("/", r#"{"type":"token","text":$}"#),
    ("/", r#"{"event":"chunk","data":{"piece":$,"index":0}}"#),
    ("/", r#"{"type":"response.text.delta","response_id":"r","delta":$}"#),
    ("/", r#"{"id":"1","type":"next","payload":{"data":{"answer":$}}}"#),
    ("/", r#"["1","2","room:lobby","token",{"delta":$}]"#),
    ("/?EIO=4&transport=websocket", r#"42["token",{"text":$}]"#),
    ("/?EIO=4&transport=websocket", r#"42["token",$]"#),
    ("/", "§"),
];

#[tokio::test]
async fn a_secret_that_is_spread_over_messages_is_masked_in_each() {
    for (path, form) in FORMS {
        for (tokens, secrets) in [
            (
                &["Your", " card", " is", " 4539", " 5787", " 6362", " 1486", " and", " it", " works", "."][..],
                &["5787", "6362"][..],
            ),
            (&["The", " password", " is", " Blue", "bonnet", "!77", ".", " Have", " fun", "."], &["Blue", "bonnet"]),
            (&["La", " contraseña", " es", " Blue", "bonnet", "!77", ".", " Adiós", "."], &["Blue", "bonnet"]),
        ] {
            let sent: Vec<String> = tokens.iter().map(|token| message(form, token)).collect();
            let mut client = server(RedactLayer::both(Engine::default()), path, sent.clone(), Duration::ZERO).await;
            let heard = all(&mut client).await;
            assert_eq!(heard.len(), sent.len(), "{form}");
            for secret in secrets {
                assert!(!heard.iter().any(|message| message.contains(secret)), "{secret} in {heard:?}");
            }
            // Only the messages with the secret have changed.
            let is_secret =
                |token: &str| token.chars().any(|c| c.is_ascii_digit()) || token.contains("onnet") || token == " Blue";
            for ((sent, heard), token) in sent.iter().zip(&heard).zip(tokens) {
                assert!(sent == heard || is_secret(token), "{sent} is {heard}");
            }
        }
    }
}

#[tokio::test]
async fn a_question_that_is_spread_over_messages_explains_the_answer() {
    let tokens = ["What", " is", " your", " PIN", "?"].map(|token| message(r#"{"delta":$}"#, token));
    let handler = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |mut socket| async move {
            for message in tokens {
                socket.send(Frame::Text(message.into())).await.unwrap();
            }
            while let Some(Ok(Frame::Text(text))) = socket.recv().await {
                socket.send(Frame::Text(format!("{}.", text.len()).into())).await.unwrap();
                socket.send(Frame::Text(text)).await.unwrap();
            }
        })
    };
    let app = Router::new().route("/", any(handler)).layer(RedactLayer::requests(Engine::default()));
    let mut client = connect(app, "/", &[]).await;
    for _ in 0..5 {
        heard(&mut client).await;
    }
    let answer = |text: &str| Message::text(message(r#"{"text":$}"#, text));
    client.send(answer("4417")).await.unwrap();
    heard(&mut client).await;
    assert_eq!(heard(&mut client).await, r#"{"text":"****"}"#);
}

#[tokio::test]
async fn a_message_that_others_may_continue_waits_for_a_second_and_others_do_not_wait() {
    for (text, waits) in [
        (r#"{"text":"What is your card number?"}"#, false),
        (r#"{"text":"Thanks, the order 4417 is on its way."}"#, false),
        (r#"{"type":"typing"}"#, false),
        ("hello there", false),
        (r#"{"delta":" 12"}"#, true),
        (r#"{"from":"agent","text":"password is"}"#, true),
    ] {
        let started = Instant::now();
        let layer = RedactLayer::both(Engine::default());
        let mut client = server(layer, "/", vec![text.to_owned()], Duration::from_secs(5)).await;
        assert_eq!(heard(&mut client).await, text);
        let waited = started.elapsed();
        assert_eq!(waited >= Duration::from_millis(900), waits, "{text}: {waited:?}");
        assert!(waited < Duration::from_secs(4), "{text}: {waited:?}");
    }
}

#[tokio::test]
async fn messages_behind_one_that_waits_keep_their_order() {
    let sent = [r#"{"delta":"It is 45"}"#, r#"{"type":"typing"}"#, "hello", r#"{"delta":"39"}"#, r#"{"type":"done"}"#];
    let sent = sent.map(str::to_owned).to_vec();
    let layer = RedactLayer::both(Engine::default());
    let mut client = server(layer, "/", sent.clone(), Duration::ZERO).await;
    assert_eq!(all(&mut client).await, sent);
}

#[tokio::test]
async fn a_secret_that_is_spread_over_messages_and_blocked_is_not_sent() {
    let sent = ["4539", " 5787", " 6362", " 1486", "."].map(|token| message(r#"{"delta":$}"#, token));
    let mut client = server(RedactLayer::both(blocking()), "/", sent.to_vec(), Duration::ZERO).await;
    let heard = all(&mut client).await.concat();
    assert!(!["5787", "6362", "1486"].iter().any(|digits| heard.contains(digits)), "{heard}");
    assert!(heard.contains("error"), "{heard}");
}

#[tokio::test]
async fn held_messages_that_pass_on_failure_keep_the_masks_of_their_own_scan() {
    // The second message makes the held ones too large to be read as one text.
    let card = r#"{"delta":"My card is 4539 5787 6362 1486"}"#;
    let long = message(r#"{"delta":$}"#, &" 12".repeat(60));
    let policy = Policy::builder().dangerous_pass_on_failure().build().unwrap();
    let layer = RedactLayer::both(Engine::new(policy)).limits(Limits::default().hold(200));
    let mut client = server(layer, "/", vec![card.to_owned(), long.clone()], Duration::ZERO).await;
    let heard = all(&mut client).await;
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert!(!heard[0].contains("5787"), "{heard:?}");
}
