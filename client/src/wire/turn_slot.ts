// One word that all tabs of a browser see, read and changed in one step: IndexedDB
// lines transactions up across tabs, also on plain http. What a tab writes to
// localStorage others may read much later.

export interface Slot {
  /** Puts what `next` makes of what stands there, with nobody in between; gives that. */
  change(next: (now: string) => string): Promise<string>;
}

const STORE = "turn";
/** A database that takes longer than this is as good as none. */
const PATIENCE_MS = 2000;

export function browserSlot(): Slot {
  let opened = open();

  async function attempt(next: (now: string) => string): Promise<string> {
    for (let tries = 0; tries < 2; tries++) {
      const db = await opened;
      if (db === undefined) break;
      try {
        return await change(db, next);
      } catch {
        // iOS cuts the connections of pages that slept: once more with a new one.
        db.close();
        opened = open();
      }
    }
    // Without a database there is nobody to wait for.
    return next("");
  }

  return {
    change(next) {
      return new Promise((resolve) => {
        let late = false;
        const timer = setTimeout(() => {
          late = true;
          void opened.then((db) => db?.close());
          opened = open();
          resolve(next(""));
        }, PATIENCE_MS);
        // What comes too late changes nothing any more.
        void attempt((now) => (late ? now : next(now))).then((value) => {
          clearTimeout(timer);
          resolve(value);
        });
      });
    },
  };
}

function open(): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    try {
      const asked = indexedDB.open("colo.turn", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve(undefined);
    } catch {
      resolve(undefined);
    }
  });
}

function change(db: IDBDatabase, next: (now: string) => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    let value = "";
    const read = store.get(STORE);
    read.onsuccess = () => {
      const now: unknown = read.result;
      value = next(typeof now === "string" ? now : "");
      store.put(value, STORE);
    };
    transaction.oncomplete = () => resolve(value);
    transaction.onabort = () => reject(transaction.error);
  });
}
