// Whether a name is known does not show in how long a sign-in takes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { generousLimits, startColo } from "../harness/colo.mjs";
import { newName, newPhone } from "../harness/phone.mjs";
import { request } from "../harness/requests.mjs";

const colo = await startColo({ after }, { config: generousLimits });
const tries = 1000;

/** Each try comes from a network of its own, so that none has to wait for guessing. */
let networks = 0;
function nextNetwork() {
  networks += 1;
  return `127.1.${networks >> 8}.${networks & 255}`;
}

/** How long a sign-in is refused for, in milliseconds. */
async function timeOf(username) {
  const body = JSON.stringify({ username, password: "not the password" });
  const began = performance.now();
  const reply = await request(colo.url, {
    method: "POST",
    path: "/api/login",
    localAddress: nextNetwork(),
    headers: {
      Origin: colo.url,
      "Content-Type": "application/json",
      "Content-Length": String(body.length),
    },
    body,
  });
  const took = performance.now() - began;
  assert.equal(reply.json.code, "bad_credentials", reply.text);
  return took;
}

const sorted = (times) => times.toSorted((a, b) => a - b);

/** The mean without the fifth at either end, which is what else this machine was doing. */
function trimmedMean(times) {
  const cut = Math.floor(times.length / 5);
  const kept = sorted(times).slice(cut, times.length - cut);
  return kept.reduce((sum, time) => sum + time, 0) / kept.length;
}

test(`an unknown name and a wrong password take the same time, over ${tries} of each`, async (t) => {
  const known = await newPhone(t, colo);
  const unknownTimes = [];
  const wrongTimes = [];
  const differences = [];
  // Two at a time, as there are two threads that hash; each pair within the same moment.
  const work = async () => {
    while (differences.length < tries) {
      const unknownFirst = Math.random() < 0.5;
      const [a, b] = unknownFirst
        ? [newName("nobody"), known.name]
        : [known.name, newName("nobody")];
      const first = await timeOf(a);
      const second = await timeOf(b);
      const [unknown, wrong] = unknownFirst ? [first, second] : [second, first];
      unknownTimes.push(unknown);
      wrongTimes.push(wrong);
      differences.push(unknown - wrong);
    }
  };
  await Promise.all([work(), work()]);

  const hash = trimmedMean(wrongTimes);
  const difference = trimmedMean(differences);
  const share = (100 * difference) / hash;
  t.diagnostic(
    `a wrong password takes ${hash.toFixed(2)} ms, an unknown name ${trimmedMean(unknownTimes).toFixed(2)} ms: ${share.toFixed(2)} % apart`,
  );
  assert.ok(Math.abs(share) < 5, `${share.toFixed(2)} % of a hash`);
});
