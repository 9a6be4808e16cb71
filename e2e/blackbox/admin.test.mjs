// The first administrator, and what whoever sits at the server can do to accounts.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { executable, runColo, startColo, temporaryFolder, within } from "../harness/colo.mjs";
import { newKey, newName, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

const setUpLink = /http:\/\/[^\s/]+\/#\/setup\/([\w-]+)\s/;
const codeOf = async (colo) => (await colo.untilSaid(setUpLink))[1];
const setUp = (phone, invite) =>
  phone.call("POST", "/api/setup", { key: newKey(), json: { invite } });
const register = (phone, invite) =>
  phone.call("POST", "/api/register", {
    json: { username: phone.name, password: phone.password, invite },
  });
const ask = async (colo, invite) =>
  (await new Phone(colo).expect(200, "POST", "/api/registration", { json: { invite } })).json
    .invite;

function assertRefused({ code, out, err }, pattern) {
  assert.ok(code !== 0 && code !== null, `exit code ${code}`);
  assert.equal(out, "");
  assert.match(err, /^colo: [^\n]+\n$/, err);
  assert.match(err, pattern);
}

async function assertDone(run, pattern) {
  const { code, out, err } = await run;
  assert.equal(code, 0, err);
  assert.match(out, pattern);
}

test("whoever opens the set-up link is the administrator, and nobody after that", async (t) => {
  const colo = await startColo(t);
  const code = await codeOf(colo);
  assert.equal(await ask(colo, code), "administrator");
  const first = new Phone(colo);
  const taken = await newPhone(t, colo);
  assert.equal(
    (await register(new Phone(colo, { name: taken.name }), code)).json.code,
    "username_taken",
  );
  assert.equal((await register(first, code)).status, 201);
  assert.equal((await first.me()).admin, true);
  assert.equal(await ask(colo, code), "gone");
  assert.equal((await register(new Phone(colo), code)).json.code, "invite_gone");
  assert.equal((await setUp(await newPhone(t, colo), code)).json.code, "invite_gone");
  await colo.untilSaid(new RegExp(`security: ${first.name} registered, as administrator`));
});

test("of those who race for the set-up link one is the administrator", async (t) => {
  const colo = await startColo(t);
  const code = await codeOf(colo);
  const signedIn = await newPhone(t, colo);
  const strangers = Array.from({ length: 3 }, () => new Phone(colo));
  const replies = await Promise.all([
    setUp(signedIn, code),
    ...strangers.map((phone) => register(phone, code)),
  ]);
  const done = replies.filter((r) => r.status === 200 || r.status === 201);
  assert.equal(done.length, 1, replies.map((r) => r.text).join());
});

test("whoever is signed in already becomes the administrator by it", async (t) => {
  const colo = await startColo(t);
  const code = await codeOf(colo);
  const phone = await newPhoneIn(t, colo);
  for (const wrong of ["", "x", code.toLowerCase()]) {
    const refused = await setUp(phone, wrong);
    assert.equal(refused.status, 403);
    assert.equal(refused.json.code, "invite_gone");
  }
  const reply = await setUp(phone, code);
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(reply.json, {
    username: phone.name,
    admin: true,
    idle_seconds: 1800,
    session_secret: phone.secret,
  });
  assert.equal((await phone.me()).admin, true);
  await phone.expect(200, "GET", "/api/invites", { key: newKey() });
  assert.equal((await phone.connect()).welcome.admin, true);
  await phone.login();
  assert.equal((await phone.me()).admin, true);
});

test("each start has a link of its own, until there is an administrator", async (t) => {
  const colo = await startColo(t);
  const code = await codeOf(colo);
  await colo.restart();
  const codes = [...colo.output().matchAll(/\/#\/setup\/([\w-]+)\s/g)].map((m) => m[1]);
  assert.equal(codes.length, 2);
  assert.notEqual(codes[0], codes[1]);
  assert.equal(await ask(colo, code), "gone");
  assert.equal((await register(new Phone(colo), codes[1])).status, 201);
  await colo.restart();
  assert.equal([...colo.output().matchAll(/#\/setup\//g)].length, 2);
});

test("an administrator is made beside a running server, or without one", async (t) => {
  const colo = await startColo(t);
  const code = await codeOf(colo);
  const name = newName("boss");
  const args = ["admin", "create", name, "--data", colo.data];
  await assertDone(
    runColo(args, "a good password\n"),
    new RegExp(`^${name} has an account now, and is an administrator\\.\n$`),
  );
  const boss = new Phone(colo, { name, password: "a good password" });
  await boss.login();
  assert.equal((await boss.me()).admin, true);
  await colo.untilSaid(new RegExp(`security: the account of ${name} was changed`));
  assert.equal(await ask(colo, code), "gone");

  await colo.stop();
  const other = newName("other");
  await assertDone(
    runColo(["--data", colo.data, "admin", "create", other], "another password"),
    /is an administrator/,
  );
  await colo.restart();
  await new Phone(colo, { name: other, password: "another password" }).login();
});

test("somebody who has an account is promoted when that is meant", async (t) => {
  const colo = await startColo(t);
  const phone = await newPhoneIn(t, colo);
  const unaware = ["admin", "create", phone.name.toUpperCase(), "--data", colo.data];
  const refused = await runColo(unaware, "12345678\n");
  assert.equal(refused.code, 1);
  assert.match(
    refused.err,
    new RegExp(`^colo: ${phone.name} already has an account\\. .*--existing`),
  );
  const args = [...unaware, "--existing"];
  await assertDone(
    runColo(args),
    new RegExp(`^${phone.name} had an account, and is an administrator now\\. `),
  );
  await colo.untilSaid(new RegExp(`security: the account of ${phone.name} was changed`));
  await phone.expect(200, "GET", "/api/invites", { key: newKey() });
  await phone.connect(); // it was not signed out
  assert.equal(phone.line.welcome.admin, true);
  await assertDone(runColo(args), /is an administrator already\.\n$/);
});

test("a reset password counts at once and ends that person's sessions only", async (t) => {
  const colo = await startColo(t);
  const phone = await newPhoneIn(t, colo);
  const other = await newPhoneIn(t, colo);
  const args = ["admin", "reset-password", phone.name, "--data", colo.data];
  await assertDone(
    runColo(args, "a better password\n"),
    new RegExp(`^${phone.name} has a new password now, and is signed out everywhere\\.\n$`),
  );
  const anew = new Phone(colo, { name: phone.name, password: "a better password" });
  await anew.login(); // before the server has seen to the others, or after
  assert.deepEqual(await phone.line.untilClosed(), { code: 4401, reason: "password_changed" });
  const reply = await phone.call("GET", "/api/me", { key: newKey() });
  assert.equal(reply.json.code, "signed_out");
  await anew.me();
  await other.join("main-chat");
  await assert.rejects(phone.login(), /401/);
  assert.ok(!colo.output().includes("a better password"));
});

test("what cannot be done is said in one sentence", async (t) => {
  const folder = await temporaryFolder(t);
  const admin = (what, name, data = folder, input = "a good password\n") =>
    runColo(["admin", what, name, "--data", data], input);
  assertRefused(await admin("create", "Ann", join(folder, "no")), /no data folder .*--data/);
  assertRefused(await admin("create", "Ann"), /holds no database .*--data/);
  assertRefused(await runColo(["admin"]), /--help/);
  assertRefused(await runColo(["admin", "create"]), /NAME/);
  assertRefused(await runColo(["admin", "destroy", "Ann"]), /--help/);

  const colo = await startColo(t, { data: folder });
  assertRefused(await admin("create", "A"), /2 to 24 characters/);
  assertRefused(await admin("create", "<b>Ann</b>"), /A name cannot hold </);
  assertRefused(await admin("create", "Ann", folder, "short\n"), /8 to 128 bytes/);
  assertRefused(await admin("create", "Ann", folder, ""), /no password was given/);
  assertRefused(await runColo(["admin", "create", "Ann", "--data", folder]), /no password/);
  assertRefused(await admin("reset-password", "Ann"), /nobody here is called Ann/);
  const phone = await newPhone(t, colo, { name: "paypal" });
  assertRefused(await admin("create", "paypaI"), /taken, or looks like/);
  await phone.me();
  await colo.stop();

  // SQLite's file format has the schema's version at byte 60.
  const db = await open(join(folder, "colo.db"), "r+");
  await db.write(Buffer.from([0, 0, 4711 >> 8, 4711 & 255]), 0, 4, 60);
  await db.close();
  assertRefused(await admin("create", "Ann"), /newer Colo \(schema 4711/);
  const other = join(folder, "other");
  await mkdir(other);
  await writeFile(join(other, "colo.db"), "Dear diary, this is not a database at all.".repeat(40));
  assertRefused(await admin("create", "Ann", other), /not a database/);
});

/** What a terminal shows when `lines` are typed, each once the last line ends with a colon. */
async function onTerminal(args, lines) {
  const words = [executable, ...args].map((word) => `'${word}'`).join(" ");
  const env = { ...process.env, SHELL: "/bin/sh" };
  const child = spawn("script", ["-qec", `exec ${words}`, "/dev/null"], { stdio: "pipe", env });
  let shown = "";
  const left = [...lines];
  child.stdout.on("data", (part) => {
    shown += part;
    if (/: $/.test(shown) && left.length > 0) child.stdin.write(left.shift());
  });
  const ended = new Promise((tell) => child.once("close", tell));
  try {
    const code = await within(ended, () => `colo ended: ${shown}`);
    return { code, shown };
  } finally {
    child.kill("SIGKILL");
  }
}

test("on a terminal the password is asked for twice and not shown", async (t) => {
  const colo = await startColo(t);
  const name = newName("typist");
  const args = ["admin", "create", name, "--data", colo.data];
  const differ = await onTerminal(args, ["one password\n", "another one\n"]);
  assert.equal(differ.code, 1);
  assert.match(differ.shown, /colo: those two passwords differ; nothing was changed/);
  const broken = await onTerminal(args, ["\x03"]);
  assert.equal(broken.code, 1);
  assert.match(broken.shown, /colo: nothing was changed/);
  const done = await onTerminal(args, ["one password\n", "one password\n"]);
  assert.equal(done.code, 0, done.shown);
  for (const { shown } of [differ, done]) assert.ok(!shown.includes("one password"), shown);
  await new Phone(colo, { name, password: "one password" }).login();
});
