/** The size of drawings on the wire, as the client's own codec encodes them. */
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { median, p95, quantile, short, table, verdict } from "./figures.mjs";
import { allCharacters, countPoints, written, writtenWithPoints } from "./handwriting.mjs";

const client = (path) => fileURLToPath(new URL(`../client/src/${path}`, import.meta.url));
const module = async (path) => (await runnerImport(client(path), { logLevel: "error" })).module;

/** The typical drawing of the budget. */
const typical = { strokes: 20, points: 1500, rate: 120 };
/** Every twelfth character is written, so that this takes only seconds. */
const stride = 12;

/** The client's own codec. */
async function openCodec() {
  const { fromWire, strokeBytes, toWire } = await module("ink/codec.ts");
  const { ClientFrame } = await module("wire/generated/colo.ts");
  return {
    /** A Send of these strokes, without a caption, as the page would make it. */
    frame(strokes) {
      const value = {
        room: "main-chat",
        clientId: new Uint8Array(16),
        drawing: toWire({ paper: 0xffffff, strokes }),
        caption: "",
        remixOf: 0,
      };
      return ClientFrame.encode({ frame: { $case: "send", value } }).finish();
    },
    /** The strokes in a Send. */
    strokes: (bytes) => fromWire(ClientFrame.decode(bytes).frame.value.drawing).strokes,
    /** The pad's estimate, in bytes. */
    estimated: (strokes) => strokes.reduce((sum, stroke) => sum + strokeBytes(stroke), 0),
  };
}

/** Characters of 20 strokes, written so slowly that they have 1,500 points. */
export function typicalDrawings(characters = allCharacters()) {
  return characters
    .filter((one) => one.length === typical.strokes)
    .map((one) => writtenWithPoints(one, typical.points, typical.rate));
}

function sizes(name, frames, codec) {
  const bytes = frames.map((frame) => frame.length);
  const drawings = frames.map(codec.strokes);
  const points = drawings.map(countPoints);
  const row = [
    name,
    String(frames.length),
    short(median(drawings.map((one) => one.length))),
    short(median(points)),
    `${short(median(bytes))} (${short(quantile(bytes, 0.05))}–${short(p95(bytes))})`,
    short(median(bytes.map((all, i) => all / points[i]))),
    short(median(drawings.map((one, i) => codec.estimated(one) / bytes[i]))),
  ];
  return { row, bytes };
}

/** @param {Uint8Array[]} sent the frames that the browser sent in this run */
export async function measureDrawingBytes(sent) {
  const codec = await openCodec();
  const characters = allCharacters();
  const some = characters.filter((_, i) => i % stride === 0);
  const at = (rate) => some.map((one) => codec.frame(written(one, { rate })));
  const usual = typicalDrawings(characters).map(codec.frame);
  const typically = sizes("20 strokes, 1,500 points, 120 Hz", usual, codec);
  const rows = [
    typically.row,
    sizes("at a natural speed, 60 Hz", at(60), codec).row,
    sizes("at a natural speed, 120 Hz", at(120), codec).row,
    sizes("doodles, drawn and sent in Chromium, 120 Hz", sent, codec).row,
  ];
  const bytes = median(typically.bytes);
  return {
    budgets: [
      {
        what: "bytes on the wire for a typical drawing (20 strokes, 1,500 points)",
        found: `${short(bytes)} bytes`,
        bound: "≤ 4 kB",
        verdict: verdict(bytes / 1000, { must: 4, unit: "kB" }),
      },
    ],
    text: table(
      [
        "drawn",
        "drawings",
        "strokes",
        "points",
        "bytes of the frame (p5–p95)",
        "bytes a point",
        "the pad's reckoning / real",
      ],
      rows,
    ),
  };
}
