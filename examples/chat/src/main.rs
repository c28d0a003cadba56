//! A support chat with the middleware on. A customer writes, a scripted assistant answers in tokens, an agent takes over.
//!
//! ```sh
//! cargo run --manifest-path examples/chat/Cargo.toml      # then open http://127.0.0.1:3000
//! ```
//!
//! `auth.rs` says who somebody is, `room.rs` keeps messages, `assistant.rs` is the script, `page.html` is the page. All of
//! `lastfour` is in this file.

mod assistant;
mod auth;
mod room;

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use futures_util::{Stream, StreamExt, stream};
use lastfour::middleware::{MemoryStore, RedactLayer};
use lastfour::{Engine, Policy, Report};
use serde::Deserialize;
use serde_json::{Value, json};

use auth::Session;
use room::Rooms;

/// Passwords do not reach the room. An agent who asks for a secret is stopped.
const POLICY: &str = r#"
[entities.password]
action = "block"

[solicitation]
action = "block"
"#;

/// Layers that mask what is sent and what is answered. They share the memory of the conversations.
fn layers(engine: &Engine) -> (RedactLayer, RedactLayer) {
    let store = MemoryStore::default();
    // Key and role come from the session, not from what a client says about itself.
    let session = |head: &Parts| head.extensions.get::<Session>().cloned();
    let room = move |head: &Parts| Some(session(head)?.room);
    let role = move |head: &Parts| Some(session(head)?.role.to_owned());
    let set_up = |layer: RedactLayer| layer.store(store.clone()).conversation_by(room).role_by(role);
    (set_up(RedactLayer::requests(engine.clone())), set_up(RedactLayer::both(engine.clone())))
}

fn app() -> Router {
    let rooms = Rooms::default();
    let engine = Engine::new(Policy::from_toml(POLICY).expect("the policy is valid"));
    let (messages, answers) = layers(&engine);
    let room = Router::new()
        // What both sides say is masked before it is stored.
        .route("/messages", post(say).layer(messages))
        // The assistant's answer is masked too, while it streams.
        .route("/assistant", post(ask).layer(answers))
        // Everything here has been masked when it was stored.
        .route("/history", get(history))
        .route("/events", get(events))
        .layer(Extension(engine))
        .layer(from_fn_with_state(rooms.clone(), count_stopped))
        .layer(from_fn(auth::authenticate));
    Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/login", post(auth::login))
        .nest("/room", room)
        .with_state(rooms)
}

/// Counts the messages that the policy has stopped. No handler sees them.
async fn count_stopped(State(rooms): State<Rooms>, session: Extension<Session>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<Report>().is_some_and(Report::is_blocked) {
        rooms.stopped(&session.room);
    }
    response
}

#[derive(Deserialize)]
struct Said {
    text: String,
}

/// Adds a message to the room, and tells its sender what was masked.
async fn say(
    State(rooms): State<Rooms>,
    Extension(session): Extension<Session>,
    Extension(report): Extension<Report>,
    Json(said): Json<Said>,
) -> Json<Value> {
    rooms.count(&session.room, &report);
    rooms.say(&session.room, session.role, &said.text);
    Json(json!({ "masked": names(&report) }))
}

/// Adds a message to the room, and streams what the assistant answers.
async fn ask(
    State(rooms): State<Rooms>,
    Extension(engine): Extension<Engine>,
    Extension(session): Extension<Session>,
    Extension(report): Extension<Report>,
    Json(said): Json<Said>,
) -> impl IntoResponse {
    rooms.count(&session.room, &report);
    rooms.say(&session.room, session.role, &said.text);
    let tokens = assistant::answer(&said.text);
    // The layer masks what the customer gets. What is stored for the agent does not pass through it.
    rooms.say(&session.room, "bot", &engine.redact(&tokens.concat()));
    let masked = json!({ "masked": names(&report) });
    let first = stream::once(async move { event(&masked) });
    // As a model does it: some letters at a time.
    let rest = stream::iter(tokens).then(|token| async move {
        tokio::time::sleep(Duration::from_millis(60)).await;
        event(&json!({ "delta": token }))
    });
    Sse::new(first.chain(rest))
}

fn event(data: &Value) -> Result<Event, Infallible> {
    Ok(Event::default().data(data.to_string()))
}

/// The kinds of secrets in a message.
fn names(report: &Report) -> Vec<String> {
    report.counts().iter().map(|count| count.entity.to_string()).collect()
}

async fn history(State(rooms): State<Rooms>, Extension(session): Extension<Session>) -> Json<Value> {
    Json(rooms.history(&session.room))
}

/// What happens in the room from now on.
async fn events(
    State(rooms): State<Rooms>,
    Extension(session): Extension<Session>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let receiver = rooms.subscribe(&session.room);
    let events = stream::unfold(receiver, |mut receiver| async move {
        // A client that was too slow loads the history again.
        let data = receiver.recv().await.unwrap_or_else(|_| json!({ "reload": true }));
        Some((event(&data), receiver))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app()).await
}
