//! A chat over WebSocket. `/chat` is behind the layer; `/socket` redacts its socket itself.
//!
//! ```sh
//! cargo run --example websocket --features websocket
//! websocat ws://localhost:3000/chat
//! ```

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::routing::any;
use futures_util::{SinkExt, StreamExt};
use lastfour::middleware::websocket::{MessageCodec, Payload, RedactSocket, Session};
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Engine, Role};

/// Takes the messages of axum apart.
struct Axum;

impl MessageCodec<Message> for Axum {
    fn payload<'m>(&self, message: &'m Message) -> Option<Payload<'m>> {
        match message {
            Message::Text(text) => Some(Payload::Text(text.as_bytes())),
            Message::Binary(bytes) => Some(Payload::Binary(bytes)),
            _ => None,
        }
    }

    fn text(&self, text: String) -> Message {
        Message::Text(text.into())
    }

    fn binary(&self, bytes: Vec<u8>) -> Message {
        Message::Binary(bytes.into())
    }
}

/// Sends back what the server has got.
async fn answer<S>(mut socket: S)
where
    S: StreamExt<Item = Result<Message, axum::Error>> + SinkExt<Message, Error = axum::Error> + Unpin,
{
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        if socket.send(Message::Text(format!("the server got: {text}").into())).await.is_err() {
            break;
        }
    }
}

async fn chat(upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.on_upgrade(answer::<WebSocket>)
}

async fn socket(upgrade: WebSocketUpgrade) -> axum::response::Response {
    // In production, take the role from what your server has authenticated.
    let session = Session::new(Engine::default()).client(Role::Customer);
    upgrade.on_upgrade(|socket| answer(RedactSocket::new(socket, Axum, session)))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let redact = RedactLayer::both(Engine::default()).conversation_by(key::header("x-conversation"));
    let app = Router::new().route("/chat", any(chat)).layer(redact).route("/socket", any(socket));
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await
}
