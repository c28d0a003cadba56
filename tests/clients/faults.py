"""Kills and restarts the upstream, the store and the proxy while clients talk: no secret goes through.

Every client sends a card number whole and in two halves, and a password, which is blocked, again and again, over HTTP
and over WebSocket. The upstream writes what it gets to a file. The store writes to disk before it answers. Needs `redis-server`,
and a proxy that was built with the feature `redis`.
"""

import collections
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

from websockets.sync.client import connect

from proxy import CARD, free_port, wait_for

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 20
HALVES = ["it is 3782 822463", "10005"]
BLOCKED = "my password is Girasol2019"
SAID = [f"my card is {CARD}", *HALVES, BLOCKED, "thanks"]

UPSTREAM = """
import asyncio, json, sys
from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.http11 import Response

async def chat(socket):
    async for message in socket:
        print(message, file=got, flush=True)
        await socket.send(json.dumps({"text": "ok"}))

async def http(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = [line for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(length[0].split(b":")[1]) if length else 0)
            print(body.decode(), file=got, flush=True)
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: 13\\r\\n\\r\\n{\\"text\\":\\"ok\\"}")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    await asyncio.start_server(http, "127.0.0.1", int(sys.argv[1]))
    async with serve(chat, "127.0.0.1", int(sys.argv[2])):
        await asyncio.Future()

got = open(sys.argv[3], "a")
asyncio.run(main())
"""

folder = tempfile.mkdtemp(prefix="lastfour-")
policy = os.path.join(folder, "policy.toml")
open(policy, "w").write('[entities.password]\naction = "block"\n')
got = os.path.join(folder, "got")
open(got, "w").close()
script = os.path.join(folder, "upstream.py")
open(script, "w").write(UPSTREAM)
http_port, socket_port, redis_port, proxy_port, second_port = (free_port() for _ in range(5))
running = {}
seen = collections.Counter()
stop = threading.Event()


def proxy(port, upstream):
    return [os.environ["LASTFOUR"], "proxy", "--listen", f"127.0.0.1:{port}", "--upstream", f"http://127.0.0.1:{upstream}",
            "--policy", policy, "--conversation", "query:room", "--redis", f"redis://127.0.0.1:{redis_port}"]


COMMANDS = {
    "upstream": ([sys.executable, script, str(http_port), str(socket_port), got], [http_port, socket_port]),
    "store": (["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", folder,
               "--appendonly", "yes", "--appendfsync", "always"], [redis_port]),
    "proxy": (proxy(proxy_port, http_port), [proxy_port]),
    "second proxy": (proxy(second_port, socket_port), [second_port]),
}


def start(name):
    command, ports = COMMANDS[name]
    running[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for port in ports:
        wait_for(port)


def kill(name):
    running[name].send_signal(signal.SIGKILL)
    running[name].wait()


def message(room, text):
    return json.dumps({"room": f"room-{room}", "text": text})


def over_http(number):
    while not stop.is_set():
        try:
            connection = http.client.HTTPConnection("127.0.0.1", proxy_port, timeout=15)
            for text in SAID:
                connection.request("POST", f"/say?room={number}", message(number, text), {"content-type": "application/json"})
                response = connection.getresponse()
                response.read()
                seen[f"HTTP {response.status}"] += 1
        except (OSError, http.client.HTTPException) as error:
            seen[f"HTTP {type(error).__name__}"] += 1
            time.sleep(0.05)


def over_socket(number):
    while not stop.is_set():
        try:
            with connect(f"ws://127.0.0.1:{second_port}/?room=s{number}", open_timeout=15, compression=None) as socket:
                while not stop.is_set():
                    for text in SAID:
                        socket.send(message(f"s{number}", text))
                        answer = json.loads(socket.recv(timeout=15))
                        seen["WebSocket " + ("stopped" if "error" in json.dumps(answer) else "ok")] += 1
        except Exception as error:  # noqa: BLE001: every failure is counted by its kind
            seen[f"WebSocket {type(error).__name__}"] += 1
            time.sleep(0.05)


try:
    for name in ["store", "upstream", "proxy", "second proxy"]:
        start(name)
    threads = [threading.Thread(target=over_http, args=(n,), daemon=True) for n in range(8)]
    threads += [threading.Thread(target=over_socket, args=(n,), daemon=True) for n in range(8)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + SECONDS
    names = list(COMMANDS)
    faults = 0
    while time.monotonic() < until:
        name = names[faults % len(names)]
        time.sleep(1)
        kill(name)
        time.sleep(1)
        start(name)
        faults += 1
    time.sleep(2)
    before = sum(seen.values())
    time.sleep(2)
    stop.set()
    assert sum(seen.values()) > before and seen["HTTP 200"] and seen["WebSocket ok"], "it did not recover"
finally:
    stop.set()
    for process in running.values():
        process.kill()

rooms = collections.defaultdict(list)
for line in open(got):
    try:
        said = json.loads(line)
    except ValueError:
        # The upstream was killed while it wrote.
        assert CARD not in line and "Girasol" not in line
        continue
    rooms[said["room"]].append(said["text"])
assert not any(CARD in text or "Girasol" in text for texts in rooms.values() for text in texts)
assert seen["HTTP 422"] and seen["WebSocket stopped"], "nothing was blocked"
# A half is only known by the other one: both must not pass.
both = sum([first, second] == HALVES for texts in rooms.values() for first, second in zip(texts, texts[1:]))
masked = sum(text == "*****" for texts in rooms.values() for text in texts)
print(f"{faults} faults, {sum(map(len, rooms.values()))} messages at the upstream; {dict(sorted(seen.items()))}")
print(f"second halves that were masked: {masked}; numbers of which both halves passed: {both}")
assert masked and not both
print("ok: no number passed while parts were killed and restarted")
