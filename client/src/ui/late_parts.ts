// The parts of the page that its first look can do without. The sign-in screen
// and the lobby come alone; a room follows as soon as somebody is known, and what
// opens inside it when nothing else is to do, so that it is there without the
// server, too.

export const late = {
  room: () => import("./Room.svelte"),
  penPanel: () => import("./PenPanel.svelte"),
  stampKeys: () => import("./StampKeys.svelte"),
  people: () => import("./People.svelte"),
  cardActions: () => import("./CardActions.svelte"),
  replay: () => import("./Replay.svelte"),
  illustration: () => import("./Illustration.svelte"),
  about: () => import("./About.svelte"),
  account: () => import("./Account.svelte"),
  otherPerson: () => import("./OtherPerson.svelte"),
  linkOpened: () => import("./LinkOpened.svelte"),
  svg: () => import("../ink/svg"),
  png: () => import("../ink/png"),
};

/** Everything, in a quiet moment. Returns its stop. */
export function fetchAll(): () => void {
  const fetchEach = () => {
    // Whoever needs a part that did not come is told so. In most browsers it stays
    // away until the page is loaded again, however often it is asked for.
    for (const part of Object.values(late)) part().catch(() => undefined);
  };
  if (typeof requestIdleCallback === "function") {
    const handle = requestIdleCallback(fetchEach, { timeout: 4000 });
    return () => cancelIdleCallback(handle);
  }
  const timer = setTimeout(fetchEach, 1000);
  return () => clearTimeout(timer);
}
