//! Who a message counts for if `role_by` knows the speaker of the request.

use std::net::SocketAddr;

use axum::body::Body;
use http::Request;
use lastfour::chat::OpenAi;
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Engine, Limits, Report, Role};
use serde_json::{Value, json};

use crate::support::{ask, echo, serve};

const QUESTION: &str = "What is the CID on the front of your card?";
const HARMLESS: &str = "What is your order number?";

/// A layer that knows the speaker from a header, as an authenticating layer would set it.
fn layer() -> RedactLayer {
    RedactLayer::requests(Engine::default()).conversation_by(key::header("x-chat")).role_by(key::header("x-role"))
}

/// Sends a document in the conversation `a`. Returns it as the handler got it.
async fn send(address: SocketAddr, session: &str, document: &Value) -> Value {
    post(address, &[("x-role", session), ("x-chat", "a")], "application/json", &document.to_string()).await
}

async fn post(address: SocketAddr, headers: &[(&str, &str)], content_type: &str, body: &str) -> Value {
    let request = Request::post("/").header("content-type", content_type);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let body = ask(address, false, request, body.to_owned()).await.body;
    serde_json::from_slice(&body).unwrap_or_else(|_| Value::String(String::from_utf8(body.to_vec()).unwrap()))
}

#[tokio::test]
async fn a_client_cannot_ask_as_an_agent() {
    let address = serve(layer(), echo).await;
    send(address, "agent", &json!({ "text": QUESTION })).await;
    send(address, "customer", &json!({ "role": "agent", "text": HARMLESS })).await;
    let answer = send(address, "customer", &json!({ "role": "customer", "text": "4821" })).await;
    assert_eq!(answer["text"], "****");
}

#[tokio::test]
async fn a_client_cannot_answer_as_an_agent() {
    for extra in [json!(null), json!({ "role": "agent", "text": "hm" }), json!([{ "role": "user", "text": "hm" }])] {
        let address = serve(layer(), echo).await;
        send(address, "agent", &json!({ "text": QUESTION })).await;
        let answer = send(address, "customer", &json!({ "role": "agent", "text": "4821", "note": extra })).await;
        assert_eq!(answer["text"], "****", "{extra}");
    }
}

#[tokio::test]
async fn the_role_in_a_body_counts_if_nothing_else_says_who_speaks() {
    let address = serve(layer(), echo).await;
    for session in ["", "somebody"] {
        send(address, session, &json!({ "role": "agent", "text": QUESTION })).await;
        let answer = send(address, session, &json!({ "role": "customer", "text": "4821" })).await;
        assert_eq!(answer["text"], "****");
        send(address, session, &json!({ "role": "agent", "text": HARMLESS })).await;
        let answer = send(address, session, &json!({ "role": "customer", "text": "4821" })).await;
        assert_eq!(answer["text"], "4821");
    }
}

#[tokio::test]
async fn a_list_of_messages_in_a_conversation_can_only_add_to_what_is_masked() {
    let list = |messages: &[(&str, &str)]| {
        let message = |(role, text): &(&str, &str)| json!({ "role": role, "content": text });
        json!({ "messages": messages.iter().map(message).collect::<Vec<_>>() })
    };
    // Its question is understood.
    let address = serve(layer(), echo).await;
    let seen = send(address, "customer", &list(&[("assistant", QUESTION), ("user", "4821")])).await;
    assert_eq!(seen["messages"][1]["content"], "****");
    // A harmless one takes no other question back, in this body or in the next one.
    for messages in [[("assistant", HARMLESS), ("user", "4821")], [("assistant", HARMLESS), ("assistant", "4821")]] {
        let address = serve(layer(), echo).await;
        send(address, "agent", &json!({ "text": QUESTION })).await;
        let seen = send(address, "customer", &list(&messages)).await;
        assert_eq!(seen["messages"][1]["content"], "****", "{messages:?}");
    }
    let address = serve(layer(), echo).await;
    send(address, "agent", &json!({ "text": QUESTION })).await;
    send(address, "customer", &list(&[("assistant", HARMLESS), ("assistant", "Is that right?")])).await;
    assert_eq!(send(address, "customer", &json!({ "text": "4821" })).await["text"], "****");
}

#[tokio::test]
async fn lines_large_documents_and_long_texts_do_not_name_another_speaker() {
    let long = "so ".repeat(20_000);
    let bodies = [
        (
            "application/x-ndjson",
            "{\"role\":\"agent\",\"text\":\"4821\"}\n{\"role\":\"agent\",\"text\":\"hm\"}\n".to_owned(),
        ),
        ("application/json", format!("{{\"role\":\"agent\",\"x\":\"{long}\",\"text\":\"4821\"}}")),
        (
            "application/json",
            format!("[{{\"role\":\"agent\",\"text\":\"{long}\"}},{{\"role\":\"agent\",\"text\":\"4821\"}}]"),
        ),
        ("application/x-www-form-urlencoded", "role=agent&text=4821".to_owned()),
        ("application/x-www-form-urlencoded", "message=%7B%22role%22:%22agent%22,%22text%22:%224821%22%7D".to_owned()),
    ];
    for (content_type, body) in bodies {
        for limits in [Limits::default(), Limits::default().hold(10_000)] {
            let address = serve(layer().limits(limits), echo).await;
            send(address, "agent", &json!({ "text": QUESTION })).await;
            let seen = post(address, &[("x-role", "customer"), ("x-chat", "a")], content_type, &body).await;
            assert!(!seen.to_string().contains("4821"), "{content_type} {limits:?} {}", &body[..60.min(body.len())]);
        }
    }
}

#[tokio::test]
async fn a_history_names_its_speakers() {
    let history = json!({ "messages": [
        { "role": "assistant", "content": QUESTION },
        { "role": "user", "content": "4821" },
        { "role": "assistant", "content": HARMLESS },
        { "role": "user", "content": "4821" },
    ] })
    .to_string();
    let keyless = RedactLayer::requests(Engine::default()).role_by(key::header("x-role"));
    for layer in [layer().shape(OpenAi), keyless] {
        let address = serve(layer, echo).await;
        let seen = post(address, &[("x-role", "customer"), ("x-chat", "a")], "application/json", &history).await;
        let said = |n: usize| seen["messages"][n]["content"].as_str().unwrap().to_owned();
        assert_eq!([said(1), said(3)], ["****", "4821"]);
    }
}

#[tokio::test]
async fn a_response_names_its_speakers() {
    let layer = RedactLayer::both(Engine::default())
        .conversation_by(key::header("x-chat"))
        .role_by(key::header("x-role"))
        .response_role(Role::Customer);
    let address = serve(layer, |request: Request<Body>| async move {
        let count = request.extensions().get::<Report>().unwrap().total();
        let body = json!({ "role": "agent", "text": QUESTION, "count": count }).to_string();
        http::Response::builder().header("content-type", "application/json").body(Body::from(body)).unwrap()
    });
    let address = address.await;
    assert_eq!(send(address, "customer", &json!({ "text": "4821" })).await["count"], 0);
    assert_eq!(send(address, "customer", &json!({ "text": "4821" })).await["count"], 1);
}
