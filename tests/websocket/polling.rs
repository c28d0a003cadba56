//! Long polling of Engine.IO through the layer: packets in the bodies of requests and responses.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use lastfour::middleware::websocket::{Binary, Framing, Upgrades};
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Engine, Report};
use tower::{Layer, ServiceExt, service_fn};

use crate::support::{MASK, SECRET, blocking};

/// A server of Engine.IO behind a layer. It keeps what is posted, and answers GET requests with what it is told to say.
#[derive(Clone)]
struct Server {
    layer: RedactLayer,
    content_type: &'static str,
    got: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(layer: RedactLayer) -> Self {
        Self { layer, content_type: "text/plain; charset=UTF-8", got: Arc::default() }
    }

    async fn send(&self, method: &str, query: &str, body: &str, says: &str) -> (u16, String) {
        let (got, content_type, says) = (self.got.clone(), self.content_type, says.to_owned());
        let service = service_fn(move |request: Request<lastfour::middleware::RedactBody<Full<Bytes>>>| {
            let (got, says) = (got.clone(), says.clone());
            async move {
                assert!(request.extensions().get::<Report>().is_some());
                let posts = request.method() == "POST";
                let body = request.into_body().collect().await.unwrap().to_bytes();
                let answer = if posts {
                    got.lock().unwrap().push(String::from_utf8(body.to_vec()).unwrap());
                    Response::builder().header("content-type", "text/html").body(Full::<Bytes>::from("ok"))
                } else {
                    Response::builder().header("content-type", content_type).body(Full::from(says))
                };
                Ok::<_, Infallible>(answer.unwrap())
            }
        });
        let request = Request::builder()
            .method(method)
            .uri(format!("/socket.io/?{query}"))
            .header("content-type", self.content_type)
            .body(Full::from(body.to_owned()))
            .unwrap();
        let response = self.layer.layer(service).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let length = response.headers().get("content-length").map(|length| length.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(length.is_none_or(|length| length == body.len().to_string()));
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Posts packets, and returns the status and what the server got.
    async fn post(&self, query: &str, body: &str) -> (u16, String) {
        let (status, _) = self.send("POST", query, body, "").await;
        (status, self.got.lock().unwrap().pop().unwrap_or_default())
    }

    /// Asks for packets, and returns what the client gets.
    async fn get(&self, query: &str, says: &str) -> String {
        self.send("GET", query, "", says).await.1
    }
}

const FOUR: &str = "EIO=4&transport=polling&t=P1&sid=abc";
const THREE: &str = "EIO=3&transport=polling&t=P1&sid=abc";

fn both() -> Server {
    Server::new(RedactLayer::both(Engine::default()))
}

#[tokio::test]
async fn packets_are_redacted_in_both_directions_and_nothing_else_changes() {
    let server = both();
    let packets = |secret: &str| {
        // A number in the form of a card that is none, next to the text.
        format!(
            "42[\"say\",{{\"text\":\"my card is {secret}\",\"order\":378282246310005}}]\u{1e}3\u{1e}420[\"typing\"]"
        )
    };
    assert_eq!(server.post(FOUR, &packets(SECRET)).await, (200, packets(MASK)));
    assert_eq!(server.get(FOUR, &packets(SECRET)).await, packets(MASK));
    let opening = "0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000}";
    assert_eq!(server.get("EIO=4&transport=polling", opening).await, opening);
    for quiet in ["2", "6", "40", "1", "40/room,\u{1e}41"] {
        assert_eq!(server.get(FOUR, quiet).await, quiet);
        assert_eq!(server.post(FOUR, quiet).await, (200, quiet.to_owned()));
    }
}

#[tokio::test]
async fn the_lengths_of_version_3_are_corrected() {
    let server = both();
    let framed = |packet: &str| format!("{}:{packet}1:2", packet.encode_utf16().count());
    let said = framed("42[\"say\",{\"text\":\"é 😀 my password is Girasol2019\"}]");
    let masked = framed("42[\"say\",{\"text\":\"é 😀 my password is ********\"}]");
    assert_ne!(said.len(), masked.len());
    assert_eq!(server.post(THREE, &said).await, (200, masked.clone()));
    assert_eq!(server.get(THREE, &said).await, masked);
}

#[tokio::test]
async fn the_packets_of_one_connection_are_one_conversation() {
    let server = both();
    let question = "42[\"said\",{\"from\":\"agent\",\"text\":\"What is the CID on your card?\"}]";
    let answer = "42[\"say\",{\"text\":\"4821\"}]";
    assert_eq!(server.get(FOUR, question).await, question);
    assert_eq!(server.post("EIO=4&transport=polling&sid=another", answer).await.1, answer);
    assert_eq!(server.post(FOUR, answer).await.1, "42[\"say\",{\"text\":\"****\"}]");
    // A key that the layer reads comes before the id of the connection.
    let server = Server::new(RedactLayer::both(Engine::default()).conversation_by(key::query("room")));
    server.get(&format!("{FOUR}&room=1"), question).await;
    let other = server.post("EIO=4&transport=polling&sid=another&room=1", answer).await;
    assert_eq!(other.1, "42[\"say\",{\"text\":\"****\"}]");
}

#[tokio::test]
async fn a_blocked_packet_is_replaced_and_its_sender_is_told_with_the_next_answer() {
    for (query, heartbeat) in [(FOUR, "3"), (THREE, "2")] {
        let server = Server::new(RedactLayer::both(blocking()));
        let joined = |packets: &[&str]| match query {
            FOUR => packets.join("\u{1e}"),
            _ => packets.iter().map(|packet| format!("{}:{packet}", packet.encode_utf16().count())).collect(),
        };
        let secret = format!("42/chat,7[\"say\",{{\"text\":\"my card is {SECRET}\"}}]");
        let hello = "42/chat,8[\"say\",{\"text\":\"hello\"}]";
        let got = server.post(query, &joined(&[&secret, hello])).await;
        assert_eq!(got, (200, joined(&[heartbeat, hello])), "the other packet arrives");
        let heard = server.get(&query.replace("abc", "other"), &joined(&["6"])).await;
        assert_eq!(heard, joined(&["6"]), "another connection is told nothing");
        let heard = server.get(query, &joined(&["6"])).await;
        assert!(heard.contains("43/chat,7[{\"error\":") && heard.contains("\"entities\":[\"card\"]"), "{heard}");
        assert!(!heard.contains("3782"), "{heard}");
        assert_eq!(server.get(query, &joined(&["6"])).await, joined(&["6"]), "it is told once");
        // What the server says is replaced in its place.
        let said = server.get(query, &joined(&["42[\"said\",{\"text\":\"3782 822463 10005\"}]", "2"])).await;
        assert!(said.contains("42[\"error\",{") && said.contains('2') && !said.contains("3782"), "{said}");
    }
}

#[tokio::test]
async fn binary_packets_are_treated_as_the_layer_says() {
    let packets = "451-[\"image\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQIDBA==";
    assert_eq!(both().post(FOUR, packets).await, (200, "3\u{1e}3".to_owned()));
    let upgrades = Upgrades::new().binary(Binary::Pass);
    let passing = Server::new(RedactLayer::both(Engine::default()).websocket(upgrades));
    assert_eq!(passing.post(FOUR, packets).await, (200, packets.to_owned()));
    // In version 3 the whole body is binary then.
    let mut server = both();
    server.content_type = "application/octet-stream";
    let (status, reason) = server.send("POST", THREE, "\u{0}\u{2}4x", "").await;
    assert_eq!(status, 415, "{reason}");
}

#[tokio::test]
async fn what_only_looks_like_polling_is_read_as_it_is_elsewhere() {
    let text = format!("my card is {SECRET} \u{1e} or 3743 453331 47897");
    let masked = format!("my card is {MASK} \u{1e} or **** ****** *7897");
    assert_eq!(both().post(FOUR, &text).await, (200, masked));
    // Another framing is set.
    let upgrades = Upgrades::new().framing(Framing::Json);
    let server = Server::new(RedactLayer::both(blocking()).websocket(upgrades));
    let (status, _) = server.send("POST", FOUR, &format!("42[\"say\",\"{SECRET}\"]"), "").await;
    assert_eq!(status, 422);
    // A form is read as a form, whatever its address.
    let mut server = both();
    server.content_type = "application/x-www-form-urlencoded";
    let form = server.post(FOUR, "text=my+card+is+3782+822463+10005").await;
    assert_eq!(form, (200, "text=my+card+is+****+******+*0005".to_owned()));
}
