// The link somebody followed to this page: an invite, or the set-up link of a new
// Colo. Its code leaves the address at once, so that nobody reads it there or finds
// it in the history; this tab keeps it until it is used or known to be worthless.
import { type Readable, writable } from "svelte/store";

export interface Invited {
  readonly kind: "invite" | "setup";
  readonly code: string;
}

const KEPT = "colo.invited";

export function parseInvited(hash: string): Invited | undefined {
  const [, kind, code] = /^#\/(invite|setup)\/([^/\s]{1,200})$/.exec(hash) ?? [];
  if (code === undefined) return undefined;
  return { kind: kind === "setup" ? "setup" : "invite", code };
}

const cell = writable<Invited | undefined>();
export const invited: Readable<Invited | undefined> = cell;

/** It was used, or is worth nothing. */
export function forgetInvited(): void {
  keep(undefined);
}

/** Takes what the address says now, and whenever it changes; returns its stop. */
export function followInvites(): () => void {
  cell.set(kept());
  const look = () => {
    const found = parseInvited(location.hash);
    if (found === undefined) return;
    history.replaceState(history.state, "", "#/");
    keep(found);
  };
  look();
  window.addEventListener("hashchange", look);
  return () => window.removeEventListener("hashchange", look);
}

function kept(): Invited | undefined {
  try {
    return parseInvited(sessionStorage.getItem(KEPT) ?? "");
  } catch {
    return undefined;
  }
}

function keep(found: Invited | undefined): void {
  cell.set(found);
  try {
    if (found === undefined) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, `#/${found.kind}/${found.code}`);
  } catch {
    // Without storage it lasts as long as the page.
  }
}
