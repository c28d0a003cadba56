// A socket.io server and its clients, through the proxy: over WebSocket, over polling, and from one to the other.
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { mkdtempSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { Server } = require("socket.io");
const { io } = require("socket.io-client");

const CARD = "3782 822463 10005";
const MASKED = "**** ****** *0005";
const heard = [];

function proxy(port, ...more) {
  const child = spawn(process.env.LASTFOUR, ["proxy", "--listen", "127.0.0.1:0", "--upstream", `http://127.0.0.1:${port}`, ...more]);
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

/// A message that the policy stops: the server does not get it, and the client stays connected and is told.
async function blocked(port) {
  const policy = join(mkdtempSync(join(tmpdir(), "lastfour-")), "policy.toml");
  writeFileSync(policy, "[entities.card]\naction = 'block'\n");
  const url = await proxy(port, "--policy", policy);
  for (const transport of ["websocket", "polling"]) {
    const customer = io(`${url}/chat`, { transports: [transport], forceNew: true });
    const lost = [];
    customer.on("disconnect", reason => lost.push(reason));
    await next(customer, "connect");
    const before = heard.length;
    // The one with an acknowledgement is told by it, the other one by an event.
    const refused = next(customer, "error");
    const told = customer.timeout(20000).emitWithAck("say", { text: `my card is ${CARD}` });
    customer.emit("say", { text: `is ${CARD} ok?` }, () => {});
    customer.emit("note", { text: `mine is ${CARD}` });
    const answer = await customer.timeout(20000).emitWithAck("say", { text: "hello" });
    assert.strictEqual(answer.text, "the server got: hello");
    assert.deepStrictEqual((await told).error.entities, ["card"]);
    assert.deepStrictEqual((await refused).entities, ["card"]);
    assert.deepStrictEqual(heard.slice(before), ["hello"]);
    assert.deepStrictEqual(lost, []);
    customer.disconnect();
    console.log(`ok: socket.io over ${transport}, blocked`);
  }
}

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
    // A number in the form of a card that is none.
    const order = 378282246310005;
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
  await blocked(http.address().port);
  process.exit(0);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
