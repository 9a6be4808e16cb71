// The executable is built so that a fault of memory ends it instead of being used. Read with
// binutils from the file itself, because a flag that is set somewhere may still not arrive.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { executable } from "../harness/colo.mjs";

const run = (tool, ...args) =>
  execFileSync(tool, [...args, executable], { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });

test("the executable is position independent", () => {
  assert.match(run("readelf", "--file-header"), /Type:\s+DYN \(Position-Independent Executable/);
});

test("symbols are resolved at start, and the table of them is read-only after that", () => {
  assert.match(run("readelf", "--dynamic"), /\(FLAGS_1\).*NOW.*PIE/);
  assert.match(run("readelf", "--program-headers"), /GNU_RELRO/);
});

test("the stack cannot be executed", () => {
  const [, flags] = run("readelf", "--program-headers", "--wide").match(
    /GNU_STACK.*\s([RWE ]+)\s0x/,
  );
  assert.doesNotMatch(flags, /E/);
});

test("functions check their stack, and calls of the C library their buffers", () => {
  const symbols = run("nm", "--dynamic");
  assert.match(symbols, /__stack_chk_fail/);
  assert.match(symbols, /__(memcpy|memset|snprintf|vsnprintf|read|recv|poll)_chk/);
});

test("the standard library checks indices and empty optionals", () => {
  assert.match(run("nm", "--dynamic"), /__glibcxx_assert_fail/);
});

test("indirect jumps may land only where one is expected", {
  skip: process.arch !== "x64" && "only x86-64 has this",
}, () => {
  assert.match(run("objdump", "--disassemble=main"), /endbr64/);
});
