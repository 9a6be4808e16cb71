// A machine where nothing can be written to but the data folder, as a container's may be.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { generousLimits, startColo, temporaryFolder } from "../harness/colo.mjs";
import { newKey, newPhoneIn } from "../harness/phone.mjs";

const room = "den";
const config = `${generousLimits}\n[[room]]\nid = "den"\nname = "Den"\nkeep = 200\n`;

/** A command that starts another with every file system read-only but `folder`. */
const readOnlyBut = (folder) => [
  "unshare",
  "-rm",
  "sh",
  "-c",
  `for place in / /tmp /var/tmp /dev/shm; do
  mountpoint -q $place || mount --bind $place $place
  mount -o remount,bind,ro $place || exit 1
done
mount --bind "${folder}" "${folder}" && mount -o remount,bind,rw "${folder}" && cd / && exec "$@"`,
  "sh",
];

test("drawings are pruned and erased where no temporary folder can be written to", async (t) => {
  const data = await temporaryFolder(t);
  const under = readOnlyBut(data);
  const tried = spawnSync(under[0], [...under.slice(1), "sh", "-c", "! touch /tmp/colo-probe"]);
  if (tried.status !== 0) return t.skip(`no namespaces here: ${tried.stderr}`);
  const colo = await startColo(t, { config, data, under });
  const phone = await newPhoneIn(t, colo, room);
  const ids = Array.from({ length: 600 }, () => phone.line.post(room));
  for (const id of ids) await phone.until((f) => f.accepted?.clientId === id);
  await colo.restart();
  await colo.untilSaid(/room den: 400 drawings beyond its `keep` were removed/);
  await phone.login();
  await phone.expect(204, "DELETE", "/api/me", {
    key: newKey(),
    json: { password: phone.password, drawings: "delete" },
  });
  const witness = await newPhoneIn(t, colo);
  for (let { deletion } = await witness.join(room); deletion < 200; )
    ({ deletion } = await witness.until((f) => f.deleted));
  assert.deepEqual((await witness.join(room)).messages, []);
  assert.doesNotMatch(colo.output(), /disk I\/O error/);
});
