"""Synapse, a Matrix homeserver, behind the proxy, with `matrix-nio` clients as customer and agent."""

import asyncio
import os
import subprocess
import sys
import tempfile

import yaml
from nio import AsyncClient, LoginError, RoomMessageText, RoomSendError

import proxy
from proxy import CARD, MASKED, free_port, wait_for

folder = tempfile.mkdtemp(prefix="lastfour-")
port = free_port()


def homeserver():
    """Starts Synapse on this machine only, with nobody to federate with."""
    config = os.path.join(folder, "homeserver.yaml")
    command = [sys.executable, "-m", "synapse.app.homeserver", "--config-path", config]
    subprocess.run(
        [*command, "--server-name", "localhost", "--generate-config", "--report-stats=no", "--data-directory", folder],
        check=True, stdout=subprocess.DEVNULL, cwd=folder,
    )
    with open(config) as file:
        settings = yaml.safe_load(file)
    settings["listeners"] = [
        {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
    ]
    often = {"per_second": 1000, "burst_count": 1000}
    settings |= {
        "trusted_key_servers": [],
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "rc_message": often,
        "rc_registration": often,
        "rc_login": {"address": often, "account": often, "failed_attempts": often},
    }
    with open(config, "w") as file:
        yaml.safe_dump(settings, file)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    wait_for(port, 120)
    return process


async def talk(url):
    customer, agent = AsyncClient(url, "@customer:localhost"), AsyncClient(url, "@agent:localhost")
    heard = []
    for client, name in [(customer, "customer"), (agent, "agent")]:
        answer = await client.register(name, f"{name}-Girasol2019")
        assert not isinstance(answer, LoginError) and answer.access_token, answer
    room = (await customer.room_create(invite=["@agent:localhost"])).room_id
    await agent.join(room)
    agent.add_event_callback(lambda _, event: heard.append(event.body) if event.sender.startswith("@customer") else None,
                             RoomMessageText)
    await agent.sync(full_state=True)

    async def say(client, text):
        return await client.room_send(room, "m.room.message", {"msgtype": "m.text", "body": text})

    async def hears(count):
        for _ in range(50):
            if len(heard) >= count:
                return
            await agent.sync(timeout=1000)
        raise SystemExit(f"only {heard}")

    await say(customer, f"my card is {CARD}, order 118-5520931-44")
    await say(agent, "please read me the code we just texted you")
    await say(customer, "482 913")
    await hears(2)
    assert heard == [f"my card is {MASKED}, order 118-5520931-44", "*** ***"], heard
    refused = await say(customer, "my password is Girasol2019")
    assert isinstance(refused, RoomSendError) and refused.status_code == "M_FORBIDDEN", refused
    assert "password" in refused.message and "Girasol" not in refused.message, refused
    await say(customer, "thanks")
    await hears(3)
    assert heard[2] == "thanks", heard
    # What is stored holds no secret either.
    history = await customer.room_messages(room, limit=50)
    texts = [event.body for event in history.chunk if isinstance(event, RoomMessageText)]
    assert len(texts) == 4 and not any("3782" in text or "482 913" in text for text in texts), texts
    await customer.close()
    await agent.close()


server = homeserver()
try:
    policy = os.path.join(folder, "policy.toml")
    with open(policy, "w") as file:
        file.write("[entities.password]\naction = 'block'\n")
    config = f"""
policy = '{policy}'
shape = 'matrix'
errors = 'matrix'
conversation = 'path:rooms'
"""
    asyncio.run(talk(proxy.start(port, config=config)))
finally:
    server.terminate()
    server.wait()
database = open(os.path.join(folder, "homeserver.db"), "rb").read()
assert CARD.encode() not in database and b"482 913" not in database
print("ok: a Matrix homeserver stores no secret, and its clients see the masks and the refusal")
