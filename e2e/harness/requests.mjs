/** Single requests over HTTP, as they should be and as they should not. */
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { patience_ms, within } from "./colo.mjs";

/**
 * Under which name a browser is given its token: it carries the port that the browser uses.
 * @param {string} url the server's, as a browser knows it
 * @param {string} [host] the Host header, where it is another than the url's
 */
export function cookieName(url, host) {
  const site = new URL(url);
  const secure = site.protocol === "https:";
  const [, port] = /:(\d+)$/.exec(host ?? site.host) ?? [];
  return `${secure ? "__Host-" : ""}colo_token_${port ?? (secure ? 443 : 80)}`;
}

/** The token a Set-Cookie header gives; "" clears it, undefined is none. */
function tokenOf(headers) {
  for (const cookie of headers["set-cookie"] ?? []) {
    const found = /^(?:__Host-)?colo_token_\d+=([^;]*)/.exec(cookie);
    if (found) return found[1];
  }
  return undefined;
}

/**
 * One HTTP request, with every header as the caller wants it: `undefined` leaves
 * one out.
 *
 * @param {string} url where to
 * @param {{method?: string, path?: string, headers?: Record<string, string | undefined>,
 *   body?: string | Buffer, agent?: http.Agent, localAddress?: string, ms?: number}} [request]
 *   `localAddress`: which of this machine's (127.0.0.0/8) it comes from
 */
export function request(
  url,
  { method = "GET", path = "/", headers = {}, body, agent, localAddress, ms = patience_ms } = {},
) {
  const { protocol, hostname, port } = new URL(url);
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value != null));
  let asked;
  const answered = new Promise((tell, fail) => {
    const how = {
      hostname,
      port,
      method,
      path,
      headers: given,
      localAddress,
      agent: agent ?? false,
    };
    // Nobody has signed the certificates of tests.
    asked =
      protocol === "https:"
        ? https.request({ ...how, rejectUnauthorized: false })
        : http.request(how);
    asked.once("error", fail);
    asked.once("response", (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.once("error", fail);
      response.once("end", () => {
        const bytes = Buffer.concat(parts);
        const text = bytes.toString("utf8");
        const reply = { status: response.statusCode, headers: response.headers, bytes, text };
        reply.rawHeaders = response.rawHeaders;
        reply.token = tokenOf(response.headers);
        if (/json/.test(response.headers["content-type"] ?? "") && text)
          reply.json = JSON.parse(text);
        tell(reply);
      });
    });
    asked.end(body);
  });
  return within(answered, `${method} ${path} was answered`, ms).finally(() => asked.destroy());
}

/**
 * Bytes to and from the server, for what no HTTP library would send. Resolves with
 * all that came once the server closed, or `until` matched.
 *
 * @param {{port: number, url?: string}} colo under TLS where its url is https
 * @param {string | Buffer} bytes
 * @param {{until?: RegExp, ms?: number}} [options]
 */
export function rawExchange(colo, bytes, { until, ms = patience_ms } = {}) {
  const { port } = colo;
  const socket = colo.url?.startsWith("https:")
    ? tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false })
    : net.connect(port, "127.0.0.1");
  let came = "";
  const done = new Promise((tell, fail) => {
    socket.once("error", (error) => (came ? tell(came) : fail(error)));
    socket.once("close", () => tell(came));
    socket.on("data", (part) => {
      came += part.toString("latin1");
      if (until?.test(came)) tell(came);
    });
    socket.write(bytes);
  });
  return within(done, () => `the server closed; it said: ${came}`, ms).finally(() =>
    socket.destroy(),
  );
}
