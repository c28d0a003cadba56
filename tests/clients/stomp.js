// Two `@stomp/stompjs` clients on a small broker, through the proxy.
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { mkdtempSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { Client } = require("@stomp/stompjs");
const { WebSocket, WebSocketServer } = require("ws");

const CARD = "3782 822463 10005";
const MASKED = "**** ****** *0005";
const stored = [];

/// A broker for one destination.
function broker() {
  const subscribers = [];
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "v12.stomp" });
  const frame = (command, headers, body = "") =>
    [command, ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), "", body].join("\n") + "\0";
  server.on("connection", socket => socket.on("message", data => {
    const text = data.toString();
    if (!text.trim()) return;
    const [head, rest] = [text.slice(0, text.indexOf("\n\n")), text.slice(text.indexOf("\n\n") + 2)];
    const [command, ...lines] = head.split("\n");
    const headers = Object.fromEntries(lines.map(line => line.split(/:(.*)/s)));
    if (command === "CONNECT") socket.send(frame("CONNECTED", { version: "1.2", "heart-beat": "0,0" }));
    if (command === "SUBSCRIBE") subscribers.push({ socket, id: headers.id });
    if (headers.receipt) socket.send(frame("RECEIPT", { "receipt-id": headers.receipt }));
    if (command !== "SEND") return;
    // The length is what a broker goes by.
    const body = Buffer.from(rest).subarray(0, Number(headers["content-length"])).toString();
    assert.strictEqual(rest, `${body}\0`);
    stored.push(body);
    for (const { socket, id } of subscribers) {
      const message = { destination: headers.destination, subscription: id, "message-id": stored.length };
      socket.send(frame("MESSAGE", { ...message, "content-type": "application/json", "content-length": Buffer.byteLength(body) }, body));
    }
  }));
  return new Promise(resolve => server.on("listening", () => resolve(server.address().port)));
}

function proxy(port, ...more) {
  const child = spawn(process.env.LASTFOUR, ["proxy", "--listen", "127.0.0.1:0", "--upstream", `http://127.0.0.1:${port}`, ...more]);
  process.on("exit", () => child.kill());
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr.on("data", data => {
      log += data;
      const found = log.match(/listening on http:\/\/([^,]+)/);
      if (found) resolve(`ws://${found[1]}/ws`);
    });
    child.on("exit", () => reject(new Error(log)));
  });
}

function connect(url) {
  return new Promise((resolve, reject) => {
    const client = new Client({ webSocketFactory: () => new WebSocket(url, ["v12.stomp"]), reconnectDelay: 0 });
    client.onConnect = () => resolve(client);
    client.onWebSocketError = reject;
    client.activate();
  });
}

const hear = (client, destination) => {
  const heard = [];
  const waiting = [];
  client.subscribe(destination, message => {
    const next = waiting.shift();
    if (next) next(message);
    else heard.push(message);
  });
  return () => (heard.length ? Promise.resolve(heard.shift()) : new Promise(resolve => waiting.push(resolve)));
};

async function main() {
  const port = await broker();
  const url = await proxy(port);
  const [customer, agent] = await Promise.all([connect(url), connect(url)]);
  const next = hear(agent, "/topic/room");
  const say = text => customer.publish({ destination: "/topic/room", body: JSON.stringify({ text }), headers: { "content-type": "application/json" } });
  await new Promise(resolve => setTimeout(resolve, 200));
  // The length in bytes and in characters differ.
  say(`é 😀 my card is ${CARD}`);
  assert.deepStrictEqual(JSON.parse((await next()).body), { text: `é 😀 my card is ${MASKED}` });
  say("my password is Girasol2019");
  assert.deepStrictEqual(JSON.parse((await next()).body), { text: "my password is ********" });
  for (let n = 0; n < 50; n++) say(`order ${n} of 50`);
  for (let n = 0; n < 50; n++) assert.strictEqual(JSON.parse((await next()).body).text, `order ${n} of 50`);
  assert(!stored.some(body => body.includes("3782") || body.includes("Girasol")), "the broker got a secret");

  const folder = mkdtempSync(join(tmpdir(), "lastfour-"));
  writeFileSync(join(folder, "policy.toml"), "[entities.card]\naction = 'block'\n");
  const strict = await connect(await proxy(port, "--policy", join(folder, "policy.toml")));
  const refused = new Promise(resolve => { strict.onStompError = resolve; });
  const before = stored.length;
  strict.publish({ destination: "/topic/room", body: `my card is ${CARD}` });
  const error = await refused;
  assert(error.command === "ERROR" && error.body.includes("card") && !error.body.includes("3782"), error.body);
  assert.strictEqual(stored.length, before);
  console.log("ok: STOMP clients, masked with the right lengths, in order, and blocked with an ERROR frame");
  process.exit(0);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
