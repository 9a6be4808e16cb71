// The layer rule: a file may only include or import from its own folder and from folders below
// it, and threads, locks and atomics live in server/runtime/ only. Prints every violation.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

// What each folder may use besides itself. "main" stands for the files directly in server/.
const server = {
  domain: [],
  runtime: ["domain"],
  wire: ["domain"],
  storage: ["wire", "runtime", "domain"],
  auth: ["storage", "wire", "runtime", "domain"],
  chat: ["storage", "wire", "runtime", "domain"],
  net: ["chat", "auth", "storage", "wire", "runtime", "domain"],
  app: ["net", "chat", "auth", "storage", "wire", "runtime", "domain"],
  main: ["app", "net", "chat", "auth", "storage", "wire", "runtime", "domain"],
};
const client = {
  ink: [],
  wire: [],
  chat: ["wire", "ink"],
  words: ["chat"],
  worker: [],
  ui: ["chat", "wire", "ink", "words"],
};
// Folders that know no framework.
const bare = { ink: ["svelte", "idb"], wire: ["svelte", "idb", "perfect-freehand"] };

const threadHeaders = [
  "atomic",
  "barrier",
  "boost/asio/static_thread_pool.hpp",
  "boost/asio/thread.hpp",
  "boost/asio/thread_pool.hpp",
  "boost/asio/use_future.hpp",
  "condition_variable",
  "future",
  "latch",
  "mutex",
  "pthread.h",
  "semaphore",
  "semaphore.h",
  "shared_mutex",
  "stdatomic.h",
  "stop_token",
  "thread",
  "threads.h",
];
const threadHeaderPrefixes = ["boost/atomic", "boost/thread", "boost/lockfree", "boost/fiber"];

// Names that other headers also declare. Comments and strings are removed before this is used.
const threadNames =
  /\b(?:std::(?:atomic|mutex|recursive_mutex|timed_mutex|shared_mutex|(?:lock|scoped)_lock|lock_guard|unique_lock|shared_lock|condition_variable|thread|jthread|this_thread|future|shared_future|promise|packaged_task|async|latch|barrier|counting_semaphore|binary_semaphore|stop_token|stop_source|call_once|once_flag)|(?:asio::|boost::)(?:static_)?thread_pool|asio::use_future|pthread_\w+|thrd_\w+|__atomic_\w+|__sync_\w+|thread_local)\b/;

// Tables whose keys clients choose must use a seeded hash (domain/seeded_hash.hpp).
const textTables = /unordered_(?:flat_|node_)?(?:multi)?(?:map|set)<std::string(?:_view)?\b[^;]*;/g;

/** The folder that a quoted or angled include belongs to; undefined: it is not ours. */
function ownFolder(path) {
  if (path.endsWith(".pb.h")) return "wire"; // generated from the wire contract
  if (path === "embedded_client.hpp") return "main";
  if (!path.includes("/") || !path.endsWith(".hpp")) return undefined; // <net/if.h> is the system's
  const first = path.split("/")[0];
  return first in server && first !== "main" ? first : undefined;
}

function code(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, " ");
}

function isThreadHeader(path) {
  return threadHeaders.includes(path) || threadHeaderPrefixes.some((p) => path.startsWith(p));
}

/**
 * What is wrong with a C++ file of `folder`, as sentences. `name` is its path, for the messages
 * and because tests may wait for other threads.
 */
export function serverProblems(folder, name, text) {
  const problems = [];
  const runsThreads = folder === "runtime" || name.endsWith("_test.cpp");
  for (const [, bracket, path] of text.matchAll(
    /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm,
  )) {
    const to = ownFolder(path);
    if (to && to !== folder && !server[folder].includes(to))
      problems.push(`${name}: ${folder}/ may not use ${to}/ (${path})`);
    if (!to && bracket === '"') problems.push(`${name}: "${path}" names no folder`);
    if (!runsThreads && isThreadHeader(path))
      problems.push(`${name}: <${path}> belongs in runtime/`);
  }
  const found = runsThreads ? null : code(text).match(threadNames);
  if (found) problems.push(`${name}: ${found[0]} belongs in runtime/`);
  for (const [table] of code(text).matchAll(textTables))
    if (!table.includes("SeededHash"))
      problems.push(`${name}: a table with text as key needs SeededHash`);
  return problems;
}

/** The same for a file of the client's folder `folder`; `file` is its absolute path. */
export function clientProblems(folder, file, text) {
  const problems = [];
  const name = relative(root, file);
  for (const [, path] of text.matchAll(/\b(?:from|import) *\(?["']([^"']+)["']/g)) {
    if (path.startsWith(".")) {
      const target = relative(join(root, "client/src"), normalize(join(dirname(file), path)));
      const to = target.split("/")[0];
      // A test may compare its folder with the contract.
      if (file.endsWith(".test.ts") && target.startsWith("wire/generated/")) continue;
      if (to in client && to !== folder && !client[folder].includes(to))
        problems.push(`${name}: ${folder}/ may not use ${to}/`);
    } else if (bare[folder]?.some((other) => path === other || path.startsWith(`${other}/`))) {
      problems.push(`${name}: ${folder}/ may not use ${path}`);
    }
  }
  return problems;
}

function files(folder, pattern, recursive = true) {
  return readdirSync(join(root, folder), { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function main() {
  const problems = [];
  for (const folder of Object.keys(server)) {
    const place = folder === "main" ? "server" : join("server", folder);
    for (const file of files(place, /\.[ch]pp$/, folder !== "main"))
      problems.push(...serverProblems(folder, relative(root, file), readFileSync(file, "utf8")));
  }
  for (const folder of Object.keys(client))
    for (const file of files(join("client/src", folder), /\.(ts|svelte)$/))
      problems.push(...clientProblems(folder, file, readFileSync(file, "utf8")));
  if (problems.length > 0) {
    console.error(problems.join("\n"));
    process.exit(1);
  }
  console.log("Every include and import points down.");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
