// What comes into a room while this person's page is open, and how that is said to
// those who do not see it.
import type { Message, RoomState } from "../chat/room_state";
import { words } from "../words/en";

type Told = Pick<RoomState, "epoch"> & {
  readonly messages: readonly Pick<Message, "seq" | "author" | "caption">[];
};

export class Arrivals {
  /** What a screen reader was told last. */
  said = "";
  private begun = false;
  private newest = 0;
  private epoch = 0;

  constructor(private readonly me: string) {}

  /** What is here now is not new; all that comes after it is. */
  begin(room: Told): void {
    this.begun = true;
    this.epoch = room.epoch;
    this.newest = newestOf(room);
  }

  /** How many drawings of others have come since. */
  count(room: Told): number {
    if (!this.begun) return 0;
    // In another life of the room the numbers begin again.
    const after = room.epoch === this.epoch ? this.newest : 0;
    const fresh = room.messages.filter((one) => one.seq > after && one.author !== this.me);
    this.epoch = room.epoch;
    this.newest = Math.max(after, newestOf(room));
    const one = fresh[fresh.length - 1];
    if (one === undefined) return 0;
    const { arrived } = words.card;
    const sentence =
      fresh.length === 1 ? arrived(one.author, one.caption) : words.room.newDrawings(fresh.length);
    // Only what changed is said: the same words once more get an end that nobody hears.
    this.said = this.said === sentence ? `${sentence}\u00a0` : sentence;
    return fresh.length;
  }
}

function newestOf({ messages }: Told): number {
  return messages[messages.length - 1]?.seq ?? 0;
}
