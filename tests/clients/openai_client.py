"""The `openai` client against a model that is played, through the proxy."""

import json
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openai import OpenAI, UnprocessableEntityError

import proxy
from proxy import CARD, MASKED

prompts = []


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompts.append(request["messages"][-1]["content"])
        stream = request.get("stream")
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if stream else "application/json")
        if stream:
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for token in ["Your", " card", " is", " 3782", " 82", "2463", " 10005", ", right", "?"]:
                self.event(self.chunk({"delta": {"content": token}, "finish_reason": None}))
            self.event(self.chunk({"delta": {}, "finish_reason": "stop"}))
            self.event("[DONE]")
            self.wfile.write(b"0\r\n\r\n")
        else:
            message = {"role": "assistant", "content": f"Your card is {CARD}, right?"}
            body = self.chunk({"message": message, "finish_reason": "stop"}).replace(".chunk", "").encode()
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def chunk(self, choice):
        answer = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return json.dumps({**answer, "choices": [{"index": 0, **choice}]})

    def event(self, data):
        event = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.flush()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
messages = [{"role": "user", "content": f"my card is {CARD}"}]

# With nothing configured, and with the shape.
for config in [None, "shape = 'openai'\nerrors = 'openai'"]:
    client = OpenAI(base_url=proxy.start(server.server_port, config=config) + "/v1", api_key="k", max_retries=0)
    answer = client.chat.completions.create(model="m", messages=messages)
    assert answer.choices[0].message.content == f"Your card is {MASKED}, right?", answer
    parts = client.chat.completions.create(model="m", messages=messages, stream=True)
    text = "".join(part.choices[0].delta.content or "" for part in parts)
    assert text == f"Your card is {MASKED}, right?", text
    assert prompts.pop() == prompts.pop() == f"my card is {MASKED}"

with tempfile.NamedTemporaryFile("w", suffix=".toml") as policy:
    policy.write("[entities.card]\naction = 'block'\n")
    policy.flush()
    config = f"shape = 'openai'\nerrors = 'openai'\npolicy = '{policy.name}'"
    client = OpenAI(base_url=proxy.start(server.server_port, config=config) + "/v1", api_key="k", max_retries=0)
try:
    client.chat.completions.create(model="m", messages=messages)
    raise SystemExit("the message was not blocked")
except UnprocessableEntityError as error:
    assert error.code == "content_filter" and "card" in error.message, error
assert not prompts
print("ok: the openai client, streamed and not, with and without a configuration, and blocked")
