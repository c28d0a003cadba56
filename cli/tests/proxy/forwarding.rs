//! What is sent on, in both directions, and how.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{
    CARD, MASKED, PATIENCE, Proxy, Upstream, connect, half_close, ok, post, read_all, read_until, status,
};

#[test]
fn secrets_are_masked_in_both_directions_with_nothing_configured() {
    let upstream =
        Upstream::start(|_, stream| drop(stream.write_all(&ok(&format!("{{\"text\":\"yours is {CARD}\"}}")))));
    let proxy = Proxy::start(&upstream.address, &[]);
    let answer = proxy.post("/say", "", &format!("{{\"text\":\"my card is {CARD}\"}}"));
    assert!(answer.ends_with(&format!("{{\"text\":\"yours is {MASKED}\"}}")), "{answer}");
    let got = upstream.only();
    assert_eq!(got.body, format!("{{\"text\":\"my card is {MASKED}\"}}"));
    assert!(got.head.starts_with("POST /say HTTP/1.1\r\n"), "{got:?}");
    assert_eq!(got.header("host"), Some("chat.example"));
    assert_eq!(got.header("via"), None);
    assert!(!proxy.log().contains(&CARD[..9]), "{}", proxy.log());
}

#[test]
fn the_start_says_what_is_not_remembered() {
    let upstream = Upstream::echo();
    let proxy = Proxy::start(&upstream.address, &[]);
    assert!(proxy.log().contains("nothing is remembered between requests"), "{}", proxy.log());
    let body = |text: &str| format!("{{\"text\":\"{text}\"}}");
    let halves = ["my card is 3743 4533", "31 47897"];
    for half in halves {
        proxy.post("/", "cookie: room=7\r\n", &body(half));
    }
    assert_eq!(upstream.got()[1].body, body(halves[1]), "without a key each request is judged on its own");
    let upstream = Upstream::echo();
    let proxy = Proxy::start(&upstream.address, &["--conversation", "cookie:room"]);
    assert!(proxy.log().contains("cookie:room is read as the client sends it"), "{}", proxy.log());
    for half in halves {
        proxy.post("/", "cookie: room=7\r\n", &body(half));
    }
    assert!(!upstream.got()[1].body.contains("47897"), "{:?}", upstream.got());
    let twice = proxy.post("/", "cookie: room=7; room=8\r\n", &body("hi"));
    assert_eq!(status(&twice), 400, "a key that is there twice");
}

#[test]
fn forwarding_headers_of_strangers_are_replaced_and_those_of_a_trusted_proxy_kept() {
    let spoofed = "x-forwarded-for: 8.8.8.8\r\nx-forwarded-proto: https\r\nx-forwarded-host: evil\r\nx-forwarded-user: root\r\n\
                   forwarded: for=8.8.8.8\r\nx-real-ip: 8.8.8.8\r\n";
    let ask = |arguments: &[&str]| {
        let upstream = Upstream::echo();
        Proxy::start(&upstream.address, arguments).post("/", spoofed, "{}");
        upstream.only()
    };
    let got = ask(&[]);
    for (name, value) in [
        ("x-forwarded-for", Some("127.0.0.1")),
        ("x-forwarded-proto", Some("http")),
        ("x-forwarded-host", Some("chat.example")),
        ("x-forwarded-user", None),
        ("x-real-ip", None),
        ("forwarded", Some("for=127.0.0.1;proto=http;host=\"chat.example\"")),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    let got = ask(&["--trust", "127.0.0.0/8"]);
    for (name, value) in [
        ("x-forwarded-for", "8.8.8.8, 127.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil"),
        ("x-forwarded-user", "root"),
        ("forwarded", "for=8.8.8.8, for=127.0.0.1;proto=http;host=\"chat.example\""),
    ] {
        assert_eq!(got.header(name), Some(value), "{name}");
    }
    assert_eq!(ask(&["--trust", "10.0.0.0/8"]).header("x-forwarded-for"), Some("127.0.0.1"));
    let got = ask(&["--host", "upstream"]);
    assert!(got.header("host").is_some_and(|host| host.starts_with("127.0.0.1:")), "{got:?}");
    assert_eq!(got.header("x-forwarded-host"), Some("chat.example"));
}

#[test]
fn events_are_sent_on_one_by_one() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let upstream = Upstream::start(move |_, stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        let event = |text: &str| {
            let event = format!("data: {{\"text\":\"{text}\"}}\n\n");
            format!("{:x}\r\n{event}\r\n", event.len())
        };
        let _ = stream.write_all((head.to_owned() + &event("hello there. ")).as_bytes());
        // The second event is sent when the client has the first one.
        let _ = wait.lock().expect("no panic").recv_timeout(PATIENCE);
        let _ = stream.write_all((event(&format!("your card is {CARD}. ")) + "0\r\n\r\n").as_bytes());
    });
    let proxy = Proxy::start(&upstream.address, &[]);
    let mut stream = proxy.connect();
    stream.write_all(b"GET /events HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("the request is sent");
    let first = read_until(&mut stream, "hello");
    assert_eq!(status(&first), 200);
    go.send(()).expect("the server waits");
    let rest = read_all(&mut stream);
    assert!(rest.contains(MASKED) && rest.ends_with("0\r\n\r\n"), "{rest}");
}

#[test]
fn an_upload_is_sent_on_while_it_is_received() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("an address is free");
    let address = listener.local_addr().expect("it has an address").to_string();
    let (seen, first) = mpsc::channel();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let head = read_until(&mut stream, "\r\n\r\n");
        let mut total = 0;
        let mut buffer = vec![0; 1 << 16];
        while total < 4 << 20 {
            let len = stream.read(&mut buffer).expect("the body");
            if total == 0 {
                seen.send(head.clone()).expect("the test waits");
            }
            total += len;
        }
        stream.write_all(&ok("{}")).expect("the answer is sent");
        total
    });
    let proxy = Proxy::start(&address, &[]);
    let mut stream = proxy.connect();
    let half = vec![b'x'; 2 << 20];
    let head = format!(
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\r\n",
        4 << 20
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    stream.write_all(&half).expect("the first half is sent");
    let head = first.recv_timeout(PATIENCE).expect("the upstream gets the first half before the second is sent");
    assert!(head.contains("content-length: 4194304"), "{head}");
    stream.write_all(&half).expect("the second half is sent");
    assert_eq!(status(&read_all(&mut stream)), 200);
    assert_eq!(server.join().expect("no panic"), 4 << 20);
}

#[test]
fn an_answer_waits_for_a_client_that_does_not_read_it() {
    let total = 64 << 20;
    let (sent, written) = mpsc::channel();
    let upstream = Upstream::start(move |_, stream| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {total}\r\n\r\n");
        let _ = stream.write_all(head.as_bytes());
        let block = vec![b'x'; 1 << 20];
        for n in 1..=64 {
            if stream.write_all(&block).is_err() {
                return;
            }
            let _ = sent.send(n);
        }
    });
    let proxy = Proxy::start(&upstream.address, &[]);
    let mut stream = proxy.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("the request is sent");
    thread::sleep(Duration::from_millis(500));
    let before = written.try_iter().last().unwrap_or(0);
    assert!(before < 40, "{before} MiB were read ahead of the client");
    let answer = read_all(&mut stream);
    assert!(answer.len() > total, "{}", answer.len());
}

#[test]
fn a_client_that_has_closed_its_sending_side_gets_its_answer() {
    let upstream = Upstream::start(|_, stream| {
        thread::sleep(Duration::from_millis(200));
        drop(stream.write_all(&ok("{\"text\":\"late\"}")));
    });
    let proxy = Proxy::start(&upstream.address, &[]);
    let mut stream = proxy.connect();
    stream.write_all(post("/", "", "{}").as_bytes()).expect("the request is sent");
    half_close(&stream);
    let answer = read_all(&mut stream);
    assert!(answer.ends_with("{\"text\":\"late\"}"), "{answer}");
}

#[test]
fn trailers_pass_in_both_directions_without_those_that_frame_a_message() {
    let upstream = Upstream::start(|_, stream| {
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ntrailer: x-sum\r\ntransfer-encoding: chunked\r\n\r\n\
                      2\r\nhi\r\n0\r\nx-sum: 7\r\ncontent-length: 3\r\n\r\n";
        drop(stream.write_all(answer.as_bytes()));
    });
    let proxy = Proxy::start(&upstream.address, &[]);
    let request = "POST / HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: te, close\r\ncontent-type: image/png\r\n\
                   trailer: x-sum\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 5\r\nhost: b\r\n\r\n";
    let answer = proxy.send(request.as_bytes());
    assert!(answer.ends_with("2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n"), "{answer}");
    let got = upstream.only();
    assert_eq!(got.body, "2\r\nhi\r\n0\r\nx-sum: 5\r\n\r\n");
    assert_eq!(got.header("te"), Some("trailers"));
}

#[test]
fn a_client_that_waits_for_100_continue_is_told_to_go_on() {
    let upstream = Upstream::echo();
    let proxy = Proxy::start(&upstream.address, &[]);
    let mut stream = proxy.connect();
    let request = post("/", "expect: 100-continue\r\n", "{\"text\":\"hi\"}");
    let (head, body) = request.split_at(request.find("{\"text").expect("a body"));
    stream.write_all(head.as_bytes()).expect("the head is sent");
    read_until(&mut stream, "100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).expect("the body is sent");
    assert!(read_all(&mut stream).ends_with("{\"text\":\"hi\"}"));
    assert_eq!(upstream.only().header("expect"), None);
}

#[test]
fn the_length_in_an_answer_to_head_is_not_taken_for_that_of_a_body() {
    let upstream = Upstream::start(|_, stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 5000\r\n\r\n"))
    });
    let proxy = Proxy::start(&upstream.address, &[]);
    let answer = proxy.send(b"HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(answer.contains("content-length: 5000\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn failures_of_the_upstream_are_answered_with_a_reason() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("an address is free").local_addr().expect("it has one");
    let proxy = Proxy::start(&closed.to_string(), &[]);
    let answer = proxy.post("/", "", "{}");
    assert_eq!(status(&answer), 502);
    assert!(answer.contains("The server behind this proxy cannot be reached."), "{answer}");
    for garbage in ["", "no HTTP\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-le"] {
        let upstream = Upstream::start(move |_, stream| {
            let _ = stream.write_all(garbage.as_bytes());
            let _ = stream.shutdown(std::net::Shutdown::Both);
        });
        let proxy = Proxy::start(&upstream.address, &[]);
        let answer = proxy.post("/", "", "{}");
        assert_eq!(status(&answer), 502, "{garbage:?}");
        assert_eq!(upstream.got().len(), 1, "a message is not sent twice");
    }
    let upstream = Upstream::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 10\r\n\r\nhalf");
        let _ = stream.shutdown(std::net::Shutdown::Both);
    });
    let answer = Proxy::start(&upstream.address, &[]).post("/", "", "{}");
    assert!(answer.ends_with("half"), "an answer that is cut off stays cut off: {answer}");
}

#[test]
fn a_kept_connection_that_the_upstream_closes_does_not_fail_the_next_get() {
    let upstream = Upstream::start(|_, stream| {
        let _ = stream.write_all(&ok("{}"));
        thread::sleep(Duration::from_millis(20));
        let _ = stream.shutdown(std::net::Shutdown::Both);
    });
    let proxy = Proxy::start(&upstream.address, &[]);
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(600) {
        let answer = proxy.send(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        assert_eq!(status(&answer), 200);
    }
}

#[test]
fn requests_share_a_connection_of_the_client() {
    let upstream = Upstream::echo();
    let proxy = Proxy::start(&upstream.address, &[]);
    let mut stream = connect(&proxy.address);
    let request = |n: usize| {
        let body = format!("{{\"text\":\"{n}: {CARD}\"}}");
        format!(
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    // In one write, so that they are read ahead.
    stream.write_all((0..20).map(request).collect::<String>().as_bytes()).expect("the requests are sent");
    for n in 0..20 {
        read_until(&mut stream, &format!("{n}: {MASKED}\"}}"));
    }
    assert_eq!(upstream.got().len(), 20);
}
