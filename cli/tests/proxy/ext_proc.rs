//! `lastfour ext-proc`, with a client that speaks like Envoy. `tests/clients/run envoy` tries it with a real one.

use std::io::Write;
use std::path::PathBuf;

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use tonic_prost::ProstCodec;

use crate::api::{
    BodyMode, BodyMutation, Common, Field, Fields, HEALTH, HeaderMutation, Health, HealthCheckRequest,
    HealthCheckResponse, HttpBody, HttpHeaders, HttpTrailers, ImmediateReply, Mutation, PROCESS, ProcessingRequest,
    ProcessingResponse, ProtocolConfiguration, Received, Sent,
};
use crate::support::{CARD, MASKED, PATIENCE, Proxy, connect, read_all};

use BodyMode::{Buffered, BufferedPartial, FullDuplexStreamed, Streamed};

const JSON: (&str, &str) = ("content-type", "application/json");
const TEXT: (&str, &str) = ("content-type", "text/plain");

fn start(arguments: &[&str]) -> Proxy {
    Proxy::spawn_command("ext-proc", &[&["--listen", "127.0.0.1:0"], arguments].concat())
}

/// Starts a processor with a configuration file.
fn configured(name: &str, config: &str) -> (Proxy, PathBuf) {
    let folder = std::env::temp_dir().join(format!("lastfour-ext-proc-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("blocks.toml"), "[entities.card]\naction = \"block\"\n").expect("it is written");
    let path = folder.join("ext-proc.toml");
    std::fs::write(&path, format!("listen = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\n{config}")).expect("it is written");
    (Proxy::spawn_command("ext-proc", &["--config", path.to_str().expect("UTF-8")]), folder)
}

fn fields(pairs: &[(&str, &str)]) -> Option<Fields> {
    let field = |(key, value): &(&str, &str)| Field {
        key: (*key).to_owned(),
        value: String::new(),
        raw_value: Bytes::copy_from_slice(value.as_bytes()),
    };
    Some(Fields { headers: pairs.iter().map(field).collect() })
}

/// One exchange, as Envoy has it.
pub(crate) struct Envoy {
    sender: mpsc::Sender<ProcessingRequest>,
    answers: Streaming<ProcessingResponse>,
    config: Option<ProtocolConfiguration>,
    is_response: bool,
}

impl Envoy {
    async fn start(processor: &Proxy, request: BodyMode, response: BodyMode) -> Self {
        let uri: Uri = format!("http://{}", processor.address).parse().expect("a URI");
        let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http::<tonic::body::Body>();
        let mut grpc = Grpc::with_origin(client, uri);
        grpc.ready().await.expect("it is ready");
        let (sender, receiver) = mpsc::channel(64);
        let path = PathAndQuery::from_static(PROCESS);
        let messages = tonic::Request::new(ReceiverStream::new(receiver));
        let answers = grpc.streaming(messages, path, ProstCodec::default()).await.expect("it answers").into_inner();
        let config = ProtocolConfiguration { request_body_mode: request.into(), response_body_mode: response.into() };
        Self { sender, answers, config: Some(config), is_response: false }
    }

    async fn send(&mut self, received: Received) {
        let protocol_config = self.config.take();
        let message = ProcessingRequest { request: Some(received), observability_mode: false, protocol_config };
        self.sender.send(message).await.expect("it is sent");
    }

    async fn request(&mut self, path: &str, headers: &[(&str, &str)], end_of_stream: bool) {
        let pseudo = [(":method", "POST"), (":path", path), (":scheme", "http"), (":authority", "chat.example")];
        let headers = fields(&[&pseudo, headers].concat());
        self.send(Received::RequestHeaders(HttpHeaders { headers, end_of_stream })).await;
    }

    async fn response(&mut self, status: &str, headers: &[(&str, &str)], end_of_stream: bool) {
        self.is_response = true;
        let headers = fields(&[&[(":status", status)], headers].concat());
        self.send(Received::ResponseHeaders(HttpHeaders { headers, end_of_stream })).await;
    }

    async fn request_body(&mut self, body: &str, end_of_stream: bool) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.send(Received::RequestBody(HttpBody { body, end_of_stream })).await;
    }

    async fn response_body(&mut self, body: &str, end_of_stream: bool) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.send(Received::ResponseBody(HttpBody { body, end_of_stream })).await;
    }

    /// The next answer, or how the exchange ends.
    async fn next(&mut self) -> Result<Option<Sent>, Status> {
        let answer = timeout(PATIENCE, self.answers.message()).await.expect("it answers in time");
        answer.map(|answer| answer.map(|answer| answer.response.expect("it says something")))
    }

    async fn answer(&mut self) -> Sent {
        self.next().await.expect("no error").expect("an answer")
    }

    async fn head(&mut self) -> HeaderMutation {
        match self.answer().await {
            Sent::RequestHeaders(reply) | Sent::ResponseHeaders(reply) => common(reply.response).header_mutation,
            other => panic!("not a head: {other:?}"),
        }
        .unwrap_or_default()
    }

    async fn body(&mut self) -> Common {
        match self.answer().await {
            Sent::RequestBody(reply) | Sent::ResponseBody(reply) => common(reply.response),
            other => panic!("not a body: {other:?}"),
        }
    }

    /// The data that replace a piece of a body.
    async fn piece(&mut self) -> String {
        match self.body().await.body_mutation {
            Some(BodyMutation { mutation: Some(Mutation::Body(body)) }) => text(&body),
            Some(BodyMutation { mutation: Some(Mutation::Clear(true)) }) => String::new(),
            other => panic!("not a piece: {other:?}"),
        }
    }

    /// A whole body in the mode `FULL_DUPLEX_STREAMED`.
    async fn streamed(&mut self) -> String {
        let mut all = String::new();
        loop {
            match self.body().await.body_mutation {
                Some(BodyMutation { mutation: Some(Mutation::Streamed(piece)) }) => {
                    all.push_str(&text(&piece.body));
                    if piece.end_of_stream {
                        return all;
                    }
                }
                other => panic!("not a piece: {other:?}"),
            }
        }
    }

    async fn immediate(&mut self) -> ImmediateReply {
        match self.answer().await {
            Sent::Immediate(reply) => reply,
            other => panic!("not a response: {other:?}"),
        }
    }

    /// Sends a JSON message and an answer. Returns what the server and the client get.
    pub(crate) async fn exchange(processor: &Proxy, mode: BodyMode, said: &str, answer: &str) -> (String, String) {
        let mut envoy = Self::start(processor, mode, mode).await;
        envoy.request("/", &[JSON], false).await;
        let got = envoy.whole(mode, said).await;
        envoy.response("200", &[JSON], false).await;
        let answered = envoy.whole(mode, answer).await;
        drop(envoy.sender);
        while let Ok(Some(_)) = envoy.answers.message().await {}
        (got, answered)
    }

    /// Sends the body of the message whose head was sent. Returns what is sent on.
    async fn whole(&mut self, mode: BodyMode, body: &str) -> String {
        if mode == Buffered {
            self.head().await;
        }
        let is_response = self.is_response;
        if is_response {
            self.response_body(body, true).await
        } else {
            self.request_body(body, true).await
        }
        if mode == Buffered {
            return match self.body().await.body_mutation.and_then(|body| body.mutation) {
                Some(Mutation::Body(body)) => text(&body),
                None => body.to_owned(),
                other => panic!("not a body: {other:?}"),
            };
        }
        self.head().await;
        self.streamed().await
    }

    /// Sends a text in the mode `FULL_DUPLEX_STREAMED`, and answers it with this status. Returns what the server gets.
    async fn say(processor: &Proxy, path: &str, said: &str, status: &str) -> String {
        let mut envoy = Self::start(processor, FullDuplexStreamed, FullDuplexStreamed).await;
        envoy.request(path, &[TEXT], false).await;
        envoy.request_body(said, true).await;
        envoy.head().await;
        let got = envoy.streamed().await;
        envoy.response(status, &[], true).await;
        envoy.head().await;
        drop(envoy.sender);
        while let Ok(Some(_)) = envoy.answers.message().await {}
        got
    }
}

fn common(common: Option<Common>) -> Common {
    common.expect("it has a part for both")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn status(reply: &ImmediateReply) -> i32 {
    reply.status.expect("a status").code
}

fn metrics(processor: &Proxy) -> String {
    let mut stream = connect(processor.admin.as_deref().expect("a second port"));
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("sent");
    read_all(&mut stream)
}

#[tokio::test]
async fn both_bodies_are_masked_as_they_are_streamed() {
    let processor = start(&[]);
    let mut envoy = Envoy::start(&processor, FullDuplexStreamed, FullDuplexStreamed).await;
    let said = format!("{{\"text\":\"my card is {CARD}\"}}");
    let length = said.len().to_string();
    envoy.request("/say?a=b", &[JSON, ("content-length", &length), ("accept-encoding", "gzip, sdch")], false).await;
    envoy.request_body(&said[..20], false).await;
    envoy.request_body(&said[20..], true).await;
    let head = envoy.head().await;
    assert_eq!(head.set_headers.len(), 1, "the encoding of the response: {head:?}");
    assert_eq!(envoy.streamed().await, said.replace(CARD, MASKED));
    envoy.response("200", &[("content-type", "text/event-stream")], false).await;
    envoy.head().await;
    for piece in ["data: {\"text\":\"the card 3743 4533", "31 47897 is\"}\n\n", "data: {\"text\":\"fine\"}\n\n"] {
        envoy.response_body(piece, false).await;
    }
    envoy.response_body("", true).await;
    let got = envoy.streamed().await;
    assert_eq!(got, "data: {\"text\":\"the card **** ****** *7897 is\"}\n\ndata: {\"text\":\"fine\"}\n\n");
    drop(envoy.sender);
    assert!(envoy.answers.message().await.expect("no error").is_none());
    processor.wait_for("status=\"200\"");
    assert!(!processor.log().contains("3743") && !processor.log().contains("/say"), "{}", processor.log());
}

#[tokio::test]
async fn each_piece_that_is_streamed_has_one_answer_wherever_a_card_is_cut() {
    let processor = start(&[]);
    let said = format!("the card is {CARD}, thanks");
    for cut in 1..said.len() {
        let mut envoy = Envoy::start(&processor, Streamed, Streamed).await;
        let length = said.len().to_string();
        envoy.request("/", &[TEXT, ("content-length", &length)], false).await;
        assert_eq!(envoy.head().await.remove_headers, ["content-length"]);
        envoy.request_body(&said[..cut], false).await;
        let mut got = envoy.piece().await;
        envoy.request_body(&said[cut..], false).await;
        got += &envoy.piece().await;
        envoy.request_body("", true).await;
        got += &envoy.piece().await;
        assert_eq!(got, format!("the card is {MASKED}, thanks"), "cut at {cut}");
    }
}

#[tokio::test]
async fn a_document_that_is_streamed_is_masked_after_its_head_was_sent_on() {
    let processor = start(&[]);
    let said = format!("{{\"text\":\"my card is {CARD}\"}}");
    let length = said.len().to_string();
    let mut envoy = Envoy::start(&processor, Streamed, Streamed).await;
    let headers = [JSON, ("content-length", length.as_str())];
    envoy.request("/", &headers, false).await;
    assert_eq!(envoy.head().await.remove_headers, ["content-length"]);
    envoy.request_body(&said, true).await;
    assert_eq!(envoy.piece().await, said.replace(CARD, MASKED));
    envoy.response("200", &headers, false).await;
    assert_eq!(envoy.head().await.remove_headers, ["content-length"]);
    envoy.response_body(&said[..30], false).await;
    let first = envoy.piece().await;
    envoy.response_body(&said[30..], true).await;
    assert_eq!(first + &envoy.piece().await, said.replace(CARD, MASKED));
}

#[tokio::test]
async fn a_buffered_body_is_replaced_only_if_it_changes() {
    let processor = start(&[]);
    for (said, changes) in [("hello", false), (CARD, true)] {
        let mut envoy = Envoy::start(&processor, Buffered, Buffered).await;
        let said = format!("{{\"text\":\"my card is {said}\"}}");
        envoy.request("/", &[JSON], false).await;
        assert_eq!(envoy.head().await, HeaderMutation::default());
        envoy.request_body(&said, true).await;
        let masked = said.replace(CARD, MASKED);
        let expected = changes.then(|| BodyMutation { mutation: Some(Mutation::Body(Bytes::from(masked))) });
        assert_eq!(envoy.body().await.body_mutation, expected);
    }
}

#[tokio::test]
async fn a_compressed_body_is_sent_on_without_its_encoding() {
    let processor = start(&[]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(format!("my card is {CARD}").as_bytes()).expect("it is compressed");
    let body = Bytes::from(encoder.finish().expect("it is compressed"));
    for mode in [FullDuplexStreamed, Streamed, Buffered] {
        let mut envoy = Envoy::start(&processor, mode, mode).await;
        envoy.request("/", &[TEXT, ("content-encoding", "gzip"), ("content-length", "9")], false).await;
        let mut removed = if mode == FullDuplexStreamed { Vec::new() } else { envoy.head().await.remove_headers };
        envoy.send(Received::RequestBody(HttpBody { body: body.clone(), end_of_stream: true })).await;
        let got = match mode {
            FullDuplexStreamed => {
                removed = envoy.head().await.remove_headers;
                envoy.streamed().await
            }
            Streamed => envoy.piece().await,
            _ => {
                let common = envoy.body().await;
                removed.extend(common.header_mutation.unwrap_or_default().remove_headers);
                match common.body_mutation.and_then(|body| body.mutation) {
                    Some(Mutation::Body(body)) => text(&body),
                    other => panic!("{other:?}"),
                }
            }
        };
        assert_eq!(got, format!("my card is {MASKED}"), "{mode:?}");
        assert!(removed.contains(&"content-encoding".to_owned()), "{mode:?}: {removed:?}");
    }
}

#[tokio::test]
async fn what_the_policy_blocks_is_answered_with_the_reason_and_never_the_text() {
    let (processor, folder) = configured("blocks", "policy = 'blocks.toml'\n");
    for mode in [FullDuplexStreamed, Streamed, Buffered] {
        let mut envoy = Envoy::start(&processor, mode, mode).await;
        envoy.request("/", &[JSON], false).await;
        if mode != FullDuplexStreamed {
            envoy.head().await;
        }
        envoy.request_body(&format!("{{\"text\":\"my card is {CARD}\"}}"), true).await;
        let reply = envoy.immediate().await;
        let body = text(&reply.body);
        assert_eq!(status(&reply), 422, "{mode:?}");
        assert!(body.contains("\"entities\":[\"card\"]") && !body.contains("3743"), "{mode:?}: {body}");
        assert_eq!(envoy.next().await.expect("no error"), None, "{mode:?}");
    }
    // The head of a text cannot be sent on before all of it was scanned.
    let mut envoy = Envoy::start(&processor, Streamed, Streamed).await;
    envoy.request("/", &[TEXT], false).await;
    assert_eq!(status(&envoy.immediate().await), 500);
    processor.wait_for("a body must be read before its head is sent on");
    let _ = std::fs::remove_dir_all(folder);
}

#[tokio::test]
async fn a_response_that_is_blocked_is_replaced_or_cut_off() {
    let (processor, folder) = configured("responses", "policy = 'blocks.toml'\n");
    let said = format!("{{\"text\":\"the card is {CARD}\"}}");
    for mode in [FullDuplexStreamed, Buffered, Streamed] {
        let mut envoy = Envoy::start(&processor, FullDuplexStreamed, mode).await;
        envoy.request("/", &[], true).await;
        envoy.head().await;
        envoy.response("200", &[JSON], false).await;
        if mode != FullDuplexStreamed {
            envoy.head().await;
        }
        envoy.response_body(&said, true).await;
        if mode == Streamed {
            // The head has been sent, so Envoy must close the connection.
            envoy.next().await.expect_err("an error");
        } else {
            assert_eq!(status(&envoy.immediate().await), 502, "{mode:?}");
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}

#[tokio::test]
async fn a_mode_in_which_a_body_cannot_be_scanned_is_refused_and_counted() {
    let (processor, folder) = configured("modes", "[[routes]]\npath = '/static'\ndirection = 'none'\n");
    let modes = [
        (BufferedPartial, Buffered),
        (BodyMode::None, Buffered),
        (Streamed, BufferedPartial),
        (Streamed, BodyMode::None),
        (BodyMode::Grpc, Streamed),
    ];
    for (request, response) in modes {
        let mut envoy = Envoy::start(&processor, request, response).await;
        envoy.request("/", &[JSON], false).await;
        assert_eq!(status(&envoy.immediate().await), 500, "{request:?} {response:?}");
        let mut envoy = Envoy::start(&processor, request, response).await;
        envoy.request("/static/a.css", &[], true).await;
        assert_eq!(envoy.head().await, HeaderMutation::default(), "{request:?} {response:?}");
    }
    let mut envoy = Envoy::start(&processor, Buffered, Buffered).await;
    envoy.config = None;
    envoy.request("/", &[JSON], false).await;
    assert_eq!(status(&envoy.immediate().await), 500);
    let mut envoy = Envoy::start(&processor, Buffered, Buffered).await;
    envoy.request_body("a", true).await;
    assert_eq!(status(&envoy.immediate().await), 500, "without a head");
    let mut envoy = Envoy::start(&processor, Buffered, Buffered).await;
    envoy.request("/", &[("upgrade", "websocket"), ("connection", "upgrade")], false).await;
    assert_eq!(status(&envoy.immediate().await), 500, "an upgrade");
    let metrics = metrics(&processor);
    assert!(metrics.contains("lastfour_ext_proc_failures_total{reason=\"mode\"} 7"), "{metrics}");
    assert!(metrics.contains("lastfour_ext_proc_failures_total{reason=\"upgrade\"} 1"), "{metrics}");
    assert!(processor.log().contains("request_body_mode does not send them whole"), "{}", processor.log());
    let _ = std::fs::remove_dir_all(folder);
}

#[tokio::test]
async fn only_what_the_server_accepts_is_remembered() {
    let processor = start(&["--conversation", "path:rooms"]);
    for (room, answered, expected) in [("/rooms/1", "200", "*****"), ("/rooms/2", "403", "47897")] {
        Envoy::say(&processor, room, "my card is 3743 453331", answered).await;
        assert_eq!(Envoy::say(&processor, room, "47897", "200").await, expected, "{answered}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_envoy_gives_up_is_not_remembered() {
    let processor = start(&["--conversation", "path:rooms"]);
    let mut envoy = Envoy::start(&processor, FullDuplexStreamed, FullDuplexStreamed).await;
    envoy.request("/rooms/1", &[TEXT], false).await;
    envoy.request_body("my card is 3743 453331", true).await;
    envoy.head().await;
    envoy.streamed().await;
    drop(envoy);
    processor.wait_for("status=\"none\"");
    // The state is removed after the log was written.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(Envoy::say(&processor, "/rooms/1", "47897", "200").await, "47897");
}

#[tokio::test]
async fn trailers_lose_what_describes_other_bytes() {
    let processor = start(&[]);
    for mode in [FullDuplexStreamed, Streamed, Buffered] {
        let mut envoy = Envoy::start(&processor, mode, mode).await;
        envoy.request("/", &[TEXT], false).await;
        envoy.head().await;
        envoy.request_body(&format!("my card is {CARD}. Thanks. "), mode == Buffered).await;
        let trailers = fields(&[("content-digest", "x"), ("x-other", "y")]);
        let trailers = Received::RequestTrailers(HttpTrailers { trailers });
        if mode == Buffered {
            envoy.body().await;
        }
        envoy.send(trailers).await;
        let reply = loop {
            match envoy.next().await {
                Ok(Some(Sent::RequestBody(_))) => {}
                other => break other,
            }
        };
        match (mode, reply) {
            // Text that is held back at the trailers cannot be sent any more.
            (Streamed, Ok(Some(Sent::Immediate(reply)))) => assert_eq!(status(&reply), 500),
            (_, Ok(Some(Sent::RequestTrailers(reply)))) => {
                let removed = reply.header_mutation.expect("a change").remove_headers;
                assert!(removed.contains(&"content-digest".to_owned()), "{mode:?}: {removed:?}");
                assert_eq!(removed.contains(&"x-other".to_owned()), mode == Buffered, "{removed:?}");
            }
            (_, other) => panic!("{mode:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_body_that_is_larger_than_the_limit_is_refused() {
    let (processor, folder) = configured("limit", "[limits]\nbody = 10\n");
    for length in [Some("11"), None] {
        let mut envoy = Envoy::start(&processor, FullDuplexStreamed, FullDuplexStreamed).await;
        let headers: Vec<_> = [TEXT].into_iter().chain(length.map(|length| ("content-length", length))).collect();
        envoy.request("/", &headers, false).await;
        if length.is_none() {
            envoy.head().await;
            envoy.request_body("twelve bytes", true).await;
        }
        let reply = loop {
            match envoy.answer().await {
                Sent::RequestBody(_) => {}
                other => break other,
            }
        };
        let Sent::Immediate(reply) = reply else { panic!("{reply:?}") };
        assert_eq!(status(&reply), if length.is_some() { 413 } else { 400 });
    }
    let _ = std::fs::remove_dir_all(folder);
}

#[tokio::test]
async fn the_health_is_checked_over_grpc() {
    let processor = start(&[]);
    let uri: Uri = format!("http://{}", processor.address).parse().expect("a URI");
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http::<tonic::body::Body>();
    let mut grpc = Grpc::with_origin(client, uri);
    grpc.ready().await.expect("it is ready");
    let request = tonic::Request::new(HealthCheckRequest::default());
    let codec: ProstCodec<HealthCheckRequest, HealthCheckResponse> = ProstCodec::default();
    let answer = grpc.unary(request, PathAndQuery::from_static(HEALTH), codec).await.expect("it answers");
    assert_eq!(answer.into_inner().status(), Health::Serving);
}
