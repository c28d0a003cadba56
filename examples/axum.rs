//! An axum app whose messages are redacted before any handler sees them. Its answers go out as they are:
//! `RedactLayer::both` redacts them too.
//!
//! ```sh
//! cargo run --example axum --features tower
//! curl localhost:3000/say -H 'content-type: application/json' -d '{"text": "my card is 3782 822463 10005"}'
//! ```

use axum::{Extension, Router, routing::post};
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Engine, Report};

async fn say(Extension(report): Extension<Report>, body: String) -> String {
    format!("{} found; the handler got: {body}\n", report.total())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let redact = RedactLayer::requests(Engine::default()).conversation_by(key::header("x-conversation"));
    let app = Router::new().route("/say", post(say)).layer(redact);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await
}
