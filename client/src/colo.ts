// Puts the parts together in a browser. Here alone the page's globals are
// touched: fetch, WebSocket, storage, the clock and the events of the window.
import { browserKeep } from "./chat/keep";
import { Session } from "./chat/me";
import { Rooms } from "./chat/rooms";
import { forgetLeftOff, type LeftOff, leftOff } from "./chat/seen";
import { openTabs, type Tabs } from "./chat/tabs";
import { Api, type Memory } from "./wire/api";
import { randomBytes, toHex } from "./wire/random";
import { type Link, Socket } from "./wire/socket";
import { leaseTurn, lockTurn, type Turn } from "./wire/turn";
import { browserSlot } from "./wire/turn_slot";

export interface Colo {
  readonly api: Api;
  readonly session: Session;
  readonly rooms: Rooms;
  /** How far this person has seen this room. */
  leftOff(person: string, room: string): LeftOff;
  /** Tries to connect now, also after the server closed for good. */
  reconnect(): void;
  start(): () => void;
}

/** Back after this long, the connection is asked whether it still lives. */
const DOUBT_AFTER_MS = 10_000;

export function createColo(): Colo {
  const memory = browserMemory();
  const turn = browserTurn(memory);
  const api = new Api({
    base: "",
    memory,
    fetch: (input, init) => fetch(input, init),
    random: Math.random,
    wait,
    now: () => performance.now(),
    turn,
  });
  const later = (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  };
  const socket = new Socket({
    open: (subprotocol) => new WebSocket(socketAddress(), subprotocol),
    ticket: () => api.ticket(),
    client: "colo-web/0.1",
    random: Math.random,
    // Not performance.now(): that one stops while a phone sleeps, idleness does not.
    now: () => Date.now(),
    later,
    heard: (frame) => rooms.hear(frame),
    changed: (link) => changed(link),
  });
  const session = new Session(
    api,
    () => socket,
    memory,
    () => Date.now(),
    later,
    (person) => {
      rooms.forget(person);
      forgetLeftOff(memory, person);
    },
  );
  const rooms = new Rooms({
    keep: browserKeep(memory, browserTabs()),
    say: (frame) => socket.send(frame),
    later,
    now: () => Date.now(),
    memory,
  });

  function changed(link: Link): void {
    // First the rooms, so that whoever sees a new person sees that person's rooms.
    if (link.state === "up") rooms.linkUp(link.welcome.user, link.welcome.rooms);
    else rooms.linkDown();
    session.linkChanged(link);
  }

  function start(): () => void {
    let hiddenAt = Date.now();
    const away = () => {
      session.seen();
      rooms.hurry();
    };
    const back = () => {
      socket.nudge();
      if (Date.now() - hiddenAt > DOUBT_AFTER_MS) rooms.probe();
    };
    const looked = () => {
      if (document.visibilityState === "visible") {
        back();
      } else {
        hiddenAt = Date.now();
        away();
      }
    };
    const online = () => {
      socket.nudge();
      rooms.probe();
    };
    // Whoever touches anything is not idle; the socket tells it as seldom as it may.
    const acted = () => socket.acted();
    const stops = [
      hear(document, "visibilitychange", looked),
      hear(window, "online", online),
      hear(window, "storage", () => session.browserChanged()),
      hear(window, "pagehide", away),
      hear(window, "pagehide", () => turn.drop()),
      hear(window, "pointerdown", acted),
      hear(window, "pointerup", acted),
      hear(window, "keydown", acted),
    ];
    // First the rooms, as in changed().
    session.start((name) => rooms.presume(name));
    return () => {
      for (const stop of stops) stop();
    };
  }

  return {
    api,
    session,
    rooms,
    leftOff: (person, room) => leftOff(memory, person, room),
    reconnect: () => socket.start(),
    start,
  };
}

function hear(target: EventTarget, type: string, listener: () => void): () => void {
  target.addEventListener(type, listener, { passive: true });
  return () => target.removeEventListener(type, listener);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Plain http has no locks. */
function browserTurn(memory: Memory): Turn {
  if ("locks" in navigator) return lockTurn(navigator.locks, Math.random);
  const now = () => Date.now();
  const id = toHex(randomBytes(6));
  return leaseTurn(browserSlot(), memory, id, { random: Math.random, wait, now });
}

function socketAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

/** This tab keeps its name through reloads; a copy of it in a new tab gets another. */
function browserTabs(): Tabs {
  const fresh = toHex(randomBytes(6));
  const channel =
    typeof BroadcastChannel === "function" ? new BroadcastChannel("colo.tabs") : undefined;
  try {
    // While the page is open its name is nowhere: a tab that is duplicated finds none.
    const name = sessionStorage.getItem("colo.tab") ?? fresh;
    sessionStorage.removeItem("colo.tab");
    window.addEventListener("pagehide", () => sessionStorage.setItem("colo.tab", name));
    window.addEventListener("pageshow", () => sessionStorage.removeItem("colo.tab"));
    return openTabs(name, channel);
  } catch {
    return openTabs(fresh, channel);
  }
}

/** localStorage, or a stand-in where the browser forbids it. */
export function browserMemory(): Memory {
  try {
    localStorage.setItem("colo.try", "");
    localStorage.removeItem("colo.try");
    return localStorage;
  } catch {
    const values = new Map<string, string>();
    return {
      get length() {
        return values.size;
      },
      key: (index) => [...values.keys()][index] ?? null,
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => void values.set(key, value),
      removeItem: (key) => void values.delete(key),
    };
  }
}
