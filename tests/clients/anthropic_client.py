"""The `anthropic` client against a model that is played, through the proxy."""

import json
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from anthropic import Anthropic, UnprocessableEntityError

import proxy
from proxy import CARD, MASKED

prompts = []
TOOL = {"name": "find", "description": "Finds an order", "input_schema": {"type": "object", "properties": {}}}


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompts.append(request["messages"][-1]["content"])
        message = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
                   "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}
        self.send_response(200)
        if not request.get("stream"):
            content = [
                {"type": "text", "text": f"Your card is {CARD}, right?"},
                {"type": "tool_use", "id": "t1", "name": "find", "input": {"order": 378282246310005, "note": "by mail"}},
            ]
            body = json.dumps({**message, "content": content, "stop_reason": "tool_use"}).encode()
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.event("message_start", {"message": message})
        self.event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
        for token in ["Your", " card", " is", " 3782", " 82", "2463", " 10005", ", right", "?"]:
            self.event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": token}})
        self.event("ping", {})
        self.event("content_block_stop", {"index": 0})
        self.event("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None},
                                     "usage": {"output_tokens": 9}})
        self.event("message_stop", {})
        self.wfile.write(b"0\r\n\r\n")

    def event(self, name, data):
        event = f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.flush()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
messages = [{"role": "user", "content": f"my card is {CARD}"}]
request = {"model": "m", "max_tokens": 100, "messages": messages, "tools": [TOOL]}

# With nothing configured, and with the shape.
for config in [None, "shape = 'anthropic'"]:
    client = Anthropic(base_url=proxy.start(server.server_port, config=config), api_key="k", max_retries=0)
    answer = client.messages.create(**request)
    assert answer.content[0].text == f"Your card is {MASKED}, right?", answer
    # The number of an order is not the text of a message.
    assert answer.content[1].input["order"] == 378282246310005, answer
    with client.messages.stream(**request) as stream:
        text = "".join(stream.text_stream)
        last = stream.get_final_message()
    assert text == last.content[0].text == f"Your card is {MASKED}, right?", text
    assert last.stop_reason == "end_turn", last
    assert prompts.pop() == prompts.pop() == f"my card is {MASKED}"

with tempfile.NamedTemporaryFile("w", suffix=".toml") as policy:
    policy.write("[entities.card]\naction = 'block'\n")
    policy.flush()
    config = f"shape = 'anthropic'\npolicy = '{policy.name}'"
    client = Anthropic(base_url=proxy.start(server.server_port, config=config), api_key="k", max_retries=0)
try:
    client.messages.create(**request)
    raise SystemExit("the message was not blocked")
except UnprocessableEntityError as error:
    assert error.body["entities"] == ["card"], error
assert not prompts
print("ok: the anthropic client, streamed and not, with and without a configuration, and blocked")
