"""Starts `lastfour proxy` in front of a server."""

import atexit
import os
import re
import socket
import subprocess
import tempfile
import time

CARD = "3782 822463 10005"
MASKED = "**** ****** *0005"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, seconds=10):
    for _ in range(20 * seconds):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def start(upstream_port, *arguments, config=None):
    """Returns the URL of a proxy. `config`: more of a configuration file."""
    url = f"http://127.0.0.1:{upstream_port}"
    if config is None:
        arguments = ["--listen", "127.0.0.1:0", "--upstream", url, *arguments]
    else:
        file = tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False)
        atexit.register(os.unlink, file.name)
        with file:
            file.write(f"listen = '127.0.0.1:0'\n{config}\n[upstream]\nurl = '{url}'\n")
        arguments = ["--config", file.name]
    process = subprocess.Popen([os.environ["LASTFOUR"], "proxy", *arguments], stderr=subprocess.PIPE, text=True)
    atexit.register(process.wait)
    atexit.register(process.terminate)
    line = process.stderr.readline()
    found = re.search(r"listening on (http://[^,]+)", line)
    if not found:
        raise SystemExit(line + process.stderr.read())
    # The rest is read, so that the process never waits for a reader.
    subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
    return found.group(1)
