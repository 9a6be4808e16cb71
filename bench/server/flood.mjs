/**
 * One of three floods, over `sockets` sockets, until a message tells the process to stop. Each has
 * a bound on what it sends a second. Reports what it sent. The parent process sends
 * {kind, url, port, sockets, member}.
 */
import { randomBytes } from "node:crypto";
import net from "node:net";
import { cookieName } from "../../e2e/harness/requests.mjs";
import { frame, text } from "./websocket.mjs";

const began = performance.now();
const sent = {};
const count = (what, by = 1) => {
  sent[what] = (sent[what] ?? 0) + by;
};
const wait = (ms) => new Promise((later) => setTimeout(later, ms));
let stopped = false;

function dial({ port }) {
  const socket = net.connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("error", () => {});
  socket.closed_ = new Promise((resolve) => socket.once("close", resolve));
  return socket;
}

const within = (promise, ms) => Promise.race([promise, wait(ms)]);

function head(task, path, lines) {
  return `${path} HTTP/1.1\r\nHost: 127.0.0.1:${task.port}\r\nOrigin: ${task.url}\r\n${lines.join("\r\n")}\r\n\r\n`;
}

function upgrade(task, token) {
  return head(task, "GET /ws", [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "Sec-WebSocket-Protocol: colo.v1.json",
    ...(token ? [`Cookie: ${cookieName(task.url)}=${token}`] : []),
  ]);
}

/** 64 KiB of a chunk extension without an end, every 50 ms on each connection. */
async function chunked(task) {
  const piece = Buffer.alloc(64 * 1024, "x");
  while (!stopped) {
    const socket = dial(task);
    socket.resume();
    socket.write(
      head(task, "POST /api/login", [
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
      ]),
    );
    socket.write("1;");
    count("connections");
    while (!stopped && !socket.destroyed) {
      if (socket.writableLength === 0) {
        socket.write(piece);
        count("MiB", piece.length / 2 ** 20);
      }
      await within(socket.closed_, 50);
    }
    socket.destroy();
    await wait(50);
  }
}

/** A new connection every half second in place of each socket; its first frame is 240 kB of numbers. */
async function json(task) {
  const points = Array.from({ length: 120_000 }, () => "1").join(",");
  const first = frame(
    text,
    Buffer.from(`{"send":{"drawing":{"strokes":[{"points":[${points}]}]}}}`),
  );
  await wait(Math.random() * 500);
  while (!stopped) {
    const socket = dial(task);
    socket.resume();
    socket.write(upgrade(task));
    socket.write(first);
    count("connections");
    const pause = wait(500);
    await within(socket.closed_, 5000);
    socket.destroy();
    await pause;
  }
}

/** 14 requests for a page a second on each of a member's sockets; the pages are read. */
async function history(task, number) {
  const socket = dial(task);
  let opened = false;
  socket.on("data", (bytes) => {
    count("MiB received", bytes.length / 2 ** 20);
    if (opened) return;
    opened = true;
    const send = (what) => socket.write(frame(text, Buffer.from(JSON.stringify(what))));
    send({ hello: { ticket: task.member.tickets[number] } });
    send({ join: { room: "busy" } });
    const asking = setInterval(() => {
      if (stopped || socket.destroyed) return clearInterval(asking);
      if (socket.writableLength > 0) return;
      send({ history: { room: "busy", beforeSeq: 60 } });
      count("pages requested");
    }, 1000 / 14);
  });
  socket.write(upgrade(task, task.member.token));
  await socket.closed_;
}

process.once("message", (task) => {
  const flood = { chunked, json, history }[task.kind];
  for (let i = 0; i < task.sockets; ++i) flood(task, i);
  process.once("message", () => {
    stopped = true;
    const seconds = (performance.now() - began) / 1000;
    const rates = Object.entries(sent).map(([what, n]) => [what, n / seconds]);
    process.send(Object.fromEntries(rates), () => process.exit(0));
  });
});
