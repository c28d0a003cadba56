"""The server and the commands of docs/proxy.md, as they are written there, on ports that are free."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from proxy import free_port, wait_for

guide = (Path(__file__).parents[2] / "docs/proxy.md").read_text()
chapter = guide.split("## A Python server, protected in two commands")[1].split("\n## ")[0]
server = re.search(r"```python\n(.*?)```", chapter, re.S)[1]
consoles = re.findall(r"```console\n(.*?)```", chapter, re.S)
assert len(consoles) == 2, "the commands, and a request"

folder = Path(tempfile.mkdtemp(prefix="lastfour-"))
(folder / "chat.py").write_text(server)
(folder / "lastfour").symlink_to(Path(os.environ["LASTFOUR"]).resolve())
(folder / "curl").symlink_to(shutil.which("curl"))
ports = {"9000": str(free_port()), "8080": str(free_port())}


def here(text):
    return re.sub("9000|8080", lambda port: ports[port[0]], text)


def commands(console):
    """The commands of a session at a console, and what they print."""
    lines = here(console).splitlines()
    return [line[2:].rstrip(" &") for line in lines if line.startswith("$ ")], [line for line in lines if not line.startswith("$ ")]


path = os.pathsep.join([str(folder), os.path.dirname(os.sys.executable), os.environ["PATH"]])
settings = {"cwd": folder, "env": {**os.environ, "PATH": path}, "stderr": subprocess.STDOUT, "text": True}
running = []
try:
    started, said = commands(consoles[0])
    for command, port in zip(started, ["9000", "8080"], strict=True):
        log = open(folder / f"{port}.log", "w")
        running.append(subprocess.Popen(["bash", "-c", f"exec {command}"], stdout=log, **settings))
        wait_for(int(ports[port]))
    time.sleep(0.2)
    log = (folder / "8080.log").read_text()
    assert all(line in log for line in said), (said, log)
    requests, answers = commands(consoles[1])
    for request, answer in zip(requests, answers, strict=True):
        printed = subprocess.run(["bash", "-c", request.replace("curl", "curl -sS")], stdout=subprocess.PIPE, **settings)
        assert printed.stdout.strip() == answer, (printed.stdout, answer)
finally:
    for process in running:
        process.send_signal(signal.SIGTERM)
    for process in running:
        process.wait(10)
    shutil.rmtree(folder)
print("ok: the server and the commands of the guide")
