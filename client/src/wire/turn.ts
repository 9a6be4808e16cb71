// Whose turn it is among the tabs of one browser. They share one cookie jar, and a
// token is spent by exactly one request: tabs that ask at once would get in each
// other's way, and a request that is overtaken twice ends the session. So whoever
// talks about tokens has the turn; but nobody waits for ever for a tab that sleeps.
import type { Memory } from "./api";
import type { Slot } from "./turn_slot";

export interface Turn {
  /** Runs when it is this tab's turn, which ends with what `run` gives. `run` does not throw. */
  take<T>(run: () => Promise<T>): Promise<T>;
  /** The page goes, whatever still runs in it. */
  drop(): void;
}

export interface TurnOptions {
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds since 1970: tabs compare them. */
  readonly now: () => number;
}

/** The part of a LockManager that is used here. */
export interface Locks {
  request(name: string, how: LockOptions, held: () => Promise<void>): Promise<void>;
}

type Release = () => void;

const NAME = "colo.turn";
/** So long one waits for a tab that has the turn: longer than any reply takes. */
const PATIENCE_MS = 12_000;
/** A lease is good for this long unless it is renewed: a page that was killed renews nothing. */
const LEASE_MS = 4_000;
const RENEW_MS = 1_000;
const LOOK_AGAIN_MS = 25;

function turn(acquire: () => Promise<Release>, drop: () => void): Turn {
  return {
    async take(run) {
      const release = await acquire();
      try {
        return await run();
      } finally {
        release();
      }
    },
    drop,
  };
}

/** With Web Locks, which only a secure context has. */
export function lockTurn(locks: Locks, random: () => number): Turn {
  const hold = (how: LockOptions) =>
    new Promise<Release>((got, refused) => {
      const held = () => new Promise<void>((release) => got(release));
      locks.request(NAME, how, held).catch(refused);
    });
  const acquire = async () => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS * (1 + random() / 2));
    try {
      return await hold({ signal: patience.signal });
    } catch {
      // It sleeps with the turn in its hand; or there are no locks here after all.
      return await hold({ steal: true }).catch((): Release => () => {});
    } finally {
      clearTimeout(timer);
    }
  };
  // A page that goes lets go of its locks.
  return turn(acquire, () => {});
}

/** Without them: a lease, which a page that goes leaves a note about. */
export function leaseTurn(
  slot: Slot,
  notes: Pick<Memory, "getItem" | "setItem">,
  id: string,
  options: TurnOptions,
): Turn {
  const { now, random, wait } = options;
  let renewing: ReturnType<typeof setInterval> | undefined;
  let held: string | undefined;
  let times = 0;
  const isFree = (lease: string): boolean => {
    const [who = "", until = ""] = lease.split(" ");
    const left = Number(until) - now();
    // Far more than there can be: a clock was set back. The clocks of two pages differ a little.
    return left <= 0 || left > 2 * LEASE_MS || who === notes.getItem(NAME);
  };
  const acquire = async () => {
    // Each time another: a page that comes back has left a note about the one before.
    const who = `${id}-${++times}`;
    const mine = () => `${who} ${now() + LEASE_MS}`;
    const isMine = (lease: string) => lease.startsWith(`${who} `);
    const giveUpAt = now() + PATIENCE_MS * (1 + random() / 2);
    while (!isMine(await slot.change((lease) => (isFree(lease) ? mine() : lease)))) {
      if (now() >= giveUpAt) {
        await slot.change(mine);
        break;
      }
      await wait(LOOK_AGAIN_MS * (1 + random()));
    }
    held = who;
    const renew = () => void slot.change((lease) => (isMine(lease) ? mine() : lease));
    renewing = setInterval(renew, RENEW_MS);
    return () => {
      clearInterval(renewing);
      held = undefined;
      void slot.change((lease) => (isMine(lease) ? "" : lease));
    };
  };
  const drop = () => {
    clearInterval(renewing);
    // One note is enough for the one tab that has something to note.
    if (held === undefined) return;
    try {
      // A database has no time for a page that goes.
      notes.setItem(NAME, held);
    } catch {
      // Then it runs out by itself.
    }
  };
  return turn(acquire, drop);
}
