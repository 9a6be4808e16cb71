/** Things to send: drawings in protobuf's JSON mapping. */
import { randomBytes } from "node:crypto";

/** The id that a phone gives a drawing of its own. */
export const newClientId = () => randomBytes(16).toString("base64");

/** A stroke that every server accepts, with `change` laid over it. */
export const stroke = (change = {}) => ({
  tool: "TOOL_PEN",
  rgb: 0x095c79,
  width: 24,
  startMs: 0,
  durationMs: 480,
  points: [100, 200, 3, -4, 0, 5, -7, 1],
  pressure: [0, 128, 255, 200],
  ...change,
});

/** A drawing that every server accepts, with `change` laid over it. */
export const drawing = (change = {}) => ({
  version: 1,
  paper: 0xffffff,
  strokes: [stroke()],
  ...change,
});
