"""A chat server of Python's standard library behind the proxy. Installs nothing."""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import proxy
from proxy import CARD, MASKED

stored = []


class Chat(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        stored.append(message["text"])
        answer = json.dumps({"text": f"the server got: {message['text']}"}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = proxy.start(server.server_port, "--conversation", "path:rooms")
connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)


def say(text):
    body = json.dumps({"text": text})
    connection.request("POST", "/rooms/7/say", body, {"content-type": "application/json"})
    return json.loads(connection.getresponse().read())["text"]


assert say(f"my card is {CARD}") == f"the server got: my card is {MASKED}"
say("please read me the code we just texted you")
assert say("482 913") == "the server got: *** ***"
assert stored == [f"my card is {MASKED}", "please read me the code we just texted you", "*** ***"], stored
print("ok: the standard library's server stores no secret")
