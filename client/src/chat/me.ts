// Who is at this page, and whether the server can be reached. Owns the sign-in:
// whoever is signed in has a socket, or one that is coming back.
import { get, type Readable, writable } from "svelte/store";
import type { Answer, Api, Memory, Registration } from "../wire/api";
import type { Link, Socket } from "../wire/socket";

export type Reason =
  | "fresh"
  | "left"
  | "idle"
  | "restart"
  | "ended"
  /** The browser's cookie is of another session; whose, only the server knows. */
  | "replaced"
  /** From another device; the password was changed there. */
  | "revoked"
  | "password_changed"
  /** This person's own doing. */
  | "everywhere"
  | "account_deleted";

export type Me =
  /** A sign-in may still hold: the server is being asked. */
  | { readonly state: "unknown" }
  /** The server cannot be asked; until it can, this is whoever was here last. */
  | { readonly state: "remembered"; readonly name: string }
  | { readonly state: "signed_out"; readonly reason: Reason }
  | { readonly state: "signed_in"; readonly name: string; readonly admin: boolean }
  /** Another tab signed in as `other`. This page was `name`'s, and asks what to do. */
  | { readonly state: "other"; readonly name: string; readonly other: string };

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

/** What a server says is what the person is told. */
const TOLD = ["idle", "revoked", "password_changed", "account_deleted"] as const;

/** What the socket hears when this person ends all sessions: that somebody did. */
const ENDED: ReadonlySet<string> = new Set(["revoked", "signed_out"]);

/**
 * A server that closes says why. One that only refuses a token does not; then
 * what the person is told has to be concluded.
 */
export function whySignedOut(farewell: Farewell): Reason {
  const told = TOLD.find((one) => one === farewell.code);
  if (told !== undefined) return told;
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
  /** Whose things are forgotten when the account is: whoever is here, or was here last. */
  private person = "";
  /** Who is to sign in again here, where another name was used last. */
  private wanted = "";
  private leaving: Reason | undefined;
  private stopWaiting = () => {};

  constructor(
    private readonly api: Api,
    private readonly socket: () => Socket,
    private readonly memory: Memory,
    private readonly now: () => number,
    private readonly later: (run: () => void, ms: number) => () => void,
    /** Nothing is to be kept of this person: the account is no more. */
    private readonly gone: (person: string) => void,
  ) {
    api.stranger = () => this.stranger();
  }

  /**
   * A browser that never signed in asks nothing; one that did tries its token.
   * `presumed` is called before somebody is only remembered.
   */
  start(presumed: (name: string) => void): void {
    if (this.memory.getItem(NAME) === null) {
      this.set({ state: "signed_out", reason: "fresh" });
    } else if (this.api.owner.page === undefined) {
      // The browser lost the session's secret: without it the cookie opens nothing.
      this.set({ state: "signed_out", reason: "ended" });
    } else {
      this.person = this.lastName;
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
    return this.wanted || (this.memory.getItem(NAME) ?? "");
  }

  /** Who may make an account here, and what this invite is worth. */
  registration(invite: string | undefined): Promise<Answer<Registration>> {
    return this.api.registration(invite);
  }

  register(name: string, password: string, invite?: string): Promise<Answer<string>> {
    return this.enter(this.api.register(name, password, invite));
  }

  login(name: string, password: string): Promise<Answer<string>> {
    return this.enter(this.api.login(name, password));
  }

  async logout(): Promise<void> {
    this.socket().stop();
    this.set({ state: "signed_out", reason: "left" });
    this.memory.removeItem(NAME);
    const answer = await this.api.logout();
    // One that was not heard may be asked for again, with the same secret.
    if (answer.state !== "unreachable") this.api.owner.signedOut();
  }

  /** Another tab signed in or out. */
  browserChanged(): void {
    const other = this.api.owner.other();
    const me = get(this.meCell);
    if (other !== undefined) this.stranger();
    // Whoever this page is of is back.
    else if (me.state === "other") this.socket().start();
  }

  /** The browser is signed in as somebody else. Nobody becomes that person without being asked. */
  private stranger(): void {
    const me = get(this.meCell);
    const { other, page } = { other: this.api.owner.other(), page: this.api.owner.page };
    if (me.state === "signed_out") return;
    this.socket().stop();
    if (other !== undefined) this.set({ state: "other", name: page?.name ?? "", other });
    else this.set({ state: "signed_out", reason: "replaced" });
  }

  /** Goes on as whoever the browser is signed in as. */
  follow(): void {
    this.api.owner.follow();
    this.socket().start();
  }

  /** Signs in again as whoever this page is of. */
  stay(): void {
    this.wanted = this.api.owner.page?.name ?? "";
    this.set({ state: "signed_out", reason: "ended" });
  }

  /**
   * A call that ends this session if it is answered well. The socket may hear of the end
   * before the call does: signed out everywhere is this person's own doing all the same.
   * That an account is gone only the server says, there or here.
   */
  async leave<T>(reason: Reason, asked: Promise<Answer<T>>): Promise<Answer<T>> {
    this.leaving = reason;
    const answer = await asked;
    this.leaving = undefined;
    if (answer.state === "ok") {
      this.socket().stop();
      this.memory.removeItem(NAME);
      this.api.owner.signedOut();
      // The socket may have told it already, and each new word begins the screen anew.
      const me = get(this.meCell);
      if (me.state !== "signed_out" || me.reason !== reason) this.end(reason);
    }
    return answer;
  }

  /** Set-up is done: this person looks after the server from now on. */
  becameAdmin(): void {
    const me = get(this.meCell);
    if (me.state === "signed_in") this.set({ ...me, admin: true });
  }

  private end(reason: Reason): void {
    if (reason === "account_deleted" && this.person !== "") {
      for (const key of [NAME, SEEN]) this.memory.removeItem(key);
      this.api.owner.signedOut();
      this.gone(this.person);
      this.person = "";
    }
    this.set({ state: "signed_out", reason });
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
      this.wanted = "";
      this.write(NAME, user);
      this.seen();
      this.person = user;
      this.set({ state: "signed_in", name: user, admin });
    } else if (link.state === "over" && link.why.kind === "signed_out") {
      const { wasUp, lost } = link;
      const code = link.why.code;
      const [told, idleMs] = this.lastSeen();
      const sinceActionMs = this.now() - told;
      const asked = this.leaving === "everywhere" && ENDED.has(code);
      this.end(asked ? "everywhere" : whySignedOut({ code, wasUp, lost, sinceActionMs, idleMs }));
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
