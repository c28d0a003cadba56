// A socket.io server and its clients, through the proxy: over WebSocket, over polling, and from one to the other.
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { createServer } = require("node:http");
const { Server } = require("socket.io");
const { io } = require("socket.io-client");

const CARD = "3782 822463 10005";
const MASKED = "**** ****** *0005";
const heard = [];

function proxy(port) {
  const child = spawn(process.env.LASTFOUR, ["proxy", "--listen", "127.0.0.1:0", "--upstream", `http://127.0.0.1:${port}`]);
  process.on("exit", () => child.kill());
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr.on("data", data => {
      log += data;
      const found = log.match(/listening on (http:\/\/[^,]+)/);
      if (found) resolve(found[1]);
    });
    child.on("exit", () => reject(new Error(log)));
  });
}

const next = (socket, event) => new Promise(resolve => socket.once(event, resolve));

async function main() {
  const http = createServer();
  const server = new Server(http);
  server.of("/chat").on("connection", socket => {
    socket.join("room");
    socket.on("say", (message, answer) => {
      heard.push(message.text);
      socket.to("room").emit("said", message);
      answer({ text: `the server got: ${message.text}`, number: heard.length });
    });
  });
  await new Promise(resolve => http.listen(0, "127.0.0.1", resolve));
  const url = await proxy(http.address().port);

  for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    const customer = io(`${url}/chat`, { transports, forceNew: true });
    const agent = io(`${url}/chat`, { transports, forceNew: true });
    await Promise.all([next(customer, "connect"), next(agent, "connect")]);
    if (transports.length > 1 && customer.io.engine.transport.name !== "websocket") await next(customer.io.engine, "upgrade");
    const said = next(agent, "said");
    // A number in the form of a card that is none. Polling sends plain text, in which it would be masked.
    const order = transports[0] === "websocket" ? 378282246310005 : 7;
    const before = heard.length;
    const answer = await customer.timeout(10000).emitWithAck("say", { text: `my card is ${CARD}`, order });
    assert.deepStrictEqual(answer, { text: `the server got: my card is ${MASKED}`, number: before + 1 });
    assert.deepStrictEqual(await said, { text: `my card is ${MASKED}`, order });
    // In order, and none lost.
    const sent = Array.from({ length: 50 }, (_, n) => `order ${n} of 50`);
    const answers = await Promise.all(sent.map(text => customer.timeout(10000).emitWithAck("say", { text })));
    assert.deepStrictEqual(heard.slice(before + 1), sent);
    assert.strictEqual(answers[49].number, before + 51);
    customer.disconnect();
    agent.disconnect();
    console.log(`ok: socket.io over ${transports.join(", then ")}`);
  }
  assert(!heard.some(text => text.includes("3782")));
  process.exit(0);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
