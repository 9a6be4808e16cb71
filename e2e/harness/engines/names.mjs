/**
 * A SOCKS 5 proxy that takes every name for this machine, for engines that cannot
 * be told where a name leads.
 */
import { connect, createServer } from "node:net";

const VERSION = 5;

/** Answers on a port of its own: {address: "127.0.0.1:port", close}. */
export async function startNames() {
  const phones = new Set();
  const server = createServer((phone) => {
    phones.add(phone);
    phone.on("error", () => phone.destroy());
    phone.once("close", () => phones.delete(phone));
    lead(phone).catch(() => phone.destroy());
  });
  await new Promise((tell, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", tell);
  });
  return {
    address: `127.0.0.1:${server.address().port}`,
    close() {
      for (const phone of phones) phone.destroy();
      return new Promise((tell) => server.close(tell));
    },
  };
}

/** RFC 1928: a greeting, a request, and then whatever is said. */
async function lead(phone) {
  const read = reader(phone);
  const [, methods] = await read(2);
  await read(methods);
  phone.write(Buffer.from([VERSION, 0]));
  const [, , , kind] = await read(4);
  if (kind === 1) await read(4);
  else if (kind === 3) await read((await read(1))[0]);
  else if (kind === 4) await read(16);
  const port = (await read(2)).readUInt16BE();
  const server = connect(port, "127.0.0.1");
  const end = () => {
    phone.destroy();
    server.destroy();
  };
  for (const socket of [phone, server]) {
    socket.on("error", end);
    socket.on("close", end);
    socket.setNoDelay(true);
  }
  server.once("connect", () => {
    phone.write(Buffer.from([VERSION, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
    phone.pipe(server);
    server.pipe(phone);
  });
}

/** Reads exactly so many bytes at a time, and leaves the rest where it is. */
function reader(socket) {
  return async (count) => {
    for (;;) {
      const bytes = socket.read(count);
      if (bytes !== null) return bytes;
      await new Promise((tell, fail) => {
        socket.once("readable", tell);
        socket.once("close", () => fail(new Error("closed")));
      });
    }
  };
}
