//! Who somebody is. In a real server this is a login; here anybody may choose a side.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the server knows of a client.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) room: String,
    pub(crate) role: &'static str,
    /// The id of the message that is sent, if one is.
    pub(crate) id: u64,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl Session {
    /// The session with the id of another message.
    pub(crate) fn next(&self) -> Self {
        Self { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), ..self.clone() }
    }

    /// Who answers if no agent is there.
    pub(crate) fn bot(&self) -> Self {
        Self { role: "bot", ..self.next() }
    }
}

#[derive(Deserialize)]
pub(crate) struct Login {
    room: String,
    role: String,
}

static SESSIONS: LazyLock<Mutex<HashMap<String, Session>>> = LazyLock::new(Mutex::default);

/// Opens a session.
pub(crate) async fn login(Json(login): Json<Login>) -> Result<Json<Value>, StatusCode> {
    let role = match login.role.as_str() {
        "customer" => "customer",
        "agent" => "agent",
        _ => return Err(StatusCode::BAD_REQUEST),
    };
    if login.room.is_empty() || login.room.len() > 40 {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut sessions = SESSIONS.lock().expect("no panic while it is held");
    // Not a secret: this is a demonstration.
    let token = format!("{role}-{}", sessions.len());
    sessions.insert(token.clone(), Session { room: login.room, role, id: 0 });
    Ok(Json(json!({ "token": token })))
}

/// Puts the session into the extensions of a request, where the layers and the handlers find it.
pub(crate) async fn authenticate(mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    // A browser can set no header for a WebSocket.
    let query = request.uri().query().and_then(|query| query.strip_prefix("token="));
    let token = header.or(query).ok_or(StatusCode::UNAUTHORIZED)?;
    let session = SESSIONS.lock().expect("no panic while it is held").get(token).cloned();
    request.extensions_mut().insert(session.ok_or(StatusCode::UNAUTHORIZED)?.next());
    Ok(next.run(request).await)
}
