// What this page cannot do where it was opened, and why. Browsers keep some of
// their powers from addresses that are plain http.

/** What the page asks of the browser and the address. */
export interface Surroundings {
  /** `isSecureContext`: https, or this very machine. */
  readonly trusted: boolean;
  /** What travels can be read by nobody else: https, or it never leaves the machine. */
  readonly encrypted: boolean;
  /** The browser has service workers. */
  readonly workers: boolean;
}

export type Lack =
  /** The page cannot open without its server. */
  | "offline"
  /** It cannot be installed as an app. */
  | "install"
  /** Others on the network could read along. */
  | "private";

export interface Lacks {
  readonly what: readonly Lack[];
  /** Whether https would help; otherwise it is this browser. */
  readonly wantsHttps: boolean;
}

export function lacks(here: Surroundings): Lacks {
  const keepsPage = here.trusted && here.workers;
  const what: Lack[] = [];
  if (!keepsPage) what.push("offline");
  if (!here.trusted) what.push("install");
  if (!here.encrypted) what.push("private");
  return { what, wantsHttps: !here.trusted || !here.encrypted };
}

export function surroundings(): Surroundings {
  const trusted = window.isSecureContext;
  return {
    trusted,
    encrypted: location.protocol === "https:" || trusted,
    workers: "serviceWorker" in navigator,
  };
}
