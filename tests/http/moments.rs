//! Concurrent messages of one conversation.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lastfour::middleware::{ConversationStore, MemoryStore, Saved, TRIES};
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Conversation, Engine, Message, Report, ScanError};
use tokio::sync::{Notify, mpsc};
use tower::{Layer, ServiceExt, service_fn};

use crate::support::{MASK, SECRET, ask, client, echo, serve};

/// The halves of the secret.
const HALVES: [&str; 2] = ["3782 8224", "63 10005"];
const MASKED: &str = "** *****";

/// A store in which the first two messages of the conversation `a` do not see each other: both are loaded before the
/// first is saved, and the first is saved before the second.
#[derive(Clone, Default)]
struct Crossing(Arc<Crossroads>);

#[derive(Default)]
struct Crossroads {
    inner: MemoryStore,
    loads: AtomicUsize,
    first_loaded: Notify,
    second_loaded: Notify,
    first_saved: Notify,
}

impl ConversationStore for Crossing {
    type Error = Infallible;

    async fn load(&self, key: &str) -> Result<Option<Conversation>, Infallible> {
        let loaded = self.0.inner.load(key).await;
        let nth = if key == "a" { self.0.loads.fetch_add(1, Ordering::SeqCst) } else { usize::MAX };
        let roads = &self.0;
        match nth {
            0 => {
                roads.first_loaded.notify_one();
                roads.second_loaded.notified().await;
            }
            1 => {
                roads.second_loaded.notify_one();
                roads.first_saved.notified().await;
            }
            _ => {}
        }
        loaded
    }

    async fn save(
        &self,
        key: &str,
        loaded: Option<&Conversation>,
        conversation: Conversation,
    ) -> Result<Saved, Infallible> {
        let saved = self.0.inner.save(key, loaded, conversation).await;
        if key == "a" {
            self.0.first_saved.notify_one();
        }
        saved
    }
}

/// A body with or without a known length.
struct SizedBody {
    data: Option<Bytes>,
    sized: bool,
}

impl http_body::Body for SizedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        let len = self.data.as_ref().map_or(0, |data| data.len() as u64);
        if self.sized { SizeHint::with_exact(len) } else { SizeHint::default() }
    }
}

/// How two messages are sent.
#[derive(Debug, Clone, Copy)]
struct How {
    http2: bool,
    content_type: &'static str,
    /// Whether the length is known, so that the body is held.
    sized: bool,
    /// Whether the client waits for `100 Continue`, so that the body streams.
    expects: bool,
}

/// Sends two messages in one conversation, the second one before the first has been saved. Returns what the handler
/// received, and the number of messages and findings in its report.
async fn cross(how: How, messages: [String; 2]) -> [(String, String); 2] {
    let store = Crossing::default();
    let layer = RedactLayer::requests(Engine::default()).conversation_by(key::header("x-chat")).store(store.clone());
    let address = serve(layer, |request: Request<Body>| async {
        let report = request.extensions().get::<Report>().unwrap().clone();
        let body = request.into_body().collect().await.unwrap().to_bytes();
        Response::builder()
            .header("x-report", format!("{} {}", report.messages(), report.total()))
            .body(Body::from(body))
            .unwrap()
    });
    let address = address.await;
    let client = Client::builder(TokioExecutor::new()).http2_only(how.http2).build_http();
    let request = |text: &str, key: &str| {
        let mut request = Request::post(format!("http://{address}/")).header("x-chat", key);
        if how.expects {
            request = request.header("expect", "100-continue");
        }
        let data = Some(Bytes::from(text.to_owned()));
        request.header("content-type", how.content_type).body(SizedBody { data, sized: how.sized }).unwrap()
    };
    // From here on there is one HTTP/2 connection.
    client.request(request("", "warm")).await.unwrap();
    let say = async |text: &str| {
        let (head, body) = client.request(request(text, "a")).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let report = head.headers.get("x-report").map_or("", |told| told.to_str().unwrap()).to_owned();
        (String::from_utf8(body.to_vec()).unwrap(), report)
    };
    let second = async {
        store.0.first_loaded.notified().await;
        say(&messages[1]).await
    };
    let (first, second) = tokio::join!(say(&messages[0]), second);
    assert_eq!(store.0.inner.load("a").await.unwrap().unwrap().turns(), 2);
    // Each was loaded once, and the second one once more.
    assert_eq!(store.0.loads.load(Ordering::SeqCst), 3);
    [first, second]
}

#[tokio::test]
async fn of_two_halves_at_the_same_moment_one_is_seen_with_the_other() {
    const MULTIPART: (&str, &str, &str) = (
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n",
        "\r\n--b--\r\n",
    );
    for (content_type, start, end) in [
        ("text/plain", "", ""),
        ("text/plain", "hello there my friend, ", ""),
        ("application/json", "{\"text\":\"", "\"}"),
        ("application/x-ndjson", "{\"text\":\"", "\"}\n"),
        ("application/x-www-form-urlencoded", "n=1&text=", ""),
        ("text/html", "<p>", "</p>"),
        MULTIPART,
    ] {
        for (http2, sized, expects) in [
            (false, true, false),
            (true, true, false),
            (false, false, false),
            (true, false, false),
            (false, true, true),
        ] {
            // A complete line or part is sent before the end of the body.
            if (content_type.contains("ndjson") || content_type.starts_with("multipart")) && (!sized || expects) {
                continue;
            }
            let how = How { http2, content_type, sized, expects };
            let form = content_type.ends_with("urlencoded");
            let of =
                |text: &str| format!("{start}{}{end}", if form { text.replace(' ', "+") } else { text.to_owned() });
            let got = cross(how, HALVES.map(of)).await;
            let told = |found: u32| format!("1 {found}");
            assert_eq!(got, [(of(HALVES[0]), told(0)), (of(MASKED), told(1))], "{how:?}");
        }
    }
}

/// A store in which every save conflicts.
#[derive(Clone, Default)]
struct Stale(Arc<AtomicUsize>);

impl ConversationStore for Stale {
    type Error = Infallible;

    async fn load(&self, _: &str) -> Result<Option<Conversation>, Infallible> {
        Ok(Some(Conversation::new()))
    }

    async fn save(&self, _: &str, _: Option<&Conversation>, _: Conversation) -> Result<Saved, Infallible> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Saved::Stale)
    }
}

#[tokio::test]
async fn a_conversation_that_never_stays_as_it_is_stops_the_message_after_so_many_tries() {
    let said = || Request::post("/").header("x-chat", "a").header("content-type", "text/plain");
    let stale = Stale::default();
    let layer = || RedactLayer::requests(Engine::default()).conversation_by(key::header("x-chat"));
    let address = serve(layer().store(stale.clone()), |_| async { panic!("the handler was called") as &str }).await;
    let seen = ask(address, false, said(), SECRET).await;
    assert_eq!((seen.status.as_u16(), stale.0.load(Ordering::SeqCst)), (503, TRIES));
    assert!(seen.text().contains("send it again"), "{}", seen.text());
    let passing = layer().store(stale.clone()).dangerous().pass_on_failure();
    assert_eq!(ask(serve(passing, echo).await, false, said(), SECRET).await.text(), MASK);
    // The same for a response.
    let stale = Stale::default();
    let layer = RedactLayer::responses(Engine::default()).conversation_by(key::header("x-chat")).store(stale.clone());
    let seen = ask(serve(layer, echo).await, false, said(), SECRET).await;
    assert_eq!((seen.status.as_u16(), stale.0.load(Ordering::SeqCst)), (503, TRIES));
    assert!(!seen.text().contains("0005"));
}

/// A body whose frames come from a channel.
struct Frames(mpsc::UnboundedReceiver<&'static str>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|data| data.map(|data| Ok(Frame::data(data.into()))))
    }
}

#[tokio::test]
async fn what_a_customer_says_while_an_answer_streams_is_remembered_and_so_is_the_answer() {
    let store = MemoryStore::default();
    let (tell, heard) = mpsc::unbounded_channel();
    let heard = Arc::new(Mutex::new(Some(heard)));
    let handler = move |request: Request<Body>| {
        let heard = heard.clone();
        async move {
            if request.uri().path() == "/say" {
                let body = request.into_body().collect().await.unwrap().to_bytes();
                return Response::builder().header("content-type", "image/png").body(Body::from(body)).unwrap();
            }
            let frames = Frames(heard.lock().unwrap().take().unwrap());
            Response::builder().header("content-type", "text/event-stream").body(Body::new(frames)).unwrap()
        }
    };
    let layer = RedactLayer::both(Engine::default()).conversation_by(key::header("x-chat")).store(store.clone());
    let address = serve(layer, handler).await;
    let say = async |text: &str| {
        let request = Request::post("/say").header("x-chat", "a").header("content-type", "text/plain");
        ask(address, false, request, text.to_owned()).await.text().to_owned()
    };
    tell.send("data: One moment, please.\n\n").unwrap();
    let request = Request::get(format!("http://{address}/")).header("x-chat", "a").body(Full::default()).unwrap();
    let mut answer = client(true).request(request).await.unwrap().into_body();
    answer.frame().await.unwrap().unwrap();
    assert_eq!(say(HALVES[0]).await, HALVES[0]);
    tell.send("data: What is your PIN?\n\n").unwrap();
    drop(tell);
    while let Some(frame) = answer.frame().await {
        frame.unwrap();
    }
    let mut kept = store.load("a").await.unwrap().unwrap();
    assert_eq!(kept.turns(), 3);
    // The answer to the question is expected ...
    let outcome = Engine::default().scan(&mut kept, &Message::customer("4821"));
    assert_eq!(outcome.redact("4821"), "****");
    // ... and the half that came meanwhile is not forgotten.
    assert_eq!(say(HALVES[1]).await, MASKED);
}

#[tokio::test]
async fn a_stream_whose_conversation_never_stays_as_it_is_comes_whole_and_its_report_tells() {
    let stale = Stale::default();
    let layer = RedactLayer::responses(Engine::default()).conversation_by(key::header("x-chat")).store(stale.clone());
    let (tell, heard) = mpsc::unbounded_channel();
    tell.send("data: it is 3782 822463 10005\n\n").unwrap();
    drop(tell);
    let heard = Arc::new(Mutex::new(Some(heard)));
    let service = service_fn(move |_| {
        let response = Response::builder().header("content-type", "text/event-stream");
        ready(Ok::<_, Infallible>(response.body(Frames(heard.lock().unwrap().take().unwrap())).unwrap()))
    });
    let request = Request::get("/").header("x-chat", "a").body(Full::<Bytes>::default()).unwrap();
    let response = layer.layer(service).oneshot(request).await.unwrap();
    let report = response.extensions().get::<Report>().unwrap().clone();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), format!("data: it is {MASK}\n\n"));
    assert_eq!((report.failure(), report.total()), (Some(ScanError::Busy), 1));
    assert_eq!(stale.0.load(Ordering::SeqCst), TRIES);
}

#[tokio::test]
async fn the_end_of_a_request_that_streams_stops_where_its_conversation_never_stays_as_it_is() {
    for (passes, status, expected) in [(false, 503, None), (true, 200, Some(MASK))] {
        let (stale, told) = (Stale::default(), Arc::new(Mutex::new(None)));
        let mut layer =
            RedactLayer::requests(Engine::default()).conversation_by(key::header("x-chat")).store(stale.clone());
        if passes {
            layer = layer.dangerous().pass_on_failure();
        }
        let seen = told.clone();
        let service = service_fn(move |request: Request<lastfour::middleware::RedactBody<SizedBody>>| {
            let seen = seen.clone();
            async move {
                let report = request.extensions().get::<Report>().unwrap().clone();
                let body = request.into_body().collect().await.map(|body| body.to_bytes());
                *seen.lock().unwrap() = Some((body.ok(), report.failure()));
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
            }
        });
        let said = SizedBody { data: Some(SECRET.into()), sized: false };
        let request = Request::post("/").header("x-chat", "a").header("content-type", "text/plain").body(said).unwrap();
        let response = layer.layer(service).oneshot(request).await.unwrap();
        let told = told.lock().unwrap().take().unwrap();
        assert_eq!(told, (expected.map(Bytes::from), Some(ScanError::Busy)));
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(stale.0.load(Ordering::SeqCst), TRIES);
    }
}
