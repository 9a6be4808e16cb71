// The service worker: keeps the page and its files, so that Colo opens without
// network. It never touches the API or the socket. A new build is a new worker
// with a cache of its own; the one before it stays for a page that is still open.
import { cacheName, fits, freshOrKept, outdated, type Shell, wayOf } from "./shell";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build, which alone knows the files' names. */
declare const COLO_SHELL: Shell;

const shell: Shell = COLO_SHELL;
/** A page that takes longer is opened from what is kept. */
const PATIENCE_MS = 3000;

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName(shell));
  const page = await fetch("/", { cache: "no-cache" });
  // The server may be newer than this worker by now: then the next worker keeps.
  if (!page.ok || !fits(await page.clone().text(), shell)) throw new Error("another build");
  await cache.put("/", page);
  await cache.addAll(shell.paths.filter((path) => path !== "/"));
}

async function dropOutdated(): Promise<void> {
  const names = outdated(await caches.keys(), shell);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** Of this build, or of the one before it. */
const kept = async (path: string) =>
  (await caches.match(path, { cacheName: cacheName(shell) })) ?? caches.match(path);
const patience = () => new Promise((tell) => setTimeout(tell, PATIENCE_MS));

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOutdated());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  switch (wayOf(request, self.location.origin, shell)) {
    case "page":
      event.respondWith(freshOrKept(fetch(request), () => kept("/"), patience()));
      return;
    case "kept":
      event.respondWith(kept(path).then((reply) => reply ?? fetch(request)));
      return;
    default:
  }
});
