/**
 * A phone without a browser: one person on one device, with a cookie jar of its
 * own, over HTTP and WebSocket. Nothing here waits for a time to pass; whatever
 * is waited for has a deadline.
 */
import { randomBytes } from "node:crypto";
import WebSocket from "ws";
import { patience_ms, within } from "./colo.mjs";
import { drawing as aDrawing, newClientId } from "./drawings.mjs";
import { cookieName, request } from "./requests.mjs";

export { cookieName, rawExchange, request } from "./requests.mjs";

let people = 0;
/** A name nobody has yet, also in other test files. */
export const newName = (word = "fox") =>
  `${word}-${randomBytes(3).toString("hex")}${(people++).toString(36)}`;

export const newKey = () => randomBytes(16).toString("hex");

const numbers = new Set(["seq", "lastSeq", "sentAtMs", "remixOf", "epoch", "deletion"]);
const absent = {
  welcome: { rooms: [], admin: false },
  joined: {
    members: [],
    messages: [],
    more: false,
    reset: false,
    epoch: 0,
    occupancy: 0,
    deletion: 0,
  },
  message: { caption: "", remixOf: 0, remixAuthor: "" },
  page: { messages: [], more: false },
  rooms: { rooms: [] },
  rejected: { retryAfterMs: 0, clientId: "" },
  pen: { down: false },
  presence: { occupancy: 0 },
};

// Protobuf's JSON leaves out what is zero and writes 64-bit numbers as text.
function readFrame(text) {
  const frame = JSON.parse(text, (key, value) =>
    numbers.has(key) && typeof value === "string" ? Number(value) : value,
  );
  const [kind] = Object.keys(frame);
  frame[kind] = { ...absent[kind], ...frame[kind] };
  if (kind === "joined" || kind === "page")
    frame[kind].messages = frame[kind].messages.map((m) => ({ ...absent.message, ...m }));
  if (kind === "joined") frame[kind].deleted = (frame[kind].deleted ?? []).map(Number);
  if (kind === "welcome" || kind === "rooms")
    frame[kind].rooms = frame[kind].rooms.map((room) => ({
      ...{ occupancy: 0, lastSeq: 0, persistent: false, description: "" },
      ...room,
    }));
  return frame;
}

/** One WebSocket of a phone, speaking colo.v1.json unless told otherwise. */
export class Line {
  #waiting = new Set();

  constructor(socket, user) {
    this.socket = socket;
    this.user = user;
    /** Every frame that came, in order; those not yet taken by until(). */
    this.heard = [];
    this.fresh = [];
    /** {code, reason} once the socket is closed; code 1006: without a goodbye. */
    this.closed = new Promise((tell) => {
      socket.once("close", (code, reason) => {
        this.close_code = code;
        tell({ code, reason: reason.toString() });
        for (const look of [...this.#waiting]) look();
      });
    });
    socket.on("error", () => {}); // `closed` tells
    socket.on("message", (data, binary) => {
      const frame = binary ? { bytes: data } : readFrame(data.toString("utf8"));
      this.heard.push(frame);
      this.fresh.push(frame);
      for (const look of [...this.#waiting]) look();
    });
  }

  /**
   * Takes the first frame, come or coming, for which `matches` gives something
   * truthy, and resolves with that: `until(f => f.joined)` gives the Joined.
   */
  until(matches, ms = patience_ms) {
    let look;
    const found = new Promise((tell, fail) => {
      look = () => {
        for (const [index, frame] of this.fresh.entries()) {
          const match = matches(frame);
          if (!match) continue;
          this.fresh.splice(index, 1);
          this.#waiting.delete(look); // the next frame may come before the waiter runs
          tell(match);
          return;
        }
        if (this.close_code !== undefined)
          fail(new Error(`the socket closed (${this.close_code}) before ${matches}`));
      };
    });
    this.#waiting.add(look);
    look();
    const what = () =>
      `${this.user} heard ${matches}; heard: ${JSON.stringify(this.fresh).slice(0, 2000)}`;
    return within(found, what, ms).finally(() => this.#waiting.delete(look));
  }

  /** Resolves with {code, reason} when the server, or this phone, has closed. */
  untilClosed(ms = patience_ms) {
    return within(this.closed, `the socket of ${this.user} was closed`, ms);
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  /** Sends a frame that is to be refused; resolves with the Rejected. */
  refused(frame) {
    this.send(frame);
    return this.until((f) => f.rejected);
  }

  hello(ticket) {
    this.send({ hello: { ticket, client: "blackbox/1" } });
    return this.until((f) => f.welcome);
  }

  /** Enters the room, or comes back to it; resolves with the Joined. */
  async join(room, { afterSeq, epoch, afterDeletion } = {}) {
    this.send({ join: { room, afterSeq, epoch, afterDeletion } });
    const answer = await this.until(
      (f) => (f.joined?.room === room && f) || (f.rejected?.frame === 2 && f),
    );
    if (answer.rejected) throw new Error(`${this.user} may not join: ${answer.rejected.code}`);
    return answer.joined;
  }

  leave(room) {
    this.send({ leave: { room } });
  }

  /** Sends a drawing and does not wait; gives its client id. */
  post(room, { caption, clientId = newClientId(), drawing = aDrawing(), remixOf } = {}) {
    this.send({ send: { room, clientId, drawing, caption, remixOf } });
    return clientId;
  }

  /** Sends a drawing; resolves with the Accepted. */
  async draw(room, what = {}) {
    const clientId = this.post(room, what);
    const answer = await this.until(
      (f) => (f.accepted?.clientId === clientId && f) || (f.rejected?.clientId === clientId && f),
    );
    if (answer.rejected) throw new Error(`${answer.rejected.code}: ${answer.rejected.reason}`);
    return answer.accepted;
  }

  /** The page before `beforeSeq`. */
  async history(room, beforeSeq, limit) {
    this.send({ history: { room, beforeSeq, limit } });
    const answer = await this.until((f) => (f.page?.room === room || f.rejected) && f);
    if (answer.rejected) throw new Error(answer.rejected.code);
    return answer.page;
  }

  /**
   * Resolves when all that was told in the room before now was heard: an answer
   * comes after what was told before it.
   */
  settled(room) {
    return this.history(room, 1);
  }

  /** The messages of `room` that were told live, so far. */
  told(room) {
    return this.heard.filter((f) => f.message?.room === room).map((f) => f.message);
  }

  /** A clean close, as a page that is left makes it. */
  close() {
    this.socket.close(1000);
    return this.untilClosed();
  }

  /** The connection is gone, and nobody said so. */
  drop() {
    this.socket.terminate();
    return this.untilClosed();
  }
}

/** A person on a device. */
export class Phone {
  #lines = [];

  /** @param {import("./colo.mjs").Colo} colo */
  constructor(colo, { name = newName(), password = "correct horse battery", agent } = {}) {
    this.colo = colo;
    /** How it connects, where that is not as usual. */
    this.agent = agent;
    this.name = name;
    this.password = password;
    /** The cookie jar: the one token. */
    this.token = undefined;
    /** All tokens it was ever given. */
    this.tokens = [];
    /** What the page's own storage holds of its session. */
    this.secret = undefined;
    /** The newest line, which the short forms below speak on. */
    this.line = undefined;
  }

  /**
   * A call of the API as the page would make it; each header can be changed, and
   * left out with `null`. What the reply puts into the jar is put there.
   *
   * @param {string} method
   * @param {string} path
   * @param {{json?: unknown, body?: string | Buffer, key?: string | null, token?: string | null,
   *   secret?: string | null, headers?: Record<string, string | string[] | null>, jar?: boolean,
   *   agent?: import("node:http").Agent}} [options]
   */
  async call(method, path, options = {}) {
    const { json, key, headers = {}, jar = true, agent = this.agent } = options;
    const { token = this.token, secret = this.secret } = options;
    const body = json === undefined ? options.body : JSON.stringify(json);
    const reply = await request(this.colo.url, {
      method,
      path,
      body,
      agent,
      headers: {
        Origin: method === "GET" || method === "HEAD" ? undefined : this.colo.url,
        "Content-Type": body === undefined ? undefined : "application/json",
        // Node gives the body of a DELETE no length of its own.
        "Content-Length":
          body === undefined && method !== "POST" ? undefined : `${Buffer.byteLength(body ?? "")}`,
        Cookie: token ? `${cookieName(this.colo.url, headers.Host)}=${token}` : undefined,
        "Colo-Session": secret,
        "Idempotency-Key": key,
        ...headers,
      },
    });
    if (reply.token) this.tokens.push(reply.token);
    if (jar && reply.token !== undefined) this.token = reply.token || undefined;
    if (jar && reply.json?.session_secret !== undefined) this.secret = reply.json.session_secret;
    return reply;
  }

  /** The same, and it must come out as `status`. */
  async expect(status, method, path, options) {
    const reply = await this.call(method, path, options);
    if (reply.status !== status)
      throw new Error(`${method} ${path}: ${reply.status} instead of ${status}: ${reply.text}`);
    return reply;
  }

  async register() {
    const { name: username, password } = this;
    await this.expect(201, "POST", "/api/register", { json: { username, password } });
    return this;
  }

  async login() {
    const { name: username, password } = this;
    await this.expect(200, "POST", "/api/login", { json: { username, password } });
    return this;
  }

  logout() {
    return this.expect(204, "POST", "/api/logout", { key: newKey() });
  }

  async me() {
    return (await this.expect(200, "GET", "/api/me", { key: newKey() })).json;
  }

  async ticket() {
    return (await this.expect(200, "POST", "/api/ticket", { key: newKey() })).json.ticket;
  }

  async rooms() {
    return (await this.expect(200, "GET", "/api/rooms")).json.rooms;
  }

  /**
   * A WebSocket that has said nothing yet.
   * @returns {Promise<Line>} rejects with {status} when the upgrade was refused
   */
  dial({
    protocol = "colo.v1.json",
    origin = this.colo.url,
    headers = {},
    token = this.token,
  } = {}) {
    const url = `${this.colo.url.replace("http", "ws")}/ws`;
    const socket = new WebSocket(url, protocol ?? [], {
      origin: origin ?? undefined,
      headers: {
        ...(token ? { Cookie: `${cookieName(this.colo.url)}=${token}` } : {}),
        ...headers,
      },
      perMessageDeflate: false,
      agent: this.agent,
      rejectUnauthorized: false, // nobody has signed the certificates of tests
    });
    const line = new Line(socket, this.name);
    const open = new Promise((tell, fail) => {
      socket.once("open", () => tell(line));
      socket.once("error", fail);
      socket.once("unexpected-response", (asked, response) => {
        asked.destroy();
        response.destroy();
        fail(
          Object.assign(new Error(`refused: ${response.statusCode}`), {
            status: response.statusCode,
          }),
        );
      });
    });
    this.#lines.push(line);
    return within(open, "the socket opened");
  }

  /** A WebSocket on which Hello was said and Welcome heard. */
  async connect(options = {}) {
    const ticket = options.ticket ?? (await this.ticket());
    this.line = await this.dial(options);
    this.line.welcome = await this.line.hello(ticket);
    return this.line;
  }

  until(matches, ms) {
    return this.line.until(matches, ms);
  }
  join(room, from) {
    return this.line.join(room, from);
  }
  draw(room, what) {
    return this.line.draw(room, what);
  }

  /** Every connection is gone, and nobody said so. */
  hangUp() {
    for (const line of this.#lines) line.socket.terminate();
  }
}

/** Somebody new, registered; their sockets end with the test. */
export async function newPhone(context, colo, options) {
  const phone = new Phone(colo, options);
  context.after(() => phone.hangUp());
  return phone.register();
}

/** Somebody new with an open socket, in `rooms`. */
export async function newPhoneIn(context, colo, ...rooms) {
  const phone = await newPhone(context, colo);
  await phone.connect();
  for (const room of rooms) await phone.join(room);
  return phone;
}

/** One more device of the same person. */
export async function anotherPhoneOf(context, phone) {
  const { name, password, colo } = phone;
  const another = new Phone(colo, { name, password });
  context.after(() => another.hangUp());
  return another.login();
}
