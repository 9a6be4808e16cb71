// Requests that are not as they should be, and the headers of those that are.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { newKey, newName, Phone, rawExchange, request } from "../harness/phone.mjs";

const colo = await startColo({ after });
const stranger = new Phone(colo);
const posts = ["/api/register", "/api/login", "/api/logout", "/api/ticket"];
const credentials = () => ({ username: newName(), password: "correct horse battery" });

/** A refusal as RFC 9457 and http-api.md have it, with no cookie touched. */
function assertProblem(reply, status, code) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.headers["content-type"], "application/problem+json");
  assert.equal(reply.headers["cache-control"], "no-store");
  assert.equal(reply.json.status, status);
  assert.equal(reply.json.code, code);
  for (const field of ["type", "title", "detail"]) assert.equal(typeof reply.json[field], "string");
  assert.equal(reply.headers["set-cookie"], undefined);
}

test("unknown paths are 404, for any method", async () => {
  for (const path of [
    "/nowhere",
    "/api",
    "/api/",
    "/api/me/",
    "/API/me",
    "/../etc/passwd",
    "/%2e%2e/",
  ])
    for (const method of ["GET", "POST", "DELETE"])
      assertProblem(await stranger.call(method, path), 404, "not_found");
  const head = await stranger.call("HEAD", "/nowhere");
  assert.equal(head.status, 404);
  assert.equal(head.text, "");
});

test("a wrong method is 405 and Allow names the right one", async () => {
  const wrong = [
    ["GET", "/api/register", "POST"],
    ["PUT", "/api/login", "POST"],
    ["DELETE", "/api/logout", "POST"],
    ["OPTIONS", "/api/ticket", "POST"],
    ["POST", "/api/me", "GET, DELETE"],
    ["POST", "/api/sessions", "GET, DELETE"],
    ["GET", "/api/sessions/abc", "DELETE"],
    ["PUT", "/api/invites", "GET, POST"],
    ["POST", "/api/rooms", "GET, HEAD"],
    ["PATCH", "/healthz", "GET, HEAD"],
  ];
  for (const [method, path, allow] of wrong) {
    const reply = await stranger.call(method, path);
    assertProblem(reply, 405, "method_not_allowed");
    assert.equal(reply.headers.allow, allow);
  }
});

test("a reply to HEAD never has a body, so that the next reply is read right", async () => {
  for (const path of ["/healthz", "/api/rooms", "/api/me", "/api/login", "/nowhere"]) {
    const ask = (method, connection) =>
      `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${colo.port}\r\nConnection: ${connection}\r\n\r\n`;
    const came = await rawExchange(colo, ask("HEAD", "keep-alive") + ask("HEAD", "close"));
    const replies = came.split(/(?=HTTP\/1\.1 )/);
    assert.equal(replies.length, 2, came);
    for (const reply of replies) assert.ok(reply.endsWith("\r\n\r\n"), `${path}: ${reply}`);
  }
});

test("a connection is closed when any of its Connection lines says so", async () => {
  const ask = (version, ...lines) =>
    [`GET /healthz HTTP/${version}`, `Host: 127.0.0.1:${colo.port}`, ...lines, "\r\n"].join("\r\n");
  const came = await rawExchange(colo, ask("1.1", "Connection: keep-alive", "Connection: close"));
  assert.match(came, /^HTTP\/1\.1 200 .*\r\nConnection: close\r\n/s);
  const kept = ask("1.0", "Connection: x", "Connection: keep-alive") + ask("1.0");
  const replies = (await rawExchange(colo, kept)).match(/HTTP\/1\.[01] 200 /g);
  assert.equal(replies?.length, 2);
});

test("the health check and the rooms need no token", async () => {
  const health = await request(colo.url, { path: "/healthz" });
  assert.equal(health.status, 200);
  assert.deepEqual(health.json, { status: "ok" });
  const rooms = await request(colo.url, { path: "/api/rooms?now" });
  assert.deepEqual(rooms.json.rooms[0], {
    id: "main-chat",
    name: "Main Chat",
    persistent: true,
    occupancy: 0,
    capacity: 64,
    description: "",
  });
});

test("every reply carries the headers of a careful server", async () => {
  for (const path of ["/healthz", "/nowhere", "/api/me"]) {
    const { headers } = await request(colo.url, { path });
    assert.match(headers["content-security-policy"], /default-src 'none'/);
    assert.doesNotMatch(headers["content-security-policy"], /unsafe/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-frame-options"], "DENY");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["access-control-allow-origin"], undefined);
  }
});

test("a POST without exactly our Origin is refused", async () => {
  const others = [
    null,
    "null",
    "http://127.0.0.1",
    `https://127.0.0.1:${colo.port}`,
    `http://127.0.0.1:${colo.port}.evil.example`,
    `http://127.0.0.1:${colo.port}/`,
    `http://localhost:${colo.port}`,
    "http://evil.example",
  ];
  for (const path of posts)
    for (const Origin of others)
      assertProblem(
        await stranger.call("POST", path, {
          json: credentials(),
          key: newKey(),
          headers: { Origin },
        }),
        403,
        "origin_refused",
      );
});

test("a Host that this server does not go by is refused, also with an Origin to match", async () => {
  const hosts = ["evil.example", `evil.example:${colo.port}`, "10.1.2.3", "127.0.0.1.evil.example"];
  for (const Host of hosts) {
    for (const path of posts) {
      const headers = { Host, Origin: `http://${Host}` };
      const reply = await stranger.call("POST", path, {
        json: credentials(),
        key: newKey(),
        headers,
      });
      assertProblem(reply, 403, "origin_refused");
    }
    for (const path of ["/api/me", "/api/rooms"]) {
      const reply = await stranger.call("GET", path, { key: newKey(), headers: { Host } });
      assertProblem(reply, 403, "origin_refused");
    }
  }
  for (const Host of ["Host:\r\n", "Host: \r\n"]) {
    const ask = `GET /api/rooms HTTP/1.1\r\n${Host}Connection: close\r\n\r\n`;
    assert.match(await rawExchange(colo, ask), /^HTTP\/1\.1 403 /);
  }
});

test("localhost and the names of the machine are as good as its address", async () => {
  const Host = `localhost:${colo.port}`;
  const headers = { Host, Origin: `http://${Host}` };
  const reply = await stranger.call("POST", "/api/register", {
    json: credentials(),
    headers,
    jar: false,
  });
  assert.equal(reply.status, 201, reply.text);
});

test("a cross-site read with somebody else's Origin is refused", async () => {
  const headers = { Origin: "http://evil.example" };
  assertProblem(await stranger.call("GET", "/api/rooms", { headers }), 403, "origin_refused");
  assertProblem(
    await stranger.call("GET", "/api/me", { key: newKey(), headers }),
    403,
    "origin_refused",
  );
});

test("bodies are JSON objects with the right fields of the right type", async () => {
  const bad = [
    "",
    "{",
    "nonsense",
    "[]",
    "null",
    "42",
    '"text"',
    "{}",
    '{"username":"fox"}',
    '{"password":"12345678"}',
    '{"username":1,"password":"12345678"}',
    '{"username":"fox","password":null}',
    '{"username":["fox"],"password":"12345678"}',
    '{"username":{"$ne":1},"password":{"$ne":1}}',
    '{"username":"fox","password":"12345678"}}',
    '{"username":"fox","password":"12345678",}',
    '{"username":"\\ud800x","password":"12345678"}',
    Buffer.from('{"username":"f\xffx","password":"12345678"}', "latin1"),
    "[".repeat(10_000),
    '{"username":'.repeat(1000),
  ];
  for (const path of ["/api/register", "/api/login"])
    for (const body of bad)
      assertProblem(
        await stranger.call("POST", path, {
          body,
          headers: { "Content-Type": "application/json" },
        }),
        400,
        "bad_request",
      );
});

test("a body that is not sent as JSON is 415", async () => {
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/jsonx",
    null,
  ];
  for (const path of ["/api/register", "/api/login"])
    for (const type of types) {
      const headers = { "Content-Type": type };
      const reply = await stranger.call("POST", path, { json: credentials(), headers });
      assertProblem(reply, 415, "not_json");
    }
  for (const type of ["application/json; charset=utf-8", "Application/JSON"]) {
    const headers = { "Content-Type": type };
    const reply = await stranger.call("POST", "/api/register", {
      json: credentials(),
      headers,
      jar: false,
    });
    assert.equal(reply.status, 201, `${type}: ${reply.text}`);
  }
});

test("a body that is too large is 413, announced or not", async () => {
  const head = `POST /api/login HTTP/1.1\r\nHost: 127.0.0.1:${colo.port}\r\nOrigin: ${colo.url}\r\nContent-Type: application/json\r\n`;
  const large = JSON.stringify({ username: "fox", password: "x".repeat(17 * 1024) });
  assertProblem(await stranger.call("POST", "/api/login", { body: large }), 413, "body_too_large");
  const announced = await rawExchange(colo, `${head}Content-Length: 99999999999\r\n\r\n`);
  assert.match(announced, /^HTTP\/1\.1 413 /);
  const piece = `1000\r\n${"x".repeat(0x1000)}\r\n`;
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n${piece.repeat(6)}0\r\n\r\n`;
  assert.match(await rawExchange(colo, chunked), /^HTTP\/1\.1 413 /);
});

test("headers that are too large are 431", async () => {
  const headers = { "X-Long": "x".repeat(9000) };
  const reply = await stranger.call("GET", "/healthz", { headers });
  assert.equal(reply.status, 431);
  assert.equal(reply.json.code, "headers_too_large");
  const many = Array.from({ length: 1000 }, (_, i) => `X-${i}: 1234567890\r\n`).join("");
  const came = await rawExchange(colo, `GET /healthz HTTP/1.1\r\n${many}\r\n`);
  assert.match(came, /^HTTP\/1\.1 431 /);
  const endless = `GET /${"x".repeat(20_000)} HTTP/1.1\r\n\r\n`;
  assert.match(await rawExchange(colo, endless), /^HTTP\/1\.1 4(00|14|31) /);
});

test("whoever opens an address in a browser that is refused gets a page in plain words", async () => {
  const Accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  const cookies = `other=${"x".repeat(60_000)}`;
  const refused = [
    [404, { path: "/nowhere" }, /nothing at this address/],
    [403, { path: "/api/rooms", headers: { Host: "evil.example" } }, /does not know that name/],
    [405, { path: "/api/login" }, /does not support that method/],
    [400, { path: "/ws" }, /WebSockets/],
    [400, { path: "/nowhere", headers: { Host: "a b" } }, /Host/],
    [431, { path: "/", headers: { Cookie: cookies } }, /Clear the cookies of this address/],
  ];
  for (const [status, { path, headers }, words] of refused) {
    const page = await request(colo.url, { path, headers: { Accept, ...headers } });
    assert.equal(page.status, status, page.text);
    assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
    assert.equal(page.headers["cache-control"], "no-store");
    assert.match(page.headers["content-security-policy"], /default-src 'none'/);
    assert.match(page.text, words);
    assert.match(page.text, /^<!doctype html>\n<html lang="en">/);
    assert.doesNotMatch(page.text, /<script|style=|evil/);
    // The policy allows the page's own style, and only that.
    const [, style] = /<style>(.*)<\/style>/s.exec(page.text);
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = page.headers["content-security-policy"];
    assert.match(policy, /^default-src 'none'; style-src '[^']+';/);
    assert.ok(policy.includes(`'sha256-${hash}'`), policy);
    const program = await request(colo.url, { path, headers: { Accept: "*/*", ...headers } });
    assert.equal(program.status, status);
    assert.equal(program.headers["content-type"], "application/problem+json");
  }
  const head = await request(colo.url, { method: "HEAD", path: "/nowhere", headers: { Accept } });
  assert.equal(head.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(head.text, "");
  // What the API itself refuses stays what programs read.
  const me = await request(colo.url, { path: "/api/me", headers: { Accept } });
  assert.equal(me.headers["content-type"], "application/problem+json");
  const posted = await stranger.call("POST", "/nowhere", { headers: { Accept } });
  assert.equal(posted.headers["content-type"], "application/problem+json");
});

test("what is not HTTP is answered 400 and closed", async () => {
  const bytes = [
    "nonsense\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nBad Header: x\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST /api/login HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    Buffer.from("160301020001000001fc0303", "hex"), // how TLS begins
  ];
  for (const one of bytes) {
    const came = await rawExchange(
      colo,
      Buffer.concat([Buffer.from(one), Buffer.from("\r\n\r\n")]),
    );
    assert.match(came, /^HTTP\/1\.[01] 400 /, `${one}: ${came}`);
  }
});

test("requests in a row on one connection are answered in their order", async () => {
  const ask = (path, close) =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${colo.port}\r\n${close ? "Connection: close\r\n" : ""}\r\n`;
  const came = await rawExchange(colo, ask("/healthz") + ask("/nowhere") + ask("/api/rooms", true));
  const statuses = [...came.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
  assert.deepEqual(statuses, ["200", "404", "200"]);
});

test("the page and its files are cached, revalidated and compressed", async (t) => {
  const page = await request(colo.url, { path: "/" });
  if (page.status === 404) return t.skip("this build has no web client");
  assert.equal(page.status, 200);
  assert.match(page.headers["content-type"], /^text\/html/);
  assert.equal(page.headers["cache-control"], "no-cache");
  assert.equal(page.headers.vary, "Accept-Encoding");
  const { etag } = page.headers;

  const known = await request(colo.url, { path: "/", headers: { "If-None-Match": etag } });
  assert.equal(known.status, 304);
  assert.equal(known.bytes.length, 0);
  assert.equal(known.headers.etag, etag);
  const changed = await request(colo.url, { path: "/", headers: { "If-None-Match": 'W/"other"' } });
  assert.equal(changed.status, 200);

  const head = await request(colo.url, { method: "HEAD", path: "/" });
  assert.equal(head.status, 200);
  assert.equal(head.bytes.length, 0);
  assert.equal(Number(head.headers["content-length"]), page.bytes.length);

  const script = /src="(\/[^"]+\.js)"/.exec(page.text)?.[1];
  assert.ok(script, page.text);
  const plain = await request(colo.url, { path: script });
  assert.match(plain.headers["cache-control"], /immutable/);
  assert.equal(plain.headers["content-encoding"], undefined);
  for (const coding of ["br", "gzip"]) {
    const headers = { "Accept-Encoding": coding };
    const packed = await request(colo.url, { path: script, headers });
    assert.equal(packed.headers["content-encoding"], coding);
    assert.ok(packed.bytes.length < plain.bytes.length);
  }
  const posted = await stranger.call("POST", "/");
  assert.equal(posted.status, 405);
  assert.equal(posted.headers.allow, "GET, HEAD");
});

test("the page may be kept and installed: its worker, manifest and icons", async (t) => {
  const worker = await request(colo.url, { path: "/sw.js" });
  if (worker.status === 404) return t.skip("this build has no web client");
  assert.match(worker.headers["content-type"], /^text\/javascript/);
  assert.equal(worker.headers["cache-control"], "no-cache");
  const policy = worker.headers["content-security-policy"];
  assert.match(policy, /worker-src 'self'/);
  assert.match(policy, /manifest-src 'self'/);

  // Whatever the worker keeps is there, or it would keep nothing.
  const shell = /\{"build":"[^"]+","paths":\[[^\]]+\]\}/.exec(worker.text)?.[0];
  assert.ok(shell, worker.text);
  for (const path of JSON.parse(shell).paths)
    assert.equal((await request(colo.url, { path })).status, 200, path);

  const manifest = await request(colo.url, { path: "/manifest.webmanifest" });
  assert.equal(manifest.headers["content-type"], "application/manifest+json");
  const { icons } = JSON.parse(manifest.text);
  const page = await request(colo.url, { path: "/" });
  const touch = /rel="apple-touch-icon" href="([^"]+)"/.exec(page.text)?.[1];
  for (const { src, type } of [...icons, { src: touch, type: "image/png" }]) {
    const icon = await request(colo.url, { path: src });
    assert.equal(icon.status, 200, src);
    assert.equal(icon.headers["content-type"], type);
  }
});

test("the page's scripts keep to what phones of five years ago understand", async (context) => {
  const colo = await startColo(context);
  const opened = await fetch(colo.url);
  if (opened.status === 404) return context.skip("this build has no client in it");
  const page = await opened.text();
  const seen = new Set();
  const queue = ["/sw.js", ...[...page.matchAll(/\/assets\/[\w-]+\.js/g)].map(([path]) => path)];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = await (await fetch(colo.url + path)).text();
    for (const [, name] of text.matchAll(/["'`](?:\.\/|\/?assets\/)([\w-]+\.js)["'`]/g))
      queue.push(`/assets/${name}`);
    for (const newer of [
      /\bstatic\s*\{/, // a static block
      /#[\w$]+ in /, // a check for a private field
      /\(\?<[=!]/, // a lookbehind
      /\b(?:structuredClone|findLast|toSorted|hasOwn)\(/,
    ])
      assert.equal(newer.exec(text)?.[0], undefined, path);
  }
  assert.ok(seen.size >= 5, `only ${[...seen].join(", ")}`);
});
