"""A thousand WebSockets through the proxy for half a minute: nothing is lost, doubled, out of order or passes unmasked.

`load.py [SOCKETS] [SECONDS]`. Prints the round trip with the proxy and without it, and the memory for one connection.
Only addresses of this machine are used.
"""

import asyncio
import json
import multiprocessing
import os
import re
import subprocess
import sys
import time

import websockets

from proxy import CARD, MASKED, free_port, wait_for

SOCKETS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 30
# Each socket sends one message in this time.
EVERY = 2.0
TEXTS = [
    ("where is my order 118-5520931-44?", "where is my order 118-5520931-44?"),
    (f"my card is {CARD}", f"my card is {MASKED}"),
    ("gracias, ¿y la factura?", "gracias, ¿y la factura?"),
    ("my password is Girasol2019", "my password is ********"),
]


async def echo(socket):
    """Sends back what it gets, with the number of the message on this connection."""
    number = 0
    async for message in socket:
        said = json.loads(message)
        if "3782" in message or "Girasol" in message:
            said["text"] = "LEAKED"
        await socket.send(json.dumps({"n": said["n"], "got": number, "text": said["text"]}))
        number += 1


def serve(port):
    async def run():
        async with websockets.serve(echo, "127.0.0.1", port, ping_interval=None, compression=None):
            await asyncio.Future()

    asyncio.run(run())


async def client(url, number, until, times, problems, masks):
    # Spread over the interval.
    await asyncio.sleep(EVERY * number / SOCKETS)
    async with websockets.connect(url, ping_interval=None, compression=None, open_timeout=60) as socket:
        sent = 0
        while time.monotonic() < until:
            text, expected = TEXTS[(number + sent) % len(TEXTS)]
            began = time.monotonic()
            await socket.send(json.dumps({"n": sent, "text": text}))
            answer = json.loads(await asyncio.wait_for(socket.recv(), 60))
            times.append(time.monotonic() - began)
            if not masks and text != expected:
                expected = "LEAKED"
            if answer != {"n": sent, "got": sent, "text": expected}:
                problems.append(answer)
            sent += 1
            await asyncio.sleep(max(0, EVERY - (time.monotonic() - began)))
        return sent


async def load(url, masks):
    times, problems = [], []
    until = time.monotonic() + SECONDS
    sent = await asyncio.gather(*(client(url, number, until, times, problems, masks) for number in range(SOCKETS)))
    assert not problems, problems[:5]
    times.sort()
    at = lambda part: 1000 * times[int(part * (len(times) - 1))]
    return sum(sent), at(0.5), at(0.99)


def memory(pid):
    status = open(f"/proc/{pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])


async def main():
    upstream = free_port()
    server = multiprocessing.Process(target=serve, args=(upstream,), daemon=True)
    server.start()
    wait_for(upstream)
    port = free_port()
    arguments = ["--listen", f"127.0.0.1:{port}", "--upstream", f"http://127.0.0.1:{upstream}"]
    process = subprocess.Popen([os.environ["LASTFOUR"], "proxy", *arguments], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        direct = await load(f"ws://127.0.0.1:{upstream}/", False)
        before = memory(process.pid)
        running = asyncio.create_task(load(f"ws://127.0.0.1:{port}/", True))
        await asyncio.sleep(EVERY + (SECONDS - EVERY) * 0.8)
        during = memory(process.pid)
        through = await running
    finally:
        process.terminate()
        process.wait()
    print(f"{through[0]} messages on {SOCKETS} sockets: none lost, doubled, out of order or unmasked")
    print(f"round trip: median {through[1]:.1f} ms, 99th percentile {through[2]:.1f} ms; "
          f"without the proxy {direct[1]:.1f} and {direct[2]:.1f} ms")
    print(f"memory: {(during - before) / SOCKETS:.1f} KiB for each connection, {before} KiB before")
    print("ok: a thousand sockets" if SOCKETS == 1000 else f"ok: {SOCKETS} sockets")


asyncio.run(main())
