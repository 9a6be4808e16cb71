import net from "node:net";
import { within } from "./colo.mjs";

/** Bytes of requests to and fro, one after the other, on connections that are kept. */
export class Asker {
  #colo;
  #socket;

  constructor(colo) {
    this.#colo = colo;
  }

  async ask(request) {
    const socket = this.#socket ?? net.connect(this.#colo.port, "127.0.0.1");
    this.#socket = socket;
    const answered = new Promise((tell, fail) => {
      let came = "";
      const hear = (part) => {
        came += part.toString("latin1");
        const end = came.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = came.slice(0, end);
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        const body = came.slice(end + 4);
        if (body.length < length) return;
        socket.off("data", hear).off("close", gone).off("error", gone);
        if (/^connection: close/im.test(head)) this.end();
        tell({
          status: Number(head.slice(9, 12)),
          head,
          text: Buffer.from(body, "latin1").toString(),
        });
      };
      const gone = (why) => {
        this.end();
        fail(new Error(`no answer (${why}) to ${request.toString("latin1").slice(0, 300)}`));
      };
      socket.on("data", hear).once("close", gone).once("error", gone);
      socket.write(request);
    });
    return within(answered, () => `an answer to ${request.toString("latin1").slice(0, 300)}`);
  }

  end() {
    this.#socket
      ?.removeAllListeners()
      .on("error", () => {})
      .destroy();
    this.#socket = undefined;
  }
}
