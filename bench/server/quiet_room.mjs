/**
 * Two phones in a quiet room: one draws every 50 ms, the other notes how late each drawing is.
 * A process of its own, so that no flood is in its way. Is sent {url, seconds, people}.
 */
import WebSocket from "ws";
import { drawing, newClientId } from "../../e2e/harness/drawings.mjs";
import { cookieName } from "../../e2e/harness/requests.mjs";

const every_ms = 50;
const patience_ms = 5000;

function open({ url, ticket, token }, heard) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, "colo.v1.json", {
    origin: url,
    headers: { Cookie: `${cookieName(url)}=${token}` },
    perMessageDeflate: false,
  });
  return new Promise((tell, fail) => {
    socket.on("error", fail);
    socket.on("close", (code) => fail(new Error(`closed: ${code}`)));
    socket.on("open", () => socket.send(JSON.stringify({ hello: { ticket } })));
    socket.on("message", (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.welcome) socket.send(JSON.stringify({ join: { room: "quiet" } }));
      else if (frame.joined) tell(socket);
      else heard(frame);
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
      // What never came was at least so late.
      for (const began of sent.values()) latencies_ms.push(performance.now() - began);
      process.send({ latencies_ms }, () => process.exit(0));
    }, 20);
  }
});
