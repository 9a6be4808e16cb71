import { expect, test } from "vitest";
import { cacheName, fits, freshOrKept, outdated, type Shell, wayOf } from "./shell";

const origin = "https://colo.test";
const shell: Shell = { build: "b2", paths: ["/", "/assets/index-1.js", "/favicon.svg"] };
const way = (path: string, request: { method?: string; mode?: string } = {}) =>
  wayOf({ method: "GET", mode: "no-cors", url: `${origin}${path}`, ...request }, origin, shell);
const never = new Promise<never>(() => {});
const page = (text: string, status = 200) => new Response(text, { status });

test("the page and its files are the worker's business, and nothing else", () => {
  expect(way("/", { mode: "navigate" })).toBe("page");
  expect(way("/?from=home", { mode: "navigate" })).toBe("page");
  expect(way("/assets/index-1.js")).toBe("kept");
  expect(way("/assets/index-of-another-build.js")).toBe("kept");
  expect(way("/api/rooms")).toBe("pass");
  expect(way("/api/rooms", { mode: "navigate" })).toBe("pass");
  expect(way("/", { method: "POST" })).toBe("pass");
  const elsewhere = { method: "GET", mode: "no-cors", url: "https://other.test/favicon.svg" };
  expect(wayOf(elsewhere, origin, shell)).toBe("pass");
});

test("the network's page comes first", async () => {
  const reply = await freshOrKept(Promise.resolve(page("new")), async () => page("old"), never);
  expect(await reply.text()).toBe("new");
});

test("without network, with a broken one and with a slow one, the kept page opens", async () => {
  const kept = async () => page("old");
  const down = Promise.reject(new TypeError("down"));
  expect(await (await freshOrKept(down, kept, never)).text()).toBe("old");
  const broken = Promise.resolve(page("bad gateway", 502));
  expect(await (await freshOrKept(broken, kept, never)).text()).toBe("old");
  expect(await (await freshOrKept(never, kept, Promise.resolve())).text()).toBe("old");
});

test("with nothing kept, the network's answer it is, whatever it says", async () => {
  const none = async () => undefined;
  const broken = Promise.resolve(page("bad gateway", 502));
  expect((await freshOrKept(broken, none, never)).status).toBe(502);
  const down = Promise.reject(new TypeError("down"));
  await expect(freshOrKept(down, none, never)).rejects.toThrow("down");
});

test("only our own caches are let go, and the build before this one is kept", () => {
  expect(outdated(["colo-shell-b1", cacheName(shell), "another"], shell)).toEqual([]);
  expect(outdated(["colo-shell-b0", "another", "colo-shell-b1", cacheName(shell)], shell)).toEqual([
    "colo-shell-b0",
  ]);
});

test("a page of another build does not fit the files", () => {
  expect(fits('<script src="/assets/index-1.js">', shell)).toBe(true);
  expect(fits('<script src="/assets/index-2.js">', shell)).toBe(false);
  expect(fits("<p>Please sign in to this network first.</p>", shell)).toBe(false);
  // What the page asks for later is kept, too, and not named in it.
  const paths = [...shell.paths, "/assets/Room-1.js"];
  expect(fits('<script src="/assets/index-1.js">', { ...shell, paths })).toBe(true);
});
