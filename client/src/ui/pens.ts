// The tools as the person set them, remembered by this browser.
import { isStamp } from "../ink/stamps";
import { type Pen, type Tool, WIDTH_MAX } from "../ink/stroke";

export const SWATCHES = [
  0x000000, 0x5b6470, 0xffffff, 0x8a5a33, 0xe5322d, 0xff8a1f, 0xffd21f, 0x1fa84a, 0x2aff99,
  0x095c79, 0x1f6feb, 0x7b3fe4, 0xff5fa2,
];

export const PAPERS = [0xffffff, 0xfff4d6, 0xdff5e6, 0xdcecff, 0xffe1ea, 0x095c79, 0x000000];

/** What draws; the eraser only takes away. */
export type DrawTool = Exclude<Tool, "eraser">;
export const DRAW_TOOLS: readonly DrawTool[] = ["pen", "marker", "rainbow", "pixel", "stamp"];

interface Sizes {
  readonly min: number;
  readonly max: number;
  /** The pixel pen knows whole cells only. */
  readonly step: number;
  readonly first: number;
}

/** Widths in canvas units. */
export const SIZES: Readonly<Record<Tool, Sizes>> = {
  pen: { min: 4, max: 160, step: 1, first: 26 },
  marker: { min: 24, max: WIDTH_MAX, step: 1, first: 110 },
  rainbow: { min: 8, max: 160, step: 1, first: 40 },
  pixel: { min: 8, max: 128, step: 8, first: 24 },
  stamp: { min: 64, max: WIDTH_MAX, step: 8, first: 160 },
  eraser: { min: 8, max: WIDTH_MAX, step: 1, first: 110 },
};

export interface Pens {
  readonly tool: Tool;
  /** The one to go back to from the eraser. */
  readonly drawTool: DrawTool;
  readonly rgb: number;
  readonly widths: Readonly<Record<Tool, number>>;
  readonly stamp: string;
  /** The last colours drawn with, the newest first. */
  readonly recent: readonly number[];
}

const RECENT_MAX = 5;
const KEY = "colo.pens";

const FIRST: Pens = {
  tool: "pen",
  drawTool: "pen",
  rgb: 0x000000,
  widths: widths((tool) => SIZES[tool].first),
  stamp: "♥",
  recent: [],
};

export function penInHand({ tool, rgb, widths, stamp }: Pens): Pen {
  const pen = { tool, rgb: tool === "eraser" || tool === "rainbow" ? 0 : rgb, width: widths[tool] };
  return tool === "stamp" ? { ...pen, stamp } : pen;
}

export function takeUp(pens: Pens, tool: Tool): Pens {
  return { ...pens, tool, drawTool: tool === "eraser" ? pens.drawTool : tool };
}

export function resize(pens: Pens, width: number): Pens {
  return { ...pens, widths: { ...pens.widths, [pens.tool]: width } };
}

/** A stroke was drawn: its colour is one of the last. */
export function used(pens: Pens): Pens {
  if (pens.tool === "eraser" || pens.tool === "rainbow" || pens.recent[0] === pens.rgb) return pens;
  const recent = [pens.rgb, ...pens.recent.filter((rgb) => rgb !== pens.rgb)];
  return { ...pens, recent: recent.slice(0, RECENT_MAX) };
}

export function loadPens(storage: Pick<Storage, "getItem"> = localStorage): Pens {
  try {
    return restored(JSON.parse(storage.getItem(KEY) ?? "null"));
  } catch {
    return FIRST;
  }
}

export function savePens(pens: Pens, storage: Pick<Storage, "setItem"> = localStorage): void {
  try {
    storage.setItem(KEY, JSON.stringify(pens));
  } catch {
    // The pen is black again next time; nothing worse.
  }
}

/** Whatever was kept, also by another version: only what makes sense is taken. */
function restored(kept: unknown): Pens {
  if (!isRecord(kept)) return FIRST;
  const sizes = isRecord(kept.widths) ? kept.widths : {};
  const drawTool = DRAW_TOOLS.find((tool) => tool === kept.drawTool) ?? FIRST.drawTool;
  return {
    tool: drawTool, // nobody begins a drawing with the eraser
    drawTool,
    rgb: isRgb(kept.rgb) ? kept.rgb : FIRST.rgb,
    widths: widths((tool) => {
      const width = sizes[tool];
      const { min, max, first } = SIZES[tool];
      return typeof width === "number" && width >= min && width <= max ? width : first;
    }),
    stamp: typeof kept.stamp === "string" && isStamp(kept.stamp) ? kept.stamp : FIRST.stamp,
    recent: Array.isArray(kept.recent) ? kept.recent.filter(isRgb).slice(0, RECENT_MAX) : [],
  };
}

function widths(of: (tool: Tool) => number): Record<Tool, number> {
  return {
    pen: of("pen"),
    marker: of("marker"),
    rainbow: of("rainbow"),
    pixel: of("pixel"),
    stamp: of("stamp"),
    eraser: of("eraser"),
  };
}

function isRgb(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffffff;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
