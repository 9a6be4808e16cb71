/**
 * Two clients in a quiet room: one draws every 50 ms, the other measures the latency of each
 * drawing. It is a process of its own, so that a flood does not delay it. The parent process sends
 * {url, seconds, people}.
 */
import WebSocket from "ws";
import { drawing, newClientId } from "../../e2e/harness/drawings.mjs";
import { cookieName } from "../../e2e/harness/requests.mjs";

const every_ms = 50;
const patience_ms = 5000;

function open({ url, ticket, token }, on_frame) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, "colo.v1.json", {
    origin: url,
    headers: { Cookie: `${cookieName(url)}=${token}` },
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code) => reject(new Error(`closed: ${code}`)));
    socket.on("open", () => socket.send(JSON.stringify({ hello: { ticket } })));
    socket.on("message", (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.welcome) socket.send(JSON.stringify({ join: { room: "quiet" } }));
      else if (frame.joined) resolve(socket);
      else on_frame(frame);
    });
  });
}

process.once("message", async ({ url, seconds, people }) => {
  const [author, reader] = people.map(({ tickets, token }) => ({ url, ticket: tickets[0], token }));
  const sent = new Map();
  const latencies_ms = [];
  await open(reader, ({ message }) => {
    const began = sent.get(message?.clientId);
    if (began === undefined) return;
    sent.delete(message.clientId);
    latencies_ms.push(performance.now() - began);
  });
  const socket = await open(author, () => {});
  const until = performance.now() + seconds * 1000;
  const drawing_on = setInterval(() => {
    if (performance.now() >= until) return finish();
    const clientId = newClientId();
    sent.set(clientId, performance.now());
    socket.send(JSON.stringify({ send: { room: "quiet", clientId, drawing: drawing() } }));
  }, every_ms);
  function finish() {
    clearInterval(drawing_on);
    const give_up = performance.now() + patience_ms;
    const wait = setInterval(() => {
      if (sent.size > 0 && performance.now() < give_up) return;
      clearInterval(wait);
      // Drawings that never arrived count with the time waited for them.
      for (const began of sent.values()) latencies_ms.push(performance.now() - began);
      process.send({ latencies_ms }, () => process.exit(0));
    }, 20);
  }
});
