// The only file that touches a canvas. Strokes become outlines (perfect-freehand)
// and outlines become filled paths. Ink is painted on a transparent canvas over
// the paper, so that the eraser can take it away again.
import { getStroke } from "perfect-freehand";
import { CANVAS_HEIGHT, CANVAS_WIDTH, type Drawing, hex, type Pen, type Stroke } from "./stroke";

type Triple = [x: number, y: number, pressure: number];

/** What an outline is made of: a finished stroke or the one under the pen. */
export interface Ink extends Pen {
  readonly points: readonly number[];
  readonly pressure: readonly number[];
}

/** Reused from frame to frame, so that a moving pen leaves no garbage per point. */
const scratch: Triple[] = [];

/** The outline of a stroke in canvas units; `ahead` (x, y, …) is drawn but not part of it. */
export function outline(ink: Ink, finished: boolean, ahead: readonly number[] = []): number[][] {
  const own = ink.points.length / 2;
  const count = own + ahead.length / 2;
  while (scratch.length < count) scratch.push([0, 0, 0]);
  const measured = ink.pressure.length === own && own > 0;
  for (let i = 0; i < count; i++) {
    const triple = scratch[i];
    if (triple === undefined) break;
    const from = i < own ? ink.points : ahead;
    const at = (i < own ? i : i - own) * 2;
    triple[0] = from[at] ?? 0;
    triple[1] = from[at + 1] ?? 0;
    triple[2] = measured ? (ink.pressure[Math.min(i, own - 1)] ?? 128) / 255 : 0.5;
  }
  return getStroke(scratch.slice(0, count), {
    size: ink.width,
    // The eraser is as wide as it says; a pen lives.
    thinning: ink.tool === "eraser" ? 0 : 0.45,
    smoothing: 0.5,
    streamline: 0.4,
    simulatePressure: !measured,
    last: finished,
  });
}

function fillOutline(context: CanvasRenderingContext2D, points: number[][]): void {
  const first = points[0];
  if (first === undefined) return;
  context.beginPath();
  context.moveTo(first[0] ?? 0, first[1] ?? 0);
  for (let i = 0; i < points.length; i++) {
    const [x = 0, y = 0] = points[i] ?? [];
    const [nextX = 0, nextY = 0] = points[(i + 1) % points.length] ?? [];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.closePath();
  context.fill();
}

function paintStroke(context: CanvasRenderingContext2D, stroke: Ink): void {
  const erases = stroke.tool === "eraser";
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  context.fillStyle = erases ? "#000" : hex(stroke.rgb);
  fillOutline(context, outline(stroke, true));
}

/** Sizes the bitmap to its place on the screen; returns whether it was emptied by that. */
function fitBitmap(canvas: HTMLCanvasElement, cssWidth: number, pixelRatio: number): boolean {
  const width = Math.max(1, Math.round(cssWidth * pixelRatio));
  const height = Math.max(1, Math.round((width * CANVAS_HEIGHT) / CANVAS_WIDTH));
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}

function inCanvasUnits(canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined {
  const context = canvas.getContext("2d") ?? undefined;
  const scale = canvas.width / CANVAS_WIDTH;
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

function wipe(context: CanvasRenderingContext2D): void {
  context.clearRect(0, 0, CANVAS_WIDTH, CANVAS_HEIGHT);
}

/** A whole drawing on its paper: a card of the feed, the preview of a pen. */
export function paintDrawing(
  canvas: HTMLCanvasElement,
  drawing: Drawing,
  cssWidth: number,
  pixelRatio: number,
): void {
  fitBitmap(canvas, cssWidth, pixelRatio);
  const context = inCanvasUnits(canvas);
  if (context === undefined) return;
  wipe(context);
  for (const stroke of drawing.strokes) paintStroke(context, stroke);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = hex(drawing.paper);
  context.fillRect(0, 0, CANVAS_WIDTH, CANVAS_HEIGHT);
  context.globalCompositeOperation = "source-over";
}

/** Gives a canvas's memory back; Safari counts it against the page until then. */
export function release(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}

/**
 * The pad's two layers. Finished strokes stay on `base`; the stroke under the
 * pen is alone on `live`, so that a long drawing costs no more per frame than
 * an empty one. A live eraser paints paper over the ink: it looks the same, and
 * the ink is only taken away when the stroke is finished.
 */
export class PadPainter {
  private liveBox: Box | undefined;

  constructor(
    private readonly base: HTMLCanvasElement,
    private readonly live: HTMLCanvasElement,
    private readonly paper: number,
  ) {}

  /** Returns whether the ink has to be painted again. */
  resize(cssWidth: number, pixelRatio: number): boolean {
    const emptied = fitBitmap(this.base, cssWidth, pixelRatio);
    if (fitBitmap(this.live, cssWidth, pixelRatio)) this.liveBox = undefined;
    return emptied;
  }

  repaint(strokes: readonly Stroke[]): void {
    const context = inCanvasUnits(this.base);
    if (context === undefined) return;
    wipe(context);
    for (const stroke of strokes) paintStroke(context, stroke);
  }

  add(stroke: Stroke): void {
    const context = inCanvasUnits(this.base);
    if (context !== undefined) paintStroke(context, stroke);
  }

  paintLive(ink: Ink | undefined, predicted: readonly number[]): void {
    const context = inCanvasUnits(this.live);
    if (context === undefined) return;
    const old = this.liveBox;
    if (old !== undefined) context.clearRect(old.x, old.y, old.width, old.height);
    this.liveBox = undefined;
    if (ink === undefined) return;
    const points = outline(ink, false, predicted);
    context.fillStyle = hex(ink.tool === "eraser" ? this.paper : ink.rgb);
    fillOutline(context, points);
    this.liveBox = boxAround(points);
  }
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest box around an outline, and a little more for its soft edge. */
export function boxAround(points: readonly number[][]): Box | undefined {
  if (points.length === 0) return undefined;
  const edge = 8;
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const [x = 0, y = 0] of points) {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return {
    x: left - edge,
    y: top - edge,
    width: right - left + 2 * edge,
    height: bottom - top + 2 * edge,
  };
}
