//! An axum server whose handlers see only redacted messages.
//!
//! ```sh
//! cargo run --example axum
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
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    // Use `RedactLayer::both` to redact the answers too. In production, take the key from what your server has
    // authenticated: a client must not choose it freely.
    let redact = RedactLayer::requests(Engine::default()).conversation_by(key::header("x-conversation"));
    let app = Router::new().route("/say", post(say)).layer(redact);
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await
}
