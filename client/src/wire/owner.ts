// Whose page this is. The sign-in's cookie belongs to the whole host, all its ports and
// tabs; the secret of the session is this origin's alone. A page keeps to the session it
// began with: when another tab signs in as somebody else, it notices instead of following.
import type { Memory } from "./api";

export interface Owner {
  readonly name: string;
  /** Of the session; sent with each call that spends a token. */
  readonly secret: string;
}

const SESSION = "colo.session";

export class Ownership {
  private own: Owner | undefined;

  constructor(private readonly memory: Memory) {
    this.own = this.browser;
  }

  /** The session of this page. */
  get page(): Owner | undefined {
    return this.own;
  }

  /** The session that a tab of this browser began last. */
  get browser(): Owner | undefined {
    const kept = this.memory.getItem(SESSION) ?? "";
    const space = kept.indexOf(" ");
    if (space <= 0) return undefined;
    return { secret: kept.slice(0, space), name: kept.slice(space + 1) };
  }

  /** Who signed in elsewhere in this browser, if not this page's person. */
  other(): string | undefined {
    const { browser } = this;
    if (browser === undefined) return undefined;
    // The same person signed in again, in another tab.
    if (this.own === undefined || browser.name === this.own.name) this.own = browser;
    return browser.name === this.own.name ? undefined : browser.name;
  }

  signedIn(owner: Owner): void {
    this.own = owner;
    try {
      this.memory.setItem(SESSION, `${owner.secret} ${owner.name}`);
    } catch {
      // Without storage the page is signed in for as long as it lives.
      this.memory.removeItem(SESSION);
    }
  }

  /** The session is over, by this page's doing. */
  signedOut(): void {
    if (this.browser?.secret === this.own?.secret) this.memory.removeItem(SESSION);
    this.own = undefined;
  }

  /** This page goes on as whoever signed in last. */
  follow(): void {
    this.own = this.browser;
  }
}
