// A restart signs everybody out, and nothing secret is left behind.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { anotherPhoneOf, newKey, newName, newPhoneIn } from "../harness/phone.mjs";

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => join(e.path, e.name));
}

/** Which of `secrets`, by what they are, stand in a file of `folder` or in `output`. */
async function foundIn(folder, output, secrets) {
  const found = [];
  const files = await filesBelow(folder);
  assert.ok(
    files.some((file) => file.endsWith("colo.db")),
    `the database in ${files}`,
  );
  const places = [["the output", Buffer.from(output)]];
  for (const file of files) places.push([file, await readFile(file)]);
  for (const [place, bytes] of places)
    for (const [what, secret] of secrets)
      if (bytes.includes(secret)) found.push(`${what} in ${place}`);
  return found;
}

test("after a restart every old token is worthless, and nothing secret was ever written", async (t) => {
  const config = `[server]\nlog = "debug"\n${usualConfig}`;
  const colo = await startColo(t, { config });
  const phones = [];
  const tickets = [];
  for (let i = 0; i < 4; ++i) {
    const phone = await newPhoneIn(t, colo, "main-chat", "scratch");
    phones.push(phone, await anotherPhoneOf(t, phone));
  }
  const caption = newName("found");
  for (const phone of phones) {
    for (let i = 0; i < 10; ++i) await phone.me();
    tickets.push(await phone.ticket());
    await phone.connect({ ticket: tickets.at(-1) });
    await phone.join("main-chat");
    await phone.draw("main-chat", { caption });
  }
  // What goes wrong is what gets logged.
  const [replayer, leaver, guesser, ...staying] = phones;
  await replayer.call("GET", "/api/me", { key: newKey(), token: replayer.tokens[0] });
  await leaver.logout();
  const forged = `${guesser.token.slice(0, -4)}AAAA`;
  await guesser.call("GET", "/api/me", { key: newKey(), token: forged });
  const stale = await guesser.dial();
  stale.send({ hello: { ticket: tickets[2] } });
  assert.equal((await stale.untilClosed()).code, 4401);

  const secrets = [["the password", phones[0].password]];
  for (const phone of phones)
    for (const token of phone.tokens)
      secrets.push(
        ["a token", token],
        ["a signature", token.split(".")[2]],
        ["claims", token.split(".")[1]],
      );
  for (const phone of phones) secrets.push(["a session's secret", phone.secret]);
  for (const ticket of tickets) secrets.push(["a ticket", ticket]);
  assert.ok(secrets.length > 200);

  assert.deepEqual(await foundIn(colo.data, colo.output(), secrets), []);
  assert.equal((await foundIn(colo.data, "", [["a caption", caption]])).length > 0, true);
  await colo.restart();
  assert.deepEqual(await foundIn(colo.data, colo.output(), secrets), []);

  for (const phone of staying) {
    const reply = await phone.call("GET", "/api/me", { key: newKey() });
    assert.equal(reply.status, 401);
    assert.equal(reply.json.code, "signed_out");
    assert.equal(reply.headers["set-cookie"], undefined);
  }
  for (const token of staying[0].tokens) {
    const reply = await staying[0].call("POST", "/api/ticket", { key: newKey(), token });
    assert.equal(reply.json.code, "signed_out");
  }
  await staying[0].login();
  await staying[0].me();
});
