//! Requests through the layer.

use axum::body::Body;
use http::Request;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use lastfour::Treatment;
use lastfour::middleware::RedactLayer;
use lastfour::{Engine, Limits};
use tower::{Layer, ServiceExt, service_fn};

use crate::support::{MASK, SECRET, answer, ask, blocking, client, echo, futures_iter, post, serve};

#[tokio::test]
async fn every_kind_of_text_is_redacted_with_its_length_put_right() {
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    for (content_type, body) in [
        ("application/json", format!("{{\"text\":\"é {SECRET} \\u00e9\"}}")),
        ("application/vnd.chat+json; v=1", format!("[{{\"message\":[\"{SECRET}\"]}}]")),
        ("application/x-ndjson", format!("{{\"text\":\"{SECRET}\"}}\n{{\"text\":\"b\"}}\n")),
        ("text/plain; charset=utf-8", format!("hi {SECRET}")),
        ("text/html", format!("<p>{SECRET}</p>")),
        (
            "multipart/form-data; boundary=\"x y\"",
            format!("--x y\r\nContent-Disposition: form-data; name=text\r\n\r\n{SECRET}\r\n--x y--\r\n"),
        ),
        ("application/x-www-form-urlencoded", format!("text={}", SECRET.replace(' ', "%20"))),
    ] {
        for http2 in [false, true] {
            let request = Request::post("/").header("content-type", content_type);
            let answer = ask(address, http2, request, body.clone()).await;
            let form = content_type.ends_with("urlencoded");
            let encoded = |text: &str| text.replace(' ', "%20");
            let expected = body.replace(SECRET, MASK).replace(&encoded(SECRET), &encoded(MASK));
            assert_eq!(answer.text(), expected, "{content_type}");
            assert!(answer.header("x-saw").unwrap().starts_with(&format!("{} ", expected.len())), "{content_type}");
            let messages = if content_type.ends_with("ndjson") { 2 } else { 1 };
            assert_eq!(answer.header("x-report").unwrap(), format!("{messages} 1"), "{content_type} {form}");
        }
    }
}

#[tokio::test]
async fn what_is_no_text_or_no_field_of_text_passes_byte_for_byte() {
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    let binary = [b"\x00\xff ".as_slice(), SECRET.as_bytes()].concat();
    assert_eq!(post(address, "image/png", binary.clone()).await.body, binary);
    let login = format!("{{ \"user\":\"a\",\"password\" : \"{SECRET}\" }}");
    let seen = post(address, "application/json", login.clone()).await;
    assert_eq!(seen.text(), login);
    assert_eq!(seen.header("x-report"), Some("0 0"));
    assert_eq!(ask(address, false, Request::get("/"), "").await.status, 200);
}

#[tokio::test]
async fn what_the_policy_blocks_never_reaches_the_handler() {
    let address =
        serve(RedactLayer::requests(blocking()), |_| async { panic!("the handler was called") as &str }).await;
    for (content_type, body) in [
        ("application/json", format!("{{\"text\":\"{SECRET}\"}}")),
        ("text/plain", format!("some text and {SECRET}")),
        ("application/x-ndjson", format!("{{\"text\":\"a\"}}\n{{\"text\":\"{SECRET}\"}}\n")),
    ] {
        let answer = post(address, content_type, body).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(answer.text().contains("\"entities\":[\"card\"]"), "{}", answer.text());
        assert!(!answer.text().contains("3782") && !answer.text().contains("0005"));
    }
}

#[tokio::test]
async fn a_protocol_gets_errors_of_its_own_shape() {
    let body = format!("{{\"body\":\"{SECRET}\"}}");
    let matrix = RedactLayer::requests(blocking()).reject(lastfour::middleware::MatrixError);
    let answer = post(serve(matrix, echo).await, "application/json", body.clone()).await;
    assert!(answer.text().starts_with("{\"errcode\":\"M_FORBIDDEN\""));
    let openai = RedactLayer::requests(blocking()).reject(lastfour::middleware::OpenAiError);
    let answer = post(serve(openai, echo).await, "application/json", body.clone()).await;
    assert!(answer.text().contains("\"code\":\"content_filter\""));
    let own = RedactLayer::requests(blocking()).reject(|rejection: &lastfour::middleware::Rejection<'_>| {
        http::Response::builder().status(451).body(format!("{:?}", rejection.entities()).into()).unwrap()
    });
    let answer = post(serve(own, echo).await, "application/json", body).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (451, "[Card]"));
}

#[tokio::test]
async fn what_is_flagged_passes_and_is_reported() {
    let policy = lastfour::Policy::builder().action(lastfour::Entity::Card, lastfour::Action::Flag).build().unwrap();
    let address = serve(RedactLayer::requests(Engine::new(policy)), echo).await;
    let answer = post(address, "text/plain", SECRET).await;
    assert_eq!(answer.text(), SECRET);
    assert_eq!(answer.header("x-report"), Some("1 1"));
}

#[tokio::test]
async fn a_body_of_unknown_length_keeps_its_trailers() {
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    for (http2, content_type) in
        [(false, "application/json"), (false, "text/plain"), (true, "application/json"), (true, "text/plain")]
    {
        let mut trailers = http::HeaderMap::new();
        trailers.insert("x-mark", "kept".parse().unwrap());
        trailers.insert("content-digest", "gone".parse().unwrap());
        let text = format!("{{\"text\":\"{SECRET}\"}}");
        let frames = text
            .as_bytes()
            .chunks(3)
            .map(|chunk| Ok::<_, std::convert::Infallible>(Frame::data(bytes::Bytes::copy_from_slice(chunk))))
            .chain([Ok(Frame::trailers(trailers))])
            .collect::<Vec<_>>();
        let body = StreamBody::new(futures_iter(frames));
        let request = Request::post(format!("http://{address}/"))
            .header("content-type", content_type)
            .header("trailer", "x-mark, content-digest")
            .body(body)
            .unwrap();
        let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .http2_only(http2)
            .build_http();
        let response = client.request(request).await.unwrap();
        let trailers = response.headers()["x-trailers"].to_str().unwrap().to_owned();
        assert_eq!(trailers, "{\"x-mark\": \"kept\"}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, text.replace(SECRET, MASK));
    }
}

#[tokio::test]
async fn a_large_text_streams_through_and_a_large_document_is_refused() {
    let layer = RedactLayer::requests(Engine::default()).limits(Limits::default().hold(10_000));
    let address = serve(layer, echo).await;
    let text = format!("{}{SECRET}{}", "hello ".repeat(10_000), " world".repeat(10_000));
    let answer = post(address, "text/plain", text.clone()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text() == text.replace(SECRET, MASK));
    let answer = post(address, "application/json", format!("\"{text}\"")).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_client_may_be_told_what_was_found() {
    let name = http::HeaderName::from_static("x-found");
    let layer = RedactLayer::both(Engine::default()).count_header(name);
    let address = serve(layer, answer(vec![("content-type", "text/plain".into())], format!("yes, {SECRET}"))).await;
    let seen = post(address, "application/json", format!("{{\"text\":[\"{SECRET}\",\"{SECRET}\"]}}")).await;
    assert_eq!(seen.header("x-found"), Some("card;mask=3"));
    assert_eq!(seen.text(), format!("yes, {MASK}"));
    let quiet = serve(RedactLayer::both(Engine::default()), echo).await;
    assert_eq!(post(quiet, "text/plain", SECRET).await.header("x-found"), None);
}

#[tokio::test]
async fn a_client_is_told_what_was_found_where_the_layer_itself_answers_too() {
    let name = http::HeaderName::from_static("x-found");
    // A request that is blocked; a response that is blocked, with what was found in its request.
    let address = serve(RedactLayer::requests(blocking()).count_header(name.clone()), echo).await;
    let seen = post(address, "text/plain", SECRET).await;
    assert_eq!((seen.status.as_u16(), seen.header("x-found")), (422, Some("card;block=1")));
    let said = answer(vec![("content-type", "text/plain".into())], SECRET);
    let address = serve(RedactLayer::both(blocking()).count_header(name.clone()), said).await;
    let seen = post(address, "text/plain", "my pin is 3962").await;
    assert_eq!((seen.status.as_u16(), seen.header("x-found")), (502, Some("pin;mask=1, card;block=1")));
    // A question for a secret is reported as a solicitation.
    let asks = answer(vec![("content-type", "text/plain".into())], "What is your password?");
    let address = serve(RedactLayer::both(Engine::default()).count_header(name), asks).await;
    let seen = post(address, "text/plain", "my password is Sunflower2019").await;
    assert_eq!(seen.header("x-found"), Some("password;mask=1, password;solicitation;flag=1"));
}

#[tokio::test]
async fn the_list_of_content_types_is_the_users() {
    let layer = RedactLayer::requests(Engine::default())
        .content_type("application/x-ink", Treatment::Pass)
        .content_type("application/x-evil", Treatment::Refuse);
    let address = serve(layer, echo).await;
    assert_eq!(post(address, "application/x-ink", SECRET).await.text(), SECRET);
    assert_eq!(post(address, "application/x-evil", SECRET).await.status, 415);
}

#[tokio::test]
async fn a_content_type_of_which_nothing_is_known_hides_nothing() {
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    // Without separators, the number of an id may be no card.
    let json = format!(" {{\"id\":\"378282246310005\",\"text\":\"{SECRET}\"}}");
    let seen = format!(" {{\"id\":\"378282246310005\",\"text\":\"{MASK}\"}}");
    for content_type in
        ["application/x-json", "application/json,text/plain", "application/jsonx", "text", "garbage", "*/*", "a/b/c"]
    {
        assert_eq!(post(address, content_type, SECRET).await.text(), MASK, "{content_type}");
        assert_eq!(post(address, content_type, json.clone()).await.text(), seen, "{content_type}");
        // Too large to be held: documents and texts stream.
        let blanks = " ".repeat(2 << 20);
        let large = post(address, content_type, format!("{json}{blanks}")).await;
        assert_eq!(large.text().trim_end(), seen, "{content_type}");
        let large = post(address, content_type, format!("{blanks}{SECRET}")).await;
        assert_eq!(large.text().trim_start(), MASK, "{content_type}");
    }
}

#[tokio::test]
async fn a_multipart_body_hides_nothing_where_readers_could_differ() {
    let address = serve(RedactLayer::requests(Engine::default()), echo).await;
    let part = |head: &str| format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{SECRET}\r\n");
    let text = part("name=text");
    // These bodies do not match their headers, so they are refused.
    for (parameters, body) in [
        ("; boundary=y", format!("{text}--x--\r\n")),
        ("; boundary=X", format!("{text}--x--\r\n")),
        ("; boundary=x; boundary=y", format!("{text}--x--\r\n")),
        ("; boundary=\"x \"", format!("{text}--x--\r\n")),
        ("", format!("{text}--x--\r\n")),
        ("; boundary=x", format!("{{\"text\":\"{SECRET}\"}}")),
        ("; boundary=x", part("name=password\r\nContent-Disposition: form-data; name=text") + "--x--"),
        ("; boundary=x", part("NAME=password; name=text") + "--x--"),
        ("; boundary=x", part("name=f; filename=a\r\nContent-Type: image/png\r\nContent-Type: text/plain") + "--x--"),
        (
            "; boundary=x",
            part("name=f; filename=a.png\r\nContent-Type: image/png").replace("10005\r", "10005\r\n--xy\r\n\r"),
        ),
    ] {
        let seen = post(address, &format!("multipart/form-data{parameters}"), body).await;
        assert_eq!(seen.status, 422, "{parameters}");
    }
    // Content that a reader may or may not skip, and a field that claims to be an image, are scanned as text.
    for body in [
        format!("it is {SECRET}\r\n--x\r\n\r\nhello\r\n--x--\r\n"),
        format!("--x\r\n\r\nhello\r\n--x--\r\nit is {SECRET}\r\n"),
        part("name=text\r\nContent-Type: image/png") + "--x--",
        part("name=text\r\nContent-Type: application/octet-stream") + "--x--",
        part("name=text; filename=\"\"\r\nContent-Type: application/octet-stream") + "--x--",
        part("name=f; filename=a.foo\r\nContent-Type: application/x-unheard-of") + "--x--",
        text.replace("; name", ";\r\n name"),
    ] {
        let seen = post(address, "multipart/form-data; boundary=x", body.clone()).await;
        assert_eq!(seen.text(), body.replace(SECRET, MASK));
    }
}

#[tokio::test]
async fn many_requests_at_once_over_few_connections_do_not_mix() {
    let address = serve(RedactLayer::both(Engine::default()), echo).await;
    for http2 in [false, true] {
        let client = client(http2);
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let client = client.clone();
                tokio::spawn(async move {
                    let body = format!("{{\"n\":{n},\"text\":\"my card is {SECRET}, thanks\"}}");
                    let request = Request::post(format!("http://{address}/"))
                        .header("content-type", "application/json")
                        .body(http_body_util::Full::new(bytes::Bytes::from(body.clone())))
                        .unwrap();
                    let response = client.request(request).await.unwrap();
                    let seen = response.into_body().collect().await.unwrap().to_bytes();
                    assert_eq!(seen, body.replace(SECRET, MASK));
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_large_document_streams_through_with_its_pictures() {
    let layer = RedactLayer::requests(Engine::default()).limits(Limits::default().hold(10_000));
    let address = serve(layer, echo).await;
    let messages = format!("{{\"role\":\"agent\",\"text\":\"see {SECRET}\",\"id\":\"378282246310005\"}},").repeat(300);
    let body = format!("{{\"image\":\"{}\",\"messages\":[{messages}{{}}]}}", "QUJD".repeat(100_000));
    let expected = body.replace(&format!("see {SECRET}"), &format!("see {MASK}"));
    let answer = post(address, "application/json", body.clone()).await;
    assert!(answer.text() == expected);
    // The same in chunks of unknown number.
    let frames: Vec<_> = body
        .as_bytes()
        .chunks(7_000)
        .map(|chunk| Ok::<_, std::convert::Infallible>(Frame::data(bytes::Bytes::copy_from_slice(chunk))))
        .collect();
    let request = Request::post(format!("http://{address}/"))
        .header("content-type", "application/json")
        .body(StreamBody::new(futures_iter(frames)))
        .unwrap();
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let seen = client.request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert!(seen == expected);
}

#[tokio::test]
async fn a_large_body_gives_other_tasks_a_turn_every_few_bytes() {
    const SIZE: usize = 1_000_000;
    let chatter = "so I told them about the order and they said fine. ".repeat(20);
    let message = format!("{{\"text\":\"it is {SECRET}. {chatter}\"}}");
    let list = format!("[{}]", vec![message.clone(); SIZE / message.len()].join(","));
    let words = format!("it is {SECRET}. {chatter}").repeat(SIZE / chatter.len());
    for (content_type, body, expects) in [
        ("application/json", list, false),
        ("text/plain", words.clone(), false),
        ("text/plain", words.clone(), true),
        ("text/html", words, false),
    ] {
        let service = RedactLayer::requests(Engine::default()).layer(service_fn(
            |request: Request<lastfour::middleware::RedactBody<Body>>| async {
                let body = request.into_body().collect().await.unwrap().to_bytes();
                Ok::<_, std::convert::Infallible>(http::Response::new(Body::from(body)))
            },
        ));
        let mut request = Request::post("/").header("content-type", content_type);
        if expects {
            request = request.header("expect", "100-continue");
        }
        let mut response = std::pin::pin!(service.oneshot(request.body(Body::from(body.clone())).unwrap()));
        let mut polls = 0;
        let response = std::future::poll_fn(|cx| {
            polls += 1;
            response.as_mut().poll(cx)
        });
        let seen = response.await.unwrap().into_body().collect().await.unwrap().to_bytes();
        assert!(seen == body.replace(SECRET, MASK), "{content_type}");
        assert!(polls >= body.len() / 65_536, "{content_type} {expects}: {polls} polls for {} bytes", body.len());
    }
}
