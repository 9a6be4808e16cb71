// Starting and stopping, as whoever runs the server sees it.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { runColo, startColo, temporaryFolder } from "../harness/colo.mjs";
import { newPhone, newPhoneIn, request } from "../harness/phone.mjs";

/** One sentence on stderr, nothing on stdout, and no success. */
function assertRefused({ code, out, err }, pattern) {
  assert.ok(code !== 0 && code !== null, `exit code ${code}`);
  assert.equal(out, "");
  assert.match(err, /^colo: [^\n]+\n$/, err);
  assert.match(err, pattern);
}

test("--help names every flag and --version the version", async () => {
  const help = await runColo(["--help"]);
  assert.equal(help.code, 0);
  for (const flag of ["--data", "--config", "--host", "--port", "--shards", "--version"])
    assert.ok(help.out.includes(flag), `${flag} in: ${help.out}`);
  const version = await runColo(["--version"]);
  assert.equal(version.code, 0);
  assert.match(version.out, /^colo \d+\.\d+\.\d+\S*\n$/);
});

test("flags that cannot be are refused", async (t) => {
  const data = await temporaryFolder(t);
  assertRefused(await runColo(["--prot", "1"]), /--prot/);
  assertRefused(await runColo(["--data", data, "--port", "65536"]), /port/);
  assertRefused(await runColo(["--data", data, "--port", "web"]), /port/);
  assertRefused(await runColo(["--data", data, "--shards", "0"]), /shards/);
  assertRefused(await runColo(["--data", data, "--host", "example.org"]), /example\.org/);
  // TEST-NET-1 (RFC 5737) is nobody's address.
  assertRefused(
    await runColo(["--data", data, "--host", "192.0.2.1", "--port", "0"]),
    /192\.0\.2\.1/,
  );
});

test("a port in use is named, whoever uses it", async (t) => {
  const colo = await startColo(t);
  const data = await temporaryFolder(t);
  const flags = (port) => ["--host", "127.0.0.1", "--port", String(port), "--data", data];
  assertRefused(await runColo(flags(colo.port)), new RegExp(`${colo.port}.*--port`));

  const other = net.createServer().listen(0, "127.0.0.1");
  t.after(() => other.close());
  await new Promise((listening) => other.once("listening", listening));
  const { port } = other.address();
  assertRefused(await runColo(flags(port)), new RegExp(`${port}.*--port`));
});

test("a data folder that cannot be made or used is named", async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, "file");
  await writeFile(file, "not a folder");
  const flags = ["--host", "127.0.0.1", "--port", "0", "--data"];
  assertRefused(await runColo([...flags, join(file, "data")]), /file\/data/);
  assertRefused(await runColo([...flags, file]), /file/);

  const garbage = join(folder, "garbage");
  await mkdir(garbage);
  await writeFile(join(garbage, "colo.db"), "this is no database, however long it is".repeat(200));
  assertRefused(await runColo([...flags, garbage]), /colo\.db/);
});

test("a broken configuration is refused with its line", async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, "colo.toml");
  const refusal = async (text) => {
    await writeFile(file, text);
    return runColo(["--data", folder, "--host", "127.0.0.1", "--port", "0"]);
  };
  assertRefused(await refusal("[server]\nport = \n"), /colo\.toml:\d+: /);
  assertRefused(await refusal('[[room]]\nid = "den"\ncapcity = 3\n'), /colo\.toml:3: .*capacity/);
  assertRefused(
    await refusal('[session]\nidle_timeout = "soon"\n'),
    /colo\.toml:2: .*idle_timeout/,
  );
  const missing = join(folder, "nowhere.toml");
  assertRefused(await runColo(["--config", missing]), /nowhere\.toml/);
});

test("it says where to find it, where its data is and which rooms it has", async (t) => {
  const colo = await startColo(t);
  await colo.untilSaid(/Ctrl-C/);
  const said = colo.output();
  assert.ok(said.includes(colo.url), said);
  assert.ok(said.includes(colo.data), said);
  assert.match(said, /Main Chat \(saved\)/);
  assert.match(said, /Scratch \(temporary\)/);
  const lines = said.split("\n").filter((line) => /[█▀▄]{3}/.test(line));
  assert.ok(lines.length >= 10, `a QR code in: ${said}`);
});

test("without a file there are a saved Main Chat and a temporary Scratch", async (t) => {
  const colo = await startColo(t, { config: null });
  const phone = await newPhone(t, colo);
  const rooms = (await phone.rooms()).map(({ id, name, persistent }) => [id, name, persistent]);
  assert.deepEqual(rooms, [
    ["main-chat", "Main Chat", true],
    ["scratch", "Scratch", false],
  ]);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`${signal} tells phones to come back, and ends in time with phones and idle connections`, async (t) => {
    const colo = await startColo(t, { args: ["--shards", "2"] });
    const inRoom = await newPhoneIn(t, colo, "main-chat");
    const inLobby = await newPhoneIn(t, colo);
    const silent = await inLobby.dial();
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    await request(colo.url, { path: "/healthz", agent });
    const halfway = net.connect(colo.port, "127.0.0.1");
    t.after(() => halfway.destroy());
    halfway.on("error", () => {});
    await new Promise((open) => halfway.once("connect", open));
    await new Promise((written) => halfway.write("GET /healthz HTTP/1.1\r\nHos", written));
    const { seq } = await inRoom.draw("main-chat");
    assert.equal(seq, 1);

    const lines = [inRoom.line, inLobby.line, silent];
    const stopped = await colo.stop(signal);
    for (const line of lines) assert.equal((await line.untilClosed()).code, 4500);
    assert.equal(stopped.code, 0);
    assert.ok(stopped.ms < 5000, `it took ${stopped.ms} ms`);
  });
}

test("it ends at once when nobody is there", async (t) => {
  const colo = await startColo(t);
  const { code, ms } = await colo.stop();
  assert.equal(code, 0);
  assert.ok(ms < 2000, `it took ${ms} ms`);
});

test("it does not wait for a request that is half there", async (t) => {
  const colo = await startColo(t);
  for (const begun of [
    "G",
    "GET /healthz HTTP/1.1\r\nHos",
    "POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{",
  ]) {
    const halfway = net.connect(colo.port, "127.0.0.1");
    t.after(() => halfway.destroy());
    halfway.on("error", () => {});
    await new Promise((open) => halfway.once("connect", open));
    await new Promise((written) => halfway.write(begun, written));
  }
  // By the time this is answered, those have been read.
  await request(colo.url, { path: "/healthz" });
  const { code, ms } = await colo.stop();
  assert.equal(code, 0);
  assert.ok(ms < 2000, `it took ${ms} ms`);
});

test("a second server may not use the same data folder", async (t) => {
  const colo = await startColo(t);
  assertRefused(
    await runColo(["--host", "127.0.0.1", "--port", "0", "--data", colo.data]),
    /data folder|colo\.db|another/i,
  );
});
