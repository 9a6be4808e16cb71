// What a room needs of the page around it.
import type { Say } from "../wire/frames";
import type { Keep } from "./keep";
import type { Pending } from "./room_state";

/** What comes back into the hands of its author. */
export type Returned = Pick<Pending, "drawing" | "caption" | "remix">;
/** Puts it there; resolves when it would survive the page. */
export type Put = (returned: Returned) => Promise<unknown>;

export interface RoomHost {
  /** The name of the person whose page this is. */
  readonly person: string;
  readonly keep: Keep;
  readonly say: (frame: Say) => boolean;
  readonly later: (run: () => void, ms: number) => () => void;
  readonly now: () => number;
  /** A drawing of ours was refused for good. */
  readonly refused: (pending: Pending) => void;
  /** The outbox of this room is empty. */
  readonly drained: () => void;
}
