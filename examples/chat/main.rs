//! A support chat with the middleware on. A customer writes, a scripted assistant answers in tokens, an agent takes over.
//!
//! ```sh
//! cargo run --example chat      # then open http://127.0.0.1:3000
//! ```
//!
//! `auth.rs` says who somebody is, `room.rs` keeps messages, `assistant.rs` is the script, `page.html` is the page. All of
//! `lastfour` is in this file: what is said over WebSocket passes through a layer for messages, what the assistant is asked
//! and answers passes through a layer for HTTP bodies. They share the memory of the conversations.

mod assistant;
mod auth;
mod room;

use std::borrow::Cow;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::sse::{Event, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Json, Router};
use futures_util::{StreamExt, stream};
use lastfour::middleware::{ChatMessage, MemoryStore, MessageError, RedactLayer, RedactMessageLayer};
use lastfour::{Engine, Policy, Report, Role};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceExt, service_fn};

use auth::Session;
use room::Rooms;

/// Passwords do not reach the room. An agent who asks for a secret is stopped.
const POLICY: &str = r#"
[entities.password]
action = "block"

[solicitation]
action = "block"
"#;

#[derive(Clone)]
struct App {
    rooms: Rooms,
    engine: Engine,
    /// Takes what is said in a room, masks it and adds it.
    say: BoxCloneSyncService<Said, Report, MessageError<Infallible>>,
}

/// What somebody says in a room.
struct Said {
    by: Session,
    text: String,
    report: Report,
}

impl ChatMessage for Said {
    fn text(&self) -> &str {
        &self.text
    }

    fn set_text(&mut self, text: String) {
        self.text = text;
    }

    // Room and role come from the session, not from what a client says about itself.
    fn role(&self) -> Role {
        Role::from_name(self.by.role).unwrap_or(Role::Unknown)
    }

    fn conversation(&self) -> Option<Cow<'_, str>> {
        Some(self.by.room.as_str().into())
    }

    fn id(&self) -> Option<u64> {
        Some(self.by.id)
    }

    fn scanned(&mut self, report: &Report) {
        self.report = report.clone();
    }
}

fn app() -> Router {
    let rooms = Rooms::default();
    let engine = Engine::new(Policy::from_toml(POLICY).expect("the policy is valid"));
    let store = MemoryStore::default();

    let add = rooms.clone();
    let add = service_fn(move |said: Said| {
        add.say(&said.by, &said.text, &said.report);
        async move { Ok::<_, Infallible>(said.report) }
    });
    let say = RedactMessageLayer::new(engine.clone()).store(store.clone()).layer(add);

    let session = |head: &Parts| head.extensions.get::<Session>().cloned();
    let answers = RedactLayer::both(engine.clone())
        .store(store)
        .conversation_by(move |head: &Parts| Some(session(head)?.room))
        .role_by(move |head: &Parts| Some(session(head)?.role.to_owned()))
        .message_id_by(move |head: &Parts| Some(session(head)?.id.to_string()));

    let room = Router::new()
        .route("/socket", any(open))
        .route("/assistant", post(ask).layer(answers).layer(from_fn_with_state(rooms.clone(), count_stopped)))
        // Everything here has been masked when it was added.
        .route("/history", get(history))
        .layer(from_fn(auth::authenticate));
    Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/login", post(auth::login))
        .nest("/room", room)
        .with_state(App { rooms, engine, say: BoxCloneSyncService::new(say) })
}

/// Counts the questions to the assistant that the policy has stopped. No handler sees them.
async fn count_stopped(
    State(rooms): State<Rooms>,
    session: Extension<Session>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<Report>().is_some_and(Report::is_blocked) {
        rooms.stopped(&session.room);
    }
    response
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

/// Opens the room: what one side says, and what happens in the room.
async fn open(State(app): State<App>, Extension(session): Extension<Session>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(64 * 1024).on_upgrade(|socket| talk(app, session, socket))
}

async fn talk(app: App, session: Session, mut socket: WebSocket) {
    let mut events = app.rooms.subscribe(&session.room);
    loop {
        let mut answers = Vec::new();
        tokio::select! {
            // A client that was too slow loads the history again.
            event = events.recv() => answers.push(event.unwrap_or_else(|_| json!({ "reload": true }))),
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(frame))) => {
                    let answer = match serde_json::from_str::<Text>(&frame) {
                        Ok(said) => hear(&app, &session, said.text).await,
                        Err(_) => json!({ "failed": true }),
                    };
                    // The message first, then what became of it.
                    answers.extend(std::iter::from_fn(|| events.try_recv().ok()));
                    answers.push(answer);
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return,
            },
        }
        for answer in answers {
            if socket.send(Frame::Text(answer.to_string().into())).await.is_err() {
                return;
            }
        }
    }
}

/// Adds a message to the room, and returns what its sender is told.
async fn hear(app: &App, session: &Session, text: String) -> Value {
    let said = Said { by: session.next(), text, report: Report::new() };
    match app.say.clone().oneshot(said).await {
        Ok(report) => json!({ "masked": names(&report) }),
        Err(MessageError::Blocked(report)) => {
            app.rooms.stopped(&session.room);
            let entities: Vec<_> = report.blocked().iter().map(ToString::to_string).collect();
            json!({ "stopped": entities })
        }
        Err(_) => json!({ "failed": true }),
    }
}

/// Adds a message to the room, and streams what the assistant answers. A message that is stopped does not get here.
async fn ask(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Extension(report): Extension<Report>,
    Json(said): Json<Text>,
) -> impl IntoResponse {
    app.rooms.say(&session, &said.text, &report);
    let tokens = assistant::answer(&said.text);
    // The layer masks what the customer gets. What is kept for the agent does not pass through it.
    app.rooms.say(&session.bot(), &app.engine.redact(&tokens.concat()), &Report::new());
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

async fn history(State(app): State<App>, Extension(session): Extension<Session>) -> Json<Value> {
    Json(app.rooms.history(&session.room))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app()).await
}
