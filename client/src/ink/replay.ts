// A drawing drawn again: when each stroke begins and how much of it is there at
// a given moment, in the rhythm it was recorded in. Pure; times are in ms.
import type { Drawing, Stroke } from "./stroke";

/** Nobody waits out a phone call between two strokes. */
export const PAUSE_MAX_MS = 1200;
/** A dot or a stamp takes no time, but the eye needs some. */
export const STROKE_MIN_MS = 80;
/** A finger that rests gives no points: slower than this it was not drawing. */
export const POINT_MAX_MS = 50;

export interface Beat {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Timeline {
  /** One for each stroke, in their order. */
  readonly beats: readonly Beat[];
  readonly totalMs: number;
}

export interface Moment {
  /** So many strokes are finished. */
  readonly whole: number;
  /** Of the one after them, so many points are there; 0: it has not begun. */
  readonly points: number;
}

export function timeline(drawing: Drawing): Timeline {
  const beats: Beat[] = [];
  let end = 0;
  let recordedEnd = drawing.strokes[0]?.startMs ?? 0;
  for (const stroke of drawing.strokes) {
    const pause = Math.max(0, Math.min(PAUSE_MAX_MS, stroke.startMs - recordedEnd));
    const startMs = end + pause;
    end = startMs + lasts(stroke);
    recordedEnd = stroke.startMs + stroke.durationMs;
    beats.push({ startMs, endMs: end });
  }
  return { beats, totalMs: end };
}

function lasts(stroke: Stroke): number {
  const longest = PAUSE_MAX_MS + (stroke.points.length / 2) * POINT_MAX_MS;
  return Math.max(STROKE_MIN_MS, Math.min(longest, stroke.durationMs));
}

/** What is there after `ms`; `from` is a number of strokes known to be whole by then. */
export function momentAt(drawing: Drawing, time: Timeline, ms: number, from = 0): Moment {
  let whole = from;
  while (whole < time.beats.length && ms >= (time.beats[whole]?.endMs ?? 0)) whole += 1;
  const beat = time.beats[whole];
  const stroke = drawing.strokes[whole];
  if (beat === undefined || stroke === undefined || ms < beat.startMs) return { whole, points: 0 };
  const count = stroke.points.length / 2;
  const done = (ms - beat.startMs) / (beat.endMs - beat.startMs);
  return { whole, points: 1 + Math.floor((count - 1) * done) };
}
