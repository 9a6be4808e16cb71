/**
 * The servers that Colo is compared with: the floor (the baseline), and alternatives at their own
 * defaults. Each is { name, pids, openings(rooms), message(room, payload, drawing) }.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder, within } from "../../e2e/harness/colo.mjs";
import { childrenOf, printedPort, startProcess } from "./processes.mjs";
import { binary, frame, text } from "./websocket.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const floor = here("../../build/bench/floor");

/** Size of the stamp that the generator writes over the end of a message. */
export const stamp_bytes = 16;

/** The payload as a frame; the stamp goes to its end. */
function stamped(payload, before = Buffer.alloc(0)) {
  const frames = Buffer.concat([before, frame(binary, payload)]);
  return { frames, stampAt: frames.length - stamp_bytes };
}

async function* each(rooms, opening) {
  for (const room of rooms) yield { room, ...opening(room) };
}

/** Peers send as many bytes as Colo sends to a room for the same drawing. */
const echoing = (name, pids, opening) => ({
  name,
  pids,
  openings: (rooms) => each(rooms, opening),
  message: (_room, payload) => stamped(payload),
});

export async function startFloor(context, name, ...mode) {
  const child = startProcess(context, [floor, ...mode]);
  const port = await printedPort(child, name);
  return echoing(name, [child.pid], (room) => ({ port, path: `/${room}` }));
}

export async function startWs(context) {
  const child = startProcess(context, [process.execPath, here("peers/ws.mjs")]);
  const port = await printedPort(child, "ws");
  return echoing("ws", [child.pid], (room) => ({ port, path: `/${room}` }));
}

/** Engine.IO 4 over a WebSocket: "40" connects, "2" and "3" are its heartbeat. */
export async function startSocketIo(context) {
  const child = startProcess(context, [process.execPath, here("peers/socket_io.mjs")], {
    NODE_ENV: "production",
  });
  const port = await printedPort(child, "socket.io");
  const event = frame(text, '451-["drawing",{"_placeholder":true,"num":0}]');
  return {
    ...echoing("socket.io", [child.pid], (room) => ({
      port,
      path: `/socket.io/?EIO=4&transport=websocket&room=${room}`,
      frames: frame(text, "40"),
      ready: Buffer.from("40"),
      ping: "2",
      pong: "3",
    })),
    message: (_room, payload) => stamped(payload, event),
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const nginxConf = (folder, port) => `
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr error;
events { worker_connections 16000; }
http {
  access_log off;
${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((what) => `  ${what}_temp_path ${folder}/${what};`)
  .join("\n")}
  server {
    listen 127.0.0.1:${port};
    location ~ ^/(\\w+)$ {
      nchan_pubsub websocket;
      nchan_channel_id $1;
    }
  }
}
`;

export async function startNchan(context) {
  const folder = await temporaryFolder(context);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const conf = join(folder, "nginx.conf");
  writeFileSync(conf, nginxConf(folder, port));
  const child = startProcess(context, [
    "/usr/sbin/nginx",
    "-p",
    folder,
    "-c",
    conf,
    "-e",
    "stderr",
  ]);
  const ready = async () => {
    for (;;) {
      const workers = childrenOf(child.pid);
      if (workers.length > 0) return workers;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const workers = await within(ready(), "nginx started its worker");
  // A channel sends its last messages to new subscribers, so each run has channels of its own.
  let run = 0;
  const nchan = echoing("nchan", [child.pid, ...workers.map(Number)]);
  nchan.openings = (rooms) => {
    run += 1;
    return each(rooms, (room) => ({ port, path: `/${run}_${room}` }));
  };
  return nchan;
}
