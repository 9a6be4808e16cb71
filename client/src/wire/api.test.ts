import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Api, type Memory } from "./api";

// A real server on a real port: what a lost reply is, only a network knows.

type Answering = (request: IncomingMessage, reply: ServerResponse, body: string) => void;

interface Seen {
  readonly call: string;
  readonly rid: string | undefined;
  readonly body: string;
}

/** What each request said of whose page it is. */
let secrets: (string | undefined)[];

let server: Server;
let base: string;
let answering: Answering;
let seen: Seen[];
let open: number;
let mostOpen: number;
let memory: Memory;
let waited: number[];
let clock: number;

function json(reply: ServerResponse, status: number, value: unknown, more = {}): void {
  reply.writeHead(status, { "Content-Type": "application/json", ...more });
  reply.end(JSON.stringify(value));
}

const refuse = (reply: ServerResponse, status: number, code: string, more = {}) =>
  json(
    reply,
    status,
    { type: "about:blank", title: code, status, code, detail: "A sentence." },
    more,
  );

function memoryOf(values = new Map<string, string>()): Memory {
  return {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

function newApi(): Api {
  return new Api({
    base,
    memory,
    fetch,
    random: () => 0.5,
    wait: async (ms) => void waited.push(ms),
    now: () => clock,
    turn: { take: (run) => run(), drop: () => {} },
  });
}

beforeEach(async () => {
  seen = [];
  secrets = [];
  waited = [];
  open = 0;
  mostOpen = 0;
  clock = 0;
  memory = memoryOf();
  server = createServer(async (request, reply) => {
    mostOpen = Math.max(mostOpen, ++open);
    let body = "";
    for await (const chunk of request) body += chunk;
    const rid = request.headers["idempotency-key"];
    const secret = request.headers["colo-session"];
    secrets.push(typeof secret === "string" ? secret : undefined);
    seen.push({
      call: `${request.method} ${request.url}`,
      rid: typeof rid === "string" ? rid : undefined,
      body,
    });
    reply.on("close", () => open--);
    answering(request, reply, body);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  base = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const rids = () => seen.map((one) => one.rid);

test("each ticket has a rid of its own, of the right shape", async () => {
  answering = (_, reply) => json(reply, 200, { ticket: "t" });
  const api = newApi();
  expect(await api.ticket()).toEqual({ state: "ok", value: "t" });
  await api.ticket();
  for (const rid of rids()) expect(rid).toMatch(/^[A-Za-z0-9_-]{16,64}$/);
  expect(new Set(rids()).size).toBe(2);
  expect(memory.length).toBe(0);
});

test("a tab has one token request in flight, however many are asked for", async () => {
  answering = (_, reply) => void setImmediate(() => json(reply, 200, { ticket: "t" }));
  const api = newApi();
  await Promise.all([api.ticket(), api.ticket(), api.ticket(), api.logout()]);
  expect(seen).toHaveLength(4);
  expect(mostOpen).toBe(1);
});

test("a lost reply is asked for again with the same rid", async () => {
  answering = (request, reply) => {
    if (seen.length === 1) request.socket.destroy();
    else json(reply, 200, { ticket: "again" });
  };
  expect(await newApi().ticket()).toEqual({ state: "ok", value: "again" });
  expect(seen).toHaveLength(2);
  expect(rids()[1]).toBe(rids()[0]);
});

test("a request that was never answered is repeated by the next page, before anything else", async () => {
  answering = (request) => request.socket.destroy();
  expect(await newApi().ticket()).toEqual({ state: "unreachable" });
  const [lost] = rids();
  expect(new Set(rids()).size).toBe(1);
  const before = seen.length;

  answering = (_, reply) => json(reply, 200, { ticket: `for ${seen.length}` });
  const nextPage = newApi();
  expect(await nextPage.ticket()).toEqual({ state: "ok", value: `for ${before + 2}` });
  expect(rids()[before]).toBe(lost);
  expect(rids()[before + 1]).not.toBe(lost);
  expect(memory.length).toBe(0);
});

test("a proxy that did not hear the server has not answered for it", async () => {
  let tries = 0;
  answering = (_, reply) => {
    if (++tries > 2) return json(reply, 200, { ticket: "at last" });
    reply.writeHead(tries === 1 ? 502 : 504, { "Content-Type": "text/html" });
    reply.end("<h1>Bad Gateway</h1>");
  };
  expect(await newApi().ticket()).toEqual({ state: "ok", value: "at last" });
  expect(new Set(seen.map(({ rid }) => rid)).size).toBe(1);
});

test("another tab was quicker: wait 50 to 300 ms and try again, nothing is lost", async () => {
  answering = (_, reply) =>
    seen.length < 3 ? refuse(reply, 409, "token_spent") : json(reply, 200, { ticket: "mine" });
  expect(await newApi().ticket()).toEqual({ state: "ok", value: "mine" });
  expect(waited).toHaveLength(2);
  for (const ms of waited) {
    expect(ms).toBeGreaterThanOrEqual(50);
    expect(ms).toBeLessThanOrEqual(300);
  }
});

test("signed out is an answer, with the server's code", async () => {
  answering = (_, reply) => refuse(reply, 401, "token_replayed");
  expect(await newApi().ticket()).toMatchObject({
    state: "refused",
    status: 401,
    code: "token_replayed",
    detail: "A sentence.",
  });
  expect(memory.length).toBe(0);
});

test("Retry-After is understood", async () => {
  answering = (_, reply) => refuse(reply, 429, "too_many_requests", { "Retry-After": "7" });
  expect(await newApi().login("ada", "password")).toMatchObject({ retryAfterMs: 7000 });
});

test("a ticket that took too long on its way is not used", async () => {
  answering = (_, reply) => {
    clock += 9000;
    json(reply, 200, { ticket: `number ${seen.length}` });
  };
  expect(await newApi().ticket()).toEqual({ state: "ok", value: "number 2" });
  expect(rids()[1]).not.toBe(rids()[0]);
});

test("a reply that is not what the contract says is a refusal", async () => {
  answering = (_, reply) => json(reply, 200, { tickets: [] });
  expect(await newApi().ticket()).toMatchObject({ state: "refused", code: "internal" });
});

test("signing in sends name and password, and no rid", async () => {
  answering = (_, reply) => json(reply, 200, { username: "Ada", session_secret: "s3cret" });
  expect(await newApi().login("ada", "secret!!")).toEqual({ state: "ok", value: "Ada" });
  expect(seen).toEqual([
    {
      call: "POST /api/login",
      rid: undefined,
      body: JSON.stringify({ username: "ada", password: "secret!!" }),
    },
  ]);
});

test("a new sign-in forgets what the old one still had open", async () => {
  answering = (request) => request.socket.destroy();
  await newApi().logout();
  expect(memory.length).toBe(1);
  answering = (_, reply) => json(reply, 200, { username: "ada", session_secret: "s3cret" });
  await newApi().login("ada", "secret!!");
  expect([memory.key(0), memory.length]).toEqual(["colo.session", 1]);
});

test("a registration whose reply was lost ends signed in, not with a taken name", async () => {
  answering = (request, reply) => {
    if (seen.length === 1) request.socket.destroy();
    else if (request.url === "/api/register") refuse(reply, 409, "username_taken");
    else json(reply, 200, { username: "ada", session_secret: "s3cret" });
  };
  expect(await newApi().register("ada", "secret!!")).toEqual({ state: "ok", value: "ada" });
  expect(seen.map((one) => one.call)).toEqual([
    "POST /api/register",
    "POST /api/register",
    "POST /api/login",
  ]);
});

test("a name that somebody else took stays taken, also after a lost reply", async () => {
  answering = (request, reply) => {
    if (seen.length === 1) request.socket.destroy();
    else if (request.url === "/api/register") refuse(reply, 409, "username_taken");
    else refuse(reply, 401, "bad_credentials");
  };
  expect(await newApi().register("ada", "secret!!")).toMatchObject({ code: "username_taken" });
});

test("a taken name is told at once", async () => {
  answering = (_, reply) => refuse(reply, 409, "username_taken");
  expect(await newApi().register("ada", "secret!!")).toMatchObject({ code: "username_taken" });
  expect(seen).toHaveLength(1);
});

test("registering sends the invite, and asking about one spends nothing", async () => {
  answering = (request, reply) =>
    request.url === "/api/registration"
      ? json(reply, 200, { registration: "invite", invite: "member" })
      : json(reply, 201, { username: "ada", session_secret: "s3cret" });
  const api = newApi();
  expect(await api.registration("CODE")).toEqual({
    state: "ok",
    value: { registration: "invite", invite: "member" },
  });
  await api.register("ada", "secret!!", "CODE");
  expect(seen[0]).toEqual({
    call: "POST /api/registration",
    rid: undefined,
    body: JSON.stringify({ invite: "CODE" }),
  });
  expect(JSON.parse(seen[1]?.body ?? "")).toEqual({
    username: "ada",
    password: "secret!!",
    invite: "CODE",
  });
});

test("an invite that this very registration used up, its reply lost, lets it in", async () => {
  answering = (request, reply) => {
    if (seen.length === 1) request.socket.destroy();
    else if (request.url === "/api/register") refuse(reply, 403, "invite_gone");
    else json(reply, 200, { username: "ada", session_secret: "s3cret" });
  };
  expect(await newApi().register("ada", "secret!!", "CODE")).toEqual({ state: "ok", value: "ada" });
});

test("what was not answered is repeated by the next page with its body", async () => {
  answering = (request) => request.socket.destroy();
  const invite = { call: "POST /api/invites", body: '{"note":"two\\nlines"}' };
  await newApi().spend(invite);
  const [lost] = rids();
  const before = seen.length;
  answering = (_, reply) => json(reply, 200, { ticket: "t" });
  await newApi().ticket();
  expect(seen[before]).toEqual({ call: invite.call, rid: lost, body: invite.body });
  expect(memory.length).toBe(0);
});

test("what holds a password is remembered nowhere, and asked for until it is answered", async () => {
  const body = JSON.stringify({ password: "old secret", new_password: "new secret" });
  const remembered: number[] = [];
  answering = (request, reply) => {
    remembered.push(memory.length);
    if (seen.length <= 12) request.socket.destroy();
    else json(reply, 200, seen.length === 13 ? {} : { ticket: "t" });
  };
  const api = newApi();
  let late = 0;
  const insist = () => void late++;
  const spending = { call: "POST /api/password", body, secret: true, insist };
  const [changed, ticket] = await Promise.all([api.spend(spending), api.ticket()]);
  expect(changed).toEqual({ state: "ok", value: {} });
  expect(late).toBe(1);
  expect(remembered.slice(0, 13)).toEqual(Array(13).fill(0));
  expect(new Set(rids().slice(0, 13)).size).toBe(1);
  expect(waited.slice(3)).toEqual(Array(9).fill(5000));
  // Nobody spends a token in between, and nothing is asked for twice afterwards.
  expect(ticket).toEqual({ state: "ok", value: "t" });
  expect(seen.map((one) => one.call).slice(12)).toEqual(["POST /api/password", "POST /api/ticket"]);
});

test("what could not be sent, as another request comes first, is not sent later either", async () => {
  answering = (request) => request.socket.destroy();
  await newApi().logout();
  const api = newApi();
  const body = JSON.stringify({ password: "secret", drawings: "keep" });
  expect(await api.spend({ call: "DELETE /api/me", body, secret: true })).toEqual({
    state: "unreachable",
  });
  answering = (_, reply) => json(reply, 200, { ticket: "t" });
  await api.ticket();
  expect(seen.map((one) => one.call)).not.toContain("DELETE /api/me");
});

test("to be signed out everywhere is asked for until it is answered, by the next page if need be", async () => {
  const remembered: number[] = [];
  answering = (request, reply) => {
    remembered.push(memory.length);
    if (seen.length <= 8) request.socket.destroy();
    else json(reply, 200, {});
  };
  const insist = () => {};
  const answer = await newApi().spend({ call: "DELETE /api/sessions", insist });
  expect(answer.state).toBe("ok");
  expect(remembered).toEqual(Array(9).fill(1));
  expect(memory.length).toBe(0);
});

test("a page that slept does not ask once more for what another page got answered", async () => {
  answering = (request) => {
    if (seen.length === 6) memory.removeItem(memory.key(0) ?? "");
    request.socket.destroy();
  };
  const answer = await newApi().spend({ call: "DELETE /api/sessions", insist: () => {} });
  expect(answer.state).toBe("unreachable");
  expect(seen).toHaveLength(6);
});

test("a token that a page spent which is gone by now is had back by that page's own request", async () => {
  // The other tab's request reached the server after this one had looked for such.
  const orphan = "a".repeat(32);
  answering = (request, reply) => {
    if (request.headers["idempotency-key"] === orphan) json(reply, 200, { ticket: "theirs" });
    else if (rids().includes(orphan)) json(reply, 200, { ticket: "mine" });
    else {
      memory.setItem(`colo.request.${orphan}`, "POST /api/ticket");
      refuse(reply, 409, "token_spent");
    }
  };
  expect(await newApi().ticket()).toEqual({ state: "ok", value: "mine" });
  expect(seen).toHaveLength(3);
  expect(memory.length).toBe(0);
});

const signIn = (name: string, secret: string) => {
  answering = (_, reply) => json(reply, 200, { username: name, session_secret: secret });
  return newApi().login(name, "secret!!");
};
const giveTickets = () => {
  answering = (_, reply) => json(reply, 200, { ticket: "t" });
};

test("each call that spends a token says whose page it is, and no other does", async () => {
  await signIn("ada", "of-ada");
  giveTickets();
  const next = newApi();
  await next.ticket();
  await next.registration(undefined);
  expect(secrets).toEqual([undefined, "of-ada", undefined]);
});

test("a page does not speak for the person who signed in in another tab", async () => {
  await signIn("ada", "of-ada");
  const page = newApi();
  let met = 0;
  page.stranger = () => void met++;
  await signIn("ben", "of-ben");
  giveTickets();
  seen = [];
  expect(await page.ticket()).toMatchObject({ state: "refused", code: "other_person" });
  expect(seen).toEqual([]);
  expect(met).toBe(1);
  page.owner.follow();
  expect(await page.ticket()).toEqual({ state: "ok", value: "t" });
  expect(secrets.pop()).toBe("of-ben");
});

test("a page goes on with the session that its person began in another tab", async () => {
  await signIn("ada", "first");
  const page = newApi();
  await signIn("ada", "second");
  giveTickets();
  expect(await page.ticket()).toEqual({ state: "ok", value: "t" });
  expect(secrets.pop()).toBe("second");
});

test("who signs in in another tab while a page asks is noticed by the refusal", async () => {
  await signIn("ada", "first");
  const page = newApi();
  for (const [name, secret, outcome] of [
    ["ada", "second", { state: "ok" }],
    ["ben", "third", { code: "other_person" }],
  ] as const) {
    answering = (_, reply) => {
      memory.setItem("colo.session", `${secret} ${name}`);
      giveTickets();
      refuse(reply, 401, "other_session");
    };
    expect(await page.ticket()).toMatchObject(outcome);
  }
});

test("a cookie of another session, whoever's it is, is told and not followed", async () => {
  await signIn("ada", "of-ada");
  const page = newApi();
  let met = 0;
  page.stranger = () => void met++;
  answering = (_, reply) => refuse(reply, 401, "other_session");
  expect(await page.ticket()).toMatchObject({ code: "other_session" });
  expect(met).toBe(1);
  expect(seen).toHaveLength(2);
});

test("where nothing can be kept, a page is signed in for as long as it lives", async () => {
  memory = {
    ...memoryOf(),
    setItem: () => {
      throw new Error("full");
    },
  };
  answering = (_, reply) => json(reply, 200, { username: "ada", session_secret: "of-ada" });
  const page = newApi();
  await page.login("ada", "secret!!");
  giveTickets();
  expect(await page.ticket()).toEqual({ state: "ok", value: "t" });
  expect(secrets.pop()).toBe("of-ada");
});
