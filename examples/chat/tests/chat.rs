//! A conversation over real sockets, as the page has it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

struct Server(Child, String);

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lastfour-example-chat"))
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self(child, address)
    }

    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// Returns the status and the body.
    fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
        let length = body.len();
        let mut stream = self.send(&format!(
            "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ));
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

    fn say(&self, token: &str, text: &str) -> (u16, Value) {
        let (status, body) = self.ask("POST", "/room/messages", token, &json!({ "text": text }).to_string());
        (status, parse(&body))
    }

    fn texts(&self, token: &str) -> Vec<String> {
        let history = parse(&self.ask("GET", "/room/history", token, "").1);
        history["messages"].as_array().unwrap().iter().map(|said| said["text"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn parse(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn the_other_side_sees_no_secret_and_the_sender_is_told() {
    let server = Server::start();
    let (customer, agent) = (server.login("customer"), server.login("agent"));
    let mut events = server.send(&format!("GET /room/events?token={agent} HTTP/1.1\r\nhost: a\r\n\r\n"));
    let mut head = [0; 12];
    events.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");

    let (status, answer) = server.say(&customer, "my card 3782 822463 10005 was declined");
    assert_eq!((status, &answer["masked"]), (200, &json!(["card"])));
    let mut lines = BufReader::new(events).lines().map_while(Result::ok);
    let event = lines.find(|line| line.starts_with("data: ")).unwrap();
    assert!(event.contains("my card **** ****** *0005 was declined") && event.contains("\"card\":1"), "{event}");

    // The question says what the answer is.
    assert_eq!(server.say(&agent, "I have sent a code to your phone.").0, 200);
    assert_eq!(server.say(&customer, "482 913").1["masked"], json!(["one-time-passcode"]));

    let (status, problem) = server.say(&customer, "my password is Bluebonnet!77");
    assert_eq!((status, &problem["entities"]), (422, &json!(["password"])));
    let (status, problem) = server.say(&agent, "What is your PIN?");
    assert_eq!((status, &problem["entities"]), (422, &json!(["pin"])));

    let texts = server.texts(&agent);
    assert_eq!(texts, ["my card **** ****** *0005 was declined", "I have sent a code to your phone.", "*** ***"]);
}

#[test]
fn the_assistant_streams_its_answer_masked() {
    let server = Server::start();
    let customer = server.login("customer");
    for (question, start) in [("What is my card on file?", "The card"), ("¿Cuál es mi tarjeta registrada?", "La tarjeta")] {
        let (status, events) = server.ask("POST", "/room/assistant", &customer, &json!({ "text": question }).to_string());
        assert_eq!(status, 200);
        let data = events.lines().filter_map(|line| line.strip_prefix("data: ")).map(parse);
        let text: String = data.filter_map(|data| Some(data["delta"].as_str()?.to_owned())).collect();
        assert!(text.starts_with(start) && text.contains("**** ****** *7897"), "{text}");
    }
    assert!(server.texts(&customer).iter().all(|text| !text.contains("3743")));
}

#[test]
fn nobody_gets_in_without_a_session() {
    let server = Server::start();
    assert_eq!(server.ask("POST", "/room/messages", "agent-0", "{\"text\":\"hi\"}").0, 401);
    assert_eq!(server.ask("GET", "/room/history", "", "").0, 401);
    let (status, page) = server.ask("GET", "/", "", "");
    assert!(status == 200 && page.contains("role=\"log\" aria-live=\"polite\""));
}
