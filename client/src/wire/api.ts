// The HTTP half of the contract (protocol/http-api.md). Owns the token rules of
// a tab: one token request in flight, each with its own rid, which is remembered
// until it is answered, because a lost reply may hold the only good token.
// Nothing here throws: what can go wrong is part of the answer.
import { randomBytes, toHex } from "./random";

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
}

type Call = "GET /api/me" | "POST /api/ticket" | "POST /api/logout";

/** A request that was sent and not answered; its key in memory is the prefix and the rid. */
const PENDING = "colo.request.";
const NETWORK_TRIES_MS = [300, 1000, 2500];
const SPENT_TRIES = 20;
const REPLY_WITHIN_MS = 10_000;
/** A ticket lives 15 s; one that took this long to arrive is not worth using. */
const TICKET_FRESH_MS = 8_000;

export class Api {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ApiOptions) {}

  async register(username: string, password: string): Promise<Answer<string>> {
    return this.alone(async () => {
      const first = await this.account("/api/register", username, password);
      if (first.state !== "unreachable") return this.signedIn(first);
      await this.options.wait(this.jitter(NETWORK_TRIES_MS[0] ?? 300));
      const second = await this.account("/api/register", username, password);
      if (second.state !== "refused" || second.code !== "username_taken") {
        return this.signedIn(second);
      }
      // Perhaps it was this very request, its reply lost, that took the name.
      const login = await this.account("/api/login", username, password);
      return this.signedIn(login.state === "ok" ? login : second);
    });
  }

  async login(username: string, password: string): Promise<Answer<string>> {
    return this.alone(async () => {
      const first = await this.account("/api/login", username, password);
      if (first.state !== "unreachable") return this.signedIn(first);
      await this.options.wait(this.jitter(NETWORK_TRIES_MS[0] ?? 300));
      return this.signedIn(await this.account("/api/login", username, password));
    });
  }

  async logout(): Promise<Answer<undefined>> {
    const answer = await this.alone(() => this.spend("POST /api/logout"));
    return answer.state === "ok" ? { state: "ok", value: undefined } : answer;
  }

  async ticket(): Promise<Answer<string>> {
    return this.alone(async () => {
      const askedAt = this.options.now();
      let answer = await this.spend("POST /api/ticket");
      if (answer.state === "ok" && this.options.now() - askedAt > TICKET_FRESH_MS) {
        answer = await this.spend("POST /api/ticket");
      }
      return textOf(answer, "ticket");
    });
  }

  /** One at a time, in order: a token is spent by exactly one request. */
  private alone<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.last.then(run, run);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async account(path: string, username: string, password: string) {
    const body = JSON.stringify({ username, password });
    return textOf(await this.request("POST", path, { body }), "username");
  }

  /** A new session makes what was still open under the old one pointless, and a logout harmful. */
  private signedIn(answer: Answer<string>): Answer<string> {
    if (answer.state === "ok") for (const [key] of this.pending()) this.forget(key);
    return answer;
  }

  private async spend(call: Call): Promise<Answer<unknown>> {
    for (const [rid, old] of this.pending()) {
      const settled = await this.repeat(old, rid);
      if (settled.state === "unreachable") return settled;
    }
    const rid = toHex(randomBytes(16));
    this.remember(rid, call);
    return this.repeat(call, rid);
  }

  /** The same request with the same rid, until it is answered or the network stays away. */
  private async repeat(call: Call, rid: string): Promise<Answer<unknown>> {
    const [method = "POST", path = ""] = call.split(" ");
    let lost = 0;
    for (let spent = 0; ; ) {
      const answer = await this.request(method, path, { rid });
      if (answer.state === "unreachable") {
        const pause = NETWORK_TRIES_MS[lost++];
        // Still remembered: the next request of this browser repeats it first.
        if (pause === undefined) return answer;
        await this.options.wait(this.jitter(pause));
      } else if (
        answer.state === "refused" &&
        answer.code === "token_spent" &&
        spent++ < SPENT_TRIES
      ) {
        await this.options.wait(50 + 250 * this.options.random());
      } else {
        this.forget(rid);
        return answer;
      }
    }
  }

  private async request(
    method: string,
    path: string,
    extra: { body?: string; rid?: string },
  ): Promise<Answer<unknown>> {
    const headers: Record<string, string> = {};
    if (extra.rid !== undefined) headers["Idempotency-Key"] = extra.rid;
    if (extra.body !== undefined) headers["Content-Type"] = "application/json";
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), REPLY_WITHIN_MS);
    try {
      const reply = await this.options.fetch(this.options.base + path, {
        method,
        headers,
        body: extra.body ?? null,
        credentials: "same-origin",
        cache: "no-store",
        signal: patience.signal,
      });
      const text = await reply.text();
      return reply.ok ? { state: "ok", value: parse(text) } : refusal(reply, parse(text));
    } catch {
      return { state: "unreachable" };
    } finally {
      clearTimeout(timer);
    }
  }

  private jitter(ms: number): number {
    return ms * (0.75 + 0.5 * this.options.random());
  }

  private pending(): [rid: string, call: Call][] {
    const found: [string, Call][] = [];
    const { memory } = this.options;
    for (let i = 0; i < memory.length; i++) {
      const key = memory.key(i);
      if (key === null || !key.startsWith(PENDING)) continue;
      const call = memory.getItem(key);
      if (isCall(call)) found.push([key.slice(PENDING.length), call]);
    }
    return found;
  }

  private remember(rid: string, call: Call): void {
    try {
      this.options.memory.setItem(PENDING + rid, call);
    } catch {
      // A full or forbidden storage: the rid still lives as long as the page does.
    }
  }

  private forget(rid: string): void {
    this.options.memory.removeItem(PENDING + rid);
  }
}

function isCall(text: string | null): text is Call {
  return text === "GET /api/me" || text === "POST /api/ticket" || text === "POST /api/logout";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textField(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return typeof found === "string" ? found : undefined;
}

/** A reply that is not what the contract says is a refusal like any other. */
function textOf(answer: Answer<unknown>, name: string): Answer<string> {
  if (answer.state !== "ok") return answer;
  const value = textField(answer.value, name);
  if (value !== undefined) return { state: "ok", value };
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
