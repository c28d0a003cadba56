//! The chat of `examples/chat` over real sockets, as its page has it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::Server;

/// The chat, on a free port.
struct Chat(Server);

impl Chat {
    fn start() -> Self {
        Self(Server::start("chat"))
    }

    fn connect(&self) -> TcpStream {
        let stream = self.0.connect();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Returns the status and the body.
    fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
        let length = body.len();
        let mut stream = self.connect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    fn login(&self, role: &str) -> String {
        let (status, body) = self.ask("POST", "/login", "", &json!({ "room": "r", "role": role }).to_string());
        assert_eq!(status, 200);
        parse(&body)["token"].as_str().unwrap().to_owned()
    }

    fn open(&self, token: &str) -> Socket {
        let url = format!("ws://{}/room/socket?token={token}", self.0.address);
        Socket(tungstenite::client(url, self.connect()).unwrap().0)
    }

    fn texts(&self, token: &str) -> Vec<String> {
        let history = parse(&self.ask("GET", "/room/history", token, "").1);
        history["messages"].as_array().unwrap().iter().map(|said| said["text"].as_str().unwrap().to_owned()).collect()
    }
}

/// One side of the room.
struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// Says something, and returns what became of it.
    fn say(&mut self, text: &str) -> Value {
        self.0.send(Message::text(json!({ "text": text }).to_string())).unwrap();
        self.next(|event| event.get("masked").or(event.get("stopped")).is_some())
    }

    /// Reads up to an event.
    fn next(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = parse(self.0.read().unwrap().to_text().unwrap());
            if is_it(&event) {
                return event;
            }
        }
    }

    /// Reads up to the next message.
    fn message(&mut self) -> String {
        let event = self.next(|event| event.get("message").is_some());
        event["message"]["text"].as_str().unwrap().to_owned()
    }
}

fn parse(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn the_other_side_sees_no_secret_and_the_sender_is_told() {
    let server = Chat::start();
    let tokens = [server.login("customer"), server.login("agent")];
    let (mut customer, mut agent) = (server.open(&tokens[0]), server.open(&tokens[1]));

    assert_eq!(customer.say("my card 3782 822463 10005 was declined")["masked"], json!(["card"]));
    assert_eq!(agent.message(), "my card **** ****** *0005 was declined");

    // The question says what the answer is.
    assert_eq!(agent.say("I have sent a code to your phone.")["masked"], json!([]));
    assert_eq!(customer.say("482 913")["masked"], json!(["one-time-passcode"]));

    assert_eq!(customer.say("my password is Bluebonnet!77")["stopped"], json!(["password"]));
    assert_eq!(agent.say("What is your PIN?")["stopped"], json!(["pin"]));

    let texts = server.texts(&tokens[1]);
    assert_eq!(texts, ["my card **** ****** *0005 was declined", "I have sent a code to your phone.", "*** ***"]);
}

#[test]
fn the_first_half_of_a_number_is_hidden_when_the_second_arrives() {
    let server = Chat::start();
    let tokens = [server.login("customer"), server.login("agent")];
    let (mut customer, mut agent) = (server.open(&tokens[0]), server.open(&tokens[1]));
    customer.say("it is 3782 822463");
    assert_eq!(agent.message(), "it is 3782 822463");
    assert_eq!(customer.say("10005")["masked"], json!(["card"]));
    let recalled = agent.next(|event| event.get("recalled").is_some());
    assert_eq!(recalled["recalled"]["text"], "it is **** ******");
    assert_eq!(agent.message(), "*****");
    assert_eq!(server.texts(&tokens[1]), ["it is **** ******", "*****"]);
}

#[test]
fn the_assistant_streams_its_answer_masked() {
    let server = Chat::start();
    let customer = server.login("customer");
    for (question, start) in
        [("What is my card on file?", "The card"), ("¿Cuál es mi tarjeta registrada?", "La tarjeta")]
    {
        let (status, events) =
            server.ask("POST", "/room/assistant", &customer, &json!({ "text": question }).to_string());
        assert_eq!(status, 200);
        let data = events.lines().filter_map(|line| line.strip_prefix("data: ")).map(parse);
        let text: String = data.filter_map(|data| Some(data["delta"].as_str()?.to_owned())).collect();
        assert!(text.starts_with(start) && text.contains("**** ****** *7897"), "{text}");
    }
    assert!(server.texts(&customer).iter().all(|text| !text.contains("3743")));
    let (status, problem) =
        server.ask("POST", "/room/assistant", &customer, r#"{"text":"my password is Bluebonnet!77"}"#);
    assert_eq!((status, &parse(&problem)["entities"]), (422, &json!(["password"])));
}

#[test]
fn nobody_gets_in_without_a_session() {
    let server = Chat::start();
    assert_eq!(server.ask("GET", "/room/socket", "agent-0", "").0, 401);
    assert_eq!(server.ask("GET", "/room/history", "", "").0, 401);
    let (status, page) = server.ask("GET", "/", "", "");
    assert!(status == 200 && page.contains("role=\"log\" aria-live=\"polite\""));
}
