/**
 * The road between phones and a server: everything goes along it, until it is cut.
 * A cut road is a phone without network, whatever the engine: what is open breaks,
 * and nothing new gets through. A road that holds replies lets all reach the
 * server and nothing come back.
 */
import { connect, createServer } from "node:net";

/**
 * A road to the server, on a port of its own; it ends with the test.
 * @param {{after: (end: () => unknown) => void}} context
 * @param {{port: number}} colo where it leads, also when that is restarted elsewhere
 */
export async function startRoad(context, colo) {
  const road = new Road(colo);
  context.after(() => road.close());
  await road.open();
  return road;
}

class Road {
  #travellers = new Set();
  #cut = false;
  #held = false;

  constructor(colo) {
    this.colo = colo;
    this.server = createServer((phone) => this.#travel(phone));
  }

  async open() {
    await new Promise((tell, fail) => {
      this.server.once("error", fail);
      this.server.listen(0, "127.0.0.1", tell);
    });
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  #travel(phone) {
    if (this.#cut) {
      phone.destroy();
      return;
    }
    const server = connect(this.colo.port, "127.0.0.1");
    const pair = { phone, server };
    this.#travellers.add(pair);
    const end = () => {
      phone.destroy();
      server.destroy();
      this.#travellers.delete(pair);
    };
    for (const socket of [phone, server]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    phone.pipe(server);
    server.pipe(phone);
    if (this.#held) this.#hold(pair);
  }

  #hold({ phone, server }) {
    server.unpipe(phone);
    server.pause();
  }

  /** Nothing gets through, and what was open is broken. */
  cut() {
    this.#cut = true;
    for (const { phone } of this.#travellers) phone.destroy();
  }

  /** From now on the server is heard no more, though it hears. */
  holdReplies() {
    this.#held = true;
    for (const pair of this.#travellers) this.#hold(pair);
  }

  /** All is as it was; what was broken stays broken, what was held arrives. */
  mend() {
    this.#cut = false;
    this.#held = false;
    for (const { phone, server } of this.#travellers) server.pipe(phone);
  }

  async close() {
    this.cut();
    await new Promise((tell) => this.server.close(tell));
  }
}
