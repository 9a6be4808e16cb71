// A drawing as a PNG, one pixel per canvas unit.
import { paintDrawing, release } from "./paint";
import { CANVAS_WIDTH, type Drawing } from "./stroke";

/** Rejects where the browser has no memory for a picture of this size. */
export function drawingToPng(drawing: Drawing): Promise<Blob> {
  const canvas = document.createElement("canvas");
  paintDrawing(canvas, drawing, CANVAS_WIDTH, 1);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      release(canvas);
      if (blob === null) reject(new Error("The browser could not make a PNG."));
      else resolve(blob);
    }, "image/png");
  });
}
