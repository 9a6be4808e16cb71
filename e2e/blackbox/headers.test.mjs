// Every header of every kind of response against the list in docs/headers.md: no more, no less.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { after, test } from "node:test";
import { certificateFiles, tlsConfig } from "../harness/certificates.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { newKey, newPhone, Phone, rawExchange, request } from "../harness/phone.mjs";

const strict = (config) => config.replace(/(sign_ins_per_minute) = .*/, "$1 = 1");
const certificate = await certificateFiles({ after });
const colos = {
  "plain http": await startColo({ after }, { config: strict(usualConfig) }),
  TLS: await startColo({ after }, { config: strict(tlsConfig(certificate, "http_port = 0")) }),
};

/** The list: heading → lines of {name, value}, "…" in a value being anything. */
const page = await readFile(new URL("../../docs/headers.md", import.meta.url), "utf8");
const listed = new Map(
  page
    .split(/^## /m)
    .map((part) => [
      part.split("\n", 1)[0],
      [...part.matchAll(/^\| ([\w-]+) \| ([^|]+) \|/gm)]
        .map(([, name, value]) => ({ name, value }))
        .filter(({ name }) => name !== "header"),
    ]),
);
const tested = new Set();

function list(heading) {
  const lines = listed.get(heading);
  assert.ok(lines?.length > 0, `docs/headers.md has a list "${heading}"`);
  tested.add(heading);
  return lines;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The response's headers are those listed under the headings, each with its value. */
function assertListed({ rawHeaders }, headings, { secure = false } = {}) {
  const wanted = new Map(headings.flatMap(list).map(({ name, value }) => [name, value]));
  const sent = new Map();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    assert.ok(!sent.has(rawHeaders[i]), `${rawHeaders[i]} was sent twice`);
    sent.set(rawHeaders[i], rawHeaders[i + 1]);
  }
  // How the client of this test ends its connections is no business of the list.
  for (const name of ["Connection", "Keep-Alive"]) if (!wanted.has(name)) sent.delete(name);
  assert.deepEqual([...sent.keys()].sort(), [...wanted.keys()].sort());
  for (const [name, value] of wanted) {
    let pattern = escaped(value).replaceAll("…", ".+");
    if (name === "Set-Cookie" && secure) pattern = `__Host-${pattern}; Secure`;
    assert.match(sent.get(name), new RegExp(`^${pattern}$`), name);
  }
}

for (const [name, colo] of Object.entries(colos)) {
  const secure = colo.url.startsWith("https:");
  const agent = secure
    ? new https.Agent({ keepAlive: true, rejectUnauthorized: false })
    : new http.Agent({ keepAlive: true });
  after(() => agent.destroy());
  const every = ["Every response", ...(secure ? ["Every response under TLS"] : [])];
  const assertIs = (reply, status, heading) => {
    assert.equal(reply.status, status, reply.text);
    assertListed(reply, [...every, heading], { secure });
  };
  const get = (path, headers) => request(colo.url, { path, headers, agent });

  test(`over ${name} the page and its files have the headers that are listed`, async (t) => {
    const opened = await get("/");
    if (opened.status === 404) return t.skip("this build has no web client");
    assertIs(opened, 200, "The page, and files that may change");
    assertIs(await get("/sw.js"), 200, "The page, and files that may change");
    const script = /src="(\/[^"]+\.js)"/.exec(opened.text)[1];
    const packed = await get(script, { "Accept-Encoding": "br" });
    assertIs(packed, 200, "A file with a hash in its name");
    const known = await get("/", { "If-None-Match": opened.headers.etag });
    assertIs(known, 304, "A file that the browser has already (304)");
  });

  test(`over ${name} replies of the API have the headers that are listed`, async (t) => {
    assertIs(await get("/healthz"), 200, "A reply of the API");
    assertIs(await get("/api/rooms"), 200, "A reply of the API");
    const head = await request(colo.url, { method: "HEAD", path: "/api/rooms", agent });
    assertIs(head, 200, "A reply of the API");
    const phone = await newPhone(t, colo);
    const me = await phone.call("GET", "/api/me", { key: newKey(), agent });
    assertIs(me, 200, "A reply of the API with a token");
    const signedOut = await phone.call("POST", "/api/logout", { key: newKey(), agent });
    assertIs(signedOut, 204, "A reply of the API without a body (204)");
  });

  test(`over ${name} refusals have the headers that are listed`, async () => {
    const stranger = new Phone(colo);
    assertIs(await get("/nowhere"), 404, "A refusal");
    assertIs(await get("/ws"), 400, "A refusal");
    assertIs(await stranger.call("GET", "/api/me", { key: newKey(), agent }), 401, "A refusal");
    const foreign = { Origin: "http://evil.example" };
    assertIs(await get("/api/rooms", foreign), 403, "A refusal");
    assertIs(await get("/api/login"), 405, "A refusal of the method (405)");
    const browser = { Accept: "text/html,*/*;q=0.8" };
    assertIs(await get("/nowhere", browser), 404, "A refusal that a browser shows");
    const health = await get("/healthz", { Host: "balancer.example" });
    assert.equal(health.status, 200);
    const json = { username: "nobody", password: "correct horse battery" };
    let late;
    for (let i = 0; i < 3; ++i) late = await stranger.call("POST", "/api/login", { json, agent });
    assertIs(late, 429, "A refusal for now (429, 503)");
  });

  test(`over ${name} a WebSocket, and an upgrade that is refused, have the headers that are listed`, async () => {
    const upgrade = (origin, version) =>
      `GET /ws HTTP/1.1\r\nHost: ${new URL(colo.url).host}\r\nOrigin: ${origin}\r\n` +
      `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: ${version}\r\n` +
      "Sec-WebSocket-Protocol: colo.v1\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    const ask = async (origin, version = 13) => {
      const came = await rawExchange(colo, upgrade(origin, version), { until: /\r\n\r\n/ });
      const [status, ...lines] = came.split("\r\n\r\n", 1)[0].split("\r\n");
      const rawHeaders = lines.flatMap((line) => [
        line.slice(0, line.indexOf(": ")),
        line.slice(line.indexOf(": ") + 2),
      ]);
      return { status: Number(status.split(" ")[1]), rawHeaders };
    };
    const opened = await ask(colo.url);
    assert.equal(opened.status, 101);
    assertListed(opened, ["A WebSocket (101)"]);
    assertIs(await ask("http://evil.example"), 403, "A refusal");
    const older = await ask(colo.url, 8);
    assert.equal(older.status, 400);
    const another = "A WebSocket of another version (400)";
    assertListed(older, [...every, "A refusal", another], { secure });
  });

  test(`over ${name} what cannot be read is refused with the headers that are listed`, async () => {
    // Of such a request nobody knows which site it was for: no socket is named.
    const headers = { "X-Long": "x".repeat(9000) };
    const reply = await request(colo.url, { path: "/healthz", headers, agent });
    assert.equal(reply.status, 431);
    const without = reply.rawHeaders.map((text) =>
      text.replace("connect-src 'self';", "connect-src 'self' …;"),
    );
    assertListed({ rawHeaders: without }, [...every, "A refusal"]);
    const continued = `POST /api/login HTTP/1.1\r\nHost: ${new URL(colo.url).host}\r\nOrigin: ${colo.url}\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`;
    const came = await rawExchange(colo, continued, { until: /\r\n\r\n/ });
    assert.equal(came, "HTTP/1.1 100 Continue\r\n\r\n");
  });
}

test("the plain port's replies have the headers that are listed", async () => {
  const [, port] = await colos.TLS.untilSaid(/port (\d+) sends browsers there/);
  const reply = await request(`http://127.0.0.1:${port}`, { path: "/" });
  assert.equal(reply.status, 308);
  assertListed(reply, ["Every response", "From plain http to TLS (308)"]);
});

test("every list was compared with something", async (t) => {
  const { status } = await request(colos["plain http"].url, { path: "/" });
  if (status === 404) return t.skip("this build has no web client");
  const lists = [...listed].filter(([, lines]) => lines.length > 0).map(([heading]) => heading);
  assert.deepEqual([...tested].sort(), lists.sort());
});

test("the date is today's, as RFC 9110 writes it", async () => {
  const { headers } = await request(colos["plain http"].url, { path: "/healthz" });
  assert.equal(new Date(headers.date).toUTCString(), headers.date);
  assert.ok(Math.abs(new Date(headers.date) - Date.now()) < 60_000);
});
