// A drawing as an SVG document of 2048 by 1536 units, from the same shapes that
// are painted. What an eraser took away is masked out of all that lay below it.
import { alphaOf, type Shape, shapeOf } from "./shape";
import { CANVAS_HEIGHT, CANVAS_WIDTH, type Drawing, hex, type Stroke } from "./stroke";

const SHEET = `width="${CANVAS_WIDTH}" height="${CANVAS_HEIGHT}"`;

/** `title` is what a screen reader says of the picture. */
export function drawingToSvg(drawing: Drawing, title: string): string {
  let ink = "";
  let masks = 0;
  for (let i = 0; i < drawing.strokes.length; i++) {
    const stroke = drawing.strokes[i];
    if (stroke === undefined) continue;
    if (stroke.tool !== "eraser") {
      ink += element(stroke);
      continue;
    }
    // Erasers in a row are one mask: every mask is one more layer to draw.
    let holes = "";
    for (; drawing.strokes[i]?.tool === "eraser"; i++) {
      const eraser = drawing.strokes[i];
      if (eraser !== undefined) holes += element({ ...eraser, rgb: 0 });
    }
    i -= 1;
    if (ink === "") continue;
    const id = `erased-${++masks}`;
    ink =
      `<mask id="${id}" maskUnits="userSpaceOnUse" x="0" y="0" ${SHEET}>` +
      `<rect ${SHEET} fill="#fff"/>${holes}</mask><g mask="url(#${id})">${ink}</g>`;
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CANVAS_WIDTH} ${CANVAS_HEIGHT}" ${SHEET} role="img">` +
    `<title>${escaped(title)}</title>` +
    `<rect ${SHEET} fill="${hex(drawing.paper)}"/>${ink}</svg>\n`
  );
}

function element(stroke: Stroke): string {
  const shape = shapeOf(stroke);
  const color = hex(stroke.rgb);
  const alpha = alphaOf(stroke);
  const opacity = alpha < 1 ? ` fill-opacity="${alpha}"` : "";
  switch (shape.kind) {
    case "contour":
      return `<path fill="${color}"${opacity} d="${contourPath(shape.points)}"/>`;
    case "dots":
      return `<path fill="${color}" shape-rendering="crispEdges" d="${dotsPath(shape.rects)}"/>`;
    case "bands":
      return bandPaths(shape);
    default:
      return shape satisfies never;
  }
}

function contourPath(points: readonly number[][]): string {
  const [x = 0, y = 0] = points[0] ?? [];
  let path = `M${short(x)} ${short(y)}`;
  for (let i = 0; i < points.length; i++) {
    const [x = 0, y = 0] = points[i] ?? [];
    const [nextX = 0, nextY = 0] = points[(i + 1) % points.length] ?? [];
    path += `Q${short(x)} ${short(y)} ${short((x + nextX) / 2)} ${short((y + nextY) / 2)}`;
  }
  return `${path}Z`;
}

function dotsPath(rects: readonly number[]): string {
  let path = "";
  for (let i = 0; i + 3 < rects.length; i += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = rects.slice(i, i + 4);
    path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`;
  }
  return path;
}

function bandPaths({ width, bands }: Extract<Shape, { kind: "bands" }>): string {
  const paths = bands.map(({ rgb, points }) => {
    let path = `M${short(points[0] ?? 0)} ${short(points[1] ?? 0)}`;
    for (let i = points.length > 2 ? 2 : 0; i < points.length; i += 2) {
      path += `L${short(points[i] ?? 0)} ${short(points[i + 1] ?? 0)}`;
    }
    return `<path stroke="${hex(rgb)}" d="${path}"/>`;
  });
  return `<g fill="none" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round">${paths.join("")}</g>`;
}

/** A tenth of a canvas unit is less than any screen shows. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
