// How a drawing leaves the outbox other than by being sent.
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
