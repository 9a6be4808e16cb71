// Behind Caddy and nginx, with the very files of packaging/ that docs/deploying.md shows.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import https from "node:https";
import net from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { certificateFiles, publicName } from "../harness/certificates.mjs";
import { startColo, temporaryFolder, usualConfig, within } from "../harness/colo.mjs";
import { newKey, newName, Phone, request } from "../harness/phone.mjs";

const certificate = await certificateFiles({ after });
const signIns = 3;
const config = (host) => `[server]
hosts = ["${host}"]
trusted_proxies = ["127.0.0.1"]
${usualConfig.replace(/(sign_ins_per_minute) = .*/, `$1 = ${signIns}`)}`;

const example = (name) => readFile(new URL(`../../packaging/${name}`, import.meta.url), "utf8");

/** Replaces what whoever copies an example would: it must be there. */
function filledIn(text, changes) {
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), `"${from}" in the example`);
    text = text.replaceAll(from, to);
  }
  return text;
}

async function freePorts(count) {
  const listening = Array.from({ length: count }, () => net.createServer().listen(0, "127.0.0.1"));
  await Promise.all(
    listening.map((server) => new Promise((open) => server.once("listening", open))),
  );
  const ports = listening.map((server) => server.address().port);
  await Promise.all(listening.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** A program that says `ready` when it is, and ends with the test. */
async function startProgram(context, command, args, ready, env = {}) {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const ended = new Promise((tell) => child.once("close", tell));
  context.after(async () => {
    child.kill("SIGTERM");
    await within(ended, `${command} ended`).finally(end);
    process.removeListener("exit", end);
  });
  let said = "";
  const open = new Promise((tell, fail) => {
    child.once("error", (error) => fail(new Error(`${command}: ${error.message}`)));
    ended.then(() => fail(new Error(`${command} ended: ${said}`)));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
        if (ready.test(said)) tell();
      });
  });
  open.catch(() => {});
  await within(open, () => `${command} was ready; it said: ${said}`);
}

const starters = {
  async Caddy(context, colo) {
    const folder = await temporaryFolder(context);
    const [secure, plain] = await freePorts(2);
    const text = filledIn(await example("Caddyfile"), [
      ["draw.example.org {", `${publicName} {`],
      [
        "# tls /etc/ssl/colo/fullchain.pem /etc/ssl/colo/privkey.pem",
        `tls ${certificate.cert} ${certificate.key}`,
      ],
      ["127.0.0.1:5000", `127.0.0.1:${colo.port}`],
    ]);
    const here = `{\nadmin off\nhttp_port ${plain}\nhttps_port ${secure}\ndefault_bind 127.0.0.1\n}\n`;
    const file = join(folder, "Caddyfile");
    await writeFile(file, here + text);
    const args = ["run", "--config", file, "--adapter", "caddyfile"];
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    await startProgram(context, "caddy", args, /serving initial configuration/, env);
    return { secure, plain };
  },
  async nginx(context, colo) {
    const folder = await temporaryFolder(context);
    const [secure, plain] = await freePorts(2);
    const site = filledIn(await example("nginx.conf"), [
      ["/etc/letsencrypt/live/draw.example.org/fullchain.pem", certificate.cert],
      ["/etc/letsencrypt/live/draw.example.org/privkey.pem", certificate.key],
      ["draw.example.org", publicName],
      ["listen [::]:443 ssl;", ""],
      ["listen [::]:80;", ""],
      ["listen 443 ssl;", `listen 127.0.0.1:${secure} ssl;`],
      ["listen 80;", `listen 127.0.0.1:${plain};`],
      ["127.0.0.1:5000", `127.0.0.1:${colo.port}`],
    ]);
    const file = join(folder, "nginx.conf");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((what) => `${what}_temp_path ${join(folder, what)};`)
      .join("\n");
    await writeFile(
      file,
      `daemon off;\nmaster_process off;\npid ${join(folder, "pid")};\nerror_log stderr notice;\n` +
        `events {}\nhttp {\naccess_log off;\n${temporary}\n${site}\n}\n`,
    );
    const args = ["-p", folder, "-c", file];
    const path = `${process.env.PATH}:/usr/sbin`;
    await startProgram(context, "nginx", args, /using the "epoll" event method/, { PATH: path });
    return { secure, plain };
  },
};

/** Somebody at an address of their own, who asks for the public name. */
function phoneAt(context, { secure }, localAddress, more = {}) {
  const lookup = (_, { all }, tell) =>
    all ? tell(null, [{ address: "127.0.0.1", family: 4 }]) : tell(null, "127.0.0.1", 4);
  const agent = new https.Agent({ localAddress, lookup, rejectUnauthorized: false });
  const url = `https://${publicName}:${secure}`;
  const phone = new Phone({ url, port: secure }, { agent, ...more });
  context.after(() => phone.hangUp());
  return phone;
}

for (const [name, start] of Object.entries(starters))
  describe(`behind ${name}`, async () => {
    // As in the examples; nginx alone is to be believed that it speaks TLS.
    const host = name === "nginx" ? publicName : `https://${publicName}`;
    const colo = await startColo({ after }, { config: config(host) });
    const proxy = await start({ after }, colo);

    test("a person registers, signs in, joins and draws", async (t) => {
      const fox = await phoneAt(t, proxy, "127.0.0.2").register();
      assert.equal((await fox.me()).username, fox.name);
      const owl = await phoneAt(t, proxy, "127.0.0.3").register();
      for (const phone of [fox, owl]) {
        await phone.connect();
        await phone.join("main-chat");
      }
      await fox.draw("main-chat", { caption: "through and through" });
      const { message } = await owl.until((f) => f.message && f);
      assert.equal(message.caption, "through and through");
      await fox.line.close();
      await owl.until((f) => f.presence?.change === "CHANGE_LEFT");
    });

    test("cookies and headers are those of TLS", async (t) => {
      const phone = await phoneAt(t, proxy, "127.0.0.2").register();
      const { headers } = await phone.expect(200, "GET", "/api/me", { key: newKey() });
      assert.match(headers["set-cookie"][0], /^__Host-colo_token_\d+=.*; Secure$/);
      assert.match(headers["strict-transport-security"], /^max-age=/);
      const policy = headers["content-security-policy"];
      assert.ok(policy.includes(` wss://${publicName}:${proxy.secure};`), policy);
    });

    test("sign-ins are counted by the address behind it, whatever the caller claims", async (t) => {
      const tries = async (address, headers) => {
        const phone = phoneAt(t, proxy, address);
        const statuses = [];
        for (let i = 0; i <= signIns; ++i) {
          const json = { username: newName(), password: "not the right one" };
          const reply = await phone.call("POST", "/api/login", { json, headers });
          statuses.push(reply.status);
        }
        return statuses;
      };
      const late = [...Array(signIns).fill(401), 429];
      assert.deepEqual(await tries("127.0.0.4"), late);
      assert.deepEqual(await tries("127.0.0.5"), late);
      const forged = { "X-Forwarded-For": "198.51.100.7", Forwarded: "for=198.51.100.8" };
      assert.deepEqual(await tries("127.0.0.5", forged), Array(signIns + 1).fill(429));
      const claimed = { "X-Forwarded-For": "127.0.0.6, 127.0.0.1" };
      assert.deepEqual(await tries("127.0.0.5", claimed), Array(signIns + 1).fill(429));
      assert.deepEqual(await tries("127.0.0.6"), late);
    });

    test("nobody else's page, and no other scheme, gets through", async (t) => {
      const phone = await phoneAt(t, proxy, "127.0.0.2").register();
      for (const Origin of [null, "https://evil.example", `http://${publicName}:${proxy.secure}`]) {
        const reply = await phone.call("POST", "/api/ticket", {
          key: newKey(),
          headers: { Origin },
        });
        assert.equal(reply.status, 403);
        await assert.rejects(phone.dial({ origin: Origin }), { status: 403 });
      }
      const headers = { "X-Forwarded-Proto": "http" };
      const reply = await phone.expect(200, "GET", "/api/me", { key: newKey(), headers });
      assert.match(reply.headers["set-cookie"][0], /; Secure$/);
    });

    test("plain http is sent to TLS", async () => {
      const headers = { Host: publicName };
      const reply = await request(`http://127.0.0.1:${proxy.plain}`, { path: "/main?x", headers });
      assert.equal(reply.status, 308);
      assert.match(reply.headers.location, new RegExp(`^https://${publicName}(:\\d+)?/main\\?x$`));
    });
  });

test("who is not trusted may claim what they want", async (t) => {
  const strict = config(publicName).replace(/trusted_proxies.*/, "");
  const colo = await startColo(t, { config: strict });
  const phone = new Phone(colo);
  for (let i = 0; i <= signIns; ++i) {
    const json = { username: newName(), password: "not the right one" };
    const headers = { "X-Forwarded-For": `198.51.100.${i}`, "X-Forwarded-Proto": "https" };
    const reply = await phone.call("POST", "/api/login", { json, headers });
    assert.equal(reply.status, i < signIns ? 401 : 429);
    assert.equal(reply.headers["strict-transport-security"], undefined);
  }
});

test("an address with a port, brackets or quotes counts as the address", async (t) => {
  const colo = await startColo(t, { config: config(publicName) });
  const tries = async (forms) => {
    const statuses = [];
    for (const form of forms) {
      const json = { username: newName(), password: "not the right one" };
      const headers = { "X-Forwarded-For": form };
      statuses.push((await new Phone(colo).call("POST", "/api/login", { json, headers })).status);
    }
    return statuses;
  };
  const late = [...Array(signIns).fill(401), 429];
  const forms = [
    "198.51.100.7:4711",
    "198.51.100.7",
    '"198.51.100.7:80"',
    "192.0.2.1, 198.51.100.7:1",
  ];
  assert.deepEqual(await tries(forms), late);
  assert.deepEqual(await tries(["198.51.100.8:4711"]), [401]); // somebody else
  const v6 = ["[2001:db8::7]:4711", "[2001:db8::7]", "2001:db8::7", '"[2001:db8::7%eth0]:1"'];
  assert.deepEqual(await tries(v6), late);
  assert.deepEqual(await tries(["[2001:db8:0:1::7]:4711"]), [401]);
  assert.deepEqual(await tries(["unknown"]), [401]); // nobody but the proxy itself was counted
});

test("the scheme is the caller's, in a list and as Traefik writes it", async (t) => {
  const colo = await startColo(t, { config: config(publicName) });
  const phone = new Phone(colo);
  const upgrade = (scheme, proto) =>
    phone
      .dial({
        origin: `${scheme}://${publicName}`,
        headers: { Host: publicName, "X-Forwarded-Proto": proto },
      })
      .then(
        () => 101,
        ({ status }) => status,
      );
  t.after(() => phone.hangUp());
  for (const proto of ["https", "wss", "WSS", "https,http", "https, http", "wss, http"]) {
    assert.equal(await upgrade("https", proto), 101, proto);
    assert.equal(await upgrade("http", proto), 403, proto);
  }
  for (const proto of ["http", "ws", "http, https", "http,wss", "httpss"]) {
    assert.equal(await upgrade("http", proto), 101, proto);
    assert.equal(await upgrade("https", proto), 403, proto);
  }
  const headers = { Host: publicName, "X-Forwarded-Proto": "https,http" };
  const json = { username: newName(), password: "correct horse battery" };
  const how = { json, headers: { ...headers, Origin: `https://${publicName}` } };
  const reply = await phone.call("POST", "/api/register", how);
  assert.match(reply.headers["set-cookie"][0], /; Secure$/);
});
