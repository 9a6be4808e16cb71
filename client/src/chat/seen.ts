// How far a person has seen each room, in this browser: what came after that
// begins at "You left off here". A temporary room that began anew is another
// room, and nothing of it was seen; so is a saved one after an older copy was restored.
import type { Memory } from "../wire/api";

const PREFIX = "colo.left.";

/** One person in one room. */
export interface LeftOff {
  /** The last drawing seen in this life of the room; undefined: this person never was at its end. */
  read(epoch: number): number | undefined;
  /** Everything up to this drawing was seen. */
  write(epoch: number, seq: number): void;
}

export function leftOff(
  memory: Pick<Memory, "getItem" | "setItem">,
  person: string,
  room: string,
): LeftOff {
  const key = `${PREFIX}${room}\n${person}`;
  const read = (epoch: number): number | undefined => {
    const [seq, life] = (memory.getItem(key) ?? "").split(" ").map(Number);
    // Older servers gave saved rooms no epoch.
    const same = life === epoch || life === 0;
    return same && Number.isSafeInteger(seq) ? seq : undefined;
  };
  return {
    read,
    write(epoch, seq) {
      // Another tab may have seen more.
      if (seq <= (read(epoch) ?? 0)) return;
      try {
        memory.setItem(key, `${seq} ${epoch}`);
      } catch {
        // Without storage nobody is told where they left off; nothing else is lost.
      }
    },
  };
}

/** The account is no more. */
export function forgetLeftOff(memory: Memory, person: string): void {
  const keys = Array.from({ length: memory.length }, (_, i) => memory.key(i) ?? "");
  for (const key of keys) {
    if (key.startsWith(PREFIX) && key.endsWith(`\n${person}`)) memory.removeItem(key);
  }
}

interface Came {
  readonly seq: number;
  readonly author: string;
}

/** Where to say "You left off here", given what was seen; undefined: nowhere. */
export function markAfter(
  seen: number | undefined,
  messages: readonly Came[],
  me: string,
): number | undefined {
  if (seen === undefined) return undefined;
  return messages.some((one) => one.seq > seen && one.author !== me) ? seen : undefined;
}
