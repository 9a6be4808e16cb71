// Who may ask: every call that changes something, and the upgrade, with each wrong,
// missing and look-alike Origin and Host, in plain http and under TLS.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { certificateFiles, publicName, tlsConfig } from "../harness/certificates.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { newKey, newName, newPhone, Phone, rawExchange, request } from "../harness/phone.mjs";

const certificate = await certificateFiles({ after });
const colos = {
  "plain http": await startColo(
    { after },
    { config: `[server]\nhosts = ["${publicName}"]\n${usualConfig}` },
  ),
  TLS: await startColo({ after }, { config: tlsConfig(certificate) }),
};

/** Every call of the contract that is not a GET, as far as the server knows its path. */
async function changingCalls(colo) {
  const file = new URL("../../protocol/http-api.md", import.meta.url);
  const table = (await readFile(file, "utf8")).matchAll(/^\| `(POST|DELETE) (\/api\/[^`]+)`/gm);
  const calls = [];
  for (const [, method, pattern] of table) {
    const path = pattern.replace("{id}", "abcdefgh");
    const { headers } = await request(colo.url, { method: "OPTIONS", path });
    if (headers.allow?.split(", ").includes(method)) calls.push([method, path]);
  }
  assert.ok(calls.length >= 4, `only ${calls.join(" ")}`);
  return calls;
}

/** Hosts that look as if they were this server's, and one that does not. */
const otherHosts = (port) => [
  "evil.example",
  `evil.example:${port}`,
  `${publicName}..:${port}`,
  `${publicName}.evil.example:${port}`,
  `evil-${publicName}:${port}`,
  `user@${publicName}:${port}`,
  `${publicName}:${port}@evil.example`,
  `${publicName}:`,
  `${publicName}:0`,
  `${publicName}:0${port}`,
  `${publicName}:65536`,
  `${publicName}:${port}:${port}`,
  `${publicName}/:${port}`,
  `${publicName},evil.example`,
  `${publicName} evil.example`,
  "dr\u00e0w.colo.test", // one byte a letter, as Latin-1
  "xn--drw-cla.colo.test",
  `localhost.evil.example:${port}`,
  `evil.localhost:${port}`,
  `127.0.0.1.:${port}`,
  `127.0.0.1.evil.example:${port}`,
  `127.1:${port}`,
  `2130706433:${port}`,
  `0x7f000001:${port}`,
  `0x7f.0.0.1:${port}`,
  `0177.0.0.1:${port}`,
  `0.0.0.0:${port}`,
  `10.1.2.3:${port}`,
  `[::1%25lo]:${port}`,
  `[::ffff:127.0.0.1]:${port}`,
  `[0:0:0:0:0:0:0:1]:${port}`,
  `[::1:${port}`,
  `[::]:${port}`,
];

/** Origins that are not that of `host`, which is ours. */
const otherOrigins = (scheme, host, port) => {
  const other = scheme === "http" ? "https" : "http";
  const name = host.replace(`:${port}`, "");
  return [
    "null",
    "",
    "*",
    name,
    host,
    `${other}://${host}`,
    `${scheme}://${name}`,
    `${scheme}://${name}:${Number(port) + 1}`,
    `${scheme}://${name}:0${port}`,
    `${scheme}://${host}/`,
    `${scheme}://${host}?`,
    `${scheme}://${host}#`,
    `${scheme}:/${host}`,
    `${scheme}://${name}.:${port}`,
    `${scheme}://${host}.evil.example`,
    `${scheme}://${host}@evil.example`,
    `${scheme}://user@${host}`,
    `${scheme}://evil.example#${host}`,
    `${scheme}://evil.${host}`,
    `${scheme}://evil${host}`,
    `${scheme}://${host} ${scheme}://evil.example`,
    `${scheme}://evil.example, ${scheme}://${host}`,
    `${scheme.toUpperCase()}://${host}`,
    `ws://${host}`,
    `wss://${host}`,
    `${scheme}://localhost:${port}`,
    `${scheme}://evil.example`,
    "file://",
    "about:blank",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
  ];
};

/** 403, or 400 for a Host that cannot be one (RFC 9112 §3.2). */
const statusFor = (Host) => (/[@/ \u0080-\u00ff]/.test(Host) ? 400 : 403);

function assertRefused(reply, what, status = 403) {
  assert.equal(reply.status, status, `${what}: ${reply.status} ${reply.text}`);
  assert.equal(reply.json.code, status === 403 ? "origin_refused" : "bad_request", what);
  assert.equal(reply.headers["set-cookie"], undefined, what);
  assert.equal(reply.headers["access-control-allow-origin"], undefined, what);
}

for (const [name, colo] of Object.entries(colos)) {
  const { protocol, port } = new URL(colo.url);
  const scheme = protocol.slice(0, -1);
  const ours = [`127.0.0.1:${port}`, `localhost:${port}`, `${publicName}:${port}`];

  test(`over ${name} every call is taken from its own page under each of our names`, async () => {
    for (const Host of ours) {
      const json = { username: newName(), password: "correct horse battery" };
      const headers = { Host, Origin: `${scheme}://${Host}` };
      const reply = await new Phone(colo).call("POST", "/api/register", { json, headers });
      assert.equal(reply.status, 201, reply.text);
    }
  });

  test(`over ${name} every call refuses each Origin that is not exactly its own`, async (t) => {
    const phone = await newPhone(t, colo);
    const token = phone.token;
    const calls = await changingCalls(colo);
    for (const [method, path] of calls)
      for (const Host of [ours[0], ours[2]])
        for (const Origin of [null, ...otherOrigins(scheme, Host, port)]) {
          const how = { json: {}, key: newKey(), headers: { Host, Origin }, jar: false };
          const reply = await phone.call(method, path, how);
          assertRefused(reply, `${method} ${path} at ${Host} from ${Origin}`);
        }
    assert.equal(phone.token, token);
    assert.equal((await phone.me()).username, phone.name); // no refusal spent the token
  });

  test(`over ${name} every call refuses each Host that is not ours, with an Origin to match`, async (t) => {
    const phone = await newPhone(t, colo);
    const calls = [...(await changingCalls(colo)), ["GET", "/api/me"], ["GET", "/api/rooms"]];
    for (const [method, path] of calls)
      for (const Host of otherHosts(port))
        for (const Origin of [`${scheme}://${Host}`, colo.url]) {
          const how = { key: newKey(), headers: { Host, Origin }, jar: false };
          const reply = await phone.call(method, path, how);
          assertRefused(reply, `${method} ${path} at ${Host}`, statusFor(Host));
        }
    assert.equal((await phone.me()).username, phone.name);
  });

  test(`over ${name} the upgrade refuses each of them too`, async () => {
    const phone = new Phone(colo);
    for (const Host of [ours[0], ours[2]])
      for (const origin of [null, ...otherOrigins(scheme, Host, port)])
        await assert.rejects(
          phone.dial({ origin, headers: { Host } }),
          { status: 403 },
          `at ${Host} from ${origin}`,
        );
    for (const Host of otherHosts(port))
      for (const origin of [`${scheme}://${Host}`, colo.url])
        await assert.rejects(
          phone.dial({ origin, headers: { Host } }),
          { status: statusFor(Host) },
          Host,
        );
  });

  test(`over ${name} a Host or an Origin that is there twice, or not at all, is refused`, async () => {
    const host = `Host: ${ours[0]}\r\n`;
    const origin = `Origin: ${colo.url}\r\n`;
    const body =
      "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    const upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    for (const [line, rest] of [
      ["POST /api/login", body],
      ["POST /api/register", body],
      ["GET /ws", upgrade],
    ])
      for (const headers of [
        host,
        origin,
        host + origin + origin,
        `${host + origin}Origin: http://evil.example\r\n`,
        `${host}Origin: http://evil.example\r\n${origin}`,
        host + host + origin,
        `Host: evil.example\r\n${host}${origin}`,
        `${host}Host: evil.example\r\n${origin}`,
      ]) {
        const ask = `${line} HTTP/1.1\r\n${headers}${rest}`;
        const came = await rawExchange(colo, ask, { until: /\r\n\r\n/ });
        const hosts = headers.match(/^Host:/gm)?.length;
        assert.match(came, hosts === 1 ? /^HTTP\/1\.1 403 / : /^HTTP\/1\.1 400 /, ask);
      }
  });
}

/** A server on a machine that is called `name`. */
const startOn = (t, name, config = usualConfig) =>
  startColo(t, {
    config,
    under: [
      "unshare",
      "--map-root-user",
      "--uts",
      "sh",
      "-c",
      `hostname ${name} && exec "$@"`,
      "sh",
    ],
  });

test("a machine is known by its whole name, by the first part of it, and by that in mDNS", async (t) => {
  const names = ["pi", "pi.local", "pi.lan", "pi.lan.local", "pi.lan.", "lan", "pi.home"];
  const statuses = async (colo) =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => {
          const headers = { Host: `${name}:${colo.port}` };
          return [name, (await request(colo.url, { path: "/api/rooms", headers })).status];
        }),
      ),
    );
  assert.deepEqual(await statuses(await startOn(t, "pi.lan")), {
    pi: 200,
    "pi.local": 200,
    "pi.lan": 200,
    "pi.lan.local": 403,
    "pi.lan.": 200,
    lan: 403,
    "pi.home": 403,
  });
  assert.deepEqual(await statuses(await startOn(t, "pi")), {
    pi: 200,
    "pi.local": 200,
    "pi.lan": 403,
    "pi.lan.local": 403,
    "pi.lan.": 403,
    lan: 403,
    "pi.home": 403,
  });
});

test("a name with the dot of the root is the same, in hosts and in a Host, and its page an origin of its own", async (t) => {
  const config = `[server]\nhosts = ["draw.example.org."]\n${usualConfig}`;
  const colo = await startColo(t, { config });
  const plain = `draw.example.org:${colo.port}`;
  const dotted = `draw.example.org.:${colo.port}`;
  const register = async (Host, Origin) => {
    const json = { username: newName(), password: "correct horse battery" };
    const how = { json, headers: { Host, Origin } };
    return (await new Phone(colo).call("POST", "/api/register", how)).status;
  };
  assert.equal(await register(plain, `http://${plain}`), 201);
  assert.equal(await register(dotted, `http://${dotted}`), 201); // as a browser sends it
  assert.equal(await register(dotted, `http://${plain}`), 403);
  assert.equal(await register(plain, `http://${dotted}`), 403);
  const phone = await new Phone(colo).register();
  await phone.dial({ origin: `http://${dotted}`, headers: { Host: dotted } });
  phone.hangUp();
});
