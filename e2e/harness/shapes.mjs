/** Lines and filled shapes, to compare what was drawn with what was meant. */

function offSegment([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : ((px - ax) * dx + (py - ay) * dy) / length;
  const at = Math.min(1, Math.max(0, t));
  return Math.hypot(px - ax - at * dx, py - ay - at * dy);
}

/** How far the farthest of the points lies from the line through `line`. */
export function offLine(points, line) {
  let farthest = 0;
  for (const point of points) {
    let nearest = Infinity;
    for (let i = 0; i < line.length; ++i)
      nearest = Math.min(
        nearest,
        offSegment(point, line[i], line[Math.min(i + 1, line.length - 1)]),
      );
    farthest = Math.max(farthest, nearest);
  }
  return farthest;
}

/**
 * The outline as it is filled: its points are the controls of quadratic curves from
 * middle to middle, and it begins at its first point.
 */
export function flatten(outline) {
  const steps = 16;
  let [x, y] = outline[0];
  const polygon = [[x, y]];
  for (let i = 0; i < outline.length; ++i) {
    const [cx, cy] = outline[i];
    const [nx, ny] = outline[(i + 1) % outline.length];
    const [ex, ey] = [(cx + nx) / 2, (cy + ny) / 2];
    for (let s = 1; s <= steps; ++s) {
      const t = s / steps;
      const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
      polygon.push([a * x + b * cx + c * ex, a * y + b * cy + c * ey]);
    }
    [x, y] = [ex, ey];
  }
  return polygon;
}

/** The pixels whose middle is inside the polygon (non-zero winding), as runs [y, from, to]. */
export function fill(polygon, scale, { width, height }) {
  const runs = [];
  for (let y = 0; y < height; ++y) {
    const middle = (y + 0.5) / scale;
    const crossings = [];
    for (let i = 0; i < polygon.length; ++i) {
      const [ax, ay] = polygon[i];
      const [bx, by] = polygon[(i + 1) % polygon.length];
      if (ay <= middle === by <= middle) continue;
      const x = ax + ((middle - ay) / (by - ay)) * (bx - ax);
      crossings.push([x * scale, by > ay ? 1 : -1]);
    }
    crossings.sort(([a], [b]) => a - b);
    let winding = 0;
    for (let i = 0; i + 1 < crossings.length; ++i) {
      winding += crossings[i][1];
      if (winding === 0) continue;
      const from = Math.max(0, Math.ceil(crossings[i][0] - 0.5));
      const to = Math.min(width, Math.ceil(crossings[i + 1][0] - 0.5));
      if (to > from) runs.push([y, from, to]);
    }
  }
  return { width, height, runs };
}

function bitmap({ width, height, runs }) {
  const bits = new Uint8Array(width * height);
  for (const [y, from, to] of runs) bits.fill(1, y * width + from, y * width + to);
  return bits;
}

/** In pixels: how far the farthest pixel of one shape lies from the nearest of another. */
export function farthest(shape, other) {
  const { width, height } = shape;
  const bits = bitmap(other);
  let most = 0;
  for (const [y, from, to] of shape.runs)
    for (let x = from; x < to; ++x)
      if (!bits[y * width + x]) most = Math.max(most, toNearest(bits, x, y, width, height));
  return most;
}

/** The distance to the nearest set pixel; looked for no farther than this. */
const reach = 24;

function toNearest(bits, x, y, width, height) {
  let nearest = Infinity;
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); ++v)
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); ++u)
      if (bits[v * width + u]) nearest = Math.min(nearest, Math.hypot(u - x, v - y));
  return nearest;
}
