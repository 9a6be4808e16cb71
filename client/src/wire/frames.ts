// Frames of protocol/colo.proto ⇄ bytes. What cannot be read is undefined, not
// an exception: a newer server may say things that this page does not know.
import { ClientFrame, ServerFrame } from "./generated/colo";

export {
  Change,
  type ClientFrame,
  type Drawing as WireDrawing,
  type Joined,
  type Message,
  type Presence,
  type Rejected,
  type Room,
  type ServerFrame,
  type Welcome,
} from "./generated/colo";

/** What a phone can say, without its envelope. */
export type Say = NonNullable<ClientFrame["frame"]>;
/** What a phone can hear, without its envelope. */
export type Heard = NonNullable<ServerFrame["frame"]>;

/** Field numbers of ClientFrame, as Rejected.frame names them. */
export const FRAME_JOIN = 2;
export const FRAME_SEND = 4;
export const FRAME_HISTORY = 5;
export const FRAME_DELETE = 6;

export function encodeSay(frame: Say): Uint8Array<ArrayBuffer> {
  // Copied, because a WebSocket wants a plain buffer and the writer's may be shared.
  return new Uint8Array(ClientFrame.encode({ frame }).finish());
}

export function decodeHeard(bytes: Uint8Array): Heard | undefined {
  try {
    return ServerFrame.decode(bytes).frame;
  } catch {
    return undefined;
  }
}
