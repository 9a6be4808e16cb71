/** Fills a pad with a very large drawing, by writing it into the saved draft. */

import { named } from "./chromium.mjs";
import { Finger } from "./finger.mjs";

/** Leaves room for another stroke: a drawing may have 20,000 points. */
export const full = { strokes: 190, points_each: 100 };

/** Runs in the page: whether a draft of `room` is saved. */
function isKept(room) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("colo");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const keys = asked.result.transaction("drafts").objectStore("drafts").getAllKeys();
      keys.onerror = () => reject(keys.error);
      keys.onsuccess = () => {
        asked.result.close();
        resolve(keys.result.some((key) => String(key).includes(room)));
      };
    };
  });
}

/** Runs in the page: fills the draft of `room` with strokes like the one it has. */
function fillDraft(room, strokes, points_each) {
  const scribble = (stroke, number) => {
    const points = [];
    for (let i = 0; i < points_each; ++i) {
      const along = i / points_each;
      points.push(
        Math.round(150 + (number % 19) * 90 + 60 * Math.cos(along * 9 + number)),
        Math.round(120 + Math.floor(number / 19) * 128 + 50 * Math.sin(along * 12 + number)),
      );
    }
    return { ...stroke, startMs: number * 900, durationMs: 800, points, pressure: [] };
  };
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("colo");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const writing = asked.result.transaction("drafts", "readwrite");
      const cursor = writing.objectStore("drafts").openCursor();
      cursor.onsuccess = () => {
        const at = cursor.result;
        if (at === null) return;
        if (String(at.key).includes(room)) {
          const [model] = at.value.strokes;
          const all = Array.from({ length: strokes }, (_, i) => scribble(model, i));
          at.update({ ...at.value, strokes: all });
        }
        at.continue();
      };
      writing.onerror = () => reject(writing.error);
      writing.oncomplete = () => {
        asked.result.close();
        for (const key of Object.keys(localStorage))
          if (key.startsWith("colo.draft.")) localStorage.removeItem(key);
        resolve();
      };
    };
  });
}

/** Fills this person's pad of `room`; the page is in that room afterwards. */
export async function fillPad(phone, room) {
  await phone.enter(room);
  const pad = await phone.see("pad");
  const { x, y } = await pad.boundingBox();
  const short = Array.from({ length: 12 }, (_, i) => ({ x: x + 60 + 6 * i, y: y + 60 + 4 * i }));
  await new Finger(phone.cdp).draw(short);
  await phone.page.waitForFunction(isKept, { polling: 100 }, room);
  // A page of the same origin without the app: the app would overwrite the draft.
  await phone.page.goto(`${phone.url}/favicon.svg`);
  await phone.page.evaluate(fillDraft, room, full.strokes, full.points_each);
  await phone.toLobby();
  await phone.enter(room);
  await phone.page.waitForSelector(`${named("pad")}[data-strokes="${full.strokes}"]`);
}
