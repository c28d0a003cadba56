//! Sockets that a program holds itself.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::ws::{Message as Frame, WebSocketUpgrade};
use axum::routing::any;
use futures_util::{SinkExt, StreamExt};
use lastfour::Engine;
use lastfour::middleware::MemoryStore;
use lastfour::middleware::websocket::{RedactSocket, Session, Side};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Axum, Client, MASK, SECRET, Tungstenite, ask, blocking, connect, heard, next};

/// A server that says what it heard, with its socket in an adapter.
fn echo(session: Session, store: Option<Arc<MemoryStore>>) -> Router {
    let handler = move |upgrade: WebSocketUpgrade| {
        let (session, store) = (session.clone(), store.clone());
        async move {
            upgrade.on_upgrade(move |socket| async move {
                let socket = RedactSocket::new(socket, Axum, session);
                match store {
                    Some(store) => answer(socket.store(store, "a")).await,
                    None => answer(socket).await,
                }
            })
        }
    };
    Router::new().route("/", any(handler))
}

async fn answer<S>(socket: S)
where
    S: futures_util::Stream<Item = Result<Frame, axum::Error>> + futures_util::Sink<Frame, Error = axum::Error>,
{
    let (mut sink, mut stream) = socket.split();
    while let Some(Ok(message)) = stream.next().await {
        let answer = match message {
            Frame::Text(text) if text == "card?" => format!("it is {SECRET}"),
            Frame::Text(text) if text == "cid?" => "What is the CID on your card?".to_owned(),
            Frame::Text(text) => format!("saw {text}"),
            Frame::Close(_) => continue,
            _ => "?".to_owned(),
        };
        sink.send(Frame::Text(answer.into())).await.unwrap();
    }
}

#[tokio::test]
async fn a_socket_of_axum_is_redacted_in_both_directions() {
    for store in [None, Some(Arc::new(MemoryStore::default()))] {
        let mut client = connect(echo(Session::new(Engine::default()), store.clone()), "/", &[]).await;
        assert_eq!(ask(&mut client, "hello").await, "saw hello");
        assert_eq!(ask(&mut client, &format!("my card is {SECRET}")).await, format!("saw my card is {MASK}"));
        assert_eq!(ask(&mut client, "card?").await, format!("it is {MASK}"));
        assert_eq!(ask(&mut client, "cid?").await, "What is the CID on your card?");
        assert_eq!(ask(&mut client, "4821").await, "saw ****");
        client.send(Message::Ping("x".into())).await.unwrap();
        assert_eq!(heard(&mut client).await, "?");
        client.close(None).await.unwrap();
        assert!(matches!(next(&mut client).await, Message::Close(_)));
        assert_eq!(store.map_or(1, |store| store.len()), 1);
    }
}

#[tokio::test]
async fn a_stored_conversation_is_shared_by_connections() {
    let store = Arc::new(MemoryStore::default());
    let app = || echo(Session::new(Engine::default()), Some(store.clone()));
    let mut agent = connect(app(), "/", &[]).await;
    assert_eq!(ask(&mut agent, "cid?").await, "What is the CID on your card?");
    let mut customer = connect(app(), "/", &[]).await;
    assert_eq!(ask(&mut customer, "4821").await, "saw ****");
}

#[tokio::test]
async fn the_client_is_told_of_stopped_messages_of_both_sides() {
    for store in [None, Some(Arc::new(MemoryStore::default()))] {
        let mut client = connect(echo(Session::new(blocking()), store), "/", &[]).await;
        for _ in 0..3 {
            let told = ask(&mut client, &format!("my card is {SECRET}")).await;
            assert_eq!(told, "The message was stopped because it must not be sent in chat: card.");
            assert_eq!(
                ask(&mut client, "card?").await,
                "The answer was stopped because it must not be sent in chat: card."
            );
            assert_eq!(ask(&mut client, "hello").await, "saw hello");
        }
    }
}

#[tokio::test]
async fn a_client_program_reads_the_notice_about_its_own_message() {
    let client: Client = connect(echo(Session::new(Engine::default()), None), "/", &[]).await;
    let stopped = Arc::new(Mutex::new(Vec::new()));
    let seen = stopped.clone();
    let mut client = RedactSocket::new(client, Tungstenite, Session::new(blocking()))
        .peer(Side::Server)
        .on_stop(move |side, report| seen.lock().unwrap().push((side, report.blocked())));
    client.send(Message::text(format!("my card is {SECRET}"))).await.unwrap();
    client.send(Message::text("hello")).await.unwrap();
    let Some(Ok(Message::Text(told))) = client.next().await else { panic!() };
    assert_eq!(told, "The message was stopped because it must not be sent in chat: card.");
    let Some(Ok(Message::Text(text))) = client.next().await else { panic!() };
    assert_eq!(text, "saw hello");
    assert_eq!(*stopped.lock().unwrap(), [(Side::Client, vec![lastfour::Entity::Card])]);
}

#[tokio::test]
async fn messages_keep_their_order_with_a_store() {
    let client = connect(echo(Session::new(Engine::default()), Some(Arc::default())), "/", &[]).await;
    let (mut sink, mut stream) = client.split();
    tokio::spawn(async move {
        for n in 0..300 {
            sink.send(Message::text(format!("message {n}"))).await.unwrap();
        }
    });
    for n in 0..300 {
        assert_eq!(stream.next().await.unwrap().unwrap(), Message::text(format!("saw message {n}")));
    }
}
