import { expect, test } from "vitest";
import { CANVAS_HEIGHT, CANVAS_WIDTH } from "../ink/stroke";
import { invitation } from "./invitation";

test("the invitation stays on its paper", () => {
  for (const pad of ["below", "beside", "nowhere"] as const) {
    for (const { points } of invitation(pad).strokes) {
      expect(points.length).toBeGreaterThan(2);
      for (const [i, value] of points.entries()) {
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(i % 2 === 0 ? CANVAS_WIDTH : CANVAS_HEIGHT);
      }
    }
  }
});
