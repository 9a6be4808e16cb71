// Requests that race with one token, as the tabs of a browser make them.
import assert from "node:assert/strict";
import http from "node:http";
import { after, test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { newKey, newPhone } from "../harness/phone.mjs";

// Two shards, so that two requests really can be at the same instant.
const colo = await startColo({ after }, { args: ["--shards", "2"] });

const rounds = 1000;
const racers = 8;

/** Calls that spend a token and leave the session as it is. */
const calls = [
  ["GET", "/api/me"],
  ["POST", "/api/ticket"],
];

/** In most rounds all make the same call, in some each another, and now and then one signs out. */
function callsOf(round) {
  if (round % 20 === 19)
    return [["POST", "/api/logout"], ...Array(racers - 1).fill(calls[round % calls.length])];
  return Array.from(
    { length: racers },
    (_, i) => calls[(round + (round % 3 ? 0 : i)) % calls.length],
  );
}

test(`of ${racers} requests with one token exactly one runs, ${rounds} times`, async (t) => {
  const phone = await newPhone(t, colo);
  // Connections that stay open, on both shards.
  const agents = Array.from(
    { length: racers },
    () => new http.Agent({ keepAlive: true, maxSockets: 1 }),
  );
  t.after(() => {
    for (const agent of agents) agent.destroy();
  });
  const given = new Set([phone.token]);
  for (let round = 0; round < rounds; ++round) {
    const { token } = phone;
    const racing = callsOf(round).map(([method, path, options], i) =>
      phone
        .call(method, path, { ...options, key: newKey(), token, agent: agents[i], jar: false })
        .then((reply) => ({ ...reply, path })),
    );
    const replies = await Promise.all(racing);
    const said = () =>
      `round ${round}: ${replies.map((r) => `${r.path} ${r.status} ${r.text}`).join("\n")}`;
    const ran = replies.filter((reply) => reply.status < 300);
    assert.equal(ran.length, 1, said());
    const signedOut = ran[0].path === "/api/logout";
    for (const reply of replies) {
      if (reply === ran[0]) continue;
      const late = signedOut && reply.status === 401;
      assert.equal(reply.json.code, late ? "signed_out" : "token_spent", said());
      assert.equal(reply.status, late ? 401 : 409, said());
      assert.equal(reply.headers["set-cookie"], undefined, said());
    }
    if (signedOut) {
      assert.equal(ran[0].token, "", said());
      await phone.login();
    } else {
      assert.ok(ran[0].token, said());
      phone.token = ran[0].token;
    }
    assert.ok(!given.has(phone.token), "no token is given twice");
    given.add(phone.token);
  }
  await phone.me();
});
