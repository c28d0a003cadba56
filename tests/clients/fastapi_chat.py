"""A chat with FastAPI, uvicorn and events behind the proxy."""

import asyncio
import json
import threading

import httpx
import uvicorn
from fastapi import FastAPI, Request, UploadFile
from fastapi.responses import StreamingResponse

import proxy
from proxy import CARD, MASKED

app = FastAPI()
stored = []
listeners = []
seen = {}


@app.post("/rooms/{room}/messages")
async def say(room: str, message: dict, request: Request):
    stored.append(message["text"])
    seen.update(request.headers)
    for queue in listeners:
        queue.put_nowait(message["text"])
    return {"text": message["text"], "id": len(stored)}


@app.get("/rooms/{room}/events")
async def events(room: str):
    async def stream():
        queue = asyncio.Queue()
        listeners.append(queue)
        yield ": hello\n\n"
        while True:
            text = await queue.get()
            yield f"data: {json.dumps({'id': len(stored), 'text': text})}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")


@app.get("/rooms/{room}/answer")
async def answer(room: str):
    async def stream():
        for token in ["your ", "card ", "is 3782 82", "2463 1", "0005", ", right?"]:
            yield f"data: {json.dumps({'delta': token})}\n\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(stream(), media_type="text/event-stream")


@app.post("/upload")
async def upload(file: UploadFile):
    return {"size": len(await file.read())}


port = proxy.free_port()
threading.Thread(target=lambda: uvicorn.run(app, port=port, log_level="warning"), daemon=True).start()
proxy.wait_for(port)
# Each event of a room is a message, and none waits for the next one.
config = """
conversation = "path:rooms"
[[routes]]
path = "/rooms/*/events"
events = "messages"
"""
url = proxy.start(port, config=config)


async def main():
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        async with client.stream("GET", "/rooms/7/events") as response:
            lines = response.aiter_lines()
            # The server listens now.
            assert await anext(lines) == ": hello"
            said = await client.post("/rooms/7/messages", json={"text": f"mi tarjeta es {CARD}"})
            assert said.json() == {"text": f"mi tarjeta es {MASKED}", "id": 1}, said.text
            async for line in lines:
                if line.startswith("data: "):
                    assert json.loads(line[6:])["text"] == f"mi tarjeta es {MASKED}", line
                    break
        assert seen["x-forwarded-for"] == "127.0.0.1" and seen["host"] == url.removeprefix("http://"), seen

        text = ""
        async with client.stream("GET", "/rooms/7/answer") as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    text += json.loads(line[6:])["delta"]
        assert text == f"your card is {MASKED}, right?", text

        big = b"\x89PNG" + bytes(5_000_000)
        sent = await client.post("/upload", files={"file": ("a.png", big, "image/png")})
        assert sent.json() == {"size": len(big)}, sent.text

        # Many at once keep their own answers.
        async def one(n):
            answer = await client.post(f"/rooms/{n}/messages", json={"text": f"order {n}, card {CARD}"})
            assert answer.json()["text"] == f"order {n}, card {MASKED}", answer.text

        await asyncio.gather(*(one(n) for n in range(100, 200)))
    assert not any("3782" in text for text in stored)
    print("ok: FastAPI behind the proxy: messages, events, tokens, uploads, 100 at once")


asyncio.run(main())
