// What stands in the feed, from top to bottom: messages, the quiet lines
// between them, and the drawings that are still on their way.
import type { Message, Notice, Pending, RoomState } from "../chat/room_state";

export type Line =
  | { readonly kind: "message"; readonly key: string; readonly message: Message }
  | { readonly kind: "pending"; readonly key: string; readonly pending: Pending }
  | { readonly kind: "notice"; readonly key: string; readonly notice: Notice };

/** A pending drawing keeps its key when it is accepted, and so its place on the screen. */
function drawingKey(one: Message | Pending): string {
  if (one.clientId !== "") return `${one.author}/${one.clientId}`;
  return "seq" in one ? `#${one.seq}` : "";
}

export function lines(room: Pick<RoomState, "messages" | "notices" | "pending">): Line[] {
  const all: Line[] = [];
  let next = 0;
  const noticesUpTo = (seq: number) => {
    for (; next < room.notices.length; next++) {
      const notice = room.notices[next];
      if (notice === undefined || notice.afterSeq > seq) return;
      all.push({ kind: "notice", key: `n${notice.id}`, notice });
    }
  };
  for (const message of room.messages) {
    noticesUpTo(message.seq - 1);
    all.push({ kind: "message", key: drawingKey(message), message });
  }
  noticesUpTo(Number.POSITIVE_INFINITY);
  for (const pending of room.pending) {
    all.push({ kind: "pending", key: drawingKey(pending), pending });
  }
  return all;
}
