// Which screen the address names: `#/` is the lobby, `#/room/ID` a room, `#/account`
// the account of whoever is here.
import { readable } from "svelte/store";

export type Route =
  | { readonly screen: "lobby" | "account" }
  | { readonly screen: "room"; readonly id: string };

export const ACCOUNT_ADDRESS = "#/account";

export function parseRoute(hash: string): Route {
  if (hash === ACCOUNT_ADDRESS) return { screen: "account" };
  const found = /^#\/room\/([^/]+)$/.exec(hash);
  if (found?.[1] === undefined) return { screen: "lobby" };
  try {
    return { screen: "room", id: decodeURIComponent(found[1]) };
  } catch {
    return { screen: "lobby" };
  }
}

export function roomAddress(id: string): string {
  return `#/room/${encodeURIComponent(id)}`;
}

/** Whether the lobby lies right behind this page in the browser's history. */
let lobbyBehind = false;
let cameFrom: Route["screen"] = "lobby";

export const route = readable<Route>(parseRoute(location.hash), (set) => {
  let now = parseRoute(location.hash);
  const changed = () => {
    const next = parseRoute(location.hash);
    lobbyBehind = now.screen === "lobby" && next.screen !== "lobby";
    cameFrom = now.screen;
    now = next;
    set(next);
  };
  // The address may have changed while nobody listened: a link opened at the sign-in screen.
  set(now);
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
});

/** The screen that was here before this one: its button gets the focus back. */
export function screenBefore(): Route["screen"] {
  return cameFrom;
}

/** To the lobby, without piling rooms up behind it. */
export function goToLobby(): void {
  if (parseRoute(location.hash).screen === "lobby") return;
  if (lobbyBehind) history.back();
  else location.replace("#/");
}
