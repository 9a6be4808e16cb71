// What a card may ask of its room. Handed down past the feed, which has nothing
// to do with it.
import { getContext, setContext } from "svelte";
import type { Origin } from "../chat/room_state";

export interface CardActs {
  /** Whether this person may delete a drawing of `author`. */
  readonly mayErase: (author: string) => boolean;
  /** Deletes it for everybody; false when that cannot be said now. */
  readonly erase: (seq: number) => boolean;
  /** Leads to what a remix began as; `ended` when it is there or is not found. */
  readonly toOrigin: (origin: Origin, ended: () => void) => void;
  /** A sentence for the person, for a moment. */
  readonly say: (sentence: string) => void;
}

const KEY = Symbol("card acts");

export function provideCardActs(acts: CardActs): void {
  setContext(KEY, acts);
}

export function cardActs(): CardActs {
  return getContext<CardActs>(KEY);
}
