// What must outlive the page: the drawing on each pad and the drawings that
// wait to be sent, per person. IndexedDB where there is one; otherwise memory,
// which at least survives a sign-out.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Stroke } from "../ink/stroke";
import type { Pending, Remix } from "./room_state";

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
  putOutbox(pending: Pending): Promise<void>;
  dropOutbox(clientId: string): Promise<void>;
}

/** What writes at once, as localStorage does. */
export type Quick = Pick<Storage, "getItem" | "setItem" | "removeItem">;

interface Schema extends DBSchema {
  drafts: { key: string; value: Draft };
  outbox: { key: string; value: Pending; indexes: { author: string } };
}

/** A draft is written after this at the latest. */
const QUIET_MS = 200;

export function inOrder(waiting: Pending[]): Pending[] {
  return waiting.sort((a, b) => a.madeAtMs - b.madeAtMs);
}

export function memoryKeep(): Keep {
  const drafts = new Map<string, Draft>();
  const outbox = new Map<string, Pending>();
  return {
    draft: async (person, room) => drafts.get(draftKey(person, room)),
    putDraft: async (person, room, draft) => {
      if (draft === undefined) drafts.delete(draftKey(person, room));
      else drafts.set(draftKey(person, room), draft);
    },
    putDraftNow: (person, room, draft) => void drafts.set(draftKey(person, room), draft),
    outbox: async (person) => inOrder([...outbox.values()].filter((one) => one.author === person)),
    putOutbox: async (pending) => void outbox.set(pending.clientId, pending),
    dropOutbox: async (clientId) => void outbox.delete(clientId),
  };
}

/**
 * A private window or a full disk must not stop anybody from drawing: then memory it is.
 * IndexedDB forgets a write that was under way when the page went; what is put
 * in a hurry waits in `quick` for the next page to file it.
 */
export function browserKeep(quick: Quick): Keep {
  const spare = memoryKeep();
  const opened: Promise<IDBPDatabase<Schema> | undefined> = openDB<Schema>("colo", 1, {
    upgrade(db) {
      db.createObjectStore("drafts");
      db.createObjectStore("outbox", { keyPath: "clientId" }).createIndex("author", "author");
    },
  }).catch(() => undefined);

  async function either<T>(
    run: (db: IDBPDatabase<Schema>) => Promise<T>,
    instead: () => Promise<T>,
  ): Promise<T> {
    const db = await opened;
    if (db === undefined) return instead();
    try {
      return await run(db);
    } catch {
      return instead();
    }
  }

  const hurried = (person: string, room: string) => `colo.draft.${draftKey(person, room)}`;

  function put(person: string, room: string, draft: Draft | undefined): Promise<void> {
    return either(
      async (db) => {
        if (draft === undefined) await db.delete("drafts", draftKey(person, room));
        else await db.put("drafts", draft, draftKey(person, room));
        await spare.putDraft(person, room, undefined);
      },
      () => spare.putDraft(person, room, draft),
    );
  }

  return {
    draft: async (person, room) => {
      const waiting = quick.getItem(hurried(person, room));
      if (waiting !== null) {
        const draft: Draft = JSON.parse(waiting);
        await put(person, room, draft);
        quick.removeItem(hurried(person, room));
      }
      return either(
        async (db) =>
          (await db.get("drafts", draftKey(person, room))) ?? (await spare.draft(person, room)),
        () => spare.draft(person, room),
      );
    },
    putDraft: async (person, room, draft) => {
      if (draft !== undefined) await quiet();
      await put(person, room, draft);
      quick.removeItem(hurried(person, room));
    },
    putDraftNow: (person, room, draft) => {
      try {
        quick.setItem(hurried(person, room), JSON.stringify(draft));
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
        async (db) => void (await db.put("outbox", pending)),
        () => spare.putOutbox(pending),
      ),
    dropOutbox: async (clientId) => {
      await spare.dropOutbox(clientId);
      await either(
        (db) => db.delete("outbox", clientId),
        async () => undefined,
      );
    },
  };
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
