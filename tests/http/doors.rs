//! The same conversation through the library, HTTP, an event stream and the command line has the same findings.

use axum::body::Body;
use http::{Request, Response};
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Conversation, Engine, Message, Role};
use serde_json::{Value, json};

use crate::support::{ask, serve};

/// The messages and their speakers: answers with and without a question, in both languages, in pieces, and harmless
/// ones.
const SAID: [(&str, &str); 14] = [
    ("customer", "hello, my card is 3782 822463 10005 and order 7788123 is late"),
    ("agent", "Thank you. Which ZIP, and what is the code that we just texted you?"),
    ("customer", "10285 and 482913"),
    ("bot", "Your card ends in 0005. Now please choose a password."),
    ("customer", "Tr0ub4dor&3"),
    ("agent", "¿Me da su NIP de cuatro dígitos?"),
    ("customer", "claro, 4821"),
    ("agent", "And the card for the refund?"),
    ("customer", "4111 1111"),
    ("customer", "1111 1111"),
    ("customer", "that was all"),
    ("agent", "I will call 212 555 0123 before 6 pm"),
    ("customer", "my social is one two three, 45, 6789"),
    ("bot", "Bye!"),
];

/// A finding, and the number of its message.
type Found = (u64, Value);

fn found(message: u64, finding: &lastfour::Finding) -> Found {
    (message, serde_json::to_value(finding).unwrap())
}

/// Returns what the library finds in each message, and the redacted texts.
fn library() -> (Vec<Found>, Vec<String>) {
    let engine = Engine::default();
    let mut conversation = Conversation::new();
    let mut all = Vec::new();
    let mut texts = Vec::new();
    for (n, (role, text)) in (0..).zip(SAID) {
        let message = Message::new(Role::from_name(role).unwrap(), text).id(n);
        let outcome = engine.scan(&mut conversation, &message);
        all.extend(outcome.findings.iter().map(|finding| found(n, finding)));
        texts.push(outcome.redact(text).into_owned());
    }
    assert!(all.len() >= 8, "{all:?}");
    assert!(texts.iter().zip(SAID).any(|(text, said)| text == said.1));
    (all, texts)
}

fn object(n: usize, text: &str) -> String {
    json!({"role": SAID[n].0, "text": text, "chat": "a"}).to_string()
}

#[tokio::test]
async fn a_message_a_request_finds_what_the_library_finds() {
    let (expected, texts) = library();
    let layer = RedactLayer::requests(Engine::default()).conversation_by(key::pointer("/chat"));
    let address = serve(layer, |request: Request<Body>| async move {
        let (head, body) = request.into_parts();
        let report = head.extensions.get::<lastfour::Report>().unwrap();
        let findings: Vec<Value> =
            report.findings().iter().map(|found| serde_json::to_value(found.finding).unwrap()).collect();
        Response::builder().header("x-findings", Value::from(findings).to_string()).body(body).unwrap()
    });
    let address = address.await;
    let mut all = Vec::new();
    for (n, (_, said)) in SAID.iter().enumerate() {
        let request = Request::post("/").header("content-type", "application/json");
        let answer = ask(address, n % 2 == 1, request, object(n, said)).await;
        let Value::Array(findings) = serde_json::from_str(answer.header("x-findings").unwrap()).unwrap() else {
            panic!()
        };
        all.extend(findings.into_iter().map(|finding| (n as u64, finding)));
        assert_eq!(answer.text(), object(n, &texts[n]));
    }
    assert_eq!(all, expected);
}

#[tokio::test]
async fn an_event_stream_finds_what_the_library_finds() {
    let (expected, texts) = library();
    let stream = |text: &dyn Fn(usize) -> String| -> String {
        (0..SAID.len()).map(|n| format!("id: {n}\ndata: {}\n\n", object(n, &text(n)))).collect()
    };
    let (said, redacted) = (stream(&|n| SAID[n].1.to_owned()), stream(&|n| texts[n].clone()));
    let reports = std::sync::Arc::new(std::sync::Mutex::new(None));
    let kept = reports.clone();
    let keep = move |response: Response<lastfour::middleware::RedactBody<Body>>| {
        *kept.lock().unwrap() = response.extensions().get::<lastfour::Report>().cloned();
        response
    };
    let layers =
        tower::ServiceBuilder::new().map_response(keep).layer(RedactLayer::responses(Engine::default())).into_inner();
    let address = serve(layers, move |_| {
        let body = said.clone();
        async { Response::builder().header("content-type", "text/event-stream").body(Body::from(body)).unwrap() }
    });
    let answer = ask(address.await, false, Request::get("/"), "").await;
    assert_eq!(answer.text(), redacted);
    let report = reports.lock().unwrap().take().unwrap();
    let all: Vec<Found> = report.findings().iter().map(|f| found(f.message, &f.finding)).collect();
    assert_eq!(all, expected);
}
