//! The public interface: what its types promise, and which requests are looked at.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use futures_util::stream;
use http::request::Parts;
use http::{Request, Response};
use lastfour::middleware::{
    Dangerous, Direction, HeadFirst, MemoryStore, MessageError, MessageFuture, Redact, RedactBody, RedactLayer,
    RedactMessageLayer, RedactMessages, ResponseFuture,
};
use lastfour::{Engine, Report};
use tokio::sync::oneshot;
use tower::{ServiceExt, service_fn};

use crate::support::{MASK, SECRET, ask, echo, post, serve};

#[test]
fn layers_services_and_stores_can_be_cloned_and_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn sent<T: Send + 'static>() {}
    shared::<RedactLayer>();
    shared::<RedactMessageLayer>();
    shared::<Redact<axum::Router>>();
    shared::<RedactMessages<axum::Router>>();
    shared::<MemoryStore>();
    shared::<Report>();
    shared::<Direction>();
    sent::<Dangerous>();
    sent::<RedactBody<Body>>();
    sent::<ResponseFuture<Body, std::convert::Infallible>>();
    sent::<MessageFuture<(), std::io::Error>>();
    sent::<MessageError<std::io::Error>>();
}

#[tokio::test]
async fn a_service_is_wrapped_for_each_direction() {
    let echo = service_fn(|request: Request<RedactBody<Body>>| async move {
        let body = axum::body::to_bytes(Body::new(request.into_body()), 1000).await?;
        Ok::<_, axum::Error>(Response::new(Body::from([SECRET.as_bytes(), b" and ", &body].concat())))
    });
    for (service, expected) in [
        (Redact::requests(echo, Engine::default()), format!("{SECRET} and {MASK}")),
        (Redact::responses(echo, Engine::default()), format!("{MASK} and {MASK}")),
        (Redact::both(echo, Engine::default()), format!("{MASK} and {MASK}")),
    ] {
        let request = Request::post("/").header("content-type", "text/plain").body(Body::from(SECRET)).unwrap();
        let body = service.oneshot(request).await.unwrap().into_body();
        assert_eq!(axum::body::to_bytes(Body::new(body), 1000).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_head_that_must_go_first_is_sent_on_before_its_body_is_read() {
    /// A JSON document that begins when a head was sent on.
    fn document(begin: oneshot::Receiver<()>) -> Body {
        Body::from_stream(stream::once(async {
            begin.await.unwrap();
            Ok::<_, std::io::Error>(format!("{{\"text\":\"{SECRET}\"}}"))
        }))
    }
    fn head_first<T>(mut message: T, extensions: impl FnOnce(&mut T) -> &mut http::Extensions) -> T {
        extensions(&mut message).insert(HeadFirst);
        message
    }
    let (called, begins) = oneshot::channel();
    let (returned, continues) = oneshot::channel();
    let state = Arc::new(Mutex::new(Some((called, continues))));
    let service = service_fn(move |request: Request<RedactBody<Body>>| {
        let (called, continues) = state.lock().unwrap().take().unwrap();
        async move {
            assert!(!request.headers().contains_key("content-length"));
            called.send(()).unwrap();
            let body = axum::body::to_bytes(Body::new(request.into_body()), 1000).await?;
            assert_eq!(body, format!("{{\"text\":\"{MASK}\"}}"));
            let response =
                Response::builder().header("content-type", "application/json").header("content-length", "28");
            Ok::<_, axum::Error>(head_first(response.body(document(continues)).unwrap(), Response::extensions_mut))
        }
    });
    let request = Request::post("/").header("content-type", "application/json").header("content-length", "28");
    let request = head_first(request.body(document(begins)).unwrap(), Request::extensions_mut);
    let answer = Redact::both(service, Engine::default()).oneshot(request);
    let response =
        tokio::time::timeout(std::time::Duration::from_secs(20), answer).await.expect("heads go first").unwrap();
    assert!(!response.headers().contains_key("content-length"));
    returned.send(()).unwrap();
    let body = axum::body::to_bytes(Body::new(response.into_body()), 1000).await.unwrap();
    assert_eq!(body, format!("{{\"text\":\"{MASK}\"}}"));
}

#[tokio::test]
async fn requests_that_the_predicate_excludes_pass_with_their_responses() {
    let layer = RedactLayer::both(Engine::default()).when(|head: &Parts| !head.uri.path().starts_with("/raw"));
    let address = serve(layer, echo).await;
    let request = |path: &str| Request::post(path).header("content-type", "text/plain").header("accept-encoding", "x");
    let raw = ask(address, false, request("/raw"), SECRET).await;
    assert_eq!((raw.text(), raw.header("x-report")), (SECRET, Some("0 0")));
    assert_eq!(raw.header("x-saw"), Some("17 - - x"));
    assert_eq!(ask(address, false, request("/chat"), SECRET).await.text(), MASK);
    let responses = RedactLayer::responses(Engine::default()).when(|head: &Parts| head.method == "GET");
    assert_eq!(post(serve(responses, echo).await, "text/plain", SECRET).await.text(), SECRET);
}
