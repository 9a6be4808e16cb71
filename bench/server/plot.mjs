/** Draws CPU time per delivery against the number of clients in the room: bench/fan-out.svg. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { short } from "../figures.mjs";
import { crowds, windows } from "./workloads.mjs";

const file = fileURLToPath(new URL("../fan-out.svg", import.meta.url));

const size = { width: 920, height: 410 };
/** Panels side by side, one for each window. */
const panel = { width: 300, height: 300, left: 60, top: 60, between: 140 };
/** µs of CPU at the bottom and the top; both axes are logarithmic. */
const scale = { least: 0.2, most: 100, marks: [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100] };
const lines = {
  send: "#6a6a6a",
  writev: "#8a8a8a",
  io_uring: "#444444",
  colo: "#0a8f6a",
  ws: "#c0392b",
  "socket.io": "#8e44ad",
  nchan: "#c77d0a",
};
const reference = new Set(["send", "writev", "io_uring"]);

const share = (value, least, most) => Math.log(value / least) / Math.log(most / least);
const round = (value) => Math.round(value * 10) / 10;

function axes(in_flight, left) {
  const bottom = panel.top + panel.height;
  const title = in_flight === 1 ? "one message in flight" : `${in_flight} in flight`;
  const across = scale.marks.map((mark) => {
    const y = round(bottom - share(mark, scale.least, scale.most) * panel.height);
    return `<path class="grid" d="M${left} ${y}h${panel.width}"/><text class="mark" x="${left - 6}" y="${y + 4}" text-anchor="end">${mark}</text>`;
  });
  const up = crowds.map((clients) => {
    const x = round(left + place(clients));
    return `<path class="grid" d="M${x} ${panel.top}v${panel.height}"/><text class="mark" x="${x}" y="${bottom + 18}" text-anchor="middle">${clients}</text>`;
  });
  const middle = left + panel.width / 2;
  return [
    `<text x="${middle}" y="${panel.top - 14}" text-anchor="middle">${title}</text>`,
    ...across,
    ...up,
    `<text class="mark" x="${middle}" y="${bottom + 38}" text-anchor="middle">clients in the room</text>`,
  ];
}

const place = (clients) => share(clients, crowds[0], crowds[crowds.length - 1]) * panel.width;

/** The labels at the right end, moved apart if they would overlap. */
function apart(labels) {
  const least = 13;
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  for (let i = 1; i < sorted.length; ++i)
    sorted[i].y = Math.max(sorted[i].y, sorted[i - 1].y + least);
  return sorted;
}

function curves(samples, in_flight, left) {
  const bottom = panel.top + panel.height;
  const labels = [];
  const drawn = Object.entries(lines).flatMap(([name, colour]) => {
    const points = crowds.flatMap((clients) => {
      const cost = samples.middle(`crowd-${clients}-${in_flight}`, name, "cpu_us");
      if (cost === undefined) return [];
      const y = bottom - share(cost, scale.least, scale.most) * panel.height;
      return [{ x: round(left + place(clients)), y: round(y), cost }];
    });
    if (points.length === 0) return [];
    const last = points[points.length - 1];
    labels.push({ y: last.y + 4, text: `${name} ${short(last.cost)}`, colour });
    const path = points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
    const dashes = reference.has(name) ? ' stroke-dasharray="5 4"' : "";
    const dots = points.map(({ x, y }) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`);
    return [`<path class="line" stroke="${colour}"${dashes} d="${path}"/>`, ...dots];
  });
  const words = apart(labels).map(
    ({ y, text, colour }) =>
      `<text class="mark" x="${left + panel.width + 6}" y="${round(y)}" style="fill:${colour}">${text}</text>`,
  );
  return [...drawn, ...words];
}

/** @param {import("./samples.mjs").Samples} samples */
export function plot(samples) {
  const style = `
    text { font: 14px ui-monospace, monospace; fill: #333 }
    .mark { font-size: 11px } .grid { stroke: #ddd; fill: none }
    .line { fill: none; stroke-width: 2 }`;
  const panels = windows.flatMap((in_flight, i) => {
    const left = panel.left + i * (panel.width + panel.between);
    return [...axes(in_flight, left), ...curves(samples, in_flight, left)];
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img">`,
    "<title>CPU time per delivery, µs, against the number of clients in the room</title>",
    `<style>${style}</style>`,
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    `<text x="20" y="24">CPU per delivery, µs</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
  writeFileSync(file, svg);
}
