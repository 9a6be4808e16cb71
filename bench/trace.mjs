/** Records Chromium's traces and reads figures from them. */

/** Calls `act` under a trace; returns the events in the order of time. */
export async function traced(page, categories, act) {
  await page.tracing.start({ categories });
  let bytes;
  try {
    await act();
  } finally {
    bytes = await page.tracing.stop();
  }
  const { traceEvents } = JSON.parse(Buffer.from(bytes).toString("utf8"));
  return traceEvents.sort((a, b) => a.ts - b.ts);
}

/** The main-thread times, in ms, of the listeners of one type of event. */
export function dispatches(events, type) {
  return events
    .filter((event) => event.name === "EventDispatch" && event.args.data?.type === type)
    .map((event) => event.dur / 1000);
}

/** The times, in ms, of the callbacks of requestAnimationFrame. */
export function frameCallbacks(events) {
  return events
    .filter((event) => event.name === "FireAnimationFrame")
    .map((event) => event.dur / 1000);
}

/** The times at which the compositor drew a frame, in ms. */
export function drawnAt(events) {
  return events.filter((event) => event.name === "DrawFrame").map((event) => event.ts / 1000);
}

/** The stage that belongs to the injection of touches and the browser's process. */
const injection = "GenerationToBrowserMain";
const presented = "SubmitCompositorFrameToPresentationCompositorFrame";

/**
 * For each touch of `kind` that led to a frame: the ms from its arrival in the browser's process
 * until the frame was presented. A touch's stages are nested in its EventLatency, on one of a few
 * tracks. A touch that was merged into a later one has no frame of its own.
 */
export function inputToPresent(events, kind = "TOUCH_MOVED") {
  const open = new Map();
  const found = [];
  for (const event of events) {
    if (event.id2 === undefined || !event.cat.includes("input.scrolling")) continue;
    const track = `${event.pid} ${event.id2.local}`;
    if (event.name === "EventLatency" && event.ph === "b") {
      open.set(track, { kind: event.args.event_latency?.event_type });
    }
    const touch = open.get(track);
    if (touch === undefined || event.ph !== "e") continue;
    if (event.name === injection) touch.arrived = event.ts;
    if (event.name === presented) touch.presented = event.ts;
    if (event.name !== "EventLatency") continue;
    open.delete(track);
    if (touch.kind === kind && touch.arrived !== undefined && touch.presented !== undefined)
      found.push((touch.presented - touch.arrived) / 1000);
  }
  return found;
}
