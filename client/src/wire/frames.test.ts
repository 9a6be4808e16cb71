import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { decodeHeard, encodeSay } from "./frames";
import { Change, ClientFrame, ServerFrame, Tool } from "./generated/colo";
import { fromHex, toHex } from "./random";

interface Fixture {
  readonly name: string;
  readonly kind: "client" | "server";
  readonly json: unknown;
  readonly hex: string;
}

const folder = fileURLToPath(new URL("../../../protocol/fixtures/", import.meta.url));
const fixtures = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file): Fixture => JSON.parse(readFileSync(folder + file, "utf8")));

const codecOf = (fixture: Fixture) => (fixture.kind === "client" ? ClientFrame : ServerFrame);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A decoded value as protobuf's JSON mapping would write it, where `json` is to be its like. */
function like(value: unknown, json: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value) && Array.isArray(json)) return value.map((one, i) => like(one, json[i]));
  if (isRecord(value) && isRecord(json)) {
    // A oneof is `{$case, value}` here and the name of its case there.
    const frame = value.frame;
    const fields =
      isRecord(frame) && typeof frame.$case === "string" ? { [frame.$case]: frame.value } : value;
    return Object.fromEntries(Object.keys(json).map((key) => [key, like(fields[key], json[key])]));
  }
  // 64-bit numbers are strings there, enums are names.
  if (typeof value === "number" && typeof json === "string") {
    if (json.startsWith("TOOL_")) return enumName("TOOL_", Tool, value);
    if (json.startsWith("CHANGE_")) return enumName("CHANGE_", Change, value);
    return String(value);
  }
  return value;
}

function enumName(prefix: string, names: Readonly<Record<string, number>>, value: number): string {
  const found = Object.entries(names).find(([, number]) => number === value);
  return prefix + (found?.[0] ?? value);
}

test("there are golden frames of both kinds", () => {
  expect(fixtures.map((one) => one.kind)).toContain("client");
  expect(fixtures.map((one) => one.kind)).toContain("server");
});

test.each(fixtures)(
  "$name is read as the server reads it, and written back byte for byte",
  (fixture) => {
    const frame = codecOf(fixture).decode(fromHex(fixture.hex));
    expect(like(frame, fixture.json)).toEqual(fixture.json);
    const written =
      fixture.kind === "client"
        ? ClientFrame.encode(ClientFrame.decode(fromHex(fixture.hex)))
        : ServerFrame.encode(ServerFrame.decode(fromHex(fixture.hex)));
    expect(toHex(written.finish())).toBe(fixture.hex);
  },
);

test("a frame that nobody can read is no frame", () => {
  expect(decodeHeard(new Uint8Array([0x0a, 0xff]))).toBeUndefined();
});

test("a frame of a newer server is no frame either", () => {
  // Field 99, an empty message.
  expect(decodeHeard(new Uint8Array([0x9a, 0x06, 0x00]))).toBeUndefined();
});

test("what a phone says can be sent as it is", () => {
  const bytes = encodeSay({
    $case: "join",
    value: { room: "main", afterSeq: 7, epoch: 3, afterDeletion: 0 },
  });
  expect(bytes.buffer.byteLength).toBe(bytes.length);
  expect(ClientFrame.decode(bytes).frame).toEqual({
    $case: "join",
    value: { room: "main", afterSeq: 7, epoch: 3, afterDeletion: 0 },
  });
});
