// `examples/chat` in a real browser: a customer and an agent, on a desktop and on a phone, in English and in Spanish.
// Screenshots are saved to $SHOTS, if it is set.
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { mkdtempSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { chromium } = require("playwright-core");

const AXE = require.resolve("axe-core/axe.min.js");
const PHONE = { width: 375, height: 740 };
const DESKTOP = { width: 1200, height: 800 };

function serve() {
  const child = spawn(process.env.CHAT, ["127.0.0.1:0"]);
  process.on("exit", () => child.kill());
  return new Promise((resolve, reject) => {
    child.stdout.once("data", data => resolve(String(data).trim().replace("listening on ", "")));
    child.on("exit", () => reject(new Error("the server has ended")));
  });
}

async function main() {
  const url = await serve();
  const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "lastfour-")), {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    locale: "en-US",
    reducedMotion: "reduce",
  });
  const errors = [];

  async function open(query, size) {
    const page = await browser.newPage();
    page.on("pageerror", error => errors.push(error));
    page.on("console", message => {
      // The browser reports a message that was stopped.
      if (message.type() === "error" && !message.text().includes("422")) errors.push(message.text());
    });
    await page.setViewportSize(size);
    await page.goto(`${url}/?${query}`);
    return page;
  }

  async function shoot(page, name) {
    if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) });
  }

  /// Accessibility, and nothing that is wider than the window.
  async function check(page, name) {
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate(() => axe.run());
    assert.deepStrictEqual(violations.map(found => [found.id, found.nodes.map(node => node.html)]), [], name);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.strictEqual(wide, 0, `${name} is too wide`);
    await shoot(page, name);
  }

  const log = page => page.locator("#log");
  const sees = (page, text) => log(page).getByText(text, { exact: false }).last().waitFor({ timeout: 20000 });
  // With the keyboard only.
  async function say(page, text) {
    await page.locator("#text").focus();
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  }
  const emptied = page => page.waitForFunction(() => document.getElementById("text").value === "");

  async function talk(language, size, words) {
    const name = `${language}-${size.width}`;
    const query = as => `as=${as}&room=${name}&lang=${language}`;
    const customer = await open(query("customer"), size);
    const agent = await open(query("agent"), size);

    await say(customer, words.order[0]);
    await sees(customer, words.order[1]);
    // The answer streams, and its card is masked while it does.
    await say(customer, words.file);
    await sees(customer, "**** ****** *7897");
    await sees(agent, "**** ****** *7897");

    await say(agent, words.hello);
    await sees(customer, words.taken);
    await say(customer, words.card);
    await sees(agent, "**** ****** *0005");
    await sees(customer, words.masked);

    // An earlier piece is hidden when the number is complete.
    await say(customer, words.half);
    await sees(agent, "3743 453331");
    await say(customer, "47897");
    await sees(agent, words.recalled);
    await agent.waitForFunction(() => !document.getElementById("log").textContent.includes("453331"));
    await customer.waitForFunction(() => !document.getElementById("log").textContent.includes("453331"));

    await say(agent, words.code);
    await sees(customer, words.code);
    await say(customer, "482 913");
    await sees(agent, "*** ***");
    await check(customer, `${name}-customer-masked`);

    // What is stopped stays in the field, and its sender is told why.
    await say(customer, words.password);
    await sees(customer, words.stopped);
    assert.strictEqual(await customer.locator("#text").inputValue(), words.password);
    await customer.locator("#text").fill("");
    await say(agent, words.pin);
    await sees(agent, words.asked);
    await agent.locator("#text").fill("");

    await emptied(customer);
    await customer.locator("#counts").getByText(words.stoppedCount).waitFor();
    const [theirs, ours] = [await log(agent).textContent(), await log(customer).textContent()];
    for (const secret of ["3782", "822463", "482 913", "Bluebonnet", "Girasol", "3743", "453331"]) {
      assert(!theirs.includes(secret), `the agent sees ${secret}`);
      assert(!ours.includes(secret), `the customer sees ${secret}`);
    }
    assert(theirs.includes("118-5520931-44"), "the order is kept");
    assert(!ours.includes(words.pin), "the customer was asked for a PIN");
    await check(customer, `${name}-customer`);
    await check(agent, `${name}-agent`);

    // Somebody who comes later sees the same, over HTTP.
    const late = await open(query("agent"), size);
    await sees(late, words.hello);
    const history = await log(late).textContent();
    assert(history.includes("*** ***") && !history.includes("453331") && !history.includes("482 913"), history);
    for (const page of [customer, agent, late]) await page.close();
    console.log(`ok: the chat in a browser, ${name}`);
  }

  const start = await open("", DESKTOP);
  await check(start, "start");
  await start.setViewportSize(PHONE);
  await check(start, "start-phone");
  await start.keyboard.press("Tab");
  assert.match(await start.evaluate(() => document.activeElement.href), /as=both/);
  await start.close();

  const english = {
    order: ["Where is my order 118-5520931-44?", "left our warehouse"],
    file: "What is my card on file?",
    hello: "Hello, this is Ana. What is your ZIP code?",
    taken: "An agent is here",
    card: "my card 3782 822463 10005 was declined",
    masked: "Part of your message was hidden before anybody read it: card number",
    code: "I have sent a code to your phone.",
    half: "the other one is 3743 453331",
    recalled: "An earlier message was hidden",
    password: "oh and my password is Bluebonnet!77",
    stopped: "Please do not send this in a chat: password",
    pin: "What is your PIN?",
    asked: "Do not ask a customer for this: PIN",
    stoppedCount: "messages stopped",
  };
  const spanish = {
    order: ["¿Dónde está mi pedido 118-5520931-44?", "salió el 3 de mayo"],
    file: "¿Cuál es mi tarjeta registrada?",
    hello: "Hola, soy Ana. ¿Cuál es su código postal?",
    taken: "Le atiende un agente",
    card: "mi tarjeta 3782 822463 10005 fue rechazada",
    masked: "Se ocultó una parte de su mensaje antes de que nadie la leyera: número de tarjeta",
    code: "Le envié un código a su teléfono.",
    half: "la otra es 3743 453331",
    recalled: "Se ocultó un mensaje anterior",
    password: "mi contraseña es Girasol2019",
    stopped: "no envíe esto en un chat: contraseña",
    pin: "¿Cuál es su PIN?",
    asked: "No pida esto a un cliente: PIN",
    stoppedCount: "mensajes detenidos",
  };
  await talk("en", DESKTOP, english);
  await talk("es", PHONE, spanish);

  for (const [size, name] of [[DESKTOP, "both"], [PHONE, "both-phone"]]) {
    const both = await open("as=both&room=en-1200&lang=en", size);
    await both.frameLocator("iframe >> nth=1").getByText("*** ***", { exact: true }).waitFor();
    await check(both, name);
    await both.close();
  }
  const dark = await open("as=customer&room=en-1200&lang=en", PHONE);
  await dark.emulateMedia({ colorScheme: "dark" });
  await sees(dark, "*** ***");
  await check(dark, "dark");
  assert.deepStrictEqual(errors, []);
  await browser.close();
  process.exit(0);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
