/** The broadcast server of the README of `ws`, with one room for each path. */
import { WebSocket, WebSocketServer } from "ws";

const wss = new WebSocketServer({ host: "127.0.0.1", port: 0 });
const rooms = new Map();

wss.on("connection", (ws, request) => {
  if (!rooms.has(request.url)) rooms.set(request.url, new Set());
  const clients = rooms.get(request.url);
  clients.add(ws);
  ws.on("close", () => clients.delete(ws));
  ws.on("error", () => {});
  ws.on("message", (data, isBinary) => {
    for (const client of clients)
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
  });
});
wss.on("listening", () => console.log(`port ${wss.address().port}`));
