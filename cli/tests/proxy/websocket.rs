//! WebSockets through the proxy: raw frames on both sides.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::config::Folder;
use crate::support::{CARD, MASKED, Proxy, Upstream, read_all, read_until, status};

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;

/// A frame with a short payload. A client masks its frames.
fn frame(opcode: u8, payload: &[u8], masks: bool) -> Vec<u8> {
    let length = u16::try_from(payload.len()).expect("a short payload");
    let bit = if masks { 0x80 } else { 0 };
    let mut frame = vec![0x80 | opcode];
    match u8::try_from(length) {
        Ok(short) if short < 126 => frame.push(bit | short),
        _ => {
            frame.push(bit | 126);
            frame.extend(length.to_be_bytes());
        }
    }
    if masks {
        let key = [1, 2, 3, 4];
        frame.extend(key);
        frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    } else {
        frame.extend(payload);
    }
    frame
}

/// Reads a frame: its opcode and its payload, without the mask.
fn read_frame(stream: &mut TcpStream) -> Option<(u8, String)> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    assert_eq!(head[0] & 0xf0, 0x80, "a whole message, not compressed");
    let mut length = u64::from(head[1] & 0x7f);
    if length >= 126 {
        let mut bytes = [0; 8];
        let wide = if length == 126 { 6 } else { 0 };
        stream.read_exact(&mut bytes[wide..]).ok()?;
        length = u64::from_be_bytes(bytes);
    }
    let mut key = [0; 4];
    if head[1] & 0x80 != 0 {
        stream.read_exact(&mut key).ok()?;
    }
    let mut payload = vec![0; usize::try_from(length).ok()?];
    stream.read_exact(&mut payload).ok()?;
    payload.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    Some((head[0] & 0xf, String::from_utf8_lossy(&payload).into_owned()))
}

/// A server that answers each message with itself, and the messages that it got.
fn echo() -> (Upstream, Arc<Mutex<Vec<String>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let seen = got.clone();
    let upstream = Upstream::start(move |request, stream| {
        if request.header("upgrade") != Some("websocket") || request.header("connection") != Some("upgrade") {
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
            return;
        }
        let head = "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: Upgrade\r\nsec-websocket-accept: x\r\n\r\n";
        stream.write_all(head.as_bytes()).expect("the head is sent");
        while let Some((opcode, payload)) = read_frame(stream) {
            if opcode <= BINARY {
                seen.lock().expect("no panic").push(payload.clone());
            }
            if stream.write_all(&frame(opcode, payload.as_bytes(), false)).is_err() || opcode == CLOSE {
                return;
            }
        }
    });
    (upstream, got)
}

fn open(proxy: &Proxy, path: &str) -> TcpStream {
    let mut stream = proxy.connect();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("the request is sent");
    let head = read_until(&mut stream, "\r\n\r\n");
    assert!(
        status(&head) == 101 && head.contains("upgrade: websocket") && head.contains("connection: upgrade"),
        "{head}"
    );
    stream
}

fn say(stream: &mut TcpStream, opcode: u8, text: &str) {
    stream.write_all(&frame(opcode, text.as_bytes(), true)).expect("the frame is sent");
}

fn json(text: &str) -> String {
    format!("{{\"text\":\"{text}\"}}")
}

#[test]
fn messages_of_a_websocket_are_masked_in_one_conversation() {
    let (upstream, got) = echo();
    let proxy = Proxy::start(&upstream.address, &[]);
    let mut stream = open(&proxy, "/ws");
    let texts = [format!("my card is {CARD}"), "I have sent a code to your phone.".into(), "482 913".into()];
    let masked = [format!("my card is {MASKED}"), texts[1].clone(), "*** ***".into()];
    for (text, masked) in texts.iter().zip(&masked) {
        say(&mut stream, TEXT, &json(text));
        assert_eq!(read_frame(&mut stream), Some((TEXT, json(masked))));
    }
    assert_eq!(*got.lock().expect("no panic"), masked.map(|text| json(&text)));
    say(&mut stream, CLOSE, "\u{3}\u{20}");
    assert_eq!(read_frame(&mut stream).map(|(opcode, _)| opcode), Some(CLOSE));
    assert_eq!(read_all(&mut stream), "");
    let head = &upstream.only();
    assert_eq!(head.header("sec-websocket-extensions"), None, "compressed messages could not be read");
    assert_eq!(head.header("x-forwarded-for"), Some("127.0.0.1"));
}

#[test]
fn a_message_that_is_blocked_does_not_reach_the_server() {
    let folder = Folder::new();
    folder.write("policy.toml", "[entities.card]\naction = 'block'\n");
    let (upstream, got) = echo();
    let proxy = folder.start(&upstream, "policy = 'policy.toml'", "");
    let mut stream = open(&proxy, "/ws");
    say(&mut stream, TEXT, &json(&format!("my card is {CARD}")));
    let (_, notice) = read_frame(&mut stream).expect("a notice");
    assert!(notice.contains("card") && !notice.contains("3743"), "{notice}");
    say(&mut stream, BINARY, &format!("my card is {CARD}"));
    let (_, notice) = read_frame(&mut stream).expect("a notice");
    assert!(!notice.contains("3743"), "{notice}");
    say(&mut stream, TEXT, &json("hello"));
    assert_eq!(read_frame(&mut stream), Some((TEXT, json("hello"))));
    assert_eq!(*got.lock().expect("no panic"), [json("hello")]);
}

#[test]
fn a_route_says_how_its_websockets_are_read() {
    let folder = Folder::new();
    let (upstream, got) = echo();
    let routes = "[[routes]]\npath = '/raw'\ndirection = 'none'\n\
                  [[routes]]\npath = '/binary'\nbinary = 'pass'\n\
                  [[routes]]\npath = '/socket.io'\nframing = 'socket-io'\n";
    let proxy = folder.start(&upstream, "", routes);
    let secret = format!("my card is {CARD}");
    for (path, opcode, text) in
        [("/raw", TEXT, json(&secret)), ("/raw", BINARY, secret.clone()), ("/binary", BINARY, secret.clone())]
    {
        let mut stream = open(&proxy, path);
        say(&mut stream, opcode, &text);
        assert_eq!(read_frame(&mut stream), Some((opcode, text.clone())), "{path}");
        assert_eq!(got.lock().expect("no panic").pop(), Some(text), "{path}");
    }
    let mut stream = open(&proxy, "/socket.io/?EIO=4&transport=websocket");
    say(&mut stream, TEXT, &format!("42[\"say\",{}]", json(&secret)));
    assert_eq!(read_frame(&mut stream), Some((TEXT, format!("42[\"say\",{}]", json(&secret.replace(CARD, MASKED))))));
}

#[test]
fn a_server_that_refuses_a_websocket_is_heard() {
    let upstream = Upstream::start(|_, stream| {
        drop(stream.write_all(b"HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"));
    });
    let proxy = Proxy::start(&upstream.address, &[]);
    let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut stream = proxy.connect();
    stream.write_all(request.as_bytes()).expect("the request is sent");
    assert_eq!(status(&read_until(&mut stream, "\r\n\r\n")), 403);
    // An upgrade that nobody has asked for.
    let (upstream, _) = echo();
    let sneaky = Upstream::start(|_, stream| {
        drop(
            stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
        );
    });
    let proxy = Proxy::start(&sneaky.address, &[]);
    assert_eq!(status(&proxy.send(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")), 502);
    drop(upstream);
}

#[cfg(unix)]
#[test]
fn a_proxy_that_is_stopped_waits_for_websockets_until_its_deadline_and_closes_them() {
    let folder = Folder::new();
    let (upstream, got) = echo();
    let mut proxy = folder.start(&upstream, "", "[timeouts]\nshutdown = 1\n");
    let mut stream = open(&proxy, "/ws");
    say(&mut stream, TEXT, &json("before"));
    assert_eq!(read_frame(&mut stream), Some((TEXT, json("before"))));
    let start = Instant::now();
    proxy.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    say(&mut stream, TEXT, &json("while it stops"));
    assert_eq!(read_frame(&mut stream), Some((TEXT, json("while it stops"))));
    // 1001, going away.
    assert_eq!(read_frame(&mut stream), Some((CLOSE, "\u{3}\u{fffd}the server is stopping".to_owned())));
    assert!(proxy.ends(), "{}", proxy.log());
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(read_frame(&mut stream), None);
    assert_eq!(got.lock().expect("no panic").len(), 2, "a close is no message");
}
