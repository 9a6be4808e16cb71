// What testssl.sh finds at the port of TLS: nothing that is not explained.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { certificateFiles, tlsConfig } from "../harness/certificates.mjs";
import { startColo, temporaryFolder, within } from "../harness/colo.mjs";

/** Finding → why it is none; SECURITY.md says the same. */
const explained = JSON.parse(
  await readFile(new URL("testssl.explained.json", import.meta.url), "utf8"),
);
const harmless = ["OK", "INFO"];
const time_ms = 480_000; // a loaded machine takes three minutes

/** Nothing of it outlives the test, or the runner. */
function endGroupOf(context, child) {
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // all of it has ended
    }
  };
  context.after(end);
  process.once("exit", end);
}

/** Runs testssl.sh against the server; gives its findings. */
async function findings(context, { port }) {
  const file = join(await temporaryFolder(context), "findings.json");
  const child = spawn(
    "testssl",
    [
      ...["--protocols", "--std", "--fs", "--server-preference", "--server-defaults"],
      ...["--headers", "--vulnerable"],
      ...["--warnings", "batch", "--color", "0", "--ip", "one", "--jsonfile", file],
      `127.0.0.1:${port}`,
    ],
    // A group of its own: it is a script that starts many programs.
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  endGroupOf(context, child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
  const ended = new Promise((tell, fail) => {
    child.once("error", (error) => fail(new Error(`testssl: ${error.message}`)));
    child.once("close", tell);
  });
  await within(ended, () => `testssl came to an end; it said: ${said}`, time_ms);
  const found = JSON.parse(await readFile(file, "utf8"));
  assert.ok(found.length > 80, `testssl looked at everything; it said: ${said}`);
  return found;
}

test("testssl.sh finds nothing that is not explained", { timeout: time_ms + 30_000 }, async (t) => {
  const colo = await startColo(t, { config: tlsConfig(await certificateFiles(t)) });
  const found = await findings(t, colo);
  const of = (id) => found.find((finding) => finding.id === id)?.finding ?? `no finding ${id}`;

  const problems = found.filter(({ severity }) => !harmless.includes(severity));
  assert.deepEqual(
    problems.filter(({ id }) => !(id in explained)),
    [],
  );
  // That it did look, and at this server.
  for (const old of ["SSLv2", "SSLv3", "TLS1", "TLS1_1"]) assert.match(of(old), /not offered/);
  for (const spoken of ["TLS1_2", "TLS1_3"]) assert.match(of(spoken), /^offered/);
  for (const id of ["heartbleed", "ROBOT", "secure_renego", "CRIME_TLS", "SWEET32", "LUCKY13"])
    assert.match(of(id), /not vulnerable|supported/, id);
  assert.match(of("HSTS_time"), /31536000|365 days/);
});
