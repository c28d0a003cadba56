//! Event streams and other bodies without a known end.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use lastfour::Engine;
use lastfour::chat::OpenAi;
use lastfour::middleware::{OpenAiError, RedactLayer};
use tokio::sync::mpsc;

use crate::support::{MASK, SECRET, ask, blocking, client, serve};

/// A body that sends what it receives from a channel.
pub(crate) struct Channel(pub(crate) mpsc::Receiver<Bytes>);

impl http_body::Body for Channel {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|data| data.map(|data| Ok(http_body::Frame::data(data))))
    }
}

/// A handler that streams these pieces, with a pause after each.
fn streaming(
    content_type: &'static str,
    pieces: Vec<Bytes>,
    pause: Duration,
) -> impl Fn(Request<Body>) -> std::future::Ready<Response<Body>> + Clone + Send + Sync + 'static {
    move |_| {
        let (sender, receiver) = mpsc::channel(1);
        let pieces = pieces.clone();
        tokio::spawn(async move {
            for piece in pieces {
                tokio::time::sleep(pause).await;
                if sender.send(piece).await.is_err() {
                    return;
                }
            }
        });
        let response = Response::builder().header("content-type", content_type);
        std::future::ready(response.body(Body::new(Channel(receiver))).unwrap())
    }
}

fn pieces(text: &str, size: usize) -> Vec<Bytes> {
    text.as_bytes().chunks(size).map(Bytes::copy_from_slice).collect()
}

fn delta(text: &str) -> String {
    format!(
        "data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}},\"finish_reason\":null}}]}}\n\n"
    )
}

/// Joins the deltas, as a client of chat completions does.
fn content(stream: &str) -> String {
    let deltas = stream.lines().filter_map(|line| line.strip_prefix("data: ")).filter_map(|data| {
        let tree = lastfour::json::Tree::parse(data.as_bytes(), 32).ok()?;
        let text = tree.root().at("/choices/0/delta/content")?.as_str()?.into_owned();
        Some(text)
    });
    deltas.collect()
}

#[tokio::test]
async fn a_streamed_answer_is_one_text_however_it_is_cut() {
    let stream = ["my ", "card is 37", "82 ", "822463", " 100", "05, thanks"].map(delta).concat()
        + "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let layer = RedactLayer::responses(Engine::default()).shape(OpenAi);
    for size in [1, 13, 4096] {
        let handler = streaming("text/event-stream", pieces(&stream, size), Duration::ZERO);
        let address = serve(layer.clone(), handler).await;
        for http2 in [false, true] {
            let seen = ask(address, http2, Request::post("/"), "").await;
            assert_eq!(content(seen.text()), format!("my card is {MASK}, thanks"));
            assert!(seen.text().ends_with("data: [DONE]\n\n"));
            assert_eq!(seen.header("content-length"), None);
        }
    }
}

#[tokio::test]
async fn the_default_shape_sees_an_answer_in_chunks_as_one_text() {
    let chunks = ["is 3782 82", "2463 10005", ", and password is Blue", "bonnet!77"];
    for (before, after) in [("", ""), ("{\"text\":\"", "\"}"), ("{\"delta\":\"", "\"}")] {
        let event = |text: &str| format!("data: {before}{text}{after}\n\n");
        let stream = chunks.map(event).concat();
        for size in [7, 4096] {
            let handler = streaming("text/event-stream", pieces(&stream, size), Duration::ZERO);
            let address = serve(RedactLayer::responses(Engine::default()), handler).await;
            let seen = ask(address, false, Request::post("/"), "").await;
            let expected = [&format!("is {MASK}"), "", ", and password is ********", ""].map(event).concat();
            assert_eq!(seen.text(), expected);
        }
    }
}

#[tokio::test]
async fn events_that_hold_nothing_are_not_waited_for() {
    let (sender, receiver) = mpsc::channel::<Bytes>(1);
    let receiver = std::sync::Arc::new(std::sync::Mutex::new(Some(receiver)));
    let address = serve(RedactLayer::responses(blocking()), move |_| {
        let receiver = receiver.lock().unwrap().take().unwrap();
        async move {
            let response = Response::builder().header("content-type", "text/event-stream");
            response.body(Body::new(Channel(receiver))).unwrap()
        }
    });
    let request = Request::get(format!("http://{}/", address.await)).body(http_body_util::Full::default()).unwrap();
    let response = client(false).request(request).await.unwrap();
    let mut body = response.into_body();
    for (n, text) in
        ["hello", "order 81772 was shipped today", "how are you", "see you at 10:30 then", "all 3 are fine"]
            .into_iter()
            .enumerate()
    {
        let event = format!("id: {n}\ndata: {{\"text\":\"{text}\"}}\n\n");
        sender.send(Bytes::from(event.clone())).await.unwrap();
        // The next event is sent only when this one has arrived.
        let frame = tokio::time::timeout(Duration::from_secs(5), body.frame()).await.unwrap().unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), event);
    }
    sender.send(Bytes::from(format!("data: {SECRET}\n\n"))).await.unwrap();
    let last = body.collect().await.unwrap().to_bytes();
    let last = std::str::from_utf8(&last).unwrap();
    assert!(last.starts_with("event: error\ndata: {") && last.contains("\"entities\":[\"card\"]"), "{last}");
    assert!(!last.contains("0005"));
}

#[tokio::test]
async fn a_blocked_answer_ends_in_the_protocols_own_error() {
    let stream = delta("it is ") + &delta(SECRET) + &delta(" and more") + "data: [DONE]\n\n";
    let layer = RedactLayer::responses(blocking()).shape(OpenAi).reject(OpenAiError);
    let address = serve(layer, streaming("text/event-stream", pieces(&stream, 50), Duration::ZERO)).await;
    let seen = ask(address, false, Request::post("/"), "").await;
    assert!(seen.text().ends_with("\"code\":\"content_filter\"}}\n\n"), "{}", seen.text());
    assert!(!seen.text().contains("0005") && !seen.text().contains("3782"));
}

#[tokio::test]
async fn the_count_goes_out_before_the_events_do() {
    let handler = streaming("text/event-stream", pieces(&delta(SECRET), 50), Duration::ZERO);
    let name = http::HeaderName::from_static("x-found");
    let layer = RedactLayer::both(Engine::default()).shape(OpenAi).count_header(name);
    let address = serve(layer, handler).await;
    let seen = ask(address, false, Request::post("/").header("content-type", "text/plain"), SECRET).await;
    assert_eq!((seen.header("x-found"), seen.text().contains(MASK)), (Some("card;mask=1"), true));
}

#[tokio::test]
async fn other_bodies_stream_too() {
    let lines = format!("{{\"text\":\"a\"}}\n{{\"text\":\"{SECRET}\"}}\n{{\"text\":\"b\"}}\n");
    for (content_type, body) in [
        ("application/x-ndjson", lines.clone()),
        ("text/plain", lines.clone()),
        ("application/json", format!("{{\"text\":\"{SECRET}\"}}")),
    ] {
        let handler = streaming(content_type, pieces(&body, 5), Duration::ZERO);
        let address = serve(RedactLayer::responses(Engine::default()), handler).await;
        let seen = ask(address, false, Request::get("/"), "").await;
        assert_eq!(seen.text(), body.replace(SECRET, MASK), "{content_type}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_cut_off_for_the_client_and_what_was_held_is_gone() {
    let address = serve(RedactLayer::responses(Engine::default()), |_| async {
        let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(4);
        tokio::spawn(async move {
            sender.send(Ok("data: fine\n\ndata: 3782 8224".into())).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            sender.send(Err(std::io::Error::other("cut"))).await.unwrap();
        });
        let mut receiver = receiver;
        let body = http_body_util::StreamBody::new(poll_fn_stream(move |cx| {
            receiver.poll_recv(cx).map(|item| item.map(|item| item.map(http_body::Frame::data)))
        }));
        Response::builder().header("content-type", "text/event-stream").body(Body::new(body)).unwrap()
    });
    let request = Request::get(format!("http://{}/", address.await)).body(http_body_util::Full::default()).unwrap();
    let mut body = client(false).request(request).await.unwrap().into_body();
    let mut seen = Vec::new();
    let ended = loop {
        match body.frame().await {
            Some(Ok(frame)) => seen.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Some(Err(_)) => break "cut off",
            None => break "whole",
        }
    };
    assert_eq!(ended, "cut off");
    assert_eq!(String::from_utf8_lossy(&seen), "data: fine\n\n");
}

fn poll_fn_stream<T>(
    poll: impl FnMut(&mut std::task::Context<'_>) -> std::task::Poll<Option<T>> + Unpin,
) -> impl futures_core::Stream<Item = T> {
    struct PollFn<F>(F);
    impl<T, F: FnMut(&mut std::task::Context<'_>) -> std::task::Poll<Option<T>> + Unpin> futures_core::Stream
        for PollFn<F>
    {
        type Item = T;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<T>> {
            (self.0)(cx)
        }
    }
    PollFn(poll)
}
