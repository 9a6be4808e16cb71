/**
 * The drawings that are sent: real strokes (see handwriting.mjs), encoded as the client encodes
 * them. They are the same in every run.
 */
import { allCharacters, writtenWithPoints } from "../handwriting.mjs";
import { encodeDrawing } from "./protobuf.mjs";

/** A sketch of about 1.5 kB, and the typical drawing of the budgets, about 3.5 kB. */
const kinds = {
  small: { strokes: 10, points: 630 },
  large: { strokes: 20, points: 1500 },
};
const touch_rate = 120;
const count = 8;

/** @returns {{small: Buffer[], large: Buffer[]}} encoded Drawing messages */
export function recordedDrawings() {
  const characters = allCharacters();
  const some = ({ strokes, points }) =>
    characters
      .filter((one) => one.length === strokes)
      .slice(0, count)
      .map((one) => encodeDrawing(writtenWithPoints(one, points, touch_rate)));
  return { small: some(kinds.small), large: some(kinds.large) };
}
