// What the layer check must report, and what it must accept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { serverProblems } from "./check-layers.mjs";

const count = (folder, text, name = "file.cpp") => serverProblems(folder, name, text).length;

test("an include of a higher folder is found in quotes and in angle brackets", () => {
  assert.equal(count("chat", '#include "net/api.hpp"\n'), 1);
  assert.equal(count("chat", "#include <net/api.hpp>\n"), 1);
  assert.equal(count("chat", '  #  include  "net/api.hpp"\n'), 1);
  assert.equal(count("net", '#include "chat/room.hpp"\n'), 0);
});

test("the system's own net/ headers are not ours", () => {
  assert.equal(count("domain", "#include <net/if.h>\n"), 0);
});

test("generated headers belong to a folder, too", () => {
  assert.equal(count("domain", '#include "colo.pb.h"\n'), 1);
  assert.equal(count("storage", '#include "colo.pb.h"\n'), 0);
  assert.equal(count("net", '#include "embedded_client.hpp"\n'), 1);
});

test("main.cpp is checked", () => {
  assert.equal(count("main", "#include <mutex>\n", "server/main.cpp"), 1);
});

for (const header of ["future", "semaphore", "latch", "barrier", "stop_token", "pthread.h"])
  test(`<${header}> is allowed in runtime/ only`, () => {
    assert.equal(count("auth", `#include <${header}>\n`), 1);
    assert.equal(count("runtime", `#include <${header}>\n`), 0);
  });

test("thread pools and Boost's own threads count as threads", () => {
  assert.equal(count("net", "#include <boost/asio/thread_pool.hpp>\n"), 1);
  assert.equal(count("net", "#include <boost/thread/mutex.hpp>\n"), 1);
});

test("an atomic that arrives through another header is found", () => {
  assert.equal(count("net", "std::atomic<int> connections;\n"), 1);
  assert.equal(count("net", "__atomic_fetch_add(&connections, 1, 5);\n"), 1);
  assert.equal(count("net", "pthread_mutex_lock(&lock);\n"), 1);
});

test("comments and strings are not code", () => {
  assert.equal(count("net", '// std::mutex is not needed\nlog("std::thread");\n'), 0);
  assert.equal(count("net", "/* std::async\n would block */\n"), 0);
});

test("tests may wait for other threads", () => {
  assert.equal(count("net", "std::this_thread::yield();\n", "net/x_test.cpp"), 0);
});

test("a table with text as key needs a seeded hash", () => {
  assert.equal(count("auth", "std::unordered_map<std::string, int> tickets_;\n"), 1);
  assert.equal(count("auth", "std::unordered_map<std::string, int, SeededHash> tickets_;\n"), 0);
});
