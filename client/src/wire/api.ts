// The HTTP half of the contract (protocol/http-api.md). Owns the token rules of
// a browser: one token request in flight, each with its own rid, which is remembered
// until it is answered, because a lost reply may hold the only good token.
// Nothing here throws: what can go wrong is part of the answer.
import { textField } from "./json";
import { type Owner, Ownership } from "./owner";
import { randomBytes, toHex } from "./random";
import type { Turn } from "./turn";

export type Answer<T> =
  | { readonly state: "ok"; readonly value: T }
  | {
      readonly state: "refused";
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      readonly retryAfterMs: number;
    }
  | { readonly state: "unreachable" };

/** localStorage, or what stands in for it. */
export interface Memory {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface ApiOptions {
  /** Put before each path; empty for the page's own server. */
  readonly base: string;
  readonly memory: Memory;
  readonly fetch: typeof fetch;
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly turn: Turn;
}

/** Who may make an account, and what an invite that was shown is worth. */
export interface Registration {
  readonly registration: "open" | "invite" | "closed";
  readonly invite: "none" | "member" | "administrator" | "gone";
}

/** A request that spends a token. */
export interface Spending {
  /** "POST /api/ticket" */
  readonly call: string;
  /** JSON. The server tells requests with the same rid apart by it, too. */
  readonly body?: string;
  /**
   * Repeated for as long as the page lives, until it is answered: nobody is to see it fail,
   * and to think better of it, when it may have been heard. Called once, when the first few
   * tries were lost.
   */
  readonly insist?: () => void;
  /**
   * There is a password in the body: it is remembered nowhere, and the request insists. A
   * browser that is killed in the middle of it may find itself signed out.
   */
  readonly secret?: boolean;
}

/** A request that was sent and not answered; its key in memory is the prefix and the rid. */
const PENDING = "colo.request.";
const NETWORK_TRIES_MS = [300, 1000, 2500];
/** What insists goes on at this pace; it has the turn meanwhile, so that nobody spends what it spent. */
const INSIST_EVERY_MS = 5000;
const SPENT_TRIES = 20;
const REPLY_WITHIN_MS = 10_000;
/** A ticket lives 15 s; one that took this long to arrive is not worth using. */
const TICKET_FRESH_MS = 8_000;

const CALL = /^(GET|POST|DELETE) \/api\/\S+$/;
const REGISTRATIONS = ["open", "invite", "closed"] as const;
const INVITES = ["none", "member", "administrator", "gone"] as const;
/** What a registration that is repeated may run into, if the first one was heard. */
const TAKEN_BY_US: ReadonlySet<string> = new Set(["username_taken", "invite_gone"]);

/** The server's: the cookie is of another session than this page's. The page's own: see Ownership. */
const STRANGE: ReadonlySet<string> = new Set(["other_session", "other_person"]);

/** One that was sent, and may have to be sent again just so. */
interface Sent {
  readonly rid: string;
  readonly call: string;
  readonly body?: string | undefined;
}

export class Api {
  private last: Promise<unknown> = Promise.resolve();
  readonly owner: Ownership;
  /** The browser turned out to be signed in as somebody else. */
  stranger = (): void => {};

  constructor(private readonly options: ApiOptions) {
    this.owner = new Ownership(options.memory);
  }

  /** What this server says of making accounts. Spends nothing. */
  async registration(invite: string | undefined): Promise<Answer<Registration>> {
    const answer = await this.request("POST /api/registration", JSON.stringify({ invite }));
    if (answer.state !== "ok") return answer;
    const text = (name: string) => textField(answer.value, name);
    const registration = REGISTRATIONS.find((one) => one === text("registration"));
    const worth = INVITES.find((one) => one === text("invite"));
    return {
      state: "ok",
      value: { registration: registration ?? "open", invite: worth ?? "none" },
    };
  }

  async register(username: string, password: string, invite?: string): Promise<Answer<string>> {
    return this.alone(async () => {
      const made = { username, password, invite };
      const first = await this.account("/api/register", made);
      if (first.state !== "unreachable") return this.signedIn(first);
      await this.options.wait(this.jitter(NETWORK_TRIES_MS[0] ?? 300));
      const second = await this.account("/api/register", made);
      if (second.state !== "refused" || !TAKEN_BY_US.has(second.code)) {
        return this.signedIn(second);
      }
      // Perhaps it was this very request, its reply lost, that took the name or the invite.
      const login = await this.account("/api/login", { username, password });
      return this.signedIn(login.state === "ok" ? login : second);
    });
  }

  async login(username: string, password: string): Promise<Answer<string>> {
    return this.alone(async () => {
      const first = await this.account("/api/login", { username, password });
      if (first.state !== "unreachable") return this.signedIn(first);
      await this.options.wait(this.jitter(NETWORK_TRIES_MS[0] ?? 300));
      return this.signedIn(await this.account("/api/login", { username, password }));
    });
  }

  async logout(): Promise<Answer<undefined>> {
    const answer = await this.spend({ call: "POST /api/logout" });
    return answer.state === "ok" ? { state: "ok", value: undefined } : answer;
  }

  async ticket(): Promise<Answer<string>> {
    return this.alone(async () => {
      const askedAt = this.options.now();
      let answer = await this.spendNow({ call: "POST /api/ticket" });
      if (answer.state === "ok" && this.options.now() - askedAt > TICKET_FRESH_MS) {
        answer = await this.spendNow({ call: "POST /api/ticket" });
      }
      return textOf(answer, "ticket");
    });
  }

  /** Any other call of somebody who is signed in. */
  spend(spending: Spending): Promise<Answer<unknown>> {
    return this.alone(() => this.spendNow(spending));
  }

  /** One at a time, in order, and when it is this tab's turn. */
  private alone<T>(run: () => Promise<T>): Promise<T> {
    const go = () => this.options.turn.take(run);
    const mine = this.last.then(go, go);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async account(path: string, body: object): Promise<Answer<Owner>> {
    const answer = await this.request(`POST ${path}`, JSON.stringify(body));
    if (answer.state !== "ok") return answer;
    const name = textField(answer.value, "username");
    const secret = textField(answer.value, "session_secret");
    if (name === undefined || secret === undefined) return nonsense();
    return { state: "ok", value: { name, secret } };
  }

  /** A new session makes what was still open under the old one pointless, and a logout harmful. */
  private signedIn(answer: Answer<Owner>): Answer<string> {
    if (answer.state !== "ok") return answer;
    this.owner.signedIn(answer.value);
    for (const { rid } of this.pending()) this.forget(rid);
    return { state: "ok", value: answer.value.name };
  }

  private async spendNow(spending: Spending): Promise<Answer<unknown>> {
    // Whoever has the turn knows: what is not answered belongs to a page that is gone.
    for (const old of this.pending()) {
      const settled = await this.repeat(old);
      if (settled.state === "unreachable") return settled;
    }
    const { call, body, secret = false } = spending;
    const sent = { rid: toHex(randomBytes(16)), call, body };
    if (!secret) this.remember(sent);
    return this.repeat(sent, spending.insist ?? (secret ? () => {} : undefined));
  }

  /**
   * The same request with the same rid, until it is answered or, unless it insists, the
   * network stays away.
   */
  private async repeat(sent: Sent, insist?: () => void): Promise<Answer<unknown>> {
    let lost = 0;
    const kept = this.remembers(sent);
    for (let spent = 0; ; ) {
      const own = this.owner.other() === undefined ? this.owner.page : undefined;
      const answer = await this.ask(sent);
      // This page's person signed in again, in another tab, while it asked.
      const stale = isSignedOut(answer) && this.owner.other() === undefined;
      if (stale && this.owner.page?.secret !== own?.secret) continue;
      if (answer.state === "unreachable") {
        const pause = NETWORK_TRIES_MS[lost++];
        // Still remembered: the next request of this browser repeats it first.
        if (pause === undefined && insist === undefined) return answer;
        if (lost === NETWORK_TRIES_MS.length) insist?.();
        await this.options.wait(this.jitter(pause ?? INSIST_EVERY_MS));
        // This page slept, and another one had the answer or a new sign-in meanwhile.
        if (insist !== undefined && kept && !this.remembers(sent)) return answer;
      } else if (wasSpent(answer) && spent++ < SPENT_TRIES) {
        await this.options.wait(50 + 250 * this.options.random());
        await this.settleOthers(sent.rid);
      } else {
        this.forget(sent.rid);
        if (answer.state === "refused" && STRANGE.has(answer.code)) this.stranger();
        return answer;
      }
    }
  }

  /** Once, unless the browser is somebody else's now: this person's calls are not that one's. */
  private async ask({ call, body, rid }: Sent): Promise<Answer<unknown>> {
    if (this.owner.other() !== undefined) return otherPerson();
    const answer = await this.request(call, body, rid);
    return isSignedOut(answer) && this.owner.other() !== undefined ? otherPerson() : answer;
  }

  /**
   * Somebody was quicker, and may be gone by now with the reply, which nobody gets but
   * by the same request again. It was not remembered yet when this tab looked.
   */
  private async settleOthers(rid: string): Promise<void> {
    for (const other of this.pending()) {
      if (other.rid === rid) continue;
      const answer = await this.ask(other);
      if (answer.state !== "unreachable" && !wasSpent(answer)) this.forget(other.rid);
    }
  }

  private async request(call: string, body?: string, rid?: string): Promise<Answer<unknown>> {
    const [method = "POST", path = ""] = call.split(" ");
    const headers: Record<string, string> = {};
    if (rid !== undefined) {
      headers["Idempotency-Key"] = rid;
      headers["Colo-Session"] = this.owner.page?.secret ?? "";
    }
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), REPLY_WITHIN_MS);
    try {
      const reply = await this.options.fetch(this.options.base + path, {
        method,
        headers,
        body: body ?? null,
        credentials: "same-origin",
        cache: "no-store",
        signal: patience.signal,
      });
      const text = await reply.text();
      const value = parse(text);
      if (reply.ok) return { state: "ok", value };
      // A proxy speaks for a server that it did not hear: the request may have been.
      if (reply.status >= 502 && textField(value, "code") === undefined)
        return { state: "unreachable" };
      return refusal(reply, value);
    } catch {
      return { state: "unreachable" };
    } finally {
      clearTimeout(timer);
    }
  }

  private jitter(ms: number): number {
    return ms * (0.75 + 0.5 * this.options.random());
  }

  private pending(): Sent[] {
    const found: Sent[] = [];
    const { memory } = this.options;
    for (let i = 0; i < memory.length; i++) {
      const key = memory.key(i);
      if (key === null || !key.startsWith(PENDING)) continue;
      const [call = "", body] = (memory.getItem(key) ?? "").split("\n");
      if (CALL.test(call)) found.push({ rid: key.slice(PENDING.length), call, body });
    }
    return found;
  }

  private remembers({ rid }: Sent): boolean {
    return this.options.memory.getItem(PENDING + rid) !== null;
  }

  private remember({ rid, call, body }: Sent): void {
    try {
      const { memory } = this.options;
      memory.setItem(PENDING + rid, body === undefined ? call : `${call}\n${body}`);
    } catch {
      // A full or forbidden storage: the rid still lives as long as the page does.
    }
  }

  private forget(rid: string): void {
    this.options.memory.removeItem(PENDING + rid);
  }
}

function wasSpent(answer: Answer<unknown>): boolean {
  return answer.state === "refused" && answer.code === "token_spent";
}

function isSignedOut(answer: Answer<unknown>): boolean {
  return answer.state === "refused" && answer.status === 401;
}

function otherPerson(): Answer<never> {
  return { state: "refused", status: 401, code: "other_person", detail: "", retryAfterMs: 0 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A reply that is not what the contract says is a refusal like any other. */
function textOf(answer: Answer<unknown>, name: string): Answer<string> {
  if (answer.state !== "ok") return answer;
  const value = textField(answer.value, name);
  return value === undefined ? nonsense() : { state: "ok", value };
}

export function nonsense(): Answer<never> {
  return { state: "refused", status: 502, code: "internal", detail: "", retryAfterMs: 0 };
}

function refusal(reply: Response, problem: unknown): Answer<never> {
  const seconds = Number(reply.headers.get("Retry-After") ?? 0);
  return {
    state: "refused",
    status: reply.status,
    code: textField(problem, "code") ?? "internal",
    detail: textField(problem, "detail") ?? "",
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : 0,
  };
}
