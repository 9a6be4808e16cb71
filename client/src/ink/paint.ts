// The only file that touches a canvas. Strokes become shapes (`shape.ts`) and
// shapes are filled. Ink is painted on a transparent canvas over the paper, so
// that the eraser can take it away again.
import type { Ink } from "./outline";
import { alphaOf, type Box, boxAround, type Shape, shapeOf } from "./shape";
import { CANVAS_HEIGHT, CANVAS_WIDTH, type Drawing, hex, type Stroke } from "./stroke";

function fill(context: CanvasRenderingContext2D, shape: Shape, color: string): void {
  switch (shape.kind) {
    case "contour":
      context.fillStyle = color;
      fillContour(context, shape.points);
      break;
    case "dots":
      context.fillStyle = color;
      fillDots(context, shape.rects);
      break;
    case "bands":
      context.lineWidth = shape.width;
      context.lineCap = "round";
      context.lineJoin = "round";
      for (const band of shape.bands) {
        context.strokeStyle = hex(band.rgb);
        strokeLine(context, band.points);
      }
      break;
    default:
      shape satisfies never;
  }
}

function fillContour(context: CanvasRenderingContext2D, points: readonly number[][]): void {
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

/** On whole pixels of the bitmap: neither seams between two dots nor soft edges. */
function fillDots(context: CanvasRenderingContext2D, rects: readonly number[]): void {
  const scale = context.canvas.width / CANVAS_WIDTH;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  for (let i = 0; i + 3 < rects.length; i += 4) {
    const left = Math.round((rects[i] ?? 0) * scale);
    const top = Math.round((rects[i + 1] ?? 0) * scale);
    const right = Math.round(((rects[i] ?? 0) + (rects[i + 2] ?? 0)) * scale);
    const bottom = Math.round(((rects[i + 1] ?? 0) + (rects[i + 3] ?? 0)) * scale);
    // However small the picture, no dot vanishes.
    context.fillRect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
  }
  context.restore();
}

function strokeLine(context: CanvasRenderingContext2D, points: readonly number[]): void {
  context.beginPath();
  context.moveTo(points[0] ?? 0, points[1] ?? 0);
  // A line to where it begins: a lone point has its round ends, too.
  for (let i = points.length > 2 ? 2 : 0; i < points.length; i += 2) {
    context.lineTo(points[i] ?? 0, points[i + 1] ?? 0);
  }
  context.stroke();
}

function paintStroke(context: CanvasRenderingContext2D, stroke: Ink): void {
  const erases = stroke.tool === "eraser";
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  context.globalAlpha = alphaOf(stroke);
  fill(context, shapeOf(stroke), erases ? "#000" : hex(stroke.rgb));
  context.globalAlpha = 1;
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

/** Beyond this, the old end of a growing stroke is painted once and left alone. */
const SETTLE_POINTS = 256;
/** The newest points: what follows still bends their outline. */
const OPEN_POINTS = 32;
/** Before its first point that counts, an outline needs these to fall into step. */
const RUN_UP_POINTS = 48;

/**
 * The pad's layers. Finished strokes stay on `base`; the stroke under the pen is
 * alone on `live`, so that a long drawing costs no more per frame than an empty
 * one. What a long stroke has left behind settles on `settled`, so that neither
 * does a long stroke. A live eraser paints paper over the ink: it looks the same,
 * and the ink is only taken away when the stroke is finished.
 */
export class PadPainter {
  private liveBox: Box | undefined;
  private livePoints: readonly number[] | undefined;
  private settledPoints = 0;

  constructor(
    private readonly base: HTMLCanvasElement,
    private readonly live: HTMLCanvasElement,
    private paper: number,
    private readonly settled?: HTMLCanvasElement,
  ) {}

  setPaper(rgb: number): void {
    this.paper = rgb;
  }

  /** Returns whether the ink has to be painted again. */
  resize(cssWidth: number, pixelRatio: number): boolean {
    const emptied = fitBitmap(this.base, cssWidth, pixelRatio);
    if (fitBitmap(this.live, cssWidth, pixelRatio)) this.liveBox = undefined;
    if (emptied) this.unsettle();
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
    if (ink?.points !== this.livePoints) {
      this.unsettle();
      this.livePoints = ink?.points;
      // As a whole, so that where the line crosses itself it is no darker.
      this.live.style.opacity = ink === undefined ? "" : String(alphaOf(ink));
    }
    if (ink === undefined) return;
    this.settle(ink);
    const from = Math.max(0, this.settledPoints - RUN_UP_POINTS);
    const span = { from, to: ink.points.length / 2 };
    const shape = shapeOf(ink, { finished: false, ahead: predicted, span });
    fill(context, shape, this.colorOf(ink));
    this.liveBox = boxAround(shape);
  }

  private settle(ink: Ink): void {
    const count = ink.points.length / 2;
    // Two layers of a translucent line would show where they overlap.
    if (this.settled === undefined || alphaOf(ink) < 1) return;
    if (count - this.settledPoints < SETTLE_POINTS) return;
    if (this.settledPoints === 0) {
      this.settled.width = this.base.width;
      this.settled.height = this.base.height;
    }
    const context = inCanvasUnits(this.settled);
    if (context === undefined) return;
    const from = Math.max(0, this.settledPoints - RUN_UP_POINTS);
    const to = count - OPEN_POINTS;
    fill(context, shapeOf(ink, { finished: false, span: { from, to } }), this.colorOf(ink));
    this.settledPoints = to;
  }

  private unsettle(): void {
    if (this.settled !== undefined && this.settledPoints > 0) release(this.settled);
    this.settledPoints = 0;
  }

  private colorOf(ink: Ink): string {
    return hex(ink.tool === "eraser" ? this.paper : ink.rgb);
  }
}
