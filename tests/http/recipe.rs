//! The recipe of `docs/deployment.md`, which a test compares with this file.

use axum::{Extension, Router, body::Body, http::Request, routing::post};
use http_body_util::BodyExt;
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Engine, Report};
use tower::ServiceExt;

#[tokio::test]
async fn the_second_half_of_a_card_number_is_masked() {
    // Use your own router here. This handler answers with what it got.
    let handler =
        |Extension(report): Extension<Report>, body: String| async move { format!("{} {body}", report.total()) };
    let layer = RedactLayer::requests(Engine::default()).conversation_by(key::header("x-conversation"));
    let app = Router::new().route("/say", post(handler)).layer(layer);
    let say = async |text: &str| {
        let request = Request::post("/say").header("content-type", "text/plain").header("x-conversation", "a");
        let response = app.clone().oneshot(request.body(Body::from(text.to_owned())).unwrap()).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    assert_eq!(say("4539 5787").await, "0 4539 5787");
    assert_eq!(say("6362 1486").await, "1 **** ****");
}
