// TLS that the server speaks itself: what it takes, what it tells browsers, and new certificates.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import tls from "node:tls";
import {
  certificateFiles,
  makeCertificate,
  publicName,
  tlsConfig,
} from "../harness/certificates.mjs";
import { runColo, startColo, temporaryFolder, usualConfig, within } from "../harness/colo.mjs";
import { drawing } from "../harness/drawings.mjs";
import { newKey, newPhone, newPhoneIn, Phone, rawExchange, request } from "../harness/phone.mjs";

const certificate = await certificateFiles({ after });
const withPlainPort = `hosts = ["${publicName}"]\nhttp_port = 0`;
const colo = await startColo({ after }, { config: tlsConfig(certificate, withPlainPort) });

/** What a handshake came to: {protocol, cipher, fingerprint, alpn}; rejects where there was none. */
function shakeHands({ port }, options = {}) {
  const how = { host: "127.0.0.1", port, rejectUnauthorized: false, ...options };
  const socket = tls.connect(how);
  const done = new Promise((tell, fail) => {
    socket.once("error", fail);
    socket.once("close", () => fail(new Error("closed")));
    socket.once("secureConnect", () =>
      tell({
        protocol: socket.getProtocol(),
        cipher: socket.getCipher().name,
        alpn: socket.alpnProtocol,
        fingerprint: socket.getPeerCertificate().fingerprint256,
        reused: socket.isSessionReused(),
      }),
    );
  });
  return within(done, "the handshake came to an end").finally(() => socket.destroy());
}

const fingerprintOf = async ({ cert }) => new X509Certificate(await readFile(cert)).fingerprint256;

test("a phone that reads nothing for long gets what was on its way, and the reason", async (t) => {
  const own = await startColo(t, { config: tlsConfig(certificate) });
  // Drawings of some 4 kB: the record that is on its way ends in the middle of one.
  const stroke = { tool: 1, rgb: 1, width: 1, points: new Array(4000).fill(0).fill(700, 0, 2) };
  for (let round = 0; round < 2; ++round) {
    const [slow, author] = [
      await newPhoneIn(t, own, "scratch"),
      await newPhoneIn(t, own, "scratch"),
    ];
    slow.line.socket.pause();
    const said = () => own.output().split("too slowly").length - 1;
    for (let i = 0; i < 4000 && said() === round; ++i) {
      await author.draw("scratch", { drawing: drawing({ strokes: [stroke] }) });
      author.line.fresh.length = 0;
      author.line.heard.length = 0;
    }
    assert.equal(said(), round + 1);
    slow.line.socket.resume();
    const { code } = await slow.line.untilClosed();
    assert.ok([4508, 1006].includes(code), `${code}`);
    const seqs = slow.line.told("scratch").map((m) => m.seq);
    assert.ok(seqs.length > 10, `${seqs.length} were on their way`);
    const first = seqs[0];
    assert.deepEqual(
      seqs,
      seqs.map((_, nth) => first + nth),
    );
    await author.draw("scratch");
  }
});

test("a person signs in, joins and draws over TLS", async (t) => {
  const [fox, owl] = [
    await newPhoneIn(t, colo, "main-chat"),
    await newPhoneIn(t, colo, "main-chat"),
  ];
  await fox.draw("main-chat", { caption: "sealed" });
  const { message } = await owl.until((f) => f.message && f);
  assert.equal(message.caption, "sealed");
  assert.equal((await fox.me()).username, fox.name);
});

test("cookies, sockets and the browser's memory are bound to TLS", async (t) => {
  const phone = await newPhone(t, colo);
  const { headers } = await phone.expect(200, "GET", "/api/me", { key: newKey() });
  assert.match(
    headers["set-cookie"][0],
    new RegExp(
      `^__Host-colo_token_${colo.port}=[^;]+; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+; Secure$`,
    ),
  );
  assert.match(headers["strict-transport-security"], /^max-age=\d{8}/);
  assert.equal(headers["cross-origin-opener-policy"], "same-origin");
  const policy = headers["content-security-policy"];
  assert.ok(policy.includes(` wss://127.0.0.1:${colo.port};`), policy);
  // A cookie that a page in plain http could have set is not looked at.
  const Cookie = `colo_token_${colo.port}=${phone.token}`;
  const reply = await phone.call("GET", "/api/me", { key: newKey(), headers: { Cookie } });
  assert.equal(reply.status, 401);
  const plain = await startColo(t);
  const answer = await request(plain.url, { path: "/healthz" });
  assert.equal(answer.headers["strict-transport-security"], undefined);
});

test("only TLS 1.2 and 1.3 are spoken, with forward secrecy and authenticated ciphers", async () => {
  const everything = { ciphers: "ALL:COMPLEMENTOFALL:@SECLEVEL=0" };
  for (const version of ["TLSv1", "TLSv1.1"])
    await assert.rejects(
      shakeHands(colo, { minVersion: version, maxVersion: version, ...everything }),
    );
  const newest = await shakeHands(colo);
  assert.equal(newest.protocol, "TLSv1.3");
  for (const cipher of ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"]) {
    const older = await shakeHands(colo, { maxVersion: "TLSv1.2", ciphers: cipher });
    assert.equal(older.protocol, "TLSv1.2");
    assert.equal(older.cipher, cipher);
  }
  for (const cipher of ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256"])
    await assert.rejects(
      shakeHands(colo, { maxVersion: "TLSv1.2", ciphers: `${cipher}:@SECLEVEL=0` }),
      cipher,
    );
});

test("HTTP/1.1 is what is spoken in it, and nothing that a client would rather have", async () => {
  assert.equal((await shakeHands(colo, { ALPNProtocols: ["h2", "http/1.1"] })).alpn, "http/1.1");
  assert.equal((await shakeHands(colo)).alpn, false);
  await assert.rejects(shakeHands(colo, { ALPNProtocols: ["h2"] }));
});

test("a session of TLS is not resumed", async () => {
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"]) {
    const how = { host: "127.0.0.1", port: colo.port, rejectUnauthorized: false, maxVersion };
    const first = tls.connect(how);
    let session;
    first.on("session", (given) => {
      session = given;
    });
    first.write(`GET /healthz HTTP/1.1\r\nHost: ${publicName}\r\nConnection: close\r\n\r\n`);
    first.resume();
    await within(new Promise((ended) => first.once("close", ended)), "the reply was read");
    const again = await shakeHands(colo, { maxVersion, session });
    assert.equal(again.reused, false);
  }
});

test("a new certificate is taken on SIGHUP, and nobody who is there is dropped", async (t) => {
  const files = await certificateFiles(t);
  const colo = await startColo(t, { config: tlsConfig(files), args: ["--shards", "2"] });
  const there = await newPhoneIn(t, colo, "main-chat");
  const before = await fingerprintOf(files);
  assert.equal((await shakeHands(colo)).fingerprint, before);

  await makeCertificate(files);
  process.kill(colo.pid, "SIGHUP");
  await colo.untilSaid(/the certificate was read again/);
  // Said when it was read; each thread then has it as soon as it looks.
  const renewed = await fingerprintOf(files);
  assert.notEqual(renewed, before);
  const seen = new Set();
  for (let round = 0; round < 20; ++round) seen.add((await shakeHands(colo)).fingerprint);
  assert.deepEqual([...seen], [renewed]);
  await there.draw("main-chat");
  await newPhoneIn(t, colo, "main-chat");

  const good = await readFile(files.cert);
  await writeFile(files.cert, "not a certificate\n");
  process.kill(colo.pid, "SIGHUP");
  const [, why] = await colo.untilSaid(/the certificate stays as it was: (.+)/);
  assert.ok(why.includes(files.cert), why);
  assert.equal((await shakeHands(colo)).fingerprint, renewed);
  await writeFile(files.cert, good);
  await there.draw("main-chat");
});

test("certificates and keys that cannot be are refused in a sentence", async (t) => {
  const folder = await temporaryFolder(t);
  const file = (name) => join(folder, name);
  const other = await certificateFiles(t);
  await copyFile(certificate.cert, file("cert.pem"));
  await copyFile(certificate.key, file("key.pem"));
  await copyFile(other.key, file("other.pem"));
  await makeCertificate({ cert: file("rsa-cert.pem"), key: file("rsa.pem") }, ["rsa:2048"]);
  await writeFile(file("empty.pem"), "");
  await writeFile(file("garbage.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n");
  await writeFile(file("locked.pem"), "");
  await chmod(file("locked.pem"), 0);
  const tried = [
    ["nowhere.pem", "key.pem", /tls_cert .*nowhere\.pem: .*No such file.*fullchain\.pem/],
    ["cert.pem", "nowhere.pem", /tls_key .*nowhere\.pem: .*No such file.*privkey\.pem/],
    ["empty.pem", "key.pem", /tls_cert .*empty\.pem: holds no certificate/],
    ["garbage.pem", "key.pem", /tls_cert .*garbage\.pem: holds no certificate/],
    ["cert.pem", "empty.pem", /tls_key .*empty\.pem: holds no key/],
    ["cert.pem", "cert.pem", /tls_key .*cert\.pem: holds no key/],
    ["key.pem", "cert.pem", /tls_cert .*key\.pem: holds no certificate/],
    ["cert.pem", "other.pem", /tls_key .*other\.pem: is not the key of .*cert\.pem/],
    ["cert.pem", "rsa.pem", /tls_key .*rsa\.pem: is not the key of .*cert\.pem/],
    ["rsa-cert.pem", "key.pem", /tls_key .*key\.pem: is not the key of .*rsa-cert\.pem/],
    [".", "key.pem", /tls_cert .*: cannot be read \(Is a directory\)/],
  ];
  if (process.getuid() !== 0)
    tried.push(["cert.pem", "locked.pem", /tls_key .*locked\.pem: .*Permission denied/]);
  for (const [cert, key, pattern] of tried) {
    await writeFile(file("colo.toml"), `[server]\ntls_cert = "${cert}"\ntls_key = "${key}"\n`);
    const { code, out, err } = await runColo(["--data", folder, "--port", "0"]);
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.match(err, /^colo: [^\n]+\.\n$/);
    assert.match(err, pattern);
  }
});

test("it prints https addresses, the public name first, and which port sends there", async (t) => {
  await colo.untilSaid(/Ctrl-C/);
  const said = colo.output();
  const addresses = (text) => text.match(/https?:\/\/[^\s]+/g).filter((url) => !url.includes("#"));
  const urls = addresses(said);
  assert.deepEqual(urls, [`https://${publicName}:${colo.port}`, colo.url]);
  assert.match(said, /port \d+ sends browsers there/);
  const hosts = `[server]\nhosts = ["https://${publicName}", "other.colo.test"]\n`;
  const behindProxy = await startColo(t, { config: hosts + usualConfig });
  await behindProxy.untilSaid(/Ctrl-C/);
  const printed = addresses(behindProxy.output());
  assert.deepEqual(printed, [`https://${publicName}`, behindProxy.url]);
});

test("the plain port sends to TLS, whatever is asked of it, and only under our names", async () => {
  const [, port] = await colo.untilSaid(/port (\d+) sends browsers there/);
  const url = `http://127.0.0.1:${port}`;
  for (const [method, path] of [
    ["GET", "/"],
    ["GET", "/api/rooms?now"],
    ["HEAD", "/healthz"],
    ["POST", "/api/login"],
    ["DELETE", "/nowhere"],
  ]) {
    const headers = { Host: `${publicName}:${port}` };
    const reply = await request(url, { method, path, headers });
    assert.equal(reply.status, 308);
    assert.equal(reply.headers.location, `https://${publicName}:${colo.port}${path}`);
    assert.equal(reply.headers["set-cookie"], undefined);
    assert.equal(reply.headers["strict-transport-security"], undefined); // RFC 6797 §7.2
  }
  // Port 80 of a router, which then forwards 443 as well.
  const forwarded = await request(url, { path: "/x", headers: { Host: publicName } });
  assert.equal(forwarded.headers.location, `https://${publicName}/x`);
  // The same name, and to a browser another site.
  const dotted = await request(url, { path: "/x", headers: { Host: `${publicName}.` } });
  assert.equal(dotted.headers.location, `https://${publicName}./x`);
  for (const Host of ["evil.example", `${publicName}.evil.example`]) {
    const reply = await request(url, { headers: { Host } });
    assert.equal(reply.status, 403, Host);
    assert.equal(reply.headers.location, undefined);
    const health = await request(url, { path: "/healthz", headers: { Host } });
    assert.equal(health.status, 200, Host); // a load balancer's check follows no redirect
  }
  // The host of a whole address counts, and not that of the header (RFC 9112 §3.2.2).
  const absolute = (host, header) =>
    rawExchange(
      { port },
      `GET http://${host}/x HTTP/1.1\r\nHost: ${header}\r\nConnection: close\r\n\r\n`,
    );
  assert.match(await absolute("evil.example", publicName), /^HTTP\/1\.1 403 /);
  assert.match(
    await absolute(publicName, "evil.example"),
    new RegExp(`^HTTP/1\\.1 308 .*\\r\\nLocation: https://${publicName}/x\\r\\n`, "s"),
  );
  const upgrade =
    `GET /ws HTTP/1.1\r\nHost: ${publicName}\r\nOrigin: http://${publicName}\r\nUpgrade: websocket\r\n` +
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  assert.match(await rawExchange({ port }, upgrade, { until: /\r\n\r\n/ }), /^HTTP\/1\.1 308 /);
});

test("plain http at the port of TLS is sent to where it belongs, and what is neither is let go", async () => {
  const url = `http://127.0.0.1:${colo.port}`;
  const reply = await request(url, { path: "/main", headers: { Host: `127.0.0.1:${colo.port}` } });
  assert.equal(reply.status, 308);
  assert.equal(reply.headers.location, `${colo.url}/main`);
  const stranger = await request(url, { path: "/", headers: { Host: "evil.example" } });
  assert.equal(stranger.status, 403);
  for (const bytes of ["\0\0\0\0", "\x80\x2e\x01\x03\x01", "\x05\x01\x00", " \r\n\r\n"])
    assert.equal(await rawExchange({ port: colo.port }, Buffer.from(bytes, "latin1")), "");
  // A handshake that is none is answered with an alert at most.
  const broken = Buffer.from("16030100050100000100", "hex");
  assert.doesNotMatch(await rawExchange({ port: colo.port }, broken), /HTTP/);
  await new Phone(colo).register();
});

test("a handshake that does not come to an end is given up, also when stopping", async (t) => {
  const stopped = await startColo(t, { config: tlsConfig(certificate) });
  const silent = net.connect(stopped.port, "127.0.0.1");
  const halfway = net.connect(stopped.port, "127.0.0.1");
  for (const socket of [silent, halfway]) {
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    await new Promise((open) => socket.once("connect", open));
  }
  await new Promise((written) => halfway.write(Buffer.from("1603010200010001fc", "hex"), written));
  await new Phone(stopped).register();
  const { code, ms } = await stopped.stop();
  assert.equal(code, 0);
  assert.ok(ms < 2000, `it took ${ms} ms`);
});
