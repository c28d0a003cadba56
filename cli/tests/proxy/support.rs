//! A proxy, a server that records what it gets, and a client that sends any bytes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A card number, made up, and its mask.
pub(crate) const CARD: &str = "3743 453331 47897";
pub(crate) const MASKED: &str = "**** ****** *7897";

/// A test waits no longer than this for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running `lastfour proxy`.
pub(crate) struct Proxy {
    child: Child,
    pub(crate) address: String,
    pub(crate) admin: Option<String>,
    log: Arc<Mutex<String>>,
}

impl Proxy {
    /// Starts it in front of `upstream` with more arguments.
    pub(crate) fn start(upstream: &str, arguments: &[&str]) -> Self {
        let url = format!("http://{upstream}");
        Self::spawn(&[&["--listen", "127.0.0.1:0", "--upstream", &url], arguments].concat())
    }

    pub(crate) fn spawn(arguments: &[&str]) -> Self {
        Self::spawn_command("proxy", arguments)
    }

    pub(crate) fn spawn_command(command: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lastfour"))
            .arg(command)
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = BufReader::new(child.stderr.take().expect("standard error is piped"));
        let written = log.clone();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut log = written.lock().expect("no panic");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut proxy = Self { child, address: String::new(), admin: None, log };
        // The first line after the addresses says what is remembered or that it is running.
        proxy.wait_for("running");
        let log = proxy.log();
        let address = |before: &str| {
            let rest = log.split(before).nth(1)?.split_once("://")?.1;
            Some(rest.split([' ', ',', '\n', '"']).next()?.to_owned())
        };
        proxy.address = address("listening on").unwrap_or_else(|| panic!("no address: {log}"));
        proxy.admin = address("metrics on");
        proxy
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// Waits until the log holds this.
    pub(crate) fn wait_for(&self, text: &str) {
        let start = Instant::now();
        while !self.log().contains(text) {
            assert!(start.elapsed() < PATIENCE, "the log does not hold {text:?}: {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
    }

    /// Waits until the process ends, and returns whether it succeeded.
    pub(crate) fn ends(&mut self) -> bool {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                return status.success();
            }
            assert!(start.elapsed() < PATIENCE, "the proxy does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Sends bytes and returns everything that comes back until the connection is closed. The client does not close its
    /// side.
    pub(crate) fn send(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).expect("the request is sent");
        read_all(&mut stream)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(&self.address)
    }

    /// Sends a JSON message by POST.
    pub(crate) fn post(&self, path: &str, headers: &str, body: &str) -> String {
        self.send(post(path, headers, body).as_bytes())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the address can be reached");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout is set");
    stream
}

/// Returns what is left to read, as far as it comes.
pub(crate) fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads until what was read holds this text.
pub(crate) fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&answer).contains(text) {
        match stream.read(&mut byte) {
            Ok(1) => answer.push(byte[0]),
            other => panic!("{other:?} before {text:?}: {}", String::from_utf8_lossy(&answer)),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of a response.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no status: {answer:?}"))
}

pub(crate) fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: chat.example\r\nconnection: close\r\ncontent-type: application/json\r\n\
         {headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A request as the upstream got it.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) head: String,
    /// As it was sent: chunks are not joined.
    pub(crate) body: String,
}

impl Got {
    /// The value of the only header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        let mut lines = self.head.split("\r\n").filter(|line| line.to_ascii_lowercase().starts_with(&prefix));
        let value = lines.next().map(|line| &line[prefix.len()..]);
        assert!(lines.next().is_none(), "{name} is there twice: {}", self.head);
        value
    }
}

/// A server that records every request and answers with what a function writes.
pub(crate) struct Upstream {
    pub(crate) address: String,
    got: Arc<Mutex<Vec<Got>>>,
}

/// A response with this body.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into()
}

impl Upstream {
    /// Starts a server that answers with its request's body, as JSON.
    pub(crate) fn echo() -> Self {
        Self::start(|got, stream| {
            let _ = stream.write_all(&ok(&got.body));
        })
    }

    pub(crate) fn start(answer: impl Fn(&Got, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("an address is free");
        let address = listener.local_addr().expect("it has an address").to_string();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (got.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, answer) = (seen.clone(), answer.clone());
                thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { address, got }
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().expect("no panic").clone()
    }

    /// The only request.
    pub(crate) fn only(&self) -> Got {
        let got = self.got();
        assert_eq!(got.len(), 1, "{got:?}");
        got[0].clone()
    }
}

/// Reads requests in the strictest way and answers them.
fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Got>>, answer: &(dyn Fn(&Got, &mut TcpStream) + Send + Sync)) {
    let mut read = Vec::new();
    loop {
        let Some(head) = take(&mut stream, &mut read, |read| find(read, b"\r\n\r\n").map(|at| at + 4)) else { return };
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut got = Got { head, body: String::new() };
        let length = got.header("content-length").map(|length| length.parse::<usize>().expect("a length"));
        let chunked = got.header("transfer-encoding").is_some();
        assert!(!(chunked && length.is_some()), "two lengths: {}", got.head);
        let body = if chunked {
            // Without trailers a body ends like this; with trailers it ends with a blank line after them.
            take(&mut stream, &mut read, |read| {
                let last =
                    if read.starts_with(b"0\r\n") { Some(0) } else { find(read, b"\r\n0\r\n").map(|at| at + 2) }?;
                find(&read[last..], b"\r\n\r\n").map(|at| last + at + 4)
            })
        } else {
            take(&mut stream, &mut read, |read| Some(length.unwrap_or(0)).filter(|length| read.len() >= *length))
        };
        let Some(body) = body else { return };
        got.body = String::from_utf8_lossy(&body).into_owned();
        seen.lock().expect("no panic").push(got.clone());
        answer(&got, &mut stream);
    }
}

/// Reads until `end` says how long a piece is, and returns the piece.
fn take(stream: &mut TcpStream, read: &mut Vec<u8>, end: impl Fn(&[u8]) -> Option<usize>) -> Option<Vec<u8>> {
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = end(read) {
            return Some(read.drain(..end).collect());
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(len) => read.extend_from_slice(&buffer[..len]),
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Closes the writing side.
pub(crate) fn half_close(stream: &TcpStream) {
    stream.shutdown(Shutdown::Write).expect("the side can be closed");
}
