/**
 * Real strokes, as a finger on a phone makes them: the stroke medians of Chinese characters (the
 * npm package hanzi-writer-data, traced from a font in the style of handwriting), written at the
 * speed of a hand and sampled at the rate of a touch screen.
 *
 * A hand starts from rest, is fastest in the middle and comes to rest again. Its position along the
 * stroke follows the minimum-jerk curve 10t³ − 15t⁴ + 6t⁵ (Flash and Hogan, 1985).
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = dirname(createRequire(import.meta.url).resolve("hanzi-writer-data/package.json"));

/** The characters' box: 1024 wide and high, y upwards from -124 to 900. */
const box = { size: 1024, top: 900 };
/** The canvas, and the size of the character on it. */
const canvas = { width: 2048, height: 1536 };
const size = 1400;

/** In canvas units per second: a phone's pad is 62 mm wide, and a finger draws about 100 mm/s. */
const natural_speed = (100 / 62) * canvas.width;
/** The least time of a stroke. */
const shortest_s = 0.12;
/** Between two strokes. */
const lift_s = 0.15;

/** All characters, in the order of their code points. */
export function allCharacters() {
  return readdirSync(folder)
    .filter((name) => /^.\.json$/u.test(name))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")).medians);
}

const onCanvas = ([x, y]) => [
  (canvas.width - size) / 2 + (x / box.size) * size,
  (canvas.height - size) / 2 + ((box.top - y) / box.size) * size,
];

const distance = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);

function length(path) {
  return path.slice(1).reduce((sum, point, i) => sum + distance(path[i], point), 0);
}

/** The point `along` canvas units from the beginning of the path. */
function placeOn(path, along) {
  let left = along;
  for (let i = 1; i < path.length; ++i) {
    const step = distance(path[i - 1], path[i]);
    if (left <= step && step > 0) {
      const share = left / step;
      const [[ax, ay], [bx, by]] = [path[i - 1], path[i]];
      return [ax + (bx - ax) * share, ay + (by - ay) * share];
    }
    left -= step;
  }
  return path[path.length - 1];
}

const minimumJerk = (t) => t ** 3 * (10 - 15 * t + 6 * t * t);

/** The points of the stroke, x, y, x, y …, at equal intervals of time. */
function sampled(path, duration_s, rate) {
  const whole = length(path);
  const count = Math.max(2, Math.round(duration_s * rate) + 1);
  const points = [];
  for (let i = 0; i < count; ++i) {
    const [x, y] = placeOn(path, minimumJerk(i / (count - 1)) * whole).map(Math.round);
    const last = points.length - 2;
    // The client drops points that do not move.
    if (last < 0 || points[last] !== x || points[last + 1] !== y) points.push(x, y);
  }
  return points;
}

/**
 * A character as the strokes of a drawing, in the client's representation.
 *
 * @param {number[][][]} medians
 * @param {{rate: number, slowness?: number}} hand samples a second; how much slower than
 *   a natural hand
 */
export function written(medians, { rate, slowness = 1 }) {
  let now_s = 0;
  return medians.map((median) => {
    const path = median.map(onCanvas);
    const duration_s = Math.max(shortest_s, length(path) / natural_speed) * slowness;
    const startMs = Math.round(now_s * 1000);
    now_s += duration_s + lift_s;
    const durationMs = Math.round(duration_s * 1000);
    const points = sampled(path, duration_s, rate);
    return { tool: "pen", rgb: 0x101820, width: 26, startMs, durationMs, points, pressure: [] };
  });
}

export const countPoints = (strokes) =>
  strokes.reduce((sum, stroke) => sum + stroke.points.length / 2, 0);

/** The same, slowed down until it has `wanted` points, within 0.5 %. */
export function writtenWithPoints(medians, wanted, rate) {
  let slowness = 1;
  let strokes = written(medians, { rate, slowness });
  for (let tries = 0; tries < 12; ++tries) {
    const count = countPoints(strokes);
    if (Math.abs(count - wanted) <= wanted / 200) break;
    slowness *= wanted / count;
    strokes = written(medians, { rate, slowness });
  }
  return strokes;
}
