// Which of the server's refusals are only a matter of time.
import type { Rejected } from "../wire/frames";

/** Refusals that pass by themselves. */
const PASSING = new Set(["slow_down", "busy", "storage_failed", "too_many_requests", "internal"]);
/** Somebody may leave. */
const CROWDED = new Set(["room_full", "too_many_rooms"]);

/** It helps to ask again a little later. */
export function passes(answer: Rejected): boolean {
  return answer.retryAfterMs > 0 || PASSING.has(answer.code);
}

/** It helps to ask again now and then. */
export function crowded(code: string): boolean {
  return CROWDED.has(code);
}
