import { get } from "svelte/store";
import { describe, expect, test } from "vitest";
import { LiveStroke, PAPER_WHITE } from "../ink/stroke";
import { Desk } from "./desk";
import { type Draft, type Keep, memoryKeep } from "./keep";

function live(): LiveStroke {
  const stroke = new LiveStroke({ tool: "pen", rgb: 0, width: 20 }, 0, false);
  stroke.push(10, 10, 0.5);
  return stroke;
}

/** A keep that tells when something was written. */
function watched(): { keep: Keep; written: () => Promise<void> } {
  const keep = memoryKeep();
  let tell: () => void = () => {};
  return {
    keep: {
      ...keep,
      putDraft: async (...draft) => {
        await keep.putDraft(...draft);
        tell();
      },
    },
    written: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
  };
}

test("the first stroke is kept, and the next page finds it", async () => {
  const { keep, written } = watched();
  const desk = new Desk("ada", "main", keep);
  await desk.load();
  const first = written();
  desk.sketch.add(live(), 5);
  await first;
  const later = new Desk("ada", "main", keep);
  await later.load();
  expect(get(later.state)).toMatchObject({ ready: true, strokes: 1, canUndo: false });
});

test("a page that goes while its draft is being written leaves it behind at once", async () => {
  const keep = memoryKeep();
  const slow: Keep = { ...keep, putDraft: () => new Promise(() => {}) }; // never gets there
  const desk = new Desk("ada", "main", slow);
  await desk.load();
  desk.sketch.add(live(), 5);
  expect(await keep.draft("ada", "main")).toBeUndefined();
  desk.hurry();
  expect((await keep.draft("ada", "main"))?.strokes).toHaveLength(1);
});

test("another person, or another room, has another pad", async () => {
  const keep = memoryKeep();
  const draft: Draft = { strokes: [live().finish(1, 0)], caption: "mine" };
  await keep.putDraft("ada", "main", draft);
  for (const [person, room] of [
    ["bob", "main"],
    ["ada", "scratch"],
  ] as const) {
    const desk = new Desk(person, room, keep);
    await desk.load();
    expect(get(desk.state)).toMatchObject({ strokes: 0, caption: "" });
  }
});

test("a stroke drawn before the draft was read is kept with it", async () => {
  const keep = memoryKeep();
  await keep.putDraft("ada", "main", { strokes: [live().finish(1, 0)], caption: "" });
  const desk = new Desk("ada", "main", keep);
  desk.sketch.add(live(), 5);
  await desk.load();
  expect(get(desk.state).strokes).toBe(2);
});

test("the draft goes only when what was sent is safe", async () => {
  const { keep, written } = watched();
  const desk = new Desk("ada", "main", keep);
  await desk.load();
  const first = written();
  desk.sketch.add(live(), 5);
  await first;
  let safe: (is: boolean) => void = () => {};
  desk.take(
    () =>
      new Promise<boolean>((resolve) => {
        safe = resolve;
      }),
  );
  expect(get(desk.state).strokes).toBe(0);
  expect(await keep.draft("ada", "main")).toBeDefined();
  const gone = written();
  safe(true);
  await gone;
  expect(await keep.draft("ada", "main")).toBeUndefined();
});

test("what comes onto the pad is kept only when the draft is written", async () => {
  const keep = memoryKeep();
  let write: () => void = () => {};
  const slow: Keep = {
    ...keep,
    putDraft: async (...draft) => {
      await new Promise<void>((resolve) => {
        write = resolve;
      });
      await keep.putDraft(...draft);
    },
  };
  const desk = new Desk("ada", "main", slow);
  await desk.load();
  let kept = false;
  desk.sketch.add(live(), 5);
  await new Promise(setImmediate);
  // The write that is under way is without it.
  void desk.copy({ paper: PAPER_WHITE, strokes: [live().finish(1, 0)] }, "back").then(() => {
    kept = true;
  });
  write();
  await new Promise(setImmediate);
  expect(kept).toBe(false);
  write();
  await new Promise(setImmediate);
  expect(kept).toBe(true);
  expect((await keep.draft("ada", "main"))?.caption).toBe("back");
});

test("what the outbox could not write down stays in the draft", async () => {
  const { keep, written } = watched();
  const desk = new Desk("ada", "main", keep);
  await desk.load();
  const first = written();
  desk.sketch.add(live(), 5);
  await first;
  desk.take(async () => false);
  await new Promise(setImmediate);
  expect(get(desk.state).strokes).toBe(0);
  expect((await keep.draft("ada", "main"))?.strokes).toHaveLength(1);
});

test("a returned drawing says why, until the pad is used again", async () => {
  const desk = new Desk("ada", "main", memoryKeep());
  await desk.load();
  desk.copy({ paper: PAPER_WHITE, strokes: [live().finish(1, 0)] }, "hm");
  desk.tell("caption_too_long", "Too long.");
  expect(get(desk.state)).toMatchObject({
    returned: { code: "caption_too_long" },
    caption: "hm",
    strokes: 1,
  });
  desk.sketch.add(live(), 5);
  expect(get(desk.state).returned).toBeUndefined();
});

test("a broken disk does not stop anybody from drawing", async () => {
  const broken: Keep = {
    ...memoryKeep(),
    draft: () => Promise.reject(new Error("disk")),
    putDraft: () => Promise.reject(new Error("disk")),
  };
  const desk = new Desk("ada", "main", broken);
  await desk.load();
  desk.sketch.add(live(), 5);
  expect(get(desk.state)).toMatchObject({ ready: true, strokes: 1 });
});

describe("remix", () => {
  const remix = { seq: 3, author: "bob", epoch: 0 };
  const copied = { paper: PAPER_WHITE, strokes: [live().finish(1, 0), live().finish(1, 0)] };
  const newDesk = async (keep = memoryKeep()) => {
    const desk = new Desk("ada", "main", keep);
    await desk.load();
    return desk;
  };

  test("the drawing remembers what it began as, through Undo, Redo and Clear", async () => {
    const desk = await newDesk();
    desk.sketch.add(live(), 5);
    desk.copy(copied, "", remix);
    desk.sketch.add(live(), 5);
    expect(desk.remix).toEqual(remix);
    desk.sketch.clear();
    expect(desk.remix).toBeUndefined();
    desk.sketch.undo();
    expect(desk.remix).toEqual(remix);
    desk.sketch.undo();
    desk.sketch.undo();
    expect(desk.sketch.strokes).toHaveLength(1);
    expect(desk.remix).toBeUndefined();
    desk.sketch.redo();
    expect(desk.remix).toEqual(remix);
  });

  test("over a reload, and not beyond Send", async () => {
    const { keep, written } = watched();
    const desk = await newDesk(keep);
    const first = written();
    desk.copy(copied, "", remix);
    await first;
    const later = await newDesk(keep);
    expect(later.remix).toEqual(remix);
    later.take(async (_drawing, _caption, sent) => {
      expect(sent).toEqual(remix);
      return true;
    });
    expect(later.remix).toBeUndefined();
    later.sketch.add(live(), 5);
    expect(later.remix).toBeUndefined();
  });

  test("the same drawing may lie there as no remix, too", async () => {
    const desk = await newDesk();
    desk.copy(copied, "", remix);
    desk.copy(copied);
    expect(desk.remix).toBeUndefined();
    desk.sketch.undo();
    expect(desk.remix).toEqual(remix);
  });
});

test("a caption that comes with a drawing joins the one that is there", async () => {
  const desk = new Desk("ada", "main", memoryKeep());
  await desk.load();
  desk.setCaption("half a");
  desk.copy({ paper: PAPER_WHITE, strokes: [live().finish(1, 0)] }, "thought");
  expect(get(desk.state).caption).toBe("half a thought");
});
