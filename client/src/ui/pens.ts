// The pen as the person set it, remembered by this browser.
import { fromHex, hex, type Pen, type Tool } from "../ink/stroke";

export const SWATCHES = [
  0x000000, 0x5b6470, 0xffffff, 0x8a5a33, 0xe5322d, 0xff8a1f, 0xffd21f, 0x1fa84a, 0x2aff99,
  0x095c79, 0x1f6feb, 0x7b3fe4, 0xff5fa2,
];

export const SIZE_MIN = 4;
export const SIZE_MAX = 160;

export interface Pens {
  readonly tool: Tool;
  readonly rgb: number;
  readonly penWidth: number;
  readonly eraserWidth: number;
}

const FIRST: Pens = { tool: "pen", rgb: 0x000000, penWidth: 26, eraserWidth: 110 };
const KEY = "colo.pen";

export function penInHand(pens: Pens): Pen {
  const width = pens.tool === "eraser" ? pens.eraserWidth : pens.penWidth;
  return { tool: pens.tool, rgb: pens.tool === "eraser" ? 0 : pens.rgb, width };
}

export function loadPens(): Pens {
  try {
    const [color = "", pen, eraser] = (localStorage.getItem(KEY) ?? "").split(" ");
    return {
      tool: "pen",
      rgb: fromHex(color) ?? FIRST.rgb,
      penWidth: size(Number(pen), FIRST.penWidth),
      eraserWidth: size(Number(eraser), FIRST.eraserWidth),
    };
  } catch {
    return FIRST;
  }
}

export function savePens(pens: Pens): void {
  try {
    localStorage.setItem(KEY, `${hex(pens.rgb)} ${pens.penWidth} ${pens.eraserWidth}`);
  } catch {
    // The pen is black again next time; nothing worse.
  }
}

function size(value: number, otherwise: number): number {
  return value >= SIZE_MIN && value <= SIZE_MAX ? value : otherwise;
}
