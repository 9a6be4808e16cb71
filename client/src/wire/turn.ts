// Whose turn it is among the tabs of one browser. They share one cookie jar, and a
// token is spent by exactly one request: tabs that ask at once would get in each
// other's way, and a request that is overtaken twice ends the session. So whoever
// talks about tokens has the turn; but nobody waits for ever for a tab that sleeps.
import type { Memory } from "./api";

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
/** What two tabs wrote at the same moment, each has read by then. */
const SETTLE_MS = 12;
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

/**
 * Without them: a lease in the memory that tabs share. Browsers do not promise that
 * a tab reads at once what another wrote, so this only makes collisions rare; for
 * those that are left there is the server's 409.
 */
export function leaseTurn(memory: Memory, id: string, options: TurnOptions): Turn {
  const { now, random, wait } = options;
  const write = () => {
    try {
      memory.setItem(NAME, `${id} ${now() + LEASE_MS}`);
    } catch {
      // A full storage: then it is nobody's turn.
    }
  };
  const holder = (): string => {
    const [who = "", until = ""] = (memory.getItem(NAME) ?? "").split(" ");
    const left = Number(until) - now();
    // Also when a clock was set back.
    return left > 0 && left <= LEASE_MS ? who : "";
  };
  let renewing: ReturnType<typeof setInterval> | undefined;
  const release = () => {
    clearInterval(renewing);
    if (holder() === id) memory.removeItem(NAME);
  };
  const acquire = async () => {
    const giveUpAt = now() + PATIENCE_MS * (1 + random() / 2);
    while (now() < giveUpAt) {
      if (holder() === "") {
        // Of several that write at the same moment, the last has it.
        write();
        await wait(SETTLE_MS * (1 + random()));
        if (holder() === id || holder() === "") break;
      }
      await wait(LOOK_AGAIN_MS * (1 + random()));
    }
    write();
    renewing = setInterval(write, RENEW_MS);
    return release;
  };
  return turn(acquire, release);
}
