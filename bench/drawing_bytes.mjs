/** What drawings weigh on the wire: made by the client's own codec, as the client sends them. */
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { median, p95, quantile, short, table, verdict } from "./figures.mjs";
import { allCharacters, countPoints, written, writtenWithPoints } from "./handwriting.mjs";

const client = (path) => fileURLToPath(new URL(`../client/src/${path}`, import.meta.url));
const module = async (path) => (await runnerImport(client(path), { logLevel: "error" })).module;

/** A typical drawing has these; see the budget. */
const typical = { strokes: 20, points: 1500, rate: 120 };
/** Each so manieth character is written, so that the whole takes seconds. */
const stride = 12;

/** Gives how many bytes a Send of these strokes is, without a caption. */
async function newScale() {
  const { toWire, strokeBytes } = await module("ink/codec.ts");
  const { ClientFrame } = await module("wire/generated/colo.ts");
  const frame = (strokes) => ({
    frame: {
      $case: "send",
      value: {
        room: "main-chat",
        clientId: new Uint8Array(16),
        drawing: toWire({ paper: 0xffffff, strokes }),
        caption: "",
        remixOf: 0,
      },
    },
  });
  return {
    sent: (strokes) => ClientFrame.encode(frame(strokes)).finish().length,
    estimated: (strokes) => strokes.reduce((sum, stroke) => sum + strokeBytes(stroke), 0),
  };
}

/** Characters of twenty strokes, written so slowly that they have 1,500 points. */
export function typicalDrawings(characters = allCharacters()) {
  return characters
    .filter((one) => one.length === typical.strokes)
    .map((one) => writtenWithPoints(one, typical.points, typical.rate));
}

function weighed(name, drawings, scale) {
  const bytes = drawings.map(scale.sent);
  const points = drawings.map(countPoints);
  const row = [
    name,
    String(drawings.length),
    short(median(drawings.map((one) => one.length))),
    short(median(points)),
    `${short(median(bytes))} (${short(quantile(bytes, 0.05))}–${short(p95(bytes))})`,
    short(median(bytes.map((all, i) => all / points[i]))),
    short(median(drawings.map((one, i) => scale.estimated(one) / bytes[i]))),
  ];
  return { row, bytes };
}

/** @param {{strokes: object[], name: string}[]} recordings what this run drew in the browser */
export async function measureDrawingBytes(recordings = []) {
  const scale = await newScale();
  const characters = allCharacters();
  const some = characters.filter((_, i) => i % stride === 0);
  const at = (rate) => some.map((one) => written(one, { rate }));
  const usual = weighed("20 strokes, 1,500 points, 120 Hz", typicalDrawings(characters), scale);
  const rows = [
    usual.row,
    weighed("at a natural speed, 60 Hz", at(60), scale).row,
    weighed("at a natural speed, 120 Hz", at(120), scale).row,
    ...recordings.map(({ name, drawings }) => weighed(name, drawings, scale).row),
  ];
  const bytes = median(usual.bytes);
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
        "handwriting",
        "drawings",
        "strokes",
        "points",
        "bytes of the frame (p5–p95)",
        "bytes a point",
        "`strokeBytes` / real",
      ],
      rows,
    ),
  };
}
