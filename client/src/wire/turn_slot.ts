// One word that all tabs of a browser see, read and changed in one step: IndexedDB
// lines transactions up across tabs, also on plain http. What a tab writes to
// localStorage others may read much later.

export interface Slot {
  /** Puts what `next` makes of what stands there, with nobody in between; gives that. */
  change(next: (now: string) => string): Promise<string>;
}

const STORE = "turn";

export function browserSlot(): Slot {
  const opened = open();
  return {
    async change(next) {
      const db = await opened;
      // Without a database there is nobody to wait for.
      if (db === undefined) return next("");
      return change(db, next).catch(() => next(""));
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
