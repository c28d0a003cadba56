"""Kills and restarts, or stops for a while, the upstream, the store and the proxy while clients talk: no secret goes through.

Every client sends a card number whole and in two halves, and a password, which is blocked, again and again, over HTTP
and over WebSocket. Others send requests and frames in two parts, or only the first part. The upstream writes what it gets to a file. The store writes to disk before it answers. Needs `redis-server`,
and a proxy that was built with the feature `redis`.
"""

import collections
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from websockets.sync.client import connect

from proxy import CARD, free_port, wait_for

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 32
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


def stall(name):
    """Stops a part for longer than the proxy waits for the store. Its connections stay open."""
    running[name].send_signal(signal.SIGSTOP)
    time.sleep(3)
    running[name].send_signal(signal.SIGCONT)


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
            with connect(f"ws://127.0.0.1:{second_port}/?room=s{number}", open_timeout=15, compression=None) as chat:
                while not stop.is_set():
                    for text in SAID:
                        chat.send(message(f"s{number}", text))
                        answer = json.loads(chat.recv(timeout=15))
                        seen["WebSocket " + ("stopped" if "error" in json.dumps(answer) else "ok")] += 1
        except Exception as error:  # noqa: BLE001: every failure is counted by its kind
            seen[f"WebSocket {type(error).__name__}"] += 1
            time.sleep(0.05)


def frame(payload):
    """A text frame of a client, with a mask that changes nothing."""
    return bytes([0x81, 0x80 | 126]) + len(payload).to_bytes(2, "big") + bytes(4) + payload


def in_parts(number):
    """Sends a request and a frame with a card: the second part late, or never."""
    body = message(f"p{number}", f"my card is {CARD} " + "and so on " * 20).encode()
    head = f"POST /say?room=p{number} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    hello = (f"GET /?room=p{number} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
             "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    turn = 0
    while not stop.is_set():
        over = ["HTTP", "WebSocket"][turn % 2]
        port, first, whole = [(proxy_port, b"", head.encode() + body), (second_port, hello.encode(), frame(body))][turn % 2]
        late = turn // 2 % 2
        turn += 1
        try:
            with socket.create_connection(("127.0.0.1", port), 15) as connection:
                if first:
                    connection.sendall(first)
                    assert connection.recv(4096).startswith(b"HTTP/1.1 101"), "no upgrade"
                # The cut is behind the card.
                cut = whole.index(b"10005") + 8
                connection.sendall(whole[:cut])
                if late:
                    time.sleep(0.3)
                    connection.sendall(whole[cut:])
                    connection.recv(4096)
                seen[f"{over} {'late' if late else 'cut'}"] += 1
        except (OSError, AssertionError):
            seen[f"{over} in parts, refused"] += 1
        time.sleep(0.05)


try:
    for name in ["store", "upstream", "proxy", "second proxy"]:
        start(name)
    threads = [threading.Thread(target=over_http, args=(n,), daemon=True) for n in range(8)]
    threads += [threading.Thread(target=over_socket, args=(n,), daemon=True) for n in range(8)]
    threads += [threading.Thread(target=in_parts, args=(n,), daemon=True) for n in range(2)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + SECONDS
    names = list(COMMANDS)
    faults = 0
    while time.monotonic() < until:
        name = names[faults % len(names)]
        time.sleep(1)
        if faults // len(names) % 2:
            stall(name)
        else:
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
        said["room"]
    except (ValueError, KeyError):
        # The upstream was killed while it wrote.
        assert CARD not in line and "Girasol" not in line
        continue
    rooms[said["room"]].append(said["text"])
assert not any(CARD in text or "Girasol" in text for texts in rooms.values() for text in texts)
assert seen["HTTP 422"] and seen["WebSocket stopped"], "nothing was blocked"
assert all(seen[f"{over} {how}"] for over in ["HTTP", "WebSocket"] for how in ["late", "cut"]), seen
# A half is only known by the other one: both must not pass.
both = sum([first, second] == HALVES for texts in rooms.values() for first, second in zip(texts, texts[1:]))
masked = sum(text == "*****" for texts in rooms.values() for text in texts)
print(f"{faults} faults, {sum(map(len, rooms.values()))} messages at the upstream; {dict(sorted(seen.items()))}")
print(f"second halves that were masked: {masked}; numbers of which both halves passed: {both}")
assert masked and not both
print("ok: no number passed while parts were killed, restarted and stopped, and messages were cut and late")
