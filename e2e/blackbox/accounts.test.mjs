// Registering and signing in: names, passwords, and what is not said.
import assert from "node:assert/strict";
import http from "node:http";
import { after, test } from "node:test";
import { generousLimits, startColo } from "../harness/colo.mjs";
import { newName, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

const colo = await startColo({ after });

const tryTo = (verb, username, password) =>
  new Phone(colo).call("POST", `/api/${verb}`, { json: { username, password } });
const register = (username, password = "12345678") => tryTo("register", username, password);
const login = (username, password = "12345678") => tryTo("login", username, password);

test("who registers is signed in, and can sign in again", async (t) => {
  const phone = await newPhone(t, colo);
  assert.deepEqual(await phone.me(), { username: phone.name, admin: false, idle_seconds: 1800 });
  const again = await new Phone(colo, { name: phone.name }).login();
  assert.equal((await again.me()).username, phone.name);
});

test("the cookie is for this server's pages alone", async () => {
  const reply = await register(newName());
  const [cookie, ...more] = reply.headers["set-cookie"];
  assert.equal(more.length, 0);
  assert.match(cookie, new RegExp(`^colo_token_${colo.port}=[\\w-]+\\.[\\w-]+\\.[\\w-]+; `));
  for (const attribute of ["Path=/", "HttpOnly", "SameSite=Strict"])
    assert.ok(cookie.includes(`; ${attribute}`), cookie);
  assert.ok(!/Domain/i.test(cookie), cookie);
  assert.ok(!reply.text.includes(reply.token));
});

test("a taken name, in any case and any width, is refused", async () => {
  const name = newName("Straße");
  assert.equal((await register(name)).status, 201);
  const same = [
    name,
    name.toLowerCase(),
    name.toUpperCase(), // STRASSE
    [...name]
      .map((c) => (/[a-z0-9]/.test(c) ? String.fromCodePoint(c.codePointAt(0) + 0xfee0) : c))
      .join(""),
  ];
  for (const taken of same) {
    const reply = await register(taken);
    assert.equal(reply.status, 409, `${taken}: ${reply.text}`);
    assert.equal(reply.json.code, "username_taken");
    assert.equal(reply.headers["set-cookie"], undefined);
  }
});

test("a name that only looks like a taken one is refused", async () => {
  const suffix = newName("").slice(1);
  assert.equal((await register(`paypal-${suffix}`)).status, 201);
  for (const [lookalike, code] of [
    ["paypaI", "username_taken"],
    ["pɑypal", "username_taken"], // Latin alpha
    ["pаypаl", "bad_username"], // Cyrillic in Latin, whoever has it
    ["ρaypal", "bad_username"], // Greek in Latin
  ]) {
    const reply = await register(`${lookalike}-${suffix}`);
    assert.equal(reply.json.code, code, `${lookalike}: ${reply.text}`);
    assert.equal(reply.status, code === "username_taken" ? 409 : 400);
  }
});

test("one signs in under one's name as one happens to type it, and is shown as registered", async () => {
  const name = newName("Ünal");
  await register(name);
  const reply = await login(name.toLowerCase().normalize("NFD"));
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.json.username, name);
});

test("names are 2 to 24 letters, digits, _ - . and single spaces inside", async () => {
  const suffix = newName("").slice(1);
  for (const good of [`Zoë ${suffix}`, `画家${suffix}`, `a_b-c.${suffix}`, `कृष्ण ${suffix}`]) {
    const reply = await register(good);
    assert.equal(reply.status, 201, `${good}: ${reply.text}`);
    assert.equal(reply.json.username, good);
  }
  const bad = [
    "",
    "a",
    "x".repeat(25),
    " fox",
    "fox ",
    "a  fox",
    "fox\tbox",
    "fox\nbox",
    "fox\u0000box",
    "fox\u200bbox",
    "fox\u202ebox",
    "fox@box",
    "<b>fox</b>",
    "fox/box",
    "🦊🦊",
    "---",
    "x".repeat(10_000),
  ];
  for (const name of bad) {
    const reply = await register(name);
    assert.equal(reply.status, 400, `${JSON.stringify(name.slice(0, 30))}: ${reply.text}`);
    assert.equal(reply.json.code, "bad_username");
    assert.ok(reply.json.detail.length < 300);
  }
});

test("passwords are 8 to 128 bytes", async () => {
  for (const bad of ["", "1234567", "x".repeat(129), "ü".repeat(65)]) {
    const reply = await register(newName(), bad);
    assert.equal(reply.status, 400);
    assert.equal(reply.json.code, "bad_password");
    if (bad) assert.ok(!reply.text.includes(bad));
  }
  for (const good of ["12345678", "x".repeat(128), "üüüü", "with\u0000zero", "  space  "]) {
    const name = newName();
    assert.equal((await register(name, good)).status, 201);
    assert.equal((await login(name, good)).status, 200);
    assert.equal((await login(name, `${good.slice(0, -1)}?`)).status, 401);
  }
});

test("a password that differs after a zero byte is another", async () => {
  const name = newName();
  await register(name, "with\u0000zero one");
  assert.equal((await login(name, "with\u0000zero two")).status, 401);
});

test("an unknown name and a wrong password are answered alike to the byte", async () => {
  const name = newName();
  await register(name);
  const [wrong, ...others] = [
    await login(name, "87654321"),
    await login(newName()),
    await login("no such < name"),
    await login(""),
    await login(name, ""),
    await login(name, "x".repeat(4000)),
  ];
  assert.equal(wrong.status, 401);
  assert.equal(wrong.json.code, "bad_credentials");
  const without = (headers) => headers.filter((h) => !/^(Date|\w{3}, .* GMT)$/i.test(h));
  for (const other of others) {
    assert.equal(other.status, 401);
    assert.ok(other.bytes.equals(wrong.bytes), `${other.text} and ${wrong.text}`);
    assert.deepEqual(without(other.rawHeaders), without(wrong.rawHeaders));
  }
});

test("text that looks like SQL is only text", async () => {
  const name = newName();
  await register(name);
  const injections = [`${name}' --`, `${name}' OR '1'='1`, "' OR 1=1; DROP TABLE accounts; --"];
  for (const text of injections) {
    assert.equal((await login(text)).status, 401);
    assert.equal((await login(name, text)).status, 401);
    assert.equal((await register(text)).status, 400);
  }
  const password = "'; DROP TABLE accounts; --";
  const other = newName();
  assert.equal((await register(other, password)).status, 201);
  assert.equal((await login(other, password)).status, 200);
});

test("two who register the same name at once: one gets it", async () => {
  for (let round = 0; round < 5; ++round) {
    const name = newName();
    const replies = await Promise.all([
      register(name),
      register(name.toUpperCase()),
      register(name),
    ]);
    assert.deepEqual(replies.map((r) => r.status).sort(), [201, 409, 409]);
  }
});

test("captions that look like SQL or HTML are stored and shown as typed", async (t) => {
  const captions = [
    `Robert'); DROP TABLE messages;--`,
    `<script>alert("x")</script>`,
    `<img src=x onerror=alert(1)> &amp; "quotes" \\ \\u0041 %s %n {} \${x}`,
    "\u05e9\u05dc\u05d5\u05dd \ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67 e\u0301",
    "x".repeat(280),
    "🦊".repeat(280),
  ];
  const [author, reader] = await Promise.all([
    newPhoneIn(t, colo, "main-chat"),
    newPhoneIn(t, colo, "main-chat"),
  ]);
  const seqs = [];
  for (const caption of captions) {
    seqs.push((await author.draw("main-chat", { caption })).seq);
    const message = await reader.until((f) => f.message);
    assert.equal(message.caption, caption);
    assert.equal(message.author, author.name);
  }
  const { messages } = await reader.line.history("main-chat", seqs.at(-1) + 1, captions.length);
  assert.deepEqual(
    messages.map((m) => m.caption),
    captions,
  );
});

test("registering and signing in too often from one address is slowed down", async (t) => {
  const strict = await startColo(t, {
    config: generousLimits
      .replace(/(registrations_per_hour) = .*/, "$1 = 2")
      .replace(/(sign_ins_per_minute) = .*/, "$1 = 3"),
  });
  const name = newName();
  const tries = async (verb, username) =>
    new Phone(strict).call("POST", `/api/${verb}`, { json: { username, password: "12345678" } });
  assert.equal((await tries("register", "?")).status, 400); // a slip costs nothing
  assert.equal((await tries("register", name)).status, 201);
  assert.equal((await tries("register", newName())).status, 201);
  const tooMany = await tries("register", newName());
  assert.equal(tooMany.status, 429);
  assert.equal(tooMany.json.code, "too_many_requests");
  assert.ok(Number(tooMany.headers["retry-after"]) > 0);
  for (let i = 0; i < 3; ++i) assert.equal((await tries("login", name)).status, 200);
  const guessing = await tries("login", name);
  assert.equal(guessing.status, 429);
  assert.ok(Number(guessing.headers["retry-after"]) <= 20);
});

test("guessing at an account makes the guesser wait longer and longer, and nobody else", async (t) => {
  const victim = await newPhone(t, colo);
  const from = (localAddress) => new http.Agent({ localAddress });
  const attempt = (agent, password, username = victim.name) =>
    new Phone(colo).call("POST", "/api/login", { json: { username, password }, agent });
  const attacker = from("127.0.0.66");
  for (let i = 0; i < 5; ++i) assert.equal((await attempt(attacker, `guess ${i}!`)).status, 401);
  const refused = await attempt(attacker, "guess 5!");
  assert.equal(refused.status, 429);
  assert.equal(refused.json.code, "too_many_requests");
  assert.equal(refused.headers["retry-after"], "1");
  assert.equal(refused.headers["set-cookie"], undefined);
  // Not even with the right one; whether it is, is not said.
  assert.equal((await attempt(attacker, victim.password)).status, 429);
  // A name that nobody has is treated alike.
  const nobody = newName();
  for (let i = 0; i < 5; ++i)
    assert.equal((await attempt(attacker, "12345678", nobody)).status, 401);
  assert.equal((await attempt(attacker, "12345678", nobody)).status, 429);
  // The person it is about, elsewhere; and another person where the guesser is.
  assert.equal((await attempt(from("127.0.0.67"), victim.password)).status, 200);
  const neighbour = await newPhone(t, colo);
  assert.equal((await attempt(attacker, neighbour.password, neighbour.name)).status, 200);
});

test("a new name may not be told from another by what the eye passes over", async () => {
  const register = async (username) => {
    const json = { username, password: "correct horse battery" };
    const reply = await new Phone(colo).call("POST", "/api/register", { json });
    return reply.status === 201 ? 201 : reply.json.code;
  };
  assert.equal(await register("Annamaria W"), 201);
  for (const name of [
    "Annamaria W.",
    "Anna-Maria-W",
    "annamaria vv",
    "ᴀɴɴᴀᴍᴀʀɪᴀ W",
    "_AnnarnariaW",
  ])
    assert.equal(await register(name), "username_taken", name);
  for (const name of ["Annаmaria", "Αnnamaria", "AnnamᎪria"]) // Cyrillic, Greek, Cherokee in Latin
    assert.equal(await register(name), "bad_username", name);
  for (const name of ["Аннамария", "健二Kenji", "कृष्ण Krishna", "김민수Kim", "李小龍Lee"])
    assert.equal(await register(name), 201, name);
});
