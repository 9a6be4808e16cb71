// Looks for a message further up in a room, by loading older pages until it is
// there. Bounded: a room may have years of them.
import type { Readable } from "svelte/store";
import type { RoomState } from "./room_state";

export interface Sought {
  readonly state: Readable<RoomState>;
  loadOlder(): void;
}

export type Outcome = "here" | "gone" | "too_far" | "no_connection";

const PAGES_MAX = 60;

/** Ends with the first outcome, at once when it is known; returns its stop. */
export function seek(room: Sought, seq: number, end: (outcome: Outcome) => void): () => void {
  let pages = 0;
  let over = false;
  let stop = () => {};
  const close = (outcome?: Outcome) => {
    if (over) return;
    over = true;
    stop();
    if (outcome !== undefined) end(outcome);
  };
  stop = room.state.subscribe((state) => {
    if (over || state.older === "loading") return;
    const outcome = look(state, seq);
    if (outcome !== "older") close(outcome);
    else if (pages++ >= PAGES_MAX) close("too_far");
    else room.loadOlder();
  });
  // Known at once: the subscription came to be after its end.
  if (over) stop();
  return () => close();
}

function look(state: RoomState, seq: number): Outcome | "older" {
  const first = state.messages[0]?.seq;
  if (state.messages.some((one) => one.seq === seq)) return "here";
  if (first === undefined || first < seq || state.older === "none") return "gone";
  return state.place === "inside" ? "older" : "no_connection";
}
