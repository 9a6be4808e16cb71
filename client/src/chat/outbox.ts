// What lies in the outbox and is not to be sent.
import type { Keep } from "./keep";
import type { Put } from "./room_host";
import type { Pending } from "./room_state";

/** The outbox has it, as one that does not go out, until the hands have. */
export function handOver(keep: Keep, own: Pending, put: Put): void {
  if (own.state !== "failed") {
    void keep.putOutbox({ ...own, state: "failed", code: "taken_back", reason: "" });
  }
  void put(own).then(() => keep.dropOutbox(own.clientId));
}

/** Whether it is there to be sent, as far as this browser knows. */
export async function stillWaits(keep: Keep, own: Pending): Promise<boolean> {
  const all = await keep.outbox(own.author).catch(() => [own]);
  const now = all.find((one) => one.clientId === own.clientId);
  return now !== undefined && now.state !== "failed" && now.unsent !== true;
}
