// What must outlive the page: the drawing on each pad and the drawings that
// wait to be sent, per person. IndexedDB where there is one; otherwise memory,
// which at least survives a sign-out.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Stroke } from "../ink/stroke";
import type { Pending, Remix } from "./room_state";
import type { Tabs } from "./tabs";

export interface Draft {
  readonly strokes: readonly Stroke[];
  /** Missing in drafts of older versions: white. */
  readonly paper?: number;
  readonly caption: string;
  readonly remix?: Remix | undefined;
}

export interface Keep {
  draft(person: string, room: string): Promise<Draft | undefined>;
  /** Undefined: there is nothing on the pad. */
  putDraft(person: string, room: string, draft: Draft | undefined): Promise<void>;
  /** Kept before the call returns: for a page that may be gone the next moment. */
  putDraftNow(person: string, room: string, draft: Draft): void;
  /** In the order in which they were made. */
  outbox(person: string): Promise<Pending[]>;
  /** Whether it would survive the page: a full disk leaves it in memory only. */
  putOutbox(pending: Pending): Promise<boolean>;
  dropOutbox(clientId: string): Promise<void>;
  /** Drafts and outbox of somebody who will not come back; what is put for them later is lost. */
  forget(person: string): Promise<void>;
  /** Somebody by this name is here: what is put for them is kept. */
  welcome(person: string): void;
}

/** What writes at once, as localStorage does. */
export type Quick = Pick<Storage, "length" | "key" | "getItem" | "setItem" | "removeItem">;

interface Kept extends Draft {
  /** When it was written, in ms since 1970. */
  readonly at?: number;
}

interface Schema extends DBSchema {
  drafts: { key: string; value: Kept };
  outbox: { key: string; value: Pending; indexes: { author: string } };
}

/** Before the names in `Quick` of what was put there in a hurry. */
const HURRIED = "colo.draft.";

/** A draft is written after this at the latest. */
const QUIET_MS = 200;

export function inOrder(waiting: Pending[]): Pending[] {
  return waiting.sort((a, b) => a.madeAtMs - b.madeAtMs);
}

export function memoryKeep(): Keep {
  const drafts = new Map<string, Draft>();
  const outbox = new Map<string, Pending>();
  /** Something of theirs may still be on its way here. */
  const forgotten = new Set<string>();
  const putDraft = (person: string, room: string, draft: Draft | undefined) => {
    if (draft === undefined) drafts.delete(draftKey(person, room));
    else if (!forgotten.has(person)) drafts.set(draftKey(person, room), draft);
  };
  return {
    draft: async (person, room) => drafts.get(draftKey(person, room)),
    putDraft: async (person, room, draft) => putDraft(person, room, draft),
    putDraftNow: putDraft,
    outbox: async (person) => inOrder([...outbox.values()].filter((one) => one.author === person)),
    putOutbox: async (pending) => {
      if (!forgotten.has(pending.author)) outbox.set(pending.clientId, pending);
      return true;
    },
    dropOutbox: async (clientId) => void outbox.delete(clientId),
    welcome: (person) => void forgotten.delete(person),
    forget: async (person) => {
      forgotten.add(person);
      for (const key of drafts.keys()) if (isOf(key, person)) drafts.delete(key);
      for (const one of outbox.values()) if (one.author === person) outbox.delete(one.clientId);
    },
  };
}

/**
 * A private window or a full disk must not stop anybody from drawing: then memory it is.
 * IndexedDB forgets a write that was under way when the page went; what is put
 * in a hurry waits in `quick` for the next page to file it.
 *
 * Each tab has drafts of its own, so that two of them cannot overwrite each
 * other's; one that has none takes over the newest of those that are closed.
 */
export function browserKeep(quick: Quick, tabs: Tabs): Keep {
  const spare = memoryKeep();
  const hurriedAt = new Map<string, number>();
  const forgotten = new Set<string>();
  let opened = open();

  function open(): Promise<IDBPDatabase<Schema> | undefined> {
    return openDB<Schema>("colo", 1, {
      upgrade(db) {
        db.createObjectStore("drafts");
        db.createObjectStore("outbox", { keyPath: "clientId" }).createIndex("author", "author");
      },
    }).catch(() => undefined);
  }

  async function either<T>(
    run: (db: IDBPDatabase<Schema>) => Promise<T>,
    instead: () => Promise<T>,
  ): Promise<T> {
    for (let tries = 0; tries < 2; tries++) {
      const db = await opened;
      if (db === undefined) break;
      try {
        return await run(db);
      } catch {
        // iOS cuts the connections of pages that slept: once more with a new one.
        opened = open();
      }
    }
    return instead();
  }

  const own = (person: string, room: string) => `${draftKey(person, room)}\n${tabs.name}`;

  function put(person: string, room: string, draft: Draft | undefined): Promise<void> {
    return either(
      async (db) => {
        if (draft === undefined) await db.delete("drafts", own(person, room));
        else if (!forgotten.has(person)) {
          await db.put("drafts", { ...draft, at: Date.now() }, own(person, room));
        }
        await spare.putDraft(person, room, undefined);
      },
      () => spare.putDraft(person, room, draft),
    );
  }

  return {
    draft: (person, room) =>
      either(
        async (db) => {
          await fileHurried(db, quick, draftKey(person, room));
          const unwritten = await spare.draft(person, room);
          return unwritten ?? takeDraft(db, draftKey(person, room), tabs);
        },
        () => spare.draft(person, room),
      ),
    putDraft: async (person, room, draft) => {
      const asked = Date.now();
      if (draft !== undefined) await quiet();
      await put(person, room, draft);
      // What was put in a hurry meanwhile is newer.
      const name = own(person, room);
      if ((hurriedAt.get(name) ?? 0) <= asked) quick.removeItem(HURRIED + name);
    },
    putDraftNow: (person, room, draft) => {
      if (forgotten.has(person)) return;
      try {
        const kept = { ...draft, at: Date.now() };
        hurriedAt.set(own(person, room), kept.at);
        quick.setItem(HURRIED + own(person, room), JSON.stringify(kept));
      } catch {
        // Too much for it: then the write that is under way has to do.
      }
    },
    outbox: (person) =>
      either(
        async (db) =>
          inOrder([
            ...(await db.getAllFromIndex("outbox", "author", person)),
            ...(await spare.outbox(person)),
          ]),
        () => spare.outbox(person),
      ),
    putOutbox: (pending) =>
      either(
        async (db) => {
          if (!forgotten.has(pending.author)) await db.put("outbox", pending);
          return true;
        },
        async () => {
          await spare.putOutbox(pending);
          return false;
        },
      ),
    dropOutbox: async (clientId) => {
      await spare.dropOutbox(clientId);
      await either(
        (db) => db.delete("outbox", clientId),
        async () => undefined,
      );
    },
    welcome: (person) => {
      forgotten.delete(person);
      spare.welcome(person);
    },
    forget: async (person) => {
      forgotten.add(person);
      await spare.forget(person);
      for (const name of namesIn(quick)) {
        if (isOf(name.slice(HURRIED.length), person)) quick.removeItem(name);
      }
      await either(
        async (db) => {
          const transaction = db.transaction(["drafts", "outbox"], "readwrite");
          const drafts = transaction.objectStore("drafts");
          for (const key of await drafts.getAllKeys()) {
            if (isOf(key, person)) await drafts.delete(key);
          }
          const outbox = transaction.objectStore("outbox");
          for (const key of await outbox.index("author").getAllKeys(person)) {
            await outbox.delete(key);
          }
          await transaction.done;
        },
        async () => undefined,
      );
    },
  };
}

/** What was put there in a hurry. */
function namesIn(quick: Quick): string[] {
  const all = Array.from({ length: quick.length }, (_, i) => quick.key(i) ?? "");
  return all.filter((one) => one.startsWith(HURRIED));
}

/** What any tab left behind in a hurry goes where that tab's drafts are. */
async function fileHurried(db: IDBPDatabase<Schema>, quick: Quick, prefix: string): Promise<void> {
  for (const name of namesIn(quick).filter((one) => one.startsWith(`${HURRIED}${prefix}\n`))) {
    try {
      const draft: Kept = JSON.parse(quick.getItem(name) ?? "");
      await db.put("drafts", draft, name.slice(HURRIED.length));
    } catch {
      // Not one of ours after all; what is in the database stays.
    }
    quick.removeItem(name);
  }
}

/** This tab's draft, or the newest that a closed tab left, which is this one's from now on. */
async function takeDraft(
  db: IDBPDatabase<Schema>,
  prefix: string,
  tabs: Tabs,
): Promise<Kept | undefined> {
  const own = `${prefix}\n${tabs.name}`;
  const mine = await db.get("drafts", own);
  if (mine !== undefined) return mine;
  const range = IDBKeyRange.bound(`${prefix}\n`, `${prefix}\n\uffff`);
  const tabOf = (key: string) => key.slice(prefix.length + 1);
  const alive = await tabs.alive((await db.getAllKeys("drafts", range)).map(tabOf));
  const transaction = db.transaction("drafts", "readwrite");
  let newest: { readonly key: string; readonly draft: Kept } | undefined;
  for (const key of await transaction.store.getAllKeys(range)) {
    if (alive.has(tabOf(key))) continue;
    const draft = await transaction.store.get(key);
    if (draft !== undefined && (draft.at ?? 0) >= (newest?.draft.at ?? 0)) newest = { key, draft };
  }
  if (newest === undefined) return undefined;
  await transaction.store.delete(newest.key);
  await transaction.store.put(newest.draft, own);
  await transaction.done;
  return newest.draft;
}

/**
 * Copying a long drawing for the database takes milliseconds, which the stroke
 * that follows may need; a page that goes meanwhile keeps its drafts in a hurry.
 */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    const go = () => resolve();
    if (typeof requestIdleCallback === "function") requestIdleCallback(go, { timeout: QUIET_MS });
    else setTimeout(go, QUIET_MS / 4); // Safari
  });
}

function draftKey(person: string, room: string): string {
  return `${room}\n${person}`;
}

/** Whether a draft's key, with or without its tab, is this person's. */
function isOf(key: string, person: string): boolean {
  return key.split("\n")[1] === person;
}
