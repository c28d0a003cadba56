//! Sessions, servers and clients.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::{Listener as _, ListenerExt as _};
use futures_util::{SinkExt, StreamExt};
use lastfour::middleware::websocket::{MessageCodec, Payload, Session, Side, Verdict};
use lastfour::{Action, Engine, Entity, Policy};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite};

/// A client.
pub(crate) type Client = WebSocketStream<TcpStream>;

/// The secret.
pub(crate) const SECRET: &str = "3782 822463 10005";
/// Its mask.
pub(crate) const MASK: &str = "**** ****** *0005";

/// An engine whose policy blocks cards.
pub(crate) fn blocking() -> Engine {
    Engine::new(Policy::builder().action(Entity::Card, Action::Block).build().unwrap())
}

/// What goes on of a text message; the notice, after `stopped: `, if nothing does.
pub(crate) fn say(session: &mut Session, from: Side, text: &str) -> String {
    match session.scan(from, Payload::Text(text.as_bytes())).verdict {
        Verdict::Pass => text.to_owned(),
        Verdict::Change(bytes) => String::from_utf8(bytes).unwrap(),
        Verdict::Stop { notice } => format!("stopped: {notice}"),
        _ => unreachable!(),
    }
}

/// Connects to a server of `app` at this path, with these headers.
pub(crate) async fn connect(app: Router, path: &str, headers: &[(&'static str, &'static str)]) -> Client {
    let address = listen(app).await;
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    client_async(request, stream).await.unwrap().0
}

/// Starts a server; it stops with the test's runtime.
pub(crate) async fn listen(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap().tap_io(|stream| stream.set_nodelay(true).unwrap());
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Returns the next message of the server that is not a ping or a pong.
pub(crate) async fn next(client: &mut Client) -> tungstenite::Message {
    loop {
        let message = timeout(Duration::from_secs(10), client.next()).await.expect("the server says something");
        match message.unwrap().unwrap() {
            tungstenite::Message::Ping(_) | tungstenite::Message::Pong(_) => {}
            message => return message,
        }
    }
}

/// Returns the next text of the server.
pub(crate) async fn heard(client: &mut Client) -> String {
    match next(client).await {
        tungstenite::Message::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Sends a text and returns the next text of the server.
pub(crate) async fn ask(client: &mut Client, text: &str) -> String {
    client.send(tungstenite::Message::text(text)).await.unwrap();
    heard(client).await
}

/// Messages of axum.
pub(crate) struct Axum;

impl MessageCodec<axum::extract::ws::Message> for Axum {
    fn payload<'m>(&self, message: &'m axum::extract::ws::Message) -> Option<Payload<'m>> {
        match message {
            axum::extract::ws::Message::Text(text) => Some(Payload::Text(text.as_bytes())),
            axum::extract::ws::Message::Binary(bytes) => Some(Payload::Binary(bytes)),
            _ => None,
        }
    }

    fn text(&self, text: String) -> axum::extract::ws::Message {
        axum::extract::ws::Message::Text(text.into())
    }

    fn binary(&self, bytes: Vec<u8>) -> axum::extract::ws::Message {
        axum::extract::ws::Message::Binary(bytes.into())
    }
}

/// Messages of `tokio-tungstenite`.
pub(crate) struct Tungstenite;

impl MessageCodec<tungstenite::Message> for Tungstenite {
    fn payload<'m>(&self, message: &'m tungstenite::Message) -> Option<Payload<'m>> {
        match message {
            tungstenite::Message::Text(text) => Some(Payload::Text(text.as_bytes())),
            tungstenite::Message::Binary(bytes) => Some(Payload::Binary(bytes)),
            _ => None,
        }
    }

    fn text(&self, text: String) -> tungstenite::Message {
        tungstenite::Message::text(text)
    }

    fn binary(&self, bytes: Vec<u8>) -> tungstenite::Message {
        tungstenite::Message::binary(bytes)
    }
}
