// sqlmap tries to put SQL into every field that the database is asked about.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { connect, createServer } from "node:net";
import { after, test } from "node:test";
import { generousLimits, startColo, temporaryFolder } from "../harness/colo.mjs";
import { cookieName, newKey, newPhone } from "../harness/phone.mjs";

const colo = await startColo({ after }, { config: generousLimits.replace(/connections.*\n/, "") });

/**
 * A road on which everybody seems to come from a network of their own, or the server
 * would let sqlmap guess five times and then wait.
 */
async function startManyNetworks(t) {
  let networks = 0;
  const server = createServer((tester) => {
    networks += 1;
    const localAddress = `127.3.${(networks >> 8) & 255}.${networks & 255}`;
    const served = connect({ port: colo.port, host: "127.0.0.1", localAddress });
    tester.on("error", () => served.destroy()).on("close", () => served.destroy());
    served.on("error", () => tester.destroy()).on("close", () => tester.destroy());
    tester.pipe(served).pipe(tester);
  });
  await new Promise((tell) => server.listen(0, "127.0.0.1", tell));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, count: () => networks };
}

/** What sqlmap says in the end; `what` marks with * where it is to try. */
async function sqlmap(t, path, what) {
  const road = await startManyNetworks(t);
  const folder = await temporaryFolder(t);
  const args = [
    ...["--batch", "--disable-coloring", "--flush-session", `--output-dir=${folder}`],
    ...["-u", road.url + path, `--host=127.0.0.1:${colo.port}`, `--headers=Origin: ${colo.url}`],
    ...["--dbms=SQLite", "--risk=2", "--threads=4", "--timeout=20", "--retries=1"],
    // Without guesses by how long an answer takes (T): hashing takes longer than any of them.
    ...["--technique=BEUSQ", "--union-cols=1-6", "--ignore-code=*", ...what],
  ];
  const said = await new Promise((tell) => {
    execFile(
      "sqlmap",
      args,
      { timeout: 280_000, maxBuffer: 1 << 26, env: { ...process.env, HOME: folder } },
      (error, out, err) => tell(`${out}\n${err}\n${error?.killed ? "sqlmap was not done" : ""}`),
    );
  });
  const ending = said.slice(-3000);
  assert.doesNotMatch(
    said,
    /is vulnerable|appears to be .*injectable|identified the following/,
    ending,
  );
  assert.match(said, /all tested parameters do not appear to be injectable/, ending);
  assert.ok(road.count() > 50, `${road.count()} tries: ${ending}`);
  t.diagnostic(`${road.count()} tries`);
}

test("sqlmap gets nothing into the database by any open call", { timeout: 300_000 }, async (t) => {
  const { name, token, secret } = await newPhone(t, colo);
  const json = [
    "--method=POST",
    "--headers",
    `Origin: ${colo.url}\nContent-Type: application/json`,
  ];
  const body = (fields) => [...json, `--data=${JSON.stringify(fields)}`];
  const cookie = [`--cookie=${cookieName(colo.url)}=${token}*`, "--level=2"];
  await Promise.all([
    sqlmap(t, "/api/login", body({ username: `${name}*`, password: "12345678" })),
    sqlmap(t, "/api/register", body({ username: "sq-map*", password: "12345678" })),
    sqlmap(t, "/api/registration", body({ invite: "sq-map*" })),
    sqlmap(t, "/api/me", [
      ...cookie,
      `--headers=Origin: ${colo.url}\nColo-Session: ${secret}*\nIdempotency-Key: ${newKey()}*`,
    ]),
  ]);
  assert.ok(colo.isRunning());
});
