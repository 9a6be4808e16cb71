// The app's icon as PNG files, which home screens want: the shapes of
// public/favicon.svg, painted here, so that no picture has to be kept in the
// repository and no painter be installed. Pure: sizes in, bytes out.
import { crc32, deflateSync } from "node:zlib";

export interface IconForm {
  /** Pixels of each side. */
  readonly size: number;
  /** How much of the picture the drawing fills: 1 as in the SVG, less to be safe under masks. */
  readonly fill: number;
  /** Whether the corners are rounded and see-through; phones that mask want all of it filled. */
  readonly rounded: boolean;
}

type Rgb = readonly [number, number, number];

/** The SVG's own units. */
const UNITS = 64;
const TEAL: Rgb = [0x09, 0x5c, 0x79];
const GREEN: Rgb = [0x2a, 0xff, 0x99];
const WHITE: Rgb = [0xff, 0xff, 0xff];
const INK: Rgb = [0x04, 0x21, 0x2b];
/** Each pixel is looked at this often in each direction. */
const SAMPLES = 4;

export function iconPng(form: IconForm): Uint8Array {
  return png(form.size, paint(form));
}

function paint({ size, fill, rounded }: IconForm): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  const step = 1 / SAMPLES;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0, 0];
      for (let sy = step / 2; sy < 1; sy += step) {
        for (let sx = step / 2; sx < 1; sx += step) {
          const u = ((x + sx) / size) * UNITS;
          const v = ((y + sy) / size) * UNITS;
          if (rounded && !inBox(u, v, [0, 0, UNITS, UNITS], 16)) continue;
          const inner = (at: number) => UNITS / 2 + (at - UNITS / 2) / fill;
          const color = colorAt(inner(u), inner(v), v / UNITS);
          for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (color[c] ?? 0);
          sum[3] = (sum[3] ?? 0) + 1;
        }
      }
      const hits = sum[3] ?? 0;
      const at = (y * size + x) * 4;
      for (let c = 0; c < 3; c++)
        pixels[at + c] = hits === 0 ? 0 : Math.round((sum[c] ?? 0) / hits);
      pixels[at + 3] = Math.round((hits / SAMPLES ** 2) * 255);
    }
  }
  return pixels;
}

/** `down`: 0 at the top of the picture, 1 at its lower edge. */
function colorAt(u: number, v: number, down: number): Rgb {
  if (nearWave(u, v, 2)) return INK;
  if (inBox(u, v, [10, 15, 44, 34], 9)) return WHITE;
  const mixed = (c: 0 | 1 | 2) => TEAL[c] + (GREEN[c] - TEAL[c]) * down;
  return [mixed(0), mixed(1), mixed(2)];
}

function inBox(
  u: number,
  v: number,
  [x, y, width, height]: readonly [number, number, number, number],
  radius: number,
): boolean {
  const dx = Math.max(x + radius - u, 0, u - (x + width - radius));
  const dy = Math.max(y + radius - v, 0, v - (y + height - radius));
  return Math.hypot(dx, dy) <= radius;
}

/** The path of the SVG as points: four cubic curves, each from where the last one ended. */
const WAVE = (() => {
  const points: [number, number][] = [];
  const curves = [
    [17, 39, 22, 26, 26, 24, 29, 28],
    [29, 28, 32, 32, 32, 37, 36, 36],
    [36, 36, 40, 35, 41, 27, 47, 26],
  ];
  for (const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] of curves) {
    for (let t = 0; t <= 1; t += 1 / 24) {
      const s = 1 - t;
      const [a, b, c, d] = [s ** 3, 3 * s * s * t, 3 * s * t * t, t ** 3];
      points.push([a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3]);
    }
  }
  return points;
})();

function nearWave(u: number, v: number, distance: number): boolean {
  if (u < 14 || u > 50 || v < 22 || v > 42) return false;
  return WAVE.some(([x, y]) => Math.hypot(u - x, v - y) <= distance);
}

/** PNG, 8 bits RGBA (W3C PNG, 5 and 11.2). */
function png(size: number, pixels: Uint8Array): Uint8Array {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) {
    rows.set(pixels.subarray(y * size * 4, (y + 1) * size * 4), y * (size * 4 + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
