// Drawings that their author took back when they had gone out already: kept in
// mind until the server has deleted them, so that no lost connection brings one
// back. Pure; `room_state` holds the list.

export interface Unsent {
  readonly author: string;
  readonly clientId: string;
  /** 0: whether it ever came to the server is not known yet. */
  readonly seq: number;
  /** Deleted, or it never came there. It is kept in mind all the same: a frame may be late. */
  readonly over: boolean;
}

interface Arrived {
  readonly author: string;
  readonly clientId: string;
  readonly seq: number;
}

export const NOTHING_UNSENT: readonly Unsent[] = [];

/** The server turns out to have them: they are to be deleted. */
export function found(unsent: readonly Unsent[], arrived: readonly Arrived[]): readonly Unsent[] {
  if (unsent.length === 0) return unsent;
  return unsent.map((one) => {
    const there = arrived.find((message) => same(message, one));
    return there === undefined ? one : { ...one, seq: there.seq, over: false };
  });
}

/** Without those that nobody shall see. */
export function hidden<M extends Arrived>(messages: M[], unsent: readonly Unsent[]): M[] {
  if (unsent.length === 0) return messages;
  return messages.filter((message) => !unsent.some((one) => same(message, one)));
}

/** A client_id is its author's own: somebody else may have copied it. */
function same(message: Arrived, one: Unsent): boolean {
  return message.clientId === one.clientId && message.author === one.author;
}

export function overAfter(
  unsent: readonly Unsent[],
  gone: (seq: number) => boolean,
): readonly Unsent[] {
  if (!unsent.some((one) => !one.over && gone(one.seq))) return unsent;
  return unsent.map((one) => (gone(one.seq) ? { ...one, over: true } : one));
}

/** All that was said is here now: what was not among it never came to the server. */
export function overWithout(unsent: readonly Unsent[]): readonly Unsent[] {
  return overAfter(unsent, (seq) => seq === 0);
}

/** Another life of the room, or too long away: their seqs are not known any more. */
export function withoutSeqs(unsent: readonly Unsent[]): readonly Unsent[] {
  return unsent.map((one) => ({ ...one, seq: 0 }));
}

interface Named {
  readonly clientId: string;
}

/** Whether a drawing of this page is in the room or on its way there: it can be taken back. */
export function has(
  room: { readonly pending: readonly Named[]; readonly messages: readonly Named[] },
  clientId: string,
): boolean {
  const is = (one: Named) => one.clientId === clientId;
  return room.pending.some(is) || room.messages.some(is);
}
