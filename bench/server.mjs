/** The server that is measured, and the rooms in it. */
import { generousLimits, startColo } from "../e2e/harness/colo.mjs";

/** Starts the shipped executable with these rooms, saved ones, and limits that do not bite. */
export function startServer(context, rooms) {
  const config = rooms.map((id) => `[[room]]\nid = "${id}"\nname = "${id}"\n`).join("\n");
  return startColo(context, { config: `${generousLimits}\n${config}` });
}
