// The drawing where nothing is yet: a face, and in a room an arrow to the pad.
// Made of the same strokes as everybody's.
import { type Drawing, PAPER_WHITE, type Stroke } from "../ink/stroke";

const TEAL = 0x095c79;
const GREEN = 0x1fa84a;
const INK = 0x04212b;

/** Points of a curve from `t` 0 to 1, in whole canvas units. */
function curve(steps: number, at: (t: number) => readonly [x: number, y: number]): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => at(i / steps).map(Math.round)).flat();
}

function line(rgb: number, width: number, points: readonly number[]): Stroke {
  return { tool: "pen", rgb, width, startMs: 0, durationMs: 0, points, pressure: [] };
}

function ring(x: number, y: number, radius: number, turns: number): number[] {
  return curve(40, (t) => {
    const angle = -2 + t * turns * 2 * Math.PI;
    const wobble = radius * (1 + 0.04 * Math.sin(3 * angle));
    return [x + wobble * Math.cos(angle), y + wobble * Math.sin(angle)];
  });
}

/** A swinging arrow from one point to another, with its head. */
function arrow(
  from: readonly [number, number],
  to: readonly [number, number],
  bend: number,
): Stroke[] {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const shaft = curve(30, (t) => {
    const off = bend * Math.sin(Math.PI * t) + 0.12 * bend * Math.sin(3 * Math.PI * t);
    return [from[0] + dx * t + (off * dy) / length, from[1] + dy * t - (off * dx) / length];
  });
  // The shaft swings, so it arrives at a slant, and its head with it.
  const angle = Math.atan2(dy, dx) + Math.atan(((0.36 - 1) * -bend * Math.PI) / length);
  const wing = (turn: number) =>
    curve(8, (t) => {
      const reach = 230 * t;
      return [
        to[0] - reach * Math.cos(angle + turn) + 14 * Math.sin(Math.PI * t),
        to[1] - reach * Math.sin(angle + turn),
      ];
    });
  return [shaft, wing(0.6), wing(-0.6)].map((points) => line(GREEN, 44, points));
}

function face(x: number, y: number, smile: number): Stroke[] {
  return [
    line(TEAL, 34, ring(x, y, 330, 1.08)),
    line(INK, 54, [x - 110, y - 90, x - 108, y - 20, x - 110, y + 10]),
    line(INK, 54, [x + 110, y - 100, x + 114, y - 40, x + 110, y]),
    line(
      INK,
      34,
      curve(16, (t) => [x - 165 + 330 * t, y + 120 + smile * Math.sin(Math.PI * t)]),
    ),
  ];
}

/** Where the pad lies, seen from the picture; without one, there is nowhere to draw. */
export type Scene = "below" | "beside" | "nowhere";

export function invitation(pad: Scene): Drawing {
  switch (pad) {
    case "below":
      return onPaper(face(640, 600, 95), arrow([1080, 300], [1500, 1310], 260));
    case "beside":
      return onPaper(face(520, 860, 95), arrow([960, 560], [1850, 900], 200));
    case "nowhere":
      return onPaper(face(1024, 760, -30), []);
    default:
      return pad satisfies never;
  }
}

function onPaper(...strokes: Stroke[][]): Drawing {
  return { paper: PAPER_WHITE, strokes: strokes.flat() };
}
