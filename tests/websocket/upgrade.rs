//! Connections that are upgraded behind the layer, over sockets.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{any, post};
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, Request};
use lastfour::middleware::websocket::{Binary, Framing, Upgrades};
use lastfour::middleware::{ConversationStore, MemoryStore, RedactLayer, key};
use lastfour::{Engine, Limits, Role};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame as Close, Frame as Raw};
use tower::ServiceExt;

use crate::support::{MASK, SECRET, ask, blocking, connect, heard, listen, next};

/// A handler that sends back what it gets, with `saw ` before a text, and says what headers it got when it is asked.
async fn echo(headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let offered = headers.contains_key("sec-websocket-extensions");
    upgrade.protocols(["v12.stomp"]).on_upgrade(move |mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            let answer = match message {
                Frame::Text(text) if text == "extensions?" => Frame::Text(offered.to_string().into()),
                Frame::Text(text) if text == "card?" => Frame::Text(format!("it is {SECRET}").into()),
                Frame::Text(text) if text == "cid?" => Frame::Text("What is the CID on your card?".into()),
                Frame::Text(text) if text == "bye" => {
                    let frame = CloseFrame { code: 4001, reason: "see you".into() };
                    let _ = socket.send(Frame::Close(Some(frame))).await;
                    continue;
                }
                Frame::Text(text) => Frame::Text(format!("saw {text}").into()),
                Frame::Ping(data) => Frame::Text(format!("ping {}", data.len()).into()),
                Frame::Pong(data) => Frame::Text(format!("pong {}", data.len()).into()),
                Frame::Close(Some(frame)) if frame.code == 4002 => break,
                Frame::Close(_) => continue,
                binary => binary,
            };
            if socket.send(answer).await.is_err() {
                break;
            }
        }
    })
}

fn app<St: ConversationStore>(layer: RedactLayer<St>) -> Router {
    Router::new().route("/", any(echo)).layer(layer)
}

fn both() -> RedactLayer {
    RedactLayer::both(Engine::default())
}

#[tokio::test]
async fn messages_are_redacted_in_both_directions() {
    let mut client = connect(app(both()), "/", &[]).await;
    assert_eq!(ask(&mut client, "hello").await, "saw hello");
    assert_eq!(ask(&mut client, &format!("my card is {SECRET}")).await, format!("saw my card is {MASK}"));
    assert_eq!(ask(&mut client, "card?").await, format!("it is {MASK}"));
    assert_eq!(ask(&mut client, "cid?").await, "What is the CID on your card?");
    assert_eq!(ask(&mut client, "4821").await, "saw ****");
}

#[tokio::test]
async fn a_layer_for_one_direction_reads_the_other() {
    let mut client = connect(app(RedactLayer::requests(Engine::default())), "/", &[]).await;
    assert_eq!(ask(&mut client, "card?").await, format!("it is {SECRET}"));
    assert_eq!(ask(&mut client, "cid?").await, "What is the CID on your card?");
    assert_eq!(ask(&mut client, "4821").await, "saw ****");
    let mut client = connect(app(RedactLayer::responses(Engine::default())), "/", &[]).await;
    assert_eq!(ask(&mut client, "card?").await, format!("it is {MASK}"));
}

#[tokio::test]
async fn fragments_are_judged_as_one_message() {
    let mut client = connect(app(both()), "/", &[]).await;
    let (first, rest) = SECRET.split_at(7);
    let frame = |text: &str, opcode, last| Message::Frame(Raw::message(text.to_owned(), OpCode::Data(opcode), last));
    client.send(frame(first, Data::Text, false)).await.unwrap();
    client.send(Message::Ping("now".into())).await.unwrap();
    client.send(frame(rest, Data::Continue, true)).await.unwrap();
    // The ping was not held up by the message around it.
    assert_eq!(heard(&mut client).await, "ping 3");
    assert_eq!(heard(&mut client).await, format!("saw {MASK}"));
}

#[tokio::test]
async fn pings_are_answered_by_the_other_end() {
    let mut client = connect(app(both()), "/", &[]).await;
    client.send(Message::Ping("abcd".into())).await.unwrap();
    client.send(Message::text("x")).await.unwrap();
    let (mut pongs, mut texts) = (0, Vec::new());
    while texts.len() < 2 || pongs == 0 {
        match client.next().await.unwrap().unwrap() {
            Message::Pong(data) => {
                assert_eq!(data, "abcd");
                pongs += 1;
            }
            Message::Text(text) => texts.push(text.to_string()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(texts, ["ping 4", "saw x"]);
    assert_eq!(ask(&mut client, "y").await, "saw y");
    assert_eq!(pongs, 1);
}

#[tokio::test]
async fn closes_keep_their_status_and_reason() {
    let mut client = connect(app(both()), "/", &[]).await;
    client.send(Message::text("bye")).await.unwrap();
    let Message::Close(Some(close)) = next(&mut client).await else { panic!() };
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4001, "see you"));
    assert!(client.next().await.is_none());
    let mut client = connect(app(both()), "/", &[]).await;
    client.close(Some(Close { code: CloseCode::Library(4003), reason: "done".into() })).await.unwrap();
    let Message::Close(Some(close)) = next(&mut client).await else { panic!() };
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4003, "done"));
}

#[tokio::test]
async fn a_blocked_message_is_not_sent_and_the_client_is_told() {
    let layer = RedactLayer::both(blocking());
    let mut client = connect(app(layer.clone()), "/", &[]).await;
    let told = ask(&mut client, &format!("my card is {SECRET}")).await;
    assert_eq!(told, "The message was stopped because it must not be sent in chat: card.");
    assert_eq!(ask(&mut client, "card?").await, "The answer was stopped because it must not be sent in chat: card.");
    assert_eq!(ask(&mut client, "hello").await, "saw hello");
    let mut client = connect(app(layer), "/?EIO=4&transport=websocket", &[]).await;
    let told = ask(&mut client, &format!(r#"42/a,7["say","{SECRET}"]"#)).await;
    assert!(told.starts_with(r#"43/a,7[{"error":{"type":"about:blank","title":"Message blocked""#), "{told}");
}

#[tokio::test]
async fn binary_messages_are_stopped_scanned_or_passed() {
    let card = || Message::binary(format!("my card is {SECRET}").into_bytes());
    let mut client = connect(app(both()), "/", &[]).await;
    client.send(card()).await.unwrap();
    assert!(heard(&mut client).await.starts_with("The message was stopped: "));
    for (binary, expected) in [(Binary::Scan, MASK), (Binary::Pass, SECRET)] {
        let mut client = connect(app(both().websocket(Upgrades::new().binary(binary))), "/", &[]).await;
        client.send(card()).await.unwrap();
        assert_eq!(next(&mut client).await, Message::binary(format!("my card is {expected}").into_bytes()));
    }
}

#[tokio::test]
async fn extensions_are_not_negotiated() {
    let headers = [("sec-websocket-extensions", "permessage-deflate; client_max_window_bits")];
    let mut client = connect(app(both()), "/", &headers).await;
    assert_eq!(ask(&mut client, "extensions?").await, "false");
}

#[tokio::test]
async fn a_subprotocol_names_the_framing() {
    let headers = [("sec-websocket-protocol", "v12.stomp")];
    let mut client = connect(app(RedactLayer::both(blocking())), "/", &headers).await;
    // This is no complete frame of STOMP, and would be a text otherwise.
    let told = ask(&mut client, "SEND\n\nhello").await;
    assert!(told.starts_with("ERROR\nmessage:Message not checked\n"), "{told}");
    let upgrades = Upgrades::new().framing(Framing::Stomp);
    let mut client = connect(app(both().websocket(upgrades)), "/", &[]).await;
    assert!(ask(&mut client, "SEND\n\nhello").await.starts_with("ERROR\n"));
}

#[tokio::test]
async fn a_conversation_goes_on_over_http_and_sockets() {
    let layer = both().conversation_by(key::header("x-conversation")).role_by(key::header("x-role"));
    let store = MemoryStore::default();
    let say = |body: String| async { body };
    let app = Router::new().route("/", any(echo)).route("/say", post(say)).layer(layer.store(store.clone()));
    let address = listen(app.clone()).await;
    let request = Request::post(format!("http://{address}/say"))
        .header("x-conversation", "a")
        .header("x-role", "agent")
        .body(Body::from("What is the CID on your card?"))
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let headers = [("x-conversation", "a"), ("x-role", "customer")];
    let mut client = connect(app.clone(), "/", &headers).await;
    assert_eq!(ask(&mut client, "4821").await, "saw ****");
    assert_eq!(store.len(), 1);
    let mut other = connect(app, "/", &[("x-conversation", "b"), ("x-role", "customer")]).await;
    assert_eq!(ask(&mut other, "4821").await, "saw 4821");
    assert_eq!(store.len(), 2);
}

#[tokio::test]
async fn a_store_that_fails_stops_messages() {
    struct Down;
    impl ConversationStore for Down {
        type Error = std::io::Error;

        async fn load(&self, _: &str) -> Result<Option<lastfour::Conversation>, Self::Error> {
            Err(std::io::ErrorKind::ConnectionRefused.into())
        }

        async fn save(
            &self,
            _: &str,
            _: Option<&lastfour::Conversation>,
            _: lastfour::Conversation,
        ) -> Result<lastfour::middleware::Saved, Self::Error> {
            Err(std::io::ErrorKind::ConnectionRefused.into())
        }
    }
    let layer = both().conversation_by(key::header("x-conversation")).store(Down);
    let mut client = connect(app(layer), "/", &[("x-conversation", "a")]).await;
    assert!(ask(&mut client, "hello").await.contains("could not be loaded"));
}

/// Opens a socket by hand and sends these bytes. Returns what comes after the head of the response.
async fn raw(layer: RedactLayer, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(listen(app(layer)).await).await.unwrap();
    let head = "GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    // The first frames may come with the request.
    stream.write_all(&[head.as_bytes(), bytes].concat()).await.unwrap();
    let mut all = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await.unwrap();
    let end = all.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    assert!(all.starts_with(b"HTTP/1.1 101"));
    all.split_off(end)
}

#[tokio::test]
async fn what_cannot_be_read_closes_the_connection_with_a_status() {
    let mask = [0, 0, 0, 0];
    let frame = |head: &[u8], payload: &[u8]| [head, &mask, payload].concat();
    for (bytes, status) in [
        (frame(&[0xc1, 0x81], b"x"), 1002u16),
        (vec![0x81, 1, b'x'], 1002),
        (frame(&[0x83, 0x80], b""), 1002),
        (frame(&[0x81, 0x82], b"\xc3\x28"), 1007),
        (frame(&[0x81, 0xfe, 0x01, 0x01], b""), 1009),
        (frame(&[0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0], b""), 1009),
    ] {
        let seen = raw(both().limits(Limits::default().hold(256)), &bytes).await;
        assert_eq!(seen[0], 0x88, "{bytes:x?}");
        assert_eq!(seen[2..4], status.to_be_bytes(), "{bytes:x?}");
        // Nothing else has come back.
        assert_eq!(seen.len(), 2 + usize::from(seen[1]));
    }
    // A message of the limit passes.
    let long = [&frame(&[0x81, 0xfe, 0x01, 0x00], &[b'a'; 256])[..], &frame(&[0x88, 0x80], b"")].concat();
    let seen = raw(both().limits(Limits::default().hold(300)), &long).await;
    assert!(seen.windows(7).any(|w| w == b"saw aaa"), "{seen:x?}");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let upgrades = Upgrades::new().idle(Duration::from_millis(200));
    let mut client = connect(app(both().websocket(upgrades)), "/", &[]).await;
    assert_eq!(ask(&mut client, "hello").await, "saw hello");
    let Message::Close(Some(close)) = next(&mut client).await else { panic!() };
    assert_eq!(u16::from(close.code), 1001);
}

#[tokio::test]
async fn a_client_that_is_gone_is_gone_for_the_server() {
    let (send, gone) = tokio::sync::oneshot::channel();
    let send = std::sync::Arc::new(std::sync::Mutex::new(Some(send)));
    let handler = move |upgrade: WebSocketUpgrade| {
        let send = send.lock().unwrap().take().unwrap();
        async {
            upgrade.on_upgrade(|mut socket| async move {
                while let Some(Ok(_)) = socket.recv().await {}
                let _ = send.send(());
            })
        }
    };
    let client = connect(Router::new().route("/", any(handler)).layer(both()), "/", &[]).await;
    drop(client);
    tokio::time::timeout(Duration::from_secs(5), gone).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_refused_upgrade_is_an_ordinary_response() {
    let handler = || async { (http::StatusCode::FORBIDDEN, format!("not with {SECRET}")) };
    let app = Router::new().route("/", any(handler)).layer(both());
    let mut stream = TcpStream::connect(listen(app).await).await.unwrap();
    let head = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    assert!(all.starts_with("HTTP/1.1 403") && all.ends_with(&format!("not with {MASK}")), "{all}");
}

#[tokio::test]
async fn a_request_for_an_upgrade_that_has_a_body_is_refused() {
    let app = Router::new().route("/", any(|| async { "the handler is called" })).layer(both());
    let address = listen(app).await;
    for body in ["content-length: 2\r\n\r\nhi", "transfer-encoding: chunked\r\n\r\n0\r\n\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n";
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let mut all = String::new();
        stream.read_to_string(&mut all).await.unwrap();
        assert!(all.starts_with("HTTP/1.1 422"), "{all}");
    }
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_is_not_upgraded() {
    let handler = || async { http::StatusCode::SWITCHING_PROTOCOLS };
    let app = Router::new().route("/", any(handler)).layer(both());
    let request = Request::get("/").header("upgrade", "websocket").header("connection", "upgrade");
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 502);
}

#[tokio::test]
async fn messages_keep_their_order_and_wait_for_a_slow_reader() {
    let layer = both().request_role(Role::Customer).websocket(Upgrades::new().binary(Binary::Pass));
    let client = connect(app(layer), "/", &[]).await;
    let (mut sink, mut stream) = client.split();
    let sent = tokio::spawn(async move {
        for n in 0u32..800 {
            let payload = n.to_be_bytes().repeat(16 * 1024);
            sink.send(Message::binary(payload)).await.unwrap();
        }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!sent.is_finished(), "nobody waited for the reader");
    for n in 0u32..800 {
        let Message::Binary(payload) = stream.next().await.unwrap().unwrap() else { panic!() };
        assert_eq!((payload.len(), &payload[..4]), (64 * 1024, &n.to_be_bytes()[..]));
    }
    sent.await.unwrap();
}

/// How a proxy hands a connection on.
#[derive(Clone, Copy)]
enum Hands {
    /// It copies bytes between both ends itself.
    Copies,
    /// It returns the response of the upstream server with its end of the connection in it.
    Returns,
}

#[tokio::test]
async fn a_proxy_behind_the_layer_is_covered() {
    type Upstream = hyper_util::client::legacy::Client<
        hyper_util::client::legacy::connect::HttpConnector,
        http_body_util::Empty<bytes::Bytes>,
    >;
    let upstream = listen(Router::new().route("/", any(echo))).await;
    for hands in [Hands::Copies, Hands::Returns] {
        let client: Upstream =
            hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
        let proxy = move |mut request: Request<Body>| {
            let client = client.clone();
            async move {
                let downstream = hyper::upgrade::on(&mut request);
                let (mut head, _) = request.into_parts();
                head.uri = format!("http://{upstream}/").parse().unwrap();
                let request = Request::from_parts(head, http_body_util::Empty::new());
                let mut response = client.request(request).await.unwrap();
                if matches!(hands, Hands::Copies) {
                    let upstream = hyper::upgrade::on(&mut response);
                    tokio::spawn(async move {
                        let (downstream, upstream) = (downstream.await.unwrap(), upstream.await.unwrap());
                        let mut downstream = hyper_util::rt::TokioIo::new(downstream);
                        let mut upstream = hyper_util::rt::TokioIo::new(upstream);
                        let _ = tokio::io::copy_bidirectional(&mut downstream, &mut upstream).await;
                    });
                }
                response.map(Body::new)
            }
        };
        let app = Router::new().fallback(proxy).layer(RedactLayer::both(blocking()));
        let mut client = connect(app, "/", &[]).await;
        assert_eq!(ask(&mut client, "hello").await, "saw hello");
        assert_eq!(ask(&mut client, "cid?").await, "What is the CID on your card?");
        assert_eq!(ask(&mut client, "4821").await, "saw ****");
        assert!(ask(&mut client, "card?").await.starts_with("The answer was stopped"));
        client.close(None).await.unwrap();
        assert!(matches!(next(&mut client).await, Message::Close(_)));
    }
}

#[tokio::test]
async fn layers_in_each_other_both_read() {
    let app = app(both()).layer(RedactLayer::requests(blocking()));
    let mut client = connect(app, "/", &[]).await;
    assert!(ask(&mut client, &format!("my card is {SECRET}")).await.starts_with("The message was stopped"));
    assert_eq!(ask(&mut client, "card?").await, format!("it is {MASK}"));
}
