// Makes the README's pictures: two people and a room full of drawings, on phones.
//   node script/screenshots.mjs        (needs the release build and chromium)
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newPage, startBrowser } from "../e2e/harness/browser.mjs";
import { startColo, temporaryFolder, usualConfig } from "../e2e/harness/colo.mjs";
import { newPhone } from "../e2e/harness/phone.mjs";

const out = join(fileURLToPath(new URL("..", import.meta.url)), "docs/screenshots");
mkdirSync(out, { recursive: true });

/** Points of a parametric curve, t from 0 to 1, in canvas units. */
function curve(x, y, steps = 60) {
  return Array.from({ length: steps + 1 }, (_, i) => [x(i / steps), y(i / steps)]);
}
const circle = (cx, cy, r, from = 0, to = 1) =>
  curve(
    (t) => cx + r * Math.cos(2 * Math.PI * (from + (to - from) * t)),
    (t) => cy + r * Math.sin(2 * Math.PI * (from + (to - from) * t)),
  );
const line = (...corners) =>
  corners.slice(1).flatMap(([x, y], i) =>
    curve(
      (t) => corners[i][0] + (x - corners[i][0]) * t,
      (t) => corners[i][1] + (y - corners[i][1]) * t,
      20,
    ),
  );
// Imitates an unsteady hand.
const wobble = (points) =>
  points.map(([x, y], i) => [x + 3 * Math.sin(i * 0.5), y + 3 * Math.cos(i * 0.37)]);

function stroke(points, rgb = 0x101820, width = 26) {
  const whole = wobble(points).map(([x, y]) => [Math.round(x), Math.round(y)]);
  const deltas = whole.flatMap(([x, y], i) =>
    i === 0 ? [x, y] : [x - whole[i - 1][0], y - whole[i - 1][1]],
  );
  return { tool: "TOOL_PEN", rgb, width, points: deltas };
}
const drawing = (paper, ...strokes) => ({ version: 1, paper, strokes });

const cat = drawing(
  0xffffff,
  stroke(circle(1024, 820, 430)),
  stroke(line([690, 540], [640, 210], [900, 405])),
  stroke(line([1150, 405], [1410, 210], [1360, 540])),
  stroke(circle(860, 740, 26), 0x2a9d5c, 52),
  stroke(circle(1190, 740, 26), 0x2a9d5c, 52),
  stroke(line([985, 900], [1065, 900], [1024, 950], [985, 900]), 0xff5c8a, 30),
  stroke(
    curve(
      (t) => 860 + 165 * t,
      (t) => 1010 + 70 * Math.sin(Math.PI * t),
    ),
  ),
  stroke(
    curve(
      (t) => 1025 + 165 * t,
      (t) => 1010 + 70 * Math.sin(Math.PI * t),
    ),
  ),
  ...[-1, 1].flatMap((side) =>
    [-40, 20, 80].map((dy) =>
      stroke(
        line([1024 + side * 260, 930 + dy / 2], [1024 + side * 640, 890 + dy * 1.6]),
        0x101820,
        14,
      ),
    ),
  ),
);
const house = drawing(
  0x0b1d3a,
  stroke(circle(1600, 360, 170), 0xffd23f, 60),
  stroke(line([420, 1280], [420, 760], [1180, 760], [1180, 1280], [420, 1280]), 0xffffff, 30),
  stroke(line([330, 780], [800, 380], [1270, 780]), 0xff6b6b, 40),
  stroke(line([700, 1280], [700, 980], [900, 980], [900, 1280]), 0x2aff99, 30),
  stroke(
    curve(
      (t) => 80 + 1900 * t,
      (t) => 1340 + 30 * Math.sin(t * 14),
    ),
    0x2aff99,
    40,
  ),
  ...[200, 620, 1060, 1320].map((x, i) => stroke(circle(x, 190 + (i % 2) * 130, 9), 0xffffff, 24)),
);
const heart = curve(
  (t) => 1024 + 34 * 16 * Math.sin(2 * Math.PI * t) ** 3,
  (t) => {
    const a = 2 * Math.PI * t;
    return (
      720 - 34 * (13 * Math.cos(a) - 5 * Math.cos(2 * a) - 2 * Math.cos(3 * a) - Math.cos(4 * a))
    );
  },
  120,
);

const ends = [];
const context = { after: (end) => ends.unshift(end) };
try {
  const colo = await startColo(context, {
    config: `${usualConfig}
[[room]]
id = "kitchen"
name = "Kitchen Table"
description = "What is for dinner"
`,
  });
  const browser = await startBrowser(context);
  const mira = await newPhone(context, colo, { name: "mira" });
  await mira.connect();
  await mira.join("main-chat");
  const page = await newPage(context, browser, colo.url, { name: "phone" });
  await page.register("tom");
  await page.see("room-main-chat");
  await page.untilText("room-count-main-chat", /^1$/);
  const lobby = await page.shot("readme-lobby");
  await page.enter("main-chat");
  await mira.draw("main-chat", { drawing: house, caption: "good night" });
  await mira.draw("main-chat", { drawing: cat });
  await page.untilSent(2);
  const still = () =>
    page.until(() => document.getAnimations().every((one) => one.playState !== "running"));
  /** The tool in hand opens the settings of all. */
  const pick = async (kind, ...choices) => {
    await page.tap("tool-pen");
    await page.see("pen-panel");
    await page.tap(`kind-${kind}`);
    for (const choice of choices) await page.tap(choice);
  };
  const stroke = (points) => page.stroke(points.map(([x, y]) => [x / 2048, y / 1536]));
  await pick("marker", "swatch-ffd21f", "paper-fff4d6");
  await page.tap("pen-done");
  await stroke(circle(1640, 420, 130));
  await pick("pixel", "swatch-1fa84a");
  await page.tap("pen-done");
  await stroke(line([140, 1380], [600, 1330], [1200, 1400], [1900, 1350]));
  await pick("rainbow");
  await still();
  const panel = await page.shot("readme-panel");
  await page.tap("pen-done");
  await stroke(heart);
  await pick("stamp", "swatch-e5322d");
  await page.tap("pen-done");
  for (const sign of "hello") await page.tap(`stamp-${sign}`);
  await page.tap("stamp-page-4");
  await page.tap("stamp-♥");
  await page.untilStrokes(9);
  await still();
  const drawn = await page.shot("readme-pad");
  await page.tap("send");
  await page.untilSent(3);
  await pick("pen"); // closes the stamps' keyboard
  await page.tap("pen-done");
  await page.tap("handle"); // lowers the pad: time to read
  await page.unseen("unsend");
  await still();
  const feed = await page.shot("readme-feed");

  await compose(browser, [lobby, panel, drawn, feed], join(out, "colo.png"));
} finally {
  for (const end of ends) await end();
}

/** The pictures beside each other, as phones on a table. */
async function compose(browser, pictures, path) {
  const images = pictures.map(
    (picture) =>
      `<img src="data:image/png;base64,${readFileSync(picture).toString("base64")}"
        style="width:390px;border-radius:36px;box-shadow:0 12px 40px #0006">`,
  );
  const folder = await temporaryFolder(context);
  writeFileSync(
    join(folder, "sheet.html"),
    `<body style="margin:0;display:flex;gap:30px;padding:40px;background:#009688">${images.join("")}`,
  );
  const size = { width: 1730, height: 924, ratio: 1, touch: false };
  const sheet = await newPage(context, browser, `file://${folder}`, { path: "/sheet.html", size });
  copyFileSync(await sheet.shot("readme-sheet"), path);
}
