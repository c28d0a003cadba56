"""Compares proxies in one run: `lastfour proxy`, nginx that only passes on, and llm-shield-proxy.

Measures requests a second and the time of a request, for a JSON message and for a streamed answer of a language model. Rounds
are interleaved, and each round is compared with nginx in the same round. Then counts what passes if a card number is cut at
every place. Needs nginx, wrk, the package llm-shield-proxy, and a release build. `proxies.py [ROUNDS] [SECONDS]`.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../tests/clients"))
from proxy import free_port, wait_for  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
CONNECTIONS = 8
LASTFOUR = os.environ.get("LASTFOUR", os.path.join(HERE, "../target/release/lastfour"))
CARD = "3782 822463 10005"
PATH = "/v1/chat/completions"

folder = tempfile.mkdtemp(prefix="lastfour-")
running = []


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def run(*command, **more):
    running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more))


def request(text, stream):
    said = [{"role": "system", "content": "You help customers."}] + [{"role": "user", "content": part} for part in text]
    return json.dumps({"model": "m", "stream": stream, "messages": said})


def answer(text):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


def events(pieces):
    chunks = [{"index": 0, "delta": {"content": piece}, "finish_reason": None} for piece in pieces]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return "".join(f"data: {json.dumps({**whole, 'choices': [chunk]})}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


QUESTION = ["Hello, where is my order 118-5520931-44? I paid it on March 3 with my card, and it has not arrived."]
WORDS = "Your order left our house on Monday and should arrive in three days. Is there anything else that I can do for you?"


def nginx(name, port, locations):
    run("nginx", "-p", folder, "-c", write(f"{name}.conf", f"""
daemon off; worker_processes auto; pid {name}.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off; client_body_temp_path {name}-body; proxy_temp_path {name}-proxy; fastcgi_temp_path {name}-f;
    uwsgi_temp_path {name}-u; scgi_temp_path {name}-s; keepalive_requests 1000000;
    upstream server {{ server 127.0.0.1:{upstream}; keepalive 32; }}
    server {{ listen 127.0.0.1:{port}; {locations} }}
}}"""))


class Server(BaseHTTPRequestHandler):
    """A language model that records what it is asked, and answers with pieces."""

    protocol_version = "HTTP/1.1"
    asked = ""
    pieces: list[str] = []

    def do_POST(self):
        Server.asked = self.rfile.read(int(self.headers["content-length"])).decode()
        stream = json.loads(Server.asked).get("stream")
        body = (events(Server.pieces) if stream else answer("".join(Server.pieces))).encode()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if stream else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start(name, port, server):
    """Starts a proxy in front of a server."""
    if name == "nginx":
        nginx(f"pass-{port}", port, f"""location / {{ proxy_pass http://127.0.0.1:{server}; proxy_http_version 1.1;
            proxy_set_header connection ""; proxy_buffering off; }}""".replace(f"127.0.0.1:{server}", "server" if server == upstream else f"127.0.0.1:{server}"))
    elif name == "lastfour":
        config = write(f"{port}.toml", f"listen = '127.0.0.1:{port}'\nshape = 'openai'\n[upstream]\nurl = 'http://127.0.0.1:{server}'\n[log]\nlevel = 'warn'\n")
        run(LASTFOUR, "proxy", "--config", config)
    else:
        # Off by default: it looks for what a model says as well.
        more = {**os.environ, "ENABLE_RESPONSE_PII_REDACTION": "true", "UPSTREAM_BASE_URL": f"http://127.0.0.1:{server}", "UPSTREAM_API_KEY": "unused", "VALID_VIRTUAL_KEYS": "sk-demo"}
        run(os.path.join(os.path.dirname(sys.executable), "llm-shield-proxy"), "--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--workers", str(os.cpu_count()), env=more, cwd=folder)
    wait_for(port, 60)
    # The workers of a server may start after its port was opened.
    for _ in range(100):
        try:
            return post(port, request(["hello"], False))
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise SystemExit(f"{name} does not answer")


HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-demo"}
NAMES = ["nginx", "lastfour", "llm-shield-proxy"]


def post(port, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", PATH, body, HEADERS)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    if response.status != 200:
        raise SystemExit(f"status {response.status}: {text[:300]}")
    return text


def wrk(port, script):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", script, f"http://127.0.0.1:{port}{PATH}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if failed := re.search(r"Non-2xx.*|Socket errors.*", out):
        raise SystemExit(f"port {port}: {failed[0]}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    unit = {"us": 0.001, "ms": 1, "s": 1000}
    times = [re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", out) for part in (50, 99)]
    return [rate] + [float(found[1]) * unit[found[2]] for found in times]


def content(text):
    """The text of an answer, streamed or not."""
    if not text.startswith("data:"):
        return json.loads(text)["choices"][0]["message"]["content"]
    lines = [line[6:] for line in text.split("\n") if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for line in lines for choice in json.loads(line)["choices"])


def digits(text):
    return re.sub(r"\D", "", text)


try:
    upstream = free_port()
    quote = lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("$", "${dollar}") + "'"
    pieces = re.findall(r"\S+\s*", WORDS)
    # wrk asks for one or the other with a header, because both have the same path.
    nginx("upstream", upstream, f"""if ($http_x_stream) {{ rewrite ^ /events; }}
        location / {{ default_type application/json; return 200 {quote(answer(WORDS))}; }}
        location /events {{ default_type text/event-stream; return 200 {quote(events(pieces))}; }}""")
    wait_for(upstream)
    ports = {name: free_port() for name in NAMES}
    for name, port in ports.items():
        start(name, port, upstream)
    for kind, stream in [("a JSON message", False), ("a streamed answer", True)]:
        more = {**HEADERS, **({"x-stream": "1"} if stream else {})}
        fields = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in more.items())
        script = write("post.lua", f'wrk.method = "POST"\nwrk.body = [==[{request(QUESTION, stream)}]==]\n{fields}')
        for port in ports.values():
            wrk(port, script)
        rounds = [{name: wrk(port, script) for name, port in ports.items()} for _ in range(ROUNDS)]
        print(f"\n{kind}: {CONNECTIONS} connections, median of {ROUNDS} rounds of {SECONDS} s, as a multiple of nginx")
        for name in NAMES:
            if "-v" in sys.argv:
                print(name, [one[name] for one in rounds])
            ratios = [statistics.median(one[name][i] / one["nginx"][i] for one in rounds) for i in range(3)]
            print(f"{name:18} requests a second {ratios[0]:.3f}, median {ratios[1]:.2f}, 99th percentile {ratios[2]:.2f}")

    recorder = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=recorder.serve_forever, daemon=True).start()
    text = f"the card is {CARD}, thanks"
    cuts = range(text.index("3782") + 1, text.index(", thanks"))
    print(f"\nwhole card numbers that pass, of {len(cuts)} places where one is cut in two")
    for name in NAMES:
        port = free_port()
        start(name, port, recorder.server_port)
        passed = {"one message": 0, "two messages": 0, "an answer": 0, "a streamed answer": 0}
        number = digits(CARD)
        for cut in cuts:
            Server.pieces = ["ok"]
            post(port, request([text], False))
            passed["one message"] += number in digits(Server.asked)
            post(port, request([text[:cut], text[cut:]], False))
            said = json.loads(Server.asked)["messages"]
            passed["two messages"] += number in digits("".join(one["content"] for one in said))
            Server.pieces = [text[:cut], text[cut:]]
            passed["an answer"] += number in digits(content(post(port, request(["hello"], False))))
            passed["a streamed answer"] += number in digits(content(post(port, request(["hello"], True))))
        print(f"{name:18} " + ", ".join(f"{what} {count}" for what, count in passed.items()))
finally:
    for process in running:
        process.terminate()
        process.wait()
