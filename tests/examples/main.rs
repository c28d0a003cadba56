//! The programs in `examples/` do what their comments say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

mod chat;

/// The program of an example. `cargo test` builds it with the tests.
fn program(name: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let program = deps.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is missing: run `cargo test` or `cargo build --examples`", program.display());
    program
}

/// Returns the output of an example that ends by itself.
fn output(name: &str) -> String {
    let output = Command::new(program(name)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Starts an example that serves, on a free port. It stops with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(name: &str) -> Self {
        let mut child = Command::new(program(name)).arg("127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}"));
        let address = address.strip_prefix("http://").unwrap_or(address).to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// Sends a request and returns the response with its head.
    fn post(&self, path: &str, content_type: &str, body: &str) -> String {
        let mut stream = self.connect();
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: {content_type}\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_axum_server_hands_redacted_messages_to_its_handler() {
    let server = Server::start("axum");
    let response = server.post("/say", "application/json", r#"{"text": "my card is 3782 822463 10005"}"#);
    let expected = "1 found; the handler got: {\"text\": \"my card is **** ****** *0005\"}\n";
    assert!(response.ends_with(expected), "{response}");
}

#[test]
fn the_hyper_server_answers_with_the_redacted_message() {
    let server = Server::start("hyper");
    let response = server.post("/", "text/plain", "my card is 3782 822463 10005");
    assert!(response.ends_with("my card is **** ****** *0005"), "{response}");
}

#[test]
fn the_proxy_redacts_a_card_number_that_a_model_streams_in_tokens() {
    let server = Server::start("sse");
    let body = r#"{"stream": true, "messages": [{"role": "user", "content": "what is my card number?"}]}"#;
    let response = server.post("/v1/chat/completions", "application/json", body);
    let text: String = response.split("\"content\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(text, "It is **** ****** *0005, right?", "{response}");
    assert!(response.contains("data: [DONE]"), "{response}");
}

#[test]
fn the_shape_redacts_lines_and_leaves_the_session() {
    let expected = r#"{"from": "visitor", "said": [{"line": "my card is"}, {"line": "**** ****** *0005"}], "session": 378282246310005}"#;
    assert_eq!(output("shape").trim_end(), expected);
}

#[test]
fn the_logs_hold_no_secret() {
    let logs = output("logs");
    for secret in ["3782", "822463", "Bluebonnet", "482913"] {
        assert!(!logs.contains(secret), "{logs}");
    }
    for kept in ["5593144", "mtorrance", "login failed", "INFO", "WARN"] {
        assert!(logs.contains(kept), "{logs}");
    }
}

#[test]
fn the_policy_masks_with_labels_and_blocks_passwords() {
    let expected = "my loyalty number is [loyalty]\n\
                    my order is AB12345674\n\
                    my card is [card ending 0005]\n\
                    blocked: password\n";
    assert_eq!(output("policy"), expected);
}

#[test]
fn the_websocket_example_redacts_on_both_paths() {
    let server = Server::start("websocket");
    for path in ["/chat", "/socket"] {
        let mut stream = server.connect();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .unwrap();
        let text = b"my card is 3782 822463 10005";
        // A text and a close, masked with zeros.
        stream.write_all(&[&[0x81, 0x80 + 28, 0, 0, 0, 0], &text[..], &[0x88, 0x80, 0, 0, 0, 0]].concat()).unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        let response = String::from_utf8_lossy(&response);
        assert!(response.contains("the server got: my card is **** ****** *0005"), "{path}: {response}");
    }
}
