/** Starts the measured server and fills its rooms. */
import { generousLimits, startColo } from "../e2e/harness/colo.mjs";
import { newClientId } from "../e2e/harness/drawings.mjs";
import { newPhoneIn } from "../e2e/harness/phone.mjs";

/** The most drawings that are in flight to the server. */
const sent_at_once = 20;

/** Starts the shipped executable with these saved rooms, and with limits out of reach. */
export function startServer(context, rooms) {
  const config = rooms.map((id) => `[[room]]\nid = "${id}"\nname = "${id}"\n`).join("\n");
  return startColo(context, { config: `${generousLimits}\n${config}` });
}

/** Strokes in the client's representation as a Drawing in protobuf's JSON. */
function drawingOf(strokes) {
  const wire = strokes.map((stroke) => {
    const points = stroke.points.map((place, i) => (i < 2 ? place : place - stroke.points[i - 2]));
    return { ...stroke, tool: "TOOL_PEN", points };
  });
  return { version: 1, paper: 0xffffff, strokes: wire };
}

/** A new person sends `count` drawings to the room, from `drawings` in rotation. */
export async function fillRoom(context, colo, room, drawings, count) {
  const phone = await newPhoneIn(context, colo, room);
  for (let sent = 0; sent < count; sent += sent_at_once) {
    const waiting = new Set();
    for (let i = sent; i < Math.min(count, sent + sent_at_once); ++i) {
      const clientId = newClientId();
      waiting.add(clientId);
      phone.line.post(room, { clientId, drawing: drawingOf(drawings[i % drawings.length]) });
    }
    while (waiting.size > 0)
      waiting.delete(
        await phone.until((frame) => {
          if (frame.rejected) throw new Error(`a drawing was refused: ${frame.rejected.reason}`);
          return frame.accepted?.clientId;
        }),
      );
    phone.line.heard.length = 0;
  }
  await phone.line.close();
}
