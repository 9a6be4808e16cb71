import { expect, test, vi } from "vitest";
import { type Locks, leaseTurn, lockTurn, type Turn } from "./turn";
import type { Slot } from "./turn_slot";

/** Time that passes when nobody has anything left to do: whoever waits least goes on. */
function world(seed = 1) {
  let state = seed;
  const values = new Map<string, string>();
  const waiting: { at: number; go: () => void }[] = [];
  let clock = 1_700_000_000_000;
  const notes = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
  const slot: Slot = {
    async change(next) {
      await options.wait(1);
      lease.value = next(lease.value);
      return lease.value;
    },
  };
  const lease = { value: "" };
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const options = {
    random,
    now: () => clock,
    wait: (ms: number) => new Promise<void>((go) => void waiting.push({ at: clock + ms, go })),
  };
  return {
    options,
    start: clock,
    tab: (id: string) => leaseTurn(slot, notes, id, options),
    lease,
    async run<T>(all: Promise<T>): Promise<T> {
      let done = false;
      void all.finally(() => {
        done = true;
      });
      for (;;) {
        await new Promise(setImmediate);
        if (done) return all;
        waiting.sort((a, b) => a.at - b.at);
        const next = waiting.shift();
        if (next === undefined) continue;
        clock = Math.max(clock, next.at);
        next.go();
      }
    },
  };
}

test("ten tabs that ask at once go one after the other, whatever the dice say", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { tab, run, options } = world(seed);
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await options.wait(30);
      inside--;
    };
    const tabs = Array.from({ length: 10 }, (_, i) => tab(`tab-${i}`));
    await run(Promise.all(tabs.map((one) => one.take(work))));
    expect(most, `seed ${seed}`).toBe(1);
  }
});

test("a tab that goes gives its turn back, and one that was killed loses it soon", async () => {
  const { tab, run, options, start } = world();
  const dropped = tab("dropped");
  await run(new Promise<void>((inside) => void dropped.take(() => new Promise(() => inside()))));
  const asked = tab("next").take(async () => options.now());
  dropped.drop();
  expect((await run(asked)) - start).toBeLessThan(200);

  const other = world();
  other.lease.value = `killed ${other.start + 4000}`;
  const after = await other.run(other.tab("next").take(async () => other.options.now()));
  expect(after - other.start).toBeGreaterThanOrEqual(4000);
  expect(after - other.start).toBeLessThan(4500);
});

test("a clock that was set back keeps nobody waiting", async () => {
  const { tab, run, lease, start } = world();
  lease.value = `killed ${start + 86_400_000}`;
  expect(await run(tab("next").take(async () => "went"))).toBe("went");
});

test("a clock that is a little ahead of this one gives nobody's turn away", async () => {
  const { tab, run, lease, start, options } = world();
  lease.value = `ahead ${start + 4100}`;
  const after = await run(tab("next").take(async () => options.now()));
  expect(after - start).toBeGreaterThanOrEqual(4100);
});

test("a page that went and came back has its next turn to itself", async () => {
  const { tab, run, options } = world();
  const back = tab("back");
  let answered = () => {};
  const first = back.take(() => new Promise<void>((done) => (answered = done)));
  await run(options.wait(10));
  back.drop();
  answered();
  await run(first);

  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await options.wait(100);
    inside--;
  };
  await run(Promise.all([back.take(work), tab("other").take(work)]));
  expect(most).toBe(1);
});

/** Web Locks as far as they are used here. */
function locksOf(): Locks {
  const queue: { held: () => Promise<void>; done: (fault?: unknown) => void }[] = [];
  let holder: { done: (fault?: unknown) => void } | undefined;
  const next = () => {
    const one = queue.shift();
    holder = one;
    if (one === undefined) return;
    void one.held().then(() => {
      one.done();
      if (holder === one) next();
    });
  };
  const request: Locks["request"] = (_, how, held) =>
    new Promise<void>((resolve, reject) => {
      const one = {
        held,
        done: (fault?: unknown) => (fault ? reject(fault) : resolve()),
      };
      how.signal?.addEventListener("abort", () => {
        if (!queue.includes(one)) return;
        queue.splice(queue.indexOf(one), 1);
        reject(how.signal?.reason);
      });
      if (how.steal) {
        holder?.done(new Error("stolen"));
        queue.unshift(one);
        next();
      } else {
        queue.push(one);
        if (holder === undefined) next();
      }
    });
  return { request };
}

test("with locks tabs go one after the other, too", async () => {
  const locks = locksOf();
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise(setImmediate);
    order.push(`${name} ends`);
  };
  const tabs: Turn[] = [lockTurn(locks, Math.random), lockTurn(locks, Math.random)];
  await Promise.all(tabs.map((tab, i) => tab.take(work(`${i}`))));
  expect(order).toEqual(["0 begins", "0 ends", "1 begins", "1 ends"]);
});

test("a tab that sleeps with the turn in its hand loses it after a while", async () => {
  vi.useFakeTimers();
  try {
    const locks = locksOf();
    const asleep = lockTurn(locks, () => 0.5);
    void asleep.take(() => new Promise(() => {}));
    const next = lockTurn(locks, () => 0.5).take(async () => "went");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await next).toBe("went");
  } finally {
    vi.useRealTimers();
  }
});
