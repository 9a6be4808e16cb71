// Who is at this page, and whether the server can be reached. Owns the sign-in:
// whoever is signed in has a socket, or one that is coming back.
import { type Readable, writable } from "svelte/store";
import type { Answer, Api, Memory } from "../wire/api";
import type { Link, Socket } from "../wire/socket";

export type Reason = "fresh" | "left" | "idle" | "restart" | "ended";

export type Me =
  /** A sign-in may still hold: the server is being asked. */
  | { readonly state: "unknown" }
  /** The server cannot be asked; until it can, this is whoever was here last. */
  | { readonly state: "remembered"; readonly name: string }
  | { readonly state: "signed_out"; readonly reason: Reason }
  | { readonly state: "signed_in"; readonly name: string; readonly admin: boolean };

const NAME = "colo.name";
const SEEN = "colo.seen";
/** So long a page waits for the server before it opens with what is kept. */
const PATIENCE_MS = 1500;

export interface Farewell {
  readonly code: string;
  /** The close ended an open connection. */
  readonly wasUp: boolean;
  /** There was a connection before, and it was lost. */
  readonly lost: boolean;
  readonly sinceActionMs: number;
  /** 0: not known. */
  readonly idleMs: number;
}

/**
 * A server that closes says why. One that only refuses a token does not; then
 * what the person is told has to be concluded.
 */
export function whySignedOut(farewell: Farewell): Reason {
  if (farewell.code === "idle") return "idle";
  if (farewell.code === "token_replayed" || farewell.code === "replayed") return "ended";
  const { idleMs, sinceActionMs } = farewell;
  if (idleMs > 0 && sinceActionMs >= idleMs * 0.9) return "idle";
  return farewell.wasUp ? "ended" : "restart";
}

export class Session {
  private readonly meCell = writable<Me>({ state: "unknown" });
  private readonly linkCell = writable<Link>({ state: "off" });
  readonly me: Readable<Me> = this.meCell;
  readonly link: Readable<Link> = this.linkCell;
  private idleMs = 0;
  private stopWaiting = () => {};

  constructor(
    private readonly api: Api,
    private readonly socket: () => Socket,
    private readonly memory: Memory,
    private readonly now: () => number,
    private readonly later: (run: () => void, ms: number) => () => void,
  ) {}

  /**
   * A browser that never signed in asks nothing; one that did tries its token.
   * `presumed` is called before somebody is only remembered.
   */
  start(presumed: (name: string) => void): void {
    if (this.memory.getItem(NAME) === null) {
      this.set({ state: "signed_out", reason: "fresh" });
    } else {
      this.stopWaiting = this.later(() => this.presume(presumed), PATIENCE_MS);
      this.socket().start();
    }
  }

  /** No answer yet: nobody has to look at an empty page for that. */
  private presume(presumed: (name: string) => void): void {
    const name = this.lastName;
    if (name === "") return;
    presumed(name);
    this.set({ state: "remembered", name });
  }

  private set(me: Me): void {
    this.stopWaiting();
    this.meCell.set(me);
  }

  /** The last name used here, for the form. */
  get lastName(): string {
    return this.memory.getItem(NAME) ?? "";
  }

  register(name: string, password: string): Promise<Answer<string>> {
    return this.enter(this.api.register(name, password));
  }

  login(name: string, password: string): Promise<Answer<string>> {
    return this.enter(this.api.login(name, password));
  }

  async logout(): Promise<void> {
    this.socket().stop();
    this.set({ state: "signed_out", reason: "left" });
    this.memory.removeItem(NAME);
    await this.api.logout();
  }

  /** The page is put away: when it comes back, this tells idleness from a restart. */
  seen(): void {
    const told = this.socket().lastToldAt;
    if (Number.isFinite(told)) this.write(SEEN, `${told} ${this.idleMs}`);
  }

  /** What the socket says of itself. */
  linkChanged(link: Link): void {
    this.linkCell.set(link);
    if (link.state === "up") {
      const { user, admin, idleSeconds } = link.welcome;
      this.idleMs = idleSeconds * 1000;
      this.write(NAME, user);
      this.seen();
      this.set({ state: "signed_in", name: user, admin });
    } else if (link.state === "over" && link.why.kind === "signed_out") {
      const { wasUp, lost } = link;
      const code = link.why.code;
      const [told, idleMs] = this.lastSeen();
      const sinceActionMs = this.now() - told;
      const reason = whySignedOut({ code, wasUp, lost, sinceActionMs, idleMs });
      this.set({ state: "signed_out", reason });
    }
  }

  private async enter(asked: Promise<Answer<string>>): Promise<Answer<string>> {
    const answer = await asked;
    if (answer.state === "ok") {
      this.write(NAME, answer.value);
      this.socket().start();
    }
    return answer;
  }

  private lastSeen(): [toldAt: number, idleMs: number] {
    const told = this.socket().lastToldAt;
    if (Number.isFinite(told)) return [told, this.idleMs];
    const [at, idle] = (this.memory.getItem(SEEN) ?? "").split(" ").map(Number);
    return [at || this.now(), idle || 0];
  }

  private write(key: string, value: string): void {
    try {
      this.memory.setItem(key, value);
    } catch {
      // Without storage the page asks for the name again; nothing else is lost.
    }
  }
}
