//! Requests that two servers could read differently are refused, or sent on in one form.

use std::io::{Read, Write};

use crate::support::{Proxy, Upstream, connect, status};

/// What becomes of a request.
enum Fate {
    /// It is refused with this status and does not reach the upstream.
    Refused(u16),
    /// It is sent on with these headers, and with this body.
    Sent(&'static [(&'static str, Option<&'static str>)], &'static str),
}

use Fate::{Refused, Sent};

/// The request that somebody tries to hide in another one.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: a\r\n\r\n";

#[test]
fn a_request_that_servers_read_differently_is_refused_or_sent_on_in_one_form() {
    let chunked: &[(&str, Option<&str>)] = &[("transfer-encoding", Some("chunked")), ("content-length", None)];
    let table: &[(&str, &str, Fate)] = &[
        (
            "a length and then chunks",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHIDDEN",
            Sent(chunked, "0\r\n\r\n"),
        ),
        (
            "chunks and then a length",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\nHIDDEN",
            Sent(chunked, "0\r\n\r\n"),
        ),
        (
            "two lengths",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\ncontent-length: 33\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "two equal lengths",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nhi",
            Sent(&[("content-length", Some("2"))], "hi"),
        ),
        ("a list of lengths", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0, 0\r\n\r\nHIDDEN", Refused(400)),
        ("a length with a sign", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +0\r\n\r\nHIDDEN", Refused(400)),
        ("a hexadecimal length", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0x0\r\n\r\nHIDDEN", Refused(400)),
        ("an empty length", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: \r\n\r\nHIDDEN", Refused(400)),
        (
            "a length too large for a number",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 18446744073709551616\r\n\r\nHIDDEN",
            Refused(400),
        ),
        ("a negative length", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\nHIDDEN", Refused(400)),
        ("xchunked", "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\nHIDDEN", Refused(400)),
        (
            "chunked that is not the last",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "another coding before chunked",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\nHIDDEN",
            Refused(501),
        ),
        (
            "chunked twice",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHIDDEN",
            Refused(501),
        ),
        (
            "identity and chunked in two headers",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHIDDEN",
            Refused(501),
        ),
        (
            "a tab before chunked",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding:\tchunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            Sent(chunked, "2\r\nhi\r\n0\r\n\r\n"),
        ),
        (
            "chunked in capitals",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            Sent(chunked, "2\r\nhi\r\n0\r\n\r\n"),
        ),
        (
            "a vertical tab before chunked",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "chunks in HTTP/1.0",
            "POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "a space before the colon",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        ("a space before the name", "POST / HTTP/1.1\r\n host: a\r\ncontent-length: 0\r\n\r\nHIDDEN", Refused(400)),
        (
            "a folded line",
            "POST / HTTP/1.1\r\nhost: a\r\nx-a: b\r\n transfer-encoding: chunked\r\ncontent-length: 0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "bare line feeds",
            "POST / HTTP/1.1\nhost: a\nconnection: close\ncontent-length: 2\n\nhi",
            Sent(&[("content-length", Some("2")), ("host", Some("a"))], "hi"),
        ),
        (
            "a bare line feed that hides a header",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-a: b\ncontent-length: 2\r\n\r\nhi",
            Sent(&[("content-length", Some("2")), ("x-a", Some("b"))], "hi"),
        ),
        (
            "a carriage return in a value",
            "POST / HTTP/1.1\r\nhost: a\r\nx-a: b\rtransfer-encoding: chunked\r\ncontent-length: 0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "a zero byte in a value",
            "POST / HTTP/1.1\r\nhost: a\r\nx-a: b\0c\r\ncontent-length: 0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "a name that is no token",
            "POST / HTTP/1.1\r\nhost: a\r\nx(a): b\r\ncontent-length: 0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        ("a line without a colon", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length\r\n\r\nHIDDEN", Refused(400)),
        (
            "a chunk with an extension",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n2;x=\"y\"\r\nhi\r\n0;z\r\n\r\n",
            Sent(chunked, "2\r\nhi\r\n0\r\n\r\n"),
        ),
        (
            "a host in the target that is another",
            "POST http://b/ HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\nHIDDEN",
            Refused(400),
        ),
        (
            "a host in the target that is the same",
            "POST http://a/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi",
            Sent(&[("host", Some("a"))], "hi"),
        ),
        ("two hosts", "POST / HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: 0\r\n\r\nHIDDEN", Refused(400)),
        ("no host", "POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\nHIDDEN", Refused(400)),
        ("a host that is none", "POST / HTTP/1.1\r\nhost: a/b\r\ncontent-length: 0\r\n\r\nHIDDEN", Refused(400)),
        ("a host with a user", "POST / HTTP/1.1\r\nhost: u@a\r\ncontent-length: 0\r\n\r\nHIDDEN", Refused(400)),
        ("CONNECT", "CONNECT b:80 HTTP/1.1\r\nhost: b:80\r\n\r\nHIDDEN", Refused(501)),
        ("no version", "GET /\r\n\r\nHIDDEN", Refused(400)),
        ("another version", "GET / HTTP/1.2\r\nhost: a\r\n\r\nHIDDEN", Refused(400)),
        ("a target with a space", "GET /a b HTTP/1.1\r\nhost: a\r\n\r\nHIDDEN", Refused(400)),
        (
            "an upgrade to h2c",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\ncontent-length: 2\r\n\r\nhi",
            Sent(&[("upgrade", None), ("http2-settings", None), ("connection", None)], "hi"),
        ),
        (
            "headers that Connection names",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close, x-a, host, content-length, x-forwarded-for\r\nx-a: b\r\nkeep-alive: timeout=5\r\nproxy-connection: keep-alive\r\ncontent-length: 2\r\n\r\nhi",
            Sent(
                &[
                    ("x-a", None),
                    ("host", Some("a")),
                    ("content-length", Some("2")),
                    ("keep-alive", None),
                    ("proxy-connection", None),
                    ("connection", None),
                    ("x-forwarded-for", Some("127.0.0.1")),
                ],
                "hi",
            ),
        ),
        (
            "names with an underscore",
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent_length: 40\r\ntransfer_encoding: chunked\r\nx_forwarded_for: 8.8.8.8\r\nx_other: kept\r\ncontent-length: 2\r\n\r\nhi",
            Sent(
                &[
                    ("content_length", None),
                    ("transfer_encoding", None),
                    ("x_forwarded_for", None),
                    ("x_other", Some("kept")),
                ],
                "hi",
            ),
        ),
        (
            "a body of a request for a WebSocket, which a server may take for messages",
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: websocket\r\ncontent-length: 8\r\n\r\n\u{1}\u{2}\0\0\0\0hi",
            Refused(422),
        ),
        (
            "chunks of a request for a WebSocket",
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: websocket\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            Refused(422),
        ),
        (
            "a body of GET",
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi",
            Sent(&[("content-length", Some("2"))], "hi"),
        ),
        (
            "chunks of GET",
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            Sent(chunked, "2\r\nhi\r\n0\r\n\r\n"),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, request, fate) in table {
        let upstream = Upstream::echo();
        // The content is not read, so that chunks stay chunks.
        let proxy = Proxy::start(&upstream.address, &[]);
        let request = request.replace("HIDDEN", HIDDEN).replacen("\r\nhost", "\r\ncontent-type: image/png\r\nhost", 1);
        let answer = proxy.send(request.as_bytes());
        let got = upstream.got();
        if got.iter().any(|got| got.head.contains("/hidden")) {
            wrong.push(format!("{name}: the hidden request got through"));
        }
        match fate {
            Refused(expected) => {
                if status(&answer) != *expected || !got.is_empty() {
                    wrong.push(format!("{name}: {answer:?}, {got:?}"));
                }
            }
            Sent(headers, body) => {
                let [got] = &got[..] else {
                    wrong.push(format!("{name}: {answer:?}, {got:?}"));
                    continue;
                };
                if got.body != *body {
                    wrong.push(format!("{name}: {got:?}"));
                }
                for (header, value) in *headers {
                    if got.header(header) != *value {
                        wrong.push(format!("{name}: {header} is {:?}", got.header(header)));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn chunks_that_are_not_well_formed_cut_the_request_off() {
    for body in [
        "2\nhi\r\n0\r\n\r\n",
        "2\r\nhiX0\r\n\r\n",
        "-2\r\nhi\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhi",
        "\r\n0\r\n\r\n",
        "2 x\r\nhi\r\n0\r\n\r\n",
    ] {
        let upstream = Upstream::echo();
        let proxy = Proxy::start(&upstream.address, &[]);
        let request = format!(
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n{body}{HIDDEN}"
        );
        let answer = proxy.send(request.as_bytes());
        assert!(answer.is_empty() || status(&answer) == 400, "{body:?}: {answer}");
        assert!(upstream.got().is_empty(), "{body:?}: {:?}", upstream.got());
    }
}

/// The frames of an HTTP/2 connection with one request, its header fields as they are.
fn http2(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        // A literal field with a new name that is not indexed.
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).expect("a short text"));
            block.extend_from_slice(text.as_bytes());
        }
    }
    let mut frames = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    frames.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
    let length = u32::try_from(block.len()).expect("a short block").to_be_bytes();
    frames.extend_from_slice(&length[1..]);
    // HEADERS with END_STREAM and END_HEADERS on stream 1.
    frames.extend_from_slice(&[1, 5, 0, 0, 0, 1]);
    frames.extend_from_slice(&block);
    frames
}

/// The types of the frames that come back on stream 1, until there is an answer, and the first byte of HEADERS.
fn answer_of_stream(proxy: &Proxy, fields: &[(&str, &str)]) -> (u8, u8) {
    let mut stream = connect(&proxy.address);
    stream.write_all(&http2(fields)).expect("the frames are sent");
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).expect("a frame");
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).expect("its payload");
        // HEADERS and RST_STREAM of the stream, GOAWAY of the connection.
        match head[3] {
            1 | 3 => return (head[3], payload[0]),
            7 => return (7, 0),
            _ => {}
        }
    }
}

#[test]
fn a_request_of_http_2_with_headers_of_a_connection_is_refused() {
    const OK: (u8, u8) = (1, 0x88);
    const BAD_REQUEST: (u8, u8) = (1, 0x8c);
    const RESET: (u8, u8) = (3, 0);
    const CLOSED: (u8, u8) = (7, 0);
    let base = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")];
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], (u8, u8));
    let table: [Row<'_>; 9] = [
        ("plain", &[], OK),
        ("connection", &[("connection", "close")], RESET),
        ("transfer-encoding", &[("transfer-encoding", "chunked")], RESET),
        ("keep-alive", &[("keep-alive", "1")], RESET),
        ("upgrade", &[("upgrade", "h2c")], RESET),
        ("te", &[("te", "gzip")], RESET),
        ("a capital letter", &[("X-A", "b")], CLOSED),
        ("a length that is wrong", &[("content-length", "5")], RESET),
        ("another host", &[("host", "b")], BAD_REQUEST),
    ];
    let upstream = Upstream::echo();
    let proxy = Proxy::start(&upstream.address, &[]);
    let mut expected = 0;
    for (name, more, outcome) in table {
        let answer = answer_of_stream(&proxy, &[&base[..], more].concat());
        assert_eq!(answer, outcome, "{name}");
        expected += usize::from(outcome == OK);
        assert_eq!(upstream.got().len(), expected, "{name}");
    }
    for value in ["/ HTTP/1.1\r\nx: y", "*", "a"] {
        let fields = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", value)];
        assert_ne!(answer_of_stream(&proxy, &fields), OK, "{value:?}");
    }
    let value = [&base[..], &[("x-a", "b\r\ntransfer-encoding: chunked")]].concat();
    assert_ne!(answer_of_stream(&proxy, &value), OK);
    assert_eq!(upstream.got().len(), expected);
}

#[test]
fn an_answer_that_can_be_read_in_two_ways_does_not_reach_the_client() {
    let hidden = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhidden";
    for head in [
        "transfer-encoding: gzip, chunked\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "content-length: 0\r\ncontent-length: 5\r\n",
        "x-a: b\r\n folded\r\ncontent-length: 0\r\n",
        "content-length : 0\r\n",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n0\r\n\r\n{hidden}");
        let upstream = Upstream::start(move |_, stream| drop(stream.write_all(answer.as_bytes())));
        let proxy = Proxy::start(&upstream.address, &[]);
        let answer = proxy.send(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        assert_eq!(status(&answer), 502, "{head:?}: {answer}");
        assert!(!answer.contains("hidden"), "{head:?}: {answer}");
    }
    let both = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 99\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    let upstream = Upstream::start(move |_, stream| drop(stream.write_all(both.as_bytes())));
    let proxy = Proxy::start(&upstream.address, &[]);
    let answer = proxy.send(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(!answer.contains("content-length") && answer.ends_with("2\r\nhi\r\n0\r\n\r\n"), "{answer}");
}
