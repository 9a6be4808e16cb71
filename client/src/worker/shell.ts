// What the service worker does with a request, and how: values and functions
// without a worker, so that they can be tested without one.

/** What is kept of one build of the page, and under which name. */
export interface Shell {
  /** Changes with every build. */
  readonly build: string;
  /** "/" and the files it needs. */
  readonly paths: readonly string[];
}

export type Way =
  /** The page itself: the newest one, or else the one that is kept. */
  | "page"
  /** A file whose name holds a hash of its content: what is kept is right. */
  | "kept"
  /** None of our business: the API, the socket, another site. */
  | "pass";

const PREFIX = "colo-shell-";

export function cacheName(shell: Shell): string {
  return PREFIX + shell.build;
}

/**
 * Caches that nobody needs any more. The build before this one is kept: a page of it
 * may be open, and ask for its later parts. `names`: the oldest first.
 */
export function outdated(names: readonly string[], shell: Shell): string[] {
  const others = names.filter((name) => name.startsWith(PREFIX) && name !== cacheName(shell));
  return others.slice(0, -1);
}

export function wayOf(
  request: { readonly method: string; readonly url: string; readonly mode: string },
  origin: string,
  shell: Shell,
): Way {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== origin) return "pass";
  if (request.mode === "navigate") return url.pathname === "/" ? "page" : "pass";
  // A part of another build, too: the page that asks for it may be of that one.
  const file = url.pathname.startsWith("/assets/") || shell.paths.includes(url.pathname);
  return url.pathname !== "/" && file ? "kept" : "pass";
}

/**
 * The page from the network, unless that fails, answers with an error (a proxy
 * whose server is down) or takes longer than `patience`.
 */
export async function freshOrKept(
  fetched: Promise<Response>,
  kept: () => Promise<Response | undefined>,
  patience: Promise<unknown>,
): Promise<Response> {
  const late = patience.then(() => undefined);
  const failed = () => undefined;
  const first = await Promise.race([fetched.catch(failed), late]);
  // A redirect is the browser's to follow.
  if (first !== undefined && (first.ok || first.type === "opaqueredirect")) return first;
  return (await kept()) ?? first ?? fetched;
}

/**
 * Whether a page and a list of files are of the same build. The page names its first
 * files only, but the hashes in their names change with all that they load later.
 */
export function fits(html: string, shell: Shell): boolean {
  const named = html.match(/\/assets\/[\w.-]+/g) ?? [];
  return named.length > 0 && named.every((path) => shell.paths.includes(path));
}
