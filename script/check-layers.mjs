// The layer rule: a file may only include or import from its own folder and
// from folders below it. Prints every arrow that points up or sideways.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

// What each folder may use besides itself.
const server = {
  domain: [],
  runtime: ["domain"],
  wire: ["domain"],
  storage: ["wire", "runtime", "domain"],
  auth: ["storage", "wire", "runtime", "domain"],
  chat: ["storage", "wire", "runtime", "domain"],
  net: ["chat", "auth", "storage", "wire", "runtime", "domain"],
  app: ["net", "chat", "auth", "storage", "wire", "runtime", "domain"],
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
// Threads, mutexes and atomics have one home.
const threads = /#include <(thread|mutex|atomic|shared_mutex|condition_variable)>/;

const problems = [];

function files(folder, pattern) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function check(file, from, to, allowed) {
  if (to === from || allowed[from].includes(to)) return;
  problems.push(`${relative(root, file)}: ${from}/ may not use ${to}/`);
}

for (const folder of Object.keys(server)) {
  for (const file of files(join("server", folder), /\.[ch]pp$/)) {
    const text = readFileSync(file, "utf8");
    for (const [, path] of text.matchAll(/#include "([^"]+)"/g)) {
      const to = path.split("/")[0];
      if (to in server) check(file, folder, to, server);
      else if (!path.endsWith(".pb.h"))
        problems.push(`${relative(root, file)}: "${path}" names no folder`);
    }
    if (threads.test(text) && folder !== "runtime" && !file.endsWith("_test.cpp"))
      problems.push(`${relative(root, file)}: ${text.match(threads)[0]} belongs into runtime/`);
  }
}

for (const folder of Object.keys(client)) {
  for (const file of files(join("client/src", folder), /\.(ts|svelte)$/)) {
    const text = readFileSync(file, "utf8");
    for (const [, path] of text.matchAll(/\b(?:from|import) *\(?["']([^"']+)["']/g)) {
      if (path.startsWith(".")) {
        const target = relative(join(root, "client/src"), normalize(join(dirname(file), path)));
        const to = target.split("/")[0];
        // A test may hold its folder against the contract.
        if (file.endsWith(".test.ts") && target.startsWith("wire/generated/")) continue;
        if (to in client) check(file, folder, to, client);
      } else if (bare[folder]?.some((name) => path === name || path.startsWith(`${name}/`))) {
        problems.push(`${relative(root, file)}: ${folder}/ may not use ${path}`);
      }
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("Every include and import points down.");
